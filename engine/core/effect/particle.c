/* One step of one node's particles: the dead taken out; then, chunk by chunk, neighbours that fit
 * together joined, forces and motion in place, and what they look like written behind what is
 * already shown; then what is born. A chunk is moved when the next one can no longer join it, and
 * shown while it is still in the nearest cache. */
#define _POSIX_C_SOURCE 200809L

#include "effect/step.h"

#define CLOCK_MOST 64.0f /* s: a float tells milliseconds well up to here */

static bool is_always_zero(const atr_Value *value)
{
    return value->kind == ATR_VALUE_CONSTANT && value->low == 0.0f;
}

static atr__Look look_of(const atr__Instance *instance, const atr__Node *node, atr__Fields fields)
{
    const atr__Space *space = &instance->space;
    const float slow = ATR__SLOW_PX / space->size;
    return (atr__Look){ .clock = instance->clock,
                        .scale = space->size,
                        .scale_x = space->scale_x,
                        .scale_y = space->scale_y,
                        .offset_x = space->offset_x,
                        .offset_y = space->offset_y,
                        .slow_square = slow * slow,
                        .size = node->def->size.kind == ATR_VALUE_KEYS ? node->size : NULL,
                        .color = node->color,
                        .plain = node->def->color_count < 2 && node->color_rows == 1,
                        .turns = fields.turns,
                        .sprite = node->sprite,
                        .frames = node->def->frames };
}

static atr__Step step_of(atr_Effects *effects, atr__Instance *instance, uint32_t index, float dt)
{
    const atr__Node *node = &instance->definition->nodes[index];
    const atr_EffectNode *def = node->def;
    atr__Step s = { .effects = effects,
                    .instance = instance,
                    .node = node,
                    .state = &instance->nodes[index],
                    .dt = dt,
                    .motion = atr__motion(dt, def->drag, def->gravity_x * instance->scale,
                                          def->gravity_y * instance->scale),
                    .fields = { .turns = !is_always_zero(&def->spin), .frames = def->frames > 1 } };
    s.motion.turns = s.fields.turns;
    s.motion.frames = s.fields.frames && !is_always_zero(&def->fps) ? def->frames : 0;
    for (uint32_t i = 0; i < def->force_count; i++) {
        const uint8_t kind = def->forces[i].kind;
        const bool bounces = kind == ATR_FORCE_FLOOR || kind == ATR_FORCE_RECT;
        s.bounces = s.bounces || bounces;
        s.pushed = s.pushed || !bounces;
    }
    s.look = look_of(instance, node, s.fields);
    return s;
}

/* `dead`: a bit for each. */
static void remove_dead(const atr__Step *s, atr__Chunk *chunk, uint64_t dead)
{
    atr_Effects *effects = s->effects;
    const uint32_t before = chunk->count;
    uint64_t left = s->node->on_death != ATR__NODE_NONE ? dead : 0;
    for (; left != 0 && effects->spot_count < ATR__SPOTS_MAX; left &= left - 1) {
        const uint32_t i = atr__lowest_bit(left);
        effects->spots[effects->spot_count++] =
            (atr__Spot){ s->node->on_death, chunk->x[i], chunk->y[i] };
    }
    atr__chunk_remove(chunk, dead, s->fields);
    s->state->alive -= before - chunk->count;
    effects->work.removals++;
}

static uint64_t find_dead(const atr__Step *s, uint32_t id)
{
    atr__Chunks *chunks = &s->effects->chunks;
    return s->effects->update->find_dead(&chunks->items[id], s->instance->clock,
                                         &chunks->heads[id].next_death);
}

/* All before any moves, and found before any are taken out: wrong guesses of who is dead make
 * nothing else wait. */
