/* Checked allocation over an atr_Allocator. Header only, so that every component can use it
 * without exporting it. Zeroed memory, count and size multiplied with an overflow check. */
#ifndef ATR_BASE_ALLOC_H
#define ATR_BASE_ALLOC_H

#include <atrium/base.h>

#include <stdlib.h>
#include <string.h>

static inline void *atr__alloc_zero(const atr_Allocator *allocator, size_t count, size_t size)
{
    if (count == 0 || size == 0 || count > SIZE_MAX / size) {
        return NULL;
    }
    if (allocator == NULL || allocator->alloc == NULL) {
        return calloc(count, size);
    }
    void *memory = allocator->alloc(allocator->user, count * size);
    if (memory != NULL) {
        memset(memory, 0, count * size);
    }
    return memory;
}

/* `count` and `size` as given to atr__alloc_zero. */
static inline void atr__free(const atr_Allocator *allocator, void *memory, size_t count,
                             size_t size)
{
    if (memory == NULL) {
        return;
    }
    if (allocator == NULL || allocator->free == NULL) {
        free(memory);
    } else {
        allocator->free(allocator->user, memory, count * size);
    }
}

/* Copies a string; size needed to free it is strlen + 1. NULL for NULL. */
static inline char *atr__alloc_string(const atr_Allocator *allocator, const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    const size_t size = strlen(text) + 1;
    char *copy = (char *)atr__alloc_zero(allocator, size, 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

static inline void atr__free_string(const atr_Allocator *allocator, char *text)
{
    if (text != NULL) {
        atr__free(allocator, text, strlen(text) + 1, 1);
    }
}

#endif
