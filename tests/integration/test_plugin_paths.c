/* Every path draws the same picture, at the right place, under and over the host's interface. The
 * reference is composed into memory of a software renderer made for a surface. */
#include "plugin_fixture.h"

#include <atrium/compose.h>

static const char *renderer_name;
static bool software;

enum { WIDTH = 240, HEIGHT = 200 };

typedef struct Picture {
    uint32_t *pixels;
    int width, height;
} Picture;

static void background(SDL_Renderer *renderer)
{
    SDL_SetRenderDrawColor(renderer, 38, 60, 107, 255);
    SDL_RenderClear(renderer);
    SDL_SetRenderDrawColor(renderer, 150, 90, 120, 255);
    SDL_RenderFillRect(renderer, &(SDL_Rect){ 0, 60, 120, 80 });
}

static void push_coin(atr_Plugin *plugin, float x, float y, float size)
{
    const atr_DrawCmd coin = { .kind = ATR_DRAW_SPRITE,
                               .sprite = sprite_named(plugin, "coin.png"),
                               .color = 0xffffffffu,
                               .x = x,
                               .y = y,
                               .w = size,
                               .h = size };
    assert_int_equal(atr_queue_push(atr_plugin_queue(plugin), &coin), ATR_OK);
}

/* One frame of the scene, after one of something else that must leave nothing behind; the path that
 * drew it is checked. */
static Picture draw_scene(SDL_Renderer *renderer, atr_Plugin *plugin, atr_PathKind expected)
{
    for (int scene = 0; scene < 2; scene++) {
        atr_plugin_begin_frame(plugin);
        background(renderer);
        if (scene == 0) {
            push_coin(plugin, 120, 100, 150);
        } else {
            push_scene(plugin);
        }
        atr_plugin_end_frame(plugin);
    }
    atr_PluginStats stats;
    atr_plugin_stats(plugin, &stats);
    assert_int_equal(stats.path, expected);
    Picture picture;
    picture.pixels = read_target(renderer, &picture.width, &picture.height);
    return picture;
}

static Picture reference(int width, int height)
{
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_ARGB8888);
    Screen screen = { .renderer = SDL_CreateSoftwareRenderer(surface) };
    assert_non_null(screen.renderer);
    const atr_PluginDesc desc = { .surface = surface,
                                  .fixed_step_ns = 16666667,
                                  .asset_folder = ATR_SOURCE_DIR "/assets/sprites",
                                  .wait_for_assets = true };
    atr_Plugin *plugin = NULL;
    assert_int_equal(atr_plugin_attach(screen.renderer, &desc, &plugin), ATR_OK);
    const Picture picture = draw_scene(screen.renderer, plugin, ATR_PATH_SURFACE);
    atr_plugin_detach(plugin);
    SDL_DestroyRenderer(screen.renderer);
    SDL_FreeSurface(surface);
    return picture;
}

typedef struct Difference {
    int most;
    double mean;
} Difference;

static Difference compare(const Picture *a, const Picture *b)
{
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    Difference d = { 0 };
    const size_t count = (size_t)a->width * (size_t)a->height;
    for (size_t i = 0; i < count; i++) {
        for (unsigned shift = 0; shift < 24; shift += 8) {
            const int x = (int)((a->pixels[i] >> shift) & 255u);
            const int y = (int)((b->pixels[i] >> shift) & 255u);
            const int away = x < y ? y - x : x - y;
            d.most = away > d.most ? away : d.most;
            d.mean += away;
        }
    }
    d.mean /= (double)count * 3;
    return d;
}

static Picture draw_by(atr_PathKind path)
{
    Screen screen;
    screen_open(&screen, renderer_name, WIDTH, HEIGHT);
    atr_Plugin *plugin = plugin_open(&screen, path);
    const Picture picture = draw_scene(screen.renderer, plugin, path);
    atr_plugin_detach(plugin);
    screen_close(&screen);
    return picture;
}

static void plugin_paths__layer__is_the_reference(void **state)
{
    (void)state;
    Picture wanted = reference(WIDTH, HEIGHT);
    Picture layer = draw_by(ATR_PATH_LAYER);
    const Difference d = compare(&wanted, &layer);
    /* On a CPU to the last bit; a GPU rounds its one blend in its own way. */
    assert_true(d.most <= (software ? 0 : 2));
    free(wanted.pixels);
    free(layer.pixels);
}

