/* atrium doctor: every configuration value with its origin, then what is found when things are
 * tried. A warning is something to know; only what is broken changes the exit code. */
#define _POSIX_C_SOURCE 200809L

#include "mall.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LEAST_FREE_MIB 64

typedef enum Finding { FINDING_OK, FINDING_WARNING, FINDING_BROKEN } Finding;

typedef struct Doctor {
    const Cli *cli;
    json_t *values; /* NULL: print text */
    json_t *checks;
    bool broken;
} Doctor;

static const char *const finding_names[] = { "ok", "warning", "broken" };

static void show_value(void *user, const char *name, const char *value, AppOrigin origin,
                       const char *detail)
{
    Doctor *doctor = user;
    if (doctor->values == NULL) {
        printf("  %-30s %-32s %s%s%s\n", name, value[0] == '\0' ? "-" : value,
               app_origin_name(origin), detail[0] == '\0' ? "" : ", ", detail);
        return;
    }
    json_t *row = json_object();
    json_object_set_new(row, "name", cli_json_text(name));
    json_object_set_new(row, "value", cli_json_text(value));
    json_object_set_new(row, "origin", cli_json_text(app_origin_name(origin)));
    json_object_set_new(row, "detail", cli_json_text(detail));
    json_array_append_new(doctor->values, row);
}

static void report(Doctor *doctor, Finding finding, const char *name, const char *text)
{
    doctor->broken = doctor->broken || finding == FINDING_BROKEN;
    if (doctor->checks == NULL) {
        printf("  %-14s %-8s %s\n", name, finding_names[finding], text);
        return;
    }
    json_t *row = json_object();
    json_object_set_new(row, "check", cli_json_text(name));
    json_object_set_new(row, "finding", cli_json_text(finding_names[finding]));
    json_object_set_new(row, "detail", cli_json_text(text));
    json_array_append_new(doctor->checks, row);
}

static bool check_folder(Doctor *doctor, const AppConfig *config)
{
    struct stat info;
    struct statvfs space;
    char text[640];
    if (stat(config->data, &info) != 0) {
        report(doctor, FINDING_WARNING, "data folder",
               "none yet; the first command that writes makes it");
        return false;
    }
    if (!S_ISDIR(info.st_mode) || access(config->data, R_OK | W_OK | X_OK) != 0) {
        report(doctor, FINDING_BROKEN, "data folder", "expected a folder that may be written to");
        return false;
    }
    if ((info.st_mode & 077) != 0) {
        snprintf(text, sizeof text, "others may look into it (mode 0%o); chmod 700 closes it",
                 (unsigned)(info.st_mode & 0777));
        report(doctor, FINDING_WARNING, "data folder", text);
    } else {
        report(doctor, FINDING_OK, "data folder", config->data);
    }
    if (statvfs(config->data, &space) == 0) {
        const uint64_t mib = (uint64_t)space.f_bavail * space.f_frsize / (1024 * 1024);
        snprintf(text, sizeof text, "%" PRIu64 " MiB free", mib);
        report(doctor, mib < LEAST_FREE_MIB ? FINDING_WARNING : FINDING_OK, "disk", text);
    }
    return true;
}

static void check_database(Doctor *doctor, const AppConfig *config)
{
    static App app;
    char path[APP_PATH_MAX + 16];
    char text[640];
    atr_Error error = { .line = 0 };
    snprintf(path, sizeof path, "%s/atrium.db", config->data);
    if (access(path, F_OK) != 0) {
        report(doctor, FINDING_WARNING, "database",
               "none yet; the first command that writes makes it");
        return;
    }
    const AppDesc desc = { .config = config, .must_exist = true };
    if (app_open(&desc, &app, &error) != ATR_OK) {
        snprintf(text, sizeof text, "%s: %s", error.source, error.text);
        report(doctor, FINDING_BROKEN, "database", text);
        return;
    }
    const atr_Store *db = atr_loyalty_store(app.mall);
    atr_StoreInfo stores[64];
    uint32_t count = 0;
    const atr_Status st = db->ops->store_list(db->self, NULL, stores, ATR_COUNT_OF(stores), &count);
    if (st == ATR_OK) {
        snprintf(text, sizeof text, "opens, %s%u stores%s",
                 count == ATR_COUNT_OF(stores) ? "at least " : "", count,
                 app.demo ? ", made as a demonstration" : "");
        report(doctor, FINDING_OK, "database", text);
    } else {
        report(doctor, FINDING_BROKEN, "database", atr_status_text(st));
    }
    app_close(&app);
}

static void check_fonts(Doctor *doctor, const AppConfig *config)
{
    static const struct {
        AppFont font;
        const char *name;
        const char *missing;
    } rows[] = {
        { APP_FONT_LATIN, "font, Latin", "none found: the built-in Latin font is used" },
        { APP_FONT_LATIN_BOLD, "bold, Latin", "none found: the regular one is used" },
        { APP_FONT_ARABIC, "font, Arabic", "none found: Arabic is not offered at the kiosk" },
        { APP_FONT_ARABIC_BOLD, "bold, Arabic", "none found: the regular one is used" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        char path[APP_PATH_MAX];
        char text[2 * APP_PATH_MAX + 64];
        const char *wanted = rows[i].font == APP_FONT_LATIN    ? config->ui_font_latin
                             : rows[i].font == APP_FONT_ARABIC ? config->ui_font_arabic
                                                               : "";
        const bool found = app_find_font(config, rows[i].font, path, sizeof path) == ATR_OK;
        if (found && wanted[0] != '\0' && strcmp(wanted, path) != 0) {
            snprintf(text, sizeof text, "%s is no font that can be read; %s is used", wanted, path);
            report(doctor, FINDING_WARNING, rows[i].name, text);
        } else {
            report(doctor, found ? FINDING_OK : FINDING_WARNING, rows[i].name,
                   found ? path : rows[i].missing);
        }
    }
}

CliExit cli_doctor(Cli *cli)
{
    static AppConfig config;
    Doctor doctor = { .cli = cli };
    atr_Error error = { .line = 0 };
    const bool as_json = cli->options[CLI_OPTION_JSON] != NULL;
    const AppConfigSources sources = cli_sources(cli);
    atr_Status st = app_config_load(&sources, &config, &error);
    if (st != ATR_OK) {
        cli_fail(st, &error);
        return st == ATR_ERR_FORMAT ? CLI_WRONG_USE : CLI_FAULT;
    }
    if (as_json) {
        doctor.values = json_array();
        doctor.checks = json_array();
    } else {
        printf("atrium %s\n\nconfiguration\n", atr_version());
    }
    st = app_config_each(&sources, show_value, &doctor, &error);
    if (st == ATR_OK && !as_json) {
        printf("\nchecks\n");
    }
    if (check_folder(&doctor, &config)) {
        check_database(&doctor, &config);
    }
    check_fonts(&doctor, &config);
    if (as_json) {
        json_t *object = json_object();
        json_object_set_new(object, "version", cli_json_text(atr_version()));
        json_object_set_new(object, "config", doctor.values);
        json_object_set_new(object, "checks", doctor.checks);
        cli_print_json(object);
    }
    return doctor.broken ? CLI_FAULT : CLI_DONE;
}
