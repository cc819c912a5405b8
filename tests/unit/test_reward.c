/* Rewards: every factor, bonus and threshold of the tables, and that the rows sum to the coins. */
#include "cmocka_all.h"

#include <atrium/reward.h>

#include <string.h>

#define DAY  INT64_C(86400)
#define NOON INT64_C(43200)
/* 2026-11-18, a Wednesday. */
#define WEDNESDAY 20775

static const atr_Standing nobody = { .level = 1 };

static atr_RewardInput purchase(int64_t fils, const char *category)
{
    return (atr_RewardInput){ .total_fils = fils,
                              .category = category,
                              .local_time_s = WEDNESDAY * DAY + NOON };
}

/* Someone who has been everywhere: no bonus for a first time. */
static atr_Standing regular(void)
{
    return (atr_Standing){ .level = 1, .categories = 0xff };
}

static int64_t coins_of(const atr_Reward *reward, atr_RewardPart part)
{
    for (uint32_t i = 0; i < reward->row_count; i++) {
        if (reward->rows[i].part == part) {
            return reward->rows[i].coins;
        }
    }
    return 0;
}

static void compute(const atr_RewardInput *input, const atr_Standing *before, atr_Reward *out)
{
    memset(out, 0xa5, sizeof *out);
    atr_reward_compute(input, before, out);
    int64_t sum = 0;
    for (uint32_t i = 0; i < out->row_count; i++) {
        assert_true(i == 0 || out->rows[i].part > out->rows[i - 1].part);
        assert_int_not_equal(out->rows[i].coins, 0);
        sum += out->rows[i].coins;
    }
    assert_int_equal(sum, out->coins);
    assert_int_equal(out->after.coins, out->before.coins + out->coins);
}

static void reward_compute__base__is_a_tenth_floored(void **state)
{
    (void)state;
    static const struct {
        int64_t fils, coins;
    } rows[] = { { 1, 0 }, { 999, 0 }, { 1000, 1 }, { 1999, 1 }, { 12050, 12 }, { 49999, 49 } };
    const atr_Standing before = regular();
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        const atr_RewardInput input = purchase(rows[i].fils, "unknown");
        atr_Reward reward;
        compute(&input, &before, &reward);
        assert_int_equal(reward.coins, rows[i].coins);
        assert_int_equal(reward.xp, rows[i].coins / 2);
    }
}

static void reward_compute__categories__have_their_percent(void **state)
{
    (void)state;
    static const struct {
        const char *category;
        int64_t coins; /* of AED 400 */
    } rows[] = {
        { "fashion", 52 }, { "electronics", 48 }, { "food", 32 }, { "luxury", 60 }, { "books", 56 },
        { "sports", 44 },  { "beauty", 50 },      { "home", 46 }, { "garden", 40 }, { NULL, 40 },
    };
    const atr_Standing before = regular();
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        const atr_RewardInput input = purchase(40000, rows[i].category);
        atr_Reward reward;
        compute(&input, &before, &reward);
        assert_int_equal(reward.coins, rows[i].coins);
    }
}

static void reward_compute__tiers__count_as_before(void **state)
{
    (void)state;
    static const int64_t coins[ATR_TIER_COUNT] = { 40, 48, 60, 80, 100 };
    for (int tier = 0; tier < ATR_TIER_COUNT; tier++) {
        atr_Standing before = regular();
        before.tier = (atr_Tier)tier;
        const atr_RewardInput input = purchase(40000, NULL);
        atr_Reward reward;
        compute(&input, &before, &reward);
        assert_int_equal(reward.coins - coins_of(&reward, ATR_REWARD_LEVEL), coins[tier]);
        assert_int_equal(reward.after.tier, tier);
    }
}

static void reward_compute__hours__have_edges(void **state)
{
    (void)state;
    static const struct {
        int64_t second, coins; /* of AED 400 */
    } rows[] = {
        { 0, 32 },     { 21599, 32 }, { 21600, 44 }, { 43199, 44 }, { 43200, 40 },
        { 64799, 40 }, { 64800, 52 }, { 79199, 52 }, { 79200, 32 }, { 86399, 32 },
    };
    const atr_Standing before = regular();
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        atr_RewardInput input = purchase(40000, NULL);
        input.local_time_s = WEDNESDAY * DAY + rows[i].second;
        atr_Reward reward;
        compute(&input, &before, &reward);
        assert_int_equal(reward.coins, rows[i].coins);
        assert_int_equal(reward.rows[0].coins, 40);
    }
}

