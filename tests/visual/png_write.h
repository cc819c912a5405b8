/* Writes a canvas as PNG, for eyes and for golden frames. Include in one file of a program. */
#ifndef ATR_TEST_PNG_WRITE_H
#define ATR_TEST_PNG_WRITE_H

#include <atrium/compose.h>

#include <stdlib.h>

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>

static inline bool png_write(const char *path, const atr_Canvas *canvas)
{
    if (canvas->width <= 0 || canvas->height <= 0) {
        return false;
    }
    unsigned char *rgb = malloc((size_t)canvas->width * (size_t)canvas->height * 3);
    if (rgb == NULL) {
        return false;
    }
    unsigned char *out = rgb;
    for (int32_t y = 0; y < canvas->height; y++) {
        for (int32_t x = 0; x < canvas->width; x++) {
            const uint32_t p = canvas->pixels[(ptrdiff_t)y * canvas->pitch + x];
            *out++ = (unsigned char)(p >> 16);
            *out++ = (unsigned char)(p >> 8);
            *out++ = (unsigned char)p;
        }
    }
    const int ok = stbi_write_png(path, canvas->width, canvas->height, 3, rgb, canvas->width * 3);
    free(rgb);
    return ok != 0;
}

#endif
