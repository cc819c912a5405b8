/* Any bytes as an effect definition, played and drawn when it is one, or as a PNG picture: nothing
 * crashes, what is accepted can be defined, ends by itself and stays within the pools, also when it
 * is moved, triggered again, stopped or replaced meanwhile. */
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

/* How many names there are that the effects can know at most so many of. */
typedef struct Names {
    char names[ATR_EFFECT_NODES_MAX * (ATR_FORCES_MAX + 1)][ATR_EFFECT_NAME_MAX + 1];
    uint32_t count;
} Names;

static void name_add(Names *names, const char *name)
{
    for (uint32_t i = 0; i < names->count; i++) {
        if (strcmp(names->names[i], name) == 0) {
            return;
        }
    }
    if (name[0] != '\0') {
        memcpy(names->names[names->count++], name, strlen(name) + 1);
    }
}

static void names_collect(const atr_EffectDef *def, Names *anchors, Names *rects)
{
    for (uint32_t i = 0; i < def->node_count; i++) {
        const atr_EffectNode *node = &def->nodes[i];
        name_add(anchors, node->anchor);
        for (uint32_t f = 0; f < node->force_count; f++) {
            name_add(node->forces[f].kind == ATR_FORCE_RECT ? rects : anchors,
                     node->forces[f].anchor);
        }
    }
}

/* What the host may do meanwhile; `chance` comes from the input. */
static void disturb(atr_Effects *effects, const atr_EffectDef *def, atr_EffectId id, uint32_t step,
                    uint32_t chance)
{
    atr_PreparedEffect *prepared = NULL;
    (void)atr_effect_move(effects, id, 640 + 5 * (float)step, 300);
    switch ((chance >> step % 16 & 15) + step % 3) {
    case 1:
        (void)atr_effect_trigger(effects, def->name, &(atr_Trigger){ .amount = 3, .scale = 2 });
        break;
    case 5:
        (void)atr_effect_stop(effects, id, true);
        break;
    case 7:
        REQUIRE(atr_effects_prepare(effects, def, &prepared) == ATR_OK);
        atr_effects_install(effects, prepared);
        break;
    case 11:
        REQUIRE(atr_effects_prepare(effects, def, &prepared) == ATR_OK);
        atr_effects_discard(effects, prepared);
        break;
    default:
        break;
    }
}

static void play(atr_Effects *effects, const atr_EffectDef *def, const Names *anchors,
                 const Names *rects, uint32_t chance)
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
    for (uint32_t i = 0; i < anchors->count; i++) { /* some of them are set */
        REQUIRE(i % 3 == 2 ||
                atr_effects_set_anchor(effects, anchors->names[i], 300 * (float)i, 200) == ATR_OK);
    }
    for (uint32_t i = 0; i < rects->count; i++) {
        REQUIRE(atr_effects_set_rect(effects, rects->names[i], 600, 40 * (float)i, 80,
                                     30 * (float)(i % 2)) == ATR_OK);
    }
    atr_effects_set_view(effects, 1280, 720);
    const atr_TriggerResult r =
        atr_effect_trigger(effects, def->name, &(atr_Trigger){ .x = 640, .y = 300, .amount = 500 });
    for (uint32_t i = 0; i < STEPS && atr_effect_is_live(effects, r.id); i++) {
        if (chance != 0) {
            disturb(effects, def, r.id, i, chance);
        }
        atr_effects_advance(effects, 0);
        draw(effects, queue, compositor);
    }
    const bool is_short = def->duration < 4.0f && def->keep_alive <= 0.0f; /* and 2 s to live out */
    REQUIRE(!is_short || chance != 0 || !atr_effect_is_live(effects, r.id));
    atr_effects_stop_all(effects);
    REQUIRE(!atr_effect_is_live(effects, r.id));
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
    static Names anchors;
    static Names rects;
    anchors.count = 0;
    rects.count = 0;
    names_collect(&def, &anchors, &rects);
    const atr_Status st = atr_effects_define(effects, &def);
    if (anchors.count > 16 || rects.count > 8) {
        REQUIRE(st == ATR_ERR_FULL);
    } else {
        REQUIRE(st == ATR_OK);
        const uint32_t salt = (uint32_t)bytes.size * 2654435761u;
        play(effects, &def, &anchors, &rects, bytes.size % 2 == 0 ? 0 : salt);
    }
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
