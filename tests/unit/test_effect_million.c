/* Memory stays flat however many effects have been triggered: test_effect_million [COUNT], by
 * default a million. All that a game does with them is done meanwhile. */
#define _POSIX_C_SOURCE 200809L

#include "effect_fixture.h"
#include "failing_allocator.h"

#include <stdlib.h>

#define MILLION 1000000u

static uint32_t wanted = MILLION;

/* Three coins that leave sparks, a trail and a ribbon, for a fifth of a second. */
static atr_EffectDef small_def(const char *name, atr_Importance importance)
{
    atr_EffectDef def = coins_def(name, importance);
    def.duration = 0.2f;
    def.node_count = 4;
    atr_EffectNode *coins = &def.nodes[0];
    coins->duration = 0.2f;
    coins->max = 4;
    coins->bursts[0].count = (atr_Value){ .low = 3 };
    coins->life = (atr_Value){ .kind = ATR_VALUE_RANGE, .low = 0.05f, .high = 0.15f };
    strcpy(coins->on_death, "sparks");
    def.nodes[1] = (atr_EffectNode){ .id = "sparks",
                                     .max = 6,
                                     .burst_count = 1,
                                     .bursts = { { .count = { .low = 2 } } },
                                     .life = { .low = 0.1f },
                                     .size = { .low = 4 } };
    def.nodes[2] = (atr_EffectNode){
        .type = ATR_NODE_RIBBON, .follow = "coins", .length = 0.1f, .size = { .low = 3 }
    };
    def.nodes[3] = (atr_EffectNode){ .type = ATR_NODE_TEXT, .size = { .low = 20 }, .text = "+1" };
    return def;
}

static void use_it(Fixture *f, uint32_t i, atr_EffectId id, atr_RenderQueue *queue)
{
    atr_EffectEvent event;
    atr_DrawList list;
    switch (i % 8) {
    case 1:
        (void)atr_effect_move(f->effects, id, (float)(i % 500), 40);
        break;
    case 3:
        (void)atr_effect_stop(f->effects, id, true);
        break;
    case 5:
        (void)atr_effect_stop(f->effects, id, false);
        break;
    case 7:
        atr_effects_plan(f->effects, 4);
        (void)atr_effects_draw(f->effects, queue);
        atr_queue_take(queue, &list);
        atr_effects_measured(f->effects, 1, 5);
        while (atr_effects_poll_event(f->effects, &event)) {
        }
        break;
    default:
        break;
    }
}

static void effects__a_million_triggered__allocate_nothing(void **state)
{
    (void)state;
    FailingAllocator memory = { 0 };
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .fixed_step_ns = STEP_NS,
                                         .max_particles = 2048,
                                         .max_instances = 48,
                                         .allocator = failing_allocator(&memory) });
    const atr_EffectDef often = small_def("often", ATR_IMPORTANCE_COSMETIC);
    const atr_EffectDef rare = small_def("rare", ATR_IMPORTANCE_HIGH);
    define(&f, &often);
    define(&f, &rare);
    atr_RenderQueue *queue = NULL;
    assert_int_equal(atr_queue_create(NULL, &queue), ATR_OK);
    const uint32_t requests = failing_allocator_requests(&memory);
    const size_t bytes = failing_allocator_bytes(&memory);
    uint64_t accepted = 0;
    for (uint32_t i = 0; i < wanted; i++) {
        const atr_TriggerResult r = trigger(&f, i % 5 == 0 ? "rare" : "often");
        accepted += r.id.value != 0;
        use_it(&f, i, r.id, queue);
        if (i % 8 == 0) {
            advance_ms(&f, 16);
            assert_true(atr_effects_particles(f.effects).count <= 2048);
        }
    }
    assert_int_equal(failing_allocator_requests(&memory), requests);
    assert_int_equal(failing_allocator_bytes(&memory), bytes);
    const atr_EffectsStats stats = stats_of(&f);
    uint64_t decided = 0;
    for (int i = 0; i < ATR_DECISION_COUNT; i++) {
        decided += stats.decisions[i];
    }
    assert_int_equal(decided, wanted);
    assert_true(accepted > wanted / 2);
    atr_queue_destroy(queue);
    atr_effects_destroy(f.effects);
    assert_int_equal(f.done, accepted);
    assert_int_equal(failing_allocator_bytes(&memory), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effects__a_million_triggered__allocate_nothing),
    };
    wanted = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : MILLION;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
