/* See service.h. A place is taken by a question and freed by its last callback, which comes exactly
 * once; what a callback needs lies in the place. */
#define _POSIX_C_SOURCE 200809L

#include "service.h"

#include "base/atomic.h"
#include "base/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PLACES   24
#define TEXT_MAX (ATR_RECEIPT_TEXT_MAX + 1)
#define RETRY_NS 15000000000u /* opening a folder that could not be opened */
#define OWED_NS  60000000000u

typedef struct Place {
    Service *service;
    bool taken;
    uint32_t ticket;
    int sample;
    uint64_t session; /* of a dropped file */
    char path[APP_PATH_MAX];
    size_t size;
    char text[TEXT_MAX + 1];
} Place;

struct Service {
    ServiceDesc desc;
    App app;
    bool open;
    Flow *flow;
    Place places[PLACES];
    uint32_t taken;
    uint32_t samples; /* given out */
    bool owed;        /* an answer failed since the store last gave one */
    uint64_t owed_ns; /* then, or when it was last tried again */

    bool retrying; /* the thread runs, and owns `app` */
    atr__Thread thread;
    atr__Mutex lock;
    atr__Cond wake;
    bool stop; /* by lock */
    atomic_bool opened;
};

static atr_Status open_app(Service *service, atr_Error *error)
{
    return app_open(&(AppDesc){ .config = service->desc.config,
                                .threads = true,
                                .mailbox = service->desc.mailbox,
                                .demo = service->desc.demo,
                                .log = service->desc.log },
                    &service->app, error);
}

/* What an earlier run left pending is settled by workers, whoever it belongs to. */
static void start(Service *service)
{
    service->open = true;
    if (atr_loyalty_resume(service->app.mall) != ATR_OK) {
        atr_log(&service->desc.log, ATR_LOG_WARNING, "kiosk",
                "pending receipts wait for the next start");
    }
}

static void *retry(void *user)
{
    Service *service = user;
    atr__mutex_lock(&service->lock);
    while (!service->stop) {
        (void)atr__cond_wait_for(&service->wake, &service->lock, RETRY_NS);
        if (service->stop) {
            break;
        }
        atr__mutex_unlock(&service->lock);
        atr_Error error;
        const bool done = open_app(service, &error) == ATR_OK;
        atr__mutex_lock(&service->lock);
        if (done) {
            atomic_store(&service->opened, true);
            break;
        }
    }
    atr__mutex_unlock(&service->lock);
    return NULL;
}

