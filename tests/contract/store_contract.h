/*
 * What every backend of <atrium/store.h> must do, as one suite of tests: a backend hands in a
 * maker, and its test program is a main that calls store_contract_run().
 */
#ifndef ATR_TEST_STORE_CONTRACT_H
#define ATR_TEST_STORE_CONTRACT_H

#include <atrium/store.h>

typedef struct StoreMaker {
    const char *name;
    void (*begin)(void *user, bool demo);           /* an empty place, nothing open yet */
    atr_Status (*open)(void *user, atr_Store *out); /* may be open several times at once */
    void (*end)(void *user);                        /* all closed by now: removes the place */
    void *user;
} StoreMaker;

/* Runs the suite; returns the number of failed tests. */
int store_contract_run(const StoreMaker *maker);

#endif
