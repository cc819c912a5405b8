/* What everything else stands on: statuses, log, clock, checked allocation, hash and random
 * numbers. The numbers come from the algorithms' own papers and from a second implementation. */
#include <atrium/base.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/random.h"
#include "cmocka_all.h"
#include "failing_allocator.h"
#include "test_clock.h"

#include <stdio.h>
#include <string.h>

static void status__every_value__has_name_and_text(void **state)
{
    (void)state;
    static const atr_Status all[] = {
#define VALUE(name, value, text) ATR_##name,
        ATR_STATUS_MAP(VALUE)
#undef VALUE
    };
    for (size_t i = 0; i < ATR_COUNT_OF(all); i++) {
        assert_memory_equal(atr_status_name(all[i]), "ATR_", 4);
        assert_string_not_equal(atr_status_name(all[i]), "ATR_?");
        assert_string_not_equal(atr_status_text(all[i]), "unknown status");
        for (size_t n = 0; n < i; n++) {
            assert_string_not_equal(atr_status_text(all[i]), atr_status_text(all[n]));
        }
    }
    assert_string_equal(atr_status_name(ATR_ERR_FULL), "ATR_ERR_FULL");
    assert_string_equal(atr_status_text(ATR_OK), "success");
    assert_string_equal(atr_status_name((atr_Status)77), "ATR_?");
    assert_string_equal(atr_status_text((atr_Status)77), "unknown status");
    assert_string_equal(atr_version(), ATR_VERSION);
}

/* ---- Log and clock --------------------------------------------------------------------------- */

typedef struct Heard {
    int lines;
    atr_LogLevel level;
    char module[16];
    char text[2048];
} Heard;

static void hear(void *user, atr_LogLevel level, const char *module, const char *text)
{
    Heard *heard = user;
    heard->lines++;
    heard->level = level;
    snprintf(heard->module, sizeof heard->module, "%s", module);
    snprintf(heard->text, sizeof heard->text, "%s", text);
}

static void log__level_and_length__are_bounded(void **state)
{
    (void)state;
    char large[2000];
    Heard heard = { 0 };
    const atr_Log log = { .fn = hear, .user = &heard, .min_level = ATR_LOG_WARNING };
    atr_log(&log, ATR_LOG_INFO, "queue", "not this one");
    assert_int_equal(heard.lines, 0);
    atr_log(&log, ATR_LOG_WARNING, "queue", "%d of %s", 3, "them");
    assert_int_equal(heard.lines, 1);
    assert_int_equal(heard.level, ATR_LOG_WARNING);
    assert_string_equal(heard.module, "queue");
    assert_string_equal(heard.text, "3 of them");
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    atr_log(&log, ATR_LOG_ERROR, "queue", "%s", large);
    assert_int_equal(strlen(heard.text), 1023);
    atr_log(NULL, ATR_LOG_ERROR, "queue", "to nobody");
    atr_log(&(atr_Log){ 0 }, ATR_LOG_ERROR, "queue", "to nobody");
    assert_int_equal(heard.lines, 2);
}

