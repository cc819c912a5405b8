/* The host's renderer is left exactly as it was found, in every state a host may have it in, on the
 * bound target and on the main one behind it. */
#include "plugin_fixture.h"

static const char *renderer_name;

enum { WIDTH = 400, HEIGHT = 300, BOUND = 160 };

typedef struct Host {
    SDL_Renderer *renderer;
    SDL_Texture *bound;   /* a target of the host's */
    SDL_Texture *picture; /* with texture modulation */
} Host;

/* ---- States ---------------------------------------------------------------------------------- */

static void as_created(const Host *h)
{
    (void)h;
}

static void with_color(const Host *h)
{
    SDL_SetRenderDrawColor(h->renderer, 1, 2, 3, 4);
}

static void with_add(const Host *h)
{
    SDL_SetRenderDrawBlendMode(h->renderer, SDL_BLENDMODE_ADD);
}

static void with_mod(const Host *h)
{
    SDL_SetRenderDrawColor(h->renderer, 200, 100, 50, 25);
    SDL_SetRenderDrawBlendMode(h->renderer, SDL_BLENDMODE_MOD);
}

static void with_viewport(const Host *h)
{
    SDL_RenderSetViewport(h->renderer, &(SDL_Rect){ 31, 17, 201, 99 });
}

static void with_viewport_outside(const Host *h)
{
    SDL_RenderSetViewport(h->renderer, &(SDL_Rect){ -20, -30, 600, 500 });
}

static void with_clip(const Host *h)
{
    SDL_RenderSetClipRect(h->renderer, &(SDL_Rect){ 13, 29, 111, 77 });
}

static void with_viewport_and_clip(const Host *h)
{
    with_viewport(h);
    with_clip(h);
}

static void with_empty_clip(const Host *h)
{
    SDL_RenderSetClipRect(h->renderer, &(SDL_Rect){ 40, 40, 1, 1 });
}

static void with_scale(const Host *h)
{
    SDL_RenderSetScale(h->renderer, 2, 2);
}

static void with_odd_scale(const Host *h)
{
    SDL_RenderSetScale(h->renderer, 1.1f, 0.7f);
    SDL_RenderSetViewport(h->renderer, &(SDL_Rect){ 7, 7, 101, 103 });
    SDL_RenderSetClipRect(h->renderer, &(SDL_Rect){ 3, 11, 67, 71 });
}

static void with_thirds(const Host *h)
{
    SDL_RenderSetScale(h->renderer, 1.0f / 3, 2.0f / 3);
    SDL_RenderSetViewport(h->renderer, &(SDL_Rect){ 31, 17, 500, 300 });
    SDL_RenderSetClipRect(h->renderer, &(SDL_Rect){ 1, 1, 333, 77 });
}

static void with_logical(const Host *h)
{
    SDL_RenderSetLogicalSize(h->renderer, 320, 240);
}

static void with_letterbox(const Host *h)
{
    SDL_RenderSetLogicalSize(h->renderer, 320, 180);
}

static void with_pillarbox(const Host *h)
{
    SDL_RenderSetLogicalSize(h->renderer, 171, 297);
}

static void with_integer_scale(const Host *h)
{
    SDL_RenderSetIntegerScale(h->renderer, SDL_TRUE);
    SDL_RenderSetLogicalSize(h->renderer, 150, 110);
}

static void with_logical_viewport_and_clip(const Host *h)
{
    SDL_RenderSetLogicalSize(h->renderer, 320, 180);
    SDL_RenderSetViewport(h->renderer, &(SDL_Rect){ 11, 13, 200, 100 });
    SDL_RenderSetClipRect(h->renderer, &(SDL_Rect){ 7, 9, 120, 60 });
}

static void with_target(const Host *h)
{
    SDL_SetRenderTarget(h->renderer, h->bound);
}

static void with_target_state(const Host *h)
{
    SDL_SetRenderTarget(h->renderer, h->bound);
    SDL_RenderSetViewport(h->renderer, &(SDL_Rect){ 5, 6, 70, 80 });
    SDL_RenderSetClipRect(h->renderer, &(SDL_Rect){ 1, 2, 33, 44 });
    SDL_RenderSetScale(h->renderer, 1.5f, 1.25f);
}

