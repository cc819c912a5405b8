/* What app.h promises of demonstrations, whatever the day and the hour. */
#define _POSIX_C_SOURCE 200809L

#include "cmocka_all.h"
#include "scratch_folder.h"
#include "test_clock.h"

#include "app/app.h"

#include <stdio.h>
#include <string.h>

static ScratchFolder scratch;
static TestClock now;
static AppConfig config;
static App app;

/* UTC; Dubai is four hours ahead. */
static const struct {
    const char *name;
    uint64_t utc_s;
} times[] = {
    { "Friday afternoon", 1795168800 },             /* 2026-11-20T10:00:00Z */
    { "Friday, first minute of noon", 1795161630 }, /* 12:00:30 in Dubai */
    { "Saturday evening", 1795273200 },             /* 2026-11-21T15:00:00Z */
    { "Sunday, after midnight", 1795292400 },       /* 00:20 on the 22nd in Dubai */
    { "Monday morning", 1795399200 },               /* 06:00 on the 23rd in Dubai */
    { "New Year's night", 1798747260 },             /* 00:01 on 2027-01-01 in Dubai */
};

static int set_up(void **state)
{
    (void)state;
    const AppConfigSources sources = { .data = scratch.path };
    atr_Error error;
    if (!scratch_folder_make(&scratch)) {
        return -1;
    }
    return app_config_load(&sources, &config, &error) == ATR_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    app_close(&app);
    scratch_folder_remove(&scratch);
    return 0;
}

static void open_app(bool demo, bool threads)
{
    atr_Error error = { .line = 0 };
    const AppDesc desc = {
        .config = &config, .demo = demo, .threads = threads, .clock = test_clock(&now)
    };
    const atr_Status st = app_open(&desc, &app, &error);
    if (st != ATR_OK) {
        print_error("%s: %s\n", error.source, error.text);
    }
    assert_int_equal(st, ATR_OK);
}

static void open_at(size_t time, bool demo)
{
    print_message("  %s\n", times[time].name);
    now.now_ns = times[time].utc_s * 1000000000u;
    open_app(demo, false);
}

static atr_User user_of(AppDemoCard card)
{
    atr_User user;
    assert_int_equal(atr_loyalty_find_card_wait(app.mall, app_demo_card(card), &user), ATR_OK);
    return user;
}

static atr_Settlement submit(AppDemoCard card, int receipt)
{
    char text[1024];
    atr_Error error = { .line = 0 };
    atr_Settlement settlement;
    const atr_Status st = app_demo_receipt(&app, receipt, text, sizeof text, &error);
    if (st != ATR_OK) {
        print_error("%s: %s\n", error.source, error.text);
    }
    assert_int_equal(st, ATR_OK);
    const atr_SubmitRequest request = { .id = atr_loyalty_new_id(),
                                        .user = user_of(card).id,
                                        .text = { text, strlen(text) } };
    assert_int_equal(atr_loyalty_submit_wait(app.mall, &request, &settlement), ATR_OK);
    return settlement;
}

static void next_time(void)
{
    app_close(&app);
    scratch_folder_remove(&scratch);
    assert_true(scratch_folder_make(&scratch));
    snprintf(config.data, sizeof config.data, "%s", scratch.path);
}

static void app_make_demo__cards__stand_where_they_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATR_COUNT_OF(times); i++) {
        open_at(i, true);
        assert_true(app.demo);
        for (int card = 0; card < APP_DEMO_CARD_COUNT; card++) {
            assert_true(atr_card_is_valid(app_demo_card((AppDemoCard)card)));
        }
        const atr_Standing fresh = user_of(APP_DEMO_NEW).standing;
        assert_int_equal(fresh.coins, 0);
        assert_int_equal(fresh.level, 1);
        const atr_Standing level = user_of(APP_DEMO_LEVEL).standing;
        assert_int_equal(level.xp, 298);
        assert_int_equal(level.level, 3);
        const atr_Standing tier = user_of(APP_DEMO_TIER).standing;
        assert_int_equal(tier.tier, ATR_TIER_BRONZE);
        const atr_Standing regular = user_of(APP_DEMO_REGULAR).standing;
        assert_int_equal(regular.tier, ATR_TIER_SILVER);
        assert_int_equal(regular.streak_days, 6);
        next_time();
    }
}

