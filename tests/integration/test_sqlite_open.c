/*
 * Opening the store: what a file may be found to be, and what must not happen to it then. The
 * damage is done through SQLite itself or with plain writes, behind the store's back.
 */
#define _GNU_SOURCE /* setresuid */

#include <atrium/sqlite.h>

#include "../contract/store_fixture.h"
#include "cmocka_all.h"
#include "failing_allocator.h"
#include "scratch_folder.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NOBODY 65534

typedef struct Fixture {
    ScratchFolder folder;
    char path[2 * SCRATCH_PATH_MAX];
} Fixture;

static int set_up(void **state)
{
    static Fixture f;
    if (!scratch_folder_make(&f.folder)) {
        return 1;
    }
    scratch_folder_file(&f.folder, "atrium.db", f.path, sizeof f.path);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    const Fixture *f = *state;
    chmod(f->folder.path, 0700);
    scratch_folder_remove(&f->folder);
    return 0;
}

static void make_database(const Fixture *f, bool demo)
{
    atr_Store store;
    assert_int_equal(atr_sqlite_store_open(
                         &(atr_SqliteDesc){ .path = f->path, .create_demo = demo }, &store, NULL),
                     ATR_OK);
    for (uint8_t i = 1; i <= 40; i++) {
        atr_User user = fixture_user(i);
        assert_int_equal(store.ops->user_add(store.self, &user), ATR_OK);
    }
    store.ops->close(store.self);
}

static void execute(const Fixture *f, const char *sql, int expected)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), expected);
    sqlite3_close(db);
}

static void write_bytes(const Fixture *f, long at, const void *data, size_t size)
{
    const int fd = open(f->path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, data, size, at), size);
    close(fd);
}

/* The whole file; the caller frees. */
static unsigned char *read_file(const Fixture *f, size_t *size)
{
    struct stat info;
    assert_int_equal(stat(f->path, &info), 0);
    *size = (size_t)info.st_size;
    unsigned char *bytes = malloc(*size + 1);
    assert_non_null(bytes);
    const int fd = open(f->path, O_RDONLY);
    assert_int_equal(read(fd, bytes, *size), *size);
    close(fd);
    return bytes;
}

static atr_Status open_with(const Fixture *f, atr_SqliteDesc desc, atr_Error *error)
{
    atr_Store store;
    desc.path = f->path;
    const atr_Status status = atr_sqlite_store_open(&desc, &store, error);
    if (status == ATR_OK) {
        store.ops->close(store.self);
    } else {
        assert_null(store.ops);
        print_message("  %s\n", error->text);
        assert_string_equal(error->source, f->path);
        assert_true(error->text[0] != '\0');
    }
    return status;
}

/* Opening must say CORRUPT and leave every byte alone. */
static void assert_corrupt_and_untouched(const Fixture *f)
{
    size_t before_size = 0;
    size_t after_size = 0;
    atr_Error error;
    unsigned char *before = read_file(f, &before_size);
    assert_int_equal(open_with(f, (atr_SqliteDesc){ 0 }, &error), ATR_ERR_CORRUPT);
    unsigned char *after = read_file(f, &after_size);
    assert_int_equal(before_size, after_size);
    assert_memory_equal(before, after, before_size);
    free(before);
    free(after);
}

/* ---- What the file is ------------------------------------------------------------------------ */

static void open__new_file__then_again(void **state)
{
    const Fixture *f = *state;
    atr_Error error;
    assert_int_equal(open_with(f, (atr_SqliteDesc){ 0 }, &error), ATR_OK);
    assert_int_equal(open_with(f, (atr_SqliteDesc){ .must_exist = true }, &error), ATR_OK);
}

static void open__no_file__not_found(void **state)
{
    const Fixture *f = *state;
    atr_Error error;
    assert_int_equal(open_with(f, (atr_SqliteDesc){ .must_exist = true }, &error),
                     ATR_ERR_NOT_FOUND);
    assert_int_equal(open_with(f, (atr_SqliteDesc){ .read_only = true }, &error),
                     ATR_ERR_NOT_FOUND);
    assert_int_equal(access(f->path, F_OK), -1);
}

static void open__no_folder__not_found(void **state)
{
    Fixture f = *(const Fixture *)*state;
    atr_Error error;
    scratch_folder_file(&f.folder, "missing/atrium.db", f.path, sizeof f.path);
    assert_int_equal(open_with(&f, (atr_SqliteDesc){ 0 }, &error), ATR_ERR_NOT_FOUND);
}

