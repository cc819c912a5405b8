/* app/app.h: opening a data folder, the same way for the atrium command and the kiosk: atrium.db,
 * the key that hashes card numbers, the worker pool and the loyalty object on top.
 *
 *     App app;
 *     atr_Error error;
 *     st = app_open(&(AppDesc){ .config = &config, .threads = true, .demo = true }, &app, &error);
 *     if (st != ATR_OK) { ... error.source, error.text ... }
 *     ...
 *     atr_mailbox_drain(app.mailbox, 0);        each frame, unless the mailbox is the plugin's
 *     ...
 *     app_close(&app);
 *
 * What lies in the folder, all with mode 0600 in a folder of mode 0700:
 *     atrium.db   the store (with its -wal and -shm)
 *     card.key    32 random bytes, made at the first opening: card hashes depend on it
 *     tills.key   secrets of the tills this folder may issue receipts for: `atrium receipt issue`
 *                 and demonstrations. A kiosk that only verifies has none.
 *     atrium.ini  configuration, see config.h; optional, never written
 *
 * Threads: one at a time; what `mall` and `pool` allow is theirs to say. */
#ifndef ATR_APP_H
#define ATR_APP_H

#include "config.h"

#include <atrium/loyalty.h>

#include <base/thread.h>

typedef struct AppDesc {
    const AppConfig *config; /* required; copied */
    bool threads;            /* make the worker pool, for atr_loyalty_submit and its like */
    atr_Mailbox *mailbox;    /* where callbacks go, with `threads`; NULL: the app makes its own */
    bool demo;               /* a database made now is a demonstration: filled by app_make_demo */
    bool must_exist;         /* do not make a folder or database that is not there */
    atr_Log log;
    atr_Clock clock; /* NULL functions: the system's */
} AppDesc;

/* Plain members to read; opened by app_open, closed by app_close only. It stays where it was
 * opened: its clock is asked for through its address. */
typedef struct App {
    AppConfig config;
    atr_Mailbox *mailbox; /* NULL without threads */
    atr_WorkPool *pool;   /* NULL without threads */
    atr_Loyalty *mall;
    bool demo; /* this folder is a demonstration */

    atr_Log log;
    atr_Clock clock;        /* as given */
    int64_t clock_shift_ms; /* only while demonstration history is made; else 0 */
    bool owns_mailbox;
    bool open;
    atr__Mutex lock;        /* guards last_receipt */
    char last_receipt[512]; /* what APP_DEMO_DUPLICATE repeats */
} App;

/* Makes the folder if need be, opens everything. With desc->demo and a folder made now, calls
 * app_make_demo. On failure `out` is closed and `error` says what, where and what was expected:
 * ATR_ERR_NOT_FOUND, ATR_ERR_DENIED, ATR_ERR_CORRUPT, ATR_ERR_IO, ATR_ERR_BUSY, ATR_ERR_NO_MEMORY.
 * Blocks: call before the first frame, or from a loader. */
ATR_NODISCARD atr_Status app_open(const AppDesc *desc, App *out, atr_Error *error);

/* Pool first (it drains up to 10 s), then the store, then the mailbox. Closed twice: nothing. */
void app_close(App *app);

/* RFC 3339 with a Z, "2026-11-20T13:00:00Z": seconds since 1970. `out` holds at least 21 bytes. */
void app_format_utc(int64_t utc_s, char *out, size_t out_size);

/* ---- Tills ----------------------------------------------------------------------------------- */

typedef struct AppIssue {
    const char *store;
    const char *till; /* NULL: "1" */
    int64_t total_fils;
    int64_t vat_fils; /* -1: the store's rate, included in the total, rounded half up */
    int64_t utc_s;    /* purchase time; 0: now */
} AppIssue;

/* Prints one ATR1 receipt as the till would: next sequence number, signed with the secret kept in
 * the data folder. A till that has no secret yet gets one, and its public half is pinned.
 * `out` holds at least 257 bytes. ATR_ERR_NOT_FOUND: no such store. Blocks. */
ATR_NODISCARD atr_Status app_issue(App *app, const AppIssue *issue, char *out, size_t out_size,
                                   atr_Error *error);

/* ---- Demonstration --------------------------------------------------------------------------- */

typedef enum AppDemoCard {
    APP_DEMO_NEW = 0, /* nothing yet: level 1, bronze */
    APP_DEMO_LEVEL,   /* a few points under the next level: any receipt of AED 100 levels up */
    APP_DEMO_TIER,    /* a few points under silver: receipt 2 makes it silver */
    APP_DEMO_REGULAR, /* some days of history, a streak of six days, silver */
    APP_DEMO_CARD_COUNT
} AppDemoCard;

/* The card's digits, with a valid Luhn digit. Demonstration data only. */
const char *app_demo_card(AppDemoCard card);

typedef enum AppDemoReceipt {
    APP_DEMO_GREAT = 1, /* accepted: electronics, AED 480: 57 coins and what bonuses add (great) */
    APP_DEMO_EPIC = 2,  /* accepted: luxury, AED 2,400: at least 200 coins (epic), levels up */
    APP_DEMO_TAMPERED = 3,  /* rejected, SIG_BAD: the amount was changed after signing */
    APP_DEMO_HELD = 4,      /* held, VAT_MISMATCH: more VAT than the store's rate allows */
    APP_DEMO_DUPLICATE = 5, /* rejected, DUP_EXACT when receipt 1, 2 or 9 was handed in before:
                               repeats the last of these; before that it is a new receipt */
    APP_DEMO_OLD = 6,       /* rejected, DATE_OLD: printed 20 days ago */
    APP_DEMO_UNKNOWN = 7,   /* rejected, KEY_UNKNOWN: a till that nobody pinned */
    APP_DEMO_GARBAGE = 8,   /* rejected, BAD_FORMAT */
    APP_DEMO_SMALL = 9,     /* accepted: food, AED 45.50: a few coins */
    APP_DEMO_ZATCA = 10,    /* held, UNSIGNED: a Saudi style code, AED 230, nothing signed */
    APP_DEMO_RECEIPT_LAST = APP_DEMO_ZATCA
} AppDemoReceipt;

/* Makes the demonstration: eight stores, one for each category, their tills' keys pinned, four
 * cards and their history. Done once; again it does nothing. ATR_ERR_DENIED in a folder that is
 * none. */
ATR_NODISCARD atr_Status app_make_demo(App *app, atr_Error *error);

/* Writes the demonstration receipt `n`, dated now, of a new purchase each time. `out` holds at
 * least 1,024 bytes. ATR_ERR_DENIED in a folder that is none; ATR_ERR_INVALID for an n that is
 * none. Blocks for one small write: not on the render thread once frames count; the kiosk asks on a
 * worker. Several threads at a time are allowed. */
ATR_NODISCARD atr_Status app_demo_receipt(App *app, int n, char *out, size_t out_size,
                                          atr_Error *error);

/* ---- Fonts ----------------------------------------------------------------------------------- */

typedef enum AppFont {
    APP_FONT_LATIN = 0,
    APP_FONT_LATIN_BOLD,
    APP_FONT_ARABIC,
    APP_FONT_ARABIC_BOLD
} AppFont;

/* The file configured; when it cannot be read, or none is, the first of the usual places that
 * exists. ATR_ERR_NOT_FOUND. Bold ones lie beside the configured regular file ("-Regular" becomes
 * "-Bold"). */
ATR_NODISCARD atr_Status app_find_font(const AppConfig *config, AppFont font, char *out,
                                       size_t out_size);

#endif
