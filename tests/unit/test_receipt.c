/* ATR1 receipts, keys and what surrounds every format: bounds, recognition, names. */
#include "receipt_maker.h"

static Maker maker;

static int set_up(void **state)
{
    (void)state;
    maker_init(&maker, "test_receipt");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    maker_deinit(&maker);
    return 0;
}

static atr_ReceiptKey pinned_key(void)
{
    atr_ReceiptKey key = {
        .kid = "k1", .store = "nour", .till = "1", .algorithm = ATR_KEY_ED25519, .size = 32
    };
    memcpy(key.bytes, maker.ed_public, 32);
    return key;
}

static void receipt_decode__atr1__reads_every_field(void **state)
{
    (void)state;
    char text[512];
    char spaced[600];
    atr_Receipt receipt;
    atr_Error error = { .line = 7 };
    maker_atr1(&maker, -1, NULL, text, sizeof text);
    snprintf(spaced, sizeof spaced, " \t%s\r\n", text);
    assert_int_equal(maker_decode(spaced, &receipt, &error), ATR_OK);
    assert_int_equal(error.line, 0);
    assert_int_equal(receipt.format, ATR_RECEIPT_ATR1);
    assert_string_equal(receipt.kid, "k1");
    assert_string_equal(receipt.store, "nour");
    assert_string_equal(receipt.till, "1");
    assert_int_equal(receipt.sequence, 42);
    assert_string_equal(receipt.currency, "AED");
    assert_int_equal(receipt.total_fils, 12050);
    assert_int_equal(receipt.vat_fils, 574);
    assert_string_equal(receipt.trn, "100999000100002");
    assert_int_equal(receipt.time_s, 1795098600); /* date -u -d 2026-11-19T14:30:00 +%s */
    assert_false(receipt.time_is_utc);
    assert_string_equal(receipt.key, "ATR1|nour|1|20261119|42");
    const atr_ReceiptKey key = pinned_key();
    assert_int_equal(atr_receipt_check_signature(&receipt, &key), ATR_SIGNATURE_OK);
    assert_int_equal(atr_receipt_check_signature(&receipt, NULL), ATR_SIGNATURE_UNKNOWN);
}

static void receipt_decode__atr1_fields__accepts_the_edges(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int field;
        const char *with;
    } rows[] = {
        { "longest kid", 1, "ABCDEFGHIJ.-_k16" },
        { "longest store", 2, "abcdefghijklmnop" },
        { "longest till", 3, "0123456789abcdef" },
        { "sequence zero", 4, "0" },
        { "largest sequence", 4, "9223372036854775807" },
        { "leap day", 5, "20280229T235959" },
        { "leap day of 2000", 5, "20000229T000000" },
        { "first day", 5, "19700101T000000" },
        { "another currency", 6, "SAR" },
        { "total zero", 7, "0" },
        { "largest total", 7, "9999999999999" },
        { "short TRN is for the rules", 9, "1" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        char text[512];
        atr_Receipt receipt;
        print_message("  %s\n", rows[i].name);
        maker_atr1(&maker, rows[i].field, rows[i].with, text, sizeof text);
        assert_int_equal(maker_decode(text, &receipt, NULL), ATR_OK);
    }
}

