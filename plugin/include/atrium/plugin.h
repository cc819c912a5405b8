/**
 * atrium/plugin.h: effects, frame statistics and an overlay for a program that draws with SDL2.
 *
 *     atr_Plugin *fx = NULL;
 *     if (atr_plugin_attach(renderer, NULL, &fx) != ATR_OK) { ... }
 *     while (running) {
 *         for (SDL_Event e; SDL_PollEvent(&e);) {
 *             if (atr_plugin_event(fx, &e)) { continue; }   // F3: off, compact, full
 *             ...
 *         }
 *         atr_plugin_begin_frame(fx);
 *         draw_world(renderer);
 *         atr_plugin_draw(fx, ATR_LAYER_BELOW_UI);          // optional
 *         draw_interface(renderer);
 *         atr_plugin_end_frame(fx);                         // effects and overlay, on top
 *         atr_plugin_present(fx);                           // or SDL_RenderPresent
 *     }
 *     atr_plugin_detach(fx);
 *
 * The renderer is left exactly as it was found: colour, blend mode, viewport, clip, scale, logical
 * size, target and texture modulation. Tested with SDL's `software`, `opengl` and `opengles2`
 * renderers; others take the geometry path and are untested.
 *
 * Effects appear where the host would draw at their coordinates itself: its scale, logical size and
 * viewport place them, and its viewport and clip at the moment of atr_plugin_draw or
 * atr_plugin_end_frame limit them. The overlay covers the whole target, unclipped.
 *
 * How effects are drawn (atr_PathKind) is chosen per frame by measured cost: geometry through
 * SDL_RenderGeometryRaw; surface, composing into a software renderer's pixels; layer, composing
 * into a texture. Surface and layer give the same pixels, layer on a GPU within rounding; geometry
 * is sampled by SDL's renderer and looks alike. Where a sprite is placed between pixels is up to
 * that renderer, too: GPUs place all of them so, SDL's software renderer none; atr_DrawCmd.smooth
 * is for the other two.
 *
 * A game that draws into its window's surface and has no renderer attaches to the window instead;
 * the calls are the same, and present is SDL_UpdateWindowSurface:
 *
 *     atr_plugin_attach_surface(window, NULL, &fx);
 *     while (running) {
 *         ...
 *         atr_plugin_begin_frame(fx);               // first: it gives back what effects covered
 *         SDL_Surface *screen = SDL_GetWindowSurface(window);
 *         SDL_BlitSurface(sprite, NULL, screen, &where);
 *         atr_plugin_end_frame(fx);
 *         atr_plugin_present(fx);
 *     }
 *
 * Effects keep within the frame budget (target_fps), the less important ones first, unless
 * desc.unthrottled or desc.fixed_step_ns is set. What the host does between end_frame and
 * begin_frame counts by the thread's processor time, since it may sleep there; so does a present
 * that waits for the display, of which no more can be told apart.
 *
 * Threads: render, the thread that owns the renderer, unless said otherwise. A loader thread of the
 * plugin's reads and decodes pictures when they are first needed, and definitions that change in
 * desc.effect_folder; what is ready is taken over in slices. Until a picture is there a built-in
 * sprite stands for it. Between begin_frame
 * and end_frame nothing is read from disk, waited for, or allocated by atrium once warm; SDL's
 * software renderer itself allocates on the geometry and layer paths, which are chosen there only
 * when the surface path is unsafe.
 */
#ifndef ATRIUM_PLUGIN_H
#define ATRIUM_PLUGIN_H

#include <atrium/effect.h>
#include <atrium/frame.h>
#include <atrium/mailbox.h>
#include <atrium/metrics.h>

#include <SDL.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_Plugin atr_Plugin;

typedef enum atr_PathKind {
    ATR_PATH_AUTO = 0,
    ATR_PATH_GEOMETRY,
    ATR_PATH_SURFACE,
    ATR_PATH_LAYER
} atr_PathKind;

