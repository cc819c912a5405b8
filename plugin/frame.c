/*
 * One frame: advance effects, draw their layers where the host says, then mail and overlay, and
 * take the time of each part. SDL batches, so the host's drawing is flushed before ours is
 * measured; what a GPU does later shows in present.
 */
#define _POSIX_C_SOURCE 200809L

#include "plugin_internal.h"

#include <string.h>

#define MAIL_BUDGET_NS 1000000u

static uint64_t now_ns(const atr_Plugin *plugin)
{
    return atr_clock_monotonic_ns(&plugin->desc.clock);
}

static float to_ms(uint64_t ns)
{
    return (float)ns * 1e-6f;
}

static void smoothe(float *value, float sample)
{
    *value += 0.1f * (sample - *value);
}

static void frame_finish(atr_Plugin *plugin, uint64_t at_ns)
{
    atr_frame_mark(plugin->frames);
    if (plugin->frame_start_ns != 0) {
        plugin->building.frame_ms = to_ms(at_ns - plugin->frame_start_ns);
    }
    plugin->frame_start_ns = at_ns;
    atr__budget_finish(plugin);
    plugin->split = plugin->building;
    plugin->smooth.estimated = plugin->split.estimated;
    smoothe(&plugin->smooth.host_ms, plugin->split.host_ms);
    smoothe(&plugin->smooth.effects_ms, plugin->split.effects_ms);
    smoothe(&plugin->smooth.queue_ms, plugin->split.queue_ms);
    smoothe(&plugin->smooth.overlay_ms, plugin->split.overlay_ms);
    smoothe(&plugin->smooth.mail_ms, plugin->split.mail_ms);
    smoothe(&plugin->smooth.present_ms, plugin->split.present_ms);
    plugin->presented = true;
}

/* What the host draws in: its viewport, without the bars beside a logical size. */
static void tell_view(atr_Plugin *plugin, const atr__State *state)
{
    atr_effects_set_view(plugin->effects, (float)state->viewport_px.w / state->scale_x,
                         (float)state->viewport_px.h / state->scale_y);
    const atr_Transform output = atr__state_transform(state);
    atr_effects_set_output(plugin->effects, &output);
}

void atr__plugin_look(atr_Plugin *plugin)
{
    atr__State state;
    if (atr__painter_open(&plugin->painter, &state)) {
        tell_view(plugin, &state);
        atr__painter_close(&plugin->painter, &state);
    }
}

static bool looks_equal(const atr__Look *a, const atr__Look *b)
{
    return a->width == b->width && a->height == b->height && a->logical_w == b->logical_w &&
           a->logical_h == b->logical_h && a->scale_x == b->scale_x && a->scale_y == b->scale_y &&
           SDL_RectEquals(&a->viewport, &b->viewport);
}

/* What effects are shown in may have changed while none was: they must not begin in the old one. */
static void look_again(atr_Plugin *plugin)
{
    SDL_Renderer *renderer = plugin->painter.renderer;
    if (renderer == NULL) {
        atr__plugin_look(plugin); /* of a surface this is cheap, and of nothing it does nothing */
        return;
    }
    if (SDL_GetRenderTarget(renderer) != NULL) {
        return; /* the host's own; where effects go shows when they are drawn */
    }
    atr__Look now = { 0 };
    SDL_GetRendererOutputSize(renderer, &now.width, &now.height);
    SDL_RenderGetLogicalSize(renderer, &now.logical_w, &now.logical_h);
    SDL_RenderGetScale(renderer, &now.scale_x, &now.scale_y);
    SDL_RenderGetViewport(renderer, &now.viewport);
    if (!looks_equal(&now, &plugin->look)) {
        plugin->look = now;
        atr__plugin_look(plugin);
    }
}

void atr_plugin_begin_frame(atr_Plugin *plugin)
{
    if (!plugin->presented) {
        frame_finish(plugin, now_ns(plugin)); /* the host presented by itself */
    }
    atr__budget_begin_frame(plugin);
    if (atr__plugin_draws(plugin) && !atr__plugin_renderer_lives(plugin)) {
        atr_log(&plugin->log, ATR_LOG_WARNING, "plugin", "the %s was destroyed",
                plugin->painter.renderer != NULL ? "renderer" : "window");
        atr_plugin_renderer_lost(plugin);
    }
    atr__plugin_exchange(plugin);
    (void)atr__watch_install(plugin->watch);
    atr__painter_begin_frame(&plugin->painter);
    look_again(plugin);
    for (int layer = 0; layer < ATR_LAYER_COUNT; layer++) {
        plugin->drawn[layer] = false;
    }
    plugin->collected = false;
    plugin->in_frame = true;
    plugin->building = (atr_FrameSplit){ 0 };
    plugin->ours_ns = 0;
    plugin->queue_ns = 0;
    const uint64_t start = now_ns(plugin);
    atr_effects_advance(plugin->effects, start);
    plugin->begin_ns = now_ns(plugin);
    plugin->effects_ns = plugin->begin_ns - start;
}

