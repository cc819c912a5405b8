/* Phase 2 codes in a mall that pinned the till's key: found whichever way the code spells it, and
 * its revocation with it. */
#define _POSIX_C_SOURCE 200809L

#include "mall_fixture.h"
#include "receipt_maker.h"

typedef struct Fixture {
    Mall mall;
    Maker maker;
} Fixture;

static int set_up(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    mall_begin(&f->mall, &(MallDesc){ .without_pool = true });
    maker_init(&f->maker, "test_loyalty_zatca");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    maker_deinit(&f->maker);
    mall_end(&f->mall);
    free(f);
    return 0;
}

static void pin(Fixture *f, MakerPoint spelling, bool revoked)
{
    const atr_Store *store = atr_loyalty_store(f->mall.loyalty);
    uint8_t spki[88];
    atr_ReceiptKey key = { .kid = "Z1", .store = "S1", .trn = MALL_TRN, .revoked = revoked };
    f->maker.spelling = spelling;
    const atr_Bytes file = { spki, maker_spki(&f->maker, spki) };
    assert_int_equal(atr_receipt_key_parse(file, &key, NULL), ATR_OK);
    assert_int_equal(store->ops->key_put(store->self, &key), ATR_OK);
}

static atr_Verdict judge(Fixture *f, const char *trn, MakerPoint spelling)
{
    static atr_Preview preview;
    static const char *const words[] = { "Palm Books", NULL, "2026-10-26T08:59:00Z", "84.00",
                                         "4.00" };
    Tlv tlv = { .size = 0 };
    char text[4096];
    f->maker.spelling = spelling;
    for (uint8_t tag = 1; tag <= 5; tag++) {
        tlv_text(&tlv, tag, tag == 2 ? trn : words[tag - 1]);
    }
    maker_phase2(&f->maker, &tlv, "invoice", false);
    tlv_base64(&tlv, text, sizeof text);
    assert_int_equal(atr_loyalty_preview_wait(f->mall.loyalty, (atr_Bytes){ text, strlen(text) }, 0,
                                              NULL, &preview),
                     ATR_OK);
    return preview.verdict;
}

static void judge__key_not_pinned__counts_as_unsigned(void **state)
{
    Fixture *f = *state;
    const atr_Verdict verdict = judge(f, MALL_TRN, MAKER_POINT_LONG);
    assert_int_equal(verdict.authentic, ATR_AUTHENTIC_UNSIGNED);
    assert_int_equal(verdict.outcome, ATR_OUTCOME_ACCEPTED);
}

static void judge__key_pinned__found_in_every_spelling(void **state)
{
    Fixture *f = *state;
    for (int pinned = 0; pinned < MAKER_POINT_COUNT; pinned++) {
        for (int point = 0; point < MAKER_POINT_COUNT; point++) {
            print_message("  pinned as %d, in the code as %d\n", pinned, point);
            pin(f, (MakerPoint)pinned, false);
            atr_Verdict verdict = judge(f, MALL_TRN, (MakerPoint)point);
            assert_int_equal(verdict.authentic, ATR_AUTHENTIC_PARTIAL);
            assert_int_equal(verdict.outcome, ATR_OUTCOME_ACCEPTED);
            pin(f, (MakerPoint)pinned, true);
            verdict = judge(f, MALL_TRN, (MakerPoint)point);
            assert_true(mall_has_reason(&verdict, ATR_RULE_KEY_REVOKED));
            assert_int_equal(verdict.outcome, ATR_OUTCOME_REJECTED);
        }
    }
}

static void judge__key_of_another_store__is_a_mismatch(void **state)
{
    Fixture *f = *state;
    pin(f, MAKER_POINT_LONG, false);
    const atr_Verdict verdict = judge(f, "100000000000004", MAKER_POINT_LONG); /* S2's number */
    assert_true(mall_has_reason(&verdict, ATR_RULE_KEY_MISMATCH));
    assert_int_equal(verdict.authentic, ATR_AUTHENTIC_NO);
    assert_int_equal(verdict.outcome, ATR_OUTCOME_REJECTED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(judge__key_not_pinned__counts_as_unsigned),
        TEST(judge__key_pinned__found_in_every_spelling),
        TEST(judge__key_of_another_store__is_a_mismatch),
    };
#undef TEST
    return cmocka_run_group_tests_name("loyalty: zatca", tests, NULL, NULL);
}
