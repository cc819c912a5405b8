/* Exactly once: settlements, the history they are judged by, and what is told afterwards. */
#define _POSIX_C_SOURCE 200809L

#include "store_contract_internal.h"

/* ---- Settling -------------------------------------------------------------------------------- */

static void settle__accepted__credits_once_and_answers_the_same(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 30 };
    atr_Settlement first;
    contract_submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    assert_int_equal(contract_settle(f, 1, "K1", &plan, &first), ATR_OK);
    assert_int_equal(plan.calls, 1);
    assert_int_equal(plan.text_size, 6);
    assert_false(plan.history.key_paid);
    assert_int_equal(first.state, ATR_SUBMISSION_SETTLED);
    assert_int_equal(first.user, f->user);
    assert_int_equal(first.session, 77);
    assert_int_equal(first.submitted_ms, FIXTURE_NOW_MS);
    assert_int_equal(first.settled_ms, FIXTURE_NOW_MS + 5);
    assert_string_equal(first.reference, "2B7XZ9");
    assert_int_equal(first.format, ATR_RECEIPT_ATR1);
    assert_string_equal(first.receipt_key, "K1");
    assert_string_equal(first.store, "S1");
    assert_int_equal(first.total_fils, 25000);
    assert_int_equal(first.vat_fils, 5);
    assert_int_equal(first.receipt_utc_s, FIXTURE_NOW_MS / 1000 - 60);
    assert_int_equal(first.reward.coins, 30);
    assert_int_equal(first.reward.xp, 15);
    assert_int_equal(first.reward.celebration, ATR_CELEBRATE_SUPER);
    assert_int_equal(first.reward.row_count, 2);
    assert_int_equal(first.reward.rows[1].part, ATR_REWARD_TIME);
    assert_int_equal(first.reward.rows[1].percent, 80);
    assert_int_equal(first.reward.rows[1].coins, -3);
    assert_int_equal(first.reward.before.coins, 0);
    assert_int_equal(first.reward.after.coins, 30);
    assert_int_equal(first.reward.after.categories, 0x80000010u);
    const atr_Standing now = contract_standing_of(f, f->user);
    contract_assert_standing_equal(&now, &first.reward.after);

    plan.outcome = ATR_OUTCOME_REJECTED; /* must not be asked again */
    atr_Settlement again;
    atr_Settlement known;
    assert_int_equal(contract_settle(f, 1, "K1", &plan, &again), ATR_OK);
    assert_int_equal(plan.calls, 1);
    contract_assert_settlement_equal(&first, &again);
    const atr_Id128 id = fixture_id(1);
    assert_int_equal(f->store.ops->settlement(f->store.self, &id, &known), ATR_OK);
    contract_assert_settlement_equal(&first, &known);
    const atr_LedgerCheck ledger = contract_check_ledger(f);
    assert_int_equal(ledger.rows, 1);
    assert_int_equal(ledger.coins, 30);
    assert_int_equal(contract_pending_count(f), 0);
}

static void settle__accepted_for_no_coins__is_balanced(void **state)
{
    Fixture *f = *state;
    contract_accept_at(f, 1, f->user, "K1", 0, FIXTURE_NOW_MS);
    const atr_LedgerCheck ledger = contract_check_ledger(f);
    assert_int_equal(ledger.rows, 0);
    assert_int_equal(contract_standing_of(f, f->user).spent_fils, 12345);
}

