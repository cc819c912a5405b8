/* atrium NOUN VERB: finds the verb, parses its options, runs it, and makes sure that what it
 * printed arrived. */
#define _POSIX_C_SOURCE 200809L

#include "cli.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const CliVerb verbs[] = {
    { "receipt", "issue", NULL, "--store S --amount A [--till T] [--vat V] [--at TIME]",
      "Prints a signed receipt as the till of a store would: one ATR1 line. The till's secret is\n"
      "made on its first receipt, kept in the data folder, and its public key pinned.",
      CLI_BIT(CLI_OPTION_STORE) | CLI_BIT(CLI_OPTION_AMOUNT) | CLI_BIT(CLI_OPTION_TILL) |
          CLI_BIT(CLI_OPTION_VAT) | CLI_BIT(CLI_OPTION_AT),
      CLI_BIT(CLI_OPTION_STORE) | CLI_BIT(CLI_OPTION_AMOUNT), cli_receipt_issue },
    { "receipt", "verify", "FILE|-", "[--json] [--at TIME] [--key FILE]",
      "Judges a receipt without storing anything: its form, its signature, the rules.\n"
      "Exits 0 when it would be accepted, 1 when held or rejected.",
      CLI_BIT(CLI_OPTION_JSON) | CLI_BIT(CLI_OPTION_AT) | CLI_BIT(CLI_OPTION_KEY), 0,
      cli_receipt_verify },
    { "receipt", "submit", "FILE|-", "--user U [--id HEX] [--json]",
      "Hands a receipt in for a user and waits for the decision. Giving the same --id again\n"
      "returns what was decided the first time.\n"
      "Exits 0 when it was accepted, 1 when held or rejected.",
      CLI_BIT(CLI_OPTION_USER) | CLI_BIT(CLI_OPTION_ID) | CLI_BIT(CLI_OPTION_JSON),
      CLI_BIT(CLI_OPTION_USER), cli_receipt_submit },
    { "user", "add", NULL, "--card N [--json]",
      "Adds a user for a card number with a valid check digit and prints the user's number.\n"
      "With --card - the number is read from standard input, where no process list shows it.",
      CLI_BIT(CLI_OPTION_CARD) | CLI_BIT(CLI_OPTION_JSON), CLI_BIT(CLI_OPTION_CARD), cli_user_add },
    { "user", "show", "U", "[--json]", "Shows a user's coins, level, tier and streak.",
      CLI_BIT(CLI_OPTION_JSON), 0, cli_user_show },
    { "store", "add", NULL,
      "--store S --name NAME --category C --trn N [--name-ar NAME]\n"
      "           [--currency AED] [--vat-rate 5] [--hours HH:MM-HH:MM] [--utc-offset +04:00]\n"
      "           [--key FILE --kid K [--till T]] [--replace]",
      "Adds a store, and with --key pins the public key of one of its tills (of any till without\n"
      "--till). Categories: fashion electronics food luxury books sports beauty home.",
      CLI_BIT(CLI_OPTION_STORE) | CLI_BIT(CLI_OPTION_NAME) | CLI_BIT(CLI_OPTION_CATEGORY) |
          CLI_BIT(CLI_OPTION_TRN) | CLI_BIT(CLI_OPTION_NAME_AR) | CLI_BIT(CLI_OPTION_CURRENCY) |
          CLI_BIT(CLI_OPTION_VAT_RATE) | CLI_BIT(CLI_OPTION_HOURS) |
          CLI_BIT(CLI_OPTION_UTC_OFFSET) | CLI_BIT(CLI_OPTION_KEY) | CLI_BIT(CLI_OPTION_KID) |
          CLI_BIT(CLI_OPTION_TILL) | CLI_BIT(CLI_OPTION_REPLACE),
      CLI_BIT(CLI_OPTION_STORE) | CLI_BIT(CLI_OPTION_NAME) | CLI_BIT(CLI_OPTION_CATEGORY) |
          CLI_BIT(CLI_OPTION_TRN),
      cli_store_add },
    { "store", "list", NULL, "[--json]", "Lists the stores of the mall.", CLI_BIT(CLI_OPTION_JSON),
      0, cli_store_list },
    { "ledger", "check", NULL, "[--json]",
      "Sums every user's ledger rows and compares them with the balances, and looks for receipts\n"
      "that were credited twice. Exits 0 when all is balanced, 1 when not.",
      CLI_BIT(CLI_OPTION_JSON), 0, cli_ledger_check },
    { "effect", "list", NULL, "[--json]", "Lists the effects that are built in.",
      CLI_BIT(CLI_OPTION_JSON), 0, cli_effect_list },
    { "doctor", "", NULL, "[--json]",
      "Prints every configuration value and where it came from, and checks the data folder, the\n"
      "database and the fonts. Exits 0 when nothing is broken, 3 when something is.",
      CLI_BIT(CLI_OPTION_JSON), 0, cli_doctor },
};

