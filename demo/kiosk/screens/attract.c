/* Attract: a loop of scenes, each in both languages, over two language buttons. Everything drifts
 * by eight units a minute against burn-in. */
#include "grid.h"

#include <math.h>

#define SCENE_MS   8000u
#define FADE_MS    400u
#define DRIFT      8.0f
#define DRIFT_MS   60000.0
#define TODAY_FROM 20u /* sessions before today's coins are worth showing */
#define TWO_PI     6.283185307179586

typedef struct Loop {
    int scene;
    float alpha;
    float dx, dy;
} Loop;

static Loop loop_at(const ScreenFacts *facts)
{
    const Flow *flow = facts->flow;
    const unsigned scenes = flow->sessions_today >= TODAY_FROM ? 3 : 2;
    const uint64_t shown = flow->now_ms - flow->entered_ms;
    const uint64_t in_scene = shown % SCENE_MS;
    Loop loop = { .scene = (int)(shown / SCENE_MS % scenes), .alpha = 1 };
    if (in_scene < FADE_MS && shown >= SCENE_MS) {
        loop.alpha = (float)in_scene / (float)FADE_MS;
    } else if (in_scene > SCENE_MS - FADE_MS) {
        loop.alpha = (float)(SCENE_MS - in_scene) / (float)FADE_MS;
    }
    const double turn = (double)(shown % (uint64_t)DRIFT_MS) / DRIFT_MS * TWO_PI;
    loop.dx = DRIFT * (float)sin(turn);
    loop.dy = DRIFT * 0.5f * (float)sin(2 * turn);
    return loop;
}

/* A word in one of the two languages, whichever is shown. */
static Item *put_word(Scene *scene, Box box, TextStyle style, uint32_t color, const char *key,
                      Language language)
{
    Item *item =
        scene_written(scene, box, style, color, key, words_get(scene->words, language, key));
    item->rtl = language == LANGUAGE_AR;
    return item;
}

/* Aligned to the page's start, whatever the direction of the words. */
static void align_to_page(Scene *scene, Item *item)
{
    item->align = item->rtl == scene->frame.rtl ? ALIGN_START : ALIGN_END;
}

static void put_headline(Scene *scene, const Loop *loop, bool both)
{
    const Frame *f = &scene->frame;
    const Language own = scene->language;
    const Language other = own == LANGUAGE_EN ? LANGUAGE_AR : LANGUAGE_EN;
    const float hero_w = f->portrait ? 900 : 820;
    const float hero_h = hero_w * 560 / 900;
    Box hero = { f->w - grid_margin(f) - hero_w + loop->dx, 104 + loop->dy, hero_w, hero_h };
    /* Narrow for English, so that it breaks in the middle; one line in Arabic. */
    Box first = { grid_margin(f) + loop->dx, 190 + loop->dy, f->rtl ? 820 : 640,
                  f->rtl ? 120 : 204 };
    if (f->portrait) {
        hero.x = (f->w - hero_w) / 2 + loop->dx;
        hero.y = 190 + loop->dy;
        const float width = f->rtl ? f->w - 2 * grid_margin(f) : 680;
        first = (Box){ (f->w - width) / 2 + loop->dx, 790 + loop->dy, width, f->rtl ? 140 : 220 };
    }
    scene_picture(scene, hero, PICTURE_HERO)->alpha = loop->alpha;
    Item *title = put_word(scene, first, STYLE_TITLE, COLOR_TEXT, "attract.title", own);
    title->max_lines = 2;
    title->alpha = loop->alpha;
    if (f->portrait) {
        title->align = ALIGN_CENTER;
    }
    if (both) {
        Box second = { first.x, first.y + first.h + 12, first.w, 130 };
        if (f->portrait) {
            second.x = grid_margin(f) + loop->dx;
            second.w = f->w - 2 * grid_margin(f);
        } else {
            second.w = 820;
        }
        Item *again = put_word(scene, second, STYLE_HEADING, COLOR_GOLD, "attract.title", other);
        again->max_lines = 2;
        again->alpha = loop->alpha;
        again->role = ROLE_STATUS;
        align_to_page(scene, again);
        if (f->portrait) {
            again->align = ALIGN_CENTER;
        }
    }
}

/* One of three pictures with its words in both languages. */
static void put_how(Scene *scene, const Loop *loop, Box card, Picture picture, const char *key,
                    bool both)
{
    const Frame *f = &scene->frame;
    const Language own = scene->language;
    const Language other = own == LANGUAGE_EN ? LANGUAGE_AR : LANGUAGE_EN;
    scene_panel(scene, card, LOOK_CARD)->alpha = loop->alpha;
    const float side = f->portrait ? card.h - 48 : 224;
    Box image = { card.x + (card.w - side) / 2, card.y + 12, side, side };
    Box first = { card.x + SPACE_3, card.y + side + 18, card.w - 2 * SPACE_3, 98 };
    Box second = { first.x, first.y + 102, first.w, 110 };
    if (f->portrait) {
        image = (Box){ card.x + SPACE_3, card.y + 24, side, side };
        const float x = image.x + side + SPACE_3;
        first = (Box){ x, card.y + 24, card.x + card.w - SPACE_3 - x, (card.h - 48) / 2 };
        second = first;
        second.y += first.h;
    }
    scene_picture(scene, image, picture)->alpha = loop->alpha;
    Item *words = put_word(scene, first, STYLE_BODY, COLOR_TEXT, key, own);
    words->max_lines = 2;
    words->middle = true;
    words->align = f->portrait ? ALIGN_START : ALIGN_CENTER;
    words->alpha = loop->alpha;
    if (both) {
        Item *again = put_word(scene, second, STYLE_BODY, COLOR_GOLD, key, other);
        again->max_lines = 2;
        again->middle = true;
        again->align = ALIGN_CENTER;
        if (f->portrait) {
            align_to_page(scene, again);
        }
        again->alpha = loop->alpha;
    }
}

