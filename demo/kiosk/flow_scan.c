/* What the reader or the keypad brings: cards and receipts, on whichever screen. Readers read
 * twice, so a code that comes again within seconds, or is on screen, is ignored: nobody is told
 * "already added" for holding a receipt still. */
#include "flow_internal.h"

#include "base/hash.h"

#include <string.h>

#define REPEAT_MS       5000u /* readers read twice */
#define UNKNOWN_SPAN_MS 120000u
#define PAUSE_MS        60000u

/* ---- Reading receipts ------------------------------------------------------------------------ */

void flow__read(Flow *flow)
{
    const FlowOps *ops = &flow->desc.ops;
    flow->read_ticket = ++flow->serial;
    flow->saved = false;
    flow->checked = false;
    flow->settled = false;
    memset(&flow->answer, 0, sizeof flow->answer);
    const bool taken = flow->has_user ? ops->submit(ops->self, flow->read_ticket, flow->user.id,
                                                    flow->session, flow->scan.text, flow->scan.size)
                                      : ops->preview(ops->self, flow->read_ticket, flow->scan.text,
                                                     flow->scan.size);
    if (!taken) {
        flow->read_ticket = 0;
        flow->seen_hash = 0; /* holding it there again is no second reading */
        memset(&flow->scan, 0, sizeof flow->scan);
        flow__go(flow, SCREEN_SCAN);
        flow_notice(flow, "err.busy");
        return;
    }
    flow__go(flow, SCREEN_READING);
}

static void keep(FlowScan *slot, const char *text, size_t size)
{
    memcpy(slot->text, text, size);
    slot->text[size] = '\0';
    slot->size = (uint32_t)size;
}

bool flow__read_waiting(Flow *flow)
{
    if (flow->next.size == 0) {
        return false;
    }
    flow->scan = flow->next;
    memset(&flow->next, 0, sizeof flow->next);
    flow->shown_hash = atr__hash_bytes(flow->scan.text, flow->scan.size);
    flow__read(flow);
    return true;
}

void flow__identified(Flow *flow)
{
    if (flow->scan.size > 0) {
        flow__read(flow);
    } else {
        flow__go(flow, SCREEN_SCAN);
    }
}

/* A receipt's text, on whichever screen. */
static void take_receipt(Flow *flow, const char *text, size_t size, uint64_t hash)
{
    const bool busy =
        flow->screen == SCREEN_READING || (flow->screen == SCREEN_IDENTIFY && flow->scan.size > 0);
    const bool waits = flow->next.size == size && memcmp(flow->next.text, text, size) == 0;
    if (busy) {
        if (flow->next.size == 0) {
            keep(&flow->next, text, size);
        } else if (!waits) {
            flow->seen_hash = 0;
            flow_notice(flow, "err.busy");
        }
        return;
    }
    if (waits) {
        memset(&flow->next, 0, sizeof flow->next); /* its turn is now, and not once more */
    }
    if (flow->screen == SCREEN_ATTRACT || flow->screen == SCREEN_GOODBYE) {
        if (flow->screen == SCREEN_GOODBYE) {
            flow__forget(flow, false);
        }
        flow__start(flow);
    }
    keep(&flow->scan, text, size);
    flow->shown_hash = hash;
    if (flow->screen != SCREEN_IDENTIFY) {
        flow__read(flow);
    }
}

/* ---- Cards ----------------------------------------------------------------------------------- */

/* It could not be looked up now: typed or scanned again, it is no repeat. */
static void card_waits(Flow *flow)
{
    flow->card_ticket = 0;
    flow->card = CARD_TYPING;
    flow->seen_hash = 0;
    flow_notice(flow, "err.busy");
}

void flow__check_card(Flow *flow)
{
    const FlowOps *ops = &flow->desc.ops;
    if (flow->card == CARD_PAUSED || flow->card == CARD_CHECKING) {
        return;
    }
    flow->card_ticket = ++flow->serial;
    flow->card = CARD_CHECKING;
    if (!atr_card_is_valid(flow->digits)) {
        flow_on_card(flow, flow->card_ticket, ATR_ERR_NOT_FOUND, NULL);
    } else if (!ops->find_card(ops->self, flow->card_ticket, flow->digits)) {
        card_waits(flow);
    }
}

static void take_card(Flow *flow, const char *digits, size_t size)
{
    if (flow->has_user || flow->screen == SCREEN_READING) {
        return;
    }
    if (flow->screen == SCREEN_GOODBYE) {
        flow__forget(flow, false);
    }
    if (flow->screen != SCREEN_IDENTIFY) {
        flow__start(flow);
    }
    if (flow->card == CARD_PAUSED || flow->card == CARD_CHECKING) {
        return;
    }
    memcpy(flow->digits, digits, size);
    flow->digits[size] = '\0';
    flow->digit_count = (uint32_t)size;
    flow__check_card(flow);
}

/* Five within two minutes: somebody is guessing. The slot after the newest is the oldest of five.
 */
static void note_unknown(Flow *flow)
{
    const uint32_t slots = (uint32_t)ATR_COUNT_OF(flow->unknown_ms);
    flow->card = CARD_UNKNOWN;
    flow->unknown_ms[flow->unknown_count++ % slots] = flow->now_ms;
    const uint64_t oldest = flow->unknown_ms[flow->unknown_count % slots];
    if (flow->unknown_count >= slots && flow->now_ms - oldest <= UNKNOWN_SPAN_MS) {
        flow->card = CARD_PAUSED;
        flow->paused_until_ms = flow->now_ms + PAUSE_MS;
        flow->unknown_count = 0;
    }
}

void flow_on_card(Flow *flow, uint32_t ticket, atr_Status status, const atr_User *user)
{
    if (ticket == 0 || ticket != flow->card_ticket) {
        return;
    }
    flow->card_ticket = 0;
    flow->idle_ms = flow->now_ms;
    if (status == ATR_OK && user != NULL) {
        flow->card = CARD_TYPING;
        flow->user = *user;
        flow->has_user = true;
        flow->guest = false;
        memset(flow->digits, 0, sizeof flow->digits);
        flow->digit_count = 0;
        flow__identified(flow);
        if (flow->screen == SCREEN_SCAN && flow->notice == NULL) {
            flow_notice(flow, "id.welcome");
        }
        return;
    }
    if (status != ATR_ERR_NOT_FOUND) {
        card_waits(flow);
        return;
    }
    note_unknown(flow);
}

static bool all_digits(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    return size > 0;
}

void flow_scan(Flow *flow, const char *text, size_t size)
{
    if (flow->screen == SCREEN_OUT || size == 0) {
        return;
    }
    flow_activity(flow);
    if (size > ATR_RECEIPT_TEXT_MAX) {
        flow_notice(flow, "err.file");
        return;
    }
    const uint64_t hash = atr__hash_bytes(text, size);
    const bool repeated = hash == flow->seen_hash && flow->now_ms - flow->seen_ms < REPEAT_MS;
    flow->seen_hash = hash;
    flow->seen_ms = flow->now_ms;
    if (repeated || hash == flow->shown_hash) {
        return;
    }
    char digits[FLOW_DIGITS_MAX + 1] = { 0 };
    const bool is_number = size <= FLOW_DIGITS_MAX && all_digits(text, size);
    if (is_number) {
        memcpy(digits, text, size);
    }
    if (is_number &&
        (atr_card_is_valid(digits) || (flow->screen == SCREEN_IDENTIFY && size >= FLOW_CARD_MIN))) {
        take_card(flow, digits, size);
    } else {
        take_receipt(flow, text, size, hash);
    }
}
