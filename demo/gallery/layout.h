/* Where everything lies, for any size of window: the scene, a grid of effects beside or below it,
 * a bar of settings. Plain rectangles in output pixels; no SDL, no text.
 *
 * Wide windows have the grid on the right, over the whole height, and the bar below the scene; tall
 * ones have grid and bar below each other. */
#ifndef GALLERY_LAYOUT_H
#define GALLERY_LAYOUT_H

#include "settings.h"

#define LAYOUT_CONTROLS_MAX 192
#define LAYOUT_NONE         UINT32_MAX

typedef enum ControlKind {
    CONTROL_TILE = 0, /* plays an effect */
    CONTROL_SLIDER,
    CONTROL_CHOICE, /* one option of a setting */
    CONTROL_BUTTON
} ControlKind;

typedef struct Control {
    ControlKind kind;
    Setting setting;
    uint32_t index; /* of the effect, or of the option */
    atr_Rect rect;
} Control;

typedef struct LayoutDesc {
    int32_t width, height;
    uint32_t effects;
    const Settings *settings;
    int32_t scroll;
    bool hidden; /* no panels: the scene alone */
} LayoutDesc;

typedef struct Layout {
    float u; /* pixels of a design unit */
    int32_t width, height;
    atr_Rect scene, side, bar; /* w 0: not there */
    atr_Rect tiles;            /* what the grid is clipped to */
    int32_t columns;
    int32_t scroll, scroll_most;
    atr_Rect groups[SETTING_COUNT]; /* a label's line and the control under it */
    uint32_t count;
    Control controls[LAYOUT_CONTROLS_MAX];
} Layout;

void layout_make(Layout *layout, const LayoutDesc *desc);

/* Control at a point; LAYOUT_NONE. */
uint32_t layout_at(const Layout *layout, int32_t x, int32_t y);
/* The next control in a direction from one (LAYOUT_NONE: the first); dx, dy are -1, 0 or 1. */
uint32_t layout_towards(const Layout *layout, uint32_t from, int dx, int dy);
/* Scroll with which a tile is in sight. */
int32_t layout_scroll_to(const Layout *layout, uint32_t control);

/* Design units to pixels, rounded. */
int32_t layout_px(const Layout *layout, float units);

#endif