static void plugin_paths__surface__is_the_reference(void **state)
{
    (void)state;
    if (!software) {
        skip();
    }
    Picture wanted = reference(WIDTH, HEIGHT);
    Picture surface = draw_by(ATR_PATH_SURFACE);
    assert_int_equal(compare(&wanted, &surface).most, 0);
    free(wanted.pixels);
    free(surface.pixels);
}

static void plugin_paths__geometry__looks_like_the_reference(void **state)
{
    (void)state;
    Picture wanted = reference(WIDTH, HEIGHT);
    Picture bare = { .width = WIDTH, .height = HEIGHT };
    Picture geometry = draw_by(ATR_PATH_GEOMETRY);
    Screen screen;
    screen_open(&screen, renderer_name, WIDTH, HEIGHT);
    background(screen.renderer);
    bare.pixels = read_target(screen.renderer, &bare.width, &bare.height);
    screen_close(&screen);
    const double drawn = compare(&wanted, &bare).mean;
    const double away = compare(&wanted, &geometry).mean;
    print_message("  drawn %.2f, away %.2f\n", drawn, away);
    assert_true(drawn > 5); /* the scene is there at all */
    /* GPUs place sprites between pixels; SDL's software renderer where the compositor does. */
    assert_true(away < drawn * (software ? 0.06 : 0.15));
    free(wanted.pixels);
    free(bare.pixels);
    free(geometry.pixels);
}

static void plugin_set_path__while_frames_go_on__draws_by_it(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, WIDTH, HEIGHT);
    atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_AUTO);
    static const atr_PathKind paths[] = { ATR_PATH_LAYER, ATR_PATH_GEOMETRY, ATR_PATH_LAYER };
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        atr_plugin_set_path(plugin, paths[i]);
        const Picture picture = draw_scene(screen.renderer, plugin, paths[i]);
        free(picture.pixels);
    }
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

static void plugin_set_kernel__each_and_two_threads__same_pixels(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, WIDTH, HEIGHT);
    atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_LAYER);
    Picture first = draw_scene(screen.renderer, plugin, ATR_PATH_LAYER);
    uint32_t kernels = 0;
    for (const char *name = atr_compose_kernel(0); name != NULL;
         name = atr_compose_kernel(++kernels)) {
        assert_int_equal(atr_plugin_set_kernel(plugin, name), ATR_OK);
        assert_int_equal(atr_plugin_set_second_thread(plugin, kernels % 2 == 1), ATR_OK);
        Picture picture = draw_scene(screen.renderer, plugin, ATR_PATH_LAYER);
        atr_PluginStats stats;
        atr_plugin_stats(plugin, &stats);
        assert_string_equal(stats.kernel, name);
        assert_true(stats.compose_threads >= 1);
        assert_int_equal(compare(&first, &picture).most, 0);
        free(picture.pixels);
    }
    assert_true(kernels >= 1);
    assert_int_equal(atr_plugin_set_kernel(plugin, "no such"), ATR_ERR_NOT_FOUND);
    free(first.pixels);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

/* ---- Places ---------------------------------------------------------------------------------- */

static bool is_gold(uint32_t pixel)
{
    const uint32_t r = (pixel >> 16) & 255u;
    const uint32_t b = pixel & 255u;
    return r > 150 && b < r / 2;
}

/* Bounds of the golden pixels. */
static SDL_Rect gold_in(const Picture *picture)
{
    int left = picture->width;
    int top = picture->height;
    int right = -1;
    int bottom = -1;
    for (int y = 0; y < picture->height; y++) {
        for (int x = 0; x < picture->width; x++) {
            if (is_gold(picture->pixels[y * picture->width + x])) {
                left = x < left ? x : left;
                right = x > right ? x : right;
                top = y < top ? y : top;
                bottom = y > bottom ? y : bottom;
            }
        }
    }
    return (SDL_Rect){ left, top, right - left + 1, bottom - top + 1 };
}

