/* Shared by the decoders: field parsing over a span, and how a decoder says what it expected. Texts
 * never repeat what was found: a verdict's evidence must not carry receipt text. */
#ifndef ATR_RECEIPT_INTERNAL_H
#define ATR_RECEIPT_INTERNAL_H

#include <atrium/receipt.h>

/* Amounts have at most 13 digits in fils (AED 99,999,999,999.99), so that a product with basis
 * points still fits 64 bits. */
#define ATR__FILS_DIGITS_MAX 13

/* Longest ATR1 line, without newline. */
#define ATR__ATR1_MAX 256

/* Fills error (may be NULL) and returns ATR_ERR_FORMAT. */
atr_Status atr__receipt_fail(atr_Error *error, const char *source, size_t offset,
                             const char *format, ...) ATR_PRINTF(4, 5);

/* Digits only, no leading zero, at most `max`. */
bool atr__parse_unsigned(const char *text, size_t size, uint64_t max, uint64_t *out);

/* "230", "4.60", "0.6", "-12.50": at most two decimals. */
bool atr__parse_fils(const char *text, size_t size, int64_t *out);

/* Reads exactly `pattern`, where Y M D h m s stand for digits of the date and time and any other
 * character for itself. A date that is in no calendar is refused; years from 1970. */
bool atr__parse_time(const char *text, size_t size, const char *pattern, int64_t *out_s);

/* Writes seconds since 1970 as YYYYMMDDThhmmss. `out` holds 16 bytes. False beyond the year 9999.
 */
bool atr__format_time(int64_t time_s, char *out);

/* RFC 3629, and no control characters: text that can be shown and zero terminated. */
bool atr__text_is_clean(const char *text, size_t size);

bool atr__name_is_valid(const char *text, size_t size);

atr_Status atr__decode_atr1(const char *text, size_t size, atr_Receipt *out, atr_Error *error);
atr_Status atr__decode_zatca(const char *text, size_t size, atr_Receipt *out, atr_Error *error);

/* Finds which public key a DER SubjectPublicKeyInfo holds. False when it is neither kind. */
bool atr__spki_parse(const uint8_t *der, size_t size, atr_KeyAlgorithm *algorithm,
                     const uint8_t **key, uint32_t *key_size);

/* Rewrites a point of secp256k1 in its long form, so that one key has one spelling: a pinned key is
 * looked for by its bytes. False, unchanged: not on the curve. */
bool atr__point_normalise(uint8_t bytes[65], uint32_t *size);

#endif
