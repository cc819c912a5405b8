/*
 * The atrium command itself, killed twenty times while it hands in a receipt. Each is then handed
 * in again under the same submission id, as a client does that never heard the answer: what was
 * answered before must be answered again to the letter, every receipt is paid, and none twice.
 */
#define _POSIX_C_SOURCE 200809L

#include <atrium/base.h>

#include "base/random.h"
#include "cmocka_all.h"
#include "scratch_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define KILLS      20
#define USERS      10 /* two receipts each: no rule about haste fires */
#define OUTPUT_MAX 8192
#define SEED       20261120

static const char *const cards[USERS] = {
    "79927398713", "4111111111111111", "5500005555555559", "30569309025904", "6011111111111117",
    "00000000",    "00000018",         "00000026",         "00000034",       "00000042",
};

typedef struct Command {
    pid_t pid;
    int output;
} Command;

static ScratchFolder folder;

/* Starts a program of bin/ with these arguments and --data, its output to a pipe, its errors
 * nowhere. */
static Command start_program(const char *program, const char *const *arguments)
{
    char path[2 * SCRATCH_PATH_MAX];
    char *list[24];
    int count = 0;
    int out[2];
    snprintf(path, sizeof path, "%s/%s", ATR_BIN_DIR, program);
    list[count++] = path;
    for (; arguments[count - 1] != NULL; count++) {
        list[count] = (char *)arguments[count - 1];
    }
    list[count++] = (char *)"--data";
    list[count++] = folder.path;
    list[count] = NULL;
    assert_int_equal(pipe(out), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const int nowhere = open("/dev/null", O_WRONLY);
        dup2(out[1], STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        close(out[0]);
        close(out[1]);
        execv(list[0], list);
        _exit(127);
    }
    close(out[1]);
    return (Command){ pid, out[0] };
}

static Command start(const char *const *arguments)
{
    return start_program("atrium", arguments);
}

/* Hears the command out and waits for it. */
static int finish(Command command, char output[OUTPUT_MAX])
{
    size_t size = 0;
    ssize_t got = 0;
    int result = 0;
    while (size < OUTPUT_MAX - 1 &&
           (got = read(command.output, output + size, OUTPUT_MAX - 1 - size)) > 0) {
        size += (size_t)got;
    }
    output[size] = '\0';
    close(command.output);
    assert_int_equal(waitpid(command.pid, &result, 0), command.pid);
    return result;
}

static void run(const char *const *arguments, int exit_code, char output[OUTPUT_MAX])
{
    const int result = finish(start(arguments), output);
    assert_true(WIFEXITED(result));
    if (WEXITSTATUS(result) != exit_code) {
        fail_msg("%s %s: exit %d: %s", arguments[0], arguments[1], WEXITSTATUS(result), output);
    }
}

#define RUN(exit_code, output, ...)                                                                \
    run((const char *const[]){ __VA_ARGS__, NULL }, (exit_code), (output))

static void receipt_path(int index, char out[2 * SCRATCH_PATH_MAX])
{
    char name[32];
    snprintf(name, sizeof name, "receipt%d", index);
    scratch_folder_file(&folder, name, out, 2 * SCRATCH_PATH_MAX);
}

static void write_file(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void issue_receipts(const char *store)
{
    char output[OUTPUT_MAX];
    char path[2 * SCRATCH_PATH_MAX];
    for (int i = 0; i < KILLS; i++) {
        RUN(0, output, "receipt", "issue", "--store", store, "--amount", "250");
        receipt_path(i, path);
        write_file(path, output);
    }
}

/* The number behind `"name": `, or -1. */
static long field(const char *json, const char *name)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\":", name);
    const char *at = strstr(json, quoted);
    return at != NULL ? strtol(at + strlen(quoted), NULL, 10) : -1;
}

static void sleep_us(uint32_t us)
{
    nanosleep(&(struct timespec){ .tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000 },
              NULL);
}

