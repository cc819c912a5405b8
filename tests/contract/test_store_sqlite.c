/* The store's contract, kept by SQLite in a file on disk. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/sqlite.h>

#include "cmocka_all.h"
#include "scratch_folder.h"
#include "store_contract.h"

typedef struct Place {
    ScratchFolder folder;
    char path[2 * SCRATCH_PATH_MAX];
    bool demo;
} Place;

static void begin(void *user, bool demo)
{
    Place *place = user;
    assert_true(scratch_folder_make(&place->folder));
    scratch_folder_file(&place->folder, "atrium.db", place->path, sizeof place->path);
    place->demo = demo;
}

static atr_Status open_place(void *user, atr_Store *out)
{
    const Place *place = user;
    atr_Error error;
    const atr_Status status = atr_sqlite_store_open(
        &(atr_SqliteDesc){ .path = place->path, .create_demo = place->demo }, out, &error);
    if (status != ATR_OK) {
        print_message("%s: %s\n", error.source, error.text);
    }
    return status;
}

static void end(void *user)
{
    const Place *place = user;
    scratch_folder_remove(&place->folder);
}

int main(void)
{
    Place place;
    return store_contract_run(&(StoreMaker){
        .name = "store contract: sqlite",
        .begin = begin,
        .open = open_place,
        .end = end,
        .user = &place,
    });
}
