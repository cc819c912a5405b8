/* What each format can prove, the order and the sum of reasons, and defaults. Each case starts from
 * a receipt that breaks no rule and changes one thing; the limits themselves are in
 * test_rules_limits.c.
 */
#include "receipt_maker.h"

#include <atrium/rules.h>

#include <stdlib.h>

#define NOW  INT64_C(1795084200) /* 2026-11-19T10:30:00Z, 14:30 in Dubai */
#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)

static Maker maker;

static int set_up(void **state)
{
    (void)state;
    maker_init(&maker, "test_rules");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    maker_deinit(&maker);
    return 0;
}

typedef struct Case {
    atr_Receipt receipt;
    atr_ReceiptKey key;
    atr_StoreInfo store;
    atr_RulesDesc rules;
    atr_ReceiptFacts facts;
    atr_ReceiptHistory history;
    atr_Verdict verdict;
} Case;

static void begin(Case *c)
{
    c->store = (atr_StoreInfo){ .id = "nour",
                                .category = "electronics",
                                .trn = "100999000100002",
                                .currency = "AED",
                                .vat_basis_points = 500,
                                .utc_offset_minutes = 240,
                                .opens_minute = 600,
                                .closes_minute = 1320 };
    c->facts = (atr_ReceiptFacts){ .receipt = &c->receipt, .store = &c->store, .now_s = NOW };
}

/* A receipt of the mall's own format, a minute old, signed by the pinned key. */
static void begin_atr1(Case *c)
{
    char text[512];
    memset(c, 0, sizeof *c);
    begin(c);
    maker_atr1(&maker, 5, "20261119T142900", text, sizeof text);
    assert_int_equal(maker_decode(text, &c->receipt, NULL), ATR_OK);
    c->key = (atr_ReceiptKey){ .kid = "k1",
                               .store = "nour",
                               .till = "1",
                               .trn = "100999000100002",
                               .algorithm = ATR_KEY_ED25519,
                               .size = 32 };
    memcpy(c->key.bytes, maker.ed_public, 32);
    c->facts.key = &c->key;
}

/* An unsigned receipt of AED 52.50, a minute old. */
static void begin_zatca1(Case *c)
{
    Tlv tlv = { .size = 0 };
    memset(c, 0, sizeof *c);
    begin(c);
    tlv_text(&tlv, 1, "Nour");
    tlv_text(&tlv, 2, "100999000100002");
    tlv_text(&tlv, 3, "2026-11-19T14:29:00");
    tlv_text(&tlv, 4, "52.50");
    tlv_text(&tlv, 5, "2.50");
    assert_int_equal(maker_decode_tlv(&tlv, &c->receipt, NULL), ATR_OK);
}

/* The same with phase 2's tags, and its key pinned. */
static void begin_zatca2(Case *c)
{
    Tlv tlv = { .size = 0 };
    begin_zatca1(c);
    tlv_text(&tlv, 1, "Nour");
    tlv_text(&tlv, 2, "100999000100002");
    tlv_text(&tlv, 3, "2026-11-19T14:29:00");
    tlv_text(&tlv, 4, "52.50");
    tlv_text(&tlv, 5, "2.50");
    maker_phase2(&maker, &tlv, "invoice", false);
    assert_int_equal(maker_decode_tlv(&tlv, &c->receipt, NULL), ATR_OK);
    c->key = (atr_ReceiptKey){ .kid = "z1",
                               .store = "nour",
                               .trn = "100999000100002",
                               .algorithm = ATR_KEY_SECP256K1,
                               .size = 65 };
    memcpy(c->key.bytes, maker.ec_public, 65);
    c->facts.key = &c->key;
}

static void judge(Case *c)
{
    memset(&c->verdict, 0, sizeof c->verdict);
    atr_rules_judge_receipt(&c->rules, &c->facts, &c->verdict);
    atr_rules_judge_history(&c->rules, &c->facts, &c->history, &c->verdict);
    atr_rules_conclude(&c->rules, &c->verdict);
}

/* Points of the rule; -1 when it did not fire, 1000 when it fired hard. */
static int32_t points_of(const Case *c, atr_Rule rule)
{
    for (uint32_t i = 0; i < c->verdict.reason_count; i++) {
        const atr_Reason *reason = &c->verdict.reasons[i];
        if (reason->rule == rule) {
            assert_true(reason->evidence[0] != '\0');
            return reason->hard ? 1000 : reason->points;
        }
    }
    return -1;
}

