/* Two definitions made here rather than taken from the catalogue, so that what is measured does not
 * change when a designer changes an effect. More coins are
 * born than there is room for, so that about 550 are alive; they turn, tumble and are of all sizes.
 */
#include "coin_scene.h"

/* Coins that die in one late frame, before others are born in their place. A whole generation may
 * die within less than a second, so births are allowed to be that fast. */
#define LATE_FRAME 60

static atr_Value constant(float value)
{
    return (atr_Value){ .kind = ATR_VALUE_CONSTANT, .low = value };
}

static atr_Value range(float low, float high)
{
    return (atr_Value){ .kind = ATR_VALUE_RANGE, .low = low, .high = high };
}

static atr_EffectDef coins(void)
{
    atr_EffectDef def = { .name = "scene_coins",
                          .importance = ATR_IMPORTANCE_HIGH,
                          .duration = 60,
                          .amount_default = 1,
                          .amount_max = 1000,
                          .node_count = 1 };
    def.nodes[0] = (atr_EffectNode){ .type = ATR_NODE_EMITTER,
                                     .layer = ATR_LAYER_ABOVE_UI,
                                     .id = "coins",
                                     .duration = 60,
                                     .shape = ATR_SHAPE_LINE,
                                     .shape_w = 1200,
                                     .max = COIN_SCENE_COINS + LATE_FRAME,
                                     .rate = constant(3.0f * COIN_SCENE_COINS),
                                     .burst_count = 1,
                                     .bursts = { { .count = constant(COIN_SCENE_COINS) } },
                                     .life = range(1.6f, 2.4f),
                                     .speed = range(50, 250),
                                     .angle = range(0, 180),
                                     .spin = range(-180, 180),
                                     .size = range(16, 40),
                                     .gravity_y = 200,
                                     .sheet = "coin.png",
                                     .frames = 8,
                                     .fps = constant(16) };
    return def;
}

static atr_EffectDef count_up(void)
{
    atr_EffectDef def = { .name = "scene_count_up",
                          .importance = ATR_IMPORTANCE_CRITICAL,
                          .duration = 2,
                          .amount_default = 1,
                          .amount_max = 100000,
                          .node_count = 1 };
    def.nodes[0] = (atr_EffectNode){ .type = ATR_NODE_TEXT,
                                     .layer = ATR_LAYER_TOP,
                                     .id = "text",
                                     .duration = 2,
                                     .size = constant(48),
                                     .text = "+{amount}",
                                     .count_up = true };
    return def;
}

atr_Status coin_scene_define(atr_Effects *effects)
{
    const atr_EffectDef first = coins();
    const atr_EffectDef second = count_up();
    const atr_Status status = atr_effects_define(effects, &first);
    return status == ATR_OK ? atr_effects_define(effects, &second) : status;
}

void coin_scene_keep(atr_Effects *effects, uint64_t frame, atr_EffectId *running)
{
    if (frame % 1500 == 0) {
        (void)atr_effect_stop(effects, *running, false);
        *running =
            atr_effect_trigger(effects, "scene_coins", &(atr_Trigger){ .x = 640, .y = 0 }).id;
    }
}

void coin_scene_count_up(atr_Effects *effects, float x, float y, float amount)
{
    (void)atr_effect_trigger(effects, "scene_count_up",
                             &(atr_Trigger){ .x = x, .y = y, .amount = amount });
}
