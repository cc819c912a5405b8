/* From commands and particles to a list of copies and where they go, in the order they were given.
 * Particles come in chunks: first the arithmetic, in loops that a compiler vectorises, then one
 * look into the table of copies for each. That look, the clip and the list together must cost
 * little beside ten rows of pixels, so the usual case is kept free of calls. Places and sizes that
 * are no finite number, or far outside any screen, draw nothing; such an angle is any angle. */
#include "compose/compose_internal.h"

#define FAR 1.0e6f /* output pixels; nothing is farther out than this */

#define KEY_NOTHING ((atr__CopyKey)0) /* nothing to draw */
#define KEY_NO_COPY ((atr__CopyKey)1) /* no such sprite has a copy */

/* A chunk of particles in output pixels. */
typedef struct Chunk {
    uint32_t count;
    int32_t x[ATR__CHUNK], y[ATR__CHUNK]; /* 1/256 pixel */
    int32_t width[ATR__CHUNK], height[ATR__CHUNK];
    int32_t angle[ATR__CHUNK];
    atr__CopyKey key[ATR__CHUNK];
    uint32_t slot[ATR__CHUNK]; /* in the table of copies */
    atr__Entry *entry[ATR__CHUNK];
} Chunk;

/* Not a number becomes far outside. */
static inline float near_or_far(float value)
{
    const float low = value > -FAR ? value : -FAR;
    return low < FAR ? low : FAR;
}

static inline int32_t fixed_of(float value)
{
    return atr__floor_i32(near_or_far(value) * 256.0f);
}

static inline int32_t angle_of(float degrees)
{
    const float steps = near_or_far(degrees) * (ATR__ANGLE_STEPS / 360.0f) + 0.5f;
    return atr__floor_i32(steps) & (ATR__ANGLE_STEPS - 1);
}

static inline int32_t side_of(float size)
{
    const float some = size >= 0.25f ? size : 0.0f; /* not a number: 0 */
    const float most = some <= (float)ATR__SPRITE_SIDE_MAX ? some : 0.0f;
    const int32_t side = (int32_t)(most + 0.5f);
    return side + (side == 0 && most > 0.0f);
}

/* ---- The list -------------------------------------------------------------------------------- */

void atr__plan_begin(atr_Compositor *compositor, const atr__Job *job)
{
    atr__Plan *plan = &compositor->plan;
    plan->band_shift = 6;
    while (((job->canvas->height - 1) >> plan->band_shift) >= ATR__BANDS_MAX) {
        plan->band_shift++;
    }
    plan->band_count = ((job->canvas->height - 1) >> plan->band_shift) + 1;
}

static void ensure_room(atr_Compositor *compositor, const atr__Job *job)
{
    const atr__Plan *plan = &compositor->plan;
    if (plan->item_count + ATR__CHUNK > plan->item_capacity ||
        plan->odd_count + ATR__CHUNK > plan->odd_capacity ||
        plan->order_count + ATR__CHUNK * (uint32_t)plan->band_count > plan->order_capacity) {
        atr__plan_draw(compositor, job);
    }
}

static void mark_tiles(const atr_Tiles *tiles, atr_Rect rect)
{
    const int32_t last_column = atr__min_i32((rect.x + rect.w - 1) / ATR_TILE, tiles->columns - 1);
    const int32_t last_row = atr__min_i32((rect.y + rect.h - 1) / ATR_TILE, tiles->rows - 1);
    for (int32_t row = rect.y / ATR_TILE; row <= last_row; row++) {
        for (int32_t column = rect.x / ATR_TILE; column <= last_column; column++) {
            tiles->marks[(ptrdiff_t)row * tiles->columns + column] = 1;
        }
    }
}

static inline void add_item(atr__Plan *plan, atr__Item item, int32_t top, int32_t bottom)
{
    const int32_t first = top >> plan->band_shift;
    const int32_t last = (bottom - 1) >> plan->band_shift;
    item.first_band = (uint8_t)first;
    item.last_band = (uint8_t)last;
    plan->items[plan->item_count++] = item;
    plan->order_count += (uint32_t)(last - first + 1);
    plan->counts[first]++;
    for (int32_t band = first + 1; band <= last; band++) {
        plan->counts[band]++;
    }
}

