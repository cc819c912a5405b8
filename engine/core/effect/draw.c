/* What the instances look like this frame, as draw commands: one for each node's particles, one for
 * each text, ring, banner and flash; and the offset of all shakes. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#include "base/trig.h"

#include <stdio.h>
#include <string.h>

#define FLASH_SIDE 65536.0f /* covers any view when its size is not known */

/* A node that is no emitter, at this moment. */
typedef struct Shown {
    const atr__Node *node;
    float t;    /* 0..1 of its duration */
    float time; /* s since its start */
    float fade; /* 1: all there */
} Shown;

static bool node_is_shown(const atr__Instance *instance, uint32_t index, Shown *out)
{
    const atr__Node *node = &instance->definition->nodes[index];
    const float duration = atr__node_duration(instance, index);
    const float time = instance->age - node->def->start;
    if (time < 0.0f || time >= duration) {
        return false;
    }
    *out = (Shown){ .node = node, .t = time / duration, .time = time, .fade = 1.0f };
    if (instance->fading) {
        out->fade = 1.0f - instance->fade_age / ATR__FADE;
    }
    return out->fade > 0.0f;
}

static uint32_t faded(uint32_t color, float fade)
{
    if (fade >= 1.0f) {
        return color;
    }
    uint32_t result = 0;
    for (uint32_t shift = 0; shift < 32; shift += 8) {
        result |= (uint32_t)((float)(color >> shift & 255) * fade + 0.5f) << shift;
    }
    return result;
}

static uint32_t lut_index(float t)
{
    const uint32_t index = (uint32_t)(t * (float)ATR__LUT_SIZE);
    return index < ATR__LUT_SIZE ? index : ATR__LUT_SIZE - 1;
}

static float shown_size(const atr__Instance *instance, const Shown *shown)
{
    return atr__value_curve(&shown->node->def->size, shown->t) * instance->scale *
           instance->space.size;
}

/* A ring grows about its centre, which whole pixels would make tremble; what stands still otherwise
 * is sharpest on them. */
static bool is_slow(const atr_EffectNode *def, float speed)
{
    const bool rests = speed == 0.0f && def->type != ATR_NODE_RING;
    return !rests && speed > -ATR__SLOW_PX && speed < ATR__SLOW_PX;
}

/* Like a particle that does not fall: its place drifts by speed and angle. */
static atr_DrawCmd shown_command(const atr_Effects *effects, const atr__Instance *instance,
                                 uint32_t index, const Shown *shown)
{
    const atr_EffectNode *def = shown->node->def;
    atr_DrawCmd cmd = { .layer = def->layer,
                        .importance = instance->definition->def.importance,
                        .additive = def->additive,
                        .sprite = shown->node->sprite,
                        .color = faded(shown->node->color[lut_index(shown->t)], shown->fade) };
    const atr__Space *space = &instance->space;
    const float speed = atr__value_curve(&def->speed, shown->t) * instance->scale;
    const float turns = atr__value_curve(&def->angle, shown->t) * (1.0f / 360.0f);
    float x = 0.0f;
    float y = 0.0f;
    atr__node_origin(effects, instance, index, &x, &y);
    x += speed * shown->time * atr__cos_turns(turns);
    y += speed * shown->time * atr__sin_turns(turns);
    cmd.x = x * space->scale_x + space->offset_x;
    cmd.y = y * space->scale_y + space->offset_y;
    cmd.smooth = is_slow(def, speed * space->size);
    return cmd;
}

static float counting_share(float amount, float time)
{
    float lasts = 0.5f + 0.008f * amount;
    lasts = lasts < 0.7f ? 0.7f : lasts > 1.6f ? 1.6f : lasts;
    const float left = 1.0f - time / lasts;
    return left > 0.0f ? 1.0f - left * left * left : 1.0f; /* fast first, then settling */
}

static long shown_amount(const atr__Instance *instance, const Shown *shown)
{
    float amount = instance->amount_total;
    if (shown->node->def->count_up) {
        const float gained = amount - instance->amount_from;
        amount = instance->amount_from + gained * counting_share(gained, shown->time);
    }
    return (long)(amount + 0.5f);
}

/* Replaces "{amount}", once. */
static void format_text(const atr__Instance *instance, const Shown *shown, char *out, size_t size)
{
    const char *text = shown->node->def->text;
    const char *place = strstr(text, "{amount}");
    if (place == NULL) {
        snprintf(out, size, "%s", text);
    } else {
        snprintf(out, size, "%.*s%ld%s", (int)(place - text), text, shown_amount(instance, shown),
                 place + strlen("{amount}"));
    }
}

