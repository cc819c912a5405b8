/* The particle pools and one step of one node's particles: read from the pool that is shown, write
 * to the other, in passes over plain arrays that a compiler vectorises. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#include "base/alloc.h"
#include "base/trig.h"

#include <math.h>

#define FLOATS 12 /* float arrays in a pool */

static size_t pool_bytes(uint32_t capacity)
{
    return (FLOATS + 2) * sizeof(float) * (size_t)capacity +
           sizeof(atr_SpriteId) * (size_t)capacity;
}

bool atr__pool_init(atr__Pool *pool, uint32_t capacity, const atr_Allocator *allocator)
{
    pool->memory = atr__alloc_zero(allocator, pool_bytes(capacity), 1);
    if (pool->memory == NULL) {
        return false;
    }
    float **arrays[FLOATS] = { &pool->x,     &pool->y,    &pool->vx,         &pool->vy,
                               &pool->age,   &pool->life, &pool->size_birth, &pool->size,
                               &pool->angle, &pool->spin, &pool->frame,      &pool->fps };
    float *next = pool->memory;
    for (size_t i = 0; i < FLOATS; i++) {
        *arrays[i] = next;
        next += capacity;
    }
    pool->row = (uint32_t *)(void *)next;
    pool->color = pool->row + capacity;
    pool->sprite = (atr_SpriteId *)(void *)(pool->color + capacity);
    return true;
}

void atr__pool_deinit(atr__Pool *pool, uint32_t capacity, const atr_Allocator *allocator)
{
    atr__free(allocator, pool->memory, pool_bytes(capacity), 1);
    *pool = (atr__Pool){ 0 };
}

static void copy_range(const atr__Pool *from, uint32_t first, uint32_t count, atr__Pool *to)
{
    const size_t size = count * sizeof(float);
    const uint32_t at = to->count;
    memcpy(to->x + at, from->x + first, size);
    memcpy(to->y + at, from->y + first, size);
    memcpy(to->vx + at, from->vx + first, size);
    memcpy(to->vy + at, from->vy + first, size);
    memcpy(to->age + at, from->age + first, size);
    memcpy(to->life + at, from->life + first, size);
    memcpy(to->size_birth + at, from->size_birth + first, size);
    memcpy(to->size + at, from->size + first, size);
    memcpy(to->angle + at, from->angle + first, size);
    memcpy(to->spin + at, from->spin + first, size);
    memcpy(to->frame + at, from->frame + first, size);
    memcpy(to->fps + at, from->fps + first, size);
    memcpy(to->row + at, from->row + first, count * sizeof *to->row);
}

static void move_one(atr__Pool *pool, uint32_t from, uint32_t to)
{
    pool->x[to] = pool->x[from];
    pool->y[to] = pool->y[from];
    pool->vx[to] = pool->vx[from];
    pool->vy[to] = pool->vy[from];
    pool->age[to] = pool->age[from];
    pool->life[to] = pool->life[from];
    pool->size_birth[to] = pool->size_birth[from];
    pool->size[to] = pool->size[from];
    pool->angle[to] = pool->angle[from];
    pool->spin[to] = pool->spin[from];
    pool->frame[to] = pool->frame[from];
    pool->fps[to] = pool->fps[from];
    pool->row[to] = pool->row[from];
}

typedef struct Motion {
    float dt;
    float gain_x, gain_y; /* of speed, by gravity */
    float keep;           /* share of speed left by drag */
    float frames;
} Motion;

static void integrate(atr__Pool *pool, uint32_t first, uint32_t last, const Motion *m)
{
    float *restrict x = pool->x;
    float *restrict y = pool->y;
    float *restrict vx = pool->vx;
    float *restrict vy = pool->vy;
    float *restrict age = pool->age;
    float *restrict angle = pool->angle;
    const float *restrict spin = pool->spin;
    for (uint32_t i = first; i < last; i++) {
        vx[i] = (vx[i] + m->gain_x) * m->keep;
        vy[i] = (vy[i] + m->gain_y) * m->keep;
        x[i] += vx[i] * m->dt;
        y[i] += vy[i] * m->dt;
        age[i] += m->dt;
        angle[i] += spin[i] * m->dt;
    }
    float *restrict frame = pool->frame;
    const float *restrict fps = pool->fps;
    for (uint32_t i = first; i < last; i++) {
        const float next = frame[i] + fps[i] * m->dt;
        frame[i] = next - m->frames * (float)(int32_t)(next / m->frames);
    }
}

/* Age beyond life is death: the removal finds it there. */
static void kill(atr__Pool *pool, uint32_t i)
{
    pool->age[i] = pool->life[i] + 1.0f;
}

typedef struct Step {
    atr_Effects *effects;
    atr__Instance *instance;
    const atr__Node *node;
    atr__Pool *pool;
    uint32_t first, last;
    float dt;
} Step;

static void attract(const Step *s, const atr_Force *force, const atr__Anchor *anchor)
{
    const float reach = force->arrive_px * force->arrive_px;
    const float pull = force->strength * s->dt;
    atr__Pool *pool = s->pool;
    for (uint32_t i = s->first; i < s->last; i++) {
        const float dx = anchor->x - pool->x[i];
        const float dy = anchor->y - pool->y[i];
        const float square = dx * dx + dy * dy;
        if (square <= reach && pool->age[i] < pool->life[i]) {
            if (s->node->def->on_arrive[0] != '\0') {
                atr__event_push(s->effects, s->instance, ATR_EFFECT_EVENT_ARRIVE,
                                s->node->def->on_arrive);
            }
            kill(pool, i);
        } else if (square > 0.0f) {
            const float share = pull / sqrtf(square); /* exact by IEEE, unlike the rest of libm */
            pool->vx[i] += dx * share;
            pool->vy[i] += dy * share;
        }
    }
}

