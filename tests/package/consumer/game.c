/* Consumer of the game half. */
#include <atrium/base.h>

#include <string.h>

int main(void)
{
    return strcmp(atr_version(), ATR_VERSION) == 0 ? 0 : 1;
}
