/* The passes compiled for SSE2, which every 64-bit x86 has. */
#define _POSIX_C_SOURCE 200809L

#include "effect/update.h"

#if defined(__SSE2__)

#define KERNEL_NAME "sse2"
#include "effect/particle_kernel.h"

const atr__UpdateOps *atr__update_sse2(void)
{
    return &kernel;
}

#else

const atr__UpdateOps *atr__update_sse2(void)
{
    return NULL;
}

#endif
