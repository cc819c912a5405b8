/* Processor share and resident memory of this process, from /proc/self; nothing where it is absent.
 */
#define _POSIX_C_SOURCE 200809L

#include "plugin_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool read_line(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "r");
    const bool read = file != NULL && fgets(out, (int)size, file) != NULL;
    if (file != NULL) {
        fclose(file);
    }
    return read;
}

/* User and system time: fields 14 and 15, counted after the name, which may hold anything. */
static bool read_ticks(uint64_t *out)
{
    char line[1024];
    if (!read_line("/proc/self/stat", line, sizeof line)) {
        return false;
    }
    char *p = strrchr(line, ')');
    for (int field = 2; p != NULL && field < 13; field++) {
        p = strchr(p + 1, ' ');
    }
    if (p == NULL) {
        return false;
    }
    char *end = NULL;
    const unsigned long long user = strtoull(p, &end, 10);
    *out = user + strtoull(end, NULL, 10);
    return true;
}

void atr__sample(atr__SampleState *last, atr__Usage *out)
{
    const uint64_t now = atr_clock_monotonic_ns(NULL);
    uint64_t ticks = 0;
    const long per_second = sysconf(_SC_CLK_TCK);
    if (read_ticks(&ticks) && per_second > 0) {
        if (last->at_ns != 0 && now > last->at_ns) {
            const double busy = (double)(ticks - last->cpu_ticks) / (double)per_second;
            out->cpu_share = (float)(busy / ((double)(now - last->at_ns) * 1e-9));
        }
        last->at_ns = now;
        last->cpu_ticks = ticks;
    }
    char line[256];
    const long page = sysconf(_SC_PAGESIZE);
    if (read_line("/proc/self/statm", line, sizeof line) && page > 0) {
        const char *resident = strchr(line, ' ');
        out->resident_bytes = resident != NULL ? strtoull(resident, NULL, 10) * (uint64_t)page : 0;
    }
}
