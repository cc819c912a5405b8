/* Random pictures, lists, canvases and clips, drawn in several ways: each must give the pixels of
 * the plain one (scalar, one thread), leave all outside the clip alone and mark the tiles that it
 * changed. ATRIUM_TEST_CASES sets how many are tried. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/compose.h>

#include "cmocka_all.h"

#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPRITES = 7, PARTICLES = 700, COMMANDS = 24, FRAMES = 4, SWAPPED = 2, CASES = 40, WAYS = 5 };
enum { SIDE_MOST = 420, PITCH_MOST = SIDE_MOST + 19, TEXELS = 200 * 200 };
enum { PIXELS = PITCH_MOST * SIDE_MOST, TILE_COLUMNS = SIDE_MOST / ATR_TILE + 1 };

/* What must not change the pixels. */
typedef struct Way {
    const char *kernel;
    bool second_thread;
    uint32_t max_sprites;
} Way;

/* What may: copies that are not there in time, or never. */
typedef struct Means {
    size_t cache_bytes;
    uint32_t fill_pixels; /* 0: no frames, hence no limit */
} Means;

typedef struct Case {
    atr_Image images[SPRITES];
    atr_Image swapped; /* for sprite 1, from frame SWAPPED on */
    uint32_t texels[SPRITES + 1][TEXELS];
    float x[PARTICLES], y[PARTICLES], size[PARTICLES], angle[PARTICLES], stretch[PARTICLES];
    uint32_t color[PARTICLES];
    atr_SpriteId sprite[PARTICLES];
    uint8_t smooth[PARTICLES];
    atr_Particles particles;
    atr_DrawCmd commands[COMMANDS];
    atr_Transform transform;
    bool has_clip;
    atr_Rect clip;
    int32_t width, height, pitch;
    Means means;
} Case;

static Case now;
static uint32_t background[PIXELS];
static uint32_t expected[FRAMES][PIXELS];
static uint32_t drawn[FRAMES][PIXELS];

/* ---- A case ---------------------------------------------------------------------------------- */

static uint32_t below(atr__Random *random, uint32_t limit)
{
    return atr__random_u32(random) % limit;
}

static uint32_t random_color(atr__Random *random)
{
    const uint32_t colors = atr__random_u32(random);
    const uint32_t alpha = below(random, 4) == 0 ? 0 : below(random, 3) == 0 ? 255 : colors >> 24;
    return below(random, 3) == 0 ? 0xffffffffu : alpha << 24 | (colors & 0xffffff);
}

static float wild_number(atr__Random *random)
{
    static const float wild[] = { 0.0f,       -3.0f, 1e-20f,   8192.0f,   8193.0f, 999999.0f,
                                  -1000001.f, 3e9f,  INFINITY, -INFINITY, NAN,     -0.25f };
    return wild[below(random, ATR_COUNT_OF(wild))];
}

/* Mostly between the two. */
static float number(atr__Random *random, float low, float high)
{
    return below(random, 80) == 0 ? wild_number(random) : atr__random_between(random, low, high);
}

static int32_t random_side(atr__Random *random, int32_t most)
{
    static const int32_t odd[] = { 1, 2, 3, 63, 64, 65 };
    const int32_t side = below(random, 3) == 0 ? odd[below(random, ATR_COUNT_OF(odd))]
                                               : 1 + (int32_t)below(random, (uint32_t)most);
    return side < most ? side : most;
}

static atr_Image random_image(atr__Random *random, uint32_t *texels)
{
    const int32_t most = below(random, 3) == 0 ? 180 : 40;
    const atr_Image image = { .pixels = texels,
                              .width = random_side(random, most),
                              .height = random_side(random, most) };
    const int32_t pitch = image.width + (int32_t)below(random, 12);
    const int32_t margin = (int32_t)below(random, 3);
    for (int32_t y = 0; y < image.height; y++) {
        for (int32_t x = 0; x < pitch; x++) {
            const bool seen = x >= margin && y >= margin && x < image.width - margin &&
                              y < image.height - margin && below(random, 9) != 0;
            texels[y * pitch + x] = seen || x >= image.width ? random_color(random) : 0;
        }
    }
    if (below(random, 16) == 0) {
        return (atr_Image){ 0 };
    }
    return (atr_Image){ texels, image.width, image.height, pitch };
}

