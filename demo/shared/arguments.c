/* See arguments.h. */
#include "shared/arguments.h"

#include <string.h>

static const Argument *find(const Argument *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static bool take(const Argument *argument, const char *value)
{
    if (value == NULL) {
        return false;
    }
    if (argument->read != NULL) {
        return argument->read(value, argument->out);
    }
    *argument->text = value;
    return value[0] != '\0';
}

bool arguments_read(const char *program, int argc, char *const *argv, const Argument *table,
                    size_t count, FILE *err)
{
    for (int i = 1; i < argc; i++) {
        const Argument *argument = find(table, count, argv[i]);
        if (argument == NULL) {
            fprintf(err, "%s: unknown option '%s'; see %s --help\n", program, argv[i], program);
            return false;
        }
        if (argument->flag != NULL) {
            *argument->flag = true;
            continue;
        }
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!take(argument, value)) {
            fprintf(err, "%s: %s: expected %s, found '%s'\n", program, argv[i], argument->expected,
                    value != NULL ? value : "nothing");
            return false;
        }
        i++;
    }
    return true;
}
