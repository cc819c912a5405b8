/* The passes as any compiler makes them, one particle at a time. */
#define _POSIX_C_SOURCE 200809L

#define KERNEL_NAME "scalar"
#include "effect/particle_kernel.h"

const atr__UpdateOps *atr__update_scalar(void)
{
    return &kernel;
}
