/* Every kernel that this processor runs gives the reference's pixels to the last bit and writes
 * nothing outside its part. */
#define _GNU_SOURCE

#include "kernel_cases.h"

#include "base/cpu.h"

#include "cmocka_all.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

#define WALLED_ROWS 4

/* A band whose rows lie in pages of their own, between pages that nobody may touch: what writes
 * back beyond an edge what was there before shows in no picture, but would undo what another
 * thread draws. */
static atr__Band walled_band(void **memory, size_t *size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *size = page * (WALLED_ROWS * 2 + 1);
    *memory = mmap(NULL, *size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(*memory, MAP_FAILED);
    uint8_t *first = (uint8_t *)*memory + page;
    for (size_t row = 0; row < WALLED_ROWS; row++) {
        assert_int_equal(mprotect(first + row * page * 2, page, PROT_READ | PROT_WRITE), 0);
    }
    return (atr__Band){ .pixels = (uint32_t *)(void *)first,
                        .pitch = (ptrdiff_t)(page * 2 / sizeof(uint32_t)),
                        .right = (int32_t)(page / sizeof(uint32_t)),
                        .bottom = WALLED_ROWS };
}

/* At the edges and over them, by every distance. */
static void draw_at_walls(const atr__Kernels *kernels, const atr__Band *band, int32_t width)
{
    static const uint32_t tints[] = { 0xffffffffu, 0x00804020u, 0x80402010u };
    static uint32_t pixels[WALLED_ROWS * (70 + ATR__COPY_PAD)];
    atr__Span spans[WALLED_ROWS];
    for (int32_t i = 0; i < WALLED_ROWS; i++) {
        spans[i] = (atr__Span){ .last = (int16_t)width };
    }
    const atr__Copy copy = { .pixels = pixels,
                             .spans = spans,
                             .pitch = width + ATR__COPY_PAD,
                             .width = (int16_t)width,
                             .height = WALLED_ROWS };
    for (size_t t = 0; t < ATR_COUNT_OF(tints); t++) {
        for (int32_t off = -8; off <= width; off++) {
            const uint32_t order[] = { 0, 1 };
            const atr__Item items[] = {
                { .copy = &copy, .x = -off, .y = -1, .tint = tints[t] },
                { .copy = &copy, .x = band->right - off, .y = 1, .tint = tints[t] }
            };
            kernels->draw(band, items, order, 2);
        }
        uint32_t *end = band->pixels + band->right;
        kernels->blend(&(atr__Block){ .dst = end - width,
                                      .dst_pitch = band->pitch,
                                      .src = pixels,
                                      .src_pitch = copy.pitch,
                                      .width = width,
                                      .height = WALLED_ROWS,
                                      .tint = tints[t] });
        kernels->fill(end - width, band->pitch, width, WALLED_ROWS, tints[t]);
        kernels->gather(&(atr__Gather){ .dst = end - width,
                                        .src = pixels,
                                        .src_pitch = copy.pitch,
                                        .du = 65536 / 2,
                                        .dv = 65536 / 80,
                                        .count = width,
                                        .tint = tints[t] });
    }
}

static void kernels__edges_of_a_band__nothing_beyond_is_touched(void **state)
{
    (void)state;
    void *memory = NULL;
    size_t size = 0;
    const atr__Band band = walled_band(&memory, &size);
    for (uint32_t i = 0; atr__kernels_at(i) != NULL; i++) {
        print_message("  %s\n", atr__kernels_at(i)->name);
        for (int32_t width = 1; width <= 70; width++) {
            draw_at_walls(atr__kernels_at(i), &band, width);
        }
    }
    assert_int_equal(munmap(memory, size), 0);
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

static double error_after_layers(uint32_t alpha, uint32_t s, uint32_t d)
{
    uint32_t got = 0xff000000u | gray(d);
    double exact = d;
    for (int layer = 0; layer < 100; layer++) {
        got = atr__over_pixel(alpha << 24 | gray(s), got);
        exact = s + exact * (255.0 - alpha) / 255.0;
    }
    assert_int_equal(got >> 24, 255);
    return (got & 255) - exact;
}

/* With eight bits a single pixel cannot come nearer than half a level of the last layer's share;
 * over all of them the errors must cancel out. */
static void formula__hundred_soft_layers__neither_darken_nor_brighten(void **state)
{
    (void)state;
    for (uint32_t alpha = 1; alpha < 256; alpha++) {
        double sum = 0.0;
        int count = 0;
        for (uint32_t d = 0; d < 256; d += 5) {
            for (uint32_t part = 0; part <= 4; part++) {
                const uint32_t s = alpha * part / 8;
                const double dark = error_after_layers(alpha, s, d);
                const double bright = error_after_layers(alpha, alpha - s, d);
                const double most = 1.0 + 255.0 / alpha * 0.5;
                assert_true(fabs(dark) < most && fabs(bright) < most);
                sum += dark + bright;
                count += 2;
            }
        }
        assert_true(fabs(sum / count) < 0.25);
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

typedef struct Heard {
    uint32_t count;
    char text[256];
} Heard;

static void hear(void *user, atr_LogLevel level, const char *module, const char *text)
{
    Heard *heard = user;
    (void)module;
    assert_int_equal(level, ATR_LOG_WARNING);
    heard->count++;
    snprintf(heard->text, sizeof heard->text, "%s", text);
}

static void compose_create__unknown_simd__says_so_once_and_takes_the_best(void **state)
{
    (void)state;
    Heard heard = { 0 };
    const atr_ComposeDesc desc = { .cache_bytes = 64 * 1024,
                                   .log = { .fn = hear, .user = &heard } };
    atr_Compositor *compositor = NULL;
    atr_ComposeStats stats;
    assert_int_equal(setenv("ATRIUM_SIMD", "sse9", 1), 0);
    assert_int_equal(atr_compose_create(&desc, &compositor), ATR_OK);
    atr_compose_stats(compositor, &stats);
    assert_string_equal(stats.kernel, atr__kernels_best()->name);
    assert_int_equal(heard.count, 1);
    assert_non_null(strstr(heard.text, "sse9"));
    atr_compose_destroy(compositor);
    assert_int_equal(setenv("ATRIUM_SIMD", "scalar", 1), 0);
    assert_int_equal(atr_compose_create(&desc, &compositor), ATR_OK);
    atr_compose_stats(compositor, &stats);
    assert_string_equal(stats.kernel, "scalar");
    assert_int_equal(heard.count, 1);
    atr_compose_destroy(compositor);
    assert_int_equal(unsetenv("ATRIUM_SIMD"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels__random_work__equal_the_reference_and_stay_inside),
        cmocka_unit_test(kernels__edges_of_a_band__nothing_beyond_is_touched),
        cmocka_unit_test(kernels__every_source_and_tint__meet_the_formula),
        cmocka_unit_test(kernels__every_alpha_and_destination__meet_the_formula),
        cmocka_unit_test(formula__neutral_sources__change_what_they_should),
        cmocka_unit_test(formula__hundred_soft_layers__neither_darken_nor_brighten),
        cmocka_unit_test(kernels_named__knows_those_that_run),
        cmocka_unit_test(simd_wanted__takes_the_environment_or_the_best),
        cmocka_unit_test(compose_create__unknown_simd__says_so_once_and_takes_the_best),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
