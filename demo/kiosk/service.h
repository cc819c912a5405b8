/* What the kiosk asks of the mall, and where the answers go: the FlowOps of the running kiosk.
 *
 * Each question takes one of a fixed number of places and carries its ticket there and back.
 * Nothing here waits: the mall answers through the mailbox, drained once a frame. When the data
 * folder cannot be opened, a thread of the service's tries again now and then; until then the kiosk
 * is out of service.
 *
 * Threads: render. */
#ifndef KIOSK_SERVICE_H
#define KIOSK_SERVICE_H

#include "app/app.h"
#include "flow.h"

typedef struct Service Service;

typedef struct ServiceDesc {
    const AppConfig *config; /* borrowed as long as the service */
    atr_Mailbox *mailbox;    /* where answers come; outlives the service */
    bool demo;               /* a folder made now is a demonstration */
    bool no_retry;           /* do not try to open again: scripts */
    atr_Clock clock;         /* when to try again; default the system's */
    atr_Log log;
} ServiceDesc;

/* Opens the data folder; blocks. OK also when it could not be opened: service_is_open says so, and
 * `error` why. */
atr_Status service_create(const ServiceDesc *desc, Service **out, atr_Error *error);
void service_destroy(Service *service);

/* Whose events the answers become. Call before the first question. */
void service_attach(Service *service, Flow *flow);
FlowOps service_ops(Service *service);

bool service_is_open(const Service *service);
bool service_is_demo(const Service *service);
/* Once a frame: takes over what the opening thread has opened; tries again, once a minute, to have
 * decided what was saved and could not be. */
void service_tick(Service *service);

/* Reads a dropped file on a worker; what it holds is scanned, or err.file is shown. */
void service_read_file(Service *service, const char *path);

/* Whether an answer is still to come while workers run. */
bool service_is_busy(const Service *service);

/* NULL while not open. */
App *service_app(Service *service);

#endif
