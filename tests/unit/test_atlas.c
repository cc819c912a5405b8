#define _POSIX_C_SOURCE 200809L

#include <atrium/atlas.h>

#include "cmocka_all.h"
#include "failing_allocator.h"
#include "scratch_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPRITES ATR_SOURCE_DIR "/assets/sprites"

static const atr_SpriteName names[] = {
    { "", 0, 1 },
    { "coin.png", 0, 8 },
    { "coin.png", 7, 8 },
    { "glow.png", 0, 1 },
    { "absent.png", 0, 1 },
    { "confetti_rect.png", 3, 6 },
    { "../../LICENSE", 0, 1 },
};

static atr_Atlas *atlas_of(const char *folder)
{
    atr_Atlas *atlas = NULL;
    assert_int_equal(
        atr_atlas_create(
            &(atr_AtlasDesc){ .folder = folder, .names = names, .name_count = ATR_COUNT_OF(names) },
            &atlas),
        ATR_OK);
    return atlas;
}

static void atlas_create__built_in_pictures__are_cut_and_named(void **state)
{
    (void)state;
    atr_Atlas *atlas = atlas_of(NULL);
    uint32_t count = 0;
    const atr_Image *images = atr_atlas_images(atlas, &count);
    assert_int_equal(count, ATR_COUNT_OF(names));
    assert_int_equal(images[0].width, 1);
    assert_int_equal(images[0].pixels[0], 0xffffffffu);
    assert_int_equal(images[1].width, 64);
    assert_int_equal(images[1].height, 64);
    assert_int_equal(images[5].width, 32);
    assert_null(images[4].pixels);
    assert_null(images[6].pixels);
    assert_int_equal(atr_atlas_missing(atlas), 2);
    /* The coin's middle is gold and opaque. */
    const uint32_t middle = images[1].pixels[32 * images[1].pitch + 32];
    assert_int_equal(middle >> 24, 255);
    assert_true((middle >> 16 & 255) > 200 && (middle & 255) < 200);
    atr_atlas_destroy(atlas);
}

static void atlas_create__packed__borders_are_clear_and_nothing_overlaps(void **state)
{
    (void)state;
    atr_Atlas *atlas = atlas_of(NULL);
    uint32_t count = 0;
    const atr_Image *images = atr_atlas_images(atlas, &count);
    const atr_Image picture = atr_atlas_page(atlas, 0);
    assert_null(atr_atlas_page(atlas, 1).pixels);
    for (uint32_t i = 1; i < count; i++) {
        const atr_Rect r = atr_atlas_place(atlas, (atr_SpriteId)i).rect;
        if (images[i].pixels == NULL) {
            assert_int_equal(r.w, 0);
            continue;
        }
        assert_ptr_equal(images[i].pixels, picture.pixels + (ptrdiff_t)r.y * picture.pitch + r.x);
        for (int32_t y = r.y - 2; y < r.y + r.h + 2; y++) {
            for (int32_t x = r.x - 2; x < r.x + r.w + 2; x++) {
                const bool inside = x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
                assert_in_range(x, 0, picture.width - 1);
                assert_in_range(y, 0, picture.height - 1);
                if (!inside) {
                    assert_int_equal(picture.pixels[(ptrdiff_t)y * picture.pitch + x], 0);
                }
            }
        }
    }
    assert_int_equal(atr_atlas_place(atlas, 99).rect.w, 0);
    atr_atlas_destroy(atlas);
}

static void atlas_create__pixels__are_premultiplied(void **state)
{
    (void)state;
    atr_Atlas *atlas = atlas_of(SPRITES);
    const atr_Image picture = atr_atlas_page(atlas, 0);
    uint32_t soft = 0;
    for (int32_t i = 0; i < picture.width * picture.height; i++) {
        const uint32_t p = picture.pixels[i];
        assert_true((p >> 16 & 255) <= p >> 24 && (p >> 8 & 255) <= p >> 24 &&
                    (p & 255) <= p >> 24);
        soft += p >> 24 > 0 && p >> 24 < 255;
    }
    assert_true(soft > 1000);
    atr_atlas_destroy(atlas);
}

