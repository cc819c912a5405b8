/* Part of suite `effects`: whole frames (clear, advance, draw, present) of each effect of the
 * catalogue, from its start to its end, on SDL's dummy driver. Time is the drawing thread's own, so
 * that other programs on a shared machine are not counted; there is no peer. */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <atrium/atlas.h>
#include <atrium/catalogue.h>
#include <atrium/compose.h>
#include <atrium/effect.h>
#include <atrium/queue.h>

#include <SDL.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define WIDTH      1280
#define HEIGHT     720
#define STEP_NS    16666667u
#define NIGHT      0xff0e1330u
#define PLAYS      3
#define FRAMES_MAX 1200 /* of one play: 20 s */

typedef struct Show {
    SDL_Window *window;
    SDL_Surface *surface;
    atr_Effects *effects;
    atr_Atlas *atlas;
    atr_Compositor *compositor;
    atr_RenderQueue *queue;
    uint64_t frame;
} Show;

static double own_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static bool open_show(Show *show, uint64_t seed)
{
    *show = (Show){ 0 };
    SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return false;
    }
    show->window = SDL_CreateWindow("bench", 0, 0, WIDTH, HEIGHT, SDL_WINDOW_HIDDEN);
    show->surface = show->window != NULL ? SDL_GetWindowSurface(show->window) : NULL;
    const atr_EffectsDesc desc = { .fixed_step_ns = STEP_NS, .seed = seed };
    if (show->surface == NULL || atr_effects_create(&desc, &show->effects) != ATR_OK ||
        atr_catalogue_load(show->effects, NULL) != ATR_OK ||
        atr_queue_create(NULL, &show->queue) != ATR_OK ||
        atr_compose_create(NULL, &show->compositor) != ATR_OK) {
        return false;
    }
    uint32_t count = 0;
    const atr_SpriteName *names = atr_effects_sprites(show->effects, &count);
    if (atr_atlas_create(&(atr_AtlasDesc){ .names = names, .name_count = count }, &show->atlas) !=
        ATR_OK) {
        return false;
    }
    atr_effects_set_view(show->effects, WIDTH, HEIGHT);
    const atr_Image *images = atr_atlas_images(show->atlas, &count);
    return atr_compose_set_sprites(show->compositor, images, count) == ATR_OK;
}

static void close_show(Show *show)
{
    atr_queue_destroy(show->queue);
    atr_compose_destroy(show->compositor);
    atr_atlas_destroy(show->atlas);
    atr_effects_destroy(show->effects);
    if (show->window != NULL) {
        SDL_DestroyWindow(show->window);
    }
    SDL_Quit();
}

static double play_frame(Show *show)
{
    const double start_ms = own_ms();
    atr_DrawList list;
    atr_effects_advance(show->effects, ++show->frame * STEP_NS);
    (void)atr_effects_draw(show->effects, show->queue);
    atr_queue_take(show->queue, &list);
    SDL_FillRect(show->surface, NULL, NIGHT);
    const atr_Canvas canvas = { show->surface->pixels, WIDTH, HEIGHT, show->surface->pitch / 4 };
    const atr_Particles particles = atr_effects_particles(show->effects);
    atr_compose_commands(show->compositor, &canvas, NULL, NULL, list.commands, list.count,
                         &particles, NULL);
    SDL_UpdateWindowSurface(show->window);
    return own_ms() - start_ms;
}

static void measure(BenchOptions *options, Show *show, const char *effect, const char *name)
{
    static double frame_ms[PLAYS * FRAMES_MAX];
    size_t count = 0;
    for (int play = 0; play < PLAYS; play++) {
        while (atr_effects_particles(show->effects).count > 0) {
            (void)play_frame(show);
        }
        const atr_TriggerResult r = atr_effect_trigger(
            show->effects, effect, &(atr_Trigger){ .x = WIDTH / 2.0f, .y = HEIGHT / 2.0f });
        for (int i = 0; i < FRAMES_MAX && atr_effect_is_live(show->effects, r.id); i++) {
            frame_ms[count++] = play_frame(show);
        }
        show->frame += 60; /* past any cooldown */
    }
    const double median = bench_percentile(frame_ms, count, 50);
    bench_report(options, &(BenchResult){
                              .name = name,
                              .unit = "ms",
                              .atrium = median,
                              .p99 = bench_percentile(frame_ms, count, 99),
                              .peer_value = (double)NAN,
                              .ratio = (double)NAN,
                              .extra = { { "worst", bench_percentile(frame_ms, count, 100) },
                                         { "frames", (double)count } },
                          });
}

int bench_catalogue(BenchOptions *options)
{
    const char *file;
    atr_Bytes json;
    for (uint32_t i = 0; atr_catalogue_builtin(i, &file, &json); i++) {
        char effect[64];
        char name[128];
        (void)snprintf(effect, sizeof effect, "%.*s", (int)strcspn(file, "."), file);
        (void)snprintf(name, sizeof name, "effects/software/1280x720/catalogue/%s", effect);
        if (!bench_wants(options, name)) {
            continue;
        }
        Show show;
        const bool ready = open_show(&show, options->seed);
        if (ready) {
            measure(options, &show, effect, name);
        }
        close_show(&show);
        if (!ready) {
            return bench_fault("effects: no stage for %s: %s", effect, SDL_GetError());
        }
    }
    return 0;
}
