/* The cache of copies: its limit, its slices, what it forgets and what it keeps. */
#include "compose_fixture.h"

#include "cmocka_all.h"
#include "failing_allocator.h"

enum { CANVAS_W = 1100, CANVAS_H = 900 };

static Pictures pictures;
static uint32_t drawn[CANVAS_W * CANVAS_H];
static const atr_Canvas canvas = { drawn, CANVAS_W, CANVAS_H, CANVAS_W };

static int pictures_prepare(void **state)
{
    (void)state;
    pictures_init(&pictures);
    return 0;
}

static atr_Compositor *compositor_of(const atr_ComposeDesc *desc)
{
    atr_Compositor *compositor = NULL;
    assert_int_equal(atr_compose_create(desc, &compositor), ATR_OK);
    assert_int_equal(atr_compose_set_sprites(compositor, pictures.images, PICTURES), ATR_OK);
    return compositor;
}

static atr_DrawCmd sprite_at(atr_SpriteId sprite, float x, float y, float w, float h)
{
    return (atr_DrawCmd){ .kind = ATR_DRAW_SPRITE,
                          .sprite = sprite,
                          .x = x,
                          .y = y,
                          .w = w,
                          .h = h,
                          .color = 0xffffffffu };
}

static void draw(atr_Compositor *compositor, const atr_DrawCmd *commands, uint32_t count)
{
    atr_compose_clear(&canvas, NULL, 0xff000000u);
    atr_compose_commands(compositor, &canvas, NULL, NULL, commands, count, NULL, NULL);
}

static atr_ComposeStats stats_of(const atr_Compositor *compositor)
{
    atr_ComposeStats stats;
    atr_compose_stats(compositor, &stats);
    return stats;
}

static uint32_t pixel(int32_t x, int32_t y)
{
    return drawn[y * CANVAS_W + x];
}

static atr_DrawCmd random_sprite(atr__Random *random)
{
    const float most = atr__random_u32(random) % 8 == 0 ? 300 : 60;
    atr_DrawCmd cmd = sprite_at(
        (atr_SpriteId)(atr__random_u32(random) % PICTURES),
        atr__random_between(random, 0, CANVAS_W), atr__random_between(random, 0, CANVAS_H),
        atr__random_between(random, 1, most), atr__random_between(random, 1, most));
    cmd.angle_deg = atr__random_u32(random) % 2 == 0 ? atr__random_between(random, 0, 360) : 0;
    cmd.smooth = atr__random_u32(random) % 4 == 0;
    return cmd;
}

static void compose_commands__any_work__copies_stay_within_limit_and_slice(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t cache_bytes;
        uint32_t fill_pixels;
    } rows[] = {
        { "64 KiB", 65536, 0 },
        { "100,000 bytes, slices of 3,000 pixels", 100000, 3000 },
        { "1 MiB", 1 << 20, 0 },
        { "3 MiB, slices of 100,000 pixels", 3 << 20, 100000 },
    };
    enum { PER_FRAME = 40, FRAMES = 150 };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        const uint32_t slice = rows[i].fill_pixels != 0 ? rows[i].fill_pixels : 16384;
        FailingAllocator memory = { 0 };
        atr_Compositor *compositor =
            compositor_of(&(atr_ComposeDesc){ .cache_bytes = rows[i].cache_bytes,
                                              .fill_pixels = rows[i].fill_pixels,
                                              .allocator = failing_allocator(&memory) });
        const uint32_t requests = failing_allocator_requests(&memory);
        atr__Random random;
        atr__random_seed(&random, i + 5);
        for (int frame = 0; frame < FRAMES; frame++) {
            atr_DrawCmd commands[PER_FRAME];
            const uint64_t before = stats_of(compositor).filled_pixels;
            for (int n = 0; n < PER_FRAME; n++) {
                commands[n] = random_sprite(&random);
            }
            atr_compose_begin_frame(compositor);
            atr_compose_commands(compositor, &canvas, NULL, NULL, commands, PER_FRAME, NULL, NULL);
            atr_compose_commands(compositor, &canvas, NULL, NULL, commands, PER_FRAME, NULL, NULL);
            const atr_ComposeStats stats = stats_of(compositor);
            assert_true(stats.cache_bytes <= rows[i].cache_bytes);
            assert_int_equal(stats.cache_limit, rows[i].cache_bytes);
            assert_true(stats.filled_pixels - before <= slice);
        }
        assert_true(stats_of(compositor).cache_misses > 0);
        assert_true(rows[i].cache_bytes > 100000 || stats_of(compositor).cache_evicted > 0);
        assert_int_equal(failing_allocator_requests(&memory), requests);
        atr_compose_destroy(compositor);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
    }
}

