/* Real drawing beside a busy host. */
#ifndef ATR_BENCH_THROTTLE_REAL_H
#define ATR_BENCH_THROTTLE_REAL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct RealDesc {
    int seconds;
    uint64_t seed;
    bool unthrottled;
} RealDesc;

typedef struct RealResult {
    int frames;
    /* Frames over budget: by the clock, and by the render thread's own processor time, which a
     * machine that takes the processor away does not lengthen. */
    double wall_over_pct, cpu_over_pct;
    double wall_p99_ms, cpu_p99_ms;
    double effects_ms;   /* mean */
    double shown_pct[4]; /* by importance: of triggers that their own cooldown let through, those
                            that played, times the share of particles kept meanwhile */
} RealResult;

/* False when there is no plugin; SDL_GetError says why. */
bool real_run(const RealDesc *desc, RealResult *out);

#endif
