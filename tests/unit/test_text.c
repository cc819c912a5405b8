/* Text: decoding, direction, wrapping and the built-in font, then what needs real fonts (left out
 * where there are none). */
#include <atrium/text.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FSI "\xe2\x81\xa8"
#define PDI "\xe2\x81\xa9"

static atr_Text *builtin;
static atr_Text *fonts; /* with what the machine has */

static bool have_fonts(void)
{
    return strcmp(atr_text_font(fonts, false, false), "built-in") != 0 &&
           atr_text_has_arabic(fonts);
}

static atr_TextImage render(atr_Text *text, const char *utf8, const atr_TextStyle *style)
{
    atr_TextImage image;
    assert_int_equal(atr_text_render(text, utf8, style, &image), ATR_OK);
    return image;
}

static atr_TextSize measure(atr_Text *text, const char *utf8, const atr_TextStyle *style)
{
    atr_TextSize size;
    assert_int_equal(atr_text_measure(text, utf8, style, &size), ATR_OK);
    return size;
}

static bool same_pixels(const atr_TextImage *a, const atr_TextImage *b)
{
    if (a->width != b->width || a->height != b->height) {
        return false;
    }
    for (int32_t y = 0; y < a->height; y++) {
        if (memcmp(a->pixels + y * a->pitch, b->pixels + y * b->pitch,
                   (size_t)a->width * sizeof *a->pixels) != 0) {
            return false;
        }
    }
    return true;
}

static size_t ink(const atr_TextImage *image, int32_t from_x, int32_t to_x)
{
    size_t count = 0;
    for (int32_t y = 0; y < image->height; y++) {
        for (int32_t x = from_x; x < to_x; x++) {
            count += image->pixels[y * image->pitch + x] != 0;
        }
    }
    return count;
}

static const atr_TextStyle plain = { .size_px = 24, .color = 0xffffffffu };
static const atr_TextStyle rtl = { .size_px = 24,
                                   .color = 0xffffffffu,
                                   .direction = ATR_DIRECTION_RTL };

/* ---- Input ----------------------------------------------------------------------------------- */

static void text_measure__invalid_utf8__refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
    } rows[] = {
        { "lone continuation", "a\x80" },
        { "cut off", "a\xe2\x82" },
        { "overlong slash", "\xc0\xaf" },
        { "overlong three bytes", "\xe0\x80\xaf" },
        { "surrogate", "\xed\xa0\x80" },
        { "past the last code point", "\xf4\x90\x80\x80" },
        { "five byte form", "\xf8\x88\x80\x80\x80" },
        { "0xff", "\xff" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        atr_TextSize size;
        atr_TextImage image;
        assert_int_equal(atr_text_measure(builtin, rows[i].bytes, &plain, &size), ATR_ERR_FORMAT);
        assert_int_equal(atr_text_render(builtin, rows[i].bytes, &plain, &image), ATR_ERR_FORMAT);
        assert_null(image.pixels);
    }
}

static void text_measure__too_long__refused(void **state)
{
    (void)state;
    char *text = malloc(ATR_TEXT_BYTES_MAX + 2);
    assert_non_null(text);
    memset(text, 'a', ATR_TEXT_BYTES_MAX + 1);
    text[ATR_TEXT_BYTES_MAX + 1] = 0;
    atr_TextSize size;
    assert_int_equal(atr_text_measure(builtin, text, &plain, &size), ATR_ERR_INVALID);
    free(text);
}

static void text_measure__bad_style__refused(void **state)
{
    (void)state;
    static const atr_TextStyle rows[] = { { .size_px = 0 },
                                          { .size_px = 3 },
                                          { .size_px = 100000 },
                                          { .size_px = 20, .max_width = -1 } };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        atr_TextSize size;
        assert_int_equal(atr_text_measure(builtin, "a", &rows[i], &size), ATR_ERR_INVALID);
    }
}

static void text_render__empty__one_line_without_ink(void **state)
{
    (void)state;
    atr_TextImage image = render(builtin, "", &plain);
    assert_int_equal(image.size.lines, 1);
    assert_int_equal(image.size.width, 0);
    assert_true(image.height > 0);
    assert_int_equal(ink(&image, 0, image.width), 0);
    atr_text_image_free(&image);
}

/* ---- The built-in font ----------------------------------------------------------------------- */

