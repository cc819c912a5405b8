/* The effects there are: which of them have a tile, in which order, and what is written on it. */
#include "gallery.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* How many letters of a title's word are capitals: all of those that stand for several words. */
static size_t capitals(const char *word, size_t length, bool first)
{
    static const char *const short_for[] = { "vip", "xp" };
    for (size_t i = 0; i < ATR_COUNT_OF(short_for); i++) {
        if (strlen(short_for[i]) == length && strncmp(word, short_for[i], length) == 0) {
            return length;
        }
    }
    return first && length > 0 ? 1 : 0;
}

void gallery_title(const char *name, char out[ATR_EFFECT_NAME_MAX + 1])
{
    snprintf(out, ATR_EFFECT_NAME_MAX + 1, "%s", name);
    for (char *word = out;; word++) {
        const size_t length = strcspn(word, "_");
        const size_t upper = capitals(word, length, word == out);
        for (size_t i = 0; i < upper; i++) {
            word[i] = (char)toupper((unsigned char)word[i]);
        }
        word += length;
        if (*word == '\0') {
            return;
        }
        *word = ' ';
    }
}

bool gallery_find(const Gallery *gallery, const char *name, uint32_t *out)
{
    for (uint32_t i = 0; i < gallery->name_count; i++) {
        if (strcmp(gallery->names[i], name) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* Whether an effect is there only to be played instead of others. */
static bool stands_in(const Gallery *gallery, const char *name)
{
    const char *other;
    for (uint32_t i = 0; (other = atr_effects_name(gallery->effects, i)) != NULL; i++) {
        const atr_EffectDef *def = atr_effects_definition(gallery->effects, other);
        if (def != NULL && strcmp(def->reduced_motion, name) == 0 && strcmp(other, name) != 0) {
            return true;
        }
    }
    return false;
}

/* What stands in for another is seen when that one is played with reduced motion, and listed then.
 */
static bool is_listed(const Gallery *gallery, const char *name, bool standing_in)
{
    static const char suffix[] = "_still";
    const size_t size = strlen(name);
    const bool still =
        size >= sizeof suffix && strcmp(name + size - (sizeof suffix - 1), suffix) == 0;
    return stands_in(gallery, name) == standing_in && strcmp(name, GALLERY_STRESS_NAME) != 0 &&
           (!still || gallery->settings.option[SETTING_MOTION] == 1);
}

void gallery_list_effects(Gallery *gallery)
{
    uint32_t count = 0;
    while (atr_effects_name(gallery->effects, count) != NULL) {
        count++;
    }
    const uint32_t listed = count * 2 + gallery->settings.option[SETTING_MOTION];
    if (listed == gallery->listed) {
        return;
    }
    gallery->listed = listed;
    gallery->name_count = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < count && gallery->name_count < GALLERY_EFFECTS_MAX; i++) {
            const char *name = atr_effects_name(gallery->effects, i);
            if (is_listed(gallery, name, pass == 1)) {
                snprintf(gallery->names[gallery->name_count++], sizeof(EffectName), "%s", name);
            }
        }
    }
    gallery->selected = gallery->selected < gallery->name_count ? gallery->selected : 0;
    gallery->hover = gallery->pressed = gallery->focus = LAYOUT_NONE;
    gallery_relayout(gallery);
}
