/* Command line options through getopt_long, with messages that name the option. */
#define _GNU_SOURCE /* getopt_long */

#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    bool takes_value;
} option_names[CLI_OPTION_COUNT] = {
    [CLI_OPTION_DATA] = { "data", true },
    [CLI_OPTION_CONFIG] = { "config", true },
    [CLI_OPTION_DEMO] = { "demo", false },
    [CLI_OPTION_VERBOSE] = { "verbose", false },
    [CLI_OPTION_HELP] = { "help", false },
    [CLI_OPTION_JSON] = { "json", false },
    [CLI_OPTION_AMOUNT] = { "amount", true },
    [CLI_OPTION_ASSETS] = { "assets", true },
    [CLI_OPTION_AT] = { "at", true },
    [CLI_OPTION_CARD] = { "card", true },
    [CLI_OPTION_CATEGORY] = { "category", true },
    [CLI_OPTION_CURRENCY] = { "currency", true },
    [CLI_OPTION_DARK] = { "dark", false },
    [CLI_OPTION_FPS] = { "fps", true },
    [CLI_OPTION_FRAMES] = { "frames", true },
    [CLI_OPTION_HOURS] = { "hours", true },
    [CLI_OPTION_ID] = { "id", true },
    [CLI_OPTION_KEY] = { "key", true },
    [CLI_OPTION_KID] = { "kid", true },
    [CLI_OPTION_LIGHT] = { "light", false },
    [CLI_OPTION_NAME] = { "name", true },
    [CLI_OPTION_NAME_AR] = { "name-ar", true },
    [CLI_OPTION_OUT] = { "out", true },
    [CLI_OPTION_PLACE] = { "place", true },
    [CLI_OPTION_REPLACE] = { "replace", false },
    [CLI_OPTION_SEED] = { "seed", true },
    [CLI_OPTION_SHEET] = { "sheet", true },
    [CLI_OPTION_SIZE] = { "size", true },
    [CLI_OPTION_STORE] = { "store", true },
    [CLI_OPTION_TILL] = { "till", true },
    [CLI_OPTION_TRN] = { "trn", true },
    [CLI_OPTION_USER] = { "user", true },
    [CLI_OPTION_UTC_OFFSET] = { "utc-offset", true },
    [CLI_OPTION_VAT] = { "vat", true },
    [CLI_OPTION_VAT_RATE] = { "vat-rate", true },
};

#define COMMON_OPTIONS                                                                             \
    (CLI_BIT(CLI_OPTION_DATA) | CLI_BIT(CLI_OPTION_CONFIG) | CLI_BIT(CLI_OPTION_DEMO) |            \
     CLI_BIT(CLI_OPTION_VERBOSE) | CLI_BIT(CLI_OPTION_HELP))

void cli_print_synopsis(FILE *out, const CliVerb *verb)
{
    fprintf(out, "usage: atrium %s%s%s %s%s%s\n", verb->noun, verb->name[0] == '\0' ? "" : " ",
            verb->name, verb->synopsis, verb->argument == NULL ? "" : " ",
            verb->argument == NULL ? "" : verb->argument);
}

static void print_folder_options(void)
{
    puts("  --data DIR     data folder; default ATRIUM_DATA, else ~/.local/share/atrium\n"
         "  --config FILE  configuration; default ATRIUM_CONFIG, else atrium.ini in the data "
         "folder\n"
         "  --demo         a data folder made now becomes a demonstration, with stores and cards\n"
         "  --verbose      print what the library logs to standard error");
}

void cli_print_help(const CliVerb *verb)
{
    cli_print_synopsis(stdout, verb);
    printf("\n%s\n\n", verb->help);
    if ((verb->options & CLI_BIT(CLI_OPTION_AT)) != 0) {
        puts("  --at TIME      RFC 3339, 2026-11-20T13:00:00Z; default now");
    }
    if ((verb->options & CLI_BIT(CLI_OPTION_KEY)) != 0) {
        puts("  --key FILE     public key: SubjectPublicKeyInfo as PEM, DER or hexadecimal");
    }
    if (strcmp(verb->noun, "effect") != 0) {
        print_folder_options();
    }
    puts("exit: 0 done (a verdict: accepted), 1 the answer is no, 2 wrong use, 3 a fault");
}

