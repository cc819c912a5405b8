/*
 * The loader thread: letters and the overlay's words, then pictures as they are asked for, then
 * definitions that were saved, then samples of the process.
 *
 * It sleeps unless asked, or, with a folder to watch, looks there ten times a second. Pictures it
 * adds to the atlas, and says which ids are ready; what else it makes is handed over by pointer.
 * All that under a lock that nobody holds while reading, so the render thread takes it without
 * waiting.
 */
#define _POSIX_C_SOURCE 200809L

#include "plugin_internal.h"

#include "base/alloc.h"

#define LETTER_PX        48
#define SAMPLE_PERIOD_NS 1000000000u

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

/* Called with the lock held. */
static void result_add(atr__Loader *loader, uint32_t id)
{
    uint32_t count = 0;
    const atr_Image *images = atr_atlas_images(loader->atlas, &count);
    loader->results[loader->result_count++] =
        (atr__PictureResult){ .id = (atr_SpriteId)id, .there = images[id].pixels != NULL };
}

/* These three are called and return with the lock held. */

/* The letters of effects' texts, as pictures of the atlas. */
static void letters_serve(atr__Loader *loader)
{
    loader->letters_wanted = false;
    atr__mutex_unlock(&loader->lock);
    text_open(loader);
    atr_Letters letters = { 0 };
    atr_GlyphStrip strip = { 0 };
    atr_Image images[ATR_LETTER_COUNT] = { 0 };
    atr_Status st = loader->text == NULL
                        ? ATR_ERR_NO_MEMORY
                        : atr_letters_make(loader->text, LETTER_PX, ATR__SPRITE_LETTERS, &letters,
                                           &strip, images);
    for (uint32_t i = 0; st == ATR_OK && i < ATR_LETTER_COUNT; i++) {
        st =
            atr_atlas_add_image(loader->atlas, (atr_SpriteId)(ATR__SPRITE_LETTERS + i), &images[i]);
    }
    atr_text_glyphs_free(&strip);
    atr__mutex_lock(&loader->lock);
    if (st == ATR_OK) {
        loader->letters = letters;
        loader->letters_made = true;
        for (uint32_t i = 0; i < ATR_LETTER_COUNT; i++) {
            result_add(loader, ATR__SPRITE_LETTERS + i);
        }
    }
}

static void skin_serve(atr__Loader *loader)
{
    const float scale = loader->skin_scale;
    loader->skin_scale = 0;
    atr__mutex_unlock(&loader->lock);
    text_open(loader);
    atr__OverlaySkin *skin =
        loader->text != NULL ? atr__skin_create(&loader->allocator, loader->text, scale) : NULL;
    atr__mutex_lock(&loader->lock);
    if (skin != NULL) {
        atr__OverlaySkin *unused = loader->skin;
        loader->skin = skin;
        atr__mutex_unlock(&loader->lock);
        atr__skin_destroy(&loader->allocator, unused);
        atr__mutex_lock(&loader->lock);
    }
}

static void picture_serve(atr__Loader *loader)
{
    const atr__PictureRequest request = loader->requests[loader->request_first];
    loader->request_first = (loader->request_first + 1) % ATR__REQUESTS_MAX;
    loader->request_count--;
    atr__mutex_unlock(&loader->lock);
    const atr_SpriteName name = { request.sheet, request.frame, request.frames };
    const atr_Status st = atr_atlas_add(loader->atlas, request.first, &name, request.count);
    (void)st; /* the atlas logs what is wrong, and the results say what is there */
    atr__mutex_lock(&loader->lock);
    for (uint32_t i = 0; i < request.count; i++) {
        result_add(loader, request.first + i);
    }
}

/* Does the next thing that was asked for. Called and returns with the lock held. */
static bool serve(atr__Loader *loader)
{
    loader->busy = true;
    if (loader->letters_wanted) {
        letters_serve(loader);
    } else if (loader->skin_scale > 0) {
        skin_serve(loader);
    } else if (loader->request_count > 0) {
        picture_serve(loader);
    } else {
        loader->busy = false;
        atr__cond_broadcast(&loader->done);
    }
    return loader->busy;
}

static bool is_asked(const atr__Loader *loader)
{
    return loader->letters_wanted || loader->skin_scale > 0 || loader->request_count > 0;
}

/* Called and returns with the lock held. */
static void sample(atr__Loader *loader, atr__SampleState *last)
{
    if (!loader->sampling) {
        *last = (atr__SampleState){ 0 };
        loader->usage = (atr__Usage){ .cpu_share = -1 };
    } else if (last->at_ns == 0 || atr_clock_monotonic_ns(NULL) - last->at_ns >= SAMPLE_PERIOD_NS) {
        atr__mutex_unlock(&loader->lock);
        atr__Usage usage = { .cpu_share = -1 };
        atr__sample(last, &usage);
        atr__mutex_lock(&loader->lock);
        loader->usage = usage;
    }
}

