/* Definitions: checked, copied, and turned into tables (size and colour over life, node indices),
 * so that the frame only looks up. Nothing here knows the effects they are for. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#include "base/alloc.h"

#define NUMBER_MAX       1.0e6f
#define DURATION_MAX     60.0f
#define NODE_MAX_DEFAULT 256
#define FRAMES_MAX       256
#define RIBBON_LENGTH    0.3f /* s; where none is said */
#define WHIRL_PX         120.0f
#define WHIRL_PERIOD     2.0f
#define STRIPS_MAX       256u     /* of one ribbon node */
#define ALIVE_MAX        1000000u /* of one node; as many as there can be in all */

static bool is_number(float value)
{
    return value >= -NUMBER_MAX && value <= NUMBER_MAX; /* false for NaN */
}

static bool is_share(float value)
{
    return value >= 0.0f && value <= 1.0f;
}

static bool is_text(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

static bool value_is_valid(const atr_Value *value)
{
    if (value->kind > ATR_VALUE_PARAM || value->key_count > ATR_CURVE_KEYS_MAX ||
        !is_number(value->low) || !is_number(value->high) || !is_share(value->variance) ||
        !is_number(value->scale) || !is_number(value->max)) {
        return false;
    }
    for (uint32_t i = 0; i < value->key_count; i++) {
        if (!is_share(value->keys[i].t) || !is_number(value->keys[i].v)) {
            return false;
        }
    }
    return true;
}

static bool forces_are_valid(const atr_EffectNode *node)
{
    if (node->force_count > ATR_FORCES_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < node->force_count; i++) {
        const atr_Force *force = &node->forces[i];
        if (force->kind > ATR_FORCE_RECT || !is_text(force->anchor, sizeof force->anchor) ||
            !is_number(force->strength) || !is_number(force->arrive_px) ||
            !is_number(force->period) || !is_number(force->scale_px) ||
            (force->kind == ATR_FORCE_RECT && force->anchor[0] == '\0') ||
            !is_share(force->bounce) || !is_share(force->friction)) {
            return false;
        }
    }
    return true;
}

static bool node_is_valid(const atr_EffectNode *node)
{
    const atr_Value *values[] = { &node->rate, &node->life, &node->speed, &node->angle,
                                  &node->size, &node->spin, &node->fps };
    for (size_t i = 0; i < ATR_COUNT_OF(values); i++) {
        if (!value_is_valid(values[i])) {
            return false;
        }
    }
    if (node->burst_count > ATR_BURSTS_MAX || node->color_count > ATR_CURVE_KEYS_MAX ||
        node->palette_count > ATR_PALETTE_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < node->burst_count; i++) {
        if (!is_number(node->bursts[i].t) || !value_is_valid(&node->bursts[i].count)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < node->color_count; i++) {
        if (!is_share(node->colors[i].t)) {
            return false;
        }
    }
    return node->type <= ATR_NODE_RIBBON && node->layer < ATR_LAYER_COUNT &&
           node->shape <= ATR_SHAPE_LINE && node->start >= 0.0f && node->start <= DURATION_MAX &&
           node->duration >= 0.0f && node->duration <= DURATION_MAX && is_number(node->shape_w) &&
           is_number(node->shape_h) && is_number(node->offset_x) && is_number(node->offset_y) &&
           is_number(node->gravity_x) && is_number(node->gravity_y) && is_number(node->drag) &&
           node->drag >= 0.0f && node->max <= ALIVE_MAX && node->frames <= FRAMES_MAX &&
           forces_are_valid(node) && is_text(node->id, sizeof node->id) &&
           is_text(node->follow, sizeof node->follow) && is_number(node->length) &&
           node->length >= 0.0f && (node->type != ATR_NODE_RIBBON || node->follow[0] != '\0') &&
           is_text(node->anchor, sizeof node->anchor) && is_text(node->sheet, sizeof node->sheet) &&
           is_text(node->on_birth, sizeof node->on_birth) &&
           is_text(node->on_death, sizeof node->on_death) &&
           is_text(node->on_arrive, sizeof node->on_arrive) &&
           is_text(node->text, sizeof node->text);
}

static bool def_is_valid(const atr_EffectDef *def)
{
    if (!is_text(def->name, sizeof def->name) || def->name[0] == '\0' ||
        !is_text(def->reduced_motion, sizeof def->reduced_motion) ||
        def->importance > ATR_IMPORTANCE_CRITICAL || def->merge > ATR_MERGE_IGNORE ||
        !(def->duration > 0.0f && def->duration <= DURATION_MAX) || !is_number(def->cooldown) ||
        !is_number(def->merge_window) || !is_number(def->amount_default) ||
        !is_number(def->trigger_rate) || def->trigger_rate < 0.0f || !is_number(def->keep_alive) ||
        def->keep_alive < 0.0f || !is_number(def->amount_min) || !is_number(def->amount_max) ||
        def->node_count == 0 || def->node_count > ATR_EFFECT_NODES_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < def->node_count; i++) {
        if (!node_is_valid(&def->nodes[i])) {
            return false;
        }
    }
    return true;
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static bool emits(const atr_EffectNode *node)
{
    return node->type == ATR_NODE_EMITTER || node->type == ATR_NODE_TRAIL;
}

/* The most particles of a node that can be alive at once. */
static uint32_t estimate(const atr__Definition *definition, const atr__Node *node)
{
    const atr_EffectDef *def = &definition->def;
    const atr_EffectNode *n = node->def;
    if (n->type == ATR_NODE_RIBBON) {
        const uint32_t strips = definition->nodes[node->follow].estimate;
        return (strips < STRIPS_MAX ? strips : STRIPS_MAX) * ATR__STRIP_PLACES;
    }
    if (!emits(n)) {
        return 0;
    }
    if (node->is_target) {
        return n->max;
    }
    const float amount =
        def->amount_max > def->amount_default ? def->amount_max : def->amount_default;
    const float life = atr__value_most(&n->life, amount);
    const float lasts = def->keep_alive > 0.0f ? life : n->duration;
    float most = atr__value_most(&n->rate, amount) * (life < lasts ? life : lasts) + 1.0f;
    if (node->follow != ATR__NODE_NONE) {
        most = atr__value_most(&n->rate, amount) * life *
               (float)definition->nodes[node->follow].estimate;
    }
    for (uint32_t i = 0; i < n->burst_count; i++) {
        most += atr__value_most(&n->bursts[i].count, amount) + 1.0f;
    }
    if (!(most > 0.0f)) {
        return 0; /* rates and lives below zero bear nothing */
    }
    return most < (float)n->max ? (uint32_t)most : n->max;
}

static uint8_t find_later(const atr_EffectDef *def, uint32_t index, const char *id)
{
    for (uint32_t i = index + 1; i < def->node_count; i++) {
        if (emits(&def->nodes[i]) && strcmp(def->nodes[i].id, id) == 0) {
            return (uint8_t)i;
        }
    }
    return ATR__NODE_NONE;
}

static uint8_t find_earlier(const atr_EffectDef *def, uint32_t index, const char *id)
{
    for (uint32_t i = 0; i < index; i++) {
        if (def->nodes[i].type == ATR_NODE_EMITTER && strcmp(def->nodes[i].id, id) == 0) {
            return (uint8_t)i;
        }
    }
    return ATR__NODE_NONE;
}

/* False when an id is named that no later emitter has, or one to follow that no earlier has. */
static bool link_nodes(atr__Definition *definition)
{
    const atr_EffectDef *def = &definition->def;
    for (uint32_t i = 0; i < def->node_count; i++) {
        atr__Node *node = &definition->nodes[i];
        const char *follow = node->def->follow;
        node->follow = follow[0] != '\0' ? find_earlier(def, i, follow) : ATR__NODE_NONE;
        if (follow[0] != '\0' && node->follow == ATR__NODE_NONE) {
            return false;
        }
        const char *ids[2] = { node->def->on_birth, node->def->on_death };
        uint8_t *targets[2] = { &node->on_birth, &node->on_death };
        for (int k = 0; k < 2; k++) {
            *targets[k] = ids[k][0] != '\0' ? find_later(def, i, ids[k]) : ATR__NODE_NONE;
            if (ids[k][0] != '\0' && *targets[k] == ATR__NODE_NONE) {
                return false;
            }
            if (*targets[k] != ATR__NODE_NONE) {
                definition->nodes[*targets[k]].is_target = true;
            }
        }
    }
    return true;
}

static void fill_defaults(const atr_EffectDef *whole, atr_EffectNode *def)
{
    def->frames = def->frames > 0 ? def->frames : 1;
    def->max = def->max > 0 ? def->max : NODE_MAX_DEFAULT;
    if (def->duration <= 0.0f) {
        def->duration = whole->duration - def->start;
        def->duration = def->duration > 0.0f ? def->duration : 0.0f;
    }
    if (def->type == ATR_NODE_RIBBON && def->length <= 0.0f) {
        def->length = RIBBON_LENGTH;
    }
    for (uint32_t i = 0; i < def->force_count; i++) {
        atr_Force *force = &def->forces[i];
        if (force->kind == ATR_FORCE_TURBULENCE) {
            force->scale_px = force->scale_px > 0.0f ? force->scale_px : WHIRL_PX;
            force->period = force->period > 0.0f ? force->period : WHIRL_PERIOD;
        }
    }
}

static bool compile_node(const atr_Allocator *allocator, atr__Definition *definition,
                         uint32_t index)
{
    atr_EffectNode *def = &definition->def.nodes[index];
    atr__Node *node = &definition->nodes[index];
    fill_defaults(&definition->def, def);
    node->color_rows = def->palette_count > 0 ? def->palette_count : 1;
    node->color = atr__alloc_zero(allocator, node->color_rows * ATR__LUT_SIZE, sizeof *node->color);
    if (node->color == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < ATR__LUT_SIZE; i++) {
        const float t = (float)i / (ATR__LUT_SIZE - 1);
        node->size[i] = def->size.kind == ATR_VALUE_KEYS ? atr__value_curve(&def->size, t) : 1.0f;
        for (uint32_t row = 0; row < node->color_rows; row++) {
            node->color[row * ATR__LUT_SIZE + i] = atr__color_at(def, t, row);
        }
    }
    return true;
}

void atr__definition_destroy(const atr_Allocator *allocator, atr__Definition *definition)
{
    if (definition == NULL) {
        return;
    }
    for (uint32_t i = 0; i < ATR_EFFECT_NODES_MAX; i++) {
        atr__Node *node = &definition->nodes[i];
        atr__free(allocator, node->color, node->color_rows * ATR__LUT_SIZE, sizeof *node->color);
    }
    atr__free(allocator, definition, 1, sizeof *definition);
}

atr_Status atr__definition_compile(const atr_Allocator *allocator, const atr_EffectDef *def,
                                   atr__Definition **out)
{
    *out = NULL;
    if (!def_is_valid(def)) {
        return ATR_ERR_INVALID;
    }
    atr__Definition *made = atr__alloc_zero(allocator, 1, sizeof *made);
    if (made == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    made->def = *def;
    for (uint32_t i = 0; i < def->node_count; i++) {
        made->nodes[i].def = &made->def.nodes[i];
    }
    atr_Status st = link_nodes(made) ? ATR_OK : ATR_ERR_INVALID;
    for (uint32_t i = 0; i < def->node_count && st == ATR_OK; i++) {
        st = compile_node(allocator, made, i) ? ATR_OK : ATR_ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < def->node_count && st == ATR_OK; i++) {
        made->nodes[i].estimate = estimate(made, &made->nodes[i]);
    }
    if (st != ATR_OK) {
        atr__definition_destroy(allocator, made);
        return st;
    }
    *out = made;
    return ATR_OK;
}
