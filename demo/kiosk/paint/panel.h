/* Cards, buttons, chips and the background as pixels, drawn by the CPU once and kept as textures.
 * Straight alpha, 0xAARRGGBB. */
#ifndef KIOSK_PANEL_H
#define KIOSK_PANEL_H

#include "scene.h"

typedef enum PanelState { PANEL_REST = 0, PANEL_PRESSED, PANEL_DISABLED } PanelState;

/* `pixels` holds width * height. */
void panel_draw(uint32_t *pixels, int32_t width, int32_t height, PanelLook look, PanelState state,
                float u);

/* The ring around what has the focus: 6 white, 6 night. The picture reaches 12 units beyond. */
void panel_focus(uint32_t *pixels, int32_t width, int32_t height, float radius, float u);

void panel_background(uint32_t *pixels, int32_t width, int32_t height);

/* A filled circle, white. */
void panel_disc(uint32_t *pixels, int32_t side);

/* How far a focus ring reaches beyond its item, pixels. */
int32_t panel_focus_reach(float u);
float panel_radius(PanelLook look);

#endif