/* Takes this frame's commands, once; `host_goes_on`: it has more to draw. */
static void collect(atr_Plugin *plugin, bool host_goes_on)
{
    if (!plugin->collected) {
        const uint64_t start = now_ns(plugin);
        atr__budget_plan(plugin, to_ms(start - plugin->begin_ns - plugin->ours_ns), host_goes_on);
        (void)atr_effects_draw(plugin->effects, plugin->queue);
        atr_queue_take(plugin->queue, &plugin->list);
        plugin->queue_ns += now_ns(plugin) - start;
        plugin->collected = true;
    }
}

static void layer_draw(atr_Plugin *plugin, const atr__State *state, int layer)
{
    tell_view(plugin, state);
    const atr_Particles particles = atr_effects_particles(plugin->effects);
    const atr_DrawList *list = &plugin->list;
    atr__painter_draw(&plugin->painter, state, list->commands + list->layer_first[layer],
                      list->layer_count[layer], &particles);
}

void atr_plugin_draw(atr_Plugin *plugin, atr_Layer layer)
{
    if (!plugin->in_frame || layer < 0 || layer >= ATR_LAYER_COUNT || plugin->drawn[layer]) {
        return;
    }
    atr__painter_flush(&plugin->painter); /* what the host drew so far is the host's time */
    const uint64_t start = now_ns(plugin);
    const uint64_t queue_before = plugin->queue_ns;
    collect(plugin, true);
    plugin->drawn[layer] = true;
    atr__State state;
    if (plugin->list.layer_count[layer] > 0 && atr__painter_open(&plugin->painter, &state)) {
        layer_draw(plugin, &state, layer);
        atr__painter_close(&plugin->painter, &state);
        atr__painter_flush(&plugin->painter);
    }
    const uint64_t spent = now_ns(plugin) - start;
    plugin->ours_ns += spent;
    plugin->effects_ns += spent - (plugin->queue_ns - queue_before);
}

static void metrics_update(atr_Plugin *plugin)
{
    atr_EffectsStats effects;
    atr_QueueStats queue;
    atr_effects_stats(plugin->effects, &effects);
    atr_queue_stats(plugin->queue, &queue);
    atr_gauge_set(plugin->gauges[0], (double)plugin->split.frame_ms * 1e-3);
    atr_gauge_set(plugin->gauges[1], effects.instances);
    atr_gauge_set(plugin->gauges[2], effects.particles);
    atr_gauge_set(plugin->gauges[3], (double)plugin->building.overlay_ms * 1e-3);
    atr_gauge_set(plugin->gauges[4], (double)plugin->building.effects_ms * 1e-3);
    const uint64_t drops = queue.refused + queue.replaced;
    atr_counter_add(plugin->drops, drops - plugin->drops_seen);
    plugin->drops_seen = drops;
}

/* ---- Overlay --------------------------------------------------------------------------------- */

static void find_figure(void *user, const atr_MetricValue *metric)
{
    atr__OverlayData *data = user;
    if (strcmp(metric->name, "atrium_cache_hit_ratio") == 0 && !data->has_cache) {
        data->has_cache = true;
        data->cache_hit_ratio = metric->value;
    } else if (strcmp(metric->name, "atrium_jobs_waiting") == 0) {
        data->has_jobs = true;
        data->jobs_waiting = metric->value;
    } else if (strcmp(metric->name, "atrium_jobs_oldest_seconds") == 0) {
        data->has_oldest = true;
        data->jobs_oldest_s = metric->value;
    }
}

/* The types with most particles, most first. */
static void uses_collect(const atr_Plugin *plugin, atr__OverlayData *data)
{
    atr_EffectUse uses[32];
    const uint32_t count = atr_effects_usage(plugin->effects, uses, ATR_COUNT_OF(uses));
    data->use_count = 0;
    for (uint32_t i = 0; i < count && i < ATR_COUNT_OF(uses); i++) {
        uint32_t at = data->use_count;
        while (at > 0 && data->uses[at - 1].particles < uses[i].particles) {
            if (at < ATR__OVERLAY_USES) {
                data->uses[at] = data->uses[at - 1];
            }
            at--;
        }
        if (at < ATR__OVERLAY_USES) {
            data->uses[at] = uses[i];
            data->use_count += data->use_count < ATR__OVERLAY_USES;
        }
    }
}

