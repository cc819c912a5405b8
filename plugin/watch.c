/*
 * The watch over a folder of definitions. inotify says which files were closed after writing, moved
 * or deleted; where there is none, times and sizes are compared instead, and so they are of what it
 * does not see: where links lead, and whether the path still leads to the folder it listens to. A
 * file that is gone is looked for once more before it counts as deleted, for editors save by
 * renaming.
 */
#define _GNU_SOURCE /* st_mtim, lstat */

#include "watch.h"

#include <atrium/catalogue.h>

#include "base/alloc.h"
#include "base/thread.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/inotify.h>
#endif

#define READY_MAX  ATR_EFFECT_FILES_MAX
#define NAME_SIZE  256 /* of a file, as the system bounds it */
#define PATH_SIZE  1280
#define SCAN_EVERY 5 /* polls: of all without events, of links with them */
#define GONE_AFTER 2 /* polls */

typedef struct Stamp {
    int64_t s, ns, size;
    uint64_t inode;
} Stamp;

typedef struct File {
    char name[NAME_SIZE];                 /* "": a free place */
    char effect[ATR_EFFECT_NAME_MAX + 1]; /* that it defined last; "": none */
    char complaint[128];                  /* said last; "": it was good */
    Stamp stamp;
    bool dirty, seen;
    uint8_t missed; /* polls in which it was not there */
} File;

struct atr__Watch {
    atr__WatchDesc desc;
    char *folder;
    int events;   /* inotify; -1: none */
    bool listens; /* the folder is being listened to */
    dev_t device; /* of that folder, as inode */
    ino_t inode;
    bool learned; /* which file defines what, as it was loaded */
    uint32_t polls;
    bool too_many; /* said */
    File *files;
    atr_EffectDef def; /* being read; large */
    bool has_lock;
    atr__Mutex lock;                      /* held to move pointers only */
    atr_PreparedEffect *ready[READY_MAX]; /* guarded by lock, as ready_count */
    uint32_t ready_count;
};

/* ---- Files ----------------------------------------------------------------------------------- */

static File *file_find(atr__Watch *watch, const char *name)
{
    for (uint32_t i = 0; i < ATR_EFFECT_FILES_MAX; i++) {
        if (strcmp(watch->files[i].name, name) == 0) {
            return &watch->files[i];
        }
    }
    return NULL;
}

static File *file_find_or_add(atr__Watch *watch, const char *name)
{
    File *file = file_find(watch, name);
    if (file != NULL) {
        return file;
    }
    file = file_find(watch, "");
    if (file == NULL) {
        if (!watch->too_many) {
            atr_log(watch->desc.log, ATR_LOG_WARNING, "watch",
                    "%s: more than %d files; some are not watched", watch->folder,
                    ATR_EFFECT_FILES_MAX);
            watch->too_many = true;
        }
        return NULL;
    }
    *file = (File){ .dirty = true };
    snprintf(file->name, sizeof file->name, "%s", name);
    return file;
}

static bool path_of(const atr__Watch *watch, const char *name, char *out, size_t size)
{
    const int length = snprintf(out, size, "%s/%s", watch->folder, name);
    return length > 0 && (size_t)length < size;
}

static bool stamp_of(const atr__Watch *watch, const char *name, Stamp *out)
{
    char path[PATH_SIZE];
    struct stat about;
    if (!path_of(watch, name, path, sizeof path) || stat(path, &about) != 0) {
        return false;
    }
    *out = (Stamp){ about.st_mtim.tv_sec, about.st_mtim.tv_nsec, about.st_size, about.st_ino };
    return true;
}

static bool stamps_equal(const Stamp *a, const Stamp *b)
{
    return a->s == b->s && a->ns == b->ns && a->size == b->size && a->inode == b->inode;
}

/* What events may leave out: a link, or a new name for a file that was there. */
static bool is_elsewhere(atr__Watch *watch, const char *name)
{
    char path[PATH_SIZE];
    struct stat about;
    return path_of(watch, name, path, sizeof path) && lstat(path, &about) == 0 &&
           (S_ISLNK(about.st_mode) || (about.st_nlink > 1 && file_find(watch, name) == NULL));
}

