/*
 * The plugin's life: what it is made of, how it meets and leaves a renderer. Frames are in frame.c,
 * drawing in draw/, the panel in overlay/.
 */
#define _POSIX_C_SOURCE 200809L

#include "plugin_internal.h"

#include "base/alloc.h"

#include <atrium/catalogue.h>

#include <string.h>

#define QUEUE_CAPACITY   1024
#define TAKEN_IN_A_FRAME 32 /* pictures that became ready */

static atr_PluginDesc desc_resolve(const atr_PluginDesc *desc, SDL_Renderer *renderer)
{
    atr_PluginDesc d = desc != NULL ? *desc : (atr_PluginDesc){ 0 };
    if (d.target_fps <= 0) {
        SDL_Window *window = d.window != NULL ? d.window : SDL_RenderGetWindow(renderer);
        SDL_DisplayMode mode;
        const bool known = window != NULL && SDL_GetWindowDisplayMode(window, &mode) == 0;
        d.target_fps = known && mode.refresh_rate >= 20 ? (float)mode.refresh_rate : 60.0f;
    }
    if (d.max_particles == 0) {
        d.max_particles = 16384;
    }
    if (d.mailbox_capacity == 0) {
        d.mailbox_capacity = 1024;
    }
    if (d.overlay_key == SDLK_UNKNOWN) {
        d.overlay_key = SDLK_F3;
    }
    return d;
}

static atr_Status parts_create(atr_Plugin *plugin)
{
    const atr_PluginDesc *d = &plugin->desc;
    const atr_QueueDesc queue = { .capacity = QUEUE_CAPACITY,
                                  .overflow = ATR_OVERFLOW_DROP_LOWEST,
                                  .allocator = d->allocator };
    atr_Status status = atr_queue_create(&queue, &plugin->queue);
    if (status == ATR_OK) {
        const atr_MailboxDesc mail = { .capacity = d->mailbox_capacity,
                                       .allocator = d->allocator,
                                       .clock = d->clock };
        status = atr_mailbox_create(&mail, &plugin->mailbox);
    }
    if (status == ATR_OK) {
        const atr_FrameDesc frames = { .target_fps = d->target_fps,
                                       .allocator = d->allocator,
                                       .clock = d->clock };
        status = atr_frame_create(&frames, &plugin->frames);
    }
    if (status == ATR_OK) {
        const atr_MetricsDesc metrics = { .allocator = d->allocator };
        status = atr_metrics_create(&metrics, &plugin->metrics);
    }
    if (status == ATR_OK) {
        const atr_EffectsDesc effects = { .max_particles = d->max_particles,
                                          .max_sprites = ATR__SPRITES_MAX,
                                          .budget_ms = atr__budget_of(d),
                                          .seed = d->seed,
                                          .fixed_step_ns = d->fixed_step_ns,
                                          .reduced_motion = d->reduced_motion,
                                          .allocator = d->allocator,
                                          .clock = d->clock,
                                          .log = d->log };
        status = atr_effects_create(&effects, &plugin->effects);
    }
    if (status == ATR_OK && d->effect_folder != NULL && !d->no_watch) {
        const atr__WatchDesc watch = { .folder = d->effect_folder,
                                       .effects = plugin->effects,
                                       .allocator = d->allocator,
                                       .log = &plugin->log };
        status = atr__watch_create(&watch, &plugin->watch);
    }
    if (status == ATR_OK) {
        status = atr_catalogue_load(plugin->effects, d->effect_folder);
    }
    return status == ATR_ERR_FULL ? ATR_OK : status; /* said by file; the others play */
}