/* Every verb, or those of one noun. False when it has none. */
static bool print_usage(FILE *out, const char *noun)
{
    bool found = false;
    for (size_t i = 0; i < ATR_COUNT_OF(verbs); i++) {
        const CliVerb *v = &verbs[i];
        if (noun != NULL && strcmp(noun, v->noun) != 0) {
            continue;
        }
        fputs(found ? "" : "usage: atrium NOUN VERB [options]\n\n", out);
        found = true;
        fprintf(out, "  atrium %s%s%s %s%s%s\n", v->noun, v->name[0] == '\0' ? "" : " ", v->name,
                v->synopsis, v->argument == NULL ? "" : " ",
                v->argument == NULL ? "" : v->argument);
    }
    if (found) {
        fputs("\nEvery verb takes --help, --data DIR, --config FILE, --demo and --verbose.\n"
              "exit: 0 done (a verdict: accepted), 1 the answer is no, 2 wrong use, 3 a fault\n",
              out);
    }
    return found;
}

static const CliVerb *find_verb(const char *noun, const char *name)
{
    for (size_t i = 0; i < ATR_COUNT_OF(verbs); i++) {
        if (strcmp(verbs[i].noun, noun) == 0 &&
            (verbs[i].name[0] == '\0' || (name != NULL && strcmp(verbs[i].name, name) == 0))) {
            return &verbs[i];
        }
    }
    return NULL;
}

static CliExit run(int argc, char **argv)
{
    static Cli cli; /* large: it holds the configuration */
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        (void)print_usage(stdout, NULL);
        return CLI_DONE;
    }
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        printf("atrium %s\n", atr_version());
        return CLI_DONE;
    }
    if (argc < 2) {
        (void)print_usage(stderr, NULL);
        return CLI_WRONG_USE;
    }
    if (argc >= 3 && strcmp(argv[2], "--help") == 0 && find_verb(argv[1], NULL) == NULL &&
        print_usage(stdout, argv[1])) {
        return CLI_DONE;
    }
    cli.verb = find_verb(argv[1], argc > 2 ? argv[2] : NULL);
    if (cli.verb == NULL) {
        cli_say(CLI_WRONG_USE, "no such command: %s%s%s", argv[1], argc > 2 ? " " : "",
                argc > 2 ? cli_shown(argv[2]) : "");
        (void)print_usage(stderr, NULL);
        return CLI_WRONG_USE;
    }
    const int skip = cli.verb->name[0] == '\0' ? 1 : 2;
    const CliExit parsed = cli_parse(&cli, argc - skip, argv + skip);
    if (parsed != CLI_DONE) {
        return parsed;
    }
    if (cli.options[CLI_OPTION_HELP] != NULL) {
        cli_print_help(cli.verb);
        return CLI_DONE;
    }
    const CliExit code = cli.verb->run(&cli);
    app_close(&cli.app);
    return code;
}

int main(int argc, char **argv)
{
    /* What is made here is for its owner; a reader that went away is an error, not a death. */
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    CliExit code = run(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        code = cli_say(CLI_FAULT, "standard output could not be written");
    }
    return (int)code;
}
