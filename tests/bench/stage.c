/* See stage.h. */
#include "stage.h"

#include "bench.h"

#include <string.h>

#define CLEAR       0xff101020u
#define CACHE_BYTES ((size_t)16 * 1024 * 1024)

static bool make_pictures(Stage *stage, const StageDesc *desc)
{
    static const uint32_t white = 0xffffffffu;
    static uint32_t straight[WORKLOAD_PX_MAX * WORKLOAD_PX_MAX];
    const int32_t px = desc->size_px;
    stage->images[ATR_SPRITE_WHITE] = (atr_Image){ &white, 1, 1, 1 };
    for (uint32_t i = 0; i < WORKLOAD_SPRITES; i++) {
        workload_picture(i, desc->turning, px, straight, stage->texels[i]);
        stage->images[i + 1] = (atr_Image){ stage->texels[i], px, px, px };
        SDL_Texture *texture = SDL_CreateTexture(stage->renderer, SDL_PIXELFORMAT_ARGB8888,
                                                 SDL_TEXTUREACCESS_STATIC, px, px);
        stage->textures[i] = texture;
        if (texture == NULL || SDL_UpdateTexture(texture, NULL, straight, px * 4) != 0 ||
            SDL_SetTextureBlendMode(texture, SDL_BLENDMODE_BLEND) != 0) {
            return false;
        }
    }
    return true;
}

bool stage_open(Stage *stage, const StageDesc *desc)
{
    memset(stage, 0, sizeof *stage);
    SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    SDL_SetHint(SDL_HINT_RENDER_DRIVER, "software");
    SDL_SetHint(SDL_HINT_RENDER_BATCHING, "1"); /* naming a driver turns it off */
    if (SDL_Init(SDL_INIT_VIDEO) != 0 ||
        !workload_open(&stage->work, desc->count, desc->width, desc->height, (float)desc->size_px,
                       desc->turning, desc->seed)) {
        return false;
    }
    stage->window = SDL_CreateWindow("bench", 0, 0, desc->width, desc->height, SDL_WINDOW_HIDDEN);
    stage->renderer =
        stage->window != NULL ? SDL_CreateRenderer(stage->window, -1, SDL_RENDERER_SOFTWARE) : NULL;
    return stage->renderer != NULL && make_pictures(stage, desc) &&
           SDL_GetWindowSurface(stage->window) != NULL;
}

void stage_close(Stage *stage)
{
    workload_close(&stage->work);
    if (stage->renderer != NULL) {
        SDL_DestroyRenderer(stage->renderer); /* and its textures */
    }
    if (stage->window != NULL) {
        SDL_DestroyWindow(stage->window);
    }
    SDL_Quit();
}

atr_Compositor *stage_compositor(const Stage *stage, const char *kernel, bool second_thread)
{
    const atr_ComposeDesc desc = { .cache_bytes = CACHE_BYTES,
                                   .max_sprites = stage->work.count,
                                   .kernel = kernel,
                                   .second_thread = second_thread };
    atr_Compositor *compositor = NULL;
    atr_ComposeStats stats;
    if (atr_compose_create(&desc, &compositor) != ATR_OK ||
        atr_compose_set_sprites(compositor, stage->images, WORKLOAD_SPRITES + 1) != ATR_OK) {
        atr_compose_destroy(compositor);
        return NULL;
    }
    atr_compose_stats(compositor, &stats);
    if (kernel != NULL && strcmp(stats.kernel, kernel) != 0) {
        atr_compose_destroy(compositor);
        return NULL;
    }
    return compositor;
}

StageTime stage_clock(void)
{
    return (StageTime){ (double)bench_own_ns() / 1e6, (double)bench_now_ns() / 1e6 };
}

StageTime stage_since(StageTime start)
{
    const StageTime now = stage_clock();
    return (StageTime){ now.own - start.own, now.elapsed - start.elapsed };
}

StageTime stage_frame_atrium(Stage *stage, atr_Compositor *compositor)
{
    const StageTime start = stage_clock();
    Workload *work = &stage->work;
    workload_move(work);
    workload_premultiply(work);
    SDL_Surface *surface = SDL_GetWindowSurface(stage->window);
    SDL_FillRect(surface, NULL, CLEAR);
    const atr_Canvas canvas = { surface->pixels, surface->w, surface->h, surface->pitch / 4 };
    const atr_Particles particles = { .count = work->count,
                                      .x = work->x,
                                      .y = work->y,
                                      .size = work->size,
                                      .angle_deg = work->angle,
                                      .color = work->premultiplied,
                                      .sprite = work->sprite };
    const atr_DrawCmd cmd = { .kind = ATR_DRAW_PARTICLES, .count = work->count };
    atr_compose_commands(compositor, &canvas, NULL, NULL, &cmd, 1, &particles, NULL);
    SDL_UpdateWindowSurface(stage->window);
    return stage_since(start);
}

static void copy_particles(Stage *stage)
{
    const Workload *work = &stage->work;
    for (uint32_t i = 0; i < work->count; i++) {
        const uint32_t color = work->straight[i];
        const float size = work->size[i];
        const SDL_FRect to = { work->x[i] - size / 2, work->y[i] - size / 2, size, size };
        SDL_Texture *texture = stage->textures[work->sprite[i] - 1];
        SDL_SetTextureColorMod(texture, (Uint8)(color >> 16), (Uint8)(color >> 8), (Uint8)color);
        SDL_SetTextureAlphaMod(texture, (Uint8)(color >> 24));
        if (work->turning) {
            SDL_RenderCopyExF(stage->renderer, texture, NULL, &to, (double)work->angle[i], NULL,
                              SDL_FLIP_NONE);
        } else {
            SDL_RenderCopyF(stage->renderer, texture, NULL, &to);
        }
    }
}

StageTime stage_frame_sdl(Stage *stage)
{
    const StageTime start = stage_clock();
    workload_move(&stage->work);
    SDL_SetRenderDrawColor(stage->renderer, CLEAR >> 16 & 0xff, CLEAR >> 8 & 0xff, CLEAR & 0xff,
                           255);
    SDL_RenderClear(stage->renderer);
    copy_particles(stage);
    SDL_RenderPresent(stage->renderer);
    return stage_since(start);
}
