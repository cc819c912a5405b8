/* The passes of update.h as plain loops; included once per instruction set, with KERNEL_NAME
 * defined, by files that are compiled for it. No pass sums floats or calls into libm, so that the
 * compiler may only do the same operations on more elements at once. */
#include "effect/update.h"

static inline uint32_t whole_groups(uint32_t count)
{
    return (count + (ATR__CHUNK_STEP - 1)) & ~(uint32_t)(ATR__CHUNK_STEP - 1);
}

static uint32_t move(atr__Chunk *chunk, const atr__Motion *motion)
{
    const uint32_t n = whole_groups(chunk->count);
    const atr__Motion m = *motion;
    const float gain_x = m.gravity_x * m.reach;
    const float gain_y = m.gravity_y * m.reach;
    const float fall_x = m.gravity_x * m.fall;
    const float fall_y = m.gravity_y * m.fall;
    float *restrict x = chunk->x;
    float *restrict y = chunk->y;
    float *restrict vx = chunk->vx;
    float *restrict vy = chunk->vy;
    float *restrict t = chunk->t;
    const float *restrict pace = chunk->pace;
    uint32_t dead = 0;
    for (uint32_t i = 0; i < n; i++) {
        x[i] += vx[i] * m.reach + fall_x;
        y[i] += vy[i] * m.reach + fall_y;
        vx[i] = vx[i] * m.keep + gain_x;
        vy[i] = vy[i] * m.keep + gain_y;
        t[i] += pace[i] * m.dt;
        dead += t[i] >= 1.0f ? 1u : 0u;
    }
    return dead;
}

static uint32_t move_pushed(atr__Chunk *chunk, const atr__Motion *motion, const atr__Push *push)
{
    const uint32_t n = whole_groups(chunk->count);
    const atr__Motion m = *motion;
    float *restrict x = chunk->x;
    float *restrict y = chunk->y;
    float *restrict vx = chunk->vx;
    float *restrict vy = chunk->vy;
    float *restrict t = chunk->t;
    const float *restrict pace = chunk->pace;
    const float *restrict push_x = push->x;
    const float *restrict push_y = push->y;
    uint32_t dead = 0;
    for (uint32_t i = 0; i < n; i++) {
        const float ax = push_x[i] + m.gravity_x;
        const float ay = push_y[i] + m.gravity_y;
        x[i] += vx[i] * m.reach + ax * m.fall;
        y[i] += vy[i] * m.reach + ay * m.fall;
        vx[i] = vx[i] * m.keep + ax * m.reach;
        vy[i] = vy[i] * m.keep + ay * m.reach;
        t[i] += pace[i] * m.dt;
        dead += t[i] >= 1.0f ? 1u : 0u;
    }
    return dead;
}

static void turn(atr__Chunk *chunk, float dt)
{
    const uint32_t n = whole_groups(chunk->count);
    float *restrict angle = chunk->angle;
    const float *restrict spin = chunk->spin;
    for (uint32_t i = 0; i < n; i++) {
        angle[i] += spin[i] * dt;
    }
}

/* Kept within one round of the frames, whichever way they run. */
static void flip(atr__Chunk *chunk, float dt, uint32_t frames)
{
    const uint32_t n = whole_groups(chunk->count);
    const float round = (float)frames;
    float *restrict frame = chunk->frame;
    const float *restrict fps = chunk->fps;
    for (uint32_t i = 0; i < n; i++) {
        const float next = frame[i] + fps[i] * dt;
        frame[i] = next - round * (float)(int32_t)(next / round);
    }
}

