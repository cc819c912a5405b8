/* See shot.h. */
#include "shared/shot.h"

#include <stdlib.h>

/* Analysers are to look at our code, not into this header. */
#ifndef __clang_analyzer__
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#endif
#include <stb_image_write.h>

bool shot_write(SDL_Renderer *renderer, int32_t width, int32_t height, const char *path)
{
    unsigned char *pixels = malloc((size_t)width * (size_t)height * 3);
    if (pixels == NULL) {
        return false;
    }
    const bool done =
        SDL_RenderReadPixels(renderer, NULL, SDL_PIXELFORMAT_RGB24, pixels, width * 3) == 0 &&
        stbi_write_png(path, width, height, 3, pixels, width * 3) != 0;
    free(pixels);
    return done;
}
