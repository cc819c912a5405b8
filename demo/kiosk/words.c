/* Catalogues as msgfmt writes them: a header, two tables of (length, offset), and zero terminated
 * strings, the originals sorted. An original here is "key EOT English", so all messages of one key
 * form a range, found by binary search. Everything is checked when a catalogue is opened: later
 * calls read without checks. The hash table that msgfmt appends is not used. */
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MO_MAGIC   0x950412deu
#define MO_SWAPPED 0xde120495u
#define MO_HEADER  28u
#define MO_MAX     (1024u * 1024u)
#define CONTEXT    '\4'

#define ISOLATE_FIRST "\xe2\x81\xa8" /* U+2068 */
#define ISOLATE_END   "\xe2\x81\xa9" /* U+2069 */

static uint32_t read_u32(const unsigned char *at, bool swapped)
{
    const uint32_t little =
        (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    const uint32_t big =
        (uint32_t)at[3] | (uint32_t)at[2] << 8 | (uint32_t)at[1] << 16 | (uint32_t)at[0] << 24;
    return swapped ? big : little;
}

/* The i-th string of a table; its length without the final zero. */
static const char *string_at(const Catalogue *catalogue, uint32_t table, uint32_t index,
                             uint32_t *length)
{
    const unsigned char *entry = catalogue->bytes + table + (size_t)index * 8;
    *length = read_u32(entry, catalogue->swapped);
    return (const char *)catalogue->bytes + read_u32(entry + 4, catalogue->swapped);
}

static bool table_is_inside(const Catalogue *catalogue, uint32_t table)
{
    if (table > catalogue->size || catalogue->count > (catalogue->size - table) / 8) {
        return false;
    }
    for (uint32_t i = 0; i < catalogue->count; i++) {
        const unsigned char *entry = catalogue->bytes + table + (size_t)i * 8;
        const uint32_t length = read_u32(entry, catalogue->swapped);
        const uint32_t offset = read_u32(entry + 4, catalogue->swapped);
        if (offset >= catalogue->size || length >= catalogue->size - offset ||
            catalogue->bytes[offset + length] != 0) {
            return false;
        }
    }
    return true;
}

bool words_open(Words *words, Language language, atr_Bytes mo)
{
    Catalogue catalogue = { .bytes = mo.data, .size = (uint32_t)mo.size };
    if (mo.data == NULL || mo.size < MO_HEADER || mo.size > MO_MAX) {
        return false;
    }
    const uint32_t magic = read_u32(catalogue.bytes, false);
    if (magic != MO_MAGIC && magic != MO_SWAPPED) {
        return false;
    }
    catalogue.swapped = magic == MO_SWAPPED;
    catalogue.count = read_u32(catalogue.bytes + 8, catalogue.swapped);
    catalogue.originals = read_u32(catalogue.bytes + 12, catalogue.swapped);
    catalogue.translations = read_u32(catalogue.bytes + 16, catalogue.swapped);
    if (!table_is_inside(&catalogue, catalogue.originals) ||
        !table_is_inside(&catalogue, catalogue.translations)) {
        return false;
    }
    words->catalogues[language] = catalogue;
    return true;
}

/* Compares a key with an original's context. */
static int compare_key(const char *key, const char *original)
{
    while (*key != '\0' && *key == *original) {
        key++;
        original++;
    }
    const unsigned char end = *original == CONTEXT ? 0 : (unsigned char)*original;
    return (int)(unsigned char)*key - (int)end;
}

static const char *find(const Catalogue *catalogue, const char *key, uint32_t *length)
{
    uint32_t low = 0;
    /* The empty key is the catalogue's own header, no word. */
    uint32_t high = key[0] != '\0' ? catalogue->count : 0;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        uint32_t ignored = 0;
        const int order =
            compare_key(key, string_at(catalogue, catalogue->originals, middle, &ignored));
        if (order == 0) {
            return string_at(catalogue, catalogue->translations, middle, length);
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

bool words_has(const Words *words, Language language, const char *key)
{
    uint32_t length = 0;
    return find(&words->catalogues[language], key, &length) != NULL;
}

uint32_t words_plural_form(Language language, int64_t n)
{
    const uint64_t count = n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n;
    if (language == LANGUAGE_EN) {
        return count == 1 ? 0 : 1;
    }
    if (count <= 2) {
        return (uint32_t)count;
    }
    const uint64_t rest = count % 100;
    if (rest >= 3 && rest <= 10) {
        return 3;
    }
    return rest >= 11 ? 4 : 5;
}

/* The form-th of the zero separated forms; the last one when there are fewer. */
static const char *pick_form(const char *forms, uint32_t length, uint32_t form)
{
    const char *end = forms + length;
    for (; form > 0; form--) {
        const char *next = forms + strlen(forms) + 1;
        if (next > end) {
            break;
        }
        forms = next;
    }
    return forms;
}

static const char *lookup(const Words *words, Language language, const char *key, int64_t n,
                          bool plural)
{
    for (Language from = language;; from = LANGUAGE_EN) {
        uint32_t length = 0;
        const char *forms = find(&words->catalogues[from], key, &length);
        if (forms != NULL) {
            return plural ? pick_form(forms, length, words_plural_form(from, n)) : forms;
        }
        if (from == LANGUAGE_EN) {
            return key;
        }
    }
}

const char *words_get(const Words *words, Language language, const char *key)
{
    return lookup(words, language, key, 0, false);
}

const char *words_plural(const Words *words, Language language, const char *key, int64_t n)
{
    return lookup(words, language, key, n, true);
}

/* ---- Filling in ------------------------------------------------------------------------------ */

typedef struct Writer {
    char *out;
    size_t size, used;
    bool full;
} Writer;

/* A piece goes in whole or not at all, except plain text, which is written character by character.
 */
static void write_piece(Writer *writer, const char *text, size_t length)
{
    if (writer->full || length > writer->size - 1 - writer->used) {
        writer->full = true;
        return;
    }
    memcpy(writer->out + writer->used, text, length);
    writer->used += length;
}

static size_t character_size(const char *text)
{
    size_t size = 1;
    while (((unsigned char)text[size] & 0xc0u) == 0x80u) {
        size++;
    }
    return size;
}

static void write_text(Writer *writer, const char *text)
{
    while (*text != '\0') {
        const size_t size = character_size(text);
        write_piece(writer, text, size);
        text += size;
    }
}

static const char *value_of(const WordValue *values, uint32_t count, const char *name, size_t size)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strlen(values[i].name) == size && memcmp(values[i].name, name, size) == 0) {
            return values[i].text;
        }
    }
    return NULL;
}

