/*
 * Opens and closes the store, and gathers its operations in a table.
 *
 * The order matters: what the file is gets checked before anything that would write to it, so that
 * a damaged, foreign or newer file is left as it was found. Until then closing must not checkpoint.
 */
#define _POSIX_C_SOURCE 200809L

#include "sqlite_internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

#define BUSY_TIMEOUT_MS 5000

static void close_store(void *self)
{
    atr__Sqlite *db = self;
    if (db == NULL) {
        return;
    }
    if (db->locks_ready) {
        /* Nobody may begin anything by now; an operation that runs in another thread ends first. */
        atr__mutex_lock(&db->lock);
        while (db->in_use) {
            atr__cond_wait(&db->idle, &db->lock);
        }
        atr__mutex_unlock(&db->lock);
        atr__cond_deinit(&db->idle);
        atr__mutex_deinit(&db->lock);
    }
    atr__sqlite_finalize(db);
    sqlite3_close(db->db);
    const atr_Allocator allocator = db->allocator;
    atr__free(&allocator, db, 1, sizeof *db);
}

static const atr_StoreOps ops = {
    .abi = ATR_STORE_OPS_ABI,
    .name = "sqlite",
    .submit = atr__sqlite_submit,
    .settle = atr__sqlite_settle,
    .pending = atr__sqlite_pending,
    .settlement = atr__sqlite_settlement,
    .history = atr__sqlite_history,
    .user_add = atr__sqlite_user_add,
    .user_by_id = atr__sqlite_user_by_id,
    .user_by_card = atr__sqlite_user_by_card,
    .store_put = atr__sqlite_store_put,
    .store_by_id = atr__sqlite_store_by_id,
    .store_by_trn = atr__sqlite_store_by_trn,
    .store_list = atr__sqlite_store_list,
    .key_put = atr__sqlite_key_put,
    .key_by_kid = atr__sqlite_key_by_kid,
    .key_by_bytes = atr__sqlite_key_by_bytes,
    .till_sequence = atr__sqlite_till_sequence,
    .outbox_read = atr__sqlite_outbox_read,
    .outbox_ack = atr__sqlite_outbox_ack,
    .ledger_check = atr__sqlite_ledger_check,
    .close = close_store,
};

static void describe(atr_Error *error, const char *path, const char *text)
{
    if (error != NULL) {
        memset(error, 0, sizeof *error);
        snprintf(error->source, sizeof error->source, "%s", path != NULL ? path : "");
        snprintf(error->text, sizeof error->text, "%s", text);
    }
}

/* SQLite tries to make the file, then to read it, and keeps only the second failure: where a file
 * was to be made in a folder that is there, it was the first that mattered. */
static atr_Status explain_missing(const atr_SqliteDesc *desc)
{
    char folder[1024];
    struct stat info;
    const char *slash = strrchr(desc->path, '/');
    const size_t length = slash != NULL ? (size_t)(slash - desc->path) : 1;
    if (desc->must_exist || desc->read_only || length >= sizeof folder) {
        return ATR_ERR_NOT_FOUND;
    }
    memcpy(folder, slash != NULL ? desc->path : ".", length);
    folder[length] = '\0';
    const bool exists = length == 0 || (stat(folder, &info) == 0 && S_ISDIR(info.st_mode));
    return exists ? ATR_ERR_DENIED : ATR_ERR_NOT_FOUND;
}

static atr_Status open_file(atr__Sqlite *db, const atr_SqliteDesc *desc, char *text, size_t size)
{
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (desc->read_only) {
        flags |= SQLITE_OPEN_READONLY;
    } else {
        flags |= SQLITE_OPEN_READWRITE | (desc->must_exist ? 0 : SQLITE_OPEN_CREATE);
    }
    const int code = sqlite3_open_v2(desc->path, &db->db, flags, desc->vfs);
    if (code != SQLITE_OK) {
        atr_Status status = atr__sqlite_translate(db->db, code);
        if (status == ATR_ERR_NOT_FOUND) {
            status = explain_missing(desc);
        }
        snprintf(text, size, "%s: %s",
                 db->db != NULL ? sqlite3_errmsg(db->db) : sqlite3_errstr(code),
                 atr_status_text(status));
        return status;
    }
    sqlite3_busy_timeout(db->db, (int)db->busy_timeout_ms);
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    /* SQLite silently opens what it may not write for reading. */
    if (!desc->read_only && sqlite3_db_readonly(db->db, "main") == 1) {
        snprintf(text, size, "the file may not be written to");
        return ATR_ERR_DENIED;
    }
    return ATR_OK;
}

static int is_wal(void *user, int count, char **values, char **names)
{
    (void)names;
    *(bool *)user = count == 1 && values[0] != NULL && strcmp(values[0], "wal") == 0;
    return 0;
}

