/*
 * Each named file is a node: its bytes as the process sees them, and which 512-byte sectors the
 * disk does not have yet. Nodes outlive their handles, as the kernel's cache does.
 */
#define _POSIX_C_SOURCE 200809L

#include "power_vfs.h"

#include "base/random.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR    512
#define NODES_MAX 8

typedef struct Node {
    char path[600];
    unsigned char *image;
    unsigned char *dirty; /* one byte for each sector of the capacity */
    size_t size;
    size_t capacity; /* multiple of SECTOR */
    bool used;
    bool resized; /* since the last sync */
} Node;

typedef struct File {
    sqlite3_file base;
    Node *node;
    bool is_wal;
    bool is_db;
    sqlite3_file *real; /* right behind this struct */
} File;

static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    PowerPlan plan;
    uint32_t seen;
    bool cut;
    Node nodes[NODES_MAX];
} power;

/* ---- Nodes ----------------------------------------------------------------------------------- */

static void forget_node(Node *node)
{
    free(node->image);
    free(node->dirty);
    memset(node, 0, sizeof *node);
}

static Node *find_node(const char *path)
{
    for (size_t i = 0; i < NODES_MAX; i++) {
        if (power.nodes[i].used && strcmp(power.nodes[i].path, path) == 0) {
            return &power.nodes[i];
        }
    }
    return NULL;
}

static bool grow(Node *node, size_t size)
{
    if (size <= node->capacity) {
        return true;
    }
    size_t capacity = node->capacity > 0 ? node->capacity : 64 * SECTOR;
    while (capacity < size) {
        capacity *= 2;
    }
    unsigned char *image = realloc(node->image, capacity);
    if (image == NULL) {
        return false;
    }
    node->image = image;
    unsigned char *dirty = realloc(node->dirty, capacity / SECTOR);
    if (dirty == NULL) {
        return false;
    }
    node->dirty = dirty;
    memset(image + node->capacity, 0, capacity - node->capacity);
    memset(dirty + node->capacity / SECTOR, 0, (capacity - node->capacity) / SECTOR);
    node->capacity = capacity;
    return true;
}

static Node *load_node(const char *path, sqlite3_file *real)
{
    Node *node = find_node(path);
    if (node != NULL) {
        return node;
    }
    for (size_t i = 0; i < NODES_MAX && node == NULL; i++) {
        node = power.nodes[i].used ? NULL : &power.nodes[i];
    }
    sqlite3_int64 size = 0;
    if (node == NULL || real->pMethods->xFileSize(real, &size) != SQLITE_OK ||
        !grow(node, (size_t)size + 1)) {
        return NULL;
    }
    if (size > 0 && real->pMethods->xRead(real, node->image, (int)size, 0) != SQLITE_OK) {
        return NULL;
    }
    snprintf(node->path, sizeof node->path, "%s", path);
    node->size = (size_t)size;
    node->used = true;
    return node;
}

/* What reached the disk of its own accord when the power failed: plain writes, because no handle of
 * SQLite's matters any more. */
static void keep_some(Node *node, uint32_t seed)
{
    atr__Random random;
    atr__random_seed(&random, seed);
    const int fd = open(node->path, O_WRONLY);
    if (fd < 0) {
        return;
    }
    for (size_t at = 0; at < node->size; at += SECTOR) {
        const size_t length = node->size - at < SECTOR ? node->size - at : SECTOR;
        if (node->dirty[at / SECTOR] && (atr__random_u32(&random) & 1u) != 0 &&
            pwrite(fd, node->image + at, length, (off_t)at) < 0) {
            break;
        }
    }
    close(fd);
}

void power_vfs_cut(void)
{
    if (power.cut) {
        return;
    }
    power.cut = true;
    for (size_t i = 0; i < NODES_MAX; i++) {
        if (power.nodes[i].used && power.plan.keep_seed != 0) {
            keep_some(&power.nodes[i], power.plan.keep_seed + (uint32_t)i);
        }
    }
}

