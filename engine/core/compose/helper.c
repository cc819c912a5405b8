/* The compositor's second thread. Bands are claimed from one atomic word, the caller's from the
 * front and the helper's from the back, so whoever is late finds less to do, and a helper that was
 * not woken in time finds nothing. The caller waits for one thing only: a band that the helper is
 * drawing when all others are done. Where the other processor is busy with something else that may
 * be long; so after a long wait the helper is left alone for a while, and longer each time. */
#define _GNU_SOURCE /* SCHED_BATCH */

#include "compose/compose_internal.h"

#include "base/alloc.h"
#include "base/atomic.h"
#include "base/thread.h"

#include <sched.h>

#define SPINS 2000 /* looks at a band being drawn, before the processor is offered to others */

#define WAIT_LONG_NS                                                                               \
    ((uint64_t)150000) /* beyond the time of a band: the helper had to stand back */
#define REST_LEAST  64 /* runs without the helper after a long wait */
#define REST_MOST   4096
#define GOOD_ENOUGH 512 /* runs without a long wait, after which rests are shorter again */

/* The word of claims: 16 bits each of front, back, count, and which run it is. */
#define FRONT ((uint64_t)1)
#define BACK  ((uint64_t)1 << 16)

struct atr__Helper {
    /* Written by the caller before it stores `claims`, read by a helper that claimed a band. */
    void (*draw)(void *user, int32_t band, int32_t thread);
    void *user;
    uint16_t run;
    atomic_uint_fast64_t claims;
    uint8_t apart[ATR__CACHE_LINE];
    atomic_uint_fast32_t done; /* bands that the helper has drawn, in this run */
    atr__Mutex lock;
    atr__Cond wake;
    bool wanted;                    /* guarded by lock */
    bool ends;                      /* guarded by lock */
    uint32_t rest, rest_next, good; /* the caller's */
    bool has_lock, has_wake, has_thread;
    atr__Thread thread;
};

/* Takes the next band of either end; -1 when all are taken. */
static int32_t claim(atr__Helper *helper, uint64_t end)
{
    /* Acquire: what the run's caller wrote before it stored the word. */
    uint64_t word = atomic_load_explicit(&helper->claims, memory_order_acquire);
    for (;;) {
        const int32_t front = (int32_t)(word & 0xffff);
        const int32_t back = (int32_t)(word >> 16 & 0xffff);
        const int32_t count = (int32_t)(word >> 32 & 0xffff);
        if (front + back >= count) {
            return -1;
        }
        if (atomic_compare_exchange_weak_explicit(&helper->claims, &word, word + end,
                                                  memory_order_acquire, memory_order_acquire)) {
            return end == FRONT ? front : count - 1 - back;
        }
    }
}

/* It takes a processor that has nothing to do, and none from its caller: where both would share
 * one, it draws in turn with it, which helps nobody. */
static void stand_back(void)
{
#ifdef SCHED_BATCH
    (void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &(struct sched_param){ 0 });
#endif
}

static void *helper_main(void *user)
{
    atr__Helper *helper = user;
    stand_back();
    atr__mutex_lock(&helper->lock);
    while (!helper->ends) {
        if (!helper->wanted) {
            atr__cond_wait(&helper->wake, &helper->lock);
            continue;
        }
        helper->wanted = false;
        atr__mutex_unlock(&helper->lock);
        for (int32_t band; (band = claim(helper, BACK)) >= 0;) {
            helper->draw(helper->user, band, 1);
            /* Release: the pixels, for the caller who waits. */
            atomic_fetch_add_explicit(&helper->done, 1, memory_order_release);
        }
        atr__mutex_lock(&helper->lock);
    }
    atr__mutex_unlock(&helper->lock);
    return NULL;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void learn(atr__Helper *helper, uint64_t drawn_ns, uint64_t waited_ns)
{
    if (waited_ns > WAIT_LONG_NS + drawn_ns / 2) {
        helper->rest = helper->rest_next;
        helper->rest_next = helper->rest_next < REST_MOST ? helper->rest_next * 2 : REST_MOST;
        helper->good = 0;
    } else if (++helper->good >= GOOD_ENOUGH) {
        helper->rest_next = helper->rest_next > REST_LEAST ? helper->rest_next / 2 : REST_LEAST;
        helper->good = 0;
    }
}

bool atr__helper_run(atr__Helper *helper, void (*draw)(void *user, int32_t band, int32_t thread),
                     void *user, int32_t count)
{
    if (helper->rest > 0) {
        helper->rest--;
        for (int32_t band = 0; band < count; band++) {
            draw(user, band, 0);
        }
        return false;
    }
    helper->draw = draw;
    helper->user = user;
    helper->run++;
    atomic_store_explicit(&helper->done, 0, memory_order_relaxed);
    /* Release: all of the above, and the plan. */
    atomic_store_explicit(&helper->claims, (uint64_t)helper->run << 48 | (uint64_t)count << 32,
                          memory_order_release);
    /* Held by the helper only to look at two flags. */
    atr__mutex_lock(&helper->lock);
    helper->wanted = true;
    atr__cond_signal(&helper->wake);
    atr__mutex_unlock(&helper->lock);
    const uint64_t start_ns = now_ns();
    for (int32_t band; (band = claim(helper, FRONT)) >= 0;) {
        draw(user, band, 0);
    }
    const uint64_t drawn_ns = now_ns();
    const uint64_t word = atomic_load_explicit(&helper->claims, memory_order_relaxed);
    const uint32_t back = (uint32_t)(word >> 16 & 0xffff);
    uint32_t looks = 0;
    while (atomic_load_explicit(&helper->done, memory_order_acquire) != back) {
        if (++looks > SPINS) {
            sched_yield();
        }
    }
    learn(helper, drawn_ns - start_ns, now_ns() - drawn_ns);
    return back > 0;
}

atr_Status atr__helper_create(const atr_Allocator *allocator, atr__Helper **out)
{
    *out = NULL;
    atr__Helper *helper = atr__alloc_zero(allocator, 1, sizeof *helper);
    if (helper == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    helper->rest_next = REST_LEAST;
    atomic_init(&helper->claims, 0);
    atomic_init(&helper->done, 0);
    helper->has_lock = atr__mutex_init(&helper->lock);
    helper->has_wake = helper->has_lock && atr__cond_init(&helper->wake);
    helper->has_thread =
        helper->has_wake && atr__thread_start(&helper->thread, helper_main, helper);
    if (!helper->has_thread) {
        atr__helper_destroy(helper, allocator);
        return ATR_ERR_NO_MEMORY;
    }
    *out = helper;
    return ATR_OK;
}

void atr__helper_destroy(atr__Helper *helper, const atr_Allocator *allocator)
{
    if (helper == NULL) {
        return;
    }
    if (helper->has_thread) {
        atr__mutex_lock(&helper->lock);
        helper->ends = true;
        atr__cond_signal(&helper->wake);
        atr__mutex_unlock(&helper->lock);
        atr__thread_join(helper->thread);
    }
    if (helper->has_wake) {
        atr__cond_deinit(&helper->wake);
    }
    if (helper->has_lock) {
        atr__mutex_deinit(&helper->lock);
    }
    atr__free(allocator, helper, 1, sizeof *helper);
}
