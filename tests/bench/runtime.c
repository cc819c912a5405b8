/* Part of suite `effects`: the effects' runtime.
 *
 *     effects/plugin/...   whole frames of a game with the plugin (begin, clear, end, present),
 * beside the same number of sprites with SDL_RenderCopyF effects/advance/...  advance and draw, ns
 * for each live particle, without any drawing; the last against the first says whether cost is
 * linear in what lives effects/expired/...  the same 1,000 live particles before and after a
 * million effects have come and gone */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"
#include "stage.h"

#include <atrium/plugin.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define STEP_NS      16666667u
#define LIFE_S       1.5f
#define FRAMES       40 /* of the peer in a round */
#define ADVANCES     200
#define EXPIRED      1000000u
#define SAMPLES_MAX  20000
#define WARM_ADVANCE 200 /* births and deaths are even by then */

static double ours[SAMPLES_MAX], peers[SAMPLES_MAX];
static Stage stage;

static atr_Value constant(float value)
{
    return (atr_Value){ .kind = ATR_VALUE_CONSTANT, .low = value };
}

static atr_Value range(float low, float high)
{
    return (atr_Value){ .kind = ATR_VALUE_RANGE, .low = low, .high = high };
}

/* So many soft sprites at any moment, of the kind that workload.h has. */
static atr_EffectDef shower(uint32_t alive, float width, float height)
{
    const float size = 16;
    atr_EffectDef def = { .name = "bench_shower",
                          .importance = ATR_IMPORTANCE_CRITICAL,
                          .duration = 60,
                          .amount_default = 1,
                          .amount_max = 1,
                          .node_count = 1 };
    def.nodes[0] = (atr_EffectNode){ .type = ATR_NODE_EMITTER,
                                     .layer = ATR_LAYER_ABOVE_UI,
                                     .id = "soft",
                                     .duration = 60,
                                     .shape = ATR_SHAPE_RECT,
                                     .shape_w = width,
                                     .shape_h = height,
                                     .max = alive + alive / 8,
                                     .rate = constant((float)alive / LIFE_S),
                                     .burst_count = 1,
                                     .bursts = { { .count = constant((float)alive) } },
                                     .life = range(0.5f, 2 * LIFE_S - 0.5f),
                                     .speed = range(0, 160),
                                     .angle = range(-180, 0),
                                     .gravity_y = 300,
                                     .sheet = "glow.png",
                                     .frames = 1,
                                     .color_count = 2,
                                     .colors = { { 0, 0xffd54affu }, { 1, 0x4ad5ff20u } } };
    def.nodes[0].size = (atr_Value){ .kind = ATR_VALUE_KEYS,
                                     .key_count = 2,
                                     .keys = { { .t = 0, .v = size }, { .t = 1, .v = size / 2 } } };
    return def;
}

/* One particle that is gone after a few frames. */
static atr_EffectDef blink(void)
{
    atr_EffectDef def = { .name = "bench_blink",
                          .importance = ATR_IMPORTANCE_COSMETIC,
                          .duration = 0.03f,
                          .amount_default = 1,
                          .amount_max = 1,
                          .node_count = 1 };
    def.nodes[0] = (atr_EffectNode){ .type = ATR_NODE_EMITTER,
                                     .id = "one",
                                     .duration = 0.03f,
                                     .burst_count = 1,
                                     .bursts = { { .count = constant(1) } },
                                     .life = constant(0.03f),
                                     .size = constant(4) };
    return def;
}

static bool play_shower(atr_Effects *effects, uint32_t alive, float width, float height)
{
    const atr_EffectDef def = shower(alive, width, height);
    const atr_Trigger trigger = { .x = width / 2, .y = height / 2 };
    return atr_effects_define(effects, &def) == ATR_OK &&
           atr_effect_trigger(effects, def.name, &trigger).id.value != 0;
}

/* ---- Through the plugin ---------------------------------------------------------------------- */

static double frame_of_plugin(Stage *s, atr_Plugin *plugin)
{
    const StageTime start = stage_clock();
    atr_plugin_begin_frame(plugin);
    SDL_SetRenderDrawColor(s->renderer, 16, 16, 32, 255);
    SDL_RenderClear(s->renderer);
    atr_plugin_end_frame(plugin);
    atr_plugin_present(plugin);
    return stage_since(start).own;
}

/* The effect ends after 60 s of its own time, and so does a long run of frames: again. */
static void keep_showering(atr_Plugin *plugin, uint32_t frame)
{
    if (frame % 3000 == 0) {
        atr_effects_stop_all(atr_plugin_effects(plugin));
        const atr_Trigger trigger = { .x = 640, .y = 360 };
        (void)atr_effect_trigger(atr_plugin_effects(plugin), "bench_shower", &trigger);
    }
}

