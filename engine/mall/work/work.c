/* The worker pool. Jobs live in a fixed table of slots; an id is a slot's index with its
 * generation, so a finished job's id is stale and never names another. Waiting jobs hang in four
 * lists, one per priority and each in order of arrival, so the next job is the best of four heads:
 * within a list the head has waited longest and therefore aged most.
 *
 * A slot is free again when its last callback has run. Callbacks may outlast the pool in the
 * mailbox, so the memory goes when the pool is destroyed and nothing is undelivered any more.
 *
 * Locks: the pool's, then the mailbox's. No lock is held while a job or a callback runs. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/work.h>

#include "base/alloc.h"
#include "base/atomic.h"
#include "base/thread.h"

#define DEFAULT_THREADS   2u
#define MAX_THREADS       64u
#define DEFAULT_CAPACITY  256u
#define MAX_CAPACITY      1000000u
#define DEFAULT_AGEING_MS 2000u
#define DEFAULT_DRAIN_MS  10000u
#define MAX_PROGRESS      8u
#define PRIORITIES        4u
#define INDEX_BITS        20u /* MAX_CAPACITY fits; 44 bits of generation do not come round */
#define NONE              UINT32_MAX

typedef enum JobState { JOB_FREE = 0, JOB_WAITING, JOB_RUNNING, JOB_ENDED } JobState;

/* All guarded by the pool's lock, except what a comment says. */
struct atr_Job {
    atr_WorkPool *pool;  /* constant */
    atr_JobDesc desc;    /* constant from submit until the slot is freed */
    uint64_t generation; /* constant from submit until the slot is freed */
    uint64_t arrival;    /* the pool's sequence number */
    uint64_t submitted_ns;
    JobState state;
    atr_Status status;      /* what `done` is told */
    uint32_t before, after; /* neighbours in the waiting list; `after` also chains free slots */
    uint32_t told;          /* progress reports posted; the job's own thread only */
    uint32_t heard;         /* of those, delivered; the draining thread only */
    uint32_t steps[MAX_PROGRESS]; /* written before its message is posted, read when delivered */
    atomic_bool cancelled;        /* read by the running job without the lock */
};

typedef struct JobList {
    uint32_t first, last;
} JobList;

struct atr_WorkPool {
    atr_WorkDesc desc;
    atr__Mutex lock;
    atr__Cond wake; /* something to take, or to stop for */
    atr__Cond idle; /* nothing waits and nothing runs */
    bool have_lock, have_wake, have_idle;
    atr_Job *jobs;         /* desc.capacity */
    atr__Thread *threads;  /* desc.threads */
    uint32_t thread_count; /* started */
    /* From here on guarded by lock. */
    uint32_t free_first;
    JobList lists[PRIORITIES];
    uint32_t sleeping;    /* workers in wait on `wake` */
    uint32_t undelivered; /* messages in the mailbox that point into this memory */
    uint64_t arrivals;
    bool closing;   /* submit is refused */
    bool stopping;  /* workers leave */
    bool destroyed; /* the owner is gone: the last delivery frees */
    atr_WorkStats stats;
};

static atr_WorkDesc desc_resolve(const atr_WorkDesc *desc)
{
    atr_WorkDesc d = desc != NULL ? *desc : (atr_WorkDesc){ 0 };
    d.threads = d.threads != 0 ? d.threads : DEFAULT_THREADS;
    d.capacity = d.capacity != 0 ? d.capacity : DEFAULT_CAPACITY;
    d.ageing_ms = d.ageing_ms != 0 ? d.ageing_ms : DEFAULT_AGEING_MS;
    d.drain_ms = d.drain_ms != 0 ? d.drain_ms : DEFAULT_DRAIN_MS;
    return d;
}

static atr_JobId job_id(const atr_Job *job)
{
    const uint64_t index = (uint64_t)(job - job->pool->jobs);
    return (atr_JobId){ job->generation << INDEX_BITS | index };
}

/* The slot an id names, NULL when that job's slot has been freed since. */
static atr_Job *job_find(atr_WorkPool *pool, atr_JobId id)
{
    const uint64_t index = id.value & ((1u << INDEX_BITS) - 1u);
    if (id.value == 0 || index >= pool->desc.capacity) {
        return NULL;
    }
    atr_Job *job = &pool->jobs[index];
    return job->state != JOB_FREE && job_id(job).value == id.value ? job : NULL;
}

