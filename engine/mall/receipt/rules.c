/* Rules that need the receipt, its key and its store only: signature, key, date, amount, tax.
 *
 * Whose words count: the pinned key names store, till and TRN; the store names currency, VAT rate,
 * hours and zone. The receipt's own words are compared with those, never used instead.
 *
 * Authenticity. ATR1: yes with a good signature by a key pinned, valid then, of this store; else
 * no. ZATCA phase 2: its signature does not cover the amount, so with a pinned key it is partial; a
 * good signature by a key nobody pinned proves nothing about the store and counts as unsigned, not
 * as unknown: such receipts are looked up by VAT number, and small ones may be accepted. A bad
 * signature is no in any case. ZATCA phase 1: unsigned. */
#include "receipt/rules_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_OFFSET_MINUTES 240 /* Asia/Dubai, until a store says otherwise */
#define FUTURE_SLACK_S         300
#define MINUTES_PER_DAY        1440

bool atr__rules_amount_is_unsigned(const atr_Receipt *receipt)
{
    return receipt->format != ATR_RECEIPT_ATR1;
}

static int64_t offset_s(const atr_StoreInfo *store)
{
    return (store == NULL ? DEFAULT_OFFSET_MINUTES : store->utc_offset_minutes) * INT64_C(60);
}

int64_t atr_rules_receipt_utc(const atr_Receipt *receipt, const atr_StoreInfo *store)
{
    ATR_ASSERT(receipt != NULL);
    return receipt->time_is_utc ? receipt->time_s : receipt->time_s - offset_s(store);
}

int64_t atr__rules_local_time(const atr_Receipt *receipt, const atr_StoreInfo *store)
{
    return atr_rules_receipt_utc(receipt, store) + offset_s(store);
}

/* ---- Signature and key ----------------------------------------------------------------------- */

static bool key_is_of_receipt(const atr_Receipt *receipt, const atr_ReceiptKey *key,
                              const char **what)
{
    if (receipt->format == ATR_RECEIPT_ATR1) {
        if (strcmp(receipt->store, key->store) != 0) {
            *what = "store";
            return false;
        }
        if (key->till[0] != '\0' && strcmp(receipt->till, key->till) != 0) {
            *what = "till";
            return false;
        }
    }
    if (key->trn[0] != '\0' && strcmp(receipt->trn, key->trn) != 0) {
        *what = "TRN";
        return false;
    }
    return true;
}

/* False when a good signature by this key proves nothing after all. */
static bool judge_key(const atr_ReceiptFacts *facts, atr_Verdict *verdict)
{
    const atr_ReceiptKey *key = facts->key;
    const int64_t utc = atr_rules_receipt_utc(facts->receipt, facts->store);
    const char *what = "";
    bool good = true;
    if (!key_is_of_receipt(facts->receipt, key, &what)) {
        atr__rules_add(verdict, ATR_RULE_KEY_MISMATCH, true,
                       "%s on the receipt is not the one pinned to key %s", what, key->kid);
        good = false;
    }
    if ((key->valid_from_s != 0 && utc < key->valid_from_s) ||
        (key->valid_until_s != 0 && utc >= key->valid_until_s)) {
        atr__rules_add(verdict, ATR_RULE_KEY_UNKNOWN, true,
                       "key %s was not valid at the receipt's time", key->kid);
        good = false;
    }
    if (key->revoked && utc >= key->compromised_since_s) {
        atr__rules_add(verdict, ATR_RULE_KEY_REVOKED, true,
                       "key %s is revoked and the receipt is dated after its compromise", key->kid);
        good = false;
    } else if (key->revoked) {
        atr__rules_add(verdict, ATR_RULE_KEY_REVOKED, false,
                       "key %s is revoked; the receipt is dated before its compromise", key->kid);
    }
    return good;
}

static void judge_signature(const atr_ReceiptFacts *facts, atr_Verdict *verdict)
{
    verdict->signature = atr_receipt_check_signature(facts->receipt, facts->key);
    verdict->authentic = ATR_AUTHENTIC_NO;
    switch (verdict->signature) {
    case ATR_SIGNATURE_BAD:
        atr__rules_add(verdict, ATR_RULE_SIG_BAD, true, "the signature does not verify");
        break;
    case ATR_SIGNATURE_UNKNOWN:
        atr__rules_add(verdict, ATR_RULE_KEY_UNKNOWN, true,
                       "no key with the receipt's key id is pinned");
        return;
    case ATR_SIGNATURE_NONE:
        verdict->authentic = ATR_AUTHENTIC_UNSIGNED;
        return;
    case ATR_SIGNATURE_OK:
        verdict->authentic = ATR_AUTHENTIC_UNSIGNED;
        break;
    }
    if (facts->key == NULL) {
        return;
    }
    if (!judge_key(facts, verdict)) {
        verdict->authentic = ATR_AUTHENTIC_NO;
    } else if (verdict->signature == ATR_SIGNATURE_OK) {
        verdict->authentic = atr__rules_amount_is_unsigned(facts->receipt) ? ATR_AUTHENTIC_PARTIAL
                                                                           : ATR_AUTHENTIC_YES;
    }
}

/* ---- Date and hours -------------------------------------------------------------------------- */

