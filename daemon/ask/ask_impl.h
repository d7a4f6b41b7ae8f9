/*
 * ask_impl.h - what a kind of probe fills in; for daemon/ask alone.
 *
 * A kind embeds struct asker as its first member, and is named in ask.c.
 */
#ifndef DAEMON_ASK_ASK_IMPL_H
#define DAEMON_ASK_ASK_IMPL_H

#include "daemon/ask/ask.h"

struct asker_ops {
	bool (*ask)(struct asker *self, int64_t timeout_ms, bool fresh,
	    asker_done *done, void *arg);
	bool (*is_busy)(const struct asker *self);
	void (*resettle)(
	    struct asker *self, const struct probe_settings *settings);
	void (*release)(struct asker *self); /* all, and itself */
	/* NULL where it does not listen. */
	void (*begin)(struct asker *self, bool is_polled);
	void (*beat)(struct asker *self, const struct beat *beat);
	/* NULL where two have nothing to share. */
	struct asker *(*like)(const struct asker *self, struct error *err);
	/* NULL where there is but one. */
	const char *(*engine)(const struct asker *self);
	/* NULL where it compares no answers. */
	void (*forget)(struct asker *self);
};

struct asker {
	const struct asker_ops *ops;
};

/* What asker_new() is given. */
struct asker_wish {
	const struct ask_tools *tools;
	const char *owner;
	const struct probe_settings *settings;
	const struct metric_name *metrics;
	size_t metric_count;
};

typedef struct asker *asker_create(
    const struct asker_wish *wish, struct error *err);

asker_create ask_http_new;
asker_create ask_tcp_new;
asker_create ask_tls_new;
asker_create ask_prometheus_new;
asker_create ask_push_new;
asker_create ask_command_new;
asker_create ask_promql_new;

#endif
