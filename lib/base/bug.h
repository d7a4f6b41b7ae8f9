/*
 * bug.h - mistakes that are made on purpose, to see that a test notices.
 *
 * BUG(NAME) is false in everything that anybody runs.  "make bugs" builds with
 * one of them true at a time and has the test run that tests/bugs/table names
 * for it, which must fail.
 */
#ifndef BASE_BUG_H
#define BASE_BUG_H

#include <stdbool.h>

#ifdef ROLLBACKD_BUGS
/* True where ROLLBACKD_BUG_NAME is 1. */
#define BUG_1 0,
#define BUG_SECOND(first, second, ...) second
#define BUG_PICK(zero_and_comma) BUG_SECOND(zero_and_comma true, false, 0)
#define BUG_JOIN(value) BUG_PICK(BUG_##value)
#define BUG_EXPAND(value) BUG_JOIN(value)
#define BUG(name) BUG_EXPAND(ROLLBACKD_BUG_##name)
#else
#define BUG(name) false
#endif

#endif
