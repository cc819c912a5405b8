/* Many threads push while one takes, under each policy: every command the queue accepted comes out
 * once unless it was counted as replaced, whole, and one thread's commands stay in its order, also
 * from one take to the next. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/queue.h>

#include "base/atomic.h"
#include "base/thread.h"
#include "cmocka_all.h"

#include <sched.h>
#include <string.h>

#define PUSHERS  3
#define COMMANDS 8000
#define SMALL    32  /* always nearly full: every place is counted */
#define LARGE    100 /* more than what a stream keeps for threads that race */

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
        cmocka_unit_test(queue_threads__drop_oldest__nothing_lost_or_doubled),
        cmocka_unit_test(queue_threads__drop_lowest__nothing_lost_or_doubled),
    };
    return cmocka_run_group_tests_name("queue_threads", tests, NULL, NULL);
}
