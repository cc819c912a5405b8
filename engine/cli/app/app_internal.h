/* Shared by the files behind app.h. */
#ifndef ATR_APP_INTERNAL_H
#define ATR_APP_INTERNAL_H

#include "app.h"

#define APP_SECONDS_PER_DAY 86400

/* Fills error (may be NULL) and returns `status`. */
atr_Status app_fail(atr_Error *error, atr_Status status, const char *source, const char *format,
                    ...) ATR_PRINTF(4, 5);

/* What errno says, as a status and in words with the path. */
atr_Status app_fail_errno(atr_Error *error, const char *path, const char *what);

/* FOLDER/NAME. False when it does not fit. */
bool app_path(const App *app, const char *name, char out[APP_PATH_MAX]);

/* Makes the folder and those above it, mode 0700. Existing ones are left as they are. */
atr_Status app_make_folder(const char *path, atr_Error *error);

/* Makes an empty file of mode 0600 unless it is there: SQLite gives that mode to the files it makes
 * beside its database, too. */
atr_Status app_make_private_file(const char *path, atr_Error *error);

/* Reads a secret of exactly `size` bytes; ATR_ERR_NOT_FOUND without an error when there is none. */
atr_Status app_read_secret(const char *path, uint8_t *out, size_t size, atr_Error *error);

/* Writes a secret durably, mode 0600, whole or not at all. ATR_ERR_EXISTS: another was first. */
atr_Status app_write_secret(const char *path, const uint8_t *bytes, size_t size, atr_Error *error);

/* Now, by the app's clock, in seconds. */
int64_t app_now_s(const App *app);

/* Prints a receipt with a given key, taking the till's next number. */
atr_Status app_print_receipt(App *app, const AppIssue *issue, const atr_StoreInfo *store,
                             const char *kid, const uint8_t secret[64], char *out, size_t out_size,
                             atr_Error *error);

/* The store's VAT inside a total, rounded half up. */
int64_t app_vat_inside(const atr_StoreInfo *store, int64_t total_fils);

#endif
