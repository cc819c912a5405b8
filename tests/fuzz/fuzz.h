/* What every fuzz target offers: libFuzzer calls it, or runner.c with the corpus. */
#ifndef ATR_TEST_FUZZ_H
#define ATR_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Reads any bytes and aborts when a promise is broken. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
