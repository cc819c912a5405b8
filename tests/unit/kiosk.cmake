foreach(name IN ITEMS flow input scanner script words)
    atrium_add_test(test_kiosk_${name} SOURCES test_kiosk_${name}.c LIBS kiosk_course LABELS unit)
endforeach()
atrium_add_test(test_kiosk_screens SOURCES test_kiosk_screens.c LIBS kiosk_fit LABELS unit)
