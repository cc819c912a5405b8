/* Opens what a verb works on: the data folder with its configuration, and input files within
 * bounds. */
#define _POSIX_C_SOURCE 200809L

#include "mall.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void print_log(void *user, atr_LogLevel level, const char *module, const char *text)
{
    static const char *const names[] = { "debug", "info", "warning", "error" };
    (void)user;
    fprintf(stderr, "atrium: %s: %s: %s\n", names[level], module, text);
}

AppConfigSources cli_sources(const Cli *cli)
{
    return (AppConfigSources){ .data = cli->options[CLI_OPTION_DATA],
                               .config_file = cli->options[CLI_OPTION_CONFIG] };
}

bool cli_open(Cli *cli, bool must_exist, CliExit *code)
{
    static AppConfig config; /* large */
    static App app;
    const AppConfigSources sources = cli_sources(cli);
    atr_Error error = { .line = 0 };
    atr_Status st = app_config_load(&sources, &config, &error);
    if (st != ATR_OK) {
        cli_fail(st, &error);
        *code = st == ATR_ERR_FORMAT ? CLI_WRONG_USE : CLI_FAULT;
        return false;
    }
    const AppDesc desc = {
        .config = &config,
        .demo = cli->options[CLI_OPTION_DEMO] != NULL,
        .must_exist = must_exist && cli->options[CLI_OPTION_DEMO] == NULL,
        .log = { cli->options[CLI_OPTION_VERBOSE] != NULL ? print_log : NULL, NULL, ATR_LOG_DEBUG },
    };
    st = app_open(&desc, &app, &error);
    if (st != ATR_OK) {
        cli_fail(st, &error);
        *code = CLI_FAULT;
        return false;
    }
    cli->app = &app;
    *code = CLI_DONE;
    return true;
}

bool cli_read(const char *file, char *out, size_t capacity, size_t *size)
{
    const bool standard = strcmp(file, "-") == 0;
    struct stat info;
    FILE *input = standard ? stdin : fopen(file, "rb");
    *size = 0;
    if (input == NULL) {
        cli_say(CLI_FAULT, "%s: expected a file that can be read: %s", file,
                errno == ENOENT ? "there is none" : "not permitted");
        return false;
    }
    bool good = true;
    if (fstat(fileno(input), &info) == 0 && S_ISDIR(info.st_mode)) {
        good = false;
        cli_say(CLI_FAULT, "%s: expected a file, found a folder", file);
    } else {
        *size = fread(out, 1, capacity, input);
        if (ferror(input) != 0) {
            good = false;
            cli_say(CLI_FAULT, "%s: reading failed", file);
        }
    }
    if (!standard) {
        fclose(input);
    }
    return good;
}
