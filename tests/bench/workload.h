/* The particles that suite `effects` draws: soft tinted sprites that shrink from their size to half
 * of it, change colour and fade while they live, fall, and are born again. One set of arrays serves
 * atrium and its peers, so that both draw the same and pay the same for moving it. */
#ifndef ATR_BENCH_WORKLOAD_H
#define ATR_BENCH_WORKLOAD_H

#include <atrium/compose.h>

#include "base/random.h"

#define WORKLOAD_SPRITES 8 /* ids 1..8; 0 is the white pixel */
#define WORKLOAD_PX_MAX  64

typedef struct Workload {
    uint32_t count;
    int32_t width, height; /* where they are born */
    float size_px;
    bool turning; /* eight pictures, each particle turning; else one, upright */
    atr__Random random;
    void *block; /* all arrays */
    float *x, *y, *size, *angle;
    float *speed_x, *speed_y, *life, *ageing, *spin;
    uint32_t *from, *to;     /* colours over life, straight */
    uint32_t *straight;      /* now: what SDL's modulation takes */
    uint32_t *premultiplied; /* the same for atrium */
    atr_SpriteId *sprite;
} Workload;

/* Pictures of the workload: soft, white, no two alike, of no symmetry. Straight and premultiplied
 * texels of `px` by `px`. The first one is round where nothing turns. */
void workload_picture(uint32_t index, bool turning, int32_t px, uint32_t *straight,
                      uint32_t *premultiplied);

bool workload_open(Workload *workload, uint32_t count, int32_t width, int32_t height, float size_px,
                   bool turning, uint64_t seed);
void workload_close(Workload *workload);

/* One frame of 1/60 s. */
void workload_move(Workload *workload);

/* What only atrium needs: colours premultiplied. */
void workload_premultiply(Workload *workload);

#endif
