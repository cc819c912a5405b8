/*
 * The full overlay, section by section: rate and graph, lows, time split, effects, decisions, and a
 * table of the rest. Columns are fixed, so that figures stay where the eye left them. Where the
 * output is too low for all of them, the rest goes beside them; what fits nowhere is left out
 * whole.
 */
#include "overlay_internal.h"

#include <math.h>
#include <stdio.h>

#define PANEL_WIDTH  392.0f
#define PANEL_HEIGHT 668.0f
#define PADDING      16.0f
#define ROW          21.0f
#define TOP          12.0f
#define BOTTOM       10.0f
#define DIVIDER      17.0f
#define HEAD_UNITS   153.0f /* of rate, graph and lows */
#define COLUMNS_MAX  3
#define BALANCE      8.0f /* units by which columns are evened out */

/* A thin line that parts sections. */
static void divide(atr__Pen *pen)
{
    pen->y += atr__px(pen, 9);
    atr__pen_rect(pen, 0, pen->y, pen->width, 1, ATR__COLOR_RAISED);
    pen->y += atr__px(pen, DIVIDER - 9);
}

static void rate(atr__Pen *pen, const atr__OverlayData *data)
{
    char text[48];
    const atr_FrameStats *f = &data->frames;
    const int32_t baseline = pen->y + atr__px(pen, 33);
    const bool over = f->p95_ms > f->budget_ms * 1.05;
    atr__figure(text, sizeof text, f->fps, 1, "");
    const int32_t w = atr__pen_text(pen, ATR__STRIP_BIG, text, 0, baseline, ATR__COLOR_TEXT);
    (void)atr__pen_word(pen, ATR__WORD_FPS, true, w + atr__px(pen, 8), baseline,
                        over ? ATR__COLOR_BAD : ATR__COLOR_GOOD);

    atr__figure(text, sizeof text, f->mean_ms, 1, " ms");
    const int32_t first = pen->y + atr__px(pen, 15);
    const int32_t second = pen->y + atr__px(pen, 34);
    atr__pen_text_end(pen, ATR__STRIP_VALUE, text, pen->width, first, ATR__COLOR_TEXT);
    atr__figure(text, sizeof text, f->budget_ms, 1, " ms");
    atr__pen_text_end(pen, ATR__STRIP_VALUE, text, pen->width, second, ATR__COLOR_QUIET);
    const int32_t column = pen->width - atr__px(pen, 72);
    (void)atr__pen_word(pen, ATR__WORD_FRAME, false,
                        column - atr__pen_word_width(pen, ATR__WORD_FRAME, false), first,
                        ATR__COLOR_QUIET);
    (void)atr__pen_word(pen, ATR__WORD_BUDGET, false,
                        column - atr__pen_word_width(pen, ATR__WORD_BUDGET, false), second,
                        ATR__COLOR_QUIET);
    pen->y += atr__px(pen, 46);
}

/* Newest frame at the right in both languages: graphs are not mirrored. */
static void graph(atr__Pen *pen, const atr__OverlayData *data)
{
    const int32_t height = atr__px(pen, 64);
    atr_Rect area = { pen->left, pen->y, pen->width, height };
    atr_compose_clear(&pen->canvas, &area, ATR__COLOR_SURFACE);
    const double budget = data->frames.budget_ms > 0 ? data->frames.budget_ms : 16.7;
    const uint32_t missing = ATR__OVERLAY_BARS - data->history_count;
    for (uint32_t i = 0; i < data->history_count; i++) {
        const double share = (double)data->history_ms[i] / (2 * budget);
        int32_t bar = (int32_t)((share > 1 ? 1 : share) * height + 0.5);
        bar = bar < 1 ? 1 : bar;
        const int32_t slot = (int32_t)(i + missing);
        const int32_t x0 = slot * pen->width / ATR__OVERLAY_BARS;
        const int32_t x1 = (slot + 1) * pen->width / ATR__OVERLAY_BARS;
        const bool over = (double)data->history_ms[i] > budget * 1.05;
        const atr_Rect rect = { pen->left + x0, pen->y + height - bar,
                                x1 - x0 > 1 ? x1 - x0 - 1 : 1, bar };
        atr_compose_clear(&pen->canvas, &rect, over ? ATR__COLOR_BAD : ATR__COLOR_INFO);
    }
    const atr_Rect line = { pen->left, pen->y + height / 2, pen->width,
                            pen->skin->scale >= 1.5f ? 2 : 1 };
    atr_compose_clear(&pen->canvas, &line, ATR__COLOR_TEXT);
    pen->y += height;
}

