atrium_add_test(test_text SOURCES test_text.c COMPONENTS plugin LABELS unit)
