/*
 * templates.h - what a service is like.  Private to lib/config.
 */
#ifndef CONFIG_TEMPLATES_H
#define CONFIG_TEMPLATES_H

#include "config/loading.h"

struct templates {
	struct template *items; /* sorted by name */
	size_t count;
};

/* Reads all of them and complains; fills config.templates. */
bool templates_read(struct templates *t, struct loading *l);
void templates_free(struct templates *t);

/*
 * The service's own group, then those it is like, nearest first.  False
 * after complaining: one of them is missing.
 */
bool templates_layers(struct templates *t, struct reader *r,
    config_setting_t *service, struct layers *layers);

/* Warns of those that no service is like. */
void templates_warn(const struct templates *t, struct reader *r);

#endif
