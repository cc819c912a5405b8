/*
 * The power fails at named points and, one after the other, at every single write and sync. What
 * the disk holds then must keep every promise made before: each acknowledged receipt is there, none
 * is paid twice, and resuming pays what is owed.
 */
#define _POSIX_C_SOURCE 200809L

#include "mall_checker.h"
#include "power_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>

#define STEPS 6 /* submissions of one run */

typedef enum CutPoint {
    CUT_NOWHERE,
    CUT_AFTER_SAVED,     /* acknowledged, nothing else */
    CUT_AFTER_SIGNATURE, /* decoded, not settled */
    CUT_AFTER_COMMIT,    /* settled, nobody told yet */
    CUT_AFTER_ANSWER
} CutPoint;

typedef struct Run {
    CutPoint cut;
    int cut_at_step;                  /* index of the submission */
    bool acknowledges_before_storing; /* the planted fault */
    /* while running */
    int step;
    Promise *promise;
} Run;

/* One database is prepared; each run works on a copy of it. */
static struct {
    Mall mall;
    ScratchFolder folder;
    char path[2 * SCRATCH_PATH_MAX];
    unsigned char *prepared;
    size_t prepared_size;
    TestClock clock;
    char texts[STEPS][300];
    uint32_t receipts[STEPS];
    int users[STEPS];
    Promises promises;
    char said[256];
} world;

static int set_up_world(void **state)
{
    (void)state;
    static const struct {
        uint32_t receipt;
        int user;
    } steps[STEPS] = { { 1, 0 }, { 2, 1 }, { 1, 2 }, { NO_RECEIPT, 0 }, { 3, 0 }, { 3, 0 } };
    mall_begin(&world.mall, &(MallDesc){ .without_pool = true });
    for (int i = 0; i < STEPS; i++) {
        world.receipts[i] = steps[i].receipt;
        world.users[i] = steps[i].user;
        if (steps[i].receipt == NO_RECEIPT) {
            snprintf(world.texts[i], sizeof world.texts[i], "no receipt");
        } else {
            mall_issue(&world.mall, "K1", steps[i].receipt, 25000, 60, world.texts[i]);
        }
    }
    mall_close(&world.mall);
    const int fd = open(world.mall.path, O_RDONLY);
    const off_t size = lseek(fd, 0, SEEK_END);
    world.prepared_size = (size_t)size;
    world.prepared = malloc(world.prepared_size);
    assert_int_equal(pread(fd, world.prepared, world.prepared_size, 0), size);
    close(fd);
    scratch_folder_remove(&world.mall.folder);
    return 0;
}

static int tear_down_world(void **state)
{
    (void)state;
    free(world.prepared);
    return 0;
}

