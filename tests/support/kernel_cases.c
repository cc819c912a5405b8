#include "kernel_cases.h"

#include <stdlib.h>
#include <string.h>

#define MOST_WIDE  70
#define MOST_HIGH  20
#define MOST_ITEMS 12

static uint32_t next(uint32_t *state)
{
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    *state = x;
    return x * 0x9e3779b1u >> 3;
}

static uint32_t started(uint32_t seed)
{
    uint32_t state = seed * 0x85ebca6bu + 0x6d2b79f5u;
    for (int i = 0; i < 4; i++) {
        (void)next(&state);
    }
    return state != 0 ? state : 1;
}

/* low..high, both included. */
static int32_t between(uint32_t *state, int32_t low, int32_t high)
{
    return low + (int32_t)(next(state) % (uint32_t)(high - low + 1));
}

static void *memory_for(size_t pixels)
{
    void *memory = calloc(pixels, sizeof(uint32_t));
    if (memory == NULL) {
        abort();
    }
    return memory;
}

/* Premultiplied; now and then transparent, opaque or, as sums of light may be, brighter than its
 * alpha. */
static uint32_t pixel_of(uint32_t *state)
{
    const uint32_t colors = next(state) ^ next(state) << 16;
    const uint32_t kind = next(state) % 8;
    const uint32_t alpha = kind == 0 ? 0 : kind == 1 ? 255 : next(state) & 255;
    if (kind == 2) {
        return alpha << 24 | (colors & 0xffffff);
    }
    return alpha << 24 | (colors >> 16 & 255) * alpha / 255 << 16 |
           (colors >> 8 & 255) * alpha / 255 << 8 | (colors & 255) * alpha / 255;
}

static uint32_t tint_of(uint32_t *state)
{
    static const uint32_t fixed[] = { 0xffffffffu, 0x00ffffffu, 0,           0xff000000u,
                                      0x80808080u, 0x7f7f7f7fu, 0xff8040c0u, 0x00010203u,
                                      0x01010101u, 0x81800000u };
    const uint32_t kind = next(state) % 16;
    if (kind < ATR_COUNT_OF(fixed)) {
        return fixed[kind];
    }
    return kind < 12 ? pixel_of(state) & 0xffffff : pixel_of(state);
}

void kernel_background(uint32_t seed, KernelSheet *sheet)
{
    uint32_t state = started(seed ^ 0x5bd1e995u);
    for (size_t i = 0; i < ATR_COUNT_OF(sheet->pixels); i++) {
        sheet->pixels[i] = pixel_of(&state);
    }
}

/* A row's pixels and what a span says of them. */
static atr__Span row_of(uint32_t *state, uint32_t *row, int32_t width)
{
    const int32_t first = between(state, 0, width);
    const int32_t last = between(state, first, width);
    for (int32_t x = first; x < last; x++) {
        row[x] = pixel_of(state);
    }
    return (atr__Span){ (int16_t)first, (int16_t)last };
}

static atr__Copy copy_of(uint32_t *state, uint32_t *pixels, atr__Span *spans)
{
    const int32_t most = next(state) % 2 == 0 ? 17 : MOST_WIDE; /* small ones have their own code */
    const int32_t width = between(state, 1, most);
    const int32_t height = between(state, 1, MOST_HIGH);
    const int32_t pitch = width + ATR__COPY_PAD + between(state, 0, 5);
    for (int32_t y = 0; y < height; y++) {
        spans[y] = row_of(state, pixels + y * pitch, width);
    }
    return (atr__Copy){ .pixels = pixels,
                        .spans = spans,
                        .pitch = pitch,
                        .width = (int16_t)width,
                        .height = (int16_t)height };
}

static void case_draw(const atr__Kernels *kernels, uint32_t *state, KernelSheet *sheet)
{
    const int32_t left = between(state, 0, KERNEL_SHEET_WIDE - 1);
    const int32_t top = between(state, 0, KERNEL_SHEET_HIGH - 1);
    const atr__Band band = { .pixels = sheet->pixels,
                             .pitch = KERNEL_SHEET_WIDE,
                             .left = left,
                             .top = top,
                             .right = between(state, left, KERNEL_SHEET_WIDE),
                             .bottom = between(state, top, KERNEL_SHEET_HIGH) };
    sheet->allowed = (atr_Rect){ left, top, band.right - left, band.bottom - top };
    atr__Span spans[MOST_HIGH];
    uint32_t *scratch = memory_for((size_t)MOST_HIGH * (MOST_WIDE + ATR__COPY_PAD + 5));
    atr__Copy copy = copy_of(state, scratch, spans);
    const size_t size = (size_t)copy.pitch * (size_t)copy.height;
    uint32_t *exact = memory_for(size);
    memcpy(exact, scratch, size * sizeof *exact);
    copy.pixels = exact;
    atr__Item items[MOST_ITEMS];
    uint32_t order[MOST_ITEMS];
    const int32_t count = between(state, 0, MOST_ITEMS);
    for (int32_t i = 0; i < count; i++) {
        items[i] = (atr__Item){ .copy = &copy,
                                .x = between(state, band.left - 75, band.right + 5),
                                .y = between(state, band.top - 25, band.bottom + 5),
                                .tint = tint_of(state) };
        order[i] = (uint32_t)between(state, 0, i);
    }
    kernels->draw(&band, items, order, (uint32_t)count);
    free(exact);
    free(scratch);
}

