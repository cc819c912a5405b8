/* A folder of definitions is edited while frames are drawn: the loader thread reads and says so,
 * the next frame plays the new one. Argument: the renderer. */
#define _POSIX_C_SOURCE 200809L

#include "alloc_count.h"
#include "plugin_fixture.h"
#include "scratch_folder.h"

#include <atrium/catalogue.h>

#include <pthread.h>
#include <time.h>

#define EFFECT(name, duration)                                                                     \
    "{\"atrium_effect\":1,\"name\":\"" name "\",\"duration\":" duration ",\n"                      \
    "\"nodes\":[{\"type\":\"emitter\",\"bursts\":[{\"count\":20}],\"life\":1,\"size\":9}]}"

typedef struct Heard {
    pthread_mutex_t lock;
    pthread_cond_t said;
    char lines[4096]; /* guarded by lock */
} Heard;

static void hear(void *user, atr_LogLevel level, const char *module, const char *text)
{
    (void)level;
    Heard *heard = user;
    if (strcmp(module, "watch") != 0) {
        return;
    }
    pthread_mutex_lock(&heard->lock);
    const size_t used = strlen(heard->lines);
    snprintf(heard->lines + used, sizeof heard->lines - used, "%s\n", text);
    pthread_cond_broadcast(&heard->said);
    pthread_mutex_unlock(&heard->lock);
}

/* Until the loader thread has said it; fails the test after a long time. */
static void wait_for(Heard *heard, const char *text)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 30;
    int problem = 0;
    pthread_mutex_lock(&heard->lock);
    while (strstr(heard->lines, text) == NULL && problem == 0) {
        problem = pthread_cond_timedwait(&heard->said, &heard->lock, &until);
    }
    const bool found = strstr(heard->lines, text) != NULL;
    if (!found) {
        print_error("%s\n", heard->lines);
    }
    heard->lines[0] = '\0';
    pthread_mutex_unlock(&heard->lock);
    assert_true(found);
}

static void save(const ScratchFolder *folder, const char *name, const char *text)
{
    char path[2 * SCRATCH_PATH_MAX];
    scratch_folder_file(folder, name, path, sizeof path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void frame(atr_Plugin *plugin)
{
    atr_plugin_begin_frame(plugin);
    atr_plugin_end_frame(plugin);
    atr_plugin_present(plugin);
}

static float duration_of(atr_Plugin *plugin, const char *name)
{
    const atr_EffectDef *def = atr_effects_definition(atr_plugin_effects(plugin), name);
    return def != NULL ? def->duration : -1;
}

static void effect_folder__edited_while_frames_are_drawn__the_next_frame_has_it(void **state)
{
    ScratchFolder folder;
    assert_true(scratch_folder_make(&folder));
    save(&folder, "confetti.json", EFFECT("confetti", "3"));
    Heard heard = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, "" };
    Screen screen;
    screen_open(&screen, *state, 160, 120);
    atr_Plugin *plugin = NULL;
    const atr_PluginDesc desc = { .effect_folder = folder.path,
                                  .log = { hear, &heard, ATR_LOG_INFO } };
    assert_int_equal(atr_plugin_attach(screen.renderer, &desc, &plugin), ATR_OK);
    atr_Effects *effects = atr_plugin_effects(plugin);
    frame(plugin);
    assert_true(duration_of(plugin, "confetti") == 3.0f);

    const atr_TriggerResult old = atr_effect_trigger(effects, "confetti", NULL);
    save(&folder, "confetti.json", EFFECT("confetti", "4"));
    save(&folder, "mine.json", EFFECT("mine", "1"));
    wait_for(&heard, "mine.json: mine reloaded");
    frame(plugin);
    assert_true(duration_of(plugin, "confetti") == 4.0f);
    assert_true(atr_effect_is_live(effects, old.id)); /* it plays on as it was */
    assert_int_equal(atr_effect_trigger(effects, "mine", NULL).decision, ATR_DECISION_PLAYED);

    save(&folder, "mine.json", "{\"atrium_effect\":1,\n\"name\":7}");
    wait_for(&heard, "/mine.json:2:8: name: expected");
    frame(plugin);
    assert_true(duration_of(plugin, "mine") == 1.0f);

    char path[2 * SCRATCH_PATH_MAX];
    scratch_folder_file(&folder, "confetti.json", path, sizeof path);
    assert_int_equal(unlink(path), 0);
    wait_for(&heard, "confetti: the built-in one again");
    frame(plugin);
    assert_true(duration_of(plugin, "confetti") != 4.0f);
    atr_plugin_detach(plugin);
    screen_close(&screen);
    scratch_folder_remove(&folder);
}

static void effect_folder__saved_again_and_again__begin_frame_allocates_nothing(void **state)
{
    if (!alloc_count_works()) {
        skip();
    }
    ScratchFolder folder;
    assert_true(scratch_folder_make(&folder));
    Heard heard = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, "" };
    Screen screen;
    screen_open(&screen, *state, 160, 120);
    atr_Plugin *plugin = NULL;
    const atr_PluginDesc desc = { .effect_folder = folder.path,
                                  .wait_for_assets = true,
                                  .log = { hear, &heard, ATR_LOG_INFO } };
    assert_int_equal(atr_plugin_attach(screen.renderer, &desc, &plugin), ATR_OK);
    for (int i = 0; i < 5; i++) {
        frame(plugin);
    }
    for (int i = 0; i < 4; i++) {
        save(&folder, "mine.json", i % 2 == 0 ? EFFECT("mine", "1") : EFFECT("mine", "1.5"));
        wait_for(&heard, "mine.json: mine reloaded");
        alloc_count_start();
        atr_plugin_begin_frame(plugin);
        assert_int_equal(alloc_count_stop(), 0);
        atr_plugin_end_frame(plugin);
        atr_plugin_present(plugin);
        assert_true(duration_of(plugin, "mine") == (i % 2 == 0 ? 1.0f : 1.5f));
        (void)atr_effect_trigger(atr_plugin_effects(plugin), "mine", NULL);
    }
    atr_plugin_detach(plugin);
    screen_close(&screen);
    scratch_folder_remove(&folder);
}

