/* See gallery.h. */
#include "gallery.h"

#include "panels.h"

#include "shared/shot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_NS   16666667u
#define STATUS_MS 3500u
#define NOTICE_MS 9000u
#define GUIDED_MS 2600u
#define PARTICLES 32768u

/* ---- Opening --------------------------------------------------------------------------------- */

static void take_log(void *user, atr_LogLevel level, const char *module, const char *text)
{
    Gallery *gallery = user;
    if (level < ATR_LOG_WARNING) {
        return;
    }
    fprintf(stderr, "gallery: %s: %s\n", module, text);
    SDL_LockMutex(gallery->notice_lock);
    snprintf(gallery->notice, sizeof gallery->notice, "%.150s", text);
    SDL_UnlockMutex(gallery->notice_lock);
}

static bool attach(Gallery *gallery)
{
    const Options *options = &gallery->options;
    gallery->fixed = options->script != NULL || options->tour != NULL;
    const atr_PluginDesc desc = { .effect_folder = options->effects,
                                  .asset_folder = options->assets,
                                  .max_particles = PARTICLES,
                                  .seed = options->seed,
                                  .fixed_step_ns = gallery->fixed ? STEP_NS : 0,
                                  .wait_for_assets = gallery->fixed,
                                  .unthrottled = gallery->fixed,
                                  .log = { .fn = take_log, .user = gallery } };
    const atr_Status st = atr_plugin_attach(gallery->display.renderer, &desc, &gallery->plugin);
    if (st != ATR_OK) {
        SDL_SetError("the effects cannot be attached: %s", atr_status_text(st));
        return false;
    }
    gallery->effects = atr_plugin_effects(gallery->plugin);
    /* Full, it covers half of a wide scene and some of the switches below. */
    const bool roomy = gallery->display.width >= 860 && gallery->display.height >= 1400;
    const atr_OverlayMode fitting = roomy ? ATR_OVERLAY_FULL : ATR_OVERLAY_COMPACT;
    atr_plugin_set_overlay(gallery->plugin, options->has_overlay ? options->overlay : fitting);
    return true;
}

bool gallery_open(const Options *options, Gallery **out)
{
    Gallery *gallery = calloc(1, sizeof *gallery);
    *out = gallery;
    if (gallery == NULL) {
        SDL_SetError("out of memory");
        return false;
    }
    gallery->options = *options;
    gallery->hover = gallery->pressed = gallery->focus = LAYOUT_NONE;
    gallery->chance = 0x2545f491u;
    gallery->notice_lock = SDL_CreateMutex();
    const atr_Log log = { .fn = take_log, .user = gallery };
    if (gallery->notice_lock == NULL || !display_open(options, &gallery->display) ||
        !canvas_open(&gallery->canvas, &log) || !attach(gallery)) {
        return false;
    }
    settings_init(&gallery->settings);
    gallery->settings.option[SETTING_SCENE] = options->light ? 1 : 0;
    gallery_relayout(gallery);
    return true;
}

void gallery_close(Gallery *gallery)
{
    if (gallery == NULL) {
        return;
    }
    atr_plugin_detach(gallery->plugin);
    panels_close(gallery);
    if (gallery->canvas.text != NULL) {
        canvas_close(&gallery->canvas);
    }
    display_close(&gallery->display);
    SDL_DestroyMutex(gallery->notice_lock);
    free(gallery);
}

/* ---- Layout ------------------------------------------------------------------------------------
 */

void gallery_relayout(Gallery *gallery)
{
    layout_make(&gallery->layout, &(LayoutDesc){ .width = gallery->display.width,
                                                 .height = gallery->display.height,
                                                 .effects = gallery->name_count,
                                                 .settings = &gallery->settings,
                                                 .scroll = gallery->scroll,
                                                 .hidden = gallery->hidden });
    gallery->scroll = gallery->layout.scroll;
}

/* ---- Playing --------------------------------------------------------------------------------- */

static float chance(Gallery *gallery)
{
    gallery->chance ^= gallery->chance << 13;
    gallery->chance ^= gallery->chance >> 17;
    gallery->chance ^= gallery->chance << 5;
    return (float)(gallery->chance >> 8) / 16777216.0f;
}

