/* What paint.c and number.c share. */
#ifndef KIOSK_PAINT_INTERNAL_H
#define KIOSK_PAINT_INTERNAL_H

#include "paint/paint.h"
#include "paint/pictures.h"
#include "paint/textures.h"

#define OPS_MAX    768
#define STRIPS_MAX 6

typedef enum KeyKind {
    KEY_TEXT = 1,
    KEY_PANEL,
    KEY_PICTURE,
    KEY_ICON,
    KEY_FOCUS,
    KEY_BACKGROUND,
    KEY_DISC,
    KEY_GLYPH,
    KEY_HALO
} KeyKind;

/* One copy, or with no texture one filled rectangle. */
typedef struct Op {
    uint64_t key;        /* of the texture; 0: a fill */
    uint32_t generation; /* as it was then; another one now means it is gone */
    SDL_Rect to;
    SDL_Rect from; /* w 0: all */
    uint32_t color;
    float alpha;
    bool stays; /* does not move or fade with the screen */
} Op;

typedef struct OpList {
    uint32_t count;
    Op ops[OPS_MAX];
} OpList;

/* The digits of one size, for numbers that change every frame. */
typedef struct Strip {
    int32_t px; /* 0: free */
    atr_GlyphStrip glyphs;
} Strip;

struct Paint {
    PaintDesc desc;
    Frame frame;
    Textures textures;
    Pictures pictures;
    Strip strips[STRIPS_MAX];
    OpList now, leaving;
    uint32_t made;
};

/* The key of a picture; never 0. */
uint64_t paint__key(KeyKind kind, uint64_t a, uint64_t b, uint64_t c);
/* Zeroed; NULL for an impossible size. */
uint32_t *paint__pixels(int32_t width, int32_t height);
/* Hands the pixels over to a texture and frees them. */
Texture *paint__keep_pixels(Paint *paint, uint64_t key, uint32_t *pixels, int32_t width,
                            int32_t height, bool secret);
/* The halo of straight-alpha pixels as a texture of its own. */
Texture *paint__add_halo(Paint *paint, uint64_t key, const uint32_t *from, int32_t width,
                         int32_t height, bool secret);
void paint__copy(Paint *paint, const PaintLook *look, const Item *item, const Texture *texture,
                 SDL_Rect to, uint32_t color);
/* The halo of what will be drawn at x, y. */
void paint__copy_halo(Paint *paint, const Item *item, const PaintLook *look, uint64_t key,
                      int32_t x, int32_t y);
void paint__number(Paint *paint, const Scene *scene, const Item *item, const PaintLook *look);

#endif
