/**
 * atrium/effect_def.h: what an effect is made of: the definition format, version 1, as C data.
 *
 * Definitions are usually written as JSON and read by <atrium/catalogue.h>; this is what they
 * become. Units: seconds, logical pixels, degrees clockwise (0 points right, -90 up), y down.
 *
 * Threads: plain data.
 */
#ifndef ATRIUM_EFFECT_DEF_H
#define ATRIUM_EFFECT_DEF_H

#include <atrium/draw.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ATR_EFFECT_NAME_MAX  31
#define ATR_EFFECT_NODES_MAX 12
#define ATR_CURVE_KEYS_MAX   8
#define ATR_BURSTS_MAX       4
#define ATR_FORCES_MAX       4
#define ATR_PALETTE_MAX      8

typedef enum atr_ValueKind {
    ATR_VALUE_CONSTANT = 0, /* low */
    ATR_VALUE_RANGE,        /* drawn between low and high at birth */
    ATR_VALUE_KEYS,         /* follows keys over life, varied by +- variance at birth */
    ATR_VALUE_PARAM         /* trigger's amount * scale, at most max */
} atr_ValueKind;

typedef enum atr_Interpolation {
    ATR_INTERPOLATE_LINEAR = 0,
    ATR_INTERPOLATE_STEP,
    ATR_INTERPOLATE_SMOOTH /* 3t^2 - 2t^3 */
} atr_Interpolation;

typedef struct atr_ValueKey {
    float t; /* 0..1 of life, rising */
    float v;
    uint8_t interpolation; /* atr_Interpolation towards the next key */
} atr_ValueKey;

typedef struct atr_Value {
    uint8_t kind; /* atr_ValueKind */
    uint8_t key_count;
    float low, high;
    float variance;   /* 0..1, share of the value */
    float scale, max; /* ATR_VALUE_PARAM */
    atr_ValueKey keys[ATR_CURVE_KEYS_MAX];
} atr_Value;

typedef struct atr_ColorKey {
    float t;
    uint32_t rgba; /* 0xRRGGBBAA, straight sRGB as written in the file */
} atr_ColorKey;

typedef enum atr_NodeType {
    ATR_NODE_EMITTER = 0,
    ATR_NODE_TEXT,
    ATR_NODE_FLASH, /* a rectangle over the whole view that fades */
    ATR_NODE_RING,  /* one sprite that grows and fades */
    ATR_NODE_SHAKE,
    ATR_NODE_SOUND,
    ATR_NODE_BANNER, /* a rectangle that unrolls behind a text */
    ATR_NODE_TRAIL,  /* an emitter whose particles are left behind as its position moves, or, with
                        `follow`, as each particle of another emitter moves */
    ATR_NODE_RIBBON  /* a strip drawn along the way that each particle of `follow` has come */
} atr_NodeType;

typedef enum atr_ShapeKind {
    ATR_SHAPE_POINT = 0,
    ATR_SHAPE_CIRCLE, /* radius */
    ATR_SHAPE_RECT,   /* w, h */
    ATR_SHAPE_LINE    /* w: horizontal length */
} atr_ShapeKind;

typedef struct atr_Burst {
    float t; /* seconds after the node's start */
    atr_Value count;
} atr_Burst;

typedef enum atr_ForceKind {
    ATR_FORCE_ATTRACT = 0, /* pulls to an anchor; within arrive_px a particle arrives and is gone */
    ATR_FORCE_FLOOR,       /* particles bounce off the anchor's height, or the view's lower edge */
    ATR_FORCE_SWAY,        /* pushes left and right, each particle in its own time */
    ATR_FORCE_TURBULENCE,  /* pushes by a smooth field that drifts with time */
    ATR_FORCE_RECT         /* particles bounce off the outside of a named rectangle */
} atr_ForceKind;

/** A force whose anchor or rectangle is not set does nothing. */
typedef struct atr_Force {
    uint8_t kind;                         /* atr_ForceKind */
    char anchor[ATR_EFFECT_NAME_MAX + 1]; /* attract, floor: an anchor; "": floor at the view's
                                             lower edge; rect: the rectangle's name */
    float strength;                       /* attract, sway, turbulence: px/s^2 */
    float arrive_px;                      /* attract */
    float bounce;                         /* floor, rect: share of the speed kept, 0..1 */
    float friction;                       /* floor, rect: share of the speed lost along it, 0..1 */
    float period;                         /* sway: s for once there and back; turbulence: s in which
                                             the field has changed; 0: 2 */
    float scale_px;                       /* turbulence: size of its whirls; 0: 120 */
} atr_Force;

