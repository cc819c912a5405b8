/* See straight.h. */
#include "shared/straight.h"

void pixels_straighten(uint32_t *pixels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t pixel = pixels[i];
        const uint32_t alpha = pixel >> 24;
        if (alpha == 0 || alpha == 255) {
            continue;
        }
        uint32_t out = alpha << 24;
        for (unsigned shift = 0; shift < 24; shift += 8) {
            const uint32_t value = (((pixel >> shift) & 255u) * 255u + alpha / 2) / alpha;
            out |= (value > 255 ? 255 : value) << shift;
        }
        pixels[i] = out;
    }
}
