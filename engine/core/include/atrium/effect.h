/**
 * atrium/effect.h: gamification effects: triggered, bounded, always ending.
 *
 * An effect is a definition (effect_def.h) played as an instance: emitters that spawn particles,
 * texts that count up, flashes, rings, shakes. Every instance has an end. Pools are fixed: a full
 * one evicts the least important instance, the oldest of those, and never a more important one.
 *
 *     atr_Effects *effects = NULL;
 *     atr_Status st = atr_effects_create(NULL, &effects);
 *     st = atr_catalogue_load(effects, NULL);          // <atrium/catalogue.h>
 *     atr_TriggerResult r = atr_effect_trigger(effects, "coin_shower",
 *                               &(atr_Trigger){ .x = 640, .y = 80, .amount = 50 });
 *     ...
 *     atr_effects_advance(effects, now_ns);            // once a frame
 *     atr_effects_draw(effects, queue);                // pushes draw commands
 *
 * The same seed and the same steps give the same particles bit for bit, on every kernel. Instances
 * expire by time stamp; while no frame is drawn for 250 ms a maintenance thread expires them and
 * calls done.
 *
 * With a frame budget (desc.budget_ms) what starts is charged for its whole life and what runs may
 * be thinned, the least important first, so that frames hold; critical effects always show. The
 * host says what a frame has cost: atr_effects_plan before drawing, atr_effects_measured after.
 *
 * Threads: owner (the render thread) unless said otherwise. Nothing allocates after the definitions
 * are in; desc.allocator is called by whichever thread prepares or defines one. The lock inside is
 * shared with the maintenance thread only, which never holds it in a wait.
 */
#ifndef ATRIUM_EFFECT_H
#define ATRIUM_EFFECT_H

#include <atrium/effect_def.h>
#include <atrium/queue.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_Effects atr_Effects;

/** Names an instance; zero is none. */
typedef struct atr_EffectId {
    uint64_t value;
} atr_EffectId;

typedef enum atr_Decision {
    ATR_DECISION_PLAYED = 0,
    ATR_DECISION_MERGED,  /* into a running instance (none that fades), whose id is returned */
    ATR_DECISION_REDUCED, /* played with fewer particles: little room or little time is left */
    ATR_DECISION_REFUSED_COOLDOWN, /* cooldown or burst limit */
    ATR_DECISION_REFUSED_FULL,     /* only more important ones are playing */
    ATR_DECISION_UNKNOWN,          /* no definition of that name */
    ATR_DECISION_REFUSED_BUDGET,   /* frames would not hold while it plays */
    ATR_DECISION_REFUSED_RATE,     /* triggered more often than its trigger_rate */
    ATR_DECISION_COALESCED,        /* into one of the same name started in this frame */
    ATR_DECISION_COUNT
} atr_Decision;

typedef struct atr_TriggerResult {
    atr_EffectId id; /* zero when refused or unknown */
    atr_Decision decision;
} atr_TriggerResult;

/** Called once for each trigger that was played, merged or coalesced, when its instance has ended,
 *  however it ended; never for one that was refused. @thread render, or maintenance when no
 *  frame is drawn; must not trigger effects on the maintenance thread: use atr_effect_post. */
typedef void (*atr_EffectDoneFn)(void *user, atr_EffectId id);

typedef enum atr_Coordinates {
    ATR_COORDINATES_LOGICAL = 0, /* the host's logical pixels */
    ATR_COORDINATES_OUTPUT,      /* pixels of the render target */
    ATR_COORDINATES_WORLD        /* through atr_effects_set_world */
} atr_Coordinates;

typedef struct atr_Trigger {
    float x, y;          /* in `coordinates`; with an anchor: an offset from it */
    float amount;        /* parameter `amount` of the definition; 0: its default */
    float scale;         /* of sizes and speeds; default 1 */
    const char *anchor;  /* follows this anchor while it plays; copied; NULL, or a new name when
                            atr_effects_set_anchor's 16 are taken: stays */
    uint8_t coordinates; /* atr_Coordinates */
    atr_EffectDoneFn done;
    void *user;
} atr_Trigger;

typedef enum atr_EffectEventKind {
    ATR_EFFECT_EVENT_SOUND = 1, /* name: the cue to play */
    ATR_EFFECT_EVENT_ARRIVE = 2 /* name: what `on.arrive` says; one per particle that arrived */
} atr_EffectEventKind;

typedef struct atr_EffectEvent {
    atr_EffectEventKind kind;
    atr_EffectId id;
    char name[ATR_EFFECT_NAME_MAX + 1];
} atr_EffectEvent;

