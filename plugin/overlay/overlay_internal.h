/*
 * The overlay: a panel of measurements, composed on the CPU ten times a second, copied every frame.
 *
 * Its words and letters are rendered beforehand, on the loader thread, into a skin; composing only
 * tints them into place, so that nothing is allocated and no font is touched while drawing.
 */
#ifndef ATR_OVERLAY_INTERNAL_H
#define ATR_OVERLAY_INTERNAL_H

#include <atrium/compose.h>
#include <atrium/plugin.h>
#include <atrium/text.h>

#define ATR__OVERLAY_BARS      120 /* frames in the graph */
#define ATR__OVERLAY_USES      4   /* effect types listed */
#define ATR__OVERLAY_PERIOD_NS 100000000u

/* In the order of words.c. */
typedef enum atr__Word {
    ATR__WORD_TITLE = 0,
    ATR__WORD_FPS,
    ATR__WORD_FRAME,
    ATR__WORD_BUDGET,
    ATR__WORD_OVER,
    ATR__WORD_LOW_P1,
    ATR__WORD_LOW_AVERAGE,
    ATR__WORD_LOW_INTEGRAL,
    ATR__WORD_STUTTER,
    ATR__WORD_SPLIT,
    ATR__WORD_HOST,
    ATR__WORD_EFFECTS,
    ATR__WORD_QUEUE,
    ATR__WORD_OVERLAY,
    ATR__WORD_PRESENT,
    ATR__WORD_OTHER,
    ATR__WORD_PARTICLES,
    ATR__WORD_INSTANCES,
    ATR__WORD_THROTTLE,
    ATR__WORD_PLAYED,
    ATR__WORD_MERGED,
    ATR__WORD_REDUCED,
    ATR__WORD_REFUSED,
    ATR__WORD_QUALITY,
    ATR__WORD_ROOM,
    ATR__WORD_DRAWN,
    ATR__WORD_PATH,
    ATR__WORD_DEPTH,
    ATR__WORD_DROPS,
    ATR__WORD_HITS,
    ATR__WORD_WAITING,
    ATR__WORD_OLDEST,
    ATR__WORD_CPU,
    ATR__WORD_MEMORY,
    ATR__WORD_NONE,
    ATR__WORD_COUNT
} atr__Word;

const char *atr__word(atr__Word word, bool arabic);

typedef enum atr__StripKind {
    ATR__STRIP_SMALL = 0,
    ATR__STRIP_VALUE,
    ATR__STRIP_BIG,
    ATR__STRIP_COUNT
} atr__StripKind;

/* Letters and words at one scale; white, tinted when drawn. Does not change once made. */
typedef struct atr__OverlaySkin {
    float scale; /* 1: made for a height of 720 */
    bool has_arabic;
    atr_GlyphStrip strips[ATR__STRIP_COUNT];
    atr_TextImage words[2][ATR__WORD_COUNT]; /* [arabic] */
    atr_TextImage heads[2][ATR__WORD_COUNT]; /* the same, bold */
} atr__OverlaySkin;

/* @thread loader. @return NULL without memory. */
atr__OverlaySkin *atr__skin_create(const atr_Allocator *allocator, atr_Text *text, float scale);
void atr__skin_destroy(const atr_Allocator *allocator, atr__OverlaySkin *skin);
/* The scale that fits an output of this size. */
float atr__skin_scale_for(int32_t width, int32_t height);

/* What one refresh shows. */
typedef struct atr__OverlayData {
    atr_FrameStats frames;
    float history_ms[ATR__OVERLAY_BARS];
    uint32_t history_count;
    atr_FrameSplit split; /* smoothed */
    atr_PluginStats stats;
    atr_EffectUse uses[ATR__OVERLAY_USES]; /* most particles first */
    uint32_t use_count;
    float cpu_share;         /* negative: not known */
    uint64_t resident_bytes; /* 0: not known */
    bool has_cache, has_jobs, has_oldest;
    double cache_hit_ratio, jobs_waiting, jobs_oldest_s;
} atr__OverlayData;

typedef struct atr__Overlay {
    atr_Allocator allocator;
    atr_OverlayMode mode;
    bool arabic;
    bool stale; /* compose at once */
    uint64_t composed_ns;
    uint32_t *pixels; /* canvas of capacity_w * capacity_h */
    int32_t capacity_w, capacity_h;
    int32_t width, height;  /* used part */
    int32_t room_w, room_h; /* of the output, for a panel and its margins; 0: as much as it takes */
    SDL_Texture *texture;   /* of the capacity's size */
    uint32_t *shown;        /* instead of it, without a renderer: premultiplied */
    atr__OverlayData data;
} atr__Overlay;