static void receipt_decode__atr1_malformed__names_field_and_offset(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int field;
        const char *with;
        const char *expected;
    } rows[] = {
        { "empty kid", 1, "", "field 2 (kid)" },
        { "kid too long", 1, "ABCDEFGHIJ.-_k17x", "field 2 (kid)" },
        { "kid with a space", 1, "k 1", "field 2 (kid)" },
        { "store with a slash", 2, "a/b", "field 3 (store)" },
        { "empty till", 3, "", "field 4 (till)" },
        { "sequence empty", 4, "", "field 5 (sequence)" },
        { "sequence with a leading zero", 4, "042", "field 5 (sequence)" },
        { "sequence with a sign", 4, "+42", "field 5 (sequence)" },
        { "sequence negative", 4, "-42", "field 5 (sequence)" },
        { "sequence too large", 4, "9223372036854775808", "field 5 (sequence)" },
        { "sequence far too large", 4, "99999999999999999999999", "field 5 (sequence)" },
        { "sequence in hexadecimal", 4, "0x2a", "field 5 (sequence)" },
        { "month 13", 5, "20261319T143000", "field 6 (time)" },
        { "month 0", 5, "20260019T143000", "field 6 (time)" },
        { "day 0", 5, "20261100T143000", "field 6 (time)" },
        { "31 November", 5, "20261131T143000", "field 6 (time)" },
        { "29 February of no leap year", 5, "20270229T143000", "field 6 (time)" },
        { "29 February 2100", 5, "21000229T143000", "field 6 (time)" },
        { "hour 24", 5, "20261119T240000", "field 6 (time)" },
        { "minute 60", 5, "20261119T146000", "field 6 (time)" },
        { "second 60", 5, "20261119T143060", "field 6 (time)" },
        { "before 1970", 5, "19691231T235959", "field 6 (time)" },
        { "time with a zone", 5, "20261119T143000Z", "field 6 (time)" },
        { "time with a space", 5, "20261119 143000", "field 6 (time)" },
        { "currency of two letters", 6, "AE", "field 7 (currency)" },
        { "currency in small letters", 6, "aed", "field 7 (currency)" },
        { "currency of four letters", 6, "AEDX", "field 7 (currency)" },
        { "total with decimals", 7, "120.50", "field 8 (total)" },
        { "total negative", 7, "-12050", "field 8 (total)" },
        { "total with a leading zero", 7, "012050", "field 8 (total)" },
        { "total too large", 7, "10000000000000", "field 8 (total)" },
        { "VAT empty", 8, "", "field 9 (VAT)" },
        { "VAT in words", 8, "five", "field 9 (VAT)" },
        { "TRN of 16 digits", 9, "1009990001000021", "field 10 (TRN)" },
        { "TRN with letters", 9, "10099900010000A", "field 10 (TRN)" },
        { "TRN empty", 9, "", "field 10 (TRN)" },
        { "a field too many", 9, "100999000100002|x", "expected 11 fields, found 12" },
        { "Arabic-Indic digits", 7, "١٢", "printable ASCII" },
        { "a control character", 2, "no\x1bur", "printable ASCII" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        char text[512];
        atr_Receipt receipt;
        atr_Receipt zero = { 0 };
        atr_Error error;
        print_message("  %s\n", rows[i].name);
        memset(&receipt, 0xa5, sizeof receipt);
        maker_atr1(&maker, rows[i].field, rows[i].with, text, sizeof text);
        assert_int_equal(maker_decode(text, &receipt, &error), ATR_ERR_FORMAT);
        assert_memory_equal(&receipt, &zero, sizeof zero);
        assert_string_equal(error.source, "ATR1");
        assert_non_null(strstr(error.text, rows[i].expected));
        assert_true(error.column >= 1);
    }
}

static void receipt_decode__atr1__error_column_points_at_the_field(void **state)
{
    (void)state;
    char text[512];
    atr_Receipt receipt;
    atr_Error error;
    maker_atr1(&maker, 7, "12.5", text, sizeof text);
    assert_int_equal(maker_decode(text, &receipt, &error), ATR_ERR_FORMAT);
    assert_int_equal(error.column, (uint32_t)(strstr(text, "12.5") - text) + 1);
}

