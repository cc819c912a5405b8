/* The cache of scaled sprites: one block of memory, cut by the buddy scheme (blocks of 2^n units,
 * halves merged again when both are free), so that it never grows and never fragments for good. An
 * entry's head lies at the start of its own block. The least recently used make room. */
#include "compose/compose_internal.h"

#include "base/alloc.h"

#define UNIT      1024 /* bytes; the smallest block */
#define ORDERS    21   /* up to 1 GiB */
#define KEPT_PART 4    /* an entry takes at most 1/2^4 of the cache */
#define NONE      UINT32_MAX
#define IS_FREE   0x80u
#define INSIDE    0x7fu

/* At the start of each block: of a free one only the list links count. */
typedef struct Head {
    uint32_t newer, older; /* by use; in a free block: neighbours in its free list */
    uint32_t chain;        /* next of the same bucket */
    uint32_t sprite;
    atr__Scaled scaled;
} Head;

struct atr__ScaleCache {
    atr_Allocator allocator;
    uint8_t *memory;
    uint32_t units; /* a power of two */
    uint32_t top_order;
    uint8_t *state; /* per unit: order of the block that starts here, IS_FREE; or INSIDE */
    uint32_t *buckets;
    uint32_t free_first[ORDERS];
    uint32_t newest, oldest;
    size_t used_bytes;
};

static Head *head_at(const atr__ScaleCache *cache, uint32_t unit)
{
    return (Head *)(void *)(cache->memory + (size_t)unit * UNIT);
}

static void free_list_add(atr__ScaleCache *cache, uint32_t unit, uint32_t order)
{
    Head *head = head_at(cache, unit);
    head->newer = NONE;
    head->older = cache->free_first[order];
    if (head->older != NONE) {
        head_at(cache, head->older)->newer = unit;
    }
    cache->free_first[order] = unit;
    cache->state[unit] = (uint8_t)(order | IS_FREE);
}

static void free_list_remove(atr__ScaleCache *cache, uint32_t unit, uint32_t order)
{
    const Head *head = head_at(cache, unit);
    if (head->newer != NONE) {
        head_at(cache, head->newer)->older = head->older;
    } else {
        cache->free_first[order] = head->older;
    }
    if (head->older != NONE) {
        head_at(cache, head->older)->newer = head->newer;
    }
    cache->state[unit] = INSIDE;
}

static uint32_t block_take(atr__ScaleCache *cache, uint32_t order)
{
    uint32_t found = order;
    while (found <= cache->top_order && cache->free_first[found] == NONE) {
        found++;
    }
    if (found > cache->top_order) {
        return NONE;
    }
    const uint32_t unit = cache->free_first[found];
    free_list_remove(cache, unit, found);
    while (found > order) {
        found--;
        free_list_add(cache, unit + (1u << found), found);
    }
    cache->state[unit] = (uint8_t)order;
    cache->used_bytes += (size_t)UNIT << order;
    return unit;
}

static void block_give(atr__ScaleCache *cache, uint32_t unit)
{
    uint32_t order = cache->state[unit];
    cache->used_bytes -= (size_t)UNIT << order;
    while (order < cache->top_order) {
        const uint32_t buddy = unit ^ (1u << order);
        if (cache->state[buddy] != (order | IS_FREE)) {
            break;
        }
        free_list_remove(cache, buddy, order);
        cache->state[unit] = INSIDE;
        unit &= ~(1u << order);
        order++;
    }
    free_list_add(cache, unit, order);
}

static uint32_t *bucket_of(const atr__ScaleCache *cache, uint32_t sprite, int32_t width,
                           int32_t height)
{
    uint32_t hash = sprite * 0x9e3779b1u;
    hash = (hash ^ (uint32_t)width) * 0x85ebca6bu;
    hash = (hash ^ (uint32_t)height ^ (hash >> 15)) * 0xc2b2ae35u;
    return &cache->buckets[(hash ^ (hash >> 16)) & (cache->units - 1)];
}

