# How every atrium target is compiled: language level, warnings, visibility, sanitizers. Nothing
# here touches global flags, so a project that adds atrium as a folder keeps its own.
include_guard(GLOBAL)

set(ATR_SANITIZE "off" CACHE STRING "off, address,undefined or thread")
set_property(CACHE ATR_SANITIZE PROPERTY STRINGS off address,undefined thread)

find_package(Threads REQUIRED)
set(CMAKE_C_VISIBILITY_PRESET hidden)

if(PROJECT_IS_TOP_LEVEL)
    set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
    if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
        set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
    endif()
    find_program(ATR_CCACHE ccache)
    mark_as_advanced(ATR_CCACHE)
    if(ATR_CCACHE AND NOT DEFINED CMAKE_C_COMPILER_LAUNCHER)
        set(CMAKE_C_COMPILER_LAUNCHER "${ATR_CCACHE}")
    endif()
endif()

# Warnings are ours to read, not our consumers': only linked privately, at build time.
add_library(atrium_warnings INTERFACE)
if(MSVC)
    target_compile_options(atrium_warnings INTERFACE /W4)
elseif(PROJECT_IS_TOP_LEVEL)
    target_compile_options(atrium_warnings INTERFACE
        -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
        -Wvla -Wundef)
endif()

add_library(atrium_sanitize INTERFACE)
if(ATR_SANITIZE AND NOT ATR_SANITIZE STREQUAL "off")
    target_compile_options(atrium_sanitize INTERFACE
        -fsanitize=${ATR_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(atrium_sanitize INTERFACE -fsanitize=${ATR_SANITIZE})
endif()

# The code under test has to be instrumented too, or the fuzzer does not see where its inputs lead.
option(ATR_LIBFUZZER "Build the fuzz targets for libFuzzer (Clang)" OFF)
if(ATR_LIBFUZZER)
    target_compile_options(atrium_sanitize INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(atrium_sanitize INTERFACE -fsanitize=fuzzer-no-link)
endif()

# atrium_target_defaults(target): what libraries, programs and tests have in common. No contraction
# to fused multiply-add: the same seed must give the same particles on every machine.
function(atrium_target_defaults target)
    set_target_properties(${target} PROPERTIES
        C_STANDARD 17 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF C_VISIBILITY_PRESET hidden)
    target_link_libraries(${target} PRIVATE
        $<BUILD_INTERFACE:atrium_warnings> $<BUILD_INTERFACE:atrium_sanitize>)
    if(NOT MSVC)
        target_compile_options(${target} PRIVATE -ffp-contract=off)
    endif()
endfunction()
