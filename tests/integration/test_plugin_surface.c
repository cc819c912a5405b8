/* A game without a renderer: the plugin draws onto its window's surface. Runs under ASan: a surface
 * that was freed under the host, or drawn on after, fails it. */
#include "plugin_fixture.h"

#include "draw/draw_internal.h"

#include <locale.h>

enum { WIDTH = 400, HEIGHT = 300 };

static SDL_Window *window_open(void)
{
    SDL_Window *window = SDL_CreateWindow("atrium", 0, 0, WIDTH, HEIGHT, SDL_WINDOW_RESIZABLE);
    assert_non_null(window);
    SDL_PumpEvents();
    return window;
}

static atr_Plugin *plugin_on(SDL_Window *window, bool redraws_all)
{
    const atr_PluginDesc desc = { .fixed_step_ns = 16666667,
                                  .asset_folder = ATR_SOURCE_DIR "/assets/sprites",
                                  .redraws_all = redraws_all,
                                  .wait_for_assets = true };
    atr_Plugin *plugin = NULL;
    assert_int_equal(atr_plugin_attach_surface(window, &desc, &plugin), ATR_OK);
    return plugin;
}

static void game_draws(SDL_Window *window)
{
    SDL_Surface *screen = SDL_GetWindowSurface(window);
    SDL_FillRect(screen, NULL, 0x00263c6b);
    SDL_FillRect(screen, &(SDL_Rect){ 0, 60, 120, 80 }, 0x00965a78);
}

static uint32_t *copy_of(SDL_Window *window)
{
    const SDL_Surface *screen = SDL_GetWindowSurface(window);
    uint32_t *pixels = malloc((size_t)screen->w * (size_t)screen->h * sizeof *pixels);
    assert_non_null(pixels);
    for (int y = 0; y < screen->h; y++) {
        memcpy(pixels + (size_t)y * (size_t)screen->w,
               (const Uint8 *)screen->pixels + (size_t)y * (size_t)screen->pitch,
               (size_t)screen->w * sizeof *pixels);
        for (int x = 0; x < screen->w; x++) {
            pixels[y * screen->w + x] &= 0x00ffffffu;
        }
    }
    return pixels;
}

static void plugin_attach_surface__scene__is_what_a_renderer_shows(void **state)
{
    (void)state;
    SDL_Window *window = window_open();
    atr_Plugin *plugin = plugin_on(window, false);
    atr_plugin_begin_frame(plugin);
    game_draws(window);
    push_scene(plugin);
    atr_plugin_end_frame(plugin);
    uint32_t *ours = copy_of(window);
    atr_PluginStats stats;
    atr_plugin_stats(plugin, &stats);
    assert_int_equal(stats.path, ATR_PATH_SURFACE);
    assert_string_equal(stats.renderer, "window surface");
    atr_plugin_present(plugin);
    atr_plugin_detach(plugin);
    SDL_DestroyWindow(window);

    Screen screen;
    screen_open(&screen, "software", WIDTH, HEIGHT);
    plugin = plugin_open(&screen, ATR_PATH_SURFACE);
    atr_plugin_begin_frame(plugin);
    SDL_SetRenderDrawColor(screen.renderer, 0x26, 0x3c, 0x6b, 255);
    SDL_RenderClear(screen.renderer);
    SDL_SetRenderDrawColor(screen.renderer, 0x96, 0x5a, 0x78, 255);
    SDL_RenderFillRect(screen.renderer, &(SDL_Rect){ 0, 60, 120, 80 });
    push_scene(plugin);
    atr_plugin_end_frame(plugin);
    int width = 0;
    int height = 0;
    uint32_t *wanted = read_target(screen.renderer, &width, &height);
    for (int i = 0; i < width * height; i++) {
        assert_int_equal(ours[i], wanted[i] & 0x00ffffffu);
    }
    free(ours);
    free(wanted);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

/* What the game drew once is there again when effects and overlay have gone. */
static void plugin_attach_surface__game_never_clears__gets_its_picture_back(void **state)
{
    (void)state;
    SDL_Window *window = window_open();
    game_draws(window);
    uint32_t *wanted = copy_of(window);
    atr_Plugin *plugin = plugin_on(window, false);
    uint32_t changed = 0;
    for (int i = 0; i < 12; i++) {
        atr_plugin_set_overlay(plugin, i < 4   ? ATR_OVERLAY_FULL
                                       : i < 8 ? ATR_OVERLAY_COMPACT
                                               : ATR_OVERLAY_OFF);
        atr_plugin_begin_frame(plugin);
        uint32_t *given = copy_of(window);
        assert_memory_equal(given, wanted, WIDTH * HEIGHT * sizeof *given);
        free(given);
        if (i < 9) {
            push_scene(plugin);
        }
        atr_plugin_draw(plugin, ATR_LAYER_BELOW_UI);
        atr_plugin_end_frame(plugin);
        uint32_t *shown = copy_of(window);
        changed += memcmp(shown, wanted, WIDTH * HEIGHT * sizeof *shown) != 0;
        free(shown);
        atr_plugin_present(plugin);
    }
    assert_int_equal(changed, 9);
    atr_plugin_detach(plugin);
    free(wanted);
    SDL_DestroyWindow(window);
}

static void plugin_attach_surface__clip_of_the_surface__limits_effects(void **state)
{
    (void)state;
    SDL_Window *window = window_open();
    atr_Plugin *plugin = plugin_on(window, true);
    atr_plugin_begin_frame(plugin);
    game_draws(window);
    uint32_t *before = copy_of(window);
    SDL_SetClipRect(SDL_GetWindowSurface(window), &(SDL_Rect){ 30, 30, 20, 20 });
    push_scene(plugin);
    atr_plugin_end_frame(plugin);
    uint32_t *after = copy_of(window);
    uint32_t inside = 0;
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            const bool differs = before[y * WIDTH + x] != after[y * WIDTH + x];
            if (x >= 30 && x < 50 && y >= 30 && y < 50) {
                inside += differs;
            } else {
                assert_false(differs);
            }
        }
    }
    assert_true(inside > 300);
    free(before);
    free(after);
    atr_plugin_detach(plugin);
    SDL_DestroyWindow(window);
}

