/* The demonstration: eight invented stores, four cards, and receipts signed at the moment they are
 * asked for. Purchases are dated to the last afternoon of a working day, so that the time of day
 * and the weekend change no reward and a script can name the coins it expects. */
#define _POSIX_C_SOURCE 200809L

#include "app_internal.h"

#include <sodium.h>

#include <stdio.h>
#include <string.h>

#define OPENS_MINUTE     600  /* 10:00 */
#define CLOSES_MINUTE    1320 /* 22:00 */
#define OFFSET_MINUTES   240
#define AFTERNOON_FROM_S (12 * 3600)
#define AFTERNOON_TO_S   (18 * 3600)

static const atr_StoreInfo stores[] = {
    { .id = "layan", .name_en = "Layan Fashion", .name_ar = "ليان للأزياء", .category = "fashion" },
    { .id = "nour",
      .name_en = "Nour Electronics",
      .name_ar = "نور للإلكترونيات",
      .category = "electronics" },
    { .id = "saffron", .name_en = "Saffron Market", .name_ar = "سوق الزعفران", .category = "food" },
    { .id = "dana", .name_en = "Dana Jewels", .name_ar = "دانة للمجوهرات", .category = "luxury" },
    { .id = "qalam", .name_en = "Qalam Books", .name_ar = "مكتبة قلم", .category = "books" },
    { .id = "sahra", .name_en = "Sahra Sports", .name_ar = "صحراء الرياضية", .category = "sports" },
    { .id = "warda", .name_en = "Warda Beauty", .name_ar = "وردة للتجميل", .category = "beauty" },
    { .id = "bayt", .name_en = "Bayt Home", .name_ar = "بيت للأثاث المنزلي", .category = "home" },
};

static const char *const cards[APP_DEMO_CARD_COUNT] = {
    [APP_DEMO_NEW] = "6283910000000013",
    [APP_DEMO_LEVEL] = "6283910000000021",
    [APP_DEMO_TIER] = "6283910000000039",
    [APP_DEMO_REGULAR] = "6283910000000047",
};

/* Earlier purchases, oldest first. What they add up to is checked by a test. */
static const struct {
    AppDemoCard card;
    int32_t days_ago;
    const char *store;
    int64_t total_fils;
} past[] = {
    { APP_DEMO_LEVEL, 5, "saffron", 372500 },  { APP_DEMO_LEVEL, 3, "saffron", 372500 },
    { APP_DEMO_TIER, 6, "dana", 3000000 },     { APP_DEMO_TIER, 3, "dana", 1850000 },
    { APP_DEMO_REGULAR, 6, "dana", 4600000 },  { APP_DEMO_REGULAR, 5, "saffron", 18450 },
    { APP_DEMO_REGULAR, 4, "qalam", 12900 },   { APP_DEMO_REGULAR, 3, "layan", 42000 },
    { APP_DEMO_REGULAR, 2, "saffron", 23175 }, { APP_DEMO_REGULAR, 1, "warda", 31000 },
};

const char *app_demo_card(AppDemoCard card)
{
    ATR_ASSERT((unsigned)card < APP_DEMO_CARD_COUNT);
    return cards[card];
}

/* Start of the store's local day that is `days_ago` before now. UTC seconds. */
static int64_t local_midnight(const App *app, int64_t days_ago)
{
    const int64_t local = app_now_s(app) + OFFSET_MINUTES * 60;
    return (local / APP_SECONDS_PER_DAY - days_ago) * APP_SECONDS_PER_DAY - OFFSET_MINUTES * 60;
}

static bool is_working_day(int64_t midnight_utc)
{
    const int64_t day = (midnight_utc + OFFSET_MINUTES * 60) / APP_SECONDS_PER_DAY;
    const int64_t weekday = (day + 4) % 7; /* 0: Sunday; 1970-01-01 was a Thursday */
    return weekday != 0 && weekday != 6;
}

/* A minute ago, or the end of the last afternoon of a working day. */
static int64_t purchase_time(const App *app)
{
    const int64_t latest = app_now_s(app) - 60;
    for (int64_t days_ago = 0;; days_ago++) {
        const int64_t midnight = local_midnight(app, days_ago);
        if (!is_working_day(midnight) || latest < midnight + AFTERNOON_FROM_S) {
            continue;
        }
        const int64_t last = midnight + AFTERNOON_TO_S - 60;
        return latest < last ? latest : last;
    }
}

/* ---- Stores, cards, history ------------------------------------------------------------------ */

static atr_Status add_stores(App *app)
{
    const atr_Store *db = atr_loyalty_store(app->mall);
    atr_Status st = ATR_OK;
    for (size_t i = 0; i < ATR_COUNT_OF(stores) && st == ATR_OK; i++) {
        atr_StoreInfo store = stores[i];
        snprintf(store.trn, sizeof store.trn, "10099900010000%zu", i + 1);
        memcpy(store.currency, "AED", 4);
        store.vat_basis_points = 500;
        store.utc_offset_minutes = OFFSET_MINUTES;
        store.opens_minute = OPENS_MINUTE;
        store.closes_minute = CLOSES_MINUTE;
        store.demo = true;
        st = db->ops->store_put(db->self, &store);
    }
    return st;
}

