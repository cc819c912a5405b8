/* One scene, drawn in every way the compositor has: the pixels must be the same. */
#include "compose_fixture.h"

#include "cmocka_all.h"

static Pictures pictures;
static Scene scene;
static uint32_t expected[SCENE_W * SCENE_H];
static uint32_t drawn[SCENE_W * SCENE_H];

static atr_Compositor *compositor_of(const atr_ComposeDesc *desc)
{
    atr_Compositor *compositor = NULL;
    assert_int_equal(atr_compose_create(desc, &compositor), ATR_OK);
    assert_int_equal(atr_compose_set_sprites(compositor, pictures.images, PICTURES), ATR_OK);
    return compositor;
}

static void draw(atr_Compositor *compositor, uint32_t *pixels)
{
    const atr_Canvas canvas = { pixels, SCENE_W, SCENE_H, SCENE_W };
    atr_compose_clear(&canvas, NULL, 0xff0e1330u);
    atr_compose_commands(compositor, &canvas, NULL, NULL, scene.commands, SCENE_COMMANDS,
                         &scene.particles, NULL);
}

static int scene_prepare(void **state)
{
    (void)state;
    pictures_init(&pictures);
    scene_init(&scene, 11);
    atr_Compositor *compositor = compositor_of(&(atr_ComposeDesc){ .kernel = "scalar" });
    draw(compositor, expected);
    atr_compose_destroy(compositor);
    return 0;
}

static void assert_as_expected(void)
{
    for (int i = 0; i < SCENE_W * SCENE_H; i++) {
        if (drawn[i] != expected[i]) {
            fail_msg("at %d, %d: %08x, expected %08x", i % SCENE_W, i / SCENE_W, drawn[i],
                     expected[i]);
        }
    }
}

static void compose_commands__any_kernel_thread_and_cache__same_pixels(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        atr_ComposeDesc desc;
    } rows[] = {
        { "as it comes", { 0 } },
        { "two threads", { .second_thread = true } },
        { "64 KiB of copies", { .cache_bytes = 65536 } },
        { "64 KiB of copies, two threads", { .cache_bytes = 65536, .second_thread = true } },
        { "in passes of 64 sprites", { .max_sprites = 64 } },
        { "in passes of 2,000, two threads", { .max_sprites = 2000, .second_thread = true } },
    };
    for (uint32_t k = 0; atr_compose_kernel(k) != NULL; k++) {
        for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
            print_message("  %s: %s\n", atr_compose_kernel(k), rows[i].name);
            atr_ComposeDesc desc = rows[i].desc;
            desc.kernel = atr_compose_kernel(k);
            atr_Compositor *compositor = compositor_of(&desc);
            for (int frame = 0; frame < 4; frame++) {
                draw(compositor, drawn);
                assert_as_expected();
            }
            atr_compose_destroy(compositor);
        }
    }
}

static void compose_commands__one_call_or_many__same_pixels(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(NULL);
    const atr_Canvas canvas = { drawn, SCENE_W, SCENE_H, SCENE_W };
    atr_compose_clear(&canvas, NULL, 0xff0e1330u);
    for (uint32_t i = 0; i < SCENE_COMMANDS; i++) {
        atr_compose_commands(compositor, &canvas, NULL, NULL, &scene.commands[i], 1,
                             &scene.particles, NULL);
    }
    assert_as_expected();
    atr_compose_destroy(compositor);
}

static void compose_begin_frame__when_all_copies_are_made__same_pixels(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(&(atr_ComposeDesc){ .fill_pixels = 20000 });
    atr_ComposeStats before = { 0 };
    bool settled = false;
    for (int frame = 0; frame < 400 && !settled; frame++) {
        atr_ComposeStats after;
        atr_compose_begin_frame(compositor);
        draw(compositor, drawn);
        atr_compose_stats(compositor, &after);
        assert_true(after.filled_pixels - before.filled_pixels <= 20000);
        settled = frame > 2 && after.cache_misses == before.cache_misses;
        before = after;
    }
    assert_true(settled);
    assert_as_expected();
    atr_compose_destroy(compositor);
}

static void compose_set_kernel__while_running__same_pixels(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(NULL);
    for (uint32_t k = 0; atr_compose_kernel(k) != NULL; k++) {
        atr_ComposeStats stats;
        assert_int_equal(atr_compose_set_kernel(compositor, atr_compose_kernel(k)), ATR_OK);
        draw(compositor, drawn);
        assert_as_expected();
        atr_compose_stats(compositor, &stats);
        assert_string_equal(stats.kernel, atr_compose_kernel(k));
    }
    assert_int_equal(atr_compose_set_kernel(compositor, "abacus"), ATR_ERR_NOT_FOUND);
    atr_compose_destroy(compositor);
}

static void compose_set_second_thread__on_and_off__same_pixels(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(NULL);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(atr_compose_set_second_thread(compositor, i % 3 != 0), ATR_OK);
        draw(compositor, drawn);
        assert_as_expected();
    }
    atr_compose_destroy(compositor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compose_commands__any_kernel_thread_and_cache__same_pixels),
        cmocka_unit_test(compose_commands__one_call_or_many__same_pixels),
        cmocka_unit_test(compose_begin_frame__when_all_copies_are_made__same_pixels),
        cmocka_unit_test(compose_set_kernel__while_running__same_pixels),
        cmocka_unit_test(compose_set_second_thread__on_and_off__same_pixels),
    };
    return cmocka_run_group_tests(tests, scene_prepare, NULL);
}
