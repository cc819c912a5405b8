/**
 * atrium/catalogue.h: effect definitions as JSON, and those that come with the library.
 *
 * The catalogue is compiled in; a folder of JSON files replaces or adds to it. A file with an error
 * is refused whole, with file, line and what was expected; the definition that was there stays.
 *
 *     atr_Error error;
 *     if (atr_catalogue_load(effects, NULL) != ATR_OK) { ... }
 *     if (atr_catalogue_load_file(effects, "confetti.json", &error) != ATR_OK) {
 *         fprintf(stderr, "%s:%u: %s\n", error.source, error.line, error.text);
 *     }
 *
 * The format is described by effects/schema.json. Threads: owner; reads files: not while drawing.
 */
#ifndef ATRIUM_CATALOGUE_H
#define ATRIUM_CATALOGUE_H

#include <atrium/effect.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ATR_EFFECT_FILE_MAX (64u * 1024u) /* larger files are refused unread, bytes */

/** Reads one definition from JSON text. `source` is named in errors. @return ATR_OK;
 * ATR_ERR_FORMAT. */
ATR_NODISCARD ATR_API atr_Status atr_catalogue_parse(atr_Bytes json, const char *source,
                                                     atr_EffectDef *out, atr_Error *error);

/** Defines every built-in effect, then those in `folder` (NULL: none; *.json, in name order). Bad
 *  files are logged to `effects`' log and skipped. @return ATR_OK; ATR_ERR_FULL; ATR_ERR_NO_MEMORY.
 */
ATR_NODISCARD ATR_API atr_Status atr_catalogue_load(atr_Effects *effects, const char *folder);

/** Defines the effect in one file. @return ATR_OK; ATR_ERR_IO; ATR_ERR_FORMAT; ATR_ERR_FULL. */
ATR_NODISCARD ATR_API atr_Status atr_catalogue_load_file(atr_Effects *effects, const char *path,
                                                         atr_Error *error);

/** Built-in definitions, by index: name and JSON text; false past the last. Static storage. */
ATR_API bool atr_catalogue_builtin(uint32_t index, const char **name, atr_Bytes *json);

#ifdef __cplusplus
}
#endif

#endif
