/* The overlay: within the picture at every size and in both languages, gone when off, and composed
 * ten times a second only. */
#define _POSIX_C_SOURCE 200809L

#include "plugin_fixture.h"

#include "plugin_internal.h"

static const char *renderer_name;

static uint64_t clock_now;

static uint64_t turned_clock(void *user)
{
    (void)user;
    return clock_now;
}

static atr_Plugin *open_at(const Screen *screen, bool arabic)
{
    const atr_PluginDesc desc = { .overlay_arabic = arabic,
                                  .fixed_step_ns = 16666667,
                                  .wait_for_assets = true,
                                  .clock = { .monotonic_ns = turned_clock } };
    atr_Plugin *plugin = NULL;
    assert_int_equal(atr_plugin_attach(screen->renderer, &desc, &plugin), ATR_OK);
    return plugin;
}

static uint32_t *frame(atr_Plugin *plugin, const Screen *screen)
{
    int width = 0;
    int height = 0;
    atr_plugin_begin_frame(plugin);
    SDL_SetRenderDrawColor(screen->renderer, 100, 140, 60, 255);
    SDL_RenderClear(screen->renderer);
    atr_plugin_end_frame(plugin);
    uint32_t *pixels = read_target(screen->renderer, &width, &height);
    assert_int_equal(width, screen->width);
    assert_int_equal(height, screen->height);
    atr_plugin_present(plugin);
    clock_now += 16000000;
    return pixels;
}

/* Where something other than the background is; empty: w is 0. */
static SDL_Rect panel_in(const uint32_t *pixels, int width, int height)
{
    SDL_Rect found = { 0, 0, 0, 0 };
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            if ((pixels[y * width + x] & 0x00ffffffu) != 0x00648c3cu) {
                const SDL_Rect one = { x, y, 1, 1 };
                if (found.w == 0) {
                    found = one;
                } else {
                    SDL_UnionRect(&found, &one, &found);
                }
            }
        }
    }
    return found;
}

