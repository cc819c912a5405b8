/* The kiosk's course with a mall of the test's own: screens, time-outs, duplicate reads, the
 * waiting slot, late results, unknown cards. Time is what the test says. */
#include "flow.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#define CARD      "79927398713" /* a well-known number with a good check digit */
#define RECEIPT   "ATR1|a"
#define RECEIPT_2 "ATR1|b"
#define RECEIPT_3 "ATR1|c"

typedef struct Mall {
    uint32_t cards, submits, previews, samples, forgets;
    uint32_t ticket; /* of the last question */
    char text[64];
    bool full;
} Mall;

static Mall mall;
static Flow flow;
static uint64_t now;

static bool ask_card(void *self, uint32_t ticket, const char *digits)
{
    (void)self;
    (void)digits;
    mall.cards++;
    mall.ticket = ticket;
    return !mall.full;
}

static bool ask_submit(void *self, uint32_t ticket, atr_UserId user, uint64_t session,
                       const char *text, size_t size)
{
    (void)self;
    assert_int_equal(user, 7);
    assert_true(session > 1000);
    assert_true(size < sizeof mall.text);
    memcpy(mall.text, text, size);
    mall.text[size] = '\0';
    mall.submits++;
    mall.ticket = ticket;
    return !mall.full;
}

static bool ask_preview(void *self, uint32_t ticket, const char *text, size_t size)
{
    (void)self;
    (void)text;
    (void)size;
    mall.previews++;
    mall.ticket = ticket;
    return !mall.full;
}

static bool ask_sample(void *self, uint32_t ticket)
{
    (void)self;
    mall.samples++;
    mall.ticket = ticket;
    return !mall.full;
}

static void forget(void *self)
{
    (void)self;
    mall.forgets++;
}

static int set_up(void **state)
{
    (void)state;
    memset(&mall, 0, sizeof mall);
    now = 5000;
    flow_init(&flow, &(FlowDesc){ .ops = { ask_card, ask_submit, ask_preview, ask_sample, NULL,
                                           forget, NULL },
                                  .now_ms = now,
                                  .first_session = 1000,
                                  .has_arabic = true,
                                  .sample_card = CARD });
    return 0;
}

static void pass(uint64_t ms)
{
    for (uint64_t end = now + ms; now < end;) {
        now = end - now > 100 ? now + 100 : end;
        flow_tick(&flow, now);
    }
}

static void scan(const char *text)
{
    flow_scan(&flow, text, strlen(text));
}

static const atr_User user = { .id = 7, .card_tail = "8713", .standing = { .coins = 100 } };

static void identify(void)
{
    flow_press(&flow, CONTROL_START);
    scan(CARD);
    flow_on_card(&flow, mall.ticket, ATR_OK, &user);
}

static void settle(atr_Outcome outcome, atr_Rule rule)
{
    atr_Settlement settlement = { .reference = "BCD234", .verdict = { .outcome = outcome } };
    if (outcome == ATR_OUTCOME_ACCEPTED) {
        settlement.reward.coins = 52;
        settlement.reward.after.coins = 152;
    } else {
        settlement.verdict.reason_count = 1;
        settlement.verdict.reasons[0].rule = rule;
    }
    flow_on_settled(&flow, mall.ticket, ATR_OK, &settlement, NULL);
}

static void flow_press__through_a_visit__ends_at_attract(void **state)
{
    (void)state;
    assert_int_equal(flow.screen, SCREEN_ATTRACT);
    identify();
    assert_int_equal(flow.screen, SCREEN_SCAN);
    scan(RECEIPT);
    assert_int_equal(flow.screen, SCREEN_READING);
    flow_on_step(&flow, mall.ticket, ATR_STEP_SAVED);
    assert_true(flow.saved);
    settle(ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE);
    assert_int_equal(flow.screen, SCREEN_ACCEPTED);
    assert_int_equal(flow.answer.coins, 52);
    assert_int_equal(flow.user.standing.coins, 152);
    flow_press(&flow, CONTROL_FINISH);
    assert_int_equal(flow.screen, SCREEN_GOODBYE);
    assert_int_equal(flow.user.id, 0);
    pass(5000);
    assert_int_equal(flow.screen, SCREEN_ATTRACT);
}

