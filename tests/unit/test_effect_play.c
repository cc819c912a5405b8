/* What definitions look like while they play: commands, particles, forces, events. */
#define _POSIX_C_SOURCE 200809L

#include "effect_fixture.h"

#include <math.h>

static void effects_draw__nodes__one_command_names_all_particles_of_one(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_HIGH);
    def.node_count = 2;
    def.nodes[1] = (atr_EffectNode){
        .type = ATR_NODE_TEXT, .layer = ATR_LAYER_ABOVE_UI, .duration = 2, .count_up = true
    };
    strcpy(def.nodes[1].text, "+{amount} coins");
    def.nodes[1].size.low = 40;
    def.duration = 2;
    define(&f, &def);
    (void)trigger(&f, "coins");
    (void)trigger(&f, "coins");
    atr_RenderQueue *queue = NULL;
    assert_int_equal(atr_queue_create(NULL, &queue), ATR_OK);
    advance_ms(&f, 0);
    assert_int_equal(atr_effects_draw(f.effects, queue), 0);
    atr_DrawList list;
    atr_queue_take(queue, &list);
    assert_int_equal(list.layer_count[ATR_LAYER_BELOW_UI], 2);
    assert_int_equal(list.layer_count[ATR_LAYER_ABOVE_UI], 2);
    const atr_DrawCmd *first = &list.commands[list.layer_first[ATR_LAYER_BELOW_UI]];
    assert_int_equal(first[0].kind, ATR_DRAW_PARTICLES);
    assert_int_equal(first[0].count, 20);
    assert_int_equal(first[1].first, 20);
    assert_int_equal(first[0].importance, ATR_IMPORTANCE_HIGH);
    const atr_DrawCmd *text = &list.commands[list.layer_first[ATR_LAYER_ABOVE_UI]];
    assert_string_equal(text->text, "+0 coins");
    play_for(&f, 304);
    (void)atr_effects_draw(f.effects, queue);
    atr_queue_take(queue, &list);
    const char *climbing = list.commands[list.layer_first[ATR_LAYER_ABOVE_UI]].text;
    assert_string_not_equal(climbing, "+0 coins");
    assert_string_not_equal(climbing, "+20 coins");
    play_for(&f, 700);
    (void)atr_effects_draw(f.effects, queue);
    atr_queue_take(queue, &list);
    text = &list.commands[list.layer_first[ATR_LAYER_ABOVE_UI]];
    assert_string_equal(text->text, "+20 coins");
    assert_true(text->h == 40.0f);
    atr_queue_destroy(queue);
    atr_effects_destroy(f.effects);
}

static void effects_define__death__starts_the_node_it_names(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    strcpy(def.nodes[0].on_death, "sparkle");
    def.nodes[0].life = (atr_Value){ .low = 0.3f };
    def.node_count = 2;
    def.nodes[1] = def.nodes[0];
    strcpy(def.nodes[1].id, "sparkle");
    def.nodes[1].on_death[0] = '\0';
    def.nodes[1].bursts[0].count = (atr_Value){ .low = 2 };
    def.nodes[1].max = 60;
    define(&f, &def);
    (void)trigger(&f, "coins");
    advance_ms(&f, 0);
    assert_int_equal(stats_of(&f).particles, 20); /* the second emits nothing by itself */
    advance_ms(&f, 100);
    advance_ms(&f, 100);
    const atr_Particles before = atr_effects_particles(f.effects);
    const float y = before.y[0];
    advance_ms(&f, 100);
    advance_ms(&f, 50);
    assert_int_equal(stats_of(&f).particles, 40);
    const atr_Particles after = atr_effects_particles(f.effects);
    assert_true(fabsf(after.y[0] - y) < 120.0f); /* where a coin was, not at the trigger */
    def.nodes[0].on_death[0] = 'x';
    assert_int_equal(atr_effects_define(f.effects, &def), ATR_ERR_INVALID);
    atr_effects_destroy(f.effects);
}

