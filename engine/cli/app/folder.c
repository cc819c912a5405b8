/* The data folder and the secrets in it: made private, written whole or not at all. */
#define _POSIX_C_SOURCE 200809L

#include "app_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

atr_Status app_fail(atr_Error *error, atr_Status status, const char *source, const char *format,
                    ...)
{
    if (error != NULL) {
        memset(error, 0, sizeof *error);
        snprintf(error->source, sizeof error->source, "%.*s", (int)sizeof error->source - 1,
                 source);
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
    }
    return status;
}

atr_Status app_fail_errno(atr_Error *error, const char *path, const char *what)
{
    const int code = errno;
    atr_Status st = ATR_ERR_IO;
    const char *why = "input or output failed";
    if (code == EACCES || code == EPERM || code == EROFS) {
        st = ATR_ERR_DENIED;
        why = code == EROFS ? "the file system is read-only" : "not permitted";
    } else if (code == ENOENT || code == ENOTDIR) {
        st = ATR_ERR_NOT_FOUND;
        why = "no such folder";
    } else if (code == ENOSPC) {
        why = "no space left";
    } else if (code == EEXIST) {
        st = ATR_ERR_EXISTS;
        why = "already there";
    }
    return app_fail(error, st, path, "%s: %s", what, why);
}

bool app_path(const App *app, const char *name, char out[APP_PATH_MAX])
{
    const int length = snprintf(out, APP_PATH_MAX, "%s/%s", app->config.data, name);
    return length > 0 && length < APP_PATH_MAX;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

atr_Status app_make_folder(const char *path, atr_Error *error)
{
    char part[APP_PATH_MAX];
    if (is_folder(path)) {
        return ATR_OK;
    }
    for (size_t i = 1; path[i - 1] != '\0' && i < sizeof part; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(part, path, i);
        part[i] = '\0';
        if (!is_folder(part) && mkdir(part, 0700) != 0 && errno != EEXIST) {
            return app_fail_errno(error, part, "making the data folder");
        }
    }
    return is_folder(path)
               ? ATR_OK
               : app_fail(error, ATR_ERR_NOT_FOUND, path, "expected a folder, found a file");
}

atr_Status app_make_private_file(const char *path, atr_Error *error)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return errno == EEXIST ? ATR_OK : app_fail_errno(error, path, "making the file");
    }
    close(fd);
    return ATR_OK;
}

static bool read_all(int fd, uint8_t *out, size_t size)
{
    size_t done = 0;
    while (done < size) {
        const ssize_t got = read(fd, out + done, size - done);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        const ssize_t put = write(fd, bytes + done, size - done);
        if (put < 0 && errno != EINTR) {
            return false;
        }
        done += put > 0 ? (size_t)put : 0;
    }
    return true;
}

atr_Status app_read_secret(const char *path, uint8_t *out, size_t size, atr_Error *error)
{
    struct stat info;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? ATR_ERR_NOT_FOUND : app_fail_errno(error, path, "opening");
    }
    atr_Status st = ATR_OK;
    errno = 0;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size != (off_t)size ||
        !read_all(fd, out, size)) {
        st = app_fail(error, ATR_ERR_CORRUPT, path, "expected a file of %zu bytes", size);
    } else if ((info.st_mode & 077) != 0) {
        st = app_fail(error, ATR_ERR_DENIED, path,
                      "expected mode 0600, found 0%o: others may have read this secret",
                      (unsigned)(info.st_mode & 0777));
    }
    close(fd);
    return st;
}

/* Makes the new name itself durable, not the bytes only. */
static bool sync_folder_of(const char *path)
{
    char folder[APP_PATH_MAX];
    const char *slash = strrchr(path, '/');
    const size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    snprintf(folder, sizeof folder, "%.*s", (int)length, path);
    const int fd = open(length == 0 ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return done;
}

atr_Status app_write_secret(const char *path, const uint8_t *bytes, size_t size, atr_Error *error)
{
    char draft[APP_PATH_MAX + 32];
    snprintf(draft, sizeof draft, "%s.%ld", path, (long)getpid());
    const int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return app_fail_errno(error, path, "making a secret");
    }
    atr_Status st = ATR_OK;
    if (!write_all(fd, bytes, size) || fsync(fd) != 0) {
        st = app_fail_errno(error, path, "writing a secret");
    }
    close(fd);
    /* A link, not a rename: it does not replace what another process made meanwhile. */
    if (st == ATR_OK && (link(draft, path) != 0 || !sync_folder_of(path))) {
        st = app_fail_errno(error, path, "making a secret");
    }
    unlink(draft);
    return st;
}
