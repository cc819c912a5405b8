/* Items into a fixed table: scaling, rounding and mirroring happen here and nowhere else. */
#include "scene.h"

#include <math.h>
#include <string.h>

static const struct {
    float landscape, portrait;
    bool bold;
} styles[STYLE_COUNT] = {
    [STYLE_NUMBER] = { 200, 220, true }, [STYLE_TITLE] = { 72, 80, true },
    [STYLE_HEADING] = { 48, 52, true },  [STYLE_LABEL] = { 40, 44, true },
    [STYLE_BODY] = { 36, 40, false },    [STYLE_CAPTION] = { 30, 32, false },
};

#define EM_FLOOR_MM   6.7
#define LANDSCAPE_MIN 1680.0f /* design units: wide enough for keypad and words side by side */
#define PORTRAIT_MIN  1880.0f /* high enough for stage above keypad */

Frame frame_make(int32_t width, int32_t height, bool rtl, double diagonal_in)
{
    Frame frame = { .width = width, .height = height, .rtl = rtl, .portrait = height > width };
    const float side = (float)(width < height ? width : height);
    const float along = (float)(width < height ? height : width);
    frame.u = side / 1080.0f;
    /* A window that is nearly square has not the length the layouts need: all gets smaller. */
    const float needed = frame.portrait ? PORTRAIT_MIN : LANDSCAPE_MIN;
    frame.u = along / frame.u < needed ? along / needed : frame.u;
    frame.w = (float)width / frame.u;
    frame.h = (float)height / frame.u;
    const double diagonal_mm = (diagonal_in > 0 ? diagonal_in : 22.0) * 25.4;
    const double diagonal_px = sqrt((double)width * width + (double)height * height);
    frame.min_em_px = (float)(EM_FLOOR_MM * diagonal_px / diagonal_mm);
    return frame;
}

float frame_style_px(const Frame *frame, TextStyle style)
{
    const float size = frame->portrait ? styles[style].portrait : styles[style].landscape;
    const float px = size * frame->u;
    return px < frame->min_em_px ? frame->min_em_px : px;
}

bool style_is_bold(TextStyle style)
{
    return styles[style].bold;
}

void scene_begin(Scene *scene, const Frame *frame, const Words *words, Language language)
{
    scene->frame = *frame;
    scene->words = words;
    scene->language = language;
    scene->count = 0;
    scene->dialog_first = UINT32_MAX;
    scene->number = (atr_Rect){ 0, 0, 0, 0 };
    scene->purse = (atr_Rect){ 0, 0, 0, 0 };
    scene->used = 0;
}

static atr_Rect to_pixels(const Frame *frame, Box box, bool mirrored)
{
    if (mirrored) {
        box.x = frame->w - box.x - box.w;
    }
    const int32_t left = (int32_t)lroundf(box.x * frame->u);
    const int32_t top = (int32_t)lroundf(box.y * frame->u);
    const int32_t right = (int32_t)lroundf((box.x + box.w) * frame->u);
    const int32_t bottom = (int32_t)lroundf((box.y + box.h) * frame->u);
    return (atr_Rect){ left, top, right - left, bottom - top };
}

static Item *put(Scene *scene, ItemKind kind, Box box, bool mirrored)
{
    /* The last place is the spare one: shown by nobody. */
    const uint32_t index =
        scene->count < SCENE_ITEMS_MAX - 1 ? scene->count++ : SCENE_ITEMS_MAX - 1;
    Item *item = &scene->items[index];
    memset(item, 0, sizeof *item);
    item->kind = kind;
    item->key = "";
    item->rect = to_pixels(&scene->frame, box, mirrored && scene->frame.rtl);
    item->rtl = scene->frame.rtl;
    item->alpha = 1;
    item->scale = 1;
    item->max_lines = 1;
    return item;
}

Item *scene_put(Scene *scene, ItemKind kind, Box box)
{
    return put(scene, kind, box, true);
}

