/* The kernels in plain C, written so that a compiler vectorises them: channels as bytes, a pass
 * per step over short runs. The bench of the SIMD kernels measures against these; they also are
 * what a processor without SIMD gets. */
#include "compose/compose_internal.h"

#include <string.h>

#define RUN 64 /* pixels a pass covers; its bytes stay in the first-level cache */

static inline uint8_t mul255_byte(uint8_t a, uint8_t b)
{
    const uint16_t product = (uint16_t)(a * b + 128);
    return (uint8_t)((uint16_t)(product + (product >> 8)) >> 8);
}

/* The same byte four times: 255 - alpha, for every channel of a pixel. */
static inline uint32_t keep_of(uint32_t p)
{
    const uint32_t keep = 255 - (p >> 24);
    return keep | keep << 8 | keep << 16 | keep << 24;
}

static inline void over_bytes(uint8_t *restrict dst, const uint8_t *restrict src,
                              const uint8_t *restrict keep, int32_t size)
{
    for (int32_t i = 0; i < size; i++) {
        /* The analyser does not see that size bytes of keep were written as words. */
        /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
        const uint16_t sum = (uint16_t)(src[i] + mul255_byte(dst[i], keep[i]));
        dst[i] = (uint8_t)(sum > 255 ? 255 : sum);
    }
}

static void over_run(uint32_t *restrict dst, const uint32_t *restrict src, int32_t count)
{
    uint32_t keep[RUN];
    for (int32_t i = 0; i < count; i++) {
        keep[i] = keep_of(src[i]);
    }
    over_bytes((uint8_t *)dst, (const uint8_t *)src, (const uint8_t *)keep, count * 4);
}

static void tint_run(uint32_t *restrict out, const uint32_t *restrict src,
                     const uint32_t *restrict tints, int32_t count)
{
    const uint8_t *restrict s = (const uint8_t *)src;
    const uint8_t *restrict t = (const uint8_t *)tints;
    uint8_t *restrict o = (uint8_t *)out;
    for (int32_t i = 0; i < count * 4; i++) {
        o[i] = mul255_byte(s[i], t[i]);
    }
}

static void add_run(uint32_t *restrict dst, const uint32_t *restrict src, int32_t count)
{
    const uint8_t *restrict s = (const uint8_t *)src;
    uint8_t *restrict d = (uint8_t *)dst;
    for (int32_t i = 0; i < count * 4; i++) {
        const uint16_t sum = (uint16_t)(s[i] + d[i]);
        d[i] = (uint8_t)(sum > 255 ? 255 : sum);
    }
}

static void spread_tint(uint32_t *tints, int32_t count, uint32_t tint)
{
    for (int32_t i = 0; i < count; i++) {
        tints[i] = tint;
    }
}

static void blend_tinted_row(uint32_t *dst, const uint32_t *src, int32_t count,
                             const uint32_t *tints)
{
    uint32_t tinted[RUN];
    for (int32_t x = 0; x < count; x += RUN) {
        const int32_t n = count - x < RUN ? count - x : RUN;
        tint_run(tinted, src + x, tints, n);
        if (tints[0] >> 24 == 0) {
            add_run(dst + x, tinted, n);
        } else {
            over_run(dst + x, tinted, n);
        }
    }
}

static void blend_plain_row(uint32_t *dst, const uint32_t *src, int32_t count)
{
    for (int32_t x = 0; x < count; x += RUN) {
        over_run(dst + x, src + x, count - x < RUN ? count - x : RUN);
    }
}

static int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

static void blend_row(const atr__Block *block, int32_t y, const uint32_t *tints)
{
    int32_t first = 0;
    int32_t last = block->width;
    int32_t solid_first = 0;
    int32_t solid_last = 0;
    if (block->spans != NULL) {
        const atr__Span *span = &block->spans[y];
        first = clamp(span->first - block->column, 0, block->width);
        last = clamp(span->last - block->column, first, block->width);
        solid_first = clamp(span->solid_first - block->column, first, last);
        solid_last = clamp(span->solid_last - block->column, solid_first, last);
    }
    uint32_t *dst = block->dst + block->dst_pitch * y;
    const uint32_t *src = block->src + block->src_pitch * y;
    if (block->tint != ATR__TINT_NONE) {
        blend_tinted_row(dst + first, src + first, last - first, tints);
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
    uint32_t tints[RUN];
    spread_tint(tints, block->width < RUN ? block->width : RUN, block->tint);
    for (int32_t y = 0; y < block->height; y++) {
        blend_row(block, y, tints);
    }
}

static void fill_opaque(uint32_t *dst, int32_t width, uint32_t color)
{
    for (int32_t x = 0; x < width; x++) {
        dst[x] = color;
    }
}

static void fill(uint32_t *dst, ptrdiff_t pitch, int32_t width, int32_t height, uint32_t color)
{
    uint32_t colors[RUN];
    spread_tint(colors, RUN, color);
    for (int32_t y = 0; y < height; y++, dst += pitch) {
        if (color >> 24 == 255) {
            fill_opaque(dst, width, color);
            continue;
        }
        for (int32_t x = 0; x < width; x += RUN) {
            over_run(dst + x, colors, width - x < RUN ? width - x : RUN);
        }
    }
}

/* Four channels in 16-bit lanes; weights up to 256 stay inside their lanes. */
static inline uint64_t lanes_of(uint32_t p)
{
    const uint64_t wide = ((uint64_t)p | (uint64_t)p << 16) & 0x0000ffff0000ffffu;
    return (wide | wide << 8) & 0x00ff00ff00ff00ffu;
}

static inline uint32_t pixel_of(uint64_t lanes)
{
    lanes = (lanes | lanes >> 8) & 0x0000ffff0000ffffu;
    return (uint32_t)(lanes | lanes >> 16);
}

static inline uint64_t mix(uint64_t a, uint64_t b, uint32_t share)
{
    return ((a * (256 - share) + b * share + 0x0080008000800080u) >> 8) & 0x00ff00ff00ff00ffu;
}

static void gather(const atr__Gather *row)
{
    int32_t u = row->u;
    int32_t v = row->v;
    for (int32_t i = 0; i < row->count; i++, u += row->du, v += row->dv) {
        const uint32_t *p = row->src + (ptrdiff_t)(v >> 16) * row->src_pitch + (u >> 16);
        const uint32_t *q = p + row->src_pitch;
        if ((p[0] | p[1] | q[0] | q[1]) == 0) {
            continue;
        }
        const uint32_t fu = ((uint32_t)u >> 8) & 255;
        const uint32_t fv = ((uint32_t)v >> 8) & 255;
        const uint64_t top = mix(lanes_of(p[0]), lanes_of(p[1]), fu);
        const uint64_t bottom = mix(lanes_of(q[0]), lanes_of(q[1]), fu);
        uint32_t pixel = pixel_of(mix(top, bottom, fv));
        if (row->tint != ATR__TINT_NONE) {
            pixel = atr__tint_pixel(pixel, row->tint);
        }
        row->dst[i] = atr__over_pixel(pixel, row->dst[i]);
    }
}

const atr__Kernels atr__kernels_scalar = { "scalar", blend, fill, gather };
