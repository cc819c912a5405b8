/* See size.h. */
#include "shared/size.h"

#include <stdlib.h>

bool size_parse(const char *text, int32_t least, int32_t *out_width, int32_t *out_height)
{
    char *end = NULL;
    const long width = strtol(text, &end, 10);
    if (end == text || *end != 'x') {
        return false;
    }
    const char *rest = end + 1;
    const long height = strtol(rest, &end, 10);
    if (end == rest || *end != '\0' || width < least || height < least || width > SIZE_MAX_PX ||
        height > SIZE_MAX_PX) {
        return false;
    }
    *out_width = (int32_t)width;
    *out_height = (int32_t)height;
    return true;
}
