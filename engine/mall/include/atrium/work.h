/**
 * atrium/work.h: a bounded pool of workers for everything slow.
 *
 * Submitting never blocks: a full pool says so at once. Every accepted job's done callback runs
 * exactly once, on the thread that drains the mailbox, because a slot for it is reserved before the
 * job is accepted: success, failure, or cancelled.
 *
 *     atr_WorkPool *pool = NULL;
 *     atr_Status st = atr_work_create(&(atr_WorkDesc){ .mailbox = mail }, &pool);
 *     atr_JobDesc job = { .run = read_file, .done = show, .user = me };
 *     st = atr_work_submit(pool, &job, NULL);
 *     ...
 *     atr_mailbox_drain(mail, 0);       // on the render thread: show(me, id, status)
 *     atr_work_destroy(pool);           // refuses new work, drains, cancels what is left, joins
 *
 * Four priorities; a job that waits longer than `ageing_ms` counts one priority higher for each
 * such span, so none starves. Jobs of the same effective priority run in order of arrival.
 *
 * Threads: submit, cancel and stats from any thread; a submit holds the pool's lock only to link
 * one entry. Nothing is allocated after create.
 */
#ifndef ATRIUM_WORK_H
#define ATRIUM_WORK_H

#include <atrium/mailbox.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_WorkPool atr_WorkPool;

/** What a running job holds to talk to the pool; valid during `run` only. */
typedef struct atr_Job atr_Job;

/** Names a job; zero is none. A finished job's id is stale, never reused for another. */
typedef struct atr_JobId {
    uint64_t value;
} atr_JobId;

typedef enum atr_Priority {
    ATR_PRIORITY_NORMAL = 0,
    ATR_PRIORITY_HIGH = 1,
    ATR_PRIORITY_CRITICAL = 2,
    ATR_PRIORITY_LOW = -1
} atr_Priority;

/** Does the work. @thread worker. Its status is handed to `done`. */
typedef atr_Status (*atr_JobRunFn)(atr_Job *job, void *user);

/** Told the outcome, exactly once. ATR_ERR_CANCELLED when it never ran. @thread drains the mailbox
 */
typedef void (*atr_JobDoneFn)(void *user, atr_JobId id, atr_Status status);

/** Told of a step that really happened, in order, before `done`. @thread drains the mailbox */
typedef void (*atr_JobProgressFn)(void *user, atr_JobId id, uint32_t step);

typedef struct atr_JobDesc {
    atr_JobRunFn run;           /* required */
    atr_JobDoneFn done;         /* may be NULL */
    atr_JobProgressFn progress; /* may be NULL */
    uint32_t progress_max;      /* most progress reports, 0..8; each reserves a mailbox slot */
    void *user;                 /* stays the caller's until `done` has run */
    atr_Priority priority;      /* default normal */
} atr_JobDesc;

typedef struct atr_WorkDesc {
    atr_Mailbox *mailbox; /* where callbacks are delivered; required, outlives the pool */
    uint32_t threads;     /* default 2, 1..64 */
    uint32_t capacity;    /* most jobs accepted and not yet reported; default 256, 1..1,000,000 */
    uint32_t ageing_ms;   /* default 2000 */
    uint32_t drain_ms;    /* how long destroy lets waiting jobs finish; default 10,000 */
    atr_Allocator allocator;
    atr_Clock clock;
    atr_Log log;
} atr_WorkDesc;

typedef struct atr_WorkStats {
    uint32_t waiting;
    uint32_t running;
    uint64_t oldest_wait_ns; /* age of the oldest waiting job; 0 when none */
    uint64_t submitted;      /* accepted */
    uint64_t refused;        /* full */
    uint64_t succeeded;
    uint64_t failed;
    uint64_t cancelled;
    bool held;
} atr_WorkStats;

/** @return ATR_OK; ATR_ERR_INVALID; ATR_ERR_NO_MEMORY; ATR_ERR_BACKEND when no thread starts. */
ATR_NODISCARD ATR_API atr_Status atr_work_create(const atr_WorkDesc *desc, atr_WorkPool **out);

/**
 * Refuses new work, lets waiting jobs run for `drain_ms`, cancels the rest, waits for running ones,
 * joins the threads; running jobs are asked to stop once `drain_ms` is over. Callbacks not drained
 * yet stay in the mailbox. NULL does nothing. A held pool is not released: its waiting jobs are
 * cancelled at once.
 */
ATR_API void atr_work_destroy(atr_WorkPool *pool);

/**
 * Hands in one job.
 * @param out  May be NULL. The job's id.
 * @return ATR_OK; ATR_ERR_FULL when the pool or its mailbox is; ATR_ERR_CANCELLED while shutting
 *         down. On any failure no callback will run.
 * @thread any; never blocks, never allocates.
 */
ATR_NODISCARD ATR_API atr_Status atr_work_submit(atr_WorkPool *pool, const atr_JobDesc *desc,
                                                 atr_JobId *out);

/**
 * Cancels a waiting job: it will not run, its `done` gets ATR_ERR_CANCELLED. A running one is asked
 * to stop (atr_job_is_cancelled) and ends as it ends.
 * @return ATR_OK; ATR_ERR_STALE when it has ended.
 */
ATR_API atr_Status atr_work_cancel(atr_WorkPool *pool, atr_JobId id);

/** Stops workers from taking jobs; running ones go on. For maintenance and tests. @thread any */
ATR_API void atr_work_hold(atr_WorkPool *pool);
ATR_API void atr_work_release(atr_WorkPool *pool);

ATR_API void atr_work_stats(const atr_WorkPool *pool, atr_WorkStats *out);

/* ---- Inside a job ---------------------------------------------------------------------------- */

ATR_API bool atr_job_is_cancelled(const atr_Job *job);
ATR_API atr_JobId atr_job_id(const atr_Job *job);

/** Reports that step `step` has happened. Beyond progress_max reports it does nothing. */
ATR_API void atr_job_progress(atr_Job *job, uint32_t step);

#ifdef __cplusplus
}
#endif

#endif