static void use_list_remove(atr__ScaleCache *cache, uint32_t unit)
{
    const Head *head = head_at(cache, unit);
    *(head->newer != NONE ? &head_at(cache, head->newer)->older : &cache->newest) = head->older;
    *(head->older != NONE ? &head_at(cache, head->older)->newer : &cache->oldest) = head->newer;
}

static void use_list_add(atr__ScaleCache *cache, uint32_t unit)
{
    Head *head = head_at(cache, unit);
    head->newer = NONE;
    head->older = cache->newest;
    *(cache->newest != NONE ? &head_at(cache, cache->newest)->newer : &cache->oldest) = unit;
    cache->newest = unit;
}

static void evict(atr__ScaleCache *cache, uint32_t unit)
{
    const Head *head = head_at(cache, unit);
    uint32_t *link = bucket_of(cache, head->sprite, head->scaled.width, head->scaled.height);
    while (*link != unit) {
        link = &head_at(cache, *link)->chain;
    }
    *link = head->chain;
    use_list_remove(cache, unit);
    block_give(cache, unit);
}

void atr__cache_clear(atr__ScaleCache *cache)
{
    memset(cache->state, INSIDE, cache->units);
    memset(cache->buckets, 0xff, cache->units * sizeof *cache->buckets);
    memset(cache->free_first, 0xff, sizeof cache->free_first);
    cache->newest = NONE;
    cache->oldest = NONE;
    cache->used_bytes = 0;
    free_list_add(cache, 0, cache->top_order);
}

