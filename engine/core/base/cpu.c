/* Asks the processor what it can do. SSE2 and NEON belong to x86-64 and arm64; 32-bit x86 and AVX2
 * are asked for, the latter with the operating system's leave, which the compiler's own check
 * includes. */
#include "base/cpu.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[ATR__SIMD_COUNT] = {
    [ATR__SIMD_AVX2] = "avx2",
    [ATR__SIMD_SSE2] = "sse2",
    [ATR__SIMD_NEON] = "neon",
    [ATR__SIMD_SCALAR] = "scalar",
};

const char *atr__simd_name(atr__Simd simd)
{
    return names[simd];
}

bool atr__simd_runs(atr__Simd simd)
{
    switch (simd) {
#if ATR__SIMD_X86
    case ATR__SIMD_AVX2:
        return __builtin_cpu_supports("avx2") != 0;
    case ATR__SIMD_SSE2:
        return __builtin_cpu_supports("sse2") != 0;
#endif
#if ATR__SIMD_ARM64
    case ATR__SIMD_NEON:
        return true;
#endif
    case ATR__SIMD_SCALAR:
        return true;
    default:
        return false;
    }
}

bool atr__simd_named(const char *name, atr__Simd *out)
{
    for (int i = 0; i < ATR__SIMD_COUNT; i++) {
        if (strcmp(name, names[i]) == 0 && atr__simd_runs((atr__Simd)i)) {
            *out = (atr__Simd)i;
            return true;
        }
    }
    return false;
}

atr__Simd atr__simd_wanted(const char **refused)
{
    *refused = NULL;
    const char *asked = getenv("ATRIUM_SIMD");
    atr__Simd simd = ATR__SIMD_SCALAR;
    if (asked != NULL && *asked != '\0') {
        if (atr__simd_named(asked, &simd)) {
            return simd;
        }
        *refused = asked;
    }
    simd = ATR__SIMD_AVX2;
    while (!atr__simd_runs(simd)) {
        simd = (atr__Simd)(simd + 1);
    }
    return simd;
}
