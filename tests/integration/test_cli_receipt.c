/* The atrium command from receipt to coins, run as an operator runs it. */
#define _POSIX_C_SOURCE 200809L

#include "cli_runner.h"

#include <atrium/receipt.h>

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CARD_A "6283910000000013"
#define CARD_B "6283910000000021"

static CliRun run; /* large */

/* A mall of one store and two users, 1 and 2. */
static void make_mall(void)
{
    cli_expect(&run, 0, "store", "add", "--store", "nour", "--name", "Nour", "--name-ar", "نور",
               "--category", "electronics", "--trn", "100999000100002");
    cli_expect(&run, 0, "user", "add", "--card", CARD_A);
    assert_string_equal(run.out, "1\n");
    cli_expect(&run, 0, "user", "add", "--card", CARD_B);
    assert_string_equal(run.out, "2\n");
}

/* Issues a receipt into a file of the test's folder. */
static void issue(const char *name, const char *amount)
{
    cli_expect(&run, 0, "receipt", "issue", "--store", "nour", "--amount", amount);
    cli_write_file(name, run.out, strlen(run.out));
}

static void keep_output(char *out, size_t size)
{
    const size_t length = strlen(run.out);
    assert_true(length < size);
    memcpy(out, run.out, length + 1);
}

/* Issues one dated `days` from now. */
static void issue_dated(const char *name, int days)
{
    char text[32];
    const time_t when = time(NULL) + days * 86400;
    struct tm parts;
    gmtime_r(&when, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    cli_expect(&run, 0, "receipt", "issue", "--store", "nour", "--amount", "50", "--at", text);
    cli_write_file(name, run.out, strlen(run.out));
}

static void receipt_issue__then_verify_and_submit__is_accepted(void **state)
{
    (void)state;
    make_mall();
    issue("@r", "120.50");
    assert_int_equal(strncmp(run.out, "ATR1|", 5), 0);

    cli_expect(&run, 0, "receipt", "verify", "--json", "@r");
    json_t *v = cli_json(&run);
    assert_string_equal(cli_text(v, "format"), "atr1");
    assert_string_equal(cli_text(v, "signature"), "ok");
    assert_string_equal(cli_text(v, "authentic"), "yes");
    assert_string_equal(cli_text(v, "verdict"), "accepted");
    assert_int_equal(cli_number(v, "score"), 0);
    assert_int_equal(json_array_size(json_object_get(v, "reasons")), 0);
    assert_string_equal(cli_text(v, "fields.store"), "nour");
    assert_string_equal(cli_text(v, "fields.trn"), "100999000100002");
    assert_int_equal(cli_number(v, "fields.total_fils"), 12050);
    assert_int_equal(cli_number(v, "fields.vat_fils"), 574);
    assert_int_equal(strlen(cli_text(v, "fields.time")), 20);
    assert_int_equal(strncmp(cli_text(v, "fields.key"), "ATR1|nour|1|", 12), 0);
    json_decref(v);

    cli_expect(&run, 0, "receipt", "submit", "--user", "1", "--json", "@r");
    v = cli_json(&run);
    assert_string_equal(cli_text(v, "verdict"), "accepted");
    assert_int_equal(strlen(cli_text(v, "reference")), 6);
    assert_int_equal(strlen(cli_text(v, "id")), 32);
    assert_string_equal(cli_text(v, "fields.trn"), "100999000100002");
    const json_int_t coins = cli_number(v, "reward.coins");
    assert_true(coins > 0);
    assert_int_equal(cli_number(v, "reward.balance"), coins);
    json_decref(v);

    cli_expect(&run, 0, "user", "show", "1", "--json");
    v = cli_json(&run);
    assert_int_equal(cli_number(v, "coins"), coins);
    assert_int_equal(cli_number(v, "spent_fils"), 12050);
    assert_string_equal(cli_text(v, "card_tail"), "0013");
    json_decref(v);
    assert_null(strstr(run.out, CARD_A));
}

static void receipt_verify__changes_nothing(void **state)
{
    (void)state;
    make_mall();
    issue("@r", "99");
    for (int i = 0; i < 3; i++) {
        cli_expect(&run, 0, "receipt", "verify", "@r");
    }
    cli_expect(&run, 0, "receipt", "submit", "--user", "1", "@r");
    cli_expect(&run, 1, "receipt", "verify", "--json", "@r");
    json_t *v = cli_json(&run);
    assert_true(cli_has_reason(v, "DUP_EXACT"));
    json_decref(v);
}

static void receipt_submit__twice_and_by_another__is_dup_exact(void **state)
{
    (void)state;
    make_mall();
    issue("@r", "75.25");
    cli_expect(&run, 0, "receipt", "submit", "--user", "1", "@r");
    static const char *const users[] = { "1", "2" };
    for (size_t i = 0; i < 2; i++) {
        cli_expect(&run, 1, "receipt", "submit", "--user", users[i], "--json", "@r");
        json_t *v = cli_json(&run);
        assert_string_equal(cli_text(v, "verdict"), "rejected");
        assert_true(cli_has_reason(v, "DUP_EXACT"));
        assert_int_equal(cli_number(v, "reward.coins"), 0);
        json_decref(v);
    }
    cli_expect(&run, 0, "user", "show", "2", "--json");
    json_t *v = cli_json(&run);
    assert_int_equal(cli_number(v, "coins"), 0);
    json_decref(v);
}

static void receipt_submit__same_id_again__returns_the_first_verdict(void **state)
{
    (void)state;
    static const char id[] = "00112233445566778899aabbccddeeff";
    char first[CLI_OUTPUT_MAX];
    make_mall();
    issue("@r", "200");
    issue("@other", "300");
    cli_expect(&run, 0, "receipt", "submit", "--user", "1", "--id", id, "--json", "@r");
    memcpy(first, run.out, sizeof first);
    for (int i = 0; i < 3; i++) {
        cli_expect(&run, 0, "receipt", "submit", "--user", "1", "--id", id, "--json", "@r");
        assert_string_equal(run.out, first);
    }
    /* The first text counts, whatever comes with the retry. */
    cli_expect(&run, 0, "receipt", "submit", "--user", "1", "--id", id, "--json", "@other");
    json_t *v = cli_json(&run);
    assert_int_equal(cli_number(v, "fields.total_fils"), 20000);
    json_decref(v);
    /* Nobody else gets to see it. */
    cli_expect(&run, 1, "receipt", "submit", "--user", "2", "--id", id, "--json", "@r");
    assert_string_equal(run.out, "");
    cli_expect(&run, 0, "receipt", "submit", "--user", "2", "@other");
    cli_expect(&run, 0, "ledger", "check", "--json");
    v = cli_json(&run);
    assert_true(json_is_true(json_object_get(v, "balanced")));
    assert_int_equal(cli_number(v, "users"), 2);
    assert_int_equal(cli_number(v, "rows"), 2);
    assert_int_equal(cli_number(v, "mismatches"), 0);
    assert_int_equal(cli_number(v, "settled_twice"), 0);
    json_decref(v);
    cli_expect(&run, 0, "ledger", "check");
    assert_int_equal(strncmp(run.out, "balanced", 8), 0);
}

static void receipt_submit__rejected_same_id__stays_rejected(void **state)
{
    (void)state;
    static const char id[] = "ffeeddccbbaa99887766554433221100";
    make_mall();
    issue_dated("@old", -20);
    for (int i = 0; i < 2; i++) {
        cli_expect(&run, 1, "receipt", "submit", "--user", "1", "--id", id, "--json", "@old");
        json_t *v = cli_json(&run);
        assert_true(cli_has_reason(v, "DATE_OLD"));
        json_decref(v);
    }
}

static void receipt_verify__dates__are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int days;
        const char *reason; /* NULL: accepted */
    } rows[] = {
        { "last week", -7, NULL },
        { "twenty days ago", -20, "DATE_OLD" },
        { "in two days", 2, "DATE_FUTURE" },
    };
    make_mall();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("  %s\n", rows[i].name);
        issue_dated("@r", rows[i].days);
        cli_expect(&run, rows[i].reason == NULL ? 0 : 1, "receipt", "verify", "--json", "@r");
        json_t *v = cli_json(&run);
        assert_true(rows[i].reason == NULL || cli_has_reason(v, rows[i].reason));
        json_decref(v);
    }
    /* The same receipt as of its own day. */
    cli_expect(&run, 0, "receipt", "issue", "--store", "nour", "--amount", "50", "--at",
               "2026-01-05T10:00:00Z");
    cli_write_file("@r", run.out, strlen(run.out));
    cli_expect(&run, 1, "receipt", "verify", "@r");
    cli_expect(&run, 0, "receipt", "verify", "--at", "2026-01-06T00:00:00+04:00", "@r");
}

