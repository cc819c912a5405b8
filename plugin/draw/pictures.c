/*
 * Pictures by sprite id, on the render thread: which are wanted, asked for, there.
 *
 * Nothing is read before it is drawn (or asked for by atr_plugin_preload). What was drawn once is
 * asked of the loader thread by the sheet; it adds to the atlas and says which ids are ready. Until
 * then, and for good where no picture can be had, a soft disc made here is shown.
 */
#define _POSIX_C_SOURCE 200809L

#include "draw_internal.h"

#include "base/alloc.h"

#include <string.h>

#define DISC_SIDE 16

/* White, premultiplied, opaque in the middle and soft at the rim. */
static void disc_make(uint32_t *pixels)
{
    for (int y = 0; y < DISC_SIDE; y++) {
        for (int x = 0; x < DISC_SIDE; x++) {
            /* Twice the distances from the centre; the radius is DISC_SIDE. */
            const int dx = 2 * x + 1 - DISC_SIDE;
            const int dy = 2 * y + 1 - DISC_SIDE;
            const int inside = DISC_SIDE * DISC_SIDE - dx * dx - dy * dy;
            const int soft = inside * 510 / (DISC_SIDE * DISC_SIDE);
            const uint32_t alpha = soft < 0 ? 0 : soft > 255 ? 255 : (uint32_t)soft;
            pixels[y * DISC_SIDE + x] = alpha << 24 | alpha << 16 | alpha << 8 | alpha;
        }
    }
}

static void show(atr__Pictures *pictures, atr_SpriteId id)
{
    uint32_t count = 0;
    pictures->images[id] = atr_atlas_images(pictures->atlas, &count)[id];
    pictures->states[id] = ATR__PICTURE_READY;
    pictures->ready[pictures->ready_count++] = id;
}

static atr_Status first_ones(atr__Pictures *pictures)
{
    uint32_t disc[DISC_SIDE * DISC_SIDE];
    disc_make(disc);
    static const atr_SpriteName white = { "", 0, 1 };
    atr_Status st = atr_atlas_add(pictures->atlas, ATR_SPRITE_WHITE, &white, 1);
    if (st == ATR_OK) {
        const atr_Image image = { disc, DISC_SIDE, DISC_SIDE, DISC_SIDE };
        st = atr_atlas_add_image(pictures->atlas, ATR__SPRITE_STAND_IN, &image);
    }
    if (st == ATR_OK) {
        show(pictures, ATR__SPRITE_STAND_IN);
        for (uint32_t i = 0; i < ATR__SPRITE_STAND_IN; i++) {
            pictures->images[i] = pictures->images[ATR__SPRITE_STAND_IN];
        }
        show(pictures, ATR_SPRITE_WHITE);
    }
    return st;
}

atr_Status atr__pictures_init(atr__Pictures *pictures, const atr_PluginDesc *desc)
{
    const atr_Allocator *allocator = &desc->allocator;
    pictures->allocator = *allocator;
    pictures->states = atr__alloc_zero(allocator, ATR__SPRITES_TOTAL, sizeof *pictures->states);
    pictures->images = atr__alloc_zero(allocator, ATR__SPRITES_TOTAL, sizeof *pictures->images);
    pictures->wanted = atr__alloc_zero(allocator, ATR__SPRITES_TOTAL, sizeof *pictures->wanted);
    pictures->ready = atr__alloc_zero(allocator, ATR__SPRITES_TOTAL, sizeof *pictures->ready);
    if (pictures->states == NULL || pictures->images == NULL || pictures->wanted == NULL ||
        pictures->ready == NULL) {
        return ATR_ERR_NO_MEMORY;
    }
    const atr_AtlasDesc atlas = { .folder = desc->asset_folder,
                                  .capacity = ATR__SPRITES_TOTAL,
                                  .allocator = *allocator,
                                  .log = desc->log };
    const atr_Status st = atr_atlas_create(&atlas, &pictures->atlas);
    return st == ATR_OK ? first_ones(pictures) : st;
}

void atr__pictures_deinit(atr__Pictures *pictures)
{
    const atr_Allocator *allocator = &pictures->allocator;
    atr_atlas_destroy(pictures->atlas);
    atr__free(allocator, pictures->states, ATR__SPRITES_TOTAL, sizeof *pictures->states);
    atr__free(allocator, pictures->images, ATR__SPRITES_TOTAL, sizeof *pictures->images);
    atr__free(allocator, pictures->wanted, ATR__SPRITES_TOTAL, sizeof *pictures->wanted);
    atr__free(allocator, pictures->ready, ATR__SPRITES_TOTAL, sizeof *pictures->ready);
    *pictures = (atr__Pictures){ 0 };
}

