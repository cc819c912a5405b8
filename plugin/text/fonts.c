/*
 * Font files and the sizes opened from them.
 *
 * A file is read once, when the text object is made; sizes are opened from memory afterwards, so
 * that a new size costs no input or output. SDL2_ttf keeps one FreeType library for the process,
 * which allows different fonts on different threads but not two opens at once: one lock guards
 * starting, opening and closing. Nothing else here is shared.
 */
#define _POSIX_C_SOURCE 200809L

#include "text_internal.h"

#include "base/alloc.h"
#include "base/thread.h"

#include <stdio.h>

#define FONT_FILE_MAX (64u * 1024u * 1024u)

static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

#define NOTO   "/usr/share/fonts/truetype/noto/"
#define NOTO2  "/usr/share/fonts/noto/"
#define DEJAVU "/usr/share/fonts/truetype/dejavu/"

static const char *const places[ATR__FACE_COUNT][2][4] = {
    [ATR__FACE_LATIN] = {
        { NOTO "NotoSans-Regular.ttf", NOTO2 "NotoSans-Regular.ttf", DEJAVU "DejaVuSans.ttf" },
        { NOTO "NotoSans-Bold.ttf", NOTO2 "NotoSans-Bold.ttf", DEJAVU "DejaVuSans-Bold.ttf" },
    },
    [ATR__FACE_ARABIC] = {
        { NOTO "NotoSansArabicUI-Regular.ttf", NOTO "NotoSansArabic-Regular.ttf",
          NOTO2 "NotoSansArabicUI-Regular.ttf", NOTO2 "NotoSansArabic-Regular.ttf" },
        { NOTO "NotoSansArabicUI-Bold.ttf", NOTO "NotoSansArabic-Bold.ttf",
          NOTO2 "NotoSansArabicUI-Bold.ttf", NOTO2 "NotoSansArabic-Bold.ttf" },
    },
    [ATR__FACE_FALLBACK] = {
        { DEJAVU "DejaVuSans.ttf" },
        { DEJAVU "DejaVuSans-Bold.ttf" },
    },
};

/* Reads a whole file; false and nothing allocated when it is not a font we can open. */
static bool file_load(atr_Text *text, const char *path, atr__FontFile *out)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    long size = -1;
    if (fseek(file, 0, SEEK_END) == 0) {
        size = ftell(file);
    }
    if (size <= 0 || (unsigned long)size > FONT_FILE_MAX || fseek(file, 0, SEEK_SET) != 0) {
        fclose(file);
        return false;
    }
    out->size = (size_t)size;
    out->data = atr__alloc_zero(&text->allocator, out->size, 1);
    out->path = atr__alloc_string(&text->allocator, path);
    const bool read =
        out->data != NULL && out->path != NULL && fread(out->data, 1, out->size, file) == out->size;
    fclose(file);
    return read;
}

static void file_free(atr_Text *text, atr__FontFile *file)
{
    atr__free(&text->allocator, file->data, file->size, 1);
    atr__free_string(&text->allocator, file->path);
    *file = (atr__FontFile){ 0 };
}

static TTF_Font *font_open(const atr__FontFile *file, int32_t size)
{
    pthread_mutex_lock(&library_lock);
    TTF_Font *font = NULL;
    SDL_RWops *bytes = SDL_RWFromConstMem(file->data, (int)file->size);
    if (bytes != NULL) {
        font = TTF_OpenFontRW(bytes, 1, size);
    }
    pthread_mutex_unlock(&library_lock);
    if (font != NULL) {
        TTF_SetFontHinting(font, TTF_HINTING_LIGHT);
    }
    return font;
}

static void font_close(TTF_Font *font)
{
    if (font != NULL) {
        pthread_mutex_lock(&library_lock);
        TTF_CloseFont(font);
        pthread_mutex_unlock(&library_lock);
    }
}

/* Takes the file only if a font can be opened from it. */
static bool face_try(atr_Text *text, const char *path, atr__FontFile *out)
{
    if (file_load(text, path, out)) {
        TTF_Font *font = font_open(out, 16);
        if (font != NULL) {
            font_close(font);
            return true;
        }
    }
    file_free(text, out);
    return false;
}

static void face_find(atr_Text *text, uint8_t face, bool bold, const char *wanted)
{
    atr__FontFile *out = &text->files[face][bold];
    if (wanted != NULL) {
        if (face_try(text, wanted, out)) {
            return;
        }
        atr_log(&text->log, ATR_LOG_WARNING, "text", "%s: not a font that can be read; searching",
                wanted);
    }
    for (size_t i = 0; i < ATR_COUNT_OF(places[face][bold]); i++) {
        const char *place = places[face][bold][i];
        if (place != NULL && face_try(text, place, out)) {
            return;
        }
    }
}

