/* Watches a folder of definitions: a saved file is read and prepared on the loader thread, and
 * installed on the render thread by moving a pointer. A file that is no definition is said once and
 * leaves what runs; a deleted one gives way to another of the same effect, or the built-in one. */
#ifndef ATR_PLUGIN_WATCH_H
#define ATR_PLUGIN_WATCH_H

#include <atrium/effect.h>

#define ATR__WATCH_PERIOD_NS 100000000u /* how often the loader thread should poll */

typedef struct atr__Watch atr__Watch;

typedef struct atr__WatchDesc {
    const char *folder;
    atr_Effects *effects; /* outlive the watch */
    bool no_events;       /* compare times of files, as where the system has no inotify */
    atr_Allocator allocator;
    const atr_Log *log; /* outlives the watch */
} atr__WatchDesc;

/* Before the folder is loaded, so that nothing saved since then is missed. @return ATR_OK;
 * ATR_ERR_NO_MEMORY. */
atr_Status atr__watch_create(const atr__WatchDesc *desc, atr__Watch **out);
/* After the polling thread has been joined. NULL does nothing. */
void atr__watch_destroy(atr__Watch *watch);

/* Reads and prepares what has changed. @thread loader; waits for files only */
void atr__watch_poll(atr__Watch *watch);

/* Installs what is prepared. NULL does nothing. @thread render; never waits, never allocates.
 * @return how many. */
uint32_t atr__watch_install(atr__Watch *watch);

#endif
