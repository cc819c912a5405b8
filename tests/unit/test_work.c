#define _POSIX_C_SOURCE 200809L

#include <atrium/work.h>

#include "base/atomic.h"
#include "base/thread.h"
#include "cmocka_all.h"
#include "failing_allocator.h"
#include "test_clock.h"

#include <sched.h>

#define MAX_JOBS 32

/* What one test's jobs leave behind. */
typedef struct Record {
    atr_WorkPool *pool;
    atr_Mailbox *mail;
    atomic_int runs;
    int run_order[MAX_JOBS]; /* written by a single worker */
    atomic_bool gate;        /* blocked jobs end when it opens */
    atomic_int blocked;
    int done; /* from here on the draining thread only */
    atr_Status last_status;
    uint64_t last_id;
    int steps[16];
    int step_count;
    int steps_at_done;
} Record;

typedef struct Task {
    Record *record;
    int number;
    atr_Status result;
    int resubmits;
} Task;

static atr_Status run_simple(atr_Job *job, void *user)
{
    (void)job;
    Task *task = user;
    const int n = atomic_fetch_add(&task->record->runs, 1);
    if (n < MAX_JOBS) {
        task->record->run_order[n] = task->number;
    }
    return task->result;
}

static atr_Status run_until_gate(atr_Job *job, void *user)
{
    Record *record = ((Task *)user)->record;
    atomic_fetch_add(&record->runs, 1);
    atomic_fetch_add(&record->blocked, 1);
    while (!atomic_load(&record->gate) && !atr_job_is_cancelled(job)) {
        sched_yield();
    }
    return atr_job_is_cancelled(job) ? ATR_ERR_CANCELLED : ATR_OK;
}

static void on_done(void *user, atr_JobId id, atr_Status status)
{
    Task *task = user;
    Record *record = task->record;
    record->done++;
    record->last_status = status;
    record->last_id = id.value;
    record->steps_at_done = record->step_count;
    if (task->resubmits > 0) {
        task->resubmits--;
        assert_int_equal(
            atr_work_submit(record->pool,
                            &(atr_JobDesc){ .run = run_simple, .done = on_done, .user = task },
                            NULL),
            ATR_OK);
    }
}

static void on_progress(void *user, atr_JobId id, uint32_t step)
{
    (void)id;
    Record *record = ((Task *)user)->record;
    record->steps[record->step_count++] = (int)step;
}

static void record_open(Record *record, atr_MailboxDesc mail, atr_WorkDesc work)
{
    *record = (Record){ 0 };
    assert_int_equal(atr_mailbox_create(&mail, &record->mail), ATR_OK);
    work.mailbox = record->mail;
    assert_int_equal(atr_work_create(&work, &record->pool), ATR_OK);
}

static void record_close(Record *record)
{
    atr_work_destroy(record->pool);
    atr_mailbox_destroy(record->mail);
}

static atr_JobId submit(Record *record, Task *task, atr_JobRunFn run, atr_Priority priority)
{
    task->record = record;
    atr_JobId id = { 0 };
    const atr_JobDesc desc = { .run = run, .done = on_done, .user = task, .priority = priority };
    assert_int_equal(atr_work_submit(record->pool, &desc, &id), ATR_OK);
    assert_true(id.value != 0);
    return id;
}

static void drain_until_done(Record *record, int done)
{
    while (record->done < done) {
        if (atr_mailbox_drain(record->mail, 0) == 0) {
            sched_yield();
        }
    }
}

static void wait_until_blocked(Record *record, int count)
{
    while (atomic_load(&record->blocked) < count) {
        sched_yield();
    }
}

static void work_submit__job_ends__done_gets_its_status_once(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        atr_Status result;
        uint64_t succeeded, failed, cancelled;
    } rows[] = {
        { "success", ATR_OK, 1, 0, 0 },
        { "failure", ATR_ERR_IO, 0, 1, 0 },
        { "gave up", ATR_ERR_CANCELLED, 0, 0, 1 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Record record;
        record_open(&record, (atr_MailboxDesc){ 0 }, (atr_WorkDesc){ 0 });
        Task task = { .result = rows[i].result };
        const atr_JobId id = submit(&record, &task, run_simple, ATR_PRIORITY_NORMAL);
        drain_until_done(&record, 1);
        assert_int_equal(record.last_status, rows[i].result);
        assert_int_equal(record.last_id, id.value);
        atr_WorkStats stats;
        atr_work_stats(record.pool, &stats);
        assert_int_equal(stats.submitted, 1);
        assert_int_equal(stats.succeeded, rows[i].succeeded);
        assert_int_equal(stats.failed, rows[i].failed);
        assert_int_equal(stats.cancelled, rows[i].cancelled);
        assert_int_equal(stats.waiting + stats.running, 0);
        record_close(&record);
        assert_int_equal(record.done, 1);
    }
}

