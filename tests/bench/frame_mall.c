/* Receipts are printed on a thread of their own, as a till would, because printing writes the
 * till's sequence number; only handing them in is the render thread's. Stores, totals and shoppers
 * change from one to the next, so that no rule of amounts or frequency holds them back, and the
 * printed time is yesterday's early afternoon, when every store is open. */
#define _XOPEN_SOURCE 700

#include "frame_mall.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RECEIPT_GAP_NS 250000000u
#define DAY_S          86400
#define MALL_OFFSET_S  (4 * 3600)

static const char *no_environment(const char *name)
{
    (void)name;
    return NULL;
}

/* "628392" and the number, with its Luhn digit. */
static void card_of(unsigned number, char out[17])
{
    snprintf(out, 17, "628392%09u0", number);
    int sum = 0;
    for (int i = 0; i < 15; i++) {
        const int digit = (out[14 - i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    out[15] = (char)('0' + (10 - sum % 10) % 10);
}

static atr_Status add_shoppers(FrameMall *mall)
{
    for (unsigned i = 0; i < FRAME_MALL_SHOPPERS; i++) {
        char card[17];
        atr_User user;
        card_of(i, card);
        const atr_Status status = atr_loyalty_add_user(mall->app.mall, card, &user);
        if (status != ATR_OK) {
            return status;
        }
        mall->shoppers[i] = user.id;
    }
    return ATR_OK;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_folder(const FrameMall *mall)
{
    (void)nftw(mall->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

bool frame_mall_open(FrameMall *mall, atr_Mailbox *mailbox)
{
    const char *temporary = getenv("TMPDIR");
    atomic_init(&mall->stop, false);
    atomic_init(&mall->printed, false);
    snprintf(mall->folder, sizeof mall->folder, "%s/atrium-bench-XXXXXX",
             temporary != NULL ? temporary : "/tmp");
    if (mkdtemp(mall->folder) == NULL) {
        snprintf(mall->error.text, sizeof mall->error.text, "no temporary folder");
        return false;
    }
    AppConfig config;
    const AppConfigSources sources = { .data = mall->folder, .getenv_fn = no_environment };
    atr_Status status = app_config_load(&sources, &config, &mall->error);
    if (status == ATR_OK) {
        const AppDesc desc = {
            .config = &config, .threads = true, .mailbox = mailbox, .demo = true
        };
        status = app_open(&desc, &mall->app, &mall->error);
    }
    if (status == ATR_OK) {
        status = add_shoppers(mall);
        if (status != ATR_OK) {
            snprintf(mall->error.text, sizeof mall->error.text, "adding shoppers: %s",
                     atr_status_text(status));
            app_close(&mall->app);
        }
    }
    if (status != ATR_OK) {
        remove_folder(mall);
    }
    return status == ATR_OK;
}

/* ---- The till -------------------------------------------------------------------------------- */

static bool print_receipt(FrameMall *mall, unsigned number)
{
    static const char *const stores[] = { "layan", "nour",  "saffron", "dana",
                                          "qalam", "sahra", "warda",   "bayt" };
    const int64_t now_s = atr_clock_utc_ms(NULL) / 1000;
    const int64_t midnight_s = (now_s + MALL_OFFSET_S) / DAY_S * DAY_S - MALL_OFFSET_S;
    const AppIssue issue = { .store = stores[number % ATR_COUNT_OF(stores)],
                             .total_fils = 20000 + (int64_t)(number * 37 % 2500),
                             .vat_fils = -1,
                             .utc_s = midnight_s - DAY_S + 13 * 3600 + number };
    atr_Error error;
    return app_issue(&mall->app, &issue, mall->receipt, sizeof mall->receipt, &error) == ATR_OK;
}

static void *run_till(void *user)
{
    FrameMall *mall = user;
    uint64_t next_ns = atr_clock_monotonic_ns(NULL);
    for (unsigned number = 0; !atomic_load(&mall->stop); number++) {
        if (!atomic_load(&mall->printed) && print_receipt(mall, number)) {
            atomic_store(&mall->printed, true);
        }
        next_ns += RECEIPT_GAP_NS;
        const struct timespec at = { .tv_sec = (time_t)(next_ns / 1000000000u),
                                     .tv_nsec = (long)(next_ns % 1000000000u) };
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    }
    return NULL;
}

void frame_mall_start(FrameMall *mall)
{
    mall->till_runs = atr__thread_start(&mall->till, run_till, mall);
}

void frame_mall_stop(FrameMall *mall)
{
    atomic_store(&mall->stop, true);
    if (mall->till_runs) {
        atr__thread_join(mall->till);
        mall->till_runs = false;
    }
}

/* ---- The render thread's part ---------------------------------------------------------------- */

static void on_done(void *context, const atr_Id128 *id, atr_Status status,
                    const atr_Settlement *settlement)
{
    (void)id;
    FrameMall *mall = context;
    mall->answered++;
    if (status == ATR_OK && settlement->verdict.outcome == ATR_OUTCOME_ACCEPTED) {
        mall->credited++;
        mall->on_credited(mall->user, settlement->reward.coins);
    }
}

void frame_mall_scan(FrameMall *mall)
{
    if (!atomic_load(&mall->printed)) {
        return;
    }
    const atr_SubmitRequest request = {
        .id = atr_loyalty_new_id(),
        .user = mall->shoppers[mall->submitted % FRAME_MALL_SHOPPERS],
        .text = { mall->receipt, strlen(mall->receipt) },
        .on_done = on_done,
        .context = mall,
    };
    if (atr_loyalty_submit(mall->app.mall, &request) == ATR_OK) {
        mall->submitted++;
        atomic_store(&mall->printed, false);
    }
}

void frame_mall_close(FrameMall *mall)
{
    app_close(&mall->app);
    remove_folder(mall);
}
