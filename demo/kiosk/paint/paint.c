/* From items to copies of textures. Each copy is noted, so that a screen can be painted once more
 * while it leaves. */
#include "paint/paint.h"

#include "fit.h"
#include "paint/paint_internal.h"
#include "paint/panel.h"

#include "shared/straight.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RING_DOTS 40
#define TWO_PI    6.28318531f

atr_Status paint_create(const PaintDesc *desc, Paint **out)
{
    *out = NULL;
    Paint *paint = calloc(1, sizeof *paint);
    if (paint == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    paint->desc = *desc;
    textures_init(&paint->textures, desc->renderer);
    pictures_load(&paint->pictures, &desc->log);
    *out = paint;
    return ATR_OK;
}

static void free_strips(Paint *paint)
{
    for (size_t i = 0; i < STRIPS_MAX; i++) {
        atr_text_glyphs_free(&paint->strips[i].glyphs);
        paint->strips[i].px = 0;
    }
}

void paint_destroy(Paint *paint)
{
    if (paint == NULL) {
        return;
    }
    textures_clear(&paint->textures);
    pictures_free(&paint->pictures);
    free_strips(paint);
    free(paint);
}

void paint_reset(Paint *paint)
{
    textures_clear(&paint->textures);
    free_strips(paint);
    paint->leaving.count = 0;
    paint->now.count = 0;
}

void paint_forget(Paint *paint)
{
    textures_forget(&paint->textures);
}

void paint_begin(Paint *paint, const Frame *frame)
{
    paint->frame = *frame;
    paint->now.count = 0;
    textures_next_frame(&paint->textures);
}

void paint_keep(Paint *paint)
{
    paint->leaving = paint->now;
}

uint32_t paint_made(Paint *paint)
{
    const uint32_t made = paint->made;
    paint->made = 0;
    return made;
}

/* ---- Copies ---------------------------------------------------------------------------------- */

static Uint8 to_byte(float alpha)
{
    return (Uint8)lroundf((alpha < 0 ? 0 : alpha > 1 ? 1 : alpha) * 255);
}

static void run_op(Paint *paint, const Op *op, float alpha, float dx)
{
    SDL_Renderer *renderer = paint->desc.renderer;
    SDL_Rect to = op->to;
    to.x += (int)lroundf(dx);
    const Uint8 a = to_byte(op->alpha * alpha);
    const Uint8 r = (Uint8)(op->color >> 16);
    const Uint8 g = (Uint8)(op->color >> 8);
    const Uint8 b = (Uint8)op->color;
    if (a == 0) {
        return;
    }
    if (op->key == 0) {
        SDL_SetRenderDrawBlendMode(renderer, SDL_BLENDMODE_BLEND);
        SDL_SetRenderDrawColor(renderer, r, g, b, a);
        SDL_RenderFillRect(renderer, &to);
        return;
    }
    const Texture *texture = textures_find(&paint->textures, op->key);
    if (texture == NULL || texture->generation != op->generation) {
        return;
    }
    SDL_SetTextureColorMod(texture->texture, r, g, b);
    SDL_SetTextureAlphaMod(texture->texture, a);
    SDL_RenderCopy(renderer, texture->texture, op->from.w > 0 ? &op->from : NULL, &to);
}

static void add_op(Paint *paint, const PaintLook *look, Op op)
{
    if (paint->now.count < OPS_MAX) {
        paint->now.ops[paint->now.count++] = op;
    }
    run_op(paint, &op, op.stays ? 1 : look->alpha, op.stays ? 0 : look->dx);
}

void paint__copy(Paint *paint, const PaintLook *look, const Item *item, const Texture *texture,
                 SDL_Rect to, uint32_t color)
{
    if (texture != NULL) {
        add_op(paint, look,
               (Op){ .key = texture->key,
                     .generation = texture->generation,
                     .to = to,
                     .color = color,
                     .alpha = item->alpha,
                     .stays = item->stays });
    }
}

void paint_leaving(Paint *paint, float alpha, float dx)
{
    for (uint32_t i = 0; i < paint->leaving.count; i++) {
        const Op *op = &paint->leaving.ops[i];
        if (!op->stays) {
            run_op(paint, op, alpha, dx);
        }
    }
}

/* ---- Making pictures ------------------------------------------------------------------------- */

/* How far a halo reaches beyond what it is drawn under, pixels. */
static int32_t halo_reach(const Paint *paint)
{
    return (int32_t)lroundf(14 * paint->frame.u) + 1;
}

uint64_t paint__key(KeyKind kind, uint64_t a, uint64_t b, uint64_t c)
{
    const uint64_t key = key_mix(key_mix(key_mix((uint64_t)kind, a), b), c);
    return key != 0 ? key : 1;
}

uint32_t *paint__pixels(int32_t width, int32_t height)
{
    if (width <= 0 || height <= 0 || width > 8192 || height > 8192) {
        return NULL;
    }
    return calloc((size_t)width * (size_t)height, sizeof(uint32_t));
}

/* Hands the pixels over to a texture and frees them. */
Texture *paint__keep_pixels(Paint *paint, uint64_t key, uint32_t *pixels, int32_t width,
                            int32_t height, bool secret)
{
    Texture *texture = NULL;
    if (pixels != NULL) {
        texture = textures_add(&paint->textures, key, pixels, width, height, secret);
        paint->made++;
    }
    free(pixels);
    return texture;
}

static Texture *panel_texture(Paint *paint, int32_t width, int32_t height, PanelLook panel,
                              PanelState state)
{
    const uint64_t key = paint__key(KEY_PANEL, (uint64_t)width << 32 | (uint32_t)height,
                                    (uint64_t)panel, (uint64_t)state);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture != NULL) {
        return texture;
    }
    uint32_t *pixels = paint__pixels(width, height);
    if (pixels != NULL) {
        panel_draw(pixels, width, height, panel, state, paint->frame.u);
    }
    return paint__keep_pixels(paint, key, pixels, width, height, false);
}

