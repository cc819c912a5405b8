/* ATR1, the mall's own receipt: one line of eleven fields between bars, the last one an Ed25519
 * signature over every byte before its bar.
 *
 *     ATR1|kid|store|till|seq|YYYYMMDDThhmmss|AED|total_fils|vat_fils|TRN|signature
 *
 * Each value has one spelling only, so two texts that differ are two receipts. Issuing decodes what
 * it wrote before it gives it away. */
#include "receipt/receipt_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define FIELD_COUNT          11
#define SIGNATURE_CHARACTERS 86
#define SOURCE               "ATR1"

enum {
    FIELD_KID = 1,
    FIELD_STORE,
    FIELD_TILL,
    FIELD_SEQUENCE,
    FIELD_TIME,
    FIELD_CURRENCY,
    FIELD_TOTAL,
    FIELD_VAT,
    FIELD_TRN,
    FIELD_SIGNATURE
};

typedef struct Field {
    const char *text;
    size_t size;
    size_t offset;
} Field;

static const uint64_t fils_max = 9999999999999u; /* ATR__FILS_DIGITS_MAX nines */

static atr_Status fail(atr_Error *error, const Field *fields, int index, const char *name,
                       const char *expected)
{
    return atr__receipt_fail(error, SOURCE, fields[index].offset, "field %d (%s): expected %s",
                             index + 1, name, expected);
}

static atr_Status split(const char *text, size_t size, Field fields[FIELD_COUNT], atr_Error *error)
{
    if (size > ATR__ATR1_MAX) {
        return atr__receipt_fail(error, SOURCE, ATR__ATR1_MAX,
                                 "expected at most %d characters, found %zu", ATR__ATR1_MAX, size);
    }
    size_t count = 0;
    size_t start = 0;
    for (size_t i = 0; i <= size; i++) {
        if (i < size && (text[i] < 0x20 || text[i] > 0x7e)) {
            return atr__receipt_fail(error, SOURCE, i, "expected printable ASCII only");
        }
        if (i == size || text[i] == '|') {
            if (count < FIELD_COUNT) {
                fields[count] = (Field){ text + start, i - start, start };
            }
            count++;
            start = i + 1;
        }
    }
    if (count != FIELD_COUNT) {
        return atr__receipt_fail(error, SOURCE, size - 1, "expected %d fields, found %zu",
                                 FIELD_COUNT, count);
    }
    return ATR_OK;
}

static bool copy_name(const Field *field, char out[ATR_RECEIPT_NAME_MAX + 1])
{
    if (field->text == NULL || !atr__name_is_valid(field->text, field->size)) {
        return false;
    }
    memcpy(out, field->text, field->size);
    out[field->size] = '\0';
    return true;
}

static bool copy_class(const Field *field, char low, char high, size_t most, char *out)
{
    if (field->size < 1 || field->size > most) {
        return false;
    }
    for (size_t i = 0; i < field->size; i++) {
        if (field->text[i] < low || field->text[i] > high) {
            return false;
        }
    }
    memcpy(out, field->text, field->size);
    out[field->size] = '\0';
    return true;
}

static atr_Status read_names(const Field *fields, atr_Receipt *out, atr_Error *error)
{
    static const char expected[] = "1 to 16 of A-Z a-z 0-9 . _ -";
    if (!copy_name(&fields[FIELD_KID], out->kid)) {
        return fail(error, fields, FIELD_KID, "kid", expected);
    }
    if (!copy_name(&fields[FIELD_STORE], out->store)) {
        return fail(error, fields, FIELD_STORE, "store", expected);
    }
    if (!copy_name(&fields[FIELD_TILL], out->till)) {
        return fail(error, fields, FIELD_TILL, "till", expected);
    }
    if (!copy_class(&fields[FIELD_TRN], '0', '9', sizeof out->trn - 1, out->trn)) {
        return fail(error, fields, FIELD_TRN, "TRN", "1 to 15 digits");
    }
    if (fields[FIELD_CURRENCY].size != 3 ||
        !copy_class(&fields[FIELD_CURRENCY], 'A', 'Z', 3, out->currency)) {
        return fail(error, fields, FIELD_CURRENCY, "currency", "three capital letters");
    }
    return ATR_OK;
}

