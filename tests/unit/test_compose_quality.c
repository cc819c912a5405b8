/* Soft sprites against a reference: each output pixel the mean of 16 samples, four by four, of the
 * sprite exactly where, as large and as turned as it was asked for. */
#include "compose_fixture.h"

#include "cmocka_all.h"

enum { SIDE = 160, PICTURE = 64, GRID = 4 };

#define BACKGROUND 0xff20304au
#define LEAST_DB   27.0

static uint32_t texels[2][PICTURE * PICTURE];
static uint32_t drawn[SIDE * SIDE];
static const atr_Image images[2] = { { texels[0], PICTURE, PICTURE, PICTURE },
                                     { texels[1], PICTURE, PICTURE, PICTURE } };

/* A glow, and a soft star that is not symmetric. */
static void texels_init(void)
{
    for (int y = 0; y < PICTURE; y++) {
        for (int x = 0; x < PICTURE; x++) {
            const float dx = ((float)x + 0.5f) / PICTURE * 2 - 1;
            const float dy = ((float)y + 0.5f) / PICTURE * 2 - 1;
            const float away = hypotf(dx, dy);
            const float glow = away < 1 ? (1 - away) * (1 - away) : 0;
            const float ray = 0.75f + 0.25f * cosf(5 * atan2f(dy, dx)) + 0.2f * dx;
            const float star = fmaxf(0, fminf(1, (ray * 0.8f - away) * 4));
            texels[0][y * PICTURE + x] = (uint32_t)(glow * 255) * 0x01010101u;
            texels[1][y * PICTURE + x] = (uint32_t)(star * 255) * 0x01000000u |
                                         (uint32_t)(star * 255) << 16 |
                                         (uint32_t)(star * 180) << 8 | (uint32_t)(star * 60);
        }
    }
}

static double texel(const uint32_t *texel_row, int x, int y, int shift)
{
    if (x < 0 || y < 0 || x >= PICTURE || y >= PICTURE) {
        return 0;
    }
    return texel_row[y * PICTURE + x] >> shift & 255;
}

static double bilinear(const uint32_t *picture, double u, double v, int shift)
{
    const double x = floor(u - 0.5);
    const double y = floor(v - 0.5);
    const double fx = u - 0.5 - x;
    const double fy = v - 0.5 - y;
    const int left = (int)x;
    const int top = (int)y;
    return (texel(picture, left, top, shift) * (1 - fx) +
            texel(picture, left + 1, top, shift) * fx) *
               (1 - fy) +
           (texel(picture, left, top + 1, shift) * (1 - fx) +
            texel(picture, left + 1, top + 1, shift) * fx) *
               fy;
}

/* One channel of one sample: over the background where the sprite is. */
static double reference_sample(const atr_DrawCmd *cmd, double x, double y, int shift)
{
    const double turn = cmd->angle_deg * 3.14159265358979 / 180;
    const double dx = x - cmd->x;
    const double dy = y - cmd->y;
    const double u = ((dx * cos(turn) + dy * sin(turn)) / cmd->w + 0.5) * PICTURE;
    const double v = ((dy * cos(turn) - dx * sin(turn)) / cmd->h + 0.5) * PICTURE;
    const double below = BACKGROUND >> shift & 255;
    if (u < 0 || v < 0 || u >= PICTURE || v >= PICTURE) {
        return below;
    }
    const uint32_t *picture = texels[cmd->sprite];
    return bilinear(picture, u, v, shift) + below * (1 - bilinear(picture, u, v, 24) / 255);
}

static double reference(const atr_DrawCmd *cmd, int x, int y, int shift)
{
    double sum = 0;
    for (int row = 0; row < GRID; row++) {
        for (int i = 0; i < GRID; i++) {
            sum += reference_sample(cmd, x + (i + 0.5) / GRID, y + (row + 0.5) / GRID, shift);
        }
    }
    return sum / (GRID * GRID);
}

