/* The tills this folder may print for. Their secrets lie in tills.key, one line each:
 *
 *     kid store till secret        secret: seed and public key, 128 hexadecimal digits
 *
 * Lines are only ever added, under a file lock, and are on disk before the public half is pinned: a
 * pinned key without its secret would be a till that cannot print. */
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE /* flock */

#include "app_internal.h"

#include <sodium.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX (1024 * 1024)
#define LINE_MAX_BYTES 256

typedef struct Till {
    char kid[ATR_RECEIPT_NAME_MAX + 1];
    uint8_t secret[64];
} Till;

/* The last line for the till counts: ATR_ERR_NOT_FOUND when there is none. */
static atr_Status find_till(FILE *file, const char *store, const char *till, Till *out)
{
    atr_Status st = ATR_ERR_NOT_FOUND;
    char line[LINE_MAX_BYTES];
    while (fgets(line, sizeof line, file) != NULL) {
        char kid[ATR_RECEIPT_NAME_MAX + 1];
        char line_store[ATR_RECEIPT_NAME_MAX + 1];
        char line_till[ATR_RECEIPT_NAME_MAX + 1];
        char hex[129];
        size_t size = 0;
        if (sscanf(line, "%16s %16s %16s %128s", kid, line_store, line_till, hex) != 4) {
            st = ATR_ERR_CORRUPT;
            break;
        }
        if (strcmp(line_store, store) == 0 && strcmp(line_till, till) == 0) {
            const int bad = sodium_hex2bin(out->secret, sizeof out->secret, hex, strlen(hex), NULL,
                                           &size, NULL);
            st = bad == 0 && size == sizeof out->secret ? ATR_OK : ATR_ERR_CORRUPT;
            memcpy(out->kid, kid, sizeof kid);
        }
        sodium_memzero(hex, sizeof hex);
    }
    sodium_memzero(line, sizeof line);
    return st;
}

static atr_Status add_till(FILE *file, const char *store, const char *till, Till *out)
{
    uint8_t public_key[32];
    uint8_t id[6];
    char hex[129];
    atr_Status st = atr_receipt_keypair(public_key, out->secret);
    if (st != ATR_OK) {
        return st;
    }
    randombytes_buf(id, sizeof id);
    out->kid[0] = 'k';
    sodium_bin2hex(out->kid + 1, sizeof out->kid - 1, id, sizeof id);
    sodium_bin2hex(hex, sizeof hex, out->secret, sizeof out->secret);
    if (fseek(file, 0, SEEK_END) != 0 ||
        fprintf(file, "%s %s %s %s\n", out->kid, store, till, hex) < 0 || fflush(file) != 0 ||
        fsync(fileno(file)) != 0) {
        st = ATR_ERR_IO;
    }
    sodium_memzero(hex, sizeof hex);
    return st;
}

static atr_Status pin_till(App *app, const atr_StoreInfo *store, const char *till, const Till *of)
{
    const atr_Store *db = atr_loyalty_store(app->mall);
    atr_ReceiptKey key = { .algorithm = ATR_KEY_ED25519, .size = 32 };
    atr_Status st = db->ops->key_by_kid(db->self, of->kid, &key);
    if (st != ATR_ERR_NOT_FOUND) {
        return st;
    }
    key = (atr_ReceiptKey){ .algorithm = ATR_KEY_ED25519, .size = 32 };
    snprintf(key.kid, sizeof key.kid, "%s", of->kid);
    snprintf(key.store, sizeof key.store, "%s", store->id);
    snprintf(key.till, sizeof key.till, "%s", till);
    snprintf(key.trn, sizeof key.trn, "%s", store->trn);
    crypto_sign_ed25519_sk_to_pk(key.bytes, of->secret);
    return db->ops->key_put(db->self, &key);
}

