/* The passes of update.h as plain loops; included once per instruction set, with KERNEL_NAME
 * defined, by files that are compiled for it. No pass sums floats or calls into libm, so that the
 * compiler may only do the same operations on more elements at once. Arrays come as restricted
 * parameters: so it knows that they do not overlap. */
#include "effect/update.h"

#include "base/trig.h"

#include <math.h>
#include <string.h>

#define LAST_MOMENT 0.99999f /* of a life: what is shown has not died */

static inline uint32_t whole_groups(uint32_t count)
{
    return (count + (ATR__CHUNK_STEP - 1)) & ~(uint32_t)(ATR__CHUNK_STEP - 1);
}

/* ---- Motion ---------------------------------------------------------------------------------- */

/* Kept within one round of the frames, whichever way they run. */
static inline float next_frame(float frame, float fps, float dt, float round, float part)
{
    const float next = frame + fps * dt;
    return next - round * (float)(int32_t)(next * part);
}

static inline void flip(uint32_t n, float *restrict frame, const float *restrict fps,
                        const atr__Motion *motion)
{
    const float dt = motion->dt;
    const float round = (float)motion->frames;
    const float part = 1.0f / round;
    for (uint32_t i = 0; i < n; i++) {
        frame[i] = next_frame(frame[i], fps[i], dt, round, part);
    }
}

static inline void turn(uint32_t n, float *restrict angle, const float *restrict spin,
                        const atr__Motion *motion)
{
    const float dt = motion->dt;
    for (uint32_t i = 0; i < n; i++) {
        angle[i] += spin[i] * dt;
    }
}

static inline void move_freely(uint32_t n, float *restrict x, float *restrict y, float *restrict vx,
                               float *restrict vy, const atr__Motion *motion)
{
    const atr__Motion m = *motion;
    const float gain_x = m.gravity_x * m.reach;
    const float gain_y = m.gravity_y * m.reach;
    const float fall_x = m.gravity_x * m.fall;
    const float fall_y = m.gravity_y * m.fall;
    for (uint32_t i = 0; i < n; i++) {
        x[i] += vx[i] * m.reach + fall_x;
        y[i] += vy[i] * m.reach + fall_y;
        vx[i] = vx[i] * m.keep + gain_x;
        vy[i] = vy[i] * m.keep + gain_y;
    }
}

/* One of the two axes. */
static inline void move_pushed(uint32_t n, float *restrict place, float *restrict speed,
                               const float *restrict push, const atr__Motion *motion, float gravity)
{
    const float keep = motion->keep;
    const float reach = motion->reach;
    const float fall = motion->fall;
    for (uint32_t i = 0; i < n; i++) {
        const float pull = push[i] + gravity;
        place[i] += speed[i] * reach + pull * fall;
        speed[i] = speed[i] * keep + pull * reach;
    }
}

static void move(atr__Chunk *chunk, const atr__Motion *motion, const atr__Push *push)
{
    const uint32_t n = whole_groups(chunk->count);
    if (push != NULL) {
        move_pushed(n, chunk->x, chunk->vx, push->x, motion, motion->gravity_x);
        move_pushed(n, chunk->y, chunk->vy, push->y, motion, motion->gravity_y);
    } else {
        move_freely(n, chunk->x, chunk->y, chunk->vx, chunk->vy, motion);
    }
    if (motion->turns) {
        turn(n, chunk->angle, chunk->spin, motion);
    }
    if (motion->frames > 0) {
        flip(n, chunk->frame, chunk->fps, motion);
    }
}

static inline uint32_t pull_to(uint32_t n, float *restrict push_x, float *restrict push_y,
                               const float *restrict x, const float *restrict y,
                               const float *restrict vx, const float *restrict vy,
                               const atr__Pull *pull)
{
    const atr__Pull p = *pull;
    uint32_t arrived = 0;
    for (uint32_t i = 0; i < n; i++) {
        const float dx = p.x - x[i];
        const float dy = p.y - y[i];
        const float square = dx * dx + dy * dy;
        const float share = p.strength / sqrtf(square); /* exact by IEEE, unlike the rest of libm */
        push_x[i] += square > 0.0f ? dx * share : 0.0f;
        push_y[i] += square > 0.0f ? dy * share : 0.0f;
        const float mx = vx[i] * p.reach;
        const float my = vy[i] * p.reach;
        const float close = atr__closest_share(dx, dy, mx, my);
        const float away_x = dx - mx * close;
        const float away_y = dy - my * close;
        arrived += away_x * away_x + away_y * away_y <= p.arrive_square ? 1u : 0u;
    }
    return arrived;
}

