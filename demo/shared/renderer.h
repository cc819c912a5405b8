/* What an SDL renderer is made of. */
#ifndef DEMO_RENDERER_H
#define DEMO_RENDERER_H

#include <SDL.h>
#include <stdbool.h>

/* Whether the processor does the drawing: SDL's software renderer, or OpenGL on llvmpipe and its
 * like, which is slower still. */
bool renderer_is_rasteriser(SDL_Renderer *renderer);

#endif
