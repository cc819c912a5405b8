/* Rounded rectangles by their signed distance: one formula gives fill, outline and smooth edges. */
#include "paint/panel.h"

#include <math.h>

typedef struct Dress {
    uint32_t top, bottom; /* fill, straight alpha */
    uint32_t outline;     /* 0: none */
    float outline_width;  /* design units */
    float radius;
} Dress;

static const Dress dresses[LOOK_COUNT] = {
    [LOOK_CARD] = { 0xff1e2658u, 0xff181f4bu, 0xff2d3778u, 2, RADIUS_CARD },
    [LOOK_CHIP] = { 0xff262f6bu, 0xff262f6bu, 0xff3a4590u, 2, RADIUS_CHIP },
    [LOOK_FIELD] = { 0xff0a0e26u, 0xff0e1330u, COLOR_OUTLINE, 3, RADIUS_BUTTON },
    [LOOK_PRIMARY] = { 0xffffcc62u, 0xffffbc38u, 0xffffdd92u, 2, RADIUS_BUTTON },
    [LOOK_SECONDARY] = { 0xff1f275cu, 0xff1a2150u, COLOR_OUTLINE, 3, RADIUS_BUTTON },
    [LOOK_KEY] = { 0xff2b3576u, 0xff242c66u, 0xff4a56a8u, 2, RADIUS_BUTTON },
    [LOOK_BAR_BUTTON] = { 0xff1a2150u, 0xff1a2150u, 0xff4a56a8u, 2, RADIUS_BUTTON },
    [LOOK_TRACK] = { 0xff262f6bu, 0xff262f6bu, 0, 0, RADIUS_CHIP },
    [LOOK_FILL] = { 0xffffd278u, 0xffffb52eu, 0, 0, RADIUS_CHIP },
    [LOOK_PLATE] = { 0xffffffffu, 0xfff2f3ffu, 0, 0, RADIUS_CARD },
    [LOOK_DIALOG] = { 0xff232c66u, 0xff1a2150u, COLOR_OUTLINE, 3, 32 },
};

float panel_radius(PanelLook look)
{
    return dresses[look].radius;
}

static float clamp01(float v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static uint32_t mix(uint32_t a, uint32_t b, float t)
{
    uint32_t out = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        const float from = (float)((a >> shift) & 255u);
        const float to = (float)((b >> shift) & 255u);
        out |= (uint32_t)lroundf(from + (to - from) * t) << shift;
    }
    return out;
}

static uint32_t with_alpha(uint32_t color, float alpha)
{
    return (color & 0x00ffffffu) | (uint32_t)lroundf((float)(color >> 24) * alpha) << 24;
}

/* Distance from the edge of a rounded rectangle, negative inside. */
static float distance(float x, float y, float half_w, float half_h, float radius)
{
    const float dx = fabsf(x) - half_w + radius;
    const float dy = fabsf(y) - half_h + radius;
    const float outside = hypotf(dx > 0 ? dx : 0, dy > 0 ? dy : 0);
    const float inside = dx > dy ? dx : dy;
    return outside + (inside < 0 ? inside : 0) - radius;
}

static Dress dress_for(PanelLook look, PanelState state)
{
    Dress dress = dresses[look];
    if (state == PANEL_PRESSED) {
        const uint32_t pressed = look == LOOK_PRIMARY ? COLOR_PRESSED : 0xff3a4590u;
        dress.top = pressed;
        dress.bottom = pressed;
        dress.outline = look == LOOK_PRIMARY ? COLOR_GOLD : COLOR_WHITE;
    } else if (state == PANEL_DISABLED) {
        dress.top = 0xff1c2350u;
        dress.bottom = 0xff1c2350u;
        dress.outline = 0xff333d7cu;
    }
    return dress;
}

