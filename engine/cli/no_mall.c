/* In place of mall.c where the mall is not built: the command has no verbs of the mall. */
#include "cli.h"

const CliVerb cli_mall_verbs[] = { { .noun = "" } }; /* C has no empty arrays */
const size_t cli_mall_verb_count = 0;

const char *cli_shown(const char *text)
{
    return text;
}

void cli_close(Cli *cli)
{
    (void)cli;
}
