/* Every kernel that this processor runs gives the reference's pixels to the last bit and writes
 * nothing outside its part. */
#define _POSIX_C_SOURCE 200809L

#include "kernel_cases.h"

#include "base/cpu.h"

#include "cmocka_all.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CASES 1500

static const char *const call_names[KERNEL_CALLS] = { "draw", "blend", "fill", "gather" };

static void assert_outside_untouched(const KernelSheet *sheet, const KernelSheet *before)
{
    const atr_Rect at = sheet->allowed;
    for (int32_t y = 0; y < KERNEL_SHEET_HIGH; y++) {
        for (int32_t x = 0; x < KERNEL_SHEET_WIDE; x++) {
            if (x < at.x || y < at.y || x >= at.x + at.w || y >= at.y + at.h) {
                const int32_t i = y * KERNEL_SHEET_WIDE + x;
                assert_int_equal(sheet->pixels[i], before->pixels[i]);
            }
        }
    }
}

static void kernels__random_work__equal_the_reference_and_stay_inside(void **state)
{
    (void)state;
    static KernelSheet expected;
    static KernelSheet before;
    static KernelSheet got;
    for (KernelCall call = KERNEL_DRAW; call < KERNEL_CALLS; call++) {
        for (uint32_t seed = 0; seed < CASES; seed++) {
            kernel_background(seed, &before);
            kernel_case(&atr__kernels_scalar, call, seed, &expected);
            assert_outside_untouched(&expected, &before);
            for (uint32_t i = 0; atr__kernels_at(i) != NULL; i++) {
                const atr__Kernels *kernels = atr__kernels_at(i);
                kernel_case(kernels, call, seed, &got);
                if (memcmp(got.pixels, expected.pixels, sizeof got.pixels) != 0) {
                    fail_msg("%s %s differs, case %u", kernels->name, call_names[call], seed);
                }
            }
        }
    }
}

static uint32_t gray(uint32_t value)
{
    return value * 0x010101u;
}

/* Blends a row of 256 pixels. */
static void blend_row(const atr__Kernels *kernels, uint32_t *dst, const uint32_t *src,
                      uint32_t tint)
{
    kernels->blend(&(atr__Block){ .dst = dst,
                                  .dst_pitch = 256,
                                  .src = src,
                                  .src_pitch = 256,
                                  .width = 256,
                                  .height = 1,
                                  .tint = tint });
}

static void kernels__every_source_and_tint__meet_the_formula(void **state)
{
    (void)state;
    for (uint32_t i = 0; atr__kernels_at(i) != NULL; i++) {
        const atr__Kernels *kernels = atr__kernels_at(i);
        print_message("  %s\n", kernels->name);
        for (uint32_t tint = 0; tint < 256; tint++) {
            for (uint32_t additive = 0; additive < 2; additive++) {
                uint32_t src[256];
                uint32_t dst[256] = { 0 };
                for (uint32_t s = 0; s < 256; s++) {
                    src[s] = s << 24 | gray(s);
                }
                blend_row(kernels, dst, src, (additive ? 0 : tint << 24) | gray(tint));
                for (uint32_t s = 0; s < 256; s++) {
                    const uint32_t tinted = (s * (tint + (tint >> 7)) + 128) >> 8;
                    assert_int_equal(dst[s], (additive ? 0 : tinted << 24) | gray(tinted));
                    assert_true(fabs(tinted - s * tint / 255.0) < 1.0);
                }
            }
        }
    }
}

static void kernels__every_alpha_and_destination__meet_the_formula(void **state)
{
    (void)state;
    static const uint32_t tints[] = { 0xffffffffu, 0xff000000u }; /* with and without a tint */
    for (uint32_t i = 0; atr__kernels_at(i) != NULL; i++) {
        const atr__Kernels *kernels = atr__kernels_at(i);
        print_message("  %s\n", kernels->name);
        for (uint32_t alpha = 0; alpha < 256; alpha++) {
            for (size_t t = 0; t < ATR_COUNT_OF(tints); t++) {
                uint32_t src[256];
                uint32_t dst[256];
                for (uint32_t d = 0; d < 256; d++) {
                    src[d] = alpha << 24;
                    dst[d] = 0xff000000u | gray(d);
                }
                blend_row(kernels, dst, src, tints[t]);
                for (uint32_t d = 0; d < 256; d++) {
                    const uint32_t kept = (d * (256 - alpha) + (256 - alpha) / 2) >> 8;
                    assert_int_equal(dst[d], 0xff000000u | gray(kept));
                    assert_true(fabs(kept - d * (255.0 - alpha) / 255.0) < 1.0);
                }
            }
        }
    }
}

