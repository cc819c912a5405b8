/* Part of suite `effects`: the plugin's draw paths, on llvmpipe and on the software renderer.
 *     effects/llvmpipe/<scattered|burst>/<count>/<geometry|layer|auto>
 *         whole frames (move, clear, draw, present) of 16 px sprites all over the window or within
 *         480 by 360 pixels of it; `auto` chooses by itself and is set beside the better of the two
 *     effects/llvmpipe/burst/10000/SDL_RenderGeometry    beside one call of SDL's own
 *     effects/software-layer/10000/SDL_RenderCopyF       read back, composed, returned
 *     effects/gl/submit                                  telling SDL, us a sprite, not drawing */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"
#include "display.h"
#include "workload.h"

#include "draw/draw_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH    1280
#define HEIGHT   720
#define SIZE     16
#define BURST_X  400
#define BURST_Y  180
#define BURST_W  480
#define BURST_H  360
#define FRAMES   8 /* of each subject in a round */
#define WARM     40
#define LONG     6
#define MEASURED (BENCH_ROUNDS * LONG * FRAMES * 2)

typedef struct Scene {
    SDL_Window *window;
    SDL_Renderer *renderer;
    Workload work;
    bool burst;
    atr__Painter *painters[ATR_PATH_LAYER + 1]; /* one for each path; AUTO chooses */
    atr_Log log;
    SDL_Texture *texture; /* the peer's */
    SDL_Vertex *vertices;
    int *indices;
} Scene;

static Scene scene;
static double times[4][MEASURED];

/* ---- Subjects -------------------------------------------------------------------------------- */

static void move(void)
{
    Workload *work = &scene.work;
    workload_move(work);
    for (uint32_t i = 0; scene.burst && i < work->count; i++) { /* kept where they burst */
        work->x[i] = BURST_X + fmodf(fabsf(work->x[i] - BURST_X), BURST_W);
        work->y[i] = BURST_Y + fmodf(fabsf(work->y[i] - BURST_Y), BURST_H);
    }
}

static atr_Particles particles(void)
{
    const Workload *work = &scene.work;
    return (atr_Particles){ .count = work->count,
                            .x = work->x,
                            .y = work->y,
                            .size = work->size,
                            .angle_deg = work->angle,
                            .color = work->premultiplied,
                            .sprite = work->sprite };
}

static void clear(void)
{
    SDL_SetRenderDrawColor(scene.renderer, 16, 16, 32, 255);
    SDL_RenderClear(scene.renderer);
}

static void draw_by(atr_PathKind path)
{
    atr__Painter *painter = scene.painters[path];
    const atr_Particles now = particles();
    const atr_DrawCmd command = { .kind = ATR_DRAW_PARTICLES, .count = now.count };
    atr__State state;
    workload_premultiply(&scene.work);
    atr__painter_begin_frame(painter);
    SDL_RenderFlush(scene.renderer);
    atr__state_save(scene.renderer, &state);
    atr__painter_draw(painter, &state, &command, 1, &now);
    atr__state_restore(scene.renderer, &state);
}

static void draw_geometry_of_sdl(void)
{
    const Workload *work = &scene.work;
    for (uint32_t i = 0; i < work->count; i++) {
        const float half = work->size[i] / 2;
        const uint32_t c = work->straight[i];
        const SDL_Color color = { (Uint8)(c >> 16), (Uint8)(c >> 8), (Uint8)c, (Uint8)(c >> 24) };
        for (int corner = 0; corner < 4; corner++) {
            const float right = (float)(corner & 1);
            const float below = (float)(corner >> 1);
            scene.vertices[i * 4 + (uint32_t)corner] =
                (SDL_Vertex){ { work->x[i] + half * (2 * right - 1),
                                work->y[i] + half * (2 * below - 1) },
                              color,
                              { right, below } };
        }
    }
    SDL_RenderGeometry(scene.renderer, scene.texture, scene.vertices, (int)work->count * 4,
                       scene.indices, (int)work->count * 6);
}

static void draw_copies_of_sdl(void)
{
    const Workload *work = &scene.work;
    for (uint32_t i = 0; i < work->count; i++) {
        const uint32_t c = work->straight[i];
        const float size = work->size[i];
        const SDL_FRect to = { work->x[i] - size / 2, work->y[i] - size / 2, size, size };
        SDL_SetTextureColorMod(scene.texture, (Uint8)(c >> 16), (Uint8)(c >> 8), (Uint8)c);
        SDL_SetTextureAlphaMod(scene.texture, (Uint8)(c >> 24));
        SDL_RenderCopyF(scene.renderer, scene.texture, NULL, &to);
    }
}

