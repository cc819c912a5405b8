/* The effects that come with the library: all are there, show themselves, end, and keep to what is
 * asked of each. How they look is for eyes (contact_sheet); how they flash, for test_flash. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/catalogue.h>

#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

static atr_Effects *effects_with_catalogue(void)
{
    atr_Effects *effects = NULL;
    assert_int_equal(atr_effects_create(&(atr_EffectsDesc){ .fixed_step_ns = 16666667 }, &effects),
                     ATR_OK);
    assert_int_equal(atr_catalogue_load(effects, NULL), ATR_OK);
    atr_effects_set_view(effects, 1280, 720);
    return effects;
}

static void catalogue__builtin__all_are_there_and_name_their_files(void **state)
{
    (void)state;
    static const char *const needed[] = {
        "coin_shower",  "coin_sparkle",  "coin_drop",        "xp_burst",
        "level_up",     "vip_upgrade",   "vip_flash",        "mission_complete",
        "confetti",     "fireworks",     "screen_shake",     "achievement_unlocked",
        "spotlight",    "ribbon_banner", "count_up",         "daily_login_bonus",
        "snow",         "hearts",        "sparkle_trail",    "receipt_submitted",
        "receipt_held", "coin_pile",     "receipt_rejected", "receipt_removed",
    };
    atr_Effects *effects = effects_with_catalogue();
    for (size_t i = 0; i < ATR_COUNT_OF(needed); i++) {
        if (atr_effects_definition(effects, needed[i]) == NULL) {
            fail_msg("%s is missing", needed[i]);
        }
    }
    const char *file = NULL;
    atr_Bytes json;
    uint32_t count = 0;
    for (; atr_catalogue_builtin(count, &file, &json); count++) {
        char expected[64];
        snprintf(expected, sizeof expected, "%s.json", atr_effects_name(effects, count));
        assert_string_equal(file, expected);
        const atr_EffectDef *def =
            atr_effects_definition(effects, atr_effects_name(effects, count));
        if (def->reduced_motion[0] != '\0') {
            assert_non_null(atr_effects_definition(effects, def->reduced_motion));
        }
    }
    assert_null(atr_effects_name(effects, count));
    atr_effects_destroy(effects);
}

/* Everything of a frame but its colours. */
typedef struct Picture {
    uint32_t commands, particles;
    atr_DrawCmd command[16];
    float x[64], y[64], size[64], angle[64];
} Picture;

static void picture_take(atr_Effects *effects, atr_RenderQueue *queue, Picture *out)
{
    memset(out, 0, sizeof *out);
    atr_DrawList list;
    assert_int_equal(atr_effects_draw(effects, queue), 0);
    atr_queue_take(queue, &list);
    const atr_Particles p = atr_effects_particles(effects);
    assert_true(list.count <= ATR_COUNT_OF(out->command) && p.count <= ATR_COUNT_OF(out->x));
    out->commands = list.count;
    out->particles = p.count;
    for (uint32_t i = 0; i < list.count; i++) {
        out->command[i] = list.commands[i];
        out->command[i].color = 0;
    }
    for (uint32_t i = 0; i < p.count; i++) {
        out->x[i] = p.x[i];
        out->y[i] = p.y[i];
        out->size[i] = p.size[i];
        out->angle[i] = p.angle_deg[i];
    }
}

static void catalogue__builtin__with_less_motion_nothing_moves(void **state)
{
    (void)state;
    atr_Effects *effects = effects_with_catalogue();
    atr_RenderQueue *queue = NULL;
    assert_int_equal(atr_queue_create(NULL, &queue), ATR_OK);
    atr_effects_set_reduced_motion(effects, true);
    const char *name = NULL;
    for (uint32_t i = 0; (name = atr_effects_name(effects, i)) != NULL; i++) {
        print_message("  %s\n", name);
        const atr_TriggerResult r =
            atr_effect_trigger(effects, name, &(atr_Trigger){ .x = 640, .y = 200, .amount = 70 });
        assert_int_equal(r.decision, ATR_DECISION_PLAYED);
        static Picture first;
        static Picture now;
        atr_effects_advance(effects, 0);
        picture_take(effects, queue, &first);
        assert_true(first.commands > 0);
        for (;;) {
            atr_effects_advance(effects, 0);
            if (!atr_effect_is_live(effects, r.id)) {
                break;
            }
            picture_take(effects, queue, &now);
            if (now.commands == first.commands && now.particles == first.particles) {
                assert_memory_equal(&now, &first, sizeof now);
            } else {
                assert_true(now.particles <= first.particles); /* some went before the others */
            }
        }
        for (int frame = 0; frame < 300; frame++) {
            atr_effects_advance(effects, 0);
        }
    }
    atr_queue_destroy(queue);
    atr_effects_destroy(effects);
}