typedef enum atr_OverlayMode {
    ATR_OVERLAY_OFF = 0,
    ATR_OVERLAY_COMPACT,
    ATR_OVERLAY_FULL
} atr_OverlayMode;

typedef struct atr_PluginDesc {
    float target_fps;          /* frame budget = 1 / this; default: the display's, else 60 */
    atr_PathKind path;         /* default: chosen by cost. One that is unsafe here is not used */
    SDL_Surface *surface;      /* pixels the software renderer draws into, when it was made by
                                  SDL_CreateSoftwareRenderer; outlives the plugin or is changed by
                                  atr_plugin_reattach */
    SDL_Window *window;        /* with surface: whose surface it is; present updates it */
    const char *asset_folder;  /* sprites that replace the compiled-in ones; default none */
    const char *effect_folder; /* definitions that replace or add to the catalogue; default none */
    const char *font_latin;    /* default: searched, see text.h */
    const char *font_arabic;
    bool overlay_arabic;     /* language of the overlay; default English */
    bool disable_overlay;    /* no overlay, no key */
    SDL_Keycode overlay_key; /* default SDLK_F3 */
    bool reduced_motion;
    uint32_t max_particles;    /* default 16,384 */
    size_t sprite_cache_bytes; /* of scaled and turned sprites; default 16 MiB */
    bool redraws_all;   /* attach_surface only: the host draws the whole picture in each frame, so
                           what effects covered need not be given back to it */
    bool second_thread; /* surface and layer paths draw with two threads */
    bool unthrottled;   /* play and draw everything, whatever the frame costs */
    bool no_watch;      /* do not look for changes in effect_folder */
    uint32_t mailbox_capacity; /* default 1024 */
    uint64_t seed;             /* default 1 */
    uint64_t fixed_step_ns;    /* effects advance by this each frame; default 0: real time */
    bool wait_for_assets;      /* attach returns when pictures are loaded: for tests and tours */
    atr_Allocator allocator;
    atr_Clock clock;
    atr_Log log;
} atr_PluginDesc;

/** Where the last frame's time went, ms. Those SDL cannot tell apart are marked estimated. */
typedef struct atr_FrameSplit {
    float frame_ms;   /* present to present */
    float host_ms;    /* from begin to end, less ours */
    float effects_ms; /* advance and draw */
    float queue_ms;   /* ordering commands */
    float overlay_ms;
    float mail_ms; /* callbacks drained from the mailbox */
    float present_ms;
    bool estimated; /* the renderer batches; host and effects were separated by a flush only */
} atr_FrameSplit;

typedef struct atr_PluginStats {
    atr_FrameSplit split;
    atr_PathKind path;     /* of the last frame that had something to draw */
    const char *path_name; /* "geometry", "surface", "layer" */
    const char *renderer;  /* SDL's name */
    atr_OverlayMode overlay;
    bool assets_ready;
    uint32_t assets_missing;
    uint32_t assets_waiting;  /* pictures asked for and not there yet */
    const char *kernel;       /* of the compositor: "avx2", ... */
    uint32_t compose_threads; /* that drew the last frame: 0 on the geometry path */
    atr_QueueStats queue;
    atr_EffectsStats effects;
} atr_PluginStats;

/**
 * Attaches to a renderer.
 *
 * @return ATR_OK; ATR_ERR_INVALID; ATR_ERR_NO_MEMORY; ATR_ERR_BACKEND (SDL's words are logged).
 * @owner  The renderer stays the caller's and must outlive the plugin, or be told lost.
 */
ATR_NODISCARD ATR_API atr_Status atr_plugin_attach(SDL_Renderer *renderer,
                                                   const atr_PluginDesc *desc, atr_Plugin **out);

