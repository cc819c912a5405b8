#include <atrium/compose.h>

#include "cmocka_all.h"
#include "failing_allocator.h"

#include <math.h>
#include <string.h>

#define SIDE 96

/* A canvas with a fence round it, so that a pixel written outside is seen. */
typedef struct Sheet {
    uint32_t memory[(SIDE + 32) * (SIDE + 32)];
    atr_Canvas canvas;
} Sheet;

#define FENCE      0xdeadbeefu
#define BACKGROUND 0xff0e1330u

static void sheet_init(Sheet *sheet, int32_t width, int32_t height)
{
    const int32_t pitch = SIDE + 32;
    for (size_t i = 0; i < ATR_COUNT_OF(sheet->memory); i++) {
        sheet->memory[i] = FENCE;
    }
    sheet->canvas = (atr_Canvas){ sheet->memory + 16 * pitch + 16, width, height, pitch };
    atr_compose_clear(&sheet->canvas, NULL, BACKGROUND);
}

static uint32_t pixel(const atr_Canvas *canvas, int32_t x, int32_t y)
{
    return canvas->pixels[(ptrdiff_t)y * canvas->pitch + x];
}

static void assert_fence_stands(const Sheet *sheet)
{
    const atr_Canvas *canvas = &sheet->canvas;
    for (int32_t y = -16; y < SIDE + 16; y++) {
        for (int32_t x = -16; x < SIDE + 16; x++) {
            if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height) {
                assert_int_equal(pixel(canvas, x, y), FENCE);
            }
        }
    }
}

/* Sprite 0 white, 1 a soft asymmetric blob of 24 by 16, 2 opaque 8 by 8, 3 nothing. */
static uint32_t white_pixel = 0xffffffffu;
static uint32_t blob[24 * 16];
static uint32_t block[8 * 8];

static void pictures_init(atr_Image images[4])
{
    for (uint32_t y = 0; y < 16; y++) {
        for (uint32_t x = 0; x < 24; x++) {
            const uint32_t alpha = (x * 10 + y * 3) % 256 * (x > 1 && y > 1 && x < 22);
            blob[y * 24 + x] = alpha << 24 | alpha << 16 | alpha / 2 << 8 | alpha / 3;
        }
    }
    for (uint32_t i = 0; i < 64; i++) {
        block[i] = 0xff000000u | i * 0x030201u;
    }
    images[0] = (atr_Image){ &white_pixel, 1, 1, 1 };
    images[1] = (atr_Image){ blob, 24, 16, 24 };
    images[2] = (atr_Image){ block, 8, 8, 8 };
    images[3] = (atr_Image){ 0 };
}

static atr_Compositor *compositor_of(size_t cache_bytes)
{
    atr_Compositor *compositor = NULL;
    atr_Image images[4];
    pictures_init(images);
    assert_int_equal(
        atr_compose_create(&(atr_ComposeDesc){ .cache_bytes = cache_bytes }, &compositor), ATR_OK);
    assert_int_equal(atr_compose_set_sprites(compositor, images, 4), ATR_OK);
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

static void draw(atr_Compositor *compositor, Sheet *sheet, atr_DrawCmd cmd)
{
    atr_compose_commands(compositor, &sheet->canvas, NULL, NULL, &cmd, 1, NULL, NULL);
}

static uint32_t expected_tinted(uint32_t s, uint32_t t)
{
    return (uint32_t)floor(s * (t > 127 ? t + 1 : t) / 256.0 + 0.5);
}

/* The formulas of compose_internal.h, in floating point. */
static uint32_t expected_channel(uint32_t s, uint32_t sa, uint32_t d, uint32_t t, uint32_t ta)
{
    const double keep = 256.0 - expected_tinted(sa, ta);
    const uint32_t sum = expected_tinted(s, t) + (uint32_t)floor((d + 0.5) * keep / 256.0);
    return sum > 255 ? 255 : sum;
}

static uint32_t expected_pixel(uint32_t s, uint32_t d, uint32_t t)
{
    uint32_t result = 0;
    for (uint32_t shift = 0; shift < 32; shift += 8) {
        result |=
            expected_channel(s >> shift & 255, s >> 24, d >> shift & 255, t >> shift & 255, t >> 24)
            << shift;
    }
    return result;
}

static void compose_commands__unscaled_sprite__meets_the_formulas_to_the_bit(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t tint;
    } rows[] = {
        { "untouched", 0xffffffffu },
        { "half", 0x80808080u },
        { "red, premultiplied", 0xc0c00000u },
        { "additive", 0x00ffc247u },
        { "faint additive", 0x00030201u },
        { "opaque colour", 0xff45d6ceu },
        { "black", 0xff000000u },
    };
    atr_Compositor *compositor = compositor_of(0);
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Sheet sheet;
        sheet_init(&sheet, SIDE, SIDE);
        atr_DrawCmd cmd = sprite_at(1, 32, 28, 24, 16);
        cmd.color = rows[i].tint;
        draw(compositor, &sheet, cmd);
        for (int32_t y = 0; y < 16; y++) {
            for (int32_t x = 0; x < 24; x++) {
                assert_int_equal(pixel(&sheet.canvas, 20 + x, 20 + y),
                                 expected_pixel(blob[y * 24 + x], BACKGROUND, rows[i].tint));
            }
        }
        assert_int_equal(pixel(&sheet.canvas, 19, 25), BACKGROUND);
        assert_int_equal(pixel(&sheet.canvas, 44, 25), BACKGROUND);
    }
    atr_compose_destroy(compositor);
}

