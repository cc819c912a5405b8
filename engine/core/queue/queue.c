/* The render queue. With ATR_OVERFLOW_DROP_NEWEST commands wait in a stream, which only the owner
 * takes from. With the other policies a push takes victims out, too: they wait in one lock-free
 * ring, or with ATR_OVERFLOW_DROP_LOWEST in one per importance, so that the oldest of the least
 * important is the head of the lowest ring that is not empty.
 *
 * One ring bounds itself. Several share a count of places: a push takes one, with all taken it pops
 * a victim and has its place, or is refused. Either way the bound is exact and every command is
 * counted once: pushed = taken + replaced + waiting.
 *
 * With several rings a sequence number restores the order when the frame is taken. A ring whose
 * next command is still being written hides what is behind it; to hand out later commands of the
 * same thread meanwhile would reverse them. So a take hands out what is numbered below the point up
 * to which every ring was seen drained, and keeps the rest for the next one.
 *
 * A push waits for nobody. If a victim cannot be had because other threads are just moving the
 * commands in question, it is refused like any other push to a full queue. */
#include <atrium/queue.h>

#include "base/alloc.h"
#include "base/atomic.h"
#include "queue/order.h"
#include "queue/ring.h"
#include "queue/stream.h"

#define DEFAULT_CAPACITY 1024u
#define MAX_CAPACITY     1048576u
#define IMPORTANCES      4u
#define TRIES            8 /* to find a place while others come and go */

struct atr_RenderQueue {
    atr_QueueDesc desc;
    uint32_t ring_count; /* 0: the stream, drop newest; 1: drop oldest; else IMPORTANCES */
    atr__Stream stream;
    atr__Ring rings[IMPORTANCES];
    atr__QueueItem *items; /* desc.capacity; take only */
    uint32_t kept;         /* take only: items it left to the next one, at the front of `items` */
    uint64_t drained[IMPORTANCES]; /* take only: the ring has given out all orders below this */
    atr__OrderKey *keys;           /* 2 * desc.capacity; take only */
    atr_DrawCmd *commands;         /* desc.capacity; what the last take handed out */
    char before_counts[ATR__CACHE_LINE];
    atomic_uint places; /* several rings: taken, kept items included */
    atomic_uint high_water;
    atomic_uint_fast64_t sequence;
    atomic_uint_fast64_t refused;
    atomic_uint_fast64_t replaced;
};

/* Twice the capacity: a cell whose last user is still leaving is a whole round away. */
static uint64_t ring_size(uint32_t capacity)
{
    uint64_t size = 2;
    while (size < 2 * (uint64_t)capacity) {
        size *= 2;
    }
    return size;
}

static uint32_t rings_for(atr_Overflow overflow)
{
    switch (overflow) {
    case ATR_OVERFLOW_DROP_LOWEST:
        return IMPORTANCES;
    case ATR_OVERFLOW_DROP_OLDEST:
        return 1;
    default:
        return 0;
    }
}

