/*
 * Which path draws a frame: the one that costs least, by what each has been seen to cost.
 *
 * Every path has its own measure of work, so that one sample tells about other frames too: quads
 * for geometry and surface, moved pixels for the layer. A path that was not used for a while is
 * tried for one frame. GPUs draw later than they are told, so a measured frame is closed with a
 * read of one pixel, before and after; that stalls, which is why only few frames are measured.
 */
#include "draw_internal.h"

#define TRIAL_EVERY   300 /* frames with something to draw */
#define SAMPLES_FIRST 3   /* of each path before the choice stands */
#define TRIAL_QUADS   64  /* fewer tell more about overhead than about the path */

/* A moved pixel costs about as much as this share of a sprite. */
#define PIXELS_PER_QUAD 26.0

static double work_of(const atr__Painter *painter, atr_PathKind path, const atr__Batch *batch)
{
    if (path == ATR_PATH_LAYER) {
        return (double)painter->layer.dirty.pixels + PIXELS_PER_QUAD * (double)batch->quads;
    }
    return (double)batch->quads;
}

void atr__choose_record(atr__Painter *painter, atr_PathKind path, const atr__Batch *batch,
                        uint64_t elapsed_ns)
{
    const double work = work_of(painter, path, batch);
    if (batch->quads < TRIAL_QUADS || work <= 0) {
        return; /* another layer of a measured frame */
    }
    atr__PathCost *cost = &painter->costs[path];
    const double rate = (double)elapsed_ns / work;
    if (cost->samples < SAMPLES_FIRST) {
        /* The first frames of a path also fill caches: the best of them is the truest. */
        cost->rate = cost->samples == 0 || rate < cost->rate ? rate : cost->rate;
    } else {
        cost->rate += 0.3 * (rate - cost->rate);
    }
    cost->samples++;
    cost->frame = painter->frame;
}

static bool path_ready(atr__Painter *painter, atr_PathKind path, const atr__State *state)
{
    switch (path) {
    case ATR_PATH_GEOMETRY:
        return atr__geometry_ready(painter);
    case ATR_PATH_SURFACE:
        return atr__surface_ready(painter, state);
    case ATR_PATH_LAYER:
        return atr__layer_ready(painter, state);
    case ATR_PATH_AUTO:
    default:
        return false;
    }
}

static atr_PathKind cheaper(atr__Painter *painter, const atr__State *state, const atr__Batch *batch)
{
    const atr__PathCost *geometry = &painter->costs[ATR_PATH_GEOMETRY];
    const atr__PathCost *layer = &painter->costs[ATR_PATH_LAYER];
    const atr__PathCost *both[] = { geometry, layer };
    static const atr_PathKind kinds[] = { ATR_PATH_GEOMETRY, ATR_PATH_LAYER };
    if (batch->quads >= TRIAL_QUADS) {
        for (size_t i = 0; i < ATR_COUNT_OF(both); i++) {
            if (both[i]->samples < SAMPLES_FIRST ||
                painter->frame - both[i]->frame >= TRIAL_EVERY) {
                painter->measure = true;
                return kinds[i];
            }
        }
    }
    atr__Dirty *dirty = &painter->layer.dirty;
    atr__dirty_mark(batch, dirty);
    atr__dirty_join(dirty, &state->seen);
    const double by_geometry = geometry->rate * work_of(painter, ATR_PATH_GEOMETRY, batch);
    const double by_layer = layer->rate * work_of(painter, ATR_PATH_LAYER, batch);
    return by_layer < by_geometry ? ATR_PATH_LAYER : ATR_PATH_GEOMETRY;
}

atr_PathKind atr__choose(atr__Painter *painter, const atr__State *state, const atr__Batch *batch)
{
    if (painter->wanted != ATR_PATH_AUTO && path_ready(painter, painter->wanted, state)) {
        return painter->wanted;
    }
    if (atr__surface_ready(painter, state)) {
        return ATR_PATH_SURFACE; /* the same drawing as the layer's, without moving pixels */
    }
    const bool geometry = atr__geometry_ready(painter);
    if (!atr__layer_ready(painter, state)) {
        return geometry ? ATR_PATH_GEOMETRY : ATR_PATH_AUTO;
    }
    return geometry ? cheaper(painter, state, batch) : ATR_PATH_LAYER;
}
