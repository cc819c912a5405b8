/* Scaling of premultiplied pictures: by area where they shrink, bilinear where they grow, each axis
 * for itself. Four channels travel in the 16-bit lanes of one word; weights sum to 256, so no lane
 * overflows, and equal weights for all channels keep colour at or below alpha. */
#include "compose/compose_internal.h"

#include <string.h>

#define CHUNK 32 /* pixels mixed at a time */

static inline uint64_t lanes_of(uint32_t p)
{
    const uint64_t wide = ((uint64_t)p | (uint64_t)p << 16) & 0x0000ffff0000ffffu;
    return (wide | wide << 8) & 0x00ff00ff00ff00ffu;
}

static inline uint32_t pixel_of(uint64_t lanes)
{
    lanes = (lanes | lanes >> 8) & 0x0000ffff0000ffffu;
    return (uint32_t)(lanes | lanes >> 16);
}

static inline uint64_t rounded(uint64_t lanes)
{
    return ((lanes + 0x0080008000800080u) >> 8) & 0x00ff00ff00ff00ffu;
}

/* Bilinear: target centres mapped onto source centres, ends repeated. */
static atr__Taps taps_between(int32_t index, int32_t from, int32_t to)
{
    /* In 1/256 of a source pixel. */
    const int64_t at = ((int64_t)(2 * index + 1) * from * 128) / to - 128;
    const int64_t last = (int64_t)(from - 1) * 256;
    const int64_t clamped = at < 0 ? 0 : at > last ? last : at;
    const int32_t first = (int32_t)(clamped >> 8);
    const uint32_t share = (uint32_t)(clamped & 255);
    if (share == 0) {
        return (atr__Taps){ .first = first, .count = 1, .weight_first = 256 };
    }
    return (
        atr__Taps){ .first = first, .count = 2, .weight_first = 256 - share, .weight_last = share };
}

/* Area: the source pixels under the target pixel, the first and last in part. */
static atr__Taps taps_under(int32_t index, int32_t from, int32_t to)
{
    const int64_t begin = (int64_t)index * from; /* in 1/to of a source pixel */
    const int64_t end = begin + from;
    const int32_t first = (int32_t)(begin / to);
    const int32_t last = (int32_t)((end - 1) / to);
    atr__Taps taps = { .first = first, .count = last - first + 1, .weight_first = 256 };
    if (taps.count > 1) {
        const int64_t head = (int64_t)(first + 1) * to - begin;
        const int64_t tail = end - (int64_t)last * to;
        taps.weight_first = (uint32_t)((head * 256 + from / 2) / from);
        taps.weight_last = (uint32_t)((tail * 256 + from / 2) / from);
        if (taps.count == 2 || taps.weight_first + taps.weight_last > 256) {
            taps.weight_last = 256 - taps.weight_first;
        }
    }
    return taps;
}

static atr__Taps taps_for(int32_t index, int32_t from, int32_t to)
{
    return to >= from ? taps_between(index, from, to) : taps_under(index, from, to);
}

/* Weight of the i-th tap: the middle ones share what the ends leave, in whole parts that add up. */
static uint32_t weight_at(const atr__Taps *taps, int32_t i)
{
    if (i == 0) {
        return taps->weight_first;
    }
    if (i == taps->count - 1) {
        return taps->weight_last;
    }
    const int32_t left = 256 - (int32_t)taps->weight_first - (int32_t)taps->weight_last;
    const int32_t parts = taps->count - 2;
    return left <= 0 ? 0 : (uint32_t)(left * i / parts - left * (i - 1) / parts);
}

void atr__scale_begin(atr__Scaler *scaler)
{
    for (int32_t x = scaler->first; x < scaler->last; x++) {
        scaler->column[x - scaler->first] = taps_for(x, scaler->image->width, scaler->width);
    }
}

/* Two rows at most, for an axis that grows: in bytes, so that a compiler vectorises it. */
static void mix_two(const uint32_t *first, const uint32_t *second, const atr__Taps *rows,
                    uint64_t *restrict lanes, int32_t count)
{
    const uint8_t *a = (const uint8_t *)first;
    const uint8_t *b = (const uint8_t *)second;
    const uint16_t weight_a = (uint16_t)rows->weight_first;
    const uint16_t weight_b = (uint16_t)rows->weight_last;
    for (int32_t x = 0; x < count; x += CHUNK) {
        uint8_t bytes[CHUNK * 4];
        uint32_t pixels[CHUNK];
        const int32_t some = count - x < CHUNK ? count - x : CHUNK;
        for (int32_t i = 0; i < some * 4; i++) {
            const uint16_t sum =
                (uint16_t)(a[x * 4 + i] * weight_a + b[x * 4 + i] * weight_b + 128);
            bytes[i] = (uint8_t)(sum >> 8);
        }
        /* cppcheck-suppress uninitvar ; the loop above wrote what is copied */
        memcpy(pixels, bytes, (size_t)some * sizeof *pixels);
        for (int32_t i = 0; i < some; i++) {
            lanes[x + i] = lanes_of(pixels[i]);
        }
    }
}

