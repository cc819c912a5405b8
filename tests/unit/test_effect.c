#define _POSIX_C_SOURCE 200809L

#include <atrium/effect.h>

#include "cmocka_all.h"
#include "failing_allocator.h"
#include "test_clock.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#define STEP_NS 16666667u

/* Twenty coins at once that live a second. */
static atr_EffectDef coins_def(const char *name, atr_Importance importance)
{
    atr_EffectDef def = { .importance = (uint8_t)importance,
                          .duration = 0.5f,
                          .amount_default = 20,
                          .amount_min = 1,
                          .amount_max = 40,
                          .node_count = 1 };
    strcpy(def.name, name);
    atr_EffectNode *node = &def.nodes[0];
    strcpy(node->id, "coins");
    strcpy(node->sheet, "coin.png");
    node->frames = 8;
    node->fps.low = 12;
    node->duration = 0.5f;
    node->max = 64;
    node->burst_count = 1;
    node->bursts[0].count = (atr_Value){ .kind = ATR_VALUE_PARAM, .scale = 1 };
    node->life = (atr_Value){ .kind = ATR_VALUE_RANGE, .low = 0.8f, .high = 1.2f };
    node->speed = (atr_Value){ .kind = ATR_VALUE_RANGE, .low = 100, .high = 300 };
    node->angle = (atr_Value){ .kind = ATR_VALUE_RANGE, .low = -120, .high = -60 };
    node->size.low = 24;
    node->gravity_y = 600;
    return def;
}

typedef struct Fixture {
    atr_Effects *effects;
    TestClock clock;
    int done;
    atr_EffectId last_done;
} Fixture;

static void fixture_init(Fixture *f, const atr_EffectsDesc *desc)
{
    *f = (Fixture){ 0 };
    test_clock_pass_ms(&f->clock, 1000);
    atr_EffectsDesc d = desc != NULL ? *desc : (atr_EffectsDesc){ 0 };
    d.no_maintenance = true;
    d.clock = test_clock(&f->clock);
    assert_int_equal(atr_effects_create(&d, &f->effects), ATR_OK);
}

static void define(Fixture *f, const atr_EffectDef *def)
{
    assert_int_equal(atr_effects_define(f->effects, def), ATR_OK);
}

static void advance_ms(Fixture *f, uint64_t ms)
{
    test_clock_pass_ms(&f->clock, ms);
    atr_effects_advance(f->effects, test_clock_monotonic_ns(&f->clock));
}

static void play_for(Fixture *f, uint64_t ms)
{
    for (uint64_t t = 0; t < ms; t += 16) {
        advance_ms(f, 16);
    }
}

static void count_done(void *user, atr_EffectId id)
{
    Fixture *f = user;
    f->done++;
    f->last_done = id;
}

static atr_TriggerResult trigger(Fixture *f, const char *name)
{
    return atr_effect_trigger(f->effects, name,
                              &(atr_Trigger){ .x = 100, .y = 50, .done = count_done, .user = f });
}

static atr_EffectsStats stats_of(const Fixture *f)
{
    atr_EffectsStats stats;
    atr_effects_stats(f->effects, &stats);
    return stats;
}

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
    bad[7].nodes[0].force_count = 4;
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
    define(&f, &good); /* replaced: what plays of it ends */
    assert_int_equal(f.done, 1);
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
    return list.count > 0;
}

static void effects_draw__ring_ribbon_flash__follow_their_keys(void **state)
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

    def.nodes[0].type = ATR_NODE_RIBBON;
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

/* ---- With the maintenance thread ------------------------------------------------------------- */

typedef struct Signal {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int count;
} Signal;

static void signal_done(void *user, atr_EffectId id)
{
    (void)id;
    Signal *signal = user;
    pthread_mutex_lock(&signal->lock);
    signal->count++;
    pthread_cond_broadcast(&signal->changed);
    pthread_mutex_unlock(&signal->lock);
}

static void signal_wait(Signal *signal)
{
    pthread_mutex_lock(&signal->lock);
    while (signal->count == 0) {
        pthread_cond_wait(&signal->changed, &signal->lock);
    }
    pthread_mutex_unlock(&signal->lock);
}

static void maintenance__no_frame_is_drawn__overdue_ones_end_and_done_is_called(void **state)
{
    (void)state;
    TestClock clock = { 0 };
    test_clock_pass_ms(&clock, 1000);
    Signal signal = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };
    atr_Effects *effects = NULL;
    assert_int_equal(
        atr_effects_create(&(atr_EffectsDesc){ .clock = test_clock(&clock) }, &effects), ATR_OK);
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    assert_int_equal(atr_effects_define(effects, &def), ATR_OK);
    const atr_TriggerResult r = atr_effect_trigger(
        effects, "coins", &(atr_Trigger){ .done = signal_done, .user = &signal });
    atr_effects_advance(effects, test_clock_monotonic_ns(&clock));
    test_clock_pass_ms(&clock, 5000);
    signal_wait(&signal);
    assert_false(atr_effect_is_live(effects, r.id));
    atr_effects_destroy(effects);
    assert_int_equal(signal.count, 1);
}

