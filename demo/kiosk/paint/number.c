/* Numbers that change every frame: digits rendered once for each size, set side by side. A number
 * that is wider than its box takes the next smaller size. */
#include "paint/paint_internal.h"

#include "shared/straight.h"

#include <math.h>
#include <string.h>

/* The digits of this size; of the six sizes a screen may use the first are kept. */
static const Strip *load_strip(Paint *paint, int32_t px)
{
    /* Only the digits in use: all of a strip share the widest one's cell. */
    const char *digits = paint->desc.arabic_digits
                             ? "0123456789,\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667"
                               "\u0668\u0669\u066c"
                             : "0123456789,";
    for (size_t i = 0; i < STRIPS_MAX; i++) {
        Strip *strip = &paint->strips[i];
        if (strip->px == 0) {
            strip->px = px;
            if (atr_text_glyphs(paint->desc.text, digits, px, true, &strip->glyphs) != ATR_OK) {
                strip->glyphs.count = 0;
            }
        }
        if (strip->px == px) {
            return strip->glyphs.count > 0 ? strip : NULL;
        }
    }
    return NULL;
}

static Texture *glyph_texture(Paint *paint, const Strip *strip, const atr_Glyph *glyph, bool halo)
{
    const uint64_t key = paint__key(KEY_GLYPH, glyph->codepoint, (uint64_t)strip->px, halo);
    Texture *texture = textures_find(&paint->textures, key);
    const int32_t width = glyph->image.width;
    const int32_t height = glyph->image.height;
    if (texture != NULL || width <= 0) {
        return texture;
    }
    uint32_t *pixels = paint__pixels(width, height);
    if (pixels == NULL) {
        return NULL;
    }
    for (int32_t y = 0; y < height; y++) {
        memcpy(pixels + (size_t)y * (size_t)width,
               glyph->image.pixels + (size_t)y * (size_t)glyph->image.pitch,
               (size_t)width * sizeof *pixels);
    }
    pixels_straighten(pixels, (size_t)width * (size_t)height);
    if (halo) {
        (void)paint__add_halo(paint, key_mix(key, KEY_HALO), pixels, width, height, false);
    }
    return paint__keep_pixels(paint, key, pixels, width, height, false);
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

static int32_t width_of(const Strip *strip, const char *text)
{
    int32_t width = 0;
    while (*text != '\0') {
        const atr_Glyph *glyph = atr_glyph_find(&strip->glyphs, next_character(&text));
        width += glyph != NULL ? glyph->advance : 0;
    }
    return width;
}

static const Strip *fitting_strip(Paint *paint, const Item *item, const char *text)
{
    const Strip *strip = NULL;
    for (TextStyle style = item->style; style <= STYLE_CAPTION; style++) {
        strip = load_strip(paint, (int32_t)lroundf(frame_style_px(&paint->frame, style)));
        if (strip == NULL || width_of(strip, text) <= item->rect.w) {
            break;
        }
    }
    return strip;
}

static int32_t start_of(const Item *item, int32_t width)
{
    const int32_t room = item->rect.w - width;
    if (item->align == ALIGN_CENTER) {
        return item->rect.x + room / 2;
    }
    return (item->align == ALIGN_END) != item->rtl ? item->rect.x + room : item->rect.x;
}

void paint__number(Paint *paint, const Scene *scene, const Item *item, const PaintLook *look)
{
    char text[64];
    words_number(scene->words, scene->language, item->number, text, sizeof text);
    const Strip *strip = fitting_strip(paint, item, text);
    if (strip == NULL) {
        return;
    }
    const int32_t x = start_of(item, width_of(strip, text));
    /* Digits are about 0.72 em high: the middle of the box is half of that above the baseline. */
    const int32_t baseline =
        item->rect.y + item->rect.h / 2 + (int32_t)lroundf((float)strip->px * 0.36f);
    /* All halos lie under all digits. */
    for (int pass = item->halo ? 0 : 1; pass < 2; pass++) {
        int32_t pen = x;
        for (const char *at = text; *at != '\0';) {
            const atr_Glyph *glyph = atr_glyph_find(&strip->glyphs, next_character(&at));
            const Texture *texture =
                glyph != NULL ? glyph_texture(paint, strip, glyph, item->halo) : NULL;
            if (texture == NULL) {
                continue;
            }
            const int32_t left = pen + glyph->left;
            const int32_t top = baseline + glyph->top;
            if (pass == 0) {
                paint__copy_halo(paint, item, look, key_mix(texture->key, KEY_HALO), left, top);
            } else {
                paint__copy(paint, look, item, texture,
                            (SDL_Rect){ left, top, texture->width, texture->height }, item->color);
            }
            pen += glyph->advance;
        }
    }
}