static void flow_scan__before_identifying__is_kept_and_read_after(void **state)
{
    (void)state;
    scan(RECEIPT);
    assert_int_equal(flow.screen, SCREEN_IDENTIFY);
    assert_int_equal(mall.submits + mall.previews, 0);
    scan(CARD);
    flow_on_card(&flow, mall.ticket, ATR_OK, &user);
    assert_int_equal(flow.screen, SCREEN_READING);
    assert_string_equal(mall.text, RECEIPT);
}

static void flow_scan__twice_or_while_on_screen__is_ignored(void **state)
{
    (void)state;
    identify();
    scan(RECEIPT);
    scan(RECEIPT);
    assert_int_equal(flow.next.size, 0);
    settle(ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE);
    pass(6000);
    scan(RECEIPT);
    assert_int_equal(flow.screen, SCREEN_ACCEPTED);
    assert_int_equal(mall.submits, 1);
    flow_press(&flow, CONTROL_NEXT);
    scan(RECEIPT); /* still within 5 s of the last read */
    assert_int_equal(mall.submits, 1);
    pass(5100);
    scan(RECEIPT); /* now it is a new attempt, which the mall will judge */
    assert_int_equal(mall.submits, 2);
}

static void flow_scan__during_reading__waits_in_one_slot(void **state)
{
    (void)state;
    identify();
    scan(RECEIPT);
    scan(RECEIPT_2);
    assert_string_equal(flow.next.text, RECEIPT_2);
    assert_null(flow.notice);
    scan(RECEIPT_3);
    assert_string_equal(flow.notice, "err.busy");
    settle(ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE);
    assert_int_equal(flow.screen, SCREEN_ACCEPTED);
    flow_press(&flow, CONTROL_NEXT);
    assert_int_equal(flow.screen, SCREEN_READING);
    assert_string_equal(mall.text, RECEIPT_2);
}

static void flow_scan__again_of_the_waiting_receipt__is_handed_in_once(void **state)
{
    (void)state;
    identify();
    scan(RECEIPT);
    scan(RECEIPT_2);
    pass(5100);
    scan(RECEIPT_2); /* still waits: that is no second one */
    assert_null(flow.notice);
    pass(1000);
    settle(ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE);
    pass(4500); /* seen more than 5 s ago, and its turn has not come */
    assert_int_equal(flow.screen, SCREEN_ACCEPTED);
    scan(RECEIPT_2);
    assert_int_equal(flow.screen, SCREEN_READING);
    assert_string_equal(mall.text, RECEIPT_2);
    assert_int_equal(mall.submits, 2);
    settle(ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE);
    pass(10000);
    assert_int_equal(flow.screen, SCREEN_ACCEPTED);
    assert_int_equal(mall.submits, 2);
}

static void flow_scan__after_it_was_refused__is_no_repeat(void **state)
{
    (void)state;
    identify();
    mall.full = true;
    scan(RECEIPT);
    assert_string_equal(flow.notice, "err.busy");
    mall.full = false;
    pass(1000);
    scan(RECEIPT); /* a moment later, as they were asked to */
    assert_int_equal(flow.screen, SCREEN_READING);
    scan(RECEIPT_2);
    scan(RECEIPT_3); /* the slot is taken */
    assert_string_equal(flow.notice, "err.busy");
    settle(ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE);
    flow_press(&flow, CONTROL_NEXT);
    scan(RECEIPT_3);
    assert_string_equal(flow.next.text, RECEIPT_3);

    set_up(NULL);
    flow_press(&flow, CONTROL_START);
    mall.full = true;
    scan(CARD);
    assert_string_equal(flow.notice, "err.busy");
    mall.full = false;
    pass(1000);
    scan(CARD);
    assert_int_equal(flow.card, CARD_CHECKING);
    flow_on_card(&flow, mall.ticket, ATR_ERR_BUSY, NULL);
    pass(1000);
    scan(CARD);
    assert_int_equal(flow.card, CARD_CHECKING);
}

static void flow_scan__of_a_receipt_that_was_not_saved__tries_again(void **state)
{
    (void)state;
    identify();
    scan(RECEIPT);
    flow_on_settled(&flow, mall.ticket, ATR_ERR_IO, NULL, NULL);
    assert_string_equal(flow.answer.reason, "err.save");
    pass(5100);
    scan(RECEIPT);
    assert_int_equal(flow.screen, SCREEN_READING);
    assert_int_equal(mall.submits, 2);
}

