/*
 * The calls that never block: callbacks exactly once and in order, full means full, nothing is
 * allocated, and ending in any order leaves nothing behind.
 */
#define _POSIX_C_SOURCE 200809L

#include "base/thread.h"
#include "mall_fixture.h"

#define RESULTS_MAX 64

/* What callbacks left behind; draining thread only. */
typedef struct Seen {
    int done;
    int ok;
    int steps_count;
    atr_SubmitStep steps[RESULTS_MAX];
    int steps_at_done;
    atr_Status status;
    atr_Settlement settlement;
    atr_Id128 id;
    atr_User user;
    atr_Preview preview;
    int events;
    atr_OutboxEvent event[RESULTS_MAX];
    atr_Loyalty *resubmit_to;
    atr_SubmitRequest resubmit;
} Seen;

typedef struct Fixture {
    Mall mall;
    Seen seen;
} Fixture;

static void on_step(void *context, const atr_Id128 *id, atr_SubmitStep step)
{
    Seen *seen = context;
    seen->id = *id;
    seen->steps[seen->steps_count++] = step;
}

static void on_done(void *context, const atr_Id128 *id, atr_Status status,
                    const atr_Settlement *settlement)
{
    Seen *seen = context;
    seen->done++;
    seen->id = *id;
    seen->status = status;
    seen->steps_at_done = seen->steps_count;
    assert_int_equal(settlement != NULL, status == ATR_OK);
    if (settlement != NULL) {
        seen->settlement = *settlement;
        seen->ok++;
    }
    if (seen->resubmit_to != NULL) {
        atr_Loyalty *loyalty = seen->resubmit_to;
        seen->resubmit_to = NULL;
        assert_int_equal(atr_loyalty_submit(loyalty, &seen->resubmit), ATR_OK);
    }
}

static void on_user(void *context, atr_Status status, const atr_User *user)
{
    Seen *seen = context;
    seen->done++;
    seen->status = status;
    assert_int_equal(user != NULL, status == ATR_OK);
    if (user != NULL) {
        seen->user = *user;
    }
}

static void on_preview(void *context, atr_Status status, const atr_Preview *preview)
{
    Seen *seen = context;
    seen->done++;
    seen->status = status;
    if (preview != NULL) {
        seen->preview = *preview;
    }
}

static void on_event(void *context, const atr_OutboxEvent *event)
{
    Seen *seen = context;
    assert_true(seen->events < RESULTS_MAX);
    seen->event[seen->events++] = *event;
}

static int set_up_with(void **state, const MallDesc *desc)
{
    Fixture *f = calloc(1, sizeof *f);
    mall_begin(&f->mall, desc);
    *state = f;
    return 0;
}

static int set_up(void **state)
{
    return set_up_with(state, NULL);
}

static int set_up_two_slots(void **state)
{
    return set_up_with(state, &(MallDesc){ .capacity = 2 });
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    mall_end(&f->mall);
    free(f);
    return 0;
}

static atr_Status submit(Fixture *f, int user, uint64_t sequence, atr_SubmitRequest *request)
{
    char text[300];
    mall_issue(&f->mall, "K1", sequence, 25000, 60, text);
    *request = mall_request(&f->mall, user, text);
    request->on_step = on_step;
    request->on_done = on_done;
    request->context = &f->seen;
    const atr_Status status = atr_loyalty_submit(f->mall.loyalty, request);
    request->text = (atr_Bytes){ NULL, 0 };
    memset(text, 0, sizeof text); /* it was copied, or the signature is gone */
    return status;
}

/* ---- Submitting ------------------------------------------------------------------------------ */

static void submit__good_receipt__steps_then_done_once(void **state)
{
    Fixture *f = *state;
    atr_SubmitRequest request;
    assert_int_equal(submit(f, 0, 1, &request), ATR_OK);
    assert_int_equal(f->seen.done, 0);
    mall_drain_until(&f->mall, &f->seen.done, 1);
    assert_int_equal(f->seen.status, ATR_OK);
    assert_memory_equal(&f->seen.id, &request.id, sizeof request.id);
    assert_int_equal(f->seen.steps_count, 3);
    assert_int_equal(f->seen.steps_at_done, 3);
    assert_int_equal(f->seen.steps[0], ATR_STEP_SAVED);
    assert_int_equal(f->seen.steps[1], ATR_STEP_SIGNATURE);
    assert_int_equal(f->seen.steps[2], ATR_STEP_SETTLED);
    assert_int_equal(f->seen.settlement.verdict.outcome, ATR_OUTCOME_ACCEPTED);
    assert_int_equal(f->seen.settlement.reward.coins, 60);
    assert_int_equal(f->seen.settlement.session, 77);
    assert_int_equal(mall_check_ledger(&f->mall).coins, 60);
}

