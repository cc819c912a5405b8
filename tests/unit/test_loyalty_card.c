/* Card numbers and references: no store, no threads. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/loyalty.h>

#include "cmocka_all.h"

#include <string.h>

static void card_is_valid__table(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *digits;
        bool valid;
    } rows[] = {
        { "ISO's example", "79927398713", true },
        { "wrong check digit", "79927398710", false },
        { "two digits swapped", "79923798713", false },
        { "sixteen digits", "4111111111111111", true },
        { "fewest digits", "00000000", true },
        { "one digit too few", "0000000", false },
        { "most digits", "0000000000000000000", true },
        { "one digit too many", "00000000000000000000", false },
        { "a letter", "7992739871a", false },
        { "a space", "7992739 8713", false },
        { "Arabic-Indic digits", "٧٩٩٢٧٣٩٨٧١٣", false },
        { "empty", "", false },
        { "none", NULL, false },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        assert_int_equal(atr_card_is_valid(rows[i].digits), rows[i].valid);
    }
}

static void new_id__is_never_the_same(void **state)
{
    (void)state;
    static const atr_Id128 none;
    const atr_Id128 a = atr_loyalty_new_id();
    const atr_Id128 b = atr_loyalty_new_id();
    assert_memory_not_equal(&a, &none, sizeof a);
    assert_memory_not_equal(&a, &b, sizeof a);
}

static void reference__follows_from_the_id_in_its_alphabet(void **state)
{
    (void)state;
    char seen[27 + 1] = "";
    for (int n = 0; n < 200; n++) {
        const atr_Id128 id = atr_loyalty_new_id();
        char first[ATR_REFERENCE_LENGTH + 1];
        char again[ATR_REFERENCE_LENGTH + 1];
        atr_loyalty_reference(&id, first);
        atr_loyalty_reference(&id, again);
        assert_string_equal(first, again);
        assert_int_equal(strlen(first), ATR_REFERENCE_LENGTH);
        for (size_t i = 0; i < ATR_REFERENCE_LENGTH; i++) {
            assert_non_null(strchr("23456789BCDFGHJKMNPQRSTVWXZ", first[i]));
            if (strchr(seen, first[i]) == NULL) {
                seen[strlen(seen)] = first[i];
            }
        }
    }
    assert_int_equal(strlen(seen), 27); /* 1,200 draws: none is left out but once in 10^18 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(card_is_valid__table),
        cmocka_unit_test(new_id__is_never_the_same),
        cmocka_unit_test(reference__follows_from_the_id_in_its_alphabet),
    };
    return cmocka_run_group_tests_name("loyalty: cards and references", tests, NULL, NULL);
}
