/* See canvas.h. Rounded rectangles by their signed distance: one formula gives fill, outline and
 * smooth edges. */
#include "canvas.h"

#include "base/hash.h"

#include <math.h>
#include <string.h>

bool canvas_open(Canvas *canvas, const atr_Log *log)
{
    memset(canvas, 0, sizeof *canvas);
    return atr_text_create(&(atr_TextDesc){ .log = *log }, &canvas->text) == ATR_OK;
}

void canvas_close(Canvas *canvas)
{
    for (size_t i = 0; i < CANVAS_TEXTS; i++) {
        atr_text_image_free(&canvas->texts[i].image);
    }
    atr_text_destroy(canvas->text);
}

void canvas_begin(Canvas *canvas, uint32_t *pixels, const atr_Rect *rect)
{
    canvas->pixels = (atr_Canvas){ pixels, rect->w, rect->h, rect->w };
    canvas->x = rect->x;
    canvas->y = rect->y;
    canvas_clip(canvas, NULL);
}

static atr_Rect common(atr_Rect a, atr_Rect b)
{
    const int32_t left = a.x > b.x ? a.x : b.x;
    const int32_t top = a.y > b.y ? a.y : b.y;
    const int32_t right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    const int32_t bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    return (atr_Rect){ left, top, right > left ? right - left : 0,
                       bottom > top ? bottom - top : 0 };
}

static atr_Rect inside(const Canvas *canvas, const atr_Rect *rect)
{
    return common((atr_Rect){ rect->x - canvas->x, rect->y - canvas->y, rect->w, rect->h },
                  canvas->clip);
}

void canvas_clip(Canvas *canvas, const atr_Rect *rect)
{
    canvas->clip = (atr_Rect){ 0, 0, canvas->pixels.width, canvas->pixels.height };
    if (rect != NULL) {
        canvas->clip = inside(canvas, rect);
    }
}

/* ---- Shapes ---------------------------------------------------------------------------------- */

static float clamp01(float v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* Straight colour with coverage over a premultiplied pixel. */
static uint32_t over(uint32_t below, uint32_t color, float coverage)
{
    const float a = (float)(color >> 24) / 255.0f * coverage;
    uint32_t out = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        const float top = shift == 24 ? 255.0f : (float)(color >> shift & 255u);
        const float v = top * a + (float)(below >> shift & 255u) * (1 - a);
        out |= (uint32_t)lroundf(v) << shift;
    }
    return out;
}

void canvas_fill(Canvas *canvas, const atr_Rect *rect, uint32_t color)
{
    const atr_Rect to = inside(canvas, rect);
    atr_compose_clear(&canvas->pixels, &to, color);
}

/* Distance from the edge of a rounded rectangle, negative inside. */
static float distance(float x, float y, float half_w, float half_h, float radius)
{
    const float dx = fabsf(x) - half_w + radius;
    const float dy = fabsf(y) - half_h + radius;
    const float outside = hypotf(dx > 0 ? dx : 0, dy > 0 ? dy : 0);
    const float within = dx > dy ? dx : dy;
    return outside + (within < 0 ? within : 0) - radius;
}

void canvas_round(Canvas *canvas, const atr_Rect *rect, float radius, uint32_t fill,
                  uint32_t outline, float line)
{
    const atr_Rect to = inside(canvas, rect);
    const float half_w = (float)rect->w / 2;
    const float half_h = (float)rect->h / 2;
    const float r = fminf(radius, fminf(half_w, half_h));
    const float middle_x = (float)(rect->x - canvas->x) + half_w;
    const float middle_y = (float)(rect->y - canvas->y) + half_h;
    const float border = fmaxf(r, line) + 1;
    for (int32_t y = to.y; y < to.y + to.h; y++) {
        uint32_t *row = canvas->pixels.pixels + (size_t)y * (size_t)canvas->pixels.pitch;
        const float dy = (float)y + 0.5f - middle_y;
        for (int32_t x = to.x; x < to.x + to.w; x++) {
            const float dx = (float)x + 0.5f - middle_x;
            if (fill >> 24 == 255 && fabsf(dx) < half_w - border && fabsf(dy) < half_h - border) {
                row[x] = fill;
                continue;
            }
            const float d = distance(dx, dy, half_w, half_h, r);
            const float edge = line > 0 ? clamp01(d + line + 0.5f) : 0;
            const float cover = clamp01(0.5f - d);
            row[x] = over(row[x], fill, cover * (1 - edge));
            row[x] = edge > 0 ? over(row[x], outline, cover * edge) : row[x];
        }
    }
}