static void random_particles(atr__Random *random, Case *c)
{
    const uint32_t most = below(random, 4) == 0 ? 120 : 30;
    for (int i = 0; i < PARTICLES; i++) {
        c->x[i] = number(random, -30, (float)c->width + 30);
        c->y[i] = number(random, -30, (float)c->height + 30);
        c->size[i] = number(random, 0, (float)below(random, most) + 1);
        c->angle[i] = below(random, 2) == 0 ? 0 : number(random, -800, 800);
        c->stretch[i] = below(random, 2) == 0 ? 1 : number(random, 0, 3);
        c->color[i] = random_color(random);
        c->sprite[i] = (atr_SpriteId)below(random, SPRITES + 1);
        c->smooth[i] = below(random, 4) == 0;
    }
    c->particles = (atr_Particles){ .count = PARTICLES,
                                    .x = c->x,
                                    .y = c->y,
                                    .size = c->size,
                                    .angle_deg = c->angle,
                                    .color = c->color,
                                    .sprite = c->sprite,
                                    .stretch = below(random, 2) == 0 ? c->stretch : NULL,
                                    .smooth = below(random, 2) == 0 ? c->smooth : NULL };
}

static void random_commands(atr__Random *random, Case *c)
{
    for (int i = 0; i < COMMANDS; i++) {
        const float most = below(random, 4) == 0 ? 600 : 90;
        c->commands[i] = (atr_DrawCmd){ .kind = (uint8_t)below(random, ATR_DRAW_PARTICLES + 1),
                                        .sprite = (atr_SpriteId)below(random, SPRITES + 1),
                                        .smooth = below(random, 4) == 0,
                                        .color = random_color(random),
                                        .x = number(random, -30, (float)c->width + 30),
                                        .y = number(random, -30, (float)c->height + 30),
                                        .w = number(random, 0, most),
                                        .h = number(random, 0, most),
                                        .first = below(random, PARTICLES + 9),
                                        .count = below(random, PARTICLES / 4) };
        c->commands[i].angle_deg = below(random, 2) == 0 ? 0 : number(random, -400, 400);
    }
}

static void random_case(uint64_t seed, Case *c)
{
    static const size_t cache_bytes[] = { 65536, 65536, 200001, 1 << 20 };
    static const uint32_t fill_pixels[] = { 0, 0, 1, 300, 5000, 100000 };
    atr__Random random;
    atr__random_seed(&random, seed);
    c->width = random_side(&random, SIDE_MOST);
    c->height = random_side(&random, SIDE_MOST);
    c->pitch = c->width + (int32_t)below(&random, PITCH_MOST - SIDE_MOST + 1);
    for (int i = 0; i < SPRITES; i++) {
        c->images[i] = random_image(&random, c->texels[i]);
    }
    c->swapped = random_image(&random, c->texels[SPRITES]);
    random_particles(&random, c);
    random_commands(&random, c);
    c->transform = (atr_Transform){ 1, 1, 0, 0 };
    if (below(&random, 3) == 0) {
        c->transform = (atr_Transform){ number(&random, 0.3f, 2.5f), number(&random, 0.3f, 2.5f),
                                        number(&random, -20, 20), number(&random, -20, 20) };
    }
    c->has_clip = below(&random, 2) == 0;
    c->clip = (atr_Rect){ (int32_t)below(&random, 200) - 40, (int32_t)below(&random, 200) - 40,
                          (int32_t)below(&random, 400) - 20, (int32_t)below(&random, 400) - 20 };
    c->means = (Means){ cache_bytes[below(&random, ATR_COUNT_OF(cache_bytes))],
                        fill_pixels[below(&random, ATR_COUNT_OF(fill_pixels))] };
    for (int i = 0; i < PIXELS; i++) {
        background[i] = atr__random_u32(&random);
    }
}

/* ---- Drawing it ------------------------------------------------------------------------------ */

static bool is_in_clip(const Case *c, int32_t x, int32_t y)
{
    return x < c->width &&
           (!c->has_clip || (x >= c->clip.x && y >= c->clip.y && x - c->clip.x < c->clip.w &&
                             y - c->clip.y < c->clip.h));
}

static void assert_changes_are_allowed(const Case *c, const uint32_t *pixels, const uint8_t *marks)
{
    for (int32_t i = 0; i < c->pitch * c->height; i++) {
        const int32_t x = i % c->pitch;
        const int32_t y = i / c->pitch;
        if (pixels[i] != background[i]) {
            assert_true(is_in_clip(c, x, y));
            assert_int_equal(marks[y / ATR_TILE * TILE_COLUMNS + x / ATR_TILE], 1);
        }
    }
}

