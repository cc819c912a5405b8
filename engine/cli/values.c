/* The small values that options of the mall's verbs carry and its answers show: amounts, times,
 * ids. */
#define _GNU_SOURCE /* timegm */

#include "mall.h"

#include <sodium.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

bool cli_parse_amount(const char *text, int64_t *out)
{
    int64_t value = 0;
    int digits = 0;
    int decimals = -1;
    for (; *text != '\0'; text++) {
        if (*text == '.' && decimals < 0 && digits > 0) {
            decimals = 0;
        } else if (*text >= '0' && *text <= '9' && decimals < 2 && digits < 13) {
            value = value * 10 + (*text - '0');
            digits++;
            decimals += decimals >= 0;
        } else {
            return false;
        }
    }
    if (digits == 0 || decimals == 0 || (decimals < 0 && digits > 11)) {
        return false;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 2; i++) {
        value *= 10;
    }
    *out = value;
    return true;
}

bool cli_parse_time(const char *text, int64_t *out)
{
    struct tm parts = { 0 };
    char sign[2] = ""; /* the conversion ends it with a zero */
    int hours = 0;
    int minutes = 0;
    int end = 0;
    /* Widths bound every number; %n says whether the text ended where it should. */
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
               &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &end) != 6 ||
        end != 19) {
        return false;
    }
    const char *zone = text + end;
    if (strcmp(zone, "Z") != 0) {
        int length = 0;
        if (sscanf(zone, "%1[+-]%2d:%2d%n", sign, &hours, &minutes, &length) != 3 || length != 6 ||
            zone[6] != '\0' || hours > 23 || minutes > 59) {
            return false;
        }
    }
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    const struct tm asked = parts;
    const time_t time = timegm(&parts);
    /* A date that is in no calendar comes back as another. */
    if (parts.tm_mon != asked.tm_mon || parts.tm_mday != asked.tm_mday ||
        parts.tm_hour != asked.tm_hour || parts.tm_min != asked.tm_min ||
        parts.tm_sec != asked.tm_sec) {
        return false;
    }
    const int64_t offset = hours * INT64_C(3600) + minutes * INT64_C(60);
    *out = (int64_t)time - (sign[0] == '-' ? -offset : offset);
    return true;
}

bool cli_parse_user(const char *text, atr_UserId *out)
{
    uint64_t value = 0;
    if (text[0] == '\0' || strlen(text) > 18) {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *out = value;
    return value != 0;
}

bool cli_parse_id(const char *text, atr_Id128 *out)
{
    size_t size = 0;
    const char *end = NULL;
    return sodium_hex2bin(out->bytes, sizeof out->bytes, text, strlen(text), NULL, &size, &end) ==
               0 &&
           size == sizeof out->bytes && *end == '\0' && !sodium_is_zero(out->bytes, size);
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
