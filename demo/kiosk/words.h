/* The kiosk's words: compiled message catalogues (.mo) looked up by key, with plural forms and
 * values filled in.
 *
 *     Words words;
 *     if (words_open(&words, LANGUAGE_AR, bytes)) { ... }
 *     words_format(&words, LANGUAGE_AR, "ok.coins", 52, NULL, 0, line, sizeof line);
 *
 * A key is the message's context (msgctxt); the English message beside it is for readers only. A
 * catalogue is bounds-checked once, when it is opened; afterwards nothing can lead outside it. A
 * word that is missing in one language is taken from English; one missing there too is shown as its
 * key, which a test forbids.
 *
 * Values are wrapped in U+2068 and U+2069, so that a store's name keeps its own direction inside a
 * sentence of the other one. Threads: an opened Words may be read by all. Nothing allocates. */
#ifndef KIOSK_WORDS_H
#define KIOSK_WORDS_H

#include <atrium/base.h>

typedef enum Language { LANGUAGE_EN = 0, LANGUAGE_AR, LANGUAGE_COUNT } Language;

/* A value for a place like {store}. */
typedef struct WordValue {
    const char *name; /* "store" */
    const char *text; /* UTF-8, borrowed for the call */
} WordValue;

typedef struct Catalogue {
    const unsigned char *bytes; /* borrowed */
    uint32_t size;
    uint32_t count;
    uint32_t originals;    /* offset of the table of originals */
    uint32_t translations; /* offset of the table of translations */
    bool swapped;
} Catalogue;

typedef struct Words {
    Catalogue catalogues[LANGUAGE_COUNT];
    bool arabic_digits; /* counts in Arabic are written with Arabic-Indic digits */
} Words;

/* Checks and takes over a compiled catalogue, borrowed as long as `words` is used. False for one
 * that is damaged; `words` is unchanged then. */
bool words_open(Words *words, Language language, atr_Bytes mo);

bool words_has(const Words *words, Language language, const char *key);

/* The word of this key, in its first form. Borrowed, zero terminated. */
const char *words_get(const Words *words, Language language, const char *key);

/* The form of this key for n things. */
const char *words_plural(const Words *words, Language language, const char *key, int64_t n);

/* Which of the language's plural forms n takes. */
uint32_t words_plural_form(Language language, int64_t n);

/* Fills {n} with the count and the other places with values. Cut at a character's border when `out`
 * is too small; always zero terminated. */
void words_format(const Words *words, Language language, const char *key, int64_t n,
                  const WordValue *values, uint32_t value_count, char *out, size_t out_size);

/* "1,234", and in Arabic with arabic_digits the same in those digits and separators. */
void words_number(const Words *words, Language language, int64_t n, char *out, size_t out_size);

/* "AED 1,234.50"; in Arabic "1,234.50" and the currency's Arabic name. */
void words_money(const Words *words, Language language, int64_t hundredths, const char *currency,
                 char *out, size_t out_size);

#endif
