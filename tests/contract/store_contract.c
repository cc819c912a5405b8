/*
 * The suite. Each test starts with an empty store; times and decisions are given, so nothing here
 * depends on a clock, on rules or on signatures.
 */
#define _POSIX_C_SOURCE 200809L

#include "store_contract.h"

#include "cmocka_all.h"
#include "store_fixture.h"

#include <stdlib.h>

typedef struct Fixture {
    const StoreMaker *maker;
    bool demo;
    atr_Store store;
    atr_UserId user; /* two users and one store, "S1", are there */
    atr_UserId other;
    atr_StoreInfo shop;
} Fixture;

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

static int set_up(void **state)
{
    return open_fixture(state, false);
}

static int set_up_demo(void **state)
{
    return open_fixture(state, true);
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    f->store.ops->close(f->store.self);
    f->maker->end(f->maker->user);
    free(f);
    return 0;
}

/* ---- Short forms ----------------------------------------------------------------------------- */

static void submit_at(Fixture *f, uint32_t id, atr_UserId user, int64_t at_ms)
{
    const atr_Submission submission = fixture_submission(id, user, at_ms);
    atr_Settlement existing;
    assert_int_equal(f->store.ops->submit(f->store.self, &submission, &existing), ATR_OK);
}

static atr_SettleRequest request_for(const Fixture *f, uint32_t id, const atr_Receipt *receipt,
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

static atr_Status settle(Fixture *f, uint32_t id, const char *key, FixtureDecision *plan,
                         atr_Settlement *out)
{
    const atr_Receipt receipt = fixture_receipt(key, 25000);
    const atr_SettleRequest request = request_for(f, id, &receipt, plan);
    return f->store.ops->settle(f->store.self, &request, out);
}

static void accept_at(Fixture *f, uint32_t id, atr_UserId user, const char *key, int64_t coins,
                      int64_t at_ms)
{
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = coins };
    atr_Settlement out;
    submit_at(f, id, user, at_ms);
    assert_int_equal(settle(f, id, key, &plan, &out), ATR_OK);
    assert_int_equal(out.verdict.outcome, ATR_OUTCOME_ACCEPTED);
}

static atr_Standing standing_of(const Fixture *f, atr_UserId id)
{
    atr_User user;
    assert_int_equal(f->store.ops->user_by_id(f->store.self, id, &user), ATR_OK);
    return user.standing;
}

static atr_LedgerCheck check_ledger(const Fixture *f)
{
    atr_LedgerCheck check;
    assert_int_equal(f->store.ops->ledger_check(f->store.self, &check), ATR_OK);
    assert_int_equal(check.mismatches, 0);
    assert_int_equal(check.first_bad, 0);
    assert_int_equal(check.settled_twice, 0);
    return check;
}

static uint32_t pending_count(const Fixture *f)
{
    static atr_Submission list[8];
    uint32_t count = 0;
    assert_int_equal(f->store.ops->pending(f->store.self, NULL, list, 8, &count), ATR_OK);
    return count;
}

static void assert_standing_equal(const atr_Standing *a, const atr_Standing *b)
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

static void assert_settlement_equal(const atr_Settlement *a, const atr_Settlement *b)
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
    assert_standing_equal(&a->reward.before, &b->reward.before);
    assert_standing_equal(&a->reward.after, &b->reward.after);
}

/* ---- Users, stores, keys --------------------------------------------------------------------- */

static void user_add__new_card__found_by_id_and_card(void **state)
{
    Fixture *f = *state;
    atr_User user = fixture_user(9);
    user.standing.level = 3;
    user.standing.achievements = 40;
    assert_int_equal(f->store.ops->user_add(f->store.self, &user), ATR_OK);
    assert_true(user.id != 0 && user.id != f->user && user.id != f->other);
    atr_User found;
    assert_int_equal(f->store.ops->user_by_id(f->store.self, user.id, &found), ATR_OK);
    assert_memory_equal(found.card_hash, user.card_hash, sizeof user.card_hash);
    assert_string_equal(found.card_tail, "0009");
    assert_int_equal(found.created_ms, FIXTURE_NOW_MS);
    assert_standing_equal(&found.standing, &user.standing);
    assert_int_equal(f->store.ops->user_by_card(f->store.self, user.card_hash, &found), ATR_OK);
    assert_int_equal(found.id, user.id);
}

