/* Users: who holds which card, by its keyed hash, and how they stand. */
#define _POSIX_C_SOURCE 200809L

#include "sqlite_internal.h"

#include <string.h>

#define USER_STANDING_COLUMN 4 /* where the standing begins in ATR__SQL_USER */

void atr__sqlite_get_standing(const atr__Query *query, int first_column, atr_Standing *out)
{
    int column = first_column;
    out->coins = atr__query_get_int(query, column++);
    out->xp = atr__query_get_int(query, column++);
    out->level = (int32_t)atr__query_get_int(query, column++);
    out->tier = (atr_Tier)atr__query_get_int(query, column++);
    out->spent_fils = atr__query_get_int(query, column++);
    out->achievements = (int32_t)atr__query_get_int(query, column++);
    out->streak_days = (int32_t)atr__query_get_int(query, column++);
    out->last_day = (int32_t)atr__query_get_int(query, column++);
    out->categories = (uint32_t)atr__query_get_int(query, column);
}

void atr__sqlite_bind_standing(atr__Query *query, const atr_Standing *standing)
{
    atr__query_int(query, standing->coins);
    atr__query_int(query, standing->xp);
    atr__query_int(query, standing->level);
    atr__query_int(query, (int64_t)standing->tier);
    atr__query_int(query, standing->spent_fils);
    atr__query_int(query, standing->achievements);
    atr__query_int(query, standing->streak_days);
    atr__query_int(query, standing->last_day);
    atr__query_int(query, standing->categories);
}

static atr_Status add(atr__Sqlite *db, atr_User *user)
{
    atr__Query q = atr__query(db, ATR__SQL_USER_ADD);
    atr__query_blob(&q, user->card_hash, sizeof user->card_hash);
    atr__query_text(&q, user->card_tail);
    atr__query_int(&q, user->created_ms);
    atr__sqlite_bind_standing(&q, &user->standing);
    const bool added = atr__query_row(&q);
    const atr_UserId id = added ? (atr_UserId)atr__query_get_int(&q, 0) : 0;
    if (added) {
        (void)atr__query_row(&q); /* to the end: RETURNING gives its row before it is done */
    }
    const atr_Status status = atr__query_finish(&q);
    if (status != ATR_OK) {
        return status;
    }
    if (!added) {
        return ATR_ERR_EXISTS;
    }
    user->id = id;
    return ATR_OK;
}

atr_Status atr__sqlite_user_add(void *self, atr_User *user)
{
    atr__Sqlite *db = self;
    const atr_Standing *s = &user->standing;
    /* Coins come through the ledger only: a balance brought along would never match it. */
    if (s->coins != 0 || s->xp < 0 || s->level < 1 || s->level > 100 || s->spent_fils < 0 ||
        s->tier < ATR_TIER_BRONZE || s->tier >= ATR_TIER_COUNT) {
        return ATR_ERR_INVALID;
    }
    const atr_Status status = atr__sqlite_begin(db, ATR__SQLITE_WRITE);
    if (status != ATR_OK) {
        return status;
    }
    return atr__sqlite_end(db, add(db, user));
}

/* Reads the one row of a query on ATR__SQL_USER and finishes it. */
static atr_Status read_user(atr__Query *query, atr_User *out)
{
    const bool found = atr__query_row(query);
    if (found) {
        memset(out, 0, sizeof *out);
        out->id = (atr_UserId)atr__query_get_int(query, 0);
        atr__query_get_blob(query, 1, out->card_hash, sizeof out->card_hash);
        atr__query_get_text(query, 2, out->card_tail, sizeof out->card_tail);
        out->created_ms = atr__query_get_int(query, 3);
        atr__sqlite_get_standing(query, USER_STANDING_COLUMN, &out->standing);
    }
    const atr_Status status = atr__query_finish(query);
    if (status != ATR_OK) {
        return status;
    }
    return found ? ATR_OK : ATR_ERR_NOT_FOUND;
}

atr_Status atr__sqlite_user_by_id(void *self, atr_UserId id, atr_User *out)
{
    atr__Sqlite *db = self;
    if (!atr__sqlite_enter(db)) {
        return ATR_ERR_BUSY;
    }
    atr__Query q = atr__query(db, ATR__SQL_USER_BY_ID);
    atr__query_int(&q, (int64_t)id);
    const atr_Status status = read_user(&q, out);
    atr__sqlite_leave(db);
    return status;
}

atr_Status atr__sqlite_user_by_card(void *self, const uint8_t card_hash[32], atr_User *out)
{
    atr__Sqlite *db = self;
    if (!atr__sqlite_enter(db)) {
        return ATR_ERR_BUSY;
    }
    atr__Query q = atr__query(db, ATR__SQL_USER_BY_CARD);
    atr__query_blob(&q, card_hash, 32);
    const atr_Status status = read_user(&q, out);
    atr__sqlite_leave(db);
    return status;
}