Item *scene_put_fixed(Scene *scene, ItemKind kind, Box box)
{
    return put(scene, kind, box, false);
}

const char *scene_keep(Scene *scene, const char *text)
{
    const size_t size = strlen(text) + 1;
    if (size > SCENE_TEXT_MAX - scene->used) {
        return "";
    }
    char *copy = scene->arena + scene->used;
    memcpy(copy, text, size);
    scene->used += size;
    return copy;
}

Item *scene_text(Scene *scene, Box box, TextStyle style, uint32_t color, const char *key)
{
    return scene_written(scene, box, style, color, key,
                         words_get(scene->words, scene->language, key));
}

Item *scene_written(Scene *scene, Box box, TextStyle style, uint32_t color, const char *key,
                    const char *text)
{
    Item *item = scene_put(scene, ITEM_TEXT, box);
    item->key = key;
    item->text = text;
    item->style = style;
    item->color = color;
    item->role = style == STYLE_TITLE ? ROLE_TITLE : ROLE_STATUS;
    return item;
}

Item *scene_panel(Scene *scene, Box box, PanelLook look)
{
    Item *item = scene_put(scene, ITEM_PANEL, box);
    item->look = look;
    return item;
}

Item *scene_icon(Scene *scene, Box box, Icon icon, uint32_t color)
{
    Item *item = scene_put(scene, ITEM_ICON, box);
    item->icon = icon;
    item->color = color;
    item->mirrored = scene->frame.rtl && (icon == ICON_ARROW_END || icon == ICON_ARROW_START ||
                                          icon == ICON_BACK || icon == ICON_FINISH);
    return item;
}

Item *scene_picture(Scene *scene, Box box, Picture picture)
{
    Item *item = scene_put(scene, ITEM_PICTURE, box);
    item->picture = picture;
    return item;
}

Item *scene_button(Scene *scene, Box box, PanelLook look, const char *key, Control control)
{
    Item *item = scene_put(scene, ITEM_BUTTON, box);
    item->role = ROLE_CONTROL;
    item->key = key;
    item->text = words_get(scene->words, scene->language, key);
    item->look = look;
    item->style = STYLE_LABEL;
    item->color = look == LOOK_PRIMARY ? COLOR_INK : COLOR_TEXT;
    item->align = ALIGN_CENTER;
    item->middle = true;
    item->max_lines = 2;
    item->control = control;
    return item;
}

const Item *scene_find(const Scene *scene, const char *key)
{
    for (uint32_t i = 0; i < scene->count; i++) {
        if (scene->items[i].key[0] != '\0' && strcmp(scene->items[i].key, key) == 0) {
            return &scene->items[i];
        }
    }
    return NULL;
}

const Item *scene_find_control(const Scene *scene, const char *key)
{
    const uint32_t first = scene->dialog_first < scene->count ? scene->dialog_first : 0;
    for (uint32_t i = first; i < scene->count; i++) {
        const Item *item = &scene->items[i];
        if (item->control != CONTROL_NONE && !item->disabled && strcmp(item->key, key) == 0) {
            return item;
        }
    }
    return NULL;
}

static bool is_inside(const atr_Rect *rect, int32_t x, int32_t y, int32_t slop)
{
    return x >= rect->x - slop && y >= rect->y - slop && x < rect->x + rect->w + slop &&
           y < rect->y + rect->h + slop;
}

const Item *scene_hit(const Scene *scene, int32_t x, int32_t y, int32_t slop)
{
    const uint32_t first = scene->dialog_first < scene->count ? scene->dialog_first : 0;
    for (uint32_t i = scene->count; i > first; i--) {
        const Item *item = &scene->items[i - 1];
        if (item->control != CONTROL_NONE && !item->disabled &&
            is_inside(&item->rect, x, y, slop)) {
            return item;
        }
    }
    return NULL;
}
