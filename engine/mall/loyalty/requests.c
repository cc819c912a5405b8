/*
 * The calls that never block. Each takes one of a fixed number of request slots, copies what it
 * needs into it and hands it to the worker pool; the slot comes back after its callback has run. No
 * memory is taken from the system, and the lock is held only to move one pointer.
 *
 * A request may outlive the object by its callback: when the object is destroyed while results wait
 * in the mailbox, the last of them frees the memory.
 */
#define _POSIX_C_SOURCE 200809L

#include "loyalty/loyalty_internal.h"

#include <string.h>

#include "base/alloc.h"

#define OUTBOX_BATCH 16

typedef enum Kind {
    KIND_SUBMIT,
    KIND_PREVIEW,
    KIND_CARD,
    KIND_RESUME,
    KIND_OUTBOX_READ,
    KIND_OUTBOX_ACK
} Kind;

struct atr__Request {
    atr_Loyalty *loyalty;
    atr__Request *next_free;
    Kind kind;
    void *context;
    union {
        struct {
            atr_SubmitStepFn on_step;
            atr_SubmitDoneFn on_done;
            atr_Submission submission;
            atr_Settlement settlement;
        } submit; /* and resume, without callbacks */
        struct {
            atr_PreviewDoneFn done;
            char text[ATR_RECEIPT_TEXT_MAX];
            uint32_t text_size;
            atr_Preview preview;
        } preview;
        struct {
            atr_UserDoneFn done;
            uint8_t hash[32];
            atr_User user;
        } card;
        struct {
            atr_OutboxFn fn;
            uint64_t session;
            uint32_t count;
            atr_OutboxEvent events[OUTBOX_BATCH];
        } outbox;
    } u;
};

