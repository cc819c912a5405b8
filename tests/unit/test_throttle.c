/* The throttle's policy through its header: a host of so many ms, effects whose particles cost so
 * many ns, and frames of a sixtieth. */
#include <atrium/throttle.h>

#include "cmocka_all.h"
#include "failing_allocator.h"

#include <string.h>

#define BUDGET  16.6667f
#define TYPES   8
#define COST_MS 0.001f /* of a particle, as measured */

/* Type i has importance i; type 4.. as tests set them. */
typedef struct World {
    atr_Throttle *throttle;
    double now_s;
    atr_ThrottleUse uses[TYPES]; /* alive now */
    float cost_ms[TYPES];
    float keep[4];
} World;

static void world_init(World *w)
{
    *w = (World){ 0 };
    assert_int_equal(
        atr_throttle_create(&(atr_ThrottleDesc){ .budget_ms = BUDGET, .max_types = TYPES },
                            &w->throttle),
        ATR_OK);
    for (uint32_t i = 0; i < TYPES; i++) {
        w->uses[i].type = i;
        w->cost_ms[i] = COST_MS;
        atr_throttle_set_type(w->throttle, i,
                              &(atr_ThrottleType){ .importance = (uint8_t)(i < 4 ? i : 0) });
    }
}

/* What is drawn costs what it costs; nothing is uncertain. */
static void frame(World *w, float host_ms)
{
    w->now_s += 1.0 / 60.0;
    atr_throttle_begin(w->throttle, w->now_s);
    atr_throttle_plan(w->throttle, host_ms, w->uses, TYPES, w->keep);
    float effects_ms = 0.0f;
    for (uint32_t i = 0; i < TYPES; i++) {
        effects_ms += w->keep[i < 4 ? i : 0] * (float)w->uses[i].particles * w->cost_ms[i];
    }
    atr_throttle_measured(w->throttle, effects_ms, host_ms + effects_ms + 0.5f);
}

static void frames(World *w, float host_ms, int count)
{
    for (int i = 0; i < count; i++) {
        frame(w, host_ms);
    }
}

/* Until costs are known: some particles of each of the first four types for six seconds. */
static void teach(World *w, float host_ms)
{
    uint32_t chance = 1;
    for (int i = 0; i < 360; i++) {
        for (uint32_t k = 0; k < 4; k++) {
            chance = chance * 1664525u + 1013904223u;
            w->uses[k].particles = chance >> 22; /* below 1024 */
        }
        frame(w, host_ms);
    }
    for (uint32_t i = 0; i < 4; i++) {
        w->uses[i].particles = 0;
    }
    frames(w, host_ms, 60);
}

/* `particles` alive all its life. */
static atr_ThrottleProfile constant(float life_s, float particles)
{
    atr_ThrottleProfile profile = { .life_s = life_s };
    for (int i = 0; i < ATR_THROTTLE_PROFILE; i++) {
        profile.particles[i] = particles;
    }
    return profile;
}

static atr_ThrottleAdmission admit(World *w, uint32_t type, float life_s, float particles)
{
    const atr_ThrottleProfile profile = constant(life_s, particles);
    return atr_throttle_admit(w->throttle, type, &profile);
}

static atr_ThrottleStats stats_of(const World *w)
{
    atr_ThrottleStats stats;
    atr_throttle_stats(w->throttle, &stats);
    return stats;
}

/* ---- Admission ------------------------------------------------------------------------------- */

static void throttle_admit__no_budget__plays_everything(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    atr_throttle_set_budget(w.throttle, 0.0f);
    w.uses[0].particles = 1000000;
    frames(&w, 40.0f, 60);
    assert_float_equal(w.keep[0], 1.0f, 0.0f);
    assert_int_equal(admit(&w, 0, 1.0f, 1.0e6f).decision, ATR_DECISION_PLAYED);
    assert_int_equal(stats_of(&w).quality, 3);
    atr_throttle_destroy(w.throttle);
}

static void throttle_admit__critical__always_plays_whole(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    teach(&w, 30.0f); /* the host alone is over */
    w.uses[3].particles = 50000;
    for (int i = 0; i < 600; i++) {
        frame(&w, 30.0f);
        const atr_ThrottleAdmission admission = admit(&w, 3, 1.0f, 10000.0f);
        assert_int_equal(admission.decision, ATR_DECISION_PLAYED);
        assert_float_equal(admission.share, 1.0f, 0.0f);
        assert_float_equal(w.keep[3], 1.0f, 0.0f);
    }
    assert_float_equal(atr_throttle_cooldown_scale(w.throttle, ATR_IMPORTANCE_CRITICAL), 1.0f,
                       0.0f);
    assert_int_equal(admit(&w, 0, 1.0f, 100.0f).decision, ATR_DECISION_REFUSED_BUDGET);
    atr_throttle_destroy(w.throttle);
}

