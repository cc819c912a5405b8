/* Any bytes as an effect definition, played and drawn when it is one, or as a PNG picture: nothing
 * crashes, what is accepted can be defined, ends by itself and stays within the pools. */
#include "fuzz.h"

#include <atrium/atlas.h>
#include <atrium/catalogue.h>
#include <atrium/compose.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "broken: %s\n", #condition);                                           \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#define WIDTH  64
#define HEIGHT 48
#define STEPS  64 /* of 100 ms at the most */

static uint32_t picture[8 * 8];
static uint32_t pixels[WIDTH * HEIGHT];

static void draw(const atr_Effects *effects, atr_RenderQueue *queue, atr_Compositor *compositor)
{
    atr_DrawList list;
    (void)atr_effects_draw(effects, queue);
    atr_queue_take(queue, &list);
    const atr_Particles particles = atr_effects_particles(effects);
    REQUIRE(particles.count <= 512);
    const atr_Canvas canvas = { pixels, WIDTH, HEIGHT, WIDTH };
    atr_compose_commands(compositor, &canvas, NULL, &(atr_Transform){ 0.05f, 0.05f, 0, 0 },
                         list.commands, list.count, &particles, NULL);
}

static void play(atr_Effects *effects, const atr_EffectDef *def)
{
    atr_RenderQueue *queue = NULL;
    atr_Compositor *compositor = NULL;
    REQUIRE(atr_queue_create(&(atr_QueueDesc){ .capacity = 64 }, &queue) == ATR_OK);
    REQUIRE(atr_compose_create(&(atr_ComposeDesc){ .cache_bytes = 65536 }, &compositor) == ATR_OK);
    uint32_t count = 0;
    (void)atr_effects_sprites(effects, &count);
    atr_Image images[16];
    for (uint32_t i = 0; i < 16; i++) {
        images[i] = (atr_Image){ picture, 8, 8, 8 };
    }
    REQUIRE(atr_compose_set_sprites(compositor, images, count < 16 ? count : 16) == ATR_OK);
    (void)atr_effects_set_anchor(effects, "counter", 300, 200);
    atr_effects_set_view(effects, 1280, 720);
    const atr_TriggerResult r =
        atr_effect_trigger(effects, def->name, &(atr_Trigger){ .x = 640, .y = 300, .amount = 500 });
    for (uint32_t i = 0; i < STEPS && atr_effect_is_live(effects, r.id); i++) {
        atr_effects_advance(effects, 0);
        draw(effects, queue, compositor);
    }
    const bool is_short = def->duration < 4.0f; /* and two seconds to live out */
    REQUIRE(!is_short || !atr_effect_is_live(effects, r.id));
    atr_compose_destroy(compositor);
    atr_queue_destroy(queue);
}

static void try_definition(atr_Bytes bytes)
{
    atr_EffectDef def;
    atr_Error error;
    if (atr_catalogue_parse(bytes, "fuzz", &def, &error) != ATR_OK) {
        REQUIRE(def.node_count == 0 && strlen(error.text) > 0);
        return;
    }
    atr_Effects *effects = NULL;
    REQUIRE(atr_effects_create(&(atr_EffectsDesc){ .fixed_step_ns = 100000000,
                                                   .max_particles = 512,
                                                   .max_instances = 2,
                                                   .max_effects = 2 },
                               &effects) == ATR_OK);
    REQUIRE(atr_effects_define(effects, &def) == ATR_OK);
    play(effects, &def);
    atr_effects_destroy(effects);
}

static void try_picture(atr_Bytes bytes)
{
    atr_Image image;
    atr_Error error;
    if (atr_picture_decode(bytes, &image, &error) != ATR_OK) {
        REQUIRE(image.pixels == NULL && strlen(error.text) > 0);
        return;
    }
    REQUIRE(image.width > 0 && image.width <= ATR_PICTURE_SIDE_MAX);
    REQUIRE(image.height > 0 && image.height <= ATR_PICTURE_SIDE_MAX);
    atr_picture_free(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const atr_Bytes bytes = { data, size };
    memset(picture, 0x80, sizeof picture);
    if (size > 0 && data[0] == 0x89) {
        try_picture(bytes);
    } else {
        try_definition(bytes);
    }
    return 0;
}
