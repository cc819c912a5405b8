/* What the command says: errors in one line with their place, JSON, amounts. */
#define _POSIX_C_SOURCE 200809L

#include "cli.h"

#include <inttypes.h>
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

json_t *cli_json_time(int64_t utc_s)
{
    char text[32];
    app_format_utc(utc_s, text, sizeof text);
    return cli_json_text(text);
}

void cli_format_amount(int64_t fils, char *out, size_t size)
{
    char digits[32];
    size_t at = 0;
    const uint64_t value = fils < 0 ? 0 - (uint64_t)fils : (uint64_t)fils;
    const int count = snprintf(digits, sizeof digits, "%" PRIu64, value / 100);
    if (fils < 0 && at + 1 < size) {
        out[at++] = '-';
    }
    for (int i = 0; i < count && at + 8 < size; i++) {
        if (i > 0 && (count - i) % 3 == 0) {
            out[at++] = ',';
        }
        out[at++] = digits[i];
    }
    snprintf(out + at, size - at, ".%02u", (unsigned)(value % 100));
}