/* Blocks that begin some bytes behind a cache line. */
static void *aside_alloc(void *user, size_t size)
{
    uint8_t *block = aligned_alloc(64, (size + 127) & ~(size_t)63);
    /* cppcheck-suppress memleak ; aside_free knows where it began */
    return block != NULL ? block + *(const size_t *)user : NULL;
}

static void aside_free(void *user, void *block, size_t size)
{
    (void)size;
    if (block != NULL) {
        free((uint8_t *)block - *(const size_t *)user);
    }
}

static void compose_commands__memory_anywhere__keeps_the_same_copies(void **state)
{
    (void)state;
    enum { PER_FRAME = 40, FRAMES = 300, PLACES = 4 };
    atr_ComposeStats stats[PLACES];
    for (size_t place = 0; place < PLACES; place++) {
        size_t aside = place * 16;
        atr_Compositor *compositor = compositor_of(&(atr_ComposeDesc){
            .cache_bytes = 65536, .allocator = { aside_alloc, aside_free, &aside } });
        atr__Random random;
        atr__random_seed(&random, 3);
        for (int frame = 0; frame < FRAMES; frame++) {
            atr_DrawCmd commands[PER_FRAME];
            for (int n = 0; n < PER_FRAME; n++) {
                commands[n] = random_sprite(&random);
            }
            atr_compose_begin_frame(compositor);
            draw(compositor, commands, PER_FRAME);
        }
        stats[place] = stats_of(compositor);
        assert_true(stats[place].cache_evicted > 0);
        /* All figures; what follows them has padding. */
        assert_memory_equal(&stats[place], &stats[0], offsetof(atr_ComposeStats, kernel));
        atr_compose_destroy(compositor);
    }
}

static void compose_commands__no_time_for_copies__everything_is_drawn(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(&(atr_ComposeDesc){ .fill_pixels = 1 });
    atr_DrawCmd commands[] = { sprite_at(2, 30, 30, 20, 20), sprite_at(2, 80, 30, 20, 20),
                               sprite_at(2, 130, 30, 20, 20), sprite_at(3, 30, 80, 12, 12),
                               sprite_at(2, 80, 80, 300, 20) };
    commands[1].angle_deg = 30;
    commands[2].smooth = 1;
    atr_compose_begin_frame(compositor);
    draw(compositor, commands, ATR_COUNT_OF(commands));
    assert_int_not_equal(pixel(30, 30), 0xff000000u);
    assert_int_not_equal(pixel(80, 30), 0xff000000u);
    assert_int_not_equal(pixel(130, 30), 0xff000000u);
    assert_int_not_equal(pixel(30, 80), 0xff000000u);
    assert_int_not_equal(pixel(200, 80), 0xff000000u);
    const atr_ComposeStats stats = stats_of(compositor);
    assert_int_equal(stats.cache_misses, 0);
    assert_int_equal(stats.direct, 5);
    atr_compose_destroy(compositor);
}

