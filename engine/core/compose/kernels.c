/* Chooses among the kernels that were built for this architecture, by what its processor runs. */
#include "compose/compose_internal.h"

#include "compose/kernels.h"

#include "base/cpu.h"

static const atr__Kernels *const tables[ATR__SIMD_COUNT] = {
#if ATR__SIMD_X86
    [ATR__SIMD_AVX2] = &atr__kernels_avx2,
    [ATR__SIMD_SSE2] = &atr__kernels_sse2,
#endif
#if ATR__SIMD_ARM64
    [ATR__SIMD_NEON] = &atr__kernels_neon,
#endif
    [ATR__SIMD_SCALAR] = &atr__kernels_scalar,
};

const atr__Kernels *atr__kernels_at(uint32_t index)
{
    for (int i = 0; i < ATR__SIMD_COUNT; i++) {
        if (atr__simd_runs((atr__Simd)i) && index-- == 0) {
            return tables[i];
        }
    }
    return NULL;
}

const atr__Kernels *atr__kernels_named(const char *name)
{
    atr__Simd simd;
    return atr__simd_named(name, &simd) ? tables[simd] : NULL;
}

const atr__Kernels *atr__kernels_best(void)
{
    return atr__kernels_at(0);
}
