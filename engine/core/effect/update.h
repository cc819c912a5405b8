/* One frame of particles as passes over plain arrays, apart from what plays: chunks of particles
 * that are moved in place, and the contiguous arrays that draw commands name, written anew.
 *
 * The passes exist once, as loops (particle_kernel.h), and are compiled for each instruction set.
 * Every kernel gives the same bits: each element has its own sequence of IEEE operations, nothing
 * is contracted, estimated or summed in another order. */
#ifndef ATR_EFFECT_UPDATE_H
#define ATR_EFFECT_UPDATE_H

#include <atrium/draw.h>

#include "base/cpu.h"

#define ATR__CHUNK_SIZE 64
#define ATR__CHUNK_NONE UINT32_MAX
#define ATR__NEVER      3.0e38f /* s */
#define ATR__CHUNK_STEP 16      /* passes run over whole groups of so many */
#define ATR__LUT_SIZE   128     /* steps in a life: 20 ms of one that lasts 2.5 s */

/* Particles of one node of one instance. They do not age: their instance has a clock, and what has
 * passed of a life follows from it. Those from `count` on are asleep: pace, speed and row are 0
 * and they never die; the passes may run over them. */
typedef struct atr__Chunk {
    _Alignas(64) float x[ATR__CHUNK_SIZE];
    float y[ATR__CHUNK_SIZE];
    float vx[ATR__CHUNK_SIZE], vy[ATR__CHUNK_SIZE];
    float angle[ATR__CHUNK_SIZE], spin[ATR__CHUNK_SIZE];
    float frame[ATR__CHUNK_SIZE], fps[ATR__CHUNK_SIZE];
    float born[ATR__CHUNK_SIZE]; /* by the instance's clock, s */
    union {
        float dies[ATR__CHUNK_SIZE]; /* by the same: dead when it has come */
        int32_t dies_bits[ATR__CHUNK_SIZE];
    };
    float pace[ATR__CHUNK_SIZE]; /* 1 / life */
    float size[ATR__CHUNK_SIZE]; /* before its curve */
    uint32_t serial[ATR__CHUNK_SIZE];
    uint8_t row[ATR__CHUNK_SIZE]; /* of the colours */
    uint32_t count;
} atr__Chunk;

/* What walking a list of chunks reads, apart from them: those of thousands stay in the nearest
 * cache. */
typedef struct atr__ChunkHead {
    float next_death; /* by the instance's clock: nobody dies before */
    uint32_t next;    /* in its list; ATR__CHUNK_NONE */
} atr__ChunkHead;

/* What happens to all particles of a node alike in one step. The solution for a constant
 * acceleration with drag is exact, so that no speed depends on the length of the steps. */
typedef struct atr__Motion {
    float dt;
    float keep;  /* share of the speed that drag leaves */
    float reach; /* s: way of the old speed; also speed of the acceleration */
    float fall;  /* s^2: way of the acceleration */
    float gravity_x, gravity_y;
    bool turns;      /* by their spin */
    uint32_t frames; /* of a round that they run through; 0: they stand still */
} atr__Motion;

/* Accelerations of a chunk's particles. */
typedef struct atr__Push {
    _Alignas(64) float x[ATR__CHUNK_SIZE];
    float y[ATR__CHUNK_SIZE];
} atr__Push;

/* A pull of constant strength to a point. A particle arrives when its way in this step, or what it
 * would be without the pull, comes within `arrive` of it. */
typedef struct atr__Pull {
    float x, y;
    float strength;
    float arrive_square; /* below 0: none arrives */
    float reach;         /* s: of the motion */
} atr__Pull;

#define ATR__WAVES 3

/* A field without sources: waves that push across their way, so that it whirls. */
typedef struct atr__Whirl {
    float way_x[ATR__WAVES], way_y[ATR__WAVES]; /* turns in a pixel */
    float push_x[ATR__WAVES], push_y[ATR__WAVES];
    float phase[ATR__WAVES]; /* turns */
} atr__Whirl;

