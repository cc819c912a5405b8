/*
 * A file compiled into a library or program by atrium_embed() (engine/cmake/AtriumEmbed.cmake).
 * The bytes live as long as the program and are followed by an uncounted zero.
 */
#ifndef ATR_BASE_EMBED_H
#define ATR_BASE_EMBED_H

#include <stddef.h>

typedef struct atr__EmbeddedFile {
    const char *name;          /* path below the folder the files were taken from, with '/' */
    const unsigned char *data; /* size bytes, then one zero byte */
    size_t size;               /* bytes, without the final zero */
} atr__EmbeddedFile;

#endif