/* ---- Text ------------------------------------------------------------------------------------ */

static CanvasText *oldest(Canvas *canvas)
{
    CanvasText *found = &canvas->texts[0];
    for (size_t i = 1; i < CANVAS_TEXTS && found->key != 0; i++) {
        CanvasText *text = &canvas->texts[i];
        if (text->key == 0 || text->used < found->used) {
            found = text;
        }
    }
    return found;
}

/* Renders smaller and smaller until it fits the width in its lines. */
static bool render(Canvas *canvas, const char *utf8, int32_t width, const CanvasFont *font,
                   atr_TextImage *out)
{
    static const float shares[] = { 1, 0.92f, 0.85f, 0.78f, 0.7f };
    for (size_t i = 0; i < ATR_COUNT_OF(shares); i++) {
        const atr_TextStyle style = { .size_px = font->size_px * shares[i],
                                      .bold = font->bold,
                                      .color = 0xffffffffu,
                                      .align = font->align,
                                      .max_width = (float)width,
                                      .max_lines = font->max_lines > 0 ? font->max_lines : 1,
                                      .line_height = 1.15f };
        atr_TextSize size;
        const bool last = i + 1 == ATR_COUNT_OF(shares);
        if (atr_text_measure(canvas->text, utf8, &style, &size) != ATR_OK) {
            return false;
        }
        if (size.fits || last) {
            return atr_text_render(canvas->text, utf8, &style, out) == ATR_OK;
        }
    }
    return false;
}

static const atr_TextImage *find(Canvas *canvas, const char *utf8, int32_t width,
                                 const CanvasFont *font)
{
    const uint64_t shape = (uint64_t)lroundf(font->size_px * 16) << 32 | (uint64_t)width << 8 |
                           (uint64_t)font->align << 4 | (uint64_t)font->max_lines << 1 |
                           (font->bold ? 1u : 0u);
    const uint64_t hash = atr__hash_bytes(utf8, strlen(utf8)) ^ shape * 0x9e3779b97f4a7c15u;
    const uint64_t key = hash != 0 ? hash : 1;
    for (size_t i = 0; i < CANVAS_TEXTS; i++) {
        if (canvas->texts[i].key == key) {
            canvas->texts[i].used = ++canvas->clock;
            return &canvas->texts[i].image;
        }
    }
    CanvasText *text = oldest(canvas);
    atr_text_image_free(&text->image);
    *text = (CanvasText){ 0 };
    if (!render(canvas, utf8, width, font, &text->image)) {
        return NULL;
    }
    text->key = key;
    text->used = ++canvas->clock;
    return &text->image;
}

static uint32_t premultiply(uint32_t color)
{
    const uint32_t a = color >> 24;
    uint32_t out = a << 24;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        out |= ((color >> shift & 255u) * a + 127) / 255 << shift;
    }
    return out;
}

int32_t canvas_text(Canvas *canvas, const char *utf8, const atr_Rect *box, const CanvasFont *font)
{
    if (utf8[0] == '\0' || box->w <= 0) {
        return 0;
    }
    const atr_TextImage *image = find(canvas, utf8, box->w, font);
    if (image == NULL || image->pixels == NULL) {
        return 0;
    }
    int32_t x = box->x - canvas->x;
    x += font->align == ATR_ALIGN_CENTER ? (box->w - image->width) / 2
         : font->align == ATR_ALIGN_END  ? box->w - image->width
                                         : 0;
    const int32_t y = box->y - canvas->y + (box->h - image->height) / 2;
    const atr_Image picture = { image->pixels, image->width, image->height, image->pitch };
    atr_compose_image(&canvas->pixels, &canvas->clip, &picture, x, y, premultiply(font->color));
    return image->width;
}

int32_t canvas_width(Canvas *canvas, const char *utf8, const CanvasFont *font)
{
    const atr_TextStyle style = {
        .size_px = font->size_px, .bold = font->bold, .color = 0xffffffffu, .max_lines = 1
    };
    atr_TextSize size;
    return atr_text_measure(canvas->text, utf8, &style, &size) == ATR_OK ? size.width : 0;
}
