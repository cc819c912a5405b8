/* Makes the copies that sprites are drawn from, within what may be made in a frame. Upright ones
 * are scaled by area or bilinear. Turned ones, and those between pixels, are gathered from the
 * picture, or from an upright copy that is larger by less than half an octave, into a corner of
 * memory, trimmed and put away. What gets no copy is drawn at once, with the same pixels; only
 * while a frame has no time left for a much larger picture it is drawn from that, more roughly. */
#include "compose/compose_internal.h"

#include <string.h>

#define LARGE       (128 * 128) /* output pixels; see is_passing */
#define MUCH_LARGER 4           /* times the pixels: scaling it for one look costs too much */
#define UNFINISHED  ((atr__CopyKey)1 << 62)
#define FAR_AWAY    (-(1 << 30)) /* the anchor of a copy with nothing to see */

/* ---- What may be made ------------------------------------------------------------------------ */

static bool may_make(const atr_Compositor *compositor, int64_t cost)
{
    return !compositor->fill_bounded || cost <= compositor->fill_left;
}

static void count_made(atr_Compositor *compositor, int64_t made, int64_t cost)
{
    const int64_t left = (int64_t)compositor->fill_left - cost;
    compositor->fill_left = left > 0 ? (uint32_t)left : 0;
    compositor->filled += (uint64_t)made;
}

/* Of one row of an upright copy, in pixels made: those of a large picture that it reads count too,
 * a quarter each. */
static int64_t row_cost(const atr_Image *image, int32_t width, int32_t height)
{
    const bool shrinks = width < image->width || height < image->height;
    return width + (shrinks ? (int64_t)image->width * image->height / height / 4 : 0);
}

static int32_t pitch_of(int32_t width)
{
    return (width + ATR__COPY_PAD + 3) & ~3;
}

static size_t bytes_of(int32_t width, int32_t height)
{
    return (size_t)height * ((size_t)pitch_of(width) * sizeof(uint32_t) + sizeof(atr__Span));
}

static atr__Span span_of(const uint32_t *row, int32_t width)
{
    int32_t first = 0;
    int32_t last = width;
    while (first < last && row[first] == 0) {
        first++;
    }
    while (last > first && row[last - 1] == 0) {
        last--;
    }
    return (atr__Span){ (int16_t)first, (int16_t)last };
}

/* ---- Upright --------------------------------------------------------------------------------- */

/* What lies within is not all transparent; empty when right <= left. */
typedef struct Bounds {
    int32_t left, top, right, bottom;
} Bounds;

static void bounds_add(Bounds *bounds, int32_t y, int32_t first, int32_t last)
{
    if (first < last) {
        bounds->left = atr__min_i32(bounds->left, first);
        bounds->right = atr__max_i32(bounds->right, last);
        bounds->top = atr__min_i32(bounds->top, y);
        bounds->bottom = y + 1;
    }
}

static void spans_shift(atr__Span *spans, const Bounds *bounds)
{
    for (int32_t y = bounds->top; y < bounds->bottom; y++) {
        atr__Span *span = &spans[y];
        const int16_t left = (int16_t)bounds->left;
        if (span->first >= span->last) {
            *span = (atr__Span){ 0 };
            continue;
        }
        span->first = (int16_t)(span->first - left);
        span->last = (int16_t)(span->last - left);
    }
}

/* An entry of that size for all of it, nothing trimmed. */
static atr__Entry *upright_add(atr_Compositor *compositor, atr__CopyKey key, int32_t width,
                               int32_t height)
{
    atr__Entry *entry = atr__copies_add(&compositor->copies, key, bytes_of(width, height));
    if (entry != NULL) {
        const int32_t pitch = pitch_of(width);
        uint32_t *pixels = (uint32_t *)(void *)atr__copies_memory(&compositor->copies, entry);
        entry->copy =
            (atr__Copy){ .pixels = pixels,
                         .spans = (atr__Span *)(void *)(pixels + (ptrdiff_t)pitch * height),
                         .pitch = pitch,
                         .anchor_x = FAR_AWAY };
    }
    return entry;
}

/* Scales the next rows of an entry, up to `last`. */
static void scale_rows(const atr_Compositor *compositor, atr_SpriteId sprite, int32_t width,
                       int32_t height, atr__Entry *entry, int32_t last)
{
    const int32_t pitch = entry->copy.pitch;
    uint32_t *pixels = (uint32_t *)(void *)atr__copies_memory(&compositor->copies, entry);
    atr__Span *spans = (atr__Span *)(void *)(pixels + (ptrdiff_t)pitch * height);
    atr__Scaler scaler = { .image = &compositor->sprites[sprite].image,
                           .width = width,
                           .height = height,
                           .last = width,
                           .column = compositor->scratch[0].taps,
                           .lanes = compositor->scratch[0].lanes };
    atr__scale_begin(&scaler);
    for (; entry->rows_made < last; entry->rows_made++) {
        uint32_t *row = pixels + (ptrdiff_t)entry->rows_made * pitch;
        atr__Span *span = &spans[entry->rows_made];
        *span = (atr__Span){ 0 };
        if (!atr__scale_rows(&scaler, entry->rows_made)) {
            memset(row, 0, (size_t)pitch * sizeof *row);
            continue;
        }
        atr__scale_columns(&scaler, 0, width, row);
        memset(row + width, 0, (size_t)(pitch - width) * sizeof *row);
        *span = span_of(row, width);
    }
}

