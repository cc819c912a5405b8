/* Inside the throttle: what it has learned, the ledger, and the parts that share them. Times in ms
 * unless a name says otherwise. */
#ifndef ATR_THROTTLE_INTERNAL_H
#define ATR_THROTTLE_INTERNAL_H

#include <atrium/throttle.h>

#define ATR__THROTTLE_SLOTS   256 /* of a frame each: the ledger sees 4.3 s ahead */
#define ATR__THROTTLE_SLOT_S  (1.0 / 60.0)
#define ATR__IMPORTANCE_COUNT 4

/* A number that is learned: a Kalman filter of one state. */
typedef struct atr__Learned {
    float value;
    float variance;
} atr__Learned;

typedef struct atr__ThrottleKind {
    atr_ThrottleType what;
    atr__Learned particle; /* ms */
    atr__Learned fixed;    /* ms an instance */
    bool is_learned;       /* seen at least once: starts from what others taught until then */
    float tokens;
    double tokens_at_s;
    uint64_t started_frame; /* the frame in which one started last */
} atr__ThrottleKind;

typedef struct atr__Charge {
    atr_ThrottleProfile profile;
    uint32_t type;
    uint32_t generation;
    uint8_t importance;
    bool live;
    uint64_t first_slot, end_slot; /* UINT64_MAX: until released */
    float particle_ms, fixed_ms;   /* what it was priced at */
    uint32_t next_free;
} atr__Charge;

/* The host's own time: where it is, and how far frames lie from that. */
typedef struct atr__Level {
    float mean, deviation;
    float run_sum; /* of samples in a row far off on one side */
    int32_t run;   /* how many; negative: below */
    bool any;
} atr__Level;

struct atr_Throttle {
    atr_ThrottleDesc desc;
    atr__ThrottleKind *types;
    float budget;
    int32_t forced_quality;

    uint64_t frame;
    double now_s;

    /* Learned (throttle_cost.c). */
    atr__Learned update; /* ms for each particle alive, drawn or not */
    float prior_particle;
    int32_t error_run; /* frames in a row whose effects were far off on one side; negative: below */
    atr__Level host, rest;
    float effect_deviation; /* of a frame's effects, as a share of atr__throttle_spread */
    float reach;            /* how many deviations lie below nearly every frame */
    float debt;

    /* Of the last plan, for measured. */
    atr_ThrottleUse *planned; /* particles: drawn */
    uint32_t planned_count;
    float planned_alive;
    float planned_host, planned_effects;
    bool has_plan;

    float keep[ATR__IMPORTANCE_COUNT];
    uint32_t keep_hold[ATR__IMPORTANCE_COUNT]; /* frames until it may rise */
    float room, margin;
    float coming; /* room for effects in the frames to come */

    /* Quality (throttle_plan.c). */
    int32_t quality;
    float asked, granted;           /* ms of this frame's triggers, at the peak of their lives */
    float mean_asked, mean_granted; /* over about a second */
    uint32_t pressed, relaxed;      /* frames in a row */
    uint32_t raise_after;           /* of those */
    uint64_t changed_frame, raised_frame;

    /* The ledger (throttle_ledger.c): ms in each coming frame, by importance. */
    float slots[ATR__IMPORTANCE_COUNT][ATR__THROTTLE_SLOTS];
    uint64_t slot; /* the one of now */
    atr__Charge *charges;
    uint32_t free_charge; /* index + 1 */
    uint32_t charge_count;
    uint32_t reprice_at;

    uint64_t decisions[ATR_DECISION_COUNT];
};

/* throttle_cost.c */
void atr__throttle_cost_init(atr_Throttle *throttle);
void atr__throttle_learn(atr_Throttle *throttle, float effects, float busy);
/* What a particle and an instance of the type are charged for: a little more than is expected until
 * it is known well. */
float atr__throttle_particle_ms(const atr_Throttle *throttle, uint32_t type);
float atr__throttle_fixed_ms(const atr_Throttle *throttle, uint32_t type);
/* The scale of what effects expected to take `ms` may be off: common errors grow with it, those of
 * single effects with its root. */
float atr__throttle_spread(float ms);
/* Kept free beside effects that are expected to take `ms`. */
float atr__throttle_margin(const atr_Throttle *throttle, float ms);
/* The most that effects may be expected to take where they and what comes after them have `ms`. */
float atr__throttle_fit(const atr_Throttle *throttle, float ms);

/* throttle_ledger.c */
bool atr__ledger_init(atr_Throttle *throttle);
void atr__ledger_advance(atr_Throttle *throttle);
void atr__ledger_reprice(atr_Throttle *throttle);
/* The largest share of the profile that fits into `room` in each frame of its life beside what is
 * as important or more; may exceed 1. */
float atr__ledger_share(const atr_Throttle *throttle, uint32_t type,
                        const atr_ThrottleProfile *profile, float room);
atr_ThrottleCharge atr__ledger_charge(atr_Throttle *throttle, uint32_t type,
                                      const atr_ThrottleProfile *profile, float share);

/* throttle_plan.c */
void atr__throttle_quality_init(atr_Throttle *throttle);

#define ATR__THROTTLE_MOST_MS 1000.0f

static inline float atr__positive(float value)
{
    return value > 0.0f ? value : 0.0f; /* NaN: 0 */
}

/* A time that can be learned from: a longer one is a pause, not a cost, and one that is no number
 * would stay in every mean. */
static inline float atr__sane_ms(float value)
{
    const float ms = atr__positive(value);
    return ms < ATR__THROTTLE_MOST_MS ? ms : ATR__THROTTLE_MOST_MS;
}

#endif
