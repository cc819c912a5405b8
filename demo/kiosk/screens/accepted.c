/* Accepted: coins counted up, why there are so many, level and balance. Guest: the same for one who
 * has nothing to put them into yet. */
#include "grid.h"

#include <stdio.h>
#include <string.h>

#define LEVEL_XP 100

static const char *store_name(const Scene *scene, const FlowAnswer *answer)
{
    return scene->language == LANGUAGE_AR && answer->store_ar[0] != '\0' ? answer->store_ar
                                                                         : answer->store_en;
}

/* "Store, AED 120.50"; the amount alone for a store without a name. */
static void put_purchase(Scene *scene, const FlowAnswer *answer, Box box, bool halo)
{
    char amount[64];
    char line[320];
    words_money(scene->words, scene->language, answer->total_fils, answer->currency, amount,
                sizeof amount);
    const char *name = store_name(scene, answer);
    if (name[0] != '\0') {
        const WordValue values[] = { { "store", name }, { "amount", amount } };
        words_format(scene->words, scene->language, "ok.store", 0, values, 2, line, sizeof line);
    } else {
        snprintf(line, sizeof line, "%s", amount);
    }
    Item *item =
        scene_written(scene, box, STYLE_BODY, COLOR_TEXT, "ok.store", scene_keep(scene, line));
    item->align = ALIGN_CENTER;
    item->max_lines = 2;
    item->middle = true;
    item->halo = halo;
    item->secret = true;
}

/* Why: the words of one part of the reward. */
static const char *part_words(Scene *scene, const FlowAnswer *answer, const atr_RewardRow *row)
{
    char key[40];
    char other[40];
    char line[256];
    snprintf(key, sizeof key, "bonus.%s", atr_reward_part_name(row->part));
    WordValue value = { "", "" };
    int64_t n = 0;
    switch (row->part) {
    case ATR_REWARD_CATEGORY:
        snprintf(other, sizeof other, "category.%s", answer->category);
        value = (WordValue){ "category", words_get(scene->words, scene->language, other) };
        break;
    case ATR_REWARD_TIER:
        snprintf(other, sizeof other, "tier.%s", atr_tier_name(answer->reward.before.tier));
        value = (WordValue){ "tier", words_get(scene->words, scene->language, other) };
        break;
    case ATR_REWARD_EVENT:
        value = (WordValue){ "event", "" };
        break;
    case ATR_REWARD_STREAK:
        n = answer->reward.before.streak_days;
        break;
    default:
        break;
    }
    words_format(scene->words, scene->language, key, n, &value, 1, line, sizeof line);
    return scene_keep(scene, line);
}

static void put_row(Scene *scene, Box row, TextStyle style, const char *key, const char *label,
                    int64_t coins)
{
    char number[48];
    char signed_number[56];
    const float amount_w = 190;
    Item *why = scene_written(scene, (Box){ row.x, row.y, row.w - amount_w - SPACE_2, row.h },
                              style, COLOR_TEXT, key, label);
    why->middle = true;
    why->secret = true;
    words_number(scene->words, scene->language, coins, number, sizeof number);
    snprintf(signed_number, sizeof signed_number, "%s%s", coins < 0 ? "" : "+", number);
    Item *amount = scene_written(scene, (Box){ row.x + row.w - amount_w, row.y, amount_w, row.h },
                                 style, COLOR_GOLD, "", scene_keep(scene, signed_number));
    amount->middle = true;
    amount->secret = true;
    amount->rtl = false;
    amount->align = scene->frame.rtl ? ALIGN_START : ALIGN_END;
}

