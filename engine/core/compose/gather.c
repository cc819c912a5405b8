/* Sprites that are turned, or placed between pixels: every output pixel looks back into the picture
 * (or a reduced copy of it), bilinear, at 1/256 pixel. What lies in a row and inside the sprite is
 * worked out beforehand in whole numbers, so the kernel needs no bounds, and every pixel depends on
 * the sprite alone: not on the clip, the band or where on the canvas it is. So a copy made by this
 * code and the sprite drawn by it are equal to the last bit.
 *
 * A picture that is not transparent at its edges gets smooth ones: pixels there, and those whose
 * four neighbours do not all lie in the picture, are sampled one by one with the edge repeated,
 * and weakened by how much of them the sprite covers. */
#include "compose/compose_internal.h"

#include "base/trig.h"

#include <string.h>

#define BORDERED 1024 /* pixels; a smaller picture that is enlarged gets a border made for it */

/* One sprite's sampling; all numbers 16.16. */
typedef struct Sampling {
    const atr__Source *source;
    const uint32_t *pixels; /* of column -border, row -border */
    int32_t pitch, border;
    int64_t cosine, sine;
    int64_t half_w, half_h; /* of the sprite, output pixels */
    int64_t u_scale, v_scale, u_offset, v_offset;
    int64_t du, dv;
    int64_t u_first, u_limit, v_first, v_limit; /* of samples that the kernel may take */
    uint32_t tint;
} Sampling;

/* One row of it: what lies along and aside the sprite's axes at its first pixel, and there. */
typedef struct Row {
    int64_t along, aside;
    int64_t u, v;
    uint32_t *dst; /* of pixel 0 */
} Row;

static int64_t floor_div(int64_t a, int64_t b)
{
    const int64_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient; /* b > 0 */
}

/* Keeps of first..last those i for which 0 <= start + i * step < limit. */
static void narrow(int64_t start, int64_t step, int64_t limit, int64_t *first, int64_t *last)
{
    int64_t low = *first;
    int64_t high = *last;
    if (step > 0) {
        low = -floor_div(start, step);
        high = -floor_div(start - limit, step);
    } else if (step < 0) {
        low = floor_div(start - limit, -step) + 1;
        high = floor_div(start, -step) + 1;
    } else if (start < 0 || start >= limit) {
        high = low;
    }
    *first = low > *first ? low : *first;
    *last = high < *last ? high : *last;
}

static int64_t absolute(int64_t value)
{
    return value < 0 ? -value : value;
}

static int32_t turned(float value)
{
    return (int32_t)(value * 65536.0f + (value < 0.0f ? -0.5f : 0.5f));
}

static void turn_of(int32_t angle, int64_t *cosine, int64_t *sine)
{
    const float turns = (float)angle / ATR__ANGLE_STEPS;
    *cosine = turned(atr__cos_turns(turns));
    *sine = turned(atr__sin_turns(turns));
}

atr__Source atr__source_of_image(const atr__Sprite *sprite)
{
    const atr_Image *image = &sprite->image;
    const int32_t margin = sprite->rim ? 0 : 1;
    return (atr__Source){ .pixels = image->pixels,
                          .pitch = image->pitch,
                          .width = image->width,
                          .height = image->height,
                          .left = margin,
                          .top = margin,
                          .right = image->width - margin,
                          .bottom = image->height - margin,
                          .rim = sprite->rim };
}

atr__Source atr__source_of_entry(const atr__Copies *copies, const atr__Entry *entry, int32_t width,
                                 int32_t height)
{
    /* Upright copies are trimmed by moving the pointer: what was trimmed is still there. */
    const atr__Copy *copy = &entry->copy;
    const uint32_t *pixels = (const uint32_t *)(const void *)atr__copies_memory(copies, entry);
    const int32_t skipped = (int32_t)(copy->pixels - pixels);
    const int32_t top = skipped / copy->pitch;
    const int32_t left = skipped % copy->pitch;
    const int32_t right = left + copy->width;
    const int32_t bottom = top + copy->height;
    return (atr__Source){ .pixels = pixels,
                          .pitch = copy->pitch,
                          .width = width,
                          .height = height,
                          .left = left,
                          .top = top,
                          .right = right,
                          .bottom = bottom,
                          .rim = left == 0 || top == 0 || right == width || bottom == height };
}