static void check_centre(const Picture *picture, int x, int y, int size)
{
    const SDL_Rect gold = gold_in(picture);
    assert_in_range(gold.x + gold.w / 2, x - 2, x + 2);
    assert_in_range(gold.y + gold.h / 2, y - 2, y + 2);
    assert_in_range(gold.w, size * 3 / 4, size + 2);
}

static void plugin_paths__logical_size__coordinates_are_the_hosts(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int logical_w, logical_h;
        float scale;
        int x, y, size; /* where a coin of 32 at 40, 40 is to be */
    } rows[] = {
        { "none", 0, 0, 1, 40, 40, 32 },          { "half size", 120, 100, 1, 80, 80, 64 },
        { "letterbox", 120, 60, 1, 80, 120, 64 }, { "pillarbox", 60, 100, 1, 140, 80, 64 },
        { "scale", 0, 0, 2, 80, 80, 64 },
    };
    static const atr_PathKind paths[] = { ATR_PATH_GEOMETRY, ATR_PATH_LAYER, ATR_PATH_AUTO };
    for (size_t i = 0; i < ATR_COUNT_OF(rows) * ATR_COUNT_OF(paths); i++) {
        const size_t row = i / ATR_COUNT_OF(paths);
        print_message("  %s\n", rows[row].name);
        Screen screen;
        screen_open(&screen, renderer_name, WIDTH, HEIGHT);
        SDL_RenderSetLogicalSize(screen.renderer, rows[row].logical_w, rows[row].logical_h);
        if (rows[row].scale > 1) {
            SDL_RenderSetScale(screen.renderer, rows[row].scale, rows[row].scale);
        }
        atr_Plugin *plugin = plugin_open(&screen, paths[i % ATR_COUNT_OF(paths)]);
        atr_plugin_begin_frame(plugin);
        SDL_SetRenderDrawColor(screen.renderer, 0, 0, 60, 255);
        SDL_RenderClear(screen.renderer);
        push_coin(plugin, 40, 40, 32);
        atr_plugin_end_frame(plugin);
        Picture picture;
        picture.pixels = read_target(screen.renderer, &picture.width, &picture.height);
        check_centre(&picture, rows[row].x, rows[row].y, rows[row].size);
        free(picture.pixels);
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

/* The same sprite drawn by the host and by the plugin lies in the same place and ends at the same
 * edges, whatever viewport, clip, scale and logical size the host has set. */
static void plugin_paths__viewport_and_clip__place_and_limit_as_the_hosts_own(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int logical_w, logical_h;
        float scale;
        SDL_Rect viewport, clip; /* w 0: none */
    } rows[] = {
        { "viewport", 0, 0, 1, { 31, 17, 120, 90 }, { 0 } },
        { "viewport beyond the window", 0, 0, 1, { 150, 120, 300, 300 }, { 0 } },
        { "clip", 0, 0, 1, { 0 }, { 13, 29, 61, 37 } },
        { "viewport and clip", 0, 0, 1, { 31, 17, 120, 90 }, { 5, 9, 50, 61 } },
        { "scale, viewport and clip", 0, 0, 2, { 10, 8, 70, 60 }, { 5, 9, 31, 37 } },
        { "logical size and clip", 120, 60, 1, { 0 }, { 20, 10, 60, 33 } },
        { "logical size and viewport", 120, 60, 1, { 12, 6, 60, 40 }, { 0 } },
    };
    static const atr_PathKind paths[] = { ATR_PATH_GEOMETRY, ATR_PATH_LAYER, ATR_PATH_AUTO };
    for (size_t i = 0; i < ATR_COUNT_OF(rows) * ATR_COUNT_OF(paths); i++) {
        const size_t row = i / ATR_COUNT_OF(paths);
        print_message("  %s\n", rows[row].name);
        Picture pictures[2];
        for (int ours = 0; ours < 2; ours++) {
            Screen screen;
            screen_open(&screen, renderer_name, WIDTH, HEIGHT);
            SDL_Renderer *r = screen.renderer;
            SDL_SetRenderDrawColor(r, 0, 0, 60, 255);
            SDL_RenderClear(r);
            SDL_RenderSetLogicalSize(r, rows[row].logical_w, rows[row].logical_h);
            if (rows[row].scale > 1) {
                SDL_RenderSetScale(r, rows[row].scale, rows[row].scale);
            }
            if (rows[row].viewport.w > 0) {
                SDL_RenderSetViewport(r, &rows[row].viewport);
            }
            if (rows[row].clip.w > 0) {
                SDL_RenderSetClipRect(r, &rows[row].clip);
            }
            atr_Plugin *plugin = plugin_open(&screen, paths[i % ATR_COUNT_OF(paths)]);
            atr_plugin_begin_frame(plugin);
            if (ours == 0) {
                SDL_SetRenderDrawColor(r, 255, 200, 40, 255);
                SDL_RenderFillRect(r, &(SDL_Rect){ 2, 4, 80, 80 });
            } else {
                const atr_DrawCmd cmd = { .kind = ATR_DRAW_SPRITE,
                                          .sprite = ATR_SPRITE_WHITE,
                                          .color = 0xffffc828u,
                                          .x = 42,
                                          .y = 44,
                                          .w = 80,
                                          .h = 80 };
                assert_int_equal(atr_queue_push(atr_plugin_queue(plugin), &cmd), ATR_OK);
            }
            atr_plugin_end_frame(plugin);
            pictures[ours].pixels = read_target(r, &pictures[ours].width, &pictures[ours].height);
            atr_plugin_detach(plugin);
            screen_close(&screen);
        }
        assert_true(gold_in(&pictures[0]).w > 20);
        assert_int_equal(compare(&pictures[0], &pictures[1]).most, 0);
        free(pictures[0].pixels);
        free(pictures[1].pixels);
    }
}