static void receipt_verify__tampered__is_sig_bad(void **state)
{
    (void)state;
    char text[512];
    make_mall();
    issue("@r", "120.50");
    keep_output(text, sizeof text);
    char *total = strstr(text, "|12050|");
    assert_non_null(total);
    total[1] = '9';
    cli_write_file("@r", text, strlen(text));
    cli_expect(&run, 1, "receipt", "verify", "--json", "@r");
    json_t *v = cli_json(&run);
    assert_string_equal(cli_text(v, "signature"), "bad");
    assert_string_equal(cli_text(v, "authentic"), "no");
    assert_true(cli_has_reason(v, "SIG_BAD"));
    json_decref(v);
}

static void receipt_verify__key_not_pinned__needs_the_key_option(void **state)
{
    (void)state;
    uint8_t public_key[32];
    uint8_t secret[64];
    char text[257];
    char hex[65];
    make_mall();
    assert_int_equal(atr_receipt_keypair(public_key, secret), ATR_OK);
    for (int i = 0; i < 32; i++) {
        snprintf(hex + 2 * i, 3, "%02x", public_key[i]);
    }
    const atr_ReceiptIssue issued = { .kid = "elsewhere",
                                      .store = "nour",
                                      .till = "7",
                                      .sequence = 1,
                                      .local_time_s = (int64_t)time(NULL) + 4 * 3600,
                                      .total_fils = 10500,
                                      .vat_fils = 500,
                                      .trn = "100999000100002",
                                      .secret_key = secret };
    assert_int_equal(atr_receipt_issue(&issued, text, sizeof text), ATR_OK);
    cli_write_file("@r", text, strlen(text));
    cli_write_file("@key", hex, strlen(hex));

    cli_expect(&run, 1, "receipt", "verify", "--json", "@r");
    json_t *v = cli_json(&run);
    assert_string_equal(cli_text(v, "signature"), "unknown");
    assert_string_equal(cli_text(v, "authentic"), "no");
    assert_string_equal(cli_text(v, "fields.store"), "");
    assert_true(cli_has_reason(v, "KEY_UNKNOWN"));
    json_decref(v);

    cli_expect(&run, 0, "receipt", "verify", "--json", "--key", "@key", "@r");
    v = cli_json(&run);
    assert_string_equal(cli_text(v, "signature"), "ok");
    assert_string_equal(cli_text(v, "authentic"), "yes");
    assert_string_equal(cli_text(v, "fields.store"), "nour");
    json_decref(v);

    /* Pinned for good, it is accepted without the option. */
    cli_expect(&run, 1, "store", "add", "--store", "nour", "--name", "Nour", "--category",
               "electronics", "--trn", "100999000100002");
    cli_expect(&run, 0, "store", "add", "--store", "nour", "--name", "Nour", "--category",
               "electronics", "--trn", "100999000100002", "--key", "@key", "--kid", "elsewhere",
               "--replace");
    cli_expect(&run, 0, "receipt", "submit", "--user", "1", "@r");

    cli_write_file("@key", "zz", 2);
    cli_expect(&run, 2, "receipt", "verify", "--key", "@key", "@r");
    cli_expect(&run, 3, "receipt", "verify", "--key", "@missing", "@r");
}