static int drop_window_events(void *user, SDL_Event *event)
{
    (void)user;
    return event->type != SDL_WINDOWEVENT;
}

static void plugin_attach_surface__resized__draws_on_when_the_game_has_the_new_one(void **state)
{
    (void)state;
    static const int sizes[][2] = { { 640, 480 }, { 200, 260 }, { 64, 48 }, { 400, 300 } };
    SDL_Window *window = window_open();
    atr_Plugin *plugin = plugin_on(window, false);
    atr_plugin_set_overlay(plugin, ATR_OVERLAY_FULL);
    for (size_t i = 0; i < ATR_COUNT_OF(sizes); i++) {
        for (int when = 0; when < 2; when++) { /* between two frames; in the middle of one */
            SDL_SetEventFilter(i % 2 == 1 ? drop_window_events : NULL, NULL);
            if (when == 0) {
                SDL_SetWindowSize(window, sizes[i][0], sizes[i][1]);
            }
            atr_plugin_begin_frame(plugin);
            game_draws(window);
            if (when == 1) {
                SDL_SetWindowSize(window, sizes[i][1], sizes[i][0]);
            }
            push_scene(plugin);
            atr_plugin_end_frame(plugin);
            atr_plugin_present(plugin);
            for (SDL_Event event; SDL_PollEvent(&event);) {
                (void)atr_plugin_event(plugin, &event);
            }
        }
    }
    SDL_SetEventFilter(NULL, NULL);
    atr_plugin_begin_frame(plugin);
    game_draws(window);
    uint32_t *before = copy_of(window);
    push_scene(plugin);
    atr_plugin_end_frame(plugin);
    uint32_t *after = copy_of(window);
    const SDL_Surface *screen = SDL_GetWindowSurface(window);
    assert_int_not_equal(
        memcmp(before, after, (size_t)screen->w * (size_t)screen->h * sizeof *before), 0);
    free(before);
    free(after);
    atr_plugin_detach(plugin);
    SDL_DestroyWindow(window);
}

/* It writes to the surface it was given at the start, for ever. Nobody may free it. */
static void plugin_attach_surface__game_ignores_the_resize__its_surface_stays(void **state)
{
    (void)state;
    SDL_Window *window = window_open();
    SDL_Surface *screen = SDL_GetWindowSurface(window);
    atr_Plugin *plugin = plugin_on(window, false);
    SDL_SetEventFilter(drop_window_events, NULL);
    for (int i = 0; i < 6; i++) {
        if (i == 2) {
            SDL_SetWindowSize(window, 500, 200);
        }
        atr_plugin_begin_frame(plugin);
        SDL_FillRect(screen, NULL, 0x00263c6b + (Uint32)i);
        push_scene(plugin);
        atr_plugin_end_frame(plugin);
        atr_plugin_present(plugin);
    }
    SDL_SetEventFilter(NULL, NULL);
    atr_plugin_detach(plugin);
    SDL_DestroyWindow(window);
}