static void flow_on_preview__while_a_card_is_looked_up__is_not_shown(void **state)
{
    (void)state;
    flow_press(&flow, CONTROL_START);
    flow_press(&flow, CONTROL_GUEST);
    scan(RECEIPT);
    const uint32_t preview_ticket = mall.ticket;
    pass(8100);
    assert_int_equal(flow.screen, SCREEN_PENDING);
    scan(CARD);
    assert_int_equal(flow.screen, SCREEN_IDENTIFY);
    const atr_Preview preview = { .verdict.outcome = ATR_OUTCOME_REJECTED };
    const uint32_t card_ticket = mall.ticket;
    flow_on_preview(&flow, preview_ticket, ATR_OK, &preview);
    assert_int_equal(flow.screen, SCREEN_IDENTIFY);
    flow_on_card(&flow, card_ticket, ATR_OK, &user);
    assert_int_equal(flow.screen, SCREEN_READING); /* what was kept is read for the card */
    assert_string_equal(mall.text, RECEIPT);
}

static void flow_tick__when_reading_takes_long__says_so_and_takes_the_result_later(void **state)
{
    (void)state;
    identify();
    scan(RECEIPT);
    flow_on_step(&flow, mall.ticket, ATR_STEP_SAVED);
    pass(7900);
    assert_int_equal(flow.screen, SCREEN_READING);
    pass(200);
    assert_int_equal(flow.screen, SCREEN_PENDING);
    settle(ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE);
    assert_int_equal(flow.screen, SCREEN_ACCEPTED);
}

static void flow_on_settled__after_the_session__is_not_shown(void **state)
{
    (void)state;
    identify();
    scan(RECEIPT);
    const uint32_t ticket = mall.ticket;
    pass(8100);
    flow_press(&flow, CONTROL_FINISH);
    pass(5000);
    flow_press(&flow, CONTROL_START); /* the next person */
    mall.ticket = ticket;
    settle(ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE);
    assert_int_equal(flow.screen, SCREEN_IDENTIFY);
    assert_int_equal(flow.answer.coins, 0);
    assert_int_equal(flow.user.standing.coins, 0);
}

static void flow_on_settled__held_and_rejected__give_one_reason(void **state)
{
    (void)state;
    identify();
    scan(RECEIPT);
    settle(ATR_OUTCOME_REVIEW, ATR_RULE_VAT_MISMATCH);
    assert_int_equal(flow.screen, SCREEN_HELD);
    assert_string_equal(flow.answer.reason, "reason.VAT_MISMATCH");
    assert_string_equal(flow.answer.reference, "BCD234");
    scan(RECEIPT_2);
    settle(ATR_OUTCOME_REJECTED, ATR_RULE_DUP_EXACT);
    assert_int_equal(flow.screen, SCREEN_REJECTED);
    assert_string_equal(flow.answer.reason, "reason.DUP_EXACT");
}

static void flow_on_settled__unsaved_failure__tells_to_keep_the_receipt(void **state)
{
    (void)state;
    identify();
    scan(RECEIPT);
    flow_on_settled(&flow, mall.ticket, ATR_ERR_IO, NULL, NULL);
    assert_int_equal(flow.screen, SCREEN_REJECTED);
    assert_string_equal(flow.answer.reason, "err.save");
    scan(RECEIPT_2);
    flow_on_step(&flow, mall.ticket, ATR_STEP_SAVED);
    flow_on_settled(&flow, mall.ticket, ATR_ERR_BUSY, NULL, NULL);
    assert_int_equal(flow.screen, SCREEN_PENDING);
}

static void flow_tick__at_the_limit__asks_and_a_touch_means_yes(void **state)
{
    (void)state;
    static const struct {
        FlowScreen screen;
        uint64_t limit_ms;
    } rows[] = { { SCREEN_IDENTIFY, 60000 }, { SCREEN_SCAN, 60000 },    { SCREEN_ACCEPTED, 30000 },
                 { SCREEN_HELD, 45000 },     { SCREEN_PENDING, 45000 }, { SCREEN_REJECTED, 45000 },
                 { SCREEN_GUEST, 40000 } };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", flow_screen_name(rows[i].screen));
        set_up(NULL);
        identify();
        flow.screen = rows[i].screen;
        flow.idle_ms = now;
        pass(rows[i].limit_ms - 100);
        assert_false(flow.dialog);
        pass(200);
        assert_true(flow.dialog);
        assert_in_range(flow_seconds_left(&flow), 19, 20);
        assert_false(flow_has_control(&flow, CONTROL_FINISH));
        assert_true(flow_activity(&flow));
        assert_false(flow.dialog);
        pass(2 * rows[i].limit_ms - 200); /* asked once: limits are doubled */
        assert_false(flow.dialog);
        pass(300);
        assert_true(flow.dialog);
        pass(20100);
        assert_int_equal(flow.screen, SCREEN_ATTRACT);
        assert_false(flow.has_user);
    }
}

