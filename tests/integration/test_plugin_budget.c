/* The plugin tells the throttle what frames take. The clock is the test's: a host that "takes" so
 * many ms turns it while it draws. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/plugin.h>

#include "cmocka_all.h"
#include "test_clock.h"

#define TARGET_FPS 50.0f /* 20 ms a frame */

typedef struct Host {
    SDL_Surface *surface;
    SDL_Renderer *renderer;
    atr_Plugin *plugin;
    TestClock clock;
} Host;

static void host_open(Host *host, bool unthrottled, uint64_t fixed_step_ns)
{
    *host = (Host){ 0 };
    test_clock_pass_ms(&host->clock, 1000);
    SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    assert_int_equal(SDL_Init(SDL_INIT_VIDEO), 0);
    host->surface = SDL_CreateRGBSurfaceWithFormat(0, 320, 240, 32, SDL_PIXELFORMAT_ARGB8888);
    assert_non_null(host->surface);
    host->renderer = SDL_CreateSoftwareRenderer(host->surface);
    assert_non_null(host->renderer);
    const atr_PluginDesc desc = { .target_fps = TARGET_FPS,
                                  .surface = host->surface,
                                  .unthrottled = unthrottled,
                                  .fixed_step_ns = fixed_step_ns,
                                  .wait_for_assets = true,
                                  .clock = test_clock(&host->clock) };
    assert_int_equal(atr_plugin_attach(host->renderer, &desc, &host->plugin), ATR_OK);
    static const struct {
        const char *name;
        atr_Importance importance;
    } effects[] = { { "trivial", ATR_IMPORTANCE_COSMETIC }, { "vital", ATR_IMPORTANCE_CRITICAL } };
    for (size_t i = 0; i < ATR_COUNT_OF(effects); i++) {
        atr_EffectDef def = { .importance = (uint8_t)effects[i].importance,
                              .duration = 60.0f,
                              .node_count = 1 };
        (void)snprintf(def.name, sizeof def.name, "%s", effects[i].name);
        def.nodes[0] = (atr_EffectNode){ .type = ATR_NODE_EMITTER,
                                         .layer = ATR_LAYER_BELOW_UI,
                                         .duration = 60.0f,
                                         .max = 32,
                                         .frames = 1,
                                         .sheet = "dot.png",
                                         .burst_count = 1,
                                         .bursts = { { .count = { .low = 20 } } },
                                         .life = { .low = 60 },
                                         .size = { .low = 8 } };
        assert_int_equal(atr_effects_define(atr_plugin_effects(host->plugin), &def), ATR_OK);
        (void)atr_effect_trigger(atr_plugin_effects(host->plugin), def.name,
                                 &(atr_Trigger){ .x = 160, .y = 120 });
    }
}

static void host_close(Host *host)
{
    atr_plugin_detach(host->plugin);
    SDL_DestroyRenderer(host->renderer);
    SDL_FreeSurface(host->surface);
    SDL_Quit();
}

static void frame(Host *host, uint64_t host_ms, bool below_first)
{
    atr_plugin_begin_frame(host->plugin);
    if (below_first) {
        atr_plugin_draw(host->plugin, ATR_LAYER_BELOW_UI);
    }
    test_clock_pass_ms(&host->clock, host_ms);
    atr_plugin_end_frame(host->plugin);
    atr_plugin_present(host->plugin);
}

static atr_EffectsStats stats_of(const Host *host)
{
    atr_PluginStats stats;
    atr_plugin_stats(host->plugin, &stats);
    return stats.effects;
}

static void plugin_attach__target_fps__is_the_effects_budget(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool unthrottled;
        uint64_t fixed_step_ns;
        float budget_ms;
    } rows[] = {
        { "throttled", false, 0, 1000.0f / TARGET_FPS },
        { "unthrottled", true, 0, 0.0f },
        { "fixed step", false, 20000000, 0.0f },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Host host;
        host_open(&host, rows[i].unthrottled, rows[i].fixed_step_ns);
        assert_float_equal(stats_of(&host).budget_ms, rows[i].budget_ms, 0.001f);
        frame(&host, 40, false);
        const float keep = stats_of(&host).keep[ATR_IMPORTANCE_COSMETIC];
        assert_float_equal(keep, rows[i].budget_ms > 0.0f ? 0.0f : 1.0f, 0.0f);
        assert_float_equal(stats_of(&host).keep[ATR_IMPORTANCE_CRITICAL], 1.0f, 0.0f);
        host_close(&host);
    }
}

static void plugin_end_frame__host_took_the_frame__thins_in_that_frame(void **state)
{
    (void)state;
    Host host;
    host_open(&host, false, 0);
    for (int i = 0; i < 60; i++) {
        frame(&host, 2, false);
    }
    assert_float_equal(stats_of(&host).keep[ATR_IMPORTANCE_COSMETIC], 1.0f, 0.0f);
    frame(&host, 30, false);
    assert_float_equal(stats_of(&host).keep[ATR_IMPORTANCE_COSMETIC], 0.0f, 0.0f);
    assert_int_equal(stats_of(&host).instances, 2);
    for (int i = 0; i < 200; i++) {
        frame(&host, 2, false);
    }
    assert_float_equal(stats_of(&host).keep[ATR_IMPORTANCE_COSMETIC], 1.0f, 0.0f);
    host_close(&host);
}

static void plugin_draw__host_draws_afterwards__counts_what_it_usually_takes(void **state)
{
    (void)state;
    Host host;
    host_open(&host, false, 0);
    for (int i = 0; i < 60; i++) {
        frame(&host, 30, true);
    }
    assert_float_equal(stats_of(&host).keep[ATR_IMPORTANCE_COSMETIC], 0.0f, 0.0f);
    host_close(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugin_attach__target_fps__is_the_effects_budget),
        cmocka_unit_test(plugin_end_frame__host_took_the_frame__thins_in_that_frame),
        cmocka_unit_test(plugin_draw__host_draws_afterwards__counts_what_it_usually_takes),
    };
    return cmocka_run_group_tests_name("plugin_budget", tests, NULL, NULL);
}
