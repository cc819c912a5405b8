/* How the panels look. Sizes are design units (layout.h) made pixels. */
#include "panels.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define RADIUS      9.0f
#define KEY_SIDE    21.0f
#define CHIP_TEXT   15.0f
#define CHIP_PAD    16.0f
#define TRANSPARENT 0x00000000u

static float units(const Gallery *gallery, float u)
{
    return u * gallery->layout.u;
}

static int32_t px(const Gallery *gallery, float u)
{
    return layout_px(&gallery->layout, u);
}

static atr_Rect grown(const atr_Rect *rect, int32_t by)
{
    return (atr_Rect){ rect->x - by, rect->y - by, rect->w + 2 * by, rect->h + 2 * by };
}

static float hair(const Gallery *gallery)
{
    return fmaxf(1, units(gallery, 1));
}

static void draw_focus(Gallery *gallery, const Theme *theme, uint32_t index)
{
    if (index == gallery->focus) {
        const atr_Rect around = grown(&gallery->layout.controls[index].rect, px(gallery, 2));
        canvas_round(&gallery->canvas, &around, units(gallery, RADIUS + 2), TRANSPARENT,
                     theme->focus, units(gallery, 2.2f));
    }
}

static uint32_t ground(const Gallery *gallery, const Theme *theme, uint32_t index)
{
    if (gallery->pressed == index) {
        return theme->pressed;
    }
    return gallery->hover == index ? theme->hover : theme->tile;
}

/* ---- Side ------------------------------------------------------------------------------------ */

static void draw_header(Gallery *gallery, const Theme *theme)
{
    const Layout *layout = &gallery->layout;
    const int32_t pad = px(gallery, 12);
    atr_Rect box = { layout->side.x + pad, layout->side.y, layout->side.w - 2 * pad,
                     layout->tiles.y - layout->side.y };
    char count[32];
    canvas_text(&gallery->canvas, "Effects", &box,
                &(CanvasFont){ .size_px = units(gallery, 21), .bold = true, .color = theme->text });
    snprintf(count, sizeof count, "%u to play", gallery->name_count);
    canvas_text(&gallery->canvas, count, &box,
                &(CanvasFont){
                    .size_px = units(gallery, 13), .color = theme->quiet, .align = ATR_ALIGN_END });
}

static void draw_tile(Gallery *gallery, const Theme *theme, uint32_t index)
{
    const Control *control = &gallery->layout.controls[index];
    const atr_Rect *rect = &control->rect;
    Canvas *canvas = &gallery->canvas;
    const bool selected = control->index == gallery->selected;
    const bool plain = gallery->pressed != index && gallery->hover != index;
    canvas_round(canvas, rect, units(gallery, RADIUS),
                 selected && plain ? theme->selected : ground(gallery, theme, index),
                 selected ? theme->selected_line : theme->tile_line,
                 selected ? units(gallery, 2) : hair(gallery));
    const int32_t key = px(gallery, KEY_SIDE);
    const int32_t pad = px(gallery, 9);
    atr_Rect box = { rect->x + pad, rect->y + (rect->h - key) / 2, key, key };
    if (control->index < sizeof GALLERY_KEYS - 1) {
        const char name[2] = { (char)toupper((unsigned char)GALLERY_KEYS[control->index]), '\0' };
        canvas_round(canvas, &box, units(gallery, 5), theme->key, theme->tile_line, hair(gallery));
        canvas_text(canvas, name, &box,
                    &(CanvasFont){ .size_px = units(gallery, 12.5f),
                                   .bold = true,
                                   .color = theme->key_text,
                                   .align = ATR_ALIGN_CENTER });
    }
    char title[ATR_EFFECT_NAME_MAX + 1];
    gallery_title(gallery->names[control->index], title);
    const int32_t left = box.x + key + pad;
    box = (atr_Rect){ left, rect->y, rect->x + rect->w - left - px(gallery, 6), rect->h };
    canvas_text(canvas, title, &box,
                &(CanvasFont){ .size_px = units(gallery, 14.5f),
                               .color = theme->text,
                               .max_lines = (float)rect->h > units(gallery, 34) ? 2 : 1 });
}

static void draw_scroll(Gallery *gallery, const Theme *theme)
{
    const Layout *layout = &gallery->layout;
    if (layout->scroll_most <= 0) {
        return;
    }
    const float all = (float)(layout->tiles.h + layout->scroll_most);
    const float high = (float)layout->tiles.h * (float)layout->tiles.h / all;
    const float room = (float)layout->tiles.h - high;
    const float at = room * (float)layout->scroll / (float)layout->scroll_most;
    const int32_t width = px(gallery, 4);
    const atr_Rect stripe = { layout->tiles.x + layout->tiles.w - width,
                              layout->tiles.y + (int32_t)at, width, (int32_t)high };
    canvas_round(&gallery->canvas, &stripe, units(gallery, 2), theme->quiet, 0, 0);
}