static void begin_copy(const PowerPlan *plan)
{
    assert_true(scratch_folder_make(&world.folder));
    scratch_folder_file(&world.folder, "atrium.db", world.path, sizeof world.path);
    const int fd = open(world.path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_int_equal(write(fd, world.prepared, world.prepared_size), world.prepared_size);
    close(fd);
    atomic_store(&world.clock.now_ns, (unsigned long long)MALL_NOW_S * 1000000000u);
    world.promises.count = 0;
    power_vfs_begin(plan);
}

/* ---- One run --------------------------------------------------------------------------------- */

static void cut_if_at(const Run *run, CutPoint point)
{
    if (run->cut == point && run->cut_at_step == run->step) {
        power_vfs_cut();
    }
}

static void on_step(void *context, const atr_Id128 *id, atr_SubmitStep step)
{
    Run *run = context;
    (void)id;
    switch (step) {
    case ATR_STEP_SAVED:
        run->promise->saved = true;
        cut_if_at(run, CUT_AFTER_SAVED);
        break;
    case ATR_STEP_SIGNATURE:
        cut_if_at(run, CUT_AFTER_SIGNATURE);
        break;
    case ATR_STEP_SETTLED:
        cut_if_at(run, CUT_AFTER_COMMIT);
        break;
    }
}

static void submit_one(atr_Loyalty *loyalty, Run *run)
{
    atr_Settlement out;
    atr_SubmitRequest request =
        mall_request(&world.mall, world.users[run->step], world.texts[run->step]);
    request.on_step = on_step;
    request.context = run;
    run->promise = promises_add(&world.promises, &request.id, world.receipts[run->step]);
    assert_non_null(run->promise);
    run->promise->saved = run->acknowledges_before_storing;
    if (atr_loyalty_submit_wait(loyalty, &request, &out) != ATR_OK) {
        return;
    }
    cut_if_at(run, CUT_AFTER_COMMIT); /* on its way to the screen */
    if (power_vfs_is_cut()) {
        return;
    }
    run->promise->answered = true;
    run->promise->outcome = out.verdict.outcome;
    run->promise->coins = out.reward.coins;
    cut_if_at(run, CUT_AFTER_ANSWER);
}

/* Works until the power fails or all is done; true when it failed on the way, closing included. */
static bool work(Run *run)
{
    atr_Loyalty *loyalty = NULL;
    if (checker_open(world.path, POWER_VFS_NAME, &world.clock, &loyalty) == ATR_OK) {
        for (run->step = 0; run->step < STEPS && !power_vfs_is_cut(); run->step++) {
            submit_one(loyalty, run);
        }
        atr_loyalty_destroy(loyalty);
    }
    const bool was_cut = power_vfs_is_cut();
    power_vfs_end();
    return was_cut;
}

static bool check(void)
{
    return checker_check(world.path, &world.clock, &world.promises, true, world.said,
                         sizeof world.said);
}

static void end_copy(void)
{
    scratch_folder_remove(&world.folder);
}

/* ---- Promises kept --------------------------------------------------------------------------- */

static void power_cut__at_named_points__keeps_every_promise(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        CutPoint cut;
    } rows[] = {
        { "after the acknowledgement", CUT_AFTER_SAVED },
        { "after the signature", CUT_AFTER_SIGNATURE },
        { "after the commit, before the answer", CUT_AFTER_COMMIT },
        { "after the answer", CUT_AFTER_ANSWER },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        for (int step = 0; step < STEPS; step++) {
            if (rows[i].cut == CUT_AFTER_SIGNATURE && world.receipts[step] == NO_RECEIPT) {
                continue; /* what is no receipt has none */
            }
            for (uint32_t seed = 0; seed < 2; seed++) {
                Run run = { .cut = rows[i].cut, .cut_at_step = step };
                begin_copy(&(PowerPlan){ .keep_seed = seed * (uint32_t)(step + 1) });
                assert_true(work(&run));
                assert_int_equal(world.promises.count, step + 1);
                assert_true(world.promises.list[step].saved);
                if (!check()) {
                    fail_msg("%s, submission %d: %s", rows[i].name, step, world.said);
                }
                end_copy();
            }
        }
    }
}

/* Every operation of this kind fails in turn, until a run has fewer of them. Returns how many. */
static uint32_t cut_at_each(PowerPoint point, uint32_t stride, bool keep_some)
{
    uint32_t n = 1;
    for (;; n += stride) {
        Run run = { 0 };
        begin_copy(
            &(PowerPlan){ .point = point, .nth = n, .keep_seed = keep_some ? 0x9e37u + n : 0 });
        const bool was_cut = work(&run);
        if (!check()) {
            fail_msg("%s %u%s: %s", power_point_name(point), (unsigned)n,
                     keep_some ? ", part of it kept" : "", world.said);
        }
        end_copy();
        if (!was_cut) {
            return n - 1;
        }
        assert_true(n < 100000);
    }
}