static void effects_define__forces__attract_arrive_and_bounce(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    def.nodes[0].gravity_y = 0;
    def.nodes[0].life = (atr_Value){ .low = 2.0f };
    def.nodes[0].drag = 2;
    def.nodes[0].force_count = 1;
    def.nodes[0].forces[0] = (atr_Force){ .strength = 4000, .arrive_px = 40 };
    strcpy(def.nodes[0].forces[0].anchor, "counter");
    strcpy(def.nodes[0].on_arrive, "tick");
    define(&f, &def);
    assert_int_equal(atr_effects_set_anchor(f.effects, "counter", 400, 300), ATR_OK);
    (void)trigger(&f, "coins");
    play_for(&f, 1900);
    atr_EffectEvent event;
    int arrived = 0;
    while (atr_effects_poll_event(f.effects, &event)) {
        assert_int_equal(event.kind, ATR_EFFECT_EVENT_ARRIVE);
        assert_string_equal(event.name, "tick");
        arrived++;
    }
    assert_int_equal(arrived, 20);

    def = coins_def("bouncing", ATR_IMPORTANCE_MEDIUM);
    def.nodes[0].force_count = 1;
    def.nodes[0].forces[0] =
        (atr_Force){ .kind = ATR_FORCE_FLOOR, .bounce = 0.5f, .friction = 0.1f };
    def.nodes[0].gravity_y = 3000;
    def.nodes[0].life = (atr_Value){ .low = 2.0f };
    define(&f, &def);
    atr_effects_set_view(f.effects, 800, 200);
    (void)trigger(&f, "bouncing");
    bool above = false;
    for (int i = 0; i < 100; i++) {
        advance_ms(&f, 16);
        const atr_Particles p = atr_effects_particles(f.effects);
        for (uint32_t k = 0; k < p.count; k++) {
            assert_true(p.y[k] < 200.0f + 40.0f);
            above = above || (i > 30 && p.y[k] < 180.0f);
        }
    }
    assert_true(above);
    atr_effects_destroy(f.effects);
}

static void effects_define__out_of_range__is_refused_and_the_old_one_stays(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .max_effects = 2 });
    const atr_EffectDef good = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    define(&f, &good);
    atr_EffectDef bad[12];
    for (size_t i = 0; i < ATR_COUNT_OF(bad); i++) {
        bad[i] = good;
    }
    memset(bad[0].name, 'x', sizeof bad[0].name);
    bad[1].duration = NAN;
    bad[2].duration = 0;
    bad[3].node_count = ATR_EFFECT_NODES_MAX + 1;
    bad[4].nodes[0].life.key_count = 9;
    bad[5].nodes[0].gravity_y = INFINITY;
    bad[6].nodes[0].layer = 3;
    bad[7].nodes[0].force_count = ATR_FORCES_MAX + 1;
    bad[8].nodes[0].burst_count = 5;
    bad[9].nodes[0].type = 99;
    memset(bad[10].nodes[0].sheet, 'x', sizeof bad[10].nodes[0].sheet);
    bad[11].node_count = 0;
    for (size_t i = 0; i < ATR_COUNT_OF(bad); i++) {
        assert_int_equal(atr_effects_define(f.effects, &bad[i]), ATR_ERR_INVALID);
    }
    assert_int_equal(trigger(&f, "coins").decision, ATR_DECISION_PLAYED);
    const atr_EffectDef second = coins_def("second", ATR_IMPORTANCE_MEDIUM);
    const atr_EffectDef third = coins_def("third", ATR_IMPORTANCE_MEDIUM);
    define(&f, &second);
    assert_int_equal(atr_effects_define(f.effects, &third), ATR_ERR_FULL);
    assert_int_equal(f.done, 0);
    define(&f, &good); /* replaced: what plays of it plays on */
    assert_int_equal(f.done, 0);
    assert_string_equal(atr_effects_name(f.effects, 1), "second");
    assert_null(atr_effects_name(f.effects, 2));
    atr_effects_destroy(f.effects);
}

static void effects_define__sheets__share_sprite_ids(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef a = coins_def("a", ATR_IMPORTANCE_MEDIUM);
    atr_EffectDef b = coins_def("b", ATR_IMPORTANCE_MEDIUM);
    b.node_count = 2;
    b.nodes[1] = b.nodes[0];
    strcpy(b.nodes[1].sheet, "glow.png");
    b.nodes[1].frames = 0;
    define(&f, &a);
    define(&f, &b);
    uint32_t count = 0;
    const atr_SpriteName *sprites = atr_effects_sprites(f.effects, &count);
    assert_int_equal(count, 1 + 8 + 1);
    assert_string_equal(sprites[0].sheet, "");
    assert_string_equal(sprites[8].sheet, "coin.png");
    assert_int_equal(sprites[8].frame, 7);
    assert_string_equal(sprites[9].sheet, "glow.png");
    assert_int_equal(sprites[9].frames, 1);
    atr_effects_destroy(f.effects);
}