static Texture *picture_texture(Paint *paint, const Item *item)
{
    const atr_Image *image = &paint->pictures.images[item->picture];
    const int32_t width = item->rect.w;
    const int32_t height = item->rect.h;
    const uint64_t key = paint__key(KEY_PICTURE, (uint64_t)width << 32 | (uint32_t)height,
                                    (uint64_t)item->picture, 0);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture != NULL || image->pixels == NULL) {
        return texture;
    }
    uint32_t *pixels = paint__pixels(width, height);
    if (pixels != NULL) {
        picture_scale(image, pixels, width, height);
    }
    texture = paint__keep_pixels(paint, key, pixels, width, height, false);
    if (texture != NULL) {
        SDL_SetTextureScaleMode(texture->texture, SDL_ScaleModeLinear);
    }
    return texture;
}

static Texture *icon_texture(Paint *paint, Icon icon, int32_t side, bool mirrored)
{
    const atr_Image *image = &paint->pictures.icons[icon];
    const uint64_t key = paint__key(KEY_ICON, (uint64_t)side, (uint64_t)icon, mirrored);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture != NULL || image->pixels == NULL) {
        return texture;
    }
    uint32_t *pixels = paint__pixels(side, side);
    if (pixels != NULL) {
        picture_scale(image, pixels, side, side);
        if (mirrored) {
            picture_mirror(pixels, side, side);
        }
        if (icon == ICON_ARROW_DOWN) {
            picture_turn(pixels, side);
        }
    }
    return paint__keep_pixels(paint, key, pixels, side, side, false);
}

/* The halo of straight-alpha pixels as a texture of its own. */
Texture *paint__add_halo(Paint *paint, uint64_t key, const uint32_t *from, int32_t width,
                         int32_t height, bool secret)
{
    const int32_t reach = halo_reach(paint);
    uint32_t *pixels = paint__pixels(width + 2 * reach, height + 2 * reach);
    uint32_t *scratch = paint__pixels(width + 2 * reach, height + 2 * reach);
    if (pixels != NULL && scratch != NULL) {
        picture_halo(from, width, height, reach, pixels, scratch);
    }
    free(scratch);
    return paint__keep_pixels(paint, key, pixels, width + 2 * reach, height + 2 * reach, secret);
}

static uint64_t text_key(const Item *item, atr_Rect box)
{
    const uint64_t shape = (uint64_t)item->style | (uint64_t)item->rtl << 4 |
                           (uint64_t)item->max_lines << 5 | (uint64_t)item->align << 13 |
                           (uint64_t)item->color << 16;
    return paint__key(KEY_TEXT, atr__hash_bytes(item->text, strlen(item->text)), shape,
                      (uint64_t)box.w << 32 | (uint32_t)box.h);
}

