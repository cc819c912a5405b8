/* The passes compiled for AVX2; used only where the machine has it. */
#define _POSIX_C_SOURCE 200809L

#include "effect/update.h"

#if defined(__AVX2__)

#include <immintrin.h>
#include <string.h>

/* A bit for each whose lanes are all ones: of 32, each pack takes from both halves in turn. */
static inline uint32_t bits_of(__m256i a, __m256i b, __m256i c, __m256i d)
{
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
    return (uint32_t)_mm256_movemask_epi8(_mm256_permutevar8x32_epi32(bytes, order));
}

static inline int32_t least_of(__m256i eight)
{
    __m128i least =
        _mm_min_epu32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
    least = _mm_min_epu32(least, _mm_shuffle_epi32(least, _MM_SHUFFLE(1, 0, 3, 2)));
    least = _mm_min_epu32(least, _mm_shuffle_epi32(least, _MM_SHUFFLE(2, 3, 0, 1)));
    return _mm_cvtsi128_si32(least);
}

/* In one look at each, the sleeping too. Or with all ones takes a dead one out of the minimum. */
static inline uint64_t sort_out(const atr__Chunk *chunk, int32_t clock, int32_t never,
                                int32_t *soonest)
{
    const __m256i after = _mm256_set1_epi32(clock + 1);
    __m256i least = _mm256_set1_epi32(never);
    uint64_t dead = 0;
    for (uint32_t i = 0; i < ATR__CHUNK_SIZE; i += 32) {
        __m256i over[4];
        for (uint32_t k = 0; k < 4; k++) {
            const __m256i dies =
                _mm256_load_si256((const __m256i *)(const void *)(chunk->dies_bits + i + 8 * k));
            over[k] = _mm256_cmpgt_epi32(after, dies);
            least = _mm256_min_epu32(least, _mm256_or_si256(dies, over[k]));
        }
        dead |= (uint64_t)bits_of(over[0], over[1], over[2], over[3]) << i;
    }
    *soonest = least_of(least);
    return dead;
}

#define KERNEL_NAME "avx2"
#define KERNEL_SORTS_OUT
#include "effect/particle_kernel.h"

const atr__UpdateOps *atr__update_avx2(void)
{
    return &kernel;
}

#else

const atr__UpdateOps *atr__update_avx2(void)
{
    return NULL;
}

#endif
