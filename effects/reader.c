/* The generic half of reading definitions: tables of fields, paths, and places in the text. jansson
 * knows lines for broken syntax only, so the place of a well-formed but wrong value is found by
 * walking the text again along the value's path. */
#include "reader.h"

#include "effects_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Where a value stands -------------------------------------------------------------------- */

typedef struct Cursor {
    const char *at;
    const char *end;
    const char *key; /* of the member stepped to last */
} Cursor;

static void skip_space(Cursor *c)
{
    while (c->at < c->end && strchr(" \t\r\n", *c->at) != NULL) {
        c->at++;
    }
}

static void skip_string(Cursor *c)
{
    c->at++;
    while (c->at < c->end && *c->at != '"') {
        c->at += *c->at == '\\' && c->at + 1 < c->end ? 2 : 1;
    }
    c->at += c->at < c->end;
}

static void skip_value(Cursor *c)
{
    int depth = 0;
    do {
        skip_space(c);
        if (c->at >= c->end) {
            return;
        }
        if (*c->at == '"') {
            skip_string(c);
        } else if (*c->at == '{' || *c->at == '[') {
            depth++;
            c->at++;
        } else if (*c->at == '}' || *c->at == ']') {
            depth--;
            c->at++;
        } else if (*c->at == ',' || *c->at == ':') {
            c->at++;
        } else {
            while (c->at < c->end && strchr(",:]} \t\r\n", *c->at) == NULL) {
                c->at++;
            }
        }
    } while (depth > 0);
}

/* Steps from the start of an object or array to the wanted member; false when it is not there. */
static bool step_into(Cursor *c, const atr__Step *step)
{
    skip_space(c);
    if (c->at >= c->end || (*c->at != '{' && *c->at != '[')) {
        return false;
    }
    c->at++;
    for (size_t i = 0;; i++) {
        skip_space(c);
        if (c->at >= c->end || *c->at == '}' || *c->at == ']') {
            return false;
        }
        if (step->key != NULL) {
            const char *key = c->at + 1;
            const size_t length = strlen(step->key);
            skip_string(c);
            const bool found =
                (size_t)(c->at - key) == length + 1 && memcmp(key, step->key, length) == 0;
            skip_space(c);
            c->at += c->at < c->end; /* the colon */
            skip_space(c);
            if (found) {
                c->key = key - 1;
                return true;
            }
        } else if (i == step->index) {
            return true;
        }
        skip_value(c);
        skip_space(c);
        c->at += c->at < c->end && *c->at == ',';
    }
}

/* Of the value at the current path, or of its key. */
static void place_of(const atr__Reader *reader, bool of_key, uint32_t *line, uint32_t *column)
{
    const char *begin = reader->text.data;
    Cursor c = { begin, begin + reader->text.size, NULL };
    for (size_t i = 0; i < reader->depth; i++) {
        if (!step_into(&c, &reader->path[i])) {
            break; /* a key written with escapes: its object is near enough */
        }
    }
    skip_space(&c);
    const char *at = of_key && c.key != NULL ? c.key : c.at;
    *line = 1;
    *column = 1;
    for (const char *p = begin; p < at && p < c.end; p++) {
        *column = *p == '\n' ? 1 : *column + 1;
        *line += *p == '\n';
    }
}

static void print_path(const atr__Reader *reader, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < reader->depth && used < size; i++) {
        const atr__Step *step = &reader->path[i];
        const int wrote =
            step->key != NULL
                ? snprintf(out + used, size - used, "%s%.40s", i > 0 ? "." : "", step->key)
                : snprintf(out + used, size - used, "[%zu]", step->index);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}

static void print_found(const json_t *found, char *out, size_t size)
{
    if (found == NULL) {
        snprintf(out, size, "nothing");
    } else if (json_is_string(found)) {
        snprintf(out, size, "\"%.32s\"", json_string_value(found));
    } else if (json_is_number(found)) {
        snprintf(out, size, "%g", json_number_value(found));
    } else if (json_is_array(found)) {
        snprintf(out, size, "an array of %zu", json_array_size(found));
    } else {
        snprintf(out, size, "%s",
                 json_is_object(found) ? "an object"
                 : json_is_null(found) ? "null"
                 : json_is_true(found) ? "true"
                                       : "false");
    }
}

