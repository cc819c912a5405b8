/* A bounded ring for many producers and the one consumer that takes everything at once: what a
 * queue that drops the newest needs, and quicker than ring.h, because a producer never reads a cell
 * that the consumer has written.
 *
 *     claimed   positions given to producers
 *     left      positions the consumer has passed; their cells are free
 *     turn      of a cell: p + 1 once position p is complete; with VOID: without a command
 *
 * The consumer stops at the first cell that is not complete, so commands come out in the order of
 * their positions. Cells are apart by two cache lines: neighbours are written by different
 * processors, and these fetch lines in pairs. Counts have 64 bits and do not come round.
 *
 * A claim is one addition while there is room for MARGIN more, and a compare-exchange near the end,
 * which cannot go too far. An addition can: between the look and the addition others may have taken
 * all the room. Who then holds a position at or beyond the bound leaves it void, and its push is
 * refused; so never more than `capacity` commands wait. While voids wait they take places, so that
 * for as long a push may be refused a little early.
 *
 * Each thread holds at most one position beyond the bound at a time. Cells for twice the capacity
 * leave room for as many such threads as the capacity, which is above MARGIN wherever additions
 * happen, before a cell could be claimed that the consumer has not passed. */
#ifndef ATR_QUEUE_STREAM_H
#define ATR_QUEUE_STREAM_H

#include "queue/ring.h"

#define ATR__STREAM_MARGIN 64u
#define ATR__STREAM_VOID   (UINT64_C(1) << 63)

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
    atomic_uint_fast64_t left;   /* written by the consumer only */
    atomic_uint_fast64_t passed; /* voids below `left`; the same */
    char before_voids[ATR__CACHE_LINE];
    atomic_uint_fast64_t voids;
    char after_voids[ATR__CACHE_LINE];
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
    atomic_init(&stream->passed, 0);
    atomic_init(&stream->voids, 0);
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

/* Whether the position, just added, lies within the bound; `left` was seen before the addition. */
static inline bool atr__stream_is_within(atr__Stream *stream, uint64_t at, uint64_t left)
{
    /* acquire: as in atr__stream_claim. The addition itself orders nothing, so we may write only
     * into a cell that this load, or the one before, shows to be free. */
    return at - left < stream->capacity ||
           at - atomic_load_explicit(&stream->left, memory_order_acquire) < stream->capacity;
}

static inline void atr__stream_leave_void(atr__Stream *stream, uint64_t at)
{
    /* relaxed: a statistic. */
    atomic_fetch_add_explicit(&stream->voids, 1u, memory_order_relaxed);
    /* release: whoever passes this position finds it counted. The cell was passed a whole round
     * ago, nothing else of it is touched. */
    atomic_store_explicit(&stream->cells[at & (stream->size - 1)].turn, (at + 1) | ATR__STREAM_VOID,
                          memory_order_release);
}

/* Where there seemed to be room when `left` was seen. False: there was none any more. */
static inline bool atr__stream_claim_next(atr__Stream *stream, uint64_t left, uint64_t *out)
{
    /* relaxed: the addition gives the position to us alone. */
    *out = atomic_fetch_add_explicit(&stream->claimed, 1u, memory_order_relaxed);
    if (atr__stream_is_within(stream, *out, left)) {
        return true;
    }
    atr__stream_leave_void(stream, *out);
    return false;
}

/* Repeats only when the consumer has made room meanwhile. */
static inline bool atr__stream_claim(atr__Stream *stream, uint64_t *out)
{
    for (;;) {
        /* acquire: pairs with the consumer's release, so that its copies out of the cells below it
         * happened before we write into them, and so that `claimed`, read after it, is not less. */
        const uint64_t left = atomic_load_explicit(&stream->left, memory_order_acquire);
        /* relaxed: a stale count fails the compare-exchange, or shows after the addition. */
        const uint64_t at = atomic_load_explicit(&stream->claimed, memory_order_relaxed);
        if (at - left + ATR__STREAM_MARGIN < stream->capacity) {
            return atr__stream_claim_next(stream, left, out);
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
    uint64_t at = atomic_load_explicit(&stream->left, memory_order_relaxed);
    const uint64_t passed = atomic_load_explicit(&stream->passed, memory_order_relaxed);
    uint64_t voids = 0;
    uint32_t count = 0;
    for (;; at++) {
        atr__StreamCell *cell = &stream->cells[at & (stream->size - 1)];
        /* acquire: pairs with the producer's release, so that the command is complete. */
        const uint64_t turn = atomic_load_explicit(&cell->turn, memory_order_acquire);
        const bool is_void = turn == ((at + 1) | ATR__STREAM_VOID);
        if (!is_void && (turn != at + 1 || count == most)) {
            break;
        }
        if (is_void) {
            voids++;
        } else {
            out[count].order = at;
            out[count++].cmd = cell->cmd;
        }
    }
    /* relaxed: a statistic. */
    atomic_store_explicit(&stream->passed, passed + voids, memory_order_relaxed);
    /* release: our copies are finished before a producer may write. */
    atomic_store_explicit(&stream->left, at, memory_order_release);
    return count;
}

/* Any thread, for statistics: commands that came in and went out since the start. Not read at one
 * moment. */
static inline void atr__stream_counts(const atr__Stream *stream, uint64_t *out_pushed,
                                      uint64_t *out_taken)
{
    atr__Stream *s = (atr__Stream *)(uintptr_t)stream;
    const uint64_t left = atomic_load_explicit(&s->left, memory_order_acquire);
    const uint64_t passed = atomic_load_explicit(&s->passed, memory_order_relaxed);
    const uint64_t claimed = atomic_load_explicit(&s->claimed, memory_order_relaxed);
    const uint64_t voids = atomic_load_explicit(&s->voids, memory_order_relaxed);
    *out_taken = left > passed ? left - passed : 0;
    *out_pushed = claimed > voids ? claimed - voids : 0;
}

#endif
