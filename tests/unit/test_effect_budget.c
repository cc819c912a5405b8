/* Effects under a frame budget: what is refused, reduced, coalesced, and thinned when drawn. Frames
 * are told, not timed. */
#define _POSIX_C_SOURCE 200809L

#include "effect_fixture.h"

#include <math.h>

#define BUDGET  16.0f
#define COST_MS 0.05f /* of a drawn particle */

static const atr_EffectsDesc sixteen_ms = { .budget_ms = BUDGET };

static void budget_init(Fixture *f, const atr_EffectsDesc *desc)
{
    fixture_init(f, desc);
    static const char *const names[] = { "cosmetic", "medium", "high", "critical" };
    for (int i = 0; i < 4; i++) {
        const atr_EffectDef def = coins_def(names[i], (atr_Importance)i);
        define(f, &def);
    }
}

/* Particles in commands of each importance. */
typedef struct Drawn {
    uint32_t particles[4];
    uint32_t commands;
} Drawn;

static Drawn draw(Fixture *f)
{
    Drawn drawn = { { 0 }, 0 };
    atr_RenderQueue *queue = NULL;
    assert_int_equal(atr_queue_create(&(atr_QueueDesc){ .capacity = 256 }, &queue), ATR_OK);
    assert_int_equal(atr_effects_draw(f->effects, queue), 0);
    atr_DrawList list;
    atr_queue_take(queue, &list);
    for (uint32_t i = 0; i < list.count; i++) {
        drawn.particles[list.commands[i].importance] += list.commands[i].count;
    }
    drawn.commands = list.count;
    atr_queue_destroy(queue);
    return drawn;
}

/* One frame in which the host took so long. */
static Drawn frame(Fixture *f, float host_ms)
{
    advance_ms(f, 16);
    atr_effects_plan(f->effects, host_ms);
    const Drawn drawn = draw(f);
    uint32_t count = 0;
    for (int i = 0; i < 4; i++) {
        count += drawn.particles[i];
    }
    const float effects_ms = (float)count * COST_MS;
    atr_effects_measured(f->effects, effects_ms, host_ms + effects_ms + 0.3f);
    return drawn;
}

static const char *const all[] = { "cosmetic", "medium", "high", "critical" };

/* Plays each now and then, until what a particle costs is known. */
static void teach(Fixture *f)
{
    for (int i = 0; i < 400; i++) {
        if (i % 20 == 0) {
            (void)trigger(f, all[(i / 20 * 7) % 4]);
        }
        (void)frame(f, 2.0f);
    }
    for (int i = 0; i < 200; i++) {
        (void)frame(f, 2.0f);
    }
    assert_int_equal(stats_of(f).instances, 0);
}

static void effects_plan__no_budget__draws_all(void **state)
{
    (void)state;
    Fixture f;
    budget_init(&f, NULL);
    (void)trigger(&f, "cosmetic");
    advance_ms(&f, 16);
    const Drawn before = draw(&f);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(frame(&f, 100.0f).particles[0], before.particles[0]);
    }
    assert_int_equal(before.particles[0], 20);
    assert_float_equal(stats_of(&f).budget_ms, 0.0f, 0.0f);
    atr_effects_destroy(f.effects);
}

static void effects_plan__host_is_over__only_critical_is_drawn(void **state)
{
    (void)state;
    Fixture f;
    budget_init(&f, &sixteen_ms);
    teach(&f);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(trigger(&f, all[i]).decision, ATR_DECISION_PLAYED);
    }
    Drawn drawn = frame(&f, 2.0f);
    assert_int_equal(drawn.commands, 4);
    drawn = frame(&f, 30.0f);
    assert_int_equal(drawn.commands, 1);
    assert_int_equal(drawn.particles[ATR_IMPORTANCE_CRITICAL], 20);
    assert_int_equal(stats_of(&f).instances, 4); /* they live on */
    assert_float_equal(stats_of(&f).keep[ATR_IMPORTANCE_HIGH], 0.0f, 0.0f);
    atr_effects_destroy(f.effects);
}

