/* Triggers: what is played, merged, reduced or refused, and how it ends. */
#define _POSIX_C_SOURCE 200809L

#include "effect_fixture.h"
#include "failing_allocator.h"

#include <math.h>

static void effect_trigger__known__plays_ends_and_calls_done_once(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    define(&f, &def);
    const atr_TriggerResult r = trigger(&f, "coins");
    assert_int_equal(r.decision, ATR_DECISION_PLAYED);
    assert_true(atr_effect_is_live(f.effects, r.id));
    advance_ms(&f, 0);
    assert_int_equal(stats_of(&f).particles, 20);
    play_for(&f, 600);
    assert_true(atr_effect_is_live(f.effects, r.id));
    assert_int_equal(f.done, 0);
    play_for(&f, 800);
    assert_false(atr_effect_is_live(f.effects, r.id));
    assert_int_equal(f.done, 1);
    assert_int_equal(f.last_done.value, r.id.value);
    assert_int_equal(stats_of(&f).particles, 0);
    assert_int_equal(atr_effect_move(f.effects, r.id, 1, 1), ATR_ERR_STALE);
    assert_int_equal(atr_effect_stop(f.effects, r.id, true), ATR_ERR_STALE);
    atr_effects_destroy(f.effects);
    assert_int_equal(f.done, 1);
}

static void effect_trigger__unknown_name__says_so(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_TriggerResult r = trigger(&f, "no such effect");
    assert_int_equal(r.decision, ATR_DECISION_UNKNOWN);
    assert_int_equal(r.id.value, 0);
    assert_int_equal(stats_of(&f).decisions[ATR_DECISION_UNKNOWN], 1);
    atr_effects_destroy(f.effects);
    assert_int_equal(f.done, 0);
}

static void effect_trigger__amount__is_clamped_to_its_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        float amount;
        uint32_t particles;
    } rows[] = { { "default", 0, 20 },        { "as asked", 7, 7 },
                 { "too many", 1000, 40 },    { "negative: default", -4, 20 },
                 { "not a number", NAN, 20 }, { "infinite: default", INFINITY, 20 } };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Fixture f;
        fixture_init(&f, NULL);
        const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
        define(&f, &def);
        (void)atr_effect_trigger(f.effects, "coins", &(atr_Trigger){ .amount = rows[i].amount });
        advance_ms(&f, 0);
        assert_int_equal(stats_of(&f).particles, rows[i].particles);
        atr_effects_destroy(f.effects);
    }
}

static uint64_t picture_of(const atr_Effects *effects)
{
    const atr_Particles p = atr_effects_particles(effects);
    uint64_t hash = 1469598103934665603u;
    for (uint32_t i = 0; i < p.count; i++) {
        uint32_t words[5];
        memcpy(&words[0], &p.x[i], 4);
        memcpy(&words[1], &p.y[i], 4);
        memcpy(&words[2], &p.size[i], 4);
        memcpy(&words[3], &p.angle_deg[i], 4);
        words[4] = p.color[i] ^ p.sprite[i];
        for (size_t w = 0; w < 5; w++) {
            hash = (hash ^ words[w]) * 1099511628211u;
        }
    }
    return hash;
}

static uint64_t play_fixed(uint64_t seed, uint64_t clock_step_ms)
{
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .seed = seed, .fixed_step_ns = STEP_NS });
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    define(&f, &def);
    uint64_t hash = 0;
    for (int frame = 0; frame < 60; frame++) {
        if (frame % 20 == 0) {
            (void)trigger(&f, "coins");
        }
        advance_ms(&f, clock_step_ms);
        hash = hash * 31 + picture_of(f.effects);
    }
    assert_true(stats_of(&f).particles > 0);
    atr_effects_destroy(f.effects);
    return hash;
}

static void effects_advance__same_seed_and_step__same_particles_whatever_the_clock(void **state)
{
    (void)state;
    assert_int_equal(play_fixed(7, 16), play_fixed(7, 16));
    assert_int_equal(play_fixed(7, 16), play_fixed(7, 900));
    assert_int_not_equal(play_fixed(7, 16), play_fixed(8, 16));
}

static void effects_advance__any_frame_rate__a_rate_gives_the_same_count(void **state)
{
    (void)state;
    static const uint64_t steps_ms[] = { 4, 10, 16, 33, 50, 100 };
    for (size_t i = 0; i < ATR_COUNT_OF(steps_ms); i++) {
        Fixture f;
        fixture_init(&f, NULL);
        atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
        def.nodes[0].burst_count = 0;
        def.nodes[0].rate.low = 80;
        def.nodes[0].life = (atr_Value){ .low = 1.5f };
        define(&f, &def);
        advance_ms(&f, 1);
        (void)trigger(&f, "coins");
        for (uint64_t t = 0; t < 600; t += steps_ms[i]) {
            advance_ms(&f, steps_ms[i]);
        }
        assert_in_range(stats_of(&f).particles, 39, 40);
        atr_effects_destroy(f.effects);
    }
}

