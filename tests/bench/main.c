/* atrium-bench: measures atrium beside its peers in one run. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    const char *what;
    int (*run)(BenchOptions *options);
} suites[] = {
#ifdef ATR_BENCH_HAS_MALL
    { "frame", "whole frames with effects, overlay and receipts on workers (60 s)", bench_frame },
#endif
    { "effects", "sprites beside SDL_RenderCopyF, the runtime, and each effect", bench_effects },
    { "queue", "pushes into the render queue, beside SDL's, GLib's and Concurrency Kit's",
      bench_queue },
    { "throttle", "frames over budget beside no throttle, a cap and AIMD, by importance",
      bench_throttle },
};

#define SUITES (sizeof suites / sizeof suites[0])

static void usage(FILE *to)
{
    (void)fputs("usage: atrium-bench SUITE [--json] [--seed N] [--filter TEXT] [--long]\n\n", to);
    for (size_t i = 0; i < SUITES; i++) {
        (void)fprintf(to, "  %-10s %s\n", suites[i].name, suites[i].what);
    }
    (void)fputs(
        "\n  --json         one object a line\n"
        "  --seed N       where chance plays; default 1\n"
        "  --filter TEXT  only cases whose name contains it\n"
        "  --long         more rounds\n"
        "\nIn effects/update both sides age 10,000 particles, find those whose life is over and\n"
        "begin it anew, move, turn and flip frames; in update/shown also write them out.\n"
        "\nFigures are of this machine in this minute: compare ratios, not machines.\n",
        to);
}

static int wrong_use(const char *text)
{
    (void)fprintf(stderr, "atrium-bench: %s\n\n", text);
    usage(stderr);
    return 2;
}

static bool read_seed(const char *text, uint64_t *out)
{
    char *end = NULL;
    *out = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0';
}

int main(int argc, char **argv)
{
    BenchOptions options = { .seed = 1 };
    const char *suite = NULL;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--help") == 0) {
            usage(stdout);
            return 0;
        }
        if (strcmp(argv[i], "--json") == 0) {
            options.json = true;
        } else if (strcmp(argv[i], "--long") == 0) {
            options.long_run = true;
        } else if (strcmp(argv[i], "--seed") == 0) {
            if (value == NULL || !read_seed(value, &options.seed)) {
                return wrong_use("--seed: expected a number");
            }
            i++;
        } else if (strcmp(argv[i], "--filter") == 0) {
            if (value == NULL) {
                return wrong_use("--filter: expected a text");
            }
            options.filter = value;
            i++;
        } else if (argv[i][0] == '-' || suite != NULL) {
            return wrong_use("expected one suite and flags");
        } else {
            suite = argv[i];
        }
    }
    for (size_t i = 0; suite != NULL && i < SUITES; i++) {
        if (strcmp(suite, suites[i].name) == 0) {
            const int code = suites[i].run(&options);
            if (code == 0 && options.reported == 0) {
                return wrong_use("no case of this suite matches --filter");
            }
            return code;
        }
    }
    return wrong_use(suite == NULL ? "expected a suite" : "unknown suite");
}
