/* Ribbons: a strip along the way that each particle of another node has come, drawn as turned and
 * stretched pieces among the particles.
 *
 * A strip keeps the places where its particle was, at equal times. It outlives its particle and
 * shrinks to where that ended. Strips lie in the node's chunks in order of the particles' serials,
 * as the particles do, so that one walk over both finds who belongs to whom. */
#define _POSIX_C_SOURCE 200809L

#include "effect/step.h"

#include "base/trig.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define SEAM_PX 1.0f /* that pieces overlap, so that no gap is seen between soft edges */

typedef struct Strip {
    uint32_t serial;
    uint32_t count; /* places behind the head, newest first; the last: where it was born */
    float head_x, head_y;
    float x[ATR__STRIP_PLACES], y[ATR__STRIP_PLACES];
    float since;     /* s that the newest place is behind the head */
    uint32_t pieces; /* shown */
    float ended;     /* s since its particle died; 0: it lives */
} Strip;

/* Strips take the room of a chunk's arrays; its count stays. */
#define STRIPS_IN_CHUNK ((uint32_t)(offsetof(atr__Chunk, count) / sizeof(Strip)))

static Strip *strips_of(atr__Chunk *chunk)
{
    return (Strip *)(void *)chunk;
}

static float length_of(const atr__Step *s)
{
    return s->node->def->length > 0.0f ? s->node->def->length : 0.3f;
}

static float interval_of(const atr__Step *s)
{
    return length_of(s) / (float)(ATR__STRIP_PLACES - 1);
}

/* ---- Following ------------------------------------------------------------------------------- */

/* The particles of the followed node, in order. */
typedef struct Leaders {
    const atr__Chunks *chunks;
    uint32_t id, i;
} Leaders;

static const atr__Chunk *leader(const Leaders *l)
{
    return l->id != ATR__CHUNK_NONE ? &l->chunks->items[l->id] : NULL;
}

static void next_leader(Leaders *l)
{
    const atr__Chunk *chunk = leader(l);
    l->i++;
    while (chunk != NULL && l->i >= chunk->count) {
        l->id = l->chunks->heads[l->id].next;
        l->i = 0;
        chunk = leader(l);
    }
}

static Leaders leaders_of(const atr__Step *s)
{
    const atr__NodeState *followed = &s->instance->nodes[s->node->follow];
    Leaders l = { &s->effects->chunks, followed->chunks.first, 0 };
    if (leader(&l) != NULL && leader(&l)->count == 0) {
        next_leader(&l);
    }
    return l;
}

static void leave_place(Strip *strip, float x, float y)
{
    const uint32_t kept = strip->count < ATR__STRIP_PLACES ? strip->count : ATR__STRIP_PLACES - 1;
    memmove(strip->x + 1, strip->x, kept * sizeof(float));
    memmove(strip->y + 1, strip->y, kept * sizeof(float));
    strip->x[0] = x;
    strip->y[0] = y;
    strip->count = kept + 1;
}

/* The head goes to x, y within dt seconds; places are left on its way. */
static void lead(Strip *strip, float x, float y, float dt, float interval)
{
    const float from_x = strip->head_x;
    const float from_y = strip->head_y;
    float due = interval - strip->since;
    for (uint32_t k = 0; k < ATR__STRIP_PLACES && due <= dt && dt > 0.0f; k++) {
        const float share = due > 0.0f ? due / dt : 0.0f;
        leave_place(strip, from_x + (x - from_x) * share, from_y + (y - from_y) * share);
        due += interval;
    }
    strip->since = interval - (due - dt);
    strip->since = strip->since > 0.0f ? strip->since : 0.0f;
    strip->head_x = x;
    strip->head_y = y;
}

/* Where its particle was born, and from there to where that is. */
static Strip strip_begun(const atr__Step *s, const Leaders *l)
{
    const atr__Chunk *chunk = leader(l);
    const float age = s->instance->clock - chunk->born[l->i];
    const float x = chunk->x[l->i] - chunk->vx[l->i] * age;
    const float y = chunk->y[l->i] - chunk->vy[l->i] * age;
    Strip strip = { .serial = chunk->serial[l->i], .count = 1, .head_x = x, .head_y = y };
    strip.x[0] = x;
    strip.y[0] = y;
    lead(&strip, chunk->x[l->i], chunk->y[l->i], age, interval_of(s));
    return strip;
}

/* False when it is over. `l` goes on to the first leader behind the strip's. */
static bool strip_step(const atr__Step *s, Strip *strip, Leaders *l)
{
    while (leader(l) != NULL && leader(l)->serial[l->i] < strip->serial) {
        next_leader(l); /* there was no room for a strip of its own */
    }
    const atr__Chunk *chunk = leader(l);
    if (chunk != NULL && chunk->serial[l->i] == strip->serial) {
        lead(strip, chunk->x[l->i], chunk->y[l->i], s->dt, interval_of(s));
        next_leader(l);
    } else {
        strip->ended += s->dt;
    }
    return strip->ended < length_of(s);
}

/* ---- Pieces ---------------------------------------------------------------------------------- */

typedef struct Piece {
    float from_x, from_y, to_x, to_y;
    float t; /* its middle, 0..1 from the head */
} Piece;