static void user_add__known_card__exists(void **state)
{
    Fixture *f = *state;
    atr_User again = fixture_user(1);
    assert_int_equal(f->store.ops->user_add(f->store.self, &again), ATR_ERR_EXISTS);
    assert_int_equal(check_ledger(f).users, 2);
}

static void user_add__with_coins__is_refused(void **state)
{
    Fixture *f = *state;
    atr_User rich = fixture_user(9);
    rich.standing.coins = 5;
    assert_int_equal(f->store.ops->user_add(f->store.self, &rich), ATR_ERR_INVALID);
    assert_int_equal(check_ledger(f).users, 2);
}

static void user_by__unknown__not_found(void **state)
{
    Fixture *f = *state;
    const atr_User nobody = fixture_user(200);
    atr_User found;
    assert_int_equal(f->store.ops->user_by_id(f->store.self, 9999, &found), ATR_ERR_NOT_FOUND);
    assert_int_equal(f->store.ops->user_by_id(f->store.self, 0, &found), ATR_ERR_NOT_FOUND);
    assert_int_equal(f->store.ops->user_by_card(f->store.self, nobody.card_hash, &found),
                     ATR_ERR_NOT_FOUND);
}

static void store_put__known_id__replaces_every_field(void **state)
{
    Fixture *f = *state;
    atr_StoreInfo changed = {
        .id = "S1",
        .name_en = "Oasis",
        .name_ar = "واحة",
        .category = "food",
        .trn = "100000000000007",
        .currency = "SAR",
        .vat_basis_points = 1500,
        .utc_offset_minutes = 180,
        .opens_minute = 1,
        .closes_minute = 2,
    };
    atr_StoreInfo found;
    assert_int_equal(f->store.ops->store_put(f->store.self, &changed), ATR_OK);
    assert_int_equal(f->store.ops->store_by_id(f->store.self, "S1", &found), ATR_OK);
    assert_string_equal(found.name_en, "Oasis");
    assert_string_equal(found.name_ar, "واحة");
    assert_string_equal(found.category, "food");
    assert_string_equal(found.currency, "SAR");
    assert_int_equal(found.vat_basis_points, 1500);
    assert_int_equal(found.utc_offset_minutes, 180);
    assert_int_equal(found.opens_minute, 1);
    assert_int_equal(found.closes_minute, 2);
    assert_false(found.demo);
    assert_int_equal(f->store.ops->store_by_trn(f->store.self, "100000000000007", &found), ATR_OK);
    assert_string_equal(found.id, "S1");
    assert_int_equal(f->store.ops->store_by_trn(f->store.self, "100000000000003", &found),
                     ATR_ERR_NOT_FOUND);
}

static void store_by_trn__empty__finds_nobody(void **state)
{
    Fixture *f = *state;
    atr_StoreInfo untaxed = fixture_store("S2");
    untaxed.trn[0] = '\0';
    atr_StoreInfo found;
    assert_int_equal(f->store.ops->store_put(f->store.self, &untaxed), ATR_OK);
    assert_int_equal(f->store.ops->store_by_trn(f->store.self, "", &found), ATR_ERR_NOT_FOUND);
}

static void store_put__without_id__is_refused(void **state)
{
    Fixture *f = *state;
    const atr_StoreInfo nameless = fixture_store("");
    assert_int_equal(f->store.ops->store_put(f->store.self, &nameless), ATR_ERR_INVALID);
}

static void store_list__pages_in_order(void **state)
{
    Fixture *f = *state;
    const char *const ids[] = { "S3", "S2", "S5", "S4" };
    for (size_t i = 0; i < ATR_COUNT_OF(ids); i++) {
        const atr_StoreInfo store = fixture_store(ids[i]);
        assert_int_equal(f->store.ops->store_put(f->store.self, &store), ATR_OK);
    }
    atr_StoreInfo page[2];
    uint32_t count = 0;
    assert_int_equal(f->store.ops->store_list(f->store.self, NULL, page, 2, &count), ATR_OK);
    assert_int_equal(count, 2);
    assert_string_equal(page[0].id, "S1");
    assert_string_equal(page[1].id, "S2");
    assert_int_equal(f->store.ops->store_list(f->store.self, "S4", page, 2, &count), ATR_OK);
    assert_int_equal(count, 1);
    assert_string_equal(page[0].id, "S5");
    assert_int_equal(f->store.ops->store_list(f->store.self, "S5", page, 2, &count), ATR_OK);
    assert_int_equal(count, 0);
}