/* All rows are there. Trimmed by its pointers alone: gathering wants the whole. */
static void trim(const atr_Compositor *compositor, int32_t width, int32_t height, atr__Entry *entry)
{
    const int32_t pitch = entry->copy.pitch;
    uint32_t *pixels = (uint32_t *)(void *)atr__copies_memory(&compositor->copies, entry);
    atr__Span *spans = (atr__Span *)(void *)(pixels + (ptrdiff_t)pitch * height);
    Bounds bounds = { width, height, 0, 0 };
    for (int32_t y = 0; y < height; y++) {
        bounds_add(&bounds, y, spans[y].first, spans[y].last);
    }
    if (bounds.left < bounds.right) {
        spans_shift(spans, &bounds);
        entry->copy.pixels = pixels + (ptrdiff_t)bounds.top * pitch + bounds.left;
        entry->copy.spans = spans + bounds.top;
        entry->copy.width = (int16_t)(bounds.right - bounds.left);
        entry->copy.height = (int16_t)(bounds.bottom - bounds.top);
        entry->copy.anchor_x = 128 - width * 128 + bounds.left * 256;
        entry->copy.anchor_y = 128 - height * 128 + bounds.top * 256;
    }
}

/* How many rows of it may be made now: such a copy leaves half of the slice to small ones, but has
 * one row at least of a whole slice. */
static int32_t rows_affordable(const atr_Compositor *compositor, int64_t cost)
{
    const int64_t left = (int64_t)compositor->fill_left - compositor->fill_pixels / 2;
    const int64_t rows = left > 0 ? left / cost : 0;
    return rows == 0 && compositor->fill_left == compositor->fill_pixels ? 1 : (int32_t)rows;
}

/* A copy that costs more than a slice, some rows in every frame; NULL until all are there. One that
 * has another size in the next frame is not begun. */
static atr__Entry *upright_in_slices(atr_Compositor *compositor, atr__CopyKey key,
                                     atr_SpriteId sprite, int32_t width, int32_t height)
{
    atr__Copies *copies = &compositor->copies;
    atr__Entry *entry = atr__copies_find(copies, key | UNFINISHED);
    if (entry == NULL && atr__copies_asked(copies, key | UNFINISHED)) {
        entry = upright_add(compositor, key | UNFINISHED, width, height);
    }
    if (entry == NULL) {
        return NULL;
    }
    const int64_t cost = row_cost(&compositor->sprites[sprite].image, width, height);
    const int32_t rows = atr__min_i32(height - entry->rows_made, rows_affordable(compositor, cost));
    if (rows == 0) {
        return NULL;
    }
    scale_rows(compositor, sprite, width, height, entry, entry->rows_made + rows);
    count_made(compositor, (int64_t)rows * width, rows * cost);
    if (entry->rows_made < height) {
        return NULL;
    }
    trim(compositor, width, height, entry);
    atr__copies_rename(copies, entry, key);
    compositor->misses++;
    return entry;
}

/* The upright copy of that size; NULL when there is no room or time. */
static atr__Entry *upright(atr_Compositor *compositor, atr_SpriteId sprite, int32_t width,
                           int32_t height)
{
    const atr__CopyKey key = atr__copy_key(ATR__COPY_UPRIGHT, sprite, width, height, 0);
    atr__Entry *entry = atr__copies_find(&compositor->copies, key);
    if (entry != NULL) {
        return entry;
    }
    const int64_t cost = height * row_cost(&compositor->sprites[sprite].image, width, height);
    if (!atr__copies_may_hold(&compositor->copies, bytes_of(width, height))) {
        return NULL;
    }
    if (compositor->fill_bounded && cost > compositor->fill_pixels) {
        return upright_in_slices(compositor, key, sprite, width, height);
    }
    if (!may_make(compositor, cost)) {
        return NULL;
    }
    entry = upright_add(compositor, key, width, height);
    if (entry == NULL) {
        return NULL;
    }
    scale_rows(compositor, sprite, width, height, entry, height);
    trim(compositor, width, height, entry);
    count_made(compositor, (int64_t)width * height, cost);
    compositor->misses++;
    return entry;
}