static float width_at(const atr__Step *s, float t)
{
    const atr_Value *size = &s->node->def->size;
    const uint32_t step = (uint32_t)(t * (float)ATR__LUT_SIZE);
    const float narrows = 1.0f - t;
    const float width = size->kind == ATR_VALUE_KEYS
                            ? s->node->size[step < ATR__LUT_SIZE ? step : ATR__LUT_SIZE - 1]
                            : (size->kind == ATR_VALUE_RANGE ? size->high : size->low) * narrows;
    return width * s->instance->scale * s->look.scale;
}

static void show_piece(const atr__Step *s, const Piece *p)
{
    atr__Shown *shown = &s->effects->shown;
    const atr__Look *look = &s->look;
    const float dx = (p->to_x - p->from_x) * look->scale_x;
    const float dy = (p->to_y - p->from_y) * look->scale_y;
    const float length = sqrtf(dx * dx + dy * dy);
    const float width = width_at(s, p->t);
    const uint32_t step = (uint32_t)(p->t * (float)ATR__LUT_SIZE);
    if (!(length > 0.01f && width > 0.01f) || s->state->alive >= s->state->budget) {
        return;
    }
    const uint32_t at = shown->count++;
    s->state->alive++;
    shown->x[at] = (p->from_x + p->to_x) * 0.5f * look->scale_x + look->offset_x;
    shown->y[at] = (p->from_y + p->to_y) * 0.5f * look->scale_y + look->offset_y;
    shown->size[at] = length + SEAM_PX;
    shown->stretch[at] = width / (length + SEAM_PX);
    shown->angle[at] = atr__turns_to(dx, dy) * 360.0f;
    shown->color[at] = look->color[step < ATR__LUT_SIZE ? step : ATR__LUT_SIZE - 1];
    shown->sprite[at] = look->sprite;
    shown->smooth[at] = 1;
}

/* From the head back to where it is as old as a strip may be; the last piece is cut there. */
static void show_strip(const atr__Step *s, Strip *strip)
{
    const uint32_t before = s->effects->shown.count;
    const float interval = interval_of(s);
    const float oldest = strip->ended + strip->since + (float)(strip->count - 1) * interval;
    const float end = oldest < length_of(s) ? oldest : length_of(s);
    Piece piece = { .to_x = strip->head_x, .to_y = strip->head_y };
    float age = strip->ended;
    for (uint32_t k = 0; k < strip->count && age < end; k++) {
        const float next = strip->ended + strip->since + (float)k * interval;
        const float share = next > end ? (end - age) / (next - age) : 1.0f;
        const float upto = next > end ? end : next;
        piece.from_x = piece.to_x + (strip->x[k] - piece.to_x) * share;
        piece.from_y = piece.to_y + (strip->y[k] - piece.to_y) * share;
        piece.t = (age + upto) * 0.5f / end;
        show_piece(s, &piece);
        piece.to_x = piece.from_x;
        piece.to_y = piece.from_y;
        age = upto;
    }
    strip->pieces = s->effects->shown.count - before;
}

uint32_t atr__strip_pieces(const atr__Chunk *chunk, uint32_t i, uint32_t *serial)
{
    const Strip *strip = (const Strip *)(const void *)chunk + i;
    *serial = strip->serial;
    return strip->pieces;
}

/* ---- The step -------------------------------------------------------------------------------- */

static void begin_strips(const atr__Step *s, Leaders *l)
{
    atr__Chunks *chunks = &s->effects->chunks;
    atr__ChunkList *list = &s->state->chunks;
    const uint32_t most = s->state->budget / ATR__STRIP_PLACES;
    for (; leader(l) != NULL; next_leader(l)) {
        const uint32_t serial = leader(l)->serial[l->i];
        if (serial <= s->state->serial) {
            continue;
        }
        s->state->serial = serial;
        atr__Chunk *last = list->last != ATR__CHUNK_NONE ? &chunks->items[list->last] : NULL;
        if (s->state->strips >= most) {
            continue;
        }
        if (last == NULL || last->count == STRIPS_IN_CHUNK) {
            last = atr__list_grow(chunks, list);
        }
        if (last == NULL) {
            return;
        }
        Strip *strip = &strips_of(last)[last->count++];
        *strip = strip_begun(s, l);
        s->state->strips++;
        show_strip(s, strip);
    }
}

void atr__ribbons_step(const atr__Step *s)
{
    atr__Chunks *chunks = &s->effects->chunks;
    atr__ChunkList *list = &s->state->chunks;
    atr__Shown *shown = &s->effects->shown;
    Leaders l = leaders_of(s);
    uint32_t previous = ATR__CHUNK_NONE;
    uint32_t next = ATR__CHUNK_NONE;
    s->state->alive = 0;
    s->state->strips = 0;
    for (uint32_t id = list->first; id != ATR__CHUNK_NONE; id = next) {
        atr__Chunk *chunk = &chunks->items[id];
        Strip *strips = strips_of(chunk);
        uint32_t kept = 0;
        next = chunks->heads[id].next;
        for (uint32_t i = 0; i < chunk->count; i++) {
            if (strip_step(s, &strips[i], &l)) {
                strips[kept] = strips[i];
                show_strip(s, &strips[kept++]);
            }
        }
        chunk->count = kept;
        s->state->strips += kept;
        if (kept == 0) {
            atr__list_unlink(chunks, list, previous, id);
        } else {
            previous = id;
        }
    }
    begin_strips(s, &l);
    if (shown->count > s->state->first) {
        shown->stretched_from =
            s->state->first < shown->stretched_from ? s->state->first : shown->stretched_from;
        shown->stretched_to = shown->count;
    }
}
