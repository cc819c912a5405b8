/* The compositor's public face: walks commands, turns logical into output pixels, clips, and hands
 * rectangles to a kernel. Upright sprites come from the cache of scaled ones at whole pixels;
 * rotated ones are gathered from the same scaled copy at 1/256 pixel. Values that are no finite
 * number, or far outside any screen, draw nothing. */
#include "compose/compose_internal.h"

#include "base/alloc.h"

#include <string.h>

#define CACHE_BYTES_DEFAULT ((size_t)8 * 1024 * 1024)
#define CACHE_BYTES_MIN     ((size_t)64 * 1024)
#define CACHE_BYTES_MAX     ((size_t)1024 * 1024 * 1024)
#define FAR                 1.0e6f /* output pixels; nothing is farther out than this */
#define IMAGE_SIDE_MAX      16384
#define LARGE               (128 * 128) /* output pixels; see is_passing */

static bool is_near(float value)
{
    return value > -FAR && value < FAR; /* false for NaN too */
}

static float clamp_far(float value)
{
    return value < -FAR ? -FAR : value > FAR ? FAR : value;
}

atr_Rect atr__intersect(atr_Rect a, atr_Rect b)
{
    const int64_t right_a = (int64_t)a.x + a.w;
    const int64_t right_b = (int64_t)b.x + b.w;
    const int64_t bottom_a = (int64_t)a.y + a.h;
    const int64_t bottom_b = (int64_t)b.y + b.h;
    const int64_t right = right_a < right_b ? right_a : right_b;
    const int64_t bottom = bottom_a < bottom_b ? bottom_a : bottom_b;
    const int32_t x = atr__max_i32(a.x, b.x);
    const int32_t y = atr__max_i32(a.y, b.y);
    if (right <= x || bottom <= y) {
        return (atr_Rect){ 0 };
    }
    return (atr_Rect){ x, y, (int32_t)(right - x), (int32_t)(bottom - y) };
}

uint32_t *atr__canvas_at(const atr_Canvas *canvas, int32_t x, int32_t y)
{
    return canvas->pixels + (ptrdiff_t)y * canvas->pitch + x;
}

void atr__mark_tiles(const atr_Tiles *tiles, atr_Rect rect)
{
    if (tiles == NULL || rect.w <= 0) {
        return;
    }
    const int32_t last_column = atr__min_i32((rect.x + rect.w - 1) / ATR_TILE, tiles->columns - 1);
    const int32_t last_row = atr__min_i32((rect.y + rect.h - 1) / ATR_TILE, tiles->rows - 1);
    for (int32_t row = rect.y / ATR_TILE; row <= last_row; row++) {
        for (int32_t column = rect.x / ATR_TILE; column <= last_column; column++) {
            tiles->marks[(ptrdiff_t)row * tiles->columns + column] = 1;
        }
    }
}

static atr_Rect canvas_rect(const atr_Canvas *canvas)
{
    if (canvas->pixels == NULL) {
        return (atr_Rect){ 0 };
    }
    return (atr_Rect){ 0, 0, atr__max_i32(canvas->width, 0), atr__max_i32(canvas->height, 0) };
}

/* ---- Life ------------------------------------------------------------------------------------ */

