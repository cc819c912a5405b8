/* Frames as a game draws them: a window's surface on SDL's dummy driver, SDL's software renderer,
 * the plugin with the catalogue's effects, triggered far more often than fits. The host burns
 * processor time on the render thread, in an amount that wanders, steps and hitches; another thread
 * burns half a core beside it. Frames are paced at 60 a second. */
#define _POSIX_C_SOURCE 200809L

#include "throttle_real.h"

#include "bench.h"
#include "throttle_load.h"

#include <atrium/plugin.h>

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define WIDTH       1280
#define HEIGHT      720
#define WARM_FRAMES 120
#define FRAME_NS    16666667u
#define BUDGET_MS   (1000.0 / 60.0)
#define NAMES_MAX   128
#define TRIGGERS    24.0 /* a second, in a burst */

typedef struct Real {
    SDL_Window *window;
    SDL_Renderer *renderer;
    atr_Plugin *plugin;
    const char *names[4][NAMES_MAX]; /* by importance */
    int name_count[4];
    uint64_t random;
    double step_ms;
    uint64_t step_until, burst_until;
    bool burst;
    double *wall_ms, *cpu_ms;
    int frames;
    double asked[4], played[4], keep[4], effects_ms;
} Real;

static uint64_t thread_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void burn_ms(double ms)
{
    static _Thread_local volatile uint64_t sink;
    const uint64_t end = thread_cpu_ns() + (uint64_t)(ms * 1e6);
    while (thread_cpu_ns() < end) {
        for (int i = 0; i < 500; i++) {
            sink = sink * 6364136223846793005u + 1442695040888963407u;
        }
    }
}

static int neighbour(void *user)
{
    atomic_bool *quit = user;
    while (!atomic_load(quit)) {
        burn_ms(3.0);
        SDL_Delay(3);
    }
    return 0;
}

/* ---- The host -------------------------------------------------------------------------------- */

static bool real_open(Real *real, const RealDesc *desc)
{
    SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return false;
    }
    real->window = SDL_CreateWindow("bench", 0, 0, WIDTH, HEIGHT, 0);
    SDL_Surface *surface = real->window != NULL ? SDL_GetWindowSurface(real->window) : NULL;
    real->renderer = surface != NULL ? SDL_CreateSoftwareRenderer(surface) : NULL;
    const atr_PluginDesc plugin = { .target_fps = 60,
                                    .surface = surface,
                                    .window = real->window,
                                    .seed = desc->seed,
                                    .unthrottled = desc->unthrottled,
                                    .wait_for_assets = true };
    if (real->renderer == NULL ||
        atr_plugin_attach(real->renderer, &plugin, &real->plugin) != ATR_OK) {
        return false;
    }
    atr_Effects *effects = atr_plugin_effects(real->plugin);
    const char *name = NULL;
    for (uint32_t i = 0; (name = atr_effects_name(effects, i)) != NULL; i++) {
        const int importance = atr_effects_definition(effects, name)->importance;
        if (real->name_count[importance] < NAMES_MAX) {
            real->names[importance][real->name_count[importance]++] = name;
        }
    }
    const size_t most = (size_t)desc->seconds * 61;
    real->wall_ms = calloc(most, sizeof *real->wall_ms);
    real->cpu_ms = calloc(most, sizeof *real->cpu_ms);
    real->random = desc->seed;
    return real->wall_ms != NULL && real->cpu_ms != NULL;
}

static void real_close(Real *real)
{
    atr_plugin_detach(real->plugin);
    if (real->renderer != NULL) {
        SDL_DestroyRenderer(real->renderer);
    }
    if (real->window != NULL) {
        SDL_DestroyWindow(real->window);
    }
    SDL_Quit();
    free(real->wall_ms);
    free(real->cpu_ms);
}

static double between(Real *real, double low, double high)
{
    return low + (high - low) * load_unit(&real->random);
}

static void host_draw(Real *real, uint64_t number)
{
    SDL_Renderer *renderer = real->renderer;
    SDL_SetRenderDrawColor(renderer, 246, 241, 231, 255);
    SDL_RenderClear(renderer);
    SDL_SetRenderDrawColor(renderer, 14, 94, 89, 255);
    for (int i = 0; i < 12; i++) {
        SDL_RenderFillRect(renderer, &(SDL_Rect){ 90 + i % 4 * 160, 150 + i / 4 * 130, 140, 100 });
    }
    if (number >= real->step_until) {
        real->step_ms = load_unit(&real->random) < 0.4 ? between(real, 1.0, 3.0) : 0.0;
        real->step_until = number + (uint64_t)between(real, 60, 480);
    }
    const double hitch = load_unit(&real->random) < 0.003 ? between(real, 0.0, 2.0) : 0.0;
    burn_ms(6.0 + sin((double)number / 200.0) + real->step_ms + hitch + between(real, 0.0, 0.8));
}

/* ---- Effects --------------------------------------------------------------------------------- */

static int draw_importance(Real *real)
{
    const double u = load_unit(&real->random);
    return u < 0.05   ? ATR_IMPORTANCE_CRITICAL
           : u < 0.35 ? ATR_IMPORTANCE_HIGH
           : u < 0.65 ? ATR_IMPORTANCE_MEDIUM
                      : ATR_IMPORTANCE_COSMETIC;
}