static void power_cut__at_each_operation__keeps_every_promise(void **state)
{
    (void)state;
    static const struct {
        PowerPoint point;
        uint32_t least; /* a run has at least so many: else nothing was tested */
        uint32_t stride;
    } rows[] = {
        { POWER_AT_WAL_WRITE, 100, 3 },
        { POWER_AT_WAL_SYNC, 10, 1 },
        { POWER_AT_DB_WRITE, 5, 1 },
        { POWER_AT_DB_SYNC, 1, 1 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        for (int keep_some = 0; keep_some < 2; keep_some++) {
            const uint32_t count = cut_at_each(rows[i].point, rows[i].stride, keep_some != 0);
            print_message("  %s: %u points\n", power_point_name(rows[i].point), (unsigned)count);
            assert_true(count >= rows[i].least);
        }
    }
}

static void disk_full__says_so_and_goes_on_when_there_is_room(void **state)
{
    (void)state;
    bool refused = false;
    atr_Loyalty *loyalty = NULL;
    Run run = { 0 };
    begin_copy(&(PowerPlan){ .disk_bytes = world.prepared_size + 4096 });
    assert_int_equal(checker_open(world.path, POWER_VFS_NAME, &world.clock, &loyalty), ATR_OK);
    for (int round = 0; round < 40 && !refused; round++) {
        run.step = round % STEPS;
        submit_one(loyalty, &run);
        refused = !run.promise->answered;
    }
    assert_true(refused);
    run.step = 0;
    submit_one(loyalty, &run);
    assert_false(run.promise->answered);
    power_vfs_free_disk();
    submit_one(loyalty, &run);
    assert_true(run.promise->answered);
    power_vfs_cut();
    atr_loyalty_destroy(loyalty);
    power_vfs_end();
    assert_true(check());
    end_copy();
}

/* ---- The checker can say no ------------------------------------------------------------------ */

static void assert_says(const char *words)
{
    assert_false(check());
    print_message("  %s\n", world.said);
    assert_non_null(strstr(world.said, words));
    end_copy();
}

static void fault__acknowledged_before_stored__is_caught(void **state)
{
    (void)state;
    Run run = { .acknowledges_before_storing = true };
    begin_copy(&(PowerPlan){ .point = POWER_AT_WAL_WRITE, .nth = 1 });
    assert_true(work(&run));
    assert_says("lost");
}

static void fault__sync_that_does_nothing__is_caught(void **state)
{
    (void)state;
    Run run = { .cut = CUT_AFTER_ANSWER, .cut_at_step = STEPS - 1 };
    begin_copy(&(PowerPlan){ .lies_about_sync = true });
    assert_true(work(&run));
    assert_says("lost");
}

static void plant(const char *sql)
{
    Run run = { 0 };
    sqlite3 *db = NULL;
    begin_copy(&(PowerPlan){ 0 });
    assert_false(work(&run));
    assert_true(check());
    assert_int_equal(sqlite3_open(world.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void fault__in_the_books__is_caught(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *sql;
        const char *says;
    } rows[] = {
        { "a coin from nowhere", "UPDATE user SET coins = coins + 1 WHERE id = 1", "balance" },
        { "one receipt credited twice",
          "UPDATE submission SET receipt_key = (SELECT receipt_key FROM submission WHERE seq = 1)"
          " WHERE seq = 2",
          "credited twice" },
        { "an answer that changed", "UPDATE submission SET outcome = 1 WHERE seq = 3", "changed" },
        { "a submission that went back",
          "UPDATE submission SET state = 1, outcome = NULL WHERE seq = 4", "changed" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        plant(rows[i].sql);
        assert_says(rows[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_cut__at_named_points__keeps_every_promise),
        cmocka_unit_test(power_cut__at_each_operation__keeps_every_promise),
        cmocka_unit_test(disk_full__says_so_and_goes_on_when_there_is_room),
        cmocka_unit_test(fault__acknowledged_before_stored__is_caught),
        cmocka_unit_test(fault__sync_that_does_nothing__is_caught),
        cmocka_unit_test(fault__in_the_books__is_caught),
    };
    return cmocka_run_group_tests_name("crash: the power fails", tests, set_up_world,
                                       tear_down_world);
}
