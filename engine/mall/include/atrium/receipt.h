/**
 * atrium/receipt.h: reads a scanned receipt and judges whether its signature is good.
 *
 * A receipt arrives as one piece of text from a code reader. Decoding never looks anything up and
 * never trusts what it reads: it bounds the text, splits it, checks every field's form, and derives
 * the receipt key by which a purchase is known. Judging the signature takes the key pinned to the
 * store (ATR1) or the one inside the receipt (ZATCA phase 2). What the signature is worth, and what
 * the mall makes of it, is rules.h.
 *
 *     atr_Receipt receipt;
 *     atr_Error error;
 *     if (atr_receipt_decode((atr_Bytes){ text, size }, &receipt, &error) != ATR_OK) {
 *         fprintf(stderr, "%s: %s\n", error.source, error.text);
 *     }
 *     atr_Signature signature = atr_receipt_check_signature(&receipt, &pinned_key);
 *
 * Formats: ATR1 (the mall's own, Ed25519) and ZATCA phase 1 and 2 (Saudi e-invoicing QR, "ZATCA
 * Electronic Invoice Security Features Implementation Standards", TLV, ECDSA on secp256k1).
 *
 * Threads: every call is a pure function of its arguments; any thread.
 */
#ifndef ATRIUM_RECEIPT_H
#define ATRIUM_RECEIPT_H

#include <atrium/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ATR_RECEIPT_TEXT_MAX 4096 /* longer text is refused before it is parsed, bytes */
#define ATR_RECEIPT_NAME_MAX 16   /* kid, store and till, characters */
#define ATR_RECEIPT_KEY_MAX  127  /* receipt key, characters */

typedef enum atr_ReceiptFormat {
    ATR_RECEIPT_UNKNOWN = 0,
    ATR_RECEIPT_ATR1,
    ATR_RECEIPT_ZATCA1, /* tags 1 to 5 */
    ATR_RECEIPT_ZATCA2  /* tags 6 to 8 or 9 as well */
} atr_ReceiptFormat;

/** What a signature check alone says, whoever's key it was. */
typedef enum atr_Signature {
    ATR_SIGNATURE_NONE = 0, /* the format carries none */
    ATR_SIGNATURE_OK,
    ATR_SIGNATURE_BAD,
    ATR_SIGNATURE_UNKNOWN /* there is one, and no key to check it with */
} atr_Signature;

typedef enum atr_KeyAlgorithm { ATR_KEY_ED25519 = 1, ATR_KEY_SECP256K1 = 2 } atr_KeyAlgorithm;

/** A public key pinned by the mall. It names the store: the receipt's own words never do. */
typedef struct atr_ReceiptKey {
    char kid[ATR_RECEIPT_NAME_MAX + 1];
    char store[ATR_RECEIPT_NAME_MAX + 1];
    char till[ATR_RECEIPT_NAME_MAX + 1]; /* "" when any till of the store may use it */
    char trn[16];                        /* tax registration number, 15 digits; "" unchecked */
    atr_KeyAlgorithm algorithm;
    uint8_t bytes[65]; /* Ed25519: 32 bytes; secp256k1: 65 bytes, SEC 1, uncompressed */
    uint32_t size;
    int64_t valid_from_s;  /* UTC seconds; 0: always */
    int64_t valid_until_s; /* UTC seconds; 0: for ever */
    bool revoked;
    int64_t compromised_since_s; /* with revoked: receipts dated from here on are rejected */
} atr_ReceiptKey;

