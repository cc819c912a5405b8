/*
 * From UTF-8 to measured lines of runs.
 *
 * Each paragraph goes through FriBidi with the direction its style names. Lines are broken in
 * logical order, at spaces and hyphens; a word too wide for the line is broken between characters
 * and the text is said not to fit. Only then is each line cut into runs of one level and one face
 * and put into visual order (rule L2 of the bidirectional algorithm); inside a run HarfBuzz turns
 * the order. Isolates and other marks guide FriBidi and are left out of what is drawn.
 */
#define _POSIX_C_SOURCE 200809L

#include "text_internal.h"

#include "base/alloc.h"

bool atr__text_is_arabic(uint32_t c)
{
    return (c >= 0x0600 && c <= 0x06ff) || (c >= 0x0750 && c <= 0x077f) ||
           (c >= 0x08a0 && c <= 0x08ff) || (c >= 0xfb50 && c <= 0xfdff) ||
           (c >= 0xfe70 && c <= 0xfeff);
}

bool atr__text_is_mark(uint32_t c)
{
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0x061c || c < 0x20;
}

/* ---- Characters ------------------------------------------------------------------------------ */

/* One character at `p`; its length in bytes, or 0 when it is no UTF-8. */
static uint32_t decode_one(const unsigned char *p, uint32_t *out)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {
        { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 }
    };
    for (uint32_t extra = 0; extra < ATR_COUNT_OF(forms); extra++) {
        if ((p[0] & forms[extra].mask) != forms[extra].lead) {
            continue;
        }
        uint32_t c = p[0] & (unsigned char)~forms[extra].mask;
        for (uint32_t i = 1; i <= extra; i++) {
            if ((p[i] & 0xc0) != 0x80) {
                return 0;
            }
            c = (c << 6) | (p[i] & 0x3fu);
        }
        if (c < forms[extra].least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
            return 0;
        }
        *out = c;
        return extra + 1;
    }
    return 0;
}

void atr__text_work_free(atr_Text *text)
{
    const atr_Allocator *a = &text->allocator;
    atr__TextWork *w = &text->work;
    const size_t n = w->capacity;
    atr__free(a, w->chars, n, sizeof *w->chars);
    atr__free(a, w->types, n, sizeof *w->types);
    atr__free(a, w->brackets, n, sizeof *w->brackets);
    atr__free(a, w->levels, n, sizeof *w->levels);
    atr__free(a, w->faces, n, sizeof *w->faces);
    atr__free(a, w->runs, n, sizeof *w->runs);
    atr__free(a, w->lines, n, sizeof *w->lines);
    atr__free(a, w->bytes, n, 4);
    *w = (atr__TextWork){ 0 };
}

static bool work_grow(atr_Text *text, size_t length)
{
    atr__TextWork *w = &text->work;
    if (length + 2 <= w->capacity) {
        return true;
    }
    atr__text_work_free(text);
    const atr_Allocator *a = &text->allocator;
    const size_t n = length + 2 > 256 ? length + 2 : 256;
    w->capacity = (uint32_t)n;
    w->chars = atr__alloc_zero(a, n, sizeof *w->chars);
    w->types = atr__alloc_zero(a, n, sizeof *w->types);
    w->brackets = atr__alloc_zero(a, n, sizeof *w->brackets);
    w->levels = atr__alloc_zero(a, n, sizeof *w->levels);
    w->faces = atr__alloc_zero(a, n, sizeof *w->faces);
    w->runs = atr__alloc_zero(a, n, sizeof *w->runs);
    w->lines = atr__alloc_zero(a, n, sizeof *w->lines);
    w->bytes = atr__alloc_zero(a, n, 4);
    if (w->chars == NULL || w->types == NULL || w->brackets == NULL || w->levels == NULL ||
        w->faces == NULL || w->runs == NULL || w->lines == NULL || w->bytes == NULL) {
        atr__text_work_free(text);
        return false;
    }
    return true;
}

