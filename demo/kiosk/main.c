/* The mall kiosk: scans receipts, answers with coins. */
#define _POSIX_C_SOURCE 200809L

#include "driver.h"

#include <stdio.h>

#define NS_PER_MS     1000000u
#define ATTRACT_FPS   30u
#define LATE_FPS      15u
#define LATE_AFTER_MS 600000u /* nobody came for ten minutes */
#define FPS           60u

static void print_error(const atr_Error *error)
{
    if (error->line > 0) {
        fprintf(stderr, "kiosk: %s:%u: %s\n", error->source, error->line, error->text);
    } else {
        fprintf(stderr, "kiosk: %s: %s\n", error->source, error->text);
    }
}

/* Frames come by the screen's own pace where there is one (0); nobody needs 60 of an empty hall. */
static uint64_t frame_ns(const Kiosk *kiosk)
{
    const Flow *flow = &kiosk->flow;
    if (flow->screen == SCREEN_ATTRACT && !kiosk->changing) {
        const bool late = flow->now_ms - flow->entered_ms > LATE_AFTER_MS;
        return NS_PER_S / (late ? LATE_FPS : ATTRACT_FPS);
    }
    return kiosk->display.synced ? 0 : NS_PER_S / FPS;
}

/* Waits whole milliseconds, at most until `due_ns`. True when an event ended the wait: a touch is
 * not kept waiting by a slow loop. */
static bool wait_event(uint64_t due_ns)
{
    const uint64_t now_ns = atr_clock_monotonic_ns(NULL);
    const uint64_t left_ms = due_ns > now_ns ? (due_ns - now_ns) / NS_PER_MS : 0;
    return left_ms > 0 && SDL_WaitEventTimeout(NULL, (int)left_ms) == 1;
}

static void run(Kiosk *kiosk)
{
    uint64_t due_ns = atr_clock_monotonic_ns(NULL);
    while (!kiosk->quit) {
        SDL_Event event;
        while (SDL_PollEvent(&event)) {
            kiosk_event(kiosk, &event);
        }
        (void)kiosk_draw(kiosk, SDL_GetTicks64(), NULL);
        const uint64_t length_ns = frame_ns(kiosk);
        due_ns += length_ns;
        const uint64_t now_ns = atr_clock_monotonic_ns(NULL);
        if (due_ns < now_ns || (length_ns > NS_PER_S / FPS && wait_event(due_ns))) {
            due_ns = now_ns; /* late, or somebody is here: the pace begins anew */
        }
        kiosk_present(kiosk, due_ns);
    }
}

static void print_demo(const Kiosk *kiosk)
{
    if (service_is_demo(kiosk->service) && kiosk->options.script == NULL) {
        printf("Demonstration cards: %s (new), %s (near a level), %s (near a tier), %s (regular)\n",
               app_demo_card(APP_DEMO_NEW), app_demo_card(APP_DEMO_LEVEL),
               app_demo_card(APP_DEMO_TIER), app_demo_card(APP_DEMO_REGULAR));
        (void)fflush(stdout);
    }
}

int main(int argc, char *argv[])
{
    Options options;
    Script script = { 0 };
    Kiosk *kiosk = NULL;
    atr_Error error = { 0 };
    if (!options_parse(argc, argv, &options, stderr)) {
        return 2;
    }
    if (options.help) {
        options_print_help(stdout);
        return 0;
    }
    if (options.probe) {
        if (display_probe(&error) != ATR_OK) {
            print_error(&error);
            return 3;
        }
        return 0;
    }
    if (options.script != NULL && script_load(options.script, &script, &error) != ATR_OK) {
        print_error(&error);
        return 2;
    }
    if (kiosk_open(&options, &kiosk, &error) != ATR_OK) {
        print_error(&error);
        script_free(&script);
        return 3;
    }
    int code = 0;
    print_demo(kiosk);
    if (options.script != NULL) {
        code = driver_play(kiosk, &script);
    } else {
        run(kiosk);
    }
    kiosk_close(kiosk);
    script_free(&script);
    return code;
}