static int defined_of(atr_Plugin *plugin, int files)
{
    int count = 0;
    for (int i = 0; i < files; i++) {
        char name[32];
        snprintf(name, sizeof name, "e%02d", i);
        count += duration_of(plugin, name) > 0;
    }
    return count;
}

/* The loader thread's definitions name new pictures, hundreds of frames of them, while every frame
 * asks for all that are named: their table grows under the one that reads it. */
static void effect_folder__new_pictures_named_while_all_are_asked_for__each_is_found(void **state)
{
    enum { FILES = 40 };
    ScratchFolder folder;
    assert_true(scratch_folder_make(&folder));
    Heard heard = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, "" };
    Screen screen;
    screen_open(&screen, *state, 160, 120);
    atr_Plugin *plugin = NULL;
    const atr_PluginDesc desc = { .effect_folder = folder.path,
                                  .log = { hear, &heard, ATR_LOG_INFO } };
    assert_int_equal(atr_plugin_attach(screen.renderer, &desc, &plugin), ATR_OK);
    for (int i = 0; i < FILES; i++) {
        char name[32];
        char text[256];
        snprintf(name, sizeof name, "e%02d.json", i);
        snprintf(text, sizeof text,
                 "{\"atrium_effect\":1,\"name\":\"e%02d\",\"duration\":1,\"nodes\":[{\"type\":"
                 "\"emitter\",\"bursts\":[{\"count\":2}],\"life\":1,\"size\":9,"
                 "\"sprite\":{\"sheet\":\"none%02d.png\",\"frames\":16}}]}",
                 i, i);
        save(&folder, name, text);
        frame(plugin);
    }
    const uint64_t start = atr_clock_monotonic_ns(NULL);
    while (defined_of(plugin, FILES) < FILES) { /* read in no particular order */
        assert_true(atr_clock_monotonic_ns(NULL) - start < 30000000000u);
        atr_plugin_preload(plugin, NULL);
        frame(plugin);
    }
    for (int i = 0; i < FILES; i++) {
        char name[32];
        snprintf(name, sizeof name, "none%02d.png", i);
        (void)sprite_named(plugin, name);
    }
    atr_PluginStats stats;
    do {
        atr_plugin_preload(plugin, NULL);
        frame(plugin);
        atr_plugin_stats(plugin, &stats);
    } while (!stats.assets_ready);
    assert_int_equal(stats.assets_missing, FILES * 16);
    atr_plugin_detach(plugin);
    screen_close(&screen);
    scratch_folder_remove(&folder);
}

static void effect_folder__never_drawn_again_or_not_watched__detaches_cleanly(void **state)
{
    ScratchFolder folder;
    assert_true(scratch_folder_make(&folder));
    Heard heard = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, "" };
    Screen screen;
    screen_open(&screen, *state, 160, 120);
    for (int watched = 0; watched < 2; watched++) {
        atr_Plugin *plugin = NULL;
        const atr_PluginDesc desc = { .effect_folder = folder.path,
                                      .no_watch = watched == 0,
                                      .log = { hear, &heard, ATR_LOG_INFO } };
        assert_int_equal(atr_plugin_attach(screen.renderer, &desc, &plugin), ATR_OK);
        frame(plugin);
        save(&folder, "mine.json", watched == 0 ? EFFECT("mine", "1") : EFFECT("mine", "2"));
        if (watched == 1) {
            wait_for(&heard, "mine reloaded"); /* and is never installed */
        }
        atr_plugin_detach(plugin);
    }
    screen_close(&screen);
    scratch_folder_remove(&folder);
}

int main(int argc, char **argv)
{
    if (argc != 2 || !video_start(argv[1])) {
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(
            effect_folder__edited_while_frames_are_drawn__the_next_frame_has_it, argv[1]),
        cmocka_unit_test_prestate(
            effect_folder__saved_again_and_again__begin_frame_allocates_nothing, argv[1]),
        cmocka_unit_test_prestate(
            effect_folder__new_pictures_named_while_all_are_asked_for__each_is_found, argv[1]),
        cmocka_unit_test_prestate(effect_folder__never_drawn_again_or_not_watched__detaches_cleanly,
                                  argv[1]),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    video_stop();
    return failed;
}
