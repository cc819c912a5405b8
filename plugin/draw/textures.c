/*
 * The geometry path's textures: one for each page of the atlas, filled in slices.
 *
 * A page's texture is made when the first of its pictures is to be shown; pictures are moved into
 * it as they become ready, so many pixels a frame, large ones some rows at a time, and shown once
 * they are there whole. Their clear borders go with them: what else a texture holds is not said.
 */
#include "draw_internal.h"

#include "base/alloc.h"
#include "base/trig.h"

#define BORDER 2 /* of the atlas */

uint32_t atr__straighten(uint32_t premultiplied)
{
    const uint32_t alpha = premultiplied >> 24;
    if (alpha == 0 || alpha == 255) {
        return premultiplied;
    }
    uint32_t out = alpha << 24;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        const uint32_t c = (((premultiplied >> shift) & 255u) * 255 + alpha / 2) / alpha;
        out |= (c > 255 ? 255 : c) << shift;
    }
    return out;
}

/* Moves some rows of a picture; its width is at most what is moved in a frame. */
static void rows_move(atr__Painter *painter, SDL_Texture *texture, const atr_Image *page,
                      const SDL_Rect *rows)
{
    atr__Geometry *g = &painter->geometry;
    const uint32_t *from = page->pixels + (ptrdiff_t)rows->y * page->pitch + rows->x;
    g->uploaded_pixels += (uint64_t)rows->w * (uint64_t)rows->h;
    if (painter->premultiplied) {
        SDL_UpdateTexture(texture, rows, from, page->pitch * (int)sizeof *from);
        return;
    }
    for (int y = 0; y < rows->h; y++) {
        for (int x = 0; x < rows->w; x++) {
            g->scratch[y * rows->w + x] = atr__straighten(from[(ptrdiff_t)y * page->pitch + x]);
        }
    }
    SDL_UpdateTexture(texture, rows, g->scratch, rows->w * (int)sizeof *g->scratch);
}

static SDL_Texture *page_texture(atr__Painter *painter, uint32_t page, const atr_Image *pixels)
{
    atr__Geometry *g = &painter->geometry;
    if (g->pages[page] == NULL && !g->refused[page]) {
        g->pages[page] =
            atr__painter_texture(painter, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC,
                                 pixels->width, pixels->height);
        g->refused[page] = g->pages[page] == NULL;
        if (g->pages[page] != NULL) {
            SDL_SetTextureScaleMode(g->pages[page], SDL_ScaleModeLinear);
        }
    }
    return g->pages[page];
}

/* Where it is sampled from now on. The white pixel at its centre only, so that rectangles have hard
 * edges. */
static void picture_show(atr__Painter *painter, atr_SpriteId id, const atr_AtlasPlace *place,
                         const atr_Image *page)
{
    const atr_Rect *r = &place->rect;
    const float inset = r->w == 1 && r->h == 1 ? 0.5f : 0;
    painter->geometry.pictures[id] = (atr__GeometryPicture){
        .u0 = ((float)r->x + inset) / (float)page->width,
        .v0 = ((float)r->y + inset) / (float)page->height,
        .u1 = ((float)(r->x + r->w) - inset) / (float)page->width,
        .v1 = ((float)(r->y + r->h) - inset) / (float)page->height,
        .shape = (float)r->h / (float)r->w,
        .page = place->page,
    };
}

/* Moves the next picture, or as much of it as fits. @return pixels moved; 0: nothing is left. */
static int64_t upload_next(atr__Painter *painter, int64_t room)
{
    atr__Geometry *g = &painter->geometry;
    const atr__Pictures *pictures = &painter->pictures;
    if (g->uploaded == pictures->ready_count) {
        return 0;
    }
    const atr_SpriteId id = pictures->ready[g->uploaded];
    const atr_AtlasPlace place = atr_atlas_place(pictures->atlas, id);
    const atr_Image page = atr_atlas_page(pictures->atlas, place.page);
    SDL_Texture *texture = page_texture(painter, place.page, &page);
    if (texture == NULL) {
        g->uploaded++; /* the others need not wait for it */
        return 1;
    }
    SDL_Rect rows = { place.rect.x - BORDER, place.rect.y - BORDER, place.rect.w + 2 * BORDER,
                      place.rect.h + 2 * BORDER };
    if (id == ATR_SPRITE_WHITE) {
        rows = (SDL_Rect){ place.rect.x - 1, place.rect.y - 1, 3, 3 };
    }
    const int last = rows.y + rows.h;
    const int64_t fit = room / rows.w > 0 ? room / rows.w : 1;
    rows.y += g->upload_row;
    rows.h = fit < last - rows.y ? (int)fit : last - rows.y;
    rows_move(painter, texture, &page, &rows);
    g->upload_row += rows.h;
    if (rows.y + rows.h == last) {
        picture_show(painter, id, &place, &page);
        g->uploaded++;
        g->upload_row = 0;
    }
    return (int64_t)rows.w * rows.h;
}