/* The first time, and when the answer is looked up: no signature was ever judged. */
static void submit__garbage__saved_and_settled_no_signature(void **state)
{
    Fixture *f = *state;
    atr_SubmitRequest request = mall_request(&f->mall, 0, "no receipt");
    request.on_step = on_step;
    request.on_done = on_done;
    request.context = &f->seen;
    for (int time = 1; time <= 2; time++) {
        assert_int_equal(atr_loyalty_submit(f->mall.loyalty, &request), ATR_OK);
        mall_drain_until(&f->mall, &f->seen.done, time);
        assert_int_equal(f->seen.status, ATR_OK);
        assert_int_equal(f->seen.settlement.verdict.reasons[0].rule, ATR_RULE_BAD_FORMAT);
        assert_int_equal(f->seen.steps_count, 2 * time);
        assert_int_equal(f->seen.steps[2 * time - 2], ATR_STEP_SAVED);
        assert_int_equal(f->seen.steps[2 * time - 1], ATR_STEP_SETTLED);
    }
}

static void submit__unknown_user__done_without_a_step(void **state)
{
    Fixture *f = *state;
    atr_SubmitRequest request = mall_request(&f->mall, 0, "x");
    request.user = 9999;
    request.on_step = on_step;
    request.on_done = on_done;
    request.context = &f->seen;
    assert_int_equal(atr_loyalty_submit(f->mall.loyalty, &request), ATR_OK);
    mall_drain_until(&f->mall, &f->seen.done, 1);
    assert_int_equal(f->seen.status, ATR_ERR_NOT_FOUND);
    assert_int_equal(f->seen.steps_count, 0);
}

static void submit__refuses(void **state)
{
    Fixture *f = *state;
    static const char large[ATR_RECEIPT_TEXT_MAX + 1];
    const struct {
        const char *name;
        atr_UserId user;
        atr_Bytes text;
    } rows[] = {
        { "nobody", 0, { "x", 1 } },
        { "no text", 1, { NULL, 0 } },
        { "empty text", 1, { "x", 0 } },
        { "too long", 1, { large, sizeof large } },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        const atr_SubmitRequest request = { .id = atr_loyalty_new_id(),
                                            .user = rows[i].user,
                                            .text = rows[i].text };
        assert_int_equal(atr_loyalty_submit(f->mall.loyalty, &request), ATR_ERR_INVALID);
    }
}

static void submit__without_callbacks__is_settled_all_the_same(void **state)
{
    Fixture *f = *state;
    char text[300];
    mall_issue(&f->mall, "K1", 1, 25000, 60, text);
    const atr_SubmitRequest request = mall_request(&f->mall, 0, text);
    assert_int_equal(atr_loyalty_submit(f->mall.loyalty, &request), ATR_OK);
    /* the next one in the same priority is done after it */
    assert_int_equal(atr_loyalty_poll_outbox(f->mall.loyalty, 1, on_event, &f->seen), ATR_OK);
    atr_SubmitRequest second;
    assert_int_equal(submit(f, 1, 1, &second), ATR_OK);
    mall_drain_until(&f->mall, &f->seen.done, 1);
    mall_close(&f->mall);
    mall_open(&f->mall);
    assert_int_equal(mall_pending(&f->mall), 0);
    assert_int_equal(mall_check_ledger(&f->mall).rows, 1);
}

static void submit__all_slots_taken__full_then_room_again(void **state)
{
    Fixture *f = *state;
    atr_SubmitRequest request;
    atr_work_hold(f->mall.pool);
    assert_int_equal(submit(f, 0, 1, &request), ATR_OK);
    assert_int_equal(submit(f, 0, 2, &request), ATR_OK);
    assert_int_equal(submit(f, 0, 3, &request), ATR_ERR_FULL);
    atr_work_release(f->mall.pool);
    mall_drain_until(&f->mall, &f->seen.done, 2);
    assert_int_equal(f->seen.ok, 2);
    assert_int_equal(submit(f, 0, 3, &request), ATR_OK);
    mall_drain_until(&f->mall, &f->seen.done, 3);
    assert_int_equal(f->seen.ok, 3);
}

