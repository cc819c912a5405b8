/* The maintenance thread and posts from other threads. */
#define _POSIX_C_SOURCE 200809L

#include "effect_fixture.h"

#include <pthread.h>

typedef struct Signal {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int count;
} Signal;

static void signal_done(void *user, atr_EffectId id)
{
    (void)id;
    Signal *signal = user;
    pthread_mutex_lock(&signal->lock);
    signal->count++;
    pthread_cond_broadcast(&signal->changed);
    pthread_mutex_unlock(&signal->lock);
}

static void signal_wait(Signal *signal)
{
    pthread_mutex_lock(&signal->lock);
    while (signal->count == 0) {
        pthread_cond_wait(&signal->changed, &signal->lock);
    }
    pthread_mutex_unlock(&signal->lock);
}

static void maintenance__no_frame_is_drawn__overdue_ones_end_and_done_is_called(void **state)
{
    (void)state;
    TestClock clock = { 0 };
    test_clock_pass_ms(&clock, 1000);
    Signal signal = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };
    atr_Effects *effects = NULL;
    assert_int_equal(
        atr_effects_create(&(atr_EffectsDesc){ .clock = test_clock(&clock) }, &effects), ATR_OK);
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    assert_int_equal(atr_effects_define(effects, &def), ATR_OK);
    const atr_TriggerResult r = atr_effect_trigger(
        effects, "coins", &(atr_Trigger){ .done = signal_done, .user = &signal });
    atr_effects_advance(effects, test_clock_monotonic_ns(&clock));
    test_clock_pass_ms(&clock, 5000);
    signal_wait(&signal);
    assert_false(atr_effect_is_live(effects, r.id));
    atr_effects_destroy(effects);
    assert_int_equal(signal.count, 1);
}

/* Called on the maintenance thread: says so and stays until it is let go. */
typedef struct Gate {
    Signal entered, left;
} Gate;

static void stay_at_gate(void *user, atr_EffectId id)
{
    Gate *gate = user;
    signal_done(&gate->entered, id);
    signal_wait(&gate->left);
}

static void maintenance__another_ends_during_its_callback__is_called_without_a_frame(void **state)
{
    (void)state;
    TestClock clock = { 0 };
    test_clock_pass_ms(&clock, 1000);
    Gate gate = { { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 },
                  { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 } };
    Signal second = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };
    atr_Effects *effects = NULL;
    assert_int_equal(
        atr_effects_create(&(atr_EffectsDesc){ .clock = test_clock(&clock) }, &effects), ATR_OK);
    atr_EffectDef def = coins_def("short", ATR_IMPORTANCE_MEDIUM);
    assert_int_equal(atr_effects_define(effects, &def), ATR_OK);
    def = coins_def("long", ATR_IMPORTANCE_MEDIUM);
    def.duration = 60;
    assert_int_equal(atr_effects_define(effects, &def), ATR_OK);
    (void)atr_effect_trigger(effects, "short",
                             &(atr_Trigger){ .done = stay_at_gate, .user = &gate });
    const atr_TriggerResult r =
        atr_effect_trigger(effects, "long", &(atr_Trigger){ .done = signal_done, .user = &second });
    atr_effects_advance(effects, test_clock_monotonic_ns(&clock));
    test_clock_pass_ms(&clock, 5000);
    signal_wait(&gate.entered);
    assert_int_equal(atr_effect_stop(effects, r.id, false), ATR_OK); /* the other one delivers */
    signal_done(&gate.left, r.id);
    signal_wait(&second);
    atr_effects_destroy(effects);
    assert_int_equal(gate.entered.count, 1);
    assert_int_equal(second.count, 1);
}

enum { POSTERS = 3, POSTS = 200 };

static void *post_many(void *user)
{
    uintptr_t accepted = 0;
    for (int i = 0; i < POSTS; i++) {
        accepted += atr_effect_post(user, "coins", NULL) == ATR_OK;
    }
    return (void *)accepted;
}

static void effect_post__many_threads_while_frames_are_drawn__each_is_played_once(void **state)
{
    (void)state;
    atr_Effects *effects = NULL;
    assert_int_equal(atr_effects_create(NULL, &effects), ATR_OK);
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    assert_int_equal(atr_effects_define(effects, &def), ATR_OK);
    pthread_t threads[POSTERS];
    for (int i = 0; i < POSTERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, effects), 0);
    }
    for (int i = 0; i < 50; i++) {
        atr_effects_advance(effects, atr_clock_monotonic_ns(NULL));
    }
    uint64_t accepted = 0;
    for (int i = 0; i < POSTERS; i++) {
        void *count = NULL;
        pthread_join(threads[i], &count);
        accepted += (uintptr_t)count;
    }
    for (int i = 0; i < 4; i++) {
        atr_effects_advance(effects, atr_clock_monotonic_ns(NULL));
    }
    atr_EffectsStats stats;
    atr_effects_stats(effects, &stats);
    uint64_t decided = 0;
    for (int i = 0; i < ATR_DECISION_COUNT; i++) {
        decided += stats.decisions[i];
    }
    assert_int_equal(decided, accepted);
    assert_int_equal(stats.posts_refused + accepted, POSTERS * POSTS);
    atr_effects_destroy(effects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maintenance__no_frame_is_drawn__overdue_ones_end_and_done_is_called),
        cmocka_unit_test(maintenance__another_ends_during_its_callback__is_called_without_a_frame),
        cmocka_unit_test(effect_post__many_threads_while_frames_are_drawn__each_is_played_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
