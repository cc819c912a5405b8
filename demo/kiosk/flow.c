/* Screens, the session, presses and time-outs. One table holds the limits; one function changes
 * screens. A session begins with the first touch or scan and ends in flow__forget, the only place
 * that clears what a person left behind. Scans and cards are in flow_scan.c, the mall's answers in
 * flow_answer.c. */
#include "flow_internal.h"

#include <string.h>

#define DIALOG_MS     20000u
#define READING_MS    8000u
#define GOODBYE_MS    5000u
#define NOTICE_MS     3500u
#define NEXT_AFTER_MS 4000u /* a waiting scan follows a result that was shown this long */

/* ms without a touch, after which more time is offered; 0: none. */
static const struct {
    const char *name;
    uint32_t limit_ms;
} screens[SCREEN_COUNT] = {
    [SCREEN_ATTRACT] = { "attract", 0 },
    [SCREEN_IDENTIFY] = { "identify", 60000 },
    [SCREEN_SCAN] = { "scan", 60000 },
    [SCREEN_READING] = { "reading", 0 },
    [SCREEN_ACCEPTED] = { "accepted", 30000 },
    [SCREEN_GUEST] = { "guest", 40000 },
    [SCREEN_HELD] = { "held", 45000 },
    [SCREEN_PENDING] = { "pending", 45000 },
    [SCREEN_REJECTED] = { "rejected", 45000 },
    [SCREEN_GOODBYE] = { "goodbye", 0 },
    [SCREEN_OUT] = { "out", 0 },
};

const char *flow_screen_name(FlowScreen screen)
{
    return screens[screen].name;
}

bool flow_screen_from_name(const char *name, FlowScreen *out)
{
    for (int i = 0; i < SCREEN_COUNT; i++) {
        if (strcmp(screens[i].name, name) == 0) {
            *out = (FlowScreen)i;
            return true;
        }
    }
    return false;
}

void flow_init(Flow *flow, const FlowDesc *desc)
{
    memset(flow, 0, sizeof *flow);
    flow->desc = *desc;
    flow->now_ms = desc->now_ms;
    flow->language = desc->has_arabic ? desc->language : LANGUAGE_EN;
    flow->calm = desc->calm;
    flow->entered_ms = desc->now_ms;
    flow->idle_ms = desc->now_ms;
}

/* ---- Screens and the session ----------------------------------------------------------------- */

void flow__go(Flow *flow, FlowScreen screen)
{
    flow->screen = screen;
    flow->screen_serial++;
    flow->entered_ms = flow->now_ms;
    flow->idle_ms = flow->now_ms;
    flow->dialog = false;
    flow->hurried = false;
    flow->notice = NULL;
    if (screen == SCREEN_SCAN || screen == SCREEN_ATTRACT || screen == SCREEN_GOODBYE) {
        flow->shown_hash = 0;
    }
}

void flow__begin(Flow *flow)
{
    if (flow->session == 0) {
        flow->session = flow->desc.first_session + ++flow->sessions;
        flow->sessions_today++;
    }
}

void flow__forget(Flow *flow, bool leave_look)
{
    flow->session = 0;
    flow->has_user = false;
    flow->guest = false;
    memset(&flow->user, 0, sizeof flow->user);
    memset(flow->digits, 0, sizeof flow->digits);
    flow->digit_count = 0;
    flow->card = flow->now_ms < flow->paused_until_ms ? CARD_PAUSED : CARD_TYPING;
    memset(&flow->scan, 0, sizeof flow->scan);
    memset(&flow->next, 0, sizeof flow->next);
    memset(&flow->answer, 0, sizeof flow->answer);
    flow->card_ticket = 0;
    flow->read_ticket = 0;
    flow->sample_ticket = 0;
    flow->shown_hash = 0;
    flow->extended = false;
    flow->notice = NULL;
    if (!leave_look) {
        flow->credited = false;
        flow->language = flow->desc.has_arabic ? flow->desc.language : LANGUAGE_EN;
        flow->calm = flow->desc.calm;
    }
    if (flow->desc.ops.forget != NULL) {
        flow->desc.ops.forget(flow->desc.ops.forgetter);
    }
}

static void go_attract(Flow *flow)
{
    flow__forget(flow, false);
    flow__go(flow, SCREEN_ATTRACT);
}

static void go_goodbye(Flow *flow)
{
    flow__forget(flow, true);
    flow__go(flow, SCREEN_GOODBYE);
}

void flow__start(Flow *flow)
{
    flow__begin(flow);
    flow->read_ticket = 0; /* a guest's answer comes anew when the card is known */
    flow__go(flow, SCREEN_IDENTIFY);
}

void flow_notice(Flow *flow, const char *key)
{
    flow->notice = key;
    flow->notice_until_ms = flow->now_ms + NOTICE_MS;
}

void flow_set_language(Flow *flow, Language language)
{
    if (language == LANGUAGE_EN || flow->desc.has_arabic) {
        flow->language = language;
    }
}

