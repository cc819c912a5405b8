/* The watch over a folder of definitions, polled by the test itself: what was written before a poll
 * is seen by it, with inotify at once, without it when times are compared. */
#define _GNU_SOURCE

#include "cmocka_all.h"
#include "scratch_folder.h"

#include <atrium/catalogue.h>

#include <watch.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EFFECT(name, duration)                                                                     \
    "{\"atrium_effect\":1,\"name\":\"" name "\",\"duration\":" duration ",\n"                      \
    "\"nodes\":[{\"type\":\"shake\",\"size\":1}]}"

typedef struct Bench {
    ScratchFolder scratch;
    atr_Effects *effects;
    atr__Watch *watch;
    atr_Log log;
    char lines[4096];
} Bench;

static void keep_line(void *user, atr_LogLevel level, const char *module, const char *text)
{
    (void)level;
    (void)module;
    Bench *bench = user;
    const size_t used = strlen(bench->lines);
    snprintf(bench->lines + used, sizeof bench->lines - used, "%s\n", text);
}

static void path_of(const Bench *bench, const char *name, char *out, size_t size)
{
    scratch_folder_file(&bench->scratch, name, out, size);
}

static void save(const Bench *bench, const char *name, const char *text)
{
    char path[2 * SCRATCH_PATH_MAX];
    path_of(bench, name, path, sizeof path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void move(const Bench *bench, const char *from, const char *to)
{
    char a[2 * SCRATCH_PATH_MAX];
    char b[2 * SCRATCH_PATH_MAX];
    path_of(bench, from, a, sizeof a);
    path_of(bench, to, b, sizeof b);
    assert_int_equal(rename(a, b), 0);
}

static void delete (const Bench *bench, const char *name)
{
    char path[2 * SCRATCH_PATH_MAX];
    path_of(bench, name, path, sizeof path);
    assert_int_equal(unlink(path), 0);
}

/* Long enough for the slower way to have looked twice, and a file that is gone to be missed. */
static uint32_t poll_and_install(const Bench *bench)
{
    uint32_t installed = 0;
    for (int i = 0; i < 14; i++) {
        atr__watch_poll(bench->watch);
        installed += atr__watch_install(bench->watch);
    }
    return installed;
}

static void bench_open(Bench *bench, bool no_events)
{
    bench->lines[0] = '\0';
    bench->log = (atr_Log){ keep_line, bench, ATR_LOG_DEBUG };
    assert_int_equal(
        atr_effects_create(&(atr_EffectsDesc){ .no_maintenance = true, .log = bench->log },
                           &bench->effects),
        ATR_OK);
    const atr__WatchDesc desc = { .folder = bench->scratch.path,
                                  .effects = bench->effects,
                                  .no_events = no_events,
                                  .log = &bench->log };
    assert_int_equal(atr__watch_create(&desc, &bench->watch), ATR_OK);
    assert_int_equal(atr_catalogue_load(bench->effects, bench->scratch.path), ATR_OK);
}

static void bench_close(Bench *bench)
{
    atr__watch_destroy(bench->watch);
    atr_effects_destroy(bench->effects);
    scratch_folder_remove(&bench->scratch);
}

static float duration_of(const Bench *bench, const char *name)
{
    const atr_EffectDef *def = atr_effects_definition(bench->effects, name);
    return def != NULL ? def->duration : -1;
}

static int lines_with(const Bench *bench, const char *text)
{
    int count = 0;
    for (const char *at = strstr(bench->lines, text); at != NULL; at = strstr(at + 1, text)) {
        count++;
    }
    return count;
}

/* ---- Each with and without events ------------------------------------------------------------ */

static bool polls_only(void **state)
{
    return *state != NULL;
}

static void watch__file_is_saved__its_effect_is_the_new_one(void **state)
{
    Bench bench = { 0 };
    assert_true(scratch_folder_make(&bench.scratch));
    save(&bench, "old.json", EFFECT("old", "1"));
    bench_open(&bench, polls_only(state));
    assert_int_equal(poll_and_install(&bench), 0); /* what was loaded is not loaded again */
    save(&bench, "new.json", EFFECT("new", "2"));
    save(&bench, "old.json", EFFECT("old", "1.5"));
    save(&bench, "notes.txt", "nothing");
    assert_true(duration_of(&bench, "new") < 0);
    assert_int_equal(poll_and_install(&bench), 2);
    assert_true(duration_of(&bench, "new") == 2.0f);
    assert_true(duration_of(&bench, "old") == 1.5f);
    assert_int_equal(atr_effect_trigger(bench.effects, "new", NULL).decision, ATR_DECISION_PLAYED);
    assert_int_equal(lines_with(&bench, "new.json: new reloaded"), 1);
    assert_int_equal(poll_and_install(&bench), 0);
    bench_close(&bench);
}

static void watch__saved_between_load_and_the_first_look__is_seen(void **state)
{
    Bench bench = { 0 };
    assert_true(scratch_folder_make(&bench.scratch));
    save(&bench, "old.json", EFFECT("old", "1"));
    bench_open(&bench, polls_only(state));
    save(&bench, "old.json", EFFECT("old", "2.25"));
    assert_int_equal(poll_and_install(&bench), 1);
    assert_true(duration_of(&bench, "old") == 2.25f);
    bench_close(&bench);
}

static void watch__saved_by_renaming__is_seen_and_nothing_falls_back(void **state)
{
    Bench bench = { 0 };
    assert_true(scratch_folder_make(&bench.scratch));
    save(&bench, "confetti.json", EFFECT("confetti", "7"));
    bench_open(&bench, polls_only(state));
    (void)poll_and_install(&bench);
    move(&bench, "confetti.json", "confetti.json~");
    atr__watch_poll(bench.watch); /* in between */
    save(&bench, "tmp", EFFECT("confetti", "8.5"));
    move(&bench, "tmp", "confetti.json");
    assert_int_equal(poll_and_install(&bench), 1);
    assert_true(duration_of(&bench, "confetti") == 8.5f);
    bench_close(&bench);
}

static void watch__broken_file__is_said_once_and_what_runs_stays(void **state)
{
    Bench bench = { 0 };
    assert_true(scratch_folder_make(&bench.scratch));
    save(&bench, "mine.json", EFFECT("mine", "1"));
    bench_open(&bench, polls_only(state));
    (void)poll_and_install(&bench);
    save(&bench, "mine.json", EFFECT("mine", "-4"));
    assert_int_equal(poll_and_install(&bench), 0);
    assert_true(duration_of(&bench, "mine") == 1.0f);
    assert_int_equal(lines_with(&bench, "/mine.json:1:45: duration: expected a number"), 1);
    save(&bench, "mine.json", EFFECT("mine", "-4") " ");
    assert_int_equal(poll_and_install(&bench), 0);
    assert_int_equal(lines_with(&bench, "/mine.json:"), 1); /* the same again is not said */
    save(&bench, "mine.json", EFFECT("mine", "3"));
    assert_int_equal(poll_and_install(&bench), 1);
    save(&bench, "mine.json", EFFECT("mine", "-4"));
    assert_int_equal(poll_and_install(&bench), 0);
    assert_int_equal(lines_with(&bench, "/mine.json:1:45:"), 2);
    assert_true(duration_of(&bench, "mine") == 3.0f);
    bench_close(&bench);
}

static void watch__broken_when_loaded__is_not_said_again(void **state)
{
    Bench bench = { 0 };
    assert_true(scratch_folder_make(&bench.scratch));
    save(&bench, "bad.json", "{");
    bench_open(&bench, polls_only(state));
    assert_int_equal(lines_with(&bench, "/bad.json:"), 1); /* by the catalogue */
    assert_int_equal(poll_and_install(&bench), 0);
    assert_int_equal(lines_with(&bench, "/bad.json:"), 1);
    save(&bench, "bad.json", EFFECT("good", "1"));
    assert_int_equal(poll_and_install(&bench), 1);
    assert_true(duration_of(&bench, "good") == 1.0f);
    bench_close(&bench);
}

static void watch__deleted__the_built_in_one_is_back(void **state)
{
    Bench bench = { 0 };
    assert_true(scratch_folder_make(&bench.scratch));
    save(&bench, "confetti.json", EFFECT("confetti", "7"));
    save(&bench, "mine.json", EFFECT("mine", "3"));
    bench_open(&bench, polls_only(state));
    (void)poll_and_install(&bench);
    assert_true(duration_of(&bench, "confetti") == 7.0f);
    delete (&bench, "confetti.json");
    delete (&bench, "mine.json");
    assert_int_equal(poll_and_install(&bench), 1);
    static atr_EffectDef def;
    assert_int_equal(atr_catalogue_read_builtin("confetti", &def), ATR_OK);
    assert_true(duration_of(&bench, "confetti") == def.duration);
    assert_true(duration_of(&bench, "mine") == 3.0f); /* there is no other */
    save(&bench, "confetti.json", EFFECT("confetti", "9"));
    assert_int_equal(poll_and_install(&bench), 1);
    assert_true(duration_of(&bench, "confetti") == 9.0f);
    bench_close(&bench);
}

static void watch__deleted_or_renamed_inside__another_file_takes_its_place(void **state)
{
    Bench bench = { 0 };
    assert_true(scratch_folder_make(&bench.scratch));
    save(&bench, "a.json", EFFECT("twin", "1"));
    save(&bench, "b.json", EFFECT("twin", "2"));
    bench_open(&bench, polls_only(state));
    (void)poll_and_install(&bench);
    assert_true(duration_of(&bench, "twin") == 2.0f);
    delete (&bench, "b.json");
    assert_int_equal(poll_and_install(&bench), 1);
    assert_true(duration_of(&bench, "twin") == 1.0f);
    save(&bench, "c.json", EFFECT("confetti", "6"));
    assert_int_equal(poll_and_install(&bench), 1);
    save(&bench, "c.json", EFFECT("other", "6.5"));
    assert_int_equal(poll_and_install(&bench), 2);
    assert_true(duration_of(&bench, "other") == 6.5f);
    assert_true(duration_of(&bench, "confetti") != 6.0f);
    bench_close(&bench);
}

static void watch__folder_comes_later_and_goes__is_looked_for(void **state)
{
    Bench bench = { 0 };
    assert_true(scratch_folder_make(&bench.scratch));
    assert_int_equal(rmdir(bench.scratch.path), 0);
    bench_open(&bench, polls_only(state));
    assert_int_equal(poll_and_install(&bench), 0);
    assert_int_equal(mkdir(bench.scratch.path, 0700), 0);
    save(&bench, "mine.json", EFFECT("mine", "1"));
    assert_int_equal(poll_and_install(&bench), 1);
    delete (&bench, "mine.json");
    assert_int_equal(rmdir(bench.scratch.path), 0);
    assert_int_equal(poll_and_install(&bench), 0);
    assert_int_equal(mkdir(bench.scratch.path, 0700), 0);
    save(&bench, "mine.json", EFFECT("mine", "2.5"));
    assert_int_equal(poll_and_install(&bench), 1);
    assert_true(duration_of(&bench, "mine") == 2.5f);
    bench_close(&bench);
}

static void watch__nobody_installs__all_is_freed(void **state)
{
    Bench bench = { 0 };
    assert_true(scratch_folder_make(&bench.scratch));
    bench_open(&bench, polls_only(state));
    atr__watch_poll(bench.watch);
    for (int i = 0; i < 3; i++) {
        save(&bench, "mine.json", i % 2 == 0 ? EFFECT("mine", "1") : EFFECT("mine", "1.5"));
        for (int k = 0; k < 12; k++) {
            atr__watch_poll(bench.watch);
        }
    }
    assert_int_equal(atr__watch_install(NULL), 0);
    bench_close(&bench);
}

/* The folder is reached by a link that is set to another one, as when a release is put in place. */
static void watch__folder_is_a_link_set_anew__the_other_folder_is_read(void **state)
{
    Bench bench = { 0 };
    char to[2 * SCRATCH_PATH_MAX];
    char link[2 * SCRATCH_PATH_MAX];
    assert_true(scratch_folder_make(&bench.scratch));
    const ScratchFolder whole = bench.scratch;
    for (int i = 1; i <= 2; i++) {
        snprintf(to, sizeof to, "%s/%d", whole.path, i);
        assert_int_equal(mkdir(to, 0700), 0);
    }
    save(&bench, "1/mine.json", EFFECT("mine", "1"));
    save(&bench, "2/mine.json", EFFECT("mine", "2"));
    save(&bench, "2/confetti.json", EFFECT("confetti", "7"));
    path_of(&bench, "now", link, sizeof link);
    assert_int_equal(symlink("1", link), 0);
    snprintf(bench.scratch.path, sizeof bench.scratch.path, "%.200s", link);
    bench_open(&bench, polls_only(state));
    assert_int_equal(poll_and_install(&bench), 0);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(symlink("2", link), 0);
    assert_int_equal(poll_and_install(&bench), 2);
    assert_true(duration_of(&bench, "mine") == 2.0f);
    save(&bench, "confetti.json", EFFECT("confetti", "7.5")); /* listened to, too */
    assert_int_equal(poll_and_install(&bench), 1);
    assert_true(duration_of(&bench, "confetti") == 7.5f);
    bench.scratch = whole;
    bench_close(&bench);
}

static void watch__files_are_links__what_they_lead_to_is_followed(void **state)
{
    Bench bench = { 0 };
    char link[2 * SCRATCH_PATH_MAX];
    char other[2 * SCRATCH_PATH_MAX];
    assert_true(scratch_folder_make(&bench.scratch));
    save(&bench, "shared", EFFECT("mine", "1"));
    bench_open(&bench, polls_only(state));
    assert_int_equal(poll_and_install(&bench), 0);
    path_of(&bench, "mine.json", link, sizeof link);
    path_of(&bench, "shared", other, sizeof other);
    assert_int_equal(symlink("shared", link), 0);
    assert_int_equal(poll_and_install(&bench), 1);
    save(&bench, "shared", EFFECT("mine", "1.25"));
    assert_int_equal(poll_and_install(&bench), 1);
    assert_true(duration_of(&bench, "mine") == 1.25f);
    delete (&bench, "shared"); /* leads nowhere; nothing else defines it */
    assert_int_equal(poll_and_install(&bench), 0);
    save(&bench, "shared", EFFECT("mine", "1.5"));
    assert_int_equal(poll_and_install(&bench), 1);
    path_of(&bench, "twin.json", link, sizeof link);
    assert_int_equal(linkat(AT_FDCWD, other, AT_FDCWD, link, 0), 0); /* a second name */
    assert_int_equal(poll_and_install(&bench), 1);
    assert_int_equal(poll_and_install(&bench), 0);
    bench_close(&bench);
}

static void watch__names_of_any_bytes_and_no_files__are_read_or_said_once(void **state)
{
    static const char *const names[] = { "\xff\xfe.json", "a b\n.json", "\xd9\x85.json" };
    Bench bench = { 0 };
    char path[2 * SCRATCH_PATH_MAX];
    assert_true(scratch_folder_make(&bench.scratch));
    bench_open(&bench, polls_only(state));
    (void)poll_and_install(&bench);
    for (size_t i = 0; i < ATR_COUNT_OF(names); i++) {
        save(&bench, names[i], EFFECT("mine", "2"));
    }
    assert_int_equal(poll_and_install(&bench), ATR_COUNT_OF(names));
    path_of(&bench, "pipe.json", path, sizeof path);
    assert_int_equal(mkfifo(path, 0600), 0);
    move(&bench, "pipe.json", "moved.json");
    save(&bench, "large.json", "");
    path_of(&bench, "large.json", path, sizeof path);
    assert_int_equal(truncate(path, (off_t)1 << 40), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(poll_and_install(&bench), 0);
    }
    assert_int_equal(lines_with(&bench, "moved.json"), 1);
    assert_int_equal(lines_with(&bench, "large.json: expected at most 65536 bytes"), 1);
    bench_close(&bench);
}

/* ---- With events only ------------------------------------------------------------------------ */

/* Root may read everything: be somebody else meanwhile. */
static void watch__may_be_read_at_last__is_read(void **state)
{
    (void)state;
    Bench bench = { 0 };
    char path[2 * SCRATCH_PATH_MAX];
    assert_true(scratch_folder_make(&bench.scratch));
    save(&bench, "mine.json", EFFECT("mine", "1"));
    path_of(&bench, "mine.json", path, sizeof path);
    const uid_t user = geteuid();
    if (user == 0) {
        assert_int_equal(chown(bench.scratch.path, 65534, (gid_t)-1), 0);
        assert_int_equal(chown(path, 65534, (gid_t)-1), 0);
        assert_int_equal(seteuid(65534), 0);
    }
    assert_int_equal(chmod(path, 0), 0);
    bench_open(&bench, false);
    assert_int_equal(poll_and_install(&bench), 0);
    assert_int_equal(lines_with(&bench, "mine.json: cannot be opened"), 1);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(poll_and_install(&bench), 1);
    assert_int_equal(chmod(path, 0644), 0); /* nothing new */
    assert_int_equal(poll_and_install(&bench), 0);
    assert_int_equal(seteuid(user), 0);
    bench_close(&bench);
}

static int open_descriptors(void)
{
    int count = 0;
    for (int i = 0; i < 256; i++) {
        count += fcntl(i, F_GETFD) >= 0;
    }
    return count;
}

static void watch__folder_goes_and_comes_often__no_descriptor_is_left(void **state)
{
    (void)state;
    Bench bench = { 0 };
    assert_true(scratch_folder_make(&bench.scratch));
    const int before = open_descriptors();
    bench_open(&bench, false);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(rmdir(bench.scratch.path), 0);
        assert_int_equal(poll_and_install(&bench), 0);
        assert_int_equal(mkdir(bench.scratch.path, 0700), 0);
        assert_int_equal(poll_and_install(&bench), 0);
    }
    assert_int_equal(open_descriptors(), before + 1);
    bench_close(&bench);
    assert_int_equal(open_descriptors(), before);
}

static void watch__half_written__waits_for_the_end(void **state)
{
    (void)state;
    Bench bench = { 0 };
    assert_true(scratch_folder_make(&bench.scratch));
    bench_open(&bench, false);
    (void)poll_and_install(&bench);
    char path[2 * SCRATCH_PATH_MAX];
    path_of(&bench, "mine.json", path, sizeof path);
    static const char text[] = EFFECT("mine", "1");
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, 20), 20);
    assert_int_equal(poll_and_install(&bench), 0);
    assert_string_equal(bench.lines, "");
    assert_int_equal(write(file, text + 20, sizeof text - 21), (ssize_t)sizeof text - 21);
    assert_int_equal(close(file), 0);
    assert_int_equal(poll_and_install(&bench), 1);
    assert_true(duration_of(&bench, "mine") == 1.0f);
    bench_close(&bench);
}

