# The gallery itself, played by a script and by its tour on SDL's dummy driver.
add_test(NAME gallery_script
    COMMAND gallery --headless --script "${atrium_SOURCE_DIR}/demo/tours/test.gallery"
        --shots "${CMAKE_CURRENT_BINARY_DIR}/gallery")
set_tests_properties(gallery_script PROPERTIES LABELS integration TIMEOUT 240)
add_test(NAME gallery_tour
    COMMAND gallery --tour "${CMAKE_CURRENT_BINARY_DIR}/gallery-tour")
set_tests_properties(gallery_tour PROPERTIES
    LABELS "integration;slow" TIMEOUT 300 PASS_REGULAR_EXPRESSION "coin_shower.png")
# What is asked for and cannot be had, or is not known, is said and exits 2.
add_test(NAME gallery_wrong_use COMMAND gallery --renderer vulkan)
set_tests_properties(gallery_wrong_use PROPERTIES
    LABELS integration PASS_REGULAR_EXPRESSION "expected software, opengl or opengles2")
