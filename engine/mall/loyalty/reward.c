/* Coins for a receipt. The factors are percentages, multiplied exactly in 128 bits and floored once
 * at the end. A row's coins are the difference that its factor made to the floored product so far,
 * so the rows always sum to what is credited; a factor under 100 % shows as a negative row.
 *
 * Tables of the mall are data, at the top. Choices the tables leave open: of the two bonuses for
 * large amounts the larger one is paid, not both; the weekend is Saturday and Sunday; a category
 * counts as visited from the first receipt that earns bonuses (AED 20); tiers are never lost; a
 * receipt from before the last day counted neither extends nor breaks a streak. */
#include <atrium/reward.h>

#include <string.h>

__extension__ typedef unsigned __int128 Wide; /* one exact product of amount and five factors */

#define SECONDS_PER_DAY   86400
#define FILS_PER_COIN     1000  /* 10 % of the amount: 1 coin for AED 10 */
#define FILS_PER_POINT    10000 /* one tier point for AED 100 spent */
#define POINTS_PER_STREAK 10
#define XP_PER_LEVEL      100
#define LEVEL_MAX         100
#define LEVEL_COINS       10 /* times the level reached */
#define BONUS_FROM_FILS   2000
#define FIRST_COINS       25
#define WEEKEND_COINS     20
#define EVENT_PERCENT_MAX 10000

static const char *const categories[] = {
    "fashion", "electronics", "food", "luxury", "books", "sports", "beauty", "home",
};
static const int32_t category_percent[] = { 130, 120, 80, 150, 140, 110, 125, 115 };
static const int32_t tier_percent[ATR_TIER_COUNT] = { 100, 120, 150, 200, 250 };
static const int32_t tier_points[ATR_TIER_COUNT] = { 0, 500, 2000, 5000, 10000 };
static const int32_t tier_coins[ATR_TIER_COUNT] = { 0, 50, 100, 200, 500 };

/* The first row whose limit is above the value applies. */
static const struct {
    int32_t until_hour;
    int32_t percent;
} hours[] = { { 6, 80 }, { 12, 110 }, { 18, 100 }, { 22, 130 }, { 24, 80 } };

/* The last row whose days are reached applies. */
static const struct {
    int32_t days;
    int32_t percent;
} streaks[] = { { 0, 100 }, { 3, 110 }, { 7, 120 }, { 14, 130 }, { 30, 150 }, { 60, 200 } };

static const struct {
    int64_t fils;
    int64_t coins;
} high_bonuses[] = { { 100000, 100 }, { 50000, 50 } };

static const struct {
    int64_t coins;
    atr_Celebration celebration;
} celebrations[] = {
    { 200, ATR_CELEBRATE_EPIC },
    { 100, ATR_CELEBRATE_SUPER },
    { 50, ATR_CELEBRATE_GREAT },
};

static const atr_RewardTables tables = {
    .categories = categories,
    .category_percent = category_percent,
    .category_count = (uint32_t)ATR_COUNT_OF(categories),
    .tier_percent = tier_percent,
    .tier_points = tier_points,
    .tier_coins = tier_coins,
};

const atr_RewardTables *atr_reward_tables(void)
{
    return &tables;
}