static void show_place(const atr__Chunk *chunk, uint32_t first, uint32_t n, const atr__Look *look,
                       const atr__Shown *out, uint32_t at)
{
    const float *restrict x = chunk->x + first;
    const float *restrict y = chunk->y + first;
    float *restrict to_x = out->x + at;
    float *restrict to_y = out->y + at;
    const float scale = look->scale;
    const float offset_x = look->offset_x;
    const float offset_y = look->offset_y;
    for (uint32_t i = 0; i < n; i++) {
        to_x[i] = x[i] * scale + offset_x;
        to_y[i] = y[i] * scale + offset_y;
    }
    const float *restrict vx = chunk->vx + first;
    const float *restrict vy = chunk->vy + first;
    uint8_t *restrict smooth = out->smooth + at;
    const float slow = look->slow_square;
    for (uint32_t i = 0; i < n; i++) {
        smooth[i] = vx[i] * vx[i] + vy[i] * vy[i] < slow ? 1 : 0;
    }
}

static void show_size(const atr__Chunk *chunk, uint32_t first, uint32_t n, const atr__Look *look,
                      const atr__Shown *out, uint32_t at)
{
    const float *restrict size = chunk->size + first;
    float *restrict to = out->size + at;
    const float scale = look->scale;
    if (look->size == NULL) {
        for (uint32_t i = 0; i < n; i++) {
            to[i] = size[i] * scale;
        }
        return;
    }
    const float *restrict t = chunk->t + first;
    const float *restrict curve = look->size;
    for (uint32_t i = 0; i < n; i++) {
        to[i] = size[i] * scale * curve[(int32_t)(t[i] * (float)ATR__LUT_SIZE)];
    }
}

static void show_color(const atr__Chunk *chunk, uint32_t first, uint32_t n, const atr__Look *look,
                       const atr__Shown *out, uint32_t at)
{
    uint32_t *restrict to = out->color + at;
    const uint32_t *restrict table = look->color;
    if (look->plain) {
        const uint32_t color = table[0];
        for (uint32_t i = 0; i < n; i++) {
            to[i] = color;
        }
        return;
    }
    const float *restrict t = chunk->t + first;
    const uint8_t *restrict row = chunk->row + first;
    for (uint32_t i = 0; i < n; i++) {
        to[i] = table[(int32_t)(t[i] * (float)ATR__LUT_SIZE) + row[i] * ATR__LUT_SIZE];
    }
}

static void show_angle(const atr__Chunk *chunk, uint32_t first, uint32_t n, const atr__Look *look,
                       const atr__Shown *out, uint32_t at)
{
    float *restrict to = out->angle + at;
    const float *restrict angle = chunk->angle + first;
    if (look->turns) {
        for (uint32_t i = 0; i < n; i++) {
            to[i] = angle[i];
        }
    } else {
        for (uint32_t i = 0; i < n; i++) {
            to[i] = 0.0f;
        }
    }
}

static void show_sprite(const atr__Chunk *chunk, uint32_t first, uint32_t n, const atr__Look *look,
                        const atr__Shown *out, uint32_t at)
{
    atr_SpriteId *restrict to = out->sprite + at;
    const int32_t sprite = look->sprite;
    if (look->frames <= 1) {
        for (uint32_t i = 0; i < n; i++) {
            to[i] = (atr_SpriteId)sprite;
        }
        return;
    }
    const int32_t frames = look->frames;
    const float *restrict frame = chunk->frame + first;
    for (uint32_t i = 0; i < n; i++) {
        /* Played backwards, frames count down from zero. */
        const int32_t whole = (int32_t)frame[i];
        const int32_t shown = whole < 0 ? whole + frames : whole;
        to[i] = (atr_SpriteId)(sprite + (shown < frames ? shown : 0));
    }
}

static void show(const atr__Chunk *chunk, uint32_t first, const atr__Look *look,
                 const atr__Shown *out, uint32_t at)
{
    const uint32_t n = whole_groups(chunk->count - first);
    show_place(chunk, first, n, look, out, at);
    show_size(chunk, first, n, look, out, at);
    show_color(chunk, first, n, look, out, at);
    show_angle(chunk, first, n, look, out, at);
    show_sprite(chunk, first, n, look, out, at);
}

static const atr__UpdateOps kernel = {
    .name = KERNEL_NAME,
    .move = move,
    .move_pushed = move_pushed,
    .turn = turn,
    .flip = flip,
    .show = show,
};
