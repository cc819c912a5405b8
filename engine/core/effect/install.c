/* Definitions come in by two steps: prepared on any thread, installed on the render thread by
 * moving pointers. A replaced one waits until nothing plays it, and is freed by whoever prepares
 * next. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#include "base/alloc.h"

/* What is prepared is a definition that is not in use yet. */
struct atr_PreparedEffect {
    atr__Definition definition;
};

static atr__Definition *definition_of(atr_PreparedEffect *prepared)
{
    return (atr__Definition *)prepared;
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

/* ---- Replaced ones --------------------------------------------------------------------------- */

static bool is_playing(const atr_Effects *effects, const atr__Definition *definition)
{
    for (uint32_t i = 0; i < effects->order_count; i++) {
        const atr__Instance *instance = &effects->instances[effects->order[i]];
        if (instance->live && instance->definition == definition) {
            return true;
        }
    }
    return false;
}

/* Takes those that nothing plays any more off the list. The lock is held. */
static atr__Definition *take_unused(atr_Effects *effects)
{
    atr__Definition *unused = NULL;
    atr__Definition **link = &effects->retired;
    while (*link != NULL) {
        atr__Definition *definition = *link;
        if (is_playing(effects, definition)) {
            link = &definition->next;
        } else {
            *link = definition->next;
            definition->next = unused;
            unused = definition;
        }
    }
    return unused;
}

static void destroy_list(const atr_Allocator *allocator, atr__Definition *list)
{
    while (list != NULL) {
        atr__Definition *next = list->next;
        atr__definition_destroy(allocator, list);
        list = next;
    }
}

void atr__definitions_destroy(atr_Effects *effects)
{
    const atr_Allocator *allocator = &effects->desc.allocator;
    for (uint32_t i = 0; i < effects->definition_count; i++) {
        atr__definition_destroy(allocator, effects->definitions[i]);
    }
    destroy_list(allocator, effects->retired);
}

/* ---- The two steps --------------------------------------------------------------------------- */

/* Keeps a place for a new name; the lock is taken. */
static atr_Status reserve_slot(atr_Effects *effects, atr__Definition *made)
{
    atr__mutex_lock(&effects->lock);
    const uint32_t slot = definition_slot(effects, made->def.name);
    made->reserves = slot == effects->definition_count;
    const bool full = made->reserves && effects->definition_count + effects->reserved_slots >=
                                            effects->desc.max_effects;
    made->reserves = made->reserves && !full;
    effects->reserved_slots += made->reserves;
    atr__Definition *unused = take_unused(effects);
    atr__mutex_unlock(&effects->lock);
    destroy_list(&effects->desc.allocator, unused);
    return full ? ATR_ERR_FULL : ATR_OK;
}

static void release_slot(atr_Effects *effects, atr__Definition *made)
{
    effects->reserved_slots -= made->reserves;
    made->reserves = false;
}

atr_Status atr_effects_prepare(atr_Effects *effects, const atr_EffectDef *def,
                               atr_PreparedEffect **out)
{
    ATR_ASSERT(effects != NULL && def != NULL && out != NULL);
    *out = NULL;
    atr__Definition *made = NULL;
    atr_Status st = atr__definition_compile(&effects->desc.allocator, def, &made);
    if (st != ATR_OK) {
        return st;
    }
    st = reserve_slot(effects, made);
    st = st == ATR_OK ? atr__names_resolve(effects, made) : st;
    if (st != ATR_OK) {
        atr_effects_discard(effects, (atr_PreparedEffect *)made);
        return st;
    }
    *out = (atr_PreparedEffect *)made;
    return ATR_OK;
}

void atr_effects_install(atr_Effects *effects, atr_PreparedEffect *prepared)
{
    ATR_ASSERT(effects != NULL && prepared != NULL);
    atr__Definition *made = definition_of(prepared);
    atr__mutex_lock(&effects->lock);
    const uint32_t slot = definition_slot(effects, made->def.name);
    release_slot(effects, made);
    if (slot < effects->definition_count) {
        effects->definitions[slot]->next = effects->retired;
        effects->retired = effects->definitions[slot];
    } else {
        effects->definition_count++;
    }
    effects->definitions[slot] = made;
    atr__mutex_unlock(&effects->lock);
}

void atr_effects_discard(atr_Effects *effects, atr_PreparedEffect *prepared)
{
    if (prepared == NULL) {
        return;
    }
    atr__Definition *made = definition_of(prepared);
    atr__mutex_lock(&effects->lock);
    release_slot(effects, made);
    atr__mutex_unlock(&effects->lock);
    atr__definition_destroy(&effects->desc.allocator, made);
}

atr_Status atr_effects_define(atr_Effects *effects, const atr_EffectDef *def)
{
    atr_PreparedEffect *prepared = NULL;
    const atr_Status st = atr_effects_prepare(effects, def, &prepared);
    if (st == ATR_OK) {
        atr_effects_install(effects, prepared);
    }
    return st;
}

/* ---- Readings -------------------------------------------------------------------------------- */

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
