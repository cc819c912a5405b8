/* See script.h. Commands go in through the same door as a person's: gallery_event. */
#define _POSIX_C_SOURCE 200809L

#include "script.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define WORDS_MAX   6
#define LINE_MAX_   512
#define PATH_MAX_   1024
#define STEPS_PER_S 60u
#define FINGER      7

typedef struct Player {
    Gallery *gallery;
    const char *source;
    const char *shots;
    uint32_t line;
    uint64_t step;
    int code;
    char *words[WORDS_MAX];
    int count;
} Player;

static void fail(Player *player, int code, const char *what, const char *found)
{
    fprintf(stderr, "gallery: %s:%u: %s, found '%s'\n", player->source, player->line, what, found);
    player->code = code;
}

static void step(Player *player, const char *shot)
{
    Gallery *gallery = player->gallery;
    SDL_Event event;
    while (SDL_PollEvent(&event)) {
        gallery_event(gallery, &event);
    }
    player->step++;
    if (!gallery_frame(gallery, player->step * 1000 / STEPS_PER_S, shot)) {
        fprintf(stderr, "gallery: %s: cannot be written: %s\n", shot != NULL ? shot : "",
                strerror(errno));
        player->code = 3;
    }
    gallery_present(gallery);
}

static void steps(Player *player, uint64_t ms)
{
    for (uint64_t i = 0; i < ms * STEPS_PER_S / 1000 && !player->gallery->quit; i++) {
        step(player, NULL);
    }
}

static void shoot(Player *player, const char *name)
{
    char path[PATH_MAX_];
    if (mkdir(player->shots, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "gallery: %s: %s\n", player->shots, strerror(errno));
        player->code = 3;
        return;
    }
    if ((size_t)snprintf(path, sizeof path, "%s/%s.png", player->shots, name) >= sizeof path) {
        fail(player, 2, "expected a shorter name", name);
        return;
    }
    step(player, path);
}

/* ---- Pointers and keys ----------------------------------------------------------------------- */

static bool number(Player *player, int index, int32_t *out)
{
    char *end = NULL;
    const long value = strtol(player->words[index], &end, 10);
    if (end == player->words[index] || *end != '\0' || value < 0 || value > 1000000) {
        fail(player, 2, "expected a number", player->words[index]);
        return false;
    }
    *out = (int32_t)value;
    return true;
}

static void send_mouse(Player *player, Uint32 type, int32_t x, int32_t y)
{
    SDL_Event event = { .type = type };
    if (type == SDL_MOUSEMOTION) {
        event.motion.x = x;
        event.motion.y = y;
    } else {
        event.button.button = SDL_BUTTON_LEFT;
        event.button.x = x;
        event.button.y = y;
    }
    gallery_event(player->gallery, &event);
}

static void send_finger(Player *player, Uint32 type, int32_t x, int32_t y)
{
    SDL_Event event = { .type = type };
    event.tfinger.fingerId = FINGER;
    event.tfinger.x = ((float)x + 0.5f) / (float)player->gallery->display.width;
    event.tfinger.y = ((float)y + 0.5f) / (float)player->gallery->display.height;
    gallery_event(player->gallery, &event);
}

static void do_tap(Player *player)
{
    int32_t x;
    int32_t y;
    if (number(player, 1, &x) && number(player, 2, &y)) {
        send_mouse(player, SDL_MOUSEMOTION, x, y);
        send_mouse(player, SDL_MOUSEBUTTONDOWN, x, y);
        step(player, NULL);
        send_mouse(player, SDL_MOUSEBUTTONUP, x, y);
        step(player, NULL);
    }
}

static void do_touch(Player *player)
{
    int32_t x;
    int32_t y;
    if (number(player, 1, &x) && number(player, 2, &y)) {
        send_finger(player, SDL_FINGERDOWN, x, y);
        step(player, NULL);
        send_finger(player, SDL_FINGERUP, x, y);
        step(player, NULL);
    }
}

