/*
 * Short texts of effects, "+50" and the like, become one sprite per letter, each over a soft dark
 * copy of itself, so that they can be read on any background.
 */
#include "draw_internal.h"

#define CAP_OF_EM     0.714f
#define SHADOW_OFFSET 0.045f /* of the letter height */

static const atr_Glyph *glyph_of(const atr__Assets *assets, char c)
{
    const uint32_t index = (uint32_t)(unsigned char)c - ATR__GLYPH_FIRST;
    return index < ATR__GLYPH_COUNT ? &assets->glyphs[index] : NULL;
}

static float text_width(const atr__Assets *assets, const char *text)
{
    float width = 0;
    for (const char *p = text; *p != 0; p++) {
        const atr_Glyph *glyph = glyph_of(assets, *p);
        width += glyph != NULL ? (float)glyph->advance : 0;
    }
    return width;
}

static uint32_t text_expand(const atr__Assets *assets, const atr_DrawCmd *text, uint32_t color,
                            float shift, atr_DrawCmd *out, uint32_t capacity)
{
    const float scale = text->h / (float)assets->glyph_px;
    const float baseline = text->y + text->h * CAP_OF_EM / 2;
    float pen = text->x - text_width(assets, text->text) * scale / 2;
    uint32_t count = 0;
    for (const char *p = text->text; *p != 0 && count < capacity; p++) {
        const atr_Glyph *glyph = glyph_of(assets, *p);
        if (glyph == NULL) {
            continue;
        }
        if (glyph->image.width > 0) {
            const float w = (float)glyph->image.width * scale;
            const float h = (float)glyph->image.height * scale;
            out[count++] = (atr_DrawCmd){
                .kind = ATR_DRAW_SPRITE,
                .layer = text->layer,
                .sprite = (atr_SpriteId)(assets->glyph_first + (glyph - assets->glyphs)),
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

/* Letters have the ids behind the pictures that were loaded: what the effects have named since then
 * must not be taken for one. */
static bool is_drawable(const atr__Assets *assets, const atr_DrawCmd *command)
{
    switch (command->kind) {
    case ATR_DRAW_SPRITE:
    case ATR_DRAW_PARTICLES:
        return command->sprite < assets->glyph_first;
    case ATR_DRAW_RECT:
    case ATR_DRAW_TEXT:
        return true;
    default:
        return false;
    }
}

uint32_t atr__expand(const atr__Assets *assets, const atr_DrawCmd *commands, uint32_t count,
                     uint32_t particle_count, atr_DrawCmd *out, uint32_t capacity)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < count && used < capacity; i++) {
        atr_DrawCmd command = commands[i];
        if (!is_drawable(assets, &command)) {
            continue;
        }
        if (command.kind == ATR_DRAW_PARTICLES) {
            command.first = command.first < particle_count ? command.first : particle_count;
            const uint32_t left = particle_count - command.first;
            command.count = command.count < left ? command.count : left;
        }
        if (command.kind != ATR_DRAW_TEXT) {
            out[used++] = command;
            continue;
        }
        command.text[ATR_DRAW_TEXT_MAX] = 0; /* whoever pushed it */
        const uint32_t shadow = ((command.color >> 24) * 5 / 8) << 24;
        const float shift = command.h * SHADOW_OFFSET;
        used += text_expand(assets, &command, shadow, shift, out + used, capacity - used);
        used += text_expand(assets, &command, command.color, 0, out + used, capacity - used);
    }
    return used;
}
