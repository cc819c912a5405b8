/* The verbs of the mall: they work on a data folder. */
#ifndef ATR_CLI_MALL_H
#define ATR_CLI_MALL_H

#include "app/app.h"
#include "cli.h"

/* ---- values.c -------------------------------------------------------------------------------- */

/* "120.50" in hundredths, at most two decimals, above `least`. False: not so. */
bool cli_parse_amount(const char *text, int64_t *out);

/* RFC 3339 with a zone, "2026-11-20T13:00:00Z" or "...+04:00", in UTC seconds. */
bool cli_parse_time(const char *text, int64_t *out);

bool cli_parse_user(const char *text, atr_UserId *out);
bool cli_parse_id(const char *text, atr_Id128 *out);

json_t *cli_json_time(int64_t utc_s);

/* "1,234.50" */
void cli_format_amount(int64_t fils, char *out, size_t size);

/* ---- open.c ---------------------------------------------------------------------------------- */

/* Loads the configuration and opens the data folder; the caller of the verb closes it. On failure
 * the reason was printed, and `code` is what to exit with. */
bool cli_open(Cli *cli, bool must_exist, CliExit *code);

/* Reads FILE, or standard input for "-": at most `capacity` bytes, `size` says how many. False: it
 * could not be read, the reason was printed. */
bool cli_read(const char *file, char *out, size_t capacity, size_t *size);

/* Where the configuration comes from. */
AppConfigSources cli_sources(const Cli *cli);

/* ---- Verbs ----------------------------------------------------------------------------------- */

CliExit cli_receipt_issue(Cli *cli);
CliExit cli_receipt_verify(Cli *cli);
CliExit cli_receipt_submit(Cli *cli);
CliExit cli_user_add(Cli *cli);
CliExit cli_user_show(Cli *cli);
CliExit cli_store_add(Cli *cli);
CliExit cli_store_list(Cli *cli);
CliExit cli_ledger_check(Cli *cli);
CliExit cli_doctor(Cli *cli);

#endif
