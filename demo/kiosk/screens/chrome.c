/* What surrounds every screen: the information strip, the buttons in their place, the utility bar,
 * passing messages and the dialog that asks for more time. */
#include "grid.h"

#include <stdio.h>
#include <string.h>

static void build_screen(Scene *scene, const ScreenFacts *facts)
{
    switch (facts->flow->screen) {
    case SCREEN_ATTRACT:
        screen_attract(scene, facts);
        break;
    case SCREEN_IDENTIFY:
        screen_identify(scene, facts);
        break;
    case SCREEN_SCAN:
        screen_scan(scene, facts);
        break;
    case SCREEN_READING:
        screen_reading(scene, facts);
        break;
    case SCREEN_ACCEPTED:
        screen_accepted(scene, facts);
        break;
    case SCREEN_GUEST:
        screen_guest(scene, facts);
        break;
    case SCREEN_GOODBYE:
        screen_goodbye(scene, facts);
        break;
    case SCREEN_OUT:
        screen_out(scene, facts);
        break;
    default:
        screen_answer(scene, facts);
        break;
    }
}

static void mark_staying(Scene *scene, uint32_t first)
{
    for (uint32_t i = first; i < scene->count; i++) {
        scene->items[i].stays = true;
    }
}

void screen_build(Scene *scene, const Frame *frame, const ScreenFacts *facts)
{
    scene_begin(scene, frame, facts->words, facts->flow->language);
    screen_strip(scene, facts);
    mark_staying(scene, 0);
    build_screen(scene, facts);
    const uint32_t utility = scene->count;
    screen_utility(scene, facts);
    screen_notice(scene, facts);
    mark_staying(scene, utility);
    scene->dialog_first = scene->count;
    if (facts->flow->dialog) {
        screen_dialog(scene, facts);
    }
}

static void put_balance(Scene *scene, const Flow *flow, float y, float height)
{
    const Frame *f = &scene->frame;
    /* While coins are counted up, the balance follows; the rest is already in the account. */
    int64_t balance = flow->user.standing.coins;
    if (flow->screen == SCREEN_ACCEPTED) {
        balance -= flow->answer.coins - flow_counted(flow);
    }
    const float width = f->portrait ? 324 : 280;
    const Box chip = { f->w - grid_margin(f) - width, y, width, height };
    Item *panel = scene_panel(scene, chip, LOOK_CHIP);
    scene->purse = panel->rect;
    scene_icon(scene, (Box){ chip.x + 18, y + (height - 48) / 2, 48, 48 }, ICON_COIN, COLOR_GOLD);
    Item *number = scene_put(scene, ITEM_NUMBER, (Box){ chip.x + 76, y, width - 76 - 20, height });
    number->key = "ok.balance";
    number->role = ROLE_STATUS;
    number->style = STYLE_LABEL;
    number->color = COLOR_TEXT;
    number->align = ALIGN_CENTER;
    number->number = balance;
    number->secret = true;
    if (flow->user.card_tail[0] != '\0') {
        char tail[32];
        snprintf(tail, sizeof tail, "\u2022\u2022\u2022\u2022 %s", flow->user.card_tail);
        const float tail_width = 210;
        Item *card =
            scene_written(scene, (Box){ chip.x - tail_width - SPACE_3, y, tail_width, height },
                          STYLE_CAPTION, COLOR_QUIET, "id.card", scene_keep(scene, tail));
        card->align = ALIGN_END;
        card->middle = true;
        card->rtl = false; /* a number reads from the left in both languages */
        card->align = f->rtl ? ALIGN_START : ALIGN_END;
        if (flow->screen == SCREEN_ACCEPTED) {
            card->halo = true;
            card->color = COLOR_TEXT;
        }
        card->secret = true;
    }
}

void screen_strip(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    if (facts->flow->screen == SCREEN_GOODBYE) {
        return; /* the logo is in the middle there */
    }
    const float height = f->portrait ? 88 : 76;
    const float y = f->portrait ? 40 : 26;
    scene_picture(scene, (Box){ grid_margin(f), y, height * 3.75f, height }, PICTURE_LOGO);
    if (facts->flow->has_user) {
        put_balance(scene, facts->flow, y, height);
    }
}

void screen_buttons(Scene *scene, const char *first, Control first_control, const char *second,
                    Control second_control)
{
    const Frame *f = &scene->frame;
    const float y = grid_buttons_y(f);
    const float inner = f->w - 2 * grid_margin(f);
    float width = second != NULL ? (inner - GUTTER) / 2 : 560;
    float x = (f->w - width) / 2;
    if (second != NULL) {
        x = f->portrait ? grid_margin(f) : f->w / 2 - width - GUTTER / 2;
    } else if (f->portrait) {
        width = inner;
        x = grid_margin(f);
    }
    scene_button(scene, (Box){ x, y, width, BUTTON_HEIGHT }, LOOK_PRIMARY, first, first_control);
    if (second != NULL) {
        scene_button(scene, (Box){ x + width + GUTTER, y, width, BUTTON_HEIGHT }, LOOK_SECONDARY,
                     second, second_control);
    }
}

