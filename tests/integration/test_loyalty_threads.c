/*
 * Many hands on one file: threads that share one loyalty object, and objects that share one file as
 * processes would. Whoever hands in a receipt first is paid, nobody else.
 */
#define _POSIX_C_SOURCE 200809L

#include "base/thread.h"
#include "mall_fixture.h"

#define THREADS     4
#define SUBMISSIONS 24 /* by each thread */
#define RECEIPTS    30 /* different ones among them all */

typedef struct Worker {
    Mall *mall;
    atr_Loyalty *loyalty;
    int number;
    int accepted;
    int duplicates;
    int failures;
} Worker;

/* cmocka's asserts must not be used off the main thread: the worker counts. */
static void *submit_many(void *user)
{
    Worker *worker = user;
    for (int i = 0; i < SUBMISSIONS; i++) {
        char text[300];
        atr_Settlement out;
        const atr_ReceiptIssue issue = {
            .kid = "K1",
            .store = "S1",
            .till = "T1",
            .sequence = (uint64_t)((worker->number * 7 + i) % RECEIPTS),
            .local_time_s = MALL_NOW_S + 240 * 60 - 60,
            .total_fils = 25000,
            .vat_fils = 1190,
            .trn = MALL_TRN,
            .secret_key = worker->mall->secret_key,
        };
        if (atr_receipt_issue(&issue, text, sizeof text) != ATR_OK) {
            worker->failures++;
            continue;
        }
        const atr_SubmitRequest request =
            mall_request(worker->mall, (worker->number + i) % MALL_USERS, text);
        const atr_Status status = atr_loyalty_submit_wait(worker->loyalty, &request, &out);
        if (status != ATR_OK) {
            worker->failures++;
        } else if (out.verdict.outcome == ATR_OUTCOME_ACCEPTED) {
            worker->accepted++;
        } else if (mall_has_reason(&out.verdict, ATR_RULE_DUP_EXACT)) {
            worker->duplicates++;
        } else {
            worker->failures++;
        }
    }
    return NULL;
}

static const MallDesc unlimited = {
    .rules = { .week_limit = 10000, .day_limit = 10000, .store_day_limit = 10000 },
    .threads = THREADS,
    .capacity = THREADS * SUBMISSIONS,
    .busy_ms = 60000, /* sanitizers are slow, and nobody may give up here */
};

static void run_workers(Mall *mall, atr_Loyalty *const loyalties[THREADS])
{
    Worker workers[THREADS];
    atr__Thread threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (Worker){ .mall = mall, .loyalty = loyalties[i], .number = i };
        assert_true(atr__thread_start(&threads[i], submit_many, &workers[i]));
    }
    int accepted = 0;
    int duplicates = 0;
    int failures = 0;
    for (int i = 0; i < THREADS; i++) {
        atr__thread_join(threads[i]);
        accepted += workers[i].accepted;
        duplicates += workers[i].duplicates;
        failures += workers[i].failures;
    }
    assert_int_equal(failures, 0);
    assert_int_equal(accepted, RECEIPTS);
    assert_int_equal(duplicates, THREADS * SUBMISSIONS - RECEIPTS);
    assert_int_equal(mall_check_ledger(mall).rows, RECEIPTS);
    assert_int_equal(mall_pending(mall), 0);
}

static void submit__threads_on_one_object__each_key_once(void **state)
{
    (void)state;
    Mall mall;
    mall_begin(&mall, &unlimited);
    run_workers(&mall, (atr_Loyalty *[]){ mall.loyalty, mall.loyalty, mall.loyalty, mall.loyalty });
    mall_end(&mall);
}

static void submit__objects_on_one_file__each_key_once(void **state)
{
    (void)state;
    Mall mall;
    Mall others[THREADS - 1];
    atr_Loyalty *loyalties[THREADS];
    mall_begin(&mall, &unlimited);
    loyalties[0] = mall.loyalty;
    for (int i = 0; i < THREADS - 1; i++) {
        memset(&others[i], 0, sizeof others[i]);
        others[i].desc = unlimited;
        others[i].desc.without_pool = true;
        atomic_store(&others[i].clock.now_ns, (unsigned long long)MALL_NOW_S * 1000000000u);
        memcpy(others[i].path, mall.path, sizeof mall.path);
        mall_open(&others[i]);
        loyalties[i + 1] = others[i].loyalty;
    }
    run_workers(&mall, loyalties);
    for (int i = 0; i < THREADS - 1; i++) {
        mall_close(&others[i]);
    }
    mall_end(&mall);
}

typedef struct Tally {
    int done;
    int accepted;
    int duplicates;
} Tally;

static void on_done(void *context, const atr_Id128 *id, atr_Status status,
                    const atr_Settlement *settlement)
{
    (void)id;
    Tally *tally = context;
    tally->done++;
    if (status == ATR_OK) {
        tally->accepted += settlement->verdict.outcome == ATR_OUTCOME_ACCEPTED ? 1 : 0;
        tally->duplicates += mall_has_reason(&settlement->verdict, ATR_RULE_DUP_EXACT) ? 1 : 0;
    }
}

static void submit__through_the_pool__each_key_once(void **state)
{
    (void)state;
    Mall mall;
    Tally tally = { 0 };
    mall_begin(&mall, &unlimited);
    for (int i = 0; i < THREADS * SUBMISSIONS; i++) {
        char text[300];
        mall_issue(&mall, "K1", (uint64_t)(i % RECEIPTS), 25000, 60, text);
        atr_SubmitRequest request = mall_request(&mall, i % MALL_USERS, text);
        request.on_done = on_done;
        request.context = &tally;
        assert_int_equal(atr_loyalty_submit(mall.loyalty, &request), ATR_OK);
    }
    assert_int_equal(atr_loyalty_resume(mall.loyalty) == ATR_OK, false); /* every slot is taken */
    mall_drain_until(&mall, &tally.done, 1);
    assert_int_equal(atr_loyalty_resume(mall.loyalty), ATR_OK); /* competes with those waiting */
    mall_drain_until(&mall, &tally.done, THREADS * SUBMISSIONS);
    assert_int_equal(tally.accepted, RECEIPTS);
    assert_int_equal(tally.duplicates, THREADS * SUBMISSIONS - RECEIPTS);
    assert_int_equal(mall_check_ledger(&mall).rows, RECEIPTS);
    mall_end(&mall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(submit__threads_on_one_object__each_key_once),
        cmocka_unit_test(submit__objects_on_one_file__each_key_once),
        cmocka_unit_test(submit__through_the_pool__each_key_once),
    };
    return cmocka_run_group_tests_name("loyalty: many hands", tests, NULL, NULL);
}
