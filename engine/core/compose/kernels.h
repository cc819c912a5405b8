/* The kernel tables, one per instruction set; which exist depends on the architecture. Use
 * atr__kernels_at and its neighbours (compose_internal.h) to choose one. */
#ifndef ATR_COMPOSE_KERNELS_H
#define ATR_COMPOSE_KERNELS_H

#include "compose/compose_internal.h"

extern const atr__Kernels atr__kernels_avx2;
extern const atr__Kernels atr__kernels_sse2;
extern const atr__Kernels atr__kernels_neon;

#endif
