/* atrium receipt issue, verify, submit. */
#define _POSIX_C_SOURCE 200809L

#include "mall.h"

#include <sodium.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One byte more than a receipt may have: what is larger is refused by the decoder, unread. */
#define READ_MAX (ATR_RECEIPT_TEXT_MAX + 1)
#define KEY_MAX  4096

/* What is known of a judged receipt, from a dry run or a settlement. */
typedef struct Judged {
    atr_ReceiptFormat format;
    const atr_Verdict *verdict;
    const char *store; /* "" when unknown */
    const char *trn;
    const char *key;
    bool decoded;
    int64_t utc_s;
    int64_t total_fils;
    int64_t vat_fils;
} Judged;

static CliExit exit_of_outcome(atr_Outcome outcome)
{
    return outcome == ATR_OUTCOME_ACCEPTED ? CLI_DONE : CLI_NO;
}

/* ---- Output ---------------------------------------------------------------------------------- */

static json_t *reasons_json(const atr_Verdict *verdict)
{
    json_t *reasons = json_array();
    for (uint32_t i = 0; i < verdict->reason_count; i++) {
        const atr_Reason *reason = &verdict->reasons[i];
        json_t *row = json_object();
        json_object_set_new(row, "code", cli_json_text(atr_rule_name(reason->rule)));
        json_object_set_new(row, "points", json_integer(reason->points));
        json_object_set_new(row, "hard", json_boolean(reason->hard));
        json_object_set_new(row, "evidence", cli_json_text(reason->evidence));
        json_array_append_new(reasons, row);
    }
    return reasons;
}

static json_t *judged_json(const Judged *judged)
{
    const atr_Verdict *v = judged->verdict;
    json_t *fields = json_object();
    json_object_set_new(fields, "store", cli_json_text(judged->store));
    json_object_set_new(fields, "trn", cli_json_text(judged->trn));
    json_object_set_new(fields, "time",
                        judged->decoded ? cli_json_time(judged->utc_s) : json_null());
    json_object_set_new(fields, "total_fils",
                        judged->decoded ? json_integer(judged->total_fils) : json_null());
    json_object_set_new(fields, "vat_fils",
                        judged->decoded ? json_integer(judged->vat_fils) : json_null());
    json_object_set_new(fields, "key", cli_json_text(judged->key));

    json_t *object = json_object();
    json_object_set_new(object, "format",
                        judged->decoded ? cli_json_text(atr_receipt_format_name(judged->format))
                                        : json_null());
    json_object_set_new(object, "signature", cli_json_text(atr_signature_name(v->signature)));
    json_object_set_new(object, "authentic", cli_json_text(atr_authentic_name(v->authentic)));
    json_object_set_new(object, "verdict", cli_json_text(atr_outcome_name(v->outcome)));
    json_object_set_new(object, "score", json_integer(v->score));
    json_object_set_new(object, "reasons", reasons_json(v));
    json_object_set_new(object, "fields", fields);
    return object;
}

static void print_judged(const Judged *judged)
{
    const atr_Verdict *v = judged->verdict;
    char amount[40];
    char time[32];
    printf("%s, score %d\n", atr_outcome_name(v->outcome), v->score);
    for (uint32_t i = 0; i < v->reason_count; i++) {
        const atr_Reason *reason = &v->reasons[i];
        if (reason->hard) {
            printf("  %-14s hard  %s\n", atr_rule_name(reason->rule), reason->evidence);
        } else {
            printf("  %-14s %4d  %s\n", atr_rule_name(reason->rule), reason->points,
                   reason->evidence);
        }
    }
    if (!judged->decoded) {
        return;
    }
    printf("format     %s\nsignature  %s\nauthentic  %s\n", atr_receipt_format_name(judged->format),
           atr_signature_name(v->signature), atr_authentic_name(v->authentic));
    printf("store      %s\n", judged->store[0] == '\0' ? "unknown" : judged->store);
    app_format_utc(judged->utc_s, time, sizeof time);
    printf("time       %s\n", time);
    cli_format_amount(judged->total_fils, amount, sizeof amount);
    printf("total      %s\n", amount);
    cli_format_amount(judged->vat_fils, amount, sizeof amount);
    printf("VAT        %s\n", amount);
}

/* ---- Issue ----------------------------------------------------------------------------------- */

CliExit cli_receipt_issue(Cli *cli)
{
    AppIssue issue = { .store = cli->options[CLI_OPTION_STORE],
                       .till = cli->options[CLI_OPTION_TILL],
                       .vat_fils = -1 };
    const char *vat = cli->options[CLI_OPTION_VAT];
    const char *at = cli->options[CLI_OPTION_AT];
    if (!cli_parse_amount(cli->options[CLI_OPTION_AMOUNT], &issue.total_fils)) {
        return cli_say(CLI_WRONG_USE, "--amount: expected an amount such as 120.50");
    }
    if (vat != NULL && !cli_parse_amount(vat, &issue.vat_fils)) {
        return cli_say(CLI_WRONG_USE, "--vat: expected an amount such as 5.74");
    }
    if (at != NULL && !cli_parse_time(at, &issue.utc_s)) {
        return cli_say(CLI_WRONG_USE, "--at: expected a time such as 2026-11-20T13:00:00Z");
    }
    CliExit code = CLI_DONE;
    if (!cli_open(cli, false, &code)) {
        return code;
    }
    char text[512];
    atr_Error error = { .line = 0 };
    const atr_Status st = app_issue(cli->app, &issue, text, sizeof text, &error);
    if (st != ATR_OK) {
        return cli_fail(st, &error);
    }
    puts(text);
    return CLI_DONE;
}