static void text_builtin__every_ascii_character__has_its_own_ink(void **state)
{
    (void)state;
    assert_false(atr_text_has_arabic(builtin));
    assert_string_equal(atr_text_font(builtin, false, true), "built-in");
    atr_TextImage images[127];
    for (int c = 33; c < 127; c++) {
        const char text[] = { (char)c, 0 };
        images[c] = render(builtin, text, &(atr_TextStyle){ .size_px = 48, .color = 0xffffffffu });
        assert_int_equal(images[c].size.missing, 0);
        assert_true(ink(&images[c], 0, images[c].width) > 8);
        assert_int_equal(ink(&images[c], 0, 1), 0); /* nothing touches the edge: not clipped */
        assert_int_equal(ink(&images[c], images[c].width - 1, images[c].width), 0);
        for (int other = 33; other < c; other++) {
            assert_false(same_pixels(&images[c], &images[other]));
        }
    }
    for (int c = 33; c < 127; c++) {
        atr_text_image_free(&images[c]);
    }
}

static void text_builtin__uncovered_characters__counted(void **state)
{
    (void)state;
    assert_int_equal(measure(builtin, "abc", &plain).missing, 0);
    assert_int_equal(measure(builtin, "\xe2\x80\xa2\xe2\x80\xa2 4821", &plain).missing, 0);
    assert_int_equal(measure(builtin, "a\xc3\xa9\xd8\xa8", &plain).missing, 2);
}

/* ---- Direction ------------------------------------------------------------------------------- */

static void text_render__rtl_paragraph__signs_stand_at_the_left(void **state)
{
    (void)state;
    static const struct {
        const char *logical, *visual;
    } rows[] = {
        { "abc!", "!abc" }, { "abc 12.", ".abc 12" }, { "(a)", "(a)" }, { "- 12", "12 -" }
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].logical);
        atr_TextImage a = render(builtin, rows[i].logical, &rtl);
        atr_TextImage b = render(builtin, rows[i].visual, &plain);
        assert_int_equal(a.width, b.width);
        assert_int_equal(ink(&a, 0, a.width), ink(&b, 0, b.width));
        atr_text_image_free(&a);
        atr_text_image_free(&b);
    }
    atr_TextImage a = render(builtin, "abc!",
                             &(atr_TextStyle){ .size_px = 24,
                                               .color = 0xffffffffu,
                                               .line_height = 1.3f,
                                               .direction = ATR_DIRECTION_RTL });
    atr_TextImage b = render(builtin, "!abc", &plain);
    assert_true(same_pixels(&a, &b));
    atr_text_image_free(&a);
    atr_text_image_free(&b);
}

static void text_render__isolates__guide_and_are_not_drawn(void **state)
{
    (void)state;
    atr_TextImage bare = render(builtin, "a 12", &plain);
    atr_TextImage wrapped = render(builtin, FSI "a 12" PDI, &plain);
    assert_true(same_pixels(&bare, &wrapped));
    assert_int_equal(wrapped.size.missing, 0);
    atr_text_image_free(&bare);
    atr_text_image_free(&wrapped);
    /* Isolated, the inner text keeps its own order inside a line of the other direction. */
    atr_TextImage loose = render(builtin, "x ab!", &rtl);
    atr_TextImage kept = render(builtin, "x " FSI "ab!" PDI, &rtl);
    assert_false(same_pixels(&loose, &kept));
    atr_text_image_free(&loose);
    atr_text_image_free(&kept);
}

static void text_render__align__moves_short_lines(void **state)
{
    (void)state;
    static const struct {
        atr_Direction direction;
        atr_Align align;
        bool left, right; /* whether the short line's end of the image is inked */
    } rows[] = {
        { ATR_DIRECTION_LTR, ATR_ALIGN_START, true, false },
        { ATR_DIRECTION_LTR, ATR_ALIGN_END, false, true },
        { ATR_DIRECTION_LTR, ATR_ALIGN_CENTER, false, false },
        { ATR_DIRECTION_RTL, ATR_ALIGN_START, false, true },
        { ATR_DIRECTION_RTL, ATR_ALIGN_END, true, false },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        const atr_TextStyle style = { .size_px = 24,
                                      .color = 0xffffffffu,
                                      .direction = rows[i].direction,
                                      .align = rows[i].align };
        atr_TextImage image = render(builtin, "iiiiiiiiiiiiiiiiiiii\nw", &style);
        image.pixels += (image.height / 2 + 2) * image.pitch; /* the second line only */
        const int32_t rows_left = image.height / 2 - 2;
        const int32_t height = image.height;
        image.height = rows_left;
        assert_int_equal(ink(&image, 0, image.width / 4) > 0, rows[i].left);
        assert_int_equal(ink(&image, image.width * 3 / 4, image.width) > 0, rows[i].right);
        image.pixels -= (height / 2 + 2) * image.pitch;
        atr_text_image_free(&image);
    }
}

