/* The code reader beside a person's keys: what is a code, what was typed, and what is neither. */
#include "scanner.h"

#include "cmocka_all.h"

#include <string.h>

#define RETURN 40

/* Types each character of `text` `gap_ms` apart ('\n' is Enter) the way the kiosk does: what a
 * person typed is collected before each key and at the end. Codes are written in brackets, keys
 * that are not the reader's as '^'. */
static void play(const char *text, uint64_t gap_ms, char *out)
{
    static Scanner scanner;
    memset(&scanner, 0, sizeof scanner);
    uint64_t now = 1000;
    size_t used = 0;
    char typed = '\0';
    for (const char *c = text; *c != '\0'; c++) {
        now += gap_ms;
        while (scanner_typed(&scanner, now, &typed)) {
            out[used++] = typed;
        }
        int code = RETURN;
        bool shift = false;
        if (*c != '\n') {
            assert_true(scanner_find_key(SCANNER_US, *c, &code, &shift));
        }
        switch (scanner_key(&scanner, code, shift, now)) {
        case SCANNER_CODE:
            out[used++] = '[';
            memcpy(out + used, scanner.text, scanner.size);
            used += scanner.size;
            out[used++] = ']';
            break;
        case SCANNER_PASS:
            while (scanner_typed(&scanner, now, &typed)) {
                out[used++] = typed;
            }
            out[used++] = '^';
            break;
        default:
            break;
        }
    }
    while (scanner_typed(&scanner, now + 1000, &typed)) {
        out[used++] = typed;
    }
    out[used] = '\0';
}

static const struct {
    const char *name, *text;
    uint64_t gap_ms;
    const char *expected;
} rows[] = {
    { "a receipt read fast", "ATR1|k|s\n", 5, "[ATR1|k|s]" },
    { "a card read fast", "6283910000000047\n", 5, "[6283910000000047]" },
    { "digits typed slowly", "6283910000000047", 120, "6283910000000047" },
    { "the same digit typed again and again", "0000", 120, "0000" },
    { "digits handed over by one late frame", "628391", 0, "628391" },
    { "digits and Enter in one late frame", "0047\n", 0, "0047^" },
    { "Enter alone", "\n", 120, "^" },
    { "a receipt that broke off", "ATR1|k|s", 5, "" },
};

static void scanner_key__tells_codes_from_typing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[128];
        print_message("  %s\n", rows[i].name);
        play(rows[i].text, rows[i].gap_ms, out);
        assert_string_equal(out, rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scanner_key__tells_codes_from_typing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