static void watch__more_files_than_are_taken__is_said_once(void **state)
{
    (void)state;
    Bench bench = { 0 };
    assert_true(scratch_folder_make(&bench.scratch));
    bench_open(&bench, false);
    for (int i = 0; i < ATR_EFFECT_FILES_MAX + 5; i++) {
        char name[32];
        snprintf(name, sizeof name, "%d.json", i);
        save(&bench, name, "{");
    }
    assert_int_equal(poll_and_install(&bench), 0);
    assert_int_equal(lines_with(&bench, "some are not watched"), 1);
    bench_close(&bench);
}

int main(void)
{
    static char polls[] = "compares times";
#define BOTH(name) cmocka_unit_test(name), cmocka_unit_test_prestate(name, polls)
    const struct CMUnitTest tests[] = {
        BOTH(watch__file_is_saved__its_effect_is_the_new_one),
        BOTH(watch__saved_between_load_and_the_first_look__is_seen),
        BOTH(watch__saved_by_renaming__is_seen_and_nothing_falls_back),
        BOTH(watch__broken_file__is_said_once_and_what_runs_stays),
        BOTH(watch__broken_when_loaded__is_not_said_again),
        BOTH(watch__deleted__the_built_in_one_is_back),
        BOTH(watch__deleted_or_renamed_inside__another_file_takes_its_place),
        BOTH(watch__folder_comes_later_and_goes__is_looked_for),
        BOTH(watch__nobody_installs__all_is_freed),
        BOTH(watch__folder_is_a_link_set_anew__the_other_folder_is_read),
        BOTH(watch__files_are_links__what_they_lead_to_is_followed),
        BOTH(watch__names_of_any_bytes_and_no_files__are_read_or_said_once),
#ifdef __linux__
        cmocka_unit_test(watch__half_written__waits_for_the_end),
        cmocka_unit_test(watch__more_files_than_are_taken__is_said_once),
        cmocka_unit_test(watch__may_be_read_at_last__is_read),
        cmocka_unit_test(watch__folder_goes_and_comes_often__no_descriptor_is_left),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