static void compose_commands__every_tint_and_pixel__formula_is_exact(void **state)
{
    (void)state;
    /* The pair (source, tint) walks all 65,536 products through one channel. */
    enum { WIDE = 256 };
    static uint32_t ramp[WIDE];
    static uint32_t line[WIDE];
    for (uint32_t i = 0; i < WIDE; i++) {
        ramp[i] = 0xff000000u | i;
    }
    const atr_Image image = { ramp, WIDE, 1, WIDE };
    const atr_Canvas canvas = { line, WIDE, 1, WIDE };
    for (uint32_t tint = 0; tint < 256; tint++) {
        atr_compose_clear(&canvas, NULL, 0xff000000u);
        atr_compose_image(&canvas, NULL, &image, 0, 0, 0xff000000u | tint);
        for (uint32_t i = 0; i < WIDE; i++) {
            assert_int_equal(line[i] & 255, expected_tinted(i, tint));
        }
    }
}

static void compose_commands__any_position__a_part_seen_equals_the_whole_cut(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        float w, h, angle;
    } rows[] = { { "unscaled", 24, 16, 0 },
                 { "smaller", 9, 6, 0 },
                 { "larger", 50, 31, 0 },
                 { "turned", 24, 16, 33 },
                 { "turned and larger", 40, 30, -120 } };
    atr_Compositor *compositor = compositor_of(0);
    const atr_Rect window = { 32, 32, 32, 32 };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        for (float at = -40; at < 72; at += 3.25f) {
            Sheet whole;
            Sheet cut;
            sheet_init(&whole, SIDE, SIDE);
            sheet_init(&cut, window.w, window.h);
            atr_DrawCmd cmd = sprite_at(1, at + 32, 48 - at / 2 + 8, rows[i].w, rows[i].h);
            cmd.angle_deg = rows[i].angle;
            draw(compositor, &whole, cmd);
            cmd.x -= 32;
            cmd.y -= 32;
            draw(compositor, &cut, cmd);
            for (int32_t y = 0; y < window.h; y++) {
                for (int32_t x = 0; x < window.w; x++) {
                    assert_int_equal(pixel(&cut.canvas, x, y),
                                     pixel(&whole.canvas, window.x + x, window.y + y));
                }
            }
            assert_fence_stands(&whole);
            assert_fence_stands(&cut);
        }
    }
    atr_compose_destroy(compositor);
}

static void compose_commands__clip__nothing_outside_changes(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(0);
    const atr_Rect clip = { 20, 30, 17, 9 };
    for (float angle = 0; angle < 90; angle += 30) {
        Sheet free_sheet;
        Sheet clipped;
        sheet_init(&free_sheet, SIDE, SIDE);
        sheet_init(&clipped, SIDE, SIDE);
        atr_DrawCmd cmds[2] = {
            sprite_at(1, 30, 34, 40, 40),
            { .kind = ATR_DRAW_RECT, .x = 24, .y = 36, .w = 12, .h = 80, .color = 0x80402010u }
        };
        cmds[0].angle_deg = angle;
        atr_compose_commands(compositor, &free_sheet.canvas, NULL, NULL, cmds, 2, NULL, NULL);
        atr_compose_commands(compositor, &clipped.canvas, &clip, NULL, cmds, 2, NULL, NULL);
        for (int32_t y = 0; y < SIDE; y++) {
            for (int32_t x = 0; x < SIDE; x++) {
                const bool inside =
                    x >= clip.x && x < clip.x + clip.w && y >= clip.y && y < clip.y + clip.h;
                assert_int_equal(pixel(&clipped.canvas, x, y),
                                 inside ? pixel(&free_sheet.canvas, x, y) : BACKGROUND);
            }
        }
    }
    atr_compose_destroy(compositor);
}

