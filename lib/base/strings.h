/*
 * strings.h - lists of words and of named words, as configuration holds them.
 *
 * Plain values: the arrays and texts belong to the arena of the configuration
 * they were read from.
 */
#ifndef BASE_STRINGS_H
#define BASE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

struct strings {
	const char **items;
	size_t count;
};

/* One parameter: a single word or a list of them. */
struct param {
	const char *name;
	struct strings values;
	bool is_list; /* a list of one is not the same as one word */
};

struct params {
	struct param *items;
	size_t count;
};

bool strings_contain(const struct strings *list, const char *word);

/* NULL when there is none of that name. */
const struct param *params_find(const struct params *params, const char *name);

#endif