static atr_Status add_card(App *app, AppDemoCard card, atr_User *out)
{
    const atr_Status st = atr_loyalty_add_user(app->mall, cards[card], out);
    return st == ATR_ERR_EXISTS ? atr_loyalty_find_card_wait(app->mall, cards[card], out) : st;
}

/* The same number each time, so that making the demonstration again hands nothing in twice. */
static atr_Id128 past_id(size_t index)
{
    char words[32];
    atr_Id128 id;
    const int length = snprintf(words, sizeof words, "atrium demo %zu", index);
    crypto_generichash(id.bytes, sizeof id.bytes, (const unsigned char *)words,
                       (unsigned long long)length, NULL, 0);
    return id;
}

static atr_Status add_purchase(App *app, size_t index, const atr_User *user, atr_Error *error)
{
    const atr_Store *db = atr_loyalty_store(app->mall);
    const atr_Id128 id = past_id(index);
    atr_Settlement settlement;
    atr_Status st = db->ops->settlement(db->self, &id, &settlement);
    if (st != ATR_ERR_NOT_FOUND) {
        return st;
    }
    char text[512];
    const int64_t noon = local_midnight(app, past[index].days_ago) + AFTERNOON_FROM_S;
    const int64_t now = app_now_s(app);
    const AppIssue issue = { .store = past[index].store,
                             .total_fils = past[index].total_fils,
                             .vat_fils = -1,
                             .utc_s = noon + 3600 };
    st = app_issue(app, &issue, text, sizeof text, error);
    if (st != ATR_OK) {
        return st;
    }
    /* Handed in ten minutes after the purchase, back then. */
    app->clock_shift_ms = (noon + 4200 - now) * 1000;
    st = atr_loyalty_submit_wait(
        app->mall,
        &(atr_SubmitRequest){ .id = id, .user = user->id, .text = { text, strlen(text) } },
        &settlement);
    app->clock_shift_ms = 0;
    return st;
}

atr_Status app_make_demo(App *app, atr_Error *error)
{
    ATR_ASSERT(app != NULL && app->mall != NULL);
    if (!app->demo) {
        return app_fail(error, ATR_ERR_DENIED, app->config.data,
                        "expected a folder that was made as a demonstration");
    }
    atr_Status st = add_stores(app);
    for (int card = 0; card < APP_DEMO_CARD_COUNT && st == ATR_OK; card++) {
        atr_User user;
        st = add_card(app, (AppDemoCard)card, &user);
        for (size_t i = 0; i < ATR_COUNT_OF(past) && st == ATR_OK; i++) {
            if (past[i].card == (AppDemoCard)card) {
                st = add_purchase(app, i, &user, error);
            }
        }
    }
    return st == ATR_OK ? ATR_OK
                        : app_fail(error, st, app->config.data, "making the demonstration: %s",
                                   atr_status_text(st));
}

/* ---- Receipts -------------------------------------------------------------------------------- */

typedef struct Sale {
    const char *store;
    int64_t total_fils;
    int64_t vat_fils; /* -1: the store's rate */
    int64_t days_ago;
} Sale;

static const Sale sales[APP_DEMO_RECEIPT_LAST + 1] = {
    [APP_DEMO_GREAT] = { "nour", 48000, -1, 0 },    [APP_DEMO_EPIC] = { "dana", 240000, -1, 0 },
    [APP_DEMO_TAMPERED] = { "nour", 18000, -1, 0 }, [APP_DEMO_HELD] = { "warda", 30000, 4500, 0 },
    [APP_DEMO_OLD] = { "layan", 26000, -1, 20 },    [APP_DEMO_SMALL] = { "saffron", 4550, -1, 0 },
};

static atr_Status print_sale(App *app, const Sale *sale, char *out, size_t out_size,
                             atr_Error *error)
{
    const AppIssue issue = { .store = sale->store,
                             .total_fils = sale->total_fils,
                             .vat_fils = sale->vat_fils,
                             .utc_s = purchase_time(app) - sale->days_ago * APP_SECONDS_PER_DAY };
    return app_issue(app, &issue, out, out_size, error);
}

/* Adds a digit before the total: signed, then changed by hand. */
static void tamper(char *text, size_t size)
{
    char *at = strstr(text, "|AED|");
    const size_t length = strlen(text);
    if (at != NULL && length + 2 <= size) {
        at += strlen("|AED|");
        memmove(at + 1, at, length - (size_t)(at - text) + 1);
        *at = '9';
    }
}

