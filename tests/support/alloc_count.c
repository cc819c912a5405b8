/* malloc and its relatives, defined by the program: they count and hand on to glibc's own. free
 * needs no replacement. */
#define _GNU_SOURCE

#include "alloc_count.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define COUNTS 0
#else
#define COUNTS 1
#endif

static _Thread_local bool counting;
static _Thread_local uint64_t requests;

#if COUNTS

#define EXPORT __attribute__((visibility("default")))

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

/* The C library names its parameters with two underscores. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

static void note(void)
{
    requests += counting ? 1 : 0;
}

EXPORT void *malloc(size_t size)
{
    note();
    return __libc_malloc(size);
}

EXPORT void *calloc(size_t count, size_t size)
{
    note();
    return __libc_calloc(count, size);
}

EXPORT void *realloc(void *memory, size_t size)
{
    note();
    return __libc_realloc(memory, size);
}

EXPORT void *memalign(size_t alignment, size_t size)
{
    note();
    return __libc_memalign(alignment, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    note();
    return __libc_memalign(alignment, size);
}

EXPORT int posix_memalign(void **out, size_t alignment, size_t size)
{
    note();
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) {
        return EINVAL;
    }
    void *memory = __libc_memalign(alignment, size);
    if (memory == NULL) {
        return ENOMEM;
    }
    *out = memory;
    return 0;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

#endif

bool alloc_count_works(void)
{
    const char *volatile text = "any text";
    alloc_count_start();
    char *volatile own = malloc(1);
    char *volatile inside = strdup(text);
    const uint64_t seen = alloc_count_stop();
    free(own);
    free(inside);
    return seen == 2;
}

void alloc_count_start(void)
{
    requests = 0;
    counting = true;
}

uint64_t alloc_count_stop(void)
{
    counting = false;
    return requests;
}
