/* The simulation. A policy sees a trigger when it comes, and when effects are about to be drawn
 * what the host has taken; what they and the rest take it sees when the frame is over, as the
 * plugin does. A frame's time is the host's, the effects' by what is drawn, and the rest. */
#include "throttle_sim.h"

#include "bench.h"

#include <atrium/throttle.h>

#include <stdlib.h>
#include <string.h>

#define CAP         24
#define INSTANCES   4096
#define AIMD_LOWEST 0.02

typedef struct Instance {
    LoadTrigger trigger;
    double born_s;
    double share; /* 0: refused; kept to know what it asked for */
} Instance;

typedef struct Player {
    SimPolicy policy;
    Instance instances[INSTANCES];
    int count;
    int playing;
    int admitted; /* in this frame */
    double level; /* AIMD */
    uint64_t random;
    atr_Throttle *throttle;
    double time_s;
    double *frame_ms;
    double asked[4], shown[4];
    size_t over;
    double refused_critical;
} Player;

typedef struct Sim {
    Player players[SIM_POLICIES];
    Load load;
    LoadFrame frame;
    size_t bare_over;
} Sim;

static double alive_of(const Instance *instance, double now_s)
{
    const double t = (now_s - instance->born_s) / instance->trigger.life_s;
    /* Frames of an impulse load are single: never two of them for the clock's rounding. */
    return instance->trigger.particles *
           load_shape(load_types[instance->trigger.type].shape, t + 1e-6);
}

/* What is known of a type: its usual number, shape and life. */
static void profile_of(const LoadDesc *desc, int type, atr_ThrottleProfile *out)
{
    const LoadType *what = &load_types[type];
    out->life_s = desc->live ? (float)what->life_s : 1.0f / 60.0f;
    for (int i = 0; i < ATR_THROTTLE_PROFILE; i++) {
        const double from = load_shape(what->shape, (double)i / ATR_THROTTLE_PROFILE);
        const double to = load_shape(what->shape, (i + 0.999) / ATR_THROTTLE_PROFILE);
        out->particles[i] = (float)(what->particles * (from > to ? from : to));
    }
}

static double admit(Player *player, const LoadDesc *desc, const LoadTrigger *trigger)
{
    const bool critical = load_types[trigger->type].importance == ATR_IMPORTANCE_CRITICAL;
    switch (player->policy) {
    case SIM_CAP:
        return (desc->live ? player->playing : player->admitted) < CAP ? 1.0 : 0.0;
    case SIM_AIMD: {
        const double chance = load_unit(&player->random);
        return critical || chance < player->level ? 1.0 : 0.0;
    }
    case SIM_ATRIUM: {
        atr_ThrottleProfile profile;
        profile_of(desc, trigger->type, &profile);
        return (double)atr_throttle_admit(player->throttle, (uint32_t)trigger->type, &profile)
            .share;
    }
    default:
        return 1.0;
    }
}

static void start_all(Player *player, const LoadDesc *desc, const LoadFrame *frame)
{
    player->admitted = 0;
    for (int i = 0; i < frame->trigger_count; i++) {
        const LoadTrigger *trigger = &frame->triggers[i];
        const int importance = load_types[trigger->type].importance;
        const double share = player->count < INSTANCES ? admit(player, desc, trigger) : 0.0;
        player->refused_critical += share <= 0.0 && importance == ATR_IMPORTANCE_CRITICAL;
        player->admitted += share > 0.0;
        player->playing += share > 0.0;
        if (player->count < INSTANCES) {
            player->instances[player->count++] = (Instance){ *trigger, player->time_s, share };
        }
    }
}

static void expire(Player *player)
{
    int at = 0;
    player->playing = 0;
    for (int i = 0; i < player->count; i++) {
        const Instance *instance = &player->instances[i];
        if (player->time_s + 1e-6 < instance->born_s + instance->trigger.life_s) {
            player->playing += instance->share > 0.0;
            player->instances[at++] = *instance;
        }
    }
    player->count = at;
}

static void plan(Player *player, double host_ms, float keep[4])
{
    if (player->policy != SIM_ATRIUM) {
        keep[0] = keep[1] = keep[2] = keep[3] = 1.0f;
        return;
    }
    atr_ThrottleUse uses[LOAD_TYPES];
    double alive[LOAD_TYPES] = { 0 };
    for (uint32_t i = 0; i < LOAD_TYPES; i++) {
        uses[i] = (atr_ThrottleUse){ .type = i };
    }
    for (int i = 0; i < player->count; i++) {
        const Instance *instance = &player->instances[i];
        uses[instance->trigger.type].instances += instance->share > 0.0;
        alive[instance->trigger.type] += alive_of(instance, player->time_s) * instance->share;
    }
    for (int i = 0; i < LOAD_TYPES; i++) {
        uses[i].particles = (uint32_t)(alive[i] + 0.5);
    }
    atr_throttle_plan(player->throttle, (float)host_ms, uses, LOAD_TYPES, keep);
}

