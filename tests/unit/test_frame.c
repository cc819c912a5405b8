#include <atrium/frame.h>

#include "base/random.h"
#include "cmocka_all.h"
#include "failing_allocator.h"
#include "test_clock.h"

#include <math.h>
#include <stdlib.h>

#define MS(ms) ((uint64_t)((ms)*1e6 + 0.5))

/* ---- The definitions again, as plainly as they can be written -------------------------------- */

static int longest_first(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

typedef struct Plain {
    double fps, mean_ms, p50_ms, p95_ms, p99_ms, p999_ms, max_ms;
    double p1, average, integral, p01, average_01, integral_01;
    uint64_t stutters, over_budget;
    double stutter_share;
} Plain;

static double plain_percentile_ms(const uint64_t *longest, uint32_t n, double p)
{
    const uint32_t rank = (uint32_t)ceil(p * n / 100.0 - 1e-9); /* from the shortest, from 1 */
    return (double)longest[n - rank] / 1e6;
}

static void plain_lows(const uint64_t *longest, uint32_t n, uint32_t tail, double *average,
                       double *integral)
{
    double total = 0;
    for (uint32_t i = 0; i < n; i++) {
        total += (double)longest[i];
    }
    double slowest = 0;
    const uint32_t counted = n / tail;
    for (uint32_t i = 0; i < counted; i++) {
        slowest += (double)longest[i];
    }
    *average = 1e9 / (slowest / counted);
    double filled = 0;
    uint32_t i = 0;
    while (filled + (double)longest[i] < total / tail) {
        filled += (double)longest[i++];
    }
    *integral = 1e9 / (double)longest[i];
}

/* Of the last `window` of `count` frames. */
static Plain plain_stats(const uint64_t *ns, uint32_t count, uint32_t window, double budget_ns)
{
    const uint32_t n = count < window ? count : window;
    const uint64_t *from = ns + (count - n);
    uint64_t *longest = malloc(n * sizeof *longest);
    assert_non_null(longest);
    double total = 0;
    double in_stutters = 0;
    Plain plain = { 0 };
    for (uint32_t i = 0; i < n; i++) {
        longest[i] = from[i];
        total += (double)from[i];
        plain.over_budget += (double)from[i] > budget_ns * 1.01 ? 1 : 0;
        const uint32_t at = count - n + i;
        const uint32_t before = at < 60 ? at : 60;
        double sum = 0;
        for (uint32_t k = 1; k <= before; k++) {
            sum += (double)ns[at - k];
        }
        const double average = before > 0 ? sum / before : 0;
        if (before >= 10 && (double)ns[at] > 2.5 * average && (double)ns[at] >= average + 4e6) {
            plain.stutters++;
            in_stutters += (double)ns[at];
        }
    }
    qsort(longest, n, sizeof *longest, longest_first);
    plain.fps = n / (total / 1e9);
    plain.mean_ms = total / n / 1e6;
    plain.stutter_share = in_stutters / total;
    plain.max_ms = (double)longest[0] / 1e6;
    plain.p50_ms = plain_percentile_ms(longest, n, 50);
    plain.p95_ms = plain_percentile_ms(longest, n, 95);
    plain.p99_ms = plain_percentile_ms(longest, n, 99);
    plain.p999_ms = plain_percentile_ms(longest, n, 99.9);
    plain.p1 = 1000 / plain.p99_ms;
    plain.p01 = 1000 / plain.p999_ms;
    if (n >= 100) {
        plain_lows(longest, n, 100, &plain.average, &plain.integral);
    }
    if (n >= 1000) {
        plain_lows(longest, n, 1000, &plain.average_01, &plain.integral_01);
    }
    free(longest);
    return plain;
}

static void near(double measured, double expected, double share)
{
    if (!(fabs(measured - expected) <= fabs(expected) * share + 1e-9)) {
        fail_msg("%.9g is not within %g of %.9g", measured, share, expected);
    }
}

static void stats_near(const atr_FrameStats *stats, const Plain *plain, double share)
{
    near(stats->fps, plain->fps, 1e-9);
    near(stats->mean_ms, plain->mean_ms, 1e-9);
    near(stats->max_ms, plain->max_ms, 1e-12);
    near(stats->stutter_share, plain->stutter_share, 1e-9);
    assert_int_equal(stats->stutters, plain->stutters);
    assert_int_equal(stats->over_budget, plain->over_budget);
    near(stats->p50_ms, plain->p50_ms, share);
    near(stats->p95_ms, plain->p95_ms, share);
    if (stats->frames >= 100) {
        near(stats->p99_ms, plain->p99_ms, share);
        near(stats->low_p1_fps, plain->p1, share);
        near(stats->low_average_fps, plain->average, share);
        near(stats->low_integral_fps, plain->integral, share);
    }
    if (stats->frames >= 1000) {
        near(stats->p999_ms, plain->p999_ms, share);
        near(stats->low_p01_fps, plain->p01, share);
        near(stats->low_average_01_fps, plain->average_01, share);
        near(stats->low_integral_01_fps, plain->integral_01, share);
    }
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static atr_FrameClock *clock_of(uint32_t window)
{
    atr_FrameClock *frames = NULL;
    assert_int_equal(atr_frame_create(&(atr_FrameDesc){ .window = window }, &frames), ATR_OK);
    return frames;
}

static void record_many(atr_FrameClock *frames, uint32_t count, double ms)
{
    for (uint32_t i = 0; i < count; i++) {
        atr_frame_record(frames, MS(ms));
    }
}

static void one_digit(double measured, double expected)
{
    if (fabs(measured - expected) > 0.05) {
        fail_msg("%.4f is not %.1f", measured, expected);
    }
}

static void frame_lows__worked_examples__give_the_published_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct {
            uint32_t count;
            double ms;
        } frames[3];
        double fps, p1, average, integral;
    } rows[] = {
        { "999 x 8 and one 200", { { 999, 8 }, { 1, 200 } }, 122.1, 125.0, 36.8, 5.0 },
        { "978 x 16.7, 20 x 33.3, 2 x 100",
          { { 978, 16.7 }, { 20, 33.3 }, { 2, 100 } },
          58.1,
          30.0,
          21.4,
          10.0 },
        { "the same, slow ones first",
          { { 2, 100 }, { 20, 33.3 }, { 978, 16.7 } },
          58.1,
          30.0,
          21.4,
          10.0 },
        { "even frames", { { 500, 10 } }, 100.0, 100.0, 100.0, 100.0 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        atr_FrameClock *frames = clock_of(1024);
        for (int n = 0; n < 3; n++) {
            record_many(frames, rows[i].frames[n].count, rows[i].frames[n].ms);
        }
        atr_FrameStats window;
        atr_FrameStats total;
        atr_frame_window(frames, &window);
        atr_frame_total(frames, &total);
        one_digit(window.fps, rows[i].fps);
        one_digit(window.low_p1_fps, rows[i].p1);
        one_digit(window.low_average_fps, rows[i].average);
        one_digit(window.low_integral_fps, rows[i].integral);
        one_digit(total.fps, rows[i].fps);
        near(total.low_p1_fps, window.low_p1_fps, 0.01);
        near(total.low_average_fps, window.low_average_fps, 0.01);
        near(total.low_integral_fps, window.low_integral_fps, 0.01);
        atr_frame_destroy(frames);
    }
}

/* Steady frames, noise, a heavy tail, and times from nanoseconds to minutes. */
static uint64_t frame_of_kind(atr__Random *random, int kind)
{
    const double u = (double)atr__random_unit(random);
    switch (kind) {
    case 0:
        return 16666667;
    case 1:
        return MS(14.0 + 5.0 * u);
    case 2:
        return u < 0.03 ? MS(20.0 + 200.0 * (double)atr__random_unit(random)) : MS(6.9 + u);
    case 3:
        return (uint64_t)pow(10.0, 1.0 + 10.0 * u);
    default:
        return u < 0.5 ? 0 : (uint64_t)(1000.0 * u);
    }
}

static void frame_stats__random_frames__match_brute_force(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t frames, window;
    } rows[] = {
        { "one", 1, 64 },
        { "few", 57, 64 },
        { "just 100", 100, 1024 },
        { "under 1000", 999, 1024 },
        { "1000", 1000, 1024 },
        { "ring gone round", 5000, 777 },
        { "smallest ring", 300, 16 },
        { "large", 20000, 65536 },
    };
    uint64_t *ns = malloc(20000 * sizeof *ns);
    assert_non_null(ns);
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        for (int kind = 0; kind < 5; kind++) {
            print_message("  %s, kind %d\n", rows[i].name, kind);
            atr__Random random;
            atr__random_seed(&random, 7 + (uint64_t)kind);
            atr_FrameClock *frames = clock_of(rows[i].window);
            for (uint32_t n = 0; n < rows[i].frames; n++) {
                ns[n] = frame_of_kind(&random, kind);
                atr_frame_record(frames, ns[n]);
            }
            atr_FrameStats stats;
            Plain plain = plain_stats(ns, rows[i].frames, rows[i].window, 16666667.0);
            atr_frame_window(frames, &stats);
            if (stats.elapsed_s > 0) {
                stats_near(&stats, &plain, 1e-9);
            }
            plain = plain_stats(ns, rows[i].frames, rows[i].frames, 16666667.0);
            atr_frame_total(frames, &stats);
            assert_int_equal(stats.frames, rows[i].frames);
            if (stats.elapsed_s > 0) {
                stats_near(&stats, &plain, 0.01);
            }
            atr_frame_destroy(frames);
        }
    }
    free(ns);
}