static void with_main_state_behind_target(const Host *h)
{
    with_viewport_and_clip(h);
    SDL_RenderSetScale(h->renderer, 1.25f, 1.5f);
    with_target_state(h);
}

static void with_logical_behind_target(const Host *h)
{
    with_letterbox(h);
    with_clip(h);
    with_target(h);
    SDL_RenderSetClipRect(h->renderer, &(SDL_Rect){ 9, 9, 99, 99 });
}

static void with_texture_mods(const Host *h)
{
    SDL_SetTextureColorMod(h->picture, 10, 20, 30);
    SDL_SetTextureAlphaMod(h->picture, 40);
    SDL_SetTextureBlendMode(h->picture, SDL_BLENDMODE_ADD);
}

static const struct {
    const char *name;
    void (*set)(const Host *h);
} states[] = {
    { "as created", as_created },
    { "colour", with_color },
    { "blend add", with_add },
    { "blend mod", with_mod },
    { "viewport", with_viewport },
    { "viewport beyond the window", with_viewport_outside },
    { "clip", with_clip },
    { "viewport and clip", with_viewport_and_clip },
    { "clip of one pixel", with_empty_clip },
    { "scale 2", with_scale },
    { "odd scale, viewport, clip", with_odd_scale },
    { "scale in thirds", with_thirds },
    { "logical size", with_logical },
    { "letterbox", with_letterbox },
    { "pillarbox", with_pillarbox },
    { "integer scale", with_integer_scale },
    { "logical size, viewport, clip", with_logical_viewport_and_clip },
    { "target", with_target },
    { "target with viewport, clip, scale", with_target_state },
    { "target, and state of the main one", with_main_state_behind_target },
    { "target, and logical size behind it", with_logical_behind_target },
    { "texture modulation", with_texture_mods },
};

/* ---- Snapshots ------------------------------------------------------------------------------- */

typedef struct TargetState {
    SDL_Rect viewport, clip;
    SDL_bool clipped;
    float scale_x, scale_y;
    int logical_w, logical_h;
} TargetState;

typedef struct Snapshot {
    SDL_Texture *target;
    Uint8 r, g, b, a;
    SDL_BlendMode blend;
    SDL_bool integer_scale;
    TargetState current, main;
    Uint8 mod_r, mod_g, mod_b, mod_a;
    SDL_BlendMode picture_blend;
} Snapshot;

static void read_target_state(SDL_Renderer *renderer, TargetState *out)
{
    SDL_RenderGetViewport(renderer, &out->viewport);
    SDL_RenderGetClipRect(renderer, &out->clip);
    out->clipped = SDL_RenderIsClipEnabled(renderer);
    SDL_RenderGetScale(renderer, &out->scale_x, &out->scale_y);
    SDL_RenderGetLogicalSize(renderer, &out->logical_w, &out->logical_h);
}

/* Without the main target's state when another is bound: looking would change the bound one's. */
static void snapshot(const Host *h, Snapshot *out)
{
    memset(out, 0, sizeof *out); /* compared as bytes */
    SDL_Renderer *r = h->renderer;
    out->target = SDL_GetRenderTarget(r);
    SDL_GetRenderDrawColor(r, &out->r, &out->g, &out->b, &out->a);
    SDL_GetRenderDrawBlendMode(r, &out->blend);
    out->integer_scale = SDL_RenderGetIntegerScale(r);
    read_target_state(r, &out->current);
    SDL_GetTextureColorMod(h->picture, &out->mod_r, &out->mod_g, &out->mod_b);
    SDL_GetTextureAlphaMod(h->picture, &out->mod_a);
    SDL_GetTextureBlendMode(h->picture, &out->picture_blend);
}

static void snapshot_main(const Host *h, Snapshot *out)
{
    SDL_SetRenderTarget(h->renderer, NULL);
    read_target_state(h->renderer, &out->main);
}

static void host_draws(const Host *h)
{
    Uint8 r = 0;
    Uint8 g = 0;
    Uint8 b = 0;
    Uint8 a = 0;
    SDL_GetRenderDrawColor(h->renderer, &r, &g, &b, &a);
    SDL_SetRenderDrawColor(h->renderer, 40, 80, 120, 255);
    SDL_RenderClear(h->renderer);
    SDL_SetRenderDrawColor(h->renderer, r, g, b, a);
    SDL_RenderFillRect(h->renderer, &(SDL_Rect){ 4, 6, 90, 50 });
    SDL_RenderDrawLine(h->renderer, 0, 0, 150, 120);
    SDL_RenderCopy(h->renderer, h->picture, NULL, &(SDL_Rect){ 20, 30, 60, 60 });
}

