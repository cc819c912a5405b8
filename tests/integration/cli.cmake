atrium_add_test(test_app_folder
    SOURCES test_app_folder.c COMPONENTS mall LIBS atrium_app LABELS integration)
atrium_add_test(test_app_demo
    SOURCES test_app_demo.c COMPONENTS mall LIBS atrium_app LABELS integration)
atrium_add_test(test_crash_binary
    SOURCES test_crash_binary.c COMPONENTS core LABELS integration slow TIMEOUT 300)
add_dependencies(test_crash_binary atrium kiosk)
atrium_find_dependency(jansson have_jansson)
foreach(name IN ITEMS test_cli test_cli_receipt)
    atrium_add_test(${name}
        SOURCES ${name}.c cli_runner.c cli_runner.h
        COMPONENTS mall
        LIBS atrium_dep::jansson
        LABELS integration
        TIMEOUT 120)
    add_dependencies(${name} atrium)
endforeach()
