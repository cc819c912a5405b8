/* Many threads push while one takes, under each policy: every command the queue accepted comes out
 * once unless it was counted as replaced, whole, and one thread's commands stay in its order, also
 * from one take to the next. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/queue.h>

#include "base/atomic.h"
#include "base/thread.h"
#include "cmocka_all.h"
#include "queue/stream.h"

#include <sched.h>
#include <string.h>

#define PUSHERS  3
#define COMMANDS 8000
#define SMALL    32  /* always nearly full: every place is counted */
#define LARGE    100 /* more than what a stream keeps for threads that race */
#define ROUNDS   200 /* of filling an empty queue */

typedef struct Pusher {
    atr_RenderQueue *queue;
    uint32_t number;
    uint64_t refused;
    bool accepted[COMMANDS];
    uint8_t seen[COMMANDS]; /* taking thread only, as the next */
    int64_t last[ATR_LAYER_COUNT];
} Pusher;

static Pusher pushers[PUSHERS];
static atomic_uint pushing;

/* Every field follows from the name, so that a torn copy shows. */
static atr_DrawCmd command(uint32_t pusher, uint32_t name)
{
    atr_DrawCmd cmd = { .layer = (uint8_t)(name / 5 % ATR_LAYER_COUNT),
                        .importance = (uint8_t)(name % 4),
                        .sprite = (atr_SpriteId)name,
                        .color = name * 2654435761u,
                        .x = (float)name,
                        .angle_deg = (float)(name ^ 0x55u),
                        .first = pusher,
                        .count = name };
    memset(cmd.text, (int)('a' + name % 26), ATR_DRAW_TEXT_MAX);
    return cmd;
}

static void *push_all(void *user)
{
    Pusher *me = user;
    for (uint32_t i = 0; i < COMMANDS; i++) {
        const atr_DrawCmd cmd = command(me->number, i);
        me->accepted[i] = atr_queue_push(me->queue, &cmd) == ATR_OK;
        me->refused += me->accepted[i] ? 0 : 1;
        if (i % 16 == 15) {
            sched_yield();
        }
    }
    atomic_fetch_sub(&pushing, 1u);
    return NULL;
}

static uint32_t take_and_check(atr_RenderQueue *queue, uint32_t capacity)
{
    atr_DrawList list;
    atr_queue_take(queue, &list);
    assert_true(list.count <= capacity);
    for (uint32_t i = 0; i < list.count; i++) {
        const atr_DrawCmd *cmd = &list.commands[i];
        assert_true(cmd->first < PUSHERS && cmd->count < COMMANDS);
        const atr_DrawCmd whole = command(cmd->first, cmd->count);
        assert_memory_equal(cmd, &whole, sizeof whole);
        Pusher *from = &pushers[cmd->first];
        assert_int_equal(from->seen[cmd->count], 0);
        from->seen[cmd->count] = 1;
        assert_true((int64_t)cmd->count > from->last[cmd->layer]);
        from->last[cmd->layer] = cmd->count;
    }
    return list.count;
}

static void run_policy(atr_Overflow overflow, uint32_t capacity)
{
    atr_RenderQueue *queue = NULL;
    const atr_QueueDesc desc = { .capacity = capacity, .overflow = overflow };
    assert_int_equal(atr_queue_create(&desc, &queue), ATR_OK);
    atr__Thread threads[PUSHERS];
    atomic_store(&pushing, PUSHERS);
    memset(pushers, 0, sizeof pushers);
    for (uint32_t i = 0; i < PUSHERS; i++) {
        pushers[i].queue = queue;
        pushers[i].number = i;
        memset(pushers[i].last, 0xff, sizeof pushers[i].last); /* -1 */
        assert_true(atr__thread_start(&threads[i], push_all, &pushers[i]));
    }
    uint64_t taken = 0;
    while (atomic_load(&pushing) > 0) {
        taken += take_and_check(queue, capacity);
        sched_yield();
    }
    uint64_t accepted = 0;
    uint64_t refused = 0;
    for (uint32_t i = 0; i < PUSHERS; i++) {
        atr__thread_join(threads[i]);
    }
    taken += take_and_check(queue, capacity);
    for (uint32_t i = 0; i < PUSHERS; i++) {
        refused += pushers[i].refused;
        for (uint32_t n = 0; n < COMMANDS; n++) {
            accepted += pushers[i].accepted[n] ? 1 : 0;
            assert_true(pushers[i].accepted[n] || pushers[i].seen[n] == 0);
        }
    }
    atr_QueueStats stats;
    atr_queue_stats(queue, &stats);
    assert_int_equal(stats.pushed, accepted);
    assert_int_equal(stats.refused, refused);
    assert_int_equal(stats.pushed, taken + stats.replaced);
    assert_int_equal(stats.waiting, 0);
    assert_true(stats.high_water <= capacity);
    print_message("  %llu taken, %llu refused, %llu replaced\n", (unsigned long long)taken,
                  (unsigned long long)stats.refused, (unsigned long long)stats.replaced);
    atr_queue_destroy(queue);
}

