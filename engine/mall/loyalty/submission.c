/*
 * One receipt from text to settlement, and those that an earlier process left on the way.
 *
 *   stored as pending (durable)   →  SAVED
 *   decoded, signature judged     →  SIGNATURE, unless it is no receipt
 *   settled in one transaction    →  SETTLED
 *
 * Each arrow may be cut off by a crash: what is pending is taken up again by its id, and the store
 * answers what was decided if it was. A receipt is judged as of when it was handed in. A busy store
 * is asked a few times; after that the receipt stays pending.
 */
#define _POSIX_C_SOURCE 200809L

#include "loyalty/loyalty_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct DecideContext {
    const atr_Loyalty *loyalty;
    const atr__Judgement *judgement;
} DecideContext;

static void report(atr__StepSink steps, atr_SubmitStep step)
{
    if (steps.fn != NULL) {
        steps.fn(steps.user, step);
    }
}

/* ---- The decision, inside the store's transaction -------------------------------------------- */

static atr_OutboxEvent *add_event(const atr_Submission *submission, atr_SettleDecision *decision)
{
    atr_OutboxEvent *event = &decision->events[decision->event_count];
    atr__event_id(&submission->id, decision->event_count, &event->id);
    event->session = submission->session;
    decision->event_count++;
    return event;
}

static void add_effect(const atr_Submission *submission, atr_SettleDecision *decision,
                       const char *effect, int64_t amount)
{
    atr_OutboxEvent *event = add_event(submission, decision);
    event->kind = ATR_OUTBOX_EFFECT;
    snprintf(event->payload, sizeof event->payload, "%s %" PRId64, effect, amount);
}

/* Effects are for the screen that waits; without one nobody would ever fetch them. */
static void add_events(const atr_Submission *submission, atr_SettleDecision *decision)
{
    const atr_Reward *reward = &decision->reward;
    atr__lookup_describe_user(submission->user, add_event(submission, decision));
    if (submission->session == 0) {
        return;
    }
    add_effect(submission, decision, "receipt_submitted", reward->coins);
    if (reward->after.level > reward->before.level) {
        add_effect(submission, decision, "level_up", reward->after.level);
    }
    if (reward->after.tier > reward->before.tier) {
        add_effect(submission, decision, "vip_upgrade", (int64_t)reward->after.tier);
    }
}

static void decide(void *user, const atr_SettleView *view, atr_SettleDecision *decision)
{
    const DecideContext *context = user;
    const atr__Judgement *j = context->judgement;
    decision->verdict = j->verdict;
    decision->reward.before = view->standing;
    decision->reward.after = view->standing;
    if (!j->decoded) {
        return;
    }
    const atr_ReceiptFacts facts = atr__judgement_facts(j);
    atr_rules_judge_history(&context->loyalty->rules, &facts, &view->history, &decision->verdict);
    atr_rules_conclude(&context->loyalty->rules, &decision->verdict);
    switch (decision->verdict.outcome) {
    case ATR_OUTCOME_ACCEPTED:
        decision->claim_key = true;
        atr__judgement_reward(context->loyalty, j, &view->standing, &decision->reward);
        add_events(view->submission, decision);
        break;
    case ATR_OUTCOME_REVIEW:
        /* Anyone can print an unsigned receipt of somebody else's purchase: such a key is used up
         * only when a reviewer accepts it. */
        decision->claim_key = decision->verdict.authentic == ATR_AUTHENTIC_YES;
        break;
    case ATR_OUTCOME_REJECTED:
        break;
    }
}

/* ---- Steps ----------------------------------------------------------------------------------- */

void atr__submission_fill(const atr_Loyalty *loyalty, const atr_SubmitRequest *request,
                          atr_Submission *out)
{
    memset(out, 0, sizeof *out);
    out->id = request->id;
    out->user = request->user;
    out->session = request->session;
    out->submitted_ms = atr_clock_utc_ms(&loyalty->clock);
    out->text_size = (uint32_t)request->text.size;
    memcpy(out->text, request->text.data, request->text.size);
}

static atr_Status store_pending(atr_Loyalty *loyalty, const atr_Submission *submission,
                                atr_Settlement *existing)
{
    atr_Status status = ATR_ERR_BUSY;
    for (int i = 0; i < ATR__LOYALTY_ATTEMPTS && status == ATR_ERR_BUSY; i++) {
        status = loyalty->store.ops->submit(loyalty->store.self, submission, existing);
    }
    return status;
}

