#define _POSIX_C_SOURCE 200809L

#include <atrium/catalogue.h>

#include "cmocka_all.h"
#include "scratch_folder.h"
#include "test_clock.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atr_Bytes bytes_of(const char *text)
{
    return (atr_Bytes){ text, strlen(text) };
}

static atr_Effects *effects_fixed(uint32_t max_particles)
{
    atr_Effects *effects = NULL;
    assert_int_equal(atr_effects_create(&(atr_EffectsDesc){ .fixed_step_ns = 16666667,
                                                            .max_particles = max_particles },
                                        &effects),
                     ATR_OK);
    return effects;
}

/* Every field there is. */
static atr_Status parse_whole(atr_EffectDef *def, atr_Error *error)
{
    static char text[ATR_EFFECT_FILE_MAX];
    FILE *file = fopen(ATR_SOURCE_DIR "/tests/fuzz/corpus/effect/whole", "rb");
    assert_non_null(file);
    const size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    return atr_catalogue_parse((atr_Bytes){ text, size }, "whole.json", def, error);
}

static void catalogue_parse__every_field__arrives(void **state)
{
    (void)state;
    atr_EffectDef def;
    atr_Error error;
    const atr_Status st = parse_whole(&def, &error);
    if (st != ATR_OK) {
        fail_msg("%u:%u: %s", error.line, error.column, error.text);
    }
    assert_string_equal(def.name, "whole");
    assert_int_equal(def.importance, ATR_IMPORTANCE_CRITICAL);
    assert_int_equal(def.merge, ATR_MERGE_ADD);
    assert_int_equal(def.burst_limit, 8);
    assert_true(def.duration == 2.0f && def.cooldown == 0.2f && def.merge_window == 0.1f);
    assert_true(def.amount_default == 10 && def.amount_min == 1 && def.amount_max == 500);
    assert_true(def.quality[0] == 0.25f && def.quality[3] == 1.0f && def.quality[1] == 0.5f);
    assert_string_equal(def.reduced_motion, "coin_pile");
    assert_true(def.trigger_rate == 2.5f && def.keep_alive == 1.5f);
    assert_int_equal(def.node_count, 10);
    const atr_EffectNode *n = &def.nodes[0];
    assert_string_equal(n->anchor, "till");
    assert_int_equal(n->layer, 2);
    assert_int_equal(n->max, 500);
    assert_true(n->offset_x == 3 && n->offset_y == -4 && n->start == 0.5f);
    assert_int_equal(n->shape, ATR_SHAPE_CIRCLE);
    assert_true(n->shape_w == 20);
    assert_int_equal(n->rate.kind, ATR_VALUE_PARAM);
    assert_true(n->rate.scale == 2 && n->rate.max == 500);
    assert_int_equal(n->bursts[0].count.kind, ATR_VALUE_RANGE);
    assert_true(n->bursts[0].count.low == 10 && n->bursts[0].count.high == 20);
    assert_true(n->gravity_x == 0 && n->gravity_y == 900 && n->drag == 0.2f);
    assert_int_equal(n->force_count, 4);
    assert_string_equal(n->forces[0].anchor, "counter");
    assert_int_equal(n->forces[1].kind, ATR_FORCE_FLOOR);
    assert_true(n->forces[1].bounce == 0.5f && n->forces[2].period == 2);
    assert_int_equal(n->forces[3].kind, ATR_FORCE_TURBULENCE);
    assert_true(n->forces[3].strength == 300 && n->forces[3].scale_px == 90);
    assert_true(n->forces[3].period == 1.5f);
    assert_string_equal(n->sheet, "coin.png");
    assert_int_equal(n->frames, 8);
    assert_true(n->fps.low == 16);
    assert_int_equal(n->additive, 1);
    assert_int_equal(n->size.key_count, 3);
    assert_int_equal(n->size.keys[1].interpolation, ATR_INTERPOLATE_STEP);
    assert_true(n->size.variance == 0.1f);
    assert_int_equal(n->color_count, 2);
    assert_int_equal(n->colors[1].rgba, 0xffd54a00u);
    assert_int_equal(n->palette[0], 0xff0000ffu);
    assert_int_equal(n->palette[1], 0x00ff0080u);
    assert_string_equal(n->on_birth, "");
    assert_string_equal(n->on_death, "sparkle");
    assert_string_equal(n->on_arrive, "tick");
    assert_string_equal(def.nodes[2].text, "+{amount}");
    assert_true(def.nodes[2].count_up);
    assert_string_equal(def.nodes[6].text, "coin");
    assert_int_equal(def.nodes[1].forces[0].kind, ATR_FORCE_RECT);
    assert_string_equal(def.nodes[1].forces[0].anchor, "panel");
    assert_true(def.nodes[1].forces[0].bounce == 0.75f);
    assert_true(def.nodes[1].forces[0].friction == 0.125f);
    assert_int_equal(def.nodes[7].type, ATR_NODE_BANNER);
    assert_true(def.nodes[7].shape_h == 40);
    assert_int_equal(def.nodes[8].type, ATR_NODE_TRAIL);
    assert_string_equal(def.nodes[8].follow, "coins");
    assert_int_equal(def.nodes[9].type, ATR_NODE_RIBBON);
    assert_string_equal(def.nodes[9].follow, "coins");
    assert_true(def.nodes[9].length == 0.4f);
    atr_Effects *effects = effects_fixed(0);
    assert_int_equal(atr_effects_define(effects, &def), ATR_OK);
    atr_effects_destroy(effects);
}

