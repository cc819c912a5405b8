#include <atrium/rules.h>

#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

#define DAY   INT64_C(86400)
#define NOW_S INT64_C(1767225600) /* 2026-01-01T00:00:00Z, a Thursday; 04:00 at the store */

/* A receipt and everything it is judged with: fine in all respects until a test changes it. */
typedef struct Case {
    atr_Receipt receipt;
    atr_ReceiptKey key;
    atr_StoreInfo store;
    atr_RulesDesc rules;
    atr_ReceiptHistory history;
    atr_ReceiptFacts facts;
    uint8_t secret_key[64];
} Case;

static void case_common(Case *c)
{
    c->store = (atr_StoreInfo){ .id = "souq", .trn = "100000000000003" };
    c->store.vat_basis_points = 500;
    c->store.utc_offset_minutes = 240;
    c->rules = atr_rules_resolve(NULL);
    c->facts = (atr_ReceiptFacts){ &c->receipt, &c->key, &c->store, NOW_S };
}

/* Signed by the pinned key; `age_s` old. */
static void case_atr1(Case *c, int64_t age_s, int64_t total_fils, int64_t vat_fils)
{
    memset(c, 0, sizeof *c);
    case_common(c);
    c->key = (atr_ReceiptKey){ .kid = "k1", .store = "souq", .till = "t1" };
    strcpy(c->key.trn, "100000000000003");
    c->key.algorithm = ATR_KEY_ED25519;
    c->key.size = 32;
    assert_int_equal(atr_receipt_keypair(c->key.bytes, c->secret_key), ATR_OK);
    const atr_ReceiptIssue issue = { .kid = "k1",
                                     .store = "souq",
                                     .till = "t1",
                                     .sequence = 7,
                                     .local_time_s = NOW_S + 4 * 3600 - age_s,
                                     .total_fils = total_fils,
                                     .vat_fils = vat_fils,
                                     .trn = "100000000000003",
                                     .secret_key = c->secret_key };
    char line[257];
    assert_int_equal(atr_receipt_issue(&issue, line, sizeof line), ATR_OK);
    assert_int_equal(atr_receipt_decode((atr_Bytes){ line, strlen(line) }, &c->receipt, NULL),
                     ATR_OK);
}

/* As a phase 1 code says it: nothing signed, looked up by VAT number, local time. */
static void case_unsigned(Case *c, int64_t total_fils, int64_t vat_fils)
{
    memset(c, 0, sizeof *c);
    case_common(c);
    c->facts.key = NULL;
    c->receipt.format = ATR_RECEIPT_ZATCA1;
    strcpy(c->receipt.trn, "100000000000003");
    c->receipt.time_s = NOW_S;
    c->receipt.time_is_utc = true;
    c->receipt.total_fils = total_fils;
    c->receipt.vat_fils = vat_fils;
}

static atr_Verdict judge(const Case *c)
{
    atr_Verdict verdict = { 0 };
    atr_rules_judge_receipt(&c->rules, &c->facts, &verdict);
    atr_rules_judge_history(&c->rules, &c->facts, &c->history, &verdict);
    atr_rules_conclude(&c->rules, &verdict);
    return verdict;
}

static const atr_Reason *find(const atr_Verdict *verdict, atr_Rule rule)
{
    for (uint32_t i = 0; i < verdict->reason_count; i++) {
        if (verdict->reasons[i].rule == rule) {
            return &verdict->reasons[i];
        }
    }
    return NULL;
}

typedef enum Want { NONE, SOFT, HARD } Want;

static void assert_fired(const Case *c, atr_Rule rule, Want want)
{
    const atr_Verdict verdict = judge(c);
    const atr_Reason *reason = find(&verdict, rule);
    assert_int_equal(reason == NULL ? NONE : (reason->hard ? HARD : SOFT), want);
    if (reason != NULL) {
        assert_true(reason->evidence[0] != '\0');
        assert_true(verdict.outcome != ATR_OUTCOME_ACCEPTED || want == SOFT);
    }
}

