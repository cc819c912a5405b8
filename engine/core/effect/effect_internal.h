/* Inside the effects: compiled definitions, the particles and the instances.
 *
 * Particles live in chunks that belong to a node of an instance and are moved there in place. Each
 * advance writes what they look like into arrays, ordered by instance and node, so that one range
 * names a node's. An instance reserves its most particles when it is admitted, so the arrays can
 * never overflow while it plays. */
#ifndef ATR_EFFECT_INTERNAL_H
#define ATR_EFFECT_INTERNAL_H

#include <atrium/effect.h>
#include <atrium/throttle.h>

#include "base/random.h"
#include "base/thread.h"
#include "effect/update.h"

#define ATR__IMPORTANCES  4
#define ATR__ANCHORS_MAX  16
#define ATR__RECTS_MAX    8
#define ATR__EVENTS_MAX   256
#define ATR__SPOTS_MAX    256 /* births and deaths that start others, per instance and step */
#define ATR__WAITERS_MAX  8   /* done callbacks of one instance: its own and those merged into it */
#define ATR__STRIP_PLACES 12  /* of the way that a ribbon shows */
#define ATR__NODE_NONE    0xffu
#define ATR__ANCHOR_NONE  0xffu
#define ATR__AFTERLIFE    2.0f  /* s beyond the duration; then all is gone */
#define ATR__FADE         0.25f /* s in which texts and rings go when stopped */
#define ATR__SLOW_PX      40.0f /* a second: what is slower is placed between pixels */
#define ATR__IDLE_NS      250000000u
#define ATR__STEP_MAX_NS  100000000u

/* ---- Definitions (define.c) ------------------------------------------------------------------ */

typedef struct atr__Node {
    const atr_EffectNode *def;
    atr_SpriteId sprite; /* of frame 0 */
    uint8_t anchor;
    uint8_t force_anchor[ATR_FORCES_MAX]; /* ATR_FORCE_RECT: index of the rectangle */
    uint8_t follow;                       /* trail, ribbon: node index; ATR__NODE_NONE */
    uint8_t on_birth, on_death;           /* node index */
    bool is_target;                       /* of another's on_birth or on_death */
    uint32_t estimate;                    /* most alive at once for the largest amount */
    float size[ATR__LUT_SIZE];            /* factor over life */
    uint32_t *color;                      /* (palette_count or 1) * ATR__LUT_SIZE, premultiplied */
    uint32_t color_rows;
} atr__Node;

typedef struct atr__Definition {
    atr_EffectDef def;
    atr__Node nodes[ATR_EFFECT_NODES_MAX];
    uint64_t last_played_ns;
    bool was_played;
    bool reserves;                /* prepared: a place among the definitions is kept for it */
    struct atr__Definition *next; /* of those replaced */
    bool has_type;
    uint32_t type; /* the throttle's, once has_type */
} atr__Definition;

typedef struct atr__Sheet {
    char name[48];
    uint16_t frames;
    atr_SpriteId first;
} atr__Sheet;

typedef struct atr__SpriteTable {
    struct atr__SpriteTable *older; /* may still be read by the host */
    uint32_t capacity;
    atr_SpriteName names[];
} atr__SpriteTable;

/* ---- Particles (chunk.c) --------------------------------------------------------------------- */

typedef struct atr__Chunks {
    atr__Chunk *items;
    atr__ChunkHead *heads; /* of each */
    uint32_t *due;         /* while a node's dead are taken out: where there are some */
    uint64_t *dead;        /* who they are, a bit for each, in the order of `due` */
    uint32_t capacity;
    uint32_t free; /* first of those nobody has */
    void *memory;
} atr__Chunks;

typedef struct atr__ChunkList {
    uint32_t first, last; /* ATR__CHUNK_NONE: empty */
} atr__ChunkList;

/* Which arrays of a chunk a node uses beyond those that all do. */
typedef struct atr__Fields {
    bool turns, frames;
} atr__Fields;

