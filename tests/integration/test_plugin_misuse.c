/* What a host may well do: push wild numbers, hear of resets in the middle of a frame, leave while
 * mail waits. Nothing of it may touch memory that is not ours or draw what another path would not.
 */
#define _POSIX_C_SOURCE 200809L

#include "plugin_fixture.h"
#include "scratch_folder.h"

#include "../visual/png_write.h"

#include <atrium/atlas.h>

#include <math.h>

static const char *renderer_name;

static const atr_PathKind paths[] = { ATR_PATH_GEOMETRY, ATR_PATH_LAYER, ATR_PATH_AUTO };

/* ---- Wild numbers ---------------------------------------------------------------------------- */

static const struct {
    const char *name;
    float x, y, w, h, angle;
} wild[] = {
    { "no number", NAN, 10, 20, 20, 0 },
    { "no size", 10, 10, NAN, 20, 0 },
    { "no angle", -500, 10, 20, 20, NAN },
    { "endless", INFINITY, 10, 20, 20, 0 },
    { "endlessly large", 10, 10, INFINITY, INFINITY, 30 },
    { "far", 3.0e9f, -3.0e9f, 20, 20, 45 },
    { "larger than anything shown", 100, 100, 1.0e7f, 1.0e7f, 30 },
    { "a wild angle", -500, 100, 20, 20, 1.0e30f },
    { "inside out", 100, 100, -20, -20, 0 },
};

static void begin_grey(atr_Plugin *plugin, SDL_Renderer *renderer)
{
    atr_plugin_begin_frame(plugin);
    SDL_SetRenderDrawColor(renderer, 90, 90, 90, 255);
    SDL_RenderClear(renderer);
}

static void assert_grey(const Screen *screen)
{
    int width = 0;
    int height = 0;
    uint32_t *pixels = read_target(screen->renderer, &width, &height);
    for (int i = 0; i < width * height; i++) {
        assert_int_equal(pixels[i] & 0x00ffffffu, 0x005a5a5a);
    }
    free(pixels);
}

static void plugin_end_frame__wild_numbers__draw_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        Screen screen;
        screen_open(&screen, renderer_name, 200, 160);
        atr_Plugin *plugin = plugin_open(&screen, paths[i]);
        const atr_SpriteId coin = sprite_named(plugin, "coin.png");
        for (size_t k = 0; k < ATR_COUNT_OF(wild); k++) {
            print_message("  path %d: %s\n", (int)paths[i], wild[k].name);
            begin_grey(plugin, screen.renderer);
            const atr_DrawCmd command = { .kind = ATR_DRAW_SPRITE,
                                          .sprite = coin,
                                          .color = 0xffffffffu,
                                          .x = wild[k].x,
                                          .y = wild[k].y,
                                          .w = wild[k].w,
                                          .h = wild[k].h,
                                          .angle_deg = wild[k].angle };
            assert_int_equal(atr_queue_push(atr_plugin_queue(plugin), &command), ATR_OK);
            atr_plugin_end_frame(plugin);
            assert_grey(&screen);
            atr_plugin_present(plugin);
        }
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