static void scan_entry(atr__Watch *watch, const char *name, bool links_only)
{
    if (!atr_catalogue_takes(name)) {
        return;
    }
    Stamp stamp;
    File *file = NULL;
    if (links_only && !is_elsewhere(watch, name)) {
        file = file_find(watch, name);
    } else if (stamp_of(watch, name, &stamp)) {
        file = file_find_or_add(watch, name);
        if (file != NULL) {
            file->dirty = file->dirty || !stamps_equal(&file->stamp, &stamp);
            file->stamp = stamp;
        }
    }
    if (file != NULL) {
        file->seen = true;
    }
}

/* Compares the folder with what is known of it. */
static void scan(atr__Watch *watch, bool links_only)
{
    for (uint32_t i = 0; i < ATR_EFFECT_FILES_MAX; i++) {
        watch->files[i].seen = false;
    }
    DIR *folder = opendir(watch->folder);
    for (struct dirent *entry = folder != NULL ? readdir(folder) : NULL; entry != NULL;
         entry = readdir(folder)) {
        scan_entry(watch, entry->d_name, links_only);
    }
    if (folder != NULL) {
        closedir(folder);
    }
    for (uint32_t i = 0; i < ATR_EFFECT_FILES_MAX; i++) {
        File *file = &watch->files[i];
        file->dirty = file->dirty || (file->name[0] != '\0' && !file->seen);
    }
}

/* ---- Events ---------------------------------------------------------------------------------- */

#ifdef __linux__

static void listen_to_folder(atr__Watch *watch)
{
    const uint32_t wanted = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                            IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_ONLYDIR;
    if (watch->events < 0 && !watch->desc.no_events) {
        watch->events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    }
    struct stat about;
    watch->listens =
        watch->events >= 0 && inotify_add_watch(watch->events, watch->folder, wanted) >= 0;
    if (watch->listens && stat(watch->folder, &about) == 0) {
        watch->device = about.st_dev;
        watch->inode = about.st_ino;
    }
}

static void stop_listening(atr__Watch *watch)
{
    if (watch->events >= 0) {
        close(watch->events); /* and with it what it listened to */
    }
    watch->events = -1;
    watch->listens = false;
}

static void take_event(atr__Watch *watch, const struct inotify_event *event)
{
    if ((event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)) != 0) {
        watch->listens = false;
    } else if ((event->mask & IN_Q_OVERFLOW) != 0) {
        scan(watch, false);
    } else if (event->len > 0 && atr_catalogue_takes(event->name)) {
        const bool rights = (event->mask & IN_ATTRIB) != 0; /* or times, or another name gone */
        File *file = rights ? file_find(watch, event->name) : file_find_or_add(watch, event->name);
        if (file != NULL) {
            file->dirty = file->dirty || !rights || file->complaint[0] != '\0';
        }
    }
}

static void take_events(atr__Watch *watch)
{
    _Alignas(struct inotify_event) char buffer[4096];
    ssize_t size = 0;
    while (watch->listens && (size = read(watch->events, buffer, sizeof buffer)) > 0) {
        for (ssize_t at = 0; at < size;) {
            const struct inotify_event *event = (const void *)(buffer + at);
            take_event(watch, event);
            at += (ssize_t)sizeof *event + (ssize_t)event->len;
        }
    }
    if (!watch->listens) {
        stop_listening(watch);
    }
}

#else

static void listen_to_folder(atr__Watch *watch)
{
    watch->listens = false;
}

static void stop_listening(atr__Watch *watch)
{
    (void)watch;
}

static void take_events(atr__Watch *watch)
{
    (void)watch;
}

#endif

/* ---- Definitions ----------------------------------------------------------------------------- */

