/* Suite `effects`: whole frames (clear, draw, present) of 10,000 tinted, scaled, upright sprites on
 * SDL's dummy driver: atrium's compositor writing the window's surface, beside SDL's software
 * renderer drawing the same sprites into the same surface with SDL_RenderCopyF. */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <atrium/compose.h>

#include "base/random.h"

#include <SDL.h>

#include <math.h>

#define WIDTH   1280
#define HEIGHT  720
#define SPRITES 10000
#define TEXELS  32
#define FRAMES  8 /* of each subject in one round */
#define LONG    40
#define CLEAR   0xff1b2a41u

typedef struct Scene {
    SDL_Window *window;
    SDL_Surface *surface;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    atr_Compositor *compositor;
    float x[SPRITES], y[SPRITES], size[SPRITES], angle[SPRITES];
    uint32_t color[SPRITES];
    atr_SpriteId sprite[SPRITES];
    uint32_t texels[TEXELS * TEXELS];
} Scene;

static Scene scene;

/* A soft white disc, premultiplied. */
static void make_sprite(void)
{
    for (int y = 0; y < TEXELS; y++) {
        for (int x = 0; x < TEXELS; x++) {
            const float dx = ((float)x + 0.5f) / TEXELS * 2 - 1;
            const float dy = ((float)y + 0.5f) / TEXELS * 2 - 1;
            const float away = 1 - sqrtf(dx * dx + dy * dy);
            const uint32_t a = away > 0 ? (uint32_t)(255 * (away > 0.5f ? 1 : away * 2)) : 0;
            scene.texels[y * TEXELS + x] = a << 24 | a << 16 | a << 8 | a;
        }
    }
}

static void place_sprites(uint64_t seed)
{
    atr__Random random;
    atr__random_seed(&random, seed);
    for (int i = 0; i < SPRITES; i++) {
        const uint32_t draw = atr__random_u32(&random);
        scene.x[i] = atr__random_between(&random, 0, WIDTH);
        scene.y[i] = atr__random_between(&random, 0, HEIGHT);
        scene.size[i] = atr__random_between(&random, 8, 16);
        scene.color[i] = 0xff000000u | (draw & 0x7f7f7fu) | 0x808080u;
        scene.sprite[i] = 1;
    }
}

static bool open_scene(uint64_t seed)
{
    static const uint32_t white = 0xffffffffu;
    SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return false;
    }
    make_sprite();
    place_sprites(seed);
    scene.window = SDL_CreateWindow("bench", 0, 0, WIDTH, HEIGHT, SDL_WINDOW_HIDDEN);
    scene.surface = scene.window != NULL ? SDL_GetWindowSurface(scene.window) : NULL;
    scene.renderer = scene.surface != NULL ? SDL_CreateSoftwareRenderer(scene.surface) : NULL;
    if (scene.renderer == NULL) {
        return false;
    }
    scene.texture = SDL_CreateTexture(scene.renderer, SDL_PIXELFORMAT_ARGB8888,
                                      SDL_TEXTUREACCESS_STATIC, TEXELS, TEXELS);
    const atr_Image images[] = {
        { &white, 1, 1, 1 },
        { scene.texels, TEXELS, TEXELS, TEXELS },
    };
    return scene.texture != NULL &&
           SDL_UpdateTexture(scene.texture, NULL, scene.texels, TEXELS * 4) == 0 &&
           SDL_SetTextureBlendMode(scene.texture, SDL_BLENDMODE_BLEND) == 0 &&
           atr_compose_create(NULL, &scene.compositor) == ATR_OK &&
           atr_compose_set_sprites(scene.compositor, images, 2) == ATR_OK;
}

static void close_scene(void)
{
    atr_compose_destroy(scene.compositor);
    if (scene.texture != NULL) {
        SDL_DestroyTexture(scene.texture);
    }
    if (scene.renderer != NULL) {
        SDL_DestroyRenderer(scene.renderer);
    }
    if (scene.window != NULL) {
        SDL_DestroyWindow(scene.window);
    }
    SDL_Quit();
}

static double frame_of_atrium(void)
{
    const uint64_t start_ns = bench_now_ns();
    const atr_Canvas canvas = { scene.surface->pixels, WIDTH, HEIGHT, scene.surface->pitch / 4 };
    const atr_Particles particles = { .count = SPRITES,
                                      .x = scene.x,
                                      .y = scene.y,
                                      .size = scene.size,
                                      .angle_deg = scene.angle,
                                      .color = scene.color,
                                      .sprite = scene.sprite };
    const atr_DrawCmd cmd = { .kind = ATR_DRAW_PARTICLES, .count = SPRITES };
    SDL_FillRect(scene.surface, NULL, CLEAR);
    atr_compose_commands(scene.compositor, &canvas, NULL, NULL, &cmd, 1, &particles, NULL);
    SDL_UpdateWindowSurface(scene.window);
    return (double)(bench_now_ns() - start_ns) / 1e6;
}

static double frame_of_sdl(void)
{
    const uint64_t start_ns = bench_now_ns();
    SDL_SetRenderDrawColor(scene.renderer, CLEAR >> 16 & 0xff, CLEAR >> 8 & 0xff, CLEAR & 0xff,
                           255);
    SDL_RenderClear(scene.renderer);
    for (int i = 0; i < SPRITES; i++) {
        const uint32_t color = scene.color[i];
        const float size = scene.size[i];
        const SDL_FRect to = { scene.x[i] - size / 2, scene.y[i] - size / 2, size, size };
        SDL_SetTextureColorMod(scene.texture, (Uint8)(color >> 16), (Uint8)(color >> 8),
                               (Uint8)color);
        SDL_RenderCopyF(scene.renderer, scene.texture, NULL, &to);
    }
    SDL_RenderPresent(scene.renderer);
    SDL_UpdateWindowSurface(scene.window);
    return (double)(bench_now_ns() - start_ns) / 1e6;
}

int bench_effects(BenchOptions *options)
{
    static const char name[] = "effects/software/1280x720/16px/10000/SDL_RenderCopyF";
    static double ours[BENCH_ROUNDS * LONG];
    static double peers[BENCH_ROUNDS * LONG];
    if (!bench_wants(options, name)) {
        return bench_catalogue(options);
    }
    if (!open_scene(options->seed)) {
        close_scene();
        return bench_fault("effects: no window to draw into: %s", SDL_GetError());
    }
    const size_t frames = options->long_run ? LONG : FRAMES;
    (void)frame_of_atrium(); /* scaled sprites are kept from here on */
    (void)frame_of_sdl();
    for (size_t round = 0; round < BENCH_ROUNDS; round++) {
        for (size_t i = 0; i < frames; i++) {
            ours[round * frames + i] = frame_of_atrium();
        }
        for (size_t i = 0; i < frames; i++) {
            peers[round * frames + i] = frame_of_sdl();
        }
    }
    close_scene();
    const double value = bench_percentile(ours, BENCH_ROUNDS * frames, 50);
    const double peer = bench_percentile(peers, BENCH_ROUNDS * frames, 50);
    bench_report(options, &(BenchResult){ .name = name,
                                          .unit = "ms",
                                          .atrium = value,
                                          .p99 = bench_percentile(ours, BENCH_ROUNDS * frames, 99),
                                          .peer = "SDL_RenderCopyF",
                                          .peer_value = peer,
                                          .ratio = peer / value });
    return bench_catalogue(options);
}