static void flow_tick__while_a_finger_is_down__does_not_count(void **state)
{
    (void)state;
    flow_press(&flow, CONTROL_START);
    flow_finger(&flow, true);
    pass(100000);
    assert_false(flow.dialog);
    flow_finger(&flow, false);
    pass(61000);
    assert_true(flow.dialog);
}

static void flow_tick__after_a_time_out__forgets_language_and_calm(void **state)
{
    (void)state;
    flow_press(&flow, CONTROL_START_AR);
    flow_press(&flow, CONTROL_CALM);
    assert_int_equal(flow.language, LANGUAGE_AR);
    pass(81000);
    assert_int_equal(flow.screen, SCREEN_ATTRACT);
    assert_int_equal(flow.language, LANGUAGE_EN);
    assert_false(flow.calm);
    assert_true(mall.forgets > 0);
}

static void type(const char *digits)
{
    for (; *digits != '\0'; digits++) {
        flow_press(&flow, (Control)(CONTROL_DIGIT_0 + (*digits - '0')));
    }
    flow_press(&flow, CONTROL_CONFIRM);
}

static void flow_press__five_unknown_cards__pauses_for_a_minute(void **state)
{
    (void)state;
    flow_press(&flow, CONTROL_START);
    for (int i = 0; i < 5; i++) {
        assert_int_not_equal(flow.card, CARD_PAUSED);
        while (flow.digit_count > 0) {
            flow_press(&flow, CONTROL_DELETE);
        }
        type(CARD);
        flow_on_card(&flow, mall.ticket, ATR_ERR_NOT_FOUND, NULL);
        pass(1000);
    }
    assert_int_equal(flow.card, CARD_PAUSED);
    const uint32_t asked = mall.cards;
    type("1");
    scan(CARD);
    assert_int_equal(mall.cards, asked);
    flow_back(&flow); /* another person does not get around it */
    flow_press(&flow, CONTROL_START);
    assert_int_equal(flow.card, CARD_PAUSED);
    pass(58000);
    assert_int_equal(flow.card, CARD_PAUSED);
    pass(2000);
    assert_int_equal(flow.card, CARD_TYPING);
}

static void flow_press__unknown_cards_far_apart__do_not_pause(void **state)
{
    (void)state;
    flow_press(&flow, CONTROL_START);
    for (int i = 0; i < 8; i++) {
        while (flow.digit_count > 0) {
            flow_press(&flow, CONTROL_DELETE);
        }
        type("123");
        assert_int_equal(flow.card, CARD_UNKNOWN);
        pass(31000);
    }
    assert_int_equal(mall.cards, 0); /* no check digit: the mall is not even asked */
}

static void flow_press__as_a_guest__previews_and_then_takes_a_card(void **state)
{
    (void)state;
    scan(RECEIPT);
    flow_press(&flow, CONTROL_DIGIT_9);
    flow_press(&flow, CONTROL_GUEST);
    assert_int_equal(mall.previews, 1);
    assert_int_equal(flow.digit_count, 0);
    assert_string_equal(flow.digits, "");
    const atr_Preview preview = { .decoded = true,
                                  .verdict = { .outcome = ATR_OUTCOME_ACCEPTED },
                                  .reward = { .coins = 12 } };
    flow_on_preview(&flow, mall.ticket, ATR_OK, &preview);
    assert_int_equal(flow.screen, SCREEN_GUEST);
    assert_int_equal(flow.answer.coins, 12);
    flow_press(&flow, CONTROL_HAVE_CARD);
    assert_int_equal(flow.screen, SCREEN_IDENTIFY);
    scan(CARD);
    flow_on_card(&flow, mall.ticket, ATR_OK, &user);
    assert_int_equal(flow.screen, SCREEN_READING);
    assert_string_equal(mall.text, RECEIPT);
    assert_int_equal(mall.submits, 1);
}