static void submit__no_room_for_its_answer__full_and_keeps_no_slot(void **state)
{
    Fixture *f = *state;
    atr_SubmitRequest request;
    uint32_t reserved = 0;
    while (atr_mailbox_reserve(f->mall.mail) == ATR_OK) {
        reserved++;
    }
    for (uint64_t i = 0; i < 5; i++) { /* more often than there are slots */
        assert_int_equal(submit(f, 0, i, &request), ATR_ERR_FULL);
    }
    for (; reserved > 0; reserved--) {
        atr_mailbox_cancel(f->mall.mail);
    }
    assert_int_equal(submit(f, 0, 1, &request), ATR_OK);
    mall_drain_until(&f->mall, &f->seen.done, 1);
    assert_int_equal(f->seen.status, ATR_OK);
}

static void submit__from_a_callback__is_taken(void **state)
{
    Fixture *f = *state;
    static char text[300];
    atr_SubmitRequest request;
    mall_issue(&f->mall, "K1", 2, 25000, 60, text);
    f->seen.resubmit = mall_request(&f->mall, 0, text);
    f->seen.resubmit.on_done = on_done;
    f->seen.resubmit.context = &f->seen;
    f->seen.resubmit_to = f->mall.loyalty;
    assert_int_equal(submit(f, 0, 1, &request), ATR_OK);
    mall_drain_until(&f->mall, &f->seen.done, 2);
    assert_int_equal(f->seen.ok, 2);
}

static void submit__allocates_nothing(void **state)
{
    Fixture *f = *state;
    atr_SubmitRequest request;
    const uint32_t before = failing_allocator_requests(&f->mall.memory);
    atr_work_hold(f->mall.pool);
    for (uint64_t i = 0; i < 20; i++) {
        assert_int_equal(submit(f, 0, i, &request), ATR_OK);
    }
    assert_int_equal(failing_allocator_requests(&f->mall.memory), before);
    atr_work_release(f->mall.pool);
    mall_drain_until(&f->mall, &f->seen.done, 20);
}

/* ---- Previews, cards, stores ----------------------------------------------------------------- */

static void preview__good_receipt__told_without_storing(void **state)
{
    Fixture *f = *state;
    char text[300];
    const size_t size = mall_issue(&f->mall, "K1", 1, 25000, 60, text);
    assert_int_equal(
        atr_loyalty_preview(f->mall.loyalty, (atr_Bytes){ text, size }, on_preview, &f->seen),
        ATR_OK);
    mall_drain_until(&f->mall, &f->seen.done, 1);
    assert_int_equal(f->seen.status, ATR_OK);
    assert_int_equal(f->seen.preview.reward.coins, 60);
    assert_int_equal(mall_pending(&f->mall), 0);
    assert_int_equal(mall_check_ledger(&f->mall).rows, 0);
}

static void find_card__known_and_unknown(void **state)
{
    Fixture *f = *state;
    atr_Loyalty *loyalty = f->mall.loyalty;
    assert_int_equal(atr_loyalty_find_card(loyalty, mall_cards[2], on_user, &f->seen), ATR_OK);
    mall_drain_until(&f->mall, &f->seen.done, 1);
    assert_int_equal(f->seen.status, ATR_OK);
    assert_int_equal(f->seen.user.id, f->mall.users[2]);
    assert_int_equal(atr_loyalty_find_card(loyalty, mall_cards[MALL_USERS], on_user, &f->seen),
                     ATR_OK);
    mall_drain_until(&f->mall, &f->seen.done, 2);
    assert_int_equal(f->seen.status, ATR_ERR_NOT_FOUND);
    assert_int_equal(atr_loyalty_find_card(loyalty, "12", on_user, &f->seen), ATR_ERR_FORMAT);
}

