/* Packs sprite pictures into pages, through stb_rect_pack, as they come. Each sheet is decoded
 * once, cut into its frames and let go; pages are of one size, made when the ones before are full,
 * and never move. What does not fit a page gets one of its own, exactly as large. */
#include <atrium/atlas.h>

#include "atr__sprites.h"
#include "base/alloc.h"
#include "effects_internal.h"

#include <stdio.h>
#include <string.h>

#define STBRP_STATIC
#define STB_RECT_PACK_IMPLEMENTATION
#include <stb_rect_pack.h>

#define BORDER            2 /* clear pixels around each picture */
#define PAGE_SIDE_DEFAULT 1024
#define PAGE_SIDE_MIN     64
#define PAGE_SIDE_MAX     4096
#define MAX_BYTES_DEFAULT ((size_t)64 * 1024 * 1024)
#define WHITE_SIDE        3 /* of the white patch whose middle pixel is ATR_SPRITE_WHITE */

typedef struct Page {
    uint32_t *pixels;
    int32_t width, height;
    stbrp_node *nodes; /* `width` of them; NULL: one picture's own page */
    stbrp_context context;
} Page;

struct atr_Atlas {
    atr_AtlasDesc desc; /* resolved; names and extras are not kept */
    char *folder;
    Page *pages; /* ATR_ATLAS_PAGES_MAX */
    uint32_t page_count;
    size_t bytes; /* of all pages */
    atr_Image *images;
    atr_AtlasPlace *places;
    uint32_t missing;
    bool full_said;
};

static const uint32_t white[WHITE_SIDE * WHITE_SIDE] = {
    0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu,
    0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu,
};

/* ---- Pages ----------------------------------------------------------------------------------- */

static atr_Status page_make(atr_Atlas *atlas, int32_t width, int32_t height, bool shared)
{
    const atr_Allocator *allocator = &atlas->desc.allocator;
    const size_t count = (size_t)width * (size_t)height;
    if (atlas->page_count == ATR_ATLAS_PAGES_MAX ||
        count * sizeof(uint32_t) > atlas->desc.max_bytes - atlas->bytes) {
        return ATR_ERR_FULL;
    }
    Page *page = &atlas->pages[atlas->page_count];
    *page = (Page){ .width = width, .height = height };
    page->pixels = atr__alloc_zero(allocator, count, sizeof *page->pixels);
    if (shared) {
        page->nodes = atr__alloc_zero(allocator, (size_t)width, sizeof *page->nodes);
    }
    if (page->pixels == NULL || (shared && page->nodes == NULL)) {
        atr__free(allocator, page->pixels, count, sizeof *page->pixels);
        atr__free(allocator, page->nodes, (size_t)width, sizeof *page->nodes);
        *page = (Page){ 0 };
        return ATR_ERR_NO_MEMORY;
    }
    if (shared) {
        stbrp_init_target(&page->context, width, height, page->nodes, width);
    }
    atlas->page_count++;
    atlas->bytes += count * sizeof(uint32_t);
    return ATR_OK;
}

static bool page_has_room(Page *page, int32_t width, int32_t height, atr_Rect *out)
{
    stbrp_rect rect = { .w = width + 2 * BORDER, .h = height + 2 * BORDER };
    if (page->nodes == NULL || stbrp_pack_rects(&page->context, &rect, 1) != 1) {
        return false;
    }
    *out = (atr_Rect){ rect.x + BORDER, rect.y + BORDER, width, height };
    return true;
}

static atr_Status find_room(atr_Atlas *atlas, int32_t width, int32_t height, atr_AtlasPlace *out)
{
    const int32_t side = atlas->desc.page_side;
    if (width + 2 * BORDER > side || height + 2 * BORDER > side) {
        const atr_Status st = page_make(atlas, width + 2 * BORDER, height + 2 * BORDER, false);
        *out = (atr_AtlasPlace){ atlas->page_count - 1, { BORDER, BORDER, width, height } };
        return st;
    }
    for (out->page = 0; out->page < atlas->page_count; out->page++) {
        if (page_has_room(&atlas->pages[out->page], width, height, &out->rect)) {
            return ATR_OK;
        }
    }
    const atr_Status st = page_make(atlas, side, side, true);
    if (st == ATR_OK) {
        (void)page_has_room(&atlas->pages[out->page], width, height, &out->rect);
    }
    return st;
}

