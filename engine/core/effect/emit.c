/* Births: rates, bursts, and what starts where another particle was born or died. Within a step
 * births are spread over its time, so that a stream has no gaps at any frame rate. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#include "base/trig.h"

#include <math.h>
#include <stdio.h>

void atr__event_push(atr_Effects *effects, const atr__Instance *instance, atr_EffectEventKind kind,
                     const char *name)
{
    if (effects->event_count == ATR__EVENTS_MAX) {
        effects->event_first = (effects->event_first + 1) % ATR__EVENTS_MAX;
        effects->event_count--;
    }
    atr_EffectEvent *event =
        &effects->events[(effects->event_first + effects->event_count++) % ATR__EVENTS_MAX];
    event->kind = kind;
    event->id = atr__instance_id(effects, instance);
    snprintf(event->name, sizeof event->name, "%s", name);
}

void atr__node_origin(const atr_Effects *effects, const atr__Instance *instance, uint32_t index,
                      float *out_x, float *out_y)
{
    const atr__Node *node = &instance->definition->nodes[index];
    float x = instance->x;
    float y = instance->y;
    if (node->anchor != ATR__ANCHOR_NONE && effects->anchors[node->anchor].is_set) {
        const atr__Anchor *anchor = &effects->anchors[node->anchor];
        atr__space_from_logical(&instance->space, anchor->x, anchor->y, &x, &y);
    }
    *out_x = x + node->def->offset_x * instance->scale;
    *out_y = y + node->def->offset_y * instance->scale;
}

typedef struct Birth {
    atr_Effects *effects;
    atr__Instance *instance;
    const atr__Node *node;
    atr__NodeState *state;
    float t; /* share of the node's duration that has passed */
} Birth;

/* Which one of how many that are born together. */
typedef struct Among {
    uint32_t index, count;
} Among;

static void place_in_shape(const atr_EffectNode *def, float scale, atr__Random *random, float *x,
                           float *y)
{
    if (def->shape == ATR_SHAPE_CIRCLE) {
        const float turn = atr__random_unit(random);
        const float radius = def->shape_w * scale * sqrtf(atr__random_unit(random));
        *x += radius * atr__cos_turns(turn);
        *y += radius * atr__sin_turns(turn);
    } else if (def->shape == ATR_SHAPE_RECT || def->shape == ATR_SHAPE_LINE) {
        const float height = def->shape == ATR_SHAPE_RECT ? def->shape_h : 0.0f;
        *x += def->shape_w * scale * (atr__random_unit(random) - 0.5f);
        *y += height * scale * (atr__random_unit(random) - 0.5f);
    }
}

/* Of a burst's particles each takes its own part of the range of angles: chance alone leaves holes
 * that are seen at once in a ring of twenty. */
static float draw_angle(const Birth *b, const Among *among)
{
    const atr_Value *angle = &b->node->def->angle;
    if (angle->kind != ATR_VALUE_RANGE || among->count < 2) {
        return atr__value_draw(angle, b->t, b->instance->amount, &b->instance->random);
    }
    const float at = (float)among->index + atr__random_unit(&b->instance->random);
    return angle->low + (angle->high - angle->low) * at / (float)among->count;
}

/* A place for one more, in the last chunk; NULL when the node or the chunks are full. */
static atr__Chunk *place_for_one(const Birth *b)
{
    atr__Chunks *chunks = &b->effects->chunks;
    atr__ChunkList *list = &b->state->chunks;
    if (b->state->alive >= b->state->budget) {
        return NULL;
    }
    if (list->last != ATR__CHUNK_NONE && chunks->items[list->last].count < ATR__CHUNK_SIZE) {
        return &chunks->items[list->last];
    }
    return atr__list_grow(chunks, list);
}

/* How it looks is drawn after where it goes: the order of the draws is part of what a seed gives.
 */
static void draw_looks(const Birth *b, atr__Chunk *chunk, uint32_t i)
{
    const atr_EffectNode *def = b->node->def;
    const float amount = b->instance->amount;
    atr__Random *random = &b->instance->random;
    chunk->size[i] =
        b->instance->scale *
        (def->size.kind == ATR_VALUE_KEYS
             ? atr__random_between(random, 1.0f - def->size.variance, 1.0f + def->size.variance)
             : atr__value_draw(&def->size, b->t, amount, random));
    chunk->spin[i] = atr__value_draw(&def->spin, b->t, amount, random);
    /* Turned at birth only if turning at all: still pictures stand upright. */
    chunk->angle[i] = chunk->spin[i] != 0.0f ? atr__random_between(random, 0.0f, 360.0f) : 0.0f;
    chunk->fps[i] = atr__value_draw(&def->fps, b->t, amount, random);
    chunk->frame[i] = (float)(uint32_t)(atr__random_unit(random) * (float)def->frames);
    chunk->row[i] = (uint8_t)(atr__random_unit(random) * (float)b->node->color_rows);
}

