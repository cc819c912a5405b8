/* atrium effect render: plays an effect twice, once to see how long it lives, once to write its
 * frames and fill the contact sheet. */
#define _POSIX_C_SOURCE 200809L

#include "cli.h"
#include "sheet.h"
#include "stage.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>

#define SIDE_MIN   16
#define SIDE_MAX   4096
#define FRAMES_MAX 10000
#define LIFE_MAX_S 130 /* longer than any effect lives: 60 s, started late, and 2 s more */
#define DEFLATE    4

typedef struct Render {
    Cli *cli;
    StageDesc desc;
    const char *out;
    bool dark, light; /* both: frames on dark, the sheet on both */
    int64_t frames;   /* at most; -1: all */
    int64_t columns;  /* -1: by the number of halves */
    atr_Text *text;
    Stage stage;
    Sheet sheet;
    atr_Canvas canvas;
    uint32_t life; /* frames that the effect lives */
    uint32_t most; /* particles alive at once */
    uint32_t written;
} Render;

/* ---- Options --------------------------------------------------------------------------------- */

static bool parse_size(const char *text, int32_t *width, int32_t *height)
{
    int w = 0;
    int h = 0;
    int end = 0;
    if (sscanf(text, "%5dx%5d%n", &w, &h, &end) != 2 || text[end] != '\0' || w < SIDE_MIN ||
        w > SIDE_MAX || h < SIDE_MIN || h > SIDE_MAX) {
        return false;
    }
    *width = w;
    *height = h;
    return true;
}

static bool parse_place(const char *text, float *x, float *y)
{
    char *end = NULL;
    *x = strtof(text, &end);
    if (end == text || *end != ',') {
        return false;
    }
    const char *second = end + 1;
    *y = strtof(second, &end);
    return end != second && *end == '\0' && fabsf(*x) <= 2.0f * SIDE_MAX &&
           fabsf(*y) <= 2.0f * SIDE_MAX;
}

static bool is_file(const char *text)
{
    const size_t length = strlen(text);
    return strchr(text, '/') != NULL || (length > 5 && strcmp(text + length - 5, ".json") == 0);
}

static CliExit read_places(Render *render)
{
    Cli *cli = render->cli;
    StageDesc *desc = &render->desc;
    const char *size = cli->options[CLI_OPTION_SIZE];
    const char *place = cli->options[CLI_OPTION_PLACE];
    desc->width = 1280;
    desc->height = 720;
    if (size != NULL && !parse_size(size, &desc->width, &desc->height)) {
        return cli_wrong_use(cli, "--size: expected WIDTHxHEIGHT, each from %d to %d, found '%s'",
                             SIDE_MIN, SIDE_MAX, cli_shown(size));
    }
    desc->x = (float)desc->width / 2;
    desc->y = (float)desc->height / 2;
    if (place != NULL && !parse_place(place, &desc->x, &desc->y)) {
        return cli_wrong_use(cli, "--place: expected X,Y in logical pixels, found '%s'",
                             cli_shown(place));
    }
    return CLI_DONE;
}

static CliExit read_options(Render *render)
{
    Cli *cli = render->cli;
    int64_t fps = 0;
    int64_t seed = 0;
    int64_t amount = 0;
    if (!cli_option_number(cli, CLI_OPTION_FPS, 1, 240, 30, &fps) ||
        !cli_option_number(cli, CLI_OPTION_SEED, 1, INT64_MAX, 1, &seed) ||
        !cli_option_number(cli, CLI_OPTION_AMOUNT, 1, 1000000, 0, &amount) ||
        !cli_option_number(cli, CLI_OPTION_FRAMES, 0, FRAMES_MAX, -1, &render->frames) ||
        !cli_option_number(cli, CLI_OPTION_SHEET, 0, SHEET_COLUMNS, -1, &render->columns)) {
        return CLI_WRONG_USE;
    }
    render->dark = cli->options[CLI_OPTION_DARK] != NULL;
    render->light = cli->options[CLI_OPTION_LIGHT] != NULL;
    if (render->dark && render->light) {
        return cli_wrong_use(cli, "--dark and --light exclude each other");
    }
    if (!render->dark && !render->light) {
        render->dark = true;
        render->light = true;
    }
    if (render->columns < 0) {
        render->columns = render->dark && render->light ? 3 : 4;
    }
    render->desc.name = is_file(cli->argument) ? NULL : cli->argument;
    render->desc.file = is_file(cli->argument) ? cli->argument : NULL;
    render->desc.assets = cli->options[CLI_OPTION_ASSETS];
    render->desc.fps = (uint32_t)fps;
    render->desc.seed = (uint64_t)seed;
    render->desc.amount = (float)amount;
    render->out = cli->options[CLI_OPTION_OUT];
    return read_places(render);
}

