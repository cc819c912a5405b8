atrium_add_test(test_sqlite_open
    SOURCES test_sqlite_open.c COMPONENTS sqlite LIBS atrium_dep::sqlite3 LABELS integration)
atrium_add_test(test_sqlite_threads
    SOURCES test_sqlite_threads.c COMPONENTS sqlite LABELS integration threads)
atrium_add_test(test_loyalty
    SOURCES test_loyalty.c COMPONENTS sqlite LIBS atrium_dep::libsodium LABELS integration)
atrium_add_test(test_loyalty_requests
    SOURCES test_loyalty_requests.c COMPONENTS sqlite LABELS integration threads)
atrium_add_test(test_loyalty_threads
    SOURCES test_loyalty_threads.c COMPONENTS sqlite LABELS integration threads TIMEOUT 120)
atrium_add_test(test_crash_power
    SOURCES test_crash_power.c ../support/power_vfs.c ../support/power_vfs.h
    COMPONENTS sqlite LIBS atrium_dep::sqlite3 LABELS integration TIMEOUT 180)
atrium_add_test(test_crash_kill
    SOURCES test_crash_kill.c crash_driver.c crash_driver.h
    COMPONENTS sqlite LABELS integration TIMEOUT 180)
atrium_add_test(test_loyalty_zatca
    SOURCES test_loyalty_zatca.c ../support/receipt_maker.h
    COMPONENTS sqlite LIBS atrium_dep::libsodium atrium_dep::libsecp256k1 LABELS integration)
atrium_add_test(test_loyalty_shared
    SOURCES test_loyalty_shared.c COMPONENTS sqlite LABELS integration threads)
