/* What the suites of atrium-bench share: options, figures, how they are reported. */
#ifndef ATR_BENCH_H
#define ATR_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_ROUNDS 5 /* interleaved with the peer's; the median counts */

typedef struct BenchOptions {
    bool json;
    bool long_run;
    uint64_t seed;
    const char *filter; /* NULL: all */
    int reported;       /* lines so far */
    int goals, reached; /* rows that have one, and those of them that reach it */
} BenchOptions;

/* NAN stands for a figure there is none of. */
typedef struct BenchResult {
    const char *name;
    const char *unit;
    double atrium; /* median */
    double p99;
    const char *peer; /* NULL: none */
    double peer_value;
    double ratio; /* how many times better than the peer */
    double goal;  /* least ratio; 0: none */
    double most;  /* most of `atrium`, where the goal is a figure; 0: none */
    struct {
        const char *name; /* NULL ends the list */
        double value;
    } extra[12]; /* the last stays NULL */
} BenchResult;

typedef struct BenchSpread {
    double median, p99;
} BenchSpread;

/* Whether --filter lets the case through. */
bool bench_wants(const BenchOptions *options, const char *name);

/* Prints one line. */
void bench_report(BenchOptions *options, const BenchResult *result);

/* One line under that name: how many rows have goals and reach them. None when there are none. */
void bench_report_goals(BenchOptions *options, const char *name);

/* Prints on stderr what went wrong; returns 3, the exit code of a fault. */
int bench_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

uint64_t bench_now_ns(void);

/* What the calling thread itself has run. A frame of ten milliseconds loses its processor to others
 * more often than one of a single millisecond, so on a busy machine elapsed time flatters whoever
 * is quick; this does not. */
uint64_t bench_own_ns(void);

/* Nearest rank, p in 0..100; sorts the values. NAN without any. */
double bench_percentile(double *values, size_t count, double p);

/* Sorts the values. */
BenchSpread bench_spread(double *values, size_t count);

/* Suites: each returns 0 or an exit code. */
int bench_effects(BenchOptions *options);
void bench_update(BenchOptions *options);
int bench_runtime(BenchOptions *options); /* parts of suite `effects` */
int bench_paths(BenchOptions *options);
int bench_catalogue(BenchOptions *options);
int bench_frame(BenchOptions *options);
int bench_queue(BenchOptions *options);
int bench_throttle(BenchOptions *options);

#endif
