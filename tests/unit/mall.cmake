atrium_add_test(test_work SOURCES test_work.c COMPONENTS mall LABELS unit threads)
atrium_add_test(test_rules SOURCES test_rules.c COMPONENTS mall LABELS unit)
