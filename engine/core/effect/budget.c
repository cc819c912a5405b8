/* The effects' side of the throttle: what a trigger will have alive over its life, which of what
 * runs is alive now, and thinning.
 *
 * Thinning leaves out of what is shown the particles whose rank, a hash of the number of their
 * birth, lies at or above the share kept: the same ones in each frame, spread evenly. They live on
 * unseen. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#define RANK_SPREAD 0x9e3779b9u /* 2^32 over the golden ratio: neighbours far apart */

/* ---- Profiles -------------------------------------------------------------------------------- */

static float mean_of(const atr_Value *value, float t, float amount)
{
    switch (value->kind) {
    case ATR_VALUE_RANGE:
        return 0.5f * (value->low + value->high);
    case ATR_VALUE_KEYS:
        return atr__value_curve(value, t);
    case ATR_VALUE_PARAM:
        return atr__value_most(value, amount);
    default:
        return value->low;
    }
}

static float within(float value, float low, float high)
{
    return value > low ? (value < high ? value : high) : low; /* NaN: low */
}

/* How many of an emitter's are alive at `time`, seconds after the instance's start. */
static float alive_at(const atr__Node *node, float amount, float time)
{
    const atr_EffectNode *def = node->def;
    const float now = time - def->start;
    const float life = mean_of(&def->life, 0.0f, amount);
    if (now < 0.0f || !(life > 0.0f)) {
        return 0.0f;
    }
    const float from = now > life ? now - life : 0.0f; /* born before that: gone */
    const float to = now < def->duration ? now : def->duration;
    const float t = def->duration > 0.0f ? within(to / def->duration, 0.0f, 1.0f) : 0.0f;
    float alive = to > from ? mean_of(&def->rate, t, amount) * (to - from) : 0.0f;
    for (uint32_t i = 0; i < def->burst_count; i++) {
        if (def->bursts[i].t <= now && now <= def->bursts[i].t + life) {
            alive += mean_of(&def->bursts[i].count, t, amount);
        }
    }
    return within(alive, 0.0f, (float)node->estimate);
}

static float node_end(const atr__Definition *definition, uint32_t index, float amount)
{
    const atr__Node *node = &definition->nodes[index];
    const float life = atr__value_most(&node->def->life, amount);
    /* What starts where others are born or die may start until the end. */
    const float emits = node->is_target ? definition->def.duration : node->def->duration;
    return node->def->start + emits + within(life, 0.0f, ATR__AFTERLIFE);
}

void atr__effect_profile(const atr__Definition *definition, float amount, float share,
                         atr_ThrottleProfile *out)
{
    const atr_EffectDef *def = &definition->def;
    *out = (atr_ThrottleProfile){ 0 };
    float life = 0.0f;
    for (uint32_t i = 0; i < def->node_count; i++) {
        const float end = node_end(definition, i, amount);
        life = end > life ? end : life;
    }
    life = within(life, 1.0f / 60.0f, def->duration + ATR__AFTERLIFE);
    for (uint32_t i = 0; i < def->node_count; i++) {
        const atr__Node *node = &definition->nodes[i];
        for (int cell = 0; node->estimate > 0 && cell < ATR_THROTTLE_PROFILE; cell++) {
            const float step = life / (float)ATR_THROTTLE_PROFILE;
            const float at = alive_at(node, amount, ((float)cell + 0.05f) * step);
            const float later = alive_at(node, amount, ((float)cell + 0.95f) * step);
            const bool led = node->is_target || node->follow != ATR__NODE_NONE;
            const float most = led ? (float)node->estimate : at > later ? at : later;
            out->particles[cell] += most * share;
        }
    }
    out->life_s = def->keep_alive > 0.0f ? 0.0f : life;
    if (def->keep_alive > 0.0f) {
        float peak = 0.0f;
        for (int cell = 0; cell < ATR_THROTTLE_PROFILE; cell++) {
            peak = out->particles[cell] > peak ? out->particles[cell] : peak;
        }
        out->particles[ATR_THROTTLE_PROFILE - 1] = peak;
    }
}

/* ---- Types ----------------------------------------------------------------------------------- */

static uint32_t slot_of(const atr_Effects *effects, const atr__Definition *definition)
{
    uint32_t slot = 0;
    while (slot < effects->definition_count && effects->definitions[slot] != definition) {
        slot++;
    }
    return slot;
}

/* A definition that replaces another takes its place, and what was learned of it. */
uint32_t atr__effect_type(atr_Effects *effects, atr__Definition *definition)
{
    if (!definition->has_type) {
        const atr_EffectDef *def = &definition->def;
        atr_ThrottleType what = { .importance = def->importance,
                                  .trigger_rate = def->trigger_rate,
                                  .burst_limit = def->burst_limit };
        for (int level = 0; level < 4; level++) {
            what.quality[level] = def->quality[level];
        }
        definition->type = slot_of(effects, definition);
        definition->has_type = true;
        atr_throttle_set_type(effects->throttle, definition->type, &what);
    }
    return definition->type;
}

/* ---- Thinning -------------------------------------------------------------------------------- */

static bool is_kept(uint32_t serial, float keep)
{
    return (float)(serial * RANK_SPREAD >> 8) < keep * 16777216.0f;
}