/* Equal columns of a figure over its name. */
typedef struct Cell {
    atr__Word word;
    char text[20];
    uint32_t color;
} Cell;

static void cells(atr__Pen *pen, const Cell *items, int32_t count)
{
    const int32_t value = pen->y + atr__px(pen, 15);
    const int32_t name = pen->y + atr__px(pen, 33);
    for (int32_t i = 0; i < count; i++) {
        const int32_t start = i * pen->width / count;
        (void)atr__pen_text(pen, ATR__STRIP_VALUE, items[i].text, start, value, items[i].color);
        (void)atr__pen_word(pen, items[i].word, false, start, name, ATR__COLOR_QUIET);
    }
    pen->y += atr__px(pen, 37);
}

static void lows(atr__Pen *pen, const atr__OverlayData *data)
{
    const atr_FrameStats *f = &data->frames;
    Cell items[4] = { { .word = ATR__WORD_LOW_P1, .color = ATR__COLOR_TEXT },
                      { .word = ATR__WORD_LOW_AVERAGE, .color = ATR__COLOR_TEXT },
                      { .word = ATR__WORD_LOW_INTEGRAL, .color = ATR__COLOR_TEXT },
                      { .word = ATR__WORD_STUTTER, .color = ATR__COLOR_TEXT } };
    atr__figure(items[0].text, sizeof items[0].text, f->low_p1_fps, 1, "");
    atr__figure(items[1].text, sizeof items[1].text, f->low_average_fps, 1, "");
    atr__figure(items[2].text, sizeof items[2].text, f->low_integral_fps, 1, "");
    atr__figure(items[3].text, sizeof items[3].text, f->stutter_share * 100, 1, " %");
    if (f->stutter_share > 0.01) {
        items[3].color = ATR__COLOR_BAD;
    }
    cells(pen, items, 4);
}

static void split(atr__Pen *pen, const atr__OverlayData *data)
{
    const atr_FrameSplit *s = &data->split;
    const struct {
        atr__Word word;
        float ms;
        uint32_t color;
        bool on_gpu; /* done later than it was told: shows in present */
    } parts[] = {
        { ATR__WORD_HOST, s->host_ms, ATR__COLOR_OUTLINE, true },
        { ATR__WORD_EFFECTS, s->effects_ms, ATR__COLOR_GOLD, true },
        { ATR__WORD_QUEUE, s->queue_ms, ATR__COLOR_GOOD, false },
        { ATR__WORD_OVERLAY, s->overlay_ms, ATR__COLOR_INFO, true },
        { ATR__WORD_PRESENT, s->present_ms, ATR__COLOR_HELD, true },
        { ATR__WORD_OTHER, s->mail_ms, ATR__COLOR_BAD, false },
    };
    float total = 0.001f;
    for (size_t i = 0; i < ATR_COUNT_OF(parts); i++) {
        total += parts[i].ms;
    }
    (void)atr__pen_word(pen, ATR__WORD_SPLIT, true, 0, pen->y + atr__px(pen, 12), ATR__COLOR_TEXT);
    pen->y += atr__px(pen, 19);
    const int32_t thick = atr__px(pen, 8);
    float sum = 0;
    for (size_t i = 0; i < ATR_COUNT_OF(parts); i++) {
        const int32_t from = (int32_t)(sum / total * (float)pen->width);
        sum += parts[i].ms;
        const int32_t to = (int32_t)(sum / total * (float)pen->width);
        atr__pen_rect(pen, from, pen->y, to - from, thick, parts[i].color);
    }
    pen->y += thick + atr__px(pen, 4);
    const int32_t gap = atr__px(pen, 24);
    const int32_t column = (pen->width - gap) / 2;
    for (size_t i = 0; i < ATR_COUNT_OF(parts); i++) {
        const int32_t start = (int32_t)(i % 2) * (column + gap);
        const int32_t baseline = pen->y + atr__px(pen, 15);
        const int32_t dot = atr__px(pen, 8);
        char text[24];
        (void)snprintf(text, sizeof text, "%s%.2f ms", s->estimated && parts[i].on_gpu ? "~" : "",
                       (double)parts[i].ms);
        atr__pen_rect(pen, start, baseline - dot - 1, dot, dot, parts[i].color);
        (void)atr__pen_word(pen, parts[i].word, false, start + dot + atr__px(pen, 7), baseline,
                            ATR__COLOR_QUIET);
        atr__pen_text_end(pen, ATR__STRIP_SMALL, text, start + column, baseline, ATR__COLOR_TEXT);
        if (i % 2 == 1) {
            pen->y += atr__px(pen, ROW);
        }
    }
}

