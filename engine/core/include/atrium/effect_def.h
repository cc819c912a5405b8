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
#define ATR_FORCES_MAX       2

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
    ATR_NODE_RIBBON, /* a banner that unrolls behind a text */
    ATR_NODE_TRAIL   /* an emitter whose particles are left behind as its position moves */
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

/** Pulls particles to a named anchor; within arrive_px they arrive and are gone. */
typedef struct atr_Attract {
    char anchor[ATR_EFFECT_NAME_MAX + 1];
    float strength; /* px/s^2 */
    float arrive_px;
} atr_Attract;

typedef struct atr_EffectNode {
    uint8_t type;  /* atr_NodeType */
    uint8_t layer; /* atr_Layer */
    uint8_t additive;
    uint8_t shape;
    char id[ATR_EFFECT_NAME_MAX + 1];
    char anchor[ATR_EFFECT_NAME_MAX + 1]; /* "" : at the trigger */
    float offset_x, offset_y;             /* from there, px */
    float start, duration;                /* s, relative to the instance */
    uint32_t max;                         /* most particles of this node alive */
    float shape_w, shape_h;               /* circle: radius in shape_w */
    atr_Value rate;                       /* particles a second */
    uint32_t burst_count;
    atr_Burst bursts[ATR_BURSTS_MAX];
    atr_Value life, speed, angle, size, spin;
    float gravity_x, gravity_y; /* px/s^2 */
    float drag;                 /* share of speed lost per second */
    uint32_t force_count;
    atr_Attract forces[ATR_FORCES_MAX];
    char sheet[48]; /* picture's file name */
    uint16_t frames;
    float fps; /* of its animation; 0: a random still frame */
    uint32_t color_count;
    atr_ColorKey colors[ATR_CURVE_KEYS_MAX];
    char on_death[ATR_EFFECT_NAME_MAX + 1];  /* emitter node that bursts where particles die */
    char on_arrive[ATR_EFFECT_NAME_MAX + 1]; /* event name */
    char text[ATR_DRAW_TEXT_MAX + 1];        /* "+{amount}"; sound: the cue's name */
    bool count_up;                           /* the number climbs over the node's duration */
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
    uint32_t burst_limit; /* most at once; 0: no limit */
    float merge_window;   /* s after a trigger in which another merges */
    float amount_default, amount_min, amount_max;
    char reduced_motion[ATR_EFFECT_NAME_MAX + 1]; /* played instead; "" : itself */
    float quality[4]; /* share of particles at levels 0..3; default 0.25 0.5 0.75 1 */
    uint32_t node_count;
    atr_EffectNode nodes[ATR_EFFECT_NODES_MAX];
} atr_EffectDef;

#ifdef __cplusplus
}
#endif

#endif
