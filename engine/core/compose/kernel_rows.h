/* The rows of every SIMD kernel, written once. A kernel file defines its lanes and then includes
 * this, which leaves it the static functions draw, blend, fill and gather. It must define:
 *     LANES                          pixels in a vector, 4 or 8
 *     Vec, Tint                      a vector of pixels; a tint prepared for it
 *     vec_load, vec_store            LANES pixels at any address
 *     vec_load_part, vec_store_part  the first 1..LANES-1 of them, touching no other
 *     vec_of(pixel), tint_of(color)
 *     vec_add(s, d)                  s has alpha 0 everywhere: a saturated sum
 *     vec_over(s, d)                 the formula of compose_internal.h
 *     vec_tint(s, tint), vec_tint_over(s, d, tint)
 *     vec_sample(row, u, v, count)   the next LANES pixels of a gather; those from `count` on may
 *                                    be anything, but their neighbours are not looked at
 *
 * Whole vectors are written wherever the band has room for them: transparent pixels leave what is
 * below as it is. At its right edge the last vector is loaded and stored in part, since another
 * thread may be writing next to it. */
#ifndef ATR_COMPOSE_KERNEL_ROWS_H
#define ATR_COMPOSE_KERNEL_ROWS_H

#include "compose/kernels.h"

#define ATR__INLINE static inline __attribute__((always_inline))

/* How a sprite's tint makes it blend. */
typedef enum Mode { MODE_PLAIN = 0, MODE_ADD, MODE_TINT } Mode;

static Mode mode_of(uint32_t tint)
{
    return tint == ATR__TINT_NONE ? MODE_PLAIN : tint >> 24 == 0 ? MODE_ADD : MODE_TINT;
}

/* `mode` is a constant wherever this is inlined. */
ATR__INLINE Vec mix(Mode mode, Vec s, Vec d, Tint tint)
{
    switch (mode) {
    case MODE_ADD:
        return vec_add(vec_tint(s, tint), d);
    case MODE_TINT:
        return vec_tint_over(s, d, tint);
    default:
        return vec_over(s, d);
    }
}

ATR__INLINE void mix_at(Mode mode, uint32_t *dst, const uint32_t *src, Tint tint)
{
    vec_store(dst, mix(mode, vec_load(src), vec_load(dst), tint));
}

/* Columns first..last-1 of a row of which `room` columns may be read and written. */
ATR__INLINE void mix_run(Mode mode, uint32_t *dst, const uint32_t *src, int32_t first, int32_t last,
                         int32_t room, Tint tint)
{
    int32_t x = first;
    for (; x < last && x + LANES <= room; x += LANES) {
        mix_at(mode, dst + x, src + x, tint);
    }
    if (x < last) {
        const int32_t count = last - x;
        const Vec s = vec_load_part(src + x, count);
        vec_store_part(dst + x, mix(mode, s, vec_load_part(dst + x, count), tint), count);
    }
}

/* ---- Many small sprites ---------------------------------------------------------------------- */

/* The rows of a sprite that has room on its right. */
typedef struct Rows {
    uint32_t *dst;
    ptrdiff_t dst_pitch, src_pitch;
    const uint32_t *src;
    const atr__Span *spans;
    int32_t count; /* 1 and more */
} Rows;

/* Of as many vectors each, whether its ends are transparent or not: for the few pixels of a small
 * sprite a branch guessed wrong costs more than a vector for nothing. */
ATR__INLINE void rows_of(int32_t vectors, Mode mode, Rows rows, Tint tint)
{
    do {
        for (int32_t i = 0; i < vectors; i++) {
            mix_at(mode, rows.dst + i * LANES, rows.src + i * LANES, tint);
        }
        rows.dst += rows.dst_pitch;
        rows.src += rows.src_pitch;
    } while (--rows.count > 0);
}

/* Of a larger sprite: only what is not transparent. */
ATR__INLINE void rows_trimmed(Mode mode, Rows rows, Tint tint)
{
    do {
        const int32_t last = rows.spans->last;
        for (int32_t x = rows.spans->first; x < last; x += LANES) {
            mix_at(mode, rows.dst + x, rows.src + x, tint);
        }
        rows.dst += rows.dst_pitch;
        rows.src += rows.src_pitch;
        rows.spans++;
    } while (--rows.count > 0);
}

/* At the left or right edge of the band. */
ATR__INLINE void rows_cut(Mode mode, Rows rows, int32_t from, int32_t room, Tint tint)
{
    do {
        const int32_t first = atr__max_i32(rows.spans->first, from);
        const int32_t last = atr__min_i32(rows.spans->last, room);
        mix_run(mode, rows.dst, rows.src, first, last, room, tint);
        rows.dst += rows.dst_pitch;
        rows.src += rows.src_pitch;
        rows.spans++;
    } while (--rows.count > 0);
}

