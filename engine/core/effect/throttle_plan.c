/* Each frame's shares of particles kept, and the quality level.
 *
 * The plan is made when the host's time of this very frame is known: only what follows drawing and
 * the effects' own cost are guessed, with a margin for both. Importances are served from the top;
 * what is left over goes down. A share falls to what fits at once; it waits and then rises slowly,
 * as does anything that has to go altogether. */
#include "effect/throttle_internal.h"

#define HOLD_FRAMES 8     /* after a fall, before a share rises */
#define RISE        0.02f /* a frame */
#define LEAST_KEEP  0.05f /* less of an importance is not worth drawing */

#define MEAN_RATE    0.05f
#define DROP_FRAMES  8 /* in a row, of those in which something was asked */
#define RAISE_FRAMES 90
#define RAISE_MOST   1440
#define SETTLE       30    /* frames that a level has at least */
#define TRIAL        600   /* frames in which a raise must not be taken back */
#define SHORT        0.75f /* of what the next lower level would show: where less is, quality falls */
#define AMPLE        0.8f /* load at the next level, below which it rises */
#define AMPLY        0.95f

/* What an importance is expected to take. */
typedef struct Demand {
    float particles[ATR__IMPORTANCE_COUNT]; /* ms if all are drawn */
    float fixed[ATR__IMPORTANCE_COUNT];
    float update;
    float valued; /* what is more than cosmetic */
} Demand;

static void gather(atr_Throttle *throttle, const atr_ThrottleUse *uses, uint32_t use_count,
                   Demand *out)
{
    *out = (Demand){ 0 };
    throttle->planned_count = 0;
    throttle->planned_alive = 0.0f;
    for (uint32_t i = 0; i < use_count && throttle->planned_count < throttle->desc.max_types; i++) {
        const atr_ThrottleUse *use = &uses[i];
        if (use->type >= throttle->desc.max_types) {
            continue;
        }
        const uint8_t importance = throttle->types[use->type].what.importance;
        out->particles[importance] +=
            atr__throttle_particle_ms(throttle, use->type) * (float)use->particles;
        out->fixed[importance] +=
            atr__throttle_fixed_ms(throttle, use->type) * (float)use->instances;
        throttle->planned[throttle->planned_count++] = *use;
        throttle->planned_alive += (float)use->particles;
    }
    out->update = throttle->update.value * throttle->planned_alive;
    out->valued = out->update;
    for (int i = ATR_IMPORTANCE_MEDIUM; i < ATR__IMPORTANCE_COUNT; i++) {
        out->valued += out->particles[i] + out->fixed[i];
    }
}

static void keep_step(atr_Throttle *throttle, int importance, float target)
{
    float *keep = &throttle->keep[importance];
    if (target < *keep) {
        *keep = target;
        throttle->keep_hold[importance] = HOLD_FRAMES;
    } else if (throttle->keep_hold[importance] > 0) {
        throttle->keep_hold[importance]--;
    } else {
        *keep = *keep + RISE < target ? *keep + RISE : target;
    }
}

/* The share of an importance that fits into `left`. */
static float fitting(float left, float particles, float fixed)
{
    if (left >= particles + fixed) {
        return 1.0f;
    }
    const float share = left > fixed ? (left - fixed) / particles : 0.0f;
    return share >= LEAST_KEEP ? share : 0.0f;
}

static void keep_what_fits(atr_Throttle *throttle, const Demand *demand)
{
    throttle->keep[ATR_IMPORTANCE_CRITICAL] = 1.0f;
    float left = throttle->room - demand->update - demand->fixed[ATR_IMPORTANCE_CRITICAL] -
                 demand->particles[ATR_IMPORTANCE_CRITICAL];
    for (int i = ATR_IMPORTANCE_HIGH; i >= 0; i--) {
        const float particles = demand->particles[i];
        const float fixed = demand->fixed[i];
        if (particles + fixed <= 0.0f) {
            throttle->keep[i] = 1.0f; /* nothing that could flicker */
            throttle->keep_hold[i] = 0;
            continue;
        }
        keep_step(throttle, i, fitting(left, particles, fixed));
        const float keep = throttle->keep[i];
        left -= keep > 0.0f ? fixed + keep * particles : 0.0f;
    }
}

static void note_drawn(atr_Throttle *throttle)
{
    for (uint32_t i = 0; i < throttle->planned_count; i++) {
        atr_ThrottleUse *use = &throttle->planned[i];
        const float keep = throttle->keep[throttle->types[use->type].what.importance];
        use->particles = (uint32_t)((float)use->particles * keep + 0.5f);
        use->instances = keep > 0.0f ? use->instances : 0;
    }
}