static void reward_compute__streaks__count_as_before(void **state)
{
    (void)state;
    static const struct {
        int32_t days;
        int64_t coins; /* of AED 400 */
    } rows[] = {
        { 0, 40 },  { 2, 40 },  { 3, 44 },  { 6, 44 },  { 7, 48 },  { 13, 48 },
        { 14, 52 }, { 29, 52 }, { 30, 60 }, { 59, 60 }, { 60, 80 }, { 5000, 80 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        atr_Standing before = regular();
        before.streak_days = rows[i].days;
        before.last_day = WEDNESDAY - 1;
        before.tier = ATR_TIER_BRONZE;
        const atr_RewardInput input = purchase(40000, NULL);
        atr_Reward reward;
        compute(&input, &before, &reward);
        assert_int_equal(reward.coins - coins_of(&reward, ATR_REWARD_TIER_UP) -
                             coins_of(&reward, ATR_REWARD_LEVEL),
                         rows[i].coins);
        assert_int_equal(reward.after.streak_days, rows[i].days + 1);
    }
}

static void reward_compute__streak__extends_breaks_and_stands(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t last_day;
        int32_t days_after;
        int32_t last_after;
        int64_t coins;
    } rows[] = {
        { "yesterday", WEDNESDAY - 1, 11, WEDNESDAY, 48 },
        { "today", WEDNESDAY, 10, WEDNESDAY, 48 },
        { "a day was left out", WEDNESDAY - 2, 1, WEDNESDAY, 40 },
        { "long ago", 100, 1, WEDNESDAY, 40 },
        { "an older receipt handed in late", WEDNESDAY + 3, 10, WEDNESDAY + 3, 48 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        atr_Standing before = regular();
        before.streak_days = 10;
        before.last_day = rows[i].last_day;
        const atr_RewardInput input = purchase(40000, NULL);
        atr_Reward reward;
        print_message("  %s\n", rows[i].name);
        compute(&input, &before, &reward);
        assert_int_equal(reward.after.streak_days, rows[i].days_after);
        assert_int_equal(reward.after.last_day, rows[i].last_after);
        assert_int_equal(reward.coins, rows[i].coins);
    }
    const atr_RewardInput input = purchase(40000, NULL);
    atr_Reward reward;
    compute(&input, &nobody, &reward);
    assert_int_equal(reward.after.streak_days, 1);
}

static void reward_compute__event__multiplies(void **state)
{
    (void)state;
    static const struct {
        int32_t percent;
        int64_t coins;
    } rows[] = { { 0, 40 }, { 100, 40 }, { 150, 60 }, { 200, 80 }, { 50, 20 }, { -5, 40 } };
    const atr_Standing before = regular();
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        atr_RewardInput input = purchase(40000, NULL);
        input.event_percent = rows[i].percent;
        atr_Reward reward;
        compute(&input, &before, &reward);
        assert_int_equal(reward.coins, rows[i].coins);
    }
}

/* 199.99 x 0.10 x 1.30 x 1.20 x 1.30 x 1.10 = 44.61...; flooring after each factor gives 40. */
static void reward_compute__product__is_floored_once(void **state)
{
    (void)state;
    atr_Standing before = regular();
    before.tier = ATR_TIER_SILVER;
    before.streak_days = 3;
    before.last_day = WEDNESDAY - 1;
    atr_RewardInput input = purchase(19999, "fashion");
    input.local_time_s = WEDNESDAY * DAY + 19 * 3600;
    atr_Reward reward;
    compute(&input, &before, &reward);
    assert_int_equal(reward.coins, 44);
    assert_int_equal(reward.xp, 22);
    assert_int_equal(reward.row_count, 5);
}

static void reward_compute__largest_amount__stays_exact(void **state)
{
    (void)state;
    atr_Standing before = regular();
    before.tier = ATR_TIER_DIAMOND;
    before.level = 100;
    before.xp = 9900;
    before.streak_days = 60;
    before.last_day = WEDNESDAY - 1;
    atr_RewardInput input = purchase(9999999999999, "luxury");
    input.local_time_s = WEDNESDAY * DAY + 19 * 3600;
    input.event_percent = 10000;
    atr_Reward reward;
    compute(&input, &before, &reward);
    /* 9999999999999 / 1000 x 1.5 x 2.5 x 1.3 x 2 x 100 = 9749999999999.025 */
    assert_int_equal(reward.coins - coins_of(&reward, ATR_REWARD_HIGH), 9749999999999);
}

