/* Attaching and leaving, losing the renderer, resizes and resets, bad pictures, two plugins side by
 * side, and the keys and mail of a frame. Runs under ASan: a leak or a stale pixel fails it. */
#define _POSIX_C_SOURCE 200809L

#include "plugin_fixture.h"
#include "scratch_folder.h"

#include <stdatomic.h>

static const char *renderer_name;

static void coin_frame(atr_Plugin *plugin, SDL_Renderer *renderer)
{
    atr_plugin_begin_frame(plugin);
    SDL_SetRenderDrawColor(renderer, 0, 0, 60, 255);
    SDL_RenderClear(renderer);
    push_scene(plugin);
    atr_plugin_end_frame(plugin);
    atr_plugin_present(plugin);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

typedef struct Counting {
    atomic_long until; /* requests granted before failing */
    atomic_long live;
} Counting;

static void pump(atr_Plugin *plugin)
{
    for (SDL_Event event; SDL_PollEvent(&event);) {
        (void)atr_plugin_event(plugin, &event);
    }
}

static void *counting_alloc(void *user, size_t size)
{
    Counting *counting = user;
    if (atomic_fetch_sub(&counting->until, 1) <= 0) {
        return NULL;
    }
    atomic_fetch_add(&counting->live, 1);
    return malloc(size);
}

static void counting_free(void *user, void *memory, size_t size)
{
    (void)size;
    atomic_fetch_sub(&((Counting *)user)->live, 1);
    free(memory);
}

static void plugin_detach__after_frames__gives_all_back(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        Screen screen;
        screen_open(&screen, renderer_name, 320, 240);
        Counting counting = { .until = 1000000 };
        const atr_PluginDesc desc = { .wait_for_assets = round == 0,
                                      .allocator = { counting_alloc, counting_free, &counting } };
        atr_Plugin *plugin = NULL;
        assert_int_equal(atr_plugin_attach(screen.renderer, &desc, &plugin), ATR_OK);
        atr_plugin_set_overlay(plugin, ATR_OVERLAY_FULL);
        for (int i = 0; i < 4 * round; i++) {
            coin_frame(plugin, screen.renderer);
        }
        atr_plugin_detach(plugin);
        assert_int_equal(atomic_load(&counting.live), 0);
        screen_close(&screen);
    }
    atr_plugin_detach(NULL);
}

static void plugin_attach__failing_allocator__neither_leaks_nor_crashes(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 160, 120);
    bool full = false;
    for (long n = 0; !full; n += n < 60 ? 1 : n / 4) {
        assert_true(n < 100000);
        Counting counting = { .until = n };
        const atr_PluginDesc desc = { .wait_for_assets = true,
                                      .allocator = { counting_alloc, counting_free, &counting } };
        atr_Plugin *plugin = NULL;
        if (atr_plugin_attach(screen.renderer, &desc, &plugin) == ATR_OK) {
            atr_plugin_begin_frame(plugin);
            atr_plugin_end_frame(plugin);
            full = atomic_load(&counting.until) > 0;
        } else {
            assert_null(plugin);
        }
        atr_plugin_detach(plugin);
        assert_int_equal(atomic_load(&counting.live), 0);
    }
    screen_close(&screen);
}