void atr__expected(atr__Reader *reader, const json_t *found, const char *format, ...)
{
    if (reader->failed) {
        return;
    }
    reader->failed = true;
    char path[128];
    char what[192];
    char got[48];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    print_path(reader, path, sizeof path);
    print_found(found, got, sizeof got);
    uint32_t line = 0;
    uint32_t column = 0;
    place_of(reader, false, &line, &column);
    atr__error_set(reader->error, line, column, "%s%sexpected %s, found %s", path,
                   path[0] != '\0' ? ": " : "", what, got);
}

void atr__enter_key(atr__Reader *reader, const char *key)
{
    ATR_ASSERT(reader->depth < ATR__PATH_MAX);
    reader->path[reader->depth++] = (atr__Step){ .key = key };
}

void atr__enter_index(atr__Reader *reader, size_t index)
{
    ATR_ASSERT(reader->depth < ATR__PATH_MAX);
    reader->path[reader->depth++] = (atr__Step){ .index = index };
}

void atr__leave(atr__Reader *reader)
{
    reader->depth--;
}

/* ---- Text to tree ---------------------------------------------------------------------------- */

static bool is_shallow(atr__Reader *reader)
{
    const char *begin = reader->text.data;
    Cursor c = { begin, begin + reader->text.size, NULL };
    const char *line_begin = begin;
    int depth = 0;
    uint32_t line = 1;
    while (c.at < c.end) {
        if (*c.at == '"') {
            skip_string(&c);
            continue;
        }
        if (*c.at == '\n') {
            line++;
            line_begin = c.at + 1;
        }
        depth += (*c.at == '{' || *c.at == '[') - (*c.at == '}' || *c.at == ']');
        if (depth > ATR__DEPTH_MAX) {
            atr__error_set(reader->error, line, (uint32_t)(c.at - line_begin) + 1,
                           "expected at most %d brackets inside each other", ATR__DEPTH_MAX);
            return false;
        }
        c.at++;
    }
    return true;
}

json_t *atr__reader_parse(atr__Reader *reader)
{
    if (!is_shallow(reader)) {
        reader->failed = true;
        return NULL;
    }
    json_error_t error;
    json_t *root = json_loadb(reader->text.data, reader->text.size, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        reader->failed = true;
        const bool twice = json_error_code(&error) == json_error_duplicate_key;
        atr__error_set(reader->error, error.line > 0 ? (uint32_t)error.line : 1,
                       error.column > 0 ? (uint32_t)error.column : 0, "expected %s: %s",
                       twice ? "each field once" : "JSON", error.text);
    }
    return root;
}

/* ---- Objects --------------------------------------------------------------------------------- */

static bool is_allowed(const atr__Reader *reader, const atr__Field *field)
{
    return field->kinds == 0 || (field->kinds & reader->kind) != 0;
}

static const atr__Field *find_field(const atr__Reader *reader, const atr__Field *fields,
                                    size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(fields[i].name, name) == 0 && is_allowed(reader, &fields[i])) {
            return &fields[i];
        }
    }
    return NULL;
}

static void unknown_field(atr__Reader *reader, const atr__Field *fields, size_t count,
                          const char *name)
{
    if (reader->failed) {
        return;
    }
    reader->failed = true;
    char known[256];
    size_t used = 0;
    known[0] = '\0';
    for (size_t i = 0; i < count && used < sizeof known; i++) {
        if (is_allowed(reader, &fields[i])) {
            const int wrote = snprintf(known + used, sizeof known - used, " %s", fields[i].name);
            used += wrote > 0 ? (size_t)wrote : 0;
        }
    }
    uint32_t line = 0;
    uint32_t column = 0;
    place_of(reader, true, &line, &column);
    atr__error_set(reader->error, line, column,
                   "unknown field \"%.32s\", expected x_* or one of:%s", name, known);
}

void atr__read_object(atr__Reader *reader, const json_t *value, const atr__Field *fields,
                      size_t count, void *out)
{
    if (reader->failed) {
        return;
    }
    if (!json_is_object(value)) {
        atr__expected(reader, value, "an object");
        return;
    }
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        if (strncmp(key, "x_", 2) == 0) {
            continue;
        }
        const atr__Field *field = find_field(reader, fields, count, key);
        atr__enter_key(reader, key);
        if (field == NULL) {
            unknown_field(reader, fields, count, key);
        } else {
            field->read(reader, member, field, (char *)out + field->offset);
        }
        atr__leave(reader);
    }
    for (size_t i = 0; i < count && !reader->failed; i++) {
        if (fields[i].required && is_allowed(reader, &fields[i]) &&
            json_object_get(value, fields[i].name) == NULL) {
            atr__expected(reader, NULL, "the field \"%s\"", fields[i].name);
        }
    }
}

