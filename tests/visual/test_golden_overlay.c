/* The built-in font and the overlay's two panels against pictures that were looked at. Fonts of the
 * machine are left out, so that the pictures are the same everywhere. After a change that is meant:
 *     ATR_GOLDEN_WRITE=1 test_golden_overlay      writes them anew; look at each before it is kept.
 */
#define _POSIX_C_SOURCE 200809L

#include "cmocka_all.h"

#include "overlay/overlay_internal.h"
#include "png_write.h"

#include <atrium/atlas.h>

#include <stdio.h>
#include <string.h>

#define FOLDER ATR_TEST_DIR "/golden"

static void compare(const char *name, const atr_Canvas *canvas)
{
    char path[512];
    (void)snprintf(path, sizeof path, FOLDER "/%s.png", name);
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
    for (int32_t y = 0; y < canvas->height; y++) {
        for (int32_t x = 0; x < canvas->width; x++) {
            const uint32_t a = golden.pixels[y * golden.pitch + x];
            const uint32_t b = canvas->pixels[y * canvas->pitch + x];
            different += ((a ^ b) & 0x00ffffffu) != 0;
        }
    }
    atr_picture_free(&golden);
    if (different > 0) {
        char actual[512];
        (void)snprintf(actual, sizeof actual, "%s-actual.png", name);
        (void)png_write(actual, canvas);
        fail_msg("%s: %u pixels differ; what was drawn lies in %s in the folder of this run", name,
                 different, actual);
    }
}

static void text_render__built_in_font__looks_as_approved(void **state)
{
    (void)state;
    atr_Text *text = NULL;
    assert_int_equal(atr_text_create(&(atr_TextDesc){ .builtin_only = true }, &text), ATR_OK);
    static uint32_t pixels[420 * 210];
    const atr_Canvas canvas = { pixels, 420, 210, 420 };
    atr_compose_clear(&canvas, &(atr_Rect){ 0, 0, 420, 210 }, ATR__COLOR_NIGHT);
    static const struct {
        const char *text;
        float size;
        bool bold;
    } rows[] = {
        { "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 24, false },
        { "abcdefghijklmnopqrstuvwxyz", 24, false },
        { "0123456789 !\"#$%&'()*+,-./", 24, false },
        { ":;<=>?@[\\]^_`{|}~", 24, true },
        { "Small words stay readable: 16.7 ms", 14, false },
    };
    int32_t y = 8;
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        const atr_TextStyle style = { .size_px = rows[i].size,
                                      .bold = rows[i].bold,
                                      .color = ATR__COLOR_TEXT };
        atr_TextImage image;
        assert_int_equal(atr_text_render(text, rows[i].text, &style, &image), ATR_OK);
        const atr_Image picture = { image.pixels, image.width, image.height, image.pitch };
        assert_true(image.width <= 404);
        atr_compose_image(&canvas, NULL, &picture, 8, y, 0xffffffffu);
        y += image.height + 6;
        atr_text_image_free(&image);
    }
    assert_true(y <= 210);
    atr_text_destroy(text);
    compare("builtin_font", &canvas);
}

/* Plausible figures, fixed. */
static void fill(atr__OverlayData *data)
{
    atr_FrameStats *f = &data->frames;
    *f = (atr_FrameStats){ .frames = 1024, .fps = 59.8, .mean_ms = 16.72, .p50_ms = 16.6 };
    f->p95_ms = 17.1;
    f->p99_ms = 21.4;
    f->low_p1_fps = 46.7;
    f->low_average_fps = 38.2;
    f->low_integral_fps = 31.5;
    f->stutter_share = 0.004;
    f->budget_ms = 16.667;
    f->over_budget = 12;
    data->history_count = 100;
    for (uint32_t i = 0; i < data->history_count; i++) {
        data->history_ms[i] = i % 29 == 7 ? 26.0f : 14.0f + (float)(i * 7 % 5) * 0.5f;
    }
    data->split = (atr_FrameSplit){ .host_ms = 6.2f,
                                    .effects_ms = 2.1f,
                                    .queue_ms = 0.02f,
                                    .overlay_ms = 0.31f,
                                    .mail_ms = 0.01f,
                                    .present_ms = 0.9f };
    atr_PluginStats *s = &data->stats;
    s->path_name = "surface";
    s->renderer = "software";
    s->queue = (atr_QueueStats){ .waiting = 12, .capacity = 1024, .refused = 0 };
    s->effects = (atr_EffectsStats){ .instances = 3,
                                     .particles = 512,
                                     .quality = 3,
                                     .budget_ms = 16.667f,
                                     .room_ms = 5.6f,
                                     .keep = { 0.42f, 0.8f, 1.0f, 1.0f } };
    s->effects.decisions[ATR_DECISION_PLAYED] = 42;
    s->effects.decisions[ATR_DECISION_MERGED] = 5;
    s->effects.decisions[ATR_DECISION_REDUCED] = 1;
    s->effects.decisions[ATR_DECISION_REFUSED_COOLDOWN] = 2;
    s->effects.decisions[ATR_DECISION_REFUSED_BUDGET] = 4;
    data->use_count = 2;
    data->uses[0] = (atr_EffectUse){ .name = "coin_shower", .instances = 2, .particles = 480 };
    data->uses[1] = (atr_EffectUse){ .name = "xp_burst", .instances = 1, .particles = 32 };
    data->cpu_share = 0.34f;
    data->resident_bytes = 64u << 20;
    data->has_cache = data->has_jobs = data->has_oldest = true;
    data->cache_hit_ratio = 0.973;
    data->jobs_waiting = 3;
    data->jobs_oldest_s = 0.4;
}

static void overlay_compose__fixed_figures__looks_as_approved(void **state)
{
    (void)state;
    atr_Text *text = NULL;
    assert_int_equal(atr_text_create(&(atr_TextDesc){ .builtin_only = true }, &text), ATR_OK);
    const atr_Allocator plain = { 0 };
    atr__OverlaySkin *skin = atr__skin_create(&plain, text, 1);
    assert_non_null(skin);
    for (int full = 0; full < 2; full++) {
        atr__Overlay overlay = { .mode = full ? ATR_OVERLAY_FULL : ATR_OVERLAY_COMPACT };
        fill(&overlay.data);
        if (full) {
            assert_true(atr__full_size(&overlay, skin, &overlay.capacity_w, &overlay.capacity_h));
        } else {
            atr__compact_size(skin, &overlay.capacity_w, &overlay.capacity_h);
        }
        overlay.pixels =
            calloc((size_t)overlay.capacity_w * (size_t)overlay.capacity_h, sizeof *overlay.pixels);
        assert_non_null(overlay.pixels);
        if (full) {
            atr__full_compose(&overlay, skin);
        } else {
            atr__compact_compose(&overlay, skin);
        }
        const atr_Canvas canvas = { overlay.pixels, overlay.width, overlay.height,
                                    overlay.capacity_w };
        compare(full ? "overlay_full" : "overlay_compact", &canvas);
        free(overlay.pixels);
    }
    atr__skin_destroy(&plain, skin);
    atr_text_destroy(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_render__built_in_font__looks_as_approved),
        cmocka_unit_test(overlay_compose__fixed_figures__looks_as_approved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
