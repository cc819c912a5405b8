# Declares the libraries: target atrium_NAME, alias and export atrium::NAME, public headers in
# include/atrium beside its CMakeLists.txt, install rules and a relocatable pkg-config file.
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# What is installed finds its own libraries wherever the tree is moved.
set(ATR_RPATH_LIBRARY "$ORIGIN")
file(RELATIVE_PATH ATR_RPATH_PROGRAM "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
set(ATR_RPATH_PROGRAM "$ORIGIN/${ATR_RPATH_PROGRAM}")

# atrium_add_component(NAME
#     SOURCES files...          listed by name, headers included
#     COMPONENTS names...       atrium components its public headers need
#     PUBLIC libraries...       pkg-config names its public headers need
#     PRIVATE libraries...      pkg-config names only its sources need
#     DESCRIPTION text)
# Sources see their own folder and core's base/*.h.
function(atrium_add_component name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESCRIPTION" "SOURCES;COMPONENTS;PUBLIC;PRIVATE")
    set(target atrium_${name})
    add_library(${target} ${arg_SOURCES})
    add_library(atrium::${name} ALIAS ${target})
    atrium_target_defaults(${target})
    set_target_properties(${target} PROPERTIES
        EXPORT_NAME ${name}
        OUTPUT_NAME atrium-${name}
        POSITION_INDEPENDENT_CODE ON
        INSTALL_RPATH "${ATR_RPATH_LIBRARY}"
        VERSION ${atrium_VERSION}
        SOVERSION ${atrium_VERSION_MAJOR}.${atrium_VERSION_MINOR})
    target_include_directories(${target}
        PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
               $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
        PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:atrium_base_internal>)
    foreach(component IN LISTS arg_COMPONENTS)
        target_link_libraries(${target} PUBLIC atrium::${component})
    endforeach()
    if(arg_PUBLIC OR arg_PRIVATE)
        atrium_require(${arg_PUBLIC} ${arg_PRIVATE})
    endif()
    foreach(library IN LISTS arg_PUBLIC)
        target_link_libraries(${target} PUBLIC atrium_dep::${library})
    endforeach()
    foreach(library IN LISTS arg_PRIVATE)
        target_link_libraries(${target} PRIVATE atrium_dep::${library})
    endforeach()
    if(UNIX)
        target_link_libraries(${target} PRIVATE m)
    endif()
    set_property(GLOBAL APPEND PROPERTY ATR_COMPONENTS ${name})
    set_property(GLOBAL APPEND PROPERTY ATR_DEPENDENCIES ${arg_PUBLIC} ${arg_PRIVATE})
    if(ATR_INSTALL)
        atrium_install_component(${name})
    endif()
endfunction()

# Part of atrium_add_component; reads its arg_* variables.
function(atrium_install_component name)
    install(TARGETS atrium_${name} EXPORT atrium-targets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(DIRECTORY include/atrium DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

    set(pc_requires ${arg_COMPONENTS})
    list(TRANSFORM pc_requires PREPEND "atrium-")
    list(APPEND pc_requires ${arg_PUBLIC})
    set(pc_requires_private ${arg_PRIVATE})
    set(PC_LIBS "")
    set(PC_LIBS_PRIVATE "-lm -pthread")
    if(NOT BUILD_SHARED_LIBS)
        # There is no other library to link: what it needs is everyone's, without --static.
        list(APPEND pc_requires ${arg_PRIVATE})
        set(pc_requires_private "")
        set(PC_LIBS "${PC_LIBS_PRIVATE}")
        set(PC_LIBS_PRIVATE "")
    endif()
    list(JOIN pc_requires " " PC_REQUIRES)
    list(JOIN pc_requires_private " " PC_REQUIRES_PRIVATE)
    set(PC_NAME atrium-${name})
    set(PC_DESCRIPTION "${arg_DESCRIPTION}")
    set(PC_CFLAGS "")
    if(NOT BUILD_SHARED_LIBS)
        set(PC_CFLAGS "-DATR_STATIC_DEFINE")
    endif()
    # The way back to the prefix from where the .pc file lies, so that the tree may be moved.
    file(RELATIVE_PATH PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
    string(REGEX REPLACE "/$" "" PC_PREFIX "${PC_PREFIX}")
    configure_file("${atrium_SOURCE_DIR}/engine/cmake/component.pc.in" ${PC_NAME}.pc @ONLY)
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${PC_NAME}.pc"
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# atrium_install_package(): what find_package(atrium) reads; after every component is declared.
function(atrium_install_package)
    set(where ${CMAKE_INSTALL_LIBDIR}/cmake/atrium)
    get_property(ATR_COMPONENTS GLOBAL PROPERTY ATR_COMPONENTS)
    get_property(ATR_DEPENDENCIES GLOBAL PROPERTY ATR_DEPENDENCIES)
    list(REMOVE_DUPLICATES ATR_DEPENDENCIES)
    configure_package_config_file("${atrium_SOURCE_DIR}/engine/cmake/atrium-config.cmake.in"
        "${atrium_BINARY_DIR}/atrium-config.cmake" INSTALL_DESTINATION ${where})
    write_basic_package_version_file("${atrium_BINARY_DIR}/atrium-config-version.cmake"
        COMPATIBILITY SameMinorVersion)
    install(EXPORT atrium-targets NAMESPACE atrium:: DESTINATION ${where})
    install(FILES
        "${atrium_BINARY_DIR}/atrium-config.cmake"
        "${atrium_BINARY_DIR}/atrium-config-version.cmake"
        "${atrium_SOURCE_DIR}/engine/cmake/AtriumDependencies.cmake"
        DESTINATION ${where})
endfunction()

# atrium_add_program(NAME SOURCES files... COMPONENTS names... PRIVATE libraries...): a program in
# bin/. INSTALL puts it into the installation too.
function(atrium_add_program name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "INSTALL" "" "SOURCES;COMPONENTS;PRIVATE")
    add_executable(${name} ${arg_SOURCES})
    atrium_target_defaults(${name})
    set_target_properties(${name} PROPERTIES INSTALL_RPATH "${ATR_RPATH_PROGRAM}")
    target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE atrium_base_internal Threads::Threads)
    foreach(component IN LISTS arg_COMPONENTS)
        target_link_libraries(${name} PRIVATE atrium::${component})
    endforeach()
    if(arg_PRIVATE)
        atrium_require(${arg_PRIVATE})
    endif()
    foreach(library IN LISTS arg_PRIVATE)
        target_link_libraries(${name} PRIVATE atrium_dep::${library})
    endforeach()
    if(UNIX)
        target_link_libraries(${name} PRIVATE m)
    endif()
    if(arg_INSTALL AND ATR_INSTALL)
        install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    endif()
endfunction()
