/* The passes compiled for NEON, which every 64-bit ARM has. */
#define _POSIX_C_SOURCE 200809L

#include "effect/update.h"

#if defined(__aarch64__) && defined(__ARM_NEON)

#define KERNEL_NAME "neon"
#include "effect/particle_kernel.h"

const atr__UpdateOps *atr__update_neon(void)
{
    return &kernel;
}

#else

const atr__UpdateOps *atr__update_neon(void)
{
    return NULL;
}

#endif