static void put_rows(Scene *scene, const Flow *flow, Box card)
{
    const FlowAnswer *answer = &flow->answer;
    const atr_Reward *reward = &answer->reward;
    scene_panel(scene, card, LOOK_CARD);
    const float pad = SPACE_4;
    const float foot = 104;
    const float x = card.x + pad;
    const float w = card.w - 2 * pad;
    const float room = card.h - foot - SPACE_3;
    const float count = reward->row_count > 0 ? (float)reward->row_count : 1;
    float pitch = room / count;
    pitch = pitch > 72 ? 72 : pitch;
    const TextStyle style = reward->row_count > 6 ? STYLE_CAPTION : STYLE_BODY;
    for (uint32_t i = 0; i < reward->row_count; i++) {
        const atr_RewardRow *row = &reward->rows[i];
        const Box box = { x, card.y + SPACE_2 + pitch * (float)i, w, pitch };
        put_row(scene, box, style, "", part_words(scene, answer, row), row->coins);
        char key[40];
        snprintf(key, sizeof key, "bonus.%s", atr_reward_part_name(row->part));
        scene->items[scene->count - 2].key = scene_keep(scene, key);
    }
    const float y = card.y + card.h - foot;
    scene_panel(scene, (Box){ x, y, w, 2 }, LOOK_TRACK);
    Item *label = scene_text(scene, (Box){ x, y + 8, w / 2, foot - 16 }, STYLE_LABEL, COLOR_TEXT,
                             "ok.balance");
    label->middle = true;
    Item *value = scene_put(scene, ITEM_NUMBER, (Box){ x + w / 2, y + 8, w / 2, foot - 16 });
    value->style = STYLE_HEADING;
    value->color = COLOR_GOLD;
    value->align = ALIGN_END;
    value->number = reward->after.coins - answer->coins + flow_counted(flow);
    value->secret = true;
}

/* Level and tier as they are once counting has ended; before that, as they were. */
static void put_level(Scene *scene, const Flow *flow, Box box)
{
    const atr_Reward *reward = &flow->answer.reward;
    scene_panel(scene, box, LOOK_CARD);
    box = (Box){ box.x + SPACE_4, box.y + SPACE_2, box.w - 2 * SPACE_4, box.h - 2 * SPACE_2 };
    const bool done = !flow_is_counting(flow);
    const atr_Standing *now = done ? &reward->after : &reward->before;
    const bool risen = done && reward->after.level > reward->before.level;
    const bool promoted = done && reward->after.tier > reward->before.tier;
    char line[200];
    words_format(scene->words, scene->language, "level.up", now->level, NULL, 0, line, sizeof line);
    Item *level =
        scene_written(scene, (Box){ box.x, box.y, box.w * 0.42f, 64 }, STYLE_LABEL,
                      risen ? COLOR_GOLD : COLOR_TEXT, "level.up", scene_keep(scene, line));
    level->middle = true;
    level->secret = true;
    char key[40];
    snprintf(key, sizeof key, "tier.%s", atr_tier_name(now->tier));
    const char *tier = words_get(scene->words, scene->language, key);
    if (promoted) {
        const WordValue value = { "tier", tier };
        words_format(scene->words, scene->language, "tier.up", 0, &value, 1, line, sizeof line);
        tier = scene_keep(scene, line);
    }
    Item *status = scene_written(scene, (Box){ box.x + box.w * 0.42f, box.y, box.w * 0.58f, 64 },
                                 STYLE_LABEL, promoted ? COLOR_GOLD : COLOR_QUIET,
                                 promoted ? "tier.up" : scene_keep(scene, key), tier);
    status->middle = true;
    status->align = ALIGN_END;
    status->secret = true;

    scene_panel(scene, (Box){ box.x, box.y + 72, box.w, 28 }, LOOK_TRACK);
    Item *bar = scene_put(scene, ITEM_BAR, (Box){ box.x, box.y + 72, box.w, 28 });
    const int64_t into = now->level >= 100 ? LEVEL_XP : now->xp % LEVEL_XP;
    bar->value = (float)into / (float)LEVEL_XP;
    bar->look = LOOK_FILL;
    if (now->level < 100) {
        char next[24];
        words_number(scene->words, scene->language, now->level + 1, next, sizeof next);
        const WordValue value = { "l", next };
        words_format(scene->words, scene->language, "level.next", LEVEL_XP - into, &value, 1, line,
                     sizeof line);
        Item *text = scene_written(scene, (Box){ box.x, box.y + 108, box.w, 56 }, STYLE_CAPTION,
                                   COLOR_QUIET, "level.next", scene_keep(scene, line));
        text->middle = true;
        text->secret = true;
    }
}

