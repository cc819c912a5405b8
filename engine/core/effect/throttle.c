/* The throttle as a whole: its life, the types, and admission: what an effect's author asked for
 * (rate), then coalescing, then room in the ledger for its whole life after the reserves of its
 * importance. An effect that fits in part starts with fewer particles, not below a quarter.
 *
 * High effects see only what is as important as they are: what is less important makes room by
 * being thinned. */
#include "effect/throttle_internal.h"

#include "base/alloc.h"

#define TYPES_DEFAULT   128
#define TYPES_MAX       65536
#define CHARGES_DEFAULT 64
#define CHARGES_MAX     65535
#define BURST_DEFAULT   8
#define LEAST_SHARE     0.25f
#define NEVER           UINT64_MAX
#define LAST_S          1.0e11 /* some 3,000 years: as nanoseconds in 64 bits */

static const float reserves[ATR__IMPORTANCE_COUNT] = { 0.15f, 0.05f, 0.0f, 0.0f };
/* Of what is asked and granted, for the quality level. */
static const float weights[ATR__IMPORTANCE_COUNT] = { 0.0f, 1.0f, 4.0f, 0.0f };
static const float quality_default[4] = { 0.25f, 0.5f, 0.75f, 1.0f };

/* ---- Life ------------------------------------------------------------------------------------ */

static atr_ThrottleDesc desc_resolve(const atr_ThrottleDesc *desc)
{
    atr_ThrottleDesc d = desc != NULL ? *desc : (atr_ThrottleDesc){ 0 };
    d.budget_ms = atr__positive(d.budget_ms);
    d.max_types = d.max_types != 0 ? d.max_types : TYPES_DEFAULT;
    d.max_charges = d.max_charges != 0 ? d.max_charges : CHARGES_DEFAULT;
    return d;
}