static void measure_plugin(BenchOptions *options, const char *name, atr_Plugin *plugin)
{
    const uint32_t rounds = BENCH_ROUNDS * (options->long_run ? 8 : 1);
    size_t our_count = 0;
    size_t peer_count = 0;
    double alive = 0;
    uint32_t frame = 1;
    for (; frame <= WARM_ADVANCE; frame++) {
        (void)frame_of_plugin(&stage, plugin);
    }
    (void)stage_frame_sdl(&stage);
    for (uint32_t round = 0; round < rounds; round++) {
        for (uint32_t i = 0; i < 4 * FRAMES; i++) {
            keep_showering(plugin, frame++);
            ours[our_count++] = frame_of_plugin(&stage, plugin);
            alive += atr_effects_particles(atr_plugin_effects(plugin)).count;
        }
        for (uint32_t i = 0; i < FRAMES / 2; i++) {
            peers[peer_count++] = stage_frame_sdl(&stage).own;
        }
    }
    atr_PluginStats stats;
    atr_plugin_stats(plugin, &stats);
    const BenchSpread mine = bench_spread(ours, our_count);
    const BenchSpread peer = bench_spread(peers, peer_count);
    bench_report(options, &(BenchResult){
                              .name = name,
                              .unit = "ms",
                              .atrium = mine.median,
                              .p99 = mine.p99,
                              .peer = "SDL_RenderCopyF",
                              .peer_value = peer.median,
                              .ratio = peer.median / mine.median,
                              .extra = { { "particles", floor(alive / (double)our_count) },
                                         { "surface_path", stats.path == ATR_PATH_SURFACE },
                                         { "peer_p99", peer.p99 } },
                          });
}

static int run_plugin(BenchOptions *options)
{
    static const char name[] = "effects/plugin/software/1280x720/16px/10000/SDL_RenderCopyF";
    if (!bench_wants(options, name)) {
        return 0;
    }
    const StageDesc desc = { 1280, 720, 16, 10000, false, options->seed };
    const atr_PluginDesc plugin_desc = { .fixed_step_ns = STEP_NS,
                                         .seed = options->seed,
                                         .max_particles = 32768,
                                         .unthrottled = true,
                                         .wait_for_assets = true,
                                         .disable_overlay = true };
    atr_Plugin *plugin = NULL;
    const bool ready = stage_open(&stage, &desc) &&
                       atr_plugin_attach(stage.renderer, &plugin_desc, &plugin) == ATR_OK &&
                       play_shower(atr_plugin_effects(plugin), 10000, 1280, 720);
    if (ready) {
        measure_plugin(options, name, plugin);
    }
    atr_plugin_detach(plugin);
    stage_close(&stage);
    return ready ? 0 : bench_fault("%s: no stage: %s", name, SDL_GetError());
}

/* ---- Without drawing ------------------------------------------------------------------------- */

typedef struct Runtime {
    atr_Effects *effects;
    atr_RenderQueue *queue;
    uint64_t now_ns;
} Runtime;

static bool runtime_open(Runtime *runtime, uint32_t alive, uint64_t seed)
{
    *runtime = (Runtime){ 0 };
    const atr_EffectsDesc desc = { .max_particles = alive + alive / 8 + 1024,
                                   .fixed_step_ns = STEP_NS,
                                   .no_maintenance = true,
                                   .seed = seed };
    if (atr_effects_create(&desc, &runtime->effects) != ATR_OK ||
        atr_queue_create(NULL, &runtime->queue) != ATR_OK) {
        return false;
    }
    atr_effects_set_view(runtime->effects, 1280, 720);
    return play_shower(runtime->effects, alive, 1280, 720);
}

static void runtime_close(Runtime *runtime)
{
    atr_effects_destroy(runtime->effects);
    atr_queue_destroy(runtime->queue);
}

/* Advances and draws once. us. */
static double runtime_frame(Runtime *runtime)
{
    atr_DrawList list;
    const uint64_t start_ns = bench_own_ns();
    runtime->now_ns += STEP_NS;
    atr_effects_advance(runtime->effects, runtime->now_ns);
    (void)atr_effects_draw(runtime->effects, runtime->queue);
    atr_queue_take(runtime->queue, &list);
    return (double)(bench_own_ns() - start_ns) / 1e3;
}