static void compose_commands__larger_than_a_slice__is_kept_after_some_frames(void **state)
{
    (void)state;
    static uint32_t first[CANVAS_W * CANVAS_H];
    atr_Compositor *compositor = compositor_of(&(atr_ComposeDesc){ .fill_pixels = 5000 });
    const atr_DrawCmd cmd = sprite_at(1, 400, 300, 300, 210);
    atr_ComposeStats stats = { 0 };
    int frames = 0;
    for (; stats.cache_hits == 0; frames++) {
        assert_true(frames < 100);
        const uint64_t before = stats.filled_pixels;
        atr_compose_begin_frame(compositor);
        draw(compositor, &cmd, 1);
        stats = stats_of(compositor);
        assert_true(stats.filled_pixels - before <= 5000);
        if (frames == 0) {
            memcpy(first, drawn, sizeof first);
        }
        assert_memory_equal(drawn, first, sizeof first);
    }
    assert_true(frames > 300 * 210 / 5000);
    assert_int_equal(stats.cache_misses, 1);
    atr_compose_destroy(compositor);
}

static void compose_commands__huge_picture__is_scaled_over_several_frames(void **state)
{
    (void)state;
    enum { WIDE = 1024, SLICE = 20000, FRAMES_LEAST = WIDE * WIDE / 4 / SLICE };
    static uint32_t texels[WIDE * WIDE];
    for (uint32_t i = 0; i < WIDE * WIDE; i++) {
        texels[i] = 0xff000000u | i;
    }
    const atr_Image image = { texels, WIDE, WIDE, WIDE };
    const float angles[] = { 0, 30 };
    for (size_t i = 0; i < ATR_COUNT_OF(angles); i++) {
        atr_Compositor *compositor = compositor_of(&(atr_ComposeDesc){ .fill_pixels = SLICE });
        assert_int_equal(atr_compose_set_sprite(compositor, 1, &image), ATR_OK);
        atr_DrawCmd cmd = sprite_at(1, 200, 200, 60, 60);
        cmd.angle_deg = angles[i];
        int frames = 0;
        for (; stats_of(compositor).cache_hits == 0; frames++) {
            assert_true(frames < FRAMES_LEAST * 3);
            atr_compose_begin_frame(compositor);
            draw(compositor, &cmd, 1);
            assert_true(pixel(200, 200) != 0xff000000u);
        }
        assert_true(frames >= FRAMES_LEAST);
        atr_compose_destroy(compositor);
    }
}

/* Every one of them is drawn in every frame, so an old one is no worse than a new one. */
static void compose_commands__more_than_fits__what_is_kept_stays(void **state)
{
    (void)state;
    enum { KINDS = 40 };
    atr_Compositor *compositor = compositor_of(&(atr_ComposeDesc){ .cache_bytes = 65536 });
    atr_DrawCmd commands[KINDS];
    for (int i = 0; i < KINDS; i++) {
        commands[i] = sprite_at((atr_SpriteId)(1 + i % 4), (float)(20 + i * 26), 100,
                                (float)(10 + (i >> 2)), (float)(20 - (i >> 2)));
    }
    for (int frame = 0; frame < 4; frame++) {
        atr_compose_begin_frame(compositor);
        draw(compositor, commands, KINDS);
    }
    const atr_ComposeStats before = stats_of(compositor);
    assert_true(before.direct > 0);
    for (int frame = 0; frame < 10; frame++) {
        atr_compose_begin_frame(compositor);
        draw(compositor, commands, KINDS);
    }
    const atr_ComposeStats after = stats_of(compositor);
    assert_int_equal(after.cache_evicted, before.cache_evicted);
    assert_int_equal(after.cache_misses, before.cache_misses);
    assert_true(after.cache_hits - before.cache_hits >= 10 * KINDS / 2);
    atr_compose_destroy(compositor);
}

