/**
 * atrium/store.h: what the mall asks of a database, and nothing about how.
 *
 * A backend fills an atr_StoreOps table. Every call is one whole transaction: there are no handles
 * to open ones, no SQL, and nothing is half done when a call returns. A call that reports success
 * is durable: on disk, not in a cache of the operating system.
 *
 * The heart is settling a receipt exactly once. In one transaction the backend
 *  1. moves the submission from pending to settled; if it is not pending, it changes nothing and
 *     returns what was decided then (so a retry after a commit answers the same);
 *  2. reads the history the rules need and the user's standing, and calls `decide`, which is pure;
 *  3. claims the receipt key if the decision says so; if another submission holds it after all, it
 *     calls `decide` again with history.key_paid set;
 *  4. writes the ledger row, the user's totals, the reasons and the outbox rows.
 *
 * Threads: calls come from several worker threads at once; the backend does its own locking, and
 * bounds its waiting by its busy time-out (then ATR_ERR_BUSY, nothing changed). Never from the
 * render thread.
 */
#ifndef ATRIUM_STORE_H
#define ATRIUM_STORE_H

#include <atrium/reward.h>
#include <atrium/rules.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ATR_STORE_OPS_ABI    1u
#define ATR_REFERENCE_LENGTH 6 /* of 23456789BCDFGHJKMNPQRSTVWXZ, told to the shopper */
#define ATR_OUTBOX_PAYLOAD   240

/** Internal user number; 0 is nobody. */
typedef uint64_t atr_UserId;

typedef struct atr_User {
    atr_UserId id;
    uint8_t card_hash[32]; /* keyed hash of the card number; the number itself is never stored */
    char card_tail[5];     /* last four digits, for the shopper's own eyes */
    atr_Standing standing;
    int64_t created_ms; /* UTC */
} atr_User;

/** A receipt handed in, as it was scanned. `id` is made by the client and makes retries safe. */
typedef struct atr_Submission {
    atr_Id128 id;
    atr_UserId user;
    uint64_t session;     /* the screen session that waits for the result; 0: none */
    int64_t submitted_ms; /* UTC */
    char text[ATR_RECEIPT_TEXT_MAX + 1];
    uint32_t text_size;
} atr_Submission;

typedef enum atr_SubmissionState {
    ATR_SUBMISSION_PENDING = 1,
    ATR_SUBMISSION_SETTLED = 2
} atr_SubmissionState;

/** What was decided about a submission, as stored: a retry gets the same. */
typedef struct atr_Settlement {
    atr_Id128 id;
    atr_SubmissionState state;
    atr_UserId user;
    uint64_t session;
    int64_t submitted_ms;
    int64_t settled_ms;
    char reference[ATR_REFERENCE_LENGTH + 1];
    atr_ReceiptFormat format;
    char receipt_key[ATR_RECEIPT_KEY_MAX + 1]; /* "" when the text could not be decoded */
    char store[ATR_RECEIPT_NAME_MAX + 1];      /* "" when unknown */
    int64_t total_fils;
    int64_t vat_fils;
    int64_t receipt_utc_s;
    atr_Verdict verdict;
    atr_Reward reward; /* all zero unless accepted; standing before = after otherwise */
} atr_Settlement;

typedef enum atr_OutboxKind {
    ATR_OUTBOX_EFFECT = 1,    /* payload: effect name and amount, for the session's screen */
    ATR_OUTBOX_INVALIDATE = 2 /* payload: cache key that changed */
} atr_OutboxKind;

/** Something to be told after the commit, delivered at least once. */
typedef struct atr_OutboxEvent {
    atr_Id128 id;
    uint64_t session;
    atr_OutboxKind kind;
    char payload[ATR_OUTBOX_PAYLOAD];
} atr_OutboxEvent;

#define ATR_DECISION_EVENTS_MAX 8

/** What `decide` reads: a consistent view from inside the transaction. */
typedef struct atr_SettleView {
    const atr_Submission *submission;
    atr_ReceiptHistory history;
    atr_Standing standing;
} atr_SettleView;

/** What `decide` answers. */
typedef struct atr_SettleDecision {
    atr_Verdict verdict; /* concluded */
    atr_Reward reward;   /* coins are credited when the outcome is accepted */
    bool claim_key;      /* the receipt key is used up (accepted; or held with a good signature) */
    uint32_t event_count;
    atr_OutboxEvent events[ATR_DECISION_EVENTS_MAX];
} atr_SettleDecision;

