/*
 * source.h - where in the configuration something was said.
 */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

struct source {
	const char *file; /* NULL: built in */
	unsigned line;
};

#endif
