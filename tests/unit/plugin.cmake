atrium_add_test(test_text SOURCES test_text.c COMPONENTS plugin LABELS unit)
atrium_add_test(test_watch SOURCES test_watch.c COMPONENTS plugin LABELS unit)
atrium_add_test(test_letters SOURCES test_letters.c COMPONENTS plugin LABELS unit)
