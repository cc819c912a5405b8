/* Counts and sums of frame times in buckets of at most 0.8 % width, for runs of any length.
 *
 * Each power of two of nanoseconds is cut into 128 equal buckets; below 128 ns every value has its
 * own. A percentile is answered with the mean of the bucket it falls into, which lies in the same
 * bucket as the exact answer, so the error stays under 1/128. */
#ifndef ATR_FRAME_HISTOGRAM_H
#define ATR_FRAME_HISTOGRAM_H

#include <stdint.h>

#define ATR__FRAME_SUB_BITS 7u
#define ATR__FRAME_SUB      (1u << ATR__FRAME_SUB_BITS)
#define ATR__FRAME_TOP_BIT  41u /* longer than 73 minutes counts into the last bucket, sum exact */
#define ATR__FRAME_BUCKETS  ((ATR__FRAME_TOP_BIT - ATR__FRAME_SUB_BITS + 2u) * ATR__FRAME_SUB)

typedef struct atr__FrameHistogram {
    uint64_t frames;
    uint64_t sum_ns;
    uint64_t max_ns;
    uint64_t count[ATR__FRAME_BUCKETS];
    uint64_t bucket_sum_ns[ATR__FRAME_BUCKETS];
} atr__FrameHistogram;

void atr__frame_histogram_add(atr__FrameHistogram *histogram, uint64_t frame_ns);

/* The frame time of this rank, 1 for the shortest. Rank in 1..frames. */
double atr__frame_histogram_rank_ns(const atr__FrameHistogram *histogram, uint64_t rank);

/* The mean of the longest `count` frames, count in 1..frames. */
double atr__frame_histogram_slowest_mean_ns(const atr__FrameHistogram *histogram, uint64_t count);

/* The frame time at which the longest frames, longest first, have filled this much time. */
double atr__frame_histogram_integral_ns(const atr__FrameHistogram *histogram, double time_ns);

#endif
