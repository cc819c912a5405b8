/* The atrium command's exit codes, its configuration, and folders in a bad state. */
#define _POSIX_C_SOURCE 200809L

#include "cli_runner.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CARD_A "6283910000000013"

static CliRun run; /* large */

static void add_store(void)
{
    cli_expect(&run, 0, "store", "add", "--store", "nour", "--name", "Nour", "--category",
               "electronics", "--trn", "100999000100002");
}

/* ---- Use and help ---------------------------------------------------------------------------- */

static void cli__help__is_there_for_every_verb(void **state)
{
    (void)state;
    static const char *const verbs[][2] = {
        { "receipt", "issue" }, { "receipt", "verify" }, { "receipt", "submit" },
        { "user", "add" },      { "user", "show" },      { "store", "add" },
        { "store", "list" },    { "ledger", "check" },   { "effect", "list" },
    };
    cli_expect(&run, 0, "--help");
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        char line[64];
        snprintf(line, sizeof line, "atrium %s %s", verbs[i][0], verbs[i][1]);
        cli_expect(&run, 0, "--help");
        assert_non_null(strstr(run.out, line));
        cli_expect(&run, 0, verbs[i][0], verbs[i][1], "--help");
        assert_non_null(strstr(run.out, line));
        assert_non_null(strstr(run.out, "exit:"));
    }
    cli_expect(&run, 0, "doctor", "--help");
    assert_non_null(strstr(run.out, "usage: atrium doctor"));
    cli_expect(&run, 0, "receipt", "--help");
    assert_non_null(strstr(run.out, "atrium receipt verify"));
    assert_null(strstr(run.out, "atrium user"));
    cli_expect(&run, 2, "nonsense", "--help");
    cli_expect(&run, 0, "--version");
    assert_non_null(strstr(run.out, "atrium 0."));
    /* Asking for help makes nothing. */
    assert_int_not_equal(access(cli_path("data"), F_OK), 0);
}

static void cli__wrong_use__exits_with_2_and_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[11];
        const char *expected;
    } rows[] = {
        { { "nonsense" }, "no such command" },
        { { "receipt" }, "no such command" },
        { { "receipt", "eat" }, "no such command" },
        { { "receipt", "verify" }, "FILE|- is required" },
        { { "receipt", "verify", "a", "b" }, "unexpected argument" },
        { { "receipt", "verify", "--nonsense", "a" }, "unknown option" },
        { { "receipt", "verify", "--json=yes", "a" }, "unknown option" },
        { { "receipt", "verify", "-x", "a" }, "unknown option" },
        { { "receipt", "verify", "--user", "1", "a" }, "unknown option" },
        { { "receipt", "verify", "--at", "yesterday", "a" }, "--at" },
        { { "receipt", "verify", "--at", "2026-02-30T00:00:00Z", "a" }, "--at" },
        { { "receipt", "verify", "--at", "2026-02-03T00:00:00", "a" }, "--at" },
        { { "receipt", "verify", "a", "--data" }, "--data needs a value" },
        { { "receipt", "verify", "a", "--nonsense" }, "unknown option '--nonsense'" },
        { { "receipt", "issue", "--amount", "5" }, "--store is required" },
        { { "receipt", "issue", "--store", "x" }, "--amount is required" },
        { { "receipt", "issue", "--store", "x", "--amount", "five" }, "--amount" },
        { { "receipt", "issue", "--store", "x", "--amount", "1.234" }, "--amount" },
        { { "receipt", "issue", "--store", "x", "--amount", "-5" }, "--amount" },
        { { "receipt", "issue", "--store", "x", "--amount", "1", "--till", "a b" }, "till" },
        { { "receipt", "submit", "a" }, "--user is required" },
        { { "receipt", "submit", "--user", "x", "a" }, "--user" },
        { { "receipt", "submit", "--user", "0", "a" }, "--user" },
        { { "receipt", "submit", "--user", "1", "--id", "12", "a" }, "--id" },
        { { "receipt", "submit", "--user", "1", "--user", "2", "a" }, "given twice" },
        { { "user", "show" }, "U is required" },
        { { "user", "show", "me" }, "user's number" },
        { { "user", "add", "--card", "6283910000000014" }, "--card" },
        { { "user", "add", "--card", "" }, "--card" },
        { { "store", "add", "--store", "a b", "--name", "A", "--category", "food", "--trn", "1" },
          "--store" },
        { { "store", "list", "extra" }, "unexpected argument" },
        { { "ledger", "check", "--user", "1" }, "unknown option" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *const *a = rows[i].arguments;
        print_message("  %s %s %s\n", a[0], a[1] == NULL ? "" : a[1], a[2] == NULL ? "" : a[2]);
        cli_run(&run, a);
        assert_int_equal(run.code, 2);
        assert_string_equal(run.out, "");
        assert_non_null(strstr(run.err, rows[i].expected));
    }
    cli_run(&run, (const char *const[]){ "--data", NULL });
    assert_int_equal(run.code, 2);
}