static void do_move(Player *player)
{
    int32_t x;
    int32_t y;
    if (number(player, 1, &x) && number(player, 2, &y)) {
        send_mouse(player, SDL_MOUSEMOTION, x, y);
        step(player, NULL);
    }
}

/* A finger that goes from one point to another in a third of a second. */
static void do_drag(Player *player)
{
    int32_t at[4];
    for (int i = 0; i < 4; i++) {
        if (!number(player, i + 1, &at[i])) {
            return;
        }
    }
    send_finger(player, SDL_FINGERDOWN, at[0], at[1]);
    for (int i = 1; i <= 20; i++) {
        step(player, NULL);
        send_finger(player, SDL_FINGERMOTION, at[0] + (at[2] - at[0]) * i / 20,
                    at[1] + (at[3] - at[1]) * i / 20);
    }
    step(player, NULL);
    send_finger(player, SDL_FINGERUP, at[2], at[3]);
    step(player, NULL);
}

static void do_key(Player *player)
{
    SDL_Event event = { .type = SDL_KEYDOWN };
    event.key.keysym.sym = SDL_GetKeyFromName(player->words[1]);
    if (event.key.keysym.sym == SDLK_UNKNOWN) {
        fail(player, 2, "expected the name of a key", player->words[1]);
        return;
    }
    gallery_event(player->gallery, &event);
    step(player, NULL);
}

/* ---- Other commands -------------------------------------------------------------------------- */

static void do_wait(Player *player)
{
    int32_t ms;
    if (number(player, 1, &ms)) {
        steps(player, (uint64_t)ms);
    }
}

static void do_size(Player *player)
{
    int32_t w;
    int32_t h;
    if (number(player, 1, &w) && number(player, 2, &h)) {
        SDL_SetWindowSize(player->gallery->display.window, w, h);
        step(player, NULL);
    }
}

static void do_play(Player *player)
{
    uint32_t index = 0;
    if (!gallery_find(player->gallery, player->words[1], &index)) {
        fail(player, 2, "expected the name of an effect", player->words[1]);
        return;
    }
    gallery_play_middle(player->gallery, index);
    step(player, NULL);
}

static void do_set(Player *player)
{
    Setting setting;
    uint32_t option;
    if (!setting_find(&player->gallery->settings, player->words[1], player->words[2], &setting,
                      &option)) {
        fail(player, 2, "expected a setting and one of its options", player->words[1]);
        return;
    }
    gallery_choose(player->gallery, setting, option);
    step(player, NULL);
}

static void do_shot(Player *player)
{
    if (strchr(player->words[1], '/') != NULL || player->words[1][0] == '.') {
        fail(player, 2, "expected a file name without a folder", player->words[1]);
        return;
    }
    shoot(player, player->words[1]);
}

static void do_expect(Player *player)
{
    const Gallery *gallery = player->gallery;
    char found[64];
    if (strcmp(player->words[1], "selected") == 0) {
        const char *name = gallery->name_count > 0 ? gallery->names[gallery->selected] : "nothing";
        if (strcmp(name, player->words[2]) != 0) {
            fail(player, 1, "expected another effect to be selected", name);
        }
        return;
    }
    if (strcmp(player->words[1], "particles") == 0) {
        int32_t least;
        const uint32_t alive = atr_effects_particles(gallery->effects).count;
        snprintf(found, sizeof found, "%u", alive);
        if (number(player, 2, &least) && alive < (uint32_t)least) {
            fail(player, 1, "expected more particles", found);
        }
        return;
    }
    Setting setting;
    uint32_t option;
    if (!setting_find(&gallery->settings, player->words[1], player->words[2], &setting, &option)) {
        fail(player, 2, "expected selected, particles or a setting", player->words[1]);
    } else if (gallery->settings.option[setting] != option) {
        fail(player, 1, "expected another option",
             setting_option(&gallery->settings, setting, gallery->settings.option[setting]));
    }
}

