/* What particles leave behind and what they meet: trails, ribbons, turbulence, rectangles. */
#define _POSIX_C_SOURCE 200809L

#include "effect_fixture.h"

#include <math.h>

/* One particle, 200 px/s to the right for a second, and a second node that follows it. */
static atr_EffectDef led_def(atr_EffectNode follower)
{
    atr_EffectDef def = {
        .name = "led", .importance = ATR_IMPORTANCE_MEDIUM, .duration = 1, .node_count = 2
    };
    def.nodes[0] = (atr_EffectNode){ .id = "head",
                                     .max = 4,
                                     .burst_count = 1,
                                     .bursts = { { .count = { .low = 1 } } },
                                     .life = { .low = 1 },
                                     .speed = { .low = 200 },
                                     .size = { .low = 8 } };
    def.nodes[1] = follower;
    strcpy(def.nodes[1].follow, "head");
    return def;
}

static void trail__follows__is_left_along_the_way_at_its_rate(void **state)
{
    (void)state;
    static const uint64_t steps_ms[] = { 5, 20, 50, 100 };
    for (size_t i = 0; i < ATR_COUNT_OF(steps_ms); i++) {
        print_message("  frames of %u ms\n", (unsigned)steps_ms[i]);
        Fixture f;
        fixture_init(&f, NULL);
        const atr_EffectDef def = led_def((atr_EffectNode){ .type = ATR_NODE_TRAIL,
                                                            .max = 60,
                                                            .rate = { .low = 50 },
                                                            .life = { .low = 1 },
                                                            .size = { .low = 3 } });
        define(&f, &def);
        advance_ms(&f, 1);
        (void)trigger(&f, "led"); /* at 100, 50 */
        for (uint64_t t = 0; t < 500; t += steps_ms[i]) {
            advance_ms(&f, steps_ms[i]);
        }
        const atr_Particles p = atr_effects_particles(f.effects);
        assert_in_range(p.count, 25, 27);
        assert_true(fabsf(p.x[0] - 200) < 0.01f);
        for (uint32_t k = 2; k < p.count; k++) { /* 50 a second at 200 px/s: every 4 px */
            assert_true(fabsf(p.x[k] - p.x[k - 1] - 4) < 0.01f);
            assert_true(fabsf(p.y[k] - 50) < 0.001f);
        }
        play_for(&f, 700); /* nothing leads any more */
        const uint32_t left = atr_effects_particles(f.effects).count;
        play_for(&f, 300);
        assert_true(atr_effects_particles(f.effects).count < left);
        play_for(&f, 1000);
        assert_int_equal(f.done, 1);
        atr_effects_destroy(f.effects);
    }
}

static void trail__no_room_for_all__each_leaves_less(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = led_def((atr_EffectNode){ .type = ATR_NODE_TRAIL,
                                                  .max = 40,
                                                  .rate = { .low = 100 },
                                                  .life = { .low = 0.5f },
                                                  .size = { .low = 3 } });
    def.nodes[0].max = 16;
    def.nodes[0].bursts[0].count.low = 10;
    def.nodes[0].shape = ATR_SHAPE_LINE;
    def.nodes[0].shape_w = 10000;
    define(&f, &def);
    (void)trigger(&f, "led");
    play_for(&f, 640);
    const atr_Particles p = atr_effects_particles(f.effects);
    assert_in_range(p.count, 40, 50);
    for (uint32_t head = 0; head < 10; head++) {
        uint32_t behind = 0;
        for (uint32_t k = 10; k < p.count; k++) {
            const float back = p.x[head] - p.x[k];
            behind += back >= 0 && back < 101;
        }
        assert_in_range(behind, 1, 12); /* two of them may cross */
    }
    atr_effects_destroy(f.effects);
}

/* Of the pieces of a ribbon, which stand behind the particles. */
static void expect_chain(const atr_Particles *p, float head_x, float tail_x)
{
    assert_true(p->count > 4);
    assert_non_null(p->stretch);
    assert_true(p->stretch[0] == 1.0f);
    float x = head_x;
    for (uint32_t i = 1; i < p->count; i++) {
        const float length = p->size[i] - 1; /* pieces overlap by a pixel */
        assert_true(fabsf(p->x[i] - (x - length / 2)) < 0.05f);
        assert_true(fabsf(p->y[i] - 50) < 0.01f);
        assert_true(fabsf(remainderf(p->angle_deg[i], 180)) < 0.01f);
        assert_int_equal(p->smooth[i], 1);
        const float width = p->size[i] * p->stretch[i];
        assert_true(width > 0 && width <= 10.01f);
        assert_true(i < 2 || width < p->size[i - 1] * p->stretch[i - 1]); /* it tapers */
        x -= length;
    }
    if (fabsf(x - tail_x) > 0.1f) {
        fail_msg("ends at %g, not at %g", (double)x, (double)tail_x);
    }
}

