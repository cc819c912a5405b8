/* A screen as data: what is where, saying what. Each screen has one layout function that fills a
 * scene from a frame (width, height, direction) and from what there is to show; nothing else in the
 * program knows coordinates. Painting, touching, the focus ring, scripts and tests all read the
 * same items.
 *
 * Layout functions write as for left to right, in design units (1080 on the short side). scene_put
 * scales by u, rounds once, and mirrors for right to left.
 *
 * Threads: plain data. Nothing allocates: texts lie in the scene's own arena. */
#ifndef KIOSK_SCENE_H
#define KIOSK_SCENE_H

#include "flow.h"
#include "theme.h"

#include <atrium/draw.h>

#define SCENE_ITEMS_MAX 96
#define SCENE_TEXT_MAX  8192

/* Where a scene is laid out. Made by frame_make. */
typedef struct Frame {
    int32_t width, height; /* output pixels */
    bool rtl;
    bool portrait;
    float u;         /* pixels to a design unit */
    float w, h;      /* size in design units */
    float min_em_px; /* floor of letter heights, from the screen's real size */
} Frame;

/* diagonal_in: of the real screen, inches; 0: 22. */
Frame frame_make(int32_t width, int32_t height, bool rtl, double diagonal_in);

/* Design units. */
typedef struct Box {
    float x, y, w, h;
} Box;

typedef enum ItemKind {
    ITEM_PANEL = 0, /* a card, a chip, a field: surface with an outline */
    ITEM_TEXT,
    ITEM_BUTTON,  /* panel with a label, an icon or both; can be pressed */
    ITEM_ICON,    /* tinted */
    ITEM_PICTURE, /* as it is */
    ITEM_NUMBER,  /* the count-up: digits from a strip */
    ITEM_BAR,     /* progress, fills in reading direction */
    ITEM_RING,    /* the dialog's seconds */
    ITEM_VEIL     /* darkens everything under it */
} ItemKind;

typedef enum ItemRole { ROLE_NONE = 0, ROLE_TITLE, ROLE_STATUS, ROLE_CONTROL } ItemRole;
typedef enum ItemAlign { ALIGN_START = 0, ALIGN_CENTER, ALIGN_END } ItemAlign;

typedef struct Item {
    ItemKind kind;
    ItemRole role;
    const char *key;  /* the word's key; names the control in scripts; "" for none */
    const char *text; /* what is written, in the scene's arena or static; NULL: nothing */
    atr_Rect rect;    /* output pixels */
    TextStyle style;
    uint32_t color; /* of text and icon, 0xffRRGGBB */
    ItemAlign align;
    uint8_t max_lines;
    bool rtl;    /* paragraph direction of this text */
    bool middle; /* text is centred in the height of its box, else at the top */
    bool halo;   /* stands on the stage: a dark edge keeps it legible over effects */
    bool secret; /* of this session: its picture is dropped when the session ends */
    PanelLook look;
    Icon icon;
    Picture picture;
    bool mirrored; /* the icon is turned for right to left */
    Control control;
    bool disabled; /* shown, but does nothing now */
    float value;   /* bar and ring: 0..1; number: the number's height in em of the style */
    int64_t number;
    bool stays;  /* not moved and faded with its screen: strip and utility bar */
    float alpha; /* 0..1 */
    float scale; /* pictures: about their centre; default 1 */
} Item;

typedef struct Scene {
    Frame frame;
    const Words *words;
    Language language;
    uint32_t count;
    Item items[SCENE_ITEMS_MAX];
    uint32_t dialog_first; /* items from here on lie above effects; count when there are none */
    atr_Rect number;       /* where the count-up stands: effects start there; empty: nowhere */
    atr_Rect purse;        /* where coins fly to: the balance */
    size_t used;
    char arena[SCENE_TEXT_MAX];
} Scene;

void scene_begin(Scene *scene, const Frame *frame, const Words *words, Language language);

/* Adds an item and returns it to be filled in; never NULL: beyond the last one it goes into a spare
 * that is not shown. `box` in design units, written for left to right. */
Item *scene_put(Scene *scene, ItemKind kind, Box box);
/* The same, not mirrored: keypads, numbers, what points at hardware. */
Item *scene_put_fixed(Scene *scene, ItemKind kind, Box box);

/* Copies a text into the arena; "" when it is full. */
const char *scene_keep(Scene *scene, const char *text);

Item *scene_text(Scene *scene, Box box, TextStyle style, uint32_t color, const char *key);
/* The same with a text that is not a word as it stands; `key` names it. */
Item *scene_written(Scene *scene, Box box, TextStyle style, uint32_t color, const char *key,
                    const char *text);
Item *scene_panel(Scene *scene, Box box, PanelLook look);
Item *scene_icon(Scene *scene, Box box, Icon icon, uint32_t color);
Item *scene_picture(Scene *scene, Box box, Picture picture);
Item *scene_button(Scene *scene, Box box, PanelLook look, const char *key, Control control);

/* The item with this key, or NULL. */
const Item *scene_find(const Scene *scene, const char *key);
/* The same among what can be pressed now; what lies under a dialog cannot. */
const Item *scene_find_control(const Scene *scene, const char *key);
/* The control under a point, hit areas reaching `slop` pixels beyond the paint; topmost first. */
const Item *scene_hit(const Scene *scene, int32_t x, int32_t y, int32_t slop);

/* Letter height of a style in this frame, pixels. */
float frame_style_px(const Frame *frame, TextStyle style);
bool style_is_bold(TextStyle style);

/* ---- Screens --------------------------------------------------------------------------------- */

/* Beside the flow, what screens show. */
typedef struct ScreenFacts {
    const Flow *flow;
    const Words *words;
    const char *place;    /* of the help desk, in the language shown; NULL: the catalogue's */
    int32_t scanner_side; /* where the reader is: AppSide */
    bool masked; /* no digit of a card is shown, not even while it is typed: for pictures */
} ScreenFacts;

/* Lays out the screen that the flow is at, with strip, utility bar and what lies over it. */
void screen_build(Scene *scene, const Frame *frame, const ScreenFacts *facts);

void screen_attract(Scene *scene, const ScreenFacts *facts);
void screen_identify(Scene *scene, const ScreenFacts *facts);
void screen_scan(Scene *scene, const ScreenFacts *facts);
void screen_reading(Scene *scene, const ScreenFacts *facts);
void screen_accepted(Scene *scene, const ScreenFacts *facts);
void screen_guest(Scene *scene, const ScreenFacts *facts);
void screen_answer(Scene *scene, const ScreenFacts *facts); /* held, pending, rejected */
void screen_goodbye(Scene *scene, const ScreenFacts *facts);
void screen_out(Scene *scene, const ScreenFacts *facts);
void screen_strip(Scene *scene, const ScreenFacts *facts);
void screen_utility(Scene *scene, const ScreenFacts *facts);
void screen_dialog(Scene *scene, const ScreenFacts *facts);
void screen_notice(Scene *scene, const ScreenFacts *facts);

/* One or two buttons in their place; second NULL: one, centred in landscape, wide in portrait. */
void screen_buttons(Scene *scene, const char *first, Control first_control, const char *second,
                    Control second_control);

#endif