static uint32_t attract(const atr__Chunk *chunk, const atr__Pull *pull, atr__Push *push)
{
    return pull_to(whole_groups(chunk->count), push->x, push->y, chunk->x, chunk->y, chunk->vx,
                   chunk->vy, pull);
}

/* Each in its own time: when it was born and how long it lives are its phase. */
static inline void sway_by(uint32_t n, float *restrict push, const float *restrict born,
                           const float *restrict pace, float clock, float rate, float strength)
{
    for (uint32_t i = 0; i < n; i++) {
        push[i] += strength * atr__sin_turns((clock - born[i]) * rate + 7.3f / pace[i]);
    }
}

static void sway(const atr__Chunk *chunk, float clock, float rate, float strength, atr__Push *push)
{
    sway_by(whole_groups(chunk->count), push->x, chunk->born, chunk->pace, clock, rate, strength);
}

static inline void whirl_by(uint32_t n, float *restrict push_x, float *restrict push_y,
                            const float *restrict x, const float *restrict y,
                            const atr__Whirl *whirl)
{
    for (uint32_t k = 0; k < ATR__WAVES; k++) {
        const float way_x = whirl->way_x[k];
        const float way_y = whirl->way_y[k];
        const float to_x = whirl->push_x[k];
        const float to_y = whirl->push_y[k];
        const float phase = whirl->phase[k];
        for (uint32_t i = 0; i < n; i++) {
            const float wave = atr__sin_turns(x[i] * way_x + y[i] * way_y + phase);
            push_x[i] += wave * to_x;
            push_y[i] += wave * to_y;
        }
    }
}

static void whirl(const atr__Chunk *chunk, const atr__Whirl *field, atr__Push *push)
{
    whirl_by(whole_groups(chunk->count), push->x, push->y, chunk->x, chunk->y, field);
}

/* Times above zero order as their bits do, and those below are less: minima of integers may be
 * taken in any order, so that they need no chain. Who includes this may bring its own sort_out and
 * define KERNEL_SORTS_OUT. */

#ifndef KERNEL_SORTS_OUT

static inline int32_t soonest_of(uint32_t n, const atr__Chunk *restrict chunk, int32_t clock,
                                 int32_t never)
{
    int32_t soonest = never;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t death = chunk->dies_bits[i] > clock ? chunk->dies_bits[i] : never;
        soonest = death < soonest ? death : soonest;
    }
    return soonest;
}

static inline void find_over(uint32_t n, uint8_t *restrict over, const atr__Chunk *restrict chunk,
                             int32_t clock)
{
    for (uint32_t i = 0; i < n; i++) {
        over[i] = chunk->dies_bits[i] <= clock ? 1 : 0;
    }
}

/* Eight bytes that are 0 or 1 as bits: each is shifted to its own place in the highest byte. */
static inline uint64_t eight_bits(const uint8_t *over)
{
    uint64_t bytes = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&bytes, over, sizeof bytes);
#else
    for (uint32_t k = 0; k < 8; k++) {
        bytes |= (uint64_t)over[k] << (8 * k);
    }
#endif
    return bytes * UINT64_C(0x0102040810204080) >> 56;
}

/* soonest: of those after `clock`, or never. @return a bit for each that is not after it. */
static inline uint64_t sort_out(const atr__Chunk *chunk, int32_t clock, int32_t never,
                                int32_t *soonest)
{
    const uint32_t n = whole_groups(chunk->count);
    uint8_t over[ATR__CHUNK_SIZE];
    find_over(n, over, chunk, clock);
    *soonest = soonest_of(n, chunk, clock, never);
    uint64_t dead = 0;
    for (uint32_t i = 0; i < n; i += 8) {
        dead |= eight_bits(over + i) << i;
    }
    return dead;
}

#endif

static uint64_t find_dead(const atr__Chunk *chunk, float clock, float *next_death)
{
    const float latest = ATR__NEVER;
    int32_t now;
    int32_t never;
    int32_t soonest;
    memcpy(&now, &clock, sizeof now);
    memcpy(&never, &latest, sizeof never);
    const uint64_t dead = sort_out(chunk, now, never, &soonest);
    memcpy(next_death, &soonest, sizeof soonest);
    return dead;
}

/* ---- Looks ----------------------------------------------------------------------------------- */

static inline void copy_scaled(uint32_t n, float *restrict to, const float *restrict from,
                               float scale, float offset)
{
    for (uint32_t i = 0; i < n; i++) {
        to[i] = from[i] * scale + offset;
    }
}

