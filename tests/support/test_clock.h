/* A clock that stands still until a test turns it. Safe from any thread. */
#ifndef ATR_TEST_CLOCK_H
#define ATR_TEST_CLOCK_H

#include <atrium/base.h>

#include <stdatomic.h>

typedef struct TestClock {
    atomic_ullong now_ns;
} TestClock;

static inline uint64_t test_clock_monotonic_ns(void *user)
{
    return (uint64_t)atomic_load(&((TestClock *)user)->now_ns);
}

static inline int64_t test_clock_utc_ms(void *user)
{
    return (int64_t)(atomic_load(&((TestClock *)user)->now_ns) / 1000000u);
}

static inline atr_Clock test_clock(TestClock *clock)
{
    return (atr_Clock){ test_clock_monotonic_ns, test_clock_utc_ms, clock };
}

static inline void test_clock_pass_ms(TestClock *clock, uint64_t ms)
{
    atomic_fetch_add(&clock->now_ns, ms * 1000000u);
}

#endif