static void cli__what_is_not_there__exits_with_1(void **state)
{
    (void)state;
    add_store();
    cli_expect(&run, 1, "user", "show", "77");
    cli_expect(&run, 1, "receipt", "issue", "--store", "nobody", "--amount", "5");
    cli_expect(&run, 0, "receipt", "issue", "--store", "nour", "--amount", "5");
    cli_write_file("@r", run.out, strlen(run.out));
    cli_expect(&run, 1, "receipt", "submit", "--user", "77", "@r");
    assert_non_null(strstr(run.err, "no such user"));
    cli_expect(&run, 0, "user", "add", "--card", CARD_A);
    cli_expect(&run, 1, "user", "add", "--card", CARD_A);
    /* The card number is nowhere in what was said, wherever it was typed. */
    assert_null(strstr(run.err, CARD_A));
    cli_expect(&run, 1, "user", "show", CARD_A);
    assert_null(strstr(run.err, CARD_A));
    cli_expect(&run, 1, "receipt", "submit", "--user", CARD_A, "@r");
    assert_null(strstr(run.err, CARD_A));
    cli_expect(&run, 2, "user", "add", "--card", "-", CARD_A);
    assert_null(strstr(run.err, CARD_A));
    cli_expect(&run, 2, "user", "show", "1", CARD_A);
    assert_null(strstr(run.err, CARD_A));
    cli_expect(&run, 2, "user", CARD_A);
    assert_null(strstr(run.err, CARD_A));
    cli_expect(&run, 2, "user", "show", "--number=" CARD_A, "1");
    assert_null(strstr(run.err, CARD_A));
}

static void user_add__card_on_standard_input__stays_out_of_sight(void **state)
{
    (void)state;
    cli_set_input(CARD_A "\n");
    cli_expect(&run, 0, "user", "add", "--card", "-", "--json");
    json_t *v = cli_json(&run);
    assert_string_equal(cli_text(v, "card_tail"), "0013");
    json_decref(v);
}

static void cli__files_that_cannot_be_read__exit_with_3(void **state)
{
    (void)state;
    add_store();
    cli_expect(&run, 3, "receipt", "verify", "@missing");
    assert_non_null(strstr(run.err, "there is none"));
    cli_expect(&run, 3, "receipt", "submit", "--user", "1", "@missing");
    cli_expect(&run, 3, "receipt", "verify", "@data");
    assert_non_null(strstr(run.err, "folder"));
    /* What must be there already is not made. */
    cli_expect(&run, 3, "ledger", "check", "--data", "@elsewhere");
    cli_expect(&run, 3, "user", "show", "1", "--data", "@elsewhere");
    cli_expect(&run, 3, "store", "list", "--data", "@elsewhere");
    assert_int_not_equal(access(cli_path("@elsewhere"), F_OK), 0);
}

/* ---- Folders in a bad state ------------------------------------------------------------------ */

static void expect_fault_everywhere(void)
{
    cli_write_file("@r", "ATR1|x", 6);
    cli_expect(&run, 3, "receipt", "verify", "@r");
    assert_non_null(strstr(run.err, "atrium.db"));
    cli_expect(&run, 3, "receipt", "submit", "--user", "1", "@r");
    cli_expect(&run, 3, "receipt", "issue", "--store", "nour", "--amount", "5");
    cli_expect(&run, 3, "user", "show", "1");
    cli_expect(&run, 3, "store", "list");
    cli_expect(&run, 3, "ledger", "check");
    cli_expect(&run, 3, "doctor");
    assert_non_null(strstr(run.out, "broken"));
}

static void cli__database_is_garbage__exits_with_3_and_leaves_it(void **state)
{
    (void)state;
    char garbage[8192];
    char after[sizeof garbage];
    add_store();
    memset(garbage, 'x', sizeof garbage);
    cli_write_file("data/atrium.db", garbage, sizeof garbage);
    (void)unlink(cli_path("data/atrium.db-wal"));
    (void)unlink(cli_path("data/atrium.db-shm"));
    expect_fault_everywhere();
    const int fd = open(cli_path("data/atrium.db"), O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, after, sizeof after), (ssize_t)sizeof after);
    close(fd);
    assert_memory_equal(after, garbage, sizeof garbage);
}

static void cli__card_key_missing_or_open__exits_with_3(void **state)
{
    (void)state;
    add_store();
    assert_int_equal(chmod(cli_path("data/card.key"), 0644), 0);
    cli_expect(&run, 3, "store", "list");
    assert_non_null(strstr(run.err, "0600"));
    assert_int_equal(unlink(cli_path("data/card.key")), 0);
    cli_expect(&run, 3, "store", "list");
    assert_non_null(strstr(run.err, "card.key"));
    cli_write_file("data/card.key", "short", 5);
    cli_expect(&run, 3, "store", "list");
    assert_non_null(strstr(run.err, "32 bytes"));
}