static void catalogue__builtin__every_effect_shows_itself_and_ends_within_4_s(void **state)
{
    (void)state;
    atr_Effects *effects = effects_with_catalogue();
    atr_RenderQueue *queue = NULL;
    assert_int_equal(atr_queue_create(NULL, &queue), ATR_OK);
    const char *name = NULL;
    for (uint32_t i = 0; (name = atr_effects_name(effects, i)) != NULL; i++) {
        print_message("  %s\n", name);
        const atr_TriggerResult r =
            atr_effect_trigger(effects, name, &(atr_Trigger){ .x = 640, .y = 200, .amount = 500 });
        assert_int_equal(r.decision, ATR_DECISION_PLAYED);
        uint32_t frames = 0;
        uint32_t shown = 0;
        for (; atr_effect_is_live(effects, r.id); frames++) {
            assert_true(frames < 240);
            atr_effects_advance(effects, 0);
            atr_DrawList list;
            assert_int_equal(atr_effects_draw(effects, queue), 0);
            atr_queue_take(queue, &list);
            shown += list.count > 0;
        }
        assert_true(shown > 30);
    }
    atr_queue_destroy(queue);
    atr_effects_destroy(effects);
}

/* Those that go on while they are kept; the test above shows that they end when they are not. */
static void catalogue__continuous__go_on_while_kept(void **state)
{
    (void)state;
    static const char *const names[] = { "snow", "sparkle_trail" };
    atr_Effects *effects = effects_with_catalogue();
    for (size_t i = 0; i < ATR_COUNT_OF(names); i++) {
        print_message("  %s\n", names[i]);
        const atr_TriggerResult r =
            atr_effect_trigger(effects, names[i], &(atr_Trigger){ .x = 640, .y = 360 });
        for (int frame = 0; frame < 900; frame++) {
            assert_int_equal(atr_effect_keep(effects, r.id), ATR_OK);
            (void)atr_effect_move(effects, r.id, (float)(640 + frame % 90), 360);
            atr_effects_advance(effects, 0);
        }
        assert_true(atr_effects_particles(effects).count > 20);
        for (int frame = 0; frame < 240; frame++) {
            atr_effects_advance(effects, 0);
        }
        assert_false(atr_effect_is_live(effects, r.id));
    }
    atr_effects_destroy(effects);
}

/* What a shopper was promised is never the first to go; what only pleases is. */
static void catalogue__importance__follows_what_the_effect_tells(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        atr_Importance least, most;
    } rows[] = {
        { "count_up", ATR_IMPORTANCE_CRITICAL, ATR_IMPORTANCE_CRITICAL },
        { "level_up", ATR_IMPORTANCE_CRITICAL, ATR_IMPORTANCE_CRITICAL },
        { "vip_upgrade", ATR_IMPORTANCE_CRITICAL, ATR_IMPORTANCE_CRITICAL },
        { "coin_shower", ATR_IMPORTANCE_HIGH, ATR_IMPORTANCE_CRITICAL },
        { "coin_sparkle", ATR_IMPORTANCE_HIGH, ATR_IMPORTANCE_CRITICAL },
        { "coin_drop", ATR_IMPORTANCE_HIGH, ATR_IMPORTANCE_CRITICAL },
        { "coin_pile", ATR_IMPORTANCE_HIGH, ATR_IMPORTANCE_CRITICAL },
        { "daily_login_bonus", ATR_IMPORTANCE_HIGH, ATR_IMPORTANCE_CRITICAL },
        { "mission_complete", ATR_IMPORTANCE_HIGH, ATR_IMPORTANCE_CRITICAL },
        { "receipt_submitted", ATR_IMPORTANCE_HIGH, ATR_IMPORTANCE_CRITICAL },
        { "receipt_rejected", ATR_IMPORTANCE_HIGH, ATR_IMPORTANCE_CRITICAL },
        { "receipt_removed", ATR_IMPORTANCE_HIGH, ATR_IMPORTANCE_CRITICAL },
        { "confetti", ATR_IMPORTANCE_COSMETIC, ATR_IMPORTANCE_MEDIUM },
        { "fireworks", ATR_IMPORTANCE_COSMETIC, ATR_IMPORTANCE_MEDIUM },
        { "hearts", ATR_IMPORTANCE_COSMETIC, ATR_IMPORTANCE_MEDIUM },
        { "snow", ATR_IMPORTANCE_COSMETIC, ATR_IMPORTANCE_COSMETIC },
        { "sparkle_trail", ATR_IMPORTANCE_COSMETIC, ATR_IMPORTANCE_COSMETIC },
    };
    atr_Effects *effects = effects_with_catalogue();
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        const atr_EffectDef *def = atr_effects_definition(effects, rows[i].name);
        assert_non_null(def);
        assert_in_range(def->importance, rows[i].least, rows[i].most);
    }
    atr_effects_destroy(effects);
}