static void store_put__demo_store_elsewhere__denied(void **state)
{
    Fixture *f = *state;
    atr_StoreInfo demo = fixture_store("D1");
    atr_StoreInfo found;
    demo.demo = true;
    assert_int_equal(f->store.ops->store_put(f->store.self, &demo), ATR_ERR_DENIED);
    assert_int_equal(f->store.ops->store_by_id(f->store.self, "D1", &found), ATR_ERR_NOT_FOUND);
}

static void store_put__demo_store_in_demonstration__is_kept(void **state)
{
    Fixture *f = *state;
    atr_StoreInfo demo = fixture_store("D1");
    atr_StoreInfo found;
    demo.demo = true;
    assert_int_equal(f->store.ops->store_put(f->store.self, &demo), ATR_OK);
    assert_int_equal(f->store.ops->store_by_id(f->store.self, "D1", &found), ATR_OK);
    assert_true(found.demo);
}

static void key_put__found_by_name_and_bytes(void **state)
{
    Fixture *f = *state;
    const atr_ReceiptKey key = fixture_key("k1", "S1");
    atr_ReceiptKey found;
    assert_int_equal(f->store.ops->key_put(f->store.self, &key), ATR_OK);
    assert_int_equal(f->store.ops->key_by_kid(f->store.self, "k1", &found), ATR_OK);
    assert_string_equal(found.kid, "k1");
    assert_string_equal(found.store, "S1");
    assert_string_equal(found.till, "T1");
    assert_string_equal(found.trn, "100000000000003");
    assert_int_equal(found.algorithm, ATR_KEY_ED25519);
    assert_int_equal(found.size, 32);
    assert_memory_equal(found.bytes, key.bytes, 32);
    assert_int_equal(found.valid_from_s, 1);
    assert_int_equal(found.valid_until_s, 2);
    assert_true(found.revoked);
    assert_int_equal(found.compromised_since_s, 3);
    assert_int_equal(f->store.ops->key_by_bytes(f->store.self, key.bytes, 32, &found), ATR_OK);
    assert_string_equal(found.kid, "k1");
    assert_int_equal(f->store.ops->key_by_bytes(f->store.self, key.bytes, 31, &found),
                     ATR_ERR_NOT_FOUND);
    assert_int_equal(f->store.ops->key_by_kid(f->store.self, "k2", &found), ATR_ERR_NOT_FOUND);
}

static void key_put__known_name__replaces(void **state)
{
    Fixture *f = *state;
    atr_ReceiptKey key = fixture_key("k1", "S1");
    atr_ReceiptKey found;
    assert_int_equal(f->store.ops->key_put(f->store.self, &key), ATR_OK);
    key.revoked = false;
    key.bytes[0] = 0xee;
    assert_int_equal(f->store.ops->key_put(f->store.self, &key), ATR_OK);
    assert_int_equal(f->store.ops->key_by_kid(f->store.self, "k1", &found), ATR_OK);
    assert_false(found.revoked);
    assert_int_equal(found.bytes[0], 0xee);
}

static void key_put__refuses(void **state)
{
    Fixture *f = *state;
    atr_ReceiptKey homeless = fixture_key("k1", "S9");
    atr_ReceiptKey nameless = fixture_key("k1", "S1");
    atr_ReceiptKey empty = fixture_key("k1", "S1");
    nameless.kid[0] = '\0';
    empty.size = 0;
    assert_int_equal(f->store.ops->key_put(f->store.self, &homeless), ATR_ERR_NOT_FOUND);
    assert_int_equal(f->store.ops->key_put(f->store.self, &nameless), ATR_ERR_INVALID);
    assert_int_equal(f->store.ops->key_put(f->store.self, &empty), ATR_ERR_INVALID);
}

static void till_sequence__never_repeats(void **state)
{
    Fixture *f = *state;
    atr_Store second;
    uint64_t n = 0;
    assert_int_equal(f->maker->open(f->maker->user, &second), ATR_OK);
    assert_int_equal(f->store.ops->till_sequence(f->store.self, "S1", "T1", &n), ATR_OK);
    assert_int_equal(n, 1);
    assert_int_equal(second.ops->till_sequence(second.self, "S1", "T1", &n), ATR_OK);
    assert_int_equal(n, 2);
    assert_int_equal(f->store.ops->till_sequence(f->store.self, "S1", "T1", &n), ATR_OK);
    assert_int_equal(n, 3);
    assert_int_equal(f->store.ops->till_sequence(f->store.self, "S1", "T2", &n), ATR_OK);
    assert_int_equal(n, 1);
    second.ops->close(second.self);
}

