/**
 * atrium/queue.h: a bounded queue of draw commands, filled from any thread, drawn by one.
 *
 * Commands keep the order in which they were pushed within their layer, except in layers declared
 * unordered, where they are grouped by sprite and blend so that a GPU changes state less often. A
 * full queue does what its policy says and counts what it dropped; a push never waits.
 *
 *     atr_RenderQueue *queue = NULL;
 *     atr_Status st = atr_queue_create(&(atr_QueueDesc){ .capacity = 256 }, &queue);
 *     st = atr_queue_push(queue, &(atr_DrawCmd){ .kind = ATR_DRAW_RECT, .w = 8, .h = 8, ... });
 *     ...
 *     atr_DrawList list;                       // once a frame, on the drawing thread
 *     atr_queue_take(queue, &list);
 *
 * Threads: push from any thread; take, destroy by the owner. Nothing allocates after create.
 */
#ifndef ATRIUM_QUEUE_H
#define ATRIUM_QUEUE_H

#include <atrium/draw.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_RenderQueue atr_RenderQueue;

typedef enum atr_Overflow {
    ATR_OVERFLOW_DROP_NEWEST = 0, /* refuse the push */
    ATR_OVERFLOW_DROP_OLDEST,
    ATR_OVERFLOW_DROP_LOWEST /* the least important, the oldest of those; refuse if it is the new
                                one */
} atr_Overflow;

typedef struct atr_QueueDesc {
    uint32_t capacity;         /* most commands waiting; default 1024, 1..1,048,576 */
    atr_Overflow overflow;     /* default drop newest */
    uint32_t unordered_layers; /* bit per atr_Layer; default none */
    atr_Allocator allocator;
} atr_QueueDesc;

/** Commands of one frame, by layer, borrowed until the next take. */
typedef struct atr_DrawList {
    const atr_DrawCmd *commands;
    uint32_t count;
    uint32_t layer_first[ATR_LAYER_COUNT];
    uint32_t layer_count[ATR_LAYER_COUNT];
} atr_DrawList;

typedef struct atr_QueueStats {
    uint64_t pushed;   /* accepted */
    uint64_t refused;  /* newest dropped: the push said ATR_ERR_FULL */
    uint64_t replaced; /* older ones dropped to make room */
    uint32_t waiting;
    uint32_t high_water;
    uint32_t capacity;
} atr_QueueStats;

/** @return ATR_OK; ATR_ERR_INVALID; ATR_ERR_NO_MEMORY. */
ATR_NODISCARD ATR_API atr_Status atr_queue_create(const atr_QueueDesc *desc, atr_RenderQueue **out);
ATR_API void atr_queue_destroy(atr_RenderQueue *queue);

/**
 * Adds one command; it is copied.
 * @return ATR_OK; ATR_ERR_FULL when the policy refuses it; ATR_ERR_INVALID for an unknown layer or
 * importance.
 * @thread any; never blocks, never allocates.
 */
ATR_NODISCARD ATR_API atr_Status atr_queue_push(atr_RenderQueue *queue, const atr_DrawCmd *cmd);

/** Takes everything that waits, ordered for drawing. @thread owner */
ATR_API void atr_queue_take(atr_RenderQueue *queue, atr_DrawList *out);

ATR_API void atr_queue_stats(const atr_RenderQueue *queue, atr_QueueStats *out);

#ifdef __cplusplus
}
#endif

#endif