/* What atrium asks for by itself; SDL's renderers allocate as they like. */
static void plugin_frames__warm_on_every_path__ask_for_no_memory(void **state)
{
    (void)state;
    static const atr_PathKind paths[] = { ATR_PATH_GEOMETRY, ATR_PATH_LAYER, ATR_PATH_SURFACE,
                                          ATR_PATH_AUTO };
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        Screen screen;
        screen_open(&screen, renderer_name, 320, 240);
        Counting counting = { .until = 1000000 };
        const atr_PluginDesc desc = { .path = paths[i],
                                      .wait_for_assets = true,
                                      .second_thread = true,
                                      .fixed_step_ns = 16666667,
                                      .allocator = { counting_alloc, counting_free, &counting } };
        atr_Plugin *plugin = NULL;
        assert_int_equal(atr_plugin_attach(screen.renderer, &desc, &plugin), ATR_OK);
        for (int frame = 0; frame < 60; frame++) {
            const long before = atomic_load(&counting.until);
            (void)atr_effect_trigger(atr_plugin_effects(plugin), "coin_shower",
                                     &(atr_Trigger){ .x = 100, .y = 40 });
            coin_frame(plugin, screen.renderer);
            if (frame >= 30) {
                assert_int_equal(atomic_load(&counting.until), before);
            }
        }
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

static void plugin_attach__no_renderer__refused(void **state)
{
    (void)state;
    atr_Plugin *plugin = NULL;
    assert_int_equal(atr_plugin_attach(NULL, NULL, &plugin), ATR_ERR_INVALID);
    assert_null(plugin);
}

/* ---- Pictures -------------------------------------------------------------------------------- */

typedef struct Lines {
    atomic_int warnings;
} Lines;

static void count_line(void *user, atr_LogLevel level, const char *module, const char *text)
{
    (void)module;
    (void)text;
    atomic_fetch_add(&((Lines *)user)->warnings, level >= ATR_LOG_WARNING);
}

static void plugin_attach__bad_sprite_folder__says_so_and_plays_on(void **state)
{
    (void)state;
    ScratchFolder folder;
    char path[2 * SCRATCH_PATH_MAX];
    assert_true(scratch_folder_make(&folder));
    scratch_folder_file(&folder, "coin.png", path, sizeof path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs("\x89PNG\r\n\x1a\nnot really", file) >= 0);
    assert_int_equal(fclose(file), 0);
    const struct {
        const char *name, *folder;
        bool warns;
    } rows[] = {
        { "a damaged picture", folder.path, true },
        { "no such folder", "/nonexistent/sprites", false },
        { "none named", NULL, false },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Screen screen;
        screen_open(&screen, renderer_name, 320, 240);
        Lines lines = { 0 };
        const atr_PluginDesc desc = { .asset_folder = rows[i].folder,
                                      .wait_for_assets = true,
                                      .log = { .fn = count_line, .user = &lines } };
        atr_Plugin *plugin = NULL;
        assert_int_equal(atr_plugin_attach(screen.renderer, &desc, &plugin), ATR_OK);
        for (int frame = 0; frame < 3; frame++) {
            coin_frame(plugin, screen.renderer);
        }
        atr_PluginStats stats;
        atr_plugin_stats(plugin, &stats);
        assert_true(stats.assets_ready);
        if (rows[i].warns) {
            assert_true(atomic_load(&lines.warnings) > 0);
        }
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
    scratch_folder_remove(&folder);
}

/* ---- Two of them ----------------------------------------------------------------------------- */

static void plugin_attach__two_in_one_process__do_not_meet(void **state)
{
    (void)state;
    Screen screens[2];
    atr_Plugin *plugins[2];
    for (int i = 0; i < 2; i++) {
        screen_open(&screens[i], renderer_name, 240, 200);
        plugins[i] = plugin_open(&screens[i], ATR_PATH_AUTO);
    }
    atr_plugin_set_overlay(plugins[0], ATR_OVERLAY_COMPACT);
    for (int i = 0; i < 6; i++) {
        coin_frame(plugins[i & 1], screens[i & 1].renderer);
    }
    atr_PluginStats stats;
    atr_plugin_stats(plugins[1], &stats);
    assert_int_equal(stats.overlay, ATR_OVERLAY_OFF);
    assert_int_equal(stats.queue.pushed, 3 * 5);
    atr_plugin_detach(plugins[0]);
    screen_close(&screens[0]);
    coin_frame(plugins[1], screens[1].renderer);
    atr_plugin_stats(plugins[1], &stats);
    assert_int_not_equal(stats.path, ATR_PATH_AUTO);
    atr_plugin_detach(plugins[1]);
    screen_close(&screens[1]);
}

/* ---- Renderers that come and go -------------------------------------------------------------- */

static void plugin_reattach__another_renderer__draws_again(void **state)
{
    (void)state;
    Screen first;
    Screen second;
    screen_open(&first, renderer_name, 240, 200);
    atr_Plugin *plugin = plugin_open(&first, ATR_PATH_AUTO);
    atr_plugin_set_overlay(plugin, ATR_OVERLAY_FULL);
    coin_frame(plugin, first.renderer);
    atr_plugin_renderer_lost(plugin);
    screen_close(&first);
    for (int i = 0; i < 2; i++) { /* without any: nothing is touched, time goes on */
        atr_plugin_begin_frame(plugin);
        atr_plugin_end_frame(plugin);
        atr_plugin_present(plugin);
    }
    screen_open(&second, renderer_name, 300, 220);
    assert_int_equal(atr_plugin_reattach(plugin, second.renderer, NULL, NULL), ATR_OK);
    coin_frame(plugin, second.renderer);
    atr_PluginStats stats;
    atr_plugin_stats(plugin, &stats);
    assert_int_not_equal(stats.path, ATR_PATH_AUTO);
    assert_string_equal(stats.renderer, renderer_name);
    atr_plugin_detach(plugin);
    screen_close(&second);
}

static void plugin_frames__renderer_destroyed_unsaid__noticed(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 240, 200);
    atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_AUTO);
    atr_plugin_set_overlay(plugin, ATR_OVERLAY_COMPACT);
    coin_frame(plugin, screen.renderer);
    SDL_DestroyRenderer(screen.renderer);
    atr_plugin_begin_frame(plugin);
    atr_plugin_end_frame(plugin);
    atr_PluginStats stats;
    atr_plugin_stats(plugin, &stats);
    assert_string_equal(stats.renderer, "lost");
    atr_plugin_detach(plugin);
    SDL_DestroyWindow(screen.window);
}

