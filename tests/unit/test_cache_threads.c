/* Many threads at one cache: one load for all who miss the same key, nothing stored that was loaded
 * before an erase, both limits kept at every moment. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/cache.h>

#include "base/atomic.h"
#include "base/random.h"
#include "base/thread.h"
#include "cmocka_all.h"
#include "failing_allocator.h"

#include <sched.h>
#include <string.h>

static const atr_Bytes KEY = { "key", 3 };

/* ---- One load for all ------------------------------------------------------------------------ */

#define WAITERS 24

typedef struct Shared {
    atr_Cache *cache;
    atomic_int loads;
    atomic_int right;
    atomic_bool gate;
    atr_Status status; /* of the load */
    size_t needs;      /* bytes the value takes */
} Shared;

/* Ends when everybody has missed, which is when everybody waits for it. */
static atr_Status load_when_all_wait(void *user, atr_Bytes key, void *out, size_t capacity,
                                     size_t *size, uint64_t *ttl_ms)
{
    (void)key;
    *ttl_ms = 0; /* the default */
    Shared *shared = user;
    atomic_fetch_add(&shared->loads, 1);
    atr_CacheStats stats = { 0 };
    while (stats.misses < WAITERS) {
        sched_yield();
        atr_cache_stats(shared->cache, &stats);
    }
    assert_true(capacity >= 5);
    memcpy(out, "value", 5);
    *size = 5;
    return shared->status;
}

static void *ask(void *user)
{
    Shared *shared = user;
    char out[8];
    size_t size = 0;
    const atr_Status status = atr_cache_get_or_load(shared->cache, KEY, out, sizeof out, &size,
                                                    load_when_all_wait, shared);
    const bool right = status == shared->status &&
                       (status != ATR_OK || (size == 5 && memcmp(out, "value", 5) == 0));
    atomic_fetch_add(&shared->right, right ? 1 : 0);
    return NULL;
}

static void cache_load__many_threads_miss_one_key__one_load_answers_all(void **state)
{
    (void)state;
    static const atr_Status results[] = { ATR_OK, ATR_ERR_IO };
    for (size_t i = 0; i < ATR_COUNT_OF(results); i++) {
        print_message("  %s\n", atr_status_name(results[i]));
        Shared shared = { .status = results[i] };
        assert_int_equal(atr_cache_create(NULL, &shared.cache), ATR_OK);
        atr__Thread threads[WAITERS];
        for (int n = 0; n < WAITERS; n++) {
            assert_true(atr__thread_start(&threads[n], ask, &shared));
        }
        for (int n = 0; n < WAITERS; n++) {
            atr__thread_join(threads[n]);
        }
        assert_int_equal(atomic_load(&shared.loads), 1);
        assert_int_equal(atomic_load(&shared.right), WAITERS);
        atr_cache_destroy(shared.cache);
    }
}

/* ---- A load overtaken by an erase ------------------------------------------------------------ */

static atr_Status load_old_at_gate(void *user, atr_Bytes key, void *out, size_t capacity,
                                   size_t *size, uint64_t *ttl_ms)
{
    (void)key;
    *ttl_ms = 0; /* the default */
    Shared *shared = user;
    atomic_fetch_add(&shared->loads, 1);
    while (!atomic_load(&shared->gate)) {
        sched_yield();
    }
    if (capacity < shared->needs) {
        *size = shared->needs;
        return ATR_ERR_FULL;
    }
    memcpy(out, "old", 3);
    *size = 3;
    return ATR_OK;
}

static atr_Status load_new(void *user, atr_Bytes key, void *out, size_t capacity, size_t *size,
                           uint64_t *ttl_ms)
{
    (void)key;
    (void)capacity;
    *ttl_ms = 0; /* the default */
    atomic_fetch_add(&((Shared *)user)->loads, 1);
    memcpy(out, "new", 3);
    *size = 3;
    return ATR_OK;
}

static void *ask_at_gate(void *user)
{
    Shared *shared = user;
    char out[8];
    size_t size = 0;
    const atr_Status status =
        atr_cache_get_or_load(shared->cache, KEY, out, sizeof out, &size, load_old_at_gate, shared);
    if (shared->needs > sizeof out) {
        atomic_fetch_add(&shared->right, status == ATR_ERR_FULL ? 1 : 0);
    } else {
        atomic_fetch_add(&shared->right, status == ATR_OK && memcmp(out, "old", 3) == 0 ? 1 : 0);
    }
    return NULL;
}

static void wait_for_loads(Shared *shared, int loads)
{
    while (atomic_load(&shared->loads) < loads) {
        sched_yield();
    }
}

static void cache_load__erased_while_loading__nobody_later_sees_it(void **state)
{
    (void)state;
    Shared shared = { 0 };
    assert_int_equal(atr_cache_create(NULL, &shared.cache), ATR_OK);
    atr__Thread thread;
    assert_true(atr__thread_start(&thread, ask_at_gate, &shared));
    wait_for_loads(&shared, 1);
    assert_int_equal(atr_cache_erase(shared.cache, KEY), ATR_ERR_NOT_FOUND);
    char out[8];
    size_t size = 0;
    assert_int_equal(
        atr_cache_get_or_load(shared.cache, KEY, out, sizeof out, &size, load_new, &shared),
        ATR_OK); /* loads itself, though a load is under way */
    assert_memory_equal(out, "new", 3);
    atomic_store(&shared.gate, true);
    atr__thread_join(thread);
    assert_int_equal(atomic_load(&shared.right), 1); /* who asked before gets the old value */
    assert_int_equal(atr_cache_get(shared.cache, KEY, out, sizeof out, &size), ATR_OK);
    assert_memory_equal(out, "new", 3);
    assert_int_equal(atomic_load(&shared.loads), 2);
    atr_cache_destroy(shared.cache);
}

