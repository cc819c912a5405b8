/* One pass over the arguments; nothing is guessed. */
#include "options.h"

#include "shared/size.h"

#include <stdlib.h>
#include <string.h>

#define SIDE_MIN 480

void options_print_help(FILE *out)
{
    fputs(
        "usage: gallery [options]\n"
        "  --window WxH       a window of this size (default 1280x720)\n"
        "  --fullscreen       the whole screen\n"
        "  --renderer NAME    software, opengl or opengles2 (default: a GPU's, else software)\n"
        "  --effects DIR      definitions that replace or add to the catalogue, read again when\n"
        "                     they are saved\n"
        "  --assets DIR       sprites that replace or add to those compiled in\n"
        "  --light            begin with the light scene\n"
        "  --overlay MODE     off, compact or full (default: full where there is room)\n"
        "  --seed N           of the effects' chance (default 1)\n"
        "  --tour DIR         no window: play every effect, write pictures to DIR, leave\n"
        "  --script FILE      play a script at a fixed 60 steps a second, then leave\n"
        "  --shots DIR        where the script's screenshots go (default: here)\n"
        "  --headless         no window: SDL's dummy driver\n"
        "  --help             this text\n"
        "\n"
        "A tile or its key plays an effect in the middle of the scene, a click or a touch in the\n"
        "scene plays the selected one there. Tab and the arrows move, Space and Enter press.\n"
        "keys: F2 hide the panels, F3 overlay, F4 quality, F5 draw path, F6 kernel, F7 threads,\n"
        "      F8 scene, F9 motion, F10 stress, Backspace clear, Ctrl+Q leave\n"
        "\n"
        "A script has one command a line, `#` begins a comment:\n"
        "  wait MS | key NAME | tap X Y | touch X Y | drag X Y X Y | move X Y | size W H\n"
        "  play EFFECT | set SETTING OPTION | shot NAME\n"
        "  expect selected EFFECT | expect particles N (at least) | expect SETTING OPTION\n"
        "exit: 0 done, 1 an expectation of the script failed, 2 wrong use, 3 a fault\n",
        out);
}

static bool parse_overlay(const char *text, Options *out)
{
    static const char *const modes[] = { "off", "compact", "full" };
    for (size_t i = 0; i < ATR_COUNT_OF(modes); i++) {
        if (strcmp(text, modes[i]) == 0) {
            out->overlay = (atr_OverlayMode)i;
            out->has_overlay = true;
            return true;
        }
    }
    return false;
}

static bool parse_renderer(const char *text, Options *out)
{
    out->renderer = text;
    return strcmp(text, "software") == 0 || strcmp(text, "opengl") == 0 ||
           strcmp(text, "opengles2") == 0;
}

static bool parse_seed(const char *text, Options *out)
{
    char *end = NULL;
    out->seed = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0';
}

static bool parse_flag(const char *name, Options *out)
{
    const struct {
        const char *name;
        bool *value;
    } flags[] = { { "--fullscreen", &out->fullscreen },
                  { "--headless", &out->headless },
                  { "--light", &out->light },
                  { "--help", &out->help },
                  { "-h", &out->help } };
    for (size_t i = 0; i < ATR_COUNT_OF(flags); i++) {
        if (strcmp(name, flags[i].name) == 0) {
            *flags[i].value = true;
            return true;
        }
    }
    return false;
}

static bool parse_path(const char *name, const char *text, Options *out)
{
    const struct {
        const char *name;
        const char **value;
    } paths[] = { { "--effects", &out->effects },
                  { "--assets", &out->assets },
                  { "--script", &out->script },
                  { "--tour", &out->tour },
                  { "--shots", &out->shots } };
    for (size_t i = 0; i < ATR_COUNT_OF(paths); i++) {
        if (strcmp(name, paths[i].name) == 0) {
            *paths[i].value = text;
            return text[0] != '\0';
        }
    }
    return false;
}

/* What an option with a value expects; NULL: there is no such option. */
static const char *expected(const char *name)
{
    static const char *const options[][2] = {
        { "--window", "a size like 1280x720, 480 to 8192 a side" },
        { "--renderer", "software, opengl or opengles2" },
        { "--overlay", "off, compact or full" },
        { "--seed", "a number" },
        { "--effects", "a folder" },
        { "--assets", "a folder" },
        { "--script", "a file" },
        { "--tour", "a folder" },
        { "--shots", "a folder" },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(options); i++) {
        if (strcmp(name, options[i][0]) == 0) {
            return options[i][1];
        }
    }
    return NULL;
}

static bool parse_value(const char *name, const char *value, Options *out)
{
    if (strcmp(name, "--window") == 0) {
        return size_parse(value, SIDE_MIN, &out->width, &out->height);
    }
    if (strcmp(name, "--renderer") == 0) {
        return parse_renderer(value, out);
    }
    if (strcmp(name, "--overlay") == 0) {
        return parse_overlay(value, out);
    }
    if (strcmp(name, "--seed") == 0) {
        return parse_seed(value, out);
    }
    return parse_path(name, value, out);
}

bool options_parse(int argc, char *const *argv, Options *out, FILE *err)
{
    *out = (Options){ .width = 1280, .height = 720, .shots = ".", .seed = 1 };
    for (int i = 1; i < argc; i++) {
        if (parse_flag(argv[i], out)) {
            continue;
        }
        const char *wanted = expected(argv[i]);
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (wanted == NULL) {
            fprintf(err, "gallery: unknown option '%s'; see gallery --help\n", argv[i]);
            return false;
        }
        if (value == NULL || !parse_value(argv[i], value, out)) {
            fprintf(err, "gallery: %s: expected %s, found '%s'\n", argv[i], wanted,
                    value != NULL ? value : "nothing");
            return false;
        }
        i++;
    }
    out->headless = out->headless || out->tour != NULL;
    if (out->script != NULL && out->tour != NULL) {
        fprintf(err, "gallery: --script and --tour: one of them\n");
        return false;
    }
    return true;
}
