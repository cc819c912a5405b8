/* SDL's events, each given to whoever it is for: the overlay, the reader, fingers and keys. */
#define _POSIX_C_SOURCE 200809L

#include "kiosk.h"

#include <stdio.h>

static void on_code(Kiosk *kiosk)
{
    flow_scan(&kiosk->flow, kiosk->scanner.text, kiosk->scanner.size);
    scanner_clear(&kiosk->scanner);
}

/* The reader's keys are told from a person's by time: by the time they come, not that of the last
 * frame, which may be long ago on an idle screen. A script has only frames. */
static uint64_t key_ms(const Kiosk *kiosk)
{
    return kiosk->options.script != NULL ? kiosk->flow.now_ms : SDL_GetTicks64();
}

static void drain_typed(Kiosk *kiosk)
{
    char character = '\0';
    while (scanner_typed(&kiosk->scanner, key_ms(kiosk), &character)) {
        input_digit(&kiosk->input, character);
    }
}

void kiosk__heard(Kiosk *kiosk)
{
    scanner_heard(&kiosk->scanner, key_ms(kiosk));
    drain_typed(kiosk);
}

static void on_person_key(Kiosk *kiosk, SDL_Scancode code, bool shift)
{
    const bool rtl = kiosk->flow.language == LANGUAGE_AR;
    Input *input = &kiosk->input;
    /* Any key means yes to more time, and then nothing else. */
    if (flow_activity(&kiosk->flow)) {
        return;
    }
    switch (code) {
    case SDL_SCANCODE_F2:
        flow_press(&kiosk->flow, CONTROL_LANGUAGE);
        break;
    case SDL_SCANCODE_F5:
        flow_press(&kiosk->flow, CONTROL_SAMPLE);
        break;
    case SDL_SCANCODE_TAB:
        input_key(input, &kiosk->scene, shift ? INPUT_PREVIOUS : INPUT_NEXT);
        break;
    case SDL_SCANCODE_DOWN:
        input_key(input, &kiosk->scene, INPUT_NEXT);
        break;
    case SDL_SCANCODE_UP:
        input_key(input, &kiosk->scene, INPUT_PREVIOUS);
        break;
    case SDL_SCANCODE_RIGHT:
    case SDL_SCANCODE_LEFT:
        input_key(input, &kiosk->scene,
                  (code == SDL_SCANCODE_RIGHT) != rtl ? INPUT_NEXT : INPUT_PREVIOUS);
        break;
    case SDL_SCANCODE_RETURN:
    case SDL_SCANCODE_KP_ENTER:
        input_key(input, &kiosk->scene, INPUT_ENTER);
        break;
    case SDL_SCANCODE_ESCAPE:
        input_key(input, &kiosk->scene, INPUT_ESCAPE);
        break;
    case SDL_SCANCODE_BACKSPACE:
    case SDL_SCANCODE_DELETE:
        input_key(input, &kiosk->scene, INPUT_DELETE);
        break;
    default:
        break;
    }
}

static void on_key(Kiosk *kiosk, const SDL_KeyboardEvent *key)
{
    const bool shift = (key->keysym.mod & KMOD_SHIFT) != 0;
    /* X11 reports a fast reader's doubled character as a held key; a person's comes much later. */
    if (key->repeat != 0 && !scanner_is_running(&kiosk->scanner, key_ms(kiosk))) {
        return;
    }
    drain_typed(kiosk);
    switch (scanner_key(&kiosk->scanner, (int)key->keysym.scancode, shift, key_ms(kiosk))) {
    case SCANNER_CODE:
        on_code(kiosk);
        break;
    case SCANNER_TOO_LONG:
        (void)flow_activity(&kiosk->flow);
        flow_notice(&kiosk->flow, "err.file");
        break;
    case SCANNER_PASS:
        drain_typed(kiosk);
        on_person_key(kiosk, key->keysym.scancode, shift);
        break;
    default:
        break;
    }
}