/* The slider's start is the effect's own default; from there on from least to most. */
static float amount_for(const Gallery *gallery, const atr_EffectDef *def)
{
    const float share = gallery->settings.amount;
    if (share <= 0 || def->amount_max <= 0) {
        return 0;
    }
    const float least = fmaxf(def->amount_min, 1);
    return roundf(least + (def->amount_max - least) * share * share);
}

static void say(Gallery *gallery, uint64_t ms, const char *text)
{
    snprintf(gallery->status, sizeof gallery->status, "%s", text);
    gallery->status_until_ms = gallery->now_ms + ms;
}

static void say_decision(Gallery *gallery, const char *name, atr_Decision decision, float amount)
{
    char title[ATR_EFFECT_NAME_MAX + 1];
    char text[128];
    gallery_title(name, title);
    if (amount > 0) {
        snprintf(text, sizeof text, "%s, %.0f: %s", title, (double)amount,
                 atr_decision_name(decision));
    } else {
        snprintf(text, sizeof text, "%s: %s", title, atr_decision_name(decision));
    }
    say(gallery, STATUS_MS, text);
}

static bool moves(const atr_EffectDef *def)
{
    if (def->keep_alive > 0) {
        return true;
    }
    for (uint32_t i = 0; i < def->node_count; i++) {
        if (def->nodes[i].type == ATR_NODE_TRAIL && def->nodes[i].follow[0] == '\0') {
            return true;
        }
    }
    return false;
}

static atr_TriggerResult trigger(Gallery *gallery, const char *name, float x, float y)
{
    const atr_EffectDef *def = atr_effects_definition(gallery->effects, name);
    const float amount = def != NULL ? amount_for(gallery, def) : 0;
    const atr_Trigger how = {
        .x = x, .y = y, .amount = amount, .scale = fmaxf(gallery->layout.u, 1)
    };
    return atr_effect_trigger(gallery->effects, name, &how);
}

void gallery_play(Gallery *gallery, uint32_t index, float x, float y)
{
    if (index >= gallery->name_count) {
        return;
    }
    const char *name = gallery->names[index];
    gallery->selected = index;
    const atr_EffectDef *def = atr_effects_definition(gallery->effects, name);
    if (def == NULL) {
        return;
    }
    const atr_TriggerResult result = trigger(gallery, name, x, y);
    say_decision(gallery, name, result.decision, amount_for(gallery, def));
    if (moves(def) && result.id.value != 0) {
        gallery->guided = (Guided){ .id = result.id,
                                    .since_ms = gallery->now_ms,
                                    .until_ms = gallery->now_ms + GUIDED_MS,
                                    .x = x,
                                    .y = y };
    }
}

void gallery_play_middle(Gallery *gallery, uint32_t index)
{
    const atr_Rect *scene = &gallery->layout.scene;
    atr_PluginStats stats;
    atr_plugin_stats(gallery->plugin, &stats);
    /* Beside the overlay, where the scene is wide enough for both. */
    const bool beside = stats.overlay == ATR_OVERLAY_FULL && scene->w > scene->h;
    gallery_play(gallery, index, (float)scene->x + (float)scene->w * (beside ? 0.68f : 0.5f),
                 (float)scene->y + (float)scene->h * 0.5f);
}

void gallery_clear(Gallery *gallery)
{
    atr_effects_stop_all(gallery->effects);
    gallery->guided = (Guided){ 0 };
    gallery_slide(gallery, SETTING_RATE, 0);
    say(gallery, STATUS_MS, "Cleared");
}

/* Round in circles, or where the pointer holds it. */
static void guide(Gallery *gallery)
{
    Guided *guided = &gallery->guided;
    if (guided->id.value == 0) {
        return;
    }
    if (!guided->held && gallery->now_ms >= guided->until_ms) {
        (void)atr_effect_stop(gallery->effects, guided->id, true);
        guided->id.value = 0;
        return;
    }
    if (!guided->held) {
        const float turn = (float)(gallery->now_ms - guided->since_ms) * 0.0045f;
        const float reach = 0.28f * (float)gallery->layout.scene.h;
        (void)atr_effect_move(gallery->effects, guided->id, guided->x + reach * 1.4f * sinf(turn),
                              guided->y + reach * 0.8f * sinf(2 * turn));
    }
    (void)atr_effect_keep(gallery->effects, guided->id); /* no matter if it ends by itself */
}