static atr_Status place(atr_Atlas *atlas, atr_SpriteId id, const atr_Image *image)
{
    atr_AtlasPlace at = { 0 };
    const atr_Status st = find_room(atlas, image->width, image->height, &at);
    if (st != ATR_OK) {
        return st;
    }
    const Page *page = &atlas->pages[at.page];
    for (int32_t y = 0; y < image->height; y++) {
        memcpy(page->pixels + (ptrdiff_t)(at.rect.y + y) * page->width + at.rect.x,
               image->pixels + (ptrdiff_t)y * image->pitch,
               (size_t)image->width * sizeof(uint32_t));
    }
    if (image->pixels == white) {
        at.rect = (atr_Rect){ at.rect.x + WHITE_SIDE / 2, at.rect.y + WHITE_SIDE / 2, 1, 1 };
    }
    atlas->places[id] = at;
    atlas->images[id] =
        (atr_Image){ .pixels = page->pixels + (ptrdiff_t)at.rect.y * page->width + at.rect.x,
                     .width = at.rect.w,
                     .height = at.rect.h,
                     .pitch = page->width };
    return ATR_OK;
}

/* ---- Pictures -------------------------------------------------------------------------------- */

static bool load_file(const atr_Atlas *atlas, const char *name, atr_Image *out, atr_Error *error)
{
    char path[1024];
    const int length = snprintf(path, sizeof path, "%s/%s", atlas->folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        atr__error_set(error, 0, 0, "the path is too long");
        return false;
    }
    const atr_Status st = atr_picture_load(path, out, error);
    if (st != ATR_OK && st != ATR_ERR_NOT_FOUND) {
        atr_log(&atlas->desc.log, ATR_LOG_WARNING, "atlas", "%s: %s", path,
                error->text[0] != '\0' ? error->text : atr_status_text(st));
    }
    return st == ATR_OK;
}

static bool load_builtin(const char *name, atr_Image *out)
{
    for (size_t i = 0; i < atr__sprites_count; i++) {
        const atr__EmbeddedFile *file = &atr__sprites_files[i];
        if (strcmp(file->name, name) == 0) {
            return atr_picture_decode((atr_Bytes){ file->data, file->size }, out, NULL) == ATR_OK;
        }
    }
    return false;
}

static bool load_sheet(const atr_Atlas *atlas, const char *name, atr_Image *out)
{
    atr_Error error = { 0 };
    if (!atr__name_is_plain(name)) {
        atr__error_set(&error, 0, 0, "expected a plain file name");
    } else if ((atlas->folder != NULL && load_file(atlas, name, out, &error)) ||
               load_builtin(name, out)) {
        return true;
    }
    atr_log(&atlas->desc.log, ATR_LOG_WARNING, "atlas", "%s%s%s: no such picture%s%s",
            atlas->folder != NULL ? atlas->folder : "", atlas->folder != NULL ? "/" : "", name,
            error.text[0] != '\0' ? ": " : "", error.text);
    return false;
}

static atr_Image frame_of(const atr_Image *sheet, uint32_t frame, uint32_t frames)
{
    const int32_t width = sheet->width / (int32_t)(frames > 0 ? frames : 1);
    if (width == 0 || frame >= (frames > 0 ? frames : 1)) {
        return (atr_Image){ 0 };
    }
    return (atr_Image){ .pixels = sheet->pixels + (ptrdiff_t)width * (ptrdiff_t)frame,
                        .width = width,
                        .height = sheet->height,
                        .pitch = sheet->pitch };
}

static bool ids_are_free(const atr_Atlas *atlas, atr_SpriteId first, uint32_t count)
{
    if (count > atlas->desc.capacity || first > atlas->desc.capacity - count) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (atlas->images[first + i].pixels != NULL) {
            return false;
        }
    }
    return true;
}

