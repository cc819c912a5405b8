/* The parts of a node: where it is, shapes, bursts, forces, sprite, what follows on births and
 * deaths. */
#include <atrium/effect_def.h>

#include "effects_internal.h"
#include "reader.h"

#include <string.h>

/* ---- Places and shapes ----------------------------------------------------------------------- */

static bool is_name(const char *text)
{
    const size_t length = strlen(text);
    return length >= 1 && length <= ATR_EFFECT_NAME_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

static void read_anchor(atr__Reader *reader, const json_t *value, const char *alone, char *out)
{
    static const char prefix[] = "anchor:";
    const char *text = json_string_value(value);
    out[0] = '\0';
    if (text != NULL && strcmp(text, alone) == 0) {
        return;
    }
    if (text == NULL || strncmp(text, prefix, sizeof prefix - 1) != 0 ||
        !is_name(text + sizeof prefix - 1)) {
        atr__expected(reader, value, "\"%s\" or \"anchor:NAME\"", alone);
        return;
    }
    memcpy(out, text + sizeof prefix - 1, strlen(text) - (sizeof prefix - 1) + 1);
}

void atr__field_at(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
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

static void field_circle(atr__Reader *reader, const json_t *value, const atr__Field *field,
                         void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "radius", atr__field_float, offsetof(atr_EffectNode, shape_w), 0, ATR__PIXELS_MAX, 0,
          true },
    };
    ((atr_EffectNode *)out)->shape = ATR_SHAPE_CIRCLE;
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_rect(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "w", atr__field_float, offsetof(atr_EffectNode, shape_w), 0, ATR__PIXELS_MAX, 0, true },
        { "h", atr__field_float, offsetof(atr_EffectNode, shape_h), 0, ATR__PIXELS_MAX, 0, true },
    };
    ((atr_EffectNode *)out)->shape = ATR_SHAPE_RECT;
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_line(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "length", atr__field_float, offsetof(atr_EffectNode, shape_w), 0, ATR__PIXELS_MAX, 0,
          true },
    };
    ((atr_EffectNode *)out)->shape = ATR_SHAPE_LINE;
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

void atr__field_shape(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { .name = "circle", .read = field_circle },
        { .name = "rect", .read = field_rect },
        { .name = "line", .read = field_line },
    };
    atr__read_one_of(reader, value, fields, ATR_COUNT_OF(fields), out);
}

/* ---- Bursts ---------------------------------------------------------------------------------- */

void atr__field_bursts(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "t", atr__field_float, offsetof(atr_Burst, t), 0, ATR__SECONDS_MAX, 0, false },
        { "count", atr__field_value, offsetof(atr_Burst, count), 0, ATR__COUNT_MAX, 0, true },
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

/* ---- Forces ---------------------------------------------------------------------------------- */

static void field_attract_to(atr__Reader *reader, const json_t *value, const atr__Field *field,
                             void *out)
{
    (void)field;
    read_anchor(reader, value, "anchor:NAME", out);
    if (!reader->failed && *(char *)out == '\0') {
        atr__expected(reader, value, "\"anchor:NAME\"");
    }
}

static void field_attract(atr__Reader *reader, const json_t *value, const atr__Field *field,
                          void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "to", field_attract_to, offsetof(atr_Force, anchor), 0, 0, 0, true },
        { "strength", atr__field_float, offsetof(atr_Force, strength), 0, ATR__SPEED_MAX, 0, true },
        { "arrive_px", atr__field_float, offsetof(atr_Force, arrive_px), 0, ATR__PIXELS_MAX, 0,
          false },
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
        { "strength", atr__field_float, offsetof(atr_Force, strength), 0, ATR__SPEED_MAX, 0, true },
        { "period", atr__field_float, offsetof(atr_Force, period), 0.05, ATR__SECONDS_MAX, 0,
          true },
    };
    ((atr_Force *)out)->kind = ATR_FORCE_SWAY;
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_turbulence(atr__Reader *reader, const json_t *value, const atr__Field *field,
                             void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "strength", atr__field_float, offsetof(atr_Force, strength), 0, ATR__SPEED_MAX, 0, true },
        { "scale_px", atr__field_float, offsetof(atr_Force, scale_px), 4, ATR__PIXELS_MAX, 0,
          false },
        { "period", atr__field_float, offsetof(atr_Force, period), 0.05, ATR__SECONDS_MAX, 0,
          false },
    };
    ((atr_Force *)out)->kind = ATR_FORCE_TURBULENCE;
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

static void field_bounce_rect(atr__Reader *reader, const json_t *value, const atr__Field *field,
                              void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "name", atr__field_name, offsetof(atr_Force, anchor), 0, 0, 0, true },
        { "bounce", atr__field_float, offsetof(atr_Force, bounce), 0, 1, 0, false },
        { "friction", atr__field_float, offsetof(atr_Force, friction), 0, 1, 0, false },
    };
    ((atr_Force *)out)->kind = ATR_FORCE_RECT;
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}

void atr__field_forces(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { .name = "attract", .read = field_attract },
        { .name = "floor", .read = field_floor },
        { .name = "sway", .read = field_sway },
        { .name = "turbulence", .read = field_turbulence },
        { .name = "rect", .read = field_bounce_rect },
    };
    atr_EffectNode *node = out;
    if (!atr__is_array(reader, value, 0, ATR_FORCES_MAX, "at most 4 forces")) {
        return;
    }
    node->force_count = (uint32_t)json_array_size(value);
    for (size_t i = 0; i < node->force_count && !reader->failed; i++) {
        atr__enter_index(reader, i);
        atr__read_one_of(reader, json_array_get(value, i), fields, ATR_COUNT_OF(fields),
                         &node->forces[i]);
        atr__leave(reader);
    }
}

/* ---- Sprites and what comes after ------------------------------------------------------------ */

static void field_sheet(atr__Reader *reader, const json_t *value, const atr__Field *field,
                        void *out)
{
    atr__field_text(reader, value, field, out);
    if (!reader->failed && !atr__name_is_plain(out)) {
        atr__expected(reader, value, "a picture's file name without a folder");
    }
}

void atr__field_sprite(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
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

void atr__field_blend(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
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

void atr__field_on(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out)
{
    (void)field;
    static const atr__Field fields[] = {
        { "birth", field_optional_name, offsetof(atr_EffectNode, on_birth), 0, 0, 0, false },
        { "death", field_optional_name, offsetof(atr_EffectNode, on_death), 0, 0, 0, false },
        { "arrive", field_optional_name, offsetof(atr_EffectNode, on_arrive), 0, 0, 0, false },
    };
    atr__read_object(reader, value, fields, ATR_COUNT_OF(fields), out);
}
