/* See histogram.h. All reads walk the buckets once: some microseconds, at the overlay's pace. */
#include "frame/histogram.h"

static uint32_t bucket_of(uint64_t value)
{
    if (value < ATR__FRAME_SUB) {
        return (uint32_t)value;
    }
    uint32_t top = 0; /* index of the highest bit set */
    for (uint32_t half = 32; half > 0; half /= 2) {
        if (value >> (top + half) != 0) {
            top += half;
        }
    }
    if (top > ATR__FRAME_TOP_BIT) {
        return ATR__FRAME_BUCKETS - 1;
    }
    const uint32_t octave = top - ATR__FRAME_SUB_BITS;
    return octave * ATR__FRAME_SUB + (uint32_t)(value >> octave);
}

void atr__frame_histogram_add(atr__FrameHistogram *histogram, uint64_t frame_ns)
{
    const uint32_t bucket = bucket_of(frame_ns);
    histogram->frames++;
    histogram->sum_ns += frame_ns;
    histogram->count[bucket]++;
    histogram->bucket_sum_ns[bucket] += frame_ns;
    if (frame_ns > histogram->max_ns) {
        histogram->max_ns = frame_ns;
    }
}

static double bucket_mean(const atr__FrameHistogram *histogram, uint32_t bucket)
{
    return (double)histogram->bucket_sum_ns[bucket] / (double)histogram->count[bucket];
}

double atr__frame_histogram_rank_ns(const atr__FrameHistogram *histogram, uint64_t rank)
{
    uint64_t seen = 0;
    for (uint32_t i = 0; i < ATR__FRAME_BUCKETS; i++) {
        seen += histogram->count[i];
        if (seen >= rank) {
            return bucket_mean(histogram, i);
        }
    }
    return (double)histogram->max_ns;
}

double atr__frame_histogram_slowest_mean_ns(const atr__FrameHistogram *histogram, uint64_t count)
{
    uint64_t left = count;
    double sum_ns = 0;
    for (uint32_t i = ATR__FRAME_BUCKETS; i-- > 0 && left > 0;) {
        const uint64_t here = histogram->count[i];
        if (here == 0) {
            continue;
        }
        if (here <= left) {
            sum_ns += (double)histogram->bucket_sum_ns[i];
            left -= here;
        } else {
            sum_ns += bucket_mean(histogram, i) * (double)left;
            left = 0;
        }
    }
    return sum_ns / (double)count;
}

double atr__frame_histogram_integral_ns(const atr__FrameHistogram *histogram, double time_ns)
{
    double filled_ns = 0;
    double last_ns = 0;
    for (uint32_t i = ATR__FRAME_BUCKETS; i-- > 0;) {
        if (histogram->count[i] == 0) {
            continue;
        }
        filled_ns += (double)histogram->bucket_sum_ns[i];
        last_ns = bucket_mean(histogram, i);
        if (filled_ns >= time_ns) {
            break;
        }
    }
    return last_ns;
}
