# For eyes: contact_sheet coin_shower /tmp/coin_shower.png 240 640 80
add_executable(contact_sheet contact_sheet.c png_write.h stage.h)
atrium_target_defaults(contact_sheet)
set_target_properties(contact_sheet PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests/bin")
target_include_directories(contact_sheet SYSTEM PRIVATE ${ATR_STB_DIR})
target_link_libraries(contact_sheet PRIVATE atrium::effects m)

atrium_add_test(test_golden SOURCES test_golden.c png_write.h stage.h COMPONENTS effects
    LABELS visual)
target_include_directories(test_golden SYSTEM PRIVATE ${ATR_STB_DIR})
atrium_add_test(test_flash SOURCES test_flash.c flash.h stage.h COMPONENTS effects LABELS visual)
target_link_libraries(test_flash PRIVATE m)
