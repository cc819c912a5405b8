/* Makes and ends the loyalty object, and the calls that work on the caller's thread. */
#define _POSIX_C_SOURCE 200809L

#include "loyalty/loyalty_internal.h"

#include <sodium.h>
#include <string.h>

#include "base/alloc.h"

#define CAPACITY_DEFAULT      128
#define CACHE_ENTRIES_DEFAULT 4096

static bool ops_are_complete(const atr_StoreOps *ops)
{
    return ops != NULL && ops->abi == ATR_STORE_OPS_ABI && ops->submit != NULL &&
           ops->settle != NULL && ops->pending != NULL && ops->settlement != NULL &&
           ops->history != NULL && ops->user_add != NULL && ops->user_by_id != NULL &&
           ops->user_by_card != NULL && ops->store_put != NULL && ops->store_by_id != NULL &&
           ops->store_by_trn != NULL && ops->store_list != NULL && ops->key_put != NULL &&
           ops->key_by_kid != NULL && ops->key_by_bytes != NULL && ops->till_sequence != NULL &&
           ops->outbox_read != NULL && ops->outbox_ack != NULL && ops->ledger_check != NULL &&
           ops->close != NULL;
}

static void close_store(const atr_Store *store)
{
    if (store->ops != NULL && store->ops->close != NULL) {
        store->ops->close(store->self);
    }
}

static atr_Status init_locks(atr_Loyalty *loyalty)
{
    if (!atr__mutex_init(&loyalty->lock)) {
        return ATR_ERR_NO_MEMORY;
    }
    if (!atr__cond_init(&loyalty->idle)) {
        atr__mutex_deinit(&loyalty->lock);
        return ATR_ERR_NO_MEMORY;
    }
    loyalty->locks_ready = true;
    return ATR_OK;
}

static atr_Status create_parts(atr_Loyalty *loyalty, const atr_LoyaltyDesc *desc)
{
    atr_Status status = init_locks(loyalty);
    if (status == ATR_OK && loyalty->pool != NULL) {
        status = atr__requests_create(loyalty);
    }
    if (status == ATR_OK) {
        status = atr_cache_create(
            &(atr_CacheDesc){
                .max_entries =
                    desc->cache_entries > 0 ? desc->cache_entries : CACHE_ENTRIES_DEFAULT,
                .allocator = desc->allocator,
                .clock = desc->clock,
            },
            &loyalty->cache);
    }
    return status;
}

atr_Status atr_loyalty_create(const atr_LoyaltyDesc *desc, atr_Loyalty **out)
{
    ATR_ASSERT(desc != NULL && out != NULL);
    *out = NULL;
    if (!ops_are_complete(desc->store.ops) ||
        sodium_is_zero(desc->card_key, sizeof desc->card_key)) {
        close_store(&desc->store);
        return ATR_ERR_INVALID;
    }
    atr_Loyalty *loyalty = NULL;
    atr_Status status = sodium_init() < 0 ? ATR_ERR_BACKEND : ATR_OK;
    if (status == ATR_OK) {
        loyalty = atr__alloc_zero(&desc->allocator, 1, sizeof *loyalty);
        status = loyalty != NULL ? ATR_OK : ATR_ERR_NO_MEMORY;
    }
    if (status != ATR_OK) {
        close_store(&desc->store);
        return status;
    }
    loyalty->allocator = desc->allocator;
    loyalty->clock = desc->clock;
    loyalty->log = desc->log;
    loyalty->store = desc->store;
    loyalty->pool = desc->pool;
    loyalty->rules = atr_rules_resolve(&desc->rules);
    loyalty->event_percent = desc->event_percent;
    loyalty->capacity = desc->capacity > 0 ? desc->capacity : CAPACITY_DEFAULT;
    memcpy(loyalty->card_key, desc->card_key, sizeof loyalty->card_key);
    status = create_parts(loyalty, desc);
    if (status != ATR_OK) {
        atr_loyalty_destroy(loyalty);
        return status;
    }
    *out = loyalty;
    return ATR_OK;
}

void atr__loyalty_free(atr_Loyalty *loyalty)
{
    atr__requests_free(loyalty);
    if (loyalty->locks_ready) {
        atr__cond_deinit(&loyalty->idle);
        atr__mutex_deinit(&loyalty->lock);
    }
    sodium_memzero(loyalty->card_key, sizeof loyalty->card_key);
    const atr_Allocator allocator = loyalty->allocator;
    atr__free(&allocator, loyalty, 1, sizeof *loyalty);
}