static atr_EffectDef one_node(atr_EffectNode node)
{
    atr_EffectDef def = { .name = "one", .duration = 1.0f, .node_count = 1, .amount_default = 1 };
    def.nodes[0] = node;
    return def;
}

/* Plays it for 200 ms; false when it draws nothing. */
static bool first_command(Fixture *f, const atr_EffectDef *def, atr_DrawCmd *out)
{
    atr_RenderQueue *queue = NULL;
    assert_int_equal(atr_queue_create(NULL, &queue), ATR_OK);
    define(f, def);
    advance_ms(f, 0);
    (void)atr_effect_trigger(f->effects, "one", &(atr_Trigger){ .x = 100, .y = 50, .scale = 2 });
    advance_ms(f, 100);
    advance_ms(f, 100);
    assert_int_equal(atr_effects_draw(f->effects, queue), 0);
    atr_DrawList list;
    atr_queue_take(queue, &list);
    if (list.count > 0) {
        *out = list.commands[0];
    }
    atr_queue_destroy(queue);
    atr_effects_stop_all(f->effects);
    return list.count > 0;
}

static void effects_draw__ring_banner_flash__follow_their_keys(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_effects_set_view(f.effects, 640, 360);
    const atr_Value growing = { .kind = ATR_VALUE_KEYS,
                                .key_count = 2,
                                .keys = { { 0, 0, 0 }, { 1, 100, 0 } } };
    atr_EffectNode node = { .type = ATR_NODE_RING,
                            .duration = 1,
                            .offset_x = 5,
                            .size = growing,
                            .color_count = 2,
                            .colors = { { 0, 0xff8040ffu }, { 1, 0xff804000u } } };
    strcpy(node.sheet, "ring.png");
    atr_DrawCmd cmd;
    atr_EffectDef def = one_node(node);
    assert_true(first_command(&f, &def, &cmd));
    assert_int_equal(cmd.kind, ATR_DRAW_SPRITE);
    assert_true(fabsf(cmd.w - 40.0f) < 0.1f && cmd.h == cmd.w); /* a fifth of 100, twice as large */
    assert_true(cmd.x == 110.0f && cmd.y == 50.0f);
    assert_in_range(cmd.color >> 24, 200, 207); /* 4/5 there, colour premultiplied */
    assert_in_range(cmd.color >> 16 & 255, 200, 207);
    assert_in_range(cmd.color & 255, 48, 54);

    def.nodes[0].type = ATR_NODE_BANNER;
    def.nodes[0].shape_h = 30;
    assert_true(first_command(&f, &def, &cmd));
    assert_int_equal(cmd.kind, ATR_DRAW_RECT);
    assert_true(fabsf(cmd.w - 40.0f) < 0.1f && cmd.h == 60.0f);

    def.nodes[0].type = ATR_NODE_FLASH;
    def.nodes[0].additive = 1;
    assert_true(first_command(&f, &def, &cmd));
    assert_true(cmd.x == 320 && cmd.y == 180 && cmd.w == 640 && cmd.h == 360);
    assert_int_equal(cmd.color >> 24, 0);

    def.nodes[0].start = 0.5f;
    assert_false(first_command(&f, &def, &cmd)); /* not yet */
    atr_effects_destroy(f.effects);
}

static void effects_shake__while_it_lasts__moves_and_then_rests(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = one_node(
        (atr_EffectNode){ .type = ATR_NODE_SHAKE, .duration = 0.5f, .size = { .low = 6 } });
    define(&f, &def);
    float x = 1;
    float y = 1;
    atr_effects_shake(f.effects, &x, &y);
    assert_true(x == 0 && y == 0);
    (void)trigger(&f, "one");
    bool moved = false;
    for (int i = 0; i < 25; i++) {
        advance_ms(&f, 16);
        atr_effects_shake(f.effects, &x, &y);
        assert_true(fabsf(x) <= 6.001f && fabsf(y) <= 6.001f);
        moved = moved || fabsf(x) > 3;
    }
    assert_true(moved);
    play_for(&f, 700);
    atr_effects_shake(f.effects, &x, &y);
    assert_true(x == 0 && y == 0);
    assert_int_equal(f.done, 1);
    atr_effects_destroy(f.effects);
}

