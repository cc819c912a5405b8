/* Renders the overlay's letters and words once per scale, on the loader thread. */
#include "overlay_internal.h"

#include "base/alloc.h"

#define WORD_PX 13.0f

static const struct {
    float size_px;
    bool bold;
    const char *letters;
} strips[ATR__STRIP_COUNT] = {
#define ASCII                                                                                      \
    " !\"#$%&'()*+,-./"                                                                            \
    "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
    { 13, false, ASCII },
    { 15, true, ASCII },
    { 34, true, " .,0123456789-n/a" },
};

float atr__skin_scale_for(int32_t width, int32_t height)
{
    const float shorter = (float)(width < height ? width : height) / 720;
    const float tall = (float)height / 700;
    const float wide = (float)width / 420;
    float scale = shorter < tall ? shorter : tall;
    scale = scale < wide ? scale : wide;
    scale = (float)(int32_t)(scale * 8) / 8;
    return scale < 0.625f ? 0.625f : scale > 3 ? 3 : scale;
}

static bool words_render(atr_Text *text, float scale, bool arabic, bool bold, atr_TextImage *out)
{
    for (int i = 0; i < ATR__WORD_COUNT; i++) {
        const atr_TextStyle style = { .size_px = WORD_PX * scale,
                                      .bold = bold,
                                      .color = 0xffffffffu,
                                      .direction = arabic ? ATR_DIRECTION_RTL : ATR_DIRECTION_LTR };
        if (atr_text_render(text, atr__word((atr__Word)i, arabic), &style, &out[i]) != ATR_OK) {
            return false;
        }
    }
    return true;
}

atr__OverlaySkin *atr__skin_create(const atr_Allocator *allocator, atr_Text *text, float scale)
{
    atr__OverlaySkin *skin = atr__alloc_zero(allocator, 1, sizeof *skin);
    if (skin == NULL) {
        return NULL;
    }
    skin->scale = scale;
    skin->has_arabic = atr_text_has_arabic(text);
    bool made = true;
    for (int i = 0; made && i < ATR__STRIP_COUNT; i++) {
        made = atr_text_glyphs(text, strips[i].letters, (int32_t)(strips[i].size_px * scale + 0.5f),
                               strips[i].bold, &skin->strips[i]) == ATR_OK;
    }
    for (int arabic = 0; made && arabic <= (int)skin->has_arabic; arabic++) {
        made = words_render(text, scale, arabic != 0, false, skin->words[arabic]) &&
               words_render(text, scale, arabic != 0, true, skin->heads[arabic]);
    }
    if (!made) {
        atr__skin_destroy(allocator, skin);
        return NULL;
    }
    return skin;
}

void atr__skin_destroy(const atr_Allocator *allocator, atr__OverlaySkin *skin)
{
    if (skin == NULL) {
        return;
    }
    for (int i = 0; i < ATR__STRIP_COUNT; i++) {
        atr_text_glyphs_free(&skin->strips[i]);
    }
    for (int i = 0; i < ATR__WORD_COUNT; i++) {
        for (int arabic = 0; arabic < 2; arabic++) {
            atr_text_image_free(&skin->words[arabic][i]);
            atr_text_image_free(&skin->heads[arabic][i]);
        }
    }
    atr__free(allocator, skin, 1, sizeof *skin);
}
