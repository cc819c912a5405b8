/* The compact overlay: one line with the frame rate, the frame time, the P1 low and what is
 * playing; from the end on, what a narrow output has no room for is left out. */
#include "overlay_internal.h"

#include <stdio.h>

#define LINE_WIDTH  640.0f /* more than any words and figures take */
#define LINE_HEIGHT 34.0f

void atr__compact_size(const atr__OverlaySkin *skin, int32_t *width, int32_t *height)
{
    *width = (int32_t)(LINE_WIDTH * skin->scale + 0.5f);
    *height = (int32_t)(LINE_HEIGHT * skin->scale + 0.5f);
}

/* Returns where it ends; unchanged when there is no room for it. */
static int32_t item(const atr__Pen *pen, int32_t room, int32_t x, const char *value, uint32_t color,
                    atr__Word word)
{
    const int32_t baseline = pen->y;
    const int32_t gap = x > 0 ? atr__px(pen, 18) : 0;
    const int32_t needed = gap + atr__pen_text_width(pen, ATR__STRIP_VALUE, value) +
                           atr__px(pen, 5) + atr__pen_word_width(pen, word, false);
    if (x + needed > room) {
        return x;
    }
    x += gap;
    x += atr__pen_text(pen, ATR__STRIP_VALUE, value, x, baseline, color) + atr__px(pen, 5);
    return x + atr__pen_word(pen, word, false, x, baseline, ATR__COLOR_QUIET);
}

void atr__compact_compose(atr__Overlay *overlay, const atr__OverlaySkin *skin)
{
    const atr__OverlayData *data = &overlay->data;
    atr__Pen pen = { .canvas = { overlay->pixels, overlay->capacity_w, overlay->capacity_h,
                                 overlay->capacity_w },
                     .skin = skin,
                     .rtl = overlay->arabic && skin->has_arabic };
    pen.left = atr__px(&pen, 14);
    pen.width = overlay->capacity_w - 2 * pen.left;
    overlay->height = overlay->capacity_h;
    pen.y = atr__px(&pen, 22);
    atr_compose_clear(&pen.canvas, &(atr_Rect){ 0, 0, overlay->capacity_w, overlay->height },
                      ATR__COLOR_NIGHT);
    const bool over = data->frames.p95_ms > data->frames.budget_ms * 1.05;
    const int32_t most = atr__overlay_room(overlay->room_w, skin);
    const int32_t room = (most < overlay->capacity_w ? most : overlay->capacity_w) - 2 * pen.left;
    char text[48];
    int32_t x = 0;
    atr__figure(text, sizeof text, data->frames.fps, 1, "");
    x = item(&pen, room, x, text, over ? ATR__COLOR_BAD : ATR__COLOR_GOOD, ATR__WORD_FPS);
    atr__figure(text, sizeof text, data->frames.mean_ms, 1, " ms");
    x = item(&pen, room, x, text, ATR__COLOR_TEXT, ATR__WORD_FRAME);
    atr__figure(text, sizeof text, data->frames.low_p1_fps, 1, "");
    x = item(&pen, room, x, text, ATR__COLOR_TEXT, ATR__WORD_LOW_P1);
    (void)snprintf(text, sizeof text, "%u", data->stats.effects.particles);
    x = item(&pen, room, x, text, ATR__COLOR_TEXT, ATR__WORD_PARTICLES);
    overlay->width = x + 2 * pen.left;
    if (pen.rtl) {
        /* Composed against the canvas's right edge: the used part lies there. */
        const int32_t shift = overlay->capacity_w - overlay->width;
        for (int32_t y = 0; y < overlay->height; y++) {
            uint32_t *row = overlay->pixels + (size_t)y * (size_t)overlay->capacity_w;
            for (int32_t i = 0; i < overlay->width; i++) {
                row[i] = row[i + shift];
            }
        }
    }
}
