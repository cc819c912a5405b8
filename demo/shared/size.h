/* A window's size as it is written: WIDTHxHEIGHT. */
#ifndef DEMO_SIZE_H
#define DEMO_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#define SIZE_MAX_PX 8192

/* False, and nothing is written, unless both sides are from `least` to SIZE_MAX_PX. */
bool size_parse(const char *text, int32_t least, int32_t *out_width, int32_t *out_height);

#endif
