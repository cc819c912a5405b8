/*
 * Glyph strips: single characters rendered once, for numbers that change every frame. Digits get
 * the widest one's cell, so that a counting number does not tremble. Each image is cut to its ink.
 */
#include "text_internal.h"

#include "base/alloc.h"

static bool is_digit(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 0x0660 && c <= 0x0669) || (c >= 0x06f0 && c <= 0x06f9);
}

static atr_Rect ink_of(const atr_Canvas *canvas)
{
    int32_t left = canvas->width;
    int32_t top = canvas->height;
    int32_t right = 0;
    int32_t bottom = 0;
    for (int32_t y = 0; y < canvas->height; y++) {
        for (int32_t x = 0; x < canvas->width; x++) {
            if (canvas->pixels[(size_t)y * (size_t)canvas->pitch + (size_t)x] == 0) {
                continue;
            }
            left = x < left ? x : left;
            right = x + 1 > right ? x + 1 : right;
            top = y < top ? y : top;
            bottom = y + 1;
        }
    }
    if (right == 0) {
        return (atr_Rect){ 0 };
    }
    return (atr_Rect){ left, top, right - left, bottom - top };
}

/* Lays the characters out one by one; every one is its own run. */
static size_t cells_measure(atr_Text *text, const atr_TextStyle *style, atr__Run *runs,
                            int32_t *digit_width)
{
    atr__TextWork *w = &text->work;
    size_t pixels = 0;
    for (uint32_t i = 0; i < w->count; i++) {
        bool missing = false;
        w->faces[i] = atr__font_face_for(text, w->chars[i], ATR__FACE_NONE, style->bold,
                                         style->size_px, &missing);
        runs[i] = (atr__Run){ .first = i, .end = i + 1, .face = w->faces[i] };
        atr__run_measure(text, style, &runs[i]);
        pixels += (size_t)runs[i].width * (size_t)runs[i].height;
        if (is_digit(w->chars[i]) && runs[i].width > *digit_width) {
            *digit_width = runs[i].width;
        }
    }
    return pixels;
}

static atr_Status cell_draw(atr_Text *text, const atr_TextStyle *style, const atr__Run *run,
                            const atr_Canvas *canvas, int32_t digit_width, atr_Glyph *out)
{
    const uint32_t c = text->work.chars[run->first];
    const atr_Status status = atr__run_draw(text, style, run, canvas, 0, run->ascent, 0xffffffffu);
    if (status != ATR_OK) {
        return status;
    }
    const atr_Rect ink = ink_of(canvas);
    const int32_t cell = is_digit(c) ? digit_width : run->width;
    *out = (atr_Glyph){
        .codepoint = c,
        .image = { .pixels = canvas->pixels + (size_t)ink.y * (size_t)run->width + (size_t)ink.x,
                   .width = ink.w,
                   .height = ink.h,
                   .pitch = run->width },
        .advance = cell,
        .left = (cell - run->width) / 2 + ink.x,
        .top = ink.y - run->ascent,
    };
    return ATR_OK;
}

atr_Status atr_text_glyphs(atr_Text *text, const char *characters, int32_t size_px, bool bold,
                           atr_GlyphStrip *out)
{
    ATR_ASSERT(text != NULL && characters != NULL && out != NULL);
    *out = (atr_GlyphStrip){ 0 };
    if (size_px < ATR__TEXT_SIZE_MIN || size_px > ATR__TEXT_SIZE_MAX) {
        return ATR_ERR_INVALID;
    }
    atr_Status status = atr__text_decode(text, characters);
    if (status != ATR_OK) {
        return status;
    }
    if (text->work.count == 0) {
        return ATR_ERR_INVALID;
    }
    const atr_TextStyle style = { .size_px = (float)size_px, .bold = bold };
    int32_t digit_width = 0;
    const size_t size = cells_measure(text, &style, text->work.runs, &digit_width);
    int32_t descent = 0;
    atr__text_metrics(text, &style, &out->line_height, &out->ascent, &descent);
    out->size_px = size_px;
    out->count = text->work.count;
    out->glyphs = atr__alloc_zero(NULL, out->count, sizeof *out->glyphs);
    out->pixels = atr__alloc_zero(NULL, size > 0 ? size : 1, sizeof *out->pixels);
    status = out->glyphs == NULL || out->pixels == NULL ? ATR_ERR_NO_MEMORY : ATR_OK;
    size_t at = 0;
    for (uint32_t i = 0; status == ATR_OK && i < out->count; i++) {
        const atr__Run *run = &text->work.runs[i];
        const atr_Canvas canvas = { .pixels = out->pixels + at,
                                    .width = run->width,
                                    .height = run->height,
                                    .pitch = run->width };
        status = cell_draw(text, &style, run, &canvas, digit_width, &out->glyphs[i]);
        at += (size_t)run->width * (size_t)run->height;
    }
    if (status != ATR_OK) {
        atr_text_glyphs_free(out);
    }
    return status;
}

const atr_Glyph *atr_glyph_find(const atr_GlyphStrip *strip, uint32_t codepoint)
{
    for (uint32_t i = 0; i < strip->count; i++) {
        if (strip->glyphs[i].codepoint == codepoint) {
            return &strip->glyphs[i];
        }
    }
    return NULL;
}

void atr_text_glyphs_free(atr_GlyphStrip *strip)
{
    if (strip != NULL) {
        free(strip->glyphs);
        free(strip->pixels);
        *strip = (atr_GlyphStrip){ 0 };
    }
}