static void cached_store__there_once_a_worker_read_it(void **state)
{
    Fixture *f = *state;
    atr_StoreInfo store;
    atr_SubmitRequest request;
    assert_int_equal(atr_loyalty_cached_store(f->mall.loyalty, "S1", &store), ATR_ERR_NOT_FOUND);
    assert_int_equal(submit(f, 0, 1, &request), ATR_OK);
    mall_drain_until(&f->mall, &f->seen.done, 1);
    assert_int_equal(atr_loyalty_cached_store(f->mall.loyalty, "S1", &store), ATR_OK);
    assert_string_equal(store.name_en, "Palm Books");
    assert_int_equal(atr_loyalty_cached_store(f->mall.loyalty, "", &store), ATR_ERR_NOT_FOUND);
    atr_CacheStats stats;
    atr_loyalty_cache_stats(f->mall.loyalty, &stats);
    assert_true(stats.entries >= 1 && stats.hits >= 1);
}

/* ---- Outbox and resume ----------------------------------------------------------------------- */

/* Counts jobs that ended, to know that an acknowledgement has. */
static uint64_t jobs_ended(const Fixture *f)
{
    atr_WorkStats stats;
    atr_work_stats(f->mall.pool, &stats);
    return stats.succeeded + stats.failed + stats.cancelled;
}

static void drain_until_ended(Fixture *f, uint64_t jobs)
{
    while (jobs_ended(f) < jobs) {
        (void)atr_mailbox_drain(f->mall.mail, 0);
        sched_yield();
    }
    (void)atr_mailbox_drain(f->mall.mail, 0);
}

static void poll_outbox__tells_this_session_until_acknowledged(void **state)
{
    Fixture *f = *state;
    atr_SubmitRequest request;
    assert_int_equal(submit(f, 0, 1, &request), ATR_OK);
    mall_drain_until(&f->mall, &f->seen.done, 1);
    const uint64_t before = jobs_ended(f);
    assert_int_equal(atr_loyalty_poll_outbox(f->mall.loyalty, 78, on_event, &f->seen), ATR_OK);
    drain_until_ended(f, before + 1);
    assert_int_equal(f->seen.events, 0);
    assert_int_equal(atr_loyalty_poll_outbox(f->mall.loyalty, 77, on_event, &f->seen), ATR_OK);
    drain_until_ended(f, before + 3); /* read, told, acknowledged */
    assert_int_equal(f->seen.events, 2);
    assert_int_equal(f->seen.event[0].kind, ATR_OUTBOX_INVALIDATE);
    assert_int_equal(f->seen.event[1].kind, ATR_OUTBOX_EFFECT);
    assert_string_equal(f->seen.event[1].payload, "receipt_submitted 60");
    assert_int_equal(f->seen.event[1].session, 77);
    assert_int_equal(atr_loyalty_poll_outbox(f->mall.loyalty, 77, on_event, &f->seen), ATR_OK);
    drain_until_ended(f, before + 4);
    assert_int_equal(f->seen.events, 2);
}

static void outbox__no_session_waits__tells_caches_only(void **state)
{
    Fixture *f = *state;
    char text[300];
    mall_issue(&f->mall, "K1", 1, 25000, 60, text);
    atr_SubmitRequest request = mall_request(&f->mall, 0, text);
    request.session = 0;
    atr_Settlement out;
    assert_int_equal(atr_loyalty_submit_wait(f->mall.loyalty, &request, &out), ATR_OK);
    const atr_Store *store = atr_loyalty_store(f->mall.loyalty);
    atr_OutboxEvent events[8];
    uint32_t count = 0;
    assert_int_equal(store->ops->outbox_read(store->self, 0, events, 8, &count), ATR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(events[0].kind, ATR_OUTBOX_INVALIDATE);
}

static void outbox__large_purchase__tells_level_and_tier(void **state)
{
    Fixture *f = *state;
    atr_OutboxEvent events[8];
    uint32_t count = 0;
    const atr_Store *store = atr_loyalty_store(f->mall.loyalty);
    (void)mall_submit(&f->mall, 0, 1, 6000000);
    assert_int_equal(store->ops->outbox_read(store->self, 77, events, 8, &count), ATR_OK);
    assert_int_equal(count, 4);
    assert_memory_equal(events[2].payload, "level_up ", 9);
    assert_memory_equal(events[3].payload, "vip_upgrade ", 12);
    for (uint32_t i = 1; i < count; i++) {
        assert_memory_not_equal(&events[i].id, &events[i - 1].id, sizeof events[i].id);
    }
}

static void resume__on_workers__settles_what_is_pending(void **state)
{
    Fixture *f = *state;
    const atr_Store *store = atr_loyalty_store(f->mall.loyalty);
    for (uint64_t i = 0; i < 3; i++) {
        atr_Submission submission = { .id = atr_loyalty_new_id(),
                                      .user = f->mall.users[0],
                                      .submitted_ms = MALL_NOW_S * 1000 };
        atr_Settlement existing;
        submission.text_size = (uint32_t)mall_issue(&f->mall, "K1", i, 25000, 60, submission.text);
        assert_int_equal(store->ops->submit(store->self, &submission, &existing), ATR_OK);
    }
    assert_int_equal(atr_loyalty_resume(f->mall.loyalty), ATR_OK);
    drain_until_ended(f, 1);
    assert_int_equal(mall_pending(&f->mall), 0);
    assert_int_equal(mall_check_ledger(&f->mall).rows, 3);
}

/* ---- Ending ---------------------------------------------------------------------------------- */

static void destroy__pool_first__every_callback_still_runs(void **state)
{
    Fixture *f = *state;
    atr_SubmitRequest request;
    atr_work_hold(f->mall.pool);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(submit(f, 0, i, &request), ATR_OK);
    }
    atr_work_destroy(f->mall.pool); /* held: cancels them */
    atr_mailbox_destroy(f->mall.mail);
    assert_int_equal(f->seen.done, 3);
    assert_int_equal(f->seen.status, ATR_ERR_CANCELLED);
    atr_loyalty_destroy(f->mall.loyalty);
    f->mall.pool = NULL;
    f->mall.mail = NULL;
    f->mall.loyalty = NULL;
}