static inline void add_copy(atr__Plan *plan, const atr__Job *job, const atr__Copy *copy, int32_t x,
                            int32_t y, uint32_t tint)
{
    const int32_t left = (x + copy->anchor_x) >> 8;
    const int32_t top = (y + copy->anchor_y) >> 8;
    const int32_t right = left + copy->width;
    const int32_t bottom = top + copy->height;
    const atr_Rect *clip = &job->clip;
    if (left >= clip->x + clip->w || right <= clip->x || top >= clip->y + clip->h ||
        bottom <= clip->y) {
        return;
    }
    const int32_t seen_top = atr__max_i32(top, clip->y);
    const int32_t seen_bottom = atr__min_i32(bottom, clip->y + clip->h);
    plan->work += (uint64_t)(uint32_t)(copy->width * copy->height);
    add_item(plan, (atr__Item){ .copy = copy, .x = left, .y = top, .tint = tint }, seen_top,
             seen_bottom);
    if (job->tiles != NULL) {
        const int32_t seen_left = atr__max_i32(left, clip->x);
        const int32_t seen_right = atr__min_i32(right, clip->x + clip->w);
        mark_tiles(job->tiles, (atr_Rect){ seen_left, seen_top, seen_right - seen_left,
                                           seen_bottom - seen_top });
    }
}

#define ODD_WORK 8 /* times what a copy's pixel costs */

static void add_odd(atr__Plan *plan, const atr__Job *job, const atr__Odd *odd)
{
    const atr_Rect *rect = &odd->rect;
    plan->work +=
        (uint64_t)rect->w * (uint64_t)rect->h * (odd->kind == ATR__ODD_RECT ? 1 : ODD_WORK);
    add_item(plan, (atr__Item){ .x = (int32_t)plan->odd_count }, rect->y, rect->y + rect->h);
    plan->odds[plan->odd_count++] = *odd;
    if (job->tiles != NULL) {
        mark_tiles(job->tiles, *rect);
    }
}

/* ---- Sprites --------------------------------------------------------------------------------- */

/* No copy yet: makes one, or notes how to draw it without. */
static void plan_missing(atr_Compositor *compositor, const atr__Job *job, const atr__Placed *placed)
{
    atr_Rect box = { (placed->x + 128 - placed->width * 128) >> 8,
                     (placed->y + 128 - placed->height * 128) >> 8, placed->width, placed->height };
    if (placed->angle != 0 || placed->smooth) {
        box = atr__gather_box(placed);
        box = (atr_Rect){ box.x - 1, box.y - 1, box.w + 2, box.h + 2 };
    }
    if (atr__intersect(box, job->clip).w == 0) {
        return; /* before it could push a visible one out of the cache */
    }
    atr__Odd odd;
    const atr__Copy *copy = atr__make_copy(compositor, placed, &odd);
    if (odd.lacks_room) {
        atr__plan_draw(compositor, job);
        atr__copies_relax(&compositor->copies);
        copy = atr__make_copy(compositor, placed, &odd);
    }
    if (copy != NULL) {
        add_copy(&compositor->plan, job, copy, placed->x, placed->y, placed->tint);
        return;
    }
    compositor->direct++;
    if (odd.kind == ATR__ODD_GATHER) {
        box = atr__gather_box(&odd.placed);
    }
    odd.rect = atr__intersect(box, job->clip);
    if (odd.rect.w > 0) {
        add_odd(&compositor->plan, job, &odd);
    }
}

/* The copy that would do; gives the angle that it has. */
static inline atr__CopyKey key_of(uint32_t sprite, int32_t width, int32_t height, int32_t x,
                                  int32_t y, int32_t *angle, bool smooth)
{
    const int32_t side = atr__max_i32(width, height);
    if (smooth) {
        if (*angle != 0 || side > ATR__SHIFTED_SIDE) {
            return KEY_NO_COPY;
        }
        return atr__copy_key(ATR__COPY_SHIFTED, sprite, width, height, atr__shifted_turn(x, y));
    }
    if (*angle == 0) {
        return atr__copy_key(ATR__COPY_UPRIGHT, sprite, width, height, 0);
    }
    if (side > ATR__TURNED_SIDE) {
        return KEY_NO_COPY;
    }
    *angle = atr__turn_of_copy(*angle, side);
    return atr__copy_key(*angle != 0 ? ATR__COPY_TURNED : ATR__COPY_UPRIGHT, sprite, width, height,
                         *angle);
}