static void effects(atr__Pen *pen, const atr__OverlayData *data)
{
    char text[40];
    const atr_EffectsStats *e = &data->stats.effects;
    const int32_t count_end = pen->width - atr__px(pen, 110);
    int32_t baseline = pen->y + atr__px(pen, 12);
    (void)atr__pen_word(pen, ATR__WORD_INSTANCES, true, 0, baseline, ATR__COLOR_TEXT);
    (void)snprintf(text, sizeof text, "%u", e->instances);
    atr__pen_text_end(pen, ATR__STRIP_VALUE, text, count_end, baseline, ATR__COLOR_TEXT);
    (void)snprintf(text, sizeof text, "%u", e->particles);
    atr__pen_text_end(pen, ATR__STRIP_VALUE, text, pen->width, baseline, ATR__COLOR_TEXT);
    (void)atr__pen_word(pen, ATR__WORD_PARTICLES, false, count_end + atr__px(pen, 12), baseline,
                        ATR__COLOR_QUIET);
    pen->y += atr__px(pen, 17);
    for (uint32_t i = 0; i < ATR__OVERLAY_USES; i++) {
        baseline = pen->y + atr__px(pen, 14);
        if (i < data->use_count) {
            const atr_EffectUse *use = &data->uses[i];
            (void)atr__pen_text(pen, ATR__STRIP_SMALL, use->name, 0, baseline, ATR__COLOR_QUIET);
            (void)snprintf(text, sizeof text, "%u", use->instances);
            atr__pen_text_end(pen, ATR__STRIP_SMALL, text, count_end, baseline, ATR__COLOR_TEXT);
            (void)snprintf(text, sizeof text, "%u", use->particles);
            atr__pen_text_end(pen, ATR__STRIP_SMALL, text, pen->width, baseline, ATR__COLOR_TEXT);
        } else if (i == 0) {
            (void)atr__pen_word(pen, ATR__WORD_NONE, false, 0, baseline, ATR__COLOR_QUIET);
        }
        pen->y += atr__px(pen, 18);
    }
}

static void name(const atr__Pen *pen, atr__Word word, int32_t start, int32_t baseline)
{
    if (word < ATR__WORD_COUNT) {
        (void)atr__pen_word(pen, word, false, start, baseline, ATR__COLOR_QUIET);
    }
}

/* Two figures side by side, named unless the word is ATR__WORD_COUNT. */
static void pair(atr__Pen *pen, atr__Word first, const char *first_text, atr__Word second,
                 const char *second_text)
{
    const int32_t baseline = pen->y + atr__px(pen, 15);
    const int32_t gap = atr__px(pen, 24);
    const int32_t column = (pen->width - gap) / 2;
    name(pen, first, 0, baseline);
    atr__pen_text_end(pen, ATR__STRIP_SMALL, first_text, column, baseline, ATR__COLOR_TEXT);
    name(pen, second, column + gap, baseline);
    atr__pen_text_end(pen, ATR__STRIP_SMALL, second_text, pen->width, baseline, ATR__COLOR_TEXT);
    pen->y += atr__px(pen, ROW);
}

/* What the throttle leaves of effects: level, time, shares of particles. */
static void rationing(atr__Pen *pen, const atr_EffectsStats *e)
{
    char a[48];
    char b[48];
    const bool rations = e->budget_ms > 0.0f;
    (void)snprintf(a, sizeof a, "%d / 3", (int)e->quality);
    atr__figure(b, sizeof b, rations ? (double)e->room_ms : (double)NAN, 1, " ms");
    pair(pen, ATR__WORD_QUALITY, a, ATR__WORD_ROOM, b);
    /* In the order in which the words are read. */
    const int first = pen->rtl ? ATR_IMPORTANCE_COSMETIC : ATR_IMPORTANCE_HIGH;
    const int last = pen->rtl ? ATR_IMPORTANCE_HIGH : ATR_IMPORTANCE_COSMETIC;
    (void)snprintf(a, sizeof a, "%.0f / %.0f / %.0f %%", (double)e->keep[first] * 100,
                   (double)e->keep[ATR_IMPORTANCE_MEDIUM] * 100, (double)e->keep[last] * 100);
    const int32_t baseline = pen->y + atr__px(pen, 15);
    name(pen, ATR__WORD_DRAWN, 0, baseline);
    atr__pen_text_end(pen, ATR__STRIP_SMALL, a, pen->width, baseline, ATR__COLOR_TEXT);
    pen->y += atr__px(pen, ROW);
}

