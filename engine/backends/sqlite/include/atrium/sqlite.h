/**
 * atrium/sqlite.h: the mall's store in one SQLite file.
 *
 * WAL with synchronous=FULL: when a call returns, its effect survives a crash and a power cut.
 * Several processes may share the file. The schema's version is kept in user_version; an older file
 * is migrated on opening, a newer one is refused, a damaged one is reported and left untouched.
 * Files up to 16 MiB are checked whole on opening; in larger ones damage is found when it is read,
 * and the call that meets it answers ATR_ERR_CORRUPT.
 *
 *     atr_Store store;
 *     atr_Error error;
 *     if (atr_sqlite_store_open(&(atr_SqliteDesc){ .path = "atrium.db" }, &store, &error)
 *         != ATR_OK) {
 *         fprintf(stderr, "%s: %s\n", error.source, error.text);
 *     }
 *     ...
 *     store.ops->close(store.self);
 *
 * Threads: as store.h says; opening and closing by one thread.
 */
#ifndef ATRIUM_SQLITE_H
#define ATRIUM_SQLITE_H

#include <atrium/store.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_SqliteDesc {
    const char *path;         /* of the database file; its folder must exist; required */
    const char *vfs;          /* name of a registered SQLite VFS; default the system's */
    uint32_t busy_timeout_ms; /* default 5000 */
    bool read_only;           /* open an existing file without writing to it */
    bool create_demo; /* mark a file made now as a demonstration; existing ones keep theirs */
    bool must_exist;  /* do not make the file */
    atr_Allocator allocator;
    atr_Log log;
} atr_SqliteDesc;

/**
 * Opens or makes the database.
 *
 * @param error  May be NULL. On failure: the path, and SQLite's own words.
 * @return ATR_OK; ATR_ERR_INVALID (no path); ATR_ERR_NOT_FOUND (must_exist, or no such folder);
 *         ATR_ERR_CORRUPT (no database, damaged, or its schema is newer); ATR_ERR_DENIED (not
 *         permitted, read-only); ATR_ERR_UNSUPPORTED (no write-ahead log on this file system);
 *         ATR_ERR_BUSY; ATR_ERR_IO; ATR_ERR_NO_MEMORY.
 * @owner  `out` is the caller's; closed with out->ops->close, or by whoever it is handed to.
 */
ATR_NODISCARD ATR_API atr_Status atr_sqlite_store_open(const atr_SqliteDesc *desc, atr_Store *out,
                                                       atr_Error *error);

/** Whether the file was made as a demonstration. @thread any */
ATR_API bool atr_sqlite_store_is_demo(const atr_Store *store);

#ifdef __cplusplus
}
#endif

#endif
