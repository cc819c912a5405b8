/**
 * atrium/rules.h: from a decoded receipt to a verdict that can be explained.
 *
 * Every rule that fires adds a reason: its code, its points, and the evidence in words for staff.
 * Under 30 points a receipt is accepted, from 30 it is held for review, from 70 or with any hard
 * rule it is rejected. Rules come in two parts: those that need only the receipt, its store and its
 * key, and those that need what happened before, which run inside the store's transaction so that
 * two kiosks cannot both be first.
 *
 *     atr_Verdict verdict = { 0 };
 *     atr_rules_judge_receipt(&rules, &(atr_ReceiptFacts){ ... }, &verdict);
 *     atr_rules_judge_history(&rules, &facts, &history, &verdict);    // in the transaction
 *     atr_rules_conclude(&rules, &verdict);
 *
 * Threads: pure functions of their arguments; any thread. Nothing here allocates.
 */
#ifndef ATRIUM_RULES_H
#define ATRIUM_RULES_H

#include <atrium/receipt.h>

#ifdef __cplusplus
extern "C" {
#endif

/* code, points when it fires by default (0 with hard), hard by default */
#define ATR_RULE_MAP(X)                                                                            \
    X(BAD_FORMAT, 0, true)                                                                         \
    X(SIG_BAD, 0, true)                                                                            \
    X(KEY_UNKNOWN, 0, true)                                                                        \
    X(KEY_MISMATCH, 0, true)                                                                       \
    X(KEY_REVOKED, 30, false) /* hard when dated after compromised_since */                        \
    X(DUP_EXACT, 0, true)                                                                          \
    X(STORE_UNKNOWN, 0, true)                                                                      \
    X(DATE_OLD, 0, true)                                                                           \
    X(DATE_FUTURE, 30, false) /* hard from 24 hours ahead */                                       \
    X(AMT_BAD, 0, true)                                                                            \
    X(VEL_WEEK, 0, true)                                                                           \
    X(UNSIGNED, 30, false)                                                                         \
    X(DUP_TUPLE, 60, false)                                                                        \
    X(VEL_DAY, 30, false)                                                                          \
    X(VEL_STORE, 25, false)                                                                        \
    X(VEL_GAP, 20, false)                                                                          \
    X(AMT_HIGH, 30, false)                                                                         \
    X(AMT_OUTLIER, 25, false)                                                                      \
    X(HOURS, 25, false)                                                                            \
    X(VAT_MISMATCH, 40, false)                                                                     \
    X(TRN_BAD, 40, false)

typedef enum atr_Rule {
    ATR_RULE_NONE = 0,
#define ATR_RULE_ENUM(name, points, hard) ATR_RULE_##name,
    ATR_RULE_MAP(ATR_RULE_ENUM)
#undef ATR_RULE_ENUM
        ATR_RULE_COUNT
} atr_Rule;

typedef enum atr_Outcome {
    ATR_OUTCOME_REJECTED = 0,
    ATR_OUTCOME_REVIEW,
    ATR_OUTCOME_ACCEPTED
} atr_Outcome;

/** How far the receipt's words are proved. It says nothing of the outcome. */
typedef enum atr_Authentic {
    ATR_AUTHENTIC_NO = 0,   /* signature or key bad */
    ATR_AUTHENTIC_UNSIGNED, /* nothing to prove it by */
    ATR_AUTHENTIC_PARTIAL,  /* signature by a pinned key, but the amount is not under it */
    ATR_AUTHENTIC_YES       /* signature by a pinned key covers key, store, time and amount */
} atr_Authentic;

typedef struct atr_Reason {
    atr_Rule rule;
    bool hard;
    int32_t points;
    char evidence[112]; /* English, for staff; no card number, no receipt text */
} atr_Reason;

#define ATR_REASONS_MAX (ATR_RULE_COUNT - 1) /* each rule once */

typedef struct atr_Verdict {
    atr_Outcome outcome;
    atr_Signature signature;
    atr_Authentic authentic;
    int32_t score;
    uint32_t reason_count;
    atr_Reason reasons[ATR_REASONS_MAX]; /* most points first once concluded, hard ones before */
} atr_Verdict;

/** A store of the mall: the source of currency, VAT rate, hours and category. */
typedef struct atr_StoreInfo {
    char id[ATR_RECEIPT_NAME_MAX + 1];
    char name_en[64];
    char name_ar[96];
    char category[16]; /* "fashion", "electronics", ... : see reward.h */
    char trn[16];
    char currency[4];           /* default "AED" */
    int32_t vat_basis_points;   /* 500 = 5 %; 0: no VAT, not a default */
    int32_t utc_offset_minutes; /* 240: Asia/Dubai, no summer time; 0: UTC, not a default */
    int32_t opens_minute;       /* local minute of the day, 0..1439; both 0: always open */
    int32_t closes_minute;      /* may be before opens_minute: past midnight */
    bool demo;                  /* known only to databases made as a demonstration */
} atr_StoreInfo;

/** Limits. Zero means the default given; resolved by atr_rules_resolve. */
typedef struct atr_RulesDesc {
    int32_t review_score;           /* 30 */
    int32_t reject_score;           /* 70 */
    int32_t max_age_days;           /* 14 */
    int32_t week_limit;             /* 35 receipts in 7 days */
    int32_t day_limit;              /* 5 */
    int32_t store_day_limit;        /* 3 at one store a day */
    int32_t gap_s;                  /* 30 s between unsigned amounts */
    int32_t unsigned_day_limit;     /* 2: the third such that day is held */
    int64_t unsigned_limit_fils;    /* 10,000 = AED 100 */
    int64_t high_fils;              /* 500,000 = AED 5,000 */
    int32_t hours_slack_minutes;    /* 30 */
    int32_t vat_slack_basis_points; /* 500: off the store's rate by more than 0.05 */
    bool clock_unsynchronised;      /* then any future date is held, not rejected */
} atr_RulesDesc;

typedef struct atr_ReceiptFacts {
    const atr_Receipt *receipt;
    const atr_ReceiptKey *key;  /* pinned key named by the receipt; NULL: none known */
    const atr_StoreInfo *store; /* named by the key, or found by VAT number; NULL: none known */
    int64_t now_s;              /* UTC seconds */
} atr_ReceiptFacts;

/** What happened before, read inside the settling transaction. */
typedef struct atr_ReceiptHistory {
    bool key_paid;              /* this receipt key was paid, to any user */
    uint32_t user_week;         /* accepted or held receipts of this user in 7 days before now */
    uint32_t user_day;          /* ... on this local day */
    uint32_t user_store_day;    /* ... at this store on this local day */
    uint32_t user_unsigned_day; /* ... with unsigned amounts on this local day */
    int64_t user_last_s;        /* when this user's last receipt was submitted; 0: never */
    uint32_t same_tuple;        /* accepted or held, of the same store, local date and total */
    uint32_t amount_count;      /* accepted amounts known for this store, newest 1,000 */
    double amount_median_fils;
    double amount_mad_fils; /* median absolute deviation from that median */
} atr_ReceiptHistory;

/** Fills zero fields with their defaults. NULL gives all defaults. */
ATR_API atr_RulesDesc atr_rules_resolve(const atr_RulesDesc *desc);

/** Rules that need no history. Sets signature and authentic; adds reasons. */
ATR_API void atr_rules_judge_receipt(const atr_RulesDesc *rules, const atr_ReceiptFacts *facts,
                                     atr_Verdict *verdict);

/** Rules that need history. Call after atr_rules_judge_receipt with the same facts. */
ATR_API void atr_rules_judge_history(const atr_RulesDesc *rules, const atr_ReceiptFacts *facts,
                                     const atr_ReceiptHistory *history, atr_Verdict *verdict);

/** Sums the points, orders the reasons and sets the outcome. */
ATR_API void atr_rules_conclude(const atr_RulesDesc *rules, atr_Verdict *verdict);

/** Adds BAD_FORMAT with this evidence and concludes: the verdict on what could not be decoded. */
ATR_API void atr_rules_refuse_format(const atr_RulesDesc *rules, const char *evidence,
                                     atr_Verdict *verdict);

/** UTC seconds of the receipt's printed time, by the store's offset where it is local. */
ATR_API int64_t atr_rules_receipt_utc(const atr_Receipt *receipt, const atr_StoreInfo *store);

/** "SIG_BAD"; ATR_RULE_NONE for a name that is none. Static storage. */
ATR_API const char *atr_rule_name(atr_Rule rule);
ATR_API atr_Rule atr_rule_from_name(const char *name);

/** "accepted", "review", "rejected". Static storage. */
ATR_API const char *atr_outcome_name(atr_Outcome outcome);

/** "yes", "partial", "no", "unsigned". Static storage. */
ATR_API const char *atr_authentic_name(atr_Authentic authentic);

#ifdef __cplusplus
}
#endif

#endif
