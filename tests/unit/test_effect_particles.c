/* What moves the particles: the same bits on every kernel, the same way at every frame rate, and
 * work only for those that live. */
#define _POSIX_C_SOURCE 200809L

#include "effect_fixture.h"
#include "failing_allocator.h"

#include "effect/effect_internal.h"

#include <math.h>
#include <stdlib.h>

static uint64_t hash_of(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ bytes[i]) * 1099511628211u;
    }
    return hash;
}

static uint64_t picture_hash(uint64_t hash, const atr_Effects *effects)
{
    const atr_Particles p = atr_effects_particles(effects);
    hash = hash_of(hash, p.x, p.count * sizeof *p.x);
    hash = hash_of(hash, p.y, p.count * sizeof *p.y);
    hash = hash_of(hash, p.size, p.count * sizeof *p.size);
    hash = hash_of(hash, p.angle_deg, p.count * sizeof *p.angle_deg);
    hash = hash_of(hash, p.color, p.count * sizeof *p.color);
    hash = hash_of(hash, p.sprite, p.count * sizeof *p.sprite);
    hash = hash_of(hash, p.smooth, p.count);
    return p.stretch != NULL ? hash_of(hash, p.stretch, p.count * sizeof *p.stretch) : hash;
}

/* One of everything: keys, palette, pictures, all forces, sub-emitters, a trail and a ribbon. */
static atr_EffectDef rich_def(void)
{
    atr_EffectDef def = coins_def("rich", ATR_IMPORTANCE_MEDIUM);
    def.duration = 1.5f;
    def.amount_max = 300;
    def.node_count = 4;
    atr_EffectNode *coins = &def.nodes[0];
    coins->max = 400;
    coins->duration = 1;
    coins->rate = (atr_Value){ .low = 60 };
    coins->drag = 0.7f;
    coins->spin = (atr_Value){ .kind = ATR_VALUE_RANGE, .low = -180, .high = 180 };
    coins->size = (atr_Value){ .kind = ATR_VALUE_KEYS,
                               .key_count = 3,
                               .variance = 0.2f,
                               .keys = { { 0, 4, 2 }, { 0.2f, 24, 0 }, { 1, 8, 0 } } };
    coins->color_count = 2;
    coins->colors[0] = (atr_ColorKey){ 0, 0xffd54affu };
    coins->colors[1] = (atr_ColorKey){ 1, 0xff804000u };
    coins->palette_count = 2;
    coins->palette[0] = 0xffffffffu;
    coins->palette[1] = 0x80c0ffffu;
    coins->force_count = 4;
    coins->forces[0] = (atr_Force){ .kind = ATR_FORCE_TURBULENCE, .strength = 300 };
    coins->forces[1] = (atr_Force){ .kind = ATR_FORCE_SWAY, .strength = 80, .period = 0.7f };
    coins->forces[2] = (atr_Force){ .strength = 200, .arrive_px = 30, .anchor = "till" };
    coins->forces[3] =
        (atr_Force){ .kind = ATR_FORCE_FLOOR, .bounce = 0.6f, .friction = 0.2f, .anchor = "floor" };
    strcpy(coins->on_death, "sparks");
    def.nodes[1] = (atr_EffectNode){ .type = ATR_NODE_TRAIL,
                                     .follow = "coins",
                                     .sheet = "dot.png",
                                     .max = 300,
                                     .rate = { .low = 20 },
                                     .life = { .low = 0.3f },
                                     .speed = { .low = 20 },
                                     .size = { .low = 6 } };
    def.nodes[2] = (atr_EffectNode){
        .type = ATR_NODE_RIBBON, .follow = "coins", .length = 0.2f, .size = { .low = 9 }
    };
    def.nodes[3] =
        (atr_EffectNode){ .id = "sparks",
                          .max = 200,
                          .burst_count = 1,
                          .bursts = { { .count = { .low = 3 } } },
                          .life = { .low = 0.25f, .high = 0.5f, .kind = ATR_VALUE_RANGE },
                          .speed = { .low = 90 },
                          .angle = { .low = 0, .high = 360, .kind = ATR_VALUE_RANGE },
                          .size = { .low = 5 },
                          .force_count = 1 };
    def.nodes[3].forces[0] = (atr_Force){ .kind = ATR_FORCE_RECT, .bounce = 1, .anchor = "panel" };
    return def;
}