static atr_Status settle_pending(atr_Loyalty *loyalty, const atr_Submission *submission,
                                 atr__StepSink steps, atr_Settlement *out)
{
    atr__Judgement judgement;
    const atr_Bytes text = { submission->text, submission->text_size };
    atr_Status status =
        atr__judge(loyalty, text, submission->submitted_ms / 1000, NULL, &judgement);
    if (status != ATR_OK) {
        return status;
    }
    if (judgement.decoded) {
        report(steps, ATR_STEP_SIGNATURE);
    }
    DecideContext context = { loyalty, &judgement };
    atr_SettleRequest request = {
        .id = submission->id,
        .now_ms = atr_clock_utc_ms(&loyalty->clock),
        .decide = decide,
        .decide_user = &context,
    };
    atr__judgement_request(&judgement, &request);
    atr_loyalty_reference(&submission->id, request.reference);
    status = ATR_ERR_BUSY;
    for (int i = 0; i < ATR__LOYALTY_ATTEMPTS && status == ATR_ERR_BUSY; i++) {
        status = loyalty->store.ops->settle(loyalty->store.self, &request, out);
    }
    if (status == ATR_OK) {
        atr__lookup_forget_user(loyalty, submission->user);
        report(steps, ATR_STEP_SETTLED);
    }
    return status;
}

/* The submission as it was stored under this id: a retry may come with other words. */
static atr_Status find_pending(atr_Loyalty *loyalty, const atr_Id128 *id, atr_Submission *out)
{
    const atr_Id128 *after = NULL;
    atr_Id128 last;
    for (;;) {
        uint32_t count = 0;
        const atr_Status status =
            loyalty->store.ops->pending(loyalty->store.self, after, out, 1, &count);
        if (status != ATR_OK) {
            return status;
        }
        if (count == 0) {
            return ATR_ERR_NOT_FOUND;
        }
        if (memcmp(out->id.bytes, id->bytes, sizeof id->bytes) == 0) {
            return ATR_OK;
        }
        last = out->id;
        after = &last;
    }
}

static atr_Status take_up(atr_Loyalty *loyalty, const atr_Submission *submission,
                          atr__StepSink steps, atr_Settlement *out)
{
    if (out->user != submission->user) {
        return ATR_ERR_EXISTS;
    }
    report(steps, ATR_STEP_SAVED);
    if (out->state == ATR_SUBMISSION_PENDING) {
        atr_Submission stored;
        const atr_Status status = find_pending(loyalty, &submission->id, &stored);
        if (status == ATR_OK) {
            return settle_pending(loyalty, &stored, steps, out);
        }
        if (status != ATR_ERR_NOT_FOUND) {
            return status;
        }
        /* Settled by somebody else meanwhile. */
        const atr_Status found =
            loyalty->store.ops->settlement(loyalty->store.self, &submission->id, out);
        if (found != ATR_OK) {
            return found;
        }
    }
    if (out->format != ATR_RECEIPT_UNKNOWN) {
        report(steps, ATR_STEP_SIGNATURE);
    }
    report(steps, ATR_STEP_SETTLED);
    return ATR_OK;
}

atr_Status atr__submission_run(atr_Loyalty *loyalty, const atr_Submission *submission,
                               atr__StepSink steps, atr_Settlement *out)
{
    const atr_Status status = store_pending(loyalty, submission, out);
    if (status == ATR_ERR_EXISTS) {
        return take_up(loyalty, submission, steps, out);
    }
    if (status != ATR_OK) {
        return status;
    }
    report(steps, ATR_STEP_SAVED);
    return settle_pending(loyalty, submission, steps, out);
}

/* ---- What was left behind -------------------------------------------------------------------- */

/* Trouble with this one receipt leaves the others to be tried; trouble with the store does not. */
static bool store_is_in_trouble(atr_Status status)
{
    return status != ATR_OK && status != ATR_ERR_INVALID && status != ATR_ERR_NOT_FOUND;
}

atr_Status atr__submission_resume(atr_Loyalty *loyalty, const atr_Job *job, atr_Submission *next,
                                  atr_Settlement *settlement, uint32_t *count)
{
    const atr_Id128 *after = NULL;
    atr_Id128 last;
    atr_Status first_trouble = ATR_OK;
    *count = 0;
    for (;;) {
        uint32_t found = 0;
        atr_Status status =
            loyalty->store.ops->pending(loyalty->store.self, after, next, 1, &found);
        if (status != ATR_OK) {
            return status;
        }
        if (found == 0) {
            return first_trouble;
        }
        if (job != NULL && atr_job_is_cancelled(job)) {
            return ATR_ERR_CANCELLED;
        }
        last = next->id;
        after = &last;
        status = settle_pending(loyalty, next, (atr__StepSink){ 0 }, settlement);
        if (store_is_in_trouble(status)) {
            return status;
        }
        if (status == ATR_OK) {
            (*count)++;
        } else {
            atr_log(&loyalty->log, ATR_LOG_ERROR, ATR__LOYALTY_MODULE, "resume: %s",
                    atr_status_text(status));
            first_trouble = first_trouble == ATR_OK ? status : first_trouble;
        }
    }
}