static int drop_window_events(void *user, SDL_Event *event)
{
    (void)user;
    return event->type != SDL_WINDOWEVENT;
}

static void plugin_frames__window_resized__draws_on(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool ignored; /* the host filters window events out */
    } rows[] = { { "the host knows", false }, { "the host ignores it", true } };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Screen screen;
        screen_open(&screen, renderer_name, 240, 200);
        atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_AUTO);
        atr_plugin_set_overlay(plugin, ATR_OVERLAY_FULL);
        coin_frame(plugin, screen.renderer);
        if (rows[i].ignored) {
            SDL_SetEventFilter(drop_window_events, NULL);
        }
        static const int sizes[][2] = { { 320, 240 }, { 200, 300 }, { 640, 480 }, { 64, 48 } };
        for (size_t s = 0; s < ATR_COUNT_OF(sizes); s++) {
            SDL_SetWindowSize(screen.window, sizes[s][0], sizes[s][1]);
            coin_frame(plugin, screen.renderer);
            pump(plugin);
            coin_frame(plugin, screen.renderer);
        }
        SDL_SetEventFilter(NULL, NULL);
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

/* Between begin and end, seen or not; then a renderer anew on the same window. */
static void plugin_frames__resized_within_and_renderer_made_again__draws_on(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 240, 200);
    atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_AUTO);
    atr_plugin_set_overlay(plugin, ATR_OVERLAY_FULL);
    for (int i = 0; i < 12; i++) {
        SDL_SetEventFilter(i % 3 == 1 ? drop_window_events : NULL, NULL);
        atr_plugin_begin_frame(plugin);
        SDL_SetRenderDrawColor(screen.renderer, 0, 0, 60, 255);
        SDL_RenderClear(screen.renderer);
        push_scene(plugin);
        atr_plugin_draw(plugin, ATR_LAYER_BELOW_UI);
        SDL_SetWindowSize(screen.window, 200 + 31 * (i % 5), 300 - 17 * (i % 4));
        atr_plugin_end_frame(plugin);
        atr_plugin_present(plugin);
        if (i % 2 == 1) {
            pump(plugin);
        }
        if (i % 4 == 3) {
            SDL_DestroyRenderer(screen.renderer);
            screen.renderer = SDL_CreateRenderer(screen.window, -1, SDL_RENDERER_TARGETTEXTURE);
            assert_non_null(screen.renderer);
            atr_plugin_renderer_lost(plugin);
            assert_int_equal(atr_plugin_reattach(plugin, screen.renderer, NULL, NULL), ATR_OK);
        }
    }
    SDL_SetEventFilter(NULL, NULL);
    coin_frame(plugin, screen.renderer);
    atr_PluginStats stats;
    atr_plugin_stats(plugin, &stats);
    assert_int_not_equal(stats.path, ATR_PATH_AUTO);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

