/*
 * steps_link_impl.h - for those who start runners.
 */
#ifndef DAEMON_STEPS_LINK_IMPL_H
#define DAEMON_STEPS_LINK_IMPL_H

#include "daemon/steps_link.h"

struct link_ops {
	int64_t down_wait_ms;
	int64_t claim_wait_ms;
	void (*free)(struct link *l);
	bool (*is_up)(const struct link *l, struct error *err);
	bool (*send)(struct link *l, const struct link_order *order);
	/* These may be NULL. */
	bool (*follow)(struct link *l, unsigned id, const char *key);
	void (*drop)(struct link *l, enum link_kind kind, unsigned id);
};

/* First in the struct of each. */
struct link {
	const struct link_ops *ops;
	struct loop *loop;
	link_callback *callback;
	void *arg;
};

#endif
