/* What definitions name: anchors, rectangles and pictures become indices, the same for all
 * definitions. Names are never forgotten: pictures were loaded, instances play on.
 *
 * Definitions may be prepared beside the render thread, which must never wait for an allocation. So
 * memory is taken first, without the lock, then the lock only to fill it in; when another thread
 * was quicker, again. A table of sprites that has become too small is kept until the end, for the
 * host may still be reading it. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#include "base/alloc.h"

#include <stdio.h>

#define TABLE_SPARE 64u

typedef struct Spare {
    atr__Sheet *sheets[ATR_EFFECT_NODES_MAX];
    uint32_t sheet_count;
    atr__SpriteTable *table;
} Spare;

/* ---- Anchors and rectangles ------------------------------------------------------------------ */

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

static atr_Status resolve_force(atr_Effects *effects, const atr_Force *force, uint8_t *out)
{
    if (force->kind != ATR_FORCE_RECT) {
        return resolve_anchor(effects, force->anchor, out);
    }
    const int index = atr__rect_index(effects, force->anchor);
    *out = (uint8_t)(index >= 0 ? index : 0);
    return index >= 0 ? ATR_OK : ATR_ERR_FULL;
}

/* ---- Pictures -------------------------------------------------------------------------------- */

static atr__SpriteTable *table_make(const atr_Allocator *allocator, uint32_t capacity)
{
    atr__SpriteTable *table =
        atr__alloc_zero(allocator, 1, sizeof *table + (size_t)capacity * sizeof table->names[0]);
    if (table != NULL) {
        table->capacity = capacity;
    }
    return table;
}

static void table_free(const atr_Allocator *allocator, atr__SpriteTable *table)
{
    if (table != NULL) {
        atr__free(allocator, table, 1,
                  sizeof *table + (size_t)table->capacity * sizeof table->names[0]);
    }
}

bool atr__names_init(atr_Effects *effects)
{
    effects->sprites = table_make(&effects->desc.allocator, TABLE_SPARE);
    if (effects->sprites == NULL) {
        return false;
    }
    effects->sprites->names[0] = (atr_SpriteName){ "", 0, 1 };
    effects->sprite_count = 1;
    return true;
}

void atr__names_deinit(atr_Effects *effects)
{
    const atr_Allocator *allocator = &effects->desc.allocator;
    for (uint32_t i = 0; i < effects->sheet_count; i++) {
        atr__free(allocator, effects->sheets[i], 1, sizeof *effects->sheets[i]);
    }
    while (effects->sprites != NULL) {
        atr__SpriteTable *older = effects->sprites->older;
        table_free(allocator, effects->sprites);
        effects->sprites = older;
    }
}

static const atr__Sheet *find_sheet(const atr_Effects *effects, const atr_EffectNode *node)
{
    for (uint32_t i = 0; i < effects->sheet_count; i++) {
        const atr__Sheet *sheet = effects->sheets[i];
        if (sheet->frames == node->frames && strcmp(sheet->name, node->sheet) == 0) {
            return sheet;
        }
    }
    return NULL;
}

static bool is_first_of_its_sheet(const atr_EffectDef *def, uint32_t index)
{
    const atr_EffectNode *node = &def->nodes[index];
    for (uint32_t i = 0; i < index; i++) {
        if (def->nodes[i].frames == node->frames && strcmp(def->nodes[i].sheet, node->sheet) == 0) {
            return false;
        }
    }
    return true;
}

/* How many sheets and sprites a definition would add. */
static void count_new(const atr_Effects *effects, const atr_EffectDef *def, uint32_t *out_sheets,
                      uint32_t *out_sprites)
{
    *out_sheets = 0;
    *out_sprites = 0;
    for (uint32_t i = 0; i < def->node_count; i++) {
        const atr_EffectNode *node = &def->nodes[i];
        if (node->sheet[0] != '\0' && is_first_of_its_sheet(def, i) &&
            find_sheet(effects, node) == NULL) {
            (*out_sheets)++;
            *out_sprites += node->frames;
        }
    }
}

static atr_SpriteId resolve_sheet(atr_Effects *effects, const atr_EffectNode *node, Spare *spare)
{
    if (node->sheet[0] == '\0') {
        return ATR_SPRITE_WHITE;
    }
    const atr__Sheet *found = find_sheet(effects, node);
    if (found != NULL) {
        return found->first;
    }
    atr__Sheet *sheet = spare->sheets[--spare->sheet_count];
    snprintf(sheet->name, sizeof sheet->name, "%s", node->sheet);
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): count_new saw to the spare one */
    sheet->frames = node->frames;
    sheet->first = (atr_SpriteId)effects->sprite_count;
    effects->sheets[effects->sheet_count++] = sheet;
    for (uint16_t frame = 0; frame < node->frames; frame++) {
        effects->sprites->names[effects->sprite_count++] =
            (atr_SpriteName){ sheet->name, frame, node->frames };
    }
    return sheet->first;
}

