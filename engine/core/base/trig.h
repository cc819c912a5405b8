/* Sine and cosine by polynomial, angles in turns: the same bits on every machine, which libm does
 * not promise. Error below 4e-6. Not for angles beyond a million turns: those give 0. */
#ifndef ATR_BASE_TRIG_H
#define ATR_BASE_TRIG_H

#include <stdint.h>

static inline float atr__sin_turns(float turns)
{
    if (!(turns > -1.0e6f && turns < 1.0e6f)) {
        return 0.0f;
    }
    /* To -0.5..0.5, then fold to -0.25..0.25, where the series converges at once. */
    float t = turns - (float)(int32_t)turns;
    t = t > 0.5f ? t - 1.0f : t < -0.5f ? t + 1.0f : t;
    t = t > 0.25f ? 0.5f - t : t < -0.25f ? -0.5f - t : t;
    const float x = t * 6.28318531f;
    const float x2 = x * x;
    return x * (1.0f + x2 * (-0.166666667f + x2 * (0.00833333333f +
                                                   x2 * (-0.000198412698f + x2 * 2.75573192e-6f))));
}

static inline float atr__cos_turns(float turns)
{
    return atr__sin_turns(turns + 0.25f);
}

#endif
