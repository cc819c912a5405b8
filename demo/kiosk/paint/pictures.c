/* Embedded PNG files into pixels. Scaling sums the covered area of every source pixel, which keeps
 * thin strokes of icons alive at small sizes; enlarging takes the nearest by the same sum. */
#include "paint/pictures.h"

#include "kiosk_pictures.h"

#include "shared/straight.h"

#include <atrium/atlas.h>

#include <math.h>
#include <string.h>

static const char *const picture_names[PICTURE_COUNT] = {
    [PICTURE_LOGO] = "pictures/logo-2x.png",
    [PICTURE_HERO] = "pictures/hero.png",
    [PICTURE_HOW_SHOP] = "pictures/how_shop.png",
    [PICTURE_HOW_SCAN] = "pictures/how_scan.png",
    [PICTURE_HOW_COINS] = "pictures/how_coins.png",
    [PICTURE_CARD] = "pictures/card.png",
    [PICTURE_RECEIPT] = "pictures/receipt.png",
    [PICTURE_RECEIPT_CODE] = "pictures/receipt_code.png",
    [PICTURE_READER] = "pictures/reader.png",
    [PICTURE_SEAL_OK] = "pictures/seal_ok.png",
    [PICTURE_SEAL_HELD] = "pictures/seal_held.png",
    [PICTURE_SEAL_PENDING] = "pictures/seal_pending.png",
    [PICTURE_SEAL_REJECTED] = "pictures/seal_rejected.png",
};

static const char *const icon_names[ICON_COUNT] = {
    [ICON_ARROW_DOWN] = "icons/arrow_end-192.png",
    [ICON_ARROW_END] = "icons/arrow_end-192.png",
    [ICON_ARROW_START] = "icons/arrow_start-192.png",
    [ICON_BACK] = "icons/back-192.png",
    [ICON_CALM] = "icons/calm-192.png",
    [ICON_CANCEL] = "icons/cancel-192.png",
    [ICON_CARD] = "icons/card-192.png",
    [ICON_CHECK] = "icons/check-192.png",
    [ICON_CLOCK] = "icons/clock-192.png",
    [ICON_COIN] = "icons/coin-192.png",
    [ICON_CONFIRM] = "icons/confirm-192.png",
    [ICON_DELETE] = "icons/delete-192.png",
    [ICON_FINISH] = "icons/finish-192.png",
    [ICON_INFO] = "icons/info-192.png",
    [ICON_LANGUAGE] = "icons/language-192.png",
    [ICON_NO_SERVICE] = "icons/no_service-192.png",
    [ICON_OPEN_CIRCLE] = "icons/open_circle-192.png",
    [ICON_PLUS] = "icons/plus-192.png",
    [ICON_RECEIPT] = "icons/receipt-192.png",
    [ICON_SCAN] = "icons/scan-192.png",
    [ICON_WARNING] = "icons/warning-192.png",
};

static void load(const char *name, atr_Image *out, Pictures *pictures, const atr_Log *log)
{
    if (name == NULL) {
        return;
    }
    for (size_t i = 0; i < kiosk_pictures_count; i++) {
        if (strcmp(kiosk_pictures_files[i].name, name) == 0) {
            atr_Error error;
            const atr_Bytes png = { kiosk_pictures_files[i].data, kiosk_pictures_files[i].size };
            if (atr_picture_decode(png, out, &error) == ATR_OK) {
                return;
            }
            atr_log(log, ATR_LOG_WARNING, "kiosk", "%s: %s", name, error.text);
        }
    }
    pictures->missing++;
    atr_log(log, ATR_LOG_WARNING, "kiosk", "%s: left out", name);
}

void pictures_load(Pictures *pictures, const atr_Log *log)
{
    memset(pictures, 0, sizeof *pictures);
    for (int i = 0; i < PICTURE_COUNT; i++) {
        load(picture_names[i], &pictures->images[i], pictures, log);
    }
    for (int i = 0; i < ICON_COUNT; i++) {
        load(icon_names[i], &pictures->icons[i], pictures, log);
    }
}

void pictures_free(Pictures *pictures)
{
    for (int i = 0; i < PICTURE_COUNT; i++) {
        atr_picture_free(&pictures->images[i]);
    }
    for (int i = 0; i < ICON_COUNT; i++) {
        atr_picture_free(&pictures->icons[i]);
    }
}

