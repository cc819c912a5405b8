/* The mall kiosk: scans receipts, answers with coins. */
#define _POSIX_C_SOURCE 200809L

#include "driver.h"

#include <stdio.h>

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

/* Frames come by the screen's own pace where there is one; nobody needs 60 of an empty hall. */
static uint64_t frame_ms(const Kiosk *kiosk)
{
    const Flow *flow = &kiosk->flow;
    if (flow->screen == SCREEN_ATTRACT && !kiosk->changing) {
        return 1000u / (flow->now_ms - flow->entered_ms > LATE_AFTER_MS ? LATE_FPS : ATTRACT_FPS);
    }
    return kiosk->display.synced ? 0 : 1000u / FPS;
}

static void run(Kiosk *kiosk)
{
    uint64_t next_ms = SDL_GetTicks64();
    while (!kiosk->quit) {
        SDL_Event event;
        while (SDL_PollEvent(&event)) {
            kiosk_event(kiosk, &event);
        }
        const uint64_t now_ms = SDL_GetTicks64();
        (void)kiosk_frame(kiosk, now_ms, NULL);
        next_ms += frame_ms(kiosk);
        const uint64_t after_ms = SDL_GetTicks64();
        if (next_ms > after_ms) {
            /* An event ends the wait: a touch is not kept waiting by a slow loop. */
            (void)SDL_WaitEventTimeout(NULL, (int)(next_ms - after_ms));
            next_ms = SDL_GetTicks64();
        } else {
            next_ms = after_ms;
        }
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
