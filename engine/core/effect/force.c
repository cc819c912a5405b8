/* Forces: what pushes particles before they move, and what they bounce off afterwards. Pushes are
 * passes of the kernels; the few that bounce or arrive are looked at one by one. */
#define _POSIX_C_SOURCE 200809L

#include "effect/step.h"

#include "base/trig.h"

/* Where an anchor lies among the particles; false when it is not set. */
static bool find_anchor(const atr__Step *s, uint8_t index, float *x, float *y)
{
    if (index == ATR__ANCHOR_NONE || !s->effects->anchors[index].is_set) {
        return false;
    }
    const atr__Anchor *anchor = &s->effects->anchors[index];
    atr__space_from_logical(&s->instance->space, anchor->x, anchor->y, x, y);
    return true;
}

/* ---- Before the motion ----------------------------------------------------------------------- */

/* It is where it came closest, and dies. */
static void arrive(const atr__Step *s, const atr__Pull *pull, atr__Chunk *chunk, uint32_t i)
{
    const float mx = chunk->vx[i] * pull->reach;
    const float my = chunk->vy[i] * pull->reach;
    const float share = atr__closest_share(pull->x - chunk->x[i], pull->y - chunk->y[i], mx, my);
    const float away_x = pull->x - chunk->x[i] - mx * share;
    const float away_y = pull->y - chunk->y[i] - my * share;
    if (!(away_x * away_x + away_y * away_y <= pull->arrive_square) ||
        atr__particle_is_dead(chunk, i, s->instance->clock)) {
        return;
    }
    chunk->x[i] += mx * share;
    chunk->y[i] += my * share;
    chunk->dies[i] = s->instance->clock;
    if (s->node->def->on_arrive[0] != '\0') {
        atr__event_push(s->effects, s->instance, ATR_EFFECT_EVENT_ARRIVE, s->node->def->on_arrive);
    }
}

static bool attract(const atr__Step *s, const atr_Force *force, uint8_t index, atr__Chunk *chunk,
                    atr__Push *push)
{
    const float arrive_px = force->arrive_px / s->instance->space.size;
    atr__Pull pull = { .strength = force->strength,
                       .arrive_square = arrive_px > 0.0f ? arrive_px * arrive_px : -1.0f,
                       .reach = s->motion.reach };
    if (!find_anchor(s, index, &pull.x, &pull.y) ||
        s->effects->update->attract(chunk, &pull, push) == 0) {
        return false;
    }
    const float clock = s->instance->clock;
    bool any = false;
    for (uint32_t i = 0; i < chunk->count; i++) {
        arrive(s, &pull, chunk, i);
        any = any || atr__particle_is_dead(chunk, i, clock);
    }
    return any;
}

/* Three waves, 60 degrees apart and of lengths that have no common measure. Each pushes across its
 * way, so that nothing gathers where they meet. */
static atr__Whirl whirl_of(const atr__Step *s, const atr_Force *force)
{
    static const float ways[ATR__WAVES] = { 0.047f, 0.214f, 0.381f }; /* turns */
    static const float lengths[ATR__WAVES] = { 1.0f, 0.731f, 1.319f };
    static const float drifts[ATR__WAVES] = { 1.0f, -0.83f, 0.61f };
    const float strength = force->strength * s->instance->scale * 0.6f;
    const float size = force->scale_px * s->instance->scale * 2.0f; /* a wave is two whirls long */
    const double periods = s->instance->time / (double)force->period;
    atr__Whirl whirl;
    for (int k = 0; k < ATR__WAVES; k++) {
        const float way_x = atr__cos_turns(ways[k]);
        const float way_y = atr__sin_turns(ways[k]);
        const float turns = 1.0f / (size * lengths[k]);
        const double drift = periods * (double)drifts[k];
        whirl.way_x[k] = way_x * turns;
        whirl.way_y[k] = way_y * turns;
        whirl.push_x[k] = -way_y * strength;
        whirl.push_y[k] = way_x * strength;
        whirl.phase[k] = (float)(drift - (double)(int64_t)drift) + 0.37f * (float)k;
    }
    return whirl;
}

bool atr__push_all(const atr__Step *s, atr__Chunk *chunk, atr__Push *push)
{
    const atr__UpdateOps *update = s->effects->update;
    bool arrived = false;
    *push = (atr__Push){ 0 };
    for (uint32_t i = 0; i < s->node->def->force_count; i++) {
        const atr_Force *force = &s->node->def->forces[i];
        if (force->kind == ATR_FORCE_ATTRACT) {
            const bool any = attract(s, force, s->node->force_anchor[i], chunk, push);
            arrived = arrived || any;
        } else if (force->kind == ATR_FORCE_SWAY) {
            update->sway(chunk, s->instance->clock,
                         force->period > 0.0f ? 1.0f / force->period : 0.0f,
                         force->strength * s->instance->scale, push);
        } else if (force->kind == ATR_FORCE_TURBULENCE) {
            const atr__Whirl whirl = whirl_of(s, force);
            update->whirl(chunk, &whirl, push);
        }
    }
    return arrived;
}

/* ---- After the motion ------------------------------------------------------------------------ */

/* Half of the width that is seen. */
static float half_size(const atr__Step *s, const atr__Chunk *chunk, uint32_t i)
{
    const float half = chunk->size[i] * 0.5f;
    const float t = (s->instance->clock - chunk->born[i]) * chunk->pace[i];
    if (s->look.size == NULL || !(t >= 0.0f && t < 1.0f)) {
        return half;
    }
    return half * s->look.size[(int32_t)(t * (float)ATR__LUT_SIZE)];
}