/* ---- Submitting ------------------------------------------------------------------------------ */

static void submit__unknown_user__stores_nothing(void **state)
{
    Fixture *f = *state;
    const atr_Submission submission = fixture_submission(1, 9999, FIXTURE_NOW_MS);
    atr_Settlement out;
    assert_int_equal(f->store.ops->submit(f->store.self, &submission, &out), ATR_ERR_NOT_FOUND);
    assert_int_equal(pending_count(f), 0);
    assert_int_equal(f->store.ops->settlement(f->store.self, &submission.id, &out),
                     ATR_ERR_NOT_FOUND);
}

static void submit__same_id_while_pending__says_pending(void **state)
{
    Fixture *f = *state;
    const atr_Submission submission = fixture_submission(1, f->user, FIXTURE_NOW_MS);
    atr_Settlement out;
    submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    assert_int_equal(f->store.ops->submit(f->store.self, &submission, &out), ATR_ERR_EXISTS);
    assert_int_equal(out.state, ATR_SUBMISSION_PENDING);
    assert_int_equal(out.user, f->user);
    assert_int_equal(out.session, 77);
    assert_int_equal(pending_count(f), 1);
}

static void submit__same_id_when_settled__says_what_was_decided(void **state)
{
    Fixture *f = *state;
    const atr_Submission submission = fixture_submission(1, f->user, FIXTURE_NOW_MS);
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 30 };
    atr_Settlement first;
    atr_Settlement again;
    submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    assert_int_equal(settle(f, 1, "K1", &plan, &first), ATR_OK);
    assert_int_equal(f->store.ops->submit(f->store.self, &submission, &again), ATR_ERR_EXISTS);
    assert_settlement_equal(&first, &again);
}

static void submit__text_too_long__is_refused(void **state)
{
    Fixture *f = *state;
    atr_Submission submission = fixture_submission(1, f->user, FIXTURE_NOW_MS);
    atr_Settlement out;
    submission.text_size = ATR_RECEIPT_TEXT_MAX + 1;
    assert_int_equal(f->store.ops->submit(f->store.self, &submission, &out), ATR_ERR_INVALID);
    assert_int_equal(pending_count(f), 0);
}

static void pending__in_order_of_arrival_with_every_byte(void **state)
{
    Fixture *f = *state;
    const uint32_t ids[] = { 7, 3, 9, 1 };
    atr_Submission page[3];
    uint32_t count = 0;
    for (size_t i = 0; i < ATR_COUNT_OF(ids); i++) {
        submit_at(f, ids[i], f->user, FIXTURE_NOW_MS - (int64_t)i);
    }
    assert_int_equal(f->store.ops->pending(f->store.self, NULL, page, 3, &count), ATR_OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < 3; i++) {
        const atr_Submission expected =
            fixture_submission(ids[i], f->user, FIXTURE_NOW_MS - (int64_t)i);
        assert_memory_equal(&page[i].id, &expected.id, sizeof expected.id);
        assert_int_equal(page[i].user, expected.user);
        assert_int_equal(page[i].session, expected.session);
        assert_int_equal(page[i].submitted_ms, expected.submitted_ms);
        assert_int_equal(page[i].text_size, expected.text_size);
        assert_memory_equal(page[i].text, expected.text, expected.text_size + 1);
    }
    const atr_Id128 last = page[2].id;
    assert_int_equal(f->store.ops->pending(f->store.self, &last, page, 3, &count), ATR_OK);
    assert_int_equal(count, 1);
    const atr_Id128 expected = fixture_id(1);
    assert_memory_equal(&page[0].id, &expected, sizeof expected);
}

static void pending__after_one_settled_meanwhile__goes_on(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_REJECTED };
    atr_Settlement out;
    atr_Submission next;
    uint32_t count = 0;
    submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    submit_at(f, 2, f->user, FIXTURE_NOW_MS);
    assert_int_equal(settle(f, 1, "K1", &plan, &out), ATR_OK);
    const atr_Id128 after = fixture_id(1);
    const atr_Id128 expected = fixture_id(2);
    assert_int_equal(f->store.ops->pending(f->store.self, &after, &next, 1, &count), ATR_OK);
    assert_int_equal(count, 1);
    assert_memory_equal(&next.id, &expected, sizeof expected);
}

