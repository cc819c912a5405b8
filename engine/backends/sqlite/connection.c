/*
 * One connection and what every operation needs of it: taking turns, transactions, cached
 * statements, and the only place where SQLite's codes become ours.
 *
 * Waiting is bounded twice: for our turn, and by SQLite for other processes; each by the busy
 * time-out, then ATR_ERR_BUSY.
 */
#define _POSIX_C_SOURCE 200809L

#include "sqlite_internal.h"

#include <errno.h>
#include <string.h>

static const char *const texts[] = {
#define TEXT(name, text) text,
    ATR__SQL_MAP(TEXT)
#undef TEXT
};

/* ---- Codes ----------------------------------------------------------------------------------- */

static atr_Status translate_open(sqlite3 *db)
{
    switch (db != NULL ? sqlite3_system_errno(db) : 0) {
    case ENOENT:
    case ENOTDIR:
        return ATR_ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return ATR_ERR_DENIED;
    default:
        return ATR_ERR_IO;
    }
}

static atr_Status translate_io(sqlite3 *db, int code)
{
    if (code == SQLITE_IOERR_NOMEM) {
        return ATR_ERR_NO_MEMORY;
    }
    if (code == SQLITE_IOERR_CORRUPTFS) {
        return ATR_ERR_CORRUPT;
    }
    const int error = db != NULL ? sqlite3_system_errno(db) : 0;
    return error == EACCES || error == EPERM || error == EROFS ? ATR_ERR_DENIED : ATR_ERR_IO;
}

atr_Status atr__sqlite_translate(sqlite3 *db, int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ATR_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return ATR_ERR_BUSY;
    case SQLITE_NOMEM:
        return ATR_ERR_NO_MEMORY;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
        return ATR_ERR_DENIED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ATR_ERR_CORRUPT;
    case SQLITE_CANTOPEN:
        return translate_open(db);
    case SQLITE_FULL: /* the disk: ATR_ERR_FULL would say that a queue of ours is */
        return ATR_ERR_IO;
    case SQLITE_IOERR:
        return translate_io(db, code);
    default:
        return ATR_ERR_BACKEND;
    }
}

atr_Status atr__sqlite_fault(atr__Sqlite *db, int code, const char *doing)
{
    const atr_Status status = atr__sqlite_translate(db->db, code);
    if (status != ATR_OK) {
        atr_log(&db->log, status == ATR_ERR_BUSY ? ATR_LOG_DEBUG : ATR_LOG_ERROR,
                ATR__SQLITE_MODULE, "%s: %s (%d)", doing, sqlite3_errmsg(db->db), code);
    }
    return status;
}

/* ---- Turns and transactions ------------------------------------------------------------------ */

bool atr__sqlite_enter(atr__Sqlite *db)
{
    const uint64_t until =
        atr_clock_monotonic_ns(NULL) + (uint64_t)db->busy_timeout_ms * UINT64_C(1000000);
    atr__mutex_lock(&db->lock);
    while (db->in_use) {
        const uint64_t now = atr_clock_monotonic_ns(NULL);
        if (now >= until) {
            break;
        }
        atr__cond_wait_for(&db->idle, &db->lock, until - now);
    }
    const bool entered = !db->in_use;
    if (entered) {
        db->in_use = true;
    }
    atr__mutex_unlock(&db->lock);
    return entered;
}

void atr__sqlite_leave(atr__Sqlite *db)
{
    atr__mutex_lock(&db->lock);
    db->in_use = false;
    atr__cond_signal(&db->idle);
    atr__mutex_unlock(&db->lock);
}

static atr_Status run(atr__Sqlite *db, atr__Sql sql)
{
    atr__Query q = atr__query(db, sql);
    return atr__query_run(&q);
}

/* The cause was reported already; SQLite may have rolled back by itself. */
static void roll_back(atr__Sqlite *db)
{
    if (!sqlite3_get_autocommit(db->db)) {
        (void)run(db, ATR__SQL_ROLLBACK);
    }
}

/* SQLite writes on happily into a file that was deleted or replaced: what it acknowledges then is
 * gone with the process. One stat() a transaction tells. */
