/* cmocka's header needs four others before it. */
#ifndef ATR_TEST_CMOCKA_ALL_H
#define ATR_TEST_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
