/* The contact sheet: moments of an effect in a grid, with a title and the time of each; on dark, on
 * light, or one beside the other. */
#ifndef ATR_CLI_SHEET_H
#define ATR_CLI_SHEET_H

#include <atrium/compose.h>
#include <atrium/text.h>

#define SHEET_ROWS    4
#define SHEET_COLUMNS 12 /* at most */

typedef struct Sheet {
    atr_Canvas canvas;
    atr_Text *text; /* borrowed */
    uint32_t columns, halves;
    bool light_first;       /* with one half: it is the light one */
    int32_t cell_w, cell_h; /* of a picture */
    int32_t half_w;         /* from one half to the next */
} Sheet;

typedef struct SheetDesc {
    uint32_t columns; /* of a half */
    bool dark, light;
    int32_t width, height; /* of the frames; cells have their shape */
    const char *title;
    const char *subtitle;
} SheetDesc;

atr_Status sheet_open(Sheet *sheet, const SheetDesc *desc, atr_Text *text);
void sheet_close(Sheet *sheet);

uint32_t sheet_count(const Sheet *sheet); /* moments */

/* Puts a frame into its cell, smaller. */
void sheet_put(Sheet *sheet, uint32_t moment, bool light, const atr_Canvas *frame, double time_s);

#endif
