/* The kernels for SSE2, which every x86-64 has: four pixels at a time, channels widened to 16-bit
 * lanes in two halves. */
#include "compose/compose_internal.h"

#include <emmintrin.h>

#define LANES 4

typedef __m128i Vec;
typedef __m128i Tint; /* weight * 2 in every lane */

#define INLINE static inline __attribute__((always_inline))

INLINE Vec vec_load(const uint32_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

INLINE void vec_store(uint32_t *p, Vec v)
{
    _mm_storeu_si128((__m128i *)(void *)p, v);
}

INLINE Vec load_one(const uint32_t *p)
{
    return _mm_cvtsi32_si128((int)*p);
}

INLINE Vec load_two(const uint32_t *p)
{
    return _mm_loadl_epi64((const __m128i *)(const void *)p);
}

INLINE Vec vec_load_part(const uint32_t *p, int32_t count)
{
    switch (count) {
    case 1:
        return load_one(p);
    case 2:
        return load_two(p);
    default:
        return _mm_unpacklo_epi64(load_two(p), load_one(p + 2));
    }
}

INLINE void vec_store_part(uint32_t *p, Vec v, int32_t count)
{
    if (count == 1) {
        *p = (uint32_t)_mm_cvtsi128_si32(v);
        return;
    }
    _mm_storel_epi64((__m128i *)(void *)p, v);
    if (count == 3) {
        p[2] = (uint32_t)_mm_cvtsi128_si32(_mm_unpackhi_epi64(v, v));
    }
}

INLINE Vec vec_of(uint32_t pixel)
{
    return _mm_set1_epi32((int)pixel);
}

INLINE Tint tint_of(uint32_t color)
{
    const __m128i t = _mm_unpacklo_epi8(vec_of(color), _mm_setzero_si128());
    const __m128i weight = _mm_add_epi16(t, _mm_srli_epi16(t, 7));
    return _mm_add_epi16(weight, weight);
}

/* (s * weight + 128) >> 8, as (s * weight / 128 + 1) / 2; `wide` is s << 8 in 16-bit lanes. */
INLINE __m128i tinted(__m128i wide, Tint tint)
{
    return _mm_avg_epu16(_mm_mulhi_epu16(wide, tint), _mm_setzero_si128());
}

INLINE __m128i tinted_low(Vec s, Tint tint)
{
    return tinted(_mm_unpacklo_epi8(_mm_setzero_si128(), s), tint);
}

INLINE __m128i tinted_high(Vec s, Tint tint)
{
    return tinted(_mm_unpackhi_epi8(_mm_setzero_si128(), s), tint);
}

INLINE Vec vec_tint(Vec s, Tint tint)
{
    return _mm_packus_epi16(tinted_low(s, tint), tinted_high(s, tint));
}

INLINE Vec vec_add(Vec s, Vec d)
{
    return _mm_adds_epu8(s, d);
}

/* (d * keep + keep / 2) >> 8 = (d * 256 + 128) * keep >> 16; `wide` is d * 256 + 128, and of
 * `pixels`, in 16-bit lanes, every fourth is an alpha. */
INLINE __m128i kept(__m128i wide, __m128i pixels)
{
    const __m128i alpha = _mm_shufflehi_epi16(_mm_shufflelo_epi16(pixels, 0xff), 0xff);
    return _mm_mulhi_epu16(wide, _mm_sub_epi16(_mm_set1_epi16(256), alpha));
}

INLINE __m128i wide_low(Vec d)
{
    return _mm_unpacklo_epi8(_mm_set1_epi8((char)-128), d);
}

INLINE __m128i wide_high(Vec d)
{
    return _mm_unpackhi_epi8(_mm_set1_epi8((char)-128), d);
}

INLINE Vec vec_over(Vec s, Vec d)
{
    const __m128i low = _mm_unpacklo_epi8(s, _mm_setzero_si128());
    const __m128i high = _mm_unpackhi_epi8(s, _mm_setzero_si128());
    return _mm_adds_epu8(s, _mm_packus_epi16(kept(wide_low(d), low), kept(wide_high(d), high)));
}

/* As vec_over(vec_tint(s), d), without narrowing in between; the last packing saturates. */
INLINE Vec vec_tint_over(Vec s, Vec d, Tint tint)
{
    const __m128i low = tinted_low(s, tint);
    const __m128i high = tinted_high(s, tint);
    return _mm_packus_epi16(_mm_add_epi16(low, kept(wide_low(d), low)),
                            _mm_add_epi16(high, kept(wide_high(d), high)));
}

/* The share of one of the four neighbours; `weight` has it in both halves of each pixel. */
INLINE __m128i share_low(Vec pixels, __m128i weight)
{
    return _mm_mullo_epi16(_mm_unpacklo_epi8(pixels, _mm_setzero_si128()),
                           _mm_unpacklo_epi32(weight, weight));
}

INLINE __m128i share_high(Vec pixels, __m128i weight)
{
    return _mm_mullo_epi16(_mm_unpackhi_epi8(pixels, _mm_setzero_si128()),
                           _mm_unpackhi_epi32(weight, weight));
}

INLINE __m128i sum_rounded(__m128i a, __m128i b, __m128i c, __m128i d)
{
    const __m128i half = _mm_set1_epi16(128);
    return _mm_srli_epi16(
        _mm_add_epi16(_mm_add_epi16(_mm_add_epi16(a, b), half), _mm_add_epi16(c, d)), 8);
}

/* The four neighbours of four pixels, and the fractions in both halves of each pixel. */
typedef struct Seen {
    Vec here, right, below, corner;
    __m128i fu, fv;
} Seen;

INLINE Seen look(const atr__Gather *row, uint32_t u, uint32_t v, int32_t count)
{
    Vec upper[LANES];
    Vec lower[LANES];
    uint32_t fu[LANES];
    uint32_t fv[LANES];
    for (int32_t i = 0; i < LANES; i++) {
        const uint32_t *p = row->src + (ptrdiff_t)(v >> 16) * row->src_pitch + (u >> 16);
        upper[i] = load_two(p);
        lower[i] = load_two(p + row->src_pitch);
        fu[i] = (u >> 8 & 255) * 0x10001u;
        fv[i] = (v >> 8 & 255) * 0x10001u;
        if (i + 1 < count) {
            u += (uint32_t)row->du;
            v += (uint32_t)row->dv;
        }
    }
    const Vec upper01 = _mm_unpacklo_epi32(upper[0], upper[1]);
    const Vec upper23 = _mm_unpacklo_epi32(upper[2], upper[3]);
    const Vec lower01 = _mm_unpacklo_epi32(lower[0], lower[1]);
    const Vec lower23 = _mm_unpacklo_epi32(lower[2], lower[3]);
    return (Seen){ .here = _mm_unpacklo_epi64(upper01, upper23),
                   .right = _mm_unpackhi_epi64(upper01, upper23),
                   .below = _mm_unpacklo_epi64(lower01, lower23),
                   .corner = _mm_unpackhi_epi64(lower01, lower23),
                   .fu = _mm_setr_epi32((int)fu[0], (int)fu[1], (int)fu[2], (int)fu[3]),
                   .fv = _mm_setr_epi32((int)fv[0], (int)fv[1], (int)fv[2], (int)fv[3]) };
}

INLINE Vec vec_sample(const atr__Gather *row, uint32_t u, uint32_t v, int32_t count)
{
    const Seen s = look(row, u, v, count);
    const __m128i corner = _mm_srli_epi16(_mm_mullo_epi16(s.fu, s.fv), 8);
    const __m128i right = _mm_sub_epi16(s.fu, corner);
    const __m128i below = _mm_sub_epi16(s.fv, corner);
    const __m128i here = _mm_sub_epi16(_mm_set1_epi16(256), _mm_add_epi16(s.fu, below));
    return _mm_packus_epi16(sum_rounded(share_low(s.here, here), share_low(s.right, right),
                                        share_low(s.below, below), share_low(s.corner, corner)),
                            sum_rounded(share_high(s.here, here), share_high(s.right, right),
                                        share_high(s.below, below), share_high(s.corner, corner)));
}

#include "compose/kernel_rows.h"

const atr__Kernels atr__kernels_sse2 = {
    .name = "sse2", .draw = draw, .blend = blend, .fill = fill, .gather = gather
};