static void put_coins(Scene *scene, const Flow *flow, const char *key, Box number, Box title)
{
    Item *digits = scene_put(scene, ITEM_NUMBER, number);
    digits->style = STYLE_NUMBER;
    digits->number = flow_counted(flow);
    digits->color = COLOR_GOLD;
    digits->align = ALIGN_CENTER;
    digits->halo = true;
    digits->secret = true;
    scene->number = digits->rect;
    char line[200];
    words_format(scene->words, scene->language, key, flow->answer.coins, NULL, 0, line,
                 sizeof line);
    Item *words =
        scene_written(scene, title, STYLE_TITLE, COLOR_TEXT, key, scene_keep(scene, line));
    words->align = ALIGN_CENTER;
    words->max_lines = 2;
    words->middle = true;
    words->halo = true;
    words->secret = true;
}

void screen_accepted(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    const Flow *flow = facts->flow;
    const float x = grid_margin(f);
    if (f->portrait) {
        const float w = f->w - 2 * x;
        put_coins(scene, flow, "ok.coins", (Box){ x, 186, w, 250 }, (Box){ x, 446, w, 120 });
        put_purchase(scene, &flow->answer, (Box){ x, 566, w, 80 }, true);
        put_level(scene, flow, (Box){ x, 676, w, 200 });
        put_rows(scene, flow, (Box){ x, 900, w, grid_low(f, 1458) - 900 });
    } else {
        const float w = grid_span(f, 6);
        put_coins(scene, flow, "ok.coins", (Box){ x, 132, w, 220 }, (Box){ x, 352, w, 100 });
        put_purchase(scene, &flow->answer, (Box){ x, 450, w, 66 }, true);
        put_level(scene, flow, (Box){ x, 540, w, 196 });
        put_rows(scene, flow, (Box){ grid_column(f, 6), 146, w, 590 });
    }
    screen_buttons(scene, "next.scan", CONTROL_NEXT, "util.finish", CONTROL_FINISH);
}

/* A guest's receipt that staff would have to look at: there is a reason instead of a number. */
static void put_undecided(Scene *scene, const Flow *flow, Box picture, Box title)
{
    const float side = picture.h;
    scene_picture(scene, (Box){ picture.x + (picture.w - side) / 2, picture.y, side, side },
                  PICTURE_SEAL_HELD);
    Item *text = scene_text(scene, title, STYLE_HEADING, COLOR_TEXT, flow->answer.reason);
    text->align = ALIGN_CENTER;
    text->max_lines = 4;
    text->middle = true;
    text->role = ROLE_TITLE;
}

void screen_guest(Scene *scene, const ScreenFacts *facts)
{
    const Frame *f = &scene->frame;
    const Flow *flow = facts->flow;
    const float x = grid_margin(f);
    const float w = f->portrait ? f->w - 2 * x : grid_span(f, 7);
    const Box number = f->portrait ? (Box){ x, 200, w, 260 } : (Box){ x, 140, w, 230 };
    const Box title = f->portrait ? (Box){ x, 456, w, 252 } : (Box){ x, 366, w, 222 };
    if (flow->answer.reason != NULL) {
        put_undecided(scene, flow, number, title);
    } else {
        put_coins(scene, flow, "guest.title", number, title);
    }
    put_purchase(scene, &flow->answer,
                 f->portrait ? (Box){ x, 716, w, 110 } : (Box){ x, 590, w, 110 }, false);
    Box card = { grid_column(f, 7) + SPACE_5, 170, grid_span(f, 5) - SPACE_5, 0 };
    if (f->portrait) {
        const float wide = w - 380 < 580 ? w - 380 : 580; /* no wider on a screen less high */
        card = (Box){ (f->w - wide) / 2, 900, wide, 0 };
    }
    card.h = card.w / 1.6f;
    scene_picture(scene, card, PICTURE_CARD);
    Box words = { card.x, card.y + card.h + SPACE_2, card.w, 150 };
    if (f->portrait) {
        words.x = x;
        words.w = w;
    }
    Item *body = scene_text(scene, words, STYLE_BODY, COLOR_TEXT, "guest.body");
    body->align = ALIGN_CENTER;
    body->max_lines = 3;
    screen_buttons(scene, "guest.card", CONTROL_HAVE_CARD, "util.finish", CONTROL_FINISH);
}