static void ribbon__follows__is_a_tapering_chain_as_long_as_said(void **state)
{
    (void)state;
    static const uint64_t steps_ms[] = { 4, 16, 40, 100 };
    for (size_t i = 0; i < ATR_COUNT_OF(steps_ms); i++) {
        print_message("  frames of %u ms\n", (unsigned)steps_ms[i]);
        Fixture f;
        fixture_init(&f, NULL);
        const atr_EffectDef def = led_def(
            (atr_EffectNode){ .type = ATR_NODE_RIBBON, .length = 0.25f, .size = { .low = 10 } });
        define(&f, &def);
        advance_ms(&f, 1);
        (void)trigger(&f, "led");
        assert_null(atr_effects_particles(f.effects).stretch);
        uint64_t t = 0;
        for (; t < 800; t += steps_ms[i]) {
            advance_ms(&f, steps_ms[i]);
            const atr_Particles p = atr_effects_particles(f.effects);
            const float head = 100 + 0.2f * (float)(t + steps_ms[i]);
            assert_true(fabsf(p.x[0] - head) < 0.05f);
            if (t >= 100) { /* young, it reaches back to where it was born */
                const float tail = t + steps_ms[i] > 250 ? head - 50 : 100;
                expect_chain(&p, head, tail);
            }
        }
        for (; t < 1000; t += steps_ms[i]) {
            advance_ms(&f, steps_ms[i]);
        }
        advance_ms(&f, 60); /* the head is gone, the rest goes after it */
        const atr_Particles p = atr_effects_particles(f.effects);
        assert_true(p.count > 3 && p.size[0] < 40);
        play_for(&f, 320);
        assert_int_equal(f.done, 1);
        assert_null(atr_effects_particles(f.effects).stretch);
        atr_effects_destroy(f.effects);
    }
}

static void ribbon__many_that_come_and_go__each_keeps_its_own(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def =
        led_def((atr_EffectNode){ .type = ATR_NODE_RIBBON, .length = 0.2f, .size = { .low = 6 } });
    def.duration = 5;
    def.nodes[0].max = 60;
    def.nodes[0].burst_count = 0;
    def.nodes[0].rate.low = 60;
    def.nodes[0].shape = ATR_SHAPE_RECT;
    def.nodes[0].shape_h = 5000;
    def.nodes[0].life = (atr_Value){ .kind = ATR_VALUE_RANGE, .low = 0.1f, .high = 0.9f };
    define(&f, &def);
    (void)trigger(&f, "led");
    uint32_t most = 0;
    for (int frame = 0; frame < 300; frame++) {
        advance_ms(&f, 16);
        const atr_Particles p = atr_effects_particles(f.effects);
        most = p.count > most ? p.count : most;
        for (uint32_t i = 0; i < p.count; i++) { /* all go level: a piece between two would slope */
            assert_true(fabsf(remainderf(p.angle_deg[i], 180)) < 0.01f);
            assert_true(p.size[i] <= 8 || p.size[i] < 6);
        }
    }
    assert_in_range(most, 200, 60 * 13);
    play_for(&f, 3000);
    assert_int_equal(stats_of(&f).particles, 0);
    atr_effects_destroy(f.effects);
}

/* ---- Forces ---------------------------------------------------------------------------------- */

static void force_turbulence__far_and_near__differs_smoothly_and_drifts(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    def.nodes[0].gravity_y = 0;
    def.nodes[0].speed = (atr_Value){ 0 };
    def.nodes[0].life.low = def.nodes[0].life.high = 2;
    def.nodes[0].force_count = 1;
    def.nodes[0].forces[0] =
        (atr_Force){ .kind = ATR_FORCE_TURBULENCE, .strength = 400, .scale_px = 100 };
    define(&f, &def);
    static const float places[] = { 100, 103, 400 };
    float x[3];
    float y[3];
    for (int i = 0; i < 3; i++) {
        (void)atr_effect_trigger(f.effects, "coins",
                                 &(atr_Trigger){ .x = places[i], .y = 50, .amount = 1 });
    }
    play_for(&f, 160);
    const atr_Particles p = atr_effects_particles(f.effects);
    assert_int_equal(p.count, 3);
    for (int i = 0; i < 3; i++) {
        x[i] = p.x[i] - places[i];
        y[i] = p.y[i] - 50;
        assert_in_range((int)(hypotf(x[i], y[i]) * 10), 1, 80);
    }
    assert_true(hypotf(x[1] - x[0], y[1] - y[0]) < 1.5f);
    assert_true(hypotf(x[2] - x[0], y[2] - y[0]) > 0.5f);
    play_for(&f, 1600);
    const float gone = hypotf(p.x[0] - 100 - x[0] * 100, p.y[0] - 50 - y[0] * 100);
    assert_true(gone > 10); /* not pushed one way for all that time */
    atr_effects_destroy(f.effects);
}

