/* See script.h. The file is copied once and cut in place; every line is checked before the first
 * one is played. */
#include "script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Reader {
    const char *source;
    uint32_t line;
    atr_Error *error;
} Reader;

static atr_Status fail(const Reader *reader, const char *expected, const char *found)
{
    atr_Error *error = reader->error;
    memset(error, 0, sizeof *error);
    snprintf(error->source, sizeof error->source, "%s", reader->source);
    error->line = reader->line;
    snprintf(error->text, sizeof error->text, "expected %s, found '%.80s'", expected, found);
    return ATR_ERR_FORMAT;
}

/* Cuts the first word off; what follows it is returned, "" at the end. */
static char *cut_word(char *text)
{
    char *end = text + strcspn(text, " \t");
    if (*end == '\0') {
        return end;
    }
    *end = '\0';
    end++;
    return end + strspn(end, " \t");
}

static bool parse_number(const char *text, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < 0 || value > 1000000000) {
        return false;
    }
    *out = value;
    return true;
}

static atr_Status parse_screen(const Reader *reader, char *rest, ScriptCommand *out)
{
    if (!flow_screen_from_name(rest, &out->screen)) {
        return fail(reader, "the name of a screen", rest);
    }
    return ATR_OK;
}

static atr_Status parse_wait(const Reader *reader, char *rest, ScriptCommand *out)
{
    out->verb = SCRIPT_WAIT_MS;
    if (parse_number(rest, &out->x)) {
        return ATR_OK;
    }
    char *name = cut_word(rest);
    out->verb = SCRIPT_WAIT_SCREEN;
    return strcmp(rest, "screen") == 0 ? parse_screen(reader, name, out)
                                       : fail(reader, "milliseconds or screen NAME", rest);
}

static atr_Status parse_scan(const Reader *reader, char *rest, ScriptCommand *out)
{
    out->verb = SCRIPT_SCAN;
    out->text = rest;
    if (rest[0] == '@') {
        out->verb = SCRIPT_SCAN_FILE;
        out->text = rest + 1;
        return rest[1] != '\0' ? ATR_OK : fail(reader, "a file after @", rest);
    }
    if (strncmp(rest, "demo ", 5) == 0) {
        out->verb = SCRIPT_SCAN_DEMO;
        return parse_number(rest + 5, &out->x) ? ATR_OK : fail(reader, "a number", rest + 5);
    }
    return rest[0] != '\0' ? ATR_OK : fail(reader, "a text, @FILE or demo N", rest);
}

static atr_Status parse_tap(const Reader *reader, char *rest, ScriptCommand *out)
{
    out->verb = SCRIPT_TAP;
    out->text = rest;
    char *second = cut_word(rest);
    if (rest[0] == '\0') {
        return fail(reader, "a control's key or X Y", rest);
    }
    if (second[0] != '\0') {
        out->verb = SCRIPT_TAP_AT;
        if (!parse_number(rest, &out->x) || !parse_number(second, &out->y)) {
            return fail(reader, "two numbers", rest);
        }
    }
    return ATR_OK;
}

static atr_Status parse_expect(const Reader *reader, char *rest, ScriptCommand *out)
{
    char *value = cut_word(rest);
    out->text = value;
    if (strcmp(rest, "screen") == 0) {
        out->verb = SCRIPT_EXPECT_SCREEN;
        return parse_screen(reader, value, out);
    }
    if (strcmp(rest, "coins") == 0) {
        out->verb = SCRIPT_EXPECT_COINS;
        return parse_number(value, &out->x) ? ATR_OK : fail(reader, "a number", value);
    }
    out->verb = SCRIPT_EXPECT_TEXT;
    return strcmp(rest, "text") == 0 && value[0] != '\0'
               ? ATR_OK
               : fail(reader, "screen NAME, text KEY or coins N", rest);
}

/* `hold work` and `release work`. */
static atr_Status parse_work(const Reader *reader, char *rest, ScriptCommand *out, ScriptVerb verb)
{
    out->verb = verb;
    return strcmp(rest, "work") == 0 ? ATR_OK : fail(reader, "work", rest);
}

static atr_Status parse_text(const Reader *reader, char *rest, ScriptCommand *out, ScriptVerb verb)
{
    out->verb = verb;
    out->text = rest;
    return rest[0] != '\0' ? ATR_OK : fail(reader, "an argument", rest);
}

