/* The atrium command: nouns and verbs in one table, each verb one function in the file of its noun.
 *
 * Exit codes: 0 done (a verdict: accepted), 1 the answer is no, 2 wrong use, 3 a fault. What was
 * asked for goes to standard output, everything else to standard error. */
#ifndef ATR_CLI_H
#define ATR_CLI_H

#include "app/app.h"

#include <jansson.h>

typedef enum CliExit { CLI_DONE = 0, CLI_NO = 1, CLI_WRONG_USE = 2, CLI_FAULT = 3 } CliExit;

typedef enum CliOption {
    CLI_OPTION_DATA = 0, /* the first five belong to every verb */
    CLI_OPTION_CONFIG,
    CLI_OPTION_DEMO,
    CLI_OPTION_VERBOSE,
    CLI_OPTION_HELP,
    CLI_OPTION_JSON,
    CLI_OPTION_AMOUNT,
    CLI_OPTION_AT,
    CLI_OPTION_CARD,
    CLI_OPTION_CATEGORY,
    CLI_OPTION_CURRENCY,
    CLI_OPTION_HOURS,
    CLI_OPTION_ID,
    CLI_OPTION_KEY,
    CLI_OPTION_KID,
    CLI_OPTION_NAME,
    CLI_OPTION_NAME_AR,
    CLI_OPTION_REPLACE,
    CLI_OPTION_STORE,
    CLI_OPTION_TILL,
    CLI_OPTION_TRN,
    CLI_OPTION_USER,
    CLI_OPTION_UTC_OFFSET,
    CLI_OPTION_VAT,
    CLI_OPTION_VAT_RATE,
    CLI_OPTION_COUNT
} CliOption;

/* A parsed command line. Options without a value hold "" when given, all hold NULL when not. */
typedef struct Cli {
    const struct CliVerb *verb;
    const char *options[CLI_OPTION_COUNT];
    const char *argument; /* the FILE or U of verbs that take one; NULL otherwise */
    AppConfigSources sources;
    App app; /* opened by cli_open */
} Cli;

typedef struct CliVerb {
    const char *noun;
    const char *name;     /* "" for a noun without verbs */
    const char *argument; /* "FILE|-"; NULL when none is taken; required otherwise */
    const char *synopsis; /* options, as the help shows them */
    const char *help;
    uint64_t options; /* bit per CliOption, beside the common ones */
    uint64_t required;
    CliExit (*run)(Cli *cli);
} CliVerb;

#define CLI_BIT(option) (UINT64_C(1) << (option))

/* ---- options.c ------------------------------------------------------------------------------- */

/* Parses what follows noun and verb. On CLI_WRONG_USE the reason was printed. */
CliExit cli_parse(Cli *cli, int argc, char **argv);

/* An argument as it may be said again: a card number in the wrong place is not, for what is said
 * ends in logs. */
const char *cli_shown(const char *text);

void cli_print_help(const CliVerb *verb);

/* "120.50" in hundredths, at most two decimals, above `least`. False: not so. */
bool cli_parse_amount(const char *text, int64_t *out);

/* RFC 3339 with a zone, "2026-11-20T13:00:00Z" or "...+04:00", in UTC seconds. */
bool cli_parse_time(const char *text, int64_t *out);

bool cli_parse_user(const char *text, atr_UserId *out);
bool cli_parse_id(const char *text, atr_Id128 *out);

/* ---- output.c -------------------------------------------------------------------------------- */

/* One line to standard error, "atrium: ...". Returns `code`. */
CliExit cli_say(CliExit code, const char *format, ...) ATR_PRINTF(2, 3);

/* As cli_say with the error's place before its text, and the exit code that fits the status. */
CliExit cli_fail(atr_Status status, const atr_Error *error);

/* CLI_NO for what was looked for and is not there or already there; else CLI_FAULT. */
CliExit cli_exit_of(atr_Status status);

/* Prints and frees. */
void cli_print_json(json_t *value);

/* NULL and "" become null. */
json_t *cli_json_text(const char *text);
json_t *cli_json_time(int64_t utc_s);

/* "1,234.50" */
void cli_format_amount(int64_t fils, char *out, size_t size);

/* ---- open.c ---------------------------------------------------------------------------------- */

/* Loads the configuration and opens the data folder; the caller of the verb closes it. On failure
 * the reason was printed, and `code` is what to exit with. */
bool cli_open(Cli *cli, bool must_exist, CliExit *code);

/* Reads FILE, or standard input for "-": at most `capacity` bytes, `size` says how many. False: it
 * could not be read, the reason was printed. */
bool cli_read(const char *file, char *out, size_t capacity, size_t *size);

/* ---- Verbs ----------------------------------------------------------------------------------- */

CliExit cli_receipt_issue(Cli *cli);
CliExit cli_receipt_verify(Cli *cli);
CliExit cli_receipt_submit(Cli *cli);
CliExit cli_user_add(Cli *cli);
CliExit cli_user_show(Cli *cli);
CliExit cli_store_add(Cli *cli);
CliExit cli_store_list(Cli *cli);
CliExit cli_ledger_check(Cli *cli);
CliExit cli_effect_list(Cli *cli);
CliExit cli_doctor(Cli *cli);

#endif