atr_Status service_create(const ServiceDesc *desc, Service **out, atr_Error *error)
{
    *out = NULL;
    Service *service = calloc(1, sizeof *service);
    if (service == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    service->desc = *desc;
    for (int i = 0; i < PLACES; i++) {
        service->places[i].service = service;
    }
    if (!atr__mutex_init(&service->lock) || !atr__cond_init(&service->wake)) {
        free(service);
        return ATR_ERR_NO_MEMORY;
    }
    if (open_app(service, error) == ATR_OK) {
        start(service);
    } else if (!desc->no_retry) {
        service->retrying = atr__thread_start(&service->thread, retry, service);
    }
    *out = service;
    return ATR_OK;
}

static void stop_retrying(Service *service)
{
    if (service->retrying) {
        atr__mutex_lock(&service->lock);
        service->stop = true;
        atr__cond_signal(&service->wake);
        atr__mutex_unlock(&service->lock);
        atr__thread_join(service->thread);
        service->retrying = false;
    }
}

void service_destroy(Service *service)
{
    if (service == NULL) {
        return;
    }
    stop_retrying(service);
    if (service->open || atomic_load(&service->opened)) {
        app_close(&service->app);
    }
    atr__cond_deinit(&service->wake);
    atr__mutex_deinit(&service->lock);
    free(service);
}

void service_attach(Service *service, Flow *flow)
{
    service->flow = flow;
}

void service_tick(Service *service)
{
    if (!service->open && atomic_load(&service->opened)) {
        stop_retrying(service);
        start(service);
    }
    const uint64_t now_ns = atr_clock_monotonic_ns(&service->desc.clock);
    if (service->open && service->owed && now_ns - service->owed_ns >= OWED_NS &&
        atr_loyalty_resume(service->app.mall) == ATR_OK) {
        service->owed_ns = now_ns; /* still owed until the store answers a shopper */
    }
}

bool service_is_open(const Service *service)
{
    return service->open;
}

bool service_is_demo(const Service *service)
{
    return service->open && service->app.demo;
}

bool service_is_busy(const Service *service)
{
    return service->taken > 0;
}

App *service_app(Service *service)
{
    return service->open ? &service->app : NULL;
}

/* ---- Places ---------------------------------------------------------------------------------- */

static Place *take(Service *service, uint32_t ticket)
{
    for (int i = 0; service->open && i < PLACES; i++) {
        Place *place = &service->places[i];
        if (!place->taken) {
            place->taken = true;
            place->ticket = ticket;
            place->size = 0;
            service->taken++;
            return place;
        }
    }
    return NULL;
}

static void give_back(Place *place)
{
    memset(place->text, 0, place->size < sizeof place->text ? place->size : sizeof place->text);
    place->size = 0;
    place->taken = false;
    place->service->taken--;
}

static bool accepted(Place *place, atr_Status status)
{
    if (status != ATR_OK) {
        give_back(place);
        return false;
    }
    return true;
}

/* ---- Cards and receipts ---------------------------------------------------------------------- */

static void on_card(void *context, atr_Status status, const atr_User *user)
{
    Place *place = context;
    flow_on_card(place->service->flow, place->ticket, status, user);
    give_back(place);
}

static bool find_card(void *self, uint32_t ticket, const char *digits)
{
    Service *service = self;
    Place *place = take(service, ticket);
    return place != NULL &&
           accepted(place, atr_loyalty_find_card(service->app.mall, digits, on_card, place));
}

static void on_step(void *context, const atr_Id128 *id, atr_SubmitStep step)
{
    (void)id;
    const Place *place = context;
    flow_on_step(place->service->flow, place->ticket, step);
}

/* The kiosk shows what the settlement says; the session's events only have to be taken. */
static void on_event(void *context, const atr_OutboxEvent *event)
{
    (void)context;
    (void)event;
}

/* The store is well: takes what it has to tell, and hands in again what was saved and not decided
 * while it was not. Shoppers were told that it will be. */
static void store_answers(Service *service, uint64_t session)
{
    if (atr_loyalty_poll_outbox(service->app.mall, session, on_event, NULL) != ATR_OK) {
        atr_log(&service->desc.log, ATR_LOG_DEBUG, "kiosk", "the outbox waits");
    }
    if (service->owed && atr_loyalty_resume(service->app.mall) == ATR_OK) {
        service->owed = false;
    }
}

static void on_settled(void *context, const atr_Id128 *id, atr_Status status,
                       const atr_Settlement *settlement)
{
    (void)id;
    Place *place = context;
    Service *service = place->service;
    atr_StoreInfo store;
    const bool known =
        status == ATR_OK && settlement->store[0] != '\0' &&
        atr_loyalty_cached_store(service->app.mall, settlement->store, &store) == ATR_OK;
    flow_on_settled(service->flow, place->ticket, status, settlement, known ? &store : NULL);
    if (status != ATR_OK) {
        service->owed = true;
        service->owed_ns = atr_clock_monotonic_ns(&service->desc.clock);
    } else {
        store_answers(service, settlement->session);
    }
    give_back(place);
}

static bool submit(void *self, uint32_t ticket, atr_UserId user, uint64_t session, const char *text,
                   size_t size)
{
    Service *service = self;
    Place *place = take(service, ticket);
    if (place == NULL) {
        return false;
    }
    const atr_SubmitRequest request = { .id = atr_loyalty_new_id(),
                                        .user = user,
                                        .session = session,
                                        .text = { text, size },
                                        .on_step = on_step,
                                        .on_done = on_settled,
                                        .context = place };
    return accepted(place, atr_loyalty_submit(service->app.mall, &request));
}

static void on_preview(void *context, atr_Status status, const atr_Preview *preview)
{
    Place *place = context;
    flow_on_preview(place->service->flow, place->ticket, status, preview);
    give_back(place);
}

static bool preview(void *self, uint32_t ticket, const char *text, size_t size)
{
    Service *service = self;
    Place *place = take(service, ticket);
    const atr_Bytes bytes = { text, size };
    return place != NULL &&
           accepted(place, atr_loyalty_preview(service->app.mall, bytes, on_preview, place));
}

/* ---- Samples --------------------------------------------------------------------------------- */

static atr_Status run_sample(atr_Job *job, void *user)
{
    (void)job;
    Place *place = user;
    atr_Error error;
    const atr_Status status = app_demo_receipt(&place->service->app, place->sample, place->text,
                                               sizeof place->text, &error);
    place->size = status == ATR_OK ? strlen(place->text) : 0;
    return status;
}

static void on_sample(void *user, atr_JobId id, atr_Status status)
{
    (void)id;
    Place *place = user;
    flow_on_sample(place->service->flow, place->ticket, status, place->text);
    give_back(place);
}

static bool sample(void *self, uint32_t ticket)
{
    /* One of each kind in turn, good ones first. */
    static const int order[] = { APP_DEMO_GREAT,    APP_DEMO_HELD,  APP_DEMO_EPIC,
                                 APP_DEMO_TAMPERED, APP_DEMO_SMALL, APP_DEMO_DUPLICATE,
                                 APP_DEMO_OLD,      APP_DEMO_ZATCA, APP_DEMO_UNKNOWN,
                                 APP_DEMO_GARBAGE };
    Service *service = self;
    Place *place = take(service, ticket);
    if (place == NULL) {
        return false;
    }
    place->sample = order[service->samples++ % ATR_COUNT_OF(order)];
    const atr_JobDesc job = { .run = run_sample, .done = on_sample, .user = place };
    return accepted(place, atr_work_submit(service->app.pool, &job, NULL));
}

/* ---- Dropped files --------------------------------------------------------------------------- */

/* A text is a receipt; anything with control characters in it is some other file. */
static bool is_text(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)bytes[i];
        if (c < 0x20 && c != '\n' && c != '\r' && c != '\t') {
            return false;
        }
    }
    return size > 0 && size <= ATR_RECEIPT_TEXT_MAX;
}

