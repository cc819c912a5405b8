atrium_add_test(test_store_sqlite
    SOURCES test_store_sqlite.c store_contract.c store_contract.h store_contract_internal.h
        store_contract_records.c store_contract_settling.c store_fixture.h
    COMPONENTS sqlite LABELS contract)
