/* A bounded table of textures, found by a 64-bit key of what they show. A picture is made once,
 * when it is first painted; afterwards painting allocates nothing. The one used longest ago goes
 * when the table or its pixels reach their bound.
 *
 * Threads: render. */
#ifndef KIOSK_TEXTURES_H
#define KIOSK_TEXTURES_H

#include <atrium/base.h>

#include <SDL.h>

#define TEXTURES_MAX        384
#define TEXTURES_PIXELS_MAX (40u * 1024u * 1024u) /* 160 MiB */

typedef struct Texture {
    uint64_t key; /* 0: this place is free */
    SDL_Texture *texture;
    int32_t width, height;
    int32_t extra; /* the maker's own: the baseline, an overhang */
    uint64_t used; /* frame */
    uint32_t generation;
    bool secret;
} Texture;

typedef struct Textures {
    SDL_Renderer *renderer;
    uint64_t frame;
    size_t pixels;
    uint32_t generation;
    Texture entries[TEXTURES_MAX];
} Textures;

void textures_init(Textures *textures, SDL_Renderer *renderer);
/* Frees all; the table can be used again. */
void textures_clear(Textures *textures);
/* Frees those that show something of the session. */
void textures_forget(Textures *textures);
void textures_next_frame(Textures *textures);

/* NULL when it has to be made. */
Texture *textures_find(Textures *textures, uint64_t key);

/* Takes straight-alpha pixels, 0xAARRGGBB, copied. NULL when SDL has no memory. */
Texture *textures_add(Textures *textures, uint64_t key, const uint32_t *pixels, int32_t width,
                      int32_t height, bool secret);

/* Chains a value into a key. */
static inline uint64_t key_mix(uint64_t key, uint64_t value)
{
    key ^= value + 0x9e3779b97f4a7c15u + (key << 6) + (key >> 2);
    return key * 0xff51afd7ed558ccdu;
}

#endif
