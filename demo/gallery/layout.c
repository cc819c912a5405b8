/* See layout.h. */
#include "layout.h"

#include <math.h>
#include <string.h>

#define PAD         12.0f
#define GAP         6.0f
#define HEADER      54.0f /* over the grid */
#define LABEL       20.0f /* over a control of the bar */
#define CONTROL     32.0f
#define TILE_WIDE   140.0f
#define TILE_LOW    38.0f
#define TILE_HIGH   56.0f
#define GROUPS_GAP  18.0f
#define OPTION_PAD  20.0f
#define GROUP_LEAST 88.0f

static float clamp(float v, float low, float high)
{
    return v < low ? low : v > high ? high : v;
}

int32_t layout_px(const Layout *layout, float units)
{
    return (int32_t)lroundf(units * layout->u);
}

static bool is_inside(const atr_Rect *rect, int32_t x, int32_t y)
{
    return x >= rect->x && y >= rect->y && x < rect->x + rect->w && y < rect->y + rect->h;
}

static void add(Layout *layout, Control control)
{
    if (layout->count < LAYOUT_CONTROLS_MAX) {
        layout->controls[layout->count++] = control;
    }
}

/* ---- The bar --------------------------------------------------------------------------------- */

/* By the number of letters; options of a setting with few of them share the room its label needs.
 */
static float option_width(const Settings *settings, Setting setting, uint32_t option)
{
    const float wanted =
        (float)strlen(setting_option(settings, setting, option)) * 7.6f + OPTION_PAD;
    const float fair = GROUP_LEAST / (float)settings->options[setting];
    return wanted > fair ? wanted : fair;
}

static float group_width(const Settings *settings, Setting setting)
{
    if (setting_is_slider(setting)) {
        return 150;
    }
    if (setting == SETTING_STRESS) {
        return 120;
    }
    float width = 0;
    for (uint32_t i = 0; i < settings->options[setting]; i++) {
        width += option_width(settings, setting, i);
    }
    return width;
}

/* Uses the width that a row leaves: sliders become longer, else gaps become wider. A last row of
 * few groups stays as it is. */
static void fill_row(Layout *layout, int first, int last, int32_t right)
{
    const atr_Rect *end = &layout->groups[last - 1];
    const int32_t room = right - end->x - end->w;
    int sliders = 0;
    for (int i = first; i < last; i++) {
        sliders += setting_is_slider((Setting)i);
    }
    const int gaps = last - first - 1;
    if (room <= 0 || (sliders == 0 && gaps < 3)) {
        return;
    }
    int32_t moved = 0;
    for (int i = first; i < last; i++) {
        layout->groups[i].x += moved;
        if (sliders > 0 && setting_is_slider((Setting)i)) {
            layout->groups[i].w += room / sliders;
            moved += room / sliders;
        } else if (sliders == 0) {
            moved += room / gaps;
        }
    }
}

/* Groups from left to right, in as many rows as they need. @return the height of all. */
static int32_t place_groups(Layout *layout, const Settings *settings, int32_t left, int32_t top,
                            int32_t width)
{
    const int32_t height = layout_px(layout, LABEL) + layout_px(layout, CONTROL);
    const int32_t row = height + layout_px(layout, PAD);
    int32_t x = left;
    int32_t y = top;
    for (int i = 0; i < SETTING_COUNT; i++) {
        const int32_t w = layout_px(layout, group_width(settings, (Setting)i));
        if (x > left && x + w > left + width) {
            x = left;
            y += row;
        }
        layout->groups[i] = (atr_Rect){ x, y, w, height };
        x += w + layout_px(layout, GROUPS_GAP);
    }
    for (int first = 0, last = 0; first < SETTING_COUNT; first = last) {
        while (last < SETTING_COUNT && layout->groups[last].y == layout->groups[first].y) {
            last++;
        }
        fill_row(layout, first, last, left + width);
    }
    return y + height - top;
}