atr_Status atr__text_decode(atr_Text *text, const char *utf8)
{
    const size_t length = strnlen(utf8, ATR_TEXT_BYTES_MAX + 1);
    if (length > ATR_TEXT_BYTES_MAX) {
        return ATR_ERR_INVALID;
    }
    if (!work_grow(text, length)) {
        return ATR_ERR_NO_MEMORY;
    }
    const unsigned char *p = (const unsigned char *)utf8;
    uint32_t count = 0;
    while (*p != 0) {
        uint32_t c = 0;
        const uint32_t bytes = decode_one(p, &c);
        if (bytes == 0) {
            return ATR_ERR_FORMAT;
        }
        text->work.chars[count++] = c == '\t' ? ' ' : c;
        p += bytes;
    }
    text->work.count = count;
    return ATR_OK;
}

const char *atr__text_encode(atr_Text *text, uint32_t first, uint32_t end)
{
    char *out = text->work.bytes;
    for (uint32_t i = first; i < end; i++) {
        const uint32_t c = text->work.chars[i];
        if (text->work.faces[i] == ATR__FACE_NONE) {
            continue;
        }
        if (c < 0x80) {
            *out++ = (char)c;
        } else if (c < 0x800) {
            *out++ = (char)(0xc0 | (c >> 6));
            *out++ = (char)(0x80 | (c & 0x3f));
        } else if (c < 0x10000) {
            *out++ = (char)(0xe0 | (c >> 12));
            *out++ = (char)(0x80 | ((c >> 6) & 0x3f));
            *out++ = (char)(0x80 | (c & 0x3f));
        } else {
            *out++ = (char)(0xf0 | (c >> 18));
            *out++ = (char)(0x80 | ((c >> 12) & 0x3f));
            *out++ = (char)(0x80 | ((c >> 6) & 0x3f));
            *out++ = (char)(0x80 | (c & 0x3f));
        }
    }
    *out = 0;
    return text->work.bytes;
}

/* ---- Runs ------------------------------------------------------------------------------------ */

/* Rule L2: from the highest level down, turn round every stretch of at least that level. */
static void runs_reorder(atr__Run *runs, uint32_t count)
{
    uint8_t highest = 0;
    for (uint32_t i = 0; i < count; i++) {
        highest = runs[i].level > highest ? runs[i].level : highest;
    }
    for (uint8_t level = highest; level > 0; level--) {
        for (uint32_t i = 0; i < count;) {
            if (runs[i].level < level) {
                i++;
                continue;
            }
            uint32_t end = i;
            while (end < count && runs[end].level >= level) {
                end++;
            }
            for (uint32_t a = i, b = end - 1; a < b; a++, b--) {
                const atr__Run swap = runs[a];
                runs[a] = runs[b];
                runs[b] = swap;
            }
            i = end;
        }
    }
}

