/* From SDL's events to the gallery's actions. Mouse and finger are one pointer: what is pressed
 * answers when it is let go, sliders at once; a press that moves over the grid scrolls it. */
#include "gallery.h"
#include "panels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DRAG_UNITS  10.0f /* that a press may move before it scrolls */
#define WHEEL_UNITS 46.0f

/* ---- Pointer --------------------------------------------------------------------------------- */

static bool is_inside(const atr_Rect *rect, int32_t x, int32_t y)
{
    return x >= rect->x && y >= rect->y && x < rect->x + rect->w && y < rect->y + rect->h;
}

static void scroll_to(Gallery *gallery, int32_t scroll)
{
    gallery->scroll = scroll;
    gallery_relayout(gallery);
}

static bool is_slider(const Gallery *gallery, uint32_t control)
{
    return control < gallery->layout.count &&
           gallery->layout.controls[control].kind == CONTROL_SLIDER;
}

static void pointer_down(Gallery *gallery, int32_t x, int32_t y)
{
    Pointer *pointer = &gallery->pointer;
    pointer->down = true;
    pointer->drags = false;
    pointer->x = pointer->x0 = x;
    pointer->y = pointer->y0 = y;
    pointer->scroll0 = gallery->scroll;
    gallery->focus = LAYOUT_NONE;
    gallery->pressed = layout_at(&gallery->layout, x, y);
    if (is_slider(gallery, gallery->pressed)) {
        gallery_press(gallery, gallery->pressed, x);
    } else if (gallery->pressed == LAYOUT_NONE && is_inside(&gallery->layout.scene, x, y)) {
        gallery->guided = (Guided){ 0 };
        gallery_play(gallery, gallery->selected, (float)x, (float)y);
        gallery->guided.held = gallery->guided.id.value != 0;
    }
}

static void pointer_move(Gallery *gallery, int32_t x, int32_t y)
{
    Pointer *pointer = &gallery->pointer;
    pointer->x = x;
    pointer->y = y;
    gallery->hover = pointer->is_finger ? LAYOUT_NONE : layout_at(&gallery->layout, x, y);
    if (!pointer->down) {
        return;
    }
    if (gallery->guided.held) {
        (void)atr_effect_move(gallery->effects, gallery->guided.id, (float)x, (float)y);
        return;
    }
    if (is_slider(gallery, gallery->pressed)) {
        gallery_press(gallery, gallery->pressed, x);
        return;
    }
    const bool in_grid = is_inside(&gallery->layout.tiles, pointer->x0, pointer->y0);
    if (in_grid && fabsf((float)(y - pointer->y0)) > DRAG_UNITS * gallery->layout.u) {
        pointer->drags = true;
        gallery->pressed = LAYOUT_NONE;
    }
    if (pointer->drags) {
        scroll_to(gallery, pointer->scroll0 - (y - pointer->y0));
    }
}

static void pointer_up(Gallery *gallery, int32_t x, int32_t y)
{
    const uint32_t pressed = gallery->pressed;
    gallery->pointer.down = false;
    gallery->pressed = LAYOUT_NONE;
    if (gallery->guided.held) {
        (void)atr_effect_stop(gallery->effects, gallery->guided.id, true);
        gallery->guided = (Guided){ 0 };
    }
    if (pressed != LAYOUT_NONE && !is_slider(gallery, pressed) &&
        layout_at(&gallery->layout, x, y) == pressed) {
        gallery_press(gallery, pressed, x);
    }
}

/* Mouse positions are the window's; with a dense screen its pixels are more. */
static int32_t from_window(int32_t at, int32_t window, int32_t output)
{
    return window > 0 ? (int32_t)((int64_t)at * output / window) : at;
}

static void mouse(Gallery *gallery, const SDL_Event *event)
{
    int w = 0;
    int h = 0;
    SDL_GetWindowSize(gallery->display.window, &w, &h);
    const bool moved = event->type == SDL_MOUSEMOTION;
    if (!moved && event->button.button != SDL_BUTTON_LEFT) {
        return;
    }
    const int32_t x =
        from_window(moved ? event->motion.x : event->button.x, w, gallery->display.width);
    const int32_t y =
        from_window(moved ? event->motion.y : event->button.y, h, gallery->display.height);
    if (gallery->pointer.is_finger && gallery->pointer.down) {
        return; /* one pointer at a time */
    }
    gallery->pointer.is_finger = false;
    if (moved) {
        pointer_move(gallery, x, y);
    } else if (event->type == SDL_MOUSEBUTTONDOWN) {
        pointer_down(gallery, x, y);
    } else if (gallery->pointer.down) {
        pointer_up(gallery, x, y);
    }
}