typedef enum Subject {
    SUBJECT_AUTO = ATR_PATH_AUTO,
    SUBJECT_GEOMETRY = ATR_PATH_GEOMETRY,
    SUBJECT_PEER = ATR_PATH_SURFACE, /* which is not measured here */
    SUBJECT_LAYER = ATR_PATH_LAYER
} Subject;

static double frame(Subject subject, bool copies)
{
    const uint64_t start_ns = bench_now_ns();
    move();
    clear();
    if (subject != SUBJECT_PEER) {
        draw_by((atr_PathKind)subject);
    } else if (copies) {
        draw_copies_of_sdl();
    } else {
        draw_geometry_of_sdl();
    }
    SDL_RenderPresent(scene.renderer);
    return (double)(bench_now_ns() - start_ns) / 1e6;
}

/* ---- The scene ------------------------------------------------------------------------------- */

static atr__Painter *painter_open(atr_PathKind path)
{
    const atr_PluginDesc desc = { .path = path,
                                  .max_particles = scene.work.count,
                                  .wait_for_assets = true };
    static uint32_t straight[SIZE * SIZE];
    static uint32_t premultiplied[SIZE * SIZE];
    atr__Painter *painter = calloc(1, sizeof *painter);
    if (painter == NULL) {
        return NULL;
    }
    painter->log = &scene.log;
    if (atr__painter_init(painter, scene.renderer, &desc) != ATR_OK) {
        atr__painter_deinit(painter);
        free(painter);
        return NULL;
    }
    workload_picture(0, false, SIZE, straight, premultiplied);
    const atr_Image image = { premultiplied, SIZE, SIZE, SIZE };
    const atr__PictureResult result = { .id = 1, .there = true };
    if (atr_atlas_add_image(painter->pictures.atlas, 1, &image) == ATR_OK) {
        atr__pictures_take(&painter->pictures, &result, painter->compositor);
    }
    return painter;
}

static bool texture_open(void)
{
    static uint32_t straight[SIZE * SIZE];
    static uint32_t premultiplied[SIZE * SIZE];
    workload_picture(0, false, SIZE, straight, premultiplied);
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
    scene.texture = SDL_CreateTexture(scene.renderer, SDL_PIXELFORMAT_ARGB8888,
                                      SDL_TEXTUREACCESS_STATIC, SIZE, SIZE);
    return scene.texture != NULL &&
           SDL_UpdateTexture(scene.texture, NULL, straight, SIZE * 4) == 0 &&
           SDL_SetTextureBlendMode(scene.texture, SDL_BLENDMODE_BLEND) == 0;
}

static bool vertices_open(uint32_t count)
{
    static const int corners[6] = { 0, 1, 3, 0, 3, 2 };
    scene.vertices = calloc(count * (size_t)4, sizeof *scene.vertices);
    scene.indices = calloc(count * (size_t)6, sizeof *scene.indices);
    for (uint32_t i = 0; scene.indices != NULL && i < count * 6; i++) {
        scene.indices[i] = (int)(i / 6 * 4) + corners[i % 6];
    }
    return scene.vertices != NULL && scene.indices != NULL;
}

static bool scene_open(const char *driver, const char *renderer, uint32_t count, bool burst,
                       uint64_t seed)
{
    SDL_SetHint(SDL_HINT_VIDEODRIVER, driver);
    SDL_SetHint(SDL_HINT_RENDER_DRIVER, renderer);
    SDL_SetHint(SDL_HINT_RENDER_BATCHING, "1");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return false;
    }
    scene.burst = burst;
    scene.window = SDL_CreateWindow("bench", 0, 0, WIDTH, HEIGHT, 0);
    scene.renderer = scene.window != NULL ? SDL_CreateRenderer(scene.window, -1, 0) : NULL;
    SDL_RendererInfo info;
    if (scene.renderer == NULL || SDL_GetRendererInfo(scene.renderer, &info) != 0 ||
        strcmp(info.name, renderer) != 0 || !texture_open() || !vertices_open(count) ||
        !workload_open(&scene.work, count, WIDTH, HEIGHT, SIZE, false, seed)) {
        return false;
    }
    static const atr_PathKind kinds[] = { ATR_PATH_AUTO, ATR_PATH_GEOMETRY, ATR_PATH_LAYER };
    for (size_t i = 0; i < ATR_COUNT_OF(kinds); i++) {
        scene.painters[kinds[i]] = painter_open(kinds[i]);
        if (scene.painters[kinds[i]] == NULL) {
            return false;
        }
    }
    return true;
}