static void resize(Kiosk *kiosk)
{
    bool changed = false;
    if (kiosk->display.surface == NULL) {
        /* The renderer lives on; the plugin has seen the event itself. */
        paint_reset(kiosk->paint);
        (void)display_resize(&kiosk->display, &changed);
        return;
    }
    paint_destroy(kiosk->paint);
    kiosk->paint = NULL;
    atr_plugin_renderer_lost(kiosk->plugin);
    atr_Status status = display_resize(&kiosk->display, &changed);
    if (status == ATR_OK) {
        status = atr_plugin_reattach(kiosk->plugin, kiosk->display.renderer, kiosk->display.surface,
                                     kiosk->display.window);
    }
    const PaintDesc paint = { .renderer = kiosk->display.renderer,
                              .text = kiosk->text,
                              .arabic_digits = kiosk->words.arabic_digits,
                              .log = kiosk->log };
    if (status != ATR_OK || paint_create(&paint, &kiosk->paint) != ATR_OK) {
        fprintf(stderr, "kiosk: the window's new size cannot be drawn: %s\n", SDL_GetError());
        kiosk->quit = true;
    }
}

static void on_window(Kiosk *kiosk, const SDL_WindowEvent *event)
{
    if (event->event == SDL_WINDOWEVENT_SIZE_CHANGED) {
        resize(kiosk);
    } else if (event->event == SDL_WINDOWEVENT_CLOSE) {
        kiosk->quit = true;
    }
}

/* A touch ends a running change of screens at once, and still counts. */
static void finish_change(Kiosk *kiosk)
{
    kiosk->changing = false;
}

static void on_pointer(Kiosk *kiosk, const SDL_Event *event)
{
    const int32_t width = kiosk->frame.width;
    const int32_t height = kiosk->frame.height;
    Input *input = &kiosk->input;
    const Scene *scene = &kiosk->scene;
    switch (event->type) {
    case SDL_FINGERDOWN:
        finish_change(kiosk);
        input_down(input, scene, event->tfinger.fingerId + 1,
                   (int32_t)(event->tfinger.x * (float)width),
                   (int32_t)(event->tfinger.y * (float)height));
        break;
    case SDL_FINGERMOTION:
        input_move(input, scene, event->tfinger.fingerId + 1,
                   (int32_t)(event->tfinger.x * (float)width),
                   (int32_t)(event->tfinger.y * (float)height));
        break;
    case SDL_FINGERUP:
        input_up(input, scene, event->tfinger.fingerId + 1,
                 (int32_t)(event->tfinger.x * (float)width),
                 (int32_t)(event->tfinger.y * (float)height));
        break;
    case SDL_MOUSEMOTION:
        SDL_ShowCursor(SDL_ENABLE);
        input_move(input, scene, 0, event->motion.x, event->motion.y);
        break;
    case SDL_MOUSEBUTTONDOWN:
        if (event->button.button == SDL_BUTTON_LEFT) {
            finish_change(kiosk);
            input_down(input, scene, 0, event->button.x, event->button.y);
        }
        break;
    case SDL_MOUSEBUTTONUP:
        if (event->button.button == SDL_BUTTON_LEFT) {
            input_up(input, scene, 0, event->button.x, event->button.y);
        }
        break;
    default:
        break;
    }
}

void kiosk_event(Kiosk *kiosk, const SDL_Event *event)
{
    if (event->type == SDL_WINDOWEVENT) {
        (void)atr_plugin_event(kiosk->plugin, event);
        on_window(kiosk, &event->window);
        return;
    }
    /* A function key inside a reader's run must not even turn the overlay. */
    if (event->type == SDL_KEYDOWN && scanner_is_running(&kiosk->scanner, key_ms(kiosk))) {
        on_key(kiosk, &event->key);
        return;
    }
    if (atr_plugin_event(kiosk->plugin, event)) {
        return;
    }
    switch (event->type) {
    case SDL_QUIT:
        kiosk->quit = true;
        break;
    case SDL_KEYDOWN:
        on_key(kiosk, &event->key);
        break;
    case SDL_DROPFILE:
        service_read_file(kiosk->service, event->drop.file);
        SDL_free(event->drop.file);
        break;
    case SDL_DROPTEXT: /* not asked for, but ours to free */
        SDL_free(event->drop.file);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        paint_reset(kiosk->paint);
        break;
    default:
        on_pointer(kiosk, event);
        break;
    }
}
