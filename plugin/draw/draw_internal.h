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

#define ATR__SHEET_NAME_MAX 48 /* as in atr_EffectNode */

/* Sprite ids: those of the effects, then letters, then the picture that stands for what is not
 * there yet. */
#define ATR__SPRITES_MAX     4096u /* effects may name this many frames */
#define ATR__SPRITE_LETTERS  ATR__SPRITES_MAX
#define ATR__SPRITE_STAND_IN (ATR__SPRITE_LETTERS + ATR_LETTER_COUNT)
#define ATR__SPRITES_TOTAL   (ATR__SPRITE_STAND_IN + 1)

/* ---- pictures.c ------------------------------------------------------------------------------ */

typedef enum atr__PictureState {
    ATR__PICTURE_NONE = 0, /* nobody has asked for it */
    ATR__PICTURE_WANTED,   /* drawn, and to be asked for */
    ATR__PICTURE_ASKED,
    ATR__PICTURE_READY,
    ATR__PICTURE_MISSING /* the stand-in stays */
} atr__PictureState;

/* One sheet to be read: `count` frames of it, under ids from `first` on. */
typedef struct atr__PictureRequest {
    char sheet[ATR__SHEET_NAME_MAX];
    uint16_t frame, frames, count;
    atr_SpriteId first;
} atr__PictureRequest;

/* One id whose picture was read, or could not be. */
typedef struct atr__PictureResult {
    atr_SpriteId id;
    bool there;
} atr__PictureResult;

/* What every sprite shows, on the render thread. A picture is wanted when it is first drawn, asked
 * of the loader, and taken over when it is ready; until then the stand-in, a soft disc, is shown.
 */
typedef struct atr__Pictures {
    atr_Allocator allocator;
    atr_Atlas *atlas;  /* the loader thread adds; only what is ready is read here */
    uint8_t *states;   /* atr__PictureState, ATR__SPRITES_TOTAL, as of the arrays below */
    atr_Image *images; /* its own, or the stand-in's */
    atr_SpriteId *wanted;
    uint32_t wanted_count;
    atr_SpriteId *ready; /* in the order they became so: textures follow it */
    uint32_t ready_count;
    uint32_t waiting, missing;
    atr_Letters letters; /* none yet: texts are not drawn */
} atr__Pictures;

atr_Status atr__pictures_init(atr__Pictures *pictures, const atr_PluginDesc *desc);
void atr__pictures_deinit(atr__Pictures *pictures);
/* Notes ids that are drawn and were never asked for. */
void atr__pictures_want(atr__Pictures *pictures, const atr_DrawCmd *commands, uint32_t count,
                        const atr_Particles *particles);
void atr__pictures_want_one(atr__Pictures *pictures, uint32_t id);
/* Turns wanted ids into requests, whole sheets at once. @return how many, at most `capacity`. */
uint32_t atr__pictures_requests(atr__Pictures *pictures, const atr_SpriteName *names,
                                uint32_t name_count, atr__PictureRequest *out, uint32_t capacity);
/* A picture was read: shown from now on. */
void atr__pictures_take(atr__Pictures *pictures, const atr__PictureResult *result,
                        atr_Compositor *compositor);

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
    SDL_Rect seen; /* what the host could draw on: output, viewport and clip; px, may be empty */
} atr__State;

/* Reads the current target's state and opens it: no clip, no scale, the whole output. */
void atr__state_save(SDL_Renderer *renderer, atr__State *state);
void atr__state_restore(SDL_Renderer *renderer, const atr__State *state);
/* From the host's logical pixels to output pixels. */
atr_Transform atr__state_transform(const atr__State *state);

/* ---- expand.c -------------------------------------------------------------------------------- */

/* Texts turned into sprites, what can be drawn copied; ranges are cut to the particles there are.
 * @return how many, at most `capacity`. */
uint32_t atr__expand(const atr__Pictures *pictures, const atr_DrawCmd *commands, uint32_t count,
                     uint32_t particle_count, atr_DrawCmd *out, uint32_t capacity);

/* ---- bounds.c -------------------------------------------------------------------------------- */