/* The mean of a source rectangle with fractional edges. */
static uint32_t area_mean(const atr_Image *from, float left, float top, float right, float bottom)
{
    float sum[4] = { 0, 0, 0, 0 };
    float area = 0;
    for (int32_t y = (int32_t)top; (float)y < bottom && y < from->height; y++) {
        const float h = fminf((float)y + 1, bottom) - fmaxf((float)y, top);
        for (int32_t x = (int32_t)left; (float)x < right && x < from->width; x++) {
            const float w = fminf((float)x + 1, right) - fmaxf((float)x, left);
            const uint32_t pixel = from->pixels[(size_t)y * (size_t)from->pitch + (size_t)x];
            const float part = w * h;
            for (unsigned c = 0; c < 4; c++) {
                sum[c] += part * (float)((pixel >> (8 * c)) & 255u);
            }
            area += part;
        }
    }
    uint32_t out = 0;
    for (unsigned c = 0; c < 4 && area > 0; c++) {
        out |= (uint32_t)lroundf(sum[c] / area) << (8 * c);
    }
    return out;
}

void picture_scale(const atr_Image *from, uint32_t *to, int32_t width, int32_t height)
{
    const float sx = (float)from->width / (float)width;
    const float sy = (float)from->height / (float)height;
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            to[(size_t)y * (size_t)width + (size_t)x] = area_mean(
                from, (float)x * sx, (float)y * sy, (float)(x + 1) * sx, (float)(y + 1) * sy);
        }
    }
    pixels_straighten(to, (size_t)width * (size_t)height);
}

void picture_mirror(uint32_t *pixels, int32_t width, int32_t height)
{
    for (int32_t y = 0; y < height; y++) {
        uint32_t *row = pixels + (size_t)y * (size_t)width;
        for (int32_t a = 0, b = width - 1; a < b; a++, b--) {
            const uint32_t swap = row[a];
            row[a] = row[b];
            row[b] = swap;
        }
    }
}

/* Upside down along both diagonals: a transposition, then mirrored. */
void picture_turn(uint32_t *pixels, int32_t side)
{
    for (int32_t y = 0; y < side; y++) {
        for (int32_t x = 0; x < y; x++) {
            uint32_t *a = &pixels[(size_t)y * (size_t)side + (size_t)x];
            uint32_t *b = &pixels[(size_t)x * (size_t)side + (size_t)y];
            const uint32_t swap = *a;
            *a = *b;
            *b = swap;
        }
    }
    picture_mirror(pixels, side, side);
}

/* One pass of a box blur of alphas along rows, written transposed: twice gives both directions. */
static void blur_rows(const uint32_t *from, uint32_t *to, int32_t width, int32_t height,
                      int32_t radius)
{
    for (int32_t y = 0; y < height; y++) {
        const uint32_t *row = from + (size_t)y * (size_t)width;
        uint32_t sum = 0;
        for (int32_t x = 0; x < radius && x < width; x++) {
            sum += row[x];
        }
        for (int32_t x = 0; x < width; x++) {
            sum += x + radius < width ? row[x + radius] : 0;
            sum -= x - radius - 1 >= 0 ? row[x - radius - 1] : 0;
            to[(size_t)x * (size_t)height + (size_t)y] = sum / (uint32_t)(2 * radius + 1);
        }
    }
}

void picture_halo(const uint32_t *from, int32_t width, int32_t height, int32_t reach, uint32_t *to,
                  uint32_t *scratch)
{
    const int32_t w = width + 2 * reach;
    const int32_t h = height + 2 * reach;
    const int32_t radius = reach / 2 > 0 ? reach / 2 : 1;
    memset(to, 0, (size_t)w * (size_t)h * sizeof *to);
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            to[(size_t)(y + reach) * (size_t)w + (size_t)(x + reach)] =
                from[(size_t)y * (size_t)width + (size_t)x] >> 24;
        }
    }
    blur_rows(to, scratch, w, h, radius);
    blur_rows(scratch, to, h, w, radius);
    for (size_t i = 0; i < (size_t)w * (size_t)h; i++) {
        /* Thin strokes leave little after a blur: they are made up for. */
        const uint32_t alpha = to[i] * 9 / 2;
        to[i] = (alpha > 225 ? 225 : alpha) << 24 | 0x080c22u;
    }
}
