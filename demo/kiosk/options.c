/* See options.h. */
#include "options.h"

#include "shared/arguments.h"
#include "shared/size.h"

#include <string.h>

#define SIDE_MIN 320

void options_print_help(FILE *out)
{
    fputs("usage: kiosk [options]\n"
          "  --window WxH     a window of this size (default 1280x720)\n"
          "  --fullscreen     the whole screen\n"
          "  --data DIR       data folder (default: ATRIUM_DATA, then ~/.local/share/atrium)\n"
          "  --demo           a data folder made now gets demonstration stores, cards and tills\n"
          "  --lang en|ar     default language\n"
          "  --calm           less motion\n"
          "  --script FILE    play a script at a fixed 60 steps a second, then leave\n"
          "  --shots DIR      where the script's screenshots go (default: here)\n"
          "  --headless       no window: draw into memory\n"
          "  --probe          only find out whether a window can be shown: exit 0, or 3\n"
          "  --help           this text\n"
          "keys: F3 overlay, F2 language, F5 sample card or receipt (demonstration data only)\n"
          "exit: 0 done, 1 an expectation of the script failed, 2 wrong use, 3 a fault\n",
          out);
}

static bool read_window(const char *text, void *out)
{
    Options *options = out;
    return size_parse(text, SIDE_MIN, &options->width, &options->height);
}

static bool read_language(const char *text, void *out)
{
    Options *options = out;
    options->has_language = true;
    options->language = strcmp(text, "ar") == 0 ? LANGUAGE_AR : LANGUAGE_EN;
    return strcmp(text, "ar") == 0 || strcmp(text, "en") == 0;
}

bool options_parse(int argc, char *const *argv, Options *out, FILE *err)
{
    *out = (Options){ .width = 1280, .height = 720, .shots = "." };
    const Argument table[] = {
        { .name = "--fullscreen", .flag = &out->fullscreen },
        { .name = "--demo", .flag = &out->demo },
        { .name = "--headless", .flag = &out->headless },
        { .name = "--probe", .flag = &out->probe },
        { .name = "--calm", .flag = &out->calm },
        { .name = "--help", .flag = &out->help },
        { .name = "-h", .flag = &out->help },
        { .name = "--window",
          .expected = "a size like 1280x720, 320 to 8192 a side",
          .read = read_window,
          .out = out },
        { .name = "--lang", .expected = "en or ar", .read = read_language, .out = out },
        { .name = "--data", .expected = "a path", .text = &out->data },
        { .name = "--script", .expected = "a path", .text = &out->script },
        { .name = "--shots", .expected = "a path", .text = &out->shots },
    };
    return arguments_read("kiosk", argc, argv, table, ATR_COUNT_OF(table), err);
}
