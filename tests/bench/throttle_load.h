/* Synthetic loads for the throttle: a host and its triggers, the same for everyone who plays them.
 * Nothing in here knows of a policy. */
#ifndef ATR_BENCH_THROTTLE_LOAD_H
#define ATR_BENCH_THROTTLE_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#define LOAD_TYPES    8
#define LOAD_TRIGGERS 128 /* most in a frame */
#define LOAD_FRAME_MS (1000.0 / 60.0)

typedef struct LoadType {
    int importance;   /* atr_Importance */
    double cost_ms;   /* at its peak, at factor 1 */
    double particles; /* then */
    double life_s;    /* on average, of live loads */
    int shape;
} LoadType;

extern const LoadType load_types[LOAD_TYPES];

typedef struct LoadDesc {
    double host_ms;
    double factor; /* of the effects' costs */
    bool live;     /* effects last 0.3 to 3 s; otherwise one frame */
} LoadDesc;

typedef struct LoadTrigger {
    int type;
    double life_s;
    double particles; /* alive at its peak; policies know the type's usual number only */
    double cost;      /* of its particles, as a share of the type's usual */
} LoadTrigger;

/* What a frame brings. Times in ms. */
typedef struct LoadFrame {
    double host_ms; /* known when effects are about to be drawn */
    double rest_ms; /* overlay and present: comes after, known to nobody */
    LoadTrigger triggers[LOAD_TRIGGERS];
    int trigger_count;
    double particle_ms[LOAD_TYPES]; /* in this frame */
    double update_ms;               /* for each alive, drawn or not */
    double fixed_ms;                /* for each instance */
} LoadFrame;

typedef struct Load {
    LoadDesc desc;
    uint64_t random;
    uint64_t frame;
    double wave, step_high; /* of the host, ms */
    double step_ms, ramp_ms;
    uint64_t step_until;
    double triggers; /* a frame, now */
    uint64_t burst_until;
    bool burst;
    double drift[LOAD_TYPES], machine; /* shares of the costs */
} Load;

void load_start(Load *load, const LoadDesc *desc, uint64_t seed);
void load_next(Load *load, LoadFrame *out);

/* Uniform in [0, 1). */
double load_unit(uint64_t *random);

/* Share of its peak that an effect of this shape has alive at `t`, 0..1 of its life. */
double load_shape(int shape, double t);

#endif