static void decisions(atr__Pen *pen, const atr__OverlayData *data)
{
    const uint64_t *d = data->stats.effects.decisions;
    const uint64_t refused = d[ATR_DECISION_REFUSED_COOLDOWN] + d[ATR_DECISION_REFUSED_FULL] +
                             d[ATR_DECISION_REFUSED_BUDGET] + d[ATR_DECISION_REFUSED_RATE] +
                             d[ATR_DECISION_UNKNOWN];
    const uint64_t merged = d[ATR_DECISION_MERGED] + d[ATR_DECISION_COALESCED];
    Cell items[4] = { { .word = ATR__WORD_PLAYED, .color = ATR__COLOR_GOOD },
                      { .word = ATR__WORD_MERGED, .color = ATR__COLOR_TEXT },
                      { .word = ATR__WORD_REDUCED, .color = ATR__COLOR_HELD },
                      { .word = ATR__WORD_REFUSED, .color = ATR__COLOR_BAD } };
    atr__figure(items[0].text, sizeof items[0].text, (double)d[ATR_DECISION_PLAYED], 0, "");
    atr__figure(items[1].text, sizeof items[1].text, (double)merged, 0, "");
    atr__figure(items[2].text, sizeof items[2].text, (double)d[ATR_DECISION_REDUCED], 0, "");
    atr__figure(items[3].text, sizeof items[3].text, (double)refused, 0, "");
    (void)atr__pen_word(pen, ATR__WORD_THROTTLE, true, 0, pen->y + atr__px(pen, 12),
                        ATR__COLOR_TEXT);
    pen->y += atr__px(pen, 17);
    cells(pen, items, 4);
    rationing(pen, &data->stats.effects);
}

/* "surface avx2 x2 / software": the compositor's kernel and threads where it draws. */
static void path_text(char *out, size_t size, const atr_PluginStats *stats)
{
    if (stats->compose_threads == 0 || stats->kernel == NULL) {
        (void)snprintf(out, size, "%s / %s", stats->path_name, stats->renderer);
    } else {
        (void)snprintf(out, size, "%s %s x%u / %s", stats->path_name, stats->kernel,
                       stats->compose_threads, stats->renderer);
    }
}

static void table(atr__Pen *pen, const atr__OverlayData *data)
{
    char a[48];
    char b[48];
    const atr_QueueStats *q = &data->stats.queue;
    const int32_t baseline = pen->y + atr__px(pen, 15);
    (void)atr__pen_word(pen, ATR__WORD_PATH, false, 0, baseline, ATR__COLOR_QUIET);
    path_text(a, sizeof a, &data->stats);
    atr__pen_text_end(pen, ATR__STRIP_SMALL, a, pen->width, baseline, ATR__COLOR_INFO);
    pen->y += atr__px(pen, ROW);

    (void)snprintf(a, sizeof a, "%u / %u", q->waiting, q->capacity);
    atr__figure(b, sizeof b, (double)(q->refused + q->replaced), 0, "");
    pair(pen, ATR__WORD_DEPTH, a, ATR__WORD_DROPS, b);

    atr__figure(a, sizeof a, data->cpu_share < 0 ? NAN : (double)data->cpu_share * 100, 0, " %");
    atr__figure(b, sizeof b,
                data->resident_bytes == 0 ? NAN : (double)data->resident_bytes / 1048576.0, 1,
                " MB");
    pair(pen, ATR__WORD_CPU, a, ATR__WORD_MEMORY, b);

    atr__figure(a, sizeof a, data->frames.p99_ms, 1, " ms");
    atr__figure(b, sizeof b, (double)data->frames.over_budget, 0, "");
    (void)atr__pen_text(pen, ATR__STRIP_SMALL, "P99", 0, pen->y + atr__px(pen, 15),
                        ATR__COLOR_QUIET);
    pair(pen, ATR__WORD_COUNT, a, ATR__WORD_OVER, b);

    if (data->has_jobs) {
        atr__figure(a, sizeof a, data->jobs_waiting, 0, "");
        atr__figure(b, sizeof b, data->has_oldest ? data->jobs_oldest_s : NAN, 1, " s");
        pair(pen, ATR__WORD_WAITING, a, ATR__WORD_OLDEST, b);
    }
    if (data->has_cache) {
        atr__figure(a, sizeof a, data->cache_hit_ratio * 100, 1, " %");
        pair(pen, ATR__WORD_HITS, a, ATR__WORD_COUNT, "");
    }
}

