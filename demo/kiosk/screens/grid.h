/* The places that screens share: columns, stage, controls, utility bar. Design units. */
#ifndef KIOSK_GRID_H
#define KIOSK_GRID_H

#include "scene.h"

#define GUTTER 24.0f

static inline float grid_margin(const Frame *f)
{
    return f->portrait ? 60.0f : 96.0f;
}

/* Left edge of a column, from 0, of 12 in landscape and 6 in portrait. */
static inline float grid_column(const Frame *f, int index)
{
    const int columns = f->portrait ? 6 : 12;
    const float inner = f->w - 2 * grid_margin(f) + GUTTER;
    return grid_margin(f) + inner * (float)index / (float)columns;
}

/* Width of `count` columns with the gutters between them. */
static inline float grid_span(const Frame *f, int count)
{
    return grid_column(f, count) - grid_margin(f) - GUTTER;
}

/* A height of the portrait layout below the stage, on screens that are not 1,920 high. */
static inline float grid_low(const Frame *f, float y)
{
    return f->portrait ? y + f->h - 1920.0f : y;
}

static inline float grid_buttons_y(const Frame *f)
{
    return f->portrait ? grid_low(f, 1490) : 760.0f;
}

#define BUTTON_HEIGHT 128.0f
#define BUTTON_WIDTH  460.0f

#endif
