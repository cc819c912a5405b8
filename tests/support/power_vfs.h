/*
 * An SQLite VFS on which the power can fail: for tests only.
 *
 * A killed process loses nothing that it wrote, because the kernel still holds it; only a power cut
 * does. Here every write stays in memory until its file is synced, and then goes to the real file.
 * When the power is cut, what was not synced is lost, all of it or, by a seed, an arbitrary part of
 * its sectors; every later call fails until the next power_vfs_begin. Opening the files again
 * through the real VFS shows what a disk would hold.
 *
 *     power_vfs_begin(&(PowerPlan){ .point = POWER_AT_WAL_WRITE, .nth = 3 });
 *     ... work through { .vfs = POWER_VFS_NAME }, which fails at the third write to the WAL ...
 *     power_vfs_end();
 *     ... open with the real VFS and look ...
 *
 * One thread. Shared memory is the real VFS's: nothing durable is kept there.
 */
#ifndef ATR_TEST_POWER_VFS_H
#define ATR_TEST_POWER_VFS_H

#include <stdbool.h>
#include <stdint.h>

#define POWER_VFS_NAME "atrium-power"

typedef enum PowerPoint {
    POWER_STAYS = 0,    /* until power_vfs_cut is called */
    POWER_AT_WAL_WRITE, /* the write is in memory, then the power fails */
    POWER_AT_WAL_SYNC,  /* nothing of this sync was done yet */
    POWER_AT_DB_WRITE,  /* a checkpoint's, once the file is in WAL mode */
    POWER_AT_DB_SYNC,
    POWER_POINT_COUNT
} PowerPoint;

typedef struct PowerPlan {
    PowerPoint point;
    uint32_t nth;         /* from 1 */
    uint32_t keep_seed;   /* 0: all unsynced sectors are lost; else about half, by this seed */
    bool lies_about_sync; /* the planted fault: sync says done and does nothing */
    uint64_t disk_bytes;  /* writes that end beyond find the disk full; 0: no limit */
} PowerPlan;

/* Registers the VFS at the first call; forgets everything held from before. */
void power_vfs_begin(const PowerPlan *plan);

void power_vfs_cut(void);
bool power_vfs_is_cut(void);

/* Makes room again on a full disk. */
void power_vfs_free_disk(void);

/* Cuts the power if it is still on, and forgets. All connections must be closed. */
void power_vfs_end(void);

const char *power_point_name(PowerPoint point);

#endif
