/* What can be set in the gallery: names, choices, keys. */
#ifndef GALLERY_SETTINGS_H
#define GALLERY_SETTINGS_H

#include <atrium/compose.h>

typedef enum Setting {
    SETTING_AMOUNT = 0, /* slider: how much of an effect */
    SETTING_RATE,       /* slider: triggers a second by themselves */
    SETTING_QUALITY,
    SETTING_PATH,
    SETTING_KERNEL,
    SETTING_THREADS,
    SETTING_SCENE,
    SETTING_MOTION,
    SETTING_STRESS, /* a button */
    SETTING_COUNT
} Setting;

#define SETTING_OPTIONS_MAX 5
#define SETTING_RATE_MAX    30.0f

typedef struct Settings {
    float amount;                    /* 0..1 between an effect's least and most; 0: its default */
    float rate;                      /* 0..1 of SETTING_RATE_MAX */
    uint32_t option[SETTING_COUNT];  /* chosen, of those with options */
    uint32_t options[SETTING_COUNT]; /* how many there are; 0: none */
    const char *kernels[SETTING_OPTIONS_MAX];
} Settings;

void settings_init(Settings *settings);

const char *setting_label(Setting setting);
/* The key that steps through it, "" for none. */
const char *setting_key(Setting setting);
const char *setting_option(const Settings *settings, Setting setting, uint32_t option);
bool setting_is_slider(Setting setting);

/* Index of the option of that name; false when there is none. */
bool setting_find(const Settings *settings, const char *label, const char *option, Setting *setting,
                  uint32_t *out);

#endif
