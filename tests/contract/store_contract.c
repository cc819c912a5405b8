/*
 * What the tests of the suite share: the fixture, and short forms of what they do to it. Each test
 * starts with an empty store; times and decisions are given, so nothing here depends on a clock, on
 * rules or on signatures.
 */
#define _POSIX_C_SOURCE 200809L

#include "store_contract.h"

#include "store_contract_internal.h"

#include <stdlib.h>

/* cmocka's setup functions carry no argument of ours. */
static const StoreMaker *current_maker;

static int open_fixture(void **state, bool demo)
{
    Fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->maker = current_maker;
    f->demo = demo;
    f->maker->begin(f->maker->user, demo);
    assert_int_equal(f->maker->open(f->maker->user, &f->store), ATR_OK);
    atr_User user = fixture_user(1);
    atr_User other = fixture_user(2);
    assert_int_equal(f->store.ops->user_add(f->store.self, &user), ATR_OK);
    assert_int_equal(f->store.ops->user_add(f->store.self, &other), ATR_OK);
    f->user = user.id;
    f->other = other.id;
    f->shop = fixture_store("S1");
    assert_int_equal(f->store.ops->store_put(f->store.self, &f->shop), ATR_OK);
    *state = f;
    return 0;
}

int contract_set_up(void **state)
{
    return open_fixture(state, false);
}

int contract_set_up_demo(void **state)
{
    return open_fixture(state, true);
}

int contract_tear_down(void **state)
{
    Fixture *f = *state;
    f->store.ops->close(f->store.self);
    f->maker->end(f->maker->user);
    free(f);
    return 0;
}

/* ---- Short forms ----------------------------------------------------------------------------- */

void contract_submit_at(Fixture *f, uint32_t id, atr_UserId user, int64_t at_ms)
{
    const atr_Submission submission = fixture_submission(id, user, at_ms);
    atr_Settlement existing;
    assert_int_equal(f->store.ops->submit(f->store.self, &submission, &existing), ATR_OK);
}

atr_SettleRequest contract_request_for(const Fixture *f, uint32_t id, const atr_Receipt *receipt,
                                       FixtureDecision *plan)
{
    return (atr_SettleRequest){
        .id = fixture_id(id),
        .now_ms = FIXTURE_NOW_MS + 5,
        .receipt = receipt,
        .store = receipt != NULL ? &f->shop : NULL,
        .receipt_utc_s = FIXTURE_NOW_MS / 1000 - 60,
        .reference = "2B7XZ9",
        .decide = fixture_decide,
        .decide_user = plan,
    };
}

atr_Status contract_settle(Fixture *f, uint32_t id, const char *key, FixtureDecision *plan,
                           atr_Settlement *out)
{
    const atr_Receipt receipt = fixture_receipt(key, 25000);
    const atr_SettleRequest request = contract_request_for(f, id, &receipt, plan);
    return f->store.ops->settle(f->store.self, &request, out);
}

void contract_accept_at(Fixture *f, uint32_t id, atr_UserId user, const char *key, int64_t coins,
                        int64_t at_ms)
{
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = coins };
    atr_Settlement out;
    contract_submit_at(f, id, user, at_ms);
    assert_int_equal(contract_settle(f, id, key, &plan, &out), ATR_OK);
    assert_int_equal(out.verdict.outcome, ATR_OUTCOME_ACCEPTED);
}

atr_Standing contract_standing_of(const Fixture *f, atr_UserId id)
{
    atr_User user;
    assert_int_equal(f->store.ops->user_by_id(f->store.self, id, &user), ATR_OK);
    return user.standing;
}

atr_LedgerCheck contract_check_ledger(const Fixture *f)
{
    atr_LedgerCheck check;
    assert_int_equal(f->store.ops->ledger_check(f->store.self, &check), ATR_OK);
    assert_int_equal(check.mismatches, 0);
    assert_int_equal(check.first_bad, 0);
    assert_int_equal(check.settled_twice, 0);
    return check;
}

uint32_t contract_pending_count(const Fixture *f)
{
    static atr_Submission list[8];
    uint32_t count = 0;
    assert_int_equal(f->store.ops->pending(f->store.self, NULL, list, 8, &count), ATR_OK);
    return count;
}

void contract_assert_standing_equal(const atr_Standing *a, const atr_Standing *b)
{
    assert_int_equal(a->coins, b->coins);
    assert_int_equal(a->xp, b->xp);
    assert_int_equal(a->level, b->level);
    assert_int_equal(a->tier, b->tier);
    assert_int_equal(a->spent_fils, b->spent_fils);
    assert_int_equal(a->achievements, b->achievements);
    assert_int_equal(a->streak_days, b->streak_days);
    assert_int_equal(a->last_day, b->last_day);
    assert_int_equal(a->categories, b->categories);
}

void contract_assert_settlement_equal(const atr_Settlement *a, const atr_Settlement *b)
{
    assert_memory_equal(&a->id, &b->id, sizeof a->id);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->user, b->user);
    assert_int_equal(a->session, b->session);
    assert_int_equal(a->submitted_ms, b->submitted_ms);
    assert_int_equal(a->settled_ms, b->settled_ms);
    assert_string_equal(a->reference, b->reference);
    assert_int_equal(a->format, b->format);
    assert_string_equal(a->receipt_key, b->receipt_key);
    assert_string_equal(a->store, b->store);
    assert_int_equal(a->total_fils, b->total_fils);
    assert_int_equal(a->vat_fils, b->vat_fils);
    assert_int_equal(a->receipt_utc_s, b->receipt_utc_s);
    assert_int_equal(a->verdict.outcome, b->verdict.outcome);
    assert_int_equal(a->verdict.signature, b->verdict.signature);
    assert_int_equal(a->verdict.authentic, b->verdict.authentic);
    assert_int_equal(a->verdict.score, b->verdict.score);
    assert_int_equal(a->verdict.reason_count, b->verdict.reason_count);
    for (uint32_t i = 0; i < a->verdict.reason_count; i++) {
        assert_int_equal(a->verdict.reasons[i].rule, b->verdict.reasons[i].rule);
        assert_int_equal(a->verdict.reasons[i].hard, b->verdict.reasons[i].hard);
        assert_int_equal(a->verdict.reasons[i].points, b->verdict.reasons[i].points);
        assert_string_equal(a->verdict.reasons[i].evidence, b->verdict.reasons[i].evidence);
    }
    assert_int_equal(a->reward.coins, b->reward.coins);
    assert_int_equal(a->reward.xp, b->reward.xp);
    assert_int_equal(a->reward.celebration, b->reward.celebration);
    assert_int_equal(a->reward.row_count, b->reward.row_count);
    for (uint32_t i = 0; i < a->reward.row_count; i++) {
        assert_int_equal(a->reward.rows[i].part, b->reward.rows[i].part);
        assert_int_equal(a->reward.rows[i].percent, b->reward.rows[i].percent);
        assert_int_equal(a->reward.rows[i].coins, b->reward.rows[i].coins);
    }
    contract_assert_standing_equal(&a->reward.before, &b->reward.before);
    contract_assert_standing_equal(&a->reward.after, &b->reward.after);
}

int store_contract_run(const StoreMaker *maker)
{
    current_maker = maker;
    return store_contract_run_records(maker->name) + store_contract_run_settling(maker->name);
}
