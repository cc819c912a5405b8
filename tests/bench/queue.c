/* Suite `queue`: what pushing draw commands costs the producers. As in a program that draws, a
 * queue is filled, by one or two threads at once, and then taken as a whole; only the pushing is
 * timed. Every command is accounted for: pushed = taken + counted as dropped, or the suite fails.
 *
 *     queue/push/<1P|2P>/<peer>   as many as there is room for
 *     queue/full/<policy>/2P      twice as many, from two threads; no peer */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"
#include "queue_peers.h"

#include "base/atomic.h"
#include "base/thread.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PRODUCERS 2
#define LONG          4 /* times as many rounds */
#define FRAMES        400

typedef struct Subject {
    atr_RenderQueue *queue; /* NULL: the peer */
    const QueuePeer *peer;
    uint32_t share; /* commands of each producer in a frame */
    uint32_t producers;
    atr__Mutex lock;
    atr__Cond changed;
    uint32_t frame;      /* being filled, from 1; guarded by lock */
    uint32_t finished;   /* shares; guarded by lock */
    atomic_uint arrived; /* at the start of theirs */
    atomic_uint_fast64_t spent_ns;
    atomic_uint_fast64_t refused;
    uint64_t taken; /* consumer's */
} Subject;

static uint32_t take(Subject *subject)
{
    static atr_DrawCmd taken[QUEUE_CAPACITY];
    if (subject->queue == NULL) {
        return subject->peer->take(taken);
    }
    atr_DrawList list;
    atr_queue_take(subject->queue, &list);
    return list.count;
}

/* A loop for each, so that no branch in it is anybody's cost. @return how many were refused. */
static uint64_t push_share(Subject *subject, atr_DrawCmd *cmd)
{
    uint64_t refused = 0;
    if (subject->queue != NULL) {
        for (uint32_t i = 0; i < subject->share; i++) {
            cmd->count = i;
            refused += atr_queue_push(subject->queue, cmd) == ATR_OK ? 0 : 1;
        }
        return refused;
    }
    bool (*const push)(const atr_DrawCmd *) = subject->peer->push;
    for (uint32_t i = 0; i < subject->share; i++) {
        cmd->count = i;
        refused += push(cmd) ? 0 : 1;
    }
    return refused;
}

/* Sleeps until the frame begins, then waits awake for the other producer: both push at once. */
static void await_frame(Subject *subject, uint32_t frame)
{
    atr__mutex_lock(&subject->lock);
    while (subject->frame < frame) {
        atr__cond_wait(&subject->changed, &subject->lock);
    }
    atr__mutex_unlock(&subject->lock);
    atomic_fetch_add(&subject->arrived, 1u);
    while (atomic_load(&subject->arrived) < frame * subject->producers) {
        sched_yield();
    }
}

static void *produce(void *user)
{
    Subject *subject = user;
    atr_DrawCmd cmd = { .kind = ATR_DRAW_RECT, .layer = ATR_LAYER_ABOVE_UI };
    for (uint32_t frame = 1; frame <= FRAMES; frame++) {
        await_frame(subject, frame);
        const uint64_t start_ns = bench_now_ns();
        const uint64_t refused = push_share(subject, &cmd);
        atomic_fetch_add(&subject->spent_ns, bench_now_ns() - start_ns);
        atomic_fetch_add(&subject->refused, refused);
        atr__mutex_lock(&subject->lock);
        subject->finished++;
        atr__cond_broadcast(&subject->changed);
        atr__mutex_unlock(&subject->lock);
    }
    return NULL;
}

static void play_frame(Subject *subject)
{
    atr__mutex_lock(&subject->lock);
    subject->frame++;
    atr__cond_broadcast(&subject->changed);
    while (subject->finished < subject->frame * subject->producers) {
        atr__cond_wait(&subject->changed, &subject->lock);
    }
    atr__mutex_unlock(&subject->lock);
    subject->taken += take(subject);
}

/* Million pushes in a second of a producer's time. They have threads of their own even when there
 * is one: in a process of a single thread glibc's mutex is none. */
static double run(Subject *subject)
{
    atr__Thread threads[MAX_PRODUCERS];
    subject->frame = 0;
    subject->finished = 0;
    atomic_store(&subject->arrived, 0);
    atomic_store(&subject->spent_ns, 0);
    for (uint32_t i = 0; i < subject->producers; i++) {
        if (!atr__thread_start(&threads[i], produce, subject)) {
            exit(bench_fault("queue: no thread"));
        }
    }
    for (uint32_t i = 0; i < FRAMES; i++) {
        play_frame(subject);
    }
    for (uint32_t i = 0; i < subject->producers; i++) {
        atr__thread_join(threads[i]);
    }
    const double pushes = (double)FRAMES * subject->share * subject->producers;
    return pushes * 1e3 / (double)atomic_load(&subject->spent_ns);
}

static bool subject_open(Subject *subject, const QueuePeer *peer, atr_Overflow overflow,
                         uint32_t producers, uint32_t share)
{
    *subject = (Subject){ .peer = peer, .producers = producers, .share = share };
    const atr_QueueDesc desc = { .capacity = QUEUE_CAPACITY, .overflow = overflow };
    return atr__mutex_init(&subject->lock) && atr__cond_init(&subject->changed) &&
           (peer != NULL ? peer->open() : atr_queue_create(&desc, &subject->queue) == ATR_OK);
}

static void subject_close(Subject *subject)
{
    if (subject->peer != NULL) {
        subject->peer->close();
    }
    atr_queue_destroy(subject->queue);
    atr__cond_deinit(&subject->changed);
    atr__mutex_deinit(&subject->lock);
}

/* ---- Beside a peer --------------------------------------------------------------------------- */

