/* Inside the compositor: the blending formulas, the kernel table, the kept copies, the plan.
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

static inline uint32_t atr__tint_weight(uint32_t tint)
{
    return tint + (tint >> 7);
}

static inline uint32_t atr__tint_pixel(uint32_t p, uint32_t tint)
{
    const uint32_t blue = (p & 255) * atr__tint_weight(tint & 255);
    const uint32_t green = (p >> 8 & 255) * atr__tint_weight(tint >> 8 & 255);
    const uint32_t red = (p >> 16 & 255) * atr__tint_weight(tint >> 16 & 255);
    const uint32_t alpha = (p >> 24) * atr__tint_weight(tint >> 24);
    return (blue + 128) >> 8 | ((green + 128) & 0xff00u) | ((red + 128) & 0xff00u) << 8 |
           ((alpha + 128) & 0xff00u) << 16;
}

/* Two channels at a time, 16 bits each: blue and red, or green and alpha. */
#define ATR__TWO 0x00ff00ffu

/* The same weight, 0..256, for all channels: (c * weight + bias) >> 8, bias below 256. */
static inline uint32_t atr__weigh_pixel(uint32_t p, uint32_t weight, uint32_t bias)
{
    const uint32_t even = (p & ATR__TWO) * weight + bias * 0x00010001u;
    const uint32_t odd = (p >> 8 & ATR__TWO) * weight + bias * 0x00010001u;
    return (even >> 8 & ATR__TWO) | (odd & ~ATR__TWO);
}

/* Channel by channel, at most 255. */
static inline uint32_t atr__add_two(uint32_t a, uint32_t b)
{
    const uint32_t sum = a + b;
    const uint32_t over = sum & 0x01000100u;
    return (sum | (over - (over >> 8))) & ATR__TWO;
}

static inline uint32_t atr__over_pixel(uint32_t s, uint32_t d)
{
    const uint32_t keep = 256 - (s >> 24);
    const uint32_t kept = atr__weigh_pixel(d, keep, keep / 2);
    return atr__add_two(s & ATR__TWO, kept & ATR__TWO) |
           atr__add_two(s >> 8 & ATR__TWO, kept >> 8 & ATR__TWO) << 8;
}

/* What lies between four pixels; see atr__Gather for the weights, fu and fv being 0..255. */
static inline uint32_t atr__mix_pixels(const uint32_t upper[2], const uint32_t lower[2],
                                       uint32_t fu, uint32_t fv)
{
    const uint32_t both = fu * fv >> 8;
    const uint32_t right = fu - both;
    const uint32_t below = fv - both;
    const uint32_t here = 256 - fu - below;
    const uint32_t even = (upper[0] & ATR__TWO) * here + (upper[1] & ATR__TWO) * right +
                          (lower[0] & ATR__TWO) * below + (lower[1] & ATR__TWO) * both +
                          0x00800080u;
    const uint32_t odd = (upper[0] >> 8 & ATR__TWO) * here + (upper[1] >> 8 & ATR__TWO) * right +
                         (lower[0] >> 8 & ATR__TWO) * below + (lower[1] >> 8 & ATR__TWO) * both +
                         0x00800080u;
    return (even >> 8 & ATR__TWO) | (odd & ~ATR__TWO);
}

/* Columns of one sprite row: outside first..last all is transparent. */
typedef struct atr__Span {
    int16_t first, last;
} atr__Span;

/* A rectangle to blend, already inside the canvas. */
typedef struct atr__Block {
    uint32_t *dst;
    ptrdiff_t dst_pitch; /* pixels */
    const uint32_t *src; /* the pixel for dst */
    ptrdiff_t src_pitch;
    int32_t width, height;
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
    int16_t width, height; /* trimmed: outside all is transparent */
    /* From the sprite's centre to the copy's top left, in 1/256 pixel, what rounds it included:
     * the copy is drawn at (centre + anchor) >> 8. */
    int32_t anchor_x, anchor_y;
} atr__Copy;