static void effect_move__trail__leaves_particles_along_the_way(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = one_node((atr_EffectNode){ .type = ATR_NODE_TRAIL,
                                                         .duration = 1,
                                                         .rate = { .low = 100 },
                                                         .life = { .low = 1 },
                                                         .size = { .low = 4 } });
    define(&f, &def);
    advance_ms(&f, 0);
    const atr_TriggerResult r = trigger(&f, "one"); /* at 100, 50 */
    assert_int_equal(atr_effect_move(f.effects, r.id, 200, 50), ATR_OK);
    assert_int_equal(atr_effect_move(f.effects, r.id, NAN, INFINITY), ATR_OK); /* stays */
    advance_ms(&f, 100);
    const atr_Particles p = atr_effects_particles(f.effects);
    assert_int_equal(p.count, 10);
    for (uint32_t i = 0; i < p.count; i++) {
        assert_true(fabsf(p.x[i] - (110.0f + 10.0f * (float)i)) < 0.5f);
    }
    atr_effects_destroy(f.effects);
}

static void effects_poll_event__sound_at_its_start__more_than_fit_drop_the_oldest(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .max_instances = 300 });
    atr_EffectDef def =
        one_node((atr_EffectNode){ .type = ATR_NODE_SOUND, .start = 0.15f, .text = "coin" });
    define(&f, &def);
    advance_ms(&f, 0);
    const atr_TriggerResult first = trigger(&f, "one");
    advance_ms(&f, 100);
    atr_EffectEvent event;
    assert_false(atr_effects_poll_event(f.effects, &event));
    advance_ms(&f, 100);
    assert_true(atr_effects_poll_event(f.effects, &event));
    assert_int_equal(event.kind, ATR_EFFECT_EVENT_SOUND);
    assert_string_equal(event.name, "coin");
    assert_int_equal(event.id.value, first.id.value);
    advance_ms(&f, 100);
    assert_false(atr_effects_poll_event(f.effects, &event)); /* once */
    atr_EffectId second = { 0 };
    for (int i = 0; i < 258; i++) {
        const atr_TriggerResult r = trigger(&f, "one");
        second = i == 2 ? r.id : second;
    }
    advance_ms(&f, 100);
    advance_ms(&f, 100);
    int count = 0;
    while (atr_effects_poll_event(f.effects, &event)) {
        assert_true(count > 0 || event.id.value == second.value);
        count++;
    }
    assert_int_equal(count, 256);
    atr_effects_destroy(f.effects);
}

static void effect_trigger__palette_and_scale__are_drawn_at_birth(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = coins_def("one", ATR_IMPORTANCE_MEDIUM);
    def.nodes[0].palette_count = 2;
    def.nodes[0].palette[0] = 0xff0000ffu;
    def.nodes[0].palette[1] = 0x0000ffffu;
    define(&f, &def);
    (void)atr_effect_trigger(f.effects, "one", &(atr_Trigger){ .amount = 40, .scale = 0.5f });
    advance_ms(&f, 0);
    const atr_Particles p = atr_effects_particles(f.effects);
    uint32_t red = 0;
    for (uint32_t i = 0; i < p.count; i++) {
        assert_true(p.color[i] == 0xffff0000u || p.color[i] == 0xff0000ffu);
        assert_true(p.size[i] == 12.0f);
        red += p.color[i] == 0xffff0000u;
    }
    assert_in_range(red, 8, 32);
    atr_effects_destroy(f.effects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effects_draw__nodes__one_command_names_all_particles_of_one),
        cmocka_unit_test(effects_draw__ring_banner_flash__follow_their_keys),
        cmocka_unit_test(effects_shake__while_it_lasts__moves_and_then_rests),
        cmocka_unit_test(effect_move__trail__leaves_particles_along_the_way),
        cmocka_unit_test(effects_poll_event__sound_at_its_start__more_than_fit_drop_the_oldest),
        cmocka_unit_test(effect_trigger__palette_and_scale__are_drawn_at_birth),
        cmocka_unit_test(effects_define__death__starts_the_node_it_names),
        cmocka_unit_test(effects_define__forces__attract_arrive_and_bounce),
        cmocka_unit_test(effects_define__out_of_range__is_refused_and_the_old_one_stays),
        cmocka_unit_test(effects_define__sheets__share_sprite_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
