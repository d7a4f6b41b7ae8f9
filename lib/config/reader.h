/*
 * reader.h - fills structs from parsed text as their option tables say.
 *
 * Knows nothing of services or probes: the tables do.  Every complaint is
 * collected and reading goes on, so that all of them come at once.
 */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include <stdbool.h>
#include <stddef.h>

#include <libconfig.h>

#include "base/arena.h"
#include "base/intern.h"
#include "base/option.h"
#include "base/source.h"
#include "config/complaints.h"

#define READER_LAYERS_MAX 9

struct reader {
	struct arena *arena;
	struct intern *equal; /* NULL: every piece has its own memory */
	struct complaints *complaints;
	bool short_of_memory;
	bool is_template;   /* incomplete by nature: nothing is required */
	bool is_incomplete; /* some file could not be read */
};

/*
 * The same group said several times: the first layer that says something
 * wins, lists and named groups are merged by name.
 */
struct layers {
	config_setting_t *groups[READER_LAYERS_MAX];
	size_t count; /* 0: the group is not given, defaults alone */
};

/* Items of a list, wherever they come from. */
struct items {
	config_setting_t **settings;
	size_t count;
	size_t capacity;
};

/* Appends the setting; false when memory is short. */
bool items_add(struct items *items, config_setting_t *setting);
void items_free(struct items *items);

/* Fills the struct at out (zeroed by the caller), defaults included. */
void reader_group(struct reader *r, const struct layers *layers,
    const struct option_table *table, void *out);

/* One group without layers. */
void reader_one(struct reader *r, config_setting_t *group,
    const struct option_table *table, void *out);

/* The same, keys that the table does not know left alone. */
void reader_fill(struct reader *r, config_setting_t *group,
    const struct option_table *table, void *out);

/* Fills a list from items that were gathered elsewhere. */
void reader_items(struct reader *r, const struct items *items,
    const struct option *option, struct source where, struct option_list *out);

/*
 * Gathers the groups of a list, or complains.  An item that has the name of
 * one of the first replaceable items takes its place.
 */
bool reader_gather(struct reader *r, config_setting_t *list,
    const struct option *option, struct items *items, size_t replaceable);

/* Complains of every key in the group that none of the tables has. */
void reader_check_keys(struct reader *r, config_setting_t *group,
    const char *what, const struct option_table *const tables[], size_t count);

/* Where it stands; its file is known through the hook of the root. */
struct source reader_source(const config_setting_t *setting);

/* The "name" of a group, or NULL. */
const char *reader_name(config_setting_t *group);

#endif
