atrium_add_test(test_sqlite_open
    SOURCES test_sqlite_open.c COMPONENTS sqlite LIBS atrium_dep::sqlite3 LABELS integration)