static void compose_commands__scene_changes__new_copies_replace_old_ones(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(&(atr_ComposeDesc){ .cache_bytes = 65536 });
    for (int scene = 0; scene < 6; scene++) {
        atr_ComposeStats stats = { 0 };
        uint64_t direct = 0;
        for (int frame = 0; frame < 12; frame++) {
            atr_DrawCmd commands[20];
            for (int i = 0; i < 20; i++) {
                commands[i] = sprite_at((atr_SpriteId)(1 + i % 4), (float)(20 + i * 26), 100,
                                        (float)(9 + (i >> 2) + scene), (float)(15 - (i >> 2)));
            }
            atr_compose_begin_frame(compositor);
            draw(compositor, commands, 20);
            direct = stats.direct;
            stats = stats_of(compositor);
        }
        assert_int_equal(stats.direct, direct); /* in the end all of them are copies */
    }
    assert_true(stats_of(compositor).cache_evicted > 0);
    atr_compose_destroy(compositor);
}

static void compose_set_sprite__another_picture__forgets_its_own_copies_only(void **state)
{
    (void)state;
    uint32_t red[4] = { 0xffff0000u, 0xffff0000u, 0xffff0000u, 0xffff0000u };
    const atr_Image image = { red, 2, 2, 2 };
    atr_Compositor *compositor = compositor_of(NULL);
    const atr_DrawCmd commands[] = { sprite_at(2, 30, 30, 20, 20), sprite_at(1, 80, 30, 20, 20),
                                     sprite_at(3, 130, 30, 20, 20) };
    draw(compositor, commands, 3);
    assert_int_equal(stats_of(compositor).cache_misses, 3);
    assert_int_equal(atr_compose_set_sprite(compositor, 2, &image), ATR_OK);
    draw(compositor, commands, 3);
    assert_int_equal(pixel(30, 30), 0xffff0000u);
    assert_int_equal(stats_of(compositor).cache_misses, 4);
    assert_int_equal(stats_of(compositor).cache_hits, 2);
    assert_int_equal(atr_compose_set_sprite(compositor, 2, &(atr_Image){ 0 }), ATR_OK);
    draw(compositor, commands, 3);
    assert_int_equal(pixel(30, 30), 0xff000000u);
    assert_int_equal(atr_compose_set_sprite(compositor, PICTURES, &image), ATR_ERR_INVALID);
    atr_compose_destroy(compositor);
}

static void compose_commands__turned_sprite_of_any_size__covers_its_middle_and_area(void **state)
{
    (void)state;
    static const float sides[] = { 1, 3, 8, 24, 96, 97, 359, 361, 500, 800 };
    for (size_t cache = 0; cache < 2; cache++) {
        atr_Compositor *compositor =
            compositor_of(&(atr_ComposeDesc){ .cache_bytes = cache == 0 ? 0 : 65536 });
        for (size_t i = 0; i < ATR_COUNT_OF(sides); i++) {
            const float side = sides[i];
            atr_DrawCmd cmd = sprite_at(ATR_SPRITE_WHITE, 550.5f, 450.5f, side, side * 0.5f + 1);
            cmd.angle_deg = 30;
            draw(compositor, &cmd, 1);
            double sum = 0;
            for (int32_t p = 0; p < CANVAS_W * CANVAS_H; p++) {
                sum += (drawn[p] & 255) / 255.0;
            }
            const double area = (double)floorf(side) * (double)floorf(side * 0.5f + 1.5f);
            print_message("  %g: %.1f of %.1f\n", (double)side, sum, area);
            assert_true(pixel(550, 450) != 0xff000000u);
            assert_true(fabs(sum - area) <= 1 + side * 0.1);
        }
        atr_compose_destroy(compositor);
    }
}

