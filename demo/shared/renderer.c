/* See renderer.h. */
#include "shared/renderer.h"

#include <atrium/base.h>

#include <string.h>

#define GL_RENDERER_NAME 0x1F01u

bool renderer_is_rasteriser(SDL_Renderer *renderer)
{
    SDL_RendererInfo info;
    if (SDL_GetRendererInfo(renderer, &info) != 0 || (info.flags & SDL_RENDERER_SOFTWARE) != 0) {
        return true;
    }
    if (strncmp(info.name, "opengl", 6) != 0) {
        return false;
    }
    typedef const unsigned char *(*GetString)(unsigned);
    GetString get_string = NULL;
    void *address = SDL_GL_GetProcAddress("glGetString");
    memcpy(&get_string, &address, sizeof get_string);
    const char *name = get_string != NULL ? (const char *)get_string(GL_RENDERER_NAME) : NULL;
    static const char *const rasterisers[] = { "llvmpipe", "softpipe", "swrast", "SwiftShader",
                                               "Software" };
    for (size_t i = 0; name != NULL && i < ATR_COUNT_OF(rasterisers); i++) {
        if (strstr(name, rasterisers[i]) != NULL) {
            return true;
        }
    }
    return name == NULL;
}
