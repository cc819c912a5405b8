/* The ledger: what is running and admitted, in ms of each of the coming frames, by importance. A
 * ring over time: what has passed is cleared, what comes into sight at the far end is filled from
 * the charges that last so long. Charges are priced with what was known when they were entered;
 * when more is known they are entered anew, a few in a frame. */
#include "effect/throttle_internal.h"

#include "base/alloc.h"

#define ENDLESS    UINT64_MAX
#define ID_BITS    16
#define PRICE_EDGE 0.08f /* share by which a price may be off before it is corrected */
#define PRICES     8     /* looked at in a frame */

bool atr__ledger_init(atr_Throttle *throttle)
{
    const uint32_t count = throttle->desc.max_charges;
    throttle->charges = atr__alloc_zero(&throttle->desc.allocator, count, sizeof(atr__Charge));
    if (throttle->charges == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        throttle->charges[i].next_free = i + 1 < count ? i + 2 : 0;
    }
    throttle->free_charge = 1;
    return true;
}

static float larger(float a, float b)
{
    return a > b ? a : b;
}

/* The cells of a profile that a slot covers, `offset` slots after the effect's start. */
static float alive_in_slot(const atr_ThrottleProfile *profile, uint64_t offset)
{
    const float *particles = profile->particles;
    if (!(profile->life_s > 0.0f)) {
        return particles[ATR_THROTTLE_PROFILE - 1];
    }
    const float cells = ATR_THROTTLE_PROFILE * (float)ATR__THROTTLE_SLOT_S / profile->life_s;
    const float from = (float)offset * cells;
    if (from >= (float)ATR_THROTTLE_PROFILE) {
        return 0.0f;
    }
    const uint32_t first = (uint32_t)from;
    const float to = from + cells;
    uint32_t last = to < (float)ATR_THROTTLE_PROFILE ? (uint32_t)to : ATR_THROTTLE_PROFILE - 1;
    last = last > first && (float)last >= to ? last - 1 : last;
    float most = particles[first];
    for (uint32_t i = first + 1; i <= last; i++) {
        most = larger(most, particles[i]);
    }
    return most;
}

static uint64_t slots_of(const atr_ThrottleProfile *profile)
{
    const double slots = (double)profile->life_s / ATR__THROTTLE_SLOT_S;
    if (!(slots > 0.0)) {
        return ENDLESS;
    }
    const uint64_t whole = (uint64_t)(slots < 1.0e9 ? slots : 1.0e9);
    return slots > (double)whole + 0.01 ? whole + 1 : whole != 0 ? whole : 1;
}

static float charge_in_slot(const atr__Charge *charge, uint64_t slot)
{
    return charge->fixed_ms +
           charge->particle_ms * alive_in_slot(&charge->profile, slot - charge->first_slot);
}

/* Adds the charge, or with -1 takes it out, in all slots from now on that are in sight. */
static void enter(atr_Throttle *throttle, const atr__Charge *charge, float sign)
{
    const uint64_t horizon = throttle->slot + ATR__THROTTLE_SLOTS;
    const uint64_t end = charge->end_slot < horizon ? charge->end_slot : horizon;
    float *slots = throttle->slots[charge->importance];
    uint64_t slot = charge->first_slot > throttle->slot ? charge->first_slot : throttle->slot;
    for (; slot < end; slot++) {
        float *at = &slots[slot % ATR__THROTTLE_SLOTS];
        *at = larger(*at + sign * charge_in_slot(charge, slot), 0.0f);
    }
}

static void price(const atr_Throttle *throttle, atr__Charge *charge)
{
    charge->particle_ms = atr__throttle_particle_ms(throttle, charge->type);
    charge->fixed_ms = atr__throttle_fixed_ms(throttle, charge->type);
}

static void drop(atr_Throttle *throttle, atr__Charge *charge)
{
    charge->live = false;
    charge->next_free = throttle->free_charge;
    throttle->free_charge = (uint32_t)(charge - throttle->charges) + 1;
    throttle->charge_count--;
}

/* ---- Time ------------------------------------------------------------------------------------ */

static void show_slot(atr_Throttle *throttle, uint64_t slot)
{
    for (int i = 0; i < ATR__IMPORTANCE_COUNT; i++) {
        throttle->slots[i][slot % ATR__THROTTLE_SLOTS] = 0.0f;
    }
}

