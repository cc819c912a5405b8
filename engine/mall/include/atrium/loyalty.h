/**
 * atrium/loyalty.h: the mall's business: cards, receipts, coins.
 *
 * Joins the store, the worker pool, the cache and the rules. Calls from a screen return at once;
 * answers come through the pool's mailbox on the thread that drains it, exactly once each. A
 * receipt is stored durably before anyone is told it is saved, and credited exactly once however
 * often it is retried, by this process or the next.
 *
 *     atr_Loyalty *mall = NULL;
 *     atr_LoyaltyDesc desc = { .store = store, .pool = pool };
 *     atr_Status st = atr_loyalty_create(&desc, &mall);
 *     atr_SubmitRequest request = { .id = id, .user = user, .text = scanned,
 *                                   .on_step = tick, .on_done = show, .context = screen };
 *     st = atr_loyalty_submit(mall, &request);
 *
 * Threads: the `_wait`-less calls from any thread, the render thread too: they never block. Calls
 * documented as blocking talk to the store on the calling thread: for command line programs and
 * workers.
 */
#ifndef ATRIUM_LOYALTY_H
#define ATRIUM_LOYALTY_H

#include <atrium/cache.h>
#include <atrium/store.h>
#include <atrium/work.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_Loyalty atr_Loyalty;

typedef struct atr_LoyaltyDesc {
    atr_Store store;        /* required; owned and closed by the loyalty object once created */
    atr_WorkPool *pool;     /* NULL: only the blocking calls work; outlives this object */
    uint32_t capacity;      /* most requests under way at once; default 128 */
    uint8_t card_key[32];   /* secret for hashing card numbers; all zero is ATR_ERR_INVALID */
    atr_RulesDesc rules;    /* zero fields: defaults */
    int32_t event_percent;  /* event factor on rewards; default 100 */
    uint32_t cache_entries; /* users and stores kept in memory; default 4096 */
    atr_Allocator allocator;
    atr_Clock clock;
    atr_Log log;
} atr_LoyaltyDesc;

/** Steps of a receipt that the reading screen ticks; each is reported when it is true. */
typedef enum atr_SubmitStep {
    ATR_STEP_SAVED = 1,     /* durable on disk */
    ATR_STEP_SIGNATURE = 2, /* decoded and its signature judged; never for what is no receipt */
    ATR_STEP_SETTLED = 3    /* decided and committed */
} atr_SubmitStep;

typedef void (*atr_SubmitStepFn)(void *context, const atr_Id128 *id, atr_SubmitStep step);

/**
 * The outcome. `status` ATR_OK: `settlement` is what the store decided. Anything else: nothing was
 * decided; when ATR_STEP_SAVED was reported the receipt stays pending and is resumed later.
 * `settlement` is borrowed for the call; NULL unless ATR_OK.
 */
typedef void (*atr_SubmitDoneFn)(void *context, const atr_Id128 *id, atr_Status status,
                                 const atr_Settlement *settlement);

typedef struct atr_SubmitRequest {
    atr_Id128 id;             /* made by the caller, see atr_loyalty_new_id */
    atr_UserId user;          /* required */
    uint64_t session;         /* of the screen; comes back in outbox events */
    atr_Bytes text;           /* copied; at most ATR_RECEIPT_TEXT_MAX bytes */
    atr_SubmitStepFn on_step; /* may be NULL */
    atr_SubmitDoneFn on_done; /* may be NULL */
    void *context;
} atr_SubmitRequest;

/** A judgement that changes nothing: for dry runs and guests. */
typedef struct atr_Preview {
    atr_Receipt receipt; /* all zero when it could not be decoded */
    atr_Error error;     /* why it could not be decoded */
    bool decoded;
    bool store_known;
    atr_StoreInfo store;
    int64_t receipt_utc_s;
    atr_Verdict verdict;
    atr_Reward reward; /* what it would earn a new card; zero unless accepted */
} atr_Preview;

typedef void (*atr_PreviewDoneFn)(void *context, atr_Status status, const atr_Preview *preview);
typedef void (*atr_UserDoneFn)(void *context, atr_Status status, const atr_User *user);
typedef void (*atr_OutboxFn)(void *context, const atr_OutboxEvent *event);

/** @return ATR_OK; ATR_ERR_INVALID (ops abi, card key); ATR_ERR_NO_MEMORY. The store is closed on
 *  failure too. */
ATR_NODISCARD ATR_API atr_Status atr_loyalty_create(const atr_LoyaltyDesc *desc, atr_Loyalty **out);

/**
 * Waits for its requests that run on a worker, then closes the store. Those that wait in the pool
 * end as ATR_ERR_CANCELLED; callbacks still run when the mailbox is drained. NULL does nothing.
 */
ATR_API void atr_loyalty_destroy(atr_Loyalty *loyalty);