static void rules_judge__signed_receipt_in_order__is_accepted(void **state)
{
    (void)state;
    Case c;
    case_atr1(&c, 3600, 12000, 571);
    const atr_Verdict verdict = judge(&c);
    assert_int_equal(verdict.reason_count, 0);
    assert_int_equal(verdict.outcome, ATR_OUTCOME_ACCEPTED);
    assert_int_equal(verdict.signature, ATR_SIGNATURE_OK);
    assert_int_equal(verdict.authentic, ATR_AUTHENTIC_YES);
}

static void rules_judge__date__limits_hold_to_the_second(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t age_s;
        bool unsynchronised;
        atr_Rule rule;
        Want want;
    } rows[] = {
        { "14 days", 14 * DAY, false, ATR_RULE_DATE_OLD, NONE },
        { "14 days and a second", 14 * DAY + 1, false, ATR_RULE_DATE_OLD, HARD },
        { "5 minutes ahead less a second", -299, false, ATR_RULE_DATE_FUTURE, NONE },
        { "5 minutes ahead", -300, false, ATR_RULE_DATE_FUTURE, SOFT },
        { "24 hours ahead less a second", -DAY + 1, false, ATR_RULE_DATE_FUTURE, SOFT },
        { "24 hours ahead", -DAY, false, ATR_RULE_DATE_FUTURE, HARD },
        { "a year ahead, clock unsynchronised", -365 * DAY, true, ATR_RULE_DATE_FUTURE, SOFT },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Case c;
        case_atr1(&c, rows[i].age_s, 12000, 571);
        c.rules.clock_unsynchronised = rows[i].unsynchronised;
        assert_fired(&c, rows[i].rule, rows[i].want);
    }
}

static void rules_judge__key__must_be_this_stores_and_of_this_time(void **state)
{
    (void)state;
    enum { STORE, TILL, TRN, FROM, UNTIL, REVOKED, ANY };
    static const struct {
        const char *name;
        int what;
        const char *word;
        int64_t seconds; /* after the receipt's time */
        atr_Rule rule;
        Want want;
        atr_Authentic authentic;
    } rows[] = {
        { "another store", STORE, "other", 0, ATR_RULE_KEY_MISMATCH, HARD, ATR_AUTHENTIC_NO },
        { "store in capitals", STORE, "SOUQ", 0, ATR_RULE_KEY_MISMATCH, HARD, ATR_AUTHENTIC_NO },
        { "another till", TILL, "t2", 0, ATR_RULE_KEY_MISMATCH, HARD, ATR_AUTHENTIC_NO },
        { "any till", TILL, "", 0, ATR_RULE_KEY_MISMATCH, NONE, ATR_AUTHENTIC_YES },
        { "another TRN", TRN, "100000000000004", 0, ATR_RULE_KEY_MISMATCH, HARD, ATR_AUTHENTIC_NO },
        { "TRN unchecked", TRN, "", 0, ATR_RULE_KEY_MISMATCH, NONE, ATR_AUTHENTIC_YES },
        { "valid from then on", FROM, "", 0, ATR_RULE_KEY_UNKNOWN, NONE, ATR_AUTHENTIC_YES },
        { "valid a second later", FROM, "", 1, ATR_RULE_KEY_UNKNOWN, HARD, ATR_AUTHENTIC_NO },
        { "valid until then", UNTIL, "", 0, ATR_RULE_KEY_UNKNOWN, HARD, ATR_AUTHENTIC_NO },
        { "valid a second longer", UNTIL, "", 1, ATR_RULE_KEY_UNKNOWN, NONE, ATR_AUTHENTIC_YES },
        { "compromised then", REVOKED, "", 0, ATR_RULE_KEY_REVOKED, HARD, ATR_AUTHENTIC_NO },
        { "compromised later", REVOKED, "", 1, ATR_RULE_KEY_REVOKED, SOFT, ATR_AUTHENTIC_YES },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Case c;
        case_atr1(&c, 3600, 12000, 571);
        const int64_t at_s = NOW_S - 3600 + rows[i].seconds;
        char *words[] = { c.key.store, c.key.till, c.key.trn };
        if (rows[i].what <= TRN) {
            strcpy(words[rows[i].what], rows[i].word);
        }
        c.key.valid_from_s = rows[i].what == FROM ? at_s : 0;
        c.key.valid_until_s = rows[i].what == UNTIL ? at_s : 0;
        c.key.revoked = rows[i].what == REVOKED;
        c.key.compromised_since_s = rows[i].what == REVOKED ? at_s : 0;
        assert_fired(&c, rows[i].rule, rows[i].want);
        assert_int_equal(judge(&c).authentic, rows[i].authentic);
    }
}

