/* Definitions: checked, copied, and turned into tables (size and colour over life, sprite ids,
 * anchor and node indices), so that the frame only looks up. All allocation of the effects after
 * create happens here. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#include "base/alloc.h"

#include <stdio.h>

#define NUMBER_MAX       1.0e6f
#define DURATION_MAX     60.0f
#define NODE_MAX_DEFAULT 256
#define FRAMES_MAX       256
#define RIBBON_LENGTH    0.3f /* s; where none is said */
#define WHIRL_PX         120.0f
#define WHIRL_PERIOD     2.0f
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

/* ---- Names ----------------------------------------------------------------------------------- */

int atr__anchor_index(atr_Effects *effects, const char *name)
{
    for (uint32_t i = 0; i < effects->anchor_count; i++) {
        if (strcmp(effects->anchors[i].name, name) == 0) {
            return (int)i;
        }
    }
    if (effects->anchor_count == ATR__ANCHORS_MAX) {
        return -1;
    }
    atr__Anchor *anchor = &effects->anchors[effects->anchor_count];
    *anchor = (atr__Anchor){ 0 };
    snprintf(anchor->name, sizeof anchor->name, "%s", name);
    return (int)effects->anchor_count++;
}

int atr__rect_index(atr_Effects *effects, const char *name)
{
    for (uint32_t i = 0; i < effects->rect_count; i++) {
        if (strcmp(effects->rects[i].name, name) == 0) {
            return (int)i;
        }
    }
    if (effects->rect_count == ATR__RECTS_MAX) {
        return -1;
    }
    atr__NamedRect *rect = &effects->rects[effects->rect_count];
    *rect = (atr__NamedRect){ 0 };
    snprintf(rect->name, sizeof rect->name, "%s", name);
    return (int)effects->rect_count++;
}

static atr_Status resolve_anchor(atr_Effects *effects, const char *name, uint8_t *out)
{
    *out = ATR__ANCHOR_NONE;
    if (name[0] == '\0') {
        return ATR_OK;
    }
    const int index = atr__anchor_index(effects, name);
    if (index < 0) {
        return ATR_ERR_FULL;
    }
    *out = (uint8_t)index;
    return ATR_OK;
}

