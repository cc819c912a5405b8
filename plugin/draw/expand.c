/*
 * What a layer's commands come to before any path draws them: texts as sprites of letters, ranges
 * of particles cut to those there are, nothing without a picture of its own or the stand-in.
 */
#include "draw_internal.h"

static bool is_drawable(const atr_DrawCmd *command)
{
    switch (command->kind) {
    case ATR_DRAW_SPRITE:
        return command->sprite < ATR__SPRITES_MAX;
    case ATR_DRAW_PARTICLES:
    case ATR_DRAW_RECT:
    case ATR_DRAW_TEXT:
        return true;
    default:
        return false;
    }
}

uint32_t atr__expand(const atr__Pictures *pictures, const atr_DrawCmd *commands, uint32_t count,
                     uint32_t particle_count, atr_DrawCmd *out, uint32_t capacity)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < count && used < capacity; i++) {
        atr_DrawCmd command = commands[i];
        if (!is_drawable(&command)) {
            continue;
        }
        if (command.kind == ATR_DRAW_PARTICLES) {
            command.first = command.first < particle_count ? command.first : particle_count;
            const uint32_t left = particle_count - command.first;
            command.count = command.count < left ? command.count : left;
        }
        if (command.kind != ATR_DRAW_TEXT) {
            out[used++] = command;
            continue;
        }
        used += atr_letters_expand(&pictures->letters, &command, out + used, capacity - used);
    }
    return used;
}