static void reward_compute__bonuses__have_edges(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t fils;
        int32_t day;
        int64_t first, high, weekend;
    } rows[] = {
        { "under AED 20", 1999, WEDNESDAY + 3, 0, 0, 0 },
        { "AED 20", 2000, WEDNESDAY, 25, 0, 0 },
        { "Friday", 2000, WEDNESDAY + 2, 25, 0, 0 },
        { "Saturday", 2000, WEDNESDAY + 3, 25, 0, 20 },
        { "Sunday", 2000, WEDNESDAY + 4, 25, 0, 20 },
        { "Monday", 2000, WEDNESDAY + 5, 25, 0, 0 },
        { "under AED 500", 49999, WEDNESDAY, 25, 0, 0 },
        { "AED 500", 50000, WEDNESDAY, 25, 50, 0 },
        { "under AED 1,000", 99999, WEDNESDAY, 25, 50, 0 },
        { "AED 1,000", 100000, WEDNESDAY, 25, 100, 0 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        atr_RewardInput input = purchase(rows[i].fils, "food");
        input.local_time_s = rows[i].day * DAY + NOON;
        atr_Reward reward;
        print_message("  %s\n", rows[i].name);
        compute(&input, &nobody, &reward);
        assert_int_equal(coins_of(&reward, ATR_REWARD_FIRST), rows[i].first);
        assert_int_equal(coins_of(&reward, ATR_REWARD_HIGH), rows[i].high);
        assert_int_equal(coins_of(&reward, ATR_REWARD_WEEKEND), rows[i].weekend);
        /* Food is bit 2; under AED 20 the first visit is not used up. */
        assert_int_equal(reward.after.categories, rows[i].first > 0 ? 1u << 2 : 0u);
        /* No experience from bonuses. */
        assert_int_equal(reward.xp, (rows[i].fils * 8 / 10000) / 2);
    }
    atr_Standing visited = nobody;
    visited.categories = 1u << 2;
    const atr_RewardInput input = purchase(2000, "food");
    atr_Reward reward;
    compute(&input, &visited, &reward);
    assert_int_equal(coins_of(&reward, ATR_REWARD_FIRST), 0);
}

static void reward_compute__levels__each_pays_once(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t xp;
        int64_t fils;
        int32_t level_after;
        int64_t paid;
    } rows[] = {
        { "one point short", 79, 40000, 1, 0 },
        { "exactly", 80, 40000, 2, 20 },
        { "two at once", 80, 240000, 3, 50 },
        { "five at once", 99, 1000000, 6, 20 + 30 + 40 + 50 + 60 },
        { "the last level", 9880, 40000, 100, 1000 },
        { "no level after the last", 9990, 1000000, 100, 0 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        atr_Standing before = regular();
        before.xp = rows[i].xp;
        before.level = (int32_t)(rows[i].xp / 100 + 1);
        const atr_RewardInput input = purchase(rows[i].fils, NULL);
        atr_Reward reward;
        print_message("  %s\n", rows[i].name);
        compute(&input, &before, &reward);
        assert_int_equal(reward.after.level, rows[i].level_after);
        assert_int_equal(coins_of(&reward, ATR_REWARD_LEVEL), rows[i].paid);
    }
}

static void reward_compute__tiers__are_reached_paid_once_and_kept(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t spent_aed;
        int32_t achievements;
        atr_Tier before;
        atr_Tier after;
        int64_t paid;
    } rows[] = {
        /* The purchase of AED 100 gives 1 point, its streak of one day 10. */
        { "one point short", 48800, 0, ATR_TIER_BRONZE, ATR_TIER_BRONZE, 0 },
        { "exactly silver", 48900, 0, ATR_TIER_BRONZE, ATR_TIER_SILVER, 50 },
        { "by achievements", 0, 489, ATR_TIER_BRONZE, ATR_TIER_SILVER, 50 },
        { "silver stays silver", 48900, 0, ATR_TIER_SILVER, ATR_TIER_SILVER, 0 },
        { "gold", 198900, 0, ATR_TIER_SILVER, ATR_TIER_GOLD, 100 },
        { "silver and gold at once", 198900, 0, ATR_TIER_BRONZE, ATR_TIER_GOLD, 150 },
        { "platinum", 498900, 0, ATR_TIER_GOLD, ATR_TIER_PLATINUM, 200 },
        { "diamond", 998900, 0, ATR_TIER_PLATINUM, ATR_TIER_DIAMOND, 500 },
        { "all at once", 998900, 0, ATR_TIER_BRONZE, ATR_TIER_DIAMOND, 850 },
        { "none is lost", 0, 0, ATR_TIER_GOLD, ATR_TIER_GOLD, 0 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        atr_Standing before = regular();
        before.spent_fils = rows[i].spent_aed * 100;
        before.achievements = rows[i].achievements;
        before.tier = rows[i].before;
        const atr_RewardInput input = purchase(10000, NULL);
        atr_Reward reward;
        print_message("  %s\n", rows[i].name);
        compute(&input, &before, &reward);
        assert_int_equal(reward.after.tier, rows[i].after);
        assert_int_equal(coins_of(&reward, ATR_REWARD_TIER_UP), rows[i].paid);
        assert_int_equal(reward.after.spent_fils, before.spent_fils + 10000);
    }
}