static void plugin_end_frame__rectangle_beyond_all__fills_the_picture(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        Screen screen;
        screen_open(&screen, renderer_name, 200, 160);
        atr_Plugin *plugin = plugin_open(&screen, paths[i]);
        begin_grey(plugin, screen.renderer);
        const atr_DrawCmd command = {
            .kind = ATR_DRAW_RECT, .color = 0xff102030u, .x = 50, .w = 900000, .h = 900000
        };
        assert_int_equal(atr_queue_push(atr_plugin_queue(plugin), &command), ATR_OK);
        atr_plugin_end_frame(plugin);
        int width = 0;
        int height = 0;
        uint32_t *pixels = read_target(screen.renderer, &width, &height);
        for (int k = 0; k < width * height; k++) {
            assert_int_equal(pixels[k] & 0x00ffffffu, 0x00102030);
        }
        free(pixels);
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

static void plugin_end_frame__range_and_text_without_end__stay_inside(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        Screen screen;
        screen_open(&screen, renderer_name, 200, 160);
        atr_Plugin *plugin = plugin_open(&screen, paths[i]);
        atr_DrawCmd text = { .kind = ATR_DRAW_TEXT, .color = 0xffffffffu, .h = 20 };
        memset(text.text, '8', sizeof text.text);
        const atr_DrawCmd range = {
            .kind = ATR_DRAW_PARTICLES, .first = 7, .count = UINT32_MAX, .color = 0xffffffffu
        };
        for (int frame = 0; frame < 3; frame++) {
            atr_plugin_begin_frame(plugin);
            (void)atr_effect_trigger(atr_plugin_effects(plugin), "coin_shower",
                                     &(atr_Trigger){ .x = 100, .y = 40 });
            assert_int_equal(atr_queue_push(atr_plugin_queue(plugin), &text), ATR_OK);
            assert_int_equal(atr_queue_push(atr_plugin_queue(plugin), &range), ATR_OK);
            atr_plugin_end_frame(plugin);
            atr_plugin_present(plugin);
        }
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

/* ---- Pictures that do not fit ---------------------------------------------------------------- */

static const char *one_frame_sheet(atr_Plugin *plugin)
{
    uint32_t count = 0;
    const atr_SpriteName *names = atr_effects_sprites(atr_plugin_effects(plugin), &count);
    for (uint32_t i = 0; i < count; i++) {
        if (names[i].frames == 1 && names[i].sheet[0] != 0) {
            return names[i].sheet;
        }
    }
    fail_msg("every sheet has several frames");
    return NULL;
}

static void plugin_attach__picture_larger_than_a_page__is_used(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 200, 160);
    atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_AUTO);
    ScratchFolder folder;
    char path[2 * SCRATCH_PATH_MAX];
    assert_true(scratch_folder_make(&folder));
    scratch_folder_file(&folder, one_frame_sheet(plugin), path, sizeof path);
    atr_plugin_detach(plugin);
    static uint32_t pixels[ATR_PICTURE_SIDE_MAX];
    const atr_Canvas wide = { pixels, ATR_PICTURE_SIDE_MAX, 1, ATR_PICTURE_SIDE_MAX };
    assert_true(png_write(path, &wide));
    const atr_PluginDesc desc = { .asset_folder = folder.path, .wait_for_assets = true };
    assert_int_equal(atr_plugin_attach(screen.renderer, &desc, &plugin), ATR_OK);
    atr_plugin_begin_frame(plugin);
    atr_plugin_end_frame(plugin);
    atr_PluginStats stats;
    atr_plugin_stats(plugin, &stats);
    assert_true(stats.assets_ready);
    assert_int_equal(stats.assets_missing, 0);
    atr_plugin_detach(plugin);
    screen_close(&screen);
    scratch_folder_remove(&folder);
}

/* Until there is a picture, and for good where there is none, a soft white disc is shown. */
static void plugin_end_frame__picture_not_there__stand_in_is_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        Screen screen;
        screen_open(&screen, renderer_name, 200, 160);
        atr_Plugin *plugin = plugin_open(&screen, paths[i]);
        atr_EffectDef def = { .name = "new", .duration = 2, .node_count = 1 };
        def.nodes[0] =
            (atr_EffectNode){ .type = ATR_NODE_RING, .sheet = "new.png", .size = { .low = 90 } };
        assert_int_equal(atr_effects_define(atr_plugin_effects(plugin), &def), ATR_OK);
        const atr_DrawCmd command = { .kind = ATR_DRAW_SPRITE,
                                      .sprite = sprite_named(plugin, "new.png"),
                                      .color = 0xffffffffu,
                                      .x = 100,
                                      .y = 80,
                                      .w = 60,
                                      .h = 60 };
        for (int frame = 0; frame < 20; frame++) {
            begin_grey(plugin, screen.renderer);
            assert_int_equal(atr_queue_push(atr_plugin_queue(plugin), &command), ATR_OK);
            atr_plugin_end_frame(plugin);
            int width = 0;
            int height = 0;
            uint32_t *pixels = read_target(screen.renderer, &width, &height);
            assert_int_equal(pixels[80 * width + 100] & 0x00ffffffu, 0x00ffffff);
            assert_int_equal(pixels[52 * width + 72] & 0x00ffffffu, 0x005a5a5a);
            free(pixels);
            atr_plugin_present(plugin);
        }
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

