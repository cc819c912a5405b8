/*
 * Which path draws a frame: the one that costs least, by what each has been seen to cost.
 *
 * What a frame costs a path is reckoned from its work: sprites, the pixels they cover, and the
 * pixels that the layer has to move. How far the truth is from that is learned: each path keeps its
 * latest samples, and those most like the frame at hand correct the reckoning. So the same work
 * comes to be judged by itself alone, other work by its kin. What other programs take of the
 * machine only ever adds: of several frames the best counts, and of several samples one of the
 * lowest.
 *
 * GPUs draw later than they are told, so a measured frame is closed with a read of one pixel,
 * before and after; that stalls, which is why few frames are measured: a path in use now and then,
 * the other one for three frames when it has not been tried for long or the work has changed. The
 * frame's work is that of the frame before: its layers keep one path, so that they look alike.
 */
#include "draw_internal.h"

#include <math.h>

#define QUADS_MIN      64   /* fewer tell more about overhead than about the path */
#define SAMPLES_FIRST  3    /* of each path before the choice stands */
#define KIN            5    /* samples that are asked */
#define TRIAL_FRAMES   3    /* the best one counts */
#define USED_EVERY     60   /* frames between samples of the path in use */
#define OTHER_EVERY    300  /* and of the other one */
#define HOPELESS_EVERY 2400 /* if that seems to cost many times as much */
#define HOPELESS       4.0
#define CHANGED_EVERY  20   /* frames; when the work is unlike any that it was tried with */
#define UNLIKE         1.0  /* doublings */
#define SURVEY_EVERY   10   /* frames between looks at how much is covered */
#define STAY           0.95 /* the path in use is left for one that costs less than this share */

/* ---- Reckoning ------------------------------------------------------------------------------- */

/* ns on a machine like those that were measured; only the proportions matter. */
static double reckoned(atr_PathKind path, const atr__Work *work)
{
    if (path == ATR_PATH_LAYER) {
        return 20e3 + 2.2 * work->dirty + 60 * work->quads + 0.3 * work->area;
    }
    return 20e3 + 700 * work->quads + 2 * work->area;
}

static double doublings(double a, double b)
{
    return fabs(log2((a + 1) / (b + 1)));
}

static double unlike(atr_PathKind path, const atr__Work *a, const atr__Work *b)
{
    const double moved = path == ATR_PATH_LAYER ? doublings(a->dirty, b->dirty) : 0;
    return fmax(moved, fmax(doublings(a->quads, b->quads), doublings(a->area, b->area)));
}

/* What the path is expected to cost, ns. `out_unlike`: how unlike this work is to any it did. */
static double expected(const atr__PathCost *cost, atr_PathKind path, const atr__Work *work,
                       double *out_unlike)
{
    double far[KIN];
    double ratio[KIN];
    uint32_t kin = 0;
    for (uint32_t i = 0; i < cost->count; i++) {
        const atr__CostSample *sample = &cost->samples[i];
        const double away = unlike(path, &sample->work, work);
        uint32_t at = kin < KIN ? kin++ : KIN;
        for (; at > 0 && far[at - 1] > away; at--) {
            if (at < KIN) {
                far[at] = far[at - 1];
                ratio[at] = ratio[at - 1];
            }
        }
        if (at < KIN) {
            far[at] = away;
            ratio[at] = sample->ratio;
        }
    }
    *out_unlike = kin > 0 ? far[0] : 1e3;
    for (uint32_t i = 1; i < kin; i++) {
        for (uint32_t k = i; k > 0 && ratio[k - 1] > ratio[k]; k--) {
            const double swap = ratio[k];
            ratio[k] = ratio[k - 1];
            ratio[k - 1] = swap;
        }
    }
    return reckoned(path, work) * (kin > 0 ? ratio[(kin - 1) / 4] : 1);
}

/* ---- Samples --------------------------------------------------------------------------------- */

/* The sprites' pixels, as much as that matters here: squares. */
static double area_of(const atr__Batch *batch)
{
    const atr_Particles *p = &batch->particles;
    double area = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        const atr_DrawCmd *c = &batch->commands[i];
        if (c->kind != ATR_DRAW_PARTICLES) {
            area += fabs((double)c->w * (double)c->h);
            continue;
        }
        float sum = 0;
        for (uint32_t n = c->first; n < c->first + c->count; n++) {
            sum += p->size[n] * p->size[n];
        }
        area += (double)sum;
    }
    area *= (double)batch->transform.scale_x * (double)batch->transform.scale_y;
    return isfinite(area) ? area : 0;
}

void atr__choose_note(atr__Painter *painter, const atr__Batch *batch, uint64_t elapsed_ns)
{
    atr__Choice *choice = &painter->choice;
    choice->now.quads += batch->quads;
    choice->elapsed_ns += elapsed_ns;
    if (choice->survey || painter->measure) {
        if (painter->path != ATR_PATH_LAYER && painter->layer.marks != NULL) {
            atr__dirty_mark(batch, &painter->layer.dirty);
            atr__dirty_join(&painter->layer.dirty, &batch->seen);
        }
        choice->now.area += area_of(batch);
        choice->now.dirty += (double)painter->layer.dirty.pixels;
        choice->surveyed = true;
    }
}

static void sample_add(atr__PathCost *cost, const atr__Work *work, double ratio)
{
    cost->samples[cost->next] = (atr__CostSample){ .work = *work, .ratio = ratio };
    cost->next = (cost->next + 1) % ATR__COST_SAMPLES;
    cost->count += cost->count < ATR__COST_SAMPLES;
}

