/* Numbers at and beyond their bounds, and ends while no frame is drawn. */
#define _POSIX_C_SOURCE 200809L

#include "effect_fixture.h"

#include <math.h>
#include <stdio.h>

static const atr_EffectsDesc few_particles = { .max_particles = 512 };

static atr_TriggerResult play(Fixture *f, float amount)
{
    const atr_Trigger trigger = { .amount = amount, .done = count_done, .user = f };
    return atr_effect_trigger(f->effects, "wild", &trigger);
}

static atr_EffectDef plain_def(void)
{
    atr_EffectDef def = { .name = "wild",
                          .importance = ATR_IMPORTANCE_MEDIUM,
                          .duration = 1,
                          .amount_default = 1,
                          .node_count = 1 };
    def.nodes[0] = (atr_EffectNode){ .type = ATR_NODE_EMITTER,
                                     .duration = 1,
                                     .max = 100,
                                     .frames = 8,
                                     .sheet = "coin.png",
                                     .life = { .low = 1 },
                                     .size = { .low = 10 },
                                     .rate = { .low = 60 } };
    return def;
}

/* Each changes the plain definition. */
static void no_change(atr_EffectNode *n)
{
    (void)n;
}
static void rate_below_zero(atr_EffectNode *n)
{
    n->rate.low = -1.0e6f;
}
static void life_below_zero(atr_EffectNode *n)
{
    n->life.low = -5;
}
static void burst_without_bound(atr_EffectNode *n)
{
    n->burst_count = 1;
    n->bursts[0].count = (atr_Value){ .kind = ATR_VALUE_PARAM, .scale = 1.0e6f };
}
static void rate_without_bound(atr_EffectNode *n)
{
    n->rate = (atr_Value){ .kind = ATR_VALUE_PARAM, .scale = 1.0e6f };
}
static void many_that_die_at_once(atr_EffectNode *n)
{
    n->life.low = 1.0e-6f;
    burst_without_bound(n);
    rate_without_bound(n);
}
static void pictures_backwards(atr_EffectNode *n)
{
    n->fps.low = -30;
}
static void everything_far(atr_EffectNode *n)
{
    n->speed.low = 1.0e6f;
    n->gravity_x = 1.0e6f;
    n->size.low = 1.0e6f;
    n->spin.low = 1.0e6f;
    n->force_count = 2;
    n->forces[0] = (atr_Force){ .kind = ATR_FORCE_ATTRACT, .anchor = "a", .strength = 1.0e6f };
    n->forces[1] = (atr_Force){ .kind = ATR_FORCE_SWAY, .strength = 1.0e6f, .period = 1.0e-6f };
}

static const struct {
    const char *name;
    void (*change)(atr_EffectNode *node);
    uint32_t least, most; /* particles alive within half a second */
} wild[] = {
    { "nothing wild", no_change, 25, 100 },
    { "a rate below zero", rate_below_zero, 0, 0 },
    { "a life below zero", life_below_zero, 0, 0 },
    { "a burst without bound", burst_without_bound, 100, 100 },
    { "a rate without bound", rate_without_bound, 100, 100 },
    { "many that die at once", many_that_die_at_once, 0, 100 },
    { "pictures backwards", pictures_backwards, 25, 100 },
    { "everything far", everything_far, 25, 100 },
};

static void effects_advance__wild_numbers__stay_bounded_and_are_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATR_COUNT_OF(wild); i++) {
        print_message("  %s\n", wild[i].name);
        Fixture f;
        fixture_init(&f, &few_particles);
        atr_EffectDef def = plain_def();
        wild[i].change(&def.nodes[0]);
        assert_int_equal(atr_effects_define(f.effects, &def), ATR_OK);
        assert_int_equal(atr_effects_set_anchor(f.effects, "a", 5, 5), ATR_OK);
        assert_int_equal(play(&f, 9.0e8f).decision, ATR_DECISION_PLAYED);
        uint32_t most = 0;
        for (int frame = 0; frame < 30; frame++) {
            advance_ms(&f, 16);
            const atr_Particles p = atr_effects_particles(f.effects);
            most = p.count > most ? p.count : most;
            for (uint32_t k = 0; k < p.count; k++) {
                assert_true(isfinite(p.x[k]) && isfinite(p.y[k]) && isfinite(p.size[k]));
                assert_in_range(p.sprite[k], 1, 8);
            }
        }
        assert_in_range(most, wild[i].least, wild[i].most);
        atr_effects_destroy(f.effects);
        assert_int_equal(f.done, 1);
    }
}

static void effects_advance__frames_backwards__each_is_shown_as_long(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &few_particles);
    atr_EffectDef def = plain_def();
    pictures_backwards(&def.nodes[0]);
    assert_int_equal(atr_effects_define(f.effects, &def), ATR_OK);
    (void)play(&f, 1);
    uint32_t all = 0;
    uint32_t first = 0;
    for (int frame = 0; frame < 60; frame++) {
        advance_ms(&f, 16);
        const atr_Particles p = atr_effects_particles(f.effects);
        for (uint32_t k = 0; k < p.count; k++) {
            first += p.sprite[k] == 1;
            all++;
        }
    }
    assert_in_range(first, all / 16, all / 4); /* one of eight */
    atr_effects_destroy(f.effects);
}

