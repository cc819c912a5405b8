/* Instances: admission (merge, cooldown, burst limit, room in the pools), their end, and the done
 * callbacks, which wait in a ring until they can be called with no lock held. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#define SLOT_BITS   20
#define LEAST_SHARE 0.25f /* fewer particles than this of a whole effect are no effect */

static float clamp(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

/* Up to some 500 years; what a nearly paused layer makes of a second may be longer. */
static uint64_t seconds_ns(float seconds)
{
    return seconds > 0.0f ? (uint64_t)((seconds < 1.0e10f ? seconds : 1.0e10f) * 1.0e9f) : 0;
}

atr_EffectId atr__instance_id(const atr_Effects *effects, const atr__Instance *instance)
{
    const uint64_t slot = (uint64_t)(instance - effects->instances);
    return (atr_EffectId){ (uint64_t)instance->generation << SLOT_BITS | (slot + 1) };
}

atr__Instance *atr__instance_find(const atr_Effects *effects, atr_EffectId id)
{
    const uint64_t slot = (id.value & ((1u << SLOT_BITS) - 1)) - 1;
    if (slot >= effects->desc.max_instances) {
        return NULL;
    }
    atr__Instance *instance = &effects->instances[slot];
    return instance->live && instance->generation == id.value >> SLOT_BITS ? instance : NULL;
}

/* The age at which all of it is gone, whatever still moves. */
float atr__instance_end_age(const atr__Instance *instance)
{
    const atr_EffectDef *def = &instance->definition->def;
    if (!atr__is_continuous(instance)) {
        return def->duration + instance->extension + ATR__AFTERLIFE;
    }
    const float emits =
        instance->fading ? instance->fade_from : instance->kept_age + def->keep_alive;
    return emits + ATR__AFTERLIFE;
}

void atr__instance_fade(atr_Effects *effects, atr__Instance *instance)
{
    if (!instance->fading) {
        instance->fading = true;
        instance->fade_from = instance->age;
        atr__instance_hasten(effects, instance, ATR__AFTERLIFE);
    }
}

float atr__instance_speed(const atr_Effects *effects, const atr__Instance *instance)
{
    return effects->time_scale[instance->definition->def.nodes[0].layer];
}

uint64_t atr__instance_deadline(const atr_Effects *effects, const atr__Instance *instance,
                                uint64_t now_ns)
{
    const float speed = atr__instance_speed(effects, instance);
    if (speed <= 0.0f || effects->desc.fixed_step_ns != 0) {
        return UINT64_MAX;
    }
    const float left = (atr__instance_end_age(instance) - instance->age) / speed;
    return now_ns + seconds_ns(left);
}

/* ---- The end --------------------------------------------------------------------------------- */

/* Who is accepted has a place in the ring already, so that ending never fails. */
static bool waiter_has_room(const atr_Effects *effects, const atr_Trigger *trigger)
{
    return trigger->done == NULL ||
           effects->ended_count + effects->waiter_count < effects->ended_capacity;
}

/* Leaves its slot in `order`: atr__instances_compact takes it out. */
void atr__instance_end(atr_Effects *effects, atr__Instance *instance)
{
    const atr_EffectId id = atr__instance_id(effects, instance);
    for (uint32_t i = 0; i < instance->waiter_count; i++) {
        const uint32_t at = (effects->ended_first + effects->ended_count) % effects->ended_capacity;
        effects->ended[at] = (atr__Ended){ instance->waiters[i], id };
        effects->ended_count++;
    }
    effects->waiter_count -= instance->waiter_count;
    effects->reserved -= instance->reserved;
    atr_throttle_release(effects->throttle, instance->charge);
    instance->charge = (atr_ThrottleCharge){ 0 };
    for (uint32_t i = 0; i < instance->definition->def.node_count; i++) {
        atr__list_release(&effects->chunks, &instance->nodes[i].chunks);
    }
    instance->live = false;
    instance->reserved = 0;
    instance->waiter_count = 0;
}

void atr__instances_compact(atr_Effects *effects)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < effects->order_count; i++) {
        if (effects->instances[effects->order[i]].live) {
            effects->order[at++] = effects->order[i];
        }
    }
    effects->order_count = at;
}

void atr__expire_overdue(atr_Effects *effects, uint64_t now_ns)
{
    for (uint32_t i = 0; i < effects->order_count; i++) {
        atr__Instance *instance = &effects->instances[effects->order[i]];
        if (now_ns > instance->deadline_ns) {
            atr__instance_end(effects, instance);
            effects->stats.expired++;
        }
    }
    atr__instances_compact(effects);
}

/* What waits now; what callbacks add is left to the call they came from or the next, so that two
 * effects which start each other cannot hold a frame up. */
