/* Suite `frame`: what a kiosk's frames cost. A window's surface on SDL's dummy driver, drawn to by
 * SDL's software renderer with the plugin attached: a plain screen, 500 coins that turn and fall,
 * texts that count up, the full overlay. Meanwhile somebody scans four receipts a second, which go
 * through the real pipeline: signature, rules, SQLite with synchronous=FULL, on the pool's workers;
 * each answer comes back through the mailbox and starts an effect. Frames are paced at 60 a second.
 *
 * What is measured is the render thread's work from before the first event is looked at until the
 * frame has been presented, without the wait for the next one; the processor time of the same,
 * which other programs do not lengthen; and how often that thread asked for memory between
 * begin_frame and end_frame. The first seconds warm up and do not count. */
#define _POSIX_C_SOURCE 200809L

#include "frame_mall.h"

#include "alloc_count.h"
#include "bench.h"
#include "coin_scene.h"

#include <atrium/plugin.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#define WIDTH        1280
#define HEIGHT       720
#define SECONDS      60
#define LONG_SECONDS 300
#define WARM_FRAMES  180
#define FRAME_NS     16666667u
#define MAX_FRAMES   (LONG_SECONDS * 61)

typedef struct Host {
    SDL_Window *window;
    SDL_Surface *surface;
    SDL_Renderer *renderer;
    SDL_Texture *picture;
    atr_Plugin *plugin;
    atr_EffectId coins;
} Host;

typedef struct Tally {
    size_t frames;
    uint64_t most_requests; /* of memory, in one frame */
    uint64_t requests;
    uint32_t fewest_coins;
    double work_ms[MAX_FRAMES];
    double cpu_ms[MAX_FRAMES];
} Tally;

static Tally tally;

static bool host_open(Host *host, uint64_t seed)
{
    SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return false;
    }
    host->window = SDL_CreateWindow("bench", 0, 0, WIDTH, HEIGHT, 0);
    host->surface = host->window != NULL ? SDL_GetWindowSurface(host->window) : NULL;
    host->renderer = host->surface != NULL ? SDL_CreateSoftwareRenderer(host->surface) : NULL;
    if (host->renderer == NULL) {
        return false;
    }
    host->picture = SDL_CreateTexture(host->renderer, SDL_PIXELFORMAT_ARGB8888,
                                      SDL_TEXTUREACCESS_STATIC, 400, 240);
    const atr_PluginDesc desc = { .target_fps = 60,
                                  .surface = host->surface,
                                  .window = host->window,
                                  .seed = seed,
                                  .wait_for_assets = true };
    if (host->picture == NULL ||
        atr_plugin_attach(host->renderer, &desc, &host->plugin) != ATR_OK ||
        coin_scene_define(atr_plugin_effects(host->plugin)) != ATR_OK) {
        return false;
    }
    SDL_SetTextureBlendMode(host->picture, SDL_BLENDMODE_BLEND);
    atr_plugin_set_overlay(host->plugin, ATR_OVERLAY_FULL);
    return true;
}

static void host_close(Host *host)
{
    atr_plugin_detach(host->plugin);
    if (host->picture != NULL) {
        SDL_DestroyTexture(host->picture);
    }
    if (host->renderer != NULL) {
        SDL_DestroyRenderer(host->renderer);
    }
    if (host->window != NULL) {
        SDL_DestroyWindow(host->window);
    }
    SDL_Quit();
}

/* A background, a picture and some panels and buttons. */
static void host_draw(const Host *host)
{
    SDL_Renderer *renderer = host->renderer;
    SDL_SetRenderDrawColor(renderer, 246, 241, 231, 255);
    SDL_RenderClear(renderer);
    SDL_RenderCopy(renderer, host->picture, NULL, &(SDL_Rect){ 820, 120, 400, 240 });
    SDL_SetRenderDrawColor(renderer, 255, 255, 255, 255);
    SDL_RenderFillRect(renderer, &(SDL_Rect){ 60, 120, 700, 420 });
    SDL_SetRenderDrawColor(renderer, 14, 94, 89, 255);
    for (int i = 0; i < 12; i++) {
        SDL_RenderFillRect(renderer, &(SDL_Rect){ 90 + i % 4 * 160, 150 + i / 4 * 130, 140, 100 });
    }
}