static void effects_advance__long_stall__counts_as_a_tenth_of_a_second(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    define(&f, &def);
    advance_ms(&f, 16);
    const atr_TriggerResult r = trigger(&f, "coins");
    advance_ms(&f, 16);
    advance_ms(&f, 700); /* not yet overdue: it plays on where it was */
    assert_true(atr_effect_is_live(f.effects, r.id));
    assert_int_equal(stats_of(&f).particles, 20);
    advance_ms(&f, 10000); /* nobody looked for so long: it is over */
    assert_false(atr_effect_is_live(f.effects, r.id));
    assert_int_equal(f.done, 1);
    atr_effects_destroy(f.effects);
}

static void effect_trigger__cooldown_and_burst_limit__refuse(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    def.cooldown = 0.2f;
    def.burst_limit = 2;
    define(&f, &def);
    assert_int_equal(trigger(&f, "coins").decision, ATR_DECISION_PLAYED);
    advance_ms(&f, 100);
    assert_int_equal(trigger(&f, "coins").decision, ATR_DECISION_REFUSED_COOLDOWN);
    advance_ms(&f, 101);
    assert_int_equal(trigger(&f, "coins").decision, ATR_DECISION_PLAYED);
    advance_ms(&f, 300);
    assert_int_equal(trigger(&f, "coins").decision, ATR_DECISION_REFUSED_COOLDOWN);
    play_for(&f, 1500);
    assert_int_equal(trigger(&f, "coins").decision, ATR_DECISION_PLAYED);
    atr_effects_destroy(f.effects);
    assert_int_equal(f.done, 3);
}

static void effect_trigger__merge__joins_the_running_one(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        atr_Merge merge;
        uint32_t particles; /* right after the second trigger, 160 ms on */
        bool live_at_1500;  /* a merge that starts over or extends lasts longer */
    } rows[] = { { "ignore", ATR_MERGE_IGNORE, 20, false },
                 { "add", ATR_MERGE_ADD, 53, true },
                 { "restart", ATR_MERGE_RESTART, 40, false },
                 { "extend", ATR_MERGE_EXTEND, 20, false } };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Fixture f;
        fixture_init(&f, NULL);
        atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
        def.merge = (uint8_t)rows[i].merge;
        def.merge_window = 0.3f;
        def.nodes[0].bursts[0].count = (atr_Value){ .kind = ATR_VALUE_PARAM, .scale = 1 };
        def.amount_max = 100;
        define(&f, &def);
        const atr_TriggerResult first = trigger(&f, "coins");
        play_for(&f, 160);
        const atr_TriggerResult second = trigger(&f, "coins");
        assert_int_equal(second.decision, ATR_DECISION_MERGED);
        assert_int_equal(second.id.value, first.id.value);
        assert_int_equal(stats_of(&f).instances, 1);
        advance_ms(&f, 16);
        assert_in_range(stats_of(&f).particles, rows[i].particles - 1, rows[i].particles + 1);
        play_for(&f, 400);
        assert_int_equal(trigger(&f, "coins").decision, ATR_DECISION_PLAYED);
        atr_effects_destroy(f.effects);
        assert_int_equal(f.done, 3); /* each trigger's, also the merged one's */
    }
}

static void effect_trigger__slots_full__the_least_important_oldest_goes(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .max_instances = 3 });
    const atr_EffectDef low = coins_def("low", ATR_IMPORTANCE_COSMETIC);
    const atr_EffectDef mid = coins_def("mid", ATR_IMPORTANCE_MEDIUM);
    const atr_EffectDef top = coins_def("top", ATR_IMPORTANCE_CRITICAL);
    define(&f, &low);
    define(&f, &mid);
    define(&f, &top);
    const atr_TriggerResult a = trigger(&f, "mid");
    const atr_TriggerResult b = trigger(&f, "low");
    const atr_TriggerResult c = trigger(&f, "low");
    const atr_TriggerResult d = trigger(&f, "mid");
    assert_int_equal(d.decision, ATR_DECISION_PLAYED);
    assert_false(atr_effect_is_live(f.effects, b.id));
    assert_true(atr_effect_is_live(f.effects, a.id));
    assert_int_equal(f.done, 1);
    (void)trigger(&f, "top"); /* c goes */
    assert_false(atr_effect_is_live(f.effects, c.id));
    (void)trigger(&f, "top"); /* a, the older of the medium ones */
    assert_false(atr_effect_is_live(f.effects, a.id));
    assert_true(atr_effect_is_live(f.effects, d.id));
    (void)trigger(&f, "top");
    assert_int_equal(trigger(&f, "mid").decision, ATR_DECISION_REFUSED_FULL);
    assert_int_equal(trigger(&f, "top").decision, ATR_DECISION_PLAYED);
    assert_int_equal(stats_of(&f).evicted, 5);
    assert_int_equal(stats_of(&f).instances, 3);
    atr_effects_destroy(f.effects);
}

