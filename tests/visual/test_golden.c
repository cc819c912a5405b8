/* Moments of the catalogue against pictures that were looked at, pixel by pixel: the effects, the
 * sprites and the compositor together. After a change that is meant to be seen:
 *     ATR_GOLDEN_WRITE=1 test_golden      writes the pictures anew; look at each before it is kept.
 */
#define _POSIX_C_SOURCE 200809L

#include "cmocka_all.h"

#include "png_write.h"
#include "stage.h"

#include <stdio.h>
#include <string.h>

#define WIDTH  320
#define HEIGHT 180
#define FOLDER ATR_TEST_DIR "/golden"

static void compare(const char *name, const atr_Canvas *canvas)
{
    char path[512];
    snprintf(path, sizeof path, FOLDER "/%s.png", name);
    if (getenv("ATR_GOLDEN_WRITE") != NULL) {
        assert_true(png_write(path, canvas));
        return;
    }
    atr_Image golden;
    atr_Error error;
    if (atr_picture_load(path, &golden, &error) != ATR_OK) {
        fail_msg("%s: %s", path, error.text);
    }
    assert_int_equal(golden.width, canvas->width);
    assert_int_equal(golden.height, canvas->height);
    uint32_t different = 0;
    for (int32_t i = 0; i < WIDTH * HEIGHT; i++) {
        different += (golden.pixels[i] ^ canvas->pixels[i]) != 0;
    }
    atr_picture_free(&golden);
    if (different > 0) {
        char actual[512];
        snprintf(actual, sizeof actual, "%s-actual.png", name);
        (void)png_write(actual, canvas);
        fail_msg(
            "%s: %u pixels differ; what was drawn lies in %s in the folder of this run. If it is "
            "meant and looks right: ATR_GOLDEN_WRITE=1 test_golden",
            name, different, actual);
    }
}

static void catalogue__moments__look_as_they_were_approved(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        float x, y, amount;
        uint32_t frame; /* of 60 a second */
    } rows[] = {
        { "coin_shower", 640, 80, 240, 84 }, { "confetti", 640, 460, 0, 54 },
        { "level_up", 640, 360, 0, 24 },     { "receipt_held", 640, 360, 0, 40 },
        { "vip_upgrade", 640, 360, 0, 60 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Stage stage;
        assert_true(stage_open(&stage, WIDTH, HEIGHT, 1280, 720));
        const atr_TriggerResult r = atr_effect_trigger(
            stage.effects, rows[i].name,
            &(atr_Trigger){ .x = rows[i].x, .y = rows[i].y, .amount = rows[i].amount });
        assert_int_equal(r.decision, ATR_DECISION_PLAYED);
        while (stage.frame < rows[i].frame) {
            stage_step(&stage);
        }
        stage_draw(&stage);
        compare(rows[i].name, &stage.canvas);
        stage_close(&stage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catalogue__moments__look_as_they_were_approved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
