/* Part of suite `effects`: what moving a particle costs, ns, in the runtime's own passes and in an
 * array of structs that does the same work, with the same formulas, one particle after another.
 *
 * `effects/update/array_of_structs`: as coins in the air. Both sides, in every frame: tell from
 * each particle's birth and life whether it has died, begin a life anew for those that have, move
 * by speed, drag and gravity, turn, and flip the frames. Lives are 1.5 to 2.5 s and begin at
 * different times, so that of 10,000 particles some 80 die in a frame. Structs are asked one by
 * one. The runtime keeps for each 64 particles the time before which none of them dies; as when
 * effects play, it walks the list of these times, looks for the dead where one has come, then moves
 * all.
 *
 * `effects/update/shown/array_of_structs`: that, and place, size and colour over life written out
 * for drawing. */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include "base/random.h"
#include "effect/update.h"

#include <stdlib.h>
#include <string.h>

#define CHUNKS     157
#define PARTICLES  (CHUNKS * ATR__CHUNK_SIZE)
#define PASSES     200 /* in one sample */
#define SAMPLES    7   /* of each in a round */
#define FRAMES     8
#define STEP_S     (1.0f / 60.0f)
#define LIFE_LOW   1.5f
#define LIFE_HIGH  2.5f
#define START_S    3.0f  /* when all have been born */
#define CLOCK_MOST 64.0f /* as in the runtime: then births and the clock are set back */
#define ROUNDS_MAX (BENCH_ROUNDS * 8)

typedef enum Side { STRUCTS, CHUNKED, SIDES } Side;

/* What atr__Chunk has of each. */
typedef struct Particle {
    float x, y, vx, vy;
    float born, pace;
    float size;
    uint32_t serial;
    float angle, spin;
    float frame, fps;
    uint8_t row;
} Particle;

typedef struct Field {
    atr__Chunk chunks[CHUNKS];
    atr__ChunkHead heads[CHUNKS]; /* one list */
    uint32_t due[CHUNKS];
    uint64_t gone[CHUNKS]; /* bits for those of each that is due */
    Particle particles[PARTICLES];
    float shown_x[PARTICLES + ATR__CHUNK_SIZE], shown_y[PARTICLES + ATR__CHUNK_SIZE];
    float shown_size[PARTICLES + ATR__CHUNK_SIZE], shown_angle[PARTICLES + ATR__CHUNK_SIZE];
    uint32_t shown_color[PARTICLES + ATR__CHUNK_SIZE];
    atr_SpriteId shown_sprite[PARTICLES + ATR__CHUNK_SIZE];
    uint8_t shown_smooth[PARTICLES + ATR__CHUNK_SIZE];
    float curve[ATR__LUT_SIZE];
    uint32_t colors[ATR__LUT_SIZE];
    const atr__UpdateOps *ops;
    atr__Motion motion;
    float clock[SIDES]; /* each goes on while it is its turn */
    uint32_t dead[SIDES];
} Field;

static Field field;

static const atr__UpdateOps *best_ops(void)
{
    static const atr__Simd order[] = { ATR__SIMD_AVX2, ATR__SIMD_NEON, ATR__SIMD_SSE2,
                                       ATR__SIMD_SCALAR };
    const atr__UpdateOps *ops = NULL;
    for (size_t i = 0; ops == NULL && i < ATR_COUNT_OF(order); i++) {
        ops = atr__update_of(order[i]);
    }
    return ops;
}

