/* PNG pictures into premultiplied pixels, through stb_image. Before anything is decoded the size in
 * the header and the lengths of all chunks are checked, and no block is larger than the largest
 * picture needs, so that a small file cannot ask for much memory. */
#include <atrium/atlas.h>

#include "effects_internal.h"

#include <stdlib.h>
#include <string.h>

/* Of the largest picture with 16 bits a channel, and a byte for each row. */
#define BLOCK_MAX ((size_t)ATR_PICTURE_SIDE_MAX * (ATR_PICTURE_SIDE_MAX * 8 + 1))

static void *block_resize(void *block, size_t size)
{
    return size <= BLOCK_MAX ? realloc(block, size) : NULL;
}

#define STBI_MALLOC(size)         block_resize(NULL, size)
#define STBI_REALLOC(block, size) block_resize(block, size)
#define STBI_FREE(block)          free(block)
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_MAX_DIMENSIONS ATR_PICTURE_SIDE_MAX
#include <stb_image.h>

static uint32_t premultiplied(const unsigned char *rgba)
{
    const uint32_t alpha = rgba[3];
    uint32_t pixel = alpha << 24;
    for (int i = 0; i < 3; i++) {
        pixel |= ((rgba[i] * alpha + 128) * 257 >> 16) << (16 - 8 * i);
    }
    return pixel;
}

static atr_Status refuse(atr_Error *error, const char *text)
{
    atr__error_set(error, 0, 0, "%s", text);
    return ATR_ERR_FORMAT;
}

static bool is_png(atr_Bytes png)
{
    static const unsigned char signature[8] = { 0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a };
    return png.size > sizeof signature && memcmp(png.data, signature, sizeof signature) == 0;
}

static uint32_t big_endian(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Length, type, that many bytes, a sum; from the signature to the chunk IEND. */
static bool chunks_are_whole(atr_Bytes png)
{
    const unsigned char *bytes = png.data;
    size_t at = 8;
    while (png.size - at >= 12) {
        const uint32_t length = big_endian(bytes + at);
        if (length > png.size - at - 12) {
            return false;
        }
        if (memcmp(bytes + at + 4, "IEND", 4) == 0) {
            return true;
        }
        at += 12 + (size_t)length;
    }
    return false;
}

atr_Status atr_picture_decode(atr_Bytes png, atr_Image *out, atr_Error *error)
{
    ATR_ASSERT(out != NULL);
    *out = (atr_Image){ 0 };
    atr__error_clear(error);
    if (png.size > ATR_PICTURE_FILE_MAX) {
        return refuse(error, "expected a PNG picture of at most 8 MiB");
    }
    if (png.data == NULL || !is_png(png)) {
        return refuse(error, "expected a PNG picture");
    }
    int width = 0;
    int height = 0;
    int channels = 0;
    if (stbi_info_from_memory(png.data, (int)png.size, &width, &height, &channels) == 0 ||
        width <= 0 || height <= 0) {
        return refuse(error, "expected a PNG header with width and height");
    }
    if (width > ATR_PICTURE_SIDE_MAX || height > ATR_PICTURE_SIDE_MAX) {
        return refuse(error, "expected at most 4096 pixels a side");
    }
    if (!chunks_are_whole(png)) {
        return refuse(error, "expected a whole PNG picture: a chunk is longer than the file");
    }
    unsigned char *rgba =
        stbi_load_from_memory(png.data, (int)png.size, &width, &height, &channels, 4);
    if (rgba == NULL) {
        atr__error_set(error, 0, 0, "expected a whole PNG picture: %s", stbi_failure_reason());
        return ATR_ERR_FORMAT;
    }
    const size_t count = (size_t)width * (size_t)height;
    uint32_t *pixels = malloc(count * sizeof *pixels);
    if (pixels == NULL) {
        stbi_image_free(rgba);
        return ATR_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        pixels[i] = premultiplied(rgba + i * 4);
    }
    stbi_image_free(rgba);
    *out = (atr_Image){ .pixels = pixels, .width = width, .height = height, .pitch = width };
    return ATR_OK;
}

atr_Status atr_picture_load(const char *path, atr_Image *out, atr_Error *error)
{
    ATR_ASSERT(path != NULL && out != NULL);
    *out = (atr_Image){ 0 };
    void *data = NULL;
    size_t size = 0;
    atr_Status st = atr__file_read(path, ATR_PICTURE_FILE_MAX, &data, &size, error);
    if (st != ATR_OK) {
        return st;
    }
    st = atr_picture_decode((atr_Bytes){ data, size }, out, error);
    free(data);
    atr__error_source(error, path);
    return st;
}

void atr_picture_free(atr_Image *image)
{
    if (image != NULL) {
        free((void *)(uintptr_t)image->pixels);
        *image = (atr_Image){ 0 };
    }
}
