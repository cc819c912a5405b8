/* Screenshots: what the renderer has drawn, as PNG. */
#ifndef DEMO_SHOT_H
#define DEMO_SHOT_H

#include <SDL.h>
#include <stdbool.h>
#include <stdint.h>

/* False when the pixels cannot be read or the file not written. Call before presenting. */
bool shot_write(SDL_Renderer *renderer, int32_t width, int32_t height, const char *path);

#endif