static void rules_judge__signature__is_named_for_what_it_proves(void **state)
{
    (void)state;
    Case c;
    case_atr1(&c, 3600, 12000, 571);
    c.receipt.signed_bytes[5] ^= 1;
    assert_fired(&c, ATR_RULE_SIG_BAD, HARD);
    assert_int_equal(judge(&c).authentic, ATR_AUTHENTIC_NO);

    case_atr1(&c, 3600, 12000, 571);
    c.facts.key = NULL;
    c.facts.store = NULL;
    assert_fired(&c, ATR_RULE_KEY_UNKNOWN, HARD);
    assert_fired(&c, ATR_RULE_STORE_UNKNOWN, NONE);
    assert_int_equal(judge(&c).signature, ATR_SIGNATURE_UNKNOWN);

    case_unsigned(&c, 10000, 476);
    assert_int_equal(judge(&c).outcome, ATR_OUTCOME_ACCEPTED);
    assert_int_equal(judge(&c).authentic, ATR_AUTHENTIC_UNSIGNED);
    c.facts.store = NULL;
    assert_fired(&c, ATR_RULE_STORE_UNKNOWN, HARD);
}

static void rules_judge__amount__limits_hold_to_the_fils(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool is_signed;
        int64_t total_fils, vat_fils;
        atr_Rule rule;
        Want want;
    } rows[] = {
        { "zero", true, 0, 0, ATR_RULE_AMT_BAD, HARD },
        { "one fils", true, 1, 0, ATR_RULE_AMT_BAD, NONE },
        { "refund", false, -100, 0, ATR_RULE_AMT_BAD, HARD },
        { "AED 100 unsigned", false, 10000, 476, ATR_RULE_UNSIGNED, NONE },
        { "AED 100.01 unsigned", false, 10001, 476, ATR_RULE_UNSIGNED, SOFT },
        { "signed amounts have no such limit", true, 10001, 476, ATR_RULE_UNSIGNED, NONE },
        { "AED 5,000 unsigned", false, 500000, 23810, ATR_RULE_AMT_HIGH, NONE },
        { "AED 5,000.01 unsigned", false, 500001, 23810, ATR_RULE_AMT_HIGH, SOFT },
        { "AED 5,000.01 signed", true, 500001, 23810, ATR_RULE_AMT_HIGH, NONE },
        /* Rate = VAT / net; the store's is 5 %, so 0 % and 10 % are the last that pass. */
        { "no VAT", true, 11000, 0, ATR_RULE_VAT_MISMATCH, NONE },
        { "10 % VAT", true, 11000, 1000, ATR_RULE_VAT_MISMATCH, NONE },
        { "a fils over 10 %", true, 11000, 1001, ATR_RULE_VAT_MISMATCH, SOFT },
        { "negative VAT", false, 11000, -1, ATR_RULE_VAT_MISMATCH, SOFT },
        { "all of it VAT", true, 11000, 11000, ATR_RULE_VAT_MISMATCH, SOFT },
        { "the largest amount", true, 9999999999999, 476190476190, ATR_RULE_VAT_MISMATCH, NONE },
        { "the largest VAT", true, 1, 9999999999999, ATR_RULE_VAT_MISMATCH, SOFT },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Case c;
        if (rows[i].is_signed) {
            case_atr1(&c, 3600, rows[i].total_fils, rows[i].vat_fils);
        } else {
            case_unsigned(&c, rows[i].total_fils, rows[i].vat_fils);
        }
        assert_fired(&c, rows[i].rule, rows[i].want);
    }
}