static void open__a_folder__is_an_error(void **state)
{
    Fixture f = *(const Fixture *)*state;
    atr_Error error;
    snprintf(f.path, sizeof f.path, "%s", f.folder.path);
    assert_int_equal(open_with(&f, (atr_SqliteDesc){ 0 }, &error), ATR_ERR_IO);
}

static void open__no_path__invalid(void **state)
{
    (void)state;
    atr_Store store;
    atr_Error error;
    assert_int_equal(atr_sqlite_store_open(NULL, &store, &error), ATR_ERR_INVALID);
    assert_int_equal(atr_sqlite_store_open(&(atr_SqliteDesc){ .path = "" }, &store, NULL),
                     ATR_ERR_INVALID);
}

static void open__garbage__corrupt_and_untouched(void **state)
{
    const Fixture *f = *state;
    unsigned char garbage[9000];
    for (size_t i = 0; i < sizeof garbage; i++) {
        garbage[i] = (unsigned char)(i * 131 + 7);
    }
    write_bytes(f, 0, garbage, sizeof garbage);
    assert_corrupt_and_untouched(f);
}

static void open__short_text_file__corrupt_and_untouched(void **state)
{
    const Fixture *f = *state;
    write_bytes(f, 0, "these are not the bytes you are looking for\n", 44);
    assert_corrupt_and_untouched(f);
}

static void open__truncated__corrupt_and_untouched(void **state)
{
    const Fixture *f = *state;
    make_database(f, false);
    assert_int_equal(truncate(f->path, 6 * 4096 + 100), 0);
    assert_corrupt_and_untouched(f);
}

static void open__damaged_page__corrupt_and_untouched(void **state)
{
    const Fixture *f = *state;
    unsigned char noise[4096];
    make_database(f, false);
    memset(noise, 0x5a, sizeof noise);
    write_bytes(f, 2 * 4096, noise, sizeof noise);
    assert_corrupt_and_untouched(f);
}

static void open__foreign_database__corrupt_and_untouched(void **state)
{
    const Fixture *f = *state;
    execute(f, "CREATE TABLE song(title TEXT)", SQLITE_OK);
    assert_corrupt_and_untouched(f);
}

static void open__foreign_database_with_a_version__corrupt_and_untouched(void **state)
{
    const Fixture *f = *state;
    execute(f, "CREATE TABLE song(title TEXT); PRAGMA user_version = 1", SQLITE_OK);
    assert_corrupt_and_untouched(f);
}

static void open__newer_schema__refused_and_untouched(void **state)
{
    const Fixture *f = *state;
    make_database(f, false);
    execute(f, "PRAGMA user_version = 1000", SQLITE_OK);
    assert_corrupt_and_untouched(f);
}

static void open__empty_file__made_unless_it_must_exist(void **state)
{
    const Fixture *f = *state;
    atr_Error error;
    write_bytes(f, 0, "", 0);
    assert_int_equal(open_with(f, (atr_SqliteDesc){ .must_exist = true }, &error), ATR_ERR_CORRUPT);
    assert_int_equal(open_with(f, (atr_SqliteDesc){ 0 }, &error), ATR_OK);
    assert_int_equal(open_with(f, (atr_SqliteDesc){ .must_exist = true }, &error), ATR_OK);
}

static void open__demo_mark__is_set_when_made_and_stays(void **state)
{
    const Fixture *f = *state;
    static const struct {
        const char *name;
        bool made_as_demo;
    } rows[] = { { "ordinary", false }, { "demonstration", true } };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        unlink(f->path);
        make_database(f, rows[i].made_as_demo);
        atr_Store store;
        assert_int_equal(
            atr_sqlite_store_open(
                &(atr_SqliteDesc){ .path = f->path, .create_demo = !rows[i].made_as_demo }, &store,
                NULL),
            ATR_OK);
        assert_int_equal(atr_sqlite_store_is_demo(&store), rows[i].made_as_demo);
        store.ops->close(store.self);
    }
}

/* ---- Permission ------------------------------------------------------------------------------ */

