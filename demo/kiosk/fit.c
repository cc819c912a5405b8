/* See fit.h. Every attempt is a measurement, no picture is made. */
#include "fit.h"

#include <math.h>

#define ICON_SIZE  52.0f
#define ICON_ABOVE 10.0f
#define INSET      20.0f

static bool try_style(atr_Text *text, const Frame *frame, const Item *item, atr_Rect box,
                      TextStyle style, uint32_t max_lines, Fit *out)
{
    out->style = style;
    out->text = (atr_TextStyle){
        .size_px = frame_style_px(frame, style),
        .bold = style_is_bold(style),
        .color = item->color,
        .direction = item->rtl ? ATR_DIRECTION_RTL : ATR_DIRECTION_LTR,
        .align = (atr_Align)item->align,
        .max_width = (float)box.w,
        .max_lines = max_lines,
    };
    if (atr_text_measure(text, item->text, &out->text, &out->size) != ATR_OK) {
        return false;
    }
    /* A single line may be as tall as its font; what counts is that lines stay in their box. */
    const float line = out->text.size_px * (item->rtl ? 1.5f : 1.3f);
    const int32_t alone = (int32_t)ceilf(line * 1.15f);
    const int32_t room = box.h > alone ? box.h : alone;
    out->fits = out->size.fits && out->size.width <= box.w && out->size.height <= room;
    return true;
}

/* Large words over several lines look best when the lines are about as long: the narrowest width
 * that takes no more lines. */
static void balance(atr_Text *text, const Item *item, Fit *fit)
{
    float low = fit->text.max_width / 2;
    float high = fit->text.max_width;
    for (int i = 0; i < 7; i++) {
        atr_TextStyle narrow = fit->text;
        atr_TextSize size;
        narrow.max_width = (low + high) / 2;
        const bool same = atr_text_measure(text, item->text, &narrow, &size) == ATR_OK &&
                          size.fits && size.lines == fit->size.lines;
        if (same) {
            high = narrow.max_width;
            fit->text = narrow;
            fit->size = size;
        } else {
            low = narrow.max_width;
        }
    }
}

bool fit_text(atr_Text *text, const Frame *frame, const Item *item, atr_Rect box, Fit *out)
{
    TextStyle style = item->style;
    for (int step = 0; step < 2; step++) {
        if (!try_style(text, frame, item, box, style, item->max_lines, out)) {
            return false;
        }
        if (out->fits) {
            const bool evenly = style <= STYLE_LABEL || item->align == ALIGN_CENTER;
            if (out->size.lines > 1 && evenly) {
                balance(text, item, out);
            }
            return true;
        }
        style = style < STYLE_CAPTION ? (TextStyle)(style + 1) : STYLE_CAPTION;
    }
    for (style = out->style; style <= STYLE_CAPTION; style++) {
        if (!try_style(text, frame, item, box, style, 0, out)) {
            return false;
        }
        if (out->fits) {
            break;
        }
    }
    return true;
}

static bool icon_is_above(const Item *item)
{
    return item->icon != ICON_NONE && item->kind == ITEM_BUTTON;
}

atr_Rect fit_box(const Frame *frame, const Item *item)
{
    atr_Rect box = item->rect;
    if (item->kind != ITEM_BUTTON) {
        return box;
    }
    const bool narrow =
        item->look == LOOK_KEY || item->look == LOOK_BAR_BUTTON || icon_is_above(item);
    const int32_t inset = (int32_t)lroundf((narrow ? 8.0f : INSET) * frame->u);
    box.x += inset;
    box.w -= 2 * inset;
    if (icon_is_above(item)) {
        const int32_t above = (int32_t)lroundf((ICON_SIZE + ICON_ABOVE) * frame->u);
        box.y += above;
        box.h -= above + (int32_t)lroundf(4 * frame->u);
    }
    return box;
}

atr_Rect fit_icon_box(const Frame *frame, const Item *item)
{
    if (item->kind != ITEM_BUTTON) {
        return item->rect;
    }
    const int32_t side = (int32_t)lroundf(ICON_SIZE * frame->u);
    return (atr_Rect){ item->rect.x + (item->rect.w - side) / 2,
                       item->rect.y + (int32_t)lroundf(ICON_ABOVE * frame->u), side, side };
}
