/* Consumer of the mall half: a till signs a receipt, the mall reads it and keeps a store for it. */
#include <atrium/receipt.h>
#include <atrium/sqlite.h>

#include <stdio.h>
#include <string.h>

static int check(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "consumer-mall: %s\n", what);
    }
    return condition;
}

int main(int argc, char **argv)
{
    if (!check(argc == 2, "usage: consumer-mall DATABASE")) {
        return 2;
    }
    atr_ReceiptKey key = { .kid = "K1", .store = "S1", .algorithm = ATR_KEY_ED25519, .size = 32 };
    uint8_t secret[64];
    if (!check(atr_receipt_keypair(key.bytes, secret) == ATR_OK, "no key pair")) {
        return 1;
    }
    char text[512];
    const atr_ReceiptIssue issue = {
        .kid = "K1",
        .store = "S1",
        .till = "T1",
        .sequence = 1,
        .local_time_s = 1700000000,
        .total_fils = 10500,
        .vat_fils = 500,
        .trn = "100000000000003",
        .secret_key = secret,
    };
    atr_Receipt receipt;
    if (!check(atr_receipt_issue(&issue, text, sizeof text) == ATR_OK, "not issued") ||
        !check(atr_receipt_decode((atr_Bytes){ text, strlen(text) }, &receipt, NULL) == ATR_OK,
               "not decoded") ||
        !check(atr_receipt_check_signature(&receipt, &key) == ATR_SIGNATURE_OK, "bad signature")) {
        return 1;
    }

    atr_Store store;
    if (!check(atr_sqlite_store_open(&(atr_SqliteDesc){ .path = argv[1] }, &store, NULL) == ATR_OK,
               "no store")) {
        return 1;
    }
    atr_LedgerCheck ledger;
    const atr_Status st = store.ops->ledger_check(store.self, &ledger);
    store.ops->close(store.self);
    return check(st == ATR_OK && ledger.mismatches == 0, "ledger not balanced") ? 0 : 1;
}