void atr__choose_frame(atr__Painter *painter)
{
    atr__Choice *choice = &painter->choice;
    if (painter->measure && choice->surveyed && choice->now.quads >= QUADS_MIN) {
        atr__PathCost *cost = &choice->costs[painter->path];
        const double ratio = (double)choice->elapsed_ns / reckoned(painter->path, &choice->now);
        choice->best = choice->trials == 0 || ratio < choice->best ? ratio : choice->best;
        if (++choice->trials >= choice->trials_wanted) {
            sample_add(cost, &choice->now, choice->best);
            cost->frame = painter->frame;
            choice->trials_wanted = 0;
        }
    }
    if (choice->surveyed) {
        choice->last = choice->now;
        choice->survey_frame = painter->frame;
    } else if (choice->now.quads > 0 && choice->last.quads > 0) {
        /* What is covered grows with what is drawn, until it is looked at again. */
        const double growth = choice->now.quads / choice->last.quads;
        choice->last.area *= growth;
        choice->last.dirty *= growth > 1 ? growth : 1;
        choice->last.quads = choice->now.quads;
    } else {
        choice->last.quads = choice->now.quads;
    }
    choice->now = (atr__Work){ 0 };
    choice->elapsed_ns = 0;
    choice->surveyed = false;
    choice->survey = false;
}

/* ---- The choice ------------------------------------------------------------------------------ */

bool atr__path_ready(atr__Painter *painter, atr_PathKind path, const atr__State *state)
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

static atr_PathKind try_path(atr__Painter *painter, atr_PathKind path, uint32_t frames)
{
    atr__Choice *choice = &painter->choice;
    if (choice->trials_wanted == 0 || choice->trial != path) {
        choice->trials_wanted = frames;
        choice->trials = 0;
        choice->trial = path;
    }
    painter->measure = true;
    return path;
}

static atr_PathKind cheaper(atr__Painter *painter, uint32_t quads)
{
    atr__Choice *choice = &painter->choice;
    choice->survey = painter->frame - choice->survey_frame >= SURVEY_EVERY;
    if (choice->last.quads < QUADS_MIN && quads < QUADS_MIN) {
        choice->trials_wanted = 0;
        return choice->used != ATR_PATH_AUTO ? choice->used : ATR_PATH_GEOMETRY;
    }
    if (choice->trials_wanted > 0) {
        return try_path(painter, choice->trial, choice->trials_wanted);
    }
    if (choice->costs[ATR_PATH_GEOMETRY].count < SAMPLES_FIRST) {
        return try_path(painter, ATR_PATH_GEOMETRY, TRIAL_FRAMES);
    }
    if (choice->costs[ATR_PATH_LAYER].count < SAMPLES_FIRST) {
        return try_path(painter, ATR_PATH_LAYER, TRIAL_FRAMES);
    }
    double cost[ATR_PATH_LAYER + 1] = { 0 };
    double away[ATR_PATH_LAYER + 1] = { 0 };
    static const atr_PathKind both[] = { ATR_PATH_GEOMETRY, ATR_PATH_LAYER };
    for (size_t i = 0; i < ATR_COUNT_OF(both); i++) {
        cost[both[i]] = expected(&choice->costs[both[i]], both[i], &choice->last, &away[both[i]]);
    }
    const atr_PathKind used = choice->used != ATR_PATH_AUTO ? choice->used : ATR_PATH_GEOMETRY;
    const atr_PathKind other = used == ATR_PATH_LAYER ? ATR_PATH_GEOMETRY : ATR_PATH_LAYER;
    choice->used = cost[other] < STAY * cost[used] ? other : used;

    const atr_PathKind idle = choice->used == ATR_PATH_LAYER ? ATR_PATH_GEOMETRY : ATR_PATH_LAYER;
    const uint64_t since = painter->frame - choice->costs[idle].frame;
    const bool hopeless = cost[idle] > HOPELESS * cost[choice->used];
    if (since >= (hopeless ? HOPELESS_EVERY : OTHER_EVERY) ||
        (since >= CHANGED_EVERY && away[idle] > UNLIKE && !hopeless)) {
        return try_path(painter, idle, TRIAL_FRAMES);
    }
    if (painter->frame - choice->costs[choice->used].frame >=
        (away[choice->used] > UNLIKE ? CHANGED_EVERY : USED_EVERY)) {
        return try_path(painter, choice->used, TRIAL_FRAMES);
    }
    return choice->used;
}

atr_PathKind atr__choose(atr__Painter *painter, const atr__State *state, const atr__Batch *batch)
{
    if (painter->renderer == NULL) {
        return ATR_PATH_SURFACE; /* the window's own */
    }
    if (painter->wanted != ATR_PATH_AUTO && atr__path_ready(painter, painter->wanted, state)) {
        return painter->wanted;
    }
    if (atr__surface_ready(painter, state)) {
        return ATR_PATH_SURFACE; /* the same drawing as the layer's, without moving pixels */
    }
    const bool geometry = atr__geometry_ready(painter);
    if (!atr__layer_ready(painter, state)) {
        return geometry ? ATR_PATH_GEOMETRY : ATR_PATH_AUTO;
    }
    return geometry ? cheaper(painter, batch->quads) : ATR_PATH_LAYER;
}
