/* atrium effect: checking definitions, and rendering them without a window. */
#define _POSIX_C_SOURCE 200809L

#include "cli_runner.h"

#include <atrium/atlas.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static CliRun run; /* large */

static void write_text(const char *name, const char *text)
{
    cli_write_file(name, text, strlen(text));
}

static const char good[] =
    "{\"atrium_effect\":1,\"name\":\"mine\",\"duration\":0.5,\"nodes\":[\n"
    " {\"type\":\"emitter\",\"bursts\":[{\"count\":30}],\"life\":[0.3,0.6],\"size\":24,\n"
    "  \"speed\":[50,300],\"angle\":[-180,180],\"sprite\":{\"sheet\":\"dot.png\"}}]}";

/* ---- Check ----------------------------------------------------------------------------------- */

static void effect_check__good_and_bad__every_error_with_its_place(void **state)
{
    (void)state;
    write_text("good.json", good);
    write_text("broken.json", "{\"atrium_effect\":1,\n \"name\":}");
    write_text("wrong.json", "{\"atrium_effect\":1,\"name\":\"a\",\"duration\":1,\n"
                             "\"nodes\":[{\"type\":\"emitter\",\"life\":1,\n  \"sise\":4}]}");
    write_text("twice.json", "{\"atrium_effect\":1,\n\"name\":\"a\",\n\"name\":\"b\"}");
    cli_expect(&run, 0, "effect", "check", "@good.json");
    assert_non_null(strstr(run.out, "good.json: mine, good"));
    cli_expect(&run, 1, "effect", "check", "@good.json", "@broken.json", "@wrong.json",
               "@twice.json");
    assert_non_null(strstr(run.out, "good.json: mine, good"));
    assert_non_null(strstr(run.err, "/broken.json:2:"));
    assert_non_null(strstr(run.err, "/wrong.json:3:3: "));
    assert_non_null(strstr(run.err, "unknown field \"sise\""));
    assert_non_null(strstr(run.err, " size "));
    assert_non_null(strstr(run.err, "/twice.json:3:"));
    assert_non_null(strstr(run.err, "duplicate"));
}

static void effect_check__json__one_row_a_file(void **state)
{
    (void)state;
    write_text("good.json", good);
    write_text("bad.json", "{\"atrium_effect\":2}");
    cli_expect(&run, 1, "effect", "check", "--json", "@good.json", "@bad.json");
    json_t *rows = cli_json(&run);
    assert_int_equal(json_array_size(rows), 2);
    assert_true(json_is_true(json_object_get(json_array_get(rows, 0), "good")));
    assert_string_equal(cli_text(json_array_get(rows, 0), "name"), "mine");
    assert_true(json_is_null(json_object_get(json_array_get(rows, 0), "line")));
    assert_true(json_is_false(json_object_get(json_array_get(rows, 1), "good")));
    assert_int_equal(cli_number(json_array_get(rows, 1), "line"), 1);
    assert_int_equal(cli_number(json_array_get(rows, 1), "column"), 18);
    json_decref(rows);
}

static void effect_check__what_is_named_and_not_there__warns(void **state)
{
    (void)state;
    write_text("lost.json",
               "{\"atrium_effect\":1,\"name\":\"a\",\"duration\":1,\"reduced_motion\":\"nobody\","
               "\"nodes\":[{\"type\":\"ring\",\"size\":1,\"sprite\":{\"sheet\":\"none.png\"}}]}");
    cli_expect(&run, 0, "effect", "check", "@lost.json");
    assert_non_null(strstr(run.err, "no effect is named \"nobody\""));
    assert_non_null(strstr(run.err, "no picture \"none.png\""));
}

static void effect_check__draws_more_than_a_frame_holds__warns(void **state)
{
    (void)state;
    write_text("huge.json", "{\"atrium_effect\":1,\"name\":\"a\",\"duration\":1,\"nodes\":["
                            "{\"type\":\"emitter\",\"life\":1,\"size\":4000,\"max\":400,"
                            "\"bursts\":[{\"count\":400}]}]}");
    cli_expect(&run, 0, "effect", "check", "@huge.json");
    assert_non_null(strstr(run.err, "nodes[0]: may draw over 400 screens"));
    write_text("good.json", good);
    cli_expect(&run, 0, "effect", "check", "@good.json");
    assert_null(strstr(run.err, "screens"));
}