/* Whether something is delivered for this job when it ends: progress needs a last message too, or
 * the slot would be freed under the reports still in the mailbox. */
static bool job_reports(const atr_JobDesc *desc)
{
    return desc->done != NULL || (desc->progress != NULL && desc->progress_max > 0);
}

static uint32_t mail_slots(const atr_JobDesc *desc)
{
    if (!job_reports(desc)) {
        return 0;
    }
    return 1 + (desc->progress != NULL ? desc->progress_max : 0);
}

/* ---- Lists and slots, all with the lock held ------------------------------------------------- */

static void list_append(atr_WorkPool *pool, uint32_t index)
{
    atr_Job *job = &pool->jobs[index];
    JobList *list = &pool->lists[job->desc.priority + 1];
    job->before = list->last;
    job->after = NONE;
    if (list->last == NONE) {
        list->first = index;
    } else {
        pool->jobs[list->last].after = index;
    }
    list->last = index;
    pool->stats.waiting++;
}

static void list_remove(atr_WorkPool *pool, const atr_Job *job)
{
    JobList *list = &pool->lists[job->desc.priority + 1];
    if (job->before == NONE) {
        list->first = job->after;
    } else {
        pool->jobs[job->before].after = job->after;
    }
    if (job->after == NONE) {
        list->last = job->before;
    } else {
        pool->jobs[job->after].before = job->before;
    }
    pool->stats.waiting--;
}

static void slot_free(atr_WorkPool *pool, atr_Job *job)
{
    job->state = JOB_FREE;
    job->after = pool->free_first;
    pool->free_first = (uint32_t)(job - pool->jobs);
}

/* The base priority, plus one for each ageing span waited, up to critical. */
static uint64_t effective_priority(const atr_WorkPool *pool, const atr_Job *job, uint64_t now_ns)
{
    const uint64_t waited_ns = now_ns > job->submitted_ns ? now_ns - job->submitted_ns : 0;
    const uint64_t spans = waited_ns / ((uint64_t)pool->desc.ageing_ms * 1000000u);
    const int rank = job->desc.priority + 1; /* from 0 */
    const uint64_t base = (uint64_t)rank;
    return spans < PRIORITIES - 1 - base ? base + spans : PRIORITIES - 1;
}

/* The waiting job to run next; NULL when none waits. */
static atr_Job *list_best(const atr_WorkPool *pool)
{
    const uint64_t now_ns = atr_clock_monotonic_ns(&pool->desc.clock);
    atr_Job *best = NULL;
    uint64_t best_priority = 0;
    for (uint32_t i = 0; i < PRIORITIES; i++) {
        if (pool->lists[i].first == NONE) {
            continue;
        }
        atr_Job *job = &pool->jobs[pool->lists[i].first];
        const uint64_t priority = effective_priority(pool, job, now_ns);
        if (best == NULL || priority > best_priority ||
            (priority == best_priority && job->arrival < best->arrival)) {
            best = job;
            best_priority = priority;
        }
    }
    return best;
}

/* ---- Delivery -------------------------------------------------------------------------------- */

static void pool_free(atr_WorkPool *pool)
{
    const atr_Allocator allocator = pool->desc.allocator;
    if (pool->have_idle) {
        atr__cond_deinit(&pool->idle);
    }
    if (pool->have_wake) {
        atr__cond_deinit(&pool->wake);
    }
    if (pool->have_lock) {
        atr__mutex_deinit(&pool->lock);
    }
    atr__free(&allocator, pool->threads, pool->desc.threads, sizeof *pool->threads);
    atr__free(&allocator, pool->jobs, pool->desc.capacity, sizeof *pool->jobs);
    atr__free(&allocator, pool, 1, sizeof *pool);
}

static void delivery_ended(atr_WorkPool *pool)
{
    atr__mutex_lock(&pool->lock);
    pool->undelivered--;
    const bool last = pool->destroyed && pool->undelivered == 0;
    atr__mutex_unlock(&pool->lock);
    if (last) {
        pool_free(pool);
    }
}

