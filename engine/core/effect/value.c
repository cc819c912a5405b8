/* Values and colours of definitions: constants, ranges drawn at birth, curves and the trigger's
 * amount. Single operations of IEEE arithmetic only, so that every machine gets the same bits. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

static float interpolate(const atr_ValueKey *a, const atr_ValueKey *b, float t)
{
    if (a->interpolation == ATR_INTERPOLATE_STEP || b->t <= a->t) {
        return a->v;
    }
    float share = (t - a->t) / (b->t - a->t);
    if (a->interpolation == ATR_INTERPOLATE_SMOOTH) {
        share = share * share * (3.0f - 2.0f * share);
    }
    return a->v + (b->v - a->v) * share;
}

float atr__value_curve(const atr_Value *value, float t)
{
    if (value->kind != ATR_VALUE_KEYS || value->key_count == 0) {
        return value->low;
    }
    if (t <= value->keys[0].t) {
        return value->keys[0].v;
    }
    for (uint32_t i = 1; i < value->key_count; i++) {
        if (t < value->keys[i].t) {
            return interpolate(&value->keys[i - 1], &value->keys[i], t);
        }
    }
    return value->keys[value->key_count - 1].v;
}

#define PARAM_MAX 1.0e6f /* whatever the amount: as far as any other value goes */

static float from_param(const atr_Value *value, float amount)
{
    const float limit = value->max > 0.0f ? value->max : PARAM_MAX;
    const float v = amount * value->scale;
    return v > limit ? limit : v < -PARAM_MAX ? -PARAM_MAX : v;
}

float atr__value_draw(const atr_Value *value, float t, float amount, atr__Random *random)
{
    switch (value->kind) {
    case ATR_VALUE_RANGE:
        return atr__random_between(random, value->low, value->high);
    case ATR_VALUE_KEYS:
        return atr__value_curve(value, t) *
               atr__random_between(random, 1.0f - value->variance, 1.0f + value->variance);
    case ATR_VALUE_PARAM:
        return from_param(value, amount);
    default:
        return value->low;
    }
}

/* The largest that atr__value_draw can give, for amounts up to `amount`. */
float atr__value_most(const atr_Value *value, float amount)
{
    float most = value->low;
    if (value->kind == ATR_VALUE_RANGE && value->high > most) {
        most = value->high;
    } else if (value->kind == ATR_VALUE_PARAM) {
        most = from_param(value, amount);
    } else if (value->kind == ATR_VALUE_KEYS) {
        most = 0.0f;
        for (uint32_t i = 0; i < value->key_count; i++) {
            most = value->keys[i].v > most ? value->keys[i].v : most;
        }
        most *= 1.0f + value->variance;
    }
    return most;
}

static float channel(uint32_t rgba, uint32_t index)
{
    return (float)(rgba >> (24 - 8 * index) & 255) * (1.0f / 255.0f);
}

static void mix_keys(const atr_EffectNode *node, float t, float out[4])
{
    uint32_t next = 0;
    while (next < node->color_count && node->colors[next].t <= t) {
        next++;
    }
    const atr_ColorKey white = { 0.0f, 0xffffffffu };
    const atr_ColorKey *a = node->color_count == 0 ? &white
                            : next == 0            ? &node->colors[0]
                                                   : &node->colors[next - 1];
    const atr_ColorKey *b = next < node->color_count ? &node->colors[next] : a;
    const float share = b->t > a->t ? (t - a->t) / (b->t - a->t) : 0.0f;
    for (uint32_t i = 0; i < 4; i++) {
        out[i] = channel(a->rgba, i) + (channel(b->rgba, i) - channel(a->rgba, i)) * share;
    }
}

/* Premultiplied, alpha 0 when additive. `palette`: index, ignored without one. */
uint32_t atr__color_at(const atr_EffectNode *node, float t, uint32_t palette)
{
    float rgba[4];
    mix_keys(node, t, rgba);
    if (palette < node->palette_count) {
        for (uint32_t i = 0; i < 4; i++) {
            rgba[i] *= channel(node->palette[palette], i);
        }
    }
    const uint32_t r = (uint32_t)(rgba[0] * rgba[3] * 255.0f + 0.5f);
    const uint32_t g = (uint32_t)(rgba[1] * rgba[3] * 255.0f + 0.5f);
    const uint32_t b = (uint32_t)(rgba[2] * rgba[3] * 255.0f + 0.5f);
    const uint32_t a = node->additive ? 0 : (uint32_t)(rgba[3] * 255.0f + 0.5f);
    return a << 24 | r << 16 | g << 8 | b;
}