/* How long handing in takes when nobody kills it: tried with what is no receipt. */
static uint32_t measure_us(void)
{
    static const char not_a_receipt[] = ATR_SOURCE_DIR "/.gitignore";
    char output[OUTPUT_MAX];
    const uint64_t before = atr_clock_monotonic_ns(NULL);
    RUN(1, output, "receipt", "submit", "--json", "--user", "1", not_a_receipt);
    return (uint32_t)((atr_clock_monotonic_ns(NULL) - before) / 1000);
}

/* Hands receipt `index` in until a kill came in time, then once more to the end, whose output is
 * `final`. Returns how often an answer was heard before that; all are the same. */
static int hand_in(int index, atr__Random *random, uint32_t span_us, char final[OUTPUT_MAX])
{
    char path[2 * SCRATCH_PATH_MAX];
    char user[8];
    char id[33];
    char output[OUTPUT_MAX];
    char answer[OUTPUT_MAX] = "";
    int answers = 0;
    bool killed = false;
    snprintf(user, sizeof user, "%d", index % USERS + 1);
    snprintf(id, sizeof id, "%032x", (unsigned)index + 1);
    receipt_path(index, path);
    const char *const submit[] = { "receipt", "submit", "--json", "--user", user,
                                   "--id",    id,       path,     NULL };
    for (int attempt = 0; !killed; attempt++) {
        assert_true(attempt < 50);
        const Command command = start(submit);
        sleep_us(atr__random_u32(random) % (span_us / (uint32_t)(attempt + 1) + 1));
        kill(command.pid, SIGKILL);
        killed = WIFSIGNALED(finish(command, output));
        if (strchr(output, '\n') != NULL) { /* it was said */
            assert_true(answers == 0 || strcmp(answer, output) == 0);
            memcpy(answer, output, sizeof answer);
            answers++;
        }
    }
    run(submit, 0, final);
    assert_true(answers == 0 || strcmp(answer, final) == 0);
    /* under an id of its own the receipt is a second one of the same */
    RUN(1, output, "receipt", "submit", "--json", "--user", user, path);
    assert_non_null(strstr(output, "DUP_EXACT"));
    return answers;
}

static void kill__the_command__pays_each_receipt_once(void **state)
{
    (void)state;
    atr__Random random;
    char output[OUTPUT_MAX];
    long coins = 0;
    int answers = 0;
    assert_true(scratch_folder_make(&folder));
    RUN(0, output, "store", "add", "--store", "S1", "--name", "Palm Books", "--category", "books",
        "--trn", "100000000000003");
    for (int i = 0; i < USERS; i++) {
        RUN(0, output, "user", "add", "--card", cards[i]);
    }
    issue_receipts("S1");
    atr__random_seed(&random, SEED);
    const uint32_t span_us = measure_us() + measure_us(); /* some end before they are killed */
    for (int i = 0; i < KILLS; i++) {
        answers += hand_in(i, &random, span_us, output);
        assert_true(field(output, "coins") > 0);
        coins += field(output, "coins");
    }
    print_message("  %d kills, %d answers before them\n", KILLS, answers);
    RUN(0, output, "ledger", "check", "--json");
    assert_int_equal(field(output, "rows"), KILLS);
    assert_int_equal(field(output, "coins"), coins);
    scratch_folder_remove(&folder);
}

/* ---- The kiosk ------------------------------------------------------------------------------- */

/* A visit: card, receipt `index`, and a screenshot once it shows the coins. */
static Command start_visit(int index)
{
    char receipt[2 * SCRATCH_PATH_MAX];
    char script[2 * SCRATCH_PATH_MAX];
    char text[4 * SCRATCH_PATH_MAX];
    receipt_path(index, receipt);
    scratch_folder_file(&folder, "script", script, sizeof script);
    snprintf(text, sizeof text,
             "wait screen attract\nscan %s\nwait screen scan\nscan @%s\nwait screen accepted\n"
             "shot shown%d\n",
             cards[index % USERS], receipt, index);
    write_file(script, text);
    return start_program("kiosk",
                         (const char *const[]){ "--headless", "--window", "640x360", "--script",
                                                script, "--shots", folder.path, NULL });
}

