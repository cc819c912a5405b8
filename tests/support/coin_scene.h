/* What the frame goals are measured on: 500 coins alive without pause, and texts that count up. */
#ifndef ATR_TEST_COIN_SCENE_H
#define ATR_TEST_COIN_SCENE_H

#include <atrium/effect.h>

#define COIN_SCENE_COINS 500u

/* Adds the two definitions. */
atr_Status coin_scene_define(atr_Effects *effects);

/* Keeps the coins falling; call once a frame with its number, from 0. Every 1,500th frame the
 * effect, which like every effect has an end, is cut and begun again. `running` is the caller's to
 * keep. */
void coin_scene_keep(atr_Effects *effects, uint64_t frame, atr_EffectId *running);

/* One "+N" that counts up for about a second. */
void coin_scene_count_up(atr_Effects *effects, float x, float y, float amount);

#endif
