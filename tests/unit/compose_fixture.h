/* Pictures, canvases and random scenes for the tests of the compositor. */
#ifndef ATR_TEST_COMPOSE_FIXTURE_H
#define ATR_TEST_COMPOSE_FIXTURE_H

#include <atrium/compose.h>

#include "base/random.h"

#include <math.h>
#include <string.h>

enum { PICTURES = 5, SCENE_W = 640, SCENE_H = 400, SCENE_PARTICLES = 7000, SCENE_COMMANDS = 60 };

/* 0: one white pixel, 1: a soft asymmetric blob, 2: opaque to its edges, 3: a soft disc with a
 * clear border, 4: a bar with holes. */
typedef struct Pictures {
    uint32_t white[1];
    uint32_t blob[24 * 16];
    uint32_t block[8 * 8];
    uint32_t disc[32 * 32];
    uint32_t bars[20 * 30];
    atr_Image images[PICTURES];
} Pictures;

static inline void pictures_init(Pictures *pictures)
{
    pictures->white[0] = 0xffffffffu;
    for (uint32_t y = 0; y < 16; y++) {
        for (uint32_t x = 0; x < 24; x++) {
            const uint32_t alpha = (x * 10 + y * 3) % 256 * (x > 1 && y > 1 && x < 22);
            pictures->blob[y * 24 + x] = alpha << 24 | alpha << 16 | alpha / 2 << 8 | alpha / 3;
        }
    }
    for (uint32_t i = 0; i < 64; i++) {
        pictures->block[i] = 0xff000000u | i * 0x030201u;
    }
    for (int y = 0; y < 32; y++) {
        for (int x = 0; x < 32; x++) {
            const float away = hypotf((float)x - 15.5f, (float)y - 15.5f) / 15.0f;
            const uint32_t alpha = away < 1.0f ? (uint32_t)(255.0f * (1.0f - away * away)) : 0;
            pictures->disc[y * 32 + x] = alpha * 0x01010101u;
        }
    }
    for (uint32_t y = 0; y < 30; y++) {
        for (uint32_t x = 0; x < 20; x++) {
            const bool bar = x % 8 < 3 && (y + x) % 11 != 5;
            pictures->bars[y * 20 + x] = bar ? 0x01010101u * (100 + x * 4) : 0;
        }
    }
    pictures->images[0] = (atr_Image){ pictures->white, 1, 1, 1 };
    pictures->images[1] = (atr_Image){ pictures->blob, 24, 16, 24 };
    pictures->images[2] = (atr_Image){ pictures->block, 8, 8, 8 };
    pictures->images[3] = (atr_Image){ pictures->disc, 32, 32, 32 };
    pictures->images[4] = (atr_Image){ pictures->bars, 20, 30, 20 };
}

/* Everything a compositor is asked for, in one list: particles upright, turned, stretched, slow and
 * fast; large and growing sprites; rectangles. */
typedef struct Scene {
    float x[SCENE_PARTICLES], y[SCENE_PARTICLES], size[SCENE_PARTICLES], angle[SCENE_PARTICLES];
    float stretch[SCENE_PARTICLES];
    uint32_t color[SCENE_PARTICLES];
    atr_SpriteId sprite[SCENE_PARTICLES];
    uint8_t smooth[SCENE_PARTICLES];
    atr_DrawCmd commands[SCENE_COMMANDS];
    atr_Particles particles;
} Scene;

static inline uint32_t scene_color(atr__Random *random)
{
    const uint32_t r = atr__random_u32(random);
    const uint32_t a = r % 5 == 0 ? 0 : 0xff;
    return a << 24 | (r >> 8 & 0x7f) << 16 | (r >> 15 & 0x7f) << 8 | (r >> 22 & 0x7f) | 0x010101;
}

static inline void scene_init(Scene *scene, uint64_t seed)
{
    atr__Random random;
    atr__random_seed(&random, seed);
    for (int i = 0; i < SCENE_PARTICLES; i++) {
        const uint32_t kind = atr__random_u32(&random) % 8;
        scene->x[i] = atr__random_between(&random, -20, SCENE_W + 20);
        scene->y[i] = atr__random_between(&random, -20, SCENE_H + 20);
        scene->size[i] = floorf(atr__random_between(&random, 2, 22)) + 0.25f;
        scene->angle[i] = kind < 4 ? 0 : atr__random_between(&random, -400, 400);
        scene->stretch[i] = kind == 3 ? 0.5f : 1.0f;
        scene->color[i] = i % 7 == 0 ? 0xffffffffu : scene_color(&random);
        scene->sprite[i] = (atr_SpriteId)(atr__random_u32(&random) % PICTURES);
        scene->smooth[i] = kind == 1 || kind == 5;
    }
    scene->particles = (atr_Particles){ .count = SCENE_PARTICLES,
                                        .x = scene->x,
                                        .y = scene->y,
                                        .size = scene->size,
                                        .angle_deg = scene->angle,
                                        .color = scene->color,
                                        .sprite = scene->sprite,
                                        .stretch = scene->stretch,
                                        .smooth = scene->smooth };
    for (uint32_t i = 0; i < SCENE_COMMANDS; i++) {
        const bool large = i % 10 == 3;
        atr_DrawCmd *cmd = &scene->commands[i];
        *cmd = (atr_DrawCmd){ .kind = i % 6 == 5 ? ATR_DRAW_RECT : ATR_DRAW_SPRITE,
                              .sprite = (atr_SpriteId)(i % PICTURES),
                              .x = atr__random_between(&random, 0, SCENE_W),
                              .y = atr__random_between(&random, 0, SCENE_H),
                              .w = atr__random_between(&random, 10, large ? 400 : 60),
                              .h = atr__random_between(&random, 10, large ? 300 : 60),
                              .angle_deg = i % 4 == 1 ? (float)i * 10 : 0,
                              .smooth = i % 9 == 0,
                              .color = i % 3 == 0 ? 0xffffffffu : 0x60203040u };
        if (i % 2 == 0) {
            *cmd = (atr_DrawCmd){ .kind = ATR_DRAW_PARTICLES,
                                  .first = SCENE_PARTICLES / SCENE_COMMANDS * i,
                                  .count = SCENE_PARTICLES / SCENE_COMMANDS * 2 };
        }
    }
}

#endif