static void host_open(Host *h, const Screen *screen)
{
    h->renderer = screen->renderer;
    h->bound = SDL_CreateTexture(screen->renderer, SDL_PIXELFORMAT_ARGB8888,
                                 SDL_TEXTUREACCESS_TARGET, BOUND, BOUND);
    h->picture = SDL_CreateTexture(screen->renderer, SDL_PIXELFORMAT_ARGB8888,
                                   SDL_TEXTUREACCESS_STATIC, 8, 8);
    assert_non_null(h->bound);
    assert_non_null(h->picture);
    uint32_t pixels[64];
    for (uint32_t i = 0; i < 64; i++) {
        pixels[i] = 0xff000000u | (i * 0x030507u);
    }
    SDL_UpdateTexture(h->picture, NULL, pixels, 8 * (int)sizeof *pixels);
}

static void frame(atr_Plugin *plugin, const Host *h)
{
    atr_plugin_begin_frame(plugin);
    host_draws(h);
    push_scene(plugin);
    atr_plugin_draw(plugin, ATR_LAYER_BELOW_UI);
    atr_plugin_end_frame(plugin);
}

/* One state with one path and overlay: the same numbers, and the host's next picture the same to
 * the last bit. */
static void check_state(size_t state, atr_PathKind path, atr_OverlayMode overlay)
{
    Screen screen;
    Host host;
    screen_open(&screen, renderer_name, WIDTH, HEIGHT);
    host_open(&host, &screen);
    states[state].set(&host);
    int width = 0;
    int height = 0;
    host_draws(&host);
    Snapshot before;
    Snapshot after;
    snapshot(&host, &before);

    atr_Plugin *plugin = plugin_open(&screen, path);
    atr_plugin_set_overlay(plugin, overlay);
    for (int i = 0; i < 3; i++) {
        frame(plugin, &host);
        snapshot(&host, &after);
        assert_memory_equal(&before, &after, sizeof before);
    }
    atr_PluginStats stats;
    atr_plugin_stats(plugin, &stats);
    assert_int_not_equal(stats.path, ATR_PATH_AUTO);
    host_draws(&host);
    uint32_t *with = read_target(screen.renderer, &width, &height);
    atr_plugin_detach(plugin);
    snapshot_main(&host, &after);
    screen_close(&screen);

    /* The same host without a plugin. */
    screen_open(&screen, renderer_name, WIDTH, HEIGHT);
    host_open(&host, &screen);
    states[state].set(&host);
    host_draws(&host);
    uint32_t *without = read_target(screen.renderer, &width, &height);
    snapshot_main(&host, &before);
    assert_memory_equal(&before.main, &after.main, sizeof before.main);
    assert_memory_equal(with, without, (size_t)width * (size_t)height * sizeof *with);
    free(with);
    free(without);
    screen_close(&screen);
}

static void check_all(atr_PathKind path, atr_OverlayMode overlay)
{
    for (size_t i = 0; i < ATR_COUNT_OF(states); i++) {
        print_message("  %s\n", states[i].name);
        check_state(i, path, overlay);
    }
}

static void plugin_end_frame__geometry__leaves_state(void **state)
{
    (void)state;
    check_all(ATR_PATH_GEOMETRY, ATR_OVERLAY_FULL);
}

static void plugin_end_frame__layer__leaves_state(void **state)
{
    (void)state;
    check_all(ATR_PATH_LAYER, ATR_OVERLAY_COMPACT);
}

static void plugin_end_frame__chosen_by_itself__leaves_state(void **state)
{
    (void)state;
    check_all(ATR_PATH_AUTO, ATR_OVERLAY_OFF);
}

int main(int argc, char **argv)
{
    renderer_name = argc > 1 ? argv[1] : "software";
    if (!video_start(renderer_name)) {
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugin_end_frame__geometry__leaves_state),
        cmocka_unit_test(plugin_end_frame__layer__leaves_state),
        cmocka_unit_test(plugin_end_frame__chosen_by_itself__leaves_state),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    video_stop();
    return failed;
}
