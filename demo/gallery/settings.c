/* See settings.h. */
#include "settings.h"

#include <strings.h>

static const struct {
    const char *label;
    const char *key;
    const char *options[SETTING_OPTIONS_MAX]; /* none: a slider, a button, or the processor's */
} table[SETTING_COUNT] = {
    [SETTING_AMOUNT] = { "Amount", "", { NULL } },
    [SETTING_RATE] = { "Repeat", "", { NULL } },
    [SETTING_QUALITY] = { "Quality", "F4", { "Auto", "0", "1", "2", "3" } },
    [SETTING_PATH] = { "Draw path", "F5", { "Auto", "Geometry", "Surface", "Layer" } },
    [SETTING_KERNEL] = { "Kernel", "F6", { NULL } },
    [SETTING_THREADS] = { "Threads", "F7", { "1", "2" } },
    [SETTING_SCENE] = { "Scene", "F8", { "Dark", "Light" } },
    [SETTING_MOTION] = { "Motion", "F9", { "Full", "Reduced" } },
    [SETTING_STRESS] = { "Stress", "F10", { NULL } },
};

void settings_init(Settings *settings)
{
    *settings = (Settings){ 0 };
    for (int i = 0; i < SETTING_COUNT; i++) {
        uint32_t count = 0;
        while (count < SETTING_OPTIONS_MAX && table[i].options[count] != NULL) {
            count++;
        }
        settings->options[i] = count;
    }
    uint32_t kernels = 0;
    const char *name;
    while (kernels < SETTING_OPTIONS_MAX && (name = atr_compose_kernel(kernels)) != NULL) {
        settings->kernels[kernels++] = name;
    }
    settings->options[SETTING_KERNEL] = kernels;
}

const char *setting_label(Setting setting)
{
    return table[setting].label;
}

const char *setting_key(Setting setting)
{
    return table[setting].key;
}

const char *setting_option(const Settings *settings, Setting setting, uint32_t option)
{
    if (option >= settings->options[setting]) {
        return "";
    }
    return setting == SETTING_KERNEL ? settings->kernels[option] : table[setting].options[option];
}

bool setting_is_slider(Setting setting)
{
    return setting == SETTING_AMOUNT || setting == SETTING_RATE;
}

bool setting_find(const Settings *settings, const char *label, const char *option, Setting *setting,
                  uint32_t *out)
{
    for (int i = 0; i < SETTING_COUNT; i++) {
        for (uint32_t k = 0; k < settings->options[i]; k++) {
            if (strcasecmp(table[i].label, label) == 0 &&
                strcasecmp(setting_option(settings, (Setting)i, k), option) == 0) {
                *setting = (Setting)i;
                *out = k;
                return true;
            }
        }
    }
    return false;
}