static bool was_shown(int index)
{
    char name[32];
    char path[2 * SCRATCH_PATH_MAX];
    snprintf(name, sizeof name, "shown%d.png", index);
    scratch_folder_file(&folder, name, path, sizeof path);
    return access(path, F_OK) == 0;
}

/* Kills the visit of receipt `index` at a random moment; true when the coins had been shown. */
static bool kill_visit(int index, atr__Random *random, uint32_t span_us)
{
    char output[OUTPUT_MAX];
    char path[2 * SCRATCH_PATH_MAX];
    const Command visit = start_visit(index);
    sleep_us(atr__random_u32(random) % span_us);
    kill(visit.pid, SIGKILL);
    (void)finish(visit, output);
    RUN(0, output, "ledger", "check", "--json");
    if (!was_shown(index)) {
        return false;
    }
    receipt_path(index, path);
    RUN(1, output, "receipt", "verify", "--json", path); /* its key is used up: it was credited */
    assert_non_null(strstr(output, "DUP_EXACT"));
    return true;
}

/* Hands receipt `index` in by hand; true when nobody was paid for it yet. */
static bool claim_late(int index)
{
    char user[8];
    char path[2 * SCRATCH_PATH_MAX];
    char output[OUTPUT_MAX];
    receipt_path(index, path);
    snprintf(user, sizeof user, "%d", index % USERS + 5); /* the demonstration has four users */
    const int result = finish(
        start((const char *const[]){ "receipt", "submit", "--json", "--user", user, path, NULL }),
        output);
    assert_true(WIFEXITED(result));
    assert_true(WEXITSTATUS(result) == 0 || strstr(output, "DUP_EXACT") != NULL);
    return WEXITSTATUS(result) == 0;
}

static void kill__the_kiosk__credits_what_it_showed_and_nothing_twice(void **state)
{
    (void)state;
    atr__Random random;
    char output[OUTPUT_MAX];
    int shown = 0;
    int late = 0;
    assert_true(scratch_folder_make(&folder));
    for (int i = 0; i < USERS; i++) {
        RUN(0, output, "user", "add", "--demo", "--card", cards[i]);
    }
    issue_receipts("nour");
    RUN(0, output, "ledger", "check", "--json");
    const long rows = field(output, "rows");
    const uint64_t before = atr_clock_monotonic_ns(NULL);
    assert_int_equal(finish(start_visit(0), output), 0); /* to its end: it works at all */
    assert_true(was_shown(0));
    const uint32_t span_us = (uint32_t)((atr_clock_monotonic_ns(NULL) - before) / 1000);
    atr__random_seed(&random, SEED);
    for (int i = 1; i < KILLS; i++) {
        shown += kill_visit(i, &random, span_us) ? 1 : 0;
    }
    shown += kill_visit(0, &random, span_us) ? 1 : 0; /* rejected this time, and shown before */
    for (int i = 0; i < KILLS; i++) {
        late += claim_late(i) ? 1 : 0;
    }
    print_message("  %d kills, %d receipts shown as accepted, %d never stored\n", KILLS, shown,
                  late);
    assert_true(shown + late <= KILLS);
    RUN(0, output, "ledger", "check", "--json");
    assert_int_equal(field(output, "rows"), rows + KILLS);
    scratch_folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kill__the_command__pays_each_receipt_once),
        cmocka_unit_test(kill__the_kiosk__credits_what_it_showed_and_nothing_twice),
    };
    return cmocka_run_group_tests_name("crash: the programs killed", tests, NULL, NULL);
}