static const struct {
    const char *peer;
    double goal;
} goals[] = { { "SDL_PushEvent", 5 }, { "ck_ring", 0.8 } };

static double goal_of(const char *peer)
{
    for (size_t i = 0; i < ATR_COUNT_OF(goals); i++) {
        if (strcmp(goals[i].peer, peer) == 0) {
            return goals[i].goal;
        }
    }
    return 0;
}

static int run_beside(BenchOptions *options, const char *name, const QueuePeer *peer,
                      uint32_t producers)
{
    enum { ROUNDS_MAX = BENCH_ROUNDS * LONG };
    const uint32_t share = QUEUE_CAPACITY / producers;
    const size_t rounds = BENCH_ROUNDS * (options->long_run ? LONG : 1);
    double rates[ROUNDS_MAX];
    double peer_rates[ROUNDS_MAX];
    Subject ours;
    Subject theirs;
    if (!subject_open(&ours, NULL, ATR_OVERFLOW_DROP_NEWEST, producers, share) ||
        !subject_open(&theirs, peer, ATR_OVERFLOW_DROP_NEWEST, producers, share)) {
        return bench_fault("%s: cannot be made", name);
    }
    for (size_t i = 0; i < rounds; i++) {
        rates[i] = run(&ours);
        peer_rates[i] = run(&theirs);
    }
    subject_close(&ours);
    subject_close(&theirs);
    const uint64_t pushes = (uint64_t)rounds * FRAMES * share * producers;
    if (ours.taken != pushes || theirs.taken != pushes) {
        return bench_fault("%s: %llu pushed, %llu and %llu taken, though there was room", name,
                           (unsigned long long)pushes, (unsigned long long)ours.taken,
                           (unsigned long long)theirs.taken);
    }
    const double value = bench_percentile(rates, rounds, 50);
    const double peer_value = bench_percentile(peer_rates, rounds, 50);
    bench_report(options, &(BenchResult){ .name = name,
                                          .unit = "Mops",
                                          .atrium = value,
                                          .p99 = (double)NAN,
                                          .peer = peer->name,
                                          .peer_value = peer_value,
                                          .ratio = value / peer_value,
                                          .goal = goal_of(peer->name),
                                          .extra = { { "pushed", (double)pushes },
                                                     { "taken", (double)ours.taken } } });
    return 0;
}

static int run_peers(BenchOptions *options, uint32_t producers)
{
    const QueuePeer *peer;
    for (uint32_t i = 0; (peer = queue_peer(i)) != NULL; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "queue/push/%uP/%s", producers, peer->name);
        const bool fits = producers == 1 || strcmp(peer->name, "ck_ring_spsc") != 0;
        if (fits && bench_wants(options, name)) {
            const int code = run_beside(options, name, peer, producers);
            if (code != 0) {
                return code;
            }
        }
    }
    return 0;
}

/* ---- Full ------------------------------------------------------------------------------------ */

static int run_full(BenchOptions *options, const char *name, atr_Overflow overflow)
{
    if (!bench_wants(options, name)) {
        return 0;
    }
    Subject ours;
    double rates[BENCH_ROUNDS];
    if (!subject_open(&ours, NULL, overflow, 2, QUEUE_CAPACITY)) {
        return bench_fault("%s: cannot be made", name);
    }
    for (size_t i = 0; i < BENCH_ROUNDS; i++) {
        rates[i] = run(&ours);
    }
    ours.taken += take(&ours); /* a push under way may have hidden what was behind it */
    atr_QueueStats stats;
    atr_queue_stats(ours.queue, &stats);
    subject_close(&ours);
    const uint64_t pushes = (uint64_t)BENCH_ROUNDS * FRAMES * ours.share * 2;
    const uint64_t refused = atomic_load(&ours.refused);
    if (ours.taken + stats.replaced + refused != pushes || stats.refused != refused) {
        return bench_fault("%s: %llu pushed, %llu taken, %llu replaced, %llu refused", name,
                           (unsigned long long)pushes, (unsigned long long)ours.taken,
                           (unsigned long long)stats.replaced, (unsigned long long)refused);
    }
    bench_report(options, &(BenchResult){ .name = name,
                                          .unit = "Mops",
                                          .atrium = bench_percentile(rates, BENCH_ROUNDS, 50),
                                          .p99 = (double)NAN,
                                          .peer_value = (double)NAN,
                                          .ratio = (double)NAN,
                                          .extra = { { "pushed", (double)pushes },
                                                     { "taken", (double)ours.taken },
                                                     { "replaced", (double)stats.replaced },
                                                     { "refused", (double)refused } } });
    return 0;
}

static int run_full_rows(BenchOptions *options)
{
    static const char *const names[] = { "queue/full/drop_newest/2P", "queue/full/drop_oldest/2P",
                                         "queue/full/drop_lowest/2P" };
    int code = 0;
    for (int i = ATR_OVERFLOW_DROP_NEWEST; i <= ATR_OVERFLOW_DROP_LOWEST && code == 0; i++) {
        code = run_full(options, names[i], (atr_Overflow)i);
    }
    return code;
}

int bench_queue(BenchOptions *options)
{
#ifndef ATR_BENCH_HAS_GLIB
    (void)fputs("atrium-bench: queue: built without GLib: no GAsyncQueue\n", stderr);
#endif
#ifndef ATR_BENCH_HAS_CK
    (void)fputs("atrium-bench: queue: built without Concurrency Kit: no ck_ring\n", stderr);
#endif
    int code = run_peers(options, 1);
    if (code == 0) {
        code = run_peers(options, 2);
    }
    if (code == 0) {
        code = run_full_rows(options);
    }
    bench_report_goals(options, "queue/goals");
    return code;
}