/* One layer, ready to draw. */
typedef struct atr__Batch {
    const atr_DrawCmd *commands;
    uint32_t count;
    atr_Particles particles;
    atr_Transform transform;
    const atr_Image *images; /* ATR__SPRITES_TOTAL */
    SDL_Rect seen;           /* px; nothing is drawn outside */
    uint32_t quads;          /* sprites, rectangles and particles in all */
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
void atr__dirty_mark(const atr__Batch *batch, atr__Dirty *dirty);
/* Joins marked tiles into rectangles within `seen`. */
void atr__dirty_join(atr__Dirty *dirty, const SDL_Rect *seen);

/* ---- The paths ------------------------------------------------------------------------------- */

typedef struct atr__Vertex {
    float x, y, u, v;
    uint32_t color; /* the bytes of an SDL_Color: one store, and none that may alias the rest */
} atr__Vertex;

/* Where a sprite is sampled from: its own place or the stand-in's. */
typedef struct atr__GeometryPicture {
    float u0, v0, u1, v1;
    float shape; /* height by width */
    uint32_t page;
} atr__GeometryPicture;

typedef struct atr__Geometry {
    SDL_Texture *pages[ATR_ATLAS_PAGES_MAX]; /* made when the first picture of a page is shown */
    bool refused[ATR_ATLAS_PAGES_MAX];       /* no such texture: the stand-in stays; said once */
    atr__GeometryPicture *pictures;          /* ATR__SPRITES_TOTAL */
    uint32_t uploaded;                       /* of pictures.ready */
    int32_t upload_row;                      /* of the one after them */
    uint64_t uploaded_pixels;                /* since attach */
    uint32_t *scratch;                       /* straight copies, where the blend asks for them */
    float *sines;                            /* ATR__SINES and a quarter turn more */
    atr__Vertex *vertices;                   /* quad_capacity * 4 */
    int *indices;                            /* quad_capacity * 6, filled once */
    uint32_t quad_capacity, quads;
    uint32_t page; /* of the quads collected */
    SDL_BlendMode blend;
    bool made;
    bool failed; /* memory or the first texture could not be had: said once */
} atr__Geometry;

#define ATR__SINES         4096  /* steps of a turn, a power of two */
#define ATR__UPLOAD_PIXELS 65536 /* moved into textures in a frame, a row more at most */

typedef struct atr__LayerPath {
    SDL_Texture *texture;
    uint32_t *pixels; /* NULL on the software renderer: there the texture's are drawn on */
    int32_t width, height;
    Uint32 format;
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

/* What a frame asks of a path. */
typedef struct atr__Work {
    double quads;
    double area;  /* pixels that they cover, each for itself */
    double dirty; /* pixels of the tiles that they touch */
} atr__Work;

#define ATR__COST_SAMPLES 12

typedef struct atr__CostSample {
    atr__Work work;
    double ratio; /* of what it took to what was reckoned */
} atr__CostSample;

/* What a path has been seen to cost lately. */
typedef struct atr__PathCost {
    atr__CostSample samples[ATR__COST_SAMPLES]; /* a ring */
    uint32_t count, next;
    uint64_t frame; /* of the last sample */
} atr__PathCost;

typedef struct atr__Choice {
    atr__PathCost costs[ATR_PATH_LAYER + 1];
    atr_PathKind used; /* the standing choice */
    atr_PathKind trial;
    uint32_t trials, trials_wanted; /* frames of it measured; 0 wanted: none goes on */
    double best;                    /* ratio of those */
    atr__Work now;                  /* of the frame being drawn */
    atr__Work last;                 /* of the one before; area and dirty as last looked at */
    uint64_t elapsed_ns;
    uint64_t survey_frame;
    bool survey, surveyed; /* area and dirty are looked at in this frame; were */
} atr__Choice;

/* A window's surface that the host draws onto by itself. */
typedef struct atr__Direct {
    SDL_Window *window; /* NULL: there is a renderer, or none any more */
    bool gives_back;    /* what was covered, when the next frame begins */
    SDL_Surface *surface;
    const void *pixels; /* of that surface, when it was drawn on last */
    uint32_t *under;    /* what was covered; width * height */
    int32_t width, height;
    atr__Dirty dirty;
    uint8_t *kept; /* tiles of `under` that hold something */
    size_t tile_count;
    bool any_kept;
} atr__Direct;

typedef struct atr__Painter {
    SDL_Renderer *renderer; /* NULL while lost, or with `direct` */
    atr__Direct direct;
    atr_Allocator allocator;
    const atr_Log *log;
    const char *name;   /* SDL's */
    bool software;      /* SDL's software renderer */
    bool premultiplied; /* takes the blend that serves over and additive alike */
    SDL_BlendMode blend;
    atr_PathKind wanted;
    atr_Compositor *compositor;
    atr__Pictures pictures;
    bool wait_for_assets; /* pictures are taken over without limit */
    atr_DrawCmd *expanded;
    uint32_t expanded_capacity;
    atr__Geometry geometry;
    atr__LayerPath layer;
    atr__SurfacePath surface;
    atr__Choice choice;
    uint64_t frame;
    atr_PathKind path;   /* of the frame being drawn, AUTO before its first layer */
    atr_PathKind last;   /* of the last frame that drew something */
    bool measure;        /* this frame's cost is taken */
    SDL_Texture *target; /* of the layer drawn last */
    bool asked;          /* whether the path can draw, since the target was opened */
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
void atr__painter_begin_frame(atr__Painter *painter);
/* Opens what is drawn on, see state.c and direct.c. False: there is nothing to draw on now. */
bool atr__painter_open(atr__Painter *painter, atr__State *state);
void atr__painter_close(atr__Painter *painter, const atr__State *state);
void atr__painter_flush(atr__Painter *painter);
void atr__painter_draw(atr__Painter *painter, const atr__State *state, const atr_DrawCmd *commands,
                       uint32_t count, const atr_Particles *particles);
/* Makes a texture whose pixels must be drawn as they are. */
SDL_Texture *atr__painter_texture(atr__Painter *painter, Uint32 format, int access, int32_t width,
                                  int32_t height);

/* choose.c */
/* Whether a path can draw on the target as it is now. */
bool atr__path_ready(atr__Painter *painter, atr_PathKind path, const atr__State *state);
atr_PathKind atr__choose(atr__Painter *painter, const atr__State *state, const atr__Batch *batch);
/* A layer was drawn by the frame's path; `elapsed_ns` where painter->measure. */
void atr__choose_note(atr__Painter *painter, const atr__Batch *batch, uint64_t elapsed_ns);
/* A frame has ended: learns from it. */
void atr__choose_frame(atr__Painter *painter);

/* geometry.c and textures.c */
bool atr__geometry_ready(atr__Painter *painter);
/* Moves pictures that became ready into textures, no more than ATR__UPLOAD_PIXELS or one row. */
void atr__geometry_upload(atr__Painter *painter);
void atr__geometry_release(atr__Painter *painter, bool renderer_lives);
void atr__geometry_deinit(atr__Painter *painter);
uint32_t atr__straighten(uint32_t premultiplied);
void atr__geometry_draw(atr__Painter *painter, const atr__Batch *batch);

/* surface.c */
bool atr__surface_ready(atr__Painter *painter, const atr__State *state);
void atr__surface_draw(atr__Painter *painter, const atr__Batch *batch);
/* The pixels that are safe to write now, after atr__surface_ready. */
atr_Canvas atr__surface_canvas(const atr__Painter *painter);

bool atr__surface_format_is_ours(const SDL_Surface *surface);
/* Whether the window still has the surface it gave out: asking for it would free it otherwise. */
bool atr__window_surface_is_valid(SDL_Window *window);

/* direct.c */
atr_Status atr__direct_attach(atr__Painter *painter, SDL_Window *window, bool redraws_all);
void atr__direct_release(atr__Painter *painter);
/* Gives back what the last frame covered. */
void atr__direct_begin_frame(atr__Painter *painter);
/* The surface of now, as a state. False: there is none to draw on. */
bool atr__direct_open(atr__Painter *painter, atr__State *state);
/* Keeps what is about to be covered. */
void atr__direct_cover(atr__Painter *painter, const atr__Batch *batch);
void atr__direct_cover_rect(atr__Painter *painter, const SDL_Rect *rect);

/* layer.c */
bool atr__layer_ready(atr__Painter *painter, const atr__State *state);
void atr__layer_draw(atr__Painter *painter, const atr__State *state, const atr__Batch *batch);

#endif
