atrium_add_test(test_atlas SOURCES test_atlas.c COMPONENTS effects LABELS unit)
