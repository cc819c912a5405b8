/*
 * The overlay's canvas and texture. The panel is composed opaque; its translucency and round
 * corners are put into the texture as straight alpha, so that one plain blended copy serves every
 * renderer.
 */
#include "overlay_internal.h"

#include "base/alloc.h"

#include <math.h>

#define PANEL_ALPHA 240u
#define MARGIN      16.0f
#define ROOM_ANY    INT32_MAX
#define RADIUS      14.0f

void atr__overlay_init(atr__Overlay *overlay, const atr_Allocator *allocator)
{
    overlay->allocator = *allocator;
    overlay->stale = true;
}

void atr__overlay_release(atr__Overlay *overlay, bool renderer_lives)
{
    if (overlay->texture != NULL && renderer_lives) {
        SDL_DestroyTexture(overlay->texture);
    }
    overlay->texture = NULL;
    atr__free(&overlay->allocator, overlay->pixels,
              (size_t)overlay->capacity_w * (size_t)overlay->capacity_h, sizeof *overlay->pixels);
    atr__free(&overlay->allocator, overlay->shown,
              (size_t)overlay->capacity_w * (size_t)overlay->capacity_h, sizeof *overlay->shown);
    overlay->pixels = NULL;
    overlay->shown = NULL;
    overlay->capacity_w = 0;
    overlay->capacity_h = 0;
    overlay->width = 0;
    overlay->stale = true;
}

void atr__overlay_deinit(atr__Overlay *overlay, bool renderer_lives)
{
    atr__overlay_release(overlay, renderer_lives);
}

void atr__overlay_set_mode(atr__Overlay *overlay, atr_OverlayMode mode)
{
    overlay->stale |= overlay->mode != mode;
    overlay->mode = mode;
}

void atr__overlay_set_arabic(atr__Overlay *overlay, bool arabic)
{
    overlay->stale |= overlay->arabic != arabic;
    overlay->arabic = arabic;
}

void atr__overlay_set_room(atr__Overlay *overlay, int32_t width, int32_t height)
{
    overlay->stale |= overlay->room_w != width || overlay->room_h != height;
    overlay->room_w = width;
    overlay->room_h = height;
}

static int32_t margin(const atr__OverlaySkin *skin)
{
    return (int32_t)(MARGIN * skin->scale + 0.5f);
}

int32_t atr__overlay_room(int32_t room, const atr__OverlaySkin *skin)
{
    return room > 0 ? room - 2 * margin(skin) : ROOM_ANY;
}

bool atr__overlay_is_due(const atr__Overlay *overlay, uint64_t now_ns)
{
    return overlay->stale || (overlay->texture == NULL && overlay->shown == NULL) ||
           now_ns - overlay->composed_ns >= ATR__OVERLAY_PERIOD_NS;
}

static bool texture_make(atr__Overlay *overlay, SDL_Renderer *renderer)
{
    overlay->texture =
        SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING,
                          overlay->capacity_w, overlay->capacity_h);
    if (overlay->texture == NULL) {
        return false;
    }
    SDL_SetTextureBlendMode(overlay->texture, SDL_BLENDMODE_BLEND);
    SDL_SetTextureScaleMode(overlay->texture, SDL_ScaleModeNearest);
    return true;
}

static bool reserve(atr__Overlay *overlay, SDL_Renderer *renderer, int32_t width, int32_t height)
{
    const bool there = renderer != NULL ? overlay->texture != NULL : overlay->shown != NULL;
    if (there && overlay->capacity_w == width && overlay->capacity_h == height) {
        return true;
    }
    atr__overlay_release(overlay, true);
    const size_t count = (size_t)width * (size_t)height;
    overlay->capacity_w = width;
    overlay->capacity_h = height;
    overlay->pixels = atr__alloc_zero(&overlay->allocator, count, sizeof *overlay->pixels);
    bool made = overlay->pixels != NULL;
    if (made && renderer != NULL) {
        made = texture_make(overlay, renderer);
    } else if (made) {
        overlay->shown = atr__alloc_zero(&overlay->allocator, count, sizeof *overlay->shown);
        made = overlay->shown != NULL;
    }
    if (!made) {
        atr__overlay_release(overlay, true);
    }
    return made;
}

/* One pixel of the panel as it is shown: translucent, with round corners and a thin rim that parts
 * it from a picture of the same colour. */
