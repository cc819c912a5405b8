/* Bounds the text, recognises the format by its first bytes, and hands it to that format's decoder.
 * What a decoder refuses is refused whole: `out` is all zero then. */
#include "receipt/receipt_internal.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool begins_with(const char *text, size_t size, const char *prefix)
{
    const size_t length = strlen(prefix);
    return size >= length && memcmp(text, prefix, length) == 0;
}

static atr_Status decode(const char *text, size_t size, atr_Receipt *out, atr_Error *error)
{
    if (size > ATR_RECEIPT_TEXT_MAX) {
        return atr__receipt_fail(error, "receipt", ATR_RECEIPT_TEXT_MAX,
                                 "expected at most %d bytes of text", ATR_RECEIPT_TEXT_MAX);
    }
    while (size > 0 && is_space(text[0])) {
        text++;
        size--;
    }
    while (size > 0 && is_space(text[size - 1])) {
        size--;
    }
    if (size == 0) {
        return atr__receipt_fail(error, "receipt", 0, "expected a receipt's code, found no text");
    }
    if (begins_with(text, size, "ATR1|")) {
        return atr__decode_atr1(text, size, out, error);
    }
    return atr__decode_zatca(text, size, out, error);
}

atr_Status atr_receipt_decode(atr_Bytes text, atr_Receipt *out, atr_Error *error)
{
    ATR_ASSERT(out != NULL);
    ATR_ASSERT(text.data != NULL || text.size == 0);
    memset(out, 0, sizeof *out);
    const atr_Status st = decode(text.data, text.size, out, error);
    if (st != ATR_OK) {
        memset(out, 0, sizeof *out);
    } else if (error != NULL) {
        memset(error, 0, sizeof *error);
    }
    return st;
}

const char *atr_receipt_format_name(atr_ReceiptFormat format)
{
    switch (format) {
    case ATR_RECEIPT_ATR1:
        return "atr1";
    case ATR_RECEIPT_ZATCA1:
        return "zatca-p1";
    case ATR_RECEIPT_ZATCA2:
        return "zatca-p2";
    case ATR_RECEIPT_UNKNOWN:
        break;
    }
    return "unknown";
}

const char *atr_signature_name(atr_Signature signature)
{
    switch (signature) {
    case ATR_SIGNATURE_OK:
        return "ok";
    case ATR_SIGNATURE_BAD:
        return "bad";
    case ATR_SIGNATURE_UNKNOWN:
        return "unknown";
    case ATR_SIGNATURE_NONE:
        break;
    }
    return "none";
}
