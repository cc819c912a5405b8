/* The running kiosk: everything that is opened once, and one frame of it.
 *
 *     if (kiosk_open(&options, &kiosk, &error) != ATR_OK) { ... }
 *     while (!kiosk->quit) {
 *         while (SDL_PollEvent(&event)) { kiosk_event(kiosk, &event); }
 *         kiosk_draw(kiosk, now_ms, NULL);
 *         kiosk_present(kiosk, due_ns);
 *     }
 *     kiosk_close(kiosk);
 *
 * Threads: render. */
#ifndef KIOSK_KIOSK_H
#define KIOSK_KIOSK_H

#include "display.h"
#include "input.h"
#include "options.h"
#include "paint/paint.h"
#include "scanner.h"
#include "service.h"
#include "stage.h"

#include <atrium/plugin.h>

#define NS_PER_S 1000000000u

typedef struct Kiosk {
    Options options;
    AppConfig config;
    atr_Log log;
    Display display;
    atr_Text *text;
    Paint *paint;
    atr_Plugin *plugin;
    Service *service;
    Words words;
    Flow flow;
    Scanner scanner;
    Input input;
    Stage stage;
    Frame frame;
    Scene scene;
    bool quit;

    /* The change of screens that is running. */
    uint32_t shown_serial;
    FlowScreen shown_screen;
    uint64_t changed_ms;
    bool changing;
    bool masked; /* this frame becomes a picture: show no card's digits */

    uint64_t measured_ms;
    int64_t day;
    atr_Gauge *jobs_waiting, *jobs_oldest, *cache_hits;
} Kiosk;

atr_Status kiosk_open(const Options *options, Kiosk **out, atr_Error *error);
void kiosk_close(Kiosk *kiosk);

void kiosk_event(Kiosk *kiosk, const SDL_Event *event);

/* Draws one frame. `shot`: a PNG file to write it to, or NULL; false when it could not be. */
bool kiosk_draw(Kiosk *kiosk, uint64_t now_ms, const char *shot);

/* Shows it, not before `due_ns` on the monotonic clock (0: at once): frames that took longer to
 * draw than others still appear at an even pace. */
void kiosk_present(Kiosk *kiosk, uint64_t due_ns);

/* The queue of events is empty: characters that turned out to be a person's go to the keypad. */
void kiosk__heard(Kiosk *kiosk);

/* Builds the scene from the flow as it is, without drawing. */
void kiosk_build(Kiosk *kiosk);

#endif
