/* Effects' texts as sprites. */
#define _POSIX_C_SOURCE 200809L

#include <atrium/letters.h>

#include "cmocka_all.h"

#include <math.h>
#include <string.h>

#define FIRST 100

static atr_Letters letters;

static int make_letters(void **state)
{
    (void)state;
    atr_Text *text = NULL;
    atr_GlyphStrip strip;
    static atr_Image images[ATR_LETTER_COUNT];
    if (atr_text_create(&(atr_TextDesc){ .builtin_only = true }, &text) != ATR_OK ||
        atr_letters_make(text, 48, FIRST, &letters, &strip, images) != ATR_OK) {
        return -1;
    }
    bool whole = true;
    for (uint32_t i = 0; i < ATR_LETTER_COUNT; i++) {
        whole = whole && images[i].pixels != NULL && images[i].width > 0 &&
                letters.glyphs[i].image.pixels == NULL && letters.glyphs[i].advance > 0;
    }
    atr_text_glyphs_free(&strip);
    atr_text_destroy(text);
    return whole ? 0 : -1;
}

static uint32_t expand(const char *words, atr_DrawCmd *out, uint32_t capacity)
{
    atr_DrawCmd text = { .kind = ATR_DRAW_TEXT,
                         .layer = ATR_LAYER_TOP,
                         .color = 0x80408020u,
                         .x = 300,
                         .y = 200,
                         .h = 96 };
    strcpy(text.text, words);
    return atr_letters_expand(&letters, &text, out, capacity);
}

static void letters_expand__text__is_a_sprite_a_letter_over_its_shadow(void **state)
{
    (void)state;
    atr_DrawCmd out[ATR_LETTERS_EXPANDED_MAX];
    assert_int_equal(expand("+50", out, ATR_LETTERS_EXPANDED_MAX), 6);
    for (int i = 0; i < 3; i++) {
        const atr_DrawCmd *shadow = &out[i];
        const atr_DrawCmd *letter = &out[i + 3];
        assert_int_equal(letter->kind, ATR_DRAW_SPRITE);
        assert_int_equal(letter->layer, ATR_LAYER_TOP);
        assert_int_equal(letter->sprite, FIRST + "+50"[i] - ' ');
        assert_int_equal(letter->color, 0x80408020u);
        assert_int_equal(shadow->sprite, letter->sprite);
        assert_int_equal(shadow->color, 0x50000000u); /* dark, five eighths of its alpha */
        assert_true(shadow->x > letter->x && shadow->y > letter->y);
        assert_true(shadow->w == letter->w && letter->w > 0);
    }
    assert_true(out[3].x < out[4].x && out[4].x < out[5].x);
    assert_true(fabsf(out[4].x - 300) < 30 && fabsf(out[4].y - 200) < 20); /* in the middle */
    /* Twice the size of the letters that were made. */
    const atr_Glyph *five = &letters.glyphs['5' - ' '];
    assert_true(out[4].h == 2 * (float)five->image.height);
}

static void letters_expand__what_cannot_be_drawn__is_left_out(void **state)
{
    (void)state;
    atr_DrawCmd out[ATR_LETTERS_EXPANDED_MAX];
    assert_int_equal(expand("", out, ATR_LETTERS_EXPANDED_MAX), 0);
    assert_int_equal(expand("a b", out, ATR_LETTERS_EXPANDED_MAX), 4);
    assert_int_equal(expand("\xd9\x85\x01", out, ATR_LETTERS_EXPANDED_MAX), 0);
    assert_int_equal(expand("+50", out, 4), 4);
    assert_int_equal(expand("+50", out, 0), 0);
    assert_int_equal(expand("0123456789012345678901234567890", out, ATR_LETTERS_EXPANDED_MAX),
                     ATR_LETTERS_EXPANDED_MAX);
    const atr_Letters none = { .size_px = 0 };
    assert_int_equal(atr_letters_expand(&none, &(atr_DrawCmd){ .text = "a" }, out, 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_expand__text__is_a_sprite_a_letter_over_its_shadow),
        cmocka_unit_test(letters_expand__what_cannot_be_drawn__is_left_out),
    };
    return cmocka_run_group_tests(tests, make_letters, NULL);
}