static int32_t category_index(const char *category)
{
    for (size_t i = 0; category != NULL && i < ATR_COUNT_OF(categories); i++) {
        if (strcmp(categories[i], category) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

static int32_t local_day(int64_t local_time_s)
{
    return (int32_t)floor_divide(local_time_s, SECONDS_PER_DAY);
}

static int32_t time_percent(int64_t local_time_s)
{
    const int64_t second = local_time_s - (int64_t)local_day(local_time_s) * SECONDS_PER_DAY;
    size_t i = 0;
    while (second / 3600 >= hours[i].until_hour) {
        i++;
    }
    return hours[i].percent;
}

/* Days in a row that still stand on `day`: a streak is broken when a whole day was left out. */
static int32_t streak_standing(const atr_Standing *before, int32_t day)
{
    return day > before->last_day + 1 ? 0 : before->streak_days;
}

static int32_t streak_percent(int32_t days)
{
    int32_t percent = 100;
    for (size_t i = 0; i < ATR_COUNT_OF(streaks); i++) {
        if (days >= streaks[i].days) {
            percent = streaks[i].percent;
        }
    }
    return percent;
}

/* 1970-01-01 was a Thursday. */
static bool is_weekend(int32_t day)
{
    const int32_t weekday = (day % 7 + 7 + 4) % 7; /* 0: Sunday */
    return weekday == 0 || weekday == 6;
}

static void add_row(atr_Reward *out, atr_RewardPart part, int32_t percent, int64_t coins)
{
    if (coins != 0) {
        out->rows[out->row_count++] =
            (atr_RewardRow){ .part = part, .percent = percent, .coins = coins };
        out->coins += coins;
    }
}

static void add_factors(const atr_RewardInput *input, int32_t day, atr_Reward *out)
{
    const int32_t index = category_index(input->category);
    int32_t event = input->event_percent <= 0 ? 100 : input->event_percent;
    event = event > EVENT_PERCENT_MAX ? EVENT_PERCENT_MAX : event;
    const struct {
        atr_RewardPart part;
        int32_t percent;
    } factors[] = {
        { ATR_REWARD_BASE, 100 },
        { ATR_REWARD_CATEGORY, index < 0 ? 100 : category_percent[index] },
        { ATR_REWARD_TIER, tier_percent[out->before.tier] },
        { ATR_REWARD_TIME, time_percent(input->local_time_s) },
        { ATR_REWARD_STREAK, streak_percent(streak_standing(&out->before, day)) },
        { ATR_REWARD_EVENT, event },
    };
    Wide product = (Wide)input->total_fils;
    Wide divisor = FILS_PER_COIN;
    int64_t so_far = 0;
    for (size_t i = 0; i < ATR_COUNT_OF(factors); i++) {
        product = product * (Wide)(uint32_t)factors[i].percent;
        divisor *= 100;
        const int64_t coins = (int64_t)(product / divisor);
        add_row(out, factors[i].part, factors[i].percent, coins - so_far);
        so_far = coins;
    }
}

static void add_bonuses(const atr_RewardInput *input, int32_t day, atr_Reward *out)
{
    if (input->total_fils < BONUS_FROM_FILS) {
        return;
    }
    const int32_t index = category_index(input->category);
    if (index >= 0 && (out->before.categories & (1u << index)) == 0) {
        out->after.categories |= 1u << index;
        add_row(out, ATR_REWARD_FIRST, 0, FIRST_COINS);
    }
    for (size_t i = 0; i < ATR_COUNT_OF(high_bonuses); i++) {
        if (input->total_fils >= high_bonuses[i].fils) {
            add_row(out, ATR_REWARD_HIGH, 0, high_bonuses[i].coins);
            break;
        }
    }
    if (is_weekend(day)) {
        add_row(out, ATR_REWARD_WEEKEND, 0, WEEKEND_COINS);
    }
}

static int32_t level_of(int64_t xp)
{
    const int64_t level = xp / XP_PER_LEVEL + 1;
    return (int32_t)(level > LEVEL_MAX ? LEVEL_MAX : level);
}

static void raise_level(atr_Reward *out)
{
    atr_Standing *after = &out->after;
    int64_t coins = 0;
    after->xp += out->xp;
    const int32_t reached = level_of(after->xp);
    for (int32_t level = after->level + 1; level <= reached; level++) {
        coins += (int64_t)LEVEL_COINS * level;
    }
    after->level = reached > after->level ? reached : after->level;
    add_row(out, ATR_REWARD_LEVEL, 0, coins);
}

static void extend_streak(atr_Standing *after, int32_t day)
{
    if (after->streak_days == 0 || day > after->last_day + 1) {
        after->streak_days = 1;
    } else if (day == after->last_day + 1) {
        after->streak_days++;
    }
    after->last_day = day > after->last_day ? day : after->last_day;
}

static void raise_tier(atr_Reward *out)
{
    atr_Standing *after = &out->after;
    int64_t coins = 0;
    const int64_t points = after->spent_fils / FILS_PER_POINT +
                           (int64_t)POINTS_PER_STREAK * after->streak_days + after->achievements;
    while (after->tier + 1 < ATR_TIER_COUNT && points >= tier_points[after->tier + 1]) {
        after->tier = (atr_Tier)(after->tier + 1);
        coins += tier_coins[after->tier];
    }
    add_row(out, ATR_REWARD_TIER_UP, 0, coins);
}

static atr_Celebration celebrate(int64_t coins)
{
    for (size_t i = 0; i < ATR_COUNT_OF(celebrations); i++) {
        if (coins >= celebrations[i].coins) {
            return celebrations[i].celebration;
        }
    }
    return ATR_CELEBRATE_SMALL;
}

void atr_reward_compute(const atr_RewardInput *input, const atr_Standing *before, atr_Reward *out)
{
    ATR_ASSERT(input != NULL && before != NULL && out != NULL);
    const atr_Standing standing = *before;
    memset(out, 0, sizeof *out);
    out->before = standing;
    if (out->before.level < 1) {
        out->before.level = level_of(out->before.xp);
    }
    if ((unsigned)out->before.tier >= ATR_TIER_COUNT) {
        out->before.tier = ATR_TIER_BRONZE;
    }
    out->after = out->before;
    if (input->total_fils <= 0) {
        return;
    }
    const int32_t day = local_day(input->local_time_s);
    add_factors(input, day, out);
    out->xp = out->coins / 2;
    add_bonuses(input, day, out);
    raise_level(out);
    out->after.spent_fils += input->total_fils;
    extend_streak(&out->after, day);
    raise_tier(out);
    out->after.coins += out->coins;
    out->celebration = celebrate(out->coins);
}

const char *atr_tier_name(atr_Tier tier)
{
    static const char *const names[ATR_TIER_COUNT] = {
        "bronze", "silver", "gold", "platinum", "diamond",
    };
    return (unsigned)tier < ATR_TIER_COUNT ? names[tier] : "bronze";
}

const char *atr_reward_part_name(atr_RewardPart part)
{
    static const char *const names[ATR_REWARD_PART_COUNT] = {
        "base",  "category", "tier",    "time",  "streak",  "event",
        "first", "high",     "weekend", "level", "tier_up",
    };
    return (unsigned)part < ATR_REWARD_PART_COUNT ? names[part] : "base";
}