static void compose_commands__wild_numbers__draw_nothing_outside_and_do_not_crash(void **state)
{
    (void)state;
    static const float wild[] = { 0.0f,      -0.0f,         -7.5f,     1e-30f,      3e8f,
                                  -3e8f,     1e30f,         -1e30f,    NAN,         INFINITY,
                                  -INFINITY, 2147483648.0f, 999999.0f, 16777216.0f, -999999.5f };
    atr_Compositor *compositor = compositor_of(0);
    Sheet sheet;
    sheet_init(&sheet, SIDE, SIDE);
    for (size_t a = 0; a < ATR_COUNT_OF(wild); a++) {
        for (size_t b = 0; b < ATR_COUNT_OF(wild); b++) {
            for (uint8_t kind = ATR_DRAW_SPRITE; kind <= ATR_DRAW_PARTICLES + 1; kind++) {
                atr_DrawCmd cmd = sprite_at(1, wild[a], wild[b], wild[b], 20);
                cmd.kind = kind;
                draw(compositor, &sheet, cmd);
                cmd = sprite_at(1, 20, wild[a], 20, wild[b]);
                cmd.kind = kind;
                cmd.angle_deg = wild[a];
                draw(compositor, &sheet, cmd);
                const atr_Transform transform = { wild[a], wild[b], wild[b], wild[a] };
                atr_compose_commands(compositor, &sheet.canvas, NULL, &transform, &cmd, 1, NULL,
                                     NULL);
            }
        }
    }
    static const int32_t edges[] = { INT32_MIN, INT32_MIN + 1, -1, 0, 1, INT32_MAX - 1, INT32_MAX };
    for (size_t a = 0; a < ATR_COUNT_OF(edges); a++) {
        for (size_t b = 0; b < ATR_COUNT_OF(edges); b++) {
            const atr_Rect clip = { edges[a], edges[b], edges[b], edges[a] };
            const atr_DrawCmd cmd = sprite_at(1, 20, 20, 20, 20);
            atr_compose_commands(compositor, &sheet.canvas, &clip, NULL, &cmd, 1, NULL, NULL);
            atr_compose_image(&sheet.canvas, &clip, &(atr_Image){ blob, 24, 16, 24 }, edges[a],
                              edges[b], 0xffffffffu);
        }
    }
    const atr_DrawCmd cmd = sprite_at(2, 20, 20, 20, 20);
    atr_compose_commands(compositor, &(atr_Canvas){ 0 }, NULL, NULL, &cmd, 1, NULL, NULL);
    atr_compose_commands(compositor, &(atr_Canvas){ sheet.memory, -4, 9, 4 }, NULL, NULL, &cmd, 1,
                         NULL, NULL);
    assert_fence_stands(&sheet);
    atr_compose_destroy(compositor);
}

static void compose_commands__unknown_or_empty_sprite__draws_nothing(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(0);
    Sheet sheet;
    sheet_init(&sheet, SIDE, SIDE);
    draw(compositor, &sheet, sprite_at(3, 40, 40, 40, 40));
    draw(compositor, &sheet, sprite_at(4, 40, 40, 40, 40));
    draw(compositor, &sheet, sprite_at(ATR_SPRITE_NONE, 40, 40, 40, 40));
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            assert_int_equal(pixel(&sheet.canvas, x, y), BACKGROUND);
        }
    }
    atr_compose_destroy(compositor);
}

