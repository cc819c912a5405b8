/* What the throttle is told of a frame: before drawing what the host has taken so far, afterwards
 * what everything took.
 *
 * What the host does between two frames counts by the render thread's processor time, since it may
 * also sleep there; the same goes for a present that waits for the display, of which no more can be
 * told apart. Nothing is told while effects advance by a fixed step: they must not depend on time.
 */
#define _POSIX_C_SOURCE 200809L

#include "plugin_internal.h"

#include <time.h>

/* Of the calling thread; 0 where the system does not tell. */
static uint64_t thread_cpu_ns(void)
{
#ifdef CLOCK_THREAD_CPUTIME_ID
    struct timespec t;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) == 0) {
        return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
    }
#endif
    return 0;
}

/* Since `mark`, ms; nothing when another thread draws now, whose clock is another one. */
static float ms_since(uint64_t mark, uint64_t now)
{
    return mark != 0 && now > mark ? (float)(now - mark) * 1e-6f : 0.0f;
}

static bool is_throttled(const atr_Plugin *plugin)
{
    return !plugin->desc.unthrottled && plugin->desc.fixed_step_ns == 0;
}

float atr__budget_of(const atr_PluginDesc *desc)
{
    const bool throttled = !desc->unthrottled && desc->fixed_step_ns == 0;
    return throttled && desc->target_fps > 0.0f ? 1000.0f / desc->target_fps : 0.0f;
}

void atr__budget_begin_frame(atr_Plugin *plugin)
{
    if (is_throttled(plugin)) {
        plugin->outside_ms = ms_since(plugin->cpu_mark_ns, thread_cpu_ns());
    }
}

void atr__budget_plan(atr_Plugin *plugin, float host_ms, bool host_goes_on)
{
    if (is_throttled(plugin)) {
        const float usual = host_goes_on ? plugin->smooth.host_ms : 0.0f;
        plugin->planned = true;
        atr_effects_plan(plugin->effects, plugin->outside_ms + (host_ms > usual ? host_ms : usual));
    }
}

void atr__budget_end_frame(atr_Plugin *plugin)
{
    if (is_throttled(plugin)) {
        plugin->cpu_mark_ns = thread_cpu_ns();
    }
}

static bool waits_for_display(const atr_Plugin *plugin)
{
    SDL_RendererInfo info;
    return plugin->desc.surface == NULL && plugin->painter.renderer != NULL &&
           SDL_GetRendererInfo(plugin->painter.renderer, &info) == 0 &&
           (info.flags & SDL_RENDERER_PRESENTVSYNC) != 0;
}

void atr__budget_presented(atr_Plugin *plugin)
{
    if (!is_throttled(plugin)) {
        return;
    }
    const uint64_t now = thread_cpu_ns();
    plugin->present_work_ms = waits_for_display(plugin) ? ms_since(plugin->cpu_mark_ns, now)
                                                        : plugin->building.present_ms;
    plugin->cpu_mark_ns = now;
}

void atr__budget_finish(atr_Plugin *plugin)
{
    if (plugin->planned) {
        const atr_FrameSplit *split = &plugin->building;
        const float effects_ms = split->effects_ms + split->queue_ms;
        const float busy_ms = plugin->outside_ms + split->host_ms + effects_ms + split->mail_ms +
                              split->overlay_ms + plugin->present_work_ms;
        atr_effects_measured(plugin->effects, effects_ms, busy_ms);
        plugin->busy_ms = busy_ms;
    }
    plugin->planned = false;
    plugin->present_work_ms = 0.0f;
}
