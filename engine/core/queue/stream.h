/* A bounded ring for many producers and the one consumer that takes everything at once: what a
 * queue that drops the newest needs, and quicker than ring.h, because a producer never reads a cell
 * that the consumer has written.
 *
 *     claimed   positions given to producers
 *     left      positions the consumer has copied; their cells are free
 *     turn      of a cell: p + 1 once the command of position p is complete
 *
 * The consumer stops at the first cell that is not complete, so commands come out in the order of
 * their positions. Cells are apart by two cache lines: neighbours are written by different
 * processors, and these fetch lines in pairs.
 *
 * A claim is one addition as long as there is room for MARGIN threads that all saw the same count,
 * and a compare-exchange near the end. So the bound is exact unless more than MARGIN threads stand
 * between the look and the addition at one time; each of those beyond puts one more in. Cells for
 * twice the capacity leave room for as many of them as the capacity before one is written twice. */
#ifndef ATR_QUEUE_STREAM_H
#define ATR_QUEUE_STREAM_H

#include "queue/ring.h"

#define ATR__STREAM_MARGIN 64u

typedef struct atr__StreamCell {
    atomic_uint_fast64_t turn;
    atr_DrawCmd cmd;
    char apart[2 * ATR__CACHE_LINE - sizeof(atomic_uint_fast64_t) - sizeof(atr_DrawCmd)];
} atr__StreamCell;

typedef struct atr__Stream {
    atr__StreamCell *block; /* one more than `size`, so that `cells` can be aligned */
    atr__StreamCell *cells;
    uint64_t size; /* a power of two, at least twice the capacity */
    uint64_t capacity;
    char before_claimed[ATR__CACHE_LINE];
    atomic_uint_fast64_t claimed;
    char before_left[ATR__CACHE_LINE];
    atomic_uint_fast64_t left; /* written by the consumer only */
    char after_left[ATR__CACHE_LINE];
} atr__Stream;

static inline bool atr__stream_init(atr__Stream *stream, uint64_t size, uint64_t capacity,
                                    const atr_Allocator *allocator)
{
    stream->size = size;
    stream->capacity = capacity;
    stream->block = (atr__StreamCell *)atr__alloc_zero(allocator, size + 1, sizeof *stream->block);
    if (stream->block == NULL) {
        return false;
    }
    const uintptr_t past = (uintptr_t)stream->block % sizeof *stream->cells;
    char *start = (char *)stream->block + (past > 0 ? sizeof *stream->cells - past : 0);
    stream->cells = (atr__StreamCell *)(void *)start;
    for (uint64_t i = 0; i < size; i++) {
        atomic_init(&stream->cells[i].turn, 0);
    }
    atomic_init(&stream->claimed, 0);
    atomic_init(&stream->left, 0);
    return true;
}

static inline void atr__stream_deinit(atr__Stream *stream, const atr_Allocator *allocator)
{
    if (stream->block != NULL) {
        atr__free(allocator, stream->block, stream->size + 1, sizeof *stream->block);
        stream->block = NULL;
    }
}

/* Near the end: exact. False when as many wait as may. */
static inline bool atr__stream_claim_last(atr__Stream *stream, uint64_t at, uint64_t left,
                                          uint64_t *out)
{
    while (at - left < stream->capacity) {
        /* relaxed: as the addition. */
        if (atomic_compare_exchange_weak_explicit(&stream->claimed, &at, at + 1,
                                                  memory_order_relaxed, memory_order_relaxed)) {
            *out = at;
            return true;
        }
    }
    return false;
}

/* Repeats only when the consumer has made room meanwhile. */
static inline bool atr__stream_claim(atr__Stream *stream, uint64_t *out)
{
    for (;;) {
        /* acquire: pairs with the consumer's release, so that its copies out of the cells below it
         * happened before we write into them, and so that `claimed`, read after it, is not less. */
        const uint64_t left = atomic_load_explicit(&stream->left, memory_order_acquire);
        /* relaxed: a stale count is what the margin is for, or fails the compare-exchange. */
        const uint64_t at = atomic_load_explicit(&stream->claimed, memory_order_relaxed);
        if (at - left + ATR__STREAM_MARGIN < stream->capacity) {
            /* relaxed: the addition gives the cell to us alone. */
            *out = atomic_fetch_add_explicit(&stream->claimed, 1u, memory_order_relaxed);
            return true;
        }
        if (atr__stream_claim_last(stream, at, left, out)) {
            return true;
        }
        /* relaxed: only asks whether it has changed. */
        if (atomic_load_explicit(&stream->left, memory_order_relaxed) == left) {
            return false;
        }
    }
}

/* False when `capacity` commands wait. */
static inline bool atr__stream_push(atr__Stream *stream, const atr_DrawCmd *cmd)
{
    uint64_t at = 0;
    if (!atr__stream_claim(stream, &at)) {
        return false;
    }
    atr__StreamCell *cell = &stream->cells[at & (stream->size - 1)];
    cell->cmd = *cmd;
    /* release: whoever sees this turn sees the whole command. */
    atomic_store_explicit(&cell->turn, at + 1, memory_order_release);
    return true;
}

/* Consumer: copies up to `most` commands out. */
static inline uint32_t atr__stream_take(atr__Stream *stream, atr__QueueItem *out, uint32_t most)
{
    /* relaxed: our own. */
    const uint64_t at = atomic_load_explicit(&stream->left, memory_order_relaxed);
    uint32_t count = 0;
    for (; count < most; count++) {
        atr__StreamCell *cell = &stream->cells[(at + count) & (stream->size - 1)];
        /* acquire: pairs with the producer's release, so that the command is complete. */
        if (atomic_load_explicit(&cell->turn, memory_order_acquire) != at + count + 1) {
            break;
        }
        out[count].order = at + count;
        out[count].cmd = cell->cmd;
    }
    /* release: our copies are finished before a producer may write. */
    atomic_store_explicit(&stream->left, at + count, memory_order_release);
    return count;
}

#endif
