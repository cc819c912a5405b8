/* xoshiro128++ 1.0 by Blackman and Vigna (https://prng.di.unimi.it): 32-bit output, four words of
 * state, the same sequence on every machine. Not for secrets. Seeded through splitmix64. */
#ifndef ATR_BASE_RANDOM_H
#define ATR_BASE_RANDOM_H

#include <stdint.h>

typedef struct atr__Random {
    uint32_t s[4];
} atr__Random;

static inline uint64_t atr__splitmix64(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline void atr__random_seed(atr__Random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i += 2) {
        const uint64_t z = atr__splitmix64(&seed);
        random->s[i] = (uint32_t)z;
        random->s[i + 1] = (uint32_t)(z >> 32);
    }
}

static inline uint32_t atr__rotl32(uint32_t x, int k)
{
    return (x << k) | (x >> (32 - k));
}

static inline uint32_t atr__random_u32(atr__Random *random)
{
    uint32_t *s = random->s;
    const uint32_t result = atr__rotl32(s[0] + s[3], 7) + s[0];
    const uint32_t t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = atr__rotl32(s[3], 11);
    return result;
}

/* Uniform in [0, 1), 24 bits, exact in float. */
static inline float atr__random_unit(atr__Random *random)
{
    return (float)(atr__random_u32(random) >> 8) * (1.0f / 16777216.0f);
}

/* Uniform in [low, high). */
static inline float atr__random_between(atr__Random *random, float low, float high)
{
    return low + (high - low) * atr__random_unit(random);
}

#endif