static void plugin_end_frame__unknown_kind__draws_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        Screen screen;
        screen_open(&screen, renderer_name, 200, 160);
        atr_Plugin *plugin = plugin_open(&screen, paths[i]);
        begin_grey(plugin, screen.renderer);
        const atr_DrawCmd command = { .kind = 77,
                                      .sprite = sprite_named(plugin, "coin.png"),
                                      .color = 0xffffffffu,
                                      .x = 100,
                                      .y = 80,
                                      .w = 50,
                                      .h = 50 };
        assert_int_equal(atr_queue_push(atr_plugin_queue(plugin), &command), ATR_OK);
        atr_plugin_end_frame(plugin);
        assert_grey(&screen);
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

/* ---- In the middle of a frame ---------------------------------------------------------------- */

static void plugin_event__reset_between_layers__draws_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        Screen screen;
        screen_open(&screen, renderer_name, 200, 200);
        atr_Plugin *plugin = plugin_open(&screen, paths[i]);
        for (int frame = 0; frame < 3; frame++) {
            begin_grey(plugin, screen.renderer);
            push_scene(plugin);
            atr_plugin_draw(plugin, ATR_LAYER_BELOW_UI);
            const SDL_Event event = { .type = SDL_RENDER_DEVICE_RESET };
            assert_false(atr_plugin_event(plugin, &event));
            atr_plugin_end_frame(plugin);
            int width = 0;
            int height = 0;
            uint32_t *pixels = read_target(screen.renderer, &width, &height);
            /* The rectangle of the top layer, 0x80400000 over the grey. */
            assert_in_range((pixels[125 * width + 90] >> 16) & 0xff, 0x40 + 43, 0x40 + 47);
            free(pixels);
            atr_plugin_present(plugin);
        }
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

/* A button of the game's own interface resizes the window; the game draws on in the same frame. */
static void plugin_frames__resized_between_layers__draws_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        Screen screen;
        screen_open(&screen, renderer_name, 200, 200);
        atr_Plugin *plugin = plugin_open(&screen, paths[i]);
        static const int sizes[][2] = { { 250, 330 }, { 201, 200 }, { 517, 390 }, { 180, 190 } };
        for (size_t s = 0; s < ATR_COUNT_OF(sizes); s++) {
            begin_grey(plugin, screen.renderer);
            push_scene(plugin);
            const atr_DrawCmd wide = { .kind = ATR_DRAW_RECT,
                                       .layer = ATR_LAYER_TOP,
                                       .color = 0x01010101u,
                                       .x = 300,
                                       .y = 300,
                                       .w = 600,
                                       .h = 600 };
            assert_int_equal(atr_queue_push(atr_plugin_queue(plugin), &wide), ATR_OK);
            atr_plugin_draw(plugin, ATR_LAYER_BELOW_UI);
            SDL_SetWindowSize(screen.window, sizes[s][0], sizes[s][1]);
            SDL_RenderFillRect(screen.renderer, &(SDL_Rect){ 5, 5, 60, 20 });
            atr_plugin_end_frame(plugin);
            atr_plugin_present(plugin);
            for (SDL_Event event; SDL_PollEvent(&event);) {
                (void)atr_plugin_event(plugin, &event);
            }
        }
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

