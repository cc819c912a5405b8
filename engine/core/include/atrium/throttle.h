/**
 * atrium/throttle.h: which effects may start and how many of their particles are drawn, so that
 * frames hold.
 *
 * A policy and nothing else: no clock, no lock, no allocation after create, and the same calls give
 * the same answers. It learns how long the host takes, what comes after drawing, and what a
 * particle of each type costs; it knows from a ledger what runs in the coming seconds; and it
 * charges what starts for its whole life. In each frame:
 *
 *     atr_throttle_begin(throttle, now_s);
 *     atr_ThrottleAdmission a = atr_throttle_admit(throttle, type, &profile);  // for each trigger
 *     ... the host draws ...
 *     atr_throttle_plan(throttle, host_ms, uses, use_count, keep);  // just before effects are
 * drawn
 *     ... effects are drawn, keep[importance] of the particles of each ...
 *     atr_throttle_measured(throttle, effects_ms, busy_ms);         // before the next begin
 *
 * Critical effects always show: they are never refused for the budget, coalesced or thinned. Of
 * the others the least important go first. What an effect's author asked for (trigger_rate) holds
 * for all. A share of particles kept falls at once and rises slowly, so that nothing flickers.
 *
 * Quality falls from 3 to 0 while more is asked than fits, and rises again when what runs would fit
 * at the next level, too; a raise that did not last is tried again later each time. Below 3 effects
 * start with a smaller share of their particles, and those of a type that starts twice in a frame
 * become one; below 2 cooldowns are longer.
 *
 * atr_Effects uses one for itself (desc.budget_ms); games need this header only for effects of
 * their own. Threads: owner. Cost: plan about 1 us, admit below 1 us.
 */
#ifndef ATRIUM_THROTTLE_H
#define ATRIUM_THROTTLE_H

#include <atrium/effect.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_Throttle atr_Throttle;

#define ATR_THROTTLE_PROFILE 16

/** How many particles an effect has alive over its life, in equal parts of it: the most in each. */
typedef struct atr_ThrottleProfile {
    float life_s; /* 0: until it is released; the last part counts */
    float particles[ATR_THROTTLE_PROFILE];
} atr_ThrottleProfile;

typedef struct atr_ThrottleType {
    uint8_t importance;   /* atr_Importance */
    float trigger_rate;   /* a second, on average; 0: no limit */
    uint32_t burst_limit; /* that may come at once; default 8 */
    float quality[4];     /* share of particles at levels 0..3; all 0: 0.25 0.5 0.75 1 */
} atr_ThrottleType;

/** What of a type is alive in this frame. */
typedef struct atr_ThrottleUse {
    uint32_t type;
    uint32_t instances;
    uint32_t particles;
} atr_ThrottleUse;

/** Names a charge in the ledger; zero is none. */
typedef struct atr_ThrottleCharge {
    uint32_t value;
} atr_ThrottleCharge;

typedef struct atr_ThrottleAdmission {
    atr_Decision decision; /* PLAYED, REDUCED, COALESCED, REFUSED_RATE or REFUSED_BUDGET */
    float share;           /* of its particles; 0 unless played */
    atr_ThrottleCharge charge;
} atr_ThrottleAdmission;

typedef struct atr_ThrottleDesc {
    float budget_ms;      /* of a frame; default 0: nothing is refused or thinned for time */
    uint32_t max_types;   /* default 128, at most 65,536 */
    uint32_t max_charges; /* running at once; default 64, at most 65,535 */
    atr_Allocator allocator;
} atr_ThrottleDesc;

typedef struct atr_ThrottleStats {
    float budget_ms;
    float host_ms;           /* expected of the next frame */
    float host_deviation_ms; /* mean deviation from it */
    float rest_ms;           /* expected after drawing: what is neither host nor effects */
    float margin_ms;         /* kept free for what cannot be known */
    float debt_ms;           /* of frames that were over lately */
    float room_ms;           /* for effects, in the last plan */
    float planned_ms;        /* what they were expected to cost */
    float keep[4];           /* by atr_Importance */
    int32_t quality;
    uint32_t charges;
    uint64_t decisions[ATR_DECISION_COUNT];
} atr_ThrottleStats;

/** @return ATR_OK; ATR_ERR_INVALID; ATR_ERR_NO_MEMORY. */
ATR_NODISCARD ATR_API atr_Status atr_throttle_create(const atr_ThrottleDesc *desc,
                                                     atr_Throttle **out);
/** NULL does nothing. */
ATR_API void atr_throttle_destroy(atr_Throttle *throttle);

/** Says what type `type` (below max_types) is; what was learned of it stays. */
ATR_API void atr_throttle_set_type(atr_Throttle *throttle, uint32_t type,
                                   const atr_ThrottleType *what);
/** 0: nothing is refused or thinned for time. */
ATR_API void atr_throttle_set_budget(atr_Throttle *throttle, float budget_ms);
/** 3..0; -1 (default): by the load. */
ATR_API void atr_throttle_set_quality(atr_Throttle *throttle, int32_t level);

/** A frame begins. `now_s` never falls; what has run out leaves the ledger by itself. */
ATR_API void atr_throttle_begin(atr_Throttle *throttle, double now_s);

/** Asks to start an effect now; what is admitted is charged until it ends or is released. */
ATR_API atr_ThrottleAdmission atr_throttle_admit(atr_Throttle *throttle, uint32_t type,
                                                 const atr_ThrottleProfile *profile);
/** Charges without asking: what merged into something that runs. Zero when the ledger is full. */
ATR_API atr_ThrottleCharge atr_throttle_charge(atr_Throttle *throttle, uint32_t type,
                                               const atr_ThrottleProfile *profile);
/** It has ended. A charge that ran out, or zero, does nothing. */
ATR_API void atr_throttle_release(atr_Throttle *throttle, atr_ThrottleCharge id);

/** How many times its cooldown an effect waits now: 1, or 2 or 4 at the low levels; critical
 *  ones: 1. */
ATR_API float atr_throttle_cooldown_scale(const atr_Throttle *throttle, atr_Importance importance);

/**
 * Decides what share of its particles each importance may draw in this frame.
 *
 * @param host_ms  What the host has taken in this frame so far, ms; effects not included.
 * @param keep     Out: by atr_Importance; 0 says: nothing of it at all.
 */
ATR_API void atr_throttle_plan(atr_Throttle *throttle, float host_ms, const atr_ThrottleUse *uses,
                               uint32_t use_count, float keep[4]);
/** What updating and drawing the effects of the last plan took, and the whole frame without
 *  waiting for the display, ms. A frame without a plan teaches nothing. */
ATR_API void atr_throttle_measured(atr_Throttle *throttle, float effects_ms, float busy_ms);

/** What a particle of the type is thought to cost, ns, and how far that may be off. */
ATR_API void atr_throttle_cost(const atr_Throttle *throttle, uint32_t type, float *out_ns,
                               float *out_deviation_ns);

ATR_API void atr_throttle_stats(const atr_Throttle *throttle, atr_ThrottleStats *out);

#ifdef __cplusplus
}
#endif

#endif
