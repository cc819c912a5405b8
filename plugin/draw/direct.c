/*
 * Drawing onto a window's surface for a host without a renderer.
 *
 * The surface is the window's, asked for anew in each frame; one that a resize has made invalid is
 * left alone until the host has asked for the next, since asking frees it under a host that still
 * holds it. Such a host may draw only what has changed, so what effects and overlay cover is kept
 * in tiles and given back when the next frame begins.
 */
#include "draw_internal.h"

#include "base/alloc.h"

#include <string.h>

atr_Status atr__direct_attach(atr__Painter *painter, SDL_Window *window, bool redraws_all)
{
    SDL_Surface *surface = SDL_GetWindowSurface(window);
    if (surface == NULL || !atr__surface_format_is_ours(surface)) {
        atr_log(painter->log, ATR_LOG_ERROR, "plugin",
                "the window's surface cannot be drawn on: %s",
                surface == NULL ? SDL_GetError() : SDL_GetPixelFormatName(surface->format->format));
        return ATR_ERR_BACKEND;
    }
    painter->name = "window surface";
    painter->software = true;
    painter->direct = (atr__Direct){ .window = window, .gives_back = !redraws_all };
    return ATR_OK;
}

static void under_free(atr__Painter *painter)
{
    atr__Direct *direct = &painter->direct;
    const size_t pixels = (size_t)direct->width * (size_t)direct->height;
    const size_t tiles = direct->tile_count;
    atr__free(&painter->allocator, direct->under, pixels, sizeof *direct->under);
    atr__free(&painter->allocator, direct->dirty.tiles.marks, tiles, 1);
    atr__free(&painter->allocator, direct->kept, tiles, 1);
    direct->under = NULL;
    direct->dirty.tiles.marks = NULL;
    direct->kept = NULL;
    direct->any_kept = false;
}

void atr__direct_release(atr__Painter *painter)
{
    under_free(painter);
    painter->direct = (atr__Direct){ 0 };
}

/* Memory for what is covered, of this size; without it nothing is given back. */
static bool under_make(atr__Painter *painter, const SDL_Surface *surface)
{
    atr__Direct *direct = &painter->direct;
    if (direct->width == surface->w && direct->height == surface->h) {
        return direct->under != NULL;
    }
    under_free(painter);
    atr_Tiles *tiles = &direct->dirty.tiles;
    direct->width = surface->w;
    direct->height = surface->h;
    tiles->columns = (surface->w + ATR_TILE - 1) / ATR_TILE;
    tiles->rows = (surface->h + ATR_TILE - 1) / ATR_TILE;
    direct->tile_count = (size_t)tiles->columns * (size_t)tiles->rows;
    direct->under = atr__alloc_zero(&painter->allocator, (size_t)surface->w * (size_t)surface->h,
                                    sizeof *direct->under);
    tiles->marks = atr__alloc_zero(&painter->allocator, direct->tile_count, 1);
    direct->kept = atr__alloc_zero(&painter->allocator, direct->tile_count, 1);
    if (direct->under == NULL || tiles->marks == NULL || direct->kept == NULL) {
        under_free(painter);
        atr_log(painter->log, ATR_LOG_ERROR, "plugin", "no memory for what effects cover");
        return false;
    }
    return true;
}

/* Copies one tile between the surface and what is kept of it. */
static void tile_copy(const atr__Direct *direct, SDL_Surface *surface, size_t tile, bool keep)
{
    const int32_t columns = direct->dirty.tiles.columns;
    const int32_t x = (int32_t)(tile % (size_t)columns) * ATR_TILE;
    const int32_t y = (int32_t)(tile / (size_t)columns) * ATR_TILE;
    const int32_t w = surface->w - x < ATR_TILE ? surface->w - x : ATR_TILE;
    const int32_t h = surface->h - y < ATR_TILE ? surface->h - y : ATR_TILE;
    for (int32_t row = y; row < y + h; row++) {
        uint8_t *shown = (uint8_t *)surface->pixels + (size_t)row * (size_t)surface->pitch +
                         (size_t)x * sizeof(uint32_t);
        uint32_t *under = direct->under + (size_t)row * (size_t)direct->width + (size_t)x;
        if (keep) {
            memcpy(under, shown, (size_t)w * sizeof *under);
        } else {
            memcpy(shown, under, (size_t)w * sizeof *under);
        }
    }
}

