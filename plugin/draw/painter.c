/*
 * The painter: what a renderer can do, and one layer drawn by the path chosen for the frame. A
 * frame keeps its path, so that its layers look alike, unless the target changes between them or is
 * resized.
 */
#include "draw_internal.h"

#include "base/alloc.h"

#include <string.h>

#define EXPANDED_EXTRA 2048 /* letters beyond the queue's commands */

static bool takes_blend(SDL_Renderer *renderer, SDL_BlendMode blend)
{
    SDL_Texture *texture =
        SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC, 1, 1);
    const bool takes = texture != NULL && SDL_SetTextureBlendMode(texture, blend) == 0;
    if (texture != NULL) {
        SDL_DestroyTexture(texture);
    }
    return takes;
}

void atr__painter_attach(atr__Painter *painter, SDL_Renderer *renderer, SDL_Surface *surface,
                         SDL_Window *window)
{
    SDL_RendererInfo info;
    painter->renderer = renderer;
    painter->name = SDL_GetRendererInfo(renderer, &info) == 0 ? info.name : "unknown";
    painter->software = strcmp(painter->name, "software") == 0;
    painter->blend = SDL_ComposeCustomBlendMode(
        SDL_BLENDFACTOR_ONE, SDL_BLENDFACTOR_ONE_MINUS_SRC_ALPHA, SDL_BLENDOPERATION_ADD,
        SDL_BLENDFACTOR_ONE, SDL_BLENDFACTOR_ONE_MINUS_SRC_ALPHA, SDL_BLENDOPERATION_ADD);
    painter->premultiplied = !painter->software && takes_blend(renderer, painter->blend);
    if (window == NULL && surface == NULL) {
        window = SDL_RenderGetWindow(renderer);
    }
    painter->surface = (atr__SurfacePath){ .given = surface, .window = window, .again = true };
    painter->last = ATR_PATH_AUTO;
    painter->choice = (atr__Choice){ 0 };
}

