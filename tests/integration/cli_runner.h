/* Runs the real atrium binary on a folder of its own and keeps what it printed. */
#ifndef ATR_TEST_CLI_RUNNER_H
#define ATR_TEST_CLI_RUNNER_H

#include "cmocka_all.h"

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>

#define CLI_OUTPUT_MAX 65536

typedef struct CliRun {
    int code;                 /* exit code; -1 when it died of a signal */
    char out[CLI_OUTPUT_MAX]; /* standard output */
    char err[CLI_OUTPUT_MAX]; /* standard error */
} CliRun;

/* The test's own folder, made by cli_set_up and removed by cli_tear_down. */
extern char cli_folder[256];

int cli_set_up(void **state);
int cli_tear_down(void **state);

/* Runs `atrium` with arguments, a list that ends with NULL; "@name" stands for a file in the test's
 * folder. The data folder is "@data" unless --data is among them. */
void cli_run(CliRun *run, const char *const *list);

/* Standard input of the next run; NULL: empty. Borrowed until that run. */
void cli_set_input(const char *text);

/* The next runs are made by a user who owns nothing; false where that is not possible. */
bool cli_become_nobody(bool yes);

/* Environment of the next run only: "NAME=value". Borrowed until that run. */
void cli_set_environment(const char *assignment);

/* Runs, expects this code, and prints both outputs otherwise. */
#define cli_expect(run, expected, ...)                                                             \
    do {                                                                                           \
        cli_run(run, (const char *const[]){ __VA_ARGS__, NULL });                                  \
        if ((run)->code != (expected)) {                                                           \
            print_error("exit %d\n%s\n%s\n", (run)->code, (run)->out, (run)->err);                 \
        }                                                                                          \
        assert_int_equal((run)->code, expected);                                                   \
    } while (0)

/* The path of "@name"; static, valid until the next call but three. */
const char *cli_path(const char *name);

void cli_write_file(const char *name, const void *bytes, size_t size);

/* Parses the run's output; the caller frees it. Fails the test when it is no JSON. */
json_t *cli_json(const CliRun *run);

/* "a.b" of an object as text; "" when absent or null. */
const char *cli_text(const json_t *object, const char *path);
json_int_t cli_number(const json_t *object, const char *path);

/* Whether `reasons` of a verdict hold this code. */
bool cli_has_reason(const json_t *verdict, const char *code);

#endif