static void judge_date(const atr_RulesDesc *rules, const atr_ReceiptFacts *facts,
                       atr_Verdict *verdict)
{
    const int64_t ahead = atr_rules_receipt_utc(facts->receipt, facts->store) - facts->now_s;
    if (-ahead > rules->max_age_days * (int64_t)ATR__SECONDS_PER_DAY) {
        atr__rules_add(verdict, ATR_RULE_DATE_OLD, true, "%lld days old; the limit is %d",
                       (long long)(-ahead / ATR__SECONDS_PER_DAY), rules->max_age_days);
    } else if (ahead >= FUTURE_SLACK_S) {
        const bool hard = ahead >= ATR__SECONDS_PER_DAY && !rules->clock_unsynchronised;
        atr__rules_add(verdict, ATR_RULE_DATE_FUTURE, hard, "dated %lld minutes ahead%s",
                       (long long)(ahead / 60),
                       rules->clock_unsynchronised ? "; our clock is not synchronised" : "");
    }
}

static int32_t wrap_minute(int64_t minute)
{
    return (int32_t)((minute % MINUTES_PER_DAY + MINUTES_PER_DAY) % MINUTES_PER_DAY);
}

static void judge_hours(const atr_RulesDesc *rules, const atr_ReceiptFacts *facts,
                        atr_Verdict *verdict)
{
    const atr_StoreInfo *store = facts->store;
    const int32_t open_for = wrap_minute(store->closes_minute - store->opens_minute);
    const int32_t window = open_for + 2 * rules->hours_slack_minutes;
    if (open_for == 0 || window >= MINUTES_PER_DAY) {
        return;
    }
    /* Seconds count: 30 minutes and one second after closing is outside. */
    const int64_t local = atr__rules_local_time(facts->receipt, store);
    const int64_t opens_s = (store->opens_minute - rules->hours_slack_minutes) * INT64_C(60);
    const int64_t since =
        ((local - opens_s) % ATR__SECONDS_PER_DAY + ATR__SECONDS_PER_DAY) % ATR__SECONDS_PER_DAY;
    if (since > window * INT64_C(60)) {
        const int32_t minute = wrap_minute(local / 60);
        atr__rules_add(verdict, ATR_RULE_HOURS, false,
                       "printed at %02d:%02d; open %02d:%02d to %02d:%02d", minute / 60,
                       minute % 60, store->opens_minute / 60, store->opens_minute % 60,
                       store->closes_minute / 60, store->closes_minute % 60);
    }
}

/* ---- Amount and tax -------------------------------------------------------------------------- */

static void judge_amount(const atr_RulesDesc *rules, const atr_ReceiptFacts *facts,
                         atr_Verdict *verdict)
{
    const atr_Receipt *receipt = facts->receipt;
    if (receipt->total_fils <= 0) {
        atr__rules_add(verdict, ATR_RULE_AMT_BAD, true, "the total is %s",
                       receipt->total_fils == 0 ? "zero" : "negative");
        return;
    }
    if (facts->store != NULL && receipt->currency[0] != '\0') {
        const char *own = facts->store->currency[0] == '\0' ? "AED" : facts->store->currency;
        if (strcmp(receipt->currency, own) != 0) {
            atr__rules_add(verdict, ATR_RULE_AMT_BAD, true, "currency %s; the store's is %s",
                           receipt->currency, own);
            return;
        }
    }
    if (!atr__rules_amount_is_unsigned(receipt)) {
        return;
    }
    if (receipt->total_fils > rules->unsigned_limit_fils) {
        atr__rules_add(verdict, ATR_RULE_UNSIGNED, false,
                       "amount not under a signature and over %lld fils",
                       (long long)rules->unsigned_limit_fils);
    }
    if (receipt->total_fils > rules->high_fils) {
        atr__rules_add(verdict, ATR_RULE_AMT_HIGH, false,
                       "amount not under a signature and over %lld fils",
                       (long long)rules->high_fils);
    }
}

static void judge_tax(const atr_RulesDesc *rules, const atr_ReceiptFacts *facts,
                      atr_Verdict *verdict)
{
    const atr_Receipt *receipt = facts->receipt;
    if (!atr_receipt_trn_is_valid(receipt->trn)) {
        atr__rules_add(verdict, ATR_RULE_TRN_BAD, false, "the TRN is not 15 digits");
    }
    if (facts->store == NULL || receipt->total_fils <= 0) {
        return;
    }
    /* Rate = VAT / net. Amounts have at most 13 digits, so the products fit. */
    const int64_t net = receipt->total_fils - receipt->vat_fils;
    const int64_t off =
        llabs(receipt->vat_fils * 10000 - (int64_t)facts->store->vat_basis_points * net);
    if (net <= 0 || off > (int64_t)rules->vat_slack_basis_points * net) {
        atr__rules_add(verdict, ATR_RULE_VAT_MISMATCH, false,
                       "VAT %lld of %lld fils; the store's rate is %d.%02d %%",
                       (long long)receipt->vat_fils, (long long)receipt->total_fils,
                       facts->store->vat_basis_points / 100, facts->store->vat_basis_points % 100);
    }
}

void atr_rules_judge_receipt(const atr_RulesDesc *rules, const atr_ReceiptFacts *facts,
                             atr_Verdict *verdict)
{
    ATR_ASSERT(facts != NULL && facts->receipt != NULL && verdict != NULL);
    const atr_RulesDesc d = atr_rules_resolve(rules);
    judge_signature(facts, verdict);
    /* A key that is not pinned names no store: that the store is unknown too would say nothing. */
    if (facts->store == NULL && verdict->signature != ATR_SIGNATURE_UNKNOWN) {
        atr__rules_add(verdict, ATR_RULE_STORE_UNKNOWN, true, "no store of this mall");
    }
    judge_date(&d, facts, verdict);
    judge_amount(&d, facts, verdict);
    judge_tax(&d, facts, verdict);
    if (facts->store != NULL && atr__rules_amount_is_unsigned(facts->receipt)) {
        judge_hours(&d, facts, verdict);
    }
}
