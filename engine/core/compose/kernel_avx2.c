/* The kernels for AVX2: eight pixels at a time. Channels are widened to 16-bit lanes in halves, low
 * and high within each 128-bit part, which the packing at the end puts back in order. */
#include "compose/compose_internal.h"

#include <immintrin.h>

#define LANES 8

typedef __m256i Vec;
typedef __m256i Tint; /* weight << 7 in every lane; 32767 stands for 256, with the same result */

#define INLINE static inline __attribute__((always_inline))

INLINE Vec vec_load(const uint32_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

INLINE void vec_store(uint32_t *p, Vec v)
{
    _mm256_storeu_si256((__m256i *)(void *)p, v);
}

/* All bits set in the first `count` pixels. */
INLINE __m256i part_mask(int32_t count)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

INLINE Vec vec_load_part(const uint32_t *p, int32_t count)
{
    return _mm256_maskload_epi32((const int *)(const void *)p, part_mask(count));
}

INLINE void vec_store_part(uint32_t *p, Vec v, int32_t count)
{
    _mm256_maskstore_epi32((int *)(void *)p, part_mask(count), v);
}

INLINE Vec vec_of(uint32_t pixel)
{
    return _mm256_set1_epi32((int)pixel);
}

INLINE Tint tint_of(uint32_t color)
{
    const __m256i t = _mm256_cvtepu8_epi16(_mm_set1_epi32((int)color));
    const __m256i weight = _mm256_add_epi16(t, _mm256_srli_epi16(t, 7));
    return _mm256_min_epu16(_mm256_slli_epi16(weight, 7), _mm256_set1_epi16(32767));
}

/* (s * weight + 128) >> 8 in 16-bit lanes, of the lower and of the upper half. */
INLINE __m256i tinted_low(Vec s, Tint tint)
{
    return _mm256_mulhrs_epi16(_mm256_unpacklo_epi8(s, _mm256_setzero_si256()), tint);
}

INLINE __m256i tinted_high(Vec s, Tint tint)
{
    return _mm256_mulhrs_epi16(_mm256_unpackhi_epi8(s, _mm256_setzero_si256()), tint);
}

INLINE Vec vec_tint(Vec s, Tint tint)
{
    return _mm256_packus_epi16(tinted_low(s, tint), tinted_high(s, tint));
}

INLINE Vec vec_add(Vec s, Vec d)
{
    return _mm256_adds_epu8(s, d);
}

/* (d * keep + keep / 2) >> 8 = (d * 256 + 128) * keep >> 16. */
INLINE __m256i kept_low(Vec d, __m256i alpha)
{
    return _mm256_mulhi_epu16(_mm256_unpacklo_epi8(_mm256_set1_epi8((char)-128), d),
                              _mm256_sub_epi16(_mm256_set1_epi16(256), alpha));
}

INLINE __m256i kept_high(Vec d, __m256i alpha)
{
    return _mm256_mulhi_epu16(_mm256_unpackhi_epi8(_mm256_set1_epi8((char)-128), d),
                              _mm256_sub_epi16(_mm256_set1_epi16(256), alpha));
}

INLINE Vec vec_over(Vec s, Vec d)
{
    const __m256i low = _mm256_setr_epi8(3, -1, 3, -1, 3, -1, 3, -1, 7, -1, 7, -1, 7, -1, 7, -1, 3,
                                         -1, 3, -1, 3, -1, 3, -1, 7, -1, 7, -1, 7, -1, 7, -1);
    const __m256i high = _mm256_add_epi8(low, _mm256_set1_epi16(8));
    return _mm256_adds_epu8(s, _mm256_packus_epi16(kept_low(d, _mm256_shuffle_epi8(s, low)),
                                                   kept_high(d, _mm256_shuffle_epi8(s, high))));
}

/* As vec_over(vec_tint(s), d), without narrowing in between; the last packing saturates. */
INLINE Vec vec_tint_over(Vec s, Vec d, Tint tint)
{
    const __m256i alpha = _mm256_setr_epi8(6, 7, 6, 7, 6, 7, 6, 7, 14, 15, 14, 15, 14, 15, 14, 15,
                                           6, 7, 6, 7, 6, 7, 6, 7, 14, 15, 14, 15, 14, 15, 14, 15);
    const __m256i low = tinted_low(s, tint);
    const __m256i high = tinted_high(s, tint);
    return _mm256_packus_epi16(
        _mm256_add_epi16(low, kept_low(d, _mm256_shuffle_epi8(low, alpha))),
        _mm256_add_epi16(high, kept_high(d, _mm256_shuffle_epi8(high, alpha))));
}

/* The share of one of the four neighbours; `weight` has it in both halves of each pixel. */
INLINE __m256i share_low(Vec pixels, __m256i weight)
{
    return _mm256_mullo_epi16(_mm256_unpacklo_epi8(pixels, _mm256_setzero_si256()),
                              _mm256_unpacklo_epi32(weight, weight));
}

INLINE __m256i share_high(Vec pixels, __m256i weight)
{
    return _mm256_mullo_epi16(_mm256_unpackhi_epi8(pixels, _mm256_setzero_si256()),
                              _mm256_unpackhi_epi32(weight, weight));
}

INLINE __m256i both_halves(__m256i weight)
{
    return _mm256_or_si256(weight, _mm256_slli_epi32(weight, 16));
}

INLINE __m256i sum_rounded(__m256i a, __m256i b, __m256i c, __m256i d)
{
    const __m256i half = _mm256_set1_epi16(128);
    return _mm256_srli_epi16(
        _mm256_add_epi16(_mm256_add_epi16(_mm256_add_epi16(a, b), half), _mm256_add_epi16(c, d)),
        8);
}

INLINE __m128 two_pairs(const uint32_t *p, uint32_t first, uint32_t second)
{
    const __m128 low =
        _mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)(const void *)(p + first)));
    return _mm_loadh_pi(low, (const __m64 *)(const void *)(p + second));
}