static void settle__rejected__keeps_reasons_and_credits_nothing(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_REJECTED };
    atr_Settlement first;
    atr_Settlement again;
    contract_accept_at(f, 1, f->user, "K1", 10, FIXTURE_NOW_MS);
    const atr_Standing before = contract_standing_of(f, f->user);
    contract_submit_at(f, 2, f->user, FIXTURE_NOW_MS);
    assert_int_equal(contract_settle(f, 2, "K2", &plan, &first), ATR_OK);
    assert_int_equal(first.verdict.outcome, ATR_OUTCOME_REJECTED);
    assert_int_equal(first.verdict.score, 65);
    assert_int_equal(first.verdict.reason_count, 2);
    assert_int_equal(first.verdict.reasons[0].rule, ATR_RULE_VAT_MISMATCH);
    assert_int_equal(first.verdict.reasons[0].points, 40);
    assert_string_equal(first.verdict.reasons[0].evidence, "VAT 5 of 100 fils");
    assert_int_equal(first.verdict.reasons[1].rule, ATR_RULE_HOURS);
    assert_int_equal(first.reward.coins, 0);
    assert_int_equal(first.reward.row_count, 0);
    contract_assert_standing_equal(&first.reward.before, &before);
    contract_assert_standing_equal(&first.reward.after, &before);
    assert_int_equal(contract_settle(f, 2, "K2", &plan, &again), ATR_OK);
    contract_assert_settlement_equal(&first, &again);
    const atr_Standing after = contract_standing_of(f, f->user);
    contract_assert_standing_equal(&before, &after);
    assert_int_equal(contract_check_ledger(f).rows, 1);
}

static void settle__undecodable__is_settled_without_key_or_store(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_REJECTED };
    const atr_SettleRequest request = contract_request_for(f, 1, NULL, &plan);
    atr_Settlement out;
    contract_submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    assert_int_equal(f->store.ops->settle(f->store.self, &request, &out), ATR_OK);
    assert_int_equal(out.format, ATR_RECEIPT_UNKNOWN);
    assert_string_equal(out.receipt_key, "");
    assert_string_equal(out.store, "");
    assert_int_equal(out.total_fils, 0);
    assert_int_equal(contract_pending_count(f), 0);
}

static void settle__key_paid_before__is_shown_to_the_decision(void **state)
{
    Fixture *f = *state;
    const atr_UserId submitters[] = { f->user, f->other };
    contract_accept_at(f, 1, f->user, "K1", 10, FIXTURE_NOW_MS);
    for (uint32_t i = 0; i < 2; i++) {
        FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 10 };
        atr_Settlement out;
        contract_submit_at(f, 2 + i, submitters[i], FIXTURE_NOW_MS);
        assert_int_equal(contract_settle(f, 2 + i, "K1", &plan, &out), ATR_OK);
        assert_true(plan.history.key_paid);
        assert_int_equal(out.verdict.outcome, ATR_OUTCOME_REJECTED);
        assert_int_equal(out.verdict.reasons[0].rule, ATR_RULE_DUP_EXACT);
        assert_true(out.verdict.reasons[0].hard);
    }
    const atr_LedgerCheck ledger = contract_check_ledger(f);
    assert_int_equal(ledger.rows, 1);
    assert_int_equal(ledger.coins, 10);
}

static void settle__held__claims_the_key_only_if_told(void **state)
{
    Fixture *f = *state;
    static const struct {
        const char *name;
        bool claim;
    } rows[] = { { "good signature", true }, { "unsigned", false } };
    for (uint32_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        FixtureDecision held = { .outcome = ATR_OUTCOME_REVIEW, .claim_key = rows[i].claim };
        FixtureDecision next = { .outcome = ATR_OUTCOME_REVIEW };
        atr_Settlement out;
        contract_submit_at(f, 10 * i, f->user, FIXTURE_NOW_MS);
        contract_submit_at(f, 10 * i + 1, f->other, FIXTURE_NOW_MS);
        assert_int_equal(contract_settle(f, 10 * i, rows[i].name, &held, &out), ATR_OK);
        assert_int_equal(out.verdict.outcome, ATR_OUTCOME_REVIEW);
        assert_int_equal(contract_settle(f, 10 * i + 1, rows[i].name, &next, &out), ATR_OK);
        assert_int_equal(next.history.key_paid, rows[i].claim);
    }
    assert_int_equal(contract_check_ledger(f).rows, 0);
}

