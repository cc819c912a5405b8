/* The kernels in plain C, written so that a compiler vectorises them: four pixels at a time as
 * sixteen bytes, loops of constant length. The bench of the SIMD kernels measures against these;
 * they also are what a processor without SIMD gets. */
#include "compose/compose_internal.h"

#include <string.h>

#define QUAD 4  /* pixels at a time */
#define RUN  64 /* pixels that a gather collects before they are blended */

static inline uint8_t mul255_byte(uint8_t a, uint8_t b)
{
    const uint16_t product = (uint16_t)(a * b + 128);
    return (uint8_t)((uint16_t)(product + (product >> 8)) >> 8);
}

static inline uint8_t add_byte(uint8_t a, uint8_t b)
{
    const uint16_t sum = (uint16_t)(a + b);
    return (uint8_t)(sum > 255 ? 255 : sum);
}

typedef struct Quad {
    uint8_t bytes[QUAD * 4];
} Quad;

static inline Quad quad_load(const uint32_t *p)
{
    Quad q;
    memcpy(q.bytes, p, sizeof q.bytes);
    return q;
}

static inline Quad quad_of(uint32_t pixel)
{
    const uint32_t same[QUAD] = { pixel, pixel, pixel, pixel };
    return quad_load(same);
}

static inline Quad quad_mul(Quad a, Quad b)
{
    for (int i = 0; i < QUAD * 4; i++) {
        a.bytes[i] = mul255_byte(a.bytes[i], b.bytes[i]);
    }
    return a;
}

static inline void quad_add(uint32_t *dst, Quad s)
{
    Quad d = quad_load(dst);
    for (int i = 0; i < QUAD * 4; i++) {
        d.bytes[i] = add_byte(d.bytes[i], s.bytes[i]);
    }
    memcpy(dst, d.bytes, sizeof d.bytes);
}

static inline void quad_over(uint32_t *dst, Quad s)
{
    uint32_t keep[QUAD];
    memcpy(keep, s.bytes, sizeof keep);
    for (int i = 0; i < QUAD; i++) {
        const uint32_t k = 255 - (keep[i] >> 24);
        keep[i] = k | k << 8 | k << 16 | k << 24;
    }
    const Quad k = quad_load(keep);
    Quad d = quad_load(dst);
    for (int i = 0; i < QUAD * 4; i++) {
        d.bytes[i] = add_byte(s.bytes[i], mul255_byte(d.bytes[i], k.bytes[i]));
    }
    memcpy(dst, d.bytes, sizeof d.bytes);
}

static void blend_tinted_row(uint32_t *dst, const uint32_t *src, int32_t count, uint32_t tint)
{
    const Quad tints = quad_of(tint);
    int32_t x = 0;
    if (tint >> 24 == 0) {
        for (; x + QUAD <= count; x += QUAD) {
            quad_add(dst + x, quad_mul(quad_load(src + x), tints));
        }
    } else {
        for (; x + QUAD <= count; x += QUAD) {
            quad_over(dst + x, quad_mul(quad_load(src + x), tints));
        }
    }
    for (; x < count; x++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): count pixels of src are there */
        dst[x] = atr__over_pixel(atr__tint_pixel(src[x], tint), dst[x]);
    }
}

static void blend_plain_row(uint32_t *dst, const uint32_t *src, int32_t count)
{
    int32_t x = 0;
    for (; x + QUAD <= count; x += QUAD) {
        quad_over(dst + x, quad_load(src + x));
    }
    for (; x < count; x++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): count pixels of src are there */
        dst[x] = atr__over_pixel(src[x], dst[x]);
    }
}

static int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

static void blend_row(const atr__Block *block, int32_t y)
{
    int32_t first = 0;
    int32_t last = block->width;
    int32_t solid_first = 0;
    int32_t solid_last = 0;
    if (block->spans != NULL) {
        /* Widened to whole quads, the solid part narrowed: fewer odd pixels at the ends. */
        const atr__Span *span = &block->spans[y];
        first = clamp(span->first - block->column, 0, last) & ~(QUAD - 1);
        last = clamp((span->last - block->column + QUAD - 1) & ~(QUAD - 1), first, last);
        solid_first =
            clamp((span->solid_first - block->column + QUAD - 1) & ~(QUAD - 1), first, last);
        solid_last = clamp((span->solid_last - block->column) & ~(QUAD - 1), solid_first, last);
    }
    uint32_t *dst = block->dst + block->dst_pitch * y;
    const uint32_t *src = block->src + block->src_pitch * y;
    if (block->tint != ATR__TINT_NONE) {
        blend_tinted_row(dst + first, src + first, last - first, block->tint);
    } else if (solid_first == solid_last) {
        blend_plain_row(dst + first, src + first, last - first);
    } else {
        blend_plain_row(dst + first, src + first, solid_first - first);
        memcpy(dst + solid_first, src + solid_first,
               (size_t)(solid_last - solid_first) * sizeof *dst);
        blend_plain_row(dst + solid_last, src + solid_last, last - solid_last);
    }
}

