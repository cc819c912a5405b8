/* Draws what was planned. The items are sorted into bands of 64 rows, their order kept within each,
 * and the bands drawn one after the other: so the part of the canvas that is written stays in the
 * nearest caches, and a second thread can take bands of its own without changing a pixel. A few
 * sprites are drawn as they come. */
#include "compose/compose_internal.h"

#include <string.h>

#define BANDED_MIN 512 /* fewer items are not worth sorting */
#define SHARED_MIN                                                                                 \
    ((uint64_t)1200000) /* pixels of work, about 0.3 ms: less is not worth a wake                  \
                         */
#define ITEM_WORK 64    /* pixels: what an item costs beside its own */

/* What drawing a band needs. */
typedef struct Drawing {
    const atr_Compositor *compositor;
    const atr__Job *job;
    int32_t first_band;
} Drawing;

static void draw_odd(const Drawing *drawing, const atr__Odd *odd, const atr__Band *band,
                     int32_t thread)
{
    const atr_Compositor *compositor = drawing->compositor;
    if (odd->kind == ATR__ODD_RECT) {
        const atr_Rect inside = { band->left, band->top, band->right - band->left,
                                  band->bottom - band->top };
        const atr_Rect seen = atr__intersect(odd->rect, inside);
        if (seen.w > 0) {
            compositor->kernels->fill(band->pixels + seen.y * band->pitch + seen.x, band->pitch,
                                      seen.w, seen.h, odd->placed.tint);
        }
    } else if (odd->kind == ATR__ODD_GATHER) {
        const atr__Source source = atr__odd_source(compositor, odd);
        atr__gather_sprite(compositor->kernels, band, &source, &odd->placed);
    } else {
        atr__direct_sprite(compositor->kernels, &compositor->scratch[thread], band,
                           &compositor->sprites[odd->placed.sprite].image, &odd->placed);
    }
}

static void draw_items(const Drawing *drawing, const atr__Band *band, const uint32_t *order,
                       uint32_t count, int32_t thread)
{
    const atr_Compositor *compositor = drawing->compositor;
    const atr__Plan *plan = &compositor->plan;
    if (plan->odd_count == 0) {
        compositor->kernels->draw(band, plan->items, order, count);
        return;
    }
    for (uint32_t i = 0; i < count;) {
        uint32_t end = i;
        while (end < count && plan->items[order[end]].copy != NULL) {
            end++;
        }
        if (end > i) {
            compositor->kernels->draw(band, plan->items, order + i, end - i);
        }
        for (; end < count && plan->items[order[end]].copy == NULL; end++) {
            draw_odd(drawing, &plan->odds[plan->items[order[end]].x], band, thread);
        }
        i = end;
    }
}

static atr__Band band_of(const atr__Job *job, int32_t top, int32_t bottom)
{
    return (atr__Band){ .pixels = job->canvas->pixels,
                        .pitch = job->canvas->pitch,
                        .left = job->clip.x,
                        .top = atr__max_i32(top, job->clip.y),
                        .right = job->clip.x + job->clip.w,
                        .bottom = atr__min_i32(bottom, job->clip.y + job->clip.h) };
}

static void draw_band(void *user, int32_t index, int32_t thread)
{
    const Drawing *drawing = user;
    const atr__Plan *plan = &drawing->compositor->plan;
    const int32_t number = drawing->first_band + index;
    const uint32_t first = plan->counts[number];
    const uint32_t count = plan->counts[number + 1] - first;
    if (count > 0) {
        const atr__Band band =
            band_of(drawing->job, number << plan->band_shift, (number + 1) << plan->band_shift);
        draw_items(drawing, &band, plan->order + first, count, thread);
    }
}

/* A counting sort: every item into each band that it touches. */
static void sort_bands(atr__Plan *plan)
{
    uint32_t next[ATR__BANDS_MAX];
    uint32_t sum = 0;
    for (int32_t band = 0; band < plan->band_count; band++) {
        const uint32_t count = plan->counts[band];
        plan->counts[band] = sum;
        next[band] = sum;
        sum += count;
    }
    plan->counts[plan->band_count] = sum;
    for (uint32_t i = 0; i < plan->item_count; i++) {
        const atr__Item *item = &plan->items[i];
        for (uint32_t band = item->first_band; band <= item->last_band; band++) {
            plan->order[next[band]++] = i;
        }
    }
}

static void draw_banded(atr_Compositor *compositor, Drawing *drawing, bool shared)
{
    const atr__Plan *plan = &compositor->plan;
    const atr_Rect *clip = &drawing->job->clip;
    drawing->first_band = clip->y >> plan->band_shift;
    const int32_t last_band = (clip->y + clip->h - 1) >> plan->band_shift;
    const int32_t count = last_band - drawing->first_band + 1;
    if (shared && count > 1) {
        if (atr__helper_run(compositor->helper, draw_band, drawing, count)) {
            compositor->threads = 2;
        }
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        draw_band(drawing, i, 0);
    }
}

void atr__plan_draw(atr_Compositor *compositor, const atr__Job *job)
{
    atr__Plan *plan = &compositor->plan;
    if (plan->item_count == 0) {
        return;
    }
    Drawing drawing = { .compositor = compositor, .job = job };
    const uint64_t work = plan->work + (uint64_t)plan->item_count * ITEM_WORK;
    const bool shared = compositor->helper != NULL && work >= SHARED_MIN;
    if (shared || plan->item_count >= BANDED_MIN) {
        sort_bands(plan);
        draw_banded(compositor, &drawing, shared);
    } else {
        const atr__Band band = band_of(job, 0, job->canvas->height);
        draw_items(&drawing, &band, plan->identity, plan->item_count, 0);
    }
    compositor->sprites_drawn += plan->item_count;
    compositor->copies.pass++;
    memset(plan->counts, 0, sizeof plan->counts);
    plan->item_count = 0;
    plan->odd_count = 0;
    plan->order_count = 0;
    plan->work = 0;
}
