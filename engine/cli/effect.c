/* atrium effect list: the definitions compiled into the library. */
#define _POSIX_C_SOURCE 200809L

#include "cli.h"

#include <atrium/catalogue.h>

#include <stdio.h>

CliExit cli_effect_list(Cli *cli)
{
    const bool as_json = cli->options[CLI_OPTION_JSON] != NULL;
    json_t *list = json_array();
    const char *file = NULL;
    atr_Bytes text;
    for (uint32_t i = 0; atr_catalogue_builtin(i, &file, &text); i++) {
        json_t *definition = json_loadb(text.data, text.size, 0, NULL);
        const char *name = json_string_value(json_object_get(definition, "name"));
        const char *priority = json_string_value(json_object_get(definition, "priority"));
        const double duration = json_number_value(json_object_get(definition, "duration"));
        if (as_json) {
            json_t *row = json_object();
            json_object_set_new(row, "name", cli_json_text(name));
            json_object_set_new(row, "priority", cli_json_text(priority));
            json_object_set_new(row, "duration_s", json_real(duration));
            json_array_append_new(list, row);
        } else {
            printf("%-24s %-9s %5.2f s\n", name == NULL ? file : name,
                   priority == NULL ? "" : priority, duration);
        }
        json_decref(definition);
    }
    if (as_json) {
        cli_print_json(list);
    } else {
        json_decref(list);
    }
    return CLI_DONE;
}