/* The surface as it is now; NULL when it must not be touched. */
static SDL_Surface *surface_now(const atr__Direct *direct)
{
    if (direct->window == NULL || !atr__window_surface_is_valid(direct->window)) {
        return NULL;
    }
    SDL_Surface *surface = SDL_GetWindowSurface(direct->window);
    return surface != NULL && atr__surface_format_is_ours(surface) ? surface : NULL;
}

void atr__direct_begin_frame(atr__Painter *painter)
{
    atr__Direct *direct = &painter->direct;
    if (!direct->any_kept) {
        return;
    }
    SDL_Surface *surface = surface_now(direct);
    const bool same = surface != NULL && surface == direct->surface &&
                      surface->pixels == direct->pixels && surface->w == direct->width &&
                      surface->h == direct->height;
    for (size_t tile = 0; tile < direct->tile_count; tile++) {
        if (direct->kept[tile] != 0 && same) {
            tile_copy(direct, surface, tile, false);
        }
        direct->kept[tile] = 0;
    }
    direct->any_kept = false;
}

bool atr__direct_open(atr__Painter *painter, atr__State *state)
{
    atr__Direct *direct = &painter->direct;
    SDL_Surface *surface = surface_now(direct);
    if (surface == NULL) {
        return false;
    }
    if (surface != direct->surface || surface->pixels != direct->pixels) {
        direct->surface = surface; /* another one: what was kept is not its */
        direct->pixels = surface->pixels;
        for (size_t tile = 0; direct->any_kept && tile < direct->tile_count; tile++) {
            direct->kept[tile] = 0;
        }
        direct->any_kept = false;
    }
    const SDL_Rect all = { 0, 0, surface->w, surface->h };
    *state = (atr__State){ .scale_x = 1,
                           .scale_y = 1,
                           .viewport = all,
                           .viewport_px = all,
                           .width = surface->w,
                           .height = surface->h };
    SDL_IntersectRect(&all, &surface->clip_rect, &state->seen);
    painter->surface.probed = surface;
    return true;
}

static void keep_marked(atr__Painter *painter)
{
    atr__Direct *direct = &painter->direct;
    const uint8_t *marks = direct->dirty.tiles.marks;
    for (size_t tile = 0; tile < direct->tile_count; tile++) {
        if (marks[tile] != 0 && direct->kept[tile] == 0) {
            tile_copy(direct, direct->surface, tile, true);
            direct->kept[tile] = 1;
            direct->any_kept = true;
        }
    }
}

void atr__direct_cover(atr__Painter *painter, const atr__Batch *batch)
{
    if (painter->direct.gives_back && under_make(painter, painter->direct.surface)) {
        atr__dirty_mark(batch, &painter->direct.dirty);
        keep_marked(painter);
    }
}

void atr__direct_cover_rect(atr__Painter *painter, const SDL_Rect *rect)
{
    const atr_DrawCmd command = { .kind = ATR_DRAW_RECT,
                                  .x = (float)rect->x + (float)rect->w * 0.5f,
                                  .y = (float)rect->y + (float)rect->h * 0.5f,
                                  .w = (float)rect->w,
                                  .h = (float)rect->h };
    const atr__Batch batch = { .commands = &command,
                               .count = 1,
                               .transform = { 1, 1, 0, 0 },
                               .seen = { 0, 0, painter->direct.surface->w,
                                         painter->direct.surface->h } };
    atr__direct_cover(painter, &batch);
}
