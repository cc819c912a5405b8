/* Where effects play: anchors, the world, the target's pixels; and for how long: those that are
 * kept. */
#define _POSIX_C_SOURCE 200809L

#include "effect_fixture.h"

#include <math.h>

/* One still particle and a ring at the same place, for ten seconds. */
static atr_EffectDef still_def(const char *name)
{
    atr_EffectDef def = { .importance = ATR_IMPORTANCE_MEDIUM, .duration = 10, .node_count = 2 };
    strcpy(def.name, name);
    def.nodes[0] = (atr_EffectNode){ .duration = 10,
                                     .max = 4,
                                     .burst_count = 1,
                                     .bursts = { { .count = { .low = 1 } } },
                                     .life = { .low = 10 },
                                     .size = { .low = 8 } };
    def.nodes[1] = (atr_EffectNode){ .type = ATR_NODE_RING, .duration = 10, .size = { .low = 20 } };
    return def;
}

static atr_DrawCmd ring_of(Fixture *f)
{
    atr_RenderQueue *queue = NULL;
    assert_int_equal(atr_queue_create(NULL, &queue), ATR_OK);
    assert_int_equal(atr_effects_draw(f->effects, queue), 0);
    atr_DrawList list;
    atr_queue_take(queue, &list);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.commands[1].kind, ATR_DRAW_SPRITE);
    const atr_DrawCmd cmd = list.commands[1];
    atr_queue_destroy(queue);
    return cmd;
}

static void expect_particle(const Fixture *f, float x, float y, float size)
{
    const atr_Particles p = atr_effects_particles(f->effects);
    assert_int_equal(p.count, 1);
    if (fabsf(p.x[0] - x) > 0.01f || fabsf(p.y[0] - y) > 0.01f || fabsf(p.size[0] - size) > 0.01f) {
        fail_msg("particle at %g, %g, size %g", (double)p.x[0], (double)p.y[0], (double)p.size[0]);
    }
}

static void expect_ring(Fixture *f, float x, float y, float w)
{
    const atr_DrawCmd ring = ring_of(f);
    if (fabsf(ring.x - x) > 0.01f || fabsf(ring.y - y) > 0.01f || fabsf(ring.w - w) > 0.01f) {
        fail_msg("ring at %g, %g, width %g", (double)ring.x, (double)ring.y, (double)ring.w);
    }
    assert_int_equal(ring.smooth, 1);
}

static void effect_trigger__world__moves_and_grows_with_the_camera(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = still_def("mark");
    define(&f, &def);
    /* Thirty pixels to a metre, y up. */
    atr_effects_set_world(f.effects, &(atr_Transform){ 30, -30, 100, 500 });
    const atr_TriggerResult r = atr_effect_trigger(
        f.effects, "mark", &(atr_Trigger){ .x = 4, .y = 5, .coordinates = ATR_COORDINATES_WORLD });
    advance_ms(&f, 16);
    expect_particle(&f, 220, 350, 8);
    expect_ring(&f, 220, 350, 20);
    atr_effects_set_world(f.effects, &(atr_Transform){ 30, -30, 40, 480 });
    advance_ms(&f, 16);
    expect_particle(&f, 160, 330, 8);
    atr_effects_set_world(f.effects, &(atr_Transform){ 60, -60, 0, 500 });
    advance_ms(&f, 16);
    expect_particle(&f, 240, 200, 16);
    expect_ring(&f, 240, 200, 40);
    assert_int_equal(atr_effect_move(f.effects, r.id, 5, 5), ATR_OK);
    advance_ms(&f, 16);
    expect_particle(&f, 240, 200, 16); /* what is born stays where it was */
    expect_ring(&f, 300, 200, 40);
    atr_effects_set_world(f.effects, &(atr_Transform){ 0, NAN, 0, 500 }); /* no camera */
    advance_ms(&f, 16);
    expect_ring(&f, 300, 200, 40);
    atr_effects_destroy(f.effects);
}