static void play_anywhere(Gallery *gallery, const char *name)
{
    const atr_Rect *scene = &gallery->layout.scene;
    const float x = (float)scene->x + (float)scene->w * (0.08f + 0.84f * chance(gallery));
    const float y = (float)scene->y + (float)scene->h * (0.12f + 0.76f * chance(gallery));
    (void)trigger(gallery, name, x, y);
}

/* The selected effect so many times a second. */
static void play_by_itself(Gallery *gallery, uint64_t passed_ms)
{
    const float a_second = roundf(gallery->settings.rate * SETTING_RATE_MAX);
    gallery->repeat_due += a_second * (float)(passed_ms < 100 ? passed_ms : 100) / 1000;
    for (; gallery->repeat_due >= 1 && gallery->name_count > 0; gallery->repeat_due -= 1) {
        play_anywhere(gallery, gallery->names[gallery->selected]);
    }
}

/* ---- Stress ---------------------------------------------------------------------------------- */

/* Sparkles all over the scene, which turn, shrink and fall. */
static atr_EffectDef stress(const atr_Rect *scene, float size)
{
    atr_EffectDef def = { .name = GALLERY_STRESS_NAME,
                          .importance = ATR_IMPORTANCE_COSMETIC,
                          .duration = 3,
                          .amount_default = GALLERY_STRESS,
                          .amount_max = GALLERY_STRESS,
                          .node_count = 1 };
    atr_EffectNode *node = &def.nodes[0];
    *node = (atr_EffectNode){ .type = ATR_NODE_EMITTER,
                              .layer = ATR_LAYER_ABOVE_UI,
                              .additive = 1,
                              .id = "sparkles",
                              .shape = ATR_SHAPE_RECT,
                              .shape_w = (float)scene->w,
                              .shape_h = (float)scene->h,
                              .duration = 3,
                              .max = GALLERY_STRESS,
                              .burst_count = 1,
                              .life = { .kind = ATR_VALUE_RANGE, .low = 1, .high = 3 },
                              .speed = { .kind = ATR_VALUE_RANGE, .low = 10, .high = 90 },
                              .angle = { .kind = ATR_VALUE_RANGE, .low = -180, .high = 180 },
                              .spin = { .kind = ATR_VALUE_RANGE, .low = -120, .high = 120 },
                              .gravity_y = 60,
                              .sheet = "spark.png",
                              .frames = 1,
                              .color_count = 3,
                              .colors = {
                                  { 0, 0xfff4d6ffu }, { 0.6f, 0xffc247ffu }, { 1, 0xff7ad100u } } };
    node->bursts[0].count = (atr_Value){ .kind = ATR_VALUE_CONSTANT, .low = GALLERY_STRESS };
    node->size = (atr_Value){ .kind = ATR_VALUE_KEYS,
                              .key_count = 3,
                              .variance = 0.5f,
                              .keys = { { .t = 0, .v = size * 0.4f },
                                        { .t = 0.2f, .v = size },
                                        { .t = 1, .v = size * 0.3f } } };
    return def;
}

void gallery_stress(Gallery *gallery)
{
    const atr_Rect *scene = &gallery->layout.scene;
    const atr_EffectDef def = stress(scene, 16 * gallery->layout.u);
    const atr_Trigger how = { .x = (float)scene->x + (float)scene->w / 2,
                              .y = (float)scene->y + (float)scene->h / 2 };
    char text[96];
    if (atr_effects_define(gallery->effects, &def) != ATR_OK) {
        return;
    }
    const atr_TriggerResult result =
        atr_effect_trigger(gallery->effects, GALLERY_STRESS_NAME, &how);
    snprintf(text, sizeof text, "Stress, %d sparkles: %s", GALLERY_STRESS,
             atr_decision_name(result.decision));
    say(gallery, STATUS_MS, text);
}

/* ---- Setting --------------------------------------------------------------------------------- */

