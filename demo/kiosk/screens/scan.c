/* Scan: a picture of what to do, and an arrow to where the reader really is. Reading: the steps
 * that have happened, each ticked when it is true. */
#include "grid.h"

#include <math.h>

#include "app/config.h"

#define PULSE_MS 1600.0
#define TWO_PI   6.283185307179586

/* 1, swelling a little now and then; still with less motion. */
static float pulse(const Flow *flow, float size)
{
    if (flow->calm) {
        return 1;
    }
    const double turn = fmod((double)(flow->now_ms - flow->entered_ms), PULSE_MS) / PULSE_MS;
    return 1 + size * (float)(0.5 - 0.5 * cos(turn * TWO_PI));
}

/* The receipt with its square code; the code lies over the drawn one and swells. */
static void put_receipt(Scene *scene, const Flow *flow, Box box)
{
    const float k = box.w / 360;
    scene_put_fixed(scene, ITEM_PICTURE, box)->picture = PICTURE_RECEIPT;
    Item *code = scene_put_fixed(scene, ITEM_PICTURE,
                                 (Box){ box.x + 100 * k, box.y + 319 * k, 160 * k, 160 * k });
    code->picture = PICTURE_RECEIPT_CODE;
    code->scale = pulse(flow, 0.22f);
}

static void put_arrow(Scene *scene, const ScreenFacts *facts, Box box)
{
    Icon icon = ICON_ARROW_DOWN;
    float dx = 0;
    float dy = 0;
    const float step = 18 * (pulse(facts->flow, 1) - 1);
    switch (facts->scanner_side) {
    case APP_SIDE_LEFT:
        icon = ICON_ARROW_START;
        dx = -step;
        break;
    case APP_SIDE_RIGHT:
        icon = ICON_ARROW_END;
        dx = step;
        break;
    default:
        dy = step;
        break;
    }
    Item *arrow = scene_put_fixed(scene, ITEM_ICON, (Box){ box.x + dx, box.y + dy, box.w, box.h });
    arrow->icon = icon;
    arrow->color = COLOR_GOLD;
}

void screen_scan(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    const Flow *flow = facts->flow;
    const float margin = grid_margin(f);
    Box receipt = { grid_column(f, 1), 146, 400, 578 };
    Box title = { grid_column(f, 5), 150, grid_span(f, 7), 222 };
    Box body = { title.x, 384, title.w, 70 };
    Box reader = { title.x, 476, 250, 250 };
    if (f->portrait) {
        receipt = (Box){ grid_margin(f) + 90, 252, 430, 621 };
        title = (Box){ margin, 920, f->w - 2 * margin, 250 };
        body = (Box){ margin, 1186, title.w, 130 };
        reader = (Box){ f->w - margin - 350, 380, 300, 300 };
    }
    const float receipt_x = f->rtl ? f->w - receipt.x - receipt.w : receipt.x;
    put_receipt(scene, flow, (Box){ receipt_x, receipt.y, receipt.w, receipt.h });
    Item *heading = scene_text(scene, title, STYLE_TITLE, COLOR_TEXT, "scan.title");
    heading->max_lines = 2;
    Item *where = scene_text(scene, body, STYLE_BODY, COLOR_QUIET, "scan.where");
    where->max_lines = 2;
    if (f->portrait) {
        heading->align = ALIGN_CENTER;
        where->align = ALIGN_CENTER;
    }
    scene_picture(scene, reader, PICTURE_READER);
    Box arrow = { reader.x + reader.w + SPACE_4, reader.y + 50, 150, 150 };
    if (f->portrait) {
        arrow = (Box){ reader.x + reader.w / 2 - 65, reader.y + reader.h + 10, 130, 130 };
    }
    const float arrow_x = f->rtl ? f->w - arrow.x - arrow.w : arrow.x;
    put_arrow(scene, facts, (Box){ arrow_x, arrow.y, arrow.w, arrow.h });
    if (flow_has_samples(flow)) {
        screen_buttons(scene, "scan.demo", CONTROL_SAMPLE, "nav.cancel", CONTROL_CANCEL);
    } else {
        screen_buttons(scene, "nav.cancel", CONTROL_CANCEL, NULL, CONTROL_NONE);
        scene->items[scene->count - 1].look = LOOK_SECONDARY;
        scene->items[scene->count - 1].color = COLOR_TEXT;
    }
}

static void put_step(Scene *scene, Box row, const char *key, bool done, bool under_way)
{
    const uint32_t color = done ? COLOR_SUCCESS : under_way ? COLOR_TEXT : COLOR_QUIET;
    scene_icon(scene, (Box){ row.x, row.y + (row.h - 64) / 2, 64, 64 },
               done ? ICON_CHECK : ICON_OPEN_CIRCLE, done ? COLOR_SUCCESS : COLOR_OUTLINE);
    Item *text =
        scene_text(scene, (Box){ row.x + 64 + SPACE_3, row.y, row.w - 64 - SPACE_3, row.h },
                   STYLE_BODY, color, key);
    text->middle = true;
    text->max_lines = 2;
}

void screen_reading(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    const Flow *flow = facts->flow;
    const float margin = grid_margin(f);
    Box card = { grid_column(f, 1), 190, 470, 500 };
    Box title = { grid_column(f, 5) + SPACE_3, 190, grid_span(f, 7) - SPACE_3, 110 };
    Box steps = { title.x, 330, title.w, 120 };
    if (f->portrait) {
        card = (Box){ (f->w - 520) / 2, 230, 520, 560 };
        title = (Box){ margin, 840, f->w - 2 * margin, 220 };
        steps = (Box){ margin + 90, 1090, f->w - 2 * margin - 90, 130 };
    }
    scene_panel(scene, card, LOOK_CARD);
    const float side = card.w - 170;
    const Box plate = { card.x + 60, card.y + (card.h - side - 50) / 2, side + 50, side + 50 };
    scene_panel(scene, plate, LOOK_PLATE);
    Item *code =
        scene_picture(scene, (Box){ plate.x + 25, plate.y + 25, side, side }, PICTURE_RECEIPT_CODE);
    code->scale = pulse(flow, 0.05f);
    Item *heading = scene_text(scene, title, STYLE_TITLE, COLOR_TEXT, "read.title");
    heading->max_lines = 2;
    if (f->portrait) {
        heading->align = ALIGN_CENTER;
    }
    if (!flow->has_user) {
        put_step(scene, steps, "read.sign", flow->checked, true);
        return;
    }
    put_step(scene, steps, "read.saved", flow->saved, true);
    steps.y += steps.h;
    put_step(scene, steps, "read.sign", flow->checked, flow->saved);
    steps.y += steps.h;
    put_step(scene, steps, "read.add", flow->settled, flow->checked);
}