bool atr__chunks_init(atr_Effects *effects);
void atr__chunks_deinit(atr_Effects *effects);
/* Empties what is shown. */
void atr__shown_begin(atr__Shown *shown);
void atr__list_init(atr__ChunkList *list);
/* All back to the free list, at the same cost however many. */
void atr__list_release(atr__Chunks *chunks, atr__ChunkList *list);
/* An empty chunk at the end; NULL when none is free. */
atr__Chunk *atr__list_grow(atr__Chunks *chunks, atr__ChunkList *list);
/* `previous`: the one before; ATR__CHUNK_NONE for the first. */
void atr__list_unlink(atr__Chunks *chunks, atr__ChunkList *list, uint32_t previous, uint32_t id);
/* Those whose bit is set; the rest keep their order. */
void atr__chunk_remove(atr__Chunk *chunk, uint64_t which, atr__Fields fields);
bool atr__particle_is_dead(const atr__Chunk *chunk, uint32_t i, float clock);
void atr__chunk_append(atr__Chunks *chunks, uint32_t to, uint32_t from, atr__Fields fields);

/* ---- Instances ------------------------------------------------------------------------------- */

typedef struct atr__NodeState {
    uint32_t first, count; /* range in what is shown */
    atr__ChunkList chunks;
    uint32_t alive;
    uint32_t budget;      /* most alive */
    uint32_t serial;      /* of the last one born; ribbon: of the last one followed */
    uint32_t strips;      /* ribbon */
    float last_x, last_y; /* where its origin was, for what it leaves behind */
    float owed;           /* particles due, below one */
    uint8_t bursts_done;  /* bit per burst */
    bool sounded;
} atr__NodeState;

typedef struct atr__Waiter {
    atr_EffectDoneFn done;
    void *user;
} atr__Waiter;

/* Where particles lie, as logical pixels: out = in * scale + offset. */
typedef struct atr__Space {
    float scale_x, scale_y;
    float size; /* of sizes, above 0 */
    float offset_x, offset_y;
} atr__Space;

typedef struct atr__Instance {
    uint32_t generation;
    bool live;
    bool fading;
    atr__Definition *definition;
    uint64_t sequence;    /* of the trigger: age order */
    uint64_t deadline_ns; /* by the clock; UINT64_MAX: paused */
    float age;            /* s, in its layer's time */
    float clock;          /* as age, but merging does not set it back: lives are told by it */
    float extension;      /* s added to every node's duration by merging */
    float fade_age;
    double time;     /* s since the trigger, never set back */
    float kept_age;  /* continuous: when it was last kept */
    float fade_from; /* age at which it began to fade */
    atr__Space space;
    float x, y;                         /* among its particles, now */
    float at_x, at_y;                   /* the same without the anchor */
    float base_x, base_y;               /* world: what is 0, 0 among its particles */
    float world_scale_x, world_scale_y; /* at the trigger */
    uint8_t coordinates;
    uint8_t anchor;
    float amount;       /* what is being emitted */
    float amount_total; /* what texts show */
    float amount_from;  /* where a text starts counting */
    float scale;
    float share; /* of its particles: the pool was nearly full, or frames */
    atr_ThrottleCharge charge;
    uint32_t reserved;
    atr__Random random;
    atr__NodeState nodes[ATR_EFFECT_NODES_MAX];
    atr__Waiter waiters[ATR__WAITERS_MAX];
    uint32_t waiter_count;
} atr__Instance;

typedef struct atr__Anchor {
    char name[ATR_EFFECT_NAME_MAX + 1];
    float x, y;
    bool is_set;
} atr__Anchor;

typedef struct atr__NamedRect {
    char name[ATR_EFFECT_NAME_MAX + 1];
    float x, y, w, h; /* w or h 0: not set */
} atr__NamedRect;

typedef struct atr__Spot {
    uint8_t node;
    float x, y;
} atr__Spot;

