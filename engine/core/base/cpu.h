/* Which instruction sets atrium has code for, and which of them this processor runs. One answer
 * for all that choose at run time: the compositor's kernels and the particles' update. */
#ifndef ATR_BASE_CPU_H
#define ATR_BASE_CPU_H

#include <stdbool.h>

/* What the compiler can build for this target at all; which of it runs is asked at run time. */
#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__)
#define ATR__SIMD_X86 1
#else
#define ATR__SIMD_X86 0
#endif
#if defined(__aarch64__) && defined(__GNUC__) && !defined(__AARCH64EB__)
#define ATR__SIMD_ARM64 1
#else
#define ATR__SIMD_ARM64 0
#endif

/* Best first. */
typedef enum atr__Simd {
    ATR__SIMD_AVX2 = 0,
    ATR__SIMD_SSE2,
    ATR__SIMD_NEON,
    ATR__SIMD_SCALAR,
    ATR__SIMD_COUNT
} atr__Simd;

/* "avx2", "sse2", "neon", "scalar". */
const char *atr__simd_name(atr__Simd simd);

/* Built in, and the processor and its operating system can run it. Scalar always is. */
bool atr__simd_runs(atr__Simd simd);

/* The one of that name that runs here; false otherwise, `out` untouched. */
bool atr__simd_named(const char *name, atr__Simd *out);

/* What ATRIUM_SIMD asks for, else the best that runs. When the variable names nothing that runs
 * here, *refused is its value, which whoever creates something logs once; else NULL. */
atr__Simd atr__simd_wanted(const char **refused);

#endif