static void frame_stats__too_few_frames__are_not_a_number(void **state)
{
    (void)state;
    static const struct {
        uint32_t frames;
        bool any, one, tenth;
    } rows[] = {
        { 0, false, false, false }, { 1, true, false, false },  { 99, true, false, false },
        { 100, true, true, false }, { 999, true, true, false }, { 1000, true, true, true },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %u\n", rows[i].frames);
        atr_FrameClock *frames = clock_of(1024);
        record_many(frames, rows[i].frames, 5);
        atr_FrameStats both[2];
        atr_frame_window(frames, &both[0]);
        atr_frame_total(frames, &both[1]);
        for (int n = 0; n < 2; n++) {
            const atr_FrameStats *s = &both[n];
            assert_int_equal(!isnan(s->fps), rows[i].any);
            assert_int_equal(!isnan(s->p50_ms), rows[i].any);
            assert_int_equal(!isnan(s->max_ms), rows[i].any);
            assert_int_equal(!isnan(s->p99_ms), rows[i].one);
            assert_int_equal(!isnan(s->low_p1_fps), rows[i].one);
            assert_int_equal(!isnan(s->low_average_fps), rows[i].one);
            assert_int_equal(!isnan(s->low_integral_fps), rows[i].one);
            assert_int_equal(!isnan(s->p999_ms), rows[i].tenth);
            assert_int_equal(!isnan(s->low_p01_fps), rows[i].tenth);
            assert_int_equal(!isnan(s->low_average_01_fps), rows[i].tenth);
            assert_int_equal(!isnan(s->low_integral_01_fps), rows[i].tenth);
        }
        atr_frame_destroy(frames);
    }
}