/* A copy on the canvas. */
typedef struct atr__Item {
    const atr__Copy *copy;
    int32_t x, y; /* top left, canvas pixels; may lie outside, by less than 2^30 */
    uint32_t tint;
    uint8_t first_band, last_band; /* that it touches; not for kernels */
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

/* ---- Kept copies (copies.c) ------------------------------------------------------------------ */

typedef enum atr__CopyKind {
    ATR__COPY_UPRIGHT = 0,
    ATR__COPY_TURNED,
    ATR__COPY_SHIFTED
} atr__CopyKind;

/* Names a copy; never 0. `turn` is an angle step or, when shifted, 4 bits of each axis' phase. */
typedef uint64_t atr__CopyKey;

static inline atr__CopyKey atr__copy_key(atr__CopyKind kind, uint32_t sprite, int32_t width,
                                         int32_t height, int32_t turn)
{
    return (uint64_t)1 << 63 | (uint64_t)kind << 56 | (uint64_t)(uint32_t)turn << 44 |
           (uint64_t)(uint32_t)height << 30 | (uint64_t)(uint32_t)width << 16 | sprite;
}

/* A copy that is kept, one cache line: drawing looks at nothing else to find and place it. */
typedef struct atr__Entry {
    atr__Copy copy;
    atr__CopyKey key; /* 0: forgotten, or free */
    uint32_t used;    /* the pass that drew it last */
    uint32_t offset;  /* of its memory, in ATR__COPY_UNITs */
    uint32_t units;
    uint32_t next;     /* free entries */
    int32_t rows_made; /* of an upright one */
    uint32_t reserved;
} atr__Entry;

typedef struct atr__Copies {
    void *block; /* all of the cache's memory */
    size_t block_bytes;
    atr__Entry *entries;
    uint32_t *table; /* open addressing: index of an entry and 1; 0: empty */
    uint32_t table_shift, table_mask;
    uint32_t *ring; /* entries in the order of their memory, oldest first */
    uint32_t entry_count, ring_first, ring_count;
    uint32_t free_first;
    uint8_t *memory;
    uint32_t units;      /* of memory */
    uint32_t head;       /* where the next one goes */
    uint32_t used_units; /* by entries, forgotten ones included */
    uint32_t pass;       /* counts the times that copies are drawn */
    uint32_t keep_from;  /* what was drawn in this pass or later does not make room */
    uint32_t frame_pass; /* the first pass of this frame */
    size_t move_left;    /* bytes that may be moved to make room, in this frame */
    uint64_t evicted;
    uint16_t *asked; /* tags of copies that were wanted and not made */
    uint32_t dice;
} atr__Copies;

#define ATR__COPY_UNIT 32 /* bytes */

bool atr__copies_init(atr__Copies *copies, size_t bytes, const atr_Allocator *allocator);
void atr__copies_deinit(atr__Copies *copies, const atr_Allocator *allocator);
void atr__copies_clear(atr__Copies *copies);
void atr__copies_forget(atr__Copies *copies, atr_SpriteId sprite);
/* What has been drawn since the frame before began is kept from now on. */
void atr__copies_frame(atr__Copies *copies);
/* Nothing is kept but what this pass draws. */
void atr__copies_relax(atr__Copies *copies);
/* False when a copy of that many bytes is never kept. */
bool atr__copies_may_hold(const atr__Copies *copies, size_t bytes);
/* A new entry with memory for that many bytes, content unknown; the copies drawn longest ago make
 * room, those of this frame and the one before stay. NULL when there is none. */
atr__Entry *atr__copies_add(atr__Copies *copies, atr__CopyKey key, size_t bytes);
/* The entry is found under another key from now on. */
void atr__copies_rename(atr__Copies *copies, atr__Entry *entry, atr__CopyKey key);
/* Whether it was asked for not long ago; it is from now on. */
bool atr__copies_asked(atr__Copies *copies, atr__CopyKey key);

static inline uint32_t atr__copies_hash(const atr__Copies *copies, atr__CopyKey key)
{
    return (uint32_t)((key * 0x9e3779b97f4a7c15u) >> copies->table_shift);
}

static inline uint8_t *atr__copies_memory(const atr__Copies *copies, const atr__Entry *entry)
{
    return copies->memory + (size_t)entry->offset * ATR__COPY_UNIT;
}

/* The copy, if it is there; it stays until this pass has been drawn. */
static inline atr__Entry *atr__copies_find(const atr__Copies *copies, atr__CopyKey key)
{
    uint32_t slot = atr__copies_hash(copies, key);
    for (uint32_t index; (index = copies->table[slot]) != 0;
         slot = (slot + 1) & copies->table_mask) {
        atr__Entry *entry = &copies->entries[index - 1];
        if (entry->key == key) {
            entry->used = copies->pass;
            return entry;
        }
    }
    return NULL;
}

/* ---- Sprites as they are drawn --------------------------------------------------------------- */

#define ATR__ANGLE_BITS  12
#define ATR__ANGLE_STEPS (1 << ATR__ANGLE_BITS) /* in a turn: half a pixel at 600 pixels' rim */

/* A sprite in output pixels. */
typedef struct atr__Placed {
    int32_t x, y; /* centre, in 1/256 pixel */
    int32_t width, height;
    int32_t angle; /* 0..ATR__ANGLE_STEPS-1 */
    uint32_t tint;
    atr_SpriteId sprite;
    bool smooth;
} atr__Placed;

/* What is known of a sprite's picture. */
typedef struct atr__Sprite {
    atr_Image image; /* pixels NULL: nothing to draw */
    float shape;     /* height of width 1 */
    bool rim;        /* its outermost pixels are not all transparent */
} atr__Sprite;

/* Scratch memory of one drawing thread. */
typedef struct atr__Scratch {
    atr__Taps *taps; /* ATR__SPRITE_SIDE_MAX */
    uint32_t *row;   /* ATR__SPRITE_SIDE_MAX */
    uint64_t *lanes; /* of the widest image, and one more */
} atr__Scratch;

/* ---- Gathering (gather.c) -------------------------------------------------------------------- */

/* Where samples come from. */
typedef struct atr__Source {
    const uint32_t *pixels; /* of column 0, row 0 */
    int32_t pitch;
    int32_t width, height;
    int32_t left, top, right, bottom; /* outside all is transparent */
    bool rim;                         /* not transparent up to its edges, which need smoothing */
} atr__Source;

atr__Source atr__source_of_image(const atr__Sprite *sprite);
/* Of an upright copy, `width` by `height`. */
atr__Source atr__source_of_entry(const atr__Copies *copies, const atr__Entry *entry, int32_t width,
                                 int32_t height);
/* All pixels that a sprite turned or shifted so may touch. */
atr_Rect atr__gather_box(const atr__Placed *placed);
void atr__gather_sprite(const atr__Kernels *kernels, const atr__Band *band,
                        const atr__Source *source, const atr__Placed *placed);

/* ---- Scaling at once (direct.c) -------------------------------------------------------------- */

/* An upright sprite at whole pixels, scaled row by row: the pixels of its copy, without one. */
void atr__direct_sprite(const atr__Kernels *kernels, const atr__Scratch *scratch,
                        const atr__Band *band, const atr_Image *image, const atr__Placed *placed);

/* ---- The plan (plan.c, band.c) --------------------------------------------------------------- */

/* What is no copy: an item without one names it by x. */
typedef enum atr__OddKind { ATR__ODD_RECT, ATR__ODD_GATHER, ATR__ODD_DIRECT } atr__OddKind;

typedef struct atr__Odd {
    uint32_t kind;
    atr_Rect rect; /* touched, inside the clip */
    atr__Placed placed;
    const atr__Entry *source; /* NULL: the picture itself */
    int32_t source_w, source_h;
    bool
        lacks_room; /* there would be a better source, were the cache not full of what is planned */
} atr__Odd;

#define ATR__BANDS_MAX 256
#define ATR__CHUNK     64 /* sprites planned between two looks at the room that is left */

typedef struct atr__Plan {
    atr__Item *items;
    uint32_t *order; /* items by band; before, 0, 1, 2 ... for a plan without bands */
    uint32_t *identity;
    atr__Odd *odds;
    uint32_t item_capacity, order_capacity, odd_capacity;
    uint32_t item_count, odd_count;
    uint32_t order_count;                /* of all bands */
    uint32_t counts[ATR__BANDS_MAX + 1]; /* per band; sums of those before, once sorted */
    uint64_t work;                       /* pixels, about */
    int32_t band_shift;                  /* rows of a band: 1 << band_shift */
    int32_t band_count;                  /* of the canvas */
} atr__Plan;

typedef struct atr__Helper atr__Helper;

struct atr_Compositor {
    atr_Allocator allocator;
    const atr__Kernels *kernels;
    atr__Copies copies;
    atr__Sprite *sprites;
    uint32_t sprite_count;
    atr__Scratch scratch[2]; /* of the caller's thread and the second one */
    uint32_t *corner;        /* ATR__CORNER pixels, where turned copies are made */
    atr__Plan plan;
    uint32_t fill_pixels, fill_left; /* of copies, in a frame; */
    bool fill_bounded;               /* once a frame has begun */
    atr__Helper *helper;             /* NULL without a second thread */
    uint32_t threads;                /* of the last call */
    uint64_t sprites_drawn, hits, misses, direct, filled;
};

/* One call's surroundings. */
typedef struct atr__Job {
    const atr_Canvas *canvas;
    atr_Rect clip; /* inside the canvas */
    atr_Transform transform;
    const atr_Tiles *tiles;
} atr__Job;

void atr__plan_begin(atr_Compositor *compositor, const atr__Job *job);
void atr__plan_command(atr_Compositor *compositor, const atr__Job *job, const atr_DrawCmd *cmd,
                       const atr_Particles *particles);
/* Draws what was planned, and begins anew. */
void atr__plan_draw(atr_Compositor *compositor, const atr__Job *job);

/* ---- Finding and making copies (make.c) ------------------------------------------------------ */

#define ATR__CORNER_SIDE  144 /* a square of ATR__TURNED_SIDE, turned */
#define ATR__TURNED_SIDE  96  /* larger ones are gathered */
#define ATR__SHIFTED_SIDE 32  /* slow upright ones up to this have copies between pixels */

/* The angle that the copy of such a sprite has: finer steps for larger ones, so that its rim is
 * never off by more than about half a pixel. */
static inline int32_t atr__turn_of_copy(int32_t angle, int32_t side)
{
    const int32_t half = side <= 24 ? 32 : side <= 48 ? 16 : 8;
    return (angle + half) & -(half * 2) & (ATR__ANGLE_STEPS - 1);
}

/* Which of the 4 by 4 places between pixels is nearest; see atr__copy_key. */
static inline int32_t atr__shifted_turn(int32_t x, int32_t y)
{
    return ((x + 32) >> 6 & 3) | ((y + 32) >> 6 & 3) << 2;
}

atr__Source atr__odd_source(const atr_Compositor *compositor, const atr__Odd *odd);

/* The copy for this sprite, made if there is room and time; NULL: draw it as `odd` says. */
const atr__Copy *atr__make_copy(atr_Compositor *compositor, const atr__Placed *placed,
                                atr__Odd *odd);

/* ---- The second thread (helper.c) ------------------------------------------------------------ */

atr_Status atr__helper_create(const atr_Allocator *allocator, atr__Helper **out);
void atr__helper_destroy(atr__Helper *helper, const atr_Allocator *allocator);
/* Calls draw(user, band, thread) once for every band below `count`, from here (thread 0, upwards)
 * and from the helper (thread 1, downwards), and returns when all have been drawn. True when the
 * helper drew some. */
bool atr__helper_run(atr__Helper *helper, void (*draw)(void *user, int32_t band, int32_t thread),
                     void *user, int32_t count);

/* ---- Small things ---------------------------------------------------------------------------- */

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

/* Will be read soon. */
static inline void atr__prefetch(const void *memory)
{
#ifdef __GNUC__
    __builtin_prefetch(memory);
#else
    (void)memory;
#endif
}

atr_Rect atr__intersect(atr_Rect a, atr_Rect b);

#endif
