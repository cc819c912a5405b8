/* Configuration: who wins, what is refused, and how it is said. */
#define _POSIX_C_SOURCE 200809L

#include "cmocka_all.h"
#include "scratch_folder.h"

#include "app/config.h"

#include <stdio.h>
#include <string.h>

static ScratchFolder scratch;
static const char *variables[4][2];

static const char *fake_getenv(const char *name)
{
    for (size_t i = 0; i < ATR_COUNT_OF(variables); i++) {
        if (variables[i][0] != NULL && strcmp(variables[i][0], name) == 0) {
            return variables[i][1];
        }
    }
    return NULL;
}

static int set_up(void **state)
{
    (void)state;
    memset(variables, 0, sizeof variables);
    return scratch_folder_make(&scratch) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_folder_remove(&scratch);
    return 0;
}

/* Writes DATA/atrium.ini and loads. */
static atr_Status load(const char *ini, AppConfig *out, atr_Error *error)
{
    char path[SCRATCH_PATH_MAX + 32];
    scratch_folder_file(&scratch, "atrium.ini", path, sizeof path);
    if (ini != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(ini, file) >= 0);
        assert_int_equal(fclose(file), 0);
    }
    const AppConfigSources sources = { .data = scratch.path, .getenv_fn = fake_getenv };
    memset(error, 0, sizeof *error);
    return app_config_load(&sources, out, error);
}

static void config_load__nothing_given__is_the_documented_default(void **state)
{
    (void)state;
    AppConfig c;
    atr_Error error;
    const atr_RulesDesc rules = atr_rules_resolve(NULL);
    assert_int_equal(load(NULL, &c, &error), ATR_OK);
    assert_string_equal(c.data, scratch.path);
    assert_string_equal(c.file, "");
    assert_int_equal(c.rules.review_score, rules.review_score);
    assert_int_equal(c.rules.reject_score, rules.reject_score);
    assert_int_equal(c.rules.max_age_days, rules.max_age_days);
    assert_int_equal(c.rules.week_limit, rules.week_limit);
    assert_int_equal(c.rules.day_limit, rules.day_limit);
    assert_int_equal(c.rules.store_day_limit, rules.store_day_limit);
    assert_int_equal(c.rules.gap_s, rules.gap_s);
    assert_int_equal(c.rules.unsigned_day_limit, rules.unsigned_day_limit);
    assert_int_equal(c.rules.unsigned_limit_fils, rules.unsigned_limit_fils);
    assert_int_equal(c.rules.high_fils, rules.high_fils);
    assert_int_equal(c.rules.hours_slack_minutes, rules.hours_slack_minutes);
    assert_int_equal(c.rules.vat_slack_basis_points, rules.vat_slack_basis_points);
    assert_false(c.rules.clock_unsynchronised);
    assert_int_equal(c.store_busy_timeout_ms, 5000);
    assert_int_equal(c.work_threads, 2);
    assert_int_equal(c.reward_event_percent, 100);
    assert_true(c.screen_diagonal_in == 22.0);
    assert_int_equal(c.ui_language, APP_LANGUAGE_EN);
    assert_int_equal(c.ui_digits, APP_DIGITS_LATIN);
    assert_int_equal(c.scanner_layout, APP_SCANNER_US);
    assert_int_equal(c.scanner_side, APP_SIDE_BELOW);
    assert_true(c.desk_place_en[0] != '\0' && c.desk_place_ar[0] != '\0');
}

