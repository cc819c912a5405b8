atrium_add_test(test_base SOURCES test_base.c COMPONENTS core LABELS unit)
atrium_add_test(test_frame SOURCES test_frame.c COMPONENTS core LABELS unit)
atrium_add_test(test_mailbox SOURCES test_mailbox.c COMPONENTS core LABELS unit)
atrium_add_test(test_mailbox_threads
    SOURCES test_mailbox_threads.c COMPONENTS core LABELS unit threads)
atrium_add_test(test_compose SOURCES test_compose.c COMPONENTS core LABELS unit)
atrium_add_test(test_kernels
    SOURCES test_kernels.c ../support/kernel_cases.c ../support/kernel_cases.h
    COMPONENTS core LABELS unit)
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
atrium_add_test(test_effect_limits
    SOURCES test_effect_limits.c effect_fixture.h COMPONENTS core LABELS unit)
atrium_add_test(test_throttle SOURCES test_throttle.c COMPONENTS core LABELS unit)