static void work_order__priority_and_age__decide_what_runs_next(void **state)
{
    (void)state;
    enum {
        L = ATR_PRIORITY_LOW,
        N = ATR_PRIORITY_NORMAL,
        H = ATR_PRIORITY_HIGH,
        C = ATR_PRIORITY_CRITICAL
    };
    /* Ageing span 1000 ms. Each job: priority, and how long the clock moves after its submit. */
    static const struct {
        const char *name;
        int count;
        struct {
            int priority;
            uint64_t then_ms;
        } jobs[5];
        int order[5];
    } rows[] = {
        { "arrival within one priority", 3, { { N, 0 }, { N, 0 }, { N, 0 } }, { 0, 1, 2 } },
        { "priority first", 4, { { L, 0 }, { N, 0 }, { H, 0 }, { C, 0 } }, { 3, 2, 1, 0 } },
        { "one short of a span", 2, { { N, 999 }, { H, 0 } }, { 1, 0 } },
        { "a span is a priority, then arrival", 2, { { N, 1000 }, { H, 0 } }, { 0, 1 } },
        { "two spans for low", 3, { { L, 2000 }, { H, 0 }, { N, 0 } }, { 0, 1, 2 } },
        { "critical is the highest", 2, { { C, 9000 }, { C, 0 } }, { 0, 1 } },
        { "an aged low beats a new critical", 2, { { L, 3000 }, { C, 0 } }, { 0, 1 } },
        { "an older critical stays before an aged low", 2, { { C, 1 }, { L, 9000 } }, { 0, 1 } },
        { "the second in a list waits for the first",
          4,
          { { L, 1000 }, { L, 1000 }, { N, 0 }, { H, 0 } },
          { 0, 3, 1, 2 } },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        TestClock clock = { 0 };
        Record record;
        record_open(&record, (atr_MailboxDesc){ 0 },
                    (atr_WorkDesc){ .threads = 1, .ageing_ms = 1000, .clock = test_clock(&clock) });
        atr_work_hold(record.pool);
        Task tasks[5] = { 0 };
        for (int n = 0; n < rows[i].count; n++) {
            tasks[n].number = n;
            submit(&record, &tasks[n], run_simple, (atr_Priority)rows[i].jobs[n].priority);
            test_clock_pass_ms(&clock, rows[i].jobs[n].then_ms);
        }
        atr_work_release(record.pool);
        drain_until_done(&record, rows[i].count);
        for (int n = 0; n < rows[i].count; n++) {
            assert_int_equal(record.run_order[n], rows[i].order[n]);
        }
        record_close(&record);
    }
}

static void work_submit__full__refuses_and_runs_no_callback(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t capacity, mail_capacity, progress, accepted;
    } rows[] = {
        { "as many as the pool holds", 3, 100, 0, 3 },
        { "as many as the mailbox holds", 100, 3, 0, 3 },
        { "progress needs slots too", 100, 8, 3, 2 },
        { "one", 1, 1, 0, 1 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Record record;
        record_open(&record, (atr_MailboxDesc){ .capacity = rows[i].mail_capacity },
                    (atr_WorkDesc){ .capacity = rows[i].capacity });
        atr_work_hold(record.pool);
        Task task = { .record = &record };
        const atr_JobDesc desc = { .run = run_simple,
                                   .done = on_done,
                                   .progress = on_progress,
                                   .progress_max = rows[i].progress,
                                   .user = &task };
        atr_JobId id = { 0 };
        for (int round = 0; round < 3; round++) { /* every slot comes back */
            for (uint32_t n = 0; n < rows[i].accepted; n++) {
                assert_int_equal(atr_work_submit(record.pool, &desc, &id), ATR_OK);
            }
            assert_int_equal(atr_work_submit(record.pool, &desc, &id), ATR_ERR_FULL);
            assert_true(id.value == 0);
            atr_work_release(record.pool);
            drain_until_done(&record, (round + 1) * (int)rows[i].accepted);
            atr_work_hold(record.pool);
        }
        atr_WorkStats stats;
        atr_work_stats(record.pool, &stats);
        assert_int_equal(stats.refused, 3);
        assert_int_equal(stats.submitted, 3 * rows[i].accepted);
        record_close(&record);
        assert_int_equal(record.done, 3 * rows[i].accepted);
    }
}

