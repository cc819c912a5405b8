/* Reads JSON objects field by field through tables, and says for every wrong value where it stands
 * (line, column, path) and what was expected. Unknown fields are errors, except x_*. */
#ifndef ATR_EFFECTS_READER_H
#define ATR_EFFECTS_READER_H

#include <atrium/base.h>

#include <jansson.h>

/* Bounds that several fields share. */
#define ATR__SECONDS_MAX 60.0
#define ATR__PIXELS_MAX  4096.0
#define ATR__SPEED_MAX   20000.0
#define ATR__COUNT_MAX   4096.0

#define ATR__PATH_MAX  8  /* levels below the top: no definition is deeper */
#define ATR__DEPTH_MAX 16 /* brackets inside brackets; deeper text is refused unparsed */

/* One step down: a key, or an index when key is NULL. */
typedef struct atr__Step {
    const char *key;
    size_t index;
} atr__Step;

typedef struct atr__Reader {
    atr_Bytes text;
    atr_Error *error; /* may be NULL */
    atr__Step path[ATR__PATH_MAX];
    size_t depth;
    uint32_t kind; /* bit of the object being read; fields are allowed by kind */
    bool failed;   /* the first error stays */
} atr__Reader;

typedef struct atr__Field atr__Field;
typedef void (*atr__ReadFn)(atr__Reader *reader, const json_t *value, const atr__Field *field,
                            void *out);

struct atr__Field {
    const char *name;
    atr__ReadFn read;
    size_t offset;    /* of the target in the struct */
    double low, high; /* numbers outside are errors */
    uint32_t kinds;   /* which kinds of object have it; 0: all */
    bool required;
};

/* Parses text; NULL and the error set when it is no JSON, too deep, or has a key twice. */
json_t *atr__reader_parse(atr__Reader *reader);

/* Reads `value` as an object with these fields into `out`. */
void atr__read_object(atr__Reader *reader, const json_t *value, const atr__Field *fields,
                      size_t count, void *out);

/* Reads `value` as an object with exactly one of these fields, beside x_*. */
void atr__read_one_of(atr__Reader *reader, const json_t *value, const atr__Field *fields,
                      size_t count, void *out);

void atr__enter_key(atr__Reader *reader, const char *key);
void atr__enter_index(atr__Reader *reader, size_t index);
void atr__leave(atr__Reader *reader);

/* The error at the current path: "nodes[0].life: expected a number, found \"long\"". */
void atr__expected(atr__Reader *reader, const json_t *found, const char *format, ...)
    ATR_PRINTF(3, 4);

bool atr__is_array(atr__Reader *reader, const json_t *value, size_t least, size_t most,
                   const char *what);
bool atr__read_number(atr__Reader *reader, const json_t *value, double low, double high,
                      double *out);
/* The value's index in `names` (NULL ends them); -1 and the error set for none. */
int atr__read_choice(atr__Reader *reader, const json_t *value, const char *const *names);

/* For tables. */
void atr__field_float(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);
void atr__field_u32(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);
void atr__field_u16(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);
void atr__field_u8(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);
void atr__field_bool(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);
/* a-z, 0-9 and _, 1 to 31 of them, into char[32]. */
void atr__field_name(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);
/* Printable text, up to `high` bytes. */
void atr__field_text(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);

/* values.c: atr_Value within low..high; float[2]; colours and palette into an atr_EffectNode. */
void atr__field_value(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);
void atr__field_pair(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);
void atr__field_colors(atr__Reader *reader, const json_t *value, const atr__Field *field,
                       void *out);
void atr__field_palette(atr__Reader *reader, const json_t *value, const atr__Field *field,
                        void *out);

/* parts.c: into an atr_EffectNode; `at` into its anchor, `blend` into its additive. */
void atr__field_at(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);
void atr__field_blend(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);
void atr__field_bursts(atr__Reader *reader, const json_t *value, const atr__Field *field,
                       void *out);
void atr__field_forces(atr__Reader *reader, const json_t *value, const atr__Field *field,
                       void *out);
void atr__field_on(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);
void atr__field_shape(atr__Reader *reader, const json_t *value, const atr__Field *field, void *out);
void atr__field_sprite(atr__Reader *reader, const json_t *value, const atr__Field *field,
                       void *out);

#endif
