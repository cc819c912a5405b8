/* One step of one node's particles: chunk by chunk, forces and motion in place, the dead taken out,
 * neighbours that fit together joined, what is born added, and what all of them look like written
 * behind what is already shown. A chunk is shown when the next one can no longer join it, while it
 * is still in the nearest cache. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#include "base/trig.h"

#include <math.h>

#define SLOW_PX 40.0f /* a second: slower ones are placed between pixels */

typedef struct Step {
    atr_Effects *effects;
    atr__Instance *instance;
    const atr__Node *node;
    atr__NodeState *state;
    float dt;
    atr__Motion motion;
    atr__Fields fields;
    bool flips, pushed, bounces;
    atr__Look look;
} Step;

static bool is_always_zero(const atr_Value *value)
{
    return value->kind == ATR_VALUE_CONSTANT && value->low == 0.0f;
}

static atr__Look look_of(const atr__Node *node, atr__Fields fields)
{
    return (atr__Look){ .scale = 1.0f,
                        .slow_square = SLOW_PX * SLOW_PX,
                        .size = node->def->size.kind == ATR_VALUE_KEYS ? node->size : NULL,
                        .color = node->color,
                        .plain = node->def->color_count < 2 && node->color_rows == 1,
                        .turns = fields.turns,
                        .sprite = node->sprite,
                        .frames = node->def->frames };
}

static Step step_of(atr_Effects *effects, atr__Instance *instance, uint32_t index, float dt)
{
    const atr__Node *node = &instance->definition->nodes[index];
    const atr_EffectNode *def = node->def;
    Step s = { .effects = effects,
               .instance = instance,
               .node = node,
               .state = &instance->nodes[index],
               .dt = dt,
               .motion = atr__motion(dt, def->drag, def->gravity_x * instance->scale,
                                     def->gravity_y * instance->scale),
               .fields = { .turns = !is_always_zero(&def->spin), .frames = def->frames > 1 },
               .flips = def->frames > 1 && !is_always_zero(&def->fps) };
    for (uint32_t i = 0; i < def->force_count; i++) {
        const uint8_t kind = def->forces[i].kind;
        const bool bounces = kind == ATR_FORCE_FLOOR || kind == ATR_FORCE_RECT;
        s.bounces = s.bounces || bounces;
        s.pushed = s.pushed || !bounces;
    }
    s.look = look_of(node, s.fields);
    return s;
}

/* ---- Forces ---------------------------------------------------------------------------------- */

/* Dead from the next motion on: the removal finds it there. */
static void kill(atr__Chunk *chunk, uint32_t i)
{
    chunk->t[i] = 1.0f;
}

static void attract(const Step *s, const atr_Force *force, const atr__Anchor *anchor,
                    atr__Chunk *chunk, atr__Push *push)
{
    const float reach = force->arrive_px * force->arrive_px;
    for (uint32_t i = 0; i < chunk->count; i++) {
        const float dx = anchor->x - chunk->x[i];
        const float dy = anchor->y - chunk->y[i];
        const float square = dx * dx + dy * dy;
        if (square <= reach) {
            if (s->node->def->on_arrive[0] != '\0' && chunk->t[i] < 1.0f) {
                atr__event_push(s->effects, s->instance, ATR_EFFECT_EVENT_ARRIVE,
                                s->node->def->on_arrive);
            }
            kill(chunk, i);
        } else if (square > 0.0f) {
            /* sqrtf is exact by IEEE, unlike the rest of libm */
            const float share = force->strength / sqrtf(square);
            push->x[i] += dx * share;
            push->y[i] += dy * share;
        }
    }
}

static void sway(const Step *s, const atr_Force *force, const atr__Chunk *chunk, atr__Push *push)
{
    const float rate = force->period > 0.0f ? 1.0f / force->period : 0.0f;
    const float strength = force->strength * s->instance->scale;
    for (uint32_t i = 0; i < chunk->count; i++) {
        /* Life differs from particle to particle: it serves as the phase. */
        const float life = 1.0f / chunk->pace[i];
        push->x[i] += strength * atr__sin_turns(chunk->t[i] * life * rate + life * 7.3f);
    }
}

static void push_all(const Step *s, atr__Chunk *chunk, atr__Push *push)
{
    *push = (atr__Push){ 0 };
    for (uint32_t i = 0; i < s->node->def->force_count; i++) {
        const atr_Force *force = &s->node->def->forces[i];
        const uint8_t index = s->node->force_anchor[i];
        const atr__Anchor *anchor = index != ATR__ANCHOR_NONE ? &s->effects->anchors[index] : NULL;
        if (force->kind == ATR_FORCE_SWAY) {
            sway(s, force, chunk, push);
        } else if (force->kind == ATR_FORCE_ATTRACT && anchor != NULL && anchor->is_set) {
            attract(s, force, anchor, chunk, push);
        }
    }
}

/* Half of what is seen of it. */
static float half_size(const Step *s, const atr__Chunk *chunk, uint32_t i)
{
    if (s->look.size == NULL || chunk->t[i] >= 1.0f) {
        return chunk->size[i] * 0.5f;
    }
    return chunk->size[i] * s->look.size[(int32_t)(chunk->t[i] * (float)ATR__LUT_SIZE)] * 0.5f;
}

