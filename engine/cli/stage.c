/* Plays an effect without a window. Anchors and rectangles that a definition names are put where a
 * game might have them; what leaves a trail is moved across the view; what goes on until it is
 * stopped is stopped after a few seconds. */
#include "stage.h"

#include <atrium/catalogue.h>
#include <atrium/queue.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMOOTH_HZ    60u /* steps are not longer than this */
#define KEPT_S       6.0 /* what goes on until it is stopped is stopped then */
#define LETTER_PX    48
#define COMMANDS_MAX 8192
#define NS           1000000000u

typedef struct Rgb {
    float r, g, b;
} Rgb;

static void print_log(void *user, atr_LogLevel level, const char *module, const char *text)
{
    (void)user;
    (void)level;
    (void)module;
    fprintf(stderr, "atrium: %s\n", text);
}

/* ---- Making ---------------------------------------------------------------------------------- */

static atr_Status fail(atr_Error *error, atr_Status st, const char *what)
{
    *error = (atr_Error){ 0 };
    snprintf(error->text, sizeof error->text, "%s: %s", what, atr_status_text(st));
    return st;
}

static atr_Status define(Stage *stage, atr_Error *error)
{
    char name[ATR_EFFECT_NAME_MAX + 1] = "";
    atr_Status st = atr_catalogue_load(stage->effects, NULL);
    if (st != ATR_OK) {
        return fail(error, st, "the built-in effects");
    }
    if (stage->desc.file != NULL) {
        atr_EffectDef *def = malloc(sizeof *def);
        st = def == NULL ? fail(error, ATR_ERR_NO_MEMORY, stage->desc.file)
                         : atr_catalogue_read(stage->desc.file, def, error);
        if (st == ATR_OK) {
            memcpy(name, def->name, sizeof name);
            st = atr_effects_define(stage->effects, def);
            st = st == ATR_OK ? st : fail(error, st, stage->desc.file);
        }
        free(def);
        if (st != ATR_OK) {
            return st;
        }
    } else {
        snprintf(name, sizeof name, "%s", stage->desc.name);
    }
    stage->def = atr_effects_definition(stage->effects, name);
    if (stage->def == NULL) {
        *error = (atr_Error){ 0 };
        snprintf(error->text, sizeof error->text,
                 "no effect is named '%.40s'; `atrium effect list` names them", name);
        return ATR_ERR_NOT_FOUND;
    }
    return ATR_OK;
}

/* New ones for each play: chance goes on from play to play, and pictures should not change. */
static atr_Status make_effects(Stage *stage, atr_Error *error)
{
    const atr_EffectsDesc desc = { .fixed_step_ns = stage->step_ns,
                                   .seed = stage->desc.seed,
                                   .log = { print_log, NULL, ATR_LOG_WARNING } };
    atr_effects_destroy(stage->effects);
    stage->effects = NULL;
    const atr_Status st = atr_effects_create(&desc, &stage->effects);
    return st == ATR_OK ? define(stage, error) : fail(error, st, "effects");
}

static atr_Status load_pictures(Stage *stage, atr_Text *text, atr_Error *error)
{
    uint32_t count = 0;
    const atr_SpriteName *names = atr_effects_sprites(stage->effects, &count);
    atr_GlyphStrip strip = { 0 };
    atr_Image letters[ATR_LETTER_COUNT] = { 0 };
    atr_Status st =
        atr_letters_make(text, LETTER_PX, (atr_SpriteId)count, &stage->letters, &strip, letters);
    if (st == ATR_OK) {
        const atr_AtlasDesc desc = { .folder = stage->desc.assets,
                                     .names = names,
                                     .name_count = count,
                                     .extra = letters,
                                     .extra_count = ATR_LETTER_COUNT,
                                     .log = { print_log, NULL, ATR_LOG_WARNING } };
        st = atr_atlas_create(&desc, &stage->atlas);
    }
    atr_text_glyphs_free(&strip);
    if (st == ATR_OK) {
        const atr_Image *images = atr_atlas_images(stage->atlas, &count);
        st = atr_compose_set_sprites(stage->compositor, images, count);
    }
    return st == ATR_OK ? st : fail(error, st, "pictures");
}

static uint32_t substeps_for(uint32_t fps)
{
    return (SMOOTH_HZ + fps - 1) / fps;
}

