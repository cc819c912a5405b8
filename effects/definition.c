/* The definition format, version 1: JSON into atr_EffectDef. What each field means is told by
 * schema.json and effect_def.h; here are its bounds. */
#include <atrium/catalogue.h>

#include "effects_internal.h"
#include "reader.h"

#include <string.h>

#define SECONDS_MAX 60.0
#define PIXELS_MAX  4096.0
#define SPEED_MAX   20000.0
#define COUNT_MAX   4096.0
#define TEXT_SIZE   48.0f /* letter height where none is said */

enum {
    EMITTER = 1u << ATR_NODE_EMITTER,
    TEXT = 1u << ATR_NODE_TEXT,
    FLASH = 1u << ATR_NODE_FLASH,
    RING = 1u << ATR_NODE_RING,
    SHAKE = 1u << ATR_NODE_SHAKE,
    SOUND = 1u << ATR_NODE_SOUND,
    BANNER = 1u << ATR_NODE_BANNER,
    TRAIL = 1u << ATR_NODE_TRAIL,
    EMITS = EMITTER | TRAIL,
    STANDS = TEXT | RING | BANNER, /* one thing with a place */
    SEEN = EMITS | STANDS | FLASH
};

/* ---- Parts of a node ------------------------------------------------------------------------- */

static void read_anchor(atr__Reader *reader, const json_t *value, const char *alone, char *out)
{
    static const char prefix[] = "anchor:";
    const char *text = json_string_value(value);
    out[0] = '\0';
    if (text != NULL && strcmp(text, alone) == 0) {
        return;
    }
    if (text == NULL || strncmp(text, prefix, sizeof prefix - 1) != 0 ||
        strlen(text) - (sizeof prefix - 1) - 1 >= ATR_EFFECT_NAME_MAX) {
        atr__expected(reader, value, "\"%s\" or \"anchor:NAME\"", alone);
        return;
    }
    memcpy(out, text + sizeof prefix - 1, strlen(text) - (sizeof prefix - 1) + 1);
}

static void field_at(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    read_anchor(reader, value, "trigger", out);
}

static void field_floor_at(atr__Reader *reader, const json_t *value, const atr__Field *field,
                           void *out)
{
    (void)field;
    read_anchor(reader, value, "view", out);
}

static void field_attract_to(atr__Reader *reader, const json_t *value, const atr__Field *field,
                             void *out)
{
    (void)field;
    read_anchor(reader, value, "anchor:NAME", out);
    if (!reader->failed && *(char *)out == '\0') {
        atr__expected(reader, value, "\"anchor:NAME\"");
    }
}

static void field_circle(atr__Reader *reader, const json_t *value, const atr__Field *field,
                         void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "radius", atr__field_float, offsetof(atr_EffectNode, shape_w), 0, PIXELS_MAX, 0, true },
    };
    ((atr_EffectNode *)out)->shape = ATR_SHAPE_CIRCLE;
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_rect(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "w", atr__field_float, offsetof(atr_EffectNode, shape_w), 0, PIXELS_MAX, 0, true },
        { "h", atr__field_float, offsetof(atr_EffectNode, shape_h), 0, PIXELS_MAX, 0, true },
    };
    ((atr_EffectNode *)out)->shape = ATR_SHAPE_RECT;
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_line(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "length", atr__field_float, offsetof(atr_EffectNode, shape_w), 0, PIXELS_MAX, 0, true },
    };
    ((atr_EffectNode *)out)->shape = ATR_SHAPE_LINE;
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_shape(atr__Reader *reader, const json_t *value, const atr__Field *field,
                        void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { .name = "circle", .read = field_circle },
        { .name = "rect", .read = field_rect },
        { .name = "line", .read = field_line },
    };
    if (json_is_object(value) && json_object_size(value) != 1) {
        atr__expected(reader, value, "one of \"circle\", \"rect\", \"line\"");
        return;
    }
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_bursts(atr__Reader *reader, const json_t *value, const atr__Field *field,
                         void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "t", atr__field_float, offsetof(atr_Burst, t), 0, SECONDS_MAX, 0, false },
        { "count", atr__field_value, offsetof(atr_Burst, count), 0, COUNT_MAX, 0, true },
    };
    atr_EffectNode *node = out;
    if (!atr__is_array(reader, value, 1, ATR_BURSTS_MAX, "1 to 4 bursts")) {
        return;
    }
    node->burst_count = (uint32_t)json_array_size(value);
    for (size_t i = 0; i < node->burst_count; i++) {
        atr__enter_index(reader, i);
        atr__read_object(reader, json_array_get(value, i), fields, ATR_COUNT_OF(fields),
                         &node->bursts[i]);
        atr__leave(reader);
    }
}