/* A full atlas is said once, with the first picture that found no room. */
static void complain(atr_Atlas *atlas, atr_Status st, const char *name)
{
    if (st == ATR_ERR_FULL && !atlas->full_said) {
        atlas->full_said = true;
        atr_log(&atlas->desc.log, ATR_LOG_WARNING, "atlas",
                "%s: no room left in %zu bytes of pictures; it and later ones are left out", name,
                atlas->desc.max_bytes);
    } else if (st == ATR_ERR_NO_MEMORY) {
        atr_log(&atlas->desc.log, ATR_LOG_ERROR, "atlas", "%s: %s", name, atr_status_text(st));
    }
}

atr_Status atr_atlas_add(atr_Atlas *atlas, atr_SpriteId first, const atr_SpriteName *name,
                         uint32_t count)
{
    ATR_ASSERT(atlas != NULL && name != NULL);
    if (!ids_are_free(atlas, first, count)) {
        return ATR_ERR_INVALID;
    }
    if (name->sheet == NULL || name->sheet[0] == '\0') {
        return atr_atlas_add_image(atlas, first,
                                   &(atr_Image){ white, WHITE_SIDE, WHITE_SIDE, WHITE_SIDE });
    }
    atr_Image sheet = { 0 };
    if (!load_sheet(atlas, name->sheet, &sheet)) {
        atlas->missing += count;
        return ATR_ERR_NOT_FOUND;
    }
    atr_Status st = ATR_OK;
    for (uint32_t i = 0; i < count; i++) {
        const atr_Image frame = frame_of(&sheet, name->frame + i, name->frames);
        const atr_Status one = frame.pixels != NULL
                                   ? place(atlas, (atr_SpriteId)(first + i), &frame)
                                   : ATR_ERR_NOT_FOUND;
        st = st == ATR_OK ? one : st;
        atlas->missing += one != ATR_OK;
    }
    if (st == ATR_ERR_NOT_FOUND) {
        atr_log(&atlas->desc.log, ATR_LOG_WARNING, "atlas",
                "%s: expected %u frames, found %d by %d", name->sheet, name->frames, sheet.width,
                sheet.height);
    }
    complain(atlas, st, name->sheet);
    atr_picture_free(&sheet);
    return st;
}

atr_Status atr_atlas_add_image(atr_Atlas *atlas, atr_SpriteId id, const atr_Image *image)
{
    ATR_ASSERT(atlas != NULL && image != NULL);
    if (!ids_are_free(atlas, id, 1) || image->pixels == NULL || image->width <= 0 ||
        image->height <= 0 || image->width > ATR_PICTURE_SIDE_MAX ||
        image->height > ATR_PICTURE_SIDE_MAX) {
        return ATR_ERR_INVALID;
    }
    const atr_Status st = place(atlas, id, image);
    complain(atlas, st, "a picture");
    return st;
}

/* ---- Life ------------------------------------------------------------------------------------ */

/* How many names from `at` on are successive frames of one sheet. */
static uint32_t run_of(const atr_AtlasDesc *desc, uint32_t at)
{
    const atr_SpriteName *first = &desc->names[at];
    uint32_t count = 1;
    while (first->sheet != NULL && first->sheet[0] != '\0' && at + count < desc->name_count) {
        const atr_SpriteName *next = first + count;
        if (next->sheet == NULL || strcmp(next->sheet, first->sheet) != 0 ||
            next->frames != first->frames || next->frame != first->frame + count) {
            break;
        }
        count++;
    }
    return count;
}

static atr_Status add_all(atr_Atlas *atlas, const atr_AtlasDesc *desc)
{
    for (uint32_t i = 0; i < desc->name_count;) {
        const uint32_t count = run_of(desc, i);
        const atr_Status st = atr_atlas_add(atlas, (atr_SpriteId)i, &desc->names[i], count);
        if (st != ATR_OK && st != ATR_ERR_NOT_FOUND) {
            return st;
        }
        i += count;
    }
    for (uint32_t i = 0; i < desc->extra_count; i++) {
        const atr_Status st =
            atr_atlas_add_image(atlas, (atr_SpriteId)(desc->name_count + i), &desc->extra[i]);
        if (st == ATR_ERR_INVALID) {
            atlas->missing++;
        } else if (st != ATR_OK) {
            return st;
        }
    }
    return ATR_OK;
}