static void frame_stutter__against_the_average__needs_factor_and_distance(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t before;
        double before_ms, ms;
        uint64_t stutters;
    } rows[] = {
        { "well over both", 60, 16, 60, 1 },
        { "exactly 2.5 times is not longer", 60, 16, 40, 0 },
        { "just over 2.5 times", 60, 16, 40.001, 1 },
        { "2.5 times but 3 ms over", 60, 1, 4, 0 },
        { "exactly 4 ms over", 60, 1, 5, 1 },
        { "too little seen", 9, 16, 60, 0 },
        { "just enough seen", 10, 16, 60, 1 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        atr_FrameClock *frames = clock_of(64);
        record_many(frames, rows[i].before, rows[i].before_ms);
        record_many(frames, 1, rows[i].ms);
        atr_FrameStats stats;
        atr_frame_total(frames, &stats);
        assert_int_equal(stats.stutters, rows[i].stutters);
        const double all_ms = rows[i].before * rows[i].before_ms + rows[i].ms;
        near(stats.stutter_share, rows[i].stutters > 0 ? rows[i].ms / all_ms : 0, 1e-6);
        record_many(frames, 64, rows[i].before_ms); /* out of the window, still in the run */
        atr_frame_window(frames, &stats);
        assert_int_equal(stats.stutters, 0);
        atr_frame_total(frames, &stats);
        assert_int_equal(stats.stutters, rows[i].stutters);
        atr_frame_destroy(frames);
    }
}

