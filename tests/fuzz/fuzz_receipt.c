/* Any bytes as a receipt and as a public key: nothing crashes, what is refused leaves nothing
 * behind, and what is accepted keeps the bounds that everything after it relies on. */
#include "fuzz.h"

#include <atrium/rules.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "broken: %s\n", #condition);                                           \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static const int64_t fils_limit = 10000000000000;

static bool is_terminated(const char *text, size_t capacity)
{
    return memchr(text, '\0', capacity) != NULL;
}

/* Byte by byte, what lies between the members included: it may be written somewhere as a whole. */
static bool is_all_zero(const void *memory, size_t size)
{
    const uint8_t *bytes = memory;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

static void check_accepted(const atr_Receipt *receipt, const atr_Error *error)
{
    REQUIRE(error->text[0] == '\0');
    REQUIRE(receipt->format != ATR_RECEIPT_UNKNOWN);
    REQUIRE(is_terminated(receipt->kid, sizeof receipt->kid));
    REQUIRE(is_terminated(receipt->store, sizeof receipt->store));
    REQUIRE(is_terminated(receipt->till, sizeof receipt->till));
    REQUIRE(is_terminated(receipt->seller, sizeof receipt->seller));
    REQUIRE(is_terminated(receipt->trn, sizeof receipt->trn));
    REQUIRE(is_terminated(receipt->key, sizeof receipt->key) && strlen(receipt->key) > 7);
    REQUIRE(receipt->signed_size <= sizeof receipt->signed_bytes);
    REQUIRE(receipt->signature_size <= sizeof receipt->signature);
    REQUIRE(receipt->public_key_size <= sizeof receipt->public_key);
    REQUIRE(receipt->certificate_signature_size <= sizeof receipt->certificate_signature);
    REQUIRE(receipt->total_fils < fils_limit && receipt->total_fils > -fils_limit);
    REQUIRE(receipt->vat_fils < fils_limit && receipt->vat_fils > -fils_limit);
    REQUIRE(receipt->time_s >= 0);
}

static void judge(const atr_Receipt *receipt, const atr_ReceiptKey *key)
{
    const atr_StoreInfo store = { .id = "nour",
                                  .currency = "AED",
                                  .vat_basis_points = 500,
                                  .utc_offset_minutes = 240,
                                  .opens_minute = 600,
                                  .closes_minute = 1320 };
    const atr_ReceiptFacts facts = {
        .receipt = receipt, .key = key, .store = &store, .now_s = 1795084200
    };
    const atr_ReceiptHistory history = { .user_day = 9, .same_tuple = 1, .user_unsigned_day = 3 };
    atr_Verdict verdict = { 0 };
    atr_rules_judge_receipt(NULL, &facts, &verdict);
    atr_rules_judge_history(NULL, &facts, &history, &verdict);
    atr_rules_conclude(NULL, &verdict);
    REQUIRE(verdict.reason_count <= ATR_REASONS_MAX);
    for (uint32_t i = 0; i < verdict.reason_count; i++) {
        REQUIRE(is_terminated(verdict.reasons[i].evidence, sizeof verdict.reasons[i].evidence));
        REQUIRE(!verdict.reasons[i].hard || verdict.outcome == ATR_OUTCOME_REJECTED);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    atr_Receipt receipt;
    atr_Error error = { .line = 1 };
    if (atr_receipt_decode((atr_Bytes){ data, size }, &receipt, &error) == ATR_OK) {
        atr_ReceiptKey key = { .kid = "k1", .algorithm = ATR_KEY_ED25519, .size = 32 };
        check_accepted(&receipt, &error);
        judge(&receipt, NULL);
        judge(&receipt, &key);
    } else {
        REQUIRE(error.text[0] != '\0' && error.source[0] != '\0');
        REQUIRE(is_all_zero(&receipt, sizeof receipt));
    }

    atr_ReceiptKey key = { 0 };
    if (atr_receipt_key_parse((atr_Bytes){ data, size }, &key, &error) == ATR_OK) {
        REQUIRE(key.size == 32 || key.size == 33 || key.size == 65);
    } else {
        REQUIRE(key.size == 0 && error.text[0] != '\0');
    }
    return 0;
}
