/* Values, pairs and colours of definitions: numbers, ranges, curves, the amount, palettes. */
#include <atrium/effect_def.h>

#include "reader.h"

#include <stdlib.h>
#include <string.h>

/* ---- Values ---------------------------------------------------------------------------------- */

static const char *const interpolations[] = { "linear", "step", "smooth", NULL };

static void read_keys(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    atr_Value *v = out;
    if (!atr__is_array(reader, value, 1, ATR_CURVE_KEYS_MAX, "1 to 8 keys [t, value, kind]")) {
        return;
    }
    v->key_count = (uint8_t)json_array_size(value);
    for (size_t i = 0; i < v->key_count && !reader->failed; i++) {
        const json_t *key = json_array_get(value, i);
        atr__enter_index(reader, i);
        double t = 0.0;
        double at = 0.0;
        if (atr__is_array(reader, key, 2, 3, "[t, value] or [t, value, \"linear|step|smooth\"]") &&
            atr__read_number(reader, json_array_get(key, 0), i > 0 ? (double)v->keys[i - 1].t : 0.0,
                             1.0, &t) &&
            atr__read_number(reader, json_array_get(key, 1), field->low, field->high, &at)) {
            v->keys[i] = (atr_ValueKey){ .t = (float)t, .v = (float)at };
            if (json_array_size(key) == 3) {
                const int kind = atr__read_choice(reader, json_array_get(key, 2), interpolations);
                v->keys[i].interpolation = (uint8_t)(kind > 0 ? kind : 0);
            }
        }
        atr__leave(reader);
    }
}

static void read_param(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    static const char *const params[] = { "amount", NULL };
    (void)field;
    (void)out;
    (void)atr__read_choice(reader, value, params);
}

static void read_value_object(atr__Reader *reader, const json_t *value, const atr__Field *field,
                              atr_Value *out)
{
    const bool is_param = json_object_get(value, "param") != NULL;
    const atr__Field keys[] = {
        { "keys", read_keys, 0, field->low, field->high, 0, true },
        { "var", atr__field_float, offsetof(atr_Value, variance), 0, 1, 0, false },
    };
    const atr__Field param[] = {
        { "param", read_param, 0, 0, 0, 0, true },
        { "scale", atr__field_float, offsetof(atr_Value, scale), 0, 1000, 0, false },
        { "max", atr__field_float, offsetof(atr_Value, max), 0, field->high, 0, false },
    };
    out->kind = is_param ? ATR_VALUE_PARAM : ATR_VALUE_KEYS;
    out->scale = 1.0f;
    atr__read_object(reader, value, is_param ? param : keys,
                     is_param ? ATR_COUNT_OF(param) : ATR_COUNT_OF(keys), out);
}

void atr__field_value(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    atr_Value *v = out;
    double low = 0.0;
    double high = 0.0;
    if (json_is_object(value)) {
        read_value_object(reader, value, field, v);
    } else if (json_is_array(value)) {
        if (atr__is_array(reader, value, 2, 2, "a number, [min, max], {\"keys\"} or {\"param\"}") &&
            atr__read_number(reader, json_array_get(value, 0), field->low, field->high, &low) &&
            atr__read_number(reader, json_array_get(value, 1), low, field->high, &high)) {
            *v = (atr_Value){ .kind = ATR_VALUE_RANGE, .low = (float)low, .high = (float)high };
        }
    } else if (!json_is_number(value)) {
        atr__expected(reader, value, "a number, [min, max], {\"keys\"} or {\"param\"}");
    } else if (atr__read_number(reader, value, field->low, field->high, &low)) {
        *v = (atr_Value){ .low = (float)low, .high = (float)low };
    }
}

void atr__field_pair(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    float *pair = out;
    double x = 0.0;
    double y = 0.0;
    if (atr__is_array(reader, value, 2, 2, "[x, y]") &&
        atr__read_number(reader, json_array_get(value, 0), field->low, field->high, &x) &&
        atr__read_number(reader, json_array_get(value, 1), field->low, field->high, &y)) {
        pair[0] = (float)x;
        pair[1] = (float)y;
    }
}

/* ---- Colours --------------------------------------------------------------------------------- */

static bool read_color(atr__Reader *reader, const json_t *value, uint32_t *out)
{
    const char *text = json_string_value(value);
    const size_t length = json_string_length(value);
    if (text == NULL || text[0] != '#' || (length != 7 && length != 9) ||
        strspn(text + 1, "0123456789abcdefABCDEF") != length - 1) {
        atr__expected(reader, value, "a colour \"#RRGGBB\" or \"#RRGGBBAA\"");
        return false;
    }
    const uint32_t number = (uint32_t)strtoul(text + 1, NULL, 16);
    *out = length == 7 ? number << 8 | 255 : number;
    return true;
}

void atr__field_colors(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    atr_EffectNode *node = out;
    if (!atr__is_array(reader, value, 1, ATR_CURVE_KEYS_MAX, "1 to 8 keys [t, \"#RRGGBBAA\"]")) {
        return;
    }
    node->color_count = (uint32_t)json_array_size(value);
    for (size_t i = 0; i < node->color_count && !reader->failed; i++) {
        const json_t *key = json_array_get(value, i);
        atr__enter_index(reader, i);
        double t = 0.0;
        if (atr__is_array(reader, key, 2, 2, "[t, \"#RRGGBBAA\"]") &&
            atr__read_number(reader, json_array_get(key, 0),
                             i > 0 ? (double)node->colors[i - 1].t : 0.0, 1.0, &t) &&
            read_color(reader, json_array_get(key, 1), &node->colors[i].rgba)) {
            node->colors[i].t = (float)t;
        }
        atr__leave(reader);
    }
}

void atr__field_palette(atr__Reader *reader, const json_t *value, const atr__Field *field,
                        void *out)
{
    (void)field;
    atr_EffectNode *node = out;
    if (!atr__is_array(reader, value, 1, ATR_PALETTE_MAX, "1 to 8 colours")) {
        return;
    }
    node->palette_count = (uint32_t)json_array_size(value);
    for (size_t i = 0; i < node->palette_count && !reader->failed; i++) {
        atr__enter_index(reader, i);
        (void)read_color(reader, json_array_get(value, i), &node->palette[i]);
        atr__leave(reader);
    }
}
