/* Every screen in both languages and several sizes: every text fits its box with letters in the
 * font and at most one style smaller, everything lies inside, controls are large enough and apart.
 * Needs fonts with Arabic: skipped without. */
#include "fit.h"

#include "kiosk_locale.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static Words words;
static atr_Text *text;
static Flow flow;
static Scene scene;

static const struct {
    int32_t width, height;
} sizes[] = { { 1280, 720 }, { 1920, 1080 }, { 1080, 1920 }, { 1366, 768 }, { 1280, 800 },
              { 1024, 768 }, { 1000, 900 },  { 1000, 1010 }, { 900, 1100 } };

static bool open_words(Language language, const char *name)
{
    for (size_t i = 0; i < kiosk_locale_count; i++) {
        if (strcmp(kiosk_locale_files[i].name, name) == 0) {
            return words_open(
                &words, language,
                (atr_Bytes){ kiosk_locale_files[i].data, kiosk_locale_files[i].size });
        }
    }
    return false;
}

static int open_all(void **state)
{
    (void)state;
    if (!open_words(LANGUAGE_EN, "en.mo") || !open_words(LANGUAGE_AR, "ar.mo")) {
        return -1;
    }
    return atr_text_create(NULL, &text) == ATR_OK ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    atr_text_destroy(text);
    return 0;
}

/* ---- What is checked of a scene -------------------------------------------------------------- */

static void describe(const Item *item, const char *what)
{
    print_error("%dx%d %s %s: %s: '%s' (%s) in %dx%d at %d,%d\n", scene.frame.width,
                scene.frame.height, scene.language == LANGUAGE_AR ? "ar" : "en",
                flow_screen_name(flow.screen), what, item->key,
                item->text != NULL ? item->text : "", item->rect.w, item->rect.h, item->rect.x,
                item->rect.y);
}

static uint32_t check_text(const Item *item)
{
    Fit fit;
    const atr_Rect box = fit_box(&scene.frame, item);
    if (!fit_text(text, &scene.frame, item, box, &fit) || !fit.fits) {
        describe(item, "does not fit");
        return 1;
    }
    if (fit.size.missing > 0) {
        describe(item, "has no glyph for a letter");
        return 1;
    }
    if (fit.style > item->style + 1) {
        describe(item, "is more than one style smaller");
        return 1;
    }
    return 0;
}

static bool is_inside(const atr_Rect *rect)
{
    return rect->x >= 0 && rect->y >= 0 && rect->x + rect->w <= scene.frame.width &&
           rect->y + rect->h <= scene.frame.height;
}

static bool overlap(const atr_Rect *a, const atr_Rect *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

static uint32_t check_control(uint32_t index)
{
    const Item *item = &scene.items[index];
    uint32_t bad = 0;
    /* 112 in the utility bar, 120 elsewhere; one pixel for rounding. */
    const float least = (item->look == LOOK_BAR_BUTTON ? 112.0f : 120.0f) * scene.frame.u - 1;
    if ((float)item->rect.w < least || (float)item->rect.h < least) {
        describe(item, "is too small to touch");
        bad++;
    }
    for (uint32_t i = index + 1; i < scene.count; i++) {
        const Item *other = &scene.items[i];
        const bool same_layer = (index < scene.dialog_first) == (i < scene.dialog_first);
        if (other->control != CONTROL_NONE && same_layer && overlap(&item->rect, &other->rect)) {
            describe(item, "lies over another control");
            bad++;
        }
    }
    return bad;
}

static uint32_t check_scene(void)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < scene.count; i++) {
        const Item *item = &scene.items[i];
        if (!is_inside(&item->rect)) {
            describe(item, "is not inside");
            bad++;
        }
        if (item->text != NULL && item->text[0] != '\0') {
            bad += check_text(item);
        }
        if (item->control != CONTROL_NONE) {
            bad += check_control(i);
        }
    }
    return bad;
}

/* The flow as it is, in every size and language. */
static void check_everywhere(void)
{
    uint32_t bad = 0;
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        for (size_t i = 0; i < ATR_COUNT_OF(sizes); i++) {
            flow.language = (Language)language;
            const Frame frame =
                frame_make(sizes[i].width, sizes[i].height, language == LANGUAGE_AR, 22);
            const ScreenFacts facts = { .flow = &flow, .words = &words };
            screen_build(&scene, &frame, &facts);
            assert_true(scene.count < SCENE_ITEMS_MAX - 1);
            bad += check_scene();
        }
    }
    assert_int_equal(bad, 0);
}