typedef struct atr_EffectsDesc {
    uint32_t max_effects;   /* definitions; default 128 */
    uint32_t max_sprites;   /* frames of pictures that they name; default and most 65,534 */
    uint32_t max_instances; /* playing at once; default 64 */
    uint32_t max_particles; /* alive at once; default 16,384, 64..1,000,000 */
    uint32_t max_posts;     /* waiting atr_effect_post calls; default 64 */
    float budget_ms;        /* of a frame; default 0: nothing is throttled */
    uint64_t seed;          /* default 1 */
    /* Advance by this much whatever the clock says, and expire by it alone; default 0: real time.
     */
    uint64_t fixed_step_ns;
    bool reduced_motion; /* play each definition's reduced_motion instead */
    bool no_maintenance; /* no thread: the host always draws, or a test turns the clock */
    atr_Allocator allocator;
    atr_Clock clock;
    atr_Log log;
} atr_EffectsDesc;

typedef struct atr_EffectsStats {
    uint32_t instances, max_instances;
    uint32_t particles, max_particles;
    uint64_t decisions[ATR_DECISION_COUNT];
    uint64_t evicted;
    uint64_t expired;
    uint64_t posts_refused;
    size_t particle_bytes; /* of the pools: fixed at create */
    int32_t quality;       /* 3 all .. 0 least */
    float budget_ms;       /* 0: nothing is throttled */
    float room_ms;         /* of the budget, left for effects in the last frame */
    float planned_ms;      /* what the effects of the last frame were expected to cost */
    float keep[4];         /* share of particles drawn, by atr_Importance */
} atr_EffectsStats;

/** One definition's live use, for the overlay. */
typedef struct atr_EffectUse {
    char name[ATR_EFFECT_NAME_MAX + 1];
    uint32_t instances;
    uint32_t particles;
} atr_EffectUse;

ATR_NODISCARD ATR_API atr_Status atr_effects_create(const atr_EffectsDesc *desc, atr_Effects **out);
/** Ends all instances (their done callbacks run), joins the thread. NULL does nothing. */
ATR_API void atr_effects_destroy(atr_Effects *effects);

/** Adds or replaces a definition; it is copied. What plays of a replaced one plays on as it was.
 *  @return ATR_OK; ATR_ERR_INVALID for numbers or names out of range; ATR_ERR_FULL for too many
 *  definitions, anchors or sprites; ATR_ERR_NO_MEMORY. */
ATR_NODISCARD ATR_API atr_Status atr_effects_define(atr_Effects *effects, const atr_EffectDef *def);

/**
 * The two halves of atr_effects_define, for definitions that change while frames are drawn: prepare
 * allocates and may run on any thread, install takes no time and allocates nothing. What playing
 * instances still need of a replaced definition is freed by a later prepare, or by destroy. Prepare
 * returns what atr_effects_define does; names of anchors and pictures stay known when discarded.
 * @owner prepared: the caller's until installed or discarded, before the effects are destroyed.
 * @thread prepare, discard: any; install: owner
 */
typedef struct atr_PreparedEffect atr_PreparedEffect;
ATR_NODISCARD ATR_API atr_Status atr_effects_prepare(atr_Effects *effects, const atr_EffectDef *def,
                                                     atr_PreparedEffect **out);
ATR_API void atr_effects_install(atr_Effects *effects, atr_PreparedEffect *prepared);
ATR_API void atr_effects_discard(atr_Effects *effects, atr_PreparedEffect *prepared);

/** Where the effects' lines go: what reads definitions for them writes there too. */
ATR_API atr_Log atr_effects_log(const atr_Effects *effects);

/** The i-th definition's name, or NULL past the last. Borrowed. */
ATR_API const char *atr_effects_name(const atr_Effects *effects, uint32_t index);
/** Borrowed until the definition is replaced; NULL when unknown. */
ATR_API const atr_EffectDef *atr_effects_definition(const atr_Effects *effects, const char *name);

/** Which picture each sprite id stands for, in order of id; grows when definitions are prepared.
 * Borrowed until destroy: later ones may be elsewhere. @thread any */
ATR_API const atr_SpriteName *atr_effects_sprites(const atr_Effects *effects, uint32_t *count);

/** Plays an effect now. `trigger` NULL: at 0,0 with defaults. */
ATR_API atr_TriggerResult atr_effect_trigger(atr_Effects *effects, const char *name,
                                             const atr_Trigger *trigger);

/** Plays an effect at the next advance. @return ATR_OK; ATR_ERR_FULL. @thread any; never blocks */
ATR_NODISCARD ATR_API atr_Status atr_effect_post(atr_Effects *effects, const char *name,
                                                 const atr_Trigger *trigger);

