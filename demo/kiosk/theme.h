/* Colours, letter sizes, spaces and looks of the kiosk. Ratios of contrast in comments are against
 * night, surface and raised. */
#ifndef KIOSK_THEME_H
#define KIOSK_THEME_H

#include <stdbool.h>
#include <stdint.h>

#define COLOR_NIGHT    0xff0e1330u
#define COLOR_SURFACE  0xff1a2150u
#define COLOR_RAISED   0xff262f6bu
#define COLOR_TEXT     0xfff5f6ffu /* 16.9 14.2 11.5 */
#define COLOR_QUIET    0xffbec5f0u /* 10.8 9.0 7.3 */
#define COLOR_OUTLINE  0xff8c97e6u /* 6.7 5.6 4.5 */
#define COLOR_GOLD     0xffffc247u /* 11.3 9.5 7.7 */
#define COLOR_INK      0xff1a1200u /* on gold 11.6 */
#define COLOR_PRESSED  0xffe5a52cu /* gold pressed; ink on it 8.6 */
#define COLOR_SUCCESS  0xff5ce09au /* 10.9 9.1 7.4 */
#define COLOR_HELD     0xff8cc8ffu /* 10.2 8.6 6.9 */
#define COLOR_REJECTED 0xffff9a90u /* 8.9 7.5 6.0 */
#define COLOR_INFO     0xff45d6ceu /* 10.2 8.5 6.9 */
#define COLOR_WHITE    0xffffffffu

#define SPACE_1 8.0f
#define SPACE_2 16.0f
#define SPACE_3 24.0f
#define SPACE_4 32.0f
#define SPACE_5 48.0f
#define SPACE_6 64.0f
#define SPACE_7 96.0f

#define RADIUS_CARD   24.0f
#define RADIUS_BUTTON 20.0f
#define RADIUS_CHIP   999.0f

#define MOTION_PRESS_MS   90u
#define MOTION_ELEMENT_MS 180u
#define MOTION_SCREEN_MS  260u
#define MOTION_SLIDE      48.0f

/* Falling order: text that does not fit drops to the next. */
typedef enum TextStyle {
    STYLE_NUMBER = 0,
    STYLE_TITLE,
    STYLE_HEADING,
    STYLE_LABEL,
    STYLE_BODY,
    STYLE_CAPTION,
    STYLE_COUNT
} TextStyle;

typedef enum PanelLook {
    LOOK_CARD = 0,
    LOOK_CHIP,
    LOOK_FIELD,
    LOOK_PRIMARY,
    LOOK_SECONDARY,
    LOOK_KEY,
    LOOK_BAR_BUTTON, /* utility bar: icon over caption */
    LOOK_TRACK,      /* the empty part of a progress bar */
    LOOK_FILL,       /* its full part */
    LOOK_PLATE,      /* white ground behind a code */
    LOOK_DIALOG,
    LOOK_COUNT
} PanelLook;

typedef enum Icon {
    ICON_NONE = 0,
    ICON_ARROW_DOWN, /* arrow_end, turned */
    ICON_ARROW_END,
    ICON_ARROW_START,
    ICON_BACK,
    ICON_CALM,
    ICON_CANCEL,
    ICON_CARD,
    ICON_CHECK,
    ICON_CLOCK,
    ICON_COIN,
    ICON_CONFIRM,
    ICON_DELETE,
    ICON_FINISH,
    ICON_INFO,
    ICON_LANGUAGE,
    ICON_NO_SERVICE,
    ICON_OPEN_CIRCLE,
    ICON_PLUS,
    ICON_RECEIPT,
    ICON_SCAN,
    ICON_WARNING,
    ICON_COUNT
} Icon;

typedef enum Picture {
    PICTURE_NONE = 0,
    PICTURE_LOGO,
    PICTURE_HERO,
    PICTURE_HOW_SHOP,
    PICTURE_HOW_SCAN,
    PICTURE_HOW_COINS,
    PICTURE_CARD,
    PICTURE_RECEIPT,
    PICTURE_RECEIPT_CODE,
    PICTURE_READER,
    PICTURE_SEAL_OK,
    PICTURE_SEAL_HELD,
    PICTURE_SEAL_PENDING,
    PICTURE_SEAL_REJECTED,
    PICTURE_COUNT
} Picture;

#endif
