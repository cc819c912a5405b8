/* Puts the commands of one frame into drawing order. */
#ifndef ATR_QUEUE_ORDER_H
#define ATR_QUEUE_ORDER_H

#include <atrium/queue.h>

#include "queue/ring.h"

typedef struct atr__OrderKey {
    uint64_t group; /* layer; in unordered layers blend and sprite too */
    uint64_t order;
    uint32_t index;
} atr__OrderKey;

/* Sorts `count` items by layer and order; `keys` has room for twice `count`. The commands are
 * written to `out`, the layers' ranges into `list`. */
void atr__queue_order(const atr__QueueItem *items, uint32_t count, uint32_t unordered_layers,
                      atr__OrderKey *keys, atr_DrawCmd *out, atr_DrawList *list);

#endif
