/* What a store keeps: users, stores, keys, and submissions that wait. */
#define _POSIX_C_SOURCE 200809L

#include "store_contract_internal.h"

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
    contract_assert_standing_equal(&found.standing, &user.standing);
    assert_int_equal(f->store.ops->user_by_card(f->store.self, user.card_hash, &found), ATR_OK);
    assert_int_equal(found.id, user.id);
}

static void user_add__known_card__exists(void **state)
{
    Fixture *f = *state;
    atr_User again = fixture_user(1);
    assert_int_equal(f->store.ops->user_add(f->store.self, &again), ATR_ERR_EXISTS);
    assert_int_equal(contract_check_ledger(f).users, 2);
}

static void user_add__with_coins__is_refused(void **state)
{
    Fixture *f = *state;
    atr_User rich = fixture_user(9);
    rich.standing.coins = 5;
    assert_int_equal(f->store.ops->user_add(f->store.self, &rich), ATR_ERR_INVALID);
    assert_int_equal(contract_check_ledger(f).users, 2);
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
    assert_int_equal(contract_pending_count(f), 0);
    assert_int_equal(f->store.ops->settlement(f->store.self, &submission.id, &out),
                     ATR_ERR_NOT_FOUND);
}

static void submit__same_id_while_pending__says_pending(void **state)
{
    Fixture *f = *state;
    const atr_Submission submission = fixture_submission(1, f->user, FIXTURE_NOW_MS);
    atr_Settlement out;
    contract_submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    assert_int_equal(f->store.ops->submit(f->store.self, &submission, &out), ATR_ERR_EXISTS);
    assert_int_equal(out.state, ATR_SUBMISSION_PENDING);
    assert_int_equal(out.user, f->user);
    assert_int_equal(out.session, 77);
    assert_int_equal(contract_pending_count(f), 1);
}

static void submit__same_id_when_settled__says_what_was_decided(void **state)
{
    Fixture *f = *state;
    const atr_Submission submission = fixture_submission(1, f->user, FIXTURE_NOW_MS);
    FixtureDecision plan = { .outcome = ATR_OUTCOME_ACCEPTED, .coins = 30 };
    atr_Settlement first;
    atr_Settlement again;
    contract_submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    assert_int_equal(contract_settle(f, 1, "K1", &plan, &first), ATR_OK);
    assert_int_equal(f->store.ops->submit(f->store.self, &submission, &again), ATR_ERR_EXISTS);
    contract_assert_settlement_equal(&first, &again);
}

static void submit__text_too_long__is_refused(void **state)
{
    Fixture *f = *state;
    atr_Submission submission = fixture_submission(1, f->user, FIXTURE_NOW_MS);
    atr_Settlement out;
    submission.text_size = ATR_RECEIPT_TEXT_MAX + 1;
    assert_int_equal(f->store.ops->submit(f->store.self, &submission, &out), ATR_ERR_INVALID);
    assert_int_equal(contract_pending_count(f), 0);
}

static void pending__in_order_of_arrival_with_every_byte(void **state)
{
    Fixture *f = *state;
    const uint32_t ids[] = { 7, 3, 9, 1 };
    atr_Submission page[3];
    uint32_t count = 0;
    for (size_t i = 0; i < ATR_COUNT_OF(ids); i++) {
        contract_submit_at(f, ids[i], f->user, FIXTURE_NOW_MS - (int64_t)i);
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
    contract_submit_at(f, 1, f->user, FIXTURE_NOW_MS);
    contract_submit_at(f, 2, f->user, FIXTURE_NOW_MS);
    assert_int_equal(contract_settle(f, 1, "K1", &plan, &out), ATR_OK);
    const atr_Id128 after = fixture_id(1);
    const atr_Id128 expected = fixture_id(2);
    assert_int_equal(f->store.ops->pending(f->store.self, &after, &next, 1, &count), ATR_OK);
    assert_int_equal(count, 1);
    assert_memory_equal(&next.id, &expected, sizeof expected);
}

int store_contract_run_records(const char *backend)
{
    const struct CMUnitTest tests[] = {
        CONTRACT_TEST(user_add__new_card__found_by_id_and_card),
        CONTRACT_TEST(user_add__known_card__exists),
        CONTRACT_TEST(user_add__with_coins__is_refused),
        CONTRACT_TEST(user_by__unknown__not_found),
        CONTRACT_TEST(store_put__known_id__replaces_every_field),
        CONTRACT_TEST(store_by_trn__empty__finds_nobody),
        CONTRACT_TEST(store_put__without_id__is_refused),
        CONTRACT_TEST(store_list__pages_in_order),
        CONTRACT_TEST(store_put__demo_store_elsewhere__denied),
        cmocka_unit_test_setup_teardown(store_put__demo_store_in_demonstration__is_kept,
                                        contract_set_up_demo, contract_tear_down),
        CONTRACT_TEST(key_put__found_by_name_and_bytes),
        CONTRACT_TEST(key_put__known_name__replaces),
        CONTRACT_TEST(key_put__refuses),
        CONTRACT_TEST(till_sequence__never_repeats),
        CONTRACT_TEST(submit__unknown_user__stores_nothing),
        CONTRACT_TEST(submit__same_id_while_pending__says_pending),
        CONTRACT_TEST(submit__same_id_when_settled__says_what_was_decided),
        CONTRACT_TEST(submit__text_too_long__is_refused),
        CONTRACT_TEST(pending__in_order_of_arrival_with_every_byte),
        CONTRACT_TEST(pending__after_one_settled_meanwhile__goes_on),
    };
    print_message("%s\n", backend);
    return cmocka_run_group_tests_name("store contract: records", tests, NULL, NULL);
}