/* ---- Wrapping -------------------------------------------------------------------------------- */

static void text_measure__wrapping__keeps_within_width(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        float width;
        uint32_t max_lines;
        bool fits;
        uint32_t least_lines;
    } rows[] = {
        { "one line", "hello", 500, 0, true, 1 },
        { "words", "the quick brown fox jumps over the lazy dog", 150, 0, true, 3 },
        { "too many lines", "the quick brown fox jumps over the lazy dog", 150, 2, false, 2 },
        { "a word too wide", "incomprehensibilities", 90, 0, false, 3 },
        { "hyphen", "twenty-seven-thousand", 130, 0, true, 2 },
        { "explicit lines", "a\nb\n\nc", 500, 0, true, 4 },
        { "only spaces", "      ", 10, 0, true, 1 },
        { "narrower than any letter", "www", 1, 0, false, 3 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        const atr_TextStyle style = { .size_px = 24,
                                      .color = 0xffffffffu,
                                      .max_width = rows[i].width,
                                      .max_lines = rows[i].max_lines };
        const atr_TextSize size = measure(builtin, rows[i].text, &style);
        assert_int_equal(size.fits, rows[i].fits);
        assert_true(size.lines >= rows[i].least_lines);
        if (rows[i].width > 20) {
            assert_true((float)size.width <= rows[i].width);
        }
        atr_TextImage image = render(builtin, rows[i].text, &style);
        assert_int_equal(image.height, size.height);
        atr_text_image_free(&image);
    }
}

/* ---- Glyph strips ---------------------------------------------------------------------------- */

static void text_glyphs__digits__share_one_cell(void **state)
{
    (void)state;
    atr_Text *both[] = { builtin, fonts };
    for (size_t t = 0; t < ATR_COUNT_OF(both); t++) {
        atr_GlyphStrip strip;
        assert_int_equal(atr_text_glyphs(both[t], "0123456789. %", 32, true, &strip), ATR_OK);
        assert_int_equal(strip.count, 13);
        const int32_t cell = atr_glyph_find(&strip, '0')->advance;
        for (uint32_t c = '0'; c <= '9'; c++) {
            const atr_Glyph *glyph = atr_glyph_find(&strip, c);
            assert_int_equal(glyph->advance, cell);
            assert_true(glyph->image.width > 0 && glyph->image.height > 0);
            assert_true(glyph->left >= 0 && glyph->left + glyph->image.width <= cell);
            assert_true(glyph->top < 0);
        }
        assert_int_equal(atr_glyph_find(&strip, ' ')->image.width, 0);
        assert_true(atr_glyph_find(&strip, ' ')->advance > 0);
        assert_null(atr_glyph_find(&strip, 'x'));
        atr_text_glyphs_free(&strip);
    }
}

static void text_glyphs__bad_input__refused(void **state)
{
    (void)state;
    atr_GlyphStrip strip;
    assert_int_equal(atr_text_glyphs(builtin, "\xff", 32, false, &strip), ATR_ERR_FORMAT);
    assert_int_equal(atr_text_glyphs(builtin, "", 32, false, &strip), ATR_ERR_INVALID);
    assert_int_equal(atr_text_glyphs(builtin, "0", 2, false, &strip), ATR_ERR_INVALID);
}

/* ---- Memory and fonts ------------------------------------------------------------------------ */

typedef struct Failing {
    long until; /* requests granted before failing */
    long live;
} Failing;

static void *failing_alloc(void *user, size_t size)
{
    Failing *failing = user;
    if (failing->until-- <= 0) {
        return NULL;
    }
    failing->live++;
    return malloc(size);
}

static void failing_free(void *user, void *memory, size_t size)
{
    (void)size;
    ((Failing *)user)->live--;
    free(memory);
}

static void text_create__failing_allocator__neither_leaks_nor_crashes(void **state)
{
    (void)state;
    bool done = false;
    for (long n = 0; !done; n++) {
        assert_true(n < 64);
        Failing failing = { .until = n };
        const atr_TextDesc desc = { .allocator = { failing_alloc, failing_free, &failing } };
        atr_Text *text = NULL;
        if (atr_text_create(&desc, &text) == ATR_OK) {
            atr_TextSize size;
            done = atr_text_measure(text, "Hello", &plain, &size) == ATR_OK && failing.until > 0;
        }
        atr_text_destroy(text);
        assert_int_equal(failing.live, 0);
    }
}