static void metrics_register(atr_Plugin *plugin)
{
    static const struct {
        const char *name, *help;
    } rows[] = {
        { "atrium_frame_seconds", "time of the last frame, present to present" },
        { "atrium_effects_live", "effects playing" },
        { "atrium_particles_live", "particles alive" },
        { "atrium_overlay_seconds", "time the overlay took in the last frame" },
        { "atrium_effects_seconds", "time effects took in the last frame" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        plugin->gauges[i] = atr_metrics_gauge(plugin->metrics, rows[i].name, "", rows[i].help);
    }
    plugin->drops = atr_metrics_counter(plugin->metrics, "atrium_queue_drops_total", "",
                                        "draw commands refused or replaced");
}

static void window_remember(atr_Plugin *plugin)
{
    plugin->window = plugin->painter.renderer != NULL
                         ? SDL_RenderGetWindow(plugin->painter.renderer)
                         : plugin->painter.direct.window;
    plugin->window_id = plugin->window != NULL ? SDL_GetWindowID(plugin->window) : 0;
}

bool atr__plugin_draws(const atr_Plugin *plugin)
{
    return plugin->painter.renderer != NULL || plugin->painter.direct.window != NULL;
}

bool atr__plugin_renderer_lives(const atr_Plugin *plugin)
{
    if (!atr__plugin_draws(plugin)) {
        return false;
    }
    if (plugin->window_id == 0) {
        return true; /* a renderer without a window cannot be asked */
    }
    SDL_Window *window = SDL_GetWindowFromID(plugin->window_id);
    return window != NULL && SDL_GetRenderer(window) == plugin->painter.renderer &&
           window == plugin->window;
}

void atr__plugin_exchange(atr_Plugin *plugin)
{
    uint32_t count = 0;
    const atr_SpriteName *names = atr_effects_sprites(plugin->effects, &count);
    const uint32_t most = plugin->desc.wait_for_assets ? UINT32_MAX : TAKEN_IN_A_FRAME;
    atr__OverlaySkin *skin = NULL;
    atr__loader_exchange(&plugin->loader, &plugin->painter, names, count, most, &skin);
    if (skin != NULL) {
        atr__skin_destroy(&plugin->desc.allocator, plugin->skin);
        plugin->skin = skin;
        plugin->overlay.stale = true;
    }
}

/* Attaching waits, for once: asks for all, and takes it over until nothing is left. */
static void assets_wait(atr_Plugin *plugin)
{
    atr_plugin_preload(plugin, NULL);
    do {
        atr__plugin_exchange(plugin);
        atr__loader_wait(&plugin->loader);
        atr__plugin_exchange(plugin);
    } while (plugin->painter.pictures.wanted_count > 0 || plugin->painter.pictures.waiting > 0);
}

/* Letters as large as the picture there is. */
static void skin_ask(atr_Plugin *plugin)
{
    int width = 0;
    int height = 0;
    if (plugin->painter.renderer != NULL) {
        SDL_GetRendererOutputSize(plugin->painter.renderer, &width, &height);
    } else {
        SDL_GetWindowSizeInPixels(plugin->painter.direct.window, &width, &height);
    }
    plugin->skin_scale = atr__skin_scale_for(width, height);
    atr__loader_request_skin(&plugin->loader, plugin->skin_scale);
}

/* With a renderer, or without onto the surface of desc.window. */
static atr_Status attach(SDL_Renderer *renderer, const atr_PluginDesc *d, atr_Plugin **out)
{
    atr_Plugin *plugin = atr__alloc_zero(&d->allocator, 1, sizeof *plugin);
    if (plugin == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    plugin->desc = *d;
    plugin->log = d->log;
    plugin->presented = true;
    plugin->painter.log = &plugin->log;
    atr_Status status = atr__painter_init(&plugin->painter, renderer, d);
    if (status == ATR_OK) {
        window_remember(plugin);
        status = parts_create(plugin);
    }
    if (status == ATR_OK) {
        metrics_register(plugin);
        atr__overlay_init(&plugin->overlay, &d->allocator);
        plugin->overlay.arabic = d->overlay_arabic;
        status = atr__loader_start(&plugin->loader, d, &plugin->log, plugin->painter.pictures.atlas,
                                   plugin->watch);
    }
    if (status != ATR_OK) {
        atr_plugin_detach(plugin);
        return status;
    }
    atr__plugin_look(plugin);
    if (!d->disable_overlay) {
        skin_ask(plugin);
    }
    if (d->wait_for_assets) {
        assets_wait(plugin);
    }
    *out = plugin;
    return ATR_OK;
}

atr_Status atr_plugin_attach(SDL_Renderer *renderer, const atr_PluginDesc *desc, atr_Plugin **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    if (renderer == NULL) {
        return ATR_ERR_INVALID;
    }
    const atr_PluginDesc d = desc_resolve(desc, renderer);
    return attach(renderer, &d, out);
}

atr_Status atr_plugin_attach_surface(SDL_Window *window, const atr_PluginDesc *desc,
                                     atr_Plugin **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    if (window == NULL || SDL_GetRenderer(window) != NULL) {
        return ATR_ERR_INVALID;
    }
    atr_PluginDesc d = desc != NULL ? *desc : (atr_PluginDesc){ 0 };
    d.surface = NULL;
    d.window = window;
    d = desc_resolve(&d, NULL);
    return attach(NULL, &d, out);
}

void atr_plugin_detach(atr_Plugin *plugin)
{
    if (plugin == NULL) {
        return;
    }
    if (!atr__plugin_renderer_lives(plugin)) {
        atr_plugin_renderer_lost(plugin);
    }
    if (plugin->effects != NULL) {
        atr_effects_stop_all(plugin->effects); /* what their ends post is delivered below */
    }
    atr_mailbox_destroy(plugin->mailbox); /* what it delivers may still play effects */
    plugin->mailbox = NULL;
    atr__loader_stop(&plugin->loader);
    atr__watch_destroy(plugin->watch);
    atr_effects_destroy(plugin->effects);
    plugin->effects = NULL;
    atr__overlay_deinit(&plugin->overlay, plugin->painter.renderer != NULL);
    atr__painter_deinit(&plugin->painter);
    const atr_Allocator allocator = plugin->desc.allocator;
    atr__skin_destroy(&allocator, plugin->skin);
    atr_queue_destroy(plugin->queue);
    atr_frame_destroy(plugin->frames);
    atr_metrics_destroy(plugin->metrics);
    atr__free(&allocator, plugin, 1, sizeof *plugin);
}

void atr_plugin_renderer_lost(atr_Plugin *plugin)
{
    if (atr__plugin_draws(plugin)) {
        atr__painter_release(&plugin->painter, false);
        atr__overlay_release(&plugin->overlay, false);
        plugin->window = NULL;
        plugin->window_id = 0;
    }
}

atr_Status atr_plugin_reattach(atr_Plugin *plugin, SDL_Renderer *renderer, SDL_Surface *surface,
                               SDL_Window *window)
{
    if (renderer == NULL) {
        return ATR_ERR_INVALID;
    }
    const bool lives = atr__plugin_renderer_lives(plugin);
    atr__overlay_release(&plugin->overlay, lives);
    atr__painter_release(&plugin->painter, lives);
    plugin->desc.surface = surface;
    plugin->desc.window = window;
    atr__painter_attach(&plugin->painter, renderer, surface, window);
    window_remember(plugin);
    atr__plugin_look(plugin);
    return ATR_OK;
}

void atr_plugin_preload(atr_Plugin *plugin, const char *name)
{
    atr__Pictures *pictures = &plugin->painter.pictures;
    uint32_t count = 0;
    const atr_SpriteName *names = atr_effects_sprites(plugin->effects, &count);
    const atr_EffectDef *def = name != NULL ? atr_effects_definition(plugin->effects, name) : NULL;
    if (name == NULL) {
        for (uint32_t id = 0; id < count; id++) {
            atr__pictures_want_one(pictures, id);
        }
    }
    for (uint32_t i = 0; def != NULL && i < def->node_count; i++) {
        for (uint32_t id = 0; id < count; id++) {
            if (names[id].frame == 0 && strcmp(names[id].sheet, def->nodes[i].sheet) == 0) {
                atr__pictures_want_one(pictures, id);
            }
        }
    }
}

/* ---- Events ---------------------------------------------------------------------------------- */

static bool is_overlay_key(const atr_Plugin *plugin, const SDL_KeyboardEvent *key)
{
    return !plugin->desc.disable_overlay && key->keysym.sym == plugin->desc.overlay_key &&
           (key->keysym.mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI)) == 0;
}

bool atr_plugin_event(atr_Plugin *plugin, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_KEYDOWN:
        if (!is_overlay_key(plugin, &event->key)) {
            return false;
        }
        if (event->key.repeat == 0) {
            atr_plugin_set_overlay(plugin, (plugin->overlay.mode + 1) % (ATR_OVERLAY_FULL + 1));
        }
        return true;
    case SDL_KEYUP:
        return is_overlay_key(plugin, &event->key);
    case SDL_RENDER_DEVICE_RESET:
        if (plugin->painter.renderer != NULL) {
            atr__painter_device_reset(&plugin->painter);
            atr__overlay_release(&plugin->overlay, true);
        }
        return false;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_WINDOWEVENT:
        plugin->painter.surface.again = true;
        return false;
    default:
        return false;
    }
}

