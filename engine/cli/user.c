/* atrium user add, show. A card number is in memory for one call and is never printed. */
#define _POSIX_C_SOURCE 200809L

#include "mall.h"

#include <sodium.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void print_user(const Cli *cli, const atr_User *user)
{
    const atr_Standing *s = &user->standing;
    const atr_RewardTables *tables = atr_reward_tables();
    char spent[40];
    if (cli->options[CLI_OPTION_JSON] == NULL) {
        cli_format_amount(s->spent_fils, spent, sizeof spent);
        printf("user       %" PRIu64 "\ncard       ends in %s\ncoins      %" PRId64
               "\nlevel      %d\nxp         %" PRId64 "\ntier       %s\nspent      %s\n"
               "streak     %d\n",
               user->id, user->card_tail, s->coins, s->level, s->xp, atr_tier_name(s->tier), spent,
               s->streak_days);
        return;
    }
    json_t *categories = json_array();
    for (uint32_t i = 0; i < tables->category_count; i++) {
        if ((s->categories & (1u << i)) != 0) {
            json_array_append_new(categories, cli_json_text(tables->categories[i]));
        }
    }
    json_t *object = json_object();
    json_object_set_new(object, "id", json_integer((json_int_t)user->id));
    json_object_set_new(object, "card_tail", cli_json_text(user->card_tail));
    json_object_set_new(object, "coins", json_integer(s->coins));
    json_object_set_new(object, "xp", json_integer(s->xp));
    json_object_set_new(object, "level", json_integer(s->level));
    json_object_set_new(object, "tier", cli_json_text(atr_tier_name(s->tier)));
    json_object_set_new(object, "spent_fils", json_integer(s->spent_fils));
    json_object_set_new(object, "streak_days", json_integer(s->streak_days));
    json_object_set_new(object, "achievements", json_integer(s->achievements));
    json_object_set_new(object, "categories", categories);
    json_object_set_new(object, "created", cli_json_time(user->created_ms / 1000));
    cli_print_json(object);
}

/* "-" is read from standard input, without its newline. A number among the arguments is overwritten
 * there, so that a process list shows it no longer than can be helped. */
static bool take_card(const char *option, char out[64])
{
    size_t size = strlen(option);
    if (strcmp(option, "-") == 0) {
        if (!cli_read("-", out, 63, &size)) {
            return false;
        }
    } else if (size < 63) {
        memcpy(out, option, size);
        memset((char *)option, '*', size); /* argv's strings are the program's to change */
    } else {
        size = 0;
    }
    while (size > 0 && (out[size - 1] == '\n' || out[size - 1] == '\r')) {
        size--;
    }
    out[size] = '\0';
    return true;
}

CliExit cli_user_add(Cli *cli)
{
    char card[64] = "";
    CliExit code = CLI_DONE;
    if (!take_card(cli->options[CLI_OPTION_CARD], card)) {
        return CLI_FAULT;
    }
    if (!atr_card_is_valid(card)) {
        return cli_say(CLI_WRONG_USE,
                       "--card: expected 8 to 19 digits, the last one their check digit");
    }
    if (!cli_open(cli, false, &code)) {
        return code;
    }
    atr_User user;
    const atr_Status st = atr_loyalty_add_user(cli->app->mall, card, &user);
    sodium_memzero(card, sizeof card);
    if (st == ATR_ERR_EXISTS) {
        return cli_say(CLI_NO, "this card has a user already");
    }
    if (st != ATR_OK) {
        return cli_say(CLI_FAULT, "the user could not be added: %s", atr_status_text(st));
    }
    if (cli->options[CLI_OPTION_JSON] != NULL) {
        print_user(cli, &user);
    } else {
        printf("%" PRIu64 "\n", user.id);
    }
    return CLI_DONE;
}

CliExit cli_user_show(Cli *cli)
{
    atr_UserId id = 0;
    atr_User user;
    CliExit code = CLI_DONE;
    if (!cli_parse_user(cli->argument, &id)) {
        return cli_say(CLI_WRONG_USE, "expected a user's number, as user add printed it");
    }
    if (!cli_open(cli, true, &code)) {
        return code;
    }
    const atr_Status st = atr_loyalty_find_user(cli->app->mall, id, &user);
    if (st == ATR_ERR_NOT_FOUND) {
        return cli_say(CLI_NO, "no such user");
    }
    if (st != ATR_OK) {
        return cli_say(CLI_FAULT, "the user could not be read: %s", atr_status_text(st));
    }
    print_user(cli, &user);
    return CLI_DONE;
}