atr_Status atr_throttle_create(const atr_ThrottleDesc *desc, atr_Throttle **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    const atr_ThrottleDesc d = desc_resolve(desc);
    if (d.max_types > TYPES_MAX || d.max_charges > CHARGES_MAX) {
        return ATR_ERR_INVALID;
    }
    atr_Throttle *throttle = atr__alloc_zero(&d.allocator, 1, sizeof *throttle);
    if (throttle == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    throttle->desc = d;
    throttle->types = atr__alloc_zero(&d.allocator, d.max_types, sizeof *throttle->types);
    throttle->planned = atr__alloc_zero(&d.allocator, d.max_types, sizeof *throttle->planned);
    if (throttle->types == NULL || throttle->planned == NULL || !atr__ledger_init(throttle)) {
        atr_throttle_destroy(throttle);
        return ATR_ERR_NO_MEMORY;
    }
    atr__throttle_cost_init(throttle);
    atr__throttle_quality_init(throttle);
    for (uint32_t i = 0; i < d.max_types; i++) {
        atr_throttle_set_type(throttle, i, &(atr_ThrottleType){ 0 });
    }
    atr_throttle_set_budget(throttle, d.budget_ms);
    *out = throttle;
    return ATR_OK;
}

void atr_throttle_destroy(atr_Throttle *throttle)
{
    if (throttle == NULL) {
        return;
    }
    const atr_ThrottleDesc d = throttle->desc;
    atr__free(&d.allocator, throttle->types, d.max_types, sizeof *throttle->types);
    atr__free(&d.allocator, throttle->planned, d.max_types, sizeof *throttle->planned);
    atr__free(&d.allocator, throttle->charges, d.max_charges, sizeof *throttle->charges);
    atr__free(&d.allocator, throttle, 1, sizeof *throttle);
}

static float share_or(float share, float otherwise)
{
    return share >= 0.0f ? (share < 1.0f ? share : 1.0f) : otherwise;
}

void atr_throttle_set_type(atr_Throttle *throttle, uint32_t type, const atr_ThrottleType *what)
{
    ATR_ASSERT(throttle != NULL && what != NULL);
    if (type >= throttle->desc.max_types) {
        return;
    }
    atr__ThrottleKind *kind = &throttle->types[type];
    kind->what = *what;
    if (what->importance >= ATR__IMPORTANCE_COUNT) {
        kind->what.importance = ATR_IMPORTANCE_CRITICAL;
    }
    kind->what.trigger_rate = atr__positive(what->trigger_rate);
    kind->what.burst_limit = what->burst_limit != 0 ? what->burst_limit : BURST_DEFAULT;
    const float *quality = what->quality;
    const bool none =
        !(quality[0] > 0.0f || quality[1] > 0.0f || quality[2] > 0.0f || quality[3] > 0.0f);
    for (int level = 0; level < 4; level++) {
        kind->what.quality[level] =
            none ? quality_default[level] : share_or(quality[level], quality_default[level]);
    }
    kind->tokens = (float)kind->what.burst_limit;
    kind->tokens_at_s = throttle->now_s;
    kind->started_frame = NEVER;
}

/* The room for effects while the host goes on as it has. */
static void look_ahead(atr_Throttle *throttle)
{
    const float host = throttle->host.mean + throttle->host.deviation;
    throttle->coming =
        atr__throttle_fit(throttle, throttle->budget - host - throttle->rest.mean - throttle->debt);
}

void atr_throttle_set_budget(atr_Throttle *throttle, float budget_ms)
{
    ATR_ASSERT(throttle != NULL);
    throttle->budget = atr__sane_ms(budget_ms);
    throttle->debt = 0.0f;
    if (throttle->budget <= 0.0f && throttle->forced_quality < 0) {
        throttle->quality = 3;
    }
    look_ahead(throttle);
}

void atr_throttle_set_quality(atr_Throttle *throttle, int32_t level)
{
    ATR_ASSERT(throttle != NULL);
    throttle->forced_quality = level < 0 ? -1 : level < 3 ? level : 3;
    if (level >= 0) {
        throttle->quality = throttle->forced_quality;
    } else if (throttle->budget <= 0.0f) {
        throttle->quality = 3;
    }
}

void atr_throttle_begin(atr_Throttle *throttle, double now_s)
{
    ATR_ASSERT(throttle != NULL);
    /* Never back; what is no number or beyond all time is no time. */
    if (now_s > throttle->now_s && now_s < LAST_S) {
        throttle->now_s = now_s;
    }
    throttle->frame++;
    atr__ledger_advance(throttle);
    atr__ledger_reprice(throttle);
    look_ahead(throttle);
}

/* ---- Admission ------------------------------------------------------------------------------- */

static bool take_token(const atr_Throttle *throttle, atr__ThrottleKind *kind)
{
    const float rate = kind->what.trigger_rate;
    if (rate <= 0.0f) {
        return true;
    }
    const float most = (float)kind->what.burst_limit;
    const float gained = (float)((throttle->now_s - kind->tokens_at_s) * (double)rate);
    kind->tokens_at_s = throttle->now_s;
    kind->tokens = kind->tokens + gained < most ? kind->tokens + gained : most;
    if (kind->tokens < 1.0f) {
        return false;
    }
    kind->tokens -= 1.0f;
    return true;
}

static bool is_critical(const atr__ThrottleKind *kind)
{
    return kind->what.importance == ATR_IMPORTANCE_CRITICAL;
}

/* The author's share at the level of now. What the throttle chose by itself is not for critical
 * ones; what the host chose is. */
static float quality_share(const atr_Throttle *throttle, const atr__ThrottleKind *kind)
{
    const bool whole = is_critical(kind) && throttle->forced_quality < 0;
    return kind->what.quality[whole ? 3 : throttle->quality];
}

static float peak_of(const atr_ThrottleProfile *profile)
{
    float peak = 0.0f;
    for (int i = 0; i < ATR_THROTTLE_PROFILE; i++) {
        peak = profile->particles[i] > peak ? profile->particles[i] : peak;
    }
    return peak;
}

/* How much of what is wanted may start; below LEAST_SHARE of it: nothing. */
static float fitting_share(atr_Throttle *throttle, uint32_t type,
                           const atr_ThrottleProfile *profile, float wanted)
{
    const atr__ThrottleKind *kind = &throttle->types[type];
    if (throttle->budget <= 0.0f || is_critical(kind)) {
        return wanted;
    }
    const float room = throttle->coming * (1.0f - reserves[kind->what.importance]);
    const float fits = atr__ledger_share(throttle, type, profile, room);
    const float share = fits < wanted ? (fits >= LEAST_SHARE * wanted ? fits : 0.0f) : wanted;
    const float weight = peak_of(profile) * atr__throttle_particle_ms(throttle, type) *
                         weights[kind->what.importance];
    throttle->asked += weight;
    throttle->granted += weight * share;
    return share;
}

static atr_ThrottleAdmission decide(atr_Throttle *throttle, uint32_t type,
                                    const atr_ThrottleProfile *profile)
{
    atr__ThrottleKind *kind = &throttle->types[type];
    if (!is_critical(kind) && throttle->quality < 3 && kind->started_frame == throttle->frame) {
        return (atr_ThrottleAdmission){ .decision = ATR_DECISION_COALESCED };
    }
    if (!take_token(throttle, kind)) {
        return (atr_ThrottleAdmission){ .decision = ATR_DECISION_REFUSED_RATE };
    }
    const float wanted = quality_share(throttle, kind);
    const float share = fitting_share(throttle, type, profile, wanted);
    if (share < wanted && share <= 0.0f) {
        return (atr_ThrottleAdmission){ .decision = ATR_DECISION_REFUSED_BUDGET };
    }
    kind->started_frame = throttle->frame;
    return (atr_ThrottleAdmission){
        .decision = share < 1.0f ? ATR_DECISION_REDUCED : ATR_DECISION_PLAYED,
        .share = share,
        .charge = atr__ledger_charge(throttle, type, profile, share),
    };
}

atr_ThrottleAdmission atr_throttle_admit(atr_Throttle *throttle, uint32_t type,
                                         const atr_ThrottleProfile *profile)
{
    ATR_ASSERT(throttle != NULL && profile != NULL);
    if (type >= throttle->desc.max_types) {
        return (atr_ThrottleAdmission){ .decision = ATR_DECISION_UNKNOWN };
    }
    const atr_ThrottleAdmission admission = decide(throttle, type, profile);
    throttle->decisions[admission.decision]++;
    return admission;
}

float atr_throttle_cooldown_scale(const atr_Throttle *throttle, atr_Importance importance)
{
    static const float scales[4] = { 4.0f, 2.0f, 1.0f, 1.0f };
    return importance == ATR_IMPORTANCE_CRITICAL ? 1.0f : scales[throttle->quality];
}

void atr_throttle_stats(const atr_Throttle *throttle, atr_ThrottleStats *out)
{
    ATR_ASSERT(throttle != NULL && out != NULL);
    *out = (atr_ThrottleStats){
        .budget_ms = throttle->budget,
        .host_ms = throttle->host.mean,
        .host_deviation_ms = throttle->host.deviation,
        .rest_ms = throttle->rest.mean,
        .margin_ms = throttle->margin,
        .debt_ms = throttle->debt,
        .room_ms = throttle->room,
        .planned_ms = throttle->planned_effects,
        .quality = throttle->quality,
        .charges = throttle->charge_count,
    };
    for (int i = 0; i < ATR__IMPORTANCE_COUNT; i++) {
        out->keep[i] = throttle->keep[i];
    }
    for (int i = 0; i < ATR_DECISION_COUNT; i++) {
        out->decisions[i] = throttle->decisions[i];
    }
}