static void formula__neutral_sources__change_what_they_should(void **state)
{
    (void)state;
    for (uint32_t a = 0; a < 256; a++) {
        const uint32_t p = a << 24 | gray(a / 2);
        assert_int_equal(atr__tint_pixel(p, ATR__TINT_NONE), p);
        assert_int_equal(atr__over_pixel(0, p), p);
        assert_int_equal(atr__over_pixel(0xff000000u | gray(a), p), 0xff000000u | gray(a));
        /* White stays white, and opaque opaque, under whatever alpha. */
        assert_int_equal(atr__over_pixel(a << 24 | gray(a), 0xffffffffu), 0xffffffffu);
    }
}

/* 100 soft layers: the error stays that of the sprite's own rounded pixels and half a level. */
static void formula__hundred_soft_layers__neither_darken_nor_brighten(void **state)
{
    (void)state;
    for (uint32_t alpha = 1; alpha < 256; alpha++) {
        for (uint32_t d = 0; d < 256; d += 5) {
            for (uint32_t s = 0; s <= alpha; s += 1 + alpha / 8) {
                uint32_t got = 0xff000000u | gray(d);
                double exact = d;
                for (int layer = 0; layer < 100; layer++) {
                    got = atr__over_pixel(alpha << 24 | gray(s), got);
                    exact = s + exact * (255.0 - alpha) / 255.0;
                }
                /* A level that is lost in rounding is regained once it is 1 / alpha away. */
                const double slack = 1.0 + 255.0 / alpha * 0.5;
                assert_true(fabs((got & 255) - exact) < slack);
                assert_int_equal(got >> 24, 255);
            }
        }
    }
}

static void kernels_named__knows_those_that_run(void **state)
{
    (void)state;
    uint32_t count = 0;
    for (; atr__kernels_at(count) != NULL; count++) {
        const atr__Kernels *kernels = atr__kernels_at(count);
        assert_ptr_equal(atr__kernels_named(kernels->name), kernels);
    }
    assert_ptr_equal(atr__kernels_at(count - 1), &atr__kernels_scalar);
    assert_ptr_equal(atr__kernels_best(), atr__kernels_at(0));
    assert_null(atr__kernels_at(count + 1));
    assert_null(atr__kernels_named("mmx"));
    assert_null(atr__kernels_named(""));
#if ATR__SIMD_X86
    assert_null(atr__kernels_named("neon"));
#endif
}

static void simd_wanted__takes_the_environment_or_the_best(void **state)
{
    (void)state;
    const char *refused = NULL;
    const char *best = atr__kernels_best()->name;
    assert_int_equal(unsetenv("ATRIUM_SIMD"), 0);
    assert_string_equal(atr__simd_name(atr__simd_wanted(&refused)), best);
    assert_null(refused);
    assert_int_equal(setenv("ATRIUM_SIMD", "scalar", 1), 0);
    assert_int_equal(atr__simd_wanted(&refused), ATR__SIMD_SCALAR);
    assert_null(refused);
    assert_int_equal(setenv("ATRIUM_SIMD", "sse9", 1), 0);
    assert_string_equal(atr__simd_name(atr__simd_wanted(&refused)), best);
    assert_string_equal(refused, "sse9");
    assert_int_equal(setenv("ATRIUM_SIMD", "", 1), 0);
    assert_string_equal(atr__simd_name(atr__simd_wanted(&refused)), best);
    assert_null(refused);
    assert_int_equal(unsetenv("ATRIUM_SIMD"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels__random_work__equal_the_reference_and_stay_inside),
        cmocka_unit_test(kernels__every_source_and_tint__meet_the_formula),
        cmocka_unit_test(kernels__every_alpha_and_destination__meet_the_formula),
        cmocka_unit_test(formula__neutral_sources__change_what_they_should),
        cmocka_unit_test(formula__hundred_soft_layers__neither_darken_nor_brighten),
        cmocka_unit_test(kernels_named__knows_those_that_run),
        cmocka_unit_test(simd_wanted__takes_the_environment_or_the_best),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
