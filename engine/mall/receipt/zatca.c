/* ZATCA phase 1 and 2: base64 of tag, length, value (one byte each for tag and length), repeated.
 *
 * Tags 1 to 5 are words and numbers nobody signed. Tags 6 to 8 of phase 2 are the invoice's hash,
 * an ECDSA signature of that hash and the key it was made with; tag 9 is the certificate's own
 * signature. Any order is read, each tag once, unknown tags are refused. Checking the signature is
 * signature.c's; the certificate itself is not in the code, so tag 9 is only bounded. */
#include "receipt/receipt_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define SOURCE    "ZATCA"
#define TAG_MAX   9
#define BYTES_MAX (ATR_RECEIPT_TEXT_MAX / 4 * 3)

typedef struct Value {
    const uint8_t *bytes; /* NULL: absent */
    size_t size;
    size_t offset; /* of the tag, in the decoded bytes */
} Value;

static const char *const tag_names[TAG_MAX + 1] = {
    "",          "seller", "VAT number", "time",       "total",
    "VAT total", "hash",   "signature",  "public key", "certificate signature",
};

/* Offsets in errors count decoded bytes: that is what a tool for this format shows. */
static atr_Status fail(atr_Error *error, const Value *values, int tag, const char *expected)
{
    return atr__receipt_fail(error, SOURCE, values[tag].offset, "tag %d (%s): expected %s", tag,
                             tag_names[tag], expected);
}

static atr_Status split(const uint8_t *bytes, size_t size, Value values[TAG_MAX + 1],
                        atr_Error *error)
{
    for (size_t i = 0; i < size;) {
        const int tag = bytes[i];
        if (tag < 1 || tag > TAG_MAX) {
            return atr__receipt_fail(error, SOURCE, i, "byte %zu: expected a tag from 1 to 9", i);
        }
        if (values[tag].bytes != NULL) {
            return atr__receipt_fail(error, SOURCE, i, "byte %zu: expected tag %d only once", i,
                                     tag);
        }
        if (size - i < 2) {
            return atr__receipt_fail(error, SOURCE, i, "byte %zu: expected a length after tag %d",
                                     i, tag);
        }
        const size_t length = bytes[i + 1];
        if (length > size - i - 2) {
            return atr__receipt_fail(error, SOURCE, i, "tag %d (%s): expected %zu bytes, found %zu",
                                     tag, tag_names[tag], length, size - i - 2);
        }
        values[tag] = (Value){ bytes + i + 2, length, i };
        i += 2 + length;
    }
    return ATR_OK;
}

