/*
 * Receipts from text to coins, on this thread: verdicts, duplicates, retries, windows of time, what
 * a crash leaves behind. Rules and rewards have tests of their own; here is how they are joined.
 */
#define _GNU_SOURCE /* memmem */

#include "mall_fixture.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

static int set_up_with(void **state, const MallDesc *desc)
{
    Mall *mall = calloc(1, sizeof *mall);
    MallDesc d = desc != NULL ? *desc : (MallDesc){ 0 };
    d.without_pool = true;
    mall_begin(mall, &d);
    *state = mall;
    return 0;
}

static int set_up(void **state)
{
    return set_up_with(state, NULL);
}

static int tear_down(void **state)
{
    mall_end(*state);
    free(*state);
    return 0;
}

static atr_User user_of(Mall *mall, int index)
{
    atr_User user;
    assert_int_equal(atr_loyalty_find_user(mall->loyalty, mall->users[index], &user), ATR_OK);
    return user;
}

/* ---- Verdicts -------------------------------------------------------------------------------- */

static void submit__good_receipt__credits_what_it_says(void **state)
{
    Mall *mall = *state;
    assert_int_equal(user_of(mall, 0).standing.coins, 0); /* now in the cache */
    const atr_Settlement s = mall_submit(mall, 0, 1, 25000);
    assert_int_equal(s.verdict.outcome, ATR_OUTCOME_ACCEPTED);
    assert_int_equal(s.verdict.authentic, ATR_AUTHENTIC_YES);
    assert_int_equal(s.format, ATR_RECEIPT_ATR1);
    assert_string_equal(s.store, "S1");
    assert_int_equal(s.receipt_utc_s, MALL_NOW_S - 60);
    assert_int_equal(s.submitted_ms, MALL_NOW_S * 1000);
    /* 25 × 140 % books = 35; first time in the category 25; no level: 17 XP */
    assert_int_equal(s.reward.coins, 60);
    assert_int_equal(s.reward.xp, 17);
    assert_int_equal(s.reward.before.coins, 0);
    assert_int_equal(s.reward.after.coins, 60);
    char reference[ATR_REFERENCE_LENGTH + 1];
    atr_loyalty_reference(&s.id, reference);
    assert_string_equal(s.reference, reference);
    assert_int_equal(user_of(mall, 0).standing.coins, 60); /* and forgotten by the cache */
    assert_int_equal(mall_check_ledger(mall).coins, 60);
}

static int set_up_event(void **state)
{
    return set_up_with(state, &(MallDesc){ .event_percent = 200 });
}

static void submit__during_an_event__is_multiplied(void **state)
{
    Mall *mall = *state;
    /* 25 × 140 % books × 200 % = 70; first time in the category 25 */
    assert_int_equal(mall_submit(mall, 0, 1, 25000).reward.coins, 95);
}

static void submit__what_cannot_be_credited__table(void **state)
{
    Mall *mall = *state;
    char good[300];
    char forged[300];
    char unknown_key[300];
    char future[300];
    char old[300];
    mall_issue(mall, "K1", 1, 25000, 60, good);
    memcpy(forged, good, sizeof forged);
    *strstr(forged, "|25000|") = '|';
    strstr(forged, "25000")[0] = '9';
    mall_issue(mall, "K9", 2, 25000, 60, unknown_key);
    mall_issue(mall, "K1", 3, 25000, -25 * 3600, future);
    mall_issue(mall, "K1", 4, 25000, 15 * 86400, old);
    const struct {
        const char *name;
        const char *text;
        atr_Rule rule;
    } rows[] = {
        { "no receipt", "4111111111111111", ATR_RULE_BAD_FORMAT },
        { "one byte", "\x01", ATR_RULE_BAD_FORMAT },
        { "amount changed", forged, ATR_RULE_SIG_BAD },
        { "key nobody pinned", unknown_key, ATR_RULE_KEY_UNKNOWN },
        { "a day ahead", future, ATR_RULE_DATE_FUTURE },
        { "fifteen days old", old, ATR_RULE_DATE_OLD },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        const atr_Settlement s = mall_submit_text(mall, 0, rows[i].text);
        assert_int_equal(s.verdict.outcome, ATR_OUTCOME_REJECTED);
        assert_true(mall_has_reason(&s.verdict, rows[i].rule));
        assert_true(s.verdict.reasons[0].evidence[0] != '\0');
        assert_int_equal(s.reward.coins, 0);
    }
    assert_int_equal(mall_check_ledger(mall).rows, 0);
    /* None of them used up the good one's key. */
    assert_int_equal(mall_submit_text(mall, 0, good).verdict.outcome, ATR_OUTCOME_ACCEPTED);
}

