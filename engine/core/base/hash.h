/* FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv): for names we chose ourselves. Not
 * for keys an outsider picks: those take a keyed hash. */
#ifndef ATR_BASE_HASH_H
#define ATR_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t atr__hash_bytes(const void *data, size_t size)
{
    const unsigned char *p = (const unsigned char *)data;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ p[i]) * 0x100000001b3u;
    }
    return hash;
}

#endif