atr_Status atr__cache_create(size_t bytes, const atr_Allocator *allocator, atr__ScaleCache **out)
{
    *out = NULL;
    atr__ScaleCache *cache = atr__alloc_zero(allocator, 1, sizeof *cache);
    if (cache == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    cache->allocator = *allocator;
    cache->units = 1;
    while (cache->top_order + 1 < ORDERS && (size_t)cache->units * 2 * UNIT <= bytes) {
        cache->units *= 2;
        cache->top_order++;
    }
    cache->memory = atr__alloc_zero(allocator, cache->units, UNIT);
    cache->state = atr__alloc_zero(allocator, cache->units, sizeof *cache->state);
    cache->buckets = atr__alloc_zero(allocator, cache->units, sizeof *cache->buckets);
    if (cache->memory == NULL || cache->state == NULL || cache->buckets == NULL) {
        atr__cache_destroy(cache);
        return ATR_ERR_NO_MEMORY;
    }
    atr__cache_clear(cache);
    *out = cache;
    return ATR_OK;
}

void atr__cache_destroy(atr__ScaleCache *cache)
{
    if (cache == NULL) {
        return;
    }
    const atr_Allocator allocator = cache->allocator;
    atr__free(&allocator, cache->memory, cache->units, UNIT);
    atr__free(&allocator, cache->state, cache->units, sizeof *cache->state);
    atr__free(&allocator, cache->buckets, cache->units, sizeof *cache->buckets);
    atr__free(&allocator, cache, 1, sizeof *cache);
}

const atr__Scaled *atr__cache_find(atr__ScaleCache *cache, atr_SpriteId sprite, int32_t width,
                                   int32_t height)
{
    uint32_t unit = *bucket_of(cache, sprite, width, height);
    while (unit != NONE) {
        const Head *head = head_at(cache, unit);
        if (head->sprite == sprite && head->scaled.width == width &&
            head->scaled.height == height) {
            if (cache->newest != unit) {
                use_list_remove(cache, unit);
                use_list_add(cache, unit);
            }
            return &head->scaled;
        }
        unit = head->chain;
    }
    return NULL;
}

static atr__Span span_of(const uint32_t *row, int32_t width)
{
    int32_t first = 0;
    int32_t last = width;
    while (first < last && row[first] == 0) {
        first++;
    }
    while (last > first && row[last - 1] == 0) {
        last--;
    }
    int32_t solid_first = first;
    while (solid_first < last && row[solid_first] >> 24 != 255) {
        solid_first++;
    }
    int32_t solid_last = solid_first;
    while (solid_last < last && row[solid_last] >> 24 == 255) {
        solid_last++;
    }
    return (atr__Span){ (int16_t)first, (int16_t)last, (int16_t)solid_first, (int16_t)solid_last };
}

static uint32_t rim_of(const uint32_t *pixels, int32_t width, int32_t height, int32_t pitch)
{
    const uint32_t *last_row = pixels + (ptrdiff_t)(height - 1) * pitch;
    uint32_t rim = 0;
    for (int32_t x = 0; x < width; x++) {
        rim = pixels[x] > rim ? pixels[x] : rim;
        rim = last_row[x] > rim ? last_row[x] : rim;
    }
    for (int32_t y = 0; y < height; y++) {
        const uint32_t *row = pixels + (ptrdiff_t)y * pitch;
        rim = row[0] > rim ? row[0] : rim;
        rim = row[width - 1] > rim ? row[width - 1] : rim;
    }
    return rim >> 24; /* alpha is the highest byte: the greatest pixel has the greatest */
}

static void scale_into(const atr__Scaler *scaler, atr__Scaled *scaled, uint32_t *pixels,
                       atr__Span *spans)
{
    scaled->top = scaled->height;
    scaled->bottom = 0;
    scaled->left = scaled->width;
    scaled->right = 0;
    memset(pixels, 0, (size_t)scaled->pitch * (size_t)(scaled->height + 2) * sizeof *pixels);
    for (int32_t y = 0; y < scaled->height; y++) {
        uint32_t *row = pixels + (ptrdiff_t)(y + 1) * scaled->pitch + 1;
        spans[y] = (atr__Span){ 0 };
        if (!atr__scale_rows(scaler, y)) {
            continue;
        }
        atr__scale_columns(scaler, 0, scaled->width, row);
        spans[y] = span_of(row, scaled->width);
        if (spans[y].first < spans[y].last) {
            scaled->top = y < scaled->top ? y : scaled->top;
            scaled->bottom = y + 1;
            scaled->left = spans[y].first < scaled->left ? spans[y].first : scaled->left;
            scaled->right = spans[y].last > scaled->right ? spans[y].last : scaled->right;
        }
    }
    scaled->rim = rim_of(pixels + scaled->pitch + 1, scaled->width, scaled->height, scaled->pitch);
}

const atr__Scaled *atr__cache_put(atr__ScaleCache *cache, atr_SpriteId sprite,
                                  const atr__Scaler *scaler)
{
    const int32_t pitch = scaler->width + 2 + ATR__SCALED_PAD;
    const size_t spans_size = (size_t)scaler->height * sizeof(atr__Span);
    const size_t head_size = (sizeof(Head) + 15) & ~(size_t)15;
    const size_t size =
        head_size + spans_size + (size_t)pitch * (size_t)(scaler->height + 2) * sizeof(uint32_t);
    uint32_t order = 0;
    while (((size_t)UNIT << order) < size) {
        order++;
    }
    if (order + KEPT_PART > cache->top_order) {
        return NULL;
    }
    uint32_t unit = block_take(cache, order);
    while (unit == NONE) {
        evict(cache, cache->oldest);
        unit = block_take(cache, order);
    }
    Head *head = head_at(cache, unit);
    atr__Span *spans = (atr__Span *)(void *)((uint8_t *)head + head_size);
    uint32_t *pixels = (uint32_t *)(void *)((uint8_t *)spans + spans_size);
    head->sprite = sprite;
    head->scaled = (atr__Scaled){ .pixels = pixels,
                                  .spans = spans,
                                  .width = scaler->width,
                                  .height = scaler->height,
                                  .pitch = pitch };
    scale_into(scaler, &head->scaled, pixels, spans);
    uint32_t *bucket = bucket_of(cache, sprite, scaler->width, scaler->height);
    head->chain = *bucket;
    *bucket = unit;
    use_list_add(cache, unit);
    return &head->scaled;
}

size_t atr__cache_bytes(const atr__ScaleCache *cache)
{
    return cache->used_bytes;
}