/* ---- Pictures -------------------------------------------------------------------------------- */

static unsigned char *encode(const atr_Canvas *canvas, int *size)
{
    if (canvas->width <= 0 || canvas->height <= 0) {
        return NULL;
    }
    unsigned char *rgb = malloc((size_t)canvas->width * (size_t)canvas->height * 3);
    if (rgb == NULL) {
        return NULL;
    }
    unsigned char *to = rgb;
    for (int32_t y = 0; y < canvas->height; y++) {
        for (int32_t x = 0; x < canvas->width; x++) {
            const uint32_t p = canvas->pixels[(ptrdiff_t)y * canvas->pitch + x];
            *to++ = (unsigned char)(p >> 16);
            *to++ = (unsigned char)(p >> 8);
            *to++ = (unsigned char)p;
        }
    }
    stbi_write_png_compression_level = DEFLATE;
    unsigned char *png =
        stbi_write_png_to_mem(rgb, canvas->width * 3, canvas->width, canvas->height, 3, size);
    free(rgb);
    return png;
}

/* DIR/NAME.png, or DIR/NAME-0001.png. */
static CliExit write_picture(const Render *render, const atr_Canvas *canvas, uint32_t number)
{
    char path[1024];
    const char *name = render->stage.def->name;
    const int length =
        number == 0 ? snprintf(path, sizeof path, "%s/%s.png", render->out, name)
                    : snprintf(path, sizeof path, "%s/%s-%04u.png", render->out, name, number);
    if (length < 0 || (size_t)length >= sizeof path) {
        return cli_say(CLI_FAULT, "%s: the path is too long", render->out);
    }
    int size = 0;
    unsigned char *png = encode(canvas, &size);
    FILE *file = png == NULL ? NULL : fopen(path, "wb");
    if (file == NULL) {
        free(png);
        return cli_say(CLI_FAULT, "%s: %s", path, png == NULL ? "out of memory" : strerror(errno));
    }
    const bool whole = fwrite(png, 1, (size_t)size, file) == (size_t)size;
    const bool closed = fclose(file) == 0;
    free(png);
    return whole && closed ? CLI_DONE : cli_say(CLI_FAULT, "%s: writing failed", path);
}

/* ---- Playing --------------------------------------------------------------------------------- */

static CliExit start(Render *render)
{
    atr_Error error = { 0 };
    const atr_Status st = stage_start(&render->stage, &error);
    return st == ATR_OK ? CLI_DONE : cli_say(CLI_FAULT, "%s", error.text);
}

static CliExit measure(Render *render)
{
    const CliExit code = start(render);
    if (code != CLI_DONE) {
        return code;
    }
    bool live = true;
    while (live && render->life < LIFE_MAX_S * render->desc.fps) {
        live = stage_step(&render->stage);
        const uint32_t count = atr_effects_particles(render->stage.effects).count;
        render->most = count > render->most ? count : render->most;
        render->life++;
    }
    return CLI_DONE;
}

static CliExit open_sheet(Render *render)
{
    static const char *const priorities[] = { "cosmetic", "medium", "high", "critical" };
    const atr_EffectDef *def = render->stage.def;
    char words[160];
    snprintf(words, sizeof words,
             "%s  ·  plays %.2f s  ·  at most %u particles  ·  %d × %d  ·  seed %llu",
             priorities[def->importance], (double)render->life / render->desc.fps, render->most,
             (int)render->desc.width, (int)render->desc.height,
             (unsigned long long)render->desc.seed);
    const SheetDesc desc = { .columns = (uint32_t)render->columns,
                             .dark = render->dark,
                             .light = render->light,
                             .width = render->desc.width,
                             .height = render->desc.height,
                             .title = def->name,
                             .subtitle = words };
    return sheet_open(&render->sheet, &desc, render->text) == ATR_OK
               ? CLI_DONE
               : cli_say(CLI_FAULT, "out of memory for the sheet");
}