/* ---- Settling -------------------------------------------------------------------------------- */

static void settle__accepted__credits_once_and_answers_the_same(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 30 };
    atr_Settlement first;
    submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    assert_int_equal(settle(f, 1, "K1", &plan, &first), ATR_OK);
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
    const atr_Standing now = standing_of(f, f->user);
    assert_standing_equal(&now, &first.reward.after);

    plan.outcome = ATR_OUTCOME_REJECTED; /* must not be asked again */
    atr_Settlement again;
    atr_Settlement known;
    assert_int_equal(settle(f, 1, "K1", &plan, &again), ATR_OK);
    assert_int_equal(plan.calls, 1);
    assert_settlement_equal(&first, &again);
    const atr_Id128 id = fixture_id(1);
    assert_int_equal(f->store.ops->settlement(f->store.self, &id, &known), ATR_OK);
    assert_settlement_equal(&first, &known);
    const atr_LedgerCheck ledger = check_ledger(f);
    assert_int_equal(ledger.rows, 1);
    assert_int_equal(ledger.coins, 30);
    assert_int_equal(pending_count(f), 0);
}

static void settle__accepted_for_no_coins__is_balanced(void **state)
{
    Fixture *f = *state;
    accept_at(f, 1, f->user, "K1", 0, FIXTURE_NOW_MS);
    const atr_LedgerCheck ledger = check_ledger(f);
    assert_int_equal(ledger.rows, 0);
    assert_int_equal(standing_of(f, f->user).spent_fils, 12345);
}

static void settle__rejected__keeps_reasons_and_credits_nothing(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_REJECTED };
    atr_Settlement first;
    atr_Settlement again;
    accept_at(f, 1, f->user, "K1", 10, FIXTURE_NOW_MS);
    const atr_Standing before = standing_of(f, f->user);
    submit_at(f, 2, f->user, FIXTURE_NOW_MS);
    assert_int_equal(settle(f, 2, "K2", &plan, &first), ATR_OK);
    assert_int_equal(first.verdict.outcome, ATR_OUTCOME_REJECTED);
    assert_int_equal(first.verdict.score, 65);
    assert_int_equal(first.verdict.reason_count, 2);
    assert_int_equal(first.verdict.reasons[0].rule, ATR_RULE_VAT_MISMATCH);
    assert_int_equal(first.verdict.reasons[0].points, 40);
    assert_string_equal(first.verdict.reasons[0].evidence, "VAT 5 of 100 fils");
    assert_int_equal(first.verdict.reasons[1].rule, ATR_RULE_HOURS);
    assert_int_equal(first.reward.coins, 0);
    assert_int_equal(first.reward.row_count, 0);
    assert_standing_equal(&first.reward.before, &before);
    assert_standing_equal(&first.reward.after, &before);
    assert_int_equal(settle(f, 2, "K2", &plan, &again), ATR_OK);
    assert_settlement_equal(&first, &again);
    const atr_Standing after = standing_of(f, f->user);
    assert_standing_equal(&before, &after);
    assert_int_equal(check_ledger(f).rows, 1);
}

static void settle__undecodable__is_settled_without_key_or_store(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_REJECTED };
    const atr_SettleRequest request = request_for(f, 1, NULL, &plan);
    atr_Settlement out;
    submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    assert_int_equal(f->store.ops->settle(f->store.self, &request, &out), ATR_OK);
    assert_int_equal(out.format, ATR_RECEIPT_UNKNOWN);
    assert_string_equal(out.receipt_key, "");
    assert_string_equal(out.store, "");
    assert_int_equal(out.total_fils, 0);
    assert_int_equal(pending_count(f), 0);
}