static void compose_commands__slow_sprite__moves_between_pixels(void **state)
{
    (void)state;
    static const float sides[] = { 16, 50 };
    atr_Compositor *compositor = compositor_of(NULL);
    for (size_t i = 0; i < ATR_COUNT_OF(sides); i++) {
        double last = 0;
        for (int step = 0; step < 16; step++) {
            atr_DrawCmd cmd = sprite_at(3, 100 + (float)step / 4, 100, sides[i], sides[i]);
            cmd.smooth = 1;
            draw(compositor, &cmd, 1);
            double sum = 0;
            double weighted = 0;
            for (int32_t y = 60; y < 140; y++) {
                for (int32_t x = 60; x < 150; x++) {
                    sum += pixel(x, y) & 255;
                    weighted += (x + 0.5) * (pixel(x, y) & 255);
                }
            }
            const double centre = weighted / sum;
            assert_true(fabs(centre - (100 + step / 4.0)) < 0.05);
            assert_true(step == 0 || fabs(centre - last - 0.25) < 0.03);
            last = centre;
        }
    }
    atr_compose_destroy(compositor);
}

static void compose_commands__stretched_particles__have_that_share_of_their_height(void **state)
{
    (void)state;
    static const float x[] = { 50, 150 };
    static const float y[] = { 50, 50 };
    static const float size[] = { 40, 40 };
    static const float angle[] = { 0, 0 };
    static const float stretch[] = { 1.0f, 0.25f };
    static const uint32_t color[] = { 0xffffffffu, 0xffffffffu };
    static const atr_SpriteId sprite[] = { 2, 2 };
    const atr_Particles particles = { .count = 2,
                                      .x = x,
                                      .y = y,
                                      .size = size,
                                      .angle_deg = angle,
                                      .color = color,
                                      .sprite = sprite,
                                      .stretch = stretch };
    const atr_DrawCmd cmd = { .kind = ATR_DRAW_PARTICLES, .count = 2 };
    atr_Compositor *compositor = compositor_of(NULL);
    atr_compose_clear(&canvas, NULL, 0);
    atr_compose_commands(compositor, &canvas, NULL, NULL, &cmd, 1, &particles, NULL);
    int32_t rows[2] = { 0, 0 };
    for (int32_t row = 0; row < 100; row++) {
        rows[0] += pixel(50, row) != 0;
        rows[1] += pixel(150, row) != 0;
    }
    assert_int_equal(rows[0], 40);
    assert_int_equal(rows[1], 10);
    atr_compose_destroy(compositor);
}

static void compose_create__kernel_by_name__is_that_one_or_none(void **state)
{
    (void)state;
    atr_Compositor *compositor = NULL;
    assert_int_equal(atr_compose_create(&(atr_ComposeDesc){ .kernel = "abacus" }, &compositor),
                     ATR_ERR_NOT_FOUND);
    assert_null(compositor);
    compositor = compositor_of(&(atr_ComposeDesc){ .kernel = "scalar" });
    assert_string_equal(stats_of(compositor).kernel, "scalar");
    atr_compose_destroy(compositor);
    uint32_t last = 0;
    while (atr_compose_kernel(last + 1) != NULL) {
        last++;
    }
    assert_string_equal(atr_compose_kernel(last), "scalar");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compose_commands__any_work__copies_stay_within_limit_and_slice),
        cmocka_unit_test(compose_commands__memory_anywhere__keeps_the_same_copies),
        cmocka_unit_test(compose_commands__no_time_for_copies__everything_is_drawn),
        cmocka_unit_test(compose_commands__larger_than_a_slice__is_kept_after_some_frames),
        cmocka_unit_test(compose_commands__huge_picture__is_scaled_over_several_frames),
        cmocka_unit_test(compose_commands__more_than_fits__what_is_kept_stays),
        cmocka_unit_test(compose_commands__scene_changes__new_copies_replace_old_ones),
        cmocka_unit_test(compose_set_sprite__another_picture__forgets_its_own_copies_only),
        cmocka_unit_test(compose_commands__turned_sprite_of_any_size__covers_its_middle_and_area),
        cmocka_unit_test(compose_commands__slow_sprite__moves_between_pixels),
        cmocka_unit_test(compose_commands__stretched_particles__have_that_share_of_their_height),
        cmocka_unit_test(compose_create__kernel_by_name__is_that_one_or_none),
    };
    return cmocka_run_group_tests(tests, pictures_prepare, NULL);
}