static void trigger(Real *real, bool counts)
{
    const int importance = draw_importance(real);
    const int count = real->name_count[importance];
    if (count == 0) {
        return;
    }
    const int at = (int)(load_unit(&real->random) * (double)count);
    const atr_TriggerResult result =
        atr_effect_trigger(atr_plugin_effects(real->plugin), real->names[importance][at],
                           &(atr_Trigger){ .x = (float)between(real, 200, WIDTH - 200),
                                           .y = (float)between(real, 100, HEIGHT - 100),
                                           .amount = (float)between(real, 20, 200) });
    const bool own = result.decision == ATR_DECISION_REFUSED_COOLDOWN ||
                     result.decision == ATR_DECISION_REFUSED_RATE;
    if (counts && !own) {
        real->asked[importance] += 1.0;
        real->played[importance] += result.id.value != 0;
    }
}

static void trigger_all(Real *real, uint64_t number)
{
    if (number >= real->burst_until) {
        real->burst = !real->burst;
        real->burst_until = number + (uint64_t)between(real, 120, 360);
    }
    const double chance = (real->burst ? 1.0 : 0.25) * TRIGGERS / 60.0;
    double left = chance;
    while ((left += log(load_unit(&real->random) + 1e-18)) > 0.0) {
        trigger(real, number >= WARM_FRAMES);
    }
}

/* ---- Frames ---------------------------------------------------------------------------------- */

static void frame(Real *real, uint64_t number, size_t most)
{
    const uint64_t start_ns = bench_now_ns();
    const uint64_t cpu_ns = thread_cpu_ns();
    for (SDL_Event event; SDL_PollEvent(&event) != 0;) {
        (void)atr_plugin_event(real->plugin, &event);
    }
    trigger_all(real, number);
    atr_plugin_begin_frame(real->plugin);
    host_draw(real, number);
    atr_plugin_end_frame(real->plugin);
    atr_plugin_present(real->plugin);
    if (number < WARM_FRAMES || (size_t)real->frames == most) {
        return;
    }
    atr_PluginStats stats;
    real->cpu_ms[real->frames] = (double)(thread_cpu_ns() - cpu_ns) * 1e-6;
    real->wall_ms[real->frames++] = (double)(bench_now_ns() - start_ns) * 1e-6;
    atr_plugin_stats(real->plugin, &stats);
    real->effects_ms += (double)stats.split.effects_ms;
    for (int i = 0; i < 4; i++) {
        real->keep[i] += (double)stats.effects.keep[i];
    }
}

static void sleep_until(uint64_t at_ns)
{
    const struct timespec at = { .tv_sec = (time_t)(at_ns / 1000000000u),
                                 .tv_nsec = (long)(at_ns % 1000000000u) };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {
    }
}

static void run_frames(Real *real, int seconds)
{
    uint64_t next_ns = bench_now_ns();
    uint64_t end_ns = UINT64_MAX;
    for (uint64_t number = 0; next_ns < end_ns; number++) {
        if (number == WARM_FRAMES) {
            end_ns = next_ns + (uint64_t)seconds * 1000000000u;
        }
        frame(real, number, (size_t)seconds * 61);
        next_ns += FRAME_NS;
        const uint64_t now_ns = bench_now_ns();
        if (now_ns > next_ns) {
            next_ns = now_ns; /* late: as a display would, go on from here */
        }
        sleep_until(next_ns);
    }
}

static double over_pct(const double *ms, int count)
{
    int over = 0;
    for (int i = 0; i < count; i++) {
        over += ms[i] > BUDGET_MS;
    }
    return count > 0 ? 100.0 * over / count : (double)NAN;
}

static void summarise(Real *real, RealResult *out)
{
    const int n = real->frames;
    *out = (RealResult){ .frames = n,
                         .wall_over_pct = over_pct(real->wall_ms, n),
                         .cpu_over_pct = over_pct(real->cpu_ms, n),
                         .wall_p99_ms = bench_percentile(real->wall_ms, (size_t)n, 99),
                         .cpu_p99_ms = bench_percentile(real->cpu_ms, (size_t)n, 99),
                         .effects_ms = real->effects_ms / n };
    for (int i = 0; i < 4; i++) {
        const double share = real->asked[i] > 0.0 ? real->played[i] / real->asked[i] : (double)NAN;
        out->shown_pct[i] = 100.0 * share * real->keep[i] / n;
    }
}

bool real_run(const RealDesc *desc, RealResult *out)
{
    Real *real = calloc(1, sizeof *real);
    atomic_bool quit = false;
    bool ok = real != NULL && real_open(real, desc);
    SDL_Thread *beside = ok ? SDL_CreateThread(neighbour, "neighbour", &quit) : NULL;
    ok = ok && beside != NULL;
    if (ok) {
        run_frames(real, desc->seconds);
        summarise(real, out);
    }
    atomic_store(&quit, true);
    SDL_WaitThread(beside, NULL);
    if (real != NULL) {
        real_close(real);
    }
    free(real);
    return ok;
}