static void frame_record__within_the_clocks_jitter__is_not_over_budget(void **state)
{
    (void)state;
    atr_FrameClock *frames = NULL;
    assert_int_equal(atr_frame_create(&(atr_FrameDesc){ .target_fps = 100 }, &frames), ATR_OK);
    atr_frame_record(frames, 10050000);
    atr_FrameStats stats;
    atr_frame_total(frames, &stats);
    assert_int_equal(stats.over_budget, 0);
    atr_frame_record(frames, 10150000);
    atr_frame_total(frames, &stats);
    assert_int_equal(stats.over_budget, 1);
    atr_frame_destroy(frames);
}

static void frame_mark__turned_clock__measures_present_to_present(void **state)
{
    (void)state;
    TestClock clock = { .now_ns = 123456789 };
    atr_FrameClock *frames = NULL;
    const atr_FrameDesc desc = { .target_fps = 100, .clock = test_clock(&clock) };
    assert_int_equal(atr_frame_create(&desc, &frames), ATR_OK);
    atr_FrameStats stats;
    atr_frame_mark(frames);
    atr_frame_window(frames, &stats);
    assert_int_equal(stats.frames, 0);
    static const uint64_t times_ms[] = { 10, 11, 9, 30 };
    for (size_t i = 0; i < ATR_COUNT_OF(times_ms); i++) {
        test_clock_pass_ms(&clock, times_ms[i]);
        atr_frame_mark(frames);
    }
    atr_frame_window(frames, &stats);
    assert_int_equal(stats.frames, 4);
    near(stats.elapsed_s, 0.060, 1e-12);
    near(stats.fps, 4 / 0.060, 1e-12);
    near(stats.budget_ms, 10, 1e-12);
    near(stats.p50_ms, 10, 1e-12);
    near(stats.max_ms, 30, 1e-12);
    assert_int_equal(stats.over_budget, 2);
    float history[8];
    assert_int_equal(atr_frame_history(frames, history, 8), 4);
    for (size_t i = 0; i < ATR_COUNT_OF(times_ms); i++) {
        near((double)history[i], (double)times_ms[i], 1e-6);
    }
    atr_frame_reset(frames);
    test_clock_pass_ms(&clock, 500);
    atr_frame_mark(frames); /* only starts again */
    atr_frame_total(frames, &stats);
    assert_int_equal(stats.frames, 0);
    atr_frame_destroy(frames);
}

static void frame_reset__after_many_frames__no_average_is_left(void **state)
{
    (void)state;
    atr_FrameClock *frames = clock_of(64);
    atr_FrameStats stats;
    record_many(frames, 20, 4);
    atr_frame_reset(frames);
    record_many(frames, 1, 40); /* the first of a new run: nothing to judge it by */
    atr_frame_total(frames, &stats);
    assert_int_equal(stats.frames, 1);
    assert_int_equal(stats.stutters, 0);
    atr_frame_destroy(frames);
}

/* The slowest frame alone fills 1 % of the time to the nanosecond: no second one counts. */
static void frame_lows__filled_exactly__stops_there(void **state)
{
    (void)state;
    atr_FrameClock *frames = clock_of(128);
    atr_FrameStats window;
    atr_FrameStats total;
    record_many(frames, 110, 9);
    record_many(frames, 1, 10);
    atr_frame_window(frames, &window);
    atr_frame_total(frames, &total);
    near(window.elapsed_s, 1.0, 1e-12);
    near(window.low_integral_fps, 100.0, 1e-9);
    near(total.low_integral_fps, 100.0, 1e-9);
    atr_frame_destroy(frames);
}

