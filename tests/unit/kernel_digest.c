/* Prints what each kernel of this processor makes of the same random work, as one number a line:
 *     kernel_digest        compose scalar 0123456789abcdef
 * Built for another architecture and run there, or in an emulator, its numbers must be these. */
#include "kernel_cases.h"

#include "effect/update.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CASES 400
#define STEPS 60

static uint64_t digest_of(uint64_t digest, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        digest = (digest ^ bytes[i]) * 0x100000001b3u;
    }
    return digest;
}

static uint64_t compose_digest(const atr__Kernels *kernels)
{
    static KernelSheet sheet;
    uint64_t digest = 0xcbf29ce484222325u;
    for (KernelCall call = KERNEL_DRAW; call < KERNEL_CALLS; call++) {
        for (uint32_t seed = 0; seed < CASES; seed++) {
            kernel_case(kernels, call, seed, &sheet);
            digest = digest_of(digest, sheet.pixels, sizeof sheet.pixels);
        }
    }
    return digest;
}

/* -1..1, the same on every machine. */
static float noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(int32_t)(*state >> 8) * (1.0f / 8388608.0f) - 1.0f;
}

static void fill_chunk(atr__Chunk *chunk)
{
    uint32_t state = 7;
    memset(chunk, 0, sizeof *chunk);
    chunk->count = ATR__CHUNK_SIZE - 5;
    for (uint32_t i = chunk->count; i < ATR__CHUNK_SIZE; i++) {
        chunk->dies[i] = ATR__NEVER;
    }
    for (uint32_t i = 0; i < chunk->count; i++) {
        chunk->x[i] = noise(&state) * 1280;
        chunk->y[i] = noise(&state) * 720;
        chunk->vx[i] = noise(&state) * 300;
        chunk->vy[i] = noise(&state) * 300;
        chunk->born[i] = noise(&state) * 0.5f;
        chunk->pace[i] = (noise(&state) + 1.1f) * 0.25f;
        chunk->dies[i] = chunk->born[i] + 1 / chunk->pace[i];
        chunk->size[i] = (noise(&state) + 2) * 9;
        chunk->angle[i] = noise(&state) * 180;
        chunk->spin[i] = noise(&state) * 360;
        chunk->frame[i] = (noise(&state) + 1) * 3;
        chunk->fps[i] = noise(&state) * 20;
    }
}

static uint64_t shown_digest(uint64_t digest, const atr__UpdateOps *ops, const atr__Chunk *chunk,
                             float clock)
{
    static float values[5][ATR__CHUNK_SIZE * 2];
    static uint32_t colors[ATR__CHUNK_SIZE * 2];
    static atr_SpriteId sprites[ATR__CHUNK_SIZE * 2];
    static uint8_t smooth[ATR__CHUNK_SIZE * 2];
    static float sizes[ATR__LUT_SIZE + 1];
    static uint32_t table[ATR__LUT_SIZE + 1];
    for (uint32_t i = 0; i <= ATR__LUT_SIZE; i++) {
        sizes[i] = 1.0f - (float)i / 200.0f;
        table[i] = i * 0x01020304u;
    }
    const atr__Look look = { .clock = clock,
                             .scale = 1.5f,
                             .scale_x = 1.25f,
                             .scale_y = 0.75f,
                             .offset_x = 3.25f,
                             .offset_y = -8.5f,
                             .slow_square = 900.0f,
                             .size = sizes,
                             .color = table,
                             .turns = true,
                             .sprite = 4,
                             .frames = 6 };
    const atr__Shown out = { .x = values[0],
                             .y = values[1],
                             .size = values[2],
                             .angle = values[3],
                             .stretch = values[4],
                             .color = colors,
                             .sprite = sprites,
                             .smooth = smooth,
                             .capacity = ATR__CHUNK_SIZE };
    ops->show(chunk, 0, &look, &out, 0);
    for (int i = 0; i < 4; i++) {
        digest = digest_of(digest, values[i], chunk->count * sizeof(float));
    }
    digest = digest_of(digest, colors, chunk->count * sizeof *colors);
    digest = digest_of(digest, sprites, chunk->count * sizeof *sprites);
    return digest_of(digest, smooth, chunk->count);
}

static void push_all(const atr__UpdateOps *ops, const atr__Chunk *chunk, float clock,
                     const atr__Motion *motion, atr__Push *push, uint32_t *arrived)
{
    const atr__Pull pull = {
        .x = 40, .y = -30, .strength = 400, .arrive_square = 900, .reach = motion->reach
    };
    const atr__Whirl whirl = { .way_x = { 0.01f, -0.004f, 0.002f },
                               .way_y = { 0.003f, 0.007f, -0.009f },
                               .push_x = { 30, -40, 50 },
                               .push_y = { -20, 60, 10 },
                               .phase = { clock, clock * 0.5f, 0.25f } };
    *arrived = ops->attract(chunk, &pull, push);
    ops->sway(chunk, clock, 0.7f, 90.0f, push);
    ops->whirl(chunk, &whirl, push);
}

static uint64_t update_digest(const atr__UpdateOps *ops)
{
    static atr__Chunk chunk;
    static atr__Push push;
    uint32_t state = 11;
    uint64_t digest = 0xcbf29ce484222325u;
    float clock = 0.5f;
    fill_chunk(&chunk);
    for (int step = 0; step < STEPS; step++) {
        atr__Motion motion = atr__motion(0.004f + 0.0004f * (float)step, 0.8f, 12.0f, 300.0f);
        uint32_t arrived = 0;
        motion.turns = true;
        motion.frames = 6;
        clock += motion.dt;
        for (uint32_t i = 0; i < ATR__CHUNK_SIZE; i++) {
            push.x[i] = noise(&state) * 50;
            push.y[i] = noise(&state) * 50;
        }
        push_all(ops, &chunk, clock, &motion, &push, &arrived);
        ops->move(&chunk, &motion, step % 2 == 0 ? NULL : &push);
        float next_death = 0;
        const uint64_t dead = ops->find_dead(&chunk, clock, &next_death);
        digest = digest_of(digest, &arrived, sizeof arrived);
        digest = digest_of(digest, &dead, sizeof dead);
        digest = digest_of(digest, &next_death, sizeof next_death);
        digest = shown_digest(digest, ops, &chunk, clock);
    }
    return digest_of(digest, chunk.vx, sizeof chunk.vx + sizeof chunk.vy);
}

int main(void)
{
    const atr__UpdateOps *const updates[] = { atr__update_avx2(), atr__update_sse2(),
                                              atr__update_neon(), atr__update_scalar() };
    for (uint32_t i = 0; atr__kernels_at(i) != NULL; i++) {
        const atr__Kernels *kernels = atr__kernels_at(i);
        printf("compose %s %016" PRIx64 "\n", kernels->name, compose_digest(kernels));
    }
    for (size_t i = 0; i < ATR_COUNT_OF(updates); i++) {
        if (updates[i] != NULL) {
            printf("update %s %016" PRIx64 "\n", updates[i]->name, update_digest(updates[i]));
        }
    }
    return 0;
}
