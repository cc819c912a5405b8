/* One table says what can be configured: name, kind, range, default and where it lies in AppConfig.
 * Defaults, file and environment all go through the same parser, so each complains in the same
 * words and the table is the only place to add a value. */
#define _POSIX_C_SOURCE 200809L

#include "config_internal.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILS_PER_AED 100

static const char *const digits_choices[] = { "latin", "arab", NULL };
static const char *const side_choices[] = { "below", "left", "right", NULL };
static const char *const language_choices[] = { "en", "ar", NULL };
static const char *const layout_choices[] = { "us", "uk", NULL };
static const char *const yes_choices[] = { "no", "yes", NULL };

#define AT(member) offsetof(AppConfig, member)

/* Kind, low and high: whole numbers and amounts in AED by their range, texts by their room. */
static const AppConfigRow rows[] = {
    { "store.busy_timeout_ms", APP_INT32, 0, 600000, NULL, "5000", AT(store_busy_timeout_ms) },
    { "work.threads", APP_INT32, 1, 64, NULL, "2", AT(work_threads) },
    { "work.capacity", APP_INT32, 8, 1000000, NULL, "256", AT(work_capacity) },
    { "cache.entries", APP_INT32, 16, 10000000, NULL, "4096", AT(cache_entries) },
    { "reward.event_percent", APP_INT32, 1, 10000, NULL, "100", AT(reward_event_percent) },
    { "rules.review_score", APP_INT32, 1, 1000, NULL, "30", AT(rules.review_score) },
    { "rules.reject_score", APP_INT32, 1, 1000, NULL, "70", AT(rules.reject_score) },
    { "rules.max_age_days", APP_INT32, 1, 3650, NULL, "14", AT(rules.max_age_days) },
    { "rules.week_limit", APP_INT32, 1, 100000, NULL, "35", AT(rules.week_limit) },
    { "rules.day_limit", APP_INT32, 1, 100000, NULL, "5", AT(rules.day_limit) },
    { "rules.store_day_limit", APP_INT32, 1, 100000, NULL, "3", AT(rules.store_day_limit) },
    { "rules.gap_s", APP_INT32, 1, 86400, NULL, "30", AT(rules.gap_s) },
    { "rules.unsigned_day_limit", APP_INT32, 1, 100000, NULL, "2", AT(rules.unsigned_day_limit) },
    { "rules.unsigned_limit_aed", APP_FILS, 1, 1000000, NULL, "100",
      AT(rules.unsigned_limit_fils) },
    { "rules.high_aed", APP_FILS, 1, 1000000, NULL, "5000", AT(rules.high_fils) },
    { "rules.hours_slack_minutes", APP_INT32, 1, 720, NULL, "30", AT(rules.hours_slack_minutes) },
    { "rules.vat_slack_basis_points", APP_INT32, 1, 10000, NULL, "500",
      AT(rules.vat_slack_basis_points) },
    { "rules.clock_unsynchronised", APP_BOOL, 0, 0, yes_choices, "no",
      AT(rules.clock_unsynchronised) },
    { "screen.diagonal_in", APP_REAL, 5, 120, NULL, "22", AT(screen_diagonal_in) },
    { "ui.language", APP_CHOICE, 0, 0, language_choices, "en", AT(ui_language) },
    { "ui.digits", APP_CHOICE, 0, 0, digits_choices, "latin", AT(ui_digits) },
    { "ui.font_latin", APP_TEXT, 0, APP_PATH_MAX, NULL, "", AT(ui_font_latin) },
    { "ui.font_arabic", APP_TEXT, 0, APP_PATH_MAX, NULL, "", AT(ui_font_arabic) },
    { "scanner.layout", APP_CHOICE, 0, 0, layout_choices, "us", AT(scanner_layout) },
    { "scanner.side", APP_CHOICE, 0, 0, side_choices, "below", AT(scanner_side) },
    { "desk.place_en", APP_TEXT, 0, APP_TEXT_MAX, NULL, "Level 1, Gate B", AT(desk_place_en) },
    { "desk.place_ar", APP_TEXT, 0, APP_TEXT_MAX, NULL, "الطابق الأول، البوابة B",
      AT(desk_place_ar) },
};

