atrium_add_test(test_app_folder
    SOURCES test_app_folder.c COMPONENTS mall LIBS atrium_app LABELS integration)
