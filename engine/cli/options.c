/* Command line options through getopt_long, with messages that name the option, and the small
 * values options carry: amounts, times, ids. */
#define _GNU_SOURCE /* getopt_long, timegm */

#include "cli.h"

#include <sodium.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    [CLI_OPTION_AT] = { "at", true },
    [CLI_OPTION_CARD] = { "card", true },
    [CLI_OPTION_CATEGORY] = { "category", true },
    [CLI_OPTION_CURRENCY] = { "currency", true },
    [CLI_OPTION_HOURS] = { "hours", true },
    [CLI_OPTION_ID] = { "id", true },
    [CLI_OPTION_KEY] = { "key", true },
    [CLI_OPTION_KID] = { "kid", true },
    [CLI_OPTION_NAME] = { "name", true },
    [CLI_OPTION_NAME_AR] = { "name-ar", true },
    [CLI_OPTION_REPLACE] = { "replace", false },
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

static void print_synopsis(FILE *out, const CliVerb *verb)
{
    fprintf(out, "usage: atrium %s%s%s %s%s%s\n", verb->noun, verb->name[0] == '\0' ? "" : " ",
            verb->name, verb->synopsis, verb->argument == NULL ? "" : " ",
            verb->argument == NULL ? "" : verb->argument);
}

void cli_print_help(const CliVerb *verb)
{
    print_synopsis(stdout, verb);
    printf("\n%s\n\n", verb->help);
    if ((verb->options & CLI_BIT(CLI_OPTION_AT)) != 0) {
        puts("  --at TIME      RFC 3339, 2026-11-20T13:00:00Z; default now");
    }
    if ((verb->options & CLI_BIT(CLI_OPTION_KEY)) != 0) {
        puts("  --key FILE     public key: SubjectPublicKeyInfo as PEM, DER or hexadecimal");
    }
    puts("  --data DIR     data folder; default ATRIUM_DATA, else ~/.local/share/atrium\n"
         "  --config FILE  configuration; default ATRIUM_CONFIG, else atrium.ini in the data "
         "folder\n"
         "  --demo         a data folder made now becomes a demonstration, with stores and cards\n"
         "  --verbose      print what the library logs to standard error\n"
         "exit: 0 done (a verdict: accepted), 1 the answer is no, 2 wrong use, 3 a fault");
}

const char *cli_shown(const char *text)
{
    return atr_card_is_valid(text) ? "a card number" : text;
}

static CliExit wrong_use(const Cli *cli, const char *format, const char *what)
{
    fputs("atrium: ", stderr);
    /* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): one of the literals below */
    fprintf(stderr, format, what);
    fputc('\n', stderr);
    print_synopsis(stderr, cli->verb);
    return CLI_WRONG_USE;
}

/* getopt names short options by their letter; this command has none. */
static CliExit refuse_option(const Cli *cli, int got, const char *last)
{
    const char letter[] = { '-', (char)optopt, '\0' };
    const bool is_short = optopt > 0 && optopt < 256;
    char name[64]; /* without its value, which may be a card number */
    snprintf(name, sizeof name, "%.*s", (int)strcspn(last, "="), last);
    return wrong_use(cli, got == ':' ? "%s needs a value" : "unknown option '%s'",
                     is_short ? letter : name);
}

static CliExit check_given(Cli *cli, int count, char **rest)
{
    if (cli->options[CLI_OPTION_HELP] != NULL) {
        return CLI_DONE;
    }
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        if ((cli->verb->required & CLI_BIT(i)) != 0 && cli->options[i] == NULL) {
            return wrong_use(cli, "--%s is required", option_names[i].name);
        }
    }
    if (cli->verb->argument == NULL && count > 0) {
        return wrong_use(cli, "unexpected argument '%s'", cli_shown(rest[0]));
    }
    if (cli->verb->argument != NULL && count == 0) {
        return wrong_use(cli, "%s is required", cli->verb->argument);
    }
    if (count > 1) {
        return wrong_use(cli, "unexpected argument '%s'", cli_shown(rest[1]));
    }
    cli->argument = count == 1 ? rest[0] : NULL;
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
            return wrong_use(cli, "--%s is given twice", option_names[option].name);
        }
        cli->options[option] = optarg == NULL ? "" : optarg;
    }
    cli->sources = (AppConfigSources){ .data = cli->options[CLI_OPTION_DATA],
                                       .config_file = cli->options[CLI_OPTION_CONFIG] };
    return check_given(cli, argc - optind, argv + optind);
}

/* ---- Values ---------------------------------------------------------------------------------- */

bool cli_parse_amount(const char *text, int64_t *out)
{
    int64_t value = 0;
    int digits = 0;
    int decimals = -1;
    for (; *text != '\0'; text++) {
        if (*text == '.' && decimals < 0 && digits > 0) {
            decimals = 0;
        } else if (*text >= '0' && *text <= '9' && decimals < 2 && digits < 13) {
            value = value * 10 + (*text - '0');
            digits++;
            decimals += decimals >= 0;
        } else {
            return false;
        }
    }
    if (digits == 0 || decimals == 0 || (decimals < 0 && digits > 11)) {
        return false;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 2; i++) {
        value *= 10;
    }
    *out = value;
    return true;
}

bool cli_parse_time(const char *text, int64_t *out)
{
    struct tm parts = { 0 };
    char sign[2] = ""; /* the conversion ends it with a zero */
    int hours = 0;
    int minutes = 0;
    int end = 0;
    /* Widths bound every number; %n says whether the text ended where it should. */
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
               &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &end) != 6 ||
        end != 19) {
        return false;
    }
    const char *zone = text + end;
    if (strcmp(zone, "Z") != 0) {
        int length = 0;
        if (sscanf(zone, "%1[+-]%2d:%2d%n", sign, &hours, &minutes, &length) != 3 || length != 6 ||
            zone[6] != '\0' || hours > 23 || minutes > 59) {
            return false;
        }
    }
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    const struct tm asked = parts;
    const time_t time = timegm(&parts);
    /* A date that is in no calendar comes back as another. */
    if (parts.tm_mon != asked.tm_mon || parts.tm_mday != asked.tm_mday ||
        parts.tm_hour != asked.tm_hour || parts.tm_min != asked.tm_min ||
        parts.tm_sec != asked.tm_sec) {
        return false;
    }
    const int64_t offset = hours * INT64_C(3600) + minutes * INT64_C(60);
    *out = (int64_t)time - (sign[0] == '-' ? -offset : offset);
    return true;
}

bool cli_parse_user(const char *text, atr_UserId *out)
{
    uint64_t value = 0;
    if (text[0] == '\0' || strlen(text) > 18) {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *out = value;
    return value != 0;
}

bool cli_parse_id(const char *text, atr_Id128 *out)
{
    size_t size = 0;
    const char *end = NULL;
    return sodium_hex2bin(out->bytes, sizeof out->bytes, text, strlen(text), NULL, &size, &end) ==
               0 &&
           size == sizeof out->bytes && *end == '\0' && !sodium_is_zero(out->bytes, size);
}