_Static_assert(ATR_COUNT_OF(rows) <= APP_CONFIG_ROWS_MAX, "AppConfigOrigins has room for all");

/* ---- Parsing one value ----------------------------------------------------------------------- */

/* Decimal without exponent, whatever the locale; at most three decimals. */
static bool parse_thousandths(const char *text, int64_t *out)
{
    int64_t value = 0;
    int decimals = -1;
    size_t digits = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '.' && decimals < 0 && digits > 0) {
            decimals = 0;
        } else if (*p >= '0' && *p <= '9' && digits < 12 && decimals < 3) {
            value = value * 10 + (*p - '0');
            digits++;
            decimals += decimals >= 0;
        } else {
            return false;
        }
    }
    if (digits == 0 || decimals == 0) {
        return false;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 3; i++) {
        value *= 10;
    }
    *out = value;
    return true;
}

static void expect_text(const AppConfigRow *row, char *out, size_t size)
{
    switch (row->kind) {
    case APP_INT32:
        snprintf(out, size, "a whole number from %d to %d", row->low, row->high);
        break;
    case APP_REAL:
        snprintf(out, size, "a number from %d to %d", row->low, row->high);
        break;
    case APP_FILS:
        snprintf(out, size, "an amount in AED from %d to %d", row->low, row->high);
        break;
    case APP_TEXT:
        snprintf(out, size, "at most %d bytes of text", row->high - 1);
        break;
    case APP_CHOICE:
    case APP_BOOL:
        snprintf(out, size, "%s", row->choices[0]);
        for (size_t i = 1; row->choices[i] != NULL; i++) {
            const size_t used = strlen(out);
            snprintf(out + used, size - used, " or %s", row->choices[i]);
        }
        break;
    }
}

static int choice_of(const AppConfigRow *row, const char *text)
{
    for (int i = 0; row->choices[i] != NULL; i++) {
        if (strcmp(row->choices[i], text) == 0) {
            return i;
        }
    }
    return -1;
}

static bool parse_number(const AppConfigRow *row, const char *text, void *at)
{
    int64_t thousandths = 0;
    if (!parse_thousandths(text, &thousandths) || thousandths < row->low * INT64_C(1000) ||
        thousandths > row->high * INT64_C(1000)) {
        return false;
    }
    if (row->kind == APP_REAL) {
        *(double *)at = (double)thousandths / 1000.0;
        return true;
    }
    if (row->kind == APP_FILS) {
        *(int64_t *)at = thousandths * FILS_PER_AED / 1000;
        return thousandths * FILS_PER_AED % 1000 == 0;
    }
    *(int32_t *)at = (int32_t)(thousandths / 1000);
    return thousandths % 1000 == 0;
}

static bool parse_value(const AppConfigRow *row, const char *text, AppConfig *config)
{
    void *at = (char *)config + row->offset;
    int choice = 0;
    switch (row->kind) {
    case APP_INT32:
    case APP_REAL:
    case APP_FILS:
        return parse_number(row, text, at);
    case APP_TEXT:
        if (strlen(text) >= (size_t)row->high) {
            return false;
        }
        memset(at, 0, (size_t)row->high);
        memcpy(at, text, strlen(text));
        return true;
    case APP_CHOICE:
        choice = choice_of(row, text);
        /* Every choice is an enum without negative values: the size of an unsigned int. */
        *(unsigned *)at = choice < 0 ? 0u : (unsigned)choice;
        return choice >= 0;
    case APP_BOOL:
        choice = choice_of(row, text);
        *(bool *)at = choice == 1;
        return choice >= 0;
    }
    return false;
}

const AppConfigRow *app_config_rows(size_t *count)
{
    *count = ATR_COUNT_OF(rows);
    return rows;
}

