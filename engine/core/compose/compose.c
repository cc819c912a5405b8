/* The compositor's public face: its life, its pictures, and a call's way through the plan to the
 * canvas. */
#define _POSIX_C_SOURCE 200809L

#include "compose/compose_internal.h"

#include "base/alloc.h"
#include "base/cpu.h"

#include <stdlib.h>

#define CACHE_BYTES_DEFAULT ((size_t)16 * 1024 * 1024)
#define CACHE_BYTES_MIN     ((size_t)64 * 1024)
#define CACHE_BYTES_MAX     ((size_t)1024 * 1024 * 1024)
#define SPRITES_DEFAULT     16384
#define SPRITES_MAX         (1u << 20)
#define ODD_PART            8 /* one in so many may be drawn without a copy, in one pass */
#define FILL_DEFAULT        16384
#define IMAGE_SIDE_MAX      16384
#define LANES               (IMAGE_SIDE_MAX + 1)
#define CORNER              ((size_t)ATR__CORNER_SIDE * ATR__CORNER_SIDE)

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

static uint32_t *canvas_at(const atr_Canvas *canvas, int32_t x, int32_t y)
{
    return canvas->pixels + (ptrdiff_t)y * canvas->pitch + x;
}

static atr_Rect canvas_rect(const atr_Canvas *canvas)
{
    if (canvas->pixels == NULL) {
        return (atr_Rect){ 0 };
    }
    return (atr_Rect){ 0, 0, atr__max_i32(canvas->width, 0), atr__max_i32(canvas->height, 0) };
}

/* ---- Life ------------------------------------------------------------------------------------ */

static atr_Status desc_resolve(const atr_ComposeDesc *desc, atr_ComposeDesc *out)
{
    *out = desc != NULL ? *desc : (atr_ComposeDesc){ 0 };
    if (out->cache_bytes == 0) {
        out->cache_bytes = CACHE_BYTES_DEFAULT;
    }
    if (out->max_sprites == 0) {
        out->max_sprites = SPRITES_DEFAULT;
    }
    if (out->fill_pixels == 0) {
        out->fill_pixels = FILL_DEFAULT;
    }
    const bool in_range = out->cache_bytes >= CACHE_BYTES_MIN &&
                          out->cache_bytes <= CACHE_BYTES_MAX && out->max_sprites <= SPRITES_MAX;
    return in_range ? ATR_OK : ATR_ERR_INVALID;
}

static bool plan_init(atr__Plan *plan, uint32_t max_sprites, const atr_Allocator *allocator)
{
    plan->item_capacity = max_sprites > ATR__CHUNK ? max_sprites : ATR__CHUNK;
    plan->odd_capacity = plan->item_capacity / ODD_PART + ATR__CHUNK;
    plan->order_capacity = plan->item_capacity * 2 + ATR__CHUNK * ATR__BANDS_MAX;
    plan->items = atr__alloc_zero(allocator, plan->item_capacity, sizeof *plan->items);
    plan->identity = atr__alloc_zero(allocator, plan->item_capacity, sizeof *plan->identity);
    plan->odds = atr__alloc_zero(allocator, plan->odd_capacity, sizeof *plan->odds);
    plan->order = atr__alloc_zero(allocator, plan->order_capacity, sizeof *plan->order);
    if (plan->items == NULL || plan->identity == NULL || plan->odds == NULL ||
        plan->order == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < plan->item_capacity; i++) {
        plan->identity[i] = i;
    }
    return true;
}

static void plan_deinit(atr__Plan *plan, const atr_Allocator *allocator)
{
    atr__free(allocator, plan->items, plan->item_capacity, sizeof *plan->items);
    atr__free(allocator, plan->identity, plan->item_capacity, sizeof *plan->identity);
    atr__free(allocator, plan->odds, plan->odd_capacity, sizeof *plan->odds);
    atr__free(allocator, plan->order, plan->order_capacity, sizeof *plan->order);
}

static bool memory_init(atr_Compositor *compositor, const atr_ComposeDesc *desc)
{
    const atr_Allocator *allocator = &compositor->allocator;
    for (int i = 0; i < 2; i++) {
        atr__Scratch *scratch = &compositor->scratch[i];
        scratch->taps = atr__alloc_zero(allocator, ATR__SPRITE_SIDE_MAX, sizeof *scratch->taps);
        scratch->row = atr__alloc_zero(allocator, ATR__SPRITE_SIDE_MAX, sizeof *scratch->row);
        scratch->lanes = atr__alloc_zero(allocator, LANES, sizeof *scratch->lanes);
        if (scratch->taps == NULL || scratch->row == NULL || scratch->lanes == NULL) {
            return false;
        }
    }
    compositor->corner = atr__alloc_zero(allocator, CORNER, sizeof *compositor->corner);
    return compositor->corner != NULL &&
           plan_init(&compositor->plan, desc->max_sprites, allocator) &&
           atr__copies_init(&compositor->copies, desc->cache_bytes, allocator);
}