/** Pure: no I/O, no locks, may be called more than once for one settlement. */
typedef void (*atr_SettleDecideFn)(void *user, const atr_SettleView *view,
                                   atr_SettleDecision *decision);

typedef struct atr_SettleRequest {
    atr_Id128 id;
    int64_t now_ms;             /* UTC; becomes settled_ms */
    const atr_Receipt *receipt; /* NULL when it could not be decoded */
    const atr_StoreInfo *store; /* NULL when unknown */
    int64_t receipt_utc_s;
    bool amount_unsigned; /* counts among this user's unsigned amounts */
    char reference[ATR_REFERENCE_LENGTH + 1];
    atr_SettleDecideFn decide;
    void *decide_user;
} atr_SettleRequest;

typedef struct atr_LedgerCheck {
    uint64_t users;
    uint64_t rows;
    int64_t coins;          /* sum of all ledger rows */
    uint64_t mismatches;    /* users whose rows do not sum to their balance */
    atr_UserId first_bad;   /* 0 when balanced */
    uint64_t settled_twice; /* receipt keys credited more than once; never above 0 */
} atr_LedgerCheck;

/** Every slot is required. `self` is the backend's own. */
typedef struct atr_StoreOps {
    uint32_t abi;     /* ATR_STORE_OPS_ABI; checked by atr_loyalty_create */
    const char *name; /* "sqlite"; used in logs */

    /* Stores a submission as pending. OK: stored. EXISTS: this id is known; `existing` is filled,
     * its state says whether it is settled. NOT_FOUND: no such user. */
    atr_Status (*submit)(void *self, const atr_Submission *submission, atr_Settlement *existing);

    /* See the essay above. OK: decided now, or earlier (`out` says). NOT_FOUND: no such id. */
    atr_Status (*settle)(void *self, const atr_SettleRequest *request, atr_Settlement *out);

    /* Pending submissions in order of arrival, after `after` (NULL: from the start). */
    atr_Status (*pending)(void *self, const atr_Id128 *after, atr_Submission *out,
                          uint32_t capacity, uint32_t *count);

    /* What is known of a submission. NOT_FOUND. */
    atr_Status (*settlement)(void *self, const atr_Id128 *id, atr_Settlement *out);

    /* Reads history without changing anything: for dry runs and guests. user may be 0. */
    atr_Status (*history)(void *self, const atr_SettleRequest *request, atr_UserId user,
                          atr_ReceiptHistory *out);

    /* Adds a user; fills user->id. EXISTS when the card is known. */
    atr_Status (*user_add)(void *self, atr_User *user);
    atr_Status (*user_by_id)(void *self, atr_UserId id, atr_User *out);
    atr_Status (*user_by_card)(void *self, const uint8_t card_hash[32], atr_User *out);

    /* Adds or replaces a store; DENIED for a demo store in a database not made as one. */
    atr_Status (*store_put)(void *self, const atr_StoreInfo *store);
    atr_Status (*store_by_id)(void *self, const char *id, atr_StoreInfo *out);
    atr_Status (*store_by_trn)(void *self, const char *trn, atr_StoreInfo *out);
    /* Stores by id, after `after` (NULL: from the start). */
    atr_Status (*store_list)(void *self, const char *after, atr_StoreInfo *out, uint32_t capacity,
                             uint32_t *count);

    /* Pins or replaces a key. NOT_FOUND when its store is unknown. */
    atr_Status (*key_put)(void *self, const atr_ReceiptKey *key);
    atr_Status (*key_by_kid)(void *self, const char *kid, atr_ReceiptKey *out);
    /* A pinned key by its public bytes: for formats that carry the key. */
    atr_Status (*key_by_bytes)(void *self, const uint8_t *bytes, uint32_t size,
                               atr_ReceiptKey *out);
    /* The next sequence number of a till, starting at 1: durable, never given twice. */
    atr_Status (*till_sequence)(void *self, const char *store, const char *till, uint64_t *out);

    /* Undelivered events, oldest first, then forgotten once acknowledged. session 0: of any. */
    atr_Status (*outbox_read)(void *self, uint64_t session, atr_OutboxEvent *out, uint32_t capacity,
                              uint32_t *count);
    atr_Status (*outbox_ack)(void *self, const atr_Id128 *ids, uint32_t count);

    atr_Status (*ledger_check)(void *self, atr_LedgerCheck *out);

    /* Closes and frees `self`. */
    void (*close)(void *self);
} atr_StoreOps;

typedef struct atr_Store {
    const atr_StoreOps *ops;
    void *self;
} atr_Store;

#ifdef __cplusplus
}
#endif

#endif