atr_Status atr_queue_create(const atr_QueueDesc *desc, atr_RenderQueue **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    atr_QueueDesc d = desc != NULL ? *desc : (atr_QueueDesc){ 0 };
    if (d.capacity == 0) {
        d.capacity = DEFAULT_CAPACITY;
    }
    if (d.capacity > MAX_CAPACITY || d.overflow < ATR_OVERFLOW_DROP_NEWEST ||
        d.overflow > ATR_OVERFLOW_DROP_LOWEST || d.unordered_layers >> ATR_LAYER_COUNT != 0) {
        return ATR_ERR_INVALID;
    }
    atr_RenderQueue *queue = atr__alloc_zero(&d.allocator, 1, sizeof *queue);
    if (queue == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    queue->desc = d;
    queue->ring_count = rings_for(d.overflow);
    queue->items = atr__alloc_zero(&d.allocator, d.capacity, sizeof *queue->items);
    queue->keys = atr__alloc_zero(&d.allocator, 2 * (size_t)d.capacity, sizeof *queue->keys);
    queue->commands = atr__alloc_zero(&d.allocator, d.capacity, sizeof *queue->commands);
    bool complete = queue->items != NULL && queue->keys != NULL && queue->commands != NULL;
    if (complete && queue->ring_count == 0) {
        complete =
            atr__stream_init(&queue->stream, ring_size(d.capacity), d.capacity, &d.allocator);
    }
    for (uint32_t i = 0; complete && i < queue->ring_count; i++) {
        complete = atr__ring_init(&queue->rings[i], ring_size(d.capacity), &d.allocator);
    }
    if (!complete) {
        atr_queue_destroy(queue);
        return ATR_ERR_NO_MEMORY;
    }
    *out = queue;
    return ATR_OK;
}

void atr_queue_destroy(atr_RenderQueue *queue)
{
    if (queue == NULL) {
        return;
    }
    const atr_Allocator allocator = queue->desc.allocator;
    const size_t capacity = queue->desc.capacity;
    for (uint32_t i = 0; i < queue->ring_count; i++) {
        atr__ring_deinit(&queue->rings[i], &allocator);
    }
    atr__stream_deinit(&queue->stream, &allocator);
    atr__free(&allocator, queue->commands, capacity, sizeof *queue->commands);
    atr__free(&allocator, queue->keys, 2 * capacity, sizeof *queue->keys);
    atr__free(&allocator, queue->items, capacity, sizeof *queue->items);
    atr__free(&allocator, queue, 1, sizeof *queue);
}

/* ---- Push ------------------------------------------------------------------------------------ */

static void note_high_water(atr_RenderQueue *queue, uint32_t waiting)
{
    /* relaxed: a statistic that orders nothing. */
    uint32_t high = atomic_load_explicit(&queue->high_water, memory_order_relaxed);
    while (waiting > high &&
           !atomic_compare_exchange_weak_explicit(&queue->high_water, &high, waiting,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

/* Drops one waiting command of at most this importance, the least important and of those the
 * oldest. */
static bool victim_drop(atr_RenderQueue *queue, uint32_t importance)
{
    const uint32_t last = queue->ring_count == 1 ? 0 : importance;
    for (uint32_t i = 0; i <= last; i++) {
        atr__QueueItem dropped;
        if (atr__ring_pop(&queue->rings[i], &dropped)) {
            atomic_fetch_add_explicit(&queue->replaced, 1u, memory_order_relaxed);
            return true;
        }
    }
    return false;
}

static bool push_one_ring(atr_RenderQueue *queue, const atr_DrawCmd *cmd)
{
    atr__Ring *ring = &queue->rings[0];
    for (int i = 0; i < TRIES; i++) {
        if (atr__ring_push(ring, cmd, queue->desc.capacity, NULL)) {
            return true;
        }
        (void)victim_drop(queue, 0); /* none when a take has just made room */
    }
    return false;
}

/* Takes a free place. A loop, not an addition that is taken back: that would let another push see
 * the queue full when it never was. It repeats only when another thread has changed the count. */
static bool place_take(atr_RenderQueue *queue)
{
    uint32_t places = atomic_load_explicit(&queue->places, memory_order_relaxed);
    while (places < queue->desc.capacity) {
        /* acquire: pairs with the release in place_leave, so that the cell the place belonged to is
         * seen empty too. */
        if (atomic_compare_exchange_weak_explicit(&queue->places, &places, places + 1,
                                                  memory_order_acquire, memory_order_relaxed)) {
            note_high_water(queue, places + 1);
            return true;
        }
    }
    return false;
}

static void place_leave(atr_RenderQueue *queue, uint32_t count)
{
    /* release: the pops before it are seen by whoever takes the place. */
    atomic_fetch_sub_explicit(&queue->places, count, memory_order_release);
}

static bool push_several_rings(atr_RenderQueue *queue, const atr_DrawCmd *cmd)
{
    bool placed = false;
    for (int i = 0; i < TRIES && !placed; i++) {
        placed = place_take(queue) || victim_drop(queue, cmd->importance); /* its place is ours */
    }
    if (!placed) {
        return false;
    }
    if (atr__ring_push(&queue->rings[cmd->importance], cmd, UINT64_MAX, &queue->sequence)) {
        return true;
    }
    place_leave(queue, 1);
    return false;
}

atr_Status atr_queue_push(atr_RenderQueue *queue, const atr_DrawCmd *cmd)
{
    ATR_ASSERT(queue != NULL && cmd != NULL);
    if (cmd->layer >= ATR_LAYER_COUNT || cmd->importance >= IMPORTANCES) {
        return ATR_ERR_INVALID;
    }
    bool pushed = false;
    if (queue->ring_count == 0) {
        pushed = atr__stream_push(&queue->stream, cmd);
    } else {
        pushed =
            queue->ring_count == 1 ? push_one_ring(queue, cmd) : push_several_rings(queue, cmd);
    }
    if (!pushed) {
        atomic_fetch_add_explicit(&queue->refused, 1u, memory_order_relaxed);
    }
    return pushed ? ATR_OK : ATR_ERR_FULL;
}

/* ---- Take ------------------------------------------------------------------------------------ */

/* Moves every command that can be had into `items`. There is room for all that wait: of several
 * rings, what is in `items` keeps its place until place_leave. */
static uint32_t gather(atr_RenderQueue *queue)
{
    uint32_t count = queue->kept;
    for (uint32_t i = 0; i < queue->ring_count; i++) {
        atr__Ring *ring = &queue->rings[i];
        /* acquire: see atr__ring_claimed. */
        const uint64_t next = atomic_load_explicit(&queue->sequence, memory_order_acquire);
        const uint64_t claimed = atr__ring_claimed(ring);
        count += atr__ring_pop_many(ring, queue->items + count, queue->desc.capacity - count);
        if (atr__ring_popped(ring) >= claimed) {
            queue->drained[i] = next;
        }
    }
    return count;
}

/* Below this, nothing is missing in any ring. */
static uint64_t complete_below(const atr_RenderQueue *queue)
{
    uint64_t least = queue->drained[0];
    for (uint32_t i = 1; i < queue->ring_count; i++) {
        least = queue->drained[i] < least ? queue->drained[i] : least;
    }
    return least;
}

/* Brings items numbered from `limit` on to the end. @return how many stay in front. */
static uint32_t part(atr__QueueItem *items, uint32_t count, uint64_t limit)
{
    uint32_t front = 0;
    while (front < count) {
        if (items[front].order < limit) {
            front++;
            continue;
        }
        count--;
        const atr__QueueItem later = items[front];
        items[front] = items[count];
        items[count] = later;
    }
    return front;
}

void atr_queue_take(atr_RenderQueue *queue, atr_DrawList *out)
{
    ATR_ASSERT(queue != NULL && out != NULL);
    const bool several = queue->ring_count > 1;
    const uint32_t all = queue->ring_count == 0
                             ? atr__stream_take(&queue->stream, queue->items, queue->desc.capacity)
                             : gather(queue);
    const uint32_t count = several ? part(queue->items, all, complete_below(queue)) : all;
    atr__queue_order(queue->items, count, queue->desc.unordered_layers, queue->keys,
                     queue->commands, out);
    queue->kept = all - count;
    memmove(queue->items, queue->items + count, queue->kept * sizeof *queue->items);
    if (several) {
        place_leave(queue, count);
    } else {
        note_high_water(queue, count);
    }
}

void atr_queue_stats(const atr_RenderQueue *queue, atr_QueueStats *out)
{
    ATR_ASSERT(queue != NULL && out != NULL);
    atr_RenderQueue *q = (atr_RenderQueue *)queue;
    *out = (atr_QueueStats){
        .refused = atomic_load_explicit(&q->refused, memory_order_relaxed),
        .replaced = atomic_load_explicit(&q->replaced, memory_order_relaxed),
        .capacity = queue->desc.capacity,
    };
    uint64_t popped = 0;
    if (q->ring_count == 0) {
        atr__stream_counts(&q->stream, &out->pushed, &popped);
    }
    for (uint32_t i = 0; i < q->ring_count; i++) {
        popped += atr__ring_popped(&q->rings[i]);
        out->pushed += atr__ring_claimed(&q->rings[i]);
    }
    if (q->ring_count > 1) {
        out->waiting = atomic_load_explicit(&q->places, memory_order_relaxed);
    } else if (out->pushed > popped) { /* the two were not read at the same moment */
        const uint64_t waiting = out->pushed - popped;
        out->waiting = waiting < queue->desc.capacity ? (uint32_t)waiting : queue->desc.capacity;
    }
    const uint32_t high = atomic_load_explicit(&q->high_water, memory_order_relaxed);
    out->high_water = out->waiting > high ? out->waiting : high;
}