static uint64_t play_rich(uint64_t seed)
{
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .seed = seed, .fixed_step_ns = STEP_NS });
    const atr_EffectDef def = rich_def();
    define(&f, &def);
    assert_int_equal(atr_effects_set_anchor(f.effects, "till", 400, 60), ATR_OK);
    assert_int_equal(atr_effects_set_anchor(f.effects, "floor", 0, 260), ATR_OK);
    assert_int_equal(atr_effects_set_rect(f.effects, "panel", 40, 200, 60, 40), ATR_OK);
    uint64_t hash = 1469598103934665603u;
    uint32_t most = 0;
    for (int frame = 0; frame < 150; frame++) {
        if (frame % 40 == 0) {
            (void)atr_effect_trigger(f.effects, "rich",
                                     &(atr_Trigger){ .x = 100, .y = 100, .amount = 150 });
        }
        advance_ms(&f, 16);
        hash = picture_hash(hash, f.effects);
        const uint32_t count = atr_effects_particles(f.effects).count;
        most = count > most ? count : most;
    }
    assert_true(most > 500);
    atr_effects_destroy(f.effects);
    return hash;
}

/* Fails whenever anything that a seed gives has changed, meant or not: say so in the changelog. */
#define RICH_DIGEST 0x53ae29cd41552499u

static void effects_advance__every_kernel__same_bits_as_ever(void **state)
{
    (void)state;
    uint32_t ran = 0;
    for (int simd = 0; simd < ATR__SIMD_COUNT; simd++) {
        if (!atr__simd_runs((atr__Simd)simd)) {
            continue;
        }
        const char *name = atr__simd_name((atr__Simd)simd);
        assert_int_equal(setenv("ATRIUM_SIMD", name, 1), 0);
        const uint64_t digest = play_rich(7);
        print_message("  %s %llx\n", name, (unsigned long long)digest);
        assert_true(digest == RICH_DIGEST);
        ran++;
    }
    assert_int_equal(unsetenv("ATRIUM_SIMD"), 0);
    assert_true(ran >= 1);
    assert_true(play_rich(8) != RICH_DIGEST);
}

/* ---- Frame rates ----------------------------------------------------------------------------- */

typedef struct Place {
    float x, y;
    uint32_t count;
} Place;

/* The middle of all that lives after `ms` at so many frames a second. */
static Place play_at(const atr_EffectDef *def, uint32_t fps, uint32_t ms)
{
    Fixture f;
    fixture_init(&f, NULL);
    define(&f, def);
    assert_int_equal(atr_effects_set_anchor(f.effects, "till", 700, -200), ATR_OK);
    advance_ms(&f, 16);
    (void)atr_effect_trigger(f.effects, def->name, &(atr_Trigger){ .x = 100, .y = 50 });
    const uint64_t start_ns = test_clock_monotonic_ns(&f.clock);
    for (uint64_t frame = 1; frame * 1000 <= (uint64_t)ms * fps; frame++) {
        atr_effects_advance(f.effects, start_ns + frame * 1000000000u / fps);
    }
    const atr_Particles p = atr_effects_particles(f.effects);
    Place place = { .count = p.count };
    for (uint32_t i = 0; i < p.count; i++) {
        place.x += p.x[i] / (float)p.count;
        place.y += p.y[i] / (float)p.count;
    }
    atr_effects_destroy(f.effects);
    return place;
}

