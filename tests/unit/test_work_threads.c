/* Many threads submit, cancel and hold while one drains: each accepted job runs at most once, is
 * told exactly once, and every mailbox slot comes back. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/work.h>

#include "base/atomic.h"
#include "base/thread.h"
#include "cmocka_all.h"

#include <sched.h>

#define SUBMITTERS    3
#define ATTEMPTS      3000
#define MAIL_CAPACITY 48

typedef struct Ticket {
    atomic_int ran;
    int told; /* draining thread only */
    bool accepted;
} Ticket;

typedef struct Submitter {
    atr_WorkPool *pool;
    unsigned number;
    int cancelled;
} Submitter;

static Ticket tickets[SUBMITTERS][ATTEMPTS];
static atomic_int submitters_left;
static int told_total;
static int told_cancelled;

static atr_Status run_ticket(atr_Job *job, void *user)
{
    (void)job;
    atomic_fetch_add(&((Ticket *)user)->ran, 1);
    return ATR_OK;
}

static void ticket_done(void *user, atr_JobId id, atr_Status status)
{
    (void)id;
    Ticket *ticket = user;
    ticket->told++;
    told_total++;
    told_cancelled += status == ATR_ERR_CANCELLED ? 1 : 0;
    /* Ran exactly when it was not cancelled: none of these jobs gives up by itself. */
    assert_int_equal(atomic_load(&ticket->ran), status == ATR_OK ? 1 : 0);
}

static void *submit_many(void *user)
{
    Submitter *me = user;
    atr_JobId last = { 0 };
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        Ticket *ticket = &tickets[me->number][i];
        const atr_JobDesc desc = { .run = run_ticket,
                                   .done = ticket_done,
                                   .user = ticket,
                                   .priority = (atr_Priority)((int)(i % 4) - 1) };
        while (atr_work_submit(me->pool, &desc, &last) == ATR_ERR_FULL) {
            sched_yield(); /* refused tickets tell nothing: each is to get its turn */
        }
        ticket->accepted = last.value != 0;
        if (i % 5 == 0) {
            me->cancelled += atr_work_cancel(me->pool, last) == ATR_OK ? 1 : 0;
        }
        if (i % 64 == 0) {
            atr_work_hold(me->pool);
            atr_work_release(me->pool);
        }
    }
    atomic_fetch_sub(&submitters_left, 1);
    return NULL;
}

static void work_threads__submit_cancel_drain__each_accepted_job_told_once(void **state)
{
    (void)state;
    atr_Mailbox *mail = NULL;
    atr_WorkPool *pool = NULL;
    assert_int_equal(atr_mailbox_create(&(atr_MailboxDesc){ .capacity = MAIL_CAPACITY }, &mail),
                     ATR_OK);
    assert_int_equal(
        atr_work_create(&(atr_WorkDesc){ .mailbox = mail, .threads = 2, .capacity = 32 }, &pool),
        ATR_OK);
    Submitter submitters[SUBMITTERS];
    atr__Thread threads[SUBMITTERS];
    atomic_store(&submitters_left, SUBMITTERS);
    for (unsigned i = 0; i < SUBMITTERS; i++) {
        submitters[i] = (Submitter){ .pool = pool, .number = i };
        assert_true(atr__thread_start(&threads[i], submit_many, &submitters[i]));
    }
    while (atomic_load(&submitters_left) > 0) {
        if (atr_mailbox_drain(mail, 0) == 0) {
            sched_yield();
        }
    }
    for (unsigned i = 0; i < SUBMITTERS; i++) {
        atr__thread_join(threads[i]);
    }
    atr_work_destroy(pool);
    while (atr_mailbox_drain(mail, 0) > 0) {
    }
    int accepted = 0;
    int asked = 0; /* cancels that said ATR_OK: of a waiting job, or of one running */
    for (unsigned i = 0; i < SUBMITTERS; i++) {
        asked += submitters[i].cancelled;
        for (unsigned n = 0; n < ATTEMPTS; n++) {
            accepted += tickets[i][n].accepted ? 1 : 0;
            assert_int_equal(tickets[i][n].told, tickets[i][n].accepted ? 1 : 0);
        }
    }
    assert_int_equal(told_total, accepted);
    assert_int_equal(accepted, SUBMITTERS * ATTEMPTS);
    assert_true(told_cancelled <= asked);
    for (int i = 0; i < MAIL_CAPACITY; i++) { /* no mailbox slot was lost */
        assert_int_equal(atr_mailbox_reserve(mail), ATR_OK);
    }
    atr_mailbox_destroy(mail);
    print_message("  %d accepted, %d cancelled\n", accepted, told_cancelled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_threads__submit_cancel_drain__each_accepted_job_told_once),
    };
    return cmocka_run_group_tests_name("work_threads", tests, NULL, NULL);
}