static void put_how_it_works(Scene *scene, const Loop *loop, bool both)
{
    static const struct {
        Picture picture;
        const char *key;
    } steps[3] = { { PICTURE_HOW_SHOP, "how.1" },
                   { PICTURE_HOW_SCAN, "how.2" },
                   { PICTURE_HOW_COINS, "how.3" } };
    const Frame *f = &scene->frame;
    for (int i = 0; i < 3; i++) {
        const float width = (f->w - 2 * grid_margin(f) - 2 * GUTTER) / 3;
        Box card = { grid_margin(f) + (width + GUTTER) * (float)i + loop->dx, 126 + loop->dy, width,
                     460 };
        if (f->portrait) {
            card = (Box){ grid_margin(f) + loop->dx, 190 + 320 * (float)i + loop->dy,
                          f->w - 2 * grid_margin(f), 296 };
        }
        put_how(scene, loop, card, steps[i].picture, steps[i].key, both);
    }
}

static void put_today(Scene *scene, const ScreenFacts *facts, const Loop *loop, bool both)
{
    const Frame *f = &scene->frame;
    const float y = f->portrait ? 360 : 150;
    Item *number =
        scene_put(scene, ITEM_NUMBER,
                  (Box){ grid_margin(f) + loop->dx, y + loop->dy, f->w - 2 * grid_margin(f), 240 });
    number->style = STYLE_NUMBER;
    number->number = facts->flow->coins_today;
    number->color = COLOR_GOLD;
    number->align = ALIGN_CENTER;
    number->alpha = loop->alpha;
    const Language own = scene->language;
    for (int i = 0; i < (both ? 2 : 1); i++) {
        const Language language = i == 0 ? own : (own == LANGUAGE_EN ? LANGUAGE_AR : LANGUAGE_EN);
        Item *words =
            put_word(scene,
                     (Box){ grid_margin(f) + loop->dx, y + 256 + 100 * (float)i + loop->dy,
                            f->w - 2 * grid_margin(f), 96 },
                     STYLE_HEADING, i == 0 ? COLOR_TEXT : COLOR_QUIET, "attract.today", language);
        words->align = ALIGN_CENTER;
        words->alpha = loop->alpha;
    }
}

/* What to do, and the button, in one language. */
static void put_start(Scene *scene, Box column, Language language, const Loop *loop)
{
    const Frame *f = &scene->frame;
    const float y = grid_buttons_y(f) + loop->dy;
    const float lines = f->portrait ? 330 : 148;
    column.x += loop->dx;
    Item *cta = put_word(scene, (Box){ column.x, y - lines - 4, column.w, lines * 0.46f },
                         STYLE_LABEL, COLOR_TEXT, "attract.cta", language);
    cta->align = ALIGN_CENTER;
    cta->middle = true;
    cta->max_lines = 2;
    Item *scan = put_word(scene, (Box){ column.x, y - lines * 0.54f - 4, column.w, lines * 0.48f },
                          STYLE_BODY, COLOR_QUIET, "attract.scan", language);
    scan->align = ALIGN_CENTER;
    scan->middle = true;
    scan->max_lines = 2;
    const float width = f->portrait ? column.w : 620;
    Item *button =
        scene_button(scene, (Box){ column.x + (column.w - width) / 2, y, width, BUTTON_HEIGHT },
                     language == scene->language ? LOOK_PRIMARY : LOOK_SECONDARY,
                     language == LANGUAGE_AR ? "lang.ar" : "lang.en",
                     language == LANGUAGE_AR ? CONTROL_START_AR : CONTROL_START_EN);
    button->rtl = language == LANGUAGE_AR;
}

void screen_attract(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    const bool both = facts->flow->desc.has_arabic;
    const Loop loop = loop_at(facts);
    if (loop.scene == 0) {
        put_headline(scene, &loop, both);
    } else if (loop.scene == 1) {
        put_how_it_works(scene, &loop, both);
    } else {
        put_today(scene, facts, &loop, both);
    }
    const float inner = f->w - 2 * grid_margin(f);
    const float half = (inner - GUTTER) / 2;
    if (!both) {
        put_start(scene, (Box){ grid_margin(f), 0, inner, 0 }, LANGUAGE_EN, &loop);
        return;
    }
    /* The language shown comes first in reading order, the other after it. */
    const Language own = scene->language;
    const Language other = own == LANGUAGE_EN ? LANGUAGE_AR : LANGUAGE_EN;
    put_start(scene, (Box){ grid_margin(f), 0, half, 0 }, own, &loop);
    put_start(scene, (Box){ grid_margin(f) + half + GUTTER, 0, half, 0 }, other, &loop);
}
