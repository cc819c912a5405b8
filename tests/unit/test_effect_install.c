/* Definitions that come in while frames are drawn: prepared, installed, replaced, discarded. */
#define _POSIX_C_SOURCE 200809L

#include "effect_fixture.h"
#include "failing_allocator.h"

#include <pthread.h>
#include <stdio.h>

static atr_PreparedEffect *prepare(Fixture *f, const atr_EffectDef *def)
{
    atr_PreparedEffect *prepared = NULL;
    assert_int_equal(atr_effects_prepare(f->effects, def, &prepared), ATR_OK);
    assert_non_null(prepared);
    return prepared;
}

static void effects_prepare__not_installed__changes_nothing(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    define(&f, &def);
    def.duration = 2.0f;
    atr_PreparedEffect *prepared = prepare(&f, &def);
    assert_true(atr_effects_definition(f.effects, "coins")->duration == 0.5f);
    atr_effects_install(f.effects, prepared);
    assert_true(atr_effects_definition(f.effects, "coins")->duration == 2.0f);
    const atr_EffectDef other = coins_def("other", ATR_IMPORTANCE_MEDIUM);
    atr_effects_discard(f.effects, prepare(&f, &other));
    atr_effects_discard(f.effects, NULL);
    assert_null(atr_effects_definition(f.effects, "other"));
    assert_null(atr_effects_name(f.effects, 1));
    atr_effects_destroy(f.effects);
}

static void effects_install__what_plays_of_the_replaced__plays_on_as_it_was(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    def.nodes[0].burst_count = 0;
    def.nodes[0].rate.low = 100;
    def.nodes[0].rate.high = 100;
    define(&f, &def);
    const atr_TriggerResult old = trigger(&f, "coins");
    advance_ms(&f, 16);
    def.nodes[0].rate.low = 0;
    def.nodes[0].rate.high = 0;
    define(&f, &def);
    const atr_TriggerResult new = trigger(&f, "coins");
    play_for(&f, 200);
    assert_int_equal(f.done, 0);
    assert_true(atr_effect_is_live(f.effects, old.id));
    assert_true(atr_effect_is_live(f.effects, new.id));
    assert_in_range(stats_of(&f).particles, 15, 40); /* the old one went on, the new has none */
    for (int i = 0; i < 5; i++) {                    /* also when replaced again and again */
        define(&f, &def);
        advance_ms(&f, 16);
    }
    play_for(&f, 3000);
    assert_int_equal(f.done, 2);
    atr_effects_destroy(f.effects);
}

static void effects_prepare__replaced_and_over__is_freed(void **state)
{
    (void)state;
    FailingAllocator memory = { 0 };
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .allocator = failing_allocator(&memory) });
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    define(&f, &def);
    const size_t one = failing_allocator_bytes(&memory);
    define(&f, &def);
    const size_t two = failing_allocator_bytes(&memory);
    assert_true(two > one);
    for (int i = 0; i < 50; i++) {
        (void)trigger(&f, "coins");
        play_for(&f, 100);
        define(&f, &def);
    }
    play_for(&f, 3000);
    define(&f, &def);
    assert_int_equal(failing_allocator_bytes(&memory), two);
    atr_effects_destroy(f.effects);
    assert_int_equal(failing_allocator_bytes(&memory), 0);
}

static void effects_define__again_and_again_while_one_plays__stays_small(void **state)
{
    (void)state;
    FailingAllocator memory = { 0 };
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .allocator = failing_allocator(&memory) });
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    def.keep_alive = 60;
    define(&f, &def);
    const atr_TriggerResult old = trigger(&f, "coins");
    advance_ms(&f, 16);
    define(&f, &def);
    define(&f, &def);
    const size_t three = failing_allocator_bytes(&memory); /* in use, playing, replaced */
    for (int i = 0; i < 10000; i++) {
        define(&f, &def);
        assert_true(failing_allocator_bytes(&memory) <= three);
    }
    advance_ms(&f, 16);
    assert_int_equal(atr_effect_keep(f.effects, old.id), ATR_OK);
    atr_effects_destroy(f.effects);
    assert_int_equal(f.done, 1);
    assert_int_equal(failing_allocator_bytes(&memory), 0);
}