static void submit__invalid__is_refused_before_anything(void **state)
{
    Mall *mall = *state;
    static char large[ATR_RECEIPT_TEXT_MAX + 1];
    atr_Settlement out;
    memset(large, 'x', sizeof large);
    atr_SubmitRequest request = mall_request(mall, 0, "x");
    request.text = (atr_Bytes){ large, sizeof large };
    assert_int_equal(atr_loyalty_submit_wait(mall->loyalty, &request, &out), ATR_ERR_INVALID);
    request.text = (atr_Bytes){ large, 0 };
    assert_int_equal(atr_loyalty_submit_wait(mall->loyalty, &request, &out), ATR_ERR_INVALID);
    request.text = (atr_Bytes){ large, 5 };
    request.user = 0;
    assert_int_equal(atr_loyalty_submit_wait(mall->loyalty, &request, &out), ATR_ERR_INVALID);
    request.user = 9999;
    assert_int_equal(atr_loyalty_submit_wait(mall->loyalty, &request, &out), ATR_ERR_NOT_FOUND);
    request.user = mall->users[0];
    request.text.size = ATR_RECEIPT_TEXT_MAX;
    assert_int_equal(atr_loyalty_submit_wait(mall->loyalty, &request, &out), ATR_OK);
    assert_int_equal(out.verdict.outcome, ATR_OUTCOME_REJECTED);
    /* without a pool the other calls say so */
    assert_int_equal(atr_loyalty_submit(mall->loyalty, &request), ATR_ERR_INVALID);
    assert_int_equal(atr_loyalty_resume(mall->loyalty), ATR_ERR_INVALID);
}

/* ---- Exactly once ---------------------------------------------------------------------------- */

static void submit__same_receipt_again__dup_exact_for_anyone(void **state)
{
    Mall *mall = *state;
    assert_int_equal(mall_submit(mall, 0, 1, 25000).verdict.outcome, ATR_OUTCOME_ACCEPTED);
    for (int user = 0; user < 2; user++) {
        const atr_Settlement s = mall_submit(mall, user, 1, 25000);
        assert_int_equal(s.verdict.outcome, ATR_OUTCOME_REJECTED);
        assert_true(mall_has_reason(&s.verdict, ATR_RULE_DUP_EXACT));
        assert_true(s.verdict.reasons[0].hard);
    }
    const atr_LedgerCheck ledger = mall_check_ledger(mall);
    assert_int_equal(ledger.rows, 1);
    assert_int_equal(ledger.coins, 60);
}

static void submit__same_id_again__the_first_verdict(void **state)
{
    Mall *mall = *state;
    char text[300];
    mall_issue(mall, "K1", 1, 25000, 60, text);
    const atr_SubmitRequest request = mall_request(mall, 0, text);
    atr_Settlement first;
    atr_Settlement again;
    assert_int_equal(atr_loyalty_submit_wait(mall->loyalty, &request, &first), ATR_OK);
    test_clock_pass_ms(&mall->clock, 3600000);
    assert_int_equal(atr_loyalty_submit_wait(mall->loyalty, &request, &again), ATR_OK);
    assert_int_equal(again.verdict.outcome, ATR_OUTCOME_ACCEPTED);
    assert_int_equal(again.settled_ms, first.settled_ms);
    assert_int_equal(again.reward.coins, first.reward.coins);
    assert_int_equal(again.reward.row_count, first.reward.row_count);
    assert_int_equal(mall_check_ledger(mall).rows, 1);
}

static void submit__id_of_another_user__is_not_answered(void **state)
{
    Mall *mall = *state;
    char text[300];
    atr_Settlement out;
    mall_issue(mall, "K1", 1, 25000, 60, text);
    atr_SubmitRequest request = mall_request(mall, 0, text);
    assert_int_equal(atr_loyalty_submit_wait(mall->loyalty, &request, &out), ATR_OK);
    request.user = mall->users[1];
    assert_int_equal(atr_loyalty_submit_wait(mall->loyalty, &request, &out), ATR_ERR_EXISTS);
}

