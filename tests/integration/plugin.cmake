# The same tests on every renderer that is tested; those that need an X server skip without one.
foreach(renderer IN ITEMS software opengl opengles2)
    set(labels integration)
    if(NOT renderer STREQUAL "software")
        list(APPEND labels slow)
    endif()
    foreach(part IN ITEMS state paths life overlay)
        atrium_add_test(test_plugin_${part}_${renderer}
            SOURCES test_plugin_${part}.c plugin_fixture.c plugin_fixture.h
            COMPONENTS plugin LABELS ${labels} ARGS ${renderer} TIMEOUT 180)
    endforeach()
endforeach()
atrium_add_test(test_frame_allocations
    SOURCES test_frame_allocations.c
        ../support/alloc_count.c ../support/alloc_count.h
        ../support/coin_scene.c ../support/coin_scene.h
    COMPONENTS plugin LABELS integration)