/* ---- Verify ---------------------------------------------------------------------------------- */

/* A key file, or a JSON object that holds the key as "spki_hex". */
static bool read_key(const char *file, atr_ReceiptKey *out, CliExit *code)
{
    char text[KEY_MAX + 1];
    size_t size = 0;
    atr_Error error;
    *code = CLI_FAULT;
    if (!cli_read(file, text, sizeof text, &size)) {
        return false;
    }
    json_t *object = size > 0 && text[0] == '{' ? json_loadb(text, size, 0, NULL) : NULL;
    const char *hex = json_string_value(json_object_get(object, "spki_hex"));
    const atr_Bytes key = { hex == NULL ? text : hex, hex == NULL ? size : strlen(hex) };
    memset(out, 0, sizeof *out);
    const atr_Status st = atr_receipt_key_parse(key, out, &error);
    json_decref(object);
    if (st != ATR_OK) {
        *code = cli_say(CLI_WRONG_USE, "%s: %s", file, error.text);
    }
    return st == ATR_OK;
}

CliExit cli_receipt_verify(Cli *cli)
{
    char text[READ_MAX];
    size_t size = 0;
    int64_t at_s = 0;
    atr_ReceiptKey key;
    CliExit code = CLI_DONE;
    const char *at = cli->options[CLI_OPTION_AT];
    const char *key_file = cli->options[CLI_OPTION_KEY];
    if (at != NULL && !cli_parse_time(at, &at_s)) {
        return cli_say(CLI_WRONG_USE, "--at: expected a time such as 2026-11-20T13:00:00Z");
    }
    if (key_file != NULL && !read_key(key_file, &key, &code)) {
        return code;
    }
    if (!cli_read(cli->argument, text, sizeof text, &size)) {
        return CLI_FAULT;
    }
    if (!cli_open(cli, false, &code)) {
        return code;
    }
    static atr_Preview preview;
    const atr_Status st = atr_loyalty_preview_wait(cli->app->mall, (atr_Bytes){ text, size }, at_s,
                                                   key_file == NULL ? NULL : &key, &preview);
    if (st != ATR_OK) {
        return cli_say(CLI_FAULT, "the receipt could not be judged: %s", atr_status_text(st));
    }
    const Judged judged = { .format = preview.receipt.format,
                            .verdict = &preview.verdict,
                            .store = preview.store_known ? preview.store.id : "",
                            .trn = preview.receipt.trn,
                            .key = preview.receipt.key,
                            .decoded = preview.decoded,
                            .utc_s = preview.receipt_utc_s,
                            .total_fils = preview.receipt.total_fils,
                            .vat_fils = preview.receipt.vat_fils };
    if (cli->options[CLI_OPTION_JSON] != NULL) {
        cli_print_json(judged_json(&judged));
    } else {
        print_judged(&judged);
    }
    return exit_of_outcome(preview.verdict.outcome);
}

/* ---- Submit ---------------------------------------------------------------------------------- */

static json_t *reward_json(const atr_Reward *reward)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < reward->row_count; i++) {
        const atr_RewardRow *r = &reward->rows[i];
        json_t *row = json_object();
        json_object_set_new(row, "part", cli_json_text(atr_reward_part_name(r->part)));
        json_object_set_new(row, "percent",
                            r->percent == 0 ? json_null() : json_integer(r->percent));
        json_object_set_new(row, "coins", json_integer(r->coins));
        json_array_append_new(rows, row);
    }
    json_t *object = json_object();
    json_object_set_new(object, "coins", json_integer(reward->coins));
    json_object_set_new(object, "xp", json_integer(reward->xp));
    json_object_set_new(object, "rows", rows);
    json_object_set_new(object, "balance", json_integer(reward->after.coins));
    json_object_set_new(object, "level", json_integer(reward->after.level));
    json_object_set_new(object, "tier", cli_json_text(atr_tier_name(reward->after.tier)));
    return object;
}

static void print_reward(const atr_Reward *reward)
{
    printf("coins      %" PRId64 "\n", reward->coins);
    for (uint32_t i = 0; i < reward->row_count; i++) {
        const atr_RewardRow *row = &reward->rows[i];
        if (row->percent != 0) {
            printf("  %-14s %+6" PRId64 "  %d %%\n", atr_reward_part_name(row->part), row->coins,
                   row->percent);
        } else {
            printf("  %-14s %+6" PRId64 "\n", atr_reward_part_name(row->part), row->coins);
        }
    }
    printf("balance    %" PRId64 "\nlevel      %d\ntier       %s\n", reward->after.coins,
           reward->after.level, atr_tier_name(reward->after.tier));
}

