#include <atrium/cache.h>

#include "base/random.h"
#include "cmocka_all.h"
#include "failing_allocator.h"
#include "test_clock.h"

#include <stdio.h>
#include <string.h>

static atr_Bytes text(const char *string)
{
    return (atr_Bytes){ string, strlen(string) };
}

static atr_Cache *cache_of(atr_CacheDesc desc)
{
    atr_Cache *cache = NULL;
    assert_int_equal(atr_cache_create(&desc, &cache), ATR_OK);
    return cache;
}

static void put(atr_Cache *cache, const char *key, const char *value)
{
    assert_int_equal(atr_cache_put(cache, text(key), text(value), 0), ATR_OK);
}

/* "-" when the key is not there. */
static void expect(atr_Cache *cache, const char *key, const char *value)
{
    char buffer[64];
    size_t size = 0;
    const atr_Status status = atr_cache_get(cache, text(key), buffer, sizeof buffer - 1, &size);
    if (strcmp(value, "-") == 0) {
        assert_int_equal(status, ATR_ERR_NOT_FOUND);
        return;
    }
    assert_int_equal(status, ATR_OK);
    buffer[size] = '\0';
    assert_string_equal(buffer, value);
}

static void cache_put__then_get__gives_the_newest_value(void **state)
{
    (void)state;
    atr_Cache *cache = cache_of((atr_CacheDesc){ 0 });
    expect(cache, "a", "-");
    put(cache, "a", "one");
    put(cache, "ab", "two");
    put(cache, "a", "three, longer");
    put(cache, "empty", "");
    expect(cache, "a", "three, longer");
    expect(cache, "ab", "two");
    expect(cache, "empty", "");
    atr_CacheStats stats;
    atr_cache_stats(cache, &stats);
    assert_int_equal(stats.entries, 3);
    assert_int_equal(stats.puts, 4);
    assert_int_equal(stats.hits, 3);
    assert_int_equal(stats.misses, 1);
    assert_int_equal(atr_cache_erase(cache, text("a")), ATR_OK);
    assert_int_equal(atr_cache_erase(cache, text("a")), ATR_ERR_NOT_FOUND);
    expect(cache, "a", "-");
    expect(cache, "ab", "two");
    atr_cache_clear(cache);
    expect(cache, "ab", "-");
    atr_cache_stats(cache, &stats);
    assert_int_equal(stats.entries, 0);
    assert_int_equal(stats.bytes, 0);
    assert_int_equal(stats.erased, 3);
    put(cache, "ab", "again");
    expect(cache, "ab", "again");
    atr_cache_destroy(cache);
}

static void cache_get__buffer_too_small__tells_the_size(void **state)
{
    (void)state;
    atr_Cache *cache = cache_of((atr_CacheDesc){ 0 });
    put(cache, "key", "12345");
    static const struct {
        size_t capacity;
        atr_Status status;
    } rows[] = { { 0, ATR_ERR_FULL }, { 4, ATR_ERR_FULL }, { 5, ATR_OK }, { 6, ATR_OK } };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        char buffer[7] = "......";
        size_t size = 0;
        assert_int_equal(atr_cache_get(cache, text("key"), buffer, rows[i].capacity, &size),
                         rows[i].status);
        assert_int_equal(size, 5);
        assert_string_equal(buffer, rows[i].status == ATR_OK ? "12345." : "......");
    }
    atr_cache_destroy(cache);
}

static void cache_calls__bad_key__are_invalid(void **state)
{
    (void)state;
    atr_Cache *cache = cache_of((atr_CacheDesc){ 0 });
    char long_key[ATR_CACHE_KEY_MAX + 1];
    memset(long_key, 'k', sizeof long_key);
    const struct {
        const char *name;
        atr_Bytes key;
        atr_Status put;
    } rows[] = {
        { "empty", { "", 0 }, ATR_ERR_INVALID },
        { "none", { NULL, 3 }, ATR_ERR_INVALID },
        { "too long", { long_key, sizeof long_key }, ATR_ERR_INVALID },
        { "longest", { long_key, ATR_CACHE_KEY_MAX }, ATR_OK },
        { "with a zero in it", { "a\0b", 3 }, ATR_OK },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        char buffer[4];
        size_t size = 0;
        assert_int_equal(atr_cache_put(cache, rows[i].key, text("v"), 0), rows[i].put);
        assert_int_equal(atr_cache_get(cache, rows[i].key, buffer, 4, &size), rows[i].put);
        assert_int_equal(atr_cache_erase(cache, rows[i].key), rows[i].put);
    }
    atr_cache_destroy(cache);
}

