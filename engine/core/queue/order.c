/* A bottom-up merge sort of small keys, then one copy of each command. Runs that already follow
 * each other are not merged, so the usual frame, pushed layer after layer, costs one pass. */
#include "queue/order.h"

static bool key_after(const atr__OrderKey *a, const atr__OrderKey *b)
{
    return a->group != b->group ? a->group > b->group : a->order > b->order;
}

/* Merges [low, middle) and [middle, high) of `from` into `to`; equal keys keep their order. */
static void merge(const atr__OrderKey *from, atr__OrderKey *to, uint32_t low, uint32_t middle,
                  uint32_t high)
{
    if (middle >= high || !key_after(&from[middle - 1], &from[middle])) {
        memcpy(&to[low], &from[low], (high - low) * sizeof *to);
        return;
    }
    uint32_t left = low;
    uint32_t right = middle;
    for (uint32_t i = low; i < high; i++) {
        const bool take_left =
            right >= high || (left < middle && !key_after(&from[left], &from[right]));
        to[i] = take_left ? from[left++] : from[right++];
    }
}

static bool is_sorted(const atr__OrderKey *keys, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (key_after(&keys[i - 1], &keys[i])) {
            return false;
        }
    }
    return true;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Returns the sorted half of `keys`, which has room for twice `count`. */
static const atr__OrderKey *sort(atr__OrderKey *keys, uint32_t count)
{
    atr__OrderKey *from = keys;
    atr__OrderKey *to = keys + count;
    if (is_sorted(keys, count)) {
        return keys;
    }
    for (uint32_t width = 1; width < count; width *= 2) {
        for (uint32_t low = 0; low < count; low += 2 * width) {
            merge(from, to, low, smaller(low + width, count), smaller(low + 2 * width, count));
        }
        atr__OrderKey *const swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static uint64_t group_of(const atr_DrawCmd *cmd, uint32_t unordered_layers)
{
    const uint64_t layer = (uint64_t)cmd->layer << 32;
    if ((unordered_layers >> cmd->layer & 1u) == 0) {
        return layer;
    }
    return layer | (uint64_t)(cmd->additive != 0) << 16 | cmd->sprite;
}

void atr__queue_order(const atr__QueueItem *items, uint32_t count, uint32_t unordered_layers,
                      atr__OrderKey *keys, atr_DrawCmd *out, atr_DrawList *list)
{
    *list = (atr_DrawList){ .commands = out, .count = count };
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = (atr__OrderKey){ .group = group_of(&items[i].cmd, unordered_layers),
                                   .order = items[i].order,
                                   .index = i };
        list->layer_count[items[i].cmd.layer]++;
    }
    for (uint32_t i = 1; i < ATR_LAYER_COUNT; i++) {
        list->layer_first[i] = list->layer_first[i - 1] + list->layer_count[i - 1];
    }
    const atr__OrderKey *sorted = sort(keys, count);
    for (uint32_t i = 0; i < count; i++) {
        out[i] = items[sorted[i].index].cmd;
    }
}