bool power_vfs_is_cut(void)
{
    return power.cut;
}

void power_vfs_free_disk(void)
{
    power.plan.disk_bytes = 0;
}

/* Counts an event; true when the power fails at it. */
static bool fails_at(PowerPoint point)
{
    if (power.plan.point != point || power.cut) {
        return false;
    }
    power.seen++;
    return power.seen == power.plan.nth;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static int file_close(sqlite3_file *base)
{
    File *file = (File *)base;
    return file->real->pMethods != NULL ? file->real->pMethods->xClose(file->real) : SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *out, int amount, sqlite3_int64 offset)
{
    const Node *node = ((File *)base)->node;
    if (power.cut) {
        return SQLITE_IOERR_READ;
    }
    const size_t at = (size_t)offset;
    const size_t wanted = (size_t)amount;
    const size_t there = at >= node->size ? 0 : node->size - at;
    const size_t got = wanted < there ? wanted : there;
    memcpy(out, node->image + (got > 0 ? at : 0), got);
    memset((char *)out + got, 0, wanted - got);
    return got == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *base, const void *data, int amount, sqlite3_int64 offset)
{
    File *file = (File *)base;
    Node *node = file->node;
    const size_t at = (size_t)offset;
    const size_t end = at + (size_t)amount;
    if (power.cut) {
        return SQLITE_IOERR_WRITE;
    }
    if (power.plan.disk_bytes != 0 && end > power.plan.disk_bytes) {
        return SQLITE_FULL;
    }
    if (!grow(node, end)) {
        return SQLITE_IOERR_NOMEM;
    }
    memcpy(node->image + at, data, (size_t)amount);
    node->size = end > node->size ? end : node->size;
    for (size_t sector = at / SECTOR; sector <= (end - 1) / SECTOR; sector++) {
        node->dirty[sector] = 1;
    }
    if ((file->is_wal && fails_at(POWER_AT_WAL_WRITE)) ||
        (file->is_db && fails_at(POWER_AT_DB_WRITE))) {
        power_vfs_cut();
        return SQLITE_IOERR_WRITE;
    }
    return SQLITE_OK;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    Node *node = ((File *)base)->node;
    if (power.cut) {
        return SQLITE_IOERR_TRUNCATE;
    }
    if (!grow(node, (size_t)size)) {
        return SQLITE_IOERR_NOMEM;
    }
    if ((size_t)size < node->size) {
        memset(node->image + size, 0, node->size - (size_t)size);
    }
    node->size = (size_t)size;
    node->resized = true;
    return SQLITE_OK;
}

static int flush(File *file)
{
    Node *node = file->node;
    int code = SQLITE_OK;
    if (node->resized) {
        code = file->real->pMethods->xTruncate(file->real, (sqlite3_int64)node->size);
        node->resized = code != SQLITE_OK;
    }
    for (size_t at = 0; at < node->size && code == SQLITE_OK; at += SECTOR) {
        if (node->dirty[at / SECTOR]) {
            const size_t length = node->size - at < SECTOR ? node->size - at : SECTOR;
            code = file->real->pMethods->xWrite(file->real, node->image + at, (int)length,
                                                (sqlite3_int64)at);
            node->dirty[at / SECTOR] = 0;
        }
    }
    return code;
}

static int file_sync(sqlite3_file *base, int flags)
{
    (void)flags;
    File *file = (File *)base;
    if (power.cut) {
        return SQLITE_IOERR_FSYNC;
    }
    if ((file->is_wal && fails_at(POWER_AT_WAL_SYNC)) ||
        (file->is_db && fails_at(POWER_AT_DB_SYNC))) {
        power_vfs_cut();
        return SQLITE_IOERR_FSYNC;
    }
    return power.plan.lies_about_sync ? SQLITE_OK : flush(file);
}

static int file_size(sqlite3_file *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((File *)base)->node->size;
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *base, int level)
{
    sqlite3_file *real = ((File *)base)->real;
    return real->pMethods->xLock(real, level);
}

static int file_unlock(sqlite3_file *base, int level)
{
    sqlite3_file *real = ((File *)base)->real;
    return real->pMethods->xUnlock(real, level);
}

static int file_check_reserved(sqlite3_file *base, int *out)
{
    sqlite3_file *real = ((File *)base)->real;
    return real->pMethods->xCheckReservedLock(real, out);
}

static int file_control(sqlite3_file *base, int op, void *argument)
{
    sqlite3_file *real = ((File *)base)->real;
    if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE) {
        return SQLITE_NOTFOUND; /* would reach for the real file */
    }
    return real->pMethods->xFileControl(real, op, argument);
}

