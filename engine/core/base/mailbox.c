/* A ring of messages behind one mutex. A slot is counted from its reservation on, so that posting
 * always finds room: reserved + waiting never passes the capacity. The lock is held to move one
 * message; callbacks run without it. What was posted while a drain runs waits for the next one, so
 * that two threads feeding each other cannot keep a frame from ending. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/mailbox.h>

#include "base/alloc.h"
#include "base/thread.h"

#define DEFAULT_CAPACITY 1024u
#define MAX_CAPACITY     1000000u

typedef struct Mail {
    atr_MailFn fn;
    void *user;
} Mail;

struct atr_Mailbox {
    atr_MailboxDesc desc;
    atr__Mutex lock;
    bool have_lock;
    bool closing;      /* guarded by lock: nothing more is reserved */
    uint32_t first;    /* guarded by lock: index of the oldest waiting message */
    uint32_t waiting;  /* guarded by lock */
    uint32_t reserved; /* guarded by lock */
    Mail *ring;        /* guarded by lock: desc.capacity entries */
};

static atr_MailboxDesc desc_resolve(const atr_MailboxDesc *desc)
{
    atr_MailboxDesc d = desc != NULL ? *desc : (atr_MailboxDesc){ 0 };
    if (d.capacity == 0) {
        d.capacity = DEFAULT_CAPACITY;
    }
    return d;
}

static void mailbox_free(atr_Mailbox *mailbox)
{
    const atr_Allocator allocator = mailbox->desc.allocator;
    if (mailbox->have_lock) {
        atr__mutex_deinit(&mailbox->lock);
    }
    atr__free(&allocator, mailbox->ring, mailbox->desc.capacity, sizeof *mailbox->ring);
    atr__free(&allocator, mailbox, 1, sizeof *mailbox);
}

atr_Status atr_mailbox_create(const atr_MailboxDesc *desc, atr_Mailbox **out)
{
    ATR_ASSERT(out != NULL);
    *out = NULL;
    const atr_MailboxDesc d = desc_resolve(desc);
    if (d.capacity > MAX_CAPACITY) {
        return ATR_ERR_INVALID;
    }
    atr_Mailbox *mailbox = atr__alloc_zero(&d.allocator, 1, sizeof *mailbox);
    if (mailbox == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    mailbox->desc = d;
    mailbox->ring = atr__alloc_zero(&d.allocator, d.capacity, sizeof *mailbox->ring);
    mailbox->have_lock = atr__mutex_init(&mailbox->lock);
    if (mailbox->ring == NULL || !mailbox->have_lock) {
        mailbox_free(mailbox);
        return ATR_ERR_NO_MEMORY;
    }
    *out = mailbox;
    return ATR_OK;
}

void atr_mailbox_destroy(atr_Mailbox *mailbox)
{
    if (mailbox == NULL) {
        return;
    }
    atr__mutex_lock(&mailbox->lock);
    mailbox->closing = true; /* a callback that asks for more ends here */
    atr__mutex_unlock(&mailbox->lock);
    while (atr_mailbox_drain(mailbox, 0) > 0) {
    }
    mailbox_free(mailbox);
}

atr_Status atr_mailbox_reserve(atr_Mailbox *mailbox)
{
    ATR_ASSERT(mailbox != NULL);
    atr__mutex_lock(&mailbox->lock);
    const bool room =
        !mailbox->closing && mailbox->reserved + mailbox->waiting < mailbox->desc.capacity;
    if (room) {
        mailbox->reserved++;
    }
    atr__mutex_unlock(&mailbox->lock);
    return room ? ATR_OK : ATR_ERR_FULL;
}

void atr_mailbox_cancel(atr_Mailbox *mailbox)
{
    ATR_ASSERT(mailbox != NULL);
    atr__mutex_lock(&mailbox->lock);
    const bool was_reserved = mailbox->reserved > 0;
    if (was_reserved) {
        mailbox->reserved--;
    }
    atr__mutex_unlock(&mailbox->lock);
    ATR_ASSERT(was_reserved);
    (void)was_reserved;
}

void atr_mailbox_post(atr_Mailbox *mailbox, atr_MailFn fn, void *user)
{
    ATR_ASSERT(mailbox != NULL && fn != NULL);
    atr__mutex_lock(&mailbox->lock);
    const bool was_reserved = mailbox->reserved > 0;
    if (was_reserved) { /* otherwise misuse: taking a slot here would take it from its holder */
        const uint32_t last = (mailbox->first + mailbox->waiting) % mailbox->desc.capacity;
        mailbox->ring[last] = (Mail){ .fn = fn, .user = user };
        mailbox->waiting++;
        mailbox->reserved--;
    }
    atr__mutex_unlock(&mailbox->lock);
    ATR_ASSERT(was_reserved);
    (void)was_reserved;
}

static bool take_oldest(atr_Mailbox *mailbox, Mail *out)
{
    atr__mutex_lock(&mailbox->lock);
    const bool found = mailbox->waiting > 0;
    if (found) {
        *out = mailbox->ring[mailbox->first];
        mailbox->first = (mailbox->first + 1) % mailbox->desc.capacity;
        mailbox->waiting--;
    }
    atr__mutex_unlock(&mailbox->lock);
    return found;
}

uint32_t atr_mailbox_drain(atr_Mailbox *mailbox, uint64_t budget_ns)
{
    ATR_ASSERT(mailbox != NULL);
    const uint32_t most = atr_mailbox_count(mailbox);
    if (most == 0) {
        return 0;
    }
    const atr_Clock *clock = &mailbox->desc.clock;
    const uint64_t start_ns = budget_ns > 0 ? atr_clock_monotonic_ns(clock) : 0;
    uint32_t ran = 0;
    Mail mail;
    while (ran < most && take_oldest(mailbox, &mail)) {
        mail.fn(mail.user);
        ran++;
        if (budget_ns > 0 && atr_clock_monotonic_ns(clock) - start_ns >= budget_ns) {
            break;
        }
    }
    return ran;
}

uint32_t atr_mailbox_count(const atr_Mailbox *mailbox)
{
    ATR_ASSERT(mailbox != NULL);
    atr__Mutex *lock = (atr__Mutex *)&mailbox->lock;
    atr__mutex_lock(lock);
    const uint32_t waiting = mailbox->waiting;
    atr__mutex_unlock(lock);
    return waiting;
}
