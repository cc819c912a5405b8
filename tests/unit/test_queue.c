#include <atrium/queue.h>

#include "base/random.h"
#include "cmocka_all.h"
#include "failing_allocator.h"

#include <string.h>

static atr_RenderQueue *queue_of(uint32_t capacity, atr_Overflow overflow, uint32_t unordered)
{
    atr_RenderQueue *queue = NULL;
    const atr_QueueDesc desc = { .capacity = capacity,
                                 .overflow = overflow,
                                 .unordered_layers = unordered };
    assert_int_equal(atr_queue_create(&desc, &queue), ATR_OK);
    return queue;
}

/* `count` names the command, so that the tests can tell which came out. */
static atr_DrawCmd command(uint32_t name, uint8_t layer, uint8_t importance)
{
    return (atr_DrawCmd){
        .kind = ATR_DRAW_RECT, .layer = layer, .importance = importance, .count = name
    };
}

static void queue_take__commands__by_layer_in_the_order_pushed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t count;
        uint8_t layers[6];
        uint32_t order[6];
    } rows[] = {
        { "none", 0, { 0 }, { 0 } },
        { "one", 1, { 2 }, { 0 } },
        { "as pushed", 4, { 0, 0, 1, 2 }, { 0, 1, 2, 3 } },
        { "backwards", 3, { 2, 1, 0 }, { 2, 1, 0 } },
        { "mixed", 6, { 1, 0, 1, 2, 0, 1 }, { 1, 4, 0, 2, 5, 3 } },
    };
    static const atr_Overflow policies[] = { ATR_OVERFLOW_DROP_NEWEST, ATR_OVERFLOW_DROP_OLDEST,
                                             ATR_OVERFLOW_DROP_LOWEST };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        for (size_t p = 0; p < ATR_COUNT_OF(policies); p++) {
            print_message("  %s, policy %d\n", rows[i].name, (int)policies[p]);
            atr_RenderQueue *queue = queue_of(6, policies[p], 0);
            for (int round = 0; round < 9; round++) { /* round the ring's end too */
                for (uint32_t n = 0; n < rows[i].count; n++) {
                    const atr_DrawCmd cmd = command(n, rows[i].layers[n], (uint8_t)(3 - n % 4));
                    assert_int_equal(atr_queue_push(queue, &cmd), ATR_OK);
                }
                atr_DrawList list;
                atr_queue_take(queue, &list);
                assert_int_equal(list.count, rows[i].count);
                uint32_t at = 0;
                for (uint32_t layer = 0; layer < ATR_LAYER_COUNT; layer++) {
                    assert_int_equal(list.layer_first[layer], at);
                    for (uint32_t n = 0; n < list.layer_count[layer]; n++, at++) {
                        assert_int_equal(list.commands[at].layer, layer);
                        assert_int_equal(list.commands[at].count, rows[i].order[at]);
                    }
                }
                assert_int_equal(at, rows[i].count);
            }
            atr_queue_destroy(queue);
        }
    }
}

static void queue_push__command__is_copied_whole(void **state)
{
    (void)state;
    atr_RenderQueue *queue = queue_of(2, ATR_OVERFLOW_DROP_NEWEST, 0);
    atr_DrawCmd cmd = { .kind = ATR_DRAW_TEXT,
                        .layer = 1,
                        .importance = 2,
                        .additive = 1,
                        .sprite = 77,
                        .color = 0x80ff00ffu,
                        .x = 1.5f,
                        .y = -2,
                        .w = 3,
                        .h = 4,
                        .angle_deg = 45,
                        .first = 9,
                        .count = 11,
                        .text = "+500" };
    const atr_DrawCmd before = cmd;
    assert_int_equal(atr_queue_push(queue, &cmd), ATR_OK);
    memset(&cmd, 0, sizeof cmd);
    atr_DrawList list;
    atr_queue_take(queue, &list);
    assert_int_equal(list.count, 1);
    assert_memory_equal(&list.commands[0], &before, sizeof before);
    atr_queue_destroy(queue);
}

