/* The gallery: what is selected, played and set, and the order of one frame. Input comes through
 * gallery_event, whether from a person or a script; input.c turns it into the actions below.
 *
 * Threads: render. */
#ifndef GALLERY_GALLERY_H
#define GALLERY_GALLERY_H

#include "canvas.h"
#include "display.h"
#include "layout.h"

#define GALLERY_EFFECTS_MAX 128
#define GALLERY_KEYS        "1234567890qwertyuiopasdfghjklzxcvbnm"
#define GALLERY_STRESS      5000 /* sparkles */
#define GALLERY_STRESS_NAME "gallery_stress"

typedef char EffectName[ATR_EFFECT_NAME_MAX + 1];

/* What one panel of the interface was drawn for, and the texture that shows it. */
typedef struct Panel {
    SDL_Texture *texture;
    uint32_t *pixels;
    atr_Rect rect;
    uint64_t shows; /* hash of all it depends on */
} Panel;

typedef enum PanelKind {
    PANEL_BACKDROP = 0,
    PANEL_SIDE,
    PANEL_BAR,
    PANEL_STATUS,
    PANEL_PURSE,
    PANEL_COUNT
} PanelKind;

/* The mouse or one finger. */
typedef struct Pointer {
    int32_t x, y;   /* output pixels */
    int32_t x0, y0; /* where it went down */
    int32_t scroll0;
    bool down, drags; /* drags: the grid */
    bool is_finger;
    SDL_FingerID finger;
} Pointer;

/* A continuous effect that goes round while its key or the pointer plays it. */
typedef struct Guided {
    atr_EffectId id;
    bool held; /* by the pointer in the scene */
    uint64_t since_ms, until_ms;
    float x, y;
} Guided;

typedef struct Gallery {
    Options options;
    Display display;
    atr_Plugin *plugin;
    atr_Effects *effects; /* the plugin's */
    Settings settings;
    Layout layout;
    Canvas canvas;
    Panel panels[PANEL_COUNT];
    EffectName names[GALLERY_EFFECTS_MAX]; /* as shown: what stands in for others comes last */
    uint32_t name_count;
    uint32_t listed; /* what the list was made for */
    uint32_t selected;
    int32_t scroll;
    bool hidden;                    /* panels */
    uint32_t hover, pressed, focus; /* controls; LAYOUT_NONE */
    Pointer pointer;
    Guided guided;
    char status[192];
    uint64_t status_until_ms;
    SDL_mutex *notice_lock; /* lines may come from the loader's thread */
    char notice[160];       /* guarded by notice_lock */
    uint32_t coins;         /* that have arrived in the purse */
    float repeat_due;
    uint32_t chance;
    uint64_t now_ms;
    bool fixed; /* steps of 1/60 s, whatever the clock says */
    bool quit;
} Gallery;

bool gallery_open(const Options *options, Gallery **out);
void gallery_close(Gallery *gallery);

/* input.c */
void gallery_event(Gallery *gallery, const SDL_Event *event);

/* One frame at this time. `shot` NULL, or a file to write it to; false when that failed. */
bool gallery_frame(Gallery *gallery, uint64_t now_ms, const char *shot);
void gallery_present(Gallery *gallery);

/* Actions. */
void gallery_play(Gallery *gallery, uint32_t index, float x, float y);
void gallery_play_middle(Gallery *gallery, uint32_t index);
void gallery_press(Gallery *gallery, uint32_t index, int32_t x); /* of the control */
void gallery_choose(Gallery *gallery, Setting setting, uint32_t option);
void gallery_slide(Gallery *gallery, Setting setting, float value);
void gallery_clear(Gallery *gallery);
void gallery_stress(Gallery *gallery);
void gallery_relayout(Gallery *gallery);

/* "Coin shower" of "coin_shower". */
void gallery_title(const char *name, char out[ATR_EFFECT_NAME_MAX + 1]);
bool gallery_find(const Gallery *gallery, const char *name, uint32_t *out);

/* Lists what is to be played anew where that changed: somebody writes definitions meanwhile. */
void gallery_list_effects(Gallery *gallery);

#endif