static void head(atr__Pen *pen, const atr__OverlayData *data)
{
    rate(pen, data);
    graph(pen, data);
    pen->y += atr__px(pen, 6);
    lows(pen, data);
}

/* ---- Arrangement ----------------------------------------------------------------------------- */

static const struct {
    void (*draw)(atr__Pen *pen, const atr__OverlayData *data);
    float units; /* of height at scale 1 */
} sections[] = {
    { head, HEAD_UNITS },        { split, 94 },      { effects, 89 },
    { decisions, 54 + 2 * ROW }, { table, 6 * ROW },
};
#define SECTIONS ATR_COUNT_OF(sections)

static int32_t column_width(const atr__OverlaySkin *skin)
{
    return (int32_t)(PANEL_WIDTH * skin->scale + 0.5f);
}

/* Fills columns of this many pixels from the top; @return how many sections are shown. */
static size_t arrange(const atr__OverlaySkin *skin, int32_t height, int32_t columns,
                      int32_t column_of[SECTIONS])
{
    const float room = (float)height / skin->scale - BOTTOM;
    float y = TOP;
    int32_t column = 0;
    for (size_t i = 0; i < SECTIONS; i++) {
        const float gap = y > TOP ? DIVIDER : 0;
        if (y + gap + sections[i].units > room && y > TOP && column + 1 < columns) {
            column++;
            y = TOP + sections[i].units;
        } else {
            y += gap + sections[i].units;
        }
        if (y > room) {
            return i;
        }
        column_of[i] = column;
    }
    return SECTIONS;
}

static int32_t columns_that_fit(const atr__Overlay *overlay, const atr__OverlaySkin *skin)
{
    const int32_t fit = atr__overlay_room(overlay->room_w, skin) / column_width(skin);
    return fit < COLUMNS_MAX ? fit : COLUMNS_MAX;
}

bool atr__full_size(const atr__Overlay *overlay, const atr__OverlaySkin *skin, int32_t *width,
                    int32_t *height)
{
    const int32_t room = atr__overlay_room(overlay->room_h, skin);
    const int32_t whole = (int32_t)(PANEL_HEIGHT * skin->scale + 0.5f);
    const int32_t columns = columns_that_fit(overlay, skin);
    *height = whole < room ? whole : room;
    int32_t column_of[SECTIONS];
    const size_t shown = columns > 0 ? arrange(skin, *height, columns, column_of) : 0;
    if (shown == 0) {
        return false;
    }
    const int32_t used = column_of[shown - 1] + 1;
    /* Several columns are made as even as they can be without leaving anything out. */
    const int32_t step = (int32_t)(BALANCE * skin->scale) + 1;
    while (used > 1 && arrange(skin, *height - step, used, column_of) == shown) {
        *height -= step;
    }
    *width = used * column_width(skin);
    return true;
}

void atr__full_compose(atr__Overlay *overlay, const atr__OverlaySkin *skin)
{
    atr__Pen pen = { .canvas = { overlay->pixels, overlay->capacity_w, overlay->capacity_h,
                                 overlay->capacity_w },
                     .skin = skin,
                     .rtl = overlay->arabic && skin->has_arabic };
    overlay->width = overlay->capacity_w;
    atr_compose_clear(&pen.canvas, &(atr_Rect){ 0, 0, overlay->width, overlay->capacity_h },
                      ATR__COLOR_NIGHT);
    const int32_t padding = atr__px(&pen, PADDING);
    const int32_t each = column_width(skin);
    pen.width = each - 2 * padding;
    int32_t column_of[SECTIONS];
    const size_t shown = arrange(skin, overlay->capacity_h, overlay->width / each, column_of);
    int32_t lowest = 0;
    for (size_t i = 0; i < shown; i++) {
        if (i == 0 || column_of[i] != column_of[i - 1]) {
            const int32_t start = column_of[i] * each;
            pen.left = (pen.rtl ? overlay->width - start - each : start) + padding;
            pen.y = atr__px(&pen, TOP);
        } else {
            divide(&pen);
        }
        sections[i].draw(&pen, &overlay->data);
        lowest = pen.y > lowest ? pen.y : lowest;
    }
    lowest += atr__px(&pen, BOTTOM);
    overlay->height = lowest < overlay->capacity_h ? lowest : overlay->capacity_h;
}
