/*
 * Which parts of the output a batch may touch, in tiles of 64 pixels, joined into few rectangles:
 * reading back, uploading and copying cost by area.
 */
#include "draw_internal.h"

#include <math.h>
#include <string.h>

uint32_t atr__batch_quads(const atr__Batch *batch)
{
    uint32_t quads = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        quads += batch->commands[i].kind == ATR_DRAW_PARTICLES ? batch->commands[i].count : 1;
    }
    return quads;
}

static int32_t tile_at(float pixel, int32_t last)
{
    if (!(pixel > 0)) {
        return 0;
    }
    const float tile = pixel / ATR_TILE;
    return tile > (float)last ? last : (int32_t)tile;
}

/* Marks the square that holds a sprite however it is turned, and two pixels for filtering. */
static void mark(const atr__Batch *batch, atr__Dirty *dirty, float x, float y, float w, float h,
                 float angle)
{
    const atr_Transform *t = &batch->transform;
    float half_w = w * 0.5f;
    float half_h = h * 0.5f;
    if (angle != 0) {
        half_w = half_h = sqrtf(half_w * half_w + half_h * half_h);
    }
    const float left = (x - half_w) * t->scale_x + t->offset_x - 2;
    const float right = (x + half_w) * t->scale_x + t->offset_x + 2;
    const float top = (y - half_h) * t->scale_y + t->offset_y - 2;
    const float bottom = (y + half_h) * t->scale_y + t->offset_y + 2;
    const SDL_Rect *seen = &batch->seen;
    if (!(left < (float)(seen->x + seen->w) && right > (float)seen->x &&
          top < (float)(seen->y + seen->h) && bottom > (float)seen->y)) {
        return; /* outside, or not a number */
    }
    const int32_t c0 = tile_at(left, dirty->tiles.columns - 1);
    const size_t run = (size_t)(tile_at(right, dirty->tiles.columns - 1) - c0) + 1;
    const int32_t r1 = tile_at(bottom, dirty->tiles.rows - 1);
    for (int32_t row = tile_at(top, dirty->tiles.rows - 1); row <= r1; row++) {
        memset(dirty->tiles.marks + row * dirty->tiles.columns + c0, 1, run);
    }
}

void atr__dirty_mark(const atr__Batch *batch, atr__Dirty *dirty)
{
    memset(dirty->tiles.marks, 0, (size_t)dirty->tiles.columns * (size_t)dirty->tiles.rows);
    const atr_Particles *p = &batch->particles;
    for (uint32_t i = 0; i < batch->count; i++) {
        const atr_DrawCmd *c = &batch->commands[i];
        if (c->kind != ATR_DRAW_PARTICLES) {
            mark(batch, dirty, c->x, c->y, c->w, c->h, c->angle_deg);
            continue;
        }
        for (uint32_t n = c->first; n < c->first + c->count; n++) {
            if (p->sprite[n] >= ATR__SPRITES_MAX) {
                continue;
            }
            const atr_Image *image = &batch->images[p->sprite[n]];
            const float stretch = p->stretch != NULL ? p->stretch[n] : 1;
            const float h = p->size[n] * stretch * (float)image->height / (float)image->width;
            mark(batch, dirty, p->x[n], p->y[n], p->size[n], h, p->angle_deg[n]);
        }
    }
}

static void add_rect(atr__Dirty *dirty, SDL_Rect rect)
{
    if (dirty->rect_count == ATR__DIRTY_RECTS_MAX) {
        SDL_UnionRect(&dirty->rects[ATR__DIRTY_RECTS_MAX - 1], &rect,
                      &dirty->rects[ATR__DIRTY_RECTS_MAX - 1]);
        return;
    }
    dirty->rects[dirty->rect_count++] = rect;
}

/* A run of tiles grows the rectangle above it when both span the same columns. */
static void add_run(atr__Dirty *dirty, int32_t column, int32_t end, int32_t row)
{
    for (uint32_t i = 0; i < dirty->rect_count; i++) {
        SDL_Rect *above = &dirty->rects[i];
        if (above->x == column && above->w == end - column && above->y + above->h == row) {
            above->h++;
            return;
        }
    }
    add_rect(dirty, (SDL_Rect){ column, row, end - column, 1 });
}

void atr__dirty_join(atr__Dirty *dirty, const SDL_Rect *seen)
{
    dirty->rect_count = 0;
    dirty->pixels = 0;
    const int32_t columns = dirty->tiles.columns;
    for (int32_t row = 0; row < dirty->tiles.rows; row++) {
        const uint8_t *marks = dirty->tiles.marks + row * columns;
        for (int32_t column = 0; column < columns; column++) {
            if (marks[column] == 0) {
                continue;
            }
            int32_t end = column;
            while (end < columns && marks[end] != 0) {
                end++;
            }
            add_run(dirty, column, end, row);
            column = end;
        }
    }
    for (uint32_t i = 0; i < dirty->rect_count; i++) {
        SDL_Rect *rect = &dirty->rects[i];
        *rect = (SDL_Rect){ rect->x * ATR_TILE, rect->y * ATR_TILE, rect->w * ATR_TILE,
                            rect->h * ATR_TILE };
        SDL_IntersectRect(rect, seen, rect);
        dirty->pixels += (uint64_t)rect->w * (uint64_t)rect->h;
    }
}