static void settle__faulty_decision__changes_nothing(void **state)
{
    Fixture *f = *state;
    static const struct {
        const char *name;
        FixtureDecision plan;
        uint32_t calls;
    } rows[] = {
        { "claims a paid key", { .outcome = ATR_OUTCOME_ACCEPTED, .claims_paid_keys = true }, 2 },
        { "balance does not follow",
          { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 5, .forgets_balance = true },
          1 },
    };
    contract_accept_at(f, 1, f->user, "K1", 10, FIXTURE_NOW_MS);
    contract_submit_at(f, 2, f->other, FIXTURE_NOW_MS);
    for (uint32_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        FixtureDecision plan = rows[i].plan;
        atr_Settlement out;
        assert_int_equal(contract_settle(f, 2, i == 0 ? "K1" : "K2", &plan, &out), ATR_ERR_INVALID);
        assert_int_equal(plan.calls, rows[i].calls);
        assert_int_equal(contract_pending_count(f), 1);
        assert_int_equal(contract_standing_of(f, f->other).coins, 0);
    }
    FixtureDecision good = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 5 };
    atr_Settlement out;
    assert_int_equal(contract_settle(f, 2, "K2", &good, &out), ATR_OK);
    assert_false(good.history.key_paid);
    assert_int_equal(contract_check_ledger(f).rows, 2);
}

static void settle__unknown_id__not_found(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED };
    atr_Settlement out;
    assert_int_equal(contract_settle(f, 1, "K1", &plan, &out), ATR_ERR_NOT_FOUND);
    assert_int_equal(plan.calls, 0);
}

static void settle__by_another_connection__answers_the_same(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 30 };
    FixtureDecision never = { .outcome = ATR_OUTCOME_REJECTED };
    atr_Settlement first;
    atr_Settlement other;
    atr_Store second;
    assert_int_equal(f->maker->open(f->maker->user, &second), ATR_OK);
    contract_submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    assert_int_equal(contract_settle(f, 1, "K1", &plan, &first), ATR_OK);
    const atr_Receipt receipt = fixture_receipt("K1", 25000);
    const atr_SettleRequest request = contract_request_for(f, 1, &receipt, &never);
    assert_int_equal(second.ops->settle(second.self, &request, &other), ATR_OK);
    assert_int_equal(never.calls, 0);
    contract_assert_settlement_equal(&first, &other);
    second.ops->close(second.self);
}

static void close__then_open__keeps_everything(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 30, .tells = true };
    atr_Settlement first;
    atr_Settlement later;
    contract_submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    contract_submit_at(f, 2, f->user, FIXTURE_NOW_MS);
    assert_int_equal(contract_settle(f, 1, "K1", &plan, &first), ATR_OK);
    f->store.ops->close(f->store.self);
    assert_int_equal(f->maker->open(f->maker->user, &f->store), ATR_OK);
    const atr_Id128 id = fixture_id(1);
    assert_int_equal(f->store.ops->settlement(f->store.self, &id, &later), ATR_OK);
    contract_assert_settlement_equal(&first, &later);
    assert_int_equal(contract_pending_count(f), 1);
    assert_int_equal(contract_check_ledger(f).coins, 30);
    atr_OutboxEvent events[4];
    uint32_t count = 0;
    assert_int_equal(f->store.ops->outbox_read(f->store.self, 77, events, 4, &count), ATR_OK);
    assert_int_equal(count, 2);
}

/* ---- History --------------------------------------------------------------------------------- */

static atr_ReceiptHistory history_at(Fixture *f, atr_UserId user, const char *key, int64_t at_ms)
{
    const atr_Receipt receipt = fixture_receipt(key, 25000);
    FixtureDecision unused = { 0 };
    atr_SettleRequest request = contract_request_for(f, 0, &receipt, &unused);
    request.now_ms = at_ms;
    atr_ReceiptHistory history;
    assert_int_equal(f->store.ops->history(f->store.self, &request, user, &history), ATR_OK);
    return history;
}