static void make_field(uint64_t seed)
{
    atr__Random random;
    atr__random_seed(&random, seed);
    memset(&field, 0, sizeof field);
    field.ops = best_ops();
    field.motion = atr__motion(STEP_S, 0.2f, 0, 300);
    field.motion.turns = true;
    field.motion.frames = FRAMES;
    field.clock[STRUCTS] = START_S;
    field.clock[CHUNKED] = START_S;
    for (int i = 0; i < ATR__LUT_SIZE; i++) {
        field.curve[i] = 1 - 0.5f * (float)i / ATR__LUT_SIZE;
        field.colors[i] = 0xff000000u + (uint32_t)i * 0x010101u;
    }
    for (uint32_t i = 0; i < CHUNKS; i++) {
        field.heads[i].next = i + 1 < CHUNKS ? i + 1 : ATR__CHUNK_NONE;
    }
    for (uint32_t i = 0; i < PARTICLES; i++) {
        atr__Chunk *chunk = &field.chunks[i / ATR__CHUNK_SIZE];
        const uint32_t k = i % ATR__CHUNK_SIZE;
        Particle *one = &field.particles[i];
        const float life = atr__random_between(&random, LIFE_LOW, LIFE_HIGH);
        *one = (Particle){ .x = atr__random_between(&random, 0, 1280),
                           .y = atr__random_between(&random, 0, 720),
                           .vx = atr__random_between(&random, -100, 100),
                           .vy = atr__random_between(&random, -160, 40),
                           .born = START_S - life * atr__random_unit(&random),
                           .pace = 1 / life,
                           .size = 16,
                           .spin = atr__random_between(&random, -180, 180),
                           .fps = 16 };
        chunk->x[k] = one->x;
        chunk->y[k] = one->y;
        chunk->vx[k] = one->vx;
        chunk->vy[k] = one->vy;
        chunk->born[k] = one->born;
        chunk->dies[k] = one->born + life;
        chunk->pace[k] = one->pace;
        chunk->size[k] = one->size;
        chunk->spin[k] = one->spin;
        chunk->fps[k] = one->fps;
        chunk->count = ATR__CHUNK_SIZE;
    }
}

/* ---- Atrium ---------------------------------------------------------------------------------- */

/* Where the runtime would take the dead out and bear others: in the same places. */
static void bear_again(uint32_t id, uint64_t dead, float clock)
{
    atr__Chunk *chunk = &field.chunks[id];
    atr__ChunkHead *head = &field.heads[id];
    for (; dead != 0; dead &= dead - 1) {
        const uint32_t i = atr__lowest_bit(dead);
        const float death = clock + 1 / chunk->pace[i];
        chunk->born[i] = clock;
        chunk->dies[i] = death;
        head->next_death = death < head->next_death ? death : head->next_death;
        field.dead[CHUNKED]++;
    }
}

static void update_chunks(bool shown)
{
    const float clock = field.clock[CHUNKED];
    const atr__Look look = { .clock = clock,
                             .scale = 1,
                             .scale_x = 1,
                             .scale_y = 1,
                             .size = field.curve,
                             .color = field.colors,
                             .sprite = 1,
                             .turns = true,
                             .frames = FRAMES };
    const atr__Shown out = { .x = field.shown_x,
                             .y = field.shown_y,
                             .size = field.shown_size,
                             .angle = field.shown_angle,
                             .color = field.shown_color,
                             .sprite = field.shown_sprite,
                             .smooth = field.shown_smooth,
                             .capacity = PARTICLES };
    const uint32_t due = atr__chunks_due(field.heads, 0, clock, field.due);
    for (uint32_t i = 0; i < due; i++) {
        const uint32_t id = field.due[i];
        field.gone[i] = field.ops->find_dead(&field.chunks[id], clock, &field.heads[id].next_death);
    }
    for (uint32_t i = 0; i < due; i++) {
        bear_again(field.due[i], field.gone[i], clock);
    }
    for (uint32_t i = 0; i < CHUNKS; i++) {
        atr__Chunk *chunk = &field.chunks[i];
        field.ops->move(chunk, &field.motion, NULL);
        if (shown) {
            field.ops->show(chunk, 0, &look, &out, i * ATR__CHUNK_SIZE);
        }
    }
}

/* ---- One after another ----------------------------------------------------------------------- */

static void show_one(const Particle *one, uint32_t at, float age)
{
    const int32_t step = (int32_t)(age * (float)ATR__LUT_SIZE);
    field.shown_x[at] = one->x;
    field.shown_y[at] = one->y;
    field.shown_size[at] = one->size * field.curve[step];
    field.shown_angle[at] = one->angle;
    field.shown_color[at] = field.colors[step];
    const int32_t whole = (int32_t)one->frame;
    field.shown_sprite[at] = (atr_SpriteId)(1 + (whole < FRAMES ? whole : 0));
    field.shown_smooth[at] = one->vx * one->vx + one->vy * one->vy < 0 ? 1 : 0;
}

