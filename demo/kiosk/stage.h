/* Which effects a screen plays, when and where. Effects follow what the flow says has happened;
 * none outlives its screen.
 *
 * Threads: render. */
#ifndef KIOSK_STAGE_H
#define KIOSK_STAGE_H

#include "scene.h"

#include <atrium/effect.h>

#define STAGE_CUES_MAX 8

typedef enum CuePlace {
    AT_TOP = 0, /* falling from above the middle */
    AT_NUMBER,  /* at the count-up or the seal */
    AT_PILE     /* lying beside the utility bar */
} CuePlace;

typedef struct Cue {
    const char *effect;
    float amount;
    uint64_t at_ms; /* after the screen began */
    CuePlace place;
} Cue;

typedef struct Stage {
    atr_Effects *effects; /* borrowed */
    uint32_t serial;
    uint32_t cue_count, next_cue;
    Cue cues[STAGE_CUES_MAX];
    atr_EffectId playing[STAGE_CUES_MAX];
} Stage;

void stage_init(Stage *stage, atr_Effects *effects);

/* Once a frame, after the scene was built. */
void stage_update(Stage *stage, const Flow *flow, const Scene *scene);

#endif