static void rules_judge__words__are_compared_with_the_stores(void **state)
{
    (void)state;
    Case c;
    case_atr1(&c, 3600, 12000, 571);
    strcpy(c.receipt.currency, "SAR");
    assert_fired(&c, ATR_RULE_AMT_BAD, HARD);
    strcpy(c.store.currency, "SAR");
    assert_fired(&c, ATR_RULE_AMT_BAD, NONE);

    case_unsigned(&c, 5000, 238);
    strcpy(c.receipt.trn, "1234567891");
    assert_fired(&c, ATR_RULE_TRN_BAD, SOFT);
}

static void rules_judge__hours__outside_by_more_than_half_an_hour(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t opens, closes;
        int64_t second; /* of the store's day */
        Want want;
    } rows[] = {
        { "half an hour before", 600, 1320, 34200, NONE },
        { "and a second", 600, 1320, 34199, SOFT },
        { "half an hour after", 600, 1320, 81000, NONE },
        { "and a second after", 600, 1320, 81001, SOFT },
        { "past midnight, open", 600, 120, 3600, NONE },
        { "past midnight, closed", 600, 120, 4 * 3600, SOFT },
        { "always open", 0, 0, 4 * 3600, NONE },
        { "until midnight", 600, 0, 86399, NONE },
        { "closes late: open across midnight by the slack", 600, 1425, 600, NONE },
        { "and no longer", 600, 1425, 901, SOFT },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Case c;
        case_unsigned(&c, 5000, 238);
        c.store.opens_minute = rows[i].opens;
        c.store.closes_minute = rows[i].closes;
        c.receipt.time_is_utc = false;
        c.receipt.time_s = NOW_S + rows[i].second;
        c.facts.now_s = NOW_S + DAY;
        assert_fired(&c, ATR_RULE_HOURS, rows[i].want);
        c.receipt.time_is_utc = true; /* the same moment, said in UTC */
        c.receipt.time_s -= 4 * 3600;
        assert_fired(&c, ATR_RULE_HOURS, rows[i].want);
    }
}

static void rules_judge__history__fires_at_one_more_than_the_limit(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool is_signed;
        atr_ReceiptHistory history;
        atr_Rule rule;
        Want want;
    } rows[] = {
        { "paid", true, { .key_paid = true }, ATR_RULE_DUP_EXACT, HARD },
        { "the 35th in a week", true, { .user_week = 34 }, ATR_RULE_VEL_WEEK, NONE },
        { "the 36th", true, { .user_week = 35 }, ATR_RULE_VEL_WEEK, HARD },
        { "the 5th of a day", true, { .user_day = 4 }, ATR_RULE_VEL_DAY, NONE },
        { "the 6th", true, { .user_day = 5 }, ATR_RULE_VEL_DAY, SOFT },
        { "the 3rd at one store", true, { .user_store_day = 2 }, ATR_RULE_VEL_STORE, NONE },
        { "the 4th", true, { .user_store_day = 3 }, ATR_RULE_VEL_STORE, SOFT },
        { "the 2nd unsigned", false, { .user_unsigned_day = 1 }, ATR_RULE_UNSIGNED, NONE },
        { "the 3rd", false, { .user_unsigned_day = 2 }, ATR_RULE_UNSIGNED, SOFT },
        { "a signed one after", true, { .user_unsigned_day = 9 }, ATR_RULE_UNSIGNED, NONE },
        { "30 s apart", false, { .user_last_s = NOW_S - 30 }, ATR_RULE_VEL_GAP, NONE },
        { "29 s apart", false, { .user_last_s = NOW_S - 29 }, ATR_RULE_VEL_GAP, SOFT },
        { "29 s apart, signed", true, { .user_last_s = NOW_S - 29 }, ATR_RULE_VEL_GAP, NONE },
        { "the first of all", false, { .user_last_s = 0 }, ATR_RULE_VEL_GAP, NONE },
        { "same tuple", false, { .same_tuple = 1 }, ATR_RULE_DUP_TUPLE, SOFT },
        { "same tuple, signed", true, { .same_tuple = 1 }, ATR_RULE_DUP_TUPLE, NONE },
        /* z = (5000 - median) / (1.4826 * MAD): 6.0 with a MAD of 552.183 */
        { "z under 6",
          false,
          { 0, 0, 0, 0, 0, 0, 0, 30, 88.0, 552.2 },
          ATR_RULE_AMT_OUTLIER,
          NONE },
        { "z over 6", false, { 0, 0, 0, 0, 0, 0, 0, 30, 88.0, 552.1 }, ATR_RULE_AMT_OUTLIER, SOFT },
        { "29 known", false, { 0, 0, 0, 0, 0, 0, 0, 29, 88.0, 1.0 }, ATR_RULE_AMT_OUTLIER, NONE },
        { "no spread", false, { 0, 0, 0, 0, 0, 0, 0, 99, 88.0, 0.0 }, ATR_RULE_AMT_OUTLIER, NONE },
        { "far below", false, { 0, 0, 0, 0, 0, 0, 0, 99, 9e6, 1.0 }, ATR_RULE_AMT_OUTLIER, NONE },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Case c;
        if (rows[i].is_signed) {
            case_atr1(&c, 3600, 5000, 238);
        } else {
            case_unsigned(&c, 5000, 238);
        }
        c.history = rows[i].history;
        assert_fired(&c, rows[i].rule, rows[i].want);
    }
}

