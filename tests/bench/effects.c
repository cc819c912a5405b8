/* Suite `effects`: whole frames (move, clear, draw, present) of soft tinted sprites on SDL's dummy
 * driver: atrium's compositor writing the window's surface, beside SDL's software renderer with
 * SDL_RenderCopyF or SDL_RenderCopyExF for each sprite. A row opens a stage of its own, warms both
 * up, and then lets them draw in turns.
 *
 * What counts is the drawing thread's own time, which on a quiet machine is the time that passes
 * (nothing here waits); `elapsed` and `peer_elapsed` are the medians of that. With two threads
 * atrium's is the time that passes, and the peer's still its own: a busy machine helps nobody.
 *
 * What goes through the runtime and the plugin is in runtime.c, each effect of the catalogue in
 * catalogue.c. */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"
#include "stage.h"

#include <stdio.h>
#include <string.h>

#define FRAMES_MAX  20000 /* of one subject in a row */
#define WARM_FRAMES 60    /* every size and angle has been drawn by then */
#define LONG        8     /* times as many rounds */

typedef struct Row {
    const char *name;
    StageDesc stage;
    const char *kernel;
    bool two_threads;
    uint32_t frames; /* of the peer in a round; of atrium, which is quicker, four times as many */
    double goal;
} Row;

/* clang-format off: a table */
static const Row rows[] = {
    { "effects/software/1280x720/16px/1000/SDL_RenderCopyF",
      { 1280, 720, 16, 1000, false, 0 },
      NULL,
      false,
      60,
      4 },
    { "effects/software/1280x720/16px/10000/SDL_RenderCopyF",
      { 1280, 720, 16, 10000, false, 0 },
      NULL,
      false,
      20,
      9 },
    { "effects/software/1280x720/16px/100000/SDL_RenderCopyF",
      { 1280, 720, 16, 100000, false, 0 },
      NULL,
      false,
      4,
      11 },
    { "effects/software/1280x720/16px/2T/10000/SDL_RenderCopyF",
      { 1280, 720, 16, 10000, false, 0 },
      NULL,
      true,
      20,
      12 },
    { "effects/software/1280x720/16px/sse2/10000/SDL_RenderCopyF",
      { 1280, 720, 16, 10000, false, 0 },
      "sse2",
      false,
      20,
      5 },
    { "effects/software/1280x720/32px/10000/SDL_RenderCopyF",
      { 1280, 720, 32, 10000, false, 0 },
      NULL,
      false,
      10,
      12 },
    { "effects/software/1920x1080/16px/10000/SDL_RenderCopyF",
      { 1920, 1080, 16, 10000, false, 0 },
      NULL,
      false,
      20,
      7 },
    { "effects/software/1280x720/16px/rotated/10000/SDL_RenderCopyExF",
      { 1280, 720, 16, 10000, true, 0 },
      NULL,
      false,
      10,
      12 },
    { "effects/software/1280x720/16px/rotated/sse2/10000/SDL_RenderCopyExF",
      { 1280, 720, 16, 10000, true, 0 },
      "sse2",
      false,
      10,
      9 },
};
/* clang-format on */

static Stage stage;

/* Of one subject in a row. */
typedef struct Series {
    size_t count;
    double counted[FRAMES_MAX];
    double elapsed[FRAMES_MAX];
} Series;

static Series ours, alone, peers;

static void add(Series *series, StageTime time, bool by_elapsed)
{
    series->counted[series->count] = by_elapsed ? time.elapsed : time.own;
    series->elapsed[series->count] = time.elapsed;
    series->count++;
}

static void report(BenchOptions *options, const Row *row, const atr_ComposeStats *drawn,
                   BenchSpread mine)
{
    const BenchSpread peer = bench_spread(peers.counted, peers.count);
    bench_report(options,
                 &(BenchResult){
                     .name = row->name,
                     .unit = "ms",
                     .atrium = mine.median,
                     .p99 = mine.p99,
                     .peer = strrchr(row->name, '/') + 1,
                     .peer_value = peer.median,
                     .ratio = peer.median / mine.median,
                     .goal = row->goal,
                     .extra = { { "elapsed", bench_spread(ours.elapsed, ours.count).median },
                                { "peer_elapsed", bench_spread(peers.elapsed, peers.count).median },
                                { "peer_p99", peer.p99 },
                                { "threads", (double)drawn->threads },
                                { "cache_MB", (double)drawn->cache_bytes / 1048576.0 },
                                { "gathered", (double)drawn->direct } } });
}