static bool is_among(const float *x, const float *y, uint32_t count, float at_x, float at_y)
{
    for (uint32_t i = 0; i < count; i++) {
        if (x[i] == at_x && y[i] == at_y) {
            return true;
        }
    }
    return false;
}

static void effects_plan__room_for_some__keeps_some_as_they_are(void **state)
{
    (void)state;
    Fixture f;
    budget_init(&f, &sixteen_ms);
    teach(&f);
    for (int i = 0; i < 6; i++) {
        (void)trigger(&f, "medium");
    }
    advance_ms(&f, 200);
    const atr_Particles whole = atr_effects_particles(f.effects);
    float x[240];
    float y[240];
    assert_true(whole.count >= 100 && whole.count <= 240);
    memcpy(x, whole.x, whole.count * sizeof *x);
    memcpy(y, whole.y, whole.count * sizeof *y);
    atr_effects_plan(f.effects, 11.0f); /* some 4 ms are left of 6 */
    const float keep = stats_of(&f).keep[ATR_IMPORTANCE_MEDIUM];
    const Drawn drawn = draw(&f);
    print_message("  %.2f of %u: %u\n", (double)keep, whole.count,
                  drawn.particles[ATR_IMPORTANCE_MEDIUM]);
    assert_true(keep > 0.3f && keep < 0.9f);
    const float expected = keep * (float)whole.count;
    assert_true((float)drawn.particles[1] > 0.85f * expected);
    assert_true((float)drawn.particles[1] < 1.15f * expected);
    const atr_Particles thinned = atr_effects_particles(f.effects);
    atr_RenderQueue *queue = NULL;
    assert_int_equal(atr_queue_create(&(atr_QueueDesc){ .capacity = 256 }, &queue), ATR_OK);
    assert_int_equal(atr_effects_draw(f.effects, queue), 0);
    atr_DrawList list;
    atr_queue_take(queue, &list);
    for (uint32_t i = 0; i < list.count; i++) {
        for (uint32_t k = 0; k < list.commands[i].count; k++) {
            const uint32_t at = list.commands[i].first + k;
            assert_true(is_among(x, y, whole.count, thinned.x[at], thinned.y[at]));
        }
    }
    atr_queue_destroy(queue);
    atr_effects_destroy(f.effects);
}

/* Ribbons are kept or left out whole, together with the particles that draw them. */
static void effects_plan__ribbons__are_thinned_whole(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &sixteen_ms);
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    def.node_count = 3; /* plain particles behind the ribbons: stretched back to 1 */
    def.nodes[0].speed = (atr_Value){ .low = 300 };
    def.nodes[1] = (atr_EffectNode){
        .type = ATR_NODE_RIBBON, .follow = "coins", .length = 0.2f, .size = { .low = 6 }
    };
    def.nodes[2] = def.nodes[0];
    strcpy(def.nodes[2].id, "more");
    define(&f, &def);
    for (int i = 0; i < 300; i++) {
        if (i % 30 == 0) {
            (void)trigger(&f, "coins");
        }
        (void)frame(&f, 2.0f);
    }
    play_for(&f, 3000);
    (void)trigger(&f, "coins");
    play_for(&f, 300);
    const uint32_t whole = atr_effects_particles(f.effects).count;
    atr_effects_plan(f.effects, 12.0f);
    const float keep = stats_of(&f).keep[ATR_IMPORTANCE_MEDIUM];
    atr_RenderQueue *queue = NULL;
    assert_int_equal(atr_queue_create(&(atr_QueueDesc){ .capacity = 256 }, &queue), ATR_OK);
    assert_int_equal(atr_effects_draw(f.effects, queue), 0);
    atr_DrawList list;
    atr_queue_take(queue, &list);
    assert_int_equal(list.count, 3);
    const atr_Particles p = atr_effects_particles(f.effects);
    const atr_DrawCmd *heads = &list.commands[0];
    const atr_DrawCmd *pieces = &list.commands[1];
    const atr_DrawCmd *more = &list.commands[2];
    print_message("  %.2f of %u: %u + %u + %u\n", (double)keep, whole, heads->count, pieces->count,
                  more->count);
    assert_true(keep > 0.1f && keep < 0.9f && heads->count > 0 && heads->count < 20);
    assert_true(pieces->count % heads->count == 0 && pieces->count / heads->count >= 10);
    const uint32_t each = pieces->count / heads->count;
    for (uint32_t i = 0; i < heads->count; i++) { /* each begins at its head */
        const uint32_t at = pieces->first + i * each;
        const float dx = p.x[at] - p.x[heads->first + i];
        const float dy = p.y[at] - p.y[heads->first + i];
        assert_true(dx * dx + dy * dy < 10.0f * 10.0f);
        assert_true(p.stretch[at] < 1.0f || p.size[at] < 8.0f);
        assert_true(p.stretch[heads->first + i] == 1.0f);
    }
    for (uint32_t i = 0; i < more->count; i++) {
        assert_true(p.stretch[more->first + i] == 1.0f);
    }
    atr_queue_destroy(queue);
    atr_effects_destroy(f.effects);
}

