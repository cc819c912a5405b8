# The same tests on every renderer that is tested; those that need an X server skip without one.
foreach(renderer IN ITEMS software opengl opengles2)
    set(labels integration)
    set(env "")
    if(NOT renderer STREQUAL "software")
        list(APPEND labels slow)
        # GL drivers leak, and are unloaded before the check can name them; what is ours is counted
        # by the tests and looked for on the software renderer.
        set(env "LSAN_OPTIONS=detect_leaks=0")
    endif()
    foreach(part IN ITEMS state paths life misuse overlay)
        set(part_labels ${labels})
        if(part STREQUAL "life" AND renderer STREQUAL "software")
            list(APPEND part_labels threads) # the loader thread's hand-over
        endif()
        atrium_add_test(test_plugin_${part}_${renderer}
            SOURCES test_plugin_${part}.c plugin_fixture.c plugin_fixture.h
            COMPONENTS plugin LABELS ${part_labels} ARGS ${renderer} ENV ${env} TIMEOUT 180)
        target_include_directories(test_plugin_${part}_${renderer} SYSTEM PRIVATE ${ATR_STB_DIR})
    endforeach()
endforeach()

# Looks inside: what is shown and how much is moved in a frame.
atrium_add_test(test_plugin_lazy
    SOURCES test_plugin_lazy.c plugin_fixture.c plugin_fixture.h
        ../support/alloc_count.c ../support/alloc_count.h
    COMPONENTS plugin LABELS integration threads TIMEOUT 180)
target_include_directories(test_plugin_lazy PRIVATE ${atrium_SOURCE_DIR}/plugin)
target_include_directories(test_plugin_lazy SYSTEM PRIVATE ${ATR_STB_DIR})

atrium_add_test(test_plugin_watch
    SOURCES test_plugin_watch.c plugin_fixture.c plugin_fixture.h
        ../support/alloc_count.c ../support/alloc_count.h
    COMPONENTS plugin LABELS integration threads ARGS software TIMEOUT 180)
target_include_directories(test_plugin_watch SYSTEM PRIVATE ${ATR_STB_DIR})

atrium_add_test(test_plugin_surface SOURCES test_plugin_surface.c plugin_fixture.c plugin_fixture.h
    COMPONENTS plugin LABELS integration TIMEOUT 120)
target_include_directories(test_plugin_surface PRIVATE ${atrium_SOURCE_DIR}/plugin)

# demo/minimal is the README's proof that the integration is short.
add_test(NAME minimal_is_short
    COMMAND sh -c "test $(wc -l < '${atrium_SOURCE_DIR}/demo/minimal/main.c') -lt 40")
set_tests_properties(minimal_is_short PROPERTIES LABELS integration)

atrium_add_test(test_plugin_budget
    SOURCES test_plugin_budget.c COMPONENTS plugin LABELS integration TIMEOUT 60)
