/* See panels.h. What a panel depends on is hashed; another hash means to draw it again. */
#include "panels.h"

#include "backdrop.h"

#include "shared/straight.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const Theme *theme_of(const Gallery *gallery)
{
    return gallery->settings.option[SETTING_SCENE] == 1 ? &theme_light : &theme_dark;
}

float panels_slider_value(const Gallery *gallery, const Control *control, int32_t x)
{
    const float knob = 18 * gallery->layout.u;
    const float room = (float)control->rect.w - knob;
    const float at = (float)(x - control->rect.x) - knob / 2;
    return room > 0 ? fminf(fmaxf(at / room, 0), 1) : 0;
}

/* ---- What they depend on --------------------------------------------------------------------- */

static void mix(uint64_t *hash, uint64_t value)
{
    *hash ^= value + 0x9e3779b97f4a7c15u + (*hash << 6) + (*hash >> 2);
    *hash *= 0xff51afd7ed558ccdu;
}

static uint64_t hash_common(const Gallery *gallery, const atr_Rect *rect)
{
    uint64_t hash = 1;
    mix(&hash, gallery->settings.option[SETTING_SCENE]);
    mix(&hash, (uint64_t)rect->x << 32 | (uint32_t)rect->y);
    mix(&hash, (uint64_t)rect->w << 32 | (uint32_t)rect->h);
    return hash;
}

static void mix_controls(uint64_t *hash, const Gallery *gallery, bool tiles)
{
    const uint32_t of[] = { gallery->hover, gallery->pressed, gallery->focus };
    for (size_t i = 0; i < ATR_COUNT_OF(of); i++) {
        const bool mine = of[i] < gallery->layout.count &&
                          (gallery->layout.controls[of[i]].kind == CONTROL_TILE) == tiles;
        mix(hash, mine ? of[i] + 1 : 0);
    }
}

static uint64_t hash_side(const Gallery *gallery)
{
    uint64_t hash = hash_common(gallery, &gallery->layout.side);
    mix_controls(&hash, gallery, true);
    mix(&hash, gallery->selected);
    mix(&hash, (uint64_t)gallery->scroll << 32 | gallery->listed);
    return hash;
}

static uint64_t hash_bar(const Gallery *gallery)
{
    uint64_t hash = hash_common(gallery, &gallery->layout.bar);
    char text[32];
    mix_controls(&hash, gallery, false);
    for (int i = 0; i < SETTING_COUNT; i++) {
        mix(&hash, gallery->settings.option[i]);
    }
    mix(&hash, (uint64_t)lroundf(gallery->settings.amount * 4096));
    mix(&hash, (uint64_t)lroundf(gallery->settings.rate * 4096));
    for (int i = 0; i < SETTING_COUNT; i++) {
        draw_slider_text(gallery, (Setting)i, text, sizeof text);
        mix(&hash, atr__hash_bytes(text, strlen(text)));
    }
    return hash;
}

/* ---- Pixels and textures --------------------------------------------------------------------- */

static void panel_free(Panel *panel)
{
    if (panel->texture != NULL) {
        SDL_DestroyTexture(panel->texture);
    }
    free(panel->pixels);
    *panel = (Panel){ 0 };
}

void panels_close(Gallery *gallery)
{
    for (int i = 0; i < PANEL_COUNT; i++) {
        panel_free(&gallery->panels[i]);
    }
}

void panels_lost(Gallery *gallery)
{
    panels_close(gallery);
}

/* False when it need not be drawn, or cannot. */
static bool panel_begin(Gallery *gallery, PanelKind kind, const atr_Rect *rect, uint64_t shows)
{
    Panel *panel = &gallery->panels[kind];
    if (rect->w <= 0 || rect->h <= 0) {
        panel->rect = (atr_Rect){ 0 };
        panel->shows = 0;
        return false;
    }
    if (panel->shows == shows && panel->texture != NULL) {
        return false;
    }
    if (panel->texture == NULL || panel->rect.w != rect->w || panel->rect.h != rect->h) {
        panel_free(panel);
        panel->texture = SDL_CreateTexture(gallery->display.renderer, SDL_PIXELFORMAT_ARGB8888,
                                           SDL_TEXTUREACCESS_STREAMING, rect->w, rect->h);
        panel->pixels = calloc((size_t)rect->w * (size_t)rect->h, sizeof(uint32_t));
        if (panel->texture == NULL || panel->pixels == NULL) {
            panel_free(panel);
            return false;
        }
        const bool blends = kind == PANEL_STATUS || kind == PANEL_PURSE;
        SDL_SetTextureBlendMode(panel->texture, blends ? SDL_BLENDMODE_BLEND : SDL_BLENDMODE_NONE);
    }
    memset(panel->pixels, 0, (size_t)rect->w * (size_t)rect->h * sizeof(uint32_t));
    panel->rect = *rect;
    panel->shows = shows;
    canvas_begin(&gallery->canvas, panel->pixels, rect);
    return true;
}