static atr_Status grow_sprites(atr_Effects *effects, uint32_t count)
{
    if (count <= effects->sprite_capacity) {
        return ATR_OK;
    }
    const uint32_t capacity = count + 64;
    const atr_Allocator *allocator = &effects->desc.allocator;
    atr_SpriteName *grown = atr__alloc_zero(allocator, capacity, sizeof *grown);
    if (grown == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    if (effects->sprite_count > 0) {
        memcpy(grown, effects->sprites, effects->sprite_count * sizeof *grown);
    }
    atr__free(allocator, effects->sprites, effects->sprite_capacity, sizeof *grown);
    effects->sprites = grown;
    effects->sprite_capacity = capacity;
    return ATR_OK;
}

/* Ids for all frames of a sheet, in order. Sheets are never forgotten: pictures were loaded. */
static atr_Status resolve_sheet(atr_Effects *effects, const char *name, uint16_t frames,
                                atr_SpriteId *out)
{
    *out = ATR_SPRITE_WHITE;
    if (name[0] == '\0') {
        return ATR_OK;
    }
    for (uint32_t i = 0; i < effects->sheet_count; i++) {
        const atr__Sheet *sheet = effects->sheets[i];
        if (sheet->frames == frames && strcmp(sheet->name, name) == 0) {
            *out = sheet->first;
            return ATR_OK;
        }
    }
    const uint32_t sheet_capacity = effects->desc.max_effects * ATR_EFFECT_NODES_MAX;
    if (effects->sheet_count == sheet_capacity ||
        effects->sprite_count + frames >= ATR_SPRITE_NONE) {
        return ATR_ERR_FULL;
    }
    if (grow_sprites(effects, effects->sprite_count + frames) != ATR_OK) {
        return ATR_ERR_NO_MEMORY;
    }
    atr__Sheet *sheet = atr__alloc_zero(&effects->desc.allocator, 1, sizeof *sheet);
    if (sheet == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    snprintf(sheet->name, sizeof sheet->name, "%s", name);
    sheet->frames = frames;
    sheet->first = (atr_SpriteId)effects->sprite_count;
    effects->sheets[effects->sheet_count++] = sheet;
    for (uint16_t frame = 0; frame < frames; frame++) {
        effects->sprites[effects->sprite_count++] = (atr_SpriteName){ sheet->name, frame, frames };
    }
    *out = sheet->first;
    return ATR_OK;
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static bool emits(const atr_EffectNode *node)
{
    return node->type == ATR_NODE_EMITTER || node->type == ATR_NODE_TRAIL;
}

/* The most particles of a node that can be alive at once. */
static uint32_t estimate(const atr_EffectDef *def, const atr__Node *node)
{
    const atr_EffectNode *n = node->def;
    if (!emits(n)) {
        return 0;
    }
    if (node->is_target) {
        return n->max;
    }
    const float amount =
        def->amount_max > def->amount_default ? def->amount_max : def->amount_default;
    const float life = atr__value_most(&n->life, amount);
    float most =
        atr__value_most(&n->rate, amount) * (life < n->duration ? life : n->duration) + 1.0f;
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

static atr_Status resolve_force(atr_Effects *effects, atr_Force *force, uint8_t *out)
{
    if (force->kind == ATR_FORCE_TURBULENCE) {
        force->scale_px = force->scale_px > 0.0f ? force->scale_px : WHIRL_PX;
        force->period = force->period > 0.0f ? force->period : WHIRL_PERIOD;
    }
    if (force->kind != ATR_FORCE_RECT) {
        return resolve_anchor(effects, force->anchor, out);
    }
    const int index = atr__rect_index(effects, force->anchor);
    *out = (uint8_t)(index >= 0 ? index : 0);
    return index >= 0 ? ATR_OK : ATR_ERR_FULL;
}

static atr_Status compile_node(atr_Effects *effects, atr__Definition *definition, uint32_t index)
{
    atr_EffectNode *def = &definition->def.nodes[index];
    atr__Node *node = &definition->nodes[index];
    def->frames = def->frames > 0 ? def->frames : 1;
    def->max = def->max > 0 ? def->max : NODE_MAX_DEFAULT;
    if (def->duration <= 0.0f) {
        def->duration = definition->def.duration - def->start;
        def->duration = def->duration > 0.0f ? def->duration : 0.0f;
    }
    if (def->type == ATR_NODE_RIBBON && def->length <= 0.0f) {
        def->length = RIBBON_LENGTH;
    }
    atr_Status st = resolve_anchor(effects, def->anchor, &node->anchor);
    for (uint32_t i = 0; i < def->force_count && st == ATR_OK; i++) {
        st = resolve_force(effects, &def->forces[i], &node->force_anchor[i]);
    }
    if (st == ATR_OK) {
        st = resolve_sheet(effects, def->sheet, def->frames, &node->sprite);
    }
    if (st != ATR_OK) {
        return st;
    }
    node->color_rows = def->palette_count > 0 ? def->palette_count : 1;
    node->color = atr__alloc_zero(&effects->desc.allocator, node->color_rows * ATR__LUT_SIZE,
                                  sizeof *node->color);
    if (node->color == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < ATR__LUT_SIZE; i++) {
        const float t = (float)i / (ATR__LUT_SIZE - 1);
        node->size[i] = def->size.kind == ATR_VALUE_KEYS ? atr__value_curve(&def->size, t) : 1.0f;
        for (uint32_t row = 0; row < node->color_rows; row++) {
            node->color[row * ATR__LUT_SIZE + i] = atr__color_at(def, t, row);
        }
    }
    return ATR_OK;
}

static void definition_destroy(atr_Effects *effects, atr__Definition *definition)
{
    if (definition == NULL) {
        return;
    }
    const atr_Allocator *allocator = &effects->desc.allocator;
    for (uint32_t i = 0; i < ATR_EFFECT_NODES_MAX; i++) {
        atr__Node *node = &definition->nodes[i];
        atr__free(allocator, node->color, node->color_rows * ATR__LUT_SIZE, sizeof *node->color);
    }
    atr__free(allocator, definition, 1, sizeof *definition);
}

void atr__definitions_destroy(atr_Effects *effects)
{
    const atr_Allocator *allocator = &effects->desc.allocator;
    for (uint32_t i = 0; i < effects->definition_count; i++) {
        definition_destroy(effects, effects->definitions[i]);
    }
    for (uint32_t i = 0; i < effects->sheet_count; i++) {
        atr__free(allocator, effects->sheets[i], 1, sizeof *effects->sheets[i]);
    }
    atr__free(allocator, effects->sprites, effects->sprite_capacity, sizeof *effects->sprites);
}

static atr_Status compile(atr_Effects *effects, const atr_EffectDef *def, atr__Definition **out)
{
    atr__Definition *made = atr__alloc_zero(&effects->desc.allocator, 1, sizeof *made);
    if (made == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    made->def = *def;
    for (uint32_t i = 0; i < def->node_count; i++) {
        made->nodes[i].def = &made->def.nodes[i];
    }
    atr_Status st = link_nodes(made) ? ATR_OK : ATR_ERR_INVALID;
    for (uint32_t i = 0; i < def->node_count && st == ATR_OK; i++) {
        st = compile_node(effects, made, i);
    }
    for (uint32_t i = 0; i < def->node_count && st == ATR_OK; i++) {
        made->nodes[i].estimate = estimate(&made->def, &made->nodes[i]);
    }
    if (st != ATR_OK) {
        definition_destroy(effects, made);
        return st;
    }
    *out = made;
    return ATR_OK;
}

static uint32_t definition_slot(const atr_Effects *effects, const char *name)
{
    uint32_t i = 0;
    while (i < effects->definition_count && strcmp(effects->definitions[i]->def.name, name) != 0) {
        i++;
    }
    return i;
}

atr__Definition *atr__definition_find(const atr_Effects *effects, const char *name)
{
    const uint32_t slot = definition_slot(effects, name);
    return slot < effects->definition_count ? effects->definitions[slot] : NULL;
}

static void stop_playing(atr_Effects *effects, const atr__Definition *definition)
{
    for (uint32_t i = 0; i < effects->order_count; i++) {
        atr__Instance *instance = &effects->instances[effects->order[i]];
        if (instance->live && instance->definition == definition) {
            atr__instance_end(effects, instance);
        }
    }
    atr__instances_compact(effects);
}

static atr_Status define_locked(atr_Effects *effects, const atr_EffectDef *def)
{
    const uint32_t slot = definition_slot(effects, def->name);
    if (slot == effects->desc.max_effects) {
        return ATR_ERR_FULL;
    }
    atr__Definition *made = NULL;
    const atr_Status st = compile(effects, def, &made);
    if (st != ATR_OK) {
        return st;
    }
    if (slot < effects->definition_count) {
        stop_playing(effects, effects->definitions[slot]);
        definition_destroy(effects, effects->definitions[slot]);
    } else {
        effects->definition_count++;
    }
    effects->definitions[slot] = made;
    return ATR_OK;
}

atr_Status atr_effects_define(atr_Effects *effects, const atr_EffectDef *def)
{
    ATR_ASSERT(effects != NULL && def != NULL);
    if (!def_is_valid(def)) {
        return ATR_ERR_INVALID;
    }
    atr__mutex_lock(&effects->lock);
    const atr_Status st = define_locked(effects, def);
    atr__mutex_unlock(&effects->lock);
    atr__deliver_done(effects);
    return st;
}

atr_Log atr_effects_log(const atr_Effects *effects)
{
    return effects->desc.log;
}

const char *atr_effects_name(const atr_Effects *effects, uint32_t index)
{
    return index < effects->definition_count ? effects->definitions[index]->def.name : NULL;
}

const atr_EffectDef *atr_effects_definition(const atr_Effects *effects, const char *name)
{
    const atr__Definition *found = atr__definition_find(effects, name);
    return found != NULL ? &found->def : NULL;
}

const atr_SpriteName *atr_effects_sprites(const atr_Effects *effects, uint32_t *count)
{
    *count = effects->sprite_count;
    return effects->sprites;
}