/* Draws by the shares; what that takes, and of it what critical effects take. */
static double draw(Player *player, const LoadFrame *frame, const float keep[4])
{
    double ms = 0.0;
    for (int i = 0; i < player->count; i++) {
        const Instance *instance = &player->instances[i];
        const int type = instance->trigger.type;
        const int importance = load_types[type].importance;
        const double whole = alive_of(instance, player->time_s);
        const double alive = whole * instance->share;
        const double drawn = alive * (double)keep[importance];
        player->asked[importance] += whole;
        player->shown[importance] += drawn;
        ms += alive * frame->update_ms + drawn * frame->particle_ms[type] * instance->trigger.cost;
        ms += drawn > 0.0 ? frame->fixed_ms : 0.0;
    }
    return ms;
}

static double critical_ms(const Player *player, const LoadFrame *frame)
{
    double ms = 0.0;
    for (int i = 0; i < player->count; i++) {
        const Instance *instance = &player->instances[i];
        const int type = instance->trigger.type;
        if (load_types[type].importance == ATR_IMPORTANCE_CRITICAL) {
            ms += alive_of(instance, player->time_s) *
                      (frame->update_ms + frame->particle_ms[type] * instance->trigger.cost) +
                  frame->fixed_ms;
        }
    }
    return ms;
}

static void learn(Player *player, double effects_ms, double busy_ms)
{
    if (player->policy == SIM_ATRIUM) {
        atr_throttle_measured(player->throttle, (float)effects_ms, (float)busy_ms);
    }
    if (busy_ms > LOAD_FRAME_MS) {
        player->level *= 0.7;
        player->level = player->level > AIMD_LOWEST ? player->level : AIMD_LOWEST;
    } else {
        player->level = player->level + 0.01 < 1.0 ? player->level + 0.01 : 1.0;
    }
}

static void play(Sim *sim, Player *player, size_t number)
{
    const LoadFrame *frame = &sim->frame;
    if (player->policy == SIM_ATRIUM) {
        atr_throttle_begin(player->throttle, player->time_s);
    }
    expire(player);
    start_all(player, &sim->load.desc, frame);
    float keep[4];
    plan(player, frame->host_ms, keep);
    const double effects_ms = draw(player, frame, keep);
    const double busy_ms = frame->host_ms + effects_ms + frame->rest_ms;
    learn(player, effects_ms, busy_ms);
    player->frame_ms[number] = busy_ms;
    player->over += busy_ms > LOAD_FRAME_MS;
    if (player->policy == SIM_ATRIUM) {
        const double bare = frame->host_ms + frame->rest_ms + critical_ms(player, frame);
        sim->bare_over += bare > LOAD_FRAME_MS;
    }
    player->time_s += (busy_ms > LOAD_FRAME_MS ? busy_ms : LOAD_FRAME_MS) / 1000.0;
}

static bool player_open(Player *player, SimPolicy policy, uint64_t seed, size_t frames)
{
    player->policy = policy;
    player->level = 1.0;
    player->random = seed ^ 0x5bd1e995u;
    player->frame_ms = malloc(frames * sizeof *player->frame_ms);
    if (player->frame_ms == NULL || policy != SIM_ATRIUM) {
        return player->frame_ms != NULL;
    }
    const atr_ThrottleDesc desc = { .budget_ms = (float)LOAD_FRAME_MS,
                                    .max_types = LOAD_TYPES,
                                    .max_charges = INSTANCES };
    if (atr_throttle_create(&desc, &player->throttle) != ATR_OK) {
        return false;
    }
    for (uint32_t i = 0; i < LOAD_TYPES; i++) {
        atr_throttle_set_type(
            player->throttle, i,
            &(atr_ThrottleType){ .importance = (uint8_t)load_types[i].importance });
    }
    return true;
}

static void summarise(const Sim *sim, Player *player, size_t frames, SimResult *out)
{
    *out = (SimResult){ .over_pct = 100.0 * (double)player->over / (double)frames,
                        .p99_ms = bench_percentile(player->frame_ms, frames, 99),
                        .bare_pct = 100.0 * (double)sim->bare_over / (double)frames,
                        .refused_critical = player->refused_critical };
    for (int i = 0; i < 4; i++) {
        out->shown_pct[i] = player->asked[i] > 0 ? 100.0 * player->shown[i] / player->asked[i] : 0;
    }
}

bool sim_run(const LoadDesc *desc, uint64_t seed, size_t frames, SimResult out[SIM_POLICIES])
{
    Sim *sim = calloc(1, sizeof *sim);
    bool ok = sim != NULL;
    for (int i = 0; ok && i < SIM_POLICIES; i++) {
        ok = player_open(&sim->players[i], (SimPolicy)i, seed, frames);
    }
    if (ok) {
        load_start(&sim->load, desc, seed);
        for (size_t number = 0; number < frames; number++) {
            load_next(&sim->load, &sim->frame);
            for (int i = 0; i < SIM_POLICIES; i++) {
                play(sim, &sim->players[i], number);
            }
        }
    }
    for (int i = 0; sim != NULL && i < SIM_POLICIES; i++) {
        if (ok) {
            summarise(sim, &sim->players[i], frames, &out[i]);
        }
        atr_throttle_destroy(sim->players[i].throttle);
        free(sim->players[i].frame_ms);
    }
    free(sim);
    return ok;
}