static void complain(atr__Watch *watch, File *file, const atr_Error *error)
{
    char text[sizeof file->complaint];
    snprintf(text, sizeof text, "%u:%u: %.100s", error->line, error->column, error->text);
    if (strcmp(text, file->complaint) == 0) {
        return;
    }
    memcpy(file->complaint, text, sizeof text);
    if (error->line == 0) {
        atr_log(watch->desc.log, ATR_LOG_WARNING, "watch", "%s: %s", error->source, error->text);
        return;
    }
    atr_log(watch->desc.log, ATR_LOG_WARNING, "watch", "%s:%u:%u: %s", error->source, error->line,
            error->column, error->text);
}

/* False when nobody has taken the earlier ones yet: try again later. */
static bool hand_over(atr__Watch *watch, atr_PreparedEffect *prepared)
{
    atr__mutex_lock(&watch->lock);
    const bool fits = watch->ready_count < READY_MAX;
    if (fits) {
        watch->ready[watch->ready_count++] = prepared;
    }
    atr__mutex_unlock(&watch->lock);
    if (!fits) {
        atr_effects_discard(watch->desc.effects, prepared);
    }
    return fits;
}

/* What defines an effect now that a file no longer does: another file, or the library. */
static void restore(atr__Watch *watch, const char *effect)
{
    for (uint32_t i = 0; i < ATR_EFFECT_FILES_MAX; i++) {
        File *file = &watch->files[i];
        if (file->name[0] != '\0' && strcmp(file->effect, effect) == 0) {
            file->dirty = true;
            return;
        }
    }
    atr_PreparedEffect *prepared = NULL;
    if (atr_catalogue_read_builtin(effect, &watch->def) != ATR_OK) {
        atr_log(watch->desc.log, ATR_LOG_INFO, "watch", "%s: no file defines it any more; it stays",
                effect);
    } else if (atr_effects_prepare(watch->desc.effects, &watch->def, &prepared) == ATR_OK &&
               hand_over(watch, prepared)) {
        atr_log(watch->desc.log, ATR_LOG_INFO, "watch", "%s: the built-in one again", effect);
    }
}

static void forget(atr__Watch *watch, File *file)
{
    char effect[sizeof file->effect];
    memcpy(effect, file->effect, sizeof effect);
    *file = (File){ 0 };
    if (effect[0] != '\0') {
        restore(watch, effect);
    }
}

/* Prepares what `watch->def` holds. */
static void reload(atr__Watch *watch, File *file, const char *path)
{
    atr_PreparedEffect *prepared = NULL;
    const atr_Status st = atr_effects_prepare(watch->desc.effects, &watch->def, &prepared);
    if (st != ATR_OK) {
        atr_Error error = { 0 };
        snprintf(error.source, sizeof error.source, "%.190s", path);
        snprintf(error.text, sizeof error.text, "cannot be defined: %s", atr_status_text(st));
        complain(watch, file, &error);
        return;
    }
    if (!hand_over(watch, prepared)) {
        file->dirty = true;
        return;
    }
    char before[sizeof file->effect];
    memcpy(before, file->effect, sizeof before);
    memcpy(file->effect, watch->def.name, sizeof file->effect);
    file->complaint[0] = '\0';
    atr_log(watch->desc.log, ATR_LOG_INFO, "watch", "%s: %s reloaded", path, file->effect);
    if (before[0] != '\0' && strcmp(before, file->effect) != 0) {
        restore(watch, before);
    }
}

static void read_file(atr__Watch *watch, File *file)
{
    char path[PATH_SIZE];
    atr_Error error = { 0 };
    if (!path_of(watch, file->name, path, sizeof path)) {
        file->dirty = false;
        return;
    }
    const atr_Status st = atr_catalogue_read(path, &watch->def, &error);
    if (st == ATR_ERR_NOT_FOUND) {
        if (++file->missed >= GONE_AFTER) {
            forget(watch, file);
        }
        return; /* still dirty: looked for once more */
    }
    file->dirty = false;
    file->missed = 0;
    if (st != ATR_OK) {
        complain(watch, file, &error);
    } else {
        reload(watch, file, path);
    }
}

