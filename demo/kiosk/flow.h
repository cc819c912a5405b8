/* The kiosk's course: which screen is shown, what a scan, a press and the passing of time do to it.
 *
 * Pure: it draws nothing, opens nothing and asks no clock. The program hands in events; what the
 * mall must do (find a card, judge a receipt) goes out through FlowOps and comes back as another
 * event, with the ticket it was asked under. A ticket that is no longer awaited is ignored: so a
 * result that arrives late is credited by the mall, and never shown to the next person.
 *
 *     flow_init(&flow, &(FlowDesc){ .ops = ops, .now_ms = now });
 *     flow_scan(&flow, text, size);                the reader, a dropped file, a script
 *     flow_press(&flow, CONTROL_CONFIRM);          a button
 *     flow_tick(&flow, now);                       once a frame
 *
 * Threads: one, the render thread. Nothing allocates. */
#ifndef KIOSK_FLOW_H
#define KIOSK_FLOW_H

#include "words.h"

#include <atrium/loyalty.h>

typedef enum FlowScreen {
    SCREEN_ATTRACT = 0,
    SCREEN_IDENTIFY,
    SCREEN_SCAN,
    SCREEN_READING,
    SCREEN_ACCEPTED,
    SCREEN_GUEST,
    SCREEN_HELD,
    SCREEN_PENDING,
    SCREEN_REJECTED,
    SCREEN_GOODBYE,
    SCREEN_OUT,
    SCREEN_COUNT
} FlowScreen;

/* Everything that can be pressed. */
typedef enum Control {
    CONTROL_NONE = 0,
    CONTROL_START, /* anywhere on attract: the default language; on goodbye: attract */
    CONTROL_START_EN,
    CONTROL_START_AR,
    CONTROL_DIGIT_0,
    CONTROL_DIGIT_9 = CONTROL_DIGIT_0 + 9,
    CONTROL_DELETE,
    CONTROL_CONFIRM,
    CONTROL_GUEST, /* continue without a card */
    CONTROL_CANCEL,
    CONTROL_SAMPLE, /* demonstration data only */
    CONTROL_NEXT,   /* another receipt */
    CONTROL_HAVE_CARD,
    CONTROL_FINISH,
    CONTROL_MORE_TIME,
    CONTROL_LANGUAGE,
    CONTROL_CALM, /* less motion */
    CONTROL_COUNT
} Control;

#define FLOW_DIGITS_MAX 19
#define FLOW_CARD_MIN   8

/* What the mall is asked to do. Each returns false when it cannot take it now (too much waits);
 * else the answer comes back under `ticket` by the flow_on_ function named. None may call back at
 * once. */
typedef struct FlowOps {
    bool (*find_card)(void *self, uint32_t ticket, const char *digits); /* flow_on_card */
    bool (*submit)(void *self, uint32_t ticket, atr_UserId user, uint64_t session, const char *text,
                   size_t size); /* flow_on_step, _settled */
    bool (*preview)(void *self, uint32_t ticket, const char *text,
                    size_t size);                /* flow_on_preview */
    bool (*sample)(void *self, uint32_t ticket); /* flow_on_sample */
    void *self;
    void (*forget)(
        void *forgetter); /* the session is over: drop pictures of its texts; may be NULL */
    void *forgetter;
} FlowOps;

typedef struct FlowDesc {
    FlowOps ops;
    uint64_t now_ms;
    uint64_t first_session; /* session numbers start above this; unique among runs */
    Language language;      /* default language */
    bool has_arabic;        /* a font for it was found */
    bool calm;              /* less motion by default */
    const char
        *sample_card; /* demonstration data: sampled on identify; NULL: no samples; borrowed */
} FlowDesc;

typedef enum CardState {
    CARD_TYPING = 0,
    CARD_CHECKING,
    CARD_UNKNOWN, /* not known, or not a card number */
    CARD_PAUSED   /* too many unknown ones: the desk helps */
} CardState;

/* What a result screen shows; plain data. */
typedef struct FlowAnswer {
    int64_t coins;
    char store_en[64];
    char store_ar[96];
    char category[16];
    char currency[4];
    int64_t total_fils;
    atr_Reward reward;
    const char *reason;  /* key of the one sentence; NULL: none */
    char reason_key[32]; /* storage of `reason` */
    char reference[ATR_REFERENCE_LENGTH + 1];
} FlowAnswer;