typedef struct atr_EffectNode {
    uint8_t type;  /* atr_NodeType */
    uint8_t layer; /* atr_Layer */
    uint8_t additive;
    uint8_t shape;
    char id[ATR_EFFECT_NAME_MAX + 1];
    char anchor[ATR_EFFECT_NAME_MAX + 1]; /* "" : at the trigger */
    float offset_x, offset_y;             /* from there, px */
    char follow[ATR_EFFECT_NAME_MAX + 1]; /* trail, ribbon: id of an earlier emitter; "": none */
    float length;                         /* ribbon: s of the way that it shows; 0: 0.3 */
    float start, duration;                /* s, relative to the instance */
    uint32_t max;                         /* most particles of this node alive */
    float shape_w, shape_h;               /* circle: radius in shape_w; banner: height in shape_h */
    atr_Value rate;                       /* particles a second */
    uint32_t burst_count;
    atr_Burst bursts[ATR_BURSTS_MAX];
    /* Drawn at birth; keys are read at the share of the node's duration that has passed. Only size
     * follows its keys over the particle's (for other nodes: the node's) life; a ribbon's size and
     * colours along the strip, from the particle (0) to where it ends (1). */
    atr_Value life, speed, angle, spin;
    atr_Value size;             /* px: width; text: letter height; shake: reach; ribbon: width */
    float gravity_x, gravity_y; /* px/s^2 */
    float drag;                 /* share of speed lost per second */
    uint32_t force_count;
    atr_Force forces[ATR_FORCES_MAX];
    char sheet[48]; /* picture's file name */
    uint16_t frames;
    atr_Value fps; /* of its animation; 0: a random still frame */
    uint32_t color_count;
    atr_ColorKey colors[ATR_CURVE_KEYS_MAX];
    uint32_t palette_count; /* each particle takes one at birth, multiplied with its colour */
    uint32_t palette[ATR_PALETTE_MAX]; /* 0xRRGGBBAA */
    /* Ids of later emitters whose first burst plays where a particle is born or dies. They emit
     * nothing else. */
    char on_birth[ATR_EFFECT_NAME_MAX + 1];
    char on_death[ATR_EFFECT_NAME_MAX + 1];
    char on_arrive[ATR_EFFECT_NAME_MAX + 1]; /* event name */
    char text[ATR_DRAW_TEXT_MAX + 1];        /* "+{amount}"; sound: the cue's name */
    bool count_up; /* the number climbs: 0.5 s and 8 ms for each, within 0.7..1.6 s */
} atr_EffectNode;

typedef enum atr_Merge {
    ATR_MERGE_NONE = 0,
    ATR_MERGE_ADD, /* amounts add up: emits the new amount into the running instance */
    ATR_MERGE_RESTART,
    ATR_MERGE_EXTEND,
    ATR_MERGE_IGNORE
} atr_Merge;

typedef struct atr_EffectDef {
    char name[ATR_EFFECT_NAME_MAX + 1];
    uint8_t importance;   /* atr_Importance */
    uint8_t merge;        /* atr_Merge */
    float duration;       /* s; what is alive then lives out, at most 2 s more */
    float cooldown;       /* s between triggers of this name */
    float trigger_rate;   /* triggers a second, on average; up to burst_limit (or 8) may come at
                             once; 0: no limit */
    uint32_t burst_limit; /* most at once; 0: no limit */
    float keep_alive;     /* s; above 0 the effect is continuous: it emits until atr_effect_keep has
                             not been called for that long, or atr_effect_stop; every
                             `duration` its bursts and sounds come again; 0: it ends by itself */
    float merge_window;   /* s after a trigger in which another merges */
    float amount_default, amount_min, amount_max;
    char reduced_motion[ATR_EFFECT_NAME_MAX + 1]; /* played instead; "" : itself */
    float quality[4]; /* share of particles at levels 0..3; all 0: 0.25 0.5 0.75 1 */
    uint32_t node_count;
    atr_EffectNode nodes[ATR_EFFECT_NODES_MAX];
} atr_EffectDef;

#ifdef __cplusplus
}
#endif

#endif
