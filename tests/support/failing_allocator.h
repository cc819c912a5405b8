/* An allocator that counts what is out and fails the n-th request, so that a test can walk every
 * failure point of a create:
 *
 *     for (uint32_t n = 1;; n++) {
 *         FailingAllocator memory = { .fail_at = n };
 *         if (atr_queue_create(&(atr_QueueDesc){ .allocator = failing_allocator(&memory) }, &q)
 *             == ATR_OK) { ...; break; }
 *         assert_int_equal(failing_allocator_bytes(&memory), 0);
 *     }
 *
 * Safe from any thread. */
#ifndef ATR_TEST_FAILING_ALLOCATOR_H
#define ATR_TEST_FAILING_ALLOCATOR_H

#include <atrium/base.h>

#include <stdatomic.h>
#include <stdlib.h>

typedef struct FailingAllocator {
    uint32_t fail_at; /* this request and no other fails, from 1; 0: none */
    atomic_uint requests;
    atomic_size_t bytes;
    atomic_size_t bytes_high;
} FailingAllocator;

static inline void *failing_allocator_alloc(void *user, size_t size)
{
    FailingAllocator *memory = (FailingAllocator *)user;
    if (atomic_fetch_add(&memory->requests, 1u) + 1u == memory->fail_at) {
        return NULL;
    }
    void *block = malloc(size);
    if (block != NULL) {
        const size_t now = atomic_fetch_add(&memory->bytes, size) + size;
        size_t high = atomic_load(&memory->bytes_high);
        while (now > high && !atomic_compare_exchange_weak(&memory->bytes_high, &high, now)) {
        }
    }
    return block;
}

static inline void failing_allocator_free(void *user, void *block, size_t size)
{
    FailingAllocator *memory = (FailingAllocator *)user;
    if (block != NULL) {
        atomic_fetch_sub(&memory->bytes, size);
        free(block);
    }
}

static inline atr_Allocator failing_allocator(FailingAllocator *memory)
{
    return (atr_Allocator){ failing_allocator_alloc, failing_allocator_free, memory };
}

/* What is out now; a size given wrongly to free shows here too. */
static inline size_t failing_allocator_bytes(FailingAllocator *memory)
{
    return atomic_load(&memory->bytes);
}

static inline uint32_t failing_allocator_requests(FailingAllocator *memory)
{
    return atomic_load(&memory->requests);
}

#endif