atr_Status atr_compose_create(const atr_ComposeDesc *desc, atr_Compositor **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    atr_ComposeDesc d = desc != NULL ? *desc : (atr_ComposeDesc){ 0 };
    if (d.cache_bytes == 0) {
        d.cache_bytes = CACHE_BYTES_DEFAULT;
    }
    if (d.cache_bytes < CACHE_BYTES_MIN || d.cache_bytes > CACHE_BYTES_MAX) {
        return ATR_ERR_INVALID;
    }
    atr_Compositor *compositor = atr__alloc_zero(&d.allocator, 1, sizeof *compositor);
    if (compositor == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    compositor->allocator = d.allocator;
    compositor->kernels = &atr__kernels_scalar;
    compositor->taps =
        atr__alloc_zero(&d.allocator, ATR__SPRITE_SIDE_MAX, sizeof *compositor->taps);
    compositor->row = atr__alloc_zero(&d.allocator, ATR__SPRITE_SIDE_MAX, sizeof *compositor->row);
    if (compositor->taps == NULL || compositor->row == NULL ||
        atr__cache_create(d.cache_bytes, &d.allocator, &compositor->cache) != ATR_OK) {
        atr_compose_destroy(compositor);
        return ATR_ERR_NO_MEMORY;
    }
    *out = compositor;
    return ATR_OK;
}

static void drop_sprites(atr_Compositor *compositor)
{
    const atr_Allocator *allocator = &compositor->allocator;
    atr__free(allocator, compositor->images, compositor->image_count, sizeof *compositor->images);
    atr__free(allocator, compositor->lanes, compositor->lane_count, sizeof *compositor->lanes);
    compositor->images = NULL;
    compositor->image_count = 0;
    compositor->lanes = NULL;
    compositor->lane_count = 0;
}

void atr_compose_destroy(atr_Compositor *compositor)
{
    if (compositor == NULL) {
        return;
    }
    const atr_Allocator allocator = compositor->allocator;
    drop_sprites(compositor);
    atr__cache_destroy(compositor->cache);
    atr__free(&allocator, compositor->taps, ATR__SPRITE_SIDE_MAX, sizeof *compositor->taps);
    atr__free(&allocator, compositor->row, ATR__SPRITE_SIDE_MAX, sizeof *compositor->row);
    atr__free(&allocator, compositor, 1, sizeof *compositor);
}

static bool image_is_usable(const atr_Image *image)
{
    return image->pixels != NULL && image->width > 0 && image->height > 0 &&
           image->pitch >= image->width && image->width <= IMAGE_SIDE_MAX &&
           image->height <= IMAGE_SIDE_MAX;
}

atr_Status atr_compose_set_sprites(atr_Compositor *compositor, const atr_Image *images,
                                   uint32_t count)
{
    ATR_ASSERT(compositor != NULL && (images != NULL || count == 0));
    atr__cache_clear(compositor->cache);
    memset(compositor->asked, 0, sizeof compositor->asked);
    drop_sprites(compositor);
    if (count == 0) {
        return ATR_OK;
    }
    uint32_t widest = 4096;
    for (uint32_t i = 0; i < count; i++) {
        if (image_is_usable(&images[i]) && (uint32_t)images[i].width > widest) {
            widest = (uint32_t)images[i].width;
        }
    }
    const atr_Allocator *allocator = &compositor->allocator;
    compositor->images = atr__alloc_zero(allocator, count, sizeof *compositor->images);
    compositor->lanes = atr__alloc_zero(allocator, widest + 1, sizeof *compositor->lanes);
    compositor->image_count = compositor->images != NULL ? count : 0;
    compositor->lane_count = compositor->lanes != NULL ? widest + 1 : 0;
    if (compositor->images == NULL || compositor->lanes == NULL) {
        drop_sprites(compositor);
        return ATR_ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (image_is_usable(&images[i])) {
            compositor->images[i] = images[i];
        }
    }
    return ATR_OK;
}

atr_Status atr_compose_set_sprite(atr_Compositor *compositor, atr_SpriteId id,
                                  const atr_Image *image)
{
    ATR_ASSERT(compositor != NULL && image != NULL);
    if (id >= compositor->image_count ||
        (image_is_usable(image) && (uint32_t)image->width >= compositor->lane_count)) {
        return ATR_ERR_INVALID;
    }
    compositor->images[id] = image_is_usable(image) ? *image : (atr_Image){ 0 };
    atr__cache_clear(compositor->cache);
    return ATR_OK;
}

void atr_compose_begin_frame(atr_Compositor *compositor)
{
    (void)compositor;
}

/* ---- Upright --------------------------------------------------------------------------------- */

static atr__Scaler scaler_for(atr_Compositor *compositor, const atr__Placed *placed)
{
    return (atr__Scaler){ .image = &compositor->images[placed->sprite],
                          .width = placed->width,
                          .height = placed->height,
                          .last = placed->width,
                          .column = compositor->taps,
                          .lanes = compositor->lanes };
}

const atr__Scaled *atr__scaled_for(atr_Compositor *compositor, const atr__Placed *placed)
{
    const atr__Scaled *scaled =
        atr__cache_find(compositor->cache, placed->sprite, placed->width, placed->height);
    if (scaled != NULL) {
        compositor->hits++;
        return scaled;
    }
    atr__Scaler scaler = scaler_for(compositor, placed);
    atr__scale_begin(&scaler);
    scaled = atr__cache_put(compositor->cache, placed->sprite, &scaler);
    *(scaled != NULL ? &compositor->misses : &compositor->direct) += 1;
    return scaled;
}

static bool was_asked_for(atr_Compositor *compositor, const atr__Placed *placed)
{
    for (int i = 0; i < ATR__ASKED; i++) {
        const atr__Asked *asked = &compositor->asked[i];
        if (asked->sprite == placed->sprite && asked->width == placed->width &&
            asked->height == placed->height) {
            return true;
        }
    }
    compositor->asked[compositor->asked_next++ % ATR__ASKED] =
        (atr__Asked){ placed->sprite, placed->width, placed->height };
    return false;
}

/* A large enlarged sprite is drawn directly the first time it is seen at a size: one that grows, a
 * wave or a glow, has another size in every frame, and keeping them all would push out the small
 * ones that come again. */
static bool is_passing(atr_Compositor *compositor, const atr__Placed *placed)
{
    const atr_Image *image = &compositor->images[placed->sprite];
    return (int64_t)placed->width * placed->height >= LARGE && placed->width >= image->width &&
           placed->height >= image->height &&
           atr__cache_find(compositor->cache, placed->sprite, placed->width, placed->height) ==
               NULL &&
           !was_asked_for(compositor, placed);
}

static void draw_scaled(const atr_Compositor *compositor, const atr__Job *job,
                        const atr__Scaled *scaled, int32_t left, int32_t top, uint32_t tint)
{
    const atr_Rect whole = { left + scaled->left, top + scaled->top, scaled->right - scaled->left,
                             scaled->bottom - scaled->top };
    const atr_Rect seen = atr__intersect(whole, job->clip);
    if (seen.w == 0) {
        return;
    }
    const int32_t column = seen.x - left;
    const int32_t row = seen.y - top;
    /* Up to a whole number of quads, into the clear columns, where the canvas has room for them. */
    const int32_t wide = (seen.w + ATR__SCALED_PAD) & ~ATR__SCALED_PAD;
    const bool has_room = seen.x + wide <= job->clip.x + job->clip.w &&
                          column + wide <= scaled->width + ATR__SCALED_PAD;
    compositor->kernels->blend(
        &(atr__Block){ .dst = atr__canvas_at(job->canvas, seen.x, seen.y),
                       .dst_pitch = job->canvas->pitch,
                       .src = scaled->pixels + (ptrdiff_t)(row + 1) * scaled->pitch + column + 1,
                       .src_pitch = scaled->pitch,
                       .width = has_room ? wide : seen.w,
                       .height = seen.h,
                       .spans = scaled->spans + row,
                       .column = column,
                       .tint = tint });
    atr__mark_tiles(job->tiles, seen);
}

/* One row of it, without what is transparent; ends widened to whole quads. */
static void draw_direct_row(const atr_Compositor *compositor, const atr__Scaler *scaler,
                            uint32_t *dst, uint32_t tint)
{
    const int32_t count = scaler->last - scaler->first;
    int32_t drawn = 0;
    for (int32_t from = 0, to = 0; atr__scale_run(scaler, &from, &to);) {
        const int32_t first = atr__max_i32(from & ~ATR__SCALED_PAD, drawn);
        const int32_t last = atr__min_i32((to + ATR__SCALED_PAD) & ~ATR__SCALED_PAD, count);
        if (first >= last) {
            continue;
        }
        atr__scale_columns(scaler, first, last, compositor->row);
        compositor->kernels->blend(&(atr__Block){ .dst = dst + first,
                                                  .dst_pitch = count,
                                                  .src = compositor->row + first,
                                                  .src_pitch = count,
                                                  .width = last - first,
                                                  .height = 1,
                                                  .tint = tint });
        drawn = last;
    }
}

/* Too large to keep, or passing: scaled row by row, only what is seen. */
static void draw_direct(atr_Compositor *compositor, const atr__Job *job, const atr__Placed *placed,
                        int32_t left, int32_t top)
{
    const atr_Rect seen =
        atr__intersect((atr_Rect){ left, top, placed->width, placed->height }, job->clip);
    if (seen.w == 0) {
        return;
    }
    atr__Scaler scaler = scaler_for(compositor, placed);
    scaler.first = seen.x - left;
    scaler.last = scaler.first + seen.w;
    atr__scale_begin(&scaler);
    for (int32_t y = seen.y; y < seen.y + seen.h; y++) {
        if (atr__scale_rows(&scaler, y - top)) {
            draw_direct_row(compositor, &scaler, atr__canvas_at(job->canvas, seen.x, y),
                            placed->tint);
        }
    }
    atr__mark_tiles(job->tiles, seen);
}

/* ---- Commands -------------------------------------------------------------------------------- */

static int32_t angle_step(float degrees)
{
    if (!is_near(degrees)) {
        return 0;
    }
    return atr__floor_i32(degrees * (ATR__ANGLE_STEPS / 360.0f) + 0.5f) & (ATR__ANGLE_STEPS - 1);
}

static int32_t side_of(float size)
{
    if (!(size >= 0.25f && size <= (float)ATR__SPRITE_SIDE_MAX)) {
        return 0;
    }
    return atr__max_i32((int32_t)(size + 0.5f), 1);
}

static void draw_sprite(atr_Compositor *compositor, const atr__Job *job, const atr__Placed *placed)
{
    if (placed->width == 0 || placed->height == 0 || placed->tint == 0 || !is_near(placed->x) ||
        !is_near(placed->y)) {
        return;
    }
    compositor->sprites++;
    if (placed->angle != 0) {
        atr__draw_rotated(compositor, job, placed);
        return;
    }
    const int32_t left = atr__floor_i32(placed->x - (float)placed->width * 0.5f + 0.5f);
    const int32_t top = atr__floor_i32(placed->y - (float)placed->height * 0.5f + 0.5f);
    const atr_Rect whole = { left, top, placed->width, placed->height };
    if (atr__intersect(whole, job->clip).w == 0) {
        return; /* before it could push a visible one out of the cache */
    }
    if (is_passing(compositor, placed)) {
        compositor->direct++;
        draw_direct(compositor, job, placed, left, top);
        return;
    }
    const atr__Scaled *scaled = atr__scaled_for(compositor, placed);
    if (scaled != NULL) {
        draw_scaled(compositor, job, scaled, left, top, placed->tint);
    } else {
        draw_direct(compositor, job, placed, left, top);
    }
}

static void draw_rect(const atr_Compositor *compositor, const atr__Job *job, const atr_DrawCmd *cmd)
{
    const atr_Transform *t = &job->transform;
    const float left = (cmd->x - cmd->w * 0.5f) * t->scale_x + t->offset_x;
    const float right = (cmd->x + cmd->w * 0.5f) * t->scale_x + t->offset_x;
    const float top = (cmd->y - cmd->h * 0.5f) * t->scale_y + t->offset_y;
    const float bottom = (cmd->y + cmd->h * 0.5f) * t->scale_y + t->offset_y;
    if (!(left < right && top < bottom) || cmd->color == 0) {
        return; /* nothing, or not a number */
    }
    const int32_t x = atr__floor_i32(clamp_far(left) + 0.5f);
    const int32_t y = atr__floor_i32(clamp_far(top) + 0.5f);
    const atr_Rect whole = { x, y, atr__floor_i32(clamp_far(right) + 0.5f) - x,
                             atr__floor_i32(clamp_far(bottom) + 0.5f) - y };
    const atr_Rect seen = atr__intersect(whole, job->clip);
    if (seen.w == 0) {
        return;
    }
    compositor->kernels->fill(atr__canvas_at(job->canvas, seen.x, seen.y), job->canvas->pitch,
                              seen.w, seen.h, cmd->color);
    atr__mark_tiles(job->tiles, seen);
}

static bool sprite_is_known(const atr_Compositor *compositor, atr_SpriteId sprite)
{
    return sprite < compositor->image_count && compositor->images[sprite].pixels != NULL;
}

static void draw_particles(atr_Compositor *compositor, const atr__Job *job, const atr_DrawCmd *cmd,
                           const atr_Particles *particles)
{
    if (particles == NULL || cmd->first >= particles->count) {
        return;
    }
    const uint32_t left = particles->count - cmd->first;
    const uint32_t last = cmd->first + (cmd->count < left ? cmd->count : left);
    const atr_Transform *t = &job->transform;
    for (uint32_t i = cmd->first; i < last; i++) {
        const atr_SpriteId sprite = particles->sprite[i];
        if (!sprite_is_known(compositor, sprite)) {
            continue;
        }
        const atr_Image *image = &compositor->images[sprite];
        const float shape = (float)image->height / (float)image->width;
        draw_sprite(compositor, job,
                    &(atr__Placed){ .sprite = sprite,
                                    .width = side_of(particles->size[i] * t->scale_x),
                                    .height = side_of(particles->size[i] * shape * t->scale_y),
                                    .x = particles->x[i] * t->scale_x + t->offset_x,
                                    .y = particles->y[i] * t->scale_y + t->offset_y,
                                    .angle = angle_step(particles->angle_deg[i]),
                                    .tint = particles->color[i] });
    }
}

static void draw_command(atr_Compositor *compositor, const atr__Job *job, const atr_DrawCmd *cmd,
                         const atr_Particles *particles)
{
    if (cmd->kind == ATR_DRAW_PARTICLES) {
        draw_particles(compositor, job, cmd, particles);
    } else if (cmd->kind == ATR_DRAW_RECT) {
        draw_rect(compositor, job, cmd);
    } else if (cmd->kind == ATR_DRAW_SPRITE && sprite_is_known(compositor, cmd->sprite)) {
        const atr_Transform *t = &job->transform;
        draw_sprite(compositor, job,
                    &(atr__Placed){ .sprite = cmd->sprite,
                                    .width = side_of(cmd->w * t->scale_x),
                                    .height = side_of(cmd->h * t->scale_y),
                                    .x = cmd->x * t->scale_x + t->offset_x,
                                    .y = cmd->y * t->scale_y + t->offset_y,
                                    .angle = angle_step(cmd->angle_deg),
                                    .tint = cmd->color });
    }
}

void atr_compose_commands(atr_Compositor *compositor, const atr_Canvas *canvas,
                          const atr_Rect *clip, const atr_Transform *transform,
                          const atr_DrawCmd *commands, uint32_t count,
                          const atr_Particles *particles, const atr_Tiles *tiles)
{
    ATR_ASSERT(compositor != NULL && canvas != NULL && (commands != NULL || count == 0));
    const atr_Rect whole = canvas_rect(canvas);
    const atr__Job job = { .canvas = canvas,
                           .clip = clip != NULL ? atr__intersect(*clip, whole) : whole,
                           .transform =
                               transform != NULL ? *transform : (atr_Transform){ 1.0f, 1.0f, 0, 0 },
                           .tiles = tiles };
    if (job.clip.w <= 0 || job.clip.h <= 0) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        draw_command(compositor, &job, &commands[i], particles);
    }
}