void gallery_choose(Gallery *gallery, Setting setting, uint32_t option)
{
    if (option >= gallery->settings.options[setting]) {
        return;
    }
    gallery->settings.option[setting] = option;
    switch (setting) {
    case SETTING_QUALITY:
        atr_effects_set_quality(gallery->effects, (int32_t)option - 1);
        break;
    case SETTING_PATH: /* options in the order of atr_PathKind */
        atr_plugin_set_path(gallery->plugin, (atr_PathKind)option);
        break;
    case SETTING_KERNEL:
        (void)atr_plugin_set_kernel(gallery->plugin, gallery->settings.kernels[option]);
        break;
    case SETTING_THREADS:
        (void)atr_plugin_set_second_thread(gallery->plugin, option == 1);
        break;
    case SETTING_MOTION:
        atr_effects_set_reduced_motion(gallery->effects, option == 1);
        break;
    default:
        break;
    }
}

void gallery_slide(Gallery *gallery, Setting setting, float value)
{
    const float share = value < 0.02f ? 0 : value > 1 ? 1 : value;
    if (setting == SETTING_AMOUNT) {
        gallery->settings.amount = share;
    } else {
        gallery->settings.rate = share;
        gallery->repeat_due = 0;
    }
}

void gallery_press(Gallery *gallery, uint32_t index, int32_t x)
{
    if (index >= gallery->layout.count) {
        return;
    }
    const Control *control = &gallery->layout.controls[index];
    switch (control->kind) {
    case CONTROL_TILE:
        gallery_play_middle(gallery, control->index);
        break;
    case CONTROL_CHOICE:
        gallery_choose(gallery, control->setting, control->index);
        break;
    case CONTROL_SLIDER:
        gallery_slide(gallery, control->setting, panels_slider_value(gallery, control, x));
        break;
    case CONTROL_BUTTON:
        gallery_stress(gallery);
        break;
    }
}

/* ---- One frame ------------------------------------------------------------------------------- */

static void take_events(Gallery *gallery)
{
    atr_EffectEvent event;
    while (atr_effects_poll_event(gallery->effects, &event)) {
        if (event.kind == ATR_EFFECT_EVENT_ARRIVE) {
            gallery->coins++;
        }
    }
    SDL_LockMutex(gallery->notice_lock);
    if (gallery->notice[0] != '\0') {
        say(gallery, NOTICE_MS, gallery->notice);
        gallery->notice[0] = '\0';
    }
    SDL_UnlockMutex(gallery->notice_lock);
    if (gallery->now_ms >= gallery->status_until_ms) {
        gallery->status[0] = '\0';
    }
}

static void update(Gallery *gallery, uint64_t now_ms)
{
    const uint64_t passed_ms = now_ms - gallery->now_ms;
    gallery->now_ms = now_ms;
    gallery_list_effects(gallery);
    take_events(gallery);
    play_by_itself(gallery, passed_ms);
    guide(gallery);
}

bool gallery_frame(Gallery *gallery, uint64_t now_ms, const char *shot)
{
    SDL_Renderer *renderer = gallery->display.renderer;
    update(gallery, now_ms);
    panels_update(gallery);
    const atr_Rect *purse = &gallery->panels[PANEL_PURSE].rect;
    (void)atr_effects_set_anchor(gallery->effects, "counter", (float)purse->x + (float)purse->h / 2,
                                 (float)purse->y + (float)purse->h / 2);
    atr_plugin_begin_frame(gallery->plugin);
    panels_show(gallery, PANEL_BACKDROP);
    panels_show(gallery, PANEL_PURSE);
    /* The scene alone is the effects' view: they fall to its lower edge and flash no panel. */
    const atr_Rect *scene = &gallery->layout.scene;
    SDL_RenderSetViewport(renderer, &(SDL_Rect){ scene->x, scene->y, scene->w, scene->h });
    for (int layer = 0; layer < ATR_LAYER_COUNT; layer++) {
        atr_plugin_draw(gallery->plugin, (atr_Layer)layer);
    }
    SDL_RenderSetViewport(renderer, NULL);
    panels_show(gallery, PANEL_SIDE);
    panels_show(gallery, PANEL_BAR);
    panels_show(gallery, PANEL_STATUS);
    atr_plugin_end_frame(gallery->plugin);
    return shot == NULL ||
           shot_write(renderer, gallery->display.width, gallery->display.height, shot);
}

void gallery_present(Gallery *gallery)
{
    atr_plugin_present(gallery->plugin);
}
