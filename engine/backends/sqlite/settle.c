/*
 * Settling a receipt exactly once, as store.h's essay says: everything below happens in one
 * transaction that holds the write lock from its first statement, so the history, the standing and
 * the claim are read and written by nobody else meanwhile.
 *
 * The answer is loaded from the rows just written: the first answer and a retry's come the same
 * way.
 */
#define _POSIX_C_SOURCE 200809L

#include "sqlite_internal.h"

#include <string.h>

/* Moves pending to settled. `seq` 0: it was not pending. */
static atr_Status take(atr__Sqlite *db, const atr_SettleRequest *request, int64_t *seq,
                       atr_Submission *out)
{
    *seq = 0;
    atr__Query q = atr__query(db, ATR__SQL_SUBMISSION_TAKE);
    atr__query_blob(&q, request->id.bytes, sizeof request->id.bytes);
    atr__query_int(&q, request->now_ms);
    atr__query_text(&q, request->reference);
    if (atr__query_row(&q)) {
        *seq = atr__query_get_int(&q, 0);
        out->id = request->id;
        out->user = (atr_UserId)atr__query_get_int(&q, 1);
        out->session = (uint64_t)atr__query_get_int(&q, 2);
        out->submitted_ms = atr__query_get_int(&q, 3);
        out->text_size = (uint32_t)atr__query_get_blob(&q, 4, out->text, ATR_RECEIPT_TEXT_MAX);
        (void)atr__query_row(&q);
    }
    return atr__query_finish(&q);
}

static atr_Status read_standing(atr__Sqlite *db, atr_UserId user, atr_Standing *out)
{
    atr__Query q = atr__query(db, ATR__SQL_USER_STANDING);
    atr__query_int(&q, (int64_t)user);
    const bool found = atr__query_row(&q);
    if (found) {
        atr__sqlite_get_standing(&q, 0, out);
    }
    const atr_Status status = atr__query_finish(&q);
    if (status != ATR_OK) {
        return status;
    }
    return found ? ATR_OK : ATR_ERR_CORRUPT; /* a foreign key vouches for the row */
}

static atr_Status claim(atr__Sqlite *db, const char *key, int64_t seq, bool *claimed)
{
    atr__Query q = atr__query(db, ATR__SQL_CLAIM_ADD);
    atr__query_text(&q, key);
    atr__query_int(&q, seq);
    *claimed = atr__query_row(&q);
    if (*claimed) {
        (void)atr__query_row(&q);
    }
    return atr__query_finish(&q);
}

static bool wants_claim(const atr_SettleDecision *decision)
{
    return decision->claim_key || decision->verdict.outcome == ATR_OUTCOME_ACCEPTED;
}

/* What the caller's function answered, held to what the ledger relies on. */
static bool is_consistent(const atr_SettleRequest *request, const atr_SettleView *view,
                          const atr_SettleDecision *decision)
{
    if (decision->event_count > ATR_DECISION_EVENTS_MAX ||
        decision->verdict.reason_count > ATR_REASONS_MAX ||
        decision->reward.row_count > ATR_REWARD_PART_COUNT) {
        return false;
    }
    if (wants_claim(decision) && (request->receipt == NULL || request->receipt->key[0] == '\0')) {
        return false;
    }
    return decision->verdict.outcome != ATR_OUTCOME_ACCEPTED ||
           (decision->reward.coins >= 0 &&
            decision->reward.after.coins == view->standing.coins + decision->reward.coins);
}

/* Asks for a decision and claims the key it needs; asks once more when the key is gone. */
static atr_Status decide(atr__Sqlite *db, const atr_SettleRequest *request, int64_t seq,
                         atr_SettleView *view, atr_SettleDecision *decision)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        memset(decision, 0, sizeof *decision);
        request->decide(request->decide_user, view, decision);
        if (!is_consistent(request, view, decision)) {
            break;
        }
        if (!wants_claim(decision)) {
            return ATR_OK;
        }
        bool claimed = false;
        const atr_Status status = claim(db, request->receipt->key, seq, &claimed);
        if (status != ATR_OK || claimed) {
            return status;
        }
        view->history.key_paid = true;
    }
    atr_log(&db->log, ATR_LOG_ERROR, ATR__SQLITE_MODULE,
            "settle: the decision contradicts the standing or claims a paid receipt");
    return ATR_ERR_INVALID;
}

static atr_Status credit(atr__Sqlite *db, const atr_SettleRequest *request, int64_t seq,
                         atr_UserId user, const atr_Reward *reward)
{
    if (reward->coins != 0) {
        atr__Query row = atr__query(db, ATR__SQL_LEDGER_ADD);
        atr__query_int(&row, (int64_t)user);
        atr__query_int(&row, seq);
        atr__query_int(&row, reward->coins);
        atr__query_int(&row, request->now_ms);
        const atr_Status status = atr__query_run(&row);
        if (status != ATR_OK) {
            return status;
        }
    }
    atr__Query totals = atr__query(db, ATR__SQL_USER_UPDATE);
    atr__sqlite_bind_standing(&totals, &reward->after);
    atr__query_int(&totals, (int64_t)user);
    return atr__query_run(&totals);
}

static atr_Status settle(atr__Sqlite *db, const atr_SettleRequest *request, int64_t seq,
                         const atr_Submission *submission)
{
    atr_SettleView view = { .submission = submission };
    atr_SettleDecision decision;
    atr_Status status = read_standing(db, submission->user, &view.standing);
    if (status == ATR_OK) {
        status = atr__sqlite_read_history(db, request, submission->user, submission->submitted_ms,
                                          &view.history);
    }
    if (status == ATR_OK) {
        status = decide(db, request, seq, &view, &decision);
    }
    if (status == ATR_OK && decision.verdict.outcome == ATR_OUTCOME_ACCEPTED) {
        status = credit(db, request, seq, submission->user, &decision.reward);
    }
    if (status == ATR_OK) {
        status = atr__sqlite_save_settlement(db, seq, request, &decision, &view.standing);
    }
    if (status == ATR_OK) {
        status = atr__sqlite_add_events(db, &decision, request->now_ms);
    }
    return status;
}

static atr_Status settle_or_load(atr__Sqlite *db, const atr_SettleRequest *request,
                                 atr_Settlement *out)
{
    atr_Submission submission = { 0 };
    int64_t seq = 0;
    atr_Status status = take(db, request, &seq, &submission);
    if (status == ATR_OK && seq != 0) {
        status = settle(db, request, seq, &submission);
    }
    if (status == ATR_OK) {
        status = atr__sqlite_load_settlement(db, &request->id, out);
    }
    return status;
}

atr_Status atr__sqlite_settle(void *self, const atr_SettleRequest *request, atr_Settlement *out)
{
    atr__Sqlite *db = self;
    ATR_ASSERT(request->decide != NULL);
    atr_Status status = atr__sqlite_begin(db, ATR__SQLITE_WRITE);
    if (status != ATR_OK) {
        return status;
    }
    status = atr__sqlite_end(db, settle_or_load(db, request, out));
    if (status != ATR_OK) {
        memset(out, 0, sizeof *out);
    }
    return status;
}