static void field_attract(atr__Reader *reader, const json_t *value, const atr__Field *field,
                          void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "to", field_attract_to, offsetof(atr_Force, anchor), 0, 0, 0, true },
        { "strength", atr__field_float, offsetof(atr_Force, strength), 0, SPEED_MAX, 0, true },
        { "arrive_px", atr__field_float, offsetof(atr_Force, arrive_px), 0, PIXELS_MAX, 0, false },
    };
    ((atr_Force *)out)->kind = ATR_FORCE_ATTRACT;
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_floor(atr__Reader *reader, const json_t *value, const atr__Field *field,
                        void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "at", field_floor_at, offsetof(atr_Force, anchor), 0, 0, 0, false },
        { "bounce", atr__field_float, offsetof(atr_Force, bounce), 0, 1, 0, false },
        { "friction", atr__field_float, offsetof(atr_Force, friction), 0, 1, 0, false },
    };
    ((atr_Force *)out)->kind = ATR_FORCE_FLOOR;
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_sway(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "strength", atr__field_float, offsetof(atr_Force, strength), 0, SPEED_MAX, 0, true },
        { "period", atr__field_float, offsetof(atr_Force, period), 0.05, SECONDS_MAX, 0, true },
    };
    ((atr_Force *)out)->kind = ATR_FORCE_SWAY;
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_forces(atr__Reader *reader, const json_t *value, const atr__Field *field,
                         void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { .name = "attract", .read = field_attract },
        { .name = "floor", .read = field_floor },
        { .name = "sway", .read = field_sway },
    };
    atr_EffectNode *node = out;
    if (!atr__is_array(reader, value, 0, ATR_FORCES_MAX, "at most 3 forces")) {
        return;
    }
    node->force_count = (uint32_t)json_array_size(value);
    for (size_t i = 0; i < node->force_count && !reader->failed; i++) {
        const json_t *force = json_array_get(value, i);
        atr__enter_index(reader, i);
        if (json_is_object(force) && json_object_size(force) != 1) {
            atr__expected(reader, force, "one of \"attract\", \"floor\", \"sway\"");
        }
        atr__read_object(reader, force, fields, ATR_COUNT_OF(fields), &node->forces[i]);
        atr__leave(reader);
    }
}

static void field_sheet(atr__Reader *reader, const json_t *value, const atr__Field *field,
                        void *out)
{
    atr__field_text(reader, value, field, out);
    if (!reader->failed && !atr__name_is_plain(out)) {
        atr__expected(reader, value, "a picture's file name without a folder");
    }
}

static void field_sprite(atr__Reader *reader, const json_t *value, const atr__Field *field,
                         void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "sheet", field_sheet, offsetof(atr_EffectNode, sheet), 1,
          sizeof((atr_EffectNode *)0)->sheet - 1, 0, true },
        { "frames", atr__field_u16, offsetof(atr_EffectNode, frames), 1, 256, 0, false },
        { "fps", atr__field_value, offsetof(atr_EffectNode, fps), 0, 60, 0, false },
    };
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_blend(atr__Reader *reader, const json_t *value, const atr__Field *field,
                        void *out)
{
    (void)field;
    static const char *const names[] = { "over", "add", NULL };
    *(uint8_t *)out = atr__read_choice(reader, value, names) == 1;
}

static void field_optional_name(atr__Reader *reader, const json_t *value, const atr__Field *field,
                                void *out)
{
    if (!json_is_null(value)) {
        atr__field_name(reader, value, field, out);
    }
}