static void scene_close(void)
{
    for (size_t i = 0; i < ATR_COUNT_OF(scene.painters); i++) {
        if (scene.painters[i] != NULL) {
            atr__painter_deinit(scene.painters[i]);
            free(scene.painters[i]);
        }
    }
    workload_close(&scene.work);
    free(scene.vertices);
    free(scene.indices);
    if (scene.renderer != NULL) {
        SDL_DestroyRenderer(scene.renderer);
    }
    if (scene.window != NULL) {
        SDL_DestroyWindow(scene.window);
    }
    scene = (Scene){ 0 };
    SDL_Quit();
}

/* Lets the subjects draw in turns. @return how many frames of each were measured. */
static size_t measure(const BenchOptions *options, const Subject *subjects, size_t subject_count,
                      bool copies)
{
    const size_t rounds = (size_t)BENCH_ROUNDS * 2 * (options->long_run ? LONG : 1);
    size_t count = 0;
    for (size_t s = 0; s < subject_count; s++) {
        for (int i = 0; i < WARM; i++) {
            (void)frame(subjects[s], copies);
        }
    }
    for (size_t i = 0; i < rounds * FRAMES;
         i++) { /* frame by frame, so that all get the same luck */
        for (size_t s = 0; s < subject_count; s++) {
            times[subjects[s]][count] = frame(subjects[s], copies);
        }
        count++;
    }
    return count;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static void report_path(BenchOptions *options, const char *base, const char *path, BenchSpread ours,
                        double better)
{
    char name[128];
    (void)snprintf(name, sizeof name, "%s/%s", base, path);
    const bool chosen = strcmp(path, "auto") == 0;
    bench_report(options, &(BenchResult){ .name = name,
                                          .unit = "ms",
                                          .atrium = ours.median,
                                          .p99 = ours.p99,
                                          .peer = chosen ? "better" : NULL,
                                          .peer_value = chosen ? better : (double)NAN,
                                          .ratio = chosen ? better / ours.median : (double)NAN,
                                          .goal = chosen ? 0.9 : 0,
                                          .extra = { { chosen ? "layer" : NULL,
                                                       scene.painters[ATR_PATH_AUTO]->last ==
                                                           ATR_PATH_LAYER } } });
}

static int run_paths(BenchOptions *options, bool burst, uint32_t count)
{
    static const Subject subjects[] = { SUBJECT_AUTO, SUBJECT_GEOMETRY, SUBJECT_LAYER,
                                        SUBJECT_PEER };
    char base[96];
    (void)snprintf(base, sizeof base, "effects/llvmpipe/%s/%u", burst ? "burst" : "scattered",
                   count);
    const bool ready = scene_open("x11", "opengl", count, burst, options->seed);
    if (!ready) {
        scene_close();
        return bench_fault("%s: no OpenGL window: %s", base, SDL_GetError());
    }
    const size_t measured = measure(options, subjects, ATR_COUNT_OF(subjects), false);
    const BenchSpread geometry = bench_spread(times[SUBJECT_GEOMETRY], measured);
    const BenchSpread layer = bench_spread(times[SUBJECT_LAYER], measured);
    const BenchSpread chosen = bench_spread(times[SUBJECT_AUTO], measured);
    const BenchSpread peer = bench_spread(times[SUBJECT_PEER], measured);
    const double better = geometry.median < layer.median ? geometry.median : layer.median;
    report_path(options, base, "geometry", geometry, better);
    report_path(options, base, "layer", layer, better);
    report_path(options, base, "auto", chosen, better);
    char name[128];
    (void)snprintf(name, sizeof name, "%s/SDL_RenderGeometry", base);
    bench_report(options, &(BenchResult){ .name = name,
                                          .unit = "ms",
                                          .atrium = chosen.median,
                                          .p99 = chosen.p99,
                                          .peer = "SDL_RenderGeometry",
                                          .peer_value = peer.median,
                                          .ratio = peer.median / chosen.median,
                                          .goal = burst && count == 10000 ? 5 : 0 });
    scene_close();
    return 0;
}

static int run_submit(BenchOptions *options)
{
    enum { COUNT = 10000 };
    static const char name[] = "effects/gl/submit";
    if (!scene_open("x11", "opengl", COUNT, false, options->seed)) {
        scene_close();
        return bench_fault("%s: no OpenGL window: %s", name, SDL_GetError());
    }
    atr__Painter *painter = scene.painters[ATR_PATH_GEOMETRY];
    const atr_DrawCmd command = { .kind = ATR_DRAW_PARTICLES, .count = COUNT };
    size_t count = 0;
    for (size_t i = 0; i < BENCH_ROUNDS * 2 * FRAMES + WARM; i++) {
        move();
        workload_premultiply(&scene.work);
        clear();
        const atr__Batch batch = { .commands = &command,
                                   .count = 1,
                                   .particles = particles(),
                                   .transform = { 1, 1, 0, 0 },
                                   .images = painter->pictures.images,
                                   .seen = { 0, 0, WIDTH, HEIGHT },
                                   .quads = COUNT };
        atr__painter_begin_frame(painter);
        if (!atr__geometry_ready(painter)) {
            break;
        }
        SDL_RenderFlush(scene.renderer);
        const uint64_t start_ns = bench_now_ns();
        atr__geometry_draw(painter, &batch);
        const uint64_t end_ns = bench_now_ns();
        SDL_RenderPresent(scene.renderer);
        if (i >= WARM) {
            times[0][count++] = (double)(end_ns - start_ns) / 1e3 / COUNT;
        }
    }
    const BenchSpread submit = bench_spread(times[0], count);
    bench_report(options, &(BenchResult){ .name = name,
                                          .unit = "us",
                                          .atrium = submit.median,
                                          .p99 = submit.p99,
                                          .peer_value = (double)NAN,
                                          .ratio = (double)NAN,
                                          .most = 0.03 });
    scene_close();
    return 0;
}

static int run_software_layer(BenchOptions *options)
{
    static const char name[] = "effects/software-layer/10000/SDL_RenderCopyF";
    static const Subject subjects[] = { SUBJECT_LAYER, SUBJECT_GEOMETRY, SUBJECT_PEER };
    if (!scene_open("dummy", "software", 10000, false, options->seed)) {
        scene_close();
        return bench_fault("%s: no window: %s", name, SDL_GetError());
    }
    const size_t measured = measure(options, subjects, ATR_COUNT_OF(subjects), true);
    const BenchSpread layer = bench_spread(times[SUBJECT_LAYER], measured);
    const BenchSpread geometry = bench_spread(times[SUBJECT_GEOMETRY], measured);
    const BenchSpread peer = bench_spread(times[SUBJECT_PEER], measured);
    bench_report(options, &(BenchResult){ .name = name,
                                          .unit = "ms",
                                          .atrium = layer.median,
                                          .p99 = layer.p99,
                                          .peer = "SDL_RenderCopyF",
                                          .peer_value = peer.median,
                                          .ratio = peer.median / layer.median,
                                          .goal = 5,
                                          .extra = { { "geometry", geometry.median } } });
    scene_close();
    return 0;
}

int bench_paths(BenchOptions *options)
{
    static const struct {
        const char *name;
        bool burst;
        uint32_t count;
    } rows[] = { { "effects/llvmpipe/scattered/1000/", false, 1000 },
                 { "effects/llvmpipe/scattered/10000/", false, 10000 },
                 { "effects/llvmpipe/burst/1000/", true, 1000 },
                 { "effects/llvmpipe/burst/10000/", true, 10000 } };
    int code = 0;
    if (bench_wants(options, "effects/software-layer/10000/SDL_RenderCopyF")) {
        code = run_software_layer(options);
    }
    setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
    setenv("vblank_mode", "0", 1);
    if (!display_start()) {
        (void)fprintf(stderr, "atrium-bench: effects/llvmpipe: left out: no X server\n");
        return code;
    }
    for (size_t i = 0; code == 0 && i < ATR_COUNT_OF(rows); i++) {
        char last[96];
        (void)snprintf(last, sizeof last, "%sSDL_RenderGeometry", rows[i].name);
        char chosen[96];
        (void)snprintf(chosen, sizeof chosen, "%sauto", rows[i].name);
        if (bench_wants(options, last) || bench_wants(options, chosen)) {
            code = run_paths(options, rows[i].burst, rows[i].count);
        }
    }
    if (code == 0 && bench_wants(options, "effects/gl/submit")) {
        code = run_submit(options);
    }
    display_stop();
    return code;
}