static float drawn_cost(const atr_Throttle *throttle, const Demand *demand)
{
    float ms = demand->update;
    for (int i = 0; i < ATR__IMPORTANCE_COUNT; i++) {
        const float keep = throttle->keep[i];
        ms += keep > 0.0f ? demand->fixed[i] + keep * demand->particles[i] : 0.0f;
    }
    return ms;
}

/* ---- Quality --------------------------------------------------------------------------------- */

void atr__throttle_quality_init(atr_Throttle *throttle)
{
    throttle->quality = 3;
    throttle->forced_quality = -1;
    throttle->raise_after = RAISE_FRAMES;
}

static void change_quality(atr_Throttle *throttle, int32_t by)
{
    if (by > 0) {
        throttle->raised_frame = throttle->frame;
    } else if (throttle->raised_frame != 0 && throttle->frame - throttle->raised_frame < TRIAL) {
        const uint32_t longer = throttle->raise_after * 2;
        throttle->raise_after = longer < RAISE_MOST ? longer : RAISE_MOST;
    }
    throttle->quality += by;
    throttle->changed_frame = throttle->frame;
    throttle->pressed = 0;
    throttle->relaxed = 0;
}

/* Whether what was asked in this frame fell short of what the level would show. */
static bool note_asked(atr_Throttle *throttle, float level)
{
    const float asked = throttle->asked;
    const float granted = throttle->granted;
    throttle->asked = 0.0f;
    throttle->granted = 0.0f;
    if (asked > 0.0f) {
        throttle->mean_asked += MEAN_RATE * (asked - throttle->mean_asked);
        throttle->mean_granted += MEAN_RATE * (granted - throttle->mean_granted);
        const float lower = 0.25f * (level - 1.0f);
        const bool less = throttle->mean_granted < SHORT * lower * throttle->mean_asked;
        throttle->pressed = less ? throttle->pressed + 1 : 0;
    }
    return granted < AMPLY * 0.25f * level * asked;
}

/* `wanted`: what runs and is more than cosmetic would take if all of it were drawn. */
static void quality_step(atr_Throttle *throttle, float wanted)
{
    const float level = (float)throttle->quality + 1.0f; /* quarters that it shows */
    const bool is_short = note_asked(throttle, level);
    const bool ample = !is_short && wanted * (level + 1.0f) < level * AMPLE * throttle->room;
    throttle->relaxed = ample ? throttle->relaxed + 1 : 0;
    if (throttle->forced_quality >= 0 || throttle->frame - throttle->changed_frame < SETTLE) {
        return;
    }
    if (throttle->pressed >= DROP_FRAMES && throttle->quality > 0) {
        change_quality(throttle, -1);
    } else if (throttle->relaxed >= throttle->raise_after && throttle->quality < 3) {
        change_quality(throttle, 1);
    } else if (throttle->frame - throttle->changed_frame > 2 * (uint64_t)TRIAL) {
        throttle->raise_after = RAISE_FRAMES;
    }
}

/* ---- The frame ------------------------------------------------------------------------------- */

void atr_throttle_plan(atr_Throttle *throttle, float host_ms, const atr_ThrottleUse *uses,
                       uint32_t use_count, float keep[4])
{
    ATR_ASSERT(throttle != NULL && (uses != NULL || use_count == 0) && keep != NULL);
    Demand demand;
    gather(throttle, uses, use_count, &demand);
    throttle->planned_host = atr__sane_ms(host_ms);
    throttle->has_plan = true;
    if (throttle->budget > 0.0f) {
        const float left =
            throttle->budget - throttle->planned_host - throttle->rest.mean - throttle->debt;
        throttle->room = atr__throttle_fit(throttle, left);
        keep_what_fits(throttle, &demand);
        quality_step(throttle, demand.valued);
    } else {
        throttle->room = 0.0f;
        for (int i = 0; i < ATR__IMPORTANCE_COUNT; i++) {
            throttle->keep[i] = 1.0f;
        }
    }
    note_drawn(throttle);
    throttle->planned_effects = drawn_cost(throttle, &demand);
    throttle->margin = atr__throttle_margin(throttle, throttle->planned_effects);
    for (int i = 0; i < ATR__IMPORTANCE_COUNT; i++) {
        keep[i] = throttle->keep[i];
    }
}

void atr_throttle_measured(atr_Throttle *throttle, float effects_ms, float busy_ms)
{
    ATR_ASSERT(throttle != NULL);
    if (!throttle->has_plan) {
        return;
    }
    throttle->has_plan = false;
    const float effects = atr__sane_ms(effects_ms);
    const float busy = atr__sane_ms(busy_ms);
    const float least = throttle->planned_host + effects;
    atr__throttle_learn(throttle, effects, busy > least ? busy : least);
}