static void history__windows_end_where_they_should(void **state)
{
    Fixture *f = *state;
    /* Local midnight in Dubai is 20:00 UTC. */
    const int64_t midnight = INT64_C(1793044800000); /* 2026-10-26T20:00:00Z */
    static const struct {
        const char *name;
        int64_t before_midnight_ms; /* when the one receipt was handed in */
        int64_t asked_after_ms;     /* after midnight */
        uint32_t day, week;
    } rows[] = {
        { "just after midnight, same day", -1, 60000, 1, 1 },
        { "at midnight belongs to the new day", 0, 60000, 1, 1 },
        { "just before midnight was yesterday", 1, 60000, 0, 1 },
        { "six days and a half ago", 13 * FIXTURE_DAY / 2, 0, 0, 1 },
        { "seven days ago less a millisecond", 7 * FIXTURE_DAY - 1, 0, 0, 1 },
        { "seven days ago to the millisecond", 7 * FIXTURE_DAY, 0, 0, 0 },
    };
    for (uint32_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        atr_User user = fixture_user((uint8_t)(100 + i));
        assert_int_equal(f->store.ops->user_add(f->store.self, &user), ATR_OK);
        const int64_t at = midnight - rows[i].before_midnight_ms;
        contract_accept_at(f, 50 + i, user.id, rows[i].name, 1, at);
        const atr_ReceiptHistory h =
            history_at(f, user.id, "another", midnight + rows[i].asked_after_ms);
        assert_int_equal(h.user_day, rows[i].day);
        assert_int_equal(h.user_store_day, rows[i].day);
        assert_int_equal(h.user_week, rows[i].week);
        assert_int_equal(h.user_last_s, at / 1000);
    }
}

static void history__counts_own_accepted_and_held_at_each_store(void **state)
{
    Fixture *f = *state;
    FixtureDecision held = { .outcome = ATR_OUTCOME_REVIEW };
    FixtureDecision rejected = { .outcome = ATR_OUTCOME_REJECTED };
    const atr_StoreInfo elsewhere = fixture_store("S2");
    const atr_Receipt receipt = fixture_receipt("K3", 900);
    atr_Settlement out;
    contract_accept_at(f, 1, f->user, "K1", 1, FIXTURE_NOW_MS);
    contract_submit_at(f, 2, f->user, FIXTURE_NOW_MS + 1000);
    assert_int_equal(contract_settle(f, 2, "K2", &held, &out), ATR_OK);
    contract_submit_at(f, 3, f->user, FIXTURE_NOW_MS + 2000);
    atr_SettleRequest at_s2 = contract_request_for(f, 3, &receipt, &held);
    at_s2.store = &elsewhere;
    at_s2.amount_unsigned = true;
    assert_int_equal(f->store.ops->settle(f->store.self, &at_s2, &out), ATR_OK);
    contract_submit_at(f, 4, f->user, FIXTURE_NOW_MS + 3000);
    assert_int_equal(contract_settle(f, 4, "K4", &rejected, &out), ATR_OK);
    contract_submit_at(f, 5, f->user, FIXTURE_NOW_MS + 4000); /* pending */
    contract_accept_at(f, 6, f->other, "K6", 1, FIXTURE_NOW_MS + 5000);

    const atr_ReceiptHistory h = history_at(f, f->user, "K1", FIXTURE_NOW_MS + 6000);
    assert_true(h.key_paid);
    assert_int_equal(h.user_week, 3);
    assert_int_equal(h.user_day, 3);
    assert_int_equal(h.user_store_day, 2);
    assert_int_equal(h.user_unsigned_day, 1);
    assert_int_equal(h.user_last_s, FIXTURE_NOW_MS / 1000 + 2);
    assert_int_equal(h.same_tuple, 3);   /* K1, K2 and K6: same store, date and total */
    assert_int_equal(h.amount_count, 0); /* read for unsigned amounts only */
    const atr_ReceiptHistory guest = history_at(f, 0, "K5", FIXTURE_NOW_MS + 6000);
    assert_false(guest.key_paid);
    assert_int_equal(guest.user_week, 0);
    assert_int_equal(guest.user_last_s, 0);
}

/* An unsigned receipt can be given another minute, or be another format's copy: its day, store and
 * total stay. */
