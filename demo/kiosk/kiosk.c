/* Opening and closing, and the order of one frame: time, answers, scene, effects, paint. */
#define _POSIX_C_SOURCE 200809L

#include "kiosk.h"

#include "shared/shot.h"

#include "kiosk_locale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEP_NS    16666667u
#define MEASURE_MS 250u

/* ---- Opening --------------------------------------------------------------------------------- */

static void print_log(void *user, atr_LogLevel level, const char *module, const char *text)
{
    (void)user;
    if (level >= ATR_LOG_WARNING) {
        fprintf(stderr, "kiosk: %s: %s\n", module, text);
    }
}

static atr_Status fail(atr_Error *error, atr_Status status, const char *what)
{
    memset(error, 0, sizeof *error);
    snprintf(error->source, sizeof error->source, "%s", what);
    snprintf(error->text, sizeof error->text, "%s", atr_status_text(status));
    return status;
}

static bool open_words(Kiosk *kiosk)
{
    static const char *const names[LANGUAGE_COUNT] = { "en.mo", "ar.mo" };
    bool all = true;
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        bool found = false;
        for (size_t i = 0; i < kiosk_locale_count; i++) {
            if (strcmp(kiosk_locale_files[i].name, names[language]) == 0) {
                const atr_Bytes bytes = { kiosk_locale_files[i].data, kiosk_locale_files[i].size };
                found = words_open(&kiosk->words, (Language)language, bytes);
            }
        }
        all = all && found;
    }
    kiosk->words.arabic_digits = kiosk->config.ui_digits == APP_DIGITS_ARAB;
    return all;
}

static const char *or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static atr_Status open_text(Kiosk *kiosk)
{
    const atr_TextDesc desc = { .latin = or_null(kiosk->config.ui_font_latin),
                                .arabic = or_null(kiosk->config.ui_font_arabic),
                                .log = kiosk->log };
    const atr_Status status = atr_text_create(&desc, &kiosk->text);
    if (status == ATR_OK && !atr_text_has_arabic(kiosk->text)) {
        atr_log(&kiosk->log, ATR_LOG_WARNING, "kiosk",
                "no Arabic font was found: only English is offered "
                "(packages fonts-noto-core and fonts-noto-ui-core have one)");
    }
    return status;
}

static atr_Status open_plugin(Kiosk *kiosk)
{
    const bool script = kiosk->options.script != NULL;
    const atr_PluginDesc desc = {
        .surface = kiosk->display.surface,
        .window = kiosk->display.window,
        .font_latin = or_null(kiosk->config.ui_font_latin),
        .font_arabic = or_null(kiosk->config.ui_font_arabic),
        .seed = 1,
        .fixed_step_ns = script ? STEP_NS : 0,
        .wait_for_assets = script,
        .reduced_motion = kiosk->options.calm,
        .target_fps = 60,
        .log = kiosk->log,
    };
    return atr_plugin_attach(kiosk->display.renderer, &desc, &kiosk->plugin);
}

static void open_metrics(Kiosk *kiosk)
{
    atr_Metrics *metrics = atr_plugin_metrics(kiosk->plugin);
    kiosk->jobs_waiting =
        atr_metrics_gauge(metrics, "atrium_jobs_waiting", "", "Jobs not yet taken by a worker");
    kiosk->jobs_oldest = atr_metrics_gauge(metrics, "atrium_jobs_oldest_seconds", "",
                                           "Age of the oldest waiting job");
    kiosk->cache_hits =
        atr_metrics_gauge(metrics, "atrium_cache_hit_ratio", "", "Share of reads from memory");
}

static void forget(void *user)
{
    Kiosk *kiosk = user;
    if (kiosk->paint != NULL) {
        paint_forget(kiosk->paint);
    }
}

static void set_service(Kiosk *kiosk)
{
    const bool demo = service_is_demo(kiosk->service);
    flow_set_service(&kiosk->flow, service_is_open(kiosk->service),
                     demo ? app_demo_card(APP_DEMO_REGULAR) : NULL);
}

static void open_flow(Kiosk *kiosk, uint64_t now_ms)
{
    FlowDesc desc = { .ops = service_ops(kiosk->service),
                      .now_ms = now_ms,
                      /* Room for a thousand sessions a second since the last start. */
                      .first_session = (uint64_t)atr_clock_utc_ms(NULL),
                      .has_arabic = atr_text_has_arabic(kiosk->text),
                      .calm = kiosk->options.calm };
    desc.ops.forget = forget;
    desc.ops.forgetter = kiosk;
    desc.language = kiosk->options.has_language                    ? kiosk->options.language
                    : kiosk->config.ui_language == APP_LANGUAGE_AR ? LANGUAGE_AR
                                                                   : LANGUAGE_EN;
    flow_init(&kiosk->flow, &desc);
    service_attach(kiosk->service, &kiosk->flow);
    input_init(&kiosk->input, &kiosk->flow);
    kiosk->scanner.layout =
        kiosk->config.scanner_layout == APP_SCANNER_UK ? SCANNER_UK : SCANNER_US;
    kiosk->shown_serial = kiosk->flow.screen_serial;
    set_service(kiosk);
}