void atr__deliver_done(atr_Effects *effects)
{
    atr__mutex_lock(&effects->lock);
    uint32_t left = effects->delivering ? 0 : effects->ended_count;
    effects->delivering = effects->delivering || left > 0;
    const bool mine = left > 0;
    for (; left > 0; left--) {
        const atr__Ended ended = effects->ended[effects->ended_first];
        effects->ended_first = (effects->ended_first + 1) % effects->ended_capacity;
        effects->ended_count--;
        atr__mutex_unlock(&effects->lock);
        ended.waiter.done(ended.waiter.user, ended.id);
        atr__mutex_lock(&effects->lock);
    }
    if (mine) {
        effects->delivering = false;
    }
    atr__mutex_unlock(&effects->lock);
}

/* ---- Admission ------------------------------------------------------------------------------- */

static uint64_t time_now(const atr_Effects *effects)
{
    return effects->desc.fixed_step_ns != 0 ? effects->time_ns
                                            : atr_clock_monotonic_ns(&effects->desc.clock);
}

static atr__Instance *newest_of(const atr_Effects *effects, const atr__Definition *definition,
                                uint32_t *count)
{
    atr__Instance *newest = NULL;
    *count = 0;
    for (uint32_t i = 0; i < effects->order_count; i++) {
        atr__Instance *instance = &effects->instances[effects->order[i]];
        if (instance->definition == definition) {
            newest = instance;
            (*count)++;
        }
    }
    return newest;
}

static float amount_for(const atr_EffectDef *def, float asked)
{
    const float amount = asked > 0.0f && asked < 1.0e9f ? asked : def->amount_default;
    return def->amount_max > def->amount_min ? clamp(amount, def->amount_min, def->amount_max)
                                             : amount;
}

/* Emission starts over; what is alive stays. */
static void restart(atr__Instance *instance)
{
    instance->age = 0.0f;
    instance->kept_age = 0.0f;
    instance->fading = false;
    instance->fade_age = 0.0f;
    for (uint32_t i = 0; i < instance->definition->def.node_count; i++) {
        instance->nodes[i].bursts_done = 0;
        instance->nodes[i].owed = 0.0f;
        instance->nodes[i].sounded = false;
    }
}

static void merge(atr__Instance *instance, float amount)
{
    const atr_EffectDef *def = &instance->definition->def;
    switch (def->merge) {
    case ATR_MERGE_ADD: {
        const float left = clamp(1.0f - instance->age / def->duration, 0.0f, 1.0f);
        instance->amount_from = instance->amount_total;
        instance->amount_total += amount;
        instance->amount = amount_for(def, amount + instance->amount * left);
        restart(instance);
        break;
    }
    case ATR_MERGE_RESTART:
        instance->amount_from = 0.0f;
        instance->amount_total = amount;
        instance->amount = amount;
        restart(instance);
        break;
    case ATR_MERGE_EXTEND:
        instance->kept_age = instance->age;
        if (!atr__is_continuous(instance)) {
            instance->extension = clamp(instance->extension + def->duration, 0.0f, 60.0f);
        }
        break;
    default:
        break;
    }
}

/* What plays on for longer, or of a larger amount, is charged anew. */
static void charge_merged(atr_Effects *effects, atr__Instance *instance)
{
    if (instance->definition->def.merge != ATR_MERGE_IGNORE) {
        atr_ThrottleProfile profile;
        atr__effect_profile(instance->definition, instance->amount, instance->share, &profile);
        atr_throttle_release(effects->throttle, instance->charge);
        const uint32_t type = atr__effect_type(effects, instance->definition);
        instance->charge = atr_throttle_charge(effects->throttle, type, &profile);
    }
}

static bool add_waiter(atr_Effects *effects, atr__Instance *instance, const atr_Trigger *trigger)
{
    if (trigger->done == NULL) {
        return true;
    }
    if (instance->waiter_count == ATR__WAITERS_MAX || !waiter_has_room(effects, trigger)) {
        return false;
    }
    effects->waiter_count++;
    instance->waiters[instance->waiter_count++] = (atr__Waiter){ trigger->done, trigger->user };
    return true;
}

/* The least important, the oldest of those, at most as important as `importance`. */
static atr__Instance *weakest(const atr_Effects *effects, int importance)
{
    atr__Instance *found = NULL;
    for (uint32_t i = 0; i < effects->order_count; i++) {
        atr__Instance *instance = &effects->instances[effects->order[i]];
        const int its = instance->definition->def.importance;
        if (its <= importance && (found == NULL || its < found->definition->def.importance)) {
            found = instance;
        }
    }
    return found;
}

static bool evict(atr_Effects *effects, int importance)
{
    atr__Instance *instance = weakest(effects, importance);
    if (instance == NULL) {
        return false;
    }
    atr__instance_end(effects, instance);
    atr__instances_compact(effects);
    effects->stats.evicted++;
    return true;
}

