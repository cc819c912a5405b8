/* Rotated sprites: every output pixel looks back into the scaled copy, bilinear, at 1/256 pixel;
 * one that is larger than its picture looks into a copy of the picture's own size, so that a
 * growing sprite is not scaled anew for every frame and its source stays small enough for the
 * nearest cache. What lies in a row and inside the sprite is worked out beforehand in whole
 * numbers, so the kernel needs no bounds. */
#include "compose/compose_internal.h"

#include "base/trig.h"

/* A picture whose outermost pixels are stronger than this would, enlarged, fade out over many
 * output pixels instead of one: it is scaled first. */
#define RIM_FAINT 16

/* Where the samples come from: u, v = offset + the turned distance from the sprite's centre. */
typedef struct Source {
    const uint32_t *pixels;
    int32_t pitch;
    int64_t u_first, v_first;   /* 16.16: samples lie from here */
    int64_t u_limit, v_limit;   /* to below here; outside all is transparent */
    int64_t u_offset, v_offset; /* of the sprite's centre */
    int64_t u_scale, v_scale;   /* source pixels for one output pixel, 16.16 */
} Source;

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

/* From a copy with a border, of the sprite's own size or of the picture's. */
static Source source_scaled(const atr__Scaled *scaled, const atr__Placed *placed)
{
    return (Source){ .pixels = scaled->pixels,
                     .pitch = scaled->pitch,
                     .u_first = (int64_t)scaled->left << 16,
                     .v_first = (int64_t)scaled->top << 16,
                     .u_limit = (int64_t)(scaled->right + 1) << 16,
                     .v_limit = (int64_t)(scaled->bottom + 1) << 16,
                     .u_offset = ((int64_t)scaled->width << 15) + 32768,
                     .v_offset = ((int64_t)scaled->height << 15) + 32768,
                     .u_scale = ((int64_t)scaled->width << 16) / placed->width,
                     .v_scale = ((int64_t)scaled->height << 16) / placed->height };
}

/* Straight from the picture, which has no border: the outer half pixel is left out. */
static Source source_direct(const atr_Image *image, const atr__Placed *placed)
{
    return (Source){ .pixels = image->pixels,
                     .pitch = image->pitch,
                     .u_limit = (int64_t)(image->width - 1) << 16,
                     .v_limit = (int64_t)(image->height - 1) << 16,
                     .u_offset = ((int64_t)image->width << 15) - 32768,
                     .v_offset = ((int64_t)image->height << 15) - 32768,
                     .u_scale = ((int64_t)image->width << 16) / placed->width,
                     .v_scale = ((int64_t)image->height << 16) / placed->height };
}

static Source source_for(atr_Compositor *compositor, const atr__Placed *placed)
{
    const atr_Image *image = &compositor->images[placed->sprite];
    if (placed->width >= image->width && placed->height >= image->height) {
        atr__Placed own = *placed;
        own.width = image->width;
        own.height = image->height;
        const atr__Scaled *copy = atr__scaled_for(compositor, &own);
        if (copy != NULL && copy->rim <= RIM_FAINT) {
            return source_scaled(copy, placed);
        }
    }
    const atr__Scaled *scaled = atr__scaled_for(compositor, placed);
    return scaled != NULL ? source_scaled(scaled, placed) : source_direct(image, placed);
}

static int32_t turned(float value)
{
    return (int32_t)(value * 65536.0f + (value < 0.0f ? -0.5f : 0.5f));
}

void atr__draw_rotated(atr_Compositor *compositor, const atr__Job *job, const atr__Placed *placed)
{
    const float turns = (float)placed->angle / ATR__ANGLE_STEPS;
    const int64_t cosine = turned(atr__cos_turns(turns));
    const int64_t sine = turned(atr__sin_turns(turns));
    const int64_t across = (cosine < 0 ? -cosine : cosine) * placed->width +
                           (sine < 0 ? -sine : sine) * placed->height;
    const int64_t down = (sine < 0 ? -sine : sine) * placed->width +
                         (cosine < 0 ? -cosine : cosine) * placed->height;
    const int32_t half_w = (int32_t)(across >> 17) + 2;
    const int32_t half_h = (int32_t)(down >> 17) + 2;
    const int32_t middle_x = atr__floor_i32(placed->x);
    const int32_t middle_y = atr__floor_i32(placed->y);
    const atr_Rect whole = { middle_x - half_w, middle_y - half_h, half_w * 2 + 1, half_h * 2 + 1 };
    const atr_Rect seen = atr__intersect(whole, job->clip);
    if (seen.w == 0) {
        return;
    }
    const Source source = source_for(compositor, placed);
    const int64_t centre_x = (int64_t)atr__floor_i32(placed->x * 256.0f) * 256;
    const int64_t centre_y = (int64_t)atr__floor_i32(placed->y * 256.0f) * 256;
    const int64_t du = cosine * source.u_scale >> 16;
    const int64_t dv = -sine * source.v_scale >> 16;
    for (int32_t y = seen.y; y < seen.y + seen.h; y++) {
        const int64_t dx = (int64_t)seen.x * 65536 + 32768 - centre_x;
        const int64_t dy = (int64_t)y * 65536 + 32768 - centre_y;
        const int64_t along = (dx * cosine + dy * sine) >> 16;
        const int64_t aside = (dy * cosine - dx * sine) >> 16;
        const int64_t u = (along * source.u_scale >> 16) + source.u_offset;
        const int64_t v = (aside * source.v_scale >> 16) + source.v_offset;
        int64_t first = 0;
        int64_t last = seen.w;
        narrow(u - source.u_first, du, source.u_limit - source.u_first, &first, &last);
        narrow(v - source.v_first, dv, source.v_limit - source.v_first, &first, &last);
        if (first >= last) {
            continue;
        }
        compositor->kernels->gather(
            &(atr__Gather){ .dst = atr__canvas_at(job->canvas, seen.x + (int32_t)first, y),
                            .src = source.pixels,
                            .src_pitch = source.pitch,
                            .u = (int32_t)(u + first * du),
                            .v = (int32_t)(v + first * dv),
                            .du = (int32_t)du,
                            .dv = (int32_t)dv,
                            .count = (int32_t)(last - first),
                            .tint = placed->tint });
    }
    atr__mark_tiles(job->tiles, seen);
}