static int set_up(void **state)
{
    (void)state;
    if (!atr_text_has_arabic(text)) {
        skip();
    }
    memset(&flow, 0, sizeof flow);
    flow.desc.has_arabic = true;
    flow.desc.sample_card = "79927398713";
    flow.now_ms = 100000;
    flow.session = 1;
    flow.has_user = true;
    flow.user = (atr_User){ .id = 1, .card_tail = "4821", .standing = { .coins = 1234567 } };
    flow.credited = true;
    return 0;
}

/* ---- Screens --------------------------------------------------------------------------------- */

static void screen_attract__every_scene__fits(void **state)
{
    (void)state;
    flow.screen = SCREEN_ATTRACT;
    flow.has_user = false;
    flow.sessions_today = 20;
    flow.coins_today = 98765;
    for (int loop = 0; loop < 3; loop++) {
        flow.entered_ms = flow.now_ms - 8000u * (uint64_t)loop - 4000u;
        check_everywhere();
    }
    flow.desc.has_arabic = false;
    flow.sessions_today = 0;
    check_everywhere();
}

static void screen_identify__every_message__fits(void **state)
{
    (void)state;
    flow.screen = SCREEN_IDENTIFY;
    flow.has_user = false;
    snprintf(flow.digits, sizeof flow.digits, "8888888888888888888");
    flow.digit_count = FLOW_DIGITS_MAX;
    static const CardState states[] = { CARD_TYPING, CARD_CHECKING, CARD_UNKNOWN, CARD_PAUSED };
    for (size_t i = 0; i < ATR_COUNT_OF(states); i++) {
        flow.card = states[i];
        check_everywhere();
    }
}

static void screen_notice__every_one__fits(void **state)
{
    (void)state;
    static const char *const notices[] = { "id.welcome", "err.busy", "err.file" };
    flow.screen = SCREEN_SCAN;
    for (size_t i = 0; i < ATR_COUNT_OF(notices); i++) {
        flow.notice = notices[i];
        check_everywhere();
    }
    flow.notice = NULL;
    flow.desc.sample_card = NULL;
    check_everywhere();
}

static void screen_reading__fits(void **state)
{
    (void)state;
    flow.screen = SCREEN_READING;
    check_everywhere();
    flow.saved = true;
    flow.checked = true;
    check_everywhere();
    flow.has_user = false;
    check_everywhere();
}

static void set_reward(int64_t coins, atr_Tier tier, uint32_t rows)
{
    static const char *const categories[] = { "fashion", "electronics", "food",   "luxury",
                                              "books",   "sports",      "beauty", "home" };
    FlowAnswer *answer = &flow.answer;
    memset(answer, 0, sizeof *answer);
    answer->coins = coins;
    answer->total_fils = 123456789;
    snprintf(answer->store_en, sizeof answer->store_en, "Al Noor International Electronics");
    snprintf(answer->store_ar, sizeof answer->store_ar, "النور العالمية للإلكترونيات");
    snprintf(answer->category, sizeof answer->category, "%s",
             categories[(size_t)coins % ATR_COUNT_OF(categories)]);
    snprintf(answer->currency, sizeof answer->currency, "AED");
    answer->reward.coins = coins;
    answer->reward.before =
        (atr_Standing){ .coins = 5, .level = 9, .tier = tier, .streak_days = 111 };
    answer->reward.after = answer->reward.before;
    answer->reward.after.coins += coins;
    answer->reward.after.level = 10;
    answer->reward.after.xp = coins;
    answer->reward.after.tier = tier < ATR_TIER_DIAMOND ? (atr_Tier)(tier + 1) : tier;
    answer->reward.row_count = rows;
    for (uint32_t i = 0; i < rows; i++) {
        answer->reward.rows[i] = (atr_RewardRow){ (atr_RewardPart)i, 130, coins };
    }
}