static bool shown_as_command(const atr_Effects *effects, const atr__Instance *instance,
                             uint32_t index, atr_DrawCmd *out)
{
    Shown shown;
    if (!node_is_shown(instance, index, &shown)) {
        return false;
    }
    const atr_EffectNode *def = shown.node->def;
    *out = shown_command(effects, instance, index, &shown);
    switch (def->type) {
    case ATR_NODE_TEXT:
        out->kind = ATR_DRAW_TEXT;
        out->h = shown_size(instance, &shown);
        format_text(instance, &shown, out->text, sizeof out->text);
        return true;
    case ATR_NODE_RING:
        out->kind = ATR_DRAW_SPRITE;
        out->w = shown_size(instance, &shown);
        out->h = def->shape_w > 0.0f ? out->w * def->shape_h / def->shape_w : out->w;
        out->angle_deg = atr__value_curve(&def->spin, shown.t) * shown.time;
        return true;
    case ATR_NODE_BANNER:
        out->kind = ATR_DRAW_RECT;
        out->w = shown_size(instance, &shown);
        out->h = def->shape_h * instance->scale * instance->space.size;
        return true;
    case ATR_NODE_FLASH:
        out->kind = ATR_DRAW_RECT;
        out->x = effects->view_w * 0.5f;
        out->y = effects->view_h * 0.5f;
        out->w = effects->view_w > 0.0f ? effects->view_w : FLASH_SIDE;
        out->h = effects->view_h > 0.0f ? effects->view_h : FLASH_SIDE;
        return true;
    default:
        return false;
    }
}

static bool particles_as_command(const atr__Instance *instance, uint32_t index, atr_DrawCmd *out)
{
    const atr__NodeState *state = &instance->nodes[index];
    const atr__Node *node = &instance->definition->nodes[index];
    *out = (atr_DrawCmd){ .kind = ATR_DRAW_PARTICLES,
                          .layer = node->def->layer,
                          .importance = instance->definition->def.importance,
                          .additive = node->def->additive,
                          .sprite = node->sprite,
                          .first = state->first,
                          .count = state->count };
    return state->count > 0;
}

uint32_t atr_effects_draw(const atr_Effects *effects, atr_RenderQueue *queue)
{
    ATR_ASSERT(effects != NULL && queue != NULL);
    uint32_t refused = 0;
    atr__mutex_lock(atr__effects_lock(effects));
    for (uint32_t i = 0; i < effects->order_count; i++) {
        const atr__Instance *instance = &effects->instances[effects->order[i]];
        if (effects->keep[instance->definition->def.importance] <= 0.0f) {
            continue; /* nothing of it fits into this frame */
        }
        for (uint32_t node = 0; node < instance->definition->def.node_count; node++) {
            const uint8_t type = instance->definition->def.nodes[node].type;
            atr_DrawCmd cmd;
            const bool drawn =
                type == ATR_NODE_EMITTER || type == ATR_NODE_TRAIL || type == ATR_NODE_RIBBON
                    ? particles_as_command(instance, node, &cmd)
                    : shown_as_command(effects, instance, node, &cmd);
            if (drawn && atr_queue_push(queue, &cmd) != ATR_OK) {
                refused++;
            }
        }
    }
    atr__mutex_unlock(atr__effects_lock(effects));
    return refused;
}

void atr_effects_shake(const atr_Effects *effects, float *out_x, float *out_y)
{
    float x = 0.0f;
    float y = 0.0f;
    atr__mutex_lock(atr__effects_lock(effects));
    for (uint32_t i = 0; i < effects->order_count; i++) {
        const atr__Instance *instance = &effects->instances[effects->order[i]];
        for (uint32_t node = 0; node < instance->definition->def.node_count; node++) {
            Shown shown;
            if (instance->definition->def.nodes[node].type != ATR_NODE_SHAKE ||
                !node_is_shown(instance, node, &shown)) {
                continue;
            }
            /* Two frequencies that do not meet within a shake, so that it does not swing. */
            const float reach = shown_size(instance, &shown) * shown.fade;
            x += reach * atr__sin_turns(shown.time * 13.0f);
            y += reach * atr__sin_turns(shown.time * 17.0f + 0.25f);
        }
    }
    atr__mutex_unlock(atr__effects_lock(effects));
    *out_x = x;
    *out_y = y;
}
