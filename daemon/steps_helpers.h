/*
 * steps_helpers.h - programs for notifiers, run by the spawner without a
 * claim and without a file on disk.
 */
#ifndef DAEMON_STEPS_HELPERS_H
#define DAEMON_STEPS_HELPERS_H

#include "daemon/steps.h"
#include "daemon/steps_link.h"

#define HELPER_KIND 'h' /* of its tags */

struct helpers;

struct helpers *helpers_new(struct loop *loop);
void helpers_free(struct helpers *h);

struct helper_order {
	const char *id;
	const char *const *argv;
	int64_t timeout_ms;
	int64_t kill_grace_ms;
	const char *body;
	steps_helper_done *done; /* or */
	steps_ran *ran;
	void *arg;
};

bool helpers_start(
    struct helpers *h, struct link *link, const struct helper_order *order);

/* What the link has to say of a helper, or that the spawner died. */
void helpers_news(struct helpers *h, const struct link_news *news);

#endif