static void screen_accepted__every_tier_count_and_row__fits(void **state)
{
    (void)state;
    static const int64_t counts[] = { 0, 1, 2, 3, 10, 11, 99, 100, 1234, 87654 };
    flow.screen = SCREEN_ACCEPTED;
    for (size_t i = 0; i < ATR_COUNT_OF(counts); i++) {
        const uint32_t rows = i == 9 ? ATR_REWARD_PART_COUNT : (uint32_t)i % 7 + 1;
        set_reward(counts[i], (atr_Tier)(i % ATR_TIER_COUNT), rows);
        check_everywhere();
    }
}

/* Whatever is written differently for somebody else goes when its shopper does. */
static void screen_accepted__what_is_of_the_session__is_marked_so(void **state)
{
    (void)state;
    static Scene first;
    const Frame frame = frame_make(1920, 1080, false, 22);
    const ScreenFacts facts = { .flow = &flow, .words = &words };
    flow.screen = SCREEN_ACCEPTED;
    flow.has_user = true;
    flow.hurried = true;
    for (int i = 0; i < 2; i++) {
        set_reward(i == 0 ? 52 : 77, i == 0 ? ATR_TIER_GOLD : ATR_TIER_SILVER, 3);
        snprintf(flow.user.card_tail, sizeof flow.user.card_tail, "%d", 4821 + i);
        snprintf(flow.answer.store_en, sizeof flow.answer.store_en, "Store %d", i);
        screen_build(&scene, &frame, &facts);
        if (i == 0) {
            memcpy(&first, &scene, sizeof first);
        }
    }
    uint32_t different = 0;
    assert_int_equal(first.count, scene.count);
    for (uint32_t i = 0; i < scene.count; i++) {
        const char *text_0 = first.items[i].text;
        const char *text_1 = scene.items[i].text;
        if (text_0 == NULL) {
            continue;
        }
        /* The copy's texts lie at the same place in its own arena. */
        if (text_0 >= scene.arena && text_0 < scene.arena + SCENE_TEXT_MAX) {
            text_0 = first.arena + (text_0 - scene.arena);
        }
        if (strcmp(text_0, text_1) != 0) {
            different++;
            print_message("  '%s' or '%s'\n", text_0, text_1);
            assert_true(scene.items[i].secret);
        }
    }
    assert_true(different > 5);
}

static void screen_identify__when_the_desk_must_help__hides_the_number(void **state)
{
    (void)state;
    const Frame frame = frame_make(1920, 1080, false, 22);
    const ScreenFacts facts = { .flow = &flow, .words = &words };
    flow.screen = SCREEN_IDENTIFY;
    flow.card = CARD_PAUSED;
    memcpy(flow.digits, "6283910000000047", 17);
    flow.digit_count = 16;
    screen_build(&scene, &frame, &facts);
    for (uint32_t i = 0; i < scene.count; i++) {
        const char *written = scene.items[i].text;
        assert_true(written == NULL || strstr(written, "6283") == NULL);
    }
}

static void screen_guest__every_count_and_reason__fits(void **state)
{
    (void)state;
    static const int64_t counts[] = { 0, 1, 2, 3, 11, 100, 87654 };
    flow.screen = SCREEN_GUEST;
    flow.has_user = false;
    for (size_t i = 0; i < ATR_COUNT_OF(counts); i++) {
        set_reward(counts[i], ATR_TIER_BRONZE, 1);
        check_everywhere();
    }
    for (int rule = 1; rule < ATR_RULE_COUNT; rule++) {
        set_reward(0, ATR_TIER_BRONZE, 0);
        snprintf(flow.answer.reason_key, sizeof flow.answer.reason_key, "reason.%s",
                 atr_rule_name((atr_Rule)rule));
        flow.answer.reason = flow.answer.reason_key;
        check_everywhere();
    }
}

static void screen_answer__every_reason__fits_and_is_a_word(void **state)
{
    (void)state;
    static const FlowScreen screens[] = { SCREEN_HELD, SCREEN_REJECTED, SCREEN_PENDING };
    for (size_t s = 0; s < ATR_COUNT_OF(screens); s++) {
        flow.screen = screens[s];
        for (int rule = 1; rule < ATR_RULE_COUNT; rule++) {
            FlowAnswer *answer = &flow.answer;
            snprintf(answer->reason_key, sizeof answer->reason_key, "reason.%s",
                     atr_rule_name((atr_Rule)rule));
            assert_true(words_has(&words, LANGUAGE_EN, answer->reason_key));
            assert_true(words_has(&words, LANGUAGE_AR, answer->reason_key));
            answer->reason = answer->reason_key;
            snprintf(answer->reference, sizeof answer->reference, "WWWWWW");
            check_everywhere();
        }
        flow.answer.reason = "err.save";
        flow.saved = true;
        check_everywhere();
    }
}