static void receipt_decode__atr1_signature__has_one_spelling(void **state)
{
    (void)state;
    char text[512];
    char changed[520];
    atr_Receipt receipt;
    atr_Error error;
    maker_atr1(&maker, -1, NULL, text, sizeof text);
    const size_t length = strlen(text);

    /* The last character carries 2 bits only: its other 4 must be zero. */
    memcpy(changed, text, length + 1);
    changed[length - 1] = (char)(text[length - 1] == 'A' ? 'B' : text[length - 1] + 1);
    assert_int_equal(maker_decode(changed, &receipt, &error), ATR_ERR_FORMAT);
    assert_non_null(strstr(error.text, "field 11 (signature)"));

    snprintf(changed, sizeof changed, "%s==", text);
    assert_int_equal(maker_decode(changed, &receipt, NULL), ATR_ERR_FORMAT);
    snprintf(changed, sizeof changed, "%.*s", (int)length - 1, text);
    assert_int_equal(maker_decode(changed, &receipt, NULL), ATR_ERR_FORMAT);
    memcpy(changed, text, length + 1);
    changed[length - 10] = '+'; /* base64, but not base64url */
    assert_int_equal(maker_decode(changed, &receipt, NULL), ATR_ERR_FORMAT);
}

static void receipt_check_signature__any_changed_byte__is_bad(void **state)
{
    (void)state;
    char text[512];
    atr_Receipt receipt;
    const atr_ReceiptKey key = pinned_key();
    maker_atr1(&maker, -1, NULL, text, sizeof text);
    assert_int_equal(maker_decode(text, &receipt, NULL), ATR_OK);
    for (uint32_t i = 0; i < receipt.signed_size; i++) {
        atr_Receipt changed = receipt;
        changed.signed_bytes[i] ^= 1;
        assert_int_equal(atr_receipt_check_signature(&changed, &key), ATR_SIGNATURE_BAD);
    }
    for (uint32_t i = 0; i < receipt.signature_size; i++) {
        atr_Receipt changed = receipt;
        changed.signature[i] ^= 1;
        assert_int_equal(atr_receipt_check_signature(&changed, &key), ATR_SIGNATURE_BAD);
    }
    atr_ReceiptKey other = key;
    other.bytes[3] ^= 1;
    assert_int_equal(atr_receipt_check_signature(&receipt, &other), ATR_SIGNATURE_BAD);
    other = key;
    other.algorithm = ATR_KEY_SECP256K1;
    assert_int_equal(atr_receipt_check_signature(&receipt, &other), ATR_SIGNATURE_BAD);
}