/* As a crash right after the acknowledgement leaves it. */
static atr_Id128 leave_pending(Mall *mall, int user, const char *text)
{
    const atr_Store *store = atr_loyalty_store(mall->loyalty);
    atr_Submission submission = {
        .id = atr_loyalty_new_id(),
        .user = mall->users[user],
        .session = 77,
        .submitted_ms =
            atr_clock_utc_ms(&(atr_Clock){ .utc_ms = test_clock_utc_ms, .user = &mall->clock }),
        .text_size = (uint32_t)strlen(text),
    };
    atr_Settlement existing;
    memcpy(submission.text, text, submission.text_size);
    assert_int_equal(store->ops->submit(store->self, &submission, &existing), ATR_OK);
    return submission.id;
}

static void submit__pending_id_with_other_words__settles_what_was_stored(void **state)
{
    Mall *mall = *state;
    char text[300];
    char other[300];
    atr_Settlement out;
    mall_issue(mall, "K1", 1, 25000, 60, text);
    mall_issue(mall, "K1", 2, 99000, 60, other);
    leave_pending(mall, 1, "in front of it");
    atr_SubmitRequest request = mall_request(mall, 0, other);
    request.id = leave_pending(mall, 0, text);
    assert_int_equal(atr_loyalty_submit_wait(mall->loyalty, &request, &out), ATR_OK);
    assert_int_equal(out.total_fils, 25000);
    assert_int_equal(mall_pending(mall), 1);
}

static void resume__settles_what_was_left_each_once(void **state)
{
    Mall *mall = *state;
    char text[300];
    uint32_t count = 99;
    mall_issue(mall, "K1", 1, 25000, 60, text);
    const atr_Id128 good = leave_pending(mall, 0, text);
    const atr_Id128 duplicate = leave_pending(mall, 1, text);
    const atr_Id128 garbage = leave_pending(mall, 0, "garbage");
    mall_close(mall);
    test_clock_pass_ms(&mall->clock, UINT64_C(20) * 86400 * 1000); /* too old by now, not then */
    mall_open(mall);
    assert_int_equal(mall_pending(mall), 3);
    assert_int_equal(atr_loyalty_resume_wait(mall->loyalty, &count), ATR_OK);
    assert_int_equal(count, 3);
    assert_int_equal(mall_pending(mall), 0);
    const struct {
        atr_Id128 id;
        atr_Outcome outcome;
        atr_Rule rule;
    } rows[] = {
        { good, ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE },
        { duplicate, ATR_OUTCOME_REJECTED, ATR_RULE_DUP_EXACT },
        { garbage, ATR_OUTCOME_REJECTED, ATR_RULE_BAD_FORMAT },
    };
    const atr_Store *store = atr_loyalty_store(mall->loyalty);
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        atr_Settlement s;
        assert_int_equal(store->ops->settlement(store->self, &rows[i].id, &s), ATR_OK);
        assert_int_equal(s.verdict.outcome, rows[i].outcome);
        if (rows[i].rule != ATR_RULE_NONE) {
            assert_true(mall_has_reason(&s.verdict, rows[i].rule));
        }
    }
    assert_int_equal(mall_check_ledger(mall).rows, 1);
    assert_int_equal(atr_loyalty_resume_wait(mall->loyalty, &count), ATR_OK);
    assert_int_equal(count, 0);
}

/* ---- Held ------------------------------------------------------------------------------------ */

/* ZATCA phase 1: base64 of tag, length, value; nothing is signed. */
static void issue_unsigned(const char *trn, const char *total, const char *vat, char out[300])
{
    const char *const values[] = { "Palm Books", trn, "2026-10-26T08:59:00Z", total, vat };
    unsigned char bytes[200];
    size_t size = 0;
    for (size_t i = 0; i < ATR_COUNT_OF(values); i++) {
        const size_t length = strlen(values[i]);
        bytes[size++] = (unsigned char)(i + 1);
        bytes[size++] = (unsigned char)length;
        memcpy(bytes + size, values[i], length);
        size += length;
    }
    assert_non_null(sodium_bin2base64(out, 300, bytes, size, sodium_base64_VARIANT_ORIGINAL));
}

static void submit__held_with_good_signature__uses_up_its_key(void **state)
{
    Mall *mall = *state;
    char text[300];
    mall_pin_key(mall, "K2", true);
    mall_issue(mall, "K2", 1, 25000, 60, text);
    const atr_Settlement held = mall_submit_text(mall, 0, text);
    assert_int_equal(held.verdict.outcome, ATR_OUTCOME_REVIEW);
    assert_true(mall_has_reason(&held.verdict, ATR_RULE_KEY_REVOKED));
    assert_int_equal(held.reward.coins, 0);
    const atr_Settlement other = mall_submit_text(mall, 1, text);
    assert_true(mall_has_reason(&other.verdict, ATR_RULE_DUP_EXACT));
    assert_int_equal(mall_check_ledger(mall).rows, 0);
}

