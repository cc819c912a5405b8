/* One line for each case: a JSON object, or a row of a table. */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool bench_wants(const BenchOptions *options, const char *name)
{
    return options->filter == NULL || strstr(name, options->filter) != NULL;
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

static void print_row(const BenchOptions *options, const BenchResult *result)
{
    if (options->reported == 0) {
        printf("%-52s %-5s %10s %10s %10s %8s  %s\n", "case", "unit", "atrium", "p99", "peer",
               "ratio", "");
    }
    printf("%-52s %-5s", result->name, result->unit);
    print_cell(result->atrium, 10);
    print_cell(result->p99, 10);
    print_cell(result->peer_value, 10);
    print_cell(result->ratio, 8);
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