static void effects_measured__no_numbers__are_not_learned(void **state)
{
    (void)state;
    static const float wild[] = { NAN, INFINITY, -INFINITY, -5.0f, 3.0e38f };
    Fixture f;
    budget_init(&f, &sixteen_ms);
    teach(&f);
    for (int i = 0; i < 100; i++) {
        (void)trigger(&f, all[i % 4]);
        advance_ms(&f, 16);
        atr_effects_plan(f.effects, wild[i % 5]);
        atr_effects_measured(f.effects, wild[i / 5 % 5], wild[i / 25 % 5]);
        const atr_EffectsStats stats = stats_of(&f);
        assert_true(stats.room_ms >= 0.0f && stats.room_ms <= BUDGET);
        assert_true(stats.planned_ms >= 0.0f && stats.planned_ms < 1.0e9f);
    }
    play_for(&f, 3000);
    teach(&f); /* and it recovers */
    assert_int_equal(trigger(&f, "high").decision, ATR_DECISION_PLAYED);
    assert_true(stats_of(&f).room_ms > 8.0f);
    atr_effects_destroy(f.effects);
}

static void effects_stats__decisions__sum_to_what_was_triggered(void **state)
{
    (void)state;
    Fixture f;
    budget_init(&f, &(atr_EffectsDesc){ .budget_ms = BUDGET, .max_instances = 4 });
    atr_EffectDef def = coins_def("often", ATR_IMPORTANCE_HIGH);
    def.trigger_rate = 5;
    define(&f, &def);
    def = coins_def("joins", ATR_IMPORTANCE_HIGH);
    def.merge = ATR_MERGE_ADD;
    def.merge_window = 0.5f;
    define(&f, &def);
    def = coins_def("seldom", ATR_IMPORTANCE_COSMETIC);
    def.cooldown = 1;
    define(&f, &def);
    static const char *const names[] = { "cosmetic", "medium", "high",   "critical",
                                         "often",    "joins",  "seldom", "nobody" };
    int played = 0;
    int posted = 0;
    for (uint32_t i = 0; i < 4000; i++) {
        uint32_t which = (i * 2654435761u ^ i * i * 40503u << 12) >> 29;
        which = which == 3 && i < 3000 ? 7 : which; /* critical ones fill the pool */
        const char *name = names[which];
        if (i % 5 == 0) {
            const atr_Trigger t = { .done = count_done, .user = &f };
            posted += atr_effect_post(f.effects, name, &t) == ATR_OK;
        } else {
            played += trigger(&f, name).id.value != 0;
        }
        if (i % 7 == 0) {
            atr_effects_set_quality(f.effects, (int32_t)(i / 300 % 5) - 1);
            (void)frame(&f, (float)(i % 17));
        }
    }
    play_for(&f, 4000);
    const atr_EffectsStats stats = stats_of(&f);
    uint64_t sum = 0;
    for (int i = 0; i < ATR_DECISION_COUNT; i++) {
        print_message("  %s: %u\n", atr_decision_name((atr_Decision)i),
                      (unsigned)stats.decisions[i]);
        assert_true(stats.decisions[i] > 0);
        sum += stats.decisions[i];
    }
    assert_int_equal(sum, 3200 + posted);
    /* Each that was accepted is called back once. */
    const uint64_t accepted =
        stats.decisions[ATR_DECISION_PLAYED] + stats.decisions[ATR_DECISION_REDUCED] +
        stats.decisions[ATR_DECISION_MERGED] + stats.decisions[ATR_DECISION_COALESCED];
    assert_true(accepted >= (uint64_t)played);
    assert_int_equal(f.done, accepted);
    atr_effects_destroy(f.effects);
}