static void history__same_tuple__is_of_the_stores_day(void **state)
{
    Fixture *f = *state;
    const int64_t midnight_s = INT64_C(1793044800); /* 2026-10-26T20:00:00Z, in Dubai */
    static const struct {
        const char *name;
        int64_t after_midnight_s, total_fils;
        const char *store;
        uint32_t same;
    } rows[] = {
        { "the same moment", 3600, 25000, "S1", 1 },
        { "a second later", 3601, 25000, "S1", 1 },
        { "first second of the day", 0, 25000, "S1", 1 },
        { "last second of the day", 86399, 25000, "S1", 1 },
        { "the day before", -1, 25000, "S1", 0 },
        { "the day after", 86400, 25000, "S1", 0 },
        { "another total", 3600, 25001, "S1", 0 },
        { "another store", 3600, 25000, "S2", 0 },
    };
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 1 };
    const atr_Receipt first = fixture_receipt("K1", 25000);
    atr_SettleRequest request = contract_request_for(f, 1, &first, &plan);
    request.receipt_utc_s = midnight_s + 3600;
    atr_Settlement out;
    contract_submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    assert_int_equal(f->store.ops->settle(f->store.self, &request, &out), ATR_OK);
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        const atr_Receipt receipt = fixture_receipt("K2", rows[i].total_fils);
        const atr_StoreInfo store = fixture_store(rows[i].store);
        request = contract_request_for(f, 2, &receipt, &plan);
        request.store = &store;
        request.receipt_utc_s = midnight_s + rows[i].after_midnight_s;
        atr_ReceiptHistory h;
        assert_int_equal(f->store.ops->history(f->store.self, &request, f->other, &h), ATR_OK);
        assert_int_equal(h.same_tuple, rows[i].same);
    }
}

static void history__is_as_of_when_it_was_handed_in(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 1 };
    atr_Settlement out;
    contract_accept_at(f, 1, f->user, "K1", 1, FIXTURE_NOW_MS - 8 * FIXTURE_DAY);
    contract_submit_at(f, 2, f->user, FIXTURE_NOW_MS - 8 * FIXTURE_DAY + 60000);
    assert_int_equal(contract_settle(f, 2, "K2", &plan, &out), ATR_OK); /* now, eight days later */
    assert_int_equal(plan.history.user_week, 1);
    assert_int_equal(plan.history.user_day, 1);
}

static void history__amounts_of_a_store__median_and_deviation(void **state)
{
    Fixture *f = *state;
    static const int64_t totals[] = { 1000, 9000, 2000, 4000, 3000 };
    static const struct {
        uint32_t count;
        double median, mad;
    } rows[] = { { 1, 1000, 0 }, { 2, 5000, 4000 }, { 4, 3000, 1500 }, { 5, 3000, 1000 } };
    FixtureDecision held = { .outcome = ATR_OUTCOME_REVIEW }; /* not believed yet: does not count */
    atr_Settlement unbelieved;
    contract_submit_at(f, 99, f->user, FIXTURE_NOW_MS);
    assert_int_equal(contract_settle(f, 99, "held", &held, &unbelieved), ATR_OK);
    uint32_t added = 0;
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        for (; added < rows[i].count; added++) {
            FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 1 };
            char key[8];
            atr_Settlement out;
            snprintf(key, sizeof key, "K%u", (unsigned)added);
            const atr_Receipt receipt = fixture_receipt(key, totals[added]);
            const atr_SettleRequest request = contract_request_for(f, added, &receipt, &plan);
            contract_submit_at(f, added, f->user, FIXTURE_NOW_MS + added);
            assert_int_equal(f->store.ops->settle(f->store.self, &request, &out), ATR_OK);
        }
        const atr_Receipt receipt = fixture_receipt("K", 5);
        FixtureDecision unused = { 0 };
        atr_SettleRequest request = contract_request_for(f, 0, &receipt, &unused);
        request.amount_unsigned = true;
        atr_ReceiptHistory h;
        assert_int_equal(f->store.ops->history(f->store.self, &request, f->other, &h), ATR_OK);
        assert_int_equal(h.amount_count, rows[i].count);
        assert_true(h.amount_median_fils == rows[i].median);
        assert_true(h.amount_mad_fils == rows[i].mad);
    }
}

/* ---- Outbox ---------------------------------------------------------------------------------- */

static void tell_at(Fixture *f, uint32_t id, uint64_t session, int64_t now_ms)
{
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 1, .tells = true };
    char key[16];
    snprintf(key, sizeof key, "told %u", (unsigned)id);
    atr_Submission submission = fixture_submission(id, f->user, FIXTURE_NOW_MS);
    submission.session = session;
    atr_Settlement out;
    assert_int_equal(f->store.ops->submit(f->store.self, &submission, &out), ATR_OK);
    const atr_Receipt receipt = fixture_receipt(key, 25000);
    atr_SettleRequest request = contract_request_for(f, id, &receipt, &plan);
    request.now_ms = now_ms;
    assert_int_equal(f->store.ops->settle(f->store.self, &request, &out), ATR_OK);
}

