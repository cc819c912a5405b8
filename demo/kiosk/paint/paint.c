/* From items to copies of textures. Each copy is noted, so that a screen can be painted once more
 * while it leaves. */
#include "paint/paint.h"

#include "fit.h"
#include "paint/panel.h"
#include "paint/pictures.h"
#include "paint/textures.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OPS_MAX   768
#define RING_DOTS 40
#define TWO_PI    6.28318531f

typedef enum KeyKind {
    KEY_TEXT = 1,
    KEY_PANEL,
    KEY_PICTURE,
    KEY_ICON,
    KEY_FOCUS,
    KEY_BACKGROUND,
    KEY_DISC,
    KEY_GLYPH,
    KEY_HALO
} KeyKind;

/* One copy, or with no texture one filled rectangle. */
typedef struct Op {
    uint64_t key;        /* of the texture; 0: a fill */
    uint32_t generation; /* as it was then; another one now means it is gone */
    SDL_Rect to;
    SDL_Rect from; /* w 0: all */
    uint32_t color;
    float alpha;
    bool stays; /* does not move or fade with the screen */
} Op;

typedef struct OpList {
    uint32_t count;
    Op ops[OPS_MAX];
} OpList;

struct Paint {
    PaintDesc desc;
    Frame frame;
    Textures textures;
    Pictures pictures;
    atr_GlyphStrip strip; /* of the count-up, at strip_px */
    int32_t strip_px;
    OpList now, leaving;
    uint32_t made;
};

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

void paint_destroy(Paint *paint)
{
    if (paint == NULL) {
        return;
    }
    textures_clear(&paint->textures);
    pictures_free(&paint->pictures);
    atr_text_glyphs_free(&paint->strip);
    free(paint);
}

void paint_reset(Paint *paint)
{
    textures_clear(&paint->textures);
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

static void copy(Paint *paint, const PaintLook *look, const Item *item, const Texture *texture,
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

static uint64_t key_of(KeyKind kind, uint64_t a, uint64_t b, uint64_t c)
{
    const uint64_t key = key_mix(key_mix(key_mix((uint64_t)kind, a), b), c);
    return key != 0 ? key : 1;
}

static uint32_t *pixels_for(int32_t width, int32_t height)
{
    if (width <= 0 || height <= 0 || width > 8192 || height > 8192) {
        return NULL;
    }
    return calloc((size_t)width * (size_t)height, sizeof(uint32_t));
}

/* Hands the pixels over to a texture and frees them. */
static Texture *keep_pixels(Paint *paint, uint64_t key, uint32_t *pixels, int32_t width,
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
    const uint64_t key = key_of(KEY_PANEL, (uint64_t)width << 32 | (uint32_t)height,
                                (uint64_t)panel, (uint64_t)state);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture != NULL) {
        return texture;
    }
    uint32_t *pixels = pixels_for(width, height);
    if (pixels != NULL) {
        panel_draw(pixels, width, height, panel, state, paint->frame.u);
    }
    return keep_pixels(paint, key, pixels, width, height, false);
}

static Texture *picture_texture(Paint *paint, const Item *item)
{
    const atr_Image *image = &paint->pictures.images[item->picture];
    const int32_t width = item->rect.w;
    const int32_t height = item->rect.h;
    const uint64_t key =
        key_of(KEY_PICTURE, (uint64_t)width << 32 | (uint32_t)height, (uint64_t)item->picture, 0);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture != NULL || image->pixels == NULL) {
        return texture;
    }
    uint32_t *pixels = pixels_for(width, height);
    if (pixels != NULL) {
        picture_scale(image, pixels, width, height);
    }
    texture = keep_pixels(paint, key, pixels, width, height, false);
    if (texture != NULL) {
        SDL_SetTextureScaleMode(texture->texture, SDL_ScaleModeLinear);
    }
    return texture;
}

static Texture *icon_texture(Paint *paint, Icon icon, int32_t side, bool mirrored)
{
    const atr_Image *image = &paint->pictures.icons[icon];
    const uint64_t key = key_of(KEY_ICON, (uint64_t)side, (uint64_t)icon, mirrored);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture != NULL || image->pixels == NULL) {
        return texture;
    }
    uint32_t *pixels = pixels_for(side, side);
    if (pixels != NULL) {
        picture_scale(image, pixels, side, side);
        if (mirrored) {
            picture_mirror(pixels, side, side);
        }
        if (icon == ICON_ARROW_DOWN) {
            picture_turn(pixels, side);
        }
    }
    return keep_pixels(paint, key, pixels, side, side, false);
}