void flow_set_service(Flow *flow, bool available, const char *sample_card)
{
    flow->desc.sample_card = sample_card;
    if (available && flow->screen == SCREEN_OUT) {
        flow__go(flow, SCREEN_ATTRACT);
    } else if (!available && flow->screen != SCREEN_OUT) {
        flow__forget(flow, false);
        flow__go(flow, SCREEN_OUT);
    }
}

void flow_new_day(Flow *flow)
{
    flow->coins_today = 0;
    flow->sessions_today = 0;
}

/* ---- Pressing -------------------------------------------------------------------------------- */

static bool is_result(FlowScreen screen)
{
    return screen == SCREEN_ACCEPTED || screen == SCREEN_GUEST || screen == SCREEN_HELD ||
           screen == SCREEN_PENDING || screen == SCREEN_REJECTED;
}

bool flow_has_samples(const Flow *flow)
{
    return flow->desc.sample_card != NULL;
}

bool flow_has_control(const Flow *flow, Control control)
{
    if (control >= CONTROL_DIGIT_0 && control <= CONTROL_CONFIRM) {
        return flow->screen == SCREEN_IDENTIFY && !flow->dialog;
    }
    switch (control) {
    case CONTROL_MORE_TIME:
        return flow->dialog;
    case CONTROL_LANGUAGE:
        return flow->desc.has_arabic;
    case CONTROL_CALM:
        return flow->screen != SCREEN_ATTRACT && flow->screen != SCREEN_OUT && !flow->dialog;
    case CONTROL_START:
        return flow->screen == SCREEN_ATTRACT || flow->screen == SCREEN_GOODBYE;
    case CONTROL_START_EN:
        return flow->screen == SCREEN_ATTRACT;
    case CONTROL_START_AR:
        return flow->screen == SCREEN_ATTRACT && flow->desc.has_arabic;
    case CONTROL_GUEST:
        return flow->screen == SCREEN_IDENTIFY && !flow->dialog;
    case CONTROL_CANCEL:
        return flow->screen == SCREEN_SCAN && !flow->dialog;
    case CONTROL_SAMPLE:
        return flow_has_samples(flow) && flow->screen != SCREEN_OUT && !flow->dialog;
    case CONTROL_NEXT:
        return is_result(flow->screen) && flow->screen != SCREEN_GUEST && !flow->dialog;
    case CONTROL_HAVE_CARD:
        return flow->screen == SCREEN_GUEST && !flow->dialog;
    case CONTROL_FINISH:
        return flow->session != 0 && flow->screen != SCREEN_READING && !flow->dialog;
    default:
        return false;
    }
}

static void press_digit(Flow *flow, char digit)
{
    if (flow->card == CARD_CHECKING || flow->card == CARD_PAUSED) {
        return;
    }
    flow->card = CARD_TYPING;
    if (flow->digit_count < FLOW_DIGITS_MAX) {
        flow->digits[flow->digit_count++] = digit;
        flow->digits[flow->digit_count] = '\0';
    }
}

static void press_delete(Flow *flow)
{
    if (flow->card == CARD_CHECKING || flow->card == CARD_PAUSED) {
        return;
    }
    flow->card = CARD_TYPING;
    if (flow->digit_count > 0) {
        flow->digits[--flow->digit_count] = '\0';
    }
}

static void press_sample(Flow *flow)
{
    const FlowOps *ops = &flow->desc.ops;
    if (flow->screen == SCREEN_IDENTIFY) {
        flow_scan(flow, flow->desc.sample_card, strlen(flow->desc.sample_card));
    } else if (flow->sample_ticket == 0) {
        flow->sample_ticket = ++flow->serial;
        if (!ops->sample(ops->self, flow->sample_ticket)) {
            flow->sample_ticket = 0;
            flow_notice(flow, "err.busy");
        }
    }
}

static void press_next(Flow *flow)
{
    memset(&flow->scan, 0, sizeof flow->scan);
    flow->read_ticket = 0;
    if (!flow__read_waiting(flow)) {
        flow__go(flow, SCREEN_SCAN);
    }
}

static void leave(Flow *flow)
{
    if (flow->has_user || is_result(flow->screen)) {
        go_goodbye(flow);
    } else {
        go_attract(flow);
    }
}