static void *ask_with_room(void *user)
{
    Shared *shared = user;
    char out[64];
    size_t size = 0;
    const atr_Status status =
        atr_cache_get_or_load(shared->cache, KEY, out, sizeof out, &size, load_new, shared);
    atomic_fetch_add(&shared->right, status == ATR_OK && memcmp(out, "new", 3) == 0 ? 1 : 0);
    return NULL;
}

static void cache_load__too_large_for_the_first__others_load_into_their_own(void **state)
{
    (void)state;
    Shared shared = { .needs = 32 };
    assert_int_equal(atr_cache_create(NULL, &shared.cache), ATR_OK);
    atr__Thread small;
    atr__Thread large;
    assert_true(atr__thread_start(&small, ask_at_gate, &shared));
    wait_for_loads(&shared, 1);
    assert_true(atr__thread_start(&large, ask_with_room, &shared));
    atr_CacheStats stats = { 0 };
    while (stats.misses < 2) {
        sched_yield();
        atr_cache_stats(shared.cache, &stats);
    }
    atomic_store(&shared.gate, true);
    atr__thread_join(small);
    atr__thread_join(large);
    assert_int_equal(atomic_load(&shared.right), 2);
    assert_int_equal(atomic_load(&shared.loads), 2);
    atr_cache_destroy(shared.cache);
}

/* ---- Everything at once ---------------------------------------------------------------------- */

#define WORKERS   4
#define STEPS     6000
#define KEYS      20
#define MAX_BYTES 1500

/* What the cache stands in front of: a version per key, changed before the key is erased. So what a
 * thread loads after its own erase can never be older than what it wrote. */
static atomic_uint truth[KEYS];
static atomic_int wrong;

static atr_Status load_truth(void *user, atr_Bytes key, void *out, size_t capacity, size_t *size,
                             uint64_t *ttl_ms)
{
    (void)user;
    *ttl_ms = 0; /* the default */
    const unsigned char k = *(const unsigned char *)key.data;
    unsigned words[20];
    for (size_t i = 0; i < ATR_COUNT_OF(words); i++) {
        words[i] = k;
    }
    words[0] = atomic_load(&truth[k]);
    *size = sizeof words - k; /* sizes differ from key to key */
    if (capacity < *size) {
        return ATR_ERR_FULL;
    }
    memcpy(out, words, *size);
    if (k % 3 == 0) {
        sched_yield();
    }
    return ATR_OK;
}

static void check(bool ok)
{
    atomic_fetch_add(&wrong, ok ? 0 : 1);
}

static void *do_anything(void *user)
{
    atr_Cache *cache = user;
    static atomic_uint seed;
    atr__Random random;
    atr__random_seed(&random, atomic_fetch_add(&seed, 1u) + 1u);
    for (int step = 0; step < STEPS; step++) {
        const unsigned char k = (unsigned char)(atr__random_u32(&random) % KEYS);
        const atr_Bytes key = { &k, 1 };
        const uint32_t what = atr__random_u32(&random) % 16;
        unsigned words[20] = { 0 };
        size_t size = 0;
        unsigned least = atomic_load(&truth[k]);
        if (what < 4) {
            least = atomic_fetch_add(&truth[k], 1u) + 1u;
            if (what == 0) {
                atr_cache_clear(cache);
            } else {
                (void)atr_cache_erase(cache, key);
            }
            sched_yield(); /* room for an older load to come down */
        }
        /* What was current when nobody had yet changed it may still be cached: only a thread that
         * erased after its change may insist. */
        check(atr_cache_get_or_load(cache, key, words, sizeof words, &size, load_truth, NULL) ==
              ATR_OK);
        check(size == sizeof words - k && words[1] == k);
        check(what >= 4 || words[0] >= least);
        atr_CacheStats stats;
        atr_cache_stats(cache, &stats);
        check(stats.bytes <= MAX_BYTES && stats.bytes_high <= MAX_BYTES);
        check(stats.entries <= KEYS / 2);
    }
    return NULL;
}

static void cache_threads__any_calls__no_stale_fill_and_both_limits_kept(void **state)
{
    (void)state;
    FailingAllocator memory = { 0 };
    atr_Cache *cache = NULL;
    const atr_CacheDesc desc = { .max_entries = KEYS / 2,
                                 .max_bytes = MAX_BYTES,
                                 .allocator = failing_allocator(&memory) };
    assert_int_equal(atr_cache_create(&desc, &cache), ATR_OK);
    const size_t fixed = failing_allocator_bytes(&memory);
    atr__Thread threads[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        assert_true(atr__thread_start(&threads[i], do_anything, cache));
    }
    for (int i = 0; i < WORKERS; i++) {
        atr__thread_join(threads[i]);
    }
    assert_int_equal(atomic_load(&wrong), 0);
    assert_true(atomic_load(&memory.bytes_high) - fixed <= MAX_BYTES);
    atr_CacheStats stats;
    atr_cache_stats(cache, &stats);
    assert_int_equal(stats.hits + stats.misses, WORKERS * STEPS);
    assert_true(stats.hits > 0 && stats.evictions > 0);
    assert_int_equal(stats.bytes, failing_allocator_bytes(&memory) - fixed);
    atr_cache_destroy(cache);
    assert_int_equal(failing_allocator_bytes(&memory), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cache_load__many_threads_miss_one_key__one_load_answers_all),
        cmocka_unit_test(cache_load__erased_while_loading__nobody_later_sees_it),
        cmocka_unit_test(cache_load__too_large_for_the_first__others_load_into_their_own),
        cmocka_unit_test(cache_threads__any_calls__no_stale_fill_and_both_limits_kept),
    };
    return cmocka_run_group_tests_name("cache_threads", tests, NULL, NULL);
}