static void settle__key_paid_before__is_shown_to_the_decision(void **state)
{
    Fixture *f = *state;
    const atr_UserId submitters[] = { f->user, f->other };
    accept_at(f, 1, f->user, "K1", 10, FIXTURE_NOW_MS);
    for (uint32_t i = 0; i < 2; i++) {
        FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 10 };
        atr_Settlement out;
        submit_at(f, 2 + i, submitters[i], FIXTURE_NOW_MS);
        assert_int_equal(settle(f, 2 + i, "K1", &plan, &out), ATR_OK);
        assert_true(plan.history.key_paid);
        assert_int_equal(out.verdict.outcome, ATR_OUTCOME_REJECTED);
        assert_int_equal(out.verdict.reasons[0].rule, ATR_RULE_DUP_EXACT);
        assert_true(out.verdict.reasons[0].hard);
    }
    const atr_LedgerCheck ledger = check_ledger(f);
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
        submit_at(f, 10 * i, f->user, FIXTURE_NOW_MS);
        submit_at(f, 10 * i + 1, f->other, FIXTURE_NOW_MS);
        assert_int_equal(settle(f, 10 * i, rows[i].name, &held, &out), ATR_OK);
        assert_int_equal(out.verdict.outcome, ATR_OUTCOME_REVIEW);
        assert_int_equal(settle(f, 10 * i + 1, rows[i].name, &next, &out), ATR_OK);
        assert_int_equal(next.history.key_paid, rows[i].claim);
    }
    assert_int_equal(check_ledger(f).rows, 0);
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
    accept_at(f, 1, f->user, "K1", 10, FIXTURE_NOW_MS);
    submit_at(f, 2, f->other, FIXTURE_NOW_MS);
    for (uint32_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        FixtureDecision plan = rows[i].plan;
        atr_Settlement out;
        assert_int_equal(settle(f, 2, i == 0 ? "K1" : "K2", &plan, &out), ATR_ERR_INVALID);
        assert_int_equal(plan.calls, rows[i].calls);
        assert_int_equal(pending_count(f), 1);
        assert_int_equal(standing_of(f, f->other).coins, 0);
    }
    FixtureDecision good = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 5 };
    atr_Settlement out;
    assert_int_equal(settle(f, 2, "K2", &good, &out), ATR_OK);
    assert_false(good.history.key_paid);
    assert_int_equal(check_ledger(f).rows, 2);
}

static void settle__unknown_id__not_found(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED };
    atr_Settlement out;
    assert_int_equal(settle(f, 1, "K1", &plan, &out), ATR_ERR_NOT_FOUND);
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
    submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    assert_int_equal(settle(f, 1, "K1", &plan, &first), ATR_OK);
    const atr_Receipt receipt = fixture_receipt("K1", 25000);
    const atr_SettleRequest request = request_for(f, 1, &receipt, &never);
    assert_int_equal(second.ops->settle(second.self, &request, &other), ATR_OK);
    assert_int_equal(never.calls, 0);
    assert_settlement_equal(&first, &other);
    second.ops->close(second.self);
}

