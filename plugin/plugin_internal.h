/* What the plugin's files share: the plugin itself and its loader thread. */
#ifndef ATR_PLUGIN_INTERNAL_H
#define ATR_PLUGIN_INTERNAL_H

#include "draw/draw_internal.h"
#include "overlay/overlay_internal.h"
#include "watch.h"

#include "base/thread.h"

/* What the process uses, sampled by the loader thread while the overlay shows. */
typedef struct atr__Usage {
    float cpu_share;         /* of one core; negative: not known yet */
    uint64_t resident_bytes; /* 0: not known */
} atr__Usage;

#define ATR__REQUESTS_MAX 256 /* sheets asked for and not read yet; more wait on the other side */

/* The plugin's one thread: reads fonts, pictures and saved definitions, then samples the process
 * when told to. */
typedef struct atr__Loader {
    atr_Allocator allocator;
    const atr_Log *log;
    char *font_latin;
    char *font_arabic;
    atr_Text *text;    /* the thread's own */
    atr_Atlas *atlas;  /* pictures are added to it by this thread alone */
    atr__Watch *watch; /* borrowed; NULL: none */
    atr__Thread thread;
    bool started;
    atr__Mutex lock; /* held to move pointers, names and figures only, never while reading */
    atr__Cond wake;
    atr__Cond done;
    bool lock_ready, wake_ready, done_ready;
    bool quit; /* guarded by lock, as all below */
    bool busy;
    bool sampling;
    float skin_scale; /* 0: no skin is wanted */
    atr__OverlaySkin *skin;
    atr__PictureRequest requests[ATR__REQUESTS_MAX]; /* a ring */
    uint32_t request_first, request_count;
    atr__PictureResult *results; /* ATR__SPRITES_TOTAL: every id once, in order */
    uint32_t result_count, result_taken;
    atr_Letters letters;
    bool letters_wanted, letters_made;
    atr__Usage usage;
} atr__Loader;

/* What tells where the host draws, as it stands when a frame begins. */
typedef struct atr__Look {
    int width, height, logical_w, logical_h;
    float scale_x, scale_y;
    SDL_Rect viewport;
} atr__Look;

struct atr_Plugin {
    atr_PluginDesc desc; /* resolved; its strings are not kept */
    atr_Log log;
    SDL_Window *window; /* the renderer's, to see that it still lives */
    Uint32 window_id;
    atr_Effects *effects;
    atr_RenderQueue *queue;
    atr_Mailbox *mailbox;
    atr_FrameClock *frames;
    atr_Metrics *metrics;
    atr__Painter painter;
    atr__Overlay overlay;
    atr__Loader loader;
    atr__Watch *watch; /* polled by the loader; NULL: none */
    atr__OverlaySkin *skin;
    float skin_scale; /* asked for last */

    atr__Look look;    /* when the effects were told last, at a frame's start */
    atr_DrawList list; /* this frame's, once collected */
    bool collected;
    bool in_frame;
    bool presented; /* the frame's end was marked */
    bool drawn[ATR_LAYER_COUNT];
    uint64_t begin_ns, ours_ns, effects_ns, queue_ns, frame_start_ns;
    atr_FrameSplit split;    /* of the last finished frame */
    atr_FrameSplit building; /* of the frame being drawn */
    atr_FrameSplit smooth;   /* for reading: moves slowly */
    atr_Gauge *gauges[5];
    atr_Counter *drops;
    uint64_t drops_seen;

    /* For the throttle (budget.c). */
    bool planned;         /* in the frame being drawn */
    uint64_t cpu_mark_ns; /* the thread's processor time when the frame ended */
    float outside_ms;     /* the host's work before begin_frame */
    float present_work_ms;
    float busy_ms; /* of the last frame */
};

/* loader.c */
atr_Status atr__loader_start(atr__Loader *loader, const atr_PluginDesc *desc, const atr_Log *log,
                             atr_Atlas *atlas, atr__Watch *watch);
/* Joins the thread and frees what it still holds. */
void atr__loader_stop(atr__Loader *loader);
/* Passes on what the pictures want, and takes what is ready, at most `most` of it; never waits for
 * reading. `skin` is NULL when it is not new. */
void atr__loader_exchange(atr__Loader *loader, atr__Painter *painter, const atr_SpriteName *names,
                          uint32_t name_count, uint32_t most, atr__OverlaySkin **skin);
/* Asks for the overlay's letters at a scale. */
void atr__loader_request_skin(atr__Loader *loader, float scale);
/* Waits until everything asked for has been read. */
void atr__loader_wait(atr__Loader *loader);
void atr__loader_sample(atr__Loader *loader, bool on);
atr__Usage atr__loader_usage(atr__Loader *loader);

/* sampler.c: reads /proc; the thread keeps `last` between calls. */
typedef struct atr__SampleState {
    uint64_t at_ns;
    uint64_t cpu_ticks;
} atr__SampleState;
void atr__sample(atr__SampleState *last, atr__Usage *out);

/* budget.c */
/* 0: nothing is throttled. */
float atr__budget_of(const atr_PluginDesc *desc);
void atr__budget_begin_frame(atr_Plugin *plugin);
/* Once before effects are collected. `host_goes_on`: it has more to draw in this frame. */
void atr__budget_plan(atr_Plugin *plugin, float host_ms, bool host_goes_on);
void atr__budget_end_frame(atr_Plugin *plugin);
void atr__budget_presented(atr_Plugin *plugin);
/* The frame is over and its split is known. */
void atr__budget_finish(atr_Plugin *plugin);

/* frame.c: tells the effects what they are shown in, before the first frame draws any. */
void atr__plugin_look(atr_Plugin *plugin);

/* plugin.c */
/* Whether there is a renderer or a window's surface, as far as is known. */
bool atr__plugin_draws(const atr_Plugin *plugin);
/* Whether it is still there. */
bool atr__plugin_renderer_lives(const atr_Plugin *plugin);
/* Asks for pictures that are wanted and takes over those that are ready. */
void atr__plugin_exchange(atr_Plugin *plugin);

#endif