static void deliver_progress(void *user)
{
    atr_Job *job = user;
    const uint32_t step = job->steps[job->heard++];
    job->desc.progress(job->desc.user, job_id(job), step);
    delivery_ended(job->pool);
}

/* The slot is freed before the callback, so that a callback that submits again finds it. */
static void deliver_done(void *user)
{
    atr_Job *job = user;
    atr_WorkPool *pool = job->pool;
    const atr_JobDoneFn done = job->desc.done;
    void *done_user = job->desc.user;
    const atr_JobId id = job_id(job);
    const atr_Status status = job->status;
    atr__mutex_lock(&pool->lock);
    slot_free(pool, job);
    atr__mutex_unlock(&pool->lock);
    if (done != NULL) {
        done(done_user, id, status);
    }
    delivery_ended(pool);
}

/* With the lock held: hands the outcome to the mailbox. */
static void job_end(atr_WorkPool *pool, atr_Job *job, atr_Status status)
{
    if (status == ATR_OK) {
        pool->stats.succeeded++;
    } else if (status == ATR_ERR_CANCELLED) {
        pool->stats.cancelled++;
    } else {
        pool->stats.failed++;
    }
    job->status = status;
    job->state = JOB_ENDED;
    if (!job_reports(&job->desc)) {
        slot_free(pool, job);
        return;
    }
    if (job->desc.progress != NULL) {
        for (uint32_t i = job->told; i < job->desc.progress_max; i++) {
            atr_mailbox_cancel(pool->desc.mailbox);
        }
    }
    pool->undelivered++;
    atr_mailbox_post(pool->desc.mailbox, deliver_done, job);
}

static void cancel_waiting(atr_WorkPool *pool, atr_Job *job)
{
    list_remove(pool, job);
    job_end(pool, job, ATR_ERR_CANCELLED);
}

static void tell_if_idle(atr_WorkPool *pool)
{
    if (pool->stats.waiting == 0 && pool->stats.running == 0) {
        atr__cond_broadcast(&pool->idle);
    }
}

/* ---- Workers --------------------------------------------------------------------------------- */

static void *worker(void *user)
{
    atr_WorkPool *pool = user;
    atr__mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->stopping && (pool->stats.held || pool->stats.waiting == 0)) {
            pool->sleeping++;
            atr__cond_wait(&pool->wake, &pool->lock);
            pool->sleeping--;
        }
        if (pool->stopping) {
            break;
        }
        atr_Job *job = list_best(pool);
        list_remove(pool, job);
        job->state = JOB_RUNNING;
        pool->stats.running++;
        atr__mutex_unlock(&pool->lock);

        const atr_Status status = job->desc.run(job, job->desc.user);

        atr__mutex_lock(&pool->lock);
        pool->stats.running--;
        job_end(pool, job, status);
        tell_if_idle(pool);
    }
    atr__mutex_unlock(&pool->lock);
    return NULL;
}