static void chunk_place(Chunk *chunk, const atr_Transform *t, const atr_Particles *particles,
                        uint32_t first)
{
    const float *restrict x = particles->x + first;
    const float *restrict y = particles->y + first;
    const float *restrict size = particles->size + first;
    const float *restrict angle = particles->angle_deg + first;
    for (uint32_t i = 0; i < chunk->count; i++) {
        chunk->x[i] = fixed_of(x[i] * t->scale_x + t->offset_x);
        chunk->y[i] = fixed_of(y[i] * t->scale_y + t->offset_y);
        chunk->width[i] = side_of(size[i] * t->scale_x);
        chunk->angle[i] = angle_of(angle[i]);
    }
}

/* Which copies, and where the table of copies has them: those places are on their way from memory
 * while the others of the chunk are worked out, as are the entries after them. */
static void chunk_keys(const atr_Compositor *compositor, const atr__Job *job, Chunk *chunk,
                       const atr_Particles *particles, uint32_t first)
{
    const atr__Copies *copies = &compositor->copies;
    const float scale_y = job->transform.scale_y;
    const bool even = job->transform.scale_x == scale_y && particles->stretch == NULL;
    for (uint32_t i = 0; i < chunk->count; i++) {
        const uint32_t at = first + i;
        const uint32_t id = particles->sprite[at];
        chunk->key[i] = KEY_NOTHING;
        chunk->slot[i] = 0;
        if (id >= compositor->sprite_count) {
            continue;
        }
        const atr__Sprite *sprite = &compositor->sprites[id];
        int32_t height = chunk->width[i];
        if (!even || sprite->shape != 1.0f) {
            const float stretch = particles->stretch != NULL ? particles->stretch[at] : 1.0f;
            height = side_of(particles->size[at] * sprite->shape * stretch * scale_y);
        }
        if (sprite->image.pixels == NULL || chunk->width[i] == 0 || height == 0 ||
            particles->color[at] == 0) {
            continue;
        }
        chunk->height[i] = height;
        chunk->key[i] =
            key_of(id, chunk->width[i], height, chunk->x[i], chunk->y[i], &chunk->angle[i],
                   particles->smooth != NULL && particles->smooth[at] != 0);
        chunk->slot[i] = atr__copies_hash(copies, chunk->key[i]);
        atr__prefetch(&copies->table[chunk->slot[i]]);
    }
    for (uint32_t i = 0; i < chunk->count; i++) {
        const uint32_t index = copies->table[chunk->slot[i]];
        chunk->entry[i] = &copies->entries[index != 0 ? index - 1 : 0];
        atr__prefetch(chunk->entry[i]);
    }
}

static void chunk_plan(atr_Compositor *compositor, const atr__Job *job, const Chunk *chunk,
                       const atr_Particles *particles, uint32_t first)
{
    atr__Copies *copies = &compositor->copies;
    for (uint32_t i = 0; i < chunk->count; i++) {
        const atr__CopyKey key = chunk->key[i];
        if (key == KEY_NOTHING) {
            continue;
        }
        atr__Entry *entry = chunk->entry[i];
        if (entry->key != key) {
            entry = atr__copies_find(copies, key);
        }
        const uint32_t tint = particles->color[first + i];
        if (entry != NULL) {
            entry->used = copies->pass;
            compositor->hits++;
            add_copy(&compositor->plan, job, &entry->copy, chunk->x[i], chunk->y[i], tint);
            continue;
        }
        plan_missing(compositor, job,
                     &(atr__Placed){ .x = chunk->x[i],
                                     .y = chunk->y[i],
                                     .width = chunk->width[i],
                                     .height = chunk->height[i],
                                     .angle = chunk->angle[i],
                                     .tint = tint,
                                     .sprite = particles->sprite[first + i],
                                     .smooth = particles->smooth != NULL &&
                                               particles->smooth[first + i] != 0 });
    }
}