static void plugin_reattach__between_layers__draws_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        Screen first;
        Screen second;
        screen_open(&first, renderer_name, 200, 200);
        screen_open(&second, renderer_name, 240, 180);
        atr_Plugin *plugin = plugin_open(&first, paths[i]);
        begin_grey(plugin, first.renderer);
        push_scene(plugin);
        atr_plugin_draw(plugin, ATR_LAYER_BELOW_UI);
        assert_int_equal(atr_plugin_reattach(plugin, second.renderer, NULL, NULL), ATR_OK);
        screen_close(&first);
        atr_plugin_end_frame(plugin);
        atr_plugin_present(plugin);
        atr_PluginStats stats;
        atr_plugin_stats(plugin, &stats);
        assert_int_not_equal(stats.path, ATR_PATH_AUTO);
        atr_plugin_detach(plugin);
        screen_close(&second);
    }
}

/* ---- Between frames -------------------------------------------------------------------------- */

static void resize(Screen *screen)
{
    SDL_SetWindowSize(screen->window, 301, 260);
}

static void set_logical_size(Screen *screen)
{
    SDL_RenderSetLogicalSize(screen->renderer, 640, 480);
}

static void set_scale(Screen *screen)
{
    SDL_RenderSetScale(screen->renderer, 0.25f, 0.25f);
}

/* A flash covers what the host draws in, in the first frame that shows any effect. */
static void plugin_trigger__window_changed_while_nothing_showed__flash_covers_all(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*change)(Screen *screen);
    } rows[] = { { "another size", resize },
                 { "a logical size", set_logical_size },
                 { "a scale", set_scale } };
    atr_EffectDef flash = { .name = "test_flash", .duration = 60, .node_count = 1 };
    flash.nodes[0] = (atr_EffectNode){ .type = ATR_NODE_FLASH,
                                       .layer = ATR_LAYER_TOP,
                                       .color_count = 1,
                                       .colors = { { 0, 0xffffffffu } } };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Screen screen;
        screen_open(&screen, renderer_name, 160, 120);
        atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_AUTO);
        assert_int_equal(atr_effects_define(atr_plugin_effects(plugin), &flash), ATR_OK);
        begin_grey(plugin, screen.renderer);
        atr_plugin_end_frame(plugin);
        atr_plugin_present(plugin);
        rows[i].change(&screen);
        SDL_PumpEvents();
        (void)atr_effect_trigger(atr_plugin_effects(plugin), flash.name, NULL);
        begin_grey(plugin, screen.renderer);
        atr_plugin_end_frame(plugin);
        SDL_RenderSetLogicalSize(screen.renderer, 0, 0);
        int width = 0;
        int height = 0;
        uint32_t *pixels = read_target(screen.renderer, &width, &height);
        for (int k = 0; k < width * height; k++) {
            assert_int_equal(pixels[k] & 0x00ffffffu, 0x00ffffff);
        }
        free(pixels);
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

static void count_full(void *user, atr_LogLevel level, const char *module, const char *text)
{
    (void)module;
    *(int *)user += level >= ATR_LOG_WARNING && strstr(text, "bounded container is full") != NULL;
}

/* Letters have their ids behind the effects' sprites: those are bounded, and nobody draws letters
 * for pictures. */