atr_Status atr_work_create(const atr_WorkDesc *desc, atr_WorkPool **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    const atr_WorkDesc d = desc_resolve(desc);
    if (d.mailbox == NULL || d.threads > MAX_THREADS || d.capacity > MAX_CAPACITY) {
        return ATR_ERR_INVALID;
    }
    atr_WorkPool *pool = atr__alloc_zero(&d.allocator, 1, sizeof *pool);
    if (pool == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    pool->desc = d;
    pool->jobs = atr__alloc_zero(&d.allocator, d.capacity, sizeof *pool->jobs);
    pool->threads = atr__alloc_zero(&d.allocator, d.threads, sizeof *pool->threads);
    pool->have_lock = atr__mutex_init(&pool->lock);
    pool->have_wake = atr__cond_init(&pool->wake);
    pool->have_idle = atr__cond_init(&pool->idle);
    if (pool->jobs == NULL || pool->threads == NULL || !pool->have_lock || !pool->have_wake ||
        !pool->have_idle) {
        pool_free(pool);
        return ATR_ERR_NO_MEMORY;
    }
    pool->free_first = NONE;
    for (uint32_t i = d.capacity; i-- > 0;) {
        pool->jobs[i].pool = pool;
        atomic_init(&pool->jobs[i].cancelled, false);
        slot_free(pool, &pool->jobs[i]);
    }
    for (uint32_t i = 0; i < PRIORITIES; i++) {
        pool->lists[i] = (JobList){ NONE, NONE };
    }
    while (pool->thread_count < d.threads &&
           atr__thread_start(&pool->threads[pool->thread_count], worker, pool)) {
        pool->thread_count++;
    }
    if (pool->thread_count == 0) {
        pool_free(pool);
        return ATR_ERR_BACKEND;
    }
    if (pool->thread_count < d.threads) {
        atr_log(&d.log, ATR_LOG_WARNING, "work", "only %u of %u threads started",
                pool->thread_count, d.threads);
    }
    *out = pool;
    return ATR_OK;
}

/* With the lock held: until nothing waits or runs, or `drain_ms` of real time have passed. */
static void wait_until_idle(atr_WorkPool *pool)
{
    const uint64_t limit_ns = (uint64_t)pool->desc.drain_ms * 1000000u;
    const uint64_t start_ns = atr_clock_monotonic_ns(NULL);
    while (pool->stats.waiting > 0 || pool->stats.running > 0) {
        const uint64_t passed_ns = atr_clock_monotonic_ns(NULL) - start_ns;
        if (passed_ns >= limit_ns) {
            return;
        }
        (void)atr__cond_wait_for(&pool->idle, &pool->lock, limit_ns - passed_ns);
    }
}

static void cancel_all_waiting(atr_WorkPool *pool)
{
    for (uint32_t i = 0; i < PRIORITIES; i++) {
        while (pool->lists[i].first != NONE) {
            cancel_waiting(pool, &pool->jobs[pool->lists[i].first]);
        }
    }
}

void atr_work_destroy(atr_WorkPool *pool)
{
    if (pool == NULL) {
        return;
    }
    atr__mutex_lock(&pool->lock);
    pool->closing = true;
    if (pool->stats.held) {
        cancel_all_waiting(pool);
    }
    wait_until_idle(pool);
    cancel_all_waiting(pool);
    for (uint32_t i = 0; i < pool->desc.capacity; i++) {
        if (pool->jobs[i].state == JOB_RUNNING) {
            atomic_store_explicit(&pool->jobs[i].cancelled, true, memory_order_relaxed);
        }
    }
    pool->stopping = true;
    atr__cond_broadcast(&pool->wake);
    atr__mutex_unlock(&pool->lock);

    for (uint32_t i = 0; i < pool->thread_count; i++) {
        atr__thread_join(pool->threads[i]);
    }
    atr__mutex_lock(&pool->lock);
    pool->destroyed = true;
    const bool last = pool->undelivered == 0;
    atr__mutex_unlock(&pool->lock);
    if (last) {
        pool_free(pool);
    }
}

/* ---- From any thread ------------------------------------------------------------------------- */

static bool desc_is_valid(const atr_JobDesc *desc)
{
    return desc != NULL && desc->run != NULL && desc->progress_max <= MAX_PROGRESS &&
           desc->priority >= ATR_PRIORITY_LOW && desc->priority <= ATR_PRIORITY_CRITICAL;
}

static bool mail_reserve(atr_Mailbox *mailbox, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (atr_mailbox_reserve(mailbox) != ATR_OK) {
            while (i-- > 0) {
                atr_mailbox_cancel(mailbox);
            }
            return false;
        }
    }
    return true;
}

/* With the lock held and a free slot there. */
static atr_JobId job_accept(atr_WorkPool *pool, const atr_JobDesc *desc, uint64_t now_ns)
{
    const uint32_t index = pool->free_first;
    atr_Job *job = &pool->jobs[index];
    pool->free_first = job->after;
    job->desc = *desc;
    job->generation++;
    job->arrival = pool->arrivals++;
    job->submitted_ns = now_ns;
    job->state = JOB_WAITING;
    job->told = 0;
    job->heard = 0;
    atomic_store_explicit(&job->cancelled, false, memory_order_relaxed);
    list_append(pool, index);
    pool->stats.submitted++;
    if (pool->sleeping > 0 && !pool->stats.held) {
        atr__cond_signal(&pool->wake);
    }
    return job_id(job);
}

