/*
 * The tables, and how a file comes to have them. Each entry of `migrations` raises user_version by
 * one, in one transaction; entries are never edited once released, only added. application_id tells
 * our files from other people's: those are refused, as are files of a newer schema, before anything
 * is written.
 */
#define _POSIX_C_SOURCE 200809L

#include "sqlite_internal.h"

#include <stdio.h>
#include <string.h>

#define APPLICATION_ID 0x61747231 /* "atr1" */
#define STRING_(x)     #x
#define STRING(x)      STRING_(x)

/* Small files are checked whole on opening; larger ones page by page as they are read. */
#define CHECK_WHOLE_PAGES 4096

#define STANDING_COLUMNS                                                                           \
    "coins INTEGER NOT NULL CHECK(coins >= 0), xp INTEGER NOT NULL CHECK(xp >= 0),"                \
    "level INTEGER NOT NULL CHECK(level BETWEEN 1 AND 100),"                                       \
    "tier INTEGER NOT NULL CHECK(tier BETWEEN 0 AND 4),"                                           \
    "spent_fils INTEGER NOT NULL CHECK(spent_fils >= 0), achievements INTEGER NOT NULL,"           \
    "streak_days INTEGER NOT NULL, last_day INTEGER NOT NULL, categories INTEGER NOT NULL"