static void submit__held_unsigned__leaves_its_key(void **state)
{
    Mall *mall = *state;
    char text[300];
    issue_unsigned(MALL_TRN, "210.00", "10.00", text);
    const atr_Settlement held = mall_submit_text(mall, 0, text);
    assert_int_equal(held.format, ATR_RECEIPT_ZATCA1);
    assert_int_equal(held.verdict.outcome, ATR_OUTCOME_REVIEW);
    assert_true(mall_has_reason(&held.verdict, ATR_RULE_UNSIGNED));
    assert_string_equal(held.store, "S1");
    const atr_Settlement other = mall_submit_text(mall, 1, text);
    assert_false(mall_has_reason(&other.verdict, ATR_RULE_DUP_EXACT));
    assert_true(mall_has_reason(&other.verdict, ATR_RULE_DUP_TUPLE));
}

static void submit__small_unsigned__two_a_day_then_held(void **state)
{
    Mall *mall = *state;
    static const char *const totals[] = { "21.00", "42.00", "63.00" };
    for (size_t i = 0; i < ATR_COUNT_OF(totals); i++) {
        char text[300];
        char vat[8];
        snprintf(vat, sizeof vat, "%zu.00", i + 1);
        issue_unsigned(MALL_TRN, totals[i], vat, text);
        test_clock_pass_ms(&mall->clock, 60000); /* not hasty */
        const atr_Settlement s = mall_submit_text(mall, 0, text);
        assert_int_equal(s.verdict.outcome, i < 2 ? ATR_OUTCOME_ACCEPTED : ATR_OUTCOME_REVIEW);
    }
}

/* ---- Windows of time ------------------------------------------------------------------------- */

static void submit__many_a_day__held_until_tomorrow(void **state)
{
    Mall *mall = *state;
    for (uint64_t i = 1; i <= 5; i++) {
        assert_int_equal(mall_submit(mall, 0, i, 3000).verdict.outcome, ATR_OUTCOME_ACCEPTED);
    }
    const atr_Settlement sixth = mall_submit(mall, 0, 6, 3000);
    assert_int_equal(sixth.verdict.outcome, ATR_OUTCOME_REVIEW);
    assert_true(mall_has_reason(&sixth.verdict, ATR_RULE_VEL_DAY));
    assert_int_equal(mall_submit(mall, 1, 7, 3000).verdict.outcome, ATR_OUTCOME_ACCEPTED);
    test_clock_pass_ms(&mall->clock, 11 * 3600000); /* midnight in Dubai */
    assert_int_equal(mall_submit(mall, 0, 8, 3000).verdict.outcome, ATR_OUTCOME_ACCEPTED);
}

static int set_up_small_week(void **state)
{
    return set_up_with(state, &(MallDesc){ .rules = { .week_limit = 3 } });
}

static void submit__many_a_week__rejected_until_it_has_passed(void **state)
{
    Mall *mall = *state;
    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(mall_submit(mall, 0, i, 3000).verdict.outcome, ATR_OUTCOME_ACCEPTED);
        test_clock_pass_ms(&mall->clock, 2 * 86400000);
    }
    const atr_Settlement over = mall_submit(mall, 0, 4, 3000); /* day 6 */
    assert_int_equal(over.verdict.outcome, ATR_OUTCOME_REJECTED);
    assert_true(mall_has_reason(&over.verdict, ATR_RULE_VEL_WEEK));
    test_clock_pass_ms(&mall->clock, 86400000);                 /* seven days after the first */
    const atr_Settlement after = mall_submit(mall, 0, 4, 3000); /* its key was not used up */
    assert_int_equal(after.verdict.outcome, ATR_OUTCOME_ACCEPTED);
}

/* ---- Guests ---------------------------------------------------------------------------------- */