static void cache_put__too_many_entries__evicts_the_least_recently_used(void **state)
{
    (void)state;
    /* Cache of three; each letter: put if upper case, get if lower case. */
    static const struct {
        const char *calls, *left, *gone;
    } rows[] = {
        { "ABC", "abc", "" },    { "ABCD", "bcd", "a" },      { "ABCaD", "acd", "b" },
        { "ABCAD", "acd", "b" }, { "ABCabD", "abd", "c" },    { "ABCxDE", "cde", "ab" },
        { "AAAABC", "abc", "" }, { "ABCcbaDE", "ade", "bc" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].calls);
        atr_Cache *cache = cache_of((atr_CacheDesc){ .max_entries = 3 });
        for (const char *call = rows[i].calls; *call != '\0'; call++) {
            char key[2] = { (char)(*call | 0x20), '\0' };
            char out[8];
            size_t size = 0;
            if (*call == key[0]) {
                (void)!atr_cache_get(cache, text(key), out, sizeof out, &size);
            } else {
                put(cache, key, key);
            }
        }
        atr_CacheStats stats;
        atr_cache_stats(cache, &stats);
        assert_int_equal(stats.entries, strlen(rows[i].left));
        assert_int_equal(stats.evictions, strlen(rows[i].gone));
        for (const char *c = rows[i].left; *c != '\0'; c++) {
            expect(cache, (char[]){ *c, '\0' }, (char[]){ *c, '\0' });
        }
        for (const char *c = rows[i].gone; *c != '\0'; c++) {
            expect(cache, (char[]){ *c, '\0' }, "-");
        }
        atr_cache_destroy(cache);
    }
}

static void cache_put__too_large__is_refused_and_the_old_value_gone(void **state)
{
    (void)state;
    static char large[4000];
    atr_Cache *cache = cache_of((atr_CacheDesc){ .max_bytes = 4000 });
    put(cache, "other", "stays");
    put(cache, "key", "old");
    const atr_Bytes value = { large, sizeof large };
    assert_int_equal(atr_cache_put(cache, text("key"), value, 0), ATR_ERR_FULL);
    expect(cache, "key", "-");
    expect(cache, "other", "stays");
    atr_CacheStats stats;
    atr_cache_stats(cache, &stats);
    assert_int_equal(stats.refused, 1);
    assert_int_equal(stats.evictions, 0);
    /* The largest that fits takes everything else with it. */
    const size_t header = stats.bytes - strlen("other") - strlen("stays");
    const atr_Bytes most = { large, 4000 - header - 3 };
    assert_int_equal(atr_cache_put(cache, text("key"), most, 0), ATR_OK);
    atr_cache_stats(cache, &stats);
    assert_int_equal(stats.entries, 1);
    assert_int_equal(stats.bytes, 4000);
    const atr_Bytes more = { large, most.size + 1 };
    assert_int_equal(atr_cache_put(cache, text("key"), more, 0), ATR_ERR_FULL);
    atr_cache_destroy(cache);
}

static void cache_ttl__turned_clock__expires(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t default_ms, ttl_ms, pass_ms;
        bool there;
    } rows[] = {
        { "no expiry", 0, 0, UINT32_MAX, true },
        { "just before", 0, 100, 99, true },
        { "at the moment", 0, 100, 100, false },
        { "default", 50, 0, 49, true },
        { "default over", 50, 0, 50, false },
        { "own instead of default", 50, 100, 99, true },
        { "longer than time", 0, UINT64_MAX, UINT32_MAX, true },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        TestClock clock = { .now_ns = 77 };
        atr_Cache *cache = cache_of(
            (atr_CacheDesc){ .default_ttl_ms = rows[i].default_ms, .clock = test_clock(&clock) });
        assert_int_equal(atr_cache_put(cache, text("k"), text("v"), rows[i].ttl_ms), ATR_OK);
        test_clock_pass_ms(&clock, rows[i].pass_ms);
        expect(cache, "k", rows[i].there ? "v" : "-");
        atr_CacheStats stats;
        atr_cache_stats(cache, &stats);
        assert_int_equal(stats.expirations, rows[i].there ? 0 : 1);
        assert_int_equal(stats.entries, rows[i].there ? 1 : 0);
        put(cache, "k", "new");
        expect(cache, "k", "new");
        atr_cache_destroy(cache);
    }
}

