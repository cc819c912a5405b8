/* The gallery's window and renderer. Without a GPU (OpenGL on the processor counts as none) SDL's
 * software renderer is taken unless another one was asked for.
 *
 * Threads: render. */
#ifndef GALLERY_DISPLAY_H
#define GALLERY_DISPLAY_H

#include "options.h"

typedef struct Display {
    SDL_Window *window;
    SDL_Renderer *renderer;
    bool synced;           /* presenting waits for the screen */
    int32_t width, height; /* output pixels */
} Display;

/* On failure SDL_GetError says why. */
bool display_open(const Options *options, Display *out);
void display_close(Display *display);

/* Asks how large the output is now. False: not to be had. */
bool display_measure(Display *display);

#endif