static void work_submit__from_done__finds_the_slot_its_job_left(void **state)
{
    (void)state;
    Record record;
    record_open(&record, (atr_MailboxDesc){ .capacity = 1 }, (atr_WorkDesc){ .capacity = 1 });
    Task task = { .resubmits = 5 };
    submit(&record, &task, run_simple, ATR_PRIORITY_NORMAL);
    drain_until_done(&record, 6);
    assert_int_equal(atomic_load(&record.runs), 6);
    record_close(&record);
}

static void work_submit__no_callbacks__needs_no_mailbox_slot(void **state)
{
    (void)state;
    Record record;
    record_open(&record, (atr_MailboxDesc){ .capacity = 1 }, (atr_WorkDesc){ .capacity = 2 });
    assert_int_equal(atr_mailbox_reserve(record.mail), ATR_OK);
    Task task = { .record = &record };
    const atr_JobDesc desc = { .run = run_simple, .user = &task };
    for (int i = 0; i < 10; i++) {
        atr_Status status = ATR_ERR_FULL;
        while (status == ATR_ERR_FULL) { /* its slot is free as soon as a job has run */
            status = atr_work_submit(record.pool, &desc, NULL);
            sched_yield();
        }
        assert_int_equal(status, ATR_OK);
    }
    atr_mailbox_cancel(record.mail);
    record_close(&record);
    assert_int_equal(atomic_load(&record.runs), 10);
}

static void work_submit__bad_desc__is_invalid(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        atr_JobDesc desc;
    } rows[] = {
        { "nothing to run", { .done = on_done } },
        { "too much progress", { .run = run_simple, .progress_max = 9 } },
        { "priority too high", { .run = run_simple, .priority = (atr_Priority)3 } },
        { "priority too low", { .run = run_simple, .priority = (atr_Priority)-2 } },
    };
    Record record;
    record_open(&record, (atr_MailboxDesc){ 0 }, (atr_WorkDesc){ 0 });
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        assert_int_equal(atr_work_submit(record.pool, &rows[i].desc, NULL), ATR_ERR_INVALID);
    }
    record_close(&record);
}

static void work_cancel__waiting__never_runs_and_is_told(void **state)
{
    (void)state;
    Record record;
    record_open(&record, (atr_MailboxDesc){ 0 }, (atr_WorkDesc){ .threads = 1 });
    atr_work_hold(record.pool);
    Task tasks[3] = { { .number = 0 }, { .number = 1 }, { .number = 2 } };
    atr_JobId ids[3];
    for (int i = 0; i < 3; i++) {
        ids[i] = submit(&record, &tasks[i], run_simple, ATR_PRIORITY_NORMAL);
    }
    assert_int_equal(atr_work_cancel(record.pool, ids[1]), ATR_OK);
    assert_int_equal(atr_work_cancel(record.pool, ids[1]), ATR_ERR_STALE);
    assert_int_equal(atr_mailbox_drain(record.mail, 0), 1);
    assert_int_equal(record.last_status, ATR_ERR_CANCELLED);
    assert_int_equal(record.last_id, ids[1].value);
    atr_work_release(record.pool);
    drain_until_done(&record, 3);
    assert_int_equal(atomic_load(&record.runs), 2);
    assert_int_equal(record.run_order[0], 0);
    assert_int_equal(record.run_order[1], 2);
    record_close(&record);
}