/* The second plan of a frame thins what the first has left. */
static void effects_plan__twice_in_a_frame__is_as_the_lower_one(void **state)
{
    (void)state;
    uint32_t counts[2] = { 0 };
    for (int twice = 0; twice < 2; twice++) {
        Fixture f;
        budget_init(&f, &sixteen_ms);
        teach(&f);
        for (int i = 0; i < 6; i++) {
            (void)trigger(&f, "medium");
        }
        advance_ms(&f, 200);
        if (twice != 0) {
            atr_effects_plan(f.effects, 10.5f);
        }
        atr_effects_plan(f.effects, 12.0f);
        counts[twice] = draw(&f).particles[ATR_IMPORTANCE_MEDIUM];
        atr_effects_destroy(f.effects);
    }
    assert_int_equal(counts[0], counts[1]);
    assert_true(counts[0] > 0);
}

static void effect_trigger__frames_would_not_hold__is_refused_and_not_called_back(void **state)
{
    (void)state;
    Fixture f;
    budget_init(&f, &sixteen_ms);
    teach(&f);
    const int done_before = f.done;
    for (int i = 0; i < 120; i++) {
        (void)frame(&f, 15.5f);
    }
    const atr_TriggerResult refused = trigger(&f, "high");
    assert_int_equal(refused.decision, ATR_DECISION_REFUSED_BUDGET);
    assert_int_equal(refused.id.value, 0);
    assert_int_equal(trigger(&f, "critical").decision, ATR_DECISION_PLAYED);
    assert_int_equal(stats_of(&f).decisions[ATR_DECISION_REFUSED_BUDGET], 1);
    play_for(&f, 4000);
    assert_int_equal(f.done, done_before + 1);
    atr_effects_destroy(f.effects);
}

static void effect_trigger__room_for_some__starts_with_fewer(void **state)
{
    (void)state;
    Fixture f;
    budget_init(&f, &sixteen_ms);
    teach(&f);
    int reduced = 0;
    int refused = 0;
    for (int i = 0; i < 30; i++) {
        const atr_Decision decision = trigger(&f, "high").decision;
        reduced += decision == ATR_DECISION_REDUCED;
        refused += decision == ATR_DECISION_REFUSED_BUDGET;
    }
    assert_in_range(reduced, 1, 4);
    assert_true(refused > 10); /* 13 ms hold about 260 particles */
    const Drawn drawn = frame(&f, 2.0f);
    assert_in_range(drawn.particles[ATR_IMPORTANCE_HIGH], 150, 290);
    atr_effects_destroy(f.effects);
}

static void effect_stop__running__gives_its_room_back(void **state)
{
    (void)state;
    Fixture f;
    budget_init(&f, &sixteen_ms);
    teach(&f);
    for (int i = 0; i < 30; i++) {
        (void)trigger(&f, "high");
    }
    assert_int_equal(trigger(&f, "high").decision, ATR_DECISION_REFUSED_BUDGET);
    atr_effects_stop_all(f.effects);
    assert_int_equal(trigger(&f, "high").decision, ATR_DECISION_PLAYED);
    atr_effects_destroy(f.effects);
}