/* Given in pixels of the output, under a logical size with bars: shown at that pixel. */
static void plugin_trigger__in_output_pixels__shown_there(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, WIDTH, HEIGHT);
    SDL_RenderSetLogicalSize(screen.renderer, 120, 60);
    atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_AUTO);
    atr_EffectDef def = { .name = "there", .duration = 2, .node_count = 1 };
    def.nodes[0] = (atr_EffectNode){ .type = ATR_NODE_RING,
                                     .duration = 2,
                                     .sheet = "coin.png",
                                     .frames = 8,
                                     .size = { .low = 20 } };
    assert_int_equal(atr_effects_define(atr_plugin_effects(plugin), &def), ATR_OK);
    const atr_Trigger trigger = { .x = 100, .y = 90, .coordinates = ATR_COORDINATES_OUTPUT };
    assert_int_equal(atr_effect_trigger(atr_plugin_effects(plugin), "there", &trigger).decision,
                     ATR_DECISION_PLAYED);
    atr_plugin_begin_frame(plugin);
    SDL_SetRenderDrawColor(screen.renderer, 0, 0, 60, 255);
    SDL_RenderClear(screen.renderer);
    atr_plugin_end_frame(plugin);
    Picture picture;
    picture.pixels = read_target(screen.renderer, &picture.width, &picture.height);
    check_centre(&picture, 100, 90, 40);
    free(picture.pixels);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

