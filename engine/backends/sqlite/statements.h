/*
 * Every statement of the store, prepared once for each connection. Tables are in schema.c.
 *
 * Columns are read by position: keep the order here and where they are read. "outcome > 0" (held or
 * accepted) is written exactly so wherever a partial index shall serve.
 */
#ifndef ATR_SQLITE_STATEMENTS_H
#define ATR_SQLITE_STATEMENTS_H

#define ATR__SQL_STANDING                                                                          \
    "coins, xp, level, tier, spent_fils, achievements, streak_days, last_day, categories"
#define ATR__SQL_USER                                                                              \
    "SELECT id, card_hash, card_tail, created_ms, " ATR__SQL_STANDING " FROM user "
#define ATR__SQL_STORE                                                                             \
    "SELECT id, name_en, name_ar, category, trn, currency, vat_basis_points, "                     \
    "utc_offset_minutes, opens_minute, closes_minute, demo FROM store "
#define ATR__SQL_KEY                                                                               \
    "SELECT kid, store, till, trn, algorithm, bytes, valid_from_s, valid_until_s, revoked, "       \
    "compromised_since_s FROM receipt_key "
#define ATR__SQL_EVENT "SELECT id, session, kind, payload FROM outbox "

#define ATR__SQL_MAP(X)                                                                            \
    X(BEGIN_READ, "BEGIN")                                                                         \
    X(BEGIN_WRITE, "BEGIN IMMEDIATE")                                                              \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
                                                                                                   \
    X(USER_ADD, "INSERT INTO user(card_hash, card_tail, created_ms, " ATR__SQL_STANDING ")"        \
                " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"                       \
                " ON CONFLICT(card_hash) DO NOTHING RETURNING id")                                 \
    X(USER_BY_ID, ATR__SQL_USER "WHERE id = ?1")                                                   \
    X(USER_BY_CARD, ATR__SQL_USER "WHERE card_hash = ?1")                                          \
    X(USER_EXISTS, "SELECT 1 FROM user WHERE id = ?1")                                             \
    X(USER_STANDING, "SELECT " ATR__SQL_STANDING " FROM user WHERE id = ?1")                       \
    X(USER_UPDATE, "UPDATE user SET coins = ?1, xp = ?2, level = ?3, tier = ?4, spent_fils = ?5,"  \
                   " achievements = ?6, streak_days = ?7, last_day = ?8, categories = ?9"          \
                   " WHERE id = ?10")                                                              \
                                                                                                   \
    X(SUBMISSION_ADD, "INSERT INTO submission(id, user, session, submitted_ms, text, state)"       \
                      " VALUES(?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT(id) DO NOTHING RETURNING seq")   \
    X(SUBMISSION_TAKE,                                                                             \
      "UPDATE submission SET state = 2, settled_ms = ?2, reference = ?3"                           \
      " WHERE id = ?1 AND state = 1 RETURNING seq, user, session, submitted_ms, text")             \
    X(SUBMISSION_SETTLE,                                                                           \
      "UPDATE submission SET format = ?2, receipt_key = ?3, store = ?4, total_fils = ?5,"          \
      " vat_fils = ?6, receipt_utc_s = ?7, outcome = ?8, signature = ?9, authentic = ?10,"         \
      " score = ?11, amount_unsigned = ?12, coins = ?13, xp = ?14, celebration = ?15"              \
      " WHERE seq = ?1")                                                                           \
    X(SUBMISSION_BY_ID,                                                                            \
      "SELECT seq, state, user, session, submitted_ms, settled_ms, reference, format,"             \
      " receipt_key, store, total_fils, vat_fils, receipt_utc_s, outcome, signature, authentic,"   \
      " score, coins, xp, celebration FROM submission WHERE id = ?1")                              \
    X(SUBMISSION_SEQ, "SELECT seq FROM submission WHERE id = ?1")                                  \
    X(SUBMISSION_PENDING, "SELECT id, user, session, submitted_ms, text FROM submission"           \
                          " WHERE state = 1 AND seq > ?1 ORDER BY seq LIMIT ?2")                   \
                                                                                                   \
    X(REASON_ADD, "INSERT INTO reason VALUES(?1, ?2, ?3, ?4, ?5, ?6)")                             \
    X(REASONS, "SELECT rule, hard, points, evidence FROM reason"                                   \
               " WHERE submission = ?1 ORDER BY position")                                         \
    X(REWARD_ADD, "INSERT INTO reward VALUES(?1, ?2, ?3, ?4, ?5)")                                 \
    X(REWARDS, "SELECT part, percent, coins FROM reward"                                           \
               " WHERE submission = ?1 ORDER BY position")                                         \
    X(STANDING_ADD, "INSERT INTO standing(" ATR__SQL_STANDING ", submission, moment)"              \
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")                       \
    X(STANDINGS, "SELECT moment, " ATR__SQL_STANDING " FROM standing"                              \
                 " WHERE submission = ?1 ORDER BY moment")                                         \
                                                                                                   \
    X(CLAIM_ADD, "INSERT INTO claim VALUES(?1, ?2) ON CONFLICT(receipt_key) DO NOTHING"            \
                 " RETURNING 1")                                                                   \
    X(CLAIM_EXISTS, "SELECT 1 FROM claim WHERE receipt_key = ?1")                                  \
    X(LEDGER_ADD, "INSERT INTO ledger(user, submission, kind, coins, at_ms)"                       \
                  " VALUES(?1, ?2, 1, ?3, ?4)")                                                    \
                                                                                                   \
    X(HISTORY_USER,                                                                                \
      "SELECT count(*),"                                                                           \
      " coalesce(sum(submitted_ms >= ?3 AND submitted_ms < ?4), 0),"                               \
      " coalesce(sum(submitted_ms >= ?3 AND submitted_ms < ?4 AND store = ?5), 0),"                \
      " coalesce(sum(submitted_ms >= ?3 AND submitted_ms < ?4 AND amount_unsigned), 0)"            \
      " FROM submission WHERE user = ?1 AND outcome > 0 AND submitted_ms > ?2")                    \
    X(HISTORY_LAST, "SELECT submitted_ms FROM submission WHERE user = ?1 AND outcome > 0"          \
                    " ORDER BY submitted_ms DESC LIMIT 1")                                         \
    X(HISTORY_TUPLE, "SELECT count(*) FROM submission WHERE store = ?1 AND receipt_utc_s >= ?2"    \
                     " AND receipt_utc_s < ?3 AND total_fils = ?4 AND outcome > 0")                \
    X(HISTORY_AMOUNTS, "SELECT total_fils FROM submission WHERE store = ?1 AND outcome = 2"        \
                       " ORDER BY submitted_ms DESC LIMIT ?2")                                     \
                                                                                                   \
    X(STORE_PUT,                                                                                   \
      "INSERT INTO store VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"                     \
      " ON CONFLICT(id) DO UPDATE SET name_en = ?2, name_ar = ?3, category = ?4, trn = ?5,"        \
      " currency = ?6, vat_basis_points = ?7, utc_offset_minutes = ?8, opens_minute = ?9,"         \
      " closes_minute = ?10, demo = ?11")                                                          \
    X(STORE_BY_ID, ATR__SQL_STORE "WHERE id = ?1")                                                 \
    X(STORE_BY_TRN, ATR__SQL_STORE "WHERE trn = ?1 ORDER BY id LIMIT 1")                           \
    X(STORE_LIST, ATR__SQL_STORE "WHERE id > ?1 ORDER BY id LIMIT ?2")                             \
    X(STORE_EXISTS, "SELECT 1 FROM store WHERE id = ?1")                                           \
                                                                                                   \
    X(KEY_PUT, "INSERT INTO receipt_key VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"           \
               " ON CONFLICT(kid) DO UPDATE SET store = ?2, till = ?3, trn = ?4, algorithm = ?5,"  \
               " bytes = ?6, valid_from_s = ?7, valid_until_s = ?8, revoked = ?9,"                 \
               " compromised_since_s = ?10")                                                       \
    X(KEY_BY_KID, ATR__SQL_KEY "WHERE kid = ?1")                                                   \
    X(KEY_BY_BYTES, ATR__SQL_KEY "WHERE bytes = ?1 ORDER BY kid LIMIT 1")                          \
    X(TILL_NEXT, "INSERT INTO till VALUES(?1, ?2, 1)"                                              \
                 " ON CONFLICT(store, name) DO UPDATE SET sequence = sequence + 1"                 \
                 " RETURNING sequence")                                                            \
                                                                                                   \
    X(EVENT_ADD, "INSERT INTO outbox(id, session, kind, payload, created_ms)"                      \
                 " VALUES(?1, ?2, ?3, ?4, ?5)")                                                    \
    X(EVENT_EXPIRE, "DELETE FROM outbox WHERE created_ms < ?1")                                    \
    X(EVENTS, ATR__SQL_EVENT "ORDER BY seq LIMIT ?1")                                              \
    X(EVENTS_OF_SESSION, ATR__SQL_EVENT "WHERE session = ?1 ORDER BY seq LIMIT ?2")                \
    X(EVENT_ACK, "DELETE FROM outbox WHERE id = ?1")                                               \
                                                                                                   \
    X(LEDGER_TOTAL, "SELECT (SELECT count(*) FROM user), count(*), coalesce(sum(coins), 0)"        \
                    " FROM ledger")                                                                \
    X(LEDGER_MISMATCH,                                                                             \
      "SELECT count(*), coalesce(min(u.id), 0) FROM user u LEFT JOIN"                              \
      " (SELECT user, sum(coins) AS coins FROM ledger GROUP BY user) l ON l.user = u.id"           \
      " WHERE u.coins <> coalesce(l.coins, 0)")                                                    \
    X(LEDGER_TWICE,                                                                                \
      "SELECT count(*) FROM (SELECT 1 FROM ledger l JOIN submission s ON s.seq = l.submission"     \
      " WHERE l.kind = 1 GROUP BY s.receipt_key HAVING count(*) > 1)")

#endif
