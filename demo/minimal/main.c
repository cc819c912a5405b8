/* The whole integration: a window, a shower of coins when space is pressed, F3 measures. */
#include <atrium/plugin.h>

int main(int argc, char **argv)
{
    (void)argc, (void)argv;
    SDL_Window *window = NULL;
    SDL_Renderer *renderer = NULL;
    atr_Plugin *fx = NULL;
    SDL_SetHint(SDL_HINT_RENDER_VSYNC, "1");
    bool running = SDL_Init(SDL_INIT_VIDEO) == 0 &&
                   SDL_CreateWindowAndRenderer(1280, 720, 0, &window, &renderer) == 0 &&
                   atr_plugin_attach(renderer, NULL, &fx) == ATR_OK;
    while (running) {
        for (SDL_Event event; SDL_PollEvent(&event);) {
            if (atr_plugin_event(fx, &event)) {
                continue; /* F3: the overlay, off, compact, full */
            }
            running = running && event.type != SDL_QUIT;
            if (event.type == SDL_KEYDOWN && event.key.keysym.sym == SDLK_SPACE) {
                atr_effect_trigger(atr_plugin_effects(fx), "coin_shower",
                                   &(atr_Trigger){ .x = 640, .y = 80, .amount = 50 });
            }
        }
        atr_plugin_begin_frame(fx);
        SDL_SetRenderDrawColor(renderer, 14, 19, 48, 255);
        SDL_RenderClear(renderer);
        atr_plugin_end_frame(fx);
        atr_plugin_present(fx);
    }
    atr_plugin_detach(fx);
    SDL_Quit();
    return fx != NULL ? 0 : 1;
}