static void clock__given_or_the_systems(void **state)
{
    (void)state;
    TestClock turned = { 5000000000u };
    const atr_Clock clock = test_clock(&turned);
    assert_int_equal(atr_clock_monotonic_ns(&clock), 5000000000u);
    assert_int_equal(atr_clock_utc_ms(&clock), 5000);
    const atr_Clock none = { 0 };
    const uint64_t before = atr_clock_monotonic_ns(NULL);
    assert_true(atr_clock_monotonic_ns(&none) >= before);
    assert_true(atr_clock_utc_ms(&none) > INT64_C(1700000000000)); /* since 2023, in ms */
    assert_true(atr_clock_utc_ms(NULL) < INT64_C(100000000000000));
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static void *alloc_dirty(void *user, size_t size)
{
    void *memory = failing_allocator_alloc(user, size);
    if (memory != NULL) {
        memset(memory, 0xa5, size);
    }
    return memory;
}

static void alloc__product_too_large_or_nothing__is_no_memory(void **state)
{
    (void)state;
    FailingAllocator memory = { 0 };
    const atr_Allocator allocator = failing_allocator(&memory);
    assert_null(atr__alloc_zero(&allocator, SIZE_MAX / 2 + 1, 2));
    assert_null(atr__alloc_zero(&allocator, SIZE_MAX, SIZE_MAX));
    assert_null(atr__alloc_zero(NULL, SIZE_MAX / 4 + 1, 4));
    assert_null(atr__alloc_zero(&allocator, 0, 8));
    assert_null(atr__alloc_zero(&allocator, 8, 0));
    assert_int_equal(failing_allocator_requests(&memory), 0);
}

static void alloc__memory__is_zero_and_given_back_whole(void **state)
{
    (void)state;
    FailingAllocator memory = { 0 };
    const atr_Allocator allocator = { alloc_dirty, failing_allocator_free, &memory };
    static const unsigned char zero[24];
    unsigned char *block = atr__alloc_zero(&allocator, 3, 8);
    assert_non_null(block);
    assert_memory_equal(block, zero, sizeof zero);
    char *text = atr__alloc_string(&allocator, "coins");
    assert_string_equal(text, "coins");
    assert_int_equal(failing_allocator_bytes(&memory), 24 + 6);
    atr__free_string(&allocator, text);
    atr__free(&allocator, block, 3, 8);
    assert_int_equal(failing_allocator_bytes(&memory), 0);
    assert_null(atr__alloc_string(&allocator, NULL));
    atr__free_string(&allocator, NULL);
    atr__free(&allocator, NULL, 3, 8);
}

/* ---- Hash and random numbers ----------------------------------------------------------------- */

static void hash__known_texts__known_values(void **state)
{
    (void)state;
    assert_true(atr__hash_bytes("", 0) == UINT64_C(0xcbf29ce484222325));
    assert_true(atr__hash_bytes("a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(atr__hash_bytes("foobar", 6) == UINT64_C(0x85944171f73967e8));
}

/* Effects promise the same particles on every machine: this sequence is part of that promise. */
static void random__seeded__known_sequence(void **state)
{
    (void)state;
    static const uint32_t expected[] = { 0x7ff78de4u, 0x9a170265u, 0xdac127b8u,
                                         0x9859e914u, 0x4d4b41b3u, 0xba2afb67u };
    uint64_t mix = 1234567;
    assert_true(atr__splitmix64(&mix) == UINT64_C(6457827717110365317));
    assert_true(atr__splitmix64(&mix) == UINT64_C(3203168211198807973));
    atr__Random random;
    atr__random_seed(&random, 1);
    for (size_t i = 0; i < ATR_COUNT_OF(expected); i++) {
        assert_int_equal(atr__random_u32(&random), expected[i]);
    }
    atr__random_seed(&random, UINT64_MAX);
    assert_int_equal(atr__random_u32(&random), 0x9df76fa2u);
}

static void random__floats__stay_in_their_range(void **state)
{
    (void)state;
    atr__Random random;
    float least = 1.0f;
    float most = 0.0f;
    atr__random_seed(&random, 7);
    for (int i = 0; i < 100000; i++) {
        const float unit = atr__random_unit(&random);
        assert_true(unit >= 0.0f && unit < 1.0f);
        least = unit < least ? unit : least;
        most = unit > most ? unit : most;
        const float between = atr__random_between(&random, -3.0f, 5.0f);
        assert_true(between >= -3.0f && between <= 5.0f);
    }
    assert_true(least < 0.001f && most > 0.999f);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static int misuses;

static void count_misuse(const char *condition, const char *file, int line)
{
    assert_string_equal(condition, "capacity > 0");
    assert_non_null(strstr(file, "queue.c"));
    assert_int_equal(line, 12);
    misuses++;
}

static void assert_hook__installed__is_told(void **state)
{
    (void)state;
    atr_set_assert_hook(count_misuse);
    atr_assert_failed("capacity > 0", "queue.c", 12);
    atr_set_assert_hook(NULL);
    assert_int_equal(misuses, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status__every_value__has_name_and_text),
        cmocka_unit_test(log__level_and_length__are_bounded),
        cmocka_unit_test(clock__given_or_the_systems),
        cmocka_unit_test(alloc__product_too_large_or_nothing__is_no_memory),
        cmocka_unit_test(alloc__memory__is_zero_and_given_back_whole),
        cmocka_unit_test(hash__known_texts__known_values),
        cmocka_unit_test(random__seeded__known_sequence),
        cmocka_unit_test(random__floats__stay_in_their_range),
        cmocka_unit_test(assert_hook__installed__is_told),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
