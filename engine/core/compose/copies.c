/* Where kept copies live: one block of memory of the size that was asked for, tables included. The
 * copies' pixels lie in a ring, each behind the one made before it. To make room the oldest is
 * taken: one not drawn lately is dropped, one still in use moves to the front, as with CLOCK. So
 * memory is always whole but for the ends of the ring, and nothing is searched for. When nearly
 * all is in use, the little that may be moved in a frame keeps the cost bounded, and new copies
 * are refused rather than old ones lost that the next frame would make again. */
#include "compose/compose_internal.h"

#include "base/alloc.h"

#include <string.h>

#define BYTES_PER_ENTRY 1024 /* of the block: a copy of 14 by 14 pixels */
#define KEPT_PART       16   /* a copy takes at most 1/16 of the memory */
#define MOVE_BYTES      ((size_t)256 * 1024)
#define ASKED           16384 /* a power of two */
#define ALIGNED         64    /* bytes: a cache line */
#define NONE            UINT32_MAX

static size_t rounded(size_t bytes)
{
    return (bytes + ALIGNED - 1) & ~(size_t)(ALIGNED - 1);
}

static uint8_t *carve(uint8_t **at, size_t bytes)
{
    uint8_t *part = *at;
    *at += rounded(bytes);
    return part;
}

bool atr__copies_init(atr__Copies *copies, size_t bytes, const atr_Allocator *allocator)
{
    *copies =
        (atr__Copies){ .block_bytes = bytes, .entry_count = (uint32_t)(bytes / BYTES_PER_ENTRY) };
    copies->block = atr__alloc_zero(allocator, bytes, 1);
    copies->asked = atr__alloc_zero(allocator, ASKED, sizeof *copies->asked);
    if (copies->block == NULL || copies->asked == NULL) {
        atr__copies_deinit(copies, allocator);
        return false;
    }
    uint32_t bits = 1;
    while ((1u << bits) < copies->entry_count * 2) {
        bits++;
    }
    copies->table_shift = 64 - bits;
    copies->table_mask = (1u << bits) - 1;
    uint8_t *first = (uint8_t *)copies->block;
    first += (ALIGNED - ((uintptr_t)first & (ALIGNED - 1))) & (ALIGNED - 1);
    uint8_t *at = first;
    copies->entries = (atr__Entry *)(void *)carve(&at, copies->entry_count * sizeof(atr__Entry));
    copies->table = (uint32_t *)(void *)carve(&at, sizeof(uint32_t) << bits);
    copies->ring = (uint32_t *)(void *)carve(&at, copies->entry_count * sizeof(uint32_t));
    copies->memory = at;
    /* The same number wherever the block lies: what is kept must not depend on luck. */
    const size_t tables = (size_t)(at - first);
    copies->units = (uint32_t)((bytes - ALIGNED - tables) / ATR__COPY_UNIT);
    copies->pass = 1;
    atr__copies_clear(copies);
    return true;
}

void atr__copies_deinit(atr__Copies *copies, const atr_Allocator *allocator)
{
    atr__free(allocator, copies->block, copies->block_bytes, 1);
    atr__free(allocator, copies->asked, ASKED, sizeof *copies->asked);
    *copies = (atr__Copies){ 0 };
}

void atr__copies_clear(atr__Copies *copies)
{
    memset(copies->table, 0, ((size_t)copies->table_mask + 1) * sizeof *copies->table);
    memset(copies->asked, 0, ASKED * sizeof *copies->asked);
    for (uint32_t i = 0; i < copies->entry_count; i++) {
        copies->entries[i].key = 0;
        copies->entries[i].next = i + 1 < copies->entry_count ? i + 1 : NONE;
    }
    copies->free_first = 0;
    copies->ring_first = 0;
    copies->ring_count = 0;
    copies->head = 0;
    copies->used_units = 0;
    copies->move_left = MOVE_BYTES;
}

void atr__copies_frame(atr__Copies *copies)
{
    copies->keep_from = copies->frame_pass;
    copies->frame_pass = copies->pass;
    copies->move_left = MOVE_BYTES;
}

void atr__copies_relax(atr__Copies *copies)
{
    copies->keep_from = copies->pass;
    copies->move_left = (size_t)copies->units * ATR__COPY_UNIT;
}

bool atr__copies_may_hold(const atr__Copies *copies, size_t bytes)
{
    return bytes <= (size_t)copies->units * ATR__COPY_UNIT / KEPT_PART;
}

bool atr__copies_asked(atr__Copies *copies, atr__CopyKey key)
{
    uint64_t mixed = key * 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 32) * 0xbf58476d1ce4e5b9u;
    uint16_t *asked = &copies->asked[(mixed >> 32) & (ASKED - 1)];
    const uint16_t tag = (uint16_t)(mixed >> 48 | 1);
    if (*asked == tag) {
        return true;
    }
    /* Two that share a place, each asked for once a frame, must not push each other out for ever:
     * it depends on luck. */
    copies->dice = copies->dice * 1664525u + 1013904223u;
    if (*asked == 0 || copies->dice >> 31 == 0) {
        *asked = tag;
    }
    return false;
}

/* ---- The table ------------------------------------------------------------------------------- */

static void table_add(atr__Copies *copies, uint32_t index)
{
    uint32_t slot = atr__copies_hash(copies, copies->entries[index].key);
    while (copies->table[slot] != 0) {
        slot = (slot + 1) & copies->table_mask;
    }
    copies->table[slot] = index + 1;
}