static void move_groups(Layout *layout, int32_t dy)
{
    for (int i = 0; i < SETTING_COUNT; i++) {
        layout->groups[i].y += dy;
    }
}

static void add_settings(Layout *layout, const Settings *settings)
{
    const int32_t label = layout_px(layout, LABEL);
    for (int i = 0; i < SETTING_COUNT; i++) {
        const atr_Rect *group = &layout->groups[i];
        const atr_Rect whole = { group->x, group->y + label, group->w, group->h - label };
        const Setting setting = (Setting)i;
        if (setting_is_slider(setting) || setting == SETTING_STRESS) {
            add(layout,
                (Control){ .kind = setting == SETTING_STRESS ? CONTROL_BUTTON : CONTROL_SLIDER,
                           .setting = setting,
                           .rect = whole });
            continue;
        }
        float at = 0;
        for (uint32_t k = 0; k < settings->options[i]; k++) {
            const float w = option_width(settings, setting, k);
            const int32_t from = layout_px(layout, at);
            at += w;
            add(layout, (Control){ .kind = CONTROL_CHOICE,
                                   .setting = setting,
                                   .index = k,
                                   .rect = { whole.x + from, whole.y, layout_px(layout, at) - from,
                                             whole.h } });
        }
    }
}

/* ---- The grid -------------------------------------------------------------------------------- */

static void add_tiles(Layout *layout, uint32_t effects)
{
    const int32_t gap = layout_px(layout, GAP);
    const int32_t columns = layout->columns;
    const int32_t rows = ((int32_t)effects + columns - 1) / columns;
    const int32_t fair = rows > 0 ? (layout->tiles.h + gap) / rows - gap : 0;
    const int32_t low = layout_px(layout, TILE_LOW);
    const int32_t high = layout_px(layout, TILE_HIGH);
    const int32_t h = fair < low ? low : fair > high ? high : fair;
    const int32_t all = rows * (h + gap) - gap;
    layout->scroll_most = all > layout->tiles.h ? all - layout->tiles.h : 0;
    layout->scroll = layout->scroll > layout->scroll_most ? layout->scroll_most : layout->scroll;
    layout->scroll = layout->scroll < 0 ? 0 : layout->scroll;
    const int32_t stripe = layout->scroll_most > 0 ? gap + layout_px(layout, 3) : 0;
    const int32_t inner = layout->tiles.w - stripe;
    for (uint32_t i = 0; i < effects; i++) {
        const int32_t column = (int32_t)i % columns;
        const int32_t left = (inner + gap) * column / columns;
        const int32_t right = (inner + gap) * (column + 1) / columns - gap;
        add(layout, (Control){ .kind = CONTROL_TILE,
                               .index = i,
                               .rect = { layout->tiles.x + left,
                                         layout->tiles.y - layout->scroll +
                                             (int32_t)i / columns * (h + gap),
                                         right - left, h } });
    }
}

static void place_wide(Layout *layout, const LayoutDesc *desc)
{
    const int32_t pad = layout_px(layout, PAD);
    const int32_t side =
        (int32_t)clamp((float)desc->width * 0.26f, 215 * layout->u, 400 * layout->u);
    layout->side = (atr_Rect){ desc->width - side, 0, side, desc->height };
    const int32_t header = layout_px(layout, HEADER);
    layout->tiles =
        (atr_Rect){ layout->side.x + pad, header, side - 2 * pad, desc->height - header - pad };
    const int32_t wide = desc->width - side;
    const int32_t height = place_groups(layout, desc->settings, pad, pad, wide - 2 * pad) + 2 * pad;
    layout->bar = (atr_Rect){ 0, desc->height - height, wide, height };
    move_groups(layout, layout->bar.y);
    layout->scene = (atr_Rect){ 0, 0, wide, desc->height - height };
    const float columns = (float)layout->tiles.w / (TILE_WIDE * layout->u);
    layout->columns = columns < 1 ? 1 : (int32_t)columns;
}