void panel_draw(uint32_t *pixels, int32_t width, int32_t height, PanelLook look, PanelState state,
                float u)
{
    const Dress dress = dress_for(look, state);
    const float half_w = (float)width / 2;
    const float half_h = (float)height / 2;
    const float least = half_w < half_h ? half_w : half_h;
    const float wanted = dress.radius * u;
    const float radius = wanted < least ? wanted : least;
    const float line = dress.outline != 0 ? fmaxf(dress.outline_width * u, 1) : 0;
    for (int32_t y = 0; y < height; y++) {
        const uint32_t fill = mix(dress.top, dress.bottom, (float)y / (float)height);
        const bool edge_row = (float)y < line + 2 || (float)y > (float)height - line - 3;
        for (int32_t x = 0; x < width; x++) {
            const bool middle =
                (float)x > radius + line + 2 && (float)x < (float)width - radius - line - 3;
            if (middle && !edge_row) {
                pixels[(size_t)y * (size_t)width + (size_t)x] = fill;
                continue;
            }
            const float d = distance((float)x + 0.5f - half_w, (float)y + 0.5f - half_h, half_w,
                                     half_h, radius);
            uint32_t color = fill;
            if (line > 0) {
                color = mix(fill, dress.outline, clamp01(d + line + 0.5f));
            }
            pixels[(size_t)y * (size_t)width + (size_t)x] = with_alpha(color, clamp01(0.5f - d));
        }
    }
}

int32_t panel_focus_reach(float u)
{
    return (int32_t)lroundf(12 * u) + 1;
}

void panel_focus(uint32_t *pixels, int32_t width, int32_t height, float radius, float u)
{
    const float reach = (float)panel_focus_reach(u);
    const float half_w = (float)width / 2;
    const float half_h = (float)height / 2;
    const float least = (half_w < half_h ? half_w : half_h) - reach;
    const float inner = radius * u < least ? radius * u : least;
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            const float d = distance((float)x + 0.5f - half_w, (float)y + 0.5f - half_h,
                                     half_w - reach, half_h - reach, inner);
            /* Outwards from the item: white, then night. */
            const float white = clamp01(d + 0.5f) * clamp01(6 * u - d + 0.5f);
            const float night = clamp01(d - 6 * u + 0.5f) * clamp01(12 * u - d + 0.5f);
            const float all = white + night > 1 ? 1 : white + night;
            const uint32_t color =
                mix(COLOR_NIGHT, COLOR_WHITE, all > 0 ? clamp01(white / all) : 0);
            pixels[(size_t)y * (size_t)width + (size_t)x] = with_alpha(color, all);
        }
    }
}

/* Night with a soft light from above, and a little noise so that no bands are seen. */
void panel_background(uint32_t *pixels, int32_t width, int32_t height)
{
    uint32_t noise = 0x9e3779b9u;
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            const float dx = ((float)x / (float)width - 0.5f) * 1.5f;
            const float dy = (float)y / (float)height - 0.12f;
            const float light = expf(-(dx * dx + dy * dy) * 2.6f);
            noise = noise * 1664525u + 1013904223u;
            const float grain = (float)(noise >> 16) / 65536.0f - 0.5f;
            uint32_t color = 0xff000000u;
            static const float low[3] = { 10, 14, 38 };
            static const float high[3] = { 32, 42, 104 };
            for (unsigned c = 0; c < 3; c++) {
                const float v = low[c] + (high[c] - low[c]) * light * 0.72f + grain;
                color |= (uint32_t)lroundf(v < 0 ? 0 : v) << (16 - 8 * c);
            }
            pixels[(size_t)y * (size_t)width + (size_t)x] = color;
        }
    }
}

void panel_disc(uint32_t *pixels, int32_t side)
{
    const float half = (float)side / 2;
    for (int32_t y = 0; y < side; y++) {
        for (int32_t x = 0; x < side; x++) {
            const float d = hypotf((float)x + 0.5f - half, (float)y + 0.5f - half) - half + 0.5f;
            pixels[(size_t)y * (size_t)side + (size_t)x] =
                with_alpha(COLOR_WHITE, clamp01(0.5f - d));
        }
    }
}