void atr_loyalty_destroy(atr_Loyalty *loyalty)
{
    if (loyalty == NULL) {
        return;
    }
    if (loyalty->locks_ready) {
        atr__mutex_lock(&loyalty->lock);
        loyalty->closing = true;
        while (loyalty->running > 0) {
            atr__cond_wait(&loyalty->idle, &loyalty->lock);
        }
        atr__mutex_unlock(&loyalty->lock);
    }
    close_store(&loyalty->store);
    atr_cache_destroy(loyalty->cache);
    loyalty->cache = NULL;
    bool free_now = true;
    if (loyalty->locks_ready) {
        atr__mutex_lock(&loyalty->lock);
        loyalty->abandoned = true;
        free_now = loyalty->taken == 0;
        atr__mutex_unlock(&loyalty->lock);
    }
    if (free_now) {
        atr__loyalty_free(loyalty);
    }
}

/* ---- Blocking calls -------------------------------------------------------------------------- */

typedef struct WaitSteps {
    const atr_SubmitRequest *request;
} WaitSteps;

static void wait_step(void *user, atr_SubmitStep step)
{
    const atr_SubmitRequest *request = ((const WaitSteps *)user)->request;
    request->on_step(request->context, &request->id, step);
}

atr_Status atr_loyalty_submit_wait(atr_Loyalty *loyalty, const atr_SubmitRequest *request,
                                   atr_Settlement *out)
{
    ATR_ASSERT(loyalty != NULL && request != NULL && out != NULL);
    memset(out, 0, sizeof *out);
    if (request->user == 0 || request->text.data == NULL || request->text.size == 0 ||
        request->text.size > ATR_RECEIPT_TEXT_MAX) {
        return ATR_ERR_INVALID;
    }
    atr_Submission submission;
    WaitSteps steps = { request };
    atr__submission_fill(loyalty, request, &submission);
    return atr__submission_run(
        loyalty, &submission,
        (atr__StepSink){ request->on_step != NULL ? wait_step : NULL, &steps }, out);
}

atr_Status atr_loyalty_preview_wait(atr_Loyalty *loyalty, atr_Bytes text, int64_t at_s,
                                    const atr_ReceiptKey *pinned, atr_Preview *out)
{
    ATR_ASSERT(loyalty != NULL && out != NULL);
    return atr__preview(loyalty, text, at_s, pinned, out);
}

atr_Status atr_loyalty_resume_wait(atr_Loyalty *loyalty, uint32_t *count)
{
    ATR_ASSERT(loyalty != NULL && count != NULL);
    atr_Submission next;
    atr_Settlement settlement;
    return atr__submission_resume(loyalty, NULL, &next, &settlement, count);
}

atr_Status atr_loyalty_add_user(atr_Loyalty *loyalty, const char *digits, atr_User *out)
{
    ATR_ASSERT(loyalty != NULL && out != NULL);
    memset(out, 0, sizeof *out);
    if (!atr_card_is_valid(digits)) {
        return ATR_ERR_FORMAT;
    }
    atr_User user = {
        .standing = { .level = 1 },
        .created_ms = atr_clock_utc_ms(&loyalty->clock),
    };
    atr__card_hash(loyalty, digits, user.card_hash);
    memcpy(user.card_tail, digits + strlen(digits) - 4, 4);
    const atr_Status status = loyalty->store.ops->user_add(loyalty->store.self, &user);
    if (status == ATR_OK) {
        *out = user;
    }
    return status;
}

atr_Status atr_loyalty_find_card_wait(atr_Loyalty *loyalty, const char *digits, atr_User *out)
{
    ATR_ASSERT(loyalty != NULL && out != NULL);
    if (!atr_card_is_valid(digits)) {
        return ATR_ERR_FORMAT;
    }
    uint8_t hash[32];
    atr__card_hash(loyalty, digits, hash);
    return atr__lookup_card(loyalty, hash, out);
}

atr_Status atr_loyalty_find_user(atr_Loyalty *loyalty, atr_UserId id, atr_User *out)
{
    ATR_ASSERT(loyalty != NULL && out != NULL);
    return atr__lookup_user(loyalty, id, out);
}

const atr_Store *atr_loyalty_store(const atr_Loyalty *loyalty)
{
    ATR_ASSERT(loyalty != NULL);
    return &loyalty->store;
}

void atr_loyalty_cache_stats(const atr_Loyalty *loyalty, atr_CacheStats *out)
{
    ATR_ASSERT(loyalty != NULL && out != NULL);
    atr_cache_stats(loyalty->cache, out);
}
