/* The registry: a fixed table filled from the front. An entry never changes after `count` passed
 * it, but for its value, so reading needs no lock: the count is stored with release after the entry
 * is complete and loaded with acquire before entries are looked at.
 *
 * Counts are integers and gauges the bits of a double, both in one 64-bit atomic, always relaxed: a
 * metric orders nothing but itself. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/metrics.h>

#include "base/alloc.h"
#include "base/atomic.h"
#include "base/hash.h"
#include "base/thread.h"

#define DEFAULT_CAPACITY 256u
#define MAX_CAPACITY     65536u
#define NAME_MAX_BYTES   95u
#define TEXT_MAX_BYTES   127u

struct atr_Counter {
    atomic_uint_fast64_t value;
};

struct atr_Gauge {
    atomic_uint_fast64_t bits;
};

typedef struct Entry {
    atr_MetricKind kind;
    uint64_t hash; /* of name and labels, so that a search compares few strings */
    atr_Counter counter;
    atr_Gauge gauge;
    char name[NAME_MAX_BYTES + 1];
    char labels[TEXT_MAX_BYTES + 1];
    char help[TEXT_MAX_BYTES + 1];
} Entry;

struct atr_Metrics {
    atr_MetricsDesc desc;
    atr__Mutex lock; /* registering only */
    bool have_lock;
    atomic_uint count; /* entries complete */
    atomic_uint refused;
    Entry *entries;         /* desc.capacity */
    atr_Counter no_counter; /* what a full registry hands out */
    atr_Gauge no_gauge;
};

static void metrics_free(atr_Metrics *metrics)
{
    const atr_Allocator allocator = metrics->desc.allocator;
    if (metrics->have_lock) {
        atr__mutex_deinit(&metrics->lock);
    }
    atr__free(&allocator, metrics->entries, metrics->desc.capacity, sizeof *metrics->entries);
    atr__free(&allocator, metrics, 1, sizeof *metrics);
}

