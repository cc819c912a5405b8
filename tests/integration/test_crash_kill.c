/*
 * A real process, killed again and again while it hands in receipts. What it had acknowledged must
 * be there, and nothing is paid twice: checked after each kill, every other time only after the
 * next process has begun to take up what was left, and was killed over that.
 */
#define _POSIX_C_SOURCE 200809L

#include "base/random.h"
#include "crash_driver.h"
#include "mall_checker.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define KILLS 20
#define SEED  20261120

typedef struct Child {
    pid_t pid;
    FILE *says;
    int stdin_fd;
} Child;

static Promises promises;

static Child spawn(const char *folder, unsigned run, bool acknowledges_first)
{
    int out[2];
    int in[2];
    char number[16];
    char *const arguments[] = { (char *)"test_crash_kill", (char *)folder, number,
                                (char *)(acknowledges_first ? "fault" : "good"), NULL };
    snprintf(number, sizeof number, "%u", run);
    assert_int_equal(pipe(out), 0);
    assert_int_equal(pipe(in), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[0]);
        close(in[1]);
        close(out[0]);
        close(out[1]);
        execv("/proc/self/exe", arguments);
        _exit(127);
    }
    close(out[1]);
    close(in[0]);
    const Child child = { pid, fdopen(out[0], "r"), in[1] };
    assert_non_null(child.says);
    return child;
}

static bool parse_id(const char *hex, atr_Id128 *out)
{
    for (size_t i = 0; i < sizeof out->bytes; i++) {
        unsigned byte = 0;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) {
            return false;
        }
        out->bytes[i] = (uint8_t)byte;
    }
    return true;
}

/* Takes down one line; false at the end of what the child said. */
static bool listen_once(Child *child)
{
    char line[160];
    if (fgets(line, sizeof line, child->says) == NULL) {
        return false;
    }
    atr_Id128 id;
    assert_non_null(strchr(line, '\n'));
    assert_true(parse_id(line + 2, &id));
    const char *rest = line + 2 + 2 * sizeof id.bytes;
    Promise *promise = NULL;
    if (line[0] == 'A') {
        promise = promises_add(&promises, &id, (uint32_t)strtoul(rest, NULL, 10));
        assert_non_null(promise);
        return true;
    }
    promise = promises_find(&promises, &id);
    assert_non_null(promise);
    if (line[0] == 'S') {
        promise->saved = true;
    } else {
        int outcome = -1;
        assert_int_equal(sscanf(rest, " %d %" SCNd64, &outcome, &promise->coins), 2);
        promise->outcome = (atr_Outcome)outcome;
        promise->answered = true;
    }
    return true;
}

/* Kills the child after `lines` lines and `wait_us` more, and hears out what it still said. */
static void kill_after(Child *child, uint32_t lines, uint32_t wait_us)
{
    for (uint32_t i = 0; i < lines && listen_once(child); i++) {
    }
    /* The moment itself is what is being tried out: no event to wait for. */
    nanosleep(&(struct timespec){ .tv_nsec = (long)wait_us * 1000 }, NULL);
    assert_int_equal(kill(child->pid, SIGKILL), 0);
    while (listen_once(child)) {
    }
    int result = 0;
    assert_int_equal(waitpid(child->pid, &result, 0), child->pid);
    assert_true(WIFSIGNALED(result)); /* it had not ended by itself */
    assert_int_equal(WTERMSIG(result), SIGKILL);
    fclose(child->says);
    close(child->stdin_fd);
}

static uint32_t saved_count(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < promises.count; i++) {
        count += promises.list[i].saved ? 1 : 0;
    }
    return count;
}

static void kill__at_twenty_moments__keeps_every_promise(void **state)
{
    (void)state;
    ScratchFolder folder = { "" };
    char path[2 * SCRATCH_PATH_MAX];
    char said[256];
    TestClock clock;
    atr__Random random;
    assert_true(scratch_folder_make(&folder));
    crash_driver_prepare(folder.path);
    crash_driver_path(folder.path, path, sizeof path);
    atr__random_seed(&random, SEED);
    promises.count = 0;
    for (unsigned run = 0; run < KILLS; run++) {
        Child child = spawn(folder.path, run, false);
        const uint32_t lines = atr__random_u32(&random) % 100;
        const uint32_t wait_us = atr__random_u32(&random) % 3000;
        kill_after(&child, lines, wait_us);
        atomic_store(&clock.now_ns, (unsigned long long)atr_clock_utc_ms(NULL) * 1000000u);
        if (!checker_check(path, &clock, &promises, run % 2 == 1, said, sizeof said)) {
            fail_msg("kill %u, after %u lines and %u us: %s", run, (unsigned)lines,
                     (unsigned)wait_us, said);
        }
    }
    print_message("  %u kills, %u handed in, %u acknowledged\n", KILLS, (unsigned)promises.count,
                  (unsigned)saved_count());
    assert_true(saved_count() >= KILLS);
    assert_true(checker_check(path, &clock, &promises, true, said, sizeof said));
    scratch_folder_remove(&folder);
}

static void fault__acknowledged_before_stored__is_caught(void **state)
{
    (void)state;
    ScratchFolder folder = { "" };
    char path[2 * SCRATCH_PATH_MAX];
    char said[256];
    TestClock clock;
    assert_true(scratch_folder_make(&folder));
    crash_driver_prepare(folder.path);
    crash_driver_path(folder.path, path, sizeof path);
    promises.count = 0;
    Child child = spawn(folder.path, 0, true);
    kill_after(&child, 2, 0); /* handed in, "saved" */
    assert_int_equal(saved_count(), 1);
    atomic_store(&clock.now_ns, (unsigned long long)atr_clock_utc_ms(NULL) * 1000000u);
    assert_false(checker_check(path, &clock, &promises, true, said, sizeof said));
    print_message("  %s\n", said);
    assert_non_null(strstr(said, "lost"));
    scratch_folder_remove(&folder);
}

int main(int argc, char **argv)
{
    if (argc == 4) {
        return crash_driver_main(argv[1], (unsigned)strtoul(argv[2], NULL, 10),
                                 strcmp(argv[3], "fault") == 0);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kill__at_twenty_moments__keeps_every_promise),
        cmocka_unit_test(fault__acknowledged_before_stored__is_caught),
    };
    return cmocka_run_group_tests_name("crash: killed", tests, NULL, NULL);
}