atr_Status stage_open(Stage *stage, const StageDesc *desc, atr_Text *text, atr_Error *error)
{
    *stage = (Stage){ .desc = *desc, .substeps = substeps_for(desc->fps) };
    stage->step_ns = NS / ((uint64_t)desc->fps * stage->substeps);
    stage->expanded = malloc(COMMANDS_MAX * sizeof *stage->expanded);
    const atr_ComposeDesc compose = { .log = { print_log, NULL, ATR_LOG_WARNING } };
    atr_Status st = stage->expanded != NULL ? ATR_OK : ATR_ERR_NO_MEMORY;
    st = st == ATR_OK ? atr_queue_create(NULL, &stage->queue) : st;
    st = st == ATR_OK ? atr_compose_create(&compose, &stage->compositor) : st;
    if (st != ATR_OK) {
        return fail(error, st, "drawing");
    }
    st = make_effects(stage, error);
    return st == ATR_OK ? load_pictures(stage, text, error) : st;
}

void stage_close(Stage *stage)
{
    atr_compose_destroy(stage->compositor);
    atr_atlas_destroy(stage->atlas);
    atr_queue_destroy(stage->queue);
    atr_effects_destroy(stage->effects);
    free(stage->expanded);
    *stage = (Stage){ 0 };
}

/* ---- Playing --------------------------------------------------------------------------------- */

/* Where a game might have what a definition names: counters at the upper right, a panel below. */
static atr_Rect panel_of(const Stage *stage)
{
    const int32_t w = stage->desc.width;
    const int32_t h = stage->desc.height;
    return (atr_Rect){ w / 3, h * 2 / 3, w / 3, h / 8 };
}

static const char *rect_name(const atr_EffectDef *def)
{
    for (uint32_t i = 0; i < def->node_count; i++) {
        for (uint32_t f = 0; f < def->nodes[i].force_count; f++) {
            if (def->nodes[i].forces[f].kind == ATR_FORCE_RECT) {
                return def->nodes[i].forces[f].anchor;
            }
        }
    }
    return NULL;
}

static void set_places(Stage *stage)
{
    const float w = (float)stage->desc.width;
    const float h = (float)stage->desc.height;
    const atr_EffectDef *def = stage->def;
    atr_effects_set_view(stage->effects, w, h);
    for (uint32_t i = 0; i < def->node_count; i++) {
        const atr_EffectNode *node = &def->nodes[i];
        if (node->anchor[0] != '\0') {
            (void)atr_effects_set_anchor(stage->effects, node->anchor, w * 0.85f, h * 0.12f);
        }
        for (uint32_t f = 0; f < node->force_count; f++) {
            const atr_Force *force = &node->forces[f];
            const bool floor = force->kind == ATR_FORCE_FLOOR;
            if (force->kind == ATR_FORCE_RECT) {
                const atr_Rect r = panel_of(stage);
                (void)atr_effects_set_rect(stage->effects, force->anchor, (float)r.x, (float)r.y,
                                           (float)r.w, (float)r.h);
            } else if (force->anchor[0] != '\0') {
                (void)atr_effects_set_anchor(stage->effects, force->anchor, w * 0.85f,
                                             floor ? h * 0.9f : h * 0.12f);
            }
        }
    }
}

static bool leaves_a_trail(const atr_EffectDef *def)
{
    for (uint32_t i = 0; i < def->node_count; i++) {
        if (def->nodes[i].type == ATR_NODE_TRAIL && def->nodes[i].follow[0] == '\0') {
            return true;
        }
    }
    return false;
}

/* s in which the effect emits here. */
static double shown_time(const atr_EffectDef *def)
{
    const double duration = (double)def->duration;
    return def->keep_alive > 0.0f && duration > KEPT_S ? KEPT_S : duration;
}

/* The trigger's place at a share of the duration: still, or a wave across the view. */
static void place_at(const Stage *stage, double share, float *x, float *y)
{
    *x = stage->desc.x;
    *y = stage->desc.y;
    if (leaves_a_trail(stage->def)) {
        const double s = share < 1.0 ? share : 1.0;
        *x = (float)(stage->desc.width * (0.15 + 0.7 * s));
        *y = (float)(stage->desc.y + stage->desc.height * 0.22 * sin(s * 6.2831853));
    }
}

atr_Status stage_start(Stage *stage, atr_Error *error)
{
    const atr_Status st = make_effects(stage, error);
    if (st != ATR_OK) {
        return st;
    }
    stage->now_ns = 0;
    set_places(stage);
    atr_Trigger trigger = { .amount = stage->desc.amount };
    place_at(stage, 0.0, &trigger.x, &trigger.y);
    const atr_TriggerResult r = atr_effect_trigger(stage->effects, stage->def->name, &trigger);
    stage->id = r.id;
    if (r.id.value == 0) {
        *error = (atr_Error){ 0 };
        snprintf(error->text, sizeof error->text, "%s: %s", stage->def->name,
                 atr_decision_name(r.decision));
        return ATR_ERR_INVALID;
    }
    return ATR_OK;
}