/* A large enlarged sprite is drawn directly the first time it is seen at a size: one that grows, a
 * wave or a glow, has another size in every frame, and keeping them all would push out the small
 * ones that come again. */
static bool is_passing(atr_Compositor *compositor, const atr__Placed *placed)
{
    const atr_Image *image = &compositor->sprites[placed->sprite].image;
    return (int64_t)placed->width * placed->height >= LARGE && placed->width >= image->width &&
           placed->height >= image->height &&
           !atr__copies_asked(&compositor->copies, atr__copy_key(ATR__COPY_UPRIGHT, placed->sprite,
                                                                 placed->width, placed->height, 0));
}

static const atr__Copy *copy_upright(atr_Compositor *compositor, const atr__Placed *placed,
                                     atr__Odd *odd)
{
    odd->kind = ATR__ODD_DIRECT;
    if (is_passing(compositor, placed)) {
        return NULL;
    }
    const atr__Entry *entry = upright(compositor, placed->sprite, placed->width, placed->height);
    if (entry != NULL) {
        return &entry->copy;
    }
    const atr_Image *image = &compositor->sprites[placed->sprite].image;
    if (compositor->fill_bounded && (int64_t)image->width * image->height >
                                        (int64_t)placed->width * placed->height * MUCH_LARGER) {
        odd->kind = ATR__ODD_GATHER;
        odd->placed.x = ((placed->x + 128 - placed->width * 128) & ~255) + placed->width * 128;
        odd->placed.y = ((placed->y + 128 - placed->height * 128) & ~255) + placed->height * 128;
    }
    return NULL;
}

/* ---- Turned, or between pixels --------------------------------------------------------------- */

/* The smallest side that is at least `wanted`, going down from the picture's by half octaves. */
static int32_t reduced_side(int32_t side, int32_t wanted)
{
    int32_t next = side;
    while (next >= wanted && next > 0) {
        side = next;
        next = (side * 181) >> 8;
    }
    return side;
}

/* Chooses what to gather from; false when that is the picture for want of a reduced copy. */
static bool choose_source(atr_Compositor *compositor, const atr__Placed *placed, atr__Odd *odd)
{
    const atr_Image *image = &compositor->sprites[placed->sprite].image;
    const int32_t width = reduced_side(image->width, placed->width);
    const int32_t height = reduced_side(image->height, placed->height);
    odd->source = NULL;
    if (width == image->width && height == image->height) {
        return true;
    }
    odd->source = upright(compositor, placed->sprite, width, height);
    odd->source_w = width;
    odd->source_h = height;
    odd->lacks_room = odd->source == NULL && !compositor->fill_bounded &&
                      atr__copies_may_hold(&compositor->copies, bytes_of(width, height));
    return odd->source != NULL;
}

/* Where such a copy lies between pixels: drawn at (centre + bias) >> 8, its centre `part` behind.
 */
typedef struct Grid {
    int32_t bias_x, part_x, bias_y, part_y;
} Grid;

static Grid grid_of(atr__CopyKind kind, const atr__Placed *placed)
{
    if (kind == ATR__COPY_SHIFTED) {
        return (Grid){ 32, (placed->x + 32) & 192, 32, (placed->y + 32) & 192 };
    }
    /* Whole pixels: an odd number of them is centred on one. */
    const bool lies = ((placed->angle + ATR__ANGLE_STEPS / 8) / (ATR__ANGLE_STEPS / 4)) % 2 == 1;
    const bool odd_x = ((lies ? placed->height : placed->width) & 1) != 0;
    const bool odd_y = ((lies ? placed->width : placed->height) & 1) != 0;
    return (Grid){ odd_x ? 0 : 128, odd_x ? 128 : 0, odd_y ? 0 : 128, odd_y ? 128 : 0 };
}

static int32_t settled(int32_t at, int32_t bias, int32_t part)
{
    return ((at + bias) & ~255) + part;
}

