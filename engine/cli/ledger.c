/* atrium ledger check. */
#define _POSIX_C_SOURCE 200809L

#include "mall.h"

#include <inttypes.h>
#include <stdio.h>

CliExit cli_ledger_check(Cli *cli)
{
    CliExit code = CLI_DONE;
    if (!cli_open(cli, true, &code)) {
        return code;
    }
    const atr_Store *db = atr_loyalty_store(cli->app->mall);
    atr_LedgerCheck check;
    const atr_Status st = db->ops->ledger_check(db->self, &check);
    if (st != ATR_OK) {
        return cli_say(CLI_FAULT, "the ledger could not be read: %s", atr_status_text(st));
    }
    const bool balanced = check.mismatches == 0 && check.settled_twice == 0;
    if (cli->options[CLI_OPTION_JSON] != NULL) {
        json_t *object = json_object();
        json_object_set_new(object, "balanced", json_boolean(balanced));
        json_object_set_new(object, "users", json_integer((json_int_t)check.users));
        json_object_set_new(object, "rows", json_integer((json_int_t)check.rows));
        json_object_set_new(object, "coins", json_integer(check.coins));
        json_object_set_new(object, "mismatches", json_integer((json_int_t)check.mismatches));
        json_object_set_new(object, "first_bad",
                            check.first_bad == 0 ? json_null()
                                                 : json_integer((json_int_t)check.first_bad));
        json_object_set_new(object, "settled_twice", json_integer((json_int_t)check.settled_twice));
        cli_print_json(object);
    } else {
        printf("%s: %" PRIu64 " users, %" PRIu64 " rows, %" PRId64 " coins\n",
               balanced ? "balanced" : "not balanced", check.users, check.rows, check.coins);
    }
    if (check.mismatches != 0) {
        cli_say(CLI_NO, "%" PRIu64 " users whose rows do not sum to their balance, first %" PRIu64,
                check.mismatches, check.first_bad);
    }
    if (check.settled_twice != 0) {
        cli_say(CLI_NO, "%" PRIu64 " receipts credited more than once", check.settled_twice);
    }
    return balanced ? CLI_DONE : CLI_NO;
}