/* ---- Parts ----------------------------------------------------------------------------------- */

void atr_plugin_set_overlay(atr_Plugin *plugin, atr_OverlayMode mode)
{
    if (plugin->desc.disable_overlay || mode < ATR_OVERLAY_OFF || mode > ATR_OVERLAY_FULL) {
        return;
    }
    atr__overlay_set_mode(&plugin->overlay, mode);
    atr__loader_sample(&plugin->loader, mode == ATR_OVERLAY_FULL);
}

void atr_plugin_set_overlay_arabic(atr_Plugin *plugin, bool arabic)
{
    atr__overlay_set_arabic(&plugin->overlay, arabic);
}

void atr_plugin_set_path(atr_Plugin *plugin, atr_PathKind path)
{
    if (path >= ATR_PATH_AUTO && path <= ATR_PATH_LAYER) {
        plugin->painter.wanted = path;
    }
}

atr_Status atr_plugin_set_kernel(atr_Plugin *plugin, const char *name)
{
    return atr_compose_set_kernel(plugin->painter.compositor, name);
}

atr_Status atr_plugin_set_second_thread(atr_Plugin *plugin, bool on)
{
    return atr_compose_set_second_thread(plugin->painter.compositor, on);
}

atr_Effects *atr_plugin_effects(atr_Plugin *plugin)
{
    return plugin->effects;
}