static void expect_only(Case *c, atr_Rule rule, int32_t points)
{
    judge(c);
    if (points < 0) {
        assert_int_equal(c->verdict.reason_count, 0);
        assert_int_equal(c->verdict.outcome, ATR_OUTCOME_ACCEPTED);
        return;
    }
    assert_int_equal(c->verdict.reason_count, 1);
    assert_int_equal(points_of(c, rule), points);
}

/* ---- Signature and key ----------------------------------------------------------------------- */

static void rules__good_receipts__break_nothing(void **state)
{
    (void)state;
    Case c;
    begin_atr1(&c);
    expect_only(&c, ATR_RULE_NONE, -1);
    assert_int_equal(c.verdict.signature, ATR_SIGNATURE_OK);
    assert_int_equal(c.verdict.authentic, ATR_AUTHENTIC_YES);
    assert_int_equal(c.verdict.score, 0);
    begin_zatca1(&c);
    expect_only(&c, ATR_RULE_NONE, -1);
    assert_int_equal(c.verdict.signature, ATR_SIGNATURE_NONE);
    assert_int_equal(c.verdict.authentic, ATR_AUTHENTIC_UNSIGNED);
    begin_zatca2(&c);
    expect_only(&c, ATR_RULE_NONE, -1);
    assert_int_equal(c.verdict.signature, ATR_SIGNATURE_OK);
    assert_int_equal(c.verdict.authentic, ATR_AUTHENTIC_PARTIAL);
}

static void rules__zatca2_key_not_pinned__is_unsigned_not_unknown(void **state)
{
    (void)state;
    Case c;
    begin_zatca2(&c);
    c.facts.key = NULL;
    expect_only(&c, ATR_RULE_NONE, -1);
    assert_int_equal(c.verdict.signature, ATR_SIGNATURE_OK);
    assert_int_equal(c.verdict.authentic, ATR_AUTHENTIC_UNSIGNED);
}

static void rules__signature_bad__is_hard(void **state)
{
    (void)state;
    Case c;
    begin_atr1(&c);
    c.receipt.signature[5] ^= 1;
    expect_only(&c, ATR_RULE_SIG_BAD, 1000);
    assert_int_equal(c.verdict.authentic, ATR_AUTHENTIC_NO);
    assert_int_equal(c.verdict.outcome, ATR_OUTCOME_REJECTED);
    begin_zatca2(&c);
    c.receipt.signed_bytes[5] ^= 1;
    expect_only(&c, ATR_RULE_SIG_BAD, 1000);
    assert_int_equal(c.verdict.authentic, ATR_AUTHENTIC_NO);
    c.facts.key = NULL;
    expect_only(&c, ATR_RULE_SIG_BAD, 1000);
    assert_int_equal(c.verdict.authentic, ATR_AUTHENTIC_NO);
}

static void rules__key_not_pinned__is_key_unknown_alone(void **state)
{
    (void)state;
    Case c;
    begin_atr1(&c);
    c.facts.key = NULL;
    c.facts.store = NULL;
    expect_only(&c, ATR_RULE_KEY_UNKNOWN, 1000);
    assert_int_equal(c.verdict.signature, ATR_SIGNATURE_UNKNOWN);
    assert_int_equal(c.verdict.authentic, ATR_AUTHENTIC_NO);
}

static void rules__key_of_another__is_key_mismatch(void **state)
{
    (void)state;
    Case c;
    begin_atr1(&c);
    memcpy(c.key.store, "other", 6);
    expect_only(&c, ATR_RULE_KEY_MISMATCH, 1000);
    assert_int_equal(c.verdict.authentic, ATR_AUTHENTIC_NO);
    begin_atr1(&c);
    memcpy(c.key.till, "2", 2);
    expect_only(&c, ATR_RULE_KEY_MISMATCH, 1000);
    begin_atr1(&c);
    c.key.till[0] = '\0'; /* any till */
    expect_only(&c, ATR_RULE_NONE, -1);
    memcpy(c.key.trn, "100999000100003", 16);
    expect_only(&c, ATR_RULE_KEY_MISMATCH, 1000);
    c.key.trn[0] = '\0'; /* unchecked */
    expect_only(&c, ATR_RULE_NONE, -1);
    begin_zatca2(&c);
    memcpy(c.key.trn, "100999000100003", 16);
    expect_only(&c, ATR_RULE_KEY_MISMATCH, 1000);
    assert_int_equal(c.verdict.authentic, ATR_AUTHENTIC_NO);
}