static const char *const version_1[] = {
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",

    "CREATE TABLE user(id INTEGER PRIMARY KEY,"
    " card_hash BLOB NOT NULL UNIQUE CHECK(length(card_hash) = 32),"
    " card_tail TEXT NOT NULL, created_ms INTEGER NOT NULL, " STANDING_COLUMNS ") STRICT",

    "CREATE TABLE store(id TEXT PRIMARY KEY, name_en TEXT NOT NULL, name_ar TEXT NOT NULL,"
    " category TEXT NOT NULL, trn TEXT NOT NULL, currency TEXT NOT NULL,"
    " vat_basis_points INTEGER NOT NULL, utc_offset_minutes INTEGER NOT NULL,"
    " opens_minute INTEGER NOT NULL, closes_minute INTEGER NOT NULL, demo INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID",
    "CREATE INDEX store_by_trn ON store(trn)",

    "CREATE TABLE receipt_key(kid TEXT PRIMARY KEY, store TEXT NOT NULL REFERENCES store(id),"
    " till TEXT NOT NULL, trn TEXT NOT NULL, algorithm INTEGER NOT NULL, bytes BLOB NOT NULL,"
    " valid_from_s INTEGER NOT NULL, valid_until_s INTEGER NOT NULL, revoked INTEGER NOT NULL,"
    " compromised_since_s INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX receipt_key_by_bytes ON receipt_key(bytes)",

    "CREATE TABLE till(store TEXT NOT NULL, name TEXT NOT NULL, sequence INTEGER NOT NULL,"
    " PRIMARY KEY(store, name)) STRICT, WITHOUT ROWID",

    /* state 1 pending, 2 settled; columns after `text` are NULL until settled */
    "CREATE TABLE submission(seq INTEGER PRIMARY KEY,"
    " id BLOB NOT NULL UNIQUE CHECK(length(id) = 16), user INTEGER NOT NULL REFERENCES user(id),"
    " session INTEGER NOT NULL, submitted_ms INTEGER NOT NULL,"
    " state INTEGER NOT NULL CHECK(state IN (1, 2)), text BLOB NOT NULL, settled_ms INTEGER,"
    " reference TEXT, format INTEGER, receipt_key TEXT, store TEXT, total_fils INTEGER,"
    " vat_fils INTEGER, receipt_utc_s INTEGER, outcome INTEGER, signature INTEGER,"
    " authentic INTEGER, score INTEGER, amount_unsigned INTEGER, coins INTEGER, xp INTEGER,"
    " celebration INTEGER) STRICT",
    "CREATE INDEX submission_pending ON submission(seq) WHERE state = 1",
    "CREATE INDEX submission_of_user ON submission(user, submitted_ms, store, amount_unsigned)"
    " WHERE outcome > 0",
    "CREATE INDEX submission_tuple ON submission(store, total_fils, receipt_utc_s)"
    " WHERE outcome > 0",
    "CREATE INDEX submission_amount ON submission(store, submitted_ms, total_fils)"
    " WHERE outcome = 2",

    "CREATE TABLE reason(submission INTEGER NOT NULL REFERENCES submission(seq),"
    " position INTEGER NOT NULL, rule TEXT NOT NULL, hard INTEGER NOT NULL,"
    " points INTEGER NOT NULL, evidence TEXT NOT NULL, PRIMARY KEY(submission, position))"
    " STRICT, WITHOUT ROWID",
    "CREATE TABLE reward(submission INTEGER NOT NULL REFERENCES submission(seq),"
    " position INTEGER NOT NULL, part TEXT NOT NULL, percent INTEGER NOT NULL,"
    " coins INTEGER NOT NULL, PRIMARY KEY(submission, position)) STRICT, WITHOUT ROWID",
    /* the user's standing before (moment 0) and after (1) a settlement */
    "CREATE TABLE standing(submission INTEGER NOT NULL REFERENCES submission(seq),"
    " moment INTEGER NOT NULL CHECK(moment IN (0, 1)), " STANDING_COLUMNS
    ", PRIMARY KEY(submission, moment)) STRICT, WITHOUT ROWID",

    /* the heart of exactly once: a receipt key is used up by one submission */
    "CREATE TABLE claim(receipt_key TEXT PRIMARY KEY CHECK(receipt_key <> ''),"
    " submission INTEGER NOT NULL UNIQUE REFERENCES submission(seq)) STRICT, WITHOUT ROWID",

    /* kind 1: a receipt's coins */
    "CREATE TABLE ledger(id INTEGER PRIMARY KEY, user INTEGER NOT NULL REFERENCES user(id),"
    " submission INTEGER NOT NULL REFERENCES submission(seq), kind INTEGER NOT NULL,"
    " coins INTEGER NOT NULL, at_ms INTEGER NOT NULL, UNIQUE(submission, kind)) STRICT",
    "CREATE INDEX ledger_of_user ON ledger(user, coins)",
    "CREATE TRIGGER ledger_keeps_rows BEFORE DELETE ON ledger"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER ledger_keeps_values BEFORE UPDATE ON ledger"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",

    "CREATE TABLE outbox(seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,"
    " session INTEGER NOT NULL, kind INTEGER NOT NULL, payload TEXT NOT NULL,"
    " created_ms INTEGER NOT NULL) STRICT",
    "CREATE INDEX outbox_of_session ON outbox(session, seq)",
    "CREATE INDEX outbox_age ON outbox(created_ms)",
    NULL,
};

static const char *const *const migrations[] = { version_1 };

#define SCHEMA_VERSION ((int64_t)ATR_COUNT_OF(migrations))

/* One integer from a pragma or a query. */
static int read_int(sqlite3 *db, const char *sql, int64_t *out)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW) {
            *out = sqlite3_column_int64(statement, 0);
            code = SQLITE_OK;
        } else if (code == SQLITE_DONE) {
            code = SQLITE_ERROR;
        }
    }
    sqlite3_finalize(statement);
    return code;
}

static atr_Status report(sqlite3 *db, int code, char *text, size_t text_size)
{
    snprintf(text, text_size, "%s", sqlite3_errmsg(db));
    return atr__sqlite_translate(db, code);
}

static atr_Status report_and_roll_back(sqlite3 *db, int code, char *text, size_t text_size)
{
    const atr_Status status = report(db, code, text, text_size);
    if (!sqlite3_get_autocommit(db)) {
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    }
    return status;
}

