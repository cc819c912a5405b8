/* Finds flashes in a run of frames, as WCAG 2 defines them: pairs of opposing changes of relative
 * luminance by 10 % or more where the darker is below 0.80, of many pixels together. Each pixel is
 * followed by itself; a field has changed when within 100 ms a quarter more of its pixels became
 * brighter than darker, or the other way round, or when half of them changed in one frame. (What
 * moves brightens as many pixels as it darkens: that is no flash.) Told are
 *   - `most_share`: the largest part of the screen that ever changed so, and
 *   - `most_flashes`: the most flashes within a second in any field of 10 degrees, which is a third
 *     of the screen each way. */
#ifndef ATR_TEST_FLASH_H
#define ATR_TEST_FLASH_H

#include <atrium/compose.h>

#include <math.h>
#include <stdlib.h>

#define FLASH_CHANGE   0.1f
#define FLASH_DARKER   0.8f
#define FLASH_SHARE    0.25f /* of a field */
#define FLASH_TURNED   0.5f  /* of a field, both ways in one frame */
#define FLASH_SECOND   60    /* frames */
#define FLASH_TOGETHER 6     /* frames */
#define FLASH_CELLS    6     /* to a side; a field is two by two of them */
#define FLASH_FIELDS   (FLASH_CELLS - 1)

typedef struct FlashPixel {
    float low, high; /* since the last change */
    int8_t way;      /* of the last change: +1 brighter, -1 darker, 0 none yet */
} FlashPixel;

typedef struct FlashCell {
    uint32_t pixels;
    uint32_t up[FLASH_TOGETHER], down[FLASH_TOGETHER]; /* by frame */
} FlashCell;

typedef struct FlashField {
    int8_t way;
    uint32_t changes[FLASH_SECOND]; /* by frame */
} FlashField;

typedef struct FlashMeter {
    FlashPixel *pixels;
    int32_t width, height;
    uint32_t frame;
    float linear[256];
    FlashCell cells[FLASH_CELLS][FLASH_CELLS];
    FlashField fields[FLASH_FIELDS][FLASH_FIELDS];
    float most_share;
    uint32_t most_flashes;
} FlashMeter;

static inline bool flash_open(FlashMeter *meter, int32_t width, int32_t height)
{
    *meter = (FlashMeter){ .width = width, .height = height };
    meter->pixels = calloc((size_t)width * (size_t)height, sizeof *meter->pixels);
    for (int i = 0; i < 256; i++) {
        const float c = (float)i / 255.0f;
        meter->linear[i] = c <= 0.04045f ? c / 12.92f : powf((c + 0.055f) / 1.055f, 2.4f);
    }
    return meter->pixels != NULL;
}

static inline void flash_close(FlashMeter *meter)
{
    free(meter->pixels);
    *meter = (FlashMeter){ 0 };
}

/* +1, -1 when the luminance has now changed enough, the other way than before; else 0. */
static inline int flash_change(FlashPixel *p, float luminance)
{
    p->low = luminance < p->low ? luminance : p->low;
    p->high = luminance > p->high ? luminance : p->high;
    const bool up = p->way <= 0 && luminance - p->low >= FLASH_CHANGE && p->low < FLASH_DARKER;
    const bool down =
        p->way >= 0 && p->high - luminance >= FLASH_CHANGE && luminance < FLASH_DARKER;
    if (!up && !down) {
        return 0;
    }
    p->way = up ? 1 : -1;
    p->low = luminance;
    p->high = luminance;
    return p->way;
}

typedef struct FlashSum {
    float together; /* share of the pixels that changed within 100 ms: brighter less darker */
    float now;      /* in this frame, either way */
} FlashSum;

static inline FlashSum flash_sum(const FlashMeter *meter, int32_t left, int32_t top, int32_t side)
{
    int64_t together = 0;
    int64_t now = 0;
    uint32_t pixels = 0;
    for (int32_t y = top; y < top + side; y++) {
        for (int32_t x = left; x < left + side; x++) {
            const FlashCell *cell = &meter->cells[y][x];
            pixels += cell->pixels;
            for (uint32_t i = 0; i < FLASH_TOGETHER; i++) {
                together += (int64_t)cell->up[i] - (int64_t)cell->down[i];
            }
            now += cell->up[meter->frame % FLASH_TOGETHER];
            now += cell->down[meter->frame % FLASH_TOGETHER];
        }
    }
    return (FlashSum){ (float)together / (float)pixels, (float)now / (float)pixels };
}

static inline void flash_field(FlashMeter *meter, int32_t x, int32_t y)
{
    FlashField *field = &meter->fields[y][x];
    const FlashSum sum = flash_sum(meter, x, y, 2);
    int way = 0;
    if (fabsf(sum.together) >= FLASH_SHARE) {
        way = sum.together > 0 ? 1 : -1;
    } else if (sum.now >= FLASH_TURNED) {
        way = field->way > 0 ? -1 : 1; /* as much brighter as darker: a pattern turned over */
    }
    const bool changed = way != 0 && way != field->way;
    if (changed) {
        field->way = (int8_t)way;
    }
    field->changes[meter->frame % FLASH_SECOND] = changed;
    uint32_t changes = 0;
    for (uint32_t i = 0; i < FLASH_SECOND; i++) {
        changes += field->changes[i];
    }
    meter->most_flashes = changes / 2 > meter->most_flashes ? changes / 2 : meter->most_flashes;
}

/* The next frame, a sixtieth of a second after the last. */
static inline void flash_frame(FlashMeter *meter, const atr_Canvas *canvas)
{
    const uint32_t slot = ++meter->frame % FLASH_TOGETHER;
    for (int32_t i = 0; i < FLASH_CELLS * FLASH_CELLS; i++) {
        FlashCell *cell = &meter->cells[i / FLASH_CELLS][i % FLASH_CELLS];
        cell->pixels = 0;
        cell->up[slot] = cell->down[slot] = 0;
    }
    for (int32_t y = 0; y < meter->height; y++) {
        for (int32_t x = 0; x < meter->width; x++) {
            const uint32_t rgb = canvas->pixels[y * canvas->pitch + x];
            const float luminance = 0.2126f * meter->linear[rgb >> 16 & 255] +
                                    0.7152f * meter->linear[rgb >> 8 & 255] +
                                    0.0722f * meter->linear[rgb & 255];
            FlashPixel *p = &meter->pixels[y * meter->width + x];
            FlashCell *cell =
                &meter->cells[y * FLASH_CELLS / meter->height][x * FLASH_CELLS / meter->width];
            cell->pixels++;
            if (meter->frame == 1) {
                *p = (FlashPixel){ .low = luminance, .high = luminance };
                continue;
            }
            const int change = flash_change(p, luminance);
            cell->up[slot] += change > 0;
            cell->down[slot] += change < 0;
        }
    }
    const FlashSum all = flash_sum(meter, 0, 0, FLASH_CELLS);
    meter->most_share = fmaxf(meter->most_share, fabsf(all.together));
    if (all.now >= FLASH_TURNED) {
        meter->most_share = fmaxf(meter->most_share, all.now);
    }
    for (int32_t i = 0; i < FLASH_FIELDS * FLASH_FIELDS; i++) {
        flash_field(meter, i % FLASH_FIELDS, i / FLASH_FIELDS);
    }
}

#endif