static void atlas_create__damaged_file__built_in_one_is_used(void **state)
{
    (void)state;
    ScratchFolder folder;
    char path[2 * SCRATCH_PATH_MAX];
    assert_true(scratch_folder_make(&folder));
    scratch_folder_file(&folder, "coin.png", path, sizeof path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("no picture", file);
    fclose(file);
    atr_Atlas *damaged = atlas_of(folder.path);
    atr_Atlas *builtin = atlas_of(NULL);
    uint32_t count = 0;
    const atr_Image a = atr_atlas_images(damaged, &count)[1];
    const atr_Image b = atr_atlas_images(builtin, &count)[1];
    for (int32_t y = 0; y < 64; y++) {
        assert_memory_equal(a.pixels + (ptrdiff_t)y * a.pitch, b.pixels + (ptrdiff_t)y * b.pitch,
                            64 * sizeof(uint32_t));
    }
    atr_atlas_destroy(damaged);
    atr_atlas_destroy(builtin);
    scratch_folder_remove(&folder);
}

static void atlas_create__extras__follow_the_names(void **state)
{
    (void)state;
    static const uint32_t red[6] = { 0xffff0000u, 0xffff0000u, 0xffff0000u,
                                     0xffff0000u, 0xffff0000u, 0xffff0000u };
    const atr_Image extra[] = { { red, 3, 2, 3 }, { 0 } };
    atr_Atlas *atlas = NULL;
    assert_int_equal(
        atr_atlas_create(
            &(atr_AtlasDesc){ .names = names, .name_count = 2, .extra = extra, .extra_count = 2 },
            &atlas),
        ATR_OK);
    uint32_t count = 0;
    const atr_Image *images = atr_atlas_images(atlas, &count);
    assert_int_equal(count, 4);
    assert_int_equal(images[2].width, 3);
    assert_int_equal(images[2].pixels[images[2].pitch + 2], 0xffff0000u);
    assert_null(images[3].pixels);
    atr_atlas_destroy(atlas);
}

static void atlas_create__too_small__says_full(void **state)
{
    (void)state;
    atr_Atlas *atlas = NULL;
    assert_int_equal(
        atr_atlas_create(&(atr_AtlasDesc){ .names = names, .name_count = 3, .max_bytes = 4096 },
                         &atlas),
        ATR_ERR_FULL);
    assert_null(atlas);
    assert_int_equal(atr_atlas_create(&(atr_AtlasDesc){ 0 }, &atlas), ATR_ERR_INVALID);
    atr_atlas_destroy(NULL);
}

typedef struct Lines {
    uint32_t count;
    char last[256];
} Lines;

static void keep_line(void *user, atr_LogLevel level, const char *module, const char *text)
{
    (void)level;
    (void)module;
    Lines *lines = user;
    lines->count++;
    snprintf(lines->last, sizeof lines->last, "%s", text);
}

static void atlas_add__more_and_more__nothing_moves(void **state)
{
    (void)state;
    static uint32_t pixels[60 * 60];
    atr_Atlas *atlas = NULL;
    assert_int_equal(
        atr_atlas_create(
            &(atr_AtlasDesc){ .names = names, .name_count = 2, .capacity = 60, .page_side = 256 },
            &atlas),
        ATR_OK);
    uint32_t count = 0;
    const atr_Image *images = atr_atlas_images(atlas, &count);
    assert_int_equal(count, 60);
    const atr_Image coin = images[1];
    uint32_t last_page = 0;
    for (uint32_t id = 2; id < 60; id++) {
        for (size_t i = 0; i < ATR_COUNT_OF(pixels); i++) {
            pixels[i] = 0xff000000u | id;
        }
        const atr_Image image = { pixels, 60, 60, 60 };
        assert_int_equal(atr_atlas_add_image(atlas, (atr_SpriteId)id, &image), ATR_OK);
        last_page = atr_atlas_place(atlas, (atr_SpriteId)id).page;
    }
    assert_int_equal(last_page, 3); /* 16 to a page of 256 */
    assert_memory_equal(&coin, &images[1], sizeof coin);
    for (uint32_t id = 2; id < 60; id++) {
        const atr_AtlasPlace at = atr_atlas_place(atlas, (atr_SpriteId)id);
        const atr_Image page = atr_atlas_page(atlas, at.page);
        assert_ptr_equal(images[id].pixels,
                         page.pixels + (ptrdiff_t)at.rect.y * page.pitch + at.rect.x);
        assert_int_equal(images[id].pixels[59 * page.pitch + 59], 0xff000000u | id);
    }
    assert_int_equal(atr_atlas_add_image(atlas, 2, &coin), ATR_ERR_INVALID);
    assert_int_equal(atr_atlas_add_image(atlas, 60, &coin), ATR_ERR_INVALID);
    atr_atlas_destroy(atlas);
}

static void atlas_add__larger_than_a_page__gets_its_own(void **state)
{
    (void)state;
    atr_Atlas *atlas = NULL;
    assert_int_equal(
        atr_atlas_create(
            &(atr_AtlasDesc){ .names = names, .name_count = 1, .capacity = 9, .page_side = 64 },
            &atlas),
        ATR_OK);
    assert_int_equal(atr_atlas_add(atlas, 1, &names[1], 8), ATR_OK);
    for (uint32_t id = 1; id < 9; id++) {
        const atr_AtlasPlace at = atr_atlas_place(atlas, (atr_SpriteId)id);
        assert_int_equal(at.page, id);
        assert_int_equal(at.rect.w, 64);
        assert_int_equal(atr_atlas_page(atlas, at.page).width, 68);
    }
    atr_atlas_destroy(atlas);
}

static void atlas_add__no_room_left__said_once_and_named(void **state)
{
    (void)state;
    Lines lines = { 0 };
    atr_Atlas *atlas = NULL;
    assert_int_equal(
        atr_atlas_create(&(atr_AtlasDesc){ .names = names,
                                           .name_count = 1,
                                           .capacity = 9,
                                           .page_side = 64,
                                           .max_bytes = 16384,
                                           .log = { .fn = keep_line, .user = &lines } },
                         &atlas),
        ATR_OK);
    assert_int_equal(atr_atlas_add(atlas, 1, &names[1], 4), ATR_ERR_FULL);
    assert_int_equal(atr_atlas_add(atlas, 5, &names[1], 4), ATR_ERR_FULL);
    assert_int_equal(lines.count, 1);
    assert_non_null(strstr(lines.last, "coin.png"));
    assert_int_equal(atr_atlas_missing(atlas), 8);
    atr_atlas_destroy(atlas);
}

static void atlas_add__no_such_file__named_with_path_and_reason(void **state)
{
    (void)state;
    Lines lines = { 0 };
    atr_Atlas *atlas = NULL;
    assert_int_equal(
        atr_atlas_create(&(atr_AtlasDesc){ .names = names,
                                           .name_count = 1,
                                           .capacity = 9,
                                           .folder = SPRITES,
                                           .log = { .fn = keep_line, .user = &lines } },
                         &atlas),
        ATR_OK);
    assert_int_equal(atr_atlas_add(atlas, 1, &names[4], 1), ATR_ERR_NOT_FOUND);
    assert_int_equal(lines.count, 1);
    assert_non_null(strstr(lines.last, SPRITES "/absent.png"));
    assert_non_null(strstr(lines.last, "No such file"));
    atr_atlas_destroy(atlas);
}

static void atlas_create__memory_fails_anywhere__nothing_leaks(void **state)
{
    (void)state;
    bool done = false;
    for (uint32_t n = 1; !done; n++) {
        FailingAllocator memory = { .fail_at = n };
        atr_Atlas *atlas = NULL;
        const atr_Status st = atr_atlas_create(
            &(atr_AtlasDesc){
                .names = names, .name_count = 2, .allocator = failing_allocator(&memory) },
            &atlas);
        done = st == ATR_OK;
        assert_int_equal(st, done ? ATR_OK : ATR_ERR_NO_MEMORY);
        atr_atlas_destroy(atlas);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
    }
}

static void picture_decode__anything_but_a_png__is_refused_with_a_reason(void **state)
{
    (void)state;
    /* A header that promises 65,536 by 65,536 pixels. */
    static const unsigned char giant[] = { 0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0,
                                           13,   'I', 'H', 'D', 'R',  0,    1,    0,    0, 0, 1,
                                           0,    0,   8,   6,   0,    0,    0,    0,    0, 0, 0 };
    /* 16 by 16 pixels, whose data are said to have a gigabyte. */
    static const unsigned char greedy[] = {
        0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0,
        0,    0,   16,  0,   0,    0,    16,   8,    6, 0, 0, 0,  0,   0,   0,   0,   0x3f,
        0,    0,   0,   'I', 'D',  'A',  'T',  1,    2, 3, 4, 5,  6,   7,   8,
    };
    static const struct {
        const char *name;
        const void *data;
        size_t size;
        const char *expected;
    } rows[] = { { "nothing", NULL, 0, "a PNG" },
                 { "no bytes", "", 0, "a PNG" },
                 { "text", "hello, this is no picture", 25, "a PNG" },
                 { "signature only", giant, 8, "a PNG" },
                 { "cut header", giant, 20, "header" },
                 { "giant", giant, sizeof giant, "header" },
                 { "greedy chunk", greedy, sizeof greedy, "longer than the file" } };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        atr_Image image;
        atr_Error error;
        assert_int_equal(
            atr_picture_decode((atr_Bytes){ rows[i].data, rows[i].size }, &image, &error),
            ATR_ERR_FORMAT);
        assert_null(image.pixels);
        assert_non_null(strstr(error.text, "expected"));
        assert_non_null(strstr(error.text, rows[i].expected));
    }
}