static void effect_trigger__particles_nearly_full__reduces_then_refuses_never_critical(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .max_particles = 100 });
    const atr_EffectDef high = coins_def("high", ATR_IMPORTANCE_HIGH);
    const atr_EffectDef low = coins_def("low", ATR_IMPORTANCE_COSMETIC);
    atr_EffectDef top = coins_def("top", ATR_IMPORTANCE_CRITICAL);
    define(&f, &high); /* each may need 41 */
    define(&f, &low);
    define(&f, &top);
    assert_int_equal(trigger(&f, "high").decision, ATR_DECISION_PLAYED);
    assert_int_equal(trigger(&f, "high").decision, ATR_DECISION_PLAYED);
    assert_int_equal(trigger(&f, "low").decision, ATR_DECISION_REDUCED);
    assert_int_equal(trigger(&f, "low").decision, ATR_DECISION_REDUCED); /* in the other's place */
    advance_ms(&f, 0);
    assert_in_range(stats_of(&f).particles, 41, 100);
    for (int i = 0; i < 20; i++) {
        const atr_Decision decision = trigger(&f, "top").decision;
        assert_true(decision == ATR_DECISION_PLAYED || decision == ATR_DECISION_REDUCED);
        advance_ms(&f, 16);
        assert_true(stats_of(&f).particles <= 100);
    }
    assert_int_equal(trigger(&f, "low").decision, ATR_DECISION_REFUSED_FULL);
    atr_effects_destroy(f.effects);
}

static void effect_trigger__reduced_motion__plays_the_substitute(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .reduced_motion = true });
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    strcpy(def.reduced_motion, "pile");
    define(&f, &def);
    assert_int_equal(trigger(&f, "coins").decision, ATR_DECISION_UNKNOWN);
    def = coins_def("pile", ATR_IMPORTANCE_MEDIUM);
    define(&f, &def);
    assert_int_equal(trigger(&f, "coins").decision, ATR_DECISION_PLAYED);
    atr_EffectUse use[4];
    assert_int_equal(atr_effects_usage(f.effects, use, 4), 1);
    assert_string_equal(use[0].name, "pile");
    atr_effects_set_reduced_motion(f.effects, false);
    (void)trigger(&f, "coins");
    assert_int_equal(atr_effects_usage(f.effects, use, 4), 2);
    assert_string_equal(use[1].name, "coins");
    atr_effects_destroy(f.effects);
}

static void effect_post__more_than_wait__are_refused_and_counted(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .max_posts = 2 });
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    define(&f, &def);
    assert_int_equal(atr_effect_post(f.effects, "coins", NULL), ATR_OK);
    assert_int_equal(atr_effect_post(f.effects, "nothing known", NULL), ATR_OK);
    assert_int_equal(atr_effect_post(f.effects, "coins", NULL), ATR_ERR_FULL);
    assert_int_equal(stats_of(&f).instances, 0);
    advance_ms(&f, 16);
    assert_int_equal(stats_of(&f).instances, 1);
    assert_int_equal(stats_of(&f).posts_refused, 1);
    assert_int_equal(atr_effect_post(f.effects, "coins", NULL), ATR_OK);
    atr_effects_destroy(f.effects);
}

static void effect_stop__cut_or_fade__ends_now_or_lives_out(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    def.nodes[0].rate.low = 40;
    define(&f, &def);
    const atr_TriggerResult cut = trigger(&f, "coins");
    const atr_TriggerResult faded = trigger(&f, "coins");
    advance_ms(&f, 16);
    assert_int_equal(atr_effect_stop(f.effects, cut.id, false), ATR_OK);
    assert_int_equal(f.done, 1);
    assert_int_equal(atr_effect_stop(f.effects, faded.id, true), ATR_OK);
    play_for(&f, 300);
    assert_true(atr_effect_is_live(f.effects, faded.id));
    assert_in_range(stats_of(&f).particles, 20, 21); /* nothing new came */
    play_for(&f, 1000);
    assert_false(atr_effect_is_live(f.effects, faded.id));
    assert_int_equal(f.done, 2);
    atr_effects_destroy(f.effects);
}

static void effects_set_time_scale__zero__pauses_and_nothing_expires(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    define(&f, &def);
    const atr_TriggerResult r = trigger(&f, "coins");
    advance_ms(&f, 16);
    atr_effects_set_time_scale(f.effects, ATR_LAYER_BELOW_UI, 0);
    advance_ms(&f, 16);
    const uint64_t before = picture_of(f.effects);
    advance_ms(&f, 90000);
    play_for(&f, 5000);
    assert_true(atr_effect_is_live(f.effects, r.id));
    assert_int_equal(picture_of(f.effects), before);
    atr_effects_set_time_scale(f.effects, ATR_LAYER_BELOW_UI, 4);
    play_for(&f, 400);
    assert_false(atr_effect_is_live(f.effects, r.id));
    atr_effects_destroy(f.effects);
}

