/* Effects with a clock that a test turns, and a definition of twenty coins. */
#ifndef EFFECT_FIXTURE_H
#define EFFECT_FIXTURE_H

#include <atrium/effect.h>

#include "cmocka_all.h"
#include "test_clock.h"

#include <string.h>

#define STEP_NS 16666667u

/* Twenty coins at once that live a second. */
static inline atr_EffectDef coins_def(const char *name, atr_Importance importance)
{
    atr_EffectDef def = { .importance = (uint8_t)importance,
                          .duration = 0.5f,
                          .amount_default = 20,
                          .amount_min = 1,
                          .amount_max = 40,
                          .node_count = 1 };
    strcpy(def.name, name);
    atr_EffectNode *node = &def.nodes[0];
    strcpy(node->id, "coins");
    strcpy(node->sheet, "coin.png");
    node->frames = 8;
    node->fps.low = 12;
    node->duration = 0.5f;
    node->max = 64;
    node->burst_count = 1;
    node->bursts[0].count = (atr_Value){ .kind = ATR_VALUE_PARAM, .scale = 1 };
    node->life = (atr_Value){ .kind = ATR_VALUE_RANGE, .low = 0.8f, .high = 1.2f };
    node->speed = (atr_Value){ .kind = ATR_VALUE_RANGE, .low = 100, .high = 300 };
    node->angle = (atr_Value){ .kind = ATR_VALUE_RANGE, .low = -120, .high = -60 };
    node->size.low = 24;
    node->gravity_y = 600;
    return def;
}

typedef struct Fixture {
    atr_Effects *effects;
    TestClock clock;
    int done;
    atr_EffectId last_done;
} Fixture;

static inline void fixture_init(Fixture *f, const atr_EffectsDesc *desc)
{
    *f = (Fixture){ 0 };
    test_clock_pass_ms(&f->clock, 1000);
    atr_EffectsDesc d = desc != NULL ? *desc : (atr_EffectsDesc){ 0 };
    d.no_maintenance = true;
    d.clock = test_clock(&f->clock);
    assert_int_equal(atr_effects_create(&d, &f->effects), ATR_OK);
}

static inline void define(Fixture *f, const atr_EffectDef *def)
{
    assert_int_equal(atr_effects_define(f->effects, def), ATR_OK);
}

static inline void advance_ms(Fixture *f, uint64_t ms)
{
    test_clock_pass_ms(&f->clock, ms);
    atr_effects_advance(f->effects, test_clock_monotonic_ns(&f->clock));
}

static inline void play_for(Fixture *f, uint64_t ms)
{
    for (uint64_t t = 0; t < ms; t += 16) {
        advance_ms(f, 16);
    }
}

static inline void count_done(void *user, atr_EffectId id)
{
    Fixture *f = user;
    f->done++;
    f->last_done = id;
}

static inline atr_TriggerResult trigger(Fixture *f, const char *name)
{
    return atr_effect_trigger(f->effects, name,
                              &(atr_Trigger){ .x = 100, .y = 50, .done = count_done, .user = f });
}

static inline atr_EffectsStats stats_of(const Fixture *f)
{
    atr_EffectsStats stats;
    atr_effects_stats(f->effects, &stats);
    return stats;
}

#endif