static void effect_trigger__output__is_a_pixel_of_the_target(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = still_def("mark");
    define(&f, &def);
    atr_effects_set_output(f.effects, &(atr_Transform){ 2, 2, 10, 20 });
    const atr_TriggerResult r = atr_effect_trigger(
        f.effects, "mark",
        &(atr_Trigger){ .x = 210, .y = 120, .coordinates = ATR_COORDINATES_OUTPUT });
    advance_ms(&f, 16);
    expect_particle(&f, 100, 50, 8);
    assert_int_equal(atr_effect_move(f.effects, r.id, 30, 40), ATR_OK);
    advance_ms(&f, 16);
    expect_ring(&f, 10, 10, 20);
    atr_effects_destroy(f.effects);
}

static void effect_trigger__anchor__is_followed_with_an_offset(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = still_def("mark");
    define(&f, &def);
    char name[16] = "player";
    const atr_Trigger at = { .x = 5, .y = -7, .anchor = name };
    const atr_TriggerResult r = atr_effect_trigger(f.effects, "mark", &at);
    strcpy(name, "nobody"); /* copied */
    advance_ms(&f, 16);
    expect_ring(&f, 5, -7, 20); /* nobody said where */
    assert_int_equal(atr_effects_set_anchor(f.effects, "player", 300, 200), ATR_OK);
    advance_ms(&f, 16);
    expect_ring(&f, 305, 193, 20);
    assert_int_equal(atr_effects_set_anchor(f.effects, "player", 310, 200), ATR_OK);
    assert_int_equal(atr_effect_move(f.effects, r.id, 0, 0), ATR_OK);
    advance_ms(&f, 16);
    expect_ring(&f, 310, 200, 20);
    atr_effects_stop_all(f.effects);
    strcpy(name, "player");
    assert_int_equal(atr_effect_post(f.effects, "mark", &at), ATR_OK);
    strcpy(name, "nobody");
    advance_ms(&f, 16);
    expect_ring(&f, 315, 193, 20);
    atr_effects_destroy(f.effects);
}

static void effect_trigger__anchor_in_the_world__is_where_it_is_seen(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = still_def("mark");
    define(&f, &def);
    atr_effects_set_world(f.effects, &(atr_Transform){ 2, 2, 50, 0 });
    assert_int_equal(atr_effects_set_anchor(f.effects, "hud", 400, 40), ATR_OK);
    (void)atr_effect_trigger(
        f.effects, "mark",
        &(atr_Trigger){ .x = 3, .anchor = "hud", .coordinates = ATR_COORDINATES_WORLD });
    advance_ms(&f, 16);
    expect_ring(&f, 406, 40, 20);
    atr_effects_set_world(f.effects, &(atr_Transform){ 4, 4, -900, 70 });
    advance_ms(&f, 16);
    expect_ring(&f, 412, 40, 40);
    atr_effects_destroy(f.effects);
}

/* ---- Those that are kept --------------------------------------------------------------------- */

static atr_EffectDef snow_def(void)
{
    atr_EffectDef def = { .name = "snow",
                          .importance = ATR_IMPORTANCE_COSMETIC,
                          .duration = 1,
                          .keep_alive = 0.5f,
                          .node_count = 1 };
    def.nodes[0] = (atr_EffectNode){ .max = 200,
                                     .rate = { .low = 30 },
                                     .life = { .low = 4 },
                                     .speed = { .low = 20 },
                                     .size = { .low = 8 } };
    return def;
}

static void effect_keep__continuous__emits_evenly_until_it_is_not_kept(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = snow_def();
    define(&f, &def);
    const atr_TriggerResult r = trigger(&f, "snow");
    for (int i = 0; i < 600; i++) {
        advance_ms(&f, 16);
        if (i % 20 == 0) {
            assert_int_equal(atr_effect_keep(f.effects, r.id), ATR_OK);
        }
        if (i > 300) {
            assert_in_range(stats_of(&f).particles, 118, 122); /* 30 a second for four */
        }
    }
    play_for(&f, 1000); /* kept for half of it */
    const uint32_t left = stats_of(&f).particles;
    assert_in_range(left, 60, 120);
    play_for(&f, 320);
    assert_true(stats_of(&f).particles < left); /* nothing new, the rest goes faster */
    assert_int_equal(atr_effect_keep(f.effects, r.id), ATR_ERR_STALE); /* on its way out */
    assert_int_equal(f.done, 0);
    play_for(&f, 1500);
    assert_false(atr_effect_is_live(f.effects, r.id));
    assert_int_equal(f.done, 1);
    assert_int_equal(atr_effect_keep(f.effects, r.id), ATR_ERR_STALE);
    atr_effects_destroy(f.effects);
}