static void queue_threads__drop_newest__nothing_lost_or_doubled(void **state)
{
    (void)state;
    run_policy(ATR_OVERFLOW_DROP_NEWEST, SMALL);
    run_policy(ATR_OVERFLOW_DROP_NEWEST, LARGE);
}

static void *push_past_full(void *user)
{
    Pusher *me = user;
    atomic_fetch_add(&pushing, 1u);
    while (atomic_load(&pushing) < PUSHERS) {
        sched_yield(); /* all start at once */
    }
    for (uint32_t i = 0; i < 2 * LARGE; i++) {
        const atr_DrawCmd cmd = command(me->number, i);
        me->refused += atr_queue_push(me->queue, &cmd) == ATR_OK ? 0 : 1;
    }
    return NULL;
}

/* Nobody takes: as many as fit are accepted, however the threads race for the last places. */
static void queue_threads__filled_by_many__accepts_exactly_its_capacity(void **state)
{
    (void)state;
    atr_RenderQueue *queue = NULL;
    assert_int_equal(atr_queue_create(&(atr_QueueDesc){ .capacity = LARGE }, &queue), ATR_OK);
    uint64_t refused = 0;
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        atr__Thread threads[PUSHERS];
        atomic_store(&pushing, 0);
        for (uint32_t i = 0; i < PUSHERS; i++) {
            pushers[i] = (Pusher){ .queue = queue, .number = i };
            assert_true(atr__thread_start(&threads[i], push_past_full, &pushers[i]));
        }
        for (uint32_t i = 0; i < PUSHERS; i++) {
            atr__thread_join(threads[i]);
            refused += pushers[i].refused;
        }
        atr_QueueStats stats;
        atr_queue_stats(queue, &stats);
        assert_int_equal(stats.waiting, LARGE);
        assert_int_equal(stats.pushed, round * LARGE);
        assert_int_equal(stats.refused, refused);
        atr_DrawList list;
        atr_queue_take(queue, &list);
        assert_int_equal(list.count, LARGE);
        atr_queue_stats(queue, &stats);
        assert_int_equal(stats.waiting, 0);
    }
    atr_queue_destroy(queue);
}

/* A thread that saw an empty stream adds when others have filled it: what chance seldom gives. */
static void queue_threads__stalled_before_the_addition__bound_holds(void **state)
{
    (void)state;
    static atr__QueueItem items[LARGE];
    const atr_Allocator allocator = { 0 };
    atr__Stream stream;
    assert_true(atr__stream_init(&stream, 256, LARGE, &allocator));
    uint64_t at = 0;
    for (uint32_t round = 0; round < 5; round++) {
        const uint64_t left = atomic_load(&stream.left);
        const atr_DrawCmd cmd = command(0, round);
        for (uint32_t i = 0; i < LARGE; i++) {
            assert_true(atr__stream_push(&stream, &cmd));
        }
        assert_false(atr__stream_claim_next(&stream, left, &at));
        assert_false(atr__stream_claim_next(&stream, left, &at));
        assert_false(atr__stream_push(&stream, &cmd));
        assert_int_equal(atr__stream_take(&stream, items, LARGE), LARGE);
        /* Nothing waits: what saw an older `left` than the present one is within. */
        assert_true(atr__stream_claim_next(&stream, left, &at));
        atomic_store(&stream.cells[at % 256].turn, at + 1);
        assert_int_equal(atr__stream_take(&stream, items, LARGE), 1);
    }
    uint64_t pushed = 0;
    uint64_t taken = 0;
    atr__stream_counts(&stream, &pushed, &taken);
    assert_int_equal(pushed, 5 * (LARGE + 1));
    assert_int_equal(taken, pushed);
    atr__stream_deinit(&stream, &allocator);
}

static void queue_threads__drop_oldest__nothing_lost_or_doubled(void **state)
{
    (void)state;
    run_policy(ATR_OVERFLOW_DROP_OLDEST, SMALL);
    run_policy(ATR_OVERFLOW_DROP_OLDEST, LARGE);
}

static void queue_threads__drop_lowest__nothing_lost_or_doubled(void **state)
{
    (void)state;
    run_policy(ATR_OVERFLOW_DROP_LOWEST, SMALL);
    run_policy(ATR_OVERFLOW_DROP_LOWEST, LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queue_threads__drop_newest__nothing_lost_or_doubled),
        cmocka_unit_test(queue_threads__filled_by_many__accepts_exactly_its_capacity),
        cmocka_unit_test(queue_threads__stalled_before_the_addition__bound_holds),
        cmocka_unit_test(queue_threads__drop_oldest__nothing_lost_or_doubled),
        cmocka_unit_test(queue_threads__drop_lowest__nothing_lost_or_doubled),
    };
    return cmocka_run_group_tests_name("queue_threads", tests, NULL, NULL);
}
