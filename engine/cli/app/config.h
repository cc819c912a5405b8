/* What can be configured, and where each value came from: built-in defaults, then atrium.ini, then
 * ATRIUM_* in the environment, then flags; the last one that names a value wins.
 *
 *     AppConfig config;
 *     AppConfigSources from = { .data = NULL, .config_file = NULL };
 *     atr_Error error;
 *     if (app_config_load(&from, &config, &error) != ATR_OK) {
 *         fprintf(stderr, "%s:%u: %s\n", error.source, error.line, error.text);
 *     }
 *
 * In atrium.ini "screen.diagonal_in" is the line `diagonal_in = 22` under `[screen]`; in the
 * environment it is ATRIUM_SCREEN_DIAGONAL_IN. The data folder is named by a flag or ATRIUM_DATA
 * only, because atrium.ini is looked for inside it, unless a flag or ATRIUM_CONFIG names the file.
 *
 * Threads: one at a time; an AppConfig that is loaded may be read by all. */
#ifndef ATR_APP_CONFIG_H
#define ATR_APP_CONFIG_H

#include <atrium/rules.h>

#define APP_PATH_MAX 512
#define APP_TEXT_MAX 128

typedef enum AppDigits { APP_DIGITS_LATIN = 0, APP_DIGITS_ARAB } AppDigits;

/* Where the reader is, seen by someone who faces the screen. */
typedef enum AppSide { APP_SIDE_BELOW = 0, APP_SIDE_LEFT, APP_SIDE_RIGHT } AppSide;

typedef enum AppLanguage { APP_LANGUAGE_EN = 0, APP_LANGUAGE_AR } AppLanguage;

/* Keyboard layout that the reader was set up for: scancodes are read through it. */
typedef enum AppScannerLayout { APP_SCANNER_US = 0, APP_SCANNER_UK } AppScannerLayout;

typedef struct AppConfig {
    char data[APP_PATH_MAX]; /* data folder; default $XDG_DATA_HOME/atrium or ~/.local/share/atrium
                              */
    char file[APP_PATH_MAX]; /* the atrium.ini that was read; "" when there is none */

    int32_t store_busy_timeout_ms; /* store.busy_timeout_ms, 5000 */
    int32_t work_threads;          /* work.threads, 2 */
    int32_t work_capacity;         /* work.capacity, 256 */
    int32_t cache_entries;         /* cache.entries, 4096 */
    int32_t reward_event_percent;  /* reward.event_percent, 100 */
    atr_RulesDesc rules;           /* rules.*, resolved */

    double screen_diagonal_in;         /* screen.diagonal_in, 22 */
    AppLanguage ui_language;           /* ui.language: en, ar */
    AppDigits ui_digits;               /* ui.digits: latin, arab */
    char ui_font_latin[APP_PATH_MAX];  /* ui.font_latin: file; "" looks in the usual places */
    char ui_font_arabic[APP_PATH_MAX]; /* ui.font_arabic: file */
    AppScannerLayout scanner_layout;   /* scanner.layout: us, uk */
    AppSide scanner_side;              /* scanner.side: below, left, right */
    char desk_place_en[APP_TEXT_MAX];  /* desk.place_en: where help is, "Level 1, Gate B" */
    char desk_place_ar[APP_TEXT_MAX];  /* desk.place_ar */
} AppConfig;

typedef struct AppConfigSources {
    const char *data;        /* --data; NULL: ATRIUM_DATA, then the default */
    const char *config_file; /* --config; NULL: ATRIUM_CONFIG, then DATA/atrium.ini */
    const char *(*getenv_fn)(const char *); /* NULL: the process's environment */
} AppConfigSources;

/* ATR_ERR_FORMAT: a value or a line is not as expected, `error` says where and what was expected.
 * ATR_ERR_NOT_FOUND, ATR_ERR_IO: a named file cannot be read. */
ATR_NODISCARD atr_Status app_config_load(const AppConfigSources *sources, AppConfig *out,
                                         atr_Error *error);

typedef enum AppOrigin {
    APP_FROM_DEFAULT,
    APP_FROM_FILE,
    APP_FROM_ENVIRONMENT,
    APP_FROM_FLAG
} AppOrigin;

/* One value as text, for `atrium doctor`; strings are borrowed for the call. */
typedef void (*AppConfigRowFn)(void *user, const char *name, const char *value, AppOrigin origin,
                               const char *detail);

/* Loads as app_config_load and tells every value with its origin; `detail` is "atrium.ini:12",
 * the variable's name, the flag, or "". */
ATR_NODISCARD atr_Status app_config_each(const AppConfigSources *sources, AppConfigRowFn fn,
                                         void *user, atr_Error *error);

/* "default", "file", "environment" or "flag". */
const char *app_origin_name(AppOrigin origin);

#endif
