/* The verdict itself: the table of rules, adding reasons, summing them up, and the names of it all.
 */
#include "receipt/rules_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int32_t points;
    bool hard;
} rules_table[ATR_RULE_COUNT] = { [ATR_RULE_NONE] = { "NONE", 0, false },
#define ROW(rule, rule_points, rule_hard) [ATR_RULE_##rule] = { #rule, rule_points, rule_hard },
                                  ATR_RULE_MAP(ROW)
#undef ROW
};

const char *atr_rule_name(atr_Rule rule)
{
    return (unsigned)rule < ATR_RULE_COUNT ? rules_table[rule].name : "NONE";
}

atr_Rule atr_rule_from_name(const char *name)
{
    for (int i = 1; name != NULL && i < ATR_RULE_COUNT; i++) {
        if (strcmp(rules_table[i].name, name) == 0) {
            return (atr_Rule)i;
        }
    }
    return ATR_RULE_NONE;
}

const char *atr_outcome_name(atr_Outcome outcome)
{
    switch (outcome) {
    case ATR_OUTCOME_ACCEPTED:
        return "accepted";
    case ATR_OUTCOME_REVIEW:
        return "review";
    case ATR_OUTCOME_REJECTED:
        break;
    }
    return "rejected";
}

const char *atr_authentic_name(atr_Authentic authentic)
{
    switch (authentic) {
    case ATR_AUTHENTIC_YES:
        return "yes";
    case ATR_AUTHENTIC_PARTIAL:
        return "partial";
    case ATR_AUTHENTIC_UNSIGNED:
        return "unsigned";
    case ATR_AUTHENTIC_NO:
        break;
    }
    return "no";
}

static int32_t or_default(int32_t value, int32_t otherwise)
{
    return value == 0 ? otherwise : value;
}

atr_RulesDesc atr_rules_resolve(const atr_RulesDesc *desc)
{
    atr_RulesDesc d = { 0 };
    if (desc != NULL) {
        d = *desc;
    }
    d.review_score = or_default(d.review_score, 30);
    d.reject_score = or_default(d.reject_score, 70);
    d.max_age_days = or_default(d.max_age_days, 14);
    d.week_limit = or_default(d.week_limit, 35);
    d.day_limit = or_default(d.day_limit, 5);
    d.store_day_limit = or_default(d.store_day_limit, 3);
    d.gap_s = or_default(d.gap_s, 30);
    d.unsigned_day_limit = or_default(d.unsigned_day_limit, 2);
    d.unsigned_limit_fils = d.unsigned_limit_fils == 0 ? 10000 : d.unsigned_limit_fils;
    d.high_fils = d.high_fils == 0 ? 500000 : d.high_fils;
    d.hours_slack_minutes = or_default(d.hours_slack_minutes, 30);
    d.vat_slack_basis_points = or_default(d.vat_slack_basis_points, 500);
    return d;
}

void atr__rules_add(atr_Verdict *verdict, atr_Rule rule, bool hard, const char *evidence, ...)
{
    for (uint32_t i = 0; i < verdict->reason_count; i++) {
        if (verdict->reasons[i].rule == rule) {
            return;
        }
    }
    ATR_ASSERT(verdict->reason_count < ATR_REASONS_MAX); /* it was zero at first */
    if (verdict->reason_count >= ATR_REASONS_MAX) {
        return;
    }
    atr_Reason *reason = &verdict->reasons[verdict->reason_count++];
    *reason = (atr_Reason){ .rule = rule, .hard = hard || rules_table[rule].hard };
    reason->points = reason->hard ? 0 : rules_table[rule].points;
    va_list arguments;
    va_start(arguments, evidence);
    vsnprintf(reason->evidence, sizeof reason->evidence, evidence, arguments);
    va_end(arguments);
}

/* Hard before soft, then more points, then the table's order. */
static bool comes_before(const atr_Reason *a, const atr_Reason *b)
{
    if (a->hard != b->hard) {
        return a->hard;
    }
    if (a->points != b->points) {
        return a->points > b->points;
    }
    return a->rule < b->rule;
}

void atr_rules_conclude(const atr_RulesDesc *rules, atr_Verdict *verdict)
{
    ATR_ASSERT(verdict != NULL);
    const atr_RulesDesc d = atr_rules_resolve(rules);
    bool hard = false;
    verdict->score = 0;
    for (uint32_t i = 0; i < verdict->reason_count; i++) {
        const atr_Reason reason = verdict->reasons[i];
        uint32_t at = i;
        while (at > 0 && comes_before(&reason, &verdict->reasons[at - 1])) {
            verdict->reasons[at] = verdict->reasons[at - 1];
            at--;
        }
        verdict->reasons[at] = reason;
        verdict->score += reason.points;
        hard = hard || reason.hard;
    }
    verdict->outcome = ATR_OUTCOME_ACCEPTED;
    if (hard || verdict->score >= d.reject_score) {
        verdict->outcome = ATR_OUTCOME_REJECTED;
    } else if (verdict->score >= d.review_score) {
        verdict->outcome = ATR_OUTCOME_REVIEW;
    }
}

void atr_rules_refuse_format(const atr_RulesDesc *rules, const char *evidence, atr_Verdict *verdict)
{
    ATR_ASSERT(verdict != NULL);
    memset(verdict, 0, sizeof *verdict);
    verdict->signature = ATR_SIGNATURE_NONE;
    verdict->authentic = ATR_AUTHENTIC_NO;
    atr__rules_add(verdict, ATR_RULE_BAD_FORMAT, true, "%s", evidence == NULL ? "" : evidence);
    atr_rules_conclude(rules, verdict);
}
