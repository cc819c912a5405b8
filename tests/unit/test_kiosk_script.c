/* Reading scripts: every command, and what is said of a line that is none. */
#include "script.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static atr_Status parse(const char *text, Script *out, atr_Error *error)
{
    return script_parse(text, strlen(text), "test.kiosk", out, error);
}

static void script_parse__every_command__is_read(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        ScriptVerb verb;
        const char *text;
        int64_t x, y;
        FlowScreen screen;
    } rows[] = {
        { "wait 1500", SCRIPT_WAIT_MS, "", 1500, 0, 0 },
        { "wait screen reading", SCRIPT_WAIT_SCREEN, "", 0, 0, SCREEN_READING },
        { "scan ATR1|a b|c", SCRIPT_SCAN, "ATR1|a b|c", 0, 0, 0 },
        { "scan @dir/file 1.txt", SCRIPT_SCAN_FILE, "dir/file 1.txt", 0, 0, 0 },
        { "scan demo 10", SCRIPT_SCAN_DEMO, "demo 10", 10, 0, 0 },
        { "type 1234", SCRIPT_TYPE, "1234", 0, 0, 0 },
        { "tap nav.ok", SCRIPT_TAP, "nav.ok", 0, 0, 0 },
        { "tap 12 34", SCRIPT_TAP_AT, "12", 12, 34, 0 },
        { "key Return", SCRIPT_KEY, "Return", 0, 0, 0 },
        { "lang ar", SCRIPT_LANG, "", LANGUAGE_AR, 0, 0 },
        { "  shot 01-attract \r", SCRIPT_SHOT, "01-attract", 0, 0, 0 },
        { "expect screen out", SCRIPT_EXPECT_SCREEN, "out", 0, 0, SCREEN_OUT },
        { "expect text ok.coins", SCRIPT_EXPECT_TEXT, "ok.coins", 0, 0, 0 },
        { "expect coins 52", SCRIPT_EXPECT_COINS, "52", 52, 0, 0 },
        { "hold work", SCRIPT_HOLD, "", 0, 0, 0 },
        { "release work", SCRIPT_RELEASE, "", 0, 0, 0 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].line);
        Script script;
        atr_Error error;
        assert_int_equal(parse(rows[i].line, &script, &error), ATR_OK);
        assert_int_equal(script.count, 1);
        const ScriptCommand *command = &script.commands[0];
        assert_int_equal(command->verb, rows[i].verb);
        assert_string_equal(command->text, rows[i].text);
        assert_int_equal(command->x, rows[i].x);
        assert_int_equal(command->y, rows[i].y);
        assert_int_equal(command->screen, rows[i].screen);
        script_free(&script);
    }
}

static void script_parse__comments_and_empty_lines__are_skipped(void **state)
{
    (void)state;
    Script script;
    atr_Error error;
    assert_int_equal(parse("# a\n\n   \n\t# b\nwait 1\n", &script, &error), ATR_OK);
    assert_int_equal(script.count, 1);
    assert_int_equal(script.commands[0].line, 5);
    script_free(&script);
    assert_int_equal(parse("", &script, &error), ATR_OK);
    assert_int_equal(script.count, 0);
    script_free(&script);
}

static void script_parse__a_wrong_line__is_named(void **state)
{
    (void)state;
    static const char *const lines[] = { "dance",         "wait",
                                         "wait -1",       "wait screen",
                                         "wait screen x", "scan",
                                         "scan @",        "scan demo x",
                                         "type",          "tap",
                                         "tap 1 x",       "key",
                                         "lang fr",       "shot",
                                         "shot ../x",     "shot .x",
                                         "expect",        "expect coins x",
                                         "expect text",   "hold",
                                         "release x",     "wait 99999999999" };
    for (size_t i = 0; i < ATR_COUNT_OF(lines); i++) {
        print_message("  %s\n", lines[i]);
        char text[64] = "wait 1\n";
        Script script;
        atr_Error error;
        strcat(text, lines[i]);
        assert_int_equal(parse(text, &script, &error), ATR_ERR_FORMAT);
        assert_string_equal(error.source, "test.kiosk");
        assert_int_equal(error.line, 2);
        assert_non_null(strstr(error.text, "expected"));
        assert_null(script.commands);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(script_parse__every_command__is_read),
        cmocka_unit_test(script_parse__comments_and_empty_lines__are_skipped),
        cmocka_unit_test(script_parse__a_wrong_line__is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
