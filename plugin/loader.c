/*
 * The loader thread: pictures, letters and the overlay's words, then samples of the process.
 *
 * It sleeps unless asked. What it makes is handed over by pointer under a lock that nobody holds
 * while reading, so the render thread takes it without waiting.
 */
#define _POSIX_C_SOURCE 200809L

#include "plugin_internal.h"

#include "base/alloc.h"

#include <string.h>

#define GLYPH_PX         48
#define SAMPLE_PERIOD_NS 1000000000u

static void request_free(const atr__Loader *loader, atr__AssetRequest *request)
{
    atr__free(&loader->allocator, request->names, request->count, sizeof *request->names);
    atr__free(&loader->allocator, request->sheets, request->count, sizeof *request->sheets);
    *request = (atr__AssetRequest){ 0 };
}

void atr__assets_free(const atr_Allocator *allocator, atr__Assets *assets)
{
    if (assets != NULL) {
        atr_atlas_destroy(assets->atlas);
        atr__free(allocator, assets, 1, sizeof *assets);
    }
}

/* ---- On the thread --------------------------------------------------------------------------- */

static void text_open(atr__Loader *loader)
{
    if (loader->text == NULL) {
        const atr_TextDesc desc = { .latin = loader->font_latin,
                                    .arabic = loader->font_arabic,
                                    .allocator = loader->allocator,
                                    .log = *loader->log };
        if (atr_text_create(&desc, &loader->text) != ATR_OK) {
            atr_log(loader->log, ATR_LOG_ERROR, "plugin", "no memory for fonts");
        }
    }
}

static atr__Assets *assets_make(atr__Loader *loader, const atr__AssetRequest *request)
{
    atr__Assets *assets = atr__alloc_zero(&loader->allocator, 1, sizeof *assets);
    if (assets == NULL) {
        return NULL;
    }
    atr_GlyphStrip strip = { 0 };
    atr_Image extra[ATR_LETTER_COUNT] = { 0 };
    assets->letters.first = (atr_SpriteId)request->count;
    const bool lettered =
        loader->text != NULL && atr_letters_make(loader->text, GLYPH_PX, assets->letters.first,
                                                 &assets->letters, &strip, extra) == ATR_OK;
    atr_AtlasDesc desc = { .folder = loader->asset_folder,
                           .names = request->names,
                           .name_count = request->count,
                           .extra = extra,
                           .extra_count = lettered ? ATR_LETTER_COUNT : 0,
                           .allocator = loader->allocator,
                           .log = *loader->log };
    atr_Status status = atr_atlas_create(&desc, &assets->atlas);
    if (status == ATR_ERR_FULL && desc.folder != NULL) {
        atr_log(loader->log, ATR_LOG_WARNING, "plugin",
                "%s: pictures too large; the built-in ones are used", desc.folder);
        desc.folder = NULL;
        status = atr_atlas_create(&desc, &assets->atlas);
    }
    atr_text_glyphs_free(&strip);
    if (status != ATR_OK) {
        atr_log(loader->log, ATR_LOG_ERROR, "plugin", "sprites: %s", atr_status_text(status));
        atr__assets_free(&loader->allocator, assets);
        return NULL;
    }
    return assets;
}

/* Called and returns with the lock held. */
static void serve(atr__Loader *loader)
{
    atr__AssetRequest request = loader->request;
    loader->request = (atr__AssetRequest){ 0 };
    loader->wanted = false;
    loader->busy = true;
    const float scale = loader->skin_scale;
    loader->skin_scale = 0;
    atr__mutex_unlock(&loader->lock);

    text_open(loader);
    atr__Assets *assets = request.count > 0 ? assets_make(loader, &request) : NULL;
    atr__OverlaySkin *skin = scale > 0 && loader->text != NULL
                                 ? atr__skin_create(&loader->allocator, loader->text, scale)
                                 : NULL;
    request_free(loader, &request);

    atr__mutex_lock(&loader->lock);
    atr__Assets *unused = NULL;
    if (assets != NULL) {
        unused = loader->assets;
        loader->assets = assets;
    }
    atr__OverlaySkin *unused_skin = NULL;
    if (skin != NULL) {
        unused_skin = loader->skin;
        loader->skin = skin;
    }
    loader->busy = false;
    atr__cond_broadcast(&loader->done);
    if (unused != NULL || unused_skin != NULL) {
        atr__mutex_unlock(&loader->lock);
        atr__assets_free(&loader->allocator, unused);
        atr__skin_destroy(&loader->allocator, unused_skin);
        atr__mutex_lock(&loader->lock);
    }
}

static void *loader_run(void *user)
{
    atr__Loader *loader = user;
    atr__SampleState last = { 0 };
    atr__mutex_lock(&loader->lock);
    while (!loader->quit) {
        if (loader->wanted) {
            serve(loader);
        } else if (loader->sampling) {
            atr__mutex_unlock(&loader->lock);
            atr__Usage usage = { .cpu_share = -1 };
            atr__sample(&last, &usage);
            atr__mutex_lock(&loader->lock);
            loader->usage = usage;
            if (!loader->quit && !loader->wanted) {
                (void)atr__cond_wait_for(&loader->wake, &loader->lock, SAMPLE_PERIOD_NS);
            }
        } else {
            last = (atr__SampleState){ 0 };
            loader->usage = (atr__Usage){ .cpu_share = -1 };
            atr__cond_wait(&loader->wake, &loader->lock);
        }
    }
    atr__mutex_unlock(&loader->lock);
    return NULL;
}

