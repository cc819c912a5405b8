/*
 * The geometry path: quads from the atlas, one SDL_RenderGeometryRaw for a layer, or for each run
 * of sprites from one page of it. Filling pages is in textures.c.
 *
 * Where the renderer takes a premultiplied blend, one blend serves everything. SDL's software
 * renderer refuses it and treats vertex colours as straight, so there the pages are straight copies
 * and additive parts are drawn with SDL_BLENDMODE_ADD. Indices go 0 1 3 0 3 2 in row order: SDL's
 * software triangles are fast only when both share the diagonal from top left to bottom right.
 *
 * SDL reckons with whole numbers and trusts them: what is no number, outside or beyond the
 * compositor's sizes is left out here, and rectangles are cut to what is seen.
 */
#include "draw_internal.h"

#include <math.h>

#define SIDE_MIN 0.25f /* px; as the compositor's */
#define SIDE_MAX 8192.0f
#define FAR      1.0e6f

/* What every quad of a batch shares. */
typedef struct Job {
    atr__Painter *painter;
    const atr__Batch *batch;
    float left, top, right, bottom; /* of what is seen */
} Job;

typedef struct Quad {
    float x[4], y[4]; /* output pixels, row order */
} Quad;

static void flush(atr__Painter *painter)
{
    atr__Geometry *g = &painter->geometry;
    if (g->quads > 0) {
        const int stride = (int)sizeof *g->vertices;
        SDL_RenderGeometryRaw(painter->renderer, g->pages[g->page], &g->vertices[0].x, stride,
                              (const SDL_Color *)(const void *)&g->vertices[0].color, stride,
                              &g->vertices[0].u, stride, (int)g->quads * 4, g->indices,
                              (int)g->quads * 6, (int)sizeof(int));
        g->quads = 0;
    }
}

static void collect_for(atr__Painter *painter, uint32_t page, SDL_BlendMode blend)
{
    atr__Geometry *g = &painter->geometry;
    flush(painter);
    g->page = page;
    g->blend = blend;
    SDL_SetTextureBlendMode(g->pages[page], blend);
}

static inline void quad_push(atr__Painter *painter, const Quad *quad,
                             const atr__GeometryPicture *picture, SDL_BlendMode blend,
                             uint32_t color)
{
    atr__Geometry *g = &painter->geometry;
    if (g->page != picture->page || g->blend != blend || g->quads == g->quad_capacity) {
        collect_for(painter, picture->page, blend);
    }
    atr__Vertex *v = &g->vertices[(size_t)g->quads * 4];
    v[0] = (atr__Vertex){ quad->x[0], quad->y[0], picture->u0, picture->v0, color };
    v[1] = (atr__Vertex){ quad->x[1], quad->y[1], picture->u1, picture->v0, color };
    v[2] = (atr__Vertex){ quad->x[2], quad->y[2], picture->u0, picture->v1, color };
    v[3] = (atr__Vertex){ quad->x[3], quad->y[3], picture->u1, picture->v1, color };
    g->quads++;
}