/* More rows, for an axis that shrinks: one after the other, as they lie in memory. */
static void mix_many(const uint32_t *top, int32_t pitch, const atr__Taps *rows,
                     uint64_t *restrict lanes, int32_t first, int32_t last)
{
    for (int32_t x = first; x < last; x++) {
        lanes[x] = 0x0080008000800080u; /* one half: sums are rounded */
    }
    for (int32_t i = 0; i < rows->count; i++) {
        const uint32_t *row = top + (ptrdiff_t)i * pitch;
        const uint64_t weight = weight_at(rows, i);
        for (int32_t x = first; weight != 0 && x < last; x++) {
            lanes[x] += lanes_of(row[x]) * weight;
        }
    }
    for (int32_t x = first; x < last; x++) {
        lanes[x] = lanes[x] >> 8 & 0x00ff00ff00ff00ffu;
    }
}

/* Rows of the source, weighted, into one row of lanes; false when all of it is transparent. */
static bool mix_rows(const atr__Scaler *scaler, const atr__Taps *rows, int32_t first, int32_t last)
{
    const atr_Image *image = scaler->image;
    const uint32_t *top = image->pixels + (ptrdiff_t)rows->first * image->pitch;
    uint64_t *lanes = scaler->lanes;
    if (rows->count <= 2) {
        const uint32_t *next = rows->count == 2 ? top + image->pitch : top;
        mix_two(top + first, next + first, rows, lanes + first, last - first);
    } else {
        mix_many(top, image->pitch, rows, lanes, first, last);
    }
    uint64_t any = 0;
    for (int32_t x = first; x < last; x++) {
        any |= lanes[x];
    }
    lanes[last] = 0; /* has no weight */
    return any != 0;
}

bool atr__scale_rows(const atr__Scaler *scaler, int32_t y)
{
    const int32_t count = scaler->last - scaler->first;
    if (count <= 0) {
        return false;
    }
    const atr__Taps rows = taps_for(y, scaler->image->height, scaler->height);
    const atr__Taps *end = &scaler->column[count - 1];
    return mix_rows(scaler, &rows, scaler->column[0].first, end->first + end->count);
}

void atr__scale_columns(const atr__Scaler *scaler, int32_t from, int32_t to, uint32_t *out)
{
    if (scaler->width >= scaler->image->width) {
        for (int32_t x = from; x < to; x++) {
            const atr__Taps *taps = &scaler->column[x];
            const uint64_t *lanes = &scaler->lanes[taps->first];
            out[x] =
                pixel_of(rounded(lanes[0] * taps->weight_first + lanes[1] * taps->weight_last));
        }
        return;
    }
    for (int32_t x = from; x < to; x++) {
        const atr__Taps *taps = &scaler->column[x];
        const uint64_t *lanes = &scaler->lanes[taps->first];
        uint64_t sum = lanes[0] * taps->weight_first;
        for (int32_t i = 1; i < taps->count; i++) {
            sum += lanes[i] * weight_at(taps, i);
        }
        out[x] = pixel_of(rounded(sum));
    }
}

/* The first column, from `from` on, that takes from source column `source` or later. */
static int32_t column_reaching(const atr__Scaler *scaler, int32_t from, int32_t source)
{
    int32_t low = from;
    int32_t high = scaler->last - scaler->first;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        const atr__Taps *taps = &scaler->column[middle];
        if (taps->first + taps->count > source) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

bool atr__scale_run(const atr__Scaler *scaler, int32_t *from, int32_t *to)
{
    const int32_t count = scaler->last - scaler->first;
    if (*to >= count) {
        return false;
    }
    const int32_t end = scaler->column[count - 1].first + scaler->column[count - 1].count;
    int32_t source = scaler->column[*to].first;
    while (source < end && scaler->lanes[source] == 0) {
        source++;
    }
    *from = column_reaching(scaler, *to, source);
    if (source == end) {
        return false;
    }
    while (source < end && scaler->lanes[source] != 0) {
        source++;
    }
    /* A column may begin on the last of them. */
    *to = column_reaching(scaler, *from, source);
    while (*to < count && scaler->column[*to].first < source) {
        ++*to;
    }
    return true;
}
