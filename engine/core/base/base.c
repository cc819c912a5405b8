/* Status texts, clocks, the log line and the assert hook: the few functions of base.h. The
 * allocator, threads and random numbers are header only, beside this file. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/base.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const struct {
    atr_Status status;
    const char *name;
    const char *text;
} statuses[] = {
#define ROW(name, value, text) { ATR_##name, "ATR_" #name, text },
    ATR_STATUS_MAP(ROW)
#undef ROW
};

const char *atr_status_name(atr_Status status)
{
    for (size_t i = 0; i < ATR_COUNT_OF(statuses); i++) {
        if (statuses[i].status == status) {
            return statuses[i].name;
        }
    }
    return "ATR_?";
}

const char *atr_status_text(atr_Status status)
{
    for (size_t i = 0; i < ATR_COUNT_OF(statuses); i++) {
        if (statuses[i].status == status) {
            return statuses[i].text;
        }
    }
    return "unknown status";
}

const char *atr_version(void)
{
    return ATR_VERSION;
}

uint64_t atr_clock_monotonic_ns(const atr_Clock *clock)
{
    if (clock != NULL && clock->monotonic_ns != NULL) {
        return clock->monotonic_ns(clock->user);
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int64_t atr_clock_utc_ms(const atr_Clock *clock)
{
    if (clock != NULL && clock->utc_ms != NULL) {
        return clock->utc_ms(clock->user);
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void atr_log(const atr_Log *log, atr_LogLevel level, const char *module, const char *format, ...)
{
    if (log == NULL || log->fn == NULL || level < log->min_level) {
        return;
    }
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log->fn(log->user, level, module, text);
}

static void assert_default(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: atrium misused: %s\n", file, line, condition);
    abort();
}

static atr_AssertFn assert_hook = assert_default;

void atr_set_assert_hook(atr_AssertFn hook)
{
    assert_hook = hook != NULL ? hook : assert_default;
}

void atr_assert_failed(const char *condition, const char *file, int line)
{
    assert_hook(condition, file, line);
}