static void effects_define__drag_below_zero_or_too_many_alive__is_refused(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &few_particles);
    atr_EffectDef def = plain_def();
    def.nodes[0].drag = -1;
    assert_int_equal(atr_effects_define(f.effects, &def), ATR_ERR_INVALID);
    def = plain_def();
    def.nodes[0].max = UINT32_MAX;
    assert_int_equal(atr_effects_define(f.effects, &def), ATR_ERR_INVALID);
    assert_null(atr_effects_definition(f.effects, "wild"));
    atr_effects_destroy(f.effects);
}

static void effects_set_anchor__name_too_long_or_empty__takes_no_place(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &few_particles);
    for (int i = 0; i < 32; i++) {
        assert_int_equal(
            atr_effects_set_anchor(f.effects, "a name of more than thirty-one letters", 1, 1),
            ATR_ERR_INVALID);
        assert_int_equal(atr_effects_set_anchor(f.effects, "", 1, 1), ATR_ERR_INVALID);
    }
    assert_int_equal(atr_effects_set_anchor(f.effects, "till", NAN, 1), ATR_ERR_INVALID);
    assert_int_equal(atr_effects_set_anchor(f.effects, "till", 1, 1), ATR_OK);
    atr_effects_destroy(f.effects);
}

static void effect_post__name_longer_than_any__is_unknown(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &few_particles);
    atr_EffectDef def = plain_def();
    strcpy(def.name, "an_effect_with_the_longest_name");
    assert_int_equal(strlen(def.name), ATR_EFFECT_NAME_MAX);
    assert_int_equal(atr_effects_define(f.effects, &def), ATR_OK);
    assert_int_equal(atr_effect_post(f.effects, "an_effect_with_the_longest_name_2", NULL), ATR_OK);
    advance_ms(&f, 16);
    atr_EffectsStats stats;
    atr_effects_stats(f.effects, &stats);
    assert_int_equal(stats.decisions[ATR_DECISION_UNKNOWN], 1);
    assert_int_equal(stats.instances, 0);
    atr_effects_destroy(f.effects);
}

static void effect_post__anchor_longer_than_any__is_no_other_anchor(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &few_particles);
    atr_EffectDef def = plain_def();
    def.nodes[0].burst_count = 1;
    def.nodes[0].bursts[0].count.low = 1;
    define(&f, &def);
    const char *longest = "an_anchor_with_the_longest_names";
    char longer[ATR_EFFECT_NAME_MAX + 3];
    snprintf(longer, sizeof longer, "%.*s_2", ATR_EFFECT_NAME_MAX, longest);
    longer[ATR_EFFECT_NAME_MAX] = '\0';
    assert_int_equal(atr_effects_set_anchor(f.effects, longer, 700, 500), ATR_OK);
    longer[ATR_EFFECT_NAME_MAX] = '_';
    const atr_Trigger t = { .x = 10, .y = 20, .anchor = longer };
    assert_int_equal(atr_effect_post(f.effects, "wild", &t), ATR_OK);
    advance_ms(&f, 16);
    const atr_Particles p = atr_effects_particles(f.effects);
    assert_in_range(p.count, 1, 3);
    assert_true(p.x[0] == 10 && p.y[0] == 20);
    atr_effects_destroy(f.effects);
}

static void effect_keep__round_of_no_time__goes_on(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &few_particles);
    atr_EffectDef def = plain_def();
    def.keep_alive = 5;
    def.duration = 1.0e-30f;
    define(&f, &def);
    const atr_TriggerResult r = play(&f, 1);
    for (int i = 0; i < 100; i++) {
        advance_ms(&f, 100);
        assert_int_equal(atr_effect_keep(f.effects, r.id), ATR_OK);
    }
    play_for(&f, 8000);
    assert_int_equal(f.done, 1);
    atr_effects_destroy(f.effects);
}

static void effects_set_world__scale_next_to_nothing__is_refused(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &few_particles);
    atr_EffectDef def = plain_def();
    define(&f, &def);
    advance_ms(&f, 16);
    static const float scales[] = { 1.0e-30f, -1.0e-30f, 0, NAN, INFINITY, 1.0e30f };
    for (size_t i = 0; i < ATR_COUNT_OF(scales); i++) {
        const atr_Transform strange = { scales[i], scales[i], 0, 0 };
        atr_effects_set_world(f.effects, &strange);
        atr_effects_set_output(f.effects, &strange);
        const atr_Trigger t = { .x = 10, .y = 20, .coordinates = (uint8_t)(1 + i % 2) };
        (void)atr_effect_trigger(f.effects, "wild", &t);
        advance_ms(&f, 50);
        const atr_Particles p = atr_effects_particles(f.effects);
        assert_true(p.count > 0);
        assert_true(p.x[p.count - 1] == 10 && p.y[p.count - 1] == 20);
    }
    atr_effects_destroy(f.effects);
}