static atr_Status open_service(Kiosk *kiosk, atr_Error *error)
{
    const ServiceDesc desc = { .config = &kiosk->config,
                               .mailbox = atr_plugin_mailbox(kiosk->plugin),
                               .demo = kiosk->options.demo,
                               .no_retry = kiosk->options.script != NULL,
                               .log = kiosk->log };
    const atr_Status status = service_create(&desc, &kiosk->service, error);
    if (status == ATR_OK && !service_is_open(kiosk->service)) {
        fprintf(stderr, "kiosk: out of service: %s: %s\n", error->source, error->text);
    }
    return status;
}

static atr_Status open_all(Kiosk *kiosk, atr_Error *error)
{
    const AppConfigSources sources = { .data = kiosk->options.data };
    atr_Status status = app_config_load(&sources, &kiosk->config, error);
    if (status != ATR_OK) {
        return status;
    }
    if (!open_words(kiosk)) {
        return fail(error, ATR_ERR_CORRUPT, "words");
    }
    status = display_open(&kiosk->options, &kiosk->display, error);
    if (status != ATR_OK) {
        return status;
    }
    status = open_text(kiosk);
    if (status != ATR_OK) {
        return fail(error, status, "text");
    }
    const PaintDesc paint = { .renderer = kiosk->display.renderer,
                              .text = kiosk->text,
                              .arabic_digits = kiosk->words.arabic_digits,
                              .log = kiosk->log };
    status = paint_create(&paint, &kiosk->paint);
    if (status == ATR_OK) {
        status = open_plugin(kiosk);
    }
    if (status != ATR_OK) {
        return fail(error, status, "plugin");
    }
    open_metrics(kiosk);
    stage_init(&kiosk->stage, atr_plugin_effects(kiosk->plugin));
    return open_service(kiosk, error);
}

atr_Status kiosk_open(const Options *options, Kiosk **out, atr_Error *error)
{
    *out = NULL;
    Kiosk *kiosk = calloc(1, sizeof *kiosk);
    if (kiosk == NULL) {
        return fail(error, ATR_ERR_NO_MEMORY, "kiosk");
    }
    kiosk->options = *options;
    kiosk->log = (atr_Log){ .fn = print_log, .min_level = ATR_LOG_WARNING };
    const atr_Status status = open_all(kiosk, error);
    if (status != ATR_OK) {
        kiosk_close(kiosk);
        return status;
    }
    open_flow(kiosk, options->script != NULL ? 0 : SDL_GetTicks64());
    *out = kiosk;
    return ATR_OK;
}

void kiosk_close(Kiosk *kiosk)
{
    if (kiosk == NULL) {
        return;
    }
    service_destroy(kiosk->service);
    atr_plugin_detach(kiosk->plugin);
    paint_destroy(kiosk->paint);
    atr_text_destroy(kiosk->text);
    display_close(&kiosk->display);
    free(kiosk);
}

/* ---- A frame --------------------------------------------------------------------------------- */

void kiosk_build(Kiosk *kiosk)
{
    const bool rtl = kiosk->flow.language == LANGUAGE_AR;
    kiosk->frame = frame_make(kiosk->display.width, kiosk->display.height, rtl,
                              kiosk->config.screen_diagonal_in);
    const ScreenFacts facts = { .flow = &kiosk->flow,
                                .words = &kiosk->words,
                                .place =
                                    rtl ? kiosk->config.desk_place_ar : kiosk->config.desk_place_en,
                                .scanner_side = (int32_t)kiosk->config.scanner_side,
                                .masked = kiosk->masked };
    screen_build(&kiosk->scene, &kiosk->frame, &facts);
}

/* y of a cubic Bezier through 0,0 and 1,1 at x, by bisection. */
static float bezier(float x1, float y1, float x2, float y2, float x)
{
    float low = 0;
    float high = 1;
    float t = x;
    for (int i = 0; i < 14; i++) {
        const float left = 1 - t;
        const float at = 3 * left * left * t * x1 + 3 * left * t * t * x2 + t * t * t;
        if (at < x) {
            low = t;
        } else {
            high = t;
        }
        t = (low + high) / 2;
    }
    const float left = 1 - t;
    return 3 * left * left * t * y1 + 3 * left * t * t * y2 + t * t * t;
}

/* How far the change of screens is, 0..1. */
static float change_progress(Kiosk *kiosk)
{
    const Flow *flow = &kiosk->flow;
    if (kiosk->shown_serial != flow->screen_serial) {
        kiosk->shown_serial = flow->screen_serial;
        kiosk->changed_ms = flow->now_ms;
        kiosk->changing = true;
        paint_keep(kiosk->paint);
    }
    const uint64_t length = flow->calm ? MOTION_ELEMENT_MS : MOTION_SCREEN_MS;
    const uint64_t passed = flow->now_ms - kiosk->changed_ms;
    if (!kiosk->changing || passed >= length) {
        kiosk->changing = false;
        return 1;
    }
    return (float)passed / (float)length;
}

