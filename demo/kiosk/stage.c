/* A screen's cues are written down when it begins; each frame plays those whose time has come. What
 * celebrates comes one after another, at least 900 ms apart, once the counting is over. */
#include "stage.h"

#include <string.h>

#define APART_MS 900u

void stage_init(Stage *stage, atr_Effects *effects)
{
    memset(stage, 0, sizeof *stage);
    stage->effects = effects;
    stage->serial = UINT32_MAX;
}

static void add_cue(Stage *stage, const char *effect, float amount, uint64_t at_ms, CuePlace place)
{
    if (stage->cue_count < STAGE_CUES_MAX) {
        stage->cues[stage->cue_count++] =
            (Cue){ .effect = effect, .amount = amount, .at_ms = at_ms, .place = place };
    }
}

static void cue_coins(Stage *stage, int64_t coins)
{
    if (coins >= 200) {
        add_cue(stage, "coin_shower", 500, 120, AT_TOP);
        add_cue(stage, "confetti", 0, 300, AT_NUMBER);
    } else if (coins >= 100) {
        add_cue(stage, "coin_shower", 240, 120, AT_TOP);
        add_cue(stage, "xp_burst", 0, 300, AT_NUMBER);
    } else if (coins >= 50) {
        add_cue(stage, "coin_shower", 120, 120, AT_TOP);
    } else if (coins > 0) {
        add_cue(stage, "coin_sparkle", 0, 120, AT_NUMBER);
        add_cue(stage, "coin_drop", 0, 120, AT_NUMBER);
    }
}

static void cue_screen(Stage *stage, const Flow *flow)
{
    const atr_Reward *reward = &flow->answer.reward;
    uint64_t then = flow_count_ms(flow) + 200;
    switch (flow->screen) {
    case SCREEN_ACCEPTED:
        if (flow->calm) {
            add_cue(stage, "coin_pile", 0, 0, AT_PILE);
            break;
        }
        cue_coins(stage, flow->answer.coins);
        if (reward->after.level > reward->before.level) {
            add_cue(stage, "level_up", (float)reward->after.level, then, AT_NUMBER);
            then += APART_MS;
        }
        if (reward->after.tier > reward->before.tier) {
            add_cue(stage, "vip_upgrade", 0, then, AT_NUMBER);
            then += APART_MS;
        }
        if (reward->after.achievements > reward->before.achievements) {
            add_cue(stage, "achievement_unlocked", 0, then, AT_NUMBER);
        }
        break;
    case SCREEN_GUEST:
        if (flow->answer.coins > 0) {
            add_cue(stage, "coin_sparkle", 0, 120, AT_NUMBER);
        }
        break;
    case SCREEN_HELD:
        add_cue(stage, "receipt_held", 0, 200, AT_NUMBER);
        break;
    case SCREEN_REJECTED:
        add_cue(stage, "receipt_rejected", 0, 200, AT_NUMBER);
        break;
    case SCREEN_GOODBYE:
        add_cue(stage, "coin_drop", 3, 300, AT_NUMBER);
        break;
    default:
        break;
    }
}

static void begin_screen(Stage *stage, const Flow *flow)
{
    for (uint32_t i = 0; i < stage->next_cue; i++) {
        (void)atr_effect_stop(stage->effects, stage->playing[i], false);
    }
    stage->serial = flow->screen_serial;
    stage->cue_count = 0;
    stage->next_cue = 0;
    atr_effects_set_reduced_motion(stage->effects, flow->calm);
    cue_screen(stage, flow);
}

static void play(Stage *stage, const Scene *scene, const Cue *cue)
{
    const Frame *frame = &scene->frame;
    float x = (float)frame->width / 2;
    float y = 0;
    if (cue->place == AT_PILE) {
        /* The end of the utility bar's row is empty on result screens. */
        x = (float)frame->width * (frame->rtl ? 0.22f : 0.78f);
        y = (float)frame->height - (frame->portrait ? 170.0f : 145.0f) * frame->u;
    } else if (cue->place == AT_NUMBER && scene->number.w > 0) {
        x = (float)scene->number.x + (float)scene->number.w / 2;
        y = (float)scene->number.y + (float)scene->number.h / 2;
    }
    const atr_Trigger trigger = { .x = x, .y = y, .amount = cue->amount, .scale = frame->u * 1.5f };
    stage->playing[stage->next_cue] = atr_effect_trigger(stage->effects, cue->effect, &trigger).id;
}

void stage_update(Stage *stage, const Flow *flow, const Scene *scene)
{
    if (scene->purse.w > 0) {
        (void)atr_effects_set_anchor(stage->effects, "counter",
                                     (float)scene->purse.x + (float)scene->purse.h / 2,
                                     (float)scene->purse.y + (float)scene->purse.h / 2);
    }
    if (stage->serial != flow->screen_serial) {
        begin_screen(stage, flow);
    }
    const uint64_t shown = flow->now_ms - flow->entered_ms;
    while (stage->next_cue < stage->cue_count && stage->cues[stage->next_cue].at_ms <= shown) {
        play(stage, scene, &stage->cues[stage->next_cue]);
        stage->next_cue++;
    }
}
