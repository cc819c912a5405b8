/* Makes receipts for tests from keys of fixed seeds: ATR1 lines whose fields can be replaced one by
 * one, and ZATCA codes tag by tag. Header only; each test uses what it needs. */
#ifndef ATR_TEST_RECEIPT_MAKER_H
#define ATR_TEST_RECEIPT_MAKER_H

#include "cmocka_all.h"

#include <atrium/receipt.h>

#include <secp256k1.h>
#include <sodium.h>

#include <stdio.h>
#include <string.h>

/* SEC 1 has three ways to write a point down. */
typedef enum MakerPoint {
    MAKER_POINT_LONG = 0,
    MAKER_POINT_SHORT,
    MAKER_POINT_HYBRID,
    MAKER_POINT_COUNT
} MakerPoint;

typedef struct Maker {
    uint8_t ed_public[32];
    uint8_t ed_secret[64];
    uint8_t ec_secret[32];
    uint8_t ec_public[65];
    secp256k1_context *context;
    MakerPoint spelling; /* of the key in codes and key files */
} Maker;

static inline void maker_init(Maker *maker, const char *seed_words)
{
    uint8_t seed[32];
    maker->spelling = MAKER_POINT_LONG;
    assert_true(sodium_init() >= 0);
    crypto_hash_sha256(seed, (const uint8_t *)seed_words, strlen(seed_words));
    crypto_sign_seed_keypair(maker->ed_public, maker->ed_secret, seed);
    memcpy(maker->ec_secret, seed, 32);
    maker->context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    secp256k1_pubkey key;
    size_t size = sizeof maker->ec_public;
    assert_int_equal(secp256k1_ec_pubkey_create(maker->context, &key, maker->ec_secret), 1);
    secp256k1_ec_pubkey_serialize(maker->context, maker->ec_public, &size, &key,
                                  SECP256K1_EC_UNCOMPRESSED);
}

static inline void maker_deinit(Maker *maker)
{
    secp256k1_context_destroy(maker->context);
}

/* ---- ATR1 ------------------------------------------------------------------------------------ */

static const char *const maker_fields[10] = {
    "ATR1", "k1", "nour", "1", "42", "20261119T143000", "AED", "12050", "574", "100999000100002",
};