static void overlay_collect(atr_Plugin *plugin)
{
    atr__OverlayData *data = &plugin->overlay.data;
    *data = (atr__OverlayData){ .split = plugin->smooth };
    atr_frame_window(plugin->frames, &data->frames);
    data->history_count =
        atr_frame_history(plugin->frames, data->history_ms, ATR_COUNT_OF(data->history_ms));
    atr_plugin_stats(plugin, &data->stats);
    data->stats.queue.waiting += plugin->list.count; /* what waited until this frame took it */
    if (plugin->overlay.mode == ATR_OVERLAY_FULL) {
        uses_collect(plugin, data);
        const atr__Usage usage = atr__loader_usage(&plugin->loader);
        data->cpu_share = usage.cpu_share;
        data->resident_bytes = usage.resident_bytes;
        atr_metrics_visit(plugin->metrics, find_figure, data);
    }
}

static void overlay_draw(atr_Plugin *plugin, const atr__State *state)
{
    const float scale = atr__skin_scale_for(state->width, state->height);
    if (scale != plugin->skin_scale) {
        plugin->skin_scale = scale;
        atr__loader_request_skin(&plugin->loader, scale);
    }
    atr__overlay_set_room(&plugin->overlay, state->width, state->height);
    const uint64_t now = now_ns(plugin);
    if (atr__overlay_is_due(&plugin->overlay, now)) {
        overlay_collect(plugin);
        atr__overlay_compose(&plugin->overlay, plugin->painter.renderer, plugin->skin, now);
    }
    const SDL_Rect to = atr__overlay_place(&plugin->overlay, plugin->skin, state->width);
    if (plugin->painter.renderer != NULL) {
        atr__overlay_draw(&plugin->overlay, plugin->painter.renderer, &to);
    } else {
        atr__direct_cover_rect(&plugin->painter, &to);
        const atr_Canvas canvas = atr__surface_canvas(&plugin->painter);
        atr__overlay_blend(&plugin->overlay, &canvas, &to);
    }
}

/* ---- The frame's end ------------------------------------------------------------------------- */

void atr_plugin_end_frame(atr_Plugin *plugin)
{
    if (!plugin->in_frame) {
        return;
    }
    atr__painter_flush(&plugin->painter);
    const uint64_t host_end = now_ns(plugin);
    atr_FrameSplit *split = &plugin->building;
    split->host_ms = to_ms(host_end - plugin->begin_ns - plugin->ours_ns);
    split->estimated = !plugin->painter.software;

    (void)atr_mailbox_drain(plugin->mailbox, MAIL_BUDGET_NS);
    const uint64_t mail_end = now_ns(plugin);
    split->mail_ms = to_ms(mail_end - host_end);

    collect(plugin, false);
    const bool shows = plugin->overlay.mode != ATR_OVERLAY_OFF && plugin->skin != NULL;
    atr__State state;
    if ((plugin->list.count > 0 || shows) && atr__painter_open(&plugin->painter, &state)) {
        for (int layer = 0; layer < ATR_LAYER_COUNT; layer++) {
            if (!plugin->drawn[layer]) {
                layer_draw(plugin, &state, layer);
            }
        }
        atr__painter_flush(&plugin->painter);
        const uint64_t start = now_ns(plugin);
        plugin->effects_ns += start - mail_end;
        if (shows) {
            overlay_draw(plugin, &state);
            atr__painter_flush(&plugin->painter);
        }
        split->overlay_ms = to_ms(now_ns(plugin) - start);
        atr__painter_close(&plugin->painter, &state);
    }
    split->effects_ms = to_ms(plugin->effects_ns);
    split->queue_ms = to_ms(plugin->queue_ns);
    metrics_update(plugin);
    plugin->in_frame = false;
    plugin->presented = false;
    atr__budget_end_frame(plugin);
}

void atr_plugin_present(atr_Plugin *plugin)
{
    const uint64_t start = now_ns(plugin);
    SDL_Renderer *renderer = plugin->painter.renderer;
    if (renderer != NULL && plugin->desc.surface != NULL && plugin->desc.window != NULL) {
        SDL_RenderFlush(renderer);
        SDL_UpdateWindowSurface(plugin->desc.window);
    } else if (renderer != NULL) {
        SDL_RenderPresent(renderer);
    } else if (plugin->painter.direct.window != NULL) {
        SDL_UpdateWindowSurface(plugin->painter.direct.window);
    }
    const uint64_t end = now_ns(plugin);
    plugin->building.present_ms = to_ms(end - start);
    atr__budget_presented(plugin);
    frame_finish(plugin, end);
}