static void compose_set_sprites__more_than_there_are_ids__none_draws_nothing(void **state)
{
    (void)state;
    enum { COUNT = ATR_SPRITE_NONE + 2 };
    static atr_Image images[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        images[i] = (atr_Image){ &white_pixel, 1, 1, 1 };
    }
    atr_Compositor *compositor = compositor_of(0);
    assert_int_equal(atr_compose_set_sprites(compositor, images, COUNT), ATR_OK);
    Sheet sheet;
    sheet_init(&sheet, SIDE, SIDE);
    draw(compositor, &sheet, sprite_at(ATR_SPRITE_NONE, 20, 20, 8, 8));
    draw(compositor, &sheet, sprite_at(ATR_SPRITE_NONE - 1, 60, 20, 8, 8));
    assert_int_equal(pixel(&sheet.canvas, 20, 20), BACKGROUND);
    assert_int_equal(pixel(&sheet.canvas, 60, 20), 0xffffffffu);
    atr_compose_destroy(compositor);
}

static void compose_commands__rect__covers_its_pixels_only(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(0);
    Sheet sheet;
    sheet_init(&sheet, SIDE, SIDE);
    draw(compositor, &sheet,
         (atr_DrawCmd){
             .kind = ATR_DRAW_RECT, .x = 15, .y = 25, .w = 10, .h = 6, .color = 0x80800000u });
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            const bool inside = x >= 10 && x < 20 && y >= 22 && y < 28;
            assert_int_equal(pixel(&sheet.canvas, x, y),
                             inside ? expected_pixel(0x80800000u, BACKGROUND, 0xffffffffu)
                                    : BACKGROUND);
        }
    }
    atr_compose_destroy(compositor);
}

static void compose_commands__transform__scales_and_shifts(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(0);
    Sheet direct;
    Sheet transformed;
    sheet_init(&direct, SIDE, SIDE);
    sheet_init(&transformed, SIDE, SIDE);
    draw(compositor, &direct, sprite_at(1, 50, 44, 36, 24));
    const atr_DrawCmd cmd = sprite_at(1, 20, 16, 18, 12);
    const atr_Transform transform = { 2, 2, 10, 12 };
    atr_compose_commands(compositor, &transformed.canvas, NULL, &transform, &cmd, 1, NULL, NULL);
    assert_memory_equal(direct.memory, transformed.memory, sizeof direct.memory);
    atr_compose_destroy(compositor);
}

static void compose_commands__particles__equal_single_sprites(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(0);
    static const float x[] = { 10, 30, 50, 70 };
    static const float y[] = { 20, 30, 40, 60 };
    static const float size[] = { 24, 12, 30, 18 };
    static const float angle[] = { 0, 45, 0, -10 };
    static const uint32_t color[] = { 0xffffffffu, 0x80408020u, 0x00302010u, 0xffffffffu };
    static const atr_SpriteId sprite[] = { 1, 1, 2, 2 };
    const atr_Particles particles = { .count = 4,
                                      .x = x,
                                      .y = y,
                                      .size = size,
                                      .angle_deg = angle,
                                      .color = color,
                                      .sprite = sprite };
    Sheet singles;
    Sheet range;
    sheet_init(&singles, SIDE, SIDE);
    sheet_init(&range, SIDE, SIDE);
    for (int i = 1; i < 4; i++) {
        atr_DrawCmd cmd =
            sprite_at(sprite[i], x[i], y[i], size[i], sprite[i] == 1 ? size[i] * 16 / 24 : size[i]);
        cmd.angle_deg = angle[i];
        cmd.color = color[i];
        draw(compositor, &singles, cmd);
    }
    /* A count beyond the end is cut; a first beyond it draws nothing. */
    const atr_DrawCmd cmds[] = {
        { .kind = ATR_DRAW_PARTICLES, .first = 1, .count = UINT32_MAX },
        { .kind = ATR_DRAW_PARTICLES, .first = 4, .count = 1 },
        { .kind = ATR_DRAW_PARTICLES, .first = UINT32_MAX, .count = UINT32_MAX },
    };
    atr_compose_commands(compositor, &range.canvas, NULL, NULL, cmds, 3, &particles, NULL);
    assert_memory_equal(singles.memory, range.memory, sizeof singles.memory);
    atr_compose_destroy(compositor);
}

