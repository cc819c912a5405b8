/* Pixels as SDL's blend mode has them. */
#ifndef DEMO_STRAIGHT_H
#define DEMO_STRAIGHT_H

#include <stddef.h>
#include <stdint.h>

/* Straight alpha from premultiplied, in place. */
void pixels_straighten(uint32_t *pixels, size_t count);

#endif
