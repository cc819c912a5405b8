/* The kernels for arm64: four pixels at a time. */
#include "compose/compose_internal.h"

#include <arm_neon.h>

#define LANES 4

typedef uint8x16_t Vec;
typedef uint8x16_t Tint; /* its bytes; the weight's 1 more from 128 on is added as it is used */

#define INLINE static inline __attribute__((always_inline))

INLINE Vec vec_load(const uint32_t *p)
{
    return vreinterpretq_u8_u32(vld1q_u32(p));
}

INLINE void vec_store(uint32_t *p, Vec v)
{
    vst1q_u32(p, vreinterpretq_u32_u8(v));
}

INLINE Vec vec_load_part(const uint32_t *p, int32_t count)
{
    uint32x4_t v = vsetq_lane_u32(p[0], vdupq_n_u32(0), 0);
    if (count > 1) {
        v = vsetq_lane_u32(p[1], v, 1);
    }
    if (count > 2) {
        v = vsetq_lane_u32(p[2], v, 2);
    }
    return vreinterpretq_u8_u32(v);
}

INLINE void vec_store_part(uint32_t *p, Vec v, int32_t count)
{
    const uint32x4_t pixels = vreinterpretq_u32_u8(v);
    p[0] = vgetq_lane_u32(pixels, 0);
    if (count > 1) {
        p[1] = vgetq_lane_u32(pixels, 1);
    }
    if (count > 2) {
        p[2] = vgetq_lane_u32(pixels, 2);
    }
}

INLINE Vec vec_of(uint32_t pixel)
{
    return vreinterpretq_u8_u32(vdupq_n_u32(pixel));
}

INLINE Tint tint_of(uint32_t color)
{
    return vec_of(color);
}

/* (s * (tint + (tint >> 7)) + 128) >> 8 */
INLINE uint8x8_t tinted(uint8x8_t s, uint8x8_t tint)
{
    return vrshrn_n_u16(vmlal_u8(vmull_u8(s, tint), s, vshr_n_u8(tint, 7)), 8);
}

INLINE Vec vec_tint(Vec s, Tint tint)
{
    return vcombine_u8(tinted(vget_low_u8(s), vget_low_u8(tint)),
                       tinted(vget_high_u8(s), vget_high_u8(tint)));
}

INLINE Vec vec_add(Vec s, Vec d)
{
    return vqaddq_u8(s, d);
}

/* (d * keep + keep / 2) >> 8, where keep = rest + 1 does not fit a byte. */
INLINE uint8x8_t kept(uint8x8_t d, uint8x8_t rest)
{
    const uint16x8_t whole = vaddw_u8(vmull_u8(d, rest), d);
    return vshrn_n_u16(vaddw_u8(whole, vrshr_n_u8(rest, 1)), 8);
}

INLINE Vec vec_over(Vec s, Vec d)
{
    static const uint8_t alphas[16] = { 3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15 };
    const uint8x16_t rest = vmvnq_u8(vqtbl1q_u8(s, vld1q_u8(alphas)));
    return vqaddq_u8(s, vcombine_u8(kept(vget_low_u8(d), vget_low_u8(rest)),
                                    kept(vget_high_u8(d), vget_high_u8(rest))));
}

INLINE Vec vec_tint_over(Vec s, Vec d, Tint tint)
{
    return vec_over(vec_tint(s, tint), d);
}

/* The four neighbours of four pixels, and the fractions in both halves of each pixel. */
typedef struct Seen {
    Vec here, right, below, corner;
    uint16x8_t fu, fv;
} Seen;

INLINE Seen look(const atr__Gather *row, uint32_t u, uint32_t v, int32_t count)
{
    uint32_t here[LANES];
    uint32_t right[LANES];
    uint32_t below[LANES];
    uint32_t corner[LANES];
    uint32_t fu[LANES];
    uint32_t fv[LANES];
    for (int32_t i = 0; i < LANES; i++) {
        const uint32_t *p = row->src + (ptrdiff_t)(v >> 16) * row->src_pitch + (u >> 16);
        here[i] = p[0];
        right[i] = p[1];
        below[i] = p[row->src_pitch];
        corner[i] = p[row->src_pitch + 1];
        fu[i] = (u >> 8 & 255) * 0x10001u;
        fv[i] = (v >> 8 & 255) * 0x10001u;
        if (i + 1 < count) {
            u += (uint32_t)row->du;
            v += (uint32_t)row->dv;
        }
    }
    return (Seen){ .here = vec_load(here),
                   .right = vec_load(right),
                   .below = vec_load(below),
                   .corner = vec_load(corner),
                   .fu = vreinterpretq_u16_u32(vld1q_u32(fu)),
                   .fv = vreinterpretq_u16_u32(vld1q_u32(fv)) };
}

/* Adds the share of one of the four neighbours; `weight` is that of two pixels, four times each. */
INLINE uint16x8_t share(uint16x8_t sum, uint8x8_t pixels, uint16x8_t weight)
{
    return vmlaq_u16(sum, vmovl_u8(pixels), weight);
}

INLINE uint16x8_t of_first_two(uint16x8_t weight)
{
    const uint32x4_t w = vreinterpretq_u32_u16(weight);
    return vreinterpretq_u16_u32(vzip1q_u32(w, w));
}

INLINE uint16x8_t of_last_two(uint16x8_t weight)
{
    const uint32x4_t w = vreinterpretq_u32_u16(weight);
    return vreinterpretq_u16_u32(vzip2q_u32(w, w));
}

INLINE Vec vec_sample(const atr__Gather *row, uint32_t u, uint32_t v, int32_t count)
{
    const Seen s = look(row, u, v, count);
    const uint16x8_t corner = vshrq_n_u16(vmulq_u16(s.fu, s.fv), 8);
    const uint16x8_t right = vsubq_u16(s.fu, corner);
    const uint16x8_t below = vsubq_u16(s.fv, corner);
    const uint16x8_t here = vsubq_u16(vdupq_n_u16(256), vaddq_u16(s.fu, below));
    uint16x8_t low = vmulq_u16(vmovl_u8(vget_low_u8(s.here)), of_first_two(here));
    low = share(low, vget_low_u8(s.right), of_first_two(right));
    low = share(low, vget_low_u8(s.below), of_first_two(below));
    low = share(low, vget_low_u8(s.corner), of_first_two(corner));
    uint16x8_t high = vmulq_u16(vmovl_u8(vget_high_u8(s.here)), of_last_two(here));
    high = share(high, vget_high_u8(s.right), of_last_two(right));
    high = share(high, vget_high_u8(s.below), of_last_two(below));
    high = share(high, vget_high_u8(s.corner), of_last_two(corner));
    return vcombine_u8(vrshrn_n_u16(low, 8), vrshrn_n_u16(high, 8));
}

#include "compose/kernel_rows.h"

const atr__Kernels atr__kernels_neon = {
    .name = "neon", .draw = draw, .blend = blend, .fill = fill, .gather = gather
};
