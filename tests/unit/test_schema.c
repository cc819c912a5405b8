/* The format is told four times: by the parser, by schema.json, by effects/README.md and by the
 * corpus of the fuzzer. Here they are held against each other.
 *
 * The schema is judged by a small validator for what it uses of JSON Schema: whole documents are
 * changed in one place, thousands of times, and both must say the same. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/catalogue.h>

#include "cmocka_all.h"

#include <jansson.h>

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atr_Bytes bytes_of(const char *text)
{
    return (atr_Bytes){ text, strlen(text) };
}

static char *read_text(const char *path, size_t *out_size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 1 << 18);
    assert_non_null(text);
    *out_size = fread(text, 1, (1 << 18) - 1, file);
    fclose(file);
    return text;
}

static json_t *load_schema(void)
{
    json_error_t problem;
    json_t *schema = json_load_file(ATR_SOURCE_DIR "/effects/schema.json", 0, &problem);
    if (schema == NULL) {
        fail_msg("schema.json:%d: %s", problem.line, problem.text);
    }
    return schema;
}

/* ---- Names of fields ------------------------------------------------------------------------- */

/* The parser lists what it knows when it meets a field that it does not. */
static void fields_of(const char *json, char *out, size_t size)
{
    atr_EffectDef def;
    atr_Error error;
    assert_int_equal(atr_catalogue_parse(bytes_of(json), "x", &def, &error), ATR_ERR_FORMAT);
    const char *list = strstr(error.text, "one of:");
    assert_non_null(list);
    snprintf(out, size, "%s ", list + strlen("one of:"));
}

static void assert_same_fields(const json_t *properties, const char *known)
{
    size_t count = 0;
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)properties, name, value)
    {
        char wanted[64];
        snprintf(wanted, sizeof wanted, " %s ", name);
        if (strstr(known, wanted) == NULL) {
            fail_msg("schema.json has %s, the parser only%s", name, known);
        }
        count++;
    }
    for (const char *p = strchr(known + 1, ' '); p != NULL; p = strchr(p + 1, ' ')) {
        count--;
    }
    assert_int_equal(count, 0);
}

static void schema__fields__are_those_of_the_parser(void **state)
{
    (void)state;
    json_t *schema = load_schema();
    char known[512];
    fields_of("{\"zzz\":1}", known, sizeof known);
    assert_same_fields(json_object_get(schema, "properties"), known);
    const json_t *nodes = json_object_get(json_object_get(schema, "$defs"), "nodes");
    const char *type = NULL;
    json_t *node = NULL;
    size_t types = 0;
    json_object_foreach((json_t *)(uintptr_t)nodes, type, node)
    {
        print_message("  %s\n", type);
        char json[128];
        snprintf(json, sizeof json, "{\"nodes\":[{\"type\":\"%s\",\"zzz\":1}]}", type);
        fields_of(json, known, sizeof known);
        assert_same_fields(json_object_get(node, "properties"), known);
        types++;
    }
    assert_int_equal(types, 9);
    json_decref(schema);
}

/* ---- What the schema accepts -------------------------------------------------------------------
 */

static bool is_valid(const json_t *root, const json_t *schema, const json_t *value);

static bool type_fits(const char *type, const json_t *value)
{
    switch (type[0]) {
    case 'o':
        return json_is_object(value);
    case 'a':
        return json_is_array(value);
    case 's':
        return json_is_string(value);
    case 'b':
        return json_is_boolean(value);
    case 'i':
        return json_is_number(value) && json_number_value(value) == floor(json_number_value(value));
    default:
        return type[2] == 'm' ? json_is_number(value) : json_is_null(value); /* number, null */
    }
}

