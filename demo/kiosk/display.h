/* The window and the renderer the kiosk draws with.
 *
 * With a GPU: an accelerated renderer. Without one (a software rasteriser behind OpenGL counts as
 * none), SDL's software renderer on the window's own surface, which is the fastest way there is
 * then. Headless: the same renderer on a surface in memory, with no window at all. SDL's
 * `offscreen` and `dummy` drivers are refused otherwise, so that nobody waits before a screen that
 * shows nothing.
 *
 * Threads: render. */
#ifndef KIOSK_DISPLAY_H
#define KIOSK_DISPLAY_H

#include "options.h"

#include <SDL.h>

typedef struct Display {
    SDL_Window *window; /* NULL when headless */
    SDL_Renderer *renderer;
    SDL_Surface *surface; /* pixels the software renderer draws into; NULL with a GPU */
    bool owns_surface;
    bool synced;           /* presenting waits for the screen */
    int32_t width, height; /* output pixels */
} Display;

/* Whether a window could be shown here; on failure `error` says why not. */
atr_Status display_probe(atr_Error *error);

/* On failure `error` says what was tried and how it failed. */
atr_Status display_open(const Options *options, Display *out, atr_Error *error);
void display_close(Display *display);

/* The window has another size: a software renderer needs the new surface. The caller has told
 * everyone who holds the renderer. `changed` says whether there is a new one. */
atr_Status display_resize(Display *display, bool *changed);

#endif