/* Sizes so varied that a small cache has to evict all the time and refuses the largest. */
static void draw_varied(atr_Compositor *compositor, Sheet *sheet)
{
    for (int i = 0; i < 300; i++) {
        const float side = (float)(2 + i * 7 % 90);
        atr_DrawCmd cmd = sprite_at((atr_SpriteId)(1 + i % 2), (float)(i * 13 % SIDE),
                                    (float)(i * 29 % SIDE), side, side * 0.7f);
        cmd.color = i % 3 == 0 ? 0x20402010u : 0xffffffffu;
        draw(compositor, sheet, cmd);
    }
}

static void compose_commands__small_cache__same_pixels_as_a_large_one(void **state)
{
    (void)state;
    atr_Compositor *small = compositor_of(64 * 1024);
    atr_Compositor *large = compositor_of(0);
    Sheet a;
    Sheet b;
    sheet_init(&a, SIDE, SIDE);
    sheet_init(&b, SIDE, SIDE);
    draw_varied(small, &a);
    draw_varied(large, &b);
    assert_memory_equal(a.memory, b.memory, sizeof a.memory);
    atr_ComposeStats few;
    atr_ComposeStats many;
    atr_compose_stats(small, &few);
    atr_compose_stats(large, &many);
    assert_true(few.direct > 0);
    assert_true(few.cache_bytes <= 64 * 1024);
    assert_true(many.cache_hits > 0);
    assert_int_equal(many.direct, 0);
    assert_int_equal(few.sprites, 300);
    atr_compose_destroy(small);
    atr_compose_destroy(large);
}

static void compose_commands__after_the_first_frame__allocates_nothing(void **state)
{
    (void)state;
    FailingAllocator memory = { 0 };
    atr_Compositor *compositor = NULL;
    atr_Image images[4];
    pictures_init(images);
    assert_int_equal(
        atr_compose_create(
            &(atr_ComposeDesc){ .cache_bytes = 64 * 1024, .allocator = failing_allocator(&memory) },
            &compositor),
        ATR_OK);
    assert_int_equal(atr_compose_set_sprites(compositor, images, 4), ATR_OK);
    const uint32_t before = failing_allocator_requests(&memory);
    Sheet sheet;
    sheet_init(&sheet, SIDE, SIDE);
    draw_varied(compositor, &sheet);
    assert_int_equal(failing_allocator_requests(&memory), before);
    atr_compose_destroy(compositor);
    assert_int_equal(failing_allocator_bytes(&memory), 0);
}

static void compose_commands__tiles__every_changed_pixel_lies_in_a_marked_one(void **state)
{
    (void)state;
    enum { W = 300, H = 200, COLUMNS = 5, ROWS = 4 };
    static uint32_t pixels[W * H];
    atr_Compositor *compositor = compositor_of(0);
    const atr_Canvas canvas = { pixels, W, H, W };
    const atr_DrawCmd cmds[] = { sprite_at(1, 64, 64, 24, 16),
                                 sprite_at(2, 299, 199, 8, 8),
                                 { .kind = ATR_DRAW_SPRITE,
                                   .sprite = 1,
                                   .x = 190,
                                   .y = 30,
                                   .w = 40,
                                   .h = 30,
                                   .angle_deg = 45,
                                   .color = 0xffffffffu } };
    uint8_t marks[COLUMNS * ROWS] = { 0 };
    atr_compose_clear(&canvas, NULL, 0);
    atr_compose_commands(compositor, &canvas, NULL, NULL, cmds, 3, NULL,
                         &(atr_Tiles){ marks, COLUMNS, ROWS });
    for (int32_t y = 0; y < H; y++) {
        for (int32_t x = 0; x < W; x++) {
            if (pixel(&canvas, x, y) != 0) {
                assert_int_equal(marks[y / ATR_TILE * COLUMNS + x / ATR_TILE], 1);
            }
        }
    }
    assert_int_equal(marks[0 * COLUMNS + 4], 0);
    assert_int_equal(marks[3 * COLUMNS + 0], 0);
    atr_compose_destroy(compositor);
}

static void compose_commands__opaque_scaled_up_and_down__stays_opaque_and_in_range(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(0);
    for (float side = 1; side <= 64; side += 1) {
        Sheet sheet;
        sheet_init(&sheet, SIDE, SIDE);
        draw(compositor, &sheet, sprite_at(2, 48, 48, side, side));
        int32_t changed = 0;
        for (int32_t y = 0; y < SIDE; y++) {
            for (int32_t x = 0; x < SIDE; x++) {
                assert_int_equal(pixel(&sheet.canvas, x, y) >> 24, 255);
                changed += pixel(&sheet.canvas, x, y) != BACKGROUND;
            }
        }
        assert_int_equal(changed, (int32_t)(side * side));
    }
    atr_compose_destroy(compositor);
}