static void flow_press__when_the_mall_is_full__asks_for_a_moment(void **state)
{
    (void)state;
    identify();
    mall.full = true;
    scan(RECEIPT);
    assert_int_equal(flow.screen, SCREEN_SCAN);
    assert_string_equal(flow.notice, "err.busy");
}

static void flow_set_language__on_every_screen__keeps_the_state(void **state)
{
    (void)state;
    for (int screen = SCREEN_IDENTIFY; screen < SCREEN_COUNT; screen++) {
        flow.screen = (FlowScreen)screen;
        flow_set_language(&flow, LANGUAGE_EN);
        assert_true(flow_has_control(&flow, CONTROL_LANGUAGE));
        flow_press(&flow, CONTROL_LANGUAGE);
        assert_int_equal(flow.language, LANGUAGE_AR);
        assert_int_equal(flow.screen, screen);
    }
}

static void flow_set_service__without_a_store__is_out_and_comes_back(void **state)
{
    (void)state;
    identify();
    flow_set_service(&flow, false, NULL);
    assert_int_equal(flow.screen, SCREEN_OUT);
    assert_false(flow.has_user);
    scan(RECEIPT);
    flow_press(&flow, CONTROL_START);
    assert_int_equal(flow.screen, SCREEN_OUT);
    assert_false(flow_has_samples(&flow));
    flow_set_service(&flow, true, CARD);
    assert_int_equal(flow.screen, SCREEN_ATTRACT);
    assert_true(flow_has_samples(&flow));
}

static void flow_counted__rises_to_the_coins_and_a_touch_ends_it(void **state)
{
    (void)state;
    identify();
    scan(RECEIPT);
    settle(ATR_OUTCOME_ACCEPTED, ATR_RULE_NONE);
    assert_int_equal(flow_count_ms(&flow), 916);
    assert_int_equal(flow_counted(&flow), 0);
    pass(400);
    assert_in_range(flow_counted(&flow), 1, 51);
    flow_activity(&flow);
    assert_int_equal(flow_counted(&flow), 52);
    assert_false(flow_is_counting(&flow));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(flow_press__through_a_visit__ends_at_attract, set_up),
        cmocka_unit_test_setup(flow_scan__before_identifying__is_kept_and_read_after, set_up),
        cmocka_unit_test_setup(flow_scan__twice_or_while_on_screen__is_ignored, set_up),
        cmocka_unit_test_setup(flow_scan__during_reading__waits_in_one_slot, set_up),
        cmocka_unit_test_setup(flow_scan__again_of_the_waiting_receipt__is_handed_in_once, set_up),
        cmocka_unit_test_setup(flow_scan__after_it_was_refused__is_no_repeat, set_up),
        cmocka_unit_test_setup(flow_scan__of_a_receipt_that_was_not_saved__tries_again, set_up),
        cmocka_unit_test_setup(flow_on_preview__while_a_card_is_looked_up__is_not_shown, set_up),
        cmocka_unit_test_setup(
            flow_tick__when_reading_takes_long__says_so_and_takes_the_result_later, set_up),
        cmocka_unit_test_setup(flow_on_settled__after_the_session__is_not_shown, set_up),
        cmocka_unit_test_setup(flow_on_settled__held_and_rejected__give_one_reason, set_up),
        cmocka_unit_test_setup(flow_on_settled__unsaved_failure__tells_to_keep_the_receipt, set_up),
        cmocka_unit_test_setup(flow_tick__at_the_limit__asks_and_a_touch_means_yes, set_up),
        cmocka_unit_test_setup(flow_tick__while_a_finger_is_down__does_not_count, set_up),
        cmocka_unit_test_setup(flow_tick__after_a_time_out__forgets_language_and_calm, set_up),
        cmocka_unit_test_setup(flow_press__five_unknown_cards__pauses_for_a_minute, set_up),
        cmocka_unit_test_setup(flow_press__unknown_cards_far_apart__do_not_pause, set_up),
        cmocka_unit_test_setup(flow_press__as_a_guest__previews_and_then_takes_a_card, set_up),
        cmocka_unit_test_setup(flow_press__when_the_mall_is_full__asks_for_a_moment, set_up),
        cmocka_unit_test_setup(flow_set_language__on_every_screen__keeps_the_state, set_up),
        cmocka_unit_test_setup(flow_set_service__without_a_store__is_out_and_comes_back, set_up),
        cmocka_unit_test_setup(flow_counted__rises_to_the_coins_and_a_touch_ends_it, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
