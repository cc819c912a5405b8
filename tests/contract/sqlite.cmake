atrium_add_test(test_store_sqlite
    SOURCES test_store_sqlite.c store_contract.c store_contract.h store_fixture.h
    COMPONENTS sqlite LABELS contract)
