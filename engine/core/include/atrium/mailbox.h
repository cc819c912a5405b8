/**
 * atrium/mailbox.h: the one door between workers and the render thread.
 *
 * A worker must always be able to deliver its result, and the render thread must never wait. So
 * whoever accepts a piece of work first reserves a slot; delivering into a reserved slot cannot
 * fail. The owner drains messages, oldest first, within a time budget.
 *
 *     atr_Mailbox *mail = NULL;
 *     atr_Status st = atr_mailbox_create(&(atr_MailboxDesc){ .capacity = 256 }, &mail);
 *     ...
 *     if (atr_mailbox_reserve(mail) == ATR_OK) {      // any thread, before accepting work
 *         start_work(mail);                           // later, on a worker: atr_mailbox_post(...)
 *     }
 *     ...
 *     atr_mailbox_drain(mail, 500000);                // owner thread, once a frame: 0.5 ms
 *
 * Threads: reserve, post and cancel from any thread; drain by one thread at a time. The lock inside
 * is held only to move one message, never across a callback.
 */
#ifndef ATRIUM_MAILBOX_H
#define ATRIUM_MAILBOX_H

#include <atrium/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atr_Mailbox atr_Mailbox;

/** A delivered message: called on the draining thread with no lock held; may post and reserve. */
typedef void (*atr_MailFn)(void *user);

typedef struct atr_MailboxDesc {
    uint32_t capacity;       /* most reserved plus waiting messages; default 1024, 1..1,000,000 */
    atr_Allocator allocator; /* default malloc */
    atr_Clock clock;         /* for the drain budget; default the system's */
} atr_MailboxDesc;

/** @return ATR_OK; ATR_ERR_INVALID for a capacity out of range; ATR_ERR_NO_MEMORY. */
ATR_NODISCARD ATR_API atr_Status atr_mailbox_create(const atr_MailboxDesc *desc, atr_Mailbox **out);

/**
 * Frees the mailbox. Waiting messages are delivered first, on this thread; reserving fails by then.
 * NULL does nothing.
 */
ATR_API void atr_mailbox_destroy(atr_Mailbox *mailbox);

/**
 * Sets one slot aside.
 * @return ATR_OK, or ATR_ERR_FULL when reserved and waiting messages reach the capacity.
 * @thread any; never blocks on I/O, never allocates.
 */
ATR_NODISCARD ATR_API atr_Status atr_mailbox_reserve(atr_Mailbox *mailbox);

/** Gives a reserved slot back unused. @thread any */
ATR_API void atr_mailbox_cancel(atr_Mailbox *mailbox);

/**
 * Delivers into a slot reserved earlier; cannot fail. `fn(user)` runs in a later drain.
 * @owner `user` stays the caller's until `fn` runs.
 * @thread any; never blocks on I/O, never allocates.
 */
ATR_API void atr_mailbox_post(atr_Mailbox *mailbox, atr_MailFn fn, void *user);

/**
 * Runs waiting messages, oldest first, until none is left or `budget_ns` has passed (at least one
 * runs; 0 means no limit). Messages posted by the callbacks themselves wait for the next drain.
 * @return how many ran.
 * @thread owner
 */
ATR_API uint32_t atr_mailbox_drain(atr_Mailbox *mailbox, uint64_t budget_ns);

/** Messages delivered and not yet drained. @thread any */
ATR_API uint32_t atr_mailbox_count(const atr_Mailbox *mailbox);

#ifdef __cplusplus
}
#endif

#endif
