#define _POSIX_C_SOURCE 200809L

#include "plugin_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t x_server;

/* Xvfb chooses a free display and writes its number to a descriptor. */
static bool x_start(void)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return false;
    }
    x_server = fork();
    if (x_server == 0) {
        char descriptor[16];
        (void)snprintf(descriptor, sizeof descriptor, "%d", ends[1]);
        close(ends[0]);
        if (freopen("/dev/null", "w", stderr) == NULL) {
            _exit(127);
        }
        execlp("Xvfb", "Xvfb", "-displayfd", descriptor, "-screen", "0", "1280x1920x24",
               "-nolisten", "tcp", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    char number[16] = ":";
    size_t size = 1;
    while (x_server > 0 && size + 1 < sizeof number) {
        const ssize_t got = read(ends[0], number + size, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0 || number[size] == '\n') {
            break;
        }
        size++;
    }
    close(ends[0]);
    number[size] = 0;
    return x_server > 0 && size > 1 && setenv("DISPLAY", number, 1) == 0;
}

static void x_stop(void)
{
    if (x_server > 0) {
        kill(x_server, SIGTERM);
        while (waitpid(x_server, NULL, 0) < 0 && errno == EINTR) {
        }
        x_server = 0;
    }
}

bool video_start(const char *renderer)
{
    const bool software = strcmp(renderer, "software") == 0;
    setenv("SDL_VIDEODRIVER", software ? "dummy" : "x11", 1);
    setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
    SDL_SetHint(SDL_HINT_RENDER_DRIVER, renderer);
    SDL_SetHint(SDL_HINT_RENDER_BATCHING, "1");
    if ((!software && !x_start()) || SDL_Init(SDL_INIT_VIDEO) != 0) {
        video_stop();
        return false;
    }
    SDL_Window *window = SDL_CreateWindow("probe", 0, 0, 64, 64, 0);
    SDL_Renderer *made = window != NULL ? SDL_CreateRenderer(window, -1, 0) : NULL;
    SDL_RendererInfo info;
    const bool there =
        made != NULL && SDL_GetRendererInfo(made, &info) == 0 && strcmp(info.name, renderer) == 0;
    SDL_DestroyRenderer(made);
    SDL_DestroyWindow(window);
    if (!there) {
        video_stop();
    }
    return there;
}

void video_stop(void)
{
    SDL_Quit();
    x_stop();
}

void screen_open(Screen *screen, const char *renderer, int width, int height)
{
    SDL_SetHint(SDL_HINT_RENDER_DRIVER, renderer);
    *screen = (Screen){ .width = width, .height = height };
    screen->window = SDL_CreateWindow("atrium", 0, 0, width, height, SDL_WINDOW_RESIZABLE);
    assert_non_null(screen->window);
    screen->renderer = SDL_CreateRenderer(screen->window, -1, SDL_RENDERER_TARGETTEXTURE);
    assert_non_null(screen->renderer);
    SDL_PumpEvents();
}

void screen_close(Screen *screen)
{
    SDL_DestroyRenderer(screen->renderer);
    SDL_DestroyWindow(screen->window);
    *screen = (Screen){ 0 };
}

uint32_t *read_target(SDL_Renderer *renderer, int *width, int *height)
{
    SDL_Rect viewport;
    float scale_x = 1;
    float scale_y = 1;
    SDL_RenderGetViewport(renderer, &viewport);
    SDL_RenderGetScale(renderer, &scale_x, &scale_y);
    assert_int_equal(SDL_GetRendererOutputSize(renderer, width, height), 0);
    SDL_RenderSetScale(renderer, 1, 1);
    SDL_RenderSetViewport(renderer, NULL);
    uint32_t *pixels = malloc((size_t)*width * (size_t)*height * sizeof *pixels);
    assert_non_null(pixels);
    assert_int_equal(SDL_RenderReadPixels(renderer, NULL, SDL_PIXELFORMAT_ARGB8888, pixels,
                                          *width * (int)sizeof *pixels),
                     0);
    SDL_RenderSetScale(renderer, scale_x, scale_y);
    SDL_RenderSetViewport(renderer, &viewport);
    return pixels;
}

atr_Plugin *plugin_open(const Screen *screen, atr_PathKind path)
{
    const atr_PluginDesc desc = { .path = path,
                                  .fixed_step_ns = 16666667,
                                  .asset_folder = ATR_SOURCE_DIR "/assets/sprites",
                                  .wait_for_assets = true };
    atr_Plugin *plugin = NULL;
    assert_int_equal(atr_plugin_attach(screen->renderer, &desc, &plugin), ATR_OK);
    return plugin;
}

atr_SpriteId sprite_named(atr_Plugin *plugin, const char *sheet)
{
    uint32_t count = 0;
    const atr_SpriteName *names = atr_effects_sprites(atr_plugin_effects(plugin), &count);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(names[i].sheet, sheet) == 0) {
            return (atr_SpriteId)i;
        }
    }
    fail_msg("no effect uses %s", sheet);
    return ATR_SPRITE_NONE;
}

static void push(atr_Plugin *plugin, atr_DrawCmd command)
{
    assert_int_equal(atr_queue_push(atr_plugin_queue(plugin), &command), ATR_OK);
}

void push_scene(atr_Plugin *plugin)
{
    const atr_SpriteId coin = sprite_named(plugin, "coin.png");
    push(plugin, (atr_DrawCmd){ .kind = ATR_DRAW_SPRITE,
                                .sprite = coin,
                                .color = 0xffffffffu,
                                .x = 40,
                                .y = 40,
                                .w = 48,
                                .h = 48 });
    push(plugin, (atr_DrawCmd){ .kind = ATR_DRAW_SPRITE,
                                .sprite = coin,
                                .color = 0x80808080u,
                                .x = 110,
                                .y = 44,
                                .w = 64,
                                .h = 64,
                                .angle_deg = 30,
                                .layer = ATR_LAYER_ABOVE_UI });
    push(plugin, (atr_DrawCmd){ .kind = ATR_DRAW_SPRITE,
                                .sprite = coin,
                                .color = 0x00806040u,
                                .x = 40,
                                .y = 110,
                                .w = 64,
                                .h = 64,
                                .layer = ATR_LAYER_ABOVE_UI });
    push(plugin, (atr_DrawCmd){ .kind = ATR_DRAW_RECT,
                                .color = 0x80400000u,
                                .x = 110,
                                .y = 120,
                                .w = 60,
                                .h = 30,
                                .layer = ATR_LAYER_TOP });
    push(plugin, (atr_DrawCmd){ .kind = ATR_DRAW_TEXT,
                                .color = 0xffffc247u,
                                .x = 100,
                                .y = 160,
                                .h = 36,
                                .layer = ATR_LAYER_TOP,
                                .text = "+125" });
}