/* The halo of straight-alpha pixels as a texture of its own. */
static Texture *add_halo(Paint *paint, uint64_t key, const uint32_t *from, int32_t width,
                         int32_t height, bool secret)
{
    const int32_t reach = halo_reach(paint);
    uint32_t *pixels = pixels_for(width + 2 * reach, height + 2 * reach);
    uint32_t *scratch = pixels_for(width + 2 * reach, height + 2 * reach);
    if (pixels != NULL && scratch != NULL) {
        picture_halo(from, width, height, reach, pixels, scratch);
    }
    free(scratch);
    return keep_pixels(paint, key, pixels, width + 2 * reach, height + 2 * reach, secret);
}

static uint64_t text_key(const Item *item, atr_Rect box)
{
    const uint64_t shape = (uint64_t)item->style | (uint64_t)item->rtl << 4 |
                           (uint64_t)item->max_lines << 5 | (uint64_t)item->align << 13 |
                           (uint64_t)item->color << 16;
    return key_of(KEY_TEXT, atr__hash_bytes(item->text, strlen(item->text)), shape,
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
    picture_straighten(image.pixels, (size_t)image.pitch * (size_t)image.height);
    if (image.pitch == image.width) {
        if (item->halo) {
            (void)add_halo(paint, key_mix(key, KEY_HALO), image.pixels, image.width, image.height,
                           item->secret);
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
static void copy_halo(Paint *paint, const Item *item, const PaintLook *look, uint64_t key,
                      int32_t x, int32_t y)
{
    const int32_t reach = halo_reach(paint);
    const Texture *halo = textures_find(&paint->textures, key);
    if (halo != NULL) {
        copy(paint, look, item, halo, (SDL_Rect){ x - reach, y - reach, halo->width, halo->height },
             COLOR_WHITE);
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
        copy_halo(paint, item, look, key_mix(text_key(item, box), KEY_HALO), x, y);
    }
    copy(paint, look, item, texture, (SDL_Rect){ x, y, texture->width, texture->height },
         COLOR_WHITE);
}

static void paint_icon(Paint *paint, const Item *item, const PaintLook *look)
{
    const atr_Rect box = fit_icon_box(&paint->frame, item);
    const int32_t side = box.w < box.h ? box.w : box.h;
    const Texture *texture = icon_texture(paint, item->icon, side, item->mirrored);
    copy(paint, look, item, texture,
         (SDL_Rect){ box.x + (box.w - side) / 2, box.y + (box.h - side) / 2, side, side },
         item->color);
}

static void paint_picture(Paint *paint, const Item *item, const PaintLook *look)
{
    const Texture *texture = picture_texture(paint, item);
    const int32_t width = (int32_t)lroundf((float)item->rect.w * item->scale);
    const int32_t height = (int32_t)lroundf((float)item->rect.h * item->scale);
    copy(paint, look, item, texture,
         (SDL_Rect){ item->rect.x + (item->rect.w - width) / 2,
                     item->rect.y + (item->rect.h - height) / 2, width, height },
         COLOR_WHITE);
}

static void paint_panel(Paint *paint, const Item *item, const PaintLook *look)
{
    const bool pressed = item->control != CONTROL_NONE && item->control == look->pressed;
    const PanelState state = item->disabled ? PANEL_DISABLED : pressed ? PANEL_PRESSED : PANEL_REST;
    const Texture *texture = panel_texture(paint, item->rect.w, item->rect.h, item->look, state);
    copy(paint, look, item, texture,
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
        key_of(KEY_FOCUS, (uint64_t)width << 32 | (uint32_t)height, (uint64_t)item->look, 0);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture == NULL) {
        uint32_t *pixels = pixels_for(width, height);
        if (pixels != NULL) {
            panel_focus(pixels, width, height, panel_radius(item->look), paint->frame.u);
        }
        texture = keep_pixels(paint, key, pixels, width, height, false);
    }
    copy(paint, look, item, texture,
         (SDL_Rect){ item->rect.x - reach, item->rect.y - reach, width, height }, COLOR_WHITE);
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
    const uint64_t key = key_of(KEY_DISC, (uint64_t)side, 0, 0);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture == NULL) {
        uint32_t *pixels = pixels_for(side, side);
        if (pixels != NULL) {
            panel_disc(pixels, side);
        }
        texture = keep_pixels(paint, key, pixels, side, side, false);
    }
    const float radius = (float)(item->rect.w - side) / 2;
    for (int i = 0; i < RING_DOTS; i++) {
        const float turn = (float)i / RING_DOTS;
        const float x =
            (float)item->rect.x + (float)item->rect.w / 2 + radius * sinf(turn * TWO_PI);
        const float y =
            (float)item->rect.y + (float)item->rect.h / 2 - radius * cosf(turn * TWO_PI);
        const bool lit = turn < item->value;
        copy(paint, look, item, texture,
             (SDL_Rect){ (int)lroundf(x) - side / 2, (int)lroundf(y) - side / 2, side, side },
             lit ? item->color : COLOR_RAISED);
    }
}

/* ---- Numbers --------------------------------------------------------------------------------- */

static bool load_strip(Paint *paint, int32_t size_px)
{
    if (paint->strip_px == size_px) {
        return paint->strip.count > 0;
    }
    atr_text_glyphs_free(&paint->strip);
    paint->strip_px = size_px;
    /* Only the digits in use: all of a strip share the widest one's cell. */
    const char *digits = paint->desc.arabic_digits
                             ? "0123456789,\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667"
                               "\u0668\u0669\u066c"
                             : "0123456789,";
    return atr_text_glyphs(paint->desc.text, digits, size_px, true, &paint->strip) == ATR_OK;
}

static Texture *glyph_texture(Paint *paint, const atr_Glyph *glyph)
{
    const uint64_t key = key_of(KEY_GLYPH, glyph->codepoint, (uint64_t)paint->strip_px, 0);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture != NULL || glyph->image.width <= 0) {
        return texture;
    }
    const int32_t width = glyph->image.width;
    const int32_t height = glyph->image.height;
    uint32_t *pixels = pixels_for(width, height);
    for (int32_t y = 0; pixels != NULL && y < height; y++) {
        memcpy(pixels + (size_t)y * (size_t)width,
               glyph->image.pixels + (size_t)y * (size_t)glyph->image.pitch,
               (size_t)width * sizeof *pixels);
    }
    if (pixels != NULL) {
        picture_straighten(pixels, (size_t)width * (size_t)height);
        (void)add_halo(paint, key_mix(key, KEY_HALO), pixels, width, height, false);
    }
    return keep_pixels(paint, key, pixels, width, height, false);
}

/* Decodes the one- and two-byte characters that numbers have. */
static uint32_t next_character(const char **at)
{
    const unsigned char *p = (const unsigned char *)*at;
    if (p[0] < 0x80 || p[1] == 0) {
        *at += 1;
        return p[0];
    }
    *at += 2;
    return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
}

static void paint_glyph(Paint *paint, const Item *item, const PaintLook *look,
                        const atr_Glyph *glyph, int32_t pen, int32_t baseline, bool halo)
{
    const Texture *texture = glyph_texture(paint, glyph);
    const int32_t x = pen + glyph->left;
    const int32_t y = baseline + glyph->top;
    if (texture == NULL) {
        return;
    }
    if (halo) {
        copy_halo(paint, item, look, key_mix(texture->key, KEY_HALO), x, y);
    } else {
        copy(paint, look, item, texture, (SDL_Rect){ x, y, texture->width, texture->height },
             item->color);
    }
}

static void paint_number(Paint *paint, const Scene *scene, const Item *item, const PaintLook *look)
{
    char text[64];
    words_number(scene->words, scene->language, item->number, text, sizeof text);
    if (!load_strip(paint, (int32_t)lroundf(frame_style_px(&paint->frame, item->style)))) {
        return;
    }
    int32_t width = 0;
    for (const char *at = text; *at != '\0';) {
        const atr_Glyph *glyph = atr_glyph_find(&paint->strip, next_character(&at));
        width += glyph != NULL ? glyph->advance : 0;
    }
    const int32_t x = item->rect.x + (item->rect.w - width) / 2;
    /* Digits are about 0.72 em high: the middle of the box is half of that under the baseline. */
    const int32_t baseline =
        item->rect.y + item->rect.h / 2 + (int32_t)lroundf((float)paint->strip_px * 0.36f);
    /* All halos lie under all digits. */
    for (int pass = 0; pass < 2; pass++) {
        int32_t pen = x;
        for (const char *at = text; *at != '\0';) {
            const atr_Glyph *glyph = atr_glyph_find(&paint->strip, next_character(&at));
            if (glyph != NULL) {
                paint_glyph(paint, item, look, glyph, pen, baseline, pass == 0);
                pen += glyph->advance;
            }
        }
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
        paint_number(paint, scene, item, look);
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
    const uint64_t key = key_of(KEY_BACKGROUND, (uint64_t)width << 32 | (uint32_t)height, 0, 0);
    Texture *texture = textures_find(&paint->textures, key);
    if (texture == NULL) {
        uint32_t *pixels = pixels_for(width, height);
        if (pixels != NULL) {
            panel_background(pixels, width, height);
        }
        texture = keep_pixels(paint, key, pixels, width, height, false);
        if (texture == NULL) {
            SDL_SetRenderDrawColor(paint->desc.renderer, 0x0e, 0x13, 0x30, 255);
            SDL_RenderClear(paint->desc.renderer);
            return;
        }
        SDL_SetTextureBlendMode(texture->texture, SDL_BLENDMODE_NONE);
    }
    SDL_RenderCopy(paint->desc.renderer, texture->texture, NULL, NULL);
}
