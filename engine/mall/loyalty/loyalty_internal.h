/*
 * Shared by the files of the loyalty module.
 *
 *   loyalty.c     create, destroy, and the blocking calls
 *   requests.c    the non-blocking calls: a fixed set of request slots on the worker pool
 *   submission.c  one receipt from text to settlement; what is left pending
 *   judge.c       decoding, whose key, which store, the rules that need no history
 *   lookup.c      users and stores through the memory cache
 *   card.c        card numbers, ids, references
 *   reward.c      coins
 */
#ifndef ATR_LOYALTY_INTERNAL_H
#define ATR_LOYALTY_INTERNAL_H

#include <atrium/loyalty.h>

#include "base/thread.h"

#define ATR__LOYALTY_MODULE "loyalty"

/* How often a call that found the store busy is tried; each waits the store's own time-out. */
#define ATR__LOYALTY_ATTEMPTS 3

typedef struct atr__Request atr__Request;

struct atr_Loyalty {
    atr_Allocator allocator;
    atr_Clock clock;
    atr_Log log;
    atr_Store store;
    atr_WorkPool *pool; /* NULL: blocking calls only */
    atr_Cache *cache;
    atr_RulesDesc rules;
    int32_t event_percent;
    uint8_t card_key[32];
    atr__Request *requests; /* `capacity` of them; NULL without a pool */
    uint32_t capacity;

    atr__Mutex lock;
    atr__Cond idle;
    bool locks_ready;
    atr__Request *free_list; /* guarded by lock */
    uint32_t taken;          /* guarded by lock; requests whose callback has not run yet */
    uint32_t running;        /* guarded by lock; requests on a worker now */
    bool closing;            /* guarded by lock; set once */
    bool abandoned;          /* guarded by lock; destroyed: the last request frees the memory */
};

/* A decoded receipt and all that judging it takes but the history. */
typedef struct atr__Judgement {
    atr_Receipt receipt;
    atr_Error error;
    bool decoded;
    bool key_known;
    bool store_known;
    atr_ReceiptKey key;
    atr_StoreInfo store;
    int64_t now_s; /* judged as of */
    int64_t receipt_utc_s;
    atr_Verdict verdict; /* concluded only when not decoded */
} atr__Judgement;

/* Told of each step as it becomes true. */
typedef struct atr__StepSink {
    void (*fn)(void *user, atr_SubmitStep step); /* may be NULL */
    void *user;
} atr__StepSink;

/* card.c */
void atr__card_hash(const atr_Loyalty *loyalty, const char *digits, uint8_t out[32]);
void atr__event_id(const atr_Id128 *submission, uint32_t index, atr_Id128 *out);

/* lookup.c */
atr_Status atr__lookup_user(atr_Loyalty *loyalty, atr_UserId id, atr_User *out);
atr_Status atr__lookup_card(atr_Loyalty *loyalty, const uint8_t card_hash[32], atr_User *out);
atr_Status atr__lookup_store(atr_Loyalty *loyalty, const char *id, atr_StoreInfo *out);
void atr__lookup_forget_user(atr_Loyalty *loyalty, atr_UserId id);
void atr__lookup_apply(atr_Loyalty *loyalty, const atr_OutboxEvent *event);
void atr__lookup_describe_user(atr_UserId id, atr_OutboxEvent *event);

/* judge.c */
atr_Status atr__judge(atr_Loyalty *loyalty, atr_Bytes text, int64_t now_s,
                      const atr_ReceiptKey *pinned, atr__Judgement *out);
atr_ReceiptFacts atr__judgement_facts(const atr__Judgement *judgement);
void atr__judgement_request(const atr__Judgement *judgement, atr_SettleRequest *out);
void atr__judgement_reward(const atr_Loyalty *loyalty, const atr__Judgement *judgement,
                           const atr_Standing *before, atr_Reward *out);
atr_Status atr__preview(atr_Loyalty *loyalty, atr_Bytes text, int64_t at_s,
                        const atr_ReceiptKey *pinned, atr_Preview *out);

/* submission.c */
void atr__submission_fill(const atr_Loyalty *loyalty, const atr_SubmitRequest *request,
                          atr_Submission *out);
atr_Status atr__submission_run(atr_Loyalty *loyalty, const atr_Submission *submission,
                               atr__StepSink steps, atr_Settlement *out);
/* `next` is the caller's room for one submission; it is large. `job` may be NULL. */
atr_Status atr__submission_resume(atr_Loyalty *loyalty, const atr_Job *job, atr_Submission *next,
                                  atr_Settlement *settlement, uint32_t *count);

/* requests.c */
atr_Status atr__requests_create(atr_Loyalty *loyalty);
void atr__requests_free(atr_Loyalty *loyalty);

/* loyalty.c: gives the memory back; nothing may use the object any more. */
void atr__loyalty_free(atr_Loyalty *loyalty);

#endif
