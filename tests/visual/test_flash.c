/* No effect of the catalogue flashes more than three times a second, nor over more than a quarter
 * of the screen, alone or triggered as often as it allows, on a dark and on a light scene. Measured
 * on the pixels of every frame; letters of effects' texts are not drawn. */
#define _POSIX_C_SOURCE 200809L

#include "cmocka_all.h"

#include "flash.h"
#include "stage.h"

#include <string.h>

#define WIDTH  320
#define HEIGHT 180
#define VIEW_W 1280
#define VIEW_H 720
#define SHARE  0.25f /* the limits: of the screen at once, and flashes a second */
#define PACE   3
#define INSIST (2 * FLASH_SECOND) /* frames in which it is triggered again and again */

typedef struct Scene {
    const char *name;
    uint32_t ground, card;
} Scene;

static const Scene scenes[] = {
    { "dark", 0xff101820u, 0xff2a3a48u },
    { "light", 0xfff4f1eau, 0xffffffffu },
};

/* Cards that follow the shake, as a host's camera would. */
static void draw_scene(Stage *stage, const Scene *scene)
{
    float dx = 0;
    float dy = 0;
    atr_effects_shake(stage->effects, &dx, &dy);
    atr_compose_clear(&stage->canvas, NULL, scene->ground);
    for (int32_t i = 0; i < 6; i++) {
        const float x = (float)(60 + i % 3 * 420) + dx;
        const float y = (i < 3 ? 60.0f : 390.0f) + dy;
        const atr_Rect card = { (int32_t)(x * stage->transform.scale_x),
                                (int32_t)(y * stage->transform.scale_y),
                                (int32_t)(320 * stage->transform.scale_x),
                                (int32_t)(240 * stage->transform.scale_y) };
        atr_compose_clear(&stage->canvas, &card, scene->card);
    }
}

typedef struct Measured {
    float share;
    uint32_t flashes; /* a second */
} Measured;

static Measured measure(Stage *stage, const char *name, const Scene *scene, bool insist)
{
    FlashMeter meter;
    assert_true(flash_open(&meter, WIDTH, HEIGHT));
    const atr_Trigger trigger = { .x = VIEW_W * 0.5f, .y = VIEW_H * 0.5f, .amount = 500 };
    const atr_TriggerResult r = atr_effect_trigger(stage->effects, name, &trigger);
    assert_int_equal(r.decision, ATR_DECISION_PLAYED);
    atr_EffectsStats stats = { 0 };
    for (int32_t frame = 0; frame < 6 * FLASH_SECOND; frame++) {
        if (insist && frame > 0 && frame < INSIST) {
            (void)atr_effect_trigger(stage->effects, name, &trigger);
            (void)atr_effect_keep(stage->effects, r.id);
        }
        stage_step(stage);
        draw_scene(stage, scene);
        stage_draw_over(stage);
        flash_frame(&meter, &stage->canvas);
        atr_effects_stats(stage->effects, &stats);
        if (stats.instances == 0 && (!insist || frame >= INSIST)) {
            break;
        }
    }
    atr_effects_stop_all(stage->effects);
    for (int32_t frame = 0; frame < FLASH_SECOND; frame++) { /* cooldowns pass */
        stage_step(stage);
    }
    const Measured measured = { meter.most_share, meter.most_flashes };
    flash_close(&meter);
    return measured;
}

static void measure_all(bool insist)
{
    Stage stage;
    assert_true(stage_open(&stage, WIDTH, HEIGHT, VIEW_W, VIEW_H));
    const char *name = NULL;
    uint32_t bad = 0;
    for (uint32_t i = 0; (name = atr_effects_name(stage.effects, i)) != NULL; i++) {
        for (size_t s = 0; s < ATR_COUNT_OF(scenes); s++) {
            const Measured m = measure(&stage, name, &scenes[s], insist);
            print_message("  %-22s %-5s %4.1f %% of the screen, %u flashes a second\n", name,
                          scenes[s].name, (double)m.share * 100, m.flashes);
            bad += m.share > SHARE || m.flashes > PACE;
        }
    }
    stage_close(&stage);
    assert_int_equal(bad, 0);
}

