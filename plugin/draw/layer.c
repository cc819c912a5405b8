/*
 * The layer path: the compositor draws into memory, SDL brings it to the target; only tiles that
 * something touches are moved.
 *
 * On a GPU the memory is a clear premultiplied layer, blended over the picture by one copy. SDL's
 * software renderer refuses that blend, so there the picture is read back, drawn on, and returned
 * as it is: straight into the texture's own memory and in the target's own format, so that reading
 * and returning are plain copies, one each.
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

/* What the target is made of, where the software renderer can copy from it without converting. */
static Uint32 target_format(const atr__Painter *painter, const atr__State *state)
{
    Uint32 format = SDL_PIXELFORMAT_ARGB8888;
    if (painter->software && state->target != NULL) {
        SDL_QueryTexture(state->target, &format, NULL, NULL, NULL);
    } else if (painter->software && painter->surface.given != NULL) {
        format = painter->surface.given->format->format;
    } else if (painter->software && painter->surface.window != NULL) {
        format = SDL_GetWindowPixelFormat(painter->surface.window);
    }
    return format == SDL_PIXELFORMAT_RGB888 ? format : SDL_PIXELFORMAT_ARGB8888;
}

static bool layer_make(atr__Painter *painter, int32_t width, int32_t height, Uint32 format)
{
    atr__LayerPath *layer = &painter->layer;
    layer_free(painter);
    layer->width = width;
    layer->height = height;
    layer->format = format;
    const size_t pixels = (size_t)width * (size_t)height;
    layer->dirty.tiles.columns = (width + ATR_TILE - 1) / ATR_TILE;
    layer->dirty.tiles.rows = (height + ATR_TILE - 1) / ATR_TILE;
    layer->mark_count = (size_t)layer->dirty.tiles.columns * (size_t)layer->dirty.tiles.rows;
    if (!painter->software) {
        layer->pixels = atr__alloc_zero(&painter->allocator, pixels, sizeof *layer->pixels);
    }
    layer->marks = atr__alloc_zero(&painter->allocator, layer->mark_count, 1);
    layer->dirty.tiles.marks = layer->marks;
    layer->texture =
        atr__painter_texture(painter, format, SDL_TEXTUREACCESS_STREAMING, width, height);
    if ((layer->pixels == NULL && !painter->software) || layer->marks == NULL ||
        layer->texture == NULL) {
        layer_free(painter);
        layer->width = width; /* remembered, so that it is not tried again every frame */
        layer->height = height;
        layer->format = format;
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
    const Uint32 format = target_format(painter, state);
    if (layer->width == state->width && layer->height == state->height && layer->format == format) {
        return layer->texture != NULL;
    }
    return state->width > 0 && state->height > 0 &&
           layer_make(painter, state->width, state->height, format);
}

static uint32_t *pixel_at(const atr_Canvas *canvas, const SDL_Rect *rect)
{
    return canvas->pixels + (ptrdiff_t)rect->y * canvas->pitch + rect->x;
}

static void compose(atr__Painter *painter, const atr__Batch *batch, const atr_Canvas *canvas)
{
    const atr_Rect clip = { batch->seen.x, batch->seen.y, batch->seen.w, batch->seen.h };
    atr_compose_commands(painter->compositor, canvas, &clip, &batch->transform, batch->commands,
                         batch->count, &batch->particles, NULL);
}

/* Reads the picture into the texture's memory and draws on it there. */
static bool draw_on_picture(atr__Painter *painter, const atr__Batch *batch)
{
    const atr__LayerPath *layer = &painter->layer;
    void *memory = NULL;
    int pitch = 0;
    if (SDL_LockTexture(layer->texture, NULL, &memory, &pitch) != 0) {
        return false;
    }
    const atr_Canvas canvas = { .pixels = memory,
                                .width = layer->width,
                                .height = layer->height,
                                .pitch = pitch / (int)sizeof(uint32_t) };
    bool read = true;
    for (uint32_t i = 0; read && i < layer->dirty.rect_count; i++) {
        const SDL_Rect *rect = &layer->dirty.rects[i];
        read = SDL_RenderReadPixels(painter->renderer, rect, layer->format, pixel_at(&canvas, rect),
                                    pitch) == 0;
    }
    if (read) {
        compose(painter, batch, &canvas);
    }
    SDL_UnlockTexture(layer->texture);
    return read;
}

/* Draws on clear memory and moves it into the texture. */
static bool draw_on_nothing(atr__Painter *painter, const atr__Batch *batch)
{
    const atr__LayerPath *layer = &painter->layer;
    const atr_Canvas canvas = { .pixels = layer->pixels,
                                .width = layer->width,
                                .height = layer->height,
                                .pitch = layer->width };
    for (uint32_t i = 0; i < layer->dirty.rect_count; i++) {
        const SDL_Rect *rect = &layer->dirty.rects[i];
        const atr_Rect clear = { rect->x, rect->y, rect->w, rect->h };
        atr_compose_clear(&canvas, &clear, 0);
    }
    compose(painter, batch, &canvas);
    for (uint32_t i = 0; i < layer->dirty.rect_count; i++) {
        const SDL_Rect *rect = &layer->dirty.rects[i];
        SDL_UpdateTexture(layer->texture, rect, pixel_at(&canvas, rect),
                          canvas.pitch * (int)sizeof(uint32_t));
    }
    return true;
}

void atr__layer_draw(atr__Painter *painter, const atr__State *state, const atr__Batch *batch)
{
    atr__LayerPath *layer = &painter->layer;
    atr__dirty_mark(batch, &layer->dirty);
    atr__dirty_join(&layer->dirty, &state->seen);
    if (!(painter->software ? draw_on_picture(painter, batch) : draw_on_nothing(painter, batch))) {
        return;
    }
    for (uint32_t i = 0; i < layer->dirty.rect_count; i++) {
        const SDL_Rect *rect = &layer->dirty.rects[i];
        SDL_RenderCopy(painter->renderer, layer->texture, rect, rect);
    }
}