/* Compiled once: a schema has few, and they are asked for often. */
static const regex_t *compiled(const char *pattern)
{
    static struct {
        const char *pattern;
        regex_t regex;
    } known[16];
    size_t i = 0;
    while (known[i].pattern != NULL && known[i].pattern != pattern) {
        i++;
        assert_true(i < ATR_COUNT_OF(known));
    }
    if (known[i].pattern == NULL) {
        assert_int_equal(regcomp(&known[i].regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
        known[i].pattern = pattern;
    }
    return &known[i].regex;
}

static bool text_fits(const json_t *schema, const json_t *value)
{
    const char *text = json_string_value(value);
    const json_t *least = json_object_get(schema, "minLength");
    const json_t *most = json_object_get(schema, "maxLength");
    const char *pattern = json_string_value(json_object_get(schema, "pattern"));
    return (least == NULL || (json_int_t)strlen(text) >= json_integer_value(least)) &&
           (most == NULL || (json_int_t)strlen(text) <= json_integer_value(most)) &&
           (pattern == NULL || regexec(compiled(pattern), text, 0, NULL, 0) == 0);
}

static bool number_fits(const json_t *schema, const json_t *value)
{
    const json_t *least = json_object_get(schema, "minimum");
    const json_t *most = json_object_get(schema, "maximum");
    return (least == NULL || json_number_value(value) >= json_number_value(least)) &&
           (most == NULL || json_number_value(value) <= json_number_value(most));
}

/* x_rising: numbers, or the first of each item, do not fall. */
static bool rises(const json_t *array)
{
    double last = -INFINITY;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        const double now = json_number_value(json_is_array(item) ? json_array_get(item, 0) : item);
        if (now < last) {
            return false;
        }
        last = now;
    }
    return true;
}

static bool array_fits(const json_t *root, const json_t *schema, const json_t *value)
{
    const json_t *least = json_object_get(schema, "minItems");
    const json_t *most = json_object_get(schema, "maxItems");
    const json_t *items = json_object_get(schema, "items");
    const json_t *first = json_object_get(schema, "prefixItems");
    const size_t count = json_array_size(value);
    bool fits = (least == NULL || (json_int_t)count >= json_integer_value(least)) &&
                (most == NULL || (json_int_t)count <= json_integer_value(most));
    for (size_t i = 0; i < count && fits; i++) {
        const json_t *item = i < json_array_size(first) ? json_array_get(first, i) : items;
        fits = item == NULL || is_valid(root, item, json_array_get(value, i));
    }
    return fits && (json_object_get(schema, "x_rising") == NULL || rises(value));
}

static bool object_fits(const json_t *root, const json_t *schema, const json_t *value)
{
    const json_t *properties = json_object_get(schema, "properties");
    const bool closed = json_is_false(json_object_get(schema, "additionalProperties"));
    const json_t *required = json_object_get(schema, "required");
    for (size_t i = 0; i < json_array_size(required); i++) {
        if (json_object_get(value, json_string_value(json_array_get(required, i))) == NULL) {
            return false;
        }
    }
    const char *name = NULL;
    json_t *member = NULL;
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        const json_t *property = json_object_get(properties, name);
        if (property == NULL ? closed && strncmp(name, "x_", 2) != 0
                             : !is_valid(root, property, member)) {
            return false;
        }
    }
    return true;
}

static const json_t *follow(const json_t *root, const char *reference)
{
    char path[128];
    snprintf(path, sizeof path, "%s", reference + 2); /* past "#/" */
    char *rest = NULL;
    for (char *step = strtok_r(path, "/", &rest); step != NULL; step = strtok_r(NULL, "/", &rest)) {
        root = json_object_get(root, step);
    }
    assert_non_null(root);
    return root;
}

/* How many of the alternatives fit. */
static size_t fitting(const json_t *root, const json_t *list, const json_t *value)
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        count += is_valid(root, json_array_get(list, i), value);
    }
    return count;
}

static bool equals(const json_t *a, const json_t *b)
{
    return json_is_number(a) && json_is_number(b) ? json_number_value(a) == json_number_value(b)
                                                  : json_equal(a, b);
}

static bool choice_fits(const json_t *root, const json_t *schema, const json_t *value)
{
    const json_t *constant = json_object_get(schema, "const");
    const json_t *list = json_object_get(schema, "enum");
    const json_t *any = json_object_get(schema, "anyOf");
    const json_t *one = json_object_get(schema, "oneOf");
    bool listed = list == NULL;
    for (size_t i = 0; i < json_array_size(list); i++) {
        listed = listed || equals(json_array_get(list, i), value);
    }
    return listed && (constant == NULL || equals(constant, value)) &&
           (any == NULL || fitting(root, any, value) > 0) &&
           (one == NULL || fitting(root, one, value) == 1);
}

static bool is_valid(const json_t *root, const json_t *schema, const json_t *value)
{
    if (json_is_boolean(schema)) {
        return json_is_true(schema);
    }
    const char *type = json_string_value(json_object_get(schema, "type"));
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    if ((type != NULL && !type_fits(type, value)) ||
        (reference != NULL && !is_valid(root, follow(root, reference), value)) ||
        !choice_fits(root, schema, value)) {
        return false;
    }
    if (json_is_string(value)) {
        return text_fits(schema, value);
    }
    if (json_is_number(value)) {
        return number_fits(schema, value);
    }
    return json_is_array(value)    ? array_fits(root, schema, value)
           : json_is_object(value) ? object_fits(root, schema, value)
                                   : true;
}

/* ---- Both on changed documents ------------------------------------------------------------------
 */

typedef struct Judges {
    const json_t *schema;
    json_t *document;
    size_t changes, accepted;
} Judges;