/* Two threads may not make the slowest frames slower. */
static void report_p99(BenchOptions *options, const Row *row, BenchSpread two, BenchSpread one)
{
    char name[128];
    (void)snprintf(name, sizeof name, "%.*s/p99/one_thread",
                   (int)(strrchr(row->name, '/') - row->name), row->name);
    bench_report(options, &(BenchResult){ .name = name,
                                          .unit = "ms",
                                          .atrium = two.p99,
                                          .p99 = two.p99,
                                          .peer = "one_thread",
                                          .peer_value = one.p99,
                                          .ratio = one.p99 / two.p99,
                                          .goal = 1 });
}

static void warm_up(atr_Compositor *compositor, atr_Compositor *one_thread)
{
    for (int i = 0; i < WARM_FRAMES; i++) {
        (void)stage_frame_atrium(&stage, compositor);
        if (one_thread != NULL) {
            (void)stage_frame_atrium(&stage, one_thread);
        }
    }
    (void)stage_frame_sdl(&stage);
}

static void measure(BenchOptions *options, const Row *row, atr_Compositor *compositor,
                    atr_Compositor *one_thread)
{
    const size_t rounds = BENCH_ROUNDS * (options->long_run ? LONG : 1);
    atr_ComposeStats before;
    atr_ComposeStats drawn;
    ours.count = alone.count = peers.count = 0;
    warm_up(compositor, one_thread);
    atr_compose_stats(compositor, &before);
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < 4 * (size_t)row->frames; i++) {
            add(&ours, stage_frame_atrium(&stage, compositor), row->two_threads);
            if (one_thread != NULL) {
                add(&alone, stage_frame_atrium(&stage, one_thread), true);
            }
        }
        for (size_t i = 0; i < row->frames; i++) {
            add(&peers, stage_frame_sdl(&stage), false);
        }
    }
    atr_compose_stats(compositor, &drawn);
    drawn.direct -= before.direct;
    const BenchSpread mine = bench_spread(ours.counted, ours.count);
    report(options, row, &drawn, mine);
    if (one_thread != NULL) {
        report_p99(options, row, mine, bench_spread(alone.counted, alone.count));
    }
}

static int run_row(BenchOptions *options, const Row *row)
{
    StageDesc desc = row->stage;
    desc.seed = options->seed;
    if (!stage_open(&stage, &desc)) {
        stage_close(&stage);
        return bench_fault("%s: no window to draw into: %s", row->name, SDL_GetError());
    }
    atr_Compositor *compositor = stage_compositor(&stage, row->kernel, row->two_threads);
    atr_Compositor *one_thread =
        row->two_threads ? stage_compositor(&stage, row->kernel, false) : NULL;
    if (compositor == NULL || (row->two_threads && one_thread == NULL)) {
        (void)fprintf(stderr, "atrium-bench: %s: left out: this processor has no such kernel\n",
                      row->name);
    } else {
        measure(options, row, compositor, one_thread);
    }
    atr_compose_destroy(compositor);
    atr_compose_destroy(one_thread);
    stage_close(&stage);
    return 0;
}

int bench_effects(BenchOptions *options)
{
    int code = 0;
    for (size_t i = 0; i < ATR_COUNT_OF(rows) && code == 0; i++) {
        if (bench_wants(options, rows[i].name)) {
            code = run_row(options, &rows[i]);
        }
    }
    if (code == 0) {
        bench_update(options);
        code = bench_runtime(options);
    }
    if (code == 0) {
        code = bench_paths(options);
    }
    if (code == 0) {
        code = bench_catalogue(options);
    }
    bench_report_goals(options, "effects/goals");
    return code;
}
