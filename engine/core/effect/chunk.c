/* Where particles live: chunks in one block, handed from a free list to the nodes of instances and
 * spliced back whole when an instance ends, so that the end costs the same however many there were.
 *
 * Within a node, chunks and the particles in them are in order of birth. Neighbours that fit into
 * one chunk are made one, so that any two hold more than one chunk's particles. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#include "base/alloc.h"

#include <stddef.h>
#include <string.h>

#define LINE 64 /* bytes: chunks begin on cache lines */

static uint32_t chunk_capacity(const atr_EffectsDesc *d)
{
    /* Two half full neighbours for each chunk's worth, and a first one for many nodes. */
    const uint32_t nodes = d->max_instances * 2;
    const uint32_t most = d->max_particles / 4;
    return d->max_particles / ATR__CHUNK_SIZE * 2 + 32 + (nodes < most ? nodes : most);
}

static size_t chunk_bytes(uint32_t capacity)
{
    const size_t each =
        sizeof(atr__Chunk) + sizeof(uint64_t) + sizeof(atr__ChunkHead) + sizeof(uint32_t);
    return capacity * each + LINE;
}

static size_t shown_bytes(uint32_t places)
{
    return places * (5 * sizeof(float) + sizeof(uint32_t) + sizeof(atr_SpriteId) + 1);
}

static bool shown_init(atr__Shown *shown, uint32_t capacity, const atr_Allocator *allocator)
{
    /* Passes write whole groups. */
    const uint32_t places = capacity + ATR__CHUNK_SIZE;
    shown->memory = atr__alloc_zero(allocator, shown_bytes(places), 1);
    if (shown->memory == NULL) {
        return false;
    }
    float **const arrays[] = { &shown->x, &shown->y, &shown->size, &shown->angle, &shown->stretch };
    float *next = shown->memory;
    for (size_t i = 0; i < ATR_COUNT_OF(arrays); i++) {
        *arrays[i] = next;
        next += places;
    }
    shown->color = (uint32_t *)(void *)next;
    shown->sprite = (atr_SpriteId *)(void *)(shown->color + places);
    shown->smooth = (uint8_t *)(void *)(shown->sprite + places);
    shown->capacity = capacity;
    for (uint32_t i = 0; i < places; i++) {
        shown->stretch[i] = 1.0f;
    }
    return true;
}

void atr__shown_begin(atr__Shown *shown)
{
    for (uint32_t i = shown->stretched_from; i < shown->stretched_to; i++) {
        shown->stretch[i] = 1.0f;
    }
    shown->stretched_from = shown->capacity;
    shown->stretched_to = 0;
    shown->count = 0;
}

bool atr__chunks_init(atr_Effects *effects)
{
    const atr_Allocator *allocator = &effects->desc.allocator;
    atr__Chunks *chunks = &effects->chunks;
    chunks->capacity = chunk_capacity(&effects->desc);
    chunks->memory = atr__alloc_zero(allocator, chunk_bytes(chunks->capacity), 1);
    if (chunks->memory == NULL ||
        !shown_init(&effects->shown, effects->desc.max_particles, allocator)) {
        return false;
    }
    const uintptr_t start = (uintptr_t)chunks->memory;
    const uintptr_t skipped = (LINE - start % LINE) % LINE;
    chunks->items = (atr__Chunk *)(void *)((char *)chunks->memory + skipped);
    chunks->dead = (uint64_t *)(void *)(chunks->items + chunks->capacity);
    chunks->heads = (atr__ChunkHead *)(void *)(chunks->dead + chunks->capacity);
    chunks->due = (uint32_t *)(void *)(chunks->heads + chunks->capacity);
    for (uint32_t i = 0; i < chunks->capacity; i++) {
        chunks->heads[i].next = i + 1 < chunks->capacity ? i + 1 : ATR__CHUNK_NONE;
    }
    effects->stats.particle_bytes =
        chunk_bytes(chunks->capacity) + shown_bytes(effects->shown.capacity + ATR__CHUNK_SIZE);
    return true;
}

void atr__chunks_deinit(atr_Effects *effects)
{
    const atr_Allocator *allocator = &effects->desc.allocator;
    atr__free(allocator, effects->chunks.memory, chunk_bytes(effects->chunks.capacity), 1);
    atr__free(allocator, effects->shown.memory,
              shown_bytes(effects->shown.capacity + ATR__CHUNK_SIZE), 1);
}

