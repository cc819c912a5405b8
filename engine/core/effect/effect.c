/* The effects as a whole: life of the object, the advance of a frame, posts from other threads,
 * anchors, events, and the thread that ends what is overdue while the host draws nothing. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>

#define EFFECTS_DEFAULT   128
#define SPRITES_MOST      (ATR_SPRITE_NONE - 1u)
#define INSTANCES_DEFAULT 64
#define PARTICLES_DEFAULT 16384
#define POSTS_DEFAULT     64
#define INSTANCES_MAX     65536
#define CHARGES_MAX       65535 /* of the throttle */
#define PARTICLES_MIN     64
#define PARTICLES_MAX     1000000

static atr_EffectsDesc desc_resolve(const atr_EffectsDesc *desc)
{
    atr_EffectsDesc d = desc != NULL ? *desc : (atr_EffectsDesc){ 0 };
    d.max_effects = d.max_effects != 0 ? d.max_effects : EFFECTS_DEFAULT;
    d.max_sprites =
        d.max_sprites != 0 && d.max_sprites < SPRITES_MOST ? d.max_sprites : SPRITES_MOST;
    d.max_instances = d.max_instances != 0 ? d.max_instances : INSTANCES_DEFAULT;
    d.max_particles = d.max_particles != 0 ? d.max_particles : PARTICLES_DEFAULT;
    d.max_posts = d.max_posts != 0 ? d.max_posts : POSTS_DEFAULT;
    d.seed = d.seed != 0 ? d.seed : 1;
    return d;
}

static uint32_t ended_capacity(const atr_EffectsDesc *d)
{
    /* All that can be live at once, and again while callbacks start and stop others. */
    return d->max_instances * ATR__WAITERS_MAX * 2;
}

/* ---- Maintenance ----------------------------------------------------------------------------- */

static bool is_idle(const atr_Effects *effects, uint64_t now_ns)
{
    return !effects->advanced || now_ns - effects->advanced_ns >= ATR__IDLE_NS;
}

static void *maintain(void *user)
{
    atr_Effects *effects = user;
    atr__mutex_lock(&effects->lock);
    while (!effects->stopping) {
        if (effects->order_count == 0 && effects->ended_count == 0) {
            atr__cond_wait(&effects->wake, &effects->lock);
            continue;
        }
        (void)atr__cond_wait_for(&effects->wake, &effects->lock, ATR__IDLE_NS);
        const uint64_t now_ns = atr_clock_monotonic_ns(&effects->desc.clock);
        if (effects->stopping || !is_idle(effects, now_ns)) {
            continue;
        }
        atr__expire_overdue(effects, now_ns);
        atr__mutex_unlock(&effects->lock);
        atr__deliver_done(effects);
        atr__mutex_lock(&effects->lock);
    }
    atr__mutex_unlock(&effects->lock);
    return NULL;
}

static void stop_maintenance(atr_Effects *effects)
{
    if (!effects->has_lock || !effects->has_wake) {
        return;
    }
    atr__mutex_lock(&effects->lock);
    effects->stopping = true; /* also: done callbacks start nothing any more */
    atr__cond_signal(&effects->wake);
    atr__mutex_unlock(&effects->lock);
    if (effects->has_thread) {
        atr__thread_join(effects->thread);
        effects->has_thread = false;
    }
}

/* ---- Life ------------------------------------------------------------------------------------ */

static bool make_throttle(atr_Effects *effects)
{
    const atr_EffectsDesc *d = &effects->desc;
    const atr_ThrottleDesc desc = { .budget_ms = d->budget_ms,
                                    .max_types = d->max_effects,
                                    .max_charges = d->max_instances < CHARGES_MAX ? d->max_instances
                                                                                  : CHARGES_MAX,
                                    .allocator = d->allocator };
    for (int i = 0; i < ATR__IMPORTANCES; i++) {
        effects->keep[i] = 1.0f;
        effects->thinned[i] = 1.0f;
    }
    return atr_throttle_create(&desc, &effects->throttle) == ATR_OK;
}

