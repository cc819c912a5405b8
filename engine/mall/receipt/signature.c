/* Judges signatures: Ed25519 by libsodium, ECDSA on secp256k1 by libsecp256k1.
 *
 * ZATCA's signers sign SHA-256 of the 32 hash bytes, so the hash is hashed once more, and half of
 * them write the larger of the two values S may have; libsecp256k1 accepts the smaller only, so S
 * is normalised first. That makes a second valid signature for any receipt: no key is ever derived
 * from one. */
#include "receipt/receipt_internal.h"

#include <secp256k1.h>
#include <sodium.h>

#include <string.h>

static bool same_point(const secp256k1_context *context, const secp256k1_pubkey *a,
                       const atr_ReceiptKey *pinned)
{
    secp256k1_pubkey b;
    return pinned->size <= sizeof pinned->bytes &&
           secp256k1_ec_pubkey_parse(context, &b, pinned->bytes, pinned->size) == 1 &&
           secp256k1_ec_pubkey_cmp(context, a, &b) == 0;
}

static atr_Signature check_zatca(const atr_Receipt *receipt, const atr_ReceiptKey *pinned)
{
    const secp256k1_context *context = secp256k1_context_static;
    secp256k1_pubkey key;
    secp256k1_ecdsa_signature signature;
    if (secp256k1_ec_pubkey_parse(context, &key, receipt->public_key, receipt->public_key_size) !=
        1) {
        return ATR_SIGNATURE_BAD;
    }
    if (pinned != NULL &&
        (pinned->algorithm != ATR_KEY_SECP256K1 || !same_point(context, &key, pinned))) {
        return ATR_SIGNATURE_BAD;
    }
    if (secp256k1_ecdsa_signature_parse_der(context, &signature, receipt->signature,
                                            receipt->signature_size) != 1) {
        return ATR_SIGNATURE_BAD;
    }
    secp256k1_ecdsa_signature_normalize(context, &signature, &signature);
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, receipt->signed_bytes, receipt->signed_size);
    return secp256k1_ecdsa_verify(context, &signature, digest, &key) == 1 ? ATR_SIGNATURE_OK
                                                                          : ATR_SIGNATURE_BAD;
}

static atr_Signature check_atr1(const atr_Receipt *receipt, const atr_ReceiptKey *pinned)
{
    if (pinned == NULL) {
        return ATR_SIGNATURE_UNKNOWN;
    }
    if (pinned->algorithm != ATR_KEY_ED25519 || pinned->size != crypto_sign_PUBLICKEYBYTES ||
        receipt->signature_size != crypto_sign_BYTES) {
        return ATR_SIGNATURE_BAD;
    }
    return crypto_sign_verify_detached(receipt->signature, receipt->signed_bytes,
                                       receipt->signed_size, pinned->bytes) == 0
               ? ATR_SIGNATURE_OK
               : ATR_SIGNATURE_BAD;
}

atr_Signature atr_receipt_check_signature(const atr_Receipt *receipt, const atr_ReceiptKey *pinned)
{
    ATR_ASSERT(receipt != NULL);
    switch (receipt->format) {
    case ATR_RECEIPT_ATR1:
        return check_atr1(receipt, pinned);
    case ATR_RECEIPT_ZATCA2:
        return check_zatca(receipt, pinned);
    case ATR_RECEIPT_ZATCA1:
    case ATR_RECEIPT_UNKNOWN:
        break;
    }
    return ATR_SIGNATURE_NONE;
}