/* Sum of the squared errors over the square that holds the sprite; *count grows with its pixels. */
static double squares(const atr_DrawCmd *cmd, uint64_t *count)
{
    const int half = (int)(cmd->w * 0.5f) + 2;
    double sum = 0;
    for (int y = (int)cmd->y - half; y <= (int)cmd->y + half; y++) {
        for (int x = (int)cmd->x - half; x <= (int)cmd->x + half; x++) {
            for (int shift = 0; shift < 24; shift += 8) {
                const double away =
                    reference(cmd, x, y, shift) - (drawn[y * SIDE + x] >> shift & 255);
                sum += away * away;
                ++*count;
            }
        }
    }
    return sum;
}

typedef struct Look {
    const char *name;
    float smallest, largest;
    bool turned, smooth;
    int looks;    /* from the second on turned ones come from copies */
    bool no_time; /* for any copy, not even a reduced one to gather from */
} Look;

static void draw_looks(const Look *row, const atr_DrawCmd *cmd)
{
    const atr_ComposeDesc desc = { .fill_pixels = row->no_time ? 1 : 0 };
    const atr_Canvas canvas = { drawn, SIDE, SIDE, SIDE };
    atr_Compositor *compositor = NULL;
    assert_int_equal(atr_compose_create(&desc, &compositor), ATR_OK);
    assert_int_equal(atr_compose_set_sprites(compositor, images, 2), ATR_OK);
    for (int look = 0; look < row->looks; look++) {
        if (row->no_time) {
            atr_compose_begin_frame(compositor);
        }
        atr_compose_clear(&canvas, NULL, BACKGROUND);
        atr_compose_commands(compositor, &canvas, NULL, NULL, cmd, 1, NULL, NULL);
    }
    atr_compose_destroy(compositor);
}

static double decibels(const Look *row, uint64_t seed)
{
    atr__Random random;
    atr__random_seed(&random, seed);
    double sum = 0;
    uint64_t count = 0;
    for (int n = 0; n < 24; n++) {
        const float side = floorf(atr__random_between(&random, row->smallest, row->largest + 1));
        const atr_DrawCmd cmd = {
            .kind = ATR_DRAW_SPRITE,
            .sprite = (atr_SpriteId)(n % 2),
            .x = atr__random_between(&random, 78, 82),
            .y = atr__random_between(&random, 78, 82),
            .w = side,
            .h = side,
            .angle_deg = row->turned ? atr__random_between(&random, 4, 356) : 0,
            .smooth = row->smooth,
            .color = 0xffffffffu,
        };
        draw_looks(row, &cmd);
        sum += squares(&cmd, &count);
    }
    return 10 * log10(255.0 * 255.0 / (sum / (double)count));
}

static void compose_commands__soft_sprites__near_the_supersampled_reference(void **state)
{
    (void)state;
    static const Look rows[] = {
        { "upright, whole pixels", 12, 48, false, false, 1, false },
        { "upright, whole pixels, larger than the picture", 70, 110, false, false, 1, false },
        { "slow, from copies", 10, 32, false, true, 2, false },
        { "slow, gathered", 33, 100, false, true, 1, false },
        { "turned, gathered at first sight", 12, 90, true, false, 1, false },
        { "turned, from copies", 12, 90, true, false, 2, false },
        { "turned, large, gathered", 97, 120, true, false, 1, false },
        { "turned and slow, gathered", 12, 110, true, true, 1, false },
        { "upright, no time for a copy", 12, 48, false, false, 1, true },
        { "slow, no time for a copy", 12, 48, false, true, 1, true },
        { "turned, no time for a copy", 12, 48, true, false, 1, true },
    };
    texels_init();
    for (size_t i = 0; i < ATR_COUNT_OF(rows); i++) {
        const double db = decibels(&rows[i], i + 1);
        print_message("  %5.1f dB  %s\n", db, rows[i].name);
        assert_true(db >= LEAST_DB);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compose_commands__soft_sprites__near_the_supersampled_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
