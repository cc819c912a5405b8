/* Public keys as people hand them over: PEM, DER, or hexadecimal text of either kind's
 * SubjectPublicKeyInfo. DER writes these structures in one way only, so comparing the bytes before
 * the key is parsing them; whether the point is on its curve the libraries are asked. */
#include "receipt/receipt_internal.h"

#include <secp256k1.h>
#include <sodium.h>

#include <string.h>

#define SOURCE     "key"
#define TEXT_MAX   4096
#define BINARY_MAX 128

typedef struct Prefix {
    atr_KeyAlgorithm algorithm;
    uint32_t size;
    uint32_t key_size;
    uint8_t bytes[23];
} Prefix;

/* RFC 5480 (secp256k1 by its object identifier 1.3.132.0.10) and RFC 8410. */
static const Prefix prefixes[] = {
    { ATR_KEY_SECP256K1, 23, 65, { 0x30, 0x56, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
                                   0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
                                   0x81, 0x04, 0x00, 0x0a, 0x03, 0x42, 0x00 } },
    { ATR_KEY_SECP256K1, 23, 33, { 0x30, 0x36, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
                                   0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
                                   0x81, 0x04, 0x00, 0x0a, 0x03, 0x22, 0x00 } },
    { ATR_KEY_ED25519,
      12,
      32,
      { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 } },
};

bool atr__spki_parse(const uint8_t *der, size_t size, atr_KeyAlgorithm *algorithm,
                     const uint8_t **key, uint32_t *key_size)
{
    for (size_t i = 0; i < ATR_COUNT_OF(prefixes); i++) {
        const Prefix *p = &prefixes[i];
        if (size == p->size + p->key_size && memcmp(der, p->bytes, p->size) == 0) {
            *algorithm = p->algorithm;
            *key = der + p->size;
            *key_size = p->key_size;
            return true;
        }
    }
    return false;
}

static const char *find(const char *text, size_t size, const char *word)
{
    const size_t length = strlen(word);
    for (size_t i = 0; i + length <= size; i++) {
        if (memcmp(text + i, word, length) == 0) {
            return text + i;
        }
    }
    return NULL;
}

/* The bytes inside PEM armour. */
static bool from_pem(const char *text, size_t size, uint8_t *out, size_t *out_size)
{
    static const char begin[] = "-----BEGIN PUBLIC KEY-----";
    static const char end[] = "-----END PUBLIC KEY-----";
    const char *start = find(text, size, begin);
    if (start == NULL) {
        return false;
    }
    start += sizeof begin - 1;
    const char *stop = find(start, size - (size_t)(start - text), end);
    return stop != NULL &&
           sodium_base642bin(out, BINARY_MAX, start, (size_t)(stop - start), " \t\r\n", out_size,
                             NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
}

static bool from_hex(const char *text, size_t size, uint8_t *out, size_t *out_size)
{
    const char *end = NULL;
    return sodium_hex2bin(out, BINARY_MAX, text, size, " \t\r\n", out_size, &end) == 0 &&
           end == text + size;
}

bool atr__point_normalise(uint8_t bytes[65], uint32_t *size)
{
    secp256k1_pubkey point;
    size_t written = 65;
    if (secp256k1_ec_pubkey_parse(secp256k1_context_static, &point, bytes, *size) != 1) {
        return false;
    }
    secp256k1_ec_pubkey_serialize(secp256k1_context_static, bytes, &written, &point,
                                  SECP256K1_EC_UNCOMPRESSED);
    *size = (uint32_t)written;
    return true;
}

static bool settle_point(atr_ReceiptKey *key)
{
    return key->algorithm == ATR_KEY_ED25519 ? crypto_core_ed25519_is_valid_point(key->bytes) == 1
                                             : atr__point_normalise(key->bytes, &key->size);
}

atr_Status atr_receipt_key_parse(atr_Bytes text, atr_ReceiptKey *out, atr_Error *error)
{
    ATR_ASSERT(out != NULL);
    uint8_t buffer[BINARY_MAX];
    const uint8_t *der = text.data;
    size_t size = text.size;
    if (text.data == NULL || size == 0 || size > TEXT_MAX) {
        return atr__receipt_fail(error, SOURCE, 0, "expected 1 to %d bytes, found %zu", TEXT_MAX,
                                 size);
    }
    bool raw = false;
    if (from_pem(text.data, text.size, buffer, &size)) {
        der = buffer;
    } else if (from_hex(text.data, text.size, buffer, &size)) {
        der = buffer;
        raw = size == crypto_sign_PUBLICKEYBYTES;
    } else {
        size = text.size;
    }
    atr_ReceiptKey key = { .algorithm = ATR_KEY_ED25519, .size = (uint32_t)size };
    const uint8_t *bytes = der;
    if (!raw && !atr__spki_parse(der, size, &key.algorithm, &bytes, &key.size)) {
        return atr__receipt_fail(error, SOURCE, 0,
                                 "expected a SubjectPublicKeyInfo of Ed25519 or secp256k1 as PEM, "
                                 "DER or hexadecimal");
    }
    memcpy(key.bytes, bytes, key.size);
    if (!settle_point(&key)) {
        return atr__receipt_fail(error, SOURCE, 0, "expected a point on the curve of its kind");
    }
    out->algorithm = key.algorithm;
    out->size = key.size;
    memcpy(out->bytes, key.bytes, sizeof out->bytes);
    if (error != NULL) {
        memset(error, 0, sizeof *error);
    }
    return ATR_OK;
}

atr_Status atr_receipt_keypair(uint8_t public_key[32], uint8_t secret_key[64])
{
    if (sodium_init() < 0 || crypto_sign_keypair(public_key, secret_key) != 0) {
        return ATR_ERR_BACKEND;
    }
    return ATR_OK;
}