static void effects_install__allocates_nothing(void **state)
{
    (void)state;
    FailingAllocator memory = { 0 };
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .allocator = failing_allocator(&memory) });
    atr_PreparedEffect *prepared[40];
    for (int i = 0; i < 40; i++) {
        atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
        snprintf(def.name, sizeof def.name, "coins_%d", i / 2); /* each twice */
        snprintf(def.nodes[0].sheet, sizeof def.nodes[0].sheet, "sheet_%d.png", i);
        prepared[i] = prepare(&f, &def);
    }
    const uint32_t before = failing_allocator_requests(&memory);
    for (int i = 0; i < 40; i++) {
        atr_effects_install(f.effects, prepared[i]);
    }
    assert_int_equal(failing_allocator_requests(&memory), before);
    assert_string_equal(atr_effects_name(f.effects, 19), "coins_19");
    assert_null(atr_effects_name(f.effects, 20));
    uint32_t count = 0;
    const atr_SpriteName *names = atr_effects_sprites(f.effects, &count);
    assert_int_equal(count, 1 + 40 * 8);
    assert_string_equal(names[count - 1].sheet, "sheet_39.png");
    assert_int_equal(names[count - 1].frame, 7);
    assert_string_equal(names[1].sheet, "sheet_0.png");
    atr_effects_destroy(f.effects);
    assert_int_equal(failing_allocator_bytes(&memory), 0);
}

static void effects_prepare__no_room_or_no_definition__says_so(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .max_effects = 2 });
    const atr_EffectDef a = coins_def("a", ATR_IMPORTANCE_MEDIUM);
    const atr_EffectDef b = coins_def("b", ATR_IMPORTANCE_MEDIUM);
    const atr_EffectDef c = coins_def("c", ATR_IMPORTANCE_MEDIUM);
    atr_EffectDef bad = c;
    bad.duration = -1;
    define(&f, &a);
    atr_PreparedEffect *waiting = prepare(&f, &b);
    atr_PreparedEffect *none = NULL;
    assert_int_equal(atr_effects_prepare(f.effects, &c, &none), ATR_ERR_FULL);
    assert_int_equal(atr_effects_prepare(f.effects, &bad, &none), ATR_ERR_INVALID);
    assert_null(none);
    atr_effects_install(f.effects, prepare(&f, &a)); /* a known name needs no place */
    atr_effects_discard(f.effects, waiting);         /* gives the place back */
    define(&f, &c);
    assert_int_equal(atr_effects_prepare(f.effects, &b, &none), ATR_ERR_FULL);
    atr_effects_destroy(f.effects);
}

static void effects_prepare__memory_fails_anywhere__nothing_changes(void **state)
{
    (void)state;
    const atr_EffectDef first = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    atr_EffectDef second = first;
    second.duration = 3.0f;
    second.node_count = 2;
    second.nodes[1] = second.nodes[0];
    strcpy(second.nodes[1].sheet, "many.png");
    second.nodes[1].frames = 200; /* more than the first table of sprites holds */
    bool done = false;
    for (uint32_t n = 1; !done; n++) {
        FailingAllocator memory = { 0 };
        Fixture f;
        fixture_init(&f, &(atr_EffectsDesc){ .allocator = failing_allocator(&memory) });
        define(&f, &first);
        memory.fail_at = failing_allocator_requests(&memory) + n;
        atr_PreparedEffect *prepared = NULL;
        const atr_Status st = atr_effects_prepare(f.effects, &second, &prepared);
        done = st == ATR_OK;
        assert_int_equal(st, done ? ATR_OK : ATR_ERR_NO_MEMORY);
        assert_true((prepared != NULL) == done);
        assert_true(atr_effects_definition(f.effects, "coins")->duration == 0.5f);
        atr_effects_discard(f.effects, prepared);
        atr_effects_destroy(f.effects);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
    }
}