static void preview__stores_nothing_and_uses_nothing_up(void **state)
{
    Mall *mall = *state;
    char text[300];
    atr_Preview preview;
    mall_issue(mall, "K1", 1, 25000, 60, text);
    const atr_Bytes bytes = { text, strlen(text) };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(atr_loyalty_preview_wait(mall->loyalty, bytes, 0, NULL, &preview), ATR_OK);
        assert_true(preview.decoded);
        assert_true(preview.store_known);
        assert_string_equal(preview.store.id, "S1");
        assert_int_equal(preview.verdict.outcome, ATR_OUTCOME_ACCEPTED);
        assert_int_equal(preview.reward.coins, 60);
    }
    assert_int_equal(mall_pending(mall), 0);
    assert_int_equal(mall_check_ledger(mall).rows, 0);
    assert_int_equal(mall_submit_text(mall, 0, text).reward.coins, 60);
    assert_int_equal(atr_loyalty_preview_wait(mall->loyalty, bytes, 0, NULL, &preview), ATR_OK);
    assert_true(mall_has_reason(&preview.verdict, ATR_RULE_DUP_EXACT));
    assert_int_equal(preview.reward.coins, 0);
}

static void preview__at_a_time_and_with_a_key_vouched_for(void **state)
{
    Mall *mall = *state;
    char text[300];
    atr_Preview preview;
    mall_issue(mall, "K9", 1, 25000, 30 * 86400, text);
    const atr_Bytes bytes = { text, strlen(text) };
    assert_int_equal(atr_loyalty_preview_wait(mall->loyalty, bytes, 0, NULL, &preview), ATR_OK);
    assert_int_equal(preview.verdict.signature, ATR_SIGNATURE_UNKNOWN);
    assert_true(mall_has_reason(&preview.verdict, ATR_RULE_DATE_OLD));
    atr_ReceiptKey key = { .algorithm = ATR_KEY_ED25519, .size = 32 };
    memcpy(key.bytes, mall->public_key, 32);
    assert_int_equal(
        atr_loyalty_preview_wait(mall->loyalty, bytes, MALL_NOW_S - 30 * 86400, &key, &preview),
        ATR_OK);
    assert_int_equal(preview.verdict.signature, ATR_SIGNATURE_OK);
    assert_int_equal(preview.verdict.authentic, ATR_AUTHENTIC_YES);
    assert_int_equal(preview.verdict.outcome, ATR_OUTCOME_ACCEPTED);
}

static void preview__garbage__says_what_was_expected(void **state)
{
    Mall *mall = *state;
    atr_Preview preview;
    assert_int_equal(
        atr_loyalty_preview_wait(mall->loyalty, (atr_Bytes){ "ATR1|x", 6 }, 0, NULL, &preview),
        ATR_OK);
    assert_false(preview.decoded);
    assert_true(preview.error.text[0] != '\0');
    assert_int_equal(preview.verdict.outcome, ATR_OUTCOME_REJECTED);
}

/* ---- Cards ----------------------------------------------------------------------------------- */

static void card__found_known_unknown_malformed(void **state)
{
    Mall *mall = *state;
    atr_User user;
    assert_int_equal(atr_loyalty_find_card_wait(mall->loyalty, mall_cards[1], &user), ATR_OK);
    assert_int_equal(user.id, mall->users[1]);
    assert_string_equal(user.card_tail, "1111");
    assert_int_equal(user.standing.level, 1);
    assert_int_equal(atr_loyalty_find_card_wait(mall->loyalty, mall_cards[MALL_USERS], &user),
                     ATR_ERR_NOT_FOUND);
    assert_int_equal(atr_loyalty_find_card_wait(mall->loyalty, "123", &user), ATR_ERR_FORMAT);
    assert_int_equal(atr_loyalty_add_user(mall->loyalty, "79927398710", &user), ATR_ERR_FORMAT);
    assert_int_equal(atr_loyalty_add_user(mall->loyalty, mall_cards[1], &user), ATR_ERR_EXISTS);
}

/* The database alone tells no card number, not even to someone who tries them all. */
static void card__hashed_without_the_malls_secret__finds_nobody(void **state)
{
    Mall *mall = *state;
    const atr_Store *store = atr_loyalty_store(mall->loyalty);
    const unsigned char *digits = (const unsigned char *)mall_cards[1];
    static const unsigned char no_secret[32];
    uint8_t hash[32];
    atr_User user;
    for (int keyed = 0; keyed < 2; keyed++) {
        crypto_generichash(hash, sizeof hash, digits, strlen(mall_cards[1]),
                           keyed ? no_secret : NULL, keyed ? sizeof no_secret : 0);
        assert_int_equal(store->ops->user_by_card(store->self, hash, &user), ATR_ERR_NOT_FOUND);
    }
}