static atr_Status get_till(App *app, const atr_StoreInfo *store, const char *till, Till *out,
                           atr_Error *error)
{
    char path[APP_PATH_MAX];
    struct stat info;
    app_path(app, "tills.key", path);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return app_fail_errno(error, path, "opening the tills' secrets");
    }
    FILE *file = fdopen(fd, "r+");
    if (file == NULL) {
        close(fd);
        return app_fail(error, ATR_ERR_NO_MEMORY, path, "no memory");
    }
    atr_Status st = ATR_OK;
    if (flock(fd, LOCK_EX) != 0 || fstat(fd, &info) != 0) {
        st = app_fail_errno(error, path, "locking the tills' secrets");
    } else if ((info.st_mode & 077) != 0 || info.st_size > FILE_BYTES_MAX) {
        st = app_fail(error, ATR_ERR_DENIED, path,
                      "expected mode 0600 and at most 1 MiB: others may have read these secrets");
    } else {
        st = find_till(file, store->id, till, out);
        if (st == ATR_ERR_NOT_FOUND) {
            st = add_till(file, store->id, till, out);
        }
        if (st == ATR_OK) {
            st = pin_till(app, store, till, out);
        }
        if (st != ATR_OK) {
            app_fail(error, st, path, "store %s, till %s: %s", store->id, till,
                     atr_status_text(st));
        }
    }
    fclose(file);
    return st;
}

int64_t app_vat_inside(const atr_StoreInfo *store, int64_t total_fils)
{
    const int64_t whole = 10000 + store->vat_basis_points;
    return (total_fils * store->vat_basis_points * 2 + whole) / (whole * 2);
}

atr_Status app_print_receipt(App *app, const AppIssue *issue, const atr_StoreInfo *store,
                             const char *kid, const uint8_t secret[64], char *out, size_t out_size,
                             atr_Error *error)
{
    const atr_Store *db = atr_loyalty_store(app->mall);
    const char *till = issue->till == NULL ? "1" : issue->till;
    uint64_t sequence = 0;
    atr_Status st = db->ops->till_sequence(db->self, store->id, till, &sequence);
    if (st != ATR_OK) {
        return app_fail(error, st, app->config.data, "store %s, till %s: %s", store->id, till,
                        atr_status_text(st));
    }
    const int64_t utc = issue->utc_s == 0 ? app_now_s(app) : issue->utc_s;
    const atr_ReceiptIssue receipt = {
        .kid = kid,
        .store = store->id,
        .till = till,
        .sequence = sequence,
        .local_time_s = utc + store->utc_offset_minutes * INT64_C(60),
        .total_fils = issue->total_fils,
        .vat_fils =
            issue->vat_fils < 0 ? app_vat_inside(store, issue->total_fils) : issue->vat_fils,
        .trn = store->trn,
        .secret_key = secret,
    };
    st = atr_receipt_issue(&receipt, out, out_size);
    if (st != ATR_OK) {
        app_fail(error, st, "receipt",
                 "expected a till of 1 to 16 of A-Z a-z 0-9 . _ -, an amount up to AED "
                 "99,999,999,999.99 and a store with a TRN of 15 digits");
    }
    return st;
}

atr_Status app_issue(App *app, const AppIssue *issue, char *out, size_t out_size, atr_Error *error)
{
    ATR_ASSERT(app != NULL && issue != NULL && issue->store != NULL && out != NULL);
    const atr_Store *db = atr_loyalty_store(app->mall);
    atr_StoreInfo store;
    Till till = { .kid = "" };
    if (!atr_receipt_name_is_valid(issue->till == NULL ? "1" : issue->till)) {
        return app_fail(error, ATR_ERR_INVALID, "till", "expected 1 to 16 of A-Z a-z 0-9 . _ -");
    }
    atr_Status st = db->ops->store_by_id(db->self, issue->store, &store);
    if (st != ATR_OK) {
        return app_fail(error, st, "store", "expected a store of this mall: %s",
                        atr_status_text(st));
    }
    st = get_till(app, &store, issue->till == NULL ? "1" : issue->till, &till, error);
    if (st == ATR_OK) {
        st = app_print_receipt(app, issue, &store, till.kid, till.secret, out, out_size, error);
    }
    sodium_memzero(&till, sizeof till);
    return st;
}
