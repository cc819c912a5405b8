/* Rectangles, words and numbers in a panel. Everything is placed by its distance from the start
 * edge, left in English and right in Arabic; numbers keep their own direction. */
#include "overlay_internal.h"

#include <math.h>
#include <stdio.h>

int32_t atr__px(const atr__Pen *pen, float units)
{
    return (int32_t)(units * pen->skin->scale + 0.5f);
}

static int32_t place(const atr__Pen *pen, int32_t start, int32_t w)
{
    return pen->rtl ? pen->left + pen->width - start - w : pen->left + start;
}

void atr__pen_rect(const atr__Pen *pen, int32_t start, int32_t y, int32_t w, int32_t h,
                   uint32_t color)
{
    const atr_Rect rect = { place(pen, start, w), y, w, h };
    atr_compose_clear(&pen->canvas, &rect, color);
}

static const atr_TextImage *word_image(const atr__Pen *pen, atr__Word word, bool bold)
{
    return bold ? &pen->skin->heads[pen->rtl][word] : &pen->skin->words[pen->rtl][word];
}

int32_t atr__pen_word_width(const atr__Pen *pen, atr__Word word, bool bold)
{
    return word_image(pen, word, bold)->width;
}

int32_t atr__pen_word(const atr__Pen *pen, atr__Word word, bool bold, int32_t start,
                      int32_t baseline, uint32_t color)
{
    const atr_TextImage *text = word_image(pen, word, bold);
    const atr_Image image = { text->pixels, text->width, text->height, text->pitch };
    atr_compose_image(&pen->canvas, NULL, &image, place(pen, start, text->width),
                      baseline - text->size.baseline, color);
    return text->width;
}

int32_t atr__pen_text_width(const atr__Pen *pen, atr__StripKind strip, const char *text)
{
    int32_t width = 0;
    for (const char *p = text; *p != 0; p++) {
        const atr_Glyph *glyph = atr_glyph_find(&pen->skin->strips[strip], (unsigned char)*p);
        width += glyph != NULL ? glyph->advance : 0;
    }
    return width;
}

int32_t atr__pen_text(const atr__Pen *pen, atr__StripKind strip, const char *text, int32_t start,
                      int32_t baseline, uint32_t color)
{
    const int32_t width = atr__pen_text_width(pen, strip, text);
    int32_t x = place(pen, start, width);
    for (const char *p = text; *p != 0; p++) {
        const atr_Glyph *glyph = atr_glyph_find(&pen->skin->strips[strip], (unsigned char)*p);
        if (glyph == NULL) {
            continue;
        }
        atr_compose_image(&pen->canvas, NULL, &glyph->image, x + glyph->left, baseline + glyph->top,
                          color);
        x += glyph->advance;
    }
    return width;
}

void atr__pen_text_end(const atr__Pen *pen, atr__StripKind strip, const char *text, int32_t end,
                       int32_t baseline, uint32_t color)
{
    (void)atr__pen_text(pen, strip, text, end - atr__pen_text_width(pen, strip, text), baseline,
                        color);
}

void atr__figure(char *out, size_t size, double value, int decimals, const char *unit)
{
    if (isnan(value)) {
        (void)snprintf(out, size, "n/a");
    } else {
        (void)snprintf(out, size, "%.*f%s", decimals, value, unit);
    }
}