/* Cuts the corner to what is seen and puts it away. `middle`: of the corner, in whole pixels. */
static atr__Entry *put_away(atr_Compositor *compositor, atr__CopyKey key, atr_Rect box,
                            int32_t middle, const Grid *grid)
{
    const uint32_t *corner = compositor->corner;
    Bounds bounds = { box.x + box.w, box.y + box.h, 0, 0 };
    for (int32_t y = box.y; y < box.y + box.h; y++) {
        const atr__Span span = span_of(corner + (ptrdiff_t)y * ATR__CORNER_SIDE + box.x, box.w);
        bounds_add(&bounds, y, box.x + span.first,
                   box.x + (span.first < span.last ? span.last : span.first));
    }
    const bool empty = bounds.left >= bounds.right;
    const int32_t width = empty ? 0 : bounds.right - bounds.left;
    const int32_t height = empty ? 0 : bounds.bottom - bounds.top;
    const size_t bytes = bytes_of(width, height);
    atr__Entry *entry = atr__copies_may_hold(&compositor->copies, bytes)
                            ? atr__copies_add(&compositor->copies, key, empty ? 1 : bytes)
                            : NULL;
    if (entry == NULL) {
        return NULL;
    }
    const int32_t pitch = pitch_of(width);
    uint32_t *pixels = (uint32_t *)(void *)atr__copies_memory(&compositor->copies, entry);
    atr__Span *spans = (atr__Span *)(void *)(pixels + (ptrdiff_t)pitch * height);
    for (int32_t y = 0; y < height; y++) {
        uint32_t *row = pixels + (ptrdiff_t)y * pitch;
        memcpy(row, corner + (ptrdiff_t)(bounds.top + y) * ATR__CORNER_SIDE + bounds.left,
               (size_t)width * sizeof *row);
        memset(row + width, 0, (size_t)(pitch - width) * sizeof *row);
        spans[y] = span_of(row, width);
    }
    entry->copy =
        (atr__Copy){ .pixels = pixels,
                     .spans = spans,
                     .pitch = pitch,
                     .width = (int16_t)width,
                     .height = (int16_t)height,
                     .anchor_x = empty ? FAR_AWAY : (bounds.left - middle) * 256 + grid->bias_x,
                     .anchor_y = (bounds.top - middle) * 256 + grid->bias_y };
    return entry;
}

static const atr__Copy *copy_gathered(atr_Compositor *compositor, atr__CopyKind kind,
                                      const atr__Placed *placed, atr__Odd *odd)
{
    const Grid grid = grid_of(kind, placed);
    odd->kind = ATR__ODD_GATHER;
    odd->placed.x = settled(placed->x, grid.bias_x, grid.part_x);
    odd->placed.y = settled(placed->y, grid.bias_y, grid.part_y);
    const int32_t turn =
        kind == ATR__COPY_TURNED ? placed->angle : atr__shifted_turn(placed->x, placed->y);
    const atr__CopyKey key =
        atr__copy_key(kind, placed->sprite, placed->width, placed->height, turn);
    /* One that grows or turns past its steps is never seen again: no copy at first sight. */
    if (!choose_source(compositor, placed, odd) || !atr__copies_asked(&compositor->copies, key)) {
        return NULL;
    }
    const int32_t middle = ATR__CORNER_SIDE / 2;
    atr__Placed at = odd->placed;
    at.x = middle * 256 + grid.part_x;
    at.y = middle * 256 + grid.part_y;
    at.tint = ATR__TINT_NONE;
    const atr_Rect corner = { 0, 0, ATR__CORNER_SIDE, ATR__CORNER_SIDE };
    const atr_Rect box = atr__intersect(atr__gather_box(&at), corner);
    const int64_t made = (int64_t)box.w * box.h;
    if (!may_make(compositor, made)) {
        return NULL;
    }
    for (int32_t y = box.y; y < box.y + box.h; y++) {
        memset(compositor->corner + (ptrdiff_t)y * ATR__CORNER_SIDE + box.x, 0,
               (size_t)box.w * sizeof *compositor->corner);
    }
    const atr__Source source = atr__odd_source(compositor, odd);
    atr__gather_sprite(compositor->kernels,
                       &(atr__Band){ .pixels = compositor->corner,
                                     .pitch = ATR__CORNER_SIDE,
                                     .right = ATR__CORNER_SIDE,
                                     .bottom = ATR__CORNER_SIDE },
                       &source, &at);
    const atr__Entry *entry = put_away(compositor, key, box, middle, &grid);
    if (entry == NULL) {
        return NULL;
    }
    count_made(compositor, made, made);
    compositor->misses++;
    return &entry->copy;
}

atr__Source atr__odd_source(const atr_Compositor *compositor, const atr__Odd *odd)
{
    return odd->source == NULL ? atr__source_of_image(&compositor->sprites[odd->placed.sprite])
                               : atr__source_of_entry(&compositor->copies, odd->source,
                                                      odd->source_w, odd->source_h);
}

const atr__Copy *atr__make_copy(atr_Compositor *compositor, const atr__Placed *placed,
                                atr__Odd *odd)
{
    *odd = (atr__Odd){ .kind = ATR__ODD_GATHER, .placed = *placed };
    const int32_t side = atr__max_i32(placed->width, placed->height);
    if (placed->smooth && placed->angle == 0 && side <= ATR__SHIFTED_SIDE) {
        return copy_gathered(compositor, ATR__COPY_SHIFTED, placed, odd);
    }
    if (!placed->smooth && placed->angle == 0) {
        return copy_upright(compositor, placed, odd);
    }
    if (!placed->smooth && side <= ATR__TURNED_SIDE) {
        return copy_gathered(compositor, ATR__COPY_TURNED, placed, odd);
    }
    (void)choose_source(compositor, placed, odd);
    return NULL;
}