/* From 0xAARRGGBB to the bytes r, g, b, a. */
static inline uint32_t color_of(uint32_t argb)
{
#if SDL_BYTEORDER == SDL_LIL_ENDIAN
    return (argb & 0xff00ff00u) | (argb >> 16 & 0xffu) | (argb & 0xffu) << 16;
#else
    return argb << 8 | argb >> 24;
#endif
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

/* For renderers without the premultiplied blend: what covers, then what shines. */
static void quad_draw_straight(atr__Painter *painter, const Quad *quad,
                               const atr__GeometryPicture *picture, uint32_t color)
{
    uint32_t shine = 0;
    const uint32_t cover = split_shine(color, &shine);
    if (cover >> 24 != 0) {
        quad_push(painter, quad, picture, SDL_BLENDMODE_BLEND, color_of(atr__straighten(cover)));
    }
    if (shine != 0) {
        quad_push(painter, quad, picture, SDL_BLENDMODE_ADD, color_of(shine | 0xff000000u));
    }
}

static inline void quad_draw(const Job *job, const Quad *quad, const atr__GeometryPicture *picture,
                             uint32_t color)
{
    if (job->painter->premultiplied) {
        quad_push(job->painter, quad, picture, job->painter->blend, color_of(color));
    } else {
        quad_draw_straight(job->painter, quad, picture, color);
    }
}

/* SDL's software renderer cuts corners and sizes down to whole numbers: rounded, they are where the
 * compositor puts them. */
static inline float edge_at(const Job *job, float at)
{
    return job->painter->software ? floorf(at + 0.5f) : at;
}

static inline void upright_draw(const Job *job, const atr__GeometryPicture *picture, float left,
                                float top, float right, float bottom, uint32_t color)
{
    const float x0 = edge_at(job, left);
    const float y0 = edge_at(job, top);
    const float x1 = edge_at(job, right);
    const float y1 = edge_at(job, bottom);
    if (x0 < x1 && y0 < y1) {
        const Quad quad = { { x0, x1, x0, x1 }, { y0, y0, y1, y1 } };
        quad_draw(job, &quad, picture, color);
    }
}

/* False for what is not a number, too. */
static inline bool is_seen(const Job *job, float left, float top, float right, float bottom)
{
    return left < job->right && right > job->left && top < job->bottom && bottom > job->top &&
           left > -FAR && top > -FAR && right < FAR && bottom < FAR;
}

static bool quad_turned(const Job *job, float x, float y, float half_w, float half_h, float angle,
                        Quad *out)
{
    const atr_Transform *t = &job->batch->transform;
    /* The square that holds it however it is turned, and then some. */
    const float reach_x = (half_w + half_h) * t->scale_x;
    const float reach_y = (half_w + half_h) * t->scale_y;
    const float cx = x * t->scale_x + t->offset_x;
    const float cy = y * t->scale_y + t->offset_y;
    if (!is_seen(job, cx - reach_x, cy - reach_y, cx + reach_x, cy + reach_y)) {
        return false;
    }
    const float *sines = job->painter->geometry.sines;
    const int32_t step = (int32_t)floorf(angle * (ATR__SINES / 360.0f) + 0.5f) & (ATR__SINES - 1);
    const float sine = sines[step];
    const float cosine = sines[step + ATR__SINES / 4];
    const float ax = half_w * cosine * t->scale_x;
    const float ay = half_w * sine * t->scale_y;
    const float bx = -half_h * sine * t->scale_x;
    const float by = half_h * cosine * t->scale_y;
    *out = (Quad){ { cx - ax - bx, cx + ax - bx, cx - ax + bx, cx + ax + bx },
                   { cy - ay - by, cy + ay - by, cy - ay + by, cy + ay + by } };
    return true;
}

static void turned_draw(const Job *job, const atr__GeometryPicture *picture, float x, float y,
                        float w, float h, float angle, uint32_t color)
{
    Quad quad;
    if (quad_turned(job, x, y, w / 2, h / 2, angle, &quad)) {
        quad_draw(job, &quad, picture, color);
    }
}

static inline void sprite_draw(const Job *job, const atr__GeometryPicture *picture, float x,
                               float y, float w, float h, float angle, uint32_t color)
{
    const atr_Transform *t = &job->batch->transform;
    const float width = w * t->scale_x;
    const float height = h * t->scale_y;
    if (!(width >= SIDE_MIN && width <= SIDE_MAX && height >= SIDE_MIN && height <= SIDE_MAX) ||
        color == 0) {
        return;
    }
    if (angle != 0 && angle > -FAR && angle < FAR) {
        turned_draw(job, picture, x, y, w, h, angle, color);
        return;
    }
    const float left = x * t->scale_x + t->offset_x - width * 0.5f;
    const float top = y * t->scale_y + t->offset_y - height * 0.5f;
    if (is_seen(job, left, top, left + width, top + height)) {
        upright_draw(job, picture, left, top, left + width, top + height, color);
    }
}

static float within(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

/* Cut to what is seen: a flash may be of any size. */
static void rect_draw(const Job *job, const atr_DrawCmd *rect)
{
    const atr_Transform *t = &job->batch->transform;
    const float left = (rect->x - rect->w / 2) * t->scale_x + t->offset_x;
    const float right = (rect->x + rect->w / 2) * t->scale_x + t->offset_x;
    const float top = (rect->y - rect->h / 2) * t->scale_y + t->offset_y;
    const float bottom = (rect->y + rect->h / 2) * t->scale_y + t->offset_y;
    if (!(left < right && top < bottom) || rect->color == 0) {
        return; /* nothing, or not a number */
    }
    const float x0 = within(left, job->left, job->right);
    const float x1 = within(right, job->left, job->right);
    const float y0 = within(top, job->top, job->bottom);
    const float y1 = within(bottom, job->top, job->bottom);
    upright_draw(job, &job->painter->geometry.pictures[ATR_SPRITE_WHITE], x0, y0, x1, y1,
                 rect->color);
}

static void particles_draw(const Job *job, const atr_DrawCmd *command)
{
    const atr_Particles p = job->batch->particles;
    const atr__GeometryPicture *pictures = job->painter->geometry.pictures;
    const uint32_t end = command->first + command->count;
    for (uint32_t n = command->first; n < end; n++) {
        if (p.sprite[n] >= ATR__SPRITES_MAX) {
            continue;
        }
        const atr__GeometryPicture *picture = &pictures[p.sprite[n]];
        const float w = p.size[n];
        const float h = w * picture->shape * (p.stretch != NULL ? p.stretch[n] : 1);
        sprite_draw(job, picture, p.x[n], p.y[n], w, h, p.angle_deg[n], p.color[n]);
    }
}

void atr__geometry_draw(atr__Painter *painter, const atr__Batch *batch)
{
    const SDL_Rect *seen = &batch->seen;
    const Job job = { .painter = painter,
                      .batch = batch,
                      .left = (float)seen->x,
                      .top = (float)seen->y,
                      .right = (float)(seen->x + seen->w),
                      .bottom = (float)(seen->y + seen->h) };
    painter->geometry.blend = SDL_BLENDMODE_INVALID;
    SDL_RenderSetClipRect(painter->renderer, seen);
    for (uint32_t i = 0; i < batch->count; i++) {
        const atr_DrawCmd *c = &batch->commands[i];
        if (c->kind == ATR_DRAW_PARTICLES) {
            particles_draw(&job, c);
        } else if (c->kind == ATR_DRAW_RECT) {
            rect_draw(&job, c);
        } else {
            sprite_draw(&job, &painter->geometry.pictures[c->sprite], c->x, c->y, c->w, c->h,
                        c->angle_deg, c->color);
        }
    }
    flush(painter);
    SDL_RenderSetClipRect(painter->renderer, NULL);
}
