/* What the throttle learns from measured frames.
 *
 * Costs: a frame's effects took the sum over types of (particles drawn x cost of one + instances x
 * a fixed cost), and something for each particle alive. Each cost is a Kalman filter's state, all
 * corrected by the same frame's error in proportion to how uncertain they are (normalised least
 * mean squares with a memory of what is known); covariances between them are left out. Costs drift,
 * so none is ever known for good.
 *
 * Time: the host's own and what follows drawing are means with deviations that follow a step in
 * three frames. How far a frame may be off is measured, not assumed normal: `reach` rises when a
 * frame was further off and falls a little when it was not, so that it settles where MISS of the
 * frames lie beyond. */
#include "effect/throttle_internal.h"

#include <math.h>

#define PRIOR_PARTICLE 0.0005f /* ms: 500 ns */
#define PRIOR_FIXED    0.004f
#define PRIOR_UPDATE   0.000004f
#define DRIFT          0.004f /* share of a cost that it may change in a frame */
#define KNOWN          0.01f  /* share of a cost that stays uncertain */
#define CLOCK          0.01f  /* ms: what measuring itself is off */

#define MISS       0.001f
#define REACH      4.0f
#define REACH_LOW  2.2f
#define REACH_HIGH 8.0f
#define REACH_STEP 0.5f

#define MEAN_RATE      0.15f
#define DEVIATION_RATE 0.05f
#define FAR            4.0f /* deviations from the mean: a step, when it stays */
#define STEP_FRAMES    3
#define DOUBT_FRAMES   3 /* in a row on one side */