typedef struct Restarter {
    Fixture *fixture;
    int started;
    int done;
} Restarter;

static void start_again(void *user, atr_EffectId id);

static void start_one(Restarter *r)
{
    const atr_TriggerResult result = atr_effect_trigger(
        r->fixture->effects, "coins", &(atr_Trigger){ .done = start_again, .user = r });
    r->started += result.id.value != 0;
}

static void start_again(void *user, atr_EffectId id)
{
    (void)id;
    Restarter *r = user;
    r->done++;
    if (r->started < 1000) {
        start_one(r);
    }
}

static void effect_done__callback_triggers_again__every_played_one_is_called_once(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .max_instances = 2 });
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    define(&f, &def);
    Restarter r = { &f, 0, 0 };
    start_one(&r);
    start_one(&r);
    for (int i = 0; i < 20; i++) {
        atr_effects_stop_all(f.effects);
        assert_int_equal(stats_of(&f).instances, 2);
        assert_int_equal(r.started, r.done + 2);
    }
    /* No slot is free: a third evicts, that one's callback starts and evicts again, without end. A
     * call delivers only what waited when it began. */
    for (int i = 0; i < 20; i++) {
        start_one(&r);
        advance_ms(&f, 16);
    }
    assert_int_equal(stats_of(&f).instances, 2);
    assert_true(r.started < 1000);
    atr_effects_destroy(f.effects); /* nothing starts any more */
    assert_int_equal(r.started, r.done);
}

static void effects_create__memory_fails_anywhere__nothing_leaks(void **state)
{
    (void)state;
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    bool done = false;
    for (uint32_t n = 1; !done; n++) {
        FailingAllocator memory = { .fail_at = n };
        atr_Effects *effects = NULL;
        atr_Status st = atr_effects_create(
            &(atr_EffectsDesc){ .no_maintenance = true, .allocator = failing_allocator(&memory) },
            &effects);
        if (st == ATR_OK) {
            st = atr_effects_define(effects, &def);
            done = st == ATR_OK;
        }
        assert_int_equal(st, done ? ATR_OK : ATR_ERR_NO_MEMORY);
        atr_effects_destroy(effects);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
    }
    assert_int_equal(
        atr_effects_create(&(atr_EffectsDesc){ .max_particles = 3 }, &(atr_Effects *){ NULL }),
        ATR_ERR_INVALID);
}

static void effects_advance__once_defined__allocates_nothing(void **state)
{
    (void)state;
    FailingAllocator memory = { 0 };
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .allocator = failing_allocator(&memory) });
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    define(&f, &def);
    const uint32_t before = failing_allocator_requests(&memory);
    for (int i = 0; i < 300; i++) {
        (void)trigger(&f, "coins");
        advance_ms(&f, 16);
    }
    assert_int_equal(failing_allocator_requests(&memory), before);
    atr_effects_destroy(f.effects);
    assert_int_equal(failing_allocator_bytes(&memory), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effect_trigger__known__plays_ends_and_calls_done_once),
        cmocka_unit_test(effect_trigger__unknown_name__says_so),
        cmocka_unit_test(effect_trigger__amount__is_clamped_to_its_bounds),
        cmocka_unit_test(effects_advance__same_seed_and_step__same_particles_whatever_the_clock),
        cmocka_unit_test(effects_advance__any_frame_rate__a_rate_gives_the_same_count),
        cmocka_unit_test(effects_advance__long_stall__counts_as_a_tenth_of_a_second),
        cmocka_unit_test(effect_trigger__cooldown_and_burst_limit__refuse),
        cmocka_unit_test(effect_trigger__merge__joins_the_running_one),
        cmocka_unit_test(effect_trigger__slots_full__the_least_important_oldest_goes),
        cmocka_unit_test(
            effect_trigger__particles_nearly_full__reduces_then_refuses_never_critical),
        cmocka_unit_test(effect_trigger__reduced_motion__plays_the_substitute),
        cmocka_unit_test(effect_post__more_than_wait__are_refused_and_counted),
        cmocka_unit_test(effect_stop__cut_or_fade__ends_now_or_lives_out),
        cmocka_unit_test(effects_set_time_scale__zero__pauses_and_nothing_expires),
        cmocka_unit_test(effect_done__callback_triggers_again__every_played_one_is_called_once),
        cmocka_unit_test(effects_create__memory_fails_anywhere__nothing_leaks),
        cmocka_unit_test(effects_advance__once_defined__allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
