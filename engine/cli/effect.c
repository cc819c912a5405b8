/* atrium effect list: the definitions compiled into the library; atrium effect check: whether files
 * are definitions, and whether what they name is there. */
#define _POSIX_C_SOURCE 200809L

#include "cli.h"

#include <atrium/atlas.h>
#include <atrium/catalogue.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCREENS_MOST 100.0f /* an emitter that may cover more is warned of: no frame holds it */

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

/* ---- Check ----------------------------------------------------------------------------------- */

typedef struct Check {
    Cli *cli;
    atr_Effects *effects; /* the built-in ones, then the files */
    json_t *rows;
    bool some_bad, some_unread;
} Check;

static void add_row(Check *check, const char *file, const char *name, const atr_Error *error)
{
    json_t *row = json_object();
    json_object_set_new(row, "file", cli_json_text(file));
    json_object_set_new(row, "good", json_boolean(error == NULL));
    json_object_set_new(row, "name", cli_json_text(name));
    const bool placed = error != NULL && error->line > 0;
    json_object_set_new(row, "line", placed ? json_integer(error->line) : json_null());
    json_object_set_new(row, "column", placed ? json_integer(error->column) : json_null());
    json_object_set_new(row, "text", cli_json_text(error == NULL ? NULL : error->text));
    json_array_append_new(check->rows, row);
}

/* Defines the file's effect; its name goes to `out`, "" when it is no good. */
static void check_file(Check *check, const char *file, atr_EffectDef *def)
{
    atr_Error error = { 0 };
    atr_Status st = atr_catalogue_read(file, def, &error);
    const bool unread = st == ATR_ERR_NOT_FOUND || st == ATR_ERR_IO || st == ATR_ERR_NO_MEMORY;
    if (st == ATR_OK) {
        st = atr_effects_define(check->effects, def);
        snprintf(error.text, sizeof error.text, "cannot be defined: %s", atr_status_text(st));
    }
    check->some_unread = check->some_unread || unread;
    check->some_bad = check->some_bad || st != ATR_OK;
    add_row(check, file, def->name, st == ATR_OK ? NULL : &error);
    if (check->cli->options[CLI_OPTION_JSON] != NULL) {
        return;
    }
    if (st == ATR_OK) {
        printf("%s: %s, good\n", file, def->name);
    } else if (error.line > 0) {
        fprintf(stderr, "%s:%u:%u: %s\n", file, error.line, error.column, error.text);
    } else {
        fprintf(stderr, "%s: %s\n", file, error.text);
    }
}

static bool has_picture(Check *check, const atr_EffectNode *node)
{
    const atr_SpriteName names[] = { { "", 0, 1 }, { node->sheet, 0, 1 } };
    const atr_AtlasDesc desc = { .folder = check->cli->options[CLI_OPTION_ASSETS],
                                 .names = names,
                                 .name_count = 2 };
    atr_Atlas *atlas = NULL;
    const bool made = atr_atlas_create(&desc, &atlas) == ATR_OK;
    const bool there = made && atr_atlas_missing(atlas) == 0;
    atr_atlas_destroy(atlas);
    return there;
}

static float largest(const atr_Value *value)
{
    float most = value->kind == ATR_VALUE_PARAM ? value->max : value->low;
    if (value->kind == ATR_VALUE_RANGE && value->high > most) {
        most = value->high;
    }
    for (uint32_t i = 0; i < value->key_count; i++) {
        most = value->keys[i].v > most ? value->keys[i].v : most;
    }
    return most;
}

/* Screens of 1280x720 that an emitter's particles may cover when all are as large as they get. */
static float screens_of(const atr_EffectNode *node)
{
    float alive = largest(&node->rate) * largest(&node->life);
    for (uint32_t i = 0; i < node->burst_count; i++) {
        alive += largest(&node->bursts[i].count);
    }
    const float count = alive < (float)node->max ? alive : (float)node->max;
    const float size = largest(&node->size);
    return count * (size < 1280 ? size : 1280) * (size < 720 ? size : 720) / (1280 * 720);
}

/* What a good definition names, and what would not be there when it plays. */
static void warn(Check *check, const char *file, const atr_EffectDef *def)
{
    if (def->reduced_motion[0] != '\0' &&
        atr_effects_definition(check->effects, def->reduced_motion) == NULL) {
        fprintf(stderr, "%s: warning: reduced_motion: no effect is named \"%s\"\n", file,
                def->reduced_motion);
    }
    for (uint32_t i = 0; i < def->node_count; i++) {
        const atr_EffectNode *node = &def->nodes[i];
        bool seen = node->sheet[0] == '\0';
        for (uint32_t k = 0; k < i && !seen; k++) {
            seen = strcmp(def->nodes[k].sheet, node->sheet) == 0;
        }
        if (!seen && !has_picture(check, node)) {
            fprintf(stderr, "%s: warning: nodes[%u].sprite.sheet: there is no picture \"%s\"\n",
                    file, i, node->sheet);
        }
        const float screens = node->type == ATR_NODE_EMITTER ? screens_of(node) : 0;
        if (screens > SCREENS_MOST) {
            fprintf(stderr, "%s: warning: nodes[%u]: may draw over %.0f screens in a frame\n", file,
                    i, (double)screens);
        }
    }
}

CliExit cli_effect_check(Cli *cli)
{
    Check check = { .cli = cli, .rows = json_array() };
    const uint32_t count = (uint32_t)cli->argument_count;
    atr_EffectDef *defs = calloc(count, sizeof *defs);
    const atr_EffectsDesc desc = { .max_effects = 256 + count, .no_maintenance = true };
    if (defs == NULL || atr_effects_create(&desc, &check.effects) != ATR_OK ||
        atr_catalogue_load(check.effects, NULL) != ATR_OK) {
        check.some_unread = true;
        (void)cli_say(CLI_FAULT, "out of memory");
    } else {
        for (uint32_t i = 0; i < count; i++) {
            check_file(&check, cli->arguments[i], &defs[i]);
        }
        for (uint32_t i = 0; i < count; i++) {
            warn(&check, cli->arguments[i], &defs[i]);
        }
        if (cli->options[CLI_OPTION_JSON] != NULL) {
            cli_print_json(json_incref(check.rows));
        }
    }
    json_decref(check.rows);
    atr_effects_destroy(check.effects);
    free(defs);
    return check.some_unread ? CLI_FAULT : check.some_bad ? CLI_NO : CLI_DONE;
}