static uint64_t thread_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A receipt was decided: on the render thread, from the mailbox. */
static void on_credited(void *user, int64_t coins)
{
    Host *host = user;
    coin_scene_count_up(atr_plugin_effects(host->plugin), 640, 240, (float)coins);
}

static void frame(Host *host, FrameMall *mall, uint64_t number)
{
    const uint64_t start_ns = bench_now_ns();
    const uint64_t cpu_ns = thread_cpu_ns();
    for (SDL_Event event; SDL_PollEvent(&event) != 0;) {
        (void)atr_plugin_event(host->plugin, &event);
    }
    frame_mall_scan(mall);
    coin_scene_keep(atr_plugin_effects(host->plugin), number, &host->coins);
    alloc_count_start();
    atr_plugin_begin_frame(host->plugin);
    host_draw(host);
    atr_plugin_end_frame(host->plugin);
    const uint64_t requests = alloc_count_stop();
    atr_plugin_present(host->plugin);
    const uint64_t end_ns = bench_now_ns();
    if (number < WARM_FRAMES || tally.frames == MAX_FRAMES) {
        return;
    }
    atr_EffectsStats effects;
    atr_effects_stats(atr_plugin_effects(host->plugin), &effects);
    tally.fewest_coins =
        effects.particles < tally.fewest_coins ? effects.particles : tally.fewest_coins;
    tally.requests += requests;
    tally.most_requests = requests > tally.most_requests ? requests : tally.most_requests;
    tally.cpu_ms[tally.frames] = (double)(thread_cpu_ns() - cpu_ns) / 1e6;
    tally.work_ms[tally.frames++] = (double)(end_ns - start_ns) / 1e6;
}

static void sleep_until(uint64_t at_ns)
{
    const struct timespec at = { .tv_sec = (time_t)(at_ns / 1000000000u),
                                 .tv_nsec = (long)(at_ns % 1000000000u) };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {
    }
}

static void run_frames(Host *host, FrameMall *mall, int seconds)
{
    tally = (Tally){ .fewest_coins = UINT32_MAX };
    uint64_t next_ns = bench_now_ns();
    uint64_t end_ns = UINT64_MAX;
    for (uint64_t i = 0; next_ns < end_ns; i++) {
        if (i == WARM_FRAMES) {
            frame_mall_start(mall);
            end_ns = next_ns + (uint64_t)seconds * 1000000000u;
        }
        frame(host, mall, i);
        next_ns += FRAME_NS;
        const uint64_t now_ns = bench_now_ns();
        if (now_ns > next_ns) {
            next_ns = now_ns; /* late: as a display would, go on from here */
        }
        sleep_until(next_ns);
    }
    frame_mall_stop(mall);
}

int bench_frame(BenchOptions *options)
{
    static const char name[] = "frame/software/1280x720/coins500+receipts4";
    if (!bench_wants(options, name)) {
        return 0;
    }
    Host host = { 0 };
    FrameMall mall = { .on_credited = on_credited, .user = &host };
    if (!host_open(&host, options->seed)) {
        host_close(&host);
        return bench_fault("frame: no plugin on the dummy driver: %s", SDL_GetError());
    }
    if (!frame_mall_open(&mall, atr_plugin_mailbox(host.plugin))) {
        host_close(&host);
        return bench_fault("frame: %s", mall.error.text);
    }
    run_frames(&host, &mall, options->long_run ? LONG_SECONDS : SECONDS);
    frame_mall_close(&mall);
    host_close(&host);

    const bool counted = alloc_count_works();
    const size_t n = tally.frames;
    bench_report(
        options,
        &(BenchResult){ .name = name,
                        .unit = "ms",
                        .atrium = bench_percentile(tally.work_ms, n, 50),
                        .p99 = bench_percentile(tally.work_ms, n, 99),
                        .peer_value = (double)NAN,
                        .ratio = (double)NAN,
                        .extra = { { "cpu_p99", bench_percentile(tally.cpu_ms, n, 99) },
                                   { "max", bench_percentile(tally.work_ms, n, 100) },
                                   { "frames", (double)n },
                                   { "allocations_per_frame",
                                     counted ? (double)tally.requests / (double)n : (double)NAN },
                                   { "receipts", mall.submitted },
                                   { "credited", mall.credited },
                                   { "coins_least", tally.fewest_coins } } });
    return mall.answered == mall.submitted
               ? 0
               : bench_fault("frame: %u receipts, %u answers", mall.submitted, mall.answered);
}
