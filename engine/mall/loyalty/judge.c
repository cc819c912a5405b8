/*
 * From text to everything a verdict needs but the history: decode, find the pinned key, find the
 * store the key names, run the rules that look at this receipt alone. And the dry run: the same
 * with the history read outside any settlement.
 *
 * Only trouble with the store makes these calls fail; a receipt that cannot be read has a verdict.
 */
#define _POSIX_C_SOURCE 200809L

#include "loyalty/loyalty_internal.h"

#include <string.h>

/* A key vouched for by the operator for this call is that of the store which the receipt names. */
static void adopt_key(const atr_ReceiptKey *pinned, const atr_Receipt *receipt, atr_ReceiptKey *out)
{
    *out = *pinned;
    if (out->store[0] == '\0') {
        memcpy(out->store, receipt->store, sizeof out->store);
    }
    if (out->kid[0] == '\0') {
        memcpy(out->kid, receipt->kid, sizeof out->kid);
    }
}

static atr_Status find_key(atr_Loyalty *loyalty, const atr_ReceiptKey *pinned, atr__Judgement *j)
{
    atr_Status status = ATR_ERR_NOT_FOUND;
    if (pinned != NULL) {
        adopt_key(pinned, &j->receipt, &j->key);
        status = ATR_OK;
    } else if (j->receipt.format == ATR_RECEIPT_ATR1) {
        status = loyalty->store.ops->key_by_kid(loyalty->store.self, j->receipt.kid, &j->key);
    } else if (j->receipt.format == ATR_RECEIPT_ZATCA2) {
        status = loyalty->store.ops->key_by_bytes(loyalty->store.self, j->receipt.public_key,
                                                  j->receipt.public_key_size, &j->key);
    }
    j->key_known = status == ATR_OK;
    return status == ATR_ERR_NOT_FOUND ? ATR_OK : status;
}

/* The pinned key names the store. Without one, only formats whose own words are trusted as far as a
 * typed receipt's are looked up by their tax number. */
static atr_Status find_store(atr_Loyalty *loyalty, atr__Judgement *j)
{
    atr_Status status = ATR_ERR_NOT_FOUND;
    if (j->key_known && j->key.store[0] != '\0') {
        status = atr__lookup_store(loyalty, j->key.store, &j->store);
    } else if (j->receipt.format != ATR_RECEIPT_ATR1 && j->receipt.trn[0] != '\0') {
        status = loyalty->store.ops->store_by_trn(loyalty->store.self, j->receipt.trn, &j->store);
    }
    j->store_known = status == ATR_OK;
    return status == ATR_ERR_NOT_FOUND ? ATR_OK : status;
}

atr_ReceiptFacts atr__judgement_facts(const atr__Judgement *judgement)
{
    return (atr_ReceiptFacts){
        .receipt = &judgement->receipt,
        .key = judgement->key_known ? &judgement->key : NULL,
        .store = judgement->store_known ? &judgement->store : NULL,
        .now_s = judgement->now_s,
    };
}

atr_Status atr__judge(atr_Loyalty *loyalty, atr_Bytes text, int64_t now_s,
                      const atr_ReceiptKey *pinned, atr__Judgement *out)
{
    memset(out, 0, sizeof *out);
    out->now_s = now_s;
    out->decoded = atr_receipt_decode(text, &out->receipt, &out->error) == ATR_OK;
    if (!out->decoded) {
        atr_rules_refuse_format(&loyalty->rules, out->error.text, &out->verdict);
        return ATR_OK;
    }
    atr_Status status = find_key(loyalty, pinned, out);
    if (status == ATR_OK) {
        status = find_store(loyalty, out);
    }
    if (status == ATR_OK) {
        const atr_ReceiptFacts facts = atr__judgement_facts(out);
        out->receipt_utc_s = atr_rules_receipt_utc(&out->receipt, facts.store);
        atr_rules_judge_receipt(&loyalty->rules, &facts, &out->verdict);
    }
    return status;
}

/* `judgement` is borrowed by `out`. */
void atr__judgement_request(const atr__Judgement *judgement, atr_SettleRequest *out)
{
    out->receipt = judgement->decoded ? &judgement->receipt : NULL;
    out->store = judgement->store_known ? &judgement->store : NULL;
    out->receipt_utc_s = judgement->receipt_utc_s;
    out->amount_unsigned = judgement->decoded && judgement->verdict.authentic != ATR_AUTHENTIC_YES;
}

void atr__judgement_reward(const atr_Loyalty *loyalty, const atr__Judgement *judgement,
                           const atr_Standing *before, atr_Reward *out)
{
    const atr_RewardInput input = {
        .total_fils = judgement->receipt.total_fils,
        .category = judgement->store.category,
        .local_time_s =
            judgement->receipt_utc_s + (int64_t)judgement->store.utc_offset_minutes * 60,
        .event_percent = loyalty->event_percent,
    };
    atr_reward_compute(&input, before, out);
}

static atr_Status judge_history(atr_Loyalty *loyalty, atr__Judgement *j)
{
    atr_SettleRequest request = { .now_ms = j->now_s * 1000 };
    atr__judgement_request(j, &request);
    atr_ReceiptHistory history;
    const atr_Status status =
        loyalty->store.ops->history(loyalty->store.self, &request, 0, &history);
    if (status != ATR_OK) {
        return status;
    }
    const atr_ReceiptFacts facts = atr__judgement_facts(j);
    atr_rules_judge_history(&loyalty->rules, &facts, &history, &j->verdict);
    atr_rules_conclude(&loyalty->rules, &j->verdict);
    return ATR_OK;
}

atr_Status atr__preview(atr_Loyalty *loyalty, atr_Bytes text, int64_t at_s,
                        const atr_ReceiptKey *pinned, atr_Preview *out)
{
    memset(out, 0, sizeof *out);
    const int64_t now_s = at_s != 0 ? at_s : atr_clock_utc_ms(&loyalty->clock) / 1000;
    atr__Judgement j;
    atr_Status status = atr__judge(loyalty, text, now_s, pinned, &j);
    if (status == ATR_OK && j.decoded) {
        status = judge_history(loyalty, &j);
    }
    if (status != ATR_OK) {
        return status;
    }
    out->receipt = j.receipt;
    out->error = j.error;
    out->decoded = j.decoded;
    out->store_known = j.store_known;
    out->store = j.store;
    out->receipt_utc_s = j.receipt_utc_s;
    out->verdict = j.verdict;
    if (j.verdict.outcome == ATR_OUTCOME_ACCEPTED) {
        const atr_Standing new_card = { .level = 1 };
        atr__judgement_reward(loyalty, &j, &new_card, &out->reward);
    }
    return ATR_OK;
}
