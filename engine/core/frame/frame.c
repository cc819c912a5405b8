/* The frame clock. Two memories: a ring of the newest frames, from which window statistics are
 * taken exactly by sorting a copy, and a histogram of the whole run. Both answer through one
 * reader, so that the definitions are written once.
 *
 * Sorting is done here: the C library's qsort may allocate. */
#include <atrium/frame.h>

#include "base/alloc.h"
#include "frame/histogram.h"

#include <math.h>

#define DEFAULT_FPS     60.0f
#define MAX_FPS         1000.0f
#define DEFAULT_WINDOW  1024u
#define MIN_WINDOW      16u
#define MAX_WINDOW      65536u
#define AVERAGE_FRAMES  60u /* the moving average a stutter is judged by */
#define AVERAGE_MIN     10u
#define STUTTER_FACTOR  2.5
#define STUTTER_OVER_NS 4000000.0
#define FRAMES_FOR_1    100u  /* fewer cannot tell the slowest 1 % */
#define FRAMES_FOR_01   1000u /* nor 0.1 % */

typedef struct Frame {
    uint64_t ns;
    bool stutter;
} Frame;

/* Sums that both memories need beside their frame times. */
typedef struct Tally {
    uint64_t frames;
    uint64_t sum_ns;
    uint64_t stutters;
    uint64_t stutter_ns;
    uint64_t over_budget;
} Tally;

struct atr_FrameClock {
    atr_FrameDesc desc;
    uint64_t budget_ns;
    bool started; /* a first mark has been */
    uint64_t last_mark_ns;
    Tally run;
    Tally window;
    Frame *ring; /* desc.window */
    uint32_t ring_next;
    uint64_t recent_ns[AVERAGE_FRAMES]; /* what the moving average covers */
    uint32_t recent_next;
    uint32_t recent_count;
    uint64_t recent_sum_ns;
    uint64_t *sorted; /* desc.window; scratch of atr_frame_window */
    atr__FrameHistogram *histogram;
};

/* Frame times in order, whichever memory holds them. */
typedef struct Reader {
    double (*rank_ns)(const void *from, uint64_t rank);
    double (*slowest_mean_ns)(const void *from, uint64_t count);
    double (*integral_ns)(const void *from, double time_ns);
    double max_ns;
    const void *from;
} Reader;

static atr_FrameDesc desc_resolve(const atr_FrameDesc *desc)
{
    atr_FrameDesc d = desc != NULL ? *desc : (atr_FrameDesc){ 0 };
    if (d.target_fps == 0) {
        d.target_fps = DEFAULT_FPS;
    }
    if (d.window == 0) {
        d.window = DEFAULT_WINDOW;
    }
    return d;
}