/* Reads every page and compares the structure; a damaged file is found before it is written to. */
static atr_Status check_pages(sqlite3 *db, char *text, size_t text_size)
{
    int64_t pages = 0;
    int code = read_int(db, "PRAGMA page_count", &pages);
    if (code != SQLITE_OK) {
        return report(db, code, text, text_size);
    }
    if (pages > CHECK_WHOLE_PAGES) {
        return ATR_OK;
    }
    sqlite3_stmt *statement = NULL;
    atr_Status status = ATR_OK;
    code = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
    }
    if (code != SQLITE_ROW) {
        status = report(db, code, text, text_size);
    } else {
        const char *answer = (const char *)sqlite3_column_text(statement, 0);
        if (answer == NULL || sqlite3_stricmp(answer, "ok") != 0) {
            snprintf(text, text_size, "damaged: %s", answer != NULL ? answer : "no answer");
            for (char *c = strchr(text, '\n'); c != NULL; c = strchr(c, '\n')) {
                *c = ' ';
            }
            status = ATR_ERR_CORRUPT;
        }
    }
    sqlite3_finalize(statement);
    return status;
}

atr_Status atr__sqlite_check_schema(sqlite3 *db, bool may_create, char *text, size_t text_size)
{
    int64_t version = 0;
    int64_t application = 0;
    int64_t tables = 0;
    /* One view of all three: another process may be making the file at this moment. */
    int code = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    if (code == SQLITE_OK) {
        code = read_int(db, "PRAGMA user_version", &version);
    }
    if (code == SQLITE_OK) {
        code = read_int(db, "PRAGMA application_id", &application);
    }
    if (code == SQLITE_OK) {
        code = read_int(db, "SELECT count(*) FROM sqlite_schema", &tables);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    }
    if (code != SQLITE_OK) {
        return report_and_roll_back(db, code, text, text_size);
    }
    if (version == 0 && application == 0 && tables == 0 && may_create) {
        return ATR_OK;
    }
    if (application != APPLICATION_ID || version < 1) {
        snprintf(text, text_size, "not a database of atrium's");
        return ATR_ERR_CORRUPT;
    }
    if (version > SCHEMA_VERSION) {
        snprintf(text, text_size, "its schema is version %lld, this program knows up to %lld",
                 (long long)version, (long long)SCHEMA_VERSION);
        return ATR_ERR_CORRUPT;
    }
    return check_pages(db, text, text_size);
}

/* Inside a write transaction. */
static int apply(sqlite3 *db, bool create_demo)
{
    int64_t version = 0;
    int code = read_int(db, "PRAGMA user_version", &version);
    if (code == SQLITE_OK && version == 0) {
        code =
            sqlite3_exec(db, "PRAGMA application_id = " STRING(APPLICATION_ID), NULL, NULL, NULL);
    }
    const bool made = version == 0;
    while (code == SQLITE_OK && version < SCHEMA_VERSION) {
        char pragma[48];
        for (const char *const *sql = migrations[version]; *sql != NULL && code == SQLITE_OK;
             sql++) {
            code = sqlite3_exec(db, *sql, NULL, NULL, NULL);
        }
        version++;
        snprintf(pragma, sizeof pragma, "PRAGMA user_version = %lld", (long long)version);
        if (code == SQLITE_OK) {
            code = sqlite3_exec(db, pragma, NULL, NULL, NULL);
        }
    }
    if (code == SQLITE_OK && made && create_demo) {
        code = sqlite3_exec(db, "INSERT INTO meta VALUES('demo', '1')", NULL, NULL, NULL);
    }
    return code;
}

atr_Status atr__sqlite_migrate(sqlite3 *db, bool create_demo, char *text, size_t text_size)
{
    int64_t version = 0;
    int code = read_int(db, "PRAGMA user_version", &version);
    if (code == SQLITE_OK && version == SCHEMA_VERSION) {
        return ATR_OK; /* the usual case needs no write lock */
    }
    if (code == SQLITE_OK) {
        /* Another process may be doing the same: who comes second finds the work done. */
        code = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    }
    if (code == SQLITE_OK) {
        code = apply(db, create_demo);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    }
    if (code == SQLITE_OK) {
        return ATR_OK;
    }
    return report_and_roll_back(db, code, text, text_size);
}