ATR__INLINE void draw_item(Mode mode, const atr__Band *band, const atr__Item *item)
{
    const atr__Copy *copy = item->copy;
    const int32_t top = atr__max_i32(item->y, band->top);
    const int32_t bottom = atr__min_i32(item->y + copy->height, band->bottom);
    if (top >= bottom) {
        return;
    }
    const int32_t skip = top - item->y;
    const Rows rows = { .dst = band->pixels + top * band->pitch + item->x,
                        .dst_pitch = band->pitch,
                        .src = copy->pixels + (ptrdiff_t)skip * copy->pitch,
                        .src_pitch = copy->pitch,
                        .spans = copy->spans + skip,
                        .count = bottom - top };
    const Tint tint = tint_of(item->tint);
    const int32_t from = band->left - item->x;
    const int32_t room = band->right - item->x;
    if (from > 0 || copy->width + LANES - 1 > room) {
        rows_cut(mode, rows, from, room, tint);
    } else if (copy->width <= LANES) {
        rows_of(1, mode, rows, tint);
    } else if (copy->width <= 2 * LANES) {
        rows_of(2, mode, rows, tint);
    } else {
        rows_trimmed(mode, rows, tint);
    }
}

#define AHEAD       4  /* sprites */
#define AHEAD_LINES 12 /* of the cache: most of a small copy's pixels */
#define AHEAD_ROWS  16 /* of the canvas, two lines each */

/* Turned copies are many and lie in the outer caches, as does a canvas that was just cleared:
 * waiting for them would take longer than drawing. Fixed numbers, since loops of the copy's own
 * size would be guessed wrong; what lies beyond a smaller one is fetched for nothing. */
ATR__INLINE void fetch_ahead(const atr__Band *band, const atr__Item *item)
{
    const uintptr_t src = (uintptr_t)item->copy->pixels;
    for (uintptr_t line = 0; line < AHEAD_LINES; line++) {
        __builtin_prefetch((const void *)(src + line * 64));
    }
    const ptrdiff_t top = atr__max_i32(item->y, band->top);
    const ptrdiff_t first = (top * band->pitch + item->x) * (ptrdiff_t)sizeof(uint32_t);
    const uintptr_t pitch = (uintptr_t)band->pitch * sizeof(uint32_t);
    uintptr_t dst = (uintptr_t)band->pixels + (uintptr_t)first;
    for (int32_t row = 0; row < AHEAD_ROWS; row++, dst += pitch) {
        __builtin_prefetch((const void *)dst, 1);
        __builtin_prefetch((const void *)(dst + 48), 1);
    }
}

static void draw(const atr__Band *band, const atr__Item *items, const uint32_t *order,
                 uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const atr__Item *item = &items[order[i]];
        if (i + AHEAD < count) {
            fetch_ahead(band, &items[order[i + AHEAD]]);
        }
        switch (mode_of(item->tint)) {
        case MODE_ADD:
            draw_item(MODE_ADD, band, item);
            break;
        case MODE_TINT:
            draw_item(MODE_TINT, band, item);
            break;
        default:
            draw_item(MODE_PLAIN, band, item);
            break;
        }
    }
}

/* ---- One rectangle --------------------------------------------------------------------------- */

ATR__INLINE void blend_rows(Mode mode, const atr__Block *block)
{
    const Tint tint = tint_of(block->tint);
    for (int32_t y = 0; y < block->height; y++) {
        mix_run(mode, block->dst + block->dst_pitch * y, block->src + block->src_pitch * y, 0,
                block->width, block->width, tint);
    }
}

static void blend(const atr__Block *block)
{
    switch (mode_of(block->tint)) {
    case MODE_ADD:
        blend_rows(MODE_ADD, block);
        break;
    case MODE_TINT:
        blend_rows(MODE_TINT, block);
        break;
    default:
        blend_rows(MODE_PLAIN, block);
        break;
    }
}

static void fill(uint32_t *dst, ptrdiff_t pitch, int32_t width, int32_t height, uint32_t color)
{
    const Vec colors = vec_of(color);
    const bool covers = color >> 24 == 255;
    for (int32_t y = 0; y < height; y++, dst += pitch) {
        int32_t x = 0;
        for (; x + LANES <= width; x += LANES) {
            vec_store(dst + x, covers ? colors : vec_over(colors, vec_load(dst + x)));
        }
        if (x < width) {
            const Vec below = vec_load_part(dst + x, width - x);
            vec_store_part(dst + x, vec_over(colors, below), width - x);
        }
    }
}

/* ---- One row of a turned sprite -------------------------------------------------------------- */

ATR__INLINE void gather_run(Mode mode, const atr__Gather *row)
{
    const Tint tint = tint_of(row->tint);
    uint32_t u = (uint32_t)row->u;
    uint32_t v = (uint32_t)row->v;
    int32_t x = 0;
    for (; x + LANES <= row->count; x += LANES) {
        const Vec seen = vec_sample(row, u, v, LANES);
        vec_store(row->dst + x, mix(mode, seen, vec_load(row->dst + x), tint));
        u += (uint32_t)row->du * LANES;
        v += (uint32_t)row->dv * LANES;
    }
    if (x < row->count) {
        const int32_t left = row->count - x;
        const Vec seen = vec_sample(row, u, v, left);
        vec_store_part(row->dst + x, mix(mode, seen, vec_load_part(row->dst + x, left), tint),
                       left);
    }
}

static void gather(const atr__Gather *row)
{
    switch (mode_of(row->tint)) {
    case MODE_ADD:
        gather_run(MODE_ADD, row);
        break;
    case MODE_TINT:
        gather_run(MODE_TINT, row);
        break;
    default:
        gather_run(MODE_PLAIN, row);
        break;
    }
}

#endif
