/* Plays an effect without a window: the effects, pictures, letters and the compositor, put together
 * as the plugin does. A fixed step and seed give the same pixels each time. */
#ifndef ATR_CLI_STAGE_H
#define ATR_CLI_STAGE_H

#include <atrium/atlas.h>
#include <atrium/compose.h>
#include <atrium/effect.h>
#include <atrium/letters.h>
#include <atrium/text.h>

typedef struct StageDesc {
    const char *name;      /* a built-in effect, or */
    const char *file;      /* a definition's file; NULL: name */
    const char *assets;    /* folder of pictures; NULL: the built-in ones */
    int32_t width, height; /* of the view, logical pixels */
    uint32_t fps;          /* of stage_step */
    uint64_t seed;
    float amount; /* 0: the definition's */
    float x, y;   /* of the trigger, logical pixels */
} StageDesc;

typedef struct Stage {
    StageDesc desc;
    atr_Effects *effects;
    const atr_EffectDef *def;
    atr_RenderQueue *queue;
    atr_Atlas *atlas;
    atr_Compositor *compositor;
    atr_Letters letters;
    atr_DrawCmd *expanded;
    atr_EffectId id;
    uint32_t substeps; /* of one step, so that motion is as fine as on a screen */
    uint64_t step_ns;  /* of one of them */
    uint64_t now_ns;
} Stage;

/* On failure `error` says what; what was made is freed by stage_close. */
atr_Status stage_open(Stage *stage, const StageDesc *desc, atr_Text *text, atr_Error *error);
void stage_close(Stage *stage);

/* Starts the effect anew, with everything before forgotten. */
atr_Status stage_start(Stage *stage, atr_Error *error);

/* One frame on; false when the effect is over. */
bool stage_step(Stage *stage);

/* s since the start. */
double stage_time(const Stage *stage);

/* What is to be seen now, over a plain scene, dark or light. */
void stage_draw(Stage *stage, const atr_Canvas *canvas, bool light);

#endif
