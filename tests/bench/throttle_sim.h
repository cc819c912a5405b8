/* Policies played on one load, frame by frame, side by side. */
#ifndef ATR_BENCH_THROTTLE_SIM_H
#define ATR_BENCH_THROTTLE_SIM_H

#include "throttle_load.h"

#include <stddef.h>

typedef enum SimPolicy {
    SIM_NONE = 0, /* everything plays */
    SIM_CAP,      /* 24: in a frame of an impulse load, at once in a live one */
    SIM_AIMD,     /* a share of triggers: x 0.7 for a frame over, + 0.01 for one that was not */
    SIM_ATRIUM,
    SIM_POLICIES
} SimPolicy;

typedef struct SimResult {
    double over_pct; /* frames over budget */
    double p99_ms;
    double shown_pct[4]; /* of the particles that triggers asked for, by atr_Importance */
    double bare_pct;     /* frames over budget by the host, present and critical effects alone */
    double refused_critical; /* triggers */
} SimResult;

/* False: out of memory. */
bool sim_run(const LoadDesc *desc, uint64_t seed, size_t frames, SimResult out[SIM_POLICIES]);

#endif