/* Those behind it move up, so that no search ends early. */
static void table_remove(atr__Copies *copies, uint32_t index)
{
    const uint32_t mask = copies->table_mask;
    uint32_t hole = atr__copies_hash(copies, copies->entries[index].key);
    while (copies->table[hole] != index + 1) {
        hole = (hole + 1) & mask;
    }
    for (uint32_t at = (hole + 1) & mask; copies->table[at] != 0; at = (at + 1) & mask) {
        const uint32_t home = atr__copies_hash(copies, copies->entries[copies->table[at] - 1].key);
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            copies->table[hole] = copies->table[at];
            hole = at;
        }
    }
    copies->table[hole] = 0;
}

static void forget(atr__Copies *copies, uint32_t index)
{
    table_remove(copies, index);
    copies->entries[index].key = 0;
    copies->evicted++;
}

void atr__copies_rename(atr__Copies *copies, atr__Entry *entry, atr__CopyKey key)
{
    const uint32_t index = (uint32_t)(entry - copies->entries);
    table_remove(copies, index);
    entry->key = key;
    table_add(copies, index);
}

void atr__copies_forget(atr__Copies *copies, atr_SpriteId sprite)
{
    for (uint32_t i = 0; i < copies->entry_count; i++) {
        const atr__CopyKey key = copies->entries[i].key;
        if (key != 0 && (key & 0xffff) == sprite) {
            forget(copies, i);
        }
    }
    memset(copies->asked, 0, ASKED * sizeof *copies->asked);
}

/* ---- The ring -------------------------------------------------------------------------------- */

static uint32_t oldest(const atr__Copies *copies)
{
    return copies->ring[copies->ring_first];
}

static void ring_pop(atr__Copies *copies)
{
    copies->ring_first = copies->ring_first + 1 < copies->entry_count ? copies->ring_first + 1 : 0;
    copies->ring_count--;
}

static void ring_push(atr__Copies *copies, uint32_t index)
{
    uint32_t at = copies->ring_first + copies->ring_count;
    at = at < copies->entry_count ? at : at - copies->entry_count;
    copies->ring[at] = index;
    copies->ring_count++;
}

/* A place for so many units that does not reach `tail`, where the oldest begins; NONE without. */
static uint32_t place(atr__Copies *copies, uint32_t units, uint32_t tail)
{
    if (copies->ring_count == 0) {
        copies->head = 0;
        return 0;
    }
    if (copies->head > tail) {
        if (copies->units - copies->head >= units) {
            return copies->head;
        }
        return tail >= units ? 0 : NONE;
    }
    return tail - copies->head >= units ? copies->head : NONE;
}

/* The oldest one is in use: to the front with it. */
static void move_oldest(atr__Copies *copies)
{
    const uint32_t index = oldest(copies);
    atr__Entry *entry = &copies->entries[index];
    const uint8_t *from = atr__copies_memory(copies, entry);
    /* Its own place is free for it, so only in a ring that has not wrapped there may be no room. */
    const uint32_t to = copies->units - copies->head < entry->units ? 0 : copies->head;
    uint8_t *at = copies->memory + (size_t)to * ATR__COPY_UNIT;
    memmove(at, from, (size_t)entry->units * ATR__COPY_UNIT);
    const size_t pixels = (size_t)((const uint8_t *)entry->copy.pixels - from);
    const size_t spans = (size_t)((const uint8_t *)entry->copy.spans - from);
    entry->copy.pixels = (const uint32_t *)(const void *)(at + pixels);
    entry->copy.spans = (const atr__Span *)(const void *)(at + spans);
    entry->offset = to;
    copies->head = to + entry->units;
    ring_pop(copies);
    ring_push(copies, index);
}

static void drop_oldest(atr__Copies *copies)
{
    const uint32_t index = oldest(copies);
    atr__Entry *entry = &copies->entries[index];
    if (entry->key != 0) {
        forget(copies, index);
    }
    copies->used_units -= entry->units;
    entry->next = copies->free_first;
    copies->free_first = index;
    ring_pop(copies);
}

/* Drops the oldest, or moves it out of the way; false when no more may be done in this frame. */
static bool make_room(atr__Copies *copies)
{
    const atr__Entry *entry = &copies->entries[oldest(copies)];
    if (entry->key == 0 || (int32_t)(entry->used - copies->keep_from) < 0) {
        drop_oldest(copies);
        return true;
    }
    const size_t bytes = (size_t)entry->units * ATR__COPY_UNIT;
    if (bytes > copies->move_left) {
        copies->move_left = 0;
        return false;
    }
    copies->move_left -= bytes;
    move_oldest(copies);
    return true;
}

atr__Entry *atr__copies_add(atr__Copies *copies, atr__CopyKey key, size_t bytes)
{
    const uint32_t units = (uint32_t)((bytes + ATR__COPY_UNIT - 1) / ATR__COPY_UNIT);
    uint32_t to = NONE;
    while (copies->free_first == NONE ||
           (to = place(copies, units,
                       copies->ring_count > 0 ? copies->entries[oldest(copies)].offset : 0)) ==
               NONE) {
        if (copies->move_left == 0 || !make_room(copies)) {
            return NULL;
        }
    }
    const uint32_t index = copies->free_first;
    atr__Entry *entry = &copies->entries[index];
    copies->free_first = entry->next;
    *entry = (atr__Entry){ .key = key, .used = copies->pass, .offset = to, .units = units };
    copies->head = to + units;
    copies->used_units += units;
    ring_push(copies, index);
    table_add(copies, index);
    return entry;
}