void atr__read_one_of(atr__Reader *reader, const json_t *value, const atr__Field *fields,
                      size_t count, void *out)
{
    size_t known = 0;
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        known += strncmp(key, "x_", 2) != 0;
    }
    if (json_is_object(value) && known != 1) {
        char all[160];
        size_t used = 0;
        for (size_t i = 0; i < count && used < sizeof all; i++) {
            const int wrote = snprintf(all + used, sizeof all - used, "%s\"%s\"", i > 0 ? ", " : "",
                                       fields[i].name);
            used += wrote > 0 ? (size_t)wrote : 0;
        }
        atr__expected(reader, value, "one of %s", all);
        return;
    }
    atr__read_object(reader, value, fields, count, out);
}

/* ---- Simple values --------------------------------------------------------------------------- */

bool atr__is_array(atr__Reader *reader, const json_t *value, size_t least, size_t most,
                   const char *what)
{
    if (!json_is_array(value) || json_array_size(value) < least || json_array_size(value) > most) {
        atr__expected(reader, value, "%s", what);
    }
    return !reader->failed;
}

bool atr__read_number(atr__Reader *reader, const json_t *value, double low, double high,
                      double *out)
{
    if (!json_is_number(value) || !(json_number_value(value) >= low) ||
        !(json_number_value(value) <= high)) {
        atr__expected(reader, value, "a number from %g to %g", low, high);
        return false;
    }
    *out = json_number_value(value);
    return true;
}

int atr__read_choice(atr__Reader *reader, const json_t *value, const char *const *names)
{
    const char *text = json_string_value(value);
    for (int i = 0; text != NULL && names[i] != NULL; i++) {
        if (strcmp(names[i], text) == 0) {
            return i;
        }
    }
    char all[160];
    size_t used = 0;
    for (int i = 0; names[i] != NULL && used < sizeof all; i++) {
        const int wrote =
            snprintf(all + used, sizeof all - used, "%s\"%s\"", i > 0 ? ", " : "", names[i]);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
    atr__expected(reader, value, "one of %s", all);
    return -1;
}

void atr__field_float(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    double number = 0.0;
    if (atr__read_number(reader, value, field->low, field->high, &number)) {
        *(float *)out = (float)number;
    }
}

static bool read_whole(atr__Reader *reader, const json_t *value, const atr__Field *field,
                       uint32_t *out)
{
    const double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= field->low) || !(number <= field->high) ||
        number != floor(number)) {
        atr__expected(reader, value, "a whole number from %g to %g", field->low, field->high);
        return false;
    }
    *out = (uint32_t)number;
    return true;
}

void atr__field_u32(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    uint32_t number = 0;
    if (read_whole(reader, value, field, &number)) {
        *(uint32_t *)out = number;
    }
}

void atr__field_u16(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    uint32_t number = 0;
    if (read_whole(reader, value, field, &number)) {
        *(uint16_t *)out = (uint16_t)number;
    }
}

void atr__field_u8(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    uint32_t number = 0;
    if (read_whole(reader, value, field, &number)) {
        *(uint8_t *)out = (uint8_t)number;
    }
}

void atr__field_bool(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    if (!json_is_boolean(value)) {
        atr__expected(reader, value, "true or false");
        return;
    }
    *(bool *)out = json_is_true(value);
}

void atr__field_name(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    const char *text = json_string_value(value);
    const size_t length = json_string_length(value);
    if (text == NULL || length < 1 || length > 31 ||
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") != length) {
        atr__expected(reader, value, "a name of 1 to 31 characters a-z, 0-9 or _");
        return;
    }
    memcpy(out, text, length + 1);
}

void atr__field_text(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    const char *text = json_string_value(value);
    const size_t length = json_string_length(value);
    if (text == NULL || length < 1 || length > (size_t)field->high || strlen(text) != length) {
        atr__expected(reader, value, "a text of 1 to %g bytes", field->high);
        return;
    }
    memcpy(out, text, length + 1);
}