static void rules_receipt_utc__local_time__is_the_stores(void **state)
{
    (void)state;
    Case c;
    begin_atr1(&c);
    assert_int_equal(atr_rules_receipt_utc(&c.receipt, &c.store), NOW - 60);
    assert_int_equal(atr_rules_receipt_utc(&c.receipt, NULL), NOW - 60);
    c.store.utc_offset_minutes = 180;
    assert_int_equal(atr_rules_receipt_utc(&c.receipt, &c.store), NOW - 60 + HOUR);
    c.receipt.time_is_utc = true;
    assert_int_equal(atr_rules_receipt_utc(&c.receipt, &c.store), c.receipt.time_s);
}

static void set_total(Case *c, int64_t total)
{
    c->receipt.total_fils = total;
    c->receipt.vat_fils = total / 21;
}

static void rules__unsigned_amounts__have_limits(void **state)
{
    (void)state;
    Case c;
    begin_zatca1(&c);
    set_total(&c, 10000);
    expect_only(&c, ATR_RULE_NONE, -1);
    set_total(&c, 10001);
    expect_only(&c, ATR_RULE_UNSIGNED, 30);
    assert_int_equal(c.verdict.outcome, ATR_OUTCOME_REVIEW);
    set_total(&c, 500000);
    expect_only(&c, ATR_RULE_UNSIGNED, 30);
    set_total(&c, 500001);
    judge(&c);
    assert_int_equal(points_of(&c, ATR_RULE_AMT_HIGH), 30);
    assert_int_equal(c.verdict.score, 60);
    assert_int_equal(c.verdict.outcome, ATR_OUTCOME_REVIEW);
    /* A pinned key does not help: ZATCA's signature leaves the amount out. */
    begin_zatca2(&c);
    set_total(&c, 10001);
    expect_only(&c, ATR_RULE_UNSIGNED, 30);
    begin_atr1(&c);
    set_total(&c, 500001);
    expect_only(&c, ATR_RULE_NONE, -1);
}

static void rules__unsigned__third_of_the_day_is_held_once(void **state)
{
    (void)state;
    Case c;
    begin_zatca1(&c);
    c.history.user_unsigned_day = 1;
    expect_only(&c, ATR_RULE_NONE, -1);
    c.history.user_unsigned_day = 2;
    expect_only(&c, ATR_RULE_UNSIGNED, 30);
    set_total(&c, 20000);
    expect_only(&c, ATR_RULE_UNSIGNED, 30);
    begin_atr1(&c);
    c.history.user_unsigned_day = 9;
    expect_only(&c, ATR_RULE_NONE, -1);
}

static void rules__duplicates__exact_is_hard_tuple_only_for_unsigned(void **state)
{
    (void)state;
    Case c;
    begin_atr1(&c);
    c.history.same_tuple = 1;
    expect_only(&c, ATR_RULE_NONE, -1);
    c.history.key_paid = true;
    expect_only(&c, ATR_RULE_DUP_EXACT, 1000);
    begin_zatca1(&c);
    c.history.same_tuple = 1;
    expect_only(&c, ATR_RULE_DUP_TUPLE, 60);
    assert_int_equal(c.verdict.outcome, ATR_OUTCOME_REVIEW);
    begin_zatca2(&c);
    c.history.same_tuple = 2;
    expect_only(&c, ATR_RULE_DUP_TUPLE, 60);
}

static void rules__gap__unsigned_amounts_only(void **state)
{
    (void)state;
    Case c;
    begin_zatca1(&c);
    c.history.user_last_s = NOW - 30;
    expect_only(&c, ATR_RULE_NONE, -1);
    c.history.user_last_s = NOW - 29;
    expect_only(&c, ATR_RULE_VEL_GAP, 20);
    c.history.user_last_s = NOW + 29; /* another kiosk's clock is ahead */
    expect_only(&c, ATR_RULE_VEL_GAP, 20);
    c.history.user_last_s = NOW + HOUR;
    expect_only(&c, ATR_RULE_NONE, -1);
    begin_atr1(&c);
    c.history.user_last_s = NOW - 1;
    expect_only(&c, ATR_RULE_NONE, -1);
}

