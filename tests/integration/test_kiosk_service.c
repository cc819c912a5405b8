/* The kiosk's door to the mall, on a real data folder: what was saved and could not be decided is
 * decided while the kiosk runs, not at its next start. */
#define _POSIX_C_SOURCE 200809L

#include "service.h"

#include "cmocka_all.h"
#include "scratch_folder.h"
#include "test_clock.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

static void drain_until_quiet(atr_Mailbox *mail, App *app)
{
    atr_WorkStats stats;
    do {
        (void)atr_mailbox_drain(mail, 0);
        sched_yield();
        atr_work_stats(app->pool, &stats);
    } while (stats.waiting + stats.running > 0 || atr_mailbox_count(mail) > 0);
}

static uint32_t pending_count(const App *app)
{
    static atr_Submission list[4];
    uint32_t count = 0;
    const atr_Store *store = atr_loyalty_store(app->mall);
    assert_int_equal(store->ops->pending(store->self, NULL, list, 4, &count), ATR_OK);
    return count;
}

static void service_submit__after_one_that_failed__takes_up_what_is_owed(void **state)
{
    (void)state;
    static Flow flow; /* waits for no answer */
    TestClock clock = { .now_ns = 1 };
    ScratchFolder folder;
    AppConfig config;
    atr_Error error;
    atr_Mailbox *mail = NULL;
    Service *service = NULL;
    assert_true(scratch_folder_make(&folder));
    const AppConfigSources sources = { .data = folder.path };
    assert_int_equal(app_config_load(&sources, &config, &error), ATR_OK);
    assert_int_equal(atr_mailbox_create(NULL, &mail), ATR_OK);
    const ServiceDesc desc = { .config = &config,
                               .mailbox = mail,
                               .demo = true,
                               .no_retry = true,
                               .clock = test_clock(&clock) };
    assert_int_equal(service_create(&desc, &service, &error), ATR_OK);
    service_attach(service, &flow);
    App *app = service_app(service);
    assert_non_null(app);
    drain_until_quiet(mail, app);

    const atr_Store *store = atr_loyalty_store(app->mall);
    const FlowOps ops = service_ops(service);
    atr_Settlement existing;
    atr_Submission left = { .id = atr_loyalty_new_id(), .user = 1, .text = "x", .text_size = 1 };
    assert_int_equal(store->ops->submit(store->self, &left, &existing), ATR_OK);
    assert_true(ops.submit(ops.self, 1, 1, 1, "no receipt", 10)); /* nothing had failed */
    drain_until_quiet(mail, app);
    assert_int_equal(pending_count(app), 1);
    assert_true(ops.submit(ops.self, 2, 9999, 1, "of nobody", 9)); /* fails */
    drain_until_quiet(mail, app);
    assert_int_equal(pending_count(app), 1);
    assert_true(ops.submit(ops.self, 3, 1, 1, "no receipt", 10));
    drain_until_quiet(mail, app);
    assert_int_equal(pending_count(app), 0);

    left.id = atr_loyalty_new_id();
    assert_int_equal(store->ops->submit(store->self, &left, &existing), ATR_OK);
    assert_true(ops.submit(ops.self, 4, 9999, 1, "of nobody", 9)); /* fails, and nobody comes */
    drain_until_quiet(mail, app);
    test_clock_pass_ms(&clock, 59000);
    service_tick(service);
    drain_until_quiet(mail, app);
    assert_int_equal(pending_count(app), 1);
    test_clock_pass_ms(&clock, 2000);
    service_tick(service);
    drain_until_quiet(mail, app);
    assert_int_equal(pending_count(app), 0);

    service_destroy(service);
    atr_mailbox_destroy(mail);
    scratch_folder_remove(&folder);
}

static void service_read_file__whose_shopper_has_gone__is_not_scanned(void **state)
{
    (void)state;
    static Flow flow;
    ScratchFolder folder;
    AppConfig config;
    atr_Error error;
    atr_Mailbox *mail = NULL;
    Service *service = NULL;
    char path[APP_PATH_MAX + 16];
    assert_true(scratch_folder_make(&folder));
    snprintf(path, sizeof path, "%s/dropped.txt", folder.path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("no receipt\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    const AppConfigSources sources = { .data = folder.path };
    assert_int_equal(app_config_load(&sources, &config, &error), ATR_OK);
    assert_int_equal(atr_mailbox_create(NULL, &mail), ATR_OK);
    const ServiceDesc desc = { .config = &config, .mailbox = mail, .demo = true, .no_retry = true };
    assert_int_equal(service_create(&desc, &service, &error), ATR_OK);
    App *app = service_app(service);
    assert_non_null(app);
    flow_init(&flow, &(FlowDesc){ .ops = service_ops(service), .now_ms = 1000 });
    service_attach(service, &flow);
    drain_until_quiet(mail, app);

    flow_press(&flow, CONTROL_START);
    service_read_file(service, path);
    drain_until_quiet(mail, app);
    assert_int_equal(flow.scan.size, strlen("no receipt")); /* still there: it is theirs */

    flow_back(&flow);
    flow_tick(&flow, 10000);
    flow_press(&flow, CONTROL_START);
    atr_work_hold(app->pool);
    service_read_file(service, path);
    flow_back(&flow);
    flow_press(&flow, CONTROL_START); /* the next person */
    atr_work_release(app->pool);
    drain_until_quiet(mail, app);
    assert_int_equal(flow.scan.size, 0);
    assert_null(flow.notice);
    assert_false(service_is_busy(service));

    service_destroy(service);
    atr_mailbox_destroy(mail);
    scratch_folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(service_read_file__whose_shopper_has_gone__is_not_scanned),
        cmocka_unit_test(service_submit__after_one_that_failed__takes_up_what_is_owed),
    };
    return cmocka_run_group_tests_name("kiosk: service", tests, NULL, NULL);
}
