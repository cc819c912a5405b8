/* Opens a data folder: secrets, store, worker pool and the loyalty object, and takes them down in
 * reverse order. */
#define _POSIX_C_SOURCE 200809L

#include "app_internal.h"

#include <atrium/sqlite.h>

#include <sodium.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define CARD_KEY_SIZE 32

static uint64_t monotonic_ns(void *user)
{
    const App *app = user;
    return atr_clock_monotonic_ns(&app->clock);
}

static int64_t utc_ms(void *user)
{
    const App *app = user;
    return atr_clock_utc_ms(&app->clock) + app->clock_shift_ms;
}

int64_t app_now_s(const App *app)
{
    return (atr_clock_utc_ms(&app->clock) + app->clock_shift_ms) / 1000;
}

void app_format_utc(int64_t utc_s, char *out, size_t out_size)
{
    const time_t time = (time_t)utc_s;
    struct tm parts;
    out[0] = '\0';
    if (gmtime_r(&time, &parts) != NULL) {
        (void)strftime(out, out_size, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
}

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

/* The key that hashes card numbers. A new one beside an old database would orphan every card, so
 * that is refused. */
static atr_Status open_card_key(const App *app, bool new_database, uint8_t key[CARD_KEY_SIZE],
                                atr_Error *error)
{
    char path[APP_PATH_MAX];
    app_path(app, "card.key", path);
    atr_Status st = app_read_secret(path, key, CARD_KEY_SIZE, error);
    if (st != ATR_ERR_NOT_FOUND) {
        return st;
    }
    if (!new_database) {
        return app_fail(error, ATR_ERR_NOT_FOUND, path,
                        "expected the key that belongs to atrium.db; without it no card is known");
    }
    randombytes_buf(key, CARD_KEY_SIZE);
    st = app_write_secret(path, key, CARD_KEY_SIZE, error);
    if (st == ATR_ERR_EXISTS) {
        st = app_read_secret(path, key, CARD_KEY_SIZE, error);
    }
    return st;
}

static atr_Status open_store(const AppDesc *desc, const App *app, uint8_t card_key[CARD_KEY_SIZE],
                             atr_Store *store, atr_Error *error)
{
    char path[APP_PATH_MAX];
    app_path(app, "atrium.db", path);
    const bool new_database = !exists(path);
    if (new_database && desc->must_exist) {
        return app_fail(error, ATR_ERR_NOT_FOUND, path, "expected a database, found none");
    }
    atr_Status st = open_card_key(app, new_database, card_key, error);
    if (st == ATR_OK && new_database) {
        st = app_make_private_file(path, error);
    }
    if (st != ATR_OK) {
        return st;
    }
    const atr_SqliteDesc sqlite = {
        .path = path,
        .busy_timeout_ms = (uint32_t)app->config.store_busy_timeout_ms,
        .create_demo = desc->demo,
        .must_exist = desc->must_exist,
        .log = app->log,
    };
    return atr_sqlite_store_open(&sqlite, store, error);
}

static atr_Status open_pool(const AppDesc *desc, App *app, atr_Error *error)
{
    if (!desc->threads) {
        return ATR_OK;
    }
    atr_Status st = ATR_OK;
    app->mailbox = desc->mailbox;
    if (app->mailbox == NULL) {
        /* A job needs a slot for each of its three steps and one for its end. */
        const atr_MailboxDesc mail = { .capacity = (uint32_t)app->config.work_capacity * 4u };
        st = atr_mailbox_create(&mail, &app->mailbox);
        app->owns_mailbox = st == ATR_OK;
    }
    if (st == ATR_OK) {
        const atr_WorkDesc work = {
            .mailbox = app->mailbox,
            .threads = (uint32_t)app->config.work_threads,
            .capacity = (uint32_t)app->config.work_capacity,
            .clock = { monotonic_ns, utc_ms, app },
            .log = app->log,
        };
        st = atr_work_create(&work, &app->pool);
    }
    return st == ATR_OK ? ATR_OK : app_fail(error, st, "worker pool", "%s", atr_status_text(st));
}

static atr_Status open_mall(const AppDesc *desc, App *app, atr_Error *error)
{
    atr_LoyaltyDesc mall = {
        .pool = app->pool,
        .rules = app->config.rules,
        .event_percent = app->config.reward_event_percent,
        .cache_entries = (uint32_t)app->config.cache_entries,
        .clock = { monotonic_ns, utc_ms, app },
        .log = app->log,
    };
    atr_Status st = open_store(desc, app, mall.card_key, &mall.store, error);
    if (st == ATR_OK) {
        app->demo = atr_sqlite_store_is_demo(&mall.store);
        st = atr_loyalty_create(&mall, &app->mall);
        if (st != ATR_OK) {
            app_fail(error, st, app->config.data, "%s", atr_status_text(st));
        }
    }
    sodium_memzero(mall.card_key, sizeof mall.card_key);
    return st;
}

atr_Status app_open(const AppDesc *desc, App *out, atr_Error *error)
{
    ATR_ASSERT(desc != NULL && desc->config != NULL && out != NULL);
    memset(out, 0, sizeof *out);
    out->config = *desc->config;
    out->log = desc->log;
    out->clock = desc->clock;
    if (sodium_init() < 0) {
        return app_fail(error, ATR_ERR_BACKEND, "libsodium", "no source of random numbers");
    }
    if (!atr__mutex_init(&out->lock)) {
        return app_fail(error, ATR_ERR_NO_MEMORY, "data folder", "no lock");
    }
    out->open = true;
    atr_Status st = ATR_OK;
    if (!desc->must_exist) {
        st = app_make_folder(out->config.data, error);
    }
    if (st == ATR_OK) {
        st = open_pool(desc, out, error);
    }
    if (st == ATR_OK) {
        st = open_mall(desc, out, error);
    }
    if (st == ATR_OK && desc->demo && out->demo) {
        st = app_make_demo(out, error);
    }
    if (st != ATR_OK) {
        app_close(out);
    }
    return st;
}

void app_close(App *app)
{
    if (app == NULL || !app->open) {
        return;
    }
    atr_work_destroy(app->pool);
    /* Callbacks of the last jobs still speak to the mall. */
    while (app->mailbox != NULL && atr_mailbox_count(app->mailbox) > 0) {
        atr_mailbox_drain(app->mailbox, 0);
    }
    if (app->owns_mailbox) {
        atr_mailbox_destroy(app->mailbox);
    }
    atr_loyalty_destroy(app->mall);
    atr__mutex_deinit(&app->lock);
    memset(app, 0, sizeof *app);
}
