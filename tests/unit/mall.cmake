atrium_add_test(test_work SOURCES test_work.c COMPONENTS mall LABELS unit threads)
atrium_add_test(test_work_threads
    SOURCES test_work_threads.c COMPONENTS mall LABELS unit threads)
atrium_add_test(test_rules_limits SOURCES test_rules_limits.c COMPONENTS mall LABELS unit)
atrium_add_test(test_receipt
    SOURCES test_receipt.c ../support/receipt_maker.h
    COMPONENTS mall
    LIBS atrium_dep::libsodium atrium_dep::libsecp256k1
    LABELS unit)
atrium_add_test(test_receipt_zatca
    SOURCES test_receipt_zatca.c ../support/receipt_maker.h
    COMPONENTS mall
    LIBS atrium_dep::libsodium atrium_dep::libsecp256k1
    LABELS unit)
atrium_add_test(test_rules
    SOURCES test_rules.c ../support/receipt_maker.h
    COMPONENTS mall
    LIBS atrium_dep::libsodium atrium_dep::libsecp256k1
    LABELS unit)
atrium_add_test(test_reward SOURCES test_reward.c COMPONENTS mall LABELS unit)
atrium_add_test(test_cache SOURCES test_cache.c COMPONENTS mall LABELS unit)
atrium_add_test(test_cache_threads
    SOURCES test_cache_threads.c COMPONENTS mall LABELS unit threads)
atrium_add_test(test_loyalty_card SOURCES test_loyalty_card.c COMPONENTS mall LABELS unit)