static void throttle_admit__room_is_taken_later__charges_whole_life(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    teach(&w, 8.0f);
    /* Nothing for a second, then nearly all the room there is. */
    atr_ThrottleProfile late = { .life_s = 2.0f };
    for (int i = ATR_THROTTLE_PROFILE / 2; i < ATR_THROTTLE_PROFILE; i++) {
        late.particles[i] = 7000.0f;
    }
    assert_int_equal(atr_throttle_admit(w.throttle, 2, &late).decision, ATR_DECISION_PLAYED);
    assert_int_equal(admit(&w, 1, 0.8f, 6000.0f).decision, ATR_DECISION_PLAYED);
    assert_int_equal(admit(&w, 1, 1.5f, 6000.0f).decision, ATR_DECISION_REFUSED_BUDGET);
    atr_throttle_destroy(w.throttle);
}

static void throttle_admit__fits_in_part__reduces_to_a_quarter_at_least(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    teach(&w, 8.0f);
    const atr_ThrottleAdmission some = admit(&w, 2, 1.0f, 12000.0f);
    assert_int_equal(some.decision, ATR_DECISION_REDUCED);
    assert_true(some.share >= 0.25f && some.share < 0.8f);
    atr_throttle_release(w.throttle, some.charge);
    assert_int_equal(admit(&w, 2, 1.0f, 100000.0f).decision, ATR_DECISION_REFUSED_BUDGET);
    atr_throttle_destroy(w.throttle);
}

static void throttle_release__ended_early__gives_its_room_back(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    teach(&w, 8.0f);
    const atr_ThrottleAdmission first = admit(&w, 2, 3.0f, 7000.0f);
    assert_int_equal(first.decision, ATR_DECISION_PLAYED);
    assert_int_equal(admit(&w, 2, 3.0f, 7000.0f).decision, ATR_DECISION_REFUSED_BUDGET);
    atr_throttle_release(w.throttle, first.charge);
    const atr_ThrottleAdmission second = admit(&w, 2, 3.0f, 7000.0f);
    assert_int_equal(second.decision, ATR_DECISION_PLAYED);
    atr_throttle_release(w.throttle, first.charge); /* stale: not the second's */
    assert_int_equal(stats_of(&w).charges, 1);
    frames(&w, 8.0f, 200); /* lived out */
    assert_int_equal(stats_of(&w).charges, 0);
    assert_int_equal(admit(&w, 2, 3.0f, 7000.0f).decision, ATR_DECISION_PLAYED);
    atr_throttle_destroy(w.throttle);
}

static void throttle_charge__endless__stays_beyond_the_horizon(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    teach(&w, 8.0f);
    const atr_ThrottleProfile rain = constant(0.0f, 7000.0f);
    const atr_ThrottleCharge charge = atr_throttle_charge(w.throttle, 2, &rain);
    frames(&w, 8.0f, 900); /* 15 s */
    assert_int_equal(stats_of(&w).charges, 1);
    assert_int_equal(admit(&w, 1, 1.0f, 7000.0f).decision, ATR_DECISION_REFUSED_BUDGET);
    atr_throttle_release(w.throttle, charge);
    assert_int_equal(admit(&w, 2, 1.0f, 7000.0f).decision, ATR_DECISION_PLAYED);
    atr_throttle_destroy(w.throttle);
}

static void throttle_admit__reserves__are_larger_the_less_important(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    teach(&w, 8.0f);
    float fits[3];
    for (uint32_t importance = 0; importance < 3; importance++) {
        const atr_ThrottleAdmission admission = admit(&w, importance, 1.0f, 12000.0f);
        fits[importance] = admission.share;
        atr_throttle_release(w.throttle, admission.charge);
    }
    assert_true(fits[0] < fits[1] - 0.01f);
    assert_true(fits[1] < fits[2] - 0.01f);
    atr_throttle_destroy(w.throttle);
}

static void throttle_admit__less_important_runs__does_not_stand_in_the_way(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    teach(&w, 8.0f);
    assert_int_equal(admit(&w, 0, 2.0f, 6000.0f).decision, ATR_DECISION_PLAYED);
    assert_int_equal(admit(&w, 0, 2.0f, 6000.0f).decision, ATR_DECISION_REFUSED_BUDGET);
    assert_int_equal(admit(&w, 2, 2.0f, 6000.0f).decision, ATR_DECISION_PLAYED);
    atr_throttle_destroy(w.throttle);
}

