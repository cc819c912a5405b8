/* See display.h. */
#include "display.h"

#include "shared/renderer.h"

#include <stdarg.h>
#include <string.h>

static atr_Status fail(atr_Error *error, const char *what)
{
    memset(error, 0, sizeof *error);
    snprintf(error->source, sizeof error->source, "%s", what);
    snprintf(error->text, sizeof error->text, "%s", SDL_GetError());
    return ATR_ERR_BACKEND;
}

static void set_hints(bool headless)
{
    SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
    SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
    /* A window's surface is to be memory, not a hidden texture of another renderer. */
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint(SDL_HINT_IME_SHOW_UI, "0");
    if (headless && SDL_getenv("SDL_VIDEODRIVER") == NULL) {
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    }
}

static bool shows_nothing(const char *driver)
{
    return driver == NULL || strcmp(driver, "dummy") == 0 || strcmp(driver, "offscreen") == 0 ||
           strcmp(driver, "evdev") == 0;
}

static SDL_Window *make_window(const Options *options, Uint32 flags)
{
    flags |= SDL_WINDOW_ALLOW_HIGHDPI;
    flags |= options->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : SDL_WINDOW_RESIZABLE;
    return SDL_CreateWindow("atrium kiosk", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                            options->width, options->height, flags);
}

static bool open_accelerated(const Options *options, Display *display)
{
    display->window = make_window(options, SDL_WINDOW_HIDDEN);
    if (display->window == NULL) {
        return false;
    }
    display->renderer = SDL_CreateRenderer(display->window, -1,
                                           SDL_RENDERER_ACCELERATED | SDL_RENDERER_PRESENTVSYNC);
    if (display->renderer != NULL && !renderer_is_rasteriser(display->renderer)) {
        SDL_RendererInfo info;
        display->synced = SDL_GetRendererInfo(display->renderer, &info) == 0 &&
                          (info.flags & SDL_RENDERER_PRESENTVSYNC) != 0;
        SDL_ShowWindow(display->window);
        return true;
    }
    if (display->renderer != NULL) {
        SDL_DestroyRenderer(display->renderer);
    }
    SDL_DestroyWindow(display->window);
    display->renderer = NULL;
    display->window = NULL;
    return false;
}

static bool take_surface(Display *display)
{
    display->surface = SDL_GetWindowSurface(display->window);
    display->renderer =
        display->surface != NULL ? SDL_CreateSoftwareRenderer(display->surface) : NULL;
    return display->renderer != NULL;
}

static atr_Status open_window(const Options *options, Display *display, atr_Error *error)
{
    if (open_accelerated(options, display)) {
        return ATR_OK;
    }
    display->window = make_window(options, 0);
    if (display->window == NULL) {
        return fail(error, "window");
    }
    return take_surface(display) ? ATR_OK : fail(error, "software renderer");
}

static atr_Status open_memory(const Options *options, Display *display, atr_Error *error)
{
    display->surface = SDL_CreateRGBSurfaceWithFormat(0, options->width, options->height, 32,
                                                      SDL_PIXELFORMAT_RGB888);
    display->owns_surface = display->surface != NULL;
    display->renderer =
        display->surface != NULL ? SDL_CreateSoftwareRenderer(display->surface) : NULL;
    return display->renderer != NULL ? ATR_OK : fail(error, "software renderer");
}

/* Starts SDL's video; a driver that shows nothing is a failure. */
static atr_Status start_video(bool headless, atr_Error *error)
{
    set_hints(headless);
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return fail(error, "display");
    }
    const char *driver = SDL_GetCurrentVideoDriver();
    if (!headless && shows_nothing(driver)) {
        SDL_SetError("the video driver '%s' shows nothing; ask for it with --headless",
                     driver != NULL ? driver : "none");
        return fail(error, "display");
    }
    return ATR_OK;
}

atr_Status display_probe(atr_Error *error)
{
    atr_Status status = start_video(false, error);
    if (status == ATR_OK && SDL_GetNumVideoDisplays() < 1) {
        status = fail(error, "display");
    }
    SDL_Quit();
    return status;
}

atr_Status display_open(const Options *options, Display *out, atr_Error *error)
{
    memset(out, 0, sizeof *out);
    atr_Status status = start_video(options->headless, error);
    if (status == ATR_OK) {
        status =
            options->headless ? open_memory(options, out, error) : open_window(options, out, error);
    }
    if (status == ATR_OK &&
        SDL_GetRendererOutputSize(out->renderer, &out->width, &out->height) != 0) {
        status = fail(error, "renderer");
    }
    if (status != ATR_OK) {
        display_close(out);
        return status;
    }
    SDL_DisableScreenSaver();
    SDL_ShowCursor(SDL_DISABLE);
    return ATR_OK;
}

void display_close(Display *display)
{
    if (display->renderer != NULL) {
        SDL_DestroyRenderer(display->renderer);
    }
    if (display->owns_surface) {
        SDL_FreeSurface(display->surface);
    }
    if (display->window != NULL) {
        SDL_DestroyWindow(display->window);
    }
    memset(display, 0, sizeof *display);
    SDL_Quit();
}

atr_Status display_resize(Display *display, bool *changed)
{
    *changed = false;
    if (display->window != NULL && display->surface != NULL) {
        SDL_DestroyRenderer(display->renderer);
        display->renderer = NULL;
        if (!take_surface(display)) {
            return ATR_ERR_BACKEND;
        }
        *changed = true;
    }
    return SDL_GetRendererOutputSize(display->renderer, &display->width, &display->height) == 0
               ? ATR_OK
               : ATR_ERR_BACKEND;
}