/* What a schema cannot say. */
static bool is_about_others(const char *text)
{
    return strstr(text, "an emitter further") != NULL || strstr(text, "max not below min") != NULL;
}

static void judge(Judges *judges)
{
    atr_EffectDef def;
    atr_Error error = { .line = 0 };
    char *text = json_dumps(judges->document, JSON_COMPACT);
    assert_non_null(text);
    const bool parsed = atr_catalogue_parse(bytes_of(text), "x", &def, &error) == ATR_OK;
    const bool valid = is_valid(judges->schema, judges->schema, judges->document);
    if (parsed != valid && !(valid && is_about_others(error.text))) {
        fail_msg("the schema %s what the parser %s: %s\n%s", valid ? "accepts" : "refuses",
                 parsed ? "accepts" : "refuses", error.text, text);
    }
    free(text);
    judges->changes++;
    judges->accepted += parsed;
}

static json_t *probe(size_t index)
{
    static const double numbers[] = { 0,    1,    -1,    0.5,   1.001,  1.5,   2,      3,     4,
                                      5,    8,    9,     12,    13,     60,    60.001, 61,    256,
                                      257,  1000, 1001,  3600,  3601,   4096,  4097,   10000, 10001,
                                      0.01, 0.02, 0.05,  0.009, 0.019,  20000, 20001,  1e6,   1e7,
                                      10,   10.1, -4096, -4097, -20001, -3601, 1e308 };
    static const char *const texts[] = {
        "",
        "a",
        "A",
        "coins",
        "sparkle",
        "abcdefghijklmnopqrstuvwxyz01234",
        "abcdefghijklmnopqrstuvwxyz012345",
        "a b",
        "../x.png",
        ".x",
        "a/b",
        "a\\b",
        "trigger",
        "view",
        "anchor:a",
        "anchor:",
        "anchor:A",
        "anchor:abcdefghijklmnopqrstuvwxyz012345",
        "#FFD54A",
        "#ffd54aFF",
        "#FFD54",
        "#GGGGGG",
        "add",
        "over",
        "linear",
        "smooth",
        "amount",
        "critical",
        "restart",
        "emitter",
        "ribbon",
        "sound",
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstu",
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv",
    };
    static const char *const others[] = {
        "null",
        "true",
        "false",
        "{}",
        "[]",
        "[0,1]",
        "[1,0]",
        "[0]",
        "[0,1,2]",
        "[[0,1]]",
        "[[0,1],[1,2,\"step\"]]",
        "[[1,0],[0,1]]",
        "{\"keys\":[[0,1],[1,2]]}",
        "{\"keys\":[]}",
        "{\"keys\":[[0,1]],\"var\":2}",
        "{\"param\":\"amount\"}",
        "{\"param\":\"size\"}",
        "{\"param\":\"amount\",\"keys\":[[0,1]]}",
        "{\"x_a\":1}",
        "[{\"count\":1}]",
        "1",
        "2",
        "{\"circle\":{\"radius\":1}}",
        "{\"circle\":{\"radius\":1},\"x_a\":1}",
        "[[0,\"#000000\"]]",
        "[\"#000000\"]",
        "[[0,\"#000000\"],[0,\"#000000\"]]",
        "[{}]",
        "[{},{},{},{},{}]",
    };
    const size_t number_count = ATR_COUNT_OF(numbers);
    const size_t text_count = ATR_COUNT_OF(texts);
    if (index < number_count) {
        return json_real(numbers[index]);
    }
    index -= number_count;
    if (index < text_count) {
        return json_string(texts[index]);
    }
    index -= text_count;
    return index < ATR_COUNT_OF(others) ? json_loads(others[index], JSON_DECODE_ANY, NULL) : NULL;
}

/* One value in turn becomes each probe, then is left out. */
static void vary_at(Judges *judges, json_t *holder, const char *key, size_t index)
{
    json_t *kept =
        json_incref(key != NULL ? json_object_get(holder, key) : json_array_get(holder, index));
    json_t *value = NULL;
    for (size_t i = 0; (value = probe(i)) != NULL; i++) {
        if (key != NULL) {
            json_object_set_new(holder, key, value);
        } else {
            json_array_set_new(holder, index, value);
        }
        judge(judges);
    }
    if (key != NULL) {
        json_object_del(holder, key);
        judge(judges);
        json_object_set_new(holder, key, kept);
    } else {
        json_array_set_new(holder, index, kept);
    }
}

/* Its last item again and again, then ever fewer. */
static void vary_length(Judges *judges, json_t *array)
{
    json_t *kept = json_copy(array);
    for (size_t i = 0; json_array_size(kept) > 0 && i < 13; i++) {
        json_array_append(array, json_array_get(kept, json_array_size(kept) - 1));
        judge(judges);
    }
    while (json_array_size(array) > 0) {
        json_array_remove(array, json_array_size(array) - 1);
        judge(judges);
    }
    json_array_extend(array, kept);
    json_decref(kept);
}