static void catalogue__each_effect__stays_within_the_limits_of_flashes(void **state)
{
    (void)state;
    measure_all(false);
}

static void catalogue__triggered_as_often_as_allowed__stays_within_them_too(void **state)
{
    (void)state;
    measure_all(true);
}

/* A glow of `size` px that blinks every `period` seconds. */
static void define_blinking(Stage *stage, float size, float period)
{
    atr_EffectDef def = { .name = "blinking", .duration = 2, .node_count = 1 };
    atr_EffectNode *node = &def.nodes[0];
    *node = (atr_EffectNode){ .type = ATR_NODE_EMITTER, .id = "blink", .duration = 2, .max = 8 };
    node->frames = 1;
    strcpy(node->sheet, "dot.png");
    node->rate = (atr_Value){ .low = 1 / period, .high = 1 / period };
    node->life = (atr_Value){ .low = period / 2, .high = period / 2 };
    node->size = (atr_Value){ .low = size, .high = size };
    node->color_count = 1;
    node->colors[0] = (atr_ColorKey){ 0, 0xffffffffu };
    assert_int_equal(atr_effects_define(stage->effects, &def), ATR_OK);
}

static void flash_frame__blinking__is_found_by_size_and_by_pace(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        float size, period;
        bool too_large, too_often;
    } rows[] = {
        { "the whole screen, twice a second", 2000, 0.5f, true, false },
        { "the whole screen, ten times a second", 2000, 0.1f, true, true },
        { "a tenth of a field, ten times a second", 130, 0.1f, false, false },
        { "half a field, ten times a second", 330, 0.1f, false, true },
        { "half a field, three times a second", 330, 0.34f, false, false },
        { "half a field, five times a second", 330, 0.2f, false, true },
    };
    Stage stage;
    assert_true(stage_open(&stage, WIDTH, HEIGHT, VIEW_W, VIEW_H));
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        define_blinking(&stage, rows[i].size, rows[i].period);
        const Measured m = measure(&stage, "blinking", &scenes[0], false);
        print_message("  %-40s %4.1f %% %u\n", rows[i].name, (double)m.share * 100, m.flashes);
        assert_int_equal(m.share > SHARE, rows[i].too_large);
        assert_int_equal(m.flashes > PACE, rows[i].too_often);
    }
    stage_close(&stage);
}

/* As much becomes brighter as darker, and yet it flashes. */
static void flash_frame__pattern_turned_over__is_found(void **state)
{
    (void)state;
    static uint32_t pixels[WIDTH * HEIGHT];
    const atr_Canvas canvas = { pixels, WIDTH, HEIGHT, WIDTH };
    FlashMeter meter;
    assert_true(flash_open(&meter, WIDTH, HEIGHT));
    for (int32_t frame = 0; frame < FLASH_SECOND; frame++) {
        for (int32_t i = 0; i < WIDTH * HEIGHT; i++) {
            const int32_t square = i % WIDTH / 20 + i / WIDTH / 20 + frame / 6;
            pixels[i] = square % 2 == 0 ? 0xff000000u : 0xffffffffu;
        }
        flash_frame(&meter, &canvas);
    }
    assert_true(meter.most_share > SHARE);
    assert_in_range(meter.most_flashes, PACE + 1, 6);
    flash_close(&meter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flash_frame__blinking__is_found_by_size_and_by_pace),
        cmocka_unit_test(flash_frame__pattern_turned_over__is_found),
        cmocka_unit_test(catalogue__each_effect__stays_within_the_limits_of_flashes),
        cmocka_unit_test(catalogue__triggered_as_often_as_allowed__stays_within_them_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