static void destroy__loyalty_first__requests_end_as_cancelled(void **state)
{
    Fixture *f = *state;
    atr_SubmitRequest request;
    atr_work_hold(f->mall.pool);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(submit(f, 0, i, &request), ATR_OK);
    }
    atr_loyalty_destroy(f->mall.loyalty);
    f->mall.loyalty = NULL;
    atr_work_release(f->mall.pool);
    mall_drain_until(&f->mall, &f->seen.done, 3);
    assert_int_equal(f->seen.status, ATR_ERR_CANCELLED);
    assert_int_equal(failing_allocator_bytes(&f->mall.memory), 0);
}

/* ---- Ending while a worker is in the store ---- */

static atomic_bool store_gate;
static atomic_bool store_entered;
static atomic_bool store_left;
static atomic_bool closed_too_early;
static atr_Status (*gated_submit_real)(void *, const atr_Submission *, atr_Settlement *);
static void (*gated_close_real)(void *);

static atr_Status gated_submit(void *self, const atr_Submission *submission,
                               atr_Settlement *existing)
{
    atomic_store(&store_entered, true);
    while (!atomic_load(&store_gate)) {
        sched_yield();
    }
    const atr_Status status = gated_submit_real(self, submission, existing);
    atomic_store(&store_left, true);
    return status;
}

static void gated_close(void *self)
{
    atomic_store(&closed_too_early, !atomic_load(&store_left));
    gated_close_real(self);
}

static void bend_gated(atr_StoreOps *ops)
{
    gated_submit_real = ops->submit;
    gated_close_real = ops->close;
    ops->submit = gated_submit;
    ops->close = gated_close;
}

static int set_up_gated(void **state)
{
    atomic_store(&store_gate, true);
    return set_up_with(state, &(MallDesc){ .bend = bend_gated });
}

static void *destroy_it(void *user)
{
    atr_loyalty_destroy(user);
    return NULL;
}

static void destroy__worker_in_the_store__waits_for_it(void **state)
{
    Fixture *f = *state;
    atr_SubmitRequest request;
    atr__Thread thread;
    atomic_store(&store_gate, false);
    atomic_store(&store_entered, false);
    atomic_store(&store_left, false);
    assert_int_equal(submit(f, 0, 1, &request), ATR_OK);
    while (!atomic_load(&store_entered)) {
        sched_yield();
    }
    assert_true(atr__thread_start(&thread, destroy_it, f->mall.loyalty));
    while (atr_loyalty_poll_outbox(f->mall.loyalty, 1, on_event, &f->seen) != ATR_ERR_CANCELLED) {
        sched_yield(); /* until it is being destroyed */
    }
    atomic_store(&store_gate, true);
    atr__thread_join(thread);
    f->mall.loyalty = NULL;
    assert_false(atomic_load(&closed_too_early));
    mall_drain_until(&f->mall, &f->seen.done, 1);
}

