/* The kiosk's command line. */
#ifndef KIOSK_OPTIONS_H
#define KIOSK_OPTIONS_H

#include "words.h"

#include <stdio.h>

typedef struct Options {
    int32_t width, height; /* of the window; default 1280 x 720 */
    bool fullscreen;
    const char *data; /* NULL: the default folder */
    bool demo;
    const char *script; /* NULL: none */
    const char *shots;  /* folder for screenshots; default "." */
    bool headless;
    bool probe;
    bool has_language;
    Language language;
    bool calm;
    bool help;
} Options;

/* False for wrong use, which is said on `err`. Strings are borrowed from argv. */
bool options_parse(int argc, char *const *argv, Options *out, FILE *err);
void options_print_help(FILE *out);

#endif
