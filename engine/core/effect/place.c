/* Where instances are: the coordinates they were triggered in, the anchors they follow, and the
 * camera that what plays in the world moves with.
 *
 * Particles move in pixels of the size that logical ones had at the trigger, for the world around
 * the place of the trigger; a space says where these lie now. */
#define _POSIX_C_SOURCE 200809L

#include "effect/effect_internal.h"

#include <string.h>

static bool is_coordinate(float value)
{
    return value > -1.0e6f && value < 1.0e6f;
}

static float size_of(float value)
{
    return value < 0.0f ? -value : value;
}

/* Within bounds in which what is divided by it remains a number. */
static bool is_scale(float value)
{
    return is_coordinate(value) && size_of(value) > 1.0e-6f;
}

static bool transform_is_valid(const atr_Transform *t)
{
    return is_scale(t->scale_x) && is_scale(t->scale_y) && is_coordinate(t->offset_x) &&
           is_coordinate(t->offset_y);
}

static void update_space(const atr_Effects *effects, atr__Instance *instance)
{
    instance->space = (atr__Space){ 1.0f, 1.0f, 1.0f, 0.0f, 0.0f };
    if (instance->coordinates != ATR_COORDINATES_WORLD) {
        return;
    }
    const atr_Transform *world = &effects->world;
    const float scale_x = world->scale_x / instance->world_scale_x;
    const float scale_y = world->scale_y / instance->world_scale_y;
    instance->space = (atr__Space){
        .scale_x = scale_x,
        .scale_y = scale_y,
        .size = size_of(scale_x),
        .offset_x = (float)((double)instance->base_x * world->scale_x + world->offset_x),
        .offset_y = (float)((double)instance->base_y * world->scale_y + world->offset_y),
    };
}

/* From the instance's coordinates to where its particles move; a way has no origin. */
static void place_at(const atr_Effects *effects, atr__Instance *instance, float x, float y)
{
    const bool is_way = instance->anchor != ATR__ANCHOR_NONE;
    if (instance->coordinates == ATR_COORDINATES_OUTPUT) {
        const atr_Transform *output = &effects->output;
        x = (x - (is_way ? 0.0f : output->offset_x)) / output->scale_x;
        y = (y - (is_way ? 0.0f : output->offset_y)) / output->scale_y;
    } else if (instance->coordinates == ATR_COORDINATES_WORLD) {
        x = (x - (is_way ? 0.0f : instance->base_x)) * instance->world_scale_x;
        y = (y - (is_way ? 0.0f : instance->base_y)) * instance->world_scale_y;
    }
    instance->at_x = x;
    instance->at_y = y;
}

void atr__instance_locate(const atr_Effects *effects, atr__Instance *instance)
{
    update_space(effects, instance);
    instance->x = instance->at_x;
    instance->y = instance->at_y;
    const uint8_t index = instance->anchor;
    if (index != ATR__ANCHOR_NONE && effects->anchors[index].is_set) {
        float x = 0.0f;
        float y = 0.0f;
        atr__space_from_logical(&instance->space, effects->anchors[index].x,
                                effects->anchors[index].y, &x, &y);
        instance->x += x;
        instance->y += y;
    }
}

void atr__instance_place(atr_Effects *effects, atr__Instance *instance, const atr_Trigger *trigger)
{
    const float x = is_coordinate(trigger->x) ? trigger->x : 0.0f;
    const float y = is_coordinate(trigger->y) ? trigger->y : 0.0f;
    const bool anchored = trigger->anchor != NULL && trigger->anchor[0] != '\0' &&
                          strlen(trigger->anchor) <= ATR_EFFECT_NAME_MAX;
    const int anchor = anchored ? atr__anchor_index(effects, trigger->anchor) : -1;
    instance->anchor = anchor >= 0 ? (uint8_t)anchor : ATR__ANCHOR_NONE;
    instance->coordinates = trigger->coordinates <= ATR_COORDINATES_WORLD
                                ? trigger->coordinates
                                : (uint8_t)ATR_COORDINATES_LOGICAL;
    instance->world_scale_x = effects->world.scale_x;
    instance->world_scale_y = effects->world.scale_y;
    instance->base_x = anchor >= 0 ? 0.0f : x;
    instance->base_y = anchor >= 0 ? 0.0f : y;
    place_at(effects, instance, x, y);
    atr__instance_locate(effects, instance);
    for (uint32_t i = 0; i < instance->definition->def.node_count; i++) {
        atr__NodeState *state = &instance->nodes[i];
        atr__node_origin(effects, instance, i, &state->last_x, &state->last_y);
    }
}

atr_Status atr_effect_move(atr_Effects *effects, atr_EffectId id, float x, float y)
{
    atr__mutex_lock(&effects->lock);
    atr__Instance *instance = atr__instance_find(effects, id);
    if (instance != NULL && is_coordinate(x) && is_coordinate(y)) {
        place_at(effects, instance, x, y);
        atr__instance_locate(effects, instance);
    }
    atr__mutex_unlock(&effects->lock);
    return instance != NULL ? ATR_OK : ATR_ERR_STALE;
}

void atr_effects_set_world(atr_Effects *effects, const atr_Transform *world_to_logical)
{
    ATR_ASSERT(effects != NULL && world_to_logical != NULL);
    atr__mutex_lock(&effects->lock);
    if (transform_is_valid(world_to_logical)) {
        effects->world = *world_to_logical;
    }
    atr__mutex_unlock(&effects->lock);
}

void atr_effects_set_output(atr_Effects *effects, const atr_Transform *logical_to_output)
{
    ATR_ASSERT(effects != NULL && logical_to_output != NULL);
    atr__mutex_lock(&effects->lock);
    if (transform_is_valid(logical_to_output)) {
        effects->output = *logical_to_output;
    }
    atr__mutex_unlock(&effects->lock);
}