/* Signs whatever the fields say; `replace` (0..9, -1 none) takes `with` instead. */
static inline void maker_atr1(const Maker *maker, int replace, const char *with, char *out,
                              size_t size)
{
    uint8_t signature[crypto_sign_BYTES];
    size_t used = 0;
    for (int i = 0; i < 10; i++) {
        used += (size_t)snprintf(out + used, size - used, "%s%s", i == 0 ? "" : "|",
                                 i == replace ? with : maker_fields[i]);
        assert_true(used < size);
    }
    crypto_sign_detached(signature, NULL, (const uint8_t *)out, used, maker->ed_secret);
    out[used] = '|';
    sodium_bin2base64(out + used + 1, size - used - 1, signature, sizeof signature,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static inline atr_Status maker_decode(const char *text, atr_Receipt *out, atr_Error *error)
{
    return atr_receipt_decode((atr_Bytes){ text, strlen(text) }, out, error);
}

/* ---- ZATCA ----------------------------------------------------------------------------------- */

typedef struct Tlv {
    uint8_t bytes[2048];
    size_t size;
} Tlv;

static inline void tlv_add(Tlv *tlv, uint8_t tag, const void *value, size_t size)
{
    assert_true(size <= 255 && tlv->size + size + 2 <= sizeof tlv->bytes);
    tlv->bytes[tlv->size++] = tag;
    tlv->bytes[tlv->size++] = (uint8_t)size;
    memcpy(tlv->bytes + tlv->size, value, size);
    tlv->size += size;
}

static inline void tlv_text(Tlv *tlv, uint8_t tag, const char *text)
{
    tlv_add(tlv, tag, text, strlen(text));
}

static inline void tlv_base64(const Tlv *tlv, char *out, size_t size)
{
    sodium_bin2base64(out, size, tlv->bytes, tlv->size, sodium_base64_VARIANT_ORIGINAL);
}

static const char *const maker_words[5] = {
    "متجر الواحة", "301234567800003", "2026-11-19T14:30:00", "115.00", "15.00",
};

/* Tags 1 to 5; `replace` (1..5, 0 none) takes `with` instead; NULL leaves it out. */
static inline void maker_phase1(Tlv *tlv, int replace, const char *with)
{
    for (int tag = 1; tag <= 5; tag++) {
        const char *text = tag == replace ? with : maker_words[tag - 1];
        if (text != NULL) {
            tlv_text(tlv, (uint8_t)tag, text);
        }
    }
}

static const uint8_t maker_order[32] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
};

/* The other valid S of a signature: order minus S. */
static inline void maker_negate_s(uint8_t compact[64])
{
    int borrow = 0;
    for (int i = 31; i >= 0; i--) {
        const int digit = maker_order[i] - compact[32 + i] - borrow;
        borrow = digit < 0;
        compact[32 + i] = (uint8_t)(digit + borrow * 256);
    }
}

static const uint8_t maker_spki_prefix[23] = {
    0x30, 0x56, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a, 0x03, 0x42, 0x00,
};

/* The SubjectPublicKeyInfo of the maker's point, in its spelling. Returns the size. */
static inline size_t maker_spki(const Maker *maker, uint8_t out[88])
{
    const uint8_t odd = maker->ec_public[64] & 1;
    memcpy(out, maker_spki_prefix, 23);
    memcpy(out + 23, maker->ec_public, 65);
    switch (maker->spelling) {
    case MAKER_POINT_SHORT:
        out[1] = 0x36;
        out[21] = 0x22;
        out[23] = 0x02 | odd;
        return 23 + 33;
    case MAKER_POINT_HYBRID:
        out[23] = 0x06 | odd;
        break;
    case MAKER_POINT_LONG:
    case MAKER_POINT_COUNT:
        break;
    }
    return 23 + 65;
}

static inline void maker_hash(const char *invoice, uint8_t hash[32])
{
    crypto_hash_sha256(hash, (const uint8_t *)invoice, strlen(invoice));
}

/* DER of the signature over the hash of the hash. */
static inline size_t maker_sign(const Maker *maker, const uint8_t hash[32], bool high_s,
                                uint8_t *der, size_t capacity)
{
    uint8_t digest[32];
    uint8_t compact[64];
    secp256k1_ecdsa_signature signature;
    crypto_hash_sha256(digest, hash, 32);
    assert_int_equal(
        secp256k1_ecdsa_sign(maker->context, &signature, digest, maker->ec_secret, NULL, NULL), 1);
    if (high_s) {
        secp256k1_ecdsa_signature_serialize_compact(maker->context, compact, &signature);
        maker_negate_s(compact);
        assert_int_equal(
            secp256k1_ecdsa_signature_parse_compact(maker->context, &signature, compact), 1);
    }
    assert_int_equal(
        secp256k1_ecdsa_signature_serialize_der(maker->context, der, &capacity, &signature), 1);
    return capacity;
}

/* Tags 6 to 8, which sign `invoice`. */
static inline void maker_phase2(const Maker *maker, Tlv *tlv, const char *invoice, bool high_s)
{
    uint8_t hash[32];
    uint8_t der[80];
    uint8_t spki[88];
    char text[128];
    maker_hash(invoice, hash);
    const size_t size = maker_sign(maker, hash, high_s, der, sizeof der);
    const size_t spki_size = maker_spki(maker, spki);
    sodium_bin2base64(text, sizeof text, hash, 32, sodium_base64_VARIANT_ORIGINAL);
    tlv_text(tlv, 6, text);
    sodium_bin2base64(text, sizeof text, der, size, sodium_base64_VARIANT_ORIGINAL);
    tlv_text(tlv, 7, text);
    tlv_add(tlv, 8, spki, spki_size);
}

static inline atr_Status maker_decode_tlv(const Tlv *tlv, atr_Receipt *out, atr_Error *error)
{
    char text[4096];
    tlv_base64(tlv, text, sizeof text);
    return maker_decode(text, out, error);
}

#endif
