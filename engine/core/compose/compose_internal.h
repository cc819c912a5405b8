/* Inside the compositor: the blending formulas, the kernel table and the cache of scaled sprites.
 *
 * The formulas, which every kernel must meet to the last bit (c: a channel, all of them alike):
 *     weight   = tint_c + (tint_c >> 7)                              0..256
 *     tinted_c = (source_c * weight + 128) >> 8                      rounded
 *     keep     = 256 - tinted_alpha                                  1..256
 *     result_c = min(255, tinted_c + ((destination_c * keep + keep / 2) >> 8))
 * They are neutral where it helps: a transparent source leaves the destination as it is, an opaque
 * one replaces it, a white tint changes nothing. So a kernel may skip or copy as it likes.
 *
 * Why not the exact division by 255: with 16-bit lanes each product then costs three instructions,
 * these cost one (AVX2: a rounding multiplication for the tint; everywhere: the upper half of
 * (destination_c << 8 | 128) * keep). The tint is rounded, hence unbiased, within 1 of the exact
 * value. The destination's error leads, over however many layers of one sprite, to at most half a
 * level more or less: keep is a little large, rounding a little small, and both in proportion to
 * the alpha that hides them. White over white stays white, an opaque canvas stays opaque. */
#ifndef ATR_COMPOSE_INTERNAL_H
#define ATR_COMPOSE_INTERNAL_H

#include <atrium/compose.h>

#define ATR__SPRITE_SIDE_MAX 8192 /* output pixels; larger sprites are not drawn */
#define ATR__TINT_NONE       0xffffffffu

static inline uint32_t atr__tint_channel(uint32_t s, uint32_t tint)
{
    return (s * (tint + (tint >> 7)) + 128) >> 8;
}

static inline uint32_t atr__tint_pixel(uint32_t p, uint32_t tint)
{
    return atr__tint_channel(p & 255, tint & 255) |
           atr__tint_channel(p >> 8 & 255, tint >> 8 & 255) << 8 |
           atr__tint_channel(p >> 16 & 255, tint >> 16 & 255) << 16 |
           atr__tint_channel(p >> 24, tint >> 24) << 24;
}

static inline uint32_t atr__over_channel(uint32_t s, uint32_t d, uint32_t keep)
{
    const uint32_t sum = s + ((d * keep + keep / 2) >> 8);
    return sum > 255 ? 255 : sum;
}

static inline uint32_t atr__over_pixel(uint32_t s, uint32_t d)
{
    const uint32_t keep = 256 - (s >> 24);
    return atr__over_channel(s & 255, d & 255, keep) |
           atr__over_channel(s >> 8 & 255, d >> 8 & 255, keep) << 8 |
           atr__over_channel(s >> 16 & 255, d >> 16 & 255, keep) << 16 |
           atr__over_channel(s >> 24, d >> 24, keep) << 24;
}

/* Columns of one sprite row: outside first..last all is transparent, all of solid_first..solid_last
 * is opaque (empty when equal). */
typedef struct atr__Span {
    int16_t first, last;
    int16_t solid_first, solid_last;
} atr__Span;

/* A rectangle to blend, already inside the canvas. */
typedef struct atr__Block {
    uint32_t *dst;
    ptrdiff_t dst_pitch; /* pixels */
    const uint32_t *src; /* the pixel for dst */
    ptrdiff_t src_pitch;
    int32_t width, height;
    const atr__Span *spans; /* of the first row; NULL: unknown */
    int32_t column;         /* of src, in the spans' count */
    uint32_t tint;
} atr__Block;

/* One row of a rotated sprite, bilinear: pixel i samples src at u + i * du, v + i * dv (16.16). The
 * caller guarantees that every sample's four neighbours lie in the source. Their weights, of 256,
 * with fu and fv the upper eight bits of the fractions, and the rounding:
 *     right below: both = fu * fv >> 8      right: fu - both     below: fv - both
 *     here: 256 - fu - fv + both            (sum + 128) >> 8 */
typedef struct atr__Gather {
    uint32_t *dst;
    const uint32_t *src;
    ptrdiff_t src_pitch;
    int32_t u, v, du, dv;
    int32_t count;
    uint32_t tint;
} atr__Gather;

#define ATR__COPY_PAD 8 /* clear pixels that may be read behind a copy's row */

/* A sprite scaled, turned, shifted: ready to be drawn at whole pixels. Each row, the last one too,
 * is followed by ATR__COPY_PAD clear pixels at least, which a kernel may read (and, clear as they
 * are, "draw" within the band): pitch >= width + ATR__COPY_PAD. */
typedef struct atr__Copy {
    const uint32_t *pixels;
    const atr__Span *spans; /* per row */
    int32_t pitch;
    int16_t width, height;      /* trimmed: outside all is transparent */
    int16_t offset_x, offset_y; /* of its top left from the pixel that holds the sprite's centre */
} atr__Copy;

/* A copy on the canvas. */
typedef struct atr__Item {
    const atr__Copy *copy;
    int32_t x, y; /* top left, canvas pixels; may lie outside, by less than 2^30 */
    uint32_t tint;
} atr__Item;

/* The part of the canvas that one call may write; other threads may be writing all around it. */
typedef struct atr__Band {
    uint32_t *pixels; /* of the canvas, x = y = 0 */
    ptrdiff_t pitch;
    int32_t left, top, right, bottom;
} atr__Band;

typedef struct atr__Kernels {
    const char *name;
    /* Draws items[order[0]], items[order[1]] ... in that order, clipped to the band. */
    void (*draw)(const atr__Band *band, const atr__Item *items, const uint32_t *order,
                 uint32_t count);
    void (*blend)(const atr__Block *block);
    void (*fill)(uint32_t *dst, ptrdiff_t pitch, int32_t width, int32_t height, uint32_t color);
    void (*gather)(const atr__Gather *row);
} atr__Kernels;

