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

#define ATR_EFFECT_FILE_MAX  (64u * 1024u) /* larger files are refused unread, bytes */
#define ATR_EFFECT_FILES_MAX 256           /* of a folder; more are left out, and said */

/** Reads one definition from JSON text. `source` is named in errors. @return ATR_OK;
 * ATR_ERR_FORMAT. */
ATR_NODISCARD ATR_API atr_Status atr_catalogue_parse(atr_Bytes json, const char *source,
                                                     atr_EffectDef *out, atr_Error *error);

/** Defines every built-in effect, then those in `folder` (NULL: none; *.json, in name order). Bad
 *  files are logged to `effects`' log and skipped. @return ATR_OK; ATR_ERR_FULL; ATR_ERR_NO_MEMORY.
 */
ATR_NODISCARD ATR_API atr_Status atr_catalogue_load(atr_Effects *effects, const char *folder);

/** Reads one definition from a file, to be prepared (atr_effects_prepare). @return ATR_OK;
 * ATR_ERR_NOT_FOUND; ATR_ERR_IO; ATR_ERR_FORMAT; ATR_ERR_NO_MEMORY. @thread any */
ATR_NODISCARD ATR_API atr_Status atr_catalogue_read(const char *path, atr_EffectDef *out,
                                                    atr_Error *error);

/** The built-in definition of that name. @return ATR_OK; ATR_ERR_NOT_FOUND. @thread any */
ATR_NODISCARD ATR_API atr_Status atr_catalogue_read_builtin(const char *name, atr_EffectDef *out);

/** Defines the effect in one file. @return ATR_OK; ATR_ERR_IO; ATR_ERR_FORMAT; ATR_ERR_FULL. */
ATR_NODISCARD ATR_API atr_Status atr_catalogue_load_file(atr_Effects *effects, const char *path,
                                                         atr_Error *error);

/** Whether a file of this name in a folder is taken for a definition: *.json, not hidden. */
ATR_API bool atr_catalogue_takes(const char *file_name);

/** Built-in definitions, by index: name and JSON text; false past the last. Static storage. */
ATR_API bool atr_catalogue_builtin(uint32_t index, const char **name, atr_Bytes *json);

#ifdef __cplusplus
}
#endif

#endif
