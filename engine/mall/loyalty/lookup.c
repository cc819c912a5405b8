/*
 * Users and stores through the memory cache, by internal ids and card hashes only.
 *
 * What this process changes is forgotten at once; what another one changes is seen when the entry's
 * time has passed: a few seconds for standings, half a minute for stores. Keys are never cached: a
 * revocation must count from the next receipt on. Settling reads the standing from the store
 * itself, so a stale entry can show an old balance for a moment, never credit a wrong one.
 */
#define _POSIX_C_SOURCE 200809L

#include "loyalty/loyalty_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define USER_TTL_MS  5000
#define CARD_TTL_MS  60000
#define STORE_TTL_MS 30000

#define KEY_SIZE 40 /* a letter and at most 32 bytes */

typedef struct Key {
    uint8_t bytes[KEY_SIZE];
    size_t size;
} Key;

static Key make_key(char letter, const void *data, size_t size)
{
    Key key = { .size = 1 + size };
    key.bytes[0] = (uint8_t)letter;
    memcpy(key.bytes + 1, data, size);
    return key;
}

static atr_Bytes key_bytes(const Key *key)
{
    return (atr_Bytes){ key->bytes, key->size };
}

/* The loaders get the whole cache key and read what follows its letter. `out` is the caller's own
 * variable, of the type that its key's letter stands for. */
static atr_Status load_user(void *user, atr_Bytes key, void *out, size_t capacity, size_t *size,
                            uint64_t *ttl_ms)
{
    const atr_Loyalty *loyalty = user;
    atr_UserId id = 0;
    memcpy(&id, (const uint8_t *)key.data + 1, sizeof id);
    ATR_ASSERT(capacity == sizeof(atr_User));
    *size = capacity;
    *ttl_ms = USER_TTL_MS;
    return loyalty->store.ops->user_by_id(loyalty->store.self, id, out);
}

static atr_Status load_card(void *user, atr_Bytes key, void *out, size_t capacity, size_t *size,
                            uint64_t *ttl_ms)
{
    const atr_Loyalty *loyalty = user;
    atr_User found;
    const atr_Status status = loyalty->store.ops->user_by_card(
        loyalty->store.self, (const uint8_t *)key.data + 1, &found);
    if (status != ATR_OK) {
        return status;
    }
    ATR_ASSERT(capacity == sizeof found.id);
    memcpy(out, &found.id, sizeof found.id);
    *size = capacity;
    *ttl_ms = CARD_TTL_MS;
    return ATR_OK;
}

static atr_Status load_store(void *user, atr_Bytes key, void *out, size_t capacity, size_t *size,
                             uint64_t *ttl_ms)
{
    const atr_Loyalty *loyalty = user;
    char id[ATR_RECEIPT_NAME_MAX + 1] = "";
    memcpy(id, (const uint8_t *)key.data + 1, key.size - 1);
    ATR_ASSERT(capacity == sizeof(atr_StoreInfo));
    *size = capacity;
    *ttl_ms = STORE_TTL_MS;
    return loyalty->store.ops->store_by_id(loyalty->store.self, id, out);
}

atr_Status atr__lookup_user(atr_Loyalty *loyalty, atr_UserId id, atr_User *out)
{
    const Key key = make_key('u', &id, sizeof id);
    size_t size = 0;
    return atr_cache_get_or_load(loyalty->cache, key_bytes(&key), out, sizeof *out, &size,
                                 load_user, loyalty);
}

atr_Status atr__lookup_card(atr_Loyalty *loyalty, const uint8_t card_hash[32], atr_User *out)
{
    const Key key = make_key('c', card_hash, 32);
    atr_UserId id = 0;
    size_t size = 0;
    const atr_Status status = atr_cache_get_or_load(loyalty->cache, key_bytes(&key), &id, sizeof id,
                                                    &size, load_card, loyalty);
    return status == ATR_OK ? atr__lookup_user(loyalty, id, out) : status;
}

atr_Status atr__lookup_store(atr_Loyalty *loyalty, const char *id, atr_StoreInfo *out)
{
    const size_t length = strnlen(id, ATR_RECEIPT_NAME_MAX + 1);
    if (length == 0 || length > ATR_RECEIPT_NAME_MAX) {
        return ATR_ERR_NOT_FOUND;
    }
    const Key key = make_key('s', id, length);
    size_t size = 0;
    return atr_cache_get_or_load(loyalty->cache, key_bytes(&key), out, sizeof *out, &size,
                                 load_store, loyalty);
}

atr_Status atr_loyalty_cached_store(atr_Loyalty *loyalty, const char *id, atr_StoreInfo *out)
{
    ATR_ASSERT(loyalty != NULL && id != NULL && out != NULL);
    const size_t length = strnlen(id, ATR_RECEIPT_NAME_MAX + 1);
    if (length == 0 || length > ATR_RECEIPT_NAME_MAX) {
        return ATR_ERR_NOT_FOUND;
    }
    const Key key = make_key('s', id, length);
    size_t size = 0;
    return atr_cache_get(loyalty->cache, key_bytes(&key), out, sizeof *out, &size);
}

void atr__lookup_forget_user(atr_Loyalty *loyalty, atr_UserId id)
{
    const Key key = make_key('u', &id, sizeof id);
    (void)atr_cache_erase(loyalty->cache, key_bytes(&key));
}

void atr__lookup_describe_user(atr_UserId id, atr_OutboxEvent *event)
{
    event->kind = ATR_OUTBOX_INVALIDATE;
    snprintf(event->payload, sizeof event->payload, "user %" PRIu64, id);
}

void atr__lookup_apply(atr_Loyalty *loyalty, const atr_OutboxEvent *event)
{
    uint64_t id = 0;
    if (event->kind == ATR_OUTBOX_INVALIDATE && sscanf(event->payload, "user %" SCNu64, &id) == 1) {
        atr__lookup_forget_user(loyalty, id);
    }
}