static void app_make_demo__again__adds_nothing(void **state)
{
    (void)state;
    atr_LedgerCheck before;
    atr_LedgerCheck after;
    open_at(0, true);
    const atr_Store *db = atr_loyalty_store(app.mall);
    assert_int_equal(db->ops->ledger_check(db->self, &before), ATR_OK);
    app_close(&app);
    now.now_ns += UINT64_C(3) * 86400 * 1000000000;
    open_app(true, false);
    db = atr_loyalty_store(app.mall);
    assert_int_equal(db->ops->ledger_check(db->self, &after), ATR_OK);
    assert_true(before.rows > 0);
    assert_int_equal(before.rows, after.rows);
    assert_int_equal(before.coins, after.coins);
    assert_int_equal(after.mismatches, 0);
}

static void app_make_demo__stores__one_for_each_category(void **state)
{
    (void)state;
    atr_StoreInfo stores[16];
    uint32_t count = 0;
    const atr_RewardTables *tables = atr_reward_tables();
    open_at(0, true);
    const atr_Store *db = atr_loyalty_store(app.mall);
    assert_int_equal(db->ops->store_list(db->self, NULL, stores, 16, &count), ATR_OK);
    assert_int_equal(count, tables->category_count);
    for (uint32_t c = 0; c < tables->category_count; c++) {
        uint32_t found = 0;
        for (uint32_t i = 0; i < count; i++) {
            found += strcmp(stores[i].category, tables->categories[c]) == 0;
            assert_true(stores[i].demo);
            assert_true(atr_receipt_trn_is_valid(stores[i].trn));
            assert_true(stores[i].name_en[0] != '\0' && stores[i].name_ar[0] != '\0');
        }
        assert_int_equal(found, 1);
    }
}

static void app_demo_receipt__each__gets_its_verdict(void **state)
{
    (void)state;
    static const struct {
        int receipt;
        atr_Outcome outcome;
        atr_Rule rule;
    } rows[] = {
        { APP_DEMO_TAMPERED, ATR_OUTCOME_REJECTED, ATR_RULE_SIG_BAD },
        { APP_DEMO_OLD, ATR_OUTCOME_REJECTED, ATR_RULE_DATE_OLD },
        { APP_DEMO_UNKNOWN, ATR_OUTCOME_REJECTED, ATR_RULE_KEY_UNKNOWN },
        { APP_DEMO_GARBAGE, ATR_OUTCOME_REJECTED, ATR_RULE_BAD_FORMAT },
        { APP_DEMO_GREAT, ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE },
        { APP_DEMO_DUPLICATE, ATR_OUTCOME_REJECTED, ATR_RULE_DUP_EXACT },
        { APP_DEMO_EPIC, ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE },
        { APP_DEMO_DUPLICATE, ATR_OUTCOME_REJECTED, ATR_RULE_DUP_EXACT },
        { APP_DEMO_SMALL, ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE },
        { APP_DEMO_HELD, ATR_OUTCOME_REVIEW, ATR_RULE_VAT_MISMATCH },
        { APP_DEMO_ZATCA, ATR_OUTCOME_REVIEW, ATR_RULE_UNSIGNED },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(times); i++) {
        open_at(i, true);
        for (size_t r = 0; r < ATR_COUNT_OF(rows); r++) {
            const atr_Settlement s = submit(APP_DEMO_NEW, rows[r].receipt);
            now.now_ns += UINT64_C(60) * 1000000000;
            print_message("    %d\n", rows[r].receipt);
            assert_int_equal(s.verdict.outcome, rows[r].outcome);
            assert_int_equal(s.verdict.reason_count, rows[r].rule == ATR_RULE_NONE ? 0 : 1);
            if (rows[r].rule != ATR_RULE_NONE) {
                assert_int_equal(s.verdict.reasons[0].rule, rows[r].rule);
            }
        }
        next_time();
    }
}

static void app_demo_receipt__coins__do_not_depend_on_the_hour(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATR_COUNT_OF(times); i++) {
        open_at(i, true);
        atr_Settlement s = submit(APP_DEMO_NEW, APP_DEMO_GREAT);
        assert_int_equal(s.reward.coins, 57 + 25);
        assert_int_equal(s.reward.celebration, ATR_CELEBRATE_GREAT);
        s = submit(APP_DEMO_NEW, APP_DEMO_GREAT);
        assert_int_equal(s.reward.coins, 57);
        s = submit(APP_DEMO_NEW, APP_DEMO_EPIC);
        assert_int_equal(s.reward.celebration, ATR_CELEBRATE_EPIC);
        assert_true(s.reward.after.level > s.reward.before.level);
        s = submit(APP_DEMO_NEW, APP_DEMO_SMALL);
        assert_int_equal(s.reward.celebration, ATR_CELEBRATE_SMALL);
        s = submit(APP_DEMO_LEVEL, APP_DEMO_GREAT);
        assert_int_equal(s.reward.after.level, 4);
        s = submit(APP_DEMO_TIER, APP_DEMO_EPIC);
        assert_int_equal(s.reward.after.tier, ATR_TIER_SILVER);
        next_time();
    }
}