static void receipt_decode__nothing_and_garbage__is_refused(void **state)
{
    (void)state;
    static char large[ATR_RECEIPT_TEXT_MAX + 1];
    atr_Receipt receipt;
    atr_Error error;
    memset(large, 'A', sizeof large);
    static const struct {
        const char *name;
        const char *text;
        const char *expected;
    } rows[] = {
        { "no bytes", "", "no text" },
        { "spaces only", " \r\n\t ", "no text" },
        { "a link", "https://example.com/menu", "expected ATR1|" },
        { "another version", "ATR2|k|s", "expected ATR1|" },
        { "small letters", "atr1|k|s", "expected ATR1|" },
        { "prefix alone", "ATR1|", "expected 11 fields, found 2" },
        { "ten fields", "ATR1|k1|nour|1|42|20261119T143000|AED|1|0|1", "found 10" },
        { "base64 of nothing known", "SGVsbG8gd29ybGQ=", "expected a tag" },
        { "base64 without padding", "AQVTYWxsYQ", "padding" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        assert_int_equal(maker_decode(rows[i].text, &receipt, &error), ATR_ERR_FORMAT);
        assert_non_null(strstr(error.text, rows[i].expected));
    }
    assert_int_equal(atr_receipt_decode((atr_Bytes){ large, sizeof large }, &receipt, &error),
                     ATR_ERR_FORMAT);
    assert_non_null(strstr(error.text, "at most 4096 bytes"));
    assert_int_equal(atr_receipt_decode((atr_Bytes){ NULL, 0 }, &receipt, NULL), ATR_ERR_FORMAT);
    assert_int_equal(atr_receipt_decode((atr_Bytes){ "A\0B\0", 4 }, &receipt, NULL),
                     ATR_ERR_FORMAT);
}

static void receipt_decode__error__never_repeats_the_text(void **state)
{
    (void)state;
    char text[512];
    atr_Receipt receipt;
    atr_Error error;
    maker_atr1(&maker, 7, "SECRET.99", text, sizeof text);
    assert_int_equal(maker_decode(text, &receipt, &error), ATR_ERR_FORMAT);
    assert_null(strstr(error.text, "SECRET"));
    assert_int_equal(maker_decode("SECRET SECRET", &receipt, &error), ATR_ERR_FORMAT);
    assert_null(strstr(error.text, "SECRET"));
}

/* ---- Issuing --------------------------------------------------------------------------------- */

static atr_ReceiptIssue good_issue(void)
{
    return (atr_ReceiptIssue){ .kid = "k1",
                               .store = "nour",
                               .till = "1",
                               .sequence = 7,
                               .local_time_s = 1795098600,
                               .total_fils = 12050,
                               .vat_fils = 574,
                               .trn = "100999000100002",
                               .secret_key = maker.ed_secret };
}

static void receipt_issue__what_it_prints__decodes_and_verifies(void **state)
{
    (void)state;
    char text[257];
    atr_Receipt receipt;
    const atr_ReceiptIssue issue = good_issue();
    const atr_ReceiptKey key = pinned_key();
    assert_int_equal(atr_receipt_issue(&issue, text, sizeof text), ATR_OK);
    assert_int_equal(maker_decode(text, &receipt, NULL), ATR_OK);
    assert_int_equal(receipt.time_s, issue.local_time_s);
    assert_int_equal(receipt.total_fils, 12050);
    assert_string_equal(receipt.key, "ATR1|nour|1|20261119|7");
    assert_int_equal(atr_receipt_check_signature(&receipt, &key), ATR_SIGNATURE_OK);
}

static void receipt_issue__times__survive_the_round_trip(void **state)
{
    (void)state;
    static const int64_t times[] = { 0,          86399,      951782400,  951868800,
                                     1709164800, 1798761599, 4102444799, 253402300799 };
    for (size_t i = 0; i < ATR_COUNT_OF(times); i++) {
        char text[257];
        atr_Receipt receipt;
        atr_ReceiptIssue issue = good_issue();
        issue.local_time_s = times[i];
        assert_int_equal(atr_receipt_issue(&issue, text, sizeof text), ATR_OK);
        assert_int_equal(maker_decode(text, &receipt, NULL), ATR_OK);
        assert_int_equal(receipt.time_s, times[i]);
    }
}

static void receipt_issue__what_could_not_be_read_again__is_refused(void **state)
{
    (void)state;
    char text[257];
    atr_ReceiptIssue issue = good_issue();
    issue.store = "two words";
    assert_int_equal(atr_receipt_issue(&issue, text, sizeof text), ATR_ERR_INVALID);
    issue = good_issue();
    issue.till = "a|b";
    assert_int_equal(atr_receipt_issue(&issue, text, sizeof text), ATR_ERR_INVALID);
    issue = good_issue();
    issue.trn = "1234";
    assert_int_equal(atr_receipt_issue(&issue, text, sizeof text), ATR_ERR_INVALID);
    issue = good_issue();
    issue.total_fils = -1;
    assert_int_equal(atr_receipt_issue(&issue, text, sizeof text), ATR_ERR_INVALID);
    issue = good_issue();
    issue.total_fils = 10000000000000;
    assert_int_equal(atr_receipt_issue(&issue, text, sizeof text), ATR_ERR_INVALID);
    issue = good_issue();
    issue.local_time_s = -1;
    assert_int_equal(atr_receipt_issue(&issue, text, sizeof text), ATR_ERR_INVALID);
    issue = good_issue();
    issue.local_time_s = 253402300800;
    assert_int_equal(atr_receipt_issue(&issue, text, sizeof text), ATR_ERR_INVALID);
    issue = good_issue();
    assert_int_equal(atr_receipt_issue(&issue, text, 100), ATR_ERR_INVALID);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static void hex_of(const uint8_t *bytes, size_t size, char *out, size_t out_size)
{
    sodium_bin2hex(out, out_size, bytes, size);
}

static void receipt_key_parse__pem_der_and_hex__give_the_same_key(void **state)
{
    (void)state;
    uint8_t spki[88];
    char hex[200];
    char base64[200];
    char pem[400];
    maker_spki(&maker, spki);
    hex_of(spki, sizeof spki, hex, sizeof hex);
    sodium_bin2base64(base64, sizeof base64, spki, sizeof spki, sodium_base64_VARIANT_ORIGINAL);
    snprintf(pem, sizeof pem, "-----BEGIN PUBLIC KEY-----\n%.64s\n%s\n-----END PUBLIC KEY-----\n",
             base64, base64 + 64);
    const atr_Bytes texts[] = { { spki, sizeof spki }, { hex, strlen(hex) }, { pem, strlen(pem) } };
    for (size_t i = 0; i < ATR_COUNT_OF(texts); i++) {
        atr_ReceiptKey key = { .kid = "kept" };
        assert_int_equal(atr_receipt_key_parse(texts[i], &key, NULL), ATR_OK);
        assert_int_equal(key.algorithm, ATR_KEY_SECP256K1);
        assert_int_equal(key.size, 65);
        assert_memory_equal(key.bytes, maker.ec_public, 65);
        assert_string_equal(key.kid, "kept");
    }
}

static void receipt_key_parse__ed25519_raw_and_spki__give_the_same_key(void **state)
{
    (void)state;
    uint8_t spki[44] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
    char hex[2][100];
    memcpy(spki + 12, maker.ed_public, 32);
    hex_of(spki, sizeof spki, hex[0], sizeof hex[0]);
    hex_of(maker.ed_public, 32, hex[1], sizeof hex[1]);
    for (size_t i = 0; i < 2; i++) {
        atr_ReceiptKey key = { 0 };
        assert_int_equal(atr_receipt_key_parse((atr_Bytes){ hex[i], strlen(hex[i]) }, &key, NULL),
                         ATR_OK);
        assert_int_equal(key.algorithm, ATR_KEY_ED25519);
        assert_int_equal(key.size, 32);
        assert_memory_equal(key.bytes, maker.ed_public, 32);
    }
}

static void receipt_key_parse__junk__is_refused(void **state)
{
    (void)state;
    uint8_t spki[88];
    static char large[5000];
    atr_ReceiptKey key = { 0 };
    atr_Error error;
    maker_spki(&maker, spki);
    spki[87] ^= 1; /* off the curve */
    assert_int_equal(atr_receipt_key_parse((atr_Bytes){ spki, sizeof spki }, &key, &error),
                     ATR_ERR_FORMAT);
    assert_non_null(strstr(error.text, "point on the curve"));
    assert_int_equal(key.size, 0);
    maker_spki(&maker, spki);
    const atr_Bytes texts[] = {
        { spki, 87 },
        { "", 0 },
        { "zz", 2 },
        { "-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----", 55 },
        { "-----BEGIN PUBLIC KEY-----\nAAAA", 31 },
        { large, sizeof large },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(texts); i++) {
        assert_int_equal(atr_receipt_key_parse(texts[i], &key, &error), ATR_ERR_FORMAT);
        assert_true(error.text[0] != '\0');
    }
}

/* Nothing verifies with such a key: pinned, it would make every receipt of a till a forgery. */
static void receipt_key_parse__ed25519_no_usable_point__is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *hex;
    } rows[] = {
        { "zero: of small order",
          "0000000000000000000000000000000000000000000000000000000000000000" },
        { "the neutral point", "0100000000000000000000000000000000000000000000000000000000000000" },
        { "no point", "0200000000000000000000000000000000000000000000000000000000000000" },
        { "not reduced", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        atr_ReceiptKey key = { 0 };
        atr_Error error;
        const atr_Bytes text = { rows[i].hex, strlen(rows[i].hex) };
        assert_int_equal(atr_receipt_key_parse(text, &key, &error), ATR_ERR_FORMAT);
        assert_non_null(strstr(error.text, "point on the curve"));
        assert_int_equal(key.size, 0);
    }
}

static void receipt_keypair__two_calls__differ(void **state)
{
    (void)state;
    uint8_t publics[2][32];
    uint8_t secrets[2][64];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(atr_receipt_keypair(publics[i], secrets[i]), ATR_OK);
    }
    assert_memory_not_equal(publics[0], publics[1], 32);
    assert_memory_equal(secrets[0] + 32, publics[0], 32);
}