static void trail__rate_without_bound_and_no_life__costs_no_more_than_there_is_room(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &few_particles);
    atr_EffectDef def = plain_def();
    strcpy(def.nodes[0].id, "head");
    def.node_count = 2;
    def.nodes[1] = def.nodes[0];
    def.nodes[1].type = ATR_NODE_TRAIL;
    strcpy(def.nodes[1].id, "behind");
    strcpy(def.nodes[1].follow, "head");
    def.nodes[1].rate = (atr_Value){ .kind = ATR_VALUE_PARAM, .scale = 1.0e6f };
    def.nodes[1].life.low = 1.0e-30f;
    def.nodes[1].burst_count = 1;
    def.nodes[1].bursts[0].count.low = 50;
    define(&f, &def);
    (void)play(&f, 1.0e8f);
    for (int i = 0; i < 50; i++) {
        advance_ms(&f, 100);
        assert_in_range(atr_effects_particles(f.effects).count, 0, 512);
    }
    assert_int_equal(f.done, 1);
    atr_effects_destroy(f.effects);
}

/* ---- While no frame is drawn ----------------------------------------------------------------- */

static void effect_trigger__merged_while_no_frame_is_drawn__lives_from_then(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        atr_Merge merge;
        bool lives;
    } rows[] = {
        { "extended", ATR_MERGE_EXTEND, true },
        { "started again", ATR_MERGE_RESTART, true },
        { "ignored", ATR_MERGE_IGNORE, false },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Fixture f;
        fixture_init(&f, &few_particles);
        atr_EffectDef def = plain_def();
        def.merge = (uint8_t)rows[i].merge;
        def.merge_window = 10;
        assert_int_equal(atr_effects_define(f.effects, &def), ATR_OK);
        const atr_TriggerResult first = play(&f, 1);
        advance_ms(&f, 16);
        test_clock_pass_ms(&f.clock, 2500); /* of the three seconds that it has in all */
        assert_int_equal(play(&f, 1).decision, ATR_DECISION_MERGED);
        advance_ms(&f, 1000);
        assert_int_equal(atr_effect_is_live(f.effects, first.id), rows[i].lives);
        atr_effects_destroy(f.effects);
        assert_int_equal(f.done, 2);
    }
}

static void effects_set_time_scale__paused_and_no_frame_drawn__nothing_expires(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &few_particles);
    const atr_EffectDef def = plain_def();
    assert_int_equal(atr_effects_define(f.effects, &def), ATR_OK);
    const atr_TriggerResult before = play(&f, 1);
    advance_ms(&f, 16);
    atr_effects_set_time_scale(f.effects, ATR_LAYER_BELOW_UI, 0);
    const atr_TriggerResult after = play(&f, 1);
    advance_ms(&f, 60000);
    assert_true(atr_effect_is_live(f.effects, before.id));
    assert_true(atr_effect_is_live(f.effects, after.id));
    atr_effects_set_time_scale(f.effects, ATR_LAYER_BELOW_UI, 1);
    advance_ms(&f, 60000);
    assert_false(atr_effect_is_live(f.effects, before.id));
    assert_false(atr_effect_is_live(f.effects, after.id));
    atr_effects_destroy(f.effects);
}

static void effect_trigger__the_running_one_fades__is_played_anew(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &few_particles);
    atr_EffectDef def = plain_def();
    def.merge = ATR_MERGE_IGNORE;
    def.merge_window = 10;
    assert_int_equal(atr_effects_define(f.effects, &def), ATR_OK);
    const atr_TriggerResult first = play(&f, 1);
    advance_ms(&f, 16);
    assert_int_equal(play(&f, 1).decision, ATR_DECISION_MERGED);
    assert_int_equal(atr_effect_stop(f.effects, first.id, true), ATR_OK);
    const atr_TriggerResult second = play(&f, 1);
    assert_int_equal(second.decision, ATR_DECISION_PLAYED);
    assert_true(second.id.value != first.id.value);
    atr_effects_destroy(f.effects);
    assert_int_equal(f.done, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effects_advance__wild_numbers__stay_bounded_and_are_numbers),
        cmocka_unit_test(effects_advance__frames_backwards__each_is_shown_as_long),
        cmocka_unit_test(effects_define__drag_below_zero_or_too_many_alive__is_refused),
        cmocka_unit_test(effects_set_anchor__name_too_long_or_empty__takes_no_place),
        cmocka_unit_test(effect_post__name_longer_than_any__is_unknown),
        cmocka_unit_test(effect_post__anchor_longer_than_any__is_no_other_anchor),
        cmocka_unit_test(effect_keep__round_of_no_time__goes_on),
        cmocka_unit_test(effects_set_world__scale_next_to_nothing__is_refused),
        cmocka_unit_test(trail__rate_without_bound_and_no_life__costs_no_more_than_there_is_room),
        cmocka_unit_test(effect_trigger__merged_while_no_frame_is_drawn__lives_from_then),
        cmocka_unit_test(effects_set_time_scale__paused_and_no_frame_drawn__nothing_expires),
        cmocka_unit_test(effect_trigger__the_running_one_fades__is_played_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
