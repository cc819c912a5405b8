/* Consumer of the game half: attaches to a software renderer, plays an effect, sees its pixels. */
#include <atrium/plugin.h>

#include <stdio.h>

enum { WIDTH = 320, HEIGHT = 240, FRAMES = 30 };

/* Draws frames with one effect on black; gives how many pixels are lit in the last of them. */
static int play(SDL_Renderer *renderer, SDL_Surface *surface)
{
    const atr_PluginDesc desc = {
        .surface = surface,
        .fixed_step_ns = 16666667,
        .wait_for_assets = true,
    };
    atr_Plugin *fx = NULL;
    if (atr_plugin_attach(renderer, &desc, &fx) != ATR_OK) {
        return -1;
    }
    const atr_Trigger trigger = { .x = WIDTH / 2, .y = HEIGHT / 2, .amount = 50 };
    const atr_TriggerResult played =
        atr_effect_trigger(atr_plugin_effects(fx), "coin_sparkle", &trigger);
    int lit = played.decision == ATR_DECISION_PLAYED ? 0 : -1;
    for (int frame = 0; lit == 0 && frame < FRAMES; frame++) {
        atr_plugin_begin_frame(fx);
        SDL_SetRenderDrawColor(renderer, 0, 0, 0, 255);
        SDL_RenderClear(renderer);
        atr_plugin_end_frame(fx);
        atr_plugin_present(fx);
        for (int y = 0; y < surface->h; y++) {
            const Uint32 *row =
                (const Uint32 *)((const Uint8 *)surface->pixels + y * surface->pitch);
            for (int x = 0; x < surface->w; x++) {
                lit += (row[x] & 0x00ffffff) != 0;
            }
        }
    }
    atr_plugin_detach(fx);
    return lit;
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    int lit = -1;
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, WIDTH, HEIGHT, 32, SDL_PIXELFORMAT_ARGB8888);
    SDL_Renderer *renderer = surface != NULL ? SDL_CreateSoftwareRenderer(surface) : NULL;
    if (renderer != NULL) {
        lit = play(renderer, surface);
        SDL_DestroyRenderer(renderer);
    }
    SDL_FreeSurface(surface);
    SDL_Quit();
    if (lit <= 0) {
        fprintf(stderr, "consumer-game: the effect drew nothing (%d)\n", lit);
    }
    return lit > 0 ? 0 : 1;
}
