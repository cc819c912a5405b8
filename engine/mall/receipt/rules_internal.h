/* What the two halves of the rules share. */
#ifndef ATR_RULES_INTERNAL_H
#define ATR_RULES_INTERNAL_H

#include <atrium/rules.h>

#define ATR__SECONDS_PER_DAY 86400

/* Adds a reason with the points of the table, or as a hard one. A rule that fired already is not
 * added again. */
void atr__rules_add(atr_Verdict *verdict, atr_Rule rule, bool hard, const char *evidence, ...)
    ATR_PRINTF(4, 5);

/* True when no signature of a pinned key covers the amount: whoever typed it could have typed
 * another. Only ATR1 signs its amount. */
bool atr__rules_amount_is_unsigned(const atr_Receipt *receipt);

/* The store's clock when the receipt was printed, seconds since 1970 read as if UTC. */
int64_t atr__rules_local_time(const atr_Receipt *receipt, const atr_StoreInfo *store);

#endif