/* The format's own example, as the design page prints it, one of each choice. */
static const char example[] =
    "{\"atrium_effect\":1,\"name\":\"coin_shower\",\"priority\":\"medium\",\n"
    " \"duration\":2,\"cooldown\":0.2,\"burst_limit\":8,\"merge\":\"extend\",\"merge_window\":0.1,"
    "\n"
    " \"params\":{\"amount\":{\"default\":10,\"min\":1,\"max\":500}},\n"
    " \"quality\":[{\"count\":0.25},{\"count\":0.5},{\"count\":1}],"
    "\"reduced_motion\":\"coin_pile\",\n"
    " \"nodes\":[\n"
    "  {\"type\":\"emitter\",\"id\":\"coins\",\"at\":\"trigger\",\"start\":0,\"duration\":1,"
    "\"layer\":0,\"max\":500,\n"
    "   \"shape\":{\"circle\":{\"radius\":20}},\"rate\":{\"param\":\"amount\",\"scale\":2,"
    "\"max\":500},\"bursts\":[{\"t\":0,\"count\":[10,20]}],\n"
    "   \"life\":[0.8,1.4],\"speed\":[200,400],\"angle\":[-120,-60],\"gravity\":[0,900],"
    "\"drag\":0.2,\n"
    "   \"forces\":[{\"attract\":{\"to\":\"anchor:counter\",\"strength\":900,\"arrive_px\":12}}],\n"
    "   \"sprite\":{\"sheet\":\"coin.png\",\"frames\":8,\"fps\":16},\"blend\":\"add\",\n"
    "   \"size\":{\"keys\":[[0,16],[1,8]]},\"color\":[[0,\"#FFD54AFF\"],[1,\"#FFD54A00\"]],"
    "\"spin\":[-180,180],\n"
    "   \"on\":{\"birth\":null,\"death\":\"sparkle\",\"arrive\":\"tick\"}},\n"
    "  {\"type\":\"text\",\"value\":\"+{amount}\",\"count_up\":true},\n"
    "  {\"type\":\"flash\"},\n"
    "  {\"type\":\"emitter\",\"id\":\"sparkle\",\"life\":0.3,\"size\":6}]}"; /* its death's target
                                                                              */

static void catalogue_parse__example_of_the_format__is_read_and_plays(void **state)
{
    (void)state;
    atr_EffectDef def;
    atr_Error error;
    const atr_Status st = atr_catalogue_parse(bytes_of(example), "example.json", &def, &error);
    if (st != ATR_OK) {
        fail_msg("%u:%u: %s", error.line, error.column, error.text);
    }
    assert_true(def.nodes[1].size.low > 0); /* a text without a size is seen */
    atr_Effects *effects = effects_fixed(0);
    assert_int_equal(atr_effects_define(effects, &def), ATR_OK);
    assert_int_equal(atr_effect_trigger(effects, "coin_shower", NULL).decision,
                     ATR_DECISION_PLAYED);
    atr_effects_advance(effects, 0);
    atr_EffectsStats stats;
    atr_effects_stats(effects, &stats);
    assert_in_range(stats.particles, 10, 21);
    atr_effects_destroy(effects);
}