static atr_Status print_unpinned(App *app, char *out, size_t out_size, atr_Error *error)
{
    uint8_t public_key[32];
    uint8_t secret[64];
    atr_StoreInfo store;
    const atr_Store *db = atr_loyalty_store(app->mall);
    const AppIssue issue = {
        .till = "9", .total_fils = 12500, .vat_fils = -1, .utc_s = purchase_time(app)
    };
    atr_Status st = db->ops->store_by_id(db->self, "bayt", &store);
    if (st == ATR_OK) {
        st = atr_receipt_keypair(public_key, secret);
    }
    if (st != ATR_OK) {
        return app_fail(error, st, "receipt", "%s", atr_status_text(st));
    }
    st = app_print_receipt(app, &issue, &store, "nobody", secret, out, out_size, error);
    sodium_memzero(secret, sizeof secret);
    return st;
}

static size_t put_tag(uint8_t *out, uint8_t tag, const char *text)
{
    const size_t length = strlen(text);
    out[0] = tag;
    out[1] = (uint8_t)length;
    memcpy(out + 2, text, length); /* NOLINT(bugprone-not-null-terminated-result): bytes */
    return length + 2;
}

/* The total changes with each one: two of the same store, date and total look like one receipt. */
static atr_Status print_zatca(App *app, char *out, size_t out_size, atr_Error *error)
{
    const atr_Store *db = atr_loyalty_store(app->mall);
    atr_StoreInfo store;
    uint64_t number = 0;
    atr_Status st = db->ops->store_by_id(db->self, "sahra", &store);
    if (st == ATR_OK) {
        st = db->ops->till_sequence(db->self, "sahra", "zatca", &number);
    }
    if (st != ATR_OK) {
        return app_fail(error, st, "receipt", "%s", atr_status_text(st));
    }
    const int64_t total = 23000 + (int64_t)(number % 1000) * 5;
    const int64_t vat = app_vat_inside(&store, total);
    char time[32];
    char total_text[24];
    char vat_text[24];
    app_format_utc(purchase_time(app), time, sizeof time);
    snprintf(total_text, sizeof total_text, "%lld.%02lld", (long long)(total / 100),
             (long long)(total % 100));
    snprintf(vat_text, sizeof vat_text, "%lld.%02lld", (long long)(vat / 100),
             (long long)(vat % 100));
    uint8_t bytes[256];
    size_t size = put_tag(bytes, 1, store.name_en);
    size += put_tag(bytes + size, 2, store.trn);
    size += put_tag(bytes + size, 3, time);
    size += put_tag(bytes + size, 4, total_text);
    size += put_tag(bytes + size, 5, vat_text);
    if (out_size < sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL)) {
        return app_fail(error, ATR_ERR_INVALID, "receipt", "expected more room");
    }
    sodium_bin2base64(out, out_size, bytes, size, sodium_base64_VARIANT_ORIGINAL);
    return ATR_OK;
}

static void remember(App *app, const char *text)
{
    atr__mutex_lock(&app->lock);
    snprintf(app->last_receipt, sizeof app->last_receipt, "%s", text);
    atr__mutex_unlock(&app->lock);
}

static atr_Status repeat_last(App *app, char *out, size_t out_size, atr_Error *error)
{
    atr__mutex_lock(&app->lock);
    const bool known = app->last_receipt[0] != '\0';
    snprintf(out, out_size, "%s", app->last_receipt);
    atr__mutex_unlock(&app->lock);
    return known ? ATR_OK : app_demo_receipt(app, APP_DEMO_GREAT, out, out_size, error);
}

atr_Status app_demo_receipt(App *app, int n, char *out, size_t out_size, atr_Error *error)
{
    ATR_ASSERT(app != NULL && out != NULL && out_size >= 1024);
    if (!app->demo) {
        return app_fail(error, ATR_ERR_DENIED, app->config.data,
                        "expected a folder that was made as a demonstration");
    }
    atr_Status st = ATR_OK;
    switch (n) {
    case APP_DEMO_GREAT:
    case APP_DEMO_EPIC:
    case APP_DEMO_SMALL:
        st = print_sale(app, &sales[n], out, out_size, error);
        if (st == ATR_OK) {
            remember(app, out);
        }
        return st;
    case APP_DEMO_TAMPERED:
        st = print_sale(app, &sales[n], out, out_size, error);
        if (st == ATR_OK) {
            tamper(out, out_size);
        }
        return st;
    case APP_DEMO_HELD:
    case APP_DEMO_OLD:
        return print_sale(app, &sales[n], out, out_size, error);
    case APP_DEMO_DUPLICATE:
        return repeat_last(app, out, out_size, error);
    case APP_DEMO_UNKNOWN:
        return print_unpinned(app, out, out_size, error);
    case APP_DEMO_GARBAGE:
        snprintf(out, out_size, "https://example.com/menu?table=12");
        return ATR_OK;
    case APP_DEMO_ZATCA:
        return print_zatca(app, out, out_size, error);
    default:
        return app_fail(error, ATR_ERR_INVALID, "demonstration receipt",
                        "expected a number from 1 to %d", APP_DEMO_RECEIPT_LAST);
    }
}