static uint32_t shape(const atr__Overlay *overlay, float radius, float rim, int32_t x, int32_t y,
                      uint32_t color)
{
    const float dx = (float)(x < overlay->width - 1 - x ? x : overlay->width - 1 - x) + 0.5f;
    const float dy = (float)(y < overlay->height - 1 - y ? y : overlay->height - 1 - y) + 0.5f;
    float inside = dx < dy ? dx : dy; /* distance to the edge */
    if (dx < radius && dy < radius) {
        inside = radius - sqrtf((radius - dx) * (radius - dx) + (radius - dy) * (radius - dy));
    }
    if (inside < rim) {
        color = ATR__COLOR_RIM;
    }
    const float cover = inside + 0.5f < 0 ? 0 : inside + 0.5f > 1 ? 1 : inside + 0.5f;
    return (color & 0x00ffffffu) | ((uint32_t)(cover * PANEL_ALPHA + 0.5f) << 24);
}

/* The panel with its translucency and corners, straight. */
static void shape_all(const atr__Overlay *overlay, float scale, uint32_t *to, size_t pitch)
{
    const float rim = scale;
    const float half = (float)overlay->height / 2;
    const float radius = RADIUS * scale < half ? RADIUS * scale : half;
    const int32_t edge = (int32_t)radius + 1; /* beyond it there is neither corner nor rim */
    for (int32_t y = 0; y < overlay->height; y++, to += pitch) {
        const uint32_t *from = overlay->pixels + (size_t)y * (size_t)overlay->capacity_w;
        const bool middle = y >= edge && y < overlay->height - edge;
        for (int32_t x = 0; x < overlay->width; x++) {
            to[x] = middle && x >= edge && x < overlay->width - edge
                        ? (from[x] & 0x00ffffffu) | (PANEL_ALPHA << 24)
                        : shape(overlay, radius, rim, x, y, from[x]);
        }
    }
}

static uint32_t premultiply(uint32_t straight)
{
    const uint32_t alpha = straight >> 24;
    uint32_t out = alpha << 24;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        out |= (((straight >> shift) & 255u) * alpha + 127) / 255 << shift;
    }
    return out;
}

static void upload(atr__Overlay *overlay, float scale)
{
    if (overlay->texture == NULL) {
        const size_t count = (size_t)overlay->capacity_w * (size_t)overlay->height;
        shape_all(overlay, scale, overlay->shown, (size_t)overlay->capacity_w);
        for (size_t i = 0; i < count; i++) {
            overlay->shown[i] = premultiply(overlay->shown[i]);
        }
        return;
    }
    const SDL_Rect used = { 0, 0, overlay->width, overlay->height };
    void *memory = NULL;
    int pitch = 0;
    if (SDL_LockTexture(overlay->texture, &used, &memory, &pitch) == 0) {
        shape_all(overlay, scale, memory, (size_t)pitch / sizeof(uint32_t));
        SDL_UnlockTexture(overlay->texture);
    }
}

void atr__overlay_compose(atr__Overlay *overlay, SDL_Renderer *renderer,
                          const atr__OverlaySkin *skin, uint64_t now_ns)
{
    int32_t width = 0;
    int32_t height = 0;
    const bool full =
        overlay->mode == ATR_OVERLAY_FULL && atr__full_size(overlay, skin, &width, &height);
    if (!full) {
        atr__compact_size(skin, &width, &height);
    }
    if (!reserve(overlay, renderer, width, height)) {
        return;
    }
    if (full) {
        atr__full_compose(overlay, skin);
    } else {
        atr__compact_compose(overlay, skin);
    }
    upload(overlay, skin->scale);
    overlay->composed_ns = now_ns;
    overlay->stale = false;
}

SDL_Rect atr__overlay_place(const atr__Overlay *overlay, const atr__OverlaySkin *skin,
                            int32_t width)
{
    if (overlay->texture == NULL && overlay->shown == NULL) {
        return (SDL_Rect){ 0 };
    }
    const int32_t away = margin(skin);
    const bool rtl = overlay->arabic && skin->has_arabic;
    return (SDL_Rect){ rtl ? width - away - overlay->width : away, away, overlay->width,
                       overlay->height };
}

void atr__overlay_draw(const atr__Overlay *overlay, SDL_Renderer *renderer, const SDL_Rect *to)
{
    if (to->w > 0) {
        SDL_RenderCopy(renderer, overlay->texture, &(SDL_Rect){ 0, 0, to->w, to->h }, to);
    }
}

void atr__overlay_blend(const atr__Overlay *overlay, const atr_Canvas *canvas, const SDL_Rect *to)
{
    if (to->w > 0) {
        const atr_Image image = { overlay->shown, to->w, to->h, overlay->capacity_w };
        atr_compose_image(canvas, NULL, &image, to->x, to->y, 0xffffffffu);
    }
}