static Texture *text_texture(Paint *paint, const Item *item, atr_Rect box)
{
    const uint64_t key = text_key(item, box);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture != NULL) {
        return texture;
    }
    Fit fit;
    atr_TextImage image;
    if (!fit_text(paint->desc.text, &paint->frame, item, box, &fit) ||
        atr_text_render(paint->desc.text, item->text, &fit.text, &image) != ATR_OK) {
        return NULL;
    }
    pixels_straighten(image.pixels, (size_t)image.pitch * (size_t)image.height);
    if (image.pitch == image.width) {
        if (item->halo) {
            (void)paint__add_halo(paint, key_mix(key, KEY_HALO), image.pixels, image.width,
                                  image.height, item->secret);
        }
        texture = textures_add(&paint->textures, key, image.pixels, image.width, image.height,
                               item->secret);
        paint->made++;
    }
    atr_text_image_free(&image);
    return texture;
}

/* ---- Items ----------------------------------------------------------------------------------- */

/* The halo of what will be drawn at x, y. */
void paint__copy_halo(Paint *paint, const Item *item, const PaintLook *look, uint64_t key,
                      int32_t x, int32_t y)
{
    const int32_t reach = halo_reach(paint);
    const Texture *halo = textures_find(&paint->textures, key);
    if (halo != NULL) {
        paint__copy(paint, look, item, halo,
                    (SDL_Rect){ x - reach, y - reach, halo->width, halo->height }, COLOR_WHITE);
    }
}

static void paint_text(Paint *paint, const Item *item, const PaintLook *look)
{
    if (item->text == NULL || item->text[0] == '\0') {
        return;
    }
    const atr_Rect box = fit_box(&paint->frame, item);
    const Texture *texture = text_texture(paint, item, box);
    if (texture == NULL) {
        return;
    }
    const bool right = (item->align == ALIGN_START) == item->rtl;
    int32_t x = box.x;
    if (item->align == ALIGN_CENTER) {
        x += (box.w - texture->width) / 2;
    } else if (right) {
        x += box.w - texture->width;
    }
    const int32_t y = item->middle ? box.y + (box.h - texture->height) / 2 : box.y;
    if (item->halo) {
        paint__copy_halo(paint, item, look, key_mix(text_key(item, box), KEY_HALO), x, y);
    }
    paint__copy(paint, look, item, texture, (SDL_Rect){ x, y, texture->width, texture->height },
                COLOR_WHITE);
}

static void paint_icon(Paint *paint, const Item *item, const PaintLook *look)
{
    const atr_Rect box = fit_icon_box(&paint->frame, item);
    const int32_t side = box.w < box.h ? box.w : box.h;
    const Texture *texture = icon_texture(paint, item->icon, side, item->mirrored);
    paint__copy(paint, look, item, texture,
                (SDL_Rect){ box.x + (box.w - side) / 2, box.y + (box.h - side) / 2, side, side },
                item->color);
}

static void paint_picture(Paint *paint, const Item *item, const PaintLook *look)
{
    const Texture *texture = picture_texture(paint, item);
    const int32_t width = (int32_t)lroundf((float)item->rect.w * item->scale);
    const int32_t height = (int32_t)lroundf((float)item->rect.h * item->scale);
    paint__copy(paint, look, item, texture,
                (SDL_Rect){ item->rect.x + (item->rect.w - width) / 2,
                            item->rect.y + (item->rect.h - height) / 2, width, height },
                COLOR_WHITE);
}

static void paint_panel(Paint *paint, const Item *item, const PaintLook *look)
{
    const bool pressed = item->control != CONTROL_NONE && item->control == look->pressed;
    const PanelState state = item->disabled ? PANEL_DISABLED : pressed ? PANEL_PRESSED : PANEL_REST;
    const Texture *texture = panel_texture(paint, item->rect.w, item->rect.h, item->look, state);
    paint__copy(paint, look, item, texture,
                (SDL_Rect){ item->rect.x, item->rect.y, item->rect.w, item->rect.h }, COLOR_WHITE);
}

static void paint_button(Paint *paint, const Item *item, const PaintLook *look)
{
    Item shown = *item;
    paint_panel(paint, item, look);
    if (item->disabled) {
        shown.color = 0xff6f79b8u;
    }
    if (item->icon != ICON_NONE) {
        paint_icon(paint, &shown, look);
    }
    paint_text(paint, &shown, look);
}

static void paint_focus(Paint *paint, const Item *item, const PaintLook *look)
{
    const int32_t reach = panel_focus_reach(paint->frame.u);
    const int32_t width = item->rect.w + 2 * reach;
    const int32_t height = item->rect.h + 2 * reach;
    const uint64_t key =
        paint__key(KEY_FOCUS, (uint64_t)width << 32 | (uint32_t)height, (uint64_t)item->look, 0);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture == NULL) {
        uint32_t *pixels = paint__pixels(width, height);
        if (pixels != NULL) {
            panel_focus(pixels, width, height, panel_radius(item->look), paint->frame.u);
        }
        texture = paint__keep_pixels(paint, key, pixels, width, height, false);
    }
    paint__copy(paint, look, item, texture,
                (SDL_Rect){ item->rect.x - reach, item->rect.y - reach, width, height },
                COLOR_WHITE);
}

