/*
 * The surface path: the compositor writes straight into the software renderer's pixels.
 *
 * Only when it is certain that these are the renderer's pixels. Given the surface that the renderer
 * was made for, that is documented use. With a window renderer SDL_GetWindowSurface happens to
 * return it, but after a resize whose event the host ignored that call frees the surface the
 * renderer still holds: so sizes are compared first, and a probe in both directions must pass after
 * every change.
 */
#include "draw_internal.h"

bool atr__surface_format_is_ours(const SDL_Surface *surface)
{
    const SDL_PixelFormat *f = surface->format;
    return f->BytesPerPixel == 4 && f->Rmask == 0x00ff0000u && f->Gmask == 0x0000ff00u &&
           f->Bmask == 0x000000ffu && !SDL_MUSTLOCK(surface) && surface->pixels != NULL &&
           surface->pitch % 4 == 0;
}

static bool window_is(SDL_Window *window, int32_t width, int32_t height)
{
    int w = 0;
    int h = 0;
    SDL_GetWindowSizeInPixels(window, &w, &h);
    return w == width && h == height;
}

/* Whether the window still has the surface the renderer took: after a resize, even one that was
 * taken back, asking for it would free it. Updating no rectangle at all tells, and does nothing. */
bool atr__window_surface_is_valid(SDL_Window *window)
{
    const SDL_Rect none = { 0, 0, 0, 0 };
    return SDL_UpdateWindowSurfaceRects(window, &none, 0) == 0;
}

/* The surface the renderer should be drawing into, by every rule short of the probe; or NULL. */
static SDL_Surface *candidate(const atr__Painter *painter, const atr__State *state)
{
    const atr__SurfacePath *path = &painter->surface;
    if (!painter->software || state->target != NULL || state->width < 2 || state->height < 2) {
        return NULL;
    }
    if (path->window != NULL && (!window_is(path->window, state->width, state->height) ||
                                 !atr__window_surface_is_valid(path->window))) {
        return NULL;
    }
    SDL_Surface *surface = path->given;
    if (surface == NULL && path->window != NULL) {
        surface = SDL_GetWindowSurface(path->window);
    }
    const bool fits = surface != NULL && surface->w == state->width &&
                      surface->h == state->height && atr__surface_format_is_ours(surface);
    return fits ? surface : NULL;
}

/* A point drawn by SDL must appear in memory, and one written to memory must be read by SDL. */
static bool probe(SDL_Renderer *renderer, SDL_Surface *surface)
{
    const SDL_Rect corner = { surface->w - 2, surface->h - 1, 2, 1 };
    uint32_t *pixels =
        (uint32_t *)(void *)((Uint8 *)surface->pixels + (size_t)corner.y * (size_t)surface->pitch) +
        corner.x;
    SDL_RenderFlush(renderer);
    const uint32_t keep[2] = { pixels[0], pixels[1] };
    uint32_t shown[2] = { 0, 0 };
    if (SDL_RenderReadPixels(renderer, &corner, SDL_PIXELFORMAT_ARGB8888, shown, sizeof shown) !=
        0) {
        return false;
    }
    const uint32_t drawn = ~keep[0] & 0x00ffffffu;
    const uint32_t written = ~keep[1] & 0x00ffffffu;
    SDL_SetRenderDrawBlendMode(renderer, SDL_BLENDMODE_NONE);
    SDL_SetRenderDrawColor(renderer, (Uint8)(drawn >> 16), (Uint8)(drawn >> 8), (Uint8)drawn, 255);
    SDL_RenderDrawPoint(renderer, corner.x, corner.y);
    SDL_RenderFlush(renderer);
    const bool seen = (pixels[0] & 0x00ffffffu) == drawn;
    bool read = false;
    if (seen) {
        uint32_t back[2] = { 0, 0 };
        pixels[1] = written | 0xff000000u;
        read = SDL_RenderReadPixels(renderer, &corner, SDL_PIXELFORMAT_ARGB8888, back,
                                    sizeof back) == 0 &&
               (back[1] & 0x00ffffffu) == written;
        pixels[0] = keep[0];
        pixels[1] = keep[1];
    } else {
        /* Drawn somewhere else: put that pixel back through the same door. */
        SDL_SetRenderDrawColor(renderer, (Uint8)(shown[0] >> 16), (Uint8)(shown[0] >> 8),
                               (Uint8)shown[0], (Uint8)(shown[0] >> 24));
        SDL_RenderDrawPoint(renderer, corner.x, corner.y);
    }
    return seen && read;
}

bool atr__surface_ready(atr__Painter *painter, const atr__State *state)
{
    atr__SurfacePath *path = &painter->surface;
    SDL_Surface *surface = candidate(painter, state);
    if (surface == NULL) {
        path->again = true;
        return false;
    }
    if (path->again || path->probed != surface || path->width != surface->w ||
        path->height != surface->h) {
        path->safe = probe(painter->renderer, surface);
        path->probed = surface;
        path->width = surface->w;
        path->height = surface->h;
        path->again = false;
        if (!path->safe) {
            atr_log(painter->log, ATR_LOG_INFO, "plugin",
                    "the surface is not what the renderer draws into; it is left alone");
        }
    }
    return path->safe;
}

atr_Canvas atr__surface_canvas(const atr__Painter *painter)
{
    const SDL_Surface *surface = painter->surface.probed;
    return (atr_Canvas){ .pixels = surface->pixels,
                         .width = surface->w,
                         .height = surface->h,
                         .pitch = surface->pitch / 4 };
}

void atr__surface_draw(atr__Painter *painter, const atr__Batch *batch)
{
    if (painter->renderer != NULL) {
        SDL_RenderFlush(painter->renderer);
    } else {
        atr__direct_cover(painter, batch);
    }
    const atr_Canvas canvas = atr__surface_canvas(painter);
    const atr_Rect clip = { batch->seen.x, batch->seen.y, batch->seen.w, batch->seen.h };
    atr_compose_commands(painter->compositor, &canvas, &clip, &batch->transform, batch->commands,
                         batch->count, &batch->particles, NULL);
}