atr_Status atr_atlas_create(const atr_AtlasDesc *desc, atr_Atlas **out)
{
    ATR_ASSERT(desc != NULL && out != NULL);
    *out = NULL;
    atr_AtlasDesc d = *desc;
    d.page_side = d.page_side > 0 ? d.page_side : PAGE_SIDE_DEFAULT;
    d.max_bytes = d.max_bytes > 0 ? d.max_bytes : MAX_BYTES_DEFAULT;
    const uint32_t count = d.name_count + d.extra_count;
    d.capacity = d.capacity > count ? d.capacity : count;
    if (d.capacity == 0 || d.capacity > ATR_SPRITE_NONE || d.page_side < PAGE_SIDE_MIN ||
        d.page_side > PAGE_SIDE_MAX) {
        return ATR_ERR_INVALID;
    }
    atr_Atlas *atlas = atr__alloc_zero(&d.allocator, 1, sizeof *atlas);
    if (atlas == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    atlas->desc = d;
    atlas->folder = atr__alloc_string(&d.allocator, d.folder);
    atlas->pages = atr__alloc_zero(&d.allocator, ATR_ATLAS_PAGES_MAX, sizeof *atlas->pages);
    atlas->images = atr__alloc_zero(&d.allocator, d.capacity, sizeof *atlas->images);
    atlas->places = atr__alloc_zero(&d.allocator, d.capacity, sizeof *atlas->places);
    const bool made = atlas->pages != NULL && atlas->images != NULL && atlas->places != NULL &&
                      (d.folder == NULL || atlas->folder != NULL);
    const atr_Status st = made ? add_all(atlas, desc) : ATR_ERR_NO_MEMORY;
    if (st != ATR_OK) {
        atr_atlas_destroy(atlas);
        return st;
    }
    *out = atlas;
    return ATR_OK;
}

void atr_atlas_destroy(atr_Atlas *atlas)
{
    if (atlas == NULL) {
        return;
    }
    const atr_Allocator allocator = atlas->desc.allocator;
    for (uint32_t i = 0; atlas->pages != NULL && i < atlas->page_count; i++) {
        Page *page = &atlas->pages[i];
        atr__free(&allocator, page->pixels, (size_t)page->width * (size_t)page->height,
                  sizeof *page->pixels);
        atr__free(&allocator, page->nodes, (size_t)page->width, sizeof *page->nodes);
    }
    atr__free(&allocator, atlas->pages, ATR_ATLAS_PAGES_MAX, sizeof *atlas->pages);
    atr__free(&allocator, atlas->images, atlas->desc.capacity, sizeof *atlas->images);
    atr__free(&allocator, atlas->places, atlas->desc.capacity, sizeof *atlas->places);
    atr__free_string(&allocator, atlas->folder);
    atr__free(&allocator, atlas, 1, sizeof *atlas);
}

atr_Image atr_atlas_page(const atr_Atlas *atlas, uint32_t page)
{
    /* The table itself, not page_count: another thread may be making the next page. */
    if (page >= ATR_ATLAS_PAGES_MAX || atlas->pages[page].pixels == NULL) {
        return (atr_Image){ 0 };
    }
    const Page *p = &atlas->pages[page];
    return (atr_Image){ p->pixels, p->width, p->height, p->width };
}

const atr_Image *atr_atlas_images(const atr_Atlas *atlas, uint32_t *count)
{
    *count = atlas->desc.capacity;
    return atlas->images;
}

atr_AtlasPlace atr_atlas_place(const atr_Atlas *atlas, atr_SpriteId id)
{
    return id < atlas->desc.capacity ? atlas->places[id] : (atr_AtlasPlace){ 0 };
}

uint32_t atr_atlas_missing(const atr_Atlas *atlas)
{
    return atlas->missing;
}