atr_Rect atr__gather_box(const atr__Placed *placed)
{
    int64_t cosine;
    int64_t sine;
    turn_of(placed->angle, &cosine, &sine);
    const int64_t across = absolute(cosine) * placed->width + absolute(sine) * placed->height;
    const int64_t down = absolute(sine) * placed->width + absolute(cosine) * placed->height;
    const int32_t half_w = (int32_t)(across >> 17) + 2;
    const int32_t half_h = (int32_t)(down >> 17) + 2;
    return (atr_Rect){ (placed->x >> 8) - half_w, (placed->y >> 8) - half_h, half_w * 2 + 1,
                       half_h * 2 + 1 };
}

/* The picture with its outermost pixels repeated all round. */
static void add_border(Sampling *sampling, uint32_t *bordered)
{
    const atr__Source *source = sampling->source;
    const int32_t pitch = source->width + 2;
    for (int32_t y = -1; y <= source->height; y++) {
        const int32_t from_y = atr__max_i32(0, atr__min_i32(y, source->height - 1));
        const uint32_t *from = source->pixels + (ptrdiff_t)from_y * source->pitch;
        uint32_t *to = bordered + (ptrdiff_t)(y + 1) * pitch;
        to[0] = from[0];
        memcpy(to + 1, from, (size_t)source->width * sizeof *to);
        to[pitch - 1] = from[source->width - 1];
    }
    sampling->pixels = bordered;
    sampling->pitch = pitch;
    sampling->border = 1;
}

static void sampling_init(Sampling *sampling, const atr__Source *source, const atr__Placed *placed,
                          uint32_t bordered[BORDERED])
{
    *sampling = (Sampling){ .source = source,
                            .pixels = source->pixels,
                            .pitch = source->pitch,
                            .half_w = (int64_t)placed->width << 15,
                            .half_h = (int64_t)placed->height << 15,
                            .u_scale = ((int64_t)source->width << 16) / placed->width,
                            .v_scale = ((int64_t)source->height << 16) / placed->height,
                            .u_offset = ((int64_t)source->width << 15) - 32768,
                            .v_offset = ((int64_t)source->height << 15) - 32768,
                            .tint = placed->tint };
    turn_of(placed->angle, &sampling->cosine, &sampling->sine);
    sampling->du = sampling->cosine * sampling->u_scale >> 16;
    sampling->dv = -sampling->sine * sampling->v_scale >> 16;
    const bool enlarged = source->width < placed->width || source->height < placed->height;
    if (source->rim && enlarged &&
        (int64_t)(source->width + 2) * (source->height + 2) <= BORDERED) {
        add_border(sampling, bordered);
    }
    const int32_t b = sampling->border;
    const int32_t last_u = source->width - 1 + b;
    const int32_t last_v = source->height - 1 + b;
    /* Outside of what is not transparent there is nothing to take. */
    sampling->u_first = (int64_t)(source->rim ? -b : source->left - 1) * 65536;
    sampling->v_first = (int64_t)(source->rim ? -b : source->top - 1) * 65536;
    sampling->u_limit = (int64_t)(source->rim ? last_u : source->right) * 65536;
    sampling->v_limit = (int64_t)(source->rim ? last_v : source->bottom) * 65536;
}

/* As the kernel's formula, the picture's edges repeated for ever. */
static uint32_t sample(const atr__Source *source, int64_t u, int64_t v)
{
    const int32_t x = (int32_t)(u >> 16);
    const int32_t y = (int32_t)(v >> 16);
    const int32_t last_x = source->width - 1;
    const int32_t last_y = source->height - 1;
    const int32_t left = atr__clamp_i32(x, 0, last_x);
    const int32_t right = atr__clamp_i32(x + 1, 0, last_x);
    const uint32_t *top = source->pixels + (ptrdiff_t)atr__clamp_i32(y, 0, last_y) * source->pitch;
    const uint32_t *bottom =
        source->pixels + (ptrdiff_t)atr__clamp_i32(y + 1, 0, last_y) * source->pitch;
    return atr__mix_pixels((const uint32_t[]){ top[left], top[right] },
                           (const uint32_t[]){ bottom[left], bottom[right] },
                           (uint32_t)(u >> 8) & 255, (uint32_t)(v >> 8) & 255);
}

/* Of 255: how much of a pixel lies within `half` of the axis, that far from it. */
static uint32_t covered(int64_t away, int64_t half)
{
    const int64_t inside = half + 32768 - absolute(away);
    const int64_t some = inside > 0 ? inside : 0;
    return (uint32_t)((some < 65536 ? some : 65536) * 255 >> 16);
}