/** A random 128-bit id from the system's random source. */
ATR_API atr_Id128 atr_loyalty_new_id(void);

/**
 * What the shopper is told and staff search by: follows from the submission's id, so that a screen
 * can show it before anything is decided. Zero terminated.
 */
ATR_API void atr_loyalty_reference(const atr_Id128 *id, char out[ATR_REFERENCE_LENGTH + 1]);

/* ---- Never blocking -------------------------------------------------------------------------- */

/**
 * Stores, verifies and settles one receipt on a worker.
 * @return ATR_OK: on_done will run exactly once; ATR_ERR_FULL; ATR_ERR_INVALID (no user, text empty
 *         or too long, no pool).
 */
ATR_NODISCARD ATR_API atr_Status atr_loyalty_submit(atr_Loyalty *loyalty,
                                                    const atr_SubmitRequest *request);

/** Judges a receipt without storing anything, on a worker. Same returns. */
ATR_NODISCARD ATR_API atr_Status atr_loyalty_preview(atr_Loyalty *loyalty, atr_Bytes text,
                                                     atr_PreviewDoneFn done, void *context);

/** Finds the user of a card, on a worker; `done` gets ATR_ERR_NOT_FOUND for an unknown one.
 *  @return as submit; ATR_ERR_FORMAT: not a card number. */
ATR_NODISCARD ATR_API atr_Status atr_loyalty_find_card(atr_Loyalty *loyalty, const char *digits,
                                                       atr_UserDoneFn done, void *context);

/** Hands in what an earlier process left pending, on workers. Callbacks are not needed: results
 *  wait in the outbox. @return ATR_OK when the search was started; ATR_ERR_FULL. */
ATR_NODISCARD ATR_API atr_Status atr_loyalty_resume(atr_Loyalty *loyalty);

/** Reads this session's outbox on a worker; each event is given to `fn` (draining thread), then
 *  acknowledged. @return as submit. */
ATR_NODISCARD ATR_API atr_Status atr_loyalty_poll_outbox(atr_Loyalty *loyalty, uint64_t session,
                                                         atr_OutboxFn fn, void *context);

/* ---- Blocking -------------------------------------------------------------------------------- */

/**
 * As atr_loyalty_submit, on this thread: on_step is called, on_done is not. OK: `out` says what was
 * decided. ATR_ERR_NOT_FOUND: no such user. ATR_ERR_EXISTS: the id is another user's submission.
 */
ATR_NODISCARD ATR_API atr_Status atr_loyalty_submit_wait(atr_Loyalty *loyalty,
                                                         const atr_SubmitRequest *request,
                                                         atr_Settlement *out);

/**
 * As atr_loyalty_preview, on this thread.
 * @param at_s    Judge as of this time, UTC seconds; 0: now.
 * @param pinned  Counts as pinned for this call; NULL: only the store's keys.
 */
ATR_NODISCARD ATR_API atr_Status atr_loyalty_preview_wait(atr_Loyalty *loyalty, atr_Bytes text,
                                                          int64_t at_s,
                                                          const atr_ReceiptKey *pinned,
                                                          atr_Preview *out);

/** Settles everything pending, on this thread; `count` receives how many. */
ATR_NODISCARD ATR_API atr_Status atr_loyalty_resume_wait(atr_Loyalty *loyalty, uint32_t *count);

/** Adds a user for a card. ATR_ERR_FORMAT: not a card number. ATR_ERR_EXISTS. */
ATR_NODISCARD ATR_API atr_Status atr_loyalty_add_user(atr_Loyalty *loyalty, const char *digits,
                                                      atr_User *out);
ATR_NODISCARD ATR_API atr_Status atr_loyalty_find_card_wait(atr_Loyalty *loyalty,
                                                            const char *digits, atr_User *out);
ATR_NODISCARD ATR_API atr_Status atr_loyalty_find_user(atr_Loyalty *loyalty, atr_UserId id,
                                                       atr_User *out);

/** The store's own calls, for what needs no rules: stores, keys, ledger check. Borrowed. */
ATR_API const atr_Store *atr_loyalty_store(const atr_Loyalty *loyalty);

/** A store by id, from memory only: ATR_ERR_NOT_FOUND until a worker has read it. Never blocks. */
ATR_NODISCARD ATR_API atr_Status atr_loyalty_cached_store(atr_Loyalty *loyalty, const char *id,
                                                          atr_StoreInfo *out);

ATR_API void atr_loyalty_cache_stats(const atr_Loyalty *loyalty, atr_CacheStats *out);

/** True for 8 to 19 digits whose last is the Luhn check digit (ISO/IEC 7812-1). */
ATR_API bool atr_card_is_valid(const char *digits);

#ifdef __cplusplus
}
#endif

#endif
