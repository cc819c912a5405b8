atrium_find_dependency(jansson have_jansson)
atrium_add_test(test_cli_effect
    SOURCES test_cli_effect.c cli_runner.c cli_runner.h
    COMPONENTS effects
    LIBS atrium_dep::jansson
    LABELS integration
    TIMEOUT 120)
add_dependencies(test_cli_effect atrium)
