/* See queue_peers.h. Queues of pointers get a pool of commands, twice as many as can wait, used in
 * turn: no peer pays for an allocation that is not its own. */
#define _POSIX_C_SOURCE 200809L

#include "queue_peers.h"

#include "base/atomic.h"
#include "base/thread.h"

#include <SDL.h>

#ifdef ATR_BENCH_HAS_GLIB
#include <glib.h>
#endif
#ifdef ATR_BENCH_HAS_CK
#include <ck_ring.h>
#endif

/* ---- Commands behind pointers ---------------------------------------------------------------- */

static struct {
    atr_DrawCmd commands[2 * QUEUE_CAPACITY];
    char before_next[ATR__CACHE_LINE];
    atomic_uint next;
} pool;

static atr_DrawCmd *pool_copy(const atr_DrawCmd *cmd)
{
    const unsigned index = atomic_fetch_add_explicit(&pool.next, 1u, memory_order_relaxed);
    atr_DrawCmd *copy = &pool.commands[index % ATR_COUNT_OF(pool.commands)];
    *copy = *cmd;
    return copy;
}

/* ---- A mutex --------------------------------------------------------------------------------- */

static struct {
    atr__Mutex lock;
    uint32_t first;
    uint32_t count;
    atr_DrawCmd ring[QUEUE_CAPACITY];
} mutex_ring;

static bool mutex_open(void)
{
    mutex_ring.first = 0;
    mutex_ring.count = 0;
    return atr__mutex_init(&mutex_ring.lock);
}

static void mutex_close(void)
{
    atr__mutex_deinit(&mutex_ring.lock);
}

static bool mutex_push(const atr_DrawCmd *cmd)
{
    atr__mutex_lock(&mutex_ring.lock);
    const bool room = mutex_ring.count < QUEUE_CAPACITY;
    if (room) {
        mutex_ring.ring[(mutex_ring.first + mutex_ring.count) % QUEUE_CAPACITY] = *cmd;
        mutex_ring.count++;
    }
    atr__mutex_unlock(&mutex_ring.lock);
    return room;
}

static uint32_t mutex_take(atr_DrawCmd *out)
{
    atr__mutex_lock(&mutex_ring.lock);
    const uint32_t count = mutex_ring.count;
    for (uint32_t i = 0; i < count; i++) {
        out[i] = mutex_ring.ring[(mutex_ring.first + i) % QUEUE_CAPACITY];
    }
    mutex_ring.first = (mutex_ring.first + count) % QUEUE_CAPACITY;
    mutex_ring.count = 0;
    atr__mutex_unlock(&mutex_ring.lock);
    return count;
}

/* ---- SDL's events ---------------------------------------------------------------------------- */

static Uint32 event_type;

static bool sdl_open(void)
{
    if (SDL_Init(SDL_INIT_EVENTS) != 0) {
        return false;
    }
    event_type = SDL_RegisterEvents(1);
    return event_type != (Uint32)-1;
}

static bool sdl_push(const atr_DrawCmd *cmd)
{
    SDL_Event event = { 0 };
    event.type = event_type;
    event.user.data1 = pool_copy(cmd);
    return SDL_PushEvent(&event) == 1;
}

static uint32_t sdl_take(atr_DrawCmd *out)
{
    static SDL_Event events[QUEUE_CAPACITY];
    const int count =
        SDL_PeepEvents(events, (int)QUEUE_CAPACITY, SDL_GETEVENT, event_type, event_type);
    for (int i = 0; i < count; i++) {
        out[i] = *(const atr_DrawCmd *)events[i].user.data1;
    }
    return count > 0 ? (uint32_t)count : 0;
}

/* ---- GLib ------------------------------------------------------------------------------------ */

#ifdef ATR_BENCH_HAS_GLIB
static GAsyncQueue *async_queue;

static bool glib_open(void)
{
    async_queue = g_async_queue_new();
    return async_queue != NULL;
}

static void glib_close(void)
{
    g_async_queue_unref(async_queue);
}

static bool glib_push(const atr_DrawCmd *cmd)
{
    g_async_queue_push(async_queue, pool_copy(cmd));
    return true;
}

static uint32_t glib_take(atr_DrawCmd *out)
{
    uint32_t count = 0;
    g_async_queue_lock(async_queue);
    while (count < QUEUE_CAPACITY) {
        const atr_DrawCmd *cmd = (const atr_DrawCmd *)g_async_queue_try_pop_unlocked(async_queue);
        if (cmd == NULL) {
            break;
        }
        out[count++] = *cmd;
    }
    g_async_queue_unlock(async_queue);
    return count;
}
#endif

/* ---- Concurrency Kit ------------------------------------------------------------------------- */

#ifdef ATR_BENCH_HAS_CK
/* cppcheck-suppress unknownMacro ; of ck_ring.h, which it does not read */
CK_RING_PROTOTYPE(commands, atr_DrawCmd)

static ck_ring_t ring;
static atr_DrawCmd ring_commands[2 * QUEUE_CAPACITY]; /* a power of two, less one */

static bool ck_open(void)
{
    ck_ring_init(&ring, (unsigned)ATR_COUNT_OF(ring_commands));
    return true;
}

static bool ck_push(const atr_DrawCmd *cmd)
{
    atr_DrawCmd copy = *cmd; /* its argument is not const; gone after inlining */
    return CK_RING_ENQUEUE_MPSC(commands, &ring, ring_commands, &copy);
}

static bool ck_push_alone(const atr_DrawCmd *cmd)
{
    atr_DrawCmd copy = *cmd;
    return CK_RING_ENQUEUE_SPSC(commands, &ring, ring_commands, &copy);
}

static uint32_t ck_take(atr_DrawCmd *out)
{
    uint32_t count = 0;
    while (count < QUEUE_CAPACITY &&
           CK_RING_DEQUEUE_MPSC(commands, &ring, ring_commands, &out[count])) {
        count++;
    }
    return count;
}
#endif

static void close_nothing(void)
{
}

const QueuePeer *queue_peer(uint32_t index)
{
    static const QueuePeer peers[] = {
        { "mutex", mutex_open, mutex_close, mutex_push, mutex_take },
        { "SDL_PushEvent", sdl_open, SDL_Quit, sdl_push, sdl_take },
#ifdef ATR_BENCH_HAS_GLIB
        { "GAsyncQueue", glib_open, glib_close, glib_push, glib_take },
#endif
#ifdef ATR_BENCH_HAS_CK
        { "ck_ring", ck_open, close_nothing, ck_push, ck_take },
        { "ck_ring_spsc", ck_open, close_nothing, ck_push_alone, ck_take },
#endif
    };
    return index < ATR_COUNT_OF(peers) ? &peers[index] : NULL;
}