static void effect_check__no_such_file__exits_with_3(void **state)
{
    (void)state;
    write_text("good.json", good);
    cli_expect(&run, 3, "effect", "check", "@nowhere.json", "@good.json");
    assert_non_null(strstr(run.err, "nowhere.json:"));
    assert_non_null(strstr(run.out, "good.json: mine, good"));
}

/* ---- Render ---------------------------------------------------------------------------------- */

static atr_Image load(const char *name)
{
    atr_Image image = { 0 };
    atr_Error error = { 0 };
    if (atr_picture_load(cli_path(name), &image, &error) != ATR_OK) {
        fail_msg("%s: %s", name, error.text);
    }
    return image;
}

/* How many pixels of two pictures of one size are not alike. */
static int difference(const char *a, const char *b)
{
    atr_Image one = load(a);
    atr_Image other = load(b);
    assert_int_equal(one.width, other.width);
    assert_int_equal(one.height, other.height);
    int count = 0;
    for (int32_t y = 0; y < one.height; y++) {
        for (int32_t x = 0; x < one.width; x++) {
            const size_t at = (size_t)y * (size_t)one.pitch + (size_t)x;
            count += one.pixels[at] != other.pixels[at];
        }
    }
    atr_picture_free(&one);
    atr_picture_free(&other);
    return count;
}

static void effect_render__file__writes_frames_and_a_sheet(void **state)
{
    (void)state;
    write_text("good.json", good);
    cli_expect(&run, 0, "effect", "render", "@good.json", "--out", "@out", "--frames", "4",
               "--size", "160x120", "--fps", "20");
    assert_non_null(strstr(run.out, "mine: "));
    assert_non_null(strstr(run.out, "4 frames and a sheet"));
    atr_Image frame = load("out/mine-0004.png");
    assert_int_equal(frame.width, 160);
    assert_int_equal(frame.height, 120);
    atr_picture_free(&frame);
    assert_int_not_equal(access(cli_path("out/mine-0005.png"), F_OK), 0);
    assert_in_range(difference("out/mine-0001.png", "out/mine-0004.png"), 100, 160 * 120);
    atr_Image sheet = load("out/mine.png");
    assert_in_range(sheet.width, 6 * 96, 2000);
    atr_picture_free(&sheet);
}

static void effect_render__seed_and_scene__decide_the_pixels(void **state)
{
    (void)state;
    write_text("good.json", good);
    static const struct {
        const char *out, *seed, *scene;
    } runs[] = { { "@a", "5", "--dark" },
                 { "@b", "5", "--dark" },
                 { "@c", "6", "--dark" },
                 { "@d", "5", "--light" } };
    for (size_t i = 0; i < 4; i++) {
        cli_expect(&run, 0, "effect", "render", "@good.json", "--out", runs[i].out, "--seed",
                   runs[i].seed, runs[i].scene, "--size", "96x64", "--sheet", "2", "--frames", "6");
    }
    assert_int_equal(difference("a/mine-0006.png", "b/mine-0006.png"), 0);
    assert_int_equal(difference("a/mine.png", "b/mine.png"), 0);
    assert_true(difference("a/mine-0006.png", "c/mine-0006.png") > 50);
    assert_true(difference("a/mine-0006.png", "d/mine-0006.png") > 96 * 64 / 2);
}

static void effect_render__text__has_its_letters(void **state)
{
    (void)state;
    write_text("text.json", "{\"atrium_effect\":1,\"name\":\"text\",\"duration\":1,\"nodes\":["
                            "{\"type\":\"text\",\"value\":\"{amount}\",\"size\":60,"
                            "\"color\":[[0,\"#FFFFFFFF\"],[1,\"#FFFFFFFF\"]]}]}");
    cli_expect(&run, 0, "effect", "render", "@text.json", "--out", "@out", "--amount", "88",
               "--frames", "1", "--size", "128x96", "--sheet", "0", "--dark");
    assert_int_not_equal(access(cli_path("out/text.png"), F_OK), 0);
    atr_Image frame = load("out/text-0001.png");
    int bright = 0;
    for (int32_t i = 0; i < frame.width * frame.height; i++) {
        bright += (frame.pixels[i] & 0xff) > 200;
    }
    atr_picture_free(&frame);
    assert_in_range(bright, 300, 4000);
}

