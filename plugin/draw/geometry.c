/*
 * The geometry path: one atlas, quads through SDL_RenderGeometryRaw.
 *
 * Where the renderer takes a premultiplied blend, one blend serves everything. SDL's software
 * renderer refuses it and treats vertex colours as straight, so there the atlas is a straight copy
 * and additive parts are drawn with SDL_BLENDMODE_ADD. Indices go 0 1 3 0 3 2 in row order: SDL's
 * software triangles are fast only when both share the diagonal from top left to bottom right.
 *
 * SDL reckons with whole numbers and trusts them: what is no number, far outside or beyond the
 * compositor's sizes is left out here, and rectangles are cut to the output.
 */
#include "draw_internal.h"

#include "base/alloc.h"

#include <math.h>

#define SIDE_MIN 0.25f /* px; as the compositor's */
#define SIDE_MAX 8192.0f
#define FAR      1.0e6f

static uint32_t straighten(uint32_t premultiplied)
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

static SDL_Texture *atlas_texture(atr__Painter *painter)
{
    const atr_Image picture = atr_atlas_picture(painter->assets->atlas);
    SDL_Texture *texture =
        atr__painter_texture(painter, SDL_TEXTUREACCESS_STATIC, picture.width, picture.height);
    if (texture == NULL) {
        return NULL;
    }
    SDL_SetTextureScaleMode(texture, SDL_ScaleModeLinear);
    if (painter->premultiplied) {
        SDL_UpdateTexture(texture, NULL, picture.pixels, picture.pitch * (int)sizeof(uint32_t));
        SDL_SetTextureBlendMode(texture, painter->blend);
        return texture;
    }
    const size_t width = (size_t)picture.width;
    uint32_t *row = atr__alloc_zero(&painter->allocator, width, sizeof *row);
    for (int32_t y = 0; row != NULL && y < picture.height; y++) {
        for (size_t x = 0; x < width; x++) {
            row[x] = straighten(picture.pixels[(size_t)y * (size_t)picture.pitch + x]);
        }
        const SDL_Rect line = { 0, y, picture.width, 1 };
        SDL_UpdateTexture(texture, &line, row, picture.width * (int)sizeof *row);
    }
    atr__free(&painter->allocator, row, width, sizeof *row);
    return texture;
}

bool atr__geometry_ready(atr__Painter *painter)
{
    atr__Geometry *g = &painter->geometry;
    if (g->texture != NULL) {
        return true;
    }
    if (g->failed || painter->assets == NULL) {
        return false;
    }
    if (g->vertices == NULL) {
        g->vertices = atr__alloc_zero(&painter->allocator, ATR__QUADS_MAX * 4, sizeof *g->vertices);
        g->indices = atr__alloc_zero(&painter->allocator, ATR__QUADS_MAX * 6, sizeof *g->indices);
        static const int corners[6] = { 0, 1, 3, 0, 3, 2 };
        for (int i = 0; g->indices != NULL && i < ATR__QUADS_MAX * 6; i++) {
            g->indices[i] = i / 6 * 4 + corners[i % 6];
        }
    }
    if (g->vertices != NULL && g->indices != NULL) {
        g->texture = atlas_texture(painter);
    }
    g->failed = g->texture == NULL;
    return !g->failed;
}

static void flush(atr__Painter *painter)
{
    atr__Geometry *g = &painter->geometry;
    if (g->quads > 0) {
        const int stride = (int)sizeof *g->vertices;
        SDL_RenderGeometryRaw(painter->renderer, g->texture, &g->vertices[0].x, stride,
                              &g->vertices[0].color, stride, &g->vertices[0].u, stride,
                              (int)g->quads * 4, g->indices, (int)g->quads * 6, (int)sizeof(int));
        g->quads = 0;
    }
}

static void set_blend(atr__Painter *painter, SDL_BlendMode blend)
{
    atr__Geometry *g = &painter->geometry;
    if (g->current != blend || g->quads == ATR__QUADS_MAX) {
        flush(painter);
        if (g->current != blend) {
            SDL_SetTextureBlendMode(g->texture, blend);
            g->current = blend;
        }
    }
}

typedef struct Quad {
    float x[4], y[4];     /* output pixels, row order */
    float u0, v0, u1, v1; /* in the atlas, 0..1 */
} Quad;

/* Where the picture lies in the atlas. */
static bool quad_picture(const atr__Painter *painter, atr_SpriteId sprite, Quad *out)
{
    const atr_Image atlas = atr_atlas_picture(painter->assets->atlas);
    const atr_Rect from = atr_atlas_rect(painter->assets->atlas, sprite);
    if (from.w <= 0 || from.h <= 0 || atlas.width <= 0) {
        return false;
    }
    /* The white pixel is sampled at its centre only, so that rectangles have hard edges. */
    const float inset = from.w == 1 && from.h == 1 ? 0.5f : 0;
    out->u0 = ((float)from.x + inset) / (float)atlas.width;
    out->v0 = ((float)from.y + inset) / (float)atlas.height;
    out->u1 = ((float)(from.x + from.w) - inset) / (float)atlas.width;
    out->v1 = ((float)(from.y + from.h) - inset) / (float)atlas.height;
    return true;
}

static bool side_is_shown(float side)
{
    return side >= SIDE_MIN && side <= SIDE_MAX;
}

static bool quad_is_seen(const Quad *quad, const atr__Batch *batch)
{
    float left = FAR;
    float right = -FAR;
    float top = FAR;
    float bottom = -FAR;
    for (int i = 0; i < 4; i++) {
        if (!(fabsf(quad->x[i]) < FAR && fabsf(quad->y[i]) < FAR)) {
            return false; /* far away, or not a number */
        }
        left = fminf(left, quad->x[i]);
        right = fmaxf(right, quad->x[i]);
        top = fminf(top, quad->y[i]);
        bottom = fmaxf(bottom, quad->y[i]);
    }
    return left < (float)batch->width && right > 0 && top < (float)batch->height && bottom > 0;
}

