/* See input.h. */
#include "input.h"

#include <math.h>
#include <string.h>

#define HIT_SLOP   8.0f
#define PRESS_SLOP 24.0f
#define LOCK_MS    300u
#define STILL_MS   60000u

void input_init(Input *input, Flow *flow)
{
    memset(input, 0, sizeof *input);
    input->flow = flow;
}

static int32_t pixels(const Scene *scene, float units)
{
    return (int32_t)lroundf(units * scene->frame.u);
}

static void press(Input *input, Control control)
{
    Flow *flow = input->flow;
    /* The same key twice is a number; the same button twice is a trembling hand. */
    const bool digit = control >= CONTROL_DIGIT_0 && control <= CONTROL_DELETE;
    if (!digit && control == input->last && flow->now_ms - input->last_ms < LOCK_MS) {
        return;
    }
    input->last = control;
    input->last_ms = flow->now_ms;
    flow_press(flow, control);
}

void input_down(Input *input, const Scene *scene, int64_t finger, int32_t x, int32_t y)
{
    if (input->down) {
        return;
    }
    const Item *item = scene_hit(scene, x, y, pixels(scene, HIT_SLOP));
    input->down = true;
    input->finger = finger;
    input->moved_ms = input->flow->now_ms;
    input->focus = CONTROL_NONE;
    input->serial = input->flow->screen_serial;
    input->pressed = CONTROL_NONE;
    input->inside = true;
    flow_finger(input->flow, true);
    if (flow_activity(input->flow)) {
        input->serial = UINT32_MAX; /* it answered the dialog; what lies under it is not pressed */
        return;
    }
    if (item != NULL) {
        input->pressed = item->control;
        input->rect = item->rect;
    } else if (flow_has_control(input->flow, CONTROL_START)) {
        input->pressed = CONTROL_START;
        input->rect = (atr_Rect){ 0, 0, scene->frame.width, scene->frame.height };
    }
}

static bool is_near(const Scene *scene, const atr_Rect *rect, int32_t x, int32_t y)
{
    const int32_t slop = pixels(scene, PRESS_SLOP);
    return x >= rect->x - slop && y >= rect->y - slop && x < rect->x + rect->w + slop &&
           y < rect->y + rect->h + slop;
}

void input_move(Input *input, const Scene *scene, int64_t finger, int32_t x, int32_t y)
{
    if (input->down && finger == input->finger) {
        input->inside = is_near(scene, &input->rect, x, y);
        input->moved_ms = input->flow->now_ms;
    }
}

void input_up(Input *input, const Scene *scene, int64_t finger, int32_t x, int32_t y)
{
    if (!input->down || finger != input->finger) {
        return;
    }
    input->down = false;
    flow_finger(input->flow, false);
    const bool same_screen = input->serial == input->flow->screen_serial;
    if (input->pressed != CONTROL_NONE && same_screen && is_near(scene, &input->rect, x, y)) {
        press(input, input->pressed);
    }
    input->pressed = CONTROL_NONE;
}

void input_tick(Input *input)
{
    if (input->down && input->flow->now_ms - input->moved_ms >= STILL_MS) {
        input->down = false;
        input->pressed = CONTROL_NONE;
        flow_finger(input->flow, false);
    }
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static bool can_focus(const Scene *scene, uint32_t index)
{
    const uint32_t first = scene->dialog_first < scene->count ? scene->dialog_first : 0;
    const Item *item = &scene->items[index];
    return index >= first && item->control != CONTROL_NONE && !item->disabled;
}

int32_t input_focus(const Input *input, const Scene *scene)
{
    for (uint32_t i = 0; input->focus != CONTROL_NONE && i < scene->count; i++) {
        if (scene->items[i].control == input->focus && can_focus(scene, i)) {
            return (int32_t)i;
        }
    }
    return -1;
}

static void move_focus(Input *input, const Scene *scene, bool forward)
{
    const int32_t count = (int32_t)scene->count;
    int32_t at = input_focus(input, scene);
    at = at < 0 && !forward ? 0 : at;
    for (int32_t step = 1; step <= count; step++) {
        const int32_t index = forward ? (at + step) % count : (at - step + 2 * count) % count;
        if (index >= 0 && can_focus(scene, (uint32_t)index)) {
            input->focus = scene->items[index].control;
            return;
        }
    }
}

static void press_enter(Input *input, const Scene *scene)
{
    if (input_focus(input, scene) >= 0) {
        press(input, input->focus);
    } else if (input->flow->screen == SCREEN_IDENTIFY) {
        press(input, CONTROL_CONFIRM);
    } else {
        press(input, CONTROL_START);
    }
}

void input_key(Input *input, const Scene *scene, InputKey key)
{
    if (flow_activity(input->flow)) {
        return;
    }
    switch (key) {
    case INPUT_NEXT:
    case INPUT_PREVIOUS:
        move_focus(input, scene, key == INPUT_NEXT);
        break;
    case INPUT_ENTER:
        press_enter(input, scene);
        break;
    case INPUT_ESCAPE:
        flow_back(input->flow);
        break;
    case INPUT_DELETE:
        flow_press(input->flow, CONTROL_DELETE);
        break;
    }
}

void input_digit(Input *input, char digit)
{
    const bool answered = flow_activity(input->flow);
    if (!answered && digit >= '0' && digit <= '9') {
        flow_press(input->flow, (Control)(CONTROL_DIGIT_0 + (digit - '0')));
    }
}

Control input_shown(const Input *input)
{
    return input->down && input->inside ? input->pressed : CONTROL_NONE;
}