static void effects_advance__any_frame_rate__particles_reach_the_same_place(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        float drag, gravity;
        atr_Force force;
        float bound; /* px, of a way of some hundred; forces miss the part of a step before the
                        first */
    } rows[] = {
        { "gravity", 0, 600, { 0 }, 0.05f },
        { "drag", 3, 0, { 0 }, 0.05f },
        { "both", 1.5f, 600, { 0 }, 0.05f },
        { "strong drag", 60, 600, { 0 }, 0.05f },
        { "an attractor", 0.5f, 0, { .strength = 500, .anchor = "till" }, 6 },
        { "sway", 0, 100, { .kind = ATR_FORCE_SWAY, .strength = 300, .period = 0.8f }, 6 },
        { "turbulence", 1, 0, { .kind = ATR_FORCE_TURBULENCE, .strength = 200 }, 6 },
    };
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].name);
        atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
        def.nodes[0].drag = rows[i].drag;
        def.nodes[0].gravity_y = rows[i].gravity;
        def.nodes[0].force_count = rows[i].force.strength > 0 ? 1 : 0;
        def.nodes[0].forces[0] = rows[i].force;
        const Place at_60 = play_at(&def, 60, 500);
        assert_int_equal(at_60.count, 20);
        static const uint32_t rates[] = { 30, 144, 240 };
        for (size_t r = 0; r < ATR_COUNT_OF(rates); r++) {
            const Place place = play_at(&def, rates[r], 500);
            assert_int_equal(place.count, 20);
            const float off = hypotf(place.x - at_60.x, place.y - at_60.y);
            if (off > rows[i].bound) {
                fail_msg("%u a second: %g px off", rates[r], (double)off);
            }
        }
    }
}

static void effects_advance__slow_frames__a_fast_particle_still_arrives(void **state)
{
    (void)state;
    static const uint32_t rates[] = { 12, 30, 60, 144 };
    for (size_t i = 0; i < ATR_COUNT_OF(rates); i++) {
        print_message("  %u a second\n", rates[i]);
        atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
        def.nodes[0].gravity_y = 0;
        def.nodes[0].speed = (atr_Value){ .low = 1500 };
        def.nodes[0].angle = (atr_Value){ 0 };
        def.nodes[0].force_count = 1;
        def.nodes[0].forces[0] = (atr_Force){ .strength = 1, .arrive_px = 4, .anchor = "here" };
        Fixture f;
        fixture_init(&f, NULL);
        define(&f, &def);
        assert_int_equal(atr_effects_set_anchor(f.effects, "here", 517, 50), ATR_OK);
        (void)trigger(&f, "coins");
        for (uint32_t frame = 0; frame * 2 < rates[i]; frame++) {
            advance_ms(&f, 1000 / rates[i]);
        }
        assert_int_equal(stats_of(&f).particles, 0);
        atr_effects_destroy(f.effects);
    }
}

/* ---- Room and work --------------------------------------------------------------------------- */

static void effects_advance__births_and_deaths_mixed__order_and_count_hold(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, &(atr_EffectsDesc){ .max_particles = 2000 });
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    def.duration = 8;
    def.nodes[0].duration = 8;
    def.nodes[0].max = 1500;
    def.nodes[0].rate = (atr_Value){ .low = 900 };
    def.nodes[0].burst_count = 0;
    def.nodes[0].gravity_y = 0;
    def.nodes[0].speed = (atr_Value){ .low = 10 };
    def.nodes[0].angle = (atr_Value){ 0 };
    def.nodes[0].life = (atr_Value){ .kind = ATR_VALUE_RANGE, .low = 0.05f, .high = 1.5f };
    define(&f, &def);
    (void)trigger(&f, "coins");
    for (int frame = 0; frame < 400; frame++) {
        advance_ms(&f, 16);
        const atr_Particles p = atr_effects_particles(f.effects);
        assert_int_equal(p.count, stats_of(&f).particles);
        /* All go the same way at the same speed: who was born first is ahead. */
        for (uint32_t i = 1; i < p.count; i++) {
            assert_true(p.x[i] <= p.x[i - 1] + 0.001f);
        }
        /* Two half full neighbours would have been joined. */
        const atr__Instance *instance = &f.effects->instances[f.effects->order[0]];
        uint32_t before = ATR__CHUNK_SIZE;
        uint32_t id = instance->nodes[0].chunks.first;
        for (; id != ATR__CHUNK_NONE; id = f.effects->chunks.heads[id].next) {
            const uint32_t count = f.effects->chunks.items[id].count;
            assert_true(before + count > ATR__CHUNK_SIZE);
            before = count;
        }
    }
    atr_effects_destroy(f.effects);
}

