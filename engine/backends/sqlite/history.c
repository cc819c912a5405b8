/*
 * What happened before: the counts that the rules judge a receipt by.
 *
 * A receipt is judged as of the moment it was handed in, so one that waited out a crash is not
 * called late or hasty for it. Days are the store's local ones. Only held and accepted receipts
 * count: a rejected one used nobody's allowance.
 */
#define _POSIX_C_SOURCE 200809L

#include "sqlite_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS         (INT64_C(24) * 3600 * 1000)
#define AMOUNTS_MAX    1000
#define OFFSET_MINUTES 240 /* where no store is known: the mall's */

/* First millisecond of the local day that holds `time_ms`. */
static int64_t day_start(int64_t time_ms, int32_t offset_minutes)
{
    const int64_t offset_ms = (int64_t)offset_minutes * 60 * 1000;
    const int64_t local = time_ms + offset_ms;
    int64_t into_day = local % DAY_MS;
    if (into_day < 0) {
        into_day += DAY_MS;
    }
    return local - into_day - offset_ms;
}

static atr_Status read_key(atr__Sqlite *db, const char *key, atr_ReceiptHistory *out)
{
    atr__Query q = atr__query(db, ATR__SQL_CLAIM_EXISTS);
    atr__query_text(&q, key);
    out->key_paid = atr__query_row(&q);
    return atr__query_finish(&q);
}

static atr_Status read_user(atr__Sqlite *db, const atr_SettleRequest *request, atr_UserId user,
                            int64_t now_ms, atr_ReceiptHistory *out)
{
    const int32_t offset =
        request->store != NULL ? request->store->utc_offset_minutes : OFFSET_MINUTES;
    const int64_t day = day_start(now_ms, offset);
    atr__Query counts = atr__query(db, ATR__SQL_HISTORY_USER);
    atr__query_int(&counts, (int64_t)user);
    atr__query_int(&counts, now_ms - 7 * DAY_MS);
    atr__query_int(&counts, day);
    atr__query_int(&counts, day + DAY_MS);
    atr__query_text(&counts, request->store != NULL ? request->store->id : "");
    if (atr__query_row(&counts)) {
        out->user_week = (uint32_t)atr__query_get_int(&counts, 0);
        out->user_day = (uint32_t)atr__query_get_int(&counts, 1);
        out->user_store_day = (uint32_t)atr__query_get_int(&counts, 2);
        out->user_unsigned_day = (uint32_t)atr__query_get_int(&counts, 3);
    }
    const atr_Status status = atr__query_finish(&counts);
    if (status != ATR_OK) {
        return status;
    }
    atr__Query last = atr__query(db, ATR__SQL_HISTORY_LAST);
    atr__query_int(&last, (int64_t)user);
    if (atr__query_row(&last)) {
        out->user_last_s = atr__query_get_int(&last, 0) / 1000;
    }
    return atr__query_finish(&last);
}

/* The same day is enough: who alters a receipt that nobody signed alters its minute first. */
static atr_Status read_tuple(atr__Sqlite *db, const atr_SettleRequest *request,
                             atr_ReceiptHistory *out)
{
    const int64_t day_ms =
        day_start(request->receipt_utc_s * 1000, request->store->utc_offset_minutes);
    atr__Query q = atr__query(db, ATR__SQL_HISTORY_TUPLE);
    atr__query_text(&q, request->store->id);
    atr__query_int(&q, day_ms / 1000);
    atr__query_int(&q, (day_ms + DAY_MS) / 1000);
    atr__query_int(&q, request->receipt->total_fils);
    if (atr__query_row(&q)) {
        out->same_tuple = (uint32_t)atr__query_get_int(&q, 0);
    }
    return atr__query_finish(&q);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts `values`. */
static double median(double *values, uint32_t count)
{
    qsort(values, count, sizeof *values, compare);
    const uint32_t middle = count / 2;
    return count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
}

static atr_Status read_amounts(atr__Sqlite *db, const char *store, atr_ReceiptHistory *out)
{
    double amounts[AMOUNTS_MAX];
    uint32_t count = 0;
    atr__Query q = atr__query(db, ATR__SQL_HISTORY_AMOUNTS);
    atr__query_text(&q, store);
    atr__query_int(&q, AMOUNTS_MAX);
    while (count < AMOUNTS_MAX && atr__query_row(&q)) {
        amounts[count++] = (double)atr__query_get_int(&q, 0);
    }
    const atr_Status status = atr__query_finish(&q);
    if (status != ATR_OK || count == 0) {
        return status;
    }
    out->amount_count = count;
    out->amount_median_fils = median(amounts, count);
    for (uint32_t i = 0; i < count; i++) {
        amounts[i] = fabs(amounts[i] - out->amount_median_fils);
    }
    out->amount_mad_fils = median(amounts, count);
    return ATR_OK;
}

atr_Status atr__sqlite_read_history(atr__Sqlite *db, const atr_SettleRequest *request,
                                    atr_UserId user, int64_t now_ms, atr_ReceiptHistory *out)
{
    memset(out, 0, sizeof *out);
    atr_Status status = ATR_OK;
    if (user != 0) {
        status = read_user(db, request, user, now_ms, out);
    }
    if (status != ATR_OK || request->receipt == NULL) {
        return status;
    }
    status = read_key(db, request->receipt->key, out);
    if (status == ATR_OK && request->store != NULL) {
        status = read_tuple(db, request, out);
    }
    /* A thousand rows to sort: only for the amounts that a rule compares with them. */
    if (status == ATR_OK && request->store != NULL && request->amount_unsigned) {
        status = read_amounts(db, request->store->id, out);
    }
    return status;
}

atr_Status atr__sqlite_history(void *self, const atr_SettleRequest *request, atr_UserId user,
                               atr_ReceiptHistory *out)
{
    atr__Sqlite *db = self;
    const atr_Status status = atr__sqlite_begin(db, ATR__SQLITE_READ);
    if (status != ATR_OK) {
        return status;
    }
    return atr__sqlite_end(db, atr__sqlite_read_history(db, request, user, request->now_ms, out));
}
