/* An X server for rows that need OpenGL: the one there is, or a virtual one of the bench's own. */
#ifndef ATR_BENCH_DISPLAY_H
#define ATR_BENCH_DISPLAY_H

#include <stdbool.h>

/* False: there is none and none could be started. */
bool display_start(void);
/* Ends the server, if it was started here. */
void display_stop(void);

#endif
