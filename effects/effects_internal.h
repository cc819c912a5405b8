/* Shared by the catalogue and the atlas: errors with a place, whole files within a bound. */
#ifndef ATR_EFFECTS_INTERNAL_H
#define ATR_EFFECTS_INTERNAL_H

#include <atrium/base.h>

/* `error` may be NULL in all of these. */
void atr__error_clear(atr_Error *error);
void atr__error_source(atr_Error *error, const char *source);
/* Sets place and text; the source stays. */
void atr__error_set(atr_Error *error, uint32_t line, uint32_t column, const char *format, ...)
    ATR_PRINTF(4, 5);

/* Reads a regular file of at most `limit` bytes; larger ones are refused unread. `out` is
 * malloc'ed. ATR_OK; ATR_ERR_NOT_FOUND; ATR_ERR_IO; ATR_ERR_FORMAT (too large, no regular file);
 * ATR_ERR_NO_MEMORY. */
atr_Status atr__file_read(const char *path, size_t limit, void **out, size_t *out_size,
                          atr_Error *error);

/* A plain file name: no folder, nothing hidden, nothing empty. */
bool atr__name_is_plain(const char *name);

#endif