void draw_side(Gallery *gallery, const Theme *theme)
{
    const Layout *layout = &gallery->layout;
    const atr_Rect *side = &layout->side;
    canvas_fill(&gallery->canvas, side, theme->panel);
    const int32_t line = (int32_t)hair(gallery);
    const atr_Rect edge = side->y > 0 ? (atr_Rect){ side->x, side->y, side->w, line }
                                      : (atr_Rect){ side->x, side->y, line, side->h };
    canvas_fill(&gallery->canvas, &edge, theme->edge);
    draw_header(gallery, theme);
    const atr_Rect seen = grown(&layout->tiles, px(gallery, 5));
    canvas_clip(&gallery->canvas, &seen);
    for (uint32_t i = 0; i < layout->count; i++) {
        if (layout->controls[i].kind == CONTROL_TILE) {
            draw_tile(gallery, theme, i);
            draw_focus(gallery, theme, i);
        }
    }
    draw_scroll(gallery, theme);
    canvas_clip(&gallery->canvas, NULL);
}

/* ---- Bar ------------------------------------------------------------------------------------- */

void draw_slider_text(const Gallery *gallery, Setting setting, char *out, size_t size)
{
    const Settings *settings = &gallery->settings;
    out[0] = '\0';
    if (setting == SETTING_AMOUNT) {
        if (settings->amount <= 0) {
            snprintf(out, size, "default");
        } else {
            snprintf(out, size, "%.0f %%", (double)roundf(settings->amount * 100));
        }
    } else if (setting == SETTING_RATE) {
        const float a_second = roundf(settings->rate * SETTING_RATE_MAX);
        if (a_second <= 0) {
            snprintf(out, size, "off");
        } else {
            snprintf(out, size, "%.0f a second", (double)a_second);
        }
    } else if (setting == SETTING_PATH && settings->option[setting] == 0) {
        atr_PluginStats stats;
        atr_plugin_stats(gallery->plugin, &stats);
        snprintf(out, size, "now %s", stats.path_name != NULL ? stats.path_name : "-");
    }
}

static void draw_label(Gallery *gallery, const Theme *theme, Setting setting)
{
    const atr_Rect *group = &gallery->layout.groups[setting];
    atr_Rect line = { group->x, group->y, group->w, px(gallery, 16) };
    const CanvasFont font = { .size_px = units(gallery, 13), .bold = true, .color = theme->text };
    line.x += canvas_text(&gallery->canvas, setting_label(setting), &line, &font);
    line.x += px(gallery, 6);
    line.w = group->x + group->w - line.x;
    const CanvasFont quiet = { .size_px = units(gallery, 12), .color = theme->quiet };
    canvas_text(&gallery->canvas, setting_key(setting), &line, &quiet);
    char text[32];
    draw_slider_text(gallery, setting, text, sizeof text);
    canvas_text(&gallery->canvas, text, &line,
                &(CanvasFont){
                    .size_px = units(gallery, 12), .color = theme->quiet, .align = ATR_ALIGN_END });
}

static void draw_slider(Gallery *gallery, const Theme *theme, uint32_t index)
{
    const Control *control = &gallery->layout.controls[index];
    const atr_Rect *rect = &control->rect;
    const float value =
        control->setting == SETTING_AMOUNT ? gallery->settings.amount : gallery->settings.rate;
    const int32_t knob = px(gallery, 18);
    const int32_t high = px(gallery, 6);
    const int32_t at = (int32_t)lroundf((float)(rect->w - knob) * value);
    const atr_Rect track = { rect->x, rect->y + (rect->h - high) / 2, rect->w, high };
    const atr_Rect full = { track.x, track.y, at + knob / 2, high };
    const atr_Rect grip = { rect->x + at, rect->y + (rect->h - knob) / 2, knob, knob };
    const bool lit = gallery->hover == index || gallery->pressed == index;
    canvas_round(&gallery->canvas, &track, units(gallery, 3), theme->track, theme->tile_line,
                 hair(gallery));
    if (value > 0) {
        canvas_round(&gallery->canvas, &full, units(gallery, 3), theme->accent, 0, 0);
    }
    canvas_round(&gallery->canvas, &grip, (float)knob / 2, lit ? theme->accent : theme->tile,
                 theme->accent, units(gallery, 2.5f));
}

static void draw_choice(Gallery *gallery, const Theme *theme, uint32_t index)
{
    const Control *control = &gallery->layout.controls[index];
    const Settings *settings = &gallery->settings;
    const bool chosen = settings->option[control->setting] == control->index;
    const atr_Rect inner = grown(&control->rect, -px(gallery, 3));
    if (chosen) {
        canvas_round(&gallery->canvas, &inner, units(gallery, RADIUS - 3), theme->accent, 0, 0);
    } else if (gallery->hover == index || gallery->pressed == index) {
        canvas_round(&gallery->canvas, &inner, units(gallery, RADIUS - 3),
                     ground(gallery, theme, index), 0, 0);
    }
    canvas_text(&gallery->canvas, setting_option(settings, control->setting, control->index),
                &control->rect,
                &(CanvasFont){ .size_px = units(gallery, 13.5f),
                               .bold = chosen,
                               .color = chosen ? theme->on_accent : theme->text,
                               .align = ATR_ALIGN_CENTER });
}