atr_Status atr_frame_create(const atr_FrameDesc *desc, atr_FrameClock **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    const atr_FrameDesc d = desc_resolve(desc);
    if (!(d.target_fps >= 1.0f && d.target_fps <= MAX_FPS) || d.window < MIN_WINDOW ||
        d.window > MAX_WINDOW) {
        return ATR_ERR_INVALID;
    }
    atr_FrameClock *frames = atr__alloc_zero(&d.allocator, 1, sizeof *frames);
    if (frames == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    frames->desc = d;
    frames->budget_ns = (uint64_t)(1e9 / (double)d.target_fps + 0.5);
    frames->ring = atr__alloc_zero(&d.allocator, d.window, sizeof *frames->ring);
    frames->sorted = atr__alloc_zero(&d.allocator, d.window, sizeof *frames->sorted);
    frames->histogram = atr__alloc_zero(&d.allocator, 1, sizeof *frames->histogram);
    if (frames->ring == NULL || frames->sorted == NULL || frames->histogram == NULL) {
        atr_frame_destroy(frames);
        return ATR_ERR_NO_MEMORY;
    }
    *out = frames;
    return ATR_OK;
}

void atr_frame_destroy(atr_FrameClock *frames)
{
    if (frames == NULL) {
        return;
    }
    const atr_Allocator allocator = frames->desc.allocator;
    atr__free(&allocator, frames->histogram, 1, sizeof *frames->histogram);
    atr__free(&allocator, frames->sorted, frames->desc.window, sizeof *frames->sorted);
    atr__free(&allocator, frames->ring, frames->desc.window, sizeof *frames->ring);
    atr__free(&allocator, frames, 1, sizeof *frames);
}

void atr_frame_mark(atr_FrameClock *frames)
{
    ATR_ASSERT(frames != NULL);
    const uint64_t now_ns = atr_clock_monotonic_ns(&frames->desc.clock);
    if (frames->started) {
        atr_frame_record(frames, now_ns > frames->last_mark_ns ? now_ns - frames->last_mark_ns : 0);
    }
    frames->started = true;
    frames->last_mark_ns = now_ns;
}

/* ---- Recording ------------------------------------------------------------------------------- */

static bool is_stutter(const atr_FrameClock *frames, uint64_t frame_ns)
{
    if (frames->recent_count < AVERAGE_MIN) {
        return false;
    }
    const double average_ns = (double)frames->recent_sum_ns / frames->recent_count;
    return (double)frame_ns > STUTTER_FACTOR * average_ns &&
           (double)frame_ns >= average_ns + STUTTER_OVER_NS;
}

static void average_add(atr_FrameClock *frames, uint64_t frame_ns)
{
    frames->recent_sum_ns += frame_ns;
    if (frames->recent_count == AVERAGE_FRAMES) {
        frames->recent_sum_ns -= frames->recent_ns[frames->recent_next];
    } else {
        frames->recent_count++;
    }
    frames->recent_ns[frames->recent_next] = frame_ns;
    frames->recent_next = (frames->recent_next + 1) % AVERAGE_FRAMES;
}

/* A frame that kept its pace to within the clock's jitter is not late. */
static bool is_over(const Frame *frame, uint64_t budget_ns)
{
    return frame->ns > budget_ns + budget_ns / 100;
}

static void tally_add(Tally *tally, const Frame *frame, uint64_t budget_ns)
{
    tally->frames++;
    tally->sum_ns += frame->ns;
    tally->stutters += frame->stutter ? 1 : 0;
    tally->stutter_ns += frame->stutter ? frame->ns : 0;
    tally->over_budget += is_over(frame, budget_ns) ? 1 : 0;
}

static void tally_remove(Tally *tally, const Frame *frame, uint64_t budget_ns)
{
    tally->frames--;
    tally->sum_ns -= frame->ns;
    tally->stutters -= frame->stutter ? 1 : 0;
    tally->stutter_ns -= frame->stutter ? frame->ns : 0;
    tally->over_budget -= is_over(frame, budget_ns) ? 1 : 0;
}

void atr_frame_record(atr_FrameClock *frames, uint64_t frame_ns)
{
    ATR_ASSERT(frames != NULL);
    const Frame frame = { .ns = frame_ns, .stutter = is_stutter(frames, frame_ns) };
    average_add(frames, frame_ns);
    tally_add(&frames->run, &frame, frames->budget_ns);
    atr__frame_histogram_add(frames->histogram, frame_ns);
    if (frames->window.frames == frames->desc.window) {
        tally_remove(&frames->window, &frames->ring[frames->ring_next], frames->budget_ns);
    }
    tally_add(&frames->window, &frame, frames->budget_ns);
    frames->ring[frames->ring_next] = frame;
    frames->ring_next = (frames->ring_next + 1) % frames->desc.window;
}

/* ---- The definitions ------------------------------------------------------------------------- */

/* NaN for a frame time of zero: nothing was measured. */
static double fps_of_ns(double frame_ns)
{
    return frame_ns > 0 ? 1e9 / frame_ns : (double)NAN;
}

/* The nearest rank of the percentile whose tail is 1 / `tail` of the frames. */
static uint64_t rank_before_tail(uint64_t frames, uint64_t tail)
{
    return frames - frames / tail;
}

static void read_tail(const Reader *reader, const Tally *tally, uint64_t tail, double *low_p,
                      double *low_average, double *low_integral)
{
    *low_p = fps_of_ns(reader->rank_ns(reader->from, rank_before_tail(tally->frames, tail)));
    *low_average = fps_of_ns(reader->slowest_mean_ns(reader->from, tally->frames / tail));
    *low_integral =
        fps_of_ns(reader->integral_ns(reader->from, (double)tally->sum_ns / (double)tail));
}

static void read_stats(const atr_FrameClock *frames, const Tally *tally, const Reader *reader,
                       atr_FrameStats *out)
{
    const double nan = (double)NAN;
    *out = (atr_FrameStats){ .fps = nan,
                             .mean_ms = nan,
                             .p50_ms = nan,
                             .p95_ms = nan,
                             .p99_ms = nan,
                             .p999_ms = nan,
                             .max_ms = nan,
                             .low_p1_fps = nan,
                             .low_average_fps = nan,
                             .low_integral_fps = nan,
                             .low_p01_fps = nan,
                             .low_average_01_fps = nan,
                             .low_integral_01_fps = nan };
    out->budget_ms = (double)frames->budget_ns / 1e6;
    out->frames = tally->frames;
    if (tally->frames == 0) {
        return;
    }
    const uint64_t n = tally->frames;
    out->elapsed_s = (double)tally->sum_ns / 1e9;
    out->mean_ms = (double)tally->sum_ns / (double)n / 1e6;
    out->fps = fps_of_ns((double)tally->sum_ns / (double)n);
    out->p50_ms = reader->rank_ns(reader->from, rank_before_tail(n, 2)) / 1e6;
    out->p95_ms = reader->rank_ns(reader->from, rank_before_tail(n, 20)) / 1e6;
    out->max_ms = reader->max_ns / 1e6;
    out->stutters = tally->stutters;
    out->stutter_share =
        tally->sum_ns > 0 ? (double)tally->stutter_ns / (double)tally->sum_ns : 0.0;
    out->over_budget = tally->over_budget;
    if (n >= FRAMES_FOR_1) {
        out->p99_ms = reader->rank_ns(reader->from, rank_before_tail(n, 100)) / 1e6;
        read_tail(reader, tally, 100, &out->low_p1_fps, &out->low_average_fps,
                  &out->low_integral_fps);
    }
    if (n >= FRAMES_FOR_01) {
        out->p999_ms = reader->rank_ns(reader->from, rank_before_tail(n, 1000)) / 1e6;
        read_tail(reader, tally, 1000, &out->low_p01_fps, &out->low_average_01_fps,
                  &out->low_integral_01_fps);
    }
}

/* ---- The window: a sorted copy --------------------------------------------------------------- */

typedef struct Sorted {
    const uint64_t *ns; /* shortest first */
    uint64_t count;
} Sorted;

/* Shell's sort with Tokuda's gaps: in place, no allocation, no bad case to fear at these sizes. */
static void sort_up(uint64_t *values, uint32_t count)
{
    static const uint32_t gaps[] = {
        30301, 13467, 5985, 2660, 1182, 525, 233, 103, 46, 20, 9, 4, 1
    };
    for (size_t g = 0; g < ATR_COUNT_OF(gaps); g++) {
        const uint32_t gap = gaps[g];
        for (uint32_t i = gap; i < count; i++) {
            const uint64_t value = values[i];
            uint32_t at = i;
            while (at >= gap && values[at - gap] > value) {
                values[at] = values[at - gap];
                at -= gap;
            }
            values[at] = value;
        }
    }
}

static double sorted_rank_ns(const void *from, uint64_t rank)
{
    return (double)((const Sorted *)from)->ns[rank - 1];
}

static double sorted_slowest_mean_ns(const void *from, uint64_t count)
{
    const Sorted *sorted = from;
    double sum_ns = 0;
    for (uint64_t i = 0; i < count; i++) {
        sum_ns += (double)sorted->ns[sorted->count - 1 - i];
    }
    return sum_ns / (double)count;
}

static double sorted_integral_ns(const void *from, double time_ns)
{
    const Sorted *sorted = from;
    double filled_ns = 0;
    uint64_t i = sorted->count;
    do {
        i--;
        filled_ns += (double)sorted->ns[i];
    } while (i > 0 && filled_ns < time_ns);
    return (double)sorted->ns[i];
}

void atr_frame_window(const atr_FrameClock *frames, atr_FrameStats *out)
{
    ATR_ASSERT(frames != NULL && out != NULL);
    const uint32_t count = (uint32_t)frames->window.frames;
    for (uint32_t i = 0; i < count; i++) {
        frames->sorted[i] = frames->ring[i].ns; /* the order in the ring does not matter */
    }
    sort_up(frames->sorted, count);
    const Sorted sorted = { .ns = frames->sorted, .count = count };
    const Reader reader = { .rank_ns = sorted_rank_ns,
                            .slowest_mean_ns = sorted_slowest_mean_ns,
                            .integral_ns = sorted_integral_ns,
                            .max_ns = count > 0 ? (double)frames->sorted[count - 1] : 0,
                            .from = &sorted };
    read_stats(frames, &frames->window, &reader, out);
}

/* ---- The whole run: the histogram ------------------------------------------------------------ */

static double histogram_rank_ns(const void *from, uint64_t rank)
{
    return atr__frame_histogram_rank_ns(from, rank);
}

static double histogram_slowest_mean_ns(const void *from, uint64_t count)
{
    return atr__frame_histogram_slowest_mean_ns(from, count);
}

static double histogram_integral_ns(const void *from, double time_ns)
{
    return atr__frame_histogram_integral_ns(from, time_ns);
}

void atr_frame_total(const atr_FrameClock *frames, atr_FrameStats *out)
{
    ATR_ASSERT(frames != NULL && out != NULL);
    const Reader reader = { .rank_ns = histogram_rank_ns,
                            .slowest_mean_ns = histogram_slowest_mean_ns,
                            .integral_ns = histogram_integral_ns,
                            .max_ns = (double)frames->histogram->max_ns,
                            .from = frames->histogram };
    read_stats(frames, &frames->run, &reader, out);
}

uint32_t atr_frame_history(const atr_FrameClock *frames, float *out_ms, uint32_t capacity)
{
    ATR_ASSERT(frames != NULL && (out_ms != NULL || capacity == 0));
    const uint32_t held = (uint32_t)frames->window.frames;
    const uint32_t count = held < capacity ? held : capacity;
    const uint32_t window = frames->desc.window;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t index = (frames->ring_next + window - count + i) % window;
        out_ms[i] = (float)((double)frames->ring[index].ns / 1e6);
    }
    return count;
}

void atr_frame_reset(atr_FrameClock *frames)
{
    ATR_ASSERT(frames != NULL);
    frames->started = false;
    frames->run = (Tally){ 0 };
    frames->window = (Tally){ 0 };
    frames->ring_next = 0;
    frames->recent_next = 0;
    frames->recent_count = 0;
    frames->recent_sum_ns = 0;
    memset(frames->histogram, 0, sizeof *frames->histogram);
}
