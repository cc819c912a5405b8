/* atrium store add, list. */
#define _POSIX_C_SOURCE 200809L

#include "mall.h"

#include <stdio.h>
#include <string.h>

#define KEY_MAX 4096

static bool parse_minutes(const char *text, int *hours, int *minutes)
{
    int end = 0;
    return sscanf(text, "%2d:%2d%n", hours, minutes, &end) == 2 && end == 5 && *hours >= 0 &&
           *hours <= 23 && *minutes >= 0 && *minutes <= 59;
}

static bool parse_hours(const char *text, atr_StoreInfo *store)
{
    int hours[2];
    int minutes[2];
    if (strlen(text) != 11 || text[5] != '-' || !parse_minutes(text, &hours[0], &minutes[0]) ||
        !parse_minutes(text + 6, &hours[1], &minutes[1])) {
        return false;
    }
    store->opens_minute = hours[0] * 60 + minutes[0];
    store->closes_minute = hours[1] * 60 + minutes[1];
    return true;
}

static bool parse_offset(const char *text, atr_StoreInfo *store)
{
    int hours = 0;
    int minutes = 0;
    if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') ||
        !parse_minutes(text + 1, &hours, &minutes) || hours > 14) {
        return false;
    }
    store->utc_offset_minutes = (hours * 60 + minutes) * (text[0] == '-' ? -1 : 1);
    return true;
}

