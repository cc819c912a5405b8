/* Counts a thread's requests to malloc and its relatives, made by the program and by every library
 * it is linked with: the linker binds them all to the definitions in alloc_count.c.
 *
 *     alloc_count_start();
 *     draw();
 *     assert_int_equal(alloc_count_stop(), 0);
 *
 * Not under sanitizers, which replace malloc themselves, and with glibc only. */
#ifndef ATR_TEST_ALLOC_COUNT_H
#define ATR_TEST_ALLOC_COUNT_H

#include <stdbool.h>
#include <stdint.h>

/* Whether requests are really seen here, also those made inside the C library. */
bool alloc_count_works(void);

/* From here on the calling thread's requests count, from 0. */
void alloc_count_start(void);

/* Stops counting. @return how many requests there were. */
uint64_t alloc_count_stop(void);

#endif