static void effect_keep__not_continuous__is_invalid(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    define(&f, &def);
    const atr_TriggerResult r = trigger(&f, "coins");
    assert_int_equal(atr_effect_keep(f.effects, r.id), ATR_ERR_INVALID);
    assert_int_equal(atr_effect_keep(f.effects, (atr_EffectId){ 0 }), ATR_ERR_STALE);
    atr_effects_destroy(f.effects);
}

static void effect_keep__for_an_hour__goes_on_as_it_began(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = snow_def();
    def.nodes[0].force_count = 1;
    def.nodes[0].forces[0] = (atr_Force){ .kind = ATR_FORCE_TURBULENCE, .strength = 30 };
    def.nodes[0].color_count = 2;
    def.nodes[0].colors[1] = (atr_ColorKey){ 1, 0xffffffffu };
    define(&f, &def);
    const atr_TriggerResult r = trigger(&f, "snow");
    for (int i = 0; i < 36000; i++) {
        advance_ms(&f, 100);
        assert_int_equal(atr_effect_keep(f.effects, r.id), ATR_OK);
        if (i > 50) {
            assert_in_range(stats_of(&f).particles, 117, 123);
        }
    }
    atr_effects_destroy(f.effects);
}

static void effect_stop__continuous_fades__long_lives_end_within_two_seconds(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = snow_def();
    def.keep_alive = 60;
    def.nodes[0].life.low = 10;
    def.nodes[0].size = (atr_Value){ .kind = ATR_VALUE_KEYS,
                                     .key_count = 2,
                                     .keys = { { 0, 100, 0 }, { 1, 0, 0 } } };
    define(&f, &def);
    const atr_TriggerResult r = trigger(&f, "snow");
    play_for(&f, 3000);
    const uint32_t count = stats_of(&f).particles;
    const float size = atr_effects_particles(f.effects).size[0];
    assert_int_equal(atr_effect_stop(f.effects, r.id, true), ATR_OK);
    advance_ms(&f, 16);
    const atr_Particles p = atr_effects_particles(f.effects);
    assert_int_equal(p.count, count);
    assert_true(p.size[0] <= size && p.size[0] > size - 3); /* no jump */
    play_for(&f, 1800);
    assert_true(atr_effects_particles(f.effects).size[0] < 15); /* all but gone by itself */
    play_for(&f, 300);
    assert_int_equal(f.done, 1);
    atr_effects_destroy(f.effects);
}

static void effect_keep__no_frame_is_drawn__expires_by_the_clock(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = snow_def();
    define(&f, &def);
    const atr_TriggerResult r = trigger(&f, "snow");
    advance_ms(&f, 16);
    test_clock_pass_ms(&f.clock, 2000);
    assert_int_equal(atr_effect_keep(f.effects, r.id), ATR_OK);
    advance_ms(&f, 2000);
    assert_true(atr_effect_is_live(f.effects, r.id));
    advance_ms(&f, 3000);
    assert_false(atr_effect_is_live(f.effects, r.id));
    assert_int_equal(f.done, 1);
    atr_effects_destroy(f.effects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effect_trigger__world__moves_and_grows_with_the_camera),
        cmocka_unit_test(effect_trigger__output__is_a_pixel_of_the_target),
        cmocka_unit_test(effect_trigger__anchor__is_followed_with_an_offset),
        cmocka_unit_test(effect_trigger__anchor_in_the_world__is_where_it_is_seen),
        cmocka_unit_test(effect_keep__continuous__emits_evenly_until_it_is_not_kept),
        cmocka_unit_test(effect_keep__not_continuous__is_invalid),
        cmocka_unit_test(effect_keep__for_an_hour__goes_on_as_it_began),
        cmocka_unit_test(effect_stop__continuous_fades__long_lives_end_within_two_seconds),
        cmocka_unit_test(effect_keep__no_frame_is_drawn__expires_by_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
