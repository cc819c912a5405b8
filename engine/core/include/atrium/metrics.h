/**
 * atrium/metrics.h: counters and gauges by name, cheap enough for every frame.
 *
 * A program registers a metric once and keeps the handle; counting is one relaxed atomic operation.
 * Names and units follow the Prometheus conventions: base units, `_total` on counters. Labels are
 * part of the metric's identity, written as they will be shown: `tier="memory"`.
 *
 *     atr_Counter *drops =
 *         atr_metrics_counter(metrics, "atrium_queue_drops_total", "", "Commands dropped");
 *     atr_counter_add(drops, 1);
 *
 * Threads: any. Registering takes a lock; adding, setting and reading do not. Handles live as long
 * as the registry. A full registry answers with a handle that counts into nothing visible, so that
 * callers need no check; atr_metrics_refused tells.
 */
#ifndef ATRIUM_METRICS_H
#define ATRIUM_METRICS_H

#include <atrium/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_Metrics atr_Metrics;
typedef struct atr_Counter atr_Counter;
typedef struct atr_Gauge atr_Gauge;

typedef enum atr_MetricKind { ATR_METRIC_COUNTER = 0, ATR_METRIC_GAUGE } atr_MetricKind;

typedef struct atr_MetricsDesc {
    uint32_t capacity; /* most metrics; default 256, 1..65536 */
    atr_Allocator allocator;
} atr_MetricsDesc;

typedef struct atr_MetricValue {
    atr_MetricKind kind;
    const char *name;   /* borrowed, as long as the registry */
    const char *labels; /* "" or `a="b",c="d"` */
    const char *help;
    double value;
} atr_MetricValue;

typedef void (*atr_MetricVisitFn)(void *user, const atr_MetricValue *value);

ATR_NODISCARD ATR_API atr_Status atr_metrics_create(const atr_MetricsDesc *desc, atr_Metrics **out);
ATR_API void atr_metrics_destroy(atr_Metrics *metrics);

/** Finds or adds. Strings are copied; name at most 95, labels and help at most 127 bytes. Never
 * NULL. */
ATR_API atr_Counter *atr_metrics_counter(atr_Metrics *metrics, const char *name, const char *labels,
                                         const char *help);
ATR_API atr_Gauge *atr_metrics_gauge(atr_Metrics *metrics, const char *name, const char *labels,
                                     const char *help);

ATR_API void atr_counter_add(atr_Counter *counter, uint64_t amount);
ATR_API uint64_t atr_counter_value(const atr_Counter *counter);
ATR_API void atr_gauge_set(atr_Gauge *gauge, double value);
ATR_API double atr_gauge_value(const atr_Gauge *gauge);

/** Reads one by name and labels. @return ATR_OK; ATR_ERR_NOT_FOUND. */
ATR_API atr_Status atr_metrics_read(const atr_Metrics *metrics, const char *name,
                                    const char *labels, double *out);

/** Calls `fn` for every metric in order of registration, with no lock held. */
ATR_API void atr_metrics_visit(const atr_Metrics *metrics, atr_MetricVisitFn fn, void *user);

/** How many registrations found the registry full. */
ATR_API uint32_t atr_metrics_refused(const atr_Metrics *metrics);

#ifdef __cplusplus
}
#endif

#endif