/**
 * Attaches to a window whose surface (SDL_GetWindowSurface) the host draws into by itself; there
 * must be no renderer. The surface is asked for anew in each frame, so resizing needs no call;
 * after one, effects show again once the host has asked for the new surface. The surface's clip
 * rectangle limits effects as a renderer's would. A host that draws only what changes is served
 * too: what effects and overlay cover is put back by atr_plugin_begin_frame (unless
 * desc.redraws_all), so the host draws after it.
 * @return as atr_plugin_attach; ATR_ERR_INVALID also when the window has a renderer;
 * ATR_ERR_BACKEND when the surface is not of 32 bits with 8 a channel, 0xRRGGBB (logged).
 */
ATR_NODISCARD ATR_API atr_Status atr_plugin_attach_surface(SDL_Window *window,
                                                           const atr_PluginDesc *desc,
                                                           atr_Plugin **out);

/** Ends effects (done callbacks run), drains the mailbox, frees everything. NULL does nothing. */
ATR_API void atr_plugin_detach(atr_Plugin *plugin);

/** True: the event was the overlay's own. Also watches for resizes and resets. */
ATR_API bool atr_plugin_event(atr_Plugin *plugin, const SDL_Event *event);

ATR_API void atr_plugin_begin_frame(atr_Plugin *plugin);
/** Draws one layer now, so that the host can draw over it. Once per layer and frame. */
ATR_API void atr_plugin_draw(atr_Plugin *plugin, atr_Layer layer);
/** Drains the mailbox, draws the layers that are left, then the overlay. */
ATR_API void atr_plugin_end_frame(atr_Plugin *plugin);
/**
 * Reads the pictures of a definition before it is first played; name NULL: of every definition.
 * They are read and taken over while frames go on; atr_PluginStats.assets_waiting tells how many
 * are left.
 */
ATR_API void atr_plugin_preload(atr_Plugin *plugin, const char *name);
/** Presents and measures it; with desc.surface and desc.window, SDL_UpdateWindowSurface. */
ATR_API void atr_plugin_present(atr_Plugin *plugin);

/** The renderer is gone or about to go: nothing of SDL's is touched until reattach. */
ATR_API void atr_plugin_renderer_lost(atr_Plugin *plugin);
/** Goes on with another renderer (surface and window as in the desc, may be NULL). */
ATR_NODISCARD ATR_API atr_Status atr_plugin_reattach(atr_Plugin *plugin, SDL_Renderer *renderer,
                                                     SDL_Surface *surface, SDL_Window *window);

ATR_API void atr_plugin_set_overlay(atr_Plugin *plugin, atr_OverlayMode mode);
ATR_API void atr_plugin_set_overlay_arabic(atr_Plugin *plugin, bool arabic);

/** Draws by this path from now on where it is safe; ATR_PATH_AUTO: by cost. */
ATR_API void atr_plugin_set_path(atr_Plugin *plugin, atr_PathKind path);
/** Composes with this kernel from now on, see atr_compose_set_kernel. */
ATR_API atr_Status atr_plugin_set_kernel(atr_Plugin *plugin, const char *name);
/** Composes with one thread or two from now on. */
ATR_API atr_Status atr_plugin_set_second_thread(atr_Plugin *plugin, bool on);

/** Parts, borrowed until detach. */
ATR_API atr_Effects *atr_plugin_effects(atr_Plugin *plugin);
ATR_API atr_RenderQueue *atr_plugin_queue(atr_Plugin *plugin);
ATR_API atr_Mailbox *atr_plugin_mailbox(atr_Plugin *plugin);
ATR_API atr_FrameClock *atr_plugin_frames(atr_Plugin *plugin);
/** What the overlay shows beside its own figures; hosts add theirs, see the README's list of names.
 */
ATR_API atr_Metrics *atr_plugin_metrics(atr_Plugin *plugin);

ATR_API void atr_plugin_stats(const atr_Plugin *plugin, atr_PluginStats *out);

#ifdef __cplusplus
}
#endif

#endif