static void overlay_draw__every_size_and_language__within_the_picture(void **state)
{
    (void)state;
    static const int sizes[][2] = { { 1280, 720 }, { 1080, 1920 }, { 640, 480 }, { 320, 480 },
                                    { 800, 600 },  { 640, 360 },   { 320, 240 }, { 160, 120 } };
    for (size_t i = 0; i < ATR_COUNT_OF(sizes) * 4; i++) {
        const int *size = sizes[i / 4];
        const bool arabic = (i & 1) != 0;
        const atr_OverlayMode mode = (i & 2) != 0 ? ATR_OVERLAY_FULL : ATR_OVERLAY_COMPACT;
        print_message("  %dx%d %s %d\n", size[0], size[1], arabic ? "ar" : "en", (int)mode);
        Screen screen;
        screen_open(&screen, renderer_name, size[0], size[1]);
        atr_Plugin *plugin = open_at(&screen, arabic);
        atr_plugin_set_overlay(plugin, mode);
        uint32_t *pixels = frame(plugin, &screen);
        const SDL_Rect panel = panel_in(pixels, size[0], size[1]);
        free(pixels);
        assert_true(panel.w > 50 && panel.h > 15);
        assert_true(panel.x >= 4 && panel.x + panel.w <= size[0] - 4);
        assert_true(panel.y >= 4 && panel.y + panel.h <= size[1] - 4);
        if (plugin->skin->has_arabic) {
            const int left = panel.x;
            const int right = size[0] - panel.x - panel.w;
            assert_true(arabic ? right <= left : left <= right);
        }
        /* The content fits its canvas: nothing was cut at the bottom. */
        if (mode == ATR_OVERLAY_FULL && size[1] >= 240) {
            assert_true(plugin->overlay.height < plugin->overlay.capacity_h);
        }
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

/* The first frame after it: the letters of the new size are not there yet. */
static void overlay_draw__window_made_smaller__fits_at_once(void **state)
{
    (void)state;
    static const int sizes[][2] = { { 640, 360 }, { 320, 240 }, { 900, 300 } };
    for (size_t i = 0; i < ATR_COUNT_OF(sizes); i++) {
        print_message("  %dx%d\n", sizes[i][0], sizes[i][1]);
        Screen screen;
        screen_open(&screen, renderer_name, 1280, 720);
        atr_Plugin *plugin = open_at(&screen, false);
        atr_plugin_set_overlay(plugin, ATR_OVERLAY_FULL);
        free(frame(plugin, &screen));
        screen.width = sizes[i][0];
        screen.height = sizes[i][1];
        SDL_SetWindowSize(screen.window, screen.width, screen.height);
        for (SDL_Event event; SDL_PollEvent(&event);) {
            (void)atr_plugin_event(plugin, &event);
        }
        uint32_t *pixels = frame(plugin, &screen);
        const SDL_Rect panel = panel_in(pixels, screen.width, screen.height);
        free(pixels);
        assert_true(panel.w > 50 && panel.h > 15);
        assert_true(panel.x + panel.w <= screen.width - 4);
        assert_true(panel.y + panel.h <= screen.height - 4);
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

static void overlay_draw__turned_off__leaves_nothing(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 640, 480);
    atr_Plugin *plugin = open_at(&screen, false);
    static const atr_OverlayMode modes[] = { ATR_OVERLAY_OFF, ATR_OVERLAY_COMPACT, ATR_OVERLAY_FULL,
                                             ATR_OVERLAY_OFF };
    int last = 0;
    for (size_t i = 0; i < ATR_COUNT_OF(modes); i++) {
        atr_plugin_set_overlay(plugin, modes[i]);
        uint32_t *pixels = frame(plugin, &screen);
        const SDL_Rect panel = panel_in(pixels, 640, 480);
        free(pixels);
        assert_int_equal(panel.w > 0, modes[i] != ATR_OVERLAY_OFF);
        if (modes[i] == ATR_OVERLAY_FULL) {
            assert_true(panel.h > last);
        }
        last = panel.h;
    }
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

static void overlay_compose__clock_runs__ten_times_a_second(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 640, 480);
    atr_Plugin *plugin = open_at(&screen, false);
    atr_plugin_set_overlay(plugin, ATR_OVERLAY_FULL);
    int composed = 0;
    uint64_t last = UINT64_MAX;
    for (int i = 0; i < 125; i++) { /* 2 s */
        free(frame(plugin, &screen));
        composed += plugin->overlay.composed_ns != last;
        last = plugin->overlay.composed_ns;
    }
    assert_in_range(composed, 17, 21);
    atr_plugin_set_overlay_arabic(plugin, true); /* a change shows at once */
    free(frame(plugin, &screen));
    assert_true(plugin->overlay.composed_ns != last);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

static void overlay_full__host_adds_figures__shown(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 1280, 720);
    atr_Plugin *plugin = open_at(&screen, false);
    atr_plugin_set_overlay(plugin, ATR_OVERLAY_FULL);
    free(frame(plugin, &screen));
    const int32_t before = plugin->overlay.height;
    assert_false(plugin->overlay.data.has_cache);
    atr_Metrics *metrics = atr_plugin_metrics(plugin);
    atr_gauge_set(atr_metrics_gauge(metrics, "atrium_cache_hit_ratio", "tier=\"memory\"", ""), 0.5);
    atr_gauge_set(atr_metrics_gauge(metrics, "atrium_jobs_waiting", "", ""), 7);
    atr_gauge_set(atr_metrics_gauge(metrics, "atrium_jobs_oldest_seconds", "", ""), 1.5);
    clock_now += 200000000;
    free(frame(plugin, &screen));
    assert_true(plugin->overlay.height > before);
    assert_true(plugin->overlay.data.has_cache && plugin->overlay.data.has_jobs);
    assert_true(plugin->overlay.data.jobs_waiting == 7);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

static void overlay_full__commands_pushed__depth_is_what_the_frame_took(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 640, 480);
    atr_Plugin *plugin = open_at(&screen, false);
    atr_plugin_set_overlay(plugin, ATR_OVERLAY_FULL);
    push_scene(plugin);
    free(frame(plugin, &screen));
    assert_int_equal(plugin->overlay.data.stats.queue.waiting, 5);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

static void overlay_words__both_languages__present(void **state)
{
    (void)state;
    for (int i = 0; i < ATR__WORD_COUNT; i++) {
        const char *english = atr__word((atr__Word)i, false);
        const char *arabic = atr__word((atr__Word)i, true);
        assert_true(english != NULL && english[0] != 0);
        assert_true(arabic != NULL && ((unsigned char)arabic[0] & 0x80) != 0);
    }
}

int main(int argc, char **argv)
{
    renderer_name = argc > 1 ? argv[1] : "software";
    if (!video_start(renderer_name)) {
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overlay_draw__every_size_and_language__within_the_picture),
        cmocka_unit_test(overlay_draw__window_made_smaller__fits_at_once),
        cmocka_unit_test(overlay_draw__turned_off__leaves_nothing),
        cmocka_unit_test(overlay_compose__clock_runs__ten_times_a_second),
        cmocka_unit_test(overlay_full__host_adds_figures__shown),
        cmocka_unit_test(overlay_full__commands_pushed__depth_is_what_the_frame_took),
        cmocka_unit_test(overlay_words__both_languages__present),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    video_stop();
    return failed;
}