typedef struct atr__Ended {
    atr__Waiter waiter;
    atr_EffectId id;
} atr__Ended;

typedef struct atr__Post {
    char name[ATR_EFFECT_NAME_MAX + 1];
    char anchor[ATR_EFFECT_NAME_MAX + 1];
    atr_Trigger trigger;
} atr__Post;

struct atr_Effects {
    atr_EffectsDesc desc;

    atr__Mutex lock; /* guards all below, up to the posts; taken before post_lock, never after */
    atr__Definition **definitions;
    uint32_t definition_count, reserved_slots; /* together at most desc.max_effects */
    atr__Definition *retired;                  /* replaced; some may still play */
    atr__Sheet **sheets;
    uint32_t sheet_count;
    atr__SpriteTable *sprites;
    uint32_t sprite_count;
    atr__Anchor anchors[ATR__ANCHORS_MAX];
    uint32_t anchor_count;
    atr__NamedRect rects[ATR__RECTS_MAX];
    uint32_t rect_count;
    float view_w, view_h;
    atr_Transform world, output;
    float time_scale[ATR_LAYER_COUNT];

    atr__Instance *instances;
    uint32_t *order; /* live slots, oldest first */
    uint32_t order_count;
    uint32_t reserved; /* particles, by all live instances */
    uint64_t sequence;
    uint64_t time_ns; /* the clock at the last advance; with a fixed step, their sum */
    uint64_t advanced_ns;
    bool advanced;

    const atr__UpdateOps *update;
    struct {
        uint64_t chunks;   /* moved */
        uint64_t removals; /* chunks from which some were taken */
    } work;                /* since create */
    atr__Chunks chunks;
    atr__Shown shown; /* read by the host between advances, without the lock */

    atr__Spot spots[ATR__SPOTS_MAX]; /* of the instance being stepped */
    uint32_t spot_count;

    atr_EffectEvent events[ATR__EVENTS_MAX];
    uint32_t event_first, event_count;

    atr__Ended *ended; /* done callbacks to run: a ring */
    uint32_t ended_capacity, ended_first, ended_count;
    uint32_t waiter_count; /* done callbacks of live instances */
    bool delivering;

    atr_EffectsStats stats;
    bool reduced_motion;

    atr_Throttle *throttle;
    atr_ThrottleUse *uses;           /* max_effects: scratch of a plan */
    float keep[ATR__IMPORTANCES];    /* of the last plan */
    float thinned[ATR__IMPORTANCES]; /* share of what is shown that the last advance left */

    atr__Mutex post_lock; /* guards the posts; held to copy one */
    atr__Post *posts;
    uint32_t post_first, post_count;
    uint64_t posts_refused;

    atr__Cond wake; /* with lock */
    atr__Thread thread;
    bool stopping; /* guarded by lock */
    bool has_lock, has_post_lock, has_wake, has_thread;
};

/* value.c: the draws and curves of definitions. */
float atr__value_curve(const atr_Value *value, float t);
float atr__value_draw(const atr_Value *value, float t, float amount, atr__Random *random);
float atr__value_most(const atr_Value *value, float amount);
uint32_t atr__color_at(const atr_EffectNode *node, float t, uint32_t palette);

/* define.c: any thread, no lock. @return ATR_OK; ATR_ERR_INVALID; ATR_ERR_NO_MEMORY. */
atr_Status atr__definition_compile(const atr_Allocator *allocator, const atr_EffectDef *def,
                                   atr__Definition **out);
void atr__definition_destroy(const atr_Allocator *allocator, atr__Definition *definition);

/* names.c. The lock is held; made when new, -1 when there are too many. */
int atr__anchor_index(atr_Effects *effects, const char *name);
int atr__rect_index(atr_Effects *effects, const char *name);
/* Takes the lock; any thread. @return ATR_OK; ATR_ERR_FULL; ATR_ERR_NO_MEMORY. */
atr_Status atr__names_resolve(atr_Effects *effects, atr__Definition *definition);
bool atr__names_init(atr_Effects *effects);
void atr__names_deinit(atr_Effects *effects);