static atr_Status read_numbers(const Field *fields, atr_Receipt *out, atr_Error *error)
{
    uint64_t total = 0;
    uint64_t vat = 0;
    const Field *f = &fields[FIELD_SEQUENCE];
    if (!atr__parse_unsigned(f->text, f->size, INT64_MAX, &out->sequence)) {
        return fail(error, fields, FIELD_SEQUENCE, "sequence",
                    "a decimal number without sign or leading zero");
    }
    f = &fields[FIELD_TIME];
    if (!atr__parse_time(f->text, f->size, "YYYYMMDDThhmmss", &out->time_s)) {
        return fail(error, fields, FIELD_TIME, "time", "a date and time as YYYYMMDDThhmmss");
    }
    f = &fields[FIELD_TOTAL];
    if (!atr__parse_unsigned(f->text, f->size, fils_max, &total)) {
        return fail(error, fields, FIELD_TOTAL, "total",
                    "fils, up to 13 digits without sign or leading zero");
    }
    f = &fields[FIELD_VAT];
    if (!atr__parse_unsigned(f->text, f->size, fils_max, &vat)) {
        return fail(error, fields, FIELD_VAT, "VAT",
                    "fils, up to 13 digits without sign or leading zero");
    }
    out->total_fils = (int64_t)total;
    out->vat_fils = (int64_t)vat;
    return ATR_OK;
}

static atr_Status read_signature(const char *text, const Field *fields, atr_Receipt *out,
                                 atr_Error *error)
{
    const Field *f = &fields[FIELD_SIGNATURE];
    size_t size = 0;
    /* libsodium refuses stray bits in the last character, so each signature has one spelling. */
    if (f->size != SIGNATURE_CHARACTERS ||
        sodium_base642bin(out->signature, crypto_sign_BYTES, f->text, f->size, NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        size != crypto_sign_BYTES) {
        return fail(error, fields, FIELD_SIGNATURE, "signature",
                    "64 bytes as 86 characters of base64url");
    }
    out->signature_size = crypto_sign_BYTES;
    const size_t signed_size = f->offset - 1;
    if (signed_size > sizeof out->signed_bytes) {
        return fail(error, fields, FIELD_SIGNATURE, "signature", "at most 256 bytes before it");
    }
    memcpy(out->signed_bytes, text, signed_size);
    out->signed_size = (uint32_t)signed_size;
    return ATR_OK;
}

atr_Status atr__decode_atr1(const char *text, size_t size, atr_Receipt *out, atr_Error *error)
{
    Field fields[FIELD_COUNT] = { 0 };
    atr_Status st = split(text, size, fields, error);
    if (st == ATR_OK) {
        st = read_names(fields, out, error);
    }
    if (st == ATR_OK) {
        st = read_numbers(fields, out, error);
    }
    if (st == ATR_OK) {
        st = read_signature(text, fields, out, error);
    }
    if (st != ATR_OK) {
        return st;
    }
    out->format = ATR_RECEIPT_ATR1;
    /* Without the kid: a store that changes its key is not paid twice for one purchase. */
    snprintf(out->key, sizeof out->key, "ATR1|%s|%s|%.8s|%llu", out->store, out->till,
             fields[FIELD_TIME].text, (unsigned long long)out->sequence);
    return ATR_OK;
}

atr_Status atr_receipt_issue(const atr_ReceiptIssue *issue, char *out, size_t out_size)
{
    ATR_ASSERT(issue != NULL && out != NULL);
    if (issue->kid == NULL || issue->store == NULL || issue->till == NULL || issue->trn == NULL ||
        issue->secret_key == NULL || issue->total_fils < 0 || issue->vat_fils < 0 ||
        !atr_receipt_trn_is_valid(issue->trn)) {
        return ATR_ERR_INVALID;
    }
    char time[16];
    if (!atr__format_time(issue->local_time_s, time)) {
        return ATR_ERR_INVALID;
    }
    char line[ATR__ATR1_MAX + 1];
    const int length =
        snprintf(line, sizeof line, "ATR1|%s|%s|%s|%llu|%s|AED|%lld|%lld|%s", issue->kid,
                 issue->store, issue->till, (unsigned long long)issue->sequence, time,
                 (long long)issue->total_fils, (long long)issue->vat_fils, issue->trn);
    const size_t needed = (size_t)length + 1 + SIGNATURE_CHARACTERS + 1;
    if (length < 0 || needed > sizeof line || needed > out_size) {
        return ATR_ERR_INVALID;
    }
    unsigned char signature[crypto_sign_BYTES];
    crypto_sign_detached(signature, NULL, (const unsigned char *)line, (unsigned long long)length,
                         issue->secret_key);
    line[length] = '|';
    sodium_bin2base64(line + length + 1, sizeof line - (size_t)length - 1, signature,
                      sizeof signature, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    atr_Receipt again;
    if (atr_receipt_decode((atr_Bytes){ line, needed - 1 }, &again, NULL) != ATR_OK) {
        return ATR_ERR_INVALID;
    }
    memcpy(out, line, needed);
    return ATR_OK;
}
