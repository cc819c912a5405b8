/*
 * The outbox: what is to be told after a commit. Rows go in with the settlement and out when they
 * are acknowledged. No screen session lasts a week, so older rows have nobody left to hear them and
 * are dropped along the way: the table stays bounded.
 */
#define _POSIX_C_SOURCE 200809L

#include "sqlite_internal.h"

#include <string.h>

#define KEEP_MS (INT64_C(7) * 24 * 3600 * 1000)

atr_Status atr__sqlite_add_events(atr__Sqlite *db, const atr_SettleDecision *decision,
                                  int64_t now_ms)
{
    for (uint32_t i = 0; i < decision->event_count; i++) {
        const atr_OutboxEvent *event = &decision->events[i];
        atr__Query q = atr__query(db, ATR__SQL_EVENT_ADD);
        atr__query_blob(&q, event->id.bytes, sizeof event->id.bytes);
        atr__query_int(&q, (int64_t)event->session);
        atr__query_int(&q, (int64_t)event->kind);
        atr__query_text(&q, event->payload);
        atr__query_int(&q, now_ms);
        const atr_Status status = atr__query_run(&q);
        if (status != ATR_OK) {
            return status;
        }
    }
    atr__Query q = atr__query(db, ATR__SQL_EVENT_EXPIRE);
    atr__query_int(&q, now_ms - KEEP_MS);
    return atr__query_run(&q);
}

atr_Status atr__sqlite_outbox_read(void *self, uint64_t session, atr_OutboxEvent *out,
                                   uint32_t capacity, uint32_t *count)
{
    atr__Sqlite *db = self;
    *count = 0;
    if (!atr__sqlite_enter(db)) {
        return ATR_ERR_BUSY;
    }
    atr__Query q = atr__query(db, session == 0 ? ATR__SQL_EVENTS : ATR__SQL_EVENTS_OF_SESSION);
    if (session != 0) {
        atr__query_int(&q, (int64_t)session);
    }
    atr__query_int(&q, capacity);
    uint32_t n = 0;
    while (n < capacity && atr__query_row(&q)) {
        atr_OutboxEvent *event = &out[n++];
        memset(event, 0, sizeof *event);
        atr__query_get_blob(&q, 0, event->id.bytes, sizeof event->id.bytes);
        event->session = (uint64_t)atr__query_get_int(&q, 1);
        event->kind = (atr_OutboxKind)atr__query_get_int(&q, 2);
        atr__query_get_text(&q, 3, event->payload, sizeof event->payload);
    }
    const atr_Status status = atr__query_finish(&q);
    atr__sqlite_leave(db);
    if (status == ATR_OK) {
        *count = n;
    }
    return status;
}

static atr_Status forget(atr__Sqlite *db, const atr_Id128 *ids, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        atr__Query q = atr__query(db, ATR__SQL_EVENT_ACK);
        atr__query_blob(&q, ids[i].bytes, sizeof ids[i].bytes);
        const atr_Status status = atr__query_run(&q);
        if (status != ATR_OK) {
            return status;
        }
    }
    return ATR_OK;
}

atr_Status atr__sqlite_outbox_ack(void *self, const atr_Id128 *ids, uint32_t count)
{
    atr__Sqlite *db = self;
    if (count == 0) {
        return ATR_OK;
    }
    const atr_Status status = atr__sqlite_begin(db, ATR__SQLITE_WRITE);
    if (status != ATR_OK) {
        return status;
    }
    return atr__sqlite_end(db, forget(db, ids, count));
}