/* The size says nothing then, but the window has given its surface up. */
static void plugin_frames__resized_there_and_back_unseen__draws_on(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 240, 200);
    atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_AUTO);
    coin_frame(plugin, screen.renderer);
    SDL_SetEventFilter(drop_window_events, NULL);
    SDL_SetWindowSize(screen.window, 100, 80);
    SDL_SetWindowSize(screen.window, 240, 200);
    for (int i = 0; i < 3; i++) {
        coin_frame(plugin, screen.renderer);
    }
    SDL_SetEventFilter(NULL, NULL);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

static void plugin_event__resets__pictures_come_back(void **state)
{
    (void)state;
    static const Uint32 kinds[] = { SDL_RENDER_TARGETS_RESET, SDL_RENDER_DEVICE_RESET };
    static const atr_PathKind paths[] = { ATR_PATH_GEOMETRY, ATR_PATH_LAYER, ATR_PATH_AUTO };
    for (size_t i = 0; i < ATR_COUNT_OF(kinds) * ATR_COUNT_OF(paths); i++) {
        Screen screen;
        screen_open(&screen, renderer_name, 240, 200);
        atr_Plugin *plugin = plugin_open(&screen, paths[i % ATR_COUNT_OF(paths)]);
        atr_plugin_set_overlay(plugin, ATR_OVERLAY_COMPACT);
        coin_frame(plugin, screen.renderer);
        const SDL_Event event = { .type = kinds[i / ATR_COUNT_OF(paths)] };
        assert_false(atr_plugin_event(plugin, &event));
        coin_frame(plugin, screen.renderer);
        atr_PluginStats stats;
        atr_plugin_stats(plugin, &stats);
        assert_int_not_equal(stats.path, ATR_PATH_AUTO);
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

static void plugin_present__given_window_surface__is_shown(void **state)
{
    (void)state;
    if (strcmp(renderer_name, "software") != 0) {
        skip();
    }
    SDL_Window *window = SDL_CreateWindow("atrium", 0, 0, 240, 200, 0);
    SDL_Surface *surface = SDL_GetWindowSurface(window);
    SDL_Renderer *renderer = SDL_CreateSoftwareRenderer(surface);
    assert_non_null(renderer);
    const atr_PluginDesc desc = { .surface = surface,
                                  .window = window,
                                  .asset_folder = ATR_SOURCE_DIR "/assets/sprites",
                                  .wait_for_assets = true };
    atr_Plugin *plugin = NULL;
    assert_int_equal(atr_plugin_attach(renderer, &desc, &plugin), ATR_OK);
    coin_frame(plugin, renderer);
    atr_PluginStats stats;
    atr_plugin_stats(plugin, &stats);
    assert_int_equal(stats.path, ATR_PATH_SURFACE);
    atr_plugin_detach(plugin);
    SDL_DestroyRenderer(renderer);
    SDL_DestroyWindow(window);
}

/* ---- Frames ---------------------------------------------------------------------------------- */

static void plugin_frames__host_presents_itself__counted(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 160, 120);
    atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_AUTO);
    for (int i = 0; i < 6; i++) {
        atr_plugin_begin_frame(plugin);
        atr_plugin_end_frame(plugin);
        SDL_RenderPresent(screen.renderer);
    }
    atr_FrameStats frames;
    atr_frame_total(atr_plugin_frames(plugin), &frames);
    assert_int_equal(frames.frames, 4); /* five ends are known, the first only starts */
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

static void count_mail(void *user)
{
    ++*(int *)user;
}

static void plugin_end_frame__mail_waits__delivered(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 160, 120);
    atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_AUTO);
    int delivered = 0;
    atr_Mailbox *mail = atr_plugin_mailbox(plugin);
    assert_int_equal(atr_mailbox_reserve(mail), ATR_OK);
    atr_mailbox_post(mail, count_mail, &delivered);
    atr_plugin_begin_frame(plugin);
    assert_int_equal(delivered, 0);
    atr_plugin_end_frame(plugin);
    assert_int_equal(delivered, 1);
    assert_int_equal(atr_mailbox_reserve(mail), ATR_OK);
    atr_mailbox_post(mail, count_mail, &delivered);
    atr_plugin_detach(plugin);
    assert_int_equal(delivered, 2);
    screen_close(&screen);
}

