/* Random work for the compositor's kernels, the same for every kernel and on every machine: each
 * case draws into a sheet of memory, of which the kernel may write one part only. */
#ifndef ATR_TESTS_KERNEL_CASES_H
#define ATR_TESTS_KERNEL_CASES_H

#include "compose/compose_internal.h"

#define KERNEL_SHEET_WIDE 160
#define KERNEL_SHEET_HIGH 56

typedef enum KernelCall {
    KERNEL_DRAW = 0,
    KERNEL_BLEND,
    KERNEL_FILL,
    KERNEL_GATHER,
    KERNEL_CALLS
} KernelCall;

typedef struct KernelSheet {
    uint32_t pixels[KERNEL_SHEET_WIDE * KERNEL_SHEET_HIGH];
    atr_Rect allowed; /* what the last case might write */
} KernelSheet;

/* Fills the sheet with the case's background and makes the kernel's call upon it. Source pixels
 * lie in memory of exactly their size, so that a sanitizer sees one that is read beyond. */
void kernel_case(const atr__Kernels *kernels, KernelCall call, uint32_t seed, KernelSheet *sheet);

/* The background alone. */
void kernel_background(uint32_t seed, KernelSheet *sheet);

#endif