ATR_API bool atr_effect_is_live(const atr_Effects *effects, atr_EffectId id);
/** @return ATR_OK; ATR_ERR_STALE. */
ATR_API atr_Status atr_effect_move(atr_Effects *effects, atr_EffectId id, float x, float y);
/** Keeps a continuous effect (definition's keep_alive) going for another keep_alive seconds.
 *  @return ATR_OK; ATR_ERR_STALE; ATR_ERR_INVALID when it is not continuous. */
ATR_API atr_Status atr_effect_keep(atr_Effects *effects, atr_EffectId id);
/** fade: stops spawning and lets particles live out; otherwise all is gone at once. */
ATR_API atr_Status atr_effect_stop(atr_Effects *effects, atr_EffectId id, bool fade);
/** Stops every instance at once. */
ATR_API void atr_effects_stop_all(atr_Effects *effects);

/** Sets a named point that definitions refer to. At most 16 names, those in definitions
 *  included. @return ATR_OK; ATR_ERR_INVALID for a name that is empty or too long, or a place that
 * is no number; ATR_ERR_FULL. */
ATR_API atr_Status atr_effects_set_anchor(atr_Effects *effects, const char *name, float x, float y);
/** Sets a named rectangle that particles bounce on, logical pixels; w or h 0: none. At most 8
 * names, those in definitions included. @return as atr_effects_set_anchor. */
ATR_API atr_Status atr_effects_set_rect(atr_Effects *effects, const char *name, float x, float y,
                                        float w, float h);
/** From world to logical pixels, for ATR_COORDINATES_WORLD; default: the same. What plays keeps its
 *  place in the world: it moves with the camera. */
ATR_API void atr_effects_set_world(atr_Effects *effects, const atr_Transform *world_to_logical);
/** From logical to output pixels, for ATR_COORDINATES_OUTPUT; the plugin sets it. */
ATR_API void atr_effects_set_output(atr_Effects *effects, const atr_Transform *logical_to_output);
/** Size of what the host shows, logical pixels: flashes cover it, floors without an anchor lie at
 * its lower edge. 0, 0 (default): unknown, no such floor. */
ATR_API void atr_effects_set_view(atr_Effects *effects, float width, float height);
ATR_API void atr_effects_set_reduced_motion(atr_Effects *effects, bool on);
/** Speed of a layer's time: 1 normal, 0 paused; 0..10. An effect follows its first node's layer. */
ATR_API void atr_effects_set_time_scale(atr_Effects *effects, atr_Layer layer, float scale);

/** Drains posts, expires, spawns, moves. `now_ns` is the time of the desc's clock. Steps are at
 * most 100 ms; longer ones count as that. */
ATR_API void atr_effects_advance(atr_Effects *effects, uint64_t now_ns);

/** Sets the frame budget, ms, at most 1000; 0: nothing is throttled. */
ATR_API void atr_effects_set_budget(atr_Effects *effects, float budget_ms);
/** Quality level 3..0 for what starts from now on; -1 (default): by the frame budget. */
ATR_API void atr_effects_set_quality(atr_Effects *effects, int32_t level);

/** Before atr_effects_draw: how long the host has taken in this frame, ms. Thins what is drawn when
 *  too little of the budget is left. */
ATR_API void atr_effects_plan(atr_Effects *effects, float host_ms);
/** After drawing: what updating and drawing the effects took in this frame, and the whole last
 *  frame without waiting for the display, ms. */
ATR_API void atr_effects_measured(atr_Effects *effects, float effects_ms, float busy_ms);

/** Pushes this frame's commands. @return how many the queue refused. */
ATR_API uint32_t atr_effects_draw(const atr_Effects *effects, atr_RenderQueue *queue);

/** The arrays that particle commands refer to; borrowed until the next advance. */
ATR_API atr_Particles atr_effects_particles(const atr_Effects *effects);

/** Where the host should shift its camera now because of shakes, logical pixels. */
ATR_API void atr_effects_shake(const atr_Effects *effects, float *out_x, float *out_y);

/** Takes one event, oldest first; false when none waits. At most 256 wait, then oldest go. */
ATR_API bool atr_effects_poll_event(atr_Effects *effects, atr_EffectEvent *out);

ATR_API void atr_effects_stats(const atr_Effects *effects, atr_EffectsStats *out);
/** @return how many definitions are in use, at most `capacity`. */
ATR_API uint32_t atr_effects_usage(const atr_Effects *effects, atr_EffectUse *out,
                                   uint32_t capacity);

/** "played", "merged", ... Static storage. */
ATR_API const char *atr_decision_name(atr_Decision decision);

#ifdef __cplusplus
}
#endif

#endif
