/* ZATCA phase 1 and 2, from codes made here with keys of fixed seeds. */
#include "receipt_maker.h"

static Maker maker;

static int set_up(void **state)
{
    (void)state;
    maker_init(&maker, "test_receipt_zatca");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    maker_deinit(&maker);
    return 0;
}

static void zatca_decode__phase1__reads_every_tag(void **state)
{
    (void)state;
    Tlv tlv = { .size = 0 };
    atr_Receipt receipt;
    maker_phase1(&tlv, 0, NULL);
    assert_int_equal(maker_decode_tlv(&tlv, &receipt, NULL), ATR_OK);
    assert_int_equal(receipt.format, ATR_RECEIPT_ZATCA1);
    assert_string_equal(receipt.seller, "متجر الواحة");
    assert_string_equal(receipt.trn, "301234567800003");
    assert_int_equal(receipt.time_s, 1795098600);
    assert_false(receipt.time_is_utc);
    assert_string_equal(receipt.currency, "");
    assert_int_equal(receipt.total_fils, 11500);
    assert_int_equal(receipt.vat_fils, 1500);
    assert_int_equal(strncmp(receipt.key, "ZATCA1|", 7), 0);
    assert_int_equal(strlen(receipt.key), 7 + 64);
    assert_int_equal(atr_receipt_check_signature(&receipt, NULL), ATR_SIGNATURE_NONE);
}

static void zatca_decode__z_after_the_time__means_utc(void **state)
{
    (void)state;
    Tlv tlv = { .size = 0 };
    atr_Receipt receipt;
    maker_phase1(&tlv, 3, "2026-11-19T14:30:00Z");
    assert_int_equal(maker_decode_tlv(&tlv, &receipt, NULL), ATR_OK);
    assert_true(receipt.time_is_utc);
    assert_int_equal(receipt.time_s, 1795098600);
}

static void zatca_decode__amounts__are_exact_fils(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t fils; /* INT64_MIN: refused */
    } rows[] = {
        { "230", 23000 },
        { "4.60", 460 },
        { "0.6", 60 },
        { "1108.90", 110890 },
        { "0", 0 },
        { "0.00", 0 },
        { "-12.50", -1250 },
        { "0.01", 1 },
        { "99999999999.99", 9999999999999 },
        { "", INT64_MIN },
        { "-", INT64_MIN },
        { "+1", INT64_MIN },
        { ".5", INT64_MIN },
        { "5.", INT64_MIN },
        { "1.234", INT64_MIN },
        { "01.20", INT64_MIN },
        { "1,108.90", INT64_MIN },
        { "1.2.3", INT64_MIN },
        { "1e3", INT64_MIN },
        { "nan", INT64_MIN },
        { " 1", INT64_MIN },
        { "1 ", INT64_MIN },
        { "--1", INT64_MIN },
        { "1.-2", INT64_MIN },
        { "999999999999.00", INT64_MIN },
        { "99999999999999999999999999", INT64_MIN },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        Tlv tlv = { .size = 0 };
        atr_Receipt receipt;
        atr_Error error;
        print_message("  '%s'\n", rows[i].text);
        maker_phase1(&tlv, 4, rows[i].text);
        const atr_Status st = maker_decode_tlv(&tlv, &receipt, &error);
        if (rows[i].fils == INT64_MIN) {
            assert_int_equal(st, ATR_ERR_FORMAT);
            assert_non_null(strstr(error.text, "tag 4 (total)"));
        } else {
            assert_int_equal(st, ATR_OK);
            assert_int_equal(receipt.total_fils, rows[i].fils);
        }
    }
}

static void zatca_decode__spelling__does_not_change_the_key(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int tag;
        const char *with;
        bool same;
    } rows[] = {
        { "amount without decimals", 4, "115", true },
        { "amount with one decimal", 4, "115.0", true },
        { "VAT without decimals", 5, "15", true },
        { "time with Z", 3, "2026-11-19T14:30:00Z", true },
        { "another seller name", 1, "Oasis Store", true },
        { "another amount", 4, "115.01", false },
        { "another VAT", 5, "15.01", false },
        { "another second", 3, "2026-11-19T14:30:01", false },
        { "another VAT number", 2, "301234567800004", false },
    };
    Tlv plain = { .size = 0 };
    atr_Receipt first;
    maker_phase1(&plain, 0, NULL);
    assert_int_equal(maker_decode_tlv(&plain, &first, NULL), ATR_OK);
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        Tlv tlv = { .size = 0 };
        atr_Receipt receipt;
        print_message("  %s\n", rows[i].name);
        maker_phase1(&tlv, rows[i].tag, rows[i].with);
        assert_int_equal(maker_decode_tlv(&tlv, &receipt, NULL), ATR_OK);
        assert_int_equal(strcmp(receipt.key, first.key) == 0, rows[i].same);
    }
}