static uint32_t read_outbox(Fixture *f, uint64_t session, atr_OutboxEvent *out)
{
    uint32_t count = 0;
    assert_int_equal(f->store.ops->outbox_read(f->store.self, session, out, 8, &count), ATR_OK);
    return count;
}

static void outbox__told_to_its_session_until_acknowledged(void **state)
{
    Fixture *f = *state;
    atr_OutboxEvent events[8];
    tell_at(f, 1, 77, FIXTURE_NOW_MS);
    tell_at(f, 2, 88, FIXTURE_NOW_MS);
    assert_int_equal(read_outbox(f, 99, events), 0);
    assert_int_equal(read_outbox(f, 0, events), 4);
    assert_int_equal(read_outbox(f, 77, events), 2);
    assert_int_equal(events[0].session, 77);
    assert_int_equal(events[0].kind, ATR_OUTBOX_EFFECT);
    assert_string_equal(events[0].payload, "level_up 2");
    assert_int_equal(events[1].kind, ATR_OUTBOX_INVALIDATE);
    assert_int_equal(read_outbox(f, 77, events), 2); /* reading does not forget */
    assert_int_equal(f->store.ops->outbox_ack(f->store.self, &events[0].id, 1), ATR_OK);
    assert_int_equal(f->store.ops->outbox_ack(f->store.self, &events[0].id, 1), ATR_OK);
    assert_int_equal(read_outbox(f, 77, events), 1);
    assert_string_equal(events[0].payload, "user 1");
    assert_int_equal(f->store.ops->outbox_ack(f->store.self, NULL, 0), ATR_OK);
    assert_int_equal(read_outbox(f, 88, events), 2);
}

static void outbox__nobody_asks_for_a_week__is_dropped(void **state)
{
    Fixture *f = *state;
    atr_OutboxEvent events[8];
    tell_at(f, 1, 77, FIXTURE_NOW_MS);
    tell_at(f, 2, 88, FIXTURE_NOW_MS + 7 * FIXTURE_DAY);
    assert_int_equal(read_outbox(f, 0, events), 4);
    tell_at(f, 3, 88, FIXTURE_NOW_MS + 7 * FIXTURE_DAY + 1);
    assert_int_equal(read_outbox(f, 77, events), 0);
    assert_int_equal(read_outbox(f, 88, events), 4);
}

int store_contract_run_settling(const char *backend)
{
    const struct CMUnitTest tests[] = {
        CONTRACT_TEST(settle__accepted__credits_once_and_answers_the_same),
        CONTRACT_TEST(settle__accepted_for_no_coins__is_balanced),
        CONTRACT_TEST(settle__rejected__keeps_reasons_and_credits_nothing),
        CONTRACT_TEST(settle__undecodable__is_settled_without_key_or_store),
        CONTRACT_TEST(settle__key_paid_before__is_shown_to_the_decision),
        CONTRACT_TEST(settle__held__claims_the_key_only_if_told),
        CONTRACT_TEST(settle__faulty_decision__changes_nothing),
        CONTRACT_TEST(settle__unknown_id__not_found),
        CONTRACT_TEST(settle__by_another_connection__answers_the_same),
        CONTRACT_TEST(close__then_open__keeps_everything),
        CONTRACT_TEST(history__windows_end_where_they_should),
        CONTRACT_TEST(history__counts_own_accepted_and_held_at_each_store),
        CONTRACT_TEST(history__same_tuple__is_of_the_stores_day),
        CONTRACT_TEST(history__is_as_of_when_it_was_handed_in),
        CONTRACT_TEST(history__amounts_of_a_store__median_and_deviation),
        CONTRACT_TEST(outbox__told_to_its_session_until_acknowledged),
        CONTRACT_TEST(outbox__nobody_asks_for_a_week__is_dropped),
    };
    print_message("%s\n", backend);
    return cmocka_run_group_tests_name("store contract: settling", tests, NULL, NULL);
}