static void screen_goodbye_and_out__fit(void **state)
{
    (void)state;
    flow.screen = SCREEN_GOODBYE;
    check_everywhere();
    flow.screen = SCREEN_OUT;
    flow.has_user = false;
    check_everywhere();
}

static void screen_dialog__every_second__fits(void **state)
{
    (void)state;
    flow.screen = SCREEN_SCAN;
    flow.dialog = true;
    for (uint64_t second = 0; second < 20; second++) {
        flow.dialog_ms = flow.now_ms - second * 1000u;
        check_everywhere();
    }
}

/* ---- Mirroring ------------------------------------------------------------------------------- */

static void screen_build__from_right_to_left__mirrors_controls_but_not_the_keypad(void **state)
{
    (void)state;
    flow.screen = SCREEN_IDENTIFY;
    flow.has_user = false;
    const ScreenFacts facts = { .flow = &flow, .words = &words };
    const Frame ltr = frame_make(1280, 720, false, 22);
    const Frame rtl = frame_make(1280, 720, true, 22);
    flow.language = LANGUAGE_EN;
    screen_build(&scene, &ltr, &facts);
    const atr_Rect guest = scene_find(&scene, "id.guest")->rect;
    flow.language = LANGUAGE_AR;
    screen_build(&scene, &rtl, &facts);
    const atr_Rect mirrored = scene_find(&scene, "id.guest")->rect;
    assert_in_range(mirrored.x + mirrored.w + guest.x, 1279, 1281);
    assert_true(scene_find(&scene, "1")->rect.x < scene_find(&scene, "2")->rect.x);
    assert_true(scene_find(&scene, "3")->rect.x < 640);
    assert_true(scene_find(&scene, "util.lang")->rect.x > 640);
    /* The way to the other language is written in it. */
    assert_false(scene_find(&scene, "util.lang")->rtl);
}

static void scene_hit__under_a_dialog__finds_only_the_dialog(void **state)
{
    (void)state;
    flow.screen = SCREEN_SCAN;
    const Frame frame = frame_make(1280, 720, false, 22);
    const ScreenFacts facts = { .flow = &flow, .words = &words };
    screen_build(&scene, &frame, &facts);
    const atr_Rect finish = scene_find(&scene, "util.finish")->rect;
    assert_int_equal(scene_hit(&scene, finish.x + 1, finish.y + 1, 0)->control, CONTROL_FINISH);
    flow.dialog = true;
    flow.dialog_ms = flow.now_ms;
    screen_build(&scene, &frame, &facts);
    assert_null(scene_hit(&scene, finish.x + 1, finish.y + 1, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(screen_attract__every_scene__fits, set_up),
        cmocka_unit_test_setup(screen_identify__every_message__fits, set_up),
        cmocka_unit_test_setup(screen_notice__every_one__fits, set_up),
        cmocka_unit_test_setup(screen_reading__fits, set_up),
        cmocka_unit_test_setup(screen_accepted__every_tier_count_and_row__fits, set_up),
        cmocka_unit_test_setup(screen_accepted__what_is_of_the_session__is_marked_so, set_up),
        cmocka_unit_test_setup(screen_identify__when_the_desk_must_help__hides_the_number, set_up),
        cmocka_unit_test_setup(screen_guest__every_count_and_reason__fits, set_up),
        cmocka_unit_test_setup(screen_answer__every_reason__fits_and_is_a_word, set_up),
        cmocka_unit_test_setup(screen_goodbye_and_out__fit, set_up),
        cmocka_unit_test_setup(screen_dialog__every_second__fits, set_up),
        cmocka_unit_test_setup(
            screen_build__from_right_to_left__mirrors_controls_but_not_the_keypad, set_up),
        cmocka_unit_test_setup(scene_hit__under_a_dialog__finds_only_the_dialog, set_up),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