atr_RenderQueue *atr_plugin_queue(atr_Plugin *plugin)
{
    return plugin->queue;
}

atr_Mailbox *atr_plugin_mailbox(atr_Plugin *plugin)
{
    return plugin->mailbox;
}

atr_FrameClock *atr_plugin_frames(atr_Plugin *plugin)
{
    return plugin->frames;
}

atr_Metrics *atr_plugin_metrics(atr_Plugin *plugin)
{
    return plugin->metrics;
}

void atr_plugin_stats(const atr_Plugin *plugin, atr_PluginStats *out)
{
    static const char *const names[] = { "none", "geometry", "surface", "layer" };
    atr_ComposeStats compose;
    atr_compose_stats(plugin->painter.compositor, &compose);
    *out = (atr_PluginStats){
        .split = plugin->split,
        .path = plugin->painter.last,
        .path_name = names[plugin->painter.last],
        .renderer = atr__plugin_draws(plugin) ? plugin->painter.name : "lost",
        .overlay = plugin->overlay.mode,
        .assets_ready =
            plugin->painter.pictures.waiting == 0 && plugin->painter.pictures.wanted_count == 0,
        .assets_missing = plugin->painter.pictures.missing,
        .assets_waiting = plugin->painter.pictures.waiting + plugin->painter.pictures.wanted_count,
        .kernel = compose.kernel,
        .compose_threads = plugin->painter.last != ATR_PATH_GEOMETRY ? compose.threads : 0,
    };
    atr_queue_stats(plugin->queue, &out->queue);
    atr_effects_stats(plugin->effects, &out->effects);
}