static float limit(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

static float square(float value)
{
    return value * value;
}

/* ---- Times ----------------------------------------------------------------------------------- */

static void level_step(atr__Level *level, float x)
{
    if (!level->any) {
        *level = (atr__Level){ .mean = x, .deviation = 0.5f, .any = true };
        return;
    }
    const float far = FAR * (level->deviation > 0.05f ? level->deviation : 0.05f);
    const float off = x - level->mean;
    const int32_t side = off > far ? 1 : off < -far ? -1 : 0;
    if (side == 0 || (side > 0) != (level->run > 0)) {
        level->run = 0;
        level->run_sum = 0.0f;
    }
    level->run += side;
    level->run_sum += side != 0 ? x : 0.0f;
    if (level->run == STEP_FRAMES || level->run == -STEP_FRAMES) {
        level->mean = level->run_sum / (float)STEP_FRAMES;
        level->run = 0;
        level->run_sum = 0.0f;
        return;
    }
    const float near = limit(off, -far, far);
    level->mean += MEAN_RATE * near;
    level->deviation += DEVIATION_RATE * (1.25f * fabsf(near) - level->deviation);
}

float atr__throttle_spread(float ms)
{
    return ms > 0.0f ? 0.5f * ms + 0.7f * sqrtf(ms) : 0.0f;
}

static float total_deviation(const atr_Throttle *throttle, float ms)
{
    return sqrtf(square(throttle->rest.deviation) + square(CLOCK) +
                 square(throttle->effect_deviation * atr__throttle_spread(ms)));
}

float atr__throttle_margin(const atr_Throttle *throttle, float ms)
{
    return throttle->reach * total_deviation(throttle, ms);
}

float atr__throttle_fit(const atr_Throttle *throttle, float ms)
{
    float low = 0.0f;
    float high = atr__positive(ms);
    for (int i = 0; i < 14; i++) {
        const float middle = 0.5f * (low + high);
        if (middle + atr__throttle_margin(throttle, middle) <= ms) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* ---- Costs ----------------------------------------------------------------------------------- */

static atr__Learned prior(float value)
{
    return (atr__Learned){ .value = value, .variance = square(value) };
}

void atr__throttle_cost_init(atr_Throttle *throttle)
{
    throttle->prior_particle = PRIOR_PARTICLE;
    throttle->update = prior(PRIOR_UPDATE);
    for (uint32_t i = 0; i < throttle->desc.max_types; i++) {
        throttle->types[i].particle = prior(PRIOR_PARTICLE);
        throttle->types[i].fixed = prior(PRIOR_FIXED);
    }
    throttle->rest.deviation = 0.5f;
    throttle->effect_deviation = 0.15f;
    throttle->reach = REACH;
    for (int i = 0; i < ATR__IMPORTANCE_COUNT; i++) {
        throttle->keep[i] = 1.0f;
    }
}

/* A type that was never seen costs what others do. */
static atr__Learned particle_of(const atr_Throttle *throttle, uint32_t type)
{
    const atr__ThrottleKind *kind = &throttle->types[type];
    return kind->is_learned ? kind->particle : prior(throttle->prior_particle);
}

float atr__throttle_particle_ms(const atr_Throttle *throttle, uint32_t type)
{
    const atr__Learned cost = particle_of(throttle, type);
    return cost.value + 0.5f * sqrtf(cost.variance);
}

float atr__throttle_fixed_ms(const atr_Throttle *throttle, uint32_t type)
{
    const atr__Learned *cost = &throttle->types[type].fixed;
    return cost->value + 0.5f * sqrtf(cost->variance);
}

void atr_throttle_cost(const atr_Throttle *throttle, uint32_t type, float *out_ns,
                       float *out_deviation_ns)
{
    ATR_ASSERT(throttle != NULL && type < throttle->desc.max_types);
    const atr__Learned cost = particle_of(throttle, type);
    *out_ns = cost.value * 1.0e6f;
    *out_deviation_ns = sqrtf(cost.variance) * 1.0e6f;
}

static void begin_types(atr_Throttle *throttle)
{
    for (uint32_t i = 0; i < throttle->planned_count; i++) {
        atr__ThrottleKind *kind = &throttle->types[throttle->planned[i].type];
        if (!kind->is_learned && throttle->planned[i].particles > 0) {
            kind->particle = particle_of(throttle, throttle->planned[i].type);
            kind->is_learned = true;
        }
    }
}

/* What the last plan's effects should have taken by what is known. */
static float expected(const atr_Throttle *throttle, float *out_variance)
{
    float ms = throttle->update.value * throttle->planned_alive;
    float variance = throttle->update.variance * square(throttle->planned_alive);
    for (uint32_t i = 0; i < throttle->planned_count; i++) {
        const atr_ThrottleUse *use = &throttle->planned[i];
        const atr__ThrottleKind *kind = &throttle->types[use->type];
        ms += kind->particle.value * (float)use->particles +
              kind->fixed.value * (float)use->instances;
        variance += kind->particle.variance * square((float)use->particles) +
                    kind->fixed.variance * square((float)use->instances);
    }
    *out_variance = variance;
    return ms;
}

/* Errors of noise change their sign. Those that do not come from costs that are not what was
 * learned: @return how much more uncertain than thought. */
static float doubt(atr_Throttle *throttle, float error, float deviation)
{
    const int32_t side = error > 1.5f * deviation ? 1 : error < -1.5f * deviation ? -1 : 0;
    const bool goes_on = side != 0 && (side > 0) == (throttle->error_run > 0);
    throttle->error_run = goes_on ? throttle->error_run + side : side;
    return throttle->error_run >= DOUBT_FRAMES || throttle->error_run <= -DOUBT_FRAMES ? 4.0f
                                                                                       : 1.0f;
}

static void correct(atr__Learned *cost, float times, float more, float error, float variance,
                    float most)
{
    if (!(times > 0.0f)) {
        return;
    }
    cost->variance *= more;
    const float gain = cost->variance * times / variance;
    cost->value = atr__positive(cost->value + gain * error);
    cost->variance -= gain * times * cost->variance;
    cost->variance += square(DRIFT * cost->value);
    const float least = square(KNOWN * cost->value);
    cost->variance = limit(cost->variance, least, most > least ? most : least);
}

static void learn_costs(atr_Throttle *throttle, float took)
{
    begin_types(throttle);
    float variance = 0.0f;
    const float ms = expected(throttle, &variance);
    const float noise =
        square(throttle->effect_deviation * atr__throttle_spread(ms)) + square(CLOCK);
    const float more = doubt(throttle, took - ms, sqrtf(variance + noise));
    variance = variance * more + noise;
    const float far = FAR * sqrtf(variance);
    const float error = limit(took - ms, -far, far);
    correct(&throttle->update, throttle->planned_alive, more, error, variance,
            square(PRIOR_UPDATE));
    for (uint32_t i = 0; i < throttle->planned_count; i++) {
        const atr_ThrottleUse *use = &throttle->planned[i];
        atr__ThrottleKind *kind = &throttle->types[use->type];
        correct(&kind->particle, (float)use->particles, more, error, variance,
                square(PRIOR_PARTICLE + kind->particle.value));
        correct(&kind->fixed, (float)use->instances, more, error, variance,
                square(PRIOR_FIXED + kind->fixed.value));
        if (use->particles > 0) {
            throttle->prior_particle += 0.002f * (kind->particle.value - throttle->prior_particle);
        }
    }
    const float spread = atr__throttle_spread(ms);
    if (ms > 0.1f && more <= 1.0f) {
        const float off = limit(fabsf(took - ms) / spread, 0.0f, 5.0f * throttle->effect_deviation);
        throttle->effect_deviation += 0.02f * (1.25f * off - throttle->effect_deviation);
        throttle->effect_deviation = limit(throttle->effect_deviation, 0.005f, 1.0f);
    }
}

void atr__throttle_learn(atr_Throttle *throttle, float effects, float busy)
{
    float variance = 0.0f;
    const float ms = expected(throttle, &variance);
    const float rest = atr__positive(busy - throttle->planned_host - effects);
    if (throttle->rest.any) {
        const float off = (effects - ms) + (rest - throttle->rest.mean);
        if (off > throttle->reach * total_deviation(throttle, ms)) {
            throttle->reach += REACH_STEP;
        } else {
            throttle->reach -= REACH_STEP * MISS;
        }
        throttle->reach = limit(throttle->reach, REACH_LOW, REACH_HIGH);
    }
    learn_costs(throttle, effects);
    level_step(&throttle->host, throttle->planned_host);
    level_step(&throttle->rest, rest);

    const float edge = 0.98f * throttle->budget;
    throttle->debt *= 0.8f;
    throttle->debt += throttle->budget > 0.0f && busy > edge ? 0.5f * (busy - edge) : 0.0f;
}