/* ---- What is no receipt ---------------------------------------------------------------------- */

static void expect_bad_format(const char *file)
{
    cli_expect(&run, 1, "receipt", "verify", "--json", file);
    json_t *v = cli_json(&run);
    assert_string_equal(cli_text(v, "verdict"), "rejected");
    assert_true(cli_has_reason(v, "BAD_FORMAT"));
    assert_true(json_is_null(json_object_get(v, "format")));
    assert_true(json_is_null(json_object_get(json_object_get(v, "fields"), "key")));
    json_decref(v);
    cli_expect(&run, 1, "receipt", "submit", "--user", "1", "--json", file);
    v = cli_json(&run);
    assert_true(cli_has_reason(v, "BAD_FORMAT"));
    json_decref(v);
}

static void receipt_verify__garbage__is_a_verdict(void **state)
{
    (void)state;
    static const char bytes[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe\0";
    make_mall();
    cli_write_file("@empty", "", 0);
    cli_write_file("@spaces", " \n\n ", 4);
    cli_write_file("@picture", bytes, sizeof bytes);
    cli_write_file("@text", "not a receipt\n", 14);
    cli_write_file("@cut", "ATR1|k|nour|1|7|2026", 20);
    expect_bad_format("@empty");
    expect_bad_format("@spaces");
    expect_bad_format("@picture");
    expect_bad_format("@text");
    expect_bad_format("@cut");
    cli_expect(&run, 0, "ledger", "check");
}

static void receipt_verify__hundred_megabytes__are_refused_unread(void **state)
{
    (void)state;
    make_mall();
    cli_write_file("@huge", "A", 1);
    assert_int_equal(truncate(cli_path("@huge"), 100 * 1024 * 1024), 0);
    expect_bad_format("@huge");
    cli_expect(&run, 1, "receipt", "verify", "@huge");
    assert_non_null(strstr(run.out, "at most 4096 bytes"));
    cli_set_input("");
    cli_expect(&run, 1, "receipt", "verify", "-");
}

static void receipt_verify__standard_input__is_read(void **state)
{
    (void)state;
    char text[512];
    make_mall();
    issue("@r", "42");
    keep_output(text, sizeof text);
    cli_set_input(text);
    cli_expect(&run, 0, "receipt", "verify", "-");
    cli_set_input(text);
    cli_expect(&run, 0, "receipt", "submit", "--user", "1", "-");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, cli_set_up, cli_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(receipt_issue__then_verify_and_submit__is_accepted),
        TEST(receipt_verify__changes_nothing),
        TEST(receipt_submit__twice_and_by_another__is_dup_exact),
        TEST(receipt_submit__same_id_again__returns_the_first_verdict),
        TEST(receipt_submit__rejected_same_id__stays_rejected),
        TEST(receipt_verify__dates__are_judged),
        TEST(receipt_verify__tampered__is_sig_bad),
        TEST(receipt_verify__key_not_pinned__needs_the_key_option),
        TEST(receipt_verify__garbage__is_a_verdict),
        TEST(receipt_verify__hundred_megabytes__are_refused_unread),
        TEST(receipt_verify__standard_input__is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