atr_Status atr_work_submit(atr_WorkPool *pool, const atr_JobDesc *desc, atr_JobId *out)
{
    ATR_ASSERT(pool != NULL);
    if (out != NULL) {
        *out = (atr_JobId){ 0 };
    }
    if (!desc_is_valid(desc)) {
        return ATR_ERR_INVALID;
    }
    const uint64_t now_ns = atr_clock_monotonic_ns(&pool->desc.clock);
    const uint32_t mails = mail_slots(desc);
    atr_Status status = ATR_OK;
    atr__mutex_lock(&pool->lock);
    if (pool->closing) {
        status = ATR_ERR_CANCELLED;
    } else if (pool->free_first == NONE || !mail_reserve(pool->desc.mailbox, mails)) {
        status = ATR_ERR_FULL;
        pool->stats.refused++;
    } else {
        const atr_JobId id = job_accept(pool, desc, now_ns);
        if (out != NULL) {
            *out = id;
        }
    }
    atr__mutex_unlock(&pool->lock);
    return status;
}

atr_Status atr_work_cancel(atr_WorkPool *pool, atr_JobId id)
{
    ATR_ASSERT(pool != NULL);
    atr_Status status = ATR_OK;
    atr__mutex_lock(&pool->lock);
    atr_Job *job = job_find(pool, id);
    if (job == NULL || job->state == JOB_ENDED) {
        status = ATR_ERR_STALE;
    } else if (job->state == JOB_WAITING) {
        cancel_waiting(pool, job);
        tell_if_idle(pool);
    } else {
        atomic_store_explicit(&job->cancelled, true, memory_order_relaxed);
    }
    atr__mutex_unlock(&pool->lock);
    return status;
}

void atr_work_hold(atr_WorkPool *pool)
{
    ATR_ASSERT(pool != NULL);
    atr__mutex_lock(&pool->lock);
    pool->stats.held = true;
    atr__mutex_unlock(&pool->lock);
}

void atr_work_release(atr_WorkPool *pool)
{
    ATR_ASSERT(pool != NULL);
    atr__mutex_lock(&pool->lock);
    pool->stats.held = false;
    atr__cond_broadcast(&pool->wake);
    atr__mutex_unlock(&pool->lock);
}

void atr_work_stats(const atr_WorkPool *pool, atr_WorkStats *out)
{
    ATR_ASSERT(pool != NULL && out != NULL);
    const uint64_t now_ns = atr_clock_monotonic_ns(&pool->desc.clock);
    atr__Mutex *lock = (atr__Mutex *)&pool->lock;
    atr__mutex_lock(lock);
    *out = pool->stats;
    for (uint32_t i = 0; i < PRIORITIES; i++) {
        if (pool->lists[i].first != NONE) {
            const uint64_t since_ns = pool->jobs[pool->lists[i].first].submitted_ns;
            const uint64_t age_ns = now_ns > since_ns ? now_ns - since_ns : 0;
            out->oldest_wait_ns = age_ns > out->oldest_wait_ns ? age_ns : out->oldest_wait_ns;
        }
    }
    atr__mutex_unlock(lock);
}

/* ---- Inside a job ---------------------------------------------------------------------------- */

bool atr_job_is_cancelled(const atr_Job *job)
{
    ATR_ASSERT(job != NULL);
    return atomic_load_explicit((atomic_bool *)&job->cancelled, memory_order_relaxed);
}

atr_JobId atr_job_id(const atr_Job *job)
{
    ATR_ASSERT(job != NULL);
    return job_id(job);
}

void atr_job_progress(atr_Job *job, uint32_t step)
{
    ATR_ASSERT(job != NULL);
    if (job->desc.progress == NULL || job->told >= job->desc.progress_max) {
        return;
    }
    atr_WorkPool *pool = job->pool;
    job->steps[job->told++] = step;
    atr__mutex_lock(&pool->lock);
    pool->undelivered++;
    atr__mutex_unlock(&pool->lock);
    atr_mailbox_post(pool->desc.mailbox, deliver_progress, job);
}