static void count_warnings(void *user, atr_LogLevel level, const char *module, const char *text)
{
    (void)module;
    (void)text;
    *(int *)user += level >= ATR_LOG_WARNING;
}

static void text_create__missing_font_file__says_so_and_goes_on(void **state)
{
    (void)state;
    static const char *const paths[] = { "/nonexistent.ttf", "/", __FILE__ };
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        int warnings = 0;
        atr_Text *text = NULL;
        const atr_TextDesc desc = { .latin = paths[i],
                                    .log = { .fn = count_warnings, .user = &warnings } };
        assert_int_equal(atr_text_create(&desc, &text), ATR_OK);
        assert_true(warnings >= 1);
        assert_true(measure(text, "Hello", &plain).width > 0);
        atr_text_destroy(text);
    }
}

static void text_render__arabic__is_joined(void **state)
{
    (void)state;
    if (!have_fonts()) {
        skip();
    }
    const int32_t one = measure(fonts, "ب", &rtl).width;
    const int32_t joined = measure(fonts, "بب", &rtl).width;
    assert_true(joined < 2 * one - one / 4);
}

static void text_render__mark_that_hangs_low__baseline_stays(void **state)
{
    (void)state;
    if (!have_fonts()) {
        skip();
    }
    const atr_TextStyle style = { .size_px = 36,
                                  .color = 0xffffffffu,
                                  .direction = ATR_DIRECTION_RTL };
    atr_TextImage plain_word = render(fonts, "ثوان", &style);
    atr_TextImage marked = render(fonts, "ثوانٍ", &style);
    assert_int_equal(plain_word.size.baseline, marked.size.baseline);
    assert_true(marked.height > plain_word.height);
    atr_text_image_free(&plain_word);
    atr_text_image_free(&marked);
}

static void text_measure__every_word_of_the_kiosk__is_covered(void **state)
{
    (void)state;
    if (!have_fonts()) {
        skip();
    }
    static const char *const files[] = { ATR_SOURCE_DIR "/assets/locale/en.po",
                                         ATR_SOURCE_DIR "/assets/locale/ar.po" };
    for (size_t i = 0; i < ATR_COUNT_OF(files); i++) {
        FILE *file = fopen(files[i], "r");
        assert_non_null(file);
        char line[1024];
        size_t strings = 0;
        while (fgets(line, sizeof line, file) != NULL) {
            char *text = strncmp(line, "msgstr", 6) == 0 ? strchr(line, '"') : NULL;
            char *end = text != NULL ? strrchr(text, '"') : NULL;
            if (end == NULL || end <= text + 1) {
                continue;
            }
            *end = 0;
            const atr_TextSize size = measure(fonts, text + 1, i == 0 ? &plain : &rtl);
            if (size.missing != 0) {
                print_message("  %s\n", text + 1);
            }
            assert_int_equal(size.missing, 0);
            strings++;
        }
        fclose(file);
        assert_true(strings > 50);
    }
}

static int setup(void **state)
{
    (void)state;
    return atr_text_create(&(atr_TextDesc){ .builtin_only = true }, &builtin) != ATR_OK ||
           atr_text_create(NULL, &fonts) != ATR_OK;
}

static int teardown(void **state)
{
    (void)state;
    atr_text_destroy(builtin);
    atr_text_destroy(fonts);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_measure__invalid_utf8__refused),
        cmocka_unit_test(text_measure__too_long__refused),
        cmocka_unit_test(text_measure__bad_style__refused),
        cmocka_unit_test(text_render__empty__one_line_without_ink),
        cmocka_unit_test(text_builtin__every_ascii_character__has_its_own_ink),
        cmocka_unit_test(text_builtin__uncovered_characters__counted),
        cmocka_unit_test(text_render__rtl_paragraph__signs_stand_at_the_left),
        cmocka_unit_test(text_render__isolates__guide_and_are_not_drawn),
        cmocka_unit_test(text_render__align__moves_short_lines),
        cmocka_unit_test(text_measure__wrapping__keeps_within_width),
        cmocka_unit_test(text_glyphs__digits__share_one_cell),
        cmocka_unit_test(text_glyphs__bad_input__refused),
        cmocka_unit_test(text_create__failing_allocator__neither_leaks_nor_crashes),
        cmocka_unit_test(text_create__missing_font_file__says_so_and_goes_on),
        cmocka_unit_test(text_render__arabic__is_joined),
        cmocka_unit_test(text_render__mark_that_hangs_low__baseline_stays),
        cmocka_unit_test(text_measure__every_word_of_the_kiosk__is_covered),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