/* Called and returns with the lock held. */
static void look_for_changes(atr__Loader *loader)
{
    if (loader->watch != NULL) {
        atr__mutex_unlock(&loader->lock);
        atr__watch_poll(loader->watch);
        atr__mutex_lock(&loader->lock);
    }
}

/* Until asked, or until the next look or sample is due. */
static void rest(atr__Loader *loader)
{
    if (loader->quit || is_asked(loader)) {
        return;
    }
    if (loader->watch != NULL) {
        (void)atr__cond_wait_for(&loader->wake, &loader->lock, ATR__WATCH_PERIOD_NS);
    } else if (loader->sampling) {
        (void)atr__cond_wait_for(&loader->wake, &loader->lock, SAMPLE_PERIOD_NS);
    } else {
        atr__cond_wait(&loader->wake, &loader->lock);
    }
}

static void *loader_run(void *user)
{
    atr__Loader *loader = user;
    atr__SampleState last = { 0 };
    atr__mutex_lock(&loader->lock);
    while (!loader->quit) {
        if (!serve(loader)) {
            look_for_changes(loader);
            sample(loader, &last);
            rest(loader);
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

atr_Status atr__loader_start(atr__Loader *loader, const atr_PluginDesc *desc, const atr_Log *log,
                             atr_Atlas *atlas, atr__Watch *watch)
{
    loader->allocator = desc->allocator;
    loader->log = log;
    loader->atlas = atlas;
    loader->watch = watch;
    loader->usage.cpu_share = -1;
    loader->letters_wanted = true;
    loader->lock_ready = atr__mutex_init(&loader->lock);
    loader->wake_ready = atr__cond_init(&loader->wake);
    loader->done_ready = atr__cond_init(&loader->done);
    loader->results =
        atr__alloc_zero(&loader->allocator, ATR__SPRITES_TOTAL, sizeof *loader->results);
    const bool copied = copy_string(&loader->allocator, desc->font_latin, &loader->font_latin) &&
                        copy_string(&loader->allocator, desc->font_arabic, &loader->font_arabic);
    if (!loader->lock_ready || !loader->wake_ready || !loader->done_ready || !copied ||
        loader->results == NULL) {
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
    atr__skin_destroy(&loader->allocator, loader->skin);
    atr__free(&loader->allocator, loader->results, ATR__SPRITES_TOTAL, sizeof *loader->results);
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

/* Called with the lock held. */
static void ask(atr__Loader *loader, atr__Pictures *pictures, const atr_SpriteName *names,
                uint32_t name_count)
{
    while (pictures->wanted_count > 0 && loader->request_count < ATR__REQUESTS_MAX) {
        const uint32_t at = (loader->request_first + loader->request_count) % ATR__REQUESTS_MAX;
        const uint32_t made =
            atr__pictures_requests(pictures, names, name_count, &loader->requests[at], 1);
        loader->request_count += made;
        if (made == 0) {
            break;
        }
    }
}

void atr__loader_exchange(atr__Loader *loader, atr__Painter *painter, const atr_SpriteName *names,
                          uint32_t name_count, uint32_t most, atr__OverlaySkin **skin)
{
    *skin = NULL;
    atr__Pictures *pictures = &painter->pictures;
    if (!atr__mutex_try_lock(&loader->lock)) {
        return;
    }
    *skin = loader->skin;
    loader->skin = NULL;
    if (loader->letters_made) {
        pictures->letters = loader->letters;
        loader->letters_made = false;
    }
    const bool asks = pictures->wanted_count > 0;
    ask(loader, pictures, names, name_count);
    for (uint32_t i = 0; i < most && loader->result_taken < loader->result_count; i++) {
        atr__pictures_take(pictures, &loader->results[loader->result_taken++], painter->compositor);
    }
    if (asks) {
        atr__cond_broadcast(&loader->wake);
    }
    atr__mutex_unlock(&loader->lock);
}

void atr__loader_request_skin(atr__Loader *loader, float scale)
{
    atr__mutex_lock(&loader->lock);
    loader->skin_scale = scale;
    atr__cond_broadcast(&loader->wake);
    atr__mutex_unlock(&loader->lock);
}

void atr__loader_wait(atr__Loader *loader)
{
    atr__mutex_lock(&loader->lock);
    while (is_asked(loader) || loader->busy) {
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
