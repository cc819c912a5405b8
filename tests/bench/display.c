/* Xvfb chooses a free display by itself and writes its number to a descriptor. */
#define _POSIX_C_SOURCE 200809L

#include "display.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t server;

static void become_server(const int ends[2])
{
    char descriptor[16];
    (void)snprintf(descriptor, sizeof descriptor, "%d", ends[1]);
    close(ends[0]);
    if (freopen("/dev/null", "w", stderr) != NULL) {
        execlp("Xvfb", "Xvfb", "-displayfd", descriptor, "-screen", "0", "1920x1080x24",
               "-nolisten", "tcp", "-noreset", (char *)NULL);
    }
    _exit(127);
}

static bool read_number(int from, char *out, size_t capacity)
{
    size_t size = 0;
    while (size + 1 < capacity) {
        const ssize_t got = read(from, out + size, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0 || out[size] == '\n') {
            break;
        }
        size++;
    }
    out[size] = '\0';
    return size > 0;
}

bool display_start(void)
{
    if (getenv("DISPLAY") != NULL) {
        return true;
    }
    int ends[2];
    if (pipe(ends) != 0) {
        return false;
    }
    server = fork();
    if (server == 0) {
        become_server(ends);
    }
    close(ends[1]);
    char name[16] = ":";
    const bool started = server > 0 && read_number(ends[0], name + 1, sizeof name - 1);
    close(ends[0]);
    if (!started || setenv("DISPLAY", name, 1) != 0) {
        display_stop();
        return false;
    }
    return true;
}

void display_stop(void)
{
    if (server > 0) {
        kill(server, SIGTERM);
        while (waitpid(server, NULL, 0) < 0 && errno == EINTR) {
        }
        server = 0;
        unsetenv("DISPLAY");
    }
}
