/**
 * atrium/cache.h: a bounded memory cache in front of something slow.
 *
 * Entries are bytes under a key of bytes, with a time to live. Two limits hold at every moment:
 * entries and bytes, where bytes are what the cache took from its allocator, keys and bookkeeping
 * included. What was used least recently goes first. A put that cannot fit says ATR_ERR_FULL.
 *
 *     atr_Cache *cache = NULL;
 *     atr_Status st = atr_cache_create(&(atr_CacheDesc){ .max_entries = 10000 }, &cache);
 *     st = atr_cache_put(cache, key, value, 60000);
 *     size_t size = 0;
 *     st = atr_cache_get(cache, key, buffer, sizeof buffer, &size);
 *
 * Threads: any; one lock, held only to look up and copy one entry. `atr_cache_get_or_load` runs the
 * loader on the calling thread with no lock held; threads that miss the same key meanwhile wait for
 * that one load, so it is not for the render thread: that one uses `atr_cache_get`.
 */
#ifndef ATRIUM_CACHE_H
#define ATRIUM_CACHE_H

#include <atrium/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_Cache atr_Cache;

#define ATR_CACHE_KEY_MAX 255u /* bytes */

typedef struct atr_CacheDesc {
    uint32_t max_entries;    /* default 10,000; 1..16,777,216 */
    size_t max_bytes;        /* default 16 MiB; all memory of the cache but its fixed tables */
    uint64_t default_ttl_ms; /* for puts with ttl 0; default 0: no expiry */
    atr_Allocator allocator;
    atr_Clock clock;
} atr_CacheDesc;

typedef struct atr_CacheStats {
    uint32_t entries;
    uint32_t max_entries;
    size_t bytes;
    size_t max_bytes;
    size_t bytes_high; /* most bytes ever held: never above max_bytes */
    uint64_t hits;
    uint64_t misses;
    uint64_t puts;
    uint64_t evictions;   /* to make room */
    uint64_t expirations; /* too old */
    uint64_t erased;
    uint64_t refused; /* puts answered FULL */
    uint64_t loads;
    uint64_t load_failures;
} atr_CacheStats;

/**
 * Fetches the value of a missing key into `out`, at most `capacity` bytes; sets `size` and, to
 * change it from the default, `ttl_ms`. Called with no lock held.
 * @return ATR_OK: cached and returned; anything else is returned to the caller, nothing is cached.
 */
typedef atr_Status (*atr_CacheLoadFn)(void *user, atr_Bytes key, void *out, size_t capacity,
                                      size_t *size, uint64_t *ttl_ms);

ATR_NODISCARD ATR_API atr_Status atr_cache_create(const atr_CacheDesc *desc, atr_Cache **out);
ATR_API void atr_cache_destroy(atr_Cache *cache);

/**
 * Copies a value out.
 * @param size  The value's size, also when it does not fit (then ATR_ERR_FULL, nothing copied).
 * @return ATR_OK; ATR_ERR_NOT_FOUND; ATR_ERR_FULL; ATR_ERR_INVALID for a key empty or too long.
 * @thread any, the render thread too: no I/O, no allocation.
 */
ATR_NODISCARD ATR_API atr_Status atr_cache_get(atr_Cache *cache, atr_Bytes key, void *out,
                                               size_t capacity, size_t *size);

/**
 * Adds or replaces, evicting what was used least recently. On failure the key's older value is gone
 * too, since it would be stale.
 * @param ttl_ms  0: the default.
 * @return ATR_OK; ATR_ERR_FULL for an entry larger than the whole cache; ATR_ERR_NO_MEMORY;
 *         ATR_ERR_INVALID for a key empty or too long.
 */
ATR_NODISCARD ATR_API atr_Status atr_cache_put(atr_Cache *cache, atr_Bytes key, atr_Bytes value,
                                               uint64_t ttl_ms);

/** Removes one. A load that is under way for it will not be stored. @return ATR_OK or NOT_FOUND. */
ATR_API atr_Status atr_cache_erase(atr_Cache *cache, atr_Bytes key);

/** Removes everything, loads under way included. */
ATR_API void atr_cache_clear(atr_Cache *cache);

/**
 * As get; on a miss loads once for all threads that ask meanwhile, and stores the result unless the
 * key was put, erased or cleared since the load began. What fits the caller's buffer but not the
 * cache is returned all the same. `load` must not ask for its own key.
 * @return ATR_OK; what `load` returned; ATR_ERR_FULL for a buffer too small.
 * @thread any that may wait
 */
ATR_NODISCARD ATR_API atr_Status atr_cache_get_or_load(atr_Cache *cache, atr_Bytes key, void *out,
                                                       size_t capacity, size_t *size,
                                                       atr_CacheLoadFn load, void *user);

ATR_API void atr_cache_stats(const atr_Cache *cache, atr_CacheStats *out);

#ifdef __cplusplus
}
#endif

#endif
