/* A new empty folder for one test, and its removal with the files in it. Paths are bounded. */
#ifndef ATR_TEST_SCRATCH_FOLDER_H
#define ATR_TEST_SCRATCH_FOLDER_H

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCRATCH_PATH_MAX 512

typedef struct ScratchFolder {
    char path[SCRATCH_PATH_MAX];
} ScratchFolder;

static inline bool scratch_folder_make(ScratchFolder *folder)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder->path, sizeof folder->path, "%s/atrium-test-XXXXXX",
             base != NULL && strlen(base) < 400 ? base : "/tmp");
    return mkdtemp(folder->path) != NULL;
}

static inline void scratch_folder_file(const ScratchFolder *folder, const char *name, char *out,
                                       size_t size)
{
    snprintf(out, size, "%s/%s", folder->path, name);
}

/* Files only: tests make no folders inside. */
static inline void scratch_folder_remove(const ScratchFolder *folder)
{
    DIR *dir = opendir(folder->path);
    if (dir == NULL) {
        return;
    }
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char path[2 * SCRATCH_PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", folder->path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            unlink(path);
        }
    }
    closedir(dir);
    rmdir(folder->path);
}

#endif
