/* Every effect of the catalogue, to be played, set and measured. */
#include "script.h"

#define NS_PER_S 1000000000u
#define FPS      60u

/* Where presenting does not wait for the screen: 60 frames a second by the clock, in whole
 * milliseconds, or until something happens. */
static void wait_for(uint64_t due_ns)
{
    const uint64_t now_ns = atr_clock_monotonic_ns(NULL);
    if (due_ns > now_ns) {
        SDL_Delay((Uint32)((due_ns - now_ns) / 1000000u));
    }
}

static void run(Gallery *gallery)
{
    uint64_t due_ns = atr_clock_monotonic_ns(NULL);
    while (!gallery->quit) {
        SDL_Event event;
        while (SDL_PollEvent(&event)) {
            gallery_event(gallery, &event);
        }
        (void)gallery_frame(gallery, SDL_GetTicks64(), NULL);
        gallery_present(gallery);
        const uint64_t now_ns = atr_clock_monotonic_ns(NULL);
        due_ns += NS_PER_S / FPS;
        due_ns = due_ns < now_ns ? now_ns : due_ns;
        if (!gallery->display.synced) {
            wait_for(due_ns);
        }
    }
}

int main(int argc, char *argv[])
{
    Options options;
    Gallery *gallery = NULL;
    if (!options_parse(argc, argv, &options, stderr)) {
        return 2;
    }
    if (options.help) {
        options_print_help(stdout);
        return 0;
    }
    int code = 0;
    if (!gallery_open(&options, &gallery)) {
        fprintf(stderr, "gallery: %s\n", SDL_GetError());
        code = 3;
    } else if (options.tour != NULL) {
        code = script_tour(gallery, options.tour);
    } else if (options.script != NULL) {
        code = script_play(gallery, options.script);
    } else {
        run(gallery);
    }
    gallery_close(gallery);
    return code;
}
