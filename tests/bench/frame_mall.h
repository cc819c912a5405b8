/* The mall behind the frame suite: a data folder of its own, shoppers, and a till that prints four
 * receipts a second while it runs. */
#ifndef ATR_BENCH_FRAME_MALL_H
#define ATR_BENCH_FRAME_MALL_H

#include <app/app.h>

#include <stdatomic.h>

#define FRAME_MALL_SHOPPERS 100

typedef struct FrameMall {
    void (*on_credited)(void *user, int64_t coins); /* set before open; render thread */
    void *user;

    App app;
    atr_Error error; /* why open failed */
    char folder[APP_PATH_MAX];
    atr_UserId shoppers[FRAME_MALL_SHOPPERS];
    atr__Thread till;
    bool till_runs;
    atomic_bool stop;
    atomic_bool printed; /* `receipt` is the scanner's until it says false again */
    char receipt[512];
    uint32_t submitted, answered, credited; /* render thread */
} FrameMall;

bool frame_mall_open(FrameMall *mall, atr_Mailbox *mailbox);
void frame_mall_start(FrameMall *mall);

/* Render thread: hands in the receipt just printed, if there is one. Never waits. */
void frame_mall_scan(FrameMall *mall);

/* Waits for the till; receipts handed in may still be on their way. */
void frame_mall_stop(FrameMall *mall);

/* Waits for the answers, removes the folder. The mailbox must still be there. */
void frame_mall_close(FrameMall *mall);

#endif