static void bounce(const Step *s, const atr_Force *force, float height)
{
    atr__Pool *pool = s->pool;
    for (uint32_t i = s->first; i < s->last; i++) {
        const float over = pool->y[i] + pool->size[i] * 0.5f - height;
        if (over <= 0.0f || pool->vy[i] <= 0.0f) {
            continue;
        }
        pool->y[i] -= over;
        /* What one step of gravity gives back is rest, not a bounce. */
        const float still = s->node->def->gravity_y * s->instance->scale * s->dt * 2.0f;
        /* No two coins land alike: life, which differs, takes up to half of the bounce. */
        const float part = pool->life[i] * 31.7f;
        const float keep = force->bounce * (1.0f - 0.5f * (part - (float)(int32_t)part));
        pool->vy[i] = pool->vy[i] <= still ? 0.0f : -pool->vy[i] * keep;
        pool->vx[i] *= 1.0f - force->friction;
        pool->spin[i] *= 1.0f - force->friction;
    }
}

static void sway(const Step *s, const atr_Force *force)
{
    atr__Pool *pool = s->pool;
    const float rate = force->period > 0.0f ? 1.0f / force->period : 0.0f;
    const float push = force->strength * s->instance->scale * s->dt;
    for (uint32_t i = s->first; i < s->last; i++) {
        /* Life differs from particle to particle: it serves as the phase. */
        pool->vx[i] += push * atr__sin_turns(pool->age[i] * rate + pool->life[i] * 7.3f);
    }
}

static void apply_forces(const Step *s)
{
    for (uint32_t i = 0; i < s->node->def->force_count; i++) {
        const atr_Force *force = &s->node->def->forces[i];
        const uint8_t index = s->node->force_anchor[i];
        const atr__Anchor *anchor = index != ATR__ANCHOR_NONE ? &s->effects->anchors[index] : NULL;
        if (force->kind == ATR_FORCE_SWAY) {
            sway(s, force);
        } else if (force->kind == ATR_FORCE_ATTRACT && anchor != NULL && anchor->is_set) {
            attract(s, force, anchor);
        } else if (force->kind == ATR_FORCE_FLOOR && anchor != NULL && anchor->is_set) {
            bounce(s, force, anchor->y);
        } else if (force->kind == ATR_FORCE_FLOOR && anchor == NULL && s->effects->view_h > 0.0f) {
            bounce(s, force, s->effects->view_h);
        }
    }
}

/* Removes the dead, the rest keep their order. */
static uint32_t remove_dead(const Step *s)
{
    atr_Effects *effects = s->effects;
    atr__Pool *pool = s->pool;
    uint32_t at = s->first;
    for (uint32_t i = s->first; i < s->last; i++) {
        if (pool->age[i] < pool->life[i]) {
            if (at != i) {
                move_one(pool, i, at);
            }
            at++;
        } else if (s->node->on_death != ATR__NODE_NONE && effects->spot_count < ATR__SPOTS_MAX) {
            effects->spots[effects->spot_count++] =
                (atr__Spot){ s->node->on_death, pool->x[i], pool->y[i] };
        }
    }
    return at;
}

/* Size, colour and picture follow from age alone. */
static void derive(const Step *s, uint32_t last)
{
    atr__Pool *pool = s->pool;
    const atr__Node *node = s->node;
    for (uint32_t i = s->first; i < last; i++) {
        const uint32_t step = (uint32_t)(pool->age[i] / pool->life[i] * (float)ATR__LUT_SIZE);
        const uint32_t index = step < ATR__LUT_SIZE ? step : ATR__LUT_SIZE - 1;
        pool->size[i] = pool->size_birth[i] * node->size[index];
        pool->color[i] = node->color[pool->row[i] + index];
        /* Played backwards, frames count down from zero. */
        const int32_t frames = node->def->frames;
        const int32_t whole = (int32_t)pool->frame[i];
        const int32_t frame = whole < 0 ? whole + frames : whole;
        pool->sprite[i] = (atr_SpriteId)(node->sprite + (frame < frames ? frame : 0));
    }
}

void atr__node_step(atr_Effects *effects, atr__Instance *instance, uint32_t index, float dt)
{
    const atr__Node *node = &instance->definition->nodes[index];
    const atr_EffectNode *def = node->def;
    atr__NodeState *state = &instance->nodes[index];
    const atr__Pool *from = &effects->pools[effects->current];
    atr__Pool *to = &effects->pools[1 - effects->current];
    const float drag = def->drag * dt;
    Step step = { effects, instance, node, to, to->count, to->count + state->count, dt };
    if (state->count > 0) {
        copy_range(from, state->first, state->count, to);
        apply_forces(&step);
        integrate(to, step.first, step.last,
                  &(Motion){ .dt = dt,
                             .gain_x = def->gravity_x * instance->scale * dt,
                             .gain_y = def->gravity_y * instance->scale * dt,
                             .keep = drag < 1.0f ? 1.0f - drag : 0.0f,
                             .frames = (float)def->frames });
        to->count = remove_dead(&step);
    }
    state->first = step.first;
    atr__node_emit(effects, instance, index, dt);
    state->count = to->count - step.first;
    derive(&step, to->count);
}