static void shown_move(const atr__Shown *shown, uint32_t from, uint32_t to)
{
    shown->x[to] = shown->x[from];
    shown->y[to] = shown->y[from];
    shown->size[to] = shown->size[from];
    shown->angle[to] = shown->angle[from];
    shown->stretch[to] = shown->stretch[from];
    shown->color[to] = shown->color[from];
    shown->sprite[to] = shown->sprite[from];
    shown->smooth[to] = shown->smooth[from];
}

/* What is shown of a node lies in the order of its chunks. `before`: the share shown so far. */
static void node_thin(atr_Effects *effects, atr__NodeState *state, bool is_ribbon, float before,
                      float keep)
{
    const atr__Shown *shown = &effects->shown;
    const uint32_t end = state->first + state->count;
    uint32_t to = state->first;
    uint32_t from = to;
    for (uint32_t id = state->chunks.first; id != ATR__CHUNK_NONE;) {
        const atr__Chunk *chunk = &effects->chunks.items[id];
        for (uint32_t i = 0; i < chunk->count && from < end; i++) {
            uint32_t serial = chunk->serial[i];
            const uint32_t pieces = is_ribbon ? atr__strip_pieces(chunk, i, &serial) : 1;
            if (!is_kept(serial, before)) {
                continue;
            }
            for (uint32_t k = 0; k < pieces && is_kept(serial, keep); k++) {
                shown_move(shown, from + k, to++);
            }
            from += pieces;
        }
        id = effects->chunks.heads[id].next;
    }
    state->count = to - state->first;
}

static void thin(atr_Effects *effects)
{
    for (uint32_t i = 0; i < effects->order_count; i++) {
        atr__Instance *instance = &effects->instances[effects->order[i]];
        const atr_EffectDef *def = &instance->definition->def;
        const float before = effects->thinned[def->importance];
        const float keep = effects->keep[def->importance];
        for (uint32_t node = 0; keep < before && node < def->node_count; node++) {
            if (instance->nodes[node].count > 0) {
                const bool is_ribbon = def->nodes[node].type == ATR_NODE_RIBBON;
                node_thin(effects, &instance->nodes[node], is_ribbon, before, keep);
            }
        }
    }
    for (int i = 0; i < ATR__IMPORTANCES; i++) {
        if (effects->keep[i] < effects->thinned[i]) {
            effects->thinned[i] = effects->keep[i];
        }
    }
}

/* ---- The frame ------------------------------------------------------------------------------- */

static uint32_t gather_uses(atr_Effects *effects)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < effects->order_count; i++) {
        const atr__Instance *instance = &effects->instances[effects->order[i]];
        const uint32_t type = atr__effect_type(effects, instance->definition);
        uint32_t at = 0;
        while (at < count && effects->uses[at].type != type) {
            at++;
        }
        if (at == count) {
            effects->uses[count++] = (atr_ThrottleUse){ .type = type };
        }
        effects->uses[at].instances++;
        for (uint32_t node = 0; node < instance->definition->def.node_count; node++) {
            effects->uses[at].particles += instance->nodes[node].alive;
        }
    }
    return count;
}

void atr_effects_plan(atr_Effects *effects, float host_ms)
{
    ATR_ASSERT(effects != NULL);
    atr__mutex_lock(&effects->lock);
    const uint32_t count = gather_uses(effects);
    atr_throttle_plan(effects->throttle, host_ms, effects->uses, count, effects->keep);
    thin(effects);
    atr__mutex_unlock(&effects->lock);
}

void atr_effects_measured(atr_Effects *effects, float effects_ms, float busy_ms)
{
    ATR_ASSERT(effects != NULL);
    atr__mutex_lock(&effects->lock);
    atr_throttle_measured(effects->throttle, effects_ms, busy_ms);
    atr__mutex_unlock(&effects->lock);
}

void atr_effects_set_budget(atr_Effects *effects, float budget_ms)
{
    ATR_ASSERT(effects != NULL);
    atr__mutex_lock(&effects->lock);
    atr_throttle_set_budget(effects->throttle, budget_ms);
    atr__mutex_unlock(&effects->lock);
}

void atr_effects_set_quality(atr_Effects *effects, int32_t level)
{
    ATR_ASSERT(effects != NULL);
    atr__mutex_lock(&effects->lock);
    atr_throttle_set_quality(effects->throttle, level);
    atr__mutex_unlock(&effects->lock);
}

/* All of it is shown until the next plan. */
void atr__budget_begin(atr_Effects *effects)
{
    for (int i = 0; i < ATR__IMPORTANCES; i++) {
        effects->thinned[i] = 1.0f;
        effects->keep[i] = 1.0f;
    }
    atr_throttle_begin(effects->throttle, (double)effects->time_ns * 1.0e-9);
}

void atr__budget_stats(const atr_Effects *effects, atr_EffectsStats *out)
{
    atr_ThrottleStats stats;
    atr_throttle_stats(effects->throttle, &stats);
    out->quality = stats.quality;
    out->budget_ms = stats.budget_ms;
    out->room_ms = stats.room_ms;
    out->planned_ms = stats.planned_ms;
    for (int i = 0; i < ATR__IMPORTANCES; i++) {
        out->keep[i] = stats.keep[i];
    }
}
