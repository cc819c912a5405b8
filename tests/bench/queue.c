/* Suite `queue`: what pushing draw commands costs the producers. As in a program that draws, a
 * queue is filled, by one or two threads at once, and then taken as a whole; only the pushing is
 * timed. The peer is the plainest there is: a ring with a mutex held for one copy. */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <atrium/queue.h>

#include "base/atomic.h"
#include "base/thread.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define CAPACITY      1024u
#define MAX_PRODUCERS 2

/* ---- The peer -------------------------------------------------------------------------------- */

typedef struct MutexRing {
    atr__Mutex lock;
    uint32_t first;
    uint32_t count;
    atr_DrawCmd ring[CAPACITY];
} MutexRing;

static bool mutex_ring_push(MutexRing *ring, const atr_DrawCmd *cmd)
{
    atr__mutex_lock(&ring->lock);
    const bool room = ring->count < CAPACITY;
    if (room) {
        ring->ring[(ring->first + ring->count) % CAPACITY] = *cmd;
        ring->count++;
    }
    atr__mutex_unlock(&ring->lock);
    return room;
}

static uint32_t mutex_ring_take(MutexRing *ring, atr_DrawCmd *out)
{
    atr__mutex_lock(&ring->lock);
    const uint32_t count = ring->count;
    for (uint32_t i = 0; i < count; i++) {
        out[i] = ring->ring[(ring->first + i) % CAPACITY];
    }
    ring->first = (ring->first + count) % CAPACITY;
    ring->count = 0;
    atr__mutex_unlock(&ring->lock);
    return count;
}

/* ---- Either of them -------------------------------------------------------------------------- */

typedef struct Subject {
    atr_RenderQueue *queue; /* NULL: the peer */
    MutexRing *peer;
    uint32_t frames;
    uint32_t share;    /* commands of each producer in a frame */
    atomic_uint frame; /* being filled, from 1 */
    atomic_uint finished;
    atomic_uint_fast64_t spent_ns;
    atomic_uint refused;
} Subject;

static MutexRing peer_ring;
static atr_DrawCmd taken[CAPACITY];

static bool push(Subject *subject, const atr_DrawCmd *cmd)
{
    return subject->queue != NULL ? atr_queue_push(subject->queue, cmd) == ATR_OK
                                  : mutex_ring_push(subject->peer, cmd);
}

static void take(Subject *subject)
{
    if (subject->queue == NULL) {
        (void)mutex_ring_take(subject->peer, taken);
        return;
    }
    atr_DrawList list;
    atr_queue_take(subject->queue, &list);
}

static void *produce(void *user)
{
    Subject *subject = user;
    for (uint32_t frame = 1; frame <= subject->frames; frame++) {
        while (atomic_load(&subject->frame) < frame) {
            sched_yield();
        }
        uint32_t refused = 0;
        const uint64_t start_ns = bench_now_ns();
        for (uint32_t i = 0; i < subject->share; i++) {
            const atr_DrawCmd cmd = { .kind = ATR_DRAW_RECT,
                                      .layer = ATR_LAYER_ABOVE_UI,
                                      .count = i };
            refused += push(subject, &cmd) ? 0 : 1;
        }
        atomic_fetch_add(&subject->spent_ns, bench_now_ns() - start_ns);
        atomic_fetch_add(&subject->refused, refused);
        atomic_fetch_add(&subject->finished, 1u);
    }
    return NULL;
}

/* Million pushes in a second of a producer's time, with so many at it. They have threads of their
 * own even when there is one: in a process of a single thread glibc's mutex is none. */
static double run(Subject *subject, uint32_t producers)
{
    atr__Thread threads[MAX_PRODUCERS];
    subject->share = CAPACITY / producers;
    atomic_store(&subject->frame, 0);
    atomic_store(&subject->finished, 0);
    atomic_store(&subject->spent_ns, 0);
    for (uint32_t i = 0; i < producers; i++) {
        if (!atr__thread_start(&threads[i], produce, subject)) {
            return (double)NAN;
        }
    }
    for (uint32_t frame = 1; frame <= subject->frames; frame++) {
        atomic_store(&subject->frame, frame);
        while (atomic_load(&subject->finished) < frame * producers) {
            sched_yield();
        }
        take(subject);
    }
    for (uint32_t i = 0; i < producers; i++) {
        atr__thread_join(threads[i]);
    }
    const double pushes = (double)subject->frames * subject->share * producers;
    return pushes * 1e3 / (double)atomic_load(&subject->spent_ns);
}

static int run_case(BenchOptions *options, const char *name, uint32_t producers)
{
    if (!bench_wants(options, name)) {
        return 0;
    }
    Subject ours = { .frames = options->long_run ? 4000 : 1000 };
    Subject peers = { .peer = &peer_ring, .frames = ours.frames };
    const atr_Status status =
        atr_queue_create(&(atr_QueueDesc){ .capacity = CAPACITY }, &ours.queue);
    if (status != ATR_OK) {
        return bench_fault("queue: %s", atr_status_text(status));
    }
    double our_rates[BENCH_ROUNDS];
    double peer_rates[BENCH_ROUNDS];
    for (int i = 0; i < BENCH_ROUNDS; i++) {
        our_rates[i] = run(&ours, producers);
        peer_rates[i] = run(&peers, producers);
    }
    atr_queue_destroy(ours.queue);
    if (atomic_load(&ours.refused) + atomic_load(&peers.refused) > 0) {
        return bench_fault("queue: a push was refused though there was room");
    }
    const double value = bench_percentile(our_rates, BENCH_ROUNDS, 50);
    const double peer = bench_percentile(peer_rates, BENCH_ROUNDS, 50);
    bench_report(options, &(BenchResult){ .name = name,
                                          .unit = "Mops",
                                          .atrium = value,
                                          .p99 = (double)NAN,
                                          .peer = "mutex",
                                          .peer_value = peer,
                                          .ratio = value / peer });
    return 0;
}

int bench_queue(BenchOptions *options)
{
    if (!atr__mutex_init(&peer_ring.lock)) {
        return bench_fault("queue: no mutex");
    }
    int code = run_case(options, "queue/push/1P/mutex", 1);
    if (code == 0) {
        code = run_case(options, "queue/push/2P/mutex", 2);
    }
    atr__mutex_deinit(&peer_ring.lock);
    return code;
}
