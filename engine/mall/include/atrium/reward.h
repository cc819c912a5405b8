/**
 * atrium/reward.h: how many coins a receipt earns, and what they change.
 *
 * Base 10 % of the amount in whole currency units (1 coin for AED 10), times percentages for
 * category, tier, time of day, streak and event: one exact 128-bit product and one floor at the
 * end. Bonuses come after and give no experience points. The result carries one row for each part,
 * so that a screen can say why.
 *
 *     atr_Reward reward;
 *     atr_reward_compute(&(atr_RewardInput){ .total_fils = 25000, .category = "fashion", ... },
 *                        &user_before, &reward);
 *
 * Threads: pure; any thread. Nothing allocates. The tables are those of atr_reward_tables().
 */
#ifndef ATRIUM_REWARD_H
#define ATRIUM_REWARD_H

#include <atrium/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum atr_Tier {
    ATR_TIER_BRONZE = 0,
    ATR_TIER_SILVER,
    ATR_TIER_GOLD,
    ATR_TIER_PLATINUM,
    ATR_TIER_DIAMOND,
    ATR_TIER_COUNT
} atr_Tier;

/** A shopper's standing: everything rewards read and change. Totals are never negative. */
typedef struct atr_Standing {
    int64_t coins; /* balance */
    int64_t xp;
    int32_t level; /* xp / 100 + 1, at most 100 */
    atr_Tier tier;
    int64_t spent_fils;   /* all accepted purchases */
    int32_t achievements; /* points from achievements, counted in tier points */
    int32_t streak_days;  /* days in a row with an accepted receipt, up to and with last_day */
    int32_t last_day;     /* local day number (days since 1970) of the last one; 0: never */
    uint32_t categories;  /* bit per category already visited, bit = index in the table */
} atr_Standing;

typedef enum atr_RewardPart {
    ATR_REWARD_BASE = 0, /* coins for this purchase */
    ATR_REWARD_CATEGORY,
    ATR_REWARD_TIER,
    ATR_REWARD_TIME,
    ATR_REWARD_STREAK,
    ATR_REWARD_EVENT,
    ATR_REWARD_FIRST, /* first time in this category */
    ATR_REWARD_HIGH,  /* large purchase */
    ATR_REWARD_WEEKEND,
    ATR_REWARD_LEVEL,   /* level reward */
    ATR_REWARD_TIER_UP, /* paid once for each tier reached */
    ATR_REWARD_PART_COUNT
} atr_RewardPart;

typedef struct atr_RewardRow {
    atr_RewardPart part;
    int32_t percent; /* of factors: 130; 0 for bonuses */
    int64_t coins;   /* what this part added; the rows sum to atr_Reward.coins */
} atr_RewardRow;

typedef enum atr_Celebration {
    ATR_CELEBRATE_SMALL = 0, /* under 50 coins */
    ATR_CELEBRATE_GREAT,     /* 50 and more */
    ATR_CELEBRATE_SUPER,     /* 100 and more */
    ATR_CELEBRATE_EPIC       /* 200 and more */
} atr_Celebration;

typedef struct atr_RewardInput {
    int64_t total_fils;
    const char *category;  /* unknown ones count 100 % */
    int64_t local_time_s;  /* purchase time, the store's local, seconds since 1970 */
    int32_t event_percent; /* 0 or 100: no event */
} atr_RewardInput;

typedef struct atr_Reward {
    int64_t coins; /* all parts together */
    int64_t xp;    /* half of the coins before bonuses */
    uint32_t row_count;
    atr_RewardRow rows[ATR_REWARD_PART_COUNT]; /* those that added something, in the enum's order */
    atr_Standing before;
    atr_Standing after;
    atr_Celebration celebration;
} atr_Reward;

/** One row of the tables that rewards are computed from, for programs that show them. */
typedef struct atr_RewardTables {
    const char *const *categories; /* names; index = bit in atr_Standing.categories */
    const int32_t *category_percent;
    uint32_t category_count;
    const int32_t *tier_percent; /* ATR_TIER_COUNT */
    /* Needed to reach it: spent AED / 100 + 10 x streak days + achievements. A tier is never lost.
     */
    const int32_t *tier_points;
    const int32_t *tier_coins; /* paid once on reaching it */
} atr_RewardTables;

ATR_API const atr_RewardTables *atr_reward_tables(void);

/**
 * Computes coins, experience points and the standing after. Tier and streak count as before this
 * receipt for the factors; the streak is extended when the purchase is submitted on the next day.
 * Amounts of zero or less earn nothing and change nothing.
 */
ATR_API void atr_reward_compute(const atr_RewardInput *input, const atr_Standing *before,
                                atr_Reward *out);

/** "bronze" ... "diamond". Static storage. */
ATR_API const char *atr_tier_name(atr_Tier tier);

/** "base", "category", ... as in the words of the screens. Static storage. */
ATR_API const char *atr_reward_part_name(atr_RewardPart part);

#ifdef __cplusplus
}
#endif

#endif
