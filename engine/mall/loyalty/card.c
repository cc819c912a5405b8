/*
 * Card numbers, ids and references. A card number lives only in the caller's memory and, for the
 * length of one call, in ours: what is kept is its hash under the mall's secret key, so that the
 * database alone does not give away the few million numbers a mall ever prints.
 */
#define _POSIX_C_SOURCE 200809L

#include "loyalty/loyalty_internal.h"

#include <sodium.h>
#include <string.h>

#define CARD_DIGITS_MIN 8
#define CARD_DIGITS_MAX 19

bool atr_card_is_valid(const char *digits)
{
    if (digits == NULL) {
        return false;
    }
    const size_t length = strnlen(digits, CARD_DIGITS_MAX + 1);
    if (length < CARD_DIGITS_MIN || length > CARD_DIGITS_MAX) {
        return false;
    }
    int sum = 0;
    for (size_t i = 0; i < length; i++) {
        if (digits[i] < '0' || digits[i] > '9') {
            return false;
        }
        int digit = digits[i] - '0';
        if ((length - i) % 2 == 0) { /* every second from the right, the check digit not counted */
            digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        }
        sum += digit;
    }
    return sum % 10 == 0;
}

void atr__card_hash(const atr_Loyalty *loyalty, const char *digits, uint8_t out[32])
{
    crypto_generichash(out, 32, (const unsigned char *)digits, strlen(digits), loyalty->card_key,
                       sizeof loyalty->card_key);
}

atr_Id128 atr_loyalty_new_id(void)
{
    atr_Id128 id = { { 0 } };
    if (sodium_init() >= 0) {
        randombytes_buf(id.bytes, sizeof id.bytes);
    }
    return id;
}

void atr_loyalty_reference(const atr_Id128 *id, char out[ATR_REFERENCE_LENGTH + 1])
{
    static const char alphabet[] = "23456789BCDFGHJKMNPQRSTVWXZ";
    uint8_t hash[16];
    crypto_generichash(hash, sizeof hash, id->bytes, sizeof id->bytes, NULL, 0);
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++) {
        value = value << 8 | hash[i];
    }
    for (size_t i = 0; i < ATR_REFERENCE_LENGTH; i++) {
        out[i] = alphabet[value % (sizeof alphabet - 1)];
        value /= sizeof alphabet - 1;
    }
    out[ATR_REFERENCE_LENGTH] = '\0';
}

/* The same for the same submission however often it is decided: events are told apart by it. */
void atr__event_id(const atr_Id128 *submission, uint32_t index, atr_Id128 *out)
{
    uint8_t input[sizeof submission->bytes + 1];
    memcpy(input, submission->bytes, sizeof submission->bytes);
    input[sizeof submission->bytes] = (uint8_t)index;
    crypto_generichash(out->bytes, sizeof out->bytes, input, sizeof input, NULL, 0);
}
