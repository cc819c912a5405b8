/* Shared by the files of the suite: the fixture and short forms, in store_contract.c. */
#ifndef ATR_TEST_STORE_CONTRACT_INTERNAL_H
#define ATR_TEST_STORE_CONTRACT_INTERNAL_H

#include "store_contract.h"

#include "cmocka_all.h"
#include "store_fixture.h"

typedef struct Fixture {
    const StoreMaker *maker;
    bool demo;
    atr_Store store;
    atr_UserId user; /* two users and one store, "S1", are there */
    atr_UserId other;
    atr_StoreInfo shop;
} Fixture;

int contract_set_up(void **state);
int contract_set_up_demo(void **state);
int contract_tear_down(void **state);
void contract_submit_at(Fixture *f, uint32_t id, atr_UserId user, int64_t at_ms);
atr_SettleRequest contract_request_for(const Fixture *f, uint32_t id, const atr_Receipt *receipt,
                                       FixtureDecision *plan);
atr_Status contract_settle(Fixture *f, uint32_t id, const char *key, FixtureDecision *plan,
                           atr_Settlement *out);
void contract_accept_at(Fixture *f, uint32_t id, atr_UserId user, const char *key, int64_t coins,
                        int64_t at_ms);
atr_Standing contract_standing_of(const Fixture *f, atr_UserId id);
atr_LedgerCheck contract_check_ledger(const Fixture *f);
uint32_t contract_pending_count(const Fixture *f);
void contract_assert_standing_equal(const atr_Standing *a, const atr_Standing *b);
void contract_assert_settlement_equal(const atr_Settlement *a, const atr_Settlement *b);

/* Each runs its tests in a group named for the backend; returns the number of failed ones. */
int store_contract_run_records(const char *backend);
int store_contract_run_settling(const char *backend);

#define CONTRACT_TEST(name)                                                                        \
    cmocka_unit_test_setup_teardown(name, contract_set_up, contract_tear_down)

#endif