void atr__ledger_advance(atr_Throttle *throttle)
{
    const double slots = throttle->now_s / ATR__THROTTLE_SLOT_S;
    const uint64_t now = slots > 0.0 ? (uint64_t)(slots + 0.001) : 0;
    const uint64_t steps = now - throttle->slot;
    if (now <= throttle->slot) {
        return;
    }
    const uint64_t clear = steps < ATR__THROTTLE_SLOTS ? steps : ATR__THROTTLE_SLOTS;
    const uint64_t fresh = now + ATR__THROTTLE_SLOTS - clear;
    for (uint64_t i = 0; i < clear; i++) {
        show_slot(throttle, fresh + i);
    }
    throttle->slot = now;
    for (uint32_t i = 0; i < throttle->desc.max_charges; i++) {
        atr__Charge *charge = &throttle->charges[i];
        if (!charge->live) {
            continue;
        }
        if (charge->end_slot <= now) {
            drop(throttle, charge);
            continue;
        }
        const uint64_t end = now + ATR__THROTTLE_SLOTS;
        float *at = throttle->slots[charge->importance];
        for (uint64_t slot = fresh; slot < end && slot < charge->end_slot; slot++) {
            at[slot % ATR__THROTTLE_SLOTS] += charge_in_slot(charge, slot);
        }
    }
}

static void reprice(atr_Throttle *throttle, atr__Charge *charge)
{
    const float now_ms = atr__throttle_particle_ms(throttle, charge->type);
    const float change = now_ms - charge->particle_ms;
    if (change > PRICE_EDGE * charge->particle_ms || -change > PRICE_EDGE * charge->particle_ms) {
        enter(throttle, charge, -1.0f);
        price(throttle, charge);
        enter(throttle, charge, 1.0f);
    }
}

void atr__ledger_reprice(atr_Throttle *throttle)
{
    const uint32_t count = throttle->desc.max_charges;
    for (uint32_t i = 0; i < PRICES && i < count && throttle->charge_count != 0; i++) {
        throttle->reprice_at = (throttle->reprice_at + 1) % count;
        if (throttle->charges[throttle->reprice_at].live) {
            reprice(throttle, &throttle->charges[throttle->reprice_at]);
        }
    }
}

/* ---- Charges --------------------------------------------------------------------------------- */

static float taken(const atr_Throttle *throttle, uint64_t slot, uint32_t importance)
{
    float ms = 0.0f;
    for (uint32_t i = importance; i < ATR__IMPORTANCE_COUNT; i++) {
        ms += throttle->slots[i][slot % ATR__THROTTLE_SLOTS];
    }
    return ms;
}

float atr__ledger_share(const atr_Throttle *throttle, uint32_t type,
                        const atr_ThrottleProfile *profile, float room)
{
    const float particle_ms = atr__throttle_particle_ms(throttle, type);
    const float fixed_ms = atr__throttle_fixed_ms(throttle, type);
    const uint32_t importance = throttle->types[type].what.importance;
    const uint64_t life = slots_of(profile);
    const uint64_t count = life < ATR__THROTTLE_SLOTS ? life : ATR__THROTTLE_SLOTS;
    float share = 2.0f;
    for (uint64_t i = 0; i < count; i++) {
        const float left = room - taken(throttle, throttle->slot + i, importance) - fixed_ms;
        const float needed = particle_ms * alive_in_slot(profile, i);
        if (left < needed * share) {
            share = left > 0.0f ? left / needed : 0.0f;
        }
    }
    return share;
}

atr_ThrottleCharge atr__ledger_charge(atr_Throttle *throttle, uint32_t type,
                                      const atr_ThrottleProfile *profile, float share)
{
    if (throttle->free_charge == 0 || throttle->budget <= 0.0f) {
        return (atr_ThrottleCharge){ 0 };
    }
    const uint32_t index = throttle->free_charge - 1;
    atr__Charge *charge = &throttle->charges[index];
    throttle->free_charge = charge->next_free;
    throttle->charge_count++;
    const uint64_t life = slots_of(profile);
    charge->profile = *profile;
    for (int i = 0; i < ATR_THROTTLE_PROFILE; i++) {
        charge->profile.particles[i] = atr__positive(profile->particles[i]) * share;
    }
    charge->type = type;
    charge->importance = throttle->types[type].what.importance;
    charge->generation = (charge->generation + 1) & 0xffffu;
    charge->live = true;
    charge->first_slot = throttle->slot;
    charge->end_slot = life == ENDLESS ? ENDLESS : throttle->slot + life;
    price(throttle, charge);
    enter(throttle, charge, 1.0f);
    return (atr_ThrottleCharge){ charge->generation << ID_BITS | (index + 1) };
}

atr_ThrottleCharge atr_throttle_charge(atr_Throttle *throttle, uint32_t type,
                                       const atr_ThrottleProfile *profile)
{
    ATR_ASSERT(throttle != NULL && profile != NULL);
    return type < throttle->desc.max_types ? atr__ledger_charge(throttle, type, profile, 1.0f)
                                           : (atr_ThrottleCharge){ 0 };
}

void atr_throttle_release(atr_Throttle *throttle, atr_ThrottleCharge id)
{
    ATR_ASSERT(throttle != NULL);
    const uint32_t index = (id.value & 0xffffu) - 1;
    if (id.value == 0 || index >= throttle->desc.max_charges) {
        return;
    }
    atr__Charge *charge = &throttle->charges[index];
    if (charge->live && charge->generation == id.value >> ID_BITS) {
        enter(throttle, charge, -1.0f);
        drop(throttle, charge);
    }
}
