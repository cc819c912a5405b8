/* The memory cache: a hash table of fixed size over entries in one list, most recently used first.
 * An entry is one allocation of header, key and value, so the bytes held are the sum of what was
 * asked of the allocator; room is made before anything is allocated, so the limit holds at every
 * moment and not just afterwards.
 *
 * Keys may come from outside, so the table is indexed by SipHash under a key drawn at create.
 *
 * A load under way is a Flight on the stack of the thread that loads. Others that miss the same key
 * wait for it and copy from that thread's buffer, which stays until the last of them has. An erase,
 * clear or put makes the flights of its keys stale: they still answer those who were already
 * waiting, but store nothing, and nobody joins them any more.
 *
 * Lock: one, never held while a loader runs. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/cache.h>

#include "base/alloc.h"
#include "base/thread.h"

#include <sodium.h>

#define DEFAULT_ENTRIES 10000u
#define MAX_ENTRIES     16777216u
#define DEFAULT_BYTES   ((size_t)16 * 1024 * 1024)

typedef struct Entry {
    struct Entry *next; /* in its bucket */
    struct Entry *newer;
    struct Entry *older;
    uint64_t expires_ns; /* 0: never */
    uint32_t tag;        /* upper half of the hash */
    uint32_t value_size;
    uint8_t key_size;
    unsigned char bytes[]; /* key, then value */
} Entry;

typedef struct Bucket {
    Entry *first;
} Bucket;

typedef struct Flight {
    struct Flight *next;
    atr_Bytes key; /* the loading caller's */
    uint64_t hash;
    bool stale; /* the key changed since: store nothing, let nobody join */
    bool landed;
    uint32_t waiting; /* threads that still want to copy */
    atr__Cond changed;
    atr_Status status;
    const void *value; /* the loading caller's buffer */
    size_t size;
    size_t capacity;
} Flight;

struct atr_Cache {
    atr_CacheDesc desc;
    unsigned char hash_key[crypto_shorthash_KEYBYTES];
    uint32_t bucket_count; /* a power of two */
    atr__Mutex lock;
    bool have_lock;
    /* From here on guarded by lock. */
    Bucket *buckets;
    Entry *newest;
    Entry *oldest;
    Flight *flights;
    atr_CacheStats stats;
};

static atr_CacheDesc desc_resolve(const atr_CacheDesc *desc)
{
    atr_CacheDesc d = desc != NULL ? *desc : (atr_CacheDesc){ 0 };
    d.max_entries = d.max_entries != 0 ? d.max_entries : DEFAULT_ENTRIES;
    d.max_bytes = d.max_bytes != 0 ? d.max_bytes : DEFAULT_BYTES;
    return d;
}

