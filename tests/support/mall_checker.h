/*
 * After a crash: does the database hold what it promised? Whoever submits writes down what was
 * tried, what was acknowledged, what was answered; the checker opens the database as the next
 * process would and compares. Its answer is the first thing wrong, in words: a checker that cannot
 * fail proves nothing, so tests plant faults and ask for their words.
 */
#ifndef ATR_TEST_MALL_CHECKER_H
#define ATR_TEST_MALL_CHECKER_H

#include "mall_fixture.h"

#define PROMISES_MAX 16384
#define NO_RECEIPT   UINT32_MAX /* a text that is no receipt */

typedef struct Promise {
    atr_Id128 id;
    uint32_t receipt; /* number of the receipt handed in; the same number is the same receipt */
    bool saved;       /* acknowledged: "your receipt is saved" */
    bool answered;    /* and what was answered */
    atr_Outcome outcome;
    int64_t coins;
} Promise;

typedef struct Promises {
    Promise list[PROMISES_MAX];
    uint32_t count;
} Promises;

static const atr_RulesDesc checker_no_limits = { .week_limit = 100000,
                                                 .day_limit = 100000,
                                                 .store_day_limit = 100000 };

static inline Promise *promises_add(Promises *promises, const atr_Id128 *id, uint32_t receipt)
{
    if (promises->count == PROMISES_MAX) {
        return NULL;
    }
    Promise *promise = &promises->list[promises->count++];
    *promise = (Promise){ .id = *id, .receipt = receipt };
    return promise;
}

static inline Promise *promises_find(Promises *promises, const atr_Id128 *id)
{
    for (uint32_t i = promises->count; i-- > 0;) {
        if (memcmp(&promises->list[i].id, id, sizeof *id) == 0) {
            return &promises->list[i];
        }
    }
    return NULL;
}

/* Opens a loyalty object for calls on this thread; `vfs` NULL: the system's. */
static inline atr_Status checker_open(const char *path, const char *vfs, TestClock *clock,
                                      atr_Loyalty **out)
{
    atr_Store store;
    *out = NULL;
    const atr_Status status = atr_sqlite_store_open(
        &(atr_SqliteDesc){ .path = path, .vfs = vfs, .must_exist = true }, &store, NULL);
    if (status != ATR_OK) {
        return status;
    }
    return atr_loyalty_create(&(atr_LoyaltyDesc){ .store = store,
                                                  .card_key = { 1, 2, 3 },
                                                  .rules = checker_no_limits,
                                                  .clock = test_clock(clock) },
                              out);
}

#define CHECKER_SAY(...) (snprintf(text, size, __VA_ARGS__), false)

static inline bool checker_promises_hold(const atr_Store *store, const Promises *promises,
                                         bool all_settled, char *text, size_t size)
{
    for (uint32_t i = 0; i < promises->count; i++) {
        const Promise *promise = &promises->list[i];
        atr_Settlement s;
        const atr_Status status = store->ops->settlement(store->self, &promise->id, &s);
        if (status == ATR_ERR_NOT_FOUND && !promise->saved) {
            continue; /* nobody was told it was saved */
        }
        if (status != ATR_OK) {
            return CHECKER_SAY("lost: submission %u was acknowledged: %s", (unsigned)i,
                               atr_status_text(status));
        }
        if (all_settled && s.state != ATR_SUBMISSION_SETTLED) {
            return CHECKER_SAY("stuck: submission %u is pending after resuming", (unsigned)i);
        }
        if (promise->answered &&
            (s.state != ATR_SUBMISSION_SETTLED || s.verdict.outcome != promise->outcome ||
             s.reward.coins != promise->coins)) {
            return CHECKER_SAY("changed: submission %u was answered otherwise", (unsigned)i);
        }
    }
    return true;
}

/* Of each receipt that anyone was told is saved, exactly one submission is paid. */
static inline bool checker_receipts_paid_once(const atr_Store *store, const Promises *promises,
                                              char *text, size_t size)
{
    static uint32_t paid[1u << 16];
    static bool owed[1u << 16];
    memset(paid, 0, sizeof paid);
    memset(owed, 0, sizeof owed);
    for (uint32_t i = 0; i < promises->count; i++) {
        const Promise *promise = &promises->list[i];
        atr_Settlement s;
        if (promise->receipt == NO_RECEIPT ||
            store->ops->settlement(store->self, &promise->id, &s) != ATR_OK) {
            continue;
        }
        const uint32_t slot = promise->receipt & 0xffffu;
        owed[slot] = owed[slot] || promise->saved;
        paid[slot] += s.verdict.outcome == ATR_OUTCOME_ACCEPTED ? 1u : 0u;
    }
    for (uint32_t i = 0; i < ATR_COUNT_OF(paid); i++) {
        if (paid[i] > 1 || (owed[i] && paid[i] != 1)) {
            return CHECKER_SAY("receipt %u was paid %u times", (unsigned)i, (unsigned)paid[i]);
        }
    }
    return true;
}

static inline bool checker_ledger_is_sound(const atr_Store *store, char *text, size_t size)
{
    atr_LedgerCheck check;
    const atr_Status status = store->ops->ledger_check(store->self, &check);
    if (status != ATR_OK) {
        return CHECKER_SAY("ledger: %s", atr_status_text(status));
    }
    if (check.mismatches != 0) {
        return CHECKER_SAY("ledger: %u users do not sum to their balance",
                           (unsigned)check.mismatches);
    }
    if (check.settled_twice != 0) {
        return CHECKER_SAY("ledger: %u receipts were credited twice",
                           (unsigned)check.settled_twice);
    }
    return true;
}

/* True when all is as promised; else `text` says what is not. With `resume`, takes up what is
 * pending first, as a restarted kiosk does, and wants nothing left. */
static inline bool checker_check(const char *path, TestClock *clock, const Promises *promises,
                                 bool resume, char *text, size_t size)
{
    atr_Loyalty *loyalty = NULL;
    uint32_t count = 0;
    text[0] = '\0';
    atr_Status status = checker_open(path, NULL, clock, &loyalty);
    if (status != ATR_OK) {
        return CHECKER_SAY("opening: %s", atr_status_text(status));
    }
    const atr_Store *store = atr_loyalty_store(loyalty);
    bool good = checker_promises_hold(store, promises, false, text, size) &&
                checker_ledger_is_sound(store, text, size);
    if (good && resume) {
        status = atr_loyalty_resume_wait(loyalty, &count);
        good = status == ATR_OK || CHECKER_SAY("resuming: %s", atr_status_text(status));
        good = good && checker_promises_hold(store, promises, true, text, size) &&
               checker_ledger_is_sound(store, text, size) &&
               checker_receipts_paid_once(store, promises, text, size);
    }
    atr_loyalty_destroy(loyalty);
    return good;
}

#endif