/* Every file of the store; true when these digits are in one. */
static bool files_hold(const Mall *mall, const char *digits)
{
    static const char *const names[] = { "atrium.db", "atrium.db-wal" };
    bool found = false;
    for (size_t n = 0; n < ATR_COUNT_OF(names); n++) {
        char path[2 * SCRATCH_PATH_MAX];
        struct stat info = { 0 };
        scratch_folder_file(&mall->folder, names[n], path, sizeof path);
        const int fd = open(path, O_RDONLY);
        assert_true(fd >= 0 && fstat(fd, &info) == 0);
        char *bytes = malloc((size_t)info.st_size + 1);
        assert_int_equal(read(fd, bytes, (size_t)info.st_size), info.st_size);
        found = found || memmem(bytes, (size_t)info.st_size, digits, strlen(digits)) != NULL;
        free(bytes);
        close(fd);
    }
    return found;
}

static void card__number_is_in_no_file(void **state)
{
    Mall *mall = *state;
    assert_true(files_hold(mall, "1111"));
    for (int i = 0; i < MALL_USERS; i++) {
        assert_false(files_hold(mall, mall_cards[i]));
    }
}

/* ---- Trouble with the store ------------------------------------------------------------------ */

static int busy_settles;
static atr_Status (*real_settle)(void *, const atr_SettleRequest *, atr_Settlement *);

static atr_Status busy_settle(void *self, const atr_SettleRequest *request, atr_Settlement *out)
{
    if (busy_settles > 0) {
        busy_settles--;
        return ATR_ERR_BUSY;
    }
    return real_settle(self, request, out);
}

static void bend_settle(atr_StoreOps *ops)
{
    real_settle = ops->settle;
    ops->settle = busy_settle;
}

static int set_up_busy(void **state)
{
    busy_settles = 0;
    return set_up_with(state, &(MallDesc){ .bend = bend_settle });
}

static void submit__store_busy__tried_again_then_left_pending(void **state)
{
    Mall *mall = *state;
    char text[300];
    atr_Settlement out;
    uint32_t count = 0;
    busy_settles = 2;
    assert_int_equal(mall_submit(mall, 0, 1, 25000).verdict.outcome, ATR_OUTCOME_ACCEPTED);
    busy_settles = 1000;
    mall_issue(mall, "K1", 2, 25000, 60, text);
    const atr_SubmitRequest request = mall_request(mall, 0, text);
    assert_int_equal(atr_loyalty_submit_wait(mall->loyalty, &request, &out), ATR_ERR_BUSY);
    assert_true(busy_settles >= 1000 - 10); /* it gave up soon */
    assert_int_equal(mall_pending(mall), 1);
    assert_int_equal(atr_loyalty_resume_wait(mall->loyalty, &count), ATR_ERR_BUSY);
    busy_settles = 0;
    assert_int_equal(atr_loyalty_resume_wait(mall->loyalty, &count), ATR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(mall_check_ledger(mall).rows, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(submit__good_receipt__credits_what_it_says),
        cmocka_unit_test_setup_teardown(submit__during_an_event__is_multiplied, set_up_event,
                                        tear_down),
        TEST(submit__what_cannot_be_credited__table),
        TEST(submit__invalid__is_refused_before_anything),
        TEST(submit__same_receipt_again__dup_exact_for_anyone),
        TEST(submit__same_id_again__the_first_verdict),
        TEST(submit__id_of_another_user__is_not_answered),
        TEST(submit__pending_id_with_other_words__settles_what_was_stored),
        TEST(resume__settles_what_was_left_each_once),
        TEST(submit__held_with_good_signature__uses_up_its_key),
        TEST(submit__held_unsigned__leaves_its_key),
        TEST(submit__small_unsigned__two_a_day_then_held),
        TEST(submit__many_a_day__held_until_tomorrow),
        cmocka_unit_test_setup_teardown(submit__many_a_week__rejected_until_it_has_passed,
                                        set_up_small_week, tear_down),
        TEST(preview__stores_nothing_and_uses_nothing_up),
        TEST(preview__at_a_time_and_with_a_key_vouched_for),
        TEST(preview__garbage__says_what_was_expected),
        TEST(card__found_known_unknown_malformed),
        TEST(card__hashed_without_the_malls_secret__finds_nobody),
        TEST(card__number_is_in_no_file),
        cmocka_unit_test_setup_teardown(submit__store_busy__tried_again_then_left_pending,
                                        set_up_busy, tear_down),
    };
#undef TEST
    return cmocka_run_group_tests_name("loyalty: from text to coins", tests, NULL, NULL);
}
