/* Sine and cosine by polynomial, angles in turns: the same bits on every machine, which libm does
 * not promise. Error below 4e-6. Not for angles beyond a million turns: those give 0. */
#ifndef ATR_BASE_TRIG_H
#define ATR_BASE_TRIG_H

#include <math.h>

static inline float atr__sin_turns(float turns)
{
    /* Without branches, for the vectoriser. */
    const float below = turns < 1.0e6f ? turns : 1.0e6f;
    const float bounded = below > -1.0e6f ? below : -1.0e6f;
    /* Adding this leaves no room for a fraction: it is rounded to a whole number and taken off. */
    const float round = 12582912.0f;
    const float near = bounded - ((bounded + round) - round);
    /* To -0.25..0.25, where the series converges at once. */
    const float size = fabsf(near);
    const float rest = 0.5f - size;
    const float t = copysignf(size < rest ? size : rest, near);
    const float x = t * 6.28318531f;
    const float x2 = x * x;
    return x * (1.0f + x2 * (-0.166666667f + x2 * (0.00833333333f +
                                                   x2 * (-0.000198412698f + x2 * 2.75573192e-6f))));
}

/* Clockwise from the x axis to x, y with y down: -0.5..0.5; 0 for no direction. Below 1e-5 off. */
static inline float atr__turns_to(float x, float y)
{
    const float wide = x < 0.0f ? -x : x;
    const float high = y < 0.0f ? -y : y;
    const float most = wide > high ? wide : high;
    if (!(most > 0.0f)) {
        return 0.0f;
    }
    const float z = (wide > high ? high : wide) / most;
    const float z2 = z * z;
    const float series =
        0.99997726f +
        z2 * (-0.33262347f +
              z2 * (0.19354346f + z2 * (-0.11643287f + z2 * (0.05265332f + z2 * -0.01172120f))));
    float turns = z * series * 0.159154943f;
    turns = high > wide ? 0.25f - turns : turns;
    turns = x < 0.0f ? 0.5f - turns : turns;
    return y < 0.0f ? -turns : turns;
}

static inline float atr__cos_turns(float turns)
{
    return atr__sin_turns(turns + 0.25f);
}

#endif
