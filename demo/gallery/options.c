/* See options.h. */
#include "options.h"

#include "shared/arguments.h"
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

static bool read_window(const char *text, void *out)
{
    Options *options = out;
    return size_parse(text, SIDE_MIN, &options->width, &options->height);
}

static bool read_renderer(const char *text, void *out)
{
    Options *options = out;
    options->renderer = text;
    return strcmp(text, "software") == 0 || strcmp(text, "opengl") == 0 ||
           strcmp(text, "opengles2") == 0;
}

static bool read_overlay(const char *text, void *out)
{
    static const char *const modes[] = { "off", "compact", "full" };
    Options *options = out;
    for (size_t i = 0; i < ATR_COUNT_OF(modes); i++) {
        if (strcmp(text, modes[i]) == 0) {
            options->overlay = (atr_OverlayMode)i;
            options->has_overlay = true;
            return true;
        }
    }
    return false;
}

static bool read_seed(const char *text, void *out)
{
    Options *options = out;
    char *end = NULL;
    options->seed = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0';
}

bool options_parse(int argc, char *const *argv, Options *out, FILE *err)
{
    *out = (Options){ .width = 1280, .height = 720, .shots = ".", .seed = 1 };
    const Argument table[] = {
        { .name = "--fullscreen", .flag = &out->fullscreen },
        { .name = "--headless", .flag = &out->headless },
        { .name = "--light", .flag = &out->light },
        { .name = "--help", .flag = &out->help },
        { .name = "-h", .flag = &out->help },
        { .name = "--window",
          .expected = "a size like 1280x720, 480 to 8192 a side",
          .read = read_window,
          .out = out },
        { .name = "--renderer",
          .expected = "software, opengl or opengles2",
          .read = read_renderer,
          .out = out },
        { .name = "--overlay",
          .expected = "off, compact or full",
          .read = read_overlay,
          .out = out },
        { .name = "--seed", .expected = "a number", .read = read_seed, .out = out },
        { .name = "--effects", .expected = "a folder", .text = &out->effects },
        { .name = "--assets", .expected = "a folder", .text = &out->assets },
        { .name = "--script", .expected = "a file", .text = &out->script },
        { .name = "--tour", .expected = "a folder", .text = &out->tour },
        { .name = "--shots", .expected = "a folder", .text = &out->shots },
    };
    if (!arguments_read("gallery", argc, argv, table, ATR_COUNT_OF(table), err)) {
        return false;
    }
    out->headless = out->headless || out->tour != NULL;
    if (out->script != NULL && out->tour != NULL) {
        fprintf(err, "gallery: --script and --tour: one of them\n");
        return false;
    }
    return true;
}