/* What may be born now is gone when its instance is; a continuous one does not know when. */
static float life_left(const atr__Instance *instance)
{
    return atr__is_continuous(instance) && !instance->fading
               ? ATR__NEVER
               : atr__instance_end_age(instance) - instance->age;
}

/* As it would have moved in a step of its own. */
static void catch_up(const Birth *b, atr__Chunk *chunk, uint32_t i, float early)
{
    const atr_EffectNode *def = b->node->def;
    const float gravity_x = def->gravity_x * b->instance->scale;
    const float gravity_y = def->gravity_y * b->instance->scale;
    const atr__Motion m = atr__motion(early, def->drag, gravity_x, gravity_y);
    chunk->x[i] += chunk->vx[i] * m.reach + gravity_x * m.fall;
    chunk->y[i] += chunk->vy[i] * m.reach + gravity_y * m.fall;
    chunk->vx[i] = chunk->vx[i] * m.keep + gravity_x * m.reach;
    chunk->vy[i] = chunk->vy[i] * m.keep + gravity_y * m.reach;
}

/* One particle at x, y, born `early` seconds before the step's end. False when there is no room. */
static bool bear(const Birth *b, const Among *among, float x, float y, float early)
{
    atr__Instance *instance = b->instance;
    const atr_EffectNode *def = b->node->def;
    atr__Chunk *chunk = place_for_one(b);
    if (chunk == NULL) {
        return false;
    }
    const uint32_t i = chunk->count;
    atr__Random *random = &instance->random;
    place_in_shape(def, instance->scale, random, &x, &y);
    const float amount = instance->amount;
    const float turns = draw_angle(b, among) * (1.0f / 360.0f);
    const float speed = atr__value_draw(&def->speed, b->t, amount, random) * instance->scale;
    const float left = life_left(instance);
    const float drawn = atr__value_draw(&def->life, b->t, amount, random);
    const float life = drawn < left ? drawn : left;
    draw_looks(b, chunk, i);
    b->state->serial++;
    if (!(life > early)) {
        return true; /* born and gone within the step */
    }
    chunk->x[i] = x;
    chunk->y[i] = y;
    chunk->vx[i] = speed * atr__cos_turns(turns);
    chunk->vy[i] = speed * atr__sin_turns(turns);
    if (early > 0.0f) {
        catch_up(b, chunk, i, early);
    }
    chunk->born[i] = instance->clock - early;
    chunk->pace[i] = 1.0f / life;
    const float death = chunk->born[i] + life;
    chunk->dies[i] = death;
    atr__ChunkHead *head = &b->effects->chunks.heads[b->state->chunks.last];
    head->next_death = death < head->next_death ? death : head->next_death;
    chunk->serial[i] = b->state->serial;
    chunk->count++;
    b->state->alive++;
    if (b->node->on_birth != ATR__NODE_NONE && b->effects->spot_count < ATR__SPOTS_MAX) {
        b->effects->spots[b->effects->spot_count++] = (atr__Spot){ b->node->on_birth, x, y };
    }
    return true;
}

/* More than the node may have alive are not worth trying, however many were asked for. */
static float births_most(const Birth *b, float count)
{
    const float most = (float)b->state->budget;
    return count < most ? count : most;
}

static uint32_t births_of(const Birth *b, float count)
{
    return (uint32_t)births_most(b, count);
}

static uint32_t burst_count(const Birth *b, const atr_Burst *burst)
{
    const float count =
        atr__value_draw(&burst->count, b->t, b->instance->amount, &b->instance->random) *
        b->instance->share;
    return count > 0.0f ? births_of(b, count + 0.5f) : 0;
}

static void burst_at(const Birth *b, const atr_Burst *burst, float x, float y, float early)
{
    Among among = { .count = burst_count(b, burst) };
    while (among.index < among.count && bear(b, &among, x, y, early)) {
        among.index++;
    }
}

static void emit_spots(const Birth *b, uint32_t index)
{
    const uint32_t count = b->effects->spot_count; /* births of this node name later ones only */
    for (uint32_t i = 0; i < count && b->node->def->burst_count > 0; i++) {
        const atr__Spot *spot = &b->effects->spots[i];
        if (spot->node == index) {
            burst_at(b, &b->node->def->bursts[0], spot->x, spot->y, 0.0f);
        }
    }
}

static void emit_rate(const Birth *b, atr__NodeState *state, float x, float y, float from, float to,
                      float now)
{
    const atr_EffectNode *def = b->node->def;
    const float rate =
        atr__value_draw(&def->rate, b->t, b->instance->amount, &b->instance->random) *
        b->instance->share;
    if (!(rate > 0.0f)) {
        return;
    }
    const float before = state->owed;
    state->owed += rate * (to - from);
    /* A whole number's rounding is not lost; what there was no room for is not owed later. */
    const uint32_t due = births_of(b, state->owed + 0.001f);
    const float left = state->owed - (float)due;
    state->owed = left < 1.0f ? left : 0.0f;
    /* A trail leaves its particles along the way that its origin went. */
    const bool trails = def->type == ATR_NODE_TRAIL;
    const float back_x = trails ? state->last_x - x : 0.0f;
    const float back_y = trails ? state->last_y - y : 0.0f;
    for (uint32_t i = 0; i < due; i++) {
        const float at = from + ((float)(i + 1) - before) / rate;
        const float early = now - at > 0.0f ? now - at : 0.0f;
        const float share = to > from ? (to - at) / (to - from) : 0.0f;
        if (!bear(b, &(Among){ 0 }, x + back_x * share, y + back_y * share, early)) {
            break;
        }
    }
}

