/* A data folder as it lies on disk: nobody else may read what is in it, in a folder that the app
 * did not make too. */
#define _POSIX_C_SOURCE 200809L

#include "app/app.h"

#include "cmocka_all.h"
#include "scratch_folder.h"

#include <sys/stat.h>

static bool is_private(const ScratchFolder *folder, const char *name)
{
    char path[2 * SCRATCH_PATH_MAX];
    struct stat info;
    scratch_folder_file(folder, name, path, sizeof path);
    return stat(path, &info) == 0 && (info.st_mode & 0777) == 0600;
}

static void app_open__in_a_folder_of_others__files_are_private(void **state)
{
    (void)state;
    static const char *const files[] = { "atrium.db", "atrium.db-wal", "atrium.db-shm", "card.key",
                                         "tills.key" };
    ScratchFolder folder;
    AppConfig config;
    App app;
    atr_Error error;
    assert_true(scratch_folder_make(&folder));
    assert_int_equal(chmod(folder.path, 0755), 0);
    const mode_t before = umask(022);
    const AppConfigSources sources = { .data = folder.path };
    assert_int_equal(app_config_load(&sources, &config, &error), ATR_OK);
    assert_int_equal(app_open(&(AppDesc){ .config = &config, .demo = true }, &app, &error), ATR_OK);
    for (size_t i = 0; i < ATR_COUNT_OF(files); i++) { /* while open: -wal goes when it closes */
        print_message("  %s\n", files[i]);
        assert_true(is_private(&folder, files[i]));
    }
    app_close(&app);
    umask(before);
    scratch_folder_remove(&folder);
}

static void app_issue__secrets_that_others_may_read__denied(void **state)
{
    (void)state;
    ScratchFolder folder;
    AppConfig config;
    App app;
    atr_Error error;
    char path[2 * SCRATCH_PATH_MAX];
    char text[512];
    const AppIssue issue = { .store = "nour", .total_fils = 12000, .vat_fils = -1 };
    assert_true(scratch_folder_make(&folder));
    const AppConfigSources sources = { .data = folder.path };
    assert_int_equal(app_config_load(&sources, &config, &error), ATR_OK);
    assert_int_equal(app_open(&(AppDesc){ .config = &config, .demo = true }, &app, &error), ATR_OK);
    assert_int_equal(app_issue(&app, &issue, text, sizeof text, &error), ATR_OK);
    scratch_folder_file(&folder, "tills.key", path, sizeof path);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(app_issue(&app, &issue, text, sizeof text, &error), ATR_ERR_DENIED);
    assert_string_equal(error.source, path);
    assert_int_equal(chmod(path, 0600), 0);
    app_close(&app);
    scratch_folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(app_open__in_a_folder_of_others__files_are_private),
        cmocka_unit_test(app_issue__secrets_that_others_may_read__denied),
    };
    return cmocka_run_group_tests_name("app_folder", tests, NULL, NULL);
}
