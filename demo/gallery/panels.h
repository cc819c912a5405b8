/* The interface of the gallery: side, bar, status and purse over a backdrop. Each is drawn into
 * memory when something it shows has changed, and copied from one texture in every frame.
 *
 * Threads: render. */
#ifndef GALLERY_PANELS_H
#define GALLERY_PANELS_H

#include "gallery.h"
#include "theme.h"

/* Draws again what has changed. */
void panels_update(Gallery *gallery);
void panels_show(Gallery *gallery, PanelKind kind);
void panels_close(Gallery *gallery);
/* The renderer has lost its textures. */
void panels_lost(Gallery *gallery);

/* 0..1 for a press at x. */
float panels_slider_value(const Gallery *gallery, const Control *control, int32_t x);

/* draw.c: into the canvas, which has begun. */
void draw_side(Gallery *gallery, const Theme *theme);
void draw_bar(Gallery *gallery, const Theme *theme);
void draw_status(Gallery *gallery, const Theme *theme, const char *text, const atr_Rect *rect);
void draw_purse(Gallery *gallery, const Theme *theme, const atr_Rect *rect);
/* Width of the status in pixels. */
int32_t draw_status_width(Gallery *gallery, const char *text);
/* "120", "default", "12 / s", ... */
void draw_slider_text(const Gallery *gallery, Setting setting, char *out, size_t size);

#endif
