#include <atrium/mailbox.h>

#include "cmocka_all.h"
#include "failing_allocator.h"
#include "test_clock.h"

typedef struct Log {
    atr_Mailbox *mail;
    int order[16];
    int count;
} Log;

typedef struct Message {
    Log *log;
    int number;
    uint64_t takes_ms; /* how long running it takes, on the turned clock */
    TestClock *clock;
    int posts_again; /* how many times it posts itself */
} Message;

static void hear(void *user)
{
    Message *message = user;
    message->log->order[message->log->count++] = message->number;
    if (message->clock != NULL) {
        test_clock_pass_ms(message->clock, message->takes_ms);
    }
    if (message->posts_again > 0) {
        message->posts_again--;
        if (atr_mailbox_reserve(message->log->mail) == ATR_OK) {
            atr_mailbox_post(message->log->mail, hear, message);
        }
    }
}

static atr_Mailbox *mailbox_of(uint32_t capacity, TestClock *clock)
{
    atr_MailboxDesc desc = { .capacity = capacity };
    if (clock != NULL) {
        desc.clock = test_clock(clock);
    }
    atr_Mailbox *mail = NULL;
    assert_int_equal(atr_mailbox_create(&desc, &mail), ATR_OK);
    return mail;
}

static void mailbox_reserve__counts_reserved_and_waiting__full_at_capacity(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t capacity, reserved, posted, cancelled, drained;
        atr_Status next;
    } rows[] = {
        { "room for one more", 4, 3, 0, 0, 0, ATR_OK },
        { "all reserved", 4, 4, 0, 0, 0, ATR_ERR_FULL },
        { "all delivered", 4, 4, 4, 0, 0, ATR_ERR_FULL },
        { "half delivered", 4, 4, 2, 0, 0, ATR_ERR_FULL },
        { "one given back", 4, 4, 0, 1, 0, ATR_OK },
        { "one drained", 4, 4, 1, 0, 1, ATR_OK },
        { "capacity one", 1, 1, 1, 0, 0, ATR_ERR_FULL },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        Log log = { 0 };
        Message message = { .log = &log };
        atr_Mailbox *mail = mailbox_of(rows[i].capacity, NULL);
        for (uint32_t n = 0; n < rows[i].reserved; n++) {
            assert_int_equal(atr_mailbox_reserve(mail), ATR_OK);
        }
        for (uint32_t n = 0; n < rows[i].posted; n++) {
            atr_mailbox_post(mail, hear, &message);
        }
        for (uint32_t n = 0; n < rows[i].cancelled; n++) {
            atr_mailbox_cancel(mail);
        }
        assert_int_equal(atr_mailbox_count(mail), rows[i].posted);
        if (rows[i].drained > 0) {
            assert_int_equal(atr_mailbox_drain(mail, 0), rows[i].drained);
        }
        assert_int_equal(atr_mailbox_reserve(mail), rows[i].next);
        atr_mailbox_destroy(mail);
    }
}

static void mailbox_drain__many_rounds__keeps_order_across_the_rings_end(void **state)
{
    (void)state;
    atr_Mailbox *mail = mailbox_of(3, NULL);
    for (int round = 0; round < 7; round++) {
        Log log = { 0 };
        Message messages[2] = { { .log = &log, .number = 1 }, { .log = &log, .number = 2 } };
        for (int i = 0; i < 2; i++) {
            assert_int_equal(atr_mailbox_reserve(mail), ATR_OK);
            atr_mailbox_post(mail, hear, &messages[i]);
        }
        assert_int_equal(atr_mailbox_drain(mail, 0), 2);
        assert_int_equal(log.order[0], 1);
        assert_int_equal(log.order[1], 2);
    }
    atr_mailbox_destroy(mail);
}

static void mailbox_drain__budget__stops_when_time_has_passed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t budget_ns;
        uint32_t ran;
    } rows[] = {
        { "no limit", 0, 5 },
        { "one runs however small the budget", 1, 1 },
        { "three milliseconds, two each", 3000000, 2 },
        { "exactly two messages", 4000000, 2 },
        { "more than enough", 60000000, 5 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        TestClock clock = { 0 };
        Log log = { 0 };
        Message message = { .log = &log, .takes_ms = 2, .clock = &clock };
        atr_Mailbox *mail = mailbox_of(8, &clock);
        for (int n = 0; n < 5; n++) {
            assert_int_equal(atr_mailbox_reserve(mail), ATR_OK);
            atr_mailbox_post(mail, hear, &message);
        }
        assert_int_equal(atr_mailbox_drain(mail, rows[i].budget_ns), rows[i].ran);
        assert_int_equal(atr_mailbox_count(mail), 5 - rows[i].ran);
        atr_mailbox_destroy(mail);
        assert_int_equal(log.count, 5);
    }
}

