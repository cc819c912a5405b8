/* See workload.h. The loops are plain C over arrays, so that the compiler may use what it likes. */
#include "workload.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_S  (1.0f / 60.0f)
#define GRAVITY 300.0f
#define ALIGN   64u

/* ---- Pictures -------------------------------------------------------------------------------- */

/* A disc that fades outwards; of the turning ones, a drop that leans differently in each. */
static float softness(uint32_t index, bool turning, float x, float y)
{
    if (!turning) {
        return 1 - sqrtf(x * x + y * y);
    }
    const float lean = 0.15f + 0.1f * (float)index;
    const float wide = y < 0 ? 0.45f + 0.05f * (float)index : 1.0f; /* thin above, round below */
    const float away = (x - lean * 0.3f) / wide;
    return 1 - sqrtf(away * away + y * y + lean * x * y);
}

void workload_picture(uint32_t index, bool turning, int32_t px, uint32_t *straight,
                      uint32_t *premultiplied)
{
    for (int32_t y = 0; y < px; y++) {
        for (int32_t x = 0; x < px; x++) {
            const float at_x = ((float)x + 0.5f) / (float)px * 2 - 1;
            const float at_y = ((float)y + 0.5f) / (float)px * 2 - 1;
            const float soft = softness(index, turning, at_x, at_y);
            const uint32_t a = soft > 0 ? (uint32_t)(soft * 255.0f) : 0;
            straight[y * px + x] = a << 24 | 0xffffffu;
            premultiplied[y * px + x] = a << 24 | a << 16 | a << 8 | a;
        }
    }
}

/* ---- Particles ------------------------------------------------------------------------------- */

static void bear(Workload *w, uint32_t i)
{
    atr__Random *random = &w->random;
    w->x[i] = atr__random_between(random, 0, (float)w->width);
    w->y[i] = atr__random_between(random, 0, (float)w->height);
    w->speed_x[i] = atr__random_between(random, -100, 100);
    w->speed_y[i] = atr__random_between(random, -160, 40);
    w->ageing[i] = STEP_S / atr__random_between(random, 0.5f, 2.5f);
    w->life[i] = 1;
    w->from[i] = 0xff000080u | (atr__random_u32(random) & 0xffffffu);
    w->to[i] = 0x20000000u | (atr__random_u32(random) & 0xffffffu);
    w->angle[i] = w->turning ? atr__random_between(random, 0, 360) : 0;
    w->spin[i] = w->turning ? atr__random_between(random, -180, 180) * STEP_S : 0;
    w->sprite[i] =
        (atr_SpriteId)(1 + (w->turning ? atr__random_u32(random) % WORKLOAD_SPRITES : 0));
}

/* Cuts the next `count` elements of 4 bytes off the block. */
static void *cut(char **next, uint32_t count)
{
    void *array = *next;
    *next += ((size_t)count * 4 + ALIGN - 1) / ALIGN * ALIGN;
    return array;
}

bool workload_open(Workload *w, uint32_t count, int32_t width, int32_t height, float size_px,
                   bool turning, uint64_t seed)
{
    enum { ARRAYS = 14 };
    *w = (Workload){
        .count = count, .width = width, .height = height, .size_px = size_px, .turning = turning
    };
    w->block = calloc(ARRAYS, ((size_t)count * 4 + ALIGN - 1) / ALIGN * ALIGN);
    if (w->block == NULL) {
        return false;
    }
    char *next = w->block;
    float **floats[] = { &w->x,       &w->y,    &w->size,   &w->angle, &w->speed_x,
                         &w->speed_y, &w->life, &w->ageing, &w->spin };
    for (size_t i = 0; i < ATR_COUNT_OF(floats); i++) {
        *floats[i] = cut(&next, count);
    }
    uint32_t **colors[] = { &w->from, &w->to, &w->straight, &w->premultiplied };
    for (size_t i = 0; i < ATR_COUNT_OF(colors); i++) {
        *colors[i] = cut(&next, count);
    }
    w->sprite = cut(&next, count);
    atr__random_seed(&w->random, seed);
    for (uint32_t i = 0; i < count; i++) {
        bear(w, i);
        w->life[i] = atr__random_unit(&w->random);
    }
    return true;
}

void workload_close(Workload *w)
{
    free(w->block);
    w->block = NULL;
}

/* Two channels of 8 bits in one word, each between a and b by share / 256. */
static uint32_t between(uint32_t a, uint32_t b, uint32_t share)
{
    return (a * (256 - share) + b * share) >> 8 & 0xff00ffu;
}

void workload_move(Workload *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        w->life[i] -= w->ageing[i];
        if (w->life[i] <= 0) {
            bear(w, i);
        }
    }
    for (uint32_t i = 0; i < w->count; i++) {
        w->speed_y[i] += GRAVITY * STEP_S;
        w->x[i] += w->speed_x[i] * STEP_S;
        w->y[i] += w->speed_y[i] * STEP_S;
        w->size[i] = w->size_px * (0.5f + 0.5f * w->life[i]);
    }
    for (uint32_t i = 0; i < w->count; i++) {
        const uint32_t share = 256u - (uint32_t)(int32_t)(w->life[i] * 256.0f);
        const uint32_t from = w->from[i];
        const uint32_t to = w->to[i];
        w->straight[i] = between(from & 0xff00ffu, to & 0xff00ffu, share) |
                         between(from >> 8 & 0xff00ffu, to >> 8 & 0xff00ffu, share) << 8;
    }
    for (uint32_t i = 0; w->turning && i < w->count; i++) {
        w->angle[i] += w->spin[i];
    }
}

void workload_premultiply(Workload *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        const uint32_t color = w->straight[i];
        const uint32_t a = (color >> 24) + 1;
        w->premultiplied[i] = (color & 0xff000000u) | ((color & 0xff00ffu) * a >> 8 & 0xff00ffu) |
                              ((color & 0x00ff00u) * a >> 8 & 0x00ff00u);
    }
}