/* The plain reference: no instruction set at all. */
extern const atr__Kernels atr__kernels_scalar;

/* Those this processor can run, best first; NULL past the last. */
const atr__Kernels *atr__kernels_at(uint32_t index);
/* NULL when the name is not known, or the processor cannot run it. */
const atr__Kernels *atr__kernels_named(const char *name);
const atr__Kernels *atr__kernels_best(void);

/* ---- Scaling (scale.c) ----------------------------------------------------------------------- */

/* Which source pixels make one target pixel, and how much of each; weights sum to 256. */
typedef struct atr__Taps {
    int32_t first, count;
    uint32_t weight_first, weight_last; /* of the ends; what lies between has equal shares */
} atr__Taps;

/* One picture on its way to another size, row by row: atr__scale_rows, then its columns. `column`
 * (taps of the wanted columns) and `lanes` are scratch memory of the compositor. */
typedef struct atr__Scaler {
    const atr_Image *image;
    int32_t width, height;
    int32_t first, last; /* wanted columns */
    atr__Taps *column;   /* last - first of them */
    uint64_t *lanes;     /* image->width and one more */
} atr__Scaler;

void atr__scale_begin(atr__Scaler *scaler);
/* Mixes the source rows of row y; false when all of it is transparent. */
bool atr__scale_rows(const atr__Scaler *scaler, int32_t y);
/* Writes out[from..to-1], counted from the first wanted column, of the row that was mixed. */
void atr__scale_columns(const atr__Scaler *scaler, int32_t from, int32_t to, uint32_t *out);
/* The next columns of that row, from *to on (0 to begin), outside of which all is transparent;
 * false when no more are. */
bool atr__scale_run(const atr__Scaler *scaler, int32_t *from, int32_t *to);

/* ---- Scaled sprites (cache.c) ---------------------------------------------------------------- */

#define ATR__SCALED_PAD 3 /* more clear columns at the right: whole quads may be blended */

/* A scaled sprite with a clear border of one pixel all round (for the gather), and ATR__SCALED_PAD
 * columns more at the right. */
typedef struct atr__Scaled {
    const uint32_t *pixels; /* top left of the border */
    const atr__Span *spans; /* per row, border excluded; columns count from the sprite's own left */
    int32_t width, height;  /* without the border */
    int32_t pitch;
    int32_t top, bottom, left, right; /* what is not transparent */
    uint32_t rim;                     /* highest alpha in the outermost rows and columns */
} atr__Scaled;

typedef struct atr__ScaleCache atr__ScaleCache;

atr_Status atr__cache_create(size_t bytes, const atr_Allocator *allocator, atr__ScaleCache **out);
void atr__cache_destroy(atr__ScaleCache *cache);
void atr__cache_clear(atr__ScaleCache *cache);
/* The scaled sprite, if it is there. Valid until the next call of atr__cache_put. */
const atr__Scaled *atr__cache_find(atr__ScaleCache *cache, atr_SpriteId sprite, int32_t width,
                                   int32_t height);
/* Scales and keeps; least recently used ones make room. NULL when it is too large to keep. */
const atr__Scaled *atr__cache_put(atr__ScaleCache *cache, atr_SpriteId sprite,
                                  const atr__Scaler *scaler);
size_t atr__cache_bytes(const atr__ScaleCache *cache);

/* ---- The compositor (compose.c, rotate.c) ---------------------------------------------------- */

#define ATR__ANGLE_STEPS 4096 /* in a turn: under half a pixel at the rim of 600 pixels */

#define ATR__ASKED 8

/* A copy of this size was wanted and not made. */
typedef struct atr__Asked {
    atr_SpriteId sprite;
    int32_t width, height;
} atr__Asked;

struct atr_Compositor {
    atr_Allocator allocator;
    const atr__Kernels *kernels;
    atr__ScaleCache *cache;
    atr_Image *images;
    uint32_t image_count;
    atr__Taps *taps; /* ATR__SPRITE_SIDE_MAX */
    uint32_t *row;   /* ATR__SPRITE_SIDE_MAX */
    uint64_t *lanes; /* lane_count: the widest image and one more */
    uint32_t lane_count;
    atr__Asked asked[ATR__ASKED]; /* the latest, in turn */
    uint32_t asked_next;
    uint64_t sprites, hits, misses, direct;
};

/* One call's surroundings. */
typedef struct atr__Job {
    const atr_Canvas *canvas;
    atr_Rect clip; /* inside the canvas */
    atr_Transform transform;
    const atr_Tiles *tiles;
} atr__Job;

/* A sprite in output pixels. */
typedef struct atr__Placed {
    atr_SpriteId sprite;
    int32_t width, height;
    float x, y;    /* centre */
    int32_t angle; /* 0..ATR__ANGLE_STEPS-1 */
    uint32_t tint;
} atr__Placed;

static inline int32_t atr__min_i32(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static inline int32_t atr__max_i32(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static inline int32_t atr__clamp_i32(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

static inline int32_t atr__floor_i32(float value)
{
    const int32_t whole = (int32_t)value;
    return (float)whole > value ? whole - 1 : whole;
}

atr_Rect atr__intersect(atr_Rect a, atr_Rect b);
uint32_t *atr__canvas_at(const atr_Canvas *canvas, int32_t x, int32_t y);
void atr__mark_tiles(const atr_Tiles *tiles, atr_Rect rect);
/* The scaled copy, made if need be; NULL when it is too large to keep. */
const atr__Scaled *atr__scaled_for(atr_Compositor *compositor, const atr__Placed *placed);
void atr__draw_rotated(atr_Compositor *compositor, const atr__Job *job, const atr__Placed *placed);

#endif
