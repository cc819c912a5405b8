/* Runs a fuzz target without libFuzzer, so that CTest replays the corpus with any compiler: every
 * file as it is, each of its beginnings, and a number of changed copies from a fixed seed.
 *
 *     fuzz_receipt FOLDER [CHANGES]      changed copies of each file, default 500 */
#define _POSIX_C_SOURCE 200809L

#include "fuzz.h"

#include <base/random.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX 65536

static uint8_t input[INPUT_MAX];
static uint8_t changed[INPUT_MAX];

/* The target gets memory of exactly that size, so that the sanitizer sees one byte too far. */
static void run_one(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, bytes, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static size_t change(atr__Random *random, size_t size)
{
    memcpy(changed, input, size);
    const uint32_t times = 1 + atr__random_u32(random) % 4;
    for (uint32_t i = 0; i < times && size > 0; i++) {
        const size_t at = atr__random_u32(random) % size;
        switch (atr__random_u32(random) % 4) {
        case 0:
            changed[at] ^= (uint8_t)(1u << atr__random_u32(random) % 8);
            break;
        case 1:
            changed[at] = (uint8_t)atr__random_u32(random);
            break;
        case 2:
            memmove(changed + at, changed + at + 1, size - at - 1);
            size--;
            break;
        default:
            if (size < INPUT_MAX) {
                memmove(changed + at + 1, changed + at, size - at);
                changed[at] = changed[atr__random_u32(random) % size];
                size++;
            }
            break;
        }
    }
    return size;
}

static void run_file(const char *path, atr__Random *random, long changes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    const size_t size = fread(input, 1, sizeof input, file);
    fclose(file);
    for (size_t part = 0; part <= size; part++) {
        run_one(input, part);
    }
    for (long i = 0; i < changes; i++) {
        run_one(changed, change(random, size));
    }
}

int main(int argc, char **argv)
{
    atr__Random random;
    struct dirent **names = NULL;
    const int count = argc < 2 ? -1 : scandir(argv[1], &names, NULL, alphasort);
    const long changes = argc < 3 ? 500 : strtol(argv[2], NULL, 10);
    int files = 0;
    atr__random_seed(&random, 1);
    for (int i = 0; i < count; i++) {
        char path[1024];
        if (names[i]->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", argv[1], names[i]->d_name);
            run_file(path, &random, changes);
            files++;
        }
        free(names[i]);
    }
    free(names);
    printf("%d files, %ld changed copies of each\n", files, changes);
    return files > 0 ? 0 : 1;
}
