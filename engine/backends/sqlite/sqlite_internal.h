/*
 * Shared by the files of the SQLite store.
 *
 * One connection, used by one thread at a time: SQLite writes one at a time anyway, and waiting in
 * our own queue costs less than polling for its file lock. Every operation has the same shape:
 *
 *     atr_Status st = atr__sqlite_begin(db, ATR__SQLITE_WRITE);
 *     if (st != ATR_OK) {
 *         return st;
 *     }
 *     return atr__sqlite_end(db, body(db, ...));       // commits on ATR_OK, else rolls back
 *
 * Statements are prepared once and kept. A query binds its values in order, steps, and is finished
 * exactly once; its first error is kept, translated and logged there, so that callers need no check
 * between:
 *
 *     atr__Query q = atr__query(db, ATR__SQL_USER_BY_ID);
 *     atr__query_int(&q, id);
 *     if (atr__query_row(&q)) {
 *         coins = atr__query_get_int(&q, 3);
 *     }
 *     st = atr__query_finish(&q);
 */
#ifndef ATR_SQLITE_INTERNAL_H
#define ATR_SQLITE_INTERNAL_H

#include <atrium/sqlite.h>

#include <sqlite3.h>

#include "base/thread.h"
#include "statements.h"

#define ATR__SQLITE_MODULE "sqlite"

typedef enum atr__SqliteMode { ATR__SQLITE_READ, ATR__SQLITE_WRITE } atr__SqliteMode;

typedef enum atr__Sql {
#define ATR__SQL_ENUM(name, text) ATR__SQL_##name,
    ATR__SQL_MAP(ATR__SQL_ENUM)
#undef ATR__SQL_ENUM
        ATR__SQL_COUNT
} atr__Sql;

typedef struct atr__Sqlite {
    atr_Allocator allocator;
    atr_Log log;
    uint32_t busy_timeout_ms;
    bool demo; /* read once on opening; never changes */
    atr__Mutex lock;
    atr__Cond idle;
    bool locks_ready;
    bool in_use; /* guarded by lock; whoever set it owns db and statements */
    sqlite3 *db;
    sqlite3_stmt *statements[ATR__SQL_COUNT];
} atr__Sqlite;

typedef struct atr__Query {
    atr__Sqlite *db;
    sqlite3_stmt *statement;
    int next; /* parameter to bind next, from 1 */
    int code; /* first SQLite error, SQLITE_OK so far */
    bool has_row;
} atr__Query;

/* connection.c */
atr_Status atr__sqlite_translate(sqlite3 *db, int code);
atr_Status atr__sqlite_fault(atr__Sqlite *db, int code, const char *doing);
atr_Status atr__sqlite_begin(atr__Sqlite *db, atr__SqliteMode mode);
atr_Status atr__sqlite_end(atr__Sqlite *db, atr_Status status);
bool atr__sqlite_enter(atr__Sqlite *db);
void atr__sqlite_leave(atr__Sqlite *db);
void atr__sqlite_finalize(atr__Sqlite *db);

atr__Query atr__query(atr__Sqlite *db, atr__Sql sql);
void atr__query_int(atr__Query *query, int64_t value);
void atr__query_text(atr__Query *query, const char *text); /* borrowed until finished */
void atr__query_blob(atr__Query *query, const void *data, size_t size);
bool atr__query_row(atr__Query *query);
atr_Status atr__query_finish(atr__Query *query);
atr_Status atr__query_run(atr__Query *query); /* for statements without rows: steps and finishes */
int64_t atr__query_get_int(const atr__Query *query, int column);
/* Copies a text column; longer text is cut. `size` counts the final zero. */
void atr__query_get_text(const atr__Query *query, int column, char *out, size_t size);
/* Copies a blob column, at most `capacity` bytes; the rest of `out` is untouched. Returns its size.
 */
size_t atr__query_get_blob(const atr__Query *query, int column, void *out, size_t capacity);

/* schema.c: brings the file to this program's schema; `made` says whether it was empty before. */
atr_Status atr__sqlite_check_schema(sqlite3 *db, bool may_create, char *text, size_t text_size);
atr_Status atr__sqlite_migrate(sqlite3 *db, bool create_demo, char *text, size_t text_size);

/* history.c: inside a transaction. `now_ms` is the moment the windows end at. */
atr_Status atr__sqlite_read_history(atr__Sqlite *db, const atr_SettleRequest *request,
                                    atr_UserId user, int64_t now_ms, atr_ReceiptHistory *out);
atr_Status atr__sqlite_history(void *self, const atr_SettleRequest *request, atr_UserId user,
                               atr_ReceiptHistory *out);

/* settlement.c: inside a transaction. */
atr_Status atr__sqlite_load_settlement(atr__Sqlite *db, const atr_Id128 *id, atr_Settlement *out);
atr_Status atr__sqlite_save_settlement(atr__Sqlite *db, int64_t seq,
                                       const atr_SettleRequest *request,
                                       const atr_SettleDecision *decision,
                                       const atr_Standing *standing);
atr_Status atr__sqlite_settlement(void *self, const atr_Id128 *id, atr_Settlement *out);

/* submit.c and settle.c */
atr_Status atr__sqlite_submit(void *self, const atr_Submission *submission,
                              atr_Settlement *existing);
atr_Status atr__sqlite_pending(void *self, const atr_Id128 *after, atr_Submission *out,
                               uint32_t capacity, uint32_t *count);
atr_Status atr__sqlite_settle(void *self, const atr_SettleRequest *request, atr_Settlement *out);

/* users.c */
void atr__sqlite_get_standing(const atr__Query *query, int first_column, atr_Standing *out);
void atr__sqlite_bind_standing(atr__Query *query, const atr_Standing *standing);
atr_Status atr__sqlite_user_add(void *self, atr_User *user);
atr_Status atr__sqlite_user_by_id(void *self, atr_UserId id, atr_User *out);
atr_Status atr__sqlite_user_by_card(void *self, const uint8_t card_hash[32], atr_User *out);

/* stores.c */
atr_Status atr__sqlite_store_put(void *self, const atr_StoreInfo *store);
atr_Status atr__sqlite_store_by_id(void *self, const char *id, atr_StoreInfo *out);
atr_Status atr__sqlite_store_by_trn(void *self, const char *trn, atr_StoreInfo *out);
atr_Status atr__sqlite_store_list(void *self, const char *after, atr_StoreInfo *out,
                                  uint32_t capacity, uint32_t *count);

/* keys.c */
atr_Status atr__sqlite_key_put(void *self, const atr_ReceiptKey *key);
atr_Status atr__sqlite_key_by_kid(void *self, const char *kid, atr_ReceiptKey *out);
atr_Status atr__sqlite_key_by_bytes(void *self, const uint8_t *bytes, uint32_t size,
                                    atr_ReceiptKey *out);
atr_Status atr__sqlite_till_sequence(void *self, const char *store, const char *till,
                                     uint64_t *out);

/* outbox.c */
atr_Status atr__sqlite_add_events(atr__Sqlite *db, const atr_SettleDecision *decision,
                                  int64_t now_ms);
atr_Status atr__sqlite_outbox_read(void *self, uint64_t session, atr_OutboxEvent *out,
                                   uint32_t capacity, uint32_t *count);
atr_Status atr__sqlite_outbox_ack(void *self, const atr_Id128 *ids, uint32_t count);

/* ledger.c */
atr_Status atr__sqlite_ledger_check(void *self, atr_LedgerCheck *out);

#endif
