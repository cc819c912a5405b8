/* Drawing an interface into memory: rounded rectangles and text. A panel is drawn when it changes
 * and shown as one texture, so that frames cost what effects cost.
 *
 * Threads: render. */
#ifndef GALLERY_CANVAS_H
#define GALLERY_CANVAS_H

#include <atrium/text.h>

#define CANVAS_TEXTS 256

typedef struct CanvasText {
    uint64_t key; /* 0: free */
    uint64_t used;
    atr_TextImage image; /* white */
} CanvasText;

typedef struct Canvas {
    atr_Text *text;
    atr_Canvas pixels; /* premultiplied */
    int32_t x, y;      /* of the canvas in the window: all rectangles are the window's */
    atr_Rect clip;     /* canvas pixels */
    uint64_t clock;
    CanvasText texts[CANVAS_TEXTS];
} Canvas;

typedef struct CanvasFont {
    float size_px;
    bool bold;
    uint32_t color; /* 0xAARRGGBB, straight */
    atr_Align align;
    uint32_t max_lines; /* default 1 */
} CanvasFont;

bool canvas_open(Canvas *canvas, const atr_Log *log);
void canvas_close(Canvas *canvas);

/* What follows is drawn into these pixels, which lie at `rect` in the window. */
void canvas_begin(Canvas *canvas, uint32_t *pixels, const atr_Rect *rect);
/* Window pixels; NULL: all. */
void canvas_clip(Canvas *canvas, const atr_Rect *rect);

void canvas_fill(Canvas *canvas, const atr_Rect *rect, uint32_t color);
/* A rounded rectangle; `line` pixels of outline inside its edge. Colours straight, alpha allowed.
 */
void canvas_round(Canvas *canvas, const atr_Rect *rect, float radius, uint32_t fill,
                  uint32_t outline, float line);
/* Text in the middle of a box's height, made smaller until it fits. @return its width. */
int32_t canvas_text(Canvas *canvas, const char *utf8, const atr_Rect *box, const CanvasFont *font);

/* Width of one line of text. */
int32_t canvas_width(Canvas *canvas, const char *utf8, const CanvasFont *font);

#endif
