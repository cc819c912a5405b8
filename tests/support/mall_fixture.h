/*
 * A whole mall in a new folder: store, pinned key, users with cards, workers and mailbox, with a
 * clock that stands still until it is turned. Receipts are issued and signed for real.
 */
#ifndef ATR_TEST_MALL_FIXTURE_H
#define ATR_TEST_MALL_FIXTURE_H

#include <atrium/loyalty.h>
#include <atrium/sqlite.h>

#include "cmocka_all.h"
#include "failing_allocator.h"
#include "scratch_folder.h"
#include "test_clock.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#define MALL_NOW_S  INT64_C(1793005200) /* 2026-10-26T09:00Z, Monday 13:00 in Dubai */
#define MALL_USERS  4
#define MALL_STORES 2
#define MALL_TRN    "100000000000003"

/* Valid card numbers, one for each user. */
static const char *const mall_cards[MALL_USERS + 1] = {
    "79927398713", "4111111111111111", "5500005555555559", "30569309025904", "6011111111111117",
};

typedef struct MallDesc {
    atr_RulesDesc rules;
    uint32_t threads;  /* default 2 */
    uint32_t capacity; /* default 32 */
    uint32_t busy_ms;  /* default 5000 */
    int32_t event_percent;
    bool without_pool;
    /* changes the store's operations before they are handed over; may be NULL */
    void (*bend)(atr_StoreOps *ops);
} MallDesc;

typedef struct Mall {
    ScratchFolder folder;
    char path[2 * SCRATCH_PATH_MAX];
    MallDesc desc;
    TestClock clock;
    FailingAllocator memory; /* counts, unless told to fail */
    atr_StoreOps ops;
    atr_Mailbox *mail;
    atr_WorkPool *pool;
    atr_Loyalty *loyalty;
    atr_UserId users[MALL_USERS];
    uint8_t public_key[32];
    uint8_t secret_key[64];
} Mall;

static inline atr_StoreInfo mall_store(int index)
{
    atr_StoreInfo store = {
        .name_en = "Palm Books",
        .name_ar = "كتب النخلة",
        .category = "books",
        .trn = MALL_TRN,
        .currency = "AED",
        .vat_basis_points = 500,
        .utc_offset_minutes = 240,
    };
    snprintf(store.id, sizeof store.id, "S%d", index + 1);
    store.trn[14] = (char)('3' + index);
    return store;
}

/* Opens store, pool and loyalty object on the file that is there. */
static inline void mall_open(Mall *mall)
{
    atr_Store store;
    const MallDesc *d = &mall->desc;
    assert_int_equal(
        atr_sqlite_store_open(
            &(atr_SqliteDesc){ .path = mall->path, .busy_timeout_ms = d->busy_ms }, &store, NULL),
        ATR_OK);
    if (d->bend != NULL) {
        mall->ops = *store.ops;
        d->bend(&mall->ops);
        store.ops = &mall->ops;
    }
    if (!d->without_pool) {
        assert_int_equal(atr_mailbox_create(&(atr_MailboxDesc){ .capacity = 1024 }, &mall->mail),
                         ATR_OK);
        assert_int_equal(
            atr_work_create(&(atr_WorkDesc){ .mailbox = mall->mail,
                                             .threads = d->threads > 0 ? d->threads : 2 },
                            &mall->pool),
            ATR_OK);
    }
    const atr_LoyaltyDesc loyalty = {
        .store = store,
        .pool = mall->pool,
        .capacity = d->capacity > 0 ? d->capacity : 32,
        .card_key = { 1, 2, 3 },
        .rules = d->rules,
        .event_percent = d->event_percent,
        .allocator = failing_allocator(&mall->memory),
        .clock = test_clock(&mall->clock),
    };
    assert_int_equal(atr_loyalty_create(&loyalty, &mall->loyalty), ATR_OK);
}

static inline void mall_close(Mall *mall)
{
    atr_work_destroy(mall->pool);
    atr_mailbox_destroy(mall->mail);
    atr_loyalty_destroy(mall->loyalty);
    mall->pool = NULL;
    mall->mail = NULL;
    mall->loyalty = NULL;
    assert_int_equal(failing_allocator_bytes(&mall->memory), 0);
}

static inline void mall_pin_key(Mall *mall, const char *kid, bool revoked)
{
    const atr_Store *store = atr_loyalty_store(mall->loyalty);
    atr_ReceiptKey key = {
        .store = "S1",
        .trn = MALL_TRN,
        .algorithm = ATR_KEY_ED25519,
        .size = 32,
    };
    snprintf(key.kid, sizeof key.kid, "%s", kid);
    memcpy(key.bytes, mall->public_key, sizeof mall->public_key);
    key.revoked = revoked;
    key.compromised_since_s = revoked ? MALL_NOW_S + 86400 : 0;
    assert_int_equal(store->ops->key_put(store->self, &key), ATR_OK);
}