static void plugin_paths__text__stands_centred_in_its_size(void **state)
{
    (void)state;
    static const atr_PathKind paths[] = { ATR_PATH_GEOMETRY, ATR_PATH_LAYER, ATR_PATH_AUTO };
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        Screen screen;
        screen_open(&screen, renderer_name, WIDTH, HEIGHT);
        atr_Plugin *plugin = plugin_open(&screen, paths[i]);
        const atr_DrawCmd text = {
            .kind = ATR_DRAW_TEXT, .color = 0xffffc247u, .x = 120, .y = 90, .h = 50, .text = "8888"
        };
        atr_plugin_begin_frame(plugin);
        SDL_SetRenderDrawColor(screen.renderer, 0, 0, 60, 255);
        SDL_RenderClear(screen.renderer);
        assert_int_equal(atr_queue_push(atr_plugin_queue(plugin), &text), ATR_OK);
        atr_plugin_end_frame(plugin);
        Picture picture;
        picture.pixels = read_target(screen.renderer, &picture.width, &picture.height);
        const SDL_Rect gold = gold_in(&picture);
        assert_in_range(gold.x + gold.w / 2, 117, 123);
        assert_in_range(gold.y + gold.h / 2, 87, 93);
        assert_in_range(gold.h, 32, 40); /* capitals are 0.71 of the letter size */
        assert_in_range(gold.w, 80, 140);
        free(picture.pixels);
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

static void plugin_paths__target_bound__drawn_into_it_only(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, renderer_name, WIDTH, HEIGHT);
    SDL_Texture *target = SDL_CreateTexture(screen.renderer, SDL_PIXELFORMAT_ARGB8888,
                                            SDL_TEXTUREACCESS_TARGET, 128, 96);
    atr_Plugin *plugin = plugin_open(&screen, ATR_PATH_AUTO);
    for (int frame = 0; frame < 3; frame++) {
        SDL_SetRenderDrawColor(screen.renderer, 0, 0, 60, 255);
        SDL_RenderClear(screen.renderer);
        atr_plugin_begin_frame(plugin);
        SDL_SetRenderTarget(screen.renderer, target);
        SDL_RenderClear(screen.renderer);
        push_coin(plugin, 64, 48, 32);
        atr_plugin_end_frame(plugin);
        atr_PluginStats stats;
        atr_plugin_stats(plugin, &stats);
        assert_int_not_equal(stats.path, ATR_PATH_SURFACE);
        Picture picture;
        picture.pixels = read_target(screen.renderer, &picture.width, &picture.height);
        assert_int_equal(picture.width, 128);
        check_centre(&picture, 64, 48, 32);
        free(picture.pixels);
        SDL_SetRenderTarget(screen.renderer, NULL);
        picture.pixels = read_target(screen.renderer, &picture.width, &picture.height);
        assert_int_equal(gold_in(&picture).w, -picture.width);
        free(picture.pixels);
        atr_plugin_present(plugin);
    }
    SDL_DestroyTexture(target);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

static void plugin_draw__layer_below__is_covered_by_the_interface(void **state)
{
    (void)state;
    static const atr_PathKind paths[] = { ATR_PATH_GEOMETRY, ATR_PATH_LAYER, ATR_PATH_AUTO };
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        Screen screen;
        screen_open(&screen, renderer_name, WIDTH, HEIGHT);
        atr_Plugin *plugin = plugin_open(&screen, paths[i]);
        atr_plugin_begin_frame(plugin);
        SDL_SetRenderDrawColor(screen.renderer, 0, 0, 60, 255);
        SDL_RenderClear(screen.renderer);
        push_coin(plugin, 60, 60, 64);
        push_coin(plugin, 160, 100, 64);
        atr_plugin_draw(plugin, ATR_LAYER_BELOW_UI);
        SDL_RenderFillRect(screen.renderer, &(SDL_Rect){ 0, 0, 110, HEIGHT });
        atr_plugin_draw(plugin, ATR_LAYER_BELOW_UI); /* once a frame: does nothing */
        atr_plugin_end_frame(plugin);
        Picture picture;
        picture.pixels = read_target(screen.renderer, &picture.width, &picture.height);
        check_centre(&picture, 160, 100, 64); /* the other one is under the rectangle */
        free(picture.pixels);
        atr_plugin_detach(plugin);
        screen_close(&screen);
    }
}

int main(int argc, char **argv)
{
    renderer_name = argc > 1 ? argv[1] : "software";
    software = strcmp(renderer_name, "software") == 0;
    if (!video_start(renderer_name)) {
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugin_paths__layer__is_the_reference),
        cmocka_unit_test(plugin_paths__surface__is_the_reference),
        cmocka_unit_test(plugin_paths__geometry__looks_like_the_reference),
        cmocka_unit_test(plugin_set_path__while_frames_go_on__draws_by_it),
        cmocka_unit_test(plugin_set_kernel__each_and_two_threads__same_pixels),
        cmocka_unit_test(plugin_paths__logical_size__coordinates_are_the_hosts),
        cmocka_unit_test(plugin_paths__viewport_and_clip__place_and_limit_as_the_hosts_own),
        cmocka_unit_test(plugin_trigger__in_output_pixels__shown_there),
        cmocka_unit_test(plugin_paths__text__stands_centred_in_its_size),
        cmocka_unit_test(plugin_paths__target_bound__drawn_into_it_only),
        cmocka_unit_test(plugin_draw__layer_below__is_covered_by_the_interface),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    video_stop();
    return failed;
}