static void floor_one(const Step *s, const atr_Force *force, atr__Chunk *chunk, uint32_t i,
                      float over)
{
    /* What one step of gravity gives back is rest, not a bounce. */
    const float still = s->motion.gravity_y * s->dt * 2.0f;
    if (chunk->vy[i] <= still) {
        /* Rest: what is lost along the floor is lost with time, not at each step. */
        const float lost = force->friction * s->dt * 60.0f;
        const float keep = lost < 1.0f ? 1.0f - lost : 0.0f;
        chunk->y[i] -= over;
        chunk->vy[i] = 0.0f;
        chunk->vx[i] *= keep;
        chunk->spin[i] *= keep;
        return;
    }
    /* No two coins land alike: life, which differs, takes up to half of the bounce. */
    const float part = 31.7f / chunk->pace[i];
    const float keep = force->bounce * (1.0f - 0.5f * (part - (float)(int32_t)part));
    chunk->y[i] -= over + over * keep;
    chunk->vy[i] = -chunk->vy[i] * keep;
    chunk->vx[i] *= 1.0f - force->friction;
    chunk->spin[i] *= 1.0f - force->friction;
}

static void bounce_all(const Step *s, atr__Chunk *chunk)
{
    for (uint32_t k = 0; k < s->node->def->force_count; k++) {
        const atr_Force *force = &s->node->def->forces[k];
        const uint8_t index = s->node->force_anchor[k];
        const atr__Anchor *anchor = index != ATR__ANCHOR_NONE ? &s->effects->anchors[index] : NULL;
        const bool known = anchor != NULL ? anchor->is_set : s->effects->view_h > 0.0f;
        if (force->kind != ATR_FORCE_FLOOR || !known) {
            continue;
        }
        const float height = anchor != NULL ? anchor->y : s->effects->view_h;
        for (uint32_t i = 0; i < chunk->count; i++) {
            const float over = chunk->y[i] + half_size(s, chunk, i) - height;
            if (over > 0.0f && chunk->vy[i] > 0.0f) {
                floor_one(s, force, chunk, i, over);
            }
        }
    }
}

/* ---- The step -------------------------------------------------------------------------------- */

static void remove_dead(const Step *s, atr__Chunk *chunk)
{
    atr_Effects *effects = s->effects;
    const uint32_t before = chunk->count;
    if (s->node->on_death != ATR__NODE_NONE) {
        for (uint32_t i = 0; i < before && effects->spot_count < ATR__SPOTS_MAX; i++) {
            if (chunk->t[i] >= 1.0f) {
                effects->spots[effects->spot_count++] =
                    (atr__Spot){ s->node->on_death, chunk->x[i], chunk->y[i] };
            }
        }
    }
    atr__chunk_remove_dead(chunk, s->fields);
    s->state->alive -= before - chunk->count;
}

static void move_chunk(const Step *s, atr__Chunk *chunk)
{
    const atr__UpdateOps *update = s->effects->update;
    uint32_t dead = 0;
    if (s->pushed) {
        atr__Push push;
        push_all(s, chunk, &push);
        dead = update->move_pushed(chunk, &s->motion, &push);
    } else {
        dead = update->move(chunk, &s->motion);
    }
    if (s->fields.turns) {
        update->turn(chunk, s->dt);
    }
    if (s->flips) {
        update->flip(chunk, s->dt, s->node->def->frames);
    }
    if (s->bounces) {
        bounce_all(s, chunk);
    }
    if (dead > 0) {
        remove_dead(s, chunk);
    }
}

static void show_chunk(const Step *s, const atr__Chunk *chunk)
{
    atr__Shown *shown = &s->effects->shown;
    s->effects->update->show(chunk, 0, &s->look, shown, shown->count);
    shown->count += chunk->count;
}

/* Moves all chunks and shows them but the last, to which births may be added.
 * @return the first one not shown; ATR__CHUNK_NONE. */
static uint32_t move_chunks(const Step *s)
{
    atr__Chunks *chunks = &s->effects->chunks;
    atr__ChunkList *list = &s->state->chunks;
    uint32_t previous = ATR__CHUNK_NONE;
    uint32_t next = ATR__CHUNK_NONE;
    for (uint32_t id = list->first; id != ATR__CHUNK_NONE; id = next) {
        atr__Chunk *chunk = &chunks->items[id];
        atr__Chunk *before = previous != ATR__CHUNK_NONE ? &chunks->items[previous] : NULL;
        next = chunk->next;
        move_chunk(s, chunk);
        if (chunk->count == 0) {
            atr__list_unlink(chunks, list, previous, id);
        } else if (before != NULL && before->count + chunk->count <= ATR__CHUNK_SIZE) {
            atr__chunk_append(before, chunk, s->fields);
            atr__list_unlink(chunks, list, previous, id);
        } else {
            if (before != NULL) {
                show_chunk(s, before);
            }
            previous = id;
        }
    }
    return previous;
}

void atr__node_step(atr_Effects *effects, atr__Instance *instance, uint32_t index, float dt)
{
    const Step s = step_of(effects, instance, index, dt);
    s.state->first = effects->shown.count;
    uint32_t id = move_chunks(&s);
    atr__node_emit(effects, instance, index, dt);
    id = id != ATR__CHUNK_NONE ? id : s.state->chunks.first;
    while (id != ATR__CHUNK_NONE) {
        const atr__Chunk *chunk = &effects->chunks.items[id];
        show_chunk(&s, chunk);
        id = chunk->next;
    }
    s.state->count = effects->shown.count - s.state->first;
}