/* `text` is what was handed in now; a retry is answered with what was stored, so its words count
 * only when they are of the same receipt. */
static void print_settlement(const Cli *cli, const atr_Settlement *s, atr_Bytes text)
{
    char id[33];
    atr_Receipt receipt;
    const bool same = atr_receipt_decode(text, &receipt, NULL) == ATR_OK &&
                      strcmp(receipt.key, s->receipt_key) == 0;
    sodium_bin2hex(id, sizeof id, s->id.bytes, sizeof s->id.bytes);
    const Judged judged = { .format = s->format,
                            .verdict = &s->verdict,
                            .store = s->store,
                            .trn = same ? receipt.trn : "",
                            .key = s->receipt_key,
                            .decoded = s->receipt_key[0] != '\0',
                            .utc_s = s->receipt_utc_s,
                            .total_fils = s->total_fils,
                            .vat_fils = s->vat_fils };
    if (cli->options[CLI_OPTION_JSON] == NULL) {
        print_judged(&judged);
        printf("reference  %s\nsubmission %s\n", s->reference, id);
        if (s->verdict.outcome == ATR_OUTCOME_ACCEPTED) {
            print_reward(&s->reward);
        }
        return;
    }
    json_t *object = judged_json(&judged);
    json_object_set_new(object, "id", cli_json_text(id));
    json_object_set_new(object, "user", json_integer((json_int_t)s->user));
    json_object_set_new(object, "reference", cli_json_text(s->reference));
    json_object_set_new(object, "submitted", cli_json_time(s->submitted_ms / 1000));
    json_object_set_new(object, "settled", cli_json_time(s->settled_ms / 1000));
    json_object_set_new(object, "reward", reward_json(&s->reward));
    cli_print_json(object);
}

/* What is too long, or nothing, is never stored: its verdict is the decoder's. */
static CliExit refuse_size(const Cli *cli, const char *text, size_t size)
{
    atr_Receipt receipt;
    atr_Error error;
    atr_Verdict verdict;
    if (atr_receipt_decode((atr_Bytes){ text, size }, &receipt, &error) == ATR_OK) {
        return cli_say(CLI_FAULT, "the receipt could not be handed in");
    }
    atr_rules_refuse_format(&cli->app->config.rules, error.text, &verdict);
    const Judged judged = { .verdict = &verdict, .store = "", .trn = "", .key = "" };
    if (cli->options[CLI_OPTION_JSON] == NULL) {
        print_judged(&judged);
        return CLI_NO;
    }
    json_t *object = judged_json(&judged);
    json_object_set_new(object, "id", json_null());
    json_object_set_new(object, "reference", json_null());
    cli_print_json(object);
    return CLI_NO;
}

static CliExit submit(Cli *cli, const atr_SubmitRequest *request)
{
    static atr_Settlement settlement;
    uint32_t resumed = 0;
    /* What an earlier process stored and did not finish comes first, in the order it came in. */
    atr_Status st = atr_loyalty_resume_wait(cli->app->mall, &resumed);
    if (st != ATR_OK) {
        cli_say(CLI_FAULT, "receipts from earlier could not be finished: %s", atr_status_text(st));
    }
    st = atr_loyalty_submit_wait(cli->app->mall, request, &settlement);
    switch (st) {
    case ATR_OK:
        print_settlement(cli, &settlement, request->text);
        return exit_of_outcome(settlement.verdict.outcome);
    case ATR_ERR_NOT_FOUND:
        return cli_say(CLI_NO, "no such user");
    case ATR_ERR_EXISTS:
        return cli_say(CLI_NO, "this submission id was used for another user");
    default:
        return cli_say(CLI_FAULT, "the receipt could not be handed in: %s", atr_status_text(st));
    }
}

CliExit cli_receipt_submit(Cli *cli)
{
    char text[READ_MAX];
    size_t size = 0;
    CliExit code = CLI_DONE;
    atr_SubmitRequest request = { .user = 0 };
    const char *id = cli->options[CLI_OPTION_ID];
    if (!cli_parse_user(cli->options[CLI_OPTION_USER], &request.user)) {
        return cli_say(CLI_WRONG_USE, "--user: expected a user's number, as user add printed it");
    }
    if (id != NULL && !cli_parse_id(id, &request.id)) {
        return cli_say(CLI_WRONG_USE, "--id: expected 32 hexadecimal digits, not all zero");
    }
    if (!cli_read(cli->argument, text, sizeof text, &size)) {
        return CLI_FAULT;
    }
    if (!cli_open(cli, false, &code)) {
        return code;
    }
    if (size == 0 || size > ATR_RECEIPT_TEXT_MAX) {
        return refuse_size(cli, text, size);
    }
    if (id == NULL) {
        request.id = atr_loyalty_new_id();
    }
    request.text = (atr_Bytes){ text, size };
    return submit(cli, &request);
}
