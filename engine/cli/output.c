/* What the command says: errors in one line with their place, JSON. */
#define _POSIX_C_SOURCE 200809L

#include "cli.h"

#include <stdarg.h>
#include <stdio.h>

CliExit cli_say(CliExit code, const char *format, ...)
{
    va_list arguments;
    fputs("atrium: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return code;
}

CliExit cli_exit_of(atr_Status status)
{
    switch (status) {
    case ATR_OK:
        return CLI_DONE;
    case ATR_ERR_NOT_FOUND:
    case ATR_ERR_EXISTS:
        return CLI_NO;
    case ATR_ERR_INVALID:
        return CLI_WRONG_USE;
    default:
        return CLI_FAULT;
    }
}

CliExit cli_fail(atr_Status status, const atr_Error *error)
{
    const char *text = error->text[0] == '\0' ? atr_status_text(status) : error->text;
    if (error->source[0] == '\0') {
        return cli_say(cli_exit_of(status), "%s", text);
    }
    if (error->line != 0 && error->column != 0) {
        return cli_say(cli_exit_of(status), "%s:%u:%u: %s", error->source, error->line,
                       error->column, text);
    }
    if (error->line != 0) {
        return cli_say(cli_exit_of(status), "%s:%u: %s", error->source, error->line, text);
    }
    return cli_say(cli_exit_of(status), "%s: %s", error->source, text);
}

void cli_print_json(json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(value);
}

json_t *cli_json_text(const char *text)
{
    json_t *value = text == NULL || text[0] == '\0' ? NULL : json_string(text);
    return value == NULL ? json_null() : value;
}
