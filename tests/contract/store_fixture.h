/*
 * Users, stores, receipts and decisions for tests of a store: plain values, no rules and no real
 * signatures, so that a test says itself what is decided.
 */
#ifndef ATR_TEST_STORE_FIXTURE_H
#define ATR_TEST_STORE_FIXTURE_H

#include <atrium/store.h>

#include <stdio.h>
#include <string.h>

#define FIXTURE_NOW_MS INT64_C(1793000000000) /* 2026-10-26, about 11:33 in Dubai */
#define FIXTURE_HOUR   INT64_C(3600000)
#define FIXTURE_DAY    (24 * FIXTURE_HOUR)

static inline atr_Id128 fixture_id(uint32_t number)
{
    atr_Id128 id = { { 0xa7 } };
    memcpy(id.bytes + 4, &number, sizeof number);
    return id;
}

static inline atr_User fixture_user(uint8_t number)
{
    atr_User user = { .standing = { .level = 1 }, .created_ms = FIXTURE_NOW_MS };
    memset(user.card_hash, number, sizeof user.card_hash);
    snprintf(user.card_tail, sizeof user.card_tail, "%04u", (unsigned)number);
    return user;
}

static inline atr_StoreInfo fixture_store(const char *id)
{
    atr_StoreInfo store = {
        .name_en = "Palm Books",
        .name_ar = "كتب النخلة",
        .category = "books",
        .trn = "100000000000003",
        .currency = "AED",
        .vat_basis_points = 500,
        .utc_offset_minutes = 240,
        .opens_minute = 600,
        .closes_minute = 1320,
    };
    snprintf(store.id, sizeof store.id, "%s", id);
    return store;
}

static inline atr_ReceiptKey fixture_key(const char *kid, const char *store)
{
    atr_ReceiptKey key = {
        .trn = "100000000000003",
        .algorithm = ATR_KEY_ED25519,
        .size = 32,
        .valid_from_s = 1,
        .valid_until_s = 2,
        .revoked = true,
        .compromised_since_s = 3,
    };
    snprintf(key.kid, sizeof key.kid, "%s", kid);
    snprintf(key.store, sizeof key.store, "%s", store);
    snprintf(key.till, sizeof key.till, "T1");
    memset(key.bytes, kid[0], key.size);
    return key;
}

static inline atr_Submission fixture_submission(uint32_t id, atr_UserId user, int64_t at_ms)
{
    atr_Submission submission = {
        .id = fixture_id(id), .user = user, .session = 77, .submitted_ms = at_ms, .text_size = 6
    };
    memcpy(submission.text, "ab\0cd\xff", 6);
    return submission;
}

static inline atr_Receipt fixture_receipt(const char *key, int64_t total_fils)
{
    atr_Receipt receipt = { .format = ATR_RECEIPT_ATR1, .total_fils = total_fils, .vat_fils = 5 };
    snprintf(receipt.key, sizeof receipt.key, "%s", key);
    return receipt;
}

/* What the next decision shall be, and what it was shown. */
typedef struct FixtureDecision {
    atr_Outcome outcome;
    int64_t coins;
    bool claim_key;
    bool claims_paid_keys; /* a faulty decision: does not look at key_paid */
    bool forgets_balance;  /* a faulty decision: the balance after does not follow */
    bool tells;            /* adds two outbox events */
    uint32_t calls;
    atr_ReceiptHistory history;
    atr_Standing standing;
    uint32_t text_size;
} FixtureDecision;

static inline void fixture_add_event(const atr_SettleView *view, atr_SettleDecision *decision,
                                     atr_OutboxKind kind, const char *payload)
{
    atr_OutboxEvent *event = &decision->events[decision->event_count];
    event->id = view->submission->id;
    event->id.bytes[1] = (uint8_t)(1 + decision->event_count++);
    event->session = view->submission->session;
    event->kind = kind;
    snprintf(event->payload, sizeof event->payload, "%s", payload);
}

static inline void fixture_decide(void *user, const atr_SettleView *view,
                                  atr_SettleDecision *decision)
{
    FixtureDecision *plan = (FixtureDecision *)user;
    plan->calls++;
    plan->history = view->history;
    plan->standing = view->standing;
    plan->text_size = view->submission->text_size;
    decision->reward.before = view->standing;
    decision->reward.after = view->standing;
    decision->verdict.outcome = plan->outcome;
    decision->verdict.signature = ATR_SIGNATURE_OK;
    decision->verdict.authentic = ATR_AUTHENTIC_YES;
    decision->claim_key = plan->claim_key;
    if (view->history.key_paid && !plan->claims_paid_keys) {
        decision->claim_key = false;
        decision->verdict.outcome = ATR_OUTCOME_REJECTED;
        decision->verdict.reason_count = 1;
        decision->verdict.reasons[0] = (atr_Reason){ .rule = ATR_RULE_DUP_EXACT, .hard = true };
        return;
    }
    if (plan->outcome != ATR_OUTCOME_ACCEPTED) {
        decision->verdict.score = 65;
        decision->verdict.reason_count = 2;
        decision->verdict.reasons[0] = (atr_Reason){ .rule = ATR_RULE_VAT_MISMATCH,
                                                     .points = 40,
                                                     .evidence = "VAT 5 of 100 fils" };
        decision->verdict.reasons[1] =
            (atr_Reason){ .rule = ATR_RULE_HOURS, .points = 25, .evidence = "printed at 03:12" };
        return;
    }
    atr_Reward *reward = &decision->reward;
    reward->coins = plan->coins;
    reward->xp = plan->coins / 2;
    reward->celebration = ATR_CELEBRATE_SUPER;
    reward->row_count = 2;
    reward->rows[0] = (atr_RewardRow){ ATR_REWARD_BASE, 100, plan->coins + 3 };
    reward->rows[1] = (atr_RewardRow){ ATR_REWARD_TIME, 80, -3 };
    reward->after.coins += plan->coins;
    reward->after.xp += reward->xp;
    reward->after.level = 2;
    reward->after.tier = ATR_TIER_SILVER;
    reward->after.spent_fils += 12345;
    reward->after.achievements += 1;
    reward->after.streak_days += 1;
    reward->after.last_day = 20752;
    reward->after.categories |= 0x80000010u;
    if (plan->forgets_balance) {
        reward->after.coins = view->standing.coins;
    }
    if (plan->tells) {
        fixture_add_event(view, decision, ATR_OUTBOX_EFFECT, "level_up 2");
        fixture_add_event(view, decision, ATR_OUTBOX_INVALIDATE, "user 1");
    }
}

#endif