/* From `first` on: nothing that moves, ages or is near anything. */
static void put_to_sleep(atr__Chunk *chunk, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i < last; i++) {
        chunk->x[i] = 0.0f;
        chunk->y[i] = 0.0f;
        chunk->vx[i] = 0.0f;
        chunk->vy[i] = 0.0f;
        chunk->born[i] = 0.0f;
        chunk->dies[i] = ATR__NEVER;
        chunk->pace[i] = 0.0f;
        chunk->row[i] = 0;
    }
}

void atr__list_init(atr__ChunkList *list)
{
    *list = (atr__ChunkList){ .first = ATR__CHUNK_NONE, .last = ATR__CHUNK_NONE };
}

void atr__list_release(atr__Chunks *chunks, atr__ChunkList *list)
{
    if (list->first != ATR__CHUNK_NONE) {
        chunks->heads[list->last].next = chunks->free;
        chunks->free = list->first;
    }
    atr__list_init(list);
}

atr__Chunk *atr__list_grow(atr__Chunks *chunks, atr__ChunkList *list)
{
    const uint32_t id = chunks->free;
    if (id == ATR__CHUNK_NONE) {
        return NULL;
    }
    atr__Chunk *chunk = &chunks->items[id];
    chunks->free = chunks->heads[id].next;
    chunks->heads[id] = (atr__ChunkHead){ .next_death = ATR__NEVER, .next = ATR__CHUNK_NONE };
    chunk->count = 0;
    /* All of it: another node's turns and frames, or a ribbon's strips, may have been there. */
    memset(chunk, 0, offsetof(atr__Chunk, count));
    put_to_sleep(chunk, 0, ATR__CHUNK_SIZE);
    if (list->last == ATR__CHUNK_NONE) {
        list->first = id;
    } else {
        chunks->heads[list->last].next = id;
    }
    list->last = id;
    return chunk;
}

void atr__list_unlink(atr__Chunks *chunks, atr__ChunkList *list, uint32_t previous, uint32_t id)
{
    atr__ChunkHead *heads = chunks->heads;
    if (previous == ATR__CHUNK_NONE) {
        list->first = heads[id].next;
    } else {
        heads[previous].next = heads[id].next;
    }
    if (list->last == id) {
        list->last = previous;
    }
    heads[id].next = chunks->free;
    chunks->free = id;
}

/* The passes do not tell what a node uses; turning and pictures are moved only if it does. */
static void copy_run(const atr__Chunk *from, uint32_t first, uint32_t count, atr__Chunk *to,
                     uint32_t at, atr__Fields fields)
{
    const size_t size = count * sizeof(float);
    memmove(to->x + at, from->x + first, size);
    memmove(to->y + at, from->y + first, size);
    memmove(to->vx + at, from->vx + first, size);
    memmove(to->vy + at, from->vy + first, size);
    memmove(to->born + at, from->born + first, size);
    memmove(to->dies + at, from->dies + first, size);
    memmove(to->pace + at, from->pace + first, size);
    memmove(to->size + at, from->size + first, size);
    memmove(to->serial + at, from->serial + first, size);
    memmove(to->row + at, from->row + first, count);
    if (fields.turns) {
        memmove(to->angle + at, from->angle + first, size);
        memmove(to->spin + at, from->spin + first, size);
    }
    if (fields.frames) {
        memmove(to->frame + at, from->frame + first, size);
        memmove(to->fps + at, from->fps + first, size);
    }
}

bool atr__particle_is_dead(const atr__Chunk *chunk, uint32_t i, float clock)
{
    return clock >= chunk->dies[i];
}

void atr__chunk_remove(atr__Chunk *chunk, uint64_t which, atr__Fields fields)
{
    const uint32_t count = chunk->count;
    uint32_t at = 0;
    uint32_t first = 0; /* of those that stay, between two that go */
    while (first < count) {
        const uint32_t next = which != 0 ? atr__lowest_bit(which) : count;
        if (first != at && next > first) {
            copy_run(chunk, first, next - first, chunk, at, fields);
        }
        at += next - first;
        first = next + 1;
        which &= which - (which != 0 ? 1u : 0u);
    }
    put_to_sleep(chunk, at, count);
    chunk->count = at;
}

void atr__chunk_append(atr__Chunks *chunks, uint32_t to, uint32_t from, atr__Fields fields)
{
    atr__Chunk *chunk = &chunks->items[to];
    const atr__Chunk *behind = &chunks->items[from];
    const float next_death = chunks->heads[from].next_death;
    copy_run(behind, 0, behind->count, chunk, chunk->count, fields);
    chunk->count += behind->count;
    if (next_death < chunks->heads[to].next_death) {
        chunks->heads[to].next_death = next_death;
    }
}
