atrium_add_test(test_golden_overlay SOURCES test_golden_overlay.c png_write.h COMPONENTS plugin
    LABELS visual)
target_include_directories(test_golden_overlay SYSTEM PRIVATE ${ATR_STB_DIR})
