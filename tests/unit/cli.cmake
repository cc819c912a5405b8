atrium_add_test(test_config SOURCES test_config.c LIBS atrium_app LABELS unit)