/* How a node's particles look. */
typedef struct atr__Look {
    float clock;
    float scale; /* of sizes, from where they move to logical pixels */
    float scale_x, scale_y, offset_x, offset_y;
    float slow_square;     /* of the speed below which they are placed between pixels */
    const float *size;     /* over life; NULL: as at birth */
    const uint32_t *color; /* rows over life */
    bool plain;            /* color[0] for all */
    bool turns;
    atr_SpriteId sprite; /* of frame 0 */
    uint16_t frames;     /* above 1: the chunk's frames count */
} atr__Look;

/* The arrays of atr_Particles, with ATR__CHUNK_SIZE more than may be alive. */
typedef struct atr__Shown {
    float *x, *y, *size, *angle, *stretch;
    uint32_t *color;
    atr_SpriteId *sprite;
    uint8_t *smooth;
    uint32_t count, capacity;
    uint32_t stretched_from, stretched_to; /* outside, stretch is 1 */
    void *memory;
} atr__Shown;

typedef struct atr__UpdateOps {
    const char *name; /* "avx2" */
    /* Moves, turns and flips; with accelerations of its own or not (NULL). */
    void (*move)(atr__Chunk *chunk, const atr__Motion *motion, const atr__Push *push);
    /* Add to the accelerations. attract: @return at least how many arrive, more when some sleep. */
    uint32_t (*attract)(const atr__Chunk *chunk, const atr__Pull *pull, atr__Push *push);
    void (*sway)(const atr__Chunk *chunk, float clock, float rate, float strength, atr__Push *push);
    void (*whirl)(const atr__Chunk *chunk, const atr__Whirl *whirl, atr__Push *push);
    /* next_death: of those that live. @return a bit for each that is dead by now. */
    uint64_t (*find_dead)(const atr__Chunk *chunk, float clock, float *next_death);
    /* Writes what particles `first`.. look like to `at`..; first: a multiple of ATR__CHUNK_STEP.
     * Up to ATR__CHUNK_STEP - 1 places behind the last are overwritten. */
    void (*show)(const atr__Chunk *chunk, uint32_t first, const atr__Look *look,
                 const atr__Shown *out, uint32_t at);
} atr__UpdateOps;

/* NULL where the compiler cannot build it. */
const atr__UpdateOps *atr__update_scalar(void);
const atr__UpdateOps *atr__update_sse2(void);
const atr__UpdateOps *atr__update_avx2(void);
const atr__UpdateOps *atr__update_neon(void);

/* NULL where it cannot run. */
const atr__UpdateOps *atr__update_of(atr__Simd simd);

/* Writes the ids of those of a list in which someone may be dead by now, in its order, to `due`,
 * which has a place for each of the list. Who dies when cannot be predicted: there is no branch on
 * it. @return how many. */
static inline uint32_t atr__chunks_due(const atr__ChunkHead *heads, uint32_t first, float clock,
                                       uint32_t *due)
{
    uint32_t count = 0;
    for (uint32_t id = first; id != ATR__CHUNK_NONE; id = heads[id].next) {
        due[count] = id;
        count += clock >= heads[id].next_death ? 1u : 0u;
    }
    return count;
}

/* Of bits that are not all 0. */
static inline uint32_t atr__lowest_bit(uint64_t bits)
{
#if defined(__GNUC__)
    return (uint32_t)__builtin_ctzll(bits);
#else
    uint32_t at = 0;
    while ((bits >> at & 1u) == 0) {
        at++;
    }
    return at;
#endif
}

/* The share of a way (mx, my) at which it comes closest to (dx, dy). */
static inline float atr__closest_share(float dx, float dy, float mx, float my)
{
    const float along = dx * mx + dy * my;
    const float square = mx * mx + my * my;
    const float share = along < square ? along / square : 1.0f;
    return along > 0.0f ? share : 0.0f;
}

/* For one step of `dt` seconds, without turns and frames; drag: share of the speed lost per
 * second. */
atr__Motion atr__motion(float dt, float drag, float gravity_x, float gravity_y);

#endif