static void config_load__file__is_read(void **state)
{
    (void)state;
    AppConfig c;
    atr_Error error;
    assert_int_equal(load("; comment\n"
                          "# comment\n"
                          "[rules]\n"
                          "day_limit = 9\n"
                          "unsigned_limit_aed = 250.50\n"
                          "clock_unsynchronised = yes\n"
                          "\n"
                          "[screen]\n"
                          "diagonal_in = 43.5 ; wide\n"
                          "[ui]\n"
                          "language = ar\n"
                          "digits = arab\n"
                          "[scanner]\n"
                          "side = right\n"
                          "[desk]\n"
                          "place_ar = الطابق الثاني\n",
                          &c, &error),
                     ATR_OK);
    assert_int_equal(c.rules.day_limit, 9);
    assert_int_equal(c.rules.unsigned_limit_fils, 25050);
    assert_true(c.rules.clock_unsynchronised);
    assert_true(c.screen_diagonal_in == 43.5);
    assert_int_equal(c.ui_language, APP_LANGUAGE_AR);
    assert_int_equal(c.ui_digits, APP_DIGITS_ARAB);
    assert_int_equal(c.scanner_side, APP_SIDE_RIGHT);
    assert_string_equal(c.desk_place_ar, "الطابق الثاني");
    assert_non_null(strstr(c.file, "atrium.ini"));
}

static void config_load__environment__wins_over_the_file(void **state)
{
    (void)state;
    AppConfig c;
    atr_Error error;
    variables[0][0] = "ATRIUM_RULES_DAY_LIMIT";
    variables[0][1] = "7";
    variables[1][0] = "ATRIUM_DATA"; /* the flag wins over this */
    variables[1][1] = "/nowhere";
    variables[2][0] = "ATRIUM_RULES_WEEK_LIMIT"; /* empty counts as not given */
    variables[2][1] = "";
    assert_int_equal(load("[rules]\nday_limit = 9\nweek_limit = 50\n", &c, &error), ATR_OK);
    assert_int_equal(c.rules.day_limit, 7);
    assert_int_equal(c.rules.week_limit, 50);
    assert_string_equal(c.data, scratch.path);
}

static void config_load__data_folder__comes_from_flag_variable_or_home(void **state)
{
    (void)state;
    AppConfig c;
    atr_Error error;
    const AppConfigSources sources = { .getenv_fn = fake_getenv };
    assert_int_equal(app_config_load(&sources, &c, &error), ATR_ERR_NOT_FOUND);
    variables[0][0] = "HOME";
    variables[0][1] = "/nowhere/me";
    assert_int_equal(app_config_load(&sources, &c, &error), ATR_OK);
    assert_string_equal(c.data, "/nowhere/me/.local/share/atrium");
    variables[1][0] = "XDG_DATA_HOME";
    variables[1][1] = "/nowhere/share";
    assert_int_equal(app_config_load(&sources, &c, &error), ATR_OK);
    assert_string_equal(c.data, "/nowhere/share/atrium");
    variables[2][0] = "ATRIUM_DATA";
    variables[2][1] = "/nowhere/data";
    assert_int_equal(app_config_load(&sources, &c, &error), ATR_OK);
    assert_string_equal(c.data, "/nowhere/data");
}

static void config_load__file_wrong__names_the_line_and_what_was_expected(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *ini;
        uint32_t line;
        const char *expected;
    } rows[] = {
        { "a word for a number", "[rules]\n\nday_limit = many\n", 3,
          "rules.day_limit: expected a whole number from 1 to 100000" },
        { "too small", "[work]\nthreads = 0\n", 2, "from 1 to 64" },
        { "too large", "[work]\nthreads = 65\n", 2, "from 1 to 64" },
        { "negative", "[rules]\nday_limit = -1\n", 2, "rules.day_limit" },
        { "decimals in a whole number", "[rules]\nday_limit = 1.5\n", 2, "whole number" },
        { "an exponent", "[screen]\ndiagonal_in = 2e1\n", 2, "a number from 5 to 120" },
        { "a decimal comma", "[screen]\ndiagonal_in = 21,5\n", 2, "a number from 5 to 120" },
        { "thousandths of a dirham", "[rules]\nhigh_aed = 100.005\n", 2, "an amount in AED" },
        { "no such choice", "[ui]\ndigits = roman\n", 2, "expected latin or arab" },
        { "a number for yes", "[rules]\nclock_unsynchronised = 1\n", 2, "expected no or yes" },
        { "unknown key", "[screen]\nwidth = 5\n", 2, "expected one of diagonal_in" },
        { "unknown section", "[nonsense]\na = 5\n", 2, "unknown section [nonsense]" },
        { "no section", "day_limit = 5\n", 1, "unknown section" },
        { "the data folder", "[data]\nfolder = x\n", 2, "unknown section" },
        { "twice", "[ui]\ndigits = arab\ndigits = latin\n", 3, "given twice, first in line 2" },
        { "no value", "[ui]\ndigits\n", 2, "key = value" },
        { "no closing bracket", "[ui\ndigits = arab\n", 1, "expected [section]" },
        { "the first of two is named", "[ui]\ndigits = x\nlanguage = y\n", 2, "latin or arab" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        AppConfig c;
        atr_Error error;
        print_message("  %s\n", rows[i].name);
        assert_int_equal(load(rows[i].ini, &c, &error), ATR_ERR_FORMAT);
        assert_non_null(strstr(error.source, "atrium.ini"));
        assert_int_equal(error.line, rows[i].line);
        assert_non_null(strstr(error.text, rows[i].expected));
    }
}