static void app_demo_receipt__before_any_other__the_duplicate_is_new(void **state)
{
    (void)state;
    open_at(0, true);
    assert_int_equal(submit(APP_DEMO_NEW, APP_DEMO_DUPLICATE).verdict.outcome,
                     ATR_OUTCOME_ACCEPTED);
    assert_int_equal(submit(APP_DEMO_NEW, APP_DEMO_DUPLICATE).verdict.outcome,
                     ATR_OUTCOME_REJECTED);
}

static void app_demo_receipt__numbers_that_are_none__are_refused(void **state)
{
    (void)state;
    char text[1024];
    atr_Error error;
    open_at(0, true);
    assert_int_equal(app_demo_receipt(&app, 0, text, sizeof text, &error), ATR_ERR_INVALID);
    assert_int_equal(app_demo_receipt(&app, APP_DEMO_RECEIPT_LAST + 1, text, sizeof text, &error),
                     ATR_ERR_INVALID);
}

static void app_demo__in_a_folder_that_is_none__is_denied(void **state)
{
    (void)state;
    char text[1024];
    atr_Error error;
    open_at(0, false);
    assert_false(app.demo);
    assert_int_equal(app_make_demo(&app, &error), ATR_ERR_DENIED);
    assert_int_equal(app_demo_receipt(&app, APP_DEMO_GREAT, text, sizeof text, &error),
                     ATR_ERR_DENIED);
    /* Asking for a demonstration later does not turn it into one. */
    app_close(&app);
    open_app(true, false);
    assert_false(app.demo);
    const atr_Store *db = atr_loyalty_store(app.mall);
    const atr_StoreInfo store = { .id = "x", .trn = "100999000100002", .demo = true };
    assert_int_equal(db->ops->store_put(db->self, &store), ATR_ERR_DENIED);
}

static void app_open__with_threads__delivers_through_its_mailbox(void **state)
{
    (void)state;
    now.now_ns = times[0].utc_s * 1000000000u;
    open_app(true, true);
    assert_non_null(app.pool);
    assert_non_null(app.mailbox);
    /* Closing delivers what is under way. */
    assert_int_equal(atr_loyalty_resume(app.mall), ATR_OK);
    app_close(&app);
    assert_null(app.mall);
    app_close(&app);
}

static void app_issue__sequence__goes_on_after_reopening(void **state)
{
    (void)state;
    char first[512];
    char second[512];
    atr_Receipt receipts[2];
    atr_Error error;
    const AppIssue issue = { .store = "nour", .till = "A-7", .total_fils = 10500, .vat_fils = -1 };
    open_at(0, true);
    assert_int_equal(app_issue(&app, &issue, first, sizeof first, &error), ATR_OK);
    app_close(&app);
    open_app(false, false);
    assert_int_equal(app_issue(&app, &issue, second, sizeof second, &error), ATR_OK);
    assert_int_equal(atr_receipt_decode((atr_Bytes){ first, strlen(first) }, &receipts[0], NULL),
                     ATR_OK);
    assert_int_equal(atr_receipt_decode((atr_Bytes){ second, strlen(second) }, &receipts[1], NULL),
                     ATR_OK);
    assert_int_equal(receipts[1].sequence, receipts[0].sequence + 1);
    assert_string_equal(receipts[0].kid, receipts[1].kid);
    assert_string_equal(receipts[0].till, "A-7");
    assert_int_equal(receipts[0].vat_fils, 500);
    const AppIssue nowhere = { .store = "nobody", .total_fils = 1, .vat_fils = -1 };
    assert_int_equal(app_issue(&app, &nowhere, first, sizeof first, &error), ATR_ERR_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(app_make_demo__cards__stand_where_they_should),
        TEST(app_make_demo__again__adds_nothing),
        TEST(app_make_demo__stores__one_for_each_category),
        TEST(app_demo_receipt__each__gets_its_verdict),
        TEST(app_demo_receipt__coins__do_not_depend_on_the_hour),
        TEST(app_demo_receipt__before_any_other__the_duplicate_is_new),
        TEST(app_demo_receipt__numbers_that_are_none__are_refused),
        TEST(app_demo__in_a_folder_that_is_none__is_denied),
        TEST(app_open__with_threads__delivers_through_its_mailbox),
        TEST(app_issue__sequence__goes_on_after_reopening),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