static void blend(const atr__Block *block)
{
    for (int32_t y = 0; y < block->height; y++) {
        blend_row(block, y);
    }
}

static void fill(uint32_t *dst, ptrdiff_t pitch, int32_t width, int32_t height, uint32_t color)
{
    const Quad colors = quad_of(color);
    for (int32_t y = 0; y < height; y++, dst += pitch) {
        int32_t x = 0;
        if (color >> 24 != 255) {
            for (; x + QUAD <= width; x += QUAD) {
                quad_over(dst + x, colors);
            }
        }
        for (; x < width; x++) {
            dst[x] = atr__over_pixel(color, dst[x]);
        }
    }
}

/* Pixels, or what belongs to them, two 16-bit lanes each. */
typedef union Lanes {
    uint32_t pixel[RUN];
    uint16_t lane[RUN * 2];
} Lanes;

/* What `count` output pixels of a turned sprite see, transposed so that lanes need no shuffling. */
typedef struct Seen {
    Lanes here, right, below, both; /* the four neighbours */
    Lanes fu, fv;                   /* fractions, the same in both lanes */
} Seen;

static void look(Seen *seen, const atr__Gather *row, int32_t from, int32_t count)
{
    const uint32_t du = (uint32_t)row->du;
    const uint32_t dv = (uint32_t)row->dv;
    const uint32_t u = (uint32_t)row->u + (uint32_t)from * du;
    const uint32_t v = (uint32_t)row->v + (uint32_t)from * dv;
    for (uint32_t i = 0, at_u = u, at_v = v; i < (uint32_t)count; i++, at_u += du, at_v += dv) {
        const uint32_t *p = row->src + (ptrdiff_t)(at_v >> 16) * row->src_pitch + (at_u >> 16);
        const uint32_t *q = p + row->src_pitch;
        seen->here.pixel[i] = p[0];
        seen->right.pixel[i] = p[1];
        seen->below.pixel[i] = q[0];
        seen->both.pixel[i] = q[1];
    }
    for (uint32_t i = 0, at_u = u, at_v = v; i < RUN; i++, at_u += du, at_v += dv) {
        const uint32_t fu = at_u >> 8 & 255;
        const uint32_t fv = at_v >> 8 & 255;
        seen->fu.pixel[i] = fu | fu << 16;
        seen->fv.pixel[i] = fv | fv << 16;
    }
}

/* Into `here`. See compose_internal.h for the weights: they sum to 256, so no lane overflows. */
static void mix(Seen *seen, int32_t count)
{
    for (int32_t i = 0; i < count * 2; i++) {
        const uint16_t fu = seen->fu.lane[i];
        const uint16_t fv = seen->fv.lane[i];
        const uint16_t both = (uint16_t)((uint16_t)(fu * fv) >> 8);
        const uint16_t right = (uint16_t)(fu - both);
        const uint16_t below = (uint16_t)(fv - both);
        const uint16_t here = (uint16_t)(256 - fu - below);
        const uint16_t p = seen->here.lane[i];
        const uint16_t r = seen->right.lane[i];
        const uint16_t q = seen->below.lane[i];
        const uint16_t b = seen->both.lane[i];
        const uint16_t low = (uint16_t)((p & 255) * here + (r & 255) * right + (q & 255) * below +
                                        (b & 255) * both + 128);
        const uint16_t high = (uint16_t)((p >> 8) * here + (r >> 8) * right + (q >> 8) * below +
                                         (b >> 8) * both + 128);
        seen->here.lane[i] = (uint16_t)(low >> 8 | (high & 0xff00));
    }
}

static void gather(const atr__Gather *row)
{
    Seen seen;
    for (int32_t x = 0; x < row->count; x += RUN) {
        const int32_t count = row->count - x < RUN ? row->count - x : RUN;
        const int32_t whole = (count + QUAD - 1) & ~(QUAD - 1);
        for (int32_t i = whole - QUAD; i < whole; i++) {
            seen.here.pixel[i] = 0; /* what lies beyond count is mixed, never drawn */
            seen.right.pixel[i] = 0;
            seen.below.pixel[i] = 0;
            seen.both.pixel[i] = 0;
        }
        look(&seen, row, x, count);
        mix(&seen, whole);
        if (row->tint != ATR__TINT_NONE) {
            blend_tinted_row(row->dst + x, seen.here.pixel, count, row->tint);
        } else {
            blend_plain_row(row->dst + x, seen.here.pixel, count);
        }
    }
}

const atr__Kernels atr__kernels_scalar = { .name = "scalar", .blend = blend, .fill = fill, .gather = gather };