static int file_sector_size(sqlite3_file *base)
{
    sqlite3_file *real = ((File *)base)->real;
    return real->pMethods->xSectorSize(real);
}

static int file_characteristics(sqlite3_file *base)
{
    sqlite3_file *real = ((File *)base)->real;
    return real->pMethods->xDeviceCharacteristics(real);
}

static int shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **out)
{
    sqlite3_file *real = ((File *)base)->real;
    return real->pMethods->xShmMap(real, page, size, extend, out);
}

static int shm_lock(sqlite3_file *base, int offset, int count, int flags)
{
    sqlite3_file *real = ((File *)base)->real;
    return real->pMethods->xShmLock(real, offset, count, flags);
}

static void shm_barrier(sqlite3_file *base)
{
    sqlite3_file *real = ((File *)base)->real;
    real->pMethods->xShmBarrier(real);
}

static int shm_unmap(sqlite3_file *base, int remove)
{
    sqlite3_file *real = ((File *)base)->real;
    return real->pMethods->xShmUnmap(real, remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* no memory mapping: it would pass us by */
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

/* ---- The VFS --------------------------------------------------------------------------------- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out)
{
    (void)vfs;
    if (name == NULL) { /* a temporary file holds nothing durable */
        return power.real->xOpen(power.real, NULL, base, flags, out);
    }
    File *file = (File *)base;
    memset(file, 0, sizeof *file);
    file->real = (sqlite3_file *)(file + 1);
    if (power.cut) {
        return SQLITE_CANTOPEN;
    }
    const int code = power.real->xOpen(power.real, name, file->real, flags, out);
    if (code != SQLITE_OK) {
        return code;
    }
    file->is_wal = (flags & SQLITE_OPEN_WAL) != 0;
    file->is_db = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    file->node = load_node(name, file->real);
    if (file->node == NULL) {
        file->real->pMethods->xClose(file->real);
        return SQLITE_IOERR_NOMEM;
    }
    file->base.pMethods = &methods;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    (void)vfs;
    if (power.cut) {
        return SQLITE_IOERR_DELETE;
    }
    Node *node = find_node(name);
    if (node != NULL) {
        forget_node(node);
    }
    return power.real->xDelete(power.real, name, sync_folder);
}

static void forget_all(void)
{
    for (size_t i = 0; i < NODES_MAX; i++) {
        forget_node(&power.nodes[i]);
    }
}

void power_vfs_begin(const PowerPlan *plan)
{
    if (power.real == NULL) {
        power.real = sqlite3_vfs_find(NULL);
        power.vfs = *power.real;
        power.vfs.zName = POWER_VFS_NAME;
        power.vfs.pNext = NULL;
        power.vfs.szOsFile = (int)sizeof(File) + power.real->szOsFile;
        power.vfs.xOpen = vfs_open;
        power.vfs.xDelete = vfs_delete;
        sqlite3_vfs_register(&power.vfs, 0);
    }
    forget_all();
    power.plan = *plan;
    power.seen = 0;
    power.cut = false;
}

void power_vfs_end(void)
{
    power_vfs_cut();
    forget_all();
}

const char *power_point_name(PowerPoint point)
{
    static const char *const names[POWER_POINT_COUNT] = {
        "power stays", "WAL write", "WAL sync", "checkpoint write", "checkpoint sync",
    };
    return names[point];
}