static void plan_particles(atr_Compositor *compositor, const atr__Job *job, const atr_DrawCmd *cmd,
                           const atr_Particles *particles)
{
    if (particles == NULL || cmd->first >= particles->count) {
        return;
    }
    const uint32_t left = particles->count - cmd->first;
    const uint32_t last = cmd->first + (cmd->count < left ? cmd->count : left);
    for (uint32_t first = cmd->first; first < last; first += ATR__CHUNK) {
        Chunk chunk;
        chunk.count = last - first < ATR__CHUNK ? last - first : ATR__CHUNK;
        ensure_room(compositor, job);
        chunk_place(&chunk, &job->transform, particles, first);
        chunk_keys(compositor, job, &chunk, particles, first);
        chunk_plan(compositor, job, &chunk, particles, first);
    }
}

/* ---- Commands -------------------------------------------------------------------------------- */

static void plan_one(atr_Compositor *compositor, const atr__Job *job, const atr_DrawCmd *cmd)
{
    const atr_Transform *t = &job->transform;
    if (cmd->sprite >= compositor->sprite_count ||
        compositor->sprites[cmd->sprite].image.pixels == NULL || cmd->color == 0) {
        return;
    }
    atr__Placed placed = { .x = fixed_of(cmd->x * t->scale_x + t->offset_x),
                           .y = fixed_of(cmd->y * t->scale_y + t->offset_y),
                           .width = side_of(cmd->w * t->scale_x),
                           .height = side_of(cmd->h * t->scale_y),
                           .angle = angle_of(cmd->angle_deg),
                           .tint = cmd->color,
                           .sprite = cmd->sprite,
                           .smooth = cmd->smooth != 0 };
    if (placed.width == 0 || placed.height == 0) {
        return;
    }
    const atr__CopyKey key = key_of(placed.sprite, placed.width, placed.height, placed.x, placed.y,
                                    &placed.angle, placed.smooth);
    const atr__Entry *entry = atr__copies_find(&compositor->copies, key);
    if (entry != NULL) {
        compositor->hits++;
        add_copy(&compositor->plan, job, &entry->copy, placed.x, placed.y, placed.tint);
    } else {
        plan_missing(compositor, job, &placed);
    }
}

static void plan_rect(atr_Compositor *compositor, const atr__Job *job, const atr_DrawCmd *cmd)
{
    const atr_Transform *t = &job->transform;
    const float left = (cmd->x - cmd->w * 0.5f) * t->scale_x + t->offset_x;
    const float right = (cmd->x + cmd->w * 0.5f) * t->scale_x + t->offset_x;
    const float top = (cmd->y - cmd->h * 0.5f) * t->scale_y + t->offset_y;
    const float bottom = (cmd->y + cmd->h * 0.5f) * t->scale_y + t->offset_y;
    if (!(left < right && top < bottom) || cmd->color == 0) {
        return; /* nothing, or not a number */
    }
    const int32_t x = atr__floor_i32(near_or_far(left) + 0.5f);
    const int32_t y = atr__floor_i32(near_or_far(top) + 0.5f);
    const atr_Rect whole = { x, y, atr__floor_i32(near_or_far(right) + 0.5f) - x,
                             atr__floor_i32(near_or_far(bottom) + 0.5f) - y };
    const atr__Odd odd = { .kind = ATR__ODD_RECT,
                           .rect = atr__intersect(whole, job->clip),
                           .placed = { .tint = cmd->color } };
    if (odd.rect.w > 0) {
        add_odd(&compositor->plan, job, &odd);
    }
}

void atr__plan_command(atr_Compositor *compositor, const atr__Job *job, const atr_DrawCmd *cmd,
                       const atr_Particles *particles)
{
    ensure_room(compositor, job);
    if (cmd->kind == ATR_DRAW_PARTICLES) {
        plan_particles(compositor, job, cmd, particles);
    } else if (cmd->kind == ATR_DRAW_RECT) {
        plan_rect(compositor, job, cmd);
    } else if (cmd->kind == ATR_DRAW_SPRITE) {
        plan_one(compositor, job, cmd);
    }
}
