/* Finds font files: the configured one, else the first that exists where Debian's packages and a
 * few other systems put the Noto fonts. No font configuration library: a kiosk shows the two
 * families it was laid out with, or says that one is missing. */
#define _POSIX_C_SOURCE 200809L

#include "app.h"

#include <stdio.h>
#include <string.h>

static const char *const folders[] = {
    "/usr/share/fonts/truetype/noto",   "/usr/share/fonts/noto",
    "/usr/share/fonts/google-noto",     "/usr/local/share/fonts",
    "/usr/share/fonts/truetype/dejavu",
};

/* By preference. DejaVu Sans covers Arabic too. */
static const char *const names[][3] = {
    [APP_FONT_LATIN] = { "NotoSans-Regular.ttf", "DejaVuSans.ttf", NULL },
    [APP_FONT_LATIN_BOLD] = { "NotoSans-Bold.ttf", "DejaVuSans-Bold.ttf", NULL },
    [APP_FONT_ARABIC] = { "NotoSansArabicUI-Regular.ttf", "NotoSansArabic-Regular.ttf",
                          "DejaVuSans.ttf" },
    [APP_FONT_ARABIC_BOLD] = { "NotoSansArabicUI-Bold.ttf", "NotoSansArabic-Bold.ttf",
                               "DejaVuSans-Bold.ttf" },
};

/* By its first bytes: TrueType, OpenType, a collection. */
static bool is_font(const char *path)
{
    static const char marks[][5] = { "\0\1\0\0", "OTTO", "true", "ttcf" };
    char head[4] = { 0 };
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    const bool whole = fread(head, 1, sizeof head, file) == sizeof head;
    (void)fclose(file);
    for (size_t i = 0; i < ATR_COUNT_OF(marks); i++) {
        if (whole && memcmp(head, marks[i], sizeof head) == 0) {
            return true;
        }
    }
    return false;
}

/* ".../NotoSans-Regular.ttf" -> ".../NotoSans-Bold.ttf" */
static bool bold_of(const char *regular, char *out, size_t size)
{
    const char *at = strstr(regular, "-Regular");
    if (at == NULL) {
        return false;
    }
    const int length =
        snprintf(out, size, "%.*s-Bold%s", (int)(at - regular), regular, at + strlen("-Regular"));
    return length > 0 && (size_t)length < size;
}

atr_Status app_find_font(const AppConfig *config, AppFont font, char *out, size_t out_size)
{
    ATR_ASSERT(config != NULL && out != NULL && out_size > 0);
    const bool latin = font == APP_FONT_LATIN || font == APP_FONT_LATIN_BOLD;
    const bool bold = font == APP_FONT_LATIN_BOLD || font == APP_FONT_ARABIC_BOLD;
    const char *configured = latin ? config->ui_font_latin : config->ui_font_arabic;
    out[0] = '\0';
    if (configured[0] != '\0') {
        const bool named = bold ? bold_of(configured, out, out_size)
                                : snprintf(out, out_size, "%s", configured) < (int)out_size;
        if (named && is_font(out)) {
            return ATR_OK;
        }
    }
    for (size_t n = 0; n < ATR_COUNT_OF(names[font]) && names[font][n] != NULL; n++) {
        for (size_t f = 0; f < ATR_COUNT_OF(folders); f++) {
            const int length = snprintf(out, out_size, "%s/%s", folders[f], names[font][n]);
            if (length > 0 && (size_t)length < out_size && is_font(out)) {
                return ATR_OK;
            }
        }
    }
    out[0] = '\0';
    return ATR_ERR_NOT_FOUND;
}