static atr_Status check_in_place(atr__Sqlite *db)
{
    int moved = 0;
    if (sqlite3_file_control(db->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
        moved != 0) {
        atr_log(&db->log, ATR_LOG_ERROR, ATR__SQLITE_MODULE,
                "the database file was deleted or replaced while it was open");
        return ATR_ERR_IO;
    }
    return ATR_OK;
}

atr_Status atr__sqlite_begin(atr__Sqlite *db, atr__SqliteMode mode)
{
    if (!atr__sqlite_enter(db)) {
        return ATR_ERR_BUSY;
    }
    const bool writes = mode == ATR__SQLITE_WRITE;
    atr_Status status = writes ? check_in_place(db) : ATR_OK;
    if (status == ATR_OK) {
        status = run(db, writes ? ATR__SQL_BEGIN_WRITE : ATR__SQL_BEGIN_READ);
    }
    if (status != ATR_OK) {
        roll_back(db);
        atr__sqlite_leave(db);
    }
    return status;
}

atr_Status atr__sqlite_end(atr__Sqlite *db, atr_Status status)
{
    if (status == ATR_OK) {
        status = run(db, ATR__SQL_COMMIT);
    }
    if (status != ATR_OK) {
        roll_back(db);
    }
    atr__sqlite_leave(db);
    return status;
}

void atr__sqlite_finalize(atr__Sqlite *db)
{
    for (size_t i = 0; i < ATR_COUNT_OF(db->statements); i++) {
        sqlite3_finalize(db->statements[i]);
        db->statements[i] = NULL;
    }
}

/* ---- Queries --------------------------------------------------------------------------------- */

atr__Query atr__query(atr__Sqlite *db, atr__Sql sql)
{
    atr__Query q = { .db = db, .next = 1 };
    if (db->statements[sql] == NULL) {
        q.code = sqlite3_prepare_v3(db->db, texts[sql], -1, SQLITE_PREPARE_PERSISTENT,
                                    &db->statements[sql], NULL);
    }
    q.statement = db->statements[sql];
    return q;
}

static void note(atr__Query *query, int code)
{
    if (query->code == SQLITE_OK) {
        query->code = code;
    }
}

void atr__query_int(atr__Query *query, int64_t value)
{
    if (query->code == SQLITE_OK) {
        note(query, sqlite3_bind_int64(query->statement, query->next++, value));
    }
}

void atr__query_text(atr__Query *query, const char *text)
{
    if (query->code == SQLITE_OK) {
        note(query, sqlite3_bind_text(query->statement, query->next++, text, -1, SQLITE_STATIC));
    }
}

void atr__query_blob(atr__Query *query, const void *data, size_t size)
{
    if (query->code == SQLITE_OK) {
        /* A NULL pointer would bind SQL's NULL instead of no bytes. */
        note(query, sqlite3_bind_blob64(query->statement, query->next++, size == 0 ? "" : data,
                                        size, SQLITE_STATIC));
    }
}

bool atr__query_row(atr__Query *query)
{
    query->has_row = false;
    if (query->code == SQLITE_OK) {
        const int code = sqlite3_step(query->statement);
        query->has_row = code == SQLITE_ROW;
        if (code != SQLITE_ROW && code != SQLITE_DONE) {
            query->code = code;
        }
    }
    return query->has_row;
}

atr_Status atr__query_finish(atr__Query *query)
{
    atr_Status status = ATR_OK;
    if (query->code != SQLITE_OK) {
        const char *text = query->statement != NULL ? sqlite3_sql(query->statement) : "prepare";
        status = atr__sqlite_fault(query->db, query->code, text);
    }
    if (query->statement != NULL) {
        sqlite3_reset(query->statement);
        sqlite3_clear_bindings(query->statement);
    }
    return status;
}

atr_Status atr__query_run(atr__Query *query)
{
    while (atr__query_row(query)) {
        /* statements run for their effect may still return rows */
    }
    return atr__query_finish(query);
}

int64_t atr__query_get_int(const atr__Query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

void atr__query_get_text(const atr__Query *query, int column, char *out, size_t size)
{
    const unsigned char *text = sqlite3_column_text(query->statement, column);
    const size_t length = text != NULL ? (size_t)sqlite3_column_bytes(query->statement, column) : 0;
    const size_t kept = length < size ? length : size - 1;
    if (text != NULL && kept > 0) {
        memcpy(out, text, kept);
    }
    out[kept] = '\0';
}

size_t atr__query_get_blob(const atr__Query *query, int column, void *out, size_t capacity)
{
    const void *data = sqlite3_column_blob(query->statement, column);
    const size_t size = (size_t)sqlite3_column_bytes(query->statement, column);
    const size_t kept = size < capacity ? size : capacity;
    if (kept > 0 && data != NULL) {
        memcpy(out, data, kept);
    }
    return kept;
}
