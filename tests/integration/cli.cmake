atrium_add_test(test_app_folder
    SOURCES test_app_folder.c COMPONENTS mall LIBS atrium_app LABELS integration)
atrium_add_test(test_crash_binary SOURCES test_crash_binary.c COMPONENTS core LABELS integration TIMEOUT 120)
