/* The contact sheet. Frames are made smaller by averaging whole areas, so that small sparks stay.
 */
#include "sheet.h"

#include <stdio.h>
#include <stdlib.h>

#define WIDTH       1920 /* about; cells are whole pixels */
#define MARGIN      28
#define GAP         10
#define CAPTION     30
#define HEADER      112
#define CELL_MIN    96
#define PAPER       0xff15182au
#define TITLE_COLOR 0xfff6f1e4u
#define QUIET_COLOR 0xffa6adcbu

static void write_at(Sheet *sheet, const char *words, float size_px, bool bold, uint32_t color,
                     int32_t x, int32_t y)
{
    const atr_TextStyle style = { .size_px = size_px, .bold = bold, .color = color };
    atr_TextImage image = { 0 };
    if (atr_text_render(sheet->text, words, &style, &image) == ATR_OK) {
        const atr_Image picture = { image.pixels, image.width, image.height, image.pitch };
        atr_compose_image(&sheet->canvas, NULL, &picture, x, y, 0xffffffffu);
        atr_text_image_free(&image);
    }
}

atr_Status sheet_open(Sheet *sheet, const SheetDesc *desc, atr_Text *text)
{
    *sheet = (Sheet){ .text = text,
                      .columns = desc->columns,
                      .halves = (uint32_t)desc->dark + (uint32_t)desc->light,
                      .light_first = !desc->dark };
    const int32_t cells = (int32_t)(sheet->columns * sheet->halves);
    const int32_t halves = (int32_t)sheet->halves;
    const int32_t columns = (int32_t)sheet->columns;
    int32_t cell = (WIDTH - MARGIN * (halves + 1) - GAP * (cells - halves)) / cells;
    cell = cell < desc->width ? cell : desc->width;
    cell = cell > CELL_MIN ? cell : CELL_MIN;
    sheet->cell_w = cell;
    sheet->cell_h = (int32_t)((int64_t)cell * desc->height / desc->width);
    sheet->cell_h = sheet->cell_h > 0 ? sheet->cell_h : 1;
    sheet->half_w = columns * cell + (columns - 1) * GAP + MARGIN;
    atr_Canvas *canvas = &sheet->canvas;
    canvas->width = MARGIN + sheet->half_w * halves;
    canvas->height = HEADER + SHEET_ROWS * (sheet->cell_h + CAPTION) + MARGIN / 2;
    canvas->pitch = canvas->width;
    canvas->pixels = calloc((size_t)canvas->width * (size_t)canvas->height, sizeof(uint32_t));
    if (canvas->pixels == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    atr_compose_clear(canvas, NULL, PAPER);
    write_at(sheet, desc->title, 44, true, TITLE_COLOR, MARGIN, 14);
    write_at(sheet, desc->subtitle, 20, false, QUIET_COLOR, MARGIN, 70);
    return ATR_OK;
}

void sheet_close(Sheet *sheet)
{
    free(sheet->canvas.pixels);
    *sheet = (Sheet){ 0 };
}

uint32_t sheet_count(const Sheet *sheet)
{
    return sheet->columns * SHEET_ROWS;
}

/* The average of the frame's pixels under one pixel of the cell. */
static uint32_t average(const atr_Canvas *frame, const atr_Rect *area)
{
    uint64_t sum[3] = { 0 };
    for (int32_t y = area->y; y < area->y + area->h; y++) {
        for (int32_t x = area->x; x < area->x + area->w; x++) {
            const uint32_t p = frame->pixels[(ptrdiff_t)y * frame->pitch + x];
            sum[0] += p >> 16 & 255;
            sum[1] += p >> 8 & 255;
            sum[2] += p & 255;
        }
    }
    const uint64_t n = (uint64_t)area->w * (uint64_t)area->h;
    return 0xff000000u | (uint32_t)((sum[0] + n / 2) / n) << 16 |
           (uint32_t)((sum[1] + n / 2) / n) << 8 | (uint32_t)((sum[2] + n / 2) / n);
}

static void shrink(const atr_Canvas *frame, const atr_Canvas *to, const atr_Rect *cell)
{
    for (int32_t y = 0; y < cell->h; y++) {
        for (int32_t x = 0; x < cell->w; x++) {
            const int32_t left = (int32_t)((int64_t)x * frame->width / cell->w);
            const int32_t top = (int32_t)((int64_t)y * frame->height / cell->h);
            const int32_t right = (int32_t)((int64_t)(x + 1) * frame->width / cell->w);
            const int32_t below = (int32_t)((int64_t)(y + 1) * frame->height / cell->h);
            const atr_Rect area = { left, top, right > left ? right - left : 1,
                                    below > top ? below - top : 1 };
            to->pixels[(ptrdiff_t)(cell->y + y) * to->pitch + cell->x + x] = average(frame, &area);
        }
    }
}

void sheet_put(Sheet *sheet, uint32_t moment, bool light, const atr_Canvas *frame, double time_s)
{
    const int32_t half = light != sheet->light_first ? 1 : 0;
    const int32_t column = (int32_t)(moment % sheet->columns);
    const int32_t row = (int32_t)(moment / sheet->columns);
    const atr_Rect cell = { MARGIN + half * sheet->half_w + column * (sheet->cell_w + GAP),
                            HEADER + row * (sheet->cell_h + CAPTION), sheet->cell_w,
                            sheet->cell_h };
    if (half >= (int32_t)sheet->halves || row >= SHEET_ROWS) {
        return;
    }
    shrink(frame, &sheet->canvas, &cell);
    char words[32];
    snprintf(words, sizeof words, "%.2f s", time_s);
    write_at(sheet, words, 15, false, QUIET_COLOR, cell.x + 2, cell.y + cell.h + 4);
}