/* One button of the utility bar: icon over caption. */
static void put_utility(Scene *scene, Box box, const char *key, Icon icon, Control control)
{
    Item *item = scene_button(scene, box, LOOK_BAR_BUTTON, key, control);
    item->style = STYLE_CAPTION;
    item->icon = icon;
    item->max_lines = 1;
    item->mirrored = scene->frame.rtl && icon == ICON_FINISH;
    if (control == CONTROL_LANGUAGE) {
        item->rtl = scene->language == LANGUAGE_EN; /* it is written in the other language */
    }
}

void screen_utility(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    const Flow *flow = facts->flow;
    if (flow->screen == SCREEN_ATTRACT) {
        return; /* its own two language buttons are there */
    }
    const float gap = SPACE_2;
    const int slots = f->portrait ? 4 : 7;
    const float width = (f->w - 2 * grid_margin(f) - gap * (float)(slots - 1)) / (float)slots;
    const float y = f->portrait ? grid_low(f, 1720) : 944;
    const float x = grid_margin(f);
    int slot = 0;
    if (flow->desc.has_arabic) {
        put_utility(scene, (Box){ x, y, width, 112 }, "util.lang", ICON_LANGUAGE, CONTROL_LANGUAGE);
        slot++;
    }
    if (flow_has_control(flow, CONTROL_CALM) || flow->dialog) {
        put_utility(scene, (Box){ x + (width + gap) * (float)slot, y, width, 112 }, "util.calm",
                    ICON_CALM, CONTROL_CALM);
        if (flow->calm) {
            scene->items[scene->count - 1].color = COLOR_INFO;
        }
    }
    const bool finish = flow->screen == SCREEN_IDENTIFY || flow->screen == SCREEN_SCAN;
    if (finish) {
        const float wide = f->portrait ? 2 * width + gap : width;
        put_utility(scene, (Box){ f->w - x - wide, y, wide, 112 }, "util.finish", ICON_FINISH,
                    CONTROL_FINISH);
    }
}

void screen_notice(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    const Flow *flow = facts->flow;
    if (flow->notice == NULL) {
        return;
    }
    const float width = f->portrait ? 800 : 720;
    const Box box = { (f->w - width) / 2, f->portrait ? 150 : 24, width, 80 };
    scene_panel(scene, box, LOOK_CHIP);
    Item *text = scene_text(scene, (Box){ box.x + 32, box.y, box.w - 64, box.h }, STYLE_BODY,
                            COLOR_INFO, flow->notice);
    text->align = ALIGN_CENTER;
    text->middle = true;
}

void screen_dialog(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    const Flow *flow = facts->flow;
    scene_put_fixed(scene, ITEM_VEIL, (Box){ 0, 0, f->w, f->h });
    const float width = f->portrait ? 920 : 980;
    const float height = 660;
    const Box box = { (f->w - width) / 2, (f->h - height) / 2, width, height };
    scene_panel(scene, box, LOOK_DIALOG);
    const float inner = width - 2 * SPACE_5;
    const float left = box.x + SPACE_5;
    Item *title = scene_text(scene, (Box){ left, box.y + 36, inner, 100 }, STYLE_HEADING,
                             COLOR_TEXT, "idle.title");
    title->align = ALIGN_CENTER;
    title->middle = true;
    title->role = ROLE_TITLE;

    const float ring = 220;
    const Box round = { f->w / 2 - ring / 2, box.y + 142, ring, ring };
    Item *item = scene_put_fixed(scene, ITEM_RING, round);
    const uint32_t seconds = flow_seconds_left(flow);
    item->value = (float)(flow->now_ms - flow->dialog_ms) / 20000.0f;
    item->value = item->value > 1 ? 0 : 1 - item->value;
    item->color = COLOR_GOLD;
    char line[160];
    words_number(scene->words, scene->language, seconds, line, sizeof line);
    Item *number =
        scene_written(scene, round, STYLE_TITLE, COLOR_TEXT, "", scene_keep(scene, line));
    number->align = ALIGN_CENTER;
    number->middle = true;
    number->role = ROLE_NONE;

    words_format(scene->words, scene->language, "idle.body", seconds, NULL, 0, line, sizeof line);
    Item *body = scene_written(scene, (Box){ left, box.y + 376, inner, 90 }, STYLE_BODY,
                               COLOR_QUIET, "idle.body", scene_keep(scene, line));
    body->align = ALIGN_CENTER;
    body->middle = true;
    scene_button(scene, (Box){ f->w / 2 - 280, box.y + height - 128 - SPACE_5, 560, 128 },
                 LOOK_PRIMARY, "idle.more", CONTROL_MORE_TIME);
}
