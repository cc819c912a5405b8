/* The scene effects are shown on: a landscape at night or by day, drawn once for each size. */
#ifndef GALLERY_BACKDROP_H
#define GALLERY_BACKDROP_H

#include <stdbool.h>
#include <stdint.h>

/* 0xffRRGGBB. */
void backdrop_draw(uint32_t *pixels, int32_t width, int32_t height, bool light);

#endif
