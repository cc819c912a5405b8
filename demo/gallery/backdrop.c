/* See backdrop.h. Sky, sun or moon with its glow, three rows of hills, each nearer and of stronger
 * colour; noise of half a step, so that no bands are seen. */
#include "backdrop.h"

#include <math.h>
#include <stddef.h>

#define ROWS 3

typedef struct Palette {
    float top[3], bottom[3]; /* sky */
    float glow[3];
    float disc[3];
    float hills[ROWS][3]; /* far to near */
    float reach;          /* of the glow, share of the height */
} Palette;

static const Palette night = { .top = { 10, 13, 34 },
                               .bottom = { 46, 52, 112 },
                               .glow = { 70, 84, 160 },
                               .disc = { 226, 230, 255 },
                               .hills = { { 32, 38, 86 }, { 22, 27, 64 }, { 13, 17, 42 } },
                               .reach = 0.42f };

static const Palette day = { .top = { 150, 198, 246 },
                             .bottom = { 236, 244, 252 },
                             .glow = { 255, 246, 214 },
                             .disc = { 255, 250, 226 },
                             .hills = { { 192, 214, 226 }, { 160, 196, 186 }, { 118, 168, 142 } },
                             .reach = 0.5f };

/* Height of a row of hills at x, share of the picture from above. */
static float hill(int row, float x)
{
    static const float base[ROWS] = { 0.66f, 0.76f, 0.88f };
    const float r = (float)row;
    return base[row] - 0.055f * sinf(x * (3.1f + r) + 1.7f * r + 0.6f) -
           0.025f * sinf(x * (7.3f - r) + 2.1f + r) - 0.010f * sinf(x * 17.0f + 3 * r);
}

static float smooth(float from, float to, float v)
{
    const float t = (v - from) / (to - from);
    const float c = t < 0 ? 0 : t > 1 ? 1 : t;
    return c * c * (3 - 2 * c);
}

static uint32_t pack(const float rgb[3], float grain)
{
    uint32_t out = 0xff000000u;
    for (unsigned c = 0; c < 3; c++) {
        const float v = rgb[c] + grain;
        out |= (uint32_t)lroundf(v < 0 ? 0 : v > 255 ? 255 : v) << (16 - 8 * c);
    }
    return out;
}

static void blend(float rgb[3], const float with[3], float share)
{
    for (int c = 0; c < 3; c++) {
        rgb[c] += (with[c] - rgb[c]) * share;
    }
}

static void sky(const Palette *palette, float x, float y, float aspect, float rgb[3])
{
    for (int c = 0; c < 3; c++) {
        rgb[c] = palette->top[c] + (palette->bottom[c] - palette->top[c]) * y;
    }
    const float away = hypotf((x - 0.74f) * aspect, y - 0.26f);
    const float glow = 1 - smooth(0, palette->reach, away);
    blend(rgb, palette->glow, glow * 0.55f);
    blend(rgb, palette->disc, 1 - smooth(0.055f, 0.059f, away));
}

void backdrop_draw(uint32_t *pixels, int32_t width, int32_t height, bool light)
{
    const Palette *palette = light ? &day : &night;
    const float aspect = (float)width / (float)height;
    const float soft = 1.2f / (float)height;
    uint32_t noise = 0x9e3779b9u;
    for (int32_t px = 0; px < width; px++) {
        const float x = ((float)px + 0.5f) / (float)width;
        float tops[ROWS];
        for (int row = 0; row < ROWS; row++) {
            tops[row] = hill(row, x * aspect);
        }
        for (int32_t py = 0; py < height; py++) {
            const float y = ((float)py + 0.5f) / (float)height;
            float rgb[3] = { 0 };
            sky(palette, x, y, aspect, rgb);
            for (int row = 0; row < ROWS; row++) {
                const float depth = smooth(0, 0.25f, y - tops[row]) * 0.18f;
                float color[3];
                for (int c = 0; c < 3; c++) {
                    color[c] = palette->hills[row][c] * (1 - depth);
                }
                blend(rgb, color, smooth(-soft, soft, y - tops[row]));
            }
            noise = noise * 1664525u + 1013904223u;
            pixels[(size_t)py * (size_t)width + (size_t)px] =
                pack(rgb, (float)(noise >> 16) / 65536.0f - 0.5f);
        }
    }
}