static void update_structs(bool shown)
{
    const atr__Motion m = field.motion;
    const float clock = field.clock[STRUCTS];
    for (uint32_t i = 0; i < PARTICLES; i++) {
        Particle *one = &field.particles[i];
        float age = (clock - one->born) * one->pace;
        if (age >= 1) {
            field.dead[STRUCTS]++;
            one->born = clock;
            age = 0;
        }
        one->x += one->vx * m.reach + m.gravity_x * m.fall;
        one->y += one->vy * m.reach + m.gravity_y * m.fall;
        one->vx = one->vx * m.keep + m.gravity_x * m.reach;
        one->vy = one->vy * m.keep + m.gravity_y * m.reach;
        one->angle += one->spin * STEP_S;
        const float next = one->frame + one->fps * STEP_S;
        one->frame = next - (float)FRAMES * (float)(int32_t)(next * (1.0f / FRAMES));
        if (shown) {
            show_one(one, i, age);
        }
    }
}

/* ---- Both ------------------------------------------------------------------------------------ */

static void set_back(Side side)
{
    for (uint32_t i = 0; i < PARTICLES; i++) {
        if (side == STRUCTS) {
            field.particles[i].born -= CLOCK_MOST;
        } else {
            atr__Chunk *chunk = &field.chunks[i / ATR__CHUNK_SIZE];
            chunk->born[i % ATR__CHUNK_SIZE] -= CLOCK_MOST;
            chunk->dies[i % ATR__CHUNK_SIZE] -= CLOCK_MOST;
            field.heads[i / ATR__CHUNK_SIZE].next_death = 0;
        }
    }
    field.clock[side] -= CLOCK_MOST;
}

/* ns for each particle */
static double sample(Side side, bool shown)
{
    if (field.clock[side] > CLOCK_MOST) {
        set_back(side);
    }
    const uint64_t start_ns = bench_own_ns();
    for (int i = 0; i < PASSES; i++) {
        field.clock[side] += STEP_S;
        if (side == STRUCTS) {
            update_structs(shown);
        } else {
            update_chunks(shown);
        }
    }
    return (double)(bench_own_ns() - start_ns) / ((double)PASSES * PARTICLES);
}

static void measure(BenchOptions *options, const char *name, bool shown)
{
    static double ours[ROUNDS_MAX * SAMPLES];
    static double peers[ROUNDS_MAX * SAMPLES];
    const size_t rounds = options->long_run ? ROUNDS_MAX : BENCH_ROUNDS;
    size_t count = 0;
    uint32_t passes = PASSES;
    if (!bench_wants(options, name)) {
        return;
    }
    make_field(options->seed);
    (void)sample(CHUNKED, shown);
    (void)sample(STRUCTS, shown);
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < SAMPLES; i++, count++) {
            ours[count] = sample(CHUNKED, shown);
            peers[count] = sample(STRUCTS, shown);
            passes += PASSES;
        }
    }
    const BenchSpread mine = bench_spread(ours, count);
    const double peer = bench_spread(peers, count).median;
    bench_report(options, &(BenchResult){
                              .name = name,
                              .unit = "ns",
                              .atrium = mine.median,
                              .p99 = mine.p99,
                              .peer = "array_of_structs",
                              .peer_value = peer,
                              .ratio = peer / mine.median,
                              .goal = shown ? 0 : 6,
                              .most = shown ? 0 : 0.6,
                              .extra = {
                                  { "particles", PARTICLES },
                                  { "deaths_a_frame", (double)field.dead[CHUNKED] / passes },
                                  { "peer_deaths_a_frame", (double)field.dead[STRUCTS] / passes },
                              } });
}

void bench_update(BenchOptions *options)
{
    measure(options, "effects/update/array_of_structs", false);
    measure(options, "effects/update/shown/array_of_structs", true);
}
