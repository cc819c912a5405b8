/* What the mall answered, turned into what a screen shows. A shopper sees one sentence: that of the
 * reason with most points. Answers to a ticket that is no longer awaited are dropped here. */
#include "flow_internal.h"

#include <stdio.h>
#include <string.h>

static void set_reason(FlowAnswer *answer, const char *key)
{
    snprintf(answer->reason_key, sizeof answer->reason_key, "%s", key);
    answer->reason = answer->reason_key;
}

static void set_verdict(FlowAnswer *answer, const atr_Verdict *verdict)
{
    if (verdict->outcome != ATR_OUTCOME_ACCEPTED && verdict->reason_count > 0) {
        char key[sizeof answer->reason_key];
        snprintf(key, sizeof key, "reason.%s", atr_rule_name(verdict->reasons[0].rule));
        set_reason(answer, key);
    }
}

static void set_store(FlowAnswer *answer, const atr_StoreInfo *store)
{
    if (store != NULL) {
        snprintf(answer->store_en, sizeof answer->store_en, "%s", store->name_en);
        snprintf(answer->store_ar, sizeof answer->store_ar, "%s", store->name_ar);
        snprintf(answer->category, sizeof answer->category, "%s", store->category);
        snprintf(answer->currency, sizeof answer->currency, "%s", store->currency);
    }
}

/* The code stays "on screen" while its answer is shown; its text is needed by guests only. */
static void show(Flow *flow, FlowScreen screen)
{
    flow->read_ticket = 0;
    if (screen != SCREEN_GUEST) {
        memset(&flow->scan, 0, sizeof flow->scan);
    }
    flow__go(flow, screen);
}

void flow_on_step(Flow *flow, uint32_t ticket, atr_SubmitStep step)
{
    if (ticket == 0 || ticket != flow->read_ticket) {
        return;
    }
    flow->saved = flow->saved || step == ATR_STEP_SAVED;
    flow->checked = flow->checked || step == ATR_STEP_SIGNATURE;
    flow->settled = flow->settled || step == ATR_STEP_SETTLED;
}

/* Nothing was decided. What is saved will be, later; what is not was not taken at all. */
static void failed(Flow *flow)
{
    if (flow->saved) {
        if (flow->screen != SCREEN_PENDING) {
            flow__go(flow, SCREEN_PENDING);
        }
        return;
    }
    set_reason(&flow->answer, "err.save");
    show(flow, SCREEN_REJECTED);
    flow->shown_hash = 0; /* they are asked to try it again */
}

void flow_on_settled(Flow *flow, uint32_t ticket, atr_Status status,
                     const atr_Settlement *settlement, const atr_StoreInfo *store)
{
    if (status == ATR_OK && settlement != NULL &&
        settlement->verdict.outcome == ATR_OUTCOME_ACCEPTED) {
        flow->coins_today += settlement->reward.coins;
    }
    if (ticket == 0 || ticket != flow->read_ticket) {
        return;
    }
    if (status != ATR_OK || settlement == NULL) {
        failed(flow);
        return;
    }
    FlowAnswer *answer = &flow->answer;
    memset(answer, 0, sizeof *answer);
    set_store(answer, store);
    set_verdict(answer, &settlement->verdict);
    answer->total_fils = settlement->total_fils;
    snprintf(answer->reference, sizeof answer->reference, "%s", settlement->reference);
    switch (settlement->verdict.outcome) {
    case ATR_OUTCOME_ACCEPTED:
        answer->reward = settlement->reward;
        answer->coins = settlement->reward.coins;
        flow->user.standing = settlement->reward.after;
        flow->credited = true;
        show(flow, SCREEN_ACCEPTED);
        break;
    case ATR_OUTCOME_REVIEW:
        show(flow, SCREEN_HELD);
        break;
    default:
        show(flow, SCREEN_REJECTED);
        break;
    }
}

void flow_on_preview(Flow *flow, uint32_t ticket, atr_Status status, const atr_Preview *preview)
{
    if (ticket == 0 || ticket != flow->read_ticket) {
        return;
    }
    if (status != ATR_OK || preview == NULL) {
        failed(flow);
        return;
    }
    FlowAnswer *answer = &flow->answer;
    memset(answer, 0, sizeof *answer);
    set_store(answer, preview->store_known ? &preview->store : NULL);
    set_verdict(answer, &preview->verdict);
    answer->total_fils = preview->receipt.total_fils;
    answer->reward = preview->reward;
    answer->coins = preview->reward.coins;
    /* One that would be held is worth a card too: only then can staff look at it. */
    show(flow, preview->verdict.outcome == ATR_OUTCOME_REJECTED ? SCREEN_REJECTED : SCREEN_GUEST);
}

void flow_on_sample(Flow *flow, uint32_t ticket, atr_Status status, const char *text)
{
    if (ticket == 0 || ticket != flow->sample_ticket) {
        return;
    }
    flow->sample_ticket = 0;
    if (status == ATR_OK && text != NULL) {
        flow_scan(flow, text, strlen(text));
    } else {
        flow_notice(flow, "err.busy");
    }
}