static void expire_chunks(const atr__Step *s)
{
    atr__Chunks *chunks = &s->effects->chunks;
    const uint32_t count =
        atr__chunks_due(chunks->heads, s->state->chunks.first, s->instance->clock, chunks->due);
    for (uint32_t i = 0; i < count; i++) {
        chunks->dead[i] = find_dead(s, chunks->due[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (chunks->dead[i] != 0) {
            remove_dead(s, &chunks->items[chunks->due[i]], chunks->dead[i]);
        }
    }
}

static void move_chunk(const atr__Step *s, uint32_t id)
{
    const atr__UpdateOps *update = s->effects->update;
    atr__Chunk *chunk = &s->effects->chunks.items[id];
    atr__Push push;
    if (s->pushed && atr__push_all(s, chunk, &push)) {
        remove_dead(s, chunk, find_dead(s, id));
        (void)atr__push_all(s, chunk, &push);
    }
    update->move(chunk, &s->motion, s->pushed ? &push : NULL);
    if (s->bounces) {
        atr__bounce_all(s, chunk);
    }
    s->effects->work.chunks++;
}

static void move_and_show(const atr__Step *s, uint32_t id)
{
    const atr__Chunk *chunk = &s->effects->chunks.items[id];
    atr__Shown *shown = &s->effects->shown;
    move_chunk(s, id);
    s->effects->update->show(chunk, 0, &s->look, shown, shown->count);
    shown->count += chunk->count;
}

static void move_chunks(const atr__Step *s)
{
    atr__Chunks *chunks = &s->effects->chunks;
    atr__ChunkList *list = &s->state->chunks;
    uint32_t previous = ATR__CHUNK_NONE;
    uint32_t next = ATR__CHUNK_NONE;
    for (uint32_t id = list->first; id != ATR__CHUNK_NONE; id = next) {
        const uint32_t count = chunks->items[id].count;
        const bool follows = previous != ATR__CHUNK_NONE;
        next = chunks->heads[id].next;
        if (count == 0) {
            atr__list_unlink(chunks, list, previous, id);
        } else if (follows && chunks->items[previous].count + count <= ATR__CHUNK_SIZE) {
            atr__chunk_append(chunks, previous, id, s->fields);
            atr__list_unlink(chunks, list, previous, id);
        } else {
            if (follows) {
                move_and_show(s, previous);
            }
            previous = id;
        }
    }
    if (previous != ATR__CHUNK_NONE) {
        move_and_show(s, previous);
    }
}

/* What was born into chunk `id`, which had `had`, and into those behind it. */
static void show_born(const atr__Step *s, uint32_t id, uint32_t had)
{
    atr__Shown *shown = &s->effects->shown;
    while (id != ATR__CHUNK_NONE) {
        const atr__Chunk *chunk = &s->effects->chunks.items[id];
        const uint32_t first = had - had % ATR__CHUNK_STEP;
        if (chunk->count > had) {
            s->effects->update->show(chunk, first, &s->look, shown, shown->count - (had - first));
            shown->count += chunk->count - had;
        }
        had = 0;
        id = s->effects->chunks.heads[id].next;
    }
}

/* Calls `change` for all chunks of particles; deaths are looked for anew. */
static void change_chunks(atr_Effects *effects, atr__Instance *instance,
                          void (*change)(atr__Chunk *chunk, float clock, float by), float by)
{
    for (uint32_t i = 0; i < instance->definition->def.node_count; i++) {
        const bool is_ribbon = instance->definition->def.nodes[i].type == ATR_NODE_RIBBON;
        uint32_t id = is_ribbon ? ATR__CHUNK_NONE : instance->nodes[i].chunks.first;
        while (id != ATR__CHUNK_NONE) {
            atr__Chunk *chunk = &effects->chunks.items[id];
            change(chunk, instance->clock, by);
            effects->chunks.heads[id].next_death = 0.0f;
            id = effects->chunks.heads[id].next;
        }
    }
}

static void bear_earlier(atr__Chunk *chunk, float clock, float by)
{
    (void)clock;
    for (uint32_t i = 0; i < chunk->count; i++) {
        chunk->born[i] -= by;
        chunk->dies[i] -= by;
    }
}

static void end_within(atr__Chunk *chunk, float clock, float by)
{
    for (uint32_t i = 0; i < chunk->count; i++) {
        const float t = (clock - chunk->born[i]) * chunk->pace[i];
        const float pace = (1.0f - t) / by;
        if (pace > chunk->pace[i]) {
            chunk->pace[i] = pace;
            chunk->born[i] = clock - t / pace;
            chunk->dies[i] = clock + by;
        }
    }
}

void atr__instance_hasten(atr_Effects *effects, atr__Instance *instance, float seconds)
{
    change_chunks(effects, instance, end_within, seconds);
}

/* Births and deaths are told by the clock: one that runs for long is set back. */
void atr__instance_tick(atr_Effects *effects, atr__Instance *instance, float dt)
{
    instance->clock += dt;
    instance->time += dt;
    if (instance->clock >= 2.0f * CLOCK_MOST) {
        change_chunks(effects, instance, bear_earlier, CLOCK_MOST);
        instance->clock -= CLOCK_MOST;
    }
}

void atr__node_step(atr_Effects *effects, atr__Instance *instance, uint32_t index, float dt)
{
    const atr__Step s = step_of(effects, instance, index, dt);
    s.state->first = effects->shown.count;
    if (s.node->def->type == ATR_NODE_RIBBON) {
        atr__ribbons_step(&s);
    } else {
        expire_chunks(&s);
        move_chunks(&s);
        const uint32_t last = s.state->chunks.last;
        const uint32_t had = last != ATR__CHUNK_NONE ? effects->chunks.items[last].count : 0;
        atr__node_emit(effects, instance, index, dt);
        show_born(&s, last != ATR__CHUNK_NONE ? last : s.state->chunks.first, had);
    }
    s.state->count = effects->shown.count - s.state->first;
}