void atr_compose_clear(const atr_Canvas *canvas, const atr_Rect *rect, uint32_t color)
{
    const atr_Rect whole = canvas_rect(canvas);
    const atr_Rect area = rect != NULL ? atr__intersect(*rect, whole) : whole;
    for (int32_t y = area.y; y < area.y + area.h; y++) {
        uint32_t *row = atr__canvas_at(canvas, area.x, y);
        for (int32_t x = 0; x < area.w; x++) {
            row[x] = color;
        }
    }
}

void atr_compose_image(const atr_Canvas *canvas, const atr_Rect *clip, const atr_Image *image,
                       int32_t x, int32_t y, uint32_t tint)
{
    if (!image_is_usable(image) || tint == 0) {
        return;
    }
    const atr_Rect whole = canvas_rect(canvas);
    const atr_Rect bounds = clip != NULL ? atr__intersect(*clip, whole) : whole;
    const atr_Rect seen = atr__intersect((atr_Rect){ x, y, image->width, image->height }, bounds);
    if (seen.w == 0) {
        return;
    }
    const int32_t column = (int32_t)((int64_t)seen.x - x);
    const int32_t row = (int32_t)((int64_t)seen.y - y);
    atr__kernels_scalar.blend(
        &(atr__Block){ .dst = atr__canvas_at(canvas, seen.x, seen.y),
                       .dst_pitch = canvas->pitch,
                       .src = image->pixels + (ptrdiff_t)row * image->pitch + column,
                       .src_pitch = image->pitch,
                       .width = seen.w,
                       .height = seen.h,
                       .tint = tint });
}

void atr_compose_stats(const atr_Compositor *compositor, atr_ComposeStats *out)
{
    *out = (atr_ComposeStats){ .sprites = compositor->sprites,
                               .cache_hits = compositor->hits,
                               .cache_misses = compositor->misses,
                               .direct = compositor->direct,
                               .cache_bytes = atr__cache_bytes(compositor->cache),
                               .kernel = compositor->kernels->name };
}
