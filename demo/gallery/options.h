/* The gallery's command line. */
#ifndef GALLERY_OPTIONS_H
#define GALLERY_OPTIONS_H

#include <atrium/plugin.h>

#include <stdio.h>

typedef struct Options {
    int32_t width, height; /* of the window; default 1280 x 720 */
    bool fullscreen;
    bool headless;        /* SDL's dummy driver */
    const char *renderer; /* NULL: the best there is */
    const char *effects;  /* folder of definitions; NULL: the catalogue alone */
    const char *assets;   /* folder of pictures; NULL */
    const char *script;   /* NULL: none */
    const char *tour;     /* folder to write pictures of every effect to; NULL */
    const char *shots;    /* folder for the script's screenshots; default "." */
    bool has_overlay;
    atr_OverlayMode overlay; /* default: full where there is room, else compact */
    uint64_t seed;
    bool light;
    bool help;
} Options;

/* False for wrong use, which is said on `err`. Strings are borrowed from argv. */
bool options_parse(int argc, char *const *argv, Options *out, FILE *err);
void options_print_help(FILE *out);

#endif