/* One axis of a particle that met a wall: `over` is how far it is behind it, along its speed. */
typedef struct Bounce {
    float *place, *speed, *along;
    float over;
    float gravity;
} Bounce;

static void bounce(const atr__Step *s, const atr_Force *force, atr__Chunk *chunk, uint32_t i,
                   const Bounce *b)
{
    /* What one step of gravity gives back is rest, not a bounce. */
    const float still = b->gravity * s->dt * 2.0f;
    const float speed = *b->speed;
    const bool rests = speed > 0.0f ? speed <= still : speed >= still;
    if (rests) {
        /* What is lost along the wall is lost with time then, not at each step. */
        const float lost = force->friction * s->dt * 60.0f;
        const float keep = lost < 1.0f ? 1.0f - lost : 0.0f;
        *b->place -= b->over;
        *b->speed = 0.0f;
        *b->along *= keep;
        chunk->spin[i] *= keep;
        return;
    }
    /* No two coins land alike: life, which differs, takes up to half of the bounce. */
    const float part = 31.7f / chunk->pace[i];
    const float keep = force->bounce * (1.0f - 0.5f * (part - (float)(int32_t)part));
    *b->place -= b->over + b->over * keep;
    *b->speed = -speed * keep;
    *b->along *= 1.0f - force->friction;
    chunk->spin[i] *= 1.0f - force->friction;
}

static bool floor_height(const atr__Step *s, uint8_t index, float *out)
{
    float x = 0.0f;
    if (index != ATR__ANCHOR_NONE) {
        return find_anchor(s, index, &x, out);
    }
    atr__space_from_logical(&s->instance->space, 0.0f, s->effects->view_h, &x, out);
    return s->effects->view_h > 0.0f;
}

static void bounce_on_floor(const atr__Step *s, const atr_Force *force, float height,
                            atr__Chunk *chunk)
{
    for (uint32_t i = 0; i < chunk->count; i++) {
        const float over = chunk->y[i] + half_size(s, chunk, i) - height;
        if (over > 0.0f && chunk->vy[i] > 0.0f) {
            const Bounce b = { &chunk->y[i], &chunk->vy[i], &chunk->vx[i], over,
                               s->motion.gravity_y };
            bounce(s, force, chunk, i, &b);
        }
    }
}

/* When, as a share of the step's way, a place that has come `way` up to `at` went in and out. */
typedef struct Crossing {
    float in, out;
} Crossing;

static Crossing cross(float at, float way, float low, float high)
{
    const float from = at - way;
    if (way == 0.0f) {
        const bool between = from > low && from < high;
        return (Crossing){ between ? -ATR__NEVER : ATR__NEVER, ATR__NEVER };
    }
    const float a = (low - from) / way;
    const float b = (high - from) / way;
    return way > 0.0f ? (Crossing){ a, b } : (Crossing){ b, a };
}

static void bounce_on_rect(const atr__Step *s, const atr_Force *force, const float edges[4],
                           atr__Chunk *chunk)
{
    for (uint32_t i = 0; i < chunk->count; i++) {
        const float half = half_size(s, chunk, i);
        const float way_x = chunk->vx[i] * s->dt;
        const float way_y = chunk->vy[i] * s->dt;
        const Crossing x = cross(chunk->x[i], way_x, edges[0] - half, edges[2] + half);
        const Crossing y = cross(chunk->y[i], way_y, edges[1] - half, edges[3] + half);
        const float in = x.in > y.in ? x.in : y.in;
        const float out = x.out < y.out ? x.out : y.out;
        if (!(in < out && in >= -0.001f && in <= 1.0f)) {
            continue;
        }
        const Bounce b = x.in > y.in ? (Bounce){ &chunk->x[i], &chunk->vx[i], &chunk->vy[i],
                                                 way_x * (1.0f - in), s->motion.gravity_x }
                                     : (Bounce){ &chunk->y[i], &chunk->vy[i], &chunk->vx[i],
                                                 way_y * (1.0f - in), s->motion.gravity_y };
        bounce(s, force, chunk, i, &b);
    }
}

/* A rectangle that is set, among the particles: left, top, right, bottom. */
static bool rect_edges(const atr__Step *s, uint8_t index, float edges[4])
{
    const atr__NamedRect *rect = &s->effects->rects[index];
    if (!(rect->w > 0.0f && rect->h > 0.0f)) {
        return false;
    }
    const atr__Space *space = &s->instance->space;
    float a[2];
    float b[2];
    atr__space_from_logical(space, rect->x, rect->y, &a[0], &a[1]);
    atr__space_from_logical(space, rect->x + rect->w, rect->y + rect->h, &b[0], &b[1]);
    for (int k = 0; k < 2; k++) {
        edges[k] = a[k] < b[k] ? a[k] : b[k];
        edges[k + 2] = a[k] < b[k] ? b[k] : a[k];
    }
    return true;
}

void atr__bounce_all(const atr__Step *s, atr__Chunk *chunk)
{
    for (uint32_t k = 0; k < s->node->def->force_count; k++) {
        const atr_Force *force = &s->node->def->forces[k];
        const uint8_t index = s->node->force_anchor[k];
        float height = 0.0f;
        float edges[4];
        if (force->kind == ATR_FORCE_FLOOR && floor_height(s, index, &height)) {
            bounce_on_floor(s, force, height, chunk);
        } else if (force->kind == ATR_FORCE_RECT && rect_edges(s, index, edges)) {
            bounce_on_rect(s, force, edges, chunk);
        }
    }
}