void atr__geometry_upload(atr__Painter *painter)
{
    int64_t room = ATR__UPLOAD_PIXELS;
    while (room > 0) {
        const int64_t moved = upload_next(painter, room);
        if (moved == 0) {
            break;
        }
        room -= painter->wait_for_assets ? 0 : moved;
    }
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static bool memory_make(atr__Painter *painter)
{
    static const int corners[6] = { 0, 1, 3, 0, 3, 2 };
    atr__Geometry *g = &painter->geometry;
    const atr_Allocator *a = &painter->allocator;
    const size_t quads = g->quad_capacity;
    g->pictures = atr__alloc_zero(a, ATR__SPRITES_TOTAL, sizeof *g->pictures);
    g->scratch = atr__alloc_zero(a, ATR__UPLOAD_PIXELS, sizeof *g->scratch);
    g->sines = atr__alloc_zero(a, ATR__SINES + ATR__SINES / 4, sizeof *g->sines);
    g->vertices = atr__alloc_zero(a, quads * 4, sizeof *g->vertices);
    g->indices = atr__alloc_zero(a, quads * 6, sizeof *g->indices);
    if (g->pictures == NULL || g->scratch == NULL || g->sines == NULL || g->vertices == NULL ||
        g->indices == NULL) {
        return false;
    }
    for (size_t i = 0; i < quads * 6; i++) {
        g->indices[i] = (int)(i / 6 * 4) + corners[i % 6];
    }
    for (int i = 0; i < ATR__SINES + ATR__SINES / 4; i++) {
        g->sines[i] = atr__sin_turns((float)i / ATR__SINES);
    }
    return true;
}

/* The stand-in and the white pixel are the first two that are ready: with them all can be drawn. */
static bool first_ones_move(atr__Painter *painter)
{
    atr__Geometry *g = &painter->geometry;
    for (int i = 0; i < 2; i++) {
        (void)upload_next(painter, ATR__UPLOAD_PIXELS);
    }
    for (uint32_t i = 0; i < ATR__SPRITE_STAND_IN; i++) {
        if (i != ATR_SPRITE_WHITE) {
            g->pictures[i] = g->pictures[ATR__SPRITE_STAND_IN];
        }
    }
    return g->uploaded == 2 && !g->refused[0];
}

bool atr__geometry_ready(atr__Painter *painter)
{
    atr__Geometry *g = &painter->geometry;
    if (g->made || g->failed) {
        return g->made;
    }
    if (g->indices == NULL && !memory_make(painter)) {
        atr__geometry_deinit(painter);
        atr_log(painter->log, ATR_LOG_ERROR, "plugin", "no memory for drawing by geometry");
    } else {
        g->made = first_ones_move(painter);
    }
    g->failed = !g->made;
    if (g->made) {
        atr__geometry_upload(painter);
    }
    return g->made;
}

void atr__geometry_release(atr__Painter *painter, bool renderer_lives)
{
    atr__Geometry *g = &painter->geometry;
    for (uint32_t i = 0; i < ATR_ATLAS_PAGES_MAX; i++) {
        if (g->pages[i] != NULL && renderer_lives) {
            SDL_DestroyTexture(g->pages[i]);
        }
        g->pages[i] = NULL;
        g->refused[i] = false;
    }
    g->uploaded = 0;
    g->upload_row = 0;
    g->made = false;
    g->failed = false;
}

void atr__geometry_deinit(atr__Painter *painter)
{
    atr__Geometry *g = &painter->geometry;
    const atr_Allocator *a = &painter->allocator;
    const size_t quads = g->quad_capacity;
    atr__free(a, g->pictures, ATR__SPRITES_TOTAL, sizeof *g->pictures);
    atr__free(a, g->scratch, ATR__UPLOAD_PIXELS, sizeof *g->scratch);
    atr__free(a, g->sines, ATR__SINES + ATR__SINES / 4, sizeof *g->sines);
    atr__free(a, g->vertices, quads * 4, sizeof *g->vertices);
    atr__free(a, g->indices, quads * 6, sizeof *g->indices);
    *g = (atr__Geometry){ .quad_capacity = g->quad_capacity };
}