bool app_config_set(AppConfigLoad *load, size_t index, const char *text, AppOrigin origin,
                    const char *detail, char *expected, size_t expected_size)
{
    if (!parse_value(&rows[index], text, &load->config)) {
        expect_text(&rows[index], expected, expected_size);
        return false;
    }
    load->origins[index].origin = origin;
    snprintf(load->origins[index].detail, sizeof load->origins[index].detail, "%s", detail);
    return true;
}

/* ---- Where values come from ------------------------------------------------------------------ */

static const char *environment(const AppConfigSources *sources, const char *name)
{
    const char *value = sources->getenv_fn == NULL
                            ? getenv(name)
                            : sources->getenv_fn(name); /* NOLINT(concurrency-mt-unsafe) */
    return value == NULL || value[0] == '\0' ? NULL : value;
}

/* "screen.diagonal_in" -> "ATRIUM_SCREEN_DIAGONAL_IN" */
static void environment_name(const char *name, char *out, size_t size)
{
    const size_t prefix = (size_t)snprintf(out, size, "ATRIUM_");
    size_t i = 0;
    for (; name[i] != '\0' && prefix + i + 1 < size; i++) {
        const char c = name[i];
        out[prefix + i] = (char)(c == '.' ? '_' : c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    out[prefix + i] = '\0';
}

static atr_Status fail(atr_Error *error, atr_Status st, const char *source, const char *text)
{
    if (error != NULL) {
        memset(error, 0, sizeof *error);
        snprintf(error->source, sizeof error->source, "%s", source);
        snprintf(error->text, sizeof error->text, "%s", text);
    }
    return st;
}

static atr_Status choose_folder(const AppConfigSources *sources, AppConfigLoad *load,
                                atr_Error *error)
{
    char *out = load->config.data;
    const char *flag = sources->data;
    const char *variable = environment(sources, "ATRIUM_DATA");
    const char *share = environment(sources, "XDG_DATA_HOME");
    const char *home = environment(sources, "HOME");
    int length = -1;
    load->data = (AppConfigOrigin){ APP_FROM_DEFAULT, "" };
    if (flag != NULL) {
        load->data = (AppConfigOrigin){ APP_FROM_FLAG, "--data" };
        length = snprintf(out, APP_PATH_MAX, "%s", flag);
    } else if (variable != NULL) {
        load->data = (AppConfigOrigin){ APP_FROM_ENVIRONMENT, "ATRIUM_DATA" };
        length = snprintf(out, APP_PATH_MAX, "%s", variable);
    } else if (share != NULL) {
        length = snprintf(out, APP_PATH_MAX, "%s/atrium", share);
    } else if (home != NULL) {
        length = snprintf(out, APP_PATH_MAX, "%s/.local/share/atrium", home);
    } else {
        return fail(error, ATR_ERR_NOT_FOUND, "data folder",
                    "expected --data, ATRIUM_DATA or HOME to name it");
    }
    /* Room is left for the names of the files inside. */
    if (length <= 0 || length > APP_PATH_MAX - 32) {
        return fail(error, ATR_ERR_FORMAT, "data folder", "expected a path of 1 to 480 bytes");
    }
    return ATR_OK;
}

static atr_Status read_file(const AppConfigSources *sources, AppConfigLoad *load, atr_Error *error)
{
    const char *variable = environment(sources, "ATRIUM_CONFIG");
    const char *named = sources->config_file != NULL ? sources->config_file : variable;
    char path[APP_PATH_MAX + 16];
    load->file = (AppConfigOrigin){ APP_FROM_DEFAULT, "" };
    if (sources->config_file != NULL) {
        load->file = (AppConfigOrigin){ APP_FROM_FLAG, "--config" };
    } else if (variable != NULL) {
        load->file = (AppConfigOrigin){ APP_FROM_ENVIRONMENT, "ATRIUM_CONFIG" };
    }
    const int length = named != NULL
                           ? snprintf(path, sizeof path, "%s", named)
                           : snprintf(path, sizeof path, "%s/atrium.ini", load->config.data);
    if (length < 0 || length >= APP_PATH_MAX) {
        return fail(error, ATR_ERR_FORMAT, "configuration", "expected a path of 1 to 511 bytes");
    }
    const atr_Status st = app_config_read_file(load, path, error);
    if (st == ATR_ERR_NOT_FOUND && named == NULL) {
        return ATR_OK;
    }
    if (st == ATR_OK) {
        memcpy(load->config.file, path, (size_t)length + 1);
    }
    return st;
}

static atr_Status read_environment(const AppConfigSources *sources, AppConfigLoad *load,
                                   atr_Error *error)
{
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        char name[64];
        char expected[128];
        char text[256];
        environment_name(rows[i].name, name, sizeof name);
        const char *value = environment(sources, name);
        if (value != NULL && !app_config_set(load, i, value, APP_FROM_ENVIRONMENT, name, expected,
                                             sizeof expected)) {
            snprintf(text, sizeof text, "expected %s", expected);
            return fail(error, ATR_ERR_FORMAT, name, text);
        }
    }
    return ATR_OK;
}

static atr_Status load_all(const AppConfigSources *sources, AppConfigLoad *load, atr_Error *error)
{
    char expected[128];
    memset(load, 0, sizeof *load);
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        const bool valid = app_config_set(load, i, rows[i].standard, APP_FROM_DEFAULT, "", expected,
                                          sizeof expected);
        ATR_ASSERT(valid);
        (void)valid;
    }
    atr_Status st = choose_folder(sources, load, error);
    if (st == ATR_OK) {
        st = read_file(sources, load, error);
    }
    if (st == ATR_OK) {
        st = read_environment(sources, load, error);
    }
    if (st == ATR_OK && load->config.rules.reject_score < load->config.rules.review_score) {
        st = fail(error, ATR_ERR_FORMAT, "rules.reject_score",
                  "expected a number not below rules.review_score");
    }
    return st;
}

