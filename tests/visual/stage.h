/* Plays one effect into memory: the effects, the atlas and the compositor as a program without a
 * window would join them. Fixed step and seed, so every run gives the same pixels. */
#ifndef ATR_TEST_STAGE_H
#define ATR_TEST_STAGE_H

#include <atrium/atlas.h>
#include <atrium/catalogue.h>
#include <atrium/compose.h>
#include <atrium/effect.h>
#include <atrium/queue.h>

#include <stdlib.h>

#define STAGE_STEP_NS 16666667u
#define STAGE_NIGHT   0xff0e1330u

typedef struct Stage {
    atr_Effects *effects;
    atr_Atlas *atlas;
    atr_Compositor *compositor;
    atr_RenderQueue *queue;
    atr_Canvas canvas;
    atr_Transform transform; /* from the view's logical pixels */
    uint64_t frame;
} Stage;

static inline void stage_close(Stage *stage)
{
    atr_queue_destroy(stage->queue);
    atr_compose_destroy(stage->compositor);
    atr_atlas_destroy(stage->atlas);
    atr_effects_destroy(stage->effects);
    free(stage->canvas.pixels);
    *stage = (Stage){ 0 };
}

/* A view of view_w by view_h logical pixels on a canvas of width by height. */
static inline bool stage_open(Stage *stage, int32_t width, int32_t height, float view_w,
                              float view_h)
{
    *stage = (Stage){ .transform = { (float)width / view_w, (float)height / view_h, 0, 0 } };
    stage->canvas = (atr_Canvas){ calloc((size_t)width * (size_t)height, sizeof(uint32_t)), width,
                                  height, width };
    uint32_t count = 0;
    const atr_EffectsDesc desc = { .fixed_step_ns = STAGE_STEP_NS, .seed = 7 };
    if (stage->canvas.pixels == NULL || atr_effects_create(&desc, &stage->effects) != ATR_OK ||
        atr_catalogue_load(stage->effects, NULL) != ATR_OK ||
        atr_queue_create(NULL, &stage->queue) != ATR_OK ||
        atr_compose_create(NULL, &stage->compositor) != ATR_OK) {
        return false;
    }
    const atr_SpriteName *names = atr_effects_sprites(stage->effects, &count);
    if (atr_atlas_create(&(atr_AtlasDesc){ .names = names, .name_count = count }, &stage->atlas) !=
        ATR_OK) {
        return false;
    }
    const atr_Image *images = atr_atlas_images(stage->atlas, &count);
    if (atr_compose_set_sprites(stage->compositor, images, count) != ATR_OK) {
        return false;
    }
    atr_effects_set_view(stage->effects, view_w, view_h);
    return true;
}

static inline void stage_step(Stage *stage)
{
    atr_effects_advance(stage->effects, ++stage->frame * STAGE_STEP_NS);
}

/* What is to be seen now, over what the canvas shows already. */
static inline void stage_draw_over(Stage *stage)
{
    atr_DrawList list;
    (void)atr_effects_draw(stage->effects, stage->queue);
    atr_queue_take(stage->queue, &list);
    const atr_Particles particles = atr_effects_particles(stage->effects);
    atr_compose_commands(stage->compositor, &stage->canvas, NULL, &stage->transform, list.commands,
                         list.count, &particles, NULL);
}

/* The same on night. */
static inline void stage_draw(Stage *stage)
{
    atr_compose_clear(&stage->canvas, NULL, STAGE_NIGHT);
    stage_draw_over(stage);
}

#endif
