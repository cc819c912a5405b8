/* What the files of the text module share: faces and their open sizes, and one laid-out text. */
#ifndef ATR_TEXT_INTERNAL_H
#define ATR_TEXT_INTERNAL_H

#include <atrium/text.h>

#include <SDL_ttf.h>
#include <fribidi.h>

#define ATR__TEXT_SIZE_MIN 4
#define ATR__TEXT_SIZE_MAX 512
#define ATR__FONT_SLOTS    24 /* open sizes; several times what one text can need */

/* In order of preference for a character that more than one covers; Arabic letters ask the Arabic
 * face first. */
typedef enum atr__Face {
    ATR__FACE_LATIN = 0,
    ATR__FACE_ARABIC,
    ATR__FACE_FALLBACK,
    ATR__FACE_COUNT,
    ATR__FACE_BUILTIN = ATR__FACE_COUNT, /* strokes of our own, builtin_font.c */
    ATR__FACE_NONE = 0xff                /* direction marks: laid out, not drawn */
} atr__Face;

/* A font file in memory: sizes are opened from it without touching the disk again. */
typedef struct atr__FontFile {
    char *path;
    unsigned char *data;
    size_t size;
} atr__FontFile;

typedef struct atr__FontSlot {
    TTF_Font *font;
    const atr__FontFile *file;
    int32_t size;
    uint32_t used; /* tick of the last use: the oldest is closed when all are taken */
} atr__FontSlot;

/* Characters [first, end) of one direction in one face. */
typedef struct atr__Run {
    uint32_t first, end;
    uint8_t level; /* odd: right to left */
    uint8_t face;
    int32_t width, height, ascent;
} atr__Run;

typedef struct atr__Line {
    uint32_t first, end; /* without the spaces it was broken at */
    int32_t width;
} atr__Line;

/* Arrays of one text, kept between calls and grown when a longer one comes. */
typedef struct atr__TextWork {
    uint32_t capacity;
    uint32_t count;
    uint32_t line_count;
    uint32_t run_count;
    FriBidiChar *chars;
    FriBidiCharType *types;
    FriBidiBracketType *brackets;
    FriBidiLevel *levels;
    uint8_t *faces;
    atr__Run *runs; /* of the line looked at last */
    atr__Line *lines;
    char *bytes; /* one run in UTF-8 */
} atr__TextWork;

struct atr_Text {
    atr_Allocator allocator;
    atr_Log log;
    bool builtin_only;
    bool ttf_ready;
    bool has_arabic;
    atr__FontFile files[ATR__FACE_COUNT][2]; /* [face][bold]; size 0: not there */
    atr__FontSlot slots[ATR__FONT_SLOTS];
    uint32_t tick;
    atr__TextWork work;
};

/* ---- fonts.c --------------------------------------------------------------------------------- */

atr_Status atr__fonts_open(atr_Text *text, const atr_TextDesc *desc);
void atr__fonts_close(atr_Text *text);
/* The file behind a face, bold falling back to regular; NULL when the face is not there. */
const atr__FontFile *atr__font_file(const atr_Text *text, uint8_t face, bool bold);
/* Opened at the size this face is drawn at for a style of `size_px`; NULL when it cannot be. */
TTF_Font *atr__font_get(atr_Text *text, uint8_t face, bool bold, float size_px);
/* Size in pixels of a face for a style: Arabic is drawn larger. */
int32_t atr__font_size(uint8_t face, float size_px);
/* Picks the face that draws `c`; `before` is the face of the character before it, which keeps what
 * it covers. ATR__FACE_NONE with *missing set when no face has it. */
uint8_t atr__font_face_for(atr_Text *text, uint32_t c, uint8_t before, bool bold, float size_px,
                           bool *missing);

/* ---- layout.c -------------------------------------------------------------------------------- */

/* Strict UTF-8 into code points. @return ATR_OK; ATR_ERR_FORMAT; ATR_ERR_INVALID when too long. */
atr_Status atr__text_decode(atr_Text *text, const char *utf8);
void atr__text_work_free(atr_Text *text);
/* Splits work.chars into lines and measures all. */
atr_Status atr__text_layout(atr_Text *text, const atr_TextStyle *style, atr_TextSize *out);
/* Fills work.runs with one line's runs from left to right, measured. @return its width. */
int32_t atr__text_line_runs(atr_Text *text, const atr_TextStyle *style, const atr__Line *line);
/* Writes characters as UTF-8 to work.bytes and returns it. */
const char *atr__text_encode(atr_Text *text, uint32_t first, uint32_t end);
/* Height of a line, of the part above and below its baseline that fonts claim, px. */
void atr__text_metrics(atr_Text *text, const atr_TextStyle *style, int32_t *line_height,
                       int32_t *ascent, int32_t *descent);
bool atr__text_is_arabic(uint32_t c);
/* Not drawn and needing no font: direction marks, isolates, joiners. */
bool atr__text_is_mark(uint32_t c);

/* ---- run.c ----------------------------------------------------------------------------------- */

/* Measures one run; sets width, height, ascent. */
void atr__run_measure(atr_Text *text, const atr_TextStyle *style, atr__Run *run);
/* Draws one run with its origin at x on the baseline; tint is premultiplied. */
atr_Status atr__run_draw(atr_Text *text, const atr_TextStyle *style, const atr__Run *run,
                         const atr_Canvas *canvas, int32_t x, int32_t baseline, uint32_t tint);

/* ---- builtin_font.c -------------------------------------------------------------------------- */

bool atr__builtin_has(uint32_t c);
int32_t atr__builtin_advance(uint32_t c, int32_t size_px);
int32_t atr__builtin_ascent(int32_t size_px);
int32_t atr__builtin_height(int32_t size_px);
/* Blends one character's strokes into the canvas; its pen stands at x on the baseline. */
void atr__builtin_draw(const atr_Canvas *canvas, uint32_t c, int32_t size_px, bool bold, int32_t x,
                       int32_t baseline, uint32_t tint);

/* Blends coverage (0..255) of a premultiplied tint over one pixel. */
static inline uint32_t atr__text_blend(uint32_t below, uint32_t tint, uint32_t coverage)
{
    uint32_t out = 0;
    const uint32_t alpha = ((tint >> 24) * coverage + 127) / 255;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        const uint32_t source = (((tint >> shift) & 255u) * coverage + 127) / 255;
        const uint32_t under = (((below >> shift) & 255u) * (255 - alpha) + 127) / 255;
        const uint32_t sum = source + under;
        out |= (sum > 255 ? 255 : sum) << shift;
    }
    return out;
}

#endif
