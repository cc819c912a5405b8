# Files turned into C arrays at build time, so that a library or program needs no folder at run time.
include_guard(GLOBAL)

# atrium_embed(target prefix [BASE folder] FILES files...)
# Adds PREFIX.c and PREFIX.h to the target. The header declares
#     extern const atr__EmbeddedFile PREFIX_files[];   in the order given
#     extern const size_t PREFIX_count;
# where each entry has the file's path below BASE (default: this folder), its bytes and its size. A
# zero byte, not counted, follows the bytes, so text may be read as a string.
function(atrium_embed target prefix)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "BASE" "FILES")
    if(NOT arg_BASE)
        set(arg_BASE "${CMAKE_CURRENT_SOURCE_DIR}")
    endif()
    set(paths "")
    foreach(file IN LISTS arg_FILES)
        get_filename_component(path "${file}" ABSOLUTE)
        list(APPEND paths "${path}")
    endforeach()
    set(folder "${CMAKE_CURRENT_BINARY_DIR}/embed")
    set(script "${atrium_SOURCE_DIR}/engine/cmake/embed_files.cmake")
    # The list goes through a file: semicolons do not survive a command line.
    file(CONFIGURE OUTPUT "${folder}/${prefix}.list" CONTENT "${paths}" @ONLY)
    add_custom_command(
        OUTPUT "${folder}/${prefix}.c" "${folder}/${prefix}.h"
        COMMAND ${CMAKE_COMMAND} -DPREFIX=${prefix} -DBASE=${arg_BASE} -DFOLDER=${folder}
                -P "${script}"
        DEPENDS ${paths} "${folder}/${prefix}.list" "${script}"
        COMMENT "Embedding ${prefix}"
        VERBATIM)
    target_sources(${target} PRIVATE "${folder}/${prefix}.c" "${folder}/${prefix}.h")
    target_include_directories(${target} PRIVATE "${folder}")
endfunction()

# atrium_compile_messages(out_var files.po...): compiles LANG.po to LANG.mo with msgfmt and gives the
# paths of the results.
function(atrium_compile_messages out_var)
    find_program(ATR_MSGFMT msgfmt REQUIRED)
    mark_as_advanced(ATR_MSGFMT)
    set(results "")
    foreach(po IN LISTS ARGN)
        get_filename_component(po "${po}" ABSOLUTE)
        get_filename_component(language "${po}" NAME_WE)
        set(mo "${CMAKE_CURRENT_BINARY_DIR}/locale/${language}.mo")
        add_custom_command(OUTPUT "${mo}"
            COMMAND ${CMAKE_COMMAND} -E make_directory "${CMAKE_CURRENT_BINARY_DIR}/locale"
            COMMAND ${ATR_MSGFMT} --check-format -o "${mo}" "${po}"
            DEPENDS "${po}" VERBATIM)
        list(APPEND results "${mo}")
    endforeach()
    set(${out_var} "${results}" PARENT_SCOPE)
endfunction()
