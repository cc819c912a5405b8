/* One line for each case: a JSON object, or a row of a table. */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NAME_WIDTH 68

bool bench_wants(const BenchOptions *options, const char *name)
{
    return options->filter == NULL || strstr(name, options->filter) != NULL;
}

static bool has_goal(const BenchResult *result)
{
    return result->goal > 0 || result->most > 0;
}

/* False for NAN. */
static bool is_reached(const BenchResult *result)
{
    return (result->goal <= 0 || result->ratio >= result->goal) &&
           (result->most <= 0 || result->atrium <= result->most);
}

static void print_number(const char *name, double value)
{
    if (isnan(value)) {
        printf(",\"%s\":null", name);
    } else {
        printf(",\"%s\":%.6g", name, value);
    }
}

static void print_json(const BenchResult *result)
{
    printf("{\"case\":\"%s\",\"unit\":\"%s\"", result->name, result->unit);
    print_number("atrium", result->atrium);
    if (result->peer == NULL) {
        printf(",\"peer\":null");
    } else {
        printf(",\"peer\":\"%s\"", result->peer);
    }
    print_number("peer_value", result->peer_value);
    print_number("ratio", result->ratio);
    print_number("p99", result->p99);
    if (has_goal(result)) {
        print_number(result->goal > 0 ? "goal" : "goal_most",
                     result->goal > 0 ? result->goal : result->most);
        printf(",\"reached\":%s", is_reached(result) ? "true" : "false");
    }
    for (size_t i = 0; result->extra[i].name != NULL; i++) {
        print_number(result->extra[i].name, result->extra[i].value);
    }
    printf("}\n");
}

static void print_cell(double value, int width)
{
    if (isnan(value)) {
        printf(" %*s", width, "-");
    } else {
        printf(" %*.3f", width, value);
    }
}

/* ">=9 yes": the least ratio, or the most of the figure itself. */
static void print_goal(const BenchResult *result)
{
    if (!has_goal(result)) {
        printf(" %10s", "-");
        return;
    }
    printf(" %s%-4.3g %s",
           result->goal > 0 ? ">=" : "<=", result->goal > 0 ? result->goal : result->most,
           is_reached(result) ? "yes" : " no");
}

static void print_row(const BenchOptions *options, const BenchResult *result)
{
    if (options->reported == 0) {
        printf("%-*s %-5s %10s %10s %10s %8s %10s\n", NAME_WIDTH, "case", "unit", "atrium", "p99",
               "peer", "ratio", "goal");
    }
    printf("%-*s %-5s", NAME_WIDTH, result->name, result->unit);
    print_cell(result->atrium, 10);
    print_cell(result->p99, 10);
    print_cell(result->peer_value, 10);
    print_cell(result->ratio, 8);
    print_goal(result);
    printf(" ");
    for (size_t i = 0; result->extra[i].name != NULL; i++) {
        printf(" %s %.6g", result->extra[i].name, result->extra[i].value);
    }
    printf("\n");
}

void bench_report(BenchOptions *options, const BenchResult *result)
{
    if (options->json) {
        print_json(result);
    } else {
        print_row(options, result);
    }
    options->reported++;
    options->goals += has_goal(result);
    options->reached += has_goal(result) && is_reached(result);
    (void)fflush(stdout);
}

void bench_report_goals(BenchOptions *options, const char *name)
{
    if (options->goals == 0) {
        return;
    }
    if (options->json) {
        printf("{\"case\":\"%s\",\"unit\":\"rows\",\"atrium\":%d,\"peer\":null,\"peer_value\":null,"
               "\"ratio\":null,\"p99\":null,\"goal\":%d}\n",
               name, options->reached, options->goals);
    } else {
        printf("\n%s: %d of %d reached\n", name, options->reached, options->goals);
    }
    (void)fflush(stdout);
}

int bench_fault(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("atrium-bench: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    return 3;
}

uint64_t bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t bench_own_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_percentile(double *values, size_t count, double p)
{
    if (count == 0) {
        return (double)NAN;
    }
    qsort(values, count, sizeof *values, rising);
    const size_t rank = (size_t)ceil(p / 100.0 * (double)count - 1e-9);
    return values[rank > 0 ? rank - 1 : 0];
}

BenchSpread bench_spread(double *values, size_t count)
{
    const double median = bench_percentile(values, count, 50);
    return (BenchSpread){ median, bench_percentile(values, count, 99) };
}
