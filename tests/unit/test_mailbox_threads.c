/* Many threads reserve and post while one drains: each message arrives once, in its sender's order,
 * and the bound holds at every moment. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/mailbox.h>

#include "base/atomic.h"
#include "base/thread.h"
#include "cmocka_all.h"

#include <sched.h>

#define SENDERS  4
#define MESSAGES 5000
#define CAPACITY 16

typedef struct Sender {
    atr_Mailbox *mail;
    uint32_t heard; /* owner thread only */
    uint32_t sent[MESSAGES];
    bool in_order;
    atomic_uint refused;
} Sender;

typedef struct Letter {
    Sender *sender;
    uint32_t number;
} Letter;

static Sender senders[SENDERS];
static Letter letters[SENDERS][MESSAGES];

static void hear(void *user)
{
    const Letter *letter = user;
    if (letter->number != letter->sender->heard) {
        letter->sender->in_order = false;
    }
    letter->sender->heard++;
}

static void *send_all(void *user)
{
    Sender *sender = user;
    Letter *mine = letters[sender - senders];
    for (uint32_t i = 0; i < MESSAGES;) {
        if (atr_mailbox_reserve(sender->mail) != ATR_OK) {
            atomic_fetch_add(&sender->refused, 1u);
            sched_yield();
            continue;
        }
        if (i % 7 == 3 && sender->sent[i] == 0) { /* give one back now and then */
            sender->sent[i] = 1;
            atr_mailbox_cancel(sender->mail);
            continue;
        }
        mine[i] = (Letter){ sender, i };
        atr_mailbox_post(sender->mail, hear, &mine[i]);
        i++;
    }
    return NULL;
}

static void mailbox_post__many_senders__each_message_once_and_in_order(void **state)
{
    (void)state;
    atr_Mailbox *mail = NULL;
    assert_int_equal(atr_mailbox_create(&(atr_MailboxDesc){ .capacity = CAPACITY }, &mail), ATR_OK);
    atr__Thread threads[SENDERS];
    for (int i = 0; i < SENDERS; i++) {
        senders[i].mail = mail;
        senders[i].in_order = true;
        assert_true(atr__thread_start(&threads[i], send_all, &senders[i]));
    }
    uint32_t drained = 0;
    while (drained < SENDERS * MESSAGES) {
        assert_true(atr_mailbox_count(mail) <= CAPACITY);
        const uint32_t now = atr_mailbox_drain(mail, 0);
        assert_true(now <= CAPACITY);
        drained += now;
        if (now == 0) {
            sched_yield();
        }
    }
    for (int i = 0; i < SENDERS; i++) {
        atr__thread_join(threads[i]);
        assert_int_equal(senders[i].heard, MESSAGES);
        assert_true(senders[i].in_order);
    }
    assert_int_equal(atr_mailbox_drain(mail, 0), 0);
    for (int i = 0; i < CAPACITY; i++) { /* no slot was lost */
        assert_int_equal(atr_mailbox_reserve(mail), ATR_OK);
    }
    assert_int_equal(atr_mailbox_reserve(mail), ATR_ERR_FULL);
    atr_mailbox_destroy(mail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mailbox_post__many_senders__each_message_once_and_in_order),
    };
    return cmocka_run_group_tests_name("mailbox_threads", tests, NULL, NULL);
}
