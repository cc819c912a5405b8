/*
 * A renderer by SDL's name for the plugin's tests: `software` on the dummy driver, `opengl` and
 * `opengles2` on a virtual X server of the test's own. Where that cannot be, the test is skipped.
 */
#ifndef PLUGIN_FIXTURE_H
#define PLUGIN_FIXTURE_H

#include <atrium/plugin.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SKIPPED 77

typedef struct Screen {
    SDL_Window *window;
    SDL_Renderer *renderer;
    int width, height;
} Screen;

/* Starts SDL's video for this renderer. False: it cannot be had here. */
bool video_start(const char *renderer);
void video_stop(void);

void screen_open(Screen *screen, const char *renderer, int width, int height);
void screen_close(Screen *screen);

/* 32-bit pixels of the current target, to be freed. */
uint32_t *read_target(SDL_Renderer *renderer, int *width, int *height);

/* A plugin that waits for its pictures, steps 1/60 s a frame, and draws by `path`. */
atr_Plugin *plugin_open(const Screen *screen, atr_PathKind path);

/* The id of a picture's first frame; fails the test when no effect uses it. */
atr_SpriteId sprite_named(atr_Plugin *plugin, const char *sheet);

/* A picture, a turned one, a shining one, a rectangle and a text, around 100, 100. */
void push_scene(atr_Plugin *plugin);

#endif
