/* A command line, read by a table of its options. */
#ifndef DEMO_ARGUMENTS_H
#define DEMO_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One option: a flag, a text, or a value that `read` understands. */
typedef struct Argument {
    const char *name;     /* with its dashes */
    bool *flag;           /* set when it is there; takes no value */
    const char *expected; /* of the value, in words */
    const char **text;    /* takes the value as it is, borrowed from argv; not empty */
    bool (*read)(const char *value, void *out); /* false: not what was expected */
    void *out;
} Argument;

/* One pass over the arguments; nothing is guessed. False for wrong use, which is said on `err`. */
bool arguments_read(const char *program, int argc, char *const *argv, const Argument *table,
                    size_t count, FILE *err);

#endif