static void field_on(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "birth", field_optional_name, offsetof(atr_EffectNode, on_birth), 0, 0, 0, false },
        { "death", field_optional_name, offsetof(atr_EffectNode, on_death), 0, 0, 0, false },
        { "arrive", field_optional_name, offsetof(atr_EffectNode, on_arrive), 0, 0, 0, false },
    };
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static const char *const node_types[] = { "emitter", "text",   "flash", "ring", "shake",
                                          "sound",   "banner", "trail", NULL };

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
    { "at", field_at, NODE(anchor), 0, 0, EMITS | STANDS, false },
    { "offset", atr__field_pair, NODE(offset_x), -PIXELS_MAX, PIXELS_MAX, EMITS | STANDS, false },
    { "start", atr__field_float, NODE(start), 0, SECONDS_MAX, 0, false },
    { "duration", atr__field_float, NODE(duration), 0, SECONDS_MAX, 0, false },
    { "layer", atr__field_u8, NODE(layer), 0, ATR_LAYER_COUNT - 1, SEEN, false },
    { "max", atr__field_u32, NODE(max), 1, COUNT_MAX, EMITS, false },
    { "shape", field_shape, 0, 0, 0, EMITS, false },
    { "rate", atr__field_value, NODE(rate), 0, 10000, EMITS, false },
    { "bursts", field_bursts, 0, 0, 0, EMITS, false },
    { "life", atr__field_value, NODE(life), 0.01, 10, EMITS, true },
    { "speed", atr__field_value, NODE(speed), -SPEED_MAX, SPEED_MAX, EMITS | STANDS, false },
    { "angle", atr__field_value, NODE(angle), -3600, 3600, EMITS | STANDS, false },
    { "gravity", atr__field_pair, NODE(gravity_x), -SPEED_MAX, SPEED_MAX, EMITS, false },
    { "drag", atr__field_float, NODE(drag), 0, 100, EMITS, false },
    { "forces", field_forces, 0, 0, 0, EMITS, false },
    { "sprite", field_sprite, 0, 0, 0, EMITS | RING, false },
    { "blend", field_blend, NODE(additive), 0, 0, SEEN, false },
    { "size", atr__field_value, NODE(size), 0, PIXELS_MAX, EMITS | RING | BANNER | SHAKE, true },
    { "size", atr__field_value, NODE(size), 0, PIXELS_MAX, TEXT, false },
    { "height", atr__field_float, NODE(shape_h), 0, PIXELS_MAX, BANNER, true },
    { "color", atr__field_colors, 0, 0, 0, SEEN, false },
    { "palette", atr__field_palette, 0, 0, 0, EMITS, false },
    { "spin", atr__field_value, NODE(spin), -3600, 3600, EMITS | RING, false },
    { "on", field_on, 0, 0, 0, EMITS, false },
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
    if (!json_is_integer(value) || json_integer_value(value) != 1) {
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
    { "duration", atr__field_float, DEF(duration), 0.01, SECONDS_MAX, 0, true },
    { "cooldown", atr__field_float, DEF(cooldown), 0, SECONDS_MAX, 0, false },
    { "burst_limit", atr__field_u32, DEF(burst_limit), 0, 1000, 0, false },
    { "merge", field_merge, DEF(merge), 0, 0, 0, false },
    { "merge_window", atr__field_float, DEF(merge_window), 0, SECONDS_MAX, 0, false },
    { "params", field_params, 0, 0, 0, 0, false },
    { "quality", field_quality, DEF(quality), 0, 0, 0, false },
    { "reduced_motion", atr__field_name, DEF(reduced_motion), 0, 0, 0, false },
    { "nodes", field_nodes, 0, 0, 0, 0, true },
};

static bool has_later_emitter(const atr_EffectDef *def, uint32_t index, const char *id)
{
    for (uint32_t i = index + 1; i < def->node_count; i++) {
        if ((1u << def->nodes[i].type & EMITS) != 0 && strcmp(def->nodes[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

static void check_targets(atr__Reader *reader, const json_t *root, const atr_EffectDef *def)
{
    for (uint32_t i = 0; i < def->node_count && !reader->failed; i++) {
        const struct {
            const char *key;
            const char *id;
        } targets[] = { { "birth", def->nodes[i].on_birth }, { "death", def->nodes[i].on_death } };
        for (size_t k = 0; k < ATR_COUNT_OF(targets); k++) {
            if (targets[k].id[0] == '\0' || has_later_emitter(def, i, targets[k].id)) {
                continue;
            }
            const json_t *on =
                json_object_get(json_array_get(json_object_get(root, "nodes"), i), "on");
            atr__enter_key(reader, "nodes");
            atr__enter_index(reader, i);
            atr__enter_key(reader, "on");
            atr__enter_key(reader, targets[k].key);
            atr__expected(reader, json_object_get(on, targets[k].key),
                          "the id of an emitter further down");
            reader->depth = 0;
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
    check_targets(&reader, root, &def);
    json_decref(root);
    if (reader.failed) {
        return ATR_ERR_FORMAT;
    }
    *out = def;
    return ATR_OK;
}