/* ---- Loading --------------------------------------------------------------------------------- */

typedef struct Source {
    atr_Cache *cache;
    const char *value;
    atr_Status status;
    uint64_t ttl_ms;
    int loads;
    char meanwhile; /* 'e'rase, 'c'lear, 'p'ut, 'o'ther erased */
    size_t says;    /* a size the loader claims instead of the real one */
} Source;

static atr_Status load(void *user, atr_Bytes key, void *out, size_t capacity, size_t *size,
                       uint64_t *ttl_ms)
{
    Source *source = user;
    source->loads++;
    *size = strlen(source->value);
    *ttl_ms = source->ttl_ms;
    if (source->meanwhile == 'e') {
        (void)atr_cache_erase(source->cache, key);
    } else if (source->meanwhile == 'c') {
        atr_cache_clear(source->cache);
    } else if (source->meanwhile == 'p') {
        assert_int_equal(atr_cache_put(source->cache, key, text("newer"), 0), ATR_OK);
    } else if (source->meanwhile == 'o') {
        (void)atr_cache_erase(source->cache, text("other"));
    }
    if (source->status != ATR_OK) {
        return source->status;
    }
    if (*size > capacity) {
        return ATR_ERR_FULL;
    }
    memcpy(out, source->value, *size);
    *size = source->says != 0 ? source->says : *size;
    return ATR_OK;
}

static void cache_load__miss__loads_once_and_stores_what_is_current(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        Source source;
        size_t capacity;
        atr_Status first;
        const char *cached; /* "-": nothing */
        uint64_t failures;
    } rows[] = {
        { "stored", { .value = "abc" }, 8, ATR_OK, "abc", 0 },
        { "empty value", { .value = "" }, 8, ATR_OK, "", 0 },
        { "not there", { .value = "", .status = ATR_ERR_NOT_FOUND }, 8, ATR_ERR_NOT_FOUND, "-", 1 },
        { "failed", { .value = "abc", .status = ATR_ERR_IO }, 8, ATR_ERR_IO, "-", 1 },
        { "buffer too small", { .value = "abcdefghi" }, 8, ATR_ERR_FULL, "-", 1 },
        { "size it cannot have", { .value = "abc", .says = 9 }, 8, ATR_ERR_INVALID, "-", 1 },
        { "erased meanwhile", { .value = "abc", .meanwhile = 'e' }, 8, ATR_OK, "-", 0 },
        { "cleared meanwhile", { .value = "abc", .meanwhile = 'c' }, 8, ATR_OK, "-", 0 },
        { "put meanwhile", { .value = "abc", .meanwhile = 'p' }, 8, ATR_OK, "newer", 0 },
        { "another erased", { .value = "abc", .meanwhile = 'o' }, 8, ATR_OK, "abc", 0 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        atr_Cache *cache = cache_of((atr_CacheDesc){ 0 });
        Source source = rows[i].source;
        source.cache = cache;
        char out[16];
        size_t size = 99;
        assert_int_equal(
            atr_cache_get_or_load(cache, text("key"), out, rows[i].capacity, &size, load, &source),
            rows[i].first);
        if (rows[i].first == ATR_OK) {
            assert_int_equal(size, strlen(source.value));
            assert_memory_equal(out, source.value, size);
        }
        expect(cache, "key", rows[i].cached);
        atr_CacheStats stats;
        atr_cache_stats(cache, &stats);
        assert_int_equal(stats.loads, 1);
        assert_int_equal(stats.load_failures, rows[i].failures);
        source.meanwhile = 0;
        source.says = 0;
        (void)!atr_cache_get_or_load(cache, text("key"), out, 8, &size, load, &source);
        assert_int_equal(source.loads, strcmp(rows[i].cached, "-") == 0 ? 2 : 1);
        atr_cache_destroy(cache);
    }
}

