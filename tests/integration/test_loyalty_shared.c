/* Two processes on one file, each with its cache: what one changes the other sees in time, and at
 * once when the outbox tells it. */
#define _POSIX_C_SOURCE 200809L

#include "mall_fixture.h"

typedef struct Fixture {
    Mall mall;  /* the kiosk, with workers */
    Mall other; /* another process */
} Fixture;

static int set_up(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    mall_begin(&f->mall, NULL);
    f->other = f->mall;
    f->other.desc.without_pool = true;
    f->other.memory = (FailingAllocator){ 0 };
    f->other.mail = NULL;
    f->other.pool = NULL;
    mall_open(&f->other);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    mall_close(&f->other);
    mall_end(&f->mall);
    free(f);
    return 0;
}

static int64_t coins_of(Mall *mall, int user)
{
    atr_User found;
    assert_int_equal(atr_loyalty_find_user(mall->loyalty, mall->users[user], &found), ATR_OK);
    return found.standing.coins;
}

static void find_user__changed_by_another__seen_within_5_s(void **state)
{
    Fixture *f = *state;
    assert_int_equal(coins_of(&f->mall, 0), 0);
    assert_int_equal(mall_submit(&f->other, 0, 1, 25000).reward.coins, 60);
    test_clock_pass_ms(&f->mall.clock, 4999);
    assert_int_equal(coins_of(&f->mall, 0), 0); /* from memory */
    test_clock_pass_ms(&f->mall.clock, 1);
    assert_int_equal(coins_of(&f->mall, 0), 60);
}

static void cached_store__changed_by_another__seen_within_30_s(void **state)
{
    Fixture *f = *state;
    const atr_Store *store = atr_loyalty_store(f->other.loyalty);
    atr_StoreInfo info = mall_store(0);
    (void)mall_submit(&f->mall, 0, 1, 25000);
    snprintf(info.name_en, sizeof info.name_en, "Oasis Books");
    assert_int_equal(store->ops->store_put(store->self, &info), ATR_OK);
    test_clock_pass_ms(&f->mall.clock, 29999);
    assert_int_equal(atr_loyalty_cached_store(f->mall.loyalty, "S1", &info), ATR_OK);
    assert_string_equal(info.name_en, "Palm Books");
    test_clock_pass_ms(&f->mall.clock, 1);
    (void)mall_submit(&f->mall, 0, 2, 25000);
    assert_int_equal(atr_loyalty_cached_store(f->mall.loyalty, "S1", &info), ATR_OK);
    assert_string_equal(info.name_en, "Oasis Books");
}

static void count_event(void *context, const atr_OutboxEvent *event)
{
    (void)event;
    (*(int *)context)++;
}

static void poll_outbox__told_of_a_change__forgets_at_once(void **state)
{
    Fixture *f = *state;
    int events = 0;
    assert_int_equal(coins_of(&f->mall, 0), 0);
    (void)mall_submit(&f->other, 0, 1, 25000); /* for session 77 */
    assert_int_equal(coins_of(&f->mall, 0), 0);
    assert_int_equal(atr_loyalty_poll_outbox(f->mall.loyalty, 77, count_event, &events), ATR_OK);
    mall_drain_until(&f->mall, &events, 2);
    assert_int_equal(coins_of(&f->mall, 0), 60);
}

static void submit__key_revoked_by_another__counts_from_the_next(void **state)
{
    Fixture *f = *state;
    assert_int_equal(mall_submit(&f->mall, 0, 1, 25000).verdict.outcome, ATR_OUTCOME_ACCEPTED);
    mall_pin_key(&f->other, "K1", true);
    const atr_Settlement held = mall_submit(&f->mall, 0, 2, 25000);
    assert_true(mall_has_reason(&held.verdict, ATR_RULE_KEY_REVOKED));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(find_user__changed_by_another__seen_within_5_s),
        TEST(cached_store__changed_by_another__seen_within_30_s),
        TEST(poll_outbox__told_of_a_change__forgets_at_once),
        TEST(submit__key_revoked_by_another__counts_from_the_next),
    };
#undef TEST
    return cmocka_run_group_tests_name("loyalty: two processes", tests, NULL, NULL);
}
