/* Scripts that play the kiosk: one command a line, `#` begins a comment.
 *
 *     wait MS | wait screen NAME       scan TEXT | scan @FILE | scan demo N      type TEXT
 *     tap ID | tap X Y                 key NAME              lang en|ar          shot NAME
 *     expect screen NAME | expect text KEY | expect coins N      hold work | release work
 *
 * This is the reading of a script; driver.h plays it. */
#ifndef KIOSK_SCRIPT_H
#define KIOSK_SCRIPT_H

#include "flow.h"

#define SCRIPT_LINE_MAX (ATR_RECEIPT_TEXT_MAX + 64)
#define SCRIPT_FILE_MAX (1024u * 1024u)

typedef enum ScriptVerb {
    SCRIPT_WAIT_MS = 0,
    SCRIPT_WAIT_SCREEN,
    SCRIPT_SCAN,
    SCRIPT_SCAN_FILE,
    SCRIPT_SCAN_DEMO,
    SCRIPT_TYPE,
    SCRIPT_TAP,
    SCRIPT_TAP_AT,
    SCRIPT_KEY,
    SCRIPT_LANG,
    SCRIPT_SHOT,
    SCRIPT_EXPECT_SCREEN,
    SCRIPT_EXPECT_TEXT,
    SCRIPT_EXPECT_COINS,
    SCRIPT_HOLD,
    SCRIPT_RELEASE
} ScriptVerb;

typedef struct ScriptCommand {
    ScriptVerb verb;
    uint32_t line;    /* from 1 */
    const char *text; /* argument, in the script's own memory; "" for none */
    int64_t x, y;     /* numbers: ms, N, coordinates */
    FlowScreen screen;
} ScriptCommand;

typedef struct Script {
    char *text; /* the file, cut into lines and words */
    ScriptCommand *commands;
    uint32_t count;
} Script;

/* ATR_ERR_IO, ATR_ERR_FORMAT (error: file, line, what was expected), ATR_ERR_NO_MEMORY. */
atr_Status script_load(const char *path, Script *out, atr_Error *error);
/* From text; `source` is named in errors. */
atr_Status script_parse(const char *text, size_t size, const char *source, Script *out,
                        atr_Error *error);
void script_free(Script *script);

#endif
