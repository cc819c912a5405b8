/* The kernels in plain C, pixel by pixel: the reference that the others must meet to the last bit,
 * and what a processor gets that has none of their instruction sets. */
#include "compose/compose_internal.h"

static uint32_t blended(uint32_t src, uint32_t dst, uint32_t tint)
{
    return atr__over_pixel(atr__tint_pixel(src, tint), dst);
}

static void blend_row(uint32_t *dst, const uint32_t *src, int32_t count, uint32_t tint)
{
    for (int32_t x = 0; x < count; x++) {
        dst[x] = blended(src[x], dst[x], tint);
    }
}

static void draw_item(const atr__Band *band, const atr__Item *item)
{
    const atr__Copy *copy = item->copy;
    const int32_t top = atr__max_i32(item->y, band->top);
    const int32_t bottom = atr__min_i32(item->y + copy->height, band->bottom);
    for (int32_t y = top; y < bottom; y++) {
        const int32_t row = y - item->y;
        const atr__Span *span = &copy->spans[row];
        const int32_t left = atr__max_i32(item->x + span->first, band->left);
        const int32_t right = atr__min_i32(item->x + span->last, band->right);
        blend_row(band->pixels + y * band->pitch + left,
                  copy->pixels + (ptrdiff_t)row * copy->pitch + (left - item->x), right - left,
                  item->tint);
    }
}

static void draw(const atr__Band *band, const atr__Item *items, const uint32_t *order,
                 uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        draw_item(band, &items[order[i]]);
    }
}

static void blend(const atr__Block *block)
{
    for (int32_t y = 0; y < block->height; y++) {
        blend_row(block->dst + block->dst_pitch * y, block->src + block->src_pitch * y,
                  block->width, block->tint);
    }
}

static void fill(uint32_t *dst, ptrdiff_t pitch, int32_t width, int32_t height, uint32_t color)
{
    for (int32_t y = 0; y < height; y++, dst += pitch) {
        for (int32_t x = 0; x < width; x++) {
            dst[x] = atr__over_pixel(color, dst[x]);
        }
    }
}

/* What the point u, v sees of the four pixels around it. */
static uint32_t sample(const atr__Gather *row, uint32_t u, uint32_t v)
{
    const uint32_t *upper = row->src + (ptrdiff_t)(v >> 16) * row->src_pitch + (u >> 16);
    return atr__mix_pixels(upper, upper + row->src_pitch, u >> 8 & 255, v >> 8 & 255);
}

static void gather(const atr__Gather *row)
{
    uint32_t u = (uint32_t)row->u;
    uint32_t v = (uint32_t)row->v;
    for (int32_t x = 0; x < row->count; x++) {
        row->dst[x] = blended(sample(row, u, v), row->dst[x], row->tint);
        u += (uint32_t)row->du;
        v += (uint32_t)row->dv;
    }
}

const atr__Kernels atr__kernels_scalar = {
    .name = "scalar", .draw = draw, .blend = blend, .fill = fill, .gather = gather
};