static void finger(Gallery *gallery, const SDL_TouchFingerEvent *event)
{
    Pointer *pointer = &gallery->pointer;
    const int32_t x = (int32_t)(event->x * (float)gallery->display.width);
    const int32_t y = (int32_t)(event->y * (float)gallery->display.height);
    if (event->type == SDL_FINGERDOWN && !pointer->down) {
        pointer->is_finger = true;
        pointer->finger = event->fingerId;
        gallery->hover = LAYOUT_NONE;
        pointer_down(gallery, x, y);
    } else if (pointer->is_finger && pointer->down && event->fingerId == pointer->finger) {
        if (event->type == SDL_FINGERMOTION) {
            pointer_move(gallery, x, y);
        } else if (event->type == SDL_FINGERUP) {
            pointer_up(gallery, x, y);
        }
    }
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static void move_focus(Gallery *gallery, uint32_t to)
{
    gallery->focus = to;
    const int32_t scroll = layout_scroll_to(&gallery->layout, to);
    if (scroll != gallery->scroll) {
        scroll_to(gallery, scroll);
    }
}

static void step_focus(Gallery *gallery, bool back)
{
    const uint32_t count = gallery->layout.count;
    if (count == 0) {
        return;
    }
    if (gallery->focus >= count) {
        move_focus(gallery, back ? count - 1 : 0);
    } else {
        move_focus(gallery, (gallery->focus + (back ? count - 1 : 1)) % count);
    }
}

static void arrow(Gallery *gallery, int dx, int dy)
{
    if (is_slider(gallery, gallery->focus) && dx != 0) {
        const Setting setting = gallery->layout.controls[gallery->focus].setting;
        const float value =
            setting == SETTING_AMOUNT ? gallery->settings.amount : gallery->settings.rate;
        gallery_slide(gallery, setting, value + 0.05f * (float)dx);
        return;
    }
    move_focus(gallery, layout_towards(&gallery->layout, gallery->focus, dx, dy));
}

static void activate(Gallery *gallery)
{
    if (gallery->focus >= gallery->layout.count) {
        gallery_play_middle(gallery, gallery->selected);
    } else if (!is_slider(gallery, gallery->focus)) {
        gallery_press(gallery, gallery->focus, 0);
    }
}

static void next_option(Gallery *gallery, Setting setting)
{
    const uint32_t options = gallery->settings.options[setting];
    if (options > 0) {
        gallery_choose(gallery, setting, (gallery->settings.option[setting] + 1) % options);
    }
}

/* Keys that act again while they are held. */
static bool moving_key(Gallery *gallery, const SDL_Keysym *key)
{
    switch (key->sym) {
    case SDLK_TAB:
        step_focus(gallery, (key->mod & KMOD_SHIFT) != 0);
        return true;
    case SDLK_LEFT:
        arrow(gallery, -1, 0);
        return true;
    case SDLK_RIGHT:
        arrow(gallery, 1, 0);
        return true;
    case SDLK_UP:
        arrow(gallery, 0, -1);
        return true;
    case SDLK_DOWN:
        arrow(gallery, 0, 1);
        return true;
    default:
        return false;
    }
}

static void key_down(Gallery *gallery, const SDL_KeyboardEvent *event)
{
    const SDL_Keysym *key = &event->keysym;
    if (moving_key(gallery, key) || event->repeat != 0) {
        return;
    }
    if ((key->mod & KMOD_CTRL) != 0) {
        gallery->quit = gallery->quit || key->sym == SDLK_q;
        return;
    }
    switch (key->sym) {
    case SDLK_RETURN:
    case SDLK_KP_ENTER:
    case SDLK_SPACE:
        activate(gallery);
        return;
    case SDLK_ESCAPE:
        gallery->focus = LAYOUT_NONE;
        return;
    case SDLK_BACKSPACE:
        gallery_clear(gallery);
        return;
    case SDLK_F2:
        gallery->hidden = !gallery->hidden;
        gallery->hover = gallery->pressed = gallery->focus = LAYOUT_NONE;
        gallery_relayout(gallery);
        return;
    case SDLK_F4:
        next_option(gallery, SETTING_QUALITY);
        return;
    case SDLK_F5:
        next_option(gallery, SETTING_PATH);
        return;
    case SDLK_F6:
        next_option(gallery, SETTING_KERNEL);
        return;
    case SDLK_F7:
        next_option(gallery, SETTING_THREADS);
        return;
    case SDLK_F8:
        next_option(gallery, SETTING_SCENE);
        return;
    case SDLK_F9:
        next_option(gallery, SETTING_MOTION);
        return;
    case SDLK_F10:
        gallery_stress(gallery);
        return;
    default:
        break;
    }
    const char *found = key->sym > 0 && key->sym < 128 ? strchr(GALLERY_KEYS, key->sym) : NULL;
    if (found != NULL) {
        gallery_play_middle(gallery, (uint32_t)(found - GALLERY_KEYS));
    }
}

/* ---- All ------------------------------------------------------------------------------------- */

static void window_event(Gallery *gallery, const SDL_WindowEvent *event)
{
    if (event->event == SDL_WINDOWEVENT_SIZE_CHANGED && display_measure(&gallery->display)) {
        gallery->hover = gallery->pressed = gallery->focus = LAYOUT_NONE;
        gallery_relayout(gallery);
    } else if (event->event == SDL_WINDOWEVENT_LEAVE) {
        gallery->hover = LAYOUT_NONE;
    }
}

void gallery_event(Gallery *gallery, const SDL_Event *event)
{
    if (atr_plugin_event(gallery->plugin, event)) {
        return; /* F3 */
    }
    switch (event->type) {
    case SDL_QUIT:
        gallery->quit = true;
        break; /* the window was closed, or Ctrl-C */
    case SDL_WINDOWEVENT:
        window_event(gallery, &event->window);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        panels_lost(gallery);
        break;
    case SDL_MOUSEMOTION:
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        mouse(gallery, event);
        break;
    case SDL_MOUSEWHEEL:
        scroll_to(gallery, gallery->scroll -
                               (int32_t)((float)event->wheel.y * WHEEL_UNITS * gallery->layout.u));
        break;
    case SDL_FINGERDOWN:
    case SDL_FINGERMOTION:
    case SDL_FINGERUP:
        finger(gallery, &event->tfinger);
        break;
    case SDL_KEYDOWN:
        key_down(gallery, &event->key);
        break;
    default:
        break;
    }
}
