/* Pinned keys, and the sequence numbers of tills. A key names its store; the store must exist. */
#define _POSIX_C_SOURCE 200809L

#include "sqlite_internal.h"

#include <string.h>

static atr_Status put(atr__Sqlite *db, const atr_ReceiptKey *key)
{
    atr__Query found = atr__query(db, ATR__SQL_STORE_EXISTS);
    atr__query_text(&found, key->store);
    const bool known = atr__query_row(&found);
    const atr_Status status = atr__query_finish(&found);
    if (status != ATR_OK) {
        return status;
    }
    if (!known) {
        return ATR_ERR_NOT_FOUND;
    }
    atr__Query q = atr__query(db, ATR__SQL_KEY_PUT);
    atr__query_text(&q, key->kid);
    atr__query_text(&q, key->store);
    atr__query_text(&q, key->till);
    atr__query_text(&q, key->trn);
    atr__query_int(&q, (int64_t)key->algorithm);
    atr__query_blob(&q, key->bytes, key->size);
    atr__query_int(&q, key->valid_from_s);
    atr__query_int(&q, key->valid_until_s);
    atr__query_int(&q, key->revoked ? 1 : 0);
    atr__query_int(&q, key->compromised_since_s);
    return atr__query_run(&q);
}

atr_Status atr__sqlite_key_put(void *self, const atr_ReceiptKey *key)
{
    atr__Sqlite *db = self;
    if (key->kid[0] == '\0' || key->size == 0 || key->size > sizeof key->bytes) {
        return ATR_ERR_INVALID;
    }
    const atr_Status status = atr__sqlite_begin(db, ATR__SQLITE_WRITE);
    if (status != ATR_OK) {
        return status;
    }
    return atr__sqlite_end(db, put(db, key));
}

/* Reads the one row of a query on ATR__SQL_KEY and finishes it. */
static atr_Status read_key(atr__Query *query, atr_ReceiptKey *out)
{
    const bool found = atr__query_row(query);
    if (found) {
        memset(out, 0, sizeof *out);
        atr__query_get_text(query, 0, out->kid, sizeof out->kid);
        atr__query_get_text(query, 1, out->store, sizeof out->store);
        atr__query_get_text(query, 2, out->till, sizeof out->till);
        atr__query_get_text(query, 3, out->trn, sizeof out->trn);
        out->algorithm = (atr_KeyAlgorithm)atr__query_get_int(query, 4);
        out->size = (uint32_t)atr__query_get_blob(query, 5, out->bytes, sizeof out->bytes);
        out->valid_from_s = atr__query_get_int(query, 6);
        out->valid_until_s = atr__query_get_int(query, 7);
        out->revoked = atr__query_get_int(query, 8) != 0;
        out->compromised_since_s = atr__query_get_int(query, 9);
    }
    const atr_Status status = atr__query_finish(query);
    if (status != ATR_OK) {
        return status;
    }
    return found ? ATR_OK : ATR_ERR_NOT_FOUND;
}

atr_Status atr__sqlite_key_by_kid(void *self, const char *kid, atr_ReceiptKey *out)
{
    atr__Sqlite *db = self;
    if (!atr__sqlite_enter(db)) {
        return ATR_ERR_BUSY;
    }
    atr__Query q = atr__query(db, ATR__SQL_KEY_BY_KID);
    atr__query_text(&q, kid);
    const atr_Status status = read_key(&q, out);
    atr__sqlite_leave(db);
    return status;
}

atr_Status atr__sqlite_key_by_bytes(void *self, const uint8_t *bytes, uint32_t size,
                                    atr_ReceiptKey *out)
{
    atr__Sqlite *db = self;
    if (!atr__sqlite_enter(db)) {
        return ATR_ERR_BUSY;
    }
    atr__Query q = atr__query(db, ATR__SQL_KEY_BY_BYTES);
    atr__query_blob(&q, bytes, size);
    const atr_Status status = read_key(&q, out);
    atr__sqlite_leave(db);
    return status;
}

static atr_Status next_sequence(atr__Sqlite *db, const char *store, const char *till, uint64_t *out)
{
    atr__Query q = atr__query(db, ATR__SQL_TILL_NEXT);
    atr__query_text(&q, store);
    atr__query_text(&q, till);
    const bool found = atr__query_row(&q);
    const uint64_t sequence = found ? (uint64_t)atr__query_get_int(&q, 0) : 0;
    if (found) {
        (void)atr__query_row(&q);
    }
    const atr_Status status = atr__query_finish(&q);
    if (status == ATR_OK) {
        *out = sequence;
    }
    return status;
}

atr_Status atr__sqlite_till_sequence(void *self, const char *store, const char *till, uint64_t *out)
{
    atr__Sqlite *db = self;
    uint64_t sequence = 0;
    atr_Status status = atr__sqlite_begin(db, ATR__SQLITE_WRITE);
    if (status != ATR_OK) {
        return status;
    }
    status = atr__sqlite_end(db, next_sequence(db, store, till, &sequence));
    if (status == ATR_OK) {
        *out = sequence;
    }
    return status;
}