static void cli__read_only_folder__exits_with_3(void **state)
{
    (void)state;
    add_store();
    if (!cli_become_nobody(true)) {
        skip();
    }
    /* Readable to everyone, writable to no one but its owner. */
    assert_int_equal(chmod(cli_path("data"), 0555), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(cli_path("data/card.key"), 65534, 65534), 0);
        assert_int_equal(chmod(cli_path("data/atrium.db"), 0644), 0);
    }
    cli_expect(&run, 3, "store", "list");
    assert_true(run.err[0] != '\0');
    assert_int_equal(mkdir(cli_path("closed"), 0555), 0);
    cli_expect(&run, 3, "store", "add", "--data", "@closed/data", "--store", "a", "--name", "A",
               "--category", "food", "--trn", "100999000100002");
    assert_non_null(strstr(run.err, "not permitted"));
    cli_become_nobody(false);
    assert_int_equal(chmod(cli_path("data"), 0755), 0);
}

static void cli__folder_is_made_private(void **state)
{
    (void)state;
    static const char *const files[] = { "data/atrium.db", "data/card.key", "data/tills.key" };
    struct stat info;
    add_store();
    cli_expect(&run, 0, "receipt", "issue", "--store", "nour", "--amount", "5");
    assert_int_equal(stat(cli_path("data"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        assert_int_equal(stat(cli_path(files[i]), &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
}

/* ---- Configuration --------------------------------------------------------------------------- */

static const json_t *find_value(const json_t *doctor, const char *name)
{
    const json_t *list = json_object_get(doctor, "config");
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (strcmp(cli_text(json_array_get(list, i), "name"), name) == 0) {
            return json_array_get(list, i);
        }
    }
    fail_msg("no value named %s", name);
    return NULL;
}

static void doctor__every_value__comes_with_its_origin(void **state)
{
    (void)state;
    static const char ini[] = "; comment\n[rules]\nday_limit = 9\n[screen]\ndiagonal_in = 43.5\n";
    cli_write_file("@my.ini", ini, sizeof ini - 1);
    cli_set_environment("ATRIUM_RULES_DAY_LIMIT=7");
    cli_expect(&run, 0, "doctor", "--json", "--config", "@my.ini");
    json_t *v = cli_json(&run);
    assert_string_equal(cli_text(find_value(v, "data"), "origin"), "flag");
    assert_string_equal(cli_text(find_value(v, "config"), "origin"), "flag");
    assert_string_equal(cli_text(find_value(v, "rules.day_limit"), "value"), "7");
    assert_string_equal(cli_text(find_value(v, "rules.day_limit"), "origin"), "environment");
    assert_string_equal(cli_text(find_value(v, "screen.diagonal_in"), "value"), "43.5");
    assert_string_equal(cli_text(find_value(v, "screen.diagonal_in"), "origin"), "file");
    assert_string_equal(cli_text(find_value(v, "screen.diagonal_in"), "detail"), "line 5");
    assert_string_equal(cli_text(find_value(v, "rules.week_limit"), "origin"), "default");
    assert_true(json_array_size(json_object_get(v, "checks")) >= 5);
    json_decref(v);
}

static void doctor__font_that_cannot_be_read__says_so(void **state)
{
    (void)state;
    cli_set_environment("ATRIUM_UI_FONT_ARABIC=/nowhere/NotoSansArabicUI-Regular.ttf");
    cli_expect(&run, 0, "doctor");
    /* Whether another one is found is this machine's matter. */
    assert_true(strstr(run.out, "/nowhere/NotoSansArabicUI-Regular.ttf is no font") != NULL ||
                strstr(run.out, "Arabic is not offered") != NULL);
    /* A file that is there and is no font is not called well either. */
    cli_write_file("notes.ttf", "not a font", 10);
    char variable[512];
    snprintf(variable, sizeof variable, "ATRIUM_UI_FONT_ARABIC=%s", cli_path("notes.ttf"));
    cli_set_environment(variable);
    cli_expect(&run, 0, "doctor");
    assert_true(strstr(run.out, "notes.ttf is no font") != NULL ||
                strstr(run.out, "Arabic is not offered") != NULL);
}

static void cli__rules_from_configuration__are_used(void **state)
{
    (void)state;
    add_store();
    cli_write_file("data/atrium.ini", "[rules]\nmax_age_days = 3650\n", 27);
    cli_expect(&run, 0, "receipt", "issue", "--store", "nour", "--amount", "50", "--at",
               "2026-01-05T10:00:00Z");
    cli_write_file("@r", run.out, strlen(run.out));
    cli_expect(&run, 0, "receipt", "verify", "--at", "2027-01-05T10:00:00Z", "@r");
    cli_set_environment("ATRIUM_RULES_MAX_AGE_DAYS=14");
    cli_expect(&run, 1, "receipt", "verify", "--at", "2027-01-05T10:00:00Z", "@r");
}

static void cli__configuration_wrong__names_file_and_line(void **state)
{
    (void)state;
    cli_write_file("@bad.ini", "[rules]\nday_limit = many\n", 25);
    cli_expect(&run, 2, "store", "list", "--config", "@bad.ini");
    assert_non_null(strstr(run.err, "bad.ini:2: rules.day_limit: expected a whole number"));
    cli_expect(&run, 3, "store", "list", "--config", "@missing.ini");
    cli_set_environment("ATRIUM_WORK_THREADS=0");
    cli_expect(&run, 2, "store", "list");
    assert_non_null(strstr(run.err, "ATRIUM_WORK_THREADS"));
}

/* ---- Stores, effects, demonstration ---------------------------------------------------------- */

static void store_list__shows_what_was_added(void **state)
{
    (void)state;
    cli_expect(&run, 0, "store", "add", "--store", "late", "--name", "Late", "--name-ar", "متأخر",
               "--category", "food", "--trn", "301234567800003", "--currency", "SAR", "--vat-rate",
               "15", "--hours", "18:00-02:30", "--utc-offset", "+03:00");
    cli_expect(&run, 0, "store", "list", "--json");
    json_t *list = cli_json(&run);
    assert_int_equal(json_array_size(list), 1);
    const json_t *store = json_array_get(list, 0);
    assert_string_equal(cli_text(store, "id"), "late");
    assert_string_equal(cli_text(store, "name_ar"), "متأخر");
    assert_string_equal(cli_text(store, "currency"), "SAR");
    assert_int_equal(cli_number(store, "vat_basis_points"), 1500);
    assert_int_equal(cli_number(store, "utc_offset_minutes"), 180);
    assert_string_equal(cli_text(store, "opens"), "18:00");
    assert_string_equal(cli_text(store, "closes"), "02:30");
    assert_true(json_is_false(json_object_get(store, "demo")));
    json_decref(list);
}

static void effect_list__names_what_receipts_play(void **state)
{
    (void)state;
    static const char *const names[] = { "coin_shower",       "level_up",         "vip_upgrade",
                                         "receipt_submitted", "receipt_rejected", "confetti" };
    cli_expect(&run, 0, "effect", "list", "--json");
    json_t *list = cli_json(&run);
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        bool found = false;
        for (size_t i = 0; i < json_array_size(list); i++) {
            const json_t *row = json_array_get(list, i);
            found = found || strcmp(cli_text(row, "name"), names[n]) == 0;
            assert_true(json_number_value(json_object_get(row, "duration_s")) > 0.0);
            assert_true(cli_text(row, "priority")[0] != '\0');
        }
        assert_true(found);
    }
    json_decref(list);
}

static void cli__demo__only_where_the_folder_was_made_so(void **state)
{
    (void)state;
    cli_expect(&run, 0, "store", "list", "--json", "--demo");
    json_t *list = cli_json(&run);
    assert_int_equal(json_array_size(list), 8);
    json_decref(list);
    cli_expect(&run, 0, "ledger", "check");
    cli_expect(&run, 0, "store", "add", "--data", "@real", "--store", "a", "--name", "A",
               "--category", "food", "--trn", "100999000100002");
    cli_expect(&run, 0, "store", "list", "--json", "--demo", "--data", "@real");
    list = cli_json(&run);
    assert_int_equal(json_array_size(list), 1);
    json_decref(list);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, cli_set_up, cli_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(cli__help__is_there_for_every_verb),
        TEST(cli__wrong_use__exits_with_2_and_says_why),
        TEST(cli__what_is_not_there__exits_with_1),
        TEST(user_add__card_on_standard_input__stays_out_of_sight),
        TEST(cli__files_that_cannot_be_read__exit_with_3),
        TEST(cli__database_is_garbage__exits_with_3_and_leaves_it),
        TEST(cli__card_key_missing_or_open__exits_with_3),
        TEST(cli__read_only_folder__exits_with_3),
        TEST(cli__folder_is_made_private),
        TEST(doctor__every_value__comes_with_its_origin),
        TEST(doctor__font_that_cannot_be_read__says_so),
        TEST(cli__rules_from_configuration__are_used),
        TEST(cli__configuration_wrong__names_file_and_line),
        TEST(store_list__shows_what_was_added),
        TEST(effect_list__names_what_receipts_play),
        TEST(cli__demo__only_where_the_folder_was_made_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