static void destroy__none__does_nothing(void **state)
{
    (void)state;
    atr_loyalty_destroy(NULL);
}

/* ---- Creating -------------------------------------------------------------------------------- */

static int closed;
static void (*real_close)(void *);

static void counting_close(void *self)
{
    closed++;
    real_close(self);
}

/* A store of its own on the fixture's file, whose closing is counted. */
static atr_Store open_counted(const Fixture *f, atr_StoreOps *ops)
{
    atr_Store store;
    assert_int_equal(atr_sqlite_store_open(&(atr_SqliteDesc){ .path = f->mall.path }, &store, NULL),
                     ATR_OK);
    *ops = *store.ops;
    real_close = ops->close;
    ops->close = counting_close;
    closed = 0;
    return (atr_Store){ ops, store.self };
}

static void create__invalid__closes_the_store(void **state)
{
    Fixture *f = *state;
    static const struct {
        const char *name;
        bool no_card_key, wrong_abi, missing_slot;
    } rows[] = {
        { "no card key", true, false, false },
        { "another abi", false, true, false },
        { "a slot is missing", false, false, true },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        atr_StoreOps ops;
        atr_Loyalty *loyalty = NULL;
        atr_LoyaltyDesc desc = { .store = open_counted(f, &ops) };
        desc.card_key[0] = rows[i].no_card_key ? 0 : 1;
        ops.abi += rows[i].wrong_abi ? 1 : 0;
        if (rows[i].missing_slot) {
            ops.history = NULL;
        }
        assert_int_equal(atr_loyalty_create(&desc, &loyalty), ATR_ERR_INVALID);
        assert_null(loyalty);
        assert_int_equal(closed, 1);
    }
}

static void create__without_memory__gives_back_all(void **state)
{
    Fixture *f = *state;
    bool created = false;
    for (uint32_t n = 1; !created; n++) {
        FailingAllocator memory = { .fail_at = n };
        atr_StoreOps ops;
        atr_Loyalty *loyalty = NULL;
        const atr_LoyaltyDesc desc = {
            .store = open_counted(f, &ops),
            .pool = f->mall.pool,
            .card_key = { 1 },
            .allocator = failing_allocator(&memory),
        };
        const atr_Status status = atr_loyalty_create(&desc, &loyalty);
        created = status == ATR_OK;
        if (!created) {
            assert_int_equal(status, ATR_ERR_NO_MEMORY);
            assert_null(loyalty);
        }
        atr_loyalty_destroy(loyalty);
        assert_int_equal(closed, 1);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
        assert_true(n < 100);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(submit__good_receipt__steps_then_done_once),
        TEST(submit__garbage__saved_and_settled_no_signature),
        TEST(submit__unknown_user__done_without_a_step),
        TEST(submit__refuses),
        TEST(submit__without_callbacks__is_settled_all_the_same),
        cmocka_unit_test_setup_teardown(submit__all_slots_taken__full_then_room_again,
                                        set_up_two_slots, tear_down),
        cmocka_unit_test_setup_teardown(submit__no_room_for_its_answer__full_and_keeps_no_slot,
                                        set_up_two_slots, tear_down),
        TEST(submit__from_a_callback__is_taken),
        TEST(submit__allocates_nothing),
        TEST(preview__good_receipt__told_without_storing),
        TEST(find_card__known_and_unknown),
        TEST(cached_store__there_once_a_worker_read_it),
        TEST(poll_outbox__tells_this_session_until_acknowledged),
        TEST(outbox__no_session_waits__tells_caches_only),
        TEST(outbox__large_purchase__tells_level_and_tier),
        TEST(resume__on_workers__settles_what_is_pending),
        TEST(destroy__pool_first__every_callback_still_runs),
        TEST(destroy__loyalty_first__requests_end_as_cancelled),
        cmocka_unit_test_setup_teardown(destroy__worker_in_the_store__waits_for_it, set_up_gated,
                                        tear_down),
        TEST(destroy__none__does_nothing),
        TEST(create__invalid__closes_the_store),
        TEST(create__without_memory__gives_back_all),
    };
#undef TEST
    return cmocka_run_group_tests_name("loyalty: requests", tests, NULL, NULL);
}