static void draw_edge(const Sampling *sampling, const Row *row, int64_t first, int64_t last)
{
    for (int64_t i = first; i < last; i++) {
        const uint32_t across = covered(row->along + i * sampling->cosine, sampling->half_w);
        const uint32_t down = covered(row->aside - i * sampling->sine, sampling->half_h);
        const uint32_t share = (across * down + 127) / 255;
        const uint32_t p =
            sample(sampling->source, row->u + i * sampling->du, row->v + i * sampling->dv);
        const uint32_t seen = atr__weigh_pixel(p, atr__tint_weight(share), 128);
        row->dst[i] = atr__over_pixel(atr__tint_pixel(seen, sampling->tint), row->dst[i]);
    }
}

static void draw_row(const atr__Kernels *kernels, const Sampling *sampling, const Row *row,
                     int64_t first, int64_t last)
{
    const int64_t u_room = sampling->u_limit - sampling->u_first;
    const int64_t v_room = sampling->v_limit - sampling->v_first;
    int64_t outer_first = first;
    int64_t outer_last = last;
    const bool rim = sampling->source->rim;
    if (rim) {
        const int64_t half_w = sampling->half_w + 32768;
        const int64_t half_h = sampling->half_h + 32768;
        narrow(row->along + half_w, sampling->cosine, half_w * 2, &outer_first, &outer_last);
        narrow(row->aside + half_h, -sampling->sine, half_h * 2, &outer_first, &outer_last);
        if (outer_first >= outer_last) {
            return;
        }
    }
    int64_t inner_first = outer_first;
    int64_t inner_last = outer_last;
    narrow(row->u - sampling->u_first, sampling->du, u_room, &inner_first, &inner_last);
    narrow(row->v - sampling->v_first, sampling->dv, v_room, &inner_first, &inner_last);
    if (rim) {
        const int64_t half_w = sampling->half_w - 32768;
        const int64_t half_h = sampling->half_h - 32768;
        narrow(row->along + half_w, sampling->cosine, half_w * 2 + 1, &inner_first, &inner_last);
        narrow(row->aside + half_h, -sampling->sine, half_h * 2 + 1, &inner_first, &inner_last);
        if (inner_first >= inner_last) {
            draw_edge(sampling, row, outer_first, outer_last);
            return;
        }
        draw_edge(sampling, row, outer_first, inner_first);
        draw_edge(sampling, row, inner_last, outer_last);
    }
    if (inner_first >= inner_last) {
        return;
    }
    const int64_t border = (int64_t)sampling->border << 16;
    kernels->gather(&(atr__Gather){ .dst = row->dst + inner_first,
                                    .src = sampling->pixels,
                                    .src_pitch = sampling->pitch,
                                    .u = (int32_t)(row->u + border + inner_first * sampling->du),
                                    .v = (int32_t)(row->v + border + inner_first * sampling->dv),
                                    .du = (int32_t)sampling->du,
                                    .dv = (int32_t)sampling->dv,
                                    .count = (int32_t)(inner_last - inner_first),
                                    .tint = sampling->tint });
}

void atr__gather_sprite(const atr__Kernels *kernels, const atr__Band *band,
                        const atr__Source *source, const atr__Placed *placed)
{
    const atr_Rect box = atr__gather_box(placed);
    const int32_t first = atr__max_i32(band->left, box.x);
    const int32_t last = atr__min_i32(band->right, box.x + box.w);
    const int32_t top = atr__max_i32(band->top, box.y);
    const int32_t bottom = atr__min_i32(band->bottom, box.y + box.h);
    if (first >= last || top >= bottom || source->left >= source->right) {
        return;
    }
    uint32_t bordered[BORDERED];
    Sampling sampling;
    sampling_init(&sampling, source, placed, bordered);
    /* Everything counts from the box, so that a part is equal to the whole. */
    const int64_t dx = (int64_t)box.x * 65536 + 32768 - (int64_t)placed->x * 256;
    for (int32_t y = top; y < bottom; y++) {
        const int64_t dy = (int64_t)y * 65536 + 32768 - (int64_t)placed->y * 256;
        Row row = { .along = (dx * sampling.cosine + dy * sampling.sine) >> 16,
                    .aside = (dy * sampling.cosine - dx * sampling.sine) >> 16,
                    .dst = band->pixels + y * band->pitch + box.x };
        row.u = (row.along * sampling.u_scale >> 16) + sampling.u_offset;
        row.v = (row.aside * sampling.v_scale >> 16) + sampling.v_offset;
        draw_row(kernels, &sampling, &row, first - box.x, last - box.x);
    }
}