static void compose_commands__turned_by_a_quarter__is_the_sprite_turned(void **state)
{
    (void)state;
    atr_Compositor *compositor = compositor_of(0);
    Sheet sheet;
    sheet_init(&sheet, SIDE, SIDE);
    atr_DrawCmd cmd = sprite_at(2, 48, 48, 8, 8);
    cmd.angle_deg = 90;
    draw(compositor, &sheet, cmd);
    for (int32_t y = 0; y < 8; y++) {
        for (int32_t x = 0; x < 8; x++) {
            /* Clockwise: the left column becomes the top row. */
            assert_int_equal(pixel(&sheet.canvas, 44 + x, 44 + y), block[(7 - x) * 8 + y]);
        }
    }
    atr_compose_destroy(compositor);
}

/* Bars with gaps between, and a gap in each bar: a clear border, and holes within rows. */
static atr_Image bars_init(uint32_t bars[32 * 32])
{
    for (uint32_t y = 0; y < 32; y++) {
        for (uint32_t x = 0; x < 32; x++) {
            const bool inside = x > 0 && y > 0 && x < 31 && y < 31;
            const bool bar = x % 8 < 3 && (y + x) % 11 != 5 && y / 6 != 2;
            bars[y * 32 + x] = inside && bar ? 0x01010101u * (100 + x * 4) : 0;
        }
    }
    return (atr_Image){ bars, 32, 32, 32 };
}

static void compose_commands__sprite_with_holes__same_pixels_kept_or_not(void **state)
{
    (void)state;
    static uint32_t bars[32 * 32];
    const atr_Image image = bars_init(bars);
    atr_Compositor *small = compositor_of(64 * 1024);
    atr_Compositor *large = compositor_of(0);
    assert_int_equal(atr_compose_set_sprites(small, &image, 1), ATR_OK);
    assert_int_equal(atr_compose_set_sprites(large, &image, 1), ATR_OK);
    for (int i = 0; i < 90; i++) {
        Sheet a;
        Sheet b;
        sheet_init(&a, SIDE, SIDE);
        sheet_init(&b, SIDE, SIDE);
        atr_DrawCmd cmd = sprite_at(0, (float)(i * 13 % SIDE), (float)(i * 29 % SIDE),
                                    (float)(40 + i), (float)(130 - i));
        cmd.color = i % 3 == 0 ? 0x00402010u : 0xffffffffu;
        draw(small, &a, cmd);
        draw(large, &b, cmd);
        assert_memory_equal(a.memory, b.memory, sizeof a.memory);
    }
    atr_ComposeStats stats;
    atr_compose_stats(small, &stats);
    assert_int_equal(stats.direct, 90);
    atr_compose_stats(large, &stats);
    assert_int_equal(stats.direct, 0);
    atr_compose_destroy(small);
    atr_compose_destroy(large);
}

static void compose_commands__turned_and_growing__fills_no_cache(void **state)
{
    (void)state;
    static uint32_t bars[32 * 32];
    const atr_Image image = bars_init(bars);
    atr_Compositor *compositor = compositor_of(0);
    assert_int_equal(atr_compose_set_sprites(compositor, &image, 1), ATR_OK);
    Sheet sheet;
    sheet_init(&sheet, SIDE, SIDE);
    for (int i = 0; i < 40; i++) {
        atr_DrawCmd cmd = sprite_at(0, 48, 48, (float)(32 + i), (float)(32 + i));
        cmd.angle_deg = (float)(10 + i);
        draw(compositor, &sheet, cmd);
    }
    assert_fence_stands(&sheet);
    assert_int_not_equal(pixel(&sheet.canvas, 40, 40), BACKGROUND);
    atr_ComposeStats stats;
    atr_compose_stats(compositor, &stats);
    assert_int_equal(stats.cache_misses, 0);
    assert_int_equal(stats.direct, 40);
    atr_compose_destroy(compositor);
}