/* The full part of a bar, filling in reading direction; never narrower than its own ends. */
static void paint_bar(Paint *paint, const Item *item, const PaintLook *look)
{
    int32_t width = (int32_t)lroundf((float)item->rect.w * item->value);
    if (width <= 0) {
        return;
    }
    width = width < item->rect.h ? item->rect.h : width;
    Item fill = *item;
    fill.rect.w = width;
    if (item->rtl) {
        fill.rect.x = item->rect.x + item->rect.w - width;
    }
    paint_panel(paint, &fill, look);
}

static void paint_ring(Paint *paint, const Item *item, const PaintLook *look)
{
    const int32_t side = (int32_t)lroundf(13 * paint->frame.u);
    const uint64_t key = paint__key(KEY_DISC, (uint64_t)side, 0, 0);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture == NULL) {
        uint32_t *pixels = paint__pixels(side, side);
        if (pixels != NULL) {
            panel_disc(pixels, side);
        }
        texture = paint__keep_pixels(paint, key, pixels, side, side, false);
    }
    const float radius = (float)(item->rect.w - side) / 2;
    for (int i = 0; i < RING_DOTS; i++) {
        const float turn = (float)i / RING_DOTS;
        const float x =
            (float)item->rect.x + (float)item->rect.w / 2 + radius * sinf(turn * TWO_PI);
        const float y =
            (float)item->rect.y + (float)item->rect.h / 2 - radius * cosf(turn * TWO_PI);
        const bool lit = turn < item->value;
        paint__copy(
            paint, look, item, texture,
            (SDL_Rect){ (int)lroundf(x) - side / 2, (int)lroundf(y) - side / 2, side, side },
            lit ? item->color : COLOR_RAISED);
    }
}

/* ---- Scenes ---------------------------------------------------------------------------------- */

static void paint_item(Paint *paint, const Scene *scene, const Item *item, const PaintLook *look)
{
    switch (item->kind) {
    case ITEM_PANEL:
        paint_panel(paint, item, look);
        break;
    case ITEM_TEXT:
        paint_text(paint, item, look);
        break;
    case ITEM_BUTTON:
        paint_button(paint, item, look);
        break;
    case ITEM_ICON:
        paint_icon(paint, item, look);
        break;
    case ITEM_PICTURE:
        paint_picture(paint, item, look);
        break;
    case ITEM_NUMBER:
        paint__number(paint, scene, item, look);
        break;
    case ITEM_BAR:
        paint_bar(paint, item, look);
        break;
    case ITEM_RING:
        paint_ring(paint, item, look);
        break;
    case ITEM_VEIL:
        add_op(paint, look,
               (Op){ .to = { item->rect.x, item->rect.y, item->rect.w, item->rect.h },
                     .color = 0x05081au,
                     .alpha = 0.72f * item->alpha,
                     .stays = true });
        break;
    }
}

void paint_items(Paint *paint, const Scene *scene, uint32_t first, uint32_t end,
                 const PaintLook *look)
{
    for (uint32_t i = first; i < end && i < scene->count; i++) {
        paint_item(paint, scene, &scene->items[i], look);
    }
    if (look->focus >= (int32_t)first && look->focus < (int32_t)end &&
        look->focus < (int32_t)scene->count) {
        paint_focus(paint, &scene->items[look->focus], look);
    }
}

void paint_background(Paint *paint)
{
    const int32_t width = paint->frame.width;
    const int32_t height = paint->frame.height;
    const uint64_t key = paint__key(KEY_BACKGROUND, (uint64_t)width << 32 | (uint32_t)height, 0, 0);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture == NULL) {
        uint32_t *pixels = paint__pixels(width, height);
        if (pixels != NULL) {
            panel_background(pixels, width, height);
        }
        texture = paint__keep_pixels(paint, key, pixels, width, height, false);
        if (texture == NULL) {
            SDL_SetRenderDrawColor(paint->desc.renderer, 0x0e, 0x13, 0x30, 255);
            SDL_RenderClear(paint->desc.renderer);
            return;
        }
        SDL_SetTextureBlendMode(texture->texture, SDL_BLENDMODE_NONE);
    }
    SDL_RenderCopy(paint->desc.renderer, texture->texture, NULL, NULL);
}
