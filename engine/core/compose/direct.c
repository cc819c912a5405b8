/* Upright sprites scaled while they are drawn, row by row and only what is seen: those too large to
 * keep, those that have another size in every frame, and those there is no time to make a copy of.
 * The pixels are the copy's. */
#include "compose/compose_internal.h"

#define QUAD_MASK 3 /* ends are widened to whole quads of pixels */

/* One row of it, without what is transparent. */
static void draw_row(const atr__Kernels *kernels, const atr__Scaler *scaler, uint32_t *row,
                     uint32_t *dst, uint32_t tint)
{
    const int32_t count = scaler->last - scaler->first;
    int32_t drawn = 0;
    for (int32_t from = 0, to = 0; atr__scale_run(scaler, &from, &to);) {
        const int32_t first = atr__max_i32(from & ~QUAD_MASK, drawn);
        const int32_t last = atr__min_i32((to + QUAD_MASK) & ~QUAD_MASK, count);
        if (first >= last) {
            continue;
        }
        atr__scale_columns(scaler, first, last, row);
        kernels->blend(&(atr__Block){ .dst = dst + first,
                                      .dst_pitch = count,
                                      .src = row + first,
                                      .src_pitch = count,
                                      .width = last - first,
                                      .height = 1,
                                      .tint = tint });
        drawn = last;
    }
}

void atr__direct_sprite(const atr__Kernels *kernels, const atr__Scratch *scratch,
                        const atr__Band *band, const atr_Image *image, const atr__Placed *placed)
{
    const int32_t x = (placed->x + 128 - placed->width * 128) >> 8;
    const int32_t y = (placed->y + 128 - placed->height * 128) >> 8;
    const int32_t left = atr__max_i32(x, band->left);
    const int32_t right = atr__min_i32(x + placed->width, band->right);
    const int32_t top = atr__max_i32(y, band->top);
    const int32_t bottom = atr__min_i32(y + placed->height, band->bottom);
    if (left >= right || top >= bottom) {
        return;
    }
    atr__Scaler scaler = { .image = image,
                           .width = placed->width,
                           .height = placed->height,
                           .first = left - x,
                           .last = right - x,
                           .column = scratch->taps,
                           .lanes = scratch->lanes };
    atr__scale_begin(&scaler);
    for (int32_t row = top; row < bottom; row++) {
        if (atr__scale_rows(&scaler, row - y)) {
            draw_row(kernels, &scaler, scratch->row, band->pixels + row * band->pitch + left,
                     placed->tint);
        }
    }
}
