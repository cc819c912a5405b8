/*
 * The text object: measuring and rendering whole texts. Layout and shaping are in layout.c and
 * run.c, fonts in fonts.c. Images come from malloc, because they outlive the object that drew them.
 */
#include "text_internal.h"

#include "base/alloc.h"

atr_Status atr_text_create(const atr_TextDesc *desc, atr_Text **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    const atr_TextDesc d = desc != NULL ? *desc : (atr_TextDesc){ 0 };
    atr_Text *text = atr__alloc_zero(&d.allocator, 1, sizeof *text);
    if (text == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    text->allocator = d.allocator;
    text->log = d.log;
    const atr_Status status = atr__fonts_open(text, &d);
    if (status != ATR_OK) {
        atr_text_destroy(text);
        return status;
    }
    *out = text;
    return ATR_OK;
}

void atr_text_destroy(atr_Text *text)
{
    if (text == NULL) {
        return;
    }
    atr__fonts_close(text);
    atr__text_work_free(text);
    const atr_Allocator allocator = text->allocator;
    atr__free(&allocator, text, 1, sizeof *text);
}

bool atr_text_has_arabic(const atr_Text *text)
{
    return text->has_arabic;
}

const char *atr_text_font(const atr_Text *text, bool arabic, bool bold)
{
    const atr__FontFile *file =
        atr__font_file(text, arabic ? ATR__FACE_ARABIC : ATR__FACE_LATIN, bold);
    if (file == NULL && arabic && text->has_arabic) {
        file = atr__font_file(text, ATR__FACE_FALLBACK, bold);
    }
    return file != NULL ? file->path : "built-in";
}

static bool style_is_valid(const atr_TextStyle *style)
{
    return style != NULL && style->size_px >= ATR__TEXT_SIZE_MIN &&
           style->size_px <= ATR__TEXT_SIZE_MAX && style->max_width >= 0 &&
           style->line_height >= 0 && style->line_height <= 4;
}

atr_Status atr_text_measure(atr_Text *text, const char *utf8, const atr_TextStyle *style,
                            atr_TextSize *out)
{
    ATR_ASSERT(text != NULL && utf8 != NULL && out != NULL);
    *out = (atr_TextSize){ 0 };
    if (!style_is_valid(style)) {
        return ATR_ERR_INVALID;
    }
    const atr_Status status = atr__text_decode(text, utf8);
    return status != ATR_OK ? status : atr__text_layout(text, style, out);
}

static uint32_t premultiply(uint32_t color)
{
    const uint32_t alpha = color >> 24;
    uint32_t out = alpha << 24;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        out |= ((((color >> shift) & 255u) * alpha + 127) / 255) << shift;
    }
    return out;
}

static int32_t line_start(const atr_TextStyle *style, int32_t room)
{
    switch (style->align) {
    case ATR_ALIGN_CENTER:
        return room / 2;
    case ATR_ALIGN_END:
        return style->direction == ATR_DIRECTION_RTL ? 0 : room;
    case ATR_ALIGN_START:
    default:
        return style->direction == ATR_DIRECTION_RTL ? room : 0;
    }
}

static atr_Status lines_draw(atr_Text *text, const atr_TextStyle *style, const atr_Canvas *canvas,
                             const atr_TextSize *size)
{
    int32_t line_height = 0;
    int32_t ascent = 0;
    int32_t descent = 0;
    atr__text_metrics(text, style, &line_height, &ascent, &descent);
    const uint32_t tint = premultiply(style->color);
    for (uint32_t i = 0; i < size->lines; i++) {
        const atr__Line *line = &text->work.lines[i];
        (void)atr__text_line_runs(text, style, line);
        int32_t x = line_start(style, size->width - line->width);
        const int32_t baseline = size->baseline + (int32_t)i * line_height;
        for (uint32_t r = 0; r < text->work.run_count; r++) {
            const atr__Run *run = &text->work.runs[r];
            const atr_Status status = atr__run_draw(text, style, run, canvas, x, baseline, tint);
            if (status != ATR_OK) {
                return status;
            }
            x += run->width;
        }
    }
    return ATR_OK;
}

atr_Status atr_text_render(atr_Text *text, const char *utf8, const atr_TextStyle *style,
                           atr_TextImage *out)
{
    ATR_ASSERT(out != NULL);
    *out = (atr_TextImage){ 0 };
    atr_TextSize size;
    atr_Status status = atr_text_measure(text, utf8, style, &size);
    if (status != ATR_OK) {
        return status;
    }
    const int32_t width = size.width > 0 ? size.width : 1;
    atr_Canvas canvas = { .width = width, .height = size.height, .pitch = width };
    canvas.pixels =
        atr__alloc_zero(NULL, (size_t)width * (size_t)size.height, sizeof *canvas.pixels);
    if (canvas.pixels == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    status = lines_draw(text, style, &canvas, &size);
    if (status != ATR_OK) {
        free(canvas.pixels);
        return status;
    }
    *out = (atr_TextImage){
        .pixels = canvas.pixels, .width = width, .height = size.height, .pitch = width, .size = size
    };
    return ATR_OK;
}

void atr_text_image_free(atr_TextImage *image)
{
    if (image != NULL) {
        free(image->pixels);
        *image = (atr_TextImage){ 0 };
    }
}