/* Evicts until there is a slot and room for the particles; less important ones first go for a whole
 * effect, equally important ones only for the least share. False when that does not suffice. */
static bool make_room(atr_Effects *effects, int importance, uint32_t wanted, float *out_share)
{
    while (effects->order_count == effects->desc.max_instances) {
        if (!evict(effects, importance)) {
            return false;
        }
    }
    const uint32_t capacity = effects->desc.max_particles;
    while (wanted > capacity - effects->reserved && evict(effects, importance - 1)) {
    }
    const float least = (float)wanted * LEAST_SHARE;
    while (least > (float)(capacity - effects->reserved) && evict(effects, importance)) {
    }
    const uint32_t room = capacity - effects->reserved;
    *out_share = wanted <= room ? 1.0f : (float)room / (float)wanted;
    return least <= (float)room || importance == ATR_IMPORTANCE_CRITICAL;
}

static uint32_t wanted_particles(const atr__Definition *definition)
{
    uint32_t wanted = 0;
    for (uint32_t i = 0; i < definition->def.node_count; i++) {
        wanted += definition->nodes[i].estimate;
    }
    return wanted;
}

static atr__Instance *free_slot(atr_Effects *effects)
{
    for (uint32_t i = 0; i < effects->desc.max_instances; i++) {
        if (!effects->instances[i].live) {
            effects->order[effects->order_count++] = i;
            return &effects->instances[i];
        }
    }
    return NULL;
}

static void start(atr_Effects *effects, atr__Instance *instance, atr__Definition *definition,
                  const atr_Trigger *trigger, float share)
{
    const uint32_t generation = instance->generation + 1;
    *instance = (atr__Instance){ .generation = generation != 0 ? generation : 1,
                                 .live = true,
                                 .definition = definition,
                                 .sequence = ++effects->sequence,
                                 .deadline_ns = UINT64_MAX,
                                 .amount = amount_for(&definition->def, trigger->amount),
                                 .scale = 1.0f,
                                 .share = share };
    if (trigger->scale > 0.0f && trigger->scale <= 100.0f) {
        instance->scale = trigger->scale;
    }
    instance->amount_total = instance->amount;
    atr__random_seed(&instance->random,
                     effects->desc.seed + instance->sequence * 0x9e3779b97f4a7c15u);
    for (uint32_t i = 0; i < definition->def.node_count; i++) {
        const float most = (float)definition->nodes[i].estimate * share;
        instance->nodes[i].budget = (uint32_t)most;
        atr__list_init(&instance->nodes[i].chunks);
        instance->reserved += instance->nodes[i].budget;
    }
    effects->reserved += instance->reserved;
    atr__instance_place(effects, instance, trigger);
    instance->deadline_ns = atr__instance_deadline(effects, instance, time_now(effects));
    (void)add_waiter(effects, instance, trigger);
    definition->was_played = true;
    atr__cond_signal(&effects->wake);
}

/* Into the one that started in this frame: its text shows the sum of both. */
static atr_TriggerResult coalesce(atr_Effects *effects, atr__Instance *running,
                                  const atr_Trigger *trigger)
{
    if (running == NULL || !add_waiter(effects, running, trigger)) {
        return (atr_TriggerResult){ .decision = ATR_DECISION_REFUSED_BUDGET };
    }
    running->amount_total += amount_for(&running->definition->def, trigger->amount);
    return (atr_TriggerResult){ atr__instance_id(effects, running), ATR_DECISION_COALESCED };
}

/* A new instance, if frames and pools have room for it. */
static atr_TriggerResult play(atr_Effects *effects, atr__Definition *definition,
                              atr__Instance *running, const atr_Trigger *trigger)
{
    const atr_EffectDef *def = &definition->def;
    atr_ThrottleProfile profile;
    atr__effect_profile(definition, amount_for(def, trigger->amount), 1.0f, &profile);
    const uint32_t type = atr__effect_type(effects, definition);
    const atr_ThrottleAdmission admission = atr_throttle_admit(effects->throttle, type, &profile);
    if (admission.decision == ATR_DECISION_COALESCED) {
        return coalesce(effects, running, trigger);
    }
    if (admission.decision != ATR_DECISION_PLAYED && admission.decision != ATR_DECISION_REDUCED) {
        return (atr_TriggerResult){ .decision = admission.decision };
    }
    const float wanted = (float)wanted_particles(definition) * admission.share;
    float share = 1.0f;
    if (!make_room(effects, def->importance, (uint32_t)wanted, &share)) {
        atr_throttle_release(effects->throttle, admission.charge);
        return (atr_TriggerResult){ .decision = ATR_DECISION_REFUSED_FULL };
    }
    share *= admission.share;
    atr__Instance *instance = free_slot(effects);
    start(effects, instance, definition, trigger, share);
    instance->charge = admission.charge;
    definition->last_played_ns = time_now(effects);
    return (atr_TriggerResult){ atr__instance_id(effects, instance),
                                share < 1.0f ? ATR_DECISION_REDUCED : ATR_DECISION_PLAYED };
}

