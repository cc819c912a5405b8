/*
 * Short texts of effects, "+50" and the like, become one sprite per letter, each over a soft dark
 * copy of itself, so that they can be read on any background.
 */
#include <atrium/letters.h>

#define CAP_OF_EM     0.714f
#define SHADOW_OFFSET 0.045f /* of the letter height */

atr_Status atr_letters_make(atr_Text *text, int32_t size_px, atr_SpriteId first, atr_Letters *out,
                            atr_GlyphStrip *strip, atr_Image *images)
{
    ATR_ASSERT(text != NULL && out != NULL && strip != NULL && images != NULL);
    static const uint32_t clear = 0;
    *out = (atr_Letters){ .first = first, .size_px = size_px };
    *strip = (atr_GlyphStrip){ 0 };
    char characters[ATR_LETTER_COUNT + 1];
    for (uint32_t i = 0; i < ATR_LETTER_COUNT; i++) {
        characters[i] = (char)(ATR_LETTER_FIRST + i);
    }
    characters[ATR_LETTER_COUNT] = '\0';
    const atr_Status st = atr_text_glyphs(text, characters, size_px, true, strip);
    if (st != ATR_OK) {
        return st;
    }
    for (uint32_t i = 0; i < ATR_LETTER_COUNT && i < strip->count; i++) {
        const atr_Image *image = &strip->glyphs[i].image;
        images[i] = image->width > 0 ? *image : (atr_Image){ &clear, 1, 1, 1 };
        out->glyphs[i] = strip->glyphs[i];
        out->glyphs[i].image.pixels = NULL;
    }
    return ATR_OK;
}

static const atr_Glyph *glyph_of(const atr_Letters *letters, char c)
{
    const uint32_t index = (uint32_t)(unsigned char)c - ATR_LETTER_FIRST;
    return index < ATR_LETTER_COUNT ? &letters->glyphs[index] : NULL;
}

static float text_width(const atr_Letters *letters, const atr_DrawCmd *text)
{
    float width = 0;
    for (uint32_t i = 0; i < ATR_DRAW_TEXT_MAX && text->text[i] != '\0'; i++) {
        const atr_Glyph *glyph = glyph_of(letters, text->text[i]);
        width += glyph != NULL ? (float)glyph->advance : 0;
    }
    return width;
}

static uint32_t expand_once(const atr_Letters *letters, const atr_DrawCmd *text, uint32_t color,
                            float shift, atr_DrawCmd *out, uint32_t capacity)
{
    const float scale = text->h / (float)letters->size_px;
    const float baseline = text->y + text->h * CAP_OF_EM / 2;
    float pen = text->x - text_width(letters, text) * scale / 2;
    uint32_t count = 0;
    for (uint32_t i = 0; i < ATR_DRAW_TEXT_MAX && text->text[i] != '\0' && count < capacity; i++) {
        const atr_Glyph *glyph = glyph_of(letters, text->text[i]);
        if (glyph == NULL) {
            continue;
        }
        if (glyph->image.width > 0) {
            const float w = (float)glyph->image.width * scale;
            const float h = (float)glyph->image.height * scale;
            out[count++] = (atr_DrawCmd){
                .kind = ATR_DRAW_SPRITE,
                .layer = text->layer,
                .importance = text->importance,
                .sprite = (atr_SpriteId)(letters->first + (glyph - letters->glyphs)),
                .smooth = text->smooth,
                .color = color,
                .x = pen + (float)glyph->left * scale + w / 2 + shift,
                .y = baseline + (float)glyph->top * scale + h / 2 + shift,
                .w = w,
                .h = h,
            };
        }
        pen += (float)glyph->advance * scale;
    }
    return count;
}

uint32_t atr_letters_expand(const atr_Letters *letters, const atr_DrawCmd *text, atr_DrawCmd *out,
                            uint32_t capacity)
{
    if (letters->size_px <= 0) {
        return 0;
    }
    const uint32_t shadow = ((text->color >> 24) * 5 / 8) << 24;
    const float shift = text->h * SHADOW_OFFSET;
    uint32_t used = expand_once(letters, text, shadow, shift, out, capacity);
    used += expand_once(letters, text, text->color, 0, out + used, capacity - used);
    return used;
}