static void mailbox_drain__callback_posts__waits_for_the_next_drain(void **state)
{
    (void)state;
    atr_Mailbox *mail = mailbox_of(4, NULL);
    Log log = { .mail = mail };
    Message message = { .log = &log, .posts_again = 2 };
    assert_int_equal(atr_mailbox_reserve(mail), ATR_OK);
    atr_mailbox_post(mail, hear, &message);
    for (int drained = 1; drained <= 3; drained++) {
        assert_int_equal(atr_mailbox_drain(mail, 0), 1);
        assert_int_equal(log.count, drained);
    }
    assert_int_equal(atr_mailbox_drain(mail, 0), 0);
    atr_mailbox_destroy(mail);
}

static void mailbox_destroy__messages_waiting__delivers_each_and_takes_no_more(void **state)
{
    (void)state;
    atr_Mailbox *mail = mailbox_of(4, NULL);
    Log log = { .mail = mail };
    Message message = { .log = &log, .posts_again = 1000000 };
    for (int i = 0; i < 3; i++) {
        assert_int_equal(atr_mailbox_reserve(mail), ATR_OK);
        atr_mailbox_post(mail, hear, &message);
    }
    atr_mailbox_destroy(mail);
    assert_int_equal(log.count, 3);
}

static void mailbox_create__bad_desc_or_no_memory__fails_clean(void **state)
{
    (void)state;
    atr_Mailbox *mail = NULL;
    assert_int_equal(atr_mailbox_create(&(atr_MailboxDesc){ .capacity = 1000001 }, &mail),
                     ATR_ERR_INVALID);
    assert_null(mail);
    for (uint32_t n = 1;; n++) {
        FailingAllocator memory = { .fail_at = n };
        const atr_MailboxDesc desc = { .allocator = failing_allocator(&memory) };
        const atr_Status status = atr_mailbox_create(&desc, &mail);
        if (status == ATR_OK) {
            assert_true(n > 1);
            atr_mailbox_destroy(mail);
            assert_int_equal(failing_allocator_bytes(&memory), 0);
            break;
        }
        assert_int_equal(status, ATR_ERR_NO_MEMORY);
        assert_null(mail);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
    }
    atr_mailbox_destroy(NULL);
}

static int misuses;

static void count_misuse(const char *condition, const char *file, int line)
{
    (void)condition;
    (void)file;
    (void)line;
    misuses++;
}

static void mailbox_post__nothing_reserved__is_misuse_and_takes_no_slot(void **state)
{
    (void)state;
    atr_Mailbox *mail = mailbox_of(1, NULL);
    Log log = { .mail = mail };
    Message message = { .log = &log, .number = 1 };
    misuses = 0;
    atr_set_assert_hook(count_misuse);
    atr_mailbox_post(mail, hear, &message);
    atr_mailbox_cancel(mail);
    atr_set_assert_hook(NULL);
#if !defined(NDEBUG) || defined(ATR_ENABLE_ASSERTS)
    assert_int_equal(misuses, 2);
#endif
    assert_int_equal(atr_mailbox_count(mail), 0);
    assert_int_equal(atr_mailbox_reserve(mail), ATR_OK); /* the one slot is there */
    assert_int_equal(atr_mailbox_reserve(mail), ATR_ERR_FULL);
    atr_mailbox_cancel(mail);
    assert_int_equal(atr_mailbox_drain(mail, 0), 0);
    atr_mailbox_destroy(mail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mailbox_post__nothing_reserved__is_misuse_and_takes_no_slot),
        cmocka_unit_test(mailbox_reserve__counts_reserved_and_waiting__full_at_capacity),
        cmocka_unit_test(mailbox_drain__many_rounds__keeps_order_across_the_rings_end),
        cmocka_unit_test(mailbox_drain__budget__stops_when_time_has_passed),
        cmocka_unit_test(mailbox_drain__callback_posts__waits_for_the_next_drain),
        cmocka_unit_test(mailbox_destroy__messages_waiting__delivers_each_and_takes_no_more),
        cmocka_unit_test(mailbox_create__bad_desc_or_no_memory__fails_clean),
    };
    return cmocka_run_group_tests_name("mailbox", tests, NULL, NULL);
}