static void paint_screen(Kiosk *kiosk, float progress)
{
    PaintLook look = { .alpha = 1,
                       .pressed = input_shown(&kiosk->input),
                       .focus = input_focus(&kiosk->input, &kiosk->scene) };
    if (progress < 1) {
        const float slide = kiosk->flow.calm ? 0 : MOTION_SLIDE * kiosk->frame.u;
        const float side = kiosk->frame.rtl ? -1.0f : 1.0f;
        /* The old screen is gone before the new one is half there. */
        const float leave = progress < 0.5f ? progress * 2 : 1;
        const float left = bezier(0.4f, 0, 1, 1, leave);
        const float entered = bezier(0.2f, 0, 0, 1, progress);
        /* It was painted with the digits of a card; a picture that is kept has none. */
        if (!kiosk->masked) {
            paint_leaving(kiosk->paint, 1 - left, -side * slide * left);
        }
        look.alpha = entered;
        look.dx = side * slide * (1 - entered);
    }
    const Scene *scene = &kiosk->scene;
    paint_items(kiosk->paint, scene, 0, scene->dialog_first, &look);
    if (scene->dialog_first < scene->count) {
        atr_plugin_draw(kiosk->plugin, ATR_LAYER_ABOVE_UI);
        atr_plugin_draw(kiosk->plugin, ATR_LAYER_TOP);
        look.alpha = 1;
        look.dx = 0;
        paint_items(kiosk->paint, scene, scene->dialog_first, scene->count, &look);
    }
}

static void measure(Kiosk *kiosk, uint64_t now_ms)
{
    App *app = service_app(kiosk->service);
    if (app == NULL || now_ms - kiosk->measured_ms < MEASURE_MS) {
        return;
    }
    kiosk->measured_ms = now_ms;
    atr_WorkStats work;
    atr_CacheStats cache;
    atr_work_stats(app->pool, &work);
    atr_loyalty_cache_stats(app->mall, &cache);
    atr_gauge_set(kiosk->jobs_waiting, work.waiting);
    atr_gauge_set(kiosk->jobs_oldest, (double)work.oldest_wait_ns / 1e9);
    const double reads = (double)cache.hits + (double)cache.misses;
    atr_gauge_set(kiosk->cache_hits, reads > 0 ? (double)cache.hits / reads : 0);
}

static void tick(Kiosk *kiosk, uint64_t now_ms)
{
    kiosk__heard(kiosk);
    flow_tick(&kiosk->flow, now_ms);
    input_tick(&kiosk->input);
    service_tick(kiosk->service);
    if (kiosk->flow.screen == SCREEN_OUT && service_is_open(kiosk->service)) {
        set_service(kiosk);
    }
    const time_t now = time(NULL);
    struct tm local;
    if (localtime_r(&now, &local) != NULL && local.tm_yday != kiosk->day) {
        kiosk->day = local.tm_yday;
        flow_new_day(&kiosk->flow);
    }
    atr_plugin_set_overlay_arabic(kiosk->plugin, kiosk->flow.language == LANGUAGE_AR);
    measure(kiosk, now_ms);
}

bool kiosk_draw(Kiosk *kiosk, uint64_t now_ms, const char *shot)
{
    bool written = true;
    if (kiosk->paint == NULL) {
        return false; /* a window's new size could not be drawn: the kiosk is about to leave */
    }
    kiosk->masked = shot != NULL;
    tick(kiosk, now_ms);
    kiosk_build(kiosk);
    stage_update(&kiosk->stage, &kiosk->flow, &kiosk->scene);
    const float progress = change_progress(kiosk);

    atr_plugin_begin_frame(kiosk->plugin);
    paint_begin(kiosk->paint, &kiosk->frame);
    paint_background(kiosk->paint);
    atr_plugin_draw(kiosk->plugin, ATR_LAYER_BELOW_UI);
    paint_screen(kiosk, progress);
    atr_plugin_end_frame(kiosk->plugin);
    if (shot != NULL) {
        written =
            shot_write(kiosk->display.renderer, kiosk->display.width, kiosk->display.height, shot);
    }
    return written;
}

void kiosk_present(Kiosk *kiosk, uint64_t due_ns)
{
    const struct timespec until = { .tv_sec = (time_t)(due_ns / NS_PER_S),
                                    .tv_nsec = (long)(due_ns % NS_PER_S) };
    if (due_ns > 0) {
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    }
    atr_plugin_present(kiosk->plugin);
    if (kiosk->masked) {
        atr_frame_reset(atr_plugin_frames(kiosk->plugin)); /* writing a file is no frame's time */
    }
}