/* Root may write anywhere: the attempt is made by a child that is nobody. */
static atr_Status open_as_nobody(const Fixture *f, atr_SqliteDesc desc)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (getuid() == 0 &&
            (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0)) {
            _exit(100);
        }
        atr_Store store;
        desc.path = f->path;
        const atr_Status status = atr_sqlite_store_open(&desc, &store, NULL);
        if (status == ATR_OK) {
            atr_User user;
            const atr_Status read = store.ops->user_by_id(store.self, 1, &user);
            store.ops->close(store.self);
            _exit(read == ATR_OK ? 0 : 101);
        }
        _exit(-(int)status);
    }
    int result = 0;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    assert_true(WEXITSTATUS(result) < 100);
    return (atr_Status)-WEXITSTATUS(result);
}

static void open__folder_not_writable__denied(void **state)
{
    const Fixture *f = *state;
    assert_int_equal(chmod(f->folder.path, 0555), 0);
    assert_int_equal(open_as_nobody(f, (atr_SqliteDesc){ 0 }), ATR_ERR_DENIED);
}

static void open__existing_in_folder_not_writable__denied(void **state)
{
    const Fixture *f = *state;
    make_database(f, false);
    assert_int_equal(chmod(f->path, 0666), 0);
    assert_int_equal(chmod(f->folder.path, 0555), 0);
    assert_int_equal(open_as_nobody(f, (atr_SqliteDesc){ 0 }), ATR_ERR_DENIED);
}

static void open__file_not_writable__denied(void **state)
{
    const Fixture *f = *state;
    make_database(f, false);
    assert_int_equal(chmod(f->path, 0444), 0);
    assert_int_equal(chmod(f->folder.path, 0777), 0);
    assert_int_equal(open_as_nobody(f, (atr_SqliteDesc){ 0 }), ATR_ERR_DENIED);
    assert_int_equal(open_as_nobody(f, (atr_SqliteDesc){ .read_only = true }), ATR_OK);
}

static void read_only__writes_are_denied(void **state)
{
    const Fixture *f = *state;
    make_database(f, false);
    atr_Store store;
    assert_int_equal(atr_sqlite_store_open(&(atr_SqliteDesc){ .path = f->path, .read_only = true },
                                           &store, NULL),
                     ATR_OK);
    atr_User user = fixture_user(99);
    assert_int_equal(store.ops->user_add(store.self, &user), ATR_ERR_DENIED);
    assert_int_equal(store.ops->user_by_id(store.self, 1, &user), ATR_OK);
    store.ops->close(store.self);
}

/* ---- Other hands ----------------------------------------------------------------------------- */

static void write__locked_by_another__busy_then_goes_on(void **state)
{
    const Fixture *f = *state;
    make_database(f, false);
    atr_Store store;
    assert_int_equal(atr_sqlite_store_open(
                         &(atr_SqliteDesc){ .path = f->path, .busy_timeout_ms = 20 }, &store, NULL),
                     ATR_OK);
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    atr_User user = fixture_user(99);
    atr_User found;
    assert_int_equal(store.ops->user_add(store.self, &user), ATR_ERR_BUSY);
    assert_int_equal(store.ops->user_by_id(store.self, 1, &found), ATR_OK); /* readers go on */
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store.ops->user_add(store.self, &user), ATR_OK);
    sqlite3_close(other);
    store.ops->close(store.self);
}

static void ledger__is_append_only(void **state)
{
    const Fixture *f = *state;
    make_database(f, false);
    execute(f,
            "INSERT INTO submission(id, user, session, submitted_ms, state, text)"
            " VALUES(zeroblob(16), 1, 0, 0, 1, x'');"
            "INSERT INTO ledger(user, submission, kind, coins, at_ms) VALUES(1, 1, 1, 5, 0)",
            SQLITE_OK);
    execute(f, "UPDATE ledger SET coins = 50", SQLITE_CONSTRAINT);
    execute(f, "DELETE FROM ledger", SQLITE_CONSTRAINT);
}

static void ledger_check__row_without_balance__is_named(void **state)
{
    const Fixture *f = *state;
    make_database(f, false);
    execute(f,
            "INSERT INTO submission(id, user, session, submitted_ms, state, text)"
            " VALUES(zeroblob(16), 7, 0, 0, 1, x'');"
            "INSERT INTO ledger(user, submission, kind, coins, at_ms) VALUES(7, 1, 1, 5, 0)",
            SQLITE_OK);
    atr_Store store;
    atr_LedgerCheck check;
    assert_int_equal(atr_sqlite_store_open(&(atr_SqliteDesc){ .path = f->path }, &store, NULL),
                     ATR_OK);
    assert_int_equal(store.ops->ledger_check(store.self, &check), ATR_OK);
    assert_int_equal(check.mismatches, 1);
    assert_int_equal(check.first_bad, 7);
    assert_int_equal(check.coins, 5);
    store.ops->close(store.self);
}

