/*
 * The process that is killed: hands in receipts through the worker pool as a kiosk does, several at
 * once, and says on standard output what happened, one line each, written whole:
 *
 *     A <id> <receipt>           about to be handed in
 *     S <id>                     acknowledged: saved
 *     D <id> <outcome> <coins>   answered
 */
#ifndef ATR_TEST_CRASH_DRIVER_H
#define ATR_TEST_CRASH_DRIVER_H

#include <stdbool.h>

/* `run` numbers the receipts of this process apart from those of others. `acknowledges_first` is
 * the planted fault: it says "saved" and then waits to be killed before it stores. Returns the
 * process's exit code. */
int crash_driver_main(const char *folder, unsigned run, bool acknowledges_first);

/* Prepares `folder`: database, store, key, users. The driver finds the secret key there. */
void crash_driver_prepare(const char *folder);

void crash_driver_path(const char *folder, char *out, unsigned size);

#endif
