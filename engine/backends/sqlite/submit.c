/* Handing a receipt in: stored as pending, durably, before anyone is told it is saved. */
#define _POSIX_C_SOURCE 200809L

#include "sqlite_internal.h"

#include <string.h>

static atr_Status require_user(atr__Sqlite *db, atr_UserId user)
{
    atr__Query q = atr__query(db, ATR__SQL_USER_EXISTS);
    atr__query_int(&q, (int64_t)user);
    const bool found = atr__query_row(&q);
    const atr_Status status = atr__query_finish(&q);
    if (status != ATR_OK) {
        return status;
    }
    return found ? ATR_OK : ATR_ERR_NOT_FOUND;
}

static atr_Status add(atr__Sqlite *db, const atr_Submission *submission, bool *added)
{
    atr__Query q = atr__query(db, ATR__SQL_SUBMISSION_ADD);
    atr__query_blob(&q, submission->id.bytes, sizeof submission->id.bytes);
    atr__query_int(&q, (int64_t)submission->user);
    atr__query_int(&q, (int64_t)submission->session);
    atr__query_int(&q, submission->submitted_ms);
    atr__query_blob(&q, submission->text, submission->text_size);
    *added = atr__query_row(&q);
    if (*added) {
        (void)atr__query_row(&q);
    }
    return atr__query_finish(&q);
}

static atr_Status submit(atr__Sqlite *db, const atr_Submission *submission, bool *added,
                         atr_Settlement *existing)
{
    atr_Status status = require_user(db, submission->user);
    if (status == ATR_OK) {
        status = add(db, submission, added);
    }
    if (status == ATR_OK && !*added) {
        status = atr__sqlite_load_settlement(db, &submission->id, existing);
    }
    return status;
}

atr_Status atr__sqlite_submit(void *self, const atr_Submission *submission,
                              atr_Settlement *existing)
{
    atr__Sqlite *db = self;
    if (submission->text_size > ATR_RECEIPT_TEXT_MAX) {
        return ATR_ERR_INVALID;
    }
    bool added = false;
    atr_Status status = atr__sqlite_begin(db, ATR__SQLITE_WRITE);
    if (status != ATR_OK) {
        return status;
    }
    status = atr__sqlite_end(db, submit(db, submission, &added, existing));
    return status == ATR_OK && !added ? ATR_ERR_EXISTS : status;
}

static atr_Status find_seq(atr__Sqlite *db, const atr_Id128 *id, int64_t *seq)
{
    atr__Query q = atr__query(db, ATR__SQL_SUBMISSION_SEQ);
    atr__query_blob(&q, id->bytes, sizeof id->bytes);
    const bool found = atr__query_row(&q);
    if (found) {
        *seq = atr__query_get_int(&q, 0);
    }
    const atr_Status status = atr__query_finish(&q);
    if (status != ATR_OK) {
        return status;
    }
    return found ? ATR_OK : ATR_ERR_NOT_FOUND;
}

static atr_Status read_pending(atr__Sqlite *db, const atr_Id128 *after, atr_Submission *out,
                               uint32_t capacity, uint32_t *count)
{
    int64_t seq = 0;
    if (after != NULL) {
        const atr_Status status = find_seq(db, after, &seq);
        if (status != ATR_OK) {
            return status;
        }
    }
    uint32_t n = 0;
    atr__Query q = atr__query(db, ATR__SQL_SUBMISSION_PENDING);
    atr__query_int(&q, seq);
    atr__query_int(&q, capacity);
    while (n < capacity && atr__query_row(&q)) {
        atr_Submission *submission = &out[n++];
        memset(submission, 0, sizeof *submission);
        atr__query_get_blob(&q, 0, submission->id.bytes, sizeof submission->id.bytes);
        submission->user = (atr_UserId)atr__query_get_int(&q, 1);
        submission->session = (uint64_t)atr__query_get_int(&q, 2);
        submission->submitted_ms = atr__query_get_int(&q, 3);
        submission->text_size =
            (uint32_t)atr__query_get_blob(&q, 4, submission->text, ATR_RECEIPT_TEXT_MAX);
    }
    const atr_Status status = atr__query_finish(&q);
    if (status == ATR_OK) {
        *count = n;
    }
    return status;
}

atr_Status atr__sqlite_pending(void *self, const atr_Id128 *after, atr_Submission *out,
                               uint32_t capacity, uint32_t *count)
{
    atr__Sqlite *db = self;
    *count = 0;
    const atr_Status status = atr__sqlite_begin(db, ATR__SQLITE_READ);
    if (status != ATR_OK) {
        return status;
    }
    return atr__sqlite_end(db, read_pending(db, after, out, capacity, count));
}