static bool quad_turned(const atr__Batch *batch, float x, float y, float w, float h, float angle,
                        Quad *out)
{
    const atr_Transform *t = &batch->transform;
    if (!side_is_shown(w * t->scale_x) || !side_is_shown(h * t->scale_y)) {
        return false;
    }
    float sine = 0;
    float cosine = 1;
    if (angle != 0 && fabsf(angle) < FAR) {
        const float radians = angle * 0.017453292519943295f;
        sine = sinf(radians);
        cosine = cosf(radians);
    }
    for (int i = 0; i < 4; i++) {
        const float dx = (i & 1) != 0 ? w / 2 : -w / 2;
        const float dy = (i & 2) != 0 ? h / 2 : -h / 2;
        out->x[i] = (x + dx * cosine - dy * sine) * t->scale_x + t->offset_x;
        out->y[i] = (y + dx * sine + dy * cosine) * t->scale_y + t->offset_y;
    }
    return quad_is_seen(out, batch);
}

static float within(float value, int32_t limit)
{
    return value < 0 ? 0 : value > (float)limit ? (float)limit : value;
}

static bool quad_upright(const atr__Batch *batch, const atr_DrawCmd *rect, Quad *out)
{
    const atr_Transform *t = &batch->transform;
    const float left = (rect->x - rect->w / 2) * t->scale_x + t->offset_x;
    const float right = (rect->x + rect->w / 2) * t->scale_x + t->offset_x;
    const float top = (rect->y - rect->h / 2) * t->scale_y + t->offset_y;
    const float bottom = (rect->y + rect->h / 2) * t->scale_y + t->offset_y;
    for (int i = 0; i < 4; i++) {
        out->x[i] = within((i & 1) != 0 ? right : left, batch->width);
        out->y[i] = within((i & 2) != 0 ? bottom : top, batch->height);
    }
    return out->x[0] < out->x[1] && out->y[0] < out->y[2]; /* false for what is not a number */
}

static void quad_push(atr__Painter *painter, const Quad *quad, SDL_Color color)
{
    atr__Vertex *v = &painter->geometry.vertices[(size_t)painter->geometry.quads * 4];
    for (int i = 0; i < 4; i++) {
        v[i] = (atr__Vertex){ .x = quad->x[i],
                              .y = quad->y[i],
                              .u = (i & 1) != 0 ? quad->u1 : quad->u0,
                              .v = (i & 2) != 0 ? quad->v1 : quad->v0,
                              .color = color };
    }
    painter->geometry.quads++;
}

static SDL_Color color_of(uint32_t argb)
{
    return (SDL_Color){ (Uint8)(argb >> 16), (Uint8)(argb >> 8), (Uint8)argb, (Uint8)(argb >> 24) };
}

/* What a premultiplied colour has beyond its alpha shines: it is added instead of covering. */
static uint32_t split_shine(uint32_t color, uint32_t *shine)
{
    const uint32_t alpha = color >> 24;
    uint32_t cover = alpha << 24;
    *shine = 0;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        const uint32_t c = (color >> shift) & 255u;
        cover |= (c < alpha ? c : alpha) << shift;
        *shine |= (c > alpha ? c - alpha : 0) << shift;
    }
    return cover;
}

static void quad_draw(atr__Painter *painter, const Quad *quad, uint32_t color)
{
    if (color == 0) {
        return;
    }
    if (painter->premultiplied) {
        set_blend(painter, painter->blend);
        quad_push(painter, quad, color_of(color));
        return;
    }
    uint32_t shine = 0;
    const uint32_t cover = split_shine(color, &shine);
    if (cover >> 24 != 0) {
        set_blend(painter, SDL_BLENDMODE_BLEND);
        quad_push(painter, quad, color_of(straighten(cover)));
    }
    if (shine != 0) {
        set_blend(painter, SDL_BLENDMODE_ADD);
        quad_push(painter, quad, color_of(shine | 0xff000000u));
    }
}

void atr__geometry_draw(atr__Painter *painter, const atr__Batch *batch)
{
    const atr_Particles *p = &batch->particles;
    painter->geometry.current = SDL_BLENDMODE_INVALID;
    Quad quad;
    for (uint32_t i = 0; i < batch->count; i++) {
        const atr_DrawCmd *c = &batch->commands[i];
        if (c->kind != ATR_DRAW_PARTICLES) {
            const bool rect = c->kind == ATR_DRAW_RECT; /* upright, as the compositor draws them */
            const bool seen = rect
                                  ? quad_upright(batch, c, &quad)
                                  : quad_turned(batch, c->x, c->y, c->w, c->h, c->angle_deg, &quad);
            if (seen && quad_picture(painter, rect ? ATR_SPRITE_WHITE : c->sprite, &quad)) {
                quad_draw(painter, &quad, c->color);
            }
            continue;
        }
        for (uint32_t n = c->first; n < c->first + c->count; n++) {
            const atr_Rect from = atr_atlas_rect(painter->assets->atlas, p->sprite[n]);
            const float h = from.w > 0 ? p->size[n] * (float)from.h / (float)from.w : 0;
            if (quad_turned(batch, p->x[n], p->y[n], p->size[n], h, p->angle_deg[n], &quad) &&
                quad_picture(painter, p->sprite[n], &quad)) {
                quad_draw(painter, &quad, p->color[n]);
            }
        }
    }
    flush(painter);
}