static bool allocate(atr_Effects *effects)
{
    const atr_EffectsDesc *d = &effects->desc;
    const atr_Allocator *a = &d->allocator;
    effects->definitions = atr__alloc_zero(a, d->max_effects, sizeof(atr__Definition *));
    effects->sheets =
        atr__alloc_zero(a, d->max_effects, ATR_EFFECT_NODES_MAX * sizeof(atr__Sheet *));
    effects->instances = atr__alloc_zero(a, d->max_instances, sizeof *effects->instances);
    effects->order = atr__alloc_zero(a, d->max_instances, sizeof *effects->order);
    effects->ended_capacity = ended_capacity(d);
    effects->ended = atr__alloc_zero(a, effects->ended_capacity, sizeof *effects->ended);
    effects->posts = atr__alloc_zero(a, d->max_posts, sizeof *effects->posts);
    effects->uses = atr__alloc_zero(a, d->max_effects, sizeof *effects->uses);
    return effects->definitions != NULL && effects->sheets != NULL && atr__names_init(effects) &&
           effects->instances != NULL && effects->order != NULL && effects->ended != NULL &&
           effects->posts != NULL && effects->uses != NULL && make_throttle(effects) &&
           atr__chunks_init(effects);
}

atr_Status atr_effects_create(const atr_EffectsDesc *desc, atr_Effects **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    const atr_EffectsDesc d = desc_resolve(desc);
    if (d.max_particles < PARTICLES_MIN || d.max_particles > PARTICLES_MAX ||
        d.max_instances > INSTANCES_MAX || d.max_effects > INSTANCES_MAX ||
        d.max_posts > INSTANCES_MAX) {
        return ATR_ERR_INVALID;
    }
    atr_Effects *effects = atr__alloc_zero(&d.allocator, 1, sizeof *effects);
    if (effects == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    effects->desc = d;
    const char *refused = NULL;
    effects->update = atr__update_of(atr__simd_wanted(&refused)); /* compositors log a refusal */
    effects->update = effects->update != NULL ? effects->update : atr__update_scalar();
    effects->world = (atr_Transform){ 1.0f, 1.0f, 0.0f, 0.0f };
    effects->output = effects->world;
    effects->reduced_motion = d.reduced_motion;
    for (uint32_t i = 0; i < ATR_LAYER_COUNT; i++) {
        effects->time_scale[i] = 1.0f;
    }
    effects->has_lock = atr__mutex_init(&effects->lock);
    effects->has_post_lock = atr__mutex_init(&effects->post_lock);
    effects->has_wake = atr__cond_init(&effects->wake);
    if (!effects->has_lock || !effects->has_post_lock || !effects->has_wake || !allocate(effects)) {
        atr_effects_destroy(effects);
        return ATR_ERR_NO_MEMORY;
    }
    /* A fixed step is virtual time: nothing but an advance lets it pass. */
    if (!d.no_maintenance && d.fixed_step_ns == 0) {
        effects->has_thread = atr__thread_start(&effects->thread, maintain, effects);
        if (!effects->has_thread) {
            atr_effects_destroy(effects);
            return ATR_ERR_NO_MEMORY;
        }
    }
    *out = effects;
    return ATR_OK;
}

void atr_effects_destroy(atr_Effects *effects)
{
    if (effects == NULL) {
        return;
    }
    stop_maintenance(effects);
    if (effects->has_lock && effects->order != NULL) {
        atr_effects_stop_all(effects);
        while (effects->ended_count > 0) {
            atr__deliver_done(effects);
        }
    }
    const atr_EffectsDesc d = effects->desc;
    const atr_Allocator *a = &d.allocator;
    atr__definitions_destroy(effects);
    atr__names_deinit(effects);
    atr__chunks_deinit(effects);
    atr__free(a, effects->definitions, d.max_effects, sizeof(atr__Definition *));
    atr__free(a, effects->sheets, d.max_effects, ATR_EFFECT_NODES_MAX * sizeof(atr__Sheet *));
    atr__free(a, effects->instances, d.max_instances, sizeof *effects->instances);
    atr__free(a, effects->order, d.max_instances, sizeof *effects->order);
    atr__free(a, effects->ended, effects->ended_capacity, sizeof *effects->ended);
    atr__free(a, effects->posts, d.max_posts, sizeof *effects->posts);
    atr__free(a, effects->uses, d.max_effects, sizeof *effects->uses);
    atr_throttle_destroy(effects->throttle);
    if (effects->has_wake) {
        atr__cond_deinit(&effects->wake);
    }
    if (effects->has_post_lock) {
        atr__mutex_deinit(&effects->post_lock);
    }
    if (effects->has_lock) {
        atr__mutex_deinit(&effects->lock);
    }
    atr__free(a, effects, 1, sizeof *effects);
}

/* ---- Posts ----------------------------------------------------------------------------------- */

atr_Status atr_effect_post(atr_Effects *effects, const char *name, const atr_Trigger *trigger)
{
    ATR_ASSERT(effects != NULL && name != NULL);
    atr_Status st = ATR_ERR_FULL;
    atr__mutex_lock(&effects->post_lock);
    if (effects->post_count < effects->desc.max_posts) {
        const uint32_t at = (effects->post_first + effects->post_count++) % effects->desc.max_posts;
        atr__Post *post = &effects->posts[at];
        /* Cut, a name that is too long could be another's: it stays unknown. */
        const bool known = strlen(name) <= ATR_EFFECT_NAME_MAX;
        snprintf(post->name, sizeof post->name, "%s", known ? name : "");
        post->trigger = trigger != NULL ? *trigger : (atr_Trigger){ 0 };
        const char *anchor = post->trigger.anchor;
        const bool named = anchor != NULL && strlen(anchor) <= ATR_EFFECT_NAME_MAX;
        snprintf(post->anchor, sizeof post->anchor, "%s", named ? anchor : "");
        st = ATR_OK;
    } else {
        effects->posts_refused++;
    }
    atr__mutex_unlock(&effects->post_lock);
    return st;
}

static bool take_post(atr_Effects *effects, atr__Post *out)
{
    atr__mutex_lock(&effects->post_lock);
    const bool any = effects->post_count > 0;
    if (any) {
        *out = effects->posts[effects->post_first];
        out->trigger.anchor = out->anchor;
        effects->post_first = (effects->post_first + 1) % effects->desc.max_posts;
        effects->post_count--;
    }
    atr__mutex_unlock(&effects->post_lock);
    return any;
}

/* At most as many as can wait, so that a busy poster cannot hold the frame up. */
static void drain_posts(atr_Effects *effects)
{
    atr__Post post;
    for (uint32_t i = 0; i < effects->desc.max_posts && take_post(effects, &post); i++) {
        (void)atr_effect_trigger(effects, post.name, &post.trigger);
    }
}

/* ---- The frame ------------------------------------------------------------------------------- */

static float step_seconds(atr_Effects *effects, uint64_t now_ns)
{
    uint64_t step_ns = effects->desc.fixed_step_ns;
    if (step_ns != 0) {
        effects->time_ns += step_ns;
    } else {
        step_ns =
            effects->advanced && now_ns > effects->advanced_ns ? now_ns - effects->advanced_ns : 0;
        effects->time_ns = now_ns;
    }
    return (float)(step_ns < ATR__STEP_MAX_NS ? step_ns : ATR__STEP_MAX_NS) * 1.0e-9f;
}

static void sound_due(atr_Effects *effects, atr__Instance *instance, uint32_t index)
{
    const atr_EffectNode *def = instance->definition->nodes[index].def;
    atr__NodeState *state = &instance->nodes[index];
    if (!state->sounded && !instance->fading && instance->age >= def->start) {
        state->sounded = true;
        atr__event_push(effects, instance, ATR_EFFECT_EVENT_SOUND, def->text);
    }
}

/* A continuous effect plays its duration again and again, until nobody keeps it. */
static void go_round(atr_Effects *effects, atr__Instance *instance)
{
    const atr_EffectDef *def = &instance->definition->def;
    if (instance->age >= instance->kept_age + def->keep_alive) {
        atr__instance_fade(effects, instance);
    }
    if (instance->age >= def->duration) {
        /* Exact, and at one price however short a round is. */
        const float rest = fmodf(instance->age, def->duration);
        const float rounds = instance->age - rest;
        instance->age = rest;
        instance->kept_age -= rounds;
        instance->fade_from -= rounds;
        for (uint32_t i = 0; i < def->node_count; i++) {
            instance->nodes[i].bursts_done = 0;
            instance->nodes[i].sounded = false;
        }
    }
}

static bool is_over(const atr__Instance *instance, uint32_t particles)
{
    const atr_EffectDef *def = &instance->definition->def;
    bool emitted = instance->fading && instance->fade_age >= ATR__FADE;
    if (!instance->fading && !atr__is_continuous(instance)) {
        emitted = instance->age >= def->duration + instance->extension;
    }
    return (emitted && particles == 0) || instance->age >= atr__instance_end_age(instance);
}

static bool step_instance(atr_Effects *effects, atr__Instance *instance, float dt)
{
    const atr_EffectDef *def = &instance->definition->def;
    uint32_t particles = 0;
    effects->spot_count = 0;
    instance->age += dt;
    instance->fade_age += instance->fading ? dt : 0.0f;
    if (atr__is_continuous(instance)) {
        go_round(effects, instance);
    }
    atr__instance_tick(effects, instance, dt);
    atr__instance_locate(effects, instance);
    for (uint32_t i = 0; i < def->node_count; i++) {
        const uint8_t type = def->nodes[i].type;
        if (type == ATR_NODE_EMITTER || type == ATR_NODE_TRAIL || type == ATR_NODE_RIBBON) {
            atr__node_step(effects, instance, i, dt);
            particles += instance->nodes[i].alive;
        } else if (type == ATR_NODE_SOUND) {
            sound_due(effects, instance, i);
        }
    }
    return is_over(instance, particles);
}

static void step_all(atr_Effects *effects, uint64_t now_ns, float dt)
{
    atr__shown_begin(&effects->shown);
    for (uint32_t i = 0; i < effects->order_count; i++) {
        atr__Instance *instance = &effects->instances[effects->order[i]];
        if (step_instance(effects, instance, dt * atr__instance_speed(effects, instance))) {
            atr__instance_end(effects, instance);
            effects->stats.expired++;
        } else {
            instance->deadline_ns = atr__instance_deadline(effects, instance, now_ns);
        }
    }
    atr__instances_compact(effects);
}

void atr_effects_advance(atr_Effects *effects, uint64_t now_ns)
{
    ATR_ASSERT(effects != NULL);
    drain_posts(effects);
    atr__mutex_lock(&effects->lock);
    if (effects->desc.fixed_step_ns == 0 && effects->advanced && is_idle(effects, now_ns)) {
        atr__expire_overdue(effects, now_ns);
    }
    const float dt = step_seconds(effects, now_ns);
    atr__budget_begin(effects);
    step_all(effects, now_ns, dt);
    effects->advanced = true;
    effects->advanced_ns = now_ns;
    atr__mutex_unlock(&effects->lock);
    atr__deliver_done(effects);
}

/* ---- Settings and readings ------------------------------------------------------------------- */

static bool is_coordinate(float value)
{
    return value > -1.0e6f && value < 1.0e6f;
}

atr_Status atr_effects_set_anchor(atr_Effects *effects, const char *name, float x, float y)
{
    ATR_ASSERT(effects != NULL && name != NULL);
    if (!is_coordinate(x) || !is_coordinate(y) || name[0] == '\0' ||
        strlen(name) > ATR_EFFECT_NAME_MAX) {
        return ATR_ERR_INVALID;
    }
    atr__mutex_lock(&effects->lock);
    const int index = atr__anchor_index(effects, name);
    if (index >= 0) {
        effects->anchors[index].x = x;
        effects->anchors[index].y = y;
        effects->anchors[index].is_set = true;
    }
    atr__mutex_unlock(&effects->lock);
    return index >= 0 ? ATR_OK : ATR_ERR_FULL;
}

atr_Status atr_effects_set_rect(atr_Effects *effects, const char *name, float x, float y, float w,
                                float h)
{
    ATR_ASSERT(effects != NULL && name != NULL);
    if (!is_coordinate(x) || !is_coordinate(y) || !is_coordinate(w) || !is_coordinate(h) ||
        w < 0.0f || h < 0.0f || name[0] == '\0' || strlen(name) > ATR_EFFECT_NAME_MAX) {
        return ATR_ERR_INVALID;
    }
    atr__mutex_lock(&effects->lock);
    const int index = atr__rect_index(effects, name);
    if (index >= 0) {
        atr__NamedRect *rect = &effects->rects[index];
        rect->x = x;
        rect->y = y;
        rect->w = w;
        rect->h = h;
    }
    atr__mutex_unlock(&effects->lock);
    return index >= 0 ? ATR_OK : ATR_ERR_FULL;
}

void atr_effects_set_view(atr_Effects *effects, float width, float height)
{
    atr__mutex_lock(&effects->lock);
    effects->view_w = is_coordinate(width) && width > 0.0f ? width : 0.0f;
    effects->view_h = is_coordinate(height) && height > 0.0f ? height : 0.0f;
    atr__mutex_unlock(&effects->lock);
}

void atr_effects_set_reduced_motion(atr_Effects *effects, bool on)
{
    atr__mutex_lock(&effects->lock);
    effects->reduced_motion = on;
    atr__mutex_unlock(&effects->lock);
}

void atr_effects_set_time_scale(atr_Effects *effects, atr_Layer layer, float scale)
{
    if (layer >= ATR_LAYER_COUNT) {
        return;
    }
    atr__mutex_lock(&effects->lock);
    effects->time_scale[layer] = scale > 0.0f ? (scale < 10.0f ? scale : 10.0f) : 0.0f;
    const uint64_t now_ns = atr_clock_monotonic_ns(&effects->desc.clock);
    for (uint32_t i = 0; i < effects->order_count; i++) {
        atr__Instance *instance = &effects->instances[effects->order[i]];
        if (instance->definition->def.nodes[0].layer == layer) {
            instance->deadline_ns = atr__instance_deadline(effects, instance, now_ns);
        }
    }
    atr__mutex_unlock(&effects->lock);
}

atr_Particles atr_effects_particles(const atr_Effects *effects)
{
    const atr__Shown *shown = &effects->shown;
    return (atr_Particles){ .count = shown->count,
                            .x = shown->x,
                            .y = shown->y,
                            .size = shown->size,
                            .angle_deg = shown->angle,
                            .color = shown->color,
                            .sprite = shown->sprite,
                            .stretch = shown->stretched_to > 0 ? shown->stretch : NULL,
                            .smooth = shown->smooth };
}

bool atr_effects_poll_event(atr_Effects *effects, atr_EffectEvent *out)
{
    atr__mutex_lock(&effects->lock);
    const bool any = effects->event_count > 0;
    if (any) {
        *out = effects->events[effects->event_first];
        effects->event_first = (effects->event_first + 1) % ATR__EVENTS_MAX;
        effects->event_count--;
    }
    atr__mutex_unlock(&effects->lock);
    return any;
}

static uint32_t particles_of(const atr__Instance *instance)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < instance->definition->def.node_count; i++) {
        count += instance->nodes[i].alive;
    }
    return count;
}