static void rules_conclude__score__29_accepts_30_holds_70_rejects(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t points[3];
        bool hard;
        atr_Outcome outcome;
    } rows[] = {
        { "nothing", { 0, 0, 0 }, false, ATR_OUTCOME_ACCEPTED },
        { "29", { 20, 9, 0 }, false, ATR_OUTCOME_ACCEPTED },
        { "30", { 5, 25, 0 }, false, ATR_OUTCOME_REVIEW },
        { "69", { 30, 30, 9 }, false, ATR_OUTCOME_REVIEW },
        { "70", { 30, 30, 10 }, false, ATR_OUTCOME_REJECTED },
        { "a hard one", { 0, 5, 0 }, true, ATR_OUTCOME_REJECTED },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        atr_Verdict verdict = { .reason_count = 3 };
        for (uint32_t n = 0; n < 3; n++) {
            verdict.reasons[n].rule = (atr_Rule)(n + 1);
            verdict.reasons[n].points = rows[i].points[n];
        }
        verdict.reasons[2].hard = rows[i].hard;
        atr_rules_conclude(NULL, &verdict);
        assert_int_equal(verdict.outcome, rows[i].outcome);
        assert_int_equal(verdict.score, rows[i].points[0] + rows[i].points[1] + rows[i].points[2]);
        if (rows[i].hard) {
            assert_true(verdict.reasons[0].hard);
        } else {
            assert_true(verdict.reasons[0].points >= verdict.reasons[1].points);
            assert_true(verdict.reasons[1].points >= verdict.reasons[2].points);
        }
    }
}

/* Everything wrong that can be wrong at once: a phase 2 receipt with a bad signature, of a pinned
 * key that is another's, expired and revoked, and a shopper with the worst of histories. */
