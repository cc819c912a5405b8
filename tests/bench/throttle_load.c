/* The loads. A host's time waves, steps up and down without warning, ramps and hitches; triggers
 * come in bursts, in no order of importance. Each particle's cost differs by type and instance,
 * wanders over minutes and is noisy in each frame; what follows drawing is noisy too, with an
 * overlay that is composed every sixth frame and a rare late present. The host never leaves so
 * little that the critical effects of nearly every frame would not fit alone. */
#include "throttle_load.h"

#include <math.h>

const LoadType load_types[LOAD_TYPES] = {
    { 3, 0.10, 40, 1.2, 0 },  { 2, 0.15, 80, 0.9, 0 },  { 2, 0.25, 90, 1.6, 1 },
    { 1, 0.20, 150, 0.6, 0 }, { 1, 0.35, 120, 1.2, 1 }, { 0, 0.12, 100, 0.5, 0 },
    { 0, 0.40, 250, 2.0, 2 }, { 0, 0.08, 30, 1.0, 2 },
};

static const double arrival[LOAD_TYPES] = { 0.05, 0.2, 0.3, 0.45, 0.55, 0.75, 0.9, 1.0 };

#define LIFE_LOW  0.3
#define LIFE_HIGH 3.0
#define PRESENT   0.45
#define OVERLAY   0.15

double load_unit(uint64_t *random)
{
    uint64_t z = (*random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double gauss(uint64_t *random)
{
    const double radius = sqrt(-2.0 * log(load_unit(random) + 1e-18));
    return radius * cos(6.283185307179586 * load_unit(random));
}

static double between(uint64_t *random, double low, double high)
{
    return low + (high - low) * load_unit(random);
}

static double limit(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

double load_shape(int shape, double t)
{
    if (t < 0.0 || t >= 1.0) {
        return 0.0;
    }
    switch (shape) {
    case 0:
        return 1.0 - t; /* a burst that dies away */
    case 1:
        return t < 0.3 ? t / 0.3 : t < 0.7 ? 1.0 : (1.0 - t) / 0.3; /* a stream */
    default:
        return 1.0;
    }
}

void load_start(Load *load, const LoadDesc *desc, uint64_t seed)
{
    *load = (Load){ .desc = *desc, .random = seed * 0x2545f4914f6cdd1du + 7, .machine = 1.0 };
    const double critical = (desc->live ? 0.9 : 1.1) * desc->factor;
    const double left = LOAD_FRAME_MS - desc->host_ms - PRESENT - OVERLAY - critical - 1.2;
    load->wave = limit(0.4 * left, 0.1, 1.5);
    load->step_high = limit(0.6 * left, 0.15, 2.5);
    for (int i = 0; i < LOAD_TYPES; i++) {
        load->drift[i] = between(&load->random, 0.8, 1.25);
    }
}

/* Steps stay for 1 to 8 s; a third of them are reached by a ramp of a second. */
static double host_next(Load *load)
{
    uint64_t *random = &load->random;
    if (load->frame >= load->step_until) {
        const double old = load->step_ms + load->ramp_ms;
        load->step_ms = load_unit(random) < 0.4 ? between(random, 0.3, 1.0) * load->step_high : 0.0;
        load->ramp_ms = load_unit(random) < 0.33 ? old - load->step_ms : 0.0;
        load->step_until = load->frame + (uint64_t)between(random, 60, 480);
    }
    const double ramp = 1.0 / 60.0 * load->step_high;
    load->ramp_ms -= limit(load->ramp_ms, -ramp, ramp);
    const double wave = load->wave * sin((double)load->frame / 400.0);
    const double hitch = load_unit(random) < 0.003 ? 3.0 * load_unit(random) : 0.0;
    const double noise = load->desc.host_ms > 12.5 ? 0.3 : 0.45;
    const double ms = load->desc.host_ms + wave + load->step_ms + load->ramp_ms +
                      noise * limit(gauss(random), -4.0, 4.0) + hitch;
    return ms > 3.0 ? ms : 3.0;
}

static double rest_next(Load *load)
{
    uint64_t *random = &load->random;
    const double late = load_unit(random) < 0.0005 ? between(random, 0.0, 1.5) : 0.0;
    const double overlay = load->frame % 6 == 0 ? OVERLAY : 0.0;
    return PRESENT + overlay + fabs(0.08 * gauss(random)) + late;
}

static void triggers_next(Load *load, LoadFrame *out)
{
    uint64_t *random = &load->random;
    if (load->frame >= load->burst_until) {
        load->burst = !load->burst;
        const double low = load->burst ? 60 : 240;
        load->burst_until = load->frame + (uint64_t)between(random, low, low * 4.0);
        const double most = load->desc.live ? 1.4 : 45.0;
        load->triggers = load->burst ? between(random, 0.7, 1.0) * most : 0.2 * most;
    }
    double left = load->triggers; /* Poisson, by waiting times */
    out->trigger_count = 0;
    while (out->trigger_count < LOAD_TRIGGERS) {
        left += log(load_unit(random) + 1e-18);
        if (left < 0.0) {
            break;
        }
        int type = 0;
        for (const double u = load_unit(random); u >= arrival[type];) {
            type++;
        }
        const LoadType *what = &load_types[type];
        LoadTrigger *trigger = &out->triggers[out->trigger_count++];
        const double life = what->life_s * exp(0.4 * gauss(random));
        *trigger = (LoadTrigger){
            .type = type,
            .life_s = load->desc.live ? limit(life, LIFE_LOW, LIFE_HIGH) : 1.0 / 60.0,
            .particles = floor(what->particles * between(random, 0.8, 1.2) + 0.5),
            .cost = exp(0.35 * gauss(random) - 0.061),
        };
    }
}

static void costs_next(Load *load, LoadFrame *out)
{
    uint64_t *random = &load->random;
    load->machine = limit(load->machine + 0.001 * gauss(random), 0.85, 1.2);
    const double common = load->desc.factor * load->machine * exp(0.04 * gauss(random));
    /* At a fixed number of effects alive, a live load's effects each cost less a frame. */
    const double scale = load->desc.live ? 0.55 : 1.0;
    for (int i = 0; i < LOAD_TYPES; i++) {
        load->drift[i] = limit(load->drift[i] + 0.0012 * gauss(random), 0.7, 1.4);
        out->particle_ms[i] = common * scale * load->drift[i] * exp(0.06 * gauss(random)) *
                              load_types[i].cost_ms / load_types[i].particles;
    }
    out->update_ms = 0.000015 * common;
    out->fixed_ms = 0.004 * common;
}

void load_next(Load *load, LoadFrame *out)
{
    out->host_ms = host_next(load);
    out->rest_ms = rest_next(load);
    triggers_next(load, out);
    costs_next(load, out);
    load->frame++;
}