/* ---- Conclusion ------------------------------------------------------------------------------ */

static void rules_conclude__reasons__hard_first_then_by_points(void **state)
{
    (void)state;
    Case c;
    begin_zatca1(&c);
    set_total(&c, 600000);
    c.receipt.trn[3] = 'x';
    c.history = (atr_ReceiptHistory){ .key_paid = true, .same_tuple = 1, .user_store_day = 3 };
    judge(&c);
    static const atr_Rule order[] = { ATR_RULE_DUP_EXACT, ATR_RULE_DUP_TUPLE, ATR_RULE_TRN_BAD,
                                      ATR_RULE_UNSIGNED,  ATR_RULE_AMT_HIGH,  ATR_RULE_VEL_STORE };
    assert_int_equal(c.verdict.reason_count, ATR_COUNT_OF(order));
    for (size_t i = 0; i < ATR_COUNT_OF(order); i++) {
        assert_int_equal(c.verdict.reasons[i].rule, order[i]);
    }
    const int32_t score = c.verdict.score;
    atr_rules_conclude(&c.rules, &c.verdict);
    assert_int_equal(c.verdict.score, score);
}

static void rules_resolve__zero__means_the_documented_default(void **state)
{
    (void)state;
    const atr_RulesDesc d = atr_rules_resolve(NULL);
    assert_int_equal(d.review_score, 30);
    assert_int_equal(d.reject_score, 70);
    assert_int_equal(d.max_age_days, 14);
    assert_int_equal(d.week_limit, 35);
    assert_int_equal(d.day_limit, 5);
    assert_int_equal(d.store_day_limit, 3);
    assert_int_equal(d.gap_s, 30);
    assert_int_equal(d.unsigned_day_limit, 2);
    assert_int_equal(d.unsigned_limit_fils, 10000);
    assert_int_equal(d.high_fils, 500000);
    assert_int_equal(d.hours_slack_minutes, 30);
    assert_int_equal(d.vat_slack_basis_points, 500);
    const atr_RulesDesc own = atr_rules_resolve(&(atr_RulesDesc){ .day_limit = 9 });
    assert_int_equal(own.day_limit, 9);
    assert_int_equal(own.week_limit, 35);
}

static void verdict_names__every_value__has_one(void **state)
{
    (void)state;
    assert_string_equal(atr_outcome_name(ATR_OUTCOME_ACCEPTED), "accepted");
    assert_string_equal(atr_outcome_name(ATR_OUTCOME_REVIEW), "review");
    assert_string_equal(atr_outcome_name(ATR_OUTCOME_REJECTED), "rejected");
    assert_string_equal(atr_authentic_name(ATR_AUTHENTIC_YES), "yes");
    assert_string_equal(atr_authentic_name(ATR_AUTHENTIC_PARTIAL), "partial");
    assert_string_equal(atr_authentic_name(ATR_AUTHENTIC_NO), "no");
    assert_string_equal(atr_authentic_name(ATR_AUTHENTIC_UNSIGNED), "unsigned");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules__good_receipts__break_nothing),
        cmocka_unit_test(rules__zatca2_key_not_pinned__is_unsigned_not_unknown),
        cmocka_unit_test(rules__signature_bad__is_hard),
        cmocka_unit_test(rules__key_not_pinned__is_key_unknown_alone),
        cmocka_unit_test(rules__key_of_another__is_key_mismatch),
        cmocka_unit_test(rules_receipt_utc__local_time__is_the_stores),
        cmocka_unit_test(rules__unsigned_amounts__have_limits),
        cmocka_unit_test(rules__unsigned__third_of_the_day_is_held_once),
        cmocka_unit_test(rules__duplicates__exact_is_hard_tuple_only_for_unsigned),
        cmocka_unit_test(rules__gap__unsigned_amounts_only),
        cmocka_unit_test(rules_conclude__reasons__hard_first_then_by_points),
        cmocka_unit_test(rules_resolve__zero__means_the_documented_default),
        cmocka_unit_test(verdict_names__every_value__has_one),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