static void throttle_admit__below_full_quality__coalesces_within_a_frame(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    frame(&w, 2.0f);
    assert_int_equal(admit(&w, 1, 1.0f, 10.0f).decision, ATR_DECISION_PLAYED);
    assert_int_equal(admit(&w, 1, 1.0f, 10.0f).decision, ATR_DECISION_PLAYED);
    atr_throttle_set_quality(w.throttle, 2);
    frame(&w, 2.0f);
    const atr_ThrottleAdmission first = admit(&w, 1, 1.0f, 10.0f);
    assert_int_equal(first.decision, ATR_DECISION_REDUCED);
    assert_float_equal(first.share, 0.75f, 0.0f);
    assert_int_equal(admit(&w, 1, 1.0f, 10.0f).decision, ATR_DECISION_COALESCED);
    assert_int_equal(admit(&w, 2, 1.0f, 10.0f).decision, ATR_DECISION_REDUCED);
    assert_int_not_equal(admit(&w, 3, 1.0f, 10.0f).decision, ATR_DECISION_COALESCED);
    assert_int_not_equal(admit(&w, 3, 1.0f, 10.0f).decision, ATR_DECISION_COALESCED);
    frame(&w, 2.0f);
    assert_int_equal(admit(&w, 1, 1.0f, 10.0f).decision, ATR_DECISION_REDUCED);
    assert_int_equal(stats_of(&w).decisions[ATR_DECISION_COALESCED], 1);
    atr_throttle_destroy(w.throttle);
}

static void throttle_admit__rate__lets_a_burst_and_then_the_rate_through(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    atr_throttle_set_type(
        w.throttle, 5,
        &(atr_ThrottleType){ .importance = 2, .trigger_rate = 10.0f, .burst_limit = 3 });
    int played = 0;
    for (int i = 0; i < 10; i++) {
        played += admit(&w, 5, 0.1f, 1.0f).decision == ATR_DECISION_PLAYED;
    }
    assert_int_equal(played, 3);
    for (int i = 0; i < 180; i++) {
        frame(&w, 2.0f);
        played += admit(&w, 5, 0.1f, 1.0f).decision == ATR_DECISION_PLAYED;
    }
    assert_in_range(played, 32, 34); /* and 10 a second for three seconds */
    assert_int_equal(stats_of(&w).decisions[ATR_DECISION_REFUSED_RATE], 190 - played);
    atr_throttle_destroy(w.throttle);
}

/* ---- The plan -------------------------------------------------------------------------------- */

static void throttle_plan__host_steps__thins_in_the_same_frame(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    teach(&w, 8.0f);
    w.uses[0].particles = 3000; /* 3 ms each */
    w.uses[2].particles = 3000;
    frames(&w, 8.0f, 60);
    assert_float_equal(w.keep[0], 1.0f, 0.0f);
    frame(&w, 11.0f); /* about 5 ms are left */
    assert_float_equal(w.keep[2], 1.0f, 0.0f);
    assert_true(w.keep[0] < 0.8f);
    frame(&w, 14.0f); /* about 2 */
    assert_float_equal(w.keep[0], 0.0f, 0.0f);
    assert_true(w.keep[2] > 0.1f && w.keep[2] < 0.8f);
    frame(&w, 20.0f);
    assert_float_equal(w.keep[2], 0.0f, 0.0f);
    assert_float_equal(w.keep[3], 1.0f, 0.0f);
    atr_throttle_destroy(w.throttle);
}

static void throttle_plan__room_is_back__rises_slowly(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    teach(&w, 8.0f);
    w.uses[0].particles = 4000;
    frames(&w, 8.0f, 60);
    frame(&w, 16.0f);
    assert_float_equal(w.keep[0], 0.0f, 0.0f);
    float before = w.keep[0];
    int count = 0;
    for (; w.keep[0] < 1.0f && count < 300; count++) {
        frame(&w, 8.0f);
        assert_true(w.keep[0] >= before && w.keep[0] <= before + 0.05f);
        before = w.keep[0];
    }
    assert_in_range(count, 30, 120);
    atr_throttle_destroy(w.throttle);
}