static void zatca_decode__words_malformed__names_the_tag(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int tag;
        const char *with;
        const char *expected;
    } rows[] = {
        { "no seller", 1, NULL, "tag 1 (seller): expected once" },
        { "seller empty", 1, "", "tag 1 (seller)" },
        { "seller not UTF-8", 1, "\xff\xfe", "tag 1 (seller)" },
        { "seller in overlong UTF-8", 1, "\xc0\xaf", "tag 1 (seller)" },
        { "seller in overlong UTF-8 of three", 1, "\xe0\x80\xaf", "tag 1 (seller)" },
        { "seller with a surrogate", 1, "\xed\xa0\x80", "tag 1 (seller)" },
        { "seller beyond Unicode", 1, "\xf4\x90\x80\x80", "tag 1 (seller)" },
        { "seller cut in a letter", 1, "abc\xd8", "tag 1 (seller)" },
        { "seller with an escape", 1, "a\x1b[2J", "tag 1 (seller)" },
        { "seller with a C1 control", 1, "a\xc2\x9b", "tag 1 (seller)" },
        { "no VAT number", 2, NULL, "tag 2 (VAT number): expected once" },
        { "VAT number empty", 2, "", "tag 2 (VAT number)" },
        { "VAT number too long", 2, "3012345678000031", "tag 2 (VAT number)" },
        { "VAT number with a space", 2, "30 12", "tag 2 (VAT number)" },
        { "no time", 3, NULL, "tag 3 (time): expected once" },
        { "time without T", 3, "2026-11-19 14:30:00", "tag 3 (time)" },
        { "time with an offset", 3, "2026-11-19T14:30:00+03:00", "tag 3 (time)" },
        { "time with a fraction", 3, "2026-11-19T14:30:00.5Z", "tag 3 (time)" },
        { "time with 31 June", 3, "2026-06-31T14:30:00Z", "tag 3 (time)" },
        { "time empty", 3, "", "tag 3 (time)" },
        { "Z alone", 3, "Z", "tag 3 (time)" },
        { "no total", 4, NULL, "tag 4 (total): expected once" },
        { "no VAT", 5, NULL, "tag 5 (VAT total): expected once" },
        { "VAT in words", 5, "five", "tag 5 (VAT total)" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        Tlv tlv = { .size = 0 };
        atr_Receipt receipt;
        atr_Error error;
        print_message("  %s\n", rows[i].name);
        maker_phase1(&tlv, rows[i].tag, rows[i].with);
        assert_int_equal(maker_decode_tlv(&tlv, &receipt, &error), ATR_ERR_FORMAT);
        assert_string_equal(error.source, "ZATCA");
        assert_non_null(strstr(error.text, rows[i].expected));
    }
}

static void zatca_decode__zero_byte_in_seller__is_refused(void **state)
{
    (void)state;
    Tlv tlv = { .size = 0 };
    atr_Receipt receipt;
    tlv_add(&tlv, 1, "a\0b", 3);
    maker_phase1(&tlv, 1, NULL);
    assert_int_equal(maker_decode_tlv(&tlv, &receipt, NULL), ATR_ERR_FORMAT);
}

static void zatca_decode__longest_seller__fits(void **state)
{
    (void)state;
    char name[256];
    Tlv tlv = { .size = 0 };
    atr_Receipt receipt;
    memset(name, 'x', 255);
    name[255] = '\0';
    maker_phase1(&tlv, 1, name);
    assert_int_equal(maker_decode_tlv(&tlv, &receipt, NULL), ATR_OK);
    assert_int_equal(strlen(receipt.seller), 255);
}

