atrium_add_test(test_atlas SOURCES test_atlas.c COMPONENTS effects
    LABELS unit)
atrium_require(jansson)
atrium_add_test(test_catalogue SOURCES test_catalogue.c COMPONENTS effects
    LIBS atrium_dep::jansson LABELS unit)
atrium_add_test(test_catalogue_effects SOURCES test_catalogue_effects.c COMPONENTS effects
    LABELS unit)
atrium_add_test(test_schema SOURCES test_schema.c COMPONENTS effects
    LIBS atrium_dep::jansson LABELS unit)
