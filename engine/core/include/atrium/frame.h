/**
 * atrium/frame.h: frame times and what they say.
 *
 * A frame's time runs from one present to the next. The clock keeps the newest frames exactly, in a
 * ring, and the whole run in a histogram accurate within 1 %, with the sum of each bucket so that
 * means are exact. Three "lows" are in use in the field and differ a lot, so all are given, named.
 *
 *     atr_FrameClock *frames = NULL;
 *     atr_Status st = atr_frame_create(&(atr_FrameDesc){ .target_fps = 60 }, &frames);
 *     while (running) {
 *         draw();
 *         present();
 *         atr_frame_mark(frames);
 *     }
 *     atr_FrameStats run;
 *     atr_frame_total(frames, &run);
 *
 * Definitions, all over frame times: Pn = the n-th percentile, nearest rank. low_p1 = 1000 / P99
 * ms. low_average = 1000 / mean of the slowest 1 %. low_integral = 1000 / the frame time at which
 * the slowest frames, slowest first, have filled 1 % of the total time. Stutter = a frame longer
 * than 2.5 times the moving average before it and at least 4 ms over it; the average is the mean of
 * the 60 frames before, and with fewer than 10 of them a frame is not judged.
 *
 * Threads: owner (the render thread). Nothing allocates after create; a mark costs tens of ns.
 */
#ifndef ATRIUM_FRAME_H
#define ATRIUM_FRAME_H

#include <atrium/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_FrameClock atr_FrameClock;

typedef struct atr_FrameDesc {
    float target_fps; /* budget = 1 / target; default 60, 1..1000 */
    uint32_t window;  /* newest frames kept exactly; default 1024, 16..65536 */
    atr_Allocator allocator;
    atr_Clock clock;
} atr_FrameDesc;

/**
 * NaN marks what too few frames cannot tell: any time or rate needs one frame, what speaks of 1 %
 * (P99 too) needs 100, of 0.1 % 1000.
 */
typedef struct atr_FrameStats {
    uint64_t frames;
    double elapsed_s;
    double fps; /* frames / elapsed time */
    double mean_ms;
    double p50_ms, p95_ms, p99_ms, p999_ms;
    double max_ms;
    double low_p1_fps, low_average_fps, low_integral_fps;        /* 1 % */
    double low_p01_fps, low_average_01_fps, low_integral_01_fps; /* 0.1 % */
    uint64_t stutters;
    double stutter_share; /* of elapsed time spent in stutters, 0..1 */
    double budget_ms;
    uint64_t over_budget; /* frames longer than the budget by more than 1 %, a clock's jitter */
} atr_FrameStats;

ATR_NODISCARD ATR_API atr_Status atr_frame_create(const atr_FrameDesc *desc, atr_FrameClock **out);
ATR_API void atr_frame_destroy(atr_FrameClock *frames);

/** A present has happened now: ends one frame, starts the next. The first call only starts. */
ATR_API void atr_frame_mark(atr_FrameClock *frames);

/** Adds one frame of this length, for replays and tests; independent of the clock. */
ATR_API void atr_frame_record(atr_FrameClock *frames, uint64_t frame_ns);

/** Statistics of the newest frames in the ring, exact. */
ATR_API void atr_frame_window(const atr_FrameClock *frames, atr_FrameStats *out);

/** Statistics of the whole run, percentiles within 1 %. */
ATR_API void atr_frame_total(const atr_FrameClock *frames, atr_FrameStats *out);

/** Copies the newest frame times, oldest first, in ms. @return how many, at most `capacity`. */
ATR_API uint32_t atr_frame_history(const atr_FrameClock *frames, float *out_ms, uint32_t capacity);

/** Forgets everything. */
ATR_API void atr_frame_reset(atr_FrameClock *frames);

#ifdef __cplusplus
}
#endif

#endif
