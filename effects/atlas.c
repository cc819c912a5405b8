/* Packs sprite pictures into one, through stb_rect_pack. Each sheet is decoded once, cut into its
 * frames and let go; the atlas keeps only the packed pixels and where everything lies. */
#include <atrium/atlas.h>

#include "atr__sprites.h"
#include "base/alloc.h"
#include "effects_internal.h"

#include <stdio.h>
#include <string.h>

#define STBRP_STATIC
#define STB_RECT_PACK_IMPLEMENTATION
#include <stb_rect_pack.h>

#define BORDER       2 /* clear pixels around each picture */
#define SIDE_DEFAULT 4096
#define SIDE_FIRST   256
#define WHITE_SIDE   3 /* of the white patch whose middle pixel is ATR_SPRITE_WHITE */

struct atr_Atlas {
    atr_Allocator allocator;
    atr_Image picture;
    uint32_t *pixels;
    size_t pixel_count;
    atr_Image *images;
    atr_Rect *rects;
    uint32_t count;
    uint32_t missing;
};

/* While packing: one decoded sheet, and what is to be packed from it. */
typedef struct Sheet {
    const char *name;
    atr_Image image;
} Sheet;

typedef struct Builder {
    const atr_AtlasDesc *desc;
    atr_Atlas *atlas;
    Sheet *sheets; /* at most one for each name */
    uint32_t sheet_count;
    atr_Image *parts; /* by sprite id: views into sheets, extras or `white` */
    stbrp_rect *rects;
    stbrp_node *nodes;
} Builder;

static const uint32_t white[WHITE_SIDE * WHITE_SIDE] = {
    0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu,
    0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu,
};