static void place_tall(Layout *layout, const LayoutDesc *desc)
{
    const int32_t pad = layout_px(layout, PAD);
    const int32_t height =
        place_groups(layout, desc->settings, pad, pad, desc->width - 2 * pad) + 2 * pad;
    layout->bar = (atr_Rect){ 0, desc->height - height, desc->width, height };
    move_groups(layout, layout->bar.y);
    const float columns = (float)(desc->width - 2 * pad) / (170 * layout->u);
    layout->columns = columns < 2 ? 2 : (int32_t)columns;
    const int32_t rows = ((int32_t)desc->effects + layout->columns - 1) / layout->columns;
    const int32_t header = layout_px(layout, HEADER);
    const int32_t wanted = header + rows * layout_px(layout, TILE_HIGH + GAP) + pad;
    const int32_t most = (int32_t)((float)desc->height * 0.4f);
    const int32_t side = wanted < most ? wanted : most;
    layout->side = (atr_Rect){ 0, layout->bar.y - side, desc->width, side };
    layout->tiles =
        (atr_Rect){ pad, layout->side.y + header, desc->width - 2 * pad, side - header };
    layout->scene = (atr_Rect){ 0, 0, desc->width, layout->side.y };
}

void layout_make(Layout *layout, const LayoutDesc *desc)
{
    memset(layout, 0, sizeof *layout);
    const bool tall = desc->height > desc->width;
    const float w = (float)desc->width;
    const float h = (float)desc->height;
    const float wanted = tall ? fminf(w / 860, h / 1400) : fminf(w / 1280, h / 720);
    layout->u = clamp(wanted, 0.82f, 3.0f);
    layout->width = desc->width;
    layout->height = desc->height;
    layout->scroll = desc->scroll;
    if (desc->hidden) {
        layout->scene = (atr_Rect){ 0, 0, desc->width, desc->height };
        return;
    }
    if (tall) {
        place_tall(layout, desc);
    } else {
        place_wide(layout, desc);
    }
    add_tiles(layout, desc->effects);
    add_settings(layout, desc->settings);
}

/* ---- Finding --------------------------------------------------------------------------------- */

uint32_t layout_at(const Layout *layout, int32_t x, int32_t y)
{
    for (uint32_t i = 0; i < layout->count; i++) {
        const Control *control = &layout->controls[i];
        const bool shown = control->kind != CONTROL_TILE || is_inside(&layout->tiles, x, y);
        if (shown && is_inside(&control->rect, x, y)) {
            return i;
        }
    }
    return LAYOUT_NONE;
}

uint32_t layout_towards(const Layout *layout, uint32_t from, int dx, int dy)
{
    if (layout->count == 0 || from >= layout->count) {
        return layout->count > 0 ? 0 : LAYOUT_NONE;
    }
    const atr_Rect *a = &layout->controls[from].rect;
    uint32_t best = from;
    float least = INFINITY;
    for (uint32_t i = 0; i < layout->count; i++) {
        const atr_Rect *b = &layout->controls[i].rect;
        const float x = (float)(2 * b->x + b->w - 2 * a->x - a->w) * 0.5f;
        const float y = (float)(2 * b->y + b->h - 2 * a->y - a->h) * 0.5f;
        const float along = x * (float)dx + y * (float)dy;
        const float aside = fabsf(x * (float)dy) + fabsf(y * (float)dx);
        if (i != from && along > 1 && aside <= along * 4 && along + 3 * aside < least) {
            least = along + 3 * aside;
            best = i;
        }
    }
    return best;
}

int32_t layout_scroll_to(const Layout *layout, uint32_t control)
{
    if (control >= layout->count || layout->controls[control].kind != CONTROL_TILE) {
        return layout->scroll;
    }
    const atr_Rect *rect = &layout->controls[control].rect;
    const atr_Rect *tiles = &layout->tiles;
    if (rect->y < tiles->y) {
        return layout->scroll - (tiles->y - rect->y);
    }
    const int32_t below = rect->y + rect->h - tiles->y - tiles->h;
    return below > 0 ? layout->scroll + below : layout->scroll;
}