/* ---- Wanting --------------------------------------------------------------------------------- */

void atr__pictures_want_one(atr__Pictures *pictures, uint32_t id)
{
    if (id < ATR__SPRITES_MAX && pictures->states[id] == ATR__PICTURE_NONE) {
        pictures->states[id] = ATR__PICTURE_WANTED;
        pictures->wanted[pictures->wanted_count++] = (atr_SpriteId)id;
    }
}

void atr__pictures_want(atr__Pictures *pictures, const atr_DrawCmd *commands, uint32_t count,
                        const atr_Particles *particles)
{
    for (uint32_t i = 0; i < count; i++) {
        const atr_DrawCmd *command = &commands[i];
        if (command->kind == ATR_DRAW_SPRITE) {
            atr__pictures_want_one(pictures, command->sprite);
        } else if (command->kind == ATR_DRAW_PARTICLES) {
            /* Most particles are like the one before. */
            atr_SpriteId last = ATR_SPRITE_WHITE;
            for (uint32_t n = command->first; n < command->first + command->count; n++) {
                if (particles->sprite[n] != last) {
                    last = particles->sprite[n];
                    atr__pictures_want_one(pictures, last);
                }
            }
        }
    }
}

static bool same_sheet(const atr_SpriteName *a, const atr_SpriteName *b)
{
    return a->frames == b->frames && (a->sheet == b->sheet || strcmp(a->sheet, b->sheet) == 0);
}

/* Ids of one sheet follow each other in the order of its frames. */
static atr__PictureRequest sheet_of(const atr_SpriteName *names, uint32_t name_count, uint32_t id)
{
    uint32_t first = id;
    while (first > 0 && same_sheet(&names[first - 1], &names[id]) &&
           names[first - 1].frame + 1 == names[first].frame) {
        first--;
    }
    uint32_t end = id + 1;
    while (end < name_count && end < ATR__SPRITES_MAX && same_sheet(&names[end], &names[id]) &&
           names[end].frame == names[end - 1].frame + 1) {
        end++;
    }
    atr__PictureRequest request = { .frame = names[first].frame,
                                    .frames = names[first].frames,
                                    .count = (uint16_t)(end - first),
                                    .first = (atr_SpriteId)first };
    memcpy(request.sheet, names[first].sheet,
           strnlen(names[first].sheet, sizeof request.sheet - 1));
    return request;
}

uint32_t atr__pictures_requests(atr__Pictures *pictures, const atr_SpriteName *names,
                                uint32_t name_count, atr__PictureRequest *out, uint32_t capacity)
{
    uint32_t count = 0;
    uint32_t done = 0;
    for (; done < pictures->wanted_count && count < capacity; done++) {
        const uint32_t id = pictures->wanted[done];
        if (pictures->states[id] != ATR__PICTURE_WANTED) {
            continue; /* another frame of a sheet that was asked for */
        }
        if (id >= name_count) {
            pictures->states[id] = ATR__PICTURE_NONE; /* a host's guess, so far */
            continue;
        }
        out[count] = sheet_of(names, name_count, id);
        memset(pictures->states + out[count].first, ATR__PICTURE_ASKED, out[count].count);
        pictures->waiting += out[count].count;
        count++;
    }
    pictures->wanted_count -= done;
    memmove(pictures->wanted, pictures->wanted + done,
            pictures->wanted_count * sizeof *pictures->wanted);
    return count;
}

/* ---- Taking over ----------------------------------------------------------------------------- */

void atr__pictures_take(atr__Pictures *pictures, const atr__PictureResult *result,
                        atr_Compositor *compositor)
{
    const bool named = result->id < ATR__SPRITES_MAX;
    pictures->waiting -= named;
    pictures->missing += named && !result->there;
    if (!result->there) {
        pictures->states[result->id] = ATR__PICTURE_MISSING;
        return;
    }
    show(pictures, result->id);
    if (atr_compose_set_sprite(compositor, result->id, &pictures->images[result->id]) != ATR_OK) {
        ATR_ASSERT(!"every id was counted at the start");
    }
}