static float last_size(const atr_Value *size)
{
    return size->kind == ATR_VALUE_KEYS && size->key_count > 0 ? size->keys[size->key_count - 1].v
                                                               : size->low;
}

/* At the end of its life a particle is clear, or a mere point, or bursts into others. */
static void catalogue__particles__do_not_vanish_at_once(void **state)
{
    (void)state;
    atr_Effects *effects = effects_with_catalogue();
    const char *name = NULL;
    for (uint32_t i = 0; (name = atr_effects_name(effects, i)) != NULL; i++) {
        const atr_EffectDef *def = atr_effects_definition(effects, name);
        for (uint32_t k = 0; k < def->node_count; k++) {
            const atr_EffectNode *node = &def->nodes[k];
            if (node->type != ATR_NODE_EMITTER && node->type != ATR_NODE_TRAIL) {
                continue;
            }
            const bool fades =
                node->color_count > 0 && (node->colors[node->color_count - 1].rgba & 255) == 0;
            if (!fades && last_size(&node->size) > 3.0f && node->on_death[0] == '\0') {
                fail_msg("%s: particles of \"%s\" vanish at full size", name, node->id);
            }
        }
    }
    atr_effects_destroy(effects);
}

/* A screen is full with a few hundred; more is cost without looks. (Fireworks have the most, for
 * the strips behind their sparks.) */
static void catalogue__each_effect__draws_at_most_800_particles(void **state)
{
    (void)state;
    atr_Effects *effects = effects_with_catalogue();
    const char *name = NULL;
    for (uint32_t i = 0; (name = atr_effects_name(effects, i)) != NULL; i++) {
        const atr_TriggerResult r =
            atr_effect_trigger(effects, name, &(atr_Trigger){ .x = 640, .y = 360, .amount = 500 });
        assert_int_equal(r.decision, ATR_DECISION_PLAYED);
        uint32_t most = 0;
        while (atr_effect_is_live(effects, r.id)) {
            atr_effects_advance(effects, 0);
            const uint32_t count = atr_effects_particles(effects).count;
            most = count > most ? count : most;
        }
        print_message("  %-22s %u\n", name, most);
        assert_true(most <= 800);
    }
    atr_effects_destroy(effects);
}

/* KIOSK.md: great 120 coins, super 240, epic 500. */
static void coin_shower__amount__is_the_number_of_coins(void **state)
{
    (void)state;
    static const struct {
        float amount;
        uint32_t coins;
    } rows[] = { { 120, 120 }, { 240, 240 }, { 500, 500 }, { 900, 500 } };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        atr_Effects *effects = effects_with_catalogue();
        uint32_t sprites = 0;
        const atr_SpriteName *names = atr_effects_sprites(effects, &sprites);
        (void)atr_effect_trigger(effects, "coin_shower",
                                 &(atr_Trigger){ .amount = rows[i].amount });
        uint32_t most = 0;
        for (int frame = 0; frame < 120; frame++) {
            atr_effects_advance(effects, 0);
            const atr_Particles p = atr_effects_particles(effects);
            uint32_t coins = 0;
            for (uint32_t k = 0; k < p.count; k++) {
                assert_true(p.sprite[k] < sprites);
                coins += strcmp(names[p.sprite[k]].sheet, "coin.png") == 0;
            }
            most = coins > most ? coins : most;
        }
        assert_int_equal(most, rows[i].coins);
        atr_effects_destroy(effects);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catalogue__builtin__all_are_there_and_name_their_files),
        cmocka_unit_test(catalogue__builtin__with_less_motion_nothing_moves),
        cmocka_unit_test(catalogue__builtin__every_effect_shows_itself_and_ends_within_4_s),
        cmocka_unit_test(catalogue__continuous__go_on_while_kept),
        cmocka_unit_test(catalogue__importance__follows_what_the_effect_tells),
        cmocka_unit_test(catalogue__particles__do_not_vanish_at_once),
        cmocka_unit_test(catalogue__each_effect__draws_at_most_800_particles),
        cmocka_unit_test(coin_shower__amount__is_the_number_of_coins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
