/* contact_sheet NAME OUT.png [AMOUNT [X Y [FIRST_MS STEP_MS]]]: nine moments of an effect, three by
 * three, each a view of 1280 by 720 at half size; with STEP_MS 0 one moment at full size. For eyes:
 * an effect is tuned by looking at it. */
#include "png_write.h"
#include "stage.h"

#include <stdio.h>
#include <string.h>

#define VIEW_W 1280
#define VIEW_H 720

static void copy_into(const atr_Canvas *from, atr_Canvas *to, int32_t x, int32_t y)
{
    for (int32_t row = 0; row < from->height; row++) {
        memcpy(to->pixels + (ptrdiff_t)(y + row) * to->pitch + x,
               from->pixels + (ptrdiff_t)row * from->pitch, (size_t)from->width * sizeof(uint32_t));
    }
}

static double argument(int argc, char **argv, int index, double otherwise)
{
    return argc > index ? strtod(argv[index], NULL) : otherwise;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: contact_sheet NAME OUT.png [AMOUNT [X Y [FIRST_MS STEP_MS]]]\n");
        return 2;
    }
    const atr_Trigger trigger = { .amount = (float)argument(argc, argv, 3, 0),
                                  .x = (float)argument(argc, argv, 4, VIEW_W / 2.0),
                                  .y = (float)argument(argc, argv, 5, VIEW_H / 2.0) };
    const double first_ms = argument(argc, argv, 6, 100);
    const double step_ms = argument(argc, argv, 7, 300);
    const int32_t side = step_ms > 0 ? 3 : 1;
    const int32_t w = side == 3 ? VIEW_W / 2 : VIEW_W;
    const int32_t h = side == 3 ? VIEW_H / 2 : VIEW_H;
    Stage stage;
    atr_Canvas sheet = { calloc((size_t)w * (size_t)h * (size_t)side * (size_t)side,
                                sizeof(uint32_t)),
                         w * side, h * side, w * side };
    if (sheet.pixels == NULL || !stage_open(&stage, w, h, VIEW_W, VIEW_H)) {
        fprintf(stderr, "contact_sheet: out of memory\n");
        free(sheet.pixels);
        return 3;
    }
    const atr_TriggerResult r = atr_effect_trigger(stage.effects, argv[1], &trigger);
    if (r.id.value == 0) {
        fprintf(stderr, "contact_sheet: %s: %s\n", argv[1], atr_decision_name(r.decision));
        free(sheet.pixels);
        stage_close(&stage);
        return 1;
    }
    uint32_t most = 0;
    for (int32_t i = 0; i < side * side; i++) {
        const double until_ms = first_ms + i * step_ms;
        while ((double)stage.frame * STAGE_STEP_NS * 1e-6 < until_ms) {
            stage_step(&stage);
            const uint32_t count = atr_effects_particles(stage.effects).count;
            most = count > most ? count : most;
        }
        stage_draw(&stage);
        copy_into(&stage.canvas, &sheet, i % side * w, i / side * h);
    }
    while (atr_effect_is_live(stage.effects, r.id)) {
        stage_step(&stage);
    }
    printf("%s: at most %u particles, over after %.2f s\n", argv[1], most,
           (double)stage.frame * STAGE_STEP_NS * 1e-9);
    const bool ok = png_write(argv[2], &sheet);
    free(sheet.pixels);
    stage_close(&stage);
    return ok ? 0 : 3;
}