static inline void fill_floats(uint32_t n, float *restrict to, float value)
{
    for (uint32_t i = 0; i < n; i++) {
        to[i] = value;
    }
}

static inline void fill_colors(uint32_t n, uint32_t *restrict to, uint32_t color)
{
    for (uint32_t i = 0; i < n; i++) {
        to[i] = color;
    }
}

static inline void fill_sprites(uint32_t n, atr_SpriteId *restrict to, atr_SpriteId sprite)
{
    for (uint32_t i = 0; i < n; i++) {
        to[i] = sprite;
    }
}

static inline void find_slow(uint32_t n, uint8_t *restrict smooth, const float *restrict vx,
                             const float *restrict vy, float slow_square)
{
    for (uint32_t i = 0; i < n; i++) {
        smooth[i] = vx[i] * vx[i] + vy[i] * vy[i] < slow_square ? 1 : 0;
    }
}

/* Apart from the look-ups, which no instruction set does faster than one by one. */
static inline void find_steps(uint32_t n, int32_t *restrict step, const float *restrict born,
                              const float *restrict pace, float clock)
{
    for (uint32_t i = 0; i < n; i++) {
        const float t = (clock - born[i]) * pace[i];
        step[i] = (int32_t)((t < LAST_MOMENT ? t : LAST_MOMENT) * (float)ATR__LUT_SIZE);
    }
}

static inline void copy_sized(uint32_t n, float *restrict to, const float *restrict size,
                              const int32_t *restrict step, const float *restrict curve,
                              float scale)
{
    float factor[ATR__CHUNK_SIZE];
    for (uint32_t i = 0; i < n; i++) {
        factor[i] = curve[step[i]];
    }
    for (uint32_t i = 0; i < n; i++) {
        to[i] = size[i] * scale * factor[i];
    }
}

static inline void copy_colors(uint32_t n, uint32_t *restrict to, const uint8_t *restrict row,
                               const int32_t *restrict step, const uint32_t *restrict table)
{
    int32_t place[ATR__CHUNK_SIZE];
    for (uint32_t i = 0; i < n; i++) {
        place[i] = step[i] + row[i] * ATR__LUT_SIZE;
    }
    for (uint32_t i = 0; i < n; i++) {
        to[i] = table[place[i]];
    }
}

/* Played backwards, frames count down from zero. */
static inline void copy_sprites(uint32_t n, atr_SpriteId *restrict to, const float *restrict frame,
                                int32_t sprite, int32_t frames)
{
    for (uint32_t i = 0; i < n; i++) {
        const int32_t whole = (int32_t)frame[i];
        const int32_t shown = whole < 0 ? whole + frames : whole;
        to[i] = (atr_SpriteId)(sprite + (shown < frames ? shown : 0));
    }
}

static void show(const atr__Chunk *chunk, uint32_t first, const atr__Look *look,
                 const atr__Shown *out, uint32_t at)
{
    const uint32_t n = whole_groups(chunk->count - first);
    int32_t step[ATR__CHUNK_SIZE]; /* of its life */
    copy_scaled(n, out->x + at, chunk->x + first, look->scale_x, look->offset_x);
    copy_scaled(n, out->y + at, chunk->y + first, look->scale_y, look->offset_y);
    find_slow(n, out->smooth + at, chunk->vx + first, chunk->vy + first, look->slow_square);
    if (look->size != NULL || !look->plain) {
        find_steps(n, step, chunk->born + first, chunk->pace + first, look->clock);
    }
    if (look->size != NULL) {
        copy_sized(n, out->size + at, chunk->size + first, step, look->size, look->scale);
    } else {
        copy_scaled(n, out->size + at, chunk->size + first, look->scale, 0.0f);
    }
    if (look->plain) {
        fill_colors(n, out->color + at, look->color[0]);
    } else {
        copy_colors(n, out->color + at, chunk->row + first, step, look->color);
    }
    if (look->turns) {
        copy_scaled(n, out->angle + at, chunk->angle + first, 1.0f, 0.0f);
    } else {
        fill_floats(n, out->angle + at, 0.0f);
    }
    if (look->frames > 1) {
        copy_sprites(n, out->sprite + at, chunk->frame + first, look->sprite, look->frames);
    } else {
        fill_sprites(n, out->sprite + at, look->sprite);
    }
}

static const atr__UpdateOps kernel = {
    .name = KERNEL_NAME,
    .move = move,
    .attract = attract,
    .sway = sway,
    .whirl = whirl,
    .find_dead = find_dead,
    .show = show,
};
