/* Colours of the interface, for a dark and for a light scene. Straight, 0xAARRGGBB. */
#ifndef GALLERY_THEME_H
#define GALLERY_THEME_H

#include <stdint.h>

typedef struct Theme {
    uint32_t panel, edge; /* ground of side and bar, and the line where they begin */
    uint32_t tile, tile_line;
    uint32_t hover, pressed;
    uint32_t selected, selected_line;
    uint32_t track; /* of sliders, behind choices */
    uint32_t text, quiet;
    uint32_t key, key_text; /* the little key on a tile */
    uint32_t accent, on_accent;
    uint32_t focus;
    uint32_t chip, chip_text; /* over the scene */
} Theme;

static const Theme theme_dark = {
    .panel = 0xff111631u,
    .edge = 0xff2a3363u,
    .tile = 0xff1c2348u,
    .tile_line = 0xff2b3468u,
    .hover = 0xff283163u,
    .pressed = 0xff3a4690u,
    .selected = 0xff2f2a3fu,
    .selected_line = 0xffffc247u,
    .track = 0xff0b0f24u,
    .text = 0xfff2f4ffu,
    .quiet = 0xffa9b3e2u,
    .key = 0xff0b0f24u,
    .key_text = 0xffc6ceffu,
    .accent = 0xffffc247u,
    .on_accent = 0xff1a1200u,
    .focus = 0xffffffffu,
    .chip = 0xd90b0f24u,
    .chip_text = 0xfff2f4ffu,
};

static const Theme theme_light = {
    .panel = 0xfff3f4fbu,
    .edge = 0xffcfd4ebu,
    .tile = 0xffffffffu,
    .tile_line = 0xffd9ddf0u,
    .hover = 0xffe8ebffu,
    .pressed = 0xffcdd4ffu,
    .selected = 0xffe3e7ffu,
    .selected_line = 0xff3f4fd0u,
    .track = 0xffdfe3f3u,
    .text = 0xff161b3du,
    .quiet = 0xff525b86u,
    .key = 0xffe6e9f7u,
    .key_text = 0xff3a4374u,
    .accent = 0xff3f4fd0u,
    .on_accent = 0xffffffffu,
    .focus = 0xff161b3du,
    .chip = 0xe6ffffffu,
    .chip_text = 0xff161b3du,
};

#endif
