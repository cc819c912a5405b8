# cmake -DPREFIX=.. -DBASE=.. -DFOLDER=.. -P embed_files.cmake: writes FOLDER/PREFIX.c and .h from
# the files named in FOLDER/PREFIX.list. See AtriumEmbed.cmake.
cmake_minimum_required(VERSION 3.25)

file(READ "${FOLDER}/${PREFIX}.list" paths)
set(arrays "")
set(table "")
set(index 0)
foreach(path IN LISTS paths)
    file(RELATIVE_PATH name "${BASE}" "${path}")
    file(SIZE "${path}" size)
    file(READ "${path}" hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(APPEND arrays "static const unsigned char file_${index}[] = {${bytes}0};\n")
    string(APPEND table "    { \"${name}\", file_${index}, ${size} },\n")
    math(EXPR index "${index} + 1")
endforeach()

file(WRITE "${FOLDER}/${PREFIX}.h"
"/* Generated from the project's files; see engine/cmake/embed_files.cmake. */
#pragma once
#include \"base/embed.h\"

extern const atr__EmbeddedFile ${PREFIX}_files[];
extern const size_t ${PREFIX}_count;
")
file(WRITE "${FOLDER}/${PREFIX}.c"
"/* Generated from the project's files; see engine/cmake/embed_files.cmake. */
#include \"${PREFIX}.h\"

${arrays}
const atr__EmbeddedFile ${PREFIX}_files[] = {
${table}};
const size_t ${PREFIX}_count = ${index};
")