void flow_press(Flow *flow, Control control)
{
    if (!flow_has_control(flow, control)) {
        return;
    }
    flow->idle_ms = flow->now_ms;
    if (control >= CONTROL_DIGIT_0 && control <= CONTROL_DIGIT_9) {
        press_digit(flow, (char)('0' + (int)control - (int)CONTROL_DIGIT_0));
        return;
    }
    switch (control) {
    case CONTROL_START:
        if (flow->screen == SCREEN_GOODBYE) {
            go_attract(flow);
        } else {
            flow__start(flow);
        }
        break;
    case CONTROL_START_EN:
    case CONTROL_START_AR:
        flow_set_language(flow, control == CONTROL_START_AR ? LANGUAGE_AR : LANGUAGE_EN);
        flow__start(flow);
        break;
    case CONTROL_DELETE:
        press_delete(flow);
        break;
    case CONTROL_CONFIRM:
        if (flow->digit_count > 0) {
            flow__check_card(flow);
        }
        break;
    case CONTROL_GUEST:
        flow->guest = true;
        flow->card_ticket = 0;
        memset(flow->digits, 0, sizeof flow->digits); /* what was typed was no card of theirs */
        flow->digit_count = 0;
        flow->card = flow->card == CARD_PAUSED ? CARD_PAUSED : CARD_TYPING;
        flow__identified(flow);
        break;
    case CONTROL_CANCEL:
    case CONTROL_FINISH:
        leave(flow);
        break;
    case CONTROL_SAMPLE:
        press_sample(flow);
        break;
    case CONTROL_NEXT:
        press_next(flow);
        break;
    case CONTROL_HAVE_CARD:
        flow->guest = false;
        flow__go(flow, SCREEN_IDENTIFY);
        break;
    case CONTROL_LANGUAGE:
        flow_set_language(flow, flow->language == LANGUAGE_EN ? LANGUAGE_AR : LANGUAGE_EN);
        break;
    case CONTROL_CALM:
        flow->calm = !flow->calm;
        break;
    default:
        break;
    }
}

bool flow_activity(Flow *flow)
{
    flow->idle_ms = flow->now_ms;
    if (flow_is_counting(flow)) {
        flow->hurried = true;
    }
    if (flow->dialog) {
        flow->dialog = false;
        flow->extended = true;
        return true;
    }
    return false;
}

void flow_finger(Flow *flow, bool down)
{
    flow->finger_down = down;
    flow->idle_ms = flow->now_ms;
}

void flow_back(Flow *flow)
{
    switch (flow->screen) {
    case SCREEN_IDENTIFY:
        go_attract(flow);
        break;
    case SCREEN_SCAN:
    case SCREEN_ACCEPTED:
    case SCREEN_GUEST:
    case SCREEN_HELD:
    case SCREEN_PENDING:
    case SCREEN_REJECTED:
        leave(flow);
        break;
    case SCREEN_GOODBYE:
        go_attract(flow);
        break;
    default:
        break;
    }
}

/* ---- Time ------------------------------------------------------------------------------------ */

uint64_t flow_count_ms(const Flow *flow)
{
    if (flow->calm) {
        return 0;
    }
    const int64_t coins = flow->answer.coins > 0 ? flow->answer.coins : 0;
    const uint64_t wanted = 500 + 8 * (uint64_t)(coins > 1000 ? 1000 : coins);
    return wanted < 700 ? 700 : wanted > 1600 ? 1600 : wanted;
}

bool flow_is_counting(const Flow *flow)
{
    return (flow->screen == SCREEN_ACCEPTED || flow->screen == SCREEN_GUEST) && !flow->hurried &&
           flow->answer.coins > 0 && flow->now_ms - flow->entered_ms < flow_count_ms(flow);
}

int64_t flow_counted(const Flow *flow)
{
    if (!flow_is_counting(flow)) {
        return flow->answer.coins;
    }
    const double t = (double)(flow->now_ms - flow->entered_ms) / (double)flow_count_ms(flow);
    const double left = 1.0 - t;
    return (int64_t)((double)flow->answer.coins * (1.0 - left * left * left));
}

uint32_t flow_seconds_left(const Flow *flow)
{
    const uint64_t gone = flow->now_ms - flow->dialog_ms;
    return gone >= DIALOG_MS ? 1 : (uint32_t)((DIALOG_MS - gone + 999) / 1000);
}

static void tick_idle(Flow *flow)
{
    const uint32_t limit = screens[flow->screen].limit_ms * (flow->extended ? 2u : 1u);
    if (flow->dialog) {
        if (flow->now_ms - flow->dialog_ms >= DIALOG_MS) {
            go_attract(flow);
        }
    } else if (limit == 0 || flow->finger_down || flow_is_counting(flow)) {
        flow->idle_ms = flow->now_ms;
    } else if (flow->now_ms - flow->idle_ms >= limit) {
        flow->dialog = true;
        flow->dialog_ms = flow->now_ms;
    }
}

void flow_tick(Flow *flow, uint64_t now_ms)
{
    flow->now_ms = now_ms > flow->now_ms ? now_ms : flow->now_ms;
    if (flow->notice != NULL && flow->now_ms >= flow->notice_until_ms) {
        flow->notice = NULL;
    }
    if (flow->card == CARD_PAUSED && flow->now_ms >= flow->paused_until_ms) {
        flow->card = CARD_TYPING;
        flow->digit_count = 0;
        flow->digits[0] = '\0';
    }
    const uint64_t shown_ms = flow->now_ms - flow->entered_ms;
    if (flow->screen == SCREEN_READING && shown_ms >= READING_MS) {
        flow__go(flow, SCREEN_PENDING);
    } else if (flow->screen == SCREEN_GOODBYE && shown_ms >= GOODBYE_MS) {
        go_attract(flow);
    } else if (is_result(flow->screen) && !flow->dialog && flow->next.size > 0 &&
               shown_ms >= flow_count_ms(flow) + NEXT_AFTER_MS) {
        flow__read_waiting(flow);
    }
    tick_idle(flow);
}
