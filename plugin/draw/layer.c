/*
 * The layer path: the compositor draws into memory, SDL brings it to the target; only tiles that
 * something touches are moved.
 *
 * On a GPU the memory is a clear premultiplied layer, blended over the picture by one copy. SDL's
 * software renderer refuses that blend, so there the picture is read back, drawn on, and returned
 * as it is.
 */
#include "draw_internal.h"

#include "base/alloc.h"

static void layer_free(atr__Painter *painter)
{
    atr__LayerPath *layer = &painter->layer;
    const size_t pixels = (size_t)layer->width * (size_t)layer->height;
    atr__free(&painter->allocator, layer->pixels, pixels, sizeof *layer->pixels);
    atr__free(&painter->allocator, layer->marks, layer->mark_count, 1);
    if (layer->texture != NULL && painter->renderer != NULL) {
        SDL_DestroyTexture(layer->texture);
    }
    *layer = (atr__LayerPath){ 0 };
}

static bool layer_make(atr__Painter *painter, int32_t width, int32_t height)
{
    atr__LayerPath *layer = &painter->layer;
    layer_free(painter);
    layer->width = width;
    layer->height = height;
    const size_t pixels = (size_t)width * (size_t)height;
    layer->dirty.tiles.columns = (width + ATR_TILE - 1) / ATR_TILE;
    layer->dirty.tiles.rows = (height + ATR_TILE - 1) / ATR_TILE;
    layer->mark_count = (size_t)layer->dirty.tiles.columns * (size_t)layer->dirty.tiles.rows;
    layer->pixels = atr__alloc_zero(&painter->allocator, pixels, sizeof *layer->pixels);
    layer->marks = atr__alloc_zero(&painter->allocator, layer->mark_count, 1);
    layer->dirty.tiles.marks = layer->marks;
    layer->texture = atr__painter_texture(painter, SDL_TEXTUREACCESS_STREAMING, width, height);
    if (layer->pixels == NULL || layer->marks == NULL || layer->texture == NULL) {
        layer_free(painter);
        layer->width = width; /* remembered, so that it is not tried again every frame */
        layer->height = height;
        return false;
    }
    SDL_SetTextureScaleMode(layer->texture, SDL_ScaleModeNearest);
    SDL_SetTextureBlendMode(layer->texture,
                            painter->software ? SDL_BLENDMODE_NONE : painter->blend);
    return true;
}

bool atr__layer_ready(atr__Painter *painter, const atr__State *state)
{
    if (!painter->software && !painter->premultiplied) {
        return false;
    }
    atr__LayerPath *layer = &painter->layer;
    if (layer->width == state->width && layer->height == state->height) {
        return layer->pixels != NULL;
    }
    return state->width > 0 && state->height > 0 &&
           layer_make(painter, state->width, state->height);
}

static void return_rects(atr__Painter *painter)
{
    const atr__LayerPath *layer = &painter->layer;
    const int pitch = layer->width * (int)sizeof *layer->pixels;
    for (uint32_t i = 0; i < layer->dirty.rect_count; i++) {
        const SDL_Rect *rect = &layer->dirty.rects[i];
        const uint32_t *from =
            layer->pixels + (size_t)rect->y * (size_t)layer->width + (size_t)rect->x;
        SDL_UpdateTexture(layer->texture, rect, from, pitch);
    }
    for (uint32_t i = 0; i < layer->dirty.rect_count; i++) {
        const SDL_Rect *rect = &layer->dirty.rects[i];
        SDL_RenderCopy(painter->renderer, layer->texture, rect, rect);
    }
}

void atr__layer_draw(atr__Painter *painter, const atr__State *state, const atr__Batch *batch)
{
    atr__LayerPath *layer = &painter->layer;
    const atr_Canvas canvas = { .pixels = layer->pixels,
                                .width = layer->width,
                                .height = layer->height,
                                .pitch = layer->width };
    atr__dirty_mark(batch, &layer->dirty);
    atr__dirty_join(&layer->dirty, &state->seen);
    for (uint32_t i = 0; i < layer->dirty.rect_count; i++) {
        const SDL_Rect *rect = &layer->dirty.rects[i];
        uint32_t *to = layer->pixels + (size_t)rect->y * (size_t)layer->width + (size_t)rect->x;
        if (painter->software) {
            SDL_RenderReadPixels(painter->renderer, rect, SDL_PIXELFORMAT_ARGB8888, to,
                                 layer->width * (int)sizeof *to);
        } else {
            const atr_Rect clear = { rect->x, rect->y, rect->w, rect->h };
            atr_compose_clear(&canvas, &clear, 0);
        }
    }
    const atr_Rect clip = { batch->seen.x, batch->seen.y, batch->seen.w, batch->seen.h };
    atr_compose_commands(painter->compositor, &canvas, &clip, &batch->transform, batch->commands,
                         batch->count, &batch->particles, NULL);
    return_rects(painter);
}
