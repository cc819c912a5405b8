/* Rules that need what happened before: duplicates, velocity, amounts out of the ordinary. They run
 * inside the settling transaction, so each limit holds across kiosks. Counts are of receipts before
 * this one: "over 5 a day" fires when 5 are there already. */
#include "receipt/rules_internal.h"

/* Scales a median absolute deviation to a standard deviation of a normal distribution. */
#define MAD_TO_SIGMA                1.4826
#define OUTLIER_Z                   6.0
#define OUTLIER_COUNT               30
#define LIMIT_REACHED(count, limit) ((int64_t)(count) >= (int64_t)(limit))

static void judge_velocity(const atr_RulesDesc *rules, const atr_ReceiptHistory *history,
                           atr_Verdict *verdict)
{
    if (LIMIT_REACHED(history->user_week, rules->week_limit)) {
        atr__rules_add(verdict, ATR_RULE_VEL_WEEK, true,
                       "%u receipts in 7 days before this one; the limit is %d", history->user_week,
                       rules->week_limit);
    }
    if (LIMIT_REACHED(history->user_day, rules->day_limit)) {
        atr__rules_add(verdict, ATR_RULE_VEL_DAY, false,
                       "%u receipts today before this one; the limit is %d", history->user_day,
                       rules->day_limit);
    }
    if (LIMIT_REACHED(history->user_store_day, rules->store_day_limit)) {
        atr__rules_add(verdict, ATR_RULE_VEL_STORE, false,
                       "%u receipts at this store today before this one; the limit is %d",
                       history->user_store_day, rules->store_day_limit);
    }
}

static void judge_unsigned(const atr_RulesDesc *rules, const atr_ReceiptFacts *facts,
                           const atr_ReceiptHistory *history, atr_Verdict *verdict)
{
    if (LIMIT_REACHED(history->user_unsigned_day, rules->unsigned_day_limit)) {
        atr__rules_add(verdict, ATR_RULE_UNSIGNED, false,
                       "%u unsigned amounts today before this one; the limit is %d",
                       history->user_unsigned_day, rules->unsigned_day_limit);
    }
    if (history->same_tuple > 0) {
        atr__rules_add(verdict, ATR_RULE_DUP_TUPLE, false, "%u with the same store, date and total",
                       history->same_tuple);
    }
    const int64_t gap = facts->now_s - history->user_last_s;
    if (history->user_last_s != 0 && gap < rules->gap_s && gap > -(int64_t)rules->gap_s) {
        atr__rules_add(verdict, ATR_RULE_VEL_GAP, false, "%lld s after the one before",
                       (long long)gap);
    }
    /* Without spread, any other amount would be infinitely far out: too little is known then. */
    if (history->amount_count >= OUTLIER_COUNT && history->amount_mad_fils > 0.0) {
        const double z = ((double)facts->receipt->total_fils - history->amount_median_fils) /
                         (MAD_TO_SIGMA * history->amount_mad_fils);
        if (z > OUTLIER_Z) {
            atr__rules_add(verdict, ATR_RULE_AMT_OUTLIER, false,
                           "robust z %.1f over %u amounts at this store", z, history->amount_count);
        }
    }
}

void atr_rules_judge_history(const atr_RulesDesc *rules, const atr_ReceiptFacts *facts,
                             const atr_ReceiptHistory *history, atr_Verdict *verdict)
{
    ATR_ASSERT(facts != NULL && facts->receipt != NULL && history != NULL && verdict != NULL);
    const atr_RulesDesc d = atr_rules_resolve(rules);
    if (history->key_paid) {
        atr__rules_add(verdict, ATR_RULE_DUP_EXACT, true, "this receipt key was paid before");
    }
    judge_velocity(&d, history, verdict);
    if (atr__rules_amount_is_unsigned(facts->receipt)) {
        judge_unsigned(&d, facts, history, verdict);
    }
}
