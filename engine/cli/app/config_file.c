/* atrium.ini through libinih. Its parser calls back with section, key and value; lines are counted
 * where they are read, because Debian's build does not hand the number over. The first complaint is
 * kept: it is the one to mend first. */
#define _POSIX_C_SOURCE 200809L

#include "config_internal.h"

#include <ini.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FILE_BYTES_MAX 65536

typedef struct Reading {
    AppConfigLoad *load;
    FILE *file;
    const char *path;
    uint32_t line;
    size_t bytes;
    bool failed;
    atr_Error error;
} Reading;

static void complain(Reading *reading, const char *text)
{
    if (!reading->failed) {
        reading->failed = true;
        reading->error.line = reading->line;
        snprintf(reading->error.text, sizeof reading->error.text, "%s", text);
    }
}

/* As fgets, for libinih; a line that does not fit would be read as two. */
static char *read_line(char *out, int size, void *stream)
{
    Reading *reading = stream;
    if (reading->failed || fgets(out, size, reading->file) == NULL) {
        return NULL;
    }
    reading->line++;
    const size_t length = strlen(out);
    reading->bytes += length;
    if (reading->bytes > FILE_BYTES_MAX) {
        complain(reading, "expected a file of at most 64 KiB");
        return NULL;
    }
    if (length + 1 == (size_t)size && out[length - 1] != '\n') {
        char text[64];
        snprintf(text, sizeof text, "expected a line of at most %d bytes", size - 2);
        complain(reading, text);
        return NULL;
    }
    return out;
}

static void list_known(const char *section, char *out, size_t size)
{
    size_t count = 0;
    const AppConfigRow *rows = app_config_rows(&count);
    const size_t length = strlen(section);
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const size_t used = strlen(out);
        if (strncmp(rows[i].name, section, length) == 0 && rows[i].name[length] == '.') {
            snprintf(out + used, size - used, "%s%s", used == 0 ? "" : ", ",
                     rows[i].name + length + 1);
        }
    }
}

static void complain_unknown(Reading *reading, const char *section, const char *key)
{
    char known[256];
    char text[320];
    list_known(section, known, sizeof known);
    if (known[0] == '\0') {
        snprintf(text, sizeof text,
                 "unknown section [%.32s]; expected store, work, cache, reward, rules, screen, ui, "
                 "scanner or desk",
                 section);
    } else {
        snprintf(text, sizeof text, "unknown key '%.32s' in [%s]; expected one of %.240s", key,
                 section, known);
    }
    complain(reading, text);
}

static int take_value(void *user, const char *section, const char *key, const char *value)
{
    Reading *reading = user;
    char name[96];
    char detail[64];
    char expected[128];
    size_t count = 0;
    const AppConfigRow *rows = app_config_rows(&count);
    snprintf(name, sizeof name, "%s.%s", section, key);
    size_t i = 0;
    while (i < count && strcmp(rows[i].name, name) != 0) {
        i++;
    }
    if (i == count) {
        complain_unknown(reading, section, key);
        return 0;
    }
    if (reading->load->origins[i].origin == APP_FROM_FILE) {
        char text[160];
        snprintf(text, sizeof text, "%s is given twice, first in %s", name,
                 reading->load->origins[i].detail);
        complain(reading, text);
        return 0;
    }
    snprintf(detail, sizeof detail, "line %u", reading->line);
    if (!app_config_set(reading->load, i, value, APP_FROM_FILE, detail, expected,
                        sizeof expected)) {
        char text[256];
        snprintf(text, sizeof text, "%s: expected %s", name, expected);
        complain(reading, text);
        return 0;
    }
    return 1;
}

atr_Status app_config_read_file(AppConfigLoad *load, const char *path, atr_Error *error)
{
    Reading reading = { .load = load, .path = path, .file = fopen(path, "r") };
    atr_Status st = ATR_OK;
    snprintf(reading.error.source, sizeof reading.error.source, "%s", path);
    if (reading.file == NULL) {
        st = errno == ENOENT || errno == ENOTDIR ? ATR_ERR_NOT_FOUND : ATR_ERR_IO;
        snprintf(reading.error.text, sizeof reading.error.text,
                 "expected a configuration file that can be read: %s",
                 st == ATR_ERR_NOT_FOUND ? "there is none" : "not permitted");
    } else {
        const int line = ini_parse_stream(read_line, &reading, take_value, &reading);
        if (ferror(reading.file) != 0) {
            st = ATR_ERR_IO;
            snprintf(reading.error.text, sizeof reading.error.text, "reading failed");
        } else if (line > 0 && (!reading.failed || (uint32_t)line < reading.error.line)) {
            st = ATR_ERR_FORMAT;
            reading.error.line = (uint32_t)line;
            snprintf(reading.error.text, sizeof reading.error.text,
                     "expected [section], key = value, or a comment");
        } else if (reading.failed || line != 0) {
            st = ATR_ERR_FORMAT;
        }
        fclose(reading.file);
    }
    if (error != NULL && st != ATR_OK) {
        *error = reading.error;
    }
    return st;
}
