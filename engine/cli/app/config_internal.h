/* The table of values and a load under way, shared by config.c and config_file.c. */
#ifndef ATR_APP_CONFIG_INTERNAL_H
#define ATR_APP_CONFIG_INTERNAL_H

#include "config.h"

#define APP_CONFIG_ROWS_MAX 48

typedef enum AppConfigKind {
    APP_INT32,
    APP_REAL,
    APP_FILS,
    APP_TEXT,
    APP_CHOICE,
    APP_BOOL
} AppConfigKind;

typedef struct AppConfigRow {
    const char *name; /* "section.key" */
    AppConfigKind kind;
    int32_t low;
    int32_t high;               /* for text: room with its ending zero */
    const char *const *choices; /* NULL terminated */
    const char *standard;       /* the default, spelled as in a file */
    size_t offset;              /* in AppConfig */
} AppConfigRow;

typedef struct AppConfigOrigin {
    AppOrigin origin;
    char detail[64];
} AppConfigOrigin;

typedef struct AppConfigLoad {
    AppConfig config;
    AppConfigOrigin data;
    AppConfigOrigin file;
    AppConfigOrigin origins[APP_CONFIG_ROWS_MAX];
} AppConfigLoad;

const AppConfigRow *app_config_rows(size_t *count);

/* Parses and stores one value. False: `expected` says what would have been right. */
bool app_config_set(AppConfigLoad *load, size_t index, const char *text, AppOrigin origin,
                    const char *detail, char *expected, size_t expected_size);

/* ATR_ERR_NOT_FOUND when there is no such file; `error` is filled on any failure. */
atr_Status app_config_read_file(AppConfigLoad *load, const char *path, atr_Error *error);

#endif