static void work_cancel__running__is_asked_to_stop(void **state)
{
    (void)state;
    Record record;
    record_open(&record, (atr_MailboxDesc){ 0 }, (atr_WorkDesc){ 0 });
    Task task = { 0 };
    const atr_JobId id = submit(&record, &task, run_until_gate, ATR_PRIORITY_NORMAL);
    wait_until_blocked(&record, 1);
    assert_int_equal(atr_work_cancel(record.pool, id), ATR_OK);
    drain_until_done(&record, 1);
    assert_int_equal(record.last_status, ATR_ERR_CANCELLED);
    record_close(&record);
}

static void work_cancel__running__does_not_reach_the_next_in_its_slot(void **state)
{
    (void)state;
    Record record;
    record_open(&record, (atr_MailboxDesc){ 0 }, (atr_WorkDesc){ .capacity = 1 });
    Task task = { 0 };
    const atr_JobId id = submit(&record, &task, run_until_gate, ATR_PRIORITY_NORMAL);
    wait_until_blocked(&record, 1);
    assert_int_equal(atr_work_cancel(record.pool, id), ATR_OK);
    drain_until_done(&record, 1);
    atomic_store(&record.gate, true);
    submit(&record, &task, run_until_gate, ATR_PRIORITY_NORMAL);
    drain_until_done(&record, 2);
    assert_int_equal(record.last_status, ATR_OK);
    record_close(&record);
}

static void work_cancel__old_or_foreign_id__is_stale(void **state)
{
    (void)state;
    Record record;
    record_open(&record, (atr_MailboxDesc){ 0 }, (atr_WorkDesc){ .capacity = 1 });
    Task task = { 0 };
    const atr_JobId old = submit(&record, &task, run_simple, ATR_PRIORITY_NORMAL);
    drain_until_done(&record, 1);
    assert_int_equal(atr_work_cancel(record.pool, old), ATR_ERR_STALE);
    atr_work_hold(record.pool);
    const atr_JobId now = submit(&record, &task, run_simple, ATR_PRIORITY_NORMAL);
    assert_true(now.value != old.value); /* the only slot, used again */
    assert_int_equal(atr_work_cancel(record.pool, old), ATR_ERR_STALE);
    assert_int_equal(atr_work_cancel(record.pool, (atr_JobId){ 0 }), ATR_ERR_STALE);
    assert_int_equal(atr_work_cancel(record.pool, (atr_JobId){ UINT64_MAX }), ATR_ERR_STALE);
    assert_int_equal(atr_work_cancel(record.pool, (atr_JobId){ now.value + 1 }), ATR_ERR_STALE);
    assert_int_equal(atr_work_cancel(record.pool, now), ATR_OK);
    record_close(&record);
}

static atr_Status run_with_steps(atr_Job *job, void *user)
{
    const int steps = ((Task *)user)->number;
    for (int i = 1; i <= steps; i++) {
        atr_job_progress(job, (uint32_t)i * 10);
    }
    return ATR_OK;
}

static void work_progress__steps__arrive_in_order_before_done(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t max;
        int reported, heard;
    } rows[] = {
        { "none", 4, 0, 0 },     { "some", 4, 3, 3 },          { "all", 4, 4, 4 },
        { "too many", 4, 9, 4 }, { "not asked for", 0, 3, 0 }, { "the most", 8, 8, 8 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Record record;
        record_open(&record, (atr_MailboxDesc){ .capacity = 9 }, (atr_WorkDesc){ 0 });
        for (int round = 1; round <= 3; round++) { /* unused slots come back */
            Task task = { .record = &record, .number = rows[i].reported };
            const atr_JobDesc desc = { .run = run_with_steps,
                                       .done = on_done,
                                       .progress = on_progress,
                                       .progress_max = rows[i].max,
                                       .user = &task };
            record.step_count = 0;
            assert_int_equal(atr_work_submit(record.pool, &desc, NULL), ATR_OK);
            drain_until_done(&record, round);
            assert_int_equal(record.steps_at_done, rows[i].heard);
            assert_int_equal(record.step_count, rows[i].heard);
            for (int n = 0; n < rows[i].heard; n++) {
                assert_int_equal(record.steps[n], (n + 1) * 10);
            }
        }
        for (int n = 0; n < 9; n++) {
            assert_int_equal(atr_mailbox_reserve(record.mail), ATR_OK);
        }
        record_close(&record);
    }
}