atr_Status atr_cache_create(const atr_CacheDesc *desc, atr_Cache **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    const atr_CacheDesc d = desc_resolve(desc);
    if (d.max_entries > MAX_ENTRIES) {
        return ATR_ERR_INVALID;
    }
    if (sodium_init() < 0) {
        return ATR_ERR_BACKEND;
    }
    atr_Cache *cache = atr__alloc_zero(&d.allocator, 1, sizeof *cache);
    if (cache == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    cache->desc = d;
    cache->stats.max_entries = d.max_entries;
    cache->stats.max_bytes = d.max_bytes;
    cache->bucket_count = 1;
    while (cache->bucket_count < d.max_entries) {
        cache->bucket_count *= 2;
    }
    crypto_shorthash_keygen(cache->hash_key);
    cache->buckets = atr__alloc_zero(&d.allocator, cache->bucket_count, sizeof *cache->buckets);
    cache->have_lock = atr__mutex_init(&cache->lock);
    if (cache->buckets == NULL || !cache->have_lock) {
        atr_cache_destroy(cache);
        return ATR_ERR_NO_MEMORY;
    }
    *out = cache;
    return ATR_OK;
}

/* ---- Entries, all with the lock held --------------------------------------------------------- */

static uint64_t hash_of(const atr_Cache *cache, atr_Bytes key)
{
    unsigned char digest[crypto_shorthash_BYTES];
    uint64_t hash = 0;
    crypto_shorthash(digest, key.data, key.size, cache->hash_key);
    memcpy(&hash, digest, sizeof hash);
    return hash;
}

static size_t entry_bytes(size_t key_size, size_t value_size)
{
    return sizeof(Entry) + key_size + value_size;
}

static Entry **bucket_of(atr_Cache *cache, uint32_t low_hash)
{
    return &cache->buckets[low_hash & (cache->bucket_count - 1)].first;
}

/* The link that leads to the key's entry, so that it can be unlinked; NULL when it is not there. */
static Entry **entry_find(atr_Cache *cache, atr_Bytes key, uint64_t hash)
{
    Entry **link = bucket_of(cache, (uint32_t)hash);
    for (; *link != NULL; link = &(*link)->next) {
        const Entry *entry = *link;
        if (entry->tag == (uint32_t)(hash >> 32) && entry->key_size == key.size &&
            memcmp(entry->bytes, key.data, key.size) == 0) {
            return link;
        }
    }
    return NULL;
}

static void list_remove(atr_Cache *cache, Entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void list_add_newest(atr_Cache *cache, Entry *entry)
{
    entry->newer = NULL;
    entry->older = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

static void entry_remove(atr_Cache *cache, Entry **link)
{
    Entry *entry = *link;
    const size_t bytes = entry_bytes(entry->key_size, entry->value_size);
    *link = entry->next;
    list_remove(cache, entry);
    cache->stats.entries--;
    cache->stats.bytes -= bytes;
    atr__free(&cache->desc.allocator, entry, bytes, 1);
}

static bool entry_expired(const Entry *entry, uint64_t now_ns)
{
    return entry->expires_ns != 0 && now_ns >= entry->expires_ns;
}

/* Evicts the least recently used until one more entry of `bytes` fits both limits. */
static void make_room(atr_Cache *cache, size_t bytes, uint64_t now_ns)
{
    while (cache->oldest != NULL && (cache->stats.entries >= cache->desc.max_entries ||
                                     cache->stats.bytes > cache->desc.max_bytes - bytes)) {
        Entry *entry = cache->oldest;
        if (entry_expired(entry, now_ns)) {
            cache->stats.expirations++;
        } else {
            cache->stats.evictions++;
        }
        const atr_Bytes key = { entry->bytes, entry->key_size };
        entry_remove(cache, entry_find(cache, key, hash_of(cache, key)));
    }
}

static uint64_t expiry_of(const atr_Cache *cache, uint64_t ttl_ms, uint64_t now_ns)
{
    ttl_ms = ttl_ms != 0 ? ttl_ms : cache->desc.default_ttl_ms;
    if (ttl_ms == 0 || ttl_ms > (UINT64_MAX - now_ns) / 1000000u) {
        return 0;
    }
    return now_ns + ttl_ms * 1000000u;
}

/* Whatever happens, the key's older value is gone afterwards: it would be stale. */
static atr_Status entry_put(atr_Cache *cache, atr_Bytes key, uint64_t hash, atr_Bytes value,
                            uint64_t ttl_ms, uint64_t now_ns)
{
    Entry **old = entry_find(cache, key, hash);
    if (old != NULL) {
        entry_remove(cache, old);
    }
    const size_t most = cache->desc.max_bytes;
    if (value.size > UINT32_MAX || value.size > most ||
        entry_bytes(key.size, 0) > most - value.size) {
        cache->stats.refused++;
        return ATR_ERR_FULL;
    }
    const size_t bytes = entry_bytes(key.size, value.size);
    make_room(cache, bytes, now_ns);
    Entry *entry = atr__alloc_zero(&cache->desc.allocator, bytes, 1);
    if (entry == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    entry->expires_ns = expiry_of(cache, ttl_ms, now_ns);
    entry->tag = (uint32_t)(hash >> 32);
    entry->value_size = (uint32_t)value.size;
    entry->key_size = (uint8_t)key.size;
    memcpy(entry->bytes, key.data, key.size);
    if (value.data != NULL) {
        memcpy(entry->bytes + key.size, value.data, value.size);
    }
    Entry **bucket = bucket_of(cache, (uint32_t)hash);
    entry->next = *bucket;
    *bucket = entry;
    list_add_newest(cache, entry);
    cache->stats.puts++;
    cache->stats.entries++;
    cache->stats.bytes += bytes;
    if (cache->stats.bytes > cache->stats.bytes_high) {
        cache->stats.bytes_high = cache->stats.bytes;
    }
    return ATR_OK;
}

static atr_Status copy_out(const void *value, size_t value_size, void *out, size_t capacity,
                           size_t *size)
{
    *size = value_size;
    if (value_size > capacity) {
        return ATR_ERR_FULL;
    }
    if (value_size > 0) {
        memcpy(out, value, value_size);
    }
    return ATR_OK;
}

static atr_Status entry_get(atr_Cache *cache, atr_Bytes key, uint64_t hash, uint64_t now_ns,
                            void *out, size_t capacity, size_t *size)
{
    Entry **link = entry_find(cache, key, hash);
    if (link != NULL && entry_expired(*link, now_ns)) {
        cache->stats.expirations++;
        entry_remove(cache, link);
        link = NULL;
    }
    if (link == NULL) {
        cache->stats.misses++;
        return ATR_ERR_NOT_FOUND;
    }
    Entry *entry = *link;
    cache->stats.hits++;
    list_remove(cache, entry);
    list_add_newest(cache, entry);
    return copy_out(entry->bytes + entry->key_size, entry->value_size, out, capacity, size);
}

/* ---- Flights, all with the lock held --------------------------------------------------------- */

static Flight *flight_find(const atr_Cache *cache, atr_Bytes key, uint64_t hash)
{
    for (Flight *flight = cache->flights; flight != NULL; flight = flight->next) {
        if (!flight->stale && flight->hash == hash && flight->key.size == key.size &&
            memcmp(flight->key.data, key.data, key.size) == 0) {
            return flight;
        }
    }
    return NULL;
}

static void flight_make_stale(const atr_Cache *cache, atr_Bytes key, uint64_t hash)
{
    Flight *flight = flight_find(cache, key, hash);
    if (flight != NULL) { /* of the flights of one key at most one is not stale */
        flight->stale = true;
    }
}

static void flight_remove(atr_Cache *cache, const Flight *flight)
{
    Flight **link = &cache->flights;
    while (*link != flight) {
        link = &(*link)->next;
    }
    *link = flight->next;
}

/* Waits for another thread's load and copies its result. */
static atr_Status flight_join(atr_Cache *cache, Flight *flight, void *out, size_t capacity,
                              size_t *size)
{
    flight->waiting++;
    while (!flight->landed) {
        atr__cond_wait(&flight->changed, &cache->lock);
    }
    atr_Status status = flight->status;
    if (status == ATR_OK) {
        status = copy_out(flight->value, flight->size, out, capacity, size);
    } else {
        *size = flight->size;
    }
    if (--flight->waiting == 0) {
        atr__cond_broadcast(&flight->changed);
    }
    return status;
}

/* Loads into the caller's buffer, stores the result if it is still current, and stays until
 * everybody who waited has copied it. The lock is given up while the loader runs. */
static atr_Status flight_lead(atr_Cache *cache, Flight *flight, void *out, size_t *size,
                              atr_CacheLoadFn load, void *user)
{
    uint64_t ttl_ms = 0;
    flight->next = cache->flights;
    cache->flights = flight;
    cache->stats.loads++;
    atr__mutex_unlock(&cache->lock);

    atr_Status status = load(user, flight->key, out, flight->capacity, &flight->size, &ttl_ms);
    const uint64_t now_ns = atr_clock_monotonic_ns(&cache->desc.clock);

    atr__mutex_lock(&cache->lock);
    if (status == ATR_OK && flight->size > flight->capacity) {
        status = ATR_ERR_INVALID; /* the loader says it wrote more than there is room for */
    }
    if (status != ATR_OK) {
        cache->stats.load_failures++;
    } else if (!flight->stale) {
        /* Refused for want of room: counted there, and the caller has the value all the same. */
        (void)entry_put(cache, flight->key, flight->hash, (atr_Bytes){ out, flight->size }, ttl_ms,
                        now_ns);
    }
    flight_remove(cache, flight);
    flight->value = out;
    flight->status = status;
    flight->landed = true;
    atr__cond_broadcast(&flight->changed);
    while (flight->waiting > 0) {
        atr__cond_wait(&flight->changed, &cache->lock);
    }
    *size = flight->size;
    return status;
}

/* ---- Calls ----------------------------------------------------------------------------------- */

static bool key_is_valid(atr_Bytes key)
{
    return key.data != NULL && key.size > 0 && key.size <= ATR_CACHE_KEY_MAX;
}

void atr_cache_destroy(atr_Cache *cache)
{
    if (cache == NULL) {
        return;
    }
    const atr_Allocator allocator = cache->desc.allocator;
    for (Entry *entry = cache->newest; entry != NULL;) {
        Entry *older = entry->older;
        atr__free(&allocator, entry, entry_bytes(entry->key_size, entry->value_size), 1);
        entry = older;
    }
    if (cache->have_lock) {
        atr__mutex_deinit(&cache->lock);
    }
    atr__free(&allocator, cache->buckets, cache->bucket_count, sizeof *cache->buckets);
    atr__free(&allocator, cache, 1, sizeof *cache);
}

atr_Status atr_cache_get(atr_Cache *cache, atr_Bytes key, void *out, size_t capacity, size_t *size)
{
    ATR_ASSERT(cache != NULL && size != NULL && (out != NULL || capacity == 0));
    if (!key_is_valid(key)) {
        return ATR_ERR_INVALID;
    }
    const uint64_t hash = hash_of(cache, key);
    const uint64_t now_ns = atr_clock_monotonic_ns(&cache->desc.clock);
    atr__mutex_lock(&cache->lock);
    const atr_Status status = entry_get(cache, key, hash, now_ns, out, capacity, size);
    atr__mutex_unlock(&cache->lock);
    return status;
}

atr_Status atr_cache_put(atr_Cache *cache, atr_Bytes key, atr_Bytes value, uint64_t ttl_ms)
{
    ATR_ASSERT(cache != NULL);
    if (!key_is_valid(key) || (value.data == NULL && value.size > 0)) {
        return ATR_ERR_INVALID;
    }
    const uint64_t hash = hash_of(cache, key);
    const uint64_t now_ns = atr_clock_monotonic_ns(&cache->desc.clock);
    atr__mutex_lock(&cache->lock);
    flight_make_stale(cache, key, hash);
    const atr_Status status = entry_put(cache, key, hash, value, ttl_ms, now_ns);
    atr__mutex_unlock(&cache->lock);
    return status;
}

atr_Status atr_cache_erase(atr_Cache *cache, atr_Bytes key)
{
    ATR_ASSERT(cache != NULL);
    if (!key_is_valid(key)) {
        return ATR_ERR_INVALID;
    }
    const uint64_t hash = hash_of(cache, key);
    atr__mutex_lock(&cache->lock);
    flight_make_stale(cache, key, hash);
    Entry **link = entry_find(cache, key, hash);
    if (link != NULL) {
        cache->stats.erased++;
        entry_remove(cache, link);
    }
    atr__mutex_unlock(&cache->lock);
    return link != NULL ? ATR_OK : ATR_ERR_NOT_FOUND;
}

void atr_cache_clear(atr_Cache *cache)
{
    ATR_ASSERT(cache != NULL);
    atr__mutex_lock(&cache->lock);
    for (Flight *flight = cache->flights; flight != NULL; flight = flight->next) {
        flight->stale = true;
    }
    cache->stats.erased += cache->stats.entries;
    Entry *entry = cache->newest;
    while (entry != NULL) {
        Entry *older = entry->older;
        atr__free(&cache->desc.allocator, entry, entry_bytes(entry->key_size, entry->value_size),
                  1);
        entry = older;
    }
    cache->newest = NULL;
    cache->oldest = NULL;
    cache->stats.entries = 0;
    cache->stats.bytes = 0;
    memset(cache->buckets, 0, cache->bucket_count * sizeof *cache->buckets);
    atr__mutex_unlock(&cache->lock);
}

atr_Status atr_cache_get_or_load(atr_Cache *cache, atr_Bytes key, void *out, size_t capacity,
                                 size_t *size, atr_CacheLoadFn load, void *user)
{
    ATR_ASSERT(cache != NULL && size != NULL && load != NULL && (out != NULL || capacity == 0));
    if (!key_is_valid(key)) {
        return ATR_ERR_INVALID;
    }
    const uint64_t hash = hash_of(cache, key);
    Flight mine = { .key = key, .hash = hash, .capacity = capacity };
    if (!atr__cond_init(&mine.changed)) {
        return ATR_ERR_NO_MEMORY;
    }
    const uint64_t now_ns = atr_clock_monotonic_ns(&cache->desc.clock);
    atr__mutex_lock(&cache->lock);
    atr_Status status = entry_get(cache, key, hash, now_ns, out, capacity, size);
    while (status == ATR_ERR_NOT_FOUND) {
        Flight *flight = flight_find(cache, key, hash);
        if (flight == NULL) {
            status = flight_lead(cache, &mine, out, size, load, user);
            break;
        }
        const size_t room = flight->capacity;
        status = flight_join(cache, flight, out, capacity, size);
        if (status == ATR_ERR_FULL && capacity > room) {
            status = ATR_ERR_NOT_FOUND; /* too large for the other's buffer: load into ours */
            continue;
        }
        break;
    }
    atr__mutex_unlock(&cache->lock);
    atr__cond_deinit(&mine.changed);
    return status;
}

void atr_cache_stats(const atr_Cache *cache, atr_CacheStats *out)
{
    ATR_ASSERT(cache != NULL && out != NULL);
    atr__Mutex *lock = (atr__Mutex *)&cache->lock;
    atr__mutex_lock(lock);
    *out = cache->stats;
    atr__mutex_unlock(lock);
}