/* Nanoseconds for each live particle, of every frame; the effect still plays at the end of it. */
static size_t sample(Runtime *runtime, double *out, uint32_t frames)
{
    size_t count = 0;
    for (uint32_t i = 0; i < frames; i++) {
        const double us = runtime_frame(runtime);
        const uint32_t alive = atr_effects_particles(runtime->effects).count;
        if (alive > 0) {
            out[count++] = us * 1e3 / (double)alive;
        }
    }
    return count;
}

static int run_advance(BenchOptions *options)
{
    static const uint32_t counts[] = { 1000, 10000, 100000 };
    double first = (double)NAN;
    for (size_t i = 0; i < ATR_COUNT_OF(counts); i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "effects/advance/%u", counts[i]);
        Runtime runtime;
        if (!bench_wants(options, "effects/advance/")) {
            return 0;
        }
        if (!runtime_open(&runtime, counts[i], options->seed)) {
            runtime_close(&runtime);
            return bench_fault("%s: no effects", name);
        }
        (void)sample(&runtime, ours, WARM_ADVANCE);
        const size_t count = sample(&runtime, ours, ADVANCES);
        const uint32_t alive = atr_effects_particles(runtime.effects).count;
        runtime_close(&runtime);
        const BenchSpread spread = bench_spread(ours, count);
        first = i == 0 ? spread.median : first;
        bench_report(options, &(BenchResult){ .name = name,
                                              .unit = "ns",
                                              .atrium = spread.median,
                                              .p99 = spread.p99,
                                              .peer = i == 0 ? NULL : "effects/advance/1000",
                                              .peer_value = i == 0 ? (double)NAN : first,
                                              .ratio = first / spread.median,
                                              .goal = i == 0 ? 0 : 0.8,
                                              .extra = { { "particles", (double)alive } } });
    }
    return 0;
}

/* A million instances, each with a particle, come and go beside the shower. */
static uint64_t expire_many(Runtime *runtime, uint64_t wanted)
{
    atr_EffectsStats stats;
    do {
        for (int i = 0; i < 30; i++) {
            (void)atr_effect_trigger(runtime->effects, "bench_blink", NULL);
        }
        (void)runtime_frame(runtime);
        if (runtime->now_ns / STEP_NS % 3000 == 0) {
            (void)atr_effect_trigger(runtime->effects, "bench_shower", NULL);
        }
        atr_effects_stats(runtime->effects, &stats);
    } while (stats.expired < wanted);
    return stats.expired;
}

static void measure_expired(BenchOptions *options, const char *name, Runtime *used, Runtime *fresh)
{
    const uint64_t expired = expire_many(used, EXPIRED);
    /* Both play anew, so that what they hold is of one age. */
    Runtime *both[] = { used, fresh };
    for (size_t i = 0; i < 2; i++) {
        atr_effects_stop_all(both[i]->effects);
        const atr_Trigger trigger = { .x = 640, .y = 360 };
        (void)atr_effect_trigger(both[i]->effects, "bench_shower", &trigger);
        (void)sample(both[i], ours, WARM_ADVANCE);
    }
    size_t count = 0;
    size_t peer_count = 0;
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        count += sample(used, ours + count, ADVANCES);
        peer_count += sample(fresh, peers + peer_count, ADVANCES);
    }
    const BenchSpread mine = bench_spread(ours, count);
    const double peer = bench_spread(peers, peer_count).median;
    bench_report(options, &(BenchResult){ .name = name,
                                          .unit = "ns",
                                          .atrium = mine.median,
                                          .p99 = mine.p99,
                                          .peer = "fresh",
                                          .peer_value = peer,
                                          .ratio = peer / mine.median,
                                          .goal = 0.9,
                                          .extra = { { "expired", (double)expired } } });
}

static int run_expired(BenchOptions *options)
{
    static const char name[] = "effects/expired/1000000/fresh";
    if (!bench_wants(options, name)) {
        return 0;
    }
    Runtime used = { 0 };
    Runtime fresh = { 0 };
    const atr_EffectDef def = blink();
    const bool ready = runtime_open(&used, 1000, options->seed) &&
                       runtime_open(&fresh, 1000, options->seed) &&
                       atr_effects_define(used.effects, &def) == ATR_OK;
    if (ready) {
        measure_expired(options, name, &used, &fresh);
    }
    runtime_close(&used);
    runtime_close(&fresh);
    return ready ? 0 : bench_fault("%s: no effects", name);
}

int bench_runtime(BenchOptions *options)
{
    int code = run_plugin(options);
    if (code == 0) {
        code = run_advance(options);
    }
    return code != 0 ? code : run_expired(options);
}