void words_format(const Words *words, Language language, const char *key, int64_t n,
                  const WordValue *values, uint32_t value_count, char *out, size_t out_size)
{
    char number[48];
    words_number(words, language, n, number, sizeof number);
    Writer writer = { .out = out, .size = out_size };
    const char *at = words_plural(words, language, key, n);
    while (*at != '\0') {
        const char *close = *at == '{' ? strchr(at, '}') : NULL;
        const char *value = NULL;
        if (close != NULL) {
            const size_t size = (size_t)(close - at) - 1;
            value = value_of(values, value_count, at + 1, size);
            if (value == NULL && size == 1 && at[1] == 'n') {
                value = number;
            }
        }
        if (value != NULL) {
            write_piece(&writer, ISOLATE_FIRST, sizeof ISOLATE_FIRST - 1);
            write_text(&writer, value);
            write_piece(&writer, ISOLATE_END, sizeof ISOLATE_END - 1);
            at = close + 1;
        } else {
            const size_t size = character_size(at);
            write_piece(&writer, at, size);
            at += size;
        }
    }
    out[writer.used] = '\0';
}

/* Arabic-Indic digits and the separators that go with them. */
static void to_arabic_digits(const char *latin, char *out, size_t out_size)
{
    Writer writer = { .out = out, .size = out_size };
    for (; *latin != '\0'; latin++) {
        char digit[3] = { '\xd9', (char)(0xa0 + (*latin - '0')), '\0' };
        if (*latin >= '0' && *latin <= '9') {
            write_piece(&writer, digit, 2);
        } else if (*latin == ',') {
            write_piece(&writer, "\xd9\xac", 2); /* U+066C */
        } else if (*latin == '.') {
            write_piece(&writer, "\xd9\xab", 2); /* U+066B */
        } else {
            write_piece(&writer, latin, 1);
        }
    }
    out[writer.used] = '\0';
}

/* Groups of three digits, latin. */
static void group_digits(uint64_t n, bool negative, char *out, size_t out_size)
{
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, n);
    Writer writer = { .out = out, .size = out_size };
    if (negative) {
        write_piece(&writer, "-", 1);
    }
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            write_piece(&writer, ",", 1);
        }
        write_piece(&writer, &digits[i], 1);
    }
    out[writer.used] = '\0';
}

static uint64_t magnitude(int64_t n)
{
    return n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n;
}

void words_number(const Words *words, Language language, int64_t n, char *out, size_t out_size)
{
    char latin[40];
    group_digits(magnitude(n), n < 0, latin, sizeof latin);
    if (language == LANGUAGE_AR && words->arabic_digits) {
        to_arabic_digits(latin, out, out_size);
    } else {
        snprintf(out, out_size, "%s", latin);
    }
}

void words_money(const Words *words, Language language, int64_t hundredths, const char *currency,
                 char *out, size_t out_size)
{
    char whole[40];
    char amount[48];
    const uint64_t size = magnitude(hundredths);
    group_digits(size / 100, hundredths < 0, whole, sizeof whole);
    snprintf(amount, sizeof amount, "%s.%02u", whole, (unsigned)(size % 100));
    if (currency[0] == '\0' || strcmp(currency, "AED") == 0) {
        const WordValue value = { "amount", amount };
        words_format(words, language, "money.aed", 0, &value, 1, out, out_size);
    } else if (language == LANGUAGE_AR) {
        snprintf(out, out_size, ISOLATE_FIRST "%s" ISOLATE_END " %s", amount, currency);
    } else {
        snprintf(out, out_size, "%s %s", currency, amount);
    }
}