/* Called on the maintenance thread: says so and stays until it is let go. */
typedef struct Gate {
    Signal entered, left;
} Gate;

static void stay_at_gate(void *user, atr_EffectId id)
{
    Gate *gate = user;
    signal_done(&gate->entered, id);
    signal_wait(&gate->left);
}

static void maintenance__another_ends_during_its_callback__is_called_without_a_frame(void **state)
{
    (void)state;
    TestClock clock = { 0 };
    test_clock_pass_ms(&clock, 1000);
    Gate gate = { { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 },
                  { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 } };
    Signal second = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };
    atr_Effects *effects = NULL;
    assert_int_equal(
        atr_effects_create(&(atr_EffectsDesc){ .clock = test_clock(&clock) }, &effects), ATR_OK);
    atr_EffectDef def = coins_def("short", ATR_IMPORTANCE_MEDIUM);
    assert_int_equal(atr_effects_define(effects, &def), ATR_OK);
    def = coins_def("long", ATR_IMPORTANCE_MEDIUM);
    def.duration = 60;
    assert_int_equal(atr_effects_define(effects, &def), ATR_OK);
    (void)atr_effect_trigger(effects, "short",
                             &(atr_Trigger){ .done = stay_at_gate, .user = &gate });
    const atr_TriggerResult r =
        atr_effect_trigger(effects, "long", &(atr_Trigger){ .done = signal_done, .user = &second });
    atr_effects_advance(effects, test_clock_monotonic_ns(&clock));
    test_clock_pass_ms(&clock, 5000);
    signal_wait(&gate.entered);
    assert_int_equal(atr_effect_stop(effects, r.id, false), ATR_OK); /* the other one delivers */
    signal_done(&gate.left, r.id);
    signal_wait(&second);
    atr_effects_destroy(effects);
    assert_int_equal(gate.entered.count, 1);
    assert_int_equal(second.count, 1);
}

enum { POSTERS = 3, POSTS = 200 };

static void *post_many(void *user)
{
    uintptr_t accepted = 0;
    for (int i = 0; i < POSTS; i++) {
        accepted += atr_effect_post(user, "coins", NULL) == ATR_OK;
    }
    return (void *)accepted;
}

static void effect_post__many_threads_while_frames_are_drawn__each_is_played_once(void **state)
{
    (void)state;
    atr_Effects *effects = NULL;
    assert_int_equal(atr_effects_create(NULL, &effects), ATR_OK);
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    assert_int_equal(atr_effects_define(effects, &def), ATR_OK);
    pthread_t threads[POSTERS];
    for (int i = 0; i < POSTERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, effects), 0);
    }
    for (int i = 0; i < 50; i++) {
        atr_effects_advance(effects, atr_clock_monotonic_ns(NULL));
    }
    uint64_t accepted = 0;
    for (int i = 0; i < POSTERS; i++) {
        void *count = NULL;
        pthread_join(threads[i], &count);
        accepted += (uintptr_t)count;
    }
    for (int i = 0; i < 4; i++) {
        atr_effects_advance(effects, atr_clock_monotonic_ns(NULL));
    }
    atr_EffectsStats stats;
    atr_effects_stats(effects, &stats);
    uint64_t decided = 0;
    for (int i = 0; i < ATR_DECISION_COUNT; i++) {
        decided += stats.decisions[i];
    }
    assert_int_equal(decided, accepted);
    assert_int_equal(stats.posts_refused + accepted, POSTERS * POSTS);
    atr_effects_destroy(effects);
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
        cmocka_unit_test(effects_draw__nodes__one_command_names_all_particles_of_one),
        cmocka_unit_test(effects_draw__ring_ribbon_flash__follow_their_keys),
        cmocka_unit_test(effects_shake__while_it_lasts__moves_and_then_rests),
        cmocka_unit_test(effect_move__trail__leaves_particles_along_the_way),
        cmocka_unit_test(effects_poll_event__sound_at_its_start__more_than_fit_drop_the_oldest),
        cmocka_unit_test(effect_trigger__palette_and_scale__are_drawn_at_birth),
        cmocka_unit_test(effects_define__death__starts_the_node_it_names),
        cmocka_unit_test(effects_define__forces__attract_arrive_and_bounce),
        cmocka_unit_test(effects_define__out_of_range__is_refused_and_the_old_one_stays),
        cmocka_unit_test(effects_define__sheets__share_sprite_ids),
        cmocka_unit_test(effect_done__callback_triggers_again__every_played_one_is_called_once),
        cmocka_unit_test(effects_create__memory_fails_anywhere__nothing_leaks),
        cmocka_unit_test(effects_advance__once_defined__allocates_nothing),
        cmocka_unit_test(maintenance__no_frame_is_drawn__overdue_ones_end_and_done_is_called),
        cmocka_unit_test(maintenance__another_ends_during_its_callback__is_called_without_a_frame),
        cmocka_unit_test(effect_post__many_threads_while_frames_are_drawn__each_is_played_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