static void zatca_decode__structure_malformed__names_the_byte(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *extra; /* after tags 1 to 5 */
        size_t size;
        const char *expected;
    } rows[] = {
        { "a tag again",
          "\x04\x01"
          "1",
          3, "tag 4 only once" },
        { "tag zero",
          "\x00\x01"
          "1",
          3, "expected a tag from 1 to 9" },
        { "tag ten",
          "\x0a\x01"
          "1",
          3, "expected a tag from 1 to 9" },
        { "tag without length", "\x06", 1, "expected a length after tag 6" },
        { "length beyond the end",
          "\x06\xff"
          "abc",
          5, "expected 255 bytes, found 3" },
        { "length one beyond the end",
          "\x06\x04"
          "abc",
          5, "expected 4 bytes, found 3" },
        { "tag 6 alone",
          "\x06\x01"
          "a",
          3, "tag 7 (signature): expected beside" },
        { "tag 9 alone",
          "\x09\x01"
          "a",
          3, "tag 6 (hash): expected beside" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        Tlv tlv = { .size = 0 };
        atr_Receipt receipt;
        atr_Error error;
        print_message("  %s\n", rows[i].name);
        maker_phase1(&tlv, 0, NULL);
        memcpy(tlv.bytes + tlv.size, rows[i].extra, rows[i].size);
        tlv.size += rows[i].size;
        assert_int_equal(maker_decode_tlv(&tlv, &receipt, &error), ATR_ERR_FORMAT);
        assert_non_null(strstr(error.text, rows[i].expected));
    }
}

static void zatca_decode__every_truncation__is_refused(void **state)
{
    (void)state;
    Tlv tlv = { .size = 0 };
    atr_Receipt receipt;
    maker_phase1(&tlv, 0, NULL);
    const size_t phase1 = tlv.size;
    maker_phase2(&maker, &tlv, "invoice", false);
    for (size_t size = tlv.size - 1; size > 0; size--) {
        Tlv cut = tlv;
        cut.size = size;
        /* What ends after tag 5 is a whole receipt of phase 1. */
        assert_int_equal(maker_decode_tlv(&cut, &receipt, NULL),
                         size == phase1 ? ATR_OK : ATR_ERR_FORMAT);
    }
}

static void zatca_check_signature__low_and_high_s__are_good(void **state)
{
    (void)state;
    char keys[2][ATR_RECEIPT_KEY_MAX + 1];
    for (int high = 0; high < 2; high++) {
        Tlv tlv = { .size = 0 };
        atr_Receipt receipt;
        maker_phase1(&tlv, 0, NULL);
        maker_phase2(&maker, &tlv, "invoice", high == 1);
        tlv_text(&tlv, 9, "a certificate's signature");
        assert_int_equal(maker_decode_tlv(&tlv, &receipt, NULL), ATR_OK);
        assert_int_equal(receipt.format, ATR_RECEIPT_ZATCA2);
        assert_int_equal(receipt.certificate_signature_size, 25);
        assert_int_equal(atr_receipt_check_signature(&receipt, NULL), ATR_SIGNATURE_OK);
        memcpy(keys[high], receipt.key, sizeof keys[high]);
    }
    /* The signature has two forms; the purchase has one key. */
    assert_string_equal(keys[0], keys[1]);
    uint8_t hash[32];
    char expected[80] = "ZATCA2|";
    maker_hash("invoice", hash);
    sodium_bin2hex(expected + 7, sizeof expected - 7, hash, sizeof hash);
    assert_string_equal(keys[0], expected);
}

static void zatca_check_signature__amount_changed__still_good(void **state)
{
    (void)state;
    Tlv tlv = { .size = 0 };
    atr_Receipt receipt;
    maker_phase1(&tlv, 4, "915.00");
    maker_phase2(&maker, &tlv, "invoice", false);
    assert_int_equal(maker_decode_tlv(&tlv, &receipt, NULL), ATR_OK);
    assert_int_equal(atr_receipt_check_signature(&receipt, NULL), ATR_SIGNATURE_OK);
}

