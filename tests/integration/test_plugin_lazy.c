/* A folder of 500 pictures delays no frame: nothing is read, and nothing allocated, on the thread
 * that draws; what became ready is taken over in slices; in the end every picture is shown. On the
 * software renderer: what GL drivers do by themselves is not ours to count. */
#define _GNU_SOURCE

#include "alloc_count.h"
#include "plugin_fixture.h"
#include "scratch_folder.h"

#include "../visual/png_write.h"
#include "plugin_internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/syscall.h>

enum { WIDTH = 640, HEIGHT = 480, PICTURES = 500, SIDE = 24, NODES = 10 };

/* ---- Who opens files ------------------------------------------------------------------------- */

static _Thread_local bool drawing;
static _Thread_local uint32_t opened_while_drawing;
static atomic_uint opened;

/* Stands before the C library's; everything that atrium and its libraries open comes through. */
__attribute__((visibility("default"))) int open(const char *file, int oflag, ...);

int open(const char *file, int oflag, ...)
{
    mode_t mode = 0;
    if ((oflag & O_CREAT) != 0) {
        va_list args;
        va_start(args, oflag);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    opened_while_drawing += drawing;
    atomic_fetch_add(&opened, 1);
    return (int)syscall(SYS_openat, AT_FDCWD, file, oflag, mode);
}

/* ---- A renderer that takes no large textures ------------------------------------------------- */

static int texture_width_max; /* 0: as it is */

__attribute__((visibility("default"))) SDL_Texture *
SDL_CreateTexture(SDL_Renderer *renderer, Uint32 format, int access, int w, int h)
{
    SDL_Texture *(*next)(SDL_Renderer *, Uint32, int, int, int) = NULL;
    void *symbol = dlsym(RTLD_NEXT, "SDL_CreateTexture");
    memcpy(&next, &symbol, sizeof next);
    if (next == NULL || (texture_width_max > 0 && w > texture_width_max)) {
        SDL_SetError("too wide");
        return NULL;
    }
    return next(renderer, format, access, w, h);
}

/* ---- The folder and its effects -------------------------------------------------------------- */

static ScratchFolder folder;

static uint32_t color_of(uint32_t i)
{
    return 0xff000000u | (40 + i % 8 * 28) << 16 | (40 + i / 8 % 8 * 28) << 8 | (40 + i / 64 * 28);
}

static int make_folder(void **state)
{
    (void)state;
    static uint32_t pixels[SIDE * SIDE];
    if (!scratch_folder_make(&folder)) {
        return -1;
    }
    for (uint32_t i = 0; i < PICTURES; i++) {
        for (size_t k = 0; k < ATR_COUNT_OF(pixels); k++) {
            pixels[k] = color_of(i);
        }
        char name[32];
        char path[2 * SCRATCH_PATH_MAX];
        snprintf(name, sizeof name, "p%03u.png", i);
        scratch_folder_file(&folder, name, path, sizeof path);
        if (!png_write(path, &(atr_Canvas){ pixels, SIDE, SIDE, SIDE })) {
            return -1;
        }
    }
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    scratch_folder_remove(&folder);
    return 0;
}

static void define_all(atr_Effects *effects)
{
    for (uint32_t first = 0; first < PICTURES; first += NODES) {
        atr_EffectDef def = { .duration = 60, .node_count = NODES };
        snprintf(def.name, sizeof def.name, "pictures%u", first);
        for (uint32_t n = 0; n < NODES; n++) {
            def.nodes[n] = (atr_EffectNode){ .type = ATR_NODE_EMITTER,
                                             .max = 1,
                                             .frames = 1,
                                             .life = { .low = 60 },
                                             .size = { .low = 12 },
                                             .burst_count = 1 };
            def.nodes[n].bursts[0].count.low = 1;
            snprintf(def.nodes[n].sheet, sizeof def.nodes[n].sheet, "p%03u.png", first + n);
        }
        assert_int_equal(atr_effects_define(effects, &def), ATR_OK);
    }
}

static void trigger_all(atr_Effects *effects)
{
    for (uint32_t first = 0; first < PICTURES; first += NODES) {
        char name[32];
        snprintf(name, sizeof name, "pictures%u", first);
        const atr_TriggerResult r = atr_effect_trigger(
            effects, name, &(atr_Trigger){ .x = (float)(first % WIDTH), .y = 100 });
        assert_int_equal(r.decision, ATR_DECISION_PLAYED);
    }
}

/* One frame, watched. @return how often memory was asked for. */
static uint64_t frame(atr_Plugin *plugin, SDL_Renderer *renderer)
{
    SDL_SetRenderDrawColor(renderer, 0, 0, 60, 255);
    SDL_RenderClear(renderer);
    drawing = true;
    alloc_count_start();
    atr_plugin_begin_frame(plugin);
    atr_plugin_end_frame(plugin);
    const uint64_t requests = alloc_count_stop();
    drawing = false;
    atr_plugin_present(plugin);
    return requests;
}

static atr_Plugin *open_plugin(const Screen *screen, atr_PathKind path)
{
    const atr_PluginDesc desc = { .path = path,
                                  .fixed_step_ns = 1000000,
                                  .asset_folder = folder.path,
                                  .disable_overlay = true,
                                  .unthrottled = true };
    atr_Plugin *plugin = NULL;
    assert_int_equal(atr_plugin_attach(screen->renderer, &desc, &plugin), ATR_OK);
    return plugin;
}

static void check_pictures(const atr_Plugin *plugin)
{
    uint32_t count = 0;
    uint32_t checked = 0;
    const atr_SpriteName *names = atr_effects_sprites(plugin->effects, &count);
    for (uint32_t id = 0; id < count; id++) {
        unsigned number = 0;
        if (sscanf(names[id].sheet, "p%3u.png", &number) == 1) {
            assert_int_equal(plugin->painter.pictures.images[id].width, SIDE);
            assert_int_equal(plugin->painter.pictures.images[id].pixels[0], color_of(number));
            checked++;
        }
    }
    assert_int_equal(checked, PICTURES);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static void plugin_attach__effects_not_played__their_pictures_are_not_read(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, "software", WIDTH, HEIGHT);
    atr_Plugin *plugin = open_plugin(&screen, ATR_PATH_AUTO);
    define_all(plugin->effects);
    for (int i = 0; i < 10; i++) {
        (void)frame(plugin, screen.renderer);
    }
    atr_PluginStats stats;
    atr_plugin_stats(plugin, &stats);
    assert_int_equal(stats.assets_waiting, 0);
    assert_int_equal(plugin->painter.pictures.states[ATR_SPRITE_WHITE], ATR__PICTURE_READY);
    uint32_t count = 0;
    (void)atr_effects_sprites(plugin->effects, &count);
    for (uint32_t id = 1; id < count; id++) {
        assert_int_equal(plugin->painter.pictures.states[id], ATR__PICTURE_NONE);
    }
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

static void plugin_frames__500_pictures_at_once__no_frame_waits_or_allocates(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, "software", WIDTH, HEIGHT);
    atr_Plugin *plugin = open_plugin(&screen, ATR_PATH_AUTO);
    define_all(plugin->effects);
    for (int i = 0; i < 30; i++) { /* warm */
        const atr_DrawCmd rect = { .kind = ATR_DRAW_RECT, .color = 0xff808080u, .w = 9, .h = 9 };
        assert_int_equal(atr_queue_push(plugin->queue, &rect), ATR_OK);
        (void)frame(plugin, screen.renderer);
    }
    trigger_all(plugin->effects);
    opened_while_drawing = 0;
    atomic_store(&opened, 0);
    atr_PluginStats stats;
    uint32_t waited = 0;
    uint32_t before = plugin->painter.pictures.ready_count;
    for (int i = 0; i < 100000; i++) {
        const uint64_t requests = frame(plugin, screen.renderer);
        if (alloc_count_works()) {
            assert_int_equal(requests, 0);
        }
        const uint32_t ready = plugin->painter.pictures.ready_count;
        assert_true(ready - before <= 32); /* a slice */
        before = ready;
        atr_plugin_stats(plugin, &stats);
        waited += stats.assets_waiting > 0;
        if (i > 0 && stats.assets_ready) {
            break;
        }
        SDL_Delay(0); /* the loader's turn */
    }
    assert_int_equal(opened_while_drawing, 0);
    assert_true(atomic_load(&opened) >= PICTURES);
    assert_true(waited >= PICTURES / 32);
    assert_int_equal(stats.assets_missing, 0);
    assert_int_equal(stats.path, ATR_PATH_SURFACE);
    check_pictures(plugin);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

static void plugin_frames__500_pictures_by_geometry__moved_in_slices(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, "software", WIDTH, HEIGHT);
    atr_Plugin *plugin = open_plugin(&screen, ATR_PATH_GEOMETRY);
    define_all(plugin->effects);
    trigger_all(plugin->effects);
    const atr__Geometry *geometry = &plugin->painter.geometry;
    uint64_t before = 0;
    uint32_t slices = 0;
    for (int i = 0; i < 100000; i++) {
        (void)frame(plugin, screen.renderer);
        /* Making the path moves the first two; then a budget, which the last row may pass. */
        assert_true(geometry->uploaded_pixels - before <= ATR__UPLOAD_PIXELS + 2048);
        slices += geometry->uploaded_pixels > before;
        before = geometry->uploaded_pixels;
        atr_PluginStats stats;
        atr_plugin_stats(plugin, &stats);
        if (i > 0 && stats.assets_ready &&
            geometry->uploaded == plugin->painter.pictures.ready_count) {
            break;
        }
        SDL_Delay(0);
    }
    assert_true(slices >= PICTURES / 32);
    assert_int_equal(geometry->uploaded, plugin->painter.pictures.ready_count);
    check_pictures(plugin);
    uint32_t count = 0;
    (void)atr_effects_sprites(plugin->effects, &count);
    const atr__GeometryPicture *stand_in = &geometry->pictures[ATR__SPRITE_STAND_IN];
    for (uint32_t id = count - PICTURES; id < count; id++) {
        assert_memory_not_equal(&geometry->pictures[id], stand_in, sizeof *stand_in);
    }
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

/* The stand-in stays for it; what became ready after it is shown. */
static void plugin_frames__texture_refused__the_other_pictures_are_shown(void **state)
{
    (void)state;
    enum { WIDE = 1100 };
    static uint32_t pixels[WIDE * 2];
    char path[2 * SCRATCH_PATH_MAX];
    scratch_folder_file(&folder, "wide.png", path, sizeof path);
    assert_true(png_write(path, &(atr_Canvas){ pixels, WIDE, 2, WIDE }));
    Screen screen;
    screen_open(&screen, "software", WIDTH, HEIGHT);
    atr_Plugin *plugin = open_plugin(&screen, ATR_PATH_GEOMETRY);
    static const char *const sheets[] = { "wide.png", "p007.png" };
    for (size_t i = 0; i < ATR_COUNT_OF(sheets); i++) {
        atr_EffectDef def = { .duration = 60, .node_count = 1 };
        snprintf(def.name, sizeof def.name, "e%zu", i);
        def.nodes[0] = (atr_EffectNode){ .type = ATR_NODE_RING, .frames = 1, .size = { .low = 9 } };
        snprintf(def.nodes[0].sheet, sizeof def.nodes[0].sheet, "%s", sheets[i]);
        assert_int_equal(atr_effects_define(plugin->effects, &def), ATR_OK);
        (void)atr_effect_trigger(plugin->effects, def.name, &(atr_Trigger){ .x = 50, .y = 50 });
    }
    texture_width_max = 1024;
    atr_PluginStats stats;
    const atr__Geometry *geometry = &plugin->painter.geometry;
    for (int i = 0; i < 100000; i++) {
        (void)frame(plugin, screen.renderer);
        atr_plugin_stats(plugin, &stats);
        if (i > 0 && stats.assets_ready &&
            geometry->uploaded == plugin->painter.pictures.ready_count) {
            break;
        }
        SDL_Delay(0);
    }
    texture_width_max = 0;
    const atr_SpriteId wide = sprite_named(plugin, sheets[0]);
    const atr_SpriteId other = sprite_named(plugin, sheets[1]);
    assert_int_equal(plugin->painter.pictures.states[wide], ATR__PICTURE_READY);
    const atr__GeometryPicture *stand_in = &geometry->pictures[ATR__SPRITE_STAND_IN];
    assert_memory_equal(&geometry->pictures[wide], stand_in, sizeof *stand_in);
    assert_memory_not_equal(&geometry->pictures[other], stand_in, sizeof *stand_in);
    assert_int_equal(geometry->uploaded, plugin->painter.pictures.ready_count);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

static void plugin_preload__a_name__reads_that_effects_pictures_only(void **state)
{
    (void)state;
    Screen screen;
    screen_open(&screen, "software", WIDTH, HEIGHT);
    atr_Plugin *plugin = open_plugin(&screen, ATR_PATH_AUTO);
    define_all(plugin->effects);
    atr_plugin_preload(plugin, "pictures40");
    atr_plugin_preload(plugin, "no such effect");
    atr_PluginStats stats;
    do {
        (void)frame(plugin, screen.renderer);
        atr_plugin_stats(plugin, &stats);
    } while (!stats.assets_ready);
    uint32_t count = 0;
    uint32_t ready = 0;
    const atr_SpriteName *names = atr_effects_sprites(plugin->effects, &count);
    for (uint32_t id = 1; id < count; id++) {
        if (plugin->painter.pictures.states[id] == ATR__PICTURE_READY) {
            assert_memory_equal(names[id].sheet, "p04", 3);
            ready++;
        }
    }
    assert_int_equal(ready, NODES);
    atr_plugin_detach(plugin);
    screen_close(&screen);
}

int main(void)
{
    if (!video_start("software")) {
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugin_attach__effects_not_played__their_pictures_are_not_read),
        cmocka_unit_test(plugin_frames__500_pictures_at_once__no_frame_waits_or_allocates),
        cmocka_unit_test(plugin_frames__500_pictures_by_geometry__moved_in_slices),
        cmocka_unit_test(plugin_frames__texture_refused__the_other_pictures_are_shown),
        cmocka_unit_test(plugin_preload__a_name__reads_that_effects_pictures_only),
    };
    const int failed = cmocka_run_group_tests(tests, make_folder, remove_folder);
    video_stop();
    return failed;
}
