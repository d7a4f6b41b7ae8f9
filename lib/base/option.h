/*
 * option.h - what a configuration group may say, as a table.
 *
 * Every stage describes its own settings this way, beside the struct that
 * they fill; lib/config walks the tables to read, check, default, print and
 * document them.  A new kind of probe or evaluator therefore brings its table
 * and nothing in lib/config changes.
 */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/source.h"
#include "base/strings.h"

enum option_type {
	OPTION_BOOL,     /* bool: true, false */
	OPTION_COUNT,    /* unsigned: whole number from min to max */
	OPTION_NUMBER,   /* double from min to max; fallback "nan": none */
	OPTION_RATIO,    /* double: "50%", min and max as ratios */
	OPTION_DURATION, /* int64_t ms: "1m30s", min and max in ms */
	OPTION_SIZE,     /* int64_t bytes: "64KiB" */
	OPTION_TEXT,     /* const char *: any text up to max bytes */
	OPTION_NAME,     /* const char *: name_is_valid() */
	OPTION_PATH,     /* const char *: absolute path */
	OPTION_WORD,     /* int: one of the words in detail (option_word) */
	OPTION_STRINGS,  /* struct strings: from min to max items */
	OPTION_NAMES,    /* struct strings, each name_is_valid() */
	OPTION_PARAMS,   /* struct params: group of text or lists of text */
	OPTION_GROUP,    /* a struct in place; detail: its option_table */
	OPTION_LIST,     /* struct option_list; detail: table of an item */
	OPTION_NAMED,    /* the same from a group of groups: key = the name */
};

/* Ends a table of words: { NULL, 0 }. */
struct option_word {
	const char *word;
	int value;
};

struct option_list {
	void *items; /* array of the item's struct */
	size_t count;
};

struct option {
	const char *key;
	enum option_type type;
	size_t offset; /* of the field in the struct */
	bool required;
	bool may_be_empty;    /* a text: "" says something, too */
	const char *fallback; /* as it would be written; NULL: stays zero */
	double min, max;      /* both 0: the type's own range */
	const void *detail;   /* words, or the table of the group or item */
	const char *help;     /* one sentence, for people */
};

struct option_kind;

/*
 * A group.  Where kinds is not NULL, the key "type" picks one of them, whose
 * own options stand in the same group and fill a struct of their own.
 */
struct option_table {
	const char *what; /* "probe", "step": for messages */
	const struct option *options;
	size_t count;
	size_t size;        /* of the struct */
	ptrdiff_t source;   /* offset of its struct source; -1: none */
	ptrdiff_t presence; /* offset of a bool "it was given"; -1: none */
	const struct option_kind *const *kinds; /* ends with NULL */
	size_t name; /* OPTION_NAMED: offset of a const char * for the key */
	size_t kind_offset;     /* const struct option_kind * in the struct */
	size_t settings_offset; /* const void * in the struct */
};

struct option_kind {
	const char *name;                 /* the word after type = */
	const struct option_table *table; /* its own options */
	const void *ops;                  /* what the stage makes of it */
};

#define OPTION_COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#endif
