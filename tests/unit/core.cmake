atrium_add_test(test_base SOURCES test_base.c COMPONENTS core LABELS unit)
atrium_add_test(test_frame SOURCES test_frame.c COMPONENTS core LABELS unit)
atrium_add_test(test_mailbox SOURCES test_mailbox.c COMPONENTS core LABELS unit)
atrium_add_test(test_mailbox_threads
    SOURCES test_mailbox_threads.c COMPONENTS core LABELS unit threads)
atrium_add_test(test_compose SOURCES test_compose.c COMPONENTS core LABELS unit)
atrium_add_test(test_compose_equal
    SOURCES test_compose_equal.c compose_fixture.h COMPONENTS core LABELS unit threads)
atrium_add_test(test_compose_random SOURCES test_compose_random.c COMPONENTS core LABELS unit threads)
atrium_add_test(test_compose_quality
    SOURCES test_compose_quality.c compose_fixture.h COMPONENTS core LABELS unit)
atrium_add_test(test_compose_copies
    SOURCES test_compose_copies.c compose_fixture.h COMPONENTS core LABELS unit)
atrium_add_test(test_kernels
    SOURCES test_kernels.c ../support/kernel_cases.c ../support/kernel_cases.h
    COMPONENTS core LABELS unit)
add_executable(kernel_digest
    kernel_digest.c ../support/kernel_cases.c ../support/kernel_cases.h)
atrium_target_defaults(kernel_digest)
set_target_properties(kernel_digest PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests/bin")
target_include_directories(kernel_digest PRIVATE ${atrium_SOURCE_DIR}/tests/support)
target_link_libraries(kernel_digest PRIVATE atrium::core atrium_base_internal)
add_test(NAME test_kernels_neon
    COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/kernel_neon.sh" "${atrium_SOURCE_DIR}"
            "${CMAKE_BINARY_DIR}/engine/core/include" $<TARGET_FILE:kernel_digest>
            "${CMAKE_CURRENT_BINARY_DIR}/neon")
set_tests_properties(test_kernels_neon PROPERTIES LABELS unit SKIP_RETURN_CODE 77 TIMEOUT 120)
atrium_add_test(test_metrics SOURCES test_metrics.c COMPONENTS core LABELS unit threads)
atrium_add_test(test_queue SOURCES test_queue.c COMPONENTS core LABELS unit)
atrium_add_test(test_queue_threads
    SOURCES test_queue_threads.c COMPONENTS core LABELS unit threads)
atrium_add_test(test_effect
    SOURCES test_effect.c effect_fixture.h COMPONENTS core LABELS unit)
atrium_add_test(test_effect_play
    SOURCES test_effect_play.c effect_fixture.h COMPONENTS core LABELS unit)
atrium_add_test(test_effect_threads
    SOURCES test_effect_threads.c effect_fixture.h COMPONENTS core LABELS unit threads)
atrium_add_test(test_effect_install
    SOURCES test_effect_install.c effect_fixture.h COMPONENTS core LABELS unit threads)
atrium_add_test(test_effect_particles
    SOURCES test_effect_particles.c effect_fixture.h COMPONENTS core LABELS unit)
atrium_add_test(test_effect_place
    SOURCES test_effect_place.c effect_fixture.h COMPONENTS core LABELS unit)
atrium_add_test(test_effect_follow
    SOURCES test_effect_follow.c effect_fixture.h COMPONENTS core LABELS unit)
atrium_add_test(test_effect_million
    SOURCES test_effect_million.c effect_fixture.h COMPONENTS core LABELS unit ARGS 50000)
add_test(NAME test_effect_million_whole COMMAND test_effect_million)
set_tests_properties(test_effect_million_whole PROPERTIES LABELS "unit;slow" TIMEOUT 300)
atrium_add_test(test_effect_limits
    SOURCES test_effect_limits.c effect_fixture.h COMPONENTS core LABELS unit)
atrium_add_test(test_throttle SOURCES test_throttle.c COMPONENTS core LABELS unit)
atrium_add_test(test_effect_budget
    SOURCES test_effect_budget.c effect_fixture.h COMPONENTS core LABELS unit)