static void rules_judge__all_wrong_at_once__keeps_every_reason(void **state)
{
    (void)state;
    Case c;
    case_unsigned(&c, 900000, 900000);
    c.receipt.format = ATR_RECEIPT_ZATCA2;
    strcpy(c.receipt.trn, "12");
    c.receipt.time_s = NOW_S - 20 * DAY;
    c.facts.key = &c.key;
    strcpy(c.key.trn, "100000000000003");
    c.key.algorithm = ATR_KEY_SECP256K1;
    c.key.valid_until_s = 1;
    c.key.revoked = true;
    c.store.opens_minute = 600;
    c.store.closes_minute = 1320;
    c.history = (atr_ReceiptHistory){ .key_paid = true,
                                      .user_week = 99,
                                      .user_day = 99,
                                      .user_store_day = 99,
                                      .user_unsigned_day = 99,
                                      .user_last_s = NOW_S - 1,
                                      .same_tuple = 1,
                                      .amount_count = 99,
                                      .amount_median_fils = 1.0,
                                      .amount_mad_fils = 1.0 };
    const atr_Verdict verdict = judge(&c);
    static const atr_Rule all[] = {
        ATR_RULE_SIG_BAD,   ATR_RULE_KEY_UNKNOWN, ATR_RULE_KEY_MISMATCH, ATR_RULE_KEY_REVOKED,
        ATR_RULE_DUP_EXACT, ATR_RULE_DATE_OLD,    ATR_RULE_VEL_WEEK,     ATR_RULE_UNSIGNED,
        ATR_RULE_DUP_TUPLE, ATR_RULE_VEL_DAY,     ATR_RULE_VEL_STORE,    ATR_RULE_VEL_GAP,
        ATR_RULE_AMT_HIGH,  ATR_RULE_AMT_OUTLIER, ATR_RULE_HOURS,        ATR_RULE_VAT_MISMATCH,
        ATR_RULE_TRN_BAD,
    };
    assert_int_equal(verdict.reason_count, ATR_COUNT_OF(all));
    for (size_t i = 0; i < ATR_COUNT_OF(all); i++) {
        assert_non_null(find(&verdict, all[i]));
    }
    assert_int_equal(verdict.outcome, ATR_OUTCOME_REJECTED);
}

static void rules_refuse_format__any_text__rejects(void **state)
{
    (void)state;
    char long_text[400];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    const char *const texts[] = { "tag 4: expected an amount", "", "100 %s", long_text, NULL };
    for (size_t i = 0; i < ATR_COUNT_OF(texts); i++) {
        atr_Verdict verdict;
        memset(&verdict, 0xff, sizeof verdict);
        atr_rules_refuse_format(NULL, texts[i], &verdict);
        assert_int_equal(verdict.outcome, ATR_OUTCOME_REJECTED);
        assert_int_equal(verdict.reason_count, 1);
        assert_int_equal(verdict.reasons[0].rule, ATR_RULE_BAD_FORMAT);
        assert_true(strlen(verdict.reasons[0].evidence) < sizeof verdict.reasons[0].evidence);
    }
}

static void rule_from_name__every_rule__comes_back(void **state)
{
    (void)state;
    for (int i = 1; i < ATR_RULE_COUNT; i++) {
        assert_int_equal(atr_rule_from_name(atr_rule_name((atr_Rule)i)), i);
    }
    assert_string_equal(atr_rule_name(ATR_RULE_DUP_TUPLE), "DUP_TUPLE");
    assert_int_equal(atr_rule_from_name("NONE"), ATR_RULE_NONE);
    assert_int_equal(atr_rule_from_name("dup_tuple"), ATR_RULE_NONE);
    assert_int_equal(atr_rule_from_name(NULL), ATR_RULE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_judge__signed_receipt_in_order__is_accepted),
        cmocka_unit_test(rules_judge__date__limits_hold_to_the_second),
        cmocka_unit_test(rules_judge__key__must_be_this_stores_and_of_this_time),
        cmocka_unit_test(rules_judge__signature__is_named_for_what_it_proves),
        cmocka_unit_test(rules_judge__amount__limits_hold_to_the_fils),
        cmocka_unit_test(rules_judge__words__are_compared_with_the_stores),
        cmocka_unit_test(rules_judge__hours__outside_by_more_than_half_an_hour),
        cmocka_unit_test(rules_judge__history__fires_at_one_more_than_the_limit),
        cmocka_unit_test(rules_conclude__score__29_accepts_30_holds_70_rejects),
        cmocka_unit_test(rules_judge__all_wrong_at_once__keeps_every_reason),
        cmocka_unit_test(rules_refuse_format__any_text__rejects),
        cmocka_unit_test(rule_from_name__every_rule__comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
