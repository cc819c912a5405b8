/* What suite `queue` pushes draw commands into: atrium's queue and the peers, one interface. Each
 * carries the whole command from a producer to the consumer. */
#ifndef ATR_BENCH_QUEUE_PEERS_H
#define ATR_BENCH_QUEUE_PEERS_H

#include <atrium/queue.h>

#define QUEUE_CAPACITY 1024u

typedef struct QueuePeer {
    const char *name;
    bool (*open)(void);
    void (*close)(void);
    bool (*push)(const atr_DrawCmd *cmd); /* any thread */
    /* Takes all that wait; `out` has room for QUEUE_CAPACITY. */
    uint32_t (*take)(atr_DrawCmd *out);
} QueuePeer;

/* The i-th peer this program was built with; NULL past the last.
 *
 *     mutex           a ring with a mutex held for one copy
 *     SDL_PushEvent   a user event whose data1 points to the command, copied into a pool
 *     GAsyncQueue     GLib's, of pointers to commands copied into a pool
 *     ck_ring         Concurrency Kit's, of commands, for many producers and one consumer
 *     ck_ring_spsc    the same for one producer; has no 2P row */
const QueuePeer *queue_peer(uint32_t index);

#endif