static void throttle_measured__frame_over__debt_decays(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    frames(&w, 8.0f, 120);
    assert_float_equal(stats_of(&w).debt_ms, 0.0f, 0.0f);
    frame(&w, 26.0f);
    const float debt = stats_of(&w).debt_ms;
    assert_true(debt > 4.0f && debt < 6.0f);
    frame(&w, 8.0f);
    assert_float_equal(stats_of(&w).debt_ms, debt * 0.8f, 0.01f);
    frames(&w, 8.0f, 40);
    assert_true(stats_of(&w).debt_ms < 0.01f);
    atr_throttle_destroy(w.throttle);
}

static void throttle_measured__host_steps__is_followed_in_three_frames(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    frames(&w, 8.0f, 300);
    frames(&w, 12.0f, 3);
    assert_float_equal(stats_of(&w).host_ms, 12.0f, 0.1f);
    frame(&w, 20.0f); /* one alone is no step */
    assert_true(stats_of(&w).host_ms < 12.5f);
    atr_throttle_destroy(w.throttle);
}

/* ---- Quality --------------------------------------------------------------------------------- */

/* High effects of 1000 particles and 1.5 s, so many a second; what runs is what was admitted. */
static int play_load(World *w, float host_ms, int each_frames, int count, int *changes)
{
    float shares[64] = { 0 };
    int32_t quality = stats_of(w).quality;
    int admitted = 0;
    for (int i = 0; i < count; i++) {
        w->now_s += 1.0 / 60.0;
        atr_throttle_begin(w->throttle, w->now_s);
        const int slot = i % 64;
        shares[slot] = 0.0f;
        if (i % each_frames == 0) {
            shares[slot] = admit(w, 2, 1.0f, 1000.0f).share;
            admitted += shares[slot] > 0.0f;
        }
        float alive = 0.0f;
        for (int k = 0; k < 60; k++) {
            alive += shares[(i + 64 - k) % 64] * 1000.0f;
        }
        w->uses[2].particles = (uint32_t)alive;
        w->uses[2].instances = 0;
        atr_throttle_plan(w->throttle, host_ms, w->uses, TYPES, w->keep);
        const float effects_ms = w->keep[2] * alive * COST_MS;
        atr_throttle_measured(w->throttle, effects_ms, host_ms + effects_ms + 0.5f);
        *changes += stats_of(w).quality != quality;
        quality = stats_of(w).quality;
    }
    return admitted;
}

static void throttle_quality__steady_load__does_not_oscillate(void **state)
{
    (void)state;
    for (int each = 1; each <= 8; each++) {
        World w;
        world_init(&w);
        teach(&w, 8.0f);
        int changes = 0;
        (void)play_load(&w, 8.0f, each, 1200, &changes);
        changes = 0;
        (void)play_load(&w, 8.0f, each, 3600, &changes); /* a minute */
        print_message("  every %d frames: level %d, %d changes\n", each, stats_of(&w).quality,
                      changes);
        assert_true(changes <= 4);
        atr_throttle_destroy(w.throttle);
    }
}

static void throttle_quality__far_more_than_fits__falls_and_rises_again(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    teach(&w, 8.0f);
    int changes = 0;
    (void)play_load(&w, 8.0f, 1, 600, &changes);
    assert_true(stats_of(&w).quality <= 1);
    assert_true(atr_throttle_cooldown_scale(w.throttle, ATR_IMPORTANCE_MEDIUM) > 1.0f);
    w.uses[2].particles = 0;
    frames(&w, 8.0f, 600);
    assert_int_equal(stats_of(&w).quality, 3);
    assert_float_equal(atr_throttle_cooldown_scale(w.throttle, ATR_IMPORTANCE_MEDIUM), 1.0f, 0.0f);
    atr_throttle_destroy(w.throttle);
}

/* ---- Costs ----------------------------------------------------------------------------------- */

static void throttle_measured__types_differ__learns_each(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    atr_throttle_set_budget(w.throttle, 100.0f);
    static const float costs_ns[4] = { 100.0f, 300.0f, 900.0f, 2500.0f };
    uint32_t chance = 7;
    for (uint32_t i = 0; i < 4; i++) {
        w.cost_ms[i] = costs_ns[i] * 1.0e-6f;
    }
    for (int i = 0; i < 1200; i++) {
        for (uint32_t k = 0; k < 4; k++) {
            chance = chance * 1664525u + 1013904223u;
            w.uses[k].particles = chance >> 21; /* below 2048 */
        }
        frame(&w, 5.0f);
    }
    for (uint32_t i = 0; i < 4; i++) {
        float ns = 0.0f;
        float deviation_ns = 0.0f;
        atr_throttle_cost(w.throttle, i, &ns, &deviation_ns);
        print_message("  %.0f ns: %.1f +- %.1f\n", (double)costs_ns[i], (double)ns,
                      (double)deviation_ns);
        assert_true(ns > costs_ns[i] * 0.85f - 5.0f && ns < costs_ns[i] * 1.15f + 5.0f);
        assert_true(deviation_ns < 0.2f * costs_ns[i] + 20.0f);
    }
    atr_throttle_destroy(w.throttle);
}

