#define _POSIX_C_SOURCE 200809L

#include <atrium/metrics.h>

#include "base/thread.h"
#include "cmocka_all.h"
#include "failing_allocator.h"

#include <stdio.h>
#include <string.h>

static void metrics_register__same_identity__same_handle(void **state)
{
    (void)state;
    atr_Metrics *metrics = NULL;
    assert_int_equal(atr_metrics_create(NULL, &metrics), ATR_OK);
    static const struct {
        const char *name, *labels;
        int like; /* index of the row it shares its handle with */
    } rows[] = {
        { "atrium_drops_total", "", 0 },
        { "atrium_drops_total", NULL, 0 },
        { "atrium_drops_total", "tier=\"memory\"", 2 },
        { "atrium_drops_total", "tier=\"store\"", 3 },
        { "atrium_drops_total", "tier=\"memory\"", 2 },
        { "atrium_drops", "", 5 },
    };
    atr_Counter *handles[ATR_COUNT_OF(rows)];
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        handles[i] = atr_metrics_counter(metrics, rows[i].name, rows[i].labels, "help");
        for (size_t n = 0; n < i; n++) {
            assert_int_equal(handles[i] == handles[n], rows[i].like == rows[n].like);
        }
    }
    assert_int_equal(atr_metrics_refused(metrics), 0);
    atr_metrics_destroy(metrics);
}

static void metrics_values__counters_and_gauges__read_back(void **state)
{
    (void)state;
    atr_Metrics *metrics = NULL;
    assert_int_equal(atr_metrics_create(NULL, &metrics), ATR_OK);
    atr_Counter *counter = atr_metrics_counter(metrics, "jobs_total", "", "jobs");
    atr_Gauge *gauge = atr_metrics_gauge(metrics, "load_ratio", "core=\"1\"", NULL);
    atr_counter_add(counter, 3);
    atr_counter_add(counter, 4);
    atr_gauge_set(gauge, 2.5);
    atr_gauge_set(gauge, -0.125);
    assert_int_equal(atr_counter_value(counter), 7);
    assert_true(atr_gauge_value(gauge) == -0.125);
    double value = 0;
    assert_int_equal(atr_metrics_read(metrics, "jobs_total", NULL, &value), ATR_OK);
    assert_true(value == 7);
    assert_int_equal(atr_metrics_read(metrics, "load_ratio", "core=\"1\"", &value), ATR_OK);
    assert_true(value == -0.125);
    assert_int_equal(atr_metrics_read(metrics, "load_ratio", "", &value), ATR_ERR_NOT_FOUND);
    assert_int_equal(atr_metrics_read(metrics, "nothing", "", &value), ATR_ERR_NOT_FOUND);
    assert_true(value == -0.125);
    atr_metrics_destroy(metrics);
}

typedef struct Seen {
    char text[256];
} Seen;

static void write_down(void *user, const atr_MetricValue *value)
{
    Seen *seen = user;
    const size_t used = strlen(seen->text);
    snprintf(seen->text + used, sizeof seen->text - used, "%s %s{%s} %g (%s)\n",
             value->kind == ATR_METRIC_COUNTER ? "counter" : "gauge", value->name, value->labels,
             value->value, value->help);
}

static void metrics_visit__in_order_of_registration(void **state)
{
    (void)state;
    atr_Metrics *metrics = NULL;
    assert_int_equal(atr_metrics_create(NULL, &metrics), ATR_OK);
    atr_gauge_set(atr_metrics_gauge(metrics, "b", "", "second letter"), 1.5);
    atr_counter_add(atr_metrics_counter(metrics, "a_total", "x=\"1\"", "first"), 2);
    atr_gauge_set(atr_metrics_gauge(metrics, "b", "", "ignored"), 3.5);
    Seen seen = { "" };
    atr_metrics_visit(metrics, write_down, &seen);
    assert_string_equal(seen.text, "gauge b{} 3.5 (second letter)\n"
                                   "counter a_total{x=\"1\"} 2 (first)\n");
    atr_metrics_destroy(metrics);
}