int32_t atr__text_line_runs(atr_Text *text, const atr_TextStyle *style, const atr__Line *line)
{
    atr__TextWork *w = &text->work;
    w->run_count = 0;
    for (uint32_t i = line->first; i < line->end; i++) {
        if (w->faces[i] == ATR__FACE_NONE) {
            continue;
        }
        const uint8_t level = (uint8_t)w->levels[i];
        atr__Run *last = w->run_count > 0 ? &w->runs[w->run_count - 1] : NULL;
        if (last != NULL && last->level == level && last->face == w->faces[i]) {
            last->end = i + 1;
        } else {
            w->runs[w->run_count++] =
                (atr__Run){ .first = i, .end = i + 1, .level = level, .face = w->faces[i] };
        }
    }
    runs_reorder(w->runs, w->run_count);
    int32_t width = 0;
    for (uint32_t i = 0; i < w->run_count; i++) {
        atr__run_measure(text, style, &w->runs[i]);
        width += w->runs[i].width;
    }
    return width;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static bool is_space(uint32_t c)
{
    return c == ' ' || c == 0x200b || c == 0x3000 || c == '\r';
}

/* Whether a line may end before character i: after a space, or after a hyphen inside a word. */
static bool may_break(const atr__TextWork *w, uint32_t i, uint32_t first)
{
    const uint32_t before = w->chars[i - 1];
    if (is_space(before)) {
        return !is_space(w->chars[i]);
    }
    return before == '-' && i - 1 > first && !is_space(w->chars[i]);
}

static uint32_t trim(const atr__TextWork *w, uint32_t first, uint32_t end)
{
    while (end > first && is_space(w->chars[end - 1])) {
        end--;
    }
    return end;
}

/* Longest prefix of [first, end) that fits, at least one character and its marks. */
static uint32_t break_word(atr_Text *text, const atr_TextStyle *style, uint32_t first, uint32_t end)
{
    atr__TextWork *w = &text->work;
    uint32_t best = first + 1;
    for (uint32_t i = first + 1; i <= end; i++) {
        if (i < end && (w->types[i] == FRIBIDI_TYPE_NSM || w->faces[i] == ATR__FACE_NONE)) {
            continue;
        }
        const atr__Line line = { .first = first, .end = i };
        if ((float)atr__text_line_runs(text, style, &line) > style->max_width && best > first &&
            i > first + 1) {
            break;
        }
        best = i;
    }
    return best;
}

static void line_add(atr_Text *text, const atr_TextStyle *style, uint32_t first, uint32_t end)
{
    atr__TextWork *w = &text->work;
    atr__Line *line = &w->lines[w->line_count++];
    *line = (atr__Line){ .first = first, .end = trim(w, first, end) };
    line->width = atr__text_line_runs(text, style, line);
}

/* Breaks one paragraph into lines. @return false when a word had to be broken. */
static bool paragraph_wrap(atr_Text *text, const atr_TextStyle *style, uint32_t first, uint32_t end)
{
    atr__TextWork *w = &text->work;
    bool whole = true;
    do {
        uint32_t cut = end;
        const atr__Line all = { .first = first, .end = trim(w, first, end) };
        if (style->max_width > 0 &&
            (float)atr__text_line_runs(text, style, &all) > style->max_width) {
            uint32_t best = first;
            uint32_t word_end = end;
            for (uint32_t i = first + 1; i < end; i++) {
                if (!may_break(w, i, first)) {
                    continue;
                }
                const atr__Line line = { .first = first, .end = trim(w, first, i) };
                if ((float)atr__text_line_runs(text, style, &line) > style->max_width) {
                    word_end = line.end;
                    break;
                }
                best = i;
            }
            if (best == first) {
                best = break_word(text, style, first, trim(w, first, word_end));
                whole = best >= trim(w, first, word_end) && whole;
                while (best < end && is_space(w->chars[best])) {
                    best++;
                }
            }
            cut = best;
        }
        line_add(text, style, first, cut);
        first = cut;
    } while (first < end);
    return whole;
}

/* A neutral sign at the start takes the face of what follows it. */
static uint32_t faces_choose(atr_Text *text, const atr_TextStyle *style, uint32_t first,
                             uint32_t end)
{
    atr__TextWork *w = &text->work;
    uint32_t missing = 0;
    uint8_t before = style->direction == ATR_DIRECTION_RTL &&
                             atr__font_file(text, ATR__FACE_ARABIC, style->bold) != NULL
                         ? ATR__FACE_ARABIC
                         : ATR__FACE_NONE;
    for (uint32_t i = first; i < end; i++) {
        if (atr__text_is_mark(w->chars[i])) {
            w->faces[i] = ATR__FACE_NONE;
            continue;
        }
        bool none = false;
        w->faces[i] =
            atr__font_face_for(text, w->chars[i], before, style->bold, style->size_px, &none);
        missing += none;
        before = w->faces[i];
    }
    return missing;
}

static bool paragraph_levels(atr_Text *text, const atr_TextStyle *style, uint32_t first,
                             uint32_t end)
{
    atr__TextWork *w = &text->work;
    const FriBidiStrIndex count = (FriBidiStrIndex)(end - first);
    if (count == 0) {
        return true;
    }
    FriBidiParType base = style->direction == ATR_DIRECTION_RTL ? FRIBIDI_PAR_RTL : FRIBIDI_PAR_LTR;
    fribidi_get_bidi_types(w->chars + first, count, w->types + first);
    fribidi_get_bracket_types(w->chars + first, count, w->types + first, w->brackets + first);
    return fribidi_get_par_embedding_levels_ex(w->types + first, w->brackets + first, count, &base,
                                               w->levels + first) != 0;
}

void atr__text_metrics(atr_Text *text, const atr_TextStyle *style, int32_t *line_height,
                       int32_t *ascent, int32_t *descent)
{
    const bool rtl = style->direction == ATR_DIRECTION_RTL;
    float factor = style->line_height;
    if (factor <= 0) {
        factor = rtl ? 1.5f : 1.3f;
    }
    *line_height = (int32_t)(style->size_px * factor + 0.5f);
    const uint8_t face = rtl ? ATR__FACE_ARABIC : ATR__FACE_LATIN;
    TTF_Font *font = atr__font_get(text, face, style->bold, style->size_px);
    if (font == NULL) {
        const int32_t size = (int32_t)(style->size_px + 0.5f);
        *ascent = atr__builtin_ascent(size);
        *descent = atr__builtin_height(size) - *ascent;
    } else {
        *ascent = TTF_FontAscent(font);
        *descent = -TTF_FontDescent(font);
    }
}

/* Lines stand line_height apart; above the first and below the last there is room for the whole
 * font, and for marks that hang lower than it. */
static void text_extent(atr_Text *text, const atr_TextStyle *style, atr_TextSize *out)
{
    atr__TextWork *w = &text->work;
    int32_t line_height = 0;
    int32_t ascent = 0;
    int32_t descent = 0;
    atr__text_metrics(text, style, &line_height, &ascent, &descent);
    const int32_t above = (line_height - ascent - descent) / 2 + ascent;
    int32_t top = above;
    int32_t bottom = line_height - above;
    for (uint32_t i = 0; i < out->lines; i++) {
        out->width = w->lines[i].width > out->width ? w->lines[i].width : out->width;
        if (i > 0 && i + 1 < out->lines) {
            continue;
        }
        (void)atr__text_line_runs(text, style, &w->lines[i]);
        for (uint32_t r = 0; r < w->run_count; r++) {
            const atr__Run *run = &w->runs[r];
            if (i == 0 && run->ascent > top) {
                top = run->ascent;
            }
            if (i + 1 == out->lines && run->height - run->ascent > bottom) {
                bottom = run->height - run->ascent;
            }
        }
    }
    out->baseline = top;
    out->height = top + (int32_t)(out->lines - 1) * line_height + bottom;
}

atr_Status atr__text_layout(atr_Text *text, const atr_TextStyle *style, atr_TextSize *out)
{
    atr__TextWork *w = &text->work;
    *out = (atr_TextSize){ .fits = true };
    w->line_count = 0;
    uint32_t first = 0;
    for (uint32_t i = 0; i <= w->count; i++) {
        if (i < w->count && w->chars[i] != '\n') {
            continue;
        }
        if (!paragraph_levels(text, style, first, i)) {
            return ATR_ERR_NO_MEMORY;
        }
        out->missing += faces_choose(text, style, first, i);
        out->fits = paragraph_wrap(text, style, first, i) && out->fits;
        first = i + 1;
    }
    out->lines = w->line_count;
    if (style->max_lines > 0 && out->lines > style->max_lines) {
        out->lines = style->max_lines;
        out->fits = false;
    }
    text_extent(text, style, out);
    return ATR_OK;
}
