/* Suite `throttle`: how often frames are over budget, and what of the effects is shown, beside
 * playing everything, a fixed cap and AIMD on the same loads: simulated ones, which differ with
 * --seed, then real drawing (throttle_real.c).
 *
 * The real figure is the share by the render thread's processor time, beside the clock's: on a busy
 * machine a frame may be late because the processor was taken away.
 *
 * The simulated figure is the share of frames over 16.67 ms; `bare` is the share that the host, the
 * present and critical effects alone put over, which no throttle can help. */
#include "bench.h"
#include "throttle_real.h"
#include "throttle_sim.h"

#include <atrium/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES      60000
#define LONG_FRAMES 600000
#define SECONDS     60
#define SECONDS_MAX 3600

static const struct {
    const char *name;
    LoadDesc load;
} loads[] = {
    { "impulse-8.5x1", { 8.5, 1.0, false } },   { "impulse-11.5x1", { 11.5, 1.0, false } },
    { "impulse-8.5x2.5", { 8.5, 2.5, false } }, { "impulse-13x2", { 13.0, 2.0, false } },
    { "live-8.5x1", { 8.5, 1.0, true } },       { "live-11.5x1", { 11.5, 1.0, true } },
    { "live-8.5x2.5", { 8.5, 2.5, true } },     { "live-13x2", { 13.0, 2.0, true } },
};

static const char *const peers[] = {
    [SIM_NONE] = "none", [SIM_CAP] = "cap24", [SIM_AIMD] = "aimd"
};

static void report(BenchOptions *options, const char *name, const LoadDesc *load, const char *peer,
                   const SimResult *ours, const SimResult *its, double frames)
{
    const double least = 100.0 / frames; /* one frame: so that none over has a ratio */
    const double over = ours->over_pct > least ? ours->over_pct : least;
    bench_report(options,
                 &(BenchResult){ .name = name,
                                 .unit = "%",
                                 .atrium = ours->over_pct,
                                 .p99 = ours->p99_ms,
                                 .peer = peer,
                                 .peer_value = its->over_pct,
                                 .ratio = its->over_pct / over,
                                 .most = load->live ? 0.3 : 0.1,
                                 .extra = {
                                     { "bare", ours->bare_pct },
                                     { "critical", ours->shown_pct[ATR_IMPORTANCE_CRITICAL] },
                                     { "high", ours->shown_pct[ATR_IMPORTANCE_HIGH] },
                                     { "medium", ours->shown_pct[ATR_IMPORTANCE_MEDIUM] },
                                     { "cosmetic", ours->shown_pct[ATR_IMPORTANCE_COSMETIC] },
                                     { "peer_critical", its->shown_pct[ATR_IMPORTANCE_CRITICAL] },
                                     { "peer_high", its->shown_pct[ATR_IMPORTANCE_HIGH] },
                                     { "peer_medium", its->shown_pct[ATR_IMPORTANCE_MEDIUM] },
                                     { "peer_cosmetic", its->shown_pct[ATR_IMPORTANCE_COSMETIC] },
                                 } });
}

static bool wants_load(const BenchOptions *options, const char *load)
{
    char name[96];
    for (int i = 0; i < SIM_ATRIUM; i++) {
        (void)snprintf(name, sizeof name, "throttle/%s/%s", load, peers[i]);
        if (bench_wants(options, name)) {
            return true;
        }
    }
    return false;
}

static int simulate(BenchOptions *options, const char *load_name, const LoadDesc *load)
{
    const size_t frames = options->long_run ? LONG_FRAMES : FRAMES;
    SimResult results[SIM_POLICIES];
    if (!wants_load(options, load_name)) {
        return 0;
    }
    if (!sim_run(load, options->seed, frames, results)) {
        return bench_fault("throttle: out of memory");
    }
    for (int i = 0; i < SIM_ATRIUM; i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "throttle/%s/%s", load_name, peers[i]);
        if (bench_wants(options, name)) {
            report(options, name, load, peers[i], &results[SIM_ATRIUM], &results[i],
                   (double)frames);
        }
    }
    return results[SIM_ATRIUM].refused_critical > 0
               ? bench_fault("throttle: %s: critical effects were refused", load_name)
               : 0;
}

/* ---- Real drawing ---------------------------------------------------------------------------- */

/* 60, or as a filter says that asks for so many: "real/5s". */
static int real_seconds(const BenchOptions *options)
{
    const char *at = options->filter != NULL ? strstr(options->filter, "real/") : NULL;
    const int seconds = at != NULL ? atoi(at + strlen("real/")) : 0;
    return seconds > 0 && seconds <= SECONDS_MAX ? seconds : SECONDS;
}

static int draw_really(BenchOptions *options)
{
    const int seconds = real_seconds(options);
    char name[64];
    (void)snprintf(name, sizeof name, "throttle/real/%ds", seconds);
    if (!bench_wants(options, name)) {
        return 0;
    }
    RealResult ours;
    RealResult its;
    const int less = seconds / 4 > 2 ? seconds / 4 : 2;
    if (!real_run(&(RealDesc){ seconds, options->seed, false }, &ours) ||
        !real_run(&(RealDesc){ less, options->seed, true }, &its)) {
        return bench_fault("throttle: no plugin on the dummy driver: %s", SDL_GetError());
    }
    const double least = 100.0 / ours.frames;
    const double over = ours.cpu_over_pct > least ? ours.cpu_over_pct : least;
    bench_report(options,
                 &(BenchResult){ .name = name,
                                 .unit = "%",
                                 .atrium = ours.cpu_over_pct,
                                 .p99 = ours.cpu_p99_ms,
                                 .peer = "unthrottled",
                                 .peer_value = its.cpu_over_pct,
                                 .ratio = its.cpu_over_pct / over,
                                 .most = 0.3,
                                 .extra = {
                                     { "wall_over", ours.wall_over_pct },
                                     { "wall_p99", ours.wall_p99_ms },
                                     { "peer_wall_over", its.wall_over_pct },
                                     { "peer_p99", its.cpu_p99_ms },
                                     { "effects_ms", ours.effects_ms },
                                     { "peer_effects_ms", its.effects_ms },
                                     { "critical", ours.shown_pct[ATR_IMPORTANCE_CRITICAL] },
                                     { "high", ours.shown_pct[ATR_IMPORTANCE_HIGH] },
                                     { "medium", ours.shown_pct[ATR_IMPORTANCE_MEDIUM] },
                                     { "cosmetic", ours.shown_pct[ATR_IMPORTANCE_COSMETIC] },
                                     { "frames", ours.frames },
                                 } });
    return 0;
}

int bench_throttle(BenchOptions *options)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < sizeof loads / sizeof loads[0]; i++) {
        code = simulate(options, loads[i].name, &loads[i].load);
    }
    code = code == 0 ? draw_really(options) : code;
    bench_report_goals(options, "throttle/goals");
    return code;
}