/* ---- From the render thread ------------------------------------------------------------------ */

static bool copy_string(const atr_Allocator *allocator, const char *from, char **to)
{
    *to = atr__alloc_string(allocator, from);
    return from == NULL || *to != NULL;
}

atr_Status atr__loader_start(atr__Loader *loader, const atr_PluginDesc *desc, const atr_Log *log)
{
    loader->allocator = desc->allocator;
    loader->log = log;
    loader->usage.cpu_share = -1;
    loader->lock_ready = atr__mutex_init(&loader->lock);
    loader->wake_ready = atr__cond_init(&loader->wake);
    loader->done_ready = atr__cond_init(&loader->done);
    const bool copied =
        copy_string(&loader->allocator, desc->asset_folder, &loader->asset_folder) &&
        copy_string(&loader->allocator, desc->font_latin, &loader->font_latin) &&
        copy_string(&loader->allocator, desc->font_arabic, &loader->font_arabic);
    if (!loader->lock_ready || !loader->wake_ready || !loader->done_ready || !copied) {
        return ATR_ERR_NO_MEMORY;
    }
    loader->started = atr__thread_start(&loader->thread, loader_run, loader);
    return loader->started ? ATR_OK : ATR_ERR_NO_MEMORY;
}

void atr__loader_stop(atr__Loader *loader)
{
    if (loader->started) {
        atr__mutex_lock(&loader->lock);
        loader->quit = true;
        atr__cond_broadcast(&loader->wake);
        atr__mutex_unlock(&loader->lock);
        atr__thread_join(loader->thread);
        loader->started = false;
    }
    atr_text_destroy(loader->text);
    atr__assets_free(&loader->allocator, loader->assets);
    atr__skin_destroy(&loader->allocator, loader->skin);
    request_free(loader, &loader->request);
    atr__free_string(&loader->allocator, loader->asset_folder);
    atr__free_string(&loader->allocator, loader->font_latin);
    atr__free_string(&loader->allocator, loader->font_arabic);
    if (loader->lock_ready) {
        atr__mutex_deinit(&loader->lock);
    }
    if (loader->wake_ready) {
        atr__cond_deinit(&loader->wake);
    }
    if (loader->done_ready) {
        atr__cond_deinit(&loader->done);
    }
    *loader = (atr__Loader){ 0 };
}

atr_Status atr__loader_request(atr__Loader *loader, const atr_SpriteName *names, uint32_t count)
{
    atr__AssetRequest request = { .count = count };
    request.names = atr__alloc_zero(&loader->allocator, count, sizeof *request.names);
    request.sheets = atr__alloc_zero(&loader->allocator, count, sizeof *request.sheets);
    if (request.names == NULL || request.sheets == NULL) {
        request_free(loader, &request);
        return ATR_ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        const size_t length = strnlen(names[i].sheet, sizeof *request.sheets - 1);
        memcpy(request.sheets[i], names[i].sheet, length);
        request.names[i] = names[i];
        request.names[i].sheet = request.sheets[i];
    }
    atr__mutex_lock(&loader->lock);
    atr__AssetRequest replaced = loader->request;
    loader->request = request;
    loader->wanted = true;
    atr__cond_broadcast(&loader->wake);
    atr__mutex_unlock(&loader->lock);
    request_free(loader, &replaced);
    return ATR_OK;
}

void atr__loader_take(atr__Loader *loader, atr__Assets **assets, atr__OverlaySkin **skin)
{
    *assets = NULL;
    *skin = NULL;
    if (atr__mutex_try_lock(&loader->lock)) {
        *assets = loader->assets;
        *skin = loader->skin;
        loader->assets = NULL;
        loader->skin = NULL;
        atr__mutex_unlock(&loader->lock);
    }
}

void atr__loader_request_skin(atr__Loader *loader, float scale)
{
    atr__mutex_lock(&loader->lock);
    loader->skin_scale = scale;
    loader->wanted = true;
    atr__cond_broadcast(&loader->wake);
    atr__mutex_unlock(&loader->lock);
}

void atr__loader_wait(atr__Loader *loader)
{
    atr__mutex_lock(&loader->lock);
    while (loader->wanted || loader->busy) {
        atr__cond_wait(&loader->done, &loader->lock);
    }
    atr__mutex_unlock(&loader->lock);
}

void atr__loader_sample(atr__Loader *loader, bool on)
{
    atr__mutex_lock(&loader->lock);
    if (loader->sampling != on) {
        loader->sampling = on;
        atr__cond_broadcast(&loader->wake);
    }
    atr__mutex_unlock(&loader->lock);
}

atr__Usage atr__loader_usage(atr__Loader *loader)
{
    atr__mutex_lock(&loader->lock);
    const atr__Usage usage = loader->usage;
    atr__mutex_unlock(&loader->lock);
    return usage;
}
