/*
 * steps_helpers.h - programs for notifiers and probes, run without a claim
 * and without a file on disk.
 */
#ifndef DAEMON_STEPS_HELPERS_H
#define DAEMON_STEPS_HELPERS_H

#include "daemon/steps.h"
#include "daemon/steps_link.h"

struct helpers;

/* Borrows the link, which is freed first. */
struct helpers *helpers_new(struct loop *loop, struct link *link);
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

bool helpers_start(struct helpers *h, const struct helper_order *order);

/* What the link has to say of a helper, or that it broke. */
void helpers_news(struct helpers *h, const struct link_news *news);

#endif
