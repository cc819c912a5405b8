/**
 * atrium/letters.h: the letters of effects' texts ("+50"), as sprites.
 *
 * The compositor and the renderers draw no text: an ATR_DRAW_TEXT command is turned into one sprite
 * for each letter, over a soft dark copy, so that it can be read on any background. The plugin does
 * this by itself; a program that draws effects without a window does it like this:
 *
 *     atr_Letters letters;
 *     atr_GlyphStrip strip;
 *     atr_Image images[ATR_LETTER_COUNT];
 *     st = atr_letters_make(text, 48, (atr_SpriteId)name_count, &letters, &strip, images);
 *     ... atr_atlas_create with .extra = images, .extra_count = ATR_LETTER_COUNT ...
 *     atr_text_glyphs_free(&strip);
 *     ...
 *     count = atr_letters_expand(&letters, &command, sprites, ATR_LETTERS_EXPANDED_MAX);
 *
 * Threads: making: owner of the text; expanding: any, it only reads.
 */
#ifndef ATRIUM_LETTERS_H
#define ATRIUM_LETTERS_H

#include <atrium/text.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ATR_LETTER_FIRST         32u /* printable ASCII; other characters are left out */
#define ATR_LETTER_COUNT         95u
#define ATR_LETTERS_EXPANDED_MAX (2 * ATR_DRAW_TEXT_MAX) /* most sprites of one text */

typedef struct atr_Letters {
    atr_SpriteId first;                 /* sprite of ATR_LETTER_FIRST; the others follow */
    int32_t size_px;                    /* em */
    atr_Glyph glyphs[ATR_LETTER_COUNT]; /* places and sizes; no pixels: those are the sprites' */
} atr_Letters;

/**
 * Renders the letters, bold.
 * @param images  ATR_LETTER_COUNT pictures, for an atlas; borrowed from `strip`, which the caller
 *                frees with atr_text_glyphs_free once they are copied. A space is one clear pixel.
 * @return ATR_OK; as atr_text_glyphs, `out` is without letters then.
 */
ATR_NODISCARD ATR_API atr_Status atr_letters_make(atr_Text *text, int32_t size_px,
                                                  atr_SpriteId first, atr_Letters *out,
                                                  atr_GlyphStrip *strip, atr_Image *images);

/** Turns an ATR_DRAW_TEXT command into sprites. @return how many, at most `capacity`. */
ATR_API uint32_t atr_letters_expand(const atr_Letters *letters, const atr_DrawCmd *text,
                                    atr_DrawCmd *out, uint32_t capacity);

#ifdef __cplusplus
}
#endif

#endif