static bool load_file(const atr_AtlasDesc *desc, const char *name, atr_Image *out)
{
    char path[1024];
    const int length = snprintf(path, sizeof path, "%s/%s", desc->folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        return false;
    }
    atr_Error error;
    const atr_Status st = atr_picture_load(path, out, &error);
    if (st != ATR_OK && st != ATR_ERR_NOT_FOUND) {
        atr_log(&desc->log, ATR_LOG_WARNING, "atlas", "%s: %s", path,
                error.text[0] != '\0' ? error.text : atr_status_text(st));
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

static const Sheet *sheet_for(Builder *builder, const char *name)
{
    for (uint32_t i = 0; i < builder->sheet_count; i++) {
        if (strcmp(builder->sheets[i].name, name) == 0) {
            return &builder->sheets[i];
        }
    }
    const atr_AtlasDesc *desc = builder->desc;
    Sheet *sheet = &builder->sheets[builder->sheet_count++];
    sheet->name = name;
    const bool loaded = atr__name_is_plain(name) &&
                        ((desc->folder != NULL && load_file(desc, name, &sheet->image)) ||
                         load_builtin(name, &sheet->image));
    if (!loaded) {
        atr_log(&desc->log, ATR_LOG_WARNING, "atlas",
                "%s: no such picture; nothing is drawn for it", name);
    }
    return sheet;
}

static atr_Image frame_of(const atr_Image *sheet, const atr_SpriteName *name)
{
    const int32_t frames = name->frames > 0 ? name->frames : 1;
    const int32_t width = sheet->width / frames;
    if (sheet->pixels == NULL || width == 0 || name->frame >= frames) {
        return (atr_Image){ 0 };
    }
    return (atr_Image){ .pixels = sheet->pixels + (ptrdiff_t)width * name->frame,
                        .width = width,
                        .height = sheet->height,
                        .pitch = sheet->pitch };
}

static void collect(Builder *builder)
{
    const atr_AtlasDesc *desc = builder->desc;
    for (uint32_t i = 0; i < desc->name_count; i++) {
        if (desc->names[i].sheet == NULL || desc->names[i].sheet[0] == '\0') {
            builder->parts[i] = (atr_Image){ white, WHITE_SIDE, WHITE_SIDE, WHITE_SIDE };
            continue;
        }
        builder->parts[i] =
            frame_of(&sheet_for(builder, desc->names[i].sheet)->image, &desc->names[i]);
        builder->atlas->missing += builder->parts[i].pixels == NULL;
    }
    for (uint32_t i = 0; i < desc->extra_count; i++) {
        const atr_Image *extra = &desc->extra[i];
        const bool usable = extra->pixels != NULL && extra->width > 0 && extra->height > 0;
        builder->parts[desc->name_count + i] = usable ? *extra : (atr_Image){ 0 };
        builder->atlas->missing += !usable;
    }
}

/* Finds the smallest power of two, width first, that takes all; 0 when none does. */
static bool pack(Builder *builder, int32_t max_side, int32_t *out_width, int32_t *out_height)
{
    const uint32_t count = builder->atlas->count;
    int32_t width = SIDE_FIRST < max_side ? SIDE_FIRST : max_side;
    int32_t height = width;
    for (;;) {
        for (uint32_t i = 0; i < count; i++) {
            const atr_Image *part = &builder->parts[i];
            const bool there = part->pixels != NULL;
            builder->rects[i] = (stbrp_rect){ .id = (int)i,
                                              .w = there ? part->width + 2 * BORDER : 0,
                                              .h = there ? part->height + 2 * BORDER : 0 };
        }
        stbrp_context context;
        stbrp_init_target(&context, width, height, builder->nodes, width);
        if (stbrp_pack_rects(&context, builder->rects, (int)count) == 1) {
            *out_width = width;
            *out_height = height;
            return true;
        }
        if (width >= max_side && height >= max_side) {
            return false;
        }
        int32_t *side = width <= height ? &width : &height;
        *side = *side * 2 < max_side ? *side * 2 : max_side;
    }
}

static void place(Builder *builder, int32_t width)
{
    atr_Atlas *atlas = builder->atlas;
    for (uint32_t i = 0; i < atlas->count; i++) {
        const stbrp_rect *packed = &builder->rects[i];
        const atr_Image *part = &builder->parts[packed->id];
        if (part->pixels == NULL) {
            continue;
        }
        atr_Rect rect = { packed->x + BORDER, packed->y + BORDER, part->width, part->height };
        for (int32_t y = 0; y < rect.h; y++) {
            memcpy(atlas->pixels + (ptrdiff_t)(rect.y + y) * width + rect.x,
                   part->pixels + (ptrdiff_t)y * part->pitch, (size_t)rect.w * sizeof(uint32_t));
        }
        if (part->pixels == white) {
            rect = (atr_Rect){ rect.x + WHITE_SIDE / 2, rect.y + WHITE_SIDE / 2, 1, 1 };
        }
        atlas->rects[packed->id] = rect;
        atlas->images[packed->id] =
            (atr_Image){ .pixels = atlas->pixels + (ptrdiff_t)rect.y * width + rect.x,
                         .width = rect.w,
                         .height = rect.h,
                         .pitch = width };
    }
}

static atr_Status build(Builder *builder, int32_t max_side)
{
    atr_Atlas *atlas = builder->atlas;
    const atr_Allocator *allocator = &atlas->allocator;
    if (builder->sheets == NULL || builder->parts == NULL || builder->rects == NULL ||
        builder->nodes == NULL || atlas->images == NULL || atlas->rects == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    collect(builder);
    int32_t width = 0;
    int32_t height = 0;
    if (!pack(builder, max_side, &width, &height)) {
        atr_log(&builder->desc->log, ATR_LOG_ERROR, "atlas",
                "%u pictures do not fit into %d by %d pixels", atlas->count, max_side, max_side);
        return ATR_ERR_FULL;
    }
    atlas->pixel_count = (size_t)width * (size_t)height;
    atlas->pixels = atr__alloc_zero(allocator, atlas->pixel_count, sizeof *atlas->pixels);
    if (atlas->pixels == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    atlas->picture = (atr_Image){ atlas->pixels, width, height, width };
    place(builder, width);
    return ATR_OK;
}

atr_Status atr_atlas_create(const atr_AtlasDesc *desc, atr_Atlas **out)
{
    ATR_ASSERT(desc != NULL && out != NULL);
    *out = NULL;
    const int32_t max_side = desc->max_side > 0 ? desc->max_side : SIDE_DEFAULT;
    const uint32_t count = desc->name_count + desc->extra_count;
    if (count == 0 || count > ATR_SPRITE_NONE || max_side > 32768) {
        return ATR_ERR_INVALID;
    }
    const atr_Allocator *allocator = &desc->allocator;
    atr_Atlas *atlas = atr__alloc_zero(allocator, 1, sizeof *atlas);
    if (atlas == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    atlas->allocator = *allocator;
    atlas->count = count;
    atlas->images = atr__alloc_zero(allocator, count, sizeof *atlas->images);
    atlas->rects = atr__alloc_zero(allocator, count, sizeof *atlas->rects);
    const size_t sheets = desc->name_count > 0 ? desc->name_count : 1;
    const size_t nodes = (size_t)max_side;
    Builder builder = { .desc = desc, .atlas = atlas };
    builder.sheets = atr__alloc_zero(allocator, sheets, sizeof *builder.sheets);
    builder.parts = atr__alloc_zero(allocator, count, sizeof *builder.parts);
    builder.rects = atr__alloc_zero(allocator, count, sizeof *builder.rects);
    builder.nodes = atr__alloc_zero(allocator, nodes, sizeof *builder.nodes);
    const atr_Status st = build(&builder, max_side);
    for (uint32_t i = 0; i < builder.sheet_count; i++) {
        atr_picture_free(&builder.sheets[i].image);
    }
    atr__free(allocator, builder.nodes, nodes, sizeof *builder.nodes);
    atr__free(allocator, builder.rects, count, sizeof *builder.rects);
    atr__free(allocator, builder.parts, count, sizeof *builder.parts);
    atr__free(allocator, builder.sheets, sheets, sizeof *builder.sheets);
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
    const atr_Allocator allocator = atlas->allocator;
    atr__free(&allocator, atlas->pixels, atlas->pixel_count, sizeof *atlas->pixels);
    atr__free(&allocator, atlas->images, atlas->count, sizeof *atlas->images);
    atr__free(&allocator, atlas->rects, atlas->count, sizeof *atlas->rects);
    atr__free(&allocator, atlas, 1, sizeof *atlas);
}

atr_Image atr_atlas_picture(const atr_Atlas *atlas)
{
    return atlas->picture;
}

const atr_Image *atr_atlas_images(const atr_Atlas *atlas, uint32_t *count)
{
    *count = atlas->count;
    return atlas->images;
}

atr_Rect atr_atlas_rect(const atr_Atlas *atlas, atr_SpriteId id)
{
    return id < atlas->count ? atlas->rects[id] : (atr_Rect){ 0 };
}

uint32_t atr_atlas_missing(const atr_Atlas *atlas)
{
    return atlas->missing;
}