static void compose_commands__large_and_growing__is_kept_once_it_stands_still(void **state)
{
    (void)state;
    static uint32_t bars[32 * 32];
    const atr_Image image = bars_init(bars);
    atr_Compositor *compositor = compositor_of(0);
    assert_int_equal(atr_compose_set_sprites(compositor, &image, 1), ATR_OK);
    static const struct {
        const char *name;
        float side;
        uint64_t direct, misses, hits;
    } rows[] = {
        { "grows", 150, 1, 0, 0 },
        { "grows on", 160, 2, 0, 0 },
        { "stands still", 160, 2, 1, 0 },
        { "stays", 160, 2, 1, 1 },
    };
    Sheet first;
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Sheet sheet;
        sheet_init(&sheet, SIDE, SIDE);
        draw(compositor, &sheet, sprite_at(0, 48, 48, rows[i].side, rows[i].side));
        atr_ComposeStats stats;
        atr_compose_stats(compositor, &stats);
        assert_int_equal(stats.direct, rows[i].direct);
        assert_int_equal(stats.cache_misses, rows[i].misses);
        assert_int_equal(stats.cache_hits, rows[i].hits);
        if (i == 1) {
            first = sheet;
        } else if (i > 1) {
            assert_memory_equal(sheet.memory, first.memory, sizeof sheet.memory);
        }
    }
    atr_compose_destroy(compositor);
}

static void compose_create__out_of_range__is_refused(void **state)
{
    (void)state;
    atr_Compositor *compositor = NULL;
    assert_int_equal(atr_compose_create(&(atr_ComposeDesc){ .cache_bytes = 100 }, &compositor),
                     ATR_ERR_INVALID);
    assert_null(compositor);
    atr_compose_destroy(NULL);
}

static void compose_create__memory_fails_anywhere__nothing_leaks(void **state)
{
    (void)state;
    atr_Image images[4];
    pictures_init(images);
    bool done = false;
    for (uint32_t n = 1; !done; n++) {
        assert_true(n < 50);
        FailingAllocator memory = { .fail_at = n };
        atr_Compositor *compositor = NULL;
        atr_Status st = atr_compose_create(
            &(atr_ComposeDesc){ .second_thread = true, .allocator = failing_allocator(&memory) },
            &compositor);
        if (st == ATR_OK) {
            st = atr_compose_set_sprites(compositor, images, 4);
            done = st == ATR_OK;
            Sheet sheet;
            sheet_init(&sheet, SIDE, SIDE);
            draw(compositor, &sheet, sprite_at(1, 20, 20, 20, 20));
        }
        assert_int_equal(st, done ? ATR_OK : ATR_ERR_NO_MEMORY);
        atr_compose_destroy(compositor);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compose_commands__unscaled_sprite__meets_the_formulas_to_the_bit),
        cmocka_unit_test(compose_commands__every_tint_and_pixel__formula_is_exact),
        cmocka_unit_test(compose_commands__any_position__a_part_seen_equals_the_whole_cut),
        cmocka_unit_test(compose_commands__clip__nothing_outside_changes),
        cmocka_unit_test(compose_commands__wild_numbers__draw_nothing_outside_and_do_not_crash),
        cmocka_unit_test(compose_commands__unknown_or_empty_sprite__draws_nothing),
        cmocka_unit_test(compose_set_sprites__more_than_there_are_ids__none_draws_nothing),
        cmocka_unit_test(compose_commands__rect__covers_its_pixels_only),
        cmocka_unit_test(compose_commands__transform__scales_and_shifts),
        cmocka_unit_test(compose_commands__particles__equal_single_sprites),
        cmocka_unit_test(compose_commands__small_cache__same_pixels_as_a_large_one),
        cmocka_unit_test(compose_commands__after_the_first_frame__allocates_nothing),
        cmocka_unit_test(compose_commands__tiles__every_changed_pixel_lies_in_a_marked_one),
        cmocka_unit_test(compose_commands__opaque_scaled_up_and_down__stays_opaque_and_in_range),
        cmocka_unit_test(compose_commands__turned_by_a_quarter__is_the_sprite_turned),
        cmocka_unit_test(compose_commands__sprite_with_holes__same_pixels_kept_or_not),
        cmocka_unit_test(compose_commands__turned_and_growing__fills_no_cache),
        cmocka_unit_test(compose_commands__large_and_growing__is_kept_once_it_stands_still),
        cmocka_unit_test(compose_create__out_of_range__is_refused),
        cmocka_unit_test(compose_create__memory_fails_anywhere__nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
