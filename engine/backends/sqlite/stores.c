/* Stores of the mall: currency, VAT rate, hours and category come from here, never from receipts.
 */
#define _POSIX_C_SOURCE 200809L

#include "sqlite_internal.h"

#include <string.h>

static atr_Status put(atr__Sqlite *db, const atr_StoreInfo *store)
{
    atr__Query q = atr__query(db, ATR__SQL_STORE_PUT);
    atr__query_text(&q, store->id);
    atr__query_text(&q, store->name_en);
    atr__query_text(&q, store->name_ar);
    atr__query_text(&q, store->category);
    atr__query_text(&q, store->trn);
    atr__query_text(&q, store->currency);
    atr__query_int(&q, store->vat_basis_points);
    atr__query_int(&q, store->utc_offset_minutes);
    atr__query_int(&q, store->opens_minute);
    atr__query_int(&q, store->closes_minute);
    atr__query_int(&q, store->demo ? 1 : 0);
    return atr__query_run(&q);
}

atr_Status atr__sqlite_store_put(void *self, const atr_StoreInfo *store)
{
    atr__Sqlite *db = self;
    if (store->id[0] == '\0') {
        return ATR_ERR_INVALID;
    }
    if (store->demo && !db->demo) {
        return ATR_ERR_DENIED;
    }
    const atr_Status status = atr__sqlite_begin(db, ATR__SQLITE_WRITE);
    if (status != ATR_OK) {
        return status;
    }
    return atr__sqlite_end(db, put(db, store));
}

static void get_store(const atr__Query *query, atr_StoreInfo *out)
{
    memset(out, 0, sizeof *out);
    atr__query_get_text(query, 0, out->id, sizeof out->id);
    atr__query_get_text(query, 1, out->name_en, sizeof out->name_en);
    atr__query_get_text(query, 2, out->name_ar, sizeof out->name_ar);
    atr__query_get_text(query, 3, out->category, sizeof out->category);
    atr__query_get_text(query, 4, out->trn, sizeof out->trn);
    atr__query_get_text(query, 5, out->currency, sizeof out->currency);
    out->vat_basis_points = (int32_t)atr__query_get_int(query, 6);
    out->utc_offset_minutes = (int32_t)atr__query_get_int(query, 7);
    out->opens_minute = (int32_t)atr__query_get_int(query, 8);
    out->closes_minute = (int32_t)atr__query_get_int(query, 9);
    out->demo = atr__query_get_int(query, 10) != 0;
}

static atr_Status find(atr__Sqlite *db, atr__Sql sql, const char *value, atr_StoreInfo *out)
{
    if (!atr__sqlite_enter(db)) {
        return ATR_ERR_BUSY;
    }
    atr__Query q = atr__query(db, sql);
    atr__query_text(&q, value);
    const bool found = atr__query_row(&q);
    if (found) {
        get_store(&q, out);
    }
    atr_Status status = atr__query_finish(&q);
    if (status == ATR_OK && !found) {
        status = ATR_ERR_NOT_FOUND;
    }
    atr__sqlite_leave(db);
    return status;
}

atr_Status atr__sqlite_store_by_id(void *self, const char *id, atr_StoreInfo *out)
{
    return find(self, ATR__SQL_STORE_BY_ID, id, out);
}

atr_Status atr__sqlite_store_by_trn(void *self, const char *trn, atr_StoreInfo *out)
{
    /* Stores without one hold "": that finds nobody. */
    return trn[0] == '\0' ? ATR_ERR_NOT_FOUND : find(self, ATR__SQL_STORE_BY_TRN, trn, out);
}

atr_Status atr__sqlite_store_list(void *self, const char *after, atr_StoreInfo *out,
                                  uint32_t capacity, uint32_t *count)
{
    atr__Sqlite *db = self;
    *count = 0;
    if (!atr__sqlite_enter(db)) {
        return ATR_ERR_BUSY;
    }
    atr__Query q = atr__query(db, ATR__SQL_STORE_LIST);
    atr__query_text(&q, after != NULL ? after : "");
    atr__query_int(&q, capacity);
    uint32_t n = 0;
    while (n < capacity && atr__query_row(&q)) {
        get_store(&q, &out[n++]);
    }
    const atr_Status status = atr__query_finish(&q);
    atr__sqlite_leave(db);
    if (status == ATR_OK) {
        *count = n;
    }
    return status;
}
