/* The code reader: a keyboard that types a whole code and Enter, faster than anybody could.
 *
 * A run of keys at most 50 ms apart that ends in Enter is a code. Keys are taken as scancodes
 * through the reader's own layout, because the system's layout or Caps Lock would spoil every
 * signature. While a run lasts no key reaches a button; control and function keys inside it are
 * dropped, for a printed code must not steer the kiosk. A lone key, or a few digits, turn out to be
 * a person's when 50 ms have passed: ask scanner_typed before each scanner_key and once a frame.
 *
 *     switch (scanner_key(&scanner, scancode, shift, now_ms)) {
 *     case SCANNER_CODE: flow_scan(&flow, scanner.text, scanner.size); break;
 *     case SCANNER_PASS: ...the key is a person's...
 *     }
 *     scanner_heard(&scanner, now_ms);             once a frame, when no key waits any more
 *     while (scanner_typed(&scanner, now_ms, &character)) { ... }
 *
 * Keys are handed in late when a frame takes long. None counts as later than it can have come: when
 * the one before had been heard.
 *
 * Threads: one. Nothing allocates. */
#ifndef KIOSK_SCANNER_H
#define KIOSK_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCANNER_TEXT_MAX 2048

typedef enum ScannerLayout { SCANNER_US = 0, SCANNER_UK } ScannerLayout;

typedef enum ScannerResult {
    SCANNER_PASS = 0, /* not the reader's: handle the key */
    SCANNER_HELD,     /* taken; a code or a person's character later */
    SCANNER_DROPPED,  /* inside a run, and no part of it */
    SCANNER_CODE,     /* `text` and `size` hold a code until the next key */
    SCANNER_TOO_LONG  /* a code ended that was longer than any receipt */
} ScannerResult;

typedef struct Scanner {
    ScannerLayout layout;
    uint32_t size;
    uint64_t last_ms;
    uint64_t heard_ms; /* all that came until then was handed in; 0: keys are never late */
    bool too_long;
    bool complete; /* text is a code already handed out */
    char text[SCANNER_TEXT_MAX + 1];
} Scanner;

/* `scancode` is a USB usage number, as in SDL_Scancode. */
ScannerResult scanner_key(Scanner *scanner, int scancode, bool shift, uint64_t now_ms);

/* Every key that came until now has been handed in. */
void scanner_heard(Scanner *scanner, uint64_t now_ms);

/* Forgets what was read: nobody's card stays in memory. */
void scanner_clear(Scanner *scanner);

/* A run lasts: keys belong to the reader. */
bool scanner_is_running(const Scanner *scanner, uint64_t now_ms);

/* Gives back, one by one, characters that turned out to be typed by a person. */
bool scanner_typed(Scanner *scanner, uint64_t now_ms, char *out);

/* The key of a character in this layout, for scripts; false when it has none. */
bool scanner_find_key(ScannerLayout layout, char character, int *scancode, bool *shift);

#endif
