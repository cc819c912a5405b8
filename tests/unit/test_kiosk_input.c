/* The reader's runs of keys, and fingers, mouse and keys on controls. */
#include "input.h"
#include "scanner.h"

#include "kiosk_locale.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#define KEY_ENTER 40
#define KEY_F3    60

static Scanner scanner;
static uint64_t now;

static int set_up_scanner(void **state)
{
    (void)state;
    memset(&scanner, 0, sizeof scanner);
    now = 1000;
    return 0;
}

static ScannerResult send(const char *text, uint64_t gap_ms)
{
    for (; *text != '\0'; text++) {
        int code = 0;
        bool shift = false;
        assert_true(scanner_find_key(scanner.layout, *text, &code, &shift));
        assert_int_equal(scanner_key(&scanner, code, shift, now), SCANNER_HELD);
        now += gap_ms;
    }
    return scanner_key(&scanner, KEY_ENTER, false, now);
}

static void scanner_key__a_fast_run_with_enter__is_a_code(void **state)
{
    (void)state;
    static const char *const codes[] = {
        "ATR1|k1|S01|1|77|20261120T101500|12050|574|100000000000003|aB3+/_-=",
        "6283910000000047",
        "AQVBdHJpdW0CDzEwMDAwMDAwMDAwMDAwMwM=",
        "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    };
    for (int layout = SCANNER_US; layout <= SCANNER_UK; layout++) {
        scanner.layout = (ScannerLayout)layout;
        for (size_t i = 0; i < ATR_COUNT_OF(codes); i++) {
            now += 1000;
            if (layout == SCANNER_UK && i == 3) {
                continue; /* the pound sign has no ASCII; the back quote stays */
            }
            assert_int_equal(send(codes[i], 20), SCANNER_CODE);
            assert_string_equal(scanner.text, codes[i]);
            assert_int_equal(scanner.size, strlen(codes[i]));
        }
    }
}

static void scanner_key__slow_keys__are_given_back_to_the_person(void **state)
{
    (void)state;
    char character = '\0';
    assert_int_equal(scanner_key(&scanner, 30, false, now), SCANNER_HELD); /* 1 */
    assert_false(scanner_typed(&scanner, now + 40, &character));
    assert_true(scanner_typed(&scanner, now + 60, &character));
    assert_int_equal(character, '1');
    assert_false(scanner_typed(&scanner, now + 60, &character));
    assert_int_equal(scanner_key(&scanner, KEY_ENTER, false, now + 70), SCANNER_PASS);
}

static void scanner_key__control_keys_inside_a_run__are_dropped(void **state)
{
    (void)state;
    assert_int_equal(scanner_key(&scanner, KEY_F3, false, now), SCANNER_PASS);
    assert_int_equal(scanner_key(&scanner, 30, false, now), SCANNER_HELD);
    assert_true(scanner_is_running(&scanner, now));
    assert_int_equal(scanner_key(&scanner, KEY_F3, false, now + 5), SCANNER_DROPPED);
    assert_int_equal(send("2345678", 5), SCANNER_CODE);
    assert_string_equal(scanner.text, "12345678");
    assert_false(scanner_is_running(&scanner, now));
    assert_int_equal(scanner_key(&scanner, KEY_F3, false, now + 5), SCANNER_PASS);
}

static void scanner_key__a_run_that_breaks_off__leaves_nothing(void **state)
{
    (void)state;
    char character = '\0';
    for (int i = 0; i < 10; i++) {
        assert_int_equal(scanner_key(&scanner, 4 + i % 9, false, now), SCANNER_HELD);
    }
    assert_false(scanner_typed(&scanner, now + 100, &character));
    assert_int_equal(scanner.size, 0);
    now += 200;
    assert_int_equal(send("ABCD", 1), SCANNER_CODE);
    assert_string_equal(scanner.text, "ABCD");
}

static void scanner_key__more_than_any_receipt__is_refused_whole(void **state)
{
    (void)state;
    for (int i = 0; i < SCANNER_TEXT_MAX + 1; i++) {
        assert_int_equal(scanner_key(&scanner, 30, false, now), SCANNER_HELD);
    }
    assert_int_equal(scanner_key(&scanner, KEY_ENTER, false, now), SCANNER_TOO_LONG);
    assert_int_equal(send("ABCD", 1), SCANNER_CODE);
}

static void scanner_key__after_a_long_frame__goes_on_with_its_run(void **state)
{
    (void)state;
    char character = '\0';
    int code = 0;
    bool shift = false;
    for (const char *at = "ATR1|"; *at != '\0'; at++) {
        assert_true(scanner_find_key(scanner.layout, *at, &code, &shift));
        assert_int_equal(scanner_key(&scanner, code, shift, now), SCANNER_HELD);
    }
    scanner_heard(&scanner, now);
    now += 200; /* one frame: the rest waits in the queue */
    assert_true(scanner_is_running(&scanner, now));
    assert_false(scanner_typed(&scanner, now, &character));
    assert_int_equal(send("a|b", 0), SCANNER_CODE);
    assert_string_equal(scanner.text, "ATR1|a|b");
    scanner_clear(&scanner);

    /* A person's key is given back, however long frames are. */
    assert_int_equal(scanner_key(&scanner, 30, false, now), SCANNER_HELD);
    scanner_heard(&scanner, now + 40);
    assert_false(scanner_typed(&scanner, now + 40, &character));
    scanner_heard(&scanner, now + 80);
    assert_true(scanner_typed(&scanner, now + 80, &character));
    assert_int_equal(character, '1');
}

/* ---- Fingers --------------------------------------------------------------------------------- */

static Words words;
static Flow flow;
static Input input;
static Scene scene;

static bool never(void *self, uint32_t ticket, const char *digits)
{
    (void)self;
    (void)ticket;
    (void)digits;
    return false;
}

static void build(void)
{
    const Frame frame = frame_make(1280, 720, false, 22);
    const ScreenFacts facts = { .flow = &flow, .words = &words };
    screen_build(&scene, &frame, &facts);
}

static int set_up_input(void **state)
{
    (void)state;
    for (size_t i = 0; i < kiosk_locale_count; i++) {
        const atr_Bytes bytes = { kiosk_locale_files[i].data, kiosk_locale_files[i].size };
        assert_true(words_open(&words, i == 0 ? LANGUAGE_AR : LANGUAGE_EN, bytes));
    }
    flow_init(&flow,
              &(FlowDesc){ .ops = { .find_card = never }, .now_ms = 1000, .has_arabic = true });
    input_init(&input, &flow);
    flow_press(&flow, CONTROL_START);
    build();
    return 0;
}

static atr_Rect place_of(const char *key)
{
    const Item *item = scene_find(&scene, key);
    assert_non_null(item);
    return item->rect;
}

static void input_up__inside__presses_and_outside__does_not(void **state)
{
    (void)state;
    const atr_Rect five = place_of("5");
    input_down(&input, &scene, 1, five.x + 5, five.y + 5);
    assert_int_equal(input_shown(&input), CONTROL_DIGIT_0 + 5);
    assert_int_equal(flow.digit_count, 0); /* it acts on the way up */
    input_up(&input, &scene, 1, five.x + 5, five.y + 5);
    assert_string_equal(flow.digits, "5");
    input_down(&input, &scene, 1, five.x + 5, five.y + 5);
    input_move(&input, &scene, 1, five.x - 100, five.y);
    assert_int_equal(input_shown(&input), CONTROL_NONE);
    input_up(&input, &scene, 1, five.x - 100, five.y);
    assert_string_equal(flow.digits, "5");
}

static void input_down__a_second_finger__is_ignored(void **state)
{
    (void)state;
    const atr_Rect five = place_of("5");
    const atr_Rect six = place_of("6");
    input_down(&input, &scene, 1, five.x + 5, five.y + 5);
    input_down(&input, &scene, 2, six.x + 5, six.y + 5);
    input_up(&input, &scene, 2, six.x + 5, six.y + 5);
    assert_int_equal(flow.digit_count, 0);
    input_up(&input, &scene, 1, five.x + 5, five.y + 5);
    assert_string_equal(flow.digits, "5");
}

static void input_up__after_the_screen_changed__does_nothing(void **state)
{
    (void)state;
    const atr_Rect finish = place_of("util.finish");
    input_down(&input, &scene, 1, finish.x + 5, finish.y + 5);
    flow_press(&flow, CONTROL_GUEST);
    assert_int_equal(flow.screen, SCREEN_SCAN);
    build();
    input_up(&input, &scene, 1, finish.x + 5, finish.y + 5);
    assert_int_equal(flow.screen, SCREEN_SCAN);
}

static void input_up__the_same_button_at_once__is_locked(void **state)
{
    (void)state;
    const atr_Rect language = place_of("util.lang");
    for (int i = 0; i < 2; i++) {
        input_down(&input, &scene, 1, language.x + 5, language.y + 5);
        input_up(&input, &scene, 1, language.x + 5, language.y + 5);
    }
    assert_int_equal(flow.language, LANGUAGE_AR);
    flow_tick(&flow, flow.now_ms + 301);
    input_down(&input, &scene, 1, language.x + 5, language.y + 5);
    input_up(&input, &scene, 1, language.x + 5, language.y + 5);
    assert_int_equal(flow.language, LANGUAGE_EN);
}

static void input_tick__a_finger_that_never_comes_up__is_let_go(void **state)
{
    (void)state;
    const atr_Rect five = place_of("5");
    const atr_Rect six = place_of("6");
    input_down(&input, &scene, 1, five.x + 5, five.y + 5);
    flow_tick(&flow, flow.now_ms + 50000);
    input_tick(&input);
    input_move(&input, &scene, 1, five.x + 6, five.y + 5); /* somebody's, after all */
    flow_tick(&flow, flow.now_ms + 50000);
    input_tick(&input);
    assert_int_equal(input_shown(&input), CONTROL_DIGIT_0 + 5);
    flow_tick(&flow, flow.now_ms + 10000);
    input_tick(&input);
    assert_int_equal(input_shown(&input), CONTROL_NONE);
    input_up(&input, &scene, 1, five.x + 5, five.y + 5);
    assert_int_equal(flow.digit_count, 0);
    /* Others are heard again, and the clock runs. */
    input_down(&input, &scene, 2, six.x + 5, six.y + 5);
    input_up(&input, &scene, 2, six.x + 5, six.y + 5);
    assert_string_equal(flow.digits, "6");
    input_down(&input, &scene, 3, six.x + 5, six.y + 5);
    for (int i = 0; i < 122; i++) {
        flow_tick(&flow, flow.now_ms + 1000);
        input_tick(&input);
    }
    assert_true(flow.dialog);
}

static void input_key__tab_and_enter__go_in_reading_order(void **state)
{
    (void)state;
    assert_int_equal(input_focus(&input, &scene), -1);
    input_key(&input, &scene, INPUT_NEXT);
    assert_int_equal(input.focus, CONTROL_DIGIT_0 + 1);
    input_key(&input, &scene, INPUT_NEXT);
    assert_int_equal(input.focus, CONTROL_DIGIT_0 + 2);
    input_key(&input, &scene, INPUT_ENTER);
    assert_string_equal(flow.digits, "2");
    input_key(&input, &scene, INPUT_PREVIOUS);
    input_key(&input, &scene, INPUT_PREVIOUS);
    assert_int_equal(input.focus, CONTROL_FINISH); /* round to the last */
    input_key(&input, &scene, INPUT_ESCAPE);
    assert_int_equal(flow.screen, SCREEN_ATTRACT);
}

static void input_down__on_a_dialog__only_means_yes(void **state)
{
    (void)state;
    flow.dialog = true;
    flow.dialog_ms = flow.now_ms;
    build();
    input_down(&input, &scene, 1, 5, 5);
    assert_false(flow.dialog);
    input_up(&input, &scene, 1, 5, 5);
    assert_int_equal(flow.screen, SCREEN_IDENTIFY);
    assert_true(flow.extended);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(scanner_key__a_fast_run_with_enter__is_a_code, set_up_scanner),
        cmocka_unit_test_setup(scanner_key__slow_keys__are_given_back_to_the_person,
                               set_up_scanner),
        cmocka_unit_test_setup(scanner_key__control_keys_inside_a_run__are_dropped, set_up_scanner),
        cmocka_unit_test_setup(scanner_key__a_run_that_breaks_off__leaves_nothing, set_up_scanner),
        cmocka_unit_test_setup(scanner_key__more_than_any_receipt__is_refused_whole,
                               set_up_scanner),
        cmocka_unit_test_setup(scanner_key__after_a_long_frame__goes_on_with_its_run,
                               set_up_scanner),
        cmocka_unit_test_setup(input_up__inside__presses_and_outside__does_not, set_up_input),
        cmocka_unit_test_setup(input_down__a_second_finger__is_ignored, set_up_input),
        cmocka_unit_test_setup(input_up__after_the_screen_changed__does_nothing, set_up_input),
        cmocka_unit_test_setup(input_up__the_same_button_at_once__is_locked, set_up_input),
        cmocka_unit_test_setup(input_tick__a_finger_that_never_comes_up__is_let_go, set_up_input),
        cmocka_unit_test_setup(input_key__tab_and_enter__go_in_reading_order, set_up_input),
        cmocka_unit_test_setup(input_down__on_a_dialog__only_means_yes, set_up_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
