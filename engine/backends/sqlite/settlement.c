/*
 * A settlement as rows and back: what is loaded later equals what was returned first, so that a
 * retry answers the same. Rules and reward parts are stored by name, because their numbers may
 * move; outcome, signature, authentic and format by numbers that may not.
 */
#define _POSIX_C_SOURCE 200809L

#include "sqlite_internal.h"

#include <string.h>

_Static_assert(ATR_OUTCOME_REJECTED == 0 && ATR_OUTCOME_REVIEW == 1 && ATR_OUTCOME_ACCEPTED == 2,
               "stored, and indexed by, as these numbers");
_Static_assert(ATR_SIGNATURE_NONE == 0 && ATR_SIGNATURE_OK == 1 && ATR_SIGNATURE_BAD == 2 &&
                   ATR_SIGNATURE_UNKNOWN == 3,
               "stored as these numbers");
_Static_assert(ATR_AUTHENTIC_NO == 0 && ATR_AUTHENTIC_UNSIGNED == 1 && ATR_AUTHENTIC_PARTIAL == 2 &&
                   ATR_AUTHENTIC_YES == 3,
               "stored as these numbers");
_Static_assert(ATR_RECEIPT_UNKNOWN == 0 && ATR_RECEIPT_ATR1 == 1 && ATR_RECEIPT_ZATCA1 == 2 &&
                   ATR_RECEIPT_ZATCA2 == 3,
               "stored as these numbers");

/* ---- Saving ---------------------------------------------------------------------------------- */

static atr_Status save_row(atr__Sqlite *db, int64_t seq, const atr_SettleRequest *request,
                           const atr_SettleDecision *decision)
{
    const atr_Receipt *receipt = request->receipt;
    const atr_Verdict *verdict = &decision->verdict;
    atr__Query q = atr__query(db, ATR__SQL_SUBMISSION_SETTLE);
    atr__query_int(&q, seq);
    atr__query_int(&q, receipt != NULL ? (int64_t)receipt->format : ATR_RECEIPT_UNKNOWN);
    atr__query_text(&q, receipt != NULL ? receipt->key : "");
    atr__query_text(&q, request->store != NULL ? request->store->id : "");
    atr__query_int(&q, receipt != NULL ? receipt->total_fils : 0);
    atr__query_int(&q, receipt != NULL ? receipt->vat_fils : 0);
    atr__query_int(&q, receipt != NULL ? request->receipt_utc_s : 0);
    atr__query_int(&q, (int64_t)verdict->outcome);
    atr__query_int(&q, (int64_t)verdict->signature);
    atr__query_int(&q, (int64_t)verdict->authentic);
    atr__query_int(&q, verdict->score);
    atr__query_int(&q, request->amount_unsigned ? 1 : 0);
    const bool accepted = verdict->outcome == ATR_OUTCOME_ACCEPTED;
    atr__query_int(&q, accepted ? decision->reward.coins : 0);
    atr__query_int(&q, accepted ? decision->reward.xp : 0);
    atr__query_int(&q, accepted ? (int64_t)decision->reward.celebration : 0);
    return atr__query_run(&q);
}

static atr_Status save_reasons(atr__Sqlite *db, int64_t seq, const atr_Verdict *verdict)
{
    atr_Status status = ATR_OK;
    for (uint32_t i = 0; i < verdict->reason_count && status == ATR_OK; i++) {
        const atr_Reason *reason = &verdict->reasons[i];
        atr__Query q = atr__query(db, ATR__SQL_REASON_ADD);
        atr__query_int(&q, seq);
        atr__query_int(&q, i);
        atr__query_text(&q, atr_rule_name(reason->rule));
        atr__query_int(&q, reason->hard ? 1 : 0);
        atr__query_int(&q, reason->points);
        atr__query_text(&q, reason->evidence);
        status = atr__query_run(&q);
    }
    return status;
}

static atr_Status save_rewards(atr__Sqlite *db, int64_t seq, const atr_Reward *reward)
{
    atr_Status status = ATR_OK;
    for (uint32_t i = 0; i < reward->row_count && status == ATR_OK; i++) {
        const atr_RewardRow *row = &reward->rows[i];
        atr__Query q = atr__query(db, ATR__SQL_REWARD_ADD);
        atr__query_int(&q, seq);
        atr__query_int(&q, i);
        atr__query_text(&q, atr_reward_part_name(row->part));
        atr__query_int(&q, row->percent);
        atr__query_int(&q, row->coins);
        status = atr__query_run(&q);
    }
    return status;
}

static atr_Status save_standing(atr__Sqlite *db, int64_t seq, int moment,
                                const atr_Standing *standing)
{
    atr__Query q = atr__query(db, ATR__SQL_STANDING_ADD);
    atr__sqlite_bind_standing(&q, standing);
    atr__query_int(&q, seq);
    atr__query_int(&q, moment);
    return atr__query_run(&q);
}

atr_Status atr__sqlite_save_settlement(atr__Sqlite *db, int64_t seq,
                                       const atr_SettleRequest *request,
                                       const atr_SettleDecision *decision,
                                       const atr_Standing *standing)
{
    const bool accepted = decision->verdict.outcome == ATR_OUTCOME_ACCEPTED;
    atr_Status status = save_row(db, seq, request, decision);
    if (status == ATR_OK) {
        status = save_reasons(db, seq, &decision->verdict);
    }
    if (status == ATR_OK && accepted) {
        status = save_rewards(db, seq, &decision->reward);
    }
    if (status == ATR_OK) {
        status = save_standing(db, seq, 0, standing);
    }
    if (status == ATR_OK && accepted) {
        status = save_standing(db, seq, 1, &decision->reward.after);
    }
    return status;
}