static uint32_t count_followed(const Birth *b)
{
    const uint32_t alive = b->instance->nodes[b->node->follow].alive;
    return alive > 0 ? alive : 1;
}

/* What one particle leaves behind in a step; false when there is no room. */
static bool leave_behind(const Birth *b, const atr__Chunk *chunk, uint32_t i, float rate, float dt)
{
    /* Each has its own place in the beat, so that they do not all leave something at once. */
    const float phase = (float)(chunk->serial[i] * 0x9e3779b1u >> 8) * (1.0f / 16777216.0f);
    const float age = b->instance->clock - chunk->born[i];
    const float beats = b->state->owed + phase;
    const uint32_t first = (uint32_t)beats + 1;
    const uint32_t last = (uint32_t)(beats + births_most(b, rate * dt));
    for (uint32_t beat = first; beat <= last; beat++) {
        const float early = dt - ((float)beat - beats) / rate;
        const float back = early > 0.0f ? early : 0.0f;
        if (back <= age && !bear(b, &(Among){ 0 }, chunk->x[i] - chunk->vx[i] * back,
                                 chunk->y[i] - chunk->vy[i] * back, back)) {
            return false;
        }
    }
    return true;
}

/* Behind each particle of the node that is followed, whose rate it is. */
static void emit_behind(const Birth *b, float dt)
{
    const atr_EffectNode *def = b->node->def;
    const float amount = b->instance->amount;
    const float asked =
        atr__value_draw(&def->rate, b->t, amount, &b->instance->random) * b->instance->share;
    /* Where there is no room for all of it, each leaves less; otherwise the last leave nothing. */
    const float life = atr__value_most(&def->life, amount);
    const float most = (float)b->state->budget / ((float)count_followed(b) * life);
    const float rate = asked < most ? asked : most;
    if (!(rate > 0.0f && dt > 0.0f)) {
        return;
    }
    const atr__Chunks *chunks = &b->effects->chunks;
    uint32_t id = b->instance->nodes[b->node->follow].chunks.first;
    bool room = true;
    while (id != ATR__CHUNK_NONE && room) {
        const atr__Chunk *chunk = &chunks->items[id];
        for (uint32_t i = 0; i < chunk->count && room; i++) {
            room = leave_behind(b, chunk, i, rate, dt);
        }
        id = chunks->heads[id].next;
    }
    const float beats = b->state->owed + births_most(b, rate * dt);
    b->state->owed = beats - (float)(uint32_t)beats;
}

static void emit_bursts(const Birth *b, float now, float dt, float x, float y)
{
    const atr_EffectNode *def = b->node->def;
    for (uint32_t i = 0; i < def->burst_count; i++) {
        const uint8_t bit = (uint8_t)(1u << i);
        if ((b->state->bursts_done & bit) == 0 && now >= def->bursts[i].t) {
            b->state->bursts_done |= bit;
            const float late = now - def->bursts[i].t;
            burst_at(b, &def->bursts[i], x, y, late < dt ? late : dt);
        }
    }
}

void atr__node_emit(atr_Effects *effects, atr__Instance *instance, uint32_t index, float dt)
{
    const atr__Node *node = &instance->definition->nodes[index];
    const atr_EffectNode *def = node->def;
    atr__NodeState *state = &instance->nodes[index];
    const float duration = atr__node_duration(instance, index);
    const float now = instance->age - def->start; /* at the step's end, in the node's time */
    const float then = now - dt;
    const Birth birth = { .effects = effects,
                          .instance = instance,
                          .node = node,
                          .state = state,
                          .t = duration > 0.0f && now < duration ? now / duration : 1.0f };
    if (node->is_target) {
        emit_spots(&birth, index);
        return;
    }
    float x = 0.0f;
    float y = 0.0f;
    atr__node_origin(effects, instance, index, &x, &y);
    const bool follows = node->follow != ATR__NODE_NONE;
    if (!instance->fading && now >= 0.0f && follows) {
        emit_behind(&birth, dt);
    } else if (!instance->fading && now >= 0.0f && then <= duration) {
        emit_bursts(&birth, now, dt, x, y);
        /* One that goes round without a gap has no beginning. */
        const bool endless = atr__is_continuous(instance) && def->start == 0.0f &&
                             duration >= instance->definition->def.duration;
        const float from = then > 0.0f || endless ? then : 0.0f;
        const float to = now < duration ? now : duration;
        if (to > from) {
            emit_rate(&birth, state, x, y, from, to, now);
        }
    }
    state->last_x = x;
    state->last_y = y;
}
