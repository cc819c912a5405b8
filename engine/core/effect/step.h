/* One step of one node of an instance: what particle.c, force.c and ribbon.c share. */
#ifndef ATR_EFFECT_STEP_H
#define ATR_EFFECT_STEP_H

#include "effect/effect_internal.h"

typedef struct atr__Step {
    atr_Effects *effects;
    atr__Instance *instance;
    const atr__Node *node;
    atr__NodeState *state;
    float dt;
    atr__Motion motion;
    atr__Fields fields;
    bool pushed, bounces;
    atr__Look look;
} atr__Step;

/* force.c. Adds what pushes each particle. @return whether some have arrived: they are dead now. */
bool atr__push_all(const atr__Step *s, atr__Chunk *chunk, atr__Push *push);
/* After the motion: off floors and rectangles. */
void atr__bounce_all(const atr__Step *s, atr__Chunk *chunk);

/* ribbon.c. Moves the strips and shows them. */
void atr__ribbons_step(const atr__Step *s);

#endif
