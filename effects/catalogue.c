/* The definitions compiled in, and those in a folder that replace or add to them. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/catalogue.h>

#include "atr__catalogue.h"
#include "effects_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool atr_catalogue_builtin(uint32_t index, const char **name, atr_Bytes *json)
{
    if (index >= atr__catalogue_count) {
        return false;
    }
    const atr__EmbeddedFile *file = &atr__catalogue_files[index];
    *name = file->name;
    *json = (atr_Bytes){ file->data, file->size };
    return true;
}

static atr_Status define(atr_Effects *effects, atr_Bytes json, const char *source, atr_Error *error)
{
    atr_EffectDef *def = malloc(sizeof *def); /* too large for a small thread's stack */
    if (def == NULL) {
        atr__error_set(error, 0, 0, "%s", atr_status_text(ATR_ERR_NO_MEMORY));
        atr__error_source(error, source);
        return ATR_ERR_NO_MEMORY;
    }
    atr_Status st = atr_catalogue_parse(json, source, def, error);
    if (st == ATR_OK) {
        st = atr_effects_define(effects, def);
        if (st != ATR_OK) {
            atr__error_set(error, 0, 0, "cannot be defined: %s", atr_status_text(st));
        }
    }
    free(def);
    return st;
}

static void complain(const atr_Effects *effects, const atr_Error *error)
{
    atr_Log log = atr_effects_log(effects);
    if (error->line == 0) {
        atr_log(&log, ATR_LOG_WARNING, "catalogue", "%s: %s", error->source, error->text);
        return;
    }
    atr_log(&log, ATR_LOG_WARNING, "catalogue", "%s:%u:%u: %s", error->source, error->line,
            error->column, error->text);
}

atr_Status atr_catalogue_read(const char *path, atr_EffectDef *out, atr_Error *error)
{
    ATR_ASSERT(path != NULL && out != NULL);
    *out = (atr_EffectDef){ 0 };
    void *data = NULL;
    size_t size = 0;
    atr_Status st = atr__file_read(path, ATR_EFFECT_FILE_MAX, &data, &size, error);
    if (st == ATR_OK) {
        st = atr_catalogue_parse((atr_Bytes){ data, size }, path, out, error);
    }
    free(data);
    return st;
}

atr_Status atr_catalogue_read_builtin(const char *name, atr_EffectDef *out)
{
    ATR_ASSERT(name != NULL && out != NULL);
    const char *file = NULL;
    atr_Bytes json = { 0 };
    for (uint32_t i = 0; atr_catalogue_builtin(i, &file, &json); i++) {
        if (atr_catalogue_parse(json, file, out, NULL) == ATR_OK && strcmp(out->name, name) == 0) {
            return ATR_OK;
        }
    }
    *out = (atr_EffectDef){ 0 };
    return ATR_ERR_NOT_FOUND;
}

atr_Status atr_catalogue_load_file(atr_Effects *effects, const char *path, atr_Error *error)
{
    ATR_ASSERT(effects != NULL && path != NULL);
    void *data = NULL;
    size_t size = 0;
    atr_Status st = atr__file_read(path, ATR_EFFECT_FILE_MAX, &data, &size, error);
    if (st == ATR_ERR_NOT_FOUND) {
        st = ATR_ERR_IO;
    }
    if (st == ATR_OK) {
        st = define(effects, (atr_Bytes){ data, size }, path, error);
    }
    free(data);
    return st;
}

static atr_Status load_builtin(atr_Effects *effects)
{
    const char *name = NULL;
    atr_Bytes json = { 0 };
    for (uint32_t i = 0; atr_catalogue_builtin(i, &name, &json); i++) {
        atr_Error error = { 0 };
        const atr_Status st = define(effects, json, name, &error);
        if (st != ATR_OK) {
            complain(effects, &error);
            return st;
        }
    }
    return ATR_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool atr_catalogue_takes(const char *file_name)
{
    const size_t length = strlen(file_name);
    return file_name[0] != '.' && length > 5 && strcmp(file_name + length - 5, ".json") == 0;
}

static size_t list_folder(DIR *folder, char **names, size_t capacity, bool *out_more)
{
    size_t count = 0;
    *out_more = false;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (!atr_catalogue_takes(entry->d_name)) {
            continue;
        }
        if (count == capacity) {
            *out_more = true;
            break;
        }
        char *name = strdup(entry->d_name);
        if (name != NULL) {
            names[count++] = name;
        }
    }
    qsort(names, count, sizeof *names, compare_names);
    return count;
}

static atr_Status load_named(atr_Effects *effects, const char *folder, const char *name)
{
    char path[1024];
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        return ATR_ERR_IO;
    }
    atr_Error error = { 0 };
    const atr_Status st = atr_catalogue_load_file(effects, path, &error);
    if (st != ATR_OK) {
        complain(effects, &error);
    }
    return st;
}

static atr_Status load_folder(atr_Effects *effects, const char *path)
{
    const atr_Log log = atr_effects_log(effects);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        atr_log(&log, ATR_LOG_WARNING, "catalogue", "%s: %s", path, strerror(errno));
        return ATR_OK;
    }
    char *names[ATR_EFFECT_FILES_MAX] = { NULL };
    bool more = false;
    const size_t count = list_folder(folder, names, ATR_EFFECT_FILES_MAX, &more);
    closedir(folder);
    if (more) {
        atr_log(&log, ATR_LOG_WARNING, "catalogue", "%s: more than %d files; some are left out",
                path, ATR_EFFECT_FILES_MAX);
    }
    atr_Status st = ATR_OK;
    for (size_t i = 0; i < count; i++) {
        const bool goes_on = st != ATR_ERR_NO_MEMORY;
        const atr_Status one = goes_on ? load_named(effects, path, names[i]) : ATR_OK;
        if (one == ATR_ERR_FULL || one == ATR_ERR_NO_MEMORY) {
            st = one; /* a bad file alone is skipped */
        }
        free(names[i]);
    }
    return st;
}

atr_Status atr_catalogue_load(atr_Effects *effects, const char *folder)
{
    ATR_ASSERT(effects != NULL);
    atr_Status st = load_builtin(effects);
    if (st == ATR_OK && folder != NULL) {
        st = load_folder(effects, folder);
    }
    return st;
}
