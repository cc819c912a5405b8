foreach(name IN ITEMS flow words)
    atrium_add_test(test_kiosk_${name} SOURCES test_kiosk_${name}.c LIBS kiosk_course LABELS unit)
endforeach()