/* NULL when one was asked for by name that is not there; what the environment asks for is a wish.
 */
static const atr__Kernels *kernels_for(const atr_ComposeDesc *desc)
{
    if (desc->kernel != NULL) {
        return atr__kernels_named(desc->kernel);
    }
    const char *refused = NULL;
    const atr__Kernels *kernels = atr__kernels_named(atr__simd_name(atr__simd_wanted(&refused)));
    if (refused != NULL) {
        atr_log(&desc->log, ATR_LOG_WARNING, "compose",
                "ATRIUM_SIMD=%s is not known, or not for this processor; using %s", refused,
                kernels->name);
    }
    return kernels;
}

atr_Status atr_compose_create(const atr_ComposeDesc *desc, atr_Compositor **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    atr_ComposeDesc d;
    atr_Status st = desc_resolve(desc, &d);
    if (st != ATR_OK) {
        return st;
    }
    const atr__Kernels *kernels = kernels_for(&d);
    if (kernels == NULL) {
        return ATR_ERR_NOT_FOUND;
    }
    atr_Compositor *compositor = atr__alloc_zero(&d.allocator, 1, sizeof *compositor);
    if (compositor == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    compositor->allocator = d.allocator;
    compositor->kernels = kernels;
    compositor->fill_pixels = d.fill_pixels;
    st = memory_init(compositor, &d) ? ATR_OK : ATR_ERR_NO_MEMORY;
    if (st == ATR_OK && d.second_thread) {
        st = atr_compose_set_second_thread(compositor, true);
    }
    if (st != ATR_OK) {
        atr_compose_destroy(compositor);
        return st;
    }
    *out = compositor;
    return ATR_OK;
}

static void drop_sprites(atr_Compositor *compositor)
{
    const atr_Allocator *allocator = &compositor->allocator;
    atr__free(allocator, compositor->sprites, compositor->sprite_count,
              sizeof *compositor->sprites);
    compositor->sprites = NULL;
    compositor->sprite_count = 0;
}

void atr_compose_destroy(atr_Compositor *compositor)
{
    if (compositor == NULL) {
        return;
    }
    const atr_Allocator allocator = compositor->allocator;
    atr__helper_destroy(compositor->helper, &allocator);
    drop_sprites(compositor);
    for (int i = 0; i < 2; i++) {
        atr__Scratch *scratch = &compositor->scratch[i];
        atr__free(&allocator, scratch->taps, ATR__SPRITE_SIDE_MAX, sizeof *scratch->taps);
        atr__free(&allocator, scratch->row, ATR__SPRITE_SIDE_MAX, sizeof *scratch->row);
        atr__free(&allocator, scratch->lanes, LANES, sizeof *scratch->lanes);
    }
    atr__free(&allocator, compositor->corner, CORNER, sizeof *compositor->corner);
    plan_deinit(&compositor->plan, &allocator);
    atr__copies_deinit(&compositor->copies, &allocator);
    atr__free(&allocator, compositor, 1, sizeof *compositor);
}

atr_Status atr_compose_set_second_thread(atr_Compositor *compositor, bool on)
{
    ATR_ASSERT(compositor != NULL);
    if (!on) {
        atr__helper_destroy(compositor->helper, &compositor->allocator);
        compositor->helper = NULL;
        return ATR_OK;
    }
    return compositor->helper != NULL
               ? ATR_OK
               : atr__helper_create(&compositor->allocator, &compositor->helper);
}

const char *atr_compose_kernel(uint32_t index)
{
    const atr__Kernels *kernels = atr__kernels_at(index);
    return kernels != NULL ? kernels->name : NULL;
}

atr_Status atr_compose_set_kernel(atr_Compositor *compositor, const char *name)
{
    ATR_ASSERT(compositor != NULL && name != NULL);
    const atr__Kernels *kernels = atr__kernels_named(name);
    if (kernels == NULL) {
        return ATR_ERR_NOT_FOUND;
    }
    compositor->kernels = kernels;
    return ATR_OK;
}

/* ---- Pictures -------------------------------------------------------------------------------- */

static bool image_is_usable(const atr_Image *image)
{
    return image->pixels != NULL && image->width > 0 && image->height > 0 &&
           image->pitch >= image->width && image->width <= IMAGE_SIDE_MAX &&
           image->height <= IMAGE_SIDE_MAX;
}

static bool image_has_rim(const atr_Image *image)
{
    const uint32_t *last_row = image->pixels + (ptrdiff_t)(image->height - 1) * image->pitch;
    uint32_t rim = 0;
    for (int32_t x = 0; x < image->width; x++) {
        rim |= image->pixels[x] | last_row[x];
    }
    for (int32_t y = 0; y < image->height; y++) {
        const uint32_t *row = image->pixels + (ptrdiff_t)y * image->pitch;
        rim |= row[0] | row[image->width - 1];
    }
    return rim != 0;
}

static atr__Sprite sprite_of(const atr_Image *image)
{
    if (!image_is_usable(image)) {
        return (atr__Sprite){ 0 };
    }
    return (atr__Sprite){ .image = *image,
                          .shape = (float)image->height / (float)image->width,
                          .rim = image_has_rim(image) };
}

atr_Status atr_compose_set_sprites(atr_Compositor *compositor, const atr_Image *images,
                                   uint32_t count)
{
    ATR_ASSERT(compositor != NULL && (images != NULL || count == 0));
    atr__copies_clear(&compositor->copies);
    drop_sprites(compositor);
    if (count == 0) {
        return ATR_OK;
    }
    count = count < ATR_SPRITE_NONE ? count : ATR_SPRITE_NONE; /* that id draws nothing */
    compositor->sprites =
        atr__alloc_zero(&compositor->allocator, count, sizeof *compositor->sprites);
    compositor->sprite_count = compositor->sprites != NULL ? count : 0;
    if (compositor->sprites == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        compositor->sprites[i] = sprite_of(&images[i]);
    }
    return ATR_OK;
}

atr_Status atr_compose_set_sprite(atr_Compositor *compositor, atr_SpriteId id,
                                  const atr_Image *image)
{
    ATR_ASSERT(compositor != NULL && image != NULL);
    if (id >= compositor->sprite_count) {
        return ATR_ERR_INVALID;
    }
    atr__copies_forget(&compositor->copies, id);
    compositor->sprites[id] = sprite_of(image);
    return ATR_OK;
}

/* ---- Drawing --------------------------------------------------------------------------------- */

void atr_compose_begin_frame(atr_Compositor *compositor)
{
    ATR_ASSERT(compositor != NULL);
    compositor->fill_bounded = true;
    compositor->fill_left = compositor->fill_pixels;
    atr__copies_frame(&compositor->copies);
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
    compositor->threads = 1;
    if (job.clip.w <= 0 || job.clip.h <= 0) {
        return;
    }
    if (!compositor->fill_bounded) {
        atr__copies_frame(&compositor->copies);
    }
    atr__plan_begin(compositor, &job);
    for (uint32_t i = 0; i < count; i++) {
        atr__plan_command(compositor, &job, &commands[i], particles);
    }
    atr__plan_draw(compositor, &job);
}

void atr_compose_clear(const atr_Canvas *canvas, const atr_Rect *rect, uint32_t color)
{
    const atr_Rect whole = canvas_rect(canvas);
    const atr_Rect area = rect != NULL ? atr__intersect(*rect, whole) : whole;
    for (int32_t y = area.y; y < area.y + area.h; y++) {
        uint32_t *row = canvas_at(canvas, area.x, y);
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
    atr__kernels_best()->blend(
        &(atr__Block){ .dst = canvas_at(canvas, seen.x, seen.y),
                       .dst_pitch = canvas->pitch,
                       .src = image->pixels + (ptrdiff_t)row * image->pitch + column,
                       .src_pitch = image->pitch,
                       .width = seen.w,
                       .height = seen.h,
                       .tint = tint });
}

void atr_compose_stats(const atr_Compositor *compositor, atr_ComposeStats *out)
{
    ATR_ASSERT(compositor != NULL && out != NULL);
    *out =
        (atr_ComposeStats){ .sprites = compositor->sprites_drawn,
                            .cache_hits = compositor->hits,
                            .cache_misses = compositor->misses,
                            .cache_evicted = compositor->copies.evicted,
                            .direct = compositor->direct,
                            .filled_pixels = compositor->filled,
                            .cache_bytes = (size_t)compositor->copies.used_units * ATR__COPY_UNIT,
                            .cache_limit = compositor->copies.block_bytes,
                            .kernel = compositor->kernels->name,
                            .threads = compositor->threads };
}
