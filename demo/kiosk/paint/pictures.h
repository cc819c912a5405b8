/* The kiosk's pictures and icons: compiled in, decoded once, scaled to the size at which they are
 * painted. One that is damaged is left out, with a message; nothing else depends on it. */
#ifndef KIOSK_PICTURES_H
#define KIOSK_PICTURES_H

#include "scene.h"

#include <atrium/compose.h>

typedef struct Pictures {
    atr_Image images[PICTURE_COUNT]; /* premultiplied; empty when missing */
    atr_Image icons[ICON_COUNT];
    uint32_t missing;
} Pictures;

void pictures_load(Pictures *pictures, const atr_Log *log);
void pictures_free(Pictures *pictures);

/* Scales premultiplied pixels by area, and hands them out with straight alpha. */
void picture_scale(const atr_Image *from, uint32_t *to, int32_t width, int32_t height);

/* The same pixels mirrored, left and right. */
void picture_mirror(uint32_t *pixels, int32_t width, int32_t height);
/* A square turned by a quarter, clockwise. */
void picture_turn(uint32_t *pixels, int32_t side);

/* A soft dark edge under what is drawn, so that it reads over falling coins: `from` lies `reach`
 * pixels inside `to`, which is wider and higher by twice that. Night, straight alpha. `scratch` is
 * as large as `to`. */
void picture_halo(const uint32_t *from, int32_t width, int32_t height, int32_t reach, uint32_t *to,
                  uint32_t *scratch);

#endif