/* ---- Beside frames --------------------------------------------------------------------------- */

enum { RELOADS = 60 };

typedef struct Handover {
    atr_Effects *effects;
    pthread_mutex_t lock;
    pthread_cond_t taken;
    atr_PreparedEffect *prepared; /* guarded by lock, as finished */
    bool finished;
} Handover;

static void *prepare_many(void *user)
{
    Handover *h = user;
    for (int i = 0; i < RELOADS; i++) {
        atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
        snprintf(def.nodes[0].sheet, sizeof def.nodes[0].sheet, "sheet_%d.png", i);
        def.nodes[0].force_count = 1;
        def.nodes[0].forces[0] = (atr_Force){ .kind = ATR_FORCE_RECT, .bounce = 0.5f };
        strcpy(def.nodes[0].forces[0].anchor, "panel");
        def.cooldown = (float)i * 1e-6f;
        atr_PreparedEffect *prepared = NULL;
        const atr_Status st = atr_effects_prepare(h->effects, &def, &prepared);
        pthread_mutex_lock(&h->lock);
        while (h->prepared != NULL) {
            pthread_cond_wait(&h->taken, &h->lock);
        }
        h->prepared = st == ATR_OK ? prepared : NULL;
        pthread_mutex_unlock(&h->lock);
    }
    pthread_mutex_lock(&h->lock);
    h->finished = true;
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

static void effects_prepare__on_a_thread_while_frames_are_drawn__each_is_installed(void **state)
{
    (void)state;
    Handover h = { .lock = PTHREAD_MUTEX_INITIALIZER, .taken = PTHREAD_COND_INITIALIZER };
    assert_int_equal(atr_effects_create(NULL, &h.effects), ATR_OK);
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    assert_int_equal(atr_effects_define(h.effects, &def), ATR_OK);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, prepare_many, &h), 0);
    uint32_t installed = 0;
    for (bool finished = false; !finished;) {
        pthread_mutex_lock(&h.lock);
        atr_PreparedEffect *prepared = h.prepared;
        h.prepared = NULL;
        finished = h.finished && prepared == NULL;
        pthread_cond_signal(&h.taken);
        pthread_mutex_unlock(&h.lock);
        if (prepared != NULL) {
            atr_effects_install(h.effects, prepared);
            (void)atr_effect_trigger(h.effects, "coins", NULL);
            installed++;
        }
        uint32_t count = 0;
        const atr_SpriteName *names = atr_effects_sprites(h.effects, &count);
        assert_non_null(names[count - 1].sheet);
        atr_effects_advance(h.effects, atr_clock_monotonic_ns(NULL));
    }
    pthread_join(thread, NULL);
    assert_int_equal(installed, RELOADS);
    uint32_t count = 0;
    (void)atr_effects_sprites(h.effects, &count);
    assert_int_equal(count, 1 + 8 * (RELOADS + 1));
    atr_effects_destroy(h.effects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effects_prepare__not_installed__changes_nothing),
        cmocka_unit_test(effects_install__what_plays_of_the_replaced__plays_on_as_it_was),
        cmocka_unit_test(effects_prepare__replaced_and_over__is_freed),
        cmocka_unit_test(effects_define__again_and_again_while_one_plays__stays_small),
        cmocka_unit_test(effects_install__allocates_nothing),
        cmocka_unit_test(effects_prepare__no_room_or_no_definition__says_so),
        cmocka_unit_test(effects_prepare__memory_fails_anywhere__nothing_changes),
        cmocka_unit_test(effects_prepare__on_a_thread_while_frames_are_drawn__each_is_installed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