/* install.c. The lock is held. */
atr__Definition *atr__definition_find(const atr_Effects *effects, const char *name);
void atr__definitions_destroy(atr_Effects *effects);

/* instance.c. The lock is held. */
void atr__instance_end(atr_Effects *effects, atr__Instance *instance);
/* NULL when it has ended. */
atr__Instance *atr__instance_find(const atr_Effects *effects, atr_EffectId id);
atr_EffectId atr__instance_id(const atr_Effects *effects, const atr__Instance *instance);
void atr__instances_compact(atr_Effects *effects);
void atr__expire_overdue(atr_Effects *effects, uint64_t now_ns);
float atr__instance_end_age(const atr__Instance *instance);
void atr__instance_fade(atr_Effects *effects, atr__Instance *instance);
/* Of its layer's time: 1 normal, 0 paused. */
float atr__instance_speed(const atr_Effects *effects, const atr__Instance *instance);
/* When it is over by the clock if frames went on; UINT64_MAX: not while paused. */
uint64_t atr__instance_deadline(const atr_Effects *effects, const atr__Instance *instance,
                                uint64_t now_ns);
/* Takes the lock for each, calls without it. */
void atr__deliver_done(atr_Effects *effects);

/* budget.c. The lock is held. */
/* What a trigger of this amount will have alive, times `share`. */
void atr__effect_profile(const atr__Definition *definition, float amount, float share,
                         atr_ThrottleProfile *out);
uint32_t atr__effect_type(atr_Effects *effects, atr__Definition *definition);
void atr__budget_begin(atr_Effects *effects);
void atr__budget_stats(const atr_Effects *effects, atr_EffectsStats *out);

/* particle.c. */
void atr__instance_tick(atr_Effects *effects, atr__Instance *instance, float dt);
void atr__node_step(atr_Effects *effects, atr__Instance *instance, uint32_t index, float dt);
/* Who would live longer than this lives the rest of its life within it. */
void atr__instance_hasten(atr_Effects *effects, atr__Instance *instance, float seconds);

/* ribbon.c. How many pieces of what is shown are the i-th strip's, which follows `serial`. */
uint32_t atr__strip_pieces(const atr__Chunk *chunk, uint32_t i, uint32_t *serial);

/* place.c. The lock is held. */
void atr__instance_place(atr_Effects *effects, atr__Instance *instance, const atr_Trigger *trigger);
/* Where it is now: anchors and the camera may have moved. */
void atr__instance_locate(const atr_Effects *effects, atr__Instance *instance);

/* emit.c. */
void atr__node_emit(atr_Effects *effects, atr__Instance *instance, uint32_t index, float dt);
void atr__node_origin(const atr_Effects *effects, const atr__Instance *instance, uint32_t index,
                      float *out_x, float *out_y);
void atr__event_push(atr_Effects *effects, const atr__Instance *instance, atr_EffectEventKind kind,
                     const char *name);

/* The struct is const to callers of reading functions, the lock in it is not. */
static inline atr__Mutex *atr__effects_lock(const atr_Effects *effects)
{
    return (atr__Mutex *)(uintptr_t)&effects->lock;
}

static inline void atr__space_from_logical(const atr__Space *space, float x, float y, float *out_x,
                                           float *out_y)
{
    *out_x = (x - space->offset_x) / space->scale_x;
    *out_y = (y - space->offset_y) / space->scale_y;
}

static inline bool atr__is_continuous(const atr__Instance *instance)
{
    return instance->definition->def.keep_alive > 0.0f;
}

static inline float atr__node_duration(const atr__Instance *instance, uint32_t node)
{
    return instance->definition->nodes[node].def->duration + instance->extension;
}

#endif
