atrium_add_test(test_work SOURCES test_work.c COMPONENTS mall LABELS unit threads)
atrium_add_test(test_rules_limits SOURCES test_rules_limits.c COMPONENTS mall LABELS unit)