static atr_TriggerResult trigger_locked(atr_Effects *effects, const char *name,
                                        const atr_Trigger *trigger)
{
    atr__Definition *definition = atr__definition_find(effects, name);
    if (definition != NULL && effects->reduced_motion &&
        definition->def.reduced_motion[0] != '\0') {
        definition = atr__definition_find(effects, definition->def.reduced_motion);
    }
    if (definition == NULL) {
        return (atr_TriggerResult){ .decision = ATR_DECISION_UNKNOWN };
    }
    if (effects->stopping || !waiter_has_room(effects, trigger)) {
        return (atr_TriggerResult){ .decision = ATR_DECISION_REFUSED_FULL };
    }
    const atr_EffectDef *def = &definition->def;
    const uint64_t now_ns = time_now(effects);
    const uint64_t since_ns = now_ns - definition->last_played_ns;
    uint32_t playing = 0;
    atr__Instance *running = newest_of(effects, definition, &playing);
    /* One that fades is on its way out: what joined it would hardly be seen. */
    if (running != NULL && !running->fading && def->merge != ATR_MERGE_NONE &&
        since_ns <= seconds_ns(def->merge_window) && add_waiter(effects, running, trigger)) {
        merge(running, amount_for(def, trigger->amount));
        charge_merged(effects, running);
        if (def->merge != ATR_MERGE_IGNORE) {
            running->deadline_ns = atr__instance_deadline(effects, running, now_ns);
        }
        definition->last_played_ns = now_ns;
        return (atr_TriggerResult){ atr__instance_id(effects, running), ATR_DECISION_MERGED };
    }
    const float cooldown =
        def->cooldown * atr_throttle_cooldown_scale(effects->throttle, def->importance);
    if ((definition->was_played && since_ns < seconds_ns(cooldown)) ||
        (def->burst_limit != 0 && playing >= def->burst_limit)) {
        return (atr_TriggerResult){ .decision = ATR_DECISION_REFUSED_COOLDOWN };
    }
    return play(effects, definition, running, trigger);
}

atr_TriggerResult atr_effect_trigger(atr_Effects *effects, const char *name,
                                     const atr_Trigger *trigger)
{
    ATR_ASSERT(effects != NULL && name != NULL);
    const atr_Trigger asked = trigger != NULL ? *trigger : (atr_Trigger){ 0 };
    atr__mutex_lock(&effects->lock);
    const atr_TriggerResult result = trigger_locked(effects, name, &asked);
    effects->stats.decisions[result.decision]++;
    atr__mutex_unlock(&effects->lock);
    atr__deliver_done(effects);
    return result;
}

/* ---- By id ----------------------------------------------------------------------------------- */

bool atr_effect_is_live(const atr_Effects *effects, atr_EffectId id)
{
    atr__mutex_lock(atr__effects_lock(effects));
    const bool live = atr__instance_find(effects, id) != NULL;
    atr__mutex_unlock(atr__effects_lock(effects));
    return live;
}

atr_Status atr_effect_keep(atr_Effects *effects, atr_EffectId id)
{
    atr_Status st = ATR_ERR_STALE;
    atr__mutex_lock(&effects->lock);
    atr__Instance *instance = atr__instance_find(effects, id);
    if (instance != NULL && !instance->fading) {
        st = atr__is_continuous(instance) ? ATR_OK : ATR_ERR_INVALID;
        instance->kept_age = instance->age;
        instance->deadline_ns = atr__instance_deadline(effects, instance, time_now(effects));
    }
    atr__mutex_unlock(&effects->lock);
    return st;
}

atr_Status atr_effect_stop(atr_Effects *effects, atr_EffectId id, bool fade)
{
    atr__mutex_lock(&effects->lock);
    atr__Instance *instance = atr__instance_find(effects, id);
    if (instance != NULL && fade) {
        atr__instance_fade(effects, instance);
    } else if (instance != NULL) {
        atr__instance_end(effects, instance);
        atr__instances_compact(effects);
    }
    atr__mutex_unlock(&effects->lock);
    atr__deliver_done(effects);
    return instance != NULL ? ATR_OK : ATR_ERR_STALE;
}

void atr_effects_stop_all(atr_Effects *effects)
{
    atr__mutex_lock(&effects->lock);
    for (uint32_t i = 0; i < effects->order_count; i++) {
        atr__instance_end(effects, &effects->instances[effects->order[i]]);
    }
    atr__instances_compact(effects);
    atr__mutex_unlock(&effects->lock);
    atr__deliver_done(effects);
}