/* ---- Loading --------------------------------------------------------------------------------- */

static atr_RewardPart part_from_name(const char *name)
{
    for (int part = 0; part < ATR_REWARD_PART_COUNT; part++) {
        if (strcmp(atr_reward_part_name((atr_RewardPart)part), name) == 0) {
            return (atr_RewardPart)part;
        }
    }
    return ATR_REWARD_BASE;
}

static atr_Status load_row(atr__Sqlite *db, const atr_Id128 *id, int64_t *seq, atr_Settlement *out)
{
    atr__Query q = atr__query(db, ATR__SQL_SUBMISSION_BY_ID);
    atr__query_blob(&q, id->bytes, sizeof id->bytes);
    const bool found = atr__query_row(&q);
    if (found) {
        *seq = atr__query_get_int(&q, 0);
        out->id = *id;
        out->state = (atr_SubmissionState)atr__query_get_int(&q, 1);
        out->user = (atr_UserId)atr__query_get_int(&q, 2);
        out->session = (uint64_t)atr__query_get_int(&q, 3);
        out->submitted_ms = atr__query_get_int(&q, 4);
        out->settled_ms = atr__query_get_int(&q, 5);
        atr__query_get_text(&q, 6, out->reference, sizeof out->reference);
        out->format = (atr_ReceiptFormat)atr__query_get_int(&q, 7);
        atr__query_get_text(&q, 8, out->receipt_key, sizeof out->receipt_key);
        atr__query_get_text(&q, 9, out->store, sizeof out->store);
        out->total_fils = atr__query_get_int(&q, 10);
        out->vat_fils = atr__query_get_int(&q, 11);
        out->receipt_utc_s = atr__query_get_int(&q, 12);
        out->verdict.outcome = (atr_Outcome)atr__query_get_int(&q, 13);
        out->verdict.signature = (atr_Signature)atr__query_get_int(&q, 14);
        out->verdict.authentic = (atr_Authentic)atr__query_get_int(&q, 15);
        out->verdict.score = (int32_t)atr__query_get_int(&q, 16);
        out->reward.coins = atr__query_get_int(&q, 17);
        out->reward.xp = atr__query_get_int(&q, 18);
        out->reward.celebration = (atr_Celebration)atr__query_get_int(&q, 19);
    }
    const atr_Status status = atr__query_finish(&q);
    if (status != ATR_OK) {
        return status;
    }
    return found ? ATR_OK : ATR_ERR_NOT_FOUND;
}

static atr_Status load_reasons(atr__Sqlite *db, int64_t seq, atr_Verdict *verdict)
{
    atr__Query q = atr__query(db, ATR__SQL_REASONS);
    atr__query_int(&q, seq);
    while (verdict->reason_count < ATR_REASONS_MAX && atr__query_row(&q)) {
        atr_Reason *reason = &verdict->reasons[verdict->reason_count++];
        char rule[32];
        atr__query_get_text(&q, 0, rule, sizeof rule);
        reason->rule = atr_rule_from_name(rule);
        reason->hard = atr__query_get_int(&q, 1) != 0;
        reason->points = (int32_t)atr__query_get_int(&q, 2);
        atr__query_get_text(&q, 3, reason->evidence, sizeof reason->evidence);
    }
    return atr__query_finish(&q);
}

static atr_Status load_rewards(atr__Sqlite *db, int64_t seq, atr_Reward *reward)
{
    atr__Query q = atr__query(db, ATR__SQL_REWARDS);
    atr__query_int(&q, seq);
    while (reward->row_count < ATR_REWARD_PART_COUNT && atr__query_row(&q)) {
        atr_RewardRow *row = &reward->rows[reward->row_count++];
        char part[32];
        atr__query_get_text(&q, 0, part, sizeof part);
        row->part = part_from_name(part);
        row->percent = (int32_t)atr__query_get_int(&q, 1);
        row->coins = atr__query_get_int(&q, 2);
    }
    return atr__query_finish(&q);
}

static atr_Status load_standings(atr__Sqlite *db, int64_t seq, atr_Reward *reward)
{
    atr__Query q = atr__query(db, ATR__SQL_STANDINGS);
    atr__query_int(&q, seq);
    while (atr__query_row(&q)) {
        if (atr__query_get_int(&q, 0) == 0) {
            atr__sqlite_get_standing(&q, 1, &reward->before);
            reward->after = reward->before; /* unless it changed: the next row */
        } else {
            atr__sqlite_get_standing(&q, 1, &reward->after);
        }
    }
    return atr__query_finish(&q);
}

atr_Status atr__sqlite_load_settlement(atr__Sqlite *db, const atr_Id128 *id, atr_Settlement *out)
{
    memset(out, 0, sizeof *out);
    int64_t seq = 0;
    atr_Status status = load_row(db, id, &seq, out);
    if (status != ATR_OK || out->state != ATR_SUBMISSION_SETTLED) {
        return status;
    }
    status = load_reasons(db, seq, &out->verdict);
    if (status == ATR_OK) {
        status = load_rewards(db, seq, &out->reward);
    }
    if (status == ATR_OK) {
        status = load_standings(db, seq, &out->reward);
    }
    return status;
}

atr_Status atr__sqlite_settlement(void *self, const atr_Id128 *id, atr_Settlement *out)
{
    atr__Sqlite *db = self;
    const atr_Status status = atr__sqlite_begin(db, ATR__SQLITE_READ);
    if (status != ATR_OK) {
        return status;
    }
    return atr__sqlite_end(db, atr__sqlite_load_settlement(db, id, out));
}
