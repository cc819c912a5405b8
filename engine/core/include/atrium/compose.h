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
 * Pixels are 0xAARRGGBB, premultiplied, 32 bits. A sprite is drawn from a copy of it that was
 * scaled, turned (in steps fine enough not to be seen) and, if it moves slowly, shifted by a part
 * of a pixel before, and kept in a bounded cache. Copies are made in slices, so many a frame; until
 * there is one, and for sprites too large to keep, the same pixels are worked out while drawing:
 * upright ones scaled row by row, others gathered with bilinear filtering.
 *
 * One thing depends on what there is time and room for. A picture at least 1.4 times as large as
 * its turned or slow sprite is gathered through a reduced copy, and an upright one of four times
 * the pixels is not scaled anew in every frame: until their copy is made (over several frames for a
 * large picture), or where it would take more than a sixteenth of the cache, they are gathered from
 * the picture itself, which skips some of its pixels (soft ones lose 4 dB of 38 by that). Without
 * atr_compose_begin_frame there is always time. Which copies exist depends on the calls alone, not
 * on kernel, threads or passes.
 *
 * Turned sprites up to 96 pixels have 64 to 256 angles and stand on whole pixels; slow ones
 * (`smooth`) up to 32 pixels have 4 by 4 places between pixels; what is larger, or slow and turned,
 * is gathered at 1/256 pixel and 1/4096 turn. Draws of the frame before keep their copies: when
 * more is drawn than fits, the rest is gathered and nothing is made twice.
 *
 * Threads: owner. A second drawing thread of the compositor's own takes part of the rows, if asked
 * for, where there is a third of a millisecond to draw; sprites keep their order, and the pixels
 * are the same. Waiting for it too long makes the compositor draw alone for a while. Nothing
 * allocates after create and set_sprites: the cache is one block of the size that was asked for.
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
    size_t cache_bytes;   /* of scaled and turned sprites; default 16 MiB, 64 KiB..1 GiB */
    uint32_t max_sprites; /* in one call of atr_compose_commands, planned at once; more are drawn in
                             several passes; default 16,384 */
    uint32_t fill_pixels; /* of copies made in a frame (atr_compose_begin_frame), four read from a
                             larger picture counting as one; default 16,384 */
    bool second_thread;   /* draw with two threads when there is enough to draw */
    const char *kernel;   /* "avx2", "sse2", "neon", "scalar"; default ATRIUM_SIMD from the
                             environment, else the best the processor has */
    atr_Allocator allocator;
    atr_Log log; /* told when ATRIUM_SIMD asks for a kernel that there is not */
} atr_ComposeDesc;

/** Which 64 by 64 pixel tiles of a canvas have been touched; plain data, the caller's memory. */
typedef struct atr_Tiles {
    uint8_t *marks; /* columns * rows, 1 = touched */
    int32_t columns, rows;
} atr_Tiles;
#define ATR_TILE 64

typedef struct atr_ComposeStats {
    uint64_t sprites; /* drawn, rectangles included */
    uint64_t cache_hits;
    uint64_t cache_misses; /* copies made */
    uint64_t cache_evicted;
    uint64_t direct;        /* drawn without a copy: gathered, or scaled at once */
    uint64_t filled_pixels; /* of copies made */
    size_t cache_bytes, cache_limit;
    const char *kernel; /* "avx2", "sse2", "neon", "scalar" */
    uint32_t threads;   /* that drew the last call: 1 or 2 */
} atr_ComposeStats;

ATR_NODISCARD ATR_API atr_Status atr_compose_create(const atr_ComposeDesc *desc,
                                                    atr_Compositor **out);
ATR_API void atr_compose_destroy(atr_Compositor *compositor);

/**
 * Tells which picture each sprite id shows; the pictures stay the caller's and must outlive their
 * use. Forgets scaled copies. Ids beyond `count` and images without pixels, or of more than 16,384
 * a side, draw nothing.
 */
ATR_NODISCARD ATR_API atr_Status atr_compose_set_sprites(atr_Compositor *compositor,
                                                         const atr_Image *images, uint32_t count);

/** Shows another picture under one id, which set_sprites has counted; forgets copies of the old one
 *  only. @return ATR_OK; ATR_ERR_INVALID. */
ATR_NODISCARD ATR_API atr_Status atr_compose_set_sprite(atr_Compositor *compositor, atr_SpriteId id,
                                                        const atr_Image *image);

/** A new frame: copies may be made again, up to desc.fill_pixels. Without it, without limit. */
ATR_API void atr_compose_begin_frame(atr_Compositor *compositor);

/** The i-th kernel this processor can run, best first; NULL past the last. Static storage. */
ATR_API const char *atr_compose_kernel(uint32_t index);

/** Draws with the kernel of that name from now on; pixels stay the same. @return ATR_OK;
 *  ATR_ERR_NOT_FOUND when it is not known or the processor cannot run it. */
ATR_NODISCARD ATR_API atr_Status atr_compose_set_kernel(atr_Compositor *compositor,
                                                        const char *name);

/** Starts or ends the second drawing thread. @return ATR_OK; ATR_ERR_NO_MEMORY. */
ATR_NODISCARD ATR_API atr_Status atr_compose_set_second_thread(atr_Compositor *compositor, bool on);

/**
 * Draws commands in order. ATR_DRAW_TEXT is not drawn here: whoever owns glyphs expands it first.
 * Nor is a sprite of more than 8192 output pixels a side, or what has a place or size that is no
 * number.
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