void atr_effects_stats(const atr_Effects *effects, atr_EffectsStats *out)
{
    atr__mutex_lock(atr__effects_lock(effects));
    *out = effects->stats;
    out->instances = effects->order_count;
    out->max_instances = effects->desc.max_instances;
    out->max_particles = effects->desc.max_particles;
    atr__budget_stats(effects, out);
    for (uint32_t i = 0; i < effects->order_count; i++) {
        out->particles += particles_of(&effects->instances[effects->order[i]]);
    }
    atr__mutex_unlock(atr__effects_lock(effects));
    atr__Mutex *post_lock = (atr__Mutex *)(uintptr_t)&effects->post_lock;
    atr__mutex_lock(post_lock);
    out->posts_refused = effects->posts_refused;
    atr__mutex_unlock(post_lock);
}

uint32_t atr_effects_usage(const atr_Effects *effects, atr_EffectUse *out, uint32_t capacity)
{
    uint32_t count = 0;
    atr__mutex_lock(atr__effects_lock(effects));
    for (uint32_t i = 0; i < effects->order_count; i++) {
        const atr__Instance *instance = &effects->instances[effects->order[i]];
        const char *name = instance->definition->def.name;
        uint32_t at = 0;
        while (at < count && strcmp(out[at].name, name) != 0) {
            at++;
        }
        if (at == capacity) {
            continue;
        }
        if (at == count) {
            out[count++] = (atr_EffectUse){ 0 };
            snprintf(out[at].name, sizeof out[at].name, "%s", name);
        }
        out[at].instances++;
        out[at].particles += particles_of(instance);
    }
    atr__mutex_unlock(atr__effects_lock(effects));
    return count;
}

const char *atr_decision_name(atr_Decision decision)
{
    static const char *const names[ATR_DECISION_COUNT] = {
        "played",  "merged",          "reduced",       "refused: cooldown", "refused: full",
        "unknown", "refused: budget", "refused: rate", "coalesced",
    };
    return (unsigned)decision < ATR_DECISION_COUNT ? names[decision] : "?";
}
