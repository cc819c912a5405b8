/* See scanner.h. Characters come from one table of plain and shifted rows, indexed by usage number.
 */
#include "scanner.h"

#include <string.h>

#define GAP_MS          50u
#define CODE_MIN        4u /* fewer keys with Enter are a quick person's */
#define DIGITS_MIN      8u /* fewer digits with Enter are no card's number */
#define USAGE_FIRST     4  /* a */
#define USAGE_LAST      56 /* slash */
#define KEY_RETURN      40
#define KEY_ISO_HASH    50
#define KEY_ISO         100 /* beside the left shift */
#define KEY_PAD         84  /* slash of the number pad */
#define KEY_PAD_ENTER   88
#define KEY_PAD_LAST    99
#define KEY_SHIFT_LEFT  225
#define KEY_SHIFT_RIGHT 229

/* From usage 4; a zero is no character. 40 to 43 are Return, Escape, Backspace and Tab. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyz1234567890\0\0\0\0 -=[]\\#;'`,./";
static const char shifted[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()\0\0\0\0 _+{}|~:\"~<>?";
static const char pad[] = "/*-+\0001234567890.";

static char character_of(ScannerLayout layout, int scancode, bool shift)
{
    if (scancode >= KEY_PAD && scancode <= KEY_PAD_LAST) {
        return pad[scancode - KEY_PAD];
    }
    if (layout == SCANNER_UK && shift) {
        switch (scancode) {
        case 31: /* 2 */
            return '"';
        case 52: /* apostrophe */
            return '@';
        case KEY_ISO:
            return '|';
        case 49:
        case KEY_ISO_HASH:
            return '~';
        default:
            break;
        }
    }
    if (layout == SCANNER_UK && (scancode == 49 || scancode == KEY_ISO_HASH)) {
        return '#';
    }
    if (scancode == KEY_ISO) {
        return shift ? '|' : '\\';
    }
    if (scancode < USAGE_FIRST || scancode > USAGE_LAST) {
        return '\0';
    }
    const char *row = shift ? shifted : plain;
    return row[scancode - USAGE_FIRST];
}

bool scanner_find_key(ScannerLayout layout, char character, int *scancode, bool *shift)
{
    for (int code = USAGE_FIRST; character != '\0' && code <= KEY_ISO; code++) {
        if (code > USAGE_LAST && code < KEY_ISO) {
            continue;
        }
        for (int with = 0; with < 2; with++) {
            if (character_of(layout, code, with == 1) == character) {
                *scancode = code;
                *shift = with == 1;
                return true;
            }
        }
    }
    return false;
}

void scanner_clear(Scanner *scanner)
{
    memset(scanner->text, 0, scanner->size);
    scanner->size = 0;
    scanner->too_long = false;
    scanner->complete = false;
}

void scanner_heard(Scanner *scanner, uint64_t now_ms)
{
    scanner->heard_ms = now_ms;
}

static bool gap_is_over(const Scanner *scanner, uint64_t now_ms)
{
    const uint64_t at = scanner->heard_ms != 0 ? scanner->heard_ms : now_ms;
    return at > scanner->last_ms && at - scanner->last_ms > GAP_MS;
}

static bool run_is_over(const Scanner *scanner, uint64_t now_ms)
{
    return scanner->complete || gap_is_over(scanner, now_ms);
}

bool scanner_is_running(const Scanner *scanner, uint64_t now_ms)
{
    return scanner->size > 0 && !run_is_over(scanner, now_ms);
}

/* A late frame hands over several keys at once, so digits close together may well be a person's. */
static bool is_typed(const Scanner *scanner, bool ended)
{
    if (scanner->size < CODE_MIN) {
        return true;
    }
    for (uint32_t i = 0; i < scanner->size; i++) {
        if (scanner->text[i] < '0' || scanner->text[i] > '9') {
            return false;
        }
    }
    return !ended || scanner->size < DIGITS_MIN;
}

static ScannerResult end_run(Scanner *scanner)
{
    if (scanner->too_long) {
        scanner_clear(scanner);
        return SCANNER_TOO_LONG;
    }
    if (is_typed(scanner, true)) {
        scanner->last_ms = 0; /* a person's: give them back at once */
        return SCANNER_PASS;
    }
    scanner->text[scanner->size] = '\0';
    scanner->complete = true;
    return SCANNER_CODE;
}

ScannerResult scanner_key(Scanner *scanner, int scancode, bool shift, uint64_t now_ms)
{
    if (scancode == KEY_SHIFT_LEFT || scancode == KEY_SHIFT_RIGHT) {
        return SCANNER_DROPPED;
    }
    if (scanner->size > 0 && run_is_over(scanner, now_ms)) {
        scanner_clear(scanner);
    }
    const bool running = scanner->size > 0;
    if (scancode == KEY_RETURN || scancode == KEY_PAD_ENTER) {
        return running ? end_run(scanner) : SCANNER_PASS;
    }
    const char character = character_of(scanner->layout, scancode, shift);
    if (character == '\0') {
        return running ? SCANNER_DROPPED : SCANNER_PASS;
    }
    scanner->last_ms = now_ms;
    if (scanner->size < SCANNER_TEXT_MAX) {
        scanner->text[scanner->size++] = character;
    } else {
        scanner->too_long = true;
    }
    return SCANNER_HELD;
}

bool scanner_typed(Scanner *scanner, uint64_t now_ms, char *out)
{
    if (scanner->size == 0 || scanner->complete || !gap_is_over(scanner, now_ms)) {
        return false;
    }
    if (!is_typed(scanner, false)) {
        scanner_clear(scanner); /* a code that broke off: nobody types like that */
        return false;
    }
    *out = scanner->text[0];
    memmove(scanner->text, scanner->text + 1, scanner->size);
    scanner->size--;
    return true;
}