static void zatca_check_signature__hash_or_key_changed__is_bad(void **state)
{
    (void)state;
    Tlv tlv = { .size = 0 };
    atr_Receipt receipt;
    Maker other;
    maker_phase1(&tlv, 0, NULL);
    maker_phase2(&maker, &tlv, "invoice", false);
    assert_int_equal(maker_decode_tlv(&tlv, &receipt, NULL), ATR_OK);
    for (uint32_t i = 0; i < 32; i++) {
        atr_Receipt changed = receipt;
        changed.signed_bytes[i] ^= 0x80;
        assert_int_equal(atr_receipt_check_signature(&changed, NULL), ATR_SIGNATURE_BAD);
    }
    maker_init(&other, "another till");
    atr_Receipt foreign = receipt;
    memcpy(foreign.public_key, other.ec_public, 65);
    assert_int_equal(atr_receipt_check_signature(&foreign, NULL), ATR_SIGNATURE_BAD);
    foreign.public_key[64] ^= 1; /* off the curve */
    assert_int_equal(atr_receipt_check_signature(&foreign, NULL), ATR_SIGNATURE_BAD);
    maker_deinit(&other);
}

static void zatca_check_signature__pinned_key__must_be_the_one_inside(void **state)
{
    (void)state;
    Tlv tlv = { .size = 0 };
    atr_Receipt receipt;
    atr_ReceiptKey key = { .algorithm = ATR_KEY_SECP256K1, .size = 65 };
    maker_phase1(&tlv, 0, NULL);
    maker_phase2(&maker, &tlv, "invoice", false);
    assert_int_equal(maker_decode_tlv(&tlv, &receipt, NULL), ATR_OK);
    memcpy(key.bytes, maker.ec_public, 65);
    assert_int_equal(atr_receipt_check_signature(&receipt, &key), ATR_SIGNATURE_OK);

    /* Pinned in compressed form it is the same point. */
    key.bytes[0] = (uint8_t)(2 + (maker.ec_public[64] & 1));
    key.size = 33;
    assert_int_equal(atr_receipt_check_signature(&receipt, &key), ATR_SIGNATURE_OK);

    Maker other;
    maker_init(&other, "another till");
    memcpy(key.bytes, other.ec_public, 65);
    key.size = 65;
    assert_int_equal(atr_receipt_check_signature(&receipt, &key), ATR_SIGNATURE_BAD);
    maker_deinit(&other);
    key = (atr_ReceiptKey){ .algorithm = ATR_KEY_ED25519, .size = 32 };
    assert_int_equal(atr_receipt_check_signature(&receipt, &key), ATR_SIGNATURE_BAD);
}

/* Tag 8 is under no signature, so anyone may spell the key otherwise: it stays the same key, or a
 * revoked one could hide behind another spelling. */
static void zatca_decode__key_spelled_otherwise__is_the_same_key(void **state)
{
    (void)state;
    Maker other;
    maker_init(&other, "odd and even"); /* of the two keys one has an odd y, one an even */
    assert_int_not_equal(other.ec_public[64] & 1, maker.ec_public[64] & 1);
    Maker *const makers[] = { &maker, &other };
    for (size_t i = 0; i < 2; i++) {
        for (int point = 0; point < MAKER_POINT_COUNT; point++) {
            Tlv tlv = { .size = 0 };
            atr_Receipt receipt;
            uint8_t spki[88];
            atr_ReceiptKey key = { 0 };
            makers[i]->spelling = (MakerPoint)point;
            maker_phase1(&tlv, 0, NULL);
            maker_phase2(makers[i], &tlv, "invoice", false);
            const atr_Bytes file = { spki, maker_spki(makers[i], spki) };
            makers[i]->spelling = MAKER_POINT_LONG;
            assert_int_equal(maker_decode_tlv(&tlv, &receipt, NULL), ATR_OK);
            assert_int_equal(receipt.public_key_size, 65);
            assert_memory_equal(receipt.public_key, makers[i]->ec_public, 65);
            assert_int_equal(atr_receipt_check_signature(&receipt, NULL), ATR_SIGNATURE_OK);
            assert_int_equal(atr_receipt_key_parse(file, &key, NULL), ATR_OK);
            assert_int_equal(key.size, 65);
            assert_memory_equal(key.bytes, makers[i]->ec_public, 65);
        }
    }
    maker_deinit(&other);
}

