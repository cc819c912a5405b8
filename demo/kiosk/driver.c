/* See driver.h. Commands go in through the same doors as a person's: key events, presses at points,
 * the reader's keys, dropped files. */
#define _POSIX_C_SOURCE 200809L

#include "driver.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define STEPS_PER_S    60u
#define TYPE_STEPS     5u /* between two keys of a person: more than the reader's gap */
#define TAP_APART_MS   320u
#define WAIT_SCREEN_S  180u   /* stepped */
#define ANSWER_WAIT_MS 10000u /* real, in one frame: a stuck worker does not stop the script */

typedef struct Driver {
    Kiosk *kiosk;
    const Script *script;
    uint64_t step;
    uint64_t due_ns; /* when the last paced step was */
    bool held;
    int code;
} Driver;

static uint64_t now_of(const Driver *driver)
{
    return driver->step * 1000u / STEPS_PER_S;
}

/* Workers are finishing something this frame should know. */
static void await_answer(const Driver *driver)
{
    const Kiosk *kiosk = driver->kiosk;
    atr_Mailbox *mailbox = atr_plugin_mailbox(kiosk->plugin);
    for (uint32_t ms = 0; ms < ANSWER_WAIT_MS; ms++) {
        if (driver->held || !service_is_busy(kiosk->service) || atr_mailbox_count(mailbox) > 0) {
            return;
        }
        SDL_Delay(1);
    }
}

/* Steps take real time where somebody watches, and where the overlay is shown: its figures are of
 * real time. Otherwise (0) a script runs as fast as it can. */
static uint64_t next_due(Driver *driver)
{
    atr_PluginStats stats;
    atr_plugin_stats(driver->kiosk->plugin, &stats);
    if (driver->kiosk->display.window == NULL && stats.overlay == ATR_OVERLAY_OFF) {
        return 0;
    }
    const uint64_t now_ns = atr_clock_monotonic_ns(NULL);
    driver->due_ns += NS_PER_S / STEPS_PER_S;
    if (driver->due_ns < now_ns) {
        driver->due_ns = now_ns;
    }
    return driver->due_ns;
}

static void step(Driver *driver, const char *shot)
{
    SDL_Event event;
    await_answer(driver);
    while (SDL_PollEvent(&event)) {
        kiosk_event(driver->kiosk, &event);
    }
    driver->step++;
    if (!kiosk_draw(driver->kiosk, now_of(driver), shot) && shot != NULL) {
        fprintf(stderr, "kiosk: %s: cannot be written: %s\n", shot, strerror(errno));
        driver->code = 3;
    }
    kiosk_present(driver->kiosk, next_due(driver));
}

static void steps(Driver *driver, uint64_t count)
{
    for (uint64_t i = 0; i < count && driver->code == 0 && !driver->kiosk->quit; i++) {
        step(driver, NULL);
    }
}

/* Makes a folder and those it lies in. */
static bool make_folders(const char *folder)
{
    char path[1024];
    const size_t size = strlen(folder);
    if (size >= sizeof path) {
        errno = ENAMETOOLONG;
        return false;
    }
    for (size_t i = 1; i <= size; i++) {
        if (folder[i] == '/' || folder[i] == '\0') {
            memcpy(path, folder, i);
            path[i] = '\0';
            if (mkdir(path, 0777) != 0 && errno != EEXIST) {
                return false;
            }
        }
    }
    return true;
}

static void shoot(Driver *driver, const char *name)
{
    char path[1024];
    const char *folder = driver->kiosk->options.shots;
    if (!make_folders(folder)) {
        fprintf(stderr, "kiosk: %s: %s\n", folder, strerror(errno));
        driver->code = 3;
        return;
    }
    snprintf(path, sizeof path, "%s/%s.png", folder, name);
    step(driver, path);
}

static void fail(Driver *driver, const ScriptCommand *command, const char *what, const char *found)
{
    fprintf(stderr, "kiosk: %s:%u: %s, found %s (screenshot: failed-line-%u.png)\n",
            driver->kiosk->options.script, command->line, what, found, command->line);
    char name[64];
    snprintf(name, sizeof name, "failed-line-%u", command->line);
    shoot(driver, name);
    driver->code = 1;
}

/* ---- Commands -------------------------------------------------------------------------------- */

