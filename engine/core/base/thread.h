/* Threads, mutexes and conditions: a thin layer over POSIX threads, kept in one place so that
 * another platform needs only this file. Condition time-outs run on CLOCK_MONOTONIC, so a
 * stepping wall clock neither stalls nor wakes a wait. */
#ifndef ATR_BASE_THREAD_H
#define ATR_BASE_THREAD_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

typedef pthread_mutex_t atr__Mutex;
typedef pthread_cond_t atr__Cond;
typedef pthread_t atr__Thread;

static inline bool atr__mutex_init(atr__Mutex *mutex)
{
    return pthread_mutex_init(mutex, NULL) == 0;
}

static inline void atr__mutex_deinit(atr__Mutex *mutex)
{
    pthread_mutex_destroy(mutex);
}

static inline void atr__mutex_lock(atr__Mutex *mutex)
{
    pthread_mutex_lock(mutex);
}

static inline bool atr__mutex_try_lock(atr__Mutex *mutex)
{
    return pthread_mutex_trylock(mutex) == 0;
}

static inline void atr__mutex_unlock(atr__Mutex *mutex)
{
    pthread_mutex_unlock(mutex);
}

static inline bool atr__cond_init(atr__Cond *cond)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0) {
        return false;
    }
    const bool ok = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
                    pthread_cond_init(cond, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return ok;
}

static inline void atr__cond_deinit(atr__Cond *cond)
{
    pthread_cond_destroy(cond);
}

static inline void atr__cond_signal(atr__Cond *cond)
{
    pthread_cond_signal(cond);
}

static inline void atr__cond_broadcast(atr__Cond *cond)
{
    pthread_cond_broadcast(cond);
}

static inline void atr__cond_wait(atr__Cond *cond, atr__Mutex *mutex)
{
    pthread_cond_wait(cond, mutex);
}

/* False when `timeout_ns` passed without a signal. */
static inline bool atr__cond_wait_for(atr__Cond *cond, atr__Mutex *mutex, uint64_t timeout_ns)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(timeout_ns / 1000000000u);
    until.tv_nsec += (long)(timeout_ns % 1000000000u);
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    return pthread_cond_timedwait(cond, mutex, &until) != ETIMEDOUT;
}

static inline bool atr__thread_start(atr__Thread *thread, void *(*run)(void *), void *user)
{
    return pthread_create(thread, NULL, run, user) == 0;
}

static inline void atr__thread_join(atr__Thread thread)
{
    pthread_join(thread, NULL);
}

#endif