static inline void mall_begin(Mall *mall, const MallDesc *desc)
{
    memset(mall, 0, sizeof *mall);
    mall->desc = desc != NULL ? *desc : (MallDesc){ 0 };
    atomic_store(&mall->clock.now_ns, (unsigned long long)MALL_NOW_S * 1000000000u);
    assert_true(scratch_folder_make(&mall->folder));
    scratch_folder_file(&mall->folder, "atrium.db", mall->path, sizeof mall->path);
    mall_open(mall);
    const atr_Store *store = atr_loyalty_store(mall->loyalty);
    for (int i = 0; i < MALL_STORES; i++) {
        const atr_StoreInfo info = mall_store(i);
        assert_int_equal(store->ops->store_put(store->self, &info), ATR_OK);
    }
    for (int i = 0; i < MALL_USERS; i++) {
        atr_User user;
        assert_int_equal(atr_loyalty_add_user(mall->loyalty, mall_cards[i], &user), ATR_OK);
        mall->users[i] = user.id;
    }
    assert_int_equal(atr_receipt_keypair(mall->public_key, mall->secret_key), ATR_OK);
    mall_pin_key(mall, "K1", false);
}

static inline void mall_end(Mall *mall)
{
    mall_close(mall);
    scratch_folder_remove(&mall->folder);
}

/* The text of a receipt of store S1, printed `age_s` seconds ago, signed under `kid`. */
static inline size_t mall_issue(const Mall *mall, const char *kid, uint64_t sequence,
                                int64_t total_fils, int64_t age_s, char out[300])
{
    const int64_t now_s = (int64_t)(atomic_load(&((Mall *)mall)->clock.now_ns) / 1000000000u);
    const atr_ReceiptIssue issue = {
        .kid = kid,
        .store = "S1",
        .till = "T1",
        .sequence = sequence,
        .local_time_s = now_s + 240 * 60 - age_s,
        .total_fils = total_fils,
        .vat_fils = total_fils / 21,
        .trn = MALL_TRN,
        .secret_key = mall->secret_key,
    };
    assert_int_equal(atr_receipt_issue(&issue, out, 300), ATR_OK);
    return strlen(out);
}

static inline atr_SubmitRequest mall_request(const Mall *mall, int user, const char *text)
{
    return (atr_SubmitRequest){
        .id = atr_loyalty_new_id(),
        .user = mall->users[user],
        .session = 77,
        .text = { text, strlen(text) },
    };
}

/* Submits on this thread. */
static inline atr_Settlement mall_submit_text(Mall *mall, int user, const char *text)
{
    atr_Settlement out;
    const atr_SubmitRequest request = mall_request(mall, user, text);
    assert_int_equal(atr_loyalty_submit_wait(mall->loyalty, &request, &out), ATR_OK);
    assert_int_equal(out.state, ATR_SUBMISSION_SETTLED);
    return out;
}

static inline atr_Settlement mall_submit(Mall *mall, int user, uint64_t sequence,
                                         int64_t total_fils)
{
    char text[300];
    mall_issue(mall, "K1", sequence, total_fils, 60, text);
    return mall_submit_text(mall, user, text);
}

/* Delivers callbacks until `count` reaches `wanted`. */
static inline void mall_drain_until(Mall *mall, const int *count, int wanted)
{
    while (*count < wanted) {
        if (atr_mailbox_drain(mall->mail, 0) == 0) {
            sched_yield();
        }
    }
}

static inline bool mall_has_reason(const atr_Verdict *verdict, atr_Rule rule)
{
    for (uint32_t i = 0; i < verdict->reason_count; i++) {
        if (verdict->reasons[i].rule == rule) {
            return true;
        }
    }
    return false;
}

static inline atr_LedgerCheck mall_check_ledger(const Mall *mall)
{
    const atr_Store *store = atr_loyalty_store(mall->loyalty);
    atr_LedgerCheck check;
    assert_int_equal(store->ops->ledger_check(store->self, &check), ATR_OK);
    assert_int_equal(check.mismatches, 0);
    assert_int_equal(check.settled_twice, 0);
    return check;
}

static inline uint32_t mall_pending(const Mall *mall)
{
    static atr_Submission list[16];
    const atr_Store *store = atr_loyalty_store(mall->loyalty);
    uint32_t count = 0;
    assert_int_equal(store->ops->pending(store->self, NULL, list, 16, &count), ATR_OK);
    return count;
}

#endif
