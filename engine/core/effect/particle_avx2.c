/* The passes compiled for AVX2; used only where the machine has it. */
#define _POSIX_C_SOURCE 200809L

#include "effect/update.h"

#if defined(__AVX2__)

#define KERNEL_NAME "avx2"
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
