/* The kiosk's words: every key in both languages, plural forms, values filled in, damaged
 * catalogues. */
#include "words.h"

#include "kiosk_locale.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Words words;

static atr_Bytes catalogue(const char *name)
{
    for (size_t i = 0; i < kiosk_locale_count; i++) {
        if (strcmp(kiosk_locale_files[i].name, name) == 0) {
            return (atr_Bytes){ kiosk_locale_files[i].data, kiosk_locale_files[i].size };
        }
    }
    return (atr_Bytes){ NULL, 0 };
}

static int set_up(void **state)
{
    (void)state;
    return words_open(&words, LANGUAGE_EN, catalogue("en.mo")) &&
                   words_open(&words, LANGUAGE_AR, catalogue("ar.mo"))
               ? 0
               : -1;
}

static void words_get__in_each_language__gives_its_own(void **state)
{
    (void)state;
    assert_string_equal(words_get(&words, LANGUAGE_EN, "nav.delete"), "Delete");
    assert_string_equal(words_get(&words, LANGUAGE_AR, "nav.delete"), "حذف");
    assert_string_equal(words_get(&words, LANGUAGE_EN, "util.lang"), "العربية");
    assert_string_equal(words_get(&words, LANGUAGE_AR, "util.lang"), "English");
}

static void words_get__for_an_unknown_key__gives_the_key(void **state)
{
    (void)state;
    assert_string_equal(words_get(&words, LANGUAGE_AR, "no.such.word"), "no.such.word");
    assert_false(words_has(&words, LANGUAGE_AR, "no.such.word"));
    assert_false(words_has(&words, LANGUAGE_EN, "nav"));
    assert_false(words_has(&words, LANGUAGE_EN, ""));
}

static void words_plural_form__takes_the_languages_own_rule(void **state)
{
    (void)state;
    static const struct {
        Language language;
        int64_t n;
        uint32_t form;
    } rows[] = {
        { LANGUAGE_EN, 0, 1 },   { LANGUAGE_EN, 1, 0 },   { LANGUAGE_EN, 2, 1 },
        { LANGUAGE_AR, 0, 0 },   { LANGUAGE_AR, 1, 1 },   { LANGUAGE_AR, 2, 2 },
        { LANGUAGE_AR, 3, 3 },   { LANGUAGE_AR, 10, 3 },  { LANGUAGE_AR, 11, 4 },
        { LANGUAGE_AR, 99, 4 },  { LANGUAGE_AR, 100, 5 }, { LANGUAGE_AR, 102, 5 },
        { LANGUAGE_AR, 103, 3 }, { LANGUAGE_AR, 111, 4 }, { LANGUAGE_AR, 1000, 5 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s %d\n", rows[i].language == LANGUAGE_AR ? "ar" : "en", (int)rows[i].n);
        assert_int_equal(words_plural_form(rows[i].language, rows[i].n), rows[i].form);
    }
}

static void words_format__fills_in_and_isolates_values(void **state)
{
    (void)state;
    char line[128];
    words_format(&words, LANGUAGE_EN, "ok.coins", 1234, NULL, 0, line, sizeof line);
    assert_string_equal(line, "\u20681,234\u2069 coins added");
    words_format(&words, LANGUAGE_AR, "ok.coins", 2, NULL, 0, line, sizeof line);
    assert_string_equal(line, "تمت إضافة عملتين");
    const WordValue values[] = { { "store", "H&M" }, { "amount", "x" } };
    words_format(&words, LANGUAGE_EN, "ok.store", 0, values, 2, line, sizeof line);
    assert_string_equal(line, "\u2068H&M\u2069, \u2068x\u2069");
}

static void words_format__when_the_place_is_small__cuts_between_characters(void **state)
{
    (void)state;
    for (size_t size = 1; size < 60; size++) {
        char *line = malloc(size);
        assert_non_null(line);
        words_format(&words, LANGUAGE_AR, "ok.coins", 25, NULL, 0, line, size);
        const size_t length = strlen(line);
        assert_true(length < size);
        /* The last character is whole: as many bytes follow its first as that says. */
        if (length > 0) {
            size_t start = length - 1;
            while (((unsigned char)line[start] & 0xc0u) == 0x80u) {
                start--;
            }
            const unsigned char first = (unsigned char)line[start];
            const size_t expected = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
            assert_int_equal(length - start, expected);
        }
        free(line);
    }
}

static void words_money__puts_the_currency_where_the_language_does(void **state)
{
    (void)state;
    char text[96];
    words_money(&words, LANGUAGE_EN, 123450, "AED", text, sizeof text);
    assert_string_equal(text, "AED \u20681,234.50\u2069");
    words_money(&words, LANGUAGE_AR, 123450, "AED", text, sizeof text);
    assert_string_equal(text, "\u20681,234.50\u2069 درهم");
    words_money(&words, LANGUAGE_EN, -5, "SAR", text, sizeof text);
    assert_string_equal(text, "SAR -0.05");
}

static void words_number__with_arabic_digits__uses_their_separators(void **state)
{
    (void)state;
    char text[64];
    Words arabic = words;
    arabic.arabic_digits = true;
    words_number(&arabic, LANGUAGE_AR, 1234, text, sizeof text);
    assert_string_equal(text, "١٬٢٣٤");
    words_number(&arabic, LANGUAGE_EN, 1234, text, sizeof text);
    assert_string_equal(text, "1,234");
    words_number(&arabic, LANGUAGE_EN, INT64_MIN, text, sizeof text);
    assert_string_equal(text, "-9,223,372,036,854,775,808");
}

/* Every byte of a catalogue wrong once, and every length: refused or harmless, never outside. */
static void words_open__of_a_damaged_catalogue__stays_inside(void **state)
{
    (void)state;
    const atr_Bytes whole = catalogue("ar.mo");
    assert_true(whole.size > 4096);
    unsigned char *copy = malloc(whole.size + 1);
    assert_non_null(copy);
    for (size_t size = 0; size < 4096 && size < whole.size; size += 7) {
        Words damaged = { 0 };
        unsigned char *cut = malloc(size + 1);
        assert_non_null(cut);
        memcpy(cut, whole.data, size);
        assert_false(words_open(&damaged, LANGUAGE_AR, (atr_Bytes){ cut, size }));
        free(cut);
    }
    for (size_t i = 0; i < 2048 && i < whole.size; i++) {
        memcpy(copy, whole.data, whole.size);
        copy[i] ^= 0xff;
        Words damaged = { 0 };
        if (words_open(&damaged, LANGUAGE_AR, (atr_Bytes){ copy, whole.size })) {
            assert_non_null(words_plural(&damaged, LANGUAGE_AR, "ok.coins", 5));
            assert_non_null(words_get(&damaged, LANGUAGE_AR, "zz"));
        }
    }
    free(copy);
    Words none = { 0 };
    assert_string_equal(words_get(&none, LANGUAGE_AR, "nav.ok"), "nav.ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_get__in_each_language__gives_its_own),
        cmocka_unit_test(words_get__for_an_unknown_key__gives_the_key),
        cmocka_unit_test(words_plural_form__takes_the_languages_own_rule),
        cmocka_unit_test(words_format__fills_in_and_isolates_values),
        cmocka_unit_test(words_format__when_the_place_is_small__cuts_between_characters),
        cmocka_unit_test(words_money__puts_the_currency_where_the_language_does),
        cmocka_unit_test(words_number__with_arabic_digits__uses_their_separators),
        cmocka_unit_test(words_open__of_a_damaged_catalogue__stays_inside),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