static void vary(Judges *judges, json_t *value)
{
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            vary_at(judges, value, NULL, i);
            vary(judges, json_array_get(value, i));
        }
        vary_length(judges, value);
        return;
    }
    static const char *const strangers[] = { "x_mine", "colour", "life", "cue", "t", "follow" };
    for (size_t i = 0; json_is_object(value) && i < ATR_COUNT_OF(strangers); i++) {
        if (json_object_get(value, strangers[i]) == NULL) {
            json_object_set_new(value, strangers[i], json_integer(1));
            judge(judges);
            json_object_del(value, strangers[i]);
        }
    }
    json_t *names = json_object();
    json_object_update(names, value);
    const char *name = NULL;
    json_t *member = NULL;
    json_object_foreach(names, name, member)
    {
        vary_at(judges, value, name, 0);
        vary(judges, json_object_get(value, name));
    }
    json_decref(names);
}

static void schema__changed_documents__are_judged_as_by_the_parser(void **state)
{
    (void)state;
    Judges judges = {
        .schema = load_schema(),
        .document = json_load_file(ATR_SOURCE_DIR "/tests/fuzz/corpus/effect/whole", 0, NULL),
    };
    assert_non_null(judges.document);
    judge(&judges);
    assert_int_equal(judges.accepted, 1);
    vary(&judges, judges.document);
    print_message("  %zu changes, %zu accepted\n", judges.changes, judges.accepted);
    assert_true(judges.accepted > 1000 && judges.accepted < judges.changes / 2);
    json_decref(judges.document);
    json_decref((json_t *)(uintptr_t)judges.schema);
}

/* ---- The page that teaches it
 * -------------------------------------------------------------------- */

static void readme__examples__are_definitions(void **state)
{
    (void)state;
    static const char fence[] = "```json\n";
    size_t size = 0;
    char *page = read_text(ATR_SOURCE_DIR "/effects/README.md", &size);
    int examples = 0;
    for (char *at = strstr(page, fence); at != NULL; at = strstr(at, fence)) {
        at += sizeof fence - 1;
        const char *end = strstr(at, "\n```");
        assert_non_null(end);
        atr_EffectDef def;
        atr_Error error;
        const atr_Bytes json = { at, (size_t)(end - at) };
        if (atr_catalogue_parse(json, "effects/README.md", &def, &error) != ATR_OK) {
            fail_msg("line %u of example %d: %s", error.line, examples, error.text);
        }
        atr_Effects *effects = NULL;
        assert_int_equal(atr_effects_create(&(atr_EffectsDesc){ .no_maintenance = true }, &effects),
                         ATR_OK);
        assert_int_equal(atr_effects_define(effects, &def), ATR_OK);
        assert_int_equal(atr_effect_trigger(effects, def.name, NULL).decision, ATR_DECISION_PLAYED);
        atr_effects_destroy(effects);
        examples++;
    }
    assert_true(examples > 0);
    free(page);
}

/* A row of a table begins with the field, or with the node's type and then the field. */
static bool has_row(const char *page, const char *name)
{
    char first[64];
    char second[64];
    snprintf(first, sizeof first, "\n| `%s` |", name);
    snprintf(second, sizeof second, "` | `%s` |", name);
    return strstr(page, first) != NULL || strstr(page, second) != NULL;
}

static void assert_rows(const char *page, const json_t *properties)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)properties, name, value)
    {
        if (!has_row(page, name)) {
            fail_msg("effects/README.md has no row for %s", name);
        }
    }
}

static void readme__tables__have_every_field(void **state)
{
    (void)state;
    size_t size = 0;
    char *page = read_text(ATR_SOURCE_DIR "/effects/README.md", &size);
    json_t *schema = load_schema();
    const json_t *defs = json_object_get(schema, "$defs");
    assert_rows(page, json_object_get(schema, "properties"));
    assert_rows(page, json_object_get(defs, "fields"));
    const json_t *forces = json_object_get(
        json_object_get(json_object_get(json_object_get(defs, "fields"), "forces"), "items"),
        "oneOf");
    for (size_t i = 0; i < json_array_size(forces); i++) {
        assert_rows(page, json_object_get(json_array_get(forces, i), "properties"));
    }
    json_decref(schema);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema__fields__are_those_of_the_parser),
        cmocka_unit_test(schema__changed_documents__are_judged_as_by_the_parser),
        cmocka_unit_test(readme__examples__are_definitions),
        cmocka_unit_test(readme__tables__have_every_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
