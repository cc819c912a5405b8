/* The small parsers under the receipt formats: numbers, amounts, times, names, text. Each takes a
 * span, accepts one spelling only and bounds what it reads; none allocates or depends on a locale.
 */
#include "receipt/receipt_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SECONDS_PER_DAY 86400

atr_Status atr__receipt_fail(atr_Error *error, const char *source, size_t offset,
                             const char *format, ...)
{
    if (error != NULL) {
        memset(error, 0, sizeof *error);
        snprintf(error->source, sizeof error->source, "%s", source);
        error->column = (uint32_t)offset + 1;
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
    }
    return ATR_ERR_FORMAT;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool atr__parse_unsigned(const char *text, size_t size, uint64_t max, uint64_t *out)
{
    if (size == 0 || (size > 1 && text[0] == '0')) {
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        if (!is_digit(text[i])) {
            return false;
        }
        const uint64_t digit = (uint64_t)(text[i] - '0');
        if (value > (max - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

bool atr__parse_fils(const char *text, size_t size, int64_t *out)
{
    const bool negative = size > 0 && text[0] == '-';
    if (negative) {
        text++;
        size--;
    }
    const char *point = size == 0 ? NULL : memchr(text, '.', size);
    const size_t whole_size = point == NULL ? size : (size_t)(point - text);
    if (whole_size > ATR__FILS_DIGITS_MAX - 2) {
        return false;
    }
    uint64_t whole = 0;
    if (!atr__parse_unsigned(text, whole_size, INT64_MAX / 100 - 1, &whole)) {
        return false;
    }
    uint64_t cents = 0;
    if (point != NULL) {
        const size_t decimals = size - whole_size - 1;
        if (decimals < 1 || decimals > 2 || !is_digit(point[1]) ||
            (decimals == 2 && !is_digit(point[2]))) {
            return false;
        }
        cents = (uint64_t)(point[1] - '0') * 10;
        if (decimals == 2) {
            cents += (uint64_t)(point[2] - '0');
        }
    }
    const int64_t fils = (int64_t)(whole * 100 + cents);
    *out = negative ? -fils : fils;
    return true;
}

/* Days since 1970-01-01 of a date in the Gregorian calendar. Years are counted from March, so that
 * the leap day is the last one (Hinnant, "chrono-compatible low-level date algorithms"). */
static int64_t days_of_date(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    const int64_t era = year / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool atr__parse_time(const char *text, size_t size, const char *pattern, int64_t *out_s)
{
    static const char letters[] = "YMDhms";
    int64_t parts[sizeof letters - 1] = { 0 };
    if (size != strlen(pattern)) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        const char *letter = strchr(letters, pattern[i]);
        if (letter == NULL) {
            if (text[i] != pattern[i]) {
                return false;
            }
        } else if (is_digit(text[i])) {
            parts[letter - letters] = parts[letter - letters] * 10 + (text[i] - '0');
        } else {
            return false;
        }
    }
    if (parts[0] < 1970 || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 ||
        parts[2] > days_in_month(parts[0], parts[1]) || parts[3] > 23 || parts[4] > 59 ||
        parts[5] > 59) {
        return false;
    }
    *out_s = days_of_date(parts[0], parts[1], parts[2]) * SECONDS_PER_DAY + parts[3] * 3600 +
             parts[4] * 60 + parts[5];
    return true;
}

bool atr__format_time(int64_t time_s, char *out)
{
    if (time_s < 0 || time_s >= days_of_date(10000, 1, 1) * SECONDS_PER_DAY) {
        return false;
    }
    const int64_t days = time_s / SECONDS_PER_DAY;
    const int64_t seconds = time_s % SECONDS_PER_DAY;
    int64_t year = 1970 + days / 366;
    while (days_of_date(year + 1, 1, 1) <= days) {
        year++;
    }
    int64_t month = 1;
    int64_t day = days - days_of_date(year, 1, 1);
    while (day >= days_in_month(year, month)) {
        day -= days_in_month(year, month);
        month++;
    }
    snprintf(out, 16, "%04u%02u%02uT%02u%02u%02u", (unsigned)year % 10000u, (unsigned)month % 100u,
             (unsigned)(day + 1) % 100u, (unsigned)(seconds / 3600) % 100u,
             (unsigned)(seconds / 60 % 60) % 100u, (unsigned)(seconds % 60) % 100u);
    return true;
}

/* Bytes of the UTF-8 sequence that begins here; 0 when it is none or has another, shorter form. */
static size_t utf8_length(const unsigned char *p, size_t size)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t length = 0;
    uint32_t value = 0;
    if (p[0] < 0x80) {
        return 1;
    }
    if (p[0] >= 0xc2 && p[0] <= 0xdf) {
        length = 2;
        value = p[0] & 0x1fu;
    } else if (p[0] >= 0xe0 && p[0] <= 0xef) {
        length = 3;
        value = p[0] & 0x0fu;
    } else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
        length = 4;
        value = p[0] & 0x07u;
    }
    if (length == 0 || length > size) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0u) != 0x80u) {
            return 0;
        }
        value = value << 6 | (p[i] & 0x3fu);
    }
    const bool valid = value >= smallest[length] && value <= 0x10ffff &&
                       (value < 0xd800 || value > 0xdfff) && value >= 0xa0;
    return valid ? length : 0;
}

bool atr__text_is_clean(const char *text, size_t size)
{
    const unsigned char *p = (const unsigned char *)text;
    for (size_t i = 0; i < size;) {
        const size_t length = utf8_length(p + i, size - i);
        if (length == 0 || p[i] < 0x20 || p[i] == 0x7f) {
            return false;
        }
        i += length;
    }
    return true;
}

bool atr__name_is_valid(const char *text, size_t size)
{
    if (size < 1 || size > ATR_RECEIPT_NAME_MAX) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        const char c = text[i];
        if (!is_digit(c) && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && c != '.' &&
            c != '_' && c != '-') {
            return false;
        }
    }
    return true;
}

bool atr_receipt_name_is_valid(const char *name)
{
    return name != NULL && atr__name_is_valid(name, strlen(name));
}

bool atr_receipt_trn_is_valid(const char *trn)
{
    if (trn == NULL || strlen(trn) != 15) {
        return false;
    }
    for (size_t i = 0; i < 15; i++) {
        if (!is_digit(trn[i])) {
            return false;
        }
    }
    return true;
}