INLINE __m256 pairs(const uint32_t *p, uint32_t i, uint32_t j, uint32_t k, uint32_t l)
{
    return _mm256_insertf128_ps(_mm256_castps128_ps256(two_pairs(p, i, j)), two_pairs(p, k, l), 1);
}

/* Pairs of neighbours of pixels 0 1 4 5 and 2 3 6 7, so that one shuffle sorts them. */
INLINE Vec vec_sample(const atr__Gather *row, uint32_t u, uint32_t v, int32_t count)
{
    const __m256i step =
        _mm256_min_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(count - 1));
    const __m256i us = _mm256_add_epi32(_mm256_set1_epi32((int)u),
                                        _mm256_mullo_epi32(step, _mm256_set1_epi32(row->du)));
    const __m256i vs = _mm256_add_epi32(_mm256_set1_epi32((int)v),
                                        _mm256_mullo_epi32(step, _mm256_set1_epi32(row->dv)));
    const __m256i at = _mm256_add_epi32(
        _mm256_srli_epi32(us, 16),
        _mm256_mullo_epi32(_mm256_srli_epi32(vs, 16), _mm256_set1_epi32((int)row->src_pitch)));
    _Alignas(32) uint32_t index[LANES];
    _mm256_store_si256((__m256i *)(void *)index, at);
    const uint32_t *p = row->src;
    const uint32_t *q = row->src + row->src_pitch;
    const __m256 a = pairs(p, index[0], index[1], index[4], index[5]);
    const __m256 b = pairs(p, index[2], index[3], index[6], index[7]);
    const __m256 c = pairs(q, index[0], index[1], index[4], index[5]);
    const __m256 d = pairs(q, index[2], index[3], index[6], index[7]);
    const Vec here = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88));
    const Vec right = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xdd));
    const Vec below = _mm256_castps_si256(_mm256_shuffle_ps(c, d, 0x88));
    const Vec corner = _mm256_castps_si256(_mm256_shuffle_ps(c, d, 0xdd));

    const __m256i byte = _mm256_set1_epi32(255);
    const __m256i fu = both_halves(_mm256_and_si256(_mm256_srli_epi32(us, 8), byte));
    const __m256i fv = both_halves(_mm256_and_si256(_mm256_srli_epi32(vs, 8), byte));
    const __m256i w_corner = _mm256_srli_epi16(_mm256_mullo_epi16(fu, fv), 8);
    const __m256i w_right = _mm256_sub_epi16(fu, w_corner);
    const __m256i w_below = _mm256_sub_epi16(fv, w_corner);
    const __m256i w_here = _mm256_sub_epi16(_mm256_set1_epi16(256), _mm256_add_epi16(fu, w_below));
    return _mm256_packus_epi16(sum_rounded(share_low(here, w_here), share_low(right, w_right),
                                           share_low(below, w_below), share_low(corner, w_corner)),
                               sum_rounded(share_high(here, w_here), share_high(right, w_right),
                                           share_high(below, w_below),
                                           share_high(corner, w_corner)));
}

#include "compose/kernel_rows.h"

const atr__Kernels atr__kernels_avx2 = {
    .name = "avx2", .draw = draw, .blend = blend, .fill = fill, .gather = gather
};
