/**
 * atrium/atlas.h: sprite pictures, packed into few large ones.
 *
 * Reads PNG files (or the pictures compiled into the library), cuts sheets into frames,
 * premultiplies them and packs them into pages with a clear border of two pixels around each, so
 * that a GPU needs few textures and filtering never bleeds. A missing or damaged file is logged
 * with its path and reason; the built-in picture of that name is used, or an empty sprite.
 *
 *     atr_Atlas *atlas = NULL;
 *     atr_AtlasDesc desc = { .names = names, .name_count = n };
 *     atr_Status st = atr_atlas_create(&desc, &atlas);
 *     const atr_Image *images = atr_atlas_images(atlas, &count);
 *
 * It grows: atr_atlas_add packs more beside what is there. Nothing that was added ever moves, and
 * memory is bounded by desc.max_bytes.
 *
 * Threads: create and add on one thread at a time (they read files and allocate: the plugin adds on
 * its loader thread). A sprite that has been added does not change and may be read meanwhile by any
 * thread that was told of it through a lock.
 */
#ifndef ATRIUM_ATLAS_H
#define ATRIUM_ATLAS_H

#include <atrium/compose.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_Atlas atr_Atlas;

#define ATR_PICTURE_FILE_MAX (8u * 1024u * 1024u) /* larger files are refused unread, bytes */
#define ATR_ATLAS_PAGES_MAX  256
#define ATR_PICTURE_SIDE_MAX 4096 /* larger pictures are refused undecoded, pixels */

typedef struct atr_AtlasDesc {
    const char *folder;          /* searched first; NULL: only the compiled-in pictures */
    const atr_SpriteName *names; /* sprite id = index; names[0] is the white pixel */
    uint32_t name_count;
    const atr_Image *extra; /* more pictures, premultiplied: ids follow the names; copied */
    uint32_t extra_count;
    uint32_t capacity; /* most sprite ids, for atr_atlas_add; default names and extras */
    int32_t page_side; /* pixels; a picture larger than a page gets one of its own; default 1024,
                          64..4096 */
    size_t max_bytes;  /* of all pages; default 64 MiB */
    atr_Allocator allocator;
    atr_Log log;
} atr_AtlasDesc;

/** Where a sprite lies: its page, and pixels there. Empty when it is unknown. */
typedef struct atr_AtlasPlace {
    uint32_t page;
    atr_Rect rect;
} atr_AtlasPlace;

/** @return ATR_OK; ATR_ERR_FULL when not all fits into max_bytes; ATR_ERR_NO_MEMORY;
 *  ATR_ERR_INVALID. */
ATR_NODISCARD ATR_API atr_Status atr_atlas_create(const atr_AtlasDesc *desc, atr_Atlas **out);
ATR_API void atr_atlas_destroy(atr_Atlas *atlas);

/**
 * Reads the sheet that `name` names once and adds `count` of its frames, from name->frame on, under
 * the ids first, first + 1, ... An empty sheet is the white pixel.
 * @return ATR_OK; ATR_ERR_NOT_FOUND when neither file nor built-in picture can be had;
 *  ATR_ERR_FULL; ATR_ERR_NO_MEMORY (all three are logged, with the picture's name, and may leave
 *  some of the frames added); ATR_ERR_INVALID for ids beyond the capacity or added before.
 */
ATR_NODISCARD ATR_API atr_Status atr_atlas_add(atr_Atlas *atlas, atr_SpriteId first,
                                               const atr_SpriteName *name, uint32_t count);
/** Adds a copy of a premultiplied picture. @return as atr_atlas_add; never NOT_FOUND. */
ATR_NODISCARD ATR_API atr_Status atr_atlas_add_image(atr_Atlas *atlas, atr_SpriteId id,
                                                     const atr_Image *image);

/** A page's pixels; without any past the last. Borrowed; rows may still be written elsewhere. */
ATR_API atr_Image atr_atlas_page(const atr_Atlas *atlas, uint32_t page);

/** One view into the pages per sprite id, `capacity` of them; empty where nothing was added.
 *  Borrowed. */
ATR_API const atr_Image *atr_atlas_images(const atr_Atlas *atlas, uint32_t *count);

/** Where sprite `id` lies; empty for an unknown one. */
ATR_API atr_AtlasPlace atr_atlas_place(const atr_Atlas *atlas, atr_SpriteId id);

/** How many pictures could not be had and are empty. */
ATR_API uint32_t atr_atlas_missing(const atr_Atlas *atlas);

/**
 * Decodes one PNG into premultiplied pixels; bounds are checked before decoding.
 * @owner `pixels` of `out` is the caller's: atr_picture_free.
 * @return ATR_OK; ATR_ERR_FORMAT; ATR_ERR_NO_MEMORY.
 */
ATR_NODISCARD ATR_API atr_Status atr_picture_decode(atr_Bytes png, atr_Image *out,
                                                    atr_Error *error);
/** As atr_picture_decode, from a file. @return also ATR_ERR_IO, ATR_ERR_NOT_FOUND. */
ATR_NODISCARD ATR_API atr_Status atr_picture_load(const char *path, atr_Image *out,
                                                  atr_Error *error);
ATR_API void atr_picture_free(atr_Image *image);

#ifdef __cplusplus
}
#endif

#endif