static void work_progress__without_done__all_steps_arrive(void **state)
{
    (void)state;
    Record record;
    record_open(&record, (atr_MailboxDesc){ .capacity = 9 }, (atr_WorkDesc){ .capacity = 1 });
    Task task = { .record = &record, .number = 3 };
    const atr_JobDesc desc = {
        .run = run_with_steps, .progress = on_progress, .progress_max = 5, .user = &task
    };
    assert_int_equal(atr_work_submit(record.pool, &desc, NULL), ATR_OK);
    while (record.step_count < 3) {
        if (atr_mailbox_drain(record.mail, 0) == 0) {
            sched_yield();
        }
    }
    record_close(&record);
    assert_int_equal(record.step_count, 3);
}

static void work_hold__until_release__nothing_is_taken(void **state)
{
    (void)state;
    TestClock clock = { 0 };
    Record record;
    record_open(&record, (atr_MailboxDesc){ 0 }, (atr_WorkDesc){ .clock = test_clock(&clock) });
    Task blocker = { 0 };
    submit(&record, &blocker, run_until_gate, ATR_PRIORITY_NORMAL);
    wait_until_blocked(&record, 1);
    atr_work_hold(record.pool);
    Task tasks[2] = { 0 };
    submit(&record, &tasks[0], run_simple, ATR_PRIORITY_LOW);
    test_clock_pass_ms(&clock, 70);
    submit(&record, &tasks[1], run_simple, ATR_PRIORITY_CRITICAL);
    test_clock_pass_ms(&clock, 30);
    atomic_store(&record.gate, true); /* a running job goes on and its worker then waits */
    drain_until_done(&record, 1);
    atr_WorkStats stats;
    atr_work_stats(record.pool, &stats);
    assert_true(stats.held);
    assert_int_equal(stats.waiting, 2);
    assert_int_equal(stats.running, 0);
    assert_int_equal(stats.oldest_wait_ns, 100u * 1000000u);
    atr_work_release(record.pool);
    drain_until_done(&record, 3);
    atr_work_stats(record.pool, &stats);
    assert_false(stats.held);
    assert_int_equal(stats.oldest_wait_ns, 0);
    record_close(&record);
}

static void work_destroy__jobs_waiting__run_first_and_stay_deliverable(void **state)
{
    (void)state;
    FailingAllocator memory = { 0 };
    Record record;
    record_open(&record, (atr_MailboxDesc){ 0 },
                (atr_WorkDesc){ .threads = 1, .allocator = failing_allocator(&memory) });
    Task blocker = { 0 };
    Task tasks[4] = { 0 };
    submit(&record, &blocker, run_until_gate, ATR_PRIORITY_NORMAL);
    wait_until_blocked(&record, 1);
    for (int i = 0; i < 4; i++) {
        submit(&record, &tasks[i], run_simple, ATR_PRIORITY_NORMAL);
    }
    atomic_store(&record.gate, true);
    atr_work_destroy(record.pool);
    assert_int_equal(atomic_load(&record.runs), 5);
    assert_int_equal(record.done, 0);
    assert_int_equal(atr_mailbox_drain(record.mail, 0), 5);
    assert_int_equal(record.done, 5);
    assert_int_equal(record.last_status, ATR_OK);
    assert_int_equal(failing_allocator_bytes(&memory), 0); /* the last delivery freed the pool */
    atr_mailbox_destroy(record.mail);
}

static void work_destroy__held__cancels_what_waits(void **state)
{
    (void)state;
    Record record;
    /* At once: were it to wait for the drain first, this test would run into its time limit. */
    record_open(&record, (atr_MailboxDesc){ 0 }, (atr_WorkDesc){ .drain_ms = 3600000 });
    atr_work_hold(record.pool);
    Task tasks[4] = { 0 };
    for (int i = 0; i < 4; i++) {
        submit(&record, &tasks[i], run_simple, (atr_Priority)(i - 1));
    }
    record_close(&record);
    assert_int_equal(record.done, 4);
    assert_int_equal(record.last_status, ATR_ERR_CANCELLED);
    assert_int_equal(atomic_load(&record.runs), 0);
}

static atr_Status run_submits_when_stopped(atr_Job *job, void *user)
{
    Task *task = user;
    (void)run_until_gate(job, user);
    task->result = atr_work_submit(task->record->pool,
                                   &(atr_JobDesc){ .run = run_simple, .user = task }, NULL);
    return ATR_ERR_CANCELLED;
}