static void queue_push__when_full__does_what_the_policy_says(void **state)
{
    (void)state;
    enum {
        NEWEST = ATR_OVERFLOW_DROP_NEWEST,
        OLDEST = ATR_OVERFLOW_DROP_OLDEST,
        LOWEST = ATR_OVERFLOW_DROP_LOWEST
    };
    static const struct {
        const char *name;
        int overflow;
        uint32_t capacity, count;
        uint8_t importance[6];
        uint32_t left[4]; /* names that come out, by order pushed */
        uint32_t left_count;
        uint64_t refused, replaced;
    } rows[] = {
        { "newest: refuses", NEWEST, 3, 5, { 3, 3, 3, 3, 3 }, { 0, 1, 2 }, 3, 2, 0 },
        { "newest: whatever it is", NEWEST, 2, 3, { 0, 0, 3 }, { 0, 1 }, 2, 1, 0 },
        { "newest: capacity one", NEWEST, 1, 2, { 0, 0 }, { 0 }, 1, 1, 0 },
        { "oldest: goes", OLDEST, 3, 5, { 0, 0, 0, 0, 0 }, { 2, 3, 4 }, 3, 0, 2 },
        { "oldest: whatever it is", OLDEST, 2, 3, { 3, 0, 0 }, { 1, 2 }, 2, 0, 1 },
        { "oldest: capacity one", OLDEST, 1, 3, { 0, 0, 0 }, { 2 }, 1, 0, 2 },
        { "lowest: goes", LOWEST, 3, 4, { 2, 0, 1, 3 }, { 0, 2, 3 }, 3, 0, 1 },
        { "lowest: the oldest of those", LOWEST, 3, 4, { 1, 1, 2, 2 }, { 1, 2, 3 }, 3, 0, 1 },
        { "lowest: refused if it is the new one", LOWEST, 2, 3, { 1, 2, 0 }, { 0, 1 }, 2, 1, 0 },
        { "lowest: as low as the new one", LOWEST, 2, 3, { 1, 0, 0 }, { 0, 2 }, 2, 0, 1 },
        { "lowest: all alike", LOWEST, 2, 4, { 3, 3, 3, 3 }, { 2, 3 }, 2, 0, 2 },
        { "lowest: one after another", LOWEST, 3, 6, { 0, 0, 0, 1, 2, 3 }, { 3, 4, 5 }, 3, 0, 3 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        atr_RenderQueue *queue = queue_of(rows[i].capacity, (atr_Overflow)rows[i].overflow, 0);
        uint64_t refused = 0;
        for (uint32_t n = 0; n < rows[i].count; n++) {
            const atr_DrawCmd cmd = command(n, 0, rows[i].importance[n]);
            const atr_Status status = atr_queue_push(queue, &cmd);
            assert_true(status == ATR_OK || status == ATR_ERR_FULL);
            refused += status == ATR_ERR_FULL ? 1 : 0;
        }
        atr_QueueStats stats;
        atr_queue_stats(queue, &stats);
        assert_int_equal(refused, rows[i].refused);
        assert_int_equal(stats.refused, rows[i].refused);
        assert_int_equal(stats.replaced, rows[i].replaced);
        assert_int_equal(stats.pushed, rows[i].count - rows[i].refused);
        assert_int_equal(stats.waiting, rows[i].left_count);
        assert_int_equal(stats.high_water, rows[i].capacity);
        assert_int_equal(stats.capacity, rows[i].capacity);
        atr_DrawList list;
        atr_queue_take(queue, &list);
        assert_int_equal(list.count, rows[i].left_count);
        for (uint32_t n = 0; n < list.count; n++) {
            assert_int_equal(list.commands[n].count, rows[i].left[n]);
        }
        atr_queue_stats(queue, &stats);
        assert_int_equal(stats.waiting, 0);
        atr_queue_destroy(queue);
    }
}

/* Around the capacity from which claims are additions while there is room to spare. */
static void queue_push__any_capacity__bound_is_exact(void **state)
{
    (void)state;
    static const uint32_t capacities[] = { 1, 2, 63, 64, 65, 66, 127, 128, 129, 1000 };
    for (size_t i = 0; i < ATR_COUNT_OF(capacities); i++) {
        print_message("  %u\n", capacities[i]);
        atr_RenderQueue *queue = queue_of(capacities[i], ATR_OVERFLOW_DROP_NEWEST, 0);
        for (int round = 0; round < 5; round++) { /* past the end of the ring and on */
            for (uint32_t n = 0; n < capacities[i]; n++) {
                assert_int_equal(atr_queue_push(queue, &(atr_DrawCmd){ .count = n }), ATR_OK);
            }
            assert_int_equal(atr_queue_push(queue, &(atr_DrawCmd){ 0 }), ATR_ERR_FULL);
            atr_DrawList list;
            atr_queue_take(queue, &list);
            assert_int_equal(list.count, capacities[i]);
            assert_int_equal(list.commands[list.count - 1].count, capacities[i] - 1);
        }
        atr_queue_destroy(queue);
    }
}

static void queue_take__unordered_layer__groups_by_blend_and_sprite(void **state)
{
    (void)state;
    static const struct {
        atr_SpriteId sprite;
        uint8_t additive;
    } pushed[] = { { 5, 1 }, { 3, 0 }, { 5, 0 }, { 3, 1 }, { 3, 0 }, { 5, 1 }, { 9, 0 }, { 3, 0 } };
    static const uint32_t grouped[] = { 1, 4, 7, 2, 6, 3, 0, 5 };
    atr_RenderQueue *queue = queue_of(16, ATR_OVERFLOW_DROP_NEWEST, 1u << ATR_LAYER_ABOVE_UI);
    for (uint8_t layer = 0; layer < 2; layer++) {
        for (uint32_t n = 0; n < ATR_COUNT_OF(pushed); n++) {
            atr_DrawCmd cmd = command(n, layer, 0);
            cmd.sprite = pushed[n].sprite;
            cmd.additive = pushed[n].additive;
            assert_int_equal(atr_queue_push(queue, &cmd), ATR_OK);
        }
    }
    atr_DrawList list;
    atr_queue_take(queue, &list);
    assert_int_equal(list.count, 2 * ATR_COUNT_OF(pushed));
    for (uint32_t n = 0; n < ATR_COUNT_OF(pushed); n++) {
        assert_int_equal(list.commands[n].count, n);
        assert_int_equal(list.commands[ATR_COUNT_OF(pushed) + n].count, grouped[n]);
    }
    atr_queue_destroy(queue);
}

static void queue_push__unknown_layer_or_importance__is_invalid(void **state)
{
    (void)state;
    atr_RenderQueue *queue = queue_of(4, ATR_OVERFLOW_DROP_LOWEST, 0);
    static const struct {
        uint8_t layer, importance;
        atr_Status status;
    } rows[] = {
        { 2, 3, ATR_OK },
        { 3, 0, ATR_ERR_INVALID },
        { 255, 0, ATR_ERR_INVALID },
        { 0, 4, ATR_ERR_INVALID },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        const atr_DrawCmd cmd = command(0, rows[i].layer, rows[i].importance);
        assert_int_equal(atr_queue_push(queue, &cmd), rows[i].status);
    }
    atr_QueueStats stats;
    atr_queue_stats(queue, &stats);
    assert_int_equal(stats.pushed, 1);
    assert_int_equal(stats.refused, 0);
    atr_queue_destroy(queue);
}

/* ---- Against a model as plain as it can be --------------------------------------------------- */

#define MODEL_CAPACITY 7

typedef struct Model {
    atr_DrawCmd waiting[MODEL_CAPACITY];
    uint32_t count;
    uint64_t pushed, refused, replaced;
} Model;

static uint32_t model_victim(const Model *model, atr_Overflow overflow)
{
    uint32_t victim = 0;
    for (uint32_t i = 1; overflow == ATR_OVERFLOW_DROP_LOWEST && i < model->count; i++) {
        if (model->waiting[i].importance < model->waiting[victim].importance) {
            victim = i;
        }
    }
    return victim;
}

static atr_Status model_push(Model *model, atr_Overflow overflow, const atr_DrawCmd *cmd)
{
    if (model->count == MODEL_CAPACITY) {
        const uint32_t victim = model_victim(model, overflow);
        if (overflow == ATR_OVERFLOW_DROP_NEWEST ||
            (overflow == ATR_OVERFLOW_DROP_LOWEST &&
             cmd->importance < model->waiting[victim].importance)) {
            model->refused++;
            return ATR_ERR_FULL;
        }
        memmove(&model->waiting[victim], &model->waiting[victim + 1],
                (model->count - victim - 1) * sizeof *model->waiting);
        model->count--;
        model->replaced++;
    }
    model->waiting[model->count++] = *cmd;
    model->pushed++;
    return ATR_OK;
}

static void model_check(const Model *model, const atr_DrawList *list)
{
    assert_int_equal(list->count, model->count);
    uint32_t at = 0;
    for (uint32_t layer = 0; layer < ATR_LAYER_COUNT; layer++) {
        for (uint32_t i = 0; i < model->count; i++) {
            if (model->waiting[i].layer == layer) {
                assert_int_equal(list->commands[at++].count, model->waiting[i].count);
            }
        }
    }
}

static void queue_any__random_pushes_and_takes__match_a_plain_model(void **state)
{
    (void)state;
    for (int overflow = ATR_OVERFLOW_DROP_NEWEST; overflow <= ATR_OVERFLOW_DROP_LOWEST;
         overflow++) {
        atr__Random random;
        atr__random_seed(&random, 11);
        atr_RenderQueue *queue = queue_of(MODEL_CAPACITY, (atr_Overflow)overflow, 0);
        Model model = { 0 };
        for (uint32_t step = 0; step < 20000; step++) {
            const uint32_t draw = atr__random_u32(&random);
            if (draw % 9 != 0) {
                const atr_DrawCmd cmd =
                    command(step, (uint8_t)(draw / 9 % 3), (uint8_t)(draw / 27 % 4));
                assert_int_equal(atr_queue_push(queue, &cmd),
                                 model_push(&model, (atr_Overflow)overflow, &cmd));
                continue;
            }
            atr_QueueStats stats;
            atr_queue_stats(queue, &stats);
            assert_int_equal(stats.waiting, model.count);
            assert_int_equal(stats.pushed, model.pushed);
            assert_int_equal(stats.refused, model.refused);
            assert_int_equal(stats.replaced, model.replaced);
            atr_DrawList list;
            atr_queue_take(queue, &list);
            model_check(&model, &list);
            model.count = 0;
        }
        assert_true(model.refused > 100 || overflow == ATR_OVERFLOW_DROP_OLDEST);
        assert_true(model.replaced > 100 || overflow == ATR_OVERFLOW_DROP_NEWEST);
        atr_queue_destroy(queue);
    }
}

static void queue_create__bad_desc_or_no_memory__fails_clean(void **state)
{
    (void)state;
    static const atr_QueueDesc bad[] = {
        { .capacity = 1048577 },
        { .overflow = (atr_Overflow)3 },
        { .unordered_layers = 1u << ATR_LAYER_COUNT },
    };
    atr_RenderQueue *queue = NULL;
    for (size_t i = 0; i < ATR_COUNT_OF(bad); i++) {
        assert_int_equal(atr_queue_create(&bad[i], &queue), ATR_ERR_INVALID);
        assert_null(queue);
    }
    for (uint32_t n = 1;; n++) {
        FailingAllocator memory = { .fail_at = n };
        const atr_QueueDesc desc = { .overflow = ATR_OVERFLOW_DROP_LOWEST,
                                     .allocator = failing_allocator(&memory) };
        const atr_Status status = atr_queue_create(&desc, &queue);
        if (status == ATR_OK) {
            assert_true(n > 1);
            const uint32_t requests = failing_allocator_requests(&memory);
            for (uint32_t i = 0; i < 3000; i++) {
                const atr_DrawCmd cmd = command(i, 0, (uint8_t)(i % 4));
                (void)!atr_queue_push(queue, &cmd);
            }
            atr_DrawList list;
            atr_queue_take(queue, &list);
            assert_int_equal(failing_allocator_requests(&memory), requests);
            atr_queue_destroy(queue);
            assert_int_equal(failing_allocator_bytes(&memory), 0);
            break;
        }
        assert_int_equal(status, ATR_ERR_NO_MEMORY);
        assert_null(queue);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
    }
    atr_queue_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queue_take__commands__by_layer_in_the_order_pushed),
        cmocka_unit_test(queue_push__command__is_copied_whole),
        cmocka_unit_test(queue_push__when_full__does_what_the_policy_says),
        cmocka_unit_test(queue_push__any_capacity__bound_is_exact),
        cmocka_unit_test(queue_take__unordered_layer__groups_by_blend_and_sprite),
        cmocka_unit_test(queue_push__unknown_layer_or_importance__is_invalid),
        cmocka_unit_test(queue_any__random_pushes_and_takes__match_a_plain_model),
        cmocka_unit_test(queue_create__bad_desc_or_no_memory__fails_clean),
    };
    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