static void config_load__too_long__is_refused(void **state)
{
    (void)state;
    static char ini[70000];
    AppConfig c;
    atr_Error error;
    snprintf(ini, sizeof ini, "[desk]\nplace_en = ");
    memset(ini + strlen(ini), 'x', 400);
    assert_int_equal(load(ini, &c, &error), ATR_ERR_FORMAT);
    assert_int_equal(error.line, 2);
    assert_non_null(strstr(error.text, "a line of at most"));

    for (size_t i = 0; i < sizeof ini - 1; i++) {
        ini[i] = i % 64 == 63 ? '\n' : ';';
    }
    assert_int_equal(load(ini, &c, &error), ATR_ERR_FORMAT);
    assert_non_null(strstr(error.text, "64 KiB"));
}

static void config_load__scores_the_wrong_way_round__are_refused(void **state)
{
    (void)state;
    AppConfig c;
    atr_Error error;
    assert_int_equal(load("[rules]\nreview_score = 80\n", &c, &error), ATR_ERR_FORMAT);
    assert_string_equal(error.source, "rules.reject_score");
}

static void config_load__variable_wrong__is_named(void **state)
{
    (void)state;
    AppConfig c;
    atr_Error error;
    variables[0][0] = "ATRIUM_SCANNER_SIDE";
    variables[0][1] = "above";
    assert_int_equal(load(NULL, &c, &error), ATR_ERR_FORMAT);
    assert_string_equal(error.source, "ATRIUM_SCANNER_SIDE");
    assert_string_equal(error.text, "expected below or left or right");
}

static void count_row(void *user, const char *name, const char *value, AppOrigin origin,
                      const char *detail)
{
    int *counts = user;
    assert_true(name[0] != '\0');
    assert_non_null(value);
    assert_non_null(detail);
    counts[origin]++;
}

static void config_each__every_value__is_told_once_with_its_origin(void **state)
{
    (void)state;
    AppConfig c;
    atr_Error error;
    int counts[4] = { 0 };
    variables[0][0] = "ATRIUM_UI_DIGITS";
    variables[0][1] = "arab";
    assert_int_equal(load("[ui]\nlanguage = ar\n[work]\nthreads = 3\n", &c, &error), ATR_OK);
    const AppConfigSources sources = { .data = scratch.path, .getenv_fn = fake_getenv };
    assert_int_equal(app_config_each(&sources, count_row, counts, &error), ATR_OK);
    assert_int_equal(counts[APP_FROM_FLAG], 1);
    assert_int_equal(counts[APP_FROM_ENVIRONMENT], 1);
    assert_int_equal(counts[APP_FROM_FILE], 2);
    assert_true(counts[APP_FROM_DEFAULT] >= 24);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(config_load__nothing_given__is_the_documented_default),
        TEST(config_load__file__is_read),
        TEST(config_load__environment__wins_over_the_file),
        TEST(config_load__data_folder__comes_from_flag_variable_or_home),
        TEST(config_load__file_wrong__names_the_line_and_what_was_expected),
        TEST(config_load__too_long__is_refused),
        TEST(config_load__scores_the_wrong_way_round__are_refused),
        TEST(config_load__variable_wrong__is_named),
        TEST(config_each__every_value__is_told_once_with_its_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