static void work_destroy__drain_time_over__cancels_waiting_and_asks_running(void **state)
{
    (void)state;
    Record record;
    record_open(&record, (atr_MailboxDesc){ 0 }, (atr_WorkDesc){ .threads = 1, .drain_ms = 1 });
    Task blocker = { 0 };
    Task waiting = { 0 };
    submit(&record, &blocker, run_submits_when_stopped, ATR_PRIORITY_NORMAL);
    wait_until_blocked(&record, 1);
    submit(&record, &waiting, run_simple, ATR_PRIORITY_NORMAL);
    record_close(&record); /* the gate never opens */
    assert_int_equal(atomic_load(&record.runs), 1);
    assert_int_equal(record.done, 2);
    assert_int_equal(record.last_status, ATR_ERR_CANCELLED);
    assert_int_equal(blocker.result, ATR_ERR_CANCELLED); /* the submit of a job shutting down */
}

static void work_create__bad_desc_or_no_memory__fails_clean(void **state)
{
    (void)state;
    atr_Mailbox *mail = NULL;
    assert_int_equal(atr_mailbox_create(NULL, &mail), ATR_OK);
    const struct {
        const char *name;
        atr_WorkDesc desc;
    } rows[] = {
        { "no mailbox", { 0 } },
        { "too many threads", { .mailbox = mail, .threads = 65 } },
        { "too large", { .mailbox = mail, .capacity = 1000001 } },
    };
    atr_WorkPool *pool = NULL;
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        assert_int_equal(atr_work_create(&rows[i].desc, &pool), ATR_ERR_INVALID);
        assert_null(pool);
    }
    for (uint32_t n = 1;; n++) {
        FailingAllocator memory = { .fail_at = n };
        const atr_WorkDesc desc = { .mailbox = mail, .allocator = failing_allocator(&memory) };
        const atr_Status status = atr_work_create(&desc, &pool);
        if (status == ATR_OK) {
            assert_true(n > 1);
            const uint32_t requests = failing_allocator_requests(&memory);
            Record record = { .pool = pool, .mail = mail };
            Task task = { 0 };
            submit(&record, &task, run_simple, ATR_PRIORITY_NORMAL);
            drain_until_done(&record, 1);
            assert_int_equal(failing_allocator_requests(&memory), requests);
            atr_work_destroy(pool);
            assert_int_equal(failing_allocator_bytes(&memory), 0);
            break;
        }
        assert_int_equal(status, ATR_ERR_NO_MEMORY);
        assert_null(pool);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
    }
    atr_work_destroy(NULL);
    atr_mailbox_destroy(mail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_submit__job_ends__done_gets_its_status_once),
        cmocka_unit_test(work_order__priority_and_age__decide_what_runs_next),
        cmocka_unit_test(work_submit__full__refuses_and_runs_no_callback),
        cmocka_unit_test(work_submit__from_done__finds_the_slot_its_job_left),
        cmocka_unit_test(work_submit__no_callbacks__needs_no_mailbox_slot),
        cmocka_unit_test(work_submit__bad_desc__is_invalid),
        cmocka_unit_test(work_cancel__waiting__never_runs_and_is_told),
        cmocka_unit_test(work_cancel__running__is_asked_to_stop),
        cmocka_unit_test(work_cancel__running__does_not_reach_the_next_in_its_slot),
        cmocka_unit_test(work_cancel__old_or_foreign_id__is_stale),
        cmocka_unit_test(work_progress__steps__arrive_in_order_before_done),
        cmocka_unit_test(work_progress__without_done__all_steps_arrive),
        cmocka_unit_test(work_hold__until_release__nothing_is_taken),
        cmocka_unit_test(work_destroy__jobs_waiting__run_first_and_stay_deliverable),
        cmocka_unit_test(work_destroy__held__cancels_what_waits),
        cmocka_unit_test(work_destroy__drain_time_over__cancels_waiting_and_asks_running),
        cmocka_unit_test(work_create__bad_desc_or_no_memory__fails_clean),
    };
    return cmocka_run_group_tests_name("work", tests, NULL, NULL);
}