static atr_Status run_file(atr_Job *job, void *user)
{
    (void)job;
    Place *place = user;
    struct stat info;
    /* A pipe would keep the worker waiting for somebody who writes. */
    if (stat(place->path, &info) != 0 || !S_ISREG(info.st_mode)) {
        return ATR_ERR_IO;
    }
    FILE *file = fopen(place->path, "rb");
    if (file == NULL) {
        return ATR_ERR_IO;
    }
    /* One byte more than a receipt may have tells one that is too long; no more is ever read. */
    place->size = fread(place->text, 1, TEXT_MAX, file);
    const bool bad = ferror(file) != 0;
    (void)fclose(file);
    return bad ? ATR_ERR_IO : is_text(place->text, place->size) ? ATR_OK : ATR_ERR_FORMAT;
}

static void on_file(void *user, atr_JobId id, atr_Status status)
{
    (void)id;
    Place *place = user;
    /* Its shopper has gone, and it is nobody else's. One dropped before a session begins one. */
    if (place->session != 0 && place->session != place->service->flow->session) {
        give_back(place);
        return;
    }
    size_t size = place->size;
    while (size > 0 && (unsigned char)place->text[size - 1] <= ' ') {
        size--;
    }
    if (status == ATR_OK && size > 0) {
        flow_scan(place->service->flow, place->text, size);
    } else {
        flow_notice(place->service->flow, "err.file");
    }
    give_back(place);
}

void service_read_file(Service *service, const char *path)
{
    Place *place = take(service, 0);
    if (place == NULL || strlen(path) >= sizeof place->path) {
        flow_notice(service->flow, place == NULL ? "err.busy" : "err.file");
        if (place != NULL) {
            give_back(place);
        }
        return;
    }
    snprintf(place->path, sizeof place->path, "%s", path);
    place->session = service->flow->session;
    const atr_JobDesc job = { .run = run_file, .done = on_file, .user = place };
    if (!accepted(place, atr_work_submit(service->app.pool, &job, NULL))) {
        flow_notice(service->flow, "err.busy");
    }
}

FlowOps service_ops(Service *service)
{
    return (FlowOps){ .find_card = find_card,
                      .submit = submit,
                      .preview = preview,
                      .sample = sample,
                      .self = service };
}