/** A decoded receipt: plain data, no ownership. Strings are zero terminated UTF-8. */
typedef struct atr_Receipt {
    atr_ReceiptFormat format;
    char kid[ATR_RECEIPT_NAME_MAX + 1];   /* ATR1; "" otherwise */
    char store[ATR_RECEIPT_NAME_MAX + 1]; /* ATR1: as printed, not yet believed; "" otherwise */
    char till[ATR_RECEIPT_NAME_MAX + 1];  /* ATR1 */
    uint64_t sequence;                    /* ATR1 */
    char seller[256];                     /* ZATCA tag 1 */
    char trn[16];                         /* TRN or VAT number, as printed */
    int64_t time_s;     /* seconds since 1970 of the printed date and time, read as if UTC */
    bool time_is_utc;   /* false: the store's local time, subtract its offset to get UTC */
    char currency[4];   /* "AED"; "" when the format names none */
    int64_t total_fils; /* hundredths of the currency; may be zero or negative: rules judge that */
    int64_t vat_fils;
    char key[ATR_RECEIPT_KEY_MAX + 1]; /* under which it is paid once, prefixed by its format */

    /* What the signature check needs; callers leave these alone. */
    uint8_t signed_bytes[256];
    uint32_t signed_size;
    uint8_t signature[80];
    uint32_t signature_size;
    uint8_t public_key[65]; /* ZATCA2: the key inside the receipt, SEC 1, uncompressed */
    uint32_t public_key_size;
    uint8_t certificate_signature[80]; /* ZATCA2 tag 9 */
    uint32_t certificate_signature_size;
} atr_Receipt;

/**
 * Reads a receipt. Surrounding white space is ignored; the format is recognised by its content.
 *
 * @param text   What the reader sent; not zero terminated; any bytes.
 * @param out    The receipt; all zero on failure.
 * @param error  May be NULL. On failure: the format as source, and which field was not as expected.
 * @return ATR_OK; ATR_ERR_FORMAT.
 */
ATR_NODISCARD ATR_API atr_Status atr_receipt_decode(atr_Bytes text, atr_Receipt *out,
                                                    atr_Error *error);

/**
 * Judges the signature alone: dates, revocation and whose key it is are rules.h's.
 *
 * @param pinned  Key to check with, or NULL. ZATCA2 is checked with the key inside it; with a
 *                pinned secp256k1 key that differs, the answer is ATR_SIGNATURE_BAD.
 */
ATR_API atr_Signature atr_receipt_check_signature(const atr_Receipt *receipt,
                                                  const atr_ReceiptKey *pinned);

/**
 * Reads a public key: SubjectPublicKeyInfo as PEM, DER or hexadecimal text, of Ed25519 or
 * secp256k1; raw 32 byte Ed25519 keys as 64 hexadecimal digits too. Fills algorithm, bytes and
 * size, no more.
 * @return ATR_OK; ATR_ERR_FORMAT.
 */
ATR_NODISCARD ATR_API atr_Status atr_receipt_key_parse(atr_Bytes text, atr_ReceiptKey *out,
                                                       atr_Error *error);

/** What a till prints. Strings as in atr_Receipt; time is the store's local time. */
typedef struct atr_ReceiptIssue {
    const char *kid;
    const char *store;
    const char *till;
    uint64_t sequence;
    int64_t local_time_s;
    int64_t total_fils;
    int64_t vat_fils;
    const char *trn;           /* 15 digits */
    const uint8_t *secret_key; /* 64 bytes, Ed25519 (seed and public key) */
} atr_ReceiptIssue;

/**
 * Writes and signs an ATR1 line, zero terminated, without newline.
 * @param out  At least 257 bytes.
 * @return ATR_OK; ATR_ERR_INVALID when a field could not be decoded again.
 */
ATR_NODISCARD ATR_API atr_Status atr_receipt_issue(const atr_ReceiptIssue *issue, char *out,
                                                   size_t out_size);

/** Makes an Ed25519 key pair from the system's random source. */
ATR_NODISCARD ATR_API atr_Status atr_receipt_keypair(uint8_t public_key[32],
                                                     uint8_t secret_key[64]);

/** "atr1", "zatca-p1", "zatca-p2" or "unknown". Static storage. */
ATR_API const char *atr_receipt_format_name(atr_ReceiptFormat format);

/** "ok", "bad", "unknown" or "none". Static storage. */
ATR_API const char *atr_signature_name(atr_Signature signature);

/** True for 1 to 16 of A-Z a-z 0-9 . _ -: what kid, store and till are made of. NULL: false. */
ATR_API bool atr_receipt_name_is_valid(const char *name);

/** True when `trn` is 15 digits. */
ATR_API bool atr_receipt_trn_is_valid(const char *trn);

#ifdef __cplusplus
}
#endif

#endif