/* Going to WAL takes a lock for which SQLite does not always wait: two processes that make the
 * same file at once. Trying again waits inside, by the busy time-out, for the lock that is free. */
static int enter_wal(sqlite3 *db, bool *wal)
{
    int code = SQLITE_BUSY;
    for (int attempt = 0; attempt < 20 && (code & 0xff) == SQLITE_BUSY; attempt++) {
        if (attempt > 0) {
            sqlite3_sleep(5 * attempt);
        }
        code = sqlite3_exec(db, "PRAGMA journal_mode = WAL", is_wal, wal, NULL);
    }
    return code;
}

static atr_Status configure(atr__Sqlite *db, bool read_only, char *text, size_t size)
{
    static const char settings[] = "PRAGMA synchronous = FULL;"
                                   "PRAGMA foreign_keys = ON;"
                                   "PRAGMA trusted_schema = OFF;"
                                   "PRAGMA cell_size_check = ON;"
                                   "PRAGMA temp_store = MEMORY;"
                                   "PRAGMA journal_size_limit = 16777216;";
    bool wal = read_only; /* a reader takes the file as it is */
    int code = SQLITE_OK;
    if (!read_only) {
        code = enter_wal(db->db, &wal);
    }
    if (code == SQLITE_OK && !wal) {
        snprintf(text, size, "write-ahead logging is not possible here");
        return ATR_ERR_UNSUPPORTED;
    }
    if (code == SQLITE_OK) {
        code = sqlite3_exec(db->db, settings, NULL, NULL, NULL);
    }
    if (code != SQLITE_OK) {
        snprintf(text, size, "%s", sqlite3_errmsg(db->db));
        return atr__sqlite_translate(db->db, code);
    }
    return ATR_OK;
}

static int is_demo(void *user, int count, char **values, char **names)
{
    (void)names;
    *(bool *)user = count == 1 && values[0] != NULL && strcmp(values[0], "1") == 0;
    return 0;
}

static atr_Status prepare_file(atr__Sqlite *db, const atr_SqliteDesc *desc, char *text, size_t size)
{
    atr_Status status = open_file(db, desc, text, size);
    if (status == ATR_OK) {
        const bool may_create = !desc->read_only && !desc->must_exist;
        status = atr__sqlite_check_schema(db->db, may_create, text, size);
    }
    if (status == ATR_OK) {
        status = configure(db, desc->read_only, text, size);
    }
    if (status == ATR_OK && !desc->read_only) {
        status = atr__sqlite_migrate(db->db, desc->create_demo, text, size);
    }
    if (status != ATR_OK) {
        return status;
    }
    const int code = sqlite3_exec(db->db, "SELECT value FROM meta WHERE name = 'demo'", is_demo,
                                  &db->demo, NULL);
    if (code != SQLITE_OK) {
        snprintf(text, size, "%s", sqlite3_errmsg(db->db));
        return atr__sqlite_translate(db->db, code);
    }
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return ATR_OK;
}

static bool init_locks(atr__Sqlite *db)
{
    if (!atr__mutex_init(&db->lock)) {
        return false;
    }
    if (!atr__cond_init(&db->idle)) {
        atr__mutex_deinit(&db->lock);
        return false;
    }
    db->locks_ready = true;
    return true;
}

atr_Status atr_sqlite_store_open(const atr_SqliteDesc *desc, atr_Store *out, atr_Error *error)
{
    ATR_ASSERT(out != NULL);
    *out = (atr_Store){ 0 };
    if (error != NULL) {
        memset(error, 0, sizeof *error);
    }
    if (desc == NULL || desc->path == NULL || desc->path[0] == '\0') {
        describe(error, NULL, "a path is required");
        return ATR_ERR_INVALID;
    }
    char text[256] = "out of memory";
    atr_Status status = ATR_ERR_NO_MEMORY;
    atr__Sqlite *db = atr__alloc_zero(&desc->allocator, 1, sizeof *db);
    if (db == NULL) {
        goto fail;
    }
    db->allocator = desc->allocator;
    db->log = desc->log;
    db->busy_timeout_ms = desc->busy_timeout_ms > 0 ? desc->busy_timeout_ms : BUSY_TIMEOUT_MS;
    if (!init_locks(db)) {
        goto fail;
    }
    status = prepare_file(db, desc, text, sizeof text);
    if (status != ATR_OK) {
        goto fail;
    }
    *out = (atr_Store){ .ops = &ops, .self = db };
    return ATR_OK;
fail:
    describe(error, desc->path, text);
    atr_log(&desc->log, ATR_LOG_ERROR, ATR__SQLITE_MODULE, "%s: %s", desc->path, text);
    close_store(db);
    return status;
}

bool atr_sqlite_store_is_demo(const atr_Store *store)
{
    ATR_ASSERT(store != NULL);
    return store->ops == &ops && ((const atr__Sqlite *)store->self)->demo;
}
