/* Compares the append-only ledger with the balances it must sum to, in one consistent view. */
#define _POSIX_C_SOURCE 200809L

#include "sqlite_internal.h"

#include <string.h>

static atr_Status check(atr__Sqlite *db, atr_LedgerCheck *out)
{
    memset(out, 0, sizeof *out);
    atr__Query total = atr__query(db, ATR__SQL_LEDGER_TOTAL);
    if (atr__query_row(&total)) {
        out->users = (uint64_t)atr__query_get_int(&total, 0);
        out->rows = (uint64_t)atr__query_get_int(&total, 1);
        out->coins = atr__query_get_int(&total, 2);
    }
    atr_Status status = atr__query_finish(&total);
    if (status != ATR_OK) {
        return status;
    }
    atr__Query mismatch = atr__query(db, ATR__SQL_LEDGER_MISMATCH);
    if (atr__query_row(&mismatch)) {
        out->mismatches = (uint64_t)atr__query_get_int(&mismatch, 0);
        out->first_bad = (atr_UserId)atr__query_get_int(&mismatch, 1);
    }
    status = atr__query_finish(&mismatch);
    if (status != ATR_OK) {
        return status;
    }
    atr__Query twice = atr__query(db, ATR__SQL_LEDGER_TWICE);
    if (atr__query_row(&twice)) {
        out->settled_twice = (uint64_t)atr__query_get_int(&twice, 0);
    }
    return atr__query_finish(&twice);
}

atr_Status atr__sqlite_ledger_check(void *self, atr_LedgerCheck *out)
{
    atr__Sqlite *db = self;
    const atr_Status status = atr__sqlite_begin(db, ATR__SQLITE_READ);
    if (status != ATR_OK) {
        return status;
    }
    return atr__sqlite_end(db, check(db, out));
}