static void plugin_attach_surface__window_destroyed__noticed(void **state)
{
    (void)state;
    SDL_Window *window = window_open();
    atr_Plugin *plugin = plugin_on(window, false);
    atr_plugin_begin_frame(plugin);
    push_scene(plugin);
    atr_plugin_end_frame(plugin);
    SDL_DestroyWindow(window);
    atr_plugin_begin_frame(plugin);
    atr_plugin_end_frame(plugin);
    atr_plugin_present(plugin);
    atr_PluginStats stats;
    atr_plugin_stats(plugin, &stats);
    assert_string_equal(stats.renderer, "lost");
    atr_plugin_detach(plugin);
}

static void plugin_attach_surface__cannot_be__refused(void **state)
{
    (void)state;
    atr_Plugin *plugin = NULL;
    assert_int_equal(atr_plugin_attach_surface(NULL, NULL, &plugin), ATR_ERR_INVALID);
    Screen screen;
    screen_open(&screen, "software", 64, 64);
    assert_int_equal(atr_plugin_attach_surface(screen.window, NULL, &plugin), ATR_ERR_INVALID);
    assert_null(plugin);
    screen_close(&screen);
    static const struct {
        Uint32 format;
        bool ours;
    } rows[] = { { SDL_PIXELFORMAT_RGB888, true },    { SDL_PIXELFORMAT_ARGB8888, true },
                 { SDL_PIXELFORMAT_RGB565, false },   { SDL_PIXELFORMAT_BGR888, false },
                 { SDL_PIXELFORMAT_ABGR8888, false }, { SDL_PIXELFORMAT_RGB24, false },
                 { SDL_PIXELFORMAT_INDEX8, false } };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(0, 8, 8, 0, rows[i].format);
        assert_int_equal(atr__surface_format_is_ours(surface), rows[i].ours);
        SDL_FreeSurface(surface);
    }
}

/* Decimal commas and Arabic: the panel is on the right, and what it shows is composed as ever. */
static void plugin_attach_surface__arabic_under_another_locale__overlay_on_the_right(void **state)
{
    (void)state;
    static const char *const locales[] = { "ar_AE.UTF-8", "de_DE.UTF-8", "C.UTF-8" };
    for (size_t i = 0; i < ATR_COUNT_OF(locales); i++) {
        if (setlocale(LC_ALL, locales[i]) == NULL) {
            continue;
        }
        SDL_Window *window = window_open();
        atr_Plugin *plugin = plugin_on(window, true);
        atr_plugin_set_overlay(plugin, ATR_OVERLAY_COMPACT);
        atr_plugin_set_overlay_arabic(plugin, true);
        atr_plugin_begin_frame(plugin);
        game_draws(window);
        uint32_t *before = copy_of(window);
        atr_plugin_end_frame(plugin);
        uint32_t *after = copy_of(window);
        uint32_t left = 0;
        uint32_t right = 0;
        for (int k = 0; k < WIDTH * HEIGHT; k++) {
            const bool differs = before[k] != after[k];
            left += differs && k % WIDTH < 16;
            right += differs && k % WIDTH >= WIDTH - 40;
        }
        assert_int_equal(left, 0);
        assert_true(right > 100);
        free(before);
        free(after);
        atr_plugin_detach(plugin);
        SDL_DestroyWindow(window);
    }
    setlocale(LC_ALL, "C");
}

int main(void)
{
    if (!video_start("software")) {
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugin_attach_surface__scene__is_what_a_renderer_shows),
        cmocka_unit_test(plugin_attach_surface__game_never_clears__gets_its_picture_back),
        cmocka_unit_test(plugin_attach_surface__clip_of_the_surface__limits_effects),
        cmocka_unit_test(plugin_attach_surface__resized__draws_on_when_the_game_has_the_new_one),
        cmocka_unit_test(plugin_attach_surface__game_ignores_the_resize__its_surface_stays),
        cmocka_unit_test(plugin_attach_surface__window_destroyed__noticed),
        cmocka_unit_test(plugin_attach_surface__cannot_be__refused),
        cmocka_unit_test(plugin_attach_surface__arabic_under_another_locale__overlay_on_the_right),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    video_stop();
    return failed;
}
