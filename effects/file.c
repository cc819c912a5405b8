/* Whole files within a bound, and errors that say where. */
#define _POSIX_C_SOURCE 200809L

#include "effects_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void atr__error_clear(atr_Error *error)
{
    if (error != NULL) {
        *error = (atr_Error){ 0 };
    }
}

void atr__error_source(atr_Error *error, const char *source)
{
    if (error != NULL) {
        snprintf(error->source, sizeof error->source, "%s", source != NULL ? source : "");
    }
}

void atr__error_set(atr_Error *error, uint32_t line, uint32_t column, const char *format, ...)
{
    if (error == NULL) {
        return;
    }
    error->line = line;
    error->column = column;
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
}

bool atr__name_is_plain(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL &&
           strchr(name, '\\') == NULL;
}

static atr_Status read_all(int file, size_t size, void **out, size_t *out_size, atr_Error *error)
{
    char *data = malloc(size + 1);
    if (data == NULL) {
        atr__error_set(error, 0, 0, "out of memory");
        return ATR_ERR_NO_MEMORY;
    }
    size_t have = 0;
    while (have < size) {
        const ssize_t got = read(file, data + have, size - have);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            atr__error_set(error, 0, 0, "cannot be read: %s", strerror(errno));
            free(data);
            return ATR_ERR_IO;
        }
        if (got == 0) {
            break;
        }
        have += (size_t)got;
    }
    data[have] = '\0';
    *out = data;
    *out_size = have;
    return ATR_OK;
}

atr_Status atr__file_read(const char *path, size_t limit, void **out, size_t *out_size,
                          atr_Error *error)
{
    *out = NULL;
    *out_size = 0;
    atr__error_clear(error);
    atr__error_source(error, path);
    /* Non-blocking, so that a pipe of that name cannot hold us up. */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        const int reason = errno;
        atr__error_set(error, 0, 0, "cannot be opened: %s", strerror(reason));
        return reason == ENOENT ? ATR_ERR_NOT_FOUND : ATR_ERR_IO;
    }
    struct stat about;
    atr_Status st = ATR_ERR_FORMAT;
    if (fstat(file, &about) != 0) {
        atr__error_set(error, 0, 0, "cannot be read: %s", strerror(errno));
        st = ATR_ERR_IO;
    } else if (!S_ISREG(about.st_mode)) {
        atr__error_set(error, 0, 0, "expected a regular file");
    } else if ((uint64_t)about.st_size > limit) {
        atr__error_set(error, 0, 0, "expected at most %zu bytes, found %lld", limit,
                       (long long)about.st_size);
    } else {
        st = read_all(file, (size_t)about.st_size, out, out_size, error);
    }
    close(file);
    return st;
}