/* One phase 2 tag at a time is replaced by something malformed. */
static void zatca_decode__phase2_malformed__names_the_tag(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t tag;
        const char *with;
        const char *expected;
    } rows[] = {
        { "hash too short", 6, "AAAA", "tag 6 (hash)" },
        { "hash not base64", 6, "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "tag 6 (hash)" },
        { "hash with stray bits", 6,
          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=", "tag 6 (hash)" },
        { "signature not base64", 7, "MEUC*", "tag 7 (signature)" },
        { "signature empty", 7, "", "tag 7 (signature)" },
        { "signature not DER", 7, "AAAAAAAAAAAAAAAA", "tag 7 (signature)" },
        { "key empty", 8, "", "tag 8 (public key)" },
        { "key of another kind", 8, "0V0\x10\x06\x07", "tag 8 (public key)" },
    };
    uint8_t hash[32];
    uint8_t der[80];
    uint8_t spki[88];
    char hash_text[64];
    char der_text[128];
    maker_hash("invoice", hash);
    const size_t der_size = maker_sign(&maker, hash, false, der, sizeof der);
    maker_spki(&maker, spki);
    sodium_bin2base64(hash_text, sizeof hash_text, hash, 32, sodium_base64_VARIANT_ORIGINAL);
    sodium_bin2base64(der_text, sizeof der_text, der, der_size, sodium_base64_VARIANT_ORIGINAL);
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        Tlv tlv = { .size = 0 };
        atr_Receipt receipt;
        atr_Error error;
        print_message("  %s\n", rows[i].name);
        maker_phase1(&tlv, 0, NULL);
        tlv_text(&tlv, 6, rows[i].tag == 6 ? rows[i].with : hash_text);
        tlv_text(&tlv, 7, rows[i].tag == 7 ? rows[i].with : der_text);
        if (rows[i].tag == 8) {
            tlv_text(&tlv, 8, rows[i].with);
        } else {
            tlv_add(&tlv, 8, spki, sizeof spki);
        }
        assert_int_equal(maker_decode_tlv(&tlv, &receipt, &error), ATR_ERR_FORMAT);
        assert_non_null(strstr(error.text, rows[i].expected));
    }
}

static void zatca_decode__certificate_signature_too_long__is_refused(void **state)
{
    (void)state;
    uint8_t bytes[81] = { 0x30 };
    Tlv tlv = { .size = 0 };
    atr_Receipt receipt;
    atr_Error error;
    maker_phase1(&tlv, 0, NULL);
    maker_phase2(&maker, &tlv, "invoice", false);
    tlv_add(&tlv, 9, bytes, sizeof bytes);
    assert_int_equal(maker_decode_tlv(&tlv, &receipt, &error), ATR_ERR_FORMAT);
    assert_non_null(strstr(error.text, "tag 9"));
}

static void zatca_decode__broken_der_inside__is_a_bad_signature(void **state)
{
    (void)state;
    Tlv tlv = { .size = 0 };
    atr_Receipt receipt;
    maker_phase1(&tlv, 0, NULL);
    maker_phase2(&maker, &tlv, "invoice", false);
    assert_int_equal(maker_decode_tlv(&tlv, &receipt, NULL), ATR_OK);
    receipt.signature[1]++; /* the sequence claims one byte more */
    assert_int_equal(atr_receipt_check_signature(&receipt, NULL), ATR_SIGNATURE_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zatca_decode__phase1__reads_every_tag),
        cmocka_unit_test(zatca_decode__z_after_the_time__means_utc),
        cmocka_unit_test(zatca_decode__amounts__are_exact_fils),
        cmocka_unit_test(zatca_decode__spelling__does_not_change_the_key),
        cmocka_unit_test(zatca_decode__words_malformed__names_the_tag),
        cmocka_unit_test(zatca_decode__zero_byte_in_seller__is_refused),
        cmocka_unit_test(zatca_decode__longest_seller__fits),
        cmocka_unit_test(zatca_decode__structure_malformed__names_the_byte),
        cmocka_unit_test(zatca_decode__every_truncation__is_refused),
        cmocka_unit_test(zatca_check_signature__low_and_high_s__are_good),
        cmocka_unit_test(zatca_check_signature__amount_changed__still_good),
        cmocka_unit_test(zatca_check_signature__hash_or_key_changed__is_bad),
        cmocka_unit_test(zatca_check_signature__pinned_key__must_be_the_one_inside),
        cmocka_unit_test(zatca_decode__key_spelled_otherwise__is_the_same_key),
        cmocka_unit_test(zatca_decode__phase2_malformed__names_the_tag),
        cmocka_unit_test(zatca_decode__certificate_signature_too_long__is_refused),
        cmocka_unit_test(zatca_decode__broken_der_inside__is_a_bad_signature),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
