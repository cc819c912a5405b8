# cmake -DROOT=.. -P top_level.cmake: the project's root holds what the design lists and no more.
set(allowed CMakeLists.txt CMakePresets.json LICENSE README.md
    engine plugin effects assets demo tests)
# Not part of the project: what the two commands make, ignored by git.
set(made build shots)

file(GLOB present RELATIVE "${ROOT}" "${ROOT}/*")
list(FILTER present EXCLUDE REGEX "^\\.")
list(REMOVE_ITEM present ${made})

set(extra ${present})
list(REMOVE_ITEM extra ${allowed})
set(absent ${allowed})
list(REMOVE_ITEM absent ${present})
if(extra)
    message(SEND_ERROR "Not in the design's list of top-level entries: ${extra}")
endif()
if(absent)
    message(SEND_ERROR "In the design's list of top-level entries, but not there: ${absent}")
endif()