/* The canvas has memory of its very size, so that a sanitizer sees what goes beyond. */
static void draw_frame(atr_Compositor *compositor, const Case *c, uint32_t *out)
{
    const size_t count = (size_t)c->pitch * (size_t)c->height;
    uint8_t marks[TILE_COLUMNS * TILE_COLUMNS] = { 0 };
    uint32_t *pixels = malloc(count * sizeof *pixels);
    assert_non_null(pixels);
    memcpy(pixels, background, count * sizeof *pixels);
    atr_compose_commands(compositor, &(atr_Canvas){ pixels, c->width, c->height, c->pitch },
                         c->has_clip ? &c->clip : NULL, &c->transform, c->commands, COMMANDS,
                         &c->particles, &(atr_Tiles){ marks, TILE_COLUMNS, TILE_COLUMNS });
    assert_changes_are_allowed(c, pixels, marks);
    memcpy(out, pixels, count * sizeof *pixels);
    free(pixels);
}

static void draw_frames(const Case *c, Way way, uint32_t frames[FRAMES][PIXELS])
{
    atr_Compositor *compositor = NULL;
    const atr_ComposeDesc desc = { .cache_bytes = c->means.cache_bytes,
                                   .fill_pixels = c->means.fill_pixels,
                                   .max_sprites = way.max_sprites,
                                   .second_thread = way.second_thread,
                                   .kernel = way.kernel };
    assert_int_equal(atr_compose_create(&desc, &compositor), ATR_OK);
    assert_int_equal(atr_compose_set_sprites(compositor, c->images, SPRITES), ATR_OK);
    for (int frame = 0; frame < FRAMES; frame++) {
        if (frame == SWAPPED) {
            assert_int_equal(atr_compose_set_sprite(compositor, 1, &c->swapped), ATR_OK);
        }
        if (c->means.fill_pixels != 0) {
            atr_compose_begin_frame(compositor);
        }
        draw_frame(compositor, c, frames[frame]);
    }
    atr_compose_destroy(compositor);
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static void assert_same_pixels(const Case *c, const uint32_t *a, const uint32_t *b,
                               const char *what, uint32_t seed)
{
    for (int32_t i = 0; i < c->pitch * c->height; i++) {
        if (a[i] != b[i]) {
            fail_msg("case %u, %s: at %d, %d: %08x, expected %08x", seed, what, i % c->pitch,
                     i / c->pitch, a[i], b[i]);
        }
    }
}

static Way random_way(atr__Random *random)
{
    static const uint32_t max_sprites[] = { 0, 1, 100 };
    uint32_t kernels = 0;
    while (atr_compose_kernel(kernels) != NULL) {
        kernels++;
    }
    return (Way){ .kernel = atr_compose_kernel(below(random, kernels)),
                  .second_thread = below(random, 2) == 0,
                  .max_sprites = max_sprites[below(random, ATR_COUNT_OF(max_sprites))] };
}

/* Without a limit on copies, one that has just been made, one that was there and what is drawn
 * without one are equal; and the clip only cuts. */
static void assert_unbounded_frames_agree(Case *c, uint32_t seed)
{
    assert_same_pixels(c, expected[1], expected[0], "second frame", seed);
    assert_same_pixels(c, expected[SWAPPED + 1], expected[SWAPPED], "last frame", seed);
    const bool has_clip = c->has_clip;
    c->has_clip = false;
    draw_frames(c, (Way){ .kernel = "scalar" }, drawn);
    c->has_clip = has_clip;
    for (int32_t i = 0; i < c->pitch * c->height; i++) {
        if (!is_in_clip(c, i % c->pitch, i / c->pitch)) {
            drawn[0][i] = background[i];
        }
    }
    assert_same_pixels(c, expected[0], drawn[0], "clipped", seed);
}

static void compose_commands__random_work__same_pixels_in_every_way(void **state)
{
    (void)state;
    const char *asked = getenv("ATRIUM_TEST_CASES");
    const long cases = asked != NULL ? strtol(asked, NULL, 10) : CASES;
    for (uint32_t seed = 1; seed <= (uint32_t)cases; seed++) {
        atr__Random random;
        atr__random_seed(&random, seed + 1000000007u);
        random_case(seed, &now);
        draw_frames(&now, (Way){ .kernel = "scalar" }, expected);
        if (now.means.fill_pixels == 0) {
            assert_unbounded_frames_agree(&now, seed);
        }
        for (int n = 0; n < WAYS; n++) {
            const Way way = random_way(&random);
            draw_frames(&now, way, drawn);
            for (int frame = 0; frame < FRAMES; frame++) {
                char what[80];
                snprintf(what, sizeof what, "%s, %d threads, passes of %u, frame %d", way.kernel,
                         way.second_thread ? 2 : 1, way.max_sprites, frame);
                assert_same_pixels(&now, drawn[frame], expected[frame], what, seed);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compose_commands__random_work__same_pixels_in_every_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
