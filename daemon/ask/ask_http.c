#include <stdlib.h>

#include "daemon/ask/ask_impl.h"

struct ask_http {
	struct asker base;
	struct fetch_target *target;
};

static bool
ask(struct asker *self, int64_t timeout_ms, bool fresh, asker_done *done,
    void *arg)
{
	struct ask_http *a = (struct ask_http *)self;

	return fetch_ask(a->target, timeout_ms, fresh, done, arg);
}

static bool
is_busy(const struct asker *self)
{
	return fetch_is_busy(((const struct ask_http *)self)->target);
}

static void
resettle(struct asker *self, const struct probe_settings *settings)
{
	struct ask_http *a = (struct ask_http *)self;

	fetch_target_resettle(a->target, settings->settings);
}

static void
release(struct asker *self)
{
	struct ask_http *a = (struct ask_http *)self;

	fetch_target_free(a->target);
	free(a);
}

static const struct asker_ops ops = {
	.ask = ask,
	.is_busy = is_busy,
	.resettle = resettle,
	.release = release,
};

struct asker *
ask_http_new(const struct asker_wish *wish, struct error *err)
{
	const struct version_source *version = wish->settings->version;
	struct ask_http *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		(void)error_set(
		    err, "no memory for probe %s", wish->settings->name);
		return NULL;
	}
	a->base.ops = &ops;
	a->target = fetch_target_new(
	    wish->tools->fetch, wish->settings->settings, NULL, err);
	if (a->target == NULL) {
		free(a);
		return NULL;
	}
	if (version == NULL || version->pointer == NULL ||
	    fetch_target_find_version(a->target, version->pointer))
		return &a->base;
	(void)error_set(err, "no memory for probe %s", wish->settings->name);
	release(&a->base);
	return NULL;
}
