/* The definition format, version 1: JSON into atr_EffectDef. What each field means is told by
 * schema.json and effect_def.h; here are its bounds. The parts of a node are read by parts.c. */
#include <atrium/catalogue.h>

#include "effects_internal.h"
#include "reader.h"

#include <string.h>

#define TEXT_SIZE 48.0f /* letter height where none is said */

enum {
    EMITTER = 1u << ATR_NODE_EMITTER,
    TEXT = 1u << ATR_NODE_TEXT,
    FLASH = 1u << ATR_NODE_FLASH,
    RING = 1u << ATR_NODE_RING,
    SHAKE = 1u << ATR_NODE_SHAKE,
    SOUND = 1u << ATR_NODE_SOUND,
    BANNER = 1u << ATR_NODE_BANNER,
    TRAIL = 1u << ATR_NODE_TRAIL,
    RIBBON = 1u << ATR_NODE_RIBBON,
    EMITS = EMITTER | TRAIL,
    STANDS = TEXT | RING | BANNER, /* one thing with a place */
    SEEN = EMITS | STANDS | RIBBON | FLASH
};

/* ---- Nodes ----------------------------------------------------------------------------------- */

static const char *const node_types[] = { "emitter", "text",   "flash", "ring",   "shake",
                                          "sound",   "banner", "trail", "ribbon", NULL };

static void field_type(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    const int type = atr__read_choice(reader, value, node_types);
    *(uint8_t *)out = (uint8_t)(type > 0 ? type : 0);
}

#define NODE(member) offsetof(atr_EffectNode, member)
static const atr__Field node_fields[] = {
    { "type", field_type, NODE(type), 0, 0, 0, true },
    { "id", atr__field_name, NODE(id), 0, 0, 0, false },
    { "at", atr__field_at, NODE(anchor), 0, 0, EMITS | STANDS, false },
    { "offset", atr__field_pair, NODE(offset_x), -ATR__PIXELS_MAX, ATR__PIXELS_MAX, EMITS | STANDS,
      false },
    { "follow", atr__field_name, NODE(follow), 0, 0, RIBBON, true },
    { "follow", atr__field_name, NODE(follow), 0, 0, TRAIL, false },
    { "length", atr__field_float, NODE(length), 0.02, 2, RIBBON, true },
    { "start", atr__field_float, NODE(start), 0, ATR__SECONDS_MAX, 0, false },
    { "duration", atr__field_float, NODE(duration), 0, ATR__SECONDS_MAX, 0, false },
    { "layer", atr__field_u8, NODE(layer), 0, ATR_LAYER_COUNT - 1, SEEN, false },
    { "max", atr__field_u32, NODE(max), 1, ATR__COUNT_MAX, EMITS, false },
    { "shape", atr__field_shape, 0, 0, 0, EMITS, false },
    { "rate", atr__field_value, NODE(rate), 0, 10000, EMITS, false },
    { "bursts", atr__field_bursts, 0, 0, 0, EMITS, false },
    { "life", atr__field_value, NODE(life), 0.01, 10, EMITS, true },
    { "speed", atr__field_value, NODE(speed), -ATR__SPEED_MAX, ATR__SPEED_MAX, EMITS | STANDS,
      false },
    { "angle", atr__field_value, NODE(angle), -3600, 3600, EMITS | STANDS, false },
    { "gravity", atr__field_pair, NODE(gravity_x), -ATR__SPEED_MAX, ATR__SPEED_MAX, EMITS, false },
    { "drag", atr__field_float, NODE(drag), 0, 100, EMITS, false },
    { "forces", atr__field_forces, 0, 0, 0, EMITS, false },
    { "sprite", atr__field_sprite, 0, 0, 0, EMITS | RING, false },
    { "blend", atr__field_blend, NODE(additive), 0, 0, SEEN, false },
    { "size", atr__field_value, NODE(size), 0, ATR__PIXELS_MAX,
      EMITS | RING | BANNER | SHAKE | RIBBON, true },
    { "size", atr__field_value, NODE(size), 0, ATR__PIXELS_MAX, TEXT, false },
    { "height", atr__field_float, NODE(shape_h), 0, ATR__PIXELS_MAX, BANNER, true },
    { "color", atr__field_colors, 0, 0, 0, SEEN, false },
    { "palette", atr__field_palette, 0, 0, 0, EMITS, false },
    { "spin", atr__field_value, NODE(spin), -3600, 3600, EMITS | RING, false },
    { "on", atr__field_on, 0, 0, 0, EMITS, false },
    { "value", atr__field_text, NODE(text), 1, ATR_DRAW_TEXT_MAX, TEXT, true },
    { "count_up", atr__field_bool, NODE(count_up), 0, 0, TEXT, false },
    { "cue", atr__field_text, NODE(text), 1, ATR_DRAW_TEXT_MAX, SOUND, true },
};

