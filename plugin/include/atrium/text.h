/**
 * atrium/text.h: text in any mix of Latin and Arabic, shaped and in the right order.
 *
 * A paragraph's direction comes from the language, not from its first letter. FriBidi splits it
 * into runs, each run gets a font that covers it (SDL2_ttf has no fallback), lines are broken in
 * logical order and then reordered. Every run sits on the common baseline by its font's ascent.
 *
 *     atr_Text *text = NULL;
 *     atr_Status st = atr_text_create(NULL, &text);
 *     atr_TextStyle style = { .size_px = 36, .color = 0xfff5f6ff, .max_width = 600 };
 *     atr_TextImage image;
 *     st = atr_text_render(text, "Hello مرحبا", &style, &image);
 *     ...
 *     atr_text_image_free(&image);
 *
 * Without any TTF a built-in Latin bitmap font is used (atr_text_has_arabic says false).
 *
 * Threads: owner; different objects on different threads at the same time are fine. Opening fonts
 * and rendering allocate: do it when a text changes, not every frame. Digits that change every
 * frame are drawn from glyph strips (atr_text_glyphs).
 */
#ifndef ATRIUM_TEXT_H
#define ATRIUM_TEXT_H

#include <atrium/compose.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_Text atr_Text;

#define ATR_TEXT_BYTES_MAX 16384 /* longer texts are refused */

typedef enum atr_Direction { ATR_DIRECTION_LTR = 0, ATR_DIRECTION_RTL } atr_Direction;

/** start: left in LTR, right in RTL. */
typedef enum atr_Align { ATR_ALIGN_START = 0, ATR_ALIGN_CENTER, ATR_ALIGN_END } atr_Align;

/** Font files; NULL: the usual places of Noto and DejaVu are searched. Bold falls back to regular.
 */
typedef struct atr_TextDesc {
    const char *latin;
    const char *latin_bold;
    const char *arabic;
    const char *arabic_bold;
    bool builtin_only; /* use no TTF at all */
    atr_Allocator allocator;
    atr_Log log;
} atr_TextDesc;

typedef struct atr_TextStyle {
    float size_px; /* em; Arabic runs are drawn 1.1 times as large */
    bool bold;
    uint32_t color;          /* 0xAARRGGBB, straight */
    atr_Direction direction; /* of the paragraph */
    atr_Align align;
    float max_width;    /* px; lines are wrapped; 0: one line */
    uint32_t max_lines; /* 0: no limit */
    float line_height;  /* of the em; 0: 1.3, and 1.5 when the paragraph is RTL */
} atr_TextStyle;

typedef struct atr_TextSize {
    int32_t width;    /* px; of the widest line */
    int32_t height;   /* px; all lines */
    int32_t baseline; /* px from the top to the first line's baseline */
    uint32_t lines;
    bool fits;        /* within max_width and max_lines without breaking a word */
    uint32_t missing; /* characters that no font covers */
} atr_TextSize;

/** Premultiplied pixels; the caller frees them with atr_text_image_free. */
typedef struct atr_TextImage {
    uint32_t *pixels;
    int32_t width, height, pitch;
    atr_TextSize size;
} atr_TextImage;

ATR_NODISCARD ATR_API atr_Status atr_text_create(const atr_TextDesc *desc, atr_Text **out);
ATR_API void atr_text_destroy(atr_Text *text);

/** Whether Arabic can be shown. */
ATR_API bool atr_text_has_arabic(const atr_Text *text);
/** Path of the font in use, or "built-in"; borrowed. */
ATR_API const char *atr_text_font(const atr_Text *text, bool arabic, bool bold);

/** @return ATR_OK; ATR_ERR_FORMAT for invalid UTF-8; ATR_ERR_INVALID; ATR_ERR_BACKEND. */
ATR_NODISCARD ATR_API atr_Status atr_text_measure(atr_Text *text, const char *utf8,
                                                  const atr_TextStyle *style, atr_TextSize *out);
ATR_NODISCARD ATR_API atr_Status atr_text_render(atr_Text *text, const char *utf8,
                                                 const atr_TextStyle *style, atr_TextImage *out);
ATR_API void atr_text_image_free(atr_TextImage *image);

/** A strip of single characters for numbers that change every frame: white, premultiplied, on one
 *  baseline. Digits share the widest one's cell. */
typedef struct atr_Glyph {
    uint32_t codepoint;
    atr_Image image;   /* borrowed from the strip */
    int32_t advance;   /* px */
    int32_t left, top; /* px from pen and baseline to the image's corner */
} atr_Glyph;

typedef struct atr_GlyphStrip {
    uint32_t count;
    int32_t size_px, ascent, line_height;
    atr_Glyph *glyphs;
    uint32_t *pixels; /* all images */
} atr_GlyphStrip;

/** Renders `characters` (UTF-8, each once). @return ATR_OK; ATR_ERR_FORMAT; ATR_ERR_NO_MEMORY. */
ATR_NODISCARD ATR_API atr_Status atr_text_glyphs(atr_Text *text, const char *characters,
                                                 int32_t size_px, bool bold, atr_GlyphStrip *out);
ATR_API const atr_Glyph *atr_glyph_find(const atr_GlyphStrip *strip, uint32_t codepoint);
ATR_API void atr_text_glyphs_free(atr_GlyphStrip *strip);

#ifdef __cplusplus
}
#endif

#endif
