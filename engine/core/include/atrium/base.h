/**
 * atrium/base.h: what every other header stands on.
 *
 * Status codes, the allocator, the log, the clock, byte spans and the misuse hook. Nothing here
 * starts a thread, prints, or keeps global state apart from the assert hook.
 *
 *     atr_Status st = atr_queue_create(NULL, &queue);
 *     if (st != ATR_OK) {
 *         fprintf(stderr, "queue: %s\n", atr_status_text(st));
 *     }
 *
 * Threads: everything in this header may be called from any thread.
 */
#ifndef ATRIUM_BASE_H
#define ATRIUM_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <atrium/export.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ATR_VERSION_MAJOR 0
#define ATR_VERSION_MINOR 1
#define ATR_VERSION_PATCH 0
#define ATR_VERSION       "0.1.0"

#if defined(__GNUC__) || defined(__clang__)
#define ATR_NODISCARD             __attribute__((warn_unused_result))
#define ATR_PRINTF(string, first) __attribute__((format(printf, string, first)))
#else
#define ATR_NODISCARD
#define ATR_PRINTF(string, first)
#endif

/* An assert hook may return, but what follows is then as undefined as without the assertion. */
#if defined(__clang_analyzer__)
#define ATR_ANALYZER_NORETURN __attribute__((analyzer_noreturn))
#else
#define ATR_ANALYZER_NORETURN
#endif

#define ATR_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* One list gives the enum, the name and the text. Numbers never change once released. */
#define ATR_STATUS_MAP(X)                                                                          \
    X(OK, 0, "success")                                                                            \
    X(ERR_INVALID, -1, "invalid argument or call order")                                           \
    X(ERR_NO_MEMORY, -2, "out of memory")                                                          \
    X(ERR_FULL, -3, "bounded container is full")                                                   \
    X(ERR_NOT_FOUND, -4, "not found")                                                              \
    X(ERR_TIMEOUT, -5, "time ran out")                                                             \
    X(ERR_CANCELLED, -6, "cancelled")                                                              \
    X(ERR_STALE, -7, "the handle names something that has ended")                                  \
    X(ERR_EXISTS, -8, "already there")                                                             \
    X(ERR_FORMAT, -9, "malformed input")                                                           \
    X(ERR_UNSUPPORTED, -10, "not supported here")                                                  \
    X(ERR_BUSY, -11, "busy, try again later")                                                      \
    X(ERR_DENIED, -12, "not permitted")                                                            \
    X(ERR_IO, -20, "input or output failed")                                                       \
    X(ERR_BACKEND, -21, "a library or service failed")                                             \
    X(ERR_CORRUPT, -22, "stored data is damaged")

typedef enum atr_Status {
#define ATR_STATUS_ENUM(name, value, text) ATR_##name = (value),
    ATR_STATUS_MAP(ATR_STATUS_ENUM)
#undef ATR_STATUS_ENUM
} atr_Status;

/** The constant's name, "ATR_ERR_FULL"; "ATR_?" for a number that is none. Static storage. */
ATR_API const char *atr_status_name(atr_Status status);

/** One plain sentence part, "bounded container is full". Static storage. */
ATR_API const char *atr_status_text(atr_Status status);

/** The library's version at run time, "0.1.0". Compare with ATR_VERSION. Static storage. */
ATR_API const char *atr_version(void);

/* ---- Memory ---------------------------------------------------------------------------------- */

/**
 * Where memory comes from. All zero means malloc and free.
 *
 * Count and element size arrive apart so that the product is checked once, in atrium. Memory is
 * aligned for any scalar. The functions are called from whichever thread uses the object.
 */
typedef struct atr_Allocator {
    void *(*alloc)(void *user, size_t size);             /* NULL when there is no memory */
    void (*free)(void *user, void *memory, size_t size); /* size as given to alloc */
    void *user;
} atr_Allocator;

/* ---- Bytes ----------------------------------------------------------------------------------- */

/** A borrowed span of bytes; data may be NULL when size is 0. Not zero terminated. */
typedef struct atr_Bytes {
    const void *data;
    size_t size;
} atr_Bytes;

/** A 128-bit identifier made by whoever creates the thing (submissions, events). All zero: none. */
typedef struct atr_Id128 {
    uint8_t bytes[16];
} atr_Id128;

/* ---- Time ------------------------------------------------------------------------------------ */

/** Time's source, so that tests can turn it. All zero means the system's clocks. */
typedef struct atr_Clock {
    uint64_t (*monotonic_ns)(void *user); /* never steps back; origin arbitrary */
    int64_t (*utc_ms)(void *user);        /* milliseconds since 1970-01-01T00:00:00Z */
    void *user;
} atr_Clock;

/** Reads the monotonic clock, in nanoseconds; `clock` may be NULL for the system's. */
ATR_API uint64_t atr_clock_monotonic_ns(const atr_Clock *clock);

/** Reads UTC, in milliseconds since 1970; `clock` may be NULL for the system's. */
ATR_API int64_t atr_clock_utc_ms(const atr_Clock *clock);

/* ---- Log ------------------------------------------------------------------------------------- */

typedef enum atr_LogLevel {
    ATR_LOG_DEBUG = 0,
    ATR_LOG_INFO = 1,
    ATR_LOG_WARNING = 2,
    ATR_LOG_ERROR = 3
} atr_LogLevel;

/**
 * Receives one line without newline. `text` is borrowed for the call. Called from any thread, with
 * no lock of atrium's held; it must not call back into the object that logs.
 */
typedef void (*atr_LogFn)(void *user, atr_LogLevel level, const char *module, const char *text);

/** Where lines go. All zero: nowhere; the library itself never prints. */
typedef struct atr_Log {
    atr_LogFn fn;
    void *user;
    atr_LogLevel min_level; /* default ATR_LOG_DEBUG: all */
} atr_Log;

/** Formats and hands one line to `log` (may be NULL). Lines are cut at 1,023 bytes. */
ATR_API void atr_log(const atr_Log *log, atr_LogLevel level, const char *module, const char *format,
                     ...) ATR_PRINTF(4, 5);

/* ---- Errors with a place --------------------------------------------------------------------- */

/**
 * What was wrong with an input, where, and what was expected. Filled by parsers beside their
 * status; cleared on success. `source` and `text` are zero terminated.
 */
typedef struct atr_Error {
    char source[192]; /* file name or format name; "" when unknown */
    uint32_t line;    /* from 1; 0 when the input has no lines */
    uint32_t column;  /* from 1; bytes; 0 when unknown */
    char text[320];   /* "field 8: expected a decimal number of fils, found 12.5" */
} atr_Error;

/* ---- Misuse ---------------------------------------------------------------------------------- */

/** Called when a caller breaks a documented precondition. The default writes to stderr and aborts.
 */
typedef void (*atr_AssertFn)(const char *condition, const char *file, int line);

/** Installs the hook for the whole process; NULL restores the default. Call before other threads.
 */
ATR_API void atr_set_assert_hook(atr_AssertFn hook);

ATR_API void atr_assert_failed(const char *condition, const char *file,
                               int line) ATR_ANALYZER_NORETURN;

#if defined(NDEBUG) && !defined(ATR_ENABLE_ASSERTS)
#define ATR_ASSERT(condition) ((void)0)
#else
#define ATR_ASSERT(condition)                                                                      \
    ((condition) ? (void)0 : atr_assert_failed(#condition, __FILE__, __LINE__))
#endif

#ifdef __cplusplus
}
#endif

#endif