static void metrics_register__no_room_or_bad_text__counts_into_nothing_visible(void **state)
{
    (void)state;
    char name95[96];
    char name96[97];
    char text128[129];
    memset(name95, 'n', 95);
    name95[95] = '\0';
    memset(name96, 'n', 96);
    name96[96] = '\0';
    memset(text128, 't', 128);
    text128[128] = '\0';
    const struct {
        const char *row, *name, *labels, *help;
        uint32_t refused;
    } rows[] = {
        { "longest name", name95, "", "", 0 },
        { "name too long", name96, "", "", 1 },
        { "no name", "", "", "", 2 },
        { "labels too long", "a", text128, "", 3 },
        { "help too long", "a", "", text128, 4 },
        { "a gauge's name", "taken", "", "", 5 },
        { "the last place", "a", "", "", 5 },
        { "one too many", "b", "", "", 6 },
        { "an old one is still found", "a", "", "", 6 },
    };
    atr_Metrics *metrics = NULL;
    assert_int_equal(atr_metrics_create(&(atr_MetricsDesc){ .capacity = 3 }, &metrics), ATR_OK);
    atr_gauge_set(atr_metrics_gauge(metrics, "taken", "", ""), 8);
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].row);
        atr_Counter *counter =
            atr_metrics_counter(metrics, rows[i].name, rows[i].labels, rows[i].help);
        assert_non_null(counter);
        atr_counter_add(counter, 1);
        assert_int_equal(atr_metrics_refused(metrics), rows[i].refused);
    }
    atr_gauge_set(atr_metrics_gauge(metrics, "c", "", ""), 1);
    double value = 0;
    assert_int_equal(atr_metrics_read(metrics, "a", "", &value), ATR_OK);
    assert_true(value == 2);
    assert_int_equal(atr_metrics_read(metrics, "taken", "", &value), ATR_OK);
    assert_true(value == 8);
    assert_int_equal(atr_metrics_read(metrics, "b", "", &value), ATR_ERR_NOT_FOUND);
    assert_int_equal(atr_metrics_read(metrics, "c", "", &value), ATR_ERR_NOT_FOUND);
    atr_metrics_destroy(metrics);
}

static void metrics_create__bad_desc_or_no_memory__fails_clean(void **state)
{
    (void)state;
    atr_Metrics *metrics = NULL;
    assert_int_equal(atr_metrics_create(&(atr_MetricsDesc){ .capacity = 65537 }, &metrics),
                     ATR_ERR_INVALID);
    for (uint32_t n = 1;; n++) {
        FailingAllocator memory = { .fail_at = n };
        const atr_MetricsDesc desc = { .allocator = failing_allocator(&memory) };
        const atr_Status status = atr_metrics_create(&desc, &metrics);
        if (status == ATR_OK) {
            const uint32_t requests = failing_allocator_requests(&memory);
            atr_counter_add(atr_metrics_counter(metrics, "a", "", ""), 1);
            assert_int_equal(failing_allocator_requests(&memory), requests);
            atr_metrics_destroy(metrics);
            assert_int_equal(failing_allocator_bytes(&memory), 0);
            break;
        }
        assert_int_equal(status, ATR_ERR_NO_MEMORY);
        assert_null(metrics);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
    }
    atr_metrics_destroy(NULL);
}

/* ---- Many threads: each registers the same names and counts; a reader sees whole entries ------
 */

#define COUNTERS 32
#define ROUNDS   500
#define THREADS  3

static void *count_all(void *user)
{
    atr_Metrics *metrics = user;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < COUNTERS; i++) {
            char name[32];
            snprintf(name, sizeof name, "count_%d_total", i);
            atr_counter_add(atr_metrics_counter(metrics, name, "", "x"), 1);
        }
    }
    return NULL;
}

static void check_whole(void *user, const atr_MetricValue *value)
{
    (void)user;
    assert_int_equal(strncmp(value->name, "count_", 6), 0);
    assert_string_equal(value->help, "x");
}

static void metrics_threads__register_count_visit__nothing_lost(void **state)
{
    (void)state;
    atr_Metrics *metrics = NULL;
    assert_int_equal(atr_metrics_create(NULL, &metrics), ATR_OK);
    atr__Thread threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_true(atr__thread_start(&threads[i], count_all, metrics));
    }
    for (int i = 0; i < 200; i++) {
        atr_metrics_visit(metrics, check_whole, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        atr__thread_join(threads[i]);
    }
    for (int i = 0; i < COUNTERS; i++) {
        char name[32];
        double value = 0;
        snprintf(name, sizeof name, "count_%d_total", i);
        assert_int_equal(atr_metrics_read(metrics, name, "", &value), ATR_OK);
        assert_true(value == THREADS * ROUNDS);
    }
    assert_int_equal(atr_metrics_refused(metrics), 0);
    atr_metrics_destroy(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_register__same_identity__same_handle),
        cmocka_unit_test(metrics_values__counters_and_gauges__read_back),
        cmocka_unit_test(metrics_visit__in_order_of_registration),
        cmocka_unit_test(metrics_register__no_room_or_bad_text__counts_into_nothing_visible),
        cmocka_unit_test(metrics_create__bad_desc_or_no_memory__fails_clean),
        cmocka_unit_test(metrics_threads__register_count_visit__nothing_lost),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