static void open__by_many_processes_at_once__makes_one_database(void **state)
{
    const Fixture *f = *state;
    pid_t children[4];
    for (size_t i = 0; i < ATR_COUNT_OF(children); i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            atr_Store store;
            atr_Error error;
            atr_User user = fixture_user((uint8_t)(50 + i));
            if (atr_sqlite_store_open(&(atr_SqliteDesc){ .path = f->path }, &store, &error) !=
                ATR_OK) {
                print_message("  %s\n", error.text);
                _exit(1);
            }
            const atr_Status status = store.ops->user_add(store.self, &user);
            store.ops->close(store.self);
            _exit(status == ATR_OK ? 0 : 2);
        }
    }
    for (size_t i = 0; i < ATR_COUNT_OF(children); i++) {
        int result = 0;
        assert_int_equal(waitpid(children[i], &result, 0), children[i]);
        assert_true(WIFEXITED(result));
        assert_int_equal(WEXITSTATUS(result), 0);
    }
    atr_Store store;
    atr_LedgerCheck check;
    assert_int_equal(atr_sqlite_store_open(&(atr_SqliteDesc){ .path = f->path }, &store, NULL),
                     ATR_OK);
    assert_int_equal(store.ops->ledger_check(store.self, &check), ATR_OK);
    assert_int_equal(check.users, 4);
    store.ops->close(store.self);
}

static void open__without_memory__gives_back_all(void **state)
{
    const Fixture *f = *state;
    bool opened = false;
    for (uint32_t n = 1; !opened; n++) {
        FailingAllocator memory = { .fail_at = n };
        atr_Store store;
        const atr_Status status = atr_sqlite_store_open(
            &(atr_SqliteDesc){ .path = f->path, .allocator = failing_allocator(&memory) }, &store,
            NULL);
        opened = status == ATR_OK;
        if (opened) {
            store.ops->close(store.self);
        } else {
            assert_int_equal(status, ATR_ERR_NO_MEMORY);
        }
        assert_int_equal(failing_allocator_bytes(&memory), 0);
        assert_true(n < 100);
    }
}

/* A file that was taken away keeps nothing: what is written to it must not be acknowledged. */
static void write__file_deleted_while_open__refused(void **state)
{
    const Fixture *f = *state;
    atr_Store store;
    make_database(f, false);
    assert_int_equal(atr_sqlite_store_open(&(atr_SqliteDesc){ .path = f->path }, &store, NULL),
                     ATR_OK);
    atr_User before = fixture_user(101);
    assert_int_equal(store.ops->user_add(store.self, &before), ATR_OK);
    assert_int_equal(unlink(f->path), 0);
    atr_User after = fixture_user(102);
    assert_int_equal(store.ops->user_add(store.self, &after), ATR_ERR_IO);
    store.ops->close(store.self);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(open__new_file__then_again),
        TEST(open__no_file__not_found),
        TEST(open__no_folder__not_found),
        TEST(open__a_folder__is_an_error),
        TEST(open__no_path__invalid),
        TEST(open__garbage__corrupt_and_untouched),
        TEST(open__short_text_file__corrupt_and_untouched),
        TEST(open__truncated__corrupt_and_untouched),
        TEST(open__damaged_page__corrupt_and_untouched),
        TEST(open__foreign_database__corrupt_and_untouched),
        TEST(open__foreign_database_with_a_version__corrupt_and_untouched),
        TEST(open__newer_schema__refused_and_untouched),
        TEST(open__empty_file__made_unless_it_must_exist),
        TEST(open__demo_mark__is_set_when_made_and_stays),
        TEST(open__folder_not_writable__denied),
        TEST(open__existing_in_folder_not_writable__denied),
        TEST(open__file_not_writable__denied),
        TEST(read_only__writes_are_denied),
        TEST(write__locked_by_another__busy_then_goes_on),
        TEST(write__file_deleted_while_open__refused),
        TEST(ledger__is_append_only),
        TEST(ledger_check__row_without_balance__is_named),
        TEST(open__by_many_processes_at_once__makes_one_database),
        TEST(open__without_memory__gives_back_all),
    };
#undef TEST
    return cmocka_run_group_tests_name("sqlite: opening", tests, NULL, NULL);
}