/* Put in the place of %s. */
#define TOP(fields)                                                                                \
    "{\"atrium_effect\":1,\"name\":\"a\",\"duration\":1,\n" fields                                 \
    "\"nodes\":[{\"type\":\"emitter\",\"life\":1,\"size\":4}]}"
#define NODE(fields)                                                                               \
    "{\"atrium_effect\":1,\"name\":\"a\",\"duration\":1,\n\"nodes\":[\n"                           \
    " {\"type\":\"emitter\",\"life\":1,\n\"size\":4" fields "}]}"

static void catalogue_parse__wrong__says_where_and_what_was_expected(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *json;
        uint32_t line;
        const char *path; /* part of the text */
        const char *expected;
    } rows[] = {
        { "nothing", "", 1, "", "expected JSON" },
        { "broken syntax", "{\"atrium_effect\":1,\n\"name\":}", 2, "", "expected JSON" },
        { "no object", "[1]", 1, "", "expected an object" },
        { "missing name", "{\"atrium_effect\":1}", 1, "", "expected the field \"name\"" },
        { "a good one", TOP("\"cooldown\":0,"), 0, NULL, NULL },
        { "version 2", "{\n\"atrium_effect\":2}", 2, "atrium_effect: ", "1, the version" },
        { "unknown field", TOP("\"colour\":1,"), 2, "\"colour\"", "expected x_* or one of:" },
        { "twice", TOP("\"name\":\"b\","), 2, "", "duplicate" },
        { "text for number", TOP("\"cooldown\":\"long\","), 2,
          "cooldown: ", "a number from 0 to 60, found \"long\"" },
        { "negative", TOP("\n\"cooldown\":-1,"), 3,
          "cooldown: ", "a number from 0 to 60, found -1" },
        { "bad priority", TOP("\"priority\":\"urgent\","), 2, "priority: ", "one of \"cosmetic\"" },
        { "bad name", TOP("\"reduced_motion\":\"A B\","), 2, "reduced_motion: ", "a-z" },
        { "fraction", TOP("\"burst_limit\":1.5,"), 2, "burst_limit: ", "a whole number" },
        { "max below min", TOP("\"params\":{\"amount\":{\"default\":1,\"min\":5,\"max\":2}},"), 2,
          "params.amount: ", "max not below min" },
        { "unknown param", TOP("\"params\":{\"size\":{\"default\":1}},"), 2, "\"size\"", "amount" },
        { "too many levels", TOP("\"quality\":[{},{},{},{},{}],"), 2, "quality: ", "1 to 4" },
        { "unknown type",
          "{\"atrium_effect\":1,\"name\":\"a\",\"duration\":1,\n\"nodes\":[\n"
          "{\"type\":\"bomb\"}]}",
          3, "nodes[0].type: ", "\"emitter\"" },
        { "no type", "{\"atrium_effect\":1,\"name\":\"a\",\"duration\":1,\"nodes\":[{}]}", 1,
          "nodes[0]: ", "the field \"type\"" },
        { "field of another type", NODE(",\n\"cue\":\"a\""), 5, "\"cue\"", "one of:" },
        { "value", NODE(",\n\"speed\":true"), 5, "nodes[0].speed: ", "[min, max]" },
        { "range upside down", NODE(",\"speed\":\n[5,2]"), 5, "nodes[0].speed: ", "from 5 to" },
        { "key order", NODE(",\"spin\":{\"keys\":[[0.5,1],\n[0.2,1]]}"), 5,
          "nodes[0].spin.keys[1]: ", "from 0.5 to 1" },
        { "too many keys",
          NODE(",\"spin\":{\"keys\":[[0,1],[0,1],[0,1],[0,1],[0,1],[0,1],[0,1],"
               "[0,1],[0,1]]}"),
          4, "nodes[0].spin.keys: ", "1 to 8 keys" },
        { "key kind", NODE(",\"spin\":{\"keys\":[[0,1,\"fast\"]]}"), 4, "keys[0]: ", "\"linear\"" },
        { "other param", NODE(",\"rate\":{\"param\":\"size\"}"), 4, "rate.param: ", "\"amount\"" },
        { "colour", NODE(",\"color\":[[0,\"red\"]]"), 4, "nodes[0].color[0]: ", "#RRGGBB" },
        { "colour sign", NODE(",\"color\":[[0,\"#-12345\"]]"), 4, "color[0]: ", "#RRGGBB" },
        { "two shapes", NODE(",\"shape\":{\"circle\":{\"radius\":1},\"line\":{\"length\":1}}"), 4,
          "nodes[0].shape: ", "\"circle\"" },
        { "anchor", NODE(",\"at\":\"till\""), 4, "nodes[0].at: ", "\"anchor:NAME\"" },
        { "long anchor", NODE(",\"at\":\"anchor:abcdefghijklmnopqrstuvwxyzabcdef\""), 4,
          ".at: ", "\"anchor:NAME\"" },
        { "folder in a sheet", NODE(",\"sprite\":{\"sheet\":\"../../etc/passwd\"}"), 4,
          "nodes[0].sprite.sheet: ", "without a folder" },
        { "death of nobody", NODE(",\n\"on\":{\"death\":\"ghost\"}"), 5,
          "nodes[0].on.death: ", "an emitter further down" },
        { "follows nobody",
          NODE("},{\"type\":\"ribbon\",\"follow\":\n\"me\",\"length\":1,\"size\":2"), 5,
          "nodes[1].follow: ", "an emitter further up" },
        { "follows a later one",
          "{\"atrium_effect\":1,\"name\":\"a\",\"duration\":1,\"nodes\":[{\"type\":\"ribbon\","
          "\"follow\":\"e\",\"length\":1,\"size\":2},{\"type\":\"emitter\",\"id\":\"e\","
          "\"life\":1,\"size\":4}]}",
          1, "nodes[0].follow: ", "an emitter further up" },
        { "ribbon of nobody", NODE("},\n{\"type\":\"ribbon\",\"length\":1,\"size\":2"), 5,
          "nodes[1]: ", "the field \"follow\"" },
        { "long ribbon", NODE("},{\"type\":\"ribbon\",\"length\":9"), 4,
          "nodes[1].length: ", "from 0.02 to 2" },
        { "five forces", NODE(",\"forces\":[{},{},{},{},{}]"), 4, ".forces: ", "at most 4" },
        { "two in one force",
          NODE(",\"forces\":[{\"sway\":{\"strength\":1,\"period\":1},\"floor\":{}}]"), 4,
          "forces[0]: ", "\"turbulence\"" },
        { "still turbulence", NODE(",\"forces\":[{\"turbulence\":{\"scale_px\":9}}]"), 4,
          "forces[0].turbulence: ", "\"strength\"" },
        { "nameless rectangle", NODE(",\"forces\":[{\"rect\":{\"bounce\":1}}]"), 4,
          "forces[0].rect: ", "\"name\"" },
        { "too often", TOP("\"trigger_rate\":1001,"), 2, "trigger_rate: ", "from 0 to 1000" },
        { "kept too long", TOP("\"keep_alive\":61,"), 2, "keep_alive: ", "from 0 to 60" },
        { "own word", NODE(",\"x_shape\":7"), 0, NULL, NULL },
        { "too many nodes",
          "{\"atrium_effect\":1,\"name\":\"a\",\"duration\":1,\"nodes\":"
          "[1,2,3,4,5,6,7,8,9,0,1,2,3]}",
          1, "nodes: ", "1 to 12 nodes" },
        { "deep", "[[[[[[[[[[[[[[[[[[[[\n", 1, "", "brackets" },
        { "zero inside", "{\"name\":\"a\\u0000b\"}", 1, "", "expected JSON" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        atr_EffectDef def;
        atr_Error error;
        const atr_Status st = atr_catalogue_parse(bytes_of(rows[i].json), "bad.json", &def, &error);
        if (rows[i].path == NULL) {
            assert_int_equal(st, ATR_OK);
            continue;
        }
        assert_int_equal(st, ATR_ERR_FORMAT);
        if (strstr(error.text, rows[i].path) == NULL ||
            strstr(error.text, rows[i].expected) == NULL || error.line != rows[i].line) {
            fail_msg("%u:%u: %s", error.line, error.column, error.text);
        }
        assert_string_equal(error.source, "bad.json");
        assert_int_equal(def.node_count, 0);
    }
}