atr_Status atr__fonts_open(atr_Text *text, const atr_TextDesc *desc)
{
    text->builtin_only = desc->builtin_only;
    if (!desc->builtin_only) {
        pthread_mutex_lock(&library_lock);
        text->ttf_ready = TTF_Init() == 0;
        pthread_mutex_unlock(&library_lock);
    }
    if (!text->ttf_ready) {
        text->builtin_only = true;
        return ATR_OK;
    }
    face_find(text, ATR__FACE_LATIN, false, desc->latin);
    /* A regular font of the host's own is not mixed with a bold one that merely happens to be
     * there. */
    if (desc->latin == NULL || desc->latin_bold != NULL) {
        face_find(text, ATR__FACE_LATIN, true, desc->latin_bold);
    }
    face_find(text, ATR__FACE_ARABIC, false, desc->arabic);
    if (desc->arabic == NULL || desc->arabic_bold != NULL) {
        face_find(text, ATR__FACE_ARABIC, true, desc->arabic_bold);
    }
    face_find(text, ATR__FACE_FALLBACK, false, NULL);
    face_find(text, ATR__FACE_FALLBACK, true, NULL);

    bool missing = false;
    const uint8_t face = atr__font_face_for(text, 0x0628, ATR__FACE_NONE, false, 16, &missing);
    text->has_arabic = face != ATR__FACE_NONE && !missing;
    if (text->files[ATR__FACE_LATIN][0].size == 0) {
        atr_log(&text->log, ATR_LOG_WARNING, "text", "no Latin font found; using the built-in one");
    }
    if (!text->has_arabic) {
        atr_log(&text->log, ATR_LOG_WARNING, "text", "no Arabic font found; Arabic is not offered");
    }
    return ATR_OK;
}

void atr__fonts_close(atr_Text *text)
{
    for (size_t i = 0; i < ATR__FONT_SLOTS; i++) {
        font_close(text->slots[i].font);
        text->slots[i] = (atr__FontSlot){ 0 };
    }
    for (size_t face = 0; face < ATR__FACE_COUNT; face++) {
        file_free(text, &text->files[face][0]);
        file_free(text, &text->files[face][1]);
    }
    if (text->ttf_ready) {
        pthread_mutex_lock(&library_lock);
        TTF_Quit();
        pthread_mutex_unlock(&library_lock);
        text->ttf_ready = false;
    }
}

const atr__FontFile *atr__font_file(const atr_Text *text, uint8_t face, bool bold)
{
    if (face >= ATR__FACE_COUNT) {
        return NULL;
    }
    if (bold && text->files[face][1].size > 0) {
        return &text->files[face][1];
    }
    return text->files[face][0].size > 0 ? &text->files[face][0] : NULL;
}

int32_t atr__font_size(uint8_t face, float size_px)
{
    const float size = face == ATR__FACE_ARABIC ? size_px * 1.1f : size_px;
    return (int32_t)(size + 0.5f);
}

TTF_Font *atr__font_get(atr_Text *text, uint8_t face, bool bold, float size_px)
{
    const atr__FontFile *file = atr__font_file(text, face, bold);
    if (file == NULL) {
        return NULL;
    }
    const int32_t size = atr__font_size(face, size_px);
    atr__FontSlot *oldest = &text->slots[0];
    text->tick++;
    for (size_t i = 0; i < ATR__FONT_SLOTS; i++) {
        atr__FontSlot *slot = &text->slots[i];
        if (slot->font != NULL && slot->file == file && slot->size == size) {
            slot->used = text->tick;
            return slot->font;
        }
        if (slot->used < oldest->used) {
            oldest = slot;
        }
    }
    TTF_Font *font = font_open(file, size);
    if (font == NULL) {
        return NULL;
    }
    font_close(oldest->font);
    *oldest = (atr__FontSlot){ .font = font, .file = file, .size = size, .used = text->tick };
    return font;
}

static bool face_covers(atr_Text *text, uint8_t face, uint32_t c, bool bold, float size_px)
{
    if (face == ATR__FACE_BUILTIN) {
        return atr__builtin_has(c);
    }
    TTF_Font *font = atr__font_get(text, face, bold, size_px);
    return font != NULL && TTF_GlyphIsProvided32(font, c) != 0;
}

static bool is_letter_or_digit(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c >= 0xc0 && c < 0x2000);
}

uint8_t atr__font_face_for(atr_Text *text, uint32_t c, uint8_t before, bool bold, float size_px,
                           bool *missing)
{
    static const uint8_t latin_first[] = { ATR__FACE_LATIN, ATR__FACE_ARABIC, ATR__FACE_FALLBACK,
                                           ATR__FACE_BUILTIN };
    static const uint8_t arabic_first[] = { ATR__FACE_ARABIC, ATR__FACE_LATIN, ATR__FACE_FALLBACK,
                                            ATR__FACE_BUILTIN };
    *missing = false;
    if (!is_letter_or_digit(c) && before != ATR__FACE_NONE &&
        face_covers(text, before, c, bold, size_px)) {
        return before; /* spaces and signs stay with their word */
    }
    const uint8_t *order = atr__text_is_arabic(c) ? arabic_first : latin_first;
    for (size_t i = 0; i < ATR_COUNT_OF(latin_first); i++) {
        if (face_covers(text, order[i], c, bold, size_px)) {
            return order[i];
        }
    }
    *missing = true;
    return ATR__FACE_BUILTIN;
}