static void effects_advance__thousands_have_expired__costs_nothing(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    const atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    define(&f, &def);
    (void)trigger(&f, "coins");
    advance_ms(&f, 16);
    const uint64_t first = f.effects->work.chunks;
    advance_ms(&f, 16);
    const uint64_t alone = f.effects->work.chunks - first;
    assert_int_equal(alone, 1);
    atr_effects_stop_all(f.effects);
    for (int i = 0; i < 5000; i++) {
        const atr_TriggerResult r = trigger(&f, "coins");
        if (i % 10 == 0) {
            advance_ms(&f, 16);
        }
        assert_int_equal(atr_effect_stop(f.effects, r.id, false), ATR_OK);
    }
    const uint64_t before = f.effects->work.chunks;
    for (int i = 0; i < 100; i++) {
        advance_ms(&f, 16);
    }
    assert_int_equal(f.effects->work.chunks, before); /* nobody lives */
    (void)trigger(&f, "coins");
    advance_ms(&f, 16);
    const uint64_t again = f.effects->work.chunks;
    advance_ms(&f, 16);
    assert_int_equal(f.effects->work.chunks - again, alone);
    atr_effects_destroy(f.effects);
}

static void effects_create__particle_bytes__are_those_allocated_and_stay(void **state)
{
    (void)state;
    static const uint32_t capacities[] = { 64, 1000, 16384, 100000 };
    size_t before = 0;
    for (size_t i = 0; i < ATR_COUNT_OF(capacities); i++) {
        FailingAllocator memory = { 0 };
        Fixture f;
        fixture_init(&f, &(atr_EffectsDesc){ .max_particles = capacities[i],
                                             .allocator = failing_allocator(&memory) });
        const size_t bytes = stats_of(&f).particle_bytes;
        assert_true(bytes >= capacities[i] * 60u);
        assert_true(bytes <= capacities[i] * 160u + 600000u);
        assert_true(bytes < failing_allocator_bytes(&memory));
        assert_true(bytes > before);
        before = bytes;
        atr_effects_destroy(f.effects);
        assert_int_equal(failing_allocator_bytes(&memory), 0);
    }
}

static void effects_particles__slower_than_forty__are_placed_between_pixels(void **state)
{
    (void)state;
    Fixture f;
    fixture_init(&f, NULL);
    atr_EffectDef def = coins_def("coins", ATR_IMPORTANCE_MEDIUM);
    def.nodes[0].gravity_y = 0;
    def.nodes[0].speed = (atr_Value){ .kind = ATR_VALUE_RANGE, .low = 0, .high = 80 };
    define(&f, &def);
    (void)atr_effect_trigger(f.effects, "coins", &(atr_Trigger){ .amount = 40 });
    advance_ms(&f, 0);
    float x[40];
    float y[40];
    atr_Particles p = atr_effects_particles(f.effects);
    assert_int_equal(p.count, 40);
    memcpy(x, p.x, sizeof x);
    memcpy(y, p.y, sizeof y);
    advance_ms(&f, 100);
    p = atr_effects_particles(f.effects);
    uint32_t slow = 0;
    for (uint32_t i = 0; i < p.count; i++) {
        const float speed = hypotf(p.x[i] - x[i], p.y[i] - y[i]) * 10;
        assert_true(p.smooth[i] == (speed < 40 ? 1 : 0) || fabsf(speed - 40) < 0.1f);
        slow += p.smooth[i];
    }
    assert_in_range(slow, 8, 32);
    atr_effects_destroy(f.effects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effects_advance__every_kernel__same_bits_as_ever),
        cmocka_unit_test(effects_advance__any_frame_rate__particles_reach_the_same_place),
        cmocka_unit_test(effects_advance__slow_frames__a_fast_particle_still_arrives),
        cmocka_unit_test(effects_advance__births_and_deaths_mixed__order_and_count_hold),
        cmocka_unit_test(effects_advance__thousands_have_expired__costs_nothing),
        cmocka_unit_test(effects_create__particle_bytes__are_those_allocated_and_stay),
        cmocka_unit_test(effects_particles__slower_than_forty__are_placed_between_pixels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