static void catalogue_parse__larger_than_the_bound__is_refused_unparsed(void **state)
{
    (void)state;
    char *big = malloc(ATR_EFFECT_FILE_MAX + 1);
    assert_non_null(big);
    memset(big, ' ', ATR_EFFECT_FILE_MAX + 1);
    atr_EffectDef def;
    atr_Error error;
    assert_int_equal(
        atr_catalogue_parse((atr_Bytes){ big, ATR_EFFECT_FILE_MAX + 1 }, "big", &def, &error),
        ATR_ERR_FORMAT);
    assert_non_null(strstr(error.text, "at most 65536 bytes"));
    free(big);
}

typedef struct Lines {
    char text[2048];
} Lines;

static void keep_line(void *user, atr_LogLevel level, const char *module, const char *text)
{
    (void)level;
    (void)module;
    Lines *lines = user;
    const size_t used = strlen(lines->text);
    snprintf(lines->text + used, sizeof lines->text - used, "%s\n", text);
}

static void write_file(const ScratchFolder *folder, const char *name, const char *text)
{
    char path[2 * SCRATCH_PATH_MAX];
    scratch_folder_file(folder, name, path, sizeof path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void catalogue_load__folder__replaces_adds_and_skips_bad_files(void **state)
{
    (void)state;
    ScratchFolder folder;
    assert_true(scratch_folder_make(&folder));
    write_file(&folder, "a.json", "{\"atrium_effect\":1,\n\"name\":7}");
    write_file(&folder, "confetti.json",
               "{\"atrium_effect\":1,\"name\":\"confetti\",\"duration\":3.5,"
               "\"nodes\":[{\"type\":\"shake\",\"size\":1}]}");
    write_file(&folder, "mine.json",
               "{\"atrium_effect\":1,\"name\":\"mine\",\"duration\":1,"
               "\"nodes\":[{\"type\":\"shake\",\"size\":1}]}");
    write_file(&folder, "notes.txt", "no definition");
    Lines lines = { "" };
    atr_Effects *effects = NULL;
    assert_int_equal(
        atr_effects_create(&(atr_EffectsDesc){ .no_maintenance = true,
                                               .log = { keep_line, &lines, ATR_LOG_DEBUG } },
                           &effects),
        ATR_OK);
    assert_int_equal(atr_catalogue_load(effects, folder.path), ATR_OK);
    assert_true(atr_effects_definition(effects, "confetti")->duration == 3.5f);
    assert_non_null(atr_effects_definition(effects, "mine"));
    assert_non_null(strstr(lines.text, "/a.json:2:8: name: expected a name"));
    assert_null(strstr(lines.text, "notes"));
    lines.text[0] = '\0';
    assert_int_equal(atr_catalogue_load(effects, "/nowhere/at/all"), ATR_OK);
    assert_non_null(strstr(lines.text, "/nowhere/at/all"));
    atr_Error error;
    assert_int_equal(atr_catalogue_load_file(effects, "/nowhere/x.json", &error), ATR_ERR_IO);
    assert_string_equal(error.source, "/nowhere/x.json");
    atr_effects_destroy(effects);
    scratch_folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catalogue_parse__every_field__arrives),
        cmocka_unit_test(catalogue_parse__example_of_the_format__is_read_and_plays),
        cmocka_unit_test(catalogue_parse__wrong__says_where_and_what_was_expected),
        cmocka_unit_test(catalogue_parse__larger_than_the_bound__is_refused_unparsed),
        cmocka_unit_test(catalogue_load__folder__replaces_adds_and_skips_bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