static void cache_load__ttl_from_the_loader__expires(void **state)
{
    (void)state;
    TestClock clock = { 0 };
    atr_Cache *cache =
        cache_of((atr_CacheDesc){ .default_ttl_ms = 10, .clock = test_clock(&clock) });
    Source source = { .cache = cache, .value = "v", .ttl_ms = 1000 };
    char out[8];
    size_t size = 0;
    for (int loads = 1; loads <= 3; loads++) {
        for (int i = 0; i < 2; i++) {
            assert_int_equal(
                atr_cache_get_or_load(cache, text("k"), out, sizeof out, &size, load, &source),
                ATR_OK);
            assert_int_equal(source.loads, loads);
            test_clock_pass_ms(&clock, 500);
        }
    }
    atr_cache_destroy(cache);
}

static void cache_load__larger_than_the_cache__is_returned_not_stored(void **state)
{
    (void)state;
    atr_Cache *cache = cache_of((atr_CacheDesc){ .max_bytes = 60 });
    Source source = { .cache = cache, .value = "0123456789012345678901234567890" };
    char out[64];
    size_t size = 0;
    assert_int_equal(atr_cache_get_or_load(cache, text("k"), out, sizeof out, &size, load, &source),
                     ATR_OK);
    assert_int_equal(size, 31);
    atr_CacheStats stats;
    atr_cache_stats(cache, &stats);
    assert_int_equal(stats.entries, 0);
    assert_int_equal(stats.refused, 1);
    atr_cache_destroy(cache);
}

/* ---- Against a model, with the limits watched in the allocator ------------------------------- */

#define KEYS 40

typedef struct Model {
    size_t size[KEYS]; /* 0: not there */
    uint64_t used[KEYS];
    uint64_t step;
    size_t header;
} Model;

static size_t model_bytes(const Model *model, int *count, int *oldest)
{
    size_t bytes = 0;
    *count = 0;
    *oldest = -1;
    for (int k = 0; k < KEYS; k++) {
        if (model->size[k] > 0) {
            bytes += model->header + 4 + model->size[k];
            (*count)++;
            if (*oldest < 0 || model->used[k] < model->used[*oldest]) {
                *oldest = k;
            }
        }
    }
    return bytes;
}

static void model_put(Model *model, int key, size_t size, size_t max_bytes, int max_entries)
{
    int count = 0;
    int oldest = 0;
    model->size[key] = 0;
    while (model_bytes(model, &count, &oldest) + model->header + 4 + size > max_bytes ||
           count >= max_entries) {
        model->size[oldest] = 0;
    }
    model->size[key] = size;
    model->used[key] = ++model->step;
}

