/*
 * One run, measured and drawn: SDL2_ttf shapes it with the direction and script it was found to
 * have.
 *
 * A run is placed by baseline minus its font's ascent, never by its bottom: SDL2_ttf makes a
 * surface taller when a mark hangs low. Runs in the built-in face are drawn from strokes, character
 * by character.
 */
#include "text_internal.h"

static const char *script_of(const atr__TextWork *w, const atr__Run *run)
{
    for (uint32_t i = run->first; i < run->end; i++) {
        const uint32_t c = w->chars[i];
        if (atr__text_is_arabic(c)) {
            return "Arab";
        }
        if (c >= 0x0590 && c <= 0x05ff) {
            return "Hebr";
        }
        if (c >= 0x0370 && c <= 0x03ff) {
            return "Grek";
        }
        if (c >= 0x0400 && c <= 0x052f) {
            return "Cyrl";
        }
    }
    return run->face == ATR__FACE_ARABIC ? "Arab" : "Latn";
}

/* The run's font, turned to its direction; NULL for the built-in face. */
static TTF_Font *run_font(atr_Text *text, const atr_TextStyle *style, const atr__Run *run)
{
    TTF_Font *font = atr__font_get(text, run->face, style->bold, style->size_px);
    if (font != NULL) {
        TTF_SetFontDirection(font, (run->level & 1) != 0 ? TTF_DIRECTION_RTL : TTF_DIRECTION_LTR);
        TTF_SetFontScriptName(font, script_of(&text->work, run));
    }
    return font;
}

void atr__run_measure(atr_Text *text, const atr_TextStyle *style, atr__Run *run)
{
    TTF_Font *font = run_font(text, style, run);
    run->width = 0;
    if (font == NULL) {
        const int32_t size = (int32_t)(style->size_px + 0.5f);
        for (uint32_t i = run->first; i < run->end; i++) {
            if (text->work.faces[i] != ATR__FACE_NONE) {
                run->width += atr__builtin_advance(text->work.chars[i], size);
            }
        }
        run->height = atr__builtin_height(size);
        run->ascent = atr__builtin_ascent(size);
        return;
    }
    int width = 0;
    int height = 0;
    if (TTF_SizeUTF8(font, atr__text_encode(text, run->first, run->end), &width, &height) != 0) {
        width = 0;
        height = TTF_FontHeight(font);
    }
    run->width = width;
    run->height = height;
    run->ascent = TTF_FontAscent(font);
}

static void builtin_run_draw(atr_Text *text, const atr_TextStyle *style, const atr__Run *run,
                             const atr_Canvas *canvas, int32_t x, int32_t baseline, uint32_t tint)
{
    const int32_t size = (int32_t)(style->size_px + 0.5f);
    const bool rtl = (run->level & 1) != 0;
    for (uint32_t i = 0; i < run->end - run->first; i++) {
        const uint32_t at = rtl ? run->end - 1 - i : run->first + i;
        if (text->work.faces[at] == ATR__FACE_NONE) {
            continue;
        }
        const uint32_t c = text->work.chars[at];
        atr__builtin_draw(canvas, c, size, style->bold, x, baseline, tint);
        x += atr__builtin_advance(c, size);
    }
}

/* Tints the surface's coverage into the canvas, clipped to it. */
static void surface_blend(const SDL_Surface *surface, const atr_Canvas *canvas, int32_t left,
                          int32_t top, uint32_t tint)
{
    for (int32_t row = 0; row < surface->h; row++) {
        const int32_t y = top + row;
        if (y < 0 || y >= canvas->height) {
            continue;
        }
        const Uint32 *from =
            (const Uint32 *)((const Uint8 *)surface->pixels + (size_t)row * (size_t)surface->pitch);
        uint32_t *to = canvas->pixels + (size_t)y * (size_t)canvas->pitch;
        for (int32_t column = 0; column < surface->w; column++) {
            const int32_t x = left + column;
            const uint32_t coverage = from[column] >> 24;
            if (coverage != 0 && x >= 0 && x < canvas->width) {
                to[x] = atr__text_blend(to[x], tint, coverage);
            }
        }
    }
}

atr_Status atr__run_draw(atr_Text *text, const atr_TextStyle *style, const atr__Run *run,
                         const atr_Canvas *canvas, int32_t x, int32_t baseline, uint32_t tint)
{
    if (run->width == 0) {
        return ATR_OK; /* SDL2_ttf refuses what has no width */
    }
    TTF_Font *font = run_font(text, style, run);
    if (font == NULL) {
        builtin_run_draw(text, style, run, canvas, x, baseline, tint);
        return ATR_OK;
    }
    const SDL_Color white = { 255, 255, 255, 255 };
    SDL_Surface *surface =
        TTF_RenderUTF8_Blended(font, atr__text_encode(text, run->first, run->end), white);
    if (surface == NULL) {
        atr_log(&text->log, ATR_LOG_ERROR, "text", "rendering failed: %s", TTF_GetError());
        return ATR_ERR_BACKEND;
    }
    surface_blend(surface, canvas, x, baseline - run->ascent, tint);
    SDL_FreeSurface(surface);
    return ATR_OK;
}
