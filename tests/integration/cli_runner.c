#define _GNU_SOURCE

#include "cli_runner.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 40
#define NOBODY        65534

char cli_folder[256];

static const char *input;
static const char *environment;
static bool as_nobody;

int cli_set_up(void **state)
{
    (void)state;
    const char *root = getenv("TMPDIR");
    snprintf(cli_folder, sizeof cli_folder, "%s/atrium-cli.XXXXXX", root == NULL ? "/tmp" : root);
    if (mkdtemp(cli_folder) == NULL || chmod(cli_folder, 0755) != 0) {
        return -1;
    }
    input = NULL;
    environment = NULL;
    as_nobody = false;
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

int cli_tear_down(void **state)
{
    (void)state;
    return nftw(cli_folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *cli_path(const char *name)
{
    static char paths[4][512];
    static int next;
    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/%s", cli_folder,
             name[0] == '@' ? name + 1 : name);
    return paths[next];
}

void cli_write_file(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(cli_path(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(cli_path(name), 0644), 0);
}

void cli_set_input(const char *text)
{
    input = text;
}

void cli_set_environment(const char *assignment)
{
    environment = assignment;
}

bool cli_become_nobody(bool yes)
{
    /* Where the tests run as an ordinary user, permissions count already. */
    as_nobody = yes && geteuid() == 0;
    return !as_nobody || access(ATR_BIN_DIR "/atrium", X_OK) == 0;
}

static void read_back(const char *name, char out[CLI_OUTPUT_MAX])
{
    FILE *file = fopen(cli_path(name), "rb");
    assert_non_null(file);
    const size_t size = fread(out, 1, CLI_OUTPUT_MAX - 1, file);
    out[size] = '\0';
    fclose(file);
}

static void redirect(const char *path, int flags, int to)
{
    const int fd = open(path, flags, 0644);
    if (fd < 0 || dup2(fd, to) < 0) {
        _exit(126);
    }
    close(fd);
}

static void become_child(char **arguments, const char *paths[3])
{
    redirect(paths[0], O_RDONLY, 0);
    redirect(paths[1], O_WRONLY | O_CREAT | O_TRUNC, 1);
    redirect(paths[2], O_WRONLY | O_CREAT | O_TRUNC, 2);
    unsetenv("ATRIUM_DATA");
    unsetenv("ATRIUM_CONFIG");
    if (environment != NULL) {
        putenv(strdup(environment));
    }
    /* Opened first: the checkout may lie where nobody may look, as in root's home. */
    const int program = open(ATR_BIN_DIR "/atrium", O_RDONLY | O_CLOEXEC);
    if (as_nobody && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)) {
        _exit(126);
    }
    fexecve(program, arguments, environ);
    _exit(127);
}

void cli_run(CliRun *run, const char *const *list)
{
    static char expanded[ARGUMENTS_MAX][512];
    char *arguments[ARGUMENTS_MAX + 4] = { "atrium" };
    int count = 1;
    bool data_named = false;
    for (size_t i = 0; list[i] != NULL; i++) {
        const char *text = list[i][0] == '@' ? cli_path(list[i]) : list[i];
        assert_true(count < ARGUMENTS_MAX);
        data_named = data_named || strcmp(list[i], "--data") == 0;
        snprintf(expanded[count], sizeof expanded[count], "%s", text);
        arguments[count] = expanded[count];
        count++;
    }
    if (!data_named && count > 1 && arguments[1][0] != '-') {
        snprintf(expanded[0], sizeof expanded[0], "%s", cli_path("data"));
        arguments[count++] = "--data";
        arguments[count++] = expanded[0];
    }
    cli_write_file("stdin", input == NULL ? "" : input, input == NULL ? 0 : strlen(input));
    const char *paths[3] = { cli_path("stdin"), cli_path("stdout"), cli_path("stderr") };
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        become_child(arguments, paths);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        assert_int_equal(errno, EINTR);
    }
    run->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    read_back("stdout", run->out);
    read_back("stderr", run->err);
    input = NULL;
    environment = NULL;
}

json_t *cli_json(const CliRun *run)
{
    json_error_t error;
    json_t *value = json_loads(run->out, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL) {
        print_error("%s\n%s\n", error.text, run->out);
    }
    assert_non_null(value);
    return value;
}

static const json_t *at_path(const json_t *object, const char *path)
{
    char name[64];
    const char *dot = strchr(path, '.');
    const size_t length = dot == NULL ? strlen(path) : (size_t)(dot - path);
    snprintf(name, sizeof name, "%.*s", (int)length, path);
    const json_t *value = json_object_get(object, name);
    assert_non_null(value);
    return dot == NULL ? value : at_path(value, dot + 1);
}

const char *cli_text(const json_t *object, const char *path)
{
    const char *text = json_string_value(at_path(object, path));
    return text == NULL ? "" : text;
}

json_int_t cli_number(const json_t *object, const char *path)
{
    const json_t *value = at_path(object, path);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

bool cli_has_reason(const json_t *verdict, const char *code)
{
    const json_t *reasons = json_object_get(verdict, "reasons");
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        if (strcmp(cli_text(json_array_get(reasons, i), "code"), code) == 0) {
            return true;
        }
    }
    return false;
}
