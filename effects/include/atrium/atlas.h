/**
 * atrium/atlas.h: sprite pictures, packed into one.
 *
 * Reads PNG files (or the pictures compiled into the library), cuts sheets into frames,
 * premultiplies them and packs all into one picture with a clear border of two pixels around each,
 * so that a GPU needs one texture and filtering never bleeds. A missing or damaged file is logged;
 * the built-in picture of that name is used, or an empty sprite.
 *
 *     atr_Atlas *atlas = NULL;
 *     atr_AtlasDesc desc = { .names = names, .name_count = n };
 *     atr_Status st = atr_atlas_create(&desc, &atlas);
 *     const atr_Image *images = atr_atlas_images(atlas, &count);
 *
 * Threads: create anywhere (it reads files and allocates: the plugin does it on its loader thread);
 * a created atlas does not change and may be read by any thread.
 */
#ifndef ATRIUM_ATLAS_H
#define ATRIUM_ATLAS_H

#include <atrium/compose.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_Atlas atr_Atlas;

#define ATR_PICTURE_FILE_MAX (8u * 1024u * 1024u) /* larger files are refused unread, bytes */
#define ATR_PICTURE_SIDE_MAX 4096 /* larger pictures are refused undecoded, pixels */

typedef struct atr_AtlasDesc {
    const char *folder;          /* searched first; NULL: only the compiled-in pictures */
    const atr_SpriteName *names; /* sprite id = index; names[0] is the white pixel */
    uint32_t name_count;
    const atr_Image *extra; /* more pictures, premultiplied: ids follow the names; copied */
    uint32_t extra_count;
    int32_t max_side; /* of the atlas; default 4096 */
    atr_Allocator allocator;
    atr_Log log;
} atr_AtlasDesc;

/** @return ATR_OK; ATR_ERR_FULL when not all fits into max_side; ATR_ERR_NO_MEMORY. */
ATR_NODISCARD ATR_API atr_Status atr_atlas_create(const atr_AtlasDesc *desc, atr_Atlas **out);
ATR_API void atr_atlas_destroy(atr_Atlas *atlas);

/** The packed picture. Borrowed. */
ATR_API atr_Image atr_atlas_picture(const atr_Atlas *atlas);

/** One view into the picture per sprite id (names, then extras). Borrowed. */
ATR_API const atr_Image *atr_atlas_images(const atr_Atlas *atlas, uint32_t *count);

/** Where sprite `id` lies in the picture; empty for an unknown one. */
ATR_API atr_Rect atr_atlas_rect(const atr_Atlas *atlas, atr_SpriteId id);

/** How many pictures could not be read and are empty. */
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