atr_Status atr__painter_init(atr__Painter *painter, SDL_Renderer *renderer,
                             const atr_PluginDesc *desc)
{
    painter->allocator = desc->allocator;
    painter->wanted = desc->path;
    painter->wait_for_assets = desc->wait_for_assets;
    painter->expanded_capacity = 1024 + EXPANDED_EXTRA;
    painter->geometry.quad_capacity = desc->max_particles + painter->expanded_capacity;
    painter->expanded =
        atr__alloc_zero(&painter->allocator, painter->expanded_capacity, sizeof *painter->expanded);
    if (painter->expanded == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    const atr_ComposeDesc compose = { .cache_bytes = desc->sprite_cache_bytes,
                                      .max_sprites = desc->max_particles,
                                      .second_thread = desc->second_thread,
                                      .allocator = desc->allocator,
                                      .log = desc->log };
    atr_Status status = atr_compose_create(&compose, &painter->compositor);
    if (status == ATR_OK) {
        status = atr__pictures_init(&painter->pictures, desc);
    }
    if (status == ATR_OK) {
        status = atr_compose_set_sprites(painter->compositor, painter->pictures.images,
                                         ATR__SPRITES_TOTAL);
    }
    if (status == ATR_OK && renderer == NULL) {
        status = atr__direct_attach(painter, desc->window, desc->redraws_all);
    } else if (status == ATR_OK) {
        atr__painter_attach(painter, renderer, desc->surface, desc->window);
    }
    return status;
}

static void textures_drop(atr__Painter *painter, bool renderer_lives)
{
    if (painter->renderer != NULL && renderer_lives && painter->layer.texture != NULL) {
        SDL_DestroyTexture(painter->layer.texture);
    }
    atr__geometry_release(painter, painter->renderer != NULL && renderer_lives);
    painter->path = ATR_PATH_AUTO; /* also between two layers of a frame */
    atr__LayerPath *layer = &painter->layer;
    atr__free(&painter->allocator, layer->pixels, (size_t)layer->width * (size_t)layer->height,
              sizeof *layer->pixels);
    atr__free(&painter->allocator, layer->marks, layer->mark_count, 1);
    *layer = (atr__LayerPath){ 0 };
}

void atr__painter_device_reset(atr__Painter *painter)
{
    textures_drop(painter, true);
    painter->surface.again = true;
}

void atr__painter_release(atr__Painter *painter, bool renderer_lives)
{
    textures_drop(painter, renderer_lives);
    atr__direct_release(painter);
    painter->renderer = NULL;
    painter->surface = (atr__SurfacePath){ 0 };
}

void atr__painter_deinit(atr__Painter *painter)
{
    atr__painter_release(painter, painter->renderer != NULL);
    atr__geometry_deinit(painter);
    atr__free(&painter->allocator, painter->expanded, painter->expanded_capacity,
              sizeof *painter->expanded);
    atr_compose_destroy(painter->compositor);
    atr__pictures_deinit(&painter->pictures);
    *painter = (atr__Painter){ 0 };
}

SDL_Texture *atr__painter_texture(atr__Painter *painter, Uint32 format, int access, int32_t width,
                                  int32_t height)
{
    SDL_Texture *texture = SDL_CreateTexture(painter->renderer, format, access, width, height);
    if (texture == NULL) {
        atr_log(painter->log, ATR_LOG_ERROR, "plugin", "no texture of %d by %d: %s", width, height,
                SDL_GetError());
    }
    return texture;
}

void atr__painter_begin_frame(atr__Painter *painter)
{
    atr__choose_frame(painter);
    painter->path = ATR_PATH_AUTO;
    painter->measure = false;
    painter->frame++;
    atr_compose_begin_frame(painter->compositor);
    atr__direct_begin_frame(painter);
    if (painter->renderer != NULL && painter->geometry.made) {
        atr__geometry_upload(painter);
    }
}

bool atr__painter_open(atr__Painter *painter, atr__State *state)
{
    painter->asked = false;
    if (painter->renderer == NULL) {
        return atr__direct_open(painter, state);
    }
    atr__state_save(painter->renderer, state);
    return true;
}

void atr__painter_close(atr__Painter *painter, const atr__State *state)
{
    if (painter->renderer != NULL) {
        atr__state_restore(painter->renderer, state);
    }
}

void atr__painter_flush(atr__Painter *painter)
{
    if (painter->renderer != NULL) {
        SDL_RenderFlush(painter->renderer);
    }
}

/* Waits until the renderer has done what it was told: GPUs are asked for a pixel. */
static void finish(const atr__Painter *painter)
{
    if (painter->software) {
        SDL_RenderFlush(painter->renderer);
        return;
    }
    uint32_t pixel = 0;
    const SDL_Rect one = { 0, 0, 1, 1 };
    SDL_RenderReadPixels(painter->renderer, &one, SDL_PIXELFORMAT_ARGB8888, &pixel, sizeof pixel);
}

static void draw_by(atr__Painter *painter, const atr__State *state, const atr__Batch *batch)
{
    switch (painter->path) {
    case ATR_PATH_GEOMETRY:
        atr__geometry_draw(painter, batch);
        break;
    case ATR_PATH_SURFACE:
        atr__surface_draw(painter, batch);
        break;
    case ATR_PATH_LAYER:
        atr__layer_draw(painter, state, batch);
        break;
    case ATR_PATH_AUTO:
    default:
        break; /* nothing can draw here: the effects go on unseen */
    }
}

/* Whether the path of the layer before draws this one too: since the target was opened then, the
 * window may have been resized and its surface freed. Asking may take the display server a moment,
 * so it is not done for each layer. */
static bool path_stands(atr__Painter *painter, const atr__State *state)
{
    const bool asked = painter->asked || painter->renderer == NULL;
    painter->asked = true;
    return painter->path != ATR_PATH_AUTO && painter->target == state->target &&
           (asked || atr__path_ready(painter, painter->path, state));
}

void atr__painter_draw(atr__Painter *painter, const atr__State *state, const atr_DrawCmd *commands,
                       uint32_t count, const atr_Particles *particles)
{
    if (count == 0 || state->seen.w <= 0 || state->seen.h <= 0) {
        return;
    }
    atr__Batch batch = { .commands = painter->expanded,
                         .particles = *particles,
                         .transform = atr__state_transform(state),
                         .images = painter->pictures.images,
                         .seen = state->seen };
    batch.count = atr__expand(&painter->pictures, commands, count, particles->count,
                              painter->expanded, painter->expanded_capacity);
    atr__pictures_want(&painter->pictures, batch.commands, batch.count, particles);
    batch.quads = atr__batch_quads(&batch);
    if (batch.quads == 0) {
        return;
    }
    if (!path_stands(painter, state)) {
        painter->surface.again |= painter->target != state->target;
        painter->path = atr__choose(painter, state, &batch);
        painter->target = state->target;
    }
    if (painter->path == ATR_PATH_AUTO) {
        return;
    }
    painter->last = painter->path;
    uint64_t elapsed_ns = 0;
    if (painter->measure) {
        finish(painter);
        const uint64_t start_ns = atr_clock_monotonic_ns(NULL);
        draw_by(painter, state, &batch);
        finish(painter);
        elapsed_ns = atr_clock_monotonic_ns(NULL) - start_ns;
    } else {
        draw_by(painter, state, &batch);
    }
    atr__choose_note(painter, &batch, elapsed_ns);
}
