/**
 * atrium/draw.h: drawing as data.
 *
 * What effects want drawn is said in plain values, so that it can be tested, queued, sorted,
 * composed into pixels or handed to a GPU. A command draws one sprite, one rectangle, one short
 * text, or a range of particles that live in arrays beside the queue.
 *
 * Colours are 0xAARRGGBB, premultiplied: with alpha 0 and colour not 0 the result is additive. One
 * blend serves both: result = source + destination * (1 - source alpha).
 */
#ifndef ATRIUM_DRAW_H
#define ATRIUM_DRAW_H

#include <atrium/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Layers, drawn in this order. */
typedef enum atr_Layer {
    ATR_LAYER_BELOW_UI = 0, /* under the host's interface */
    ATR_LAYER_ABOVE_UI = 1,
    ATR_LAYER_TOP = 2, /* above all but the overlay */
    ATR_LAYER_COUNT = 3
} atr_Layer;

typedef enum atr_Importance {
    ATR_IMPORTANCE_COSMETIC = 0,
    ATR_IMPORTANCE_MEDIUM = 1,
    ATR_IMPORTANCE_HIGH = 2,
    ATR_IMPORTANCE_CRITICAL = 3
} atr_Importance;

/** Index into the sprite table; ATR_SPRITE_NONE draws nothing. */
typedef uint16_t atr_SpriteId;
#define ATR_SPRITE_NONE  ((atr_SpriteId)0xffff)
#define ATR_SPRITE_WHITE ((atr_SpriteId)0) /* one white pixel, always there: rectangles */

typedef enum atr_DrawKind {
    ATR_DRAW_SPRITE = 0,
    ATR_DRAW_RECT,
    ATR_DRAW_TEXT,
    ATR_DRAW_PARTICLES
} atr_DrawKind;

#define ATR_DRAW_TEXT_MAX 31 /* bytes: digits, signs and a few letters */

/** One command. Positions in the host's logical pixels, origin top left, y down. */
typedef struct atr_DrawCmd {
    uint8_t kind;       /* atr_DrawKind */
    uint8_t layer;      /* atr_Layer */
    uint8_t importance; /* atr_Importance: which ones a full queue keeps */
    uint8_t additive;   /* a hint for sorting in unordered layers; the colour decides the look */
    atr_SpriteId sprite;
    uint8_t smooth; /* moves slowly: placed between pixels, not on whole ones */
    uint8_t reserved;
    uint32_t color;
    float x, y;      /* centre */
    float w, h;      /* size; text: h is the letter height, w is ignored */
    float angle_deg; /* clockwise */
    uint32_t first;  /* particles: range in the particle arrays */
    uint32_t count;
    char text[ATR_DRAW_TEXT_MAX + 1];
} atr_DrawCmd;

/** Particles as arrays of equal length, borrowed from the effects until their next advance. */
typedef struct atr_Particles {
    uint32_t count;
    const float *x; /* centre, logical pixels */
    const float *y;
    const float *size;          /* width in logical pixels; the height follows the sprite's shape */
    const float *angle_deg;     /* clockwise */
    const uint32_t *color;      /* premultiplied tint */
    const atr_SpriteId *sprite; /* animation frame included */
    const float *stretch;       /* height, as a share of what the sprite's shape says; NULL: 1 */
    const uint8_t *smooth;      /* 1: moves slowly, placed between pixels; NULL: none does */
} atr_Particles;

/** Names what a sprite id shows, so that whoever loads pictures can find them. */
typedef struct atr_SpriteName {
    const char *sheet; /* file name, "coin.png"; "" for ATR_SPRITE_WHITE */
    uint16_t frame;    /* frames lie side by side in the sheet, equally wide */
    uint16_t frames;
} atr_SpriteName;

/** From logical to output pixels: out = in * scale + offset. */
typedef struct atr_Transform {
    float scale_x, scale_y;
    float offset_x, offset_y;
} atr_Transform;

typedef struct atr_Rect {
    int32_t x, y, w, h;
} atr_Rect;

#ifdef __cplusplus
}
#endif

#endif