static void draw_button(Gallery *gallery, const Theme *theme, uint32_t index)
{
    const Control *control = &gallery->layout.controls[index];
    char text[32];
    snprintf(text, sizeof text, "%d,%03d sparkles", GALLERY_STRESS / 1000, GALLERY_STRESS % 1000);
    canvas_round(&gallery->canvas, &control->rect, units(gallery, RADIUS),
                 ground(gallery, theme, index), theme->accent, units(gallery, 1.5f));
    canvas_text(&gallery->canvas, text, &control->rect,
                &(CanvasFont){ .size_px = units(gallery, 13.5f),
                               .bold = true,
                               .color = theme->text,
                               .align = ATR_ALIGN_CENTER });
}

/* The trough that the options of a setting lie in. */
static void draw_trough(Gallery *gallery, const Theme *theme, Setting setting)
{
    const atr_Rect *group = &gallery->layout.groups[setting];
    const int32_t high = px(gallery, 32);
    const atr_Rect rect = { group->x, group->y + group->h - high, group->w, high };
    canvas_round(&gallery->canvas, &rect, units(gallery, RADIUS), theme->track, theme->tile_line,
                 hair(gallery));
}

void draw_bar(Gallery *gallery, const Theme *theme)
{
    const Layout *layout = &gallery->layout;
    const atr_Rect edge = { layout->bar.x, layout->bar.y, layout->bar.w, (int32_t)hair(gallery) };
    canvas_fill(&gallery->canvas, &layout->bar, theme->panel);
    canvas_fill(&gallery->canvas, &edge, theme->edge);
    for (int i = 0; i < SETTING_COUNT; i++) {
        draw_label(gallery, theme, (Setting)i);
        if (gallery->settings.options[i] > 0) {
            draw_trough(gallery, theme, (Setting)i);
        }
    }
    for (uint32_t i = 0; i < layout->count; i++) {
        switch (layout->controls[i].kind) {
        case CONTROL_SLIDER:
            draw_slider(gallery, theme, i);
            break;
        case CONTROL_CHOICE:
            draw_choice(gallery, theme, i);
            break;
        case CONTROL_BUTTON:
            draw_button(gallery, theme, i);
            break;
        case CONTROL_TILE:
            continue;
        }
        draw_focus(gallery, theme, i);
    }
}

/* ---- Over the scene -------------------------------------------------------------------------- */

int32_t draw_status_width(Gallery *gallery, const char *text)
{
    const CanvasFont font = { .size_px = units(gallery, CHIP_TEXT), .color = 0xffffffffu };
    return canvas_width(&gallery->canvas, text, &font) + 2 * px(gallery, CHIP_PAD);
}

void draw_status(Gallery *gallery, const Theme *theme, const char *text, const atr_Rect *rect)
{
    const int32_t pad = px(gallery, CHIP_PAD);
    const atr_Rect box = { rect->x + pad, rect->y, rect->w - 2 * pad, rect->h };
    canvas_round(&gallery->canvas, rect, (float)rect->h / 2, theme->chip, 0, 0);
    canvas_text(&gallery->canvas, text, &box,
                &(CanvasFont){ .size_px = units(gallery, CHIP_TEXT), .color = theme->chip_text });
}

void draw_purse(Gallery *gallery, const Theme *theme, const atr_Rect *rect)
{
    char text[16];
    const int32_t in = px(gallery, 7);
    const int32_t side = rect->h - 2 * in;
    const atr_Rect coin = { rect->x + in, rect->y + in, side, side };
    const atr_Rect face = grown(&coin, -px(gallery, 5));
    canvas_round(&gallery->canvas, rect, (float)rect->h / 2, theme->chip, 0, 0);
    canvas_round(&gallery->canvas, &coin, (float)side / 2, 0xffffc247u, 0xffd98f12u,
                 units(gallery, 2));
    canvas_round(&gallery->canvas, &face, (float)face.h / 2, 0xffffdf94u, 0, 0);
    snprintf(text, sizeof text, "%u", gallery->coins);
    const int32_t left = coin.x + side + in;
    const atr_Rect box = { left, rect->y, rect->x + rect->w - left - px(gallery, 14), rect->h };
    canvas_text(&gallery->canvas, text, &box,
                &(CanvasFont){ .size_px = units(gallery, 17),
                               .bold = true,
                               .color = theme->chip_text,
                               .align = ATR_ALIGN_END });
}
