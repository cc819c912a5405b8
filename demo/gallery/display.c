/* See display.h. */
#include "display.h"

#include "shared/renderer.h"

#include <string.h>

static void set_hints(const Options *options)
{
    SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
    SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
    SDL_SetHint(SDL_HINT_RENDER_BATCHING, "1"); /* naming a renderer turns it off */
    /* A window's surface is to be memory, not a hidden texture of another renderer. */
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    if (options->headless && SDL_getenv("SDL_VIDEODRIVER") == NULL) {
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    }
}

static bool open_renderer(const Options *options, const char *name, Display *display)
{
    Uint32 flags = SDL_WINDOW_ALLOW_HIGHDPI;
    flags |= options->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : SDL_WINDOW_RESIZABLE;
    SDL_SetHint(SDL_HINT_RENDER_DRIVER, name);
    display->window =
        SDL_CreateWindow("atrium gallery", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                         options->width, options->height, flags);
    const bool software = strcmp(name, "software") == 0;
    display->renderer =
        display->window != NULL
            ? SDL_CreateRenderer(display->window, -1, software ? 0 : SDL_RENDERER_PRESENTVSYNC)
            : NULL;
    return display->renderer != NULL;
}

static void drop(Display *display)
{
    if (display->renderer != NULL) {
        SDL_DestroyRenderer(display->renderer);
    }
    if (display->window != NULL) {
        SDL_DestroyWindow(display->window);
    }
    display->renderer = NULL;
    display->window = NULL;
}

static bool open_best(const Options *options, Display *display)
{
    if (!options->headless && open_renderer(options, "", display) &&
        !renderer_is_rasteriser(display->renderer)) {
        return true;
    }
    drop(display);
    return open_renderer(options, "software", display);
}

bool display_open(const Options *options, Display *out)
{
    memset(out, 0, sizeof *out);
    set_hints(options);
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return false;
    }
    const bool opened = options->renderer != NULL ? open_renderer(options, options->renderer, out)
                                                  : open_best(options, out);
    SDL_RendererInfo info;
    if (!opened || SDL_GetRendererInfo(out->renderer, &info) != 0 || !display_measure(out)) {
        return false;
    }
    if (options->renderer != NULL && strcmp(info.name, options->renderer) != 0) {
        SDL_SetError("renderer %s: not here; SDL offers %s", options->renderer, info.name);
        return false;
    }
    /* The software renderer says that it waits, and does not. */
    out->synced =
        (info.flags & SDL_RENDERER_PRESENTVSYNC) != 0 && (info.flags & SDL_RENDERER_SOFTWARE) == 0;
    SDL_SetWindowMinimumSize(out->window, 480, 480);
    return true;
}

void display_close(Display *display)
{
    drop(display);
    SDL_Quit();
}

bool display_measure(Display *display)
{
    return SDL_GetRendererOutputSize(display->renderer, &display->width, &display->height) == 0;
}
