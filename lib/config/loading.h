/*
 * loading.h - all files of a configuration, read and parsed.  Private to
 * lib/config.
 */
#ifndef CONFIG_LOADING_H
#define CONFIG_LOADING_H

#include "config/config.h"
#include "config/parse.h"
#include "config/reader.h"
#include "config/spans.h"
#include "config/thin.h"

struct loading {
	struct config *config;
	struct reader reader;
	uint32_t owner_uid;
	int folder;            /* of the main file */
	const char *prefix;    /* what stands before names in complaints */
	struct thin_wish wish; /* NULL: everything */
	struct spans_zones zones;
	struct parsed *parsed[CONFIG_FILES_MAX];
	size_t parsed_count;
};

/*
 * With a new, empty configuration, which outlives it.  NULL when memory is
 * short.
 */
struct loading *loading_new(uint32_t owner_uid, struct complaints *complaints);

/* NULL is allowed. */
void loading_free(struct loading *l);

/*
 * Reads the main file into l->config, then what it includes.  False when
 * nothing more can be said about the rest.
 */
bool loading_read(struct loading *l, const char *path);

/* The same from one file that is in memory: it cannot include others. */
bool loading_read_bytes(struct loading *l, const char *bytes, size_t length);

/*
 * Opens a folder and reads the named files in it, and nothing else; of their
 * lists what l->wish says.
 */
bool loading_read_files(
    struct loading *l, const char *folder, const struct strings *files);

/* Names this generation: each file by its path, length and bytes. */
void loading_digest(struct config *c);

/* All items of a list that any file may hold, named by its key. */
void loading_gather(struct loading *l, const char *key, struct items *items,
    const struct option **option);

#endif