CliExit cli_wrong_use(const Cli *cli, const char *format, ...)
{
    va_list arguments;
    fputs("atrium: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    cli_print_synopsis(stderr, cli->verb);
    return CLI_WRONG_USE;
}

/* getopt names short options by their letter; this command has none. */
static CliExit refuse_option(const Cli *cli, int got, const char *last)
{
    const char letter[] = { '-', (char)optopt, '\0' };
    const bool is_short = optopt > 0 && optopt < 256;
    char name[64]; /* without its value, which may be a card number */
    snprintf(name, sizeof name, "%.*s", (int)strcspn(last, "="), last);
    const char *shown = is_short ? letter : name;
    return got == ':' ? cli_wrong_use(cli, "%s needs a value", shown)
                      : cli_wrong_use(cli, "unknown option '%s'", shown);
}

static bool takes_several(const CliVerb *verb)
{
    const size_t length = verb->argument == NULL ? 0 : strlen(verb->argument);
    return length >= 3 && strcmp(verb->argument + length - 3, "...") == 0;
}

static CliExit check_given(Cli *cli, int count, char **rest)
{
    if (cli->options[CLI_OPTION_HELP] != NULL) {
        return CLI_DONE;
    }
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        if ((cli->verb->required & CLI_BIT(i)) != 0 && cli->options[i] == NULL) {
            return cli_wrong_use(cli, "--%s is required", option_names[i].name);
        }
    }
    if (cli->verb->argument == NULL && count > 0) {
        return cli_wrong_use(cli, "unexpected argument '%s'", cli_shown(rest[0]));
    }
    if (cli->verb->argument != NULL && count == 0) {
        return cli_wrong_use(cli, "%s is required", cli->verb->argument);
    }
    if (count > 1 && !takes_several(cli->verb)) {
        return cli_wrong_use(cli, "unexpected argument '%s'", cli_shown(rest[1]));
    }
    cli->argument = count > 0 ? rest[0] : NULL;
    cli->arguments = rest;
    cli->argument_count = count;
    return CLI_DONE;
}

CliExit cli_parse(Cli *cli, int argc, char **argv)
{
    struct option table[CLI_OPTION_COUNT + 1] = { 0 };
    size_t used = 0;
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        if (((cli->verb->options | COMMON_OPTIONS) & CLI_BIT(i)) != 0) {
            table[used++] = (struct option){
                .name = option_names[i].name,
                .has_arg = option_names[i].takes_value ? required_argument : no_argument,
                .val = 256 + i,
            };
        }
    }
    opterr = 0;
    for (;;) {
        const int got =
            getopt_long(argc, argv, ":", table, NULL); /* NOLINT(concurrency-mt-unsafe) */
        if (got == -1) {
            break;
        }
        if (got < 256) {
            return refuse_option(cli, got, argv[optind - 1]);
        }
        const int option = got - 256;
        if (cli->options[option] != NULL) {
            return cli_wrong_use(cli, "--%s is given twice", option_names[option].name);
        }
        cli->options[option] = optarg == NULL ? "" : optarg;
    }
    return check_given(cli, argc - optind, argv + optind);
}

bool cli_option_number(const Cli *cli, CliOption option, int64_t low, int64_t high,
                       int64_t otherwise, int64_t *out)
{
    const char *text = cli->options[option];
    *out = otherwise;
    if (text == NULL) {
        return true;
    }
    char *end = NULL;
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    if (text[0] == '\0' || *end != '\0' || errno != 0 || value < low || value > high) {
        (void)cli_wrong_use(
            cli, "--%s: expected a whole number from %" PRId64 " to %" PRId64 ", found '%s'",
            option_names[option].name, low, high, cli_shown(text));
        return false;
    }
    *out = value;
    return true;
}
