/* Once warm, a frame allocates nothing on the render thread between begin_frame and end_frame: with
 * 500 coins, texts that count up and the full overlay, for each way a software renderer is made.
 * Runs in optimised builds too; under sanitizers, which bring their own malloc, it is skipped. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/plugin.h>

#include "alloc_count.h"
#include "cmocka_all.h"
#include "coin_scene.h"

#define WIDTH  1280
#define HEIGHT 720
#define WARM   200 /* frames until everything that is made on first use has been used */
#define FRAMES 300

/* Real time plus 12 ms for each frame, so that seconds of overlay refreshes and of effects pass
 * though frames are not paced. */
typedef struct Pace {
    uint64_t frames;
} Pace;

static uint64_t paced_ns(void *user)
{
    return atr_clock_monotonic_ns(NULL) + ((Pace *)user)->frames * 12000000u;
}

typedef struct Host {
    SDL_Window *window;
    SDL_Surface *surface; /* NULL: a renderer of the window */
    SDL_Renderer *renderer;
    SDL_Texture *picture;
    atr_Plugin *plugin;
    Pace pace;
    atr_EffectId coins;
} Host;

static void host_open(Host *host, bool own_surface)
{
    *host = (Host){ 0 };
    SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        fail_msg("%s", SDL_GetError());
    }
    host->window = SDL_CreateWindow("test", 0, 0, WIDTH, HEIGHT, SDL_WINDOW_HIDDEN);
    assert_non_null(host->window);
    if (own_surface) {
        host->surface = SDL_GetWindowSurface(host->window);
        host->renderer = SDL_CreateSoftwareRenderer(host->surface);
    } else {
        host->renderer = SDL_CreateRenderer(host->window, -1, SDL_RENDERER_SOFTWARE);
    }
    assert_non_null(host->renderer);
    host->picture = SDL_CreateTexture(host->renderer, SDL_PIXELFORMAT_ARGB8888,
                                      SDL_TEXTUREACCESS_STATIC, 64, 64);
    assert_non_null(host->picture);
    const atr_PluginDesc desc = { .target_fps = 60,
                                  .surface = host->surface,
                                  .window = own_surface ? host->window : NULL,
                                  .wait_for_assets = true,
                                  .clock = { .monotonic_ns = paced_ns, .user = &host->pace } };
    assert_int_equal(atr_plugin_attach(host->renderer, &desc, &host->plugin), ATR_OK);
    assert_int_equal(coin_scene_define(atr_plugin_effects(host->plugin)), ATR_OK);
    atr_plugin_set_overlay(host->plugin, ATR_OVERLAY_FULL);
}

static void host_close(Host *host)
{
    atr_plugin_detach(host->plugin);
    SDL_DestroyTexture(host->picture);
    SDL_DestroyRenderer(host->renderer);
    SDL_DestroyWindow(host->window);
    SDL_Quit();
}

static void host_draw(const Host *host)
{
    SDL_SetRenderDrawColor(host->renderer, 20, 40, 60, 255);
    SDL_RenderClear(host->renderer);
    for (int i = 0; i < 12; i++) {
        const SDL_Rect to = { 40 + i * 100, 300, 64, 64 };
        SDL_RenderCopy(host->renderer, host->picture, NULL, &to);
    }
}

/* Draws one frame; returns how often memory was asked for between begin and end. */
static uint64_t frame(Host *host, int number)
{
    SDL_PumpEvents();
    coin_scene_keep(atr_plugin_effects(host->plugin), (uint64_t)number, &host->coins);
    if (number % 15 == 0) {
        coin_scene_count_up(atr_plugin_effects(host->plugin), 640, 200, (float)(37 + number));
    }
    alloc_count_start();
    atr_plugin_begin_frame(host->plugin);
    host_draw(host);
    atr_plugin_end_frame(host->plugin);
    const uint64_t requests = alloc_count_stop();
    atr_plugin_present(host->plugin);
    host->pace.frames++;
    return requests;
}

static void check_frames(bool own_surface)
{
    Host host;
    host_open(&host, own_surface);
    for (int i = 0; i < WARM; i++) {
        (void)frame(&host, i);
    }
    for (int i = WARM; i < WARM + FRAMES; i++) {
        const uint64_t requests = frame(&host, i);
        if (requests != 0) {
            fail_msg("frame %d asked for memory %u times", i, (unsigned)requests);
        }
    }
    atr_PluginStats stats;
    atr_plugin_stats(host.plugin, &stats);
    assert_true(stats.assets_ready);
    assert_int_equal(stats.overlay, ATR_OVERLAY_FULL);
    assert_true(stats.effects.particles >= COIN_SCENE_COINS);
    assert_true(stats.effects.instances >= 3); /* coins, and texts still counting */
    print_message("  path %s, %u particles\n", stats.path_name, stats.effects.particles);
    host_close(&host);
}

static void plugin_frame__warm_on_a_window_renderer__allocates_nothing(void **state)
{
    (void)state;
    check_frames(false);
}

static void plugin_frame__warm_on_the_windows_surface__allocates_nothing(void **state)
{
    (void)state;
    check_frames(true);
}

int main(void)
{
    if (!alloc_count_works()) {
        print_message("requests for memory cannot be counted here\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugin_frame__warm_on_a_window_renderer__allocates_nothing),
        cmocka_unit_test(plugin_frame__warm_on_the_windows_surface__allocates_nothing),
    };
    return cmocka_run_group_tests_name("frame_allocations", tests, NULL, NULL);
}