static const struct {
    const char *name;
    int words; /* with the name */
    void (*run)(Player *player);
} commands[] = {
    { "wait", 2, do_wait },   { "key", 2, do_key },       { "tap", 3, do_tap },
    { "touch", 3, do_touch }, { "drag", 5, do_drag },     { "move", 3, do_move },
    { "size", 3, do_size },   { "play", 2, do_play },     { "set", 3, do_set },
    { "shot", 2, do_shot },   { "expect", 3, do_expect },
};

/* ---- Playing --------------------------------------------------------------------------------- */

/* Words are cut at spaces; a name of two words ("draw_path") has an underscore instead. */
static void cut_words(Player *player, char *line)
{
    char *rest = NULL;
    line[strcspn(line, "#\r\n")] = '\0';
    player->count = 0;
    for (char *word = strtok_r(line, " \t", &rest); word != NULL && player->count < WORDS_MAX;
         word = strtok_r(NULL, " \t", &rest)) {
        player->words[player->count++] = word;
    }
    if (player->count > 1) {
        const bool setting =
            strcmp(player->words[0], "set") == 0 || strcmp(player->words[0], "expect") == 0;
        for (char *at = player->words[1]; setting && *at != '\0'; at++) {
            if (*at == '_') {
                *at = ' ';
            }
        }
    }
}

static void run_line(Player *player, char *line)
{
    cut_words(player, line);
    if (player->count == 0) {
        return;
    }
    for (size_t i = 0; i < ATR_COUNT_OF(commands); i++) {
        if (strcmp(player->words[0], commands[i].name) == 0) {
            if (player->count != commands[i].words) {
                fail(player, 2, "expected another number of words after it", player->words[0]);
            } else {
                commands[i].run(player);
            }
            return;
        }
    }
    fail(player, 2, "expected a command", player->words[0]);
}

int script_play(Gallery *gallery, const char *path)
{
    Player player = { .gallery = gallery, .source = path, .shots = gallery->options.shots };
    char line[LINE_MAX_];
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "gallery: %s: %s\n", path, strerror(errno));
        return 2;
    }
    step(&player, NULL);
    while (player.code == 0 && !gallery->quit && fgets(line, sizeof line, file) != NULL) {
        player.line++;
        run_line(&player, line);
    }
    (void)fclose(file);
    return player.code;
}

/* ---- The tour -------------------------------------------------------------------------------- */

/* When an effect is worth a picture, ms. */
static uint64_t best_moment(const Gallery *gallery, const char *name)
{
    const atr_EffectDef *def = atr_effects_definition(gallery->effects, name);
    const float s = def != NULL ? fminf(fmaxf(def->duration * 0.6f, 0.35f), 1.3f) : 0.5f;
    return (uint64_t)(s * 1000);
}

static void clear(Player *player)
{
    gallery_clear(player->gallery);
    steps(player, 300);
}

static void shoot_settings(Player *player)
{
    clear(player);
    atr_plugin_set_overlay(player->gallery->plugin, ATR_OVERLAY_FULL);
    gallery_stress(player->gallery);
    steps(player, 500);
    shoot(player, "stress");
    atr_plugin_set_overlay(player->gallery->plugin, ATR_OVERLAY_COMPACT);
    clear(player);
    gallery_choose(player->gallery, SETTING_SCENE, 1);
    gallery_play_middle(player->gallery, player->gallery->selected);
    steps(player, 600);
    shoot(player, "light");
}

int script_tour(Gallery *gallery, const char *folder)
{
    Player player = { .gallery = gallery, .source = "tour", .shots = folder };
    steps(&player, 300);
    shoot(&player, "gallery");
    for (uint32_t i = 0; i < gallery->name_count && player.code == 0 && !gallery->quit; i++) {
        clear(&player);
        gallery_play_middle(gallery, i);
        steps(&player, best_moment(gallery, gallery->names[i]));
        shoot(&player, gallery->names[i]);
        printf("%s/%s.png\n", folder, gallery->names[i]);
        (void)fflush(stdout);
    }
    if (player.code == 0 && !gallery->quit) {
        shoot_settings(&player);
    }
    return player.code;
}