static void frame_record__longer_than_any_bucket__is_kept_exactly(void **state)
{
    (void)state;
    atr_FrameClock *frames = clock_of(16);
    atr_FrameStats stats;
    atr_frame_record(frames, UINT64_C(7200000000000));   /* a machine that slept for two hours */
    atr_frame_record(frames, UINT64_C(604800000000000)); /* and for a week */
    atr_frame_total(frames, &stats);
    near(stats.max_ms, 604800000.0, 1e-12);
    near(stats.elapsed_s, 612000.0, 1e-12);
    near(stats.p50_ms, 306000000.0, 1e-12); /* both lie in the last bucket, which has their mean */
    assert_int_equal(stats.over_budget, 2);
    atr_frame_destroy(frames);
}

static void frame_history__ring_gone_round__newest_oldest_first(void **state)
{
    (void)state;
    atr_FrameClock *frames = clock_of(16);
    for (int i = 1; i <= 40; i++) {
        record_many(frames, 1, i);
    }
    float history[20];
    assert_int_equal(atr_frame_history(frames, history, 20), 16);
    for (int i = 0; i < 16; i++) {
        near((double)history[i], 25 + i, 1e-6);
    }
    assert_int_equal(atr_frame_history(frames, history, 3), 3);
    near((double)history[0], 38, 1e-6);
    near((double)history[2], 40, 1e-6);
    assert_int_equal(atr_frame_history(frames, NULL, 0), 0);
    atr_frame_destroy(frames);
}

static void frame_create__bad_desc_or_no_memory__fails_clean(void **state)
{
    (void)state;
    static const atr_FrameDesc rows[] = {
        { .target_fps = 0.5f }, { .target_fps = 1001 }, { .target_fps = -60 },
        { .target_fps = NAN },  { .window = 15 },       { .window = 65537 },
    };
    atr_FrameClock *frames = NULL;
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        assert_int_equal(atr_frame_create(&rows[i], &frames), ATR_ERR_INVALID);
        assert_null(frames);
    }
    for (uint32_t n = 1;; n++) {
        FailingAllocator memory = { .fail_at = n };
        const atr_FrameDesc desc = { .allocator = failing_allocator(&memory) };
        const atr_Status status = atr_frame_create(&desc, &frames);
        if (status == ATR_OK) {
            const uint32_t requests = failing_allocator_requests(&memory);
            record_many(frames, 3000, 16);
            atr_FrameStats stats;
            atr_frame_window(frames, &stats);
            atr_frame_total(frames, &stats);
            assert_int_equal(failing_allocator_requests(&memory), requests);
            atr_frame_destroy(frames);
            assert_int_equal(failing_allocator_bytes(&memory), 0);
            break;
        }
        assert_int_equal(status, ATR_ERR_NO_MEMORY);
        assert_null(frames);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
    }
    atr_frame_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_lows__worked_examples__give_the_published_numbers),
        cmocka_unit_test(frame_stats__random_frames__match_brute_force),
        cmocka_unit_test(frame_stats__too_few_frames__are_not_a_number),
        cmocka_unit_test(frame_stutter__against_the_average__needs_factor_and_distance),
        cmocka_unit_test(frame_record__within_the_clocks_jitter__is_not_over_budget),
        cmocka_unit_test(frame_mark__turned_clock__measures_present_to_present),
        cmocka_unit_test(frame_reset__after_many_frames__no_average_is_left),
        cmocka_unit_test(frame_lows__filled_exactly__stops_there),
        cmocka_unit_test(frame_record__longer_than_any_bucket__is_kept_exactly),
        cmocka_unit_test(frame_history__ring_gone_round__newest_oldest_first),
        cmocka_unit_test(frame_create__bad_desc_or_no_memory__fails_clean),
    };
    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
