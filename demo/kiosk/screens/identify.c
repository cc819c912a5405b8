/* Identify: the card's number, typed or scanned. The keypad keeps its 1-2-3 order in both
 * directions; only its place is mirrored. */
#include "grid.h"

#include <string.h>

#define KEY_WIDTH  160.0f
#define KEY_HEIGHT 120.0f
#define KEY_GAP    16.0f

static void put_keypad(Scene *scene, const Flow *flow)
{
    static const char *const names[10] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };
    static const int order[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, 0, -2 };
    const Frame *f = &scene->frame;
    const float width = 3 * KEY_WIDTH + 2 * KEY_GAP;
    float x = f->portrait ? (f->w - width) / 2 : grid_column(f, 7) + (grid_span(f, 5) - width) / 2;
    const float y = f->portrait ? grid_low(f, 930) : 168;
    if (f->rtl) {
        x = f->w - x - width;
    }
    const bool closed = flow->card == CARD_CHECKING || flow->card == CARD_PAUSED;
    for (int i = 0; i < 12; i++) {
        const int column = i % 3;
        const int row = i / 3;
        const Box box = { x + (float)column * (KEY_WIDTH + KEY_GAP),
                          y + (float)row * (KEY_HEIGHT + KEY_GAP), KEY_WIDTH, KEY_HEIGHT };
        Item *key = scene_put_fixed(scene, ITEM_BUTTON, box);
        key->role = ROLE_CONTROL;
        key->align = ALIGN_CENTER;
        key->middle = true;
        key->look = LOOK_KEY;
        key->color = COLOR_TEXT;
        key->style = STYLE_HEADING;
        key->disabled = closed;
        if (order[i] >= 0) {
            key->key = names[order[i]];
            key->text = names[order[i]];
            key->rtl = false;
            key->control = (Control)(CONTROL_DIGIT_0 + order[i]);
            continue;
        }
        const bool confirm = order[i] == -2;
        key->key = confirm ? "nav.ok" : "nav.delete";
        key->text = words_get(scene->words, scene->language, key->key);
        key->style = STYLE_CAPTION;
        key->icon = confirm ? ICON_CONFIRM : ICON_DELETE;
        key->control = confirm ? CONTROL_CONFIRM : CONTROL_DELETE;
        key->disabled = closed || flow->digit_count == 0;
        if (confirm) {
            key->look = LOOK_PRIMARY;
            key->color = COLOR_INK;
        }
    }
}

/* "4821 0000 12" while it is typed, then only its end. */
static const char *card_digits(Scene *scene, const ScreenFacts *facts)
{
    const Flow *flow = facts->flow;
    char text[96];
    size_t used = 0;
    const bool closed = flow->card == CARD_CHECKING || flow->card == CARD_PAUSED;
    if (closed && flow->digit_count >= 4) {
        static const char dots[] = "\u2022\u2022\u2022\u2022 ";
        memcpy(text, dots, sizeof dots - 1);
        used = sizeof dots - 1;
        memcpy(text + used, flow->digits + flow->digit_count - 4, 4);
        text[used + 4] = '\0';
        return scene_keep(scene, text);
    }
    for (uint32_t i = 0; i < flow->digit_count; i++) {
        if (i > 0 && i % 4 == 0) {
            text[used++] = ' ';
        }
        if (facts->masked) {
            memcpy(text + used, "\u2022", 3);
            used += 3;
        } else {
            text[used++] = flow->digits[i];
        }
    }
    text[used] = '\0';
    return scene_keep(scene, text);
}

static void put_field(Scene *scene, const ScreenFacts *facts, Box box)
{
    const Frame *f = &scene->frame;
    Item *label =
        scene_text(scene, (Box){ box.x, box.y, box.w, 48 }, STYLE_CAPTION, COLOR_QUIET, "id.card");
    label->middle = true;
    const Box field = { box.x, box.y + 52, box.w, 112 };
    scene_panel(scene, field, LOOK_FIELD);
    Item *digits =
        scene_written(scene, (Box){ field.x + SPACE_4, field.y, field.w - 2 * SPACE_4, field.h },
                      STYLE_HEADING, COLOR_TEXT, "", card_digits(scene, facts));
    digits->middle = true;
    digits->rtl = false; /* card numbers read from the left in both languages */
    digits->align = f->rtl ? ALIGN_END : ALIGN_START;
    digits->secret = true;
}

/* What came of the number, if anything is to be said. */
static const char *message_of(const Flow *flow)
{
    switch (flow->card) {
    case CARD_UNKNOWN:
        return "id.bad";
    case CARD_PAUSED:
        return "id.many";
    case CARD_CHECKING:
        return "err.busy";
    default:
        return NULL;
    }
}

static void put_message(Scene *scene, const Flow *flow, Box box)
{
    const char *key = message_of(flow);
    if (key == NULL) {
        return;
    }
    const uint32_t color = flow->card == CARD_UNKNOWN  ? COLOR_REJECTED
                           : flow->card == CARD_PAUSED ? COLOR_HELD
                                                       : COLOR_INFO;
    const Icon icon = flow->card == CARD_UNKNOWN  ? ICON_OPEN_CIRCLE
                      : flow->card == CARD_PAUSED ? ICON_INFO
                                                  : ICON_CLOCK;
    scene_icon(scene, (Box){ box.x, box.y + (box.h - 56) / 2, 56, 56 }, icon, color);
    Item *text =
        scene_text(scene, (Box){ box.x + 72, box.y, box.w - 72, box.h }, STYLE_BODY, color, key);
    text->max_lines = 3;
    text->middle = true;
}

void screen_identify(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    const Flow *flow = facts->flow;
    const float x = grid_margin(f);
    const float w = f->portrait ? f->w - 2 * x : grid_span(f, 7);
    const Box title = f->portrait ? (Box){ x, 176, w, 246 } : (Box){ x, 132, w, 220 };
    Item *heading = scene_text(scene, title, STYLE_TITLE, COLOR_TEXT, "id.title");
    heading->max_lines = 2;
    heading->middle = true;
    put_field(scene, facts, (Box){ x, f->portrait ? 424 : 352, w, 164 });
    const float row = f->portrait ? 620 : 540;
    const float card_h = f->portrait ? 250 : 196;
    const float card_w = card_h * 1.6f;
    scene_picture(scene, (Box){ x, row, card_w, card_h }, PICTURE_CARD);
    put_message(scene, flow, (Box){ x + card_w + SPACE_5, row, w - card_w - SPACE_5, card_h });
    put_keypad(scene, flow);
    const float button = f->portrait ? w : 620;
    scene_button(scene, (Box){ x, grid_buttons_y(f), button, BUTTON_HEIGHT }, LOOK_SECONDARY,
                 "id.guest", CONTROL_GUEST);
}