static void picture_load__missing_or_no_file__says_which(void **state)
{
    (void)state;
    atr_Image image;
    atr_Error error;
    assert_int_equal(atr_picture_load(SPRITES "/none.png", &image, &error), ATR_ERR_NOT_FOUND);
    assert_non_null(strstr(error.source, "none.png"));
    assert_int_equal(atr_picture_load(SPRITES, &image, &error), ATR_ERR_FORMAT);
    assert_int_equal(atr_picture_load(SPRITES "/coin.png", &image, &error), ATR_OK);
    assert_int_equal(image.width, 512);
    assert_int_equal(error.text[0], 0);
    atr_picture_free(&image);
    assert_null(image.pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(atlas_create__built_in_pictures__are_cut_and_named),
        cmocka_unit_test(atlas_create__packed__borders_are_clear_and_nothing_overlaps),
        cmocka_unit_test(atlas_create__pixels__are_premultiplied),
        cmocka_unit_test(atlas_create__damaged_file__built_in_one_is_used),
        cmocka_unit_test(atlas_create__extras__follow_the_names),
        cmocka_unit_test(atlas_create__too_small__says_full),
        cmocka_unit_test(atlas_add__more_and_more__nothing_moves),
        cmocka_unit_test(atlas_add__larger_than_a_page__gets_its_own),
        cmocka_unit_test(atlas_add__no_room_left__said_once_and_named),
        cmocka_unit_test(atlas_add__no_such_file__named_with_path_and_reason),
        cmocka_unit_test(atlas_create__memory_fails_anywhere__nothing_leaks),
        cmocka_unit_test(picture_decode__anything_but_a_png__is_refused_with_a_reason),
        cmocka_unit_test(picture_load__missing_or_no_file__says_which),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