static bool key(atr_Plugin *plugin, SDL_Keycode code, Uint16 mod, Uint32 type, Uint8 repeat)
{
    SDL_Event event = { .type = type };
    event.key.repeat = repeat;
    event.key.keysym.sym = code;
    event.key.keysym.mod = mod;
    return atr_plugin_event(plugin, &event);
}

static atr_OverlayMode mode_of(const atr_Plugin *plugin)
{
    atr_PluginStats stats;
    atr_plugin_stats(plugin, &stats);
    return stats.overlay;
}

static void plugin_event__overlay_key__goes_round_and_is_swallowed(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 160, 120);
    atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_AUTO);
    static const atr_OverlayMode round[] = { ATR_OVERLAY_COMPACT, ATR_OVERLAY_FULL,
                                             ATR_OVERLAY_OFF };
    for (size_t i = 0; i < ATR_COUNT_OF(round); i++) {
        assert_true(key(plugin, SDLK_F3, 0, SDL_KEYDOWN, 0));
        assert_true(key(plugin, SDLK_F3, 0, SDL_KEYDOWN, 1)); /* held: no further step */
        assert_true(key(plugin, SDLK_F3, 0, SDL_KEYUP, 0));
        assert_int_equal(mode_of(plugin), round[i]);
    }
    assert_false(key(plugin, SDLK_F3, KMOD_LALT, SDL_KEYDOWN, 0));
    assert_false(key(plugin, SDLK_F4, 0, SDL_KEYDOWN, 0));
    assert_int_equal(mode_of(plugin), ATR_OVERLAY_OFF);
    atr_plugin_detach(plugin);

    const atr_PluginDesc other = { .overlay_key = SDLK_F9 };
    assert_int_equal(atr_plugin_attach(screen.renderer, &other, &plugin), ATR_OK);
    assert_false(key(plugin, SDLK_F3, 0, SDL_KEYDOWN, 0));
    assert_true(key(plugin, SDLK_F9, 0, SDL_KEYDOWN, 0));
    assert_int_equal(mode_of(plugin), ATR_OVERLAY_COMPACT);
    atr_plugin_detach(plugin);

    const atr_PluginDesc off = { .disable_overlay = true };
    assert_int_equal(atr_plugin_attach(screen.renderer, &off, &plugin), ATR_OK);
    assert_false(key(plugin, SDLK_F3, 0, SDL_KEYDOWN, 0));
    atr_plugin_set_overlay(plugin, ATR_OVERLAY_FULL);
    assert_int_equal(mode_of(plugin), ATR_OVERLAY_OFF);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

int main(int argc, char **argv)
{
    renderer_name = argc > 1 ? argv[1] : "software";
    if (!video_start(renderer_name)) {
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugin_detach__after_frames__gives_all_back),
        cmocka_unit_test(plugin_attach__failing_allocator__neither_leaks_nor_crashes),
        cmocka_unit_test(plugin_frames__warm_on_every_path__ask_for_no_memory),
        cmocka_unit_test(plugin_attach__no_renderer__refused),
        cmocka_unit_test(plugin_attach__bad_sprite_folder__says_so_and_plays_on),
        cmocka_unit_test(plugin_attach__two_in_one_process__do_not_meet),
        cmocka_unit_test(plugin_reattach__another_renderer__draws_again),
        cmocka_unit_test(plugin_frames__renderer_destroyed_unsaid__noticed),
        cmocka_unit_test(plugin_frames__window_resized__draws_on),
        cmocka_unit_test(plugin_frames__resized_within_and_renderer_made_again__draws_on),
        cmocka_unit_test(plugin_frames__resized_there_and_back_unseen__draws_on),
        cmocka_unit_test(plugin_event__resets__pictures_come_back),
        cmocka_unit_test(plugin_present__given_window_surface__is_shown),
        cmocka_unit_test(plugin_frames__host_presents_itself__counted),
        cmocka_unit_test(plugin_end_frame__mail_waits__delivered),
        cmocka_unit_test(plugin_event__overlay_key__goes_round_and_is_swallowed),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    video_stop();
    return failed;
}