/* What the folder's files define was loaded, and said, before the thread began: only noted here. */
static void learn(atr__Watch *watch)
{
    char path[PATH_SIZE];
    atr_Error error;
    scan(watch, false); /* dirty now is what changed since create */
    for (uint32_t i = 0; i < ATR_EFFECT_FILES_MAX; i++) {
        File *file = &watch->files[i];
        if (file->name[0] == '\0' || file->dirty ||
            !path_of(watch, file->name, path, sizeof path)) {
            continue;
        }
        if (atr_catalogue_read(path, &watch->def, &error) == ATR_OK) {
            memcpy(file->effect, watch->def.name, sizeof file->effect);
        } else {
            snprintf(file->complaint, sizeof file->complaint, "%u:%u: %.100s", error.line,
                     error.column, error.text);
        }
    }
    watch->learned = true;
}

/* The path may lead to another folder by now: a link was set anew, or one above was renamed. */
static bool is_where_it_was(const atr__Watch *watch)
{
    struct stat about;
    return stat(watch->folder, &about) == 0 && about.st_dev == watch->device &&
           about.st_ino == watch->inode;
}

void atr__watch_poll(atr__Watch *watch)
{
    if (!watch->learned) {
        learn(watch);
    }
    if (watch->listens) {
        take_events(watch);
    }
    if (watch->polls++ % SCAN_EVERY == 0) {
        if (watch->listens && !is_where_it_was(watch)) {
            stop_listening(watch);
        }
        const bool listened = watch->listens;
        if (!listened) {
            listen_to_folder(watch); /* it may be there again */
        }
        scan(watch, listened);
    }
    for (uint32_t i = 0; i < ATR_EFFECT_FILES_MAX; i++) {
        if (watch->files[i].dirty && watch->files[i].name[0] != '\0') {
            read_file(watch, &watch->files[i]);
        }
    }
}

uint32_t atr__watch_install(atr__Watch *watch)
{
    if (watch == NULL || !atr__mutex_try_lock(&watch->lock)) {
        return 0;
    }
    const uint32_t count = watch->ready_count;
    for (uint32_t i = 0; i < count; i++) {
        atr_effects_install(watch->desc.effects, watch->ready[i]);
    }
    watch->ready_count = 0;
    atr__mutex_unlock(&watch->lock);
    return count;
}

/* ---- Life ------------------------------------------------------------------------------------ */

atr_Status atr__watch_create(const atr__WatchDesc *desc, atr__Watch **out)
{
    *out = NULL;
    atr__Watch *watch = atr__alloc_zero(&desc->allocator, 1, sizeof *watch);
    if (watch == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    watch->desc = *desc;
    watch->events = -1;
    watch->folder = atr__alloc_string(&desc->allocator, desc->folder);
    watch->files = atr__alloc_zero(&desc->allocator, ATR_EFFECT_FILES_MAX, sizeof *watch->files);
    watch->has_lock = atr__mutex_init(&watch->lock);
    if (watch->folder == NULL || watch->files == NULL || !watch->has_lock) {
        atr__watch_destroy(watch);
        return ATR_ERR_NO_MEMORY;
    }
    listen_to_folder(watch);
    scan(watch, false);
    for (uint32_t i = 0; i < ATR_EFFECT_FILES_MAX; i++) {
        watch->files[i].dirty = false;
    }
    *out = watch;
    return ATR_OK;
}

void atr__watch_destroy(atr__Watch *watch)
{
    if (watch == NULL) {
        return;
    }
    stop_listening(watch);
    for (uint32_t i = 0; i < watch->ready_count; i++) {
        atr_effects_discard(watch->desc.effects, watch->ready[i]);
    }
    if (watch->has_lock) {
        atr__mutex_deinit(&watch->lock);
    }
    const atr_Allocator allocator = watch->desc.allocator;
    atr__free(&allocator, watch->files, ATR_EFFECT_FILES_MAX, sizeof *watch->files);
    atr__free_string(&allocator, watch->folder);
    atr__free(&allocator, watch, 1, sizeof *watch);
}