static void substep(Stage *stage)
{
    const atr_EffectDef *def = stage->def;
    const double share = stage_time(stage) / shown_time(def);
    if (leaves_a_trail(def)) {
        float x = 0;
        float y = 0;
        place_at(stage, share, &x, &y);
        (void)atr_effect_move(stage->effects, stage->id, x, y);
    }
    if (def->keep_alive > 0.0f && share < 1.0) {
        (void)atr_effect_keep(stage->effects, stage->id);
    } else if (def->keep_alive > 0.0f) {
        (void)atr_effect_stop(stage->effects, stage->id, true);
    }
    stage->now_ns += stage->step_ns;
    atr_effects_advance(stage->effects, stage->now_ns);
}

bool stage_step(Stage *stage)
{
    for (uint32_t i = 0; i < stage->substeps; i++) {
        substep(stage);
    }
    return atr_effect_is_live(stage->effects, stage->id);
}

double stage_time(const Stage *stage)
{
    return (double)stage->now_ns * 1e-9;
}

/* ---- Drawing --------------------------------------------------------------------------------- */

static uint32_t mix(Rgb a, Rgb b, float t)
{
    const uint32_t red = (uint32_t)(a.r + (b.r - a.r) * t + 0.5f);
    const uint32_t green = (uint32_t)(a.g + (b.g - a.g) * t + 0.5f);
    const uint32_t blue = (uint32_t)(a.b + (b.b - a.b) * t + 0.5f);
    return 0xff000000u | red << 16 | green << 8 | blue;
}

/* A gradient with a few lines, so that a shake is seen, and the panel that particles bounce on. */
static void draw_scene(const Stage *stage, const atr_Canvas *canvas, bool light, int32_t shift_x,
                       int32_t shift_y)
{
    const Rgb top = light ? (Rgb){ 250, 247, 240 } : (Rgb){ 22, 27, 58 };
    const Rgb bottom = light ? (Rgb){ 226, 221, 209 } : (Rgb){ 9, 12, 30 };
    const uint32_t line = light ? 0xffdad4c6u : 0xff1b2146u;
    for (int32_t y = 0; y < canvas->height; y++) {
        const uint32_t color = mix(top, bottom, (float)y / (float)canvas->height);
        atr_compose_clear(canvas, &(atr_Rect){ 0, y, canvas->width, 1 }, color);
    }
    for (int32_t x = 160 + shift_x; x < canvas->width; x += 160) {
        atr_compose_clear(canvas, &(atr_Rect){ x, 0, 1, canvas->height }, line);
    }
    for (int32_t y = 160 + shift_y; y < canvas->height; y += 160) {
        atr_compose_clear(canvas, &(atr_Rect){ 0, y, canvas->width, 1 }, line);
    }
    if (rect_name(stage->def) != NULL) {
        atr_Rect r = panel_of(stage);
        r.x += shift_x;
        r.y += shift_y;
        atr_compose_clear(canvas, &r, light ? 0xffc9c2b2u : 0xff262d5cu);
    }
}

static uint32_t expand(const Stage *stage, const atr_DrawList *list)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < list->count && used < COMMANDS_MAX; i++) {
        const atr_DrawCmd *command = &list->commands[i];
        if (command->kind == ATR_DRAW_TEXT) {
            used += atr_letters_expand(&stage->letters, command, stage->expanded + used,
                                       COMMANDS_MAX - used);
        } else {
            stage->expanded[used++] = *command;
        }
    }
    return used;
}

void stage_draw(Stage *stage, const atr_Canvas *canvas, bool light)
{
    float shake_x = 0;
    float shake_y = 0;
    atr_effects_shake(stage->effects, &shake_x, &shake_y);
    draw_scene(stage, canvas, light, (int32_t)shake_x, (int32_t)shake_y);
    atr_DrawList list;
    (void)atr_effects_draw(stage->effects, stage->queue);
    atr_queue_take(stage->queue, &list);
    const uint32_t count = expand(stage, &list);
    const atr_Particles particles = atr_effects_particles(stage->effects);
    const atr_Transform transform = { 1, 1, shake_x, shake_y };
    atr_compose_commands(stage->compositor, canvas, NULL, &transform, stage->expanded, count,
                         &particles, NULL);
}