static void panel_end(Gallery *gallery, PanelKind kind)
{
    Panel *panel = &gallery->panels[kind];
    if (kind == PANEL_STATUS || kind == PANEL_PURSE) {
        pixels_straighten(panel->pixels, (size_t)panel->rect.w * (size_t)panel->rect.h);
    }
    SDL_UpdateTexture(panel->texture, NULL, panel->pixels, panel->rect.w * 4);
}

void panels_show(Gallery *gallery, PanelKind kind)
{
    const Panel *panel = &gallery->panels[kind];
    if (panel->texture != NULL && panel->rect.w > 0) {
        const SDL_Rect to = { panel->rect.x, panel->rect.y, panel->rect.w, panel->rect.h };
        SDL_RenderCopy(gallery->display.renderer, panel->texture, NULL, &to);
    }
}

/* ---- Each of them ---------------------------------------------------------------------------- */

static void update_status(Gallery *gallery, const Theme *theme)
{
    const Layout *layout = &gallery->layout;
    const int32_t pad = layout_px(layout, 14);
    char hint[128] = "";
    char title[ATR_EFFECT_NAME_MAX + 1];
    if (gallery->name_count > 0 && !gallery->hidden) {
        gallery_title(gallery->names[gallery->selected], title);
        snprintf(hint, sizeof hint, "Click or touch here to play: %s", title);
    }
    const char *text = gallery->status[0] != '\0' ? gallery->status : hint;
    const int32_t most = layout->scene.w - 2 * pad;
    const int32_t wanted = text[0] != '\0' ? draw_status_width(gallery, text) : 0;
    const int32_t height = wanted > 0 ? layout_px(layout, 34) : 0;
    const int32_t width = wanted < most ? wanted : most;
    const atr_Rect rect = { layout->scene.x + layout->scene.w - width - pad,
                            layout->scene.y + layout->scene.h - height - pad, width, height };
    uint64_t hash = hash_common(gallery, &rect);
    mix(&hash, atr__hash_bytes(text, strlen(text)));
    if (panel_begin(gallery, PANEL_STATUS, &rect, hash)) {
        draw_status(gallery, theme, text, &rect);
        panel_end(gallery, PANEL_STATUS);
    }
}

static void update_purse(Gallery *gallery, const Theme *theme)
{
    const Layout *layout = &gallery->layout;
    const int32_t pad = layout_px(layout, 14);
    const int32_t width = layout_px(layout, 104);
    const atr_Rect rect = { layout->scene.x + layout->scene.w - width - pad, layout->scene.y + pad,
                            width, layout_px(layout, 38) };
    uint64_t hash = hash_common(gallery, &rect);
    mix(&hash, gallery->coins);
    if (panel_begin(gallery, PANEL_PURSE, &rect, hash)) {
        draw_purse(gallery, theme, &rect);
        panel_end(gallery, PANEL_PURSE);
    }
}

void panels_update(Gallery *gallery)
{
    const Theme *theme = theme_of(gallery);
    const Layout *layout = &gallery->layout;
    const bool light = theme == &theme_light;
    if (panel_begin(gallery, PANEL_BACKDROP, &layout->scene,
                    hash_common(gallery, &layout->scene))) {
        backdrop_draw(gallery->panels[PANEL_BACKDROP].pixels, layout->scene.w, layout->scene.h,
                      light);
        panel_end(gallery, PANEL_BACKDROP);
    }
    if (panel_begin(gallery, PANEL_SIDE, &layout->side, hash_side(gallery))) {
        draw_side(gallery, theme);
        panel_end(gallery, PANEL_SIDE);
    }
    if (panel_begin(gallery, PANEL_BAR, &layout->bar, hash_bar(gallery))) {
        draw_bar(gallery, theme);
        panel_end(gallery, PANEL_BAR);
    }
    update_status(gallery, theme);
    update_purse(gallery, theme);
}