static void throttle_measured__free_effects__costs_stay_above_nothing(void **state)
{
    (void)state;
    World w;
    world_init(&w);
    for (uint32_t i = 0; i < 4; i++) {
        w.cost_ms[i] = 0.0f;
        w.uses[i].particles = 100 * (i + 1);
    }
    frames(&w, 5.0f, 2000);
    for (uint32_t i = 0; i < 4; i++) {
        float ns = 0.0f;
        float deviation_ns = 0.0f;
        atr_throttle_cost(w.throttle, i, &ns, &deviation_ns);
        assert_true(ns >= 0.0f && ns < 50.0f);
        assert_true(deviation_ns >= 0.0f);
    }
    atr_throttle_destroy(w.throttle);
}

static void throttle__same_calls__same_answers(void **state)
{
    (void)state;
    World worlds[2];
    for (int i = 0; i < 2; i++) {
        world_init(&worlds[i]);
        teach(&worlds[i], 9.0f);
        int changes = 0;
        (void)play_load(&worlds[i], 9.5f, 2, 900, &changes);
    }
    const atr_ThrottleStats a = stats_of(&worlds[0]);
    const atr_ThrottleStats b = stats_of(&worlds[1]);
    assert_memory_equal(a.keep, b.keep, sizeof a.keep);
    assert_memory_equal(a.decisions, b.decisions, sizeof a.decisions);
    assert_memory_equal(&a.host_ms, &b.host_ms, sizeof a.host_ms);
    assert_memory_equal(&a.room_ms, &b.room_ms, sizeof a.room_ms);
    assert_memory_equal(&a.planned_ms, &b.planned_ms, sizeof a.planned_ms);
    atr_throttle_destroy(worlds[0].throttle);
    atr_throttle_destroy(worlds[1].throttle);
}

static void throttle_create__memory_fails__leaks_nothing(void **state)
{
    (void)state;
    for (uint32_t n = 1;; n++) {
        FailingAllocator memory = { .fail_at = n };
        const atr_ThrottleDesc desc = { .allocator = failing_allocator(&memory) };
        atr_Throttle *throttle = NULL;
        const atr_Status st = atr_throttle_create(&desc, &throttle);
        assert_int_equal(throttle != NULL, st == ATR_OK);
        atr_throttle_destroy(throttle);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
        if (st == ATR_OK) {
            assert_true(n > 3);
            return;
        }
        assert_int_equal(st, ATR_ERR_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(throttle_admit__no_budget__plays_everything),
        cmocka_unit_test(throttle_admit__critical__always_plays_whole),
        cmocka_unit_test(throttle_admit__room_is_taken_later__charges_whole_life),
        cmocka_unit_test(throttle_admit__fits_in_part__reduces_to_a_quarter_at_least),
        cmocka_unit_test(throttle_release__ended_early__gives_its_room_back),
        cmocka_unit_test(throttle_charge__endless__stays_beyond_the_horizon),
        cmocka_unit_test(throttle_admit__reserves__are_larger_the_less_important),
        cmocka_unit_test(throttle_admit__less_important_runs__does_not_stand_in_the_way),
        cmocka_unit_test(throttle_admit__below_full_quality__coalesces_within_a_frame),
        cmocka_unit_test(throttle_admit__rate__lets_a_burst_and_then_the_rate_through),
        cmocka_unit_test(throttle_plan__host_steps__thins_in_the_same_frame),
        cmocka_unit_test(throttle_plan__room_is_back__rises_slowly),
        cmocka_unit_test(throttle_measured__frame_over__debt_decays),
        cmocka_unit_test(throttle_measured__host_steps__is_followed_in_three_frames),
        cmocka_unit_test(throttle_quality__steady_load__does_not_oscillate),
        cmocka_unit_test(throttle_quality__far_more_than_fits__falls_and_rises_again),
        cmocka_unit_test(throttle_measured__types_differ__learns_each),
        cmocka_unit_test(throttle_measured__free_effects__costs_stay_above_nothing),
        cmocka_unit_test(throttle__same_calls__same_answers),
        cmocka_unit_test(throttle_create__memory_fails__leaks_nothing),
    };
    return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