static void force_rect__from_every_side__is_never_entered(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        float x, y, angle, gravity;
        uint64_t step_ms;
    } rows[] = {
        { "falls on it", 250, 0, 90, 900, 16 }, { "falls on it, slow frames", 250, 0, 90, 900, 90 },
        { "from the left", 0, 230, 0, 0, 16 },  { "from the right", 500, 230, 180, 0, 16 },
        { "from below", 250, 500, -90, 0, 16 }, { "aslant", 60, 60, 45, 0, 33 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Fixture f;
        fixture_init(&f, NULL);
        atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
        def.nodes[0].gravity_y = rows[i].gravity;
        def.nodes[0].speed = (atr_Value){ .low = 700 };
        def.nodes[0].angle = (atr_Value){ .low = rows[i].angle };
        def.nodes[0].size.low = 10;
        def.nodes[0].life = (atr_Value){ .low = 2 };
        def.nodes[0].force_count = 1;
        def.nodes[0].forces[0] =
            (atr_Force){ .kind = ATR_FORCE_RECT, .bounce = 0.3f, .anchor = "panel" };
        define(&f, &def);
        assert_int_equal(atr_effects_set_rect(f.effects, "panel", 200, 200, 100, 60), ATR_OK);
        (void)atr_effect_trigger(f.effects, "coins",
                                 &(atr_Trigger){ .x = rows[i].x, .y = rows[i].y, .amount = 1 });
        for (uint64_t t = 0; t < 1800; t += rows[i].step_ms) {
            advance_ms(&f, rows[i].step_ms);
            const atr_Particles p = atr_effects_particles(f.effects);
            assert_int_equal(p.count, 1);
            const bool inside =
                p.x[0] > 195.1f && p.x[0] < 304.9f && p.y[0] > 195.1f && p.y[0] < 264.9f;
            assert_false(inside);
        }
        const atr_Particles p = atr_effects_particles(f.effects);
        if (rows[i].gravity > 0) {
            assert_true(fabsf(p.y[0] - 195) < 0.5f); /* it has come to rest on the panel */
        } else {
            assert_true(p.x[0] < 195 || p.x[0] > 305 || p.y[0] < 195 || p.y[0] > 265);
            const float back = hypotf(p.x[0] - 250, p.y[0] - 230);
            assert_true(back > 100); /* and goes away from it */
        }
        atr_effects_destroy(f.effects);
    }
}

static void effects_set_rect__not_a_rectangle__is_refused(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    assert_int_equal(atr_effects_set_rect(f.effects, "", 0, 0, 1, 1), ATR_ERR_INVALID);
    assert_int_equal(atr_effects_set_rect(f.effects, "a", 0, NAN, 1, 1), ATR_ERR_INVALID);
    assert_int_equal(atr_effects_set_rect(f.effects, "a", 0, 0, -1, 1), ATR_ERR_INVALID);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(
            atr_effects_set_rect(f.effects, (char[2]){ (char)('a' + i), 0 }, 0, 0, 1, 1), ATR_OK);
    }
    assert_int_equal(atr_effects_set_rect(f.effects, "i", 0, 0, 1, 1), ATR_ERR_FULL);
    assert_int_equal(atr_effects_set_rect(f.effects, "h", 0, 0, 0, 0), ATR_OK);
    atr_effects_destroy(f.effects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trail__follows__is_left_along_the_way_at_its_rate),
        cmocka_unit_test(trail__no_room_for_all__each_leaves_less),
        cmocka_unit_test(ribbon__follows__is_a_tapering_chain_as_long_as_said),
        cmocka_unit_test(ribbon__many_that_come_and_go__each_keeps_its_own),
        cmocka_unit_test(force_turbulence__far_and_near__differs_smoothly_and_drifts),
        cmocka_unit_test(force_rect__from_every_side__is_never_entered),
        cmocka_unit_test(effects_set_rect__not_a_rectangle__is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
