/* Plays the gallery without a person: a script (its commands are in --help), or the tour of all
 * effects. Steps of 1/60 s, as fast as they can be drawn. */
#ifndef GALLERY_SCRIPT_H
#define GALLERY_SCRIPT_H

#include "gallery.h"

/* Exit codes: 0, 1 for an expectation that failed, 2 for a script that cannot be read, 3. */
int script_play(Gallery *gallery, const char *path);
int script_tour(Gallery *gallery, const char *folder);

#endif