typedef struct FlowScan {
    char text[ATR_RECEIPT_TEXT_MAX + 1];
    uint32_t size; /* 0: none */
} FlowScan;

/* Plain members to read; changed by the functions below only. */
typedef struct Flow {
    FlowDesc desc;
    uint64_t now_ms;
    FlowScreen screen;
    uint32_t screen_serial; /* grows with every change of screen */
    uint64_t entered_ms;
    Language language;
    bool calm;
    uint32_t sessions;   /* begun since the start */
    int64_t coins_today; /* earned here since the start of `today` */
    uint32_t sessions_today;

    /* The session. */
    uint64_t session; /* 0: nobody is here */
    bool has_user;
    bool guest;
    bool credited; /* coins were added in this session */
    atr_User user;
    char digits[FLOW_DIGITS_MAX + 1];
    uint32_t digit_count;
    CardState card;
    FlowScan scan; /* waits for identification, is being read, or is shown to a guest */
    FlowScan next; /* the one slot for a scan during reading */
    bool saved, checked, settled; /* steps that have happened */
    FlowAnswer answer;
    bool hurried; /* a touch finished the count-up */

    /* Over the screen. */
    bool dialog; /* asks for more time */
    uint64_t dialog_ms;
    const char *notice; /* key of a passing message; NULL: none */
    uint64_t notice_until_ms;

    /* Inner. */
    uint32_t serial;
    uint32_t card_ticket, read_ticket, sample_ticket;
    uint64_t idle_ms; /* since when nobody did anything */
    bool extended;    /* more time was asked for: limits are doubled */
    bool finger_down;
    uint64_t seen_hash;
    uint64_t seen_ms;
    uint64_t shown_hash;    /* of the code on screen; 0: none */
    uint64_t unknown_ms[5]; /* when the last unknown cards came */
    uint32_t unknown_count;
    uint64_t paused_until_ms;
} Flow;

void flow_init(Flow *flow, const FlowDesc *desc);

/* The passing of time; call before drawing. */
void flow_tick(Flow *flow, uint64_t now_ms);

/* One code was read, or one text file dropped. */
void flow_scan(Flow *flow, const char *text, size_t size);

/* A control of the screen that is shown; others are ignored. */
void flow_press(Flow *flow, Control control);

/* Any touch or key, before it is given to a control. True: it answered the dialog and is used up.
 */
bool flow_activity(Flow *flow);
void flow_finger(Flow *flow, bool down);

/* Escape: one step back, never out of the program. */
void flow_back(Flow *flow);
void flow_set_language(Flow *flow, Language language);
void flow_notice(Flow *flow, const char *key);

/* Whether there is a store to save to, and its sample card, if it is a demonstration: borrowed. */
void flow_set_service(Flow *flow, bool available, const char *sample_card);

/* A new day began: what was earned "today" starts again. */
void flow_new_day(Flow *flow);

/* ---- Answers of the mall --------------------------------------------------------------------- */

void flow_on_card(Flow *flow, uint32_t ticket, atr_Status status, const atr_User *user);
void flow_on_step(Flow *flow, uint32_t ticket, atr_SubmitStep step);
/* `store` may be NULL: its name is then left out. */
void flow_on_settled(Flow *flow, uint32_t ticket, atr_Status status,
                     const atr_Settlement *settlement, const atr_StoreInfo *store);
void flow_on_preview(Flow *flow, uint32_t ticket, atr_Status status, const atr_Preview *preview);
void flow_on_sample(Flow *flow, uint32_t ticket, atr_Status status, const char *text);

/* ---- Reading --------------------------------------------------------------------------------- */

/* Whether this screen has this control now. */
bool flow_has_control(const Flow *flow, Control control);

/* The number that counts up, now; its last value when it has ended. */
int64_t flow_counted(const Flow *flow);
bool flow_is_counting(const Flow *flow);
/* How long the count takes, ms; 0 with less motion. */
uint64_t flow_count_ms(const Flow *flow);

/* Seconds left in the dialog, rounded up, 1..20. */
uint32_t flow_seconds_left(const Flow *flow);

/* Whether samples are offered. */
bool flow_has_samples(const Flow *flow);

const char *flow_screen_name(FlowScreen screen);
/* False for a name that is none. */
bool flow_screen_from_name(const char *name, FlowScreen *out);

#endif
