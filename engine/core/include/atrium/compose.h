/**
 * atrium/compose.h: draws sprites, rectangles and particles into memory.
 *
 * Weak machines have no GPU worth the name, and SDL's software triangles are slow. The compositor
 * writes pixels itself: sprites scaled once and kept, tinted and blended row by row by a kernel
 * chosen for the processor. Every kernel and every path gives the same pixels to the last bit.
 *
 *     atr_Compositor *compositor = NULL;
 *     atr_Status st = atr_compose_create(NULL, &compositor);
 *     st = atr_compose_set_sprites(compositor, images, count);
 *     atr_compose_commands(compositor, &target, NULL, &transform, list, n, &particles, NULL);
 *
 * Pixels are 0xAARRGGBB, premultiplied, 32 bits. Rotated sprites are gathered with bilinear
 * filtering, upright ones are scaled by area or bilinear filtering and kept in a bounded cache; an
 * enlarged one over 128 by 128 pixels only when it comes twice at the same size.
 *
 * Threads: owner. Nothing allocates after create and set_sprites: the cache of scaled sprites is
 * one block; what does not fit is drawn directly, slower, and looks the same.
 */
#ifndef ATRIUM_COMPOSE_H
#define ATRIUM_COMPOSE_H

#include <atrium/draw.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_Compositor atr_Compositor;

/** A picture in memory, borrowed. `pitch` in pixels. */
typedef struct atr_Image {
    const uint32_t *pixels;
    int32_t width, height, pitch;
} atr_Image;

/** Pixels to draw into. Alpha is written too, so that a cleared one becomes a layer. */
typedef struct atr_Canvas {
    uint32_t *pixels;
    int32_t width, height, pitch;
} atr_Canvas;

typedef struct atr_ComposeDesc {
    size_t cache_bytes; /* of scaled sprites; default 8 MiB, 64 KiB..1 GiB */
    atr_Allocator allocator;
} atr_ComposeDesc;

/** Which 64 by 64 pixel tiles of a canvas have been touched; plain data, the caller's memory. */
typedef struct atr_Tiles {
    uint8_t *marks; /* columns * rows, 1 = touched */
    int32_t columns, rows;
} atr_Tiles;
#define ATR_TILE 64

typedef struct atr_ComposeStats {
    uint64_t sprites; /* drawn */
    uint64_t cache_hits;
    uint64_t cache_misses; /* scaled and kept */
    uint64_t direct;       /* drawn without the cache */
    size_t cache_bytes;
    const char *kernel; /* "scalar" */
} atr_ComposeStats;

ATR_NODISCARD ATR_API atr_Status atr_compose_create(const atr_ComposeDesc *desc,
                                                    atr_Compositor **out);
ATR_API void atr_compose_destroy(atr_Compositor *compositor);

/**
 * Tells which picture each sprite id shows; the pictures stay the caller's and must outlive their
 * use. Forgets scaled copies. Ids beyond `count` and images without pixels draw nothing.
 */
ATR_NODISCARD ATR_API atr_Status atr_compose_set_sprites(atr_Compositor *compositor,
                                                         const atr_Image *images, uint32_t count);

/**
 * Draws commands in order. ATR_DRAW_TEXT is not drawn here: whoever owns glyphs expands it first.
 *
 * @param clip       Output pixels; NULL: the whole canvas.
 * @param transform  From logical to output pixels; NULL: the same.
 * @param particles  What ATR_DRAW_PARTICLES refers to; may be NULL without such commands.
 * @param tiles      May be NULL. Tiles that were drawn to are marked.
 */
ATR_API void atr_compose_commands(atr_Compositor *compositor, const atr_Canvas *canvas,
                                  const atr_Rect *clip, const atr_Transform *transform,
                                  const atr_DrawCmd *commands, uint32_t count,
                                  const atr_Particles *particles, const atr_Tiles *tiles);

/** Fills a rectangle with a colour, without blending: to clear a layer. */
ATR_API void atr_compose_clear(const atr_Canvas *canvas, const atr_Rect *rect, uint32_t color);

/** Draws a picture unscaled at x, y, tinted; 0xffffffff leaves it as it is. */
ATR_API void atr_compose_image(const atr_Canvas *canvas, const atr_Rect *clip,
                               const atr_Image *image, int32_t x, int32_t y, uint32_t tint);

ATR_API void atr_compose_stats(const atr_Compositor *compositor, atr_ComposeStats *out);

#ifdef __cplusplus
}
#endif

#endif