atr_Status atr__requests_create(atr_Loyalty *loyalty)
{
    loyalty->requests =
        atr__alloc_zero(&loyalty->allocator, loyalty->capacity, sizeof *loyalty->requests);
    if (loyalty->requests == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    for (uint32_t i = loyalty->capacity; i-- > 0;) {
        loyalty->requests[i].loyalty = loyalty;
        loyalty->requests[i].next_free = loyalty->free_list;
        loyalty->free_list = &loyalty->requests[i];
    }
    return ATR_OK;
}

void atr__requests_free(atr_Loyalty *loyalty)
{
    atr__free(&loyalty->allocator, loyalty->requests, loyalty->capacity, sizeof *loyalty->requests);
}

/* ---- Slots ----------------------------------------------------------------------------------- */

static atr_Status take(atr_Loyalty *loyalty, Kind kind, void *context, atr__Request **out)
{
    if (loyalty->pool == NULL) {
        return ATR_ERR_INVALID;
    }
    atr__mutex_lock(&loyalty->lock);
    atr__Request *request = loyalty->closing ? NULL : loyalty->free_list;
    const atr_Status status = loyalty->closing ? ATR_ERR_CANCELLED : ATR_ERR_FULL;
    if (request != NULL) {
        loyalty->free_list = request->next_free;
        loyalty->taken++;
    }
    atr__mutex_unlock(&loyalty->lock);
    if (request == NULL) {
        return status;
    }
    request->kind = kind;
    request->context = context;
    *out = request;
    return ATR_OK;
}

static void give_back(atr__Request *request)
{
    atr_Loyalty *loyalty = request->loyalty;
    atr__mutex_lock(&loyalty->lock);
    request->next_free = loyalty->free_list;
    loyalty->free_list = request;
    loyalty->taken--;
    const bool last = loyalty->abandoned && loyalty->taken == 0;
    atr__mutex_unlock(&loyalty->lock);
    if (last) {
        atr__loyalty_free(loyalty);
    }
}

static bool enter(atr_Loyalty *loyalty)
{
    atr__mutex_lock(&loyalty->lock);
    const bool open = !loyalty->closing;
    if (open) {
        loyalty->running++;
    }
    atr__mutex_unlock(&loyalty->lock);
    return open;
}

static void leave(atr_Loyalty *loyalty)
{
    atr__mutex_lock(&loyalty->lock);
    loyalty->running--;
    if (loyalty->running == 0) {
        atr__cond_broadcast(&loyalty->idle);
    }
    atr__mutex_unlock(&loyalty->lock);
}

/* ---- On a worker ----------------------------------------------------------------------------- */

static void progress_step(void *user, atr_SubmitStep step)
{
    atr_job_progress(user, (uint32_t)step);
}

static atr_Status read_outbox(atr__Request *request)
{
    atr_Loyalty *loyalty = request->loyalty;
    const atr_Status status = loyalty->store.ops->outbox_read(
        loyalty->store.self, request->u.outbox.session, request->u.outbox.events, OUTBOX_BATCH,
        &request->u.outbox.count);
    for (uint32_t i = 0; status == ATR_OK && i < request->u.outbox.count; i++) {
        atr__lookup_apply(loyalty, &request->u.outbox.events[i]);
    }
    return status;
}

static atr_Status ack_outbox(atr__Request *request)
{
    atr_Loyalty *loyalty = request->loyalty;
    atr_Id128 ids[OUTBOX_BATCH];
    for (uint32_t i = 0; i < request->u.outbox.count; i++) {
        ids[i] = request->u.outbox.events[i].id;
    }
    return loyalty->store.ops->outbox_ack(loyalty->store.self, ids, request->u.outbox.count);
}

static atr_Status run_kind(atr_Job *job, atr__Request *request)
{
    atr_Loyalty *loyalty = request->loyalty;
    uint32_t resumed = 0;
    switch (request->kind) {
    case KIND_SUBMIT:
        return atr__submission_run(loyalty, &request->u.submit.submission,
                                   (atr__StepSink){ progress_step, job },
                                   &request->u.submit.settlement);
    case KIND_PREVIEW:
        return atr__preview(loyalty,
                            (atr_Bytes){ request->u.preview.text, request->u.preview.text_size }, 0,
                            NULL, &request->u.preview.preview);
    case KIND_CARD:
        return atr__lookup_card(loyalty, request->u.card.hash, &request->u.card.user);
    case KIND_RESUME:
        return atr__submission_resume(loyalty, job, &request->u.submit.submission,
                                      &request->u.submit.settlement, &resumed);
    case KIND_OUTBOX_READ:
        return read_outbox(request);
    case KIND_OUTBOX_ACK:
        return ack_outbox(request);
    }
    return ATR_ERR_INVALID;
}

static atr_Status run(atr_Job *job, void *user)
{
    atr__Request *request = user;
    if (!enter(request->loyalty)) {
        return ATR_ERR_CANCELLED;
    }
    const atr_Status status = run_kind(job, request);
    leave(request->loyalty);
    return status;
}

/* ---- On the draining thread ------------------------------------------------------------------ */

static atr_Status hand_in(atr__Request *request, atr_Priority priority);

static void on_progress(void *user, atr_JobId id, uint32_t step)
{
    (void)id;
    const atr__Request *request = user;
    if (request->kind == KIND_SUBMIT && request->u.submit.on_step != NULL) {
        request->u.submit.on_step(request->context, &request->u.submit.submission.id,
                                  (atr_SubmitStep)step);
    }
}

/* True when the slot goes on to acknowledge what was just told. */
static bool tell_events(atr__Request *request, atr_Status status)
{
    if (status != ATR_OK || request->u.outbox.count == 0) {
        return false;
    }
    for (uint32_t i = 0; i < request->u.outbox.count; i++) {
        request->u.outbox.fn(request->context, &request->u.outbox.events[i]);
    }
    request->kind = KIND_OUTBOX_ACK;
    /* When the pool is full they stay in the outbox and are told again: at least once. */
    return hand_in(request, ATR_PRIORITY_LOW) == ATR_OK;
}

static void on_done(void *user, atr_JobId id, atr_Status status)
{
    (void)id;
    atr__Request *request = user;
    switch (request->kind) {
    case KIND_SUBMIT:
        if (request->u.submit.on_done != NULL) {
            request->u.submit.on_done(request->context, &request->u.submit.submission.id, status,
                                      status == ATR_OK ? &request->u.submit.settlement : NULL);
        }
        break;
    case KIND_PREVIEW:
        request->u.preview.done(request->context, status,
                                status == ATR_OK ? &request->u.preview.preview : NULL);
        break;
    case KIND_CARD:
        request->u.card.done(request->context, status,
                             status == ATR_OK ? &request->u.card.user : NULL);
        break;
    case KIND_OUTBOX_READ:
        if (tell_events(request, status)) {
            return;
        }
        break;
    case KIND_RESUME:
    case KIND_OUTBOX_ACK:
        break;
    }
    give_back(request);
}

static atr_Status hand_in(atr__Request *request, atr_Priority priority)
{
    const atr_JobDesc job = {
        .run = run,
        .done = on_done,
        .progress = on_progress,
        .progress_max = request->kind == KIND_SUBMIT && request->u.submit.on_step != NULL
                            ? ATR_STEP_SETTLED
                            : 0,
        .user = request,
        .priority = priority,
    };
    return atr_work_submit(request->loyalty->pool, &job, NULL);
}

/* ---- Any thread ------------------------------------------------------------------------------ */

static atr_Status start(atr__Request *request, atr_Priority priority)
{
    const atr_Status status = hand_in(request, priority);
    if (status != ATR_OK) {
        give_back(request);
    }
    return status;
}

static bool text_is_acceptable(atr_Bytes text)
{
    return text.data != NULL && text.size > 0 && text.size <= ATR_RECEIPT_TEXT_MAX;
}

atr_Status atr_loyalty_submit(atr_Loyalty *loyalty, const atr_SubmitRequest *request)
{
    ATR_ASSERT(loyalty != NULL && request != NULL);
    if (request->user == 0 || !text_is_acceptable(request->text)) {
        return ATR_ERR_INVALID;
    }
    atr__Request *slot = NULL;
    const atr_Status status = take(loyalty, KIND_SUBMIT, request->context, &slot);
    if (status != ATR_OK) {
        return status;
    }
    slot->u.submit.on_step = request->on_step;
    slot->u.submit.on_done = request->on_done;
    atr__submission_fill(loyalty, request, &slot->u.submit.submission);
    return start(slot, ATR_PRIORITY_HIGH);
}

atr_Status atr_loyalty_preview(atr_Loyalty *loyalty, atr_Bytes text, atr_PreviewDoneFn done,
                               void *context)
{
    ATR_ASSERT(loyalty != NULL && done != NULL);
    if (!text_is_acceptable(text)) {
        return ATR_ERR_INVALID;
    }
    atr__Request *slot = NULL;
    const atr_Status status = take(loyalty, KIND_PREVIEW, context, &slot);
    if (status != ATR_OK) {
        return status;
    }
    slot->u.preview.done = done;
    slot->u.preview.text_size = (uint32_t)text.size;
    memcpy(slot->u.preview.text, text.data, text.size);
    return start(slot, ATR_PRIORITY_HIGH);
}

atr_Status atr_loyalty_find_card(atr_Loyalty *loyalty, const char *digits, atr_UserDoneFn done,
                                 void *context)
{
    ATR_ASSERT(loyalty != NULL && done != NULL);
    if (!atr_card_is_valid(digits)) {
        return ATR_ERR_FORMAT;
    }
    atr__Request *slot = NULL;
    const atr_Status status = take(loyalty, KIND_CARD, context, &slot);
    if (status != ATR_OK) {
        return status;
    }
    slot->u.card.done = done;
    atr__card_hash(loyalty, digits, slot->u.card.hash);
    return start(slot, ATR_PRIORITY_CRITICAL);
}

atr_Status atr_loyalty_resume(atr_Loyalty *loyalty)
{
    ATR_ASSERT(loyalty != NULL);
    atr__Request *slot = NULL;
    const atr_Status status = take(loyalty, KIND_RESUME, NULL, &slot);
    return status == ATR_OK ? start(slot, ATR_PRIORITY_LOW) : status;
}

atr_Status atr_loyalty_poll_outbox(atr_Loyalty *loyalty, uint64_t session, atr_OutboxFn fn,
                                   void *context)
{
    ATR_ASSERT(loyalty != NULL && fn != NULL);
    atr__Request *slot = NULL;
    const atr_Status status = take(loyalty, KIND_OUTBOX_READ, context, &slot);
    if (status != ATR_OK) {
        return status;
    }
    slot->u.outbox.fn = fn;
    slot->u.outbox.session = session;
    slot->u.outbox.count = 0;
    return start(slot, ATR_PRIORITY_NORMAL);
}
