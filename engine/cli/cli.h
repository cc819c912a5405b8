/* The atrium command: nouns and verbs in tables, each verb one function in the file of its noun.
 * Where the mall is not built, no_mall.c stands in for mall.c and the mall's verbs are not there.
 *
 * Exit codes: 0 done (a verdict: accepted), 1 the answer is no, 2 wrong use, 3 a fault. What was
 * asked for goes to standard output, everything else to standard error. */
#ifndef ATR_CLI_H
#define ATR_CLI_H

#include <atrium/base.h>

#include <jansson.h>

#include <stdio.h>

typedef enum CliExit { CLI_DONE = 0, CLI_NO = 1, CLI_WRONG_USE = 2, CLI_FAULT = 3 } CliExit;

typedef enum CliOption {
    CLI_OPTION_DATA = 0, /* the first five belong to every verb */
    CLI_OPTION_CONFIG,
    CLI_OPTION_DEMO,
    CLI_OPTION_VERBOSE,
    CLI_OPTION_HELP,
    CLI_OPTION_JSON,
    CLI_OPTION_AMOUNT,
    CLI_OPTION_ASSETS,
    CLI_OPTION_AT,
    CLI_OPTION_CARD,
    CLI_OPTION_CATEGORY,
    CLI_OPTION_CURRENCY,
    CLI_OPTION_DARK,
    CLI_OPTION_FPS,
    CLI_OPTION_FRAMES,
    CLI_OPTION_HOURS,
    CLI_OPTION_ID,
    CLI_OPTION_KEY,
    CLI_OPTION_KID,
    CLI_OPTION_LIGHT,
    CLI_OPTION_NAME,
    CLI_OPTION_NAME_AR,
    CLI_OPTION_OUT,
    CLI_OPTION_PLACE,
    CLI_OPTION_REPLACE,
    CLI_OPTION_SEED,
    CLI_OPTION_SHEET,
    CLI_OPTION_SIZE,
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
    const char *argument;   /* the first FILE or U of verbs that take one; NULL otherwise */
    char *const *arguments; /* all of them */
    int argument_count;
    struct App *app; /* opened by cli_open; NULL before */
} Cli;

typedef struct CliVerb {
    const char *noun;
    const char *name;     /* "" for a noun without verbs */
    const char *argument; /* "FILE|-"; NULL when none is taken; required otherwise; several are
                             taken when it ends with "..." */
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

void cli_print_help(const CliVerb *verb);
void cli_print_synopsis(FILE *out, const CliVerb *verb);

/* One line and the verb's usage to standard error. */
CliExit cli_wrong_use(const Cli *cli, const char *format, ...) ATR_PRINTF(2, 3);

/* A whole number within bounds; `otherwise` where the option is not given. False: wrong, said. */
bool cli_option_number(const Cli *cli, CliOption option, int64_t low, int64_t high,
                       int64_t otherwise, int64_t *out);

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

/* ---- mall.c, or no_mall.c ----------------------------------------------------------------------
 */

extern const CliVerb cli_mall_verbs[];
extern const size_t cli_mall_verb_count;

/* An argument as it may be said again: a card number in the wrong place is not, for what is said
 * ends in logs. */
const char *cli_shown(const char *text);

/* Closes what cli_open opened. */
void cli_close(Cli *cli);

/* ---- Verbs ----------------------------------------------------------------------------------- */

CliExit cli_effect_list(Cli *cli);
CliExit cli_effect_check(Cli *cli);
CliExit cli_effect_render(Cli *cli);

#endif
