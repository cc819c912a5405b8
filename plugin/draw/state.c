/*
 * The host's renderer state, taken and given back exactly.
 *
 * SDL keeps viewport and clip in pixels but tells them in the host's scaled units, rounded down, so
 * a rectangle read and set again may creep. Both are therefore read twice, scaled and unscaled, and
 * what is set back is tried until both readings agree again. Only the current target is ever
 * touched: the main target's state stays inside SDL while another one is bound.
 */
#include "draw_internal.h"

static bool same_rect(const SDL_Rect *a, const SDL_Rect *b)
{
    return a->x == b->x && a->y == b->y && a->w == b->w && a->h == b->h;
}

void atr__state_save(SDL_Renderer *renderer, atr__State *state)
{
    state->target = SDL_GetRenderTarget(renderer);
    SDL_GetRenderDrawColor(renderer, &state->r, &state->g, &state->b, &state->a);
    SDL_GetRenderDrawBlendMode(renderer, &state->blend);
    SDL_RenderGetScale(renderer, &state->scale_x, &state->scale_y);
    SDL_RenderGetLogicalSize(renderer, &state->logical_w, &state->logical_h);
    SDL_RenderGetViewport(renderer, &state->viewport);
    SDL_RenderGetClipRect(renderer, &state->clip);
    state->clipped = SDL_RenderIsClipEnabled(renderer);
    SDL_GetRendererOutputSize(renderer, &state->width, &state->height);

    SDL_RenderSetScale(renderer, 1, 1);
    SDL_RenderGetViewport(renderer, &state->viewport_px);
    SDL_RenderGetClipRect(renderer, &state->clip_px);
    SDL_RenderSetViewport(renderer, NULL);
    SDL_RenderSetClipRect(renderer, NULL);

    const SDL_Rect output = { 0, 0, state->width, state->height };
    SDL_IntersectRect(&output, &state->viewport_px, &state->seen);
    if (state->clipped) { /* counted from the viewport */
        const SDL_Rect clip = { state->clip_px.x + state->viewport_px.x,
                                state->clip_px.y + state->viewport_px.y, state->clip_px.w,
                                state->clip_px.h };
        SDL_IntersectRect(&state->seen, &clip, &state->seen);
    }
}

typedef int (*SetRectFn)(SDL_Renderer *renderer, const SDL_Rect *rect);
typedef void (*GetRectFn)(SDL_Renderer *renderer, SDL_Rect *rect);

static bool reads_as(SDL_Renderer *renderer, GetRectFn get, const atr__State *state,
                     const SDL_Rect *scaled, const SDL_Rect *pixels)
{
    SDL_Rect now;
    get(renderer, &now);
    if (!same_rect(&now, scaled)) {
        return false;
    }
    SDL_RenderSetScale(renderer, 1, 1);
    get(renderer, &now);
    SDL_RenderSetScale(renderer, state->scale_x, state->scale_y);
    return same_rect(&now, pixels);
}

/* Sets a rectangle so that it reads as it did: from its pixels, or from the host's own numbers, of
 * which each may have been one more before it was rounded down. */
static void restore_rect(SDL_Renderer *renderer, SetRectFn set, GetRectFn get,
                         const atr__State *state, const SDL_Rect *scaled, const SDL_Rect *pixels)
{
    SDL_RenderSetScale(renderer, 1, 1);
    set(renderer, pixels);
    SDL_RenderSetScale(renderer, state->scale_x, state->scale_y);
    if (reads_as(renderer, get, state, scaled, pixels)) {
        return;
    }
    for (int more = 0; more < 16; more++) {
        const SDL_Rect guess = { scaled->x + (more & 1), scaled->y + ((more >> 1) & 1),
                                 scaled->w + ((more >> 2) & 1), scaled->h + ((more >> 3) & 1) };
        set(renderer, &guess);
        if (reads_as(renderer, get, state, scaled, pixels)) {
            return;
        }
    }
    set(renderer, scaled);
}

void atr__state_restore(SDL_Renderer *renderer, const atr__State *state)
{
    restore_rect(renderer, SDL_RenderSetViewport, SDL_RenderGetViewport, state, &state->viewport,
                 &state->viewport_px);
    if (state->clipped) {
        restore_rect(renderer, SDL_RenderSetClipRect, SDL_RenderGetClipRect, state, &state->clip,
                     &state->clip_px);
    } else {
        SDL_RenderSetClipRect(renderer, NULL);
    }
    SDL_SetRenderDrawColor(renderer, state->r, state->g, state->b, state->a);
    SDL_SetRenderDrawBlendMode(renderer, state->blend);
}

atr_Transform atr__state_transform(const atr__State *state)
{
    /* SDL centres a logical size by a viewport: one rule for both. */
    return (atr_Transform){ .scale_x = state->scale_x,
                            .scale_y = state->scale_y,
                            .offset_x = (float)state->viewport_px.x,
                            .offset_y = (float)state->viewport_px.y };
}
