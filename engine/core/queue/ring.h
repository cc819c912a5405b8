/* A bounded ring for many producers and many consumers, after Dmitry Vyukov
 * (https://www.1024cores.net/home/lock-free-algorithms/queues/bounded-mpmc-queue), holding draw
 * commands. Neither end ever waits: a cell that another thread is still busy with reads as "full"
 * to a producer and as "empty" to a consumer.
 *
 * Each cell carries a turn. With `size` cells, position p uses cell p % size:
 *     turn == p         the cell is free for the producer of position p
 *     turn == p + 1     the cell holds the command of position p
 *     turn == p + size  the consumer of p has left; free for the producer of p + size */
#ifndef ATR_QUEUE_RING_H
#define ATR_QUEUE_RING_H

#include <atrium/draw.h>

#include "base/alloc.h"
#include "base/atomic.h"

typedef struct atr__QueueItem {
    uint64_t order; /* rises with time; comparable across the rings of a queue */
    atr_DrawCmd cmd;
} atr__QueueItem;

typedef struct atr__RingCell {
    atomic_uint_fast64_t turn;
    atr__QueueItem item;
} atr__RingCell;

/* The two ends are written by different threads: a cache line apart, and off the constant part. */
typedef struct atr__Ring {
    atr__RingCell *cells;
    uint64_t size; /* a power of two */
    char before_push[ATR__CACHE_LINE];
    atomic_uint_fast64_t push_at;
    char before_pop[ATR__CACHE_LINE];
    atomic_uint_fast64_t pop_at;
    char after_pop[ATR__CACHE_LINE];
} atr__Ring;

static inline bool atr__ring_init(atr__Ring *ring, uint64_t size, const atr_Allocator *allocator)
{
    ring->size = size;
    ring->cells = (atr__RingCell *)atr__alloc_zero(allocator, size, sizeof *ring->cells);
    if (ring->cells == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < size; i++) {
        atomic_init(&ring->cells[i].turn, i);
    }
    atomic_init(&ring->push_at, 0);
    atomic_init(&ring->pop_at, 0);
    return true;
}

static inline void atr__ring_deinit(atr__Ring *ring, const atr_Allocator *allocator)
{
    atr__free(allocator, ring->cells, ring->size, sizeof *ring->cells);
    ring->cells = NULL;
}

/* How many positions have been claimed by producers.
 *
 * relaxed: a caller that loaded the sequence number with acquire beforehand sees every claim whose
 * number is below it, because the number was drawn, with release, after the claim. */
static inline uint64_t atr__ring_claimed(atr__Ring *ring)
{
    return atomic_load_explicit(&ring->push_at, memory_order_relaxed);
}

/* How many of them have been popped, here or elsewhere; relaxed: our own pops are in it. */
static inline uint64_t atr__ring_popped(atr__Ring *ring)
{
    return atomic_load_explicit(&ring->pop_at, memory_order_relaxed);
}

/* False when `capacity` commands wait. The command's order is drawn from `sequence`, or is its
 * position where that is NULL. */
static inline bool atr__ring_push(atr__Ring *ring, const atr_DrawCmd *cmd, uint64_t capacity,
                                  atomic_uint_fast64_t *sequence)
{
    /* relaxed: a stale position only makes the compare-exchange fail and load a newer one. */
    uint64_t at = atomic_load_explicit(&ring->push_at, memory_order_relaxed);
    atr__RingCell *cell = NULL;
    for (;;) {
        /* The claim below succeeds only for this very position, and pops only ever add room, so the
         * bound holds when it does; a stale count of pops errs towards full. */
        const uint64_t popped = atr__ring_popped(ring);
        if (at >= popped && at - popped >= capacity) {
            return false;
        }
        cell = &ring->cells[at & (ring->size - 1)];
        /* acquire: pairs with the consumer's release below, so that its copy out of this cell
         * happened before we write into it. */
        const uint64_t turn = atomic_load_explicit(&cell->turn, memory_order_acquire);
        if (turn == at) {
            /* relaxed both ways: winning the position gives the cell to us alone, and what makes
             * its content safe to touch was the acquire above. */
            if (atomic_compare_exchange_weak_explicit(&ring->push_at, &at, at + 1,
                                                      memory_order_relaxed, memory_order_relaxed)) {
                break;
            }
        } else if (turn < at) {
            return false; /* still holds the command of one round ago, or its consumer is there */
        } else {
            at = atomic_load_explicit(&ring->push_at, memory_order_relaxed); /* as the first */
        }
    }
    /* release: the claim above comes first for whoever sees a later number, see
     * atr__ring_claimed. */
    cell->item.order =
        sequence != NULL ? atomic_fetch_add_explicit(sequence, 1u, memory_order_release) : at;
    cell->item.cmd = *cmd;
    /* release: whoever sees this turn sees the whole item. */
    atomic_store_explicit(&cell->turn, at + 1, memory_order_release);
    return true;
}

static inline bool atr__ring_pop(atr__Ring *ring, atr__QueueItem *out)
{
    /* relaxed: as in push. */
    uint64_t at = atomic_load_explicit(&ring->pop_at, memory_order_relaxed);
    atr__RingCell *cell = NULL;
    for (;;) {
        cell = &ring->cells[at & (ring->size - 1)];
        /* acquire: pairs with the producer's release, so that the item is complete. */
        const uint64_t turn = atomic_load_explicit(&cell->turn, memory_order_acquire);
        if (turn == at + 1) {
            /* relaxed both ways: as in push. */
            if (atomic_compare_exchange_weak_explicit(&ring->pop_at, &at, at + 1,
                                                      memory_order_relaxed, memory_order_relaxed)) {
                break;
            }
        } else if (turn < at + 1) {
            return false; /* empty, or its producer is still writing */
        } else {
            at = atomic_load_explicit(&ring->pop_at, memory_order_relaxed);
        }
    }
    *out = cell->item;
    /* release: our copy is finished before the producer of the next round may write. */
    atomic_store_explicit(&cell->turn, at + ring->size, memory_order_release);
    return true;
}

/* Pops up to `most` commands with one claim. */
static inline uint32_t atr__ring_pop_many(atr__Ring *ring, atr__QueueItem *out, uint32_t most)
{
    /* relaxed, here and in the compare-exchange: as in push. */
    uint64_t at = atomic_load_explicit(&ring->pop_at, memory_order_relaxed);
    uint32_t count = 0;
    do {
        /* Ready cells stay so until pop_at passes them, and then the claim fails. */
        for (count = 0; count < most; count++) {
            atr__RingCell *cell = &ring->cells[(at + count) & (ring->size - 1)];
            /* acquire: pairs with the producer's release, so that the item is complete. */
            if (atomic_load_explicit(&cell->turn, memory_order_acquire) != at + count + 1) {
                break;
            }
        }
        if (count == 0) {
            return 0;
        }
    } while (!atomic_compare_exchange_weak_explicit(&ring->pop_at, &at, at + count,
                                                    memory_order_relaxed, memory_order_relaxed));
    for (uint32_t i = 0; i < count; i++) {
        atr__RingCell *cell = &ring->cells[(at + i) & (ring->size - 1)];
        out[i] = cell->item;
        /* release: our copy is finished before the producer of the next round may write. */
        atomic_store_explicit(&cell->turn, at + i + ring->size, memory_order_release);
    }
    return count;
}

#endif