/* The frame, from 1, of a moment: moments share the life evenly. */
static uint32_t frame_of(const Render *render, uint32_t moment)
{
    const uint64_t count = sheet_count(&render->sheet);
    return 1 + (uint32_t)((2 * (uint64_t)moment + 1) * (render->life - 1) / (2 * count));
}

static CliExit show_frame(Render *render, uint32_t number, uint32_t *moment)
{
    const bool has_sheet = render->columns > 0;
    const bool writes = render->frames < 0 || (int64_t)number <= render->frames;
    CliExit code = CLI_DONE;
    for (int light = 0; light <= 1 && code == CLI_DONE; light++) {
        const bool wanted = light ? render->light : render->dark;
        const bool in_frame = writes && wanted && (light == 0 || !render->dark);
        uint32_t at = *moment;
        const bool in_sheet = has_sheet && wanted && at < sheet_count(&render->sheet) &&
                              frame_of(render, at) == number;
        if (in_frame || in_sheet) {
            stage_draw(&render->stage, &render->canvas, light == 1);
        }
        for (; in_sheet && at < sheet_count(&render->sheet) && frame_of(render, at) == number;
             at++) {
            sheet_put(&render->sheet, at, light == 1, &render->canvas, stage_time(&render->stage));
        }
        if (in_frame) {
            code = write_picture(render, &render->canvas, number);
            render->written++;
        }
    }
    while (has_sheet && *moment < sheet_count(&render->sheet) &&
           frame_of(render, *moment) == number) {
        (*moment)++;
    }
    return code;
}

static CliExit play(Render *render)
{
    CliExit code = render->columns > 0 ? open_sheet(render) : CLI_DONE;
    code = code == CLI_DONE ? start(render) : code;
    uint32_t moment = 0;
    for (uint32_t number = 1; number <= render->life && code == CLI_DONE; number++) {
        (void)stage_step(&render->stage);
        code = show_frame(render, number, &moment);
    }
    if (code == CLI_DONE && render->columns > 0) {
        code = write_picture(render, &render->sheet.canvas, 0);
    }
    return code;
}

static CliExit open_all(Render *render)
{
    atr_Error error = { 0 };
    struct stat info;
    if (atr_text_create(NULL, &render->text) != ATR_OK) {
        return cli_say(CLI_FAULT, "out of memory for letters");
    }
    atr_Status st = stage_open(&render->stage, &render->desc, render->text, &error);
    if (st != ATR_OK) {
        /* A wrong definition or name is the answer no; a file that cannot be read is a fault. */
        const bool no_name = st == ATR_ERR_NOT_FOUND && render->desc.file == NULL;
        (void)cli_fail(st, &error);
        return st == ATR_ERR_FORMAT || no_name ? CLI_NO : CLI_FAULT;
    }
    atr_Canvas *canvas = &render->canvas;
    *canvas = (atr_Canvas){ .width = render->desc.width,
                            .height = render->desc.height,
                            .pitch = render->desc.width };
    canvas->pixels = calloc((size_t)canvas->width * (size_t)canvas->height, sizeof(uint32_t));
    if (canvas->pixels == NULL) {
        return cli_say(CLI_FAULT, "out of memory for a frame");
    }
    if (mkdir(render->out, 0777) != 0 &&
        (errno != EEXIST || stat(render->out, &info) != 0 || !S_ISDIR(info.st_mode))) {
        return cli_say(CLI_FAULT, "%s: expected a folder or room for one: %s", render->out,
                       errno == EEXIST ? "it is a file" : strerror(errno));
    }
    return CLI_DONE;
}

CliExit cli_effect_render(Cli *cli)
{
    Render render = { .cli = cli };
    CliExit code = read_options(&render);
    if (code != CLI_DONE) {
        return code;
    }
    code = open_all(&render);
    code = code == CLI_DONE ? measure(&render) : code;
    code = code == CLI_DONE ? play(&render) : code;
    if (code == CLI_DONE) {
        printf("%s: %.2f s, at most %u particles, %u frames%s\n", render.stage.def->name,
               (double)render.life / render.desc.fps, render.most, render.written,
               render.columns > 0 ? " and a sheet" : "");
    }
    free(render.canvas.pixels);
    sheet_close(&render.sheet);
    stage_close(&render.stage);
    atr_text_destroy(render.text);
    return code;
}
