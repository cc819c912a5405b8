/* The mall's verbs, and what they leave open. */
#define _POSIX_C_SOURCE 200809L

#include "mall.h"

const CliVerb cli_mall_verbs[] = {
    { "receipt", "issue", NULL, "--store S --amount A [--till T] [--vat V] [--at TIME]",
      "Prints a signed receipt as the till of a store would: one ATR1 line. The till's secret is\n"
      "made on its first receipt, kept in the data folder, and its public key pinned.",
      CLI_BIT(CLI_OPTION_STORE) | CLI_BIT(CLI_OPTION_AMOUNT) | CLI_BIT(CLI_OPTION_TILL) |
          CLI_BIT(CLI_OPTION_VAT) | CLI_BIT(CLI_OPTION_AT),
      CLI_BIT(CLI_OPTION_STORE) | CLI_BIT(CLI_OPTION_AMOUNT), cli_receipt_issue },
    { "receipt", "verify", "FILE|-", "[--json] [--at TIME] [--key FILE]",
      "Judges a receipt without storing anything: its form, its signature, the rules.\n"
      "Exits 0 when it would be accepted, 1 when held or rejected.",
      CLI_BIT(CLI_OPTION_JSON) | CLI_BIT(CLI_OPTION_AT) | CLI_BIT(CLI_OPTION_KEY), 0,
      cli_receipt_verify },
    { "receipt", "submit", "FILE|-", "--user U [--id HEX] [--json]",
      "Hands a receipt in for a user and waits for the decision. Giving the same --id again\n"
      "returns what was decided the first time.\n"
      "Exits 0 when it was accepted, 1 when held or rejected.",
      CLI_BIT(CLI_OPTION_USER) | CLI_BIT(CLI_OPTION_ID) | CLI_BIT(CLI_OPTION_JSON),
      CLI_BIT(CLI_OPTION_USER), cli_receipt_submit },
    { "user", "add", NULL, "--card N [--json]",
      "Adds a user for a card number with a valid check digit and prints the user's number.\n"
      "With --card - the number is read from standard input, where no process list shows it.",
      CLI_BIT(CLI_OPTION_CARD) | CLI_BIT(CLI_OPTION_JSON), CLI_BIT(CLI_OPTION_CARD), cli_user_add },
    { "user", "show", "U", "[--json]", "Shows a user's coins, level, tier and streak.",
      CLI_BIT(CLI_OPTION_JSON), 0, cli_user_show },
    { "store", "add", NULL,
      "--store S --name NAME --category C --trn N [--name-ar NAME]\n"
      "           [--currency AED] [--vat-rate 5] [--hours HH:MM-HH:MM] [--utc-offset +04:00]\n"
      "           [--key FILE --kid K [--till T]] [--replace]",
      "Adds a store, and with --key pins the public key of one of its tills (of any till without\n"
      "--till). Categories: fashion electronics food luxury books sports beauty home.",
      CLI_BIT(CLI_OPTION_STORE) | CLI_BIT(CLI_OPTION_NAME) | CLI_BIT(CLI_OPTION_CATEGORY) |
          CLI_BIT(CLI_OPTION_TRN) | CLI_BIT(CLI_OPTION_NAME_AR) | CLI_BIT(CLI_OPTION_CURRENCY) |
          CLI_BIT(CLI_OPTION_VAT_RATE) | CLI_BIT(CLI_OPTION_HOURS) |
          CLI_BIT(CLI_OPTION_UTC_OFFSET) | CLI_BIT(CLI_OPTION_KEY) | CLI_BIT(CLI_OPTION_KID) |
          CLI_BIT(CLI_OPTION_TILL) | CLI_BIT(CLI_OPTION_REPLACE),
      CLI_BIT(CLI_OPTION_STORE) | CLI_BIT(CLI_OPTION_NAME) | CLI_BIT(CLI_OPTION_CATEGORY) |
          CLI_BIT(CLI_OPTION_TRN),
      cli_store_add },
    { "store", "list", NULL, "[--json]", "Lists the stores of the mall.", CLI_BIT(CLI_OPTION_JSON),
      0, cli_store_list },
    { "ledger", "check", NULL, "[--json]",
      "Sums every user's ledger rows and compares them with the balances, and looks for receipts\n"
      "that were credited twice. Exits 0 when all is balanced, 1 when not.",
      CLI_BIT(CLI_OPTION_JSON), 0, cli_ledger_check },
    { "doctor", "", NULL, "[--json]",
      "Prints every configuration value and where it came from, and checks the data folder, the\n"
      "database and the fonts. Exits 0 when nothing is broken, 3 when something is.",
      CLI_BIT(CLI_OPTION_JSON), 0, cli_doctor },
};

const size_t cli_mall_verb_count = ATR_COUNT_OF(cli_mall_verbs);

const char *cli_shown(const char *text)
{
    return atr_card_is_valid(text) ? "a card number" : text;
}

void cli_close(Cli *cli)
{
    if (cli->app != NULL) {
        app_close(cli->app);
        cli->app = NULL;
    }
}