void atr__overlay_init(atr__Overlay *overlay, const atr_Allocator *allocator);
void atr__overlay_deinit(atr__Overlay *overlay, bool renderer_lives);
void atr__overlay_release(atr__Overlay *overlay, bool renderer_lives);
void atr__overlay_set_mode(atr__Overlay *overlay, atr_OverlayMode mode);
void atr__overlay_set_arabic(atr__Overlay *overlay, bool arabic);
/* Tells the output's size: what does not fit is arranged anew, or left out whole. */
void atr__overlay_set_room(atr__Overlay *overlay, int32_t width, int32_t height);
/* Whether new figures should be gathered into overlay->data and composed. */
bool atr__overlay_is_due(const atr__Overlay *overlay, uint64_t now_ns);
/* Composes overlay->data and uploads it; without a renderer it is kept for atr__overlay_blend. */
void atr__overlay_compose(atr__Overlay *overlay, SDL_Renderer *renderer,
                          const atr__OverlaySkin *skin, uint64_t now_ns);
/* Where the panel lies in an output of this width; empty: there is none. */
SDL_Rect atr__overlay_place(const atr__Overlay *overlay, const atr__OverlaySkin *skin,
                            int32_t width);
void atr__overlay_draw(const atr__Overlay *overlay, SDL_Renderer *renderer, const SDL_Rect *to);
/* The same into pixels, for a host without a renderer. */
void atr__overlay_blend(const atr__Overlay *overlay, const atr_Canvas *canvas, const SDL_Rect *to);

/* ---- panel.c: what the panels are drawn with ------------------------------------------------- */

/* Colours of the kiosk's page, 0xAARRGGBB. */
#define ATR__COLOR_NIGHT   0xff0e1330u
#define ATR__COLOR_SURFACE 0xff1a2150u
#define ATR__COLOR_RAISED  0xff262f6bu
#define ATR__COLOR_RIM     0xff3c4690u /* half way to the outline of controls */
#define ATR__COLOR_TEXT    0xfff5f6ffu
#define ATR__COLOR_QUIET   0xffbec5f0u
#define ATR__COLOR_OUTLINE 0xff8c97e6u
#define ATR__COLOR_GOOD    0xff5ce09au
#define ATR__COLOR_HELD    0xff8cc8ffu
#define ATR__COLOR_BAD     0xffff9a90u
#define ATR__COLOR_INFO    0xff45d6ceu
#define ATR__COLOR_GOLD    0xffffc247u

/* A canvas being filled from its start edge (right in Arabic) downwards. */
typedef struct atr__Pen {
    atr_Canvas canvas;
    const atr__OverlaySkin *skin;
    bool rtl;
    int32_t left, width; /* of the content */
    int32_t y;
} atr__Pen;

int32_t atr__px(const atr__Pen *pen, float units);
/* Rectangle by its distance from the start edge. */
void atr__pen_rect(const atr__Pen *pen, int32_t start, int32_t y, int32_t w, int32_t h,
                   uint32_t color);
/* A word or ASCII text on a baseline; returns its width. */
int32_t atr__pen_word(const atr__Pen *pen, atr__Word word, bool bold, int32_t start,
                      int32_t baseline, uint32_t color);
int32_t atr__pen_word_width(const atr__Pen *pen, atr__Word word, bool bold);
int32_t atr__pen_text(const atr__Pen *pen, atr__StripKind strip, const char *text, int32_t start,
                      int32_t baseline, uint32_t color);
int32_t atr__pen_text_width(const atr__Pen *pen, atr__StripKind strip, const char *text);
/* The same, ending at `end`. */
void atr__pen_text_end(const atr__Pen *pen, atr__StripKind strip, const char *text, int32_t end,
                       int32_t baseline, uint32_t color);

/* A number as text, "n/a" when it is not known yet (NaN). */
void atr__figure(char *out, size_t size, double value, int decimals, const char *unit);

/* ---- contents -------------------------------------------------------------------------------- */

void atr__compact_compose(atr__Overlay *overlay, const atr__OverlaySkin *skin);
/* The canvas that a panel needs. */
void atr__compact_size(const atr__OverlaySkin *skin, int32_t *width, int32_t *height);
void atr__full_compose(atr__Overlay *overlay, const atr__OverlaySkin *skin);
/* False: the output has no room for even its first section. */
bool atr__full_size(const atr__Overlay *overlay, const atr__OverlaySkin *skin, int32_t *width,
                    int32_t *height);
/* Pixels there are for a panel between its margins. */
int32_t atr__overlay_room(int32_t room, const atr__OverlaySkin *skin);

#endif