static atr_Status parse_shot(const Reader *reader, char *rest, ScriptCommand *out)
{
    if (strchr(rest, '/') != NULL || rest[0] == '.') {
        return fail(reader, "a file name without a folder", rest);
    }
    return parse_text(reader, rest, out, SCRIPT_SHOT);
}

static atr_Status parse_line(const Reader *reader, char *line, ScriptCommand *out)
{
    char *rest = cut_word(line);
    out->line = reader->line;
    out->text = "";
    if (strcmp(line, "wait") == 0) {
        return parse_wait(reader, rest, out);
    }
    if (strcmp(line, "scan") == 0) {
        return parse_scan(reader, rest, out);
    }
    if (strcmp(line, "tap") == 0) {
        return parse_tap(reader, rest, out);
    }
    if (strcmp(line, "expect") == 0) {
        return parse_expect(reader, rest, out);
    }
    if (strcmp(line, "type") == 0) {
        return parse_text(reader, rest, out, SCRIPT_TYPE);
    }
    if (strcmp(line, "key") == 0) {
        return parse_text(reader, rest, out, SCRIPT_KEY);
    }
    if (strcmp(line, "shot") == 0) {
        return parse_shot(reader, rest, out);
    }
    if (strcmp(line, "lang") == 0) {
        out->verb = SCRIPT_LANG;
        out->x = strcmp(rest, "ar") == 0 ? LANGUAGE_AR : LANGUAGE_EN;
        return strcmp(rest, "ar") == 0 || strcmp(rest, "en") == 0 ? ATR_OK
                                                                  : fail(reader, "en or ar", rest);
    }
    if (strcmp(line, "hold") == 0) {
        return parse_work(reader, rest, out, SCRIPT_HOLD);
    }
    if (strcmp(line, "release") == 0) {
        return parse_work(reader, rest, out, SCRIPT_RELEASE);
    }
    return fail(reader, "wait, scan, type, tap, key, lang, shot, expect, hold or release", line);
}

static char *trimmed(char *line)
{
    line += strspn(line, " \t");
    size_t size = strlen(line);
    while (size > 0 && strchr(" \t\r", line[size - 1]) != NULL) {
        line[--size] = '\0';
    }
    return line;
}

static uint32_t count_lines(const char *text, size_t size)
{
    uint32_t count = 1;
    for (size_t i = 0; i < size; i++) {
        count += text[i] == '\n';
    }
    return count;
}

atr_Status script_parse(const char *text, size_t size, const char *source, Script *out,
                        atr_Error *error)
{
    memset(out, 0, sizeof *out);
    Reader reader = { .source = source, .error = error };
    if (size > SCRIPT_FILE_MAX || memchr(text, '\0', size) != NULL) {
        return fail(&reader, "a text of at most 1 MiB", size > SCRIPT_FILE_MAX ? "more" : "a zero");
    }
    out->text = malloc(size + 1);
    out->commands = calloc(count_lines(text, size), sizeof *out->commands);
    if (out->text == NULL || out->commands == NULL) {
        script_free(out);
        return ATR_ERR_NO_MEMORY;
    }
    memcpy(out->text, text, size);
    out->text[size] = '\0';
    for (char *next = out->text; next != NULL;) {
        char *line = next;
        next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        reader.line++;
        line = trimmed(line);
        if (line[0] == '\0' || line[0] == '#') {
            continue;
        }
        const atr_Status status = parse_line(&reader, line, &out->commands[out->count]);
        if (status != ATR_OK) {
            script_free(out);
            return status;
        }
        out->count++;
    }
    return ATR_OK;
}

static atr_Status read_error(const char *path, atr_Error *error)
{
    memset(error, 0, sizeof *error);
    snprintf(error->source, sizeof error->source, "%s", path);
    snprintf(error->text, sizeof error->text, "%s", strerror(errno));
    return ATR_ERR_IO;
}

atr_Status script_load(const char *path, Script *out, atr_Error *error)
{
    memset(out, 0, sizeof *out);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return read_error(path, error);
    }
    char *text = malloc(SCRIPT_FILE_MAX + 1);
    if (text == NULL) {
        (void)fclose(file);
        return ATR_ERR_NO_MEMORY;
    }
    const size_t size = fread(text, 1, SCRIPT_FILE_MAX + 1, file);
    const atr_Status status =
        ferror(file) != 0 ? read_error(path, error) : script_parse(text, size, path, out, error);
    (void)fclose(file);
    free(text);
    return status;
}

void script_free(Script *script)
{
    free(script->text);
    free(script->commands);
    memset(script, 0, sizeof *script);
}
