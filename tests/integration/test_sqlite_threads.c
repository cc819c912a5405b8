/* Several threads on one store: they take turns, and nobody waits longer than was agreed. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/sqlite.h>

#include "../contract/store_fixture.h"
#include "base/thread.h"
#include "cmocka_all.h"
#include "scratch_folder.h"

#define THREADS 4
#define NUMBERS 25 /* taken by each thread */

typedef struct Fixture {
    ScratchFolder folder;
    atr_Store store;
    atr_UserId user;
    atr__Mutex lock;
    atr__Cond changed;
    bool deciding; /* guarded by lock */
    bool go_on;    /* guarded by lock */
    atr_Status settled;
} Fixture;

static int set_up(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    char path[2 * SCRATCH_PATH_MAX];
    atr_User user = fixture_user(1);
    atr_Settlement existing;
    assert_true(scratch_folder_make(&f->folder));
    scratch_folder_file(&f->folder, "atrium.db", path, sizeof path);
    assert_int_equal(atr_sqlite_store_open(&(atr_SqliteDesc){ .path = path, .busy_timeout_ms = 20 },
                                           &f->store, NULL),
                     ATR_OK);
    assert_int_equal(f->store.ops->user_add(f->store.self, &user), ATR_OK);
    f->user = user.id;
    const atr_Submission submission = fixture_submission(1, user.id, FIXTURE_NOW_MS);
    assert_int_equal(f->store.ops->submit(f->store.self, &submission, &existing), ATR_OK);
    assert_true(atr__mutex_init(&f->lock));
    assert_true(atr__cond_init(&f->changed));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    f->store.ops->close(f->store.self);
    atr__cond_deinit(&f->changed);
    atr__mutex_deinit(&f->lock);
    scratch_folder_remove(&f->folder);
    free(f);
    return 0;
}

/* A decision that takes as long as the test wants. */
static void decide_slowly(void *user, const atr_SettleView *view, atr_SettleDecision *decision)
{
    Fixture *f = user;
    decision->reward.before = view->standing;
    decision->reward.after = view->standing;
    atr__mutex_lock(&f->lock);
    f->deciding = true;
    atr__cond_broadcast(&f->changed);
    while (!f->go_on) {
        atr__cond_wait(&f->changed, &f->lock);
    }
    atr__mutex_unlock(&f->lock);
}

static void *settle_slowly(void *user)
{
    Fixture *f = user;
    atr_Settlement out;
    const atr_SettleRequest request = {
        .id = fixture_id(1), .now_ms = FIXTURE_NOW_MS, .decide = decide_slowly, .decide_user = f
    };
    f->settled = f->store.ops->settle(f->store.self, &request, &out);
    return NULL;
}

static void turn__taken_too_long__busy_and_nothing_changed(void **state)
{
    Fixture *f = *state;
    atr__Thread thread;
    atr_User found;
    atr_User added = fixture_user(2);
    assert_true(atr__thread_start(&thread, settle_slowly, f));
    atr__mutex_lock(&f->lock);
    while (!f->deciding) {
        atr__cond_wait(&f->changed, &f->lock);
    }
    atr__mutex_unlock(&f->lock);
    const atr_Status read = f->store.ops->user_by_id(f->store.self, f->user, &found);
    const atr_Status write = f->store.ops->user_add(f->store.self, &added);
    atr__mutex_lock(&f->lock);
    f->go_on = true;
    atr__cond_broadcast(&f->changed);
    atr__mutex_unlock(&f->lock);
    atr__thread_join(thread);
    assert_int_equal(read, ATR_ERR_BUSY);
    assert_int_equal(write, ATR_ERR_BUSY);
    assert_int_equal(f->settled, ATR_OK);
    assert_int_equal(f->store.ops->user_add(f->store.self, &added), ATR_OK);
}

typedef struct Taker {
    const atr_Store *store;
    uint64_t numbers[NUMBERS];
    int taken;
} Taker;

static void *take_numbers(void *user)
{
    Taker *taker = user;
    while (taker->taken < NUMBERS) {
        /* a busy answer gives no number: asked again */
        if (taker->store->ops->till_sequence(taker->store->self, "S1", "T1",
                                             &taker->numbers[taker->taken]) == ATR_OK) {
            taker->taken++;
        }
    }
    return NULL;
}

static void till_sequence__from_many_threads__each_number_once(void **state)
{
    Fixture *f = *state;
    Taker takers[THREADS];
    atr__Thread threads[THREADS];
    bool seen[THREADS * NUMBERS + 1] = { false };
    for (int i = 0; i < THREADS; i++) {
        takers[i] = (Taker){ .store = &f->store };
        assert_true(atr__thread_start(&threads[i], take_numbers, &takers[i]));
    }
    for (int i = 0; i < THREADS; i++) {
        atr__thread_join(threads[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        for (int n = 0; n < NUMBERS; n++) {
            const uint64_t number = takers[i].numbers[n];
            assert_true(number >= 1 && number <= THREADS * NUMBERS);
            assert_false(seen[number]);
            seen[number] = true;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(turn__taken_too_long__busy_and_nothing_changed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(till_sequence__from_many_threads__each_number_once, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("sqlite: threads", tests, NULL, NULL);
}