static void case_blend(const atr__Kernels *kernels, uint32_t *state, KernelSheet *sheet)
{
    const int32_t full = between(state, 1, MOST_WIDE);
    const int32_t column = between(state, 0, full - 1);
    const atr_Rect at = { between(state, 0, KERNEL_SHEET_WIDE - MOST_WIDE),
                          between(state, 0, KERNEL_SHEET_HIGH - MOST_HIGH),
                          between(state, 1, full - column), between(state, 1, MOST_HIGH) };
    sheet->allowed = at;
    uint32_t *pixels = memory_for((size_t)full * (size_t)at.h);
    for (int32_t y = 0; y < at.h; y++) {
        (void)row_of(state, pixels + y * full, full);
    }
    kernels->blend(&(atr__Block){ .dst = sheet->pixels + at.y * KERNEL_SHEET_WIDE + at.x,
                                  .dst_pitch = KERNEL_SHEET_WIDE,
                                  .src = pixels + column,
                                  .src_pitch = full,
                                  .width = at.w,
                                  .height = at.h,
                                  .tint = tint_of(state) });
    free(pixels);
}

static void case_fill(const atr__Kernels *kernels, uint32_t *state, KernelSheet *sheet)
{
    const atr_Rect at = { between(state, 0, KERNEL_SHEET_WIDE - MOST_WIDE),
                          between(state, 0, KERNEL_SHEET_HIGH - MOST_HIGH),
                          between(state, 1, MOST_WIDE), between(state, 1, MOST_HIGH) };
    sheet->allowed = at;
    kernels->fill(sheet->pixels + at.y * KERNEL_SHEET_WIDE + at.x, KERNEL_SHEET_WIDE, at.w, at.h,
                  tint_of(state));
}

/* Steps and starts such that every sample's neighbours lie in the source. */
static void case_gather(const atr__Kernels *kernels, uint32_t *state, KernelSheet *sheet)
{
    const int32_t width = between(state, 2, 40);
    const int32_t height = between(state, 2, 40);
    const int32_t count = between(state, 1, MOST_WIDE);
    uint32_t *pixels = memory_for((size_t)width * (size_t)height);
    for (int32_t i = 0; i < width * height; i++) {
        pixels[i] = pixel_of(state);
    }
    const int32_t u_span = (width - 1) * 65536 - 1;
    const int32_t v_span = (height - 1) * 65536 - 1;
    const int32_t du = between(state, -(u_span / count), u_span / count);
    const int32_t dv = between(state, -(v_span / count), v_span / count);
    const atr_Rect at = { between(state, 0, KERNEL_SHEET_WIDE - MOST_WIDE),
                          between(state, 0, KERNEL_SHEET_HIGH - 1), count, 1 };
    sheet->allowed = at;
    kernels->gather(&(atr__Gather){ .dst = sheet->pixels + at.y * KERNEL_SHEET_WIDE + at.x,
                                    .src = pixels,
                                    .src_pitch = width,
                                    .u = du < 0 ? u_span : 0,
                                    .v = dv < 0 ? v_span : 0,
                                    .du = du,
                                    .dv = dv,
                                    .count = count,
                                    .tint = tint_of(state) });
    free(pixels);
}

void kernel_case(const atr__Kernels *kernels, KernelCall call, uint32_t seed, KernelSheet *sheet)
{
    static void (*const cases[KERNEL_CALLS])(const atr__Kernels *, uint32_t *, KernelSheet *) = {
        [KERNEL_DRAW] = case_draw,
        [KERNEL_BLEND] = case_blend,
        [KERNEL_FILL] = case_fill,
        [KERNEL_GATHER] = case_gather,
    };
    uint32_t state = started(seed * KERNEL_CALLS + (uint32_t)call);
    kernel_background(seed, sheet);
    cases[call](kernels, &state, sheet);
}