static void cache_any__random_calls__match_a_plain_model_within_both_limits(void **state)
{
    (void)state;
    enum { MAX_ENTRIES = 12, MAX_BYTES = 3000 };
    static const unsigned char value[400] = { 0 };
    FailingAllocator memory = { 0 };
    atr_Cache *cache = cache_of((atr_CacheDesc){ .max_entries = MAX_ENTRIES,
                                                 .max_bytes = MAX_BYTES,
                                                 .allocator = failing_allocator(&memory) });
    const size_t fixed = failing_allocator_bytes(&memory);
    put(cache, "0000", "x");
    Model model = { .header = failing_allocator_bytes(&memory) - fixed - 5 };
    atr_cache_clear(cache);
    atr__Random random;
    atr__random_seed(&random, 3);
    for (int step = 0; step < 20000; step++) {
        const int key = (int)(atr__random_u32(&random) % KEYS);
        const size_t size = 1 + atr__random_u32(&random) % sizeof value;
        char name[16];
        snprintf(name, sizeof name, "%04d", key);
        unsigned char out[sizeof value];
        size_t got = 0;
        switch (atr__random_u32(&random) % 4) {
        case 0:
            assert_int_equal(atr_cache_put(cache, text(name), (atr_Bytes){ value, size }, 0),
                             ATR_OK);
            model_put(&model, key, size, MAX_BYTES, MAX_ENTRIES);
            break;
        case 1:
            assert_int_equal(atr_cache_erase(cache, text(name)),
                             model.size[key] > 0 ? ATR_OK : ATR_ERR_NOT_FOUND);
            model.size[key] = 0;
            break;
        default:
            assert_int_equal(atr_cache_get(cache, text(name), out, sizeof out, &got),
                             model.size[key] > 0 ? ATR_OK : ATR_ERR_NOT_FOUND);
            if (model.size[key] > 0) {
                assert_int_equal(got, model.size[key]);
                model.used[key] = ++model.step;
            }
        }
        int count = 0;
        int oldest = 0;
        atr_CacheStats stats;
        atr_cache_stats(cache, &stats);
        assert_int_equal(stats.bytes, model_bytes(&model, &count, &oldest));
        assert_int_equal(stats.entries, count);
        assert_int_equal(stats.bytes, failing_allocator_bytes(&memory) - fixed);
    }
    atr_CacheStats stats;
    atr_cache_stats(cache, &stats);
    assert_true(stats.bytes_high > MAX_BYTES / 2 && stats.bytes_high <= MAX_BYTES);
    assert_true(atomic_load(&memory.bytes_high) - fixed <= MAX_BYTES);
    assert_true(stats.evictions > 100);
    atr_cache_destroy(cache);
    assert_int_equal(failing_allocator_bytes(&memory), 0);
}

static void cache_memory__any_request_fails__neither_leaks_nor_crashes(void **state)
{
    (void)state;
    atr_Cache *cache = NULL;
    const atr_CacheDesc bad = { .max_entries = 16777217 };
    assert_int_equal(atr_cache_create(&bad, &cache), ATR_ERR_INVALID);
    bool created = false;
    for (uint32_t n = 1; n < 12; n++) {
        FailingAllocator memory = { .fail_at = n };
        const atr_CacheDesc desc = { .max_entries = 4, .allocator = failing_allocator(&memory) };
        const atr_Status status = atr_cache_create(&desc, &cache);
        if (status != ATR_OK) {
            assert_int_equal(status, ATR_ERR_NO_MEMORY);
            assert_null(cache);
            assert_false(created);
            assert_int_equal(failing_allocator_bytes(&memory), 0);
            continue;
        }
        created = true;
        int failed = 0;
        Source source = { .cache = cache, .value = "loaded" };
        for (int i = 0; i < 8; i++) {
            char key[16];
            char out[16];
            size_t size = 0;
            snprintf(key, sizeof key, "%d", i / 2);
            const atr_Status put_status = atr_cache_put(cache, text(key), text("value"), 0);
            assert_true(put_status == ATR_OK || put_status == ATR_ERR_NO_MEMORY);
            failed += put_status == ATR_OK ? 0 : 1;
            expect(cache, key, put_status == ATR_OK ? "value" : "-");
            assert_int_equal(
                atr_cache_get_or_load(cache, text(key), out, sizeof out, &size, load, &source),
                ATR_OK);
        }
        assert_true(failed <= 1);
        atr_cache_destroy(cache);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
    }
    assert_true(created);
    atr_cache_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cache_put__then_get__gives_the_newest_value),
        cmocka_unit_test(cache_get__buffer_too_small__tells_the_size),
        cmocka_unit_test(cache_calls__bad_key__are_invalid),
        cmocka_unit_test(cache_put__too_many_entries__evicts_the_least_recently_used),
        cmocka_unit_test(cache_put__too_large__is_refused_and_the_old_value_gone),
        cmocka_unit_test(cache_ttl__turned_clock__expires),
        cmocka_unit_test(cache_load__miss__loads_once_and_stores_what_is_current),
        cmocka_unit_test(cache_load__ttl_from_the_loader__expires),
        cmocka_unit_test(cache_load__larger_than_the_cache__is_returned_not_stored),
        cmocka_unit_test(cache_any__random_calls__match_a_plain_model_within_both_limits),
        cmocka_unit_test(cache_memory__any_request_fails__neither_leaks_nor_crashes),
    };
    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
