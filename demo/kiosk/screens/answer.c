/* The calm answers: held, pending, rejected; goodbye; out of service. Icon, one sentence, what to
 * do next, reference. */
#include "grid.h"

#include <math.h>
#include <stdio.h>

typedef struct Answer {
    Picture seal;
    const char *title;
    const char *reason; /* may be NULL */
    const char *next;   /* may be NULL: then the desk */
    uint32_t color;
} Answer;

static Answer answer_of(const Flow *flow)
{
    switch (flow->screen) {
    case SCREEN_HELD:
        return (Answer){ PICTURE_SEAL_HELD, "held.title", flow->answer.reason, "held.body",
                         COLOR_HELD };
    case SCREEN_PENDING:
        /* Nothing is called saved before it is. */
        return flow->saved
                   ? (Answer){ PICTURE_SEAL_PENDING, "read.saved", "pend.body", "", COLOR_HELD }
                   : (Answer){ PICTURE_SEAL_PENDING, "read.title", "err.busy", "", COLOR_HELD };
    default:
        return (Answer){ PICTURE_SEAL_REJECTED, "no.title", flow->answer.reason, NULL,
                         COLOR_REJECTED };
    }
}

static const char *desk_line(Scene *scene, const ScreenFacts *facts)
{
    char line[320];
    const char *place = facts->place != NULL && facts->place[0] != '\0'
                            ? facts->place
                            : words_get(scene->words, scene->language, "desk.place");
    const WordValue value = { "place", place };
    words_format(scene->words, scene->language, "desk", 0, &value, 1, line, sizeof line);
    return scene_keep(scene, line);
}

static void put_reference(Scene *scene, const Flow *flow, Box box, ItemAlign align)
{
    char line[160];
    const float width = 470;
    if (align == ALIGN_CENTER) {
        box.x += (box.w - width) / 2;
    }
    box.w = width;
    const WordValue value = { "ref", flow->answer.reference };
    words_format(scene->words, scene->language, "ref", 0, &value, 1, line, sizeof line);
    scene_panel(scene, box, LOOK_CHIP);
    Item *text = scene_written(scene, box, STYLE_BODY, COLOR_TEXT, "ref", scene_keep(scene, line));
    text->align = ALIGN_CENTER;
    text->middle = true;
    text->secret = true;
}

/* About how many lines a sentence takes: layouts do not measure. One that is longer than thought is
 * set smaller. */
static float lines_of(const char *text, float width, float line)
{
    float count = 0;
    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xc0u) != 0x80u ? 1.0f : 0.0f;
    }
    const float lines = ceilf(count * line * 0.27f / width);
    return lines < 1 ? 1 : lines > 3 ? 3 : lines;
}

/* From top to bottom: title, reason, what next, reference. */
static void put_sentences(Scene *scene, const ScreenFacts *facts, const Answer *answer, Box box,
                          ItemAlign align)
{
    const Frame *f = &scene->frame;
    const float line = f->portrait ? 66 : 60;
    Item *title = scene_text(scene, (Box){ box.x, box.y, box.w, f->portrait ? 220.0f : 112.0f },
                             STYLE_TITLE, COLOR_TEXT, answer->title);
    title->align = align;
    title->max_lines = 2;
    title->middle = f->portrait;
    float y = box.y + (f->portrait ? 236.0f : 124.0f);
    if (answer->reason != NULL) {
        const char *text = words_get(scene->words, scene->language, answer->reason);
        const float height = lines_of(text, box.w, line) * line;
        Item *reason = scene_written(scene, (Box){ box.x, y, box.w, height }, STYLE_BODY,
                                     answer->color, answer->reason, text);
        reason->align = align;
        reason->max_lines = 3;
        y += height + SPACE_3;
    }
    if (answer->next == NULL || answer->next[0] != '\0') {
        const char *key = answer->next != NULL ? answer->next : "desk";
        const char *text = answer->next != NULL
                               ? words_get(scene->words, scene->language, answer->next)
                               : desk_line(scene, facts);
        const float height = lines_of(text, box.w, line) * line;
        Item *next = scene_written(scene, (Box){ box.x, y, box.w, height }, STYLE_BODY, COLOR_TEXT,
                                   key, text);
        next->align = align;
        next->max_lines = 3;
        y += height + SPACE_4;
    }
    if (facts->flow->answer.reference[0] != '\0') {
        put_reference(scene, facts->flow, (Box){ box.x, y, box.w, 80 }, align);
    }
}

void screen_answer(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    const Answer answer = answer_of(facts->flow);
    const float margin = grid_margin(f);
    if (f->portrait) {
        const float side = 340;
        Item *seal = scene_picture(scene, (Box){ (f->w - side) / 2, 220, side, side }, answer.seal);
        scene->number = seal->rect;
        put_sentences(scene, facts, &answer, (Box){ margin + 40, 600, f->w - 2 * margin - 80, 0 },
                      ALIGN_CENTER);
    } else {
        const float side = 380;
        Item *seal =
            scene_picture(scene, (Box){ grid_column(f, 0) + 70, 220, side, side }, answer.seal);
        scene->number = seal->rect;
        put_sentences(scene, facts, &answer,
                      (Box){ grid_column(f, 4), 190, grid_span(f, 8) - 90, 0 }, ALIGN_START);
    }
    screen_buttons(scene, "next.scan", CONTROL_NEXT, "util.finish", CONTROL_FINISH);
}

void screen_goodbye(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    const float width = f->portrait ? 720 : 780;
    const float y = f->portrait ? 560 : 250;
    const float height = width / 3.75f;
    Item *logo = scene_picture(scene, (Box){ (f->w - width) / 2, y, width, height }, PICTURE_LOGO);
    /* The logo's coin, into which one more settles; pictures are not mirrored. */
    const int32_t coin = logo->rect.h;
    scene->number = (atr_Rect){ logo->rect.x, logo->rect.y, coin, coin };
    const float x = grid_margin(f);
    const float w = f->w - 2 * x;
    Item *title = scene_text(scene, (Box){ x, y + height + 60, w, 120 }, STYLE_TITLE, COLOR_TEXT,
                             "bye.title");
    title->align = ALIGN_CENTER;
    title->halo = true;
    if (facts->flow->credited) {
        Item *body = scene_text(scene, (Box){ x, y + height + 196, w, 110 }, STYLE_BODY,
                                COLOR_QUIET, "bye.body");
        body->align = ALIGN_CENTER;
        body->max_lines = 2;
        body->halo = true;
    }
}

void screen_out(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    const float side = 260;
    const float y = f->portrait ? 480 : 190;
    const float x = grid_margin(f) + 40;
    const float w = f->w - 2 * x;
    scene_icon(scene, (Box){ (f->w - side) / 2, y, side, side }, ICON_NO_SERVICE, COLOR_HELD);
    Item *title =
        scene_text(scene, (Box){ x, y + side + 40, w, 216 }, STYLE_TITLE, COLOR_TEXT, "out.title");
    title->align = ALIGN_CENTER;
    title->max_lines = 2;
    title->middle = true;
    Item *desk = scene_written(scene, (Box){ x, y + side + 270, w, 130 }, STYLE_BODY, COLOR_QUIET,
                               "desk", desk_line(scene, facts));
    desk->align = ALIGN_CENTER;
    desk->max_lines = 2;
}
