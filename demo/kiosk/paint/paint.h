/* Paints scenes. Everything with soft edges is a texture made once and kept; a frame copies
 * textures and fills rectangles, and allocates nothing once each picture of its screen is there.
 *
 *     paint_begin(paint, &frame);
 *     paint_background(paint);
 *     ... effects under the interface ...
 *     paint_items(paint, scene, 0, scene->dialog_first, &(PaintLook){ .alpha = 1 });
 *     ... effects over it ...
 *     paint_items(paint, scene, scene->dialog_first, scene->count, &(PaintLook){ .alpha = 1 });
 *
 * What was painted last can be painted once more while it leaves, after its scene is gone:
 * paint_keep and paint_leaving. Pictures of a session that has ended are dropped and leave no trace
 * there.
 *
 * Threads: render. */
#ifndef KIOSK_PAINT_H
#define KIOSK_PAINT_H

#include "scene.h"

#include <atrium/text.h>

#include <SDL.h>

typedef struct Paint Paint;

typedef struct PaintDesc {
    SDL_Renderer *renderer; /* borrowed */
    atr_Text *text;         /* borrowed */
    bool arabic_digits;
    atr_Log log;
} PaintDesc;

typedef struct PaintLook {
    float alpha;     /* of all; 1 */
    float dx;        /* shift of what moves with the screen, pixels */
    Control pressed; /* shown pressed */
    int32_t focus;   /* index of the item with the ring; -1: none */
} PaintLook;

atr_Status paint_create(const PaintDesc *desc, Paint **out);
void paint_destroy(Paint *paint);

/* The window's size changed, or the renderer lost its textures: make them again when needed. */
void paint_reset(Paint *paint);
/* The session is over. */
void paint_forget(Paint *paint);

void paint_begin(Paint *paint, const Frame *frame);
void paint_background(Paint *paint);
void paint_items(Paint *paint, const Scene *scene, uint32_t first, uint32_t end,
                 const PaintLook *look);

/* Keeps what was painted in the frame before, so that it can leave. */
void paint_keep(Paint *paint);
void paint_leaving(Paint *paint, float alpha, float dx);

/* How many pictures were made since the last call: 0 in a warm frame. */
uint32_t paint_made(Paint *paint);

#endif
