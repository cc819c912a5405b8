/* A window of SDL's dummy driver with SDL's own software renderer, and the two ways to fill a frame
 * of it with a workload: atrium's compositor writing the window's surface, and SDL_RenderCopyF (of
 * turning particles SDL_RenderCopyExF) for each particle. */
#ifndef ATR_BENCH_STAGE_H
#define ATR_BENCH_STAGE_H

#include "workload.h"

#include <SDL.h>

typedef struct Stage {
    Workload work;
    SDL_Window *window;
    SDL_Renderer *renderer; /* batching, as SDL's default is */
    SDL_Texture *textures[WORKLOAD_SPRITES];
    atr_Image images[WORKLOAD_SPRITES + 1]; /* premultiplied, for atr_compose_set_sprites */
    uint32_t texels[WORKLOAD_SPRITES][WORKLOAD_PX_MAX * WORKLOAD_PX_MAX];
} Stage;

typedef struct StageDesc {
    int32_t width, height;
    int32_t size_px; /* of pictures and of particles when they are born */
    uint32_t count;
    bool turning;
    uint64_t seed;
} StageDesc;

/* False: SDL_GetError says why; close it all the same. */
bool stage_open(Stage *stage, const StageDesc *desc);
void stage_close(Stage *stage);

/* A compositor that knows the stage's pictures; NULL when it cannot be made, or has no such
 * kernel. */
atr_Compositor *stage_compositor(const Stage *stage, const char *kernel, bool second_thread);

/* ms */
typedef struct StageTime {
    double own;     /* of the thread that draws: bench_own_ns */
    double elapsed; /* what counts where a second thread draws, too */
} StageTime;

/* Whole frames: move, clear, draw, present. */
StageTime stage_frame_atrium(Stage *stage, atr_Compositor *compositor);
StageTime stage_frame_sdl(Stage *stage);

/* Both clocks, to be taken again when the frame is done. */
StageTime stage_clock(void);
StageTime stage_since(StageTime start);

#endif