atr_Status atr_metrics_create(const atr_MetricsDesc *desc, atr_Metrics **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    atr_MetricsDesc d = desc != NULL ? *desc : (atr_MetricsDesc){ 0 };
    if (d.capacity == 0) {
        d.capacity = DEFAULT_CAPACITY;
    }
    if (d.capacity > MAX_CAPACITY) {
        return ATR_ERR_INVALID;
    }
    atr_Metrics *metrics = atr__alloc_zero(&d.allocator, 1, sizeof *metrics);
    if (metrics == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    metrics->desc = d;
    metrics->entries = atr__alloc_zero(&d.allocator, d.capacity, sizeof *metrics->entries);
    metrics->have_lock = atr__mutex_init(&metrics->lock);
    atomic_init(&metrics->count, 0);
    atomic_init(&metrics->refused, 0);
    atomic_init(&metrics->no_counter.value, 0);
    atomic_init(&metrics->no_gauge.bits, 0);
    if (metrics->entries == NULL || !metrics->have_lock) {
        metrics_free(metrics);
        return ATR_ERR_NO_MEMORY;
    }
    *out = metrics;
    return ATR_OK;
}

void atr_metrics_destroy(atr_Metrics *metrics)
{
    if (metrics != NULL) {
        metrics_free(metrics);
    }
}

/* ---- Finding and adding ---------------------------------------------------------------------- */

static uint64_t identity(const char *name, const char *labels)
{
    return atr__hash_bytes(name, strlen(name)) * 31u + atr__hash_bytes(labels, strlen(labels));
}

static Entry *find(const atr_Metrics *metrics, const char *name, const char *labels)
{
    const uint64_t hash = identity(name, labels);
    const uint32_t count =
        atomic_load_explicit((atomic_uint *)&metrics->count, memory_order_acquire);
    for (uint32_t i = 0; i < count; i++) {
        Entry *entry = &metrics->entries[i];
        if (entry->hash == hash && strcmp(entry->name, name) == 0 &&
            strcmp(entry->labels, labels) == 0) {
            return entry;
        }
    }
    return NULL;
}

/* With the lock held. */
static Entry *add(atr_Metrics *metrics, atr_MetricKind kind, const char *name, const char *labels,
                  const char *help)
{
    const uint32_t count = atomic_load_explicit(&metrics->count, memory_order_relaxed);
    if (count == metrics->desc.capacity) {
        return NULL;
    }
    Entry *entry = &metrics->entries[count];
    entry->kind = kind;
    entry->hash = identity(name, labels);
    atomic_init(&entry->counter.value, 0);
    atomic_init(&entry->gauge.bits, 0);
    memcpy(entry->name, name, strlen(name) + 1);
    memcpy(entry->labels, labels, strlen(labels) + 1);
    memcpy(entry->help, help, strlen(help) + 1);
    atomic_store_explicit(&metrics->count, count + 1, memory_order_release);
    return entry;
}

/* NULL when there is no room, a text is too long, or the name is taken by the other kind. */
static Entry *find_or_add(atr_Metrics *metrics, atr_MetricKind kind, const char *name,
                          const char *labels, const char *help)
{
    ATR_ASSERT(metrics != NULL && name != NULL);
    labels = labels != NULL ? labels : "";
    help = help != NULL ? help : "";
    Entry *entry = NULL;
    if (name[0] != '\0' && strlen(name) <= NAME_MAX_BYTES && strlen(labels) <= TEXT_MAX_BYTES &&
        strlen(help) <= TEXT_MAX_BYTES) {
        atr__mutex_lock(&metrics->lock);
        entry = find(metrics, name, labels);
        if (entry == NULL) {
            entry = add(metrics, kind, name, labels, help);
        }
        atr__mutex_unlock(&metrics->lock);
    }
    if (entry == NULL || entry->kind != kind) {
        atomic_fetch_add_explicit(&metrics->refused, 1u, memory_order_relaxed);
        return NULL;
    }
    return entry;
}

atr_Counter *atr_metrics_counter(atr_Metrics *metrics, const char *name, const char *labels,
                                 const char *help)
{
    Entry *entry = find_or_add(metrics, ATR_METRIC_COUNTER, name, labels, help);
    return entry != NULL ? &entry->counter : &metrics->no_counter;
}

atr_Gauge *atr_metrics_gauge(atr_Metrics *metrics, const char *name, const char *labels,
                             const char *help)
{
    Entry *entry = find_or_add(metrics, ATR_METRIC_GAUGE, name, labels, help);
    return entry != NULL ? &entry->gauge : &metrics->no_gauge;
}

/* ---- Values ---------------------------------------------------------------------------------- */

void atr_counter_add(atr_Counter *counter, uint64_t amount)
{
    ATR_ASSERT(counter != NULL);
    atomic_fetch_add_explicit(&counter->value, amount, memory_order_relaxed);
}

uint64_t atr_counter_value(const atr_Counter *counter)
{
    ATR_ASSERT(counter != NULL);
    return atomic_load_explicit((atomic_uint_fast64_t *)&counter->value, memory_order_relaxed);
}

void atr_gauge_set(atr_Gauge *gauge, double value)
{
    ATR_ASSERT(gauge != NULL);
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    atomic_store_explicit(&gauge->bits, bits, memory_order_relaxed);
}

double atr_gauge_value(const atr_Gauge *gauge)
{
    ATR_ASSERT(gauge != NULL);
    const uint64_t bits =
        atomic_load_explicit((atomic_uint_fast64_t *)&gauge->bits, memory_order_relaxed);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double entry_value(const Entry *entry)
{
    return entry->kind == ATR_METRIC_COUNTER ? (double)atr_counter_value(&entry->counter)
                                             : atr_gauge_value(&entry->gauge);
}

atr_Status atr_metrics_read(const atr_Metrics *metrics, const char *name, const char *labels,
                            double *out)
{
    ATR_ASSERT(metrics != NULL && name != NULL && out != NULL);
    const Entry *entry = find(metrics, name, labels != NULL ? labels : "");
    if (entry == NULL) {
        return ATR_ERR_NOT_FOUND;
    }
    *out = entry_value(entry);
    return ATR_OK;
}

void atr_metrics_visit(const atr_Metrics *metrics, atr_MetricVisitFn fn, void *user)
{
    ATR_ASSERT(metrics != NULL && fn != NULL);
    const uint32_t count =
        atomic_load_explicit((atomic_uint *)&metrics->count, memory_order_acquire);
    for (uint32_t i = 0; i < count; i++) {
        const Entry *entry = &metrics->entries[i];
        const atr_MetricValue value = { .kind = entry->kind,
                                        .name = entry->name,
                                        .labels = entry->labels,
                                        .help = entry->help,
                                        .value = entry_value(entry) };
        fn(user, &value);
    }
}

uint32_t atr_metrics_refused(const atr_Metrics *metrics)
{
    ATR_ASSERT(metrics != NULL);
    return atomic_load_explicit((atomic_uint *)&metrics->refused, memory_order_relaxed);
}