static bool is_plain_ascii(const Value *value)
{
    for (size_t i = 0; i < value->size; i++) {
        if (value->bytes[i] <= 0x20 || value->bytes[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

static bool read_time(const Value *value, atr_Receipt *out)
{
    const char *text = (const char *)value->bytes;
    out->time_is_utc = value->size > 0 && text[value->size - 1] == 'Z';
    return atr__parse_time(text, value->size,
                           out->time_is_utc ? "YYYY-MM-DDThh:mm:ssZ" : "YYYY-MM-DDThh:mm:ss",
                           &out->time_s);
}

static atr_Status read_words(const Value *values, atr_Receipt *out, atr_Error *error)
{
    for (int tag = 1; tag <= 5; tag++) {
        if (values[tag].bytes == NULL) {
            return atr__receipt_fail(error, SOURCE, 0, "tag %d (%s): expected once, found none",
                                     tag, tag_names[tag]);
        }
    }
    const Value *v = &values[1];
    if (v->size == 0 || !atr__text_is_clean((const char *)v->bytes, v->size)) {
        return fail(error, values, 1, "a name in UTF-8 without control characters");
    }
    memcpy(out->seller, v->bytes, v->size);
    v = &values[2];
    if (v->size == 0 || v->size >= sizeof out->trn || !is_plain_ascii(v)) {
        return fail(error, values, 2, "1 to 15 characters of ASCII");
    }
    memcpy(out->trn, v->bytes, v->size);
    if (!read_time(&values[3], out)) {
        return fail(error, values, 3, "a date and time as YYYY-MM-DDThh:mm:ss, with Z or without");
    }
    if (!atr__parse_fils((const char *)values[4].bytes, values[4].size, &out->total_fils)) {
        return fail(error, values, 4, "an amount with at most 2 decimals");
    }
    if (!atr__parse_fils((const char *)values[5].bytes, values[5].size, &out->vat_fils)) {
        return fail(error, values, 5, "an amount with at most 2 decimals");
    }
    return ATR_OK;
}

static bool from_base64(const Value *value, uint8_t *out, size_t capacity, size_t *size)
{
    return sodium_base642bin(out, capacity, (const char *)value->bytes, value->size, NULL, size,
                             NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
}

static atr_Status read_signature(const Value *values, atr_Receipt *out, atr_Error *error)
{
    for (int tag = 6; tag <= 8; tag++) {
        if (values[tag].bytes == NULL) {
            return atr__receipt_fail(error, SOURCE, 0,
                                     "tag %d (%s): expected beside the other tags of phase 2", tag,
                                     tag_names[tag]);
        }
    }
    size_t size = 0;
    if (values[6].size != 44 || !from_base64(&values[6], out->signed_bytes, 32, &size) ||
        size != 32) {
        return fail(error, values, 6, "32 bytes as 44 characters of base64");
    }
    out->signed_size = 32;
    if (!from_base64(&values[7], out->signature, sizeof out->signature, &size) || size < 8 ||
        out->signature[0] != 0x30) {
        return fail(error, values, 7, "a DER signature of 8 to 80 bytes as base64");
    }
    out->signature_size = (uint32_t)size;
    atr_KeyAlgorithm algorithm = ATR_KEY_ED25519;
    const uint8_t *key = NULL;
    uint32_t key_size = 0;
    if (!atr__spki_parse(values[8].bytes, values[8].size, &algorithm, &key, &key_size) ||
        algorithm != ATR_KEY_SECP256K1) {
        return fail(error, values, 8, "a DER SubjectPublicKeyInfo on secp256k1");
    }
    memcpy(out->public_key, key, key_size);
    out->public_key_size = key_size;
    /* What is on no curve stays as it is: no signature verifies with it. */
    (void)atr__point_normalise(out->public_key, &out->public_key_size);
    if (values[9].bytes != NULL) {
        if (values[9].size > sizeof out->certificate_signature) {
            return fail(error, values, 9, "at most 80 bytes");
        }
        memcpy(out->certificate_signature, values[9].bytes, values[9].size);
        out->certificate_signature_size = (uint32_t)values[9].size;
    }
    return ATR_OK;
}

/* Phase 1 names its purchase by what it says: spelled from the values read, so that writing 230.00
 * for 230, or leaving the Z away, makes no second receipt. */
static void make_phase1_key(atr_Receipt *out)
{
    char words[96];
    const int length =
        snprintf(words, sizeof words, "%s|%lld|%lld|%lld", out->trn, (long long)out->time_s,
                 (long long)out->total_fils, (long long)out->vat_fils);
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)words, (unsigned long long)length);
    memcpy(out->key, "ZATCA1|", 7);
    sodium_bin2hex(out->key + 7, sizeof out->key - 7, hash, sizeof hash);
}

atr_Status atr__decode_zatca(const char *text, size_t size, atr_Receipt *out, atr_Error *error)
{
    uint8_t bytes[BYTES_MAX];
    size_t count = 0;
    const char *end = NULL;
    if (sodium_base642bin(bytes, sizeof bytes, text, size, NULL, &count, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != text + size || count == 0) {
        const size_t offset = end == NULL || end < text ? 0 : (size_t)(end - text);
        return atr__receipt_fail(error, "receipt", offset,
                                 "expected ATR1| or base64 without gaps, and with its padding");
    }
    Value values[TAG_MAX + 1] = { 0 };
    atr_Status st = split(bytes, count, values, error);
    if (st == ATR_OK) {
        st = read_words(values, out, error);
    }
    if (st != ATR_OK) {
        return st;
    }
    bool phase2 = false;
    for (int tag = 6; tag <= TAG_MAX; tag++) {
        phase2 = phase2 || values[tag].bytes != NULL;
    }
    if (!phase2) {
        out->format = ATR_RECEIPT_ZATCA1;
        make_phase1_key(out);
        return ATR_OK;
    }
    st = read_signature(values, out, error);
    if (st == ATR_OK) {
        out->format = ATR_RECEIPT_ZATCA2;
        memcpy(out->key, "ZATCA2|", 7);
        sodium_bin2hex(out->key + 7, sizeof out->key - 7, out->signed_bytes, 32);
    }
    return st;
}
