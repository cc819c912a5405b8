# Tests: one executable and one CTest entry each.
include_guard(GLOBAL)

# atrium_add_test(name SOURCES files... [COMPONENTS names...] [LIBS targets...] [LABELS labels...]
#                 [ARGS arguments...] [ENV NAME=value...] [TIMEOUT seconds] [SERIAL])
# Labels: unit contract integration visual package threads slow lint. A test that cannot run here
# exits with 77. Tests may read ATR_TEST_DIR (the folder of their CMakeLists.txt), ATR_SOURCE_DIR
# (the project) and ATR_BIN_DIR (where the programs lie), all string literals, and include internal
# headers by the path below their component.
function(atrium_add_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT"
        "SOURCES;COMPONENTS;LIBS;LABELS;ARGS;ENV")
    add_executable(${name} ${arg_SOURCES})
    atrium_target_defaults(${name})
    set_target_properties(${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests/bin")
    target_include_directories(${name} PRIVATE
        ${CMAKE_CURRENT_SOURCE_DIR} ${atrium_SOURCE_DIR}/tests/support ${atrium_SOURCE_DIR}/effects
        ${atrium_SOURCE_DIR}/plugin ${atrium_SOURCE_DIR}/engine/mall)
    target_compile_definitions(${name} PRIVATE
        ATR_TEST_DIR="${CMAKE_CURRENT_SOURCE_DIR}"
        ATR_SOURCE_DIR="${atrium_SOURCE_DIR}"
        ATR_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
    target_link_libraries(${name} PRIVATE ${arg_LIBS})
    foreach(component IN LISTS arg_COMPONENTS)
        target_link_libraries(${name} PRIVATE atrium::${component})
    endforeach()
    target_link_libraries(${name} PRIVATE
        atrium_base_internal atrium_dep::cmocka Threads::Threads m)
    add_test(NAME ${name} COMMAND ${name} ${arg_ARGS})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 60)
    endif()
    set_tests_properties(${name} PROPERTIES
        LABELS "${arg_LABELS}" SKIP_RETURN_CODE 77 TIMEOUT ${arg_TIMEOUT}
        ENVIRONMENT "${arg_ENV}")
    if(arg_SERIAL)
        set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
    endif()
endfunction()
