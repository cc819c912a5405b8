/* C11 atomics in one place; a compiler without them needs only this file. */
#ifndef ATR_BASE_ATOMIC_H
#define ATR_BASE_ATOMIC_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Two hot indices on one line make every write of one a miss for the other. */
#define ATR__CACHE_LINE 64

#endif