static void effect_render__built_in__plays_its_whole_life(void **state)
{
    (void)state;
    cli_expect(&run, 0, "effect", "render", "level_up", "--out", "@out", "--frames", "0", "--size",
               "320x180");
    assert_non_null(strstr(run.out, "0 frames and a sheet"));
    atr_Image sheet = load("out/level_up.png");
    atr_picture_free(&sheet);
}

static void effect_render__goes_on_until_stopped__is_stopped_after_6_s(void **state)
{
    (void)state;
    cli_expect(&run, 0, "effect", "render", "snow", "--out", "@out", "--frames", "0", "--size",
               "64x36", "--fps", "10");
    const double lived = strtod(run.out + strlen("snow: "), NULL);
    assert_true(lived >= 6.0 && lived <= 8.2);
}

static void effect_render__wrong__says_why(void **state)
{
    (void)state;
    write_text("bad.json", "{\"atrium_effect\":1,\n\"duration\":-1}");
    write_text("taken", "");
    static const struct {
        const char *arguments[8];
        int code;
        const char *expected;
    } rows[] = {
        { { "level_up" }, 2, "--out is required" },
        { { "--out", "@out" }, 2, "NAME|FILE is required" },
        { { "level_up", "--out", "@out", "--size", "9x9" }, 2, "--size: expected" },
        { { "level_up", "--out", "@out", "--size", "100" }, 2, "--size: expected" },
        { { "level_up", "--out", "@out", "--fps", "0" }, 2, "--fps: expected" },
        { { "level_up", "--out", "@out", "--seed", "x" }, 2, "--seed: expected" },
        { { "level_up", "--out", "@out", "--frames", "-1" }, 2, "--frames: expected" },
        { { "level_up", "--out", "@out", "--sheet", "13" }, 2, "--sheet: expected" },
        { { "level_up", "--out", "@out", "--place", "7" }, 2, "--place: expected" },
        { { "level_up", "--out", "@out", "--dark", "--light" }, 2, "exclude" },
        { { "no_such_thing", "--out", "@out" }, 1, "no effect is named 'no_such_thing'" },
        { { "@bad.json", "--out", "@out" }, 1, "bad.json:2:12: duration" },
        { { "@nowhere.json", "--out", "@out" }, 3, "nowhere.json" },
        { { "level_up", "--out", "@taken" }, 3, "taken: expected a folder" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *list[11] = { "effect", "render" };
        for (size_t k = 0; k < 8 && rows[i].arguments[k] != NULL; k++) {
            list[k + 2] = rows[i].arguments[k];
        }
        cli_run(&run, list);
        if (run.code != rows[i].code || strstr(run.err, rows[i].expected) == NULL) {
            fail_msg("row %zu: exit %d\n%s", i, run.code, run.err);
        }
    }
}

static void effect__help__is_there_for_every_verb(void **state)
{
    (void)state;
    static const char *const verbs[] = { "list", "check", "render" };
    cli_expect(&run, 0, "effect", "--help");
    for (size_t i = 0; i < 3; i++) {
        char line[64];
        snprintf(line, sizeof line, "atrium effect %s", verbs[i]);
        cli_expect(&run, 0, "effect", verbs[i], "--help");
        assert_non_null(strstr(run.out, line));
        assert_non_null(strstr(run.out, "exit:"));
        assert_null(strstr(run.out, "data folder"));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, cli_set_up, cli_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(effect_check__good_and_bad__every_error_with_its_place),
        TEST(effect_check__json__one_row_a_file),
        TEST(effect_check__what_is_named_and_not_there__warns),
        TEST(effect_check__draws_more_than_a_frame_holds__warns),
        TEST(effect_check__no_such_file__exits_with_3),
        TEST(effect_render__file__writes_frames_and_a_sheet),
        TEST(effect_render__seed_and_scene__decide_the_pixels),
        TEST(effect_render__text__has_its_letters),
        TEST(effect_render__built_in__plays_its_whole_life),
        TEST(effect_render__goes_on_until_stopped__is_stopped_after_6_s),
        TEST(effect_render__wrong__says_why),
        TEST(effect__help__is_there_for_every_verb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