static void wait_screen(Driver *driver, const ScriptCommand *command)
{
    const Flow *flow = &driver->kiosk->flow;
    for (uint64_t i = 0; flow->screen != command->screen && !driver->kiosk->quit; i++) {
        if (i >= (uint64_t)WAIT_SCREEN_S * STEPS_PER_S) {
            char what[96];
            snprintf(what, sizeof what, "waited for screen %s", flow_screen_name(command->screen));
            fail(driver, command, what, flow_screen_name(flow->screen));
            return;
        }
        step(driver, NULL);
    }
    step(driver, NULL); /* so that its items can be tapped */
}

static void push_key(Driver *driver, SDL_Scancode code, bool shift, bool repeated)
{
    SDL_Event event = { .type = SDL_KEYDOWN };
    event.key.state = SDL_PRESSED;
    event.key.repeat = repeated ? 1 : 0;
    event.key.keysym.scancode = code;
    event.key.keysym.sym = SDL_GetKeyFromScancode(code);
    event.key.keysym.mod = shift ? KMOD_LSHIFT : KMOD_NONE;
    kiosk_event(driver->kiosk, &event);
    event.type = SDL_KEYUP;
    event.key.type = SDL_KEYUP;
    event.key.state = SDL_RELEASED;
    kiosk_event(driver->kiosk, &event);
}

/* As the reader does it: all keys at once, then Enter. What no key has goes in as a code. */
static void scan_text(Driver *driver, const char *text)
{
    const ScannerLayout layout = driver->kiosk->scanner.layout;
    int code = 0;
    bool shift = false;
    for (const char *at = text; *at != '\0'; at++) {
        if (!scanner_find_key(layout, *at, &code, &shift)) {
            flow_scan(&driver->kiosk->flow, text, strlen(text));
            return;
        }
    }
    steps(driver, TYPE_STEPS); /* let an earlier key be a person's */
    for (const char *at = text; *at != '\0'; at++) {
        const int before = code;
        (void)scanner_find_key(layout, *at, &code, &shift);
        /* So fast that the same key twice looks held, as SDL reports it on X11. */
        push_key(driver, (SDL_Scancode)code, shift, at > text && code == before);
    }
    push_key(driver, SDL_SCANCODE_RETURN, false, false);
}

static void scan_demo(Driver *driver, const ScriptCommand *command)
{
    App *app = service_app(driver->kiosk->service);
    char text[ATR_RECEIPT_TEXT_MAX + 1];
    atr_Error error = { .text = "no data folder is open" };
    /* A script may block here; the sample button asks a worker. */
    if (app == NULL ||
        app_demo_receipt(app, (int)command->x, text, sizeof text, &error) != ATR_OK) {
        fail(driver, command, "expected a demonstration receipt", error.text);
        return;
    }
    scan_text(driver, text);
}

static void type_text(Driver *driver, const char *text)
{
    int code = 0;
    bool shift = false;
    for (; *text != '\0'; text++) {
        if (scanner_find_key(driver->kiosk->scanner.layout, *text, &code, &shift)) {
            push_key(driver, (SDL_Scancode)code, shift, false);
            steps(driver, TYPE_STEPS);
        }
    }
}

static void tap_at(Driver *driver, int32_t x, int32_t y)
{
    /* As a calm hand would: a button is locked for a moment after it was pressed. */
    const Input *input = &driver->kiosk->input;
    while (input->last_ms > 0 && now_of(driver) - input->last_ms < TAP_APART_MS) {
        step(driver, NULL);
    }
    SDL_Event event = { .type = SDL_MOUSEBUTTONDOWN };
    event.button.button = SDL_BUTTON_LEFT;
    event.button.x = x;
    event.button.y = y;
    kiosk_event(driver->kiosk, &event);
    steps(driver, 6);
    event.type = SDL_MOUSEBUTTONUP;
    event.button.type = SDL_MOUSEBUTTONUP;
    kiosk_event(driver->kiosk, &event);
    step(driver, NULL);
}

static void tap(Driver *driver, const ScriptCommand *command)
{
    Kiosk *kiosk = driver->kiosk;
    kiosk_build(kiosk);
    const char *key = command->text;
    /* The language button is known by what it says, too. */
    const bool names_language = strcmp(key, "lang.en") == 0 || strcmp(key, "lang.ar") == 0;
    const Item *item = scene_find_control(&kiosk->scene, key);
    if (item == NULL && names_language) {
        const Language wanted = strcmp(key, "lang.ar") == 0 ? LANGUAGE_AR : LANGUAGE_EN;
        if (kiosk->flow.language == wanted) {
            return;
        }
        item = scene_find_control(&kiosk->scene, "util.lang");
    }
    if (item == NULL) {
        fail(driver, command, "expected the control to be there", key);
        return;
    }
    const atr_Rect rect = item->rect; /* frames that pass build the scene anew */
    tap_at(driver, rect.x + rect.w / 2, rect.y + rect.h / 2);
}

