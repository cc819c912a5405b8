/*
 * Drawing a layer of commands through SDL, in one of three ways that look the same.
 *
 * The painter knows a renderer and what it can do, the pictures, and the paths. It is used between
 * atr__state_save and atr__state_restore: there the whole target is visible, unscaled and
 * unclipped, and coordinates are output pixels.
 */
#ifndef ATR_DRAW_INTERNAL_H
#define ATR_DRAW_INTERNAL_H

#include <atrium/atlas.h>
#include <atrium/letters.h>
#include <atrium/plugin.h>

#define ATR__QUADS_MAX 4096 /* of one SDL_RenderGeometryRaw call */

/* What the loader thread hands over: pictures and the letters among them. Does not change. */
typedef struct atr__Assets {
    atr_Atlas *atlas;
    atr_Letters letters;
} atr__Assets;

/* ---- state.c --------------------------------------------------------------------------------- */

typedef struct atr__State {
    SDL_Texture *target;
    Uint8 r, g, b, a;
    SDL_BlendMode blend;
    float scale_x, scale_y;
    int logical_w, logical_h;
    SDL_Rect viewport, viewport_px; /* as the host sees it, and in output pixels */
    SDL_Rect clip, clip_px;
    SDL_bool clipped;
    int width, height; /* output, px */
} atr__State;

/* Reads the current target's state and opens it: no clip, no scale, the whole output. */
void atr__state_save(SDL_Renderer *renderer, atr__State *state);
void atr__state_restore(SDL_Renderer *renderer, const atr__State *state);
/* From the host's logical pixels to output pixels. */
atr_Transform atr__state_transform(const atr__State *state);

/* ---- expand.c -------------------------------------------------------------------------------- */

/* Texts turned into sprites, what can be drawn copied; ranges are cut to the particles there are.
 * @return how many, at most `capacity`. */
uint32_t atr__expand(const atr__Assets *assets, const atr_DrawCmd *commands, uint32_t count,
                     uint32_t particle_count, atr_DrawCmd *out, uint32_t capacity);

/* ---- bounds.c -------------------------------------------------------------------------------- */

/* One layer, ready to draw. */
typedef struct atr__Batch {
    const atr_DrawCmd *commands;
    uint32_t count;
    atr_Particles particles;
    atr_Transform transform;
    int32_t width, height; /* of the output, px */
    uint32_t quads;        /* sprites, rectangles and particles in all */
} atr__Batch;

#define ATR__DIRTY_RECTS_MAX 48

typedef struct atr__Dirty {
    atr_Tiles tiles; /* memory of the painter's */
    SDL_Rect rects[ATR__DIRTY_RECTS_MAX];
    uint32_t rect_count;
    uint64_t pixels;
} atr__Dirty;

uint32_t atr__batch_quads(const atr__Batch *batch);
/* Marks every tile that the batch may touch, a little generously. */
void atr__dirty_mark(const atr__Batch *batch, const atr_Image *images, uint32_t image_count,
                     int32_t width, int32_t height, atr__Dirty *dirty);
/* Joins marked tiles into rectangles within the output. */
void atr__dirty_join(atr__Dirty *dirty, int32_t width, int32_t height);

/* ---- The paths ------------------------------------------------------------------------------- */

typedef struct atr__Vertex {
    float x, y, u, v;
    SDL_Color color;
} atr__Vertex;

typedef struct atr__Geometry {
    SDL_Texture *texture;
    SDL_BlendMode current;
    atr__Vertex *vertices; /* ATR__QUADS_MAX * 4 */
    int *indices;          /* ATR__QUADS_MAX * 6, filled once */
    uint32_t quads;
    bool failed; /* the texture could not be made: said once */
} atr__Geometry;

typedef struct atr__LayerPath {
    SDL_Texture *texture;
    uint32_t *pixels;
    int32_t width, height;
    uint8_t *marks;
    size_t mark_count;
    atr__Dirty dirty;
} atr__LayerPath;

typedef struct atr__SurfacePath {
    SDL_Surface *given;  /* desc.surface */
    SDL_Window *window;  /* desc.window, or the renderer's */
    SDL_Surface *probed; /* what the probe passed or failed for */
    int32_t width, height;
    bool safe;
    bool again; /* probe again: a resize, a reset or another target came between */
} atr__SurfacePath;

/* What a path has been seen to cost, ns per unit of its own work. */
typedef struct atr__PathCost {
    double rate;
    uint32_t samples;
    uint64_t frame; /* of the last sample */
} atr__PathCost;

typedef struct atr__Painter {
    SDL_Renderer *renderer; /* NULL while lost */
    atr_Allocator allocator;
    const atr_Log *log;
    const char *name;   /* SDL's */
    bool software;      /* SDL's software renderer */
    bool premultiplied; /* takes the blend that serves over and additive alike */
    SDL_BlendMode blend;
    atr_PathKind wanted;
    atr_Compositor *compositor;
    const atr__Assets *assets;
    atr_DrawCmd *expanded;
    uint32_t expanded_capacity;
    atr__Geometry geometry;
    atr__LayerPath layer;
    atr__SurfacePath surface;
    atr__PathCost costs[ATR_PATH_LAYER + 1];
    uint64_t frame;
    atr_PathKind path;   /* of the frame being drawn, AUTO before its first layer */
    atr_PathKind last;   /* of the last frame that drew something */
    bool measure;        /* this frame's cost is taken */
    SDL_Texture *target; /* of the layer drawn last */
} atr__Painter;

/* painter.c */
atr_Status atr__painter_init(atr__Painter *painter, SDL_Renderer *renderer,
                             const atr_PluginDesc *desc);
void atr__painter_deinit(atr__Painter *painter);
/* Forgets everything of SDL's; destroys it when the renderer still lives. */
void atr__painter_release(atr__Painter *painter, bool renderer_lives);
void atr__painter_attach(atr__Painter *painter, SDL_Renderer *renderer, SDL_Surface *surface,
                         SDL_Window *window);
/* The device forgot its textures: they are made again when next needed. */
void atr__painter_device_reset(atr__Painter *painter);
/* Takes pictures into use; may allocate. */
void atr__painter_set_assets(atr__Painter *painter, const atr__Assets *assets);
void atr__painter_begin_frame(atr__Painter *painter);
void atr__painter_draw(atr__Painter *painter, const atr__State *state, const atr_DrawCmd *commands,
                       uint32_t count, const atr_Particles *particles);
/* Makes a texture whose pixels must be drawn as they are. */
SDL_Texture *atr__painter_texture(atr__Painter *painter, int access, int32_t width, int32_t height);

/* choose.c */
atr_PathKind atr__choose(atr__Painter *painter, const atr__State *state, const atr__Batch *batch);
void atr__choose_record(atr__Painter *painter, atr_PathKind path, const atr__Batch *batch,
                        uint64_t elapsed_ns);

/* geometry.c */
bool atr__geometry_ready(atr__Painter *painter);
void atr__geometry_draw(atr__Painter *painter, const atr__Batch *batch);

/* surface.c */
bool atr__surface_ready(atr__Painter *painter, const atr__State *state);
void atr__surface_draw(atr__Painter *painter, const atr__Batch *batch);
/* The pixels that are safe to write now, after atr__surface_ready. */
atr_Canvas atr__surface_canvas(const atr__Painter *painter);

/* layer.c */
bool atr__layer_ready(atr__Painter *painter, const atr__State *state);
void atr__layer_draw(atr__Painter *painter, const atr__State *state, const atr__Batch *batch);

#endif