static void close__then_open__keeps_everything(void **state)
{
    Fixture *f = *state;
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 30, .tells = true };
    atr_Settlement first;
    atr_Settlement later;
    submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    submit_at(f, 2, f->user, FIXTURE_NOW_MS);
    assert_int_equal(settle(f, 1, "K1", &plan, &first), ATR_OK);
    f->store.ops->close(f->store.self);
    assert_int_equal(f->maker->open(f->maker->user, &f->store), ATR_OK);
    const atr_Id128 id = fixture_id(1);
    assert_int_equal(f->store.ops->settlement(f->store.self, &id, &later), ATR_OK);
    assert_settlement_equal(&first, &later);
    assert_int_equal(pending_count(f), 1);
    assert_int_equal(check_ledger(f).coins, 30);
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
    atr_SettleRequest request = request_for(f, 0, &receipt, &unused);
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
        accept_at(f, 50 + i, user.id, rows[i].name, 1, at);
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
    accept_at(f, 1, f->user, "K1", 1, FIXTURE_NOW_MS);
    submit_at(f, 2, f->user, FIXTURE_NOW_MS + 1000);
    assert_int_equal(settle(f, 2, "K2", &held, &out), ATR_OK);
    submit_at(f, 3, f->user, FIXTURE_NOW_MS + 2000);
    atr_SettleRequest at_s2 = request_for(f, 3, &receipt, &held);
    at_s2.store = &elsewhere;
    at_s2.amount_unsigned = true;
    assert_int_equal(f->store.ops->settle(f->store.self, &at_s2, &out), ATR_OK);
    submit_at(f, 4, f->user, FIXTURE_NOW_MS + 3000);
    assert_int_equal(settle(f, 4, "K4", &rejected, &out), ATR_OK);
    submit_at(f, 5, f->user, FIXTURE_NOW_MS + 4000); /* pending */
    accept_at(f, 6, f->other, "K6", 1, FIXTURE_NOW_MS + 5000);

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
    atr_SettleRequest request = request_for(f, 1, &first, &plan);
    request.receipt_utc_s = midnight_s + 3600;
    atr_Settlement out;
    submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    assert_int_equal(f->store.ops->settle(f->store.self, &request, &out), ATR_OK);
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        const atr_Receipt receipt = fixture_receipt("K2", rows[i].total_fils);
        const atr_StoreInfo store = fixture_store(rows[i].store);
        request = request_for(f, 2, &receipt, &plan);
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
    accept_at(f, 1, f->user, "K1", 1, FIXTURE_NOW_MS - 8 * FIXTURE_DAY);
    submit_at(f, 2, f->user, FIXTURE_NOW_MS - 8 * FIXTURE_DAY + 60000);
    assert_int_equal(settle(f, 2, "K2", &plan, &out), ATR_OK); /* now, eight days later */
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
    submit_at(f, 99, f->user, FIXTURE_NOW_MS);
    assert_int_equal(settle(f, 99, "held", &held, &unbelieved), ATR_OK);
    uint32_t added = 0;
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        for (; added < rows[i].count; added++) {
            FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 1 };
            char key[8];
            atr_Settlement out;
            snprintf(key, sizeof key, "K%u", (unsigned)added);
            const atr_Receipt receipt = fixture_receipt(key, totals[added]);
            const atr_SettleRequest request = request_for(f, added, &receipt, &plan);
            submit_at(f, added, f->user, FIXTURE_NOW_MS + added);
            assert_int_equal(f->store.ops->settle(f->store.self, &request, &out), ATR_OK);
        }
        const atr_Receipt receipt = fixture_receipt("K", 5);
        FixtureDecision unused = { 0 };
        atr_SettleRequest request = request_for(f, 0, &receipt, &unused);
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
    atr_SettleRequest request = request_for(f, id, &receipt, &plan);
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

int store_contract_run(const StoreMaker *maker)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(user_add__new_card__found_by_id_and_card),
        TEST(user_add__known_card__exists),
        TEST(user_add__with_coins__is_refused),
        TEST(user_by__unknown__not_found),
        TEST(store_put__known_id__replaces_every_field),
        TEST(store_by_trn__empty__finds_nobody),
        TEST(store_put__without_id__is_refused),
        TEST(store_list__pages_in_order),
        TEST(store_put__demo_store_elsewhere__denied),
        cmocka_unit_test_setup_teardown(store_put__demo_store_in_demonstration__is_kept,
                                        set_up_demo, tear_down),
        TEST(key_put__found_by_name_and_bytes),
        TEST(key_put__known_name__replaces),
        TEST(key_put__refuses),
        TEST(till_sequence__never_repeats),
        TEST(submit__unknown_user__stores_nothing),
        TEST(submit__same_id_while_pending__says_pending),
        TEST(submit__same_id_when_settled__says_what_was_decided),
        TEST(submit__text_too_long__is_refused),
        TEST(pending__in_order_of_arrival_with_every_byte),
        TEST(pending__after_one_settled_meanwhile__goes_on),
        TEST(settle__accepted__credits_once_and_answers_the_same),
        TEST(settle__accepted_for_no_coins__is_balanced),
        TEST(settle__rejected__keeps_reasons_and_credits_nothing),
        TEST(settle__undecodable__is_settled_without_key_or_store),
        TEST(settle__key_paid_before__is_shown_to_the_decision),
        TEST(settle__held__claims_the_key_only_if_told),
        TEST(settle__faulty_decision__changes_nothing),
        TEST(settle__unknown_id__not_found),
        TEST(settle__by_another_connection__answers_the_same),
        TEST(close__then_open__keeps_everything),
        TEST(history__windows_end_where_they_should),
        TEST(history__counts_own_accepted_and_held_at_each_store),
        TEST(history__same_tuple__is_of_the_stores_day),
        TEST(history__is_as_of_when_it_was_handed_in),
        TEST(history__amounts_of_a_store__median_and_deviation),
        TEST(outbox__told_to_its_session_until_acknowledged),
        TEST(outbox__nobody_asks_for_a_week__is_dropped),
    };
#undef TEST
    current_maker = maker;
    return cmocka_run_group_tests_name(maker->name, tests, NULL, NULL);
}
