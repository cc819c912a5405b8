/* atrium NOUN VERB: finds the verb, parses its options, runs it, and makes sure that what it
 * printed arrived. */
#define _POSIX_C_SOURCE 200809L

#include "cli.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const CliVerb effect_verbs[] = {
    { "effect", "list", NULL, "[--json]", "Lists the effects that are built in.",
      CLI_BIT(CLI_OPTION_JSON), 0, cli_effect_list },
    { "effect", "check", "FILE...", "[--json] [--assets DIR]",
      "Reads definitions and says what is wrong, with file, line and column. Warns of pictures "
      "and\n"
      "stand-ins that are neither built in nor given, and of emitters that may cover more than "
      "100\n"
      "screens. Exits 0 when all are good, 1 when not.",
      CLI_BIT(CLI_OPTION_JSON) | CLI_BIT(CLI_OPTION_ASSETS), 0, cli_effect_check },
    { "effect", "render", "NAME|FILE",
      "--out DIR [--seed N] [--frames N] [--size WxH] [--fps N] [--dark|--light]\n"
      "           [--sheet COLUMNS] [--amount N] [--place X,Y] [--assets DIR]",
      "Plays an effect without a window and writes PNG files: NAME-0001.png, ... and the contact\n"
      "sheet NAME.png, moments of its whole life on dark and on light. What goes on until it is\n"
      "stopped is stopped after 6 s.\n\n"
      "  --out DIR       where to; made when it is not there\n"
      "  --seed N        chance, from 1; default 1: the same pictures each time\n"
      "  --frames N      at most so many frames; default: the whole life; 0: the sheet alone\n"
      "  --size WxH      of the view, logical pixels; default 1280x720\n"
      "  --fps N         frames a second, 1..240; default 30\n"
      "  --dark --light  only on that; default: frames on dark, the sheet on both\n"
      "  --sheet COLUMNS of moments, 1..12; 0: no sheet\n"
      "  --amount N      the trigger's amount; default: the definition's\n"
      "  --place X,Y     of the trigger, logical pixels; default: the middle\n"
      "  --assets DIR    pictures that replace or add to the built-in ones",
      CLI_BIT(CLI_OPTION_OUT) | CLI_BIT(CLI_OPTION_SEED) | CLI_BIT(CLI_OPTION_FRAMES) |
          CLI_BIT(CLI_OPTION_SIZE) | CLI_BIT(CLI_OPTION_FPS) | CLI_BIT(CLI_OPTION_DARK) |
          CLI_BIT(CLI_OPTION_LIGHT) | CLI_BIT(CLI_OPTION_SHEET) | CLI_BIT(CLI_OPTION_AMOUNT) |
          CLI_BIT(CLI_OPTION_PLACE) | CLI_BIT(CLI_OPTION_ASSETS),
      CLI_BIT(CLI_OPTION_OUT), cli_effect_render },
};

/* The index-th verb of all; NULL past the last. */
static const CliVerb *verb_at(size_t index)
{
    if (index < cli_mall_verb_count) {
        return &cli_mall_verbs[index];
    }
    index -= cli_mall_verb_count;
    return index < ATR_COUNT_OF(effect_verbs) ? &effect_verbs[index] : NULL;
}

/* Every verb, or those of one noun. False when it has none. */
static bool print_usage(FILE *out, const char *noun)
{
    bool found = false;
    const CliVerb *v = NULL;
    for (size_t i = 0; (v = verb_at(i)) != NULL; i++) {
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
        fputs("\nEvery verb takes --help", out);
        fputs(cli_mall_verb_count > 0 ? ", --data DIR, --config FILE, --demo and --verbose.\n"
                                      : ".\n",
              out);
        fputs("exit: 0 done (a verdict: accepted), 1 the answer is no, 2 wrong use, 3 a fault\n",
              out);
    }
    return found;
}

static const CliVerb *find_verb(const char *noun, const char *name)
{
    const CliVerb *v = NULL;
    for (size_t i = 0; (v = verb_at(i)) != NULL; i++) {
        if (strcmp(v->noun, noun) == 0 &&
            (v->name[0] == '\0' || (name != NULL && strcmp(v->name, name) == 0))) {
            return v;
        }
    }
    return NULL;
}

static CliExit run(int argc, char **argv)
{
    Cli cli = { 0 };
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
    if (strcmp(cli.verb->noun, "effect") != 0) {
        umask(077); /* what the mall's verbs make is for its owner */
    }
    const CliExit code = cli.verb->run(&cli);
    cli_close(&cli);
    return code;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error, not a death */
    CliExit code = run(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        code = cli_say(CLI_FAULT, "standard output could not be written");
    }
    return (int)code;
}