static void plugin_attach__more_frames_and_effects_than_are_taken__left_out_and_said(void **state)
{
    (void)state;
    ScratchFolder folder;
    char path[2 * SCRATCH_PATH_MAX];
    assert_true(scratch_folder_make(&folder));
    for (int i = 0; i < 120; i++) {
        char name[32];
        snprintf(name, sizeof name, "e%03d.json", i);
        scratch_folder_file(&folder, name, path, sizeof path);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fprintf(file,
                            "{\"atrium_effect\":1,\"name\":\"e%d\",\"duration\":1,\"nodes\":[{"
                            "\"type\":\"emitter\",\"life\":1,\"size\":9,\"bursts\":[{\"count\":1}],"
                            "\"sprite\":{\"sheet\":\"s%d.png\",\"frames\":64}}]}",
                            i, i) > 0);
        assert_int_equal(fclose(file), 0);
    }
    Screen screen;
    screen_open(&screen, renderer_name, 160, 120);
    int said = 0;
    const atr_PluginDesc desc = { .effect_folder = folder.path,
                                  .no_watch = true,
                                  .log = { count_full, &said, ATR_LOG_INFO } };
    atr_Plugin *plugin = NULL;
    assert_int_equal(atr_plugin_attach(screen.renderer, &desc, &plugin), ATR_OK);
    uint32_t count = 0;
    (void)atr_effects_sprites(atr_plugin_effects(plugin), &count);
    assert_in_range(count, 4096 - 63, 4096);
    int there = 0;
    for (int i = 0; i < 120; i++) {
        char name[32];
        snprintf(name, sizeof name, "e%d", i);
        there += atr_effects_definition(atr_plugin_effects(plugin), name) != NULL;
    }
    assert_in_range(there, 50, 64);
    assert_int_equal(said, 120 - there); /* each by its file */
    atr_plugin_detach(plugin);
    screen_close(&screen);
    scratch_folder_remove(&folder);
}

/* ---- Leaving --------------------------------------------------------------------------------- */

typedef struct Guest {
    atr_Plugin *plugin;
    int mail, done;
} Guest;

static void guest_done(void *user, atr_EffectId id)
{
    (void)id;
    ((Guest *)user)->done++;
}

static void guest_mail(void *user)
{
    Guest *guest = user;
    guest->mail++;
    const atr_TriggerResult result =
        atr_effect_trigger(atr_plugin_effects(guest->plugin), "coin_drop",
                           &(atr_Trigger){ .done = guest_done, .user = guest });
    assert_int_equal(result.decision, ATR_DECISION_PLAYED);
}

static void plugin_detach__mail_waits_that_plays_effects__is_delivered(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, 160, 120);
    Guest guest = { .plugin = plugin_open(&screen, ATR_PATH_AUTO) };
    atr_Mailbox *mailbox = atr_plugin_mailbox(guest.plugin);
    assert_int_equal(atr_mailbox_reserve(mailbox), ATR_OK);
    atr_mailbox_post(mailbox, guest_mail, &guest);
    atr_plugin_detach(guest.plugin);
    assert_int_equal(guest.mail, 1);
    assert_int_equal(guest.done, 1);
    screen_close(&screen);
}

int main(int argc, char **argv)
{
    renderer_name = argc > 1 ? argv[1] : "software";
    if (!video_start(renderer_name)) {
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugin_end_frame__wild_numbers__draw_nothing),
        cmocka_unit_test(plugin_end_frame__rectangle_beyond_all__fills_the_picture),
        cmocka_unit_test(plugin_end_frame__range_and_text_without_end__stay_inside),
        cmocka_unit_test(plugin_attach__picture_larger_than_a_page__is_used),
        cmocka_unit_test(plugin_end_frame__picture_not_there__stand_in_is_seen),
        cmocka_unit_test(plugin_end_frame__unknown_kind__draws_nothing),
        cmocka_unit_test(plugin_event__reset_between_layers__draws_on),
        cmocka_unit_test(plugin_frames__resized_between_layers__draws_on),
        cmocka_unit_test(plugin_reattach__between_layers__draws_on),
        cmocka_unit_test(plugin_trigger__window_changed_while_nothing_showed__flash_covers_all),
        cmocka_unit_test(plugin_attach__more_frames_and_effects_than_are_taken__left_out_and_said),
        cmocka_unit_test(plugin_detach__mail_waits_that_plays_effects__is_delivered),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    video_stop();
    return failed;
}