static void effect_trigger__low_quality__coalesces_and_both_are_called_back(void **state)
{
    (void)state;
    Fixture f;
    budget_init(&f, NULL);
    atr_effects_set_quality(f.effects, 2);
    const atr_TriggerResult first = trigger(&f, "high");
    assert_int_equal(first.decision, ATR_DECISION_REDUCED);
    const atr_TriggerResult second = trigger(&f, "high");
    assert_int_equal(second.decision, ATR_DECISION_COALESCED);
    assert_int_equal(second.id.value, first.id.value);
    advance_ms(&f, 16);
    assert_int_equal(stats_of(&f).particles, 15);
    assert_int_equal(trigger(&f, "high").decision, ATR_DECISION_REDUCED);
    play_for(&f, 4000);
    assert_int_equal(f.done, 3);
    atr_effects_set_quality(f.effects, -1);
    assert_int_equal(trigger(&f, "high").decision, ATR_DECISION_PLAYED);
    atr_effects_destroy(f.effects);
}

static void effect_trigger__rate__refuses_what_comes_too_often(void **state)
{
    (void)state;
    Fixture f;
    budget_init(&f, NULL);
    atr_EffectDef def = coins_def("often", ATR_IMPORTANCE_HIGH);
    def.trigger_rate = 5;
    define(&f, &def);
    advance_ms(&f, 16);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(trigger(&f, "often").decision,
                         i < 8 ? ATR_DECISION_PLAYED : ATR_DECISION_REFUSED_RATE);
    }
    advance_ms(&f, 50);
    assert_int_equal(trigger(&f, "often").decision, ATR_DECISION_REFUSED_RATE);
    advance_ms(&f, 100);
    advance_ms(&f, 100);
    assert_int_equal(trigger(&f, "often").decision, ATR_DECISION_PLAYED);
    atr_effects_destroy(f.effects);
}

static void effect_trigger__low_quality__waits_longer(void **state)
{
    (void)state;
    static const struct {
        int32_t quality;
        atr_Importance importance;
        bool plays;
    } rows[] = {
        { 3, ATR_IMPORTANCE_HIGH, true },
        { 2, ATR_IMPORTANCE_HIGH, true },
        { 1, ATR_IMPORTANCE_HIGH, false },
        { 0, ATR_IMPORTANCE_CRITICAL, true },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        Fixture f;
        fixture_init(&f, NULL);
        atr_EffectDef def = coins_def("seldom", rows[i].importance);
        def.cooldown = 0.2f;
        define(&f, &def);
        atr_effects_set_quality(f.effects, rows[i].quality);
        (void)trigger(&f, "seldom");
        advance_ms(&f, 300);
        print_message("  level %d, importance %d\n", rows[i].quality, rows[i].importance);
        assert_int_equal(trigger(&f, "seldom").decision == ATR_DECISION_REFUSED_COOLDOWN,
                         !rows[i].plays);
        atr_effects_destroy(f.effects);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effects_plan__no_budget__draws_all),
        cmocka_unit_test(effects_plan__host_is_over__only_critical_is_drawn),
        cmocka_unit_test(effects_plan__room_for_some__keeps_some_as_they_are),
        cmocka_unit_test(effects_plan__ribbons__are_thinned_whole),
        cmocka_unit_test(effects_measured__no_numbers__are_not_learned),
        cmocka_unit_test(effects_stats__decisions__sum_to_what_was_triggered),
        cmocka_unit_test(effects_plan__twice_in_a_frame__is_as_the_lower_one),
        cmocka_unit_test(effect_trigger__frames_would_not_hold__is_refused_and_not_called_back),
        cmocka_unit_test(effect_trigger__room_for_some__starts_with_fewer),
        cmocka_unit_test(effect_stop__running__gives_its_room_back),
        cmocka_unit_test(effect_trigger__low_quality__coalesces_and_both_are_called_back),
        cmocka_unit_test(effect_trigger__rate__refuses_what_comes_too_often),
        cmocka_unit_test(effect_trigger__low_quality__waits_longer),
    };
    return cmocka_run_group_tests_name("effect_budget", tests, NULL, NULL);
}
