/* Which kernel moves the particles, and what a step of any length does to a speed. */
#define _POSIX_C_SOURCE 200809L

#include "effect/update.h"

const atr__UpdateOps *atr__update_of(atr__Simd simd)
{
    if (!atr__simd_runs(simd)) {
        return NULL;
    }
    switch (simd) {
    case ATR__SIMD_AVX2:
        return atr__update_avx2();
    case ATR__SIMD_SSE2:
        return atr__update_sse2();
    case ATR__SIMD_NEON:
        return atr__update_neon();
    default:
        return atr__update_scalar();
    }
}

/* e^-z for z >= 0, in IEEE operations only: the series of a part small enough, squared again. */
static double decay(double z)
{
    int halves = 0;
    while (z > 0.125 && halves < 32) {
        z *= 0.5;
        halves++;
    }
    double sum = 1.0;
    for (int k = 9; k >= 1; k--) {
        sum = 1.0 - z / k * sum;
    }
    while (halves-- > 0) {
        sum *= sum;
    }
    return sum;
}

atr__Motion atr__motion(float dt, float drag, float gravity_x, float gravity_y)
{
    /* v' = a - drag * v. With z = drag * dt: speed e^-z, way of a speed (1 - e^-z) / drag, way of
     * an acceleration (dt - that) / drag; for small z by their series, as the differences vanish.
     */
    const double step = dt;
    const double z = step * drag;
    double keep = z > 0.0 ? decay(z) : 1.0;
    double reach = step * (1.0 - z * (1.0 / 2 - z * (1.0 / 6 - z / 24)));
    double fall = step * step * (1.0 / 2 - z * (1.0 / 6 - z * (1.0 / 24 - z / 120)));
    if (z > 0.01) {
        reach = (1.0 - keep) / drag;
        fall = (step - reach) / drag;
    }
    return (atr__Motion){ .dt = dt,
                          .keep = (float)keep,
                          .reach = (float)reach,
                          .fall = (float)fall,
                          .gravity_x = gravity_x,
                          .gravity_y = gravity_y };
}