static void press_key(Driver *driver, const ScriptCommand *command)
{
    const SDL_Scancode code = SDL_GetScancodeFromName(command->text);
    if (code == SDL_SCANCODE_UNKNOWN) {
        fail(driver, command, "expected the name of a key", command->text);
        return;
    }
    steps(driver, TYPE_STEPS);
    push_key(driver, code, false, false);
    steps(driver, TYPE_STEPS);
}

static void expect(Driver *driver, const ScriptCommand *command)
{
    Kiosk *kiosk = driver->kiosk;
    const Flow *flow = &kiosk->flow;
    char what[160];
    char found[48];
    kiosk_build(kiosk);
    switch (command->verb) {
    case SCRIPT_EXPECT_SCREEN:
        if (flow->screen != command->screen) {
            snprintf(what, sizeof what, "expected screen %s", flow_screen_name(command->screen));
            fail(driver, command, what, flow_screen_name(flow->screen));
        }
        break;
    case SCRIPT_EXPECT_TEXT:
        if (scene_find(&kiosk->scene, command->text) == NULL) {
            snprintf(what, sizeof what, "expected text %.96s", command->text);
            fail(driver, command, what, flow_screen_name(flow->screen));
        }
        break;
    default:
        if (flow->answer.coins != command->x ||
            (flow->screen != SCREEN_ACCEPTED && flow->screen != SCREEN_GUEST)) {
            snprintf(what, sizeof what, "expected %lld coins", (long long)command->x);
            snprintf(found, sizeof found, "%lld on screen %s", (long long)flow->answer.coins,
                     flow_screen_name(flow->screen));
            fail(driver, command, what, found);
        }
        break;
    }
}

static void hold(Driver *driver, bool held)
{
    App *app = service_app(driver->kiosk->service);
    driver->held = held;
    if (app == NULL) {
        return;
    }
    if (held) {
        atr_work_hold(app->pool);
    } else {
        atr_work_release(app->pool);
    }
}

static void play(Driver *driver, const ScriptCommand *command)
{
    switch (command->verb) {
    case SCRIPT_WAIT_MS:
        steps(driver, ((uint64_t)command->x * STEPS_PER_S + 999) / 1000);
        break;
    case SCRIPT_WAIT_SCREEN:
        wait_screen(driver, command);
        break;
    case SCRIPT_SCAN:
        scan_text(driver, command->text);
        break;
    case SCRIPT_SCAN_FILE:
        service_read_file(driver->kiosk->service, command->text);
        break;
    case SCRIPT_SCAN_DEMO:
        scan_demo(driver, command);
        break;
    case SCRIPT_TYPE:
        type_text(driver, command->text);
        break;
    case SCRIPT_TAP:
        tap(driver, command);
        break;
    case SCRIPT_TAP_AT:
        tap_at(driver, (int32_t)command->x, (int32_t)command->y);
        break;
    case SCRIPT_KEY:
        press_key(driver, command);
        break;
    case SCRIPT_LANG:
        flow_set_language(&driver->kiosk->flow, (Language)command->x);
        break;
    case SCRIPT_SHOT:
        shoot(driver, command->text);
        break;
    case SCRIPT_HOLD:
    case SCRIPT_RELEASE:
        hold(driver, command->verb == SCRIPT_HOLD);
        break;
    default:
        expect(driver, command);
        break;
    }
}

int driver_play(Kiosk *kiosk, const Script *script)
{
    Driver driver = { .kiosk = kiosk, .script = script };
    step(&driver, NULL);
    for (uint32_t i = 0; i < script->count && driver.code == 0; i++) {
        if (!kiosk->quit) {
            play(&driver, &script->commands[i]);
        }
        if (kiosk->quit && driver.code == 0) {
            fprintf(stderr, "kiosk: %s:%u: the script was ended from outside\n",
                    kiosk->options.script, script->commands[i].line);
            driver.code = 3;
        }
    }
    hold(&driver, false); /* what waits is finished, not cancelled */
    return driver.code;
}
