/* Touch, mouse and keys, turned into presses of controls.
 *
 * A press shows when the finger comes down and acts when it goes up inside, with 24 units of slop.
 * Only the first finger counts; a press that began on another screen does nothing; the same button
 * is locked for 300 ms. A finger that lies still for a minute is a bag that leans on the glass, or
 * its end was lost: it is let go, or nobody could press anything and no session would end. Tab and
 * arrows move a focus in reading order, Enter presses it.
 *
 * Threads: render. */
#ifndef KIOSK_INPUT_H
#define KIOSK_INPUT_H

#include "scene.h"

typedef enum InputKey {
    INPUT_NEXT = 0,
    INPUT_PREVIOUS,
    INPUT_ENTER,
    INPUT_ESCAPE,
    INPUT_DELETE
} InputKey;

typedef struct Input {
    Flow *flow;
    bool down;
    int64_t finger;
    Control pressed; /* what is held down; CONTROL_NONE: nothing */
    bool inside;
    atr_Rect rect;     /* of what is pressed */
    uint64_t moved_ms; /* when the finger was last heard of */
    uint32_t serial;   /* of the screen where the press began */
    Control last;
    uint64_t last_ms;
    Control focus; /* CONTROL_NONE: no ring */
} Input;

void input_init(Input *input, Flow *flow);

/* `finger` tells fingers apart; the mouse has one of its own. */
void input_down(Input *input, const Scene *scene, int64_t finger, int32_t x, int32_t y);
void input_move(Input *input, const Scene *scene, int64_t finger, int32_t x, int32_t y);
void input_up(Input *input, const Scene *scene, int64_t finger, int32_t x, int32_t y);

/* Once a frame. */
void input_tick(Input *input);

void input_key(Input *input, const Scene *scene, InputKey key);
/* A digit typed by a person; others are ignored. */
void input_digit(Input *input, char digit);

/* What is shown pressed now, and the index of the item with the ring, or -1. */
Control input_shown(const Input *input);
int32_t input_focus(const Input *input, const Scene *scene);

#endif
