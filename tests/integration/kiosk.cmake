# The kiosk itself, played by scripts on a surface in memory: real store, real workers.
foreach(scenario IN ITEMS accepted guest held pending rejected files timeout arabic languages cards
        retry masked keyboard outside usage failed_expect no_arabic_font tour)
    add_test(NAME kiosk_${scenario}
        COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/test_kiosk.sh" ${scenario}
            $<TARGET_FILE:kiosk> $<TARGET_FILE:atrium> "${atrium_SOURCE_DIR}")
    set_tests_properties(kiosk_${scenario} PROPERTIES
        LABELS integration SKIP_RETURN_CODE 77 TIMEOUT 240)
endforeach()
set_tests_properties(kiosk_tour PROPERTIES LABELS "integration;slow")
atrium_add_test(test_kiosk_service
    SOURCES test_kiosk_service.c "${atrium_SOURCE_DIR}/demo/kiosk/service.c"
    LIBS kiosk_course atrium_app LABELS integration)