static void reward_compute__celebration__by_all_coins(void **state)
{
    (void)state;
    static const struct {
        int64_t coins;
        atr_Celebration celebration;
    } rows[] = {
        { 49, ATR_CELEBRATE_SMALL },  { 50, ATR_CELEBRATE_GREAT },  { 99, ATR_CELEBRATE_GREAT },
        { 100, ATR_CELEBRATE_SUPER }, { 199, ATR_CELEBRATE_SUPER }, { 200, ATR_CELEBRATE_EPIC },
    };
    atr_Standing before = regular();
    before.level = 100;
    before.xp = 10000;
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        /* Under AED 500 an event makes up the number, so that no bonus mixes in. */
        atr_RewardInput input = purchase(10000, NULL);
        input.event_percent = (int32_t)rows[i].coins * 10;
        atr_Reward reward;
        compute(&input, &before, &reward);
        assert_int_equal(reward.coins, rows[i].coins);
        assert_int_equal(reward.celebration, rows[i].celebration);
    }
}

static void reward_compute__nothing_bought__changes_nothing(void **state)
{
    (void)state;
    static const int64_t totals[] = { 0, -1, -50000, INT64_MIN };
    atr_Standing before = regular();
    before.coins = 77;
    before.xp = 150;
    before.level = 2;
    before.streak_days = 4;
    before.last_day = WEDNESDAY - 1;
    for (size_t i = 0; i < ATR_COUNT_OF(totals); i++) {
        const atr_RewardInput input = purchase(totals[i], "food");
        atr_Reward reward;
        compute(&input, &before, &reward);
        assert_int_equal(reward.coins, 0);
        assert_int_equal(reward.xp, 0);
        assert_int_equal(reward.row_count, 0);
        assert_memory_equal(&reward.after, &before, sizeof before);
    }
}

static void reward_compute__standing_of_zero__is_level_one(void **state)
{
    (void)state;
    const atr_Standing before = { 0 };
    const atr_RewardInput input = purchase(1000, NULL);
    atr_Reward reward;
    compute(&input, &before, &reward);
    assert_int_equal(reward.before.level, 1);
    assert_int_equal(reward.after.level, 1);
    assert_int_equal(coins_of(&reward, ATR_REWARD_LEVEL), 0);
}

static void reward_tables__are_whole(void **state)
{
    (void)state;
    const atr_RewardTables *tables = atr_reward_tables();
    assert_int_equal(tables->category_count, 8);
    for (uint32_t i = 0; i < tables->category_count; i++) {
        assert_true(strlen(tables->categories[i]) > 0);
        assert_true(tables->category_percent[i] > 0);
    }
    for (int i = 1; i < ATR_TIER_COUNT; i++) {
        assert_true(tables->tier_points[i] > tables->tier_points[i - 1]);
        assert_true(tables->tier_percent[i] > tables->tier_percent[i - 1]);
        assert_true(tables->tier_coins[i] > tables->tier_coins[i - 1]);
    }
    assert_string_equal(atr_tier_name(ATR_TIER_DIAMOND), "diamond");
    assert_string_equal(atr_reward_part_name(ATR_REWARD_BASE), "base");
    assert_string_equal(atr_reward_part_name(ATR_REWARD_TIER_UP), "tier_up");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reward_compute__base__is_a_tenth_floored),
        cmocka_unit_test(reward_compute__categories__have_their_percent),
        cmocka_unit_test(reward_compute__tiers__count_as_before),
        cmocka_unit_test(reward_compute__hours__have_edges),
        cmocka_unit_test(reward_compute__streaks__count_as_before),
        cmocka_unit_test(reward_compute__streak__extends_breaks_and_stands),
        cmocka_unit_test(reward_compute__event__multiplies),
        cmocka_unit_test(reward_compute__product__is_floored_once),
        cmocka_unit_test(reward_compute__largest_amount__stays_exact),
        cmocka_unit_test(reward_compute__bonuses__have_edges),
        cmocka_unit_test(reward_compute__levels__each_pays_once),
        cmocka_unit_test(reward_compute__tiers__are_reached_paid_once_and_kept),
        cmocka_unit_test(reward_compute__celebration__by_all_coins),
        cmocka_unit_test(reward_compute__nothing_bought__changes_nothing),
        cmocka_unit_test(reward_compute__standing_of_zero__is_level_one),
        cmocka_unit_test(reward_tables__are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
