/* Finding a letter size at which a text fits its box: its own style, else one style smaller, else
 * that one wrapped. It is never cut. */
#ifndef KIOSK_FIT_H
#define KIOSK_FIT_H

#include "scene.h"

#include <atrium/text.h>

typedef struct Fit {
    TextStyle style;    /* taken */
    atr_TextStyle text; /* for atr_text_render */
    atr_TextSize size;
    bool fits; /* within the box's width and height, no word broken */
} Fit;

/* False when the text cannot be measured at all. */
bool fit_text(atr_Text *text, const Frame *frame, const Item *item, atr_Rect box, Fit *out);

/* Where inside an item its words stand: buttons leave room for icon and edge. */
atr_Rect fit_box(const Frame *frame, const Item *item);
/* Where a button's or a row's icon stands. */
atr_Rect fit_icon_box(const Frame *frame, const Item *item);

#endif