static void receipt_names__every_value__has_one(void **state)
{
    (void)state;
    assert_string_equal(atr_receipt_format_name(ATR_RECEIPT_ATR1), "atr1");
    assert_string_equal(atr_receipt_format_name(ATR_RECEIPT_ZATCA1), "zatca-p1");
    assert_string_equal(atr_receipt_format_name(ATR_RECEIPT_ZATCA2), "zatca-p2");
    assert_string_equal(atr_receipt_format_name(ATR_RECEIPT_UNKNOWN), "unknown");
    assert_string_equal(atr_signature_name(ATR_SIGNATURE_OK), "ok");
    assert_string_equal(atr_signature_name(ATR_SIGNATURE_BAD), "bad");
    assert_string_equal(atr_signature_name(ATR_SIGNATURE_UNKNOWN), "unknown");
    assert_string_equal(atr_signature_name(ATR_SIGNATURE_NONE), "none");
    assert_true(atr_receipt_trn_is_valid("100999000100002"));
    assert_false(atr_receipt_trn_is_valid("10099900010000"));
    assert_false(atr_receipt_trn_is_valid("10099900010000x"));
    assert_false(atr_receipt_trn_is_valid(NULL));
    assert_true(atr_receipt_name_is_valid("till-1_a.b"));
    assert_false(atr_receipt_name_is_valid(""));
    assert_false(atr_receipt_name_is_valid("abcdefghijklmnopq"));
    assert_false(atr_receipt_name_is_valid(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receipt_decode__atr1__reads_every_field),
        cmocka_unit_test(receipt_decode__atr1_fields__accepts_the_edges),
        cmocka_unit_test(receipt_decode__atr1_malformed__names_field_and_offset),
        cmocka_unit_test(receipt_decode__atr1__error_column_points_at_the_field),
        cmocka_unit_test(receipt_decode__atr1_signature__has_one_spelling),
        cmocka_unit_test(receipt_check_signature__any_changed_byte__is_bad),
        cmocka_unit_test(receipt_decode__nothing_and_garbage__is_refused),
        cmocka_unit_test(receipt_decode__error__never_repeats_the_text),
        cmocka_unit_test(receipt_issue__what_it_prints__decodes_and_verifies),
        cmocka_unit_test(receipt_issue__times__survive_the_round_trip),
        cmocka_unit_test(receipt_issue__what_could_not_be_read_again__is_refused),
        cmocka_unit_test(receipt_key_parse__pem_der_and_hex__give_the_same_key),
        cmocka_unit_test(receipt_key_parse__ed25519_raw_and_spki__give_the_same_key),
        cmocka_unit_test(receipt_key_parse__junk__is_refused),
        cmocka_unit_test(receipt_key_parse__ed25519_no_usable_point__is_refused),
        cmocka_unit_test(receipt_keypair__two_calls__differ),
        cmocka_unit_test(receipt_names__every_value__has_one),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