atr_Status app_config_load(const AppConfigSources *sources, AppConfig *out, atr_Error *error)
{
    ATR_ASSERT(sources != NULL && out != NULL);
    AppConfigLoad load;
    const atr_Status st = load_all(sources, &load, error);
    *out = load.config;
    return st;
}

static void value_text(const AppConfigRow *row, const AppConfig *config, char *out, size_t size)
{
    const void *at = (const char *)config + row->offset;
    switch (row->kind) {
    case APP_INT32:
        snprintf(out, size, "%d", *(const int32_t *)at);
        break;
    case APP_REAL:
        snprintf(out, size, "%g", *(const double *)at);
        break;
    case APP_FILS:
        snprintf(out, size, "%lld.%02lld", (long long)(*(const int64_t *)at / FILS_PER_AED),
                 (long long)(*(const int64_t *)at % FILS_PER_AED));
        break;
    case APP_TEXT:
        snprintf(out, size, "%s", (const char *)at);
        break;
    case APP_CHOICE:
        snprintf(out, size, "%s", row->choices[*(const unsigned *)at]);
        break;
    case APP_BOOL:
        snprintf(out, size, "%s", row->choices[*(const bool *)at ? 1 : 0]);
        break;
    }
}

atr_Status app_config_each(const AppConfigSources *sources, AppConfigRowFn fn, void *user,
                           atr_Error *error)
{
    ATR_ASSERT(sources != NULL && fn != NULL);
    AppConfigLoad load;
    const atr_Status st = load_all(sources, &load, error);
    if (st != ATR_OK) {
        return st;
    }
    fn(user, "data", load.config.data, load.data.origin, load.data.detail);
    fn(user, "config", load.config.file, load.file.origin, load.file.detail);
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        char text[APP_PATH_MAX];
        value_text(&rows[i], &load.config, text, sizeof text);
        fn(user, rows[i].name, text, load.origins[i].origin, load.origins[i].detail);
    }
    return ATR_OK;
}

const char *app_origin_name(AppOrigin origin)
{
    static const char *const names[] = { "default", "file", "environment", "flag" };
    return names[origin];
}
