/* The table of textures: linear search, for a screen has some fifty and the table a few hundred. */
#include "paint/textures.h"

#include <string.h>

void textures_init(Textures *textures, SDL_Renderer *renderer)
{
    memset(textures, 0, sizeof *textures);
    textures->renderer = renderer;
}

static void release(Textures *textures, Texture *entry)
{
    if (entry->key != 0) {
        textures->pixels -= (size_t)entry->width * (size_t)entry->height;
        SDL_DestroyTexture(entry->texture);
        memset(entry, 0, sizeof *entry);
    }
}

void textures_clear(Textures *textures)
{
    for (size_t i = 0; i < TEXTURES_MAX; i++) {
        release(textures, &textures->entries[i]);
    }
}

void textures_forget(Textures *textures)
{
    for (size_t i = 0; i < TEXTURES_MAX; i++) {
        if (textures->entries[i].secret) {
            release(textures, &textures->entries[i]);
        }
    }
}

void textures_next_frame(Textures *textures)
{
    textures->frame++;
}

Texture *textures_find(Textures *textures, uint64_t key)
{
    for (size_t i = 0; i < TEXTURES_MAX; i++) {
        Texture *entry = &textures->entries[i];
        if (entry->key == key) {
            entry->used = textures->frame;
            return entry;
        }
    }
    return NULL;
}

/* A free place, made by dropping what was used longest ago. */
static Texture *make_room(Textures *textures, size_t pixels)
{
    for (;;) {
        Texture *free_entry = NULL;
        Texture *oldest = NULL;
        for (size_t i = 0; i < TEXTURES_MAX; i++) {
            Texture *entry = &textures->entries[i];
            if (entry->key == 0) {
                free_entry = entry;
            } else if (oldest == NULL || entry->used < oldest->used) {
                oldest = entry;
            }
        }
        const bool enough = textures->pixels + pixels <= TEXTURES_PIXELS_MAX;
        if ((free_entry != NULL && enough) || oldest == NULL) {
            return free_entry;
        }
        release(textures, oldest);
    }
}

Texture *textures_add(Textures *textures, uint64_t key, const uint32_t *pixels, int32_t width,
                      int32_t height, bool secret)
{
    SDL_Texture *texture = SDL_CreateTexture(textures->renderer, SDL_PIXELFORMAT_ARGB8888,
                                             SDL_TEXTUREACCESS_STATIC, width, height);
    if (texture == NULL) {
        return NULL;
    }
    SDL_UpdateTexture(texture, NULL, pixels, width * 4);
    SDL_SetTextureBlendMode(texture, SDL_BLENDMODE_BLEND);
    Texture *entry = make_room(textures, (size_t)width * (size_t)height);
    if (entry == NULL) {
        SDL_DestroyTexture(texture);
        return NULL;
    }
    *entry = (Texture){ .key = key,
                        .texture = texture,
                        .width = width,
                        .height = height,
                        .used = textures->frame,
                        .generation = ++textures->generation,
                        .secret = secret };
    textures->pixels += (size_t)width * (size_t)height;
    return entry;
}
