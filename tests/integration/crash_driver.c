/* The process that test_crash_kill starts and kills: the test program itself, run with arguments.
 */
#define _POSIX_C_SOURCE 200809L

#include "crash_driver.h"

#include "mall_checker.h"

#include <fcntl.h>
#include <inttypes.h>

#define IN_FLIGHT    8
#define SUBMISSIONS  900 /* more than a pipe nobody reads takes lines: it is killed before */
#define PER_RUN      1000
#define EVERY_OTHER  3 /* of so many submissions one repeats a receipt, */
#define EVERY_BROKEN 7 /* and one is no receipt */

typedef struct Driver {
    atr_Mailbox *mail;
    atr_WorkPool *pool;
    atr_Loyalty *loyalty;
    uint8_t secret_key[64];
    atr_UserId users[MALL_USERS];
    int64_t local_time_s; /* of every receipt: a repeat must be the same one */
    int in_flight;
} Driver;

void crash_driver_path(const char *folder, char *out, unsigned size)
{
    snprintf(out, size, "%s/atrium.db", folder);
}

static void secret_path(const char *folder, char *out, size_t size)
{
    snprintf(out, size, "%s/secret", folder);
}

void crash_driver_prepare(const char *folder)
{
    Mall mall;
    char path[2 * SCRATCH_PATH_MAX];
    memset(&mall, 0, sizeof mall);
    mall_begin(&mall, &(MallDesc){ .without_pool = true });
    mall_close(&mall);
    crash_driver_path(folder, path, sizeof path);
    assert_int_equal(rename(mall.path, path), 0);
    scratch_folder_remove(&mall.folder);
    secret_path(folder, path, sizeof path);
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_int_equal(write(fd, mall.secret_key, sizeof mall.secret_key), sizeof mall.secret_key);
    close(fd);
}

/* ---- What is said ---------------------------------------------------------------------------- */

/* One write: a pipe takes so little whole or not at all. */
static void say(const char *line)
{
    const size_t length = strlen(line);
    if (write(STDOUT_FILENO, line, length) != (ssize_t)length) {
        _exit(3); /* nobody listens any more */
    }
}

static void say_id(char letter, const atr_Id128 *id, const char *rest)
{
    char line[128];
    int at = snprintf(line, sizeof line, "%c ", letter);
    for (size_t i = 0; i < sizeof id->bytes; i++) {
        at += snprintf(line + at, sizeof line - (size_t)at, "%02x", id->bytes[i]);
    }
    snprintf(line + at, sizeof line - (size_t)at, "%s\n", rest);
    say(line);
}

static void on_step(void *context, const atr_Id128 *id, atr_SubmitStep step)
{
    (void)context;
    if (step == ATR_STEP_SAVED) {
        say_id('S', id, "");
    }
}

static void on_done(void *context, const atr_Id128 *id, atr_Status status,
                    const atr_Settlement *settlement)
{
    Driver *driver = context;
    driver->in_flight--;
    if (status == ATR_OK) {
        char rest[64];
        snprintf(rest, sizeof rest, " %d %" PRId64, (int)settlement->verdict.outcome,
                 settlement->reward.coins);
        say_id('D', id, rest);
    }
}

/* ---- Work ------------------------------------------------------------------------------------ */

static int start(Driver *driver, const char *folder)
{
    char path[2 * SCRATCH_PATH_MAX];
    atr_Store store;
    secret_path(folder, path, sizeof path);
    const int fd = open(path, O_RDONLY);
    if (fd < 0 ||
        read(fd, driver->secret_key, sizeof driver->secret_key) != sizeof driver->secret_key) {
        return 4;
    }
    close(fd);
    crash_driver_path(folder, path, sizeof path);
    if (atr_sqlite_store_open(&(atr_SqliteDesc){ .path = path, .must_exist = true }, &store,
                              NULL) != ATR_OK ||
        atr_mailbox_create(NULL, &driver->mail) != ATR_OK ||
        atr_work_create(&(atr_WorkDesc){ .mailbox = driver->mail, .threads = 2 }, &driver->pool) !=
            ATR_OK ||
        atr_loyalty_create(&(atr_LoyaltyDesc){ .store = store,
                                               .pool = driver->pool,
                                               .card_key = { 1, 2, 3 },
                                               .rules = checker_no_limits },
                           &driver->loyalty) != ATR_OK) {
        return 5;
    }
    for (int i = 0; i < MALL_USERS; i++) {
        atr_User user;
        if (atr_loyalty_find_card_wait(driver->loyalty, mall_cards[i], &user) != ATR_OK) {
            return 6;
        }
        driver->users[i] = user.id;
    }
    driver->local_time_s = atr_clock_utc_ms(NULL) / 1000 + 240 * 60;
    return atr_loyalty_resume(driver->loyalty) == ATR_OK ? 0 : 7;
}

static uint32_t make_text(const Driver *driver, unsigned run, int index, char out[300])
{
    if (index % EVERY_BROKEN == EVERY_BROKEN - 1) {
        snprintf(out, 300, "no receipt %d", index);
        return NO_RECEIPT;
    }
    /* a repeat goes to another user, and may overtake the first */
    const int number = index % EVERY_OTHER == EVERY_OTHER - 1 ? index - 1 : index;
    const uint32_t receipt = run * PER_RUN + (uint32_t)number;
    const atr_ReceiptIssue issue = {
        .kid = "K1",
        .store = "S1",
        .till = "T1",
        .sequence = receipt,
        .local_time_s = driver->local_time_s,
        .total_fils = 25000,
        .vat_fils = 1190,
        .trn = MALL_TRN,
        .secret_key = driver->secret_key,
    };
    return atr_receipt_issue(&issue, out, 300) == ATR_OK ? receipt : NO_RECEIPT;
}

static void hand_in(Driver *driver, unsigned run, int index, bool acknowledges_first)
{
    char text[300];
    char rest[32];
    const uint32_t receipt = make_text(driver, run, index, text);
    const atr_SubmitRequest request = {
        .id = atr_loyalty_new_id(),
        .user = driver->users[index % MALL_USERS],
        .session = 1,
        .text = { text, strlen(text) },
        .on_step = on_step,
        .on_done = on_done,
        .context = driver,
    };
    snprintf(rest, sizeof rest, " %u", (unsigned)receipt);
    say_id('A', &request.id, rest);
    if (acknowledges_first) {
        char byte;
        say_id('S', &request.id, "");
        (void)!read(STDIN_FILENO, &byte, 1); /* killed here */
    }
    if (atr_loyalty_submit(driver->loyalty, &request) == ATR_OK) {
        driver->in_flight++;
    }
}

int crash_driver_main(const char *folder, unsigned run, bool acknowledges_first)
{
    Driver driver = { 0 };
    const int failure = start(&driver, folder);
    if (failure != 0) {
        return failure;
    }
    for (int i = 0; i < SUBMISSIONS; i++) {
        hand_in(&driver, run, i, acknowledges_first);
        while (driver.in_flight >= IN_FLIGHT) {
            if (atr_mailbox_drain(driver.mail, 0) == 0) {
                sched_yield();
            }
        }
    }
    atr_work_destroy(driver.pool);
    atr_mailbox_destroy(driver.mail);
    atr_loyalty_destroy(driver.loyalty);
    return 0;
}