const atr_SpriteName *atr_effects_sprites(const atr_Effects *effects, uint32_t *count)
{
    atr__mutex_lock(atr__effects_lock(effects));
    *count = effects->sprite_count;
    const atr_SpriteName *names = effects->sprites->names;
    atr__mutex_unlock(atr__effects_lock(effects));
    return names;
}

/* ---- A definition's names -------------------------------------------------------------------- */

/* Takes the larger table into use. */
static void table_use(atr_Effects *effects, Spare *spare)
{
    atr__SpriteTable *table = spare->table;
    memcpy(table->names, effects->sprites->names, effects->sprite_count * sizeof table->names[0]);
    table->older = effects->sprites;
    effects->sprites = table;
    spare->table = NULL;
}

static atr_Status resolve_all(atr_Effects *effects, atr__Definition *definition, Spare *spare)
{
    atr_Status st = ATR_OK;
    for (uint32_t i = 0; i < definition->def.node_count && st == ATR_OK; i++) {
        const atr_EffectNode *def = &definition->def.nodes[i];
        atr__Node *node = &definition->nodes[i];
        st = resolve_anchor(effects, def->anchor, &node->anchor);
        for (uint32_t f = 0; f < def->force_count && st == ATR_OK; f++) {
            st = resolve_force(effects, &def->forces[f], &node->force_anchor[f]);
        }
        node->sprite = resolve_sheet(effects, def, spare);
    }
    return st;
}

/* What resolve_all would lack, 0 and 0 when nothing. */
static atr_Status find_lack(const atr_Effects *effects, const atr_EffectDef *def,
                            const Spare *spare, uint32_t *out_sheets, uint32_t *out_capacity)
{
    uint32_t sheets = 0;
    uint32_t sprites = 0;
    count_new(effects, def, &sheets, &sprites);
    const uint32_t needed = effects->sprite_count + sprites;
    const uint32_t most = effects->desc.max_effects * ATR_EFFECT_NODES_MAX;
    if (effects->sheet_count + sheets > most || needed > effects->desc.max_sprites) {
        return ATR_ERR_FULL;
    }
    *out_sheets = sheets > spare->sheet_count ? sheets : 0;
    const bool fits = needed <= effects->sprites->capacity ||
                      (spare->table != NULL && needed <= spare->table->capacity);
    const uint32_t twice = 2 * effects->sprites->capacity;
    *out_capacity = fits ? 0 : needed > twice ? needed + TABLE_SPARE : twice;
    return ATR_OK;
}

static bool spare_grow(const atr_Allocator *allocator, Spare *spare, uint32_t sheets,
                       uint32_t capacity)
{
    while (spare->sheet_count < sheets) {
        atr__Sheet *sheet = atr__alloc_zero(allocator, 1, sizeof *sheet);
        if (sheet == NULL) {
            return false;
        }
        spare->sheets[spare->sheet_count++] = sheet;
    }
    if (capacity > 0) {
        table_free(allocator, spare->table);
        spare->table = table_make(allocator, capacity);
    }
    return capacity == 0 || spare->table != NULL;
}

atr_Status atr__names_resolve(atr_Effects *effects, atr__Definition *definition)
{
    const atr_Allocator *allocator = &effects->desc.allocator;
    Spare spare = { .sheet_count = 0 };
    atr_Status st = ATR_OK;
    for (bool done = false; !done && st == ATR_OK;) {
        uint32_t sheets = 0;
        uint32_t capacity = 0;
        atr__mutex_lock(&effects->lock);
        st = find_lack(effects, &definition->def, &spare, &sheets, &capacity);
        done = st == ATR_OK && sheets == 0 && capacity == 0;
        if (done) {
            if (spare.table != NULL && spare.table->capacity > effects->sprites->capacity) {
                table_use(effects, &spare);
            }
            st = resolve_all(effects, definition, &spare);
        }
        atr__mutex_unlock(&effects->lock);
        if (st == ATR_OK && !done && !spare_grow(allocator, &spare, sheets, capacity)) {
            st = ATR_ERR_NO_MEMORY;
        }
    }
    while (spare.sheet_count > 0) {
        atr__free(allocator, spare.sheets[--spare.sheet_count], 1, sizeof(atr__Sheet));
    }
    table_free(allocator, spare.table);
    return st;
}
