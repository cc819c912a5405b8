/* Plays a script on the kiosk: one step of 1/60 s a frame, whatever the time it takes. Work is
 * real: while an answer is awaited and workers may run, a frame waits for it, so that a slow
 * machine shows the same pictures. */
#ifndef KIOSK_DRIVER_H
#define KIOSK_DRIVER_H

#include "kiosk.h"
#include "script.h"

/* Plays all; exit code: 0 done, 1 an expectation failed (said on stderr, with a screenshot), 3 a
 * screenshot could not be written, or the script was ended from outside. */
int driver_play(Kiosk *kiosk, const Script *script);

#endif