static bool category_is_known(const char *name)
{
    const atr_RewardTables *tables = atr_reward_tables();
    for (uint32_t i = 0; i < tables->category_count; i++) {
        if (strcmp(tables->categories[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool copy_text(const char *text, char *out, size_t size)
{
    const size_t length = strlen(text);
    if (length >= size) {
        return false;
    }
    memcpy(out, text, length + 1);
    return true;
}

static bool currency_is_valid(const char *text)
{
    for (size_t i = 0; i < 3; i++) {
        if (text[i] < 'A' || text[i] > 'Z') {
            return false;
        }
    }
    return text[3] == '\0';
}

/* What was wrong, or NULL. */
static const char *fill_store(const Cli *cli, atr_StoreInfo *store)
{
    const char *const *o = cli->options;
    const char *currency = o[CLI_OPTION_CURRENCY] == NULL ? "AED" : o[CLI_OPTION_CURRENCY];
    int64_t rate = 500;
    *store = (atr_StoreInfo){ .utc_offset_minutes = 240 };
    if (!atr_receipt_name_is_valid(o[CLI_OPTION_STORE])) {
        return "--store: expected 1 to 16 of A-Z a-z 0-9 . _ -";
    }
    if (!atr_receipt_trn_is_valid(o[CLI_OPTION_TRN])) {
        return "--trn: expected 15 digits";
    }
    if (!category_is_known(o[CLI_OPTION_CATEGORY])) {
        return "--category: expected fashion, electronics, food, luxury, books, sports, beauty or "
               "home";
    }
    if (o[CLI_OPTION_NAME][0] == '\0' ||
        !copy_text(o[CLI_OPTION_NAME], store->name_en, sizeof store->name_en)) {
        return "--name: expected 1 to 63 bytes";
    }
    if (!copy_text(o[CLI_OPTION_NAME_AR] == NULL ? o[CLI_OPTION_NAME] : o[CLI_OPTION_NAME_AR],
                   store->name_ar, sizeof store->name_ar)) {
        return "--name-ar: expected 1 to 95 bytes";
    }
    if (!currency_is_valid(currency)) {
        return "--currency: expected three capital letters";
    }
    if (o[CLI_OPTION_VAT_RATE] != NULL &&
        (!cli_parse_amount(o[CLI_OPTION_VAT_RATE], &rate) || rate > 10000)) {
        return "--vat-rate: expected percent, from 0 to 100";
    }
    if (o[CLI_OPTION_HOURS] != NULL && !parse_hours(o[CLI_OPTION_HOURS], store)) {
        return "--hours: expected HH:MM-HH:MM";
    }
    if (o[CLI_OPTION_UTC_OFFSET] != NULL && !parse_offset(o[CLI_OPTION_UTC_OFFSET], store)) {
        return "--utc-offset: expected +HH:MM";
    }
    memcpy(store->id, o[CLI_OPTION_STORE], strlen(o[CLI_OPTION_STORE]) + 1);
    memcpy(store->trn, o[CLI_OPTION_TRN], 16);
    memcpy(store->category, o[CLI_OPTION_CATEGORY], strlen(o[CLI_OPTION_CATEGORY]) + 1);
    memcpy(store->currency, currency, 4);
    store->vat_basis_points = (int32_t)rate;
    return NULL;
}

static CliExit fill_key(const Cli *cli, const atr_StoreInfo *store, atr_ReceiptKey *key)
{
    const char *const *o = cli->options;
    char text[KEY_MAX + 1];
    size_t size = 0;
    atr_Error error;
    memset(key, 0, sizeof *key);
    if (!atr_receipt_name_is_valid(o[CLI_OPTION_KID])) {
        return cli_say(CLI_WRONG_USE, "--kid: expected beside --key, 1 to 16 of A-Z a-z 0-9 . _ -");
    }
    if (o[CLI_OPTION_TILL] != NULL && !atr_receipt_name_is_valid(o[CLI_OPTION_TILL])) {
        return cli_say(CLI_WRONG_USE, "--till: expected 1 to 16 of A-Z a-z 0-9 . _ -");
    }
    if (!cli_read(o[CLI_OPTION_KEY], text, sizeof text, &size)) {
        return CLI_FAULT;
    }
    if (atr_receipt_key_parse((atr_Bytes){ text, size }, key, &error) != ATR_OK) {
        return cli_say(CLI_WRONG_USE, "%s: %s", o[CLI_OPTION_KEY], error.text);
    }
    memcpy(key->kid, o[CLI_OPTION_KID], strlen(o[CLI_OPTION_KID]) + 1);
    memcpy(key->store, store->id, sizeof key->store);
    memcpy(key->trn, store->trn, sizeof key->trn);
    if (o[CLI_OPTION_TILL] != NULL) {
        memcpy(key->till, o[CLI_OPTION_TILL], strlen(o[CLI_OPTION_TILL]) + 1);
    }
    return CLI_DONE;
}

CliExit cli_store_add(Cli *cli)
{
    atr_StoreInfo store;
    atr_StoreInfo known;
    atr_ReceiptKey key;
    CliExit code = CLI_DONE;
    const char *wrong = fill_store(cli, &store);
    if (wrong != NULL) {
        return cli_say(CLI_WRONG_USE, "%s", wrong);
    }
    if (cli->options[CLI_OPTION_KEY] != NULL) {
        code = fill_key(cli, &store, &key);
    } else if (cli->options[CLI_OPTION_KID] != NULL || cli->options[CLI_OPTION_TILL] != NULL) {
        code = cli_say(CLI_WRONG_USE, "--kid and --till: expected beside --key");
    }
    if (code != CLI_DONE || !cli_open(cli, false, &code)) {
        return code;
    }
    const atr_Store *db = atr_loyalty_store(cli->app->mall);
    atr_Status st = db->ops->store_by_id(db->self, store.id, &known);
    if (st == ATR_OK && cli->options[CLI_OPTION_REPLACE] == NULL) {
        return cli_say(CLI_NO, "store %s is there already; --replace writes over it", store.id);
    }
    if (st == ATR_OK || st == ATR_ERR_NOT_FOUND) {
        st = db->ops->store_put(db->self, &store);
    }
    if (st == ATR_OK && cli->options[CLI_OPTION_KEY] != NULL) {
        st = db->ops->key_put(db->self, &key);
    }
    if (st != ATR_OK) {
        return cli_say(CLI_FAULT, "store %s could not be added: %s", store.id, atr_status_text(st));
    }
    printf("%s\n", store.id);
    return CLI_DONE;
}

static json_t *store_json(const atr_StoreInfo *store)
{
    char text[16];
    json_t *object = json_object();
    json_object_set_new(object, "id", cli_json_text(store->id));
    json_object_set_new(object, "name_en", cli_json_text(store->name_en));
    json_object_set_new(object, "name_ar", cli_json_text(store->name_ar));
    json_object_set_new(object, "category", cli_json_text(store->category));
    json_object_set_new(object, "trn", cli_json_text(store->trn));
    json_object_set_new(object, "currency", cli_json_text(store->currency));
    json_object_set_new(object, "vat_basis_points", json_integer(store->vat_basis_points));
    json_object_set_new(object, "utc_offset_minutes", json_integer(store->utc_offset_minutes));
    const bool always = store->opens_minute == 0 && store->closes_minute == 0;
    snprintf(text, sizeof text, "%02u:%02u", (unsigned)store->opens_minute / 60 % 24,
             (unsigned)store->opens_minute % 60);
    json_object_set_new(object, "opens", cli_json_text(always ? NULL : text));
    snprintf(text, sizeof text, "%02u:%02u", (unsigned)store->closes_minute / 60 % 24,
             (unsigned)store->closes_minute % 60);
    json_object_set_new(object, "closes", cli_json_text(always ? NULL : text));
    json_object_set_new(object, "demo", json_boolean(store->demo));
    return object;
}

CliExit cli_store_list(Cli *cli)
{
    CliExit code = CLI_DONE;
    if (!cli_open(cli, true, &code)) {
        return code;
    }
    const bool as_json = cli->options[CLI_OPTION_JSON] != NULL;
    const atr_Store *db = atr_loyalty_store(cli->app->mall);
    json_t *list = json_array();
    atr_StoreInfo page[16];
    char after[ATR_RECEIPT_NAME_MAX + 1] = "";
    uint32_t count = 0;
    atr_Status st = ATR_OK;
    do {
        st = db->ops->store_list(db->self, after[0] == '\0' ? NULL : after, page,
                                 ATR_COUNT_OF(page), &count);
        for (uint32_t i = 0; st == ATR_OK && i < count; i++) {
            if (as_json) {
                json_array_append_new(list, store_json(&page[i]));
            } else {
                printf("%-16s  %-11s  %s  %s\n", page[i].id, page[i].category, page[i].trn,
                       page[i].name_en);
            }
            memcpy(after, page[i].id, sizeof after);
        }
    } while (st == ATR_OK && count == ATR_COUNT_OF(page));
    if (st != ATR_OK) {
        json_decref(list);
        return cli_say(CLI_FAULT, "the stores could not be read: %s", atr_status_text(st));
    }
    if (as_json) {
        cli_print_json(list);
    } else {
        json_decref(list);
    }
    return CLI_DONE;
}