static void field_nodes(atr__Reader *reader, const json_t *value, const atr__Field *field,
                        void *out)
{
    (void)field;
    atr_EffectDef *def = out;
    if (!atr__is_array(reader, value, 1, ATR_EFFECT_NODES_MAX, "1 to 12 nodes")) {
        return;
    }
    def->node_count = (uint32_t)json_array_size(value);
    for (size_t i = 0; i < def->node_count && !reader->failed; i++) {
        const json_t *node = json_array_get(value, i);
        atr__enter_index(reader, i);
        const json_t *type = json_object_get(node, "type");
        if (!json_is_object(node)) {
            atr__expected(reader, node, "an object");
        } else if (type == NULL) {
            atr__expected(reader, NULL, "the field \"type\"");
        } else {
            atr__enter_key(reader, "type");
            field_type(reader, type, NULL, &def->nodes[i].type);
            atr__leave(reader);
            reader->kind = 1u << def->nodes[i].type;
            def->nodes[i].size.low = reader->kind == TEXT ? TEXT_SIZE : 0.0f;
            atr__read_object(reader, node, node_fields, ATR_COUNT_OF(node_fields), &def->nodes[i]);
            reader->kind = 0;
        }
        atr__leave(reader);
    }
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void field_version(atr__Reader *reader, const json_t *value, const atr__Field *field,
                          void *out)
{
    (void)field;
    (void)out;
    if (json_number_value(value) != 1.0) {
        atr__expected(reader, value, "1, the version of the format");
    }
}

static void field_priority(atr__Reader *reader, const json_t *value, const atr__Field *field,
                           void *out)
{
    (void)field;
    static const char *const names[] = { "cosmetic", "medium", "high", "critical", NULL };
    const int choice = atr__read_choice(reader, value, names);
    *(uint8_t *)out = (uint8_t)(choice > 0 ? choice : 0);
}

static void field_merge(atr__Reader *reader, const json_t *value, const atr__Field *field,
                        void *out)
{
    (void)field;
    static const char *const names[] = { "add", "restart", "extend", "ignore", NULL };
    *(uint8_t *)out = (uint8_t)(atr__read_choice(reader, value, names) + ATR_MERGE_ADD);
}

static void field_amount(atr__Reader *reader, const json_t *value, const atr__Field *field,
                         void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "default", atr__field_float, offsetof(atr_EffectDef, amount_default), 0, 1e6, 0, true },
        { "min", atr__field_float, offsetof(atr_EffectDef, amount_min), 0, 1e6, 0, false },
        { "max", atr__field_float, offsetof(atr_EffectDef, amount_max), 0, 1e6, 0, false },
    };
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_params(atr__Reader *reader, const json_t *value, const atr__Field *field,
                         void *out)
{
    (void)field;
    static const atr__Field fields[] = { { .name = "amount", .read = field_amount } };
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

/* One to four levels, spread over the four there are. */
static void field_quality(atr__Reader *reader, const json_t *value, const atr__Field *field,
                          void *out)
{
    (void)field;
    static const atr__Field fields[] = { { "count", atr__field_float, 0, 0, 1, 0, true } };
    float *quality = out;
    float levels[4] = { 0 };
    if (!atr__is_array(reader, value, 1, 4, "1 to 4 levels {\"count\": share}")) {
        return;
    }
    const size_t count = json_array_size(value);
    for (size_t i = 0; i < count; i++) {
        atr__enter_index(reader, i);
        atr__read_object(reader, json_array_get(value, i), fields, ATR_COUNT_OF(fields),
                         &levels[i]);
        atr__leave(reader);
    }
    for (size_t i = 0; i < 4; i++) {
        quality[i] = levels[(i * (count - 1) + 1) / 3];
    }
}

#define DEF(member) offsetof(atr_EffectDef, member)
static const atr__Field def_fields[] = {
    { "atrium_effect", field_version, 0, 0, 0, 0, true },
    { "name", atr__field_name, DEF(name), 0, 0, 0, true },
    { "priority", field_priority, DEF(importance), 0, 0, 0, false },
    { "duration", atr__field_float, DEF(duration), 0.01, ATR__SECONDS_MAX, 0, true },
    { "cooldown", atr__field_float, DEF(cooldown), 0, ATR__SECONDS_MAX, 0, false },
    { "trigger_rate", atr__field_float, DEF(trigger_rate), 0, 1000, 0, false },
    { "burst_limit", atr__field_u32, DEF(burst_limit), 0, 1000, 0, false },
    { "keep_alive", atr__field_float, DEF(keep_alive), 0, ATR__SECONDS_MAX, 0, false },
    { "merge", field_merge, DEF(merge), 0, 0, 0, false },
    { "merge_window", atr__field_float, DEF(merge_window), 0, ATR__SECONDS_MAX, 0, false },
    { "params", field_params, 0, 0, 0, 0, false },
    { "quality", field_quality, DEF(quality), 0, 0, 0, false },
    { "reduced_motion", atr__field_name, DEF(reduced_motion), 0, 0, 0, false },
    { "nodes", field_nodes, 0, 0, 0, 0, true },
};

static bool has_emitter(const atr_EffectDef *def, uint32_t from, uint32_t to, uint32_t kinds,
                        const char *id)
{
    for (uint32_t i = from; i < to; i++) {
        if ((1u << def->nodes[i].type & kinds) != 0 && strcmp(def->nodes[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* The error at nodes[index].group.key; without a group at nodes[index].key. */
static void wrong_id(atr__Reader *reader, const json_t *root, uint32_t index, const char *group,
                     const char *key, const char *expected)
{
    const json_t *holder = json_array_get(json_object_get(root, "nodes"), index);
    atr__enter_key(reader, "nodes");
    atr__enter_index(reader, index);
    if (group != NULL) {
        atr__enter_key(reader, group);
        holder = json_object_get(holder, group);
    }
    atr__enter_key(reader, key);
    atr__expected(reader, json_object_get(holder, key), "%s", expected);
    reader->depth = 0;
}

static void check_ids(atr__Reader *reader, const json_t *root, const atr_EffectDef *def)
{
    static const char later[] = "the id of an emitter further down";
    const uint32_t count = def->node_count;
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        const atr_EffectNode *node = &def->nodes[i];
        if (node->on_birth[0] != '\0' && !has_emitter(def, i + 1, count, EMITS, node->on_birth)) {
            wrong_id(reader, root, i, "on", "birth", later);
        } else if (node->on_death[0] != '\0' &&
                   !has_emitter(def, i + 1, count, EMITS, node->on_death)) {
            wrong_id(reader, root, i, "on", "death", later);
        } else if (node->follow[0] != '\0' && !has_emitter(def, 0, i, EMITTER, node->follow)) {
            wrong_id(reader, root, i, NULL, "follow", "the id of an emitter further up");
        }
    }
}

atr_Status atr_catalogue_parse(atr_Bytes json, const char *source, atr_EffectDef *out,
                               atr_Error *error)
{
    ATR_ASSERT(out != NULL);
    *out = (atr_EffectDef){ 0 };
    atr__error_clear(error);
    atr__error_source(error, source);
    if (json.size > ATR_EFFECT_FILE_MAX) {
        atr__error_set(error, 0, 0, "expected at most %u bytes, found %zu", ATR_EFFECT_FILE_MAX,
                       json.size);
        return ATR_ERR_FORMAT;
    }
    atr__Reader reader = { .text = { json.data != NULL ? json.data : "", json.size },
                           .error = error };
    json_t *root = atr__reader_parse(&reader);
    if (root == NULL) {
        return ATR_ERR_FORMAT;
    }
    atr_EffectDef def = { 0 };
    atr__read_object(&reader, root, def_fields, ATR_COUNT_OF(def_fields), &def);
    if (!reader.failed && def.amount_max < def.amount_min) {
        atr__enter_key(&reader, "params");
        atr__enter_key(&reader, "amount");
        atr__expected(&reader, json_object_get(root, "params"), "max not below min");
    }
    check_ids(&reader, root, &def);
    json_decref(root);
    if (reader.failed) {
        return ATR_ERR_FORMAT;
    }
    *out = def;
    return ATR_OK;
}
