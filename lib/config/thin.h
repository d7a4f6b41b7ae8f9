/*
 * thin.h - leaves out of a file what one run does not need.
 *
 * The runner wants one service and one procedure, perhaps from a file with
 * ten thousand: taking the others out before libconfig sees them makes the
 * difference between a third of a second and a few milliseconds, at a moment
 * when everybody waits.  What is left means what it meant, on its old lines.
 */
#ifndef CONFIG_THIN_H
#define CONFIG_THIN_H

#include <stddef.h>

/* The only items of these lists that matter; NULL: all of them do. */
struct thin_wish {
	const char *service;
	const char *procedure;
};

/*
 * Writes what is left to out, which has room for all of it; gives its
 * length.  What it does not understand it leaves as it is.
 */
size_t thin_bytes(
    const char *bytes, size_t length, struct thin_wish wish, char *out);

#endif
