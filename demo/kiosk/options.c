/* One pass over the arguments; nothing is guessed. */
#include "options.h"

#include "shared/size.h"

#include <stdlib.h>
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

static bool parse_language(const char *text, Options *out)
{
    out->has_language = true;
    out->language = strcmp(text, "ar") == 0 ? LANGUAGE_AR : LANGUAGE_EN;
    return strcmp(text, "ar") == 0 || strcmp(text, "en") == 0;
}

static bool parse_flag(const char *name, Options *out)
{
    const struct {
        const char *name;
        bool *value;
    } flags[] = { { "--fullscreen", &out->fullscreen },
                  { "--demo", &out->demo },
                  { "--headless", &out->headless },
                  { "--probe", &out->probe },
                  { "--calm", &out->calm },
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

/* Options with a value. 1: taken, 0: no such option, -1: taken, and the value is wrong. */
static int parse_value(const char *name, const char *value, Options *out)
{
    if (strcmp(name, "--window") == 0) {
        return value != NULL && size_parse(value, SIDE_MIN, &out->width, &out->height) ? 1 : -1;
    }
    if (strcmp(name, "--lang") == 0) {
        return value != NULL && parse_language(value, out) ? 1 : -1;
    }
    const struct {
        const char *name;
        const char **value;
    } texts[] = { { "--data", &out->data },
                  { "--script", &out->script },
                  { "--shots", &out->shots } };
    for (size_t i = 0; i < ATR_COUNT_OF(texts); i++) {
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].value = value;
            return value != NULL && value[0] != '\0' ? 1 : -1;
        }
    }
    return 0;
}

bool options_parse(int argc, char *const *argv, Options *out, FILE *err)
{
    *out = (Options){ .width = 1280, .height = 720, .shots = "." };
    for (int i = 1; i < argc; i++) {
        if (parse_flag(argv[i], out)) {
            continue;
        }
        const int taken = parse_value(argv[i], i + 1 < argc ? argv[i + 1] : NULL, out);
        if (taken == 0) {
            fprintf(err, "kiosk: unknown option '%s'; see kiosk --help\n", argv[i]);
            return false;
        }
        if (taken < 0) {
            fprintf(err, "kiosk: %s: expected %s, found '%s'\n", argv[i],
                    strcmp(argv[i], "--window") == 0 ? "a size like 1280x720, 320 to 8192 a side"
                    : strcmp(argv[i], "--lang") == 0 ? "en or ar"
                                                     : "a path",
                    i + 1 < argc ? argv[i + 1] : "nothing");
            return false;
        }
        i++;
    }
    return true;
}
